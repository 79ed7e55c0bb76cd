"""The certificate of a destruction as PDF: for reading; what proves it is in the JSON beside it, and in the log."""

from collections.abc import Iterable
from typing import Any

from reportlab.platypus import CondPageBreak, HRFlowable

from govern.render.pdf_paper import WIDTH, build_pdf, grid, pairs, para, points, say_time
from govern.render.pdf_text import NAVY
from govern.usecases.dispositions import IssuedCertificate

ROWS = 2_000
"""Records that are printed; all are in the JSON."""

_TECHNIQUES = {
    "clear": "Clear",
    "purge": "Purge",
    "none": "deletion; none of the standard's techniques",
}


def write_certificate_pdf(issued: IssuedCertificate) -> bytes:
    """The certificate: who, on what basis, what by digest, how, what was not reached, what was checked, the proof."""
    said = issued.content
    destroyed = said["destroyed"]
    title = f"Certificate of destruction: {said['project']}"
    story = [
        para("kicker", "Certificate of destruction"),
        para("title", f"Records of {said['project']} were destroyed"),
        para("cover", f"Certificate {said['id']} · plan {said['plan']['id']}"),
        HRFlowable("100%", 1.4, color=NAVY, spaceAfter=9),
        pairs(_front(said)),
        *_basis(said),
        *_stores(said),
        *points("What was not reached", [_say_unreached(each) for each in said["not_reached"]], ""),
        *points("What was checked", _say_checked(said), ""),
        *_records(destroyed),
        *points("Proof", (), f"Entry {issued.index} of the log commits to this certificate. In the form of C2SP"
                 " tlog-proof:"),
        *(para("cell", line) for line in issued.proof.decode().splitlines() if line),
    ]  # fmt: skip
    return build_pdf(title, f"certificate {said['id']}", story)


def _front(said: dict[str, Any]) -> Iterable[tuple[str, str]]:
    plan = said["plan"]
    yield "Project", said["project"]
    yield "Why", plan["reason"]
    yield "Planned", f"{say_time(plan['planned_at'])} by {plan['planner']}, as of {plan['as_of']}"
    yield "Plan's digest", plan["digest"]
    for each in said["approvals"]:
        yield "Approved", f"{say_time(each['at'])} by {each['actor']}"
    yield "Executed", f"by {', '.join(said['executed_by']) or 'nobody'}"
    if said["destroyed_from"]:
        yield "Destroyed", f"{say_time(said['destroyed_from'])} to {say_time(said['destroyed_to'])}"
    yield "Certified", f"{say_time(said['certified_at'])} by {said['certified_by']}"
    yield "Schedule", ", ".join(sorted({each["schedule"] for each in said["basis"]})) or said["schedule"]
    yield "Standard", said["standard"]
    yield "Records", f"{len(said['destroyed'])} destroyed of {plan['items']} planned"


def _basis(said: dict[str, Any]) -> list[Any]:
    rows = [
        [
            para("cell", each["record_class"]),
            [para("cell", each["rule"]), para("label", f"schedule {each['schedule']}")],
            para("cell", each["authority"]),
            para("cell", str(each["records"])),
        ]
        for each in said["basis"]
    ]
    table = grid(("Records", "Rule", "Authority", "Number"), rows, (WIDTH - 340, 140, 140, 60))
    return [CondPageBreak(120), para("h1", "On what basis"), table]


def _stores(said: dict[str, Any]) -> list[Any]:
    rows = [
        [
            [
                para("cell", each["name"]),
                para("label", each["at"]),
                para("label", each["medium"] or "medium not declared"),
            ],
            [para("cell", _TECHNIQUES[each["technique"]]), para("label", each["method"])],
            para("cell", each["verification"]),
            para("cell", f"{each['records']} records, {each['objects']} things, {each['bytes']} bytes"),
        ]
        for each in said["stores"]
    ]
    table = grid(("Store", "Method", "Verification", "How much"), rows, (WIDTH - 350, 140, 120, 90))
    return [CondPageBreak(120), para("h1", "Where and how"), table]


def _say_unreached(each: dict[str, str]) -> str:
    return f"{each['what']}: {each['why']}; " + (f"expires {each['expires']}" if each["expires"] else "expiry unknown")


def _say_checked(said: dict[str, Any]) -> list[str]:
    holds = said["holds_checked"]
    named = sorted({*holds["at_planning"], *holds["at_destruction"]})
    found = f"holds in force: {', '.join(named)}" if named else "no hold was in force"
    return [
        "that two different people had approved exactly the plan of the digest above",
        f"holds: {holds['words']}; {found}",
        "that each record was in the register as planned, and its content as registered where a digest was",
        "that nothing is left at the location of each record, by listing it again",
    ]


def _records(destroyed: list[dict[str, Any]]) -> list[Any]:
    rows = [
        [
            [para("cell", each["record"]), para("label", each["store"][:200]), para("label", each["why"])],
            para("label", each["digest"]),
            para("cell", f"{each['objects']} · {each['bytes']}"),
            para("cell", say_time(each["at"])),
        ]
        for each in destroyed[:ROWS]
    ]
    rest = len(destroyed) - ROWS
    note = "By the SHA-256 of the content that was destroyed; the content itself is nowhere in this certificate."
    more = [para("body", f"{rest} more are in the JSON.")] if rest > 0 else []
    widths = (WIDTH - 322, 160, 72, 90)
    table = grid(("Record", "SHA-256", "Things · bytes", "Destroyed"), rows, widths)
    return [CondPageBreak(120), para("h1", "What was destroyed"), para("body", note), table, *more]
