"""`rules/controls/*.yaml` → controls, checked against the packs."""

from collections.abc import Iterable
from typing import Any

from govern.errors import ContentError
from govern.kernel import suggest
from govern.library.places import Places
from govern.library.schemas import check_source
from govern.library.vocabulary import raise_problems
from govern.library.yaml_files import load_yaml
from govern.rules import Control, RulePack

FOLDER = "rules/controls/"


def load_controls(places: Places) -> tuple[Control, ...]:
    """Read the controls, trusting that they were checked (`check_controls`). Raises ContentError if they do not fit."""
    try:
        return tuple(Control(**value) for value, _ in _read(places, check=False))
    except (TypeError, ValueError) as problem:
        raise ContentError("a control does not fit its schema", hint="run govern packs lint") from problem


def check_controls(places: Places, packs: Iterable[RulePack]) -> tuple[Control, ...]:
    """Read and check the controls: schemas, ids, obligations. Raises ContentError with all problems at once."""
    entries = _read(places, check=True)
    known = {obligation.id for pack in packs for obligation in pack.obligations}
    seen: set[str] = set()
    problems = []
    controls = []
    for value, where in entries:
        control = Control(**value)
        controls.append(control)
        if control.id in seen:
            problems.append(ContentError(f"`{control.id}` is there twice", where=where))
        seen.add(control.id)
        served = [each.obligation for each in control.serves]
        twice = sorted({each for each in served if served.count(each) > 1})
        problems.extend(ContentError(f"`{control.id}` serves `{id_}` twice", where=where) for id_ in twice)
        for id_ in served:
            if id_ not in known:
                hint = suggest(id_, known)
                problems.append(ContentError(f"there is no obligation `{id_}` to serve", where=where, hint=hint))
    raise_problems(problems)
    return tuple(controls)


def _read(places: Places, *, check: bool) -> list[tuple[dict[str, Any], str]]:
    found: list[tuple[dict[str, Any], str]] = []
    problems: list[ContentError] = []
    for name, path in places.files("rules/controls", "*.yaml"):
        source = load_yaml(path, name=name)
        if not isinstance(source.value, list):
            problems.append(ContentError("expected a list of controls", where=source.where()))
            continue
        for index, value in enumerate(source.value):
            if check:
                problems.extend(check_source(source, places.schema("control"), trail=(index,)))
            found.append((value, source.where((index,))))
    raise_problems(problems)
    return found
