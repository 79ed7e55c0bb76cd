"""What is sound by the schemas and looks wrong: each remark where it belongs, and nowhere else."""

from datetime import date

import pytest

from govern.library.cases import check_content, check_library
from govern.library.content import Content
from govern.library.lint import Remark, find_remarks
from govern.rules import DEFAULT_DAY
from govern.solver import Solver, has_solver

from .trees import FILES, grow, spoil

FACTS, TERMS, PACK = "schemas/facts/facts.yaml", "schemas/terms.yaml", "rules/law/pack.yaml"
DEFINITIONS, PARAMETERS, CASES = "rules/law/definitions.yaml", "rules/law/parameters.yaml", "rules/law/cases/one.yaml"
OBLIGATIONS, RETENTION = "rules/law/obligations/one.yaml", "rules/law/retention.yaml"
CLAUSE, DOCUMENT = "clause_library/clauses/dpa/dpa.audit.md", "clause_library/documents/dpa.yaml"

needs_solver = pytest.mark.skipif(not has_solver(), reason="needs the SMT solver: pip install 'govern[solver]'")

MET = "met: '\"dpa.audit\" in contract.terms'"
USED = spoil(OBLIGATIONS, (MET, "met: '\"dpa.audit\" in contract.terms || contract.days < law.days'"))[OBLIGATIONS]
"""With the one figure that the small pack has read somewhere."""


@pytest.fixture
def remarks(tmp_path):
    """A function that gives the remarks on the small content with some files changed; its cases are left aside."""

    def run(today=DEFAULT_DAY, solver=False, told=lambda _: None, **changed):
        places = grow(tmp_path, **{OBLIGATIONS: USED, **changed})
        content = check_content(places, cases=False)
        known = Content(places)
        asked = Solver(content.vocabulary.find, DEFAULT_DAY) if solver else None
        library = check_library(places, content)
        return list(find_remarks(content, library, known.terms(), known.retention_rules(), asked, today, told))

    return run


def obligations(*swaps, also=""):
    text = USED
    for old, new in swaps:
        assert old in text, old
        text = text.replace(old, new, 1)
    return {OBLIGATIONS: text + also}


def test_on_sound_content_there_is_nothing_to_remark(remarks):
    assert remarks() == []


# --- reviews


@pytest.mark.parametrize(("today", "due"), [(date(2026, 11, 23), 0), (date(2026, 11, 24), 0), (date(2026, 11, 25), 1)])
def test_a_review_is_due_from_the_day_after_its_day(remarks, today, due):
    changed = spoil(PACK, ("lawyer must review this.", "lawyer must review this.\n  next: 2026-11-24"))
    changed[PACK] = changed[PACK].replace("{statement: A lawyer must review this.\n  next: 2026-11-24}",
                                          "{statement: A lawyer must review this., next: 2026-11-24}")  # fmt: skip
    found = [Remark("rules/law/pack.yaml", "the legal review was due on 2026-11-24")] * due
    assert remarks(today=today, **changed) == found


# --- citations


@pytest.mark.parametrize(("form", "wrong"), [
    ("Art. [0-9]+", {}), ("", {}), ("Art. 28", {"law.processor": "Art. 4", "law.days": "Art. 5"}),
    ("Art. [45]", {"L-1": "Art. 28"}), ("Art.", {"L-1": "Art. 28", "law.processor": "Art. 4", "law.days": "Art. 5"}),
])  # fmt: skip
def test_a_citation_has_the_form_that_its_instrument_declares(remarks, form, wrong):
    pinpoint = f', pinpoint: "{form}"' if form else ""
    found = remarks(**spoil(PACK, ("jurisdiction: EEA}", f"jurisdiction: EEA{pinpoint}}}")))
    assert found == [Remark(id_, f"`{place}` is not a place in `law`") for id_, place in wrong.items()]


def test_only_the_instrument_that_is_cited_says_how(remarks):
    more = spoil(
        PACK,
        ("jurisdiction: EEA}", "jurisdiction: EEA}\n  guide: {title: Guide, jurisdiction: EEA, pinpoint: 'p[0-9]'}"),
    )
    assert remarks(**more) == []
    cites = obligations(("{pinpoint: Art. 28}", "{instrument: guide, pinpoint: Art. 28}"))
    assert remarks(**more, **cites) == [Remark("L-1", "`Art. 28` is not a place in `guide`")]


def test_a_form_that_is_no_regular_expression_is_remarked_and_not_used(remarks):
    found = remarks(**spoil(PACK, ("jurisdiction: EEA}", "jurisdiction: EEA, pinpoint: 'Art. ('}")))
    assert found == [Remark("rules/law/pack.yaml", "the `pinpoint` of `law` is not a regular expression")]


# --- what nobody reads


def test_a_definition_and_a_figure_that_no_condition_reads_are_remarked(remarks):
    assert remarks(**{OBLIGATIONS: FILES[OBLIGATIONS]}) == [
        Remark("rules/law", "`law.days` is used in no condition"),
    ]
    more = FILES[DEFINITIONS] + FILES[DEFINITIONS].lstrip("\n").replace("law.processor", "law.other")
    assert remarks(**{DEFINITIONS: more}) == [Remark("rules/law", "`law.other` is used in no condition")]


@pytest.mark.parametrize("where", ["definition", "obligation", "retention", "clause", "position", "group", "stand-in"])
def test_a_definition_is_read_by_a_condition_of_any_kind(remarks, where):
    other = FILES[DEFINITIONS].lstrip("\n").replace("law.processor", "law.other")
    changed = {DEFINITIONS: FILES[DEFINITIONS] + other, OBLIGATIONS: USED}
    match where:
        case "definition":
            changed[DEFINITIONS] = FILES[DEFINITIONS].replace("data.personal &&", "law.other &&") + other
        case "obligation":
            changed[OBLIGATIONS] = USED.replace("applies: law.processor", "applies: law.other && law.processor")
        case "retention":
            changed |= spoil(RETENTION, ("applies: law.processor", "applies: law.other"))
        case "clause":
            changed |= spoil(CLAUSE, ("when: law.processor", "when: law.other"))
        case "position":
            changed |= spoil(CLAUSE, ("title: theirs, when: data.personal", "title: theirs, when: law.other"))
        case "group":
            changed |= spoil(CLAUSE, ("::: when data.personal", "::: when law.other"))
        case "stand-in":
            stand_in = (
                "stand_ins:\n  - {actor: client, when: law.other, assume: {data.personal: true}, confirm_with: them}\n"
            )
            changed[PACK] = FILES[PACK] + stand_in
    assert remarks(**changed) == []


def test_a_fact_that_nothing_reads_is_remarked(remarks):
    more = "vendor.shoes:\n  type: boolean\n  meta: {kind: boolean, group: Vendor, question: Are there shoes?}\n"
    said = Remark("schemas/facts", "the fact `vendor.shoes` is read by no condition and no clause")
    assert remarks(**{FACTS: FILES[FACTS] + more}) == [said]


@pytest.mark.parametrize("how", ["a hold on records", "what is worked out from it", "a penalty"])
def test_what_is_read_in_another_way_is_not_remarked(remarks, how):
    changed = {}
    match how:
        case "a hold on records":
            more = (
                "life.legal_hold:\n  type: boolean\n  meta: {kind: boolean, group: Life, question: Is there a hold?}\n"
            )
            changed[FACTS] = FILES[FACTS] + more
        case "what is worked out from it":
            more = (
                "vendor.shops:\n  type: list\n  schema: {type: string}\n"
                "  meta: {kind: countries, group: Vendor, question: Where are shops?}\n"
                "vendor.far:\n  type: list\n  schema: {type: string}\n"
                "  meta: {kind: countries, group: Vendor, question: Where else?, derive: {from: vendor.shops}}\n"
            )
            changed[FACTS] = FILES[FACTS] + more
            changed |= spoil(CLAUSE, ("::: when data.personal", '::: when "DE" in vendor.far'))
        case "a penalty":
            changed[PARAMETERS] = FILES[PARAMETERS] + FINE
            changed[OBLIGATIONS] = USED.replace("severity: high", "severity: high\n  penalty: up to [[law.fine]]")
    assert remarks(**changed) == []


FINE = (
    "- id: law.fine\n  title: highest fine\n  kind: integer\n  cite: {pinpoint: Art. 6}\n"
    "  values:\n    - {from: 2020-01-01, value: 30}\n"
)
SHOES = "vendor.shoes:\n  type: integer\n  meta: {kind: integer, group: Vendor, question: How many shoes?}\n"


@pytest.mark.parametrize("swap", [
    (CLAUSE, "fact: contract.days", "fact: vendor.shoes"), (DOCUMENT, '"[[vendor.role]]"', '"[[vendor.shoes]]"'),
    (DOCUMENT, "when: law.processor\n", "when: law.processor\nprovides: {vendor.shoes: 2}\n"),
    (RETENTION, "trigger_fact: contract.end_date", "trigger_fact: vendor.shoes"),
])  # fmt: skip
def test_a_fact_is_read_where_it_fills_a_blank_is_settled_by_signing_or_starts_a_period(remarks, swap):
    name, *words = swap
    date_of_shoes = SHOES.replace("integer", "date") if name == RETENTION else SHOES
    found = remarks(**{FACTS: FILES[FACTS] + date_of_shoes}, **spoil(name, tuple(words)))
    left = {"contract.end_date"} if name == RETENTION else set()
    assert {each.message.split("`")[1] for each in found} == left


# --- terms


def test_a_term_that_no_clause_carries_is_remarked(remarks):
    more = FILES[TERMS] + FILES[TERMS].lstrip("\n").replace("dpa.audit", "dpa.more")
    said = "no clause carries the term `dpa.more`"
    assert remarks(**{TERMS: more}) == [Remark("schemas/terms.yaml", said)]
    needed = obligations(("requires_terms: [dpa.audit]", "requires_terms: [dpa.audit, dpa.more]"))
    assert remarks(**{TERMS: more}, **needed) == [
        Remark("schemas/terms.yaml", f"{said} and an obligation requires it"),
    ]


# --- conditions for all facts

NEVER = {
    "applies": "it can never apply: no facts make `applies` true",
    "met": "it can never be met where it applies",
    "gap": "it can never be a gap: where it applies it is met",
}


@needs_solver
@pytest.mark.parametrize(("applies", "met", "never"), [
    ("law.processor && !data.personal", "data.personal", "applies"),
    ("contract.days > 7 && contract.days < 8", "data.personal", "applies"),
    ("contract.days < 0", "false", "applies"), ("law.processor", "!data.personal", "met"),
    ("law.processor", "false", "met"), ("law.processor", "contract.days < 0", "met"),
    ("law.processor", "data.personal || contract.days < law.days", "gap"), ("law.processor", "true", "gap"),
    ("contract.days < law.days", "contract.days <= law.days", "gap"),
])  # fmt: skip
def test_a_duty_that_can_never_matter_is_a_defect(remarks, applies, met, never):
    swaps = (
        ("applies: law.processor", f"applies: '{applies}'"),
        (USED[USED.index("met: ") : USED.index("\n  requires")], f"met: '{met}'"),
    )
    found = [each for each in remarks(solver=True, **obligations(*swaps)) if each.where == "L-1"]
    assert found == [Remark("L-1", NEVER[never], grave=True)]


@needs_solver
def test_duties_that_matter_are_passed_over(remarks):
    assert remarks(solver=True) == []


@needs_solver
def test_what_the_solver_cannot_decide_is_a_note_of_each_question(remarks):
    undecided = obligations(("applies: law.processor", "applies: law.processor && 3 > months_since(contract.end_date)"))
    assert remarks(solver=True, **undecided) == [
        Remark("L-1", f"undecided whether {NEVER[each]}") for each in ("applies", "met", "gap")
    ]


def test_without_a_solver_conditions_are_left_aside(remarks):
    assert remarks(**obligations(("applies: law.processor", "applies: law.processor && !data.personal"))) == []


@needs_solver
@pytest.mark.parametrize(("span", "obligation", "grave"), [
    ("from: 2018-05-25", "", False), ("from: 2018-05-25", "from: 2031-01-01", True),
    ("from: 2018-05-25", "until: 2019-01-01", True), ("from: 2031-01-01", "", True),
    ("from: 2018-05-25, until: 2019-01-01", "", True), ("from: 2031-01-01", "from: 2020-01-01", True),
    ("from: 2018-05-25, until: 2031-01-01", "from: 2020-01-01, until: 2027-01-01", False),
    ("from: 2018-05-25", "from: 2026-11-24", False), ("from: 2018-05-25", "from: 2026-11-25", False),
    ("from: 2018-05-25", "until: 2026-11-24", False), ("from: 2018-05-25", "until: 2026-11-25", False),
    ("from: 2018-05-25", "from: 2019-01-01, until: 2019-06-01", True),
])  # fmt: skip
def test_a_duty_is_tested_on_a_day_on_which_it_and_its_pack_are_in_force(remarks, span, obligation, grave):
    """The figure has a value from 2020 to 2030: outside these years nothing can meet the duty."""
    figures = spoil(PARAMETERS, ("{from: 2020-01-01, value: 30}", "{from: 2020-01-01, until: 2030-01-01, value: 30}"))
    swaps = [(USED[USED.index("met: ") : USED.index("\n  requires")], "met: contract.days < law.days")]
    if obligation:
        swaps.append(("  topic: audit", f"  in_force: {{{obligation}}}\n  topic: audit"))
    head = spoil(PACK, ("in_force: {from: 2018-05-25}", f"in_force: {{{span}}}"))
    found = [each for each in remarks(solver=True, **figures, **head, **obligations(*swaps)) if each.where == "L-1"]
    assert found == ([Remark("L-1", NEVER["met"], grave=True)] if grave else [])


@needs_solver
def test_a_duty_that_is_in_force_on_no_day_is_counted_and_not_tested(remarks):
    told = []
    head = spoil(PACK, ("in_force: {from: 2018-05-25}", "in_force: {from: 2018-05-25, until: 2019-01-01}"))
    second = FILES[OBLIGATIONS].lstrip("\n").replace("L-1", "L-2")
    never = obligations(("  topic: audit", "  in_force: {from: 2020-01-01}\n  topic: audit"), also=second)
    assert remarks(solver=True, told=told.append, **head, **never) == []
    assert told == [1, 2]


@needs_solver
def test_defects_come_first(remarks):
    never = obligations(("applies: law.processor", "applies: law.processor && !data.personal"))
    head = spoil(PACK, ("jurisdiction: EEA}", 'jurisdiction: EEA, pinpoint: "§"}'))
    found = remarks(solver=True, **never, **head)
    assert [each.grave for each in found] == [True, False, False, False]
