"""The language of patterns, and its matcher against a plain one."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govern.errors import ContentError
from govern.review import Hit, Paper, PaperParagraph, compile_pattern, find_all, read_passages

CONCEPTS = {
    "client": ("customer", "data controller", "@other"),
    "other": ("buyer",),
    "loop": ("@loop",),
    "things": ("any thing",),
}


def find(pattern, text):
    passages = read_passages(Paper("x", "txt", (PaperParagraph(text),)))
    return [passages.quote(hit).text for hit in find_all(passages, compile_pattern(pattern, CONCEPTS))]


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("notify @client", "It notifies the Customer.", ["notifies the Customer"]),
        ("notify @client", "notify any data controllers", ["notify any data controllers"]),
        ("notify @client", "notify a buyer", ["notify a buyer"]),
        ("notify @client", "notify me, Customer", []),
        ("notify ~1 @client", "notify me, Customer", ["notify me, Customer"]),
        ("audit|inspection", "audits and inspections", ["audits", "inspections"]),
        ("in_lieu audit", "in lieu of audit, in lieu audit", ["in lieu audit"]),
        ("confid* duty", "a confidentiality duty", ["confidentiality duty"]),
        ("within_# hour", "within 72 hours", ["within 72 hours"]),
        ("in_case_of_breach", "in case of breach, in case of need", ["in case of breach"]),
        ("in_case_breach", "in case", []),
        ("within_#_hour*", "within 72 hours, within some hours, within 3 days", ["within 72 hours"]),
        ("within_hour", "within an hour, hours within", ["within an hour"]),
        ("# hour", "72 hours, ten hours", ["72 hours", "ten hours"]),
        (
            "written ?data contract",
            "written contract, written data contract",
            ["written contract", "written data contract"],
        ),
        ("audit ~9 vendor", "An audit. The vendor helps.", []),
        ("not applicable", "not applicable, not the applicable law", ["not applicable"]),
        ("if applicable", "If applicable, the relevant law", ["If applicable"]),
        ("data any", "Data: any. Data: any kind", ["Data: any"]),
        ("notify", "", []),
    ],
)
def test_matches(pattern, text, found):
    assert find(pattern, text) == found


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("x " * 300, "longer than"), ("~3 x", "not a distance"), ("x ~99 y", "not a distance"),
        ("x ~a y", "not a distance"),
        ("x ~2 ~3 y", "not a distance"), ("x ~2", "no word to begin or end"), ("", "no word"),
        ("the", "`the` in `the` would never be found"), ("within the hour", "never be found"),
        ("notify|such breach", "never be found"), ("any data", "never be found"), ("any_data", "never be found"),
        ("@things", "`any` in `@things` would never be found"), ("data any", None), ("not applicable", None),
        ("any ~2 data", None), ("if_applicable", None),
        ("?x", "no word"), ("x(y", "not a word"), ("*", "not a word"), ("@clien", "not a concept"),
        ("@loop", "circle"),
        ("b_c " * 17 + "d", "more than 16"), ("x|" * 150 + "y", None),
    ],
)  # fmt: skip
def test_wrong_patterns_say_what_is_wrong(pattern, said):
    if said is None:
        compile_pattern(pattern, CONCEPTS)
        return
    with pytest.raises(ContentError, match=said):
        compile_pattern(pattern, CONCEPTS)


def test_choices_are_bounded():
    with pytest.raises(ContentError, match="choices"):
        compile_pattern("@many", {"many": tuple(f"w{number}" for number in range(500))})


def naive(words, elements):
    """All shortest matches, by trying."""
    found = []
    for start in range(len(words)):
        ends = {start + 1} if words[start] in elements[0][0] else set()
        for choices, gap in elements[1:]:
            ends = {at + 1 for end in ends for at in range(end, min(end + gap + 1, len(words))) if words[at] in choices}
        if ends:
            found.append(Hit(start, min(ends)))
    return found


@given(
    st.lists(st.sampled_from("bcdf"), min_size=1, max_size=14),
    st.lists(
        st.tuples(st.sets(st.sampled_from("bcdf"), min_size=1, max_size=3), st.integers(0, 4)), min_size=1, max_size=4
    ),
)
def test_the_matcher_is_the_plain_one(words, elements):
    pieces = ["|".join(sorted(elements[0][0]))]
    for choices, gap in elements[1:]:
        pieces += [f"~{gap}", "|".join(sorted(choices))]
    text = read_passages(Paper("x", "txt", (PaperParagraph(" ".join(words)),)))
    assert find_all(text, compile_pattern(" ".join(pieces), {})) == naive(words, elements)


@pytest.mark.slow
def test_time_grows_with_the_text_and_no_faster():
    pattern = compile_pattern("notify ~40 notify ~40 notify ~40 notify ~40 breach", {})

    def measure(words):
        text = read_passages(Paper("x", "txt", (PaperParagraph("notify " * words),)))
        started = time.process_time()
        assert find_all(text, pattern) == []
        return time.process_time() - started

    measure(500)
    assert measure(16_000) < 40 * max(measure(2_000), 0.005)
