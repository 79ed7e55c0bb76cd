"""A gap check as rows that every report is made of, and as JSON and Markdown."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from govern.conditions import Line, say_reasons, say_way
from govern.rules import Finding, OpenAbout, Severity, Status, Waiver, closing_changes
from govern.usecases.gaps import Explanation, GapCheck

_STATUS_ORDER = {status: place for place, status in enumerate(Status)}
_SEVERITY_ORDER = {severity: place for place, severity in enumerate(Severity)}


@dataclass(frozen=True, slots=True)
class Row:
    """One finding in words. `needs` says what a gap lacks or what an open finding waits for."""

    pack: str
    obligation: str
    title: str
    citation: str
    status: str
    about: str
    severity: str
    actor: str
    why: str
    needs: str
    missing: tuple[str, ...]
    remedy: str
    penalty: str
    verified: bool | None
    same_as: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    """Citations of other obligations that say the same, where they are shown in this row (`fold_rows`)."""
    waived: str = ""
    """Until when, by whom and why a gap is accepted; "" if it is not."""
    confirm_with: str = ""
    """Whose duty it is, where it is somebody else's and to be confirmed with them."""


def make_rows(checked: GapCheck) -> list[Row]:
    """The findings in the order of a report: by law, gaps first, then by severity."""
    shorts = {pack.id: pack.short for pack in checked.book.packs}
    order = {pack.id: place for place, pack in enumerate(checked.book.packs)}
    findings = sorted(
        checked.assessment.findings,
        key=lambda each: (
            order[each.pack],
            _STATUS_ORDER[each.status],
            _SEVERITY_ORDER[each.obligation.severity],
        ),
    )
    return [_make_row(finding, checked, shorts[finding.pack]) for finding in findings]


def _make_row(finding: Finding, checked: GapCheck, short: str) -> Row:
    obligation = finding.obligation
    return Row(
        pack=finding.pack,
        obligation=obligation.id,
        title=obligation.title,
        citation=f"{short} {obligation.cite.pinpoint}",
        status=finding.status.value,
        about=finding.about.value if finding.about else "",
        severity=obligation.severity.value,
        actor=obligation.actor,
        why=say_why(finding, checked),
        needs=say_needs(finding, checked),
        missing=finding.missing,
        remedy=obligation.remedy,
        penalty=obligation.penalty,
        verified=obligation.review.verified,
        same_as=obligation.same_as,
        waived=say_waiver(checked.waivers.get(obligation.id)),
        confirm_with=finding.confirm_with,
    )


def say_waiver(waiver: Waiver | None) -> str:
    """A waiver in a sentence; "" for none."""
    if waiver is None:
        return ""
    return f"waived until {waiver.expires_on.isoformat()} by {waiver.approver}: {waiver.reason}"


def fold_rows(rows: Iterable[Row]) -> list[Row]:
    """Obligations that say the same in one row that cites all of them, if their findings are the same too."""
    shown: list[Row] = []
    places: dict[str, int] = {}  # of an obligation, and of those that say the same: the row that shows it
    for row in rows:
        names = (row.obligation, *row.same_as)
        place = next((places[id_] for id_ in names if id_ in places), None)
        if place is not None and (row.status, row.about) == (shown[place].status, shown[place].about):
            other = shown[place]
            shown[place] = replace(other, also=(*other.also, f"{row.citation} ({row.obligation})"))
        else:
            place = len(shown)
            shown.append(row)
        for id_ in names:
            places.setdefault(id_, place)
    return shown


def say_why(finding: Finding, checked: GapCheck, most: int = 4) -> str:
    """Why a duty is live, or is not: the parts of its condition that decided, in the law's own definitions."""
    if finding.about is OpenAbout.APPLICABILITY:
        return "not known yet whether it applies"
    said = say_reasons(finding.applies, checked.phrases)
    more = f"; and {len(said) - most} more" if len(said) > most else ""
    return "; ".join(said[:most]) + more


def say_needs(finding: Finding, checked: GapCheck, most: int = 5) -> str:
    """What a gap lacks, or the facts that an open finding waits for."""
    if finding.status is Status.OPEN:
        names = [checked.phrases.name(fact) + _expired(fact, checked) for fact in finding.missing]
        more = f"; and {len(names) - most} more" if len(names) > most else ""
        return "; ".join(names[:most]) + more
    if finding.status is Status.GAP and finding.met is not None:
        return _say_lacking(finding, checked, most)
    return ""


def _say_lacking(finding: Finding, checked: GapCheck, most: int) -> str:
    """The fewest changes that would close a gap; another way of the same size after "or"."""
    ways = closing_changes(checked.book, checked.facts, finding)
    said = []
    for way in [each for each in ways if len(each) == len(ways[0])][:2]:
        notes = say_way(way, checked.phrases)
        more = f"; and {len(notes) - most} more" if len(notes) > most else ""
        said.append("; ".join(notes[:most]) + more)
    return "; or ".join(said) or "a change of the law or of who is who"


def _expired(fact: str, checked: GapCheck) -> str:
    end = checked.assessment.expired.get(fact)
    return f" (expired on {end.isoformat()})" if end else ""


def summarise(checked: GapCheck) -> dict[str, dict[str, int]]:
    """Counts by law and status, laws in order, every status there."""
    counts = {pack.id: dict.fromkeys((status.value for status in Status), 0) for pack in checked.book.packs}
    for finding in checked.assessment.findings:
        counts[finding.pack][finding.status.value] += 1
    return counts


def render_json(checked: GapCheck) -> str:
    """The whole check as JSON with sorted keys."""
    body: dict[str, Any] = {
        "as_of": checked.assessment.as_of.isoformat(),
        "assessment": checked.assessment_id,
        "expired": {fact: end.isoformat() for fact, end in checked.assessment.expired.items()},
        "findings": [asdict(row) for row in make_rows(checked)],
        "packs": {pack.id: {"version": pack.version, "digest": pack.digest} for pack in checked.book.packs},
        "project": checked.project.id,
        "summary": summarise(checked),
    }
    return json.dumps(body, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _cell(text: str) -> str:
    """Text in a Markdown table: no pipe ends a cell, no markup runs."""
    for mark in ("\\", "|", "*", "_", "`", "<", "[", "]"):
        text = text.replace(mark, "\\" + mark)
    return " ".join(text.split())


def render_markdown(checked: GapCheck) -> str:
    """The check as Markdown: a summary, then a table a law with gaps and open findings."""
    return "\n".join(_markdown_lines(checked)) + "\n"


def _markdown_lines(checked: GapCheck) -> Iterator[str]:
    yield f"# Gap check: {_cell(checked.project.title)}"
    yield ""
    yield f"Project `{checked.project.id}`, law and facts of {checked.assessment.as_of.isoformat()}."
    yield ""
    yield "| Law | Version | Gaps | Open | Met | Not applicable |"
    yield "|---|---|---:|---:|---:|---:|"
    counts = summarise(checked)
    for pack in checked.book.packs:
        numbers = " | ".join(str(counts[pack.id][status.value]) for status in Status)
        yield f"| {pack.short} | {pack.version} | {numbers} |"
    rows = make_rows(checked)
    for pack in checked.book.packs:
        wanted = [row for row in rows if row.pack == pack.id and row.status in ("gap", "open")]
        if wanted:
            yield ""
            yield f"## {pack.title}"
            yield ""
            yield "| Finding | Obligation | Why it applies | What is missing | Remedy |"
            yield "|---|---|---|---|---|"
        for row in fold_rows(wanted):
            cells = (
                f"{row.status} ({row.severity})",
                "; also ".join((f"{row.title}, {row.citation}, {row.obligation}", *row.also)),
                row.why,
                "; ".join(filter(None, (row.needs, row.waived))),
                row.remedy if row.status == "gap" else "answer what is unknown",
            )
            yield "| " + " | ".join(_cell(cell) for cell in cells) + " |"
    confirm = [row for row in rows if row.confirm_with]
    if confirm:
        yield ""
        yield "## Duties of somebody else"
        yield ""
        for row in confirm:
            yield f"- {_cell(f'{row.title}, {row.citation}, {row.obligation}: confirm with {row.confirm_with}')}"
    yield ""
    yield "This is not legal advice. A qualified lawyer reviews the packs before anyone relies on them."


def count_statuses(checked: GapCheck) -> Counter[str]:
    """How many findings there are of each status."""
    return Counter(finding.status.value for finding in checked.assessment.findings)


_MARKS = {True: "yes", False: "no", None: "unknown"}


def explain_lines(explanation: Explanation) -> Iterator[str]:
    """The reasoning of one finding as lines of text."""
    checked, finding = explanation.check, explanation.finding
    obligation = finding.obligation
    pack = next(pack for pack in checked.book.packs if pack.id == finding.pack)
    yield f"{obligation.id}  {obligation.title}"
    instrument = pack.instruments.get(obligation.cite.instrument)
    yield f"{instrument.title if instrument else obligation.cite.instrument}, {obligation.cite.pinpoint}"
    yield ""
    yield obligation.text
    yield ""
    yield f"Finding on {checked.assessment.as_of.isoformat()}: {_say_status(finding)}"
    yield ""
    yield f"Does it apply?  {_MARKS[finding.applies.verdict]}"
    yield from _outline(explanation.applies)
    yield ""
    yield f"Is it met?  {_MARKS[_verdict(explanation.met)]}"
    yield from _outline(explanation.met)
    yield ""
    yield "The facts, and where they come from"
    yield from _fact_lines(explanation)
    if explanation.suffices:
        names = "; ".join(checked.phrases.name(fact) for fact in explanation.suffices)
        yield f"These alone settle it, whatever the others are: {names}"
    if finding.status is Status.GAP:
        yield ""
        yield f"What to do: {obligation.remedy}"
        yield from _closing_lines(explanation)
    if obligation.id in checked.waivers:
        yield f"It stays a gap, and is {say_waiver(checked.waivers[obligation.id])}"
    if finding.confirm_with:
        yield f"It is a duty of somebody else: confirm it with {finding.confirm_with}."
    if obligation.penalty:
        yield f"Penalty: {obligation.penalty}"
    if obligation.evidence:
        yield f"An auditor would ask for: {'; '.join(obligation.evidence)}"
    if obligation.review.verified is False:
        yield "Not verified against an official text: a lawyer must check this row."


def _closing_lines(explanation: Explanation) -> Iterator[str]:
    """The smallest changes that would close the gap; alternatives are separated by "or"."""
    for number, way in enumerate(explanation.closes):
        yield "It would be met with" if number == 0 else "or with"
        for change in way:
            yield f"  {change}"


def _say_status(finding: Finding) -> str:
    words = {
        Status.GAP: f"gap ({finding.obligation.severity.value})",
        Status.MET: "met",
        Status.NOT_APPLICABLE: "does not apply",
        Status.OPEN: "open: it is not known whether it applies"
        if finding.about is OpenAbout.APPLICABILITY
        else "open: it applies, and it is not known whether it is met",
    }
    return words[finding.status]


def _verdict(lines: tuple[Line, ...]) -> bool | None:
    return lines[0].verdict if lines else True


def _outline(lines: tuple[Line, ...]) -> Iterator[str]:
    for line in lines:
        yield f"  {'  ' * line.depth}[{_MARKS[line.verdict]}] {line.text}"


def _fact_lines(explanation: Explanation) -> Iterator[str]:
    checked = explanation.check
    seen = dict.fromkeys(fact for line in (*explanation.applies, *explanation.met) for fact in line.facts)
    for fact in seen:
        if fact in checked.facts.values:
            value = checked.phrases.value(fact, checked.facts.values[fact])
            yield f"  {fact} = {value}{_origin(fact, checked)}"
        elif fact in checked.book.parameters:
            yield f"  {fact} = {checked.phrases.value(None, checked.book.parameters[fact])} (of the law on that day)"
        elif fact in checked.assessment.expired:
            yield f"  {fact} is unknown: the answer expired on {checked.assessment.expired[fact].isoformat()}"
        else:
            yield f"  {fact} is unknown"


def _origin(fact: str, checked: GapCheck) -> str:
    answer = checked.facts.given.get(fact)
    spec = checked.book.vocabulary.find(fact)
    if spec is not None and spec.derive is not None:
        return f"  (worked out from {checked.phrases.name(spec.derive.base)})"
    if answer is None:
        return ""
    parts = [answer.source] if answer.source else ["no source given"]
    if answer.recorded_on:
        parts.append(f"recorded on {answer.recorded_on.isoformat()}")
    if answer.valid_until:
        parts.append(f"valid until {answer.valid_until.isoformat()}")
    parts.extend(f"evidence: {item.description or item.href}" for item in answer.evidence)
    return f"  ({'; '.join(parts)})"
