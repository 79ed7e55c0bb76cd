"""The figures that the benchmark prints, held as tests; and our own documents, which must pass our own review."""

from collections import Counter, defaultdict
from datetime import date
from pathlib import Path

import pytest

from govern.exchange import read_paper
from govern.library.projects import load_project
from govern.render import render_docx
from govern.review import Presence, review_terms
from govern.usecases.assembling import Options, open_workbench
from govern.usecases.gaps import assess_project
from govern.usecases.positions import Choices

DAY = date(2026, 11, 24)
HOSPITAL = Path(__file__).parent.parent.parent / "examples" / "hospital-ct" / "project.yaml"


def measure(book, terms_of, set_):
    """Counts for each term, of the styles of one set. Each test measures its own: they run in two processes."""
    from labelled import judge_cases, load_styles

    wanted = {name for name, style in load_styles() if style["set"] == set_}
    found = defaultdict(Counter)
    for case, judged in judge_cases(book, terms_of, wanted.__contains__):
        for term, each in judged.items():
            said = "remark" if set_ == "held_out" and each.to_look_at else each.presence.value
            found[term][case.labels[term], said] += 1
    return found


def rate(counts, label, said):
    whole = sum(number for (one, _), number in counts.items() if one == label)
    return (
        sum(number for (one, other), number in counts.items() if one == label and other in said) / whole
        if whole
        else 1.0
    )


def total(by_term):
    whole = Counter()
    for counts in by_term.values():
        whole.update(counts)
    return whole


@pytest.mark.slow
def test_each_term_is_found_in_the_styles_that_detectors_were_written_with(book, terms_of):
    """Each is; of all together hardly one is missed, claimed, or weakened and not noticed."""
    measured = measure(book, terms_of, "tuning")
    whole = total(measured)
    assert rate(whole, "present", {"present"}) >= 0.99
    assert rate(whole, "not_found", {"weak", "not_found"}) >= 0.99
    assert rate(whole, "weak", {"weak", "not_found"}) >= 0.99
    for term, counts in measured.items():
        assert rate(counts, "present", {"present"}) >= 0.95, term
        assert rate(counts, "not_found", {"weak", "not_found"}) >= 0.95, term
        assert rate(counts, "weak", {"weak", "not_found"}) >= 0.9, term


@pytest.mark.slow
def test_terms_are_found_in_the_styles_kept_apart(book, terms_of):
    """As well as when they were measured, all terms together: each is asked too seldom to be held alone."""
    measured = measure(book, terms_of, "held_out")
    assert measured, "write new ones: of those that were tuned on nothing can be said"
    whole = total(measured)
    assert rate(whole, "present", {"present", "remark"}) >= 0.96
    assert rate(whole, "present", {"present", "remark", "weak"}) >= 0.98
    assert rate(whole, "present", {"remark"}) <= 0.02
    assert rate(whole, "not_found", {"weak", "not_found"}) >= 0.98
    assert rate(whole, "weak", {"weak", "not_found"}) >= 0.84
    assert rate(whole, "weak", {"weak", "not_found", "remark"}) >= 0.9


def test_every_contract_term_has_a_detector(book, terms_of):
    assert {term for terms in terms_of.values() for term in terms} <= set(book.detectors)


def test_each_document_type_has_styles_and_where_some_are_kept_apart_each_has_them(terms_of):
    from labelled import load_styles

    apart = Counter(
        document for _, style in load_styles() if style["set"] == "held_out" for document in style["documents"]
    )
    both = Counter(document for _, style in load_styles() for document in style["documents"])
    assert all(both[document] >= 4 for document in terms_of)
    assert not apart or all(apart[document] >= 1 for document in terms_of)


@pytest.mark.slow
def test_our_own_documents_pass_our_own_review(world, content, book):
    project = load_project(HOSPITAL, content.vocabulary())
    bench = open_workbench(world, assess_project(world, project, DAY), DAY)
    wrong = []
    for id_ in content.recipes():
        draft = bench.assemble(content.recipe(id_), Choices({}, {}), Options(matrix=False))
        paper = read_paper(render_docx(draft, clean=True), name=f"{id_}.docx")
        for found in review_terms(paper, book, draft.terms):
            if found.presence is not Presence.PRESENT and not found.why.startswith(
                "is left open: [\u25cf"
            ):  # to be filled
                wrong.append((id_, found.term, found.why, found.phrase, found.quote))
    assert wrong == []
