"""What the other side changed in our draft, in the words of a report: Word, PDF, HTML and Markdown are made of it.

The writers lay out; what is said, counted and marked is decided here, once. No clock is read: the same file against the
same draft gives an equal report.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from govern.conditions import join_words
from govern.contracts import Change, ReturnedLine, set_line, write_date
from govern.render.redline.text import Line, Span, shorten, spans_of
from govern.render.words import clean, open_rows
from govern.usecases.returned import COMMENT, Effect, Returned, ReturnedClause, Verdict
from govern.usecases.returned_law import Source

KICKER = "Analysis of a returned draft"
GLANCE, CLAUSES, OPEN, METHOD = "At a glance", "Clause by clause", "Open passages", "Method and limits"
HEAD = ("Clause", "What the change does", "Playbook", "To approve")
OPEN_HEAD = ("Where", "What is open")
MARKS = "Words that they added are underlined, words that they took out are struck through."
NOTHING = "No clause came back changed."
NONE_OPEN = "Nothing is open."

UNJUDGED = "unjudged"  # only text of the playbook
EFFECTS = {
    Verdict.BREAKS: "Breaks",
    Verdict.WEAKENS: "Weakens",
    Verdict.TOUCHES: "To be read",
    Verdict.KEEPS: "Keeps",
}
STRONG = frozenset(EFFECTS.values())
"""The labels that a reader looks for."""
SUMS = {
    Verdict.BREAKS: "broken",
    Verdict.WEAKENS: "weakened",
    Verdict.TOUCHES: "to be read",
    Verdict.KEEPS: "kept",
}
COLOURS = {
    Verdict.BREAKS.value: "#7d1128",
    Verdict.WEAKENS.value: "#c2410c",
    Verdict.TOUCHES.value: "#b7791f",
    UNJUDGED: "#5b6b82",
    Verdict.KEEPS.value: "#2f7d6b",
}
"""Of the bar beside a clause, by its grade, the gravest first: those of the severities, and of what is met."""
_CONTEXT = 14  # words that are kept on each side of a change


@dataclass(frozen=True, slots=True)
class ClauseWords:
    """A clause that came back changed. `grade` is the value of its gravest verdict, or UNJUDGED.

    `rows` are (label, words): its effects, the law behind it, the playbook, what stays open, who must approve.
    """

    title: str
    grade: str
    lines: tuple[Line, ...]
    does: str
    position: str
    approver: str
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Analysis:
    """A returned file in words. `open` are (where, what) of the passages that a reader must settle."""

    title: str
    day: date
    cover: str
    foot: str
    summary: tuple[str, ...]
    clauses: tuple[ClauseWords, ...]
    open: tuple[tuple[str, str], ...]
    method: tuple[str, ...]

    @property
    def heading(self) -> str:
        """What the file is called: its title as a document's property and its running head."""
        return f"Returned draft: {self.title}"

    @property
    def glance(self) -> tuple[tuple[str, str, str, str], ...]:
        """The clauses as rows under `HEAD`, the gravest first."""
        grades = list(COLOURS)
        ranked = sorted(self.clauses, key=lambda each: grades.index(each.grade))
        return tuple((each.title, each.does, each.position, each.approver) for each in ranked)


def make_analysis(made: Returned, name: str, digest: str, sources: Mapping[str, Source]) -> Analysis:
    """The report of a review. `name` and `digest` (SHA-256) are the returned file's, `sources` of `find_sources`."""
    draft = made.draft
    name = " ".join(clean(name).split())
    return Analysis(
        title=_set(draft.title),
        day=draft.day,
        cover=clean(f"Project {draft.project} · {name} against {made.ours} · our draft of {write_date(draft.day)}"),
        foot=clean(f"Project {draft.project} · {name} · {digest[:12]}"),
        summary=tuple(_summary(made)),
        clauses=tuple(_clause(each, made, sources) for each in made.clauses),
        open=tuple(_open(made)),
        method=tuple(_method(made, name, digest)),
    )


# --- a clause ---------------------------------------------------------------------------------------------


def _clause(clause: ReturnedClause, made: Returned, sources: Mapping[str, Source]) -> ClauseWords:
    found = {effect.verdict for effect in clause.effects}
    worst = next((verdict for verdict in EFFECTS if verdict in found), None)
    counts = Counter(effect.verdict for effect in clause.effects)
    does = ", ".join(f"{EFFECTS[each].lower()} {counts[each]}" for each in EFFECTS if counts[each])
    lines = [line_of(each, made) for each in clause.lines]
    position = _begin(say_match(clause)) if clause.lines else ""
    approver = say_approver(clause)
    rows = [(EFFECTS[each.verdict], _say_effect(each, sources)) for each in sorted(clause.effects, key=_order)]
    rows += [
        ("Law", "; ".join(_say_duty(each, sources) for each in clause.obligations)),
        ("Playbook", position),
        ("Then open", clean(clause.match.position.residual or "") if clause.match else ""),
        ("To approve", approver),
    ]
    return ClauseWords(
        title=_set(clause.title),
        grade=worst.value if worst else UNJUDGED,
        lines=tuple(replace(line, spans=tuple(_apart(line.spans))) for line in lines),
        does=_begin(does) or ("Says what the playbook says" if says_position(clause) else "Nothing judges it"),
        position=position,
        approver=approver,
        rows=tuple((label, _set(words)) for label, words in rows if words),
    )


def line_of(line: ReturnedLine, made: Returned, context: int = _CONTEXT) -> Line:
    """A changed line with its number, and whether it moved or is a change that a file with tracked changes hides."""
    number = line.paragraph.number if line.paragraph else ""
    moved = f"moved, {line.moved_to} now" if line.moved_to else "moved" if line.moved else ""
    notes = [moved, "not tracked" if made.untracked and not line.tracked else ""]
    where = " ".join([clean(number), *(f"({each})" for each in notes if each)]).strip()
    return Line(where, shorten(spans_of(line.pieces), context), line.change)


def _apart(spans: Iterable[Span]) -> Iterator[Span]:
    """The spans with a space between words that went and those that came for them: on paper "2496" is no change."""
    went = ""  # the words that the span before took out
    for span in spans:
        if went and span.change is Change.ADDED and not (went[-1].isspace() or span.text[:1].isspace()):
            yield Span(" ", Change.SAME)
        yield span
        went = span.text if span.change is Change.REMOVED else ""


def _order(effect: Effect) -> int:
    return list(EFFECTS).index(effect.verdict)


def _say_effect(effect: Effect, sources: Mapping[str, Source]) -> str:
    source = sources.get(effect.what)
    if source is None:
        return clean(f"{effect.what}: {_stopped(effect.why)}")
    return clean(f"{effect.what} ({source.citation}): {_stopped(effect.why)} The law asks: {_stopped(source.asks)}")


def _say_duty(id_: str, sources: Mapping[str, Source]) -> str:
    source = sources.get(id_)
    return clean(f"{source.citation}, {source.asks} ({id_})" if source else id_)


def _set(words: str) -> str:
    """Words as a document sets them, as it sets the text of our draft beside them."""
    return set_line(clean(words))


def _begin(words: str) -> str:
    return words[:1].upper() + words[1:]


def _stopped(words: str) -> str:
    return words if words.endswith((".", "?", "!", "…")) else f"{words}."


def say_match(clause: ReturnedClause) -> str:
    """Which position of the playbook came back."""
    match = clause.match
    if match is None:
        return "no position of the playbook says this"
    name = clean(f"the position “{match.position.title}” ({match.position.id})")
    if not match.lines:
        return f"nearly {name}, in other words"
    if len(match.lines) == len(clause.lines):
        return name
    numbers = [clause.lines[at].paragraph for at in match.lines]
    said = ", ".join(clean(each.number) for each in numbers if each and each.number) or "a part"
    return f"{said}: {name}; the rest is no position"


def says_position(clause: ReturnedClause) -> bool:
    """Whether all that changed is the text of one position, so that the playbook says who must approve it."""
    return clause.match is not None and len(clause.match.lines) == len(clause.lines)


def say_approver(clause: ReturnedClause) -> str:
    """Who must approve, as a cell of a table says it: "Compliance officer", "Nobody"."""
    return _begin(clean(clause.approver.replace("_", " "))) or "Nobody"


# --- the whole --------------------------------------------------------------------------------------------


def _summary(made: Returned) -> Iterator[str]:
    total = made.unchanged + len({each.section.anchor for each in made.clauses if each.section and each.changed})
    yield from (f"{_begin(each)}." for each in made.remarks)
    if not made.clauses:
        yield f"All {total} clauses and annexes came back as they were."
        return
    changed = made.changed
    yield (
        f"{changed} {'part' if changed == 1 else 'parts'} of the document came back changed; {made.unchanged} of the "
        f"{total} clauses and annexes {'is' if made.unchanged == 1 else 'are'} as we sent them."
    )
    counts = Counter(effect.verdict for clause in made.clauses for effect in clause.effects)
    if counts:
        parts = [f"{counts[each]} {SUMS[each]}" for each in SUMS if counts[each]]
        yield f"Of what the changes touch: {join_words(parts)}."
    if not counts[Verdict.BREAKS] + counts[Verdict.WEAKENS] and counts[Verdict.TOUCHES]:
        yield "Nothing was found to break or weaken a term, and nothing judges what is to be read: read it."
    comments = sum(each.kind == COMMENT for clause in made.clauses for each in clause.asides)
    if comments:
        yield f"They put in {comments} {'comment' if comments == 1 else 'comments'}."
    if made.changed:
        yield _say_approvals(made)
    if made.untracked:
        one = made.untracked == 1
        yield (
            f"{made.untracked} {'change is' if one else 'changes are'} not tracked in their file, though others are: "
            f"{'it was' if one else 'they were'} found by comparing the words."
        )


def _say_approvals(made: Returned) -> str:
    by = Counter(say_approver(clause) for clause in made.clauses if clause.changed)
    nobody = by.pop("Nobody", 0)
    parts = [f"{who.lower()} {count}" for who, count in sorted(by.items(), key=lambda each: (-each[1], each[0]))]
    if not parts:
        return "Nobody need approve: what came back is text of the playbook that needs no approval."
    rest = f"; {nobody} {'needs' if nobody == 1 else 'need'} no approval" if nobody else ""
    return f"Changed parts by who must approve them: {', '.join(parts)}{rest}."


def _open(made: Returned) -> Iterator[tuple[str, str]]:
    """What nobody has judged, what the file hides, and what was open in our own draft."""
    for clause in made.clauses:
        read = [each for each in clause.effects if each.verdict is Verdict.TOUCHES]
        said = [f"{each.what}: {_stopped(each.why)}" for each in read]
        hidden = sum(not line.tracked for line in clause.lines) if made.untracked else 0
        if hidden:
            said.append(f"{hidden} {'change is' if hidden == 1 else 'changes are'} not tracked.")
        if said:
            yield _set(clause.title), _set(" ".join(said))
    for kind, what, place in open_rows(made.draft):
        yield _set(place), _set(f"Open in our own draft. {kind}: {_stopped(what)}")


def _method(made: Returned, name: str, digest: str) -> Iterator[str]:
    yield (
        "This is not legal advice. A verdict is made by patterns of words and not by understanding: counsel reads each "
        "change before anyone relies on this report."
    )
    yield (
        f"Compared were {name} (SHA-256 {digest}), with all its tracked changes accepted, and {clean(made.ours)} of "
        f"{clean(made.draft.document)} {clean(made.draft.version)}"
        + (f" (digest {clean(made.draft.digest)})" if made.draft.digest else "")
        + ". A line is known by our bookmark, which Word keeps, and else by its words."
    )
    yield (
        "Breaks: the paragraph that carries a term is deleted, the text no longer says it, or says the opposite. "
        "Weakens: the text says it with a reservation, takes it back, or a figure is past its bound. To be read: words "
        "changed, moved or were put in, and no pattern can judge what they do. Keeps: no more changed than spelling, "
        "punctuation, the name of a side or a figure within its bounds."
    )
    yield (
        "A position is named where the text of the playbook came back, and the playbook says who must approve it. "
        "Every other text is for counsel to decide."
    )
    yield "Nothing was recorded: the change is agreed only when a draft with it is made and signed."
