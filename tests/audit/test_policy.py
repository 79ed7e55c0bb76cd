"""Trust policies (C2SP tlog-policy): reading, writing, and who is a quorum."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govern.audit import (
    COSIGNATURE,
    ED25519,
    Policy,
    PolicyGroup,
    PolicyLog,
    PolicyWitness,
    VerifierKey,
    check_policy,
    format_policy,
    format_verifier_key,
    is_quorum,
    parse_policy,
)
from govern.errors import VerificationError


def key_of(name, number, kind=COSIGNATURE):
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    private = Ed25519PrivateKey.from_private_bytes(number.to_bytes(32, "big"))
    return VerifierKey(name, kind, private.public_key().public_bytes_raw())


LOG = key_of("log.example/govern", 1, ED25519)
KEYS = {
    name: key_of(f"witness.example/{name}", number) for number, name in enumerate(("x1", "x2", "x3", "y1", "y2"), 2)
}
LOG_TEXT = format_verifier_key(LOG)
TEXT = {name: format_verifier_key(key) for name, key in KEYS.items()}

# the two levels of groups of the specification's own example
LEVELS = f"""
# buyer and vendor
log {LOG_TEXT}\thttps://log.example/

witness x1 {TEXT["x1"]}
  witness x2 {TEXT["x2"]} https://x2.example/
witness x3 {TEXT["x3"]}
group x 2 x1 x2 x3

witness y1 {TEXT["y1"]}
witness y2 {TEXT["y2"]}
group y any y1 y2

group both all x y
quorum both
""".encode()


def test_the_policy_is_read():
    policy = parse_policy(LEVELS)
    assert policy.logs == (PolicyLog(LOG, "https://log.example/"),)
    assert policy.witnesses[1] == PolicyWitness("x2", KEYS["x2"], "https://x2.example/")
    assert policy.groups == (
        PolicyGroup("x", 2, ("x1", "x2", "x3")),
        PolicyGroup("y", 1, ("y1", "y2")),
        PolicyGroup("both", 2, ("x", "y")),
    )
    assert policy.quorum == "both"
    assert policy.keys == (LOG, *KEYS.values())
    assert policy.find_url(LOG.name) == "https://log.example/"
    assert policy.find_url("log.example/other") == ""
    assert parse_policy(format_policy(policy)) == policy


@pytest.mark.parametrize(
    ("names", "enough"),
    [
        ("x1 x2 y1", True),
        ("x2 x3 y2", True),
        ("x1 x2 x3 y1 y2", True),
        ("x1 x2 x3", False),
        ("x1 y1 y2", False),
        ("x1 x1 y1", False),
        ("", False),
    ],
)
def test_groups_count_members(names, enough):
    assert is_quorum(parse_policy(LEVELS), names.split()) is enough


def test_a_single_witness_or_none_may_be_the_quorum():
    one = parse_policy(f"witness a {TEXT['x1']}\nquorum a\n".encode())
    assert [is_quorum(one, names) for names in ([], ["a"])] == [False, True]
    assert is_quorum(parse_policy(b"quorum none\n"), [])


@given(st.data())
def test_format_and_parse_are_inverses(data):
    names = data.draw(st.lists(st.sampled_from(list(KEYS)), unique=True, max_size=5))
    urls = st.sampled_from(["", "https://w.example/ü", "http://127.0.0.1:1/"])
    witnesses = tuple(PolicyWitness(name, KEYS[name], data.draw(urls)) for name in names)
    free, groups = list(names), []
    while free and data.draw(st.booleans()):
        members = data.draw(st.lists(st.sampled_from(free), unique=True, min_size=1))
        group = PolicyGroup(f"g{len(groups)}", data.draw(st.integers(1, len(members))), tuple(members))
        groups.append(group)
        free = [name for name in free if name not in members] + [group.name]
    quorum = data.draw(st.sampled_from(["none", *names, *(group.name for group in groups)]))
    policy = Policy((PolicyLog(LOG),), witnesses, tuple(groups), quorum)
    assert parse_policy(format_policy(policy)) == policy


def test_names_beyond_ascii_are_opaque_bytes():
    policy = parse_policy(
        b"witness \xe2\x84\xaa " + TEXT["x1"].encode() + b"\nwitness \xff " + TEXT["x2"].encode() + b"\nquorum \xff\n"
    )
    assert [each.name for each in policy.witnesses] == ["\u212a", "\udcff"]
    assert parse_policy(format_policy(policy)) == policy


X1, X2 = TEXT["x1"], TEXT["x2"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no line `quorum`"),
        ("quorum a\n", "policy:1: `a` is no name of a line above"),
        ("quorum none\nquorum none\n", "policy:2: a policy has one line `quorum`"),
        ("quorum none x\n", "one line `quorum` with one name"),
        ("quorum none", "does not end in a line feed"),
        ("frob x\n", "policy:1: `frob` is no line of a policy"),
        ("log\n", "not that of a log"),
        (f"log {X1}\n", "of the wrong kind: Ed25519 cosignature"),
        ("log x+y+z\n", "is not a verifier key"),
        (f"log {LOG_TEXT}\nlog {LOG_TEXT}\n", "policy:2: two logs have one key"),
        (f"witness {X1}\n", "not that of a witness"),
        (f"witness a {LOG_TEXT}\n", "of the wrong kind: Ed25519"),
        (f"witness a {X1}\nwitness b {X1}\n", "two witnesses have one key"),
        (f"witness a {X1}\nwitness a {X2}\n", "`a` is taken"),
        (f"witness none {X1}\n", "`none` is taken"),
        (f"witness a {X1}\ngroup a any a\n", "`a` is taken"),
        ("group g any\n", "not that of a group"),
        ("group g any a\n", "`a` is no name of a line above"),
        ("group g any none\n", "`none` is no name of a line above"),
        (f"witness a {X1}\ngroup g any a a\n", "`a` is a member already"),
        (f"witness a {X1}\ngroup g any a\ngroup h any a\n", "policy:3: `a` is a member already"),
        (f"witness a {X1}\ngroup g 2 a\n", "`2` is no number of members"),
        (f"witness a {X1}\ngroup g 0 a\n", "`0` is no number of members"),
        (f"witness a {X1}\ngroup g some a\n", "`some` is no number of members"),
        ("quorum none\r\n", "policy, byte 11"),
        ("quorum\x00none\n", "control character"),
        ("#\n" * 1000 + "quorum none\n", "at most 1000"),
        ("#" * (1 << 20) + "\nquorum none\n", "the policy has"),
    ],
)
def test_other_texts_are_refused_and_named(text, words):
    with pytest.raises(VerificationError) as caught:
        parse_policy(text.encode())
    assert words in str(caught.value)


@given(st.binary(max_size=200))
def test_nothing_else_is_raised(data):
    try:
        policy = parse_policy(data)
    except VerificationError:
        return
    assert parse_policy(format_policy(policy)) == policy


@pytest.mark.parametrize("policy", [Policy(quorum="none "), Policy((PolicyLog(LOG, "two words"),))])
def test_what_would_not_be_read_back_is_not_written(policy):
    with pytest.raises(VerificationError):
        format_policy(policy)


def test_a_checkpoint_needs_its_log_and_its_quorum(new_log):
    log = new_log(5)
    witness = PolicyWitness("auditor", log.witness.key)
    policy = Policy((PolicyLog(log.signer.key),), (witness,), (), "auditor")
    found = check_policy(log.note(cosign=True), policy)
    assert (found.checkpoint.size, found.witnesses) == (5, ("auditor",))
    with pytest.raises(VerificationError, match="lacks cosignatures") as caught:
        check_policy(log.note(), policy)
    assert (caught.value.expected, caught.value.found) == ("quorum `auditor`", "no witness of the policy")
    assert check_policy(log.note(), Policy(policy.logs, policy.witnesses)).witnesses == ()


def test_a_log_that_the_policy_does_not_name_is_refused(new_log, new_signer):
    log = new_log(5)
    with pytest.raises(VerificationError, match="no signature is by a key that is trusted"):
        check_policy(log.note(cosign=True), Policy((PolicyLog(LOG),), ()))
    with pytest.raises(VerificationError, match="no signature is by the log"):
        check_policy(log.note(cosign=True), Policy((), (PolicyWitness("auditor", log.witness.key),), (), "auditor"))
