"""Names and values that others wrote, as they stand in a line of a report.

A field of a record may have any name, and its value may be any text: one with a line feed would write lines of the
report itself, and one that turns the direction of writing would show another text than is there.
"""

from govern.kernel.canonical import canonical_bytes

SHOWN = 200
"""Letters of a value that a line shows."""


def show_text(text: str) -> str:
    """The text in one line, with what is not seen, or moves what is seen, by its number."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)


def show_value(value: object, most: int = SHOWN) -> str:
    """The value in one line; where it is cut, that is said, and how long the whole of it is."""
    said = show_text(value if isinstance(value, str) else canonical_bytes(value).decode())
    return said if len(said) <= most else f"{said[:most]} … (cut: {len(said)} letters in all)"
