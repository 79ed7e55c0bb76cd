"""A period as people write it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govern.errors import FactError
from govern.retention import Period, TriggerEvent, parse_period

from ..conditions.worlds import examples

COUNTS = st.integers(0, 999_999)


@given(st.builds(Period, years=COUNTS, months=COUNTS, days=COUNTS, hours=COUNTS, business_days=COUNTS))
@examples(300)
def test_reading_is_the_inverse_of_writing(period):
    assert parse_period(period.words()) == period


@pytest.mark.parametrize(("text", "period"), [
    ("6 years", Period(years=6)), ("1 year, 3 months", Period(years=1, months=3)), (" 90 days ", Period(days=90)),
    ("1 years", Period(years=1)), ("at once", Period()), ("0 days", Period()),
    ("90 business days", Period(business_days=90)), ("1 working day", Period(business_days=1)),
    ("1 month and 3 working days", Period(months=1, business_days=3)),
])  # fmt: skip
def test_a_period(text, period):
    assert parse_period(text) == period


@pytest.mark.parametrize("text", [
    "", "6", "years", "6years", "-1 days", "1.5 years", "6 weeks", "1 year 3 months", "1 year and 2 years",
    "1234567 days", "6 years and", "90 business", "90 holidays", "2 business days and 3 working days",
    "٣ years", "6 Years",
])  # fmt: skip
def test_no_period(text):
    with pytest.raises(FactError, match="is not a period"):
        parse_period(text)


def test_an_event_in_words():
    assert TriggerEvent.CONTRACT_END.words() == "contract end"
