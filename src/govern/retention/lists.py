"""What the lists have in common that people hand in: records to register, things handed over, things destroyed."""

from collections.abc import Sequence

from govern.errors import ContentError

MOST_PROBLEMS = 1_000
"""So many of a list's problems are told."""


def decode_list(data: bytes, name: str, longest: int) -> str:
    """A list as text. Raises ContentError where it is longer than so many bytes, or not UTF-8, with the line."""
    if len(data) > longest:
        raise ContentError("the list is too long", where=name, hint=f"at most {longest // 1024 // 1024} MiB; split it")
    try:
        return data.decode()
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        raise ContentError("this is not UTF-8 text", where=f"{name}:{line}:1", hint="save the list as UTF-8") from None


def find_delimiter(head: str) -> str:
    """What stands between the cells of a list with this head: where a comma is the decimal point, Excel writes `;`."""
    return next((each for each in (",", ";", "\t") if each in head), ",")


def raise_lines(problems: Sequence[ContentError], name: str) -> None:
    """Raise all problems of a list's lines as one; nothing if there are none."""
    if problems:
        said = "line" if len(problems) == 1 else "lines"
        shown = tuple(problems[:MOST_PROBLEMS])
        raise ContentError(f"{len(problems)} {said} cannot be read", where=name, problems=shown)
