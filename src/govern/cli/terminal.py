"""What the commands share on the way to the terminal."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer

from govern.errors import FactError, RefusedError, StoreError

if TYPE_CHECKING:
    from rich.console import Console

    from govern.kernel import FactValue
    from govern.library.places import Places
    from govern.wiring import Workspace

    Answers = dict[str, FactValue | None]

ProjectArgument = Annotated[str, typer.Argument(help="The project's id.", metavar="PROJECT")]
AsOfOption = Annotated[str | None, typer.Option("--as-of", help="The day whose law and facts count.", metavar="DATE")]


OPENED = ExitStack()
"""What a command opened; the frame closes it when the command ends, whichever way."""


def workspace() -> "Workspace":
    """The workspace of the environment or the current folder."""
    from govern.wiring import open_workspace

    space = open_workspace()
    OPENED.callback(space.database.close)
    if space.ports.vault is not None:
        OPENED.callback(space.ports.vault.close)
    return space


def content_of_workspace() -> "Places":
    """The content in force here: that of the workspace, or outside one what comes with govern."""
    from govern.wiring import find_places

    return find_places()


def day_of(text: str | None, option: str = "--as-of") -> date:
    """A day as typed, or today. Raises FactError."""
    from govern.wiring import today

    if text is None:
        return today()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise FactError(f"`{text}` is not a date", hint="like 2026-11-24", where=option) from None


def parse_answers(space: "Workspace", typed: list[str], source: str, until: date | None = None) -> "Answers":
    """Answers typed as FACT=VALUE; FACT= is None, to make it unknown again. Raises FactError."""
    from govern.kernel import FactValue
    from govern.usecases.answers import parse_answer
    from govern.wiring import today

    vocabulary = space.ports.library.vocabulary()
    answers: Answers = {}
    for each in typed:
        fact, equals, text = each.partition("=")
        if not equals:
            raise FactError(f"`{each}` is not FACT=VALUE", hint="like vendor.country=IN")
        if any("\ud800" <= letter <= "\udfff" for letter in text):
            raise FactError(f"the answer to `{fact}` is not UTF-8 text", hint="look at the bytes that were typed")
        spec = vocabulary.get(fact)
        value = parse_answer(spec, text, space.ports.library.countries()) if text else None
        answers[fact] = FactValue(value=value, source=source, recorded_on=today(), valid_until=until) if text else None
    return answers


def console(*, stderr: bool = False, file: "IO[str] | None" = None) -> "Console":
    """A console that is plain when it is not a terminal, and 80 columns then; 100 for a file."""
    import os
    import sys

    from rich.console import Console
    from rich.text import Text

    class Clean(Console):
        """Titles and answers are written by others: no text of theirs may move the cursor or rename the window."""

        def render_str(self, text: str, **more: Any) -> Text:
            return super().render_str(clean(text, keep_style=self.color_system is not None), **more)

    if file is not None:
        return Clean(file=file, highlight=False, markup=False, width=100)
    stream = sys.stderr if stderr else sys.stdout
    asked = os.environ.get("COLUMNS", "")
    width = None if stream.isatty() else 80
    if re.fullmatch("[0-9]{1,6}", asked):
        width = max(int(asked), LEAST_WIDTH)
    return Clean(stderr=stderr, highlight=False, markup=False, width=width, soft_wrap=False)


LEAST_WIDTH = 40
"""Columns: with fewer, a table has no room for its words."""


@contextmanager
def show_progress(what: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """A bar on the terminal while long work goes on; nothing where the messages go elsewhere.

    Gives a function that is to be told how much is done so far. Without a `total` the bar only says how much.
    """
    import sys

    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.update(task, completed=done)


def clean(text: str, *, keep_style: bool = False) -> str:
    """Text with a space for each control character, also of direction, but not for new lines and tabs.

    `keep_style` leaves colours alone.
    """
    if text.isprintable():
        return text
    return (_UNSTYLED if keep_style else _CONTROLS).sub(" ", text)


_TURNING = r"\u2028-\u202e\u2066-\u2069"  # ends of lines that none expects, and what reorders the rest of the line
_CONTROLS = re.compile(rf"[\x00-\x08\x0b-\x1f\x7f-\x9f{_TURNING}]")
_UNSTYLED = re.compile(rf"\x1b(?!\[[0-9;]*m)|[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f{_TURNING}]")


def count(number: int, one: str, many: str) -> str:
    """A number with its noun: "1 gap", "2 gaps"."""
    return f"{number} {one if number == 1 else many}"


def paint(terminal: "Console", text: str, style: str) -> str:
    """Text without control characters, in a style (the numbers of an ANSI sequence) where the terminal has colours."""
    clean = text if text.isprintable() else "".join(each if each.isprintable() else " " for each in text)
    return f"\x1b[{style}m{clean}\x1b[0m" if style and clean and terminal.color_system else clean


def print_wrapped(terminal: "Console", text: str, indent: int) -> None:
    """Print a line wrapped at the terminal's width, continued two columns further in where it is indented."""
    import textwrap

    width = max(terminal.width, LEAST_WIDTH)
    first, rest = " " * indent, " " * (indent + 2 if indent else 0)
    lines = textwrap.wrap(text, width, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False) or [""]
    for line in lines:
        terminal.print(line, soft_wrap=True)


def check_output(path: Path, *, force: bool) -> Path:
    """A path that may be written: inside an existing folder, and not there yet unless `force`."""
    if path.is_dir():
        raise RefusedError(f"`{path}` is a folder", hint="name a file in it")
    if path.exists() and not path.is_file():
        raise RefusedError(f"`{path}` is not a file", hint="name a file, or leave it out to see it on the terminal")
    if not path.parent.is_dir():
        raise StoreError(f"there is no folder `{path.parent}`", hint="make it first, or choose another place")
    if path.exists() and not force:
        raise RefusedError(f"`{path}` is there already", hint="choose another name, or give --force")
    return path


def warn_of_plain_key(what: str) -> None:
    """Say on the standard error that a key file will lie open."""
    warn(f"{what} is kept without a passphrase: who can read its file can sign as you")


def warn_of_letters(said: object, json: Path) -> None:
    """Say on the standard error that a certificate's PDF cannot show some letters of its words."""
    from govern.render.fonts import find_unshown

    unshown = find_unshown(said)
    if unshown:
        what = f"the PDF has no letters for {unshown[:20]} and writes them by their numbers"
        warn(f"{what}; {json} has them as they were typed")


@contextmanager
def warned_of_boxes() -> Iterator[None]:
    """Say on the standard error of which letters a report that is written meanwhile shows a box."""
    from govern.render.boxes import note_boxes

    with note_boxes() as boxed:
        yield
    if boxed:
        warn(f"the PDF shows a box for each of these letters: {''.join(boxed)[:20]}; another format keeps them")


def warn(said: str) -> None:
    """Say on the standard error what the reader should know, though it stops nothing."""
    typer.echo(f"warning: {clean(said)}", err=True)


def read_input(path: Path, limit: int = 1 << 20) -> bytes:
    """The bytes of a file that was named. Raises StoreError for one that cannot be read, or is longer than `limit`."""
    from govern.named_files import open_named

    try:
        with open_named(path) as file:
            data = file.read(limit + 1)
    except OSError as problem:
        raise StoreError(f"`{path}` cannot be read: {(problem.strerror or '').lower()}") from None
    if len(data) > limit:
        raise StoreError(f"`{path}` is too long", hint=f"at most {limit} bytes are read")
    return data


def write_output(path: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    from govern.store.files import write_durably

    write_durably(path, data)
