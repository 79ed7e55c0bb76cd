"""The certificate of a destruction as PDF: for reading; what proves it is in the JSON beside it, and in the log."""

from collections.abc import Iterable
from typing import Any

from reportlab.platypus import CondPageBreak, HRFlowable

from govern.render.pdf.paper import WIDTH, build_pdf, grid, pairs, para, points, say_time, spelled
from govern.render.pdf.text import NAVY
from govern.usecases.dispositions import IssuedCertificate

ROWS = 2_000
"""Records that are printed; all are in the JSON."""

_TECHNIQUES = {
    "clear": "Clear",
    "purge": "Purge",
    "none": "deletion; none of the standard's techniques",
}


_HOW = (
    "What is verified is the JSON that belongs to it, with the log's public key as its owner published it elsewhere: "
    "govern retention certificate --verify FILE --key KEY; or, without govern, with the program that govern log "
    "verifiers writes and that lies in each bundle: python3 verify.py --certificate FILE --key KEY. The proof, in the "
    "form of C2SP tlog-proof:"
)


def write_certificate_pdf(issued: IssuedCertificate) -> bytes:
    """The certificate: who, on what basis, what by digest, how, what was not reached, what was checked, the proof."""
    said, note = spelled(issued.content)
    destroyed = said["destroyed"]
    title = f"Certificate of destruction: {said['project']}"
    story = [
        para("kicker", "Certificate of destruction"),
        para("title", _title(said)),
        para("cover", f"Certificate {said['id']} · plan {said['plan']['id']}"),
        HRFlowable("100%", 1.4, color=NAVY, spaceAfter=9),
        pairs(_front(said)),
        *note,
        *_basis(said),
        *_stores(said),
        *points("What was not reached", [_say_unreached(each) for each in said["not_reached"]], ""),
        *points("What was checked", _say_checked(said), ""),
        *_records(destroyed),
        *_partly(said.get("partly", [])),
        *_absent(said.get("absent", [])),
        *points("Proof", (), f"Entry {issued.index} of the log commits to this certificate. {_HOW}"),
        *(para("cell", line) for line in issued.proof.decode().splitlines() if line),
    ]  # fmt: skip
    return build_pdf(title, f"certificate {said['id']}", story)


def _title(said: dict[str, Any]) -> str:
    if said["destroyed"]:
        return f"Records of {said['project']} were destroyed"
    if said.get("partly"):
        return f"Parts of records of {said['project']} were destroyed"
    return f"Records of {said['project']} were found absent"


def _front(said: dict[str, Any]) -> Iterable[tuple[str, str]]:
    plan = said["plan"]
    yield "Project", said["project"]
    for each in said.get("parties", ()):
        more = "; ".join(each[name] for name in ("registration", "address") if name in each)
        yield each["role"].capitalize(), each["name"] + (f" ({more})" if more else "")
    yield "Why", plan["reason"]
    yield "Planned", f"{say_time(plan['planned_at'])} by {plan['planner']}, as of {plan['as_of']}"
    yield "Plan's digest", plan["digest"]
    for each in said["approvals"]:
        own = ", who planned it: this workspace allows that" if each["actor"] == plan["planner"] else ""
        yield "Approved", f"{say_time(each['at'])} by {each['actor']}{own}"
    yield "Executed", f"by {', '.join(said['executed_by']) or 'nobody'}"
    if said["destroyed_from"]:
        yield "Destroyed", f"{say_time(said['destroyed_from'])} to {say_time(said['destroyed_to'])}"
    yield "Certified", f"{say_time(said['certified_at'])} by {said['certified_by']}"
    yield "Schedule", ", ".join(sorted({each["schedule"] for each in said["basis"]})) or said["schedule"]
    yield "Standard", said["standard"]
    absent = f", {len(said['absent'])} found absent" if said.get("absent") else ""
    out = plan["items"] - len(said["destroyed"]) - len(said.get("absent", ()))
    left = f", {out} left out" if out else ""
    part = f" ({len(said['partly'])} of them destroyed in part)" if said.get("partly") else ""
    yield "Records", f"{len(said['destroyed'])} destroyed{absent}{left}{part} of {plan['items']} planned"


def _basis(said: dict[str, Any]) -> list[Any]:
    if not said["basis"]:
        return []
    rows = [
        [
            para("cell", each["record_class"]),
            para("cell", each["authority"]),
            para("cell", each["schedule"]),
            para("cell", str(each["records"])),
        ]
        for each in said["basis"]
    ]
    table = grid(("Records", "Authority", "Schedule", "Number"), rows, (WIDTH - 340, 180, 100, 60))
    return [CondPageBreak(120), para("h1", "On what basis"), table]


def _stores(said: dict[str, Any]) -> list[Any]:
    if not said["stores"]:
        return []
    rows = [
        [
            [
                para("cell", each["name"]),
                para("label", each["at"]),
                para("label", each["medium"] or "medium not declared"),
            ],
            [para("cell", _TECHNIQUES[each["technique"]]), para("label", each["method"])],
            para("cell", each["verification"]),
            para("cell", _say_amount(each)),
        ]
        for each in said["stores"]
    ]
    table = grid(("Store", "Method", "Verification", "How much"), rows, (WIDTH - 350, 140, 120, 90))
    return [CondPageBreak(120), para("h1", "Where and how"), table]


def _say_amount(store: dict[str, Any]) -> str:
    """2 records, 1 thing, 12 bytes."""
    counts = ((store["records"], "record"), (store["objects"], "thing"), (store["bytes"], "byte"))
    return ", ".join(f"{number} {noun}{'' if number == 1 else 's'}" for number, noun in counts)


def _say_unreached(each: dict[str, str]) -> str:
    return f"{each['what']}: {each['why']}; " + (f"expires {each['expires']}" if each["expires"] else "expiry unknown")


def _say_checked(said: dict[str, Any]) -> list[str]:
    holds = said["holds_checked"]
    named = sorted({*holds["at_planning"], *holds["at_destruction"]})
    found = f"holds in force: {', '.join(named)}" if named else "no hold was in force"
    checked = [_say_approved(said["plan"]), f"holds: {holds['words']}; {found}"]
    if said["destroyed"]:
        checked += [
            "that each destroyed record was in the register as planned, and its content as registered where a digest "
            "was",
            "that nothing is left at the location of each destroyed record, by listing it again",
        ]
    if said.get("partly"):
        checked.append("of each record that is destroyed in part what is left, by listing it again")
    return checked


def _say_approved(plan: dict[str, Any]) -> str:
    both = "two different people" if plan.get("planner_approves") else "two people other than who planned it"
    return f"that {both} had approved exactly the plan of the digest above"


def _partly(partly: list[dict[str, Any]]) -> list[Any]:
    """Its own heading, with a sentence of its own where a hold is in force: what went cannot be brought back."""
    if not partly:
        return []
    rows = [
        [
            [
                para("cell", each["record"]),
                para("label", each["store"][:200]),
                para("label", each["words"]),
                *([para("cell", f"HOLD: {each['hold']}")] if each["hold"] else []),
            ],
            [para("cell", _say_gone(each)), *([para("label", each["list"])] if each["list"] else [])],
        ]
        for each in partly[:ROWS]
    ]
    rest = len(partly) - ROWS
    note = (
        "Their destruction was begun, and the rest was left out. What is gone was not brought back. Its digests are in "
        "the JSON; below stands that of the list of them."
    )
    more = [para("body", f"{rest} more are in the JSON.")] if rest > 0 else []
    table = grid(("Record", "Destroyed of it"), rows, (WIDTH - 200, 200))
    return [CondPageBreak(120), para("h1", "What was destroyed in part"), para("body", note), table, *more]


def _say_gone(each: dict[str, Any]) -> str:
    if each["gone"] is None:
        return "not known: the store could not be looked at"
    things, size = ("thing" if each["objects"] == 1 else "things"), each["bytes_gone"]
    return f"{each['gone']} of {each['objects']} {things}, {size} {'byte' if size == 1 else 'bytes'}"


def _absent(absent: list[dict[str, Any]]) -> list[Any]:
    """Its own heading: of these nobody here can say that they were destroyed."""
    if not absent:
        return []
    rows = [
        [
            [para("cell", each["record"]), para("label", each["store"][:200]), para("label", each["words"])],
            para("cell", say_time(each["found_at"])),
            [para("cell", each["confirmed_by"]), para("label", each["reason"])],
            para("cell", f"Incident: {each['incident']}" if each["incident"] else "none"),
        ]
        for each in absent[:ROWS]
    ]
    rest = len(absent) - ROWS
    note = (
        "Nothing was there when they were to be destroyed. They are closed; this certificate does not say that they "
        "were destroyed, or by whom."
    )
    more = [para("body", f"{rest} more are in the JSON.")] if rest > 0 else []
    table = grid(("Record", "Looked for", "Confirmed by", "Incident"), rows, (WIDTH - 310, 90, 120, 100))
    return [CondPageBreak(120), para("h1", "What was found absent"), para("body", note), table, *more]


def _records(destroyed: list[dict[str, Any]]) -> list[Any]:
    if not destroyed:
        return []
    rows = [
        [
            [
                para("cell", each["record"]),
                para("label", each["store"][:200]),
                para("label", each["why"]),
                *([para("label", f"destroyed with {outer}, in which it lay")] if outer else []),
            ],
            para("label", each["digest"]),
            para("cell", f"{each['objects']} · {each['bytes']}"),
            para("cell", say_time(each["at"])),
        ]
        for each in destroyed[:ROWS]
        for outer in [each.get("destroyed_with")]
    ]
    rest = len(destroyed) - ROWS
    note = "By the SHA-256 of the content that was destroyed; the content itself is nowhere in this certificate."
    more = [para("body", f"{rest} more are in the JSON.")] if rest > 0 else []
    widths = (WIDTH - 322, 160, 72, 90)
    table = grid(("Record", "SHA-256", "Things · bytes", "Destroyed"), rows, widths)
    return [CondPageBreak(120), para("h1", "What was destroyed"), para("body", note), table, *more]
