"""A letter that no font has: a draft's PDF shows a box and says so, a final one is refused."""

from dataclasses import replace

import pytest

from govern.contracts import Filled
from govern.errors import RefusedError
from govern.render import render_pdf, render_pdf_ua
from govern.render.boxes import find_facts, note_boxes, refuse_boxes


@pytest.fixture(params=[render_pdf, render_pdf_ua])
def writer(request):
    if request.param is render_pdf_ua:
        pytest.importorskip("typst")
    return request.param


def named(draft, text):
    """The draft with a party of that name."""
    first, *others = draft.parties
    name = (Filled("client.name", text, "client.name"),)
    return replace(draft, parties=(replace(first, name=name), *others))


def test_a_draft_tells_of_its_boxes(sample, writer):
    told = []
    assert refuse_boxes(writer, told.append, again=False)(named(sample, "株式会社 Łódź")).startswith(b"%PDF")
    (said,) = told
    assert said.endswith("shows a box for each of these letters: 株式会社 (in client.name)")


def test_a_final_document_is_not_written(final, writer):
    told = []
    write = refuse_boxes(writer, told.append, again=False)
    with pytest.raises(RefusedError, match=r"these letters: 株式会社 \(in client\.name\)") as refused:
        write(named(final, "株式会社"))
    assert ".docx or .html" in refused.value.hint
    assert write(named(final, "Łódź ☐")).startswith(b"%PDF")
    assert told == []


def test_a_final_document_that_is_there_already_is_written_again(final, writer):
    told = []
    assert refuse_boxes(writer, told.append, again=True)(named(final, "株")).startswith(b"%PDF")
    assert len(told) == 1


def test_facts_are_found_wherever_their_values_stand():
    tree = (Filled("a.b", "x株", None), ("株", 3, (Filled("c", "株", "d.e"), Filled("c", "x", "f.g"))))
    assert list(find_facts(tree, "株")) == ["a.b", "d.e"]


def test_boxes_are_noted_only_while_that_is_asked_for(sample):
    with note_boxes() as boxed:
        pass
    render_pdf(named(sample, "株"))
    assert boxed == {}


def test_a_script_that_one_of_the_two_has_is_written_by_that(final):
    with pytest.raises(RefusedError, match=r"\(in client\.name\)"):
        refuse_boxes(render_pdf, print, again=False)(named(final, "مرحبا"))
    pytest.importorskip("typst")
    assert refuse_boxes(render_pdf_ua, print, again=False)(named(final, "مرحبا")).startswith(b"%PDF")
