"""The command line's frame: exit statuses, and errors as one clear message."""

import atexit
import gc
import io
import os
import signal
import sys

from govern.errors import ContentError, GovernError, StoreError, VerificationError

INTERRUPTED = 130  # 128 + SIGINT, as shells say it


def main() -> None:
    """Run the command line. The only place where errors become messages and exit statuses."""
    gc.set_threshold(100_000, 20, 20)  # a command makes a hundred thousand objects that live as long as it does
    try:
        _set_interrupts()
        _open_closed()
        _set_streams()
        # Imported here, since Ctrl-C may come while a tenth of a second of modules load.
        from govern.cli import commands
        from govern.cli.terminal import OPENED

        with OPENED:
            commands.app(prog_name="govern")
    except GovernError as problem:
        print_error(problem)
        _end(problem.exit_status)
    except KeyboardInterrupt:
        _end(INTERRUPTED)
    except SystemExit as end:  # the commands' frame has its own ways to end
        _end(end.code if isinstance(end.code, int) else 0)
    except BrokenPipeError:
        _end(0)
    except OSError as problem:
        name = f"`{problem.filename}`: " if problem.filename else "the output cannot be written: "
        print_error(StoreError(f"{name}{(problem.strerror or str(problem)).lower()}"))
        _end(StoreError.exit_status, said=not problem.filename)
    except RuntimeError as problem:
        if not was_interrupted(problem):
            raise
        _end(INTERRUPTED)


def was_interrupted(problem: BaseException) -> bool:
    """Whether an error is Ctrl-C in disguise.

    Before 3.12 Python makes a RuntimeError of what is raised while a class tells its attributes their names, as happens
    in thousands of classes while modules load; the cause is what was raised.
    """
    cause = problem.__cause__
    return cause is not None and (isinstance(cause, KeyboardInterrupt) or was_interrupted(cause))


def _end(status: int, *, said: bool = False) -> None:
    """Leave with a status, unless the last of the output cannot be written; `said`: an error has told that already."""
    if status == INTERRUPTED:
        sys.stderr.write("stopped; nothing was half-written\n")
    try:
        sys.stdout.flush()
    except OSError as problem:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not said and not isinstance(problem, BrokenPipeError):
            print_error(StoreError(f"the output cannot be written: {(problem.strerror or '').lower()}"))
            status = StoreError.exit_status
    sys.exit(status)


def _set_interrupts() -> None:
    """Ctrl-C is one message, wherever it falls."""
    for number in (signal.SIGINT, signal.SIGALRM):
        atexit.register(signal.signal, number, signal.SIG_IGN)  # nothing is left to stop then
    if sys.unraisablehook is sys.__unraisablehook__:
        sys.unraisablehook = _send_again


def _send_again(problem: "sys.UnraisableHookArgs") -> None:
    """Python drops a Ctrl-C that falls into a destructor: it comes again a moment later, where it can be taken."""
    if problem.exc_type is KeyboardInterrupt:
        signal.signal(signal.SIGALRM, signal.default_int_handler)
        signal.setitimer(signal.ITIMER_REAL, 0.005)
    else:
        sys.__unraisablehook__(problem)


def _open_closed() -> None:
    """Fill the places of standard streams that are closed: else a database may come to lie where messages go.

    The input ends at once, the output cannot be written, and messages are dropped.
    """
    for name, mode, way in (("stdin", "r", os.O_RDONLY), ("stdout", "w", os.O_RDONLY), ("stderr", "w", os.O_WRONLY)):
        if getattr(sys, name) is None:
            handle = os.open(os.devnull, way)  # the lowest number that is free
            setattr(sys, name, os.fdopen(handle, mode, encoding="utf-8", closefd=False))


def _set_streams() -> None:
    """A terminal that is not UTF-8 gets escapes for what it cannot show; bytes that are not text are refused later."""
    for stream, errors in ((sys.stdout, "backslashreplace"), (sys.stdin, "surrogateescape")):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=errors)


def print_error(problem: GovernError) -> None:
    """One message: what, where, and a hint; each problem of a set of files on lines of its own."""
    problems = problem.problems if isinstance(problem, ContentError) and problem.problems else (problem,)
    shown = problems[:50]
    for each in shown:
        place = f"{each.where}: " if each.where else ""
        sys.stderr.write(f"error: {_one_line(place + each.message)}\n")
        if isinstance(each, VerificationError) and (each.expected or each.found):
            sys.stderr.write(f"       expected: {_indented(each.expected)}\n       found:    {_indented(each.found)}\n")
        if each.hint:
            sys.stderr.write(f"       hint: {_one_line(each.hint)}\n")
    if len(problems) > len(shown):
        sys.stderr.write(f"error: and {len(problems) - len(shown)} more\n")


def _one_line(text: str) -> str:
    """Text that came from outside cannot break the line or speak to the terminal."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def _indented(text: str) -> str:
    """A signed note has several lines."""
    return ("\n" + " " * 17).join(_one_line(line) for line in text.strip().split("\n"))
