"""Put a record under the schedule, and correct the days that its periods run from."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Any

from govern.errors import ContentError, FactError, RefusedError, StoreError
from govern.kernel import Actor, check_may, suggest
from govern.retention import (
    Correction,
    Determination,
    RetainedRecord,
    RetentionRule,
    StorePlace,
    TriggerEvent,
    check_address,
    decode_list,
    find_place,
    is_held_for_want_of_a_day,
    parse_register,
    plain_address,
)
from govern.usecases.gaps import assess_project
from govern.usecases.ports import Ports, Unit
from govern.usecases.records import get_project, project_matter, record_event
from govern.usecases.retained import (
    HOLDS_LOCK,
    RETAINED,
    Decide,
    Series,
    decide_records,
    format_retained,
    get_retained,
    read_retained,
    rules_of,
)
from govern.usecases.schedules import check_line, keep_series

MOST_MATTERS = 50

LONGEST_LIST = 64 * 1024 * 1024
"""Bytes of a list of records."""

_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")
_STORE = re.compile(r"[a-z][a-z0-9+.-]{0,30}:[\x21-\x7e]{1,2000}")
_DIGEST = re.compile(r"[0-9a-f]{64}")


def add_record(
    ports: Ports, actor: Actor, record: RetainedRecord, places: Sequence[StorePlace] = ()
) -> tuple[RetainedRecord, Determination]:
    """Register a thing that is kept: what it is, where it lies, and the days of its events that are known.

    It stands under the newest version of the project's schedule. Its content stays in its store; `places` are those
    that are declared. Raises FactError on a class that the schedule does not know, and on an address that is in doubt
    or is a store as a whole, RefusedError on one of what the workspace itself is kept in, StoreError where the id is
    taken.
    """
    check_may(actor, "keep_records")
    today = ports.now().date()
    record = _admit_record(record, today, places, ports.guard())
    with ports.register.begin(write=True) as unit:
        unit.lock(HOLDS_LOCK)
        get_project(unit, record.project)
        series = keep_series(ports, actor, unit, record.project)
        _check_new(unit, record, series)
        found = _register(ports, actor, unit, record, series, decide_records(ports, unit, record.project, today))

    ports.log.sequence()
    return found.record, found


def add_records(
    ports: Ports, actor: Actor, project: str, data: bytes, name: str, places: Sequence[StorePlace] = ()
) -> list[Determination]:
    """Register all records of a list in CSV, or none: what the schedule says of each, in the order of the list.

    Raises ContentError with all problems, each with its line.
    """
    check_may(actor, "keep_records")
    listed = parse_register(decode_list(data, name, LONGEST_LIST), name, project)
    today = ports.now().date()
    with ports.register.begin(write=True) as unit:
        unit.lock(HOLDS_LOCK)
        checked = assess_project(ports, get_project(unit, project), today)
        series = keep_series(ports, actor, unit, project)
        records, problems = _admit_listed(unit, listed, series, name, today, places, ports.guard())
        if problems:
            said = "line" if len(problems) == 1 else "lines"
            hint = "nothing was registered"
            raise ContentError(f"{len(problems)} {said} cannot be registered", where=name, hint=hint, problems=problems)
        decide = decide_records(ports, unit, project, today, checked)
        found = [_register(ports, actor, unit, record, series, decide) for record in records]

    ports.log.sequence()
    return found


def _admit_listed(
    unit: Unit, listed: Iterable[tuple[int, RetainedRecord]], series: Series, name: str, today: date,
    places: Sequence[StorePlace], check: Callable[[str], None],
) -> tuple[list[RetainedRecord], tuple[ContentError, ...]]:  # fmt: skip
    """The records as they are registered, and what is wrong with the others."""
    records, problems = [], []
    for line, record in listed:
        try:
            records.append(_admit_record(record, today, places, check))
            _check_new(unit, record, series)
        except (FactError, RefusedError, StoreError) as problem:
            problems.append(ContentError(problem.message, hint=problem.hint, where=f"{name}:{line}:1"))
    return records, tuple(problems)


def _check_new(unit: Unit, record: RetainedRecord, series: Series) -> None:
    if unit.find(RETAINED, f"{record.project}/{record.id}") is not None:
        hint = "choose another id, or correct it: govern retention correct"
        raise StoreError(f"there is a record `{record.id}` in `{record.project}` already", hint=hint)
    _check_class(record, series.rules)


def _check_class(record: RetainedRecord, rules: Iterable[RetentionRule]) -> None:
    classes = {each.record_class for each in rules}
    if record.record_class not in classes:
        hint = suggest(record.record_class, classes) or "govern retention schedule lists the classes"
        raise FactError(f"the schedule has no class `{record.record_class}`", where="class", hint=hint)


def _register(
    ports: Ports, actor: Actor, unit: Unit, record: RetainedRecord, series: Series, decide: Decide
) -> Determination:
    standing = replace(record, schedule=series.name, disposed="")
    found = decide(standing)
    body = format_retained(standing, ports.new_id(), determined=plain_determination(found))
    stored = unit.save(RETAINED, f"{record.project}/{record.id}", body, read_version=0)
    unit.emit(record_event(ports, actor, "retention.registered", stored, project_matter(record.project)))
    return replace(found, record=replace(standing, version=stored.version))


def correct_record(
    ports: Ports,
    actor: Actor,
    project: str,
    id_: str,
    *,
    triggers: Mapping[TriggerEvent, date | None],
    reason: str,
    matters: Sequence[str] = (),
    fields: Mapping[str, str] = MappingProxyType({}),
    places: Sequence[StorePlace] = (),
) -> tuple[Determination, Determination]:
    """Set, correct or take back (None) the days of a record's events, add it to matters, or correct what it is.

    `fields` are new values of `title`, `record_class`, `store`, `digest` and `data_class`; `places` are the declared
    stores. What the schedule said before and says now is in the record's new version, and so in the log; both come
    back. Raises RefusedError where the record would leave a hold, or a held one its address.
    """
    check_may(actor, "keep_records")
    check_line(reason, "reason", 10, 2000)
    today = ports.now().date()
    with ports.register.begin(write=True) as unit:
        unit.lock(HOLDS_LOCK)
        get_project(unit, project)
        known = get_retained(unit, project, id_)
        if known.disposed:
            raise RefusedError(f"`{id_}` is gone", hint=f"disposition {known.disposed}")
        days = {**known.triggers, **triggers}
        changed = replace(
            known,
            triggers={event: day for event, day in days.items() if day is not None},
            matters=tuple(sorted({*known.matters, *matters})),
            title=fields.get("title", known.title),
            record_class=fields.get("record_class", known.record_class),
            store=fields.get("store", known.store),
            digest=fields.get("digest", known.digest),
            data_class=fields.get("data_class", known.data_class),
        )
        _check_words(changed, today)
        if changed.store != known.store:  # what an older govern took in can be corrected bit by bit
            changed = _write_place(changed, places, ports.guard())
        if changed == known:
            raise RefusedError(f"nothing of `{id_}` changes", hint="name another day, or another matter")
        if changed.record_class != known.record_class:
            _check_class(changed, rules_of(ports, unit, changed.schedule, project))
        decide = decide_records(ports, unit, project, today)
        _check_stays_held(decide, known, changed)
        changed = replace(changed, corrected=_note_correction(actor, today, decide(known), decide(changed)))
        pair = restand(ports, actor, unit, known, changed, decide, "retention.corrected", reason)

    ports.log.sequence()
    return pair


def _check_stays_held(decide: Decide, known: RetainedRecord, changed: RetainedRecord) -> None:
    """Return if every hold on the record holds it after the correction too, at its place. Raises RefusedError.

    Else one person could free with a new title what takes another one to release. A day that nobody knew can be given:
    the record stays bound to the hold that asked for it.
    """
    before, after = decide(known).holds, {each.id for each in decide(changed).holds}
    if before and plain_address(changed.store) != plain_address(known.store):
        said = f"`{known.id}` is held by {', '.join(each.id for each in before)}, and what lies at its address with it"
        hint = "register what lies elsewhere as a record of its own; the address is corrected after the release"
        raise RefusedError(said, where="store", hint=hint)
    for each in before:
        if each.id not in after and not is_held_for_want_of_a_day(each, known):
            hint = f"another person than {each.issuer} releases it first: govern retention release {each.id} --reason …"
            raise RefusedError(f"the correction would take `{known.id}` out of the hold `{each.id}`", hint=hint)


def _note_correction(actor: Actor, today: date, before: Determination, after: Determination) -> Correction | None:
    """What is to be remembered of the record's corrections; this one counts if it changed how long it is kept."""
    earlier = before.record.corrected
    if all(getattr(before, name) == getattr(after, name) for name in ("words", "keep_until", "destroy_by")):
        return earlier
    until = before.keep_until or before.due
    words = f"kept until {until}" if before.holds and until else before.words
    return Correction(today, actor.id, words, until).after(earlier)


def adopt_schedule(
    ports: Ports, actor: Actor, project: str, reason: str
) -> tuple[Series, list[tuple[Determination, Determination]]]:
    """Put all kept records of a project under the newest version of its schedule.

    Each record whose version changes is saved with what the schedule said before and says now, and logged so. The
    determinations come back in pairs.
    """
    check_may(actor, "set_schedule")
    check_line(reason, "reason", 10, 2000)
    today = ports.now().date()
    with ports.register.begin(write=True) as unit:
        checked = assess_project(ports, get_project(unit, project), today)
        series = keep_series(ports, actor, unit, project)
        decide = decide_records(ports, unit, project, today, checked)
        pairs = []
        for record in read_retained(unit, project):
            if record.schedule != series.name:
                changed = replace(record, schedule=series.name)
                pairs.append(restand(ports, actor, unit, record, changed, decide, "retention.adopted", reason))

    ports.log.sequence()
    return series, pairs


def mark_disposed(
    ports: Ports, actor: Actor, unit: Unit, record: RetainedRecord, disposition: str, absent: str = ""
) -> RetainedRecord:
    """Note within a transaction that a disposition ended a record: nothing more is due for it.

    `absent` is the time at which it was found that nothing was there, where nobody destroyed it.
    """
    changed = replace(record, disposed=disposition, absent=absent)
    body = format_retained(changed, ports.new_id())
    stored = unit.save(RETAINED, f"{record.project}/{record.id}", body, read_version=record.version)
    kind = "retention.absent" if absent else "retention.disposed"
    unit.emit(record_event(ports, actor, kind, stored, project_matter(record.project)))
    return replace(changed, version=stored.version)


def restand(
    ports: Ports, actor: Actor, unit: Unit, known: RetainedRecord, changed: RetainedRecord, decide: Decide,
    event: str, reason: str,
) -> tuple[Determination, Determination]:  # fmt: skip
    """Save a record that stands otherwise than before, with what the schedule said before and says now.

    It stays bound to the holds that reached it.
    """
    before, after = decide(known), decide(changed)
    left = {each.id for each in before.holds} - {each.id for each in after.holds}
    if left:
        changed = replace(changed, bound=tuple(sorted({*known.bound, *left})))
        after = decide(changed)
    body = format_retained(
        changed,
        ports.new_id(),
        before=plain_determination(before),
        determined=plain_determination(after),
        reason=reason.strip(),
    )
    stored = unit.save(RETAINED, f"{known.project}/{known.id}", body, read_version=known.version)
    unit.emit(record_event(ports, actor, event, stored, project_matter(known.project)))
    return before, replace(after, record=replace(changed, version=stored.version))


def plain_determination(found: Determination) -> dict[str, Any]:
    """What the schedule says of a record, as canonical JSON can hold it."""
    days = {"destroy_by": found.destroy_by, "due": found.due, "keep_until": found.keep_until}
    return {
        **{name: day.isoformat() if day else None for name, day in days.items()},
        "action": found.action,
        "holds": [each.id for each in found.holds],
        "keeps": found.keeps.id if found.keeps else "",
        "limits": found.limits.id if found.limits else "",
        "schedule": found.record.schedule,
        "triggers": {event.value: day.isoformat() for event, day in found.record.triggers.items()},
        "verdict": found.verdict.value,
        "words": found.words,
    }


def _admit_record(
    record: RetainedRecord, today: date, places: Sequence[StorePlace], check: Callable[[str], None]
) -> RetainedRecord:
    _check_words(record, today)
    return _write_place(record, places, check)


def _write_place(record: RetainedRecord, places: Sequence[StorePlace], check: Callable[[str], None]) -> RetainedRecord:
    """The record with its address as it is written. Raises FactError, and RefusedError for a part of the workspace."""
    if not _STORE.fullmatch(record.store):
        hint = "like file:///srv/scans/batch-7 or s3://bucket/prefix"
        raise FactError(f"`{record.store[:120]}` is not the address of a store", where="store", hint=hint)
    check_address(record.store)
    check(record.store)
    place = find_place(places, record.store)
    if place is not None and not place.inside(record.store):
        hint = f"a record is something in it, like {plain_address(place.at)}/batch-7"
        raise FactError(f"`{record.store[:120]}` is the store `{place.name}` as a whole", where="store", hint=hint)
    return replace(record, store=plain_address(record.store))


def _check_words(record: RetainedRecord, today: date) -> None:
    if not _ID.fullmatch(record.id):
        hint = "lower-case letters, digits, ., _ and -, at most 100, like batch-7"
        raise FactError(f"`{record.id[:120]}` is not an id of a record", where="id", hint=hint)
    check_line(record.title, "title", 1, 200)
    check_line(record.data_class, "data class", 0, 120)
    made = record.triggers.get(TriggerEvent.CREATION)
    if made is not None and (made - today).days > 1:  # a day can be tomorrow here and today elsewhere
        hint = f"is {made.year} a typing error? what is not made yet is registered when it is"
        raise FactError(f"the day of creation, {made.isoformat()}, is yet to come", where="creation", hint=hint)
    if record.digest and not _DIGEST.fullmatch(record.digest):
        raise FactError("the digest is not a SHA-256", where="digest", hint="64 digits of hex, in lower case")
    if len(record.matters) > MOST_MATTERS:
        raise FactError(f"{len(record.matters)} matters are too many", where="matters", hint=f"at most {MOST_MATTERS}")
    for matter in record.matters:
        check_line(matter, "matter", 1, 120)
