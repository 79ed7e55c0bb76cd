"""What a paper gives a name of its own, and who its parties are."""

import pytest

from govern.review import Meaning, OurWord, Presence, review_terms
from govern.review.idiom import read_pair
from govern.review.judge import read_names
from govern.review.meanings import read_meanings
from govern.review.passages import read_passages

KINDS = (Meaning(("protected health information",), ("phi", "information")), Meaning(("personal data",), ("data",)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('the personal data listed below ("Protocol Data")', {"Protocol Data": "personal data"}),
        ("personal data (hereinafter the \u201cFile Data\u201d)", {"File Data": "personal data"}),
        ('"Job Data" means all personal data that we get', {"Job Data": "personal data"}),
        ('"Job Data": personal data from the Client', {"Job Data": "personal data"}),
        ('"Member PHI" are protected health information', {"Member PHI": "protected health information"}),
        ("Reader Data, which is personal data, is kept", {"Reader Data": "personal data"}),
        ("this governs data which is personal data", {}),
        ('"Job Data" means figures. Personal data are another thing', {}),
        ('We hold personal data. The contract (the "Order Data")', {}),
        ('personal data are kept by the staff ("Personnel")', {}),  # a name of persons
        ('"Personal Data" means personal data', {}),  # it says so itself
        ('"Job Data" shall be kept with personal data', {}),
        ('"Job Data" means impersonal dataset', {}),
        ('"Unsecured PHI" means protected health information that anybody can read', {}),  # more than the phrase
        ('personal data about health ("Sensitive Data")', {}),
    ],
)
def test_names_of_what_is_defined(paper, text, expected):
    assert read_meanings(paper(text), KINDS) == expected


def test_the_longest_name_is_read_first(paper):
    text = 'the personal data ("Data") and more personal data ("Old Data")'
    assert list(read_meanings(paper(text), KINDS)) == ["Old Data", "Data"]


def test_a_name_is_found_as_what_it_stands_for(detector, paper):
    book = detector(["types of personal data"], book={"meanings": KINDS})
    text = paper('the personal data listed below ("Protocol Data").', "Types of Protocol Data are names.")
    (found,) = review_terms(text, book, ["t.one"])
    assert (found.presence, found.quote.text) == (Presence.PRESENT, "Types of Protocol Data are names.")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('Alpha AG (the "Bank") and Beta (the "Outsourcing Provider")', ("Bank", "Outsourcing Provider")),
        ('Alpha AG (the "Bank")', None),
        ('Alpha AG (the "Bank") and again (the "Bank")', None),
        ('This annex ("DPA") to the order ("Agreement") binds A ("Provider") and B ("Clinic")', ("Provider", "Clinic")),
        ('From 1 May ("Effective Date") the order ("Services Agreement") binds A ("Provider")', None),
    ],
)
def test_the_two_names_of_the_first_paragraphs(paper, text, expected):
    assert read_pair(paper(text)) == expected


def test_beside_a_known_role_the_other_name_is_the_other_side(detector, paper):
    book = detector(["x"], book={"words": (OurWord("Processor", ("Provider",), side="vendor"),)})
    assert read_names(paper('A (the "Bank") and B (the "Outsourcing Provider").'), book) == {"Bank": "controller"}
    book = detector(["x"], book={"words": (OurWord("Controller", ("Customer",), side="client"),)})
    assert read_names(paper('A (the "Customer") and B ("Talbot").'), book) == {"Talbot": "processor"}
    assert read_names(paper('A (the "customer") and B ("annex").'), book) == {}
    assert read_names(paper('A (the "Data") and B ("Annex").'), book) == {}


SIDES = (OurWord("Processor", ("Vendor",), side="vendor"), OurWord("Controller", ("Customer",), side="client"))


def test_the_other_of_two_parties_is_the_other_side(detector, paper):
    book = detector(["x"], book={"words": SIDES})
    text = (
        'This contract is between Quorn (the "Ministry") and Tagwell (the "Bureau"). The Bureau informs the Ministry. '
        "The Bureau will keep the data secret."
    )
    assert read_names(paper(text), book) == {"Bureau": "processor", "Ministry": "controller"}
    more = text + ' The archive (the "Registry") gets nothing.'
    assert read_names(paper(more), book).get("Registry") is None


def test_a_name_for_the_other_role_is_read_as_what_it_does(detector, paper):
    """Where contractors are the clients of a platform, "Contractor" is the controller."""
    words = (OurWord("Processor", ("Provider", "Contractor"), side="vendor"), SIDES[1])
    text = (
        'Obra (the "Provider") and the member (the "Contractor"). Provider processes on behalf of Contractor, notifies '
        "Contractor, assists Contractor, and follows the instructions of Contractor and the choice of Contractor."
    )
    assert read_names(paper(text), detector(["x"], book={"words": words})) == {"Contractor": "controller"}


@pytest.mark.parametrize(
    ("name", "times", "expected"),
    [("Fernhill", 4, {"Fernhill": "processor"}), ("Fernhill", 3, {}), ("Parties", 4, {}), ("Agreement", 4, {})],
)
def test_a_company_that_owes_much_is_a_party_without_being_defined(detector, paper, name, times, expected):
    text = f"{name} shall process data for the Customer. " * times + "It acts on the instructions of the Customer."
    assert read_names(paper(text), detector(["x"], book={"words": SIDES})) == expected


def test_a_word_that_mostly_stands_in_small_letters_is_no_name(detector, paper):
    text = (
        "Work shall go on. " * 4 + "The work is work, and work is what work is, on instructions of the Customer. " * 2
    )
    assert read_names(paper(text), detector(["x"], book={"words": SIDES})) == {}


def test_in_a_paper_of_the_clients_we_are_the_controller(detector, paper):
    text = (
        "You shall process data on behalf of us. You will tell us of a breach and you must wait for our instructions. "
        "You will act for us and follow our instructions and our consent. We decide, you agree to it."
    )
    book = detector(["processor ~4 tell ~2 controller"], book={"words": SIDES})
    assert read_names(paper(text), book) == {"us": "controller", "we": "controller", "you": "processor"}
    (found,) = review_terms(paper(text), book, ["t.one"])
    assert (found.presence, found.quote.text[:19]) == (Presence.PRESENT, "You will tell us of")


@pytest.mark.parametrize("name", ["Its", "Such", "The Said"])
def test_a_name_of_words_that_are_left_out_stands_for_nothing(paper, name):
    text = read_passages(paper(f'Talbot (the "{name}") keeps any data. It keeps it.'), {name: "processor"})
    assert "processor" not in text.row


def test_a_paper_that_defines_such_a_name_is_reviewed(detector, paper):
    text = paper('All of it ("Any") and Talbot Ltd (the "It") belong together.', "It allows any audit.")
    (found,) = review_terms(text, detector(["audit"]), ["t.one"])
    assert found.presence is Presence.PRESENT
