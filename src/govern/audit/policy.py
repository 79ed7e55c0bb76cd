"""A trust policy: whose logs, which witnesses, and how many of them must have cosigned.

Source: C2SP tlog-policy. Line by line: `log <vkey> [<url>]`, `witness <name> <vkey> [<url>]`,
`group <name> all|any|<k> <member>…`, and one `quorum <name>` or `quorum none`. A name is used only after its own line,
and is a member of at most one group. Words are separated by spaces and tabs; a line that begins with # is a comment.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from govern.audit.checkpoint import check_checkpoint
from govern.audit.head import Checkpoint
from govern.audit.notes import (
    ED25519,
    KEY_TYPES,
    VerifiedNote,
    VerifierKey,
    format_verifier_key,
    parse_verifier_key,
)
from govern.errors import VerificationError

POLICY_LIMIT = 1 << 20
LINE_LIMIT = 1_000  # C2SP asks for at least 32 logs, 32 witnesses and 32 groups
NO_QUORUM = "none"

_BAD = re.compile(rb"[^\t\n\x20-\x7e\x80-\xff]")
_COUNT = re.compile(r"[1-9][0-9]{0,3}")


@dataclass(frozen=True)
class PolicyLog:
    """A log that is trusted; `url` where the policy has one."""

    key: VerifierKey
    url: str = ""


@dataclass(frozen=True)
class PolicyWitness:
    """A witness under a name that only the policy knows; `url` is its submission prefix."""

    name: str
    key: VerifierKey
    url: str = ""


@dataclass(frozen=True)
class PolicyGroup:
    """`needed` of `members`, each a witness or a group, must have witnessed."""

    name: str
    needed: int
    members: tuple[str, ...]


@dataclass(frozen=True)
class Policy:
    """What a checkpoint needs to be believed."""

    logs: tuple[PolicyLog, ...] = ()
    witnesses: tuple[PolicyWitness, ...] = ()
    groups: tuple[PolicyGroup, ...] = ()
    quorum: str = NO_QUORUM

    @property
    def keys(self) -> tuple[VerifierKey, ...]:
        """The keys of the logs and of the witnesses."""
        return (*(log.key for log in self.logs), *(witness.key for witness in self.witnesses))

    def find_url(self, origin: str) -> str:
        """Where the log of that origin is served; empty where the policy does not say."""
        return next((log.url for log in self.logs if log.key.name == origin), "")


@dataclass(frozen=True)
class Witnessed:
    """A checkpoint that a policy accepts, and the names of the witnesses that cosigned it."""

    checkpoint: Checkpoint
    note: VerifiedNote
    witnesses: tuple[str, ...]


def check_policy(data: bytes, policy: Policy) -> Witnessed:
    """The checkpoint in a signed note, if a log of the policy signed it and its witnesses are a quorum."""
    checkpoint, note = check_checkpoint(data, policy.keys)
    signers = {signature.key for signature in note.signatures}
    names = tuple(witness.name for witness in policy.witnesses if witness.key in signers)
    if not is_quorum(policy, names):
        raise VerificationError(
            f"the checkpoint of {checkpoint.size} entries lacks cosignatures",
            where=f"log `{checkpoint.origin}`",
            hint="ask the witnesses: govern witness collect, or request and add",
            expected=f"quorum `{policy.quorum}`",
            found=", ".join(f"`{name}`" for name in names) or "no witness of the policy",
        )
    return Witnessed(checkpoint, note, names)


def is_quorum(policy: Policy, names: Iterable[str]) -> bool:
    """Whether these witnesses, by their names in the policy, are enough."""
    done = {NO_QUORUM, *names}
    for group in policy.groups:  # in the order of the file: a group comes after its members
        if len(done.intersection(group.members)) >= group.needed:
            done.add(group.name)
    return policy.quorum in done


def format_policy(policy: Policy) -> bytes:
    """The file. Refuses a policy that `parse_policy` would not read back."""
    lines = [f"log {format_verifier_key(log.key)} {log.url}" for log in policy.logs]
    lines += [f"witness {each.name} {format_verifier_key(each.key)} {each.url}" for each in policy.witnesses]
    lines += [f"group {group.name} {group.needed} {' '.join(group.members)}" for group in policy.groups]
    lines.append(f"quorum {policy.quorum}")
    data = "".join(f"{line.rstrip()}\n" for line in lines).encode(errors="surrogateescape")
    if parse_policy(data) != policy:
        raise VerificationError("the policy cannot be written", hint="names and addresses have no spaces")
    return data


def parse_policy(data: bytes, name: str = "policy") -> Policy:
    """The policy in a file; `name` is what errors call it."""
    if len(data) > POLICY_LIMIT:
        raise VerificationError(
            f"the policy has {len(data)} bytes", where=name, hint=f"at most {POLICY_LIMIT} are read"
        )
    bad = _BAD.search(data)
    if bad:
        raise VerificationError("the policy holds a control character", where=f"{name}, byte {bad.start()}")
    # Beyond ASCII the bytes are opaque: they come back as they were.
    lines = data.decode(errors="surrogateescape").split("\n")
    if lines[-1].strip(" \t"):
        raise VerificationError("the last line of the policy does not end in a line feed", where=f"{name}:{len(lines)}")
    if len(lines) > LINE_LIMIT:
        raise VerificationError(f"the policy has {len(lines)} lines", where=name, hint=f"at most {LINE_LIMIT} are read")
    reader = _Reader(name)
    for number, line in enumerate(lines, 1):
        words = [word for word in re.split(r"[ \t]+", line) if word]
        if words and not words[0].startswith("#"):
            reader.take(number, words)
    return reader.finish()


@dataclass
class _Reader:
    """The lines of a policy, one after the other."""

    name: str
    where: str = ""
    logs: list[PolicyLog] = field(default_factory=list)
    witnesses: list[PolicyWitness] = field(default_factory=list)
    groups: list[PolicyGroup] = field(default_factory=list)
    quorum: str | None = None
    free: dict[str, bool] = field(default_factory=dict)
    """Each name that is defined, and whether it may still become a member of a group."""

    def take(self, number: int, words: list[str]) -> None:
        self.where = f"{self.name}:{number}"
        kinds: dict[str, Callable[[list[str]], None]] = {
            "log": self._take_log,
            "witness": self._take_witness,
            "group": self._take_group,
            "quorum": self._take_quorum,
        }
        if words[0] not in kinds:
            raise self._wrong(f"`{words[0][:40]}` is no line of a policy", "log, witness, group or quorum")
        kinds[words[0]](words[1:])

    def finish(self) -> Policy:
        if self.quorum is None:
            raise VerificationError(
                "the policy has no line `quorum`", where=self.name, hint="`quorum none` asks for none"
            )
        return Policy(tuple(self.logs), tuple(self.witnesses), tuple(self.groups), self.quorum)

    def _take_log(self, words: list[str]) -> None:
        if len(words) not in (1, 2):
            raise self._wrong("the line is not that of a log", "log <key> [<address>]")
        key = self._read_key(words[0], (ED25519,))
        if any(log.key.public == key.public for log in self.logs):
            raise self._wrong("two logs have one key")
        self.logs.append(PolicyLog(key, *words[1:]))

    def _take_witness(self, words: list[str]) -> None:
        if len(words) not in (2, 3):
            raise self._wrong("the line is not that of a witness", "witness <name> <key> [<address>]")
        key = self._read_key(words[1], tuple(kind for kind in KEY_TYPES if kind != ED25519))
        if any(witness.key.public == key.public for witness in self.witnesses):
            raise self._wrong("two witnesses have one key")
        self._define(words[0])
        self.witnesses.append(PolicyWitness(words[0], key, *words[2:]))

    def _take_group(self, words: list[str]) -> None:
        if len(words) < 3:
            raise self._wrong("the line is not that of a group", "group <name> all|any|<number> <member>…")
        name, threshold, *members = words
        for member in members:
            if member not in self.free:
                raise self._wrong(f"`{member[:40]}` is no name of a line above")
            if not self.free[member]:
                raise self._wrong(f"`{member[:40]}` is a member already", "a name is in one group, once")
            self.free[member] = False
        needed = {"all": len(members), "any": 1}.get(threshold) or (
            int(threshold) if _COUNT.fullmatch(threshold) else 0
        )
        if not 1 <= needed <= len(members):
            raise self._wrong(f"`{threshold[:40]}` is no number of members", f"all, any, or 1 to {len(members)}")
        self._define(name)
        self.groups.append(PolicyGroup(name, needed, tuple(members)))

    def _take_quorum(self, words: list[str]) -> None:
        if len(words) != 1 or self.quorum is not None:
            raise self._wrong("a policy has one line `quorum` with one name")
        if words[0] != NO_QUORUM and words[0] not in self.free:
            raise self._wrong(f"`{words[0][:40]}` is no name of a line above", "or `quorum none`")
        self.quorum = words[0]

    def _define(self, name: str) -> None:
        if name == NO_QUORUM or name in self.free:
            raise self._wrong(f"`{name[:40]}` is taken", "witnesses and groups have names of their own; `none` is none")
        self.free[name] = True

    def _read_key(self, text: str, kinds: tuple[int, ...]) -> VerifierKey:
        try:
            key = parse_verifier_key(text)
        except VerificationError as error:
            raise self._wrong(error.message, error.hint) from error
        if key.key_type not in kinds:
            raise self._wrong(f"this key is of the wrong kind: {KEY_TYPES[key.key_type]}")
        return key

    def _wrong(self, message: str, hint: str = "") -> VerificationError:
        return VerificationError(message, where=self.where, hint=hint)
