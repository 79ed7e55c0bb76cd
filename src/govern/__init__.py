"""govern: compliance and contract governance for outsourced AI training data."""
