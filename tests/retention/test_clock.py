"""Of one moment there are two days on earth: a minimum goes by the one that ends last, a maximum by the other."""

from datetime import UTC, date, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from govern.retention import judge_days

from ..conditions.worlds import examples

MOMENTS = st.integers(0, 5_000_000).map(lambda each: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=each))
CLOCKS = st.integers(-12 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@examples(200)
@given(MOMENTS, CLOCKS)
def test_the_day_of_every_clock_lies_between_the_two(now, clock):
    ended, begun = judge_days(now.date(), now)
    assert ended <= now.astimezone(clock).date() <= begun
    assert (begun - ended).days in (1, 2)
    assert judge_days(now.date(), now.astimezone(clock)) == (ended, begun)


@examples(200)
@given(MOMENTS, st.integers(-400, 400))
def test_a_day_that_is_over_or_yet_to_come_is_itself(now, days):
    day = now.date() + timedelta(days=days)
    ended, begun = judge_days(day, now)
    if days:
        assert (ended, begun) == (day, day)
    assert ended <= day <= begun


def test_on_new_years_eve_in_duluth_it_is_still_that_day():
    now = datetime.fromisoformat("2026-12-31T18:05:00-06:00")
    assert judge_days(date(2027, 1, 1), now) == (date(2026, 12, 31), date(2027, 1, 1))
    assert judge_days(date(2027, 1, 1), now + timedelta(hours=12)) == (date(2027, 1, 1), date(2027, 1, 2))
