"""`rules/<pack>/` → `RulePack`, checked against the vocabulary and against each other."""

import hashlib
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

from govern.conditions import parse_condition
from govern.errors import ContentError, FactError
from govern.kernel import FactSpec, Kind, Vocabulary, check_value, suggest
from govern.library.places import Places
from govern.library.schemas import check_source
from govern.library.vocabulary import raise_problems
from govern.library.yaml_files import Source, Trail, load_yaml
from govern.rules import Case, RulePack, check_definitions, check_text, find_figures, names_in_use


class PackFiles:
    """The files of one pack with their places, so that a problem found late still has a line."""

    def __init__(self, id_: str) -> None:
        self.id = id_
        self.head: Source | None = None
        self.entries: dict[str, list[tuple[Source, Trail]]] = {
            "definition": [], "parameter": [], "obligation": [], "retention": [], "deadline": [], "case": [],
        }  # fmt: skip
        self.profiles: dict[str, tuple[Source, Trail]] = {}
        self.digest = hashlib.sha256()
        self.with_cases = False

    def values(self, kind: str) -> Iterable[tuple[dict[str, Any], str]]:
        """Each entry of a kind with its place."""
        for source, trail in self.entries[kind]:
            yield _at(source, trail), source.where(trail)


def _kind_of(name: str) -> str | None:
    parts = name.split("/")[2:]
    if len(parts) == 1:
        stems = {
            "definitions.yaml": "definition",
            "parameters.yaml": "parameter",
            "retention.yaml": "retention",
            "deadlines.yaml": "deadline",
        }
        return "pack" if parts[0] == "pack.yaml" else stems.get(parts[0])
    return {"obligations": "obligation", "cases": "case"}.get(parts[0])


RULES = ("definition", "parameter", "obligation")
"""The kinds of entries that a check of gaps reads; the others are schedules."""


def read_pack_files(
    places: Places, *, cases: bool | Collection[str] = False, kinds: Collection[str] | None = None
) -> list[PackFiles]:
    """Read every pack's files. Case files are large and only wanted by tests: of all packs, or of those in `cases`.

    With `kinds` only the heads and the files of these kinds are parsed; the others count for the digest alone.
    """
    packs: dict[str, PackFiles] = {}
    problems: list[ContentError] = []
    for name, path in places.files("rules", "*.yaml"):
        if name.startswith("rules/controls/"):
            continue  # they belong to no pack: see controls.py
        kind = _kind_of(name)
        if kind is None:
            problems.append(ContentError(f"`{name}` is not a file of a pack", where=name))
        elif kind != "case" or _wants(cases, name.split("/")[1]):
            pack = packs.setdefault(name.split("/")[1], PackFiles(name.split("/")[1]))
            if kinds is not None and kind not in ("pack", "case", *kinds):
                _digest(pack, name, path)
            else:
                _read(pack, kind, name, path, problems)
    problems.extend(
        ContentError("the pack has no pack.yaml", where=f"rules/{pack.id}")
        for pack in packs.values()
        if not pack.head and not any(each.where.startswith(f"rules/{pack.id}/pack.yaml") for each in problems)
    )
    raise_problems(problems)
    for pack in packs.values():
        pack.with_cases = _wants(cases, pack.id)
    return list(packs.values())


def _wants(cases: bool | Collection[str], pack: str) -> bool:
    return cases if isinstance(cases, bool) else pack in cases


def _digest(pack: PackFiles, name: str, path: Path) -> None:
    pack.digest.update(f"{name}\0".encode() + path.read_bytes())


def _read(pack: PackFiles, kind: str, name: str, path: Path, problems: list[ContentError]) -> None:
    try:
        source = load_yaml(path, name=name)
    except ContentError as problem:
        problems.append(problem)
        return
    if kind != "case":
        _digest(pack, name, path)
    if kind == "pack":
        pack.head = source
        return
    entries: Any = source.value
    base: Trail = ()
    if kind == "case":
        if not isinstance(entries, dict) or not isinstance(entries.get("cases"), list):
            problems.append(ContentError("a case file has `profiles` and a list of `cases`", where=source.where()))
            return
        profiles = entries.get("profiles") or {}
        if not isinstance(profiles, dict) or not all(isinstance(each, dict) for each in profiles.values()):
            problems.append(ContentError("`profiles` are named sets of facts", where=source.where(("profiles",))))
            return
        for profile in profiles:
            pack.profiles[profile] = (source, ("profiles", profile))
        entries, base = entries["cases"], ("cases",)
    if not isinstance(entries, list):
        problems.append(ContentError("expected a list", where=source.where()))
        return
    pack.entries[kind].extend((source, (*base, index)) for index in range(len(entries)))


def make_pack(files: PackFiles) -> RulePack:
    """The model of a pack whose files have passed the schemas."""
    assert files.head is not None
    head = dict(files.head.value)
    return RulePack(
        **head,
        definitions=tuple(_cited(value, head) for value, _ in files.values("definition")),
        parameters=tuple(_cited(value, head) for value, _ in files.values("parameter")),
        obligations=tuple(_cited(value, head) for value, _ in files.values("obligation")),
        digest=files.digest.hexdigest(),
    )


def _cited(value: dict[str, Any], head: dict[str, Any]) -> Any:
    return {**value, "cite": {"instrument": head["instrument"], **value["cite"]}}


def load_packs(places: Places) -> list[RulePack]:
    """Read the packs, trusting that they were checked (`check_packs`). Raises ContentError if they do not parse."""
    try:
        return [make_pack(files) for files in read_pack_files(places, kinds=RULES)]
    except (TypeError, ValueError, KeyError) as problem:
        raise ContentError("a pack does not fit its schema", hint="run govern packs lint") from problem


def check_packs(
    files: list[PackFiles], places: Places, vocabulary: Vocabulary, terms: Iterable[str]
) -> list[ContentError]:
    """All problems of all packs: schemas, duplicate ids, dates, unknown names, types, circles, unknown terms.

    Where case files were read also: obligations and definitions that no case shows both ways.
    """
    problems: list[ContentError] = []
    for pack in files:
        if pack.head is not None:
            problems.extend(check_source(pack.head, places.schema("pack")))
        for kind, entries in pack.entries.items():
            for source, trail in entries:
                problems.extend(check_source(source, places.schema(kind), trail=trail))
    if problems:
        return problems
    models = [make_pack(pack) for pack in files]
    names = names_in_use(models, vocabulary)
    known_terms = set(terms)
    problems.extend(_check_ids(files, vocabulary))
    problems.extend(_check_deadlines(files, places))
    for pack in files:
        problems.extend(_check_values(pack))
        problems.extend(_check_dates(pack))
        if pack.with_cases:
            problems.extend(_check_shown(pack))
        problems.extend(_check_conditions(pack, lambda text: check_text(text, names)))
        problems.extend(_check_references(pack, models, known_terms, vocabulary))
    problems.extend(_check_circles(files, models))
    return problems


def _check_circles(files: list[PackFiles], models: list[RulePack]) -> list[ContentError]:
    """Definitions that define each other; those that do not parse are reported elsewhere."""
    nodes = {}
    for each in (definition for model in models for definition in model.definitions):
        with suppress(ContentError):
            nodes[each.id] = parse_condition(each.when)
    circle = check_definitions(nodes)
    if not circle:
        return []
    placed = {value["id"]: where for pack in files for value, where in pack.values("definition")}
    return [ContentError(circle.message, where=placed[circle.where], hint="leave one of them out")]


def _check_dates(pack: PackFiles) -> list[ContentError]:
    """What is in force ends after it begins, and a parameter has one value on a day."""
    problems: list[ContentError] = []
    spans = [
        (value.get("in_force"), where)
        for kind in ("definition", "obligation", "retention", "deadline")
        for value, where in pack.values(kind)
    ]
    if pack.head is not None:
        spans.append((pack.head.value.get("in_force"), pack.head.where(("in_force",))))
    for span, where in spans:
        if span and span.get("from") and span.get("until") and span["until"] <= span["from"]:
            hint = "from is the first day, until the first day after it"
            problems.append(ContentError("it ends before it begins", where=where, hint=hint))
    for source, trail in pack.entries["parameter"]:
        values = _at(source, trail)["values"]
        dated = sorted(range(len(values)), key=lambda index: values[index]["from"])
        for one, other in pairwise(dated):
            until = values[one].get("until")
            if values[one]["from"] == values[other]["from"] or (until and until > values[other]["from"]):
                where = source.where((*trail, "values", other))
                hint = f"one value ends where the next begins, on {values[other]['from'].isoformat()}"
                problems.append(ContentError("two values on one day", where=where, hint=hint))
    return problems


_BOTH_WAYS = {"obligation": ("met", "gap"), "definition": ("true", "false")}


def _check_shown(pack: PackFiles) -> list[ContentError]:
    """Every obligation has a case that is met and one that is a gap; every definition one true and one false."""
    shown: dict[str, set[str]] = {}
    for value, _ in pack.values("case"):
        subject = value.get("obligation") or value.get("definition") or ""
        shown.setdefault(subject, set()).add(str(value["expect"]).lower())
    problems = []
    for kind, wanted in _BOTH_WAYS.items():
        for value, where in pack.values(kind):
            lacks = [each for each in wanted if each not in shown.get(value["id"], ())]
            if lacks:
                message = f"`{value['id']}` has no case with `expect: {lacks[0]}`"
                problems.append(ContentError(message, where=where, hint="show it both ways in a case file"))
    return problems


def _check_ids(files: list[PackFiles], vocabulary: Vocabulary) -> list[ContentError]:
    """An id is there once in all packs; facts, definitions and parameters share the names of conditions."""
    problems: list[ContentError] = []
    names: dict[str, str] = {spec.id: "a fact of the vocabulary" for spec in vocabulary}
    seen: dict[str, dict[str, str]] = {
        "definition": names, "parameter": names, "obligation": {}, "retention": {}, "deadline": {},
    }  # fmt: skip
    for pack in files:
        for kind, known in seen.items():
            for value, where in pack.values(kind):
                if value["id"] in known:
                    hint = f"the first is {known[value['id']]}"
                    problems.append(ContentError(f"the id `{value['id']}` is there twice", where=where, hint=hint))
                known.setdefault(value["id"], f"at {where}")
    return problems


def _check_values(pack: PackFiles) -> list[ContentError]:
    """A parameter's values are of its kind, and a rule that sets a term says how long it is."""
    problems: list[ContentError] = []
    for source, trail in pack.entries["parameter"]:
        parameter = _at(source, trail)
        spec = FactSpec(id=parameter["id"], kind=parameter["kind"], group="", question="")
        for index, dated in enumerate(parameter["values"]):
            where = source.where((*trail, "values", index, "value"))
            try:
                check_value(spec, dated["value"], where=where)
            except FactError as problem:
                problems.append(ContentError(problem.message, where=where, hint=problem.hint))
    for value, where in pack.values("retention"):
        if (value["rule"] == "none") == ("period" in value):
            message = "a rule of this kind has no `period`" if "period" in value else "`period` is missing"
            problems.append(ContentError(f"`{value['id']}`: {message}", where=where, hint="rule: none has none"))
    return problems


def _check_deadlines(files: list[PackFiles], places: Places) -> list[ContentError]:
    """A deadline is counted in one way, by a calendar that is there; and so is a term of business days."""
    from govern.library.calendars import load_calendars

    calendars = load_calendars(places)
    problems: list[ContentError] = []
    for pack in files:
        for value, where in pack.values("deadline"):
            if value["calendar"] not in calendars:
                problems.append(_missing_calendar(value["calendar"], calendars, where))
            if "period" in value and "business_days" in value:
                message = f"`{value['id']}` has a `period` and `business_days`"
                problems.append(ContentError(message, where=where, hint="write one of them"))
        for value, where in pack.values("retention"):
            counted = bool(value.get("period", {}).get("business_days"))
            if counted != ("calendar" in value):
                message = f"`{value['id']}`: {'`calendar` is missing' if counted else 'no business days are counted'}"
                problems.append(ContentError(message, where=where, hint="business_days and calendar go together"))
            elif counted and value["calendar"] not in calendars:
                problems.append(_missing_calendar(value["calendar"], calendars, where))
    return problems


def _missing_calendar(id_: str, calendars: Iterable[str], where: str) -> ContentError:
    missing = _missing("calendar", id_, calendars, where)
    missing.hint = missing.hint or f"schemas/calendars.yaml has {', '.join(sorted(calendars)) or 'none'}"
    return missing


def _at(source: Source, trail: Trail) -> Any:
    value: Any = source.value
    for step in trail:
        value = value[step]
    return value


def _check_conditions(pack: PackFiles, check: Callable[[str], Iterable[ContentError]]) -> list[ContentError]:
    problems: list[ContentError] = []
    fields = {
        "definition": ("when",),
        "obligation": ("applies", "met"),
        "retention": ("applies",),
        "deadline": ("applies",),
    }
    for kind, keys in fields.items():
        for source, trail in pack.entries[kind]:
            value = _at(source, trail)
            for key in keys:
                problems.extend(_placed(problem, source, (*trail, key), key) for problem in check(value[key]))
    for source, index in _stand_ins(pack):
        at: Trail = ("stand_ins", index, "when")
        problems.extend(_placed(problem, source, at, "when") for problem in check(_at(source, at)))
    return problems


def _placed(problem: ContentError, source: Source, trail: Trail, key: str) -> ContentError:
    """A condition's problem with the file's place; the column counts within the condition."""
    message = f"`{key}` at {problem.where}: {problem.message}"
    return ContentError(message, hint=problem.hint, where=source.where(trail))


def _check_references(
    pack: PackFiles, models: list[RulePack], terms: set[str], vocabulary: Vocabulary
) -> list[ContentError]:
    instruments = set(pack.head.value["instruments"]) if pack.head else set()
    obligations = {each.id for model in models for each in model.obligations}
    definitions = {each.id for model in models for each in model.definitions}
    facts = [spec.id for spec in vocabulary]
    figures = [each.id for model in models for each in model.parameters if each.kind in (Kind.INTEGER, Kind.DECIMAL)]
    problems: list[ContentError] = []
    for kind in ("definition", "parameter", "obligation", "retention", "deadline"):
        for value, where in pack.values(kind):
            instrument = value["cite"].get("instrument", pack.head.value["instrument"] if pack.head else "")
            if instrument not in instruments:
                missing = _missing("instrument", instrument, instruments, where)
                missing.hint = missing.hint or "name it among the `instruments` of pack.yaml"
                problems.append(missing)
            problems.extend(
                _missing("contract term", term, terms, where)
                for term in value.get("requires_terms", ())
                if term not in terms
            )
            problems.extend(
                _missing("figure", name, figures, where)
                for name in find_figures(value.get("penalty", ""))
                if name not in figures
            )
            problems.extend(
                _missing("obligation", id_, obligations, where)
                for id_ in value.get("same_as", ())
                if id_ not in obligations
            )
            fact = value.get("trigger_fact")
            if fact is not None and fact not in vocabulary:
                problems.append(_missing("fact", fact, facts, where))
            elif fact is not None and vocabulary.get(fact).kind is not Kind.DATE:
                problems.append(ContentError(f"`{fact}` is not a date", where=where))
    problems.extend(_check_stand_ins(pack, vocabulary))
    for value, where in pack.values("case"):
        if "obligation" in value and value["obligation"] not in obligations:
            problems.append(_missing("obligation", value["obligation"], obligations, where))
        if "definition" in value and value["definition"] not in definitions:
            problems.append(_missing("definition", value["definition"], definitions, where))
        problems.extend(
            _missing("fact", fact, facts, where) for fact in value.get("facts", ()) if fact not in vocabulary
        )
    for source, trail in pack.profiles.values():
        problems.extend(
            _missing("fact", fact, facts, source.where((*trail, fact)))
            for fact in _at(source, trail)
            if fact not in vocabulary
        )
    return problems


def _check_stand_ins(pack: PackFiles, vocabulary: Vocabulary) -> list[ContentError]:
    """What a stand-in assumes are facts with values that they may have."""
    problems: list[ContentError] = []
    for source, index in _stand_ins(pack):
        for fact, value in source.value["stand_ins"][index]["assume"].items():
            where = source.where(("stand_ins", index, "assume", fact))
            try:
                check_value(vocabulary.get(fact, where=where), value, where=where)
            except FactError as problem:
                problems.append(ContentError(problem.message, where=where, hint=problem.hint))
    return problems


def _stand_ins(pack: PackFiles) -> list[tuple[Source, int]]:
    if pack.head is None:
        return []
    return [(pack.head, index) for index in range(len(pack.head.value.get("stand_ins", ())))]


def _missing(what: str, id_: str, known: Iterable[str], where: str) -> ContentError:
    return ContentError(f"there is no {what} `{id_}`", where=where, hint=suggest(id_, known))


def make_cases(pack: PackFiles) -> list[tuple[Case, str]]:
    """The cases of a pack with their profiles filled in, each with its place."""
    profiles: dict[str, dict[str, Any]] = {}
    for name, (source, trail) in pack.profiles.items():
        profiles[name] = _at(source, trail)
    cases = []
    for value, where in pack.values("case"):
        chosen = value.get("with", [])
        chosen = [chosen] if isinstance(chosen, str) else chosen
        missing = [name for name in chosen if name not in profiles]
        if missing:
            raise ContentError(f"there is no profile `{missing[0]}`", where=where)
        facts: dict[str, Any] = {}
        for name in chosen:
            facts.update(profiles[name])
        facts.update(value.get("facts") or {})
        for name in value.get("without", ()):
            facts.pop(name, None)
        expect = value["expect"]
        expect = str(expect).lower() if isinstance(expect, bool) else expect
        cases.append((Case(**{**value, "with": tuple(chosen), "facts": facts, "expect": expect}), where))
    return cases
