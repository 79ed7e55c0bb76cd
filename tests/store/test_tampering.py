"""Whoever can write to the database can change anything in it; `log verify` says what and where."""

from hashlib import sha256

import pytest
from sqlalchemy import text

from govern.audit import CHAIN_START, Event, TreeBuilder, chain_values, hash_leaf, hash_root
from govern.errors import VerificationError
from govern.kernel import Actor, Role
from govern.usecases.logs import read_store_part, verify_store
from govern.usecases.ports import STORED_LEVEL, Ports


@pytest.fixture
def grown(sql_store):
    """A store with 21 entries, each about a record."""
    with sql_store.register.begin(write=True) as unit:
        for number in range(21):
            record = unit.save("thing", f"t{number}", b"body %d" % number, read_version=0)
            unit.emit(
                Event(
                    id=f"event-{number}",
                    kind="thing.saved",
                    actor="tester",
                    time="2026-11-24T10:00:00.000000Z",
                    object=f"thing:t{number}@1",
                    matter=f"m{number % 2}",
                    body=f"sha256:{record.digest}",
                )
            )
    sql_store.log.sequence()
    return sql_store


@pytest.fixture(params=[1, 2])
def verify(request):
    """A function that verifies a store, read in one go and in parts."""
    auditor = Actor("auditor", frozenset({Role.AUDITOR}))

    def run(store):
        ports = Ports(None, store.register, store.log, store.signer, store.files, None, None)
        share = lambda orders, _: [read_store_part(ports, auditor, order) for order in orders]  # noqa: E731
        return verify_store(ports, auditor, jobs=request.param, share=share)

    return run


def change(store, statement, **values):
    with store.database.transaction(write=True) as connection:
        assert connection.execute(text(statement), values).rowcount == 1


def value(store, statement):
    with store.database.transaction(write=False) as connection:
        return connection.execute(text(statement)).scalar()


def flipped(data, place=0):
    changed = bytearray(data)
    changed[place] ^= 1
    return bytes(changed)


def test_untouched_it_verifies(grown, verify):
    report = verify(grown)
    assert report.size == 21
    assert "the stored hashes of the tree" in report.checked
    assert "the records that entries name" in report.checked
    assert "the head that was signed last" in report.checked
    assert not [each for each in report.unchecked if "record" in each]


@pytest.mark.parametrize("column", ["data", "chain"])
@pytest.mark.parametrize("position", [0, 5, 20])
def test_a_changed_entry_or_hash_is_named(grown, verify, column, position):
    old = bytes(value(grown, f"SELECT {column} FROM govern_entry WHERE position = {position}"))
    for place in (0, len(old) // 2, len(old) - 1):
        new = flipped(old, place)
        change(grown, f"UPDATE govern_entry SET {column} = :new WHERE position = {position}", new=new)
        with pytest.raises(VerificationError) as caught:
            verify(grown)
        assert caught.value.where == f"entry {position}"
        assert {caught.value.expected, caught.value.found} >= ({new.hex()} if column != "data" else set())


def test_a_consistently_rewritten_entry_is_found_by_the_root(grown, verify):
    """Chain and nodes made to fit: the signature still says no."""
    entries = list(grown.log.entries())
    entries[7] = entries[7].replace(b"tester", b"nobody")
    leaves = [hash_leaf(data) for data in entries]
    chain = chain_values(leaves, CHAIN_START)
    for position, (data, value_) in enumerate(zip(entries, chain, strict=True)):
        change(
            grown,
            "UPDATE govern_entry SET data = :data, chain = :chain WHERE position = :position",
            data=data, chain=value_, position=position,
        )  # fmt: skip
    for level, position, node in TreeBuilder().extend(leaves):
        if level and level % STORED_LEVEL == 0:
            change(
                grown,
                "UPDATE govern_node SET hash = :node WHERE level = :level AND position = :position",
                node=node, level=level, position=position,
            )  # fmt: skip
    with pytest.raises(VerificationError, match="root that is signed") as caught:
        verify(grown)
    assert caught.value.where == "checkpoint of size 21"


def test_a_changed_or_missing_node_is_named(grown, verify):
    """21 = 16 + 5: the one stored hash is that of the first 16 entries."""
    change(grown, "UPDATE govern_node SET hash = :new WHERE level = 4 AND position = 0", new=bytes(32))
    with pytest.raises(VerificationError) as caught:
        verify(grown)
    assert caught.value.where == "entries 0 to 15"
    assert caught.value.found == "00" * 32

    change(grown, "DELETE FROM govern_node WHERE level = 4 AND position = 0")
    with pytest.raises(VerificationError) as caught:
        verify(grown)
    assert caught.value.where == "entries 0 to 15"
    assert caught.value.found == "nothing is stored"


@pytest.mark.parametrize(("position", "where"), [(0, "entry 0"), (5, "entry 5"), (20, "entry 20")])
def test_a_missing_entry_is_named(grown, verify, position, where):
    change(grown, f"DELETE FROM govern_entry WHERE position = {position}")
    with pytest.raises(VerificationError) as caught:
        verify(grown)
    assert caught.value.where == where


def test_an_entry_that_nobody_signed_is_named(grown, verify):
    change(
        grown,
        "INSERT INTO govern_entry (position, data, chain) SELECT 21, data, chain FROM govern_entry WHERE position = 20",
    )
    with pytest.raises(VerificationError, match="more entries than the 21") as caught:
        verify(grown)
    assert caught.value.where == "entry 21"


def test_swapped_entries_are_named(grown, verify):
    for old, new in ((3, 100), (4, 3), (100, 4)):
        change(grown, f"UPDATE govern_entry SET position = {new} WHERE position = {old}")
    with pytest.raises(VerificationError) as caught:
        verify(grown)
    assert caught.value.where == "entry 3"


@pytest.mark.parametrize("column", ["size", "root", "checkpoint"])
def test_a_changed_head_is_named_and_nothing_is_added_to_it(grown, verify, new_event, column):
    new = {"size": 20, "root": bytes(32), "checkpoint": None}[column]
    if new is None:
        old = bytes(value(grown, "SELECT checkpoint FROM govern_head"))
        new = old.replace(b"\n21\n", b"\n20\n")
    grown.emit(new_event("more"))
    change(grown, f"UPDATE govern_head SET {column} = :new", new=new)
    for act in (lambda: verify(grown), grown.log.sequence):
        with pytest.raises(VerificationError):
            act()
    assert len(list(grown.log.entries())) == 21


def test_a_changed_chain_in_the_head_is_not_continued(grown, new_event):
    change(grown, "UPDATE govern_head SET chain = :new", new=bytes(32))
    grown.emit(new_event("more"))
    with pytest.raises(VerificationError, match="chain"):
        grown.log.sequence()


@pytest.mark.parametrize(
    ("statement", "new"),
    [
        ("UPDATE govern_node SET hash = :new WHERE level = 4 AND position = 0", bytes(32)),
        ("UPDATE govern_entry SET data = :new WHERE position = 18", b"{}"),
    ],
    ids=["node", "entry"],
)
def test_a_changed_hash_is_not_signed_into_the_next_head(grown, open_store, new_event, statement, new):
    """21 = 16 + 4 + 1: the next root is made of one stored hash and of the last five entries."""
    grown.emit(new_event("more"))
    change(grown, statement, new=new)
    again = open_store(grown.kind, grown.url, grown.folder)
    with pytest.raises(VerificationError, match="do not give the root"):
        again.log.sequence()
    assert len(list(grown.log.entries())) == 21


def test_a_running_sequencer_goes_on_from_what_it_signed(grown, verify, new_event):
    """What it has in memory was checked, and is not read again: the changed hash gets into no head, and is named."""
    change(grown, "UPDATE govern_node SET hash = :new WHERE level = 4 AND position = 0", new=bytes(32))
    grown.emit(new_event("more"))
    head = grown.log.sequence()
    assert head.root == hash_root(hash_leaf(data) for data in grown.log.entries())
    with pytest.raises(VerificationError) as caught:
        verify(grown)
    assert caught.value.where == "entries 0 to 15"


def test_a_changed_record_is_named(grown, verify):
    change(grown, "UPDATE govern_record SET body = :new WHERE id = 't9'", new=b"body X")
    with pytest.raises(VerificationError, match="thing:t9@1") as caught:
        verify(grown)
    assert caught.value.where == "entry 9"
    assert caught.value.expected == sha256(b"body 9").hexdigest()
    assert caught.value.found == sha256(b"body X").hexdigest()


def test_a_missing_record_is_counted_as_not_checked(grown, verify):
    change(grown, "DELETE FROM govern_record WHERE id = 't9'")
    assert any("the records of 1 entries, which are not in the workspace" in each for each in verify(grown).unchecked)


# --- a log that is long enough for two parts; the second begins with entry 1,024


@pytest.fixture
def long(sql_store):
    events = []
    for number in range(1_100):
        events.append(
            Event(
                id=f"event-{number}", kind="thing.saved", actor="tester", time="2026-11-24T10:00:00.000000Z",
                object=f"thing:t{number}@1", matter=f"m{number % 7}", body="sha256:" + "0" * 64,
            )
        )  # fmt: skip
    sql_store.log.append(events)
    return sql_store


@pytest.mark.parametrize(
    ("statement", "where"),
    [
        ("UPDATE govern_entry SET data = :other WHERE position = 5", "entry 5"),
        ("UPDATE govern_entry SET data = :other WHERE position = 1023", "entry 1023"),
        ("UPDATE govern_entry SET data = :other WHERE position = 1024", "entry 1024"),
        ("UPDATE govern_entry SET chain = :other WHERE position = 1023", "entry 1023"),
        ("UPDATE govern_entry SET chain = :other WHERE position = 1024", "entry 1024"),
        ("UPDATE govern_entry SET chain = :other WHERE position = 1099", "entry 1099"),
        ("DELETE FROM govern_entry WHERE position = 1023", "entry 1023"),
        ("DELETE FROM govern_entry WHERE position = 1024", "entry 1024"),
        ("DELETE FROM govern_entry WHERE position = 1099", "entry 1099"),
        ("UPDATE govern_node SET hash = :other WHERE level = 4 AND position = 64", "entries 1024 to 1039"),
        ("UPDATE govern_node SET hash = :other WHERE level = 8 AND position = 3", "entries 768 to 1023"),
        ("DELETE FROM govern_node WHERE level = 4 AND position = 67", "entries 1072 to 1087"),
        ("DELETE FROM govern_node WHERE level = 8 AND position = 3", "entries 768 to 1023"),
    ],
)
def test_what_was_changed_near_a_seam_is_named(long, verify, statement, where):
    values = {"other": bytes(range(32))} if ":other" in statement else {}
    change(long, statement, **values)
    with pytest.raises(VerificationError) as caught:
        verify(long)
    assert caught.value.where == where


def test_in_parts_it_says_the_same(long, verify, request):
    report = verify(long)
    assert (report.size, "the stored chain" in report.checked) == (1_100, True)
    assert any("the records of 1100 entries, which are not in the workspace" in each for each in report.unchecked)


def test_a_chain_of_another_history_behind_the_seam_is_named(long, verify):
    """All values from entry 1,024 on follow one another, and the one before them was changed to fit."""
    leaves = [hash_leaf(data) for data in long.log.entries(1024)]
    wrong = bytes(range(32))
    change(long, "UPDATE govern_entry SET chain = :new WHERE position = 1023", new=wrong)
    for position, new in enumerate(chain_values(leaves, wrong), 1024):
        change(long, f"UPDATE govern_entry SET chain = :new WHERE position = {position}", new=new)
    with pytest.raises(VerificationError, match="stored chain value") as caught:
        verify(long)
    assert caught.value.where == "entry 1023"


def test_a_changed_chain_beside_the_head_is_named(grown, verify):
    """With it nothing more can be logged: so it must not verify."""
    old = bytes(value(grown, "SELECT chain FROM govern_head"))
    change(grown, "UPDATE govern_head SET chain = :new", new=flipped(old))
    with pytest.raises(VerificationError, match="chain value beside the head") as caught:
        verify(grown)
    assert (caught.value.where, caught.value.expected) == ("head", old.hex())


def test_an_entry_before_the_first_is_named(grown, verify):
    change(grown, "INSERT INTO govern_entry SELECT -1, data, chain FROM govern_entry WHERE position = 3")
    with pytest.raises(VerificationError, match="number below 0"):
        verify(grown)


def test_the_chain_beside_no_head_is_that_of_no_entry(sql_store):
    assert sql_store.log.head_chain() == CHAIN_START
