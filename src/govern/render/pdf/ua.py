"""A draft as an accessible PDF: PDF/UA-1 and PDF/A-2a, written by Typst (extra `accessible`).

The template is fixed and the draft comes to it as data: no text of a contract is ever read as markup.
"""

import json
from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import Any

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
    Text,
    Use,
    spaced,
)
from govern.errors import RefusedError
from govern.render.columns import column_widths
from govern.render.words import (
    WITNESS,
    anchors,
    clean,
    followed,
    imprint,
    leads,
    open_rows,
    say_detail,
    say_signed,
    say_status,
    show_open_points,
    signers,
    stretches,
    words_of,
)

_UNTITLED = "Untitled document"  # PDF/UA-1 7.1: every file has a title
_KINDS = {Definition: "defined", Use: "use", Filled: "filled", Blank: "blank", OpenChoice: "choice", Text: "text"}


def write_pdf_ua(draft: Draft) -> bytes:
    """The file's bytes; see `govern.render.render_pdf_ua`."""
    try:
        import typst
    except ImportError:
        hint = "pip install 'govern[accessible]'; the other PDF is written without it"
        raise RefusedError("an accessible PDF needs Typst, which is not installed", hint=hint) from None
    plain = _plain(draft)
    try:
        return _compile(typst, plain)
    except typst.TypstError:  # PDF/UA-1 7.21.4.1: no character without a glyph, and no font has them all
        return _compile(typst, _replace(plain))


def _compile(typst: Any, plain: Mapping[str, Any]) -> bytes:
    made: bytes = typst.compile(
        files("govern.render").joinpath("base/contract.typ").read_bytes(),
        format="pdf",
        sys_inputs={"draft": json.dumps(plain, ensure_ascii=False)},
        font_paths=[str(files("font_source_serif_pro").joinpath("files"))],
        ignore_system_fonts=True,
        pdf_standards=["a-2a", "ua-1"],
    )
    return made


def _replace(value: Any) -> Any:
    """The same data with a box for every character that the text's own font has not."""
    match value:
        case str():
            from govern.render.fonts import REGULAR, plain

            return "\n".join(plain(line, REGULAR) for line in value.split("\n"))
        case list():
            return [_replace(each) for each in value]
        case dict():
            return {key: _replace(each) for key, each in value.items()}
        case _:
            return value


class _Labels:
    """Short names for anchors, so that no text of the draft is one; the first place of an anchor bears its name."""

    def __init__(self, known: Iterable[str]) -> None:
        self._names = {anchor: f"p{place}" for place, anchor in enumerate(sorted(known))}
        self._free = set(self._names)

    def at(self, anchor: str) -> str | None:
        """The name for a place that has an anchor."""
        if anchor not in self._free:
            return None
        self._free.remove(anchor)
        return self._names[anchor]

    def to(self, anchor: str) -> str | None:
        """The name of the place that an anchor points to, None if there is no such place."""
        return self._names.get(anchor)


_NO_LABELS = _Labels(())


def _plain(draft: Draft) -> dict[str, Any]:
    labels = _Labels(anchors(draft))
    return {
        "title": clean(draft.title).strip() or _UNTITLED,
        "subtitle": clean(draft.subtitle),
        "lang": draft.tongue.partition("-")[0],
        "region": draft.tongue.partition("-")[2],
        "paper": "us-letter" if draft.letter else "a4",
        "draft": draft.status != "final",
        "status": f"{say_status(draft)} · Version {clean(draft.version)}",
        "imprint": imprint(draft),
        "day": [draft.day.year, draft.day.month, draft.day.day],
        "parties": [_party(each, labels) for each in draft.parties],
        "background": [_runs(each, labels) for each in draft.background],
        "open": [list(row) for row in open_rows(draft)] if show_open_points(draft) else [],
        "sections": [_section(each, labels) for each in draft.sections],
        "annexes": [_section(each, labels) for each in draft.annexes],
        "signature": _runs(draft.signature, labels),
        "signatures": [
            {
                "head": clean(say_signed(each.role, deed=each.deed)),
                "witness": list(WITNESS) if each.deed else [],
                "name": _runs(each.name, labels),
                "signers": [
                    {"name": _runs(name, labels), "title": _runs(title, labels)} for name, title in signers(each)
                ],
            }
            for each in draft.signatures
        ],
    }


def _party(party: PartyBlock, labels: _Labels) -> dict[str, Any]:
    rest: list[Inline] = []
    for label, value in party.details:
        rest += [Text(f", {say_detail(label)} "), *value]
    rest += [Text(" (the "), Definition(party.role), Text(").")]
    return {"role": clean(party.role), "name": _runs(party.name, labels), "rest": _runs(rest, labels)}


def _section(section: Section, labels: _Labels) -> dict[str, Any]:
    return {
        "anchor": labels.at(section.anchor),
        "number": clean(section.number),
        "title": clean(section.title),
        "blocks": [
            _block(each, after, labels, inside=section.kind != "annex") for each, after in followed(section.blocks)
        ],
    }


def _block(block: Block, after: Block | None, labels: _Labels, *, inside: bool) -> dict[str, Any]:
    if isinstance(block, Table):
        return {
            "type": "table",
            "widths": column_widths(block, 10_000),
            "header": [_runs(cell, _NO_LABELS) for cell in block.header],  # on later pages it is an artifact
            "rows": [[_runs(cell, labels) for cell in row] for row in block.rows],
        }
    return {
        "type": "paragraph",
        "anchor": labels.at(block.anchor) if block.anchor else None,
        "number": clean(block.number),
        "level": block.level,
        "inside": inside,
        "leads": leads(block, after),
        "ragged": stretches(block.content),
        "runs": _runs(block.content, labels),
    }


def _runs(content: Iterable[Inline], labels: _Labels) -> list[dict[str, Any]]:
    return [_run(each, labels) for each in spaced(content)]


def _run(run: Inline, labels: _Labels) -> dict[str, Any]:
    if isinstance(run, Reference):
        target = labels.to(run.target)
        return {"kind": "reference", "text": words_of(run), "target": target}
    text = words_of(run)
    return {"kind": _KINDS.get(type(run), "text"), "text": text}
