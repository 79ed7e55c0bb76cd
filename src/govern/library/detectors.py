"""`clause_library/review/*.yaml` → what a review of the other side's paper looks for, and what was learned of how
promises read (`likeness.json` beside them)."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from govern.errors import ContentError
from govern.kernel import suggest
from govern.library.places import Places
from govern.library.schemas import check_source
from govern.library.vocabulary import raise_problems
from govern.library.yaml_files import Source, Trail, load_yaml
from govern.review import (
    Detector,
    DetectorBook,
    Kind,
    Likeness,
    Meaning,
    Need,
    OurWord,
    Pattern,
    Reading,
    Undoing,
    Watch,
    Weakness,
    compile_pattern,
)

FOLDER = "clause_library/review"
COMMON = f"{FOLDER}/common.yaml"
LIKENESS = f"{FOLDER}/likeness.json"
MAX_DETECTORS = 2_000
MAX_LIKENESS = 4_000_000
"""Bytes of the weights that were learned."""
MAX_WEIGHT = 1_000_000


def load_detectors(places: Places, terms: Mapping[str, Any] | None = None) -> DetectorBook:
    """Read and check all detectors. Raises ContentError with all problems at once.

    Patterns are compiled here, so that a wrong one is an error of the file and never of a review. With `terms`, a
    detector for a term that there is not is a problem too.
    """
    reader = _Reader()
    common = places.file(COMMON)
    if common is not None:
        reader.read_common(load_yaml(common, name=COMMON), places)
    for name, path in places.files(FOLDER, "*.yaml"):
        if name != COMMON:
            reader.read_file(load_yaml(path, name=name), places, terms)
    if len(reader.detectors) > MAX_DETECTORS:
        reader.problems.append(ContentError(f"there are more than {MAX_DETECTORS:,} detectors", where=FOLDER))
    reader.check_follows()
    raise_problems(reader.problems)
    return DetectorBook(
        reader.detectors,
        tuple(reader.weak),
        tuple(reader.denials),
        tuple(reader.take_backs),
        tuple(reader.watches),
        reader.ordinary,
        reader.heads,
        reader.words,
        reader.names,
        reader.meanings,
        reader.duty,
        reader.choice,
        reader.undoing,
        places.digest((FOLDER,)),
        load_likeness(places),
        tuple(reader.elsewhere),
        tuple(reader.kinds),
    )


def load_likeness(places: Places) -> Likeness | None:
    """Read and check what was learned; None where the file is not there. Raises ContentError."""
    path = places.file(LIKENESS)
    if path is None:
        return None
    if path.stat().st_size > MAX_LIKENESS:
        raise ContentError(f"the file is larger than {MAX_LIKENESS:,} bytes", where=LIKENESS)
    try:
        value = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as problem:
        raise ContentError("the file is not JSON", where=LIKENESS, hint=_MADE_BY) from problem
    if not isinstance(value, dict):
        raise ContentError("expected an object", where=LIKENESS, hint=_MADE_BY)
    for name in _BOUNDS:
        if not _is_weight(value.get(name)):
            raise ContentError(f"`{name}` is not a whole number", where=LIKENESS, hint=_MADE_BY)
    if not _are_weights(value.get("terms")):
        raise ContentError("`terms` is not a whole number for each term", where=LIKENESS, hint=_MADE_BY)
    for name, each in (("topics", "term of each word"), ("weights", "word of each scope")):
        scopes = value.get(name)
        if not isinstance(scopes, dict) or not all(map(_are_weights, scopes.values())):
            raise ContentError(f"`{name}` is not a whole number for each {each}", where=LIKENESS, hint=_MADE_BY)
    bounds = {name: value[name] for name in _BOUNDS}
    return Likeness(value["terms"], value["topics"], value["weights"], **bounds)


_BOUNDS = ("bias", "about", "found", "said", "usual", "other")
_MADE_BY = "it is made by `tests/review/train.py` and not written by hand"


def _are_weights(value: object) -> bool:
    return isinstance(value, dict) and all(map(_is_weight, value.values()))


def _is_weight(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MAX_WEIGHT


def _meaning(value: dict[str, Any]) -> Meaning:
    return Meaning(tuple(value["phrases"]), tuple(value["ends"]))


def _word(value: dict[str, Any]) -> OurWord:
    theirs, plain, side, means = (value.get(key) for key in ("theirs", "plain", "side", "means"))
    return OurWord(value["ours"], tuple(theirs or ()), plain or "", side or "", _meaning(means) if means else None)


@dataclass
class _Reader:
    concepts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    weak: list[Weakness] = field(default_factory=list)
    shared: list[Weakness] = field(default_factory=list)
    """What weakens the promises of several terms, each of which names it under `also`."""
    denials: list[Weakness] = field(default_factory=list)
    take_backs: list[Weakness] = field(default_factory=list)
    watches: list[Watch] = field(default_factory=list)
    elsewhere: list[Undoing] = field(default_factory=list)
    kinds: list[Kind] = field(default_factory=list)
    ordinary: tuple[str, ...] = ()
    heads: tuple[str, ...] = ()
    words: tuple[OurWord, ...] = ()
    names: dict[str, str] = field(default_factory=dict)
    meanings: tuple[Meaning, ...] = ()
    duty: tuple[str, ...] = ()
    choice: tuple[str, ...] = ()
    undoing: tuple[str, ...] = ()
    detectors: dict[str, Detector] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    problems: list[ContentError] = field(default_factory=list)
    compiled: dict[str, Pattern] = field(default_factory=dict)
    """Patterns by their text: half of them stand in several places."""

    def read_common(self, source: Source, places: Places) -> None:
        found = check_source(source, places.schema("review_common"))
        if found:
            raise_problems(found)
        value: Any = source.value
        self.concepts = {name: tuple(map(str, each)) for name, each in value.get("concepts", {}).items()}
        self.ordinary, self.heads, self.duty, self.choice, self.undoing = (
            tuple(value.get(key, [])) for key in ("ordinary", "heads", "duty", "choice", "undoing")
        )
        self.names = dict(value.get("names", {}))
        self.meanings = tuple(_meaning(each) for each in value.get("meanings", []))
        self.words = tuple(_word(each) for each in value.get("words", []))
        for name in self.concepts:
            self.compile([f"@{name}"], source, ("concepts", name))
        for key, rules in (
            ("weak", self.weak),
            ("shared", self.shared),
            ("denials", self.denials),
            ("take_backs", self.take_backs),
        ):
            rules += [self.weakness(each, source, (key, i)) for i, each in enumerate(value.get(key, []))]
        honest = self.compile(value.get("honest", []), source, ("honest",))
        self.elsewhere = [
            self.undoing_of(each, honest, source, ("elsewhere", i)) for i, each in enumerate(value.get("elsewhere", []))
        ]
        self.kinds = [self.kind(each, source, ("kinds", i)) for i, each in enumerate(value.get("kinds", []))]
        for index, each in enumerate(value.get("watches", [])):
            trail: Trail = ("watches", index)
            ways = self.ways(each["says"], source, trail)
            unless = self.compile(each.get("unless", []), source, (*trail, "unless"))
            within = each.get("within", "sentence")
            self.watches.append(Watch(each["id"], each["title"], ways, each["because"], within, unless))

    def read_file(self, source: Source, places: Places, terms: Mapping[str, Any] | None) -> None:
        if not isinstance(source.value, list):
            self.problems.append(ContentError("expected a list of detectors", where=source.where()))
            return
        for index, each in enumerate(source.value):
            found = check_source(source, places.schema("detector"), trail=(index,))
            self.problems += found
            if not found:
                self.read_detector(each, source, (index,), terms)

    def read_detector(
        self, value: dict[str, Any], source: Source, trail: Trail, terms: Mapping[str, Any] | None
    ) -> None:
        term, where = value["term"], source.where(trail)
        if term in self.detectors:
            self.problems.append(ContentError(f"`{term}` has a detector already", where=where))
        if terms is not None and term not in terms:
            hint = suggest(term, terms)
            self.problems.append(ContentError(f"there is no contract term `{term}`", where=where, hint=hint))
        general = {each.id for each in (*self.weak, *self.denials)}
        shared = {each.id: each for each in self.shared}
        kinds = (("except", general, "general weakness or denial"), ("also", shared, "shared weakness"))
        for key, known, kind in kinds:
            for id_ in value.get(key, []):
                if id_ not in known:
                    hint = suggest(id_, known)
                    self.problems.append(ContentError(f"`{id_}` is no {kind}", where=where, hint=hint))
        also = [shared[id_] for id_ in value.get("also", []) if id_ in shared]
        own = [self.weakness(each, source, (*trail, "weak", i)) for i, each in enumerate(value.get("weak", []))]
        self.places[term] = where
        self.detectors[term] = Detector(
            term,
            self.ways(value["says"], source, trail),
            value.get("within", "passage"),
            self.compile(value.get("unless", []), source, (*trail, "unless")),
            tuple(self.needs(value.get("needs", []), source, trail)),
            (*own, *also),
            tuple(self.readings(value.get("reads", []), source, trail)),
            tuple(value.get("except", [])),
            tuple(value.get("follows_from", [])),
            value.get("forbids", False),
            self.compile(value.get("allow", []), source, (*trail, "allow")),
            value.get("titled", False),
            self.compile(value.get("titles", []), source, (*trail, "titles")),
            value.get("defines", False),
        )

    def check_follows(self) -> None:
        for detector in self.detectors.values():
            for other in detector.follows_from:
                if other not in self.detectors:
                    hint = suggest(other, self.detectors)
                    where = self.places[detector.term]
                    self.problems.append(ContentError(f"`{other}` has no detector", where=where, hint=hint))

    def ways(
        self, says: list[dict[str, Any]], source: Source, trail: Trail
    ) -> tuple[tuple[tuple[Pattern, ...], ...], ...]:
        made = []
        for index, way in enumerate(says):
            here: Trail = (*trail, "says", index)
            groups = [self.compile(way["promise"], source, (*here, "promise"))]
            groups += [self.compile(each, source, (*here, "with", i)) for i, each in enumerate(way.get("with", []))]
            made.append(tuple(groups))
        return tuple(made)

    def needs(self, values: list[dict[str, Any]], source: Source, trail: Trail) -> Iterator[Need]:
        for index, each in enumerate(values):
            patterns = self.compile(each["any"], source, (*trail, "needs", index, "any"))
            yield Need(patterns, each["otherwise"], each.get("within", "clause"))

    def weakness(self, value: dict[str, Any], source: Source, trail: Trail) -> Weakness:
        return Weakness(
            value.get("id", ""),
            self.compile(value["any"], source, (*trail, "any")),
            value["because"],
            value.get("before"),
            value.get("within", "sentence"),
            self.compile(value.get("unless", []), source, (*trail, "unless")),
            self.compile(value.get("allow", []), source, (*trail, "allow")),
            value.get("duties", False),
            value.get("after", False),
        )

    def undoing_of(self, value: dict[str, Any], honest: tuple[Pattern, ...], source: Source, trail: Trail) -> Undoing:
        found, unless, harmless = (
            self.compile(value.get(key, []), source, (*trail, key)) for key in ("any", "unless", "harmless")
        )
        look, notes = value.get("look", False), value.get("notes", False)
        return Undoing(found, value["because"], value.get("near"), unless, (*harmless, *honest), look, notes)

    def kind(self, value: dict[str, Any], source: Source, trail: Trail) -> Kind:
        names, titles = (self.compile(value.get(key, []), source, (*trail, key)) for key in ("names", "titles"))
        documents, named = tuple(value["documents"]), tuple(value.get("named", []))
        return Kind(documents, value["title"], value["law"], names, titles, named)

    def readings(self, values: list[dict[str, Any]], source: Source, trail: Trail) -> Iterator[Reading]:
        for index, each in enumerate(values):
            near = self.compile(each.get("near", []), source, (*trail, "reads", index, "near"))
            yield Reading(
                each["id"], each["label"], each["unit"], each.get("max"), each.get("min"), each.get("because", ""), near
            )

    def compile(self, texts: list[str], source: Source, trail: Trail) -> tuple[Pattern, ...]:
        """Patterns; one that is wrong is noted with its place and left out."""
        made = []
        for index, text in enumerate(texts):
            try:
                if text not in self.compiled:
                    self.compiled[text] = compile_pattern(text, self.concepts)
                made.append(self.compiled[text])
            except ContentError as problem:
                where = source.where((*trail, index))
                self.problems.append(ContentError(problem.message, hint=problem.hint, where=where))
        return tuple(made)
