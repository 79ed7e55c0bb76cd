"""The command line: each command calls one use case."""

from govern.cli.main import main

__all__ = ["main"]
