"""Duties of somebody else in whose place the client does not stand, to be confirmed with them."""

import pytest

from govern.rules import Status, assess

from .world import book, definition, obligation, pack, resolve

AGENT = {
    "actor": "controller",
    "when": "law.agent",
    "assume": {"vendor.role": "controller"},
    "confirm_with": "the controller",
}
WORDS = [definition("law.agent", 'vendor.role == "processor" && data.personal')]
DUTIES = (
    obligation("L-1", 'vendor.role == "controller"', "true", actor="controller"),
    obligation("L-2", 'vendor.role == "controller" && data.health', "true", actor="controller and processor"),
    obligation("L-3", 'vendor.role == "controller"', "true", actor="joint controller"),
    obligation("L-4", "!data.personal", "true", actor="controller"),
    obligation("L-5", "true", "proof.policy", actor="controller"),
    obligation("L-6", "proof.policy", "true", actor="controller"),
)
LAW = pack(*DUTIES, definitions=WORDS, stand_ins=[AGENT])
OTHER = pack(obligation("O-1", 'vendor.role == "controller"', "true", actor="controller"), id_="other", order=1)
ROLE = {"vendor.role": "processor", "data.personal": True}


def confirmed(answers, *packs):
    findings = assess(book(*(packs or (LAW,))), resolve(answers)).findings
    return {each.obligation.id: each.confirm_with for each in findings if each.confirm_with}


@pytest.mark.parametrize(
    ("answers", "want"),
    [
        # of the controller's duties, those that would apply in his place; not known to apply is not enough
        (ROLE, ["L-1"]),
        (ROLE | {"data.health": True}, ["L-1", "L-2"]),
        (ROLE | {"data.health": False}, ["L-1"]),
        # nobody's agent, or not known to be one
        ({"vendor.role": "none", "data.personal": True}, []),
        ({"vendor.role": "processor"}, []),
        ({"vendor.role": "processor", "data.personal": False}, []),
        ({"vendor.role": "controller", "data.personal": True}, []),
        ({}, []),
    ],
)
def test_duties_that_apply_in_somebody_elses_place_are_to_be_confirmed(answers, want):
    assert confirmed(answers) == dict.fromkeys(want, "the controller")


def test_a_duty_to_be_confirmed_stays_as_it_was_found():
    plain = pack(*DUTIES, definitions=WORDS)
    with_, without = (assess(book(each), resolve(ROLE)).findings for each in (LAW, plain))

    for one, other in zip(with_, without, strict=True):
        assert other.confirm_with == ""
        assert (one.obligation, one.status, one.reasons, one.missing, one.applies, one.met) == (
            other.obligation,
            other.status,
            other.reasons,
            other.missing,
            other.applies,
            other.met,
        )
    assert with_[0].status is Status.NOT_APPLICABLE
    # a duty that applies anyhow, or may, is the client's own
    assert [each.status for each in with_[4:]] == [Status.OPEN, Status.OPEN]


def test_a_pack_stands_in_for_its_own_duties_only():
    assert confirmed(ROLE, LAW, OTHER) == {"L-1": "the controller"}
    lending = pack(definitions=WORDS, stand_ins=[AGENT])
    assert confirmed(ROLE, lending, OTHER) == {}


def test_several_places_may_be_taken():
    owner = AGENT | {"actor": "joint", "when": "data.personal", "confirm_with": "the other one"}

    assert confirmed(ROLE, pack(*DUTIES, definitions=WORDS, stand_ins=[AGENT, owner])) == {
        "L-1": "the controller",
        "L-3": "the other one",
    }


def test_what_is_assumed_stands_for_an_answer_and_for_none():
    law = pack(
        obligation("L-1", "proof.policy && data.health", "true", actor="controller"),
        stand_ins=[AGENT | {"when": "true", "assume": {"proof.policy": True, "data.health": True}}],
    )

    assert confirmed({"data.health": False}, law) == {"L-1": "the controller"}
    assert confirmed({"proof.policy": False, "data.health": True}, law) == {"L-1": "the controller"}
    assert confirmed({}, law) == {}  # open, so its own question


def test_what_is_assumed_is_read_as_an_answer_is():
    """A list in a file is a set of facts, and a coarse member leaves its parts unknown."""
    law = pack(
        obligation("L-1", 'has_all(vendor.regions, ["US"])', "true", actor="controller"),
        obligation("L-2", '"US-CA" in vendor.regions', "true", actor="controller"),
        stand_ins=[AGENT | {"when": "true", "assume": {"vendor.regions": ["US", "IN"]}}],
    )

    assert confirmed({"vendor.regions": ["IN"]}, law) == {"L-1": "the controller"}
    assert book(law).stand_ins[0].assume["vendor.regions"] == {"US", "IN"}


def test_a_book_has_the_stand_ins_of_the_packs_that_were_chosen():
    both = (LAW, OTHER)

    (made,) = book(*both).stand_ins
    assert (made.pack, made.actor, made.assume, made.confirm_with) == (
        "law",
        "controller",
        {"vendor.role": "controller"},
        "the controller",
    )
    assert made.when(book(LAW).scope(resolve(ROLE))).verdict is True
    assert book(*both, only=["other"]).stand_ins == ()
    assert len(book(*both, only=["law"]).stand_ins) == 1


def test_a_book_knows_what_is_in_force_in_it():
    world = book(LAW)

    assert "L-1" in world
    assert "law.agent" in world
    assert "O-1" not in world
    assert "vendor.role" not in world
