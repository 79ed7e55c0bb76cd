"""The analysis of a paper that came back, in each format."""
