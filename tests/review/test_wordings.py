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


def test_what_was_learned_hardly_changes_what_the_patterns_read_rightly(book):
    some = [case for case in CASES[::7] if case[1] != "other"]
    changed = [case for case in some if judge_wording(book, *case).weighed]
    assert len(changed) <= len(some) / 100
