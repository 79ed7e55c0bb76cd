"""A realistic draft, made by hand: a processing agreement of some twenty pages, with blanks and open choices.

The text is frozen in `sample_dpa.txt`, so that the golden files change only when a writer does. Its marks
are those of clause files; `[[label=default]]` is a value, and a label without default is looked up below or
stays a blank.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

from govern.contracts import (
    Blank,
    Block,
    Definition,
    Draft,
    Filled,
    Inline,
    Note,
    OpenChoice,
    OpenPoint,
    Paragraph,
    PartyBlock,
    Reference,
    Section,
    SignatureParty,
    Table,
    Text,
    Use,
)

SOURCE = Path(__file__).with_name("sample_dpa.txt")
VALUES = {
    "effective date": "1 December 2026",
    "title and date of the main agreement": "Master Services Agreement of 3 November 2026",
    "client's name": "Universitätsklinikum Nordstadt",
    "supplier's name": "Lakshya Annotation Services Private Limited",
    "client's address": "Klinikallee 12, 30167 Hannover",
    "supplier's address": "Outer Ring Road 44, Bengaluru 560103",
    "client's country": "Germany",
    "supplier's country": "India",
    "client's registration": "HRA 204417, Amtsgericht Hannover",
    "client's contact": "Radiology Data Office",
    "supplier's contact": "Delivery Management",
    "client's privacy contact": "datenschutz@nordstadt.example",
    "supplier's privacy contact": "privacy@lakshya.example",
    "contact to which security incidents are reported": "soc@nordstadt.example",
    "client's data protection officer": "Dr. Jana Möller",
    "country or state whose law governs": "Germany",
    "subject matter of the processing": "Annotation of computed tomography scans",
    "nature of the processing": "viewing, segmenting, labelling and quality review of images",
    "kinds of item": "DICOM series with headers",
    "categories of data": "images, patient identifiers in headers, dates of examination, device data",
    "categories of people": "patients",
    "approximate number of items": "50,000",
    "approximate number of people": "18,000",
    "countries of storage": "Germany",
    "countries in which people view the data": "India",
    "module of the Standard Contractual Clauses": "Module Two (controller to processor)",
    "subprocessors.name": "Meghna Cloud Workspace Ltd",
    "subprocessors.country": "Ireland",
    "subprocessors.task": "virtual desktops",
    "subprocessors.data_seen": "all items, in encrypted form",
}
_MARK = re.compile(
    r'\*\*"(?P<define>[^"]+)"\*\*|==(?P<use>[^=]+)==|\[\[(?P<slot>[^\]]+)\]\]|\{ref:(?P<ref>[^}]+)\}|<(?P<choice>[^>]+)>'
)
_ROMAN = ("", "I", "II", "III", "IV", "V", "VI")
_LOWER = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x")


def parse(text: str) -> tuple[Inline, ...]:
    runs: list[Inline] = []
    end = 0
    for match in _MARK.finditer(text):
        if text[end : match.start()]:
            runs.append(Text(text[end : match.start()]))
        runs.append(_inline(match))
        end = match.end()
    return (*runs, Text(text[end:])) if text[end:] else tuple(runs)


def _inline(match: re.Match[str]) -> Inline:
    kind, value = str(match.lastgroup), match.group(str(match.lastgroup))
    if kind == "slot":
        label, _, default = value.rpartition("=")
        text = default or VALUES.get(label, "")
        return Filled(label, text, "some.fact") if text else Blank(label, label, "some.fact")
    return {"define": Definition, "use": Use, "ref": Reference, "choice": OpenChoice}[kind](value)


def _blocks(lines: list[str], anchor: str, section: str) -> Iterator[Block]:
    counts = [0, 0, 0]
    table: list[tuple[tuple[Inline, ...], ...]] = []
    for line in [*lines, ""]:
        if line.startswith("|"):
            if not set(line) <= set("|- "):
                table.append(tuple(parse(cell.strip()) for cell in line.strip("|").split("|")))
            continue
        if table:
            yield Table(table[0], tuple(table[1:]))
            table = []
        if not line.strip():
            continue
        item = re.match(r"( *)- (.*)", line)
        level = 0 if line.startswith("{#") else -1
        text = line
        if item:
            level, text = (2 if item[1] else 1), item[2]
        named = re.match(r"\{#(\w+)\}\s*(.*)", text)
        if named:
            text = named[2]
        number = ""
        if level >= 0:
            counts[level] += 1
            counts[level + 1 :] = [0] * (2 - level)
            number = (
                (f"{section}.{counts[0]}" if section else "")
                if level == 0
                else f"({chr(96 + counts[1])})"
                if level == 1
                else f"({_LOWER[counts[2]]})"
            )
        yield Paragraph(f"{anchor}#{named[1]}" if named else None, level, number, parse(text))


def _sections() -> Iterator[Section]:
    clauses = annexes = 0
    for chunk in re.split(r"^# ", SOURCE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        head, *lines = chunk.splitlines()
        anchor, title, note = (each.strip() for each in head.split("|", 2))
        annex = anchor.startswith("annex.")
        clauses, annexes = clauses + (not annex), annexes + annex
        number = f"Annex {_ROMAN[annexes]}" if annex else str(clauses)
        blocks = tuple(_blocks(lines, anchor, "" if annex else number))
        law = f"{note}\nRequired by GDPR-28.3: Art. 28(3); applies because the vendor processes personal data."
        yield Section(
            anchor,
            "annex" if annex else "clause",
            number,
            title,
            blocks,
            anchor,
            "1.0.0",
            Note(law),
            ("GDPR-28.3",),
        )


def _numbers(sections: tuple[Section, ...]) -> dict[str, str]:
    words: dict[str, str] = {}
    for section in sections:
        annex = section.kind == "annex"
        words[section.anchor] = section.number if annex else f"Clause {section.number}"
        parent, item = words[section.anchor], ""
        for block in section.blocks:
            if isinstance(block, Paragraph):
                if block.level == 0 and block.number:
                    parent = f"Clause {block.number}"
                item = block.number if block.level == 1 else item
                tail = {1: block.number, 2: item + block.number}.get(block.level, "")
                if block.anchor:
                    words[block.anchor] = parent + tail
    return words


def _resolve(section: Section, words: dict[str, str]) -> Section:
    def runs(content: tuple[Inline, ...]) -> tuple[Inline, ...]:
        return tuple(Reference(run.target, words[run.target]) if isinstance(run, Reference) else run for run in content)

    def block(each: Block) -> Block:
        if isinstance(each, Paragraph):
            return replace(each, content=runs(each.content))
        return replace(each, rows=tuple(tuple(runs(cell) for cell in row) for row in each.rows))

    return replace(section, blocks=tuple(block(each) for each in section.blocks))


def _open_points(sections: tuple[Section, ...]) -> Iterator[OpenPoint]:
    for section in sections:
        for block in section.blocks:
            cells = (block.content,) if isinstance(block, Paragraph) else (cell for row in block.rows for cell in row)
            for run in (run for cell in cells for run in cell):
                if isinstance(run, Blank):
                    yield OpenPoint("blank", run.label, section.anchor, run.fact)
                if isinstance(run, OpenChoice):
                    yield OpenPoint("choice", run.text, section.anchor)


def make_draft(status: str = "draft") -> Draft:
    found = tuple(_sections())
    words = _numbers(found)
    found = tuple(_resolve(section, words) for section in found)
    hospital, vendor = VALUES["client's name"], VALUES["supplier's name"]
    return Draft(
        document="dpa",
        version="1.0.0",
        title="Data Processing Agreement",
        subtitle="under Article 28 of Regulation (EU) 2016/679, for outsourced AI training data",
        status=status,
        day=date(2026, 11, 24),
        project="hospital-ct-scans",
        parties=(
            PartyBlock(
                "Controller",
                (Filled("client.name", hospital, "client.name"),),
                (
                    ("Address", (Filled("client.address", VALUES["client's address"], "client.address"),)),
                    ("Registration", (Filled("client.registration", VALUES["client's registration"], "x"),)),
                ),
            ),
            PartyBlock(
                "Processor",
                (Filled("vendor.name", vendor, "vendor.name"),),
                (
                    ("Address", (Filled("vendor.address", VALUES["supplier's address"], "vendor.address"),)),
                    (
                        "Registration",
                        (Blank("vendor.registration", "supplier's registration", "vendor.registration"),),
                    ),
                ),
            ),
        ),
        background=(
            parse("The ==Controller== develops models that find lung nodules in computed tomography scans."),
            parse("The ==Processor== annotates images and will see ==Personal Data== of patients when it does so."),
            parse("Article 28(3) of the ==GDPR== requires the parties to set out that processing in a contract."),
        ),
        sections=tuple(each for each in found if each.kind == "clause"),
        annexes=tuple(each for each in found if each.kind == "annex"),
        signature=parse("Each party signs through its authorised representative. Electronic signatures count."),
        signatures=(
            SignatureParty(
                "Controller",
                (Filled("client.name", hospital, "client.name"),),
                (Filled("client.signatory", "Prof. Dr. Henrike Vogt", "client.signatory"),),
                (Filled("client.signatory_title", "Medical Director", "client.signatory_title"),),
            ),
            SignatureParty(
                "Processor",
                (Filled("vendor.name", vendor, "vendor.name"),),
                (Blank("vendor.signatory", "supplier's signatory", "vendor.signatory"),),
                (
                    Blank(
                        "vendor.signatory_title",
                        "title of the supplier's signatory",
                        "vendor.signatory_title",
                    ),
                ),
            ),
        ),
        open_points=(
            *_open_points(found),
            OpenPoint("term", "no clause carries the required term `dpa.certification`", "dpa.certification"),
        ),
        terms=("dpa.instructions",),
        clauses={each.clause: each.version for each in found},
        digest="3f2ac0de9b1f4d7788aa55ee10c2b4f6d8e0a1b2c3d4e5f60718293a4b5c6d7e",
    )
