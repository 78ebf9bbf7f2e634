"""From documents to one bound PDF."""
