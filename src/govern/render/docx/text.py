"""Runs of the tree as runs of Word, and the blocks of clauses."""

from collections.abc import Iterable

from lxml.etree import _Element as Element

from govern.contracts import (
    Blank,
    Block,
    Definition,
    Filled,
    Inline,
    OpenChoice,
    Paragraph,
    Reference,
    Section,
    Use,
    spaced,
)
from govern.render.docx.numbers import CLAUSE_STYLES, number_properties
from govern.render.docx.places import Places
from govern.render.docx.tables import TEXT_WIDTH, annex_table
from govern.render.docx.xml import el, paragraph, run
from govern.render.words import stretches, words_of


def runs(content: Iterable[Inline], places: Places) -> list[Element]:
    """Inline content; each kind has its own character style, and a blank is highlighted as a pen would do it."""
    made: list[Element] = []
    for each in spaced(content):
        match each:
            case Reference():
                made += places.reference(each)
            case Definition():
                made.append(run(words_of(each), "DefinedTerm"))
            case Use():
                made.append(run(words_of(each), "TermUse"))
            case Filled():
                made.append(run(words_of(each), "FilledValue"))
            case Blank():
                made.append(run(words_of(each), "Blank", el("highlight", val="yellow")))
            case OpenChoice():
                made.append(run(words_of(each), "OpenChoice"))
            case _:
                made.append(run(words_of(each)))
    return made


def section_blocks(section: Section, places: Places, *, annex: bool, width: int = TEXT_WIDTH) -> list[Element]:
    """The heading of a clause or annex and all that stands under it."""
    place = places.headings[section.anchor]
    style = "AnnexHeading" if annex else "ClauseHeading"
    made = [paragraph(style, place.around([run(section.title)]), *number_properties(place.number))]
    for index, block in enumerate(section.blocks):
        made += _block(block, section.anchor, index, places, annex=annex, width=width)
    return made


def _block(block: Block, anchor: str, index: int, places: Places, *, annex: bool, width: int) -> list[Element]:
    if not isinstance(block, Paragraph):
        return annex_table(block, lambda cell: runs(cell, places), width)
    content = runs(block.content, places)
    place = places.paragraphs.get((anchor, index))
    if place is None:
        return [paragraph("AnnexText" if annex else "ClauseText", content, *ragged(block.content))]
    style = "Annex1" if annex and block.level == 0 else CLAUSE_STYLES[min(block.level, 2)]
    return [paragraph(style, place.around(content), *number_properties(place.number), *ragged(block.content))]


def ragged(content: Iterable[Inline]) -> list[Element]:
    """The alignment of a paragraph that must not be justified; nothing for the others, whose style has it."""
    return [el("jc", val="left")] if stretches(content) else []
