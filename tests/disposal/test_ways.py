"""What is held is never destroyed, whatever way leads to it; where that cannot be told, nothing is, and it says why."""

import os
from dataclasses import replace

import pytest

from govern.disposal import DeclaredStores
from govern.errors import ContentError, RefusedError
from govern.library.stores import load_stores
from govern.retention import HoldScope, Outcome, StorePlace
from govern.usecases.dispositions import execute_plan, get_plan, plan_destruction
from govern.usecases.holds import issue_hold

from .conftest import DAY, EXECUTOR, OWNER, PLANNER, PROJECT, one_a_batch
from .test_adapters import bucket, make_folder_of, make_sftp, s3_endpoint, sftp  # noqa: F401 - fixtures
from .test_spelling import hold, register_as_before, run


def left(status):
    return {each.record: (each.outcome, each.words) for each in status.left}


# --- rows

SCANS = """
    CREATE TABLE scans (patient text, batch text, body text);
    INSERT INTO scans VALUES ('p1', 'b1', 'one'), ('p2', 'b2', 'two'), ('p3', 'b3', 'three');
    CREATE VIEW seen AS SELECT * FROM scans;
    CREATE VIEW seen_again AS SELECT patient, body FROM seen;
    CREATE MATERIALIZED VIEW kept AS SELECT * FROM scans
"""


def rows_place(name, url="SCANS_URL", table="scans", key="patient", **more):
    return StorePlace(name, f"rows://{name}", options={"url_from": url, "table": table, "key": key, **more})


@pytest.fixture
def scans(postgres_url):
    """A table, and what makes stores of it."""
    import psycopg

    opened = []

    def declare(*places, url=postgres_url):
        other = url.replace("127.0.0.1", "localhost")
        opened.append(DeclaredStores(places, {"SCANS_URL": url, "OTHER_URL": other}.get))
        return opened[-1]

    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(SCANS)
        yield connection, declare
        for each in opened:
            each.close()


def count_rows(connection, table="scans"):
    return connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


OTHER_WAYS = {
    "another key": rows_place("other", key="batch"),
    "another name of the server": rows_place("other", url="OTHER_URL"),
    "a view": rows_place("other", table="seen"),
    "a view of a view": rows_place("other", table="seen_again"),
    "a materialised view": rows_place("other", table="kept"),
}


@pytest.mark.postgres
@pytest.mark.parametrize("way", OTHER_WAYS)
def test_a_held_row_stays_whatever_way_leads_to_it(archive, scans, way):
    connection, declare = scans
    stores = declare(rows_place("patients"), OTHER_WAYS[way])
    archive.register("due", "rows://patients/p1")
    archive.register("held", "rows://other/b1" if way == "another key" else "rows://other/p1")
    hold(archive, "held")

    status, issued = run(archive, stores)

    assert issued is None and count_rows(connection) == 3
    assert left(status)["due"][0] is Outcome.HELD


@pytest.mark.postgres
def test_another_row_of_the_same_table_goes(archive, scans):
    connection, declare = scans
    stores = declare(rows_place("patients"), rows_place("batches", key="batch"))
    archive.register("due", "rows://patients/p1")
    archive.register("held", "rows://batches/b2")
    hold(archive, "held")
    _, issued = run(archive, stores)
    assert issued is not None and count_rows(connection) == 2


@pytest.mark.postgres
def test_a_row_that_becomes_a_held_one_after_the_beginning_stays(archive, scans, monkeypatch):
    connection, declare = scans
    one_a_batch(monkeypatch)
    stores = declare(rows_place("patients"), rows_place("batches", key="batch"))
    archive.register("a", "rows://patients/p2")
    archive.register("due", "rows://patients/p1")
    archive.register("held", "rows://batches/b9")
    hold(archive, "held")
    plan = archive.approved()

    def fault(name):
        if name == "ended" and count_rows(connection) == 2:
            connection.execute("UPDATE scans SET batch = 'b9' WHERE patient = 'p1'")

    status, _ = execute_plan(archive.ports, EXECUTOR, stores, plan.id, plan.digest, fault=fault)
    assert left(status)["due"][0] is Outcome.HELD and count_rows(connection) == 2
    assert left(status)["due"][1].startswith("it lies at the place of `held` of `one`, which is held by")


@pytest.mark.postgres
def test_a_hold_that_comes_after_the_beginning_keeps_what_its_record_means(archive, scans):
    connection, declare = scans
    stores = declare(rows_place("patients"), rows_place("seen", table="seen"))
    archive.register("due", "rows://patients/p1")
    register_as_before(archive, "late", "rows://seen/p1")
    plan = archive.approved()
    status, _ = execute_plan(archive.ports, EXECUTOR, stores, plan.id, plan.digest,
                             fault=lambda name: name == "begun" and hold(archive, "late"))  # fmt: skip
    assert left(status)["due"][0] is Outcome.HELD and count_rows(connection) == 3


@pytest.mark.postgres
def test_a_held_record_whose_server_is_silent_keeps_all_rows(archive, scans):
    connection, declare = scans
    stores = declare(rows_place("patients"), rows_place("away", url="NO_URL"))
    archive.register("due", "rows://patients/p1")
    archive.register("held", "rows://away/x")
    hold(archive, "held")
    status, _ = run(archive, stores)
    assert left(status)["due"][0] is Outcome.HELD
    assert left(status)["due"][1].startswith("it cannot be told apart from `held` of `one`, which is held by")
    assert count_rows(connection) == 3


@pytest.mark.postgres
@pytest.mark.parametrize(("made", "words"), [
    ("CREATE TRIGGER t AFTER DELETE ON scans FOR EACH ROW EXECUTE FUNCTION gone()", "the trigger `t` of `scans` runs"),
    ("CREATE TRIGGER t BEFORE DELETE ON scans EXECUTE FUNCTION gone()", "the trigger `t` of `scans` runs"),
    ("CREATE RULE r AS ON DELETE TO scans DO ALSO DELETE FROM others", "the rule `r` of `scans` runs"),
])  # fmt: skip
def test_what_a_deletion_sets_off_is_refused_unless_it_is_declared(archive, scans, made, words):
    connection, declare = scans
    connection.execute("CREATE TABLE others (id text); INSERT INTO others VALUES ('held')")
    connection.execute(
        "CREATE FUNCTION gone() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN DELETE FROM others; RETURN OLD; END$$"
    )
    connection.execute(made)
    archive.register("due", "rows://patients/p1")
    status, _ = run(archive, declare(rows_place("patients")))
    assert left(status)["due"][0] is Outcome.FAILED and left(status)["due"][1].startswith(words)
    assert (count_rows(connection), count_rows(connection, "others")) == (3, 1)

    _, issued = run(archive, declare(rows_place("patients", triggers="allowed")))
    assert issued is not None
    assert any(words.removesuffix(" runs") in each["what"] for each in issued.content["not_reached"])


@pytest.mark.postgres
def test_a_trigger_for_other_things_and_one_that_is_off_do_not_matter(archive, scans):
    connection, declare = scans
    connection.execute("CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NULL; END$$")
    connection.execute("CREATE TRIGGER i BEFORE INSERT ON scans FOR EACH ROW EXECUTE FUNCTION f()")
    connection.execute("CREATE TRIGGER d BEFORE DELETE ON scans FOR EACH ROW EXECUTE FUNCTION f()")
    connection.execute("ALTER TABLE scans DISABLE TRIGGER d")
    archive.register("due", "rows://patients/p1")
    assert run(archive, declare(rows_place("patients")))[1] is not None


@pytest.mark.postgres
@pytest.mark.parametrize(("table", "words"), [("seen", "is a view"), ("kept", "is a materialised view")])
def test_nothing_is_deleted_through_a_view(archive, scans, table, words):
    connection, declare = scans
    archive.register("due", "rows://view/p1")
    status, _ = run(archive, declare(rows_place("view", table=table)))
    assert words in left(status)["due"][1] and count_rows(connection) == 3


@pytest.mark.postgres
def test_rows_that_are_hidden_are_not_said_to_be_gone_and_hide_nothing(archive, scans):
    connection, declare = scans
    name = connection.execute("SELECT current_database()").fetchone()[0]
    user = f"reader_{name}"
    connection.execute(f'CREATE ROLE "{user}" LOGIN')
    try:
        connection.execute(f'GRANT SELECT, DELETE ON scans TO "{user}"')
        connection.execute("ALTER TABLE scans ENABLE ROW LEVEL SECURITY")
        connection.execute("CREATE POLICY p ON scans USING (body <> 'one')")
        info = connection.info
        url = f"postgresql://{user}@{info.host}:{info.port}/{name}"
        archive.register("due", "rows://patients/p2")
        status, _ = run(archive, declare(rows_place("patients"), url=url))
        assert "row security hides rows" in left(status)["due"][1] and count_rows(connection) == 3

        stores = DeclaredStores(
            [rows_place("patients"), rows_place("hidden", url="HIDDEN_URL")],
            {"SCANS_URL": info.dsn, "HIDDEN_URL": url}.get,
        )
        mark = stores.marker()
        ((_, table),) = mark("rows://patients/p1")
        assert mark("rows://hidden/p1") == [(table,)]
        stores.close()
    finally:
        connection.execute(f'DROP OWNED BY "{user}"; DROP ROLE "{user}"')


@pytest.mark.postgres
def test_marks_of_partitions_and_of_what_is_not_there(scans):
    connection, declare = scans
    connection.execute("CREATE TABLE parts (id int) PARTITION BY LIST (id)")
    connection.execute("CREATE TABLE part_7 PARTITION OF parts FOR VALUES IN (7); INSERT INTO parts VALUES (7)")
    connection.execute("CREATE VIEW all_parts AS SELECT * FROM parts")
    mark = declare(*(rows_place(each, table=each, key="id") for each in ("parts", "part_7", "all_parts"))).marker()
    assert mark("rows://parts/7")[0][:2] == mark("rows://part_7/7")[0][:2] != ()
    assert set(mark("rows://parts/7")[0][1:]) <= {each for (each,) in mark("rows://all_parts/x")}
    assert [mark(f"rows://parts/{key}") for key in ("8", "word", "a//b")] == [[], (), ()]


@pytest.mark.postgres
def test_a_foreign_table_cannot_be_told_apart(scans):
    connection, declare = scans
    try:
        connection.execute("CREATE EXTENSION postgres_fdw")
    except Exception:  # noqa: BLE001 - whatever the server says, it has none
        pytest.skip("needs postgres_fdw")
    connection.execute("CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw")
    connection.execute("CREATE FOREIGN TABLE far_scans (patient text) SERVER far")
    assert declare(rows_place("far", table="far_scans")).marker()("rows://far/p1") is None


# --- files on servers


@pytest.fixture
def server(sftp, request, tmp_path):  # noqa: F811 - the fixture
    """A store on a server, a function that writes there, and the folder as this machine has it."""
    declared, put = make_sftp(request, tmp_path)
    known_hosts = tmp_path / "known_hosts"
    known = sftp[2].read_text()
    known_hosts.write_text(known + known.replace("[127.0.0.1]", "[localhost]"))
    options = {**declared.options, "known_hosts": str(known_hosts)}
    return replace(declared, options=options), put, sftp[2].parent / tmp_path.name


def with_host(place, name, host="localhost"):
    return replace(place, name=name, at=place.at.replace("127.0.0.1", host))


@pytest.mark.parametrize("way", ["another name", "a root that is a link", "a link on the way", "a folder beside it"])
def test_a_held_file_of_a_server_stays_whatever_way_leads_to_it(archive, server, way):
    place, put, root = server
    put("box/a/f", b"secret")
    alias = root.with_name(f"{root.name}-alias")
    alias.symlink_to(root)
    (root / "way").symlink_to("box")
    others = {
        "another name": (with_host(place, "other"), "box/a"),
        "a root that is a link": (replace(place, name="other", at=f"{place.at}-alias"), "box/a/f"),
        "a link on the way": (place, "way/a"),
        "a folder beside it": (replace(place, name="no", at=f"{place.at}-alias"), "box/a"),
    }
    other, inside = others[way]
    declared = [place] if way in ("a link on the way", "a folder beside it") else [place, other]
    archive.register("due", f"{place.at}/box/a")
    archive.register("held", f"{other.at}/{inside}")
    hold(archive, "held")
    stores = DeclaredStores(declared)

    status, issued = run(archive, stores)
    stores.close()

    assert issued is None and (root / "box" / "a" / "f").read_bytes() == b"secret"
    assert left(status)["due"][0] is Outcome.HELD


@pytest.mark.parametrize("planned", ["sftp", "file"])
def test_one_file_seen_by_the_server_and_by_this_machine_stays(archive, server, planned):
    place, put, root = server
    put("box/f", b"secret")
    put("other/f", b"public")
    if planned == "file":
        root.chmod(0o777)
    local = StorePlace("local", f"file://{root}")
    due, held = (place, local) if planned == "sftp" else (local, place)
    archive.register("due", f"{due.at}/box")
    archive.register("held", f"{held.at}/box/f")
    hold(archive, "held")
    stores = DeclaredStores([due] if planned == "sftp" else [due, held])

    status, issued = run(archive, stores)

    assert issued is None and (root / "box" / "f").read_bytes() == b"secret"
    assert left(status)["due"][0] is Outcome.HELD
    assert left(status)["due"][1].startswith("a file of it has the content of, and may be, one of `held` of `one`")
    archive.register("free", f"{due.at}/other")
    run(archive, stores)
    stores.close()
    assert not (root / "other").exists()


def test_files_that_are_others_go_beside_held_ones(archive, server):
    place, put, root = server
    for name, data in (("f", b"secret"), ("g", b""), ("held/f", b"other"), ("held/g", b"")):
        put(name, data)
    archive.add("local", b"other")
    archive.add("kept", b"")
    for each in ("f", "g"):
        archive.register(each, f"{place.at}/{each}")
    archive.register("there", f"{place.at}/held")
    archive.register("here", f"{archive.place.at}/kept")
    archive.register("also", f"{archive.place.at}/nothing")
    hold(archive, "there", "here", "also", "kept")
    stores = DeclaredStores([place, archive.place])

    status, _ = run(archive, stores)

    assert {each: said[0] for each, said in left(status).items()} == {"local": Outcome.HELD}
    assert not (root / "f").exists() and (archive.root / "local").exists()
    stores.close()


def test_a_link_that_comes_between_two_looks_is_no_way_around(archive, server):
    place, put, root = server
    put("box/a", b"secret")
    archive.register("due", f"{place.at}/box")
    archive.register("held", f"{place.at}/way/a")
    hold(archive, "held")
    plan = archive.approved()
    stores = DeclaredStores([place])
    status, _ = execute_plan(archive.ports, EXECUTOR, stores, plan.id, plan.digest,
                             fault=lambda name: name == "begun" and (root / "way").symlink_to("box"))  # fmt: skip
    stores.close()
    assert left(status)["due"][0] is Outcome.HELD and (root / "box" / "a").exists()
    assert left(status)["due"][1].startswith("it lies at the place of `held` of `one`")


def test_a_held_record_whose_place_cannot_be_read_keeps_files(archive, server):
    place, put, root = server
    put("f", b"secret")
    archive.register("due", f"{place.at}/f")
    register_as_before(archive, "held", f"{place.at}/x/../y")
    hold(archive, "held")
    stores = DeclaredStores([place])
    status, _ = run(archive, stores)
    stores.close()
    assert left(status)["due"][1].startswith("it cannot be told apart from `held`") and (root / "f").exists()


def test_a_held_record_on_a_server_that_is_silent_keeps_files(archive, server):
    place, put, root = server
    put("f", b"secret")
    away = replace(place, name="away", at="sftp://nobody@127.0.0.1:1/srv")
    archive.register("due", f"{place.at}/f")
    archive.register("held", f"{away.at}/x")
    hold(archive, "held")
    stores = DeclaredStores([place, away])
    status, _ = run(archive, stores)
    stores.close()
    assert left(status)["due"][0] is Outcome.HELD and (root / "f").exists()


def test_a_link_a_hard_link_and_what_lies_under_a_link_on_a_server(archive, server):
    place, put, root = server
    put("real/f", b"secret")
    put("twin/f", b"two names")
    put("one", b"two names as well")
    put("mixed/g", b"mixed")
    os.link(root / "twin" / "f", root / "second")
    os.link(root / "one", root / "another")
    (root / "link").symlink_to("real")
    (root / "mixed" / "way").symlink_to("../real/f")
    for each in ("link", "twin", "one", "mixed"):
        archive.register(each, f"{place.at}/{each}")
    stores = DeclaredStores([place])
    plan = archive.approved()
    status, _ = execute_plan(archive.ports, EXECUTOR, stores, plan.id, plan.digest)
    said = left(status)
    assert said["link"][1].startswith("it is a link to `real`")
    assert "another name (a hard link)" in said["twin"][1] and "another name (a hard link)" in said["one"][1]
    assert (root / "real" / "f").read_bytes() == b"secret" and (root / "twin" / "f").exists()
    for path in (root / "second", root / "another", root / "link"):
        path.unlink()
    put("link", b"a file now")
    stores.close()
    stores = DeclaredStores([place])
    _, issued = execute_plan(archive.ports, EXECUTOR, stores, plan.id, plan.digest)
    stores.close()
    objects = {each["record"]: (each["objects"], each["bytes"]) for each in issued.content["destroyed"]}
    assert objects["mixed"] == (1, 5)
    (told,) = [each for each in issued.content["not_reached"] if "the link" in each["what"]]
    assert told["what"] == "what the link way in record mixed leads to: ../real/f"
    assert (root / "real" / "f").read_bytes() == b"secret"


# --- folders


def test_a_record_that_is_a_link_is_not_destroyed(archive, tmp_path):
    real = tmp_path / "real"
    real.mkdir()
    (real / "scan").write_bytes(b"scan")
    (archive.root / "batch-7").symlink_to(real)
    archive.register("batch-7", f"{archive.place.at}/batch-7")
    assert archive.stores().is_link(f"{archive.place.at}/batch-7")
    assert not archive.stores().is_link(f"{archive.place.at}/batch-8")
    status, issued = run(archive)
    assert issued is None and (archive.root / "batch-7").is_symlink()
    assert left(status)["batch-7"] == (Outcome.FAILED, f"it is a link to `{real}`: only the link would be destroyed")


def test_a_plan_leaves_out_what_is_a_link(archive, tmp_path):
    (archive.root / "link").symlink_to(tmp_path)
    archive.register("link", f"{archive.place.at}/link")
    archive.add("file")
    plan = plan_destruction(archive.ports, PLANNER, PROJECT, DAY, "expired", stores=archive.stores())
    assert (plan.items, dict(plan.left)) == (1, {"due, and its address is a link: only that would be destroyed": 1})


def test_links_within_a_record_are_no_content_and_each_is_told_of(archive, tmp_path, monkeypatch):
    monkeypatch.setattr("govern.retention.certificate.MOST_LINKS", 1)
    big = tmp_path / "big.dcm"
    big.write_bytes(b"keep")
    archive.add("box", folder={"a": b"one", "in/b": b"two"}, register=False)
    (archive.root / "box" / "big.dcm").symlink_to(big)
    (archive.root / "box" / "in" / "up").symlink_to("..")
    archive.register("box", f"{archive.place.at}/box")
    archive.register("inner", f"{archive.place.at}/box/in")

    _, issued = run(archive)

    said = {each["record"]: (each["objects"], each["bytes"]) for each in issued.content["destroyed"]}
    assert said == {"box": (2, 6), "inner": (1, 3)}
    assert (issued.content["stores"][0]["objects"], issued.content["stores"][0]["bytes"]) == (2, 6)
    told = [each["what"] for each in issued.content["not_reached"] if "link" in each["what"]]
    assert told == [f"what the link big.dcm in record box leads to: {big}", "what 1 more links in record box lead to"]
    assert big.read_bytes() == b"keep"


# --- addresses for the web, and those that nobody knows


@pytest.mark.parametrize("address", ["{endpoint}/{bucket}/p/k1", "https://{bucket}.s3.amazonaws.com/p/k1?versionId=3"])
def test_an_object_that_is_held_by_its_address_for_the_web_stays(archive, bucket, s3_endpoint, address):  # noqa: F811
    client, name = bucket
    client.put_object(Bucket=name, Key="p/k1", Body=b"x")
    archive.register("due", f"s3://{name}/p/k1")
    register_as_before(archive, "held", address.format(endpoint=s3_endpoint, bucket=name))
    hold(archive, "held")
    stores = DeclaredStores([StorePlace("b", f"s3://{name}/p", options={"endpoint": s3_endpoint})])
    status, _ = run(archive, stores)
    stores.close()
    assert left(status)["due"][0] is Outcome.HELD
    assert client.list_object_versions(Bucket=name)["Versions"]


def test_what_no_store_has_is_named_with_the_hold_the_plan_and_the_certificate(archive):
    archive.add("due")
    for id_, store in (("box", "box:shelf-7"), ("web", "https://host.example/x"), ("here", "file:///elsewhere/x")):
        archive.register(id_, store)
    _, reach = issue_hold(archive.ports, OWNER, reason="a claim is threatened", project=PROJECT,
                          scope=HoldScope.RECORDS, values=("box", "web", "here"), stores=archive.stores())  # fmt: skip
    words = (
        "cannot be told apart from what is destroyed, for no declared store has it: one/box (box:shelf-7), "
        "one/web (https://host.example/x)"
    )
    assert (reach.records, reach.unplaced) == (3, words)
    plan = plan_destruction(archive.ports, PLANNER, PROJECT, DAY, "expired", stores=archive.stores())
    assert plan.unplaced == words
    assert get_plan(archive.ports, OWNER, plan.id).plan == plan
    _, issued = run(archive)
    assert issued.content["holds_checked"]["words"].endswith(f"; held, and {words}")


def test_a_query_for_a_place_tells_of_what_it_cannot_be_compared_with(archive):
    archive.register("web", "https://host.example/x")
    archive.add("near")
    query = (f"store={archive.place.at}/*",)
    _, reach = issue_hold(archive.ports, OWNER, reason="a claim is threatened", project=PROJECT,
                          scope=HoldScope.QUERY, values=query, stores=archive.stores())  # fmt: skip
    assert reach.records == 1 and "one/web" in reach.unplaced


@pytest.mark.parametrize("way", ["the record", "the query"])
def test_a_query_for_a_place_reaches_what_is_registered_by_a_link(archive, tmp_path, way):
    (archive.root / "smith").mkdir()
    path = archive.add("smith/a", register=False)
    link = tmp_path / "data"
    link.symlink_to(archive.root)
    linked, real = f"file://{link}/smith", f"{archive.place.at}/smith"
    store, query = (linked, real) if way == "the record" else (real, linked)
    archive.place = replace(archive.place, at=store.removesuffix("/smith"))
    archive.register("a", f"{store}/a")
    _, reach = issue_hold(archive.ports, OWNER, reason="a claim is threatened", project=PROJECT,
                          scope=HoldScope.QUERY, values=(f"store={query}/*",), stores=archive.stores())  # fmt: skip
    assert reach.records == 1
    status, _ = run(archive)
    assert left(status)["a"][0] is Outcome.HELD and path.exists()


def test_stores_resolve_what_they_can(archive, server, tmp_path):
    place, put, root = server
    put("box/f", b"x")
    (root / "way").symlink_to("box")
    away = replace(place, name="away", at="sftp://nobody@127.0.0.1:1/srv")
    stores = DeclaredStores([place, away, archive.place])
    assert list(stores.resolve(f"{place.at}/way/f")) == [f"{place.at}/box/f"]
    for address in (f"{away.at}/x", "s3://bucket/key", "file:///a%00", place.at, "box:7"):
        assert list(stores.resolve(address)) == []
    assert list(stores.list_contents("box:7")) == list(stores.list_contents(f"file://{tmp_path}/none")) == []
    assert list(stores.list_contents("file:///a%00")) == []
    assert not stores.is_link("file:///a%00")
    with pytest.raises(RefusedError):
        list(stores.list_contents(f"{place.at}/a/../b"))
    stores.close()


@pytest.mark.parametrize(("line", "allowed"), [("", None), (", triggers: allowed", "allowed"), (", triggers: no", "")])
def test_a_store_of_rows_says_whether_triggers_may_run(tmp_path, line, allowed):
    path = tmp_path / "stores.yaml"
    path.write_text(f"stores: [{{name: t, at: 'rows://t', url_from: DB, table: t, key: k{line}}}]\n")
    if allowed == "":
        with pytest.raises(ContentError):
            load_stores(path)
    else:
        assert load_stores(path)[0].options.get("triggers") == allowed
