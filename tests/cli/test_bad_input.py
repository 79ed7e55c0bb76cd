"""Bad input: one clear message in the form of the design, the right exit status, no traceback, nothing half-written."""

import os
import re
from itertools import pairwise
from pathlib import Path

import pytest

from govern.cli.terminal import clean

HEAD = 'project: one\ntitle: "A project"\n'


@pytest.fixture
def project_file(tmp_path):
    """A function that writes a project file, of text or bytes."""

    def write(data):
        path = tmp_path / "p.yaml"
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path

    return write


# --- usage: 2


@pytest.mark.parametrize("words", [
    ("nonsense",), ("check",), ("check", "a", "b"), ("check", "hospital-ct", "--format", "xml"),
    ("check", "hospital-ct", "--nonsense"), ("retention", "schedule", "hospital-ct", "--format", "xml"),
    ("ask", "hospital-ct", "--list", "--format", "xml"), ("ask", "hospital-ct", "--list", "--limit", "0"),
    ("log", "show", "first"), ("log", "show", "-1"), ("log", "list", "--last", "0"), ("log", "prove", "1"),
    ("draft", "hospital-ct", "--clean", "maybe"), ("project", "set", "hospital-ct"), (),
])  # fmt: skip
def test_a_wrong_command_is_status_2(govern, ws, words):
    result = govern(*words)
    assert result.status == 2
    assert "Traceback" not in result.out + result.err
    assert "Usage: govern" in result.out + result.err


# --- authored files: 3

BAD_FILES = {
    "not there": (None, "there is no file", "p.yaml"),
    "empty": ("", "expected a mapping, found nothing"),
    "a list": ("- a\n", "expected a mapping, found a list"),
    "not YAML": ("project: [one\n", "this is not YAML"),
    "a tab": ("project:\n\t- x\n", "this is not YAML"),
    "a colon": (HEAD + "facts:\n  a.b: one: two\n", "in quotes"),
    "not UTF-8": (HEAD.encode() + b"summary: caf\xe9\nfacts: {}\n", "is not UTF-8", "p.yaml:3"),
    "UTF-16": (HEAD.encode("utf-16"), "is not UTF-8"),
    "zeros": (bytes(1000), "not allowed"),
    "duplicate keys": (HEAD + "title: again\nfacts: {}\n", "is there twice", "p.yaml:3:1"),
    "a duplicate fact": (HEAD + "facts:\n  data.phi: true\n  data.phi: false\n", "is there twice", "p.yaml:5:3"),
    "an alias bomb": (
        "a: &a [x, x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}, *{a}]\n" for a, b in pairwise("abcdefghi")),
        "are not read",
    ),
    "a merge key": (HEAD + "facts:\n  <<: {}\n", "merge keys"),
    "a tag": (HEAD + "facts: !!python/object/apply:os.system [true]\n", "are not read"),
    "deep": (HEAD + "facts: " + "[" * 50_000, "nest"),
    "deep mappings": ("a: {" * 10_000, "nested more than"),
    "two documents": (HEAD + "facts: {}\n---\nproject: two\n", "one document"),
    "a path as id": ('project: ../x\ntitle: "A project"\nfacts: {}\n', "../x", "p.yaml:1:1"),
    "an absolute path as id": ('project: /etc/passwd\ntitle: "A project"\nfacts: {}\n', "/etc/passwd"),
    "an id of two lines": ('project: "one\\ntwo"\ntitle: "A project"\nfacts: {}\n', "project"),
    "an id with a line feed": ('project: "one\\n"\ntitle: "A project"\nfacts: {}\n', "`one\\n`"),
    "no title": ("project: one\nfacts: {}\n", "`title` is missing"),
    "no facts": (HEAD, "`facts` is missing"),
    "no value of facts": (HEAD + "facts:\n", "has no value"),
    "facts in a list": (HEAD + "facts: [a]\n", "must be a mapping"),
    "a fact without a value": (HEAD + "facts:\n  data.phi:\n", "has no value", "p.yaml:4"),
    "an unknown key": (HEAD + "facts: {}\nfact: {}\n", "`fact` is not known here", "did you mean `facts`"),
    "an unknown key of an answer": (HEAD + "facts:\n  data.phi: {value: true, sourc: x}\n", "did you mean `source`"),
    "evidence that is no list": (HEAD + "facts:\n  data.phi: {value: true, evidence: x}\n", "must be a list"),
    "a date that is none": (HEAD + "facts:\n  data.phi: {value: true, recorded_on: 2026-02-30}\n", "is not a date"),
    "a number as date": (HEAD + "facts:\n  data.phi: {value: true, recorded_on: 7}\n", "a date such as"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_wrong_project_file_is_status_3(govern, ws, refused, sound, project_file, tmp_path, name):
    data, *words = BAD_FILES[name]
    path = tmp_path / "p.yaml" if data is None else project_file(data)
    refused(govern("project", "import", path), 3, *words)
    assert govern("project", "list").out.count("\n") == 1
    sound(ws)


def test_all_problems_of_a_file_are_named_at_once(govern, ws, refused, project_file):
    path = project_file("project: One\ntitle: x\nfacts:\n  data.phi: {value: true, sourc: x}\nextra: 1\n")
    result = refused(govern("project", "import", path), 3)
    assert len(re.findall(r"^error: .*p\.yaml:\d+:\d+: ", result.err, re.MULTILINE)) >= 3


def test_an_enormous_file_is_refused_at_once(govern, ws, refused, tmp_path):
    with (tmp_path / "big.yaml").open("wb") as file:
        file.truncate(100 * 1024 * 1024)  # sparse
    refused(govern("project", "import", tmp_path / "big.yaml"), 3, "is larger than")
    refused(govern("project", "import", "/dev/zero"), 3, "`/dev/zero` cannot be read: it is not a file")


def test_a_file_of_too_many_values_is_refused(govern, ws, refused, project_file):
    many = HEAD + "facts:\n" + "".join(f"  a.b{number}: 1\n" for number in range(200_000))
    refused(govern("project", "import", project_file(many)), 3, "more than")


@pytest.mark.parametrize("path", [".", "/", "/nowhere/p.yaml", "x" * 5000, "/dev/null/x"])
def test_a_path_that_cannot_be_read_is_status_3(govern, ws, refused, path):
    refused(govern("project", "import", path), 3)


def test_an_unknown_pack_document_and_obligation_are_status_3(govern, ws, refused):
    refused(govern("check", "hospital-ct", "--pack", "gdpe"), 3, "gdpe", "did you mean `gdpr`")
    refused(govern("draft", "hospital-ct", "--document", "dpo", "--out", "x.md"), 3, "`dpo`", "dpa")
    refused(govern("explain", "hospital-ct", "GDPR-28.3.aa"), 3, "did you mean `GDPR-28.3.a`")
    assert not Path("x.md").exists()


# --- facts: 4

BAD_FACTS = {
    "unknown": ("vendor.contry: IN", "there is no fact `vendor.contry`", "did you mean `vendor.country`"),
    "a boolean in words": ('data.phi: "yes"', "expected true or false"),
    "a number for a boolean": ("data.phi: 1", "expected true or false"),
    "a country in words": ("vendor.country: India", "two-letter"),
    "a word for a number": ("contract.deletion_days: many", "a whole number"),
    "an enormous number": ("contract.deletion_days: 99999999999999999", "`contract.deletion_days` cannot be"),
    "a negative number": ("contract.deletion_days: -1", "at least"),
    "not a choice": ("data.state: identifed", "did you mean `identified`"),
    "a word for a set": ("data.categories: name", "a list of words"),
    "a nested set": ("data.categories: [[name]]", "data.categories"),
    "a mapping for a set": ("data.categories: {name: true}", "data.categories"),
    "not a date": ("contract.end_date: soon", "a date such as"),
    "a word for records": ("vendor.subprocessors: none", "a list of records"),
    "a record of other fields": ("vendor.subprocessors: [{nam: x}]", "each record has"),
    "a nested record": ("vendor.subprocessors: [{name: [x]}]", "each record has"),
    "a map of no countries": ("transfer.mechanism: {India: scc}", "transfer.mechanism"),
    "a map in a map": ("transfer.mechanism: {IN: {a: b}}", "transfer.mechanism"),
    "a text of a million characters": (f"contract.courts: {'x' * 1_000_000}", "at most"),
    "a list for a text": ("contract.courts: [Munich]", "expected text"),
}


@pytest.mark.parametrize("name", BAD_FACTS)
def test_a_wrong_fact_is_status_4(govern, ws, refused, sound, project_file, name):
    line, *words = BAD_FACTS[name]
    result = refused(govern("project", "import", project_file(f"{HEAD}facts:\n  {line}\n")), 4, "p.yaml:4:", *words)
    assert len(result.err) < 1000
    assert "one " not in govern("project", "list").out
    sound(ws)


@pytest.mark.parametrize(("fact", "words"), [
    ("vendor.contry=IN", ["did you mean `vendor.country`"]), ("vendor.country=Indja", ["did you mean `India`"]),
    ("vendor.country", ["is not FACT=VALUE"]), ("data.phi=perhaps", ["yes or no"]),
    ("contract.deletion_days=many", ["a whole number"]), ("contract.deletion_days=-4", ["at least"]),
    (f"contract.deletion_days={'9' * 5000}", ["deletion_days"]), ("contract.end_date=soon", ["a date such as"]),
    ("data.state=identifed", ["did you mean `identified`"]),
    ("transfer.mechanism=IN", ["country=choice"]), ("transfer.mechanism=India=sccs", ["`sccs`"]),
    ("contract.courts=\udcff", ["is not UTF-8 text"]), ("contract.courts=e\u0301", ["Normalization Form C"]),
])  # fmt: skip
def test_a_wrong_answer_is_status_4(govern, ws, refused, sound, fact, words):
    refused(govern("project", "set", "hospital-ct", "data.under16=yes", fact), 4, *words)
    assert "version 1 " in govern("project", "list").out  # the good one beside it was not kept either
    sound(ws)


@pytest.mark.parametrize("number", ["nan", "inf", "-inf", "1e999", "1e400000000", "--1", "٣٣"])
def test_a_number_that_is_none_is_never_kept(govern, ws, number):
    from govern.kernel import Kind
    from govern.library.content import Content
    from govern.library.places import content_places

    for spec in Content(content_places()).vocabulary():
        if spec.kind in (Kind.DECIMAL, Kind.INTEGER):
            result = govern("project", "set", "hospital-ct", f"{spec.id}={number}")
            assert result.status == 4 or number == "٣٣", (spec.id, result)
            assert "Traceback" not in result.err
            break


@pytest.mark.parametrize("day", ["soon", "2026-02-30", "", "2026-13-01", "999999-01-01"])
def test_a_wrong_date_is_status_4(govern, ws, refused, day):
    for words in (("check", "hospital-ct"), ("retention", "schedule", "hospital-ct"), ("ask", "hospital-ct")):
        refused(govern(*words, "--as-of", day), 4, "--as-of", "like 2026-11-24")


@pytest.mark.parametrize("day", ["0001-01-01", "1582-10-15", "9999-12-31"])
def test_the_ends_of_the_calendar(govern, ws, day):
    """A day on which no law is in force yet, or on which all facts have lapsed."""
    for words in (
        ("check", "hospital-ct"),
        ("retention", "schedule", "hospital-ct"),
        ("draft", "hospital-ct", "--document", "dpa", "--force", "--out", "d.md"),
    ):
        result = govern(*words, "--as-of", day)
        assert result.status in (0, 1), (words, result.err)


def test_facts_at_the_end_of_the_calendar(govern, ws):
    """Periods that would end after the year 9999."""
    ends = ["contract.end_date=9999-12-31", "contract.effective_date=0001-01-01", "vendor.soc2_period_end=9999-12-31"]
    assert govern("project", "set", "hospital-ct", *ends).status == 0
    for words in (("check", "hospital-ct"), ("retention", "schedule", "hospital-ct")):
        result = govern(*words)
        assert result.status in (0, 1), result.err


def test_answers_that_are_not_text_are_asked_again(govern, ws):
    result = govern("ask", "hospital-ct", stdin=b"\xff\xfe\nstop\n")
    assert (result.status, result.err) == (0, "")


# --- what is not there: 7


def test_an_unknown_project_is_status_7(govern, ws, refused, sound):
    hint = "did you mean `hospital-ct`?"
    for words in (
        ("check", "hospital-tc"), ("explain", "hospital-tc", "GDPR-28.3.a"), ("ask", "hospital-tc"),
        ("draft", "hospital-tc", "--document", "dpa", "--out", "x.md"), ("project", "show", "hospital-tc"),
        ("project", "export", "hospital-tc", "--out", "x.yaml"), ("project", "set", "hospital-tc", "data.phi=yes"),
        ("retention", "schedule", "hospital-tc"),
    ):  # fmt: skip
        refused(govern(*words), 7, "there is no project `hospital-tc`", hint)
    assert not Path("x.md").exists()
    assert not Path("x.yaml").exists()
    sound(ws)


@pytest.mark.parametrize("project", ["../x", "/etc/passwd", "", "%", "' OR 1=1 --", "a\nb", "\udcff", "x" * 100_000])
def test_a_project_of_any_name_is_just_not_there(govern, ws, refused, project):
    refused(govern("check", project), 7)


def test_an_entry_beyond_the_end_is_status_7(govern, ws, refused):
    refused(govern("log", "show", "99"), 7, "there is no entry `99`", "0 to 1")
    refused(govern("log", "show", str(10**30)), 7)
    refused(govern("log", "prove", "99", "--out", "p"), 7)
    assert not Path("p").exists()


def test_no_workspace_is_status_7(govern, refused, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    refused(govern("project", "list"), 7, "there is no workspace here", "govern init")
    for name in (str(tmp_path), "/nowhere", "~nobody-here/x", "x" * 5000, "/dev/null"):
        monkeypatch.setenv("GOVERN_WORKSPACE", name)
        refused(govern("project", "list"), 7, "GOVERN_WORKSPACE", "is not a workspace")


def test_a_second_init_is_status_7(govern, ws, refused):
    refused(govern("init", ws), 7, "there is a workspace here already")
    refused(govern("init", ws / "govern.yaml"), 7)
    refused(govern("init", "/dev/null/x"), 7)


def test_a_folder_that_is_gone_is_status_7(govern, refused, tmp_path, monkeypatch):
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    refused(govern("project", "list"), 7)
    monkeypatch.chdir(tmp_path)


def test_init_refuses_names_that_the_log_cannot_have(govern, refused, tmp_path):
    for origin in ("https://example.org/log", "log", ""):
        refused(govern("init", tmp_path / "ws", "--origin", origin), 3)
    for actor in ("Jane Doe", "jane@example.org", ""):
        refused(govern("init", tmp_path / "ws", "--actor", actor), 3)
    assert not (tmp_path / "ws").exists()


@pytest.mark.parametrize(("text", "words"), [
    ("", ["`origin` is missing"]), ("origin: 7\n", ["`origin` is missing"]), ("origin: x\n", ["not a name for a log"]),
    ("origin: a.b/c\nrole: []\n", ["`role` is not a setting", "govern.yaml:2"]),
    ("origin: a.b/c\nplanner_may_approve: 1\n", ["`planner_may_approve` is true or false", "govern.yaml:2"]),
    ("origin: a.b/c\nroles: [king]\n", ["`roles` is a list of roles"]), ("origin: a.b/c\nroles: [[a]]\n", ["roles"]),
    ("origin: a.b/c\nroles: [{a: b}]\n", ["roles"]), ("origin: a.b/c\nactor: Jane Doe\n", ["is not an id of an actor"]),
    ("origin: a.b/c\norigin: a.b/d\n", ["is there twice"]), ("[", ["this is not YAML"]),
])  # fmt: skip
def test_wrong_settings_are_status_3(govern, ws, refused, text, words):
    (ws / "govern.yaml").write_text(text)
    refused(govern("check", "hospital-ct"), 3, *words)


def test_another_origin_than_the_keys_is_refused(govern, ws, refused):
    (ws / "govern.yaml").write_text("origin: other.example/log\n")
    refused(govern("check", "hospital-ct"), 5, "other.example/log")


@pytest.mark.parametrize(("name", "value"), [
    ("GOVERN_ACTOR", "Jane Doe"), ("GOVERN_DATABASE_TIMEOUT", "soon"), ("GOVERN_DATABASE_TIMEOUT", "-1"),
    ("GOVERN_DATABASE_TIMEOUT", "nan"),
])  # fmt: skip
def test_a_wrong_environment_is_status_3(govern, ws, refused, monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    refused(govern("project", "list"), 3, value)


@pytest.mark.parametrize("url", [
    "nonsense", "://", "mysql://x/y", "sqlite:////nowhere/govern.db", "postgresql://nobody@127.0.0.1:1/x",
    "postgresql://nobody@127.0.0.1:port/x", "postgresql://[/x", "oracle+nothing://x",
])  # fmt: skip
def test_a_wrong_database_url_is_status_7(govern, ws, refused, monkeypatch, url):
    monkeypatch.setenv("GOVERN_DATABASE_URL", url)
    monkeypatch.setenv("GOVERN_DATABASE_TIMEOUT", "1")
    refused(govern("project", "list"), 7)


def test_a_server_of_no_such_name_is_said_so_without_the_password(govern, ws, refused, monkeypatch):
    pytest.importorskip("psycopg")
    monkeypatch.setenv("GOVERN_DATABASE_URL", "postgresql://u:s3cret@[bad/x")
    found = refused(govern("project", "list"), 7, "is GOVERN_DATABASE_URL right?")
    assert "s3cret" not in found.err


def test_a_database_that_is_not_there_is_not_made(govern, ws, refused, monkeypatch, tmp_path):
    monkeypatch.setenv("GOVERN_DATABASE_URL", f"sqlite:///{tmp_path / 'other.db'}")
    refused(govern("project", "list"), 7)
    assert not (tmp_path / "other.db").exists()


# --- refusals: 6


def test_files_are_not_overwritten(govern, ws, refused):
    Path("there.md").write_text("mine")
    for words in (
        ("check", "hospital-ct", "--format", "markdown"), ("project", "export", "hospital-ct"), ("log", "checkpoint"),
        ("draft", "hospital-ct", "--document", "dpa"), ("log", "prove", "0"),
    ):  # fmt: skip
        refused(govern(*words, "--out", "there.md"), 6, "is there already", "--force")
        if words[0] != "draft":
            refused(govern(*words, "--out", "keys"), 6, "is a folder")
    assert Path("there.md").read_text() == "mine"
    assert govern("project", "export", "hospital-ct", "--out", "there.md", "--force").status == 0
    refused(govern("draft", "hospital-ct", "--document", "dpa", "--out", "x.txt"), 6, "is not a format")


def test_an_export_needs_a_new_folder(govern, ws, refused, tmp_path, monkeypatch):
    refused(govern("log", "export", "keys"), 6, "is not empty")
    refused(govern("log", "export", "govern.yaml"), 6, "is not a folder")
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv("GOVERN_WORKSPACE", str(ws))
    monkeypatch.chdir(tmp_path / "empty")
    refused(govern("log", "export", "."), 6)
    refused(govern("log", "export", "/dev/null/x"), 7)
    refused(govern("log", "export", "/proc/x"), 7)
    assert govern("log", "export", tmp_path / "empty").status == 0


def test_a_role_that_may_not_is_refused(govern, ws, refused):
    (ws / "govern.yaml").write_text("origin: log.example/govern\nactor: a-7\nroles: [auditor]\n")
    refused(govern("project", "set", "hospital-ct", "data.phi=yes"), 6, "`a-7` may not change facts", "counsel")
    refused(govern("draft", "hospital-ct", "--document", "dpa", "--out", "x.md"), 6, "may not draft contract")
    assert not Path("x.md").exists()
    assert govern("check", "hospital-ct").status == 1


def test_an_unwritable_place_for_a_report_is_refused(govern, ws, refused, sound):
    for place in ("/proc/x.md", "/dev/null/x.md", "y" * 300 + ".md", "/" + "y" * 5000 + ".md"):
        for words in (("check", "hospital-ct", "--format", "markdown"), ("draft", "hospital-ct", "--document", "dpa")):
            refused(govern(*words, "--out", place), 7)
    sound(ws)


# --- paths that leave the workspace


def own(ws, name, text):
    path = ws / "content" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


OWN_FACT = """\
own.fact:
  type: boolean
  meta: {kind: boolean, group: Own, question: Is it ours?}
"""


def test_an_organisations_own_fact_is_read(govern, ws):
    own(ws, "schemas/facts/own.yaml", OWN_FACT)
    assert govern("project", "set", "hospital-ct", "own.fact=yes").status == 0
    assert "own.fact = yes" in govern("project", "show", "hospital-ct").out


@pytest.mark.parametrize("link", ["schemas/facts/own.yaml", "schemas/facts", "schemas", "schemas/terms.yaml"])
def test_content_that_is_a_link_out_of_the_workspace_is_refused(govern, ws, refused, tmp_path, link):
    outside = tmp_path / "outside"
    outside.mkdir()
    target = outside
    if link == "schemas/facts/own.yaml":
        target = outside / "own.yaml"
        target.write_text(OWN_FACT)
    elif link == "schemas/facts":
        (outside / "own.yaml").write_text(OWN_FACT)
    elif link == "schemas":
        (outside / "facts").mkdir()
        (outside / "facts" / "own.yaml").write_text(OWN_FACT)
    else:
        target = outside / "terms.yaml"
        target.write_text("[]\n")
    place = ws / "content" / link
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(target)
    refused(govern("check", "hospital-ct"), 3, "leaves the workspace")


def test_a_link_within_the_organisations_content_is_read(govern, ws):
    own(ws, "schemas/facts/one.yaml", OWN_FACT)
    (ws / "content/schemas/two").mkdir()
    (ws / "content/schemas/facts/one.yaml").rename(ws / "content/schemas/two/one.yaml")
    (ws / "content/schemas/facts/one.yaml").symlink_to("../two/one.yaml")
    assert govern("project", "set", "hospital-ct", "own.fact=yes").status == 0


@pytest.mark.parametrize(("name", "text", "words"), [
    ("schemas/facts/own.yaml", "own.fact: nonsense\n", ["own.fact", "schemas/facts/own.yaml:1"]),
    ("schemas/facts/own.yaml", "own.fact: {meta: {kind: bolean}}\n", ["did you mean `boolean`"]),
    ("schemas/facts/own.yaml", "- a\n", ["expected a mapping"]),
    ("schemas/facts/own.yaml", "data.phi: {type: boolean, meta: {kind: boolean, group: G, question: Q?}}\n", ["twice"]),
    ("rules/own/pack.yaml", "id: own\n", ["is missing"]),
    ("rules/own/readme.yaml", "a: b\n", ["is not a file of a pack"]),
    ("rules/gdpr/definitions.yaml", "- id: x\n", ["is missing"]),
    ("rules/gdpr/retention.yaml", "nonsense\n", ["expected a list"]),
    ("schemas/terms.yaml", "nonsense\n", []), ("schemas/terms.yaml", "- {id: x}\n", []),
    ("clause_library/documents/own.yaml", "id: own\n", []), ("clause_library/clauses/own.md", "no front matter", []),
    ("schemas/countries.yaml", "- a\n", []),
])  # fmt: skip
def test_wrong_content_of_an_organisation_is_status_3(govern, ws, refused, sound, name, text, words):
    own(ws, name, text)
    words = words or [name]
    command = ("draft", "hospital-ct", "--document", "dpa", "--out", "x.md")
    if "clause" not in name and "countries" not in name:
        command = ("check", "hospital-ct") if "retention" not in name else ("retention", "schedule", "hospital-ct")
    refused(govern(*command), 3, *words)
    assert not Path("x.md").exists()
    sound(ws)


@pytest.mark.parametrize("what", ["a link to a file", "a link to a folder", "a pipe", "a folder's link loop"])
def test_an_exported_log_has_only_files(govern, ws, refused, tmp_path, what):
    folder = tmp_path / "export"
    assert govern("log", "export", folder).status == 0
    tile = folder / "tile" / "entries" / "000.p" / "2"
    if what == "a link to a file":
        tile.rename(tmp_path / "moved")
        tile.symlink_to(tmp_path / "moved")
    elif what == "a link to a folder":
        (folder / "tile").rename(tmp_path / "moved")
        (folder / "tile").symlink_to(tmp_path / "moved")
    elif what == "a pipe":
        tile.unlink()
        os.mkfifo(tile)
    else:
        (folder / "bodies").symlink_to(folder)
    refused(govern("log", "verify", folder), 5, "is not a regular file")


def test_verify_of_something_else_is_refused(govern, ws, refused, tmp_path):
    refused(govern("log", "verify", "/nowhere"), 7, "is not a folder")
    refused(govern("log", "verify", "govern.yaml"), 7, "is not a folder")
    (tmp_path / "empty").mkdir()
    refused(govern("log", "verify", tmp_path / "empty"), 5, "missing")
    refused(govern("log", "verify", tmp_path / "empty", "--key", "nonsense"), 4)


# --- texts of others


def test_no_text_of_others_commands_the_terminal(govern, ws, project_file):
    """A title may come from somebody who wants to rename the window, or to paint a gap as met."""
    path = project_file('project: one\ntitle: "Red \\e[31m and \\e]0;mine\\a"\nfacts: {data.is_personal: true}\n')
    assert govern("project", "import", path).status == 0
    (ws / "facts.csv").write_bytes(b"project,title\none,\x1b[31mred\n")

    for words in (
        ("check", "one", "--pack", "coppa"),
        ("project", "list"),
        ("portfolio", "check", "facts.csv", "--by", "title", "--pack", "coppa"),
    ):
        shown = govern(*words).out
        assert "31m" in shown
        assert not set(shown) & set("\x1b\x07")

    govern("check", "one", "--pack", "coppa", "--out", "check.txt")
    assert "\x1b" not in (ws / "check.txt").read_text(encoding="utf-8")


def test_colours_of_our_own_stay():
    assert clean("\x1b[1mbold\x1b[0m \x1b]0;x\x07\x9b\ttab\n", keep_style=True) == "\x1b[1mbold\x1b[0m  ]0;x  \ttab\n"
    assert clean("\x1b[1mbold") == " [1mbold"
    assert clean("plain é") == "plain é"


# --- what is no file, and a terminal that is none


@pytest.mark.parametrize(
    "words",
    [
        ("project", "import"), ("portfolio", "check"), ("review", "--as", "dpa"), ("log", "verify-bundle"),
        ("retention", "import", "hospital-ct"), ("draft", "--out", "x.docx", "--locked"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_a_pipe_is_not_waited_for(govern, ws, refused, words):
    os.mkfifo("pipe.csv")
    result = govern(*words, "pipe.csv")
    refused(result, result.status, "`", "cannot be read: it is not a file")
    assert result.status in (3, 7)


def test_a_pipe_is_not_overwritten(govern, ws, refused):
    os.mkfifo("pipe.json")
    for more in ((), ("--force",)):
        refused(
            govern("check", "hospital-ct", "--out", "pipe.json", *more), 6, "`pipe.json` is not a file", "leave it out"
        )
    assert Path("pipe.json").is_fifo()


@pytest.mark.parametrize("columns", ["abc", "5", "0", "-3", "9" * 50, "²"])
def test_a_width_that_is_none_is_left_alone(govern, ws, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    for words in (("check", "hospital-ct"), ("ask", "hospital-ct", "--list")):
        said = govern(*words)
        assert (said.status in (0, 1), said.err) == (True, "")
        assert 38 <= max(map(len, said.out.splitlines())) <= 140


@pytest.mark.parametrize(
    ("words", "closed", "status", "said"),
    [
        (("check", "hospital-ct"), ">&-", 7, "error: the output cannot be written: bad file descriptor"),
        (("ask", "hospital-ct"), ">&-", 7, "error: the output cannot be written: bad file descriptor"),
        (("ask", "hospital-ct"), "<&-", 0, "Kept. Go on with the same command."),
        (("contracts", "fill", "hospital-ct", "dpa"), "<&-", 0, "signatory of the vendor"),
        (("person", "add", "x-1", "--name", "-"), "<&-", 4, "error: there is no line for `name` in the input"),
        (("project", "list"), "2>&-", 0, "hospital-ct"),
        (("check", "no-such"), "2>&-", 7, ""),
        (("project", "list"), ">&- 2>&- <&-", 7, ""),
    ],
    ids=str,
)
def test_a_closed_stream_is_no_traceback(ws, outside, sound, words, closed, status, said):
    found = outside(*words, prefix=("sh", "-c", f'exec "$@" {closed}', "sh"), folder=ws)
    assert (found.status, "Traceback" in found.out + found.err) == (status, False), found
    assert said in found.out + found.err
    sound(ws)


def test_an_answer_that_is_not_text_is_refused_in_the_readers_words(govern, ws, refused):
    found = govern("project", "set", "hospital-ct", "client.name=a\udcff")
    refused(found, 4, "the answer to `client.name` is not UTF-8 text")


def test_an_overlay_that_says_nothing_is_refused(govern, ws, refused):
    (ws / "content" / "schemas" / "facts").mkdir(parents=True)
    (ws / "content" / "schemas" / "facts" / "own.yaml").write_text("{}\n")
    refused(govern("check", "hospital-ct"), 3, "expected a mapping of facts", "or remove the file")


def test_nothing_turns_a_line_round():
    for letter in "\u2028\u2029\u202a\u202e\u2066\u2069":
        assert clean(f"pay {letter}0001") == clean(f"pay {letter}0001", keep_style=True) == "pay  0001"
    assert clean("שלום\u200f é") == "שלום\u200f é"
