"""`clause_library/` → clauses and document recipes, checked against the vocabulary, the packs and each other."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from govern.contracts import (
    AuthoredGroup,
    AuthoredParagraph,
    AuthoredTable,
    Clause,
    ClauseHead,
    Definition,
    Inline,
    Recipe,
    Reference,
    Slot,
    parse_clause_text,
    parse_inline,
)
from govern.errors import ContentError, FactError
from govern.kernel import Kind, Vocabulary, check_value, suggest
from govern.library.places import Places
from govern.library.schemas import check_source
from govern.library.vocabulary import raise_problems
from govern.library.yaml_files import Source, decode_text, load_yaml, parse_yaml, read_bytes

_BLANK = re.compile(r"\[\[([a-z0-9_.]+)\]\]")


@dataclass(frozen=True, slots=True)
class ClauseLibrary:
    """Clauses and recipes by id."""

    clauses: Mapping[str, Clause]
    recipes: Mapping[str, Recipe]
    names: Mapping[str, str] = field(default_factory=dict)
    """The file of each, by id."""

    def where(self, id_: str, line: int = 1) -> str:
        """The place of a clause or recipe, or of a line in it."""
        return f"{self.names.get(id_, id_)}:{line}:1"

    def conditions(self) -> Iterator[str]:
        """Every condition of a clause, position, part of a text or document."""
        for clause in self.clauses.values():
            yield from (each for each in (clause.head.when, *(at.when for at in clause.head.positions)) if each)
            yield from (each.condition for each in clause.blocks if isinstance(each, AuthoredGroup) and each.condition)
        yield from (recipe.when for recipe in self.recipes.values() if recipe.when)

    def facts(self) -> set[str]:
        """Every fact that fills a blank of a clause or a document, or that signing a document settles."""
        found = {each.fact for clause in self.clauses.values() for each in clause.head.parameters.values() if each.fact}
        for recipe in self.recipes.values():
            found.update(recipe.provides, _BLANK.findall(recipe.model_dump_json()))
        return found

    def get_recipe(self, document: str) -> Recipe:
        """The recipe of a document. Raises ContentError with a did-you-mean."""
        if document not in self.recipes:
            hint = suggest(document, self.recipes) or "documents: " + ", ".join(self.recipes)
            raise ContentError(f"there is no document `{document}`", hint=hint)
        return self.recipes[document]


def load_clauses(places: Places, *, check: bool = False) -> ClauseLibrary:
    """Read all clauses and recipes. Raises ContentError with all problems at once. About 30 ms unchecked."""
    problems: list[ContentError] = []
    clauses: dict[str, Clause] = {}
    names: dict[str, str] = {}
    for name, path in places.files("clause_library/clauses", "*.md"):
        for clause in _gather(problems, lambda name=name, path=path: _read_clause(name, path, places, check)):
            if clause.head.id in clauses:
                problems.append(ContentError(f"the clause `{clause.head.id}` is there twice", where=name))
            clauses[clause.head.id] = clause
            names[clause.head.id] = name
    recipes: dict[str, Recipe] = {}
    for name, path in places.files("clause_library/documents", "*.yaml"):
        for recipe in _gather(problems, lambda name=name, path=path: _read_recipe(name, path, places, check)):
            if recipe.id in recipes:
                problems.append(ContentError(f"the document `{recipe.id}` is there twice", where=name))
            recipes[recipe.id] = recipe
            names[recipe.id] = name
    raise_problems(problems)
    return ClauseLibrary(clauses, recipes, names)


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
    data = read_bytes(path, name=name)
    source, body, offset = split_front_matter(decode_text(data, name=name), name)
    if check:
        raise_problems(check_source(source, places.schema("clause")))
    try:
        head = ClauseHead(**source.value)
    except (TypeError, ValueError) as problem:
        raise ContentError(f"the front matter does not fit: {problem}", where=source.where()) from None
    return Clause(head, parse_clause_text(body, name=name, offset=offset), hashlib.sha256(data).hexdigest())


def _read_recipe(name: str, path: Path, places: Places, check: bool) -> Recipe:
    source = load_yaml(path, name=name)
    if check:
        raise_problems(check_source(source, places.schema("document")))
    try:
        return Recipe(**source.value)
    except (TypeError, ValueError) as problem:
        raise ContentError(f"the document does not fit: {problem}", where=source.where()) from None


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
        problems.extend(
            ContentError(f"there is no clause `{id_}`", where=where, hint=suggest(id_, library.clauses))
            for id_ in (*recipe.clauses, *recipe.annexes)
            if id_ not in library.clauses
        )
        problems.extend(_check_recipe(recipe, where, vocabulary, check_condition))
    return problems


def _check_recipe(recipe: Recipe, where: str, vocabulary: Vocabulary, check_condition: Any) -> Iterator[ContentError]:
    for problem in check_condition(recipe.when) if recipe.when else ():
        yield ContentError(f"`{recipe.when}`: {problem.message}", where=where, hint=problem.hint)
    lines = [text for party in recipe.parties for text in party.model_dump().values()]
    for text in (*lines, *recipe.background, recipe.signature.intro):
        try:
            runs = parse_inline(text, where=where)
        except ContentError as problem:
            yield problem
            continue
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
    for name, parameter in head.parameters.items():
        if parameter.fact and parameter.fact not in vocabulary:
            hint = suggest(parameter.fact, [spec.id for spec in vocabulary])
            yield ContentError(f"`{name}`: there is no fact `{parameter.fact}`", where=where, hint=hint)
    positions = [each.id for each in head.positions]
    for group in clause.blocks:
        if isinstance(group, AuthoredGroup) and group.position is not None and group.position not in positions:
            hint = suggest(group.position, positions) or "the front matter lists them under `positions`"
            there = library.where(head.id, group.line)
            yield ContentError(f"there is no position `{group.position}`", where=there, hint=hint)
    conditions = [(each, 1) for each in (head.when, *(position.when for position in head.positions)) if each]
    conditions += [(g.condition, g.line) for g in clause.blocks if isinstance(g, AuthoredGroup) and g.condition]
    for condition, line in conditions:
        for problem in check_condition(condition):
            there = library.where(head.id, line)
            yield ContentError(f"`{condition}`: {problem.message}", where=there, hint=problem.hint)
    yield from _check_runs(clause, library, vocabulary)


def _check_runs(clause: Clause, library: ClauseLibrary, vocabulary: Vocabulary) -> Iterator[ContentError]:
    head = clause.head
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
