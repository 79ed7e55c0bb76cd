"""A report as SARIF 2.1.0 (OASIS), the format of static analysis results.

SARIF has the words that a gap check needs: `kind` is pass, fail, open, notApplicable or review, and a suppression says
that somebody accepts a failure without making it a pass. Section numbers are those of the OASIS standard.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from typing import Any
from uuid import UUID, uuid5

from govern.render.report.findings import control_body
from govern.render.report.model import Entry, Report

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_NAMESPACE = UUID("6f1ac4b4-9e1e-5a8e-8b0e-2f4a2f3c7d10")  # ours alone: what is named in it is named nowhere else

_LEVELS = {"critical": "error", "high": "error", "medium": "warning", "low": "note"}
_RANKS = {"critical": 100.0, "high": 75.0, "medium": 50.0, "low": 25.0}
_KINDS = {"gap": "fail", "open": "open", "met": "pass", "not_applicable": "notApplicable"}


def write_sarif(report: Report) -> str:
    """One run: the packs' duties as rules, the laws as taxonomies, the findings as results."""
    laws = _laws(report.entries)
    places = {entry.obligation: place for place, entry in enumerate(report.entries)}
    closing = _closing(report)
    run = {
        "automationDetails": _automation(report),
        "invocations": [{"executionSuccessful": True}],
        "language": "en-GB",
        "properties": _run_properties(report),
        "results": [
            _result(entry, places[entry.obligation], report, closing.get(entry.obligation, []))
            for entry in report.entries
        ],
        "taxonomies": [_taxonomy(law, entries) for law, entries in laws.items()],
        "tool": {"driver": _driver(report, laws)},
    }
    body = {"$schema": SCHEMA, "runs": [run], "version": "2.1.0"}
    return json.dumps(body, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _guid(*words: str) -> str:
    return str(uuid5(_NAMESPACE, "\n".join(words)))


def _laws(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    """The duties by the instrument that they cite, in the order of the report."""
    laws: dict[str, list[Entry]] = {}
    for entry in entries:
        laws.setdefault(entry.instrument_id, []).append(entry)
    return laws


def _automation(report: Report) -> dict[str, Any]:
    """3.17: the last part of the id tells this run from the others of its category."""
    return {
        "correlationGuid": _guid("project", report.project),
        "description": {"text": f"Gap check of {report.project_title} on {report.day.isoformat()}."},
        "guid": _guid("run", report.project, report.day.isoformat(), report.assessment, *_pack_words(report)),
        "id": f"govern/check/{report.project}/{report.day.isoformat()}",
    }


def _pack_words(report: Report) -> list[str]:
    return [f"{pack.id} {pack.version} {pack.digest}" for pack in report.packs]


def _run_properties(report: Report) -> dict[str, Any]:
    return {
        "as_of": report.day.isoformat(),
        "assessment": report.assessment,
        "controls": [control_body(control) for control in report.once],
        "limits": list(report.method),
        "packs": {
            pack.id: {"digest": pack.digest, "review": list(pack.review), "version": pack.version}
            for pack in report.packs
        },
        "project": report.project,
        "summary": list(report.summary),
    }


def _driver(report: Report, laws: Mapping[str, list[Entry]]) -> dict[str, Any]:
    numbers = {law: number for number, law in enumerate(laws)}
    return {
        "name": "govern",
        "rules": [_rule(entry, numbers[entry.instrument_id]) for entry in report.entries],
        "semanticVersion": version("govern"),
        "supportedTaxonomies": [
            {"guid": _guid("law", law), "index": number, "name": law} for law, number in numbers.items()
        ],
        "version": version("govern"),
    }


def _taxonomy(law: str, entries: list[Entry]) -> dict[str, Any]:
    """3.19.3: a law as a taxonomy, whose taxa are the places that duties cite."""
    pinpoints = dict.fromkeys(entry.pinpoint for entry in entries)
    title = entries[0].instrument
    return {
        "fullName": title,
        "guid": _guid("law", law),
        "name": law,
        "shortDescription": {"text": f"{title}."},
        "taxa": [{"id": pinpoint, "shortDescription": {"text": f"{title}, {pinpoint}."}} for pinpoint in pinpoints],
    }


def _rule(entry: Entry, law: int) -> dict[str, Any]:
    lines = [f"{entry.instrument}, {entry.pinpoint}", f"What to do: {entry.remedy}"]
    lines += [f"Penalty: {entry.penalty}"] if entry.penalty else []
    lines += [f"An auditor would ask for: {'; '.join(entry.asks)}"] if entry.asks else []
    lines += [f"The same as: {', '.join(entry.same_as)}"] if entry.same_as else []
    lines += [entry.verified_words] if entry.verified_words else []
    target = {"id": entry.pinpoint, "toolComponent": {"index": law, "name": entry.instrument_id}}
    return {
        "defaultConfiguration": {"level": _LEVELS[entry.severity], "rank": _RANKS[entry.severity]},
        "fullDescription": {"text": entry.text or entry.title},
        "help": {"text": "\n".join(lines)},
        "id": entry.obligation,
        "properties": {
            "actor": entry.actor,
            "severity": entry.severity,
            "tags": list(dict.fromkeys(tag for tag in (entry.pack, entry.topic) if tag)),
            "verified": entry.verified,
        },
        "relationships": [{"kinds": ["relevant"], "target": target}],
        "shortDescription": {"text": f"{entry.title}."},
    }


def _closing(report: Report) -> dict[str, list[str]]:
    """By duty: the ids of the run's controls that would close its finding, wholly or in part."""
    found: dict[str, list[str]] = {}
    for control in report.once:
        for each in control.serves:
            found.setdefault(each.obligation, []).append(control.id)
    return found


def _result(entry: Entry, place: int, report: Report, controls: list[str]) -> dict[str, Any]:
    kind = "review" if entry.confirm_with else _KINDS[entry.status]
    result: dict[str, Any] = {
        "guid": _guid("result", report.project, report.assessment, report.day.isoformat(), entry.obligation),
        "kind": kind,
        # 3.27.10: a level other than none says that the result is a failure
        "level": _LEVELS[entry.severity] if kind == "fail" else "none",
        "locations": [
            {"logicalLocations": [{"fullyQualifiedName": report.project, "kind": "project", "name": report.project}]}
        ],
        "message": {"text": _message(entry)},
        # 3.27.17: the same finding of the same project in another run has the same fingerprint
        "partialFingerprints": {"obligation/v1": _fingerprint(report.project, entry.obligation)},
        "properties": _result_properties(entry) | ({"controls": controls} if controls else {}),
        "ruleId": entry.obligation,
        "ruleIndex": place,
        # 3.27.23: all results have suppressions, or none: an empty list says that nobody accepts it
        "suppressions": [_suppression(entry, report)] if entry.waiver else [],
    }
    if kind == "fail":
        result["rank"] = _RANKS[entry.severity]
    return result


def _fingerprint(project: str, obligation: str) -> str:
    return hashlib.sha256(f"{project}\n{obligation}".encode()).hexdigest()


def _result_properties(entry: Entry) -> dict[str, Any]:
    found: dict[str, Any] = {"severity": entry.severity, "status": entry.status}
    optional = {
        "about": entry.about,
        "confirmWith": entry.confirm_with,
        "missing": list(entry.missing),
        "reasons": list(entry.reasons),
        "remedy": entry.remedy if entry.status == "gap" else "",
    }
    return found | {name: value for name, value in optional.items() if value}


def _message(entry: Entry) -> str:
    title = f"{entry.title} ({entry.citation})"
    match entry.status:
        case "gap":
            return f"{title}: gap. It applies because {entry.why}. Missing: {entry.needs}. What to do: {entry.remedy}"
        case "open":
            question = "it applies" if entry.about == "applicability" else "it is met"
            return f"{title}: it is not known whether {question}. Unknown: {entry.needs}."
        case "met":
            return f"{title}: met."
        case _:
            whose = (
                f" It is a duty of somebody else: confirm it with {entry.confirm_with}." if entry.confirm_with else ""
            )
            return f"{title}: does not apply, because {entry.why}.{whose}"


def _suppression(entry: Entry, report: Report) -> dict[str, Any]:
    """3.35: `external`, since a waiver is kept beside the facts and not in them."""
    waiver = entry.waiver
    assert waiver is not None
    return {
        "guid": _guid("waiver", report.project, waiver.id),
        "justification": waiver.say(),
        "kind": "external",
        "properties": {
            "approver": waiver.approver,
            "expiresOn": waiver.expires_on.isoformat(),
            "grantedOn": waiver.granted_on.isoformat(),
            "reason": waiver.reason,
            "waiver": waiver.id,
        },
        "status": "accepted",
    }
