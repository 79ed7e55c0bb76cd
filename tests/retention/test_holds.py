"""Which holds reach a record, and which projects' schedules say `hold`."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govern.errors import FactError
from govern.retention import (
    Hold,
    HoldScope,
    RetainedRecord,
    Schedule,
    TriggerEvent,
    check_term,
    holds_on,
    plain_matter,
)

from ..conditions.worlds import examples
from .test_determination import line

DAY = date(2026, 11, 24)
RECORD = RetainedRecord(
    "batch-7", "hospital-ct", "CT scans, batch 7", "personal data", "s3://scans/batch-7",
    {TriggerEvent.CREATION: date(2025, 3, 1)}, data_class="health", matters=("claim-17",),
)  # fmt: skip


def hold(scope=HoldScope.PROJECT, values=(), project="hospital-ct", **more):
    return Hold("h", project, scope, tuple(values), "ann", "a claim is pending", date(2026, 1, 1), **more)


@pytest.mark.parametrize(("scope", "values", "reaches"), [
    ("project", (), True),
    ("series", ("personal data",), True), ("series", ("contracts", "personal data"), True),
    ("series", ("contracts",), False),
    ("records", ("batch-7",), True), ("records", ("batch-8", "batch-70"), False),
    ("matter", ("claim-17",), True), ("matter", ("claim-18",), False),
    ("query", ("title=*batch*",), True), ("query", ("title=*BATCH 7",), True), ("query", ("title=batch",), False),
    ("query", ("title=*batch*", "data_class=finance"), False),
    ("query", ("store=s3://scans/*", "data_class=health"), True),
    ("query", ("id=batch-?", "record_class=personal*"), True), ("query", ("id=batch-[89]",), False),
    ("query", ("creation>=2025-03-01",), True), ("query", ("creation>=2025-03-02",), False),
    ("query", ("creation<=2025-03-01",), True), ("query", ("creation<=2025-02-28",), False),
    ("query", ("creation=2025-03-01",), True), ("query", ("creation=2025-03-02",), False),
    ("query", ("death>=2025-01-01",), True),  # nobody knows the day: what is unknown is held
])  # fmt: skip
def test_a_scope_reaches(scope, values, reaches):
    held = hold(HoldScope(scope), values)
    assert holds_on(RECORD, [held], DAY) == ((held,) if reaches else ())


def test_a_hold_without_a_project_reaches_all():
    for project, reaches in (("", True), ("hospital-ct", True), ("other", False)):
        for scope, values in ((HoldScope.PROJECT, ()), (HoldScope.SERIES, ("personal data",))):
            assert bool(holds_on(RECORD, [hold(scope, values, project)], DAY)) is reaches


def test_a_matter_can_be_named_from_outside():
    other = hold(HoldScope.MATTER, ("claim-99",))
    assert not holds_on(RECORD, [other], DAY)
    assert holds_on(RECORD, [other], DAY, ["claim-99"])


def test_a_hold_holds_from_its_first_day_to_its_release():
    held = hold(released_by="bob", released_on=date(2026, 6, 1))
    for day, holds in (
        (date(2025, 12, 31), False), (date(2026, 1, 1), True), (date(2026, 5, 31), True), (date(2026, 6, 1), False),
    ):  # fmt: skip
        assert bool(holds_on(RECORD, [held], day)) is holds
    assert holds_on(RECORD, [hold()], date.max)


@pytest.mark.parametrize(("store", "pattern", "reached"), [
    ("file:///srv/b6", "file:///srv/b%36", True), ("file:///srv/b%36", "file:///srv/b6", True),
    ("file:///srv/b6", "file://LocalHost/srv/*", True), ("file://localhost/srv/b6", "file:///srv/*", True),
    ("file:///srv/b%20c", "file:///srv/b%2*", True), ("file:///srv/B6", "*/b6", True),
    ("file:///srv/b7", "file:///srv/b%36", False),
])  # fmt: skip
def test_a_query_finds_an_address_however_it_is_written(store, pattern, reached):
    record = replace(RECORD, store=store)
    assert bool(holds_on(record, [hold(HoldScope.QUERY, (f"store={pattern}",))], DAY)) is reached


def test_several_holds_are_all_named():
    several = [replace(hold(), id=f"h{number}") for number in range(3)]
    assert holds_on(RECORD, [*several, hold(project="other")], DAY) == tuple(several)


@pytest.mark.parametrize("term", [
    "title=*", "id=x", "record_class=a", "data_class=b", "store=file:*", "creation=2025-01-01", "creation>=2025-01-01",
    "last_use<=2025-01-01", "title==x",
])  # fmt: skip
def test_a_term_of_a_query(term):
    check_term(term)


@pytest.mark.parametrize("term", [
    "", "title", "title=", "=x", "Title=x", "digest=ab", "title>=x", "title<=x", "creation=", "creation>2025-01-01",
    "creation>=yesterday", "creation>=2025-13-01", "name=x", "title=" + "x" * 200, " title=x",
])  # fmt: skip
def test_no_term_of_a_query(term):
    with pytest.raises(FactError):
        check_term(term)


@given(st.text(max_size=220))
@examples(300)
def test_any_text_is_a_term_or_is_refused(text):
    try:
        check_term(text)
    except FactError:
        return
    holds_on(RECORD, [hold(HoldScope.QUERY, (text,))], DAY)


@pytest.mark.parametrize(("known", "holds", "says"), [
    (False, (), "destroy"), (None, (), "destroy"), (True, (), "hold"),
    (False, (hold(HoldScope.SERIES, ("contracts",)),), "hold"),
    (False, (hold(HoldScope.SERIES, ("audit logs",)),), "destroy"),
    (False, (hold(HoldScope.RECORDS, ("contracts",)),), "destroy"),
])  # fmt: skip
def test_a_line_says_hold_while_all_of_its_class_is_held(known, holds, says):
    one = line("a")
    assert Schedule(DAY, (one,), (), known, holds).action(one) == says


@pytest.mark.parametrize(("matter", "reached"), [
    ("Smith v. jones", True), ("SMITH  v. Jones ", True), ("Smith\u00a0v. Jone\uff53", True),
    ("Smith v. Joness", False),
])  # fmt: skip
def test_a_matter_is_one_however_it_is_typed(matter, reached):
    record = replace(RECORD, matters=(matter,))
    held = hold(HoldScope.MATTER, ("Smith v. Jones",))
    assert bool(holds_on(record, [held], DAY)) is reached
    assert bool(holds_on(replace(record, matters=()), [held], DAY, [matter])) is reached


@given(st.text(max_size=40))
@examples(300)
def test_a_matter_that_is_plain_stays_so(matter):
    assert plain_matter(plain_matter(matter)) == plain_matter(matter)


@pytest.mark.parametrize(("title", "pattern", "reached"), [
    ("batch [7] d", "batch [7]*", True), ("batch 7 d", "batch [7]*", True), ("batch 8 d", "batch [7]*", False),
    ("batch [7] d", "batch [[]7]*", True), ("batch 7 d", "batch [[]7]*", False), ("Batch [7", "batch [7", True),
])  # fmt: skip
def test_brackets_of_a_pattern_are_read_in_both_ways(title, pattern, reached):
    record = replace(RECORD, title=title)
    assert bool(holds_on(record, [hold(HoldScope.QUERY, (f"title={pattern}",))], DAY)) is reached


@given(st.text("ab[]*?!-", min_size=1, max_size=8))
@examples(300)
def test_a_text_is_reached_by_itself_as_a_pattern(text):
    assert holds_on(replace(RECORD, title=text), [hold(HoldScope.QUERY, (f"title={text}",))], DAY)


LINKS = {
    "file:///data": "file:///srv",
    "file:///data/smith": "file:///srv/smith",
    "file:///data/smith/a": "file:///srv/smith/a",
}


@pytest.mark.parametrize(("store", "pattern", "reached"), [
    ("file:///data/smith/a", "file:///srv/smith/*", True), ("file:///srv/smith/a", "file:///data/smith/*", True),
    ("file:///srv/smith/a", "file:///data/sm*", True), ("file:///srv/jones/a", "file:///data/smith/*", False),
    ("file:///srv/smith/a", "*smith*", True), ("file:///other/a", "none*", False),
    ("https://b.s3.amazonaws.com/p/k", "s3://b/p/*", True),
])  # fmt: skip
def test_a_query_finds_a_place_by_the_ways_that_stores_know(store, pattern, reached):
    found = holds_on(
        replace(RECORD, store=store), [hold(HoldScope.QUERY, (f"store={pattern}",))], DAY,
        resolve=lambda address: [LINKS[address]] if address in LINKS else [],
    )  # fmt: skip
    assert bool(found) is reached
