"""A gap check as rows that every report is made of, and as JSON and Markdown."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any, Protocol, TypeVar

from govern.conditions import Line, say_reasons, say_way
from govern.kernel import cite
from govern.rules import ControlPlan, Finding, OpenAbout, Relation, Severity, Status, Waiver, closing_changes
from govern.usecases.gaps import Explanation, GapCheck

STATUS_WORDS = {Status.GAP: "GAP", Status.OPEN: "OPEN", Status.MET: "met", Status.NOT_APPLICABLE: "n/a"}
"""Each status as a terminal shows it."""

_STATUS_ORDER = {status: place for place, status in enumerate(Status)}
_SEVERITY_ORDER = {severity: place for place, severity in enumerate(Severity)}

ONCE = 10
"""How many controls a report shows: those that would close most. `govern controls` has all."""


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
        citation=cite(short, obligation.cite.pinpoint),
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


class _Same(Protocol):
    """What of a row decides whether another one says the same."""

    @property
    def obligation(self) -> str: ...
    @property
    def same_as(self) -> tuple[str, ...]: ...
    @property
    def status(self) -> str: ...
    @property
    def about(self) -> str: ...
    @property
    def needs(self) -> str: ...
    @property
    def waived(self) -> str: ...
    @property
    def confirm_with(self) -> str: ...


_R = TypeVar("_R", bound=_Same)


def fold_rows(rows: Iterable[Row]) -> list[Row]:
    """Obligations that say the same in one row that cites all of them, if their findings are the same too."""
    return [
        replace(first, also=tuple(f"{row.citation} ({row.obligation})" for row in others))
        for first, *others in group_same(rows)
    ]


def group_same(rows: Iterable[_R]) -> list[list[_R]]:
    """The rows in groups that say the same: what is shown of a group is its first row, and nothing is lost by it.

    They are obligations that say the same, have the same finding and waiver, and of which none lacks what the first
    does not lack.
    """
    groups: list[list[_R]] = []
    places: dict[str, list[int]] = {}  # of an obligation, and of those that say the same: the groups that hold them
    for row in rows:
        names = (row.obligation, *row.same_as)
        known = sorted({place for id_ in names for place in places.get(id_, ())})
        place = next((each for each in known if _is_covered(row, groups[each][0])), len(groups))
        if place == len(groups):
            groups.append([])
        groups[place].append(row)
        for id_ in names:
            places.setdefault(id_, []).append(place)
    return groups


def _is_covered(row: _Same, shown: _Same) -> bool:
    if any(getattr(row, name) != getattr(shown, name) for name in ("status", "about", "waived", "confirm_with")):
        return False
    if row.needs == shown.needs:
        return True
    both = f"{row.needs}; {shown.needs}"  # with "or" and "and 3 more" the words do not say all that is lacking
    return " or " not in both and "; and " not in both and set(row.needs.split("; ")) <= set(shown.needs.split("; "))


@dataclass(frozen=True, slots=True)
class Served:
    """A gap or an open finding that a control would close, or a part of it. `law` is the pack's short name."""

    obligation: str
    pack: str
    law: str
    title: str
    status: str
    relation: str
    in_part: bool
    why: str


@dataclass(frozen=True, slots=True)
class ControlRow:
    """What is done once, and what it would close. `met` are duties that it holds up already."""

    id: str
    title: str
    do: str
    document: str
    serves: tuple[Served, ...]
    met: tuple[str, ...]

    def with_status(self, status: str) -> tuple[str, ...]:
        """The obligations of its gaps, or of its open findings."""
        return tuple(each.obligation for each in self.serves if each.status == status)

    @property
    def laws(self) -> tuple[str, ...]:
        """Short names of the laws of which it would close something."""
        return tuple(dict.fromkeys(each.law for each in self.serves))

    @property
    def counts(self) -> str:
        """`28 gaps and 2 open findings`, without what there is none of."""
        gaps, open_ = len(self.with_status("gap")), len(self.with_status("open"))
        said = (
            f"{gaps} gap{'' if gaps == 1 else 's'}" if gaps else "",
            f"{open_} open finding{'' if open_ == 1 else 's'}" if open_ else "",
        )
        return " and ".join(filter(None, said))


def make_controls(checked: GapCheck) -> list[ControlRow]:
    """The controls that would close something, what closes most in front; none if nobody asked for them."""
    shorts = {pack.id: pack.short for pack in checked.book.packs}
    return [_make_control(plan, shorts) for plan in checked.plans]


def _make_control(plan: ControlPlan, shorts: dict[str, str]) -> ControlRow:
    serving = {each.obligation: each for each in plan.control.serves}
    served = []
    for finding in (*plan.gaps, *plan.open):
        each = serving[finding.obligation.id]
        served.append(
            Served(
                obligation=each.obligation,
                pack=finding.pack,
                law=shorts[finding.pack],
                title=finding.obligation.title,
                status=finding.status.value,
                relation=each.relation.value,
                in_part=each.relation not in (Relation.EQUAL, Relation.SUPERSET_OF),
                why=each.why,
            )
        )
    control = plan.control
    met = tuple(finding.obligation.id for finding in plan.met)
    return ControlRow(control.id, control.title, control.do, control.document, tuple(served), met)


def control_body(control: ControlRow) -> dict[str, Any]:
    """A control for JSON: the words of `govern controls --format json`; `serves` has only what it would close."""
    return {
        "control": control.id,
        "title": control.title,
        "do": control.do,
        "document": control.document,
        "gaps": list(control.with_status("gap")),
        "open": list(control.with_status("open")),
        "met": list(control.met),
        "laws": list(dict.fromkeys(each.pack for each in control.serves)),
        "serves": [
            {"obligation": each.obligation, "relation": each.relation, "in_part": each.in_part, "why": each.why}
            for each in control.serves
        ],
    }


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
        names = [checked.phrases.name(fact) + _bracketed(say_lapse(fact, checked)) for fact in finding.missing]
        more = f"; and {len(names) - most} more" if len(names) > most else ""
        return "; ".join(names[:most]) + more
    if finding.status is Status.GAP and finding.met is not None:
        return _say_lacking(finding, checked, most)
    return ""


def _say_lacking(finding: Finding, checked: GapCheck, most: int) -> str:
    """The fewest changes that would close a gap; another way of the same size after "or"."""
    ways = closing_changes(checked.book, checked.facts, finding)
    said = [say_way(way, checked.phrases) for way in ways if len(way) == len(ways[0])][:2]
    if not said:
        return "more than a few changes of facts: see what to do"
    common = [note for note in said[0] if all(note in notes for notes in said)]
    either = [_say_notes([note for note in notes if note not in common], most) for notes in said]
    if len(said) == 1 or not all(either):
        return _say_notes(said[0], most)
    return "; ".join([*([_say_notes(common, most)] if common else []), _say_either(*either, last=not common)])


def _say_notes(notes: Sequence[str], most: int) -> str:
    more = f"; and {len(notes) - most} more" if len(notes) > most else ""
    return "; ".join(notes[:most]) + more


def _say_either(one: str, other: str, *, last: bool) -> str:
    """Two ways, of which one is enough; what both say of one fact is said once."""
    name, colon, _ = one.partition(": ")
    if colon and other.startswith(f"{name}: ") and "; " not in one + other:
        verbs = (f"{name}: {verb}" for verb in ("add ", "without ", ""))
        same = next(verb for verb in verbs if one.startswith(verb) and other.startswith(verb))
        return f"{one} or {other.removeprefix(same)}"
    return f"{one}; or {other}" if last else f"and either {one}, or {other}"


def say_lapse(fact: str, checked: GapCheck, day: Callable[[date], str] = date.isoformat) -> str:
    """Why an answer that was given does not count: it expired, or holds only from a later day; else nothing."""
    end, start = checked.assessment.expired.get(fact), checked.assessment.later.get(fact)
    ended = f"expired on {day(end)}" if end else ""
    if start is None:
        return ended
    return f"{ended}, holds again from {day(start)}" if ended else f"holds only from {day(start)}"


def _bracketed(said: str) -> str:
    return f" ({said})" if said else ""


def say_days(checked: GapCheck) -> str:
    """Of which days law and facts are: where nothing was recorded by the day, the facts are those known since."""
    day, saved = checked.assessment.as_of, checked.project.saved_on
    if saved is None or saved <= day:
        return f"law and facts of {day.isoformat()}"
    return f"law of {day.isoformat()}, facts of {saved.isoformat()}, for none were recorded by then"


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
        "controls": [control_body(control) for control in make_controls(checked)[:ONCE]],
        "expired": {fact: end.isoformat() for fact, end in checked.assessment.expired.items()},
        "later": {fact: start.isoformat() for fact, start in checked.assessment.later.items()},
        "findings": [_finding_body(row, checked.waivers.get(row.obligation)) for row in make_rows(checked)],
        "packs": {pack.id: {"version": pack.version, "digest": pack.digest} for pack in checked.book.packs},
        "project": checked.project.id,
        "summary": summarise(checked),
    }
    return json.dumps(body, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _finding_body(row: Row, waiver: Waiver | None) -> dict[str, Any]:
    """A finding as it is: nothing is folded, so there is no `also`."""
    body = asdict(row)
    del body["also"]
    body["waiver"] = None
    if waiver:
        body["waiver"] = {
            "id": waiver.id,
            "approver": waiver.approver,
            "reason": waiver.reason,
            "granted_on": waiver.granted_on.isoformat(),
            "expires_on": waiver.expires_on.isoformat(),
        }
    return body


def _cell(text: str) -> str:
    """Text in a Markdown table: no pipe ends a cell, no markup runs, nothing turns the line round."""
    for mark in ("\\", "|", "*", "_", "`", "<", "[", "]", "&", "~"):
        text = text.replace(mark, "\\" + mark)
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def render_markdown(checked: GapCheck) -> str:
    """The check as Markdown: a summary, then a table a law with gaps and open findings."""
    return "\n".join(_markdown_lines(checked)) + "\n"


def _markdown_lines(checked: GapCheck) -> Iterator[str]:
    yield f"# Gap check: {_cell(checked.project.title)}"
    yield ""
    yield f"Project `{checked.project.id}`, {say_days(checked)}."
    yield ""
    yield "| Law | Version | Gaps | Open | Met | Not applicable |"
    yield "|---|---|---:|---:|---:|---:|"
    counts = summarise(checked)
    for pack in checked.book.packs:
        numbers = " | ".join(str(counts[pack.id][status.value]) for status in Status)
        yield f"| {pack.short} | {pack.version} | {numbers} |"
    rows = make_rows(checked)
    waived = any(row.waived for row in rows)
    yield from _markdown_controls(checked)
    for pack in checked.book.packs:
        wanted = [row for row in rows if row.pack == pack.id and row.status in ("gap", "open")]
        if wanted:
            yield ""
            yield f"## {pack.title}"
            yield ""
            yield "| Finding | Obligation | Why it applies | What is missing | Remedy |" + " Waiver |" * waived
            yield "|---|---|---|---|---|" + "---|" * waived
        for row in fold_rows(wanted):
            cells = (
                f"{row.status} ({row.severity})",
                "; also ".join((f"{row.title}, {row.citation}, {row.obligation}", *row.also)),
                row.why,
                row.needs,
                row.remedy if row.status == "gap" else "answer what is unknown",
                *([row.waived] * waived),
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


def _markdown_controls(checked: GapCheck) -> Iterator[str]:
    controls = make_controls(checked)[:ONCE]
    if controls:
        yield ""
        yield "## Do once"
        yield ""
        yield "What is done once and would close most, over all laws."
        yield ""
        yield "| What to do once | It leaves | It would close | Wholly | In part |"
        yield "|---|---|---|---|---|"
    for control in controls:
        wholly, part = ([each.obligation for each in control.serves if each.in_part is kind] for kind in (False, True))
        cells = (
            f"{control.title}: {control.do}",
            control.document,
            f"{control.counts} of {', '.join(control.laws)}",
            ", ".join(wholly),
            ", ".join(part),
        )
        yield "| " + " | ".join(_cell(cell) for cell in cells) + " |"


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
        else:
            said = say_lapse(fact, checked)
            yield f"  {fact} is unknown: the answer {said}" if said else f"  {fact} is unknown"


def _origin(fact: str, checked: GapCheck) -> str:
    answer = checked.facts.given.get(fact)
    spec = checked.book.vocabulary.find(fact)
    if spec is not None and spec.derive is not None:
        return f"  (worked out from {' and '.join(map(checked.phrases.name, spec.derive.sources))})"
    if answer is None:
        return ""
    parts = [answer.source] if answer.source else ["no source given"]
    if answer.recorded_on:
        parts.append(f"recorded on {answer.recorded_on.isoformat()}")
    if answer.effective_from:
        parts.append(f"holds from {answer.effective_from.isoformat()}")
    if answer.valid_until:
        parts.append(f"valid until {answer.valid_until.isoformat()}")
    parts.extend(f"evidence: {item.description or item.href}" for item in answer.evidence)
    return f"  ({'; '.join(parts)})"
