"""A database of version 1, as it was written, is brought to this version, or left alone where it does not verify."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from govern.audit import CHAIN_START, Checkpoint, TreeBuilder, chain_values, hash_leaf, seal_entry, sign_checkpoint
from govern.errors import StoreError, VerificationError
from govern.keys import FolderSigner, make_keys
from govern.store import open_database
from govern.store import upgrade as upgrading

ORIGIN = "log.example/govern"
BYTES = {"sqlite": "BLOB", "postgresql": "BYTEA"}
SERIAL = {"sqlite": "INTEGER NOT NULL PRIMARY KEY", "postgresql": "BIGSERIAL PRIMARY KEY"}
TABLES = """
CREATE TABLE govern_setting (key VARCHAR NOT NULL PRIMARY KEY, value VARCHAR NOT NULL);
CREATE TABLE govern_record (kind VARCHAR NOT NULL, id VARCHAR NOT NULL, version INTEGER NOT NULL, body {bytes} NOT NULL,
    digest VARCHAR NOT NULL, PRIMARY KEY (kind, id, version));
CREATE TABLE govern_outbox (seq {serial}, event {bytes} NOT NULL);
CREATE TABLE govern_entry (position BIGINT NOT NULL, data {bytes} NOT NULL, leaf_hash {bytes} NOT NULL,
    chain {bytes} NOT NULL, PRIMARY KEY (position));
CREATE TABLE govern_node (level INTEGER NOT NULL, position BIGINT NOT NULL, hash {bytes} NOT NULL,
    PRIMARY KEY (level, position));
CREATE TABLE govern_matter (matter VARCHAR NOT NULL PRIMARY KEY, seq INTEGER NOT NULL, position BIGINT NOT NULL);
CREATE TABLE govern_head (id INTEGER NOT NULL PRIMARY KEY, size BIGINT NOT NULL, root {bytes} NOT NULL,
    chain {bytes} NOT NULL, checkpoint {bytes} NOT NULL);
INSERT INTO govern_setting VALUES ('schema', '1')
"""


@pytest.fixture
def write_old(database_url, new_event, tmp_path, raw_database):
    """A function that writes a log of version 1, of so many entries in three matters."""
    make_keys(tmp_path / "keys", ORIGIN)
    signer = FolderSigner(tmp_path / "keys")

    def write(size):
        kind = database_url.partition(":")[0]
        execute = raw_database(database_url)
        for statement in TABLES.format(bytes=BYTES[kind], serial=SERIAL[kind]).split(";"):
            execute(statement)
        matters, entries = {}, []
        for number in range(size):
            matter = f"m{number % 3}"
            seq, previous = matters.get(matter, (-1, None))
            matters[matter] = (seq + 1, number)
            entries.append(seal_entry(new_event(number, matter=matter), seq + 1, previous, signer.key.key_id.hex()))
        leaves = [hash_leaf(data) for data in entries]
        chain = list(chain_values(leaves))
        tree = TreeBuilder()
        nodes = tree.extend(leaves)
        rows = zip(range(size), entries, leaves, chain, strict=True)
        for position, data, leaf, value in rows:
            values = {"position": position, "data": data, "leaf": leaf, "chain": value}
            execute("INSERT INTO govern_entry VALUES (:position, :data, :leaf, :chain)", **values)
        for level, position, node in nodes:
            if level:
                values = {"level": level, "position": position, "node": node}
                execute("INSERT INTO govern_node VALUES (:level, :position, :node)", **values)
        for matter, (seq, position) in matters.items():
            values = {"matter": matter, "seq": seq, "position": position}
            execute("INSERT INTO govern_matter VALUES (:matter, :seq, :position)", **values)
        note = sign_checkpoint(Checkpoint(ORIGIN, size, tree.root()), signer.key, signer.sign)
        end = chain[-1] if chain else CHAIN_START
        values = {"size": size, "root": tree.root(), "chain": end, "note": note}
        execute("INSERT INTO govern_head VALUES (1, :size, :root, :chain, :note)", **values)
        signer.remember(note)
        return entries

    return write


@pytest.fixture
def raw_database():
    """A function that gives a function that executes SQL on a database that is not opened by the store."""
    from sqlalchemy import create_engine

    engines = []

    def open_raw(url):
        engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
        engines.append(engine)

        def execute(statement, **values):
            with engine.begin() as connection:
                found = connection.execute(text(statement), values)
                return found.scalar() if found.returns_rows else found.rowcount

        return execute

    yield open_raw
    for engine in engines:
        engine.dispose()


@pytest.mark.parametrize("size", [0, 1, 15, 16, 40, 300])
def test_a_log_of_version_1_goes_on(
    write_old, database_url, open_store, new_event, check_sound, tmp_path, size, monkeypatch
):
    monkeypatch.setattr(upgrading, "PAGE", 37)
    entries = write_old(size)
    store = open_store(database_url.partition(":")[0], database_url, tmp_path)
    assert list(store.log.entries()) == entries
    check_sound(store, [f"event-{number}" for number in range(size)])
    store.emit(new_event("new", matter="m1"))
    store.log.sequence()
    check_sound(store, [f"event-{number}" for number in [*range(size), "new"]])
    again = open_store(database_url.partition(":")[0], database_url, tmp_path)
    check_sound(again, [f"event-{number}" for number in [*range(size), "new"]])


@pytest.mark.parametrize(
    ("statement", "where"),
    [
        ("UPDATE govern_entry SET data = :new WHERE position = 7", "entry 7"),
        ("UPDATE govern_entry SET leaf_hash = :new WHERE position = 7", "entry 7"),
        ("UPDATE govern_entry SET chain = :new WHERE position = 7", "entry 7"),
        ("DELETE FROM govern_entry WHERE position = 7", "entry 7"),
        ("DELETE FROM govern_entry WHERE position = 39", "head"),
        ("UPDATE govern_head SET root = :new", "head"),
        ("UPDATE govern_head SET size = 39", "head"),
        ("DELETE FROM govern_head", "head"),
    ],
)
def test_a_log_that_was_changed_is_left_as_it_is(write_old, database_url, raw_database, statement, where):
    write_old(40)
    execute = raw_database(database_url)
    assert execute(statement, **({"new": bytes(32)} if ":new" in statement else {})) == 1
    with pytest.raises(VerificationError, match="earlier version") as caught:
        open_database(database_url)
    assert caught.value.where == where
    assert execute("SELECT value FROM govern_setting WHERE key = 'schema'") == "1"
    assert execute("SELECT count(leaf_hash) FROM govern_entry") >= 39
    with pytest.raises(Exception, match="govern_entry_1"):
        execute("SELECT count(*) FROM govern_entry_1")


def test_of_several_that_open_it_at_once_one_brings_it_up(write_old, database_url, open_store, check_sound, tmp_path):
    write_old(200)

    def open_it(_):
        open_database(database_url).close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(open_it, range(4)))
    store = open_store(database_url.partition(":")[0], database_url, tmp_path)
    check_sound(store, [f"event-{number}" for number in range(200)])


@pytest.fixture
def write_version_2(sql_store, raw_database, new_event):
    """A function that writes a log of five entries as version 2 had it."""

    def write():
        sql_store.log.append([new_event(number, matter=f"m{number % 2}") for number in range(5)])
        execute = raw_database(sql_store.url)
        execute("ALTER TABLE govern_newest RENAME TO govern_matter")
        execute("UPDATE govern_setting SET value = '2' WHERE key = 'schema'")
        return execute

    return write


@pytest.mark.parametrize("create", [False, True])
def test_a_log_of_version_2_goes_on(write_version_2, sql_store, open_store, new_event, check_sound, create):
    execute = write_version_2()
    store = open_store(sql_store.kind, sql_store.url, sql_store.folder, create=create)
    store.log.append([new_event(5, matter="m0")])
    check_sound(store, [f"event-{number}" for number in range(6)])
    assert execute("SELECT value FROM govern_setting WHERE key = 'schema'") == "3"
    with pytest.raises(Exception, match="govern_matter"):
        execute("SELECT count(*) FROM govern_matter")


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_who_may_only_read_reads_a_log_of_version_2(write_version_2, sql_store, open_store, new_event):
    execute = write_version_2()
    execute("DROP ROLE IF EXISTS govern_reader")
    execute("CREATE ROLE govern_reader LOGIN")
    try:
        execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO govern_reader")
        url = sql_store.url.replace("//govern@", "//govern_reader@")
        store = open_store(sql_store.kind, url, sql_store.folder)
        assert len(list(store.log.entries())) == 5
        with pytest.raises(StoreError, match="of an earlier version"):
            store.log.append([new_event(5)])
        assert execute("SELECT value FROM govern_setting WHERE key = 'schema'") == "2"
    finally:
        execute("DROP OWNED BY govern_reader")
        execute("DROP ROLE govern_reader")


def test_a_newer_version_is_refused(sql_store, raw_database):
    raw_database(sql_store.url)("UPDATE govern_setting SET value = '4' WHERE key = 'schema'")
    with pytest.raises(StoreError, match="version 4, this govern knows 3"):
        open_database(sql_store.url)
