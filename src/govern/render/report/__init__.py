"""The report of a gap check, and each format of it."""
