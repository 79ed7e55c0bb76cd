"""Authored files become models. Every error names file, line and column."""
