"""Packs that are refused: dates, circles, places of other laws, duties that nobody shows, hostile conditions."""

from datetime import date

import pytest

from govern.library.cases import check_content, measure_coverage, run_cases
from govern.library.controls import check_controls, load_controls
from govern.library.packages import GROUP, find_packages, list_packages
from govern.library.scaffold import new_pack

from .trees import FILES, grow, refusal, show, spoil

PACK, OBLIGATIONS, DEFINITIONS = "rules/law/pack.yaml", "rules/law/obligations/one.yaml", "rules/law/definitions.yaml"
PARAMETERS, CASES, CONTROLS = "rules/law/parameters.yaml", "rules/law/cases/one.yaml", "rules/controls/one.yaml"


@pytest.fixture
def day_today():
    """A day that the next year does not have."""
    return date(2028, 2, 29)


CONTROL = """
- id: control.audit
  title: Audit once
  do: Audit the vendor once a year.
  document: audit report
  serves:
    - {obligation: L-1, relation: equal, why: It is what the law asks for.}
    - {obligation: L-2, relation: subset_of, why: Half of it is left to do.}
"""


@pytest.mark.parametrize(
    ("spoilt", "expected"),
    [
        (
            spoil(OBLIGATIONS, ("  severity", "  in_force: {from: 2025-01-01, until: 2025-01-01}\n  severity")),
            f"{OBLIGATIONS}:1:3: it ends before it begins (hint: from is the first day, until the first day after it)",
        ),
        (
            spoil(PACK, ("from: 2018-05-25", "from: 2018-05-25, until: 2018-01-01")),
            f"{PACK}:8:1: it ends before it begins (hint: from is the first day, until the first day after it)",
        ),
        (
            spoil(PARAMETERS, ("value: 30}", "value: 30}\n    - {from: 2020-01-01, value: 31}")),
            f"{PARAMETERS}:7:7: two values on one day (hint: one value ends where the next begins, on 2020-01-01)",
        ),
        (
            spoil(PARAMETERS, ("value: 30}", "until: 2022-01-01, value: 30}\n    - {from: 2021-01-01, value: 31}")),
            f"{PARAMETERS}:7:7: two values on one day (hint: one value ends where the next begins, on 2021-01-01)",
        ),
        (
            spoil(OBLIGATIONS, ("{pinpoint: Art. 28}", "{instrument: lex, pinpoint: Art. 28}")),
            f"{OBLIGATIONS}:1:3: there is no instrument `lex` (hint: name it among the `instruments` of pack.yaml)",
        ),
        (
            spoil(OBLIGATIONS, ("  severity", "  same_as: [L-2]\n  severity")),
            f"{OBLIGATIONS}:1:3: there is no obligation `L-2` (hint: did you mean `L-1`?)",
        ),
        (
            spoil(CASES, ("expect: gap", "expect: met")),
            None,
        ),
    ],
)
def test_a_pack_is_refused(tmp_path, spoilt, expected):
    problems = show(refusal(check_content, grow(tmp_path, **spoilt)))
    if expected is None:
        hint = "(hint: show it both ways in a case file)"
        assert problems == [f"{OBLIGATIONS}:1:3: `L-1` has no case with `expect: gap` {hint}"]
    else:
        assert problems == [expected]


def test_a_parameter_may_end_where_the_next_begins(tmp_path):
    changed = spoil(PARAMETERS, ("value: 30}", "until: 2021-01-01, value: 30}\n    - {from: 2021-01-01, value: 31}"))
    assert len(check_content(grow(tmp_path, **changed)).packs) == 1


def test_without_case_files_nothing_has_to_be_shown(tmp_path):
    assert check_content(grow(tmp_path, **{CASES: None}), cases=False).packs
    assert len(refusal(check_content, grow(tmp_path / "again", **{CASES: None}))) == 2


def test_a_circle_is_reported_beside_other_problems(tmp_path):
    more = """
- {id: law.a, title: a circle, cite: {pinpoint: Art. 4}, when: law.b}
- {id: law.b, title: a circle too, cite: {pinpoint: Art. 4}, when: '!law.a'}
- {id: law.c, title: not a condition, cite: {pinpoint: Art. 4}, when: '(('}
"""
    found = show(refusal(check_content, grow(tmp_path, **{DEFINITIONS: FILES[DEFINITIONS] + more})))
    assert any("define each other: `law.a` → `law.b` → `law.a`" in each for each in found)
    assert any("`when` at 1:" in each for each in found)


def test_a_stand_in_assumes_facts_with_values_that_they_have(tmp_path):
    sound = "{actor: controller, when: law.processor, assume: {vendor.role: controller}, confirm_with: the vendor}"
    head = FILES[PACK] + "stand_ins:\n  - "
    assert check_content(grow(tmp_path / "sound", **{PACK: head + sound + "\n"})).packs[0].stand_ins[0].actor
    wrong = sound.replace("law.processor", "law.proc").replace("vendor.role: controller", "vendor.rol: controller")
    found = show(refusal(check_content, grow(tmp_path / "names", **{PACK: head + wrong + "\n"})))
    assert len(found) == 2
    assert "there is no fact or definition `law.proc`" in found[0]
    assert "`vendor.rol`" in found[1]
    value = sound.replace("vendor.role: controller", "vendor.role: boss")
    found = show(refusal(check_content, grow(tmp_path / "value", **{PACK: head + value + "\n"})))
    assert len(found) == 1
    assert "`boss`" in found[0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("(" * 9_000 + "true" + ")" * 9_000, "nested"),
        ("true && " * 200_000 + "true", "at most 20000 are read"),
        ("!" * 15_000 + "true", "nested"),
    ],
)
def test_a_hostile_condition_is_refused(tmp_path, text, message):
    found = show(refusal(check_content, grow(tmp_path, **spoil(OBLIGATIONS, ("law.processor", f"'{text}'")))))
    assert len(found) == 1
    assert found[0].startswith(f"{OBLIGATIONS}:7:3: `applies` at 1:")
    assert message in found[0]
    assert len(found[0]) < 500


def test_controls_name_obligations_that_there_are(tmp_path):
    packs = check_content(grow(tmp_path)).packs
    found = show(refusal(check_controls, grow(tmp_path, **{CONTROLS: CONTROL + CONTROL}), packs))
    assert found == [
        f"{CONTROLS}:1:3: there is no obligation `L-2` to serve (hint: did you mean `L-1`?)",
        f"{CONTROLS}:9:3: `control.audit` is there twice",
        f"{CONTROLS}:9:3: there is no obligation `L-2` to serve (hint: did you mean `L-1`?)",
    ]
    twice = {CONTROLS: CONTROL.replace("L-2", "L-1")}
    assert show(refusal(check_controls, grow(tmp_path, **twice), packs)) == [
        f"{CONTROLS}:1:3: `control.audit` serves `L-1` twice"
    ]
    assert show(refusal(check_controls, grow(tmp_path, **{CONTROLS: "a: b"}), packs)) == [
        f"{CONTROLS}:1:1: expected a list of controls"
    ]
    assert (
        "`relation`"
        in show(refusal(check_controls, grow(tmp_path, **{CONTROLS: CONTROL.replace("equal", "like")}), packs))[0]
    )
    assert "does not fit" in show(refusal(load_controls, grow(tmp_path, **{CONTROLS: "- {id: control.x}"})))[0]


def test_a_new_pack_is_sound_shown_and_covered(tmp_path, day_today):
    own = "data.is_personal:\n  type: boolean\n  meta: {kind: boolean, group: Data, question: Is it personal?}\n"
    facts = {"schemas/facts/own.yaml": own}
    content = check_content(grow(tmp_path, **facts, **new_pack("my_law", "My law", "EEA", day_today)))
    assert all(result.passed for _, result in run_cases(content, ["my_law"]))
    assert measure_coverage(content, ["my_law"]) == {"my_law": (9, ())}


@pytest.mark.parametrize("id_", ["", "My", "1law", "my-law", "my law", "../x", "läw"])
def test_an_id_of_a_pack_is_plain(id_, day_today):
    assert "is not an id of a pack" in str(refusal(new_pack, id_, "My law", "EEA", day_today)[0])


@pytest.mark.parametrize("title", ["", "ab", "a: b", "[x]", "x\ny", "#abc", "y" * 101])
def test_a_title_of_a_pack_is_plain(title, day_today):
    assert "is not a title" in str(refusal(new_pack, "my_law", title, "EEA", day_today)[0])


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """A function that installs a distribution with a content package into a folder on the path."""

    def install(value="shipped:content", **files):
        root = tmp_path / "site"
        for name, text in files.items():
            path = root / "shipped" / "content" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        (root / "shipped").mkdir(parents=True, exist_ok=True)
        (root / "shipped" / "__init__.py").write_text("raise RuntimeError('no code of a package is run')\n")
        info = root / "shipped-1.0.dist-info"
        info.mkdir(exist_ok=True)
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: shipped\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[{GROUP}]\nshipped = {value}\n")
        monkeypatch.syspath_prepend(str(root))
        return root

    return install


def test_a_package_brings_a_pack_without_running_code(installed, day_today):
    root = installed(**new_pack("my_law", "My law", "EEA", day_today))
    assert list_packages() == {"shipped": root / "shipped" / "content"}
    (folder,) = find_packages(["shipped"])
    assert (folder / "rules" / "my_law" / "pack.yaml").is_file()
    assert find_packages([]) == ()


def test_a_package_may_not_overlay_ours(installed):
    installed(**{"rules/gdpr/pack.yaml": "id: gdpr\n"})
    (problem,) = refusal(find_packages, ["shipped"])
    assert "replaces a file that comes with govern" in str(problem)
    assert problem.where == "rules/gdpr/pack.yaml"


def test_a_package_that_is_not_there_is_named(installed):
    installed(**{"rules/x.yaml": ""})
    assert "did you mean `shipped`?" in str(refusal(find_packages, ["shiped"])[0])
    assert "installed are: shipped" in str(refusal(find_packages, ["else"])[0])


@pytest.mark.parametrize("value", ["shipped:nowhere", "shipped:../..", "absent:content", "shipped.deeper:content"])
def test_a_package_without_a_folder_is_refused(installed, value):
    installed(value, **{"rules/x.yaml": ""})
    assert "is not a folder" in str(refusal(list_packages)[0])
