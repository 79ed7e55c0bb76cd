"""Personal data that can be erased though the log cannot: sealed under a key of each person, and the key destroyed.

All that is sealed of a subject is a chain of records `subject:<id>` and a matter of the log of the same name:

    key.created        commits to the digest of the subject's data key
    personal.sealed    one record of ciphertext; as many as there are
    personal.read      somebody looked at the data
    erasure.ordered    nothing is sealed under the key from here on
    key.destroyed      cites the key and counts the entries that it covered
    erasure.certified  commits to every word of the certificate

The order is such that the log never says what is not so. A crash after `erasure.ordered` is finished by the next run,
and by the next reading: whoever opens anything first carries out what the log has ordered, so that a restored backup of
the vault brings nothing back. Two that act at once on one subject save the same version of its record, and one of them
is refused.
"""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest
from typing import Any

from govern.audit import (
    RECOVERED,
    Entry,
    Proof,
    find_object,
    format_context,
    format_proof,
    format_sealed,
    format_time,
    inclusion_path,
    pad_value,
    parse_entry,
    parse_sealed,
    unpad_value,
)
from govern.errors import FactError, GovernError, RefusedError, StoreError, VerificationError
from govern.kernel import Actor, canonical_bytes, check_may, parse_canonical, suggest
from govern.retention import Hold, HoldScope
from govern.usecases.access import note_access
from govern.usecases.ports import LogHead, Ports, Record, SubjectKey, Unit, Vault
from govern.usecases.records import project_matter, record_event
from govern.usecases.retained import HOLDS_LOCK, read_holds

SUBJECT = "subject"

CERTIFICATE, CERTIFIED = "erasure_certificate", "erasure.certified"
"""The records of the certificates, and the kind of the entries that commit to them."""

ERASURE_FORMAT = "govern-erasure-certificate/1"

COMMON = 10
"""How many other people may have a value that still tells one from another."""

SHORTEST = 4
"""Letters of a value that is looked for in the clear: shorter ones are found everywhere."""

_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_FIELD = re.compile(r"[a-z][a-z0-9_]{0,39}")
_MATTER = re.compile(rb'"matter":"((?:[^"\\]|\\.)+)","matter_')
_RECOVERED = b'"kind":"%s"' % RECOVERED.encode()
_TURNS = (b"key.created", b"erasure.ordered", b"key.destroyed", b"erasure.certified")
_MOST_FIELDS, _MOST_PLACES, _MOST_VALUES = 50, 1_000, 10_000


@dataclass(frozen=True, slots=True)
class Subject:
    """A person by pseudonym: which key seals the data, since which version of the record, and how it stands."""

    id: str
    version: int
    key: str
    since: int
    state: str
    """`created`, `sealed`, `ordered` or `destroyed`."""

    @property
    def covered(self) -> int:
        """How many records are sealed under the key."""
        return self.version - self.since - {"ordered": 1, "destroyed": 2}.get(self.state, 0)


@dataclass(frozen=True, slots=True)
class GoneKey:
    """A key that is not there though the log does not say that it was destroyed.

    As after a recovery from a backup that is older than the erasure, or where the vault was lost.
    """

    key: str
    subject: str
    """"" where nothing says whose it was."""
    destroyed: bool
    """It was destroyed for good; False where it is only missing from the vault, and may be in a backup."""
    at: str = ""
    """When it was destroyed, where that was noted."""
    known: bool = True
    """Whether the log knows of the key at all."""


@dataclass(frozen=True, slots=True)
class ErasurePlan:
    """What an erasure would do and what it would not reach."""

    subject: Subject
    digest: str
    fields: tuple[str, ...]
    plain: tuple[str, ...]
    """Records in which a sealed value stands in the clear too, as `kind:id@version`."""
    searched: int | None
    """How many other records were searched for the sealed values; None where no key opens them, so that none was."""
    unsought: int
    """Values that were not looked for: too short, or too many."""
    gone: GoneKey | None
    """How the key stands where it is gone before the erasure was ordered."""
    acted: int
    """Entries of the log in which the pseudonym is who acted."""
    matters: frozenset[str]
    """The matters of those entries."""
    holds: tuple[Hold, ...]
    """The holds in force that forbid the erasure."""
    alike: "Alike | None" = None
    """Under which other ids the same is sealed; None where no key opens what is sealed here, or nothing was opened."""


@dataclass(frozen=True, slots=True)
class Alike:
    """Where else a sealed value is sealed: it may be the same person, who was given two ids."""

    fields: Mapping[str, tuple[str, ...]]
    """By subject, the fields with a value that is sealed here too."""
    compared: int
    """How many other subjects were opened."""
    unopened: int
    """How many could not be."""
    common: int = 0
    """How many values more than `COMMON` others have too: a town or a language tells nothing of who somebody is."""

    def to_plain(self) -> dict[str, Any]:
        """As canonical JSON can hold it."""
        fields = {subject: list(names) for subject, names in self.fields.items()}
        return {"common": self.common, "compared": self.compared, "fields": fields, "unopened": self.unopened}


@dataclass(frozen=True)
class Certificate:
    """That a person's key was destroyed: what the log shows of it, what was reached and what was not.

    `statement` has all of it as canonical bytes, and `entry` commits to every word of them.
    """

    statement: bytes
    entry: str
    """The bytes of the entry `erasure.certified`."""
    proof: str
    """That this entry is in the log: a C2SP tlog-proof."""
    destroyed: str
    """The bytes of the entry `key.destroyed`, which the statement speaks of."""
    destroyed_proof: str

    @property
    def said(self) -> dict[str, Any]:
        """The statement's fields."""
        value: Any = parse_canonical(self.statement, limit=None)
        return dict(value)

    def to_plain(self) -> dict[str, Any]:
        """As canonical JSON can hold it."""
        return {
            "destroyed_entry": self.destroyed,
            "destroyed_proof": self.destroyed_proof,
            "entry": self.entry,
            "proof": self.proof,
            "statement": self.said,
        }


def subject_matter(subject: str) -> str:
    """The matter that all entries about a subject's sealed data belong to."""
    return f"{SUBJECT}:{subject}"


def seal_personal(
    ports: Ports, actor: Actor, subject: str, *batches: Mapping[str, str], reopen: bool = False
) -> Subject:
    """Seal personal data of a subject, each batch as one record and one entry. The first makes the subject's key.

    A field that was sealed before gets a new value; the old one stays until the key is destroyed. Raises RefusedError
    for a subject that was erased, unless it is to begin anew with `reopen`, and FactError for a wrong id or field.
    """
    check_may(actor, "seal_personal")
    if not _ID.fullmatch(subject):
        hint = "lower-case letters, digits, `.`, `_` and `-`; a number or role, nothing that names the person"
        raise FactError(f"`{subject[:80]}` is not an id of a person", hint=hint)
    padded = [_pad(batch) for batch in batches]
    vault = _vault(ports)

    with ports.register.begin(write=True) as unit:
        known = _find_subject(unit, subject)
        if known is not None and (known.state == "ordered" or (known.state == "destroyed" and not reopen)):
            hint = "give the person another id; --reopen takes this one again, with a new key"
            raise RefusedError(f"the data of `{subject}` was erased", hint=hint)
        if known is None or known.state == "destroyed":
            known = _create(ports, actor, unit, vault, subject, known.version if known else 0)
        for batch in padded:
            contexts = [format_context(subject, known.key, known.version + 1, name) for name in batch]
            sealed = vault.seal(known.key, list(zip(contexts, batch.values(), strict=True)))
            fields = {name: format_sealed(each) for name, each in zip(batch, sealed, strict=True)}
            body = {"fields": fields, "key": known.key, "since": known.since, "state": "sealed"}
            known = _save(ports, actor, unit, known, "personal.sealed", body)

    ports.log.sequence()
    return known


def read_personal(ports: Ports, actor: Actor, subject: str) -> dict[str, str]:
    """What is sealed of a subject, opened, the newest value of each field. Looking at it is an entry.

    Raises RefusedError for a subject that was erased.
    """
    check_may(actor, "read_personal")
    ports.log.sequence()  # which refuses a restored database, before anything is opened
    replay_destructions(ports)
    with ports.register.begin(write=False) as unit:
        known = _get_subject(unit, subject)
        _refuse_erased(known)
        record = _get_record(unit, subject, known.version)
        values = {name: value for _, name, value in _open(unit, _vault(ports), known)}

    # Only what opens was read. Nobody has seen it yet: what cannot be noted is not given out.
    object_ = f"{SUBJECT}:{subject}@{known.version}"
    note_access(ports, actor, "personal.read", object_, subject_matter(subject), record.digest)
    return values


def list_subjects(ports: Ports, actor: Actor) -> list[Subject]:
    """All subjects by pseudonym; no personal data."""
    check_may(actor, "read")
    with ports.register.begin(write=False) as unit:
        return [_parse(record) for record in unit.list(SUBJECT)]


def list_gone_keys(ports: Ports, actor: Actor) -> list[GoneKey]:
    """The keys that are gone while the log does not say that they were destroyed. No personal data.

    Those of the persons of whom something is sealed come first, then destroyed ones that the log does not know.
    """
    check_may(actor, "read")
    with ports.register.begin(write=False) as unit:
        subjects = [_parse(record) for record in unit.list(SUBJECT)]
        vault = _vault(ports)
        ended, keys = vault.list_destroyed(), {key.id: key for key in vault.list_keys()}
        gone = [_find_gone(known, keys.get(known.key), ended) for known in subjects]
        rest = set(ended) - {known.key for known in subjects}
        if rest:  # keys of persons whose id was taken again, or of whom the log has nothing any more
            rest -= {str(json.loads(record.body)["key"]) for record in unit.scan(SUBJECT)}
    lost = [GoneKey(id_, keys[id_].subject if id_ in keys else "", True, ended[id_], False) for id_ in sorted(rest)]
    return [each for each in gone if each is not None] + lost


def replay_destructions(ports: Ports) -> tuple[str, ...]:
    """Destroy every key that the log says is to be destroyed and that is there: the ids of those that were.

    There are some after a crash, and after the vault was restored from an older backup.
    """
    vault = _vault(ports)
    with ports.register.begin(write=False) as unit:
        ended = [known for known in map(_parse, unit.list(SUBJECT)) if known.state in ("ordered", "destroyed")]
    living = [known.key for known in ended if _is_living(vault.find(known.key))]
    for key in living:
        vault.destroy(key)
    return tuple(living)


def rotate_vault(ports: Ports, actor: Actor) -> int:
    """Wrap all keys under a new epoch key and destroy the old one, so that no earlier copy of the vault opens.

    The new epoch. Make a new backup of vault and keys after it: the old ones are worth nothing then.
    """
    check_may(actor, "rotate_vault")
    replay_destructions(ports)
    vault = _vault(ports)
    epoch = vault.rotate()

    living = sum(not key.destroyed for key in vault.list_keys())
    body = canonical_bytes({"epoch": epoch, "keys": living, "salt": ports.new_id()})
    with ports.register.begin(write=True) as unit:
        record = unit.save("vault", f"epoch-{epoch}", body, read_version=0)
        unit.emit(record_event(ports, actor, "vault.rotated", record, "workspace"))
    ports.log.sequence()
    return epoch


def plan_erasure(ports: Ports, actor: Actor, subject: str) -> ErasurePlan:
    """What `erase_person` would do. Nothing is changed.

    The sealed values are looked for in the clear in all other records, since what stands there is not reached, and
    under all other keys: nobody sees what is compared.
    """
    check_may(actor, "erase_person")
    ports.log.sequence()  # which refuses a restored database, before anything is opened
    replay_destructions(ports)
    with ports.register.begin(write=False) as unit:
        known = _get_subject(unit, subject)
        key = _vault(ports).find(known.key)
        digest = key.digest if key else str(_read(unit, subject, known.since)["digest"])
        gone = _find_gone(known, key, _vault(ports).list_destroyed())
        fields: dict[str, None] = {}
        plain: tuple[str, ...] = ()
        searched, unsought = None, 0
        alike = None
        if _is_living(key):
            values: dict[str, None] = {}
            for _, name, value in _open(unit, _vault(ports), known):
                fields[name] = None
                values[value] = None
            plain, searched, unsought = _find_plain(unit, values)
            alike = _find_alike(unit, _vault(ports), known, values)
        acted, matters = _find_acts(ports.log.entries(), subject)
        holds = _find_holds(unit, subject, matters, ports.now().date())
    return ErasurePlan(known, digest, tuple(fields), plain, searched, unsought, gone, acted, matters, holds, alike)


def erase_person(ports: Ports, actor: Actor, subject: str, reason: str, *, backups: str = "") -> Certificate:
    """Destroy a subject's key, log it, and certify it. What an earlier run began is finished.

    `reason` says why, without naming the person; `backups` when copies made before will be gone. Raises StoreError for
    an unknown subject, RefusedError where a hold forbids it, FactError where what is sealed stands in one of the texts.
    """
    check_may(actor, "erase_person")
    for text, where in ((reason, "reason"), (backups, "backups")):
        if len(text) > 300 or not text.isprintable():
            raise FactError("it must be one line of at most 300 characters", where=where)
    plan = plan_erasure(ports, actor, subject)
    vault = _vault(ports)

    known = plan.subject
    if known.state in ("created", "sealed"):
        _refuse_named(ports, known, {"reason": reason, "backups": backups})
        known = _order(ports, actor, plan, reason, backups)
    if known.state == "ordered":
        vault.destroy(known.key)
        _finish(ports, actor, known)
    return certify_erasure(ports, actor, subject)


def certify_erasure(ports: Ports, actor: Actor, subject: str) -> Certificate:
    """The certificate of a subject's latest erasure, from what the log says. Raises RefusedError if there was none.

    Checked on the way: that the subject's entries follow one another without a gap up to the log's head, that the key
    is destroyed, that the log commits to the same key, and that no entry after its destruction used it.

    The log commits to its words. Had again, it is the same one, unless what is reached has changed since, as by a
    rotation of the vault: then it is another version of it.
    """
    check_may(actor, "erase_person")
    head = ports.log.sequence()
    with ports.register.begin(write=False) as unit:
        known = _get_subject(unit, subject)
        if known.state != "destroyed":
            raise RefusedError(f"the data of `{subject}` is not erased", hint=f"govern erase {subject} --yes")
        order = _read(unit, subject, known.version - 1)
        done = _read(unit, subject, known.version)
        made = _read(unit, subject, known.since)
    survey = _survey(ports, subject, head.size)
    created, _ = survey.find(known.since)
    ordered, order_entry = survey.find(known.version - 1)
    destroyed, done_entry = survey.find(known.version)
    key = _vault(ports).find(known.key)
    _check_destroyed(known, key, made, done, survey)
    gone = order.get("gone")
    words = {
        "acted": survey.acted,
        "certified_at": format_time(ports.now()),
        "certified_by": actor.id,
        "checked": [
            f"the {survey.entries} entries about this person follow one another, with none missing, up to entry"
            f" {head.size - 1}",
            *(
                f"entry {index} admits that entries which had been signed are lost: what they said of this person is "
                "not among these"
                for index in survey.recovered
            ),
            f"sealed under this key: {known.covered} of them, all between entries {created} and {ordered}",
            f"no entry after entry {destroyed} used it",
            _say_key(known, key, _vault(ports).list_destroyed()),
        ],
        "covered": known.covered,
        "created_entry": created,
        "destroyed_at": done_entry.time,
        "destroyed_before": "" if gone is None else _say_before(gone),
        "destroyed_entry": destroyed,
        "digest": str(made["digest"]),
        "format": ERASURE_FORMAT,
        "id": str(done["certificate"]),
        "key": known.key,
        "log": ports.signer.key.name,
        "missing": gone is not None and not gone["destroyed"],
        "not_reached": list(_say_not_reached(known, order, survey.acted, key, _vault(ports))),
        "ordered_at": order_entry.time,
        "ordered_by": order_entry.actor,
        "ordered_entry": ordered,
        "reached": list(_say_reached(known, key, gone)),
        "reason": str(order["reason"]),
        "salt": ports.new_id(),
        "size": head.size,
        "subject": subject,
    }

    record = _save_certificate(ports, actor, words)
    head = ports.log.sequence()
    certified, entry = _find_certified(ports, survey, record, head.size)
    return Certificate(
        statement=record.body,
        entry=entry.decode(),
        proof=_prove(ports, certified, head),
        destroyed=next(ports.log.entries(destroyed)).decode(),
        destroyed_proof=_prove(ports, destroyed, head),
    )


def _save_certificate(ports: Ports, actor: Actor, words: Mapping[str, Any]) -> Record:
    """The record of the certificate: the one that there is, or a new version where it does not say the same."""
    id_, subject = str(words["id"]), str(words["subject"])
    with ports.register.begin(write=True) as unit:
        record = unit.find(CERTIFICATE, id_)
        if record is not None:
            before: Any = parse_canonical(record.body, limit=None)
            if all(before[name] == words[name] for name in ("reached", "not_reached")):
                return record
        version = record.version if record else 0
        record = unit.save(CERTIFICATE, id_, canonical_bytes(words), read_version=version)
        unit.emit(record_event(ports, actor, CERTIFIED, record, subject_matter(subject)))
        return record


def _find_certified(ports: Ports, survey: "_Survey", record: Record, size: int) -> tuple[int, bytes]:
    """Index and bytes of the entry that commits to the certificate: one of the survey's, or one that came since."""
    object_ = f"{CERTIFICATE}:{record.id}@{record.version}"
    if object_ in survey.turns:
        index = survey.turns[object_][0]
        return index, next(ports.log.entries(index))
    since = enumerate(ports.log.entries(survey.size, size), survey.size)
    found = next((each for each in since if find_object(each[1]) == object_), None)
    if found is None:
        raise VerificationError(f"no entry names `{object_}`", hint="run govern log verify --records")
    return found


def _prove(ports: Ports, index: int, head: LogHead) -> str:
    path = inclusion_path(index, head.size, ports.log.read_node)
    return format_proof(Proof(index, path, head.checkpoint)).decode()


@dataclass(frozen=True)
class _Survey:
    """One pass over the log: what it has about a subject, and how many entries there are in which it acted."""

    subject: str
    size: int
    """How many entries it read."""
    entries: int
    """How many are about the subject."""
    sealed: tuple[int, ...]
    """The indexes of those that sealed something."""
    turns: Mapping[str, tuple[int, Entry]]
    """By object, index and entry of those that made the key, ordered its end, ended it, and certified that."""
    recovered: tuple[int, ...]
    """The indexes of entries that admit a loss of entries."""
    acted: int

    def find(self, version: int) -> tuple[int, Entry]:
        """Index and entry of the turn that a version of the subject's record is about."""
        object_ = f"{SUBJECT}:{self.subject}@{version}"
        if object_ not in self.turns:
            raise VerificationError(f"no entry names `{object_}`", hint="run govern log verify --records")
        return self.turns[object_]


def _survey(ports: Ports, subject: str, size: int) -> _Survey:
    """The same in one reading of the log, which is checked to be without a gap for this subject."""
    # A quotation mark within a string of an entry has a backslash before it: these can only be the fields themselves.
    about = re.compile(
        rb'"kind":"([^"]+)","matter":"%s",(?:"matter_prev":([0-9]+),)?"matter_seq":([0-9]+)'
        % re.escape(subject_matter(subject)).encode()
    ).search
    acting = _acting(subject)
    turns: dict[str, tuple[int, Entry]] = {}
    sealed: list[int] = []
    recovered: list[int] = []
    acted = count = 0
    last = b""
    for index, data in enumerate(ports.log.entries(0, size)):
        acted += data.startswith(acting)
        found = about(data)
        if found is None:
            if _RECOVERED in data:
                recovered.append(index)
            continue
        kind, previous, seq = found.groups(b"")
        if previous != last or seq != b"%d" % count:
            raise VerificationError(
                f"the entries about `{subject}` do not follow one another",
                where=f"entry {index}",
                expected=f"entry {last.decode() or 'none'} before it, number {count}",
                found=f"entry {previous.decode() or 'none'} before it, number {seq.decode()}",
            )
        last, count = b"%d" % index, count + 1
        if kind == b"personal.sealed":
            sealed.append(index)
        elif kind in _TURNS:
            entry = parse_entry(data)
            turns[entry.object] = index, entry
    return _Survey(subject, size, count, tuple(sealed), turns, tuple(recovered), acted)


def _check_destroyed(
    known: Subject, key: SubjectKey | None, made: Mapping[str, Any], done: Mapping[str, Any], survey: _Survey
) -> None:
    where = subject_matter(known.id)
    if _is_living(key):
        raise VerificationError("the key is still in the vault", where=where, hint="run govern erase again")
    if key is not None and key.digest != made["digest"]:
        raise VerificationError(
            "the vault's key is not the one that the log commits to",
            where=where,
            expected=str(made["digest"]),
            found=key.digest,
        )
    first, last = survey.find(known.since)[0], survey.find(known.version - 1)[0]
    later = next((index for index in survey.sealed if index > last), None)
    if later is not None:
        raise VerificationError("something was sealed after the key was destroyed", where=f"entry {later}")
    under = sum(first < index for index in survey.sealed)
    if not under == known.covered == done["covered"]:
        raise VerificationError(
            "the key covered another number of entries than is recorded",
            where=where,
            expected=str(done["covered"]),
            found=str(under),
        )


def _say_key(known: Subject, key: SubjectKey | None, ended: Mapping[str, str]) -> str:
    """What was found of the key when it was certified as destroyed."""
    place = "the key is not in the vault" if key is None else "the key in the vault is overwritten"
    if known.key in ended:
        since = f", since {_say_time(ended[known.key])}" if ended[known.key] else ""
        return f"{place}, and its id is on the list of keys that never come back{since}"
    return f"{place}, but its id is not on the list of keys that never come back: a backup of the vault may hold it"


def say_search(searched: int | None, unsought: int) -> str:
    """What was searched for the sealed values, and what was not: one line of a plan or a certificate."""
    if searched is None:
        return (
            "what was never sealed: nothing could be searched. The key was gone, and with it the words to look for: "
            "they may stand in the clear in any record"
        )
    left = f"; {unsought} of these values were too short to look for, or too many" if unsought else ""
    return f"what was never sealed: {searched} other records were searched for the sealed values as they were{left}"


def say_alike(alike: Mapping[str, Any]) -> Iterator[str]:
    """Which other ids have the same value under a key of their own, and how many could not be looked into."""
    for subject, names in alike["fields"].items():
        yield (
            f"what is sealed of `{subject}`: its {', '.join(names)} is the same as a value here. If it is the same "
            "person, that id has to be erased too"
        )
    if alike["common"]:
        values = "a value that is" if alike["common"] == 1 else f"{alike['common']} values that are"
        yield f"{values} sealed under more than {COMMON} other ids too: these ids are not listed"
    if alike["unopened"]:
        ids = "id" if alike["unopened"] == 1 else "ids"
        yield f"what is sealed under {alike['unopened']} other {ids}: it could not be opened, and was not compared"


def _say_before(gone: Mapping[str, Any]) -> str:
    """How the key was gone before its end was ordered."""
    if not gone["destroyed"]:
        return "not known: the key was not in the vault when the erasure was ordered"
    at = f"on {_say_time(gone['at'])}" if gone["at"] else "nobody noted when"
    return f"before this order, {at}, as the list of keys that never come back has it"


def _say_time(at: str) -> str:
    return f"{at[:10]} at {at[11:19]} UTC"


def _say_reached(known: Subject, key: SubjectKey | None, gone: Mapping[str, Any] | None) -> Iterator[str]:
    if gone is not None and gone["destroyed"]:
        yield f"the person's data key: destroyed {_say_before(gone)}"
    elif key is not None:
        yield f"the person's data key, wrapped under epoch key {key.epoch}: overwritten in the vault"
    else:
        yield "the person's data key: it is not in the vault, and on the list of keys that never come back"
    yield (
        f"sealed records: {known.covered}, and every copy of them in backups, exports and evidence bundles: "
        "unreadable without the key (cryptographic erasure, NIST SP 800-88)"
    )
    yield (
        "a vault that is restored from a backup by itself: this workspace, whose log has the order, destroys the key "
        "again before it opens anything"
    )


def _say_not_reached(
    known: Subject, order: Mapping[str, Any], acted: int, key: SubjectKey | None, vault: Vault
) -> Iterator[str]:
    yield (
        f"the pseudonym `{known.id}`, which {acted} entries name as who acted: the log keeps it, and it names nobody "
        "unless somebody keeps a list elsewhere"
    )
    gone = order.get("gone")
    if key is None and gone is not None and not gone["destroyed"]:
        yield "the key in the vault that is missing: nobody overwrote it there, and it may still open what was sealed"
    for place in order["plain"]:
        yield f"the record {place}, where a value that was sealed stands in the clear too"
    searched = order["searched"] if order["digest"] else None  # an earlier govern counted without a key, and noted none
    yield say_search(searched, order.get("unsought", 0))
    if order.get("alike") is not None:
        yield from say_alike(order["alike"])
    yield "files by their digest (evidence, signed contracts, drafts): they were not searched"
    expiry = str(order["backups"]) or "unknown: nobody said when they expire"
    if key is None or vault.epoch() <= key.epoch:
        yield f"copies of the vault together with its epoch key, outside this workspace; their expiry: {expiry}"
        yield (
            "what a database server or a disk keeps of a row that was overwritten: it is closed, as every copy of the "
            "vault alone is, when its epoch key is destroyed (govern vault rotate)"
        )
    else:
        yield (
            f"copies of the vault together with copies of epoch key {key.epoch}, outside this workspace; their expiry: "
            f"{expiry}"
        )
    yield (
        "the whole workspace restored from one backup, with its database and its keys: it does not know of the "
        f"erasure, opens what was sealed, and has to erase it again; the expiry of such copies: {expiry}"
    )
    yield "what people remember, wrote down or printed, and the memory of machines that run until they are restarted"


def _refuse_named(ports: Ports, known: Subject, texts: Mapping[str, str]) -> None:
    """These texts are kept in the clear for good: what the erasure makes unreadable must not stand in them."""
    with ports.register.begin(write=False) as unit:
        if not _is_living(_vault(ports).find(known.key)):
            return
        for _, name, value in _open(unit, _vault(ports), known):
            for where, text in texts.items():
                if len(value.strip()) >= SHORTEST and value.strip().casefold() in text.casefold():
                    hint = "it would stay readable for good: say it without naming the person"
                    raise FactError(f"what is sealed of `{known.id}` as {name} stands there", where=where, hint=hint)


def _order(ports: Ports, actor: Actor, plan: ErasurePlan, reason: str, backups: str) -> Subject:
    """Record that the key is to be destroyed: from here on nothing can be sealed under it."""
    known = plan.subject
    body = {
        "alike": plan.alike.to_plain() if plan.alike is not None else None,
        "backups": backups,
        "covered": known.covered,
        "digest": plan.digest,
        "gone": None if plan.gone is None else {"at": plan.gone.at, "destroyed": plan.gone.destroyed},
        "key": known.key,
        "plain": list(plan.plain),
        "reason": reason,
        "salt": ports.new_id(),
        "searched": plan.searched,
        "since": known.since,
        "state": "ordered",
        "unsought": plan.unsought,
    }
    with ports.register.begin(write=True) as unit:
        unit.lock(HOLDS_LOCK)
        for hold in _find_holds(unit, known.id, plan.matters, ports.now().date()):
            hint = f"issued by {hold.issuer} on {hold.issued_on.isoformat()}: {hold.reason}"
            raise RefusedError(f"the hold `{hold.id}` forbids to erase `{known.id}`", hint=hint)
        known = _save(ports, actor, unit, known, "erasure.ordered", body)
    ports.log.sequence()
    return known


def _finish(ports: Ports, actor: Actor, known: Subject) -> None:
    """Record that the key is destroyed, after it was."""
    body = {
        "certificate": ports.new_id(),
        "covered": known.covered,
        "key": known.key,
        "since": known.since,
        "state": "destroyed",
    }
    with ports.register.begin(write=True) as unit:
        _save(ports, actor, unit, known, "key.destroyed", body)
    ports.log.sequence()


def _create(ports: Ports, actor: Actor, unit: Unit, vault: Vault, subject: str, version: int) -> Subject:
    key = vault.create(ports.new_id(), subject)
    body = {"digest": key.digest, "key": key.id, "since": version + 1, "state": "created"}
    return _save(ports, actor, unit, Subject(subject, version, key.id, version + 1, ""), "key.created", body)


def _save(ports: Ports, actor: Actor, unit: Unit, known: Subject, event: str, body: dict[str, Any]) -> Subject:
    record = unit.save(SUBJECT, known.id, canonical_bytes(body), read_version=known.version)
    unit.emit(record_event(ports, actor, event, record, subject_matter(known.id)))
    return Subject(known.id, record.version, known.key, known.since, str(body["state"]))


def _pad(batch: Mapping[str, str]) -> dict[str, bytes]:
    if not 1 <= len(batch) <= _MOST_FIELDS:
        raise FactError(f"{len(batch)} fields at once", hint=f"1 to {_MOST_FIELDS} are sealed in one record")
    for name in batch:
        if not _FIELD.fullmatch(name):
            raise FactError(f"`{name[:80]}` is not a name of a field", hint="like name, email or home_address")
    return {name: pad_value(value) for name, value in batch.items()}


def _open(unit: Unit, vault: Vault, known: Subject) -> Iterator[tuple[int, str, str]]:
    """All that is sealed under a subject's key, oldest first: version, field and value."""
    versions = range(known.since + 1, known.since + known.covered + 1)
    records = [record for record in unit.scan(SUBJECT, known.id) if record.version in versions]
    items: list[tuple[bytes, bytes]] = []
    names: list[tuple[int, str]] = []
    for version, record in zip_longest(versions, records):
        if record is None or record.version != version:
            raise _missing(known.id, version)
        body: Any = json.loads(record.body)
        for name, sealed in body["fields"].items():
            names.append((version, name))
            items.append((format_context(known.id, known.key, version, name), parse_sealed(sealed)))
    for (version, name), plain in zip(names, vault.unseal(known.key, items) if items else [], strict=True):
        yield version, name, unpad_value(plain)


def _find_plain(unit: Unit, values: Collection[str]) -> tuple[tuple[str, ...], int, int]:
    """The records in which one of these values stands in the clear; how many were searched; values not looked for."""
    texts = [json.dumps(value, ensure_ascii=False)[1:-1] for value in values if len(value.strip()) >= SHORTEST]
    texts = texts[:_MOST_VALUES]
    if not texts:
        return (), 0, len(values)
    wanted = re.compile(b"|".join(re.escape(text.encode()) for text in texts), re.IGNORECASE)
    places: list[str] = []
    searched = 0
    for record in unit.scan():
        if record.kind == SUBJECT:
            continue
        searched += 1
        if wanted.search(record.body) and len(places) < _MOST_PLACES:
            places.append(f"{record.kind}:{record.id}@{record.version}")
    return tuple(places), searched, len(values) - len(texts)


def _find_alike(unit: Unit, vault: Vault, known: Subject, values: Collection[str]) -> Alike:
    """Under which other living keys one of these values is sealed, whatever its case. It opens all that is sealed."""
    wanted = {_fold(value) for value in values if len(value.strip()) >= SHORTEST}
    found: dict[str, dict[str, str]] = {}
    compared = unopened = 0
    for other in map(_parse, unit.list(SUBJECT)):
        if other.id == known.id or other.state != "sealed":
            continue
        try:
            same = {name: _fold(value) for _, name, value in _open(unit, vault, other) if _fold(value) in wanted}
        except GovernError:  # its key or one of its records is gone, which is said elsewhere
            unopened += 1
            continue
        compared += 1
        found[other.id] = same
    often = Counter(value for same in found.values() for value in set(same.values()))
    common = {value for value, times in often.items() if times > COMMON}
    told = {id_: tuple(sorted(name for name in same if same[name] not in common)) for id_, same in found.items()}
    return Alike({id_: names for id_, names in told.items() if names}, compared, unopened, len(common))


def _fold(value: str) -> str:
    return unicodedata.normalize("NFC", " ".join(value.split())).casefold()


def _find_acts(entries: Iterable[bytes], subject: str) -> tuple[int, frozenset[str]]:
    """In how many entries a subject acted, and in which matters."""
    acting, acted = _acting(subject), 0
    matters: set[bytes] = set()
    for data in entries:
        if data.startswith(acting):
            acted += 1
            matters.update(_MATTER.findall(data))
    return acted, frozenset(str(json.loads(b'"%s"' % matter)) for matter in matters)


def _find_holds(unit: Unit, subject: str, matters: frozenset[str], day: date) -> tuple[Hold, ...]:
    """The holds in force that an erasure of the subject would break.

    They are on the subject's own matter, or on a project or matter in which the subject acted: who did something is
    part of what is held.
    """
    reached = {subject_matter(subject), *matters}

    def reaches(hold: Hold) -> bool:
        if hold.scope is HoldScope.MATTER:
            return not reached.isdisjoint(hold.values)
        return hold.scope is HoldScope.PROJECT and (not hold.project or project_matter(hold.project) in reached)

    return tuple(hold for hold in read_holds(unit) if hold.holds_on(day) and reaches(hold))


def _acting(subject: str) -> bytes:
    return b'{"actor":"%s",' % subject.encode()


def _find_subject(unit: Unit, subject: str) -> Subject | None:
    record = unit.find(SUBJECT, subject)
    return None if record is None else _parse(record)


def _get_subject(unit: Unit, subject: str) -> Subject:
    known = _find_subject(unit, subject)
    if known is None:
        ids: Sequence[str] = [each.id for each in unit.list(SUBJECT)]
        raise StoreError(f"nothing is sealed of `{subject[:80]}`", hint=suggest(subject, ids) or "govern person list")
    return known


def _parse(record: Record) -> Subject:
    body: Any = parse_canonical(record.body, limit=None)
    return Subject(record.id, record.version, body["key"], body["since"], body["state"])


def _read(unit: Unit, subject: str, version: int) -> dict[str, Any]:
    body: Any = parse_canonical(_get_record(unit, subject, version).body, limit=None)
    return dict(body)


def _get_record(unit: Unit, subject: str, version: int) -> Record:
    record = unit.find(SUBJECT, subject, version)
    if record is None:
        raise _missing(subject, version)
    return record


def _missing(subject: str, version: int) -> VerificationError:
    name = f"{SUBJECT}:{subject}@{version}"
    return VerificationError(
        f"the record `{name}` is not there", hint="govern log verify --records names all that are gone"
    )


def _refuse_erased(known: Subject) -> None:
    if known.state in ("ordered", "destroyed"):
        raise RefusedError(f"the data of `{known.id}` was erased", hint="it cannot be brought back")


def _find_gone(known: Subject, key: SubjectKey | None, ended: Mapping[str, str]) -> GoneKey | None:
    """How a key is gone that the log takes for living; None where it is there, or its end was ordered."""
    if known.state in ("ordered", "destroyed") or (_is_living(key) and known.key not in ended):
        return None
    return GoneKey(known.key, known.id, key is not None or known.key in ended, ended.get(known.key, ""))


def _is_living(key: SubjectKey | None) -> bool:
    return key is not None and not key.destroyed


def _vault(ports: Ports) -> Vault:
    if ports.vault is None:
        raise StoreError("this workspace has no vault for personal data", hint="open it with a newer govern")
    return ports.vault
