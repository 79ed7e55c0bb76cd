"""Plans, approvals, journals and manifests: what is written is what is read, and what may not be is refused."""

from dataclasses import replace
from datetime import date
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govern.errors import FactError, RefusedError, VerificationError
from govern.kernel import Citation, canonical_bytes
from govern.retention import (
    BATCH_ITEMS,
    FOLDER_MARKER,
    Approval,
    Batch,
    Correction,
    Determination,
    DispositionPlan,
    Hold,
    HoldScope,
    ItemResult,
    Manifest,
    Outcome,
    PlanItem,
    RetainedRecord,
    RetentionRule,
    RuleKind,
    StoredObject,
    Verdict,
    check_approval,
    check_approved,
    check_line,
    check_second,
    choose_item,
    do_meet,
    find_carriers,
    find_depth,
    find_inside,
    find_neighbours,
    find_rivals,
    format_batch,
    format_manifest,
    format_page,
    format_plan,
    judge_absence,
    judge_carried,
    judge_found,
    list_approvers,
    parse_batch,
    parse_manifest,
    parse_page,
    parse_plan,
    split_batches,
    split_pages,
)

from ..conditions.worlds import examples

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12).map(
    lambda text: __import__("unicodedata").normalize("NFC", text)
)
ITEMS = st.builds(PlanItem, TEXT, st.integers(1, 99), TEXT, TEXT, TEXT, TEXT, TEXT, TEXT, TEXT, TEXT)
RESULTS = st.builds(
    ItemResult, TEXT, st.sampled_from(Outcome), TEXT, st.integers(0, 9), st.integers(0, 9), TEXT, TEXT, TEXT,
    st.booleans(), TEXT,
)  # fmt: skip
OBJECTS = st.builds(StoredObject, TEXT, st.integers(0, 99), TEXT, TEXT, current=st.booleans())

PLAN = DispositionPlan(
    "p1", "one", date(2026, 11, 24), "planner-1", "2026-11-24T10:00:00.000000Z", "why", "one@1", 1, {"keep": 2}, ("h",),
    {"file:///srv": 1}, ("0" * 64,), "salt",
)  # fmt: skip
RULE = RetentionRule(
    id="law.r", pack="law", record_class="c", title="T", cite=Citation(instrument="law", pinpoint="Art. 1"),
    applies="true", rule=RuleKind.MAXIMUM, trigger="t", action="destroy", jurisdiction="EEA",
)  # fmt: skip
RECORD = RetainedRecord("r", "one", "R", "c", "file:///srv/r", {}, version=3)


def due(**changed):
    found = Determination(
        RECORD, Verdict.DUE, None, date(2026, 1, 1), "destroy", None, RULE, "", (), date(2026, 1, 1), RULE
    )
    return replace(found, **changed)


@given(st.lists(ITEMS, min_size=1, max_size=5))
def test_a_page_is_canonical_and_is_read_as_it_was_written(items):
    data = format_page(items)
    assert parse_page(data) == tuple(items)
    names = PlanItem.__dataclass_fields__
    assert data == b"".join(canonical_bytes([getattr(item, name) for name in names]) + b"\n" for item in items)


@pytest.mark.parametrize("data", [b"", b"[]", b"{}\n", b'["r"]\n', b'["r",true,"","","","","",""]\n'])
def test_what_is_no_page_is_refused(data):
    with pytest.raises(VerificationError):
        parse_page(data)


def test_a_plan_is_read_as_it_was_written_and_every_field_is_in_its_digest():
    assert parse_plan(format_plan(PLAN)) == PLAN
    assert PLAN.digest == sha256(format_plan(PLAN)).hexdigest()
    others = {"reason": "x", "pages": ("1" * 64,), "items": 2, "as_of": date(2026, 1, 1), "left": {}, "planner": "x"}
    assert len({replace(PLAN, **{name: value}).digest for name, value in others.items()} | {PLAN.digest}) == 7


@pytest.mark.parametrize("data", [b"{}", b'{"as_of":"x","holds":[],"pages":[]}', b"[]"])
def test_what_is_no_plan_is_refused(data):
    with pytest.raises(VerificationError, match="not a plan"):
        parse_plan(data)


@given(st.lists(RESULTS, max_size=4), st.booleans(), st.lists(TEXT, max_size=2))
def test_a_journal_is_read_as_it_was_written(results, ended, holds):
    batch = Batch("p", 3, ended, tuple(results), tuple(holds), "salt", 2)
    assert parse_batch(format_batch(batch), 2) == batch


@given(st.lists(st.tuples(OBJECTS, st.text("0123456789abcdef", min_size=64, max_size=64)), max_size=4))
def test_a_manifest_is_read_as_it_was_written(objects):
    manifest = Manifest(tuple(objects))
    assert parse_manifest(format_manifest(manifest)) == manifest


@pytest.mark.parametrize("data", [b"{}", b'["a","b"]'])
def test_what_is_no_manifest_is_refused(data):
    with pytest.raises(VerificationError, match="not a list"):
        parse_manifest(data)


@pytest.mark.parametrize(
    ("size", "pages"), [(0, []), (1, [1]), (499, [499]), (500, [500]), (501, [500, 1]), (1000, [500, 500])]
)
def test_a_page_has_at_most_five_hundred_items(size, pages):
    items = [PlanItem(str(number), 1, "", "", "", "", "", "", "", "") for number in range(size)]
    made = list(split_pages(items))
    assert [len(page) for page in made] == pages
    assert [item for page in made for item in page] == items


@given(st.integers(0, 1300))
def test_pages_and_batches_keep_every_item_in_order(size):
    items = [PlanItem(str(number), 1, "", "", "", "", "", "", "", "") for number in range(size)]
    pages = list(split_pages(items))
    assert [item for page in pages for item in page] == items
    batches = [batch for page in pages for batch in split_batches(page)]
    assert [item for batch in batches for item in batch] == items
    assert all(len(batch) <= BATCH_ITEMS for batch in batches)


def test_an_item_says_what_a_correction_changed():
    """Who approves sees that it was to be kept longer, and who said otherwise."""
    corrected = Correction(date(2026, 3, 1), "keeper", "kept until 2030-02-28", date(2030, 2, 28))
    item, _ = choose_item(replace(due(words="due since 2026-01-01"), record=replace(RECORD, corrected=corrected)))
    assert item.why == "due since 2026-01-01; corrected on 2026-03-01 by keeper, before that: kept until 2030-02-28"


CORRECTIONS = st.builds(
    Correction, st.dates(), TEXT, TEXT, st.none() | st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(1, 9)
)


@given(st.lists(CORRECTIONS, min_size=1, max_size=6))
def test_of_corrections_the_longest_keeping_stays_and_all_are_counted(made):
    kept = None
    for each in made:
        kept = each.after(kept)
    assert kept.until == max((each.until for each in made if each.until), default=None)
    assert kept.times == sum(each.times for each in made)
    assert replace(kept, times=1) in [replace(each, times=1) for each in made]
    assert (f"({kept.times} corrections in all)" in kept.words()) == (kept.times > 1)


def test_only_what_is_due_for_destruction_and_lies_somewhere_is_chosen():
    item, _ = choose_item(due(), lambda cite: f"The Law {cite.pinpoint}")
    said = (item.record, item.version, item.rule, item.cite, item.due)
    assert said == ("r", 3, "law.r", "The Law Art. 1", "2026-01-01")
    assert (item.schedule, item.why) == (RECORD.schedule, due().words)
    assert choose_item(due(due=None, keeps=RULE))[0].due == ""
    assert choose_item(due(verdict=Verdict.CONFLICT)) == (None, "conflict")
    assert choose_item(due(action="review")) == (None, "due for review, not for destruction")
    assert choose_item(due(action="")) == (None, "due for review, not for destruction")
    assert choose_item(due(record=replace(RECORD, store=""))) == (None, "due, and nobody said where it lies")


def test_two_different_people_approve_exactly_one_digest():
    one, two = (Approval(name, "", PLAN.digest) for name in ("a", "b"))
    check_approval(PLAN, [one], "b", PLAN.digest)
    with pytest.raises(RefusedError, match="already"):
        check_approval(PLAN, [one], "a", PLAN.digest)
    with pytest.raises(RefusedError, match="is not the digest"):
        check_approval(PLAN, [one], "b", PLAN.digest[:-1])
    check_approved(PLAN, [one, two])
    for few, words in (([], "2 more approvals are"), ([one, one], "1 more approval is"),
                       ([one, replace(two, digest="0")], "1 more approval is")):  # fmt: skip
        with pytest.raises(RefusedError, match=words):
            check_approved(PLAN, few)


@pytest.mark.parametrize("text", ["", "  ", "a\nb", "x" * 301, "\x1b[31m"])
def test_a_reason_is_one_line(text):
    with pytest.raises(FactError):
        check_line(text, "reason")


def test_the_digest_of_a_record_is_that_of_its_file_or_of_its_list_of_files():
    alone = Manifest(((StoredObject("", 1, "s"), "a" * 64),))
    assert alone.content == "a" * 64
    old = StoredObject("b", 9, "s", "v1", current=False)
    listed = Manifest(((StoredObject("b", 1, "s"), "b" * 64), (StoredObject("a", 1, "s"), "a" * 64), (old, "c" * 64)))
    assert listed.content == sha256(f"{'a' * 64}  a\n{'b' * 64}  b\n".encode()).hexdigest()
    assert listed.size == 11


def test_differences_between_what_was_found_and_what_is_there():
    one, two = StoredObject("a", 1, "s"), StoredObject("b", 1, "s")
    found = Manifest(((one, ""), (two, "")))
    assert list(found.differences([one, two], begun=False)) == []
    assert list(found.differences([one], begun=False)) == ["`b` has gone since"]
    assert list(found.differences([one], begun=True)) == []
    assert list(found.differences([one, replace(two, stamp="t")], begun=True)) == ["`b` was changed since"]
    new, leftover = StoredObject("c", 1, "s"), StoredObject(".x", 1, "s", leftover=True)
    assert list(found.differences([new], begun=True)) == ["`c` has come since"]
    assert list(found.differences([leftover], begun=True)) == []
    assert list(found.differences([one, two, leftover], begun=False)) == ["`.x` has come since"]


def test_what_may_be_destroyed_is_there_unlocked_and_as_registered():
    item = PlanItem("r", 1, "c", "file:///a", "", "rule", "law", "", "one@1", "why")
    there = Manifest(((StoredObject("", 5, "s"), "a" * 64),))
    found = judge_found(item, there, "m")
    assert (found.outcome, found.objects, found.size, found.digest, found.manifest) == (
        Outcome.FOUND, 1, 5, "a" * 64, "m",
    )  # fmt: skip
    assert judge_found(replace(item, digest="a" * 64), there, "m").outcome is Outcome.FOUND
    assert judge_found(replace(item, digest="b" * 64), there, "m").outcome is Outcome.CHANGED
    assert judge_found(item, Manifest(()), "m").outcome is Outcome.ABSENT
    locked = Manifest(((StoredObject("", 5, "s", locked_until="2031-01-01"), "a" * 64),))
    assert judge_found(item, locked, "m").until == "2031-01-01"


def test_a_batch_finds_and_replaces_a_result():
    batch = Batch("p", 0, True, (ItemResult("a", Outcome.HELD), ItemResult("b", Outcome.DESTROYED)))
    changed = batch.with_result(ItemResult("a", Outcome.EXCUSED))
    assert batch.find("c") is None
    assert [each.settled for each in batch.results] == [False, True]
    assert [each.settled for each in changed.results] == [True, True]


def item(record, store):
    return PlanItem(record, 1, "c", store, "", "rule", "law", "", "one@1", "why")


@pytest.mark.parametrize(("store", "near"), [
    ("file:///srv/a", True), ("file:///srv/a/", True), ("file:///srv/a/b/c", True), ("file:///srv", True),
    ("file:///srv/ab", False), ("file:///srv/b", False), ("file:///other", False), ("s3://srv/a", False),
])  # fmt: skip
def test_what_lies_at_the_same_place_within_it_or_around_it_is_near(store, near):
    other = replace(RECORD, id="other", store=store)
    found = find_neighbours([item("r", "file:///srv/a")], "one", [RECORD, other])
    assert found == ({"r": ("one/other",)} if near else {})


@pytest.mark.parametrize("store", [
    "file:///srv/b%36", "file:///srv//b6", "file:///srv/./b6", "file:///srv/x/../b6", "file://localhost/srv/b6",
    "file:/srv/b6", "file:///%73rv/b6/c",
])  # fmt: skip
def test_another_spelling_of_the_place_is_near(store):
    kept = [replace(RECORD, id="held", store=store)]
    assert find_neighbours([item("r", "file:///srv/b6")], "one", kept) == {"r": ("one/held",)}
    assert find_neighbours([item("r", store)], "one", [replace(RECORD, id="held", store="file:///srv/b6")])


def test_what_the_stores_know_to_be_one_place_is_near():
    marks = {
        "file:///srv/b6": ["8:6", "8:1"], "file:///link/b6": ["8:6", "8:1"], "file:///link/b7": ["8:7", "8:1"],
        "file:///link": ["8:1"], "file:///link/b6/c": ["8:9", "8:6", "8:1"],
    }  # fmt: skip
    asked = []

    def mark(address):
        asked.append(address)
        return [marks[address]] if address in marks else None

    stores = [*marks, "rows://t/1", "file:///none"]
    kept = [replace(RECORD, id=f"k{number}", store=store) for number, store in enumerate(stores)]
    found = find_neighbours([item("r", "file:///srv/b6"), item("s", "s3://b/x")], "one", kept, mark)
    assert found == {"r": ("one/k0", "one/k1", "one/k3", "one/k4")}
    assert "rows://t/1" not in asked  # nothing of the plan lies in such a store


@pytest.mark.parametrize("store", [
    "http://127.0.0.1:9000/bkt/p/k1", "https://bkt.s3.amazonaws.com/p/k1", "HTTPS://user:x@BKT.s3.eu.example/p/%6b1?v=1",
    "https://host/bkt/p", "https://host/bkt/p/k1/part#x",
])  # fmt: skip
def test_an_object_is_near_to_its_address_for_the_web(store):
    kept = [replace(RECORD, id="held", store=store)]
    assert find_neighbours([item("r", "s3://bkt/p/k1")], "one", kept) == {"r": ("one/held",)}


@pytest.mark.parametrize("store", ["https://bkt.s3.amazonaws.com/", "https://host/other/p/k1", "https://bkt/p/k1"])
def test_other_addresses_for_the_web_are_not_near(store):
    kept = [replace(RECORD, id="held", store=store)]
    assert find_neighbours([item("r", "s3://bkt/p/k1")], "one", kept) == {}


def test_marks_meet_where_one_thing_is_the_other_or_lies_in_it():
    file, folder, other = [("f", "d", "r")], [("d", "r")], [("g", "d", "r")]
    for one, two, meet in ((file, file, True), (file, folder, True), (folder, file, True), (file, other, False)):
        assert do_meet(one, two) is meet
    assert not do_meet(file, []) and do_meet([*other, *file], file)


@given(st.lists(st.lists(st.sampled_from("abc"), min_size=1)), st.lists(st.lists(st.sampled_from("abc"), min_size=1)))
@examples(200)
def test_who_meets_is_met(one, other):
    assert do_meet(one, other) is do_meet(other, one)


def test_what_rivals_are_depends_on_what_is_destroyed():
    assert find_rivals(["s3", "box"]) == frozenset()
    assert find_rivals(["file", "rows"]) == {"sftp", "rows"}
    assert find_rivals(["sftp"]) == {"file", "sftp"}


def test_near_is_what_is_kept_in_any_project():
    kept = [
        replace(RECORD, id="a", store="s3://b/x"),
        replace(RECORD, id="a", store="s3://b/x", project="two"),
        replace(RECORD, id="gone", store="s3://b/x", disposed="d1"),
        replace(RECORD, id="bucket", store="s3://b"),
    ]
    found = find_neighbours([item("a", "s3://b/x"), item("c", "s3://b/x/y")], "one", kept)
    assert found == {"a": ("two/a", "one/bucket"), "c": ("one/a", "two/a", "one/bucket")}


def test_who_planned_it_approves_it_only_where_the_plan_says_so():
    own = Approval("planner-1", "", PLAN.digest)
    other = Approval("a", "", PLAN.digest)
    with pytest.raises(RefusedError, match="planned this destruction and may not approve it"):
        check_approval(PLAN, [], "planner-1", PLAN.digest)
    with pytest.raises(RefusedError, match="1 more approval is"):  # one that was given before there was this rule
        check_approved(PLAN, [own, other])
    assert list_approvers(PLAN, [own, other]) == ("a",)

    small = replace(PLAN, planner_approves=True)
    both = [replace(each, digest=small.digest) for each in (own, other)]
    check_second(small, "planner-1")
    check_approval(small, both[1:], "planner-1", small.digest)
    check_approved(small, both)
    assert small.digest != PLAN.digest
    assert parse_plan(format_plan(small)) == small
    assert b"planner_approves" not in format_plan(PLAN)  # as it was before there was this rule


@pytest.mark.parametrize(("stores", "carried"), [
    (["file:///s/box", "file:///s/box/a", "file:///s/box/a/b", "file:///s/boxes"], {1: 0, 2: 0}),
    (["file:///s/box/a/b", "file:///s/box/a", "file:///s/box/"], {0: 2, 1: 2}),
    (["s3://b/x", "s3://b/x", "s3://b/y"], {1: 0}),
    (["s3://b/x/y", "s3://b/x", "s3://b/x"], {0: 1, 2: 1}),
    (["file:///s/a", "s3://s/a/b"], {}),
    (["file:///s/a", "file:///s/%61//b", "file:///s/x/../a/b"], {1: 0}),
    (["s3://b/x/", "s3://b/x//y", "s3://b/x/y"], {2: 0}),
])  # fmt: skip
def test_what_lies_within_another_goes_with_the_outermost(stores, carried):
    items = [item(str(number), store) for number, store in enumerate(stores)]
    found = find_carriers(iter(items))
    assert found == {str(inner): items[outer] for inner, outer in carried.items()}
    assert all(find_depth(outer.store) <= find_depth(items[int(inner)].store) for inner, outer in found.items())


@pytest.mark.parametrize(("outer", "inner", "inside"), [
    ("file:///s/box", "file:///s/box/a/b", "a/b"), ("file:///s/box/", "file:///s/box", ""),
    ("s3://b", "s3://b/x/", "x"), ("file:///s/%62ox", "file:///s/box/./%61", "a"),
])  # fmt: skip
def test_where_a_location_lies_within_another(outer, inner, inside):
    assert find_inside(outer, inner) == inside


def test_a_manifest_is_split_by_what_lies_at_each_place():
    names = ["a", "deep/b c", "deep/d", "deeper", "x%25y/z"]
    whole = Manifest(tuple((StoredObject(name, len(name), "s"), name) for name in names))
    parts = whole.split(["", "a", "deep", "deep/b%20c", "x%25y", "none"])
    assert {place: [each.name for each, _ in part.objects] for place, part in parts.items()} == {
        "": names, "a": [""], "deep": ["b c", "d"], "deep/b%20c": [""], "x%25y": ["z"],
    }  # fmt: skip
    folder = Manifest(tuple((StoredObject(name, 0, "s"), name) for name in ["a/", "a/b/", "a/b/c", FOLDER_MARKER]))
    assert [each.name for each, _ in folder.split(["a"])["a"].objects] == [FOLDER_MARKER, "b/", "b/c"]
    assert [each.name for each, _ in folder.split(["a/b"])["a/b"].objects] == [FOLDER_MARKER, "c"]
    assert folder.split([""])[""] == folder
    alone = Manifest(((StoredObject("", 1, "s"), "d"),))
    assert alone.split(["", "a"]) == {"": alone}


@given(st.lists(st.text("ab/", min_size=1, max_size=6), max_size=6, unique=True), st.text("ab/", max_size=3))
def test_a_part_of_a_manifest_is_all_that_begins_with_its_place(names, place):
    place = place.strip("/")
    whole = Manifest(tuple((StoredObject(name, 1, "s"), name) for name in names))
    wanted = [name for name in names if not place or name == place or name.startswith(place + "/")]
    part = whole.split([place]).get(place)
    assert [digest for _, digest in part.objects] == wanted if wanted else part is None


def test_what_went_with_another_says_so_and_when():
    outer = ItemResult("box", Outcome.DESTROYED, at="2026-11-24T10:00:00.000000Z")
    part = Manifest(((StoredObject("", 5, "s"), "a" * 64),))
    found = judge_carried(item("paper", "file:///s/box/a"), outer, part, "m")
    assert (found.settled, found.carrier, found.at, found.objects, found.size) == (True, "box", outer.at, 1, 5)
    assert (found.digest, found.manifest) == ("a" * 64, "m")
    assert found.words == "verified to be gone with `box`, in which it lay"


KEEPS = {"keep_until": date(2026, 11, 24), "keeps": RULE}


@pytest.mark.parametrize(("changed", "day", "words", "incident"), [
    ({}, date(2026, 11, 24), "nothing is there", ""),
    (KEEPS, date(2026, 11, 24), "nothing is there", "The Law Art. 1 keeps it until 2026-11-24"),
    (KEEPS, date(2026, 11, 25),
     "nothing is there; its minimum ended with 2026-11-24, and whether it went before is not known", ""),
    ({**KEEPS, "holds": (Hold("h", "one", HoldScope.PROJECT, (), "x", "why", date(2026, 1, 1)),), "words": "held by h"},
     date(2026, 11, 25), "nothing is there", "it is held by h"),
])  # fmt: skip
def test_an_absence_is_an_incident_while_something_keeps_the_record(changed, day, words, incident):
    assert judge_absence(due(**changed), day, lambda cite: f"The Law {cite.pinpoint}") == (words, incident)


def test_what_is_found_absent_is_settled_once_it_is_closed():
    outcomes = {each for each in Outcome if ItemResult("r", each).settled}
    assert outcomes == {Outcome.DESTROYED, Outcome.GONE, Outcome.EXCUSED}
