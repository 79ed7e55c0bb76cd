"""Which items of an old list are which of a new one.

All functions are pure, and their work is bounded whatever the lists hold: what cannot be matched within the bounds is
left unmatched, which is never wrong, only longer to read.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import TypeAlias

Pair: TypeAlias = tuple[int, int]
"""An index into the old list and one into the new."""

_SMALL = 10_000  # cells of a table of longest common subsequences
_ALIKE = 2_500  # comparisons of two items that are not equal
_DEPTH = 24  # how often a range is cut at its unique items
_MOVED_WORDS = 6  # fewer equal words elsewhere are chance, not a move


class Move(StrEnum):
    """The two places of what moved: where it was taken away, and where it stands now."""

    AWAY = "away"
    HERE = "here"


@dataclass(frozen=True, slots=True)
class Item:
    """What alignment knows of an item.

    `key` is its identity where it has one; only items of the same `form` are paired; `words` are what it says.
    """

    key: str | None
    form: Hashable
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """A step through both lists at once: an item of the old, of the new, or of both; a moved one has two steps."""

    old: int | None
    new: int | None
    move: Move | None = None


def align(old: Sequence[Item], new: Sequence[Item], *, moves: bool = True) -> tuple[Step, ...]:
    """The way through both lists. Each index has exactly one step without a move, or a step for each of its places.

    Items are paired by key, then by equal words, then by likeness, in this order; what would cross a pair already made
    is moved, or without `moves` removed and added.
    """
    keyed = _by_key(old, new)
    kept = [keyed[place] for place in longest_rising([new_at for _, new_at in keyed])]
    away = dict(pair for pair in keyed if pair not in set(kept)) if moves else {}
    taken_old, taken_new = set(away), set(away.values())
    pairs: list[Pair] = []
    for (old_from, new_from), (old_to, new_to) in _gaps(kept, len(old), len(new)):
        left = [each for each in range(old_from, old_to) if each not in taken_old]
        right = [each for each in range(new_from, new_to) if each not in taken_new]
        pairs += _pair_gap(old, new, left, right)
    pairs = sorted([*kept, *pairs])
    if moves:
        away |= _moved_words(old, new, pairs, away)
    return _steps(pairs, away, len(old), len(new))


def _by_key(old: Sequence[Item], new: Sequence[Item]) -> list[Pair]:
    """The pairs of equal key and form, in the order of the old list; a key that comes twice says nothing."""
    places = [{each.key: at for at, each in enumerate(items)} for items in (old, new)]
    counts = [Counter(each.key for each in items) for items in (old, new)]
    return [
        (at, places[1][key])
        for key, at in sorted(places[0].items(), key=lambda entry: entry[1])
        if key is not None and counts[0][key] == counts[1][key] == 1 and old[at].form == new[places[1][key]].form
    ]


def _gaps(kept: Sequence[Pair], old_size: int, new_size: int) -> list[tuple[Pair, Pair]]:
    """The ranges between the pairs."""
    starts = [(0, 0), *((old_at + 1, new_at + 1) for old_at, new_at in kept)]
    return list(zip(starts, [*kept, (old_size, new_size)], strict=True))


def _pair_gap(old: Sequence[Item], new: Sequence[Item], left: list[int], right: list[int]) -> list[Pair]:
    """The pairs within a gap, as indices of the lists: equal items first, then alike ones between them."""
    equal = match_equal([(old[at].form, old[at].words) for at in left], [(new[at].form, new[at].words) for at in right])
    found = [(left[one], right[other]) for one, other in equal]
    for (left_from, right_from), (left_to, right_to) in _gaps(equal, len(left), len(right)):
        rest, other_rest = left[left_from:left_to], right[right_from:right_to]
        alike = _pair_alike([old[at] for at in rest], [new[at] for at in other_rest])
        found += [(rest[one], other_rest[other]) for one, other in alike]
    return found


def _pair_alike(old: Sequence[Item], new: Sequence[Item]) -> list[Pair]:
    """The pairs of alike items; of many first those that share rare words, then those between them."""
    measure = _likeness(old, new)
    rare = _pair_by_rare_words(old, new, measure) if len(old) * len(new) > _ALIKE else []
    found = list(rare)
    for (one, other), (old_to, new_to) in _gaps(rare, len(old), len(new)):
        shifted = partial(_shifted, measure, one, other)
        found += [(one + at, other + there) for at, there in match_alike(old_to - one, new_to - other, shifted)]
    return found


def _shifted(measure: Callable[[int, int], float], old_from: int, new_from: int, one: int, other: int) -> float:
    return measure(old_from + one, new_from + other)


def _pair_by_rare_words(
    old: Sequence[Item], new: Sequence[Item], measure: Callable[[int, int], float], *, least: float = 0.5
) -> list[Pair]:
    """Pairs that share the most words which no other item has, as many as stand in the same order."""
    places = [_only_places(old), _only_places(new)]
    votes = Counter((at, places[1][word]) for word, at in places[0].items() if word in places[1])
    chosen: dict[int, int] = {}
    for (one, other), _ in sorted(votes.items(), key=lambda entry: (-entry[1], entry[0])):
        if one not in chosen and measure(one, other) >= least:
            chosen[one] = other
    pairs = sorted(chosen.items())
    return [pairs[place] for place in longest_rising([other for _, other in pairs])]


def _only_places(items: Sequence[Item]) -> dict[str, int]:
    """The words that one item alone has, and that item."""
    counts = Counter(word for item in items for word in set(item.words))
    return {word: at for at, item in enumerate(items) for word in item.words if counts[word] == 1}


def _likeness(old: Sequence[Item], new: Sequence[Item]) -> Callable[[int, int], float]:
    counts = [[Counter(each.words) for each in items] for items in (old, new)]

    def measure(one: int, other: int) -> float:
        if old[one].form != new[other].form:
            return 0.0
        return likeness(counts[0][one], counts[1][other])

    return measure


def likeness(one: Counter[str], other: Counter[str]) -> float:
    """How much two bags of words share, from 0 to 1 (Dice's coefficient)."""
    total = one.total() + other.total()
    return 2 * (one & other).total() / total if total else 0.0


def _moved_words(
    old: Sequence[Item], new: Sequence[Item], pairs: Sequence[Pair], away: dict[int, int]
) -> dict[int, int]:
    """What is left over on both sides and says the same at some length has moved."""
    used = {old_at for old_at, _ in pairs} | set(away), {new_at for _, new_at in pairs} | set(away.values())
    waiting: dict[Hashable, list[int]] = {}
    for at, item in enumerate(new):
        if at not in used[1] and len(item.words) >= _MOVED_WORDS:
            waiting.setdefault((item.form, item.words), []).append(at)
    found = {}
    for at, item in enumerate(old):
        there = waiting.get((item.form, item.words)) if at not in used[0] else None
        if there:
            found[at] = there.pop(0)
    return found


def _steps(pairs: Sequence[Pair], away: dict[int, int], old_size: int, new_size: int) -> tuple[Step, ...]:
    """Both lists in one order: between two pairs what was in the old list, then what is in the new."""
    here = {new_at: old_at for old_at, new_at in away.items()}
    steps: list[Step] = []
    for (old_from, new_from), (old_to, new_to) in _gaps(pairs, old_size, new_size):
        steps += [Step(at, away[at], Move.AWAY) if at in away else Step(at, None) for at in range(old_from, old_to)]
        steps += [Step(here[at], at, Move.HERE) if at in here else Step(None, at) for at in range(new_from, new_to)]
        if old_to < old_size and new_to < new_size:
            steps.append(Step(old_to, new_to))
    return tuple(steps)


def longest_rising(numbers: Sequence[int]) -> list[int]:
    """The places of a longest rising subsequence. Cost: n log n.

    >>> longest_rising([2, 0, 1, 3])
    [1, 2, 3]
    """
    tails: list[int] = []  # the smallest last number of a rising subsequence of each length
    places: list[int] = []  # where these numbers stand
    before: list[int] = []
    for place, number in enumerate(numbers):
        length = bisect_left(tails, number)
        tails[length : length + 1] = [number]
        places[length : length + 1] = [place]
        before.append(places[length - 1] if length else -1)
    found = []
    place = places[-1] if places else -1
    while place >= 0:
        found.append(place)
        place = before[place]
    return found[::-1]


def match_equal(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[Pair]:
    """Pairs of equal items, rising on both sides.

    A patience difference: what begins and ends alike is matched, then the items that are unique on both sides, and so
    on between those; a rest without unique items by the longest common subsequence where it is small. People read this
    more easily than the shortest edit script, which likes to match every "the".

    >>> match_equal("a b c d".split(), "a c x d".split())
    [(0, 0), (2, 1), (3, 3)]
    """
    found: list[Pair] = []
    work = [(0, len(old), 0, len(new), 0)]
    while work:
        old_from, old_to, new_from, new_to, depth = work.pop()
        while old_from < old_to and new_from < new_to and old[old_from] == new[new_from]:
            found.append((old_from, new_from))
            old_from, new_from = old_from + 1, new_from + 1
        while old_from < old_to and new_from < new_to and old[old_to - 1] == new[new_to - 1]:
            old_to, new_to = old_to - 1, new_to - 1
            found.append((old_to, new_to))
        if old_from == old_to or new_from == new_to:
            continue
        unique = _unique(old, new, range(old_from, old_to), range(new_from, new_to)) if depth < _DEPTH else []
        if unique:
            starts = [(old_from, new_from), *((one + 1, other + 1) for one, other in unique)]
            ends = [*unique, (old_to, new_to)]
            found += unique
            work += [(a, b, c, d, depth + 1) for (a, c), (b, d) in zip(starts, ends, strict=True)]
        elif (old_to - old_from) * (new_to - new_from) <= _SMALL:
            common = _common(old[old_from:old_to], new[new_from:new_to])
            found += [(old_from + one, new_from + other) for one, other in common]
    return sorted(found)


def match_ends(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[Pair]:
    """Pairs of the items with which both lists begin and end alike."""
    short = min(len(old), len(new))
    head = next((at for at in range(short) if old[at] != new[at]), short)
    tail = next((at for at in range(short - head) if old[-1 - at] != new[-1 - at]), short - head)
    ends = zip(range(len(old) - tail, len(old)), range(len(new) - tail, len(new)), strict=True)
    return [*((at, at) for at in range(head)), *ends]


def _unique(old: Sequence[Hashable], new: Sequence[Hashable], old_range: range, new_range: range) -> list[Pair]:
    """The items that come once on each side of the ranges, as many as stand in the same order."""
    counts = [Counter(items[at] for at in places) for items, places in ((old, old_range), (new, new_range))]
    there = {new[at]: at for at in new_range if counts[1][new[at]] == 1}
    pairs = [(at, there[old[at]]) for at in old_range if counts[0][old[at]] == 1 and old[at] in there]
    return [pairs[place] for place in longest_rising([new_at for _, new_at in pairs])]


def _common(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[Pair]:
    """A longest common subsequence, by the table."""
    return _best_path(len(old), len(new), lambda one, other: float(old[one] == new[other]))


def match_alike(
    old_size: int, new_size: int, measure: Callable[[int, int], float], *, least: float = 0.5
) -> list[Pair]:
    """The pairs, rising on both sides, whose likeness sums up to the most; none is less alike than `least`."""
    if not old_size or not new_size or old_size * new_size > _ALIKE:
        return []

    def worth(one: int, other: int) -> float:
        found = measure(one, other)
        return found if found >= least else 0.0

    return _best_path(old_size, new_size, worth)


def _best_path(old_size: int, new_size: int, worth: Callable[[int, int], float]) -> list[Pair]:
    """The pairs of greatest worth in sum; where paths are equal the earliest pairs win."""
    gain = [[worth(one, other) for other in range(new_size)] for one in range(old_size)]
    best = [[0.0] * (new_size + 1) for _ in range(old_size + 1)]
    for one in range(old_size - 1, -1, -1):
        for other in range(new_size - 1, -1, -1):
            best[one][other] = max(
                best[one + 1][other], best[one][other + 1], best[one + 1][other + 1] + gain[one][other]
            )
    found, one, other = [], 0, 0
    while one < old_size and other < new_size:
        if gain[one][other] and best[one][other] == best[one + 1][other + 1] + gain[one][other]:
            found.append((one, other))
            one, other = one + 1, other + 1
        elif best[one][other] == best[one + 1][other]:
            one += 1
        else:
            other += 1
    return found
