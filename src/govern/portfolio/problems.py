"""What is wrong with a file of facts: gathered on the way through it, told at once."""

from typing import Final

from govern.errors import ContentError, FactError

SHOWN: Final = 5
"""How many different wrong values of one column are told."""


class Problems:
    """The problems of one source, each with its column and the first row that has it."""

    def __init__(self, source: str) -> None:
        self.source = source
        self._found: dict[tuple[str, str], ContentError] = {}
        self._count: dict[str, int] = {}

    def __bool__(self) -> bool:
        return bool(self._found)

    def note(self, column: str, message: str, *, hint: str = "", row: int | None = None) -> None:
        """Keep a problem, unless the column has it already. Rows count from 1, without a heading."""
        if (column, message) in self._found:
            return
        self._count[column] = self._count.get(column, 0) + 1
        if self._count[column] <= SHOWN:
            place = f"{self.source}: row {row}, {column}" if row is not None else self.source
            self._found[column, message] = ContentError(message, hint=hint, where=place)

    def is_full(self, column: str) -> bool:
        """Whether no more problems of a column will be told."""
        return self._count.get(column, 0) > SHOWN

    def note_value(self, column: str, problem: FactError, row: int, more: str = "") -> None:
        """Keep what `check_value` said of a value."""
        hint = "; ".join(filter(None, (problem.hint, more)))
        self.note(column, problem.message, hint=hint, row=row)

    def check(self) -> None:
        """Raise ContentError if there are problems."""
        if not self._found:
            return
        found = list(self._found.values())
        for column, count in self._count.items():
            if count > SHOWN:
                found.append(ContentError(f"`{column}` has other wrong values too", where=self.source))
        raise ContentError(found[0].message, hint=found[0].hint, where=found[0].where, problems=tuple(found))
