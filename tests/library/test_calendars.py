"""Calendars and deadlines that are wrong: every problem, with its place."""

import pytest

from govern.errors import ContentError
from govern.library.calendars import NAME, load_calendars
from govern.library.content import Content
from govern.library.places import Places
from govern.retention import Weekday

from .test_bad_files import check, refusal, show
from .trees import grow

DEADLINES = "rules/law/deadlines.yaml"
CALENDARS = """
EU:
  title: Weekends
  zone: Europe/Brussels
"""
DEADLINE = """
- id: law.answer
  title: Answer a request
  cite: {pinpoint: Art. 12}
  applies: law.processor
  event: request
  trigger: the receipt of the request
  period: {months: 1}
  calendar: EU
  jurisdiction: EEA
"""


def spoilt(old, new):
    assert old in DEADLINE
    return {NAME: CALENDARS, DEADLINES: DEADLINE.replace(old, new)}


def test_what_is_sound_is_read(tmp_path):
    places = grow(tmp_path, **{NAME: CALENDARS, DEADLINES: DEADLINE})
    check(places)
    (deadline,) = Content(places).deadlines()
    assert (deadline.id, deadline.pack, deadline.cite.instrument) == ("law.answer", "law", "law")
    assert Content(places).calendars()["EU"].weekend == (Weekday.SATURDAY, Weekday.SUNDAY)


@pytest.mark.parametrize(("changed", "problem"), [
    (spoilt("calendar: EU", "calendar: UE"),
     f"{DEADLINES}:1:3: there is no calendar `UE` (hint: schemas/calendars.yaml has EU)"),
    (spoilt("months: 1}", "months: 1}\n  business_days: 3"),
     f"{DEADLINES}:1:3: `law.answer` has a `period` and `business_days` (hint: write one of them)"),
    (spoilt("law.processor", "law.procesor"),
     f"{DEADLINES}:4:3: `applies` at 1:1: there is no fact or definition `law.procesor`"),
    (spoilt("event: request", "event: reqest"),
     f"{DEADLINES}:5:3: `reqest` is not a value of `event` (hint: did you mean `request`?)"),
    (spoilt("period", "perod"), f"{DEADLINES}:7:3: `perod` is not known here (hint: did you mean `period`?)"),
    (spoilt("Art. 12}", "Art. 12, instrument: lax}"), f"{DEADLINES}:1:3: there is no instrument `lax`"),
    (spoilt("id: law.answer", "id: answer"), f"{DEADLINES}:1:3: `answer` is not a form of `id`"),
    (spoilt("EEA", "EEA\n  in_force: {from: 2026-01-01, until: 2025-01-01}"),
     f"{DEADLINES}:1:3: it ends before it begins"),
])  # fmt: skip
def test_what_is_wrong_in_a_deadline_has_its_place(tmp_path, changed, problem):
    found = show(refusal(check, grow(tmp_path, **changed)))
    assert len(found) == 1
    assert found[0].startswith(problem)


@pytest.mark.parametrize(("text", "problem"), [
    ("5", "1:1: expected calendars by their ids"), ("EU: 5", "1:1: expected a mapping"),
    ("EU: {title: Weekends}", "1:1: `zone` is missing"),
    ("EU: {title: Weekends, zone: here}", "1:23: `here` is not a form of `zone`"),
    ("EU: {title: Weekends, zone: UTC, holidays: [{name: Day}]}", "1:45: `Day` has no day"),
    ("EU: {title: Weekends, zone: UTC, holidays: [{name: Day, month: 1, easter: 3}]}", "1:45: `Day` has no day"),
    ("EU: {title: Weekends, zone: UTC, holidays: [{name: Day, month: 1, day: 32}]}", "1:67: `day`"),
    ("EU: {title: Weekends, zone: UTC, holidays: [{name: Day, month: 1, weekday: monday, nth: 5}]}",
     "1:84: `5` is not a value of `nth`"),
])  # fmt: skip
def test_what_is_wrong_in_a_calendar_has_its_place(tmp_path, text, problem):
    found = show(refusal(load_calendars, grow(tmp_path, **{NAME: text})))
    assert [each for each in found if not each.startswith(f"{NAME}:{problem}")] == []


def test_an_organisations_calendars_are_laid_over_the_others_by_id(tmp_path):
    own = "EU: {title: Weekends and a day, zone: Europe/Dublin}\nIE: {title: Ireland, zone: Europe/Dublin}"
    base = grow(
        tmp_path / "base", **{NAME: CALENDARS + "UK: {title: Weekends, zone: Europe/London}", DEADLINES: DEADLINE}
    )
    over = tmp_path / "over"
    (over / "schemas").mkdir(parents=True)
    (over / NAME).write_text(own, "utf-8")
    places = Places((*base.roots, over))
    zones = {id_: each.zone for id_, each in load_calendars(places).items()}
    assert zones == {"EU": "Europe/Dublin", "UK": "Europe/London", "IE": "Europe/Dublin"}
    check(places)

    (over / NAME).write_text("IE: {title: Ireland}", "utf-8")
    (problem,) = show(refusal(load_calendars, places))
    assert problem.startswith(f"{NAME}:1:1: `zone` is missing")


RULE = """
- id: law.batches
  record_class: batches
  title: Batches of items
  cite: {pinpoint: Art. 9}
  applies: law.processor
  rule: maximum
  period: {business_days: 90}
  calendar: EU
  trigger: the acceptance of the batch
  event: acceptance
  action: destroy
  jurisdiction: EEA
"""


@pytest.mark.parametrize(("old", "new", "problem"), [
    ("  calendar: EU\n", "",
     "1:3: `law.batches`: `calendar` is missing (hint: business_days and calendar go together)"),
    ("business_days: 90", "days: 90", "1:3: `law.batches`: no business days are counted"),
    ("calendar: EU", "calendar: EV", "1:3: there is no calendar `EV` (hint: schemas/calendars.yaml has EU)"),
])  # fmt: skip
def test_a_term_of_business_days_names_a_calendar(tmp_path, old, new, problem):
    name = "rules/law/retention.yaml"
    check(grow(tmp_path / "sound", **{NAME: CALENDARS, name: RULE}))
    (found,) = show(refusal(check, grow(tmp_path / "bad", **{NAME: CALENDARS, name: RULE.replace(old, new)})))
    assert found.startswith(f"{name}:{problem}")


def test_without_the_file_there_are_no_calendars(tmp_path):
    assert load_calendars(grow(tmp_path)) == {}


def test_an_unchecked_deadline_is_refused_in_words(tmp_path):
    with pytest.raises(ContentError, match="this deadline does not fit"):
        Content(grow(tmp_path, **{DEADLINES: "- {id: x}"})).deadlines()
