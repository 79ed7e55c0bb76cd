"""A gap check as a report whose words are said: what PDF, Word, HTML, XLSX, JUnit, SARIF and OSCAL are made of.

The writers lay out; what is said, counted, sorted and marked is decided here, once. The same check gives an equal
report: no clock is read, and the day of the report is the day whose law and facts counted.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, TypeVar

from govern.conditions import join_words
from govern.contracts import write_date
from govern.kernel import FactValue
from govern.render.report.findings import (
    ONCE,
    ControlRow,
    Row,
    group_same,
    make_controls,
    make_rows,
    say_lapse,
    summarise,
)
from govern.render.words import clean
from govern.rules import Finding, RulePack, Severity, Status
from govern.usecases.evidence import NEAR
from govern.usecases.gaps import GapCheck

SEVERITIES = tuple(severity.value for severity in Severity)
STATUSES = tuple(status.value for status in Status)
STATUS_WORDS = {"gap": "Gap", "open": "Open", "met": "Met", "not_applicable": "Does not apply"}

DO_ONCE, GAPS, OPEN, CONFIRM = "Do once", "Gaps", "Open questions", "To confirm with somebody else"
EVIDENCE, OTHERS = "Evidence", "All other duties"
PACKS, METHOD = "Rule packs and their review", "Method and limits"
FOLDED = "Duties that say the same and have the same finding are shown once, with every citation. Each is counted."

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class PackLine:
    """A pack that was checked against. `review` says in words what was read, and who must look again."""

    id: str
    short: str
    title: str
    version: str
    digest: str
    kind: str
    counts: Mapping[str, int]
    review: tuple[str, ...]

    @property
    def total(self) -> int:
        """How many of its duties were in force on the day."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class WaiverLine:
    """A waiver that holds on the day. The gap beside it is still a gap."""

    id: str
    approver: str
    reason: str
    granted_on: date
    expires_on: date

    def say(self) -> str:
        """One sentence: who accepts the gap, until when, why."""
        return f"Accepted by {self.approver} until {write_date(self.expires_on)}: {_stopped(self.reason)}"


@dataclass(frozen=True, slots=True)
class Entry:
    """One finding in words. `law` is the pack's short name, `instrument` the title of what the citation names.

    `twins` are the ids of findings that say the same and are shown with this one, and `also` cites them; both are empty
    but in `Report.folded`.
    """

    obligation: str
    pack: str
    law: str
    title: str
    text: str
    topic: str
    citation: str
    instrument_id: str
    instrument: str
    pinpoint: str
    actor: str
    status: str
    about: str
    severity: str
    why: str
    needs: str
    missing: tuple[str, ...]
    reasons: tuple[str, ...]
    remedy: str
    penalty: str
    asks: tuple[str, ...]
    same_as: tuple[str, ...]
    verified: bool | None
    review_note: str
    confirm_with: str
    waiver: WaiverLine | None
    also: tuple[str, ...] = ()
    twins: tuple[str, ...] = ()

    @property
    def status_words(self) -> str:
        """The status for a reader: "Gap", "Open: does it apply?"."""
        if self.status == "open":
            return "Open: does it apply?" if self.about == "applicability" else "Open: is it met?"
        return STATUS_WORDS[self.status]

    @property
    def because(self) -> str:
        """One line for lists: what is unknown of an open finding, why any other applies or does not."""
        return f"Unknown: {self.needs}" if self.status == "open" else self.why

    @property
    def verified_words(self) -> str:
        """What is known of the row's verification; empty if it is verified."""
        return {True: "", False: "Not verified against an official text", None: "Verification not stated"}[
            self.verified
        ]

    @property
    def place(self) -> str:
        """Citation and id, and those of the duties that say the same and are shown with it."""
        return " · ".join((self.citation, self.obligation, *(f"also {each}" for each in self.also)))

    @property
    def where(self) -> str:
        """The small line under a title: its place, whose duty, and whether the row is verified."""
        return " · ".join(part for part in (self.place, self.actor, self.verified_words) if part)

    @property
    def waived(self) -> str:
        """The waiver in a sentence; "" if there is none."""
        return self.waiver.say() if self.waiver else ""

    @property
    def lines(self) -> tuple[tuple[str, str], ...]:
        """What there is to say of a gap, as (label, words)."""
        said = (
            ("The law", self.text),
            ("It applies because", self.why),
            ("What is missing", self.needs),
            ("What to do", self.remedy),
            ("Penalty", self.penalty),
            ("Waiver", self.waived),
        )
        return tuple((label, words) for label, words in said if words)


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A fact that open findings wait for. `settles` are (obligation, title), gravest first."""

    fact: str
    question: str
    group: str
    expired_on: date | None
    lapse: str
    """Why the answer that was given does not count, or nothing."""
    settles: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """An answer that rests on evidence, or begins or ends on a day.

    `dated` is the day from which it holds, else the day on which it was collected. `mark` says "ended", "ends in …" or
    "only from …", or nothing.
    """

    fact: str
    name: str
    what: str
    href: str
    sha256: str
    dated: date | None
    valid_until: date | None
    mark: str

    @property
    def place(self) -> str:
        """Where it is: the link, and the digest if the file was kept."""
        digest = f"SHA-256 {self.sha256}" if self.sha256 else ""
        return "; ".join(part for part in (self.href, digest) if part)


@dataclass(frozen=True, slots=True)
class Report:
    """A gap check in words. `entries` are by law, gaps first; `gaps` gravest first over all laws."""

    project: str
    project_title: str
    project_summary: str
    project_version: int
    day: date
    assessment: str
    packs: tuple[PackLine, ...]
    summary: tuple[str, ...]
    entries: tuple[Entry, ...]
    questions: tuple[OpenQuestion, ...]
    evidence: tuple[EvidenceLine, ...]
    method: tuple[str, ...]
    controls: tuple[ControlRow, ...] = ()

    @property
    def cover(self) -> str:
        """The cover line: project, day, packs with versions and the first letters of their digests."""
        packs = ", ".join(f"{pack.short} {pack.version} ({pack.digest[:12]})" for pack in self.packs)
        return f"Project {self.project} · {write_date(self.day)} · {packs}"

    @property
    def gaps(self) -> tuple[Entry, ...]:
        """The gaps, gravest first, then by law."""
        return tuple(sorted(self.with_status("gap"), key=lambda entry: SEVERITIES.index(entry.severity)))

    def count_gaps(self, severity: str) -> int:
        """How many gaps of this severity there are."""
        return sum(entry.severity == severity for entry in self.with_status("gap"))

    @property
    def folded(self) -> "Report":
        """The same report, in which duties that say the same and have the same finding are one entry that cites all.

        Its counts are still those of all duties.
        """
        entries = (
            replace(
                first,
                also=tuple(f"{other.citation} ({other.obligation})" for other in others),
                twins=tuple(other.obligation for other in others),
            )
            for first, *others in group_same(self.entries)
        )
        return replace(self, entries=tuple(entries))

    @property
    def once(self) -> tuple[ControlRow, ...]:
        """The controls that would close most."""
        return self.controls[:ONCE]

    @property
    def once_words(self) -> str:
        """What the controls that would close most come to, in two sentences."""
        in_part: dict[str, dict[str, bool]] = {"gap": {}, "open": {}}
        for control in self.once:
            for served in control.serves:
                known = in_part[served.status]
                known[served.obligation] = served.in_part and known.get(served.obligation, True)
        gaps, open_, part = len(in_part["gap"]), len(in_part["open"]), sum(in_part["gap"].values())
        said = f"{gaps:,} of {count_words(self.counts['gap'], 'gap')}"
        said += f" ({part:,} of them only in part)" if part else ""
        said += f" and {open_:,} of {count_words(self.counts['open'], 'open finding')}" if open_ else ""
        if len(self.once) == 1:
            return f"This is done once for all duties that it serves. It would close {said}."
        return f"Each of these is done once for all duties that it serves. Together they would close {said}."

    def controls_by_duty(self) -> dict[str, tuple[tuple[ControlRow, bool], ...]]:
        """By gap or open finding: the controls that would close it, and whether only in part."""
        found: dict[str, tuple[tuple[ControlRow, bool], ...]] = {}
        for control in self.controls:
            for served in control.serves:
                found[served.obligation] = (*found.get(served.obligation, ()), (control, served.in_part))
        return found

    @property
    def to_confirm(self) -> tuple[Entry, ...]:
        """Duties of somebody else, which do not apply to the client only for that; by whom to ask."""
        return tuple(sorted((each for each in self.entries if each.confirm_with), key=lambda each: each.confirm_with))

    @property
    def counts(self) -> Mapping[str, int]:
        """How many findings of each status, every status there."""
        return {status: sum(pack.counts[status] for pack in self.packs) for status in STATUSES}

    def with_status(self, *statuses: str) -> tuple[Entry, ...]:
        """The findings of these statuses, in the order of the report."""
        return tuple(entry for entry in self.entries if entry.status in statuses)


def make_report(checked: GapCheck) -> Report:
    """The report of a check. Text that came from outside is cleaned of what no file may hold."""
    findings = {finding.obligation.id: finding for finding in checked.assessment.findings}
    entries = tuple(_make_entry(row, findings[row.obligation], checked) for row in make_rows(checked))
    questions = tuple(_cleaned(each) for each in _questions(entries, checked))
    evidence = tuple(_cleaned(each) for each in _evidence(checked))
    report = Report(
        project=checked.project.id,
        project_title=checked.project.title or checked.project.id,
        project_summary=" ".join(checked.project.summary.split()),
        project_version=checked.project.version,
        day=checked.assessment.as_of,
        assessment=checked.assessment_id,
        packs=tuple(_cleaned(each) for each in _packs(checked)),
        summary=(),
        entries=entries,
        questions=questions,
        evidence=evidence,
        method=tuple(_method(entries, checked)),
        controls=tuple(_clean_control(each) for each in make_controls(checked)),
    )
    return _cleaned(replace(report, summary=tuple(_summary(report))))


def _cleaned(line: _T) -> _T:
    """The same line with its texts cleaned; lines within lines were cleaned before."""
    changes: dict[str, Any] = {}
    for field in fields(line):  # type: ignore[arg-type]
        value = getattr(line, field.name)
        if isinstance(value, str):
            changes[field.name] = clean(value)
        elif isinstance(value, tuple):
            changes[field.name] = tuple(clean(each) if isinstance(each, str) else each for each in value)
    return replace(line, **changes)  # type: ignore[type-var]


def _clean_control(control: ControlRow) -> ControlRow:
    return _cleaned(replace(control, serves=tuple(_cleaned(each) for each in control.serves)))


def shorten_ids(ids: Iterable[str]) -> list[str]:
    """Ids as they are shown one after the other: `GDPR-28.2, 28.3.a, HIPAA-164.308(b)(1)`."""
    shown, last = [], ""
    for id_ in ids:
        law, dash, rest = id_.partition("-")
        shown.append(rest if dash and rest and law == last else id_)
        last = law
    return shown


def split_served(control: ControlRow) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """What a control would close, as (label, obligations): wholly without a label, then in part."""
    parts = (
        (label, tuple(each.obligation for each in control.serves if each.in_part is in_part))
        for label, in_part in (("", False), ("In part: ", True))
    )
    return tuple((label, ids) for label, ids in parts if ids)


def _stopped(text: str) -> str:
    text = text.strip()
    return text if text.endswith((".", "?", "!", "…")) else f"{text}."


def count_words(number: int, one: str, many: str = "") -> str:
    """`1 gap`, `2 gaps`, `2,000 duties`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _make_entry(row: Row, finding: Finding, checked: GapCheck) -> Entry:
    obligation = finding.obligation
    pack = next(pack for pack in checked.book.packs if pack.id == finding.pack)
    instrument = pack.instruments.get(obligation.cite.instrument)
    waiver = checked.waivers.get(obligation.id) if finding.status is Status.GAP else None
    entry = Entry(
        obligation=row.obligation,
        pack=row.pack,
        law=pack.short,
        title=row.title,
        text=" ".join(obligation.text.split()),
        topic=obligation.topic,
        citation=row.citation,
        instrument_id=obligation.cite.instrument,
        instrument=instrument.title if instrument else obligation.cite.instrument,
        pinpoint=obligation.cite.pinpoint,
        actor=row.actor,
        status=row.status,
        about=row.about,
        severity=row.severity,
        why=row.why,
        needs=row.needs,
        missing=row.missing,
        reasons=finding.reasons,
        remedy=row.remedy,
        penalty=row.penalty,
        asks=obligation.evidence,
        same_as=obligation.same_as,
        verified=row.verified,
        review_note=" ".join(obligation.review.note.split()),
        confirm_with=finding.confirm_with,
        waiver=_cleaned(WaiverLine(waiver.id, waiver.approver, waiver.reason, waiver.granted_on, waiver.expires_on))
        if waiver
        else None,
    )
    return _cleaned(entry)


def _packs(checked: GapCheck) -> Iterator[PackLine]:
    counts = summarise(checked)
    for pack in checked.book.packs:
        instrument = pack.instruments.get(pack.instrument)
        yield PackLine(
            id=pack.id,
            short=pack.short,
            title=pack.title,
            version=pack.version,
            digest=pack.digest,
            kind=instrument.kind if instrument else "law",
            counts=counts[pack.id],
            review=tuple(_review(pack, checked.assessment.as_of)),
        )


def _review(pack: RulePack, day: date) -> Iterator[str]:
    review = pack.review
    if review.verified_against:
        yield f"Read against: {_stopped(' '.join(review.verified_against.split()))}"
    yield f"Reviewed by {review.by}." if review.by else "No lawyer has reviewed this pack yet."
    if review.statement:
        yield _stopped(" ".join(review.statement.split()))
    if review.next:
        yield f"Next review: {write_date(review.next)}{', which is past' if review.next < day else ''}."


def _questions(entries: Iterable[Entry], checked: GapCheck) -> list[OpenQuestion]:
    """The facts that open findings wait for, the weightiest first; as text and by how much they settle."""
    waiting: dict[str, list[Entry]] = {}
    for entry in entries:
        for fact in entry.missing:
            waiting.setdefault(fact, []).append(entry)

    def weight(fact: str) -> int:
        return sum(Severity(entry.severity).weight for entry in waiting[fact])

    made = []
    for fact in sorted(waiting, key=lambda each: (-weight(each), each)):
        spec = checked.book.vocabulary.find(fact)
        ranked = sorted(waiting[fact], key=lambda entry: SEVERITIES.index(entry.severity))
        made.append(
            OpenQuestion(
                fact=fact,
                question=spec.question if spec else checked.phrases.name(fact),
                group=spec.group if spec else "Figures of the law",
                expired_on=checked.assessment.expired.get(fact),
                lapse=_lapse(fact, checked),
                settles=tuple((entry.obligation, entry.title) for entry in ranked),
            )
        )
    return made


def _lapse(fact: str, checked: GapCheck) -> str:
    said = say_lapse(fact, checked, write_date)
    return f"the answer {said}" if said else ""


def _evidence(checked: GapCheck) -> list[EvidenceLine]:
    """What answers rest on, what ends first in front; answers without evidence only if they end on a day."""
    lines = [
        line
        for fact, answer in checked.facts.given.items()
        for line in _evidence_lines(fact, answer, checked.phrases.name(fact), checked.assessment.as_of)
    ]
    return sorted(lines, key=lambda line: (line.valid_until or date.max, line.name, line.fact, line.href))


def _evidence_lines(fact: str, answer: FactValue, name: str, day: date) -> Iterator[EvidenceLine]:
    for item in answer.evidence:
        ends = [end for end in (item.valid_until, answer.valid_until) if end]
        end = min(ends, default=None)
        yield EvidenceLine(
            fact=fact,
            name=name,
            what=item.description or item.href,
            href=item.href,
            sha256=item.sha256 or "",
            dated=item.effective_from or item.collected_on or answer.recorded_on,
            valid_until=end,
            mark=_mark(end, day, _latest(item.effective_from, answer.effective_from)),
        )
    if not answer.evidence and (answer.valid_until or answer.effective_from):
        said = f"No file; {answer.source}" if answer.source else "No file and no source"
        end, start = answer.valid_until, answer.effective_from
        yield EvidenceLine(fact, name, said, "", "", start or answer.recorded_on, end, _mark(end, day, start))


def _latest(*days: date | None) -> date | None:
    return max((each for each in days if each), default=None)


def _mark(end: date | None, day: date, start: date | None) -> str:
    if start is not None and start > day:
        return f"only from {write_date(start)}"
    if end is None or (end - day).days > NEAR:
        return ""
    if end < day:
        return "ended"
    left = (end - day).days
    return f"ends in {count_words(left, 'day')}" if left else "ends today"


def _summary(report: Report) -> Iterator[str]:
    """The whole in a few sentences, the gravest first."""
    counts = report.counts
    total = sum(counts.values())
    if not total:
        yield f"No duty of these packs was in force on {write_date(report.day)}."
        return
    out = counts["not_applicable"]
    yield (
        f"{count_words(total, 'duty', 'duties')} of {count_words(len(report.packs), 'rule pack')} "
        f"{'was' if total == 1 else 'were'} checked. "
        f"{out:,} {'does' if out == 1 else 'do'} not apply to this project by the facts known."
    )
    yield _say_gaps(report)
    yield _say_open(report)
    yield f"{count_words(counts['met'], 'duty is', 'duties are')} met."
    if report.to_confirm:
        whom = join_words(list(dict.fromkeys(entry.confirm_with for entry in report.to_confirm)))
        number = count_words(len(report.to_confirm), "duty is", "duties are")
        yield f"{number} somebody else's, and must be confirmed with them: {_stopped(whom)}"
    yield from _say_ends(report)


def _say_gaps(report: Report) -> str:
    gaps = report.gaps
    if not gaps:
        return "There are no gaps."
    by = Counter(entry.severity for entry in gaps)
    parts = [f"{by[severity]} {severity}" for severity in SEVERITIES if by[severity]]
    said = f"{count_words(len(gaps), 'gap')}: {join_words(parts)}."
    waived = sum(entry.waiver is not None for entry in gaps)
    if waived:
        said += (
            f" {waived} of them {'is' if waived == 1 else 'are'} accepted for a time by a waiver, and still counted."
        )
    return said


def _say_open(report: Report) -> str:
    open_ = report.with_status("open")
    if not open_:
        return "Nothing is open."
    applies = sum(entry.about == "applicability" for entry in open_)
    met = len(open_) - applies
    parts = []
    if applies:
        parts.append(f"of {applies:,} it is not known whether {'it applies' if applies == 1 else 'they apply'}")
    if met:
        parts.append(f"of {met:,} it is not known whether {'it is met' if met == 1 else 'they are met'}")
    questions = len(report.questions)
    return (
        f"{count_words(len(open_), 'duty is', 'duties are')} open: {join_words(parts)}. "
        f"{count_words(questions, 'unanswered question')} would settle {'it' if len(open_) == 1 else 'them'}."
    )


def _say_ends(report: Report) -> Iterator[str]:
    ended = sum(line.mark == "ended" for line in report.evidence)
    soon = sum(line.mark.startswith("ends") for line in report.evidence)
    if ended:
        counts = "counts" if ended == 1 else "count"
        yield f"{count_words(ended, 'answer has', 'answers have')} ended and {counts} as unknown."
    if soon:
        yield f"{count_words(soon, 'answer ends', 'answers end')} within {NEAR} days."


def _method(entries: Iterable[Entry], checked: GapCheck) -> Iterator[str]:
    day = write_date(checked.assessment.as_of)
    verified = Counter(entry.verified for entry in entries)
    yield "This is not legal advice. A qualified lawyer must review the rule packs before anyone relies on this report."
    yield (
        f"The law and the facts are those of {day}. Each duty has a condition that says when it applies and one that "
        "says when it is met; both are read over the facts of the project, the terms of contracts in force and the "
        "evidence on file."
    )
    yield (
        "What nobody has answered is unknown. It is never taken for yes or no: a duty that depends on it is open, and "
        "the report names the question. An answer whose validity is over is unknown again."
    )
    yield "A waiver accepts a gap for a time. It stands beside the gap, and the gap is still counted."
    yield (
        "A duty of somebody else is not a duty of the client. Where it would apply if the client stood in their place, "
        "it is listed as one to confirm with them."
    )
    unsaid = f" Of {verified[None]} the pack does not say it." if verified[None] else ""
    yield (
        "Verified means that a reader compared the row with the text that the pack names. It does not mean that a "
        f"lawyer approved it. Of the duties in this report {verified[True]} are verified and {verified[False]} are "
        f"not; those are marked.{unsaid}"
    )
    yield "A penalty is what the law threatens at most. It is not a forecast."
    packs = ", ".join(f"{pack.short} {pack.version}" for pack in checked.book.packs)
    yield (
        f"Checked were only these packs: {packs or 'none'}. Not checked were any other law, contract or policy, "
        "whether the answers are true, whether a document says what its title promises, and whether what is agreed is "
        "done."
    )
    if checked.assessment_id:
        yield (
            f"The check is recorded in the audit log as assessment:{checked.assessment_id}, with the status of each "
            "duty and the digests of the packs."
        )
