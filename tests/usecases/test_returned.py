"""A file that came back: what was changed, which terms that breaks, which position it is, and who must agree."""

from dataclasses import replace
from datetime import date

import pytest

from govern.contracts import FileLine, section_lines, write_runs
from govern.errors import RefusedError
from govern.kernel import FactValue
from govern.review import (
    Cell,
    Comment,
    Detector,
    DetectorBook,
    Need,
    PaperParagraph,
    Watch,
    Weakness,
    WordParagraph,
    WordText,
    compile_pattern,
)
from govern.usecases.drafts import draft_contract
from govern.usecases.projects import answer_facts, save_project
from govern.usecases.redlines import NOW, Side, find_draft
from govern.usecases.returned import COUNSEL, Desk, ReadFile, Verdict, read_file, review_returned

from ..library.trees import DOCUMENT

CLAUSE = """---
id: dpa.audit
version: 1.0.0
title: Audit
documents: [dpa]
obligations: [L-1]
carries:
  - {term: dpa.audit, paragraph: audit}
  - {term: dpa.other, paragraph: other}
parameters:
  days:
    kind: integer
    label: days of notice
    fact: contract.days
    default: 14
    min: 5
    max: 30
    reason: A longer notice is no audit.
  hours: {kind: integer, label: hours of a visit, default: 8}
  weeks: {kind: integer, label: weeks to mend, default: 3, max: 9}
positions:
  - {id: preferred, title: ours, kind: preferred, approver: null, residual: null}
  - {id: fallback, title: reports first, approver: compliance_officer, residual: Visits come second.}
  - {id: walk_away, title: none at all, approver: counsel, residual: There is none.}
changelog:
  - {version: 1.0.0, date: 2026-11-24, note: First version.}
---
{#audit} The client may audit the vendor on notice of [[days]] days, for up to [[hours]] hours on each day of a visit.

{#other} The vendor helps with every audit and pays for its own people in it.

{#third} The vendor keeps records of all of the work that it does for the client.

It lasts for as long as there is any work.

{#month} Within 10 days the vendor answers, and in [[weeks]] weeks it mends, under Clause 4 of the plan.

::: position preferred
{#fourth} The vendor shows its certificate to the client each year.
:::

::: position fallback
{#audit} The vendor gives reports of its auditor first, and the client may audit the vendor only after those reports.
:::

::: position walk_away
{#audit} The vendor gives reports of its auditor, and no more than that shall be asked of it by the client.
:::
"""
PLAIN = """---
id: dpa.plain
version: 1.0.0
title: Plain
documents: [dpa]
defines: [Work]
changelog:
  - {version: 1.0.0, date: 2026-11-24, note: First version.}
---
{#p1} This agreement is made in writing and is signed by both of the parties.

{#work} **"Work"** means labels, masks and everything else that the parties order.
"""
TERMS = """
- id: dpa.audit
  document: [dpa]
  cite: {instrument: law, pinpoint: Art. 1}
  requirement: There is an audit.
  mandatory: true
  required_when: 'true'
  obligation: L-1
- id: dpa.other
  document: [dpa]
  cite: {instrument: law, pinpoint: Art. 2}
  requirement: There is help.
  mandatory: false
  required_when: 'true'
  obligation: L-1
"""
FOLDER = "clause_library"
MATRIX = """---
id: annex.matrix
version: 1.0.0
title: Obligation matrix
kind: annex
documents: [dpa]
changelog:
  - {version: 1.0.0, date: 2026-11-24, note: First version.}
---
For information.

| Obligation | Source | What it asks | Clause |
| --- | --- | --- | --- |
"""
FILES = {
    f"{FOLDER}/clauses/matrix/annex.matrix.md": MATRIX,
    f"{FOLDER}/clauses/dpa/dpa.audit.md": CLAUSE,
    f"{FOLDER}/clauses/dpa/dpa.plain.md": PLAIN,
    f"{FOLDER}/documents/dpa.yaml": DOCUMENT.replace("[dpa.audit]", "[dpa.audit, dpa.plain]"),
    "schemas/terms.yaml": TERMS,
}


def pattern(text):
    return compile_pattern(text, {})


BOOK = DetectorBook(
    {
        "dpa.audit": Detector(
            "dpa.audit",
            (((pattern("client may audit"),),),),
            weak=(Weakness("cost", (pattern("at own cost"),), "the client pays for it"),),
        )
    }
)


def lines_of(draft):
    """Our own file, without the frame around it: the first line of a section has its bookmark."""
    made = [FileLine("Agreed terms", "Agreed terms", part="Agreed terms")]
    for section in (*draft.sections, *draft.annexes):
        for at, text in enumerate(section_lines(section)):
            made.append(FileLine(text, text, (f"{section.anchor}/{at}",)))
    return made


def bookmarks(draft):
    return {
        f"{section.anchor}/{at}": (section.anchor, at - 1 if at else None)
        for section in draft.sections
        for at in range(len(section.blocks) + 1)
    }


DESK = Desk(lambda draft: ReadFile(lines_of(draft), {}, tracked=False), bookmarks, BOOK)


@pytest.fixture
def one(small, actor, arrangement):
    ports = small(**FILES)
    save_project(ports, actor, arrangement)
    return ports


@pytest.fixture
def drafted(one, actor, day):
    return draft_contract(one, actor, "one", "dpa", day)


@pytest.fixture
def judge(one, actor, drafted):
    """A function that reviews our file with some lines changed: old text → new text, None to take it out."""

    def make(changes, *, desk=DESK, side=None, tracked=False, was=None, properties=None):
        lines = []
        for line in lines_of(drafted.draft):
            new = next((new for old, new in changes.items() if line.now.startswith(old)), line.now)
            if new is not None:
                lines.append(replace(line, now=new, was=line.was if was is None or new == line.now else was))
        file = ReadFile(lines, properties or {}, tracked)
        return review_returned(one, actor, "one", "dpa", side, file, desk)

    return make


def effects(made):
    return [(each.verdict.value, each.what, each.why) for clause in made.clauses for each in clause.effects]


AUDIT = "The client may audit the vendor on notice of 14 days, for up to 8 hours on each day of a visit."


def test_a_file_as_it_was_has_no_clause_to_look_at(judge, drafted):
    made = judge({})
    assert (made.clauses, made.unchanged, made.untracked, made.worst()) == ((), 3, 0, Verdict.KEEPS)
    assert made.ours == f"draft {drafted.draft_id[:8]}"


def test_a_term_whose_paragraph_is_deleted_is_broken(judge):
    made = judge({"The client may audit": None})
    assert effects(made) == [
        ("breaks", "dpa.audit", "the paragraph that carries it is deleted; of the rest: no clause says it")
    ]
    (clause,) = made.clauses
    assert (clause.title, clause.obligations, clause.approver) == ("Clause 1 Audit", ("L-1",), COUNSEL)
    assert (made.unchanged, made.worst()) == (2, Verdict.BREAKS)


def test_unless_the_text_says_it_elsewhere(judge):
    made = judge({"The client may audit": None, "The vendor keeps": "At any time the client may audit this vendor."})
    why = "the paragraph that carries it is deleted; of the rest: the text says it: read it there"
    assert effects(made)[0] == ("touches", "dpa.audit", why)
    assert [each[:2] for each in effects(made)[1:]] == [("touches", "1.3")]


def test_a_term_is_kept_where_its_paragraph_says_what_it_said(judge, drafted):
    third = next(line.now for line in lines_of(drafted.draft) if line.now.startswith("The vendor keeps"))
    both = judge(
        {
            "The vendor helps": None,
            "The vendor keeps": f"The vendor helps with every audit and pays for its own people in it. {third}",
        }
    )
    assert [(verdict, what) for verdict, what, _ in effects(both)] == [("breaks", "dpa.other"), ("keeps", "1.3")]
    joined = f"{AUDIT} The vendor helps with every audit and pays for its own people in it."
    merged = judge({"The client may audit": joined, "The vendor helps": None})
    assert ("keeps", "dpa.audit") in [each[:2] for each in effects(merged)]
    figure = judge({"The client may audit": AUDIT.replace("14 days", "20 days").replace("up to", "up  to;")})
    assert [each[:2] for each in effects(figure)] == [("keeps", "dpa.audit")]
    assert figure.worst() is Verdict.KEEPS


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("on notice", "if it sees fit on notice", "“if it sees fit” is put in"),
        ("The client", "Where asked, the client", "“The” became “Where asked, the”"),
        ("each day of a visit", "a day", "“each day of a visit” became “a day”"),
        ("8 hours", "80 hours", "“8” became “80”"),
        ("14 days", "14 days or more", "“or more” is put in"),
    ],
)
def test_a_term_whose_words_changed_is_to_be_read_though_a_pattern_finds_it(judge, old, new, why):
    made = judge({"The client may audit": AUDIT.replace(old, new)})
    assert ("touches", "dpa.audit", f"read what it says now: {why}") in effects(made)


def test_a_term_is_weakened_broken_or_kept_by_what_its_paragraph_says_now(judge):
    weak = judge({"The client may audit": AUDIT.replace("visit.", "visit, at its own cost.")})
    assert effects(weak) == [("weakens", "dpa.audit", "the client pays for it")]
    assert weak.worst() is Verdict.WEAKENS
    gone = judge({"The client may audit": AUDIT.replace("may audit", "may ask")})
    assert effects(gone)[0][:2] == ("breaks", "dpa.audit")
    read = judge({"The client may audit": AUDIT.replace("each day", "every day")})
    assert effects(read) == [("touches", "dpa.audit", "read what it says now: “each” became “every”")]


def test_a_term_is_weakened_by_another_paragraph_that_takes_it_back(judge):
    unless = replace(BOOK.detectors["dpa.audit"], needs=(Need((pattern("notice"),), "says no notice"),))
    desk = replace(DESK, detectors=DetectorBook({"dpa.audit": unless}))
    taken = judge({"This agreement": "On notice the client may audit at its own cost. This is in writing."}, desk=desk)
    assert [each.title for each in taken.clauses] == ["Clause 2 Plain"]
    assert effects(taken)[0] == ("weakens", "dpa.audit", "the client pays for it")
    assert [each[:2] for each in effects(taken)[1:]] == [("touches", "2.1")]
    other = judge({"The vendor keeps": "The vendor keeps records at its own cost."}, desk=desk)
    assert [each[:2] for each in effects(other)] == [("touches", "1.3")]


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("The vendor helps", "The vendor may help", [("dpa.other", "“helps” became “may”: a duty became a choice")]),
        ("The vendor keeps", "The vendor is free to keep", [("the duty in 1.3", "“keeps” became “is free”: a duty became a choice")]),  # noqa: E501
        ("It lasts", "It is free", [("the duty in Clause 1", "“lasts” became “is free”: a duty became a choice")]),
        ("The vendor keeps", "The vendor, as it may, keeps", []),
        ("The vendor keeps", "The vendor stores", []),
    ],
)  # fmt: skip
def test_a_duty_that_became_a_choice_is_weakened(judge, drafted, old, new, found):
    desk = replace(DESK, detectors=replace(BOOK, duty=("helps", "keeps", "lasts"), choice=("may", "is free")))
    text = next(line.now for line in lines_of(drafted.draft) if line.now.startswith(old))
    made = judge({old: text.replace(old, new)}, desk=desk)
    assert [(what, why) for verdict, what, why in effects(made) if verdict == "weakens"] == found
    assert made.worst() is (Verdict.WEAKENS if found else Verdict.TOUCHES)


def test_a_duty_that_became_a_choice_is_named_before_what_else_weakens_its_term(judge):
    audit = replace(BOOK.detectors["dpa.audit"], ways=(((pattern("client ~1 audit"),),),))
    desk = replace(DESK, detectors=DetectorBook({"dpa.audit": audit}, duty=("may",), choice=("could",)))
    text = AUDIT.replace("may audit", "could audit").replace("visit.", "visit, at its own cost.")
    said = "“may” became “could”: a duty became a choice; the client pays for it"
    assert effects(judge({"The client may audit": text}, desk=desk)) == [("weakens", "dpa.audit", said)]


@pytest.mark.parametrize(
    ("new", "found"),
    [
        ("The vendor must not keep", "“keeps” became “must not”"),
        ("The vendor may never keep", "“keeps” became “may never”"),
        ("The vendor keeps not", "“keeps” became “keeps not”"),
        ("The vendor may not only keep", ""),
        ("The vendor may keep", ""),
    ],
)
def test_a_duty_that_says_the_opposite_is_broken(judge, drafted, new, found):
    desk = replace(DESK, detectors=replace(BOOK, duty=("keeps", "must"), choice=("may", "is free")))
    text = next(line.now for line in lines_of(drafted.draft) if line.now.startswith("The vendor keeps"))
    made = effects(judge({"The vendor keeps": text.replace("The vendor keeps", new)}, desk=desk))
    broken = [why for verdict, what, why in made if verdict == "breaks" and what == "the duty in 1.3"]
    assert broken == ([f"{found}: it says the opposite now"] if found else [])


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("must not tell", "must tell", ["“must not” became “must”: it says the opposite now"]),
        ("must not tell", "may tell", ["“must not” became “may”: it says the opposite now"]),
        ("must not", "may", ["“must not” became “may”: it says the opposite now"]),
        ("must not tell", "must never tell", []),
        ("must not tell", "may tell others only with consent and must not tell", []),
        ("must not tell", "tells", []),
        ("others", "any others", []),
    ],
)
def test_a_ban_that_says_the_opposite_is_broken(small, actor, arrangement, day, old, new, found):
    ban = CLAUSE.replace(
        "keeps records of all of the work that it does for the client",
        "must not tell others of the work, and must not show it",
    )
    world = small(**{**FILES, f"{FOLDER}/clauses/dpa/dpa.audit.md": ban})
    save_project(world, actor, arrangement)
    ours = lines_of(draft_contract(world, actor, "one", "dpa", day).draft)
    desk = replace(DESK, detectors=replace(BOOK, duty=("must",), choice=("may",)))
    came = [replace(line, now=line.now.replace(old, new)) if "others" in line.now else line for line in ours]
    made = review_returned(world, actor, "one", "dpa", None, ReadFile(came, {}, tracked=False), desk)
    assert [why for verdict, _, why in effects(made) if verdict == "breaks"] == found


DUTIES = replace(DESK, detectors=replace(BOOK, duty=("keeps", "lasts", "shows")))


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"The vendor keeps": None}, ["the duty in 1.3"]),
        ({"It lasts": None}, ["the duty in Clause 1"]),
        ({"This agreement": None}, []),
        ({"The vendor helps": None}, []),  # its term says what is lost
        ({"The vendor shows": None}, []),  # a position of the playbook does without it
        (
            {
                "The vendor keeps": None,
                "It lasts": "The vendor keeps records of all of the work that it does for the client. It lasts.",
            },
            [],
        ),
    ],
)
def test_a_duty_whose_paragraph_is_deleted_is_weakened(judge, changes, found):
    made = judge(changes, desk=DUTIES)
    assert [what for verdict, what, _ in effects(made) if verdict == "weakens"] == found


PRACTICAL = replace(
    DESK,
    detectors=replace(
        BOOK,
        duty=("keeps", "helps", "made"),
        choice=("may",),
        weak=(Weakness("practice", (pattern("where feasible"),), "holds only where it is practicable"),),
    ),
)


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("The vendor keeps", "The vendor, where feasible, keeps", [("the duty in 1.3", "holds only where it is practicable")]),  # noqa: E501
        ("The vendor keeps", "Where feasible, he is glad. The vendor keeps", []),  # says nothing of the duty
        ("The vendor keeps", "The vendor always keeps", []),
        ("The vendor helps", "The vendor, where feasible, helps", []),  # its term says what became of it
        ("The vendor keeps", "Where feasible, the vendor may keep", [("the duty in 1.3", "“keeps” became “may”: a duty became a choice")]),  # noqa: E501
    ],
)  # fmt: skip
def test_a_duty_with_a_reservation_is_weakened(judge, drafted, old, new, found):
    text = next(line.now for line in lines_of(drafted.draft) if line.now.startswith(old))
    made = judge({old: text.replace(old, new)}, desk=PRACTICAL)
    assert [(what, why) for verdict, what, why in effects(made) if verdict == "weakens"] == found


def test_another_paragraph_that_is_deleted_is_to_be_read(judge):
    why = "the paragraph is deleted: read what is lost with it"
    assert effects(judge({"This agreement": None})) == [("touches", "2.1", why)]
    assert [each[:2] for each in effects(judge({"It lasts": None}))] == [("touches", "Clause 1")]


def test_a_definition_that_is_another_now_touches_and_one_that_is_gone_breaks(judge):
    changed = judge({'"Work"': '"Work" means labels only.'})
    assert [each[:2] for each in effects(changed)] == [("touches", "the definition of “Work”")]
    gone = judge({'"Work"': None})
    assert effects(gone) == [("breaks", "the definition of “Work”", "it is deleted")]
    assert [each[:2] for each in effects(judge({"This agreement": "This agreement is made."}))] == [("touches", "2.1")]


def test_what_broke_is_not_called_weakened(judge):
    desk = replace(DESK, detectors=replace(BOOK, duty=("may",), choice=("should",)))
    made = judge({"The client may audit": AUDIT.replace("may audit", "should audit")}, desk=desk)
    assert [(verdict, what) for verdict, what, _ in effects(made)] == [("breaks", "dpa.audit")]


def test_what_belongs_to_one_clause_is_read_as_one(judge):
    numbered = [
        WordParagraph("Audit", "Audit", "1", 0, heading=True),
        WordParagraph("The client may audit.", "The client may audit.", "1.1", 1),
    ]
    file = read_file(WordText("theirs.docx", numbered))
    assert file.paper is not None
    assert [each.number for each in file.paper.paragraphs] == ["1", "1.1"]


def test_a_term_that_no_detector_knows_is_to_be_read_and_broken_if_deleted(judge):
    read = judge({"The vendor helps": "The vendor helps with every audit and pays for all people in it."})
    assert effects(read) == [("touches", "dpa.other", "no detector judges our own text of it: read the change")]
    gone = judge({"The vendor helps": None})
    assert effects(gone) == [("breaks", "dpa.other", "the paragraph that carries it is deleted")]


@pytest.mark.parametrize(
    ("days", "found"),
    [
        ("45 days", "45 is out of bounds, at most 30: A longer notice is no audit."),
        ("sixty days", "60 is out of bounds, at most 30: A longer notice is no audit."),
        ("3 days", "3 is out of bounds, at least 5: A longer notice is no audit."),
        ("20 days", None),
        ("45 or 50 days", None),
        ("reasonable days", None),
    ],
)
def test_a_figure_past_the_bound_of_its_parameter_weakens(judge, days, found):
    made = judge({"The client may audit": AUDIT.replace("14 days", days)})
    assert [why for verdict, _, why in effects(made) if verdict == "weakens"] == ([found] if found else [])


ANSWER = "Within 10 days the vendor answers, and in 3 weeks it mends, under Clause 4 of the plan."


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("10 days", "60 days", [("the figure in 1.4", "10 became 60, and nothing here sets a bound")]),
        ("10 days", "ten days", []),
        ("10 days", "due time", [("1.4", "“10 days” became “due time”")]),
        ("3 weeks", "5 weeks", []),  # within the bounds of its parameter
        ("Clause 4", "Clause 5", [("1.4", "“4” became “5”")]),
    ],
)
def test_a_period_that_nothing_bounds_is_to_be_read(judge, old, new, found):
    made = judge({"Within 10 days": ANSWER.replace(old, new)})
    assert [(what, why) for verdict, what, why in effects(made) if verdict == "touches"] == found


def test_a_parameter_without_bounds_has_none_to_pass(judge):
    made = judge({"The client may audit": AUDIT.replace("8 hours", "900 hours")})
    assert [verdict for verdict, _, _ in effects(made)] == ["touches"]


def test_a_text_of_the_playbook_is_known_and_says_who_must_approve(judge, one, actor, day):
    text = (
        "The vendor gives reports of its auditor first, and the client may audit the vendor only after those reports."
    )
    (clause,) = judge({"The client may audit": text}).clauses
    assert (clause.match.position.id, clause.match.lines, clause.approver) == ("fallback", (0,), "compliance_officer")
    other = "The vendor keeps no records at all, whatever work it does."
    (clause,) = judge({"The client may audit": text, "The vendor keeps": other}).clauses
    assert (clause.match.position.id, clause.match.lines, clause.approver) == ("fallback", (0,), COUNSEL)
    side = Side(NOW, day)
    (clause,) = judge({"The client may audit": text}, side=side).clauses
    assert clause.match.position.id == "fallback"


def test_a_text_that_is_nearly_a_position_is_for_counsel(judge):
    text = "The vendor gives reports of its auditor, and no more than this shall be asked of it by the client."
    (clause,) = judge({"The client may audit": text}).clauses
    assert (clause.match.position.id, clause.match.lines, clause.approver) == ("walk_away", (), COUNSEL)
    (clause,) = judge({"The client may audit": "Nobody audits."}).clauses
    assert clause.match is None


def test_what_stands_outside_the_clauses_is_for_counsel(judge):
    made = judge({"Agreed terms": "Terms of the Vendor"})
    (clause,) = made.clauses
    assert (clause.title, clause.section, clause.obligations, clause.approver) == ("Agreed terms", None, (), COUNSEL)
    assert made.unchanged == 3


def test_that_a_paragraph_is_gone_is_a_position_only_where_the_position_has_it_not(judge):
    (clause,) = judge({"The vendor shows": None}).clauses
    assert (clause.match.position.id, clause.match.lines) == ("fallback", (0,))
    for line in ("The vendor keeps", "The client may audit", "It lasts"):
        (clause,) = judge({line: None}).clauses
        assert clause.match is None


def test_a_clause_that_the_library_no_longer_has_has_no_positions(judge, one, actor, small, drafted, day):
    left = {f"{FOLDER}/clauses/dpa/dpa.plain.md": None, f"{FOLDER}/documents/dpa.yaml": DOCUMENT}
    gone = replace(one, library=small(**{**FILES, **left}).library)
    lines = [replace(each, now=each.now.replace("both", "all")) for each in lines_of(drafted.draft)]
    made = review_returned(gone, actor, "one", "dpa", None, ReadFile(lines, {}, tracked=False), DESK)
    assert [(each.title, each.match, each.approver) for each in made.clauses] == [("Clause 2 Plain", None, COUNSEL)]


def test_changes_that_the_file_does_not_track_are_counted(judge):
    changes = {"The vendor keeps": "The vendor keeps no records."}
    assert judge(changes, tracked=True).untracked == 0
    assert judge(changes, tracked=True, was="The vendor keeps few records.").untracked == 1
    assert judge(changes, tracked=False, was="The vendor keeps few records.").untracked == 0


def test_our_side_is_the_draft_that_the_file_says_it_is(judge, one, actor, drafted, day):
    answer_facts(one, actor, "one", {"contract.days": FactValue(value=20)})
    later = draft_contract(one, actor, "one", "dpa", day)
    assert judge({}).ours == f"draft {later.draft_id[:8]}"
    made = judge({}, properties={"Digest": drafted.draft.digest})
    assert (made.ours, made.clauses) == (f"draft {drafted.draft_id[:8]}", ())


def test_a_file_of_ours_that_is_another_document_is_refused(judge):
    with pytest.raises(RefusedError, match="it is the document `scc`, not `dpa`"):
        judge({}, properties={"Document": "scc"})


def test_without_a_saved_draft_it_is_what_would_be_drafted_now(one, actor):
    file = ReadFile([], {"Digest": "0" * 64}, tracked=False)
    made = review_returned(one, actor, "one", "dpa", None, file, DESK)
    assert made.ours == "the library now"
    assert len(made.clauses) == 3


# --- what was put in --------------------------------------------------------------------------------------


@pytest.fixture
def put_in(one, actor, drafted):
    """A function that reviews our file with new lines behind the one that begins so."""

    def make(after, *new, desk=DESK, **file):
        lines = []
        for line in lines_of(drafted.draft):
            lines += [line, *(new if line.now.startswith(after) else ())]
        return review_returned(one, actor, "one", "dpa", None, ReadFile(lines, {}, tracked=False, **file), desk)

    return make


def line(text, *asides):
    return FileLine(text, text, asides=asides)


UNDOING = replace(
    DESK,
    detectors=replace(
        BOOK,
        undoing=("notwithstanding", "does not apply"),
        watches=(Watch("cap", "a cap", (((pattern("total liability"),),),), "claims would be cut off"),),
    ),
)


TAKEN = replace(
    DESK,
    detectors=DetectorBook(
        {"dpa.audit": replace(BOOK.detectors["dpa.audit"], needs=(Need((pattern("notice"),), "says no notice"),))}
    ),
)


def test_a_new_paragraph_touches_the_terms_of_its_clause_and_of_those_that_it_names(put_in):
    said = "The vendor is content with whatever comes of it."
    made = put_in("The vendor keeps", line(said))
    assert effects(made) == [
        ("touches", "dpa.audit", "a new text stands beside it"),
        ("touches", "dpa.other", "a new text stands beside it"),
    ]
    with_other = put_in("The vendor keeps", line("On notice the client may audit at its own cost."), desk=TAKEN)
    assert [each[:2] for each in effects(with_other)] == [("weakens", "dpa.audit"), ("touches", "dpa.other")]
    assert effects(put_in("This agreement", line(said))) == [("touches", "the new text in Clause 2", f"“{said}”")]
    named = "What clause\u00a01 says and Annex I names is for others."
    assert effects(put_in("This agreement", line(named))) == [
        ("touches", "dpa.audit", f"a new text names its clause: “{named}”".replace("\u00a0", " ")),
        ("touches", "dpa.other", f"a new text names its clause: “{named}”".replace("\u00a0", " ")),
    ]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Notwithstanding this, all is free.", "“notwithstanding” is put in: it may take back what is promised"),
        ("The total liability is one euro.", "a cap: claims would be cut off"),
        ("The vendor m\u0430y go.", "“m\u0430y” has letters of two alphabets: it is not the word that it seems"),
    ],
)
def test_what_takes_back_what_stands_elsewhere_weakens(put_in, judge, text, why):
    made = put_in("This agreement", line(text), desk=UNDOING)
    assert effects(made) == [("weakens", "the new text in Clause 2", why)]
    plain = "This agreement is made in writing and is signed by both of the parties."
    changed = judge({"This agreement": f"{plain} {text}"}, desk=UNDOING)
    assert effects(changed) == [("weakens", "2.1", why)]


def test_what_stood_there_already_is_not_said_to_be_put_in(small, actor, arrangement, day):
    text = PLAIN.replace("is signed by both of the parties", "the total liability is one euro")
    world = small(**{**FILES, f"{FOLDER}/clauses/dpa/dpa.plain.md": text})
    save_project(world, actor, arrangement)
    ours = lines_of(draft_contract(world, actor, "one", "dpa", day).draft)
    came = [replace(each, now=each.now.replace("one euro", "two euros")) for each in ours]
    made = review_returned(world, actor, "one", "dpa", None, ReadFile(came, {}, tracked=False), UNDOING)
    assert [each[:2] for each in effects(made)] == [("touches", "2.1")]


def test_a_paragraph_that_was_split_says_what_it_said(one, actor, drafted):
    lines = []
    for each in lines_of(drafted.draft):
        at = each.now.find("and pays for")
        lines += [each] if at < 0 else [replace(each, now=f"{each.now[:at].rstrip()}."), line(each.now[at:])]
    made = review_returned(one, actor, "one", "dpa", None, ReadFile(lines, {}, tracked=False), HELP)
    assert [each[:2] for each in effects(made)] == [("keeps", "dpa.other")]


HELP = replace(DESK, detectors=DetectorBook({"dpa.other": Detector("dpa.other", (((pattern("vendor help"),),),))}))


def test_a_heading_and_a_new_line_outside_of_the_clauses_are_to_be_read(judge, put_in):
    assert effects(judge({"Plain": "Simple"})) == [("touches", "Clause 2", "“Plain” became “Simple”")]
    made = put_in("Agreed terms", line("Between friends"))
    assert effects(made) == [("touches", "the new text in Agreed terms", "“Between friends”")]


def test_many_changes_in_one_place_are_said_in_few_words(put_in):
    made = put_in("This agreement", *(line(f"Line {each} is put in here by them.") for each in "abcd"))
    ((verdict, what, why),) = effects(made)
    assert (verdict, what) == ("touches", "the new text in Clause 2")
    assert why.endswith("“Line c is put in here by them.”; …")


def test_a_paragraph_that_moved_says_where_it_stands(one, actor, drafted):
    ours = lines_of(drafted.draft)
    moved = next(each for each in ours if each.now.startswith("The client may audit"))
    rest = [each for each in ours if each is not moved]
    at = next(place for place, each in enumerate(rest) if each.now.startswith("This agreement"))
    file = ReadFile([*rest[: at + 1], moved, *rest[at + 1 :]], {}, tracked=False)
    made = review_returned(one, actor, "one", "dpa", None, file, DESK)
    assert effects(made) == [("touches", "1.1", "it moved and stands after 2.1 now")]


# --- what stands beside the text --------------------------------------------------------------------------


def test_what_stands_beside_a_text_is_shown_at_its_place(judge, one, actor, drafted):
    def beside(*asides):
        lines = [
            replace(each, asides=asides if each.now.startswith("The client may audit") else ())
            for each in lines_of(drafted.draft)
        ]
        return review_returned(one, actor, "one", "dpa", None, ReadFile(lines, {}, tracked=False), DESK)

    noted = beside(("comment", "“No.” (Ann)"))
    assert effects(noted) == [("touches", "1.1", "their comment: “No.” (Ann)")]
    assert (noted.unchanged, noted.changed, noted.worst()) == (3, 0, Verdict.TOUCHES)
    hidden = beside(("hidden", "“not”"), ("unread", "a picture"))
    why = "text is hidden: “not”; here stands a picture, which cannot be read: look at it"
    assert effects(hidden) == [("touches", "1.1", why)]
    assert (hidden.unchanged, hidden.changed) == (2, 1)
    (clause,) = hidden.clauses
    assert (clause.lines, clause.match, clause.approver) == ((), None, COUNSEL)


def test_headers_and_what_cannot_be_read_are_shown(one, actor, drafted):
    desk = replace(DESK, read_ours=lambda draft: ReadFile(lines_of(draft), {}, tracked=False, edges=("Page 1 of 2",)))
    file = ReadFile(
        lines_of(drafted.draft), {}, tracked=False, edges=("Page 3 of 7", "Our terms prevail"), foreign=("a file",)
    )
    made = review_returned(one, actor, "one", "dpa", None, file, desk)
    assert effects(made) == [
        ("touches", "Headers and footers", "a header or footer says: “Our terms prevail”"),
        ("touches", "The file", "here stands a file, which cannot be read: look at it"),
    ]
    assert made.unchanged == 3


def test_the_letterhead_of_a_firm_is_ours(one, actor, drafted, day):
    lock = replace(drafted.lock, base=one.files.put(b"letterhead"))
    desk = replace(DESK, read_base=lambda data: [data.decode()])
    file = ReadFile(lines_of(drafted.draft), {}, tracked=False, edges=("Letterhead", "Terms"))
    made = review_returned(one, actor, "one", "dpa", Side("ours.lock", day, lock=lock), file, desk)
    assert [why for _, _, why in effects(made)] == ["a header or footer says: “Terms”"]


def test_a_file_brings_its_comments_and_notes(judge):
    text = WordText(
        "x.docx",
        (
            WordParagraph(
                "a", "a", comments=("1", "2", "9"), notes=("footnote 2", "footnote 3"), unread=("a picture",)
            ),
            WordParagraph("", "", hidden="not", struck="never"),
        ),
        comments=(Comment("1", "Ann", None, "why?"), Comment("2", "", None, "how?")),
        notes=(PaperParagraph("small print", "footnote 2"),),
        edges=("Page",),
        foreign=("a file",),
    )
    made = read_file(text)
    assert [each.asides for each in made.lines] == [
        (("comment", "“why?” (Ann)"), ("comment", "“how?”"), ("note", "“small print”"), ("unread", "a picture")),
        (("hidden", "“not”"), ("struck", "“never”")),
    ]
    assert (made.edges, made.foreign) == (("Page",), ("a file",))


# --- which draft it is ------------------------------------------------------------------------------------


def test_a_file_of_another_project_is_refused(judge, one, actor, drafted, arrangement):
    with pytest.raises(RefusedError, match="the file is of the project `other`, not of `one`") as found:
        judge({}, properties={"Project": "other", "Document": "dpa"})
    assert found.value.hint == "govern redline other --document dpa --returned FILE"
    save_project(one, actor, replace(arrangement, id="two"))
    with pytest.raises(RefusedError, match="the file is of the project `one`, not of `two`"):
        review_returned(
            one, actor, "two", "dpa", None, ReadFile([], {"Digest": drafted.draft.digest}, tracked=False), DESK
        )


def test_it_is_said_when_the_file_is_of_no_draft_that_is_saved(judge, drafted):
    said = f"it is compared with draft {drafted.draft_id[:8]}; --from names another"
    assert judge({}).remarks == (f"the file does not say of which draft it is: {said}",)
    assert judge({}, properties={"Digest": "0" * 64}).remarks == (
        f"the file is of no draft that is saved here: {said}",
    )
    assert judge({}, properties={"Digest": drafted.draft.digest, "Project": "one"}).remarks == ()


def test_a_file_of_what_would_be_drafted_now_is_of_that(one, actor, day):
    now = find_draft(one, "one", "dpa", Side(NOW, day)).draft
    made = review_returned(
        one, actor, "one", "dpa", None, ReadFile(lines_of(now), {"Digest": now.digest}, tracked=False), DESK
    )
    assert (made.ours, made.remarks, made.clauses) == ("the library now", (), ())


# --- the file ---------------------------------------------------------------------------------------------


def word(*paragraphs):
    return WordText("x.docx", paragraphs, properties={"Digest": "abc"})


def test_lines_flow_together_where_the_end_of_a_paragraph_is_deleted_or_inserted():
    made = read_file(
        word(
            WordParagraph("one ", "one ", mark="deleted", bookmarks=("_Ref1",)),
            WordParagraph("two", "two", bookmarks=("_Ref2",)),
            WordParagraph("three ", "three ", mark="inserted"),
            WordParagraph("four", "four"),
        )
    )
    assert [(each.now, each.was, each.bookmarks) for each in made.lines] == [
        ("", "one ", ()),
        ("one two", "two", ("_Ref2",)),
        ("three ", "", ()),
        ("four", "three four", ()),
    ]
    assert made.properties == {"Digest": "abc"}


def test_parts_tables_and_the_contents_are_told_apart():
    made = read_file(
        word(
            WordParagraph("Parties", "Parties", style="PartHeading"),
            WordParagraph("1 Audit", "1 Audit", contents=True),
            WordParagraph("Meghna", "Meghna", cell=Cell(0, 0, 0)),
        )
    )
    assert [(each.now, each.part, each.cell) for each in made.lines] == [
        ("Parties", "Parties", False),
        ("Meghna", "", True),
    ]
    assert not made.tracked
    assert write_runs(()) == ""
    assert date(2026, 11, 24)
