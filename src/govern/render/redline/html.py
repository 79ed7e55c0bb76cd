"""A redline as one self-contained page: the whole text, with what was inserted, deleted and moved; no scripts."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib.resources import files

from govern.contracts import (
    BlockChange,
    Change,
    Move,
    ParagraphChange,
    Pieces,
    Redline,
    RowChange,
    SectionChange,
    TableChange,
)
from govern.render.html import POLICY, anchor_id, escape, inline, page_style
from govern.render.redline.text import say_side
from govern.render.redline.words import (
    only_counted,
    party_parts,
    say_change,
    say_section,
    say_tally,
    spaced_pieces,
)
from govern.render.words import anchors, imprint, say_signed

_TAGS = {Change.ADDED: "ins", Change.REMOVED: "del"}


def write_redline_html(redline: Redline) -> str:
    """The page; see `govern.render.render_redline_html`."""
    return "\n".join(_page(redline)) + "\n"


@lru_cache(maxsize=1)
def _style() -> str:
    return page_style() + files("govern.render").joinpath("base/redline.css").read_text(encoding="utf-8")


def _page(redline: Redline) -> Iterator[str]:
    known = anchors(redline.new)
    yield "<!DOCTYPE html>"
    yield f'<html lang="{escape(redline.new.tongue)}" dir="ltr">\n<head>\n<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>Redline · {escape(redline.new.title)}</title>"
    yield f'<style>\n{_style()}</style>\n</head>\n<body class="redline">'
    yield '<a class="skip" href="#terms">Skip to the terms</a>'
    yield from _header(redline)
    yield from _summary(redline)
    yield '<main id="terms">'
    yield from _introduction(redline, known)
    for section in redline.sections:
        yield from _section(section, known)
    yield from _signatures(redline, known)
    for section in redline.annexes:
        yield from _section(section, known)
    yield f"</main>\n<footer><p>{escape(imprint(redline.new))}</p></footer>\n</body>\n</html>"


def _header(redline: Redline) -> Iterator[str]:
    yield '<header>\n<p class="status">Redline</p>'
    yield f"<h1>{_pieces(redline.title.pieces)}</h1>"
    if redline.subtitle.pieces:
        yield f'<p class="subtitle">{_pieces(redline.subtitle.pieces)}</p>'
    sides = [escape(say_side(redline, new=new)) for new in (False, True)]
    yield f"<p>From {sides[0]}<br>to {sides[1]}.</p>"
    yield "</header>"


def _summary(redline: Redline) -> Iterator[str]:
    """The sum, and the clauses that changed as links."""
    yield '<nav aria-labelledby="changes">\n<h2 id="changes">What changed</h2>'
    yield f"<p>{escape(say_tally(redline))}.</p>\n<ul>"
    for section in (*redline.sections, *redline.annexes):
        if section.move is Move.AWAY or (section.move is None and section.change is Change.SAME):
            continue
        what = "reference number" if only_counted(section) else say_change(section.change, section.move)
        words = f'<span class="n">{what}</span> {escape(say_section(section))}'
        yield f'<li><a href="#{_id(section)}">{words}</a></li>'
    yield "</ul>\n</nav>"


def _id(section: SectionChange) -> str:
    """What stands only in the old text has an id of its own."""
    gone = "was-" if section.new is None or section.move is Move.AWAY else ""
    return gone + anchor_id(section.section.anchor)


def _introduction(redline: Redline, known: frozenset[str]) -> Iterator[str]:
    yield "<h2>Parties</h2>"
    for party in redline.parties:
        rest = "".join(_pieces(part, known) for part in party_parts(party))
        yield f'<p class="body"><strong>{_pieces(party.name, known)}</strong>{rest}</p>'
    if redline.background:
        yield "<h2>Background</h2>"
    for line in redline.background:
        yield f'<p class="body">{_pieces(line.pieces, known)}</p>'
    yield "<h2>Agreed terms</h2>"


def _section(section: SectionChange, known: frozenset[str]) -> Iterator[str]:
    found, annex = section.section, section.section.kind == "annex"
    heading, kind = ("h2", "annex") if annex else ("h3", "clause")
    if section.move is Move.AWAY:
        link = f'<a href="#{anchor_id(found.anchor)}">see there</a>'
        yield f'<p class="note">{escape(say_section(section))}: moved, {link}.</p>'
        return
    title = f'<span class="n">{_number(section)}</span> <span>{_pieces(section.title)}{_note(section)}</span>'
    id_ = _id(section)
    yield f'<section class="{kind} {section.change.value}" aria-labelledby="{id_}">'
    yield f'<{heading} id="{id_}">{title}</{heading}>'
    for block in section.blocks:
        yield from _block(block, known, annex=annex)
    yield "</section>"


def _number(section: SectionChange) -> str:
    return escape(section.section.number)


def _note(section: SectionChange) -> str:
    old, new = section.old, section.new
    if old is None or new is None or (old.number == new.number and section.move is None):
        return ""
    word = "moved, was" if section.move else "was"
    return f' <small class="note">({word} {escape(old.number)})</small>'


def _block(block: BlockChange, known: frozenset[str], *, annex: bool) -> Iterator[str]:
    if block.move is Move.AWAY:
        number = block.old.number if isinstance(block, ParagraphChange) and block.old else ""
        yield f'<p class="note">{escape(number)} moved within the clause.</p>'
    elif isinstance(block, TableChange):
        yield from _table(block, known)
    else:
        yield _paragraph(block, known, annex=annex)


def _paragraph(block: ParagraphChange, known: frozenset[str], *, annex: bool) -> str:
    shown = block.new or block.old
    assert shown is not None
    id_ = f' id="{anchor_id(shown.anchor)}"' if shown.anchor and block.new else ""
    moved = " moved" if block.move else ""
    text = _pieces(block.pieces, known)
    if not shown.number:
        return f'<p class="{"body" if annex else "under"} {block.change.value}{moved}"{id_}>{text}</p>'
    number = f'<span class="n">{escape(shown.number)}</span>'
    level = f"l{max(shown.level, 0)} {block.change.value}{moved}"
    return f'<p class="{level}"{id_}>{number} <span class="t">{text}</span></p>'


def _table(change: TableChange, known: frozenset[str]) -> Iterator[str]:
    yield '<div class="wide" role="region" tabindex="0" aria-label="Table">\n<table>\n<thead>'
    yield _row(change.header, known, header=True) + "\n</thead>\n<tbody>"
    for row in change.rows:
        yield _row(row, known)
    yield "</tbody>\n</table>\n</div>"


def _row(row: RowChange, known: frozenset[str], *, header: bool = False) -> str:
    cells = [_pieces(cell, known) for cell in row.cells]
    if header:
        made = "".join(f'<th scope="col">{cell}</th>' for cell in cells)
    else:
        first = [f'<th scope="row">{cell}</th>' for cell in cells[:1]]
        made = "".join([*first, *(f"<td>{cell}</td>" for cell in cells[1:])])
    return f'<tr class="{row.change.value}">{made}</tr>'


def _pieces(pieces: Pieces, known: frozenset[str] = frozenset()) -> str:
    """Pieces as HTML. What is deleted links to nothing: its target may be gone."""
    made: list[str] = []
    for piece in spaced_pieces(pieces):
        tag = _TAGS.get(piece.change)
        words = inline(piece.new, known) if piece.new else inline(piece.old, frozenset())
        made.append(f"<{tag}>{words}</{tag}>" if tag else words)
    return "".join(made)


def _signatures(redline: Redline, known: frozenset[str]) -> Iterator[str]:
    if not (redline.signature.pieces or redline.signatures):
        return
    yield '<section class="signatures" aria-labelledby="signatures">\n<h2 id="signatures">Signatures</h2>'
    yield f'<p class="body">{_pieces(redline.signature.pieces, known)}</p>\n<div class="signers">'
    for side in redline.signatures:
        party = side.new or side.old
        assert party is not None
        head = escape(say_signed(party.role, deed=party.deed))
        yield f"<dl><dt>{head}</dt><dd><strong>{_pieces(side.name, known)}</strong></dd>"
        yield from _rows((("Name", side.signatory), ("Title", side.title)), known)
        yield "</dl>"
    yield "</div>\n</section>"


def _rows(rows: Iterable[tuple[str, Pieces]], known: frozenset[str]) -> Iterator[str]:
    return (f"<dt>{name}</dt><dd>{_pieces(pieces, known)}</dd>" for name, pieces in rows)
