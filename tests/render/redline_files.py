"""The sample draft after a negotiation, and how to look into a Word file paragraph by paragraph."""

import io
import re
import zipfile
from dataclasses import replace

from lxml import etree

from govern.contracts import Filled, Note, Paragraph, Reference, Section, Table, Text, Use

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_TEXT = (f"{W}t", f"{W}instrText", f"{W}tab", f"{W}br")
NEW = Section(
    "dpa.escrow",
    "clause",
    "",
    "Escrow of models",
    (
        Paragraph(
            "dpa.escrow#keep",
            0,
            "",
            (Text("The "), Use("Processor"), Text(" must keep each model for "), Filled("days", "30", None), Text(".")),
        ),
        Paragraph(None, 1, "(a)", (Text("with a third party;"),)),
    ),
    "dpa.escrow",
    "1.0.0",
    Note("new"),
)


def negotiated(draft):
    """Words changed, a clause out, one in, one moved, rows of tables changed; all that counts counts anew."""
    sections = list(draft.sections)
    sections[1] = _each(sections[1], lambda text: text.replace("must", "shall"))
    gone = sections.pop(5)
    sections.insert(3, sections.pop(9))
    sections.insert(8, NEW)
    numbers = {}
    counted = tuple(_count(section, str(at), numbers) for at, section in enumerate(sections, start=1))
    annexes = [replace(draft.annexes[0], blocks=tuple(map(_edit_table, draft.annexes[0].blocks))), *draft.annexes[1:]]
    return replace(
        draft,
        version="1.1.0",
        title=f"{draft.title} (amended)",
        sections=tuple(_refer(section, numbers, gone.anchor) for section in counted),
        annexes=tuple(_refer(section, numbers, gone.anchor) for section in annexes),
    )


def _each(section, change):
    def runs(content):
        return tuple(Text(change(run.text)) if isinstance(run, Text) else run for run in content)

    return replace(section, blocks=tuple(replace(block, content=runs(block.content)) for block in section.blocks))


def _count(section, number, numbers):
    """The section under another number; `numbers` learns what references say."""
    numbers[section.anchor] = f"Clause {number}"
    blocks, above = [], 0
    for block in section.blocks:
        if isinstance(block, Paragraph) and block.level == 0:
            above += 1
            block = replace(block, number=f"{number}.{above}")  # noqa: PLW2901
            if block.anchor:
                numbers[block.anchor] = f"Clause {block.number}"
        blocks.append(block)
    return replace(section, number=number, blocks=tuple(blocks))


def _refer(section, numbers, gone):
    def run(each):
        if not isinstance(each, Reference):
            return each
        if each.target.partition("#")[0] == gone:
            return Text("the former clause")
        return Reference(each.target, numbers.get(each.target, each.text))

    def block(each):
        if isinstance(each, Paragraph):
            return replace(each, content=tuple(map(run, each.content)))
        return Table(each.header, tuple(tuple(tuple(map(run, cell)) for cell in row) for row in each.rows))

    return replace(section, blocks=tuple(map(block, section.blocks)))


def _edit_table(block):
    if not isinstance(block, Table) or len(block.rows) < 4:
        return block
    first, _, third, *rest = block.rows
    changed = (third[0], *[(Text("a new value"),)] * (len(third) - 1))
    return Table(block.header, (first, changed, *rest, ((Text("Extra"),),) * len(block.header)))


def root_of(file, part="word/document.xml"):
    with zipfile.ZipFile(io.BytesIO(file)) as package:
        return etree.fromstring(package.read(part))


def paragraphs(file, part="word/document.xml", *, exact=False):
    """(style, text with its field codes, in a table, indent) of each paragraph that says anything.

    Bookmarks have other names where a file has two drafts in it; with `exact` they count.
    """
    found = []
    for each in root_of(file, part).iter(f"{W}p"):
        text = "".join(map(_text, (run for run in each.iter(*_TEXT) if run.getparent().tag != f"{W}tabs"))).rstrip()
        text = text if exact else re.sub(r"_(Ref|Was)\d+", "_R", text)
        properties = each.find(f"{W}pPr")
        indent = [etree.tostring(child) for child in properties.iter(f"{W}ind")]
        in_table = any(parent.tag == f"{W}tc" for parent in each.iterancestors())
        if text:
            found.append((properties.find(f"{W}pStyle").get(f"{W}val"), text, in_table, indent))
    return found


def _text(run):
    return {f"{W}tab": "\t", f"{W}br": "\n"}.get(run.tag) or run.text or ""
