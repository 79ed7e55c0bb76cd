"""PDF, Word and Excel: read again by programs that we did not write."""

import io
import zipfile
from datetime import date

import docx
import openpyxl
import openxml_audit
import pypdf
import pytest
from PIL import Image

from govern.cli.reports import FORMATS
from govern.render.report.chart import make_bars
from govern.render.report.formats import render_report
from govern.render.report.xlsx import neutral

SECTIONS = [
    "Do once",
    "Gaps",
    "Open questions",
    "To confirm with somebody else",
    "Evidence",
    "Rule packs and their review",
    "Method and limits",
    "All other duties",
]


@pytest.mark.parametrize("format_", ["pdf", "docx", "xlsx"])
def test_equal_checks_give_equal_bytes(sample, format_):
    made = render_report(sample.make_check(), format_)
    assert render_report(sample.make_check(), format_) == made


@pytest.mark.parametrize("format_", ["docx", "xlsx"])
def test_no_file_holds_a_time_of_today(checked, format_):
    with zipfile.ZipFile(io.BytesIO(render_report(checked, format_))) as package:
        assert {entry.date_time[0] for entry in package.infolist()} == {1980}
        core = package.read("docProps/core.xml").decode()
    assert core.count("2026-11-24T00:00:00Z") == 2


@pytest.mark.slow
@pytest.mark.parametrize("format_", ["docx", "xlsx"])
def test_openxml_audit_finds_nothing(sample, checked, hospital, tmp_path, format_):
    for each in (checked, hospital, sample.make_clean_check(), sample.make_check(packs=())):
        path = tmp_path / f"file.{format_}"
        path.write_bytes(render_report(each, format_))
        kind = openxml_audit.FileFormat.MICROSOFT_365
        found = openxml_audit.OpenXmlValidator(file_format=kind, max_errors=0).validate(path)
        assert [str(error) for error in found.errors] == []


# --- PDF --------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pdf(checked):
    return pypdf.PdfReader(io.BytesIO(render_report(checked, "pdf")))


def test_pdf_has_an_outline_and_numbers_its_pages(pdf):
    titles = [each.title for each in pdf.outline if not isinstance(each, list)]
    assert titles == ["Labels for street signs", *SECTIONS]
    for number, page in enumerate(pdf.pages, start=1):
        assert f"Page {number} of {len(pdf.pages)}" in page.extract_text()


def test_pdf_says_what_the_report_says(pdf, report):
    text = " ".join(" ".join(page.extract_text() for page in pdf.pages).split())
    for entry in report.entries:
        assert entry.title in text
    for entry in report.gaps:
        assert all(" ".join(said.split()) in text for _, said in entry.lines)
    assert "This is not legal advice." in text
    assert "ends in 47 days" in text
    assert report.summary[1] in text


@pytest.mark.parametrize("format_", [each for each in FORMATS if each != "table"])
def test_every_format_of_a_project_of_which_nothing_is_known(sample, format_):
    made = render_report(sample.make_check({}, waivers=(), title="", summary=""), format_)
    if format_ == "html":
        assert b"No answer rests on evidence or has an end." in made and b"There are none." in made
    if format_ == "docx":
        texts = [each.text for each in docx.Document(io.BytesIO(made)).paragraphs]
        assert "No answer rests on evidence or has an end." in texts


def test_pdf_and_word_show_what_says_the_same_once(sample):
    check = sample.make_twin_check()
    text = " ".join(p.extract_text() for p in pypdf.PdfReader(io.BytesIO(render_report(check, "pdf"))).pages)
    document = docx.Document(io.BytesIO(render_report(check, "docx")))
    cells = "\n".join(cell.text for table in document.tables for row in table.rows for cell in row.cells)
    for said in (" ".join(text.split()), cells):
        assert "also LDA s. 6 (LDA-6)" in said and "also LDA s. 9 (LDA-9)" in said
        assert "Insure the vendor" not in said
    assert "Duties that say the same and have the same finding are shown once" in text
    assert "Critical: 2 gaps" in text


def test_pdf_and_word_say_what_is_done_once(checked, report, pdf):
    text = " ".join(" ".join(page.extract_text() for page in pdf.pages).split())
    document = docx.Document(io.BytesIO(render_report(checked, "docx")))
    cells = " ".join(cell.text for table in document.tables for row in table.rows for cell in row.cells)
    for said in (text, " ".join(cells.split())):
        for control in report.once:
            assert control.title in said and control.do in said and f"It leaves: {control.document}" in said
        assert "3 gaps and 1 open finding" in said and "In part: LDA-6, 4" in said
    assert report.once_words in text
    assert report.once_words in [each.text for each in document.paragraphs]


def test_pdf_of_nothing_is_a_pdf(sample):
    for each in (sample.make_clean_check(), sample.make_check(packs=())):
        text = "".join(p.extract_text() for p in pypdf.PdfReader(io.BytesIO(render_report(each, "pdf"))).pages)
        assert "There are none." in text


# --- Word -------------------------------------------------------------------------------------------------------------


def test_word_says_the_same_in_the_same_order(checked, report):
    document = docx.Document(io.BytesIO(render_report(checked, "docx")))
    headings = [each.text for each in document.paragraphs if each.style.name == "Report Heading"]
    assert headings == SECTIONS
    cells = "\n".join(cell.text for table in document.tables for row in table.rows for cell in row.cells)
    for entry in report.entries:
        assert entry.title in cells
    for entry in report.gaps:
        assert all(said in cells for _, said in entry.lines)
    assert [each.fact for each in report.questions if each.fact not in cells] == []
    assert document.core_properties.title == "Gap check: Labels for street signs"


def test_word_has_the_chart_as_a_picture_with_words(checked):
    file = render_report(checked, "docx")
    document = docx.Document(io.BytesIO(file))
    (shape,) = document.inline_shapes
    said = shape._inline.docPr.get("descr")
    assert said.startswith("Findings by law. LDA: 2 gap, 2 open, 2 met, 2 does not apply; Care: 1 gap")
    with zipfile.ZipFile(io.BytesIO(file)) as package:
        picture = Image.open(io.BytesIO(package.read("word/media/chart1.png")))
    assert abs(picture.width / picture.height - shape.width / shape.height) < 0.01


# --- Excel ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def book(checked):
    return openpyxl.load_workbook(io.BytesIO(render_report(checked, "xlsx")))


def test_excel_has_five_sheets(book, sample):
    assert book.sheetnames == ["Summary", "Do once", "Register", "Remediation plan", "Evidence"]
    without = openpyxl.load_workbook(io.BytesIO(render_report(sample.make_check(controls=()), "xlsx")))
    assert without.sheetnames == ["Summary", "Register", "Remediation plan", "Evidence"]


def test_what_is_done_once_is_a_sheet_and_a_column_of_the_plan(book):
    rows = list(book["Do once"].iter_rows(min_row=2, values_only=True))
    assert rows == [
        (1, "One contract", "One contract, and keep it with the project.", "signed contract", 3, 1, "LDA, Care",
         "LDA-2, CARE-1", "LDA-6, LDA-4"),
        (2, "Training for all", "Training for all, and keep it with the project.", "list of the trained", 0, 2,
         "LDA", "LDA-4", "LDA-5"),
    ]  # fmt: skip
    plan = {row[2]: row[8] for row in book["Remediation plan"].iter_rows(min_row=2, values_only=True)}
    assert plan == {
        "LDA-2": "One contract",
        "CARE-1": "One contract",
        "LDA-6": "One contract (in part)",
        "LDA-5": "Training for all (in part)",
        "LDA-4": "One contract (in part); Training for all",
    }


def test_the_register_has_every_finding_and_can_be_filtered(book, report):
    sheet = book["Register"]
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    assert [row[1] for row in rows] == [entry.obligation for entry in report.entries]
    assert [row[5] for row in rows] == [entry.status_words for entry in report.entries]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("D2", "A1:R10")
    assert len(sheet.conditional_formatting) >= 2
    assert sheet.column_dimensions["C"].width > 30
    waived = next(row for row in rows if row[1] == "LDA-6")
    assert waived[12].date() == date(2027, 1, 31)


def test_the_register_says_what_says_the_same(sample):
    book = openpyxl.load_workbook(io.BytesIO(render_report(sample.make_twin_check(), "xlsx")))
    rows = {row[1]: row[16] for row in book["Register"].iter_rows(min_row=2, values_only=True)}
    assert len(rows) == 9
    assert (rows["LDA-2"], rows["LDA-6"], rows["LDA-9"], rows["LDA-4"]) == ("LDA-6", "LDA-2", "LDA-3(a)(ii)", None)


def test_the_plan_is_for_filling_in(book, report):
    sheet = book["Remediation plan"]
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    assert [row[2] for row in rows] == ["LDA-2", "CARE-1", "LDA-6", "LDA-5", "LDA-4"]
    assert {row[12] for row in rows} == {"to do"}
    assert all(row[10] is None and row[11] is None for row in rows)
    rules = {str(each.sqref): each for each in sheet.data_validations.dataValidation}
    assert rules["L2:L6"].type == "date" and rules["L2:L6"].operator == "greaterThanOrEqual"
    assert rules["M2:M6"].formula1 == '"to do,in progress,done,will not do"'


def test_the_summary_counts_and_follows_the_plan(book):
    values = {row[0].value: [cell.value for cell in row[1:]] for row in book["Summary"].iter_rows() if row[0].value}
    assert values["Labelling of Data Act"] == ["1.2.0", 2, 2, 2, 2, 8]
    assert values["to do"][0] == "=COUNTIF('Remediation plan'!$M$2:$M$6,\"to do\")"
    assert len(book["Summary"]._charts) == 1


def test_evidence_is_listed_with_marks(book):
    rows = list(book["Evidence"].iter_rows(min_row=2, values_only=True))
    assert [(row[2], row[7]) for row in rows] == [
        ("No file; a list of the vendor", "ended"),
        ("Security policy, version 4", "ends in 47 days"),
        ("Audit letter", None),
    ]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "\n=x", "＝x"])
def test_what_looks_like_a_formula_is_neutralised(text):
    assert neutral(text) == f"'{text}"
    assert neutral(f"a{text}") == f"a{text}"


# --- the chart --------------------------------------------------------------------------------------------------------


def test_bars_are_on_one_scale(report):
    first, second = make_bars(report)
    assert sum(piece.length for piece in first.pieces) == pytest.approx(1)
    assert sum(piece.length for piece in second.pieces) == pytest.approx(1 / 8)
    assert [(piece.status, piece.count) for piece in first.pieces] == [
        ("gap", 2),
        ("open", 2),
        ("met", 2),
        ("not_applicable", 2),
    ]


def test_more_laws_than_a_page_holds_make_a_second_chart(sample):
    packs = tuple(
        sample.CARE.model_copy(
            update={
                "id": f"care{number}",
                "short": f"A standard with a long name {number}",
                "obligations": (sample.CARE.obligations[0].model_copy(update={"id": f"CARE{number}-1"}),),
            }
        )
        for number in range(60)
    )
    check = sample.make_check(packs=packs)
    assert len(docx.Document(io.BytesIO(render_report(check, "docx"))).inline_shapes) == 3
    assert render_report(check, "pdf").startswith(b"%PDF-")
    assert b'aria-labelledby="chart-title"' in render_report(check, "html")
