"""The analysis of a returned file as one page, in the house of the gap reports: nothing is fetched, nothing runs."""

from collections.abc import Iterable, Iterator, Sequence

from govern.contracts import Change
from govern.render.html import POLICY, escape
from govern.render.redline.text import Span
from govern.render.report.html import report_style, table
from govern.render.returned import words
from govern.render.returned.words import Analysis, ClauseWords

_STYLE = """\
ins { color: var(--link); text-decoration: underline; }
del { color: var(--gap); text-decoration: line-through; }
article h3 { margin: 0 0 .3rem; } dt strong { color: var(--ink); }
article.breaks { border-color: var(--critical); } article.weakens { border-color: var(--high); }
article.touches { border-color: var(--medium); } article.keeps { border-color: var(--met); }
.glance th:nth-child(1) { width: 30%; } .glance th:nth-child(2) { width: 20%; } .glance th:nth-child(4) { width: 17%; }
.open th:nth-child(1) { width: 30%; }
"""
_TAGS = {Change.SAME: "", Change.ADDED: "ins", Change.REMOVED: "del"}


def write_html(analysis: Analysis) -> str:
    """The page."""
    return "\n".join(_page(analysis)) + "\n"


def _page(analysis: Analysis) -> Iterator[str]:
    yield "<!DOCTYPE html>"
    yield '<html lang="en-GB" dir="ltr">\n<head>\n<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{escape(analysis.heading)}</title>"
    yield f"<style>\n{report_style()}{_STYLE}</style>\n</head>\n<body>"
    yield '<a class="skip" href="#summary">Skip to the summary</a>'
    yield f'<header>\n<p class="kicker">{words.KICKER}</p>'
    yield f'<h1>{escape(analysis.title)}</h1>\n<p class="cover">{escape(analysis.cover)}</p>'
    links = (("clauses", words.CLAUSES), ("open", words.OPEN), ("method", words.METHOD))
    items = "".join(f'<li><a href="#{place}">{title}</a></li>' for place, title in links)
    yield f'<nav aria-label="Contents">\n<ul>{items}</ul>\n</nav>\n</header>\n<main id="summary">'
    for section in (_front, _clauses, _open, _method):
        yield from section(analysis)
    yield f"</main>\n<footer><p>{escape(analysis.foot)}</p></footer>\n</body>\n</html>"


def _front(analysis: Analysis) -> Iterator[str]:
    yield '<div class="lead">'
    yield from (f"<p>{escape(sentence)}</p>" for sentence in analysis.summary)
    yield f'</div>\n<p class="legal">{escape(analysis.method[0])}</p>'
    if analysis.clauses:
        yield f"<h2>{words.GLANCE}</h2>"
        yield from table(words.HEAD, map(_row, analysis.glance), "glance")


def _row(cells: Sequence[str]) -> str:
    first, *rest = map(escape, cells)
    return f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in rest)}</tr>'


def _clauses(analysis: Analysis) -> Iterator[str]:
    yield f'<section aria-labelledby="clauses">\n<h2 id="clauses">{words.CLAUSES}</h2>'
    yield f'<p class="note">{words.MARKS if analysis.clauses else words.NOTHING}</p>'
    for number, clause in enumerate(analysis.clauses, start=1):
        yield from _article(clause, number)
    yield "</section>"


def _article(clause: ClauseWords, number: int) -> Iterator[str]:
    yield f'<article id="change-{number}" class="{clause.grade}">\n<h3>{escape(clause.title)}</h3>\n<dl>'
    for line in clause.lines:
        yield f"<dt>{escape(line.where)}</dt><dd>{_marked(line.spans)}</dd>"
    for label, said in clause.rows:
        head = f"<strong>{label}</strong>" if label in words.STRONG else label
        yield f"<dt>{head}</dt><dd>{escape(said)}</dd>"
    yield "</dl>\n</article>"


def _marked(spans: Iterable[Span]) -> str:
    return "".join(_span(span) for span in spans)


def _span(span: Span) -> str:
    tag = _TAGS[span.change]
    return f"<{tag}>{escape(span.text)}</{tag}>" if tag else escape(span.text)


def _open(analysis: Analysis) -> Iterator[str]:
    yield f'<section aria-labelledby="open">\n<h2 id="open">{words.OPEN}</h2>'
    if analysis.open:
        yield from table(words.OPEN_HEAD, map(_row, analysis.open), "open")
    else:
        yield f"<p>{words.NONE_OPEN}</p>"
    yield "</section>"


def _method(analysis: Analysis) -> Iterator[str]:
    yield f'<section aria-labelledby="method">\n<h2 id="method">{words.METHOD}</h2>\n<ul>'
    yield from (f"<li>{escape(each)}</li>" for each in analysis.method)
    yield "</ul>\n</section>"
