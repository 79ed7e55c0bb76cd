"""A report as JUnit XML, for continuous integration: a suite a law, a case a duty.

A gap is a failure. An open finding is an error and not a skipped case: nobody knows whether it is a gap, `govern check`
ends with status 1 for it, and a skipped case would let a pipeline pass on what is unknown. What does not apply is
skipped. The schema has no properties on a case, so a waiver is a property of the suite and a line of the failure.
"""

from lxml import etree
from lxml.etree import _Element as Element

from govern.render.report.model import Entry, PackLine, Report

_LEAST = "0"  # no time is measured: a check has no clock


def write_junit(report: Report) -> bytes:
    """The file's bytes, UTF-8. `timestamp` is the day whose law and facts counted."""
    root = etree.Element("testsuites", name=f"govern check {report.project}", time=_LEAST)
    for pack in report.packs:
        root.append(_suite(pack, report))
    counts = report.counts
    root.set("tests", str(sum(counts.values())))
    root.set("failures", str(counts["gap"]))
    root.set("errors", str(counts["open"]))
    etree.indent(root)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8")) + b"\n"


def _suite(pack: PackLine, report: Report) -> Element:
    suite = etree.Element(
        "testsuite",
        name=pack.title,
        id=pack.id,
        package=pack.id,
        version=pack.version,
        tests=str(pack.total),
        failures=str(pack.counts["gap"]),
        errors=str(pack.counts["open"]),
        skipped=str(pack.counts["not_applicable"]),
        time=_LEAST,
        timestamp=f"{report.day.isoformat()}T00:00:00",
    )
    entries = [entry for entry in report.entries if entry.pack == pack.id]
    properties = etree.SubElement(suite, "properties")
    for name, value in _properties(pack, report, entries):
        etree.SubElement(properties, "property", name=name, value=value)
    suite.extend(_case(entry) for entry in entries)
    return suite


def _properties(pack: PackLine, report: Report, entries: list[Entry]) -> list[tuple[str, str]]:
    found = [
        ("project", report.project),
        ("project.title", report.project_title),
        ("as_of", report.day.isoformat()),
        ("assessment", report.assessment),
        ("pack.version", pack.version),
        ("pack.sha256", pack.digest),
    ]
    found += [(f"waiver:{entry.obligation}", entry.waiver.say()) for entry in entries if entry.waiver]
    found += [(f"confirm_with:{entry.obligation}", entry.confirm_with) for entry in entries if entry.confirm_with]
    return found


def _case(entry: Entry) -> Element:
    case = etree.Element(
        "testcase",
        name=f"{entry.obligation} {entry.title}",
        classname=f"{entry.pack}.{entry.topic or 'duties'}",
        time=_LEAST,
    )
    if entry.status == "gap":
        waived = "waived gap" if entry.waiver else "gap"
        _result(case, "failure", f"gap.{entry.severity}", f"{waived} ({entry.severity}): {entry.needs}", entry)
    elif entry.status == "open":
        _result(case, "error", f"open.{entry.about}", f"open: nobody has answered: {entry.needs}", entry)
    elif entry.status == "not_applicable":
        etree.SubElement(case, "skipped", type="not_applicable", message=f"does not apply: {entry.why}")
    return case


def _result(case: Element, tag: str, type_: str, message: str, entry: Entry) -> None:
    """The message is for lists, the text for whoever opens the case."""
    lines = [
        entry.text,
        f"Law: {entry.citation} ({entry.instrument})",
        f"Applies because: {entry.why}" if entry.status == "gap" else f"Waits for: {', '.join(entry.missing)}",
        f"Missing: {entry.needs}" if entry.status == "gap" else "",
        f"Do: {entry.remedy}" if entry.status == "gap" else "",
        f"Penalty: {entry.penalty}" if entry.penalty else "",
        f"Waiver: {entry.waiver.say()}" if entry.waiver else "",
        entry.verified_words,
    ]
    etree.SubElement(case, tag, type=type_, message=message).text = "\n".join(line for line in lines if line)
