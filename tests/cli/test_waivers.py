"""`govern waiver`: a gap is accepted for a time, and what is no waiver is refused in one clear message."""

from datetime import UTC, datetime, timedelta

import pytest

from govern.usecases.waivers import last_day

GAP, REASON = "GDPR-28.3.a", "the clause is agreed and unsigned"


def today():
    return datetime.now(UTC).date()


def day(days):
    return (today() + timedelta(days=days)).isoformat()


@pytest.fixture
def grant(govern, ws):
    """A function that waives a gap of the hospital."""

    def run(project="hospital-ct", obligation=GAP, reason=REASON, expires=None, *more):
        return govern(
            "waiver", "grant", project, obligation, "--reason", reason, "--expires", expires or day(30), *more
        )

    return run


def test_a_waiver_is_granted_listed_and_revoked(govern, ws, grant, sound):
    granted = grant()
    assert (granted.status, granted.err) == (0, "")
    assert granted.out.startswith(f"waived until {day(30)}: {GAP} (")
    id_ = granted.out.rpartition("(")[2].rstrip(")\n")

    listed = govern("waiver", "list", "hospital-ct")
    assert listed.status == 0
    assert f"{id_}  {GAP}  holds until {day(30)}" in listed.out
    assert REASON in " ".join(listed.out.split())

    revoked = govern("waiver", "revoke", "hospital-ct", id_)
    assert (revoked.status, revoked.out) == (0, f"revoked: {GAP} ({id_})\n")
    assert f"{id_}  {GAP}  revoked on {day(0)}" in govern("waiver", "list", "hospital-ct").out
    kinds = [line for line in govern("log", "list").out.splitlines() if "waiver." in line]
    assert ["waiver.granted" in kinds[0], "waiver.revoked" in kinds[1]] == [True, True]
    assert REASON not in govern("log", "list").out
    sound(ws)


def test_without_waivers_the_list_says_so(govern, ws):
    assert govern("waiver", "list", "hospital-ct").out == "no waivers of hospital-ct\n"


def test_a_waived_gap_is_still_counted(govern, ws, grant):
    before = govern("check", "hospital-ct")
    grant()
    after = govern("check", "hospital-ct")
    assert (before.status, after.status) == (1, 1)
    assert GAP in after.out


def test_the_approver_is_named(govern, ws, grant):
    assert grant("hospital-ct", GAP, REASON, day(0), "--approver", "a-17").status == 0
    assert "approved by a-17 on " in govern("waiver", "list", "hospital-ct").out


REFUSED = {
    "an unknown project": ({"project": "hospital-tc"}, 7, "did you mean `hospital-ct`?"),
    "an unknown obligation": ({"obligation": "GDPR-28.3.aa"}, 3, "there is no obligation `GDPR-28.3.aa`", f"`{GAP}`"),
    "a duty that is met or open": ({"obligation": "CCPA-1798.140.ag.1.A"}, 3, "CCPA-1798.140.ag.1.A"),
    "a short reason": ({"reason": "too short"}, 4, "reason: the reason must be one line of 10 to 2,000 characters"),
    "an empty reason": ({"reason": ""}, 4, "10 to 2,000 characters"),
    "a reason of two lines": ({"reason": "one line\nand another"}, 4, "must be one line"),
    "a reason that is no text": ({"reason": "all is well \udcff"}, 4, "must be one line"),
    "a reason in another form": ({"reason": "caf\u0065\u0301 is well known"}, 4, "Normalization Form C"),
    "an end that is past": ({"expires": -1}, 4, "expires: a waiver until ", " is past", "a day from "),
    "an end beyond a year": ({"expires": 367}, 4, " is too long", " to "),
    "an end that is no day": ({"expires": "soon"}, 4, "--expires: `soon` is not a date", "like 2026-11-24"),
    "an end that is none": ({"expires": "2027-02-30"}, 4, "--expires: `2027-02-30` is not a date"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_waiver_is_refused_and_nothing_is_written(govern, ws, refused, grant, name):
    words, status, *said = REFUSED[name]
    days = words.get("expires")
    if isinstance(days, int):  # counted from the day of the test, not from that on which the tests were read
        words, said = {"expires": day(days)}, [*said, day(0) if days < 0 else last_day(today()).isoformat()]
    before = govern("log", "list").out
    refused(grant(**words), status, *said)
    assert govern("log", "list").out == before
    assert govern("waiver", "list", "hospital-ct").out == "no waivers of hospital-ct\n"


def test_only_a_gap_is_waived(govern, ws, refused, grant):
    govern("project", "set", "hospital-ct", "data.is_personal=no")
    refused(grant(), 6, f"`{GAP}` is no gap of `hospital-ct`", "only gaps are waived")


@pytest.mark.parametrize("words", [
    ("grant", "hospital-ct", GAP), ("grant", "hospital-ct", GAP, "--reason", REASON),
    ("grant", "hospital-ct", GAP, "--expires", "2027-01-01"), ("grant", "hospital-ct"), ("revoke", "hospital-ct"),
    ("list",), ("nonsense",),
])  # fmt: skip
def test_what_is_missing_is_a_wrong_command(govern, ws, words):
    result = govern("waiver", *words)
    assert result.status == 2
    assert "Traceback" not in result.err


def test_only_a_waiver_that_is_there_and_holds_is_revoked(govern, ws, refused, grant):
    refused(govern("waiver", "revoke", "hospital-ct", "abc"), 7, "there is no waiver `abc`", "govern waiver list")
    refused(govern("waiver", "revoke", "hospital-tc", "abc"), 7, "did you mean `hospital-ct`?")
    refused(govern("waiver", "list", "hospital-tc"), 7, "did you mean `hospital-ct`?")
    id_ = grant().out.rpartition("(")[2].rstrip(")\n")
    assert govern("waiver", "revoke", "hospital-ct", id_).status == 0
    before = govern("log", "list").out
    refused(govern("waiver", "revoke", "hospital-ct", id_), 6, f"the waiver `{id_}` does not hold today")
    assert govern("log", "list").out == before


def test_a_role_that_may_not_is_refused(govern, ws, refused, grant):
    (ws / "govern.yaml").write_text("origin: log.example/govern\nactor: a-7\nroles: [project_owner]\n")
    refused(grant(), 6, "`a-7` may not waive gap", "compliance officer, counsel")
    assert govern("waiver", "list", "hospital-ct").status == 0
