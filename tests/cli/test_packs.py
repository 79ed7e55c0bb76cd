"""`govern packs coverage` and `govern packs lint --remarks`, with an organisation's own pack."""

import sys

import pytest

from govern.solver import has_solver

from .test_law import HEAD, OBLIGATIONS

needs_solver = pytest.mark.skipif(not has_solver(), reason="needs the SMT solver: pip install 'govern[solver]'")
CASES = """\
cases:
  - {name: named, obligation: OWN-1, facts: {data.is_personal: true, project.purpose: [train_model]}, expect: met}
  - {name: unnamed, obligation: OWN-1, facts: {data.is_personal: true, project.purpose: []}, expect: gap}
  - {name: in time, obligation: OWN-2, facts: {data.is_personal: true, contract.deletion_days: 30}, expect: met}
  - {name: late, obligation: OWN-2, facts: {data.is_personal: true, contract.deletion_days: 31}, expect: gap}
"""
REST = """\
  - {name: open, obligation: OWN-1, facts: {data.is_personal: true}, expect: open}
  - {name: none, obligation: OWN-1, facts: {data.is_personal: false}, expect: not_applicable}
  - {name: who knows, obligation: OWN-1, facts: {}, expect: open}
  - {name: open, obligation: OWN-2, facts: {data.is_personal: true}, expect: open}
  - {name: none, obligation: OWN-2, facts: {data.is_personal: false}, expect: not_applicable}
  - {name: who knows, obligation: OWN-2, facts: {}, expect: open}
"""


@pytest.fixture
def write(ws):
    """A function that writes the organisation's own pack."""
    folder = ws / "content" / "rules" / "own"

    def run(*swaps, cases=CASES, head=HEAD):
        text = OBLIGATIONS
        for old, new in swaps:
            assert old in text
            text = text.replace(old, new, 1)
        for name, each in (("pack.yaml", head), ("obligations/one.yaml", text), ("cases/one.yaml", cases)):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(each)

    return run


# --- coverage


@pytest.mark.slow
def test_what_no_case_exercises_is_listed_with_status_1(govern, ws, write):
    write()
    found = govern("packs", "coverage", "own")
    assert (found.status, found.err) == (1, "")
    assert found.out.splitlines() == [
        "OWN-1 applies: `data.is_personal` is never false, never unknown",
        "OWN-1 met: `size(project.purpose) > 0` is never unknown",
        "OWN-2 applies: `data.is_personal` is never false, never unknown",
        "OWN-2 met: `contract.deletion_days <= 30` is never unknown",
        "own: 6 of 12 verdicts of atoms exercised (50.0%)",
    ]
    short = govern("packs", "coverage", "own", "--limit", "1")
    assert short.status == 1
    assert short.out.splitlines()[1:] == [
        "… and 3 more atoms of own; --limit 0 lists them all", "own: 6 of 12 verdicts of atoms exercised (50.0%)",
    ]  # fmt: skip
    assert govern("packs", "coverage", "own", "--limit", "0").out == found.out


@pytest.mark.slow
def test_a_pack_whose_cases_show_everything_is_status_0(govern, ws, write):
    write(cases=CASES + REST)
    found = govern("packs", "coverage", "own")
    assert (found.status, found.out) == (0, "own: 12 of 12 verdicts of atoms exercised (100.0%)\n")


@pytest.mark.slow
def test_coverage_of_an_unknown_or_a_broken_pack_is_refused(govern, ws, write, refused):
    write(cases=CASES.replace("obligation: OWN-2", "obligation: OWN-3", 1))
    refused(govern("packs", "coverage", "owm"), 3, "there is no pack `owm`", "did you mean `own`")
    refused(govern("packs", "coverage", "own"), 3, "rules/own/")
    for words in (("--limit", "-1"), ("--limit", "x"), ("--nonsense",)):
        assert govern("packs", "coverage", "own", *words).status == 2


# --- remarks


@needs_solver
@pytest.mark.slow
def test_a_duty_that_can_never_matter_is_a_defect_with_status_1(govern, ws, write):
    old = "applies: data.is_personal\n  met: contract.deletion_days <= 30"
    write((old, "applies: 'data.is_personal && !data.is_personal'\n  met: 'true'"), cases=CASES)
    cases = "\n".join(line for line in CASES.splitlines() if "OWN-2" not in line)
    shown = [f"  - {{name: x{each}, obligation: OWN-2, facts: {{}}, expect: {each}}}" for each in ("met", "gap")]
    (ws / "content/rules/own/cases/one.yaml").write_text("\n".join([cases, *shown]) + "\n")
    found = govern("packs", "lint", "--remarks", "own")
    assert found.status == 1, found.err
    assert "defect: OWN-2: it can never apply: no facts make `applies` true" in found.out
    assert [line for line in found.out.splitlines() if "OWN-1" in line] == []
    assert found.out.index("no problems: ") < found.out.index("defect: ")
    assert found.err.strip() == ""


@pytest.mark.slow
def test_without_the_solver_the_other_remarks_are_made(govern, ws, write, monkeypatch):
    monkeypatch.setitem(sys.modules, "z3", None)
    head = HEAD.replace("must review this.}", "must review this., next: 2026-01-01}").replace(
        "jurisdiction: EEA}", "jurisdiction: EEA, pinpoint: '§ [0-9]'}"
    )  # fmt: skip
    write(head=head)
    found = govern("packs", "lint", "--remarks")
    assert (found.status, found.err.strip()) == (0, "")
    assert "duties are not tested for all facts: install the extra, pip install 'govern[solver]'" in found.out
    assert "note: rules/own/pack.yaml: the legal review was due on 2026-01-01" in found.out
    assert "note: schemas/" in found.out
    of_one = govern("packs", "lint", "--remarks", "own")
    for line in (line for line in of_one.out.splitlines() if line.startswith("note: ")):
        assert line.startswith(("note: rules/own/", "note: OWN-")), line
    assert "note: OWN-1: `s. 1` is not a place in `own`" in of_one.out


def test_a_pack_that_is_not_there_is_not_linted(govern, ws, write, refused):
    write()
    refused(govern("packs", "lint", "owm"), 3, "there is no pack `owm`", "did you mean `own`")


@pytest.mark.slow
def test_content_that_is_broken_is_refused_before_any_remark(govern, ws, write, refused):
    write(("applies: data.is_personal", "applies: data.is_persona"))
    found = refused(govern("packs", "lint", "--remarks"), 3, "rules/own/obligations/one.yaml:7:", "`data.is_personal`")
    assert found.out == ""
    assert govern("packs", "lint", "--remark").status == 2


# --- page


def test_the_page_of_a_pack_of_ones_own(govern, ws, write):
    write(cases=CASES + REST)
    page = govern("packs", "page", "own")
    assert (page.status, page.err) == (0, "")
    duties = page.out.split("\n### ")[1:]
    assert [each.partition("{ #")[2].partition(" ")[0] for each in duties] == ["own-1", "own-2"]
    for duty, good, bad in zip(duties, ("Named", "In time"), ("Unnamed", "Late"), strict=True):
        assert "**It applies if** personal data in the items: yes." in duty
        assert f"> **Met**: {good}." in duty
        assert f"> **Gap**: {bad}." in duty
    assert "docs/generate.py" not in page.out

    written = govern("packs", "page", "own", "--out", "own.md")
    assert written.out == "written: own.md\n"
    assert (ws / "own.md").read_text(encoding="utf-8") == page.out


def test_no_page_of_an_unknown_pack_nor_over_a_file(govern, ws):
    unknown = govern("packs", "page", "gpdr")
    assert unknown.status == 3
    assert unknown.err == "error: there is no pack `gpdr`\n       hint: did you mean `gdpr`?\n"
    (ws / "there.md").touch()
    assert govern("packs", "page", "gdpr", "--out", "there.md").status == 6
