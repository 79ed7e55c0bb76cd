"""From a recipe, clauses and facts to the tree of a document.

Everything that a renderer needs is computed here, once: which text is in, what fills each blank, every number, every
cross-reference, and what keeps the draft from being final. Unknown is never dropped: text whose condition is unknown
stands in the draft as an open choice, and a value that nothing gives is a visible blank.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from govern.conditions import Verdict
from govern.contracts.digest import digest_draft
from govern.contracts.markup import parse_inline
from govern.contracts.matrix import MATRIX, MatrixRow, build_matrix
from govern.contracts.model import (
    AuthoredBlock,
    AuthoredGroup,
    AuthoredParagraph,
    AuthoredTable,
    Blank,
    Block,
    Clause,
    ClauseParameter,
    Deed,
    Definition,
    Draft,
    Filled,
    Inline,
    Note,
    OpenChoice,
    OpenPoint,
    Paragraph,
    Party,
    PartyBlock,
    Position,
    PositionKind,
    Recipe,
    Reference,
    Section,
    SignatureParty,
    Slot,
    Table,
    Text,
    Use,
)
from govern.contracts.numbers import Counter, letter, roman
from govern.contracts.positions import text_of
from govern.contracts.spelling import Spelling, spell
from govern.contracts.words import term_key, write_date, write_money, write_value
from govern.errors import ContentError
from govern.kernel import FactSpec, Kind, MapValue, Value, suggest


@dataclass(frozen=True)
class Inputs:
    """What assembly draws on besides the recipe and the clauses.

    `decide` gives the verdict of a condition's text, `say` its English. `obligations` maps each obligation that
    applies to the words "citation; applies because …"; `required_terms` are the terms that this document must carry.

    `lacking` gives the unknown facts that keep a condition from a verdict. `positions` are the chosen positions by
    clause, `unapproved` those of them that somebody has still to approve, in words. `parameters` are values for
    blanks, by `clause.parameter`, or by a fact for each parameter that it fills; they go before the fact. With
    `matrix`, the obligations that apply, the document ends in an annex that says which clause serves which of them.
    `spelling` is that of the law of the document, None for the spelling of its clauses.
    """

    values: Mapping[str, Value]
    find_fact: Callable[[str], FactSpec | None]
    decide: Callable[[str], Verdict]
    say: Callable[[str], str]
    obligations: Mapping[str, str]
    required_terms: tuple[str, ...]
    countries: Mapping[str, str]
    day: date
    project: str
    positions: Mapping[str, str] = field(default_factory=dict)
    unapproved: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    lacking: Callable[[str], tuple[str, ...]] = lambda _: ()
    matrix: tuple[MatrixRow, ...] = ()
    spelling: Spelling | None = None


def assemble(recipe: Recipe, library: Mapping[str, Clause], inputs: Inputs) -> Draft:
    """The draft of a document. Raises ContentError where the recipe names a clause that is not in the library.

    The same inputs give the same tree. Cost: about a millisecond a page.
    """
    chosen = [_get(library, id_, recipe) for id_ in recipe.clauses]
    annexed = [_get(library, id_, recipe) for id_ in recipe.annexes]
    build = _Build(inputs)
    sections = build.sections(chosen, annex=False)
    annexes = build.sections(annexed, annex=True)
    sections, annexes = build.resolve(sections), build.resolve(annexes)
    parties = tuple(build.party(party) for party in recipe.parties)
    deed = build.deed(recipe)
    signatures = tuple(build.signature(party, deed=deed is not None) for party in recipe.parties)
    background = tuple(build.line(text, "background") for text in recipe.background)
    signature = build.line(deed.intro if deed else recipe.signature.intro, "signature")
    terms = build.carried()
    build.check_terms(terms, (*sections, *annexes), [party.role for party in recipe.parties])
    build.check_positions()
    words = library.get(MATRIX) if inputs.matrix else None
    matrix = build_matrix(words, inputs.matrix, sections, annexes, build.numbers) if words else None
    if words and matrix:
        build.used.append(words)
    draft = Draft(
        document=recipe.id,
        version=recipe.version,
        title=recipe.title,
        subtitle=recipe.subtitle,
        status="draft",
        day=inputs.day,
        project=inputs.project,
        parties=parties,
        background=background,
        sections=sections,
        annexes=(*annexes, *([matrix] if matrix else [])),
        signature=signature,
        signatures=signatures,
        open_points=tuple(dict.fromkeys(build.open)),
        terms=terms,
        clauses={
            clause.head.id: clause.head.version for clause in (*build.used, *([words] if words and matrix else []))
        },
        positions={clause.head.id: at.id for clause in build.used if (at := build.position(clause))},
    )
    if inputs.spelling is not None:
        draft = spell(draft, inputs.spelling)
    return replace(draft, digest=digest_draft(draft))


def _get(library: Mapping[str, Clause], id_: str, recipe: Recipe) -> Clause:
    if id_ not in library:
        raise ContentError(f"there is no clause `{id_}`", where=f"document {recipe.id}", hint=suggest(id_, library))
    return library[id_]


class _Build:
    """One assembly under way: collects what is open and which clauses were used."""

    def __init__(self, inputs: Inputs) -> None:
        self.inputs = inputs
        self.open: list[OpenPoint] = []
        self.used: list[Clause] = []
        self.numbers: dict[str, str] = {}

    # --- which text is in ---------------------------------------------------------------------------------

    def sections(self, clauses: Iterable[Clause], *, annex: bool) -> tuple[Section, ...]:
        made: list[Section] = []
        for clause in clauses:
            verdict = self.inputs.decide(clause.head.when) if clause.head.when else True
            if verdict is not False:
                number = f"Annex {roman(len(made) + 1)}" if annex else str(len(made) + 1)
                made.append(self.section(clause, number, verdict, annex))
                self.used.append(clause)
        return tuple(made)

    def section(self, clause: Clause, number: str, verdict: Verdict, annex: bool) -> Section:
        head = clause.head
        self.numbers[head.id] = number if annex else f"Clause {number}"
        counter = Counter("" if annex else number)
        carried: dict[str, list[str]] = {}
        for each in head.carries:
            if each.term not in self.given_up(clause):
                carried.setdefault(each.paragraph, []).append(each.term)
        prefix = self.choice(head.when, head.id) if verdict is None and head.when else ()
        blocks: list[Block] = []
        for block, opening in self.included(clause):
            _add(blocks, self.block(block, clause, counter, carried, (*prefix, *opening)))
            prefix = ()
        return Section(
            anchor=head.id,
            kind=head.kind,
            number=number,
            title=head.title,
            blocks=tuple(blocks),
            clause=head.id,
            version=head.version,
            note=Note(self.note(clause, verdict)),
            obligations=tuple(each for each in head.obligations if each in self.inputs.obligations),
        )

    def included(self, clause: Clause) -> "Iterable[tuple[AuthoredBlock, tuple[Inline, ...]]]":
        """The blocks that are in, with the mark of an open choice before the first of an unknown group."""
        at = self.position(clause)
        for block in text_of(clause, at.id if at else None):
            if not isinstance(block, AuthoredGroup):
                yield block, ()
                continue
            opening: tuple[Inline, ...] = ()
            if block.condition is not None:
                verdict = self.inputs.decide(block.condition)
                if verdict is False:
                    continue
                if verdict is None:
                    opening = self.choice(block.condition, clause.head.id)
            for inner in block.blocks:
                yield inner, opening
                opening = ()

    def position(self, clause: Clause) -> Position | None:
        """The position that is used: the chosen one, else the first; None where the clause has only one text."""
        known = {each.id: each for each in clause.head.positions}
        chosen = self.inputs.positions.get(clause.head.id)
        if chosen is None:
            return next(iter(known.values()), None)
        if chosen not in known:
            hint = suggest(chosen, known) or "positions: " + (", ".join(known) or "none")
            raise ContentError(f"the clause has no position `{chosen}`", where=clause.head.id, hint=hint)
        return known[chosen]

    def choice(self, condition: str, where: str) -> tuple[Inline, ...]:
        words = f"only if {self.inputs.say(condition)}"
        fact = next(iter(self.inputs.lacking(condition)), None)
        self.open.append(OpenPoint("choice", words, where, self.asked(fact)))
        return (OpenChoice(words),)

    # --- what fills it ------------------------------------------------------------------------------------

    def block(
        self,
        block: AuthoredBlock,
        clause: Clause,
        counter: Counter,
        carried: Mapping[str, list[str]],
        opening: tuple[Inline, ...],
    ) -> list[Block]:
        where, parameters = clause.head.id, clause.head.parameters
        if isinstance(block, AuthoredTable):
            header = tuple(self.fill(cell, parameters, where) for cell in block.header)
            rows = [row for authored in block.rows for row in self.rows(authored, parameters, where)]
            mark: list[Block] = [Paragraph(None, -1, "", opening)] if opening else []
            return [*mark, Table(header, tuple(rows))]
        assert isinstance(block, AuthoredParagraph)
        number = counter.next(block.level)
        anchor = f"{where}#{block.id}" if block.id else None
        if anchor:
            self.numbers[anchor] = self.paragraph_number(where, block.level, number, counter)
        content = (*opening, *self.fill(block.content, parameters, where))
        return [Paragraph(anchor, block.level, number, content, tuple(carried.get(block.id or "", ())))]

    def paragraph_number(self, clause: str, level: int, number: str, counter: Counter) -> str:
        if level == 0:
            return f"Clause {number}" if number else self.numbers[clause]
        middle = f"({letter(counter.counts[1])})" if level == 2 else ""
        if not counter.section:  # an annex does not number its paragraphs
            return f"{self.numbers[clause]}, point {middle}{number}"
        parent = f"{counter.section}.{counter.counts[0]}" if counter.counts[0] else counter.section
        return f"Clause {parent}{middle}{number}"

    def rows(
        self, cells: tuple[tuple[Inline, ...], ...], parameters: Mapping[str, ClauseParameter], where: str
    ) -> list[tuple[tuple[Inline, ...], ...]]:
        """One row, or one for each record of the list that its cells name."""
        list_ = next((name for cell in cells for run in cell if (name := _list_of(run, parameters))), None)
        if list_ is None:
            return [tuple(self.fill(cell, parameters, where) for cell in cells)]
        parameter = parameters[list_]
        records = self.inputs.values.get(parameter.fact or "")
        if not isinstance(records, tuple):
            blank = self.blank(list_, parameter.label, parameter.fact, where)
            return [((blank,), *((Text(""),) for _ in cells[1:]))]
        if not records:
            return [((Text("None."),), *((Text(""),) for _ in cells[1:]))]
        return [
            tuple(
                self.fill(self.record_cell(cell, list_, record, parameter, where), parameters, where) for cell in cells
            )
            for record in records
        ]

    def record_cell(
        self, cell: tuple[Inline, ...], list_: str, record: Mapping[str, str], parameter: ClauseParameter, where: str
    ) -> tuple[Inline, ...]:
        """The cell with the fields of the record filled in; other parameters are left for `fill`."""
        runs: list[Inline] = []
        for run in cell:
            if isinstance(run, Slot) and run.parameter.startswith(f"{list_}."):
                name = run.parameter.removeprefix(f"{list_}.")
                if name in parameter.complete and not record.get(name):
                    label = f"{parameter.complete[name]}: {record.get('name', 'without a name')}"
                    runs.append(self.blank(list_, label, parameter.fact, where))
                    continue
                value = record.get(name, "—")
                words = self.inputs.countries.get(value, value) if name == "country" else value
                runs.append(Filled(run.parameter, words, parameter.fact))
            else:
                runs.append(run)
        return tuple(runs)

    def fill(
        self, runs: tuple[Inline, ...], parameters: Mapping[str, ClauseParameter], where: str
    ) -> tuple[Inline, ...]:
        made: list[Inline] = []
        for at, run in enumerate(runs):
            if not isinstance(run, Slot):
                made.append(run)
            elif words := self.otherwise(run.parameter, parameters, where):
                made.extend(self.fill(words, {}, where))
            else:
                made.append(self.slot(run.parameter, parameters, where, money=_is_money(runs, at)))
        return tuple(made)

    def otherwise(self, name: str, parameters: Mapping[str, ClauseParameter], where: str) -> tuple[Inline, ...]:
        """The words that stand for a parameter that nobody has answered; none where it has a value or stays a blank."""
        parameter = parameters.get(name)
        if parameter is None or parameter.otherwise is None:
            return ()
        given = self.inputs.parameters.get(f"{where}.{name}", self.inputs.parameters.get(parameter.fact or ""))
        if given is not None or parameter.fact in self.inputs.values:
            return ()
        surely = self.inputs.decide(parameter.otherwise.when) is True
        return parse_inline(parameter.otherwise.text, where=where) if surely else ()

    def slot(self, name: str, parameters: Mapping[str, ClauseParameter], where: str, *, money: bool = False) -> Inline:
        parameter, spec = parameters.get(name), self.inputs.find_fact(name)
        if parameter is not None:
            spec = self.inputs.find_fact(parameter.fact) if parameter.fact else None
            fact, label, kind = parameter.fact, parameter.label, parameter.kind
        elif spec is not None:
            fact, label, kind = name, spec.name, spec.kind
        else:
            raise ContentError(f"`[[{name}]]` is neither a parameter of the clause nor a fact", where=where)
        if kind is Kind.RECORDS:
            hint = f"a table's row shows it field by field, as in `[[{name}.name]]`"
            raise ContentError(f"`[[{name}]]` is a list of records and has no words", where=where, hint=hint)
        value: Any = self.inputs.parameters.get(f"{where}.{name}")
        if value is None and fact:
            value = self.inputs.parameters.get(fact)  # agreed for this paper; the fact is of the paper in force
        origin = None
        if value is None and fact:
            value, origin = self.inputs.values.get(fact), fact
        by_default = value is None and parameter is not None
        if by_default and parameter is not None:
            value, origin = parameter.default, None
        if value is None:
            return self.blank(name, label, fact, where)
        if parameter is not None:
            self.check_bounds(parameter, value, where)
            value = self.selected(parameter, value)
        # country names only where the value is of countries, so that a text such as "IN" stays what it is
        kinds = {kind, spec.kind if spec else kind}
        countries = self.inputs.countries if kinds & {Kind.COUNTRY, Kind.COUNTRIES, Kind.MAP} else {}
        if money:
            return Filled(name, write_money(_normal(value)), origin)
        if spec is not None and spec.implies and isinstance(value, frozenset):
            # "California and the United States" says one thing twice
            value -= {implied for each in value for implied in spec.implies.get(each, ())}
        say = spec.label if spec and spec.values else _as_is
        words = write_value(_normal(value), say, countries)
        spelling = self.inputs.spelling
        if spelling is None:
            return Filled(name, words, origin)
        # the words of a list of values are ours, and so is a clause's default; what somebody typed is theirs
        listed = bool(parameter and parameter.values) or bool(spec and spec.values)
        ours = spelling.text if by_default or listed else _as_is
        spelled = write_value(_normal(value), lambda each: ours(say(each)), countries, spelling.date)
        return Filled(name, spelled, origin, words if spelled != words else "")

    def selected(self, parameter: ClauseParameter, value: Any) -> Any:
        """The entries of a map or the countries of a list that this place is about."""
        if isinstance(value, Mapping):  # agreed for this paper
            value = MapValue.of(value)
        if isinstance(value, MapValue):
            kept = [(key, each) for key, each in value.rows if not parameter.only or each in parameter.only]
            return MapValue.of(dict(kept))
        left_out = self.inputs.values.get(parameter.without or "")
        if isinstance(left_out, frozenset) and isinstance(value, frozenset | list):
            return frozenset(value) - left_out
        return value

    def check_bounds(self, parameter: ClauseParameter, value: Any, where: str) -> None:
        if parameter.values and isinstance(value, str) and value not in parameter.values:
            allowed = ", ".join(parameter.values)
            what = f"{parameter.label}: `{value}` is not allowed here, only {allowed}"
            self.open.append(OpenPoint("bound", what + (f": {parameter.reason}" if parameter.reason else ""), where))
        if parameter.kind not in (Kind.INTEGER, Kind.DECIMAL):
            return
        for bound, broken, word in (
            (parameter.min, parameter.min is not None and value < parameter.min, "at least"),
            (parameter.max, parameter.max is not None and value > parameter.max, "at most"),
        ):
            if broken:
                reason = f": {parameter.reason}" if parameter.reason else ""
                shown = write_value(value, _as_is, {})
                what = f"{parameter.label}: {shown} is out of bounds, {word} {bound}{reason}"
                self.open.append(OpenPoint("bound", what, where, parameter.fact))

    def asked(self, fact: str | None) -> str | None:
        """The fact that somebody can answer: for one that is worked out, the one that it is worked out from."""
        spec = self.inputs.find_fact(fact) if fact else None
        return spec.derive.base if spec and spec.derive else fact

    def blank(self, parameter: str, label: str, fact: str | None, where: str) -> Blank:
        fact = self.asked(fact)
        self.open.append(OpenPoint("blank", label, where, fact, None if fact else f"{where}.{parameter}"))
        return Blank(parameter, label, fact)

    # --- the parties --------------------------------------------------------------------------------------

    def line(self, text: str, where: str = "parties") -> tuple[Inline, ...]:
        """A line of the recipe; it may name facts and, once all numbers are known, refer to clauses."""
        return self.resolve_runs(self.fill(parse_inline(text, where=where), {}, where), where)

    def party(self, party: Party) -> PartyBlock:
        rows = (("Address", party.address), ("Registration", party.registration), ("Contact", party.contact))
        return PartyBlock(
            party.role, self.line(party.name), tuple((key, self.line(text)) for key, text in rows if text)
        )

    def signature(self, party: Party, *, deed: bool) -> SignatureParty:
        return SignatureParty(
            party.role, self.line(party.name), self.line(party.signatory), self.line(party.signatory_title), deed
        )

    def deed(self, recipe: Recipe) -> Deed | None:
        """The document's words as a deed if it is one; what is unknown is an open choice."""
        deed = recipe.signature.deed
        verdict = self.inputs.decide(deed.when) if deed else False
        if deed and verdict is None:
            lacking = self.inputs.lacking(deed.when)
            what = f"signed as a deed only if {self.inputs.say(deed.when)}"
            self.open.append(OpenPoint("choice", what, "signature", lacking[0] if lacking else None))
        return deed if verdict is True else None

    # --- numbers and checks -------------------------------------------------------------------------------

    def resolve(self, sections: tuple[Section, ...]) -> tuple[Section, ...]:
        """References get their words once all numbers are known."""
        return tuple(
            replace(each, blocks=tuple(self.resolve_block(b, each.anchor) for b in each.blocks)) for each in sections
        )

    def resolve_block(self, block: Block, where: str) -> Block:
        if isinstance(block, Paragraph):
            return replace(block, content=self.resolve_runs(block.content, where))
        header, *rows = (tuple(self.resolve_runs(cell, where) for cell in row) for row in (block.header, *block.rows))
        return Table(header, tuple(rows))

    def resolve_runs(self, runs: tuple[Inline, ...], where: str) -> tuple[Inline, ...]:
        return tuple(self.reference(run, where) if isinstance(run, Reference) else run for run in runs)

    def reference(self, run: Reference, where: str) -> Inline:
        words = self.numbers.get(run.target)
        if words is None:
            self.open.append(OpenPoint("reference", f"`{run.target}` is not in this document", where))
            return OpenChoice(f"a clause that is not in this document: {run.target}")
        return Reference(run.target, words)

    def carried(self) -> tuple[str, ...]:
        """The terms whose paragraph is in the document; what stands in text that is left out is not carried."""
        return tuple(
            dict.fromkeys(
                each.term
                for clause in self.used
                for each in clause.head.carries
                if f"{clause.head.id}#{each.paragraph}" in self.numbers and each.term not in self.given_up(clause)
            )
        )

    def given_up(self, clause: Clause) -> tuple[str, ...]:
        """The terms that the clause does not carry in the position that is used."""
        at = self.position(clause)
        return at.gives_up if at else ()

    def check_positions(self) -> None:
        """A position is used where its condition holds, and with the approval that it needs."""
        for clause in self.used:
            at, where = self.position(clause), clause.head.id
            if at is None:
                continue
            if at.when and self.inputs.decide(at.when) is not True:
                what = f"position “{at.title}” may be used only if {self.inputs.say(at.when)}"
                self.open.append(OpenPoint("position", what, where, next(iter(self.inputs.lacking(at.when)), None)))
            if where in self.inputs.unapproved:
                self.open.append(OpenPoint("approval", self.inputs.unapproved[where], where))

    def check_terms(self, carried: tuple[str, ...], sections: tuple[Section, ...], roles: Iterable[str]) -> None:
        """Required terms must be carried, and used terms must be defined: in a clause, or as a party's role."""
        for term in self.inputs.required_terms:
            if term not in carried:
                law = ", ".join(row.obligation for row in self.inputs.matrix if term in row.terms)
                what = f"no clause carries the required term `{term}`" + (f" of {law}" if law else "")
                self.open.append(OpenPoint("term", what, term))
        defined = {term_key(role) for role in roles}
        defined |= {term_key(run.term) for run in _runs(sections) if isinstance(run, Definition)}
        for section in sections:
            for run in _runs((section,)):
                if isinstance(run, Use) and term_key(run.term) not in defined:
                    self.open.append(OpenPoint("definition", f"“{run.term}” is used but not defined", section.anchor))

    def note(self, clause: Clause, verdict: Verdict) -> str:
        """The drafting note: why the clause is here, by which law and facts, and which fallback is allowed."""
        head = clause.head
        lines = [" ".join(head.note.split())] if head.note else []
        law = [f"{id_}: {self.inputs.obligations[id_]}" for id_ in head.obligations if id_ in self.inputs.obligations]
        if law:
            lines.append("Required by " + "; ".join(law) + ".")
        if head.when:
            lines.append(f"In this document {'because' if verdict else 'only if'} {self.inputs.say(head.when)}.")
        at = self.position(clause)
        if at and at is not head.positions[0]:
            lines.append(f"Here in position “{at.title}”; open: {_sentence(at.residual or 'nothing')}")
        lines.extend(
            f"{_KINDS[each.kind]} “{each.title}”: approver {_role(each.approver)}; "
            f"open then: {_sentence(each.residual or 'nothing')}"
            for each in head.positions[1:]
            if each is not at
        )
        lines.append(f"Clause {head.id} version {head.version} of {write_date(_published(clause))}.")
        return "\n".join(lines)


_KINDS = {
    PositionKind.PREFERRED: "Preferred position",
    PositionKind.FALLBACK: "Fallback",
    PositionKind.WALK_AWAY: "Walk-away position",
}


def _role(approver: str | None) -> str:
    return approver.replace("_", " ") if approver else "none"


def _sentence(text: str) -> str:
    return text if text.endswith(".") else text + "."


def _add(blocks: list[Block], made: list[Block]) -> None:
    """Add to the blocks of a section. A table under the header of the one before it goes on with its rows.

    So a row can stand under a condition of its own. A table under the mark of an open choice has only the rows that the
    choice is about: the next one begins anew, else the mark would seem to stand over its rows too.
    """
    before, first = blocks[-1] if blocks else None, made[0]
    alike = isinstance(before, Table) and isinstance(first, Table) and before.header == first.header
    if alike and not (len(blocks) > 1 and _is_mark(blocks[-2])):
        assert isinstance(before, Table) and isinstance(first, Table)
        blocks[-1] = Table(before.header, before.rows + first.rows)
    else:
        blocks.extend(made)


def _is_mark(block: Block) -> bool:
    return isinstance(block, Paragraph) and all(isinstance(run, OpenChoice) for run in block.content)


def _published(clause: Clause) -> date:
    return max((change.date for change in clause.head.changelog), default=date(2026, 11, 24))


def _list_of(run: Inline, parameters: Mapping[str, ClauseParameter]) -> str | None:
    """The list parameter of which a slot such as `[[subprocessors.name]]` names a field."""
    if not isinstance(run, Slot):
        return None
    name = run.parameter.split(".")[0]
    return name if name in parameters and parameters[name].kind is Kind.RECORDS else None


def _is_money(runs: tuple[Inline, ...], at: int) -> bool:
    """Whether the currency stands behind a slot: `[[price]] [[currency]]`."""
    return runs[at + 1 : at + 3] == (Text(" "), Slot("currency"))


def _normal(value: Any) -> Any:
    return frozenset(value) if isinstance(value, list) else value


def _as_is(value: str) -> str:
    return value


def _runs(sections: Iterable[Section]) -> Iterable[Inline]:
    for section in sections:
        for block in section.blocks:
            if isinstance(block, Paragraph):
                yield from block.content
            else:
                for row in (block.header, *block.rows):
                    for cell in row:
                        yield from cell
