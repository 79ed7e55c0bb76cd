"""A comparison of law as lines of text."""

from collections.abc import Iterator

from govern.conditions import say_condition
from govern.render.report.findings import STATUS_WORDS
from govern.rules import ChangeKind, ConditionChange, LawChange, Status
from govern.usecases.law import Difference, LawDiff

_KINDS = {ChangeKind.ADDED: "Added", ChangeKind.ENDED: "Ended", ChangeKind.CHANGED: "Changed"}
_VERDICTS = {True: "yes", False: "no", None: "unknown"}
_ASKS = {"applies": "applies if", "met": "is met if"}


def law_lines(diff: LawDiff) -> Iterator[str]:
    """What changed, how, and what it touches."""
    for kind in ChangeKind:
        changes = [change for change in diff.changes if change.kind is kind]
        if changes:
            yield f"{_KINDS[kind]}: {len(changes)}"
            for change in changes:
                yield from _change_lines(change, diff)
            yield ""
    if not diff.changes:
        yield "No obligation was added, ended or changed."
        yield ""
    yield from _touched_lines(diff)


def _change_lines(change: LawChange, diff: LawDiff) -> Iterator[str]:
    shown = change.after or change.before
    assert shown is not None
    yield f"  {shown.id}  {shown.title} ({shown.severity.value}), {shown.cite.pinpoint}"
    if change.fields:
        yield f"    changed: {', '.join(name.replace('_', ' ') for name in change.fields)}"
    differences = {each.name: each for each in diff.differences.get(change.obligation, ())}
    for condition in change.conditions:
        yield from _condition_lines(condition, differences.get(condition.name), diff)


def _condition_lines(condition: ConditionChange, difference: Difference | None, diff: LawDiff) -> Iterator[str]:
    for when, node in (("before", condition.before), ("after", condition.after)):
        yield f"    {when}, it {_ASKS[condition.name]} {say_condition(node, diff.phrases)}"
    if difference is None:
        yield "    whether the two differ for any facts was not asked: it needs the extra `solver`"
    elif difference.facts is not None:
        facts = "; ".join(
            f"{diff.phrases.name(fact)}: {diff.phrases.value(fact, value)}" for fact, value in difference.facts.items()
        )
        verdicts = f"{_VERDICTS[difference.before]} before, {_VERDICTS[difference.after]} after"
        yield f"    they differ ({verdicts}) for example with {facts or 'no facts at all'}"
    elif difference.decided:
        yield "    it is only written otherwise: there are no facts on which the two differ"
    else:
        yield "    whether the two differ for any facts stayed undecided"


def _touched_lines(diff: LawDiff) -> Iterator[str]:
    yield f"Projects whose findings differ: {len({each.project for each in diff.projects})}"
    for each in diff.projects:
        yield f"  {each.project}  {each.obligation}: {_say_status(each.before)} → {_say_status(each.after)}"
    yield f"Clauses that rest on what changed: {', '.join(diff.clauses) or 'none'}"
    yield f"Drafts with these clauses: {', '.join(diff.contracts) or 'none'}"


def _say_status(status: Status | None) -> str:
    return "not in force" if status is None else STATUS_WORDS[status]
