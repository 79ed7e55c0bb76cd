"""Accepted gaps, and the days on which they are."""

from dataclasses import replace
from datetime import date

import pytest

from govern.rules import Waiver, waivers_on

WAIVER = Waiver("w-1", "L-1", "counsel", "until the new contract", date(2026, 3, 1), date(2026, 6, 30))
REVOKED = replace(WAIVER, revoked_on=date(2026, 5, 1))


@pytest.mark.parametrize(
    ("waiver", "day", "held"),
    [
        (WAIVER, date(2026, 2, 28), False),
        (WAIVER, date(2026, 3, 1), True),
        (WAIVER, date(2026, 6, 30), True),
        (WAIVER, date(2026, 7, 1), False),
        (REVOKED, date(2026, 2, 28), False),
        (REVOKED, date(2026, 4, 30), True),
        (REVOKED, date(2026, 5, 1), False),
        (REVOKED, date(2026, 5, 2), False),
        # what is revoked after its end ends at its end
        (replace(WAIVER, revoked_on=date(2026, 12, 1)), date(2026, 7, 1), False),
        (replace(WAIVER, revoked_on=WAIVER.granted_on), WAIVER.granted_on, False),
        (replace(WAIVER, expires_on=WAIVER.granted_on), WAIVER.granted_on, True),
    ],
)
def test_both_ends_are_included_and_the_day_of_revocation_is_not(waiver, day, held):
    assert waiver.covers(day) is held
    assert waivers_on([waiver], day) == ({"L-1": waiver} if held else {})


def test_of_several_the_one_that_lasts_longest_holds():
    longer = replace(WAIVER, id="w-0", expires_on=date(2026, 9, 30))
    ended = replace(WAIVER, id="w-9", expires_on=date(2026, 3, 31))
    other = replace(WAIVER, id="w-2", obligation="L-2")
    revoked = replace(longer, id="w-8", expires_on=date(2027, 1, 1), revoked_on=date(2026, 4, 1))
    same = replace(longer, id="w-00")
    day = date(2026, 4, 1)

    for waivers in ([WAIVER, longer, ended, other, revoked, same], [same, revoked, other, ended, longer, WAIVER]):
        assert waivers_on(waivers, day) == {"L-1": same, "L-2": other}
    assert waivers_on([WAIVER, ended], date(2026, 3, 2)) == {"L-1": WAIVER}
    assert waivers_on([], day) == {}
