"""A records manager's way: schedule, register, correct, hold, release, decide, and what is due."""

import json

import pytest

REASON = ("--reason", "as counsel wrote in May")
DAY = ("--as-of", "2026-11-24")


@pytest.fixture
def add(govern, ws):
    def add(id_, *more, class_="contracts"):
        return govern(
            "retention", "add", "hospital-ct", id_, "--title", f"The {id_}", "--class", class_,
            "--store", f"file:///srv/{id_}", *more,
        )  # fmt: skip

    return add


def verdicts(govern):
    listed = json.loads(govern("retention", "list", "hospital-ct", "--format", "json").out)
    return {each["id"]: each["verdict"] for each in listed}


def test_from_schedule_to_release(govern, add, monkeypatch):
    added = add("msa", "--trigger", "contract_end=2010-02-28")
    assert added.status == 0
    assert "registered under schedule hospital-ct@1: msa\n  due: due since 2016-02-29" in added.out
    assert verdicts(govern) == {"msa": "due"}

    corrected = govern("retention", "correct", "hospital-ct", "msa", "--trigger", "contract_end=2024-02-29", *REASON)
    assert "before: due: due since 2016-02-29" in corrected.out
    assert "now:    keep: kept until 2030-02-28" in corrected.out

    held = govern("retention", "hold", "hospital-ct", "--scope", "query", "--value", "title=*msa", *REASON)
    hold = held.out.split()[1].rstrip(",")
    assert held.out.endswith("1 record reached now\n")
    assert verdicts(govern) == {"msa": "held"}
    assert "query title=*msa" in govern("retention", "holds", "hospital-ct").out

    own = govern("retention", "release", hold, *REASON)
    assert own.status == 6
    assert "may not release it" in own.err
    monkeypatch.setenv("GOVERN_ACTOR", "counsel-2")
    assert govern("retention", "release", hold, *REASON).out.startswith(f"released: {hold}, issued by owner")
    assert "by counsel-2" in govern("retention", "holds").out
    assert verdicts(govern) == {"msa": "keep"}
    assert govern("log", "verify").status == 0


def test_a_rule_of_the_project_a_conflict_and_its_decision(govern, add):
    add("msa", "--trigger", "contract_end=2010-02-28")
    rule = govern(
        "retention", "rule", "hospital-ct", "contracts", "--at-most", "2 years", "--from", "contract_end", *REASON
    )
    assert "schedule hospital-ct@2" in rule.out
    adopted = govern("retention", "adopt", "hospital-ct", *REASON)
    assert "now:    conflict: " in adopted.out
    assert "1 record now under schedule hospital-ct@2" in adopted.out
    assert "CONFLICT  contracts" in govern("retention", "schedule", "hospital-ct").out
    law = "hipaa.business_associate_contracts"
    decided = govern(
        "retention", "resolve", "hospital-ct", "contracts", law, "project.contracts.maximum", "--prevails", law, *REASON
    )
    assert decided.out == f"decided by owner: {law} prevails for contracts\n"
    assert verdicts(govern) == {"msa": "due"}


def test_what_is_due_as_table_json_and_feed(govern, ws, add, tmp_path):
    add("msa", "--trigger", "contract_end=2010-02-28")
    event = govern(
        "retention", "event", "hospital-ct", "breach", "--at", "2024-11-22T09:30+01:00", "--title", "lost disk"
    )
    assert "2024-11-25 09:30 UTC+01:00  Notify the supervisory authority" in event.out
    assert event.out.endswith("deadlines started\n")
    noted = event.out.split()[1]

    table = govern("retention", "due", "hospital-ct", *DAY)
    assert table.status == 1
    govern("retention", "hold", "hospital-ct", "--scope", "records", "--value", "msa", *REASON)
    held = govern("retention", "due", "hospital-ct").out
    assert "  msa" not in held
    assert "1 record more would be due, and is held: govern retention holds" in held
    (hold,) = [line.split()[0] for line in govern("retention", "holds").out.splitlines() if "in force" in line]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GOVERN_ACTOR", "counsel-2")
        assert govern("retention", "release", hold[:7], *REASON).out.startswith(f"released: {hold}, ")
    assert "record, due  hospital-ct  msa" in table.out
    plain = json.loads(govern("retention", "due", "hospital-ct", "--format", "json", *DAY).out)
    assert {"record", "deadline"} <= {each["kind"] for each in plain}
    feed = tmp_path / "due.ics"
    assert govern("retention", "due", "--format", "ics", "--out", feed, *DAY).status == 1
    data = feed.read_bytes()
    assert b"SUMMARY:hospital-ct: destroy: " in data
    assert data.startswith(b"BEGIN:VCALENDAR\r\n")
    assert b"UID:record-hospital-ct-msa@log.example\r\n" in data
    assert data.count(b"BEGIN:VEVENT") == len(plain)
    assert b"SUMMARY:No date: hospital-ct: " in data
    again = govern("retention", "due", "--format", "ics", "--out", feed, *DAY)
    assert again.status == 6

    one = f"{noted}.gdpr.breach_to_authority"
    assert govern("retention", "close", "hospital-ct", one, *REASON).out == (
        f"closed: {one} lost disk\n  Notify the supervisory authority of a personal data breach\n"
        "    (gdpr.breach_to_authority)\n1 deadline closed\n"
    )
    assert one not in govern("retention", "due", "hospital-ct", *DAY).out
    rest = govern("retention", "close", "hospital-ct", noted, *REASON).out
    assert rest.startswith(f"closed: {noted} lost disk\n")
    assert "(hipaa.breach_to_individuals)" in rest
    assert rest.endswith(" deadlines closed\n")
    plain = json.loads(govern("retention", "due", "hospital-ct", "--format", "json", *DAY).out)
    assert "deadline" not in {each["kind"] for each in plain}
    early = govern("retention", "due", "hospital-ct", "--as-of", "2009-01-01", "--within", "0")
    assert (early.status, early.out) == (0, "0 items up to 2009-01-01\n")
    assert govern("retention", "due", "--as-of", "9999-12-30", "--within", "90").status in (0, 1)


def test_an_extension_is_noted(govern, ws):
    event = govern("retention", "event", "hospital-ct", "request", "--at", "2026-10-31", "--title", "request 12")
    id_ = f"{event.out.split()[1]}.gdpr.request_answer"
    longer = govern("retention", "extend", "hospital-ct", id_, "--on", "2026-11-20", *REASON)
    assert longer.out == f"extended: {id_}\n  before: 2026-11-30\n  now:    2027-02-01\n"
    due = govern("retention", "due", "hospital-ct", "--as-of", "2026-11-24", "--within", "90").out
    assert f"2027-02-01  deadline  hospital-ct  {id_}" in due
    assert govern("retention", "extend", "hospital-ct", id_, "--on", "2026-11-20", *REASON).status == 6


def test_the_schedule_as_a_file(govern, ws, tmp_path):
    for kind, magic in (("pdf", b"%PDF-"), ("xlsx", b"PK")):
        out = tmp_path / f"s.{kind}"
        done = govern("retention", "schedule", "hospital-ct", "--format", kind, "--out", out)
        assert (done.status, done.out) == (0, f"wrote {out}\n")
        assert out.read_bytes().startswith(magic)
    out = tmp_path / "s.json"
    assert govern("retention", "schedule", "hospital-ct", "--format", "json", "--out", out).status == 0
    assert json.loads(out.read_text())["version"] == "hospital-ct@1"


def test_a_hold_on_all_shows_in_the_schedule(govern, ws):
    assert "no holds" in govern("retention", "holds").out
    govern("retention", "hold", *REASON)
    shown = govern("retention", "schedule", "hospital-ct")
    assert "LEGAL HOLD" in shown.out
    assert "then destroy" not in " ".join(shown.out.split())
    plain = json.loads(govern("retention", "schedule", "hospital-ct", "--format", "json").out)
    assert plain["legal_hold"] is True
    assert {each["action"] for each in plain["lines"]} == {"hold"}


BAD = [
    (("schedule", "hospital-ct", "--format", "pdf"), 2, "--out FILE"),
    (("schedule", "hospital-ct", "--out", "s.txt"), 2, "a table is printed"),
    (("due", "--format", "xml"), 2, "table, json or ics"),
    (("add", "hospital-ct", "x", "--title", "x", "--class", "contract", "--store", "file:///x"), 4, "did you mean"),
    (("add", "hospital-ct", "x", "--title", "x", "--class", "contracts", "--store", "file:///x", "--trigger", "death"),
     4, "is not EVENT=DATE"),
    (("add", "hospital-ct", "x", "--title", "x", "--class", "contracts", "--store", "file:///x",
      "--trigger", "deth=2020-01-01"), 4, "did you mean `death`?"),
    (("correct", "hospital-ct", "x", "--trigger", "death=soon", *REASON), 4, "`soon` is not a date"),
    (("rule", "hospital-ct", "contracts", "--from", "death", *REASON), 2, "one of the two is given"),
    (("rule", "hospital-ct", "contracts", "--from", "death", "--at-most", "6 weeks", *REASON), 4, "is not a period"),
    (("hold", "hospital-ct", "--scope", "folder", *REASON), 4, "one of project, series"),
    (("hold", "hospital-ct"), 4, "the reason must be one line"),
    (("event", "hospital-ct", "breach", "--title", "lost", "--at", "2026-11-24T09:30"), 4, "a moment with its zone"),
    (("event", "hospital-ct", "breach", "--title", "lost", "--at", "2026-11-24T29:30Z"), 4, "is not a moment"),
    (("list", "nothing"), 7, "there is no project `nothing`"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "status", "message"), BAD)
def test_what_is_typed_wrong_is_said(govern, ws, words, status, message):
    said = govern("retention", *words)
    assert said.status == status
    assert message in " ".join(said.err.replace("│", " ").split())
    assert "Traceback" not in said.err


def test_a_review_then_a_hand_over(govern, add, tmp_path):
    govern(
        "retention", "rule", "hospital-ct", "contracts", "--at-least", "7 years", "--from", "contract_end",
        "--then", "review", *REASON,
    )  # fmt: skip
    add("msa", "--trigger", "contract_end=2010-02-28")
    review = ("retention", "review", "hospital-ct", "msa")
    assert govern(*review, "--decide", "keep", *REASON).status == 4
    assert "did you mean `transfer`?" in govern(*review, "--decide", "tranfer", *REASON).err
    decided = govern(*review, "--decide", "transfer", *REASON)
    assert "before: due: due since 2017-03-01\n  now:    due: due since 2017-03-01, transfer as owner" in decided.out

    receipt = tmp_path / "receipt.pdf"
    over = ("retention", "hand-over", "hospital-ct", "msa", "--to", "the archive", "--receipt", str(receipt), *REASON)
    assert "receipt.pdf" in govern(*over).err
    receipt.write_bytes(b"%PDF-1.7")
    handed = govern(*over)
    assert "now:    due: handed to the archive on " in handed.out
    assert "what is left here is a copy" in handed.out
    assert govern("log", "verify").status == 0


def test_a_list_is_registered_and_corrected(govern, ws):
    (ws / "stores.yaml").write_text("stores: [{name: archive, at: 'file:///srv/archive'}]\n")
    head = "id,title,class,store,contract_end\n"
    lines = [f"c{n},Contract {n},contracts,file:///srv/archive/c{n},2010-02-28\n" for n in range(3)]
    (ws / "list.csv").write_text(head + "".join(lines) + "d,Contract,contracts,file:///elsewhere/d,\n")
    done = govern("retention", "import", "hospital-ct", ws / "list.csv")
    assert done.status == 0, done.err
    assert done.out.startswith("registered: 4 records (due: 3, keep: 1)\n")
    assert "stores.yaml declares no store that holds d: nothing can be destroyed there" in done.out
    again = govern("retention", "import", "hospital-ct", ws / "list.csv")
    assert again.status == 3
    assert "list.csv:5:1: there is a record `d` in `hospital-ct` already" in again.err

    moved = govern("retention", "correct", "hospital-ct", "d", "--store", "file:///srv/archive/d", *REASON)
    assert (moved.status, "stores.yaml" in moved.out) == (0, False)
    listed = govern("retention", "list", "hospital-ct").out
    assert "file:///srv/archive/d  schedule hospital-ct@1" in listed


def test_a_conflict_names_the_laws_and_ids_only_in_the_command_to_decide_it(govern, add):
    govern("retention", "rule", "hospital-ct", "contracts", "--at-most", "2 years", "--from", "contract_end", *REASON)
    shown = govern("retention", "schedule", "hospital-ct").out
    said = " ".join(shown.split())
    assert "CONFLICT contracts: HIPAA 45 CFR 164.530(j)(2)" in said
    assert "schedule of the project, owner," in said
    assert "project schedule" not in said
    command = 'govern retention resolve hospital-ct "contracts" hipaa.business_associate_contracts'
    assert f"{command} project.contracts.maximum --prevails … --reason …" in shown
    assert said.count("hipaa.business_associate_contracts") == 1


def test_what_is_due_names_its_law(govern, add):
    govern("retention", "add", "hospital-ct", "old", "--title", "Old", "--class", "contracts", "--store",
           "file:///srv/old", "--trigger", "contract_end=2010-02-28")  # fmt: skip
    assert "  HIPAA 45 CFR 164.530(j)(2)" in govern("retention", "due", "hospital-ct").out
    done = govern("retention", "event", "hospital-ct", "breach", "--title", "lost disk")
    assert "HIPAA 45 CFR 164.4" in done.out
    assert "GDPR Art. 33(" in done.out


def test_no_name_of_a_fact_is_cut_in_the_schedule(govern, ws, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    assert govern("project", "set", "hospital-ct", "contract.end_date=", "--source", "nobody").status == 0
    shown = govern("retention", "schedule", "hospital-ct").out
    assert "see (1)" in shown
    assert "\n(1) contract.end_date is unknown\n" in shown
    assert all(len(line) <= 80 for line in shown.splitlines())


def test_a_hold_says_how_many_it_reaches_for_want_of_a_day(govern, add):
    add("msa")
    add("old", "--trigger", "contract_end=2010-02-28")
    words = ("retention", "hold", "hospital-ct", "--scope", "query", "--value", "contract_end>=2005-01-01", *REASON)
    held = govern(*words)
    assert (held.status, held.err) == (0, "")
    assert "2 records reached now\n  1 of them only because a day that the query asks for is unknown" in held.out
    assert "1 of them only because a day" in govern("retention", "holds").out


def test_the_schedule_says_what_was_decided(govern, add):
    govern("retention", "rule", "hospital-ct", "contracts", "--at-most", "2 years", "--from", "contract_end", *REASON)
    law = "hipaa.business_associate_contracts"
    govern("retention", "resolve", "hospital-ct", "contracts", law, "project.contracts.maximum", "--prevails", law,
           *REASON)  # fmt: skip
    shown = " ".join(govern("retention", "schedule", "hospital-ct").out.split())
    assert "CONFLICT contracts" not in shown
    assert "164.316(b)(2)(i) prevails, as counsel wrote in May" in shown
    assert "hipaa.business" not in shown
    (conflict,) = json.loads(govern("retention", "schedule", "hospital-ct", "--format", "json").out)["conflicts"]
    assert conflict["prevails"] == law


def test_what_a_long_list_hides_is_summed_up(govern, add):
    for number in range(5):
        add(f"old-{number}", "--trigger", "contract_end=2010-02-28")
    add("soon", class_="security documentation")
    govern("retention", "event", "hospital-ct", "breach", "--at", "2026-11-24T09:30+01:00", "--title", "a lost disk")
    said = govern("retention", "due", "hospital-ct", "--as-of", "2026-11-24").out
    assert "record, due: 5; record, waiting: 1" in said
    assert "next legal deadline: 2026-11-27 09:30 UTC+01:00, Notify the supervisory authority" in " ".join(said.split())
    assert "a day that is unknown is given with govern retention correct, a term with\n" in said
    assert "old-1: destroy: due since 2016-02-29" in govern("retention", "list", "hospital-ct").out.replace("The ", "")

    late = govern("retention", "due", "hospital-ct", "--as-of", "2026-11-29")
    said = " ".join(late.out.split())
    assert "2026-11-27 09:30 UTC+01:00 deadline, OVERDUE hospital-ct" in said
    assert "overdue, the first since 2026-11-27 09:30 UTC+01:00: Notify the supervisory" in said
    assert "next legal deadline: 2026-11-27" not in said

    one = govern("retention", "due", "hospital-ct", "--as-of", "2009-01-01", "--within", "0").out
    assert "next legal deadline" not in one

    govern("retention", "rule", "hospital-ct", "contracts", "--at-most", "2 years", "--from", "contract_end", *REASON)
    adopted = govern("retention", "adopt", "hospital-ct", *REASON).out
    assert adopted.startswith("old-0, old-1, old-2 and 2 more\n  before: due: ")
    assert adopted.count("before:") == 1


def test_what_may_be_a_typing_error_is_asked_about(govern, ws):
    rest = ("--at-most", "2 years", "--from", "creation", *REASON)
    rule = govern("retention", "rule", "hospital-ct", "contrcts", *rest)
    assert "The law's rules have no class `contrcts`: it is one of the project's own." in rule.out
    rule = govern(
        "retention", "rule", "hospital-ct", "contracts", "--at-most", "2 years", "--from", "creation", *REASON
    )
    assert "no class" not in rule.out
    held = govern("retention", "hold", "hospital-ct", "--scope", "matter", "--value", "docket-17", *REASON)
    assert held.out.endswith("0 records reached now\n  Nothing that is registered is held by it: is the scope right?\n")
    wrong = govern("retention", "hold", "hospital-ct", "--scope", "series", "--value", "contract", *REASON)
    assert (wrong.status, "did you mean" in wrong.err) == (4, True)
