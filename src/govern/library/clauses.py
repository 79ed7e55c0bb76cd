"""`clause_library/` → clauses and document recipes, checked against the vocabulary, the packs and each other."""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from govern.contracts import (
    AS_WRITTEN,
    AuthoredGroup,
    AuthoredParagraph,
    AuthoredTable,
    Clause,
    ClauseHead,
    ClauseParameter,
    Definition,
    Inline,
    Playbook,
    Recipe,
    Reference,
    Slot,
    Spelling,
    Use,
    apply_playbooks,
    parse_clause_text,
    parse_inline,
    term_key,
)
from govern.errors import ContentError, FactError
from govern.kernel import Kind, Vocabulary, check_value, suggest
from govern.library.places import Places
from govern.library.schemas import check_source
from govern.library.vocabulary import raise_problems
from govern.library.yaml_files import Source, decode_text, parse_yaml, read_bytes

_Model = TypeVar("_Model", bound=BaseModel)

_BLANK = re.compile(r"\[\[([a-z0-9_.]+)\]\]")


@dataclass(frozen=True, slots=True)
class ClauseLibrary:
    """Clauses and recipes by id."""

    clauses: Mapping[str, Clause]
    recipes: Mapping[str, Recipe]
    names: Mapping[str, str] = field(default_factory=dict)
    """The file of each, by id."""
    playbooks: Mapping[str, Playbook] = field(default_factory=dict)
    spellings: Mapping[str, Spelling] = field(default_factory=dict)

    def where(self, id_: str, line: int = 1) -> str:
        """The place of a clause or recipe, or of a line in it."""
        return f"{self.names.get(id_, id_)}:{line}:1"

    def conditions(self) -> Iterator[str]:
        """Every condition of a clause, position, part of a text, document or table of words."""
        for clause in self.clauses.values():
            yield from (each for each in (clause.head.when, *(at.when for at in clause.head.positions)) if each)
            yield from (each.condition for each in clause.blocks if isinstance(each, AuthoredGroup) and each.condition)
            yield from (each.otherwise.when for each in clause.head.parameters.values() if each.otherwise)
        for recipe in self.recipes.values():
            yield from (each for each in (recipe.when, *(at.when for at in recipe.contract_documents)) if each)
            yield from [recipe.signature.deed.when] if recipe.signature.deed else []
        yield from (each.when for each in self.spellings.values() if each.when)
        yield from (rule.when for playbook in self.playbooks.values() for rule in playbook.rules if rule.when)

    def facts(self) -> set[str]:
        """Every fact that fills a blank of a clause or a document, or that signing a document settles."""
        parameters = [each for clause in self.clauses.values() for each in clause.head.parameters.values()]
        found = {each.fact for each in parameters if each.fact}
        found.update(fact for each in parameters if each.otherwise for fact in _BLANK.findall(each.otherwise.text))
        for recipe in self.recipes.values():
            found.update(recipe.provides, _BLANK.findall(recipe.model_dump_json()))
        return found

    def get_recipe(self, document: str) -> Recipe:
        """The recipe of a document. Raises ContentError with a did-you-mean."""
        if document not in self.recipes:
            hint = suggest(document, self.recipes) or "documents: " + ", ".join(self.recipes)
            raise ContentError(f"there is no document `{document}`", hint=hint)
        return self.recipes[document]


class _Shelf(Mapping[str, Clause]):
    """Clauses by id, each read when it is first taken: a draft needs thirty of some hundreds."""

    def __init__(self, files: Mapping[str, tuple[str, Path]]) -> None:
        self._files = files
        self._read: dict[str, Clause] = {}

    def __getitem__(self, id_: str) -> Clause:
        if id_ not in self._read:
            name, path = self._files[id_]
            self._read[id_] = parse_clause(read_bytes(path, name=name), name=name)
            _check_name(self._read[id_], name)
        return self._read[id_]

    def __contains__(self, id_: object) -> bool:
        return id_ in self._files

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)


def load_clauses(places: Places, *, check: bool = False) -> ClauseLibrary:
    """The clauses, recipes, playbooks and tables of words. Raises ContentError with all problems at once.

    Unchecked, a clause is read when it is first taken, and its own problems are raised then. With `check` everything is
    read, which takes about half a second.
    """
    problems: list[ContentError] = []
    files = {path.stem: (name, path) for name, path in places.files("clause_library/clauses", "*.md")}
    names = {id_: name for id_, (name, _) in files.items()}
    clauses: Mapping[str, Clause] = _Shelf(files)
    if check:
        read = [
            (name, clause)
            for name, path in places.files("clause_library/clauses", "*.md")
            for clause in _gather(problems, lambda name=name, path=path: _read_clause(name, path, places, check))
        ]
        clauses = _by_id(problems, read, "clause", names, lambda clause: clause.head.id)
    recipes = _by_id(problems, _read_all(problems, places, "document", check), "document", names, lambda each: each.id)
    books = _by_id(problems, _read_all(problems, places, "playbook", check), "playbook", names, lambda each: each.id)
    tables = _by_id(problems, _read_all(problems, places, "spelling", check), "spelling", names, lambda each: each.id)
    raise_problems(problems)
    ordered = dict(sorted(recipes.items(), key=lambda each: (each[1].order, each[0])))
    return ClauseLibrary(clauses, ordered, names, books, tables)


def _read_all(problems: list[ContentError], places: Places, kind: str, check: bool) -> list[tuple[str, Any]]:
    """The documents, playbooks or tables of words with the names of their files."""
    read = {"document": _read_recipe, "playbook": _read_playbook, "spelling": _read_spelling}[kind]
    folder = kind if kind == "spelling" else f"{kind}s"
    return [
        (name, made)
        for name, path in places.files(f"clause_library/{folder}", "*.yaml")
        for made in _gather(problems, lambda name=name, path=path: read(name, path, places, check))
    ]


def _by_id(
    problems: list[ContentError], read: Iterable[tuple[str, Any]], kind: str, names: dict[str, str],
    id_of: Callable[[Any], str],
) -> dict[str, Any]:  # fmt: skip
    found: dict[str, Any] = {}
    for name, made in read:
        id_ = id_of(made)
        if id_ in found:
            problems.append(ContentError(f"the {kind} `{id_}` is there twice", where=name))
        found[id_] = made
        names[f"{kind}:{id_}" if kind in ("playbook", "spelling") else id_] = name
    return found


def _check_name(clause: Clause, name: str) -> None:
    if Path(name).stem != clause.head.id:
        hint = "the file of a clause is named by its id"
        raise ContentError(f"the clause `{clause.head.id}` is in the file of another name", where=name, hint=hint)


def _gather(problems: list[ContentError], read: Any) -> Iterator[Any]:
    try:
        yield read()
    except ContentError as problem:
        problems.extend(problem.problems or (problem,))


def split_front_matter(text: str, name: str) -> tuple[Source, str, int]:
    """The front matter's value, the text after it, and how many lines stand before that text."""
    lines = text.split("\n")
    if lines[0].strip() != "---" or "---" not in (line.strip() for line in lines[1:]):
        hint = "a clause begins with `---`, YAML and `---`"
        raise ContentError("there is no front matter", where=f"{name}:1:1", hint=hint)
    end = next(index for index, line in enumerate(lines[1:], 1) if line.strip() == "---")
    source = parse_yaml("\n".join(lines[1:end]), name=name, offset=1)
    return source, "\n".join(lines[end + 1 :]), end + 1


def _read_clause(name: str, path: Path, places: Places, check: bool) -> Clause:
    clause = parse_clause(read_bytes(path, name=name), name=name, schema=places.schema("clause") if check else None)
    _check_name(clause, name)
    return clause


def parse_clause(data: bytes, *, name: str, schema: Path | None = None) -> Clause:
    """The clause in the bytes of its file. Raises ContentError."""
    source, body, offset = split_front_matter(decode_text(data, name=name), name)
    if schema is not None:
        raise_problems(check_source(source, schema))
    head = _made(ClauseHead, source, "the front matter")
    return Clause(head, parse_clause_text(body, name=name, offset=offset), hashlib.sha256(data).hexdigest())


def _read_recipe(name: str, path: Path, places: Places, check: bool) -> Recipe:
    return parse_recipe(read_bytes(path, name=name), name=name, schema=places.schema("document") if check else None)


def parse_recipe(data: bytes, *, name: str, schema: Path | None = None) -> Recipe:
    """The recipe in the bytes of its file. Raises ContentError."""
    return _parse(Recipe, data, name, schema, "the document")


def _read_playbook(name: str, path: Path, places: Places, check: bool) -> Playbook:
    return parse_playbook(read_bytes(path, name=name), name=name, schema=places.schema("playbook") if check else None)


def parse_playbook(data: bytes, *, name: str, schema: Path | None = None) -> Playbook:
    """The playbook in the bytes of its file. Raises ContentError."""
    return _parse(Playbook, data, name, schema, "the playbook")


def _read_spelling(name: str, path: Path, places: Places, check: bool) -> Spelling:
    return parse_spelling(read_bytes(path, name=name), name=name, schema=places.schema("spelling") if check else None)


def parse_spelling(data: bytes, *, name: str, schema: Path | None = None) -> Spelling:
    """The table of words in the bytes of its file. Raises ContentError."""
    return _parse(Spelling, data, name, schema, "the table of words")


def _parse(model: type[_Model], data: bytes, name: str, schema: Path | None, what: str) -> _Model:
    source = parse_yaml(decode_text(data, name=name), name=name)
    if schema is not None:
        raise_problems(check_source(source, schema))
    return _made(model, source, what)


def _made(model: type[_Model], source: Source, what: str) -> _Model:
    try:
        return model(**source.value)
    except (TypeError, ValueError) as problem:
        raise ContentError(f"{what} does not fit: {problem}", where=source.where()) from None


def check_clauses(
    library: ClauseLibrary,
    vocabulary: Vocabulary,
    terms: Iterable[str],
    check_condition: Any,
) -> list[ContentError]:
    """All problems across files: ids, references, parameters, facts, terms and conditions."""
    known = set(terms)
    problems: list[ContentError] = []
    for clause in library.clauses.values():
        problems.extend(_check_clause(clause, library, vocabulary, known, check_condition))
    for recipe in library.recipes.values():
        where = library.where(recipe.id)
        for fact, value in recipe.provides.items():
            problems.extend(_check_provided(fact, value, where, vocabulary))
        named = (*recipe.clauses, *recipe.annexes)
        problems.extend(
            ContentError(f"there is no clause `{id_}`", where=where, hint=suggest(id_, library.clauses))
            for id_ in named
            if id_ not in library.clauses
        )
        problems.extend(
            ContentError(f"the clause `{id_}` is in the document twice", where=where)
            for id_ in dict.fromkeys(named)
            if named.count(id_) > 1
        )
        if recipe.spelling not in (None, AS_WRITTEN, *library.spellings):
            hint = suggest(str(recipe.spelling), [AS_WRITTEN, *library.spellings])
            problems.append(ContentError(f"there is no spelling `{recipe.spelling}`", where=where, hint=hint))
        problems.extend(_check_recipe(recipe, where, vocabulary, check_condition))
    for playbook in library.playbooks.values():
        problems.extend(_check_playbook(playbook, library, check_condition))
    for table in library.spellings.values():
        where = library.where(f"spelling:{table.id}")
        problems.extend(
            ContentError(f"`{table.when}`: {problem.message}", where=where, hint=problem.hint)
            for problem in (check_condition(table.when) if table.when else ())
        )
    return problems


def _check_playbook(playbook: Playbook, library: ClauseLibrary, check_condition: Any) -> Iterator[ContentError]:
    where = library.where(f"playbook:{playbook.id}")
    named = [id_ for topic in playbook.topics for id_ in topic.clauses]
    for id_ in (*named, *(rule.clause for rule in playbook.rules)):
        if id_ not in library.clauses:
            yield ContentError(f"there is no clause `{id_}`", where=where, hint=suggest(id_, library.clauses))
    for rule in playbook.rules:
        clause = library.clauses.get(rule.clause)
        known = [each.id for each in clause.head.positions] if clause else []
        if known and rule.position not in known:
            hint = suggest(rule.position, known) or "positions: " + ", ".join(known)
            yield ContentError(f"`{rule.clause}` has no position `{rule.position}`", where=where, hint=hint)
        for problem in check_condition(rule.when) if rule.when else ():
            yield ContentError(f"`{rule.when}`: {problem.message}", where=where, hint=problem.hint)


def _check_recipe(recipe: Recipe, where: str, vocabulary: Vocabulary, check_condition: Any) -> Iterator[ContentError]:
    deed = recipe.signature.deed
    conditions = (recipe.when, *(each.when for each in recipe.contract_documents), deed.when if deed else None)
    for condition in conditions:
        for problem in check_condition(condition) if condition else ():
            yield ContentError(f"`{condition}`: {problem.message}", where=where, hint=problem.hint)
    documents = vocabulary.find("contract.documents")
    for place in [recipe.contract_document, *(each.document for each in recipe.contract_documents)]:
        if place is not None and documents is not None and place not in documents.values:
            hint = suggest(place, documents.values)
            yield ContentError(f"`{place}` is no value of `contract.documents`", where=where, hint=hint)
    lines = [text for party in recipe.parties for text in party.model_dump().values()]
    for text in (*lines, *recipe.background, recipe.signature.intro, deed.intro if deed else ""):
        yield from _check_line(text, where, vocabulary)


def _check_line(text: str, where: str, vocabulary: Vocabulary) -> Iterator[ContentError]:
    """A line whose blanks are facts."""
    try:
        runs = parse_inline(text, where=where)
    except ContentError as problem:
        yield problem
        return
    for run in runs:
        if isinstance(run, Slot) and run.parameter not in vocabulary:
            hint = suggest(run.parameter, [spec.id for spec in vocabulary])
            yield ContentError(f"`[[{run.parameter}]]` is not a fact", where=where, hint=hint)


def _check_provided(fact: str, value: Any, where: str, vocabulary: Vocabulary) -> Iterator[ContentError]:
    try:
        check_value(vocabulary.get(fact), value)
    except FactError as problem:
        yield ContentError(f"`provides`: {problem.message}", where=where, hint=problem.hint)


def find_pending(library: ClauseLibrary, obligations: Iterable[str]) -> dict[str, list[str]]:
    """Obligations that clauses name and no pack holds yet, with the clauses: law that a later pack brings."""
    known = set(obligations)
    pending: dict[str, list[str]] = {}
    for clause in library.clauses.values():
        for obligation in clause.head.obligations:
            if obligation not in known:
                pending.setdefault(obligation, []).append(clause.head.id)
    return dict(sorted(pending.items()))


def _check_clause(
    clause: Clause,
    library: ClauseLibrary,
    vocabulary: Vocabulary,
    known_terms: set[str],
    check_condition: Any,
) -> Iterator[ContentError]:
    head, where = clause.head, library.where(clause.head.id)
    paragraphs = {paragraph.id for paragraph in _paragraphs(clause) if paragraph.id}
    for carried in head.carries:
        if carried.paragraph not in paragraphs:
            yield ContentError(
                f"`{carried.term}`: there is no paragraph `{carried.paragraph}`",
                where=where,
                hint=suggest(carried.paragraph, paragraphs),
            )
        if carried.term not in known_terms:
            yield ContentError(
                f"there is no term `{carried.term}`", where=where, hint=suggest(carried.term, known_terms)
            )
    own_terms = {each.term for each in head.carries}
    for position in head.positions:
        for term in position.gives_up:
            if term not in own_terms:
                hint = suggest(term, own_terms)
                yield ContentError(f"`{position.id}` gives up `{term}`, which is not carried", where=where, hint=hint)
    for name, parameter in head.parameters.items():
        if parameter.fact and parameter.fact not in vocabulary:
            hint = suggest(parameter.fact, [spec.id for spec in vocabulary])
            yield ContentError(f"`{name}`: there is no fact `{parameter.fact}`", where=where, hint=hint)
        if parameter.otherwise:
            yield from _check_line(parameter.otherwise.text, where, vocabulary)
        for each in parameter.complete:
            yield from _check_slot(f"{name}.{each}", head, where, vocabulary)
        yield from _check_selection(name, parameter, where, vocabulary)
    positions = [each.id for each in head.positions]
    for group in clause.blocks:
        if isinstance(group, AuthoredGroup) and group.position is not None and group.position not in positions:
            hint = suggest(group.position, positions) or "the front matter lists them under `positions`"
            there = library.where(head.id, group.line)
            yield ContentError(f"there is no position `{group.position}`", where=there, hint=hint)
    conditions = [(each, 1) for each in (head.when, *(position.when for position in head.positions)) if each]
    conditions += [(each.otherwise.when, 1) for each in head.parameters.values() if each.otherwise]
    conditions += [(g.condition, g.line) for g in clause.blocks if isinstance(g, AuthoredGroup) and g.condition]
    for condition, line in conditions:
        for problem in check_condition(condition):
            there = library.where(head.id, line)
            yield ContentError(f"`{condition}`: {problem.message}", where=there, hint=problem.hint)
    yield from _check_runs(clause, library, vocabulary)
    yield from _check_paragraphs(clause, library)


def _check_selection(
    name: str, parameter: ClauseParameter, where: str, vocabulary: Vocabulary
) -> Iterator[ContentError]:
    """What a parameter shows of its fact: values that the fact may have, and a fact that is there."""
    spec = vocabulary.find(parameter.fact) if parameter.fact else None
    known = spec.values if spec else ()
    for value in parameter.only:
        if value not in known:
            yield ContentError(f"`{name}`: `{value}` is no value of its fact", where=where, hint=suggest(value, known))
    if parameter.without and parameter.without not in vocabulary:
        hint = suggest(parameter.without, [each.id for each in vocabulary])
        yield ContentError(f"`{name}`: there is no fact `{parameter.without}`", where=where, hint=hint)


def _check_paragraphs(clause: Clause, library: ClauseLibrary) -> Iterator[ContentError]:
    """One id names one paragraph: of two alike each is under a condition or in a position of its own."""
    always: set[str] = set()
    for group in clause.blocks:
        own: set[str] = set()
        for each in group.blocks if isinstance(group, AuthoredGroup) else (group,):
            if not isinstance(each, AuthoredParagraph) or each.id is None:
                continue
            where = library.where(clause.head.id, each.line)
            replaces = isinstance(group, AuthoredGroup) and group.position is not None
            if each.id in own or (each.id in always and not replaces):
                hint = "give it an id of its own, or put each under a condition"
                yield ContentError(f"the paragraph `{each.id}` is there twice", where=where, hint=hint)
            own.add(each.id)
            if any(isinstance(run, Reference) and run.target == f"{clause.head.id}#{each.id}" for run in each.content):
                yield ContentError(f"the paragraph `{each.id}` refers to itself", where=where)
        if not isinstance(group, AuthoredGroup):
            always |= own


def _check_runs(clause: Clause, library: ClauseLibrary, vocabulary: Vocabulary) -> Iterator[ContentError]:
    head = clause.head
    known = {term_key(term) for term in (*head.uses, *head.defines)}
    for line, run in _runs(clause):
        where = library.where(head.id, line)
        if isinstance(run, Reference):
            target, _, paragraph = run.target.partition("#")
            other = library.clauses.get(target)
            if other is None or (paragraph and paragraph not in {each.id for each in _paragraphs(other)}):
                yield ContentError(f"the reference `{run.target}` leads nowhere", where=where)
        elif isinstance(run, Slot):
            yield from _check_slot(run.parameter, head, where, vocabulary)
        elif isinstance(run, Definition) and run.term not in head.defines:
            yield ContentError(f"“{run.term}” is defined but not listed in `defines`", where=where)
        elif isinstance(run, Use) and term_key(run.term) not in known:
            hint = suggest(run.term, [*head.uses, *head.defines]) or "list it under `uses`"
            yield ContentError(f"“{run.term}” is used but not listed in `uses`", where=where, hint=hint)


def _check_slot(name: str, head: ClauseHead, where: str, vocabulary: Vocabulary) -> Iterator[ContentError]:
    list_, _, field = name.partition(".")
    parameter = head.parameters.get(list_)
    if parameter is not None and parameter.kind is Kind.RECORDS:
        spec = vocabulary.find(parameter.fact or "")
        fields = spec.fields if spec else ()
        if field not in fields:
            hint = suggest(field, fields) or "a table's row shows a list field by field: " + ", ".join(fields)
            yield ContentError(f"`[[{name}]]` is not a field of the list", where=where, hint=hint)
    elif name not in head.parameters and name not in vocabulary:
        yield ContentError(f"`[[{name}]]` is not a parameter", where=where, hint=suggest(name, head.parameters))


def _paragraphs(clause: Clause) -> Iterator[AuthoredParagraph]:
    for block in clause.blocks:
        for each in block.blocks if isinstance(block, AuthoredGroup) else (block,):
            if isinstance(each, AuthoredParagraph):
                yield each


def _runs(clause: Clause) -> Iterator[tuple[int, Inline]]:
    """Each run of the text with the line of its block."""
    for block in clause.blocks:
        for each in block.blocks if isinstance(block, AuthoredGroup) else (block,):
            if isinstance(each, AuthoredParagraph):
                yield from ((each.line, run) for run in each.content)
            elif isinstance(each, AuthoredTable):
                for row in (each.header, *each.rows):
                    for cell in row:
                        yield from ((each.line, run) for run in cell)


class RuledClauses(Mapping[str, Clause]):
    """Clauses with their positions as playbooks rule them, each made when it is first taken."""

    def __init__(self, clauses: Mapping[str, Clause], playbooks: tuple[Playbook, ...]) -> None:
        self._clauses = clauses
        self._playbooks = playbooks

    def __getitem__(self, id_: str) -> Clause:
        return apply_playbooks(self._clauses[id_], self._playbooks)

    def __contains__(self, id_: object) -> bool:
        return id_ in self._clauses

    def __iter__(self) -> Iterator[str]:
        return iter(self._clauses)

    def __len__(self) -> int:
        return len(self._clauses)
