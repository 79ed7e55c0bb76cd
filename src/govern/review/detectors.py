"""What a paper must say for a term to be there, what makes it weak, and what turns it round: detectors, as content."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from govern.review.idiom import OurWord
from govern.review.likeness import Likeness
from govern.review.meanings import Meaning
from govern.review.patterns import Pattern

SCOPES = ("sentence", "passage", "clause")


@dataclass(frozen=True, slots=True)
class Weakness:
    """Words that make a promise weak.

    They count in the sentence of the promise; with `before` only where they end at most so many words before it; with
    `within` in its passage or clause, or in the sentence after it too (`next`); `paper` means anywhere. They do not
    count where `unless` matches in the sentence, nor where they lie in a match of `allow`: "except as the law says".
    """

    id: str
    any: tuple[Pattern, ...]
    because: str
    before: int | None = None
    within: str = "sentence"
    unless: tuple[Pattern, ...] = ()
    allow: tuple[Pattern, ...] = ()
    duties: bool = False
    """Whether it counts for duties alone: "not" weakens a duty and makes a prohibition."""
    after: bool = False
    """Whether it counts only where it follows the promise: "if" before it says when, after it whether."""


@dataclass(frozen=True, slots=True)
class Need:
    """What else has to be said in the same clause; without it the promise is weak."""

    any: tuple[Pattern, ...]
    otherwise: str
    within: str = "clause"


@dataclass(frozen=True, slots=True)
class Reading:
    """A figure that is read out of the promise: hours or days beside it, with bounds beyond which it is weak."""

    id: str
    label: str
    unit: str
    max: int | None = None
    min: int | None = None
    because: str = ""
    near: tuple[Pattern, ...] = ()
    """Words of which one stands in the sentence of the figure; without them the sentence of the promise counts."""


@dataclass(frozen=True, slots=True)
class Detector:
    """How one term is recognised. Each of `ways` is a list of groups; of every group one pattern must match.

    The first group is the promise itself: what is weak or denied is judged there. `excepted` are the general weaknesses
    and denials that do not apply to it. One that `forbids` is taken back by the book's `take_backs` too: "shall not …,
    except as it sees fit".
    """

    term: str
    ways: tuple[tuple[tuple[Pattern, ...], ...], ...]
    within: str = "passage"
    unless: tuple[Pattern, ...] = ()
    needs: tuple[Need, ...] = ()
    weak: tuple[Weakness, ...] = ()
    reads: tuple[Reading, ...] = ()
    excepted: tuple[str, ...] = ()
    follows_from: tuple[str, ...] = ()
    """Terms that together say what this one asks for."""
    forbids: bool = False
    allow: tuple[Pattern, ...] = ()
    """Usual words of this term that no general weakness is read into: "if feasible"."""
    titled: bool = False
    """Whether the words of a heading count as those under it: "Clause 17" over "Law: Ireland"."""
    titles: tuple[Pattern, ...] = ()
    """Headings under which whatever stands says it: "Types of data" over a list."""
    defines: bool = False
    """Whether the definition of a word may say it: "“Customer Data” means names and portraits"."""


@dataclass(frozen=True, slots=True)
class Watch:
    """A clause that no term asks for and that counsel wants to see: a cap, other terms that prevail."""

    id: str
    title: str
    ways: tuple[tuple[tuple[Pattern, ...], ...], ...]
    because: str
    within: str = "sentence"
    unless: tuple[Pattern, ...] = ()


@dataclass(frozen=True, slots=True)
class Undoing:
    """Words that take back a clause which their sentence names, or in a footnote that which it hangs on.

    With `near` only one that is named at most so many words behind them: "notwithstanding clause 9". They do not count
    where `unless` matches in the sentence. With `look`, or where `harmless` matches, an honest paper may say so.
    """

    any: tuple[Pattern, ...]
    because: str
    near: int | None = None
    unless: tuple[Pattern, ...] = ()
    harmless: tuple[Pattern, ...] = ()
    look: bool = False
    notes: bool = False
    """Whether they count in footnotes alone."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of contract: its types of document, what it is called, and by what a paper names the law that it serves.

    `named` are the terms that the law ties to itself: to say them a paper has to name it.
    """

    documents: tuple[str, ...]
    title: str
    law: str
    names: tuple[Pattern, ...]
    titles: tuple[Pattern, ...] = ()
    named: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DetectorBook:
    """All detectors, by term, with the weaknesses, denials and take-backs that are the same for all."""

    detectors: Mapping[str, Detector] = field(default_factory=dict)
    weak: tuple[Weakness, ...] = ()
    denials: tuple[Weakness, ...] = ()
    take_backs: tuple[Weakness, ...] = ()
    """Words that permit again what a sentence forbids."""
    watches: tuple[Watch, ...] = ()
    ordinary: tuple[str, ...] = ()
    """Words that contracts write with a capital although nobody defines them."""
    heads: tuple[str, ...] = ()
    """Words that close the name of a company, a law, a court or an authority."""
    words: tuple[OurWord, ...] = ()
    """Terms of our documents, with what others call them."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Short names of document types: ccpa is ccpa_sp_contract."""
    meanings: tuple[Meaning, ...] = ()
    """What a paper may give a name of its own."""
    duty: tuple[str, ...] = ()
    """Words that oblige."""
    choice: tuple[str, ...] = ()
    """Words that leave it to whoever they are said of."""
    undoing: tuple[str, ...] = ()
    """Words by which a text takes back what stands elsewhere: "notwithstanding", "does not apply"."""
    digest: str = ""
    likeness: Likeness | None = None
    """What was learned of how kept and weakened promises read; without it patterns alone decide."""
    elsewhere: tuple[Undoing, ...] = ()
    """Words that take back a clause which they name."""
    kinds: tuple[Kind, ...] = ()
