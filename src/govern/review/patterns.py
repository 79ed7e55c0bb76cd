"""A small language for what a sentence may say, and a matcher whose time grows with the text and not with its tricks.

    pattern = element { element }
    element = ["~" number] ["?"] choice
    choice  = word { "|" word }
    word    = letters        compared by its stem: `notify` is also "notified", "notifying"
            | letters "*"    every word that begins so
            | letters "_" …  several words in a row
            | "@" name       a concept: one of its phrases
            | "#"            a number, in digits or in words

`~4` lets up to four words stand before the element, `?` lets the element be absent. Articles and their like are left
out of the text, so none may stand in a pattern: it would never be found. A pattern never reaches over the end of a
sentence.

    >>> from govern.review import compile_pattern, read_passages, find_all, Paper, PaperParagraph
    >>> concepts = {"client": ("controller", "customer")}
    >>> paper = Paper("x", "txt", (PaperParagraph("The Vendor shall promptly notify the Customer of it."),))
    >>> text = read_passages(paper)
    >>> [text.quote(hit).text for hit in find_all(text, compile_pattern("notify @client", concepts))]
    ['notify the Customer']

There is no repetition and no nesting. Each element is looked up in an index of the text once, and two elements are
joined by a walk along both lists, so a pattern costs at most its length times the words of the text.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from govern.errors import ContentError
from govern.kernel import suggest
from govern.review.passages import Hit, PassageText
from govern.review.words import is_skipped, normal, stem

MAX_LENGTH = 400
MAX_ELEMENTS = 16
MAX_GAP = 40
MAX_PHRASES = 400

Phrase = tuple[str, ...]
"""Words as they are compared: a stem, `*` and a beginning, or `#`."""


@dataclass(frozen=True, slots=True)
class Element:
    """A place of a pattern: what may stand there, after how many other words at most, and whether it may be absent."""

    phrases: tuple[Phrase, ...]
    gap: int = 0
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern that can be sought. `text` is as it was written."""

    text: str
    elements: tuple[Element, ...]


def compile_pattern(text: str, concepts: Mapping[str, tuple[str, ...]]) -> Pattern:
    """Read a pattern. Raises ContentError that says what is wrong with it."""
    if len(text) > MAX_LENGTH:
        raise ContentError(f"the pattern `{text[:40]}…` is longer than {MAX_LENGTH} letters", hint="write two")
    elements: list[Element] = []
    gap: int | None = None
    pieces = text.split()
    for piece, after in zip(pieces, (*pieces[1:], "~"), strict=False):
        if piece.startswith("~"):
            if gap is not None or not piece[1:].isdecimal() or int(piece[1:]) > MAX_GAP or not elements:
                raise ContentError(
                    f"`{piece}` in `{text}` is not a distance", hint=f"between two words, like ~4, at most ~{MAX_GAP}"
                )
            gap = int(piece[1:])
            continue
        optional = piece.startswith("?")
        if not after.startswith("~") and is_skipped(normal(piece), followed=True):
            raise _vanishes(piece, text)
        elements.append(Element(_choices(piece.removeprefix("?"), concepts, text), gap or 0, optional))
        gap = None
    if not elements or gap is not None or elements[0].optional or all(each.optional for each in elements):
        raise ContentError(f"the pattern `{text}` has no word to begin or end with", hint="like notify ~4 breach")
    if len(elements) > MAX_ELEMENTS:
        raise ContentError(f"the pattern `{text}` has more than {MAX_ELEMENTS} parts", hint="write two")
    return Pattern(text, tuple(elements))


def _choices(piece: str, concepts: Mapping[str, tuple[str, ...]], text: str) -> tuple[Phrase, ...]:
    found: dict[Phrase, None] = {}
    for choice in piece.split("|"):
        if choice.startswith("@"):
            found.update(dict.fromkeys(_expand(choice[1:], concepts, text)))
            continue
        found[_phrase(choice.split("_"), text)] = None
    if len(found) > MAX_PHRASES:
        raise ContentError(f"`{piece[:40]}` in `{text}` has more than {MAX_PHRASES} choices")
    return tuple(found)


def _expand(name: str, concepts: Mapping[str, tuple[str, ...]], text: str, seen: tuple[str, ...] = ()) -> list[Phrase]:
    if name not in concepts or name in seen:
        problem = "goes in a circle" if name in seen else "is not a concept"
        raise ContentError(f"`@{name}` in `{text}` {problem}", hint=suggest(name, concepts))
    found: list[Phrase] = []
    for each in concepts[name]:
        if each.startswith("@"):
            found += _expand(each[1:], concepts, text, (*seen, name))
        else:
            found.append(_phrase(each.replace("_", " ").split(), text))
    return found


def _phrase(words: list[str], text: str) -> Phrase:
    return tuple(_word(word, text, followed=place < len(words)) for place, word in enumerate(words, start=1))


def _vanishes(word: str, text: str) -> ContentError:
    return ContentError(
        f"`{word}` in `{text}` would never be found: such words are left out of every text",
        hint=f"write the pattern without `{word}`; what stands around it is found across it",
    )


def _word(word: str, text: str, *, followed: bool) -> str:
    made = _read_word(word, followed)
    if made is None:
        raise ContentError(f"`{word}` in `{text}` is not a word", hint="letters, digits, | _ * @ # ? ~")
    if not made:
        raise _vanishes(word, text)
    return made


@lru_cache(maxsize=50_000)
def _read_word(word: str, followed: bool) -> str | None:
    """A word as it is looked up, "" for one that texts are read without, None for what is no word. The same few
    thousand words stand in all patterns."""
    if word == "#":
        return "#"
    bare = word.removesuffix("*")
    whole = normal(bare)
    if not whole or not all(letter.isalnum() or letter in "'.,%\u00a7" for letter in bare):
        return None
    if word.endswith("*"):
        return f"*{whole}"
    return "" if is_skipped(whole, followed=followed) else stem(whole)


def find_all(text: PassageText, pattern: Pattern) -> list[Hit]:
    """Every place where the pattern matches, the shortest from each beginning, in order."""
    key = pattern.text
    if key not in text.found:
        text.found[key] = _find(text, pattern)
    return text.found[key]


def _find(text: PassageText, pattern: Pattern) -> list[Hit]:
    first, *others = pattern.elements
    if not others:
        return [Hit(start, end) for start, end in _shortest(occurrences(text, first))]
    # A match lies in one sentence: most sentences lack one of its words, and are not looked at.
    begins = occurrences(text, first)
    shared = text.sentences_with(first.phrases)
    for element in others:
        if not element.optional:
            occurrences(text, element)
            shared = shared & text.sentences_with(element.phrases)
        if not shared:
            return []
    states: dict[int, set[int]] = {}  # where a match began → where it may have come to
    for start, end in begins:
        if text.sentences[start] in shared:
            states.setdefault(start, set()).add(end)
    for element in others:
        places = occurrences(text, element)
        starts = text.beginnings(element.phrases)
        following: dict[int, set[int]] = {}
        for start, ends in states.items():
            limit = text.sentence_ends[start]
            reached = set(ends) if element.optional else set()
            for end in ends:
                last = min(end + element.gap, limit - 1)
                place = bisect_left(starts, end)
                while place < len(starts) and starts[place] <= last:
                    reached.add(places[place][1])  # a phrase lies in one sentence
                    place += 1
            if reached:
                following[start] = reached
        states = following
    return [Hit(start, min(ends)) for start, ends in sorted(states.items())]


def _shortest(places: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Of places in order, the first of each beginning, which is the shortest."""
    last = -1
    for start, end in places:
        if start != last:
            yield start, end
        last = start


def occurrences(text: PassageText, element: Element) -> list[tuple[int, int]]:
    """Where one of an element's phrases stands: first word and the word after the last."""
    known = text.elements.get(element.phrases)
    if known is not None:
        return known
    each = [_stands(text, phrase) for phrase in element.phrases]
    text.elements[element.phrases] = made = each[0] if len(each) == 1 else sorted(set().union(*each))
    return made


def _stands(text: PassageText, phrase: Phrase) -> list[tuple[int, int]]:
    """Where a phrase stands, in order: many elements share it."""
    made = text.phrases.get(phrase)
    if made is None:
        length = len(phrase)
        made = text.phrases[phrase] = [
            (start, start + length)
            for start in text.places(phrase[0])
            if length == 1 or (text.says(phrase, start) and text.same_sentence(start, start + length - 1))
        ]
    return made
