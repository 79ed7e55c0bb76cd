"""Use cases: read, decide, record, return. One file an intent; no I/O but through the ports."""
