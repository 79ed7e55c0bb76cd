"""The playbook that comes with govern: its topics have clauses with all positions, and none is left out."""

from collections import Counter

import pytest

from govern.contracts import PositionKind
from govern.library.content import Content
from govern.library.places import content_places

LIBRARY = Content(content_places())
CLAUSES = LIBRARY.clauses()
STANDARD = LIBRARY.playbooks()["standard"]
TOPICS = {topic.id: topic for topic in STANDARD.topics}
WANTED = {
    "liability",
    "subprocessors",
    "breach_notice",
    "audit",
    "deletion",
    "location",
    "ip",
    "reuse",
    "governing_law",
    "termination",
    "credits",
    "golden_sets",
    "people",
}


def test_what_is_negotiated_again_and_again_is_there():
    assert set(TOPICS) >= WANTED
    assert len(TOPICS) == len(STANDARD.topics)


@pytest.mark.parametrize("topic", STANDARD.topics, ids=lambda topic: topic.id)
def test_each_clause_of_a_topic_has_a_text_of_each_kind(topic):
    for id_ in topic.clauses:
        assert {position.kind for position in CLAUSES[id_].head.positions} == set(PositionKind), id_


@pytest.mark.parametrize("topic", STANDARD.topics, ids=lambda topic: topic.id)
def test_a_topic_says_what_we_want_what_we_trade_and_where_we_stop(topic):
    assert topic.stance
    assert topic.trade
    assert topic.never
    for words in (topic.stance, topic.trade, topic.never):
        assert words.endswith(".")
        assert max(len(sentence.split()) for sentence in words.split(".")) <= 35, words


def test_every_clause_with_positions_is_in_one_topic():
    named = Counter(id_ for topic in STANDARD.topics for id_ in topic.clauses)
    negotiated = {id_ for id_, clause in CLAUSES.items() if clause.head.positions}

    assert set(named) == negotiated
    assert set(named.values()) == {1}


def test_the_standard_playbook_leaves_the_clauses_as_they_are():
    """Approvers and conditions stand in the clauses; rules are for the organisation."""
    assert STANDARD.rules == ()
