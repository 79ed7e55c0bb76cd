"""The words of the other side's paper, and our text said in them.

Our clauses speak of Controller and Processor, Personal Data and Instructions. A text that goes into *their* paper
speaks of their Supplier, their Customer Data, their Addendum, with their "shall" or "will"; in a paper of "we" and
"you" it speaks to the reader too. A term of ours that they have no word for is said in plain words, or else it is
named, so that a definition can go with it.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from govern.review.model import Paper

CLIENT, VENDOR = "client", "vendor"


@dataclass(frozen=True, slots=True)
class OurWord:
    """A defined term of our documents: what others call it, best first, or how one says it without a definition.

    `side` is client or vendor if it names a party.
    """

    ours: str
    theirs: tuple[str, ...] = ()
    plain: str = ""
    side: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of our text. `kind` is text, term (one that we define) or reference (`target` is what it points to)."""

    kind: str
    text: str
    target: str = ""


@dataclass(frozen=True, slots=True)
class PartyName:
    """What the paper calls a party. `article` says whether it stands with "the"; a pronoun is "we" or "you"."""

    text: str
    article: bool = True

    @property
    def pronoun(self) -> bool:
        """Whether the party is spoken to or speaks itself."""
        return self.text in _PRONOUNS


@dataclass(frozen=True, slots=True)
class Idiom:
    """How the paper says what our text says. `terms` has their words for ours, "" where plain words are used."""

    parties: Mapping[str, PartyName] = field(default_factory=dict)
    words: Mapping[str, OurWord] = field(default_factory=dict)
    terms: Mapping[str, str] = field(default_factory=dict)
    itself: str = "this Agreement"
    modal: str = "must"
    clause: str = "clause"
    text: str = ""
    american: bool = False
    """Whether it writes "authorized"."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """Our text in their words, and the terms in it that their paper does not explain."""

    text: str
    unexplained: tuple[str, ...] = ()


# --- reading theirs ------------------------------------------------------------------------------------------

_OPENING = 14
"""Paragraphs in which parties are named."""
_NAMES = 40
"""Names that are looked for in the whole text."""
_FIRST_PAGES = 30_000
"""Letters in which it shows who owes and who is owed."""
_QUOTED = re.compile(r"[\"\u201c\u201e]([^\"\u201c\u201d\u201e]{1,40})[\"\u201d\u201c]")
_BRACKET = re.compile(r"\(([^()]{1,160})\)")
_TOKEN = re.compile(r"\w+")
_PRONOUNS = {"we": ("we", "us", "our"), "you": ("you", "you", "your")}
_DOES = (
    r"(?:shall|will|must|agrees? to|undertakes? to|may|does|do)?\s*"
    r"(?:not |only |also |promptly |immediately |at once |never "
    r"|try to |endeavou?r to |use reasonable efforts to ){0,3}"
    r"(?:process|notif|inform|tell|report|implement|maintain|delete|erase|destroy|return|assist|help|protect"
    r"|make available|engage|comply|use|transcribe|annotate|keep)"
)
_FOR_WHOM = (
    r"(?:(?:instructions?|directions?|behalf|consent|choice) of"
    r"|notif(?:y|ies)|inform|tell|assist|help|report to)"
)
_OWNS = r"(?:'s|\u2019s)\s+(?:\w+\s+){0,2}(?:instruction|direction|consent|choice|election|option|request|approval)"
_ITSELF = re.compile(
    r"\b(this|these)\s+(Agreement|Addendum|Contract|DPA|BAA|Terms|Exhibit|Schedule|Annex|Arrangement|Rider|Riders|Appendix"
    r"|agreement|addendum|contract|terms|arrangement|document)\b",
    re.IGNORECASE,
)
_NO_PARTY = re.compile(
    r"\b(?:Date|Agreement|Addendum|Contract|Terms|Services?|Laws?|Act|GDPR|CCPA|HIPAA|UK|EU|EEA|SCCs?)\Z"
)
"""What names something else than a party by its last word."""
_OWES = re.compile(r"\b([A-Z][A-Za-z]+) (?:shall|will|must)\b")
_ANYBODY = frozenset((
    "Party", "Parties", "Subprocessor", "Subprocessors", "Affiliate", "Affiliates", "Personnel", "Staff", "Individual",
    "Individuals", "User", "Users", "Section", "Clause", "Exhibit", "Annex", "Schedule", "Nothing",
))  # fmt: skip
"""Who or what may owe something and is no party of its own."""
_DUTIES = 4
"""How often a name that nobody defined must owe something to be one of a party."""
_AMERICAN = re.compile(r"(?:authori|organi|recogni|anonymi)z", re.IGNORECASE)
_BRITISH = re.compile(r"(?:authori|organi|recogni|anonymi)s", re.IGNORECASE)
_CLAUSE = re.compile(r"\b([Cc]lause|[Ss]ection|[Aa]rticle|[Pp]aragraph)s?\s+[0-9]")


def read_idiom(paper: Paper, words: Iterable[OurWord]) -> Idiom:
    """How a paper calls what our terms name. Linear in the paper for each word."""
    known = {each.ours: each for each in words}
    text = "\n".join(each.text for each in paper.paragraphs if each.source >= 0)
    parties = _read_parties(paper, text, known.values())
    itself = _most(f"{found[1].lower()} {found[2]}" for found in _ITSELF.finditer(text)) or "this Agreement"
    terms = {}
    for word in known.values():
        name = parties.get(word.side)
        if name is not None:
            terms[word.ours] = name.text
            continue
        found = _most_used(word, text, itself)
        if found or word.plain:
            terms[word.ours] = found
    modals = re.findall(r"\b(shall|will|must)\b(?! be governed)", text)
    clause = _most(found[1].lower() for found in _CLAUSE.finditer(text)) or "clause"
    american = len(_AMERICAN.findall(text)) > len(_BRITISH.findall(text))
    return Idiom(parties, known, terms, itself, _most(modals) or "must", clause, text, american)


def read_parties(paper: Paper, words: Iterable[OurWord]) -> dict[str, PartyName]:
    """What a paper calls the client and the vendor, judged by its first pages."""
    text = "\n".join(each.text for each in paper.paragraphs if each.source >= 0)[:_FIRST_PAGES]
    return _read_parties(paper, text, [each for each in words if each.side])


def _most(found: Iterable[str]) -> str:
    counts: dict[str, int] = {}
    for each in found:
        counts[each] = counts.get(each, 0) + 1
    return max(counts, key=lambda each: (counts[each], each), default="")


def _is_used(term: str, text: str, itself: str) -> bool:
    """Whether a term stands in the text, and not only as the name of the paper itself."""
    body = text.replace(itself, "") if term and itself.endswith(term) else text
    return re.search(rf"(?<!\w){re.escape(term)}(?:s|es)?(?!\w)", body) is not None


def _most_used(word: OurWord, text: str, itself: str) -> str:
    """Which of the names for a term stands in the text most often; one inside of a longer one is not counted."""
    counts = {}
    for each in dict.fromkeys((*word.theirs, word.ours)):
        body = text.replace(itself, "") if itself.endswith(each) else text
        pattern = re.compile(rf"(?<!\w)(?<!Human ){re.escape(each)}(?:s|es)?(?!\w)")
        counts[each] = len(pattern.findall(body))
        text = pattern.sub("\u2026", text)
    best = max(counts, key=counts.__getitem__)
    return best if counts[best] else ""


def _read_parties(paper: Paper, text: str, words: Iterable[OurWord]) -> dict[str, PartyName]:
    """Who is the client and who the vendor, by what the paper lets each do."""
    roles: dict[str, str] = {}
    for word in words:
        for role in (word.ours, *word.theirs) if word.side else ():
            roles[role] = word.side if roles.get(role, word.side) == word.side else ""  # "Company" is either
    names = {each: roles.get(each, "") for each in _named(paper)}
    words_of = Counter(_TOKEN.findall(text))
    for role, side in roles.items():
        large, small = (_count(each, text, words_of) for each in (role, role.lower()))
        if max(large, small) >= 2:
            names[role if large >= small else role.lower()] = side
    for name, uses in Counter(_OWES.findall(text)).items():  # a company under its own name: "Fernhill shall"
        if (
            uses >= _DUTIES
            and name not in roles
            and name not in _ANYBODY
            and words_of[name.lower()] < uses
            and not _ITSELF.match(f"this {name}")
        ):
            names.setdefault(name, "")
    names |= {"we": "", "you": ""}
    scores = {name: _score(name, side, text) for name, side in names.items()}
    sides = {}
    taken = ""
    for side, sign in ((VENDOR, 1), (CLIENT, -1)):
        best = max((name for name in scores if name != taken), key=lambda name: (sign * scores[name], name), default="")
        if best and sign * scores[best] > 0:
            sides[side] = PartyName(best, _has_article(best, text))
            taken = best
    return sides


def _count(name: str, text: str, words: Counter[str]) -> int:
    """How often a name stands in a text of these words."""
    first, *others = name.split()
    return len(re.findall(rf"\b{name}\b", text)) if others and words[first] else words[first] if not others else 0


def _named(paper: Paper) -> list[str]:
    """The names that stand in brackets and quotation marks at the beginning."""
    found = []
    for paragraph in paper.paragraphs[:_OPENING]:
        for bracket in _BRACKET.finditer(paragraph.text):
            found += [each[1].strip(" ,.").removeprefix("the ") for each in _QUOTED.finditer(bracket[1])]
    names = [each for each in found if each[:1].isupper() and len(each.split()) <= 3]
    return [each for each in names if not _ITSELF.match(f"this {each}")][:_NAMES]


def read_pair(paper: Paper) -> tuple[str, str] | None:
    """The two names that the paper gives in one of its first paragraphs: (the "Bank") and (the "Provider")."""
    for paragraph in paper.paragraphs[:_OPENING]:
        names = [
            each[1].strip(" ,.").removeprefix("the ")
            for bracket in _BRACKET.finditer(paragraph.text)
            for each in _QUOTED.finditer(bracket[1])
        ]
        names = [each for each in names if not _ITSELF.match(f"this {each}") and not _NO_PARTY.search(each)]
        if len(names) > 1 and names[0] != names[1]:
            return names[0], names[1]
    return None


def _score(name: str, side: str, text: str) -> float:
    """Above zero for a vendor, below for a client; a name that the paper uses more weighs more."""
    subject, object_ = _PRONOUNS.get(name, (name, name, name))[:2]
    own = _PRONOUNS[name][2] if name in _PRONOUNS else ""
    vendor = len(re.findall(rf"\b{re.escape(subject)}\s+{_DOES}", text, re.IGNORECASE))
    owned = rf"\b{own}\s+(?:\w+\s+){{0,2}}(?:instruction|direction|consent|choice|data)" if own else ""
    client = len(re.findall(rf"\b{_FOR_WHOM}\s+(?:the\s+)?{re.escape(object_)}\b", text, re.IGNORECASE))
    client += len(re.findall(owned or rf"\b{re.escape(name)}{_OWNS}", text, re.IGNORECASE))
    forms = "|".join(re.escape(each) for each in _PRONOUNS.get(name, (name,)))
    uses = len(re.findall(rf"\b(?:{forms})\b", text, re.IGNORECASE if own else 0))
    if not uses or (own and uses < 4):
        return 0.0
    prior = {VENDOR: 2.0, CLIENT: -2.0}.get(side, 0.0)
    return vendor - client + prior


def _has_article(name: str, text: str) -> bool:
    """Whether a name stands with its article more often than without."""
    if name in _PRONOUNS:
        return False
    every = len(re.findall(rf"\b{re.escape(name)}\b", text))
    return 2 * len(re.findall(rf"\b(?:the|The|THE)\s+{re.escape(name)}\b", text)) > every


# --- saying ours ---------------------------------------------------------------------------------------------

_OPEN, _CLOSE = "\ue000", "\ue001"
_MARKS = {CLIENT: f"{_OPEN}C{_CLOSE}", VENDOR: f"{_OPEN}V{_CLOSE}"}
_SELF = frozenset(("Agreement", "Addendum", "Arrangement", "Contract", "Schedule", "Rider"))
_ITSELF_MARK = f"{_OPEN}A{_CLOSE}"
_MODALS = ("must", "may", "shall", "will", "can", "should")
_BEFORE_OBJECT = frozenset((
    "by", "of", "to", "on", "from", "for", "with", "against", "than", "between", "at", "upon", "within", "through",
    "under", "towards",
))  # fmt: skip
_BEFORE_SUBJECT = frozenset(("as", "if", "when", "unless", "until", "because", "while", "whether", "where"))
_NO_VERB = frozenset(("as", "its", "this", "thus", "unless", "access", "us", "always", "process"))
_IRREGULAR = {"is": "are", "has": "have", "does": "do", "was": "were", "processes": "process"}


def fit_text(pieces: Iterable[Piece], idiom: Idiom, refer: Callable[[Piece], str], *, opening: bool = True) -> Fitted:
    """Our text as their paper would say it. `refer` writes a reference; with `opening` it begins with a capital."""
    text = ""
    unexplained: dict[str, None] = {}
    parties = dict(idiom.parties)
    for piece in pieces:
        if piece.kind == "term":
            text += _say_term(piece.text, text, idiom, unexplained, parties)
        else:
            text += refer(piece) if piece.kind == "reference" else piece.text
    text = _say_itself(text, idiom)
    for say in (_say_it, _say_party):
        for side, name in parties.items():
            text = say(text, side, name)
    text = re.sub(r"\b(A|a)n? (?=[aeiouAEIOU])", lambda found: f"{found[1]}n ", text)
    text = re.sub(r"\b(A|a)n (?=[^aeiouAEIOU\W])", lambda found: f"{found[1]} ", text)
    text = re.sub(r"\bmust\b", idiom.modal, text)
    if idiom.american:
        text = re.sub(r"\b(\w*(?:authori|organi|recogni|anonymi))s(?=e|ation|ing)", r"\1z", text, flags=re.IGNORECASE)
    text = re.sub(r"(?<=[a-z)\d\]][.!?] )([a-z])", lambda found: found[1].upper(), text)
    text = " ".join(text.split())
    text = text[:1].upper() + text[1:] if opening else text
    return Fitted(text, tuple(unexplained))


def _say_term(term: str, before: str, idiom: Idiom, unexplained: dict[str, None], parties: dict[str, PartyName]) -> str:
    """Their word for a term in the number that it stands in; a party and the paper itself get a mark.

    A party for which they have no name is noted in `parties` with the word for its role.
    """
    single, plural = _singular(term, idiom)
    word = idiom.words.get(single)
    if single in _SELF and re.search(r"\b[Tt]his $", before):
        return _ITSELF_MARK
    if word is not None and word.side:
        parties.setdefault(word.side, PartyName(idiom.terms.get(single) or word.plain or single))
        return _MARKS[word.side]
    theirs = idiom.terms.get(single)
    if theirs is None and _is_used(single, idiom.text, idiom.itself):
        theirs = single
    if theirs is None:
        unexplained[single] = None
        return term
    said = theirs or (word.plain if word is not None else "")
    said = re.sub(r"\{([^}]+)\}", lambda found: _say_term(found[1], "", idiom, unexplained, parties), said)
    return _plural(said) if plural and not (theirs and said.endswith("s")) else said


def _singular(term: str, idiom: Idiom) -> tuple[str, bool]:
    """A term without its plural, and whether it had one."""
    if term in idiom.words or not term.endswith("s") or term.endswith("ss"):
        return term, False
    single = next((each for each in (f"{term[:-3]}y", term[:-2], term[:-1]) if each in idiom.words), None)
    return (term, False) if single is None else (single, True)


def _plural(words: str) -> str:
    """Several of it: the first noun of "person authorised to process" has the ending."""
    head, space, rest = words.partition(" authorised ")
    made = f"{head[:-1]}ies" if head.endswith("y") else head if head.endswith(("s", "data")) else f"{head}s"
    return f"{made}{space}{rest}"


def _say_itself(text: str, idiom: Idiom) -> str:
    """ "This Agreement is" as their paper calls itself: "these Terms are"."""
    plural = idiom.itself.startswith("these ")

    def say(found: re.Match[str]) -> str:
        before, first, verb = found[1] or "", found[2], found[3] or ""
        name = idiom.itself[:1].upper() + idiom.itself[1:] if first == "T" else idiom.itself
        agrees = plural and verb and before.strip().lower() not in _BEFORE_OBJECT
        return f"{before}{name}{' ' if verb else ''}{_base(verb) if agrees else verb}"

    return re.sub(rf"(\b\w+ )?\b([Tt])his {_ITSELF_MARK}(?: ([a-z]+s|must|may)\b(?!'))?", say, text)


def _say_party(text: str, side: str, name: PartyName) -> str:
    """A party's name in place of its mark, with the article, the case and the verb that go with it."""
    mark = _MARKS[side]
    if not name.pronoun:
        if not name.article:
            text = re.sub(rf"\b[Tt]he {mark}", mark, text)
        return text.replace(mark, name.text)
    subject, object_, own = _PRONOUNS[name.text]
    text = re.sub(rf"\b(?:[Tt]he )?{mark}(?:'s|\u2019s)", own, text)
    text = re.sub(rf"\bthe ((?:(?!the\b|of\b)[\w-]+ ){{0,6}}[\w-]+) of (?:the )?{mark}(?! or\b)", rf"{own} \1", text)
    verbs = rf"(?:{'|'.join(_MODALS)})\b|[a-z]+s(?:(?:, [a-z]+s)*,? (?:or|and) [a-z]+s)?\b"
    said = rf"(\b\w+ )?\b(?:[Tt]he )?{mark}(?: ({verbs}))?"
    return re.sub(said, lambda found: _in_case(found, subject, object_), text)


def _in_case(found: re.Match[str], subject: str, object_: str) -> str:
    """ "the Processor needs" as "we need", "to the Processor" as "to us"."""
    before, verb = found[1] or "", found[2] or ""
    first = verb.split(",")[0].split()[0] if verb else ""
    governed = before.strip().lower() in _BEFORE_OBJECT and first not in _MODALS
    if not verb and before.strip().lower() in _BEFORE_SUBJECT:
        return f"{before}{subject}"
    if not verb or governed or first in _NO_VERB:
        return f"{before}{object_}{' ' + verb if verb else ''}"
    return f"{before}{subject} {_base(verb)}"


def _say_it(text: str, side: str, name: PartyName) -> str:
    """The sentences that speak of a party as "it", said of "we" or "you"; of a party with a name they stay."""
    if not name.pronoun:
        return text
    subject, _, own = _PRONOUNS[name.text]
    sentences, about = [], ""
    for sentence in re.split(r"(?<=[.!?]) ", text):
        first = re.search(rf"{_OPEN}([CV]){_CLOSE}", sentence)
        begins, after = 0, about
        if first and not re.match(r"It\b", sentence):
            about, begins = first[1], first.end()
            after = about
        elif re.match(r"(?:The|This|These|A|An|Each|Every|No|Nothing)\b", sentence):
            after = ""  # "It" of the next sentence speaks of what this one does
        if about == _MARKS[side][1]:
            said = re.sub(
                r"\b([Ii])t ((?:no longer |also |then |first )?)(must|may|shall|will|can|has|does|[a-z]{3,}s)\b",
                lambda found: f"{subject if found[1] == 'i' else subject.capitalize()} {found[2]}{_base(found[3])}",
                sentence[begins:],
            )
            sentences.append(sentence[:begins] + re.sub(r"\bits\b", own, said))
        else:
            sentences.append(sentence)
        about = after
    return " ".join(sentences)


def _base(verbs: str) -> str:
    """Verbs of the third person as one says them with "we"."""
    return re.sub(r"[a-z]+", lambda found: _base_of(found[0]), verbs)


def _base_of(verb: str) -> str:
    if verb in _IRREGULAR:
        return _IRREGULAR[verb]
    if verb.endswith("ies"):
        return f"{verb[:-3]}y"
    if verb.endswith(("sses", "shes", "ches", "xes")):
        return verb[:-2]
    return verb[:-1] if verb.endswith("s") and not verb.endswith("ss") else verb
