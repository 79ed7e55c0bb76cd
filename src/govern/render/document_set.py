"""A set of documents as one zip: the files, their locks, a cover index to read, and checksums to verify."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files

from govern.contracts import Draft, Lock, format_lock, write_date
from govern.render.docx.parts import pack
from govern.render.html import POLICY, escape, page_style

INDEX = "index.html"
SUMS = "SHA256SUMS"
_FORMATS = {"docx": "Word", "pdf": "PDF", "html": "Web page", "md": "Markdown"}


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
        stem = _stem(place, entry)
        names.append({kind: f"{stem}.{kind}" for kind in entry.files})
        parts |= {f"{stem}.{kind}": data for kind, data in entry.files.items()}
        parts[_lock_of(place, entry)] = format_lock(entry.lock)
    parts[INDEX] = _index(entries, names, title, day, uncovered).encode()
    sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(parts.items()))
    return pack({**parts, SUMS: sums.encode()})


def _index(
    entries: Sequence[SetEntry], names: Sequence[Mapping[str, str]], title: str, day: date, uncovered: Sequence[str]
) -> str:
    numbered = enumerate(zip(entries, names, strict=True), 1)
    rows = "\n".join(_row(place, entry, each) for place, (entry, each) in numbered)
    counted = f"{len(entries)} {'document' if len(entries) == 1 else 'documents'}"
    return f"""<!DOCTYPE html>
<html lang="en-GB" dir="ltr">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)} · {escape(write_date(day))}</title>
<style>
{page_style()}{_style()}</style>
</head>
<body>
<header>
<p class="status">Set of {counted} · {escape(write_date(day))}</p>
<h1>{escape(title)}</h1>
<p>{_say_state(entries)}</p>
</header>
<main>
<div class="wide" role="region" tabindex="0" aria-label="Documents">
<table>
<thead>
<tr><th scope="col" class="n">No.</th><th scope="col">Document</th><th scope="col">Why it is needed</th>\
<th scope="col">Status</th><th scope="col">Files</th></tr>
</thead>
<tbody>
{rows}
</tbody>
</table>
</div>
{_say_uncovered(uncovered)}<h2>Verify and make again</h2>
<p>Every other file of this set is listed with its checksum: <code>sha256sum -c {SUMS}</code>.</p>
<p>A lock makes the same document again, byte for byte: <code>govern draft --locked LOCK --out FILE</code>.</p>
</main>
</body>
</html>
"""


def _say_state(entries: Sequence[SetEntry]) -> str:
    count = sum(len(entry.draft.open_points) for entry in entries)
    if count:
        points = "1 point is" if count == 1 else f"{count} points are"
        return f"{points} open before signature; each draft lists its own before its first clause."
    if any(entry.draft.status != "final" for entry in entries):
        return "Drafts without open points."
    return "All documents are final."


def _row(place: int, entry: SetEntry, names: Mapping[str, str]) -> str:
    draft = entry.draft
    count = len(draft.open_points)
    state = f'draft, <span class="open-points">{count} open</span>' if count else escape(draft.status)
    links = {_FORMATS.get(kind, kind): name for kind, name in names.items()} | {"Lock": _lock_of(place, entry)}
    name = escape(draft.title)
    shown = "".join(
        f'<a href="{escape(file)}" aria-label="{name}: {escape(kind)}">{escape(kind)}</a>'
        for kind, file in links.items()
    )
    about = " · ".join(filter(None, (escape(draft.subtitle), f"version&nbsp;{escape(draft.version)}")))
    return (
        f'<tr><td class="n">{place}</td><th scope="row">{name}<small>{about}</small></th><td>{escape(entry.why)}</td>'
        f'<td class="state">{state}</td><td class="files">{shown}</td></tr>'
    )


def _say_uncovered(uncovered: Sequence[str]) -> str:
    if not uncovered:
        return ""
    items = "\n".join(f"<li>{escape(each)}</li>" for each in uncovered)
    return f'<h2>Obligations that no document of this set serves</h2>\n<ul class="uncovered">\n{items}\n</ul>\n'


def _stem(place: int, entry: SetEntry) -> str:
    """A name for an entry's files, whatever its recipe is called."""
    return f"{place:02}-" + "".join(
        each if each.isascii() and (each.isalnum() or each in "-_.") else "_" for each in entry.draft.document
    )


def _lock_of(place: int, entry: SetEntry) -> str:
    return f"locks/{_stem(place, entry)}.lock"


@lru_cache(maxsize=1)
def _style() -> str:
    return files("govern.render").joinpath("base/document_set.css").read_text(encoding="utf-8")
