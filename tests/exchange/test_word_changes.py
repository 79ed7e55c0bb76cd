"""Our words in their file: accepting all gives the wanted text, rejecting all gives theirs, the rest stays."""

import io
import re
import zipfile
from datetime import date
from pathlib import Path

import openxml_audit
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govern.errors import ContentError
from govern.exchange import Edit, Line, propose_changes, read_word
from govern.render import render_docx

DAY = date(2026, 11, 24)


def change(data, *edits):
    made = propose_changes(data, list(edits), name="x.docx", author="govern", day=DAY).data
    return made, read_word(made, name="x.docx")


def parts(data):
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return {name: file.read(name) for name in file.namelist()}


def test_a_paragraph_is_put_after_another(b):
    data = b.word(b.p(b.r("one")), b.p(b.r("two")))
    made, text = change(data, Edit(0, ("new & <b>", "more")))
    assert text.accepted() == ("one", "new & <b>", "more", "two")
    assert text.rejected() == ("one", "two")
    assert text.authors == ("govern",)
    assert all(each.date.date() == DAY for p in text.paragraphs for each in p.changes)
    before, after = parts(data), parts(made)
    assert {name for name in before if before[name] != after[name]} == {"word/document.xml"}


def test_the_rest_of_the_part_stays_byte_for_byte(b):
    odd = b.p(b.r("kept &#x41; as  it is"), style="x").replace("<w:p>", "<w:p  w:rsidR='00A'  >")
    made, _ = change(b.word(odd, b.p(b.r("two"))), Edit(1, ("new",)))
    assert odd.encode() in parts(made)["word/document.xml"]


def test_a_paragraph_takes_the_look_of_one_of_theirs(b):
    body = b.p(b.r("1.1\tone", "<w:b/>"), b.r(" and much more", "<w:i/>"), style="Body")
    body = body.replace("</w:pPr>", '<w:keepNext/><w:ind w:left="720"/><w:jc w:val="both"/></w:pPr>')
    made, text = change(b.word(body), Edit(0, (Line("1.2\ttwo", 0), Line("(a)\titem", 0, indent=1), Line("bare"))))
    assert text.accepted()[1:] == ("1.2\ttwo", "(a)\titem", "bare")
    first, second, third = parts(made)["word/document.xml"].decode().split("</w:p>")[1:4]
    assert '<w:pStyle w:val="Body"/><w:keepNext/><w:ind w:left="720"/><w:jc w:val="both"/>' in first
    assert "<w:rPr><w:i/></w:rPr>" in first  # that of most of its words
    assert "<w:tab/>" in first
    assert '<w:ind w:left="1145" w:hanging="425"/><w:jc' in second
    assert "keepNext" not in third


def test_word_counts_on_only_where_it_is_asked_to(b):
    numbering = b.numbering(("decimal", "%1."))
    data = b.word(b.p(b.r("one"), number=1), b.p(b.r("two"), number=1), numbering=numbering)
    _, text = change(data, Edit(1, (Line("three", 1, automatic=True), Line("2A.\tbetween", 1))))
    assert [each.number for each in text.paragraphs] == ["1", "2", "3", ""]
    _, text = change(data, Edit(1, (Line("deeper", 1, indent=1),)))
    assert text.paragraphs[2].number == ""


def test_a_look_with_somebodys_change_of_format_is_left_to_them(b):
    body = b.p(b.r("one", '<w:b/><w:rPrChange w:id="9" w:author="Ann"><w:rPr/></w:rPrChange>'))
    made, _ = change(b.word(body), Edit(0, (Line("two", 0),)))
    assert parts(made)["word/document.xml"].count(b"rPrChange w:id") == 1


def test_empty_elements_end_where_they_end(b):
    body = b.p(b.r("one. ", "<w:b/><w:i/>"), "<w:r><w:t>two. </w:t><w:br/></w:r>", b.r("three."))
    _, text = change(b.word(body), Edit(0, ("Ours.",), (5, 10)))
    assert text.accepted() == ("one. Ours.\nthree.",)
    assert text.rejected() == ("one. two. \nthree.",)


def test_a_sentence_is_replaced_across_runs(b):
    body = b.p(b.r("The Vendor "), b.r("may notify", "<w:b/>"), b.r(" the Client. It helps."))
    _, text = change(b.word(body), Edit(0, ("The Vendor must notify the Client.", "And more."), (0, 33)))
    assert text.accepted() == ("The Vendor must notify the Client. It helps.", "And more.")
    assert text.rejected() == ("The Vendor may notify the Client. It helps.",)


def test_a_sentence_with_a_field_is_left_to_them(b):
    field = '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
    _, text = change(b.word(b.p(b.r("See "), field, b.r("there."))), Edit(0, ("Ours.",), (0, 10)))
    assert text.accepted() == ("See there.", "Ours.")


def test_a_sentence_is_struck_over_their_own_changes(b):
    """Theirs stay where they are, to accept or to reject; ours stands in none of them."""
    body = b.p(b.r("Within "), b.deleted("24"), b.ins(b.r("96")), b.r(" hours. It helps."))
    made, text = change(b.word(body), Edit(0, ("Within 24 hours.",), (0, 16)))
    assert text.accepted() == ("Within 24 hours. It helps.",)
    assert text.rejected() == ("Within 24 hours. It helps.",)
    struck = {(each.kind, each.text, each.author) for each in text.paragraphs[0].changes}
    assert ("inserted", "Within 24 hours.", "govern") in struck
    assert re.search(
        rb"<w:ins [^>]*><w:del [^>]*><w:r><w:delText[^>]*>96</w:delText>", parts(made)["word/document.xml"]
    )


@pytest.mark.parametrize(("strike", "said"), [
    ((0, 3), "Ours. two three."), ((0, 4), "Ours.two three."), ((4, 7), "one Ours. three."),
    ((8, 14), "one two Ours."), ((0, 14), "Ours."),
])  # fmt: skip
def test_a_sentence_within_an_insertion_of_theirs(b, strike, said):
    body = b.p(b.ins(b.r("one "), b.r("two three.")))
    made, text = change(b.word(body), Edit(0, ("Ours.",), strike))
    assert (text.accepted(), text.rejected()) == ((said,), ("",))
    ids = re.findall(rb'w:id="(\d+)"', parts(made)["word/document.xml"])
    assert len(ids) == len(set(ids))


def test_what_cannot_be_struck_is_said(b):
    link = f"<w:hyperlink>{b.r('b')}</w:hyperlink>"
    made = propose_changes(b.word(b.p(b.r("a "), link)), [Edit(0, ("Ours.",), (0, 3))], name="x", author="g", day=DAY)
    ((edit, why),) = made.left
    assert (edit.strike, why) == ((0, 3), "a field, a link, a picture or moved text lies in it")


def test_a_sentence_that_joins_the_paragraph_above_is_left_to_them(b):
    _, text = change(b.word(b.p(b.r("one "), mark="del"), b.p(b.r("two."))), Edit(1, ("Ours.",), (0, 8)))
    assert text.accepted() == ("one two.", "Ours.")
    assert text.rejected() == ("one ", "two.")


def test_a_sentence_beside_hidden_or_struck_text_is_left_to_them(b):
    for look in ("<w:vanish/>", "<w:strike/>"):
        _, text = change(b.word(b.p(b.r("never ", look), b.r("The Vendor helps."))), Edit(0, ("Ours.",), (0, 17)))
        assert text.accepted() == ("The Vendor helps.", "Ours.")


def test_text_for_a_cell_goes_behind_the_table(b):
    table = f"<w:tbl><w:tr><w:tc>{b.p(b.r('cell'))}</w:tc></w:tr></w:tbl>"
    _, text = change(b.word(table, b.p(b.r("after"))), Edit(0, ("new",)))
    assert text.accepted() == ("cell", "new", "after")
    assert text.paragraphs[1].cell is None


def test_a_tab_in_a_struck_sentence_is_kept_for_them(b):
    run = "<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t></w:r>"
    _, text = change(b.word(b.p(run)), Edit(0, ("x",), (0, 3)))
    assert (text.accepted(), text.rejected()) == (("x",), ("a\tb",))


def test_what_expat_cannot_follow_is_said(b):
    raw = b.document(b.p(b.r("x"))).encode("utf-16")
    with pytest.raises(ContentError):
        propose_changes(b.word(raw=b"<?xml version='1.0' encoding='utf-7'?>" + raw), [], name="x", author="g", day=DAY)


def test_our_own_draft_with_proposals_opens_cleanly(draft, tmp_path):
    data = render_docx(draft)
    text = read_word(data, name="x.docx")
    plain = next(
        i for i, p in enumerate(text.paragraphs) if p.accepted.startswith("The Processor must process Personal")
    )
    cell = next(i for i, p in enumerate(text.paragraphs) if p.cell)
    edits = (
        Edit(plain, ("Ours.", "More."), (0, 30)),
        Edit(cell, ("After the table.",)),
        Edit(len(text.paragraphs) - 1, ("End.",)),
    )
    made, changed = change(data, *edits)
    assert changed.rejected() == text.accepted()
    file = Path(tmp_path / "x.docx")
    file.write_bytes(made)
    validator = openxml_audit.OpenXmlValidator(file_format=openxml_audit.FileFormat.MICROSOFT_365, max_errors=0)
    assert [str(each) for each in validator.validate(file).errors] == []


@settings(max_examples=80, deadline=None)
@given(st.lists(st.text("ab .&<\u00e9", min_size=1, max_size=6), min_size=1, max_size=6), st.data())
def test_accepting_and_rejecting_are_inverse(runs, data):
    from xml.sax.saxutils import escape

    from exchange_builder import p, r, word

    whole = "".join(runs)
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, len(whole)))
    file = word(p(*(r(escape(each)) for each in runs)), p(r("next")))
    made = propose_changes(file, [Edit(0, ("NEW", "LINE"), (start, end))], name="x", author="g", day=DAY)
    text = read_word(made.data, name="x")
    assert made.left == () or start == end
    assert text.rejected() == (whole, "next")
    inside = (whole[:start] + "NEW" + whole[end:], "LINE", "next")
    assert text.accepted() == (inside if start < end else (whole, "NEW", "LINE", "next"))
