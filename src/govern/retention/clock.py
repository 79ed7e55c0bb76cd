"""Which day it is where a law counts: the one before, today's and the next are all somewhere on earth at once.

No pack says by which clock a law's day ends, and one law may hold under several: so a minimum is over only when its
last day has ended everywhere, and a maximum is there as soon as its day has begun anywhere.

>>> judge_days(date(2027, 1, 1), datetime(2027, 1, 1, 0, 5, tzinfo=UTC))  # 18:05 on New Year's Eve in Duluth
(datetime.date(2026, 12, 31), datetime.date(2027, 1, 1))
"""

from datetime import UTC, date, datetime, timedelta

LATEST, EARLIEST = timedelta(hours=-12), timedelta(hours=14)
"""The clocks by which a day ends last and begins first."""


def judge_days(day: date, now: datetime) -> tuple[date, date]:
    """The days by which a minimum and a maximum are judged where `day` is asked for, as UTC has it.

    Of a day that is over, and of one that is yet to come, it is that day itself.
    """
    here = now.astimezone(UTC)
    latest, earliest = (here + LATEST).date(), (here + EARLIEST).date()
    return (min(day, latest) if day <= here.date() else day), (earliest if day == here.date() else day)
