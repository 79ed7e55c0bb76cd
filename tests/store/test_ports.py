"""One suite for every implementation of the ports: in memory, on SQLite, on PostgreSQL."""

import contextlib
from dataclasses import replace
from hashlib import sha256

import pytest

from govern.audit import (
    EMPTY_ROOT,
    TreeBuilder,
    chain_values,
    check_checkpoint,
    check_proof,
    consistency_path,
    format_proof,
    hash_leaf,
    hash_root,
    inclusion_path,
    parse_entry,
    verify_log,
)
from govern.audit.proofs import Proof
from govern.audit.tree import check_consistency
from govern.errors import FactError, StoreError, WriteConflictError
from govern.store import log as sql_log
from govern.usecases.ports import STORED_LEVEL


class Boom(Exception):
    pass


# --- records


def test_a_saved_record_is_found_with_version_and_digest(store):
    with store.register.begin(write=True) as unit:
        first = unit.save("project", "one", b"body 1", read_version=0)
        assert unit.find("project", "one") == first  # reads see the transaction's own writes

    with store.register.begin(write=False) as unit:
        found = unit.find("project", "one")
    assert found == first
    assert (found.kind, found.id, found.version, found.body) == ("project", "one", 1, b"body 1")
    assert found.digest == sha256(b"body 1").hexdigest()


def test_what_is_not_there_is_none(store):
    with store.register.begin(write=True) as unit:
        unit.save("project", "one", b"body", read_version=0)
        assert unit.find("project", "two") is None
        assert unit.find("draft", "one") is None
        assert unit.find("project", "one", 2) is None
        assert unit.find("project", "one", 0) is None


def test_earlier_versions_are_kept(store):
    for version in range(3):
        with store.register.begin(write=True) as unit:
            unit.save("project", "one", b"body %d" % (version + 1), read_version=version)

    with store.register.begin(write=False) as unit:
        assert [unit.find("project", "one", each).body for each in (1, 2, 3)] == [b"body 1", b"body 2", b"body 3"]
        assert unit.find("project", "one").version == 3


def test_a_stale_save_is_a_conflict_and_changes_nothing(store):
    with store.register.begin(write=True) as unit:
        unit.save("project", "one", b"body 1", read_version=0)
    for stale in (0, 2, 7):
        with pytest.raises(WriteConflictError), store.register.begin(write=True) as unit:
            unit.save("project", "other", b"with it", read_version=0)
            unit.save("project", "one", b"stale", read_version=stale)

    with store.register.begin(write=False) as unit:
        assert unit.find("project", "one").body == b"body 1"
        assert unit.find("project", "other") is None


def test_list_has_the_newest_of_each_by_id(store):
    with store.register.begin(write=True) as unit:
        for id_ in ("b", "a", "c"):
            unit.save("project", id_, b"old", read_version=0)
        unit.save("project", "b", b"new", read_version=1)
        unit.save("draft", "z", b"another kind", read_version=0)

    with store.register.begin(write=False) as unit:
        assert [(each.id, each.version, each.body) for each in unit.list("project")] == [
            ("a", 1, b"old"),
            ("b", 2, b"new"),
            ("c", 1, b"old"),
        ]
        assert unit.list("nothing") == []


def test_the_newest_are_read_page_by_page_by_the_beginning_of_their_ids(store, small_pages):
    wanted = []
    with store.register.begin(write=True) as unit:
        for number in range(23):
            unit.save("thing", f"a_b/{number:02}", b"old", read_version=0)
            unit.save("thing", f"axb/{number:02}", b"not asked for", read_version=0)  # `_` is no wildcard
            if number % 3:
                unit.save("thing", f"a_b/{number:02}", b"new", read_version=1)
            wanted.append((f"a_b/{number:02}", 2 if number % 3 else 1))
        unit.save("other", "a_b/01", b"other", read_version=0)

    with store.register.begin(write=False) as unit:
        assert sorted((each.id, each.version) for each in unit.scan_newest("thing", "a_b/")) == wanted
        assert [each.id for each in unit.scan_newest("other")] == ["a_b/01"]
        assert len(list(unit.scan_newest("thing"))) == 46
        assert list(unit.scan_newest("nothing")) == []


def test_every_version_of_every_record_of_a_kind_counts(store):
    for kind, id_, version in (("draft", "a", 0), ("draft", "a", 1), ("draft", "b", 0), ("drafts", "a", 0)):
        with store.register.begin(write=True) as unit:
            unit.save(kind, id_, b"x", read_version=version)
    with store.register.begin(write=True) as unit:
        assert [unit.count(kind) for kind in ("draft", "drafts", "other")] == [3, 1, 0]
        unit.save("draft", "b", b"y", read_version=1)
        assert unit.count("draft") == 4


def test_transactions_that_lock_the_same_name_go_one_after_the_other(store):
    import threading

    seen, entered = [], threading.Event()

    def second():
        entered.wait(5)
        with store.register.begin(write=True) as unit:
            unit.lock("holds")
            seen.append("second")

    thread = threading.Thread(target=second)
    thread.start()
    with store.register.begin(write=True) as unit:
        unit.lock("holds")
        entered.set()
        thread.join(0.5)
        seen.append("first")
    thread.join(10)
    assert seen == ["first", "second"]


def test_many_records_are_found_by_kind_id_and_version(store):
    with store.register.begin(write=True) as unit:
        for id_, body in (("one", b"1"), ("two", b"2"), ("ü@7", b"3")):
            unit.save("project", id_, body, read_version=0)
        unit.save("project", "one", b"newer", read_version=1)
        unit.save("draft", "one", b"a draft", read_version=0)
        assert unit.find_all([("project", "one", 2)])["project", "one", 2].body == b"newer"  # the transaction's own

    keys = [("project", "one", 1), ("draft", "one", 1), ("project", "ü@7", 1), ("project", "one", 2)]
    absent = [("project", "one", 3), ("project", "one", 0), ("project", "three", 1), ("draft", "two", 1), ("", "", 1)]
    with store.register.begin(write=False) as unit:
        found = unit.find_all([*absent, *keys, keys[0]])
        assert found == {key: unit.find(*key) for key in keys}
        assert unit.find_all(absent) == unit.find_all([]) == {}
    assert [found[key].body for key in keys] == [b"1", b"a draft", b"3", b"newer"]


@pytest.mark.parametrize("count", [299, 300, 301, 1_500])
def test_more_records_than_a_query_takes_are_found(store, count):
    with store.register.begin(write=True) as unit:
        for number in range(count):
            unit.save("thing", str(number), b"%d" % number, read_version=0)
    with store.register.begin(write=False) as unit:
        found = unit.find_all([("thing", str(number), 1) for number in range(count + 5)])
    assert {id_: record.body for (_, id_, _), record in found.items()} == {str(n): b"%d" % n for n in range(count)}


@pytest.mark.parametrize("version", [10**9 - 1, 10**9, 2**31, 2**63, 10**40, int("9" * 4_000)])
def test_an_entry_of_a_version_that_no_record_can_have_is_about_none(store, new_event, verify, version):
    """A number that the database cannot hold is no reason to fail."""
    store.emit(replace(new_event(1), object=f"thing:1@{version}"))
    store.log.sequence()
    assert any("the records of 1 entries, which are not in the workspace" in each for each in verify(store).unchecked)


def test_an_error_drops_the_record_and_the_event(store, new_event):
    with pytest.raises(Boom), store.register.begin(write=True) as unit:
        unit.save("project", "one", b"body", read_version=0)
        unit.emit(new_event(1))
        raise Boom

    with store.register.begin(write=False) as unit:
        assert unit.find("project", "one") is None
    assert store.log.sequence().size == 0


def test_any_bytes_are_kept_as_they_are(store):
    body = bytes(range(256)) * 300
    with store.register.begin(write=True) as unit:
        unit.save("draft", "ü “quoted” id", body, read_version=0)

    with store.register.begin(write=False) as unit:
        assert unit.find("draft", "ü “quoted” id").body == body


# --- the log


def test_before_the_first_entry_there_is_no_head(store):
    head = store.log.head()
    assert (head.size, head.root, head.checkpoint) == (0, EMPTY_ROOT, b"")
    assert store.signer.last_signed() is None
    assert list(store.log.entries()) == list(store.log.stored_chain()) == []


def test_the_empty_log_is_signed_too(store):
    head = store.log.sequence()
    checkpoint, _ = check_checkpoint(head.checkpoint, [store.signer.key])
    assert (checkpoint.size, checkpoint.root) == (0, EMPTY_ROOT)
    assert store.log.head() == head
    assert store.signer.last_signed() == head.checkpoint


def test_events_become_entries_in_the_order_of_the_outbox(store, new_event):
    store.emit(new_event(3), new_event(1))
    store.emit(new_event(2))
    assert store.log.head().size == 0  # nothing is in the log before it is sequenced

    head = store.log.sequence()
    assert head.size == 3
    assert [parse_entry(data).id for data in store.log.entries()] == ["event-3", "event-1", "event-2"]


def test_sequencing_twice_changes_nothing(store, new_event):
    store.emit(new_event(1))
    head = store.log.sequence()
    assert store.log.sequence() == store.log.sequence() == head
    assert store.log.head() == head


def test_the_head_is_signed_and_remembered(store, new_event):
    for number in range(4):
        store.emit(new_event(number))
        head = store.log.sequence()
        checkpoint, _ = check_checkpoint(head.checkpoint, [store.signer.key])
        assert (checkpoint.size, checkpoint.root) == (head.size, head.root)
        assert head.root == hash_root(hash_leaf(data) for data in store.log.entries())
        assert store.signer.last_signed() == head.checkpoint


def test_an_older_checkpoint_does_not_replace_a_newer_one(store, new_event):
    heads = []
    for number in range(2):
        store.emit(new_event(number))
        heads.append(store.log.sequence())
    store.signer.remember(heads[0].checkpoint)
    assert store.signer.last_signed() == heads[1].checkpoint


def test_matters_are_numbered_each_for_itself(store, new_event):
    matters = ["a", "b", "a", "a", "c", "b", "a"]
    for number, matter in enumerate(matters[:3]):
        store.emit(new_event(number, matter=matter))
        store.log.sequence()
    store.emit(*(new_event(number, matter=matter) for number, matter in enumerate(matters[3:], 3)))
    store.log.sequence()

    entries = [parse_entry(data) for data in store.log.entries()]
    assert [(each.matter, each.matter_seq, each.matter_prev) for each in entries] == [
        ("a", 0, None),
        ("b", 0, None),
        ("a", 1, 0),
        ("a", 2, 2),
        ("c", 0, None),
        ("b", 1, 1),
        ("a", 3, 3),
    ]
    assert {each.key_id for each in entries} == {store.signer.key.key_id.hex()}


@pytest.fixture
def small_pages(monkeypatch):
    monkeypatch.setattr(sql_log, "PAGE", 7)
    monkeypatch.setattr(sql_log, "GROUP", 5)


@pytest.fixture
def filled(store, new_event, small_pages):
    """A store with 40 entries, sequenced in several groups."""
    for first in range(0, 40, 20):
        store.emit(*(new_event(number, matter=f"m{number % 3}") for number in range(first, first + 20)))
        assert store.log.sequence().size == first + 20
    return store


def test_entries_are_read_in_parts(filled):
    whole = list(filled.log.entries())
    assert [parse_entry(data).id for data in whole] == [f"event-{number}" for number in range(40)]
    for start, stop in [(0, 7), (0, 8), (3, 40), (39, None), (40, None), (41, None), (7, 21), (5, 5), (6, 3), (0, 99)]:
        assert list(filled.log.entries(start, stop)) == whole[start:stop]


def test_the_stored_chain_is_that_of_the_entries(filled):
    leaves = [hash_leaf(data) for data in filled.log.entries()]
    assert list(filled.log.stored_chain()) == list(chain_values(leaves))


def test_stored_nodes_are_those_that_are_computed(filled):
    leaves = [hash_leaf(data) for data in filled.log.entries()]
    rows = TreeBuilder().extend_rows(leaves)
    for level, row in enumerate(rows):
        assert [filled.log.read_node(level, index) for index in range(len(row))] == list(row)
        if level and level % STORED_LEVEL == 0:
            assert list(filled.log.stored_nodes(level)) == list(row)
    assert list(filled.log.stored_nodes(8)) == []
    for level, index in [(0, 40), (1, 20), (5, 1), (6, 0)]:
        with pytest.raises(StoreError, match="has no hash"):
            filled.log.read_node(level, index)


def test_every_entry_can_be_proved_and_every_growth(filled):
    head = filled.log.head()
    entries = list(filled.log.entries())
    leaves = [hash_leaf(data) for data in entries]
    for index, data in enumerate(entries):
        path = inclusion_path(index, head.size, filled.log.read_node)
        assert check_proof(format_proof(Proof(index, path, head.checkpoint)), data, [filled.signer.key]).index == index
    for old in range(head.size + 1):
        path = consistency_path(old, head.size, filled.log.read_node)
        check_consistency(old, head.size, hash_root(leaves[:old]), head.root, path)


def test_the_whole_verifies(filled):
    chain = filled.log.stored_chain()
    head = filled.log.head()
    found = verify_log(filled.log.entries(), [head.checkpoint], [filled.signer.key], chain=chain)
    assert (found.size, found.root) == (40, head.root)


def test_more_entries_than_a_page_and_a_group(store, new_event):
    """With the sizes as they are: 2,000 rows a page, 1,000 events a group."""
    store.emit(*(new_event(number, matter=f"m{number % 11}") for number in range(2_300)))
    assert store.log.sequence().size == 2_300
    assert [parse_entry(data).id for data in store.log.entries()] == [f"event-{number}" for number in range(2_300)]


@pytest.mark.parametrize("change", [
    {"matter": "project:one\n"}, {"actor": ""}, {"kind": "Not a kind"}, {"time": "now"}, {"body": None},
    {"id": "half \ud800"}, {"object": "x" * 65_300},
])  # fmt: skip
def test_an_event_that_can_never_be_an_entry_is_refused_at_once(store, new_event, change):
    """In the outbox it would stop all that come after it."""
    with pytest.raises(FactError), store.register.begin(write=True) as unit:
        unit.save("project", "one", b"body", read_version=0)
        unit.emit(replace(new_event(1), **change))

    with store.register.begin(write=False) as unit:
        assert unit.find("project", "one") is None
    store.emit(new_event(2))
    assert store.log.sequence().size == 1


def test_the_largest_event_that_is_taken_becomes_an_entry(store, new_event):
    for size in range(65_050, 65_300):
        with contextlib.suppress(FactError):
            store.emit(replace(new_event(size), object="x" * size))
    assert 0 < store.log.sequence().size < 250


# --- appending


def test_appended_events_have_their_place_and_a_proof(store, new_event):
    for first in range(0, 40, 8):
        store.emit(new_event(f"outbox {first}"))  # the outbox comes first
        proofs = store.log.append([new_event(number, matter=f"m{number % 3}") for number in range(first, first + 7)])
        head = store.log.head()
        entries = list(store.log.entries())
        assert [proof.index for proof in proofs] == list(range(first + 1, first + 8)) and head.size == first + 8
        for number, proof in enumerate(proofs, first):
            assert proof.checkpoint == head.checkpoint
            assert check_proof(format_proof(proof), entries[proof.index], [store.signer.key]).index == proof.index
            assert parse_entry(entries[proof.index]).id == f"event-{number}"
    leaves = [hash_leaf(data) for data in store.log.entries()]
    assert list(store.log.stored_chain()) == list(chain_values(leaves))
    assert store.signer.last_signed() == store.log.head().checkpoint


def test_nothing_appended_is_nothing_logged(store):
    assert store.log.append([]) == store.log.append([], wait=False) == ()
    assert store.log.head().checkpoint == b""


def test_without_waiting_the_next_sequencing_takes_them(store, new_event):
    assert store.log.append([new_event(1), new_event(2)], wait=False) == ()
    assert store.log.head().size == 0
    (proof,) = store.log.append([new_event(3)])
    assert proof.index == 2
    assert [parse_entry(data).id for data in store.log.entries()] == ["event-1", "event-2", "event-3"]


@pytest.mark.parametrize("wait", [True, False])
def test_of_appended_events_all_are_taken_or_none(store, new_event, wait):
    with pytest.raises(FactError):
        store.log.append([new_event(1), replace(new_event(2), actor="")], wait=wait)
    assert store.log.sequence().size == 0


def test_more_are_appended_than_a_group_takes(store, new_event, small_pages):
    store.emit(*(new_event(number) for number in range(12)))
    proofs = store.log.append([new_event(number) for number in range(12, 30)])
    assert [proof.index for proof in proofs] == list(range(12, 30))
    assert [parse_entry(data).id for data in store.log.entries()] == [f"event-{number}" for number in range(30)]


# --- files


def test_files_are_kept_by_their_digest(store):
    data = b"evidence\0" * 1000
    digest = store.files.put(data)
    assert digest == sha256(data).hexdigest()
    assert store.files.put(data) == digest
    assert store.files.get(digest) == data


@pytest.mark.parametrize("name", ["0" * 64, "", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 65, "/etc/passwd"])
def test_a_file_that_is_not_there_is_none(store, name):
    assert store.files.get(name) is None
