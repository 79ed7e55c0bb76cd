"""How wide the columns of a table are: the same proportions in Word and PDF, from the text alone."""

from govern.contracts import Table
from govern.render.words import line_of

_LINE = 104  # letters of table text that fit on a full line
_PADDING = 3


def column_widths(table: Table, total: int) -> list[int]:
    """Widths that add up to `total`: narrow columns get what their text needs, the wide ones share the rest."""
    columns = range(len(table.header))
    rows = [[line_of(cell) for cell in row] for row in (table.header, *table.rows)]
    needs = [max(len(row[column]) for row in rows) * 0.96 + _PADDING for column in columns]
    shares = _share(needs, _LINE)
    widths = [int(total * share / sum(shares)) for share in shares]
    widths[-1] += total - sum(widths)
    return widths


def _share(needs: list[float], line: float) -> list[float]:
    """Fill the narrow columns first; those that need more than an even share split what is left by their roots."""
    given: dict[int, float] = {}
    while len(given) < len(needs):
        open_ = [place for place in range(len(needs)) if place not in given]
        left = line - sum(given.values())
        narrow = [place for place in open_ if needs[place] <= left / len(open_)]
        if narrow:
            given |= {place: needs[place] for place in narrow}
            continue
        roots = sum(needs[place] ** 0.5 for place in open_)
        given |= {place: left * needs[place] ** 0.5 / roots for place in open_}
    return [given[place] for place in range(len(needs))]
