"""Whether a term is in the paper: present, weak or not found, with the passage and the reason in words."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from govern.conditions import join_words
from govern.review.detectors import Detector, DetectorBook, Need, Reading, Watch, Weakness
from govern.review.elsewhere import Elsewhere, TakenBack
from govern.review.idiom import CLIENT, VENDOR, read_pair, read_parties
from govern.review.likeness import SecondOpinion
from govern.review.meanings import read_meanings
from govern.review.model import Paper
from govern.review.numerals import read_counts
from govern.review.passages import Hit, PassageText, Quote, read_passages
from govern.review.patterns import Pattern, find_all
from govern.review.slips import find_blank, is_definition
from govern.review.words import Word, read_words, stem


class Doubt(Enum):
    """How firmly the patterns call a term weak, and so what it takes for a second opinion to prevail."""

    NONE = "none"
    LITTLE = "little"
    """By words that a detector names or that are usual nowhere, or for want of one thing that it needs."""
    SOME = "some"
    """By words that are usual in other promises."""


class Presence(Enum):
    """What the paper says of a term."""

    PRESENT = "present"
    WEAK = "weak"
    NOT_FOUND = "not_found"


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure read out of a promise: 72 hours, with the words that say it."""

    id: str
    label: str
    value: int
    unit: str
    quote: Quote


@dataclass(frozen=True, slots=True)
class TermReview:
    """What the paper says of one term.

    `quote` is the sentence that says it or the opposite; where none does, the one that is most about it, if any is.
    `phrase` are the words that make it weak or deny it.
    `doubt` is how firmly the patterns call it weak. `weighed` are the words by which a second opinion differs from the
    patterns. `taken_back` is what another place says against the clause; a term that it may leave whole stays present.
    """

    term: str
    presence: Presence
    why: str
    quote: Quote | None = None
    phrase: Quote | None = None
    figures: tuple[Figure, ...] = ()
    doubt: Doubt = Doubt.NONE
    weighed: tuple[str, ...] = ()
    taken_back: TakenBack | None = None

    @property
    def to_look_at(self) -> bool:
        """Whether it is present and yet reads like promises of less, or another place may take it back."""
        doubted = self.doubt is Doubt.NONE and bool(self.weighed)
        return self.presence is Presence.PRESENT and (doubted or self.taken_back is not None)


@dataclass(frozen=True, slots=True)
class Remark:
    """A clause to look at that no term asks for."""

    id: str
    title: str
    why: str
    quote: Quote


def review_terms(
    paper: Paper, book: DetectorBook, terms: Iterable[str], read: Callable[[str], Sequence[Word]] = read_words
) -> tuple[TermReview, ...]:
    """Judge each term; a term without a detector is left out. Linear in the paper for each pattern of the book.

    `read` is as for `read_passages`.
    """
    text = read_passages(paper, read_meanings(paper, book.meanings) | read_names(paper, book), read)
    asked = [term for term in terms if term in book.detectors]
    others = [other for term in asked for other in book.detectors[term].follows_from]
    opinion = SecondOpinion(book.likeness, text, (*asked, *others)) if book.likeness else None
    elsewhere = Elsewhere(text, book)
    judged: dict[str, TermReview] = {}

    def judge(term: str) -> TermReview:
        if term not in judged:
            found = judge_term(text, book, book.detectors[term])
            found = _hear_another(text, opinion, book.detectors[term], found) if opinion else found
            judged[term] = _look_elsewhere(elsewhere, found)
        return judged[term]

    return tuple(_with_others(judge, book.detectors[term]) for term in asked)


def read_names(paper: Paper, book: DetectorBook) -> dict[str, str]:
    """The names of the parties that are no word for a role, and which role they stand for: Fernhill is processor.

    In a paper of the client's making "we" is the controller, and "you" the processor.
    """
    roles: dict[str, str] = {}
    for word in book.words:
        for role in (word.ours, *word.theirs) if word.side else ():
            roles[role] = word.side if roles.get(role, word.side) == word.side else ""  # "Company" is either
    parties = read_parties(paper, book.words)
    others: dict[str, str] = {}
    judged = {party.text: side for side, party in parties.items()}
    for name, other in (pair, pair[::-1]) if (pair := read_pair(paper)) else ():
        side = roles.get(name) or roles.get(name.split(" ")[-1])
        if not side and len(parties) == 1:
            side = judged.get(name)  # the other of the two is the other side
        if side and other not in judged and not roles.get(other) and other[:1].isupper():
            others[other] = _ROLES[VENDOR if side == CLIENT else CLIENT]
    pronouns = {"we": "controller", "us": "controller"} if judged.get("we") == CLIENT else {}
    if pronouns and judged.get("you") == VENDOR:
        pronouns["you"] = "processor"
    return (
        others
        | pronouns
        | {
            party.text: _ROLES[side]
            for side, party in parties.items()
            if not party.pronoun
            and party.text[:1].isupper()
            and not party.text.startswith("Sub")
            and roles.get(party.text.split()[-1]) != side  # "Outsourcing Provider" says it itself
            and (roles.get(party.text) != side or party.text.endswith("Party"))  # any person may be a third party
        }
    )


_ROLES = {CLIENT: "controller", VENDOR: "processor"}


def _with_others(judge: Callable[[str], TermReview], detector: Detector) -> TermReview:
    """A term's review, or where others together say what it asks for, theirs."""
    found = judge(detector.term)
    others = [judge(term) for term in detector.follows_from]
    if found.presence is Presence.PRESENT or not others:
        return found
    names = join_words([each.term for each in others])
    short = [each for each in others if each.presence is not Presence.PRESENT]
    if not short:
        return TermReview(detector.term, Presence.PRESENT, f"follows from {names}", others[0].quote)
    if found.quote is None and len(short) < len(others):
        said = join_words([f"{each.term} is {_SHORT[each.presence]}" for each in short])
        return replace(found, why=f"no clause says it, and it does not follow from {names}: {said}")
    return found


_SHORT = {Presence.WEAK: "weak", Presence.NOT_FOUND: "not found"}


def _look_elsewhere(elsewhere: Elsewhere, found: TermReview) -> TermReview:
    """A term's review after a look at what other places say against its clause."""
    if found.presence is not Presence.PRESENT or found.quote is None:
        return found
    taken = elsewhere.find(found.quote)
    if taken is None:
        return found
    there = _cite(taken.quote)
    if not taken.firm:
        return replace(found, why=f"{found.why}; but {there} may take it back: it {taken.because}", taken_back=taken)
    why = f"{found.why}, but it is taken back by {there}, which {taken.because}"
    return replace(found, presence=Presence.WEAK, why=why, phrase=taken.phrase, weighed=(), taken_back=taken)


def _hear_another(text: PassageText, opinion: SecondOpinion, detector: Detector, found: TermReview) -> TermReview:
    """A term's review after the second opinion: what is weak may read as kept, what is present has a remark if it
    reads like less, and what no pattern knows may have a passage to look at.

    What a figure or a blank makes weak stays so, what lacks more than one thing that it needs, and what is denied. That
    a promise reads like less is no verdict: on paper of others it is so of many that are kept (docs/adr/0035).
    """
    if found.term not in opinion.terms:
        return found
    if found.quote is None:
        return _point_to(text, opinion, found)
    if found.presence is Presence.NOT_FOUND:
        return found
    learned = opinion.likeness
    block = opinion.block(found.quote.paragraph)
    weighed = opinion.weigh(found.term, block)
    if found.presence is Presence.PRESENT:
        if weighed.weight > learned.said and weighed.less and opinion.shows(block, listed=detector.titled):
            why = f"{found.why}; but it reads like promises of less (learned): {_name_words(weighed.less)}"
            return replace(found, why=why, weighed=weighed.less)
        return found
    most = {Doubt.SOME: learned.usual, Doubt.LITTLE: learned.other}.get(found.doubt)
    if most is None or weighed.weight > most or not weighed.kept or opinion.about(found.term, block) < learned.about:
        return found
    said = f"{found.why}: “{found.phrase.text}”" if found.phrase else found.why
    words = _name_words(weighed.kept)
    why = f"{_cite(found.quote)} says it and reads like promises that are kept (learned): {words}. Look at: {said}"
    return replace(found, presence=Presence.PRESENT, why=why, phrase=None, weighed=weighed.kept)


def _point_to(text: PassageText, opinion: SecondOpinion, found: TermReview) -> TermReview:
    """The review of a term that no pattern finds, with the passage that is most about it, if one is.

    It stays not found: on a passage about something near it the weights would claim what nobody promises.
    """
    best = opinion.find(found.term)
    if best is None or best[1] < opinion.likeness.found:
        return found
    words = opinion.name_topic(found.term, best[0])
    why = f"no clause says it in words that are known here; this one is about it (learned): {_name_words(words)}"
    return replace(found, why=why, quote=text.sentence(opinion.densest(found.term, best[0])), weighed=words)


def _name_words(words: Iterable[str]) -> str:
    return ", ".join(f"“{word}”" for word in words)


def watch_clauses(paper: Paper, book: DetectorBook) -> tuple[Remark, ...]:
    """The clauses of the paper that counsel wants to see, in the order of the paper."""
    text = read_passages(paper, read_meanings(paper, book.meanings) | read_names(paper, book))
    found: dict[tuple[str, int], Remark] = {}
    for watch in book.watches:
        for candidate in _candidates(text, watch, watch.ways):
            quote = text.sentence(candidate.start)
            found.setdefault((watch.id, quote.paragraph), Remark(watch.id, watch.title, watch.because, quote))
    return tuple(sorted(found.values(), key=lambda each: (each.quote.paragraph, each.quote.start, each.id)))


_ORDER = {Presence.PRESENT: 0, Presence.WEAK: 1, Presence.NOT_FOUND: 2}


def judge_term(text: PassageText, book: DetectorBook, detector: Detector) -> TermReview:
    """What the paper says of a term.

    A place that promises it outweighs one that promises less, but not within one passage, whose sentences are read
    together. And where a place says all that the term asks for and
    takes it back in the same breath, by a phrase or by a figure beyond its bound, whoever owes the duty will rely on
    that one: it outweighs a better place elsewhere. So does a place that forbids and permits again.
    """
    judged: list[tuple[int, TermReview]] = []
    weakened: dict[int, TermReview] = {}
    for candidate in _candidates(text, detector, detector.ways):
        found = _judge(text, book, detector, candidate)
        passage = text.scope(candidate.start, "passage")
        if found.presence is Presence.WEAK and found.phrase is not None:
            if _takes_back(
                text, book, detector, candidate, too_far=found.phrase in [each.quote for each in found.figures]
            ):
                return found
            weakened.setdefault(passage, found)
        judged.append((passage, found))
    places = [weakened.get(passage, found) for passage, found in judged]
    absent = TermReview(detector.term, Presence.NOT_FOUND, "no clause says it")
    return min(places, key=lambda each: _ORDER[each.presence], default=absent)


def _takes_back(text: PassageText, book: DetectorBook, detector: Detector, promise: Hit, too_far: bool) -> bool:
    """Whether a weak place would be the promise itself without what weakens it: it meets every need of the term.

    A prohibition often needs nothing more than itself. There only what permits again counts: a wish ("should not")
    beside a real prohibition takes nothing from it. A qualifier that is weak only because nobody allowed it says
    nothing about other places.
    """
    if not (detector.needs or detector.forbids):
        return False
    firm = () if detector.forbids else tuple(each for each in _general(book, detector) if not each.allow)
    take_backs = book.take_backs if detector.forbids else ()
    weak = (*detector.weak, *take_backs, *firm)
    if _weakness(text, weak, promise, detector.allow, forbids=detector.forbids) is None and not too_far:
        return False
    return all(_is_said(text, need, promise) for need in detector.needs)


def _candidates(
    text: PassageText, about: Detector | Watch, ways: tuple[tuple[tuple[Pattern, ...], ...], ...]
) -> list[Hit]:
    """The places where all groups of a way match, as what matched its first group: the promise.

    What lies in a heading counts only where the detector says so; a prohibition does not even begin there. What a word
    means is no promise, unless the detector says that it is.
    """
    titled, forbids, titles = (
        (about.titled, about.forbids, about.titles) if isinstance(about, Detector) else (False, False, ())
    )
    scoped = "block" if about.within == "passage" else about.within
    found: set[Hit] = set()
    for promises, *others in ways:
        shared: set[int] | None = None
        for group in others:
            scopes = {
                scope
                for pattern in group
                for scope, hits in _by_scope(text, pattern, scoped).items()
                if titled or not all(text.is_title(hit.end - 1) for hit in hits)
            }
            shared = scopes if shared is None else shared & scopes
        for pattern in promises:
            for scope, hits in _by_scope(text, pattern, scoped).items():
                if shared is None or scope in shared:
                    found.update(
                        hit for hit in hits if titled or not text.is_title(hit.start if forbids else hit.end - 1)
                    )
    for pattern in titles:
        found.update(
            hit
            for hit in find_all(text, pattern)
            if text.is_title(hit.end - 1) and not _any_in_scope(text, about.unless, hit, "sentence")
        )
    ordered = sorted(found, key=lambda hit: (hit.start, hit.end))
    defines = isinstance(about, Watch) or about.defines
    return [
        hit
        for hit in ordered
        if (defines or not is_definition(text.sentence(text.body(hit.end - 1)).text))
        and not _any_said(text, about.unless, hit, "sentence")
    ]


def _by_scope(text: PassageText, pattern: Pattern, within: str) -> dict[int, list[Hit]]:
    """The matches of a pattern by sentence, passage or clause; computed once for a text."""
    key = (pattern.text, within)
    if key not in text.scoped:
        made = text.scoped[key] = {}
        for hit in find_all(text, pattern):
            made.setdefault(text.scope(hit.start, within), []).append(hit)
    return text.scoped[key]


def _in_scope(text: PassageText, pattern: Pattern, promise: Hit, within: str) -> list[Hit]:
    return _by_scope(text, pattern, within).get(text.scope(promise.start, within), [])


def _judge(text: PassageText, book: DetectorBook, detector: Detector, promise: Hit) -> TermReview:
    quote = text.sentence(text.body(promise.end - 1))
    denied = _weakness(text, _applying(book.denials, detector), promise)
    if denied is not None:
        rule, hit = denied
        return TermReview(detector.term, Presence.NOT_FOUND, rule.because, quote, text.quote(hit))
    figures = tuple(figure for each in detector.reads if (figure := _read_figure(text, each, promise)) is not None)
    own = (*detector.weak, *(book.take_backs if detector.forbids else ()))
    general = _general(book, detector)
    weak = _weakness(text, own, promise, forbids=detector.forbids)
    doubt = Doubt.LITTLE
    if weak is None:
        weak = _weakness(text, general, promise, detector.allow, forbids=detector.forbids)
        firm = [each for each in general if not each.allow]
        if weak is not None and _weakness(text, firm, promise, detector.allow, forbids=detector.forbids) is None:
            doubt = Doubt.SOME
    too_far = [
        (reading, figure)
        for reading in detector.reads
        for figure in figures
        if figure.id == reading.id and not _within_bounds(reading, figure.value)
    ]
    blank = find_blank(quote.text) or _find_repeated(text, quote)
    missing = [need.otherwise for need in detector.needs if not _is_said(text, need, promise)]
    if weak is not None:
        rule, hit = weak
        doubt = Doubt.NONE if too_far or blank or missing else doubt
        return TermReview(detector.term, Presence.WEAK, rule.because, quote, text.quote(hit), figures, doubt)
    for reading, figure in too_far:
        why = f"{reading.label}: {figure.value} {figure.unit}; {reading.because}"
        return TermReview(detector.term, Presence.WEAK, why, quote, figure.quote, figures)
    if blank:
        return TermReview(detector.term, Presence.WEAK, f"is left open: {blank}", quote, None, figures)
    if missing:
        doubt = Doubt.LITTLE if len(missing) == 1 else Doubt.NONE
        return TermReview(detector.term, Presence.WEAK, "; ".join(missing), quote, None, figures, doubt)
    return TermReview(detector.term, Presence.PRESENT, f"{_cite(quote)} says it", quote, None, figures)


def _find_repeated(text: PassageText, quote: Quote) -> str:
    """The text that only says its heading again, which is where somebody should have written; else empty."""
    said = text.paper.paragraphs[quote.paragraph].text
    above = text.paper.paragraphs[quote.paragraph - 1] if quote.paragraph else None
    if above is None or not above.heading or said.casefold().strip(" .`") != above.text.casefold().strip(" .:"):
        return ""
    return said[:60]


def _general(book: DetectorBook, detector: Detector) -> list[Weakness]:
    """The general weaknesses that apply to a term."""
    return _applying(book.weak, detector)


def _applying(rules: Iterable[Weakness], detector: Detector) -> list[Weakness]:
    return [each for each in rules if each.id not in detector.excepted and not (each.duties and detector.forbids)]


def _cite(quote: Quote) -> str:
    if quote.label.startswith(("table", "footnote", "endnote")):
        return quote.label
    return f"clause {quote.label}" if quote.label else "the text"


def _is_said(text: PassageText, need: Need, promise: Hit) -> bool:
    """Whether a need is met in its scope; the items of a short list are read together."""
    return _any_said(text, need.any, promise, "block" if need.within == "passage" else need.within)


def _any_said(text: PassageText, patterns: Iterable[Pattern], promise: Hit, within: str) -> bool:
    """Whether one of the patterns matches around a promise, and not only in a heading."""
    return any(not text.is_title(hit.end - 1) for each in patterns for hit in _in_scope(text, each, promise, within))


def _weakness(
    text: PassageText,
    weak: Iterable[Weakness],
    promise: Hit,
    allow: tuple[Pattern, ...] = (),
    *,
    forbids: bool = False,
) -> tuple[Weakness, Hit] | None:
    """The first weakness that touches the promise, and the words. `allow` are usual words of the term.

    What is denied does not weaken a duty: "does not end when they leave". Of a prohibition it says how far it goes.
    """
    for each in weak:
        hits = _any_in_scope(text, each.any, promise, each.within)
        if not hits or _any_in_scope(text, each.unless, promise, "sentence"):
            continue
        start = promise.end - 1 if text.is_title(promise.start) else promise.start
        for hit in hits:
            near = each.before is None or start - each.before <= hit.end <= start
            if each.after and (hit.start < start or text.is_title(promise.end - 1)):
                continue
            if (
                near
                and not text.is_title(hit.start)
                and not _is_allowed(text, each.allow, hit)
                and not _is_allowed(text, allow, hit)
                and (forbids or not _is_denied(text, hit))
            ):
                return each, hit
    return None


_DENYING = frozenset(("not", "never", "nor", "neither", "cannot"))
_JOINING = _DENYING | frozenset(map(stem, (
    "unless", "except", "save", "but", "only", "if", "where", "when", "whenever", "wherever", "until", "once",
    "provided", "other", "otherwise", "apart", "so", "as", "far", "extent", "insofar", "before", "after", "because",
    "without", "no", "by", "within", "later", "less", "more", "to", "for", "in", "at", "on", "upon", "from", "than",
    "and", "or", "any", "yet", "still",
)))  # fmt: skip
"""Words that a denial before them does not deny: "not unless", "not later than"."""


def _is_denied(text: PassageText, hit: Hit) -> bool:
    """Whether a "not" stands at most one word before words that would weaken; "if not" denies something else."""
    if text.stem_at(hit.start) in _JOINING:
        return False
    return any(
        text.stem_at(place) in _DENYING and text.stem_at(place - 1) != "if" and text.same_sentence(place, hit.start)
        for place in range(max(hit.start - 2, 0), hit.start)
    )


def _is_allowed(text: PassageText, allow: tuple[Pattern, ...], hit: Hit) -> bool:
    """Whether words that would weaken lie in usual ones: "not" in "not later than"."""
    usual = _any_in_scope(text, allow, hit, "sentence")
    return any(each.start < hit.end and hit.start < each.end for each in usual)


def _any_in_scope(text: PassageText, patterns: tuple[Pattern, ...], promise: Hit, within: str) -> list[Hit]:
    """The matches of several patterns around a promise, those of the first first; merged once for a text."""
    scope = "sentence" if within in ("next", "following") else within
    key = (id(patterns), scope)
    if key not in text.merged:
        made: dict[int, list[Hit]] = {}
        for pattern in patterns:
            for number, hits in _by_scope(text, pattern, scope).items():
                made.setdefault(number, []).extend(hits)
        text.merged[key] = (patterns, made)  # the patterns are kept, so that their id stays theirs
    found = text.merged[key][1]
    numbers = text.with_next(promise.start) if scope != within else (text.scope(promise.start, scope),)
    numbers = numbers[1:] if within == "following" else numbers
    return [hit for number in numbers for hit in found.get(number, ())]


_HOURS = {"hour": 1, "hr": 1, "day": 24, "week": 168, "month": 720}


def _read_figure(text: PassageText, reading: Reading, promise: Hit) -> Figure | None:
    """The first figure with a unit of time in the sentence of the promise, else in its passage."""
    for within in ("sentence", "passage"):
        for place in text.counts_in(promise.start, within):
            near = [_in_scope(text, pattern, Hit(place, place + 1), "sentence") for pattern in reading.near]
            found = _with_unit(text, reading, place) if not near or any(near) else None
            if found is not None:
                return found
    return None


def _with_unit(text: PassageText, reading: Reading, place: int) -> Figure | None:
    """The figure whose last word is at `place`: "forty-eight (48) hours" is 48, and so is it without the brackets."""
    unit_at = next((place + step for step in range(1, 4) if text.stem_at(place + step) in _HOURS), None)
    if unit_at is None or not text.same_sentence(place, unit_at):
        return None
    if any(text.count_at(between) is not None for between in range(place + 1, unit_at)):
        return None
    first = place
    while first and text.same_sentence(first - 1, place):
        if text.count_at(first - 1) is None and (text.stem_at(first - 1) != "and" or text.count_at(first - 2) != 100):
            break
        first -= 1
    counts = [each for at in range(first, place + 1) if (each := text.count_at(at)) is not None]
    in_digits = text.placed[place].word.plain[0].isdigit()
    count = counts[-1] if in_digits else read_counts(counts)
    hours = count * _HOURS[text.stem_at(unit_at)]
    value = hours if reading.unit == "hours" else hours // 24
    return Figure(reading.id, reading.label, value, reading.unit, text.quote(Hit(first, unit_at + 1)))


def _within_bounds(reading: Reading, value: int) -> bool:
    return (reading.max is None or value <= reading.max) and (reading.min is None or value >= reading.min)
