"""A .docx as plain paragraphs: effective numbers, tracked changes, comments, bookmarks, properties.

The body is walked without recursion over paragraphs, so that nothing nested can exhaust the stack. What a reader of the
page does not see is left out (hidden text, field codes), and so is what he sees struck through; what he sees is in
(results of fields, text boxes, footnotes, formulas). What cannot be read is named.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from lxml import etree
from lxml.etree import _Element as Element

from govern.errors import RefusedError
from govern.exchange.package import Package, open_package
from govern.exchange.word_numbers import Numbering, Style, default_style, read_numbering, read_styles
from govern.exchange.word_xml import moment, toggled, val, w
from govern.review import Cell, Change, Comment, PaperParagraph, WordParagraph, WordText

MAX_PARAGRAPHS = 60_000
MAX_TABLES = 3_000
MAX_DEPTH = 60

_COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_ALTERNATE = f"{_COMPATIBILITY}AlternateContent"
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_FORMULAS = (f"{_MATH}oMath", f"{_MATH}oMathPara")
_NOTES = {w("footnoteReference"): "footnote", w("endnoteReference"): "endnote"}
_PICTURES = {w("drawing"): "a picture", w("pict"): "a picture", w("object"): "an embedded object"}
_CUSTOM = "{http://schemas.openxmlformats.org/officeDocument/2006/custom-properties}property"
_INSERTED = (w("ins"), w("moveTo"))
_DELETED = (w("del"), w("moveFrom"))
_INSIDE = frozenset(map(w, ("hyperlink", "smartTag", "fldSimple", "dir", "bdo", "customXml", "sdt", "sdtContent")))
_AROUND = frozenset(map(w, ("body", "sdt", "sdtContent", "customXml", "ins", "del", "moveFrom", "moveTo", "tr", "tc")))
_CHARACTERS = {w("tab"): "\t", w("cr"): "\n", w("noBreakHyphen"): "-", w("softHyphen"): "", w("sym"): "\ufffd"}


@dataclass(frozen=True, slots=True)
class _Around:
    """What the runs inside of an element are: part of a tracked insertion, of a deletion, or of neither."""

    inserted: Element | None = None
    deleted: Element | None = None


@dataclass
class _Lines:
    """A paragraph while it is read."""

    accepted: list[str] = field(default_factory=list)
    rejected: list[str] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    bookmarks: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    struck: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    def add(self, text: str, around: _Around) -> None:
        if around.deleted is None:
            self.accepted.append(text)
        if around.inserted is None:
            self.rejected.append(text)
        for kind, element in (("inserted", around.inserted), ("deleted", around.deleted)):
            if element is not None and text:
                self._change(Change(kind, text, element.get(w("author"), ""), moment(element)))

    def _change(self, change: Change) -> None:
        """Runs of one change are one change to the reader."""
        last = self.changes[-1] if self.changes else None
        if last is not None and replace(last, text="") == replace(change, text=""):
            self.changes[-1] = replace(last, text=last.text + change.text)
        else:
            self.changes.append(change)


def read_word(data: bytes, *, name: str) -> WordText:
    """Read a .docx. Raises RefusedError or ContentError as `open_package`; linear in the file."""
    return read_package(open_package(data, name=name))


def read_package(package: Package) -> WordText:
    """The text of an open package."""
    document = package.find_xml(package.document)
    assert document is not None
    styles_part = package.related("styles")
    styles = read_styles(styles_part)
    reader = _Reader(
        package.name, styles, default_style(styles_part), read_numbering(package.related("numbering"), styles)
    )
    body = document.find(w("body"))
    paragraphs = tuple(reader.read(each, cell) for each, cell in reader.walk(body)) if body is not None else ()
    if not reader.pages:
        paragraphs = tuple(replace(each, page=None) for each in paragraphs)
    notes = tuple(_read_notes(package, reader))
    remarks = tuple(words for words, found in _REMARKS if any(found(each) for each in paragraphs))
    foreign = tuple(reader.foreign)
    remarks += tuple(f"{each} cannot be read" for each in dict.fromkeys(foreign))
    comments = tuple(_comments(package, reader))
    edges = tuple(_read_edges(package, reader))
    return WordText(package.name, paragraphs, comments, _properties(package), notes, remarks, edges, foreign)


_REMARKS: tuple[tuple[str, Callable[[WordParagraph], object]], ...] = (
    ("hidden text was left out", lambda each: each.hidden),
    ("text that is struck through was left out", lambda each: each.struck),
    ("a picture or an embedded object cannot be read", lambda each: each.unread),
)


def find_ordinals(package: Package) -> list[int]:
    """Which of all `w:p` elements of the main part each paragraph of its text is, in the order of the text."""
    document = package.find_xml(package.document)
    body = document.find(w("body")) if document is not None else None
    if document is None or body is None:
        return []
    places = {paragraph: place for place, paragraph in enumerate(document.iter(w("p")))}
    reader = _Reader(package.name, {}, "", Numbering({}, {}))
    return [places[paragraph] for paragraph, _ in reader.walk(body)]


@dataclass
class _Reader:
    name: str
    styles: dict[str, Style]
    default: str
    numbering: Numbering
    page: int = 1
    pages: bool = False
    tables: int = 0
    foreign: list[str] = field(default_factory=list)
    """What stands between the paragraphs and cannot be read."""
    about: dict[str, list[str]] = field(default_factory=dict)
    open_comments: set[str] = field(default_factory=set)
    fields: list[list[str]] = field(default_factory=list)
    """Fields that are open: the state of each ("code" or "result") and its instruction."""

    def walk(self, body: Element) -> Iterator[tuple[Element, Cell | None]]:
        """All paragraphs in order, those of tables and text boxes too."""
        for count, found in enumerate(self._paragraphs(body)):
            if count >= MAX_PARAGRAPHS:
                raise RefusedError(f"there are more than {MAX_PARAGRAPHS:,} paragraphs", where=self.name)
            yield found

    def _paragraphs(self, body: Element) -> Iterator[tuple[Element, Cell | None]]:
        stack = [self._children(body, None)]
        while stack:
            child, cell = next(stack[-1], (None, None))
            if child is None:
                stack.pop()
                continue
            if len(stack) > MAX_DEPTH:
                raise RefusedError(f"tables or boxes lie more than {MAX_DEPTH} deep in each other", where=self.name)
            if child.tag == w("p"):
                yield child, cell
                stack.extend(self._children(box, cell) for box in reversed(_boxes(child)))
            elif child.tag == w("tbl"):
                stack.append(self._cells(child, cell))
            elif child.tag in _AROUND:
                stack.append(self._children(child, cell))
            elif child.tag == _ALTERNATE:
                stack.append(self._children(_chosen(child), cell))
            elif child.tag == w("altChunk"):
                self.foreign.append("a document that is put in (altChunk)")

    def _children(self, parent: Element, cell: Cell | None) -> Iterator[tuple[Element, Cell | None]]:
        return ((child, cell) for child in parent)

    def _cells(self, table: Element, outer: Cell | None) -> Iterator[tuple[Element, Cell | None]]:
        """The content of a table cell by cell; a table in a cell keeps the place of that cell."""
        self.tables += 1
        if self.tables > MAX_TABLES:
            raise RefusedError(f"there are more than {MAX_TABLES:,} tables", where=self.name)
        number = self.tables - 1
        for row, each in enumerate(_descend(table, w("tr"))):
            for column, cell in enumerate(_descend(each, w("tc"))):
                yield from self._children(cell, outer or Cell(number, row, column))

    def read(self, paragraph: Element, cell: Cell | None = None) -> WordParagraph:
        """One paragraph, counted."""
        properties = paragraph.find(w("pPr"))
        style = val(properties.find(w("pStyle"))) if properties is not None else ""
        style = style or self.default
        known = self.styles.get(style, Style())
        contents = self._in_contents() or known.name.lower().startswith("toc ")
        page = self.page
        lines = _Lines()
        self._inline(paragraph, lines, known, _row_change(paragraph) if cell is not None else _Around())
        contents = contents or self._in_contents()
        mark, gone = self._mark(properties)
        accepted, rejected = _text(lines.accepted), _text(lines.rejected)
        item = self.numbering.find_item(properties, style)
        vanished = gone and not accepted.strip()
        number = self.numbering.count(item) if item is not None and not vanished else ""
        outline = self._outline(properties, known)
        return WordParagraph(
            accepted,
            rejected,
            number,
            item.level if item is not None else outline if outline is not None else 0,
            outline is not None,
            style,
            page,
            cell,
            mark,
            tuple(lines.changes),
            tuple(lines.bookmarks),
            tuple(lines.comments),
            contents,
            tuple(lines.notes),
            _text(lines.hidden),
            _text(lines.struck),
            tuple(lines.unread),
        )

    def _mark(self, properties: Element | None) -> tuple[str, bool]:
        """What happened to the paragraph's end, and whether it is gone if all is accepted."""
        own = properties.find(w("rPr")) if properties is not None else None
        if own is None:
            return "", False
        inserted = any(own.find(tag) is not None for tag in _INSERTED)
        deleted = any(own.find(tag) is not None for tag in _DELETED)
        return "deleted" if deleted else "inserted" if inserted else "", deleted

    def _outline(self, properties: Element | None, known: Style) -> int | None:
        own = val(properties.find(w("outlineLvl"))) if properties is not None else ""
        level = int(own) if own.isascii() and own.isdecimal() else known.outline
        if level is None and known.name.lower() in ("title", "subtitle"):
            return 0
        return level if level is not None and level < 9 else None

    def _in_contents(self) -> bool:
        return any(each[0] == "result" and each[1].strip().upper().startswith("TOC") for each in self.fields)

    def _inline(self, paragraph: Element, lines: _Lines, style: Style, outer: _Around) -> None:
        stack: list[tuple[Iterator[Element], _Around]] = [(iter(paragraph), outer)]
        while stack:
            children, around = stack[-1]
            child = next(children, None)
            if child is None:
                stack.pop()
                continue
            if len(stack) > MAX_DEPTH:
                raise RefusedError(f"a paragraph is nested more than {MAX_DEPTH} deep", where=self.name)
            tag = child.tag
            if tag == w("r"):
                self._run(child, lines, style, around)
            elif tag == _ALTERNATE:
                stack.append((iter(_chosen(child)), around))
            elif tag in _FORMULAS:
                lines.add("".join(each.text or "" for each in child.iter(f"{_MATH}t")), around)
            elif tag in _INSERTED:
                stack.append((iter(child), replace(around, inserted=child)))
            elif tag in _DELETED:
                stack.append((iter(child), replace(around, deleted=child)))
            elif tag in _INSIDE:
                stack.append((iter(child), around))
            elif tag == w("bookmarkStart"):
                lines.bookmarks.append(child.get(w("name"), ""))
            elif tag == w("commentRangeStart"):
                self.open_comments.add(child.get(w("id"), ""))
                lines.comments.append(child.get(w("id"), ""))
            elif tag == w("commentRangeEnd"):
                self.open_comments.discard(child.get(w("id"), ""))

    def _run(self, run: Element, lines: _Lines, style: Style, around: _Around) -> None:
        said = "".join(each.text or "" for each in run if each.tag == w("t"))
        if self._looks(run, style, "hidden", "vanish"):
            lines.hidden += [said] if said else []
            return
        if said and self._looks(run, style, "struck", "strike", "dstrike"):
            lines.struck.append(said)
            return
        for child in run:
            tag = child.tag
            if tag == w("fldChar"):
                self._field(child)
            elif tag == w("instrText"):
                if self.fields and self.fields[-1][0] == "code":
                    self.fields[-1][1] += child.text or ""
            elif tag == w("lastRenderedPageBreak") or (tag == w("br") and child.get(w("type")) == "page"):
                self.pages = self.pages or tag == w("lastRenderedPageBreak")
                self.page += tag == w("lastRenderedPageBreak")
            elif not any(each[0] == "code" for each in self.fields):
                self._text(child, lines, around)

    def _text(self, child: Element, lines: _Lines, around: _Around) -> None:
        tag = child.tag
        if tag in (w("t"), w("delText")):
            text = child.text or ""
        elif tag == w("br"):
            text = "\n"
        elif tag == w("ruby"):  # the letters above the line are read after those that they stand above
            base, above = ("".join(_words_of(child, name)) for name in ("rubyBase", "rt"))
            text = f"{base} ({above})" if above else base
        else:
            text = _CHARACTERS.get(tag, "")
        if text:
            lines.add(text, around)
            for id_ in self.open_comments:
                self.about.setdefault(id_, []).append(text)
        elif tag == w("commentReference"):
            lines.comments += [id_] if (id_ := child.get(w("id"), "")) not in lines.comments else []
        elif tag in _NOTES:
            lines.notes.append(f"{_NOTES[tag]} {child.get(w('id'), '')}")
        elif tag == _ALTERNATE:
            for each in _chosen(child):
                self._text(each, lines, around)
        elif tag in _PICTURES and child.find(f".//{w('txbxContent')}") is None:
            lines.unread.append(_PICTURES[tag])

    def _field(self, child: Element) -> None:
        kind = child.get(w("fldCharType"))
        if kind == "begin":
            if len(self.fields) >= MAX_DEPTH:
                raise RefusedError(f"fields lie more than {MAX_DEPTH} deep in each other", where=self.name)
            self.fields.append(["code", ""])
        elif kind == "separate" and self.fields:
            self.fields[-1][0] = "result"
        elif kind == "end" and self.fields:
            self.fields.pop()

    def _looks(self, run: Element, style: Style, look: str, *names: str) -> bool:
        """Whether a run is hidden or struck through: it says so itself, or one of its two styles does.

        In Word a toggle that both styles turn on is off.
        """
        properties = run.find(w("rPr"))
        own = toggled(properties, *names)
        if own is not None:
            return own
        letters = self.styles.get(val(properties.find(w("rStyle"))), Style()) if properties is not None else Style()
        return bool(getattr(style, look)) != bool(getattr(letters, look))


def _chosen(alternate: Element) -> Element:
    """Of content that is there for two readers, the newer one's."""
    return alternate[0] if len(alternate) else alternate


def _words_of(ruby: Element, name: str) -> Iterator[str]:
    for part in ruby.findall(w(name)):
        yield from (each.text or "" for each in part.iter(w("t")))


def _row_change(paragraph: Element) -> _Around:
    """Whether the row in which a paragraph stands is tracked as put in or as taken out."""
    row = next(paragraph.iterancestors(w("tr")), None)
    properties = row.find(w("trPr")) if row is not None else None
    if properties is None:
        return _Around()
    return _Around(properties.find(w("ins")), properties.find(w("del")))


def _boxes(paragraph: Element) -> list[Element]:
    """The text boxes that hang on a paragraph; of a box that is there for two readers, the newer one's."""
    return [box for box in paragraph.iter(w("txbxContent")) if not _is_inner(box, paragraph)]


def _is_inner(box: Element, paragraph: Element) -> bool:
    """Whether a box is the fallback of another, or lies in another (which yields it when it is walked)."""
    for above in box.iterancestors():
        if above is paragraph:
            return False
        if above.tag in (w("txbxContent"), f"{_COMPATIBILITY}Fallback"):
            return True
    return False


def _descend(parent: Element, wanted: str) -> Iterator[Element]:
    """The rows of a table or the cells of a row, through what may lie around them."""
    stack = [iter(parent)]
    while stack and len(stack) < MAX_DEPTH:
        child = next(stack[-1], None)
        if child is None:
            stack.pop()
        elif child.tag == wanted:
            yield child
        elif child.tag in _AROUND or child.tag in _INSIDE:
            stack.append(iter(child))


def _text(pieces: list[str]) -> str:
    return "".join(pieces)


def _comments(package: Package, reader: _Reader) -> Iterator[Comment]:
    root = package.related("comments")
    for each in root.iter(w("comment")) if root is not None else ():
        id_ = each.get(w("id"), "")
        about = " ".join("".join(reader.about.get(id_, ())).split())
        yield Comment(id_, each.get(w("author"), ""), moment(each), _plain(each), about)


def _plain(parent: Element) -> str:
    """The text of a comment, a line a paragraph."""
    return "\n".join("".join(text.text or "" for text in each.iter(w("t"))) for each in parent.iter(w("p")))


def _read_notes(package: Package, reader: _Reader) -> Iterator[PaperParagraph]:
    for kind in ("footnote", "endnote"):
        root = package.related(f"{kind}s")
        for each in root.findall(w(kind)) if root is not None else ():
            if each.get(w("type"), "normal") == "normal":
                text = " ".join(reader.read(line).accepted.strip() for line in each.iter(w("p"))).strip()
                if text:
                    yield PaperParagraph(text, f"{kind} {each.get(w('id'), '')}", source=-1)


def _read_edges(package: Package, reader: _Reader) -> Iterator[str]:
    """The lines of headers and footers, each once."""
    seen: set[str] = set()
    reader.fields.clear()
    for type_, target in package.relations(package.document).values():
        root = package.find_xml(target) if type_.endswith(("/header", "/footer")) else None
        for paragraph in root.iter(w("p")) if root is not None else ():
            text = " ".join(reader.read(paragraph).accepted.split())
            if text and text not in seen:
                seen.add(text)
                yield text


def _properties(package: Package) -> dict[str, str]:
    for type_, target in package.relations("").values():
        if type_.endswith("/custom-properties"):
            root = package.find_xml(target)
            if root is not None:
                return {each.get("name", ""): _value(each) for each in root.iter(_CUSTOM)}
    return {}


def _value(property_: Element) -> str:
    return "".join(etree.tostring(property_, method="text", encoding="unicode", with_tail=False)).strip()
