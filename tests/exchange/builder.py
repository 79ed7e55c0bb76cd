"""Word files built part by part, as small as a test needs them."""

import io
import zipfile

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def p(*runs, style="", number=None, mark="", level=0):
    """A paragraph of runs; `number` is a numId, `mark` an inserted or deleted paragraph end."""
    properties = f'<w:pStyle w:val="{style}"/>' if style else ""
    if number is not None:
        properties += f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'
    if mark:
        properties += f'<w:rPr><w:{mark} w:id="1" w:author="A" w:date="2026-01-02T03:04:05Z"/></w:rPr>'
    return f"<w:p><w:pPr>{properties}</w:pPr>{''.join(runs)}</w:p>"


def r(text, properties=""):
    inside = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{inside}<w:t xml:space="preserve">{text}</w:t></w:r>'


def ins(*runs, author="Ann", tag="ins"):
    return f'<w:{tag} w:id="7" w:author="{author}" w:date="2026-01-02T03:04:05Z">{"".join(runs)}</w:{tag}>'


def deleted(text, author="Bob", tag="del"):
    return ins(f'<w:r><w:delText xml:space="preserve">{text}</w:delText></w:r>', author=author, tag=tag)


def document(*body):
    return f"<w:document {W}><w:body>{''.join(body)}</w:body></w:document>"


def word(
    *body, parts=None, raw=None, kind=f"{_TYPE}.document.main+xml", relation=f"{_RELATION}/officeDocument", **more
):
    """The bytes of a .docx. `more` are parts of word/ that the document points to by their kind: styles, numbering."""
    content = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{kind}"/></Types>',
        "_rels/.rels": _relations({"rId1": (relation, "word/document.xml")}),
        "word/document.xml": raw if raw is not None else document(*body),
        "word/_rels/document.xml.rels": _relations(
            {f"r{name}": (f"{_RELATION}/{name}", f"{name}.xml") for name in more if name != "custom"}
        ),
        **{f"word/{name}.xml": text for name, text in more.items()},
        **(parts or {}),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in content.items():
            if text is not None:
                file.writestr(name, text)
    return out.getvalue()


def _relations(each):
    rows = "".join(f'<Relationship Id="{id_}" Type="{kind}" Target="{to}"/>' for id_, (kind, to) in each.items())
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{rows}</Relationships>'


def numbering(*levels, extra="", nums='<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'):
    """A numbering part with one list; a level is (form, text) or (form, text, more XML)."""
    made = "".join(
        f'<w:lvl w:ilvl="{place}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>{"".join(more)}'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
        for place, (form, text, *more) in enumerate(levels)
    )
    return f'<w:numbering {W}><w:abstractNum w:abstractNumId="0">{made}</w:abstractNum>{extra}{nums}</w:numbering>'
