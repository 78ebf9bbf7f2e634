"""The risk workbook: made for one practice, filled in by its people, read back into an assessment."""
