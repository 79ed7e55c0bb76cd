"""`govern evidence`: what answers rest on is filed, listed and taken away; what cannot be is refused and not kept."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

FACT = "vendor.country"


def day(days):
    return (datetime.now(UTC).date() + timedelta(days=days)).isoformat()


@pytest.fixture
def pdf(ws):
    (ws / "dpa.pdf").write_bytes(b"PDF")
    return "dpa.pdf"


def kept(ws):
    return [path for path in (ws / "files").rglob("*") if path.is_file()] if (ws / "files").exists() else []


def test_a_file_is_kept_and_listed_with_its_end(govern, ws, pdf, sound):
    until = day(30)
    done = govern(
        "evidence", "attach", "hospital-ct", FACT, "--file", pdf, "--title", "The DPA", "--valid-until", until
    )
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith("hospital-ct: version 2, ")
    (file,) = kept(ws)
    assert file.read_bytes() == b"PDF"

    listed = govern("evidence", "list", "hospital-ct").out
    assert f"The DPA  until {until}, 30 days" in listed
    assert f"sha256:{sha256(b'PDF').hexdigest()}" in listed
    assert f"for {FACT}" in listed
    later = govern("evidence", "list", "hospital-ct", "--as-of", day(31)).out
    assert f"The DPA  lapsed on {until}" in later
    assert "evidence.added" in govern("log", "list").out
    sound(ws)


def test_a_link_is_noted_and_answers_a_fact(govern, ws):
    link = "https://trust.example/soc2"
    assert govern("evidence", "attach", "hospital-ct", "data.under16=no", "--link", link).status == 0
    assert f"data.under16 = no  ({link})" in govern("project", "show", "hospital-ct").out
    listed = govern("evidence", "list", "hospital-ct").out
    assert f"{link}  no end" in listed
    assert "for data.under16" in listed
    assert kept(ws) == []


def test_an_answer_is_unknown_after_the_last_day_of_its_evidence(govern, ws, pdf):
    words = ("--file", pdf, "--valid-until", day(0), "--dated", day(0))
    assert govern("evidence", "attach", "hospital-ct", "data.is_personal=yes", *words).status == 0
    today, tomorrow = (govern("check", "hospital-ct", "--as-of", day(each), "--format", "json").out for each in (0, 1))
    assert today != tomorrow
    assert "data.is_personal" in tomorrow


def test_a_document_is_detached_and_the_answers_stay(govern, ws, pdf):
    govern("evidence", "attach", "hospital-ct", FACT, "data.is_personal", "--file", pdf)
    done = govern("evidence", "detach", "hospital-ct", pdf)
    assert (done.status, done.out) == (0, "hospital-ct: version 3, nothing rests on dpa.pdf any more\n")
    assert "dpa.pdf" not in govern("evidence", "list", "hospital-ct").out
    assert f"{FACT} = " in govern("project", "show", "hospital-ct").out


def test_a_project_without_evidence_says_so(govern, ws, tmp_path):
    (tmp_path / "p.yaml").write_text('project: two\ntitle: "A project"\nfacts: {}\n')
    govern("project", "import", tmp_path / "p.yaml")
    assert govern("evidence", "list", "two").out == "no evidence is attached to two\n"


FILE = ("--file", "dpa.pdf")
WRONG = {
    "an unknown project": (("hospital-tc", FACT, *FILE), 7, "did you mean `hospital-ct`?"),
    "an unknown fact": (("hospital-ct", "vendor.contry", *FILE), 4, "there is no fact `vendor.contry`", f"`{FACT}`"),
    "an unknown fact with an answer": (("hospital-ct", "vendor.contry=IN", *FILE), 4, "`vendor.contry`"),
    "a wrong answer": (("hospital-ct", "vendor.country=Indja", *FILE), 4, "`India`"),
    "an empty answer": (("hospital-ct", "vendor.country=", *FILE), 4, "`vendor.country=` has no value"),
    "a good fact beside a bad one": (("hospital-ct", FACT, "vendor.contry", *FILE), 4, "`vendor.contry`"),
    "a file and a link": (("hospital-ct", FACT, *FILE, "--link", "https://x.example"), 6, "one of --file and --link"),
    "neither file nor link": (("hospital-ct", FACT), 6, "name one of --file and --link", "a link is only noted"),
    "an empty link": (("hospital-ct", FACT, "--link", ""), 6, "name one of --file and --link"),
    "no file": (("hospital-ct", FACT, "--file", "dpo.pdf"), 7, "`dpo.pdf`"),
    "an empty name": (("hospital-ct", FACT, "--file", ""), 7, "is not a file"),
    "a folder": (("hospital-ct", FACT, "--file", "keys"), 7, "`keys` is not a file"),
    "a device": (("hospital-ct", FACT, "--file", "/dev/zero"), 7, "`/dev/zero` is not a file"),
    "a name too long for a file": (("hospital-ct", FACT, "--file", "x" * 5000), 7, "x"),
    "a wrong day": (("hospital-ct", FACT, *FILE, "--valid-until", "soon"), 4, "--valid-until: `soon` is not a date"),
    "a wrong beginning": (("hospital-ct", FACT, *FILE, "--dated", "2026-02-30"), 4, "--dated: `2026-02-30`"),
    "an end before its beginning": (
        ("hospital-ct", FACT, *FILE, "--dated", "2026-02-03", "--valid-until", "2026-02-02"), 4,
        "cannot end on 2026-02-02",
    ),
    "a title of two lines": (("hospital-ct", FACT, *FILE, "--title", "a\nb"), 4, "the title must be one line"),
    "a title with an escape": (("hospital-ct", FACT, *FILE, "--title", "\x1b[2J"), 4, "the title must be one line"),
    "a title that is no text": (("hospital-ct", FACT, *FILE, "--title", "\udcff"), 4, "the title must be one line"),
    "a title in another form": (("hospital-ct", FACT, *FILE, "--title", "e\u0301"), 4, "Normalization Form C"),
    "an answer in another form": (("hospital-ct", "contract.courts=e\u0301", *FILE), 4, "Normalization Form C"),
    "a long link": (("hospital-ct", FACT, "--link", "x" * 2001), 4, "one line of 1 to 2,000 characters"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_attached_is_refused_and_nothing_is_kept(govern, ws, refused, pdf, name):
    words, status, *said = WRONG[name]
    before = govern("log", "list").out, govern("project", "list").out
    refused(govern("evidence", "attach", *words), status, *said)
    assert (govern("log", "list").out, govern("project", "list").out) == before
    assert kept(ws) == []


def test_a_fact_without_an_answer_rests_on_nothing(govern, ws, refused, pdf):
    govern("project", "set", "hospital-ct", f"{FACT}=")
    refused(govern("evidence", "attach", "hospital-ct", FACT, *FILE), 4, f"`{FACT}` has no answer yet", f"{FACT}=yes")
    assert kept(ws) == []


def test_a_file_beyond_the_limit_is_not_read(govern, ws, refused):
    with Path("big.pdf").open("wb") as file:
        file.truncate(100 * 2**20 + 1)  # sparse
    refused(govern("evidence", "attach", "hospital-ct", FACT, "--file", "big.pdf"), 6, "larger than 100 MB", "--link")
    assert kept(ws) == []


def test_only_what_is_attached_is_detached_and_only_a_project_lists(govern, ws, refused):
    refused(govern("evidence", "detach", "hospital-ct", "x.pdf"), 4, "no fact of `hospital-ct` rests on `x.pdf`")
    refused(govern("evidence", "detach", "hospital-tc", "x.pdf"), 7, "did you mean `hospital-ct`?")
    refused(govern("evidence", "list", "hospital-tc"), 7, "did you mean `hospital-ct`?")
    refused(govern("evidence", "list", "hospital-ct", "--as-of", "soon"), 4, "--as-of: `soon` is not a date")
    assert "version 1 " in govern("project", "list").out


@pytest.mark.parametrize(
    "words", [("attach", "hospital-ct"), ("attach",), ("detach", "hospital-ct"), ("list",), ("x",)]
)
def test_what_is_missing_is_a_wrong_command(govern, ws, words):
    result = govern("evidence", *words)
    assert result.status == 2
    assert "Traceback" not in result.err


def test_a_role_that_may_not_is_refused(govern, ws, refused, pdf):
    (ws / "govern.yaml").write_text("origin: log.example/govern\nactor: a-7\nroles: [auditor]\n")
    refused(govern("evidence", "attach", "hospital-ct", FACT, *FILE), 6, "`a-7` may not change facts")
    refused(govern("evidence", "detach", "hospital-ct", pdf), 6, "`a-7` may not change facts")
    assert govern("evidence", "list", "hospital-ct").status == 0
    assert kept(ws) == []
