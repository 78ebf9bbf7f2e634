"""Templates before they are used, artifacts after they are made."""
