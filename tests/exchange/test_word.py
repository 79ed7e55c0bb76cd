"""A Word file as a reader of the page sees it."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govern.contracts import Paragraph
from govern.exchange import read_word
from govern.render import render_docx

LEGAL = [("decimal", "%1."), ("decimal", "%1.%2"), ("lowerLetter", "(%3)"), ("lowerRoman", "(%4)")]


def numbers(b, body, **parts):
    return [each.number for each in read_word(b.word(*body, **parts), name="x.docx").paragraphs]


def test_our_own_draft_has_the_numbers_of_its_tree(draft):
    text = read_word(render_docx(draft), name="dpa.docx")
    expected = []
    for section in (*draft.sections, *draft.annexes):
        expected.append(section.number)
        expected += [each.number for each in section.blocks if isinstance(each, Paragraph) and each.number]
    styled = [each for each in text.paragraphs if each.number and each.style.startswith(("Clause", "Annex", "List"))]
    assert [each.number for each in styled if not each.contents] == expected


def test_our_own_draft_brings_its_lock_comments_and_places(draft):
    text = read_word(render_docx(draft), name="dpa.docx")
    assert text.properties["Document"] == draft.document
    assert text.properties["Digest"] == draft.digest
    assert text.comments
    assert any(name.startswith("_Ref") for each in text.paragraphs for name in each.bookmarks)
    assert not text.tracked
    assert text.accepted() == text.rejected()


def test_the_table_of_contents_is_not_read_as_clauses(draft):
    text = read_word(render_docx(draft), name="dpa.docx")
    title = draft.sections[0].title
    assert sum(each.text == title for each in text.paper().paragraphs) == 1
    assert any(each.contents for each in text.paragraphs)


def test_levels_count_and_begin_anew(b):
    body = [b.p(b.r("x"), number=1, level=level) for level in (0, 1, 1, 2, 2, 3, 0, 1, 2)]
    assert numbers(b, body, numbering=b.numbering(*LEGAL)) == [
        "1",
        "1.1",
        "1.2",
        "(a)",
        "(b)",
        "(i)",
        "2",
        "2.1",
        "(a)",
    ]


def test_a_level_above_that_was_never_used_counts_as_begun(b):
    assert numbers(b, [b.p(b.r("x"), number=1, level=1)], numbering=b.numbering(*LEGAL)) == ["1.1"]


def test_lists_of_one_abstract_numbering_share_their_counts(b):
    nums = (
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="0"/>'
        '</w:num><w:num w:numId="3"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/>'
        "</w:lvlOverride></w:num>"
    )
    body = [b.p(b.r("x"), number=number) for number in (1, 2, 3, 3, 1)]
    assert numbers(b, body, numbering=b.numbering(*LEGAL, nums=nums)) == ["1", "2", "1", "2", "3"]


def test_a_level_may_be_overridden_or_never_begin_anew(b):
    nums = (
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:lvl w:ilvl="0">'
        '<w:start w:val="5"/><w:numFmt w:val="upperRoman"/><w:lvlText w:val="Article %1"/></w:lvl>'
        "</w:lvlOverride></w:num>"
    )
    levels = [("decimal", "%1"), ("decimal", "%2", '<w:lvlRestart w:val="0"/>')]
    body = [b.p(b.r("x"), number=1, level=level) for level in (0, 1, 0, 1)]
    assert numbers(b, body, numbering=b.numbering(*levels, nums=nums)) == ["Article V", "1", "Article VI", "2"]


@pytest.mark.parametrize(
    ("form", "third"),
    [
        ("decimal", "3"), ("lowerLetter", "c"), ("upperLetter", "C"), ("lowerRoman", "iii"), ("upperRoman", "III"),
        ("decimalZero", "03"), ("ordinal", "3rd"), ("cardinalText", "Three"),
        ("bullet", ""), ("none", ""), ("odd", "3"),
    ],
)  # fmt: skip
def test_number_forms(b, form, third):
    body = [b.p(b.r("x"), number=1)] * 3
    assert numbers(b, body, numbering=b.numbering((form, "%1")))[2] == third


def test_legal_numbering_writes_digits(b):
    levels = [("upperRoman", "%1"), ("decimal", "%1.%2", "<w:isLgl/>")]
    body = [b.p(b.r("x"), number=1, level=level) for level in (0, 0, 1)]
    assert numbers(b, body, numbering=b.numbering(*levels)) == ["I", "II", "2.1"]


def test_styles_bring_numbers_headings_and_what_they_inherit(b):
    styles = (
        f'<w:styles {b.W}><w:style w:type="paragraph" w:default="1" w:styleId="Normal">'
        '<w:name w:val="Normal"/></w:style>'
        '<w:style w:styleId="Base"><w:name w:val="Base"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr>'
        "</w:pPr></w:style>"
        '<w:style w:styleId="H1"><w:name w:val="heading 1"/><w:basedOn w:val="Base"/><w:pPr><w:outlineLvl w:val="0"/>'
        '</w:pPr></w:style><w:style w:styleId="Loop"><w:basedOn w:val="Loop"/></w:style></w:styles>'
    )
    levels = [("decimal", "%1"), ("decimal", "%1.%2", '<w:pStyle w:val="Base"/>')]
    body = [
        b.p(b.r("x"), style="H1"),
        b.p(b.r("y"), style="Base"),
        b.p(b.r("z"), style="Loop"),
        b.p(b.r("n"), number=0),
    ]
    text = read_word(b.word(*body, styles=styles, numbering=b.numbering(*levels)), name="x.docx")
    assert [(each.number, each.heading) for each in text.paragraphs] == [
        ("1", True), ("1.1", False), ("", False), ("", False),
    ]  # fmt: skip


def test_a_list_style_is_followed(b):
    styles = (
        f'<w:styles {b.W}><w:style w:type="numbering" w:styleId="L"><w:pPr><w:numPr>'
        '<w:numId w:val="2"/></w:numPr></w:pPr>'
        "</w:style></w:styles>"
    )
    extra = '<w:abstractNum w:abstractNumId="1"><w:numStyleLink w:val="L"/></w:abstractNum>'
    nums = (
        '<w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="0"/></w:num>'
    )
    made = b.numbering(("upperLetter", "%1"), extra=extra, nums=nums)
    assert numbers(b, [b.p(b.r("x"), number=1)], styles=styles, numbering=made) == ["A"]


def test_tracked_changes_are_read_both_ways(b):
    body = [
        b.p(b.r("The Vendor "), b.deleted("may"), b.ins(b.r("must")), b.r(" notify.")),
        b.p(b.ins(b.r("moved"), tag="moveTo"), b.deleted("away", tag="moveFrom")),
        b.p(b.ins(b.deleted("never there"))),
    ]
    text = read_word(b.word(*body), name="x.docx")
    assert text.accepted() == ("The Vendor must notify.", "moved", "")
    assert text.rejected() == ("The Vendor may notify.", "away", "")
    assert text.authors == ("Ann", "Bob")
    assert text.tracked
    first = text.paragraphs[0].changes
    assert [(each.kind, each.text, each.author) for each in first] == [
        ("deleted", "may", "Bob"),
        ("inserted", "must", "Ann"),
    ]
    assert first[0].date == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_paragraph_ends_are_tracked(b):
    body = [b.p(b.r("one "), mark="del"), b.p(b.r("two")), b.p(b.ins(b.r("new")), mark="ins"), b.p(b.r("last"))]
    text = read_word(b.word(*body), name="x.docx")
    assert text.accepted() == ("one two", "new", "last")
    assert text.rejected() == ("one ", "two", "last")
    assert [each.text for each in text.paper().paragraphs] == ["one two", "new", "last"]


def test_a_deleted_paragraph_does_not_count(b):
    body = [b.p(b.r("x"), number=1), b.p(b.deleted("y"), number=1, mark="del"), b.p(b.r("z"), number=1)]
    assert numbers(b, body, numbering=b.numbering(*LEGAL)) == ["1", "", "2"]


def test_the_last_paragraph_may_be_deleted(b):
    text = read_word(b.word(b.p(b.r("a")), b.p(b.r("b"), mark="del")), name="x.docx")
    assert text.accepted() == ("a", "b")
    assert [each.text for each in text.paper().paragraphs] == ["a", "b"]


def test_hidden_text_is_left_out_and_said(b):
    styles = f'<w:styles {b.W}><w:style w:styleId="S"><w:rPr><w:vanish/></w:rPr></w:style></w:styles>'
    body = [
        b.p(
            b.r("seen "),
            b.r("not", "<w:vanish/>"),
            b.r("nor", '<w:rStyle w:val="S"/>'),
            b.r("and", '<w:vanish w:val="0"/>'),
        )
    ]
    paper = read_word(b.word(*body, styles=styles), name="x.docx").paper()
    assert [each.text for each in paper.paragraphs] == ["seen and"]
    assert paper.remarks == ("hidden text was left out",)


def test_fields_show_their_result(b):
    field = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'.format
    code = "<w:r><w:instrText> REF _Ref1 \\r \\h </w:instrText></w:r>"
    body = [
        b.p(b.r("Clause "), field("begin"), code, b.r("CODE"), field("separate"), b.r("7.2"), field("end"), b.r("."))
    ]
    assert read_word(b.word(*body), name="x.docx").accepted() == ("Clause 7.2.",)


def test_fields_within_fields_are_bounded(b):
    body = [b.p('<w:r><w:fldChar w:fldCharType="begin"/></w:r>' * 100)]
    with pytest.raises(Exception, match="deep"):
        read_word(b.word(*body), name="x.docx")


def test_cells_know_their_place_and_boxes_are_read(b):
    cell = "<w:tc>{}</w:tc>".format
    table = f"<w:tbl><w:tr>{cell(b.p(b.r('a')))}{cell(b.p(b.r('b')))}</w:tr></w:tbl>"
    box = (
        '<w:r><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><mc:Choice>'
        f"<w:txbxContent>{b.p(b.r('boxed'))}</w:txbxContent></mc:Choice><mc:Fallback><w:txbxContent>{b.p(b.r('boxed'))}"
        "</w:txbxContent></mc:Fallback></mc:AlternateContent></w:r>"
    )
    text = read_word(b.word(table, b.p(b.r("around"), box)), name="x.docx")
    assert [each.accepted for each in text.paragraphs] == ["a", "b", "around", "boxed"]
    assert [(each.cell.row, each.cell.column) for each in text.paragraphs[:2]] == [(0, 0), (0, 1)]


def test_pages_comments_notes_and_typed_numbers(b):
    brk = "<w:r><w:lastRenderedPageBreak/></w:r>"
    note = f'<w:footnotes {b.W}><w:footnote w:id="2">{b.p(b.r("a note"))}</w:footnote></w:footnotes>'
    said = f'<w:comments {b.W}><w:comment w:id="5" w:author="C" w:date="x">{b.p(b.r("why?"))}</w:comment></w:comments>'
    about = ('<w:commentRangeStart w:id="5"/>', b.r("this"), '<w:commentRangeEnd w:id="5"/>')
    body = [b.p(b.r("7.1 First.")), b.p(brk, b.r("(a) "), *about), b.p(b.r("x"))]
    text = read_word(b.word(*body, footnotes=note, comments=said), name="x.docx")
    paper = text.paper()
    assert [(each.number, each.page) for each in paper.paragraphs] == [
        ("7.1", 1),
        ("(a)", 1),
        ("", 2),
        ("footnote 2", None),
    ]
    assert text.comments[0].about == "this"
    assert text.comments[0].text == "why?"
    assert text.comments[0].date is None


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 3), min_size=1, max_size=40))
def test_numbers_are_those_of_a_plain_count(levels):
    from exchange_builder import numbering, p, r, word  # loaded by conftest

    counts, expected = [0] * 4, []
    for level in levels:
        counts[level] += 1
        for above in range(level):
            counts[above] = counts[above] or 1
        counts[level + 1 :] = [0] * (3 - level)
        expected.append(".".join(map(str, counts[: level + 1])))
    forms = [("decimal", ".".join(f"%{place + 1}" for place in range(level + 1))) for level in range(4)]
    data = word(*(p(r("x"), number=1, level=level) for level in levels), numbering=numbering(*forms))
    assert [each.number for each in read_word(data, name="x.docx").paragraphs] == expected


def test_hidden_and_struck_text_is_known_by_the_styles_too(b):
    style = '<w:style w:styleId="{}"><w:rPr>{}</w:rPr></w:style>'.format
    styles = (
        f"<w:styles {b.W}>{style('H', '<w:vanish/>')}{style('S', '<w:dstrike/>')}{style('C', '<w:vanish/>')}</w:styles>"
    )
    body = [
        b.p(b.r("all hidden"), style="H"),
        b.p(b.r("seen", '<w:vanish w:val="0"/>'), b.r(" twice", '<w:rStyle w:val="C"/>'), b.r("not"), style="H"),
        b.p(b.r("gone"), style="S"),
        b.p(b.r("kept "), b.r("struck", "<w:strike/>"), b.r("out", '<w:strike w:val="0"/>')),
    ]
    text = read_word(b.word(*body, styles=styles), name="x.docx")
    assert [(each.accepted, each.hidden, each.struck) for each in text.paragraphs] == [
        ("", "all hidden", ""),
        ("seen twice", "not", ""),
        ("", "", "gone"),
        ("kept out", "", "struck"),
    ]
    assert text.rejected() == text.accepted()
    assert not text.tracked
    assert text.remarks == ("hidden text was left out", "text that is struck through was left out")


def test_formulas_ruby_and_alternatives_are_read_as_they_are_seen(b):
    mc = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    math = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
    formula = f"<m:oMath {math}><m:r><m:t>unless late</m:t></m:r></m:oMath>"
    ruby = f"<w:r><w:ruby><w:rt>{b.r('not')}</w:rt><w:rubyBase>{b.r('due')}</w:rubyBase></w:ruby></w:r>"
    bare = f"<w:r><w:ruby><w:rubyBase>{b.r('now')}</w:rubyBase></w:ruby></w:r>"
    either = (
        "<mc:AlternateContent {}><mc:Choice>{}</mc:Choice><mc:Fallback>{}</mc:Fallback></mc:AlternateContent>".format
    )
    inner = f"<w:r>{either(mc, '<w:t>new</w:t>', '<w:t>old</w:t>')}</w:r>"
    empty = f"<w:r><mc:AlternateContent {mc}/></w:r>"
    body = [
        b.p(formula),
        b.p(ruby, bare),
        b.p(inner, empty),
        b.p(either(mc, b.r("one"), b.r("two"))),
        either(mc, b.p(b.r("block")), b.p(b.r("other"))),
    ]
    text = read_word(b.word(*body), name="x.docx")
    assert text.accepted() == ("unless late", "due (not)now", "new", "one", "block")


def test_what_cannot_be_read_is_named(b):
    picture, object_ = "<w:r><w:drawing/></w:r>", "<w:r><w:object/></w:r>"
    boxed = f"<w:r><w:pict><w:txbxContent>{b.p(b.r('boxed'))}</w:txbxContent></w:pict></w:r>"
    text = read_word(b.word(b.p(picture, object_), b.p(boxed), "<w:altChunk/>"), name="x.docx")
    assert [each.unread for each in text.paragraphs] == [("a picture", "an embedded object"), (), ()]
    assert text.foreign == ("a document that is put in (altChunk)",)
    assert text.remarks == (
        "a picture or an embedded object cannot be read",
        "a document that is put in (altChunk) cannot be read",
    )


def test_notes_and_comments_are_known_where_they_are_put(b):
    note = f'<w:footnotes {b.W}><w:footnote w:id="2">{b.p(b.r("a note"))}</w:footnote></w:footnotes>'
    said = f'<w:comments {b.W}><w:comment w:id="5" w:author="C">{b.p(b.r("why?"))}</w:comment></w:comments>'
    mark = '<w:r><w:commentReference w:id="5"/></w:r>'
    body = [
        b.p(b.r("one"), '<w:r><w:footnoteReference w:id="2"/></w:r>'),
        b.p(b.r("two"), mark),
        b.p('<w:commentRangeStart w:id="6"/>', b.r("three"), mark.replace("5", "6")),
    ]
    text = read_word(b.word(*body, footnotes=note, comments=said), name="x.docx")
    assert [(each.notes, each.comments) for each in text.paragraphs] == [
        (("footnote 2",), ()),
        ((), ("5",)),
        ((), ("6",)),
    ]


def test_a_row_may_be_tracked_as_a_whole(b):
    row = "<w:tr><w:trPr>{}</w:trPr><w:tc>{}</w:tc></w:tr>".format
    rows = [row(change, b.p(b.r(text))) for change, text in (("<w:del/>", "gone"), ("<w:ins/>", "new"), ("", "kept"))]
    text = read_word(b.word(f"<w:tbl>{''.join(rows)}</w:tbl>"), name="x.docx")
    assert text.accepted() == ("", "new", "kept")
    assert text.rejected() == ("gone", "", "kept")
    assert text.tracked


def test_headers_and_footers_are_read_line_by_line(draft):
    text = read_word(render_docx(draft), name="dpa.docx")
    assert any(draft.title in each for each in text.edges)
    assert len(set(text.edges)) == len(text.edges)
