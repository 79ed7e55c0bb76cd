"""Their words, and our text said in them."""

import pytest

from govern.review import Meaning, OurWord, PaperParagraph, Piece, fit_text, read_idiom

WORDS = (
    OurWord("Controller", ("Customer", "Client", "Company"), "controller", "client"),
    OurWord("Processor", ("Supplier", "Vendor", "Company"), "processor", "vendor"),
    OurWord("Personal Data", ("Customer Personal Data", "Personal Data"), "personal data"),
    OurWord("Services", ("Services",), "services"),
    OurWord("Agreement", ("Agreement",), "agreement"),
    OurWord("Authorised Person", (), "person authorised to process {Personal Data}"),
    OurWord("Body", (), "supervisory body"),
    OurWord("Oath Book"),
)
SUPPLIER = (
    'Alpha plc (the "Customer") and Beta Ltd (the "Supplier") make this Agreement ("Agreement").',
    "The Supplier shall process the Personal Data only on the instructions of the Customer. See clause 4.",
    "The Supplier shall notify the Customer. The Customer shall pay. The organisation is authorised.",
)
COMPANY = (
    'This Addendum is between Customer and Loom, Inc. ("Company").',
    "Company will process Customer Personal Data on behalf of Customer. See Section 2. Customer Personal Data is safe.",
    "Company will notify Customer of each breach. Company is an authorized organization under this Addendum.",
)
PLAIN = (
    'These terms are between Orchid Ltd ("Orchid", "we") and you.',
    "We process your data only on your instructions. We tell you about breaches. These terms bind us and you.",
)
MIXED = (
    'Orchid Ltd ("Orchid") will process your recordings. Orchid will notify you.',
    "Orchid keeps to your instructions. You pay Orchid.",
)


@pytest.fixture
def say(paper):
    """A function that says our text, with ==terms== marked, in the words of a paper."""

    def make(theirs, text, *, opening=True, unexplained=()):
        idiom = read_idiom(paper(*theirs), WORDS)
        parts = text.split("==")
        pieces = [Piece("term" if place % 2 else "text", part) for place, part in enumerate(parts) if part]
        found = fit_text(pieces, idiom, lambda piece: f"<{piece.target}>", opening=opening)
        assert found.unexplained == unexplained
        return found.text

    return make


NOTICE = "The ==Processor== must inform the ==Controller== if, in its opinion, a rule of this ==Agreement== is broken."


@pytest.mark.parametrize(
    ("theirs", "said"),
    [
        (SUPPLIER, "The Supplier shall inform the Customer if, in its opinion, a rule of this Agreement is broken."),
        (COMPANY, "Company will inform Customer if, in its opinion, a rule of this Addendum is broken."),
        (PLAIN, "We must inform you if, in our opinion, a rule of these terms is broken."),
        (
            ("Nothing is said here.",),
            "The processor must inform the controller if, in its opinion, a rule of this Agreement is broken.",
        ),
        (
            ("It is for you. You pay, and you hear from us on your instructions.",),
            "The processor must inform you if, in its opinion, a rule of this Agreement is broken.",
        ),
    ],
)  # fmt: skip
def test_parties_and_the_paper_have_the_names_that_they_have_there(say, theirs, said):
    assert say(theirs, NOTICE) == said


def parties_of(paper, *paragraphs, words=None):
    found = read_idiom(paper(*paragraphs), words or ROLES).parties
    return {side: name.text for side, name in found.items()}


ROLES = (
    *WORDS,
    OurWord("Covered Entity", ("Business", "Hospital"), "covered entity", "client"),
    OurWord("Business Associate", ("Vendor", "Associate"), "business associate", "vendor"),
)
BAA = (
    'This Business Associate Agreement ("BAA") is entered into by Larkfield Health ("Larkfield") and Varuna Private '
    'Limited ("Varuna") and supplements the Master Services Agreement dated 3 May (the "MSA").',
    "Varuna, a business associate, shall report to Larkfield under this Business Associate Agreement.",
    "Varuna shall protect it. Larkfield may direct Varuna. Larkfield pays. Business Associate terms are usual.",
)
CCPA = (
    'This Addendum is between Marlow, Inc. (the "Merchant") and Bayani, Inc. (the "Labeler").',
    "The Merchant discloses it for the limited business purpose, and the business purposes are those of the business.",
    "The Labeler shall comply within five business days. The Labeler shall notify the Merchant of the business units.",
    "The Merchant has the right to stop the Labeler outside the direct business relationship.",
)


@pytest.mark.parametrize(("theirs", "client", "vendor"), [
    (BAA, "Larkfield", "Varuna"), (CCPA, "Merchant", "Labeler"),
    (('Orchid Ltd ("Orchid") works for Alpha plc (the "Client", "you").', "Orchid will tell you. You pay Orchid.",
      "Orchid will help you. Your data stay yours. You decide."), "you", "Orchid"),
])  # fmt: skip
def test_the_names_that_the_parties_are_given_come_before_any_count(paper, theirs, client, vendor):
    assert parties_of(paper, *theirs) == {"client": client, "vendor": vendor}


def test_a_word_within_another_is_no_party(paper):
    """ "Business" stands in "Business Associate" only, "business" before a noun only."""
    body = ("Business Associate shall report it.", "Business Associate shall help on behalf of Covered Entity.",
            "Covered Entity instructs. The business purposes, days and the business units count.")  # fmt: skip
    assert parties_of(paper, *body) == {"client": "Covered Entity", "vendor": "Business Associate"}


def test_two_names_that_show_no_side_are_left_to_the_words_of_their_roles(paper):
    same = ('Between Alpha ("Alpha") and Beta ("Beta").', "Alpha pays. Alpha sings. Beta pays. Beta sings.",
            "The processor shall process it on the instructions of the controller, and the controller pays.",
            "The processor shall comply.")  # fmt: skip
    assert parties_of(paper, *same) == {"client": "controller", "vendor": "processor"}


DEFINED = (
    *WORDS[2:4],
    OurWord("Breach", ("Data Breach",), "data breach", means=Meaning(("breach of security",), ("event", "breach"))),
    OurWord("Sub-processor", ("Sub-processor",), "sub-processor"),
)


def test_their_own_definitions_name_our_terms(paper):
    theirs = paper(
        "\u201cSecurity Event\u201d means a breach of security. Tell us of each Security Event.",
        PaperParagraph("Sub-processors", heading=True),
        "Sub-processors are named here. There are five of them: no sub-processor is hidden.",
    )
    idiom = read_idiom(theirs, DEFINED)
    assert (idiom.terms["Breach"], idiom.terms["Sub-processor"]) == ("Security Event", "")
    assert read_idiom(paper("Each Sub-processor helps."), DEFINED).terms["Sub-processor"] == "Sub-processor"


def test_what_a_definition_leaves_out_is_no_meaning(paper):
    theirs = paper("\u201cUsage Event\u201d means anything other than a breach of security. Usage Event, Usage Event.")
    assert read_idiom(theirs, DEFINED).terms["Breach"] == ""


@pytest.mark.parametrize(("theirs", "said"), [
    ("It is organized.", "Persons authorized to process personal data, a use, an hour."),
    ("It is organised.", "Persons authorised to process personal data, a use, an hour."),
])  # fmt: skip
def test_our_words_are_spelt_as_theirs(say, theirs, said):
    assert say((theirs,), "==Authorized Persons==, a use, a hour.").replace("a hour", "an hour") == said


def test_parties_in_small_letters(say):
    theirs = ("The processor shall process the data on the instructions of the controller.", "The controller pays.",
              "The processor shall inform the controller.", "The Processor: Beta. The Controller: Alpha.")  # fmt: skip
    assert say(theirs, "The ==Processor== must help.") == "The processor shall help."


def test_a_name_of_their_own_beside_you(say):
    said = say(MIXED, "The ==Processor== must tell the ==Controller==, in its words. It must help the ==Controller==.")
    assert said == "Orchid will tell you, in its words. It will help you."


@pytest.mark.parametrize(
    ("ours", "said"),
    [
        ("The ==Controller== confirms, changes or withdraws it.", "You confirm, change or withdraw it."),
        ("What the ==Processor== has is what the ==Controller== is owed.", "What we have is what you are owed."),
        ("The ==Controller=='s choice binds the ==Processor==.", "Your choice binds us."),
        ("At the choice of the ==Controller==, delete it.", "At your choice, delete it."),
        ("Pay the duties of the ==Controller== or others.", "Pay the duties of you or others."),
        ("The ==Processor== is aware as soon as the ==Processor==, or a friend, knows.",
         "We are aware as soon as we, or a friend, knows."),
        ("The ==Processor== processes it. It must stop when it no longer holds it. The rest stays. It must stay.",
         "We process it. We must stop when we no longer hold it. The rest stays. It must stay."),
        ("If a friend fails in its duty, the ==Processor== relies on its own.",
         "If a friend fails in its duty, we rely on our own."),
        ("The ==Controller== carries it, and it has its way.", "You carry it, and you have your way."),
        ("The ==Controller== wishes; the ==Controller== as such.", "You wish; you as such."),
        ("Given by the ==Controller== as such.", "Given by you as such."),
        ("This ==Agreement== is made.", "These terms are made."),
        ("This ==Agreement== must hold, and for this ==Agreement== we stand.",
         "These terms must hold, and for these terms we stand."),
    ],
)  # fmt: skip
def test_we_and_you(say, ours, said):
    assert say(PLAIN, ours) == said


def test_terms_that_they_have_and_terms_in_plain_words(say):
    ours = "Each ==Authorised Person== and an ==Services== of ==Personal Data==; ==Authorised Persons==, ==Bodies==."
    assert say(COMPANY, ours) == (
        "Each person authorized to process Customer Personal Data and a services of Customer Personal Data; persons"
        " authorized to process Customer Personal Data, supervisory bodies."
    )
    assert say(SUPPLIER, "==Personal Data== and a ==Authorised Person==") == (
        "Personal Data and a person authorised to process Personal Data"
    )
    assert say(("No word.",), "==Personal Data==; an ==Body==", opening=False) == "personal data; a supervisory body"


def test_a_term_that_nobody_knows_is_named(say):
    assert say(SUPPLIER, "The ==Derived Data== and ==Oaths==.", unexplained=("Derived Data", "Oaths")) == (
        "The Derived Data and Oaths."
    )
    assert say((*SUPPLIER, "An Oath is an oath."), "The ==Oath==.") == "The Oath."
    assert say(SUPPLIER, "A ==Process==.", unexplained=("Process",)) == "A Process."


def test_references_are_written_by_whoever_knows(paper):
    idiom = read_idiom(paper(*COMPANY), WORDS)
    assert idiom.clause == "section"
    assert idiom.spelling == "z"
    found = fit_text(
        [Piece("text", "see "), Piece("reference", "Annex I", "annex.x")], idiom, lambda piece: piece.target
    )
    assert found.text == "See annex.x"


def test_the_number_of_names_is_bounded(paper):
    many = " ".join(f'("Name{number}")' for number in range(200))
    idiom = read_idiom(paper(many, PaperParagraph("A note of the Customer.", source=-1)), WORDS)
    assert idiom.parties == {}
