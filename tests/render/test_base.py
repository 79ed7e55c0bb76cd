"""A firm's own base document: its look is kept, our structure comes in, and what is hostile or private stays out."""

import io
import re
import zipfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import docx
import openxml_audit
import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Inches, Mm, Pt, RGBColor
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from PIL import Image

from govern.contracts import Draft, Note, Paragraph, Section, Text
from govern.errors import ContentError, GovernError, RefusedError
from govern.exchange import open_package, read_word
from govern.render import render_docx
from govern.render.docx.base import Base, fill_base, read_base

W = {"w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main"}
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
CLEANUP = b'<w:numIdMacAtCleanup w:val="1"/>'
Part = Callable[[bytes, str], etree._Element]
SECRET = "The Purchaser shall pay EUR 4,200,000 to Harbour Mill GmbH."
BURGUNDY = RGBColor(0x7A, 0x1F, 0x3D)


def saved(document: docx.document.Document) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def picture() -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", (360, 90), "#7a1f3d").save(out, "PNG")
    out.seek(0)
    return out


@pytest.fixture(scope="module")
def letterhead() -> bytes:
    """A4, Garamond, a picture in the header of the first page, an old contract of another client inside."""
    made = docx.Document()
    made.styles["Normal"].font.name = "Garamond"
    for name in ("Title", "Heading 1", "Heading 2"):
        made.styles[name].font.name = "Garamond"
        made.styles[name].font.color.rgb = BURGUNDY
    section = made.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.different_first_page_header_footer = True
    section.first_page_header.paragraphs[0].add_run().add_picture(picture(), width=Mm(60))
    section.header.paragraphs[0].text = "Nordwall & Partners"
    section.footer.paragraphs[0].text = "12 Quay Street"
    made.add_paragraph(SECRET, style="List Number")
    made.add_picture(picture())
    made.add_comment(made.paragraphs[0].runs, SECRET, "A. Partner", "AP")
    made.core_properties.author = "A. Partner"
    return saved(made)


@pytest.fixture(scope="module")
def letter() -> bytes:
    """US Letter, no header or footer, centred capitals, and a style of their own that stands for one of ours."""
    made = docx.Document()
    section = made.sections[0]
    section.page_width, section.page_height = Inches(8.5), Inches(11)
    section.left_margin = section.right_margin = Inches(1)
    made.styles["Normal"].font.name = "Arial"
    made.styles["Heading 1"].font.all_caps = True
    made.styles["Heading 1"].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    own = made.styles.add_style("Acme Level 1", 1)
    own.paragraph_format.space_after = Pt(11)
    alias = OxmlElement("w:aliases")
    alias.set(qn("w:val"), "acme,Clause 1")
    own.element.insert(1, alias)
    return saved(made)


def base_of(data: bytes) -> Base:
    return read_base(open_package(data, name="base.docx"))


def parts_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


def packed(parts: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name, data in parts.items():
            package.writestr(name, data)
    return out.getvalue()


def changed(data: bytes, part: str, change: Callable[[bytes], bytes], **more: bytes) -> bytes:
    parts = parts_of(data)
    assert change(parts[part]) != parts[part], "the change does nothing"
    return packed({**parts, part: change(parts[part]), **more})


def audit(file: bytes, folder: Path) -> list[str]:
    path = folder / "file.docx"
    path.write_bytes(file)
    kind = openxml_audit.FileFormat.MICROSOFT_365
    return [str(each) for each in openxml_audit.OpenXmlValidator(file_format=kind, max_errors=0).validate(path).errors]


def read(file: bytes) -> list[tuple[str, str]]:
    """Numbers and texts, as another reader counts them."""
    return [(each.number, each.text) for each in read_word(file, name="x.docx").paper().paragraphs]


def style_of(parts: Mapping[str, bytes], id_: str) -> etree._Element:
    return etree.fromstring(parts["word/styles.xml"]).find(f"w:style[@w:styleId='{id_}']", W)


# --- what is kept and what comes in -----------------------------------------------------------------------


@pytest.mark.slow
def test_openxml_audit_finds_nothing(
    sample: Draft, final: Draft, letterhead: bytes, letter: bytes, tmp_path: Path
) -> None:
    for data in (letterhead, letter, render_docx(sample)):
        base = base_of(data)
        for made in (render_docx(sample, base=base), render_docx(final, base=base, clean=True)):
            assert audit(made, tmp_path) == []


def test_the_same_base_and_draft_give_the_same_bytes(sample: Draft, letterhead: bytes) -> None:
    made = render_docx(sample, base=base_of(letterhead))
    assert render_docx(replace(sample), base=base_of(letterhead)) == made
    assert made != render_docx(sample)


def test_every_number_and_word_is_that_of_our_own_file(sample: Draft, letterhead: bytes, letter: bytes) -> None:
    expected = read(render_docx(sample))
    assert sum(bool(number) for number, _ in expected) > 100
    for data in (letterhead, letter, render_docx(sample)):
        assert read(render_docx(sample, base=base_of(data))) == expected


def test_lists_of_their_own_do_not_mix_with_ours(sample: Draft, letterhead: bytes) -> None:
    letters = ("(a)", "(b)", "(a)", "(i)", "(b)")
    blocks = [Paragraph("s#p", 0, "1.1", (Text("Two lists:"),))]
    blocks += [Paragraph(None, 2 if "i" in each else 1, each, (Text(each),)) for each in letters]
    section = Section("s", "clause", "1", "Title", tuple(blocks), "s", "1.0.0", Note("note"))
    made = render_docx(replace(sample, sections=(section,), annexes=()), base=base_of(letterhead))
    numbers = [number for number, _ in read(made)]
    assert numbers[-len(letters) - 20 :].count("(a)") == 2
    numbering = etree.fromstring(parts_of(made)["word/numbering.xml"])
    for tag, name in (("num", "numId"), ("abstractNum", "abstractNumId")):
        ids = numbering.xpath(f"w:{tag}/@w:{name}", namespaces=W)
        assert len(ids) == len(set(ids))
    used = etree.fromstring(parts_of(made)["word/document.xml"]).xpath("//w:numPr/w:numId/@w:val", namespaces=W)
    assert set(used) <= {*numbering.xpath("w:num/@w:numId", namespaces=W), "0"}


def test_styles_page_and_letterhead_are_theirs(sample: Draft, letterhead: bytes) -> None:
    parts = parts_of(render_docx(sample, base=base_of(letterhead)))
    heading = style_of(parts, "Heading1").find("w:rPr", W)
    assert heading.find("w:color", W).get(qn("w:val")) == "7A1F3D"
    clause = style_of(parts, "ClauseHeading")
    assert clause.find("w:basedOn", W).get(qn("w:val")) == "Heading1" and clause.find("w:rPr", W) is None
    first = [name for name in parts if name.startswith("word/header") and b"graphic" in parts[name]]
    assert len(first) == 1
    rels = parts[f"word/_rels/{Path(first[0]).name}.rels"].decode()
    (target,) = re.findall(r'Target="([^"]+)"', rels)
    assert parts[f"word/{target}"].startswith(b"\x89PNG")
    assert any(b"Nordwall" in data for name, data in parts.items() if name.startswith("word/header"))
    assert any(b"12 Quay Street" in data for name, data in parts.items() if name.startswith("word/footer"))
    section = etree.fromstring(parts["word/document.xml"]).find(".//w:sectPr", W)
    assert section.find("w:titlePg", W) is not None
    assert section.find("w:pgSz", W).get(qn("w:w")) == "11906"


def test_nothing_of_the_text_that_was_in_it_is_left(sample: Draft, letterhead: bytes) -> None:
    parts = parts_of(render_docx(sample, base=base_of(letterhead)))
    for name, data in parts.items():
        assert b"Harbour Mill" not in data and b"A. Partner" not in data, name
    assert sum(name.startswith("word/media/") for name in parts) == 1
    assert not [name for name in parts if "stylesWithEffects" in name or "customXml" in name or "thumbnail" in name]


def test_the_draft_mark_is_in_each_of_their_headers_until_final(
    sample: Draft, final: Draft, letterhead: bytes, letter: bytes
) -> None:
    for data, headers in ((letterhead, 2), (letter, 2)):
        base = base_of(data)
        for draft, marks in ((sample, headers), (final, 0)):
            parts = parts_of(render_docx(draft, base=base))
            found = [name for name in parts if name.startswith("word/header")]
            assert len(found) == headers
            assert sum(b"DRAFT" in parts[name] for name in found) == marks


def test_a_draft_of_ours_as_base_is_marked_once_and_their_own_mark_stays(
    sample: Draft, final: Draft, letterhead: bytes, tmp_path: Path
) -> None:
    ours = base_of(render_docx(sample))
    for draft, marks in ((sample, 1), (final, 0)):
        headers = [data for name, data in parts_of(render_docx(draft, base=ours)).items() if "word/header" in name]
        assert [data.count(b'string="DRAFT"') for data in headers] == [marks, marks]
    mark = parts_of(render_docx(sample))["word/header1.xml"].replace(b"GovernWatermark", b"PowerPlusWaterMarkObject1")
    run = re.search(rb"<w:r[ >].*?</w:r>", mark, flags=re.DOTALL)
    spaces = b'<w:p xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office">'
    assert run is not None
    made = render_docx(sample, base=base_of(in_header(letterhead, (spaces + run[0] + b"</w:p>").decode())))
    assert max(data.count(b'string="DRAFT"') for data in parts_of(made).values()) == 2
    assert audit(made, tmp_path) == []


def test_a_header_without_paragraph_takes_the_mark_and_a_missing_one_is_made(sample: Draft, letterhead: bytes) -> None:
    def empty(data: bytes) -> bytes:
        return re.sub(rb"<w:p[ >].*</w:p>", b"", data, flags=re.DOTALL)

    without = changed(letterhead, "word/header2.xml", empty)
    without = changed(
        without, "word/document.xml", lambda data: re.sub(rb'<w:headerReference[^>]*"first"[^>]*/>', b"", data)
    )
    parts = parts_of(render_docx(sample, base=base_of(without)))
    headers = [data for name, data in parts.items() if name.startswith("word/header")]
    assert len(headers) == 2 and all(b"DRAFT" in data for data in headers)


def test_even_pages_are_served_where_the_base_has_them(sample: Draft, letterhead: bytes) -> None:
    document = docx.Document(io.BytesIO(letterhead))
    document.settings.odd_and_even_pages_header_footer = True
    parts = parts_of(render_docx(sample, base=base_of(saved(document))))
    section = etree.fromstring(parts["word/document.xml"]).find(".//w:sectPr", W)
    kinds = section.xpath("w:headerReference/@w:type", namespaces=W)
    assert kinds == ["default", "first", "even"]


def test_a_template_serves_as_well(sample: Draft, letterhead: bytes) -> None:
    def template(data: bytes) -> bytes:
        return data.replace(b"wordprocessingml.document.main+xml", b"wordprocessingml.template.main+xml")

    made = render_docx(sample, base=base_of(changed(letterhead, "[Content_Types].xml", template)))
    assert made == render_docx(sample, base=base_of(letterhead))


def test_a_section_that_was_changed_under_tracking_counts_as_it_is_now(letterhead: bytes) -> None:
    old = b'<w:sectPrChange w:id="1" w:author="x"><w:sectPr><w:pgSz w:w="4000" w:h="4000"/></w:sectPr></w:sectPrChange>'
    made = changed(letterhead, "word/document.xml", lambda data: data.replace(b"</w:sectPr>", old + b"</w:sectPr>"))
    assert base_of(made).width == base_of(letterhead).width


def test_headers_are_inherited_from_an_earlier_section(sample: Draft, letterhead: bytes) -> None:
    document = docx.Document(io.BytesIO(letterhead))
    document.add_section()
    assert document.sections[1].header.is_linked_to_previous
    parts = parts_of(render_docx(sample, base=base_of(saved(document))))
    assert any(b"Nordwall" in data for name, data in parts.items() if name.startswith("word/header"))


def test_a_base_without_headers_has_ours_at_its_own_width(sample: Draft, letter: bytes) -> None:
    base = base_of(letter)
    assert base.width == int(6.5 * 1440)
    parts = parts_of(render_docx(sample, base=base))
    header, footer = parts["word/header1.xml"].decode(), parts["word/footer1.xml"].decode()
    assert "Data Processing Agreement" in header and 'w:pos="9360"' in header and "NUMPAGES" in footer
    tables = etree.fromstring(parts["word/document.xml"]).findall(".//w:tbl", W)
    widths = [sum(int(each.get(qn("w:w"))) for each in table.iterfind("w:tblGrid/w:gridCol", W)) for table in tables]
    assert len(widths) > 5 and set(widths) == {9360}


def test_a_style_with_our_name_as_alias_is_used_and_numbers(sample: Draft, letter: bytes) -> None:
    parts = parts_of(render_docx(sample, base=base_of(letter)))
    document, numbering = (etree.fromstring(parts[f"word/{name}.xml"]) for name in ("document", "numbering"))
    used = document.xpath("//w:pStyle/@w:val", namespaces=W)
    assert used.count("AcmeLevel1") > 50 and "Clause1" not in used
    assert numbering.xpath("//w:lvl[w:pStyle/@w:val='AcmeLevel1']/@w:ilvl", namespaces=W) == ["1"]
    linked = style_of(parts, "AcmeLevel1").find("w:pPr/w:numPr/w:numId", W).get(qn("w:val"))
    assert linked in numbering.xpath("w:num/@w:numId", namespaces=W)


def test_an_id_of_ours_that_is_theirs_already_stays_theirs(sample: Draft, letter: bytes) -> None:
    document = docx.Document(io.BytesIO(letter))
    document.styles.add_style("Blank", 1)  # a paragraph style where ours is one of characters
    parts = parts_of(render_docx(sample, base=base_of(saved(document))))
    assert style_of(parts, "Blank").get(qn("w:type")) == "paragraph"
    runs = etree.fromstring(parts["word/document.xml"]).xpath("//w:rStyle/@w:val", namespaces=W)
    assert "GovernBlank" in runs and "Blank" not in runs
    ids = etree.fromstring(parts["word/styles.xml"]).xpath("w:style/@w:styleId", namespaces=W)
    assert len(ids) == len(set(ids))


def test_styles_of_another_language_are_found_by_words_own_names(sample: Draft, letter: bytes) -> None:
    def german(data: bytes) -> bytes:
        return data.replace(b'"Heading1"', b'"berschrift1"').replace(b'"Normal"', b'"Standard"', 1)

    made = changed(letter, "word/styles.xml", german)
    parts = parts_of(render_docx(sample, base=base_of(made)))
    assert style_of(parts, "ClauseHeading").find("w:basedOn", W).get(qn("w:val")) == "berschrift1"


def without_relations(data: bytes, *kinds: str) -> bytes:
    def remove(part: bytes) -> bytes:
        root = etree.fromstring(part)
        for each in list(root):
            if each.get("Type", "").rpartition("/")[2] in kinds:
                root.remove(each)
        return etree.tostring(root)

    return changed(data, "word/_rels/document.xml.rels", remove)


def test_parts_that_it_does_not_have_are_ours(sample: Draft, letterhead: bytes, tmp_path: Path) -> None:
    bare = without_relations(letterhead, "numbering", "settings", "theme", "fontTable")
    made = render_docx(sample, base=base_of(bare))
    assert audit(made, tmp_path) == []
    assert read(made) == read(render_docx(sample))


def test_a_style_without_properties_can_stand_for_ours(sample: Draft, letter: bytes) -> None:
    document = docx.Document(io.BytesIO(letter))
    for name, alias in (("Bare", "Clause 2"), ("Bold", "Clause 3")):
        style = document.styles.add_style(name, 1)
        names = OxmlElement("w:aliases")
        names.set(qn("w:val"), alias)
        style.element.insert(1, names)
    document.styles["Bold"].font.bold = True
    parts = parts_of(render_docx(sample, base=base_of(saved(document))))
    for name, level in (("Bare", "2"), ("Bold", "3")):
        assert style_of(parts, name).find("w:pPr/w:numPr/w:ilvl", W).get(qn("w:val")) == level
    tags = [each.tag for each in style_of(parts, "Bold")]
    assert tags.index(qn("w:pPr")) < tags.index(qn("w:rPr"))


def test_lists_that_only_the_old_text_used_are_left_out(letterhead: bytes) -> None:
    document = docx.Document(io.BytesIO(letterhead))
    numbering = document.part.numbering_part.element
    before = len(numbering.findall(qn("w:num")))
    number = re.compile(rb"<w:numPr>.*?</w:numPr>", re.DOTALL)
    made = changed(letterhead, "word/styles.xml", lambda data: number.sub(b"", data))
    end = b"</w:numbering>"
    made = changed(made, "word/numbering.xml", lambda data: data.replace(end, CLEANUP + end))
    after = etree.fromstring(base_of(made).parts["word/numbering.xml"])
    assert before > 4 and len(after.findall("w:num", W)) == 4
    assert after.find("w:numIdMacAtCleanup", W) is None


def test_a_list_whose_number_is_none_counts_as_no_list(sample: Draft, letterhead: bytes) -> None:
    odd = b'<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="x9"/></w:numPr></w:pPr></w:p>'
    base = base_of(in_header(letterhead, odd.decode()))
    assert read(render_docx(sample, base=base)) == read(render_docx(sample))


# --- styles that are missing ------------------------------------------------------------------------------


def without_styles(data: bytes, *ids: str) -> bytes:
    def remove(part: bytes) -> bytes:
        root = etree.fromstring(part)
        for id_ in ids:
            root.remove(root.find(f"w:style[@w:styleId='{id_}']", W))
        return etree.tostring(root)

    return changed(data, "word/styles.xml", remove)


def test_missing_styles_are_all_named_in_one_error(letter: bytes) -> None:
    with pytest.raises(ContentError) as found:
        base_of(without_styles(letter, "Title", "Heading2"))
    assert "`Title`, `heading 2`" in found.value.message
    assert "--fill-styles" in found.value.hint


def test_missing_styles_are_filled_with_ours(sample: Draft, letter: bytes, tmp_path: Path) -> None:
    lacking = without_styles(letter, "Title", "Heading2", "Normal")
    filled, names = fill_base(open_package(lacking, name="base.docx"))
    assert names == ("Normal", "Title", "heading 2")
    assert fill_base(open_package(lacking, name="base.docx"))[0] == filled
    made = render_docx(sample, base=base_of(filled))
    assert audit(made, tmp_path) == []
    assert read(made) == read(render_docx(sample))


def test_a_document_without_styles_is_said(letter: bytes) -> None:
    bare = without_relations(letter, "styles")
    with pytest.raises(ContentError, match="`Normal`, `Title`, `heading 1`, `heading 2`"):
        base_of(bare)
    with pytest.raises(ContentError, match="no styles at all"):
        fill_base(open_package(bare, name="base.docx"))


def test_a_default_style_of_another_name_is_theirs(sample: Draft, letter: bytes) -> None:
    made = changed(
        letter, "word/styles.xml", lambda data: data.replace(b'w:name w:val="Normal"', b'w:name w:val="Acme"')
    )
    parts = parts_of(render_docx(sample, base=base_of(made)))
    assert style_of(parts, "TableText").find("w:basedOn", W).get(qn("w:val")) == "Normal"
    assert style_of(parts, "ClauseText").find("w:basedOn", W).get(qn("w:val")) == "BodyText"


def test_nothing_is_filled_where_nothing_is_missing(letter: bytes) -> None:
    assert fill_base(open_package(letter, name="base.docx"))[1] == ()


# --- hostile ----------------------------------------------------------------------------------------------


def relation(kind: str, target: str, mode: str = "External", id_: str = "rIdX") -> bytes:
    mode = f' TargetMode="{mode}"' if mode else ""
    return f'<Relationship Id="{id_}" Type="{OFFICE}/{kind}" Target="{target}"{mode}/></Relationships>'.encode()


def with_relation(data: bytes, kind: str, target: str, mode: str = "External", **more: bytes) -> bytes:
    """The letterhead whose picture's header has another relation."""
    parts = parts_of(data)
    (rels,) = [name for name in parts if re.fullmatch(r"word/_rels/header\d\.xml\.rels", name)]
    return changed(
        data, rels, lambda old: old.replace(b"</Relationships>", relation(kind, target, mode)), **more
    )  # fmt: skip


def in_header(data: bytes, xml: str) -> bytes:
    return changed(data, "word/header1.xml", lambda old: old.replace(b"</w:hdr>", xml.encode() + b"</w:hdr>"))


def spelt(*codes: str, end: bool = True) -> str:
    runs = "".join(f"<w:r><w:instrText>{code}</w:instrText></w:r>" for code in codes)
    mark = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
    return f"<w:p>{mark.format('begin')}{runs}{(mark.format('separate') + mark.format('end')) if end else ''}</w:p>"


def simple(code: str) -> str:
    return f'<w:p><w:fldSimple w:instr="{code}"/></w:p>'


@pytest.mark.parametrize(
    ("kind", "target", "words"),
    [
        ("image", "http://evil.example/pixel.png", "fetches something from outside"),
        ("hyperlink", "file://server/share/x.exe", "fetches something from outside"),
        ("oleObject", "http://evil.example/x", "fetches something from outside"),
        ("frame", "x.htm", "fetches something from outside"),
    ],
)
def test_relations_to_the_outside_are_refused(letterhead: bytes, kind: str, target: str, words: str) -> None:
    with pytest.raises(RefusedError, match=words) as found:
        base_of(with_relation(letterhead, kind, target))
    assert "word/header" in found.value.where


@pytest.mark.parametrize("kind", ["oleObject", "package", "aFChunk", "control", "chart", "subDocument"])
def test_embedded_things_are_refused(letterhead: bytes, kind: str) -> None:
    made = with_relation(letterhead, kind, "embeddings/x.bin", "", **{"word/embeddings/x.bin": b"x"})
    with pytest.raises(RefusedError, match=kind):
        base_of(made)


def test_links_to_web_and_mail_are_kept(sample: Draft, letterhead: bytes) -> None:
    base = base_of(with_relation(letterhead, "hyperlink", "https://nordwall.example/"))
    parts = parts_of(render_docx(sample, base=base))
    assert any(b"https://nordwall.example/" in data for name, data in parts.items() if name.endswith(".rels"))


@pytest.mark.parametrize(
    "xml",
    [
        spelt(' INCLUDEPICTURE "http://evil.example/x" '),
        spelt(" DDE", "AUTO c:\\\\x.exe"),
        spelt(" dde ", end=False),
        spelt(""),
        "<w:p><w:r><w:instrText> LINK Excel.Sheet </w:instrText></w:r></w:p>",
        simple(" MACROBUTTON Run x "),
        spelt(" IF ").replace(" IF </w:instrText></w:r>", f" IF </w:instrText></w:r>{spelt(' RD x ')[5:-6]}"),
    ],
)
def test_fields_that_run_or_fetch_are_refused(letterhead: bytes, xml: str) -> None:
    with pytest.raises(RefusedError, match="has the field"):
        base_of(in_header(letterhead, xml))


@pytest.mark.parametrize(
    "xml", [spelt(" PAGE "), spelt(" =", " 1+1 "), '<w:p><w:fldSimple w:instr="DocProperty Digest"/></w:p>']
)
def test_fields_of_a_letterhead_are_kept(letterhead: bytes, xml: str) -> None:
    assert base_of(in_header(letterhead, xml))


def test_fields_of_a_letterhead_show_what_the_lock_says(sample: Draft, letterhead: bytes, part: Part) -> None:
    def shown(code: str) -> str:
        mark = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
        begin, separate, end = (mark.format(kind) for kind in ("begin", "separate", "end"))
        old = "<w:r><w:rPr><w:b/></w:rPr><w:t>Error!</w:t></w:r><w:r><w:t> Unknown</w:t></w:r>"
        return f"<w:p>{begin}<w:r><w:instrText>{code}</w:instrText></w:r>{separate}{old}{end}</w:p>"

    simple_field = '<w:p><w:fldSimple w:instr=" TITLE "><w:r><w:t>old</w:t></w:r></w:fldSimple></w:p>'
    codes = (' DOCPROPERTY "Version" ', " docproperty Digest \\* MERGEFORMAT", " DOCPROPERTY Matter", " PAGE ")
    base = base_of(in_header(letterhead, "".join(map(shown, codes)) + simple_field))
    made = render_docx(sample, base=base)
    (name,) = [each for each, data in parts_of(made).items() if b"MERGEFORMAT" in data]
    texts = ["".join(each.itertext(qn("w:t"))) for each in part(made, name).iterfind("w:p", W)]
    assert texts[-5:] == ["1.0.0", sample.digest, "Error! Unknown", "Error! Unknown", "Data Processing Agreement"]
    assert part(made, name).find("w:p[2]/w:r[4]/w:rPr/w:b", W) is not None


def test_a_picture_named_by_an_address_is_refused(letterhead: bytes) -> None:
    for address in ("http://evil.example/x.png", "\\\\server\\x.png"):
        shape = f'<v:shape xmlns:v="urn:schemas-microsoft-com:vml"><v:imagedata src="{address}"/></v:shape>'
        with pytest.raises(RefusedError, match="fetches something from outside"):
            base_of(in_header(letterhead, f"<w:p><w:r><w:pict>{shape}</w:pict></w:r></w:p>"))


def test_a_template_that_is_attached_stays_behind(sample: Draft, letterhead: bytes) -> None:
    rels = b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    settings = (
        b'<w:attachedTemplate r:id="rIdX" xmlns:r="' + OFFICE.encode() + b'"/><w:documentProtection w:edit="forms"/>'
    )
    made = changed(
        letterhead,
        "word/settings.xml",
        lambda old: old.replace(b"<w:zoom", settings + b"<w:zoom"),
        **{"word/_rels/settings.xml.rels": rels + relation("attachedTemplate", "http://evil.example/x.dotm")},
    )
    for name, data in parts_of(render_docx(sample, base=base_of(made))).items():
        assert b"evil.example" not in data and b"documentProtection" not in data, name


def test_macros_are_refused_before_anything_is_read(letterhead: bytes) -> None:
    with pytest.raises(RefusedError, match="macros"):
        base_of(packed({**parts_of(letterhead), "word/vbaProject.bin": b"x"}))


def test_a_document_type_is_refused(letterhead: bytes) -> None:
    bomb = b'<!DOCTYPE w [<!ENTITY a "aaaa">]>'
    made = changed(letterhead, "word/header1.xml", lambda old: old.replace(b"<w:hdr", bomb + b"<w:hdr", 1))
    with pytest.raises(RefusedError, match="document type"):
        base_of(made)


@pytest.mark.parametrize("part", ["word/styles.xml", "word/header1.xml", "word/settings.xml", "word/numbering.xml"])
def test_a_part_that_is_no_xml_is_named(letterhead: bytes, part: str) -> None:
    with pytest.raises(ContentError, match="not XML") as found:
        base_of(changed(letterhead, part, lambda _: b"<w:x"))
    assert part in found.value.where


def test_a_relation_that_leads_nowhere_is_named(letterhead: bytes) -> None:
    blip = f'<w:p><w:r><w:drawing><x r:embed="rId99" xmlns:r="{OFFICE}"/></w:drawing></w:r></w:p>'
    with pytest.raises(ContentError, match="rId99"):
        base_of(in_header(letterhead, blip))


def test_a_part_that_is_not_there_is_named(letterhead: bytes) -> None:
    parts = parts_of(letterhead)
    del parts["word/theme/theme1.xml"]
    with pytest.raises(ContentError, match="not there"):
        base_of(packed(parts))


def test_other_kinds_of_files_are_refused(letterhead: bytes) -> None:
    made = with_relation(letterhead, "image", "media/x.svg", "", **{"word/media/x.svg": b"<svg/>"})
    with pytest.raises(RefusedError, match="svg"):
        base_of(made)


def test_too_much_is_refused(letterhead: bytes) -> None:
    import random

    large = random.Random(1).randbytes(17 * 1024 * 1024)
    made = with_relation(letterhead, "image", "media/x.png", "", **{"word/media/x.png": large})
    with pytest.raises(RefusedError, match="too large"):
        base_of(made)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (rb'w:w="11906"', b'w:w="wide"', "no measure"),
        (rb'w:w="11906"', b'w:w="-5"', "no measure"),
        (rb'w:w="11906"', b'w:w="5000"', "no room"),
    ],
)
def test_a_page_must_hold_a_contract(letterhead: bytes, old: bytes, new: bytes, words: str) -> None:
    with pytest.raises(ContentError, match=words):
        base_of(changed(letterhead, "word/document.xml", lambda data: data.replace(old, new)))


def test_a_base_without_section_has_our_page(sample: Draft, letter: bytes) -> None:
    def bare(data: bytes) -> bytes:
        return re.sub(rb"<w:sectPr.*?</w:sectPr>", b"", data, flags=re.DOTALL)

    assert base_of(changed(letter, "word/document.xml", bare)).width == 9070


def test_a_section_without_a_size_has_our_page(letter: bytes) -> None:
    made = changed(letter, "word/document.xml", lambda data: re.sub(rb"<w:pgSz[^>]*/>", b"", data))
    assert base_of(made).width == 9070


def test_columns_of_a_page_are_the_width_of_the_text(letter: bytes) -> None:
    two = b'<w:cols w:num="2" w:space="360"/>'
    made = changed(letter, "word/document.xml", lambda data: re.sub(rb"<w:cols[^>]*/>", two, data))
    assert base_of(made).width == (9360 - 360) // 2


@pytest.mark.slow
@settings(deadline=None, max_examples=60)
@given(st.data())
def test_a_damaged_base_is_an_error_of_ours_or_works(letterhead: bytes, data: st.DataObject) -> None:
    parts = parts_of(letterhead)
    name = data.draw(st.sampled_from(sorted(each for each in parts if each.endswith((".xml", ".rels")))))
    text = parts[name]
    start = data.draw(st.integers(0, len(text) - 1))
    cut = data.draw(st.integers(0, 40))
    filling = data.draw(st.sampled_from([b"", b'"', b"<", b"w:val", b"9999999999", b"-1", b"\x00", b"/>"]))
    with suppress(GovernError):
        base_of(packed({**parts, name: text[:start] + filling + text[start + cut :]}))
