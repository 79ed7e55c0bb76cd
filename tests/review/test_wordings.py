"""Single clauses in many voices: what says a term, what falls short of it, and what is about something else."""

from dataclasses import replace
from pathlib import Path

import pytest

from govern.library.yaml_files import load_yaml
from govern.review import Paper, PaperParagraph, Presence, review_terms

WORDINGS = load_yaml(Path(__file__).with_name("wordings.yaml")).value
EXPECTED = {
    "says": {Presence.PRESENT},
    "short": {Presence.WEAK, Presence.NOT_FOUND},
    "other": {Presence.NOT_FOUND},
}
CASES = [(term, kind, text) for term, kinds in WORDINGS.items() for kind, texts in kinds.items() for text in texts]


@pytest.mark.parametrize(("term", "kind", "text"), CASES)
def test_a_wording_is_judged_as_a_lawyer_reads_it(book, term, kind, text):
    """By the patterns alone: what was learned was learned of these wordings too."""
    found = judge_wording(replace(book, likeness=None), term, kind, text)
    assert found.presence in EXPECTED[kind], found.why


def judge_wording(book, term, _, text):
    *over, body = text.split(" || ")
    headings = [PaperParagraph(each, heading=True) for each in (["The title", *over] if over else [])]
    (found,) = review_terms(Paper("x.txt", "txt", (*headings, PaperParagraph(body))), book, [term])
    return found


def test_with_what_was_learned_hardly_a_wording_is_taken_for_the_contrary(book):
    """What is about something else may be shown as weak, so that somebody looks, and never as a promise."""
    some = CASES[::7]
    judged = [(kind, judge_wording(book, term, kind, text).presence is Presence.PRESENT) for term, kind, text in some]
    assert ("other", True) not in judged
    assert sum(present is not (kind == "says") for kind, present in judged) <= len(some) / 100
