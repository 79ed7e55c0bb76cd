"""The Word file, judged by its XML and by openxml-audit."""

import io
import itertools
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import docx
import openxml_audit
import pytest
from lxml import etree

from govern.contracts import Draft, OpenChoice, Paragraph, Reference, Section, Table, Text, set_type
from govern.render import render_docx
from govern.render.docx.parts import base_parts

W = {"w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main"}
Part = Callable[[bytes, str], etree._Element]


def attr(element: etree._Element, name: str) -> str:
    return element.get(f"{{{W['w']}}}{name}")


def text_of(element: etree._Element) -> str:
    return "".join(element.xpath(".//w:t/text()", namespaces=W))


def fields(root: etree._Element) -> list[tuple[str, str]]:
    """(instruction, cached result) of every complete field that holds no other."""
    found, code, result, state = [], "", "", ""
    for run in root.iter(f"{{{W['w']}}}r"):
        mark = run.find("w:fldChar", W)
        if mark is not None:
            state = attr(mark, "fldCharType")
            if state == "begin":
                code, result = "", ""
            elif state == "end" and code:
                found.append((code.strip(), result))
                code = ""
        elif state == "begin":
            code += "".join(run.xpath("w:instrText/text()", namespaces=W))
        elif state == "separate":
            result += text_of(run)
    return found


@pytest.fixture(scope="module")
def file(sample: Draft) -> bytes:
    return render_docx(sample)


@pytest.fixture(scope="module")
def document(file: bytes, part: Part) -> etree._Element:
    return part(file, "word/document.xml")


# --- the package ------------------------------------------------------------------------------------------


def audit(file: bytes, folder: Path) -> list[str]:
    path = folder / "file.docx"
    path.write_bytes(file)
    result = openxml_audit.OpenXmlValidator(file_format=openxml_audit.FileFormat.MICROSOFT_365, max_errors=0).validate(
        path
    )
    return [str(each) for each in result.errors]


@pytest.mark.slow
def test_openxml_audit_finds_nothing(sample: Draft, final: Draft, tmp_path: Path) -> None:
    pages = {section.anchor: 3 for section in (*sample.sections, *sample.annexes)}
    for made in (
        render_docx(sample),
        render_docx(sample, clean=True, pages=pages, signature_anchors=("/sig1/", "/sig2/")),
        render_docx(final, pages=pages),
        render_docx(replace(sample, sections=(), annexes=(), parties=(), background=(), signatures=())),
    ):
        assert audit(made, tmp_path) == []


def test_openxml_audit_would_find_something(file: bytes, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(file)) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    parts["word/document.xml"] = parts["word/document.xml"].replace(b"<w:body>", b"<w:body><w:nonsense/>")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name, content in parts.items():
            package.writestr(name, content)
    assert audit(out.getvalue(), tmp_path)


def test_equal_drafts_give_equal_bytes(sample: Draft, file: bytes) -> None:
    assert render_docx(replace(sample)) == file


def test_entries_are_sorted_and_timeless(file: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(file)) as package:
        entries = package.infolist()
    assert [each.filename for each in entries] == sorted(each.filename for each in entries)
    assert entries[0].filename == "[Content_Types].xml"
    assert {each.date_time for each in entries} == {(1980, 1, 1, 0, 0, 0)}


def test_base_document_opens_in_python_docx_and_has_what_word_expects() -> None:
    parts = base_parts()
    assert {"word/theme/theme1.xml", "word/webSettings.xml", "word/fontTable.xml"} <= set(parts)
    assert not any("stylesWithEffects" in name for name in parts)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name, content in parts.items():
            package.writestr(name, content)
    opened = docx.Document(io.BytesIO(out.getvalue()))
    assert opened.styles["Clause 1"].element.find("w:pPr/w:numPr", W) is not None


# --- numbering and references -----------------------------------------------------------------------------


def test_clause_styles_and_levels_point_at_each_other(file: bytes, part: Part) -> None:
    numbering, styles = part(file, "word/numbering.xml"), part(file, "word/styles.xml")
    levels = numbering.xpath("w:abstractNum[@w:abstractNumId='0']/w:lvl", namespaces=W)
    linked = [attr(level.find("w:pStyle", W), "val") for level in levels]
    assert linked == ["ClauseHeading", "Clause1", "Clause2", "Clause3"]
    for depth, style in enumerate(linked):
        numbered = styles.xpath(f"w:style[@w:styleId='{style}']/w:pPr/w:numPr", namespaces=W)[0]
        assert attr(numbered.find("w:numId", W), "val") == "1"
        assert attr(numbered.find("w:ilvl", W), "val") == str(depth)


def test_word_would_count_what_the_tree_says(sample: Draft, file: bytes, part: Part) -> None:
    """An own reading of the numbering, paragraph by paragraph, gives the tree's numbers."""
    printed = [number for number in effective_numbers(file, part) if number]
    expected = []
    shown = set_type(sample)
    for section in (*shown.sections, *shown.annexes):
        expected.append(section.number)
        expected += [each.number for each in section.blocks if isinstance(each, Paragraph) and each.number]
    assert printed == expected


def effective_numbers(file: bytes, part: Part) -> list[str]:
    """What Word prints before each paragraph that hangs on a list, parties and background left out."""
    numbering, styles = part(file, "word/numbering.xml"), part(file, "word/styles.xml")
    abstract = {
        attr(each, "numId"): attr(each.find("w:abstractNumId", W), "val") for each in numbering.iterfind("w:num", W)
    }
    levels = {
        (attr(each, "abstractNumId"), attr(level, "ilvl")): level
        for each in numbering.iterfind("w:abstractNum", W)
        for level in each.iterfind("w:lvl", W)
    }
    by_style = {attr(style, "styleId"): style.find("w:pPr/w:numPr", W) for style in styles.iterfind("w:style", W)}
    counts: dict[str, list[int]] = {}
    out = []
    for each in part(file, "word/document.xml").find("w:body", W).iterfind("w:p", W):
        style = attr(each.find("w:pPr/w:pStyle", W), "val")
        own = each.find("w:pPr/w:numPr", W)
        used = own if own is not None else by_style.get(style)
        if used is None or style in ("Parties", "Background"):
            continue
        list_, depth = attr(used.find("w:numId", W), "val"), int(attr(used.find("w:ilvl", W), "val"))
        if list_ == "0":
            out.append(text_of(each.find("w:r", W)))
            continue
        row = counts.setdefault(list_, [0] * 9)
        row[depth] += 1
        row[depth + 1 :] = [0] * (8 - depth)
        out.append(_print_number(levels, abstract[list_], depth, row))
    return out


def _print_number(levels: dict, abstract: str, depth: int, row: list[int]) -> str:
    def one(match: re.Match[str]) -> str:
        place = int(match[1]) - 1
        form = attr(levels[abstract, str(place)].find("w:numFmt", W), "val")
        count = row[place]
        if form == "decimal":
            return str(count)
        if form == "lowerLetter":
            return chr(97 + (count - 1) % 26) * ((count - 1) // 26 + 1)
        roman = ["", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"][count]
        return roman.upper() if form == "upperRoman" else roman

    return re.sub(r"%(\d)", one, attr(levels[abstract, str(depth)].find("w:lvlText", W), "val"))


def test_every_list_restart_has_an_abstract_numbering_of_its_own(sample: Draft, part: Part) -> None:
    letters = ("(a)", "(b)", "(a)", "(i)", "(ii)", "(b)")
    blocks = [Paragraph("s#p", 0, "1.1", (Text("Two lists:"),))]
    blocks += [Paragraph(None, 2 if "i" in each else 1, each, (Text(each),)) for each in letters]
    made = render_docx(replace(sample, sections=(section_of(*blocks),), annexes=()))
    numbering = part(made, "word/numbering.xml")
    used = [attr(each.find("w:abstractNumId", W), "val") for each in numbering.iterfind("w:num", W)]
    assert len(used) == len(set(used))
    assert effective_numbers(made, part) == ["1", "1.1", *letters]


def test_a_number_that_word_cannot_count_is_text(sample: Draft, part: Part) -> None:
    blocks = (
        Paragraph("s#p", 0, "1.1", (Text("p"),)),
        Paragraph("s#q", 0, "1.5", (Text("q"), Reference("s#q", "Clause 1.5"))),
    )
    made = render_docx(replace(sample, sections=(section_of(*blocks),), annexes=()))
    assert effective_numbers(made, part) == ["1", "1.1", "1.5"]
    (field,) = [each for each in fields(part(made, "word/document.xml")) if each[0].startswith("REF")]
    assert field[1] == "1.5" and "\\r" not in field[0]


def test_references_are_live_and_cached(sample: Draft, document: etree._Element) -> None:
    names = {attr(each, "name"): text_of(each.getparent()) for each in document.iter(f"{{{W['w']}}}bookmarkStart")}
    made = [each for each in fields(document) if each[0].startswith("REF ")]
    expected = [run for each in sample.paragraphs() for run in each.content if isinstance(run, Reference)]
    assert len(made) >= len(expected) > 40
    for instruction, cached in made:
        _, name, *switches = instruction.split()
        assert name in names and len(name) <= 40
        assert "\\h" in switches and cached
    words = [run.text.split(" ")[-1] for run in expected]
    results = "".join(result for _, result in made)
    assert all(word in results for word in words)


def test_reference_to_a_list_item_is_two_fields(sample: Draft, part: Part) -> None:
    blocks = (
        Paragraph("s#p", 0, "1.1", (Text("See "), Reference("s#a", "Clause 1.1(a)"), Text("."))),
        Paragraph("s#a", 1, "(a)", (Text("item"),)),
        Paragraph("s#u", -1, "", (Text("under"), Reference("s#u", "Clause 1.1"))),
        Paragraph(None, -1, "", (Reference("elsewhere", "Clause 99"),)),
        Paragraph(None, -1, "", (Reference("s#a", "that item"),)),
    )
    document = part(render_docx(replace(sample, sections=(section_of(*blocks),), annexes=())), "word/document.xml")
    results = [(code.split()[2], result) for code, result in fields(document) if code.startswith("REF")]
    assert results == [("\\r", "1.1"), ("\\n", "(a)"), ("\\r", "1.1")]
    assert "Clause\u00a099" in text_of(document)
    links = [text_of(each) for each in document.iterfind(".//w:p/w:hyperlink", W)]
    assert "that item" in links


def section_of(*blocks: Paragraph) -> Section:
    from govern.contracts import Note

    return Section("s", "clause", "1", "Title", tuple(blocks), "s", "1.0.0", Note("note"))


def test_contents_list_every_section(sample: Draft, document: etree._Element, part: Part) -> None:
    entries = [text_of(each) for each in document.xpath("//w:sdt//w:p[w:pPr/w:pStyle/@w:val='TOC1']", namespaces=W)]
    shown = set_type(sample)
    assert entries == [f"{each.number}{each.title}" for each in (*shown.sections, *shown.annexes)]
    codes = "".join(document.xpath("//w:sdt//w:instrText/text()", namespaces=W))
    assert "TOC " in codes and "\\n" not in codes and "PAGEREF" not in codes  # Word adds pages when it updates
    paged = part(render_docx(sample, pages={each.anchor: 7 for each in sample.sections}), "word/document.xml")
    results = [each for each in fields(paged) if each[0].startswith("PAGEREF")]
    assert len(results) == len(sample.sections) and {each[1] for each in results} == {"7"}


# --- what stands on the page ------------------------------------------------------------------------------


def test_comments_are_there_unless_clean(sample: Draft, file: bytes, part: Part) -> None:
    comments = part(file, "word/comments.xml")
    sections = (*sample.sections, *sample.annexes)
    assert len(comments) == len(sections) + 1
    assert {attr(each, "author") for each in comments} == {"govern"}
    assert {attr(each, "date") for each in comments} == {"2026-11-24T00:00:00Z"}
    assert "dpa.certification" in text_of(comments[0])
    assert "Required by GDPR-28.3" in text_of(comments[1])
    clean = render_docx(sample, clean=True)
    with zipfile.ZipFile(io.BytesIO(clean)) as package:
        assert "word/comments.xml" not in package.namelist()
    assert "Open points" not in text_of(part(clean, "word/document.xml"))


def test_tables_repeat_their_head_and_keep_their_rows_whole(document: etree._Element) -> None:
    tables = document.findall(".//w:tbl", W)
    assert len(tables) > 5
    for table in tables:
        rows = table.findall("w:tr", W)
        assert all(row.find("w:trPr/w:cantSplit", W) is not None for row in rows)
        style = attr(table.find("w:tblPr/w:tblStyle", W), "val")
        heads = [row.find("w:trPr/w:tblHeader", W) is not None for row in rows]
        assert heads == [style != "SignatureTable"] + [False] * (len(rows) - 1)
        widths = [int(attr(each, "w")) for each in table.iterfind("w:tblGrid/w:gridCol", W)]
        assert sum(widths) == 9070


def test_signature_block_stays_together_and_takes_anchors(sample: Draft, part: Part) -> None:
    document = part(render_docx(sample, signature_anchors=("/sig1/", "/sig2/")), "word/document.xml")
    block = document.xpath("//w:tbl[w:tblPr/w:tblStyle/@w:val='SignatureTable']", namespaces=W)[0]
    styles = {attr(each, "val") for each in block.iter(f"{{{W['w']}}}pStyle")}
    assert styles == {"SignatureText", "SignatureLine"}
    assert "/sig1/" in text_of(block) and "/sig2/" in text_of(block)


def test_watermark_until_final(sample: Draft, final: Draft, part: Part) -> None:
    for header in ("word/header1.xml", "word/header2.xml"):
        assert b"DRAFT" in etree.tostring(part(render_docx(sample), header))
        assert b"DRAFT" not in etree.tostring(part(render_docx(final), header))
    assert "Open points" not in text_of(part(render_docx(final), "word/document.xml"))


def test_header_and_footer(file: bytes, part: Part) -> None:
    assert text_of(part(file, "word/header1.xml")).startswith("Data Processing AgreementDraft of 24 November 2026")
    assert [code for code, _ in fields(part(file, "word/footer1.xml"))] == ["PAGE", "NUMPAGES"]


def test_properties_come_from_the_draft(sample: Draft, file: bytes, part: Part) -> None:
    core = docx.Document(io.BytesIO(file)).core_properties
    assert (core.title, core.version, core.language) == (sample.title, "1.0.0", "en-GB")
    assert core.created is not None and core.created.date() == sample.day
    custom = part(file, "docProps/custom.xml")
    values = {each.get("name"): "".join(each.itertext()) for each in custom}
    assert values["Digest"] == sample.digest and values["Project"] == sample.project


def test_terms_blanks_and_choices_have_their_styles(document: etree._Element) -> None:
    def styled(style: str) -> list[str]:
        found = document.xpath(f"//w:r[w:rPr/w:rStyle/@w:val='{style}']", namespaces=W)
        return [text_of(each) for each in found]

    assert "“Personal Data”" in styled("DefinedTerm")
    assert "[●\u00a0place of the courts]" in styled("Blank")
    assert "[only if the Processor uses other companies]" in styled("OpenChoice")
    assert "Controller" in styled("TermUse")
    blank = document.xpath("//w:r[w:rPr/w:rStyle/@w:val='Blank']/w:rPr/w:highlight", namespaces=W)[0]
    assert attr(blank, "val") == "yellow"


def test_a_space_follows_the_mark_of_an_open_choice(sample: Draft, part: Part) -> None:
    block = Paragraph("s#p", 0, "1.1", (OpenChoice("only if x"), Text("Then y.")))
    document = part(render_docx(replace(sample, sections=(section_of(block),))), "word/document.xml")
    assert "[only if x] Then y." in text_of(document)


def test_annexes_begin_on_a_new_page(file: bytes, part: Part) -> None:
    style = part(file, "word/styles.xml").xpath("w:style[@w:styleId='AnnexHeading']/w:pPr", namespaces=W)[0]
    assert style.find("w:pageBreakBefore", W) is not None


def blocks_of(document: etree._Element) -> list[tuple[str, etree._Element]]:
    """The style, or the table, and the element of each block."""
    found = []
    for each in document.find("w:body", W):
        style = each.find("w:pPr/w:pStyle", W)
        found.append(("table" if each.tag.endswith("tbl") else attr(style, "val") if style is not None else "", each))
    return found


def test_words_that_lead_to_a_list_a_table_or_the_signatures_stay_with_them(document: etree._Element) -> None:
    blocks = blocks_of(document)
    led = 0
    for (style, block), (after, following) in itertools.pairwise(blocks):
        leads = text_of(block).endswith(":") or after == "table" or text_of(following) == "Signatures"
        if leads and style not in ("table", "TableAfter", ""):
            led += 1
            kept = block.find("w:pPr/w:keepNext", W) is not None
            assert kept or style in ("OpenPointsHeading", "SignatureIntro"), text_of(block)
    assert led > 20


def test_no_page_is_empty_after_a_table(sample: Draft, document: etree._Element, part: Part) -> None:
    blocks = blocks_of(document)
    for (style, _), (after, following) in itertools.pairwise(blocks):
        if style == "TableAfter":
            assert after != "AnnexHeading" and following.find("w:pPr/w:pageBreakBefore", W) is None
    annex = replace(
        sample.annexes[0], blocks=(*sample.annexes[0].blocks[:-1], Table(((Text("a"),),), (((Text("b"),),),)))
    )
    ending = blocks_of(part(render_docx(replace(sample, annexes=(annex,))), "word/document.xml"))[-2]
    assert ending[0] == "TableAfter" and attr(ending[1].find("w:pPr/w:spacing", W), "line") == "20"


def test_the_number_of_an_annex_has_room(file: bytes, part: Part) -> None:
    """In bold and at 14 points, "Annex VIII" is 24 mm wide."""
    numbering = part(file, "word/numbering.xml")
    indent = numbering.xpath("//w:lvl[w:pStyle/@w:val='AnnexHeading']/w:pPr/w:ind/@w:hanging", namespaces=W)[0]
    assert int(indent) > 24 * 56.7 + 100
