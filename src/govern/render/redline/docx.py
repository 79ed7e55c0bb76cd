"""A redline as a Word file with native tracked changes.

Built like a clean draft, from the same base document and with the same numbering, fields and bookmarks; what is on one
side only stands in `w:ins` or `w:del`, what moved in `w:moveTo` and `w:moveFrom`. Accepting all in Word gives the new
text, rejecting all the old one. Counsel's comments and open points are left out: a redline goes to the other side.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import partial

from lxml import etree
from lxml.etree import _Element as Element

from govern.contracts import (
    BlockChange,
    Change,
    Inline,
    Move,
    ParagraphChange,
    Pieces,
    Redline,
    Reference,
    RowChange,
    SectionChange,
    SignatureChange,
    TableChange,
    Text,
    compare_runs,
)
from govern.render.columns import column_widths
from govern.render.docx.document import finish, write_numbering
from govern.render.docx.flow import keep_together
from govern.render.docx.front import TOC
from govern.render.docx.numbers import CLAUSE_STYLES, number_properties
from govern.render.docx.parts import base_parts, custom_properties, page_parts
from govern.render.docx.places import Place, Places
from govern.render.docx.tables import (
    TEXT_WIDTH,
    SignatureSide,
    signature_block,
    signature_table,
    table_frame,
    table_row,
)
from govern.render.docx.text import runs
from govern.render.docx.xml import bold, el, field_end, field_start, paragraph, run, tab, to_bytes, w
from govern.render.redline.places import BothPlaces, block_places, properties_differ, survey_both
from govern.render.redline.words import party_parts, spaced_pieces
from govern.render.words import clean, say_status, signers

INSERTED, DELETED, MOVED_TO, MOVED_FROM = "ins", "del", "moveTo", "moveFrom"
_PLAIN = ""


@dataclass(frozen=True, slots=True)
class _View:
    """What is shown at a place, and in which revision; None is not shown there.

    Most places show both sides at once; each of the two places of what moved shows one side.
    """

    same: str
    removed: str | None
    added: str | None

    def tag(self, change: Change) -> str | None:
        return {Change.SAME: self.same, Change.REMOVED: self.removed, Change.ADDED: self.added}[change]

    def shows(self, old: object | None, new: object | None) -> bool:
        return self.tag(_sides(old, new)) is not None


_BOTH = _View(_PLAIN, DELETED, INSERTED)
_AWAY = _View(MOVED_FROM, DELETED, None)
_HERE = _View(MOVED_TO, None, INSERTED)
_MOVES = {Move.AWAY: _AWAY, Move.HERE: _HERE}
# Word moves no rows: a table that moved is deleted and inserted.
_ROWS = {_AWAY: _View(DELETED, DELETED, None), _HERE: _View(INSERTED, None, INSERTED)}


def write_redline_docx(redline: Redline, *, author: str, day: date) -> bytes:
    """The file's bytes; see `govern.render.render_redline_docx`."""
    places = survey_both(redline)
    writer = _Writer(redline, places, author, day)
    parts = base_parts(redline.new.tongue, letter=redline.new.letter)
    parts["word/document.xml"] = writer.document(parts["word/document.xml"])
    parts["word/numbering.xml"] = write_numbering(parts["word/numbering.xml"], places.lists)
    parts["docProps/custom.xml"] = custom_properties(redline.new)
    before, after = page_parts(redline.old), page_parts(redline.new)
    parts |= {name: writer.page_part(before[name], after[name]) for name in after}
    return finish(parts, redline.new)


class _Writer:
    """One file under way: hands out the numbers of revisions."""

    def __init__(self, redline: Redline, places: BothPlaces, author: str, day: date) -> None:
        self.redline = redline
        self.places = places
        self.author = clean(author)
        self.date = f"{day.isoformat()}T00:00:00Z"
        self.ids = places.next_id
        self.moves: dict[tuple[int, int], str] = {}

    def document(self, base: bytes) -> bytes:
        root = etree.fromstring(base, etree.XMLParser(remove_blank_text=True, resolve_entities=False))
        body = root[0]
        content = [*self.front(), paragraph("PartHeading", [run("Agreed terms")])]
        for section in self.redline.sections:
            content += self.section(section, annex=False)
        content += self.signatures()
        for section in self.redline.annexes:
            content += self.section(section, annex=True)
        body[:] = [*keep_together(content), body[-1]]
        return to_bytes(root)

    # --- revisions ----------------------------------------------------------------------------------------

    def revision(self, tag: str, *content: Element) -> Element:
        self.ids += 1
        return el(tag, *content, id=self.ids, author=self.author, date=self.date)

    def tracked(self, elements: Iterable[Element], tag: str) -> list[Element]:
        """The elements with their runs in a revision; bookmarks and links stay outside, as the schema wants."""
        if not tag:
            return list(elements)
        made: list[Element] = []
        waiting: list[Element] = []
        for each in [*elements, None]:
            if each is not None and each.tag == w("r"):
                waiting.append(_as_deleted(each) if tag == DELETED else each)
                continue
            if waiting:
                made.append(self.revision(tag, *waiting))
                waiting = []
            if each is not None:
                if each.tag == w("hyperlink"):
                    each[:] = self.tracked(list(each), tag)
                made.append(each)
        return made

    def marked(self, made: Element, tag: str) -> Element:
        """The paragraph with its mark, the end of the line, inserted, deleted or moved."""
        if tag:
            made[0].append(el("rPr", self.revision(tag)))
        return made

    def whole(self, elements: Iterable[Element], tag: str) -> list[Element]:
        """Finished paragraphs and tables as one insertion or deletion."""
        made = list(elements)
        for each in made:
            for row in each.iter(w("tr")):
                row[0].append(self.revision(tag))
            for line in each.iter(w("p")):
                line[1:] = self.tracked(line[1:], tag)
            if each.tag == w("p"):
                self.marked(each, tag)
        return made

    def pieces(self, pieces: Pieces, view: _View = _BOTH) -> list[Element]:
        """The runs of a line's pieces, each in what the view says."""
        made: list[Element] = []
        for piece in spaced_pieces(pieces):
            tag = view.tag(piece.change)
            if tag is None:
                continue
            new = piece.change is Change.ADDED or (piece.change is Change.SAME and view.removed is None)
            if tag:
                made += self.tracked(self.runs(piece.new if new else piece.old, new=new), tag)
            elif self.link_alike(piece.old, piece.new):
                made += self.runs(piece.new, new=True)
            else:
                made += self.tracked(self.runs(piece.old, new=False), DELETED)
                made += self.tracked(self.runs(piece.new, new=True), INSERTED)
        return made

    def runs(self, content: tuple[Inline, ...], *, new: bool) -> list[Element]:
        return runs(content, self.places.new if new else self.places.old)

    def link_alike(self, old: tuple[Inline, ...], new: tuple[Inline, ...]) -> bool:
        """Whether the references of two lines that say the same also point to the same."""
        return _targets(old, self.places.old) == _targets(new, self.places.new)

    def line(self, style: str, pieces: Pieces, *properties: Element, old: bool = True, new: bool = True) -> Element:
        """A paragraph without a number, on both sides or on one."""
        tag = _PLAIN if old and new else INSERTED if new else DELETED
        return self.marked(paragraph(style, self.pieces(pieces), *properties), tag)

    # --- the first pages ----------------------------------------------------------------------------------

    def front(self) -> list[Element]:
        redline = self.redline
        status = [f"{say_status(each)}  ·  Version {each.version}" for each in (redline.old, redline.new)]
        made = [
            self.line("CoverStatus", compare_runs((Text(status[0]),), (Text(status[1]),))),
            self.line("Title", redline.title.pieces),
            self.line("Subtitle", redline.subtitle.pieces),
            paragraph("CoverRule", []),
            *self.cover_parties(),
            *self.contents(),
            paragraph("PartHeading", [run("Parties")], el("pageBreakBefore"), el("spacing", before=0)),
        ]
        for party in redline.parties:
            sentence = [_bold(each) for each in self.pieces(party.name)]
            sentence += [each for part in party_parts(party) for each in self.pieces(part)]
            tag = _one_sided(party.old, party.new)
            made.append(self.marked(paragraph("Parties", sentence, el("jc", val="left")), tag))
        if redline.background:
            kept = [bool(each.background) for each in (redline.old, redline.new)]
            made.append(self.line("PartHeading", _words("Background", *kept), old=kept[0], new=kept[1]))
        return [
            *made,
            *(
                self.line("Background", line.pieces, old=line.old is not None, new=line.new is not None)
                for line in redline.background
            ),
        ]

    def cover_parties(self) -> list[Element]:
        made: list[Element] = []
        seen = [False, False]
        for party in self.redline.parties:
            there = [party.old is not None, party.new is not None]
            joined = [was and is_ for was, is_ in zip(seen, there, strict=True)]
            if any(joined):
                made.append(self.line("CoverAnd", _words("and", *joined), old=joined[0], new=joined[1]))
            role = (party.new or party.old).role  # type: ignore[union-attr]  # one of them is there
            made.append(self.line("CoverParty", party.name, old=there[0], new=there[1]))
            made.append(self.line("CoverRole", _words(role, *there), old=there[0], new=there[1]))
            seen = [was or is_ for was, is_ in zip(seen, there, strict=True)]
        return made

    def contents(self) -> list[Element]:
        """The table of contents with the entries of both sides. Its field ends in a line of its own, which stays."""
        sections = (*self.redline.sections, *self.redline.annexes)
        if not sections:
            return []
        there = [bool(each.sections or each.annexes) for each in (self.redline.old, self.redline.new)]
        tag = _one_sided(there[0] or None, there[1] or None)
        entries = [self.entry(section) for section in sections]
        entries[0][1:1] = self.tracked(field_start(TOC), tag)
        tiny = el("spacing", before=0, after=0, line=20, lineRule="exact")
        end = self.marked(paragraph("TOC1", self.tracked([field_end()], tag), tiny), tag)
        heading = self.marked(
            paragraph("FrontHeading", self.tracked([run("Contents")], tag), el("pageBreakBefore")), tag
        )
        gallery = el("docPartObj", el("docPartGallery", val="Table of Contents"), el("docPartUnique"))
        return [el("sdt", el("sdtPr", gallery), el("sdtContent", heading, *entries, end))]

    def entry(self, section: SectionChange) -> Element:
        old = section.old if section.move is not Move.HERE else None
        new = section.new if section.move is not Move.AWAY else None
        place = self.places.new.headings[new.anchor] if new else self.places.old.headings[old.anchor]  # type: ignore[union-attr]
        numbers = compare_runs((Text(old.number),) if old else (), (Text(new.number),) if new else ())
        title = compare_runs((Text(old.title),) if old else (), (Text(new.title),) if new else ())
        tag = _one_sided(old, new)
        inside = [*self.pieces(numbers), *self.tracked([tab()], tag), *self.pieces(title)]
        return self.marked(paragraph("TOC1", [el("hyperlink", *inside, anchor=place.bookmark, history=1)]), tag)

    # --- clauses and annexes ------------------------------------------------------------------------------

    def section(self, section: SectionChange, *, annex: bool) -> list[Element]:
        view = _MOVES[section.move] if section.move else _BOTH
        old = self.places.old.headings[section.old.anchor] if section.old else None
        new = self.places.new.headings[section.new.anchor] if section.new else None
        style = "AnnexHeading" if annex else "ClauseHeading"
        made = [self.numbered(style, section.title, (old, new), view, _sides(old, new))]
        for block, indices in zip(section.blocks, block_places(section), strict=True):
            made += self.block(block, section, indices, view, annex=annex)
        return self.range(made, section.move, (id(section.old), id(section.new)))

    def block(
        self, block: BlockChange, section: SectionChange, indices: tuple[int, int], view: _View, *, annex: bool
    ) -> list[Element]:
        if block.move and view in (_BOTH, _MOVES[block.move]):
            view = _MOVES[block.move]
        elif block.move or not view.shows(block.old, block.new):
            return []
        if isinstance(block, TableChange):
            return self.table(block, view)
        old = self.places.old.paragraphs.get((section.old.anchor, indices[0])) if section.old and block.old else None
        new = self.places.new.paragraphs.get((section.new.anchor, indices[1])) if section.new and block.new else None
        old, new = (None if block.move is Move.HERE else old), (None if block.move is Move.AWAY else new)
        made = self.numbered(_style(block, annex=annex), block.pieces, (old, new), view, _sides(block.old, block.new))
        nested = section.move is not None
        return self.range([made], None if nested else block.move, (id(block.old), id(block.new)))

    def range(self, content: list[Element], move: Move | None, key: tuple[int, int]) -> list[Element]:
        """The blocks of one place of a move between the marks that name it; both places have one name."""
        if move is None:
            return content
        name = self.moves.setdefault(key, f"move{len(self.moves) + 1}")
        tag = MOVED_FROM if move is Move.AWAY else MOVED_TO
        start = self.revision(f"{tag}RangeStart")
        start.set(w("name"), name)
        return [start, *content, el(f"{tag}RangeEnd", id=self.ids)]

    def numbered(
        self,
        style: str,
        pieces: Pieces,
        places: tuple[Place | None, Place | None],
        view: _View,
        sides: Change,
    ) -> Element:
        """A paragraph with the number that its places give it on each side."""
        old = places[0] if view.removed is not None else None
        new = places[1] if view.added is not None else None
        tag = view.tag(sides) or _PLAIN
        content = self.pieces(pieces, view)
        place = new or old
        if place is None:
            return self.marked(paragraph(style, content), tag)
        made = self.marked(paragraph(style, [], *number_properties(place.number)), tag)
        if old and new and properties_differ(old.number, new.number):
            before = el("pPr", el("pStyle", val=style), *number_properties(old.number))
            made[0].append(self.revision("pPrChange", before))
        made.extend(self.around(old, new, place, content, tag))
        return made

    def around(
        self, old: Place | None, new: Place | None, place: Place, content: list[Element], tag: str
    ) -> list[Element]:
        """The content within its bookmark, with numbers that are text on both sides."""
        before, after = (each.printed if each and each.number.text else "" for each in (old, new))
        start, end = el("bookmarkStart", id=place.id, name=place.bookmark), el("bookmarkEnd", id=place.id)
        if not before and not after:
            return [start, *content, end]
        if before == after or tag:
            number = self.tracked([run(after or before)], tag)
            return [start, *number, end, *self.tracked([run("\t")], tag), *content]
        gone = self.tracked([run(f"{before}\t")], DELETED) if before else []
        if not after:
            return [*gone, start, *content, end]
        return [
            *gone,
            start,
            *self.tracked([run(after)], INSERTED),
            end,
            *self.tracked([run("\t")], INSERTED),
            *content,
        ]

    def table(self, change: TableChange, view: _View) -> list[Element]:
        table = change.new or change.old
        assert table is not None
        widths = column_widths(table, TEXT_WIDTH)
        view = _ROWS.get(view, view)
        shown = [each for each in change.rows if view.shows(each.old, each.new)]
        rows = [self.row(change.header, widths, view, header=True), *(self.row(each, widths, view) for each in shown)]
        after = self.marked(paragraph("TableAfter", []), view.tag(_sides(change.old, change.new)) or _PLAIN)
        return [table_frame("AnnexTable", widths, rows), after]

    def row(self, change: RowChange, widths: list[int], view: _View, *, header: bool = False) -> Element:
        style = "TableHeading" if header else "TableText"
        cells = [[paragraph(style, self.pieces(cell, view))] for cell in change.cells]
        made = table_row(cells, widths, header=header)
        tag = view.tag(_sides(change.old, change.new))
        if tag:
            made[0].append(self.revision(tag))
        return made

    # --- signatures, headers and footers ------------------------------------------------------------------

    def signatures(self) -> list[Element]:
        redline = self.redline
        there = [bool(each.signature or each.signatures) for each in (redline.old, redline.new)]
        if not any(there):
            return []
        made = [self.line("PartHeading", _words("Signatures", *there), old=there[0], new=there[1])]
        if there[0] == there[1] and all(map(_same_lines, redline.signatures)):
            sides = [self.side(each) for each in redline.signatures]
            return [*made, *signature_block(self.pieces(redline.signature.pieces), sides, ())]
        for draft, new in ((redline.old, False), (redline.new, True)):
            block = signature_table(draft, partial(self.runs, new=new), ())
            made += self.whole(block, INSERTED if new else DELETED)
        return made

    def side(self, change: SignatureChange) -> SignatureSide:
        """One side of the block, with its changes; both drafts have the same lines there."""
        old, new = change.old, change.new
        assert old is not None and new is not None
        both = zip(signers(old), signers(new), strict=True)
        lines = [
            (self.pieces(compare_runs(one[0], other[0])), self.pieces(compare_runs(one[1], other[1])))
            for one, other in both
        ]
        return SignatureSide(new.role, self.pieces(change.name), lines, new.deed)

    def page_part(self, before: bytes, after: bytes) -> bytes:
        """A header or footer: a run that says something else is replaced."""
        old, new = etree.fromstring(before), etree.fromstring(after)
        runs_of = [[each for each in root.iter(w("r")) if each.find(w("t")) is not None] for root in (old, new)]
        if len(runs_of[0]) == len(runs_of[1]):
            for one, other in zip(*runs_of, strict=True):
                words = [_text_of(each) for each in (one, other)]
                if words[0] != words[1]:
                    at, parent = other.getparent().index(other), other.getparent()
                    parent[at : at + 1] = self.pieces(compare_runs((Text(words[0]),), (Text(words[1]),)))
        return to_bytes(new)


def _style(block: ParagraphChange, *, annex: bool) -> str:
    found = block.new or block.old
    assert found is not None
    if not found.number or found.level < 0:
        return "AnnexText" if annex else "ClauseText"
    return "Annex1" if annex and found.level == 0 else CLAUSE_STYLES[min(found.level, 2)]


def _same_lines(change: SignatureChange) -> bool:
    """Whether one side of the signature block has as many lines as it had."""
    if change.old is None or change.new is None or not change.same_form:
        return False
    return len(signers(change.old)) == len(signers(change.new))


def _sides(old: object | None, new: object | None) -> Change:
    """On which sides something stands: SAME is on both."""
    return Change.ADDED if old is None else Change.REMOVED if new is None else Change.SAME


def _one_sided(old: object | None, new: object | None) -> str:
    return _BOTH.tag(_sides(old, new)) or _PLAIN


def _words(text: str, old: bool, new: bool) -> Pieces:
    return compare_runs((Text(text),) if old else (), (Text(text),) if new else ())


def _targets(content: tuple[Inline, ...], places: Places) -> list[tuple[str, bool]]:
    """The bookmarks of the references in a line, and whether each repeats a number that is text."""
    chains = [places.chains.get(each.target, ()) for each in content if isinstance(each, Reference)]
    return [(place.bookmark, bool(place.number.text)) for chain in chains for place in chain]


def _bold(each: Element) -> Element:
    """A run in bold, also within a revision."""
    for made in each.iter(w("r")):
        bold(made)
    return each


def _as_deleted(each: Element) -> Element:
    for tag, deleted in (("t", "delText"), ("instrText", "delInstrText")):
        for text in list(each.iter(w(tag))):
            text.tag = w(deleted)
    return each


def _text_of(each: Element) -> str:
    return "".join("\t" if part.tag == w("tab") else part.text or "" for part in each if part.tag in (w("t"), w("tab")))
