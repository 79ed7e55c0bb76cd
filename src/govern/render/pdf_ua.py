"""A draft as an accessible PDF: PDF/UA-1 and PDF/A-2a, written by Typst (extra `accessible`).

The template is fixed and the draft comes to it as data: no text of a contract is ever read as markup.
"""

import json
from collections.abc import Iterable
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
)
from govern.errors import RefusedError
from govern.render.columns import column_widths
from govern.render.html import anchor_id
from govern.render.words import (
    anchors,
    clean,
    imprint,
    open_rows,
    say_detail,
    say_status,
    show_open_points,
    spaced,
    words_of,
)

_KINDS = {Definition: "defined", Use: "use", Filled: "filled", Blank: "blank", OpenChoice: "choice", Text: "text"}


def write_pdf_ua(draft: Draft) -> bytes:
    """The file's bytes; see `govern.render.render_pdf_ua`."""
    try:
        import typst
    except ImportError:
        hint = "pip install 'govern[accessible]'; the other PDF is written without it"
        raise RefusedError("an accessible PDF needs Typst, which is not installed", hint=hint) from None
    fonts = str(files("font_source_serif_pro").joinpath("files"))
    template = files("govern.render").joinpath("base/contract.typ").read_bytes()
    data = json.dumps(_plain(draft), ensure_ascii=False)
    compile_: Any = typst.compile  # its stubs want bytes in every list where the template is bytes
    made: bytes = compile_(
        template, format="pdf", sys_inputs={"draft": data}, font_paths=[fonts], ignore_system_fonts=True,
        pdf_standards=["a-2a", "ua-1"],
    )  # fmt: skip
    return made


def _plain(draft: Draft) -> dict[str, Any]:
    known = anchors(draft)
    return {
        "title": clean(draft.title),
        "subtitle": clean(draft.subtitle),
        "lang": "en",
        "region": "GB",
        "status": f"{say_status(draft)} · Version {clean(draft.version)}",
        "imprint": imprint(draft),
        "day": [draft.day.year, draft.day.month, draft.day.day],
        "parties": [_party(each, known) for each in draft.parties],
        "background": [_runs(each, known) for each in draft.background],
        "open": [list(row) for row in open_rows(draft)] if show_open_points(draft) else [],
        "sections": [_section(each, known) for each in draft.sections],
        "annexes": [_section(each, known) for each in draft.annexes],
        "signature": _runs(draft.signature, known),
        "signatures": [
            {
                "role": clean(each.role),
                "name": _runs(each.name, known),
                "signatory": _runs(each.signatory, known),
                "title": _runs(each.title, known),
            }
            for each in draft.signatures
        ],
    }


def _party(party: PartyBlock, known: frozenset[str]) -> dict[str, Any]:
    sentence: list[Inline] = [*party.name]
    for label, value in party.details:
        sentence += [Text(f", {say_detail(label)} "), *value]
    sentence += [Text(" (the "), Definition(party.role), Text(").")]
    return {"role": clean(party.role), "name": _runs(party.name, known), "sentence": _runs(sentence, known)}


def _section(section: Section, known: frozenset[str]) -> dict[str, Any]:
    return {
        "anchor": anchor_id(section.anchor),
        "number": clean(section.number),
        "title": clean(section.title),
        "blocks": [_block(each, known, inside=section.kind != "annex") for each in section.blocks],
    }


def _block(block: Block, known: frozenset[str], *, inside: bool) -> dict[str, Any]:
    if isinstance(block, Table):
        return {
            "type": "table",
            "widths": column_widths(block, 10_000),
            "header": [_runs(cell, known) for cell in block.header],
            "rows": [[_runs(cell, known) for cell in row] for row in block.rows],
        }
    return {
        "type": "paragraph",
        "anchor": anchor_id(block.anchor) if block.anchor else None,
        "number": clean(block.number),
        "level": block.level,
        "inside": inside,
        "runs": _runs(block.content, known),
    }


def _runs(content: Iterable[Inline], known: frozenset[str]) -> list[dict[str, Any]]:
    return [_run(each, known) for each in spaced(content)]


def _run(run: Inline, known: frozenset[str]) -> dict[str, Any]:
    if isinstance(run, Reference):
        target = anchor_id(run.target) if run.target in known else None
        return {"kind": "reference", "text": words_of(run), "target": target}
    text = words_of(run)
    return {"kind": _KINDS.get(type(run), "text"), "text": text}
