"""What a changed line says now, word by word: what was put in, what says the opposite, what only looks the same."""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

from govern.contracts import Change, Filled, Inline, Piece, Pieces, Text, write_runs
from govern.review import DetectorBook, normal, read_count, stem

Runs: TypeAlias = tuple[Inline, ...]

_WORD = re.compile(r"\w+")
_SAID = re.compile(r"\w+|[%‰§€$£<>=±+]")  # what is no mere mark of punctuation
_NUMBER = re.compile(r"\d[\d,]*|[a-z]+", re.IGNORECASE)
_NOT = frozenset(("not", "never"))
_NONE = frozenset((*_NOT, "no", "none", "nor", "neither", "nothing", "nobody", "cannot"))
_BESIDE = frozenset(("do", "does", "did", "a", "an", "any", "all", "each", "every", "the", "be"))
"""What may come or go with a "not": "does not apply", "applies"; "no other", "every other"."""
_ALIKE = str.maketrans(
    "\u0430\u0435\u0456\u0458\u043e\u0440\u0441\u0455\u0443\u0445\u04bb\u0501\u0475\u03bf\u03b1\u03bd\u03c1\u03c4\u03c5\u03b9\u03ba",
    "aeijopcsyxhdvoavptuik",
)
"""Letters of other alphabets that look like Latin ones."""
_OTHER_ALPHABETS = frozenset(("CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "FULLWIDTH", "MATHEMATICAL"))
_MOST = 70  # letters of a quotation
_FEW = 3  # places of a line that are quoted


@dataclass(frozen=True, slots=True)
class Roles:
    """What the sides of a document are called: the side of each name, and the names that stand for one of ours."""

    sides: Mapping[str, str]
    names: Mapping[str, frozenset[str]]


def read_roles(book: DetectorBook) -> Roles:
    """The names of the two sides, in lower case, without those that either side may have ("Company")."""
    sides: dict[str, str] = {}
    for word in book.words:
        for name in (word.ours, *word.theirs) if word.side else ():
            sides[name.lower()] = word.side if sides.get(name.lower(), word.side) == word.side else ""
    known = {name: side for name, side in sides.items() if side}
    names = {
        word.ours.lower(): frozenset(each.lower() for each in word.theirs if each.lower() in known)
        for word in book.words
        if word.side
    }
    return Roles(known, names)


# --- what is the same -------------------------------------------------------------------------------------


def is_minor(pieces: Pieces, roles: Roles, within: Callable[[str, int], bool]) -> bool:
    """Whether no more changed than spelling, punctuation, the name of a side, or figures that `within` allows."""
    return all(_is_minor(old, new, roles, within) for _, (old, new) in groups(pieces))


def _is_minor(old: Runs, new: Runs, roles: Roles, within: Callable[[str, int], bool]) -> bool:
    was, now = write_runs(old), write_runs(new)
    if fold(was) == fold(now):
        return True
    name, other = (" ".join(_WORD.findall(each.lower())) for each in (was, now))
    if other in roles.names.get(name, ()):
        return True
    named = {run.parameter for run in old if isinstance(run, Filled)}
    counts = count_in(now)
    if not (len(_SAID.findall(was)) == len(_SAID.findall(now)) == len(counts) == 1):
        return False
    return counts == count_in(was) or (len(named) == 1 and within(next(iter(named)), counts[0]))


def fold(text: str) -> str:
    """The words without white space and punctuation, in one spelling."""
    return "".join(normal(word) for word in _SAID.findall(text))


def count_in(words: str) -> list[int]:
    """The figures in some words, in digits or not."""
    return [found for word in _NUMBER.findall(words) if (found := read_count(word.lower())) is not None]


# --- what changed -----------------------------------------------------------------------------------------


def say_change(pieces: Pieces) -> str:
    """The words that changed, quoted: “24” became “36”."""
    places = [each for _, each in groups(pieces)]
    taken, put = (sorted(word for each in places for word in lower_words(each[side])) for side in (0, 1))
    if len(places) > 1 and taken == put:
        return "it says the same words the other way round"
    said = [_say(*(_shown(runs) for runs in each)) for each in places]
    shown = [each for each in said if each]
    return "; ".join(shown[:_FEW]) + ("; …" if len(shown) > _FEW else "")


def quote(words: str, most: int = _MOST) -> str:
    """Some words in quotation marks, cut down to so many letters."""
    plain = " ".join(words.split())
    return f"“{plain if len(plain) <= most else plain[: most - 1].rstrip() + '…'}”"


def _shown(runs: Runs) -> str:
    return write_runs(runs).strip()


def _say(was: str, now: str) -> str:
    if was and now:
        return f"{quote(was)} became {quote(now)}"
    return f"{quote(was)} is taken out" if was else f"{quote(now)} is put in" if now else ""


def put_in(pieces: Iterable[Piece], phrases: Iterable[str]) -> str:
    """The first of these phrases that the new words say and the old ones did not; else empty."""
    known = tuple(pieces)
    was, now = (f" {' '.join(lower_words([run for each in known for run in side(each)]))} " for side in (_old, _new))
    return next((each for each in phrases if _says(now, each) and not _says(was, each)), "")


def _says(words: str, phrase: str) -> bool:
    """Whether the words say a phrase, and not that it is not so: "not limited to"."""
    return f" {phrase} " in words.replace(f" not {phrase} ", " ")


def _old(piece: Piece) -> Runs:
    return piece.old


def _new(piece: Piece) -> Runs:
    return piece.new


def disguised(was: str, now: str) -> list[str]:
    """The new words with letters of two alphabets: "must" with a Cyrillic letter is another word to a machine."""
    old = set(_WORD.findall(was))
    return [word for word in dict.fromkeys(_WORD.findall(now)) if word not in old and _is_mixed(word)]


def _is_mixed(word: str) -> bool:
    if word.isascii():
        return False
    alphabets = {unicodedata.name(letter, "").partition(" ")[0] for letter in word if letter.isalpha()}
    return "LATIN" in alphabets and bool(alphabets & _OTHER_ALPHABETS)


# --- what turned ------------------------------------------------------------------------------------------


def became_choice(book: DetectorBook, old: Piece, new: Piece) -> str:
    """The words before and after, quoted, where a piece took a duty away and the next one leaves a choice; else ""."""
    if (old.change, new.change) != (Change.REMOVED, Change.ADDED):
        return ""
    was, now = (f" {' '.join(lower_words(runs))} " for runs in (old.old, new.new))
    duty = next((word for word in book.duty if f" {word} " in was and f" {word} " not in now), "")
    choice = next((word for word in book.choice if f" {word} " in now and f" {word} " not in was), "")
    return f"“{duty}” became “{choice}”" if duty and choice else ""


def turned(book: DetectorBook, pieces: Pieces, roles: Roles) -> Iterator[str]:
    """The words before and after, quoted, where a line says the opposite now: a "not" came or went, or the one side
    stands where the other stood."""
    verbs = {word for word in (*book.duty, *book.choice) if " " not in word}
    for before, (old, new) in groups(pieces):
        yield from dict.fromkeys((*_turned_verb(before, old, new, verbs), *_lost(old, new), *_swapped(old, new, roles)))


def _turned_verb(before: Runs, old: Runs, new: Runs, verbs: Collection[str]) -> Iterator[str]:
    """Where a "not" after a verb of duty or choice came or went. What may be done "only" so is no opposite of what must
    not be done otherwise."""
    last = lower_words(before)[-1:]
    was, now = ([*last, *lower_words(runs)] for runs in (old, new))
    one, other = (_negated(words, verbs) for words in (was, now))
    if bool(one) == bool(other) or "only" in now:
        return
    plain, loose = (now, one) if one else (was, other)
    verb = next((word for word in plain if word in verbs), "")
    if verb and not _NOT & set(plain):
        yield f"“{loose}” became “{verb}”" if one else f"“{verb}” became “{loose}”"


def _negated(words: Sequence[str], verbs: Collection[str]) -> str:
    """The first verb with a "not" behind it."""
    return next((f"{one} {other}" for one, other in pairwise(words) if one in verbs and other in _NOT), "")


def _lost(old: Runs, new: Runs) -> Iterator[str]:
    """Where nothing changed but that something is denied, or no longer is."""
    was, now = lower_words(old), lower_words(new)
    rest, others = ([stem(word) for word in words if word not in _NONE | _BESIDE] for words in (was, now))
    if bool(_NONE & set(was)) != bool(_NONE & set(now)) and rest == others:
        yield _say(_shown(old), _shown(new))


def _swapped(old: Runs, new: Runs, roles: Roles) -> Iterator[str]:
    """Where nothing changed but that the one side stands where the other stood."""
    was, now = (" ".join(lower_words(runs)).removeprefix("the ") for runs in (old, new))
    sides = roles.sides.get(was), roles.sides.get(now)
    if all(sides) and sides[0] != sides[1]:
        yield _say(_shown(old), _shown(new))


def groups(pieces: Pieces) -> Iterator[tuple[Runs, tuple[Runs, Runs]]]:
    """What changed in one place, before and after, each with the words that stand before it."""
    before: Runs = ()
    old: Runs = ()
    new: Runs = ()
    for piece in (*pieces, Piece((Text(""),), (Text(""),))):
        if piece.change is not Change.SAME:
            old, new = (*old, *piece.old), (*new, *piece.new)
            continue
        if old or new:
            yield before, (old, new)
        before, old, new = piece.new, (), ()


def lower_words(runs: Iterable[Inline]) -> list[str]:
    """The words in lower case, with the letters that they seem to have."""
    return _WORD.findall(write_runs(tuple(runs)).lower().translate(_ALIKE))
