"""The redline as a Word file: accepting all gives the new file, rejecting all the old one."""

import io
import zipfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

import openxml_audit
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from govern.contracts import (
    Change,
    Draft,
    Note,
    Paragraph,
    PartyBlock,
    Redline,
    Reference,
    Section,
    SignatureParty,
    Table,
    Text,
    compare_drafts,
)
from govern.exchange import read_word
from govern.render import render_docx, render_redline_docx
from govern.render.docx.xml import W as NAMESPACE
from govern.render.redline.revisions import accept_all, reject_all, settle

from ..contracts.redline_trees import grow_edited
from .redline_files import W, negotiated, paragraphs, root_of

ARROWS = {"w": NAMESPACE}


@pytest.fixture(scope="module")
def redline(sample: Draft) -> Redline:
    return compare_drafts(sample, negotiated(sample))


@pytest.fixture(scope="module")
def file(redline: Redline) -> bytes:
    return render_redline_docx(redline)


def revisions(file: bytes) -> Counter[str]:
    tags = ("ins", "del", "moveTo", "moveFrom", "pPrChange", "moveFromRangeStart", "moveToRangeStart")
    return Counter(each.tag.removeprefix(W) for each in root_of(file).iter(*(W + tag for tag in tags)))


def check_both_ways(old: Draft, new: Draft) -> bytes:
    made = render_redline_docx(compare_drafts(old, new))
    assert paragraphs(accept_all(made)) == paragraphs(render_docx(new, clean=True))
    assert paragraphs(reject_all(made)) == paragraphs(render_docx(old, clean=True))
    return made


# --- both ways --------------------------------------------------------------------------------------------


def test_accepting_gives_the_new_file_and_rejecting_the_old_one(sample: Draft) -> None:
    check_both_ways(sample, negotiated(sample))
    check_both_ways(negotiated(sample), sample)


def test_so_it_is_with_headers_and_footers(sample: Draft, file: bytes) -> None:
    for part in ("word/header1.xml", "word/footer1.xml", "word/footer2.xml"):
        for settled, draft in ((accept_all(file), negotiated(sample)), (reject_all(file), sample)):
            assert paragraphs(settled, part) == paragraphs(render_docx(draft, clean=True), part)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**64))
def test_so_it_is_with_any_two_drafts(number: int) -> None:
    check_both_ways(*grow_edited(number, twice=False))


def test_the_live_numbers_come_out_as_the_tree_has_them(sample: Draft, file: bytes) -> None:
    for settled, draft in ((accept_all(file), negotiated(sample)), (reject_all(file), sample)):
        found = [each.number for each in read_word(settled, name="x.docx").paragraphs if each.number]
        expected = []
        for section in (*draft.sections, *draft.annexes):
            expected.append(section.number)
            expected += [each.number for each in section.blocks if isinstance(each, Paragraph) and each.number]
        assert found[-len(expected) :] == expected


def test_every_reference_points_to_a_bookmark_that_is_there(file: bytes) -> None:
    for settled in (file, accept_all(file), reject_all(file)):
        root = root_of(settled)
        marks = [each.get(f"{W}name") for each in root.iter(f"{W}bookmarkStart")]
        ids = [each.get(f"{W}id") for each in root.iter(f"{W}bookmarkStart")]
        assert len(set(marks)) == len(marks)
        assert len(set(ids)) == len(ids)
        codes = root.xpath("//w:instrText/text() | //w:delInstrText/text()", namespaces=ARROWS)
        targets = [code.split()[1] for code in codes if code.split()[0] == "REF"]
        targets += [each.get(f"{W}anchor") for each in root.iter(f"{W}hyperlink")]
        assert len(targets) > 30
        assert set(targets) <= set(marks)


def test_unchanged_paragraphs_are_untouched(redline: Redline, file: bytes, sample: Draft) -> None:
    """A paragraph that is in both drafts is, byte for byte, the one of the new draft's own file."""
    plain = set(map(bytes_of, root_of(render_docx(redline.new, clean=True)).iter(f"{W}p")))
    untouched = [each for each in root_of(file).iter(f"{W}p") if not each.xpath(".//*[@w:author]", namespaces=ARROWS)]
    assert len(untouched) > 400
    others = [each for each in untouched if bytes_of(each) not in plain]
    styles = [each.find(f"{W}pPr/{W}pStyle").get(f"{W}val") for each in others]
    assert styles == ["TOC1", "TOC1"]  # the field of the contents ends in a line of its own


def bytes_of(element: etree._Element) -> bytes:
    return etree.tostring(element, with_tail=False)


# --- what a reader of Word sees ---------------------------------------------------------------------------


def test_changes_are_native_and_carry_author_and_date(redline: Redline) -> None:
    made = render_redline_docx(redline, author="Anna Advocate")
    marked = root_of(made).xpath("//*[@w:author]", namespaces=ARROWS)
    assert {(each.get(f"{W}author"), each.get(f"{W}date")) for each in marked} == {
        ("Anna Advocate", "2026-11-24T00:00:00Z")
    }
    ids = [each.get(f"{W}id") for each in marked]
    assert len(set(ids)) == len(ids)
    other = render_redline_docx(redline, day=replace(redline.new, day=redline.new.day.replace(year=2027)).day)
    assert b"2027-11-24T00:00:00Z" in zipfile.ZipFile(io.BytesIO(other)).read("word/document.xml")


def test_the_same_redline_gives_the_same_bytes(redline: Redline, file: bytes) -> None:
    assert render_redline_docx(redline) == file


def test_what_moved_is_a_move_and_both_places_have_one_name(file: bytes) -> None:
    names = root_of(file).xpath("//w:moveFromRangeStart/@w:name | //w:moveToRangeStart/@w:name", namespaces=ARROWS)
    assert names == ["move1", "move1"]
    assert revisions(file)["moveTo"] == revisions(file)["moveFrom"] > 20


def test_rows_that_came_and_went_are_marked(file: bytes) -> None:
    rows = root_of(file).xpath("//w:trPr/w:ins | //w:trPr/w:del", namespaces=ARROWS)
    assert Counter(each.tag.removeprefix(W) for each in rows) == {"ins": 2, "del": 2}


def test_drafts_that_are_the_same_have_no_revision(sample: Draft) -> None:
    assert not revisions(render_redline_docx(compare_drafts(sample, sample)))


# --- particular cases -------------------------------------------------------------------------------------


def section(anchor: str, *blocks: Paragraph | Table) -> Section:
    return Section(anchor, "clause", "1", anchor.title(), blocks, anchor, "1.0.0", Note(""))


def item(text: str, number: str = "(a)", anchor: str | None = None) -> Paragraph:
    return Paragraph(anchor, 1, number, (Text(text),))


def with_sections(sample: Draft, *sections: Section) -> Draft:
    return replace(sample, sections=sections, annexes=())


def test_a_list_that_is_continued_stays_one_list(sample: Draft) -> None:
    """Its first item goes: what was (b) counts as (a) only if both hang on one list."""
    one, two = item("delete all of the data;"), item("tell the client of it.", "(b)")
    old = with_sections(sample, section("c.one", one, two))
    new = with_sections(sample, section("c.one", replace(two, number="(a)")))
    made = check_both_ways(old, new)
    for settled, numbers in ((accept_all(made), ["(a)"]), (reject_all(made), ["(a)", "(b)"])):
        found = read_word(settled, name="x.docx").paragraphs
        assert [each.number for each in found if each.style == "Clause2"] == numbers


def test_a_number_that_is_text_changes_as_text(sample: Draft) -> None:
    old = with_sections(sample, section("c.one", item("delete all of the data;", "(zz)", "c.one#p")))
    for number in ("(yy)", "(a)"):
        new = with_sections(sample, section("c.one", item("delete all of the data;", number, "c.one#p")))
        check_both_ways(old, new)
        made = check_both_ways(new, old)
        assert revisions(made)["pPrChange"] == (number == "(a)")


def test_a_reference_to_what_moved_is_another_field_though_it_says_the_same(sample: Draft) -> None:
    to = Paragraph("c.two#p", 0, "2.1", (Text("See "), Reference("c.one", "Clause X"), Text(" for more of this.")))
    one, two = section("c.one", item("delete all of the data;")), section("c.two", to)
    three = section("c.three", item("keep all of the data;"))
    old, new = with_sections(sample, one, two, three), with_sections(sample, two, three, one)
    made = check_both_ways(old, new)
    links = root_of(made).xpath("//w:hyperlink[w:del]/w:del//text() | //w:hyperlink/w:ins//text()", namespaces=ARROWS)
    assert links.count("Clause\u00a0X") == 2
    for settled in (accept_all(made), reject_all(made)):
        marks = {each.get(f"{W}name") for each in root_of(settled).iter(f"{W}bookmarkStart")}
        assert {each.get(f"{W}anchor") for each in root_of(settled).iter(f"{W}hyperlink")} <= marks


def test_tables_come_go_and_move_with_their_clause(sample: Draft) -> None:
    table = Table(((Text("Name"),), (Text("Task"),)), (((Text("Meghna"),), (Text("labels"),)),))
    one, two = section("c.one", table), section("c.two", item("keep all of the data;"))
    check_both_ways(with_sections(sample, one), with_sections(sample, section("c.one")))
    other = section("c.one", replace(table, rows=(*table.rows, ((Text("Padma"),), (Text("audits"),)))))
    three = section("c.three", item("delete it;"))
    check_both_ways(with_sections(sample, one, two, three), with_sections(sample, two, three, other))
    check_both_ways(with_sections(sample, two, three, other), with_sections(sample, one, two, three))


def test_paragraphs_move_within_a_clause_also_within_one_that_moves(sample: Draft) -> None:
    lines = [item(f"this is what number {n} of the list says;", f"({n})", f"c.one#p{n}") for n in "abcd"]
    one, two = section("c.one", *lines), section("c.two", item("keep all of the data;"))
    other, three = section("c.one", lines[3], *lines[:3]), section("c.three", item("delete it;"))
    check_both_ways(with_sections(sample, one, two), with_sections(sample, other, two))
    check_both_ways(with_sections(sample, one, two, three), with_sections(sample, two, three, other))


def test_parties_background_and_signatures_come_and_go(sample: Draft) -> None:
    third = PartyBlock("Agent", (Text("Third Ltd"),), (("Address", (Text("Pune"),)),))
    signs = SignatureParty("Agent", (Text("Third Ltd"),), (Text("A. Nother"),), (Text("Director"),))
    more = replace(sample, parties=(*sample.parties, third), signatures=(*sample.signatures, signs))
    none = replace(sample, background=(), signature=(), signatures=(), sections=(), annexes=())
    deed = replace(sample, signatures=tuple(replace(each, deed=True) for each in sample.signatures))
    for other in (more, none, replace(none, parties=()), deed):
        check_both_ways(sample, other)
        check_both_ways(other, sample)
    assert compare_drafts(sample, deed).change is Change.CHANGED


def test_a_final_draft_against_its_draft(sample: Draft, final: Draft) -> None:
    check_both_ways(sample, final)


@pytest.mark.slow
def test_openxml_audit_finds_nothing(file: bytes, tmp_path: Path) -> None:
    audit = openxml_audit.OpenXmlValidator(file_format=openxml_audit.FileFormat.MICROSOFT_365, max_errors=0)
    files = [file, accept_all(file), reject_all(file)]
    files += [render_redline_docx(compare_drafts(*grow_edited(number, twice=False))) for number in range(4)]
    for made in files:
        path = tmp_path / "file.docx"
        path.write_bytes(made)
        found = [str(each) for each in audit.validate(path).errors]
        # it does not know that numId 0 takes a paragraph out of its list (ECMA-376 17.9.18)
        assert [each for each in found if "Numbering definition '0'" not in each] == []


# --- accepting and rejecting, as Word does it -------------------------------------------------------------


def settled(xml: str, *, accept: bool) -> str:
    root = etree.fromstring(f'<w:body xmlns:w="{NAMESPACE}">{xml}</w:body>')
    settle(root, accept=accept)
    return etree.tostring(root).decode().partition(">")[2].removesuffix("</w:body>")


P = "<w:p><w:pPr><w:pStyle w:val='{style}'/>{mark}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


@pytest.mark.parametrize(
    ("xml", "accepted", "rejected"),
    [
        (
            "<w:p><w:ins><w:r><w:t>a</w:t></w:r></w:ins><w:del><w:r><w:delText>b</w:delText></w:r></w:del></w:p>",
            "<w:p><w:r><w:t>a</w:t></w:r></w:p>",
            "<w:p><w:r><w:t>b</w:t></w:r></w:p>",
        ),
        (
            "<w:p><w:ins><w:del><w:r><w:delText>never</w:delText></w:r></w:del></w:ins></w:p>",
            "<w:p/>",
            "<w:p/>",
        ),
        (
            "<w:p><w:hyperlink><w:del><w:r><w:delInstrText>X</w:delInstrText></w:r></w:del></w:hyperlink></w:p>",
            "<w:p/>",
            "<w:p><w:hyperlink><w:r><w:instrText>X</w:instrText></w:r></w:hyperlink></w:p>",
        ),
        (
            P.format(style="A", mark="<w:rPr><w:del/></w:rPr>", text="one ") + P.format(style="B", mark="", text="two"),
            '<w:p><w:pPr><w:pStyle w:val="B"/></w:pPr><w:r><w:t>one </w:t></w:r><w:r><w:t>two</w:t></w:r></w:p>',
            '<w:p><w:pPr><w:pStyle w:val="A"/></w:pPr><w:r><w:t>one </w:t></w:r></w:p>'
            '<w:p><w:pPr><w:pStyle w:val="B"/></w:pPr><w:r><w:t>two</w:t></w:r></w:p>',
        ),
        (
            "<w:p><w:pPr><w:rPr><w:ins/><w:b/></w:rPr></w:pPr></w:p><w:p/>",
            "<w:p><w:pPr><w:rPr><w:b/></w:rPr></w:pPr></w:p><w:p/>",
            "<w:p/>",
        ),
        (
            "<w:p><w:pPr><w:rPr><w:ins/></w:rPr></w:pPr><w:r><w:t>x</w:t></w:r></w:p><w:tbl><w:tr/></w:tbl>",
            "<w:p><w:pPr/><w:r><w:t>x</w:t></w:r></w:p><w:tbl><w:tr/></w:tbl>",
            "<w:p><w:pPr/><w:r><w:t>x</w:t></w:r></w:p><w:tbl><w:tr/></w:tbl>",
        ),
        (
            "<w:tbl><w:tr><w:trPr><w:ins/></w:trPr></w:tr></w:tbl>",
            "<w:tbl><w:tr><w:trPr/></w:tr></w:tbl>",
            "",
        ),
        (
            "<w:tbl><w:tr><w:tc><w:tcPr><w:cellIns/></w:tcPr></w:tc><w:tc><w:tcPr><w:cellDel/></w:tcPr></w:tc></w:tr></w:tbl>",
            "<w:tbl><w:tr><w:tc><w:tcPr/></w:tc></w:tr></w:tbl>",
            "<w:tbl><w:tr><w:tc><w:tcPr/></w:tc></w:tr></w:tbl>",
        ),
        (
            "<w:tbl><w:tr><w:tc><w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr></w:p></w:tc></w:tr></w:tbl>",
            "<w:tbl><w:tr><w:tc><w:p><w:pPr/></w:p></w:tc></w:tr></w:tbl>",
            "<w:tbl><w:tr><w:tc><w:p><w:pPr/></w:p></w:tc></w:tr></w:tbl>",
        ),
        (
            "<w:p><w:pPr><w:jc w:val='left'/><w:rPr><w:b/></w:rPr><w:pPrChange><w:pPr><w:jc w:val='right'/></w:pPr>"
            "</w:pPrChange></w:pPr></w:p>",
            '<w:p><w:pPr><w:jc w:val="left"/><w:rPr><w:b/></w:rPr></w:pPr></w:p>',
            '<w:p><w:pPr><w:jc w:val="right"/><w:rPr><w:b/></w:rPr></w:pPr></w:p>',
        ),
        (
            "<w:p><w:r><w:rPr><w:b/><w:rPrChange><w:rPr><w:i/></w:rPr></w:rPrChange></w:rPr></w:r></w:p>",
            "<w:p><w:r><w:rPr><w:b/></w:rPr></w:r></w:p>",
            "<w:p><w:r><w:rPr><w:i/></w:rPr></w:r></w:p>",
        ),
        (
            "<w:p><w:pPr><w:jc w:val='left'/><w:pPrChange/></w:pPr></w:p>",
            '<w:p><w:pPr><w:jc w:val="left"/></w:pPr></w:p>',
            "<w:p><w:pPr/></w:p>",
        ),
        (
            "<w:moveFromRangeStart/><w:p><w:moveFrom><w:r><w:t>a</w:t></w:r></w:moveFrom></w:p><w:moveFromRangeEnd/>"
            "<w:p><w:moveTo><w:r><w:t>a</w:t></w:r></w:moveTo></w:p>",
            "<w:p/><w:p><w:r><w:t>a</w:t></w:r></w:p>",
            "<w:p><w:r><w:t>a</w:t></w:r></w:p><w:p/>",
        ),
    ],
)
def test_each_kind_of_change_is_settled(xml: str, accepted: str, rejected: str) -> None:
    assert settled(xml, accept=True) == accepted
    assert settled(xml, accept=False) == rejected
