"""Titles, sources and reasons with markup, control characters, formulas and ten thousand letters harm no reader."""

import io
import json
from dataclasses import replace
from html.parser import HTMLParser

import docx
import openpyxl
import pypdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from govern.cli.reports import FORMATS
from govern.kernel import Evidence, FactValue
from govern.render.report.formats import render_report
from govern.render.words import clean

HOSTILE = [
    "<script>alert(1)</script>",
    "</p></body><w:t>&amp;&#0;]]>",
    "<font color='red'>x</font><br/><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "**bold** | [link](http://evil.example) `code`",
    "שלום 🙂 株式会社",
    "a\x00b\x0bc\x1f\ud800\ufffe",
    "pay \u202e0001\u202c now",
    "line\r\nline\u2028line\ttab",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://evil.example","x")',
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "http://evil.example/",
    "&[Page] &P %s {0} {x}",
    "x" * 10_000,
    "word " * 2_000,
    " ",
]
anything = st.text(st.characters(codec=None, exclude_categories=()), min_size=1, max_size=60)


def hostile(sample, text):
    """The text in every place that a project or a waiver has."""
    evidence = Evidence(href=text, description=text)
    answers = sample.ANSWERS | {
        "vendor.policy": FactValue(value=True, source=text, evidence=(evidence,)),
        "vendor.trained": FactValue(value=True, source=text, valid_until=sample.DAY),
    }
    waiver = replace(sample.WAIVER, approver=text, reason=text)
    return sample.make_check(answers, waivers=(waiver,), title=text, summary=text)


def named(text):
    return f"{len(text)}-{text[:12].encode('unicode_escape').decode()}"


@pytest.mark.slow
@pytest.mark.parametrize("format_", [each for each in FORMATS if each not in ("table", "markdown", "json")])
@pytest.mark.parametrize("text", HOSTILE, ids=named)
def test_every_format_is_written_the_same_twice(sample, format_, text):
    check = hostile(sample, text)
    assert render_report(check, format_) == render_report(check, format_)


@pytest.mark.parametrize("text", HOSTILE, ids=named)
def test_json_formats_stay_valid(sample, problems, text):
    for format_ in ("sarif", "oscal-ar", "oscal-poam"):
        assert problems(format_, hostile(sample, text)) == []


@pytest.mark.parametrize("text", HOSTILE, ids=named)
def test_xml_holds_it_as_text(sample, text):
    root = etree.fromstring(render_report(hostile(sample, text), "junit"))
    plain = etree.fromstring(render_report(hostile(sample, "plain"), "junit"))
    assert {each.tag for each in root.iter()} == {each.tag for each in plain.iter()}
    title = root.find(".//property[@name='project.title']").get("value")
    assert " ".join(title.split()) == " ".join(clean(text).split())


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.tags, self.attributes, self.links, self.text = set(), set(), [], ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_data(self, data):
        self.text += data


@pytest.mark.parametrize("text", HOSTILE, ids=named)
def test_html_holds_it_as_text(sample, text):
    page = Page(render_report(hostile(sample, text), "html").decode())
    plain = Page(render_report(hostile(sample, "plain"), "html").decode())
    assert page.tags == plain.tags and page.attributes == plain.attributes
    assert all(link.startswith("#") for link in page.links)
    assert clean(text).strip() in page.text


@pytest.mark.parametrize("text", HOSTILE, ids=named)
def test_no_cell_of_a_workbook_is_a_formula_or_a_link_of_theirs(sample, text):
    book = openpyxl.load_workbook(io.BytesIO(render_report(hostile(sample, text), "xlsx")))
    for sheet in book:
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            assert cell.hyperlink is None
            if cell.data_type == "f":
                assert cell.value.startswith("=COUNTIF('Remediation plan'!")
            elif isinstance(cell.value, str):
                assert not cell.value.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
                assert len(cell.value) < 32_767


@pytest.mark.slow
@pytest.mark.parametrize("text", HOSTILE, ids=named)
def test_word_and_pdf_can_be_read_again(sample, text):
    check = hostile(sample, text)
    document = docx.Document(io.BytesIO(render_report(check, "docx")))
    assert not document.element.xpath("//w:instrText[contains(., 'HYPERLINK')]")
    assert len(pypdf.PdfReader(io.BytesIO(render_report(check, "pdf"))).pages) >= 3


@pytest.mark.slow
@settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))
@given(text=anything)
def test_no_text_at_all_stops_a_writer(sample, problems, text):
    check = hostile(sample, text)
    for format_ in ("html", "docx", "xlsx", "pdf"):
        assert render_report(check, format_)
    etree.fromstring(render_report(check, "junit"))
    for format_ in ("sarif", "oscal-ar"):
        assert problems(format_, check) == []
        json.loads(render_report(check, format_))
