"""The words of the other side's paper, and our text said in them.

Our clauses speak of Controller and Processor, Personal Data and Instructions. A text that goes into *their* paper
speaks of their Supplier, their Customer Data, their Addendum, with their "shall" or "will"; in a paper of "we" and
"you" it speaks to the reader too. A term of ours that they have no word for is said in plain words, or else it is
named, so that a definition can go with it.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

from govern.review.meanings import Meaning, read_meanings
from govern.review.model import Paper

CLIENT, VENDOR = "client", "vendor"


@dataclass(frozen=True, slots=True)
class OurWord:
    """A defined term of our documents: what others call it, best first, or how one says it without a definition.

    `side` is client or vendor if it names a party. `means` is how a paper defines a name of its own for it: "Security
    Event" means a breach of security.
    """

    ours: str
    theirs: tuple[str, ...] = ()
    plain: str = ""
    side: str = ""
    means: Meaning | None = None


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
    spelling: str = ""
    """What it writes in "authorized": z, s, or "" where it has no such word."""


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
_WITHIN = re.compile(r"(?:[^\W\d]|[,\u2019\u201d\"]) \Z|[(\"\u201c\u201e]\Z")
"""What stands before a word within a sentence."""
_ITSELF = re.compile(
    r"\b(this|these)\s+(Agreement|Addendum|Contract|DPA|BAA|Terms|Exhibit|Schedule|Annex|Arrangement|Rider|Riders|Appendix"
    r"|agreement|addendum|contract|terms|arrangement|document)\b",
    re.IGNORECASE,
)
_NO_PARTY = re.compile(
    r"\b(?:Date|Agreement|Addendum|Contract|Terms|Services?|Laws?|Act|GDPR|CCPA|HIPAA|UK|EU|EEA|SCCs?)\Z"
)
"""What names something else than a party by its last word."""
_THING = re.compile(r"\b(?:Data|Information|PHI|Parties|Party)\Z")
_DOCUMENT = re.compile(
    r"\b(?:Agreement|Contract|Terms|Addendum|Order|Policy|Act|Regulation)s?"
    r"(?: (?:of|dated|as of|made on)\b(?:(?!\b(?:between|among|by|with|and)\b)[^()]){0,40})?\s*\Z"
)
"""What stands before the name of a document: "the Services Agreement dated 9 March (the "PSA")"."""
_BEFORE = 80
"""Letters before a bracket in which it shows what it names."""
_SELDOM = 2
"""A name that stands no more often is not what the paper calls a party."""
_NOUNS = (
    "associates?|purposes?|days?|hours?|units?|relationships?|operations?|continuity|practices?|information|secrets?"
)
"""What makes of a word for a party a word for something else: "business days"."""
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
_SPELT = re.compile(r"\b(\w*(?:authori|organi|recogni|anonymi))[sz](?=e|ation|ing)", re.IGNORECASE)
_CLAUSE = re.compile(r"\b([Cc]lause|[Ss]ection|[Aa]rticle|[Pp]aragraph)s?\s+[0-9]")


def read_idiom(paper: Paper, words: Iterable[OurWord]) -> Idiom:
    """How a paper calls what our terms name. Linear in the paper for each word."""
    known = {each.ours: each for each in words}
    text = "\n".join(each.text for each in paper.paragraphs if each.source >= 0)
    body = "\n".join(each.text for each in paper.paragraphs if each.source >= 0 and not each.heading)
    parties = _read_parties(paper, text, known.values())
    itself = _most(f"{found[1].lower()} {found[2]}" for found in _ITSELF.finditer(text)) or "this Agreement"
    terms = {}
    for word in known.values():
        name = parties.get(word.side)
        if name is not None:
            terms[word.ours] = name.text
            continue
        found = _most_used(word, body, itself, _read_names(paper, word))
        if found or word.plain:
            terms[word.ours] = found
    modals = re.findall(r"\b(shall|will|must)\b(?! be governed)", text)
    clause = _most(found[1].lower() for found in _CLAUSE.finditer(text)) or "clause"
    american, british = len(_AMERICAN.findall(text)), len(_BRITISH.findall(text))
    spelling = "z" if american > british else "s" if british else ""
    return Idiom(parties, known, terms, itself, _most(modals) or "must", clause, body, spelling)


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
    return any(_is_name(found, body) for found in _uses(term, body))


def _most_used(word: OurWord, text: str, itself: str, defined: Iterable[str]) -> str:
    """Which of the names for a term stands in the text most often; one inside of a longer one is not counted.

    `defined` are names that the paper defines as it.
    """
    counts = {}
    for each in dict.fromkeys((*defined, *word.theirs, word.ours)):
        body = text.replace(itself, "") if itself.endswith(each) else text
        counts[each] = sum(_is_name(found, body) for found in _uses(each, body))
        text = _used(each).sub("\u2026", text)
    best = max(counts, key=counts.__getitem__)
    return best if counts[best] else ""


def _read_names(paper: Paper, word: OurWord) -> list[str]:
    """The names that the paper defines as what a term of ours means."""
    return list(read_meanings(paper, [word.means])) if word.means else []


@cache
def _used(term: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?<!Human ){re.escape(term)}(?:s|es)?(?!\w)")


def _uses(term: str, text: str) -> Iterator[re.Match[str]]:
    return _used(term).finditer(text)


def _is_name(found: re.Match[str], text: str) -> bool:
    """Whether a word has its capital as a name, and not because a sentence begins with it."""
    several = any(word[:1].isupper() for word in re.split(r"[ -]", found[0])[1:])
    return (
        several
        or found[0][1:2].isupper()
        or _WITHIN.search(text[max(found.start() - 2, 0) : found.start()]) is not None
    )


def _read_parties(paper: Paper, text: str, words: Iterable[OurWord]) -> dict[str, PartyName]:
    """Who is the client and who the vendor, by what the paper lets each do.

    The names that the paragraph of the parties gives them come before any that the paper uses more.
    """
    roles: dict[str, str] = {}
    for word in words:
        for role in (word.ours, *word.theirs) if word.side else ():
            roles[role] = word.side if roles.get(role, word.side) == word.side else ""  # "Company" is either
    introduced = _scores(_introduced(paper, roles, text), text, roles)
    sides = _divide(introduced) or _choose(_scores(_candidates(paper, roles, text), text, roles))
    return {side: PartyName(name, _has_article(name, text)) for side, name in sides.items()}


def _divide(scores: Mapping[str, float]) -> dict[str, str]:
    """Of two parties one is the client and the other the vendor; nothing where the paper does not show who."""
    if len(set(scores.values())) != 2:
        return {}
    client, vendor = sorted(scores, key=scores.__getitem__)
    return {VENDOR: vendor, CLIENT: client}


def _choose(scores: Mapping[str, float]) -> dict[str, str]:
    """Who is most like the vendor, and who of the others most like the client."""
    sides: dict[str, str] = {}
    for side, sign in ((VENDOR, 1), (CLIENT, -1)):
        left = (name for name in scores if name not in sides.values())
        best = max(left, key=lambda name: (sign * scores[name], name), default="")
        if best and sign * scores[best] > 0:
            sides[side] = best
    return sides


def _scores(names: Mapping[str, str], text: str, roles: Iterable[str]) -> dict[str, float]:
    return {name: _score(name, side, _alone(name, text, roles)) for name, side in names.items()}


def _introduced(paper: Paper, roles: Mapping[str, str], text: str) -> dict[str, str]:
    """The two names that one paragraph gives the parties, each with its side as far as it is a word for one.

    Names that the text does not use are no names of it: it speaks of "we" and "you".
    """
    for paragraph in paper.paragraphs[:_OPENING]:
        groups = [_names_of(bracket) for bracket in _BRACKET.finditer(paragraph.text)]
        names = [max(each, key=lambda name: _count(name, text, roles)) for each in groups if each]
        if len(names) == 2 and names[0] != names[1]:
            used = all(_count(each, text, roles) > _SELDOM for each in names)
            return {each: roles.get(each, "") for each in names} if used else {}
    return {}


def _names_of(bracket: re.Match[str]) -> list[str]:
    """What a bracket calls the party before it; nothing where it names a document, a day or a thing."""
    before = bracket.string[: bracket.start()]
    names = [each[1].strip(" ,.").removeprefix("the ") for each in _QUOTED.finditer(bracket[1])]
    if _DOCUMENT.search(before[-_BEFORE:]):
        return []
    names = [each.lower() if each.lower() in _PRONOUNS else each for each in names]
    return [
        each
        for each in names
        if (each[:1].isupper() or each in _PRONOUNS)
        and len(each.split()) <= 3
        and not (_ITSELF.match(f"this {each}") or _NO_PARTY.search(each) or _THING.search(each))
    ]


def _candidates(paper: Paper, roles: Mapping[str, str], text: str) -> dict[str, str]:
    """Every name that may be a party's: from brackets, words for a role, whoever owes much, and "we" and "you"."""
    names = {each: roles.get(each, "") for each in _named(paper)}
    words_of = Counter(_TOKEN.findall(text))
    for role, side in roles.items():
        if words_of[role.split()[0]] + words_of[role.split()[0].lower()] < 2:
            continue
        large, small = (_count(each, text, roles) for each in (role, role.lower()))
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
    return names | {"we": "", "you": ""}


def _alone(name: str, text: str, roles: Iterable[str]) -> str:
    """The text without what only has the name in it: "Business Associate" and "business purpose" for "Business"."""
    longer = [each for each in roles if f" {name.lower()} " in f" {each.lower()} " and each.lower() != name.lower()]
    others = "|".join(map(re.escape, longer))
    return re.sub(rf"\b(?:{others}{'|' if others else ''}{re.escape(name)} (?:{_NOUNS}))\b", "\u2026", text, flags=re.I)


def _count(name: str, text: str, roles: Iterable[str]) -> int:
    """How often a name stands for a party in a text; a word in small letters does so only with its article."""
    if name in _PRONOUNS:
        return len(re.findall(rf"\b(?:{'|'.join(_PRONOUNS[name])})\b", text, re.IGNORECASE))
    article = "[Tt]he " if name.islower() else ""
    return len(re.findall(rf"\b{article}{re.escape(name)}\b", _alone(name, text, roles)))


def _named(paper: Paper) -> list[str]:
    """The names that stand in brackets and quotation marks at the beginning."""
    found = []
    for paragraph in paper.paragraphs[:_OPENING]:
        for bracket in _BRACKET.finditer(paragraph.text):
            found += [each[1].strip(" ,.").removeprefix("the ") for each in _QUOTED.finditer(bracket[1])]
    names = [each for each in found if each[:1].isupper() and len(each.split()) <= 3 and each.lower() not in _PRONOUNS]
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

_VOWEL = r"(?!(?:us[eua]|uni[^nmd]|one\b|eu|EU\b|US\b|UK\b))[aeiouAEIOU]"
"""How a word begins that has "an" before it: not "use"."""
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
    text = re.sub(rf"\b(A|a)n? (?={_VOWEL})", lambda found: f"{found[1]}n ", text)
    text = re.sub(rf"\b(A|a)n (?!{_VOWEL})(?=\w)", lambda found: f"{found[1]} ", text)
    text = re.sub(r"\bmust\b", idiom.modal, text)
    if idiom.spelling:
        text = _SPELT.sub(rf"\g<1>{idiom.spelling}", text)
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
    """A term without its plural, as the list of words spells it, and whether it had one."""
    british = re.sub(r"(uthori|rgani|ecogni|nonymi)z", r"\1s", term)
    if british in idiom.words or british[:-1] in idiom.words:
        term = british
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
