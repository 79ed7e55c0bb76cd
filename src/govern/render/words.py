"""What every writer says in the same words: the text of a run, dates, the status line, the list of open points."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TypeAlias, TypeVar

from govern.contracts import (
    NO_BREAK,
    Block,
    Draft,
    Filled,
    Inline,
    OpenPoint,
    Paragraph,
    SignatureParty,
    Table,
    write_date,
    write_run,
)

# XML 1.0 2.2: the characters that no XML file may hold. With them go the controls that reorder what follows
# them (U+202A to U+202E, U+2066 to U+2069): a name must not turn the rest of a sentence round.
_ILLEGAL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff]"
)
_BREAK = re.compile("\r\n|[\r\x85\u2028\u2029]")

_SPACES = re.compile(r"[^\S\xa0]+")  # a space that does not break stays: what it joins is one word on paper

_SEVERAL = re.compile(r"[;\n]")
_AND = re.compile(r",?\s(?:and|und)\s")

Item = TypeVar("Item")

OPEN_POINTS = "Open points before signature"
_FRONT = {"parties": "Parties", "background": "Background"}
_KINDS = {
    "blank": "Blank",
    "bound": "Value out of bounds",
    "choice": "Open choice",
    "definition": "Term without definition",
    "reference": "Reference",
    "term": "Missing term",
}


def clean(text: str) -> str:
    """The text with every character that a file must not hold replaced by U+FFFD; line ends become "\\n"."""
    if text.isprintable() or _is_plain(text):  # then it has none of them
        return text
    return _ILLEGAL.sub("\ufffd", _BREAK.sub("\n", text))


def _is_plain(text: str) -> bool:
    """Whether it has no white space but " " and the one that does not break, and nothing that is not shown."""
    return text.replace(NO_BREAK, " ").isprintable()


def words_of(run: Inline) -> str:
    """A run as plain text, with the brackets and quotation marks that show what it is."""
    return clean(write_run(run))


def line_of(runs: Iterable[Inline]) -> str:
    """Runs as one line of plain text."""
    line = "".join(map(words_of, runs))
    if "  " not in line and _is_plain(line):  # nine of ten
        return line.strip()
    return _SPACES.sub(" ", line).strip()


_LONG = 24


def stretches(runs: Iterable[Inline]) -> bool:
    """Whether a word is so long, as an address is, that the line before it would be stretched if it were justified."""
    return any(len(word) > _LONG for word in line_of(runs).split())


def say_status(draft: Draft) -> str:
    """Draft of 24 November 2026."""
    word = "Final version" if draft.status == "final" else draft.status.capitalize()
    return clean(f"{word} of {write_date(draft.day, month_first=draft.month_first)}")


_DETAILS = {"Address": "of", "Registration": "registration:", "Contact": "contact:"}


WITNESS = ("Signature of the witness", "Name of the witness", "Address of the witness")
"""The lines of a deed that are filled in by hand, beside those of each signature block."""


def say_signed(role: str, *, deed: bool) -> str:
    """The head of one side of the signature block."""
    return f"Signed as a deed for the {role}" if deed else f"Signed for the {role}"


Signer: TypeAlias = tuple[tuple[Inline, ...], tuple[Inline, ...]]
"""The name and the title of one who signs."""


def signers(party: SignatureParty) -> tuple[Signer, ...]:
    """Who signs for a side: each has lines of their own, though one fact names both, as "Ada Ay and Bo Bee".

    "Smith and Partners LLP" is one: what stands before an "and" has a first name too. Titles are told apart where
    there is one for each; else the title is that of each.
    """
    names, titles = _apart(party.signatory, words=2), _apart(party.title)
    if len(titles) != len(names):
        titles = (party.title,) * len(names)
    return tuple(zip(names, titles, strict=True))


def _apart(runs: tuple[Inline, ...], words: int = 1) -> tuple[tuple[Inline, ...], ...]:
    """A value at each semicolon, or without one at each "and" if so many words stand on either side of it."""
    if len(runs) != 1 or not isinstance(runs[0], Filled):
        return (runs,)
    value = runs[0]
    parts = [part.strip() for part in _SEVERAL.split(value.text) if part.strip()]
    if len(parts) < 2:
        parts = [part.strip() for part in _AND.split(value.text) if part.strip()]
        if any(len(part.split()) < words for part in parts):
            return (runs,)
    return tuple((replace(value, text=part),) for part in parts) if len(parts) > 1 else (runs,)


def say_detail(label: str) -> str:
    """How a sentence brings in a party's detail: "of …", "registration: …"; another label is said as it is."""
    return _DETAILS.get(label) or clean(label[:1].lower() + label[1:])


def short_digest(draft: Draft) -> str:
    """Enough of the digest to tell two drafts apart on paper."""
    return draft.digest[:12]


def imprint(draft: Draft) -> str:
    """The small line at the foot of the first page: which recipe, project and tree this is."""
    parts = [f"Document {draft.document} {draft.version}", f"Project {draft.project}"]
    if draft.digest:
        parts.append(f"Digest {short_digest(draft)}")
    return clean(" · ".join(parts))


def open_rows(draft: Draft) -> tuple[tuple[str, str, str], ...]:
    """The open points as rows: kind, what is open, where. Points that differ only in their fact are one row."""
    places = {section.anchor: section for section in (*draft.sections, *draft.annexes)}

    def place(point: OpenPoint) -> str:
        section = places.get(point.where.partition("#")[0])
        if section is None:
            return _FRONT.get(point.where, "—")
        return clean(section.place)

    rows = ((_KINDS.get(each.kind, clean(each.kind)), clean(each.what), place(each)) for each in draft.open_points)
    return tuple(dict.fromkeys(rows))


def anchors(draft: Draft) -> frozenset[str]:
    """Everything in the draft that a reference can point to."""
    found = {section.anchor for section in (*draft.sections, *draft.annexes)}
    return frozenset(found | {each.anchor for each in draft.paragraphs() if each.anchor})


def runs_of(block: Block) -> Iterator[Inline]:
    """All runs of a paragraph, or of a table cell by cell."""
    match block:
        case Paragraph():
            yield from block.content
        case Table():
            for row in (block.header, *block.rows):
                for cell in row:
                    yield from cell


def show_open_points(draft: Draft) -> bool:
    """Whether the list of open points is printed: in drafts that have any."""
    return draft.status == "draft" and bool(draft.open_points)


def followed(blocks: Sequence[Item]) -> Iterator[tuple[Item, Item | None]]:
    """Each block with the one after it, the last with None."""
    yield from zip(blocks, [*blocks[1:], *([None] if blocks else [])], strict=True)


def leads(block: Block, after: Block | None) -> bool:
    """Whether a block stays on one page with the one after it: words before a table, and those that end in a colon."""
    if after is None or isinstance(block, Table):
        return False
    return isinstance(after, Table) or line_of(block.content).endswith(":")
