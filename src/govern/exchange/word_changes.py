"""Our words in their Word file, as tracked changes.

The main part is not parsed and written again: what is new is spliced into its bytes, so that everything else stays as
they wrote it. What somebody inserted as a tracked change is struck out within his insertion, as Word does it, so that
both are there to accept or to reject. Where a sentence cannot be struck out safely (a field, a picture or text that was
moved lies in it), our text is put after the paragraph, theirs is left to them, and that is said.
"""

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from govern.errors import ContentError
from govern.exchange.package import Package, open_package
from govern.exchange.word import find_ordinals, read_package
from govern.exchange.word_xml import W
from govern.review import WordText

_ID = re.compile(rb"""\bw:id=["'](\d{1,9})["']""")
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LEFT = re.compile(rb"""w:(?:left|start)=["'](\d{1,5})["']""")
_STEP = 425
"""How far an item lies behind the text above it, in twentieths of a point."""
_NOT_COPIED = frozenset(("rPr", "sectPr", "pPrChange", "pageBreakBefore", "framePr"))
# The properties of a paragraph in the order in which they must stand (ECMA-376 part 1, 17.3.1.26).
_ORDER = {name: place for place, name in enumerate((
    "pStyle", "keepNext", "keepLines", "widowControl", "numPr", "suppressLineNumbers", "pBdr", "shd", "tabs",
    "suppressAutoHyphens", "kinsoku", "wordWrap", "overflowPunct", "topLinePunct", "autoSpaceDE", "autoSpaceDN", "bidi",
    "adjustRightInd", "snapToGrid", "spacing", "ind", "contextualSpacing", "mirrorIndents", "suppressOverlap", "jc",
    "textDirection", "textAlignment", "textboxTightWrap", "outlineLvl", "divId", "cnfStyle",
))}  # fmt: skip
_SIMPLE = frozenset(("t", "tab", "br", "rPr", "cr", "noBreakHyphen", "softHyphen", "lastRenderedPageBreak"))


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph to put in. `like` is the paragraph of the text whose look it takes.

    Where that one is counted by Word, it is counted on only if `automatic`. `indent` is how many steps deeper it lies.
    """

    text: str
    like: int | None = None
    automatic: bool = False
    indent: int = 0


@dataclass(frozen=True, slots=True)
class Edit:
    """Text to put after a paragraph, given by its place among all paragraphs of the text.

    With `strike`, a range of the paragraph's accepted text, that range is struck out and the first line stands in its
    place.
    """

    paragraph: int
    lines: tuple[Line | str, ...]
    strike: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Proposed:
    """Their file with our changes. `left` are the edits whose strike could not be made, each with the reason."""

    data: bytes
    left: tuple[tuple[Edit, str], ...] = ()


def propose_changes(data: bytes, edits: Sequence[Edit], *, name: str, author: str, day: date) -> Proposed:
    """The same file with the edits as tracked changes of an author on a day.

    Accepting all gives the text with the edits, rejecting all gives theirs: that is checked before the file goes out.
    Raises ContentError where the file is not built as Word builds it.
    """
    package = open_package(data, name=name)
    part = package.read(package.document)
    before = read_package(package)
    ordinals = find_ordinals(package)
    spans = _survey(part, name)
    writer = _Writer(part, author, day, [spans[place] for place in ordinals])
    writer.counted = {place for place, each in enumerate(before.paragraphs) if each.number}
    left = []
    for edit in sorted(edits, key=lambda one: one.paragraph):
        span = spans[ordinals[edit.paragraph]]
        if before.paragraphs[edit.paragraph].number or before.paragraphs[edit.paragraph].heading:
            span.style = ""  # what we add must not move their numbers
        why = _hindrance(before, span, edit) if edit.strike else ""
        why = writer.add(span, replace(edit, strike=None) if why else edit) or why
        left += [(edit, why)] if why else []
    made = _replace_part(package, writer.bytes())
    after = read_package(open_package(made, name=name))
    if after.rejected() != before.rejected() or len(after.paragraphs) < len(before.paragraphs):
        raise ContentError(
            f"`{name}` is built in a way that our changes would break", hint="take the proposals from --out report.html"
        )
    return Proposed(made, tuple(left))


def _hindrance(text: WordText, span: "_Span", edit: Edit) -> str:
    """Why the places of a strike cannot be found in the bytes of the paragraph; "" if they can."""
    if edit.paragraph and text.paragraphs[edit.paragraph - 1].mark == "deleted":
        return "a tracked change joins the paragraph above to it"  # whose text is read before its own
    if "".join(run.text for run in span.runs) != text.paragraphs[edit.paragraph].accepted:
        return "text in it is hidden, moved or struck through"
    return ""


def _replace_part(package: Package, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package.data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            kept = content if entry.filename == package.document else old.read(entry.filename)
            copy = zipfile.ZipInfo(entry.filename, entry.date_time)
            copy.compress_type = entry.compress_type
            copy.external_attr, copy.create_system = entry.external_attr, entry.create_system
            new.writestr(copy, kept)
    return out.getvalue()


# --- where things stand in the bytes -------------------------------------------------------------------------


@dataclass
class _Around:
    """The tracked insertion or deletion that runs stand in, with its bytes."""

    name: str
    start: int
    end: int = 0


@dataclass
class _Run:
    """A run: its bytes, its properties' bytes, and its texts as (start, end) of the element and of its content."""

    start: int
    end: int = 0
    around: _Around | None = None
    properties: tuple[int, int] | None = None
    simple: bool = True
    pieces: list[tuple[str, int, int]] = field(default_factory=list)
    """What it says: text, and where the element begins and ends."""

    @property
    def text(self) -> str:
        return "".join(text for text, _, _ in self.pieces)


@dataclass
class _Span:
    """A paragraph: its bytes, the end of the outermost table around it, its style and its runs."""

    start: int
    end: int = 0
    table_end: list[int] = field(default_factory=list)
    style: str = ""
    heading: bool = False
    runs: list[_Run] = field(default_factory=list)
    properties: list[tuple[str, int, int]] = field(default_factory=list)
    """Name and place of each of its properties."""


class _Survey:
    """Walks through the part once with expat, which knows where in the bytes it is."""

    def __init__(self, part: bytes) -> None:
        self.part = part
        self.spans: list[_Span] = []
        self.open: list[_Span] = []
        self.path: list[str] = []
        self.starts: list[int] = []
        self.run: _Run | None = None
        self.around: _Around | None = None
        self.text: list[str] = []
        self.table: list[int] = []
        self.tables = 0
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartElementHandler = self.begin
        self.parser.EndElementHandler = self.finish
        self.parser.CharacterDataHandler = self.text.append
        self.parser.buffer_text = True

    def begin(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.removeprefix(f"{W} ")
        at = self.parser.CurrentByteIndex
        self.path.append(name)
        self.starts.append(at)
        if name == "tbl":
            self.tables += 1
            if self.tables == 1:
                self.table = []
        elif name == "p":
            span = _Span(at, table_end=self.table if self.tables else [])
            self.spans.append(span)
            self.open.append(span)
        elif self.open:
            self._inside(name, at, attributes)

    def _inside(self, name: str, at: int, attributes: dict[str, str]) -> None:
        span = self.open[-1]
        above = self.path[-2]
        if name == "r":
            inserted = self.around if above == "ins" else None
            self.run = _Run(at, around=self.around, simple=above == "p" or inserted is not None)
            span.runs.append(self.run)
        elif name in ("ins", "del") and above == "p":
            self.around = _Around(name, at)
        elif name == "pStyle" and above == "pPr":
            span.style = attributes.get(f"{W} val", "")
        elif self.run is not None and above == "r":
            self.run.simple = self.run.simple and name in _SIMPLE
            self.text.clear()

    def finish(self, _: str) -> None:
        name = self.path.pop()
        start = self.starts.pop()
        end = self.parser.CurrentByteIndex
        # of an empty element expat is behind it already, and the tag there is another's
        if self.part.startswith(b"</", end) and _tag_end(self.part, start) != end:
            end = _tag_end(self.part, end)
        if name == "tbl":
            self.tables -= 1
            if not self.tables:
                self.table.append(end)
        elif self.open and self.path[-2:] == ["p", "pPr"]:
            self.open[-1].properties.append((name, start, end))
        elif name == "p" and self.open:
            self.open.pop().end = end
            self.run = self.around = None
        elif self.around is not None and start == self.around.start:
            self.around.end = end
            self.around = None
        elif self.run is not None and self.path and self.path[-1] == "r" and self.open:
            self._finish_piece(name, start, end)
        elif name == "r" and self.run is not None:
            self.run.end = end
            self.run = None

    def _finish_piece(self, name: str, start: int, end: int) -> None:
        assert self.run is not None
        said = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
        if name == "rPr":
            self.run.properties = (start, end)
        elif name == "t":
            self.run.pieces.append(("".join(self.text), start, end))
        else:
            self.run.pieces.append((said.get(name, ""), start, end))


def _survey(part: bytes, name: str) -> list[_Span]:
    survey = _Survey(part)
    try:
        survey.parser.Parse(part, True)
    except (expat.ExpatError, ValueError):
        raise ContentError(f"`{name}` cannot be changed", hint="open and save it in Word", where=name) from None
    return survey.spans


def _tag_end(part: bytes, start: int) -> int:
    """The place after the `>` of the tag that begins at `start`; a `>` in an attribute is not its end."""
    quote = 0
    for place in range(start, len(part)):
        letter = part[place]
        if quote:
            quote = 0 if letter == quote else quote
        elif letter in b"\"'":
            quote = letter
        elif letter == ord(">"):
            return place + 1
    return len(part)


# --- what is written -----------------------------------------------------------------------------------------


class _Writer:
    def __init__(self, part: bytes, author: str, day: date, spans: Sequence[_Span]) -> None:
        self.part = part
        self.spans = spans
        self.counted: set[int] = set()
        """The paragraphs that Word counts."""
        self.splices: list[tuple[int, int, bytes]] = []
        self.mark = f'w:author={quoteattr(author)} w:date="{day.isoformat()}T00:00:00Z"'
        self.next_id = 1 + max((int(each) for each in _ID.findall(part)), default=0)
        declared = re.search(rb"xmlns:w=[\"']" + re.escape(W.encode()), part[: _tag_end(part, part.find(b"<w:"))])
        self.scope = "" if declared else f' xmlns:w="{W}"'

    def add(self, span: _Span, edit: Edit) -> str:
        """Write an edit; why its strike could not be made, or ""."""
        lines = [each if isinstance(each, Line) else Line(each) for each in edit.lines]
        why = self._strike(span, *edit.strike, lines[0].text if lines else "") if edit.strike else ""
        if edit.strike and not why:
            lines = lines[1:]
        place = span.table_end[0] if span.table_end else span.end
        new = "".join(self._paragraph(line, span) for line in lines)
        if new:
            self.splices.append((place, place, new.encode()))
        return why

    def bytes(self) -> bytes:
        """The part with everything spliced in."""
        out, last = [], 0
        for start, end, new in sorted(self.splices, key=lambda each: (each[0], each[1])):
            out += [self.part[last:start], new]
            last = end
        return b"".join([*out, self.part[last:]])

    def _change(self) -> str:
        self.next_id += 1
        return f'w:id="{self.next_id}" {self.mark}'

    def _paragraph(self, line: Line, span: _Span) -> str:
        look = f"<w:pStyle w:val={quoteattr(span.style)}/>" if span.style and not span.table_end else ""
        run = ""
        if line.like is not None:
            look, run = self._look(line, line.like)
        mark = f"<w:rPr><w:ins {self._change()}/></w:rPr>"
        return (
            f"<w:p{self.scope}><w:pPr>{look}{mark}</w:pPr>"
            f"<w:ins {self._change()}><w:r>{run}{_text(line.text, 't')}</w:r></w:ins></w:p>"
        )

    def _look(self, line: Line, like: int) -> tuple[str, str]:
        """The properties of a paragraph like one of theirs, and those of its text."""
        span = self.spans[like]
        made = {name: self.part[start:end].decode() for name, start, end in span.properties if name not in _NOT_COPIED}
        if like in self.counted and not line.automatic:
            made["numPr"] = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="0"/></w:numPr>'
            made.setdefault("ind", f'<w:ind w:left="{_STEP}" w:hanging="{_STEP}"/>')
        if line.indent:
            found = _LEFT.search(made.get("ind", "").encode())
            left = (int(found[1]) if found else 0) + line.indent * _STEP
            made["ind"] = f'<w:ind w:left="{left}" w:hanging="{_STEP}"/>'
        plain = [run for run in span.runs if run.end and run.properties and run.text.strip()]
        longest = max(plain, key=lambda run: len(run.text), default=None)
        properties = self._properties(longest) if longest is not None else ""
        look = "".join(made[name] for name in sorted(made, key=lambda name: _ORDER.get(name, len(_ORDER))))
        return look, "" if "rPrChange" in properties else properties

    def _strike(self, span: _Span, start: int, end: int, line: str) -> str:
        """Strike a range of the paragraph out and put a line in its place; why not, where that is not safe."""
        at = 0
        touched: list[tuple[_Run, int, int]] = []
        for run in span.runs:
            first, last = max(start - at, 0), min(end - at, len(run.text))
            if first < last:
                touched.append((run, first, last))
            at += len(run.text)
        if not touched or not all(run.simple for run, _, _ in touched) or _has_gap(span, touched):
            return "a field, a link, a picture or moved text lies in it"
        for run, first, last in touched:
            self.splices.append((run.start, run.end, self._split(run, first, last).encode()))
        if line:
            self._put_after(span, touched[-1][0], line)
        return ""

    def _put_after(self, span: _Span, run: _Run, line: str) -> None:
        """A line of ours after what was struck of a run.

        It stands outside of an insertion of theirs, which would take it along; one that goes on is begun anew.
        """
        new = f"<w:ins{self.scope} {self._change()}><w:r>{self._properties(run)}{_text(line, 't')}</w:r></w:ins>"
        index = next(place for place, each in enumerate(self.splices) if each[:2] == (run.start, run.end))
        parts = self.splices[index][2].decode()
        cut = parts.rindex("</w:del>") + len("</w:del>")
        if run.around is not None:
            later = any(each.around is run.around for each in span.runs[span.runs.index(run) + 1 :])
            if not later and not parts[cut:]:
                self.splices.append((run.around.end, run.around.end, new.encode()))
                return
            begin = self.part[run.around.start : _tag_end(self.part, run.around.start)].decode()
            self.next_id += 1
            again = re.sub(r"(\bw:id=)([\"'])\d+[\"']", rf"\g<1>\g<2>{self.next_id}\g<2>", begin)
            new = f"</{begin[1:].split()[0]}>{new}{again}"
        self.splices[index] = (run.start, run.end, (parts[:cut] + new + parts[cut:]).encode())

    def _properties(self, run: _Run) -> str:
        return self.part[slice(*run.properties)].decode() if run.properties else ""

    def _split(self, run: _Run, first: int, last: int) -> str:
        """The run in up to three: what stays before, what is struck out, what stays after."""
        before, struck, after = (
            self._pieces(run, 0, first),
            self._pieces(run, first, last),
            self._pieces(run, last, None),
        )
        properties = self._properties(run)
        struck = struck.replace("<w:t ", "<w:delText ").replace("</w:t>", "</w:delText>")
        made = f"<w:r>{properties}{before}</w:r>" if before else ""
        made += f"<w:del{self.scope} {self._change()}><w:r>{properties}{struck}</w:r></w:del>"
        return made + (f"<w:r>{properties}{after}</w:r>" if after else "")

    def _pieces(self, run: _Run, first: int, last: int | None) -> str:
        out, at = "", 0
        stop = len(run.text) if last is None else last
        for text, start, end in run.pieces:
            low, high = max(first - at, 0), min(stop - at, len(text))
            if low < high:
                whole = self.part[start:end].decode()
                out += (
                    _text(text[low:high], "t")
                    if not whole.startswith(("<w:tab", "<w:br", "<w:cr", "<w:noBreak"))
                    else whole
                )
            at += len(text)
        return out


def _has_gap(span: _Span, touched: list[tuple[_Run, int, int]]) -> bool:
    """Whether a run that says nothing, a field's for example, lies between those that are touched.

    What somebody has struck out already is no gap: it stays struck.
    """
    first, last = span.runs.index(touched[0][0]), span.runs.index(touched[-1][0])
    between = [run for run in span.runs[first : last + 1] if run.around is None or run.around.name != "del"]
    return len(between) != len(touched)


def _text(line: str, tag: str) -> str:
    made = []
    for piece in line.split("\t"):
        clean = escape(_ILLEGAL.sub("\ufffd", piece))
        made.append(f'<w:{tag} xml:space="preserve">{clean}</w:{tag}>' if piece or "\t" not in line else "")
    return "<w:tab/>".join(made)
