"""`govern law diff`: what changed between two versions or two days, with an organisation's own pack."""

import sys

import pytest

from govern.solver import has_solver

HEAD = """\
id: own
title: Our own law
short: OWN
instrument: own
instruments:
  own: {title: Our own law, jurisdiction: EEA}
version: 1.0.0
review: {statement: A lawyer must review this.}
changelog:
  - {version: 1.0.0, date: 2026-11-24, note: First version.}
"""
OBLIGATIONS = """\
- id: OWN-1
  title: Name the purpose
  cite: {pinpoint: s. 1}
  topic: purpose
  text: The client must name the purpose.
  actor: client
  applies: data.is_personal
  met: size(project.purpose) > 0
  severity: low
  remedy: Name the purpose.
- id: OWN-2
  title: Answer in time
  cite: {pinpoint: s. 2}
  topic: answers
  in_force: {from: 2026-06-01}
  text: The client must answer in time.
  actor: client
  applies: data.is_personal
  met: contract.deletion_days <= 30
  severity: low
  remedy: Shorten the period.
"""
needs_solver = pytest.mark.skipif(not has_solver(), reason="needs the SMT solver: pip install 'govern[solver]'")


@pytest.fixture
def write(ws):
    """A function that writes a version of the organisation's own pack."""
    folder = ws / "content" / "rules" / "own"

    def run(version="1.0.0", old="", new=""):
        assert old in OBLIGATIONS
        (folder / "obligations").mkdir(parents=True, exist_ok=True)
        (folder / "pack.yaml").write_text(HEAD.replace("version: 1.0.0\n", f"version: {version}\n"))
        (folder / "obligations" / "one.yaml").write_text(OBLIGATIONS.replace(old, new, 1) if old else OBLIGATIONS)

    run()
    return run


@needs_solver
@pytest.mark.slow
def test_a_version_that_was_used_is_compared_with_the_one_in_force(govern, ws, write, refused, sound):
    assert govern("check", "hospital-ct", "--pack", "own").status in (0, 1)
    write("1.1.0", "met: size(project.purpose) > 0", "met: size(project.purpose) > 0 && data.phi")
    log = govern("log", "list").out
    found = govern("law", "diff", "own@1.0.0", "own")
    assert (found.status, found.err) == (0, "")
    flat = " ".join(found.out.split())
    assert "Changed: 1 OWN-1 Name the purpose (low), s. 1" in flat
    assert "they differ (yes before, no after) for example with " in flat
    assert "Projects whose findings differ: " in flat
    assert all(len(line) <= 80 for line in found.out.splitlines())
    assert govern("log", "list").out == log  # nothing is recorded

    same = govern("law", "diff", "own", "own@1.1.0")
    assert (same.status, same.out.splitlines()[0]) == (0, "No obligation was added, ended or changed.")

    hint = "hint: known are 1.1.0, 1.0.0"
    refused(govern("law", "diff", "own@9.9.9", "own"), 3, "version `9.9.9` of `own` is not known here", hint)
    assert govern("log", "list").out == log
    sound(ws)


@pytest.mark.slow
def test_without_the_solver_the_changes_are_shown_all_the_same(govern, ws, write, monkeypatch):
    assert govern("check", "hospital-ct", "--pack", "own").status in (0, 1)
    write("1.1.0", "deletion_days <= 30", "deletion_days < 31")
    monkeypatch.setitem(sys.modules, "z3", None)
    found = govern("law", "diff", "own@1.0.0", "own")
    assert found.status == 0
    assert "was not asked: it needs the extra `solver`" in " ".join(found.out.split())


@pytest.mark.slow
def test_two_days_of_a_pack_are_compared(govern, ws, write):
    found = govern("law", "diff", "--as-of", "2026-05-31", "--and", "2026-06-01", "own")
    assert (found.status, found.err) == (0, "")
    assert "Added: 1\n  OWN-2  Answer in time (low), s. 2\n" in found.out
    assert "hospital-ct  OWN-2: not in force → " in found.out
    back = govern("law", "diff", "--as-of", "2026-06-01", "--and", "2026-05-31", "own")
    assert "Ended: 1\n" in back.out


def test_all_packs_on_the_same_day_differ_in_nothing(govern, ws):
    found = govern("law", "diff", "--as-of", "2026-11-24", "--and", "2026-11-24")
    assert found.status == 0
    assert found.out == (
        "No obligation was added, ended or changed.\n\nProjects whose findings differ: 0\n"
        "Clauses that rest on what changed: none\nDrafts with these clauses: none\n"
    )


WRONG = {
    "nothing": ((), 6, "name two versions, or two days", "like gdpr@1.0.0 gdpr, or --as-of DATE --and DATE"),
    "one version": (("gdpr",), 6, "name two versions, or two days"),
    "three versions": (("gdpr", "gdpr", "gdpr"), 6, "name two versions, or two days"),
    "the earlier day alone": (("--as-of", "2026-11-24"), 6, "two days are compared", "give --as-of and --and"),
    "the later day alone": (("--and", "2026-11-24", "gdpr"), 6, "two days are compared"),
    "a wrong earlier day": (("--as-of", "soon", "--and", "2026-11-24"), 4, "--as-of: `soon` is not a date"),
    "a wrong later day": (("--as-of", "2026-11-24", "--and", "2026-02-30"), 4, "--and: `2026-02-30` is not a date"),
    "an unknown pack": (("gdpe", "gdpe@1.0.0"), 3, "there is no pack `gdpe`", "did you mean `gdpr`"),
    "an unknown pack of two days": (
        ("--as-of", "2026-11-24", "--and", "2026-11-25", "gdpe"), 3, "there is no pack `gdpe`", "did you mean `gdpr`",
    ),
    "an unknown version": (("gdpr@0.0.0", "gdpr"), 3, "version `0.0.0` of `gdpr` is not known here", "known are "),
    "two packs": (("gdpr", "hipaa"), 3, "`gdpr` and `hipaa` are not two versions of one pack"),
    "no names": (("", ""), 3, "there is no pack ``"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_compared_is_refused(govern, ws, refused, name):
    words, status, *said = WRONG[name]
    refused(govern("law", "diff", *words), status, *said)


@pytest.mark.parametrize("words", [(), ("nonsense",), ("diff", "--as-of"), ("diff", "--nonsense")])
def test_what_is_missing_is_a_wrong_command(govern, ws, words):
    result = govern("law", *words)
    assert result.status == 2
    assert "Traceback" not in result.err + result.out


def test_outside_a_workspace_no_law_is_compared(govern, tmp_path, monkeypatch, refused):
    monkeypatch.chdir(tmp_path)
    refused(govern("law", "diff", "gdpr", "gdpr"), 7)
