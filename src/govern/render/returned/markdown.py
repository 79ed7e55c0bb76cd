"""The analysis of a returned file as Markdown: added words bold, those taken out struck through."""

from collections.abc import Iterable, Iterator, Sequence

from govern.render.markdown import escape
from govern.render.redline.text import write_spans
from govern.render.returned import words
from govern.render.returned.words import Analysis, ClauseWords


def write_markdown(analysis: Analysis) -> str:
    """The text of the file."""
    return "\n\n".join(_parts(analysis)) + "\n"


def _parts(analysis: Analysis) -> Iterator[str]:
    yield f"# {escape(analysis.heading)}"
    yield escape(analysis.cover)
    yield from map(escape, analysis.summary)
    if analysis.clauses:
        yield _table(words.HEAD, analysis.glance)
    yield f"## {words.CLAUSES}"
    yield (
        "Words that they added are bold, words that they took out are struck through."
        if analysis.clauses
        else (words.NOTHING)
    )
    for clause in analysis.clauses:
        yield from _clause(clause)
    yield f"## {words.OPEN}"
    yield _table(words.OPEN_HEAD, analysis.open) if analysis.open else words.NONE_OPEN
    yield f"## {words.METHOD}"
    yield "\n".join(f"- {escape(each)}" for each in analysis.method)


def _clause(clause: ClauseWords) -> Iterator[str]:
    yield f"### {escape(clause.title)}"
    if clause.lines:
        yield "\n".join(f"- {_label(line.where)}{write_spans(line.spans)}" for line in clause.lines)
    yield "\n".join(f"- *{label}:* {escape(said)}" for label, said in clause.rows)


def _label(where: str) -> str:
    return f"**{escape(where)}** " if where else ""


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *([escape(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
