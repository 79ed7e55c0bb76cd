"""`govern ask`: the interview."""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

import typer

from govern.cli.app import app
from govern.cli.terminal import AsOfOption, ProjectArgument, console, day_of, print_wrapped, workspace
from govern.errors import FactError

if TYPE_CHECKING:
    from rich.console import Console

    from govern.kernel import FactSpec, FactValue
    from govern.rules import Question
    from govern.usecases.gaps import GapCheck
    from govern.wiring import Workspace


@app.command()
def ask(
    project: ProjectArgument,
    as_of: AsOfOption = None,
    list_: Annotated[bool, typer.Option("--list", help="List the questions instead of asking them.")] = False,
    format_: Annotated[str, typer.Option("--format", help="With --list: table or json.")] = "table",
    limit: Annotated[int, typer.Option(help="With --list: how many.", min=1)] = 20,
) -> None:
    """Ask the facts that matter, most decisive first, until nothing unknown can change a finding.

    First come the questions that decide which obligations apply. Then, of those that do, what shows whether they are
    met, document by document. Each answer is kept at once: stop at any time and go on later.

    Examples:

      govern ask hospital-ct

      govern ask hospital-ct --list
    """
    from govern.usecases.gaps import ask_questions

    if format_ not in ("table", "json"):
        raise typer.BadParameter("table or json", param_hint="--format")
    space = workspace()
    day = day_of(as_of)
    if list_:
        _, questions = ask_questions(space.ports, space.actor, project, day)
        _print_questions(questions[:limit], len(questions), format_)
        return
    _interview(space, project, as_of)


def _print_questions(questions: "tuple[Question, ...]", total: int, format_: str) -> None:
    if format_ == "json":
        rows = [
            {
                "fact": each.spec.id,
                "question": each.spec.question,
                "weight": each.weight,
                "settles": list(each.settles),
                "stage": each.stage.value,
                "document": each.document,
            }
            for each in questions
        ]
        sys.stdout.write(json.dumps({"questions": rows, "total": total}, indent=2) + "\n")
        return
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, expand=True)
    table.add_column("#", justify="right", width=3)
    table.add_column("Question", ratio=1)
    table.add_column("Settles", justify="right", width=8)
    for number, each in enumerate(questions, 1):
        table.add_row(str(number), f"{each.spec.question}\n{each.spec.id}", str(len(each.settles)))
    terminal = console()
    terminal.print(table)
    terminal.print(f"{total} questions are open; {len(questions)} shown.")


_HELP = (
    "Type an answer, `skip` if you do not know, `why` for the reason, `back` to change the last answer, "
    "`stop` to go on another day."
)


@dataclass
class _Interview:
    """Where an interview stands: what was skipped, and the answers that were given, each with what was there before."""

    terminal: "Console"
    space: "Workspace"
    project: str
    skipped: set[str] = field(default_factory=set)
    given: "list[tuple[str, FactValue | None]]" = field(default_factory=list)


def _interview(space: "Workspace", project: str, as_of: str | None) -> None:
    from govern.usecases.gaps import ask_questions

    state = _Interview(console(), space, project)
    before: Question | None = None
    print_wrapped(state.terminal, _HELP, 0)
    state.terminal.print()
    while True:
        at_hand = before.document if before is not None else ""
        checked, questions = ask_questions(space.ports, space.actor, project, day_of(as_of), state.skipped, at_hand)
        if not questions:
            _print_end(state.terminal, state.skipped)
            return
        question = questions[0]
        _print_place(state.terminal, checked, questions, before)
        before = question
        _print_question(state.terminal, question.spec)
        if not _take_answer(state, question, checked):
            state.terminal.print("Kept. Go on with the same command.")
            return


def _print_place(
    terminal: "Console", checked: "GapCheck", questions: "tuple[Question, ...]", before: "Question | None"
) -> None:
    """Where the interview stands: its stage when it begins, the document when another is needed, and what is left."""
    question = questions[0]
    if before is None or before.stage is not question.stage:
        heading = {"scope": "Which obligations apply", "evidence": "Whether they are met"}[question.stage.value]
        terminal.print(f"\n{heading}", style="bold")
    if question.document and (before is None or before.document != question.document):
        same = sum(each.document == question.document for each in questions)
        also = f", which answers {same} questions" if same > 1 else ""
        terminal.print(f"\nHave at hand: {question.document}{also}", style="bold")
    settled = sum(finding.status.value != "open" for finding in checked.assessment.findings)
    total = len(checked.assessment.findings)
    left = sum(each.stage is question.stage for each in questions)
    terminal.print(
        f"{settled} of {total} findings are settled; at most {left} questions of this part are left.", style="dim"
    )


def _print_end(terminal: "Console", skipped: set[str]) -> None:
    if skipped:
        terminal.print(f"Nothing more to ask but the {len(skipped)} questions that you skipped.")
    else:
        terminal.print("Nothing unknown can change a finding any more.", style="bold green")


def _print_question(terminal: "Console", spec: "FactSpec") -> None:
    from govern.usecases.answers import expect_answer

    terminal.print(f"\n{spec.group}", style="dim")
    print_wrapped(terminal, spec.question, 0)
    if spec.help:
        print_wrapped(terminal, spec.help, 2)
    for number, value in enumerate(spec.values, 1):
        terminal.print(f"  {number:2}  {spec.label(value)}")
    print_wrapped(terminal, f"({expect_answer(spec)})", 0)


def _take_answer(state: _Interview, question: "Question", checked: "GapCheck") -> bool:
    """Take one answer; False to stop."""
    while True:
        state.terminal.print("> ", end="")
        typed = sys.stdin.readline()
        word = typed.strip()
        match word.lower():
            case "stop" | "quit" | "exit":
                return False
            case "" if not typed:
                return False
            case "skip" | "":
                state.skipped.add(question.spec.id)
                return True
            case "back":
                if _go_back(state):
                    return True
            case "why":
                _print_why(state.terminal, question, checked)
            case "?" | "help":
                print_wrapped(state.terminal, _HELP, 0)
            case _:
                if _keep(state, question, word, checked.project.answers.get(question.spec.id)):
                    return True


def _keep(state: _Interview, question: "Question", word: str, before: "FactValue | None") -> bool:
    """Keep an answer at once; False, with the reason said, if it is none."""
    if not _keep_answer(state.terminal, state.space, state.project, question.spec, word):
        return False
    state.given.append((question.spec.id, before))
    return True


def _keep_answer(terminal: "Console", space: "Workspace", project: str, spec: "FactSpec", word: str) -> bool:
    from govern.kernel import FactValue
    from govern.usecases.answers import parse_answer
    from govern.usecases.projects import answer_facts
    from govern.wiring import today

    try:
        value = parse_answer(spec, word, space.ports.library.countries())
        answer = FactValue(value=value, source=f"interview with {space.actor.id}", recorded_on=today())
        answer_facts(space.ports, space.actor, project, {spec.id: answer})
    except FactError as problem:
        print_wrapped(terminal, f"{problem.message}: {problem.hint}" if problem.hint else problem.message, 0)
        return False
    return True


def ask_value(terminal: "Console", spec: "FactSpec", keep: "Callable[[str], bool]") -> bool | None:
    """Ask one question until `keep` takes the answer: True if it was kept, False if skipped, None to stop."""
    _print_question(terminal, spec)
    while True:
        terminal.print("> ", end="")
        typed = sys.stdin.readline()
        word = typed.strip()
        if not typed or word.lower() in ("stop", "quit", "exit"):
            return None
        if word.lower() in ("skip", ""):
            return False
        if keep(word):
            return True


def ask_fact(terminal: "Console", space: "Workspace", project: str, fact: str) -> bool | None:
    """Ask for one fact and keep the answer: True if it was kept, False if skipped, None to stop."""
    spec = space.ports.library.vocabulary().get(fact)
    return ask_value(terminal, spec, lambda word: _keep_answer(terminal, space, project, spec, word))


def _go_back(state: _Interview) -> bool:
    """Take the last answer back, so that its question is asked again."""
    from govern.usecases.projects import answer_facts

    if not state.given:
        state.terminal.print("Nothing was answered yet: govern project set changes any fact.")
        return False
    fact, before = state.given.pop()
    answer_facts(state.space.ports, state.space.actor, state.project, {fact: before})
    state.skipped.clear()
    state.terminal.print(f"{fact} is as it was.")
    return True


def _print_why(terminal: "Console", question: "Question", checked: "GapCheck") -> None:
    titles = {finding.obligation.id: finding.obligation for finding in checked.assessment.findings}
    terminal.print("It may settle:")
    for id_ in question.settles[:8]:
        print_wrapped(terminal, f"{id_}: {titles[id_].title} ({titles[id_].severity.value})", 2)
    if len(question.settles) > 8:
        terminal.print(f"  and {len(question.settles) - 8} more")
