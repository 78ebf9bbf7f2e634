"""HIPAA security packages for therapy group practices: facts and findings in, a bound package out."""

__version__ = "0.6.0"
