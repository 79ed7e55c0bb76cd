"""The compiled structural pass leaves the same state and raises the same errors as the rule that it hurries."""

import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govern.audit import Event, MatterState, StructureCheck, seal_entry
from govern.audit.structure import INTERFACE, find_native
from govern.errors import VerificationError

NATIVE = Path(__file__).resolve().parents[2] / "native"
DAY = b"2026-11-24"
TIME = DAY + b"T10:00:00.000000Z"

needs_native = pytest.mark.skipif(
    not importlib.util.find_spec("govern_native") and os.environ.get("GOVERN_TEST_NATIVE") != "1",
    reason="govern_native is not installed: pip install ./native",
)


def event(number=0, matter="project:a", second=0, **changes):
    values = {
        "id": f"id-{number}",
        "kind": "document.read",
        "actor": "user:1",
        "time": f"2026-11-24T10:00:{second:02d}.000000Z",
        "object": "document:1",
        "matter": matter,
        "body": "sha256:" + "0f" * 32,
    }
    return Event(**values | changes)


def make_log(matters, start=0, last=None, **changes):
    """An entry for each name of a matter, in order."""
    last, entries = dict(last or {}), []
    for index, matter in enumerate(matters, start):
        previous, count = last.get(matter, (None, 0))
        entries.append(seal_entry(event(index, matter, min(index // 4, 59), **changes), count, previous, "af0cfe78"))
        last[matter] = (index, count + 1)
    return entries


def outcome(batches, *, native, start=0, state=None):
    check = StructureCheck(start=start, state=state, native=native)
    said = None
    try:
        for batch in batches:
            check.feed(batch)
    except VerificationError as error:
        said = str(error), error.where, error.expected, error.found
        return said, None
    return said, (check.reached, check.state, check.openings, check.clock_turns, check.first_turn, check.first_time)


def same(batches, **options):
    one = outcome(batches, native=True, **options)
    assert one == outcome(batches, native=False, **options)
    return one


LOG = make_log(["project:a", "project:b", "project:a", "project:a", "é", "project:b", "project:a"])
COMMITTED = seal_entry(event(commitments=(("reason", "sha256:" + "ab" * 32),)), 0, None, "k")


@needs_native
def test_it_is_there_and_used():
    follow = find_native()
    matters = {b"project:a": [4, 2]}
    entries = make_log(["project:a", "project:b"], 9, {"project:a": (4, 2)})
    assert follow(entries, 0, 9, matters, TIME, DAY + b"U", 0, []) == (2, TIME[:-9] + b"2.000000Z")
    assert matters == {b"project:a": [9, 3], b"project:b": [10, 1]}
    found = []
    assert follow(entries, 1, 10, {}, TIME, DAY + b"U", 10, found)[0] == 1
    assert found == [(b"project:b", 10, None, 0)]  # whether it begins here is not known


@needs_native
@pytest.mark.parametrize("entry", [COMMITTED, LOG[0]])
def test_every_plain_entry_is_taken(entry):
    assert find_native()([entry], 0, 0, {}, TIME, DAY + b"U", 0, []) == (1, TIME)


@needs_native
def test_the_longest_texts_are_taken_and_no_longer_ones():
    longest = {"actor": "x" * 11_000, "id": "x" * 11_000, "matter": "x" * 11_000, "object": "x" * 11_000}
    digest = "sha256:" + "0" * 64
    long = event(kind="k" * 4001, commitments=(("c" * 4001, digest),), **longest)
    wanted = seal_entry(long, 2**49, 2**48, "k" * 11_000)
    matters = {b"x" * 11_000: [2**48, 2**49]}
    assert find_native()([wanted], 0, 2**48 + 1, matters, TIME, DAY + b"U", 0, [])[0] == 1
    assert matters == {b"x" * 11_000: [2**48 + 1, 2**49 + 1]}
    for each in ({"actor": "x" * 11_001}, {"kind": "k" * 4002}, {"commitments": (("c" * 4002, digest),)}):
        assert find_native()([seal_entry(event(**each), 0, None, "k")], 0, 0, {}, TIME, DAY + b"U", 0, [])[0] == 0


@needs_native
@pytest.mark.parametrize("begin", [(b"", b""), (TIME, b""), (b"", DAY + b"U"), (TIME[:-1], DAY + b"U")])
def test_without_a_day_it_leaves_all_to_the_rule(begin):
    assert find_native()(LOG, 0, 0, {}, *begin, 0, []) == (0, begin[0])


@needs_native
def test_where_what_came_before_is_not_known_the_first_of_each_matter_is_noted():
    entries = make_log(["project:a", "project:a", "project:c"], 9, {"project:a": (4, 2)})
    for below, taken in ((5, 3), (4, 0), (0, 0)):
        found, matters = [], {}
        assert find_native()(entries, 0, 9, matters, TIME, DAY + b"U", below, found)[0] == taken
        assert found == ([(b"project:a", 9, 4, 2), (b"project:c", 11, None, 0)] if taken else [])
        assert matters == ({b"project:a": [10, 4], b"project:c": [11, 1]} if taken else {})


@needs_native
def test_another_day_and_an_earlier_time_are_left_to_the_rule():
    follow = find_native()
    for time in ("2026-11-25T00:00:00.000000Z", "2026-11-24T09:59:59.999999Z", "2026-11-23T10:00:00.000000Z"):
        assert follow([seal_entry(event(time=time), 0, None, "k")], 0, 0, {}, TIME, DAY + b"U", 0, []) == (0, TIME)


@needs_native
@pytest.mark.parametrize(
    "arguments",
    [
        (tuple(LOG), 0, 0, {}, TIME, DAY + b"U", 0, []),
        (["text"], 0, 0, {}, TIME, DAY + b"U", 0, []),
        (LOG, 0, 0, [], TIME, DAY + b"U", 0, []),
        (LOG, 0, 0, {}, TIME, DAY + b"U", 0, ()),
        (LOG, 0, 0, {}, TIME, DAY + b"U", None, []),
        (LOG, 0, 0, {}, "text", DAY + b"U", 0, []),
        (LOG, "0", 0, {}, TIME, DAY + b"U", 0, []),
        (LOG[2:3], 0, 2, {b"project:a": (0, 1)}, TIME, DAY + b"U", 0, []),
        (LOG[2:3], 0, 2, {b"project:a": ["0", 1]}, TIME, DAY + b"U", 0, []),
        (LOG,),
    ],
)
def test_a_wrong_call_is_refused(arguments):
    with pytest.raises((TypeError, SystemError)):
        find_native()(*arguments)


@needs_native
@pytest.mark.parametrize("pair", [[], [0], [2**70, 1]])
def test_a_state_that_is_none(pair):
    with pytest.raises((IndexError, OverflowError)):
        find_native()(LOG[2:3], 0, 2, {b"project:a": pair}, TIME, DAY + b"U", 0, [])


@needs_native
def test_places_outside_the_batch():
    assert find_native()(LOG, 99, 0, {}, TIME, DAY + b"U", 0, []) == (0, TIME)
    assert find_native()(LOG[:1], -5, 0, {}, TIME, DAY + b"U", 0, []) == (1, TIME)


@needs_native
def test_each_bit_flipped_and_each_cut():
    good = [LOG[0], COMMITTED, LOG[2], LOG[3]]
    good[1] = LOG[1]
    for target in (2, 3):
        entry = good[target]
        for bit in range(len(entry) * 8):
            changed = bytearray(entry)
            changed[bit // 8] ^= 1 << bit % 8
            same([[*good[:target], bytes(changed), *good[target + 1 :]]])
        for length in range(len(entry)):
            same([[*good[:target], entry[:length], *good[target + 1 :]]])


PIECES = st.sampled_from(
    [b"", b'"', b"\\", b"\n", b"0", b"9", b"\x7f", b"\xff", b"}", b",", b'"matter_prev":', b'"matter_seq":', b"a"]
)
CHANGES = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 400), st.integers(0, 30), PIECES), max_size=3)


@needs_native
@settings(max_examples=400)
@given(st.lists(st.sampled_from("abcé"), max_size=40), CHANGES, st.lists(st.integers(0, 40), max_size=4), st.data())
def test_both_come_to_the_same(names, changes, cuts, data):
    """Over any log, changed anywhere, in any batches, from the start or from somewhere with what was known or not."""
    entries = make_log([f"project:{name}" for name in names])
    for which, place, length, new in changes:
        if which < len(entries):
            entries[which] = entries[which][:place] + new + entries[which][place + length :]
    start = data.draw(st.integers(0, len(entries)))
    state = None
    if data.draw(st.booleans()):
        error, reached = same([entries[:start]])
        if error is None:
            state = MatterState(reached[0].matters, reached[0].last_time)
    edges = sorted({start, *(cut for cut in cuts if start <= cut <= len(entries)), len(entries)})
    same([entries[one:two] for one, two in pairwise(edges)], start=start, state=state)


def test_another_version_is_left_alone(monkeypatch):
    old = ModuleType("govern_native")
    old.follow, old.INTERFACE = list, INTERFACE + 1
    monkeypatch.setitem(sys.modules, "govern_native", old)
    assert find_native.__wrapped__() is None
    monkeypatch.setitem(sys.modules, "govern_native", None)  # as where it is not installed
    assert find_native.__wrapped__() is None


SANITIZED = """
import random, sys
from govern.audit.structure import find_native
from tests.audit.test_native import COMMITTED, DAY, LOG, TIME
follow, rng = find_native(), random.Random(7)
for turn in range(20_000):
    entry = bytearray(rng.choice([*LOG, COMMITTED]))
    for _ in range(rng.randrange(3)):
        entry[rng.randrange(len(entry))] = rng.choice(b'"{}0129az\\\\\\n\\x00\\xff')
    entry = bytes(entry[: rng.randrange(len(entry) + 1)] if rng.random() < 0.7 else entry)
    follow([*LOG[:2], entry], 0, 0, {}, TIME, DAY + b"U", 0, [])
print("nothing was read that is not an entry's")
"""


@pytest.mark.slow
@needs_native
def test_nothing_beyond_an_entry_is_read(tmp_path):
    """Compiled anew with the address and undefined-behaviour sanitizers, on cut and changed entries."""
    compiler = shutil.which("gcc")
    found = subprocess.run(
        [compiler or "false", "-print-file-name=libasan.so"], capture_output=True, text=True, check=False
    )
    if not compiler or not Path(found.stdout.strip()).is_absolute():
        pytest.skip("needs gcc with its sanitizers")
    command = [compiler, "-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-shared", "-fPIC"]
    headers = ["-I", sysconfig.get_path("include")]
    subprocess.run([*command, *headers, NATIVE / "govern_native.c", "-o", tmp_path / "govern_native.so"], check=True)
    done = subprocess.run(
        [sys.executable, "-c", SANITIZED],
        env={
            "LD_PRELOAD": found.stdout.strip(),
            "ASAN_OPTIONS": "detect_leaks=0",
            "PYTHONMALLOC": "malloc",
            "PYTHONPATH": f"{tmp_path}:{NATIVE.parent}",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "nothing was read that is not an entry's\n", done.stderr
