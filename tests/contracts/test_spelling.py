"""Documents under the law of a state of the United States are in its spelling, all others in British."""

import re
from dataclasses import replace
from datetime import date

import pytest

from govern.contracts import (
    AuthoredGroup,
    AuthoredParagraph,
    Blank,
    Definition,
    Filled,
    OpenChoice,
    Reference,
    Slot,
    Spelling,
    Text,
    Use,
    lint_documents,
    section_lines,
    write_run,
)
from govern.contracts.digest import digest_draft
from govern.contracts.words import MONTHS
from govern.errors import ContentError
from govern.library.clauses import check_clauses, load_clauses
from govern.library.places import content_places
from govern.library.projects import load_project
from govern.review import Paper, PaperParagraph, review_terms
from govern.usecases.assembling import open_workbench
from govern.usecases.gaps import assess_project
from govern.usecases.ports import Ports

from .test_us_documents import DAY, EXAMPLES, LIBRARY, WORLDS, bench_with, draft_of
from .world import clause, draft, recipe

US = LIBRARY.spellings()["us"]
ALWAYS = {id_ for id_ in LIBRARY.recipes() if LIBRARY.recipe(id_).spelling == "us"}

BRITISH = re.compile(
    r"\b(?:\w*(?:(?:is|ys)(?:e|ed|es|er|ers|ing|able|ation|ations)|ours?|oured|ouring|ourable|oural|tres?|ogues?"
    r"|[^\Wl]ll(?:ed|ing|er|ers)|ammes?|fil|fils|ilment|ilful|ilst|ngst)"
    r"|(?:def|off|lic|sublic|pret)ences?|judgements?|acknowledgements?|grey|instalments?|learnt|practis\w+|postcodes?"
    rf"|artefacts?|paediatric|ageing|\d+ (?:{'|'.join(MONTHS)}) \d{{4}})\b",
    re.IGNORECASE,
)
# Words of these forms that are spelled so in both countries.
BOTH = set(
    """
    advertise advertising advisers analyses arise arises called caller compromise compromises controlled controller
    controllers dialogues exercise exercised exercises expertise filled four fulfilled fulfilling fundraising hour hours
    installed
    likewise otherwise our precise premises promise promised promises raise raised raises revised skilled supervise
    supervised supervises telling your
    """.split()  # noqa: SIM905 - a list of words is read as words
)


def words_of(made):
    """All words of a clause that a document can show, paragraph by paragraph."""
    for block in made.blocks:
        for each in block.blocks if isinstance(block, AuthoredGroup) else (block,):
            cells = (
                [each.content]
                if isinstance(each, AuthoredParagraph)
                else [c for r in (each.header, *each.rows) for c in r]
            )
            yield from (
                "".join("" if isinstance(run, Slot | Reference) else write_run(run) for run in cell) for cell in cells
            )
    yield made.head.title
    for parameter in made.head.parameters.values():
        yield from (text for text in (parameter.label, parameter.default) if isinstance(text, str))


def british_in(text):
    kept = re.compile("|".join(map(re.escape, US.keep)))
    return [word for word in BRITISH.findall(kept.sub("", text)) if word.lower() not in BOTH]


@pytest.mark.parametrize("id_", LIBRARY.clauses())
def test_no_clause_is_british_under_the_law_of_the_united_states(id_):
    assert [word for text in words_of(LIBRARY.clauses()[id_]) for word in british_in(US.text(text))] == []


@pytest.mark.parametrize("id_", LIBRARY.recipes())
def test_no_frame_of_a_document_is(id_):
    made = LIBRARY.recipe(id_)
    deed = made.signature.deed.intro if made.signature.deed else ""
    for text in (made.title, made.subtitle, *made.background, *made.aliases, made.signature.intro, deed):
        assert british_in(US.text(text)) == []


def test_the_search_for_british_words_finds_them():
    text = (
        "An authorised labeller must practise, analyse and fulfil the programme in grey, on 4 June 2026, in the centre."
    )
    assert british_in(text) == [
        "authorised", "labeller", "practise", "analyse", "fulfil", "programme", "grey", "4 June 2026", "centre",
    ]  # fmt: skip
    assert british_in(US.text(text)) == []
    assert sum(bool(british_in(text)) for made in LIBRARY.clauses().values() for text in words_of(made)) > 100


def test_a_clause_for_documents_of_any_law_is_written_in_british():
    both = {
        "practice",
        "practices",
        "among",
        "while",
        "toward",
        "afterward",
        "learned",
        "program",
        "programs",
        "meters",
    }
    both |= {"practicing", "practiced", "check", "checks", "license", "licenses", "inquiry", "inquiries", "sublicense"}
    pairs = [*US.words.items()] + [(f"{one}ed", f"{two}ed") for one, two in US.stems.items()]
    american = {two for _, two in pairs} - both
    american |= {f"{two}{end}" for two in US.stems.values() for end in US.endings}
    found = {}
    for id_, made in LIBRARY.clauses().items():
        uses = {
            each for each in LIBRARY.recipes() if id_ in (*LIBRARY.recipe(each).clauses, *LIBRARY.recipe(each).annexes)
        }
        if not uses <= ALWAYS:
            said = {word for text in words_of(made) for word in re.findall("[a-z]+", text.lower())}
            found[id_] = said & american
    assert {id_: words for id_, words in found.items() if words} == {}


# --- the words --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "spelled"),
    [
        ("Unauthorised AUTHORISATIONS, a Labelling Rule", "Unauthorized AUTHORIZATIONS, a Labeling Rule"),
        ("It may practise under its licence.", "It may practice under its license."),
        ("sent by post on 31 December 2027", "sent by mail on December 31, 2027"),
        ("under this clause or the clause on audit", "under this section or the section on audit"),
        ("the Standard Contractual Clauses", "the Standard Contractual Clauses"),
        ("If a clause differs, the clause applies.", "If a section differs, the section applies."),
        ("A clause number in this list is one of theirs.", None),
        ("Option 2 (general written authorisation)", "Option 2 (general written authorisation)"),
        ("the value `authorised` of labour.example/colour and a.favour@labour.example", None),
        ("de minimis, an organism and its emphasis", None),
    ],
)  # fmt: skip
def test_words_are_spelled_and_what_is_no_word_of_ours_stays(written, spelled):
    assert US.text(written) == (spelled or written)
    assert US.text(US.text(written)) == US.text(written)


def test_a_table_with_dates_in_another_order_only():
    table = Spelling(id="dates", version="1.0.0", title="Dates", month_first=True)
    assert table.text("authorised on 4 June 2026") == "authorised on June 4, 2026"
    assert table.date(date(2026, 6, 4)) == "June 4, 2026"
    plain = Spelling(id="plain", version="1.0.0", title="Plain", words={"whilst": "while"})
    assert plain.text("Whilst it is 4 June 2026") == "While it is 4 June 2026"
    assert plain.date(date(2026, 6, 4)) == "4 June 2026"


# --- the tree ---------------------------------------------------------------------------------------------


def test_a_tree_is_spelled_and_typed_values_are_not():
    one = clause(
        "one.labelling",
        '{#p1} **"Authorised Colour"** is [[client.name]], from [[day.start]], [[kind.many]], [[usual]]; [[open]].\n\n'
        "{#p2} The ==Authorised Colour== of {ref:one.labelling#p1} and {ref:two}.\n\n"
        "::: when flag.on\nOnly if authorised.\n:::",
        parameters={
            "usual": {"kind": "text", "label": "usual", "default": "in colour"},
            "open": {"kind": "text", "label": "centre of the work"},
        },
        defines=("Authorised Colour",),
    )  # fmt: skip
    two = clause("two", "| Behaviour |\n|---|\n| labelling |", kind="annex")
    answers = {"client.name": "Labour Centre", "day.start": date(2026, 6, 4), "kind.many": ["a_one"]}
    made = draft(one, annexes=(two,), answers=answers, spelling=US, recipe_=recipe(one, annexes=(two,)))
    first, second, third = made.sections[0].blocks
    assert first.content == (
        Definition("Authorized Color"),
        Text(" is "),
        Filled("client.name", "Labour Centre", "client.name"),
        Text(", from "),
        Filled("day.start", "June 4, 2026", "day.start", "4 June 2026"),
        Text(", "),
        Filled("kind.many", "the first", "kind.many"),
        Text(", "),
        Filled("usual", "in color", None, "in colour"),
        Text("; "),
        Blank("open", "center of the work", None),
        Text("."),
    )
    assert second.content[1] == Use("Authorized Color")
    assert [run for run in second.content if isinstance(run, Reference)] == [
        Reference("one.labelling#p1", "Section 1.1"),
        Reference("two", "Annex I"),
    ]
    assert isinstance(third.content[0], OpenChoice)
    assert third.content[1] == Text("Only if authorized.")
    assert made.annexes[0].blocks[0].header == ((Text("Behavior"),),)
    assert [each.place for each in (*made.sections, *made.annexes)] == ["Section 1", "Annex I"]
    assert "center of the work" in [each.what for each in made.open_points]
    assert "one.labelling version" in made.sections[0].note.text
    assert (made.spelling, made.month_first, made.letter, made.tongue) == ("us", True, True, "en-US")
    assert made.digest == digest_draft(made)


def test_without_a_table_a_tree_has_the_digest_of_before():
    one = clause("one", "{#p1} Authorised on [[day.start]].")
    made = draft(one, answers={"day.start": date(2026, 6, 4)})
    assert made.digest == "1a1eb3fca5111dbdf5bd5c97f6fbd913be3ab0226324a1b1e0bf30b43dcaf6d8"
    assert draft(one, answers={"day.start": date(2026, 6, 4)}, spelling=US).digest != made.digest


def test_two_documents_of_a_set_may_spell_one_value_each_in_its_way():
    one = clause(
        "one", "{#p1} On [[start]].", parameters={"start": {"kind": "date", "label": "start", "fact": "day.start"}}
    )
    other = clause(
        "one", "{#p1} On [[start]].", parameters={"start": {"kind": "date", "label": "start", "fact": "day.start"}}
    )
    day = {"day.start": date(2026, 6, 4)}
    drafts = [
        draft(one, answers=day, spelling=US),
        draft(other, answers=day, recipe_=recipe(other, id="other")),
        draft(other, answers={"day.start": date(2026, 6, 5)}, recipe_=recipe(other, id="third")),
    ]
    found = lint_documents(drafts, {"one": one}, day=date(2026, 11, 24))
    said = [each.message for each in found if each.rule == "values-differ"]
    assert said == ["`day.start` is 5 June 2026 here, and June 4, 2026 in doc (Section 1.1)"]


# --- the library ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("family", "american"), [("us", True), ("england", False)])
def test_the_law_of_the_contract_decides(family, american):
    made = draft_of(bench_with("retail-images", {"contract.law_family": family}), "msa")
    said = " ".join(write_run(run) for each in made.paragraphs() for run in each.content)
    assert made.spelling == ("us" if american else "")
    assert ("Labeling Specification" in said, "Labelling Specification" in said) == (american, not american)
    assert ("Section 2" in said, "Clause 2" in said) == (american, not american)


def test_a_law_that_is_not_known_yet_spells_nothing():
    project = load_project(EXAMPLES / "hospital-ct" / "project.yaml", LIBRARY.vocabulary())
    project = project.with_answer("contract.law_family", None)
    ports = Ports(LIBRARY, *[None] * 6)  # assembling reads the library only
    bench = open_workbench(ports, assess_project(ports, project, DAY), DAY)
    assert [draft_of(bench, document).spelling for document in ("msa", "baa", "scc")] == ["", "us", ""]


@pytest.mark.parametrize("document", [each for each in WORLDS if each in ALWAYS])
def test_a_document_of_federal_or_state_law_is_american_beside_a_british_set(document):
    example, answers = WORLDS[document]
    made = draft_of(bench_with(example, {**answers, "contract.law_family": "england"}), document)
    assert made.spelling == "us"
    for each in made.paragraphs():
        for run in each.content:
            if isinstance(run, Text | Use | Definition):
                assert british_in(write_run(run)) == []


def test_official_clauses_keep_the_spelling_of_their_own_law():
    bench = bench_with("hospital-ct", {"contract.law_family": "us"})
    assert draft_of(bench, "dpa").spelling == "us"
    assert draft_of(bench, "scc").spelling == ""


def test_a_document_names_a_table_that_is_there():
    library = load_clauses(content_places())
    wrong = LIBRARY.recipe("msa").model_copy(update={"spelling": "uss"})
    table = US.model_copy(update={"when": "contract.law_famly"})
    library = type(library)(library.clauses, {"msa": wrong}, library.names, {}, {"us": table})
    terms = [term.id for term in LIBRARY.terms()]
    found = check_clauses(
        library, LIBRARY.vocabulary(), terms, lambda text: [ContentError("unknown")] if "famly" in text else []
    )
    assert [each.message for each in found] == ["there is no spelling `uss`", "`contract.law_famly`: unknown"]


@pytest.mark.parametrize("document", ["dpa", "baa"])
def test_a_review_finds_the_same_terms_in_either_spelling(document):
    bench = bench_with("hospital-ct", {"contract.law_family": "us"})
    found = []
    for each in (bench, replace(bench, spellings={})):
        made = draft_of(each, document)
        lines = [line for section in (*made.sections, *made.annexes) for line in section_lines(section)]
        paper = Paper("", "docx", tuple(PaperParagraph(line, source=at) for at, line in enumerate(lines)))
        reviews = review_terms(paper, replace(LIBRARY.detectors(), likeness=None), made.terms)
        found.append((made.spelling, {each.term: each.presence for each in reviews}))
    (american, terms), (british, same) = found
    assert (american, british) == ("us", "")
    assert terms == same != {}
