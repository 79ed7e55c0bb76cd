"""What lies in a store is held against what is registered there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govern.retention import PartlyDestroyed, RegisteredPlace, Standing, StoreInventory


def make(*places):
    found = StoreInventory("archive")
    found.expect(RegisteredPlace(*each) for each in places)
    return found


def test_each_thing_is_registered_or_not():
    found = make(("a", "p/one", False), ("b/c", "p/two", False), ("gone", "p/old", True), ("b/d", "p/three", False))
    standings = [found.take(*each) for each in (("a", 5), ("b/c/x/y", 7), ("b/x", 11), ("gone/z", 13), ("ab", 17))]
    found.close()

    assert standings == [
        Standing.REGISTERED, Standing.REGISTERED, Standing.UNREGISTERED, Standing.RETURNED, Standing.UNREGISTERED
    ]  # fmt: skip
    assert (found.objects, found.size, found.records) == (5, 53, 3)
    assert (found.unregistered, found.unregistered_size, found.returned) == (2, 28, 1)
    assert found.missing == ["p/three"]
    assert not found.in_order


def test_a_record_may_be_the_whole_store_and_lie_within_another():
    found = make(("", "p/all", False), ("a", "p/inner", False), ("b", "p/none", False))
    assert found.take("a/x", 1) is Standing.REGISTERED
    found.close()
    assert found.missing == ["p/none"]  # both that it lies in are there


def test_what_was_destroyed_and_is_kept_again_by_another_record_is_registered():
    found = make(("a", "p/old", True), ("a", "p/new", False))
    assert found.take("a", 1) is Standing.REGISTERED
    found.close()
    assert found.in_order


def test_nothing_is_called_missing_in_a_store_that_was_not_looked_at_to_the_end():
    found = make(("a", "p/one", False))
    found.close("the server does not answer")
    assert (found.missing, found.problem, found.in_order) == ([], "the server does not answer", False)


def test_a_record_that_was_destroyed_in_part_is_not_in_order():
    found = make(("a", "p/one", False))
    found.take("a/x", 1)
    found.close()
    assert found.in_order
    found.partly = [PartlyDestroyed("p/one", "3f2a", 152, 400)]
    assert not found.in_order


def test_a_record_whose_address_is_no_place_there_is_not_in_order():
    found = make(("a", "p/one", False))
    found.leave("p/two")
    found.take("a", 1)
    found.close()
    assert (found.records, found.missing, found.unplaced, found.in_order) == (2, [], ["p/two"], False)


def test_an_empty_store_is_in_order():
    found = make()
    found.close()
    assert found.in_order


names = st.lists(st.sampled_from("abc"), min_size=1, max_size=3).map("/".join)


@given(st.sets(names, max_size=5), st.sets(names, max_size=5), st.sets(names, max_size=8))
def test_it_is_what_one_would_say_of_each(kept, gone, things):
    def within(thing, places):
        return [each for each in places if thing == each or thing.startswith(each + "/")]

    found = make(*((each, f"p/{each}", False) for each in kept), *((each, "p/gone", True) for each in gone))
    for thing in sorted(things):
        wanted = Standing.REGISTERED if within(thing, kept) else Standing.RETURNED
        assert found.take(thing, 1) is (wanted if within(thing, kept | gone) else Standing.UNREGISTERED)
    found.close()
    assert found.missing == sorted(f"p/{each}" for each in kept if not any(within(thing, [each]) for thing in things))


@pytest.mark.parametrize("problem", ["", "it broke off"])
def test_in_order_is_all_of_it(problem):
    found = make(("a", "p/one", False))
    found.take("a", 1)
    found.close(problem)
    assert found.in_order is not bool(problem)
