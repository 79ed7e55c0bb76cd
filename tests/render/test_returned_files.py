"""The analysis of a returned file: what it says of each kind of change, and that each format says the same."""

import io
import os
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import docx
import pypdf
import pytest

from govern.contracts import (
    Aside,
    Change,
    Draft,
    Paragraph,
    Piece,
    Position,
    ReturnedLine,
    Text,
    plain_type,
    write_runs,
)
from govern.errors import RefusedError
from govern.render.returned.formats import SUFFIXES, render_analysis
from govern.render.returned.words import OPEN, UNJUDGED, Analysis, make_analysis
from govern.usecases.returned import COMMENT, Effect, Match, Returned, ReturnedClause, Verdict
from govern.usecases.returned_law import Source

GOLDEN = Path(__file__).with_name("golden") / "returned.md"
DIGEST = "9f" * 32
SOURCES = {
    "dpa.audit": Source("The vendor allows audits.", "GDPR Art. 28(3)(h)"),
    "GDPR-28.3.h": Source("Agree on information and audits", "GDPR Art. 28(3)(h)"),
}
FALLBACK = Position(id="fallback", title="reports first", approver="compliance_officer", residual="Visits come second.")
OURS = Position(id="preferred", title="ours")


def line(section, index: int, new: str | None, *, tracked: bool = True, moved: bool = False) -> ReturnedLine:
    """A paragraph of ours with its first word replaced, or taken out."""
    block = section.blocks[index]
    assert isinstance(block, Paragraph)
    old = write_runs(block.content)
    if new is None:
        pieces = (Piece((Text(old),), ()),)
    else:
        first, rest = old.split(" ", 1)
        pieces = (Piece((Text(first),), ()), Piece((), (Text(new),)), Piece((Text(f" {rest}"),), (Text(f" {rest}"),)))
        new = f"{new} {rest}"
    return ReturnedLine(old, new, pieces, tracked, section, block, moved=moved)


def added(section, text: str) -> ReturnedLine:
    return ReturnedLine(None, text, (Piece((), (Text(text),)),), tracked=True, section=section)


def review(draft: Draft, *clauses: ReturnedClause, untracked: int = 0) -> Returned:
    changed = len({each.section.anchor for each in clauses if each.section})
    unchanged = len(draft.sections) + len(draft.annexes) - changed
    return Returned(draft, "the lock ours.lock", clauses, unchanged, untracked)


def clause(section, lines, effects=(), match=None, approver="counsel", obligations=()) -> ReturnedClause:
    found = replace(section, obligations=tuple(obligations))
    return ReturnedClause(
        f"Clause {section.number} {section.title}", found, tuple(lines), tuple(effects), match, approver
    )


@pytest.fixture(scope="module")
def returned(sample: Draft) -> Returned:
    """A file with a change of each kind."""
    sections = [each for each in sample.sections if any(isinstance(block, Paragraph) for block in each.blocks)]
    one, two, three, four = sections[1:5]
    new = Effect(Verdict.TOUCHES, "the new text in First pages", "nothing judges it: “Strictly “private” <b>&”")
    front = ReturnedClause("First pages", None, (added(None, "Strictly “private” <b>&"),), (new,), None, "counsel")
    breaks = Effect(Verdict.BREAKS, "dpa.audit", "the paragraph that carries it is deleted")
    weakens = Effect(Verdict.WEAKENS, "days of notice", "45 is out of bounds, at most 30: A longer notice is no audit.")
    touches = Effect(Verdict.TOUCHES, "dpa.other", "no detector judges our own text of it: read the change")
    keeps = Effect(Verdict.KEEPS, "dpa.audit", "the text says it")
    return review(
        sample,
        front,
        clause(one, [line(one, 0, None)], [keeps, breaks], obligations=["GDPR-28.3.h", "GDPR-0"]),
        clause(two, [line(two, 0, "Each", tracked=False), added(two, "More.")], [weakens], Match(FALLBACK, (0,))),
        clause(three, [line(three, 0, "No", moved=True)], (), Match(FALLBACK, (0,)), "compliance_officer"),
        clause(four, [line(four, 0, "All")], [touches], Match(OURS, (0,)), ""),
        untracked=1,
    )


@pytest.fixture(scope="module")
def analysis(returned: Returned) -> Analysis:
    return make_analysis(returned, "their paper.docx", DIGEST, SOURCES)


def rows(clause_words) -> dict[str, str]:
    return {label: plain_type(words) for label, words in clause_words.rows}


def test_each_change_says_what_it_does_with_its_citation(analysis: Analysis) -> None:
    _, gone, figure, position, ours = analysis.clauses
    assert [label for label, _ in gone.rows] == ["Breaks", "Keeps", "Law", "Playbook", "To approve"]
    assert rows(gone)["Breaks"] == (
        "dpa.audit (GDPR Art. 28(3)(h)): the paragraph that carries it is deleted. "
        "The law asks: The vendor allows audits."
    )
    assert rows(gone)["Law"] == "GDPR Art. 28(3)(h), Agree on information and audits (GDPR-28.3.h); GDPR-0"
    assert gone.does == "Breaks 1, keeps 1"
    assert rows(figure)["Weakens"] == "days of notice: 45 is out of bounds, at most 30: A longer notice is no audit."
    assert "the rest is no position" in figure.position
    assert (position.grade, position.does, position.approver) == (
        UNJUDGED,
        "Says what the playbook says",
        "Compliance officer",
    )
    assert rows(position)["Then open"] == "Visits come second."
    assert (ours.position, ours.approver) == ("The position “ours” (preferred)", "Nobody")


def test_lines_say_what_moved_and_what_is_hidden_and_set_old_and_new_words_apart(analysis: Analysis) -> None:
    _, _, figure, position, _ = analysis.clauses
    assert figure.lines[0].where.endswith("(not tracked)")
    assert position.lines[0].where.endswith("(moved)")
    (went, space, came, *_) = figure.lines[0].spans
    assert (went.change, space.change, space.text, came.change) == (Change.REMOVED, Change.SAME, " ", Change.ADDED)
    assert figure.lines[1].where == ""


def test_the_words_are_set_as_our_documents_are(analysis: Analysis) -> None:
    assert "GDPR Art.\u00a028(3)(h)" in dict(analysis.clauses[1].rows)["Law"]
    assert analysis.clauses[1].title.startswith("Clause\u00a02 ")
    assert not [each for clause in analysis.clauses for row in clause.rows for each in row if "'" in each]


def test_the_summary_counts_and_the_gravest_stands_first(analysis: Analysis, sample: Draft) -> None:
    total = len(sample.sections) + len(sample.annexes)
    assert analysis.summary == (
        f"5 parts of the document came back changed; {total - 4} of the {total} clauses and annexes are as we sent "
        "them.",
        "Of what the changes touch: 1 broken, 1 weakened, 2 to be read and 1 kept.",
        "Changed parts by who must approve them: counsel 3, compliance officer 1; 1 needs no approval.",
        "1 change is not tracked in their file, though others are: it was found by comparing the words.",
    )
    assert [does for _, does, _, _ in analysis.glance] == [
        "Breaks 1, keeps 1", "Weakens 1", "To be read 1", "To be read 1", "Says what the playbook says"
    ]  # fmt: skip


def test_what_is_open_is_listed_by_clause_and_then_in_our_own_draft(analysis: Analysis, sample: Draft) -> None:
    where = [place for place, _ in analysis.open]
    said = [plain_type(what) for _, what in analysis.open]
    assert where[0] == "First pages"
    assert said[0].startswith("the new text in First pages: nothing judges it")
    assert said[1] == "1 change is not tracked."
    assert said[2] == "dpa.other: no detector judges our own text of it: read the change."
    assert all(what.startswith("Open in our own draft.") for what in said[3:])
    assert len(said) == 3 + len({(each.kind, each.what, each.where.partition("#")[0]) for each in sample.open_points})


def test_numbers_are_said_as_one_says_them(sample: Draft) -> None:
    section = next(each for each in sample.sections if isinstance(each.blocks[0], Paragraph))
    bare = replace(sample, open_points=(), digest="")
    none = make_analysis(review(bare), "x.docx", DIGEST, {})
    total = len(sample.sections) + len(sample.annexes)
    assert none.summary == (f"All {total} clauses and annexes came back as they were.",)
    assert (none.clauses, none.open, none.glance) == ((), (), ())
    assert "digest" not in none.method[1]

    nearly = clause(section, [line(section, 0, "Each", tracked=False)], (), Match(FALLBACK, ()))
    one = make_analysis(review(replace(bare, sections=(section,), annexes=()), nearly), "x.docx", DIGEST, {})
    assert one.summary[:2] == (
        "1 part of the document came back changed; 0 of the 1 clauses and annexes are as we sent them.",
        "Changed parts by who must approve them: counsel 1.",
    )
    assert one.clauses[0].does == "Nothing judges it"
    assert one.clauses[0].position == "Nearly the position “reports first” (fallback), in other words"
    assert "(not tracked)" not in one.clauses[0].lines[0].where

    read = replace(nearly, effects=(Effect(Verdict.TOUCHES, "1.1", "nothing judges the change"),))
    only = make_analysis(review(bare, read), "x.docx", DIGEST, {})
    assert only.summary[1:3] == (
        "Of what the changes touch: 1 to be read.",
        "Nothing was found to break or weaken a term, and nothing judges what is to be read: read it.",
    )

    two = clause(section, [line(section, 0, "Each", tracked=False)] * 2, (), Match(OURS, (0, 1)), "")
    both = make_analysis(review(bare, two, two, untracked=4), "x.docx", DIGEST, {})
    assert "Nobody need approve: what came back is text of the playbook that needs no approval." in both.summary
    assert "4 changes are not tracked in their file, though others are: they were found by comparing the words." in (
        both.summary
    )
    assert [what for _, what in both.open] == ["2 changes are not tracked."] * 2

    unnumbered = clause(section, [added(section, "More."), added(section, "Most.")], (), Match(FALLBACK, (0,)))
    part = make_analysis(review(bare, unnumbered, two, two), "x.docx", DIGEST, {})
    assert part.clauses[0].position.startswith("A part: the position “reports first”")
    assert part.summary[-1].endswith("counsel 1; 2 need no approval.")


def test_what_was_compared_and_what_stands_beside_the_text_is_said(sample: Draft) -> None:
    section = sample.sections[0]
    comments = tuple(Aside(COMMENT, f"“No {each}.”", section) for each in "ab")
    said = tuple(Effect(Verdict.TOUCHES, "1.1", f"their comment: {each.text}") for each in comments)
    noted = replace(clause(section, [], said), asides=comments)
    made = replace(review(sample, noted), unchanged=9, remarks=("the file is of no draft that is saved here",))
    analysis = make_analysis(made, "x.docx", DIGEST, {})
    assert analysis.summary[:2] == (
        "The file is of no draft that is saved here.",
        "0 parts of the document came back changed; 9 of the 9 clauses and annexes are as we sent them.",
    )
    assert "They put in 2 comments." in analysis.summary
    assert not any(each.startswith(("Changed parts", "Nobody")) for each in analysis.summary)
    assert [label for label, _ in analysis.clauses[0].rows] == ["To be read", "To be read", "To approve"]
    once = replace(made, clauses=(replace(noted, asides=comments[:1]),))
    assert "They put in 1 comment." in make_analysis(once, "x.docx", DIGEST, {}).summary


def test_a_line_that_moved_says_where_to(sample: Draft) -> None:
    section = next(each for each in sample.sections if isinstance(each.blocks[0], Paragraph))
    moved = replace(line(section, 0, "Each", moved=True), moved_to="after 2.1")
    made = make_analysis(review(sample, clause(section, [moved])), "x.docx", DIGEST, {})
    assert made.clauses[0].lines[0].where.endswith("(moved, after 2.1 now)")


# --- files ------------------------------------------------------------------------------------------------


@pytest.mark.golden
def test_markdown_is_the_golden_file(analysis: Analysis) -> None:
    made = render_analysis(analysis, ".md").decode()
    if os.environ.get("GOVERN_GOLDEN") == "write":
        GOLDEN.write_text(made, encoding="utf-8")
    assert made == GOLDEN.read_text(encoding="utf-8")


def text_of(made: bytes, suffix: str) -> str:
    if suffix == ".pdf":
        return " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(made)).pages)
    if suffix == ".docx":
        file = docx.Document(io.BytesIO(made))
        cells = [cell.text for table in file.tables for row in table.rows for cell in row.cells]
        return " ".join([*(each.text for each in file.paragraphs), *cells])
    if suffix == ".html":
        found: list[str] = []

        class Reader(HTMLParser):
            def handle_data(self, data: str) -> None:
                found.append(data)

        Reader().feed(made.decode())
        return " ".join(found)
    return made.decode().replace("\\", "")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_each_format_says_the_same_and_is_the_same_each_time(analysis: Analysis, suffix: str) -> None:
    made = render_analysis(analysis, suffix)
    assert render_analysis(analysis, suffix) == made
    said = "".join(text_of(made, suffix).split())
    words = [analysis.title, analysis.cover, *analysis.summary, *analysis.method, OPEN]
    words += [text for each in analysis.clauses for row in each.rows for text in row]
    words += [cell for row in (*analysis.glance, *analysis.open) for cell in row]
    words += [span.text for each in analysis.clauses for found in each.lines for span in found.spans]
    for each in words:
        assert "".join(each.split()) in said, each


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_file_as_it_was_has_a_short_report(sample: Draft, suffix: str) -> None:
    made = make_analysis(review(replace(sample, open_points=())), "x.docx", DIGEST, {})
    said = " ".join(text_of(render_analysis(made, suffix), suffix).split())
    assert "No clause came back changed." in said
    assert "Nothing is open." in said


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_hostile_words_are_shown_and_not_obeyed(sample: Draft, suffix: str) -> None:
    section = sample.sections[0]
    bad = "</w:t></p><script>alert(1)</script> <font> `x` | [a](b) \x00\u202e"
    changed = clause(section, [added(section, bad)], [Effect(Verdict.BREAKS, bad, bad)])
    made = render_analysis(make_analysis(review(sample, changed), f"{bad}.docx", DIGEST, {}), suffix)
    assert b"<script>" not in made.replace(rb"\<script\>", b"")
    assert "<script>alert(1)</script>" in text_of(made, suffix)


def test_word_marks_are_formatting_and_no_tracked_changes(analysis: Analysis, part) -> None:
    root = part(render_analysis(analysis, ".docx"), "word/document.xml")
    assert not root.xpath("//*[local-name()='ins' or local-name()='del']")
    assert root.xpath("//*[local-name()='strike']")
    assert root.xpath("//*[local-name()='u']")


def test_a_long_card_is_split_over_pages(sample: Draft) -> None:
    section = sample.sections[0]
    changed = clause(section, [added(section, "word " * 3_000)])
    made = render_analysis(make_analysis(review(sample, changed), "x.docx", DIGEST, {}), ".pdf")
    assert len(pypdf.PdfReader(io.BytesIO(made)).pages) > 3


def test_another_ending_is_refused(analysis: Analysis) -> None:
    with pytest.raises(RefusedError, match=r"`\.xlsx` is not a format of an analysis"):
        render_analysis(analysis, ".xlsx")
