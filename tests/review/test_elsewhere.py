"""What takes a clause back from elsewhere, and what honest papers say of their clauses."""

from pathlib import Path

import pytest

from govern.exchange.plain import read_text
from govern.library.yaml_files import load_yaml
from govern.review import (
    Cell,
    Elsewhere,
    Paper,
    PaperParagraph,
    Presence,
    Undoing,
    WordParagraph,
    WordText,
    read_passages,
    review_terms,
)

READ = load_yaml(Path(__file__).with_name("elsewhere.yaml")).value
AGREEMENT, CASES = READ["agreement"], READ["cases"]
TERMS = (
    "dpa.instructions", "dpa.confidentiality", "dpa.rights_assistance", "dpa.end_of_service", "dpa.audit",
    "dpa.subprocessor_flowdown",
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=[each["text"][:60] for each in CASES])
def test_take_backs_by_reference(book, case):
    number = case["text"].partition(" ")[0]
    before = "" if number.startswith("6") or number == "Side" else "8. General\n\n"
    agreement = AGREEMENT
    if number.startswith("6"):
        head, tail = AGREEMENT.split("7. Sub-processors")
        agreement = f"{head}{case['text']}\n\n7. Sub-processors{tail}"
    paper = read_text(agreement if number.startswith("6") else f"{agreement}\n{before}{case['text']}\n", name="x.txt")
    found = {each.term: each for each in review_terms(paper, book, TERMS)}
    weak = {term for term, each in found.items() if each.presence is not Presence.PRESENT}
    look = {term for term, each in found.items() if each.taken_back is not None and not each.taken_back.firm}
    assert (weak, look) == (set(case.get("weak", ())), set(case.get("look", ())))
    assert all(found[term].taken_back.quote.text in case["text"] for term in weak)


def test_as_it_stands_the_agreement_keeps_each_term(book):
    found = review_terms(read_text(AGREEMENT, name="x.txt"), book, TERMS)
    assert [each.presence for each in found] == [Presence.PRESENT] * len(TERMS)
    assert not any(each.to_look_at for each in found)


def numbered(*pairs):
    return [PaperParagraph(text, number) for number, text in pairs]


@pytest.fixture
def undo(detector, patterns):
    """A book with one promise, "notify", and words that undo it."""
    rules = (
        Undoing(patterns("not apply"), "does not apply", unless=patterns("fees"), harmless=patterns("law")),
        Undoing(patterns("notwithstanding"), "comes before it", near=2),
        Undoing(patterns("holds only"), "says when it holds", look=True),
        Undoing(patterns("it may"), "narrows it", notes=True),
    )
    return detector(["notify"], book={"elsewhere": rules})


def judge(book, paper):
    (found,) = review_terms(paper, book, ["t.one"])
    return found


@pytest.mark.parametrize(
    ("text", "presence", "looks"),
    [
        ("Clause 1.1 shall not apply.", "weak", False),
        ("Clauses 1 and 9 shall not apply.", "weak", False),
        ("Clauses 0 to 3 shall not apply.", "weak", False),
        ("Clause 1.1(a) shall not apply.", "present", False),
        ("Clause 11 shall not apply.", "present", False),
        ("Clause 1.1 shall not apply where the law wants it.", "present", True),
        ("The fees of clause 1.1 shall not apply.", "present", False),
        ("Notwithstanding clause 1.1 we do as we like.", "weak", False),
        ("Notwithstanding what anybody says we keep clause 1.1.", "present", False),
        ("Clause 1.1 holds only on Sundays.", "present", True),
        ("Clause 1.1 GDPR shall not apply.", "present", False),
        ("Clause 1.1 of the Order shall not apply.", "present", False),
        ("Clause 1.1 of this Agreement shall not apply.", "weak", False),
        ("Clause 1.1 of the Agreement shall not apply. That is this Agreement.", "weak", False),
        ("Clause 1.1 in writing shall not apply.", "weak", False),
        ("Under clause 1.1 it may be so.", "present", False),
    ],
)
def test_which_clause_a_sentence_undoes(undo, paper, text, presence, looks):
    found = judge(undo, paper(*numbered(("1.1", "We notify you."), ("2.1", text))))
    assert (found.presence.value, found.to_look_at) == (presence, looks)
    assert (found.taken_back is not None) == (presence == "weak" or looks)


@pytest.mark.parametrize(("number", "presence"), [("Article 5", "weak"), ("5", "present")])
def test_an_article_is_one_of_a_law_where_the_paper_has_none(undo, paper, number, presence):
    text = paper(
        PaperParagraph("We notify you.", number),
        PaperParagraph("Fees.", "6"),
        PaperParagraph("Article 5 shall not apply.", "7"),
    )
    found = judge(undo, text)
    assert found.presence.value == presence
    typed = paper(PaperParagraph("Article V. We notify you.", "V", typed=True),
                  PaperParagraph("Art. V shall not apply.", "6"))  # fmt: skip
    assert judge(undo, typed).presence is Presence.WEAK


def test_what_takes_back_for_certain_is_shown_first(undo, paper):
    found = judge(
        undo,
        paper(*numbered(("1.1", "We notify you."), ("2.1", "Clause 1 holds only then. Clause 1 shall not apply."))),
    )
    assert found.why == "clause 1.1 says it, but it is taken back by clause 2.1, which does not apply"
    assert (found.taken_back.quote.text, found.phrase.text) == ("Clause 1 shall not apply.", "not apply")


def test_this_clause_is_that_in_which_it_stands(undo, paper):
    head, other = PaperParagraph("Notice", "1", heading=True), PaperParagraph("Fees", "2", heading=True)
    first = numbered(("1.1", "We notify you."))
    said = numbered(("1.2", "This clause shall not apply."))
    assert judge(undo, paper(head, *first, *said, other)).presence is Presence.WEAK
    apart = numbered(("2.1", "This clause shall not apply."))
    assert judge(undo, paper(head, *first, other, *apart)).presence is Presence.PRESENT
    same = numbered(("1.1", "This clause shall not apply and we notify you."))
    assert judge(undo, paper(head, *same)).taken_back is None


def test_a_row_may_name_its_clause_by_the_bare_number(undo, paper):
    def rows(head):
        cells = (((0, 0), head), ((0, 1), "Variation"), ((1, 0), "1.1"), ((1, 1), "It shall not apply."))
        return [PaperParagraph(text, cell=Cell(0, *place)) for place, text in cells]

    first = numbered(("1.1", "We notify you."))
    assert judge(undo, paper(*first, *rows("Clause"))).presence is Presence.WEAK
    assert judge(undo, paper(*first, *rows("Measure"))).presence is Presence.PRESENT


def test_a_footnote_takes_back_the_paragraph_that_it_hangs_on(undo):
    def made(note, hangs="footnote 2"):
        body = PaperParagraph("We notify you.", "1.1", notes=(hangs,))
        return Paper("x.docx", "docx", (body, PaperParagraph(note, "footnote 2", source=-1)))

    found = judge(undo, made("It may do otherwise."))
    assert (found.presence, found.taken_back.quote.label) == (Presence.WEAK, "footnote 2")
    assert judge(undo, made("See the fees, which do not apply.")).taken_back is None
    assert judge(undo, made("It may do otherwise.", "footnote 3")).taken_back is None


def test_an_annex_that_counts_anew_is_another_part(undo, paper):
    body = [*numbered(("1.1", "We are here.")), PaperParagraph("Annex A", heading=True)]
    inside = numbered(("1.1", "We notify you."), ("1.2", "Clause 1.1 shall not apply."))
    assert judge(undo, paper(*body, *inside)).presence is Presence.WEAK
    before = numbered(("1.1", "We are here."), ("1.2", "Clause 1.1 shall not apply."))
    assert judge(undo, paper(*before, body[1], inside[0])).presence is Presence.PRESENT


def test_without_words_that_undo_nothing_is_taken_back(detector, paper):
    text = read_passages(paper(*numbered(("1.1", "We notify you."), ("2.1", "Clause 1.1 shall not apply."))))
    assert Elsewhere(text, detector(["notify"])).find(text.sentence(0)) is None


def test_what_follows_from_a_weak_one_says_so(book):
    taken = AGREEMENT + "\n8. General\n\n8.1 Clause 7 is suspended.\n"
    text = taken.replace(
        "7.1 The",
        "7.1 The Customer grants general written authorisation to engage sub-processors; the Supplier informs the "
        "Customer of each intended change 30 days ahead, so that it may object.\n\n7.2 The",
    ).replace("Clause 7 is", "Clause 7.2 is")
    terms = ["dpa.subprocessor_conditions", "dpa.subprocessor_authorisation", "dpa.subprocessor_flowdown"]
    found = {each.term: each for each in review_terms(read_text(text, name="x.txt"), book, terms)}
    assert found["dpa.subprocessor_authorisation"].presence is Presence.PRESENT
    assert "dpa.subprocessor_flowdown is weak" in found["dpa.subprocessor_conditions"].why


def test_pending_changes_are_remarked_with_their_authors():
    from govern.review import Change

    line = WordParagraph("within 96 hours", "within 24 hours", changes=(Change("inserted", "96", "Vendor Legal"),))
    (remark,) = WordText("x.docx", (line,)).paper().remarks
    assert remark == "pending tracked changes by Vendor Legal were read as accepted: nobody agreed them yet"
    nobody = WordParagraph("a", "b", changes=(Change("inserted", "a"),))
    assert "changes were read" in WordText("x.docx", (nobody,)).paper().remarks[0]
    assert WordText("x.docx", (WordParagraph("a", "a"),)).paper().remarks == ()
