"""`clause_library/lint/` → citations that no longer stand, contradictions of documents, and the order of days."""

from typing import Any, TypeVar

from pydantic import BaseModel

from govern.contracts import Contradiction, DateOrder, Superseded
from govern.errors import ContentError
from govern.library.places import Places
from govern.library.yaml_files import load_yaml

_Entry = TypeVar("_Entry", bound=BaseModel)


def load_superseded(places: Places) -> tuple[Superseded, ...]:
    """The citations that no longer stand. An organisation's own file replaces ours. Raises ContentError."""
    return _load(places, "clause_library/lint/superseded.yaml", Superseded, "pattern, replaced_by and since")


def load_contradictions(places: Places) -> tuple[Contradiction, ...]:
    """The positions that contradict another document. Raises ContentError."""
    hint = "clause, positions, document, against and message"
    return _load(places, "clause_library/lint/contradictions.yaml", Contradiction, hint)


def load_date_orders(places: Places) -> tuple[DateOrder, ...]:
    """Which days may not come after which. Raises ContentError."""
    return _load(places, "clause_library/lint/dates.yaml", DateOrder, "first, second and message")


def _load(places: Places, name: str, model: type[_Entry], fields: str) -> tuple[_Entry, ...]:
    path = places.file(name)
    if path is None:
        return ()
    source = load_yaml(path, name=name)
    rows: Any = source.value
    if not isinstance(rows, list):
        raise ContentError("expected a list", where=source.where(), hint=f"each entry has {fields}")
    found = []
    for index, row in enumerate(rows):
        try:
            found.append(model(**row))
        except (TypeError, ValueError) as problem:
            hint = f"each entry has {fields}"
            raise ContentError("this entry does not fit", where=source.where((index,)), hint=hint) from problem
    return tuple(found)
