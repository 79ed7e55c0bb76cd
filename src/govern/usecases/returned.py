"""Their redline: what the other side changed in our draft, what that does to the terms of law, and who must agree."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise
from typing import TypeAlias

from govern.contracts import (
    Change,
    ClauseParameter,
    Definition,
    Draft,
    FileLine,
    Filled,
    Inline,
    Paragraph,
    Piece,
    Pieces,
    Position,
    ReturnedLine,
    ReturnedText,
    Section,
    Text,
    compare_files,
    plain_type,
    section_lines,
    squeeze,
    write_runs,
)
from govern.errors import RefusedError, StoreError
from govern.kernel import Actor, check_may
from govern.review import (
    Detector,
    DetectorBook,
    Paper,
    PaperParagraph,
    Presence,
    TermReview,
    WordText,
    compile_pattern,
    read_count,
    review_terms,
)
from govern.usecases.locks import list_locks
from govern.usecases.ports import Ports
from govern.usecases.redlines import LATEST, NOW, Found, Side, find_draft

COUNSEL = "counsel"
PART = "PartHeading"  # the style of a part's title in our files
_DUTY = "duty"  # what a sentence is read for that carries no term
_SENTENCE = re.compile(r"(?<=[.;])\s+")
_ALIKE = 0.9  # a text less like a position's than this is its own
_WORD = re.compile(r"\w+")
_Runs: TypeAlias = tuple[Inline, ...]
_NOT = frozenset(("not", "never"))
_UNIT = re.compile(r"\s*(?:business |calendar |working )?(?:hour|day|week|month|year|percent)", re.IGNORECASE)
_NUMBER = re.compile(r"\d[\d,]*|[a-z]+", re.IGNORECASE)


class Verdict(StrEnum):
    """What a change does to a term that the changed text carries."""

    BREAKS = "breaks"
    WEAKENS = "weakens"
    TOUCHES = "touches"
    KEEPS = "keeps"


@dataclass(frozen=True, slots=True)
class Effect:
    """What the changes of a clause do to one term or parameter, and why we think so."""

    verdict: Verdict
    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Match:
    """The position of the playbook whose text came back.

    `lines` are the places of the changed lines that are as the position has them; none where the clause as a whole is
    only nearly the position's.
    """

    position: Position
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ReturnedClause:
    """A clause that came back changed: its lines, what that does, and who must approve it (empty: nobody need)."""

    title: str
    section: Section | None
    lines: tuple[ReturnedLine, ...]
    effects: tuple[Effect, ...]
    match: Match | None
    approver: str

    @property
    def obligations(self) -> tuple[str, ...]:
        """The obligations that the clause is there for."""
        return self.section.obligations if self.section else ()


@dataclass(frozen=True, slots=True)
class Returned:
    """What came back, clause by clause; `unchanged` is the number of clauses and annexes that are as they were."""

    draft: Draft
    ours: str
    clauses: tuple[ReturnedClause, ...]
    unchanged: int
    untracked: int
    """Changes that the file does not show as such, though it tracks others."""

    def worst(self) -> Verdict:
        """The gravest of all effects."""
        found = {effect.verdict for clause in self.clauses for effect in clause.effects}
        return next((verdict for verdict in Verdict if verdict in found), Verdict.KEEPS)


@dataclass(frozen=True)
class ReadFile:
    """A Word file as the reader gives it: its lines, its properties, and whether it tracks changes.

    `paper` is the same text with its numbers and headings, which say what belongs to one clause; without it each line
    is judged by itself.
    """

    lines: Sequence[FileLine]
    properties: Mapping[str, str]
    tracked: bool
    paper: Paper | None = None


def read_file(word: WordText) -> ReadFile:
    """The lines of a Word file. A paragraph whose end is deleted flows into the next; the contents are left out."""
    lines: list[FileLine] = []
    now = was = ""
    for each in word.paragraphs:
        now, was = now + each.accepted, was + each.rejected
        if each.contents:
            now = was = ""
            continue
        part = each.accepted.strip() if each.style == PART else ""
        lines.append(
            FileLine(
                "" if each.mark == "deleted" else now,
                "" if each.mark == "inserted" else was,
                each.bookmarks if each.mark != "deleted" else (),
                part,
                each.cell is not None,
            )
        )
        now, was = (now if each.mark == "deleted" else ""), (was if each.mark == "inserted" else "")
    return ReadFile(tuple(lines), word.properties, word.tracked, word.paper())


@dataclass(frozen=True)
class Desk:
    """What the edges do for a review: read our own draft as a file, find its bookmarks, and the detectors of terms."""

    read_ours: Callable[[Draft], ReadFile]
    bookmarks: Callable[[Draft], Mapping[str, tuple[str, int | None]]]
    detectors: DetectorBook


def review_returned(
    ports: Ports, actor: Actor, project: str, document: str, side: Side | None, file: ReadFile, desk: Desk
) -> Returned:
    """Compare a file that came back with our draft and judge each change. Nothing is recorded.

    Without `side` our draft is the one that the file says it is, by its digest, else the newest saved, else what would
    be drafted now. Raises as `find_draft` does, and RefusedError for a file of ours that is another document.
    """
    check_may(actor, "read")
    says = file.properties.get("Document", document)
    if says != document:
        raise RefusedError(
            f"the file says that it is the document `{says}`, not `{document}`", hint=f"--document {says}"
        )

    found = _find_ours(ports, project, document, side, file)
    compared = compare_files(found.draft, desk.read_ours(found.draft).lines, file.lines, desk.bookmarks(found.draft))
    judged = _judge_terms(desk, found.draft, file, compared)
    clauses = tuple(_clause(ports, desk, found, compared, group, judged) for group in _grouped(compared.lines))

    changed = {each.section.anchor for each in clauses if each.section}
    return Returned(
        draft=found.draft,
        ours=found.words,
        clauses=clauses,
        unchanged=len(found.draft.sections) + len(found.draft.annexes) - len(changed),
        untracked=sum(not line.tracked for line in compared.lines) if file.tracked else 0,
    )


def _find_ours(ports: Ports, project: str, document: str, side: Side | None, file: ReadFile) -> Found:
    if side is not None:
        return find_draft(ports, project, document, side)
    today = ports.now().date()
    digest = file.properties.get("Digest", "")
    with ports.register.begin(write=False) as unit:
        locks = [each for each in list_locks(unit) if each.lock.document == document]
    same = [each for each in locks if digest and each.lock.tree == digest]
    if same:
        return find_draft(ports, same[-1].lock.project, document, Side(same[-1].draft_id, today))
    try:
        return find_draft(ports, project, document, Side(LATEST, today))
    except StoreError:
        return find_draft(ports, project, document, Side(NOW, today))


def _grouped(lines: Iterable[ReturnedLine]) -> list[list[ReturnedLine]]:
    """The lines by the clause or part in which they stand, in the order of the document."""
    groups: dict[str, list[ReturnedLine]] = {}
    for line in lines:
        groups.setdefault(line.section.anchor if line.section else f" {line.part}", []).append(line)
    return list(groups.values())


def _clause(
    ports: Ports, desk: Desk, found: Found, compared: ReturnedText, lines: list[ReturnedLine], judged: "_Verdicts"
) -> ReturnedClause:
    section = lines[0].section
    if section is None:
        return ReturnedClause(lines[0].part or "First pages", None, tuple(lines), (), None, COUNSEL)
    match = _match(ports, found, section, lines, compared.sections.get(section.anchor, ()))
    known = set(match.lines) if match is not None else set()
    loose = [line for at, line in enumerate(lines) if at not in known]
    softened = _soften(desk.detectors, judged.effects(lines), lines)
    effects = (
        *softened,
        *(each for each in _reserve(desk.detectors, loose) if each.what not in {other.what for other in softened}),
        *_drop(desk.detectors, loose),
        *_redefine(loose),
        *_bounds(ports, section, lines),
        *_periods(ports, section, loose),
    )
    exact = match is not None and len(match.lines) == len(lines)
    approver = (match.position.approver or "") if match is not None and exact else COUNSEL
    return ReturnedClause(f"{section.place} {section.title}", section, tuple(lines), effects, match, approver)


# --- terms ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Judged:
    """What the detectors say of our text and of theirs, term by term."""

    before: Mapping[str, TermReview]
    after: Mapping[str, TermReview]

    def effect(self, term: str, *, gone: bool) -> Effect:
        before, after = self.before.get(term), self.after.get(term)
        if before is None or after is None or before.presence is not Presence.PRESENT:
            if gone:
                return Effect(Verdict.BREAKS, term, "the paragraph that carries it is deleted")
            return Effect(Verdict.TOUCHES, term, "no detector judges our own text of it: read the change")
        why = f"the paragraph that carries it is deleted; of the rest: {after.why}" if gone else after.why
        if after.presence is Presence.PRESENT:
            return Effect(Verdict.KEEPS, term, why)
        weak = after.presence is Presence.WEAK and not gone
        return Effect(Verdict.WEAKENS if weak else Verdict.BREAKS, term, why)

    def takes_back(self, term: str, lines: Iterable[ReturnedLine]) -> bool:
        """Whether our text has the term, theirs has less of it, and one of these new lines is where it says so."""
        before, after = self.before[term], self.after[term]
        if before.presence is not Presence.PRESENT or after.presence is Presence.PRESENT:
            return False
        said = [squeeze(quote.text) for quote in (after.quote, after.phrase) if quote is not None]
        new = [squeeze(line.new) for line in lines if line.new is not None and line.change is not Change.SAME]
        return any(quote in line for quote in said for line in new)


@dataclass(frozen=True)
class _Verdicts:
    """Both readings of the two texts: line by line, where the line that carries a term must say all of it, and as a
    whole with numbers and headings, where another paragraph of the clause may take back what that line says."""

    by_line: _Judged
    as_whole: _Judged

    def effects(self, lines: Sequence[ReturnedLine]) -> tuple[Effect, ...]:
        """The effects of a clause's changes: on the terms that its changed paragraphs carry, and on any other term that
        one of its new lines takes back."""
        gone: dict[str, bool] = {}
        for line in lines:
            for term in line.paragraph.carries if line.paragraph and line.change is not Change.SAME else ():
                gone[term] = gone.get(term, True) and line.change is Change.REMOVED
        made = {term: self.by_line.effect(term, gone=gone[term]) for term in gone}
        for term in self.as_whole.after:
            mild = term not in made or made[term].verdict is Verdict.KEEPS
            if mild and self.as_whole.takes_back(term, lines):
                made[term] = self.as_whole.effect(term, gone=False)
        return tuple(made.values())


def _judge_terms(desk: Desk, draft: Draft, file: ReadFile, compared: ReturnedText) -> _Verdicts:
    if not compared.lines:
        return _Verdicts(_Judged({}, {}), _Judged({}, {}))
    carried = {term: None for line in compared.lines if line.paragraph is not None for term in line.paragraph.carries}
    ours = desk.read_ours(draft)
    return _Verdicts(
        _judged(desk, _lines(ours.lines), _lines(file.lines), carried),
        _judged(desk, _paper(ours), _paper(file), draft.terms),
    )


def _judged(desk: Desk, ours: Paper, theirs: Paper, terms: Iterable[str]) -> _Judged:
    wanted = tuple(terms)
    patterns = replace(desk.detectors, likeness=None)  # our own text is known: what counts is what was changed in it
    pair = (review_terms(paper, patterns, wanted) for paper in (ours, theirs))
    return _Judged(*({each.term: each for each in found} for found in pair))


def _paper(file: ReadFile) -> Paper:
    return file.paper or _lines(file.lines)


def _lines(lines: Iterable[FileLine]) -> Paper:
    texts = [" ".join(line.now.split()) for line in lines]
    return Paper("", "docx", tuple(PaperParagraph(text, source=at) for at, text in enumerate(texts) if text))


def _soften(book: DetectorBook, effects: Sequence[Effect], lines: Iterable[ReturnedLine]) -> tuple[Effect, ...]:
    """The effects, and of each duty that became a choice that it weakens what its paragraph carries, whatever else the
    paragraph still says; where it carries nothing, that it weakens the duty of that paragraph. A ban or a duty that
    was turned into its opposite breaks it."""
    made = {effect.what: effect for effect in effects}
    for line in lines:
        for words in _turned(book, line.pieces):
            for what in _terms_or_place(line):
                if what not in made or made[what].verdict is not Verdict.BREAKS:
                    made[what] = Effect(Verdict.BREAKS, what, f"{words}: it says the opposite now")
        for old, new in pairwise(line.pieces):
            words = _became_choice(book, old, new)
            if not words:
                continue
            for what in _terms_or_place(line):
                was, why = made.get(what), f"{words}: a duty became a choice"
                if was is None or was.verdict in (Verdict.KEEPS, Verdict.TOUCHES):
                    made[what] = Effect(Verdict.WEAKENS, what, why)
                elif was.verdict is Verdict.WEAKENS and why not in was.why:
                    made[what] = replace(was, why=f"{why}; {was.why}")
    return tuple(made.values())


def _reserve(book: DetectorBook, lines: Iterable[ReturnedLine]) -> Iterator[Effect]:
    """The duties that hold only with a reservation now: "where feasible", "commercially reasonable". A sentence that is
    new is read by itself, since other duties of its paragraph may stand as they were. What carries a term is judged by
    its term."""
    if not book.duty:
        return
    duty = Detector(_DUTY, (((compile_pattern("|".join(book.duty), {}),),),))
    alone = replace(book, detectors={_DUTY: duty})
    for line in lines:
        if line.change is not Change.CHANGED or line.paragraph is None or line.paragraph.carries or _defined(line):
            continue
        was, now = (_SENTENCE.split(plain_type(text or "")) for text in (line.old, line.new))
        before = _reservations(alone, [each for each in was if each not in now])
        after = _reservations(alone, [each for each in now if each not in was])
        why = next((each for each in after if each not in before), "")
        if why:
            yield Effect(Verdict.WEAKENS, _place_of(line), why)


def _reservations(book: DetectorBook, sentences: Iterable[str]) -> list[str]:
    """Why the duties of these sentences are not firm, one reason for each sentence at most."""
    papers = (Paper("", "docx", (PaperParagraph(each, source=0),)) for each in sentences)
    found = (review for paper in papers for review in review_terms(paper, book, (_DUTY,)))
    return [each.why for each in found if each.presence is Presence.WEAK]


def _drop(book: DetectorBook, lines: Sequence[ReturnedLine]) -> Iterator[Effect]:
    """What went with paragraphs that are deleted, unless another line took the words in: a duty, or what only a reader
    can weigh, such as a right. What carries a term is judged by its term, and a definition by `_redefine`."""
    added = [squeeze(line.new) for line in lines if line.new is not None]
    for line in lines:
        old, block = line.old, line.paragraph
        if line.new is not None or old is None or block is None or block.carries or _defined(line):
            continue
        if any(squeeze(old) in each for each in added):
            continue
        words = f" {' '.join(_WORD.findall(old.lower()))} "
        if any(f" {duty} " in words for duty in book.duty):
            yield Effect(Verdict.WEAKENS, _place_of(line), "the paragraph is deleted, and its duty with it")
        elif block.number:
            yield Effect(Verdict.TOUCHES, block.number, "the paragraph is deleted: read what is lost with it")


def _defined(line: ReturnedLine) -> list[str]:
    return [run.term for run in line.paragraph.content if isinstance(run, Definition)] if line.paragraph else []


def _redefine(lines: Iterable[ReturnedLine]) -> Iterator[Effect]:
    """The defined words whose definition is another now or gone: each clause that uses them says something else."""
    for line in lines:
        for what in (f"the definition of “{term}”" for term in _defined(line) if line.change is not Change.SAME):
            if line.new is None:
                yield Effect(Verdict.BREAKS, what, "it is deleted")
            else:
                why = "each clause that uses the word says something else with it: read the change"
                yield Effect(Verdict.TOUCHES, what, why)


def _place_of(line: ReturnedLine) -> str:
    return f"the duty in {line.paragraph.number}" if line.paragraph and line.paragraph.number else "the duty"


def _terms_or_place(line: ReturnedLine) -> tuple[str, ...]:
    """The terms that the line's paragraph carries; without any, the duty by the paragraph's number."""
    if line.paragraph is not None and line.paragraph.carries:
        return line.paragraph.carries
    return (_place_of(line),)


def _became_choice(book: DetectorBook, old: Piece, new: Piece) -> str:
    """The words before and after, quoted, where a piece took a duty away and the next one leaves a choice; else ""."""
    if (old.change, new.change) != (Change.REMOVED, Change.ADDED):
        return ""
    was, now = (f" {' '.join(_lower_words(runs))} " for runs in (old.old, new.new))
    duty = next((word for word in book.duty if f" {word} " in was and f" {word} " not in now), "")
    choice = next((word for word in book.choice if f" {word} " in now and f" {word} " not in was), "")
    return f"“{duty}” became “{choice}”" if duty and choice else ""


def _turned(book: DetectorBook, pieces: Pieces) -> Iterator[str]:
    """The words before and after, quoted, where a "not" after a verb of duty or choice came or went.

    What may be done "only" so is no opposite of what must not be done otherwise.
    """
    verbs = {word for word in (*book.duty, *book.choice) if " " not in word}
    for before, changed in _groups(pieces):
        last = _lower_words(before)[-1:]
        was, now = ([*last, *_lower_words(runs)] for runs in changed)
        one, other = (_negated(words, verbs) for words in (was, now))
        if bool(one) == bool(other) or "only" in now:
            continue
        plain, loose = (now, one) if one else (was, other)
        verb = next((word for word in plain if word in verbs), "")
        if verb and not _NOT & set(plain):
            yield f"“{loose}” became “{verb}”" if one else f"“{verb}” became “{loose}”"


def _groups(pieces: Pieces) -> Iterator[tuple[_Runs, tuple[_Runs, _Runs]]]:
    """What changed in one place, before and after, each with the words that stand before it."""
    before: _Runs = ()
    old: _Runs = ()
    new: _Runs = ()
    for piece in (*pieces, Piece((Text(""),), (Text(""),))):
        if piece.change is not Change.SAME:
            old, new = (*old, *piece.old), (*new, *piece.new)
            continue
        if old or new:
            yield before, (old, new)
        before, old, new = piece.new, (), ()


def _negated(words: Sequence[str], verbs: Collection[str]) -> str:
    """The first verb with a "not" behind it."""
    return next((f"{one} {other}" for one, other in pairwise(words) if one in verbs and other in _NOT), "")


def _lower_words(runs: _Runs) -> list[str]:
    return _WORD.findall(write_runs(runs).lower())


# --- parameters -------------------------------------------------------------------------------------------


def _bounds(ports: Ports, section: Section, lines: Iterable[ReturnedLine]) -> tuple[Effect, ...]:
    """The figures that were moved past the bounds of their parameters."""
    clause = ports.library.clauses().get(section.clause)
    parameters = clause.head.parameters if clause else {}
    made: dict[Effect, None] = {}
    for line in lines:
        for old, new in pairwise(line.pieces):
            parameter = parameters.get(_figure(old))
            if parameter is not None and new.change is Change.ADDED:
                made |= dict.fromkeys(_past(parameter, write_runs(new.new)))
    return tuple(made)


def _periods(ports: Ports, section: Section, lines: Iterable[ReturnedLine]) -> Iterator[Effect]:
    """The times and shares that are others now and that nothing else judges: no bound, and no term beside them."""
    clause = ports.library.clauses().get(section.clause)
    parameters = clause.head.parameters if clause else {}
    for line in lines:
        if line.paragraph is None or line.paragraph.carries:
            continue
        for old, new, after in zip(line.pieces, line.pieces[1:], line.pieces[2:], strict=False):
            parameter = parameters.get(_figure(old))
            if (old.change, new.change) != (Change.REMOVED, Change.ADDED) or (parameter and _is_bounded(parameter)):
                continue
            was, now = (_counts(write_runs(runs)) for runs in (old.old, new.new))
            if len(was) == len(now) == 1 and was != now and _UNIT.match(write_runs(after.new)):
                place = f"the figure in {line.paragraph.number}" if line.paragraph.number else "the figure"
                yield Effect(Verdict.TOUCHES, place, f"{was[0]} became {now[0]}, and nothing here sets a bound")


def _is_bounded(parameter: ClauseParameter) -> bool:
    return parameter.min is not None or parameter.max is not None


def _figure(piece: Piece) -> str:
    """The parameter whose figure a piece takes away; none where it takes more than one figure."""
    names = [run.parameter for run in piece.old if isinstance(run, Filled)]
    taken = piece.change is Change.REMOVED and len(_counts(write_runs(piece.old))) == 1
    return names[0] if taken and len(names) == 1 else ""


def _counts(words: str) -> list[int]:
    return [found for word in _NUMBER.findall(words) if (found := read_count(word.lower())) is not None]


def _past(parameter: ClauseParameter, words: str) -> Iterator[Effect]:
    counts = _counts(words)
    reason = f": {parameter.reason}" if parameter.reason else ""
    for bound, sign, word in ((parameter.min, -1, "at least"), (parameter.max, 1, "at most")):
        if bound is not None and len(counts) == 1 and sign * (counts[0] - bound) > 0:
            why = f"{counts[0]} is out of bounds, {word} {bound}{reason}"
            yield Effect(Verdict.WEAKENS, parameter.label, why)


# --- positions --------------------------------------------------------------------------------------------


def _match(
    ports: Ports, found: Found, section: Section, changed: Sequence[ReturnedLine], now: Sequence[str]
) -> Match | None:
    """The other position of a clause that says most of what came back, line by line; else one that says nearly it."""
    clause = ports.library.clauses().get(section.clause)
    ours = section_lines(section)
    best: Match | None = None
    nearest: tuple[float, Position] = (max(_ALIKE, _likeness(ours, now)), Position(id="", title=""))
    for position in clause.head.positions if clause else ():
        other = _section_of(found.vary({section.clause: position.id}), section.anchor)
        lines = section_lines(other) if other else ()
        if other is None or lines == ours:
            continue
        same = _said_by(changed, other, lines)
        if same and (best is None or len(same) > len(best.lines)):
            best = Match(position, same)
        nearest = max(nearest, (_likeness(lines, now), position), key=lambda each: each[0])
    return best or (Match(nearest[1], ()) if nearest[1].id else None)


def _said_by(changed: Sequence[ReturnedLine], section: Section, lines: Iterable[str]) -> tuple[int, ...]:
    """The changed lines that are as a position has them, and not as they were.

    That a line is gone says nothing by itself, unless it has an id that the position does not have: every position that
    words the line otherwise lacks it too.
    """
    said = {squeeze(each) for each in lines}
    anchors = {block.anchor for block in section.blocks if isinstance(block, Paragraph)}
    fresh = [at for at, line in enumerate(changed) if line.old is None or squeeze(line.old) not in said]
    new = [at for at in fresh if (text := changed[at].new) is not None and squeeze(text) in said]
    gone = [at for at in fresh if changed[at].new is None]
    firm = [at for at in gone if (block := changed[at].paragraph) and block.anchor and block.anchor not in anchors]
    return tuple(sorted({*new, *gone} if new or firm else ()))


def _section_of(draft: Draft, anchor: str) -> Section | None:
    return next((each for each in (*draft.sections, *draft.annexes) if each.anchor == anchor), None)


def _words(lines: Iterable[str]) -> list[str]:
    return " ".join(lines).split()


def _likeness(one: Sequence[str], other: Sequence[str]) -> float:
    bags = [Counter(_words(lines)) for lines in (one, other)]
    total = sum(bag.total() for bag in bags)
    return 2 * (bags[0] & bags[1]).total() / total if total else 0.0
