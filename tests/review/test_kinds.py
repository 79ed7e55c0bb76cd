"""Of which kind a paper is, and what a review says of one that is read as another."""

from datetime import date
from pathlib import Path

import pytest

from govern.errors import RefusedError
from govern.exchange import read_paper
from govern.library.projects import load_project
from govern.library.yaml_files import load_yaml
from govern.review import Kind, Likely, Presence, read_kind
from govern.usecases.projects import save_project
from govern.usecases.reviews import review_paper

DAY = date(2026, 11, 24)
HERE = Path(__file__).parent
HOSPITAL = HERE.parent.parent / "examples" / "hospital-ct" / "project.yaml"
AGREEMENT = load_yaml(HERE / "elsewhere.yaml").value["agreement"]


@pytest.fixture
def kinds(patterns):
    one = Kind(("one",), "a contract of one", "the One Act", patterns("one_act"), patterns("contract of one"))
    two = Kind(("two",), "a contract of two", "the Two Act", patterns("two_act"), patterns("contract of two"))
    three = Kind(("three",), "a contract of three", "the Three Act", patterns("three_act"))
    return one, two, three


@pytest.mark.parametrize(
    ("lines", "names", "titled", "other"),
    [
        (["Contract of One", "By the One Act."], True, True, None),
        (["Terms", "a", "b", "Contract of One"], False, False, None),
        (["Contract of Two", "By the One Act."], True, False, "two"),
        (["Terms", "By the Two Act. By the Three Act, and the Three Act again."], False, False, "three"),
        (["Contract of Two", "By the Three Act."], False, False, "two"),
    ],
)
def test_a_paper_says_of_which_kind_it_is(kinds, paper, lines, names, titled, other):
    found = read_kind(paper(*lines), kinds, "one")
    assert (found.names_law, found.titled, found.other.documents[0] if found.other else None) == (names, titled, other)


def test_a_type_that_no_kind_has_fits_unless_the_title_says_otherwise(kinds, paper):
    assert read_kind(paper("By the Two Act."), kinds, "four") == Likely()
    assert read_kind(paper("Contract of Two"), kinds, "four").other == kinds[1]


def review(world, actor, text, document, **more):
    content = text.encode()
    return review_paper(world, actor, read_paper(content, name="their.txt"), content, document, DAY, **more)


def test_a_paper_of_another_law_is_doubted_and_does_not_say_what_that_law_ties_to_itself(world, actor):
    made = review(world, actor, AGREEMENT, "ccpa")
    assert made.doubts == (
        "the paper nowhere names the CCPA",
        "most of the required terms are not found: is it the right document, and all of it?",
        "this reads as a data processing agreement under the GDPR: --as dpa?",
    )
    found = {each.term.id: each.review for each in made.terms}
    assert found["ccpa.ag2"].presence is not Presence.PRESENT
    assert not any(each.presence is Presence.PRESENT and term in TIED for term, each in found.items())
    named = review(world, actor, AGREEMENT + "\n8. Law\n\n8.1 Words of the CCPA have its meaning.\n", "ccpa")
    tied = {each.term.id for each in named.terms if each.review.presence is Presence.PRESENT} & TIED
    assert tied
    assert all("nowhere names the CCPA" in found[term].why for term in tied)


TIED = {"ccpa.ag2", "ccpa.7051a6", "ccpa.7051a7", "ccpa.7051a10"}


def test_the_right_paper_is_not_doubted(world, actor, theirs_whole):
    assert review(world, actor, theirs_whole, "dpa").doubts == ()


@pytest.fixture
def theirs_whole():
    from labelled import load_styles, write_agreement

    style = dict(load_styles())["dpa/uk_firm"]
    return write_agreement(style, [*style["clauses"], *style["filler"]])


def test_the_wrong_title_counts_where_most_is_missing(world, actor):
    text = AGREEMENT.replace("DATA PROCESSING AGREEMENT", "BUSINESS ASSOCIATE AGREEMENT").split("3. People")[0]
    assert (
        "this reads as a business associate agreement under HIPAA: --as baa?"
        in review(world, actor, text, "dpa").doubts
    )


def test_a_kind_of_which_nothing_is_required_is_refused_and_nothing_is_saved(world, actor, content):
    project = save_project(world, actor, load_project(HOSPITAL, content.vocabulary()))
    head = world.log.head()
    with pytest.raises(RefusedError) as caught:
        review(world, actor, AGREEMENT, "dora", project=project.id, save=True)
    assert caught.value.message == f"no term of `dora_art30` is required for project `{project.id}`"
    assert "baa" in caught.value.hint
    assert "dora" not in caught.value.hint
    assert world.log.head() == head
