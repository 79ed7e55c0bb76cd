"""The command line's frame: commands, exit statuses, and errors as one clear message."""

import os
import sys

from govern.cli import commands
from govern.errors import ContentError, GovernError


def main() -> None:
    """Run the command line. The only place where errors become messages and exit statuses."""
    try:
        commands.app()
    except GovernError as problem:
        print_error(problem)
        sys.exit(problem.exit_status)
    except KeyboardInterrupt:
        sys.stderr.write("stopped; nothing was half-written\n")
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


def print_error(problem: GovernError) -> None:
    """One message: what, where, and a hint; each problem of a set of files on lines of its own."""
    problems = problem.problems if isinstance(problem, ContentError) and problem.problems else (problem,)
    shown = problems[:50]
    for each in shown:
        place = f"{each.where}: " if each.where else ""
        sys.stderr.write(f"error: {place}{each.message}\n")
        if each.hint:
            sys.stderr.write(f"       hint: {each.hint}\n")
    if len(problems) > len(shown):
        sys.stderr.write(f"error: and {len(problems) - len(shown)} more\n")
