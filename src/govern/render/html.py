"""A draft as one accessible page: language, landmarks, headings, scoped table headers; no scripts, nothing fetched."""

import html
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib.resources import files

from govern.contracts import (
    Blank,
    Block,
    Definition,
    Draft,
    Filled,
    Inline,
    OpenChoice,
    PartyBlock,
    Reference,
    Section,
    Table,
    Use,
    spaced,
)
from govern.contracts import Paragraph as TreeParagraph
from govern.render.words import (
    OPEN_POINTS,
    WITNESS,
    anchors,
    clean,
    imprint,
    open_rows,
    say_detail,
    say_signed,
    say_status,
    show_open_points,
    signers,
    words_of,
)

# Nothing may run or be fetched, whatever a text holds.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def write_html(draft: Draft) -> str:
    """The page; see `govern.render.render_html`."""
    return "\n".join(_page(draft)) + "\n"


def escape(text: str) -> str:
    """Text for an element or a quoted attribute; line ends become breaks only where CSS shows them."""
    return html.escape(clean(text), quote=True)


def anchor_id(anchor: str) -> str:
    """An id for any anchor, safe in an attribute and in a fragment; unlike anchors have unlike ids."""
    return "a-" + "".join(
        letter if letter.isascii() and (letter.isalnum() or letter in "._") else f"-{ord(letter):x}-"
        for letter in anchor
    )


@lru_cache(maxsize=2)
def page_style(*, letter: bool = False) -> str:
    """The style sheet of every page of a document, to be printed on A4 or letter."""
    style = files("govern.render").joinpath("base/page.css").read_text(encoding="utf-8")
    return style.replace("size: A4", "size: letter") if letter else style


def _page(draft: Draft) -> Iterator[str]:
    known = anchors(draft)
    status = "final" if draft.status == "final" else "draft"
    yield "<!DOCTYPE html>"
    yield f'<html lang="{escape(draft.tongue)}" dir="ltr">\n<head>\n<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{escape(draft.title)} · {escape(say_status(draft))}</title>"
    yield f'<style>\n{page_style(letter=draft.letter)}</style>\n</head>\n<body class="{status}">'
    yield '<a class="skip" href="#terms">Skip to the terms</a>'
    yield from _header(draft)
    yield from _navigation(draft)
    yield '<main id="terms">'
    yield from _open_points(draft)
    yield from _introduction(draft, known)
    for section in draft.sections:
        yield from _section(section, known)
    yield from _signatures(draft, known)
    for section in draft.annexes:
        yield from _section(section, known)
    yield f"</main>\n<footer><p>{escape(imprint(draft))}</p></footer>\n</body>\n</html>"


def _header(draft: Draft) -> Iterator[str]:
    yield f'<header>\n<p class="status">{escape(say_status(draft))} · Version {escape(draft.version)}</p>'
    yield f"<h1>{escape(draft.title)}</h1>"
    if draft.subtitle:
        yield f'<p class="subtitle">{escape(draft.subtitle)}</p>'
    yield "</header>"


def _navigation(draft: Draft) -> Iterator[str]:
    yield '<nav aria-labelledby="contents">\n<h2 id="contents">Contents</h2>\n<ul>'
    for section in (*draft.sections, *draft.annexes):
        words = f'<span class="n">{escape(section.number)}</span> {escape(section.title)}'
        yield f'<li><a href="#{anchor_id(section.anchor)}">{words}</a></li>'
    yield "</ul>\n</nav>"


def _open_points(draft: Draft) -> Iterator[str]:
    if not show_open_points(draft):
        return
    yield f'<section class="open" aria-labelledby="open">\n<h2 id="open">{OPEN_POINTS}</h2>'
    yield from _table(["Kind", "What is open", "Where"], [[escape(cell) for cell in row] for row in open_rows(draft)])
    yield "</section>"


def _introduction(draft: Draft, known: frozenset[str]) -> Iterator[str]:
    yield "<h2>Parties</h2>"
    for number, party in enumerate(draft.parties, start=1):
        yield f'<p class="l0"><span class="n">({number})</span> <span class="t">{_party(party, known)}</span></p>'
    if draft.background:
        yield "<h2>Background</h2>"
    for number, recital in enumerate(draft.background):
        letter = f'<span class="n">({chr(ord("A") + number)})</span>'
        yield f'<p class="l0">{letter} <span class="t">{inline(recital, known)}</span></p>'
    yield "<h2>Agreed terms</h2>"


def _party(party: PartyBlock, known: frozenset[str]) -> str:
    details = "".join(f", {escape(say_detail(label))} {inline(value, known)}" for label, value in party.details)
    return f"<strong>{inline(party.name, known)}</strong>{details} (the <dfn>“{escape(party.role)}”</dfn>)."


def _section(section: Section, known: frozenset[str]) -> Iterator[str]:
    id_, annex = anchor_id(section.anchor), section.kind == "annex"
    heading, kind = ("h2", "annex") if annex else ("h3", "clause")
    title = f'<span class="n">{escape(section.number)}</span> {escape(section.title)}'
    yield f'<section class="{kind}" aria-labelledby="{id_}">\n<{heading} id="{id_}">{title}</{heading}>'
    for block in section.blocks:
        yield from _block(block, known, annex=annex)
    yield "</section>"


def _block(block: Block, known: frozenset[str], *, annex: bool) -> Iterator[str]:
    if isinstance(block, Table):
        yield from _tree_table(block, known)
        return
    yield _paragraph(block, known, annex=annex)


def _paragraph(block: TreeParagraph, known: frozenset[str], *, annex: bool) -> str:
    id_ = f' id="{anchor_id(block.anchor)}"' if block.anchor else ""
    text = inline(block.content, known)
    if not block.number:
        return f'<p class="{"body" if annex else "under"}"{id_}>{text}</p>'
    number = f'<span class="n">{escape(block.number)}</span>'
    return f'<p class="l{max(block.level, 0)}"{id_}>{number} <span class="t">{text}</span></p>'


def _tree_table(table: Table, known: frozenset[str]) -> Iterator[str]:
    head = [inline(cell, known) for cell in table.header]
    return _table(head, [[inline(cell, known) for cell in row] for row in table.rows])


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """A table of escaped cells: the first row heads the columns, the first cell of a row heads the row."""
    yield '<div class="wide" role="region" tabindex="0" aria-label="Table">\n<table>\n<thead>'
    yield "<tr>" + "".join(f'<th scope="col">{cell}</th>' for cell in head) + "</tr>\n</thead>\n<tbody>"
    for row in rows:
        cells = list(row)
        first = f'<th scope="row">{cells[0]}</th>' if cells else ""
        yield "<tr>" + first + "".join(f"<td>{cell}</td>" for cell in cells[1:]) + "</tr>"
    yield "</tbody>\n</table>\n</div>"


def inline(runs: Iterable[Inline], known: frozenset[str]) -> str:
    """Runs as HTML; a reference is a link if its target is known."""
    return "".join(_run(run, known) for run in spaced(runs))


def _run(run: Inline, known: frozenset[str]) -> str:
    words = escape(words_of(run))
    match run:
        case Definition():
            return f"<dfn>{words}</dfn>"
        case Use():
            return f'<span class="term">{words}</span>'
        case Filled():
            return f"<bdi>{words}</bdi>"
        case Blank():
            return f'<mark class="blank">{words}</mark>'
        case OpenChoice():
            return f'<mark class="choice">{words}</mark>'
        case Reference(target, _) if target in known:
            return f'<a href="#{anchor_id(target)}">{words}</a>'
        case _:
            return words


def _signatures(draft: Draft, known: frozenset[str]) -> Iterator[str]:
    if not (draft.signature or draft.signatures):
        return
    yield '<section class="signatures" aria-labelledby="signatures">\n<h2 id="signatures">Signatures</h2>'
    yield f'<p class="body">{inline(draft.signature, known)}</p>\n<div class="signers">'
    for party in draft.signatures:
        head = escape(say_signed(party.role, deed=party.deed))
        yield f"<dl><dt>{head}</dt><dd><strong>{inline(party.name, known)}</strong></dd>"
        for name, title in signers(party):
            yield '<dt>Signature</dt><dd class="line"></dd>'
            yield f"<dt>Name</dt><dd>{inline(name, known)}</dd>"
            yield f'<dt>Title</dt><dd>{inline(title, known)}</dd><dt>Date</dt><dd class="line"></dd>'
        yield from (f'<dt>{label}</dt><dd class="line"></dd>' for label in WITNESS if party.deed)
        yield "</dl>"
    yield "</div>\n</section>"
