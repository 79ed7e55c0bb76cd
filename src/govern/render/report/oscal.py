"""A report as OSCAL 1.1.3 (NIST) in JSON: assessment results, and a plan of action and milestones.

OSCAL knows two states of a finding, satisfied and not-satisfied. What it cannot say is carried beside it, as properties
of our namespace and in OSCAL's own words where it has them:

    met             satisfied, reason pass
    gap             not-satisfied, reason fail; a risk that is open
    gap, waived     the same, and the risk is deviation-approved until its deadline
    open            not-satisfied, reason other: what nobody knows is not satisfied; property status=open
    not applicable  satisfied, reason other; implementation-status not-applicable; property status=not_applicable

Every UUID is of version 5 and made of what it names, so that the same check gives the same file. Those of a risk and of
an item of the plan do not depend on the day: the same gap of the same project is the same item in the next plan.
"""

import json
import re
from collections.abc import Iterable, Iterator
from datetime import date
from importlib.metadata import version
from typing import Any
from uuid import UUID, uuid5

from govern.render.report.findings import ControlRow, Served
from govern.render.report.model import Entry, EvidenceLine, Report

OSCAL_VERSION = "1.1.3"
NS = "https://govern.example/ns/oscal/1"  # a reserved name (RFC 2606): nobody else can own it
"""The namespace of our properties: status, about, severity, obligation, citation, actor, missing-fact, waiver-… ."""

_NAMESPACE = UUID("0d1c6c2e-55a4-5b0a-9d53-1b6d6a3f0c44")  # ours alone
_STATES = {
    "gap": {"state": "not-satisfied", "reason": "fail"},
    "open": {"state": "not-satisfied", "reason": "other"},
    "met": {"state": "satisfied", "reason": "pass"},
    "not_applicable": {"state": "satisfied", "reason": "other"},
}

Json = dict[str, Any]


def write_assessment_results(report: Report) -> str:
    """The check as assessment results: a finding and an observation a duty, a risk a gap."""
    results = [_result(report)]
    body = {
        "back-matter": {
            "resources": [_plan_resource(report), *_evidence_resources(report), *_control_resources(report)]
        },
        "import-ap": {"href": f"#{_uuid('plan', report.project)}"},
        "metadata": _metadata(report, "Assessment results"),
        "results": results,
    }
    return _dump("assessment-results", body)


def write_poam(report: Report) -> str:
    """Gaps and open findings as a plan of action and milestones.

    A plan must have an item: one that says so stands for "nothing to remedy".
    """
    entries = [*report.gaps, *report.with_status("open")]
    body: Json = {
        "local-definitions": {"components": [_tool()]},
        "metadata": _metadata(report, "Plan of action and milestones"),
        "observations": [_observation(entry, report) for entry in entries],
        "findings": [_finding(entry, report) for entry in entries],
        "poam-items": [_item(entry, report) for entry in entries] or [_no_item(report)],
        "risks": [_risk(entry, report) for entry in report.gaps],
        "system-id": {"id": report.project, "identifier-type": NS},
        "back-matter": {"resources": [*_evidence_resources(report), *_control_resources(report)]},
    }
    return _dump("plan-of-action-and-milestones", body)


def _dump(name: str, body: Json) -> str:
    """The file; its own UUID is made of its content, as OSCAL wants a new one for new content."""
    body = _without_empty(body)
    text = json.dumps(body, sort_keys=True, ensure_ascii=False)
    whole = {name: {"uuid": _uuid(name, text), **body}}
    return json.dumps(whole, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _without_empty(value: Any) -> Any:
    """OSCAL has no empty lists and objects (`include-all` apart): absent says the same."""
    if isinstance(value, dict):
        kept = {key: _without_empty(each) for key, each in value.items()}
        return {key: each for key, each in kept.items() if each or key == "include-all"}
    if isinstance(value, list):
        return [_without_empty(each) for each in value]
    return value


def _uuid(*words: str) -> str:
    return str(uuid5(_NAMESPACE, "\n".join(words)))


def _run(report: Report) -> str:
    """What tells this check from another one."""
    packs = (f"{pack.id} {pack.version} {pack.digest}" for pack in report.packs)
    return "\n".join((report.project, report.day.isoformat(), report.assessment, *packs))


def _moment(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"


def _prop(name: str, value: str, remarks: str = "") -> Json:
    """A property of our namespace. A value is one line that is not blank."""
    found = {"name": name, "ns": NS, "value": " ".join(value.split())}
    return found | ({"remarks": remarks} if remarks else {})


def _props(values: Iterable[tuple[str, str]]) -> list[Json]:
    return [_prop(name, value) for name, value in values if value.split()]


def make_token(id_: str) -> str:
    """An obligation's id as an OSCAL token: `HIPAA-164.504(e)(2)` becomes `HIPAA-164.504_e_2`. The property says it."""
    token = re.sub(r"\(([^()]*)\)", r"_\1", id_)
    token = "".join(each if each.isalnum() or each in "._-" else f"_{ord(each):x}_" for each in token)
    return token if token[:1].isalpha() or token[:1] == "_" else f"_{token}"


def _line(text: str) -> str:
    """Text that OSCAL wants not to be empty."""
    return text if text.strip() else "—"


def _metadata(report: Report, what: str) -> Json:
    packs = [
        _prop("pack", f"{pack.id} {pack.version} sha256:{pack.digest}", " ".join(pack.review)) for pack in report.packs
    ]
    identity = _props(
        (("project", report.project), ("project-title", report.project_title), ("assessment", report.assessment))
    )
    return {
        "last-modified": _moment(report.day),
        "oscal-version": OSCAL_VERSION,
        "props": [*identity, *packs],
        "remarks": "\n\n".join(report.method),
        "title": f"{what}: {_line(report.project_title)}",
        "version": report.day.isoformat(),
    }


def _plan_resource(report: Report) -> Json:
    """OSCAL wants a plan to be imported. The plan of a gap check is its rule packs."""
    return {
        "description": "A gap check has no assessment plan of its own: the rule packs say what is checked, and how.",
        "props": _props(
            (f"pack-{make_token(pack.id)}", f"{pack.version} sha256:{pack.digest}") for pack in report.packs
        ),
        "title": "The rule packs",
        "uuid": _uuid("plan", report.project),
    }


def _evidence_resources(report: Report) -> list[Json]:
    found: dict[str, Json] = {}
    for line in report.evidence:
        if line.href:
            found.setdefault(_evidence_uuid(line, report), _evidence_resource(line, report))
    return list(found.values())


def _evidence_uuid(line: EvidenceLine, report: Report) -> str:
    return _uuid("evidence", report.project, line.href, line.sha256)


def _evidence_resource(line: EvidenceLine, report: Report) -> Json:
    props = _props(
        (
            ("href", line.href),
            ("sha256", line.sha256),
            ("valid-until", line.valid_until.isoformat() if line.valid_until else ""),
        )
    )
    return {"props": props, "title": _line(line.what), "uuid": _evidence_uuid(line, report)}


def _control_resources(report: Report) -> list[Json]:
    """What is done once: risks, findings and items link to it, so that its words are said once."""
    return [
        {
            "description": _line(control.do),
            "props": _props(
                (
                    ("control", control.id),
                    ("document", control.document),
                    ("gaps", str(len(control.with_status("gap")))),
                    ("open", str(len(control.with_status("open")))),
                )
            ),
            "title": f"Do once: {control.title}",
            "uuid": _control_uuid(control, report),
        }
        for control in report.once
    ]


def _control_uuid(control: ControlRow, report: Report) -> str:
    return _uuid("control", report.project, control.id)


def _controls_of(entry: Entry, report: Report) -> Iterator[tuple[ControlRow, Served]]:
    for control in report.once:
        for served in control.serves:
            if served.obligation == entry.obligation:
                yield control, served


def _control_links(entry: Entry, report: Report) -> list[Json]:
    return [
        {"href": f"#{_control_uuid(control, report)}", "rel": "do-once", "text": _line(control.title)}
        for control, _ in _controls_of(entry, report)
    ]


def _control_remediations(entry: Entry, report: Report) -> list[Json]:
    """Recommendations beside the duty's own remedy: each says what it closes of this duty."""
    return [
        {
            "description": _line(served.why),
            "lifecycle": "recommendation",
            "links": [{"href": f"#{_control_uuid(control, report)}", "rel": "do-once"}],
            "props": _props(
                (("control", control.id), ("closes", "in part" if served.in_part else "wholly")),
            ),
            "title": f"Do once: {control.title}",
            "uuid": _uuid("control remedy", report.project, control.id, entry.obligation),
        }
        for control, served in _controls_of(entry, report)
    ]


def _tool() -> Json:
    return {
        "description": "Compliance and contract governance for outsourced AI training data.",
        "props": [{"name": "version", "value": version("govern")}],
        "status": {"state": "operational"},
        "title": "govern",
        "type": "software",
        "uuid": _uuid("tool"),
    }


def _origin() -> Json:
    return {"actors": [{"type": "tool", "actor-uuid": _uuid("tool")}]}


def _result(report: Report) -> Json:
    return {
        "description": _line(" ".join(report.summary)),
        "end": _moment(report.day),
        "findings": [_finding(entry, report) for entry in report.entries],
        "local-definitions": {"components": [_tool()]},
        "observations": [_observation(entry, report) for entry in report.entries],
        "reviewed-controls": {
            "control-selections": [
                {"description": f"All duties of {pack.title} {pack.version} in force.", "include-all": {}}
                for pack in report.packs
            ]
            or [{"description": "No pack was checked.", "include-all": {}}]
        },
        "risks": [_risk(entry, report) for entry in report.gaps],
        "start": _moment(report.day),
        "title": f"Gap check on {report.day.isoformat()}",
        "uuid": _uuid("result", _run(report)),
    }


def _entry_props(entry: Entry) -> list[Json]:
    values = [
        ("status", entry.status),
        ("about", entry.about),
        ("obligation", entry.obligation),
        ("citation", entry.citation),
        ("severity", entry.severity),
        ("actor", entry.actor),
        ("verified", {True: "yes", False: "no", None: "not said"}[entry.verified]),
        ("confirm-with", entry.confirm_with),
    ]
    values += [("missing-fact", fact) for fact in entry.missing]
    return _props([*values, *_waiver_values(entry)])


def _waiver_values(entry: Entry) -> Iterator[tuple[str, str]]:
    if entry.waiver:
        yield "waiver", entry.waiver.id
        yield "waiver-approver", entry.waiver.approver
        yield "waiver-reason", entry.waiver.reason
        yield "waiver-granted-on", entry.waiver.granted_on.isoformat()
        yield "waiver-expires-on", entry.waiver.expires_on.isoformat()


def _finding(entry: Entry, report: Report) -> Json:
    target: Json = {
        "status": _STATES[entry.status] | {"remarks": _say(entry)},
        "target-id": make_token(entry.obligation),
        "title": _line(entry.title),
        "type": "objective-id",
    }
    if entry.status == "not_applicable":
        target["implementation-status"] = {"state": "not-applicable", "remarks": _line(entry.why)}
    return {
        "description": _line(entry.text),
        "links": _control_links(entry, report),
        "origins": [_origin()],
        "props": _entry_props(entry),
        "related-observations": [{"observation-uuid": _observation_uuid(entry, report)}],
        "related-risks": [{"risk-uuid": _risk_uuid(entry, report)}] if entry.status == "gap" else [],
        "target": target,
        "title": _line(entry.title),
        "uuid": _finding_uuid(entry, report),
    }


def _finding_uuid(entry: Entry, report: Report) -> str:
    return _uuid("finding", _run(report), entry.obligation)


def _observation_uuid(entry: Entry, report: Report) -> str:
    return _uuid("observation", _run(report), entry.obligation)


def _risk_uuid(entry: Entry, report: Report) -> str:
    return _uuid("risk", report.project, entry.obligation)


def _say(entry: Entry) -> str:
    match entry.status:
        case "gap":
            return f"Gap. It applies because {entry.why}. Missing: {entry.needs}."
        case "open":
            return f"{entry.status_words} Unknown: {entry.needs}."
        case "met":
            return f"Met. It applies because {entry.why}."
        case _:
            return f"Does not apply, because {entry.why}."


def _observation(entry: Entry, report: Report) -> Json:
    facts = {*entry.reasons, *entry.missing}
    lines = {_evidence_uuid(line, report): line for line in report.evidence if line.href and line.fact in facts}
    return {
        "collected": _moment(report.day),
        "description": _say(entry),
        "methods": ["EXAMINE"],
        "origins": [_origin()],
        "props": _props(("fact", fact) for fact in entry.reasons),
        "relevant-evidence": [
            {"description": _line(line.what), "href": f"#{resource}"} for resource, line in lines.items()
        ],
        "title": _line(entry.title),
        "types": ["control-objective"],
        "uuid": _observation_uuid(entry, report),
    }


def _risk(entry: Entry, report: Report) -> Json:
    penalty = f" Penalty: {entry.penalty}." if entry.penalty else ""
    risk: Json = {
        "characterizations": [
            {
                "facets": [{"name": "severity", "system": NS, "value": entry.severity}],
                "origin": _origin(),
            }
        ],
        "description": _line(entry.text),
        "props": _entry_props(entry),
        "related-observations": [{"observation-uuid": _observation_uuid(entry, report)}],
        "remediations": [
            {
                "description": _line(entry.remedy),
                "lifecycle": "recommendation",
                "title": "What to do",
                "uuid": _uuid("remedy", report.project, entry.obligation),
            },
            *_control_remediations(entry, report),
        ],
        "statement": f"{entry.citation} is not met. Missing: {entry.needs}.{penalty}",
        "status": "deviation-approved" if entry.waiver else "open",
        "title": _line(entry.title),
        "uuid": _risk_uuid(entry, report),
    }
    if entry.waiver:
        risk["deadline"] = _moment(entry.waiver.expires_on)
        risk["mitigating-factors"] = [
            {"description": entry.waiver.say(), "uuid": _uuid("waiver", report.project, entry.waiver.id)}
        ]
    return risk


def _item(entry: Entry, report: Report) -> Json:
    what = entry.remedy if entry.status == "gap" else f"Answer what is unknown: {entry.needs}."
    return {
        "description": _line(what),
        "links": _control_links(entry, report),
        "origins": [_origin()],
        "props": _entry_props(entry),
        "related-findings": [{"finding-uuid": _finding_uuid(entry, report)}],
        "related-observations": [{"observation-uuid": _observation_uuid(entry, report)}],
        "related-risks": [{"risk-uuid": _risk_uuid(entry, report)}] if entry.status == "gap" else [],
        "title": _line(f"{entry.title} ({entry.citation})"),
        "uuid": _uuid("item", report.project, entry.obligation),
    }


def _no_item(report: Report) -> Json:
    return {
        "description": "There are no gaps and no open findings. A plan must have an item, and this one says so.",
        "props": _props([("status", "nothing")]),
        "title": "Nothing to remedy",
        "uuid": _uuid("no item", report.project),
    }
