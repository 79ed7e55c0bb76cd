"""A draft as a Word file: its styles, numbers, fields, tables, comments and parts."""
