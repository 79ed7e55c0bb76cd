"""Detectors as files: every problem with its place."""

import pytest

from govern.errors import ContentError
from govern.library.detectors import load_detectors
from govern.library.places import Places, builtin_root
from govern.review import Meaning, OurWord

GOOD = "- term: t.one\n  says:\n    - promise: [audit]\n"


@pytest.fixture
def load(tmp_path):
    def make(text, common="", terms=None):
        folder = tmp_path / "clause_library" / "review"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "one.yaml").write_text(text)
        (folder / "common.yaml").write_text(common or "weak: []\n")
        return load_detectors(Places((tmp_path,)), terms)

    return make


def problems(load, text, **more):
    with pytest.raises(ContentError) as caught:
        load(text, **more)
    return [str(each) for each in caught.value.problems or (caught.value,)]


def test_a_detector_is_read_with_all_its_parts(load):
    common = (
        "concepts:\n  vendor: [vendor, supplier]\nweak:\n  - {id: effort, any: [try to], because: an effort}\n"
        "denials:\n  - {id: no, any: [no duty], because: the opposite, before: 3}\nordinary: [May]\nheads: [Ltd]\n"
        "names: {a: b}\nwords:\n  - {ours: Processor, theirs: [Vendor], plain: processor, side: vendor}\n"
        "take_backs:\n  - {id: own, any: [except], because: permits again, after: true}\n"
        "meanings:\n  - {phrases: [personal data], ends: [data]}\n"
        "watches:\n  - {id: cap, title: cap, because: look here, says: [{promise: [liability]}]}\n"
    )
    text = (
        "- term: t.one\n  within: clause\n  says:\n    - promise: ['@vendor notify']\n      with: [[breach], [hour]]\n"
        "  unless: [tax]\n  needs: [{any: [clock], otherwise: no clock, within: paper}]\n  except: [effort]\n"
        "  forbids: true\n  titled: true\n  titles: [kinds of data]\n"
        "  weak: [{any: [may], because: only may, before: 2, unless: [must]}]\n"
        "  follows_from: [t.two]\n"
        "  reads: [{id: h, label: hours, unit: hours, max: 72, because: late, near: [within]}]\n"
        + GOOD.replace("one", "two")
    )
    book = load(text, common)
    one = book.detectors["t.one"]
    assert (one.within, one.excepted, one.follows_from, one.reads[0].max) == ("clause", ("effort",), ("t.two",), 72)
    assert (book.weak[0].id, book.denials[0].before, book.watches[0].id) == ("effort", 3, "cap")
    assert (one.forbids, book.take_backs[0].because) == (True, "permits again")
    assert (one.titled, one.titles[0].text, book.take_backs[0].after) == (True, "kinds of data", True)
    assert book.meanings == (Meaning(("personal data",), ("data",)),)
    assert (book.heads, book.words) == (("Ltd",), (OurWord("Processor", ("Vendor",), "processor", "vendor"),))
    assert (book.ordinary, book.names, len(book.digest)) == (("May",), {"a": "b"}, 64)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x: 1", "expected a list of detectors"), ("- term: t.one\n", "`says` is missing"),
        (GOOD + GOOD, "has a detector already"),
        (GOOD.replace("audit", "'@nobody'"), "`@nobody` in `@nobody` is not a concept"),
        (GOOD + "  except: [nothing]\n", "`nothing` is no general weakness or denial"),
        (GOOD + "  follows_from: [t.x]\n", "`t.x` has no detector"),
    ],
)  # fmt: skip
def test_problems_say_where(load, text, said):
    assert any(said in each for each in problems(load, text))


def test_problems_of_the_common_file(load):
    assert "is not known here" in problems(load, GOOD, common="weeks: []\n")[0]
    assert "circle" in problems(load, GOOD, common="concepts: {a: ['@a']}\n")[0]


def test_terms_must_exist(load):
    assert "there is no contract term `t.one`" in problems(load, GOOD, terms={"t.ones": 1})[0]


def test_the_number_of_detectors_is_bounded(load, monkeypatch):
    monkeypatch.setattr("govern.library.detectors.MAX_DETECTORS", 0)
    assert "more than" in problems(load, GOOD)[0]


def test_the_detectors_that_come_with_govern_are_sound():
    assert len(load_detectors(Places((builtin_root(),))).detectors) > 100


SHARED = "shared:\n  - {id: own_ends, any: [own ends], because: permits it again}\n"


def test_a_weakness_that_several_terms_share_is_written_once(load):
    text = GOOD + "  weak: [{any: [may], because: only may}]\n  also: [own_ends]\n" + GOOD.replace("one", "two")
    book = load(text + "  also: [own_ends]\n", SHARED)

    assert [each.because for each in book.detectors["t.one"].weak] == ["only may", "permits it again"]
    assert book.detectors["t.two"].weak == book.detectors["t.one"].weak[1:]
    assert book.weak == ()


def test_a_shared_weakness_that_is_not_there_is_named(load):
    (said,) = problems(load, GOOD + "  also: [own_end]\n", common=SHARED)
    assert "`own_end` is no shared weakness" in said and "own_ends" in said and "one.yaml" in said
