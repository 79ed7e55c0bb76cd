"""Retention: what is kept how long under which law, and what is due.

>>> add_period(date(2024, 2, 29), Period(years=1))
datetime.date(2025, 2, 28)
"""

from datetime import date

from govern.retention.model import Conflict, Period, RetentionRule, RuleKind, Schedule, ScheduleLine
from govern.retention.schedule import add_period, find_conflicts, plan_schedule

__all__ = [
    "Conflict",
    "Period",
    "RetentionRule",
    "RuleKind",
    "Schedule",
    "ScheduleLine",
    "add_period",
    "date",
    "find_conflicts",
    "plan_schedule",
]
