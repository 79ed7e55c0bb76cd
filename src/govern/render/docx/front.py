"""The first pages: title page, contents, open points, parties and background."""

from collections.abc import Mapping

from lxml.etree import _Element as Element

from govern.contracts import Draft, PartyBlock, Section
from govern.render.docx.places import Places
from govern.render.docx.tables import TEXT_WIDTH, open_points_box
from govern.render.docx.text import runs
from govern.render.docx.xml import bold, el, field, field_end, field_start, paragraph, run, tab, w
from govern.render.words import say_detail, say_status, show_open_points

TOC = 'TOC \\o "1-1" \\h \\z \\u'
"""The field of the contents: headings of level 1, as links."""

_NUMBER_WIDTH = 1361  # twips: 24 mm, as in our own style TOC1


def front(
    draft: Draft, places: Places, pages: Mapping[str, int], *, clean_copy: bool, width: int = TEXT_WIDTH
) -> list[Element]:
    """Everything before the first clause."""
    made = [*_title_page(draft, places), *_contents(draft, places, pages)]
    if show_open_points(draft) and not clean_copy:
        made += open_points_box(draft, width)
    made.append(paragraph("PartHeading", [run("Parties")], el("pageBreakBefore"), el("spacing", before=0)))
    made += [paragraph("Parties", _party(party, places), el("jc", val="left")) for party in draft.parties]
    if draft.background:
        made.append(paragraph("PartHeading", [run("Background")]))
        made += [paragraph("Background", runs(each, places)) for each in draft.background]
    return [*made, paragraph("PartHeading", [run("Agreed terms")])]


def _title_page(draft: Draft, places: Places) -> list[Element]:
    made = [
        paragraph("CoverStatus", [run(f"{say_status(draft)}  ·  Version {draft.version}")]),
        paragraph("Title", [run(draft.title)]),
        paragraph("Subtitle", [run(draft.subtitle)]),
        paragraph("CoverRule", []),
    ]
    for place, party in enumerate(draft.parties):
        if place:
            made.append(paragraph("CoverAnd", [run("and")]))
        made.append(paragraph("CoverParty", runs(party.name, places)))
        made.append(paragraph("CoverRole", [run(party.role)]))
    return made


def _party(party: PartyBlock, places: Places) -> list[Element]:
    """A party in one sentence: the name in bold, its details, and how the document calls it."""
    made = [bold(each) for each in runs(party.name, places)]
    for label, value in party.details:
        made += [run(f", {say_detail(label)} "), *runs(value, places)]
    return [*made, run(" (the "), run(f"“{party.role}”", "DefinedTerm"), run(").")]


def _contents(draft: Draft, places: Places, pages: Mapping[str, int]) -> list[Element]:
    """The table of contents: a field whose result is filled in from the tree, one link an entry.

    Page numbers are known to Word's layout alone: they stand here only if the caller gives them, else Word puts them in
    when it updates the field. So no wrong number is ever printed.
    """
    sections = (*draft.sections, *draft.annexes)
    if not sections:
        return []
    entries = [[_entry(section, places, pages)] for section in sections]
    entries[0] = [*field_start(TOC), *entries[0]]
    entries[-1].append(field_end())
    heading = paragraph("FrontHeading", [run("Contents")], el("pageBreakBefore"))
    made = [heading, *(paragraph("TOC1", entry) for entry in entries)]
    gallery = el("docPartObj", el("docPartGallery", val="Table of Contents"), el("docPartUnique"))
    return [el("sdt", el("sdtPr", gallery), el("sdtContent", *made))]


def _entry(section: Section, places: Places, pages: Mapping[str, int]) -> Element:
    bookmark = places.headings[section.anchor].bookmark
    inside = [run(section.number), tab(), run(section.title)]
    if section.anchor in pages:
        inside += [tab(), *field(f"PAGEREF {bookmark} \\h", [run(str(pages[section.anchor]))])]
    return el("hyperlink", *inside, anchor=bookmark, history=1)


def align_contents(root: Element, width: int) -> None:
    """Give the entries of the contents our tabs: a base's own style for them knows no "Annex VIII"."""
    for style in root.iter(w("pStyle")):
        if style.get(w("val")) == "TOC1":
            edge = el("tab", val="right", leader="dot", pos=width)
            style.addnext(el("tabs", el("tab", val="left", pos=_NUMBER_WIDTH), edge))
            style.getnext().addnext(el("ind", left=_NUMBER_WIDTH, hanging=_NUMBER_WIDTH))
