"""The way of a user, from an empty folder to a verified log, and the exit statuses on it."""

import json
import zipfile
from pathlib import Path

import pytest

from govern.audit import check_proof, parse_verifier_key

HOSPITAL = Path(__file__).parent.parent.parent / "examples" / "hospital-ct" / "project.yaml"


def test_init_makes_a_workspace_that_signs(govern, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = govern("init", "ws", "--origin", "example.org/log", "--actor", "officer-1")
    assert (made.status, made.err) == (0, "")
    assert f"workspace: {tmp_path / 'ws'}\ndatabase:  SQLite\nlog key:   example.org/log+" in made.out
    assert (tmp_path / "ws/keys").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "ws/keys/log.key").stat().st_mode & 0o777 == 0o600

    monkeypatch.chdir(tmp_path / "ws")
    assert "example.org/log, 1 entries" in govern("log", "verify").out
    assert json.loads(govern("log", "show", "0").out.partition("\nleaf hash")[0])["actor"] == "officer-1"
    assert govern("project", "list").out == "no projects yet: govern project import FILE\n"


def test_init_in_the_current_folder(govern, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert govern("init").status == 0
    assert (tmp_path / "govern.yaml").is_file()


@pytest.mark.parametrize("name", ["a?b", "a%20b", "a#b", "a b", "ü", "a'b", "sqlite:"])
def test_a_workspace_may_have_any_name(govern, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    assert govern("init", name).status == 0
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert sorted(path.name for path in (tmp_path / name).iterdir()) == ["govern.db", "govern.yaml", "keys"]
    monkeypatch.chdir(tmp_path / name)
    assert govern("log", "verify").status == 0


def test_an_init_that_was_interrupted_is_completed(govern, tmp_path, monkeypatch):
    assert govern("init", tmp_path / "ws").status == 0
    (tmp_path / "ws" / "govern.yaml").unlink()
    assert govern("init", tmp_path / "ws").status == 0
    monkeypatch.chdir(tmp_path / "ws")
    assert "1 entries" in govern("log", "verify").out


def test_the_workspace_is_found_from_below_and_by_the_environment(govern, ws, monkeypatch, tmp_path):
    (ws / "a" / "b").mkdir(parents=True)
    monkeypatch.chdir(ws / "a" / "b")
    assert "hospital-ct" in govern("project", "list").out
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GOVERN_WORKSPACE", str(ws))
    assert "hospital-ct" in govern("project", "list").out


def test_a_project_goes_in_and_out(govern, ws, tmp_path):
    same = govern("project", "import", HOSPITAL)
    assert (same.status, same.out.split(",")[0]) == (0, "hospital-ct: version 1")
    assert govern("project", "export", "hospital-ct", "--out", tmp_path / "p.yaml").status == 0
    assert govern("project", "export", "hospital-ct").out == (tmp_path / "p.yaml").read_text()
    assert "version 1," in govern("project", "import", tmp_path / "p.yaml").out  # what was written reads as the same
    dry = govern("project", "import", HOSPITAL, "--dry-run")
    assert dry.out == "hospital-ct: change, 0 facts would change\n"
    assert "vendor.country" in govern("project", "show", "hospital-ct").out


def test_facts_are_set_and_taken_back(govern, ws):
    done = govern("project", "set", "hospital-ct", "data.under16=yes", "contract.courts=Munich", "--source", "a call")
    assert (done.status, done.out.split(",")[0]) == (0, "hospital-ct: version 2")
    assert "data.under16 = yes  (a call)" in govern("project", "show", "hospital-ct").out
    govern("project", "set", "hospital-ct", "data.under16=")
    assert "data.under16 =" not in govern("project", "show", "hospital-ct").out


def test_a_check_of_today_is_of_todays_law_and_facts(govern, ws):
    assert "Law and facts of " in govern("check", "hospital-ct", "--pack", "coppa").out


def test_check_reports_gaps_with_status_1_and_records_itself(govern, ws, tmp_path):
    table = govern("check", "hospital-ct", "--as-of", "2026-11-24")
    assert (table.status, table.err) == (1, "")
    assert "Law of 2026-11-24, facts of 20" in table.out  # nothing was recorded by that day
    assert ", for none were recorded by then." in table.out
    assert "GAP critical" in table.out
    assert "GDPR-28.3.a" in table.out

    as_json = govern("check", "hospital-ct", "--format", "json")
    assert as_json.status == 1
    json.loads(as_json.out)
    markdown = govern("check", "hospital-ct", "--format", "markdown", "--out", tmp_path / "r.md")
    assert markdown.out == f"written: {tmp_path / 'r.md'}\n"
    assert (tmp_path / "r.md").read_text().startswith("#")
    assert govern("log", "list").out.count("assessment.saved") == 3


def test_check_of_one_pack(govern, ws):
    one = govern("check", "hospital-ct", "--pack", "gdpr")
    assert "GDPR-28.3.a" in one.out
    assert "HIPAA" not in one.out


def test_check_exits_0_where_all_is_met(govern, ws):
    """A law that does not apply has neither gaps nor open findings."""
    assert govern("check", "hospital-ct", "--pack", "ccpa").status == 0


def test_explain_says_why_in_english(govern, ws):
    found = govern("explain", "hospital-ct", "GDPR-28.3.a")
    assert found.status == 0
    assert "Does it apply?  yes" in found.out
    assert "where they come from" in found.out
    assert "assessment" not in govern("log", "list").out  # it only reads


def test_ask_is_left_and_resumed(govern, ws):
    first = govern("ask", "hospital-ct", stdin="nonsense\nwhy\nskip\nstop\n")
    assert first.status == 0
    assert "is not" in first.out
    assert "It may settle:" in first.out
    assert first.out.endswith("Kept. Go on with the same command.\n")
    rows = json.loads(govern("ask", "hospital-ct", "--list", "--format", "json", "--limit", "500").out)
    before = rows["total"]
    assert before == len(rows["questions"]) > 3

    answered = govern("ask", "hospital-ct", stdin=_answer(govern, rows["questions"][0]["fact"]) + "\n")
    assert answered.status == 0
    after = json.loads(govern("ask", "hospital-ct", "--list", "--format", "json").out)
    assert rows["questions"][0]["fact"] not in [each["fact"] for each in after["questions"]]
    assert "project.answered" in govern("log", "list").out


def _answer(govern, fact):
    """An answer that fits the kind of a fact."""
    from govern.kernel import Kind
    from govern.library.content import Content
    from govern.library.places import content_places

    spec = Content(content_places()).find_fact(fact)
    texts = {
        Kind.BOOLEAN: "yes", Kind.ENUM: "1", Kind.SET: "1", Kind.INTEGER: "12", Kind.DECIMAL: "1.5",
        Kind.DATE: "2026-11-24", Kind.COUNTRY: "DE", Kind.COUNTRIES: "DE", Kind.TEXT: "text", Kind.MAP: "DE=1",
    }  # fmt: skip
    return texts.get(spec.kind, "none")


def test_ask_ends_when_all_is_skipped(govern, ws):
    done = govern("ask", "hospital-ct", stdin="skip\n" * 300)
    assert done.status == 0
    assert "questions that you skipped" in done.out


@pytest.mark.parametrize(
    ("ending", "begins"),
    [(".docx", b"PK\x03\x04"), (".pdf", b"%PDF-"), (".html", b"<!"), (".md", b"#")],
)
def test_draft_writes_each_format_twice_the_same(govern, ws, ending, begins):
    for name in ("one", "two"):
        done = govern("draft", "hospital-ct", "--document", "dpa", "--out", name + ending, "--as-of", "2026-11-24")
        assert (done.status, done.err) == (0, "")
        assert "open points" in done.out
    data = (ws / f"one{ending}").read_bytes()
    assert data.lstrip().startswith(begins)
    assert data == (ws / f"two{ending}").read_bytes()
    if ending == ".docx":
        assert zipfile.ZipFile(ws / f"one{ending}").testzip() is None


def test_a_final_draft_with_open_points_is_refused_and_not_recorded(govern, ws, refused):
    before = govern("log", "list").out
    result = govern("draft", "hospital-ct", "--document", "dpa", "--out", "final.docx", "--final")
    refused(result, 6, "cannot be final", "points are open")
    assert not (ws / "final.docx").exists()
    assert govern("log", "list").out == before


def test_the_log_is_read_proved_and_exported(govern, ws, tmp_path):
    govern("check", "hospital-ct", "--pack", "ccpa")
    listed = govern("log", "list").out
    assert [kind in listed for kind in ("workspace.created", "project.saved", "assessment.saved")] == [True] * 3
    assert "assessment.saved" not in govern("log", "list", "--matter", "workspace").out
    assert "workspace.created" not in govern("log", "list", "--last", "1").out
    shown = govern("log", "show", "1").out
    assert json.loads(shown.partition("\nleaf hash")[0])["object"] == "project:hospital-ct@1"
    assert "record:    project hospital-ct, version 1" in shown

    key = parse_verifier_key((ws / "keys" / "log.pub").read_text().strip())
    assert govern("log", "checkpoint").out == (ws / "keys" / "last-signed").read_text()
    assert govern("log", "checkpoint", "--out", "checkpoint").status == 0
    assert (ws / "checkpoint").read_bytes() == (ws / "keys" / "last-signed").read_bytes()
    for index in range(3):
        assert govern("log", "prove", index, "--out", f"{index}.tlog-proof", "--entry", f"{index}.json").status == 0
        proof, entry = (ws / f"{index}.tlog-proof").read_bytes(), (ws / f"{index}.json").read_bytes()
        assert check_proof(proof, entry, [key]).index == index

    for options, bodies in (((), 0), (("--bodies",), 4)):
        folder = tmp_path / f"export{bodies}"
        assert govern("log", "export", folder, *options).status == 0
        assert len(list(folder.glob("bodies/sha256/*"))) == bodies
        verified = govern("log", "verify", folder)
        assert (verified.status, verified.err) == (0, "")
        assert "The keys come from the export itself" in verified.out
        trusted = govern("log", "verify", folder, "--key", (ws / "keys" / "log.pub").read_text())
        assert trusted.status == 0
        assert "The keys come from the export itself" not in trusted.out


def test_retention_lists_what_the_laws_say(govern, ws):
    table = govern("retention", "schedule", "hospital-ct", "--as-of", "2026-11-24")
    assert table.status == 0
    assert "HIPAA" in table.out
    plain = json.loads(govern("retention", "schedule", "hospital-ct", "--format", "json").out)
    assert plain["lines"]
    assert govern("log", "list").out.count("retention.scheduled") == 2


def test_packs_lint(govern):
    assert govern("packs", "lint").out.startswith("no problems: ")


@pytest.mark.slow
def test_packs_test(govern):
    assert "0 failed" in govern("packs", "test", "ccpa").out


# --- help and width

COMMANDS = [
    "init", "check", "explain", "ask", "draft", "project import", "project export", "project list", "project show",
    "project set", "log list", "log show", "log checkpoint", "log prove", "log verify", "log export",
    "log compare",
    "retention schedule", "retention due",
    "retention add", "retention list", "retention correct", "retention rule", "retention adopt", "retention resolve",
    "retention review", "retention hand-over", "retention import",
    "retention hold", "retention release", "retention holds", "retention event", "retention close",
    "retention extend", "retention withdraw",
    "packs test", "packs lint", "packs list", "packs new", "packs page", "packs coverage",
    "project new", "what-if", "controls", "waiver grant", "waiver revoke", "waiver list", "evidence attach",
    "evidence detach", "evidence list", "evidence read", "law diff", "portfolio check", "log bundle",
    "log verify-bundle", "person add", "person list", "person show", "erase", "vault list", "vault rotate",
    "contracts approve", "contracts fill", "contracts lint", "contracts list", "contracts lock", "contracts plan",
    "contracts playbook", "contracts position", "contracts positions", "contracts sign", "keys check",
    "keys protect", "keys record", "keys rotate", "keys show", "log recover", "log serve", "log stamp", "log stamps",
    "log verifiers", "redline", "retention approve", "retention certificate", "retention confirm-absent",
    "retention excuse", "retention inventory",
    "retention execute", "retention outstanding", "retention plan", "retention plans", "retention progress",
    "retention transferred", "retention vendor-import", "review", "trace", "witness add", "witness check",
    "witness collect", "witness init", "witness request", "witness serve", "witness show", "witness sign",
    "witness trust",
]  # fmt: skip


def test_these_are_all_the_commands():
    from typer.main import get_command

    from govern.cli.commands import app

    found = []
    for name, command in get_command(app).commands.items():
        inner = getattr(command, "commands", None)
        found += [f"{name} {each}" for each in inner] if inner else [name]
    assert sorted(found) == sorted(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_shows_an_example(govern, command):
    shown = govern(*command.split(), "--help")
    assert shown.status == 0
    text = " ".join(shown.out.split())
    assert "Example" in text
    assert f"govern {command}" in text.partition("Example")[2]


@pytest.mark.parametrize("words", [
    ("check", "hospital-ct"), ("check", "hospital-ct", "--all"), ("explain", "hospital-ct", "GDPR-28.3.a"),
    ("ask", "hospital-ct", "--list"), ("ask", "hospital-ct"), ("retention", "schedule", "hospital-ct"),
    ("log", "list"), ("draft", "hospital-ct", "--document", "dpa", "--out", "d.md"),
])  # fmt: skip
def test_no_line_is_wider_than_80_columns(govern, ws, words):
    shown = govern(*words)
    assert shown.status in (0, 1)
    assert len(shown.out.splitlines()) > 5
    assert [line for line in shown.out.splitlines() if len(line) > 80] == []
