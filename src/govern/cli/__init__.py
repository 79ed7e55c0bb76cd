"""The command line: each command calls one use case."""

from govern.cli.app import main

__all__ = ["main"]
