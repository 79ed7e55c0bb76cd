"""The report in an evidence bundle, and the certificate of an erasure, as PDF.

Both are for reading: what they say can be checked against the entries and proofs that come with them. They are untagged
(ADR 11), and the same input gives the same bytes.
"""

from collections.abc import Iterable, Sequence
from importlib.resources import files
from typing import Any

from reportlab.platypus import (
    CondPageBreak,
    HRFlowable,
    PageBreak,
)

from govern.audit import Admission, format_verifier_key, show_text, show_value
from govern.render.pdf.paper import WIDTH, build_pdf, grid, pairs, para, points, say_time, spelled
from govern.render.pdf.text import NAVY
from govern.usecases.erasure import Certificate
from govern.usecases.matters import MatterReport

ROWS = 2_000
"""Entries and fields that the report prints; all are in the bundle's files."""

_VALUE = 400  # letters of a disclosed value


_HOW = (
    "The JSON that belongs to this certificate has two entries of the log: one commits to every word of it, the other "
    "says that the key was destroyed. It is verified with the log's public key, as its owner published it elsewhere: "
    "govern erase --verify FILE --key KEY; or, without govern, with the program that govern log verifiers writes and "
    "that lies in each bundle: python3 verify.py --certificate FILE --key KEY. The proof, in the form of C2SP "
    "tlog-proof:"
)


_TITLES = ("The data of {} was erased", "The data of {} can no longer be read here")
_GONE = "The key was destroyed, and with it the means to read any copy of that data."
_MISSING = "The key is not in the vault, and was not overwritten there. This workspace will never take it in again."


def write_evidence_pdf(report: MatterReport, name: str) -> bytes:
    """The report of a bundle: what happened, who did it, what is proved and what is not, and a certification to adapt.

    `name` is the bundle's file name, which the certification cites.
    """
    found = report.verified
    title = f"Evidence: {report.title}"
    story = [
        para("kicker", "Evidence of one matter"),
        para("title", report.title),
        para("cover", f"{found.matter} · {len(report.entries)} entries of the log {found.origin}"),
        HRFlowable("100%", 1.4, color=NAVY, spaceAfter=9),
        *_admissions(report),
        pairs(_front(report)),
        *points("What is proved", found.checked, _lead(report)),
        *points("What is not proved", found.unchecked, ""),
        *_actors(report),
        *_timeline(report),
        *_disclosed(report),
        *_certification(report, name),
    ]
    return build_pdf(title, f"{found.matter}, up to entry {report.entries[-1][0]}", story)


def write_erasure_pdf(certificate: Certificate) -> bytes:
    """The certificate of an erasure: which key, what it covered, what was reached and what was not.

    Letters that no font has are written by their numbers, since none of its words may be lost.
    """
    said, note = spelled(certificate.said)
    destroyed = say_time(said["destroyed_at"])
    if before := said.get("destroyed_before"):  # not in those of an earlier govern
        destroyed = f"{before}; the log says so since {destroyed}"
    story = [
        para("kicker", "Certificate of erasure"),
        para("title", _TITLES[bool(said.get("missing"))].format(said["subject"])),
        para("cover", f"Certificate {said['id']} · log {said['log']}"),
        HRFlowable("100%", 1.4, color=NAVY, spaceAfter=9),
        para(
            "body",
            "Everything that this workspace had sealed of the person was encrypted under one key. "
            f"{_MISSING if said.get('missing') else _GONE} No entry of the log was changed: it verifies as before.",
        ),
        pairs(
            (
                ("Person", f"{said['subject']} (a pseudonym)"),
                ("Why", said["reason"] or "no reason was given"),
                ("Ordered", f"{say_time(said['ordered_at'])} by {said['ordered_by']}"),
                ("Destroyed", destroyed),
                ("Certified", f"{say_time(said['certified_at'])} by {said['certified_by']}"),
                ("Key", said["key"]),
                ("Digest of the key", said["digest"]),
                ("Sealed records", f"{said['covered']}"),
                (
                    "Entries of the log",
                    f"key made: {said['created_entry']}; ordered: {said['ordered_entry']}; "
                    f"destroyed: {said['destroyed_entry']}; log of {said['size']} entries",
                ),
            )
        ),
        *note,
        *points("What was reached", said["reached"], ""),
        *points("What was not reached", said["not_reached"], ""),
        *points("What was checked", said["checked"], ""),
        *points("Proof", (), _HOW),
        *(para("cell", line) for line in certificate.proof.splitlines() if line),
    ]
    return build_pdf(f"Certificate of erasure: {said['subject']}", f"certificate {said['id']}", story)


def _admissions(report: MatterReport) -> list[Any]:
    """Before all else: a reader must not take a log that was set back for one that holds all that was ever signed."""
    said = [each.words() for each in report.verified.admissions]
    if not said:
        return []
    lead = "The log says of itself that its database was set back. Entries that had been signed are no longer in it."
    return points("The log admits a loss", said, lead)


def _lead(report: MatterReport) -> str:
    witnessed = any(head.witnesses for head in report.verified.heads)
    keys = "the log's public key and those of the witnesses" if witnessed else "the log's public key"
    return f"The bundle proves, to whoever has {keys} as published elsewhere, and without us:"


def _front(report: MatterReport) -> Iterable[tuple[str, str]]:
    found = report.verified
    yield "Log", found.origin
    yield "Public key", format_verifier_key(report.key)
    yield "Matter", found.matter
    yield "Entries", f"{len(report.entries)}, from {say_time(report.entries[0][1].time)} to {say_time(report.made_at)}"
    yield "Up to", f"entry {report.entries[-1][0]}, the last of the log then; root hash {found.root.hex()}"
    yield "Made", f"{say_time(report.made_at)} by {report.made_by}; bundle {report.id}"
    yield "Records", f"{report.records} as a whole, {len(found.disclosed)} single fields"
    for head in found.heads:
        names = ", ".join(each.key.name for each in head.witnesses) or "no witness"
        stamp = ", with a time stamp" if head.stamp is not None else ""
        yield "Other head", f"log of {head.size} entries, cosigned by {names}{stamp}"
    for size in report.lost_heads:
        yield "Left out", f"what others attested of a log of {size} entries, whose history this log has lost"


def _actors(report: MatterReport) -> list[Any]:
    rows = [
        [para("cell", actor), para("cell", str(count)), para("cell", say_time(first)), para("cell", say_time(last))]
        for actor, count, first, last in report.actors
    ]
    table = grid(("Who", "Entries", "First", "Last"), rows, (WIDTH - 330, 60, 135, 135))
    note = "The log knows people by ids, as the program was told them. Who an id is, its workspace keeps apart from it."
    return [CondPageBreak(120), para("h1", "Who did what"), para("body", note), table]


def _timeline(report: MatterReport) -> list[Any]:
    rows = [
        [
            para("cell", str(index)),
            para("cell", say_time(entry.time)),
            [para("cell", entry.kind.replace(".", " ").replace("_", " ")), para("label", entry.object[:200])],
            para("cell", entry.actor),
            para("label", (entry.body or "").removeprefix("sha256:")[:16]),
        ]
        for index, entry in report.entries[:ROWS]
    ]
    table = grid(("Entry", "When", "What, and to which object", "Who", "Record"), rows, (42, 110, WIDTH - 320, 90, 78))
    more = len(report.entries) - ROWS
    rest = [para("body", f"{more} later entries are in the files of the bundle.")] if more > 0 else []
    said = "Record: the first 16 digits of the SHA-256 of what the entry is about."
    return [CondPageBreak(160), para("h1", "What happened, as the entries say"), para("body", said), table, *rest]


def _disclosed(report: MatterReport) -> list[Any]:
    shown = report.verified.disclosed
    if not shown:
        return []
    rows = [
        [para("cell", str(index)), para("cell", show_text(field.name)), para("cell", show_value(field.value, _VALUE))]
        for index, field in shown[:ROWS]
    ]
    said = "Single fields of records, each proved by its entry. What stands beside them in the record is not shown."
    if len(shown) > ROWS:
        said += f" {len(shown) - ROWS} more are in the files of the bundle."
    table = grid(("Entry", "Field", "Value"), rows, (42, 170, WIDTH - 212))
    return [CondPageBreak(120), para("h1", "Fields that are disclosed"), para("body", said), table]


def _certification(report: MatterReport, name: str) -> list[Any]:
    found = report.verified
    said = _read("certification.txt").format(
        admissions=_admit(found.admissions),
        origin=found.origin,
        file=name,
        made=say_time(report.made_at),
        count=len(report.entries),
        matter=found.matter,
        last=report.entries[-1][0],
        root=found.root.hex(),
        key=format_verifier_key(report.key),
    )
    return [
        PageBreak(),
        para("h1", "A certification, for counsel to adapt"),
        *(para("body", s) for s in said.split("\n\n")),
    ]


def _admit(admissions: Sequence[Admission]) -> str:
    indexes = [str(each.index) for each in admissions]
    which = f"entry {indexes[0]}" if len(indexes) == 1 else f"the entries {', '.join(indexes)}"
    return _read("admission.txt").format(which=which) if indexes else ""


def _read(name: str) -> str:
    return files("govern.render").joinpath("evidence", name).read_text("utf-8")
