"""How wide the columns of a table are: the same proportions in Word and PDF, from the text alone."""

from govern.contracts import Inline, Table
from govern.render.words import line_of

LINE = 47.0
"""How many ems of table text fit between the margins of our own pages."""

_LOOKED_AT = 60
"""Rows that say which column makes a table tall."""

_PADDING = 1.5  # ems that a cell keeps free at its sides
_STEP = 1.0  # ems
_LOW = 1.5  # lines of a row: where they are so few, widths are left as they are
_WORD = 14.0  # ems; longer words are broken sooner than that they take the room of all others
_HEAD = 1.08  # bold is wider
_FONTS = 1.12  # so much wider than ours are other common fonts
_NARROW, _WIDE = frozenset(" .,:;'’|!()[]ijltfrI-/"), frozenset("mwMW@%&—●☐")


def column_widths(table: Table, total: int, line: float = LINE) -> list[int]:
    """Widths that add up to `total`, which is `line` ems: no word is broken while there is room for all of them.

    Columns whose text fits on one line get what it needs; the others share the rest so that long texts get more of it.
    """
    columns = range(len(table.header))
    cells = [[_measure(cell, _HEAD) for cell in table.header]]
    cells += [[_measure(cell) for cell in row] for row in table.rows]
    least = [min(max(row[column][1] for row in cells), _WORD) + _PADDING for column in columns]
    needs = [max(least[column], *(row[column][0] + _PADDING for row in cells)) for column in columns]
    for column in columns:
        if table.rows and not any(row[column][0] for row in cells[1:]):  # to be filled in by hand
            needs[column] = least[column] = max(needs[column], 0.7 * line / len(needs))
    heights = [[cell[0] for cell in row] for row in cells[:_LOOKED_AT]]
    shares = _level(_share(needs, least, line), least, heights)
    widths = [int(total * share / sum(shares)) for share in shares]
    widths[-1] += total - sum(widths)
    return widths


def _measure(cell: tuple[Inline, ...], scale: float = 1.0) -> tuple[float, float]:
    """About how many ems a cell takes on one line, and its longest word."""
    text = line_of(cell)
    words = [_ems(word) for word in text.split(" ")]
    return _ems(text) * scale, max(words) * scale * _FONTS


def _ems(text: str) -> float:
    return sum(
        0.31 if each in _NARROW else 0.83 if each in _WIDE else 0.64 if each.isupper() else 0.49 for each in text
    )


def _share(needs: list[float], least: list[float], line: float) -> list[float]:
    """Fill the narrow columns first; the wide ones split the rest by the roots of their needs, none below its least."""
    given: dict[int, float] = {}
    while len(given) < len(needs):
        open_ = [place for place in range(len(needs)) if place not in given]
        left = max(line - sum(given.values()), 1.0)
        roots = sum(needs[place] ** 0.5 for place in open_)
        shares = {place: left * needs[place] ** 0.5 / roots for place in open_}
        narrow = {place: needs[place] for place in open_ if needs[place] <= min(shares[place], left / len(open_))}
        tight = {place: least[place] for place in open_ if shares[place] < least[place]}
        given |= narrow or tight or shares
    return [given[place] for place in range(len(needs))]


def _level(shares: list[float], least: list[float], texts: list[list[float]]) -> list[float]:
    """Give room to the column that makes rows tall, from one that does without, as long as the table gets lower."""
    height = _height(shares, texts)
    while height > _LOW * len(texts):
        tall = [max(range(len(row)), key=lambda place: row[place] / shares[place]) for row in texts]
        to = max(set(tall), key=lambda place: (tall.count(place), place))
        others = [place for place in range(len(shares)) if place != to and shares[place] - _STEP >= least[place]]
        tried = [
            [share + _STEP * ((place == to) - (place == giver)) for place, share in enumerate(shares)]
            for giver in others
        ]
        lower = min(tried, key=lambda each: _height(each, texts), default=shares)
        if (low := _height(lower, texts)) >= height:
            break
        shares, height = lower, low
    return shares


def _height(shares: list[float], texts: list[list[float]]) -> float:
    """The lines of all rows, parts of a line counted too: a row is as tall as its fullest cell."""
    room = [max(share - _PADDING, 1.0) for share in shares]
    return sum(max(1.0, *(text / width for text, width in zip(row, room, strict=True))) for row in texts)
