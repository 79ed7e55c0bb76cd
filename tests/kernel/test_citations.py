"""Citations, and dates in force: the first day, and the first day no longer."""

from datetime import date

import pytest
from pydantic import ValidationError

from govern.kernel import ALWAYS, Citation, InForce, cite

EVE, START, LAST, END = date(2018, 5, 24), date(2018, 5, 25), date(2026, 8, 1), date(2026, 8, 2)


@pytest.mark.parametrize(("day", "want"), [(EVE, False), (START, True), (LAST, True), (END, False)])
def test_half_open(day, want):
    assert InForce(**{"from": START, "until": END}).covers(day) is want


@pytest.mark.parametrize(("day", "want"), [(date.min, True), (LAST, True), (END, False), (date.max, False)])
def test_open_start(day, want):
    assert InForce(until=END).covers(day) is want


@pytest.mark.parametrize(("day", "want"), [(date.min, False), (EVE, False), (START, True), (date.max, True)])
def test_open_end(day, want):
    assert InForce(since=START).covers(day) is want


def test_no_day_is_in_force_between_equal_ends():
    assert not InForce(since=START, until=START).covers(START)


def test_always():
    assert ALWAYS.covers(date.min)
    assert ALWAYS.covers(date.max)
    assert InForce() == ALWAYS


def test_they_are_values():
    cite = Citation(instrument="gdpr", pinpoint="Art. 28(3)(a)")

    assert cite == Citation(instrument="gdpr", pinpoint="Art. 28(3)(a)")
    with pytest.raises(ValidationError):
        cite.instrument = "ccpa"
    with pytest.raises(ValidationError):
        InForce(to=END)


@pytest.mark.parametrize(("instrument", "pinpoint", "sign", "said"), [
    ("GDPR", "Art. 33(5)", "", "GDPR Art. 33(5)"), ("GDPR", "Art. 33(5)", ",", "GDPR, Art. 33(5)"),
    ("UK GDPR", "UK GDPR Art. 12A; DUAA 2025 s.76", "", "UK GDPR Art. 12A; DUAA 2025 s.76"),
    ("UK GDPR", "UK GDPR Art. 33", ",", "UK GDPR Art. 33"), ("UK", "UKEX s.1", "", "UK UKEX s.1"),
])  # fmt: skip
def test_an_instrument_is_named_once(instrument, pinpoint, sign, said):
    assert cite(instrument, pinpoint, sign=sign) == said
