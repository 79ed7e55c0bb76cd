"""The paper as passages: what one reads in one breath.

A list item is read with the words that lead it in ("The Vendor must: (a) …"), a row of a table as one line, and each
passage with the heading over it. A heading can say what a passage is about; alone it promises nothing and weakens
nothing. All words of all passages lie in one row, with an index, so that phrases are looked up and not searched for.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from govern.review.model import Paper, PaperParagraph
from govern.review.numerals import skip_typed
from govern.review.words import Word, read_words, stem

_LEAD = 60
"""Words of a lead-in that are repeated before each of its items."""
_HEADINGS = 3
"""With fewer headings than these, a paragraph without a number is a clause of its own."""
_ROW = 8
"""How deep a row without a number lies ("Term: two years")."""
_LIST = 160
"""Words of a list that is read as one passage."""
_SECTION = 120
"""Passages that are read as one clause at most."""
_TITLE = 90
"""Letters of a line that is read as a heading although nothing marks it as one."""
_TITLES = 24
"""Words of headings that are read before a passage."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A match: its first word and the word after its last, in the row of all words."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Quote:
    """A place of the paper in its own words: the paragraph, how one cites it, and which part of it."""

    paragraph: int
    label: str
    text: str
    start: int
    end: int
    page: int | None = None


@dataclass(frozen=True, slots=True)
class _Placed:
    word: Word
    paragraph: int
    passage: int
    title: bool = False


@dataclass
class PassageText:
    """All passages of a paper, ready to be searched."""

    paper: Paper
    labels: tuple[str, ...]
    placed: list[_Placed]
    sections: list[int]
    """The clause of each passage."""
    blocks: list[int]
    """The list of each passage that is an item of a short one, else the passage itself."""
    found: dict[str, list[Hit]] = field(default_factory=dict, repr=False)
    scoped: dict[tuple[str, str], dict[int, list[Hit]]] = field(default_factory=dict, repr=False)
    elements: dict[tuple[tuple[str, ...], ...], list[tuple[int, int]]] = field(default_factory=dict, repr=False)
    phrases: dict[tuple[str, ...], list[tuple[int, int]]] = field(default_factory=dict, repr=False)
    spread: dict[tuple[tuple[str, ...], ...], set[int]] = field(default_factory=dict, repr=False)
    begun: dict[tuple[tuple[str, ...], ...], list[int]] = field(default_factory=dict, repr=False)
    merged: dict[tuple[int, str], tuple[object, dict[int, list[Hit]]]] = field(default_factory=dict, repr=False)

    @cached_property
    def _stems(self) -> dict[str, list[int]]:
        index: dict[str, list[int]] = {}
        for place, each in enumerate(self.placed):
            index.setdefault(each.word.stem, []).append(place)
        return index

    @cached_property
    def _plain(self) -> dict[str, list[int]]:
        index: dict[str, list[int]] = {}
        for place, each in enumerate(self.placed):
            index.setdefault(each.word.plain, []).append(place)
        return index

    @cached_property
    def _vocabulary(self) -> list[str]:
        return sorted(self._plain)

    @cached_property
    def _counts(self) -> list[int]:
        return [place for place, each in enumerate(self.placed) if each.word.count is not None]

    @cached_property
    def _passages(self) -> list[int]:
        return [each.passage for each in self.placed]

    @cached_property
    def sentences(self) -> list[int]:
        """A number for each word that is the same within a sentence of a passage."""
        numbers: list[int] = []
        number, last = -1, None
        for each in self.placed:
            # An item goes on from its lead-in, and a cell from the cell before it.
            goes_on = (
                last is not None
                and each.passage == last.passage
                and (each.paragraph != last.paragraph or each.word.sentence == last.word.sentence)
            )
            number += not goes_on
            numbers.append(number)
            last = each
        return numbers

    @cached_property
    def row(self) -> list[str]:
        """The stems of all words, and an empty one behind the last."""
        return [*(each.word.stem for each in self.placed), ""]

    @cached_property
    def sentence_ends(self) -> list[int]:
        """For each word the place behind the last word of its sentence."""
        ends = [len(self.placed)] * len(self.placed)
        for place in range(len(ends) - 2, -1, -1):
            ends[place] = ends[place + 1] if self.sentences[place] == self.sentences[place + 1] else place + 1
        return ends

    def places(self, word: str) -> list[int]:
        """Where a word of a phrase stands, in order."""
        if word == "#":
            return self._counts
        if not word.startswith("*"):
            return self._stems.get(word, [])
        beginning, found = word[1:], []
        place = bisect_left(self._vocabulary, beginning)
        while place < len(self._vocabulary) and self._vocabulary[place].startswith(beginning):
            found += self._plain[self._vocabulary[place]]
            place += 1
        return sorted(found)

    def says(self, phrase: tuple[str, ...], place: int) -> bool:
        """Whether a phrase whose first word stands at a place goes on there."""
        if self.row[place + 1] == phrase[1]:
            return all(self.is_word(place + step, word) for step, word in enumerate(phrase[2:], start=2))
        return phrase[1][0] in "*#" and all(self.is_word(place + step, phrase[step]) for step in range(1, len(phrase)))

    def is_word(self, place: int, word: str) -> bool:
        """Whether a word of a phrase stands at a place."""
        if place >= len(self.placed):
            return False
        there = self.placed[place].word
        if word == "#":
            return there.count is not None
        return there.plain.startswith(word[1:]) if word.startswith("*") else there.stem == word

    def same_sentence(self, one: int, other: int) -> bool:
        """Whether two words stand in one sentence of one passage."""
        return other < len(self.placed) and self.sentences[one] == self.sentences[other]

    def scope(self, place: int, within: str) -> int:
        """The sentence, passage, list or clause that a word belongs to, as a number."""
        if within == "sentence":
            return self.sentences[place]
        passage = self._passages[place]
        if within == "passage":
            return passage
        return self.blocks[passage] if within == "block" else self.sections[passage] if within == "clause" else 0

    def is_title(self, place: int) -> bool:
        """Whether a word is one of a heading."""
        return self.placed[place].title

    def body(self, place: int) -> int:
        """The word itself, or of one of a heading the first word under it."""
        while self.placed[place].title:
            place += 1
        return place

    @cached_property
    def _read_once(self) -> tuple[dict[int, int], dict[int, list[int]], dict[int, int]]:
        """For each paragraph with words that are no heading its list; the words of each list, without headings and
        typed numbers, and lead-ins once; and how many words each clause has so."""
        lists_of: dict[int, int] = {}
        lists: dict[int, list[int]] = {}
        clauses: dict[int, set[tuple[int, int]]] = {}
        seen: set[tuple[int, int, int]] = set()
        typed = [skip_typed(each.text) if each.typed else 0 for each in self.paper.paragraphs]
        for place, each in enumerate(self.placed):
            block, word = self.blocks[each.passage], (each.paragraph, each.word.start)
            if each.title or (block, *word) in seen:
                continue
            seen.add((block, *word))
            lists_of[each.paragraph] = block
            if each.word.start >= typed[each.paragraph]:
                lists.setdefault(block, []).append(place)
                clauses.setdefault(self.sections[each.passage], set()).add(word)
        return lists_of, lists, {clause: len(words) for clause, words in clauses.items()}

    def around(self, paragraph: int) -> tuple[list[int], bool]:
        """The words of the list or passage that a paragraph belongs to, without headings; and whether it is a whole
        clause."""
        lists_of, lists, lengths = self._read_once
        block = lists_of[paragraph]
        words = lists.get(block, [])
        return words, bool(words) and len(words) == lengths[self.sections[self.placed[words[0]].passage]]

    @property
    def bodies(self) -> Iterable[int]:
        """The paragraphs with words that are no heading, in order."""
        return self._read_once[0]

    def beginnings(self, phrases: tuple[tuple[str, ...], ...]) -> list[int]:
        """Where the phrases of an element begin, of which `elements` knows the places."""
        if phrases not in self.begun:
            self.begun[phrases] = [start for start, _ in self.elements[phrases]]
        return self.begun[phrases]

    def sentences_with(self, phrases: tuple[tuple[str, ...], ...]) -> set[int]:
        """The sentences in which an element stands, as numbers; `elements` knows its places."""
        if phrases not in self.spread:
            self.spread[phrases] = {self.sentences[start] for start, _ in self.elements[phrases]}
        return self.spread[phrases]

    def with_next(self, place: int) -> tuple[int, ...]:
        """The sentence of a word and the one after it in the same passage, as numbers."""
        number = self.sentences[place]
        after = bisect_right(self.sentences, number)
        goes_on = after < len(self.placed) and self.placed[after].passage == self.placed[place].passage
        return (number, number + 1) if goes_on else (number,)

    def counts_in(self, place: int, within: str) -> list[int]:
        """Where numbers stand in the sentence or passage of a word."""
        numbers = self.sentences if within == "sentence" else self._passages
        first = bisect_left(numbers, numbers[place])
        after = bisect_right(numbers, numbers[place])
        return self._counts[bisect_left(self._counts, first) : bisect_left(self._counts, after)]

    def count_at(self, place: int) -> int | None:
        """The number that the word at a place says."""
        return self.placed[place].word.count

    def stem_at(self, place: int) -> str:
        """The stem of the word at a place, "" beyond the last."""
        return self.placed[place].word.stem if place < len(self.placed) else ""

    def quote(self, hit: Hit) -> Quote:
        """The words of a match as they stand in the paper; of one over two paragraphs, those in its last."""
        last = self.placed[hit.end - 1]
        inside = [each.word for each in self.placed[hit.start : hit.end] if each.paragraph == last.paragraph]
        return self._quote(last.paragraph, inside[0].start, inside[-1].end)

    def sentence(self, place: int) -> Quote:
        """The sentence around a word, within its paragraph."""
        here = self.placed[place]
        number = self.sentences[place]
        first = last = place
        while first and self.sentences[first - 1] == number and self.placed[first - 1].paragraph == here.paragraph:
            first -= 1
        while self.same_sentence(place, last + 1) and self.placed[last + 1].paragraph == here.paragraph:
            last += 1
        text = self.paper.paragraphs[here.paragraph].text
        start, end = self.placed[first].word.start, self.placed[last].word.end
        before = self._neighbour(first - 1, here)
        after = self._neighbour(last + 1, here)
        between = text[before.end if before else 0 : start]
        start -= len(between) - 1 - max(map(between.rfind, ".!?\n"))
        between = text[end : after.start if after else len(text)]
        stops = [place for place in map(between.find, ".!?\n") if place >= 0]
        return self._quote(here.paragraph, start, end + (min(stops) + 1 if stops else len(between) if not after else 0))

    def _neighbour(self, place: int, here: _Placed) -> Word | None:
        """The word at a place, if it is of the same paragraph and passage."""
        if not 0 <= place < len(self.placed):
            return None
        other = self.placed[place]
        return other.word if (other.paragraph, other.passage) == (here.paragraph, here.passage) else None

    def _quote(self, paragraph: int, start: int, end: int) -> Quote:
        text = self.paper.paragraphs[paragraph].text
        if self.paper.paragraphs[paragraph].typed:
            start = min(max(start, skip_typed(text)), end)
        start += len(text[start:end]) - len(text[start:end].lstrip())
        end -= len(text[start:end]) - len(text[start:end].rstrip())
        return Quote(
            paragraph, self.labels[paragraph], text[start:end], start, end, self.paper.paragraphs[paragraph].page
        )


def read_passages(
    paper: Paper, names: Mapping[str, str] | None = None, read: Callable[[str], Sequence[Word]] = read_words
) -> PassageText:
    """Cut the paper into passages. A heading is no passage; it is read before those under it.

    `names` are names of parties and of what the paper defines, and the words that each is read as: where Fernhill
    stands, "processor" is found. `read` cuts a paragraph into words; one that remembers pays where papers share them.
    """
    labels = label_paragraphs(paper)
    placed: list[_Placed] = []
    sections: list[int] = []
    lists: list[tuple[int, int]] = []  # the outermost lead-in of each passage, its words
    section = inside = 0
    leads: list[tuple[int, list[Word], int]] = []  # depth, words, paragraph
    row: tuple[int, int] | None = None
    was_row = False
    top = ""
    titles: list[tuple[int, int, list[Word]]] = []  # rank, paragraph, words
    named = [_Name(name, [word.plain for word in read_words(name)], role) for name, role in (names or {}).items()]
    following = (*paper.paragraphs[1:], None)
    headings = [_is_heading(each, after) for each, after in zip(paper.paragraphs, following, strict=False)]
    bare = sum(headings) < _HEADINGS
    for index, paragraph in enumerate(paper.paragraphs):
        number = _top(paragraph)
        alone = bare and not paragraph.number and paragraph.cell is None and _depth(paragraph) == 0
        if headings[index] or alone or (number and number != top) or inside > _SECTION:
            section, inside = section + 1, 0
        top = number or top
        words = _rename(read(paragraph.text), paragraph.text, named)
        if headings[index]:
            leads.clear()
            was_row = False
            _put_under(titles, paragraph, index, words, above=headings[index - 1 : index])
            continue
        cell = paragraph.cell
        if cell is not None and row == (cell.table, cell.row):
            placed += [_Placed(word, index, len(sections) - 1) for word in words]
            continue
        row = (cell.table, cell.row) if cell is not None else None
        depth = _depth(paragraph)
        while leads and leads[-1][0] >= depth:
            leads.pop()
        passage = len(sections)
        title = [_Placed(word, source, passage, True) for _, source, over in titles for word in over]
        placed += title[-_TITLES:] if words else []
        for _, before, source in leads:
            placed += [_Placed(word, source, passage) for word in before]
        placed += [_Placed(word, index, passage) for word in words]
        sections.append(section)
        goes_on = bool(lists) and depth == _ROW and was_row
        was_row = depth == _ROW
        lists.append((leads[0][2] if leads else lists[-1][0] if goes_on else -1 - index, len(words)))
        inside += 1
        if cell is None and _leads_in(paragraph, paper.paragraphs[index + 1 : index + 2]):
            leads.append((depth, _last_sentence(words), index))
    return PassageText(paper, labels, placed, sections, _join_items(lists))


def _join_items(lists: list[tuple[int, int]]) -> list[int]:
    """For each passage the first of its list; a long list is many duties, and each item stands for itself."""
    words: dict[int, int] = {}
    for lead, count in lists:
        words[lead] = words.get(lead, 0) + count
    first: dict[int, int] = {}
    return [
        first.setdefault(lead, passage) if words[lead] <= _LIST else passage for passage, (lead, _) in enumerate(lists)
    ]


def _is_heading(paragraph: PaperParagraph, following: PaperParagraph | None) -> bool:
    """Whether a paragraph is a heading, or looks like one: a short line without a stop, over a text."""
    if paragraph.heading or following is None or paragraph.cell is not None or following.cell is not None:
        return paragraph.heading
    text = paragraph.text[skip_typed(paragraph.text) if paragraph.typed else 0 :].strip()
    if not 2 <= len(text) <= _TITLE or not text[0].isupper() or not (text[-1].isalnum() or text[-1] in ")?"):
        return False
    plain = {word.plain for word in read_words(text)}
    under = following.text.rstrip()[-1:] in _STOPS and len(following.text) > len(text)
    if paragraph.number:
        outer = paragraph.number[:1].isdigit() or len(paragraph.number.strip("().")) == 1 or _depth(paragraph) == 0
        inside = following.number.startswith(f"{_top(paragraph)}.") if _top(paragraph) else not following.number
        return outer and under and (inside or not following.number) and plain.isdisjoint(_DUTY)
    return paragraph.level == 0 and under and ":" not in text and plain.isdisjoint(_FINITE)


_STOPS = (".", ";", ":", ")", "]")
_DUTY = frozenset(("shall", "must", "will", "agrees", "undertakes"))
_FINITE = _DUTY | {"may", "is", "are", "has", "have", "can", "does", "not"}


def _put_under(
    titles: list[tuple[int, int, list[Word]]],
    paragraph: PaperParagraph,
    index: int,
    words: list[Word],
    above: list[bool],
) -> None:
    """Add a heading to those that stand over what follows: it ends all that are not above it.

    One directly above it stands over it whatever its rank: "Annex I", "A. List of parties". The title of the paper
    stands over nothing.
    """
    rank = max(paragraph.level, paragraph.number.count("."))
    while titles and titles[-1][0] >= rank and not (any(above) and titles[-1][1] == index - 1):
        titles.pop()
    typed = skip_typed(paragraph.text) if paragraph.typed else 0
    if index:
        titles.append((rank, index, [word for word in words if word.start >= typed]))


def _leads_in(paragraph: PaperParagraph, following: Sequence[PaperParagraph]) -> bool:
    """Whether a paragraph leads in a list: by its colon, or by an open end before an item."""
    end = paragraph.text.rstrip()[-1:]
    item = any(_depth(each) > max(_depth(paragraph), 5) for each in following)
    return end in (":", "\u2014", "\u2013") or (end.isalnum() and item)


@dataclass(frozen=True, slots=True)
class _Name:
    """A name as it is written, its words, and what it is read as."""

    text: str
    words: list[str]
    role: str


def _rename(words: Sequence[Word], text: str, names: Iterable[_Name]) -> list[Word]:
    """The words with the names of parties and of what is defined, read as what they stand for."""
    found = list(words)
    for name in names:
        if not name.words or (name.text not in text and not name.text.islower()):
            continue  # not there, or a name of words that are left out: "any", "it"
        said = [(stem(each), each) for each in name.role.split()]
        made: list[Word] = []
        at = 0
        while at < len(found):
            there = found[at : at + len(name.words)]
            large = name.text.islower() or text[there[0].start].isupper()
            if large and [word.plain for word in there] == name.words:
                first, last = there[0], there[-1]
                made += [Word(base, each, first.start, last.end, None, first.sentence) for base, each in said]
                at += len(name.words)
            else:
                made.append(found[at])
                at += 1
        found = made
    return found


def _last_sentence(words: list[Word]) -> list[Word]:
    return [word for word in words if word.sentence == words[-1].sentence][-_LEAD:] if words else []


def _top(paragraph: PaperParagraph) -> str:
    """The first part of a decimal number: 7 of 7.2."""
    return paragraph.number.split(".")[0] if paragraph.number[:1].isdigit() else ""


def _depth(paragraph: PaperParagraph) -> int:
    """How deep a paragraph lies: list items below what is numbered in decimals, and these by their dots."""
    number = paragraph.number
    if number[:1].isdigit():
        return 1 + number.count(".")
    if " " in number:
        return 0  # Annex II, Article 4
    if not number:
        return 9 if paragraph.text[:1] in "-\u2022\u25aa\u25cf\u2013" else _ROW if paragraph.level > 0 else 0
    inner = number.strip("().")
    roman = inner.islower() and set(inner) <= set("ivx") and inner not in ("v", "x")
    return 7 if roman else 6


def label_paragraphs(paper: Paper) -> tuple[str, ...]:
    """How one cites each paragraph: 7.2(a)(i), the paragraph above where it has no number, or its row of a table."""
    labels: list[str] = []
    above: list[tuple[int, str]] = []
    for paragraph in paper.paragraphs:
        if paragraph.cell is not None:
            labels.append(f"table {paragraph.cell.table + 1}, row {paragraph.cell.row + 1}")
            continue
        number = paragraph.number.rstrip(".")
        if not number:
            labels.append(above[-1][1] if above else "")
            continue
        depth = _depth(paragraph)
        while above and above[-1][0] >= depth:
            above.pop()
        base = above[-1][1] if above and not number[:1].isdigit() and depth >= 6 else ""
        label = f"{base}{number}" if number.startswith("(") or not base else f"{base}({number})"
        above.append((depth, label))
        labels.append(label)
    return tuple(labels)
