"""Our own words for a term that stands in an item of a list: a sentence with the words that lead it in."""

import pytest

from govern.review import Paper, PaperParagraph, Presence
from govern.usecases.projects import save_project
from govern.usecases.reviews import review_paper

CLAUSE = """---
id: dpa.audit
version: 1.0.0
title: Audit
documents: [dpa]
carries:
  - {term: dpa.audit, paragraph: audit}
parameters:
  days: {kind: integer, label: days of notice, default: 14}
changelog:
  - {version: 1.0.0, date: 2026-11-24, note: First version.}
---
"""
DETECTOR = "- term: dpa.audit\n  says:\n    - promise: [audit]\n"
PAPER = Paper("their.txt", "txt", (PaperParagraph("The client pays the fee of the vendor each month."),))


@pytest.fixture
def propose(small, actor, arrangement, day):
    """A function that gives our words for the audit, with a clause of that text."""

    def make(text):
        files = {"clauses/dpa/dpa.audit.md": CLAUSE + text, "review/dpa.yaml": DETECTOR}
        ports = small(**{f"clause_library/{name}": data for name, data in files.items()})
        save_project(ports, actor, arrangement)
        (found,) = review_paper(ports, actor, PAPER, b"", "dpa", day, project="one").terms
        assert found.review.presence is Presence.NOT_FOUND
        return found.proposal.paragraphs

    return make


@pytest.mark.parametrize(
    ("text", "said"),
    [
        # the words before a colon lead the item in, and it ends as a sentence does
        (
            "{#lead} The vendor must:\n\n- {#audit} let the client audit it; or\n- help it.",
            ("The vendor must let the client audit it.",),
        ),
        # a whole sentence leads nothing in: the item stays as it is
        (
            "{#lead} The vendor has duties.\n\n- {#audit} It lets the client audit it;\n- It helps.",
            ("It lets the client audit it;",),
        ),
        # nor does one that ends in a value
        ("{#lead} Duties for [[days]]\n\n- {#audit} an audit;\n- help.", ("an audit;",)),
        # what ends in a value has no end to close
        ("{#lead} The days are:\n\n- {#audit} for an audit, [[days]]\n- more.", ("for an audit, 14",)),
        # an item is led in by the nearest line above it that lies less deep; what lies under it comes with it
        (
            "{#lead} The vendor must:\n\n- {#other} act when it:\n  - {#audit} has an audit;\n  - ends.",
            ("act when it has an audit.",),
        ),
        (
            "{#lead} The vendor must:\n\n- {#audit} let the client audit;\n  - its books;\n  - its rooms;\n- help.",
            ("The vendor must let the client audit.", "(i) its books;", "(ii) its rooms;"),
        ),
    ],
)
def test_an_item_is_made_a_sentence_where_its_lead_ends_in_a_colon(propose, text, said):
    assert propose(f"{text}\n") == said
