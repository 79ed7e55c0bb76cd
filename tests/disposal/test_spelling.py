"""A record that is kept is kept, whatever way of writing its address, and whatever way to it, a plan names it by."""

import subprocess
from dataclasses import replace
from datetime import date

import pytest

from govern.disposal import DeclaredStores
from govern.errors import ContentError, FactError, RefusedError
from govern.retention import HoldScope, Outcome, RetainedRecord, StorePlace, TriggerEvent
from govern.usecases.dispositions import execute_plan
from govern.usecases.holds import issue_hold
from govern.usecases.retained import RETAINED, format_retained, get_retained
from govern.usecases.retaining import add_record, add_records, correct_record

from .conftest import CLASS, EXECUTOR, OWNER, PROJECT

DAYS = {TriggerEvent.CREATION: date(2026, 1, 5)}


def register_as_before(archive, id_, store, days=DAYS, disposed=""):
    """As a govern did that took every spelling."""
    archive.register(id_, f"{archive.place.at}/elsewhere-{id_}")
    with archive.ports.register.begin(write=True) as unit:
        known = get_retained(unit, PROJECT, id_)
        body = format_retained(replace(known, store=store, triggers=days, disposed=disposed), archive.ports.new_id())
        unit.save(RETAINED, f"{PROJECT}/{id_}", body, read_version=known.version)


def hold(archive, *records):
    return issue_hold(archive.ports, OWNER, reason="a claim is threatened", project=PROJECT,
                      scope=HoldScope.RECORDS, values=records)  # fmt: skip


def run(archive, stores=None):
    plan = archive.approved()
    return execute_plan(archive.ports, EXECUTOR, stores or archive.stores(), plan.id, plan.digest)


SPELLINGS = ["b%36", "%62%36", "/b6", "./b6", "x/../b6", "b6/"]


@pytest.mark.parametrize("spelling", [*SPELLINGS, "localhost"])
def test_a_held_record_of_an_older_register_keeps_what_it_means(archive, spelling):
    path = archive.add("b6")
    at = archive.place.at.replace("file://", "file://localhost") if spelling == "localhost" else archive.place.at
    register_as_before(archive, "h6", f"{at}/{'b6' if spelling == 'localhost' else spelling}")
    hold(archive, "h6")

    status, issued = run(archive)

    assert issued is None and path.exists()
    assert {each.record: each.outcome for each in status.left} == {"b6": Outcome.HELD}


@pytest.mark.parametrize("way", ["a link beside the store", "a link in the store", "a link to the file", "two mounts"])
def test_another_way_to_the_place_is_noticed(archive, tmp_path, way):
    path = archive.add("b6", folder={"a": b"one", "deep/b": b"two"})
    link, store = tmp_path / "alias", "alias/b6/deep/b"
    if way == "a link beside the store":
        link.symlink_to(archive.root)
    elif way == "a link in the store":
        (archive.root / "way").symlink_to("b6/deep")
        store = "archive/way/b"
    elif way == "a link to the file":
        link.symlink_to(path / "deep" / "b")
        store = "alias"
    else:
        link.mkdir()
        if subprocess.run(["mount", "--bind", archive.root, link], check=False, capture_output=True).returncode:
            pytest.skip("needs the right to mount")
    try:
        archive.register("h6", f"file://{tmp_path}/{store}")
        hold(archive, "h6")
        status, issued = run(archive)
    finally:
        if way == "two mounts":
            subprocess.run(["umount", link], check=True)

    assert issued is None and (path / "deep" / "b").read_bytes() == b"two"
    assert next(each for each in status.left if each.record == "b6").outcome is Outcome.HELD


def test_one_that_is_kept_and_not_held_is_told_of_as_shared(archive, tmp_path):
    path = archive.add("b6")
    (tmp_path / "alias").symlink_to(archive.root)
    register_as_before(archive, "k6", f"file://{tmp_path}/alias/b6", {})
    status, _ = run(archive)
    assert path.exists() and status.left[0].outcome is Outcome.SHARED


def test_what_lies_elsewhere_does_not_keep(archive, tmp_path):
    path = archive.add("b6")
    (tmp_path / "alias").symlink_to(archive.root)
    for number, store in enumerate(["alias/b7", "none/b6", "alias/%00", "archive2/b6", "alias/b6/x"]):
        register_as_before(archive, f"k{number}", f"file://{tmp_path}/{store}", {})
    status, issued = run(archive)
    assert status.left[0].outcome is Outcome.SHARED and path.exists()  # within it, were it a folder
    with archive.ports.register.begin(write=True) as unit:
        known = get_retained(unit, PROJECT, "k4")
        body = format_retained(replace(known, store="file:///none"), archive.ports.new_id())
        unit.save(RETAINED, f"{PROJECT}/k4", body, read_version=known.version)
    status, issued = run(archive)
    assert issued is not None and not path.exists()


def test_a_new_record_has_its_address_as_it_is_written(archive):
    at = archive.place.at
    for number, (given, kept) in enumerate(
        [(f"{at}/b%36", f"{at}/b6"), (at.replace("file://", "file://LocalHost") + "/b/", f"{at}/b")]
    ):
        record = RetainedRecord(f"r{number}", PROJECT, "R", CLASS, given, DAYS)
        assert add_record(archive.ports, OWNER, record, [archive.place])[0].store == kept
    fields = {"store": f"{at}/%62%37"}
    _, after = correct_record(archive.ports, OWNER, PROJECT, "r0", triggers={}, fields=fields, reason="it was moved")
    assert after.record.store == f"{at}/b7"
    data = f"id,title,class,store\nl1,L,{CLASS},{at}/%6c1\n".encode()
    assert [each.record.store for each in add_records(archive.ports, OWNER, PROJECT, data, "l.csv")] == [f"{at}/l1"]


@pytest.mark.parametrize("inside", ["/b2", "./b3", "x/../b7", "%2e%2e/b", ".", "b//c"])
def test_a_doubtful_address_is_not_taken(archive, inside):
    record = RetainedRecord("r", PROJECT, "R", CLASS, f"{archive.place.at}/{inside}", DAYS)
    with pytest.raises(FactError, match="has an empty part"):
        add_record(archive.ports, OWNER, record)


@pytest.mark.parametrize("end", ["", "/"])
def test_a_store_as_a_whole_is_no_record(archive, end):
    at, places = archive.place.at + end, [archive.place]
    with pytest.raises(FactError, match="is the store `archive` as a whole") as caught:
        add_record(archive.ports, OWNER, RetainedRecord("r", PROJECT, "R", CLASS, at, DAYS), places)
    assert f"{archive.place.at}/batch-7" in (caught.value.hint or "")
    data = f"id,title,class,store\nok,O,{CLASS},{archive.place.at}/ok\nall,A,{CLASS},{at}\n".encode()
    with pytest.raises(ContentError) as listed:
        add_records(archive.ports, OWNER, PROJECT, data, "l.csv", places)
    assert [each.where for each in listed.value.problems] == ["l.csv:3:1"]
    archive.register("r", f"{archive.place.at}/r")
    with pytest.raises(FactError, match="as a whole"):
        correct_record(archive.ports, OWNER, PROJECT, "r", triggers={}, fields={"store": at}, reason="it was moved",
                       places=places)  # fmt: skip


def test_what_an_older_govern_took_can_be_corrected_bit_by_bit(archive):
    register_as_before(archive, "r", f"{archive.place.at}/x/../r")
    days = {TriggerEvent.CREATION: date(2026, 2, 5)}
    _, after = correct_record(archive.ports, OWNER, PROJECT, "r", triggers=days, reason="the right day now")
    assert after.record.store == f"{archive.place.at}/x/../r"


def test_a_doubtful_place_is_not_destroyed(archive):
    path = archive.add("b6", register=False)
    (archive.root / "x").mkdir()
    register_as_before(archive, "r", f"{archive.place.at}/x/../b6")
    status, _ = run(archive)
    assert (status.left[0].outcome, path.exists()) == (Outcome.FAILED, True)
    assert "is not a place inside the store" in status.left[0].words


# Keys of rows are what the database reads.


@pytest.fixture
def people(archive, postgres_url):
    """A table with a key of numbers."""
    import psycopg

    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE people (id int PRIMARY KEY, name text)")
        connection.execute("INSERT INTO people VALUES (7, 'seven'), (8, 'eight')")
        options = {"url_from": "PEOPLE_URL", "table": "people", "key": "id"}
        archive.place = StorePlace("people", "rows://people", options=options)
        stores = DeclaredStores([archive.place, replace(archive.place, name="again", at="rows://staff")],
                                {"PEOPLE_URL": postgres_url}.get)  # fmt: skip
        yield connection, stores
        stores.close()


@pytest.mark.postgres
@pytest.mark.parametrize("key", ["people/007", "people/%37", "people/+7", "staff/7"])
def test_another_way_to_write_a_key_is_noticed(archive, people, key):
    connection, stores = people
    archive.register("r", "rows://people/7")
    register_as_before(archive, "held", f"rows://{key}")
    hold(archive, "held")
    status, _ = run(archive, stores)
    assert status.left[0].outcome is Outcome.HELD
    assert connection.execute("SELECT count(*) FROM people").fetchone() == (2,)


@pytest.mark.postgres
def test_keys_that_are_others_or_none_do_not_keep(archive, people):
    connection, stores = people
    archive.register("r", "rows://people/7")
    for number, key in enumerate(
        ["people/8", "people/seven", "people/9", "people/99999999999", "people/a//b", "none/7"]
    ):
        register_as_before(archive, f"k{number}", f"rows://{key}", {})
    _, issued = run(archive, stores)
    assert issued is not None
    assert connection.execute("SELECT id FROM people").fetchall() == [(8,)]


@pytest.mark.postgres
def test_a_server_that_does_not_answer_is_asked_once_and_nobody_knows_what_lies_there(archive, people):
    _, stores = people
    away = StorePlace("away", "rows://away", options={"url_from": "NO_URL", "table": "t", "key": "k"})
    stores = DeclaredStores([*stores.places, away], {"NO_URL": "postgresql://nobody@127.0.0.1:1/none"}.get)
    mark = stores.marker()
    assert [mark(f"rows://away/{number}") for number in (1, 2)] == [None, None]


# A deletion may go on in other tables.

CHILD = "CREATE TABLE wards (id text, person int DEFAULT 8 REFERENCES people ON DELETE {})"


@pytest.mark.postgres
@pytest.mark.parametrize("fate", ["CASCADE", "SET NULL", "SET DEFAULT"])
def test_rows_that_others_refer_to_stay_until_those_are_gone(archive, people, fate):
    connection, stores = people
    connection.execute(CHILD.format(fate))
    connection.execute("INSERT INTO wards VALUES ('c1', 7)")
    archive.register("r", "rows://people/7")
    status, issued = run(archive, stores)
    assert issued is None and status.left[0].outcome is Outcome.FAILED
    assert status.left[0].words.startswith("rows of `wards` refer to it and would be ")
    assert f"ON DELETE {fate}" in status.left[0].words
    assert connection.execute("SELECT person FROM wards").fetchall() == [(7,)]
    assert connection.execute("SELECT count(*) FROM people").fetchone() == (2,)

    connection.execute("DELETE FROM wards")
    _, issued = execute_plan(archive.ports, EXECUTOR, stores, status.plan.id, status.plan.digest)
    assert issued is not None
    assert connection.execute("SELECT id FROM people").fetchall() == [(8,)]


@pytest.mark.postgres
def test_one_that_comes_after_the_look_keeps_the_row(people):
    connection, stores = people
    connection.execute(CHILD.format("CASCADE"))
    store = stores.open(stores.places[0])
    (found,) = store.list("7")
    connection.execute("INSERT INTO wards VALUES ('c1', 7)")
    with pytest.raises(RefusedError, match="refer to it"):
        store.delete("7", found)
    assert connection.execute("SELECT count(*) FROM wards").fetchone() == (1,)


@pytest.mark.postgres
def test_partitions_and_keys_of_two_columns_count_and_rows_of_one_record_go_together(archive, people):
    connection, stores = people
    connection.execute("CREATE TABLE parts (id int, n int, up int, PRIMARY KEY (id, n)) PARTITION BY LIST (id)")
    connection.execute('CREATE TABLE "Part 7" PARTITION OF parts FOR VALUES IN (7)')
    connection.execute("CREATE TABLE part_8 PARTITION OF parts FOR VALUES IN (8)")
    connection.execute(
        'CREATE TABLE notes (a int, b int, FOREIGN KEY (a, b) REFERENCES "Part 7" (id, n) ON DELETE CASCADE)'
    )
    connection.execute("ALTER TABLE parts ADD FOREIGN KEY (id, up) REFERENCES parts (id, n) ON DELETE CASCADE")
    connection.execute("INSERT INTO parts VALUES (7, 1, NULL), (7, 2, 1), (8, 1, NULL), (8, 2, 1)")
    connection.execute("INSERT INTO notes VALUES (7, 2)")
    place = replace(archive.place, options={**archive.place.options, "table": "public.parts"})
    stores = DeclaredStores([place], stores._secret)
    archive.register("seven", "rows://people/7")
    archive.register("eight", "rows://people/8")
    status, _ = run(archive, stores)
    assert {each.record: each.outcome for each in status.left} == {"seven": Outcome.FAILED}
    assert connection.execute("SELECT id, n FROM parts ORDER BY 1, 2").fetchall() == [(7, 1), (7, 2)]
    stores.close()
