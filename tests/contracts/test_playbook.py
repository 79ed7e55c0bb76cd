"""A playbook goes before what a clause says of its positions, and never leaves a clause without its text."""

from govern.contracts import Playbook, PositionKind, Slot, apply_playbooks, write_run

from .world import clause, draft

POSITIONS = [
    {"id": "preferred", "title": "ours"},
    {"id": "fallback", "title": "half", "approver": "counsel", "gives_up": ["t.two"]},
    {"id": "other", "title": "another"},
]


def book(*rules, id_="own"):
    return Playbook(id=id_, version="1.0.0", title="Own", rules=rules)


def one(**more):
    return clause("a.a", "{#p} P.\n\n::: position fallback\n{#p} Q.\n:::", positions=POSITIONS, **more)


def test_a_clause_that_no_rule_names_is_as_it_was():
    made = one()
    assert apply_playbooks(made, [book({"clause": "b.b", "position": "fallback", "allowed": False})]) is made


def test_a_rule_changes_who_approves_and_when():
    rule = {"clause": "a.a", "position": "fallback", "approver": "administrator", "when": "flag.on"}
    at = apply_playbooks(one(), [book(rule)]).head.positions[1]
    assert (at.approver, at.when, at.kind) == ("administrator", "flag.on", PositionKind.FALLBACK)


def test_what_is_not_allowed_is_gone_but_never_the_first():
    rules = [{"clause": "a.a", "position": each, "allowed": False} for each in ("preferred", "fallback")]
    assert [each.id for each in apply_playbooks(one(), [book(*rules)]).head.positions] == ["preferred", "other"]


def test_a_later_playbook_goes_before_an_earlier_one():
    first = book({"clause": "a.a", "position": "fallback", "approver": "administrator"})
    second = book({"clause": "a.a", "position": "fallback", "approver": "project_owner"}, id_="two")
    assert apply_playbooks(one(), [first, second]).head.positions[1].approver == "project_owner"


def test_another_name_is_a_fallback():
    assert one().head.positions[2].kind is PositionKind.FALLBACK


def test_a_position_that_gives_a_term_up_does_not_carry_it():
    made = one(carries=[{"term": "t.one", "paragraph": "p"}, {"term": "t.two", "paragraph": "p"}])
    assert draft(made).terms == ("t.one", "t.two")
    given = draft(made, positions={"a.a": "fallback"}, required_terms=("t.two",))
    assert given.terms == ("t.one",)
    assert given.sections[0].blocks[0].carries == ("t.one",)
    assert [each.kind for each in given.open_points if each.kind == "term"] == ["term"]


def test_a_position_whose_condition_does_not_hold_is_an_open_point():
    made = clause(
        "a.a", "{#p} P.\n\n::: position fallback\n{#p} Q.\n:::",
        positions=[POSITIONS[0], {"id": "fallback", "title": "half", "when": "flag.on"}],
    )  # fmt: skip
    points = draft(made, positions={"a.a": "fallback"}, answers={"flag.on": False}).open_points
    assert [each.kind for each in points] == ["position"]
    assert draft(made, positions={"a.a": "fallback"}, answers={"flag.on": True}).open_points == ()


def test_a_value_that_the_clause_does_not_allow_is_an_open_point():
    head = {"kind": "enum", "label": "the kind", "fact": "kind.one", "values": ["long_term"], "reason": "so it is"}
    made = clause("a.a", "{#p} [[x]].", parameters={"x": head})
    (point,) = draft(made, answers={"kind.one": "short_term"}).open_points
    assert (point.kind, "only long_term: so it is" in point.what) == ("bound", True)


def test_a_slot_is_written_as_a_blank():
    assert write_run(Slot("days")) == "[●\u00a0days]"
