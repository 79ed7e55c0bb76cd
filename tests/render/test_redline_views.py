"""A redline as a page, as Markdown, and as the lines that the terminal shows."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from govern.contracts import (
    Change,
    Draft,
    Move,
    Note,
    OpenChoice,
    Paragraph,
    Piece,
    Redline,
    Section,
    Table,
    Text,
    compare_drafts,
    compare_runs,
)
from govern.render import render_redline_html, render_redline_markdown
from govern.render.redline.text import Hunk, Span, counted, hunks, shorten
from govern.render.redline.words import say_change, say_tally, spaced_pieces, tally
from govern.render.words import words_of

from .redline_files import negotiated


@pytest.fixture(scope="module")
def redline(sample: Draft) -> Redline:
    return compare_drafts(sample, negotiated(sample))


@pytest.fixture(scope="module")
def page(redline: Redline) -> str:
    return render_redline_html(redline)


# --- the sum ----------------------------------------------------------------------------------------------


def test_the_sum_counts_each_clause_once(redline: Redline) -> None:
    found = tally(redline)
    total = found.unchanged + found.changed + found.added + found.removed + found.moved
    assert total == len(redline.new.sections) + len(redline.new.annexes) + found.removed
    assert (found.added, found.removed, found.moved) == (1, 1, 1)
    assert say_tally(redline) == (
        f"{found.unchanged} clauses unchanged, {found.changed} changed "
        f"({found.counted} in the number of a reference only), 1 added, 1 removed, 1 moved"
    )


def test_one_clause_is_one(sample: Draft) -> None:
    one = replace(sample, sections=sample.sections[:1], annexes=())
    assert say_tally(compare_drafts(one, one)) == "1 clause unchanged"


def test_each_change_has_a_word() -> None:
    assert say_change(Change.SAME, None) == "unchanged"
    assert say_change(Change.ADDED, None) == "added"
    assert say_change(Change.SAME, Move.HERE) == "moved"
    assert say_change(Change.CHANGED, Move.HERE) == "moved and changed"


# --- lines ------------------------------------------------------------------------------------------------


def find(redline: Redline, title: str) -> Hunk:
    return next(each for each in hunks(redline) if each.title.startswith(title))


def words(hunk: Hunk, at: int = 0) -> str:
    marks = {Change.SAME: "{}", Change.REMOVED: "[-{}-]", Change.ADDED: "{{+{}+}}"}
    return "".join(marks[each.change].format(each.text) for each in hunk.lines[at].spans)


def test_only_what_changed_is_there_under_its_clause_and_number(redline: Redline) -> None:
    hunk = find(redline, "Clause 2 Scope")
    assert hunk.what == "changed"
    assert [line.where for line in hunk.lines] == ["2.4", "2.5", "2.9", "2.10"]
    assert words(hunk) == "Each party [-must-]{+shall+} comply with the Data Protection Law that applies to it."


def test_clauses_that_came_went_and_moved(redline: Redline) -> None:
    assert find(redline, "Clause 6 Collection").what == "removed"
    assert [line.where for line in find(redline, "Clause 9 Escrow").lines] == ["9.1", "9.1(a)"]
    assert find(redline, "Clause 4 International transfers (was 11)") == Hunk(
        "Clause 4 International transfers (was 11)", "moved", ()
    )


def test_where_only_a_reference_counts_anew_one_line_says_so(redline: Redline) -> None:
    titles = [each.title for each in hunks(redline)]
    for place in counted(redline):
        assert not any(title.startswith(f"{place} ") and "was" not in title for title in titles if "Annex" in place)
    assert "Annex III" in counted(redline)


def test_a_row_is_called_by_its_first_cell(redline: Redline) -> None:
    hunk = find(redline, "Annex I ")
    assert [line.where for line in hunk.lines][:3] == ["row", "Country", "row"]
    assert words(hunk, 1) == "[-Germany-]{+a new value+} | [-India-]{+a new value+}"


def test_a_long_name_of_a_row_is_cut(sample: Draft) -> None:
    def made(value: str) -> Draft:
        table = Table(((Text("A"),), (Text("B"),)), (((Text("word " * 20),), (Text(value),)),))
        return replace(sample, annexes=(replace(sample.annexes[0], blocks=(table,)),))

    line = find(compare_drafts(made("one"), made("two")), "Annex I").lines[0]
    assert len(line.where) == 40
    assert line.where.endswith("…")


def test_first_page_parties_background_and_signatures_are_hunks(sample: Draft) -> None:
    other = replace(
        sample,
        subtitle="",
        background=sample.background[1:],
        parties=sample.parties[:1],
        signature=(Text("Signed."),),
        signatures=(replace(sample.signatures[0], title=(Text("Director"),)),),
    )
    found = {each.title: each for each in hunks(compare_drafts(sample, other))}
    assert list(found) == ["First page", "Parties", "Background", "Signatures"]
    assert [line.where for line in found["First page"].lines] == ["Subtitle"]
    assert words(found["Parties"]).startswith("[-Lakshya Annotation Services Private Limited, of Outer Ring Road")
    assert [line.where for line in found["Signatures"].lines] == [
        "",
        "Controller, title",
        "Processor, name",
        "Processor, signatory",
        "Processor, title",
    ]


def test_a_new_title_and_what_moved_within_a_clause(sample: Draft) -> None:
    first, *rest = sample.sections
    lines = [Paragraph(f"c#p{n}", 0, f"1.{n}", (Text(f"This is what paragraph number {n} says."),)) for n in "123"]
    old = replace(sample, sections=(replace(first, blocks=tuple(lines)), *rest))
    new = replace(sample, sections=(replace(first, title="Other", blocks=(lines[2], *lines[:2])), *rest))
    hunk = find(compare_drafts(old, new), "Clause 1 Other")
    assert [line.where for line in hunk.lines] == ["Title", "1.3"]
    assert words(hunk, 1) == "moved here: This is what paragraph number 3 says."
    page = render_redline_html(compare_drafts(old, new))
    assert 'class="note">1.3 moved within the clause.' in page


def test_long_stretches_without_change_are_cut_down() -> None:
    def span(count: int) -> Span:
        return Span(" ".join(f"w{n}" for n in range(count)) + " ", Change.SAME)

    changed = Span("new", Change.ADDED)
    assert shorten([span(3), changed]) == (span(3), changed)
    assert [each.text for each in shorten([span(9), changed, span(9), changed, span(9)], context=2)] == [
        "… w8 ",
        "new",
        "w0 w1 … w8 ",
        "new",
        "w0 w1 …",
    ]
    assert shorten([span(9)], context=2) == (Span("…", Change.SAME),)


def test_a_space_after_the_mark_of_an_open_choice_is_put_on_each_side() -> None:
    mark = OpenChoice("only if x")

    def shown(old: tuple[object, ...], new: tuple[object, ...]) -> tuple[str, str]:
        pieces = spaced_pieces(compare_runs(old, new))  # type: ignore[arg-type]
        sides = [("".join(map(words_of, piece.old)), "".join(map(words_of, piece.new))) for piece in pieces]
        return "".join(old for old, _ in sides), "".join(new for _, new in sides)

    text = Text("Then this is so for all of us.")
    assert shown((mark, text), (mark, text)) == ("[only if x] Then this is so for all of us.",) * 2
    assert shown((mark, text), (text,)) == ("[only if x] " + text.text, text.text)
    assert shown((text,), (mark, text)) == (text.text, "[only if x] " + text.text)
    other = Text("Then that is so for all of us.")
    assert shown((mark, text), (mark, other)) == ("[only if x] " + text.text, "[only if x] " + other.text)
    assert spaced_pieces((Piece((), (mark,)), Piece((text,), (text,)))) == (
        Piece((), (mark,)),
        Piece((), (Text(" "),)),
        Piece((text,), (text,)),
    )


# --- Markdown and HTML ------------------------------------------------------------------------------------


def test_markdown_shows_the_same_lines(redline: Redline) -> None:
    text = render_redline_markdown(redline)
    assert text.startswith("# Redline: Data Processing Agreement (amended)\n\nFrom version 1.0.0, draft of")
    assert "- **2.4** Each party ~~must~~**shall** comply" in text
    assert "## Clause 4 International transfers (was 11): moved\n" in text
    assert "Only the number of a reference changed in: " in text
    assert "\n\n\n" not in text


def test_names_in_markdown_cannot_be_marks(sample: Draft) -> None:
    other = replace(sample, title="**Bold** <script> ~~gone~~", digest="")
    text = render_redline_markdown(compare_drafts(sample, other))
    assert "<script>" not in text
    assert r"\*\*Bold\*\* \<script\> \~\~gone\~\~" in text
    assert "(3f2ac0de9b1f) to version 1.0.0, draft of 24 November 2026." in text


class Checker(HTMLParser):
    """Every element that is opened is closed, in order; ids come once; links inside the page have targets."""

    VOID = frozenset({"meta", "br"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.ids += [found["id"]] if found.get("id") else []
        self.links += [found["href"][1:]] if (found.get("href") or "").startswith("#") else []
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_sound_and_whole(page: str) -> None:
    checker = Checker()
    checker.feed(page)
    assert checker.open == []
    assert len(set(checker.ids)) == len(checker.ids)
    assert set(checker.links) <= set(checker.ids)
    assert "<script" not in page
    assert "Content-Security-Policy" in page
    assert not re.search(r"(src|href)=\"(?!#)", page)


def test_the_page_shows_what_changed_in_its_place(page: str) -> None:
    assert "Each party <del>must</del><ins>shall</ins> comply" in page
    assert 'class="l0 added" id="a-dpa.escrow-23-keep"' in page
    assert "Clause 11 International transfers: moved, " in page
    assert '<small class="note">(moved, was 11)</small>' in page
    assert '<small class="note">(was 9)</small>' in page
    assert '<tr class="added"><th scope="row"><ins>Extra</ins></th>' in page


def test_a_hostile_text_stays_text(sample: Draft) -> None:
    hostile = Section(
        'c"><script>',
        "clause",
        "<b>1</b>",
        "</style><script>alert(1)</script>",
        (Paragraph('c"><script>#p', 0, "<i>", (Text("<img src=x onerror=alert(1)>"),)),),
        "c",
        "1.0.0",
        Note(""),
    )
    other = replace(sample, sections=(hostile,), annexes=(), signature=(), signatures=(), subtitle="", background=())
    for pair in ((sample, other), (other, sample), (other, other)):
        made = render_redline_html(compare_drafts(*pair))
        assert "<script" not in made
        assert "<img" not in made
        Checker().feed(made)
