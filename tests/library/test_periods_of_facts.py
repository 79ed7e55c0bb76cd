"""A period that a fact knows stands in the paragraphs that are about it, and not a default beside it."""

import re

from govern.kernel import Kind
from govern.library.content import Content
from govern.library.places import content_places

LIBRARY = Content(content_places())
PERIOD = re.compile(r"_(?:minutes|hours|days|weeks|months|years)$")

# A period that no paragraph of ours is about: who owes it, and to whom.
NO_PARAGRAPH = {
    "ai_act.documentation_years": "the client keeps the technical documentation of its own system",
    "ai_act.log_months": "the client keeps the logs of its own system",
    "ccpa.opt_out_days": "the client's whole time for an opt-out; the vendor has `optout_days` of it",
    "ccpa.request_answer_days": "the client's whole time for an answer; the vendor has `request_days` of it",
    "ccpa.request_confirmation_days": "the client confirms that a request has arrived",
    "gdpr.upstream_breach_hours": "the client owes it to its own customer, in a contract of theirs",
    "hipaa.upstream_breach_notice_hours": "the client owes it to its own covered entity, in a contract of theirs",
}


def periods():
    return {spec.id for spec in LIBRARY.vocabulary() if PERIOD.search(spec.id) and spec.kind is Kind.INTEGER}


def filled():
    return {each.fact for clause in LIBRARY.clauses().values() for each in clause.head.parameters.values() if each.fact}


def test_each_period_fills_a_paragraph_or_is_about_something_else():
    assert periods() - filled() == set(NO_PARAGRAPH)
