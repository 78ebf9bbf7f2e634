"""The risk analysis: what was found, how it is rated, what was decided."""
