"""Their redline: what the other side changed in our draft, what that does to the terms of law, and who must agree."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from itertools import pairwise

from govern.contracts import (
    Aside,
    Change,
    ClauseParameter,
    Definition,
    Draft,
    FileLine,
    Filled,
    Paragraph,
    Piece,
    Position,
    ReturnedLine,
    ReturnedText,
    Section,
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
    Remark,
    TermReview,
    WordParagraph,
    WordText,
    compile_pattern,
    review_terms,
    watch_clauses,
)
from govern.usecases.locks import list_locks
from govern.usecases.ports import Ports
from govern.usecases.redlines import LATEST, NOW, Found, Side, find_draft
from govern.usecases.returned_words import (
    Roles,
    became_choice,
    count_in,
    disguised,
    fold,
    is_minor,
    put_in,
    quote,
    read_roles,
    say_change,
    turned,
)

COUNSEL = "counsel"
PART = "PartHeading"  # the style of a part's title in our files
_DUTY = "duty"  # what a sentence is read for that carries no term
_SENTENCE = re.compile(r"(?<=[.;])\s+")
_MANY = 3  # reasons that are given for one thing that is to be read
_LONG = 1_000  # letters of a comment or a footnote that are shown
_ALIKE = 0.9  # a text less like a position's than this is its own
_WORD = re.compile(r"\w+")
_NAMED = re.compile(r"\b(?:(?:Clause|Section|Article) (\d+)|(Annex [IVXLC]+))\b", re.IGNORECASE)
_UNIT = re.compile(r"\s*(?:business |calendar |working )?(?:hour|day|week|month|year|percent)", re.IGNORECASE)
FRONT = "First pages"
COMMENT = "comment"
_ASIDES = {
    COMMENT: "their comment: {}",
    "note": "a note is put in: {}",
    "hidden": "text is hidden: {}",
    "struck": "text is struck through by its look: {}",
    "unread": "here stands {}, which cannot be read: look at it",
    "edge": "a header or footer says: {}",
}
"""How it is said what stands beside a text, by its kind."""


class Verdict(StrEnum):
    """What a change does to a term that the changed text carries."""

    BREAKS = "breaks"
    WEAKENS = "weakens"
    TOUCHES = "touches"
    KEEPS = "keeps"


_MILD = (Verdict.TOUCHES, Verdict.KEEPS)


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
    asides: tuple[Aside, ...] = ()
    """What was put beside its text."""

    @property
    def changed(self) -> bool:
        """Whether it says or shows something else; a comment in the margin is no change."""
        return bool(self.lines) or any(each.kind != COMMENT for each in self.asides)

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
    remarks: tuple[str, ...] = ()
    """What a reader has to know of what was compared: "the file is of no saved draft"."""

    @property
    def changed(self) -> int:
        """How many parts came back changed, those that only have a comment left out."""
        return sum(each.changed for each in self.clauses)

    def worst(self) -> Verdict:
        """The gravest of all effects."""
        found = {effect.verdict for clause in self.clauses for effect in clause.effects}
        return next((verdict for verdict in Verdict if verdict in found), Verdict.KEEPS)


@dataclass(frozen=True)
class ReadFile:
    """A Word file as the reader gives it: its lines, its properties, and whether it tracks changes.

    `paper` is the same text with its numbers and headings, which say what belongs to one clause; without it each line
    is judged by itself. `edges` are the lines of headers and footers, `foreign` is what cannot be read at all.
    """

    lines: Sequence[FileLine]
    properties: Mapping[str, str]
    tracked: bool
    paper: Paper | None = None
    edges: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()


def read_file(word: WordText) -> ReadFile:
    """The lines of a Word file. A paragraph whose end is deleted flows into the next; the contents are left out."""
    comments = {
        each.id: f"{quote(each.text, _LONG)}{f' ({each.author})' if each.author else ''}" for each in word.comments
    }
    notes = {each.number: each.text for each in word.notes}
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
                tuple(_asides(each, comments, notes)),
            )
        )
        now, was = (now if each.mark == "deleted" else ""), (was if each.mark == "inserted" else "")
    return ReadFile(tuple(lines), word.properties, word.tracked, word.paper(), word.edges, word.foreign)


def _asides(
    paragraph: WordParagraph, comments: Mapping[str, str], notes: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    yield from ((COMMENT, comments[id_]) for id_ in paragraph.comments if id_ in comments)
    yield from (("note", quote(notes[number], _LONG)) for number in paragraph.notes if number in notes)
    yield from (
        (kind, quote(text, _LONG))
        for kind, text in (("hidden", paragraph.hidden), ("struck", paragraph.struck))
        if text
    )
    yield from (("unread", what) for what in paragraph.unread)


@dataclass(frozen=True)
class Desk:
    """What the edges do for a review: read our own draft as a file, find its bookmarks, the detectors of terms, and the
    lines of headers and footers in a firm's own document."""

    read_ours: Callable[[Draft], ReadFile]
    bookmarks: Callable[[Draft], Mapping[str, tuple[str, int | None]]]
    detectors: DetectorBook
    read_base: Callable[[bytes], Iterable[str]] = lambda _: ()


def review_returned(
    ports: Ports, actor: Actor, project: str, document: str, side: Side | None, file: ReadFile, desk: Desk
) -> Returned:
    """Compare a file that came back with our draft and judge each change. Nothing is recorded.

    Without `side` our draft is the one that the file says it is, by its digest, else the newest saved, else what would
    be drafted now. Raises as `find_draft` does, and RefusedError for a file of ours that is another document.
    """
    check_may(actor, "read")
    _check_origin(project, document, file)

    found, remark = _find_ours(ports, project, document, side, file)
    ours = desk.read_ours(found.draft)
    compared = compare_files(found.draft, ours.lines, file.lines, desk.bookmarks(found.draft))
    base = ports.files.get(found.base) if found.base else None
    edges = (*ours.edges, *(desk.read_base(base) if base is not None else ()))
    asides = (*compared.asides, *_frame(edges, file))
    judged = _judge_terms(desk, found.draft, ours, file, compared)
    roles = read_roles(desk.detectors)
    clauses = tuple(
        _clause(_Case(ports, desk.detectors, found, compared, judged, roles, tuple(lines), tuple(beside)))
        for lines, beside in _grouped(compared.lines, asides)
    )

    changed = {each.section.anchor for each in clauses if each.section and each.changed}
    return Returned(
        draft=found.draft,
        ours=found.words,
        clauses=clauses,
        unchanged=len(found.draft.sections) + len(found.draft.annexes) - len(changed),
        untracked=sum(not line.tracked for line in compared.lines) if file.tracked else 0,
        remarks=(remark,) if remark else (),
    )


def _check_origin(project: str, document: str, file: ReadFile) -> None:
    says, of = file.properties.get("Document", document), file.properties.get("Project", project)
    if says != document:
        raise RefusedError(
            f"the file says that it is the document `{says}`, not `{document}`", hint=f"--document {says}"
        )
    if of != project:
        raise _of_another(of, project, document)


def _of_another(of: str, project: str, document: str) -> RefusedError:
    hint = f"govern redline {of} --document {document} --returned FILE"
    return RefusedError(f"the file is of the project `{of}`, not of `{project}`", hint=hint)


def _find_ours(ports: Ports, project: str, document: str, side: Side | None, file: ReadFile) -> tuple[Found, str]:
    """Our draft, and what there is to say of how it was found."""
    if side is not None:
        return find_draft(ports, project, document, side), ""
    today = ports.now().date()
    digest = file.properties.get("Digest", "")
    with ports.register.begin(write=False) as unit:
        locks = [each for each in list_locks(unit) if each.lock.document == document]
    same = [each for each in locks if digest and each.lock.tree == digest]
    mine = [each for each in same if each.lock.project == project]
    if mine:
        return find_draft(ports, project, document, Side(mine[-1].draft_id, today)), ""
    if same:
        raise _of_another(same[-1].lock.project, project, document)
    try:
        found = find_draft(ports, project, document, Side(LATEST, today))
    except StoreError:
        found = find_draft(ports, project, document, Side(NOW, today))
    if digest and digest == found.draft.digest:
        return found, ""
    why = "the file is of no draft that is saved here" if digest else "the file does not say of which draft it is"
    return found, f"{why}: it is compared with {found.words}; --from names another"


def _frame(ours: Iterable[str], theirs: ReadFile) -> Iterator[Aside]:
    """What headers and footers say that ours do not, and what of the file cannot be read."""
    known = {_letters(each) for each in ours}
    for line in theirs.edges:
        if _letters(line) not in known:
            yield Aside("edge", quote(line, _LONG), part="Headers and footers")
    for what in theirs.foreign:
        yield Aside("unread", what, part="The file")


def _letters(line: str) -> str:
    """The words of a line of a header, without pages, versions and digests."""
    return "".join(word for word in _WORD.findall(line.casefold()) if word.isalpha())


def _grouped(
    lines: Iterable[ReturnedLine], asides: Iterable[Aside]
) -> Iterable[tuple[list[ReturnedLine], list[Aside]]]:
    """The lines and what stands beside them by the clause or part in which they stand, in the order of the document."""
    groups: dict[str, tuple[list[ReturnedLine], list[Aside]]] = {}
    for line in lines:
        groups.setdefault(_key(line), ([], []))[0].append(line)
    for aside in asides:
        groups.setdefault(_key(aside), ([], []))[1].append(aside)
    return groups.values()


def _key(each: ReturnedLine | Aside) -> str:
    return each.section.anchor if each.section else f" {each.part}"


@dataclass(frozen=True)
class _Case:
    """The changes of one clause or part, and what they are judged by."""

    ports: Ports
    book: DetectorBook
    found: Found
    compared: ReturnedText
    judged: "_Verdicts"
    roles: Roles
    lines: tuple[ReturnedLine, ...]
    asides: tuple[Aside, ...]

    @property
    def first(self) -> ReturnedLine | Aside:
        """What stands first in it."""
        return self.lines[0] if self.lines else self.asides[0]

    @property
    def parameters(self) -> Mapping[str, ClauseParameter]:
        """Those of the clause."""
        section = self.first.section
        clause = self.ports.library.clauses().get(section.clause) if section else None
        return clause.head.parameters if clause else {}

    def is_minor(self, line: ReturnedLine) -> bool:
        """Whether a line says what it said: the words of the clause's changed lines are all there in their order, or
        nothing in this one changed but spelling, names and figures within their bounds."""
        return self._same_words or (
            line.change is Change.CHANGED and is_minor(line.pieces, self.roles, self._is_within)
        )

    @cached_property
    def _same_words(self) -> bool:
        was, now = ([line.old or "" for line in self.lines], [line.new or "" for line in self.lines])
        return fold(" ".join(was)) == fold(" ".join(now))

    def took_in(self, old: str) -> bool:
        """Whether a changed line of the clause says what another one said."""
        return squeeze(old) in self._squeezed

    @cached_property
    def _squeezed(self) -> str:
        return "\n".join(squeeze(line.new) for line in self.lines if line.new is not None)

    @cached_property
    def watched(self) -> Mapping[int, Sequence[Remark]]:
        """What counsel wants to see in lines that did not say it before, by the identity of the line."""
        made: dict[int, list[Remark]] = {}
        known = {(at, remark.id) for at, remark in self._watch([line.old for line in self.lines])}
        for at, remark in self._watch([line.new for line in self.lines]):
            if (at, remark.id) not in known:
                made.setdefault(id(self.lines[at]), []).append(remark)
        return made

    def _watch(self, texts: Sequence[str | None]) -> Iterator[tuple[int, Remark]]:
        said = [(at, text) for at, text in enumerate(texts) if text]
        paper = Paper("", "docx", tuple(PaperParagraph(text, source=at) for at, text in said))
        for remark in watch_clauses(paper, self.book):
            yield said[remark.quote.paragraph][0], remark

    def _is_within(self, parameter: str, count: int) -> bool:
        known = self.parameters.get(parameter)
        return known is not None and _is_bounded(known) and not [*_past(known, str(count))]


def _clause(case: _Case) -> ReturnedClause:
    section = case.first.section
    beside = [Effect(Verdict.TOUCHES, _spot(each), _ASIDES[each.kind].format(each.text)) for each in case.asides]
    if section is None:
        title = case.first.part or FRONT
        read = _gather([*_judge_rest(case, case.lines, ()), *_move(case.lines), *beside])
        return ReturnedClause(title, None, case.lines, read, None, COUNSEL, case.asides)
    match = _match(case.ports, case.found, section, case.lines, case.compared.sections.get(section.anchor, ()))
    known = set(match.lines) if match is not None else set()
    loose = [line for at, line in enumerate(case.lines) if at not in known]
    minor = [line for at, line in enumerate(case.lines) if at in known or case.is_minor(line)]
    softened = _soften(case, case.judged.effects(case.lines, minor))
    bounds = _bounds(case.parameters, [line for at, line in enumerate(case.lines) if at in known])
    rest = _judge_rest(case, loose, softened)
    effects = _gather([*softened, *bounds, *rest, *_move(case.lines), *beside])
    exact = match is not None and len(match.lines) == len(case.lines) and bool(case.lines)
    approver = (match.position.approver or "") if match is not None and exact else COUNSEL
    title = f"{section.place} {section.title}"
    return ReturnedClause(title, section, case.lines, effects, match if case.lines else None, approver, case.asides)


def _gather(effects: Iterable[Effect]) -> tuple[Effect, ...]:
    """The effects, each once, and one for each thing that is to be read."""
    made: dict[Effect, None] = dict.fromkeys(effects)
    read: dict[str, list[str]] = {}
    for each in made:
        if each.verdict is Verdict.TOUCHES:
            read.setdefault(each.what, []).append(each.why)
    out: dict[Effect, None] = {}
    for each in made:
        if each.verdict is not Verdict.TOUCHES:
            out[each] = None
        elif each.what in read:
            whys = read.pop(each.what)
            out[replace(each, why="; ".join(whys[:_MANY]) + ("; …" if len(whys) > _MANY else ""))] = None
    return tuple(out)


# --- terms ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Judged:
    """What the detectors say of our text and of theirs, term by term."""

    before: Mapping[str, TermReview]
    after: Mapping[str, TermReview]

    def effect(self, term: str, *, gone: bool, words: str) -> Effect:
        """What became of a term. `words` are those that changed in what carries it, if more than its setting did: that
        a pattern still finds the promise there says nothing of what they do to it."""
        before, after = self.before.get(term), self.after.get(term)
        if before is None or after is None or before.presence is not Presence.PRESENT:
            if gone:
                return Effect(Verdict.BREAKS, term, "the paragraph that carries it is deleted")
            return Effect(Verdict.TOUCHES, term, "no detector judges our own text of it: read the change")
        why = f"the paragraph that carries it is deleted; of the rest: {after.why}" if gone else after.why
        if after.presence is Presence.PRESENT:
            if gone and words:
                return Effect(Verdict.TOUCHES, term, f"{why}: read it there")
            return (
                Effect(Verdict.TOUCHES, term, f"read what it says now: {words}")
                if words
                else Effect(Verdict.KEEPS, term, why)
            )
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

    def effects(self, lines: Sequence[ReturnedLine], minor: Sequence[ReturnedLine]) -> tuple[Effect, ...]:
        """The effects of a clause's changes: on the terms that its changed paragraphs carry, and on any other term that
        one of its new lines takes back. Those that are `minor` say what they said."""
        same = set(map(id, minor))
        gone: dict[str, bool] = {}
        words: dict[str, str] = {}
        for line in lines:
            for term in line.paragraph.carries if line.paragraph and line.change is not Change.SAME else ():
                gone[term] = gone.get(term, True) and line.change is Change.REMOVED
                words[term] = words.get(term, "") or ("" if id(line) in same else say_change(line.pieces))
        made = {term: self.by_line.effect(term, gone=gone[term], words=words[term]) for term in gone}
        for term in self.as_whole.after:
            mild = term not in made or made[term].verdict in _MILD
            if mild and self.as_whole.takes_back(term, lines):
                made[term] = self.as_whole.effect(term, gone=False, words="")
        return tuple(made.values())


def _judge_terms(desk: Desk, draft: Draft, ours: ReadFile, file: ReadFile, compared: ReturnedText) -> _Verdicts:
    if not compared.lines:
        return _Verdicts(_Judged({}, {}), _Judged({}, {}))
    carried = {term: None for line in compared.lines if line.paragraph is not None for term in line.paragraph.carries}
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


def _soften(case: _Case, effects: Sequence[Effect]) -> tuple[Effect, ...]:
    """The effects, and of each duty that became a choice that it weakens what its paragraph carries, whatever else the
    paragraph still says; where it carries nothing, that it weakens the duty of that paragraph. What was turned into its
    opposite breaks it."""
    made = {effect.what: effect for effect in effects}
    for line in case.lines:
        for words in turned(case.book, line.pieces, case.roles):
            for what in _terms_or_place(line):
                if what not in made or made[what].verdict is not Verdict.BREAKS:
                    made[what] = Effect(Verdict.BREAKS, what, f"{words}: it says the opposite now")
        for old, new in pairwise(line.pieces):
            words = became_choice(case.book, old, new)
            if not words:
                continue
            for what in _terms_or_place(line):
                was, why = made.get(what), f"{words}: a duty became a choice"
                if was is None or was.verdict in _MILD:
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


def _drop(case: _Case, lines: Iterable[ReturnedLine]) -> Iterator[Effect]:
    """What went with paragraphs that are deleted, unless another line took the words in: a duty, or what only a reader
    can weigh, such as a right. What carries a term is judged by its term, and a definition by `_redefine`."""
    for line in lines:
        old, block = line.old, line.paragraph
        if line.new is not None or old is None or block is None or block.carries or _defined(line) or case.took_in(old):
            continue
        words = f" {' '.join(_WORD.findall(old.lower()))} "
        if any(f" {duty} " in words for duty in case.book.duty):
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
    return f"the duty in {_spot(line)}"


def _terms_or_place(line: ReturnedLine) -> tuple[str, ...]:
    """The terms that the line's paragraph carries; without any, the duty by the paragraph's number."""
    if line.paragraph is not None and line.paragraph.carries:
        return line.paragraph.carries
    return (_place_of(line),)


# --- what no term judges ----------------------------------------------------------------------------------


def _judge_rest(case: _Case, lines: Iterable[ReturnedLine], softened: Sequence[Effect]) -> Iterator[Effect]:
    """What is to be said of each line beside the terms that it carries; nothing that changed is passed over."""
    known = {each.what for each in softened}
    for line in lines:
        said = [
            *(each for each in _reserve(case.book, [line]) if each.what not in known),
            *_drop(case, [line]),
            *_redefine([line]),
            *_bounds(case.parameters, [line]),
            *_periods(case.parameters, [line]),
            *_undo(case, line),
        ]
        yield from said
        if line.change is Change.ADDED:
            yield from _add(case, line, known | {each.what for each in said})
        elif line.change is not Change.SAME and not said and not known & {*_terms_or_place(line)}:
            yield from _read(case, line)


def _read(case: _Case, line: ReturnedLine) -> Iterator[Effect]:
    """That a change which nothing judges is to be read, with its words."""
    if case.is_minor(line):
        yield Effect(Verdict.KEEPS, _spot(line), "it says what it said")
    elif line.new is not None or not case.took_in(line.old or ""):
        yield Effect(Verdict.TOUCHES, _spot(line), say_change(line.pieces))


def _undo(case: _Case, line: ReturnedLine) -> Iterator[Effect]:
    """What a text that was put in takes back, wherever that stands, and words that are not what they seem."""
    what = _spot(line) if line.change is not Change.ADDED else _new_text(line)
    words = put_in(line.pieces, case.book.undoing)
    if words:
        yield Effect(Verdict.WEAKENS, what, f"“{words}” is put in: it may take back what is promised")
    for remark in case.watched.get(id(line), ()):
        yield Effect(Verdict.WEAKENS, what, f"{remark.title}: {remark.why}")
    for word in disguised(line.old or "", line.new or ""):
        yield Effect(Verdict.WEAKENS, what, f"“{word}” has letters of two alphabets: it is not the word that it seems")


def _add(case: _Case, line: ReturnedLine, known: Collection[str]) -> Iterator[Effect]:
    """That a text which is new is to be read: for each term of its clause, and of each clause that it names."""
    new = line.new or ""
    if case.is_minor(line):
        return
    named = {f"{found[1] or found[2]}".lower() for found in _NAMED.finditer(" ".join(new.split()))}
    draft = case.found.draft
    others = [each for each in (*draft.sections, *draft.annexes) if each.number.lower() in named]
    made = dict.fromkeys(_carried(line.section) if line.section else (), "a new text stands beside it")
    names = f"a new text names its clause: {quote(new)}"
    made |= {term: names for each in others for term in _carried(each) if term not in made}
    if not made and _new_text(line) not in known:
        yield Effect(Verdict.TOUCHES, _new_text(line), quote(new))
    for term, why in made.items():
        if term not in known:
            yield Effect(Verdict.TOUCHES, term, why)


def _carried(section: Section) -> Iterable[str]:
    return [term for block in section.blocks if isinstance(block, Paragraph) for term in block.carries]


def _move(lines: Iterable[ReturnedLine]) -> Iterator[Effect]:
    for line in lines:
        if line.moved_to:
            yield Effect(Verdict.TOUCHES, _spot(line), f"it moved and stands {line.moved_to} now")


def _spot(each: ReturnedLine | Aside) -> str:
    """Where something stands in our draft."""
    number = each.paragraph.number if each.paragraph else ""
    return number or (each.section.place if each.section else each.part or FRONT)


def _new_text(line: ReturnedLine) -> str:
    return f"the new text in {_spot(line)}"


# --- parameters -------------------------------------------------------------------------------------------


def _bounds(parameters: Mapping[str, ClauseParameter], lines: Iterable[ReturnedLine]) -> tuple[Effect, ...]:
    """The figures that were moved past the bounds of their parameters."""
    made: dict[Effect, None] = {}
    for line in lines:
        for old, new in pairwise(line.pieces):
            parameter = parameters.get(_figure(old))
            if parameter is not None and new.change is Change.ADDED:
                made |= dict.fromkeys(_past(parameter, write_runs(new.new)))
    return tuple(made)


def _periods(parameters: Mapping[str, ClauseParameter], lines: Iterable[ReturnedLine]) -> Iterator[Effect]:
    """The times and shares that are others now and that nothing else judges: no bound, and no term beside them."""
    for line in lines:
        if line.paragraph is None or line.paragraph.carries:
            continue
        for old, new, after in zip(line.pieces, line.pieces[1:], line.pieces[2:], strict=False):
            parameter = parameters.get(_figure(old))
            if (old.change, new.change) != (Change.REMOVED, Change.ADDED) or (parameter and _is_bounded(parameter)):
                continue
            was, now = (count_in(write_runs(runs)) for runs in (old.old, new.new))
            if len(was) == len(now) == 1 and was != now and _UNIT.match(write_runs(after.new)):
                place = f"the figure in {_spot(line)}"
                yield Effect(Verdict.TOUCHES, place, f"{was[0]} became {now[0]}, and nothing here sets a bound")


def _is_bounded(parameter: ClauseParameter) -> bool:
    return parameter.min is not None or parameter.max is not None


def _figure(piece: Piece) -> str:
    """The parameter whose figure a piece takes away; none where it takes more than one figure."""
    names = [run.parameter for run in piece.old if isinstance(run, Filled)]
    taken = piece.change is Change.REMOVED and len(count_in(write_runs(piece.old))) == 1
    return names[0] if taken and len(names) == 1 else ""


def _past(parameter: ClauseParameter, words: str) -> Iterator[Effect]:
    counts = count_in(words)
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
