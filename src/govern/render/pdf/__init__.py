"""A draft as a PDF: by ReportLab, and by Typst where it has to be accessible."""
