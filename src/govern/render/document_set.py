"""A set of documents as one zip: the files, their locks, a cover index to read, and checksums to verify."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

from govern.contracts import Draft, Lock, format_lock
from govern.render.docx_parts import pack
from govern.render.html import page_style
from govern.render.words import clean, say_day

INDEX = "index.html"
SUMS = "SHA256SUMS"


@dataclass(frozen=True, slots=True)
class SetEntry:
    """A document of the set: its draft, its lock, why the project needs it, and its files by format."""

    draft: Draft
    lock: Lock
    why: str
    files: Mapping[str, bytes]


def pack_set(entries: Sequence[SetEntry], *, title: str, day: date, uncovered: Sequence[str] = ()) -> bytes:
    """The zip's bytes; the same entries give the same bytes.

    `uncovered` are the obligations that no document of the set serves, in words; the cover says so. `sha256sum -c
    SHA256SUMS` verifies every other file of the zip.
    """
    parts: dict[str, bytes] = {}
    names: list[dict[str, str]] = []
    for place, entry in enumerate(entries, 1):
        stem = f"{place:02}-{entry.draft.document}"
        names.append({kind: f"{stem}.{kind}" for kind in entry.files})
        parts |= {f"{stem}.{kind}": data for kind, data in entry.files.items()}
        parts[f"locks/{stem}.lock"] = format_lock(entry.lock)
    parts[INDEX] = _index(entries, names, title, day, uncovered).encode()
    sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(parts.items()))
    return pack({**parts, SUMS: sums.encode()})


def _index(
    entries: Sequence[SetEntry], names: Sequence[Mapping[str, str]], title: str, day: date, uncovered: Sequence[str]
) -> str:
    numbered = enumerate(zip(entries, names, strict=True), 1)
    rows = "\n".join(_row(place, entry, files) for place, (entry, files) in numbered)
    open_points = sum(len(entry.draft.open_points) for entry in entries)
    drafts = any(entry.draft.status == "draft" for entry in entries)
    state = "They are drafts without open points." if drafts else "All of them are final."
    if open_points:
        state = f"{open_points} points are open; each draft lists its own."
    missing = ""
    if uncovered:
        items = "".join(f"<li>{escape(clean(each))}</li>" for each in uncovered)
        missing = f"<h2>Obligations that no document of this set serves</h2><ul>{items}</ul>"
    head = f"<title>{escape(clean(title))}</title>"
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">{head}'
        f'<meta name="viewport" content="width=device-width"><style>{page_style()}{_STYLE}</style></head><body><main>'
        f"<h1>{escape(clean(title))}</h1><p>{len(entries)} documents of {say_day(day)}. {state}</p>"
        f"<table><thead><tr><th>No.</th><th>Document</th><th>Version</th><th>Status</th><th>Why it is needed</th>"
        f"<th>Files</th></tr></thead><tbody>{rows}</tbody></table>{missing}"
        f"<p>Verify the files: <code>sha256sum -c {SUMS}</code>. The locks in <code>locks/</code> make the same "
        "documents again: <code>govern draft --locked LOCK --out FILE</code>.</p></main></body></html>\n"
    )


def _row(place: int, entry: SetEntry, files: Mapping[str, str]) -> str:
    draft = entry.draft
    count = len(draft.open_points)
    status = "final" if draft.status == "final" else f"draft, {count} open" if count else "draft"
    links = " ".join(f'<a href="{escape(name, quote=True)}">{escape(kind)}</a>' for kind, name in files.items())
    title = f"{escape(clean(draft.title))}<br><small>{escape(clean(draft.subtitle))}</small>"
    cells = (str(place), title, escape(draft.version), status, escape(clean(entry.why)), links)
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


_STYLE = (
    "main{max-width:60rem;margin:2rem auto;padding:0 1rem}table{border-collapse:collapse;width:100%}"
    "td,th{text-align:left;vertical-align:top;padding:.4rem .6rem;border-bottom:1px solid #ccd}"
)
