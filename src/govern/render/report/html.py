"""A report as one page: nothing is fetched, nothing runs; fit for light, dark and print; an anchor for each duty."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from itertools import groupby

from govern.contracts import write_date
from govern.render.html import escape
from govern.render.report import model as words
from govern.render.report.chart import describe_chart, draw_svg, make_bars
from govern.render.report.model import STATUS_WORDS, STATUSES, Entry, Report, count_words, shorten_ids, split_served

# Nothing may run or be fetched, whatever a text holds.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_CELL = 300  # letters of a text that stands in an attribute


def write_html(report: Report) -> str:
    """The page. The anchor of a duty is `duty-` and its id, as in `report.html#duty-GDPR-28.2`."""
    return "\n".join(_page(report)) + "\n"


def anchor_id(obligation: str) -> str:
    """An anchor that is safe in an attribute and a fragment; unlike ids have unlike anchors."""
    return "duty-" + "".join(
        letter if letter.isascii() and (letter.isalnum() or letter in "._-()") else f"~{ord(letter):x}~"
        for letter in obligation
    )


@lru_cache(maxsize=1)
def report_style() -> str:
    """The style sheet of reports."""
    return files("govern.render").joinpath("report_base/report.css").read_text(encoding="utf-8")


def _page(report: Report) -> Iterator[str]:
    yield "<!DOCTYPE html>"
    yield '<html lang="en-GB" dir="ltr">\n<head>\n<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>Gap check: {escape(report.project_title[:_CELL])}, {write_date(report.day)}</title>"
    yield f"<style>\n{report_style()}</style>\n</head>\n<body>"
    yield '<a class="skip" href="#summary">Skip to the summary</a>'
    yield '<header>\n<p class="kicker">Gap check</p>'
    yield f'<h1>{escape(report.project_title)}</h1>\n<p class="cover">{escape(report.cover)}</p>'
    yield from _navigation(report)
    yield '</header>\n<main id="summary">'
    for section in (_front, _once, _gaps, _questions, _confirm, _evidence, _register, _packs, _method):
        yield from section(report)
    recorded = f" · assessment {escape(report.assessment)}" if report.assessment else ""
    yield f"</main>\n<footer><p>Project {escape(report.project)}{recorded}</p></footer>\n</body>\n</html>"


def _navigation(report: Report) -> Iterator[str]:
    counts = report.counts
    links = [
        *([("once", words.DO_ONCE)] if report.once else []),
        ("gaps", f"{words.GAPS} ({counts['gap']})"),
        ("open", f"{words.OPEN} ({len(report.questions)})"),
        *([("confirm", f"{words.CONFIRM} ({len(report.to_confirm)})")] if report.to_confirm else []),
        ("evidence", words.EVIDENCE),
        ("register", f"All duties ({len(report.entries)})"),
        ("packs", words.PACKS),
        ("method", words.METHOD),
    ]
    items = "".join(f'<li><a href="#{place}">{title}</a></li>' for place, title in links)
    yield f'<nav aria-label="Contents">\n<ul>{items}</ul>\n</nav>'


def _front(report: Report) -> Iterator[str]:
    yield '<div class="lead">'
    for sentence in report.summary:
        yield f"<p>{escape(sentence)}</p>"
    yield f'</div>\n<p class="legal">{escape(report.method[0])} <a href="#method">{words.METHOD}</a></p>'
    yield "<h2>Findings by law</h2>"
    key = "".join(f'<li><span class="s-{status}"></span>{STATUS_WORDS[status]}</li>' for status in STATUSES)
    yield f'<ul class="legend">{key}</ul>'
    yield from draw_svg(make_bars(report), escape(describe_chart(report)))
    if report.project_summary:
        yield f"<h2>The project</h2>\n<p>{escape(report.project_summary)}</p>"


def _once(report: Report) -> Iterator[str]:
    if not report.once:
        return
    titles = {entry.obligation: entry.title for entry in report.entries}
    rows = []
    for control in report.once:
        which = "".join(f"<p>{label}{_links(ids, titles)}</p>" for label, ids in split_served(control))
        rows.append(
            f'<tr><th scope="row">{escape(control.title)}<p>{escape(control.do)}</p>'
            f"{_small(f'It leaves: {control.document}')}</th>"
            f"<td>{control.counts}{_small(', '.join(control.laws))}</td><td>{which}</td></tr>"
        )
    yield f'<section aria-labelledby="once">\n<h2 id="once">{words.DO_ONCE}</h2>\n<p>{escape(report.once_words)}</p>'
    yield from table(("What to do", "It would close", "Which"), rows, "once")
    yield "</section>"


def _links(ids: Sequence[str], titles: Mapping[str, str]) -> str:
    return ", ".join(
        f'<a href="#{anchor_id(id_)}" title="{escape(titles[id_][:_CELL])}">{escape(shown)}</a>'
        for id_, shown in zip(ids, shorten_ids(ids), strict=True)
    )


def _gaps(report: Report) -> Iterator[str]:
    shown = report.folded.gaps
    yield f'<section aria-labelledby="gaps">\n<h2 id="gaps">{words.GAPS}</h2>'
    if not report.gaps:
        yield "<p>There are none.</p>"
    if len(shown) < len(report.gaps):
        yield f"<p>{words.FOLDED}</p>"
    for severity, group in groupby(shown, key=lambda entry: entry.severity):
        yield f"<h3>{severity.capitalize()}: {count_words(report.count_gaps(severity), 'gap')}</h3>"
        for entry in group:
            yield from _article(entry)
    yield "</section>"


def _article(entry: Entry) -> Iterator[str]:
    yield f'<article id="{anchor_id(entry.obligation)}" class="{entry.severity}">'
    yield f"<h4>{escape(entry.title)}{_twins(entry)}</h4>"
    yield f"<p>{escape(entry.where)}</p>\n<dl>"
    for label, said in entry.lines:
        kind = ' class="waiver"' if label == "Waiver" else ""
        yield f"<dt>{label}</dt><dd{kind}>{escape(said)}</dd>"
    yield "</dl>\n</article>"


def _twins(entry: Entry) -> str:
    """Anchors of the duties that are shown with this one."""
    return "".join(f'<span id="{anchor_id(id_)}"></span>' for id_ in entry.twins)


def table(head: Sequence[str], rows: Iterable[str], kind: str) -> Iterator[str]:
    """A table of rows made before. Its head stays in sight; on a narrow screen it scrolls instead."""
    yield f'<div class="wide">\n<table class="{kind}">\n<thead><tr>'
    yield "".join(f'<th scope="col">{word}</th>' for word in head) + "</tr></thead>\n<tbody>"
    yield from rows
    yield "</tbody>\n</table>\n</div>"


def _small(said: str) -> str:
    return f"<small>{escape(said)}</small>" if said else ""


def _questions(report: Report) -> Iterator[str]:
    yield f'<section aria-labelledby="open">\n<h2 id="open">{words.OPEN}</h2>'
    if not report.questions:
        yield "<p>Nothing is open.</p>\n</section>"
        return
    yield "<p>Nobody has answered these. Each answer settles the duties beside it, or some of them.</p>"
    rows = []
    for each in report.questions:
        ended = f" · {each.lapse}" if each.lapse else ""
        links = _links([obligation for obligation, _ in each.settles], dict(each.settles))
        question = f'<th scope="row">{escape(each.question)}{_small(each.fact + ended)}</th>'
        rows.append(f'<tr>{question}<td class="n">{len(each.settles)}</td><td>{links}</td></tr>')
    yield from table(("Question", "Duties", "Which"), rows, "questions")
    yield "</section>"


def _confirm(report: Report) -> Iterator[str]:
    if not report.to_confirm:
        return
    yield f'<section aria-labelledby="confirm">\n<h2 id="confirm">{words.CONFIRM}</h2>'
    yield "<p>These are duties of somebody else. Ask whether they are met there.</p>"
    rows = (
        f'<tr><th scope="row">{escape(entry.confirm_with)}</th>'
        f'<td><a href="#{anchor_id(entry.obligation)}">{escape(entry.title)}</a>'
        f"{_small(entry.place)}</td><td>{escape(entry.text)}</td></tr>"
        for entry in report.folded.to_confirm
    )
    yield from table(("With whom", "Duty", "What the law asks"), rows, "confirm")
    yield "</section>"


def _evidence(report: Report) -> Iterator[str]:
    yield f'<section aria-labelledby="evidence">\n<h2 id="evidence">{words.EVIDENCE}</h2>'
    if not report.evidence:
        yield "<p>No answer rests on evidence or has an end.</p>\n</section>"
        return
    rows = []
    for line in report.evidence:
        until = write_date(line.valid_until) if line.valid_until else "—"
        mark = f' <span class="mark">{line.mark}</span>' if line.mark else ""
        dated = write_date(line.dated) if line.dated else "—"
        rows.append(
            f'<tr><th scope="row">{escape(line.name)}</th><td>{escape(line.what)}{_small(line.place)}</td>'
            f"<td>{dated}</td><td>{until}{mark}</td></tr>"
        )
    yield from table(("The answer on", "rests on", "Dated", "Valid until"), rows, "evidence")
    yield "</section>"


def _register(report: Report) -> Iterator[str]:
    """Every duty once. The anchor of a gap is its article above, that of the others their row here."""
    shown = report.folded.entries
    yield '<section aria-labelledby="register">\n<h2 id="register">All duties</h2>'
    if len(shown) < len(report.entries):
        yield f"<p>{words.FOLDED}</p>"
    for pack in report.packs:
        entries = [entry for entry in shown if entry.pack == pack.id]
        if entries:
            yield f"<h3>{escape(pack.title)}</h3>"
            yield from table(("Duty", "Finding", "Severity", "Why"), map(_row, entries), "register")
    yield "</section>"


def _row(entry: Entry) -> str:
    anchor = anchor_id(entry.obligation)
    gap = entry.status == "gap"
    title = f'<a href="#{anchor}">{escape(entry.title)}</a>' if gap else escape(entry.title)
    waived = '<small class="mark">waived</small>' if entry.waiver else ""
    confirm = _small(f"confirm with {entry.confirm_with}") if entry.confirm_with else ""
    return (
        f"<tr{'' if gap else f' id={chr(34)}{anchor}{chr(34)}'}>"
        f'<th scope="row">{title}{"" if gap else _twins(entry)}{_small(entry.where)}</th>'
        f'<td><span class="tag {entry.status}">{entry.status_words}</span>{waived}</td>'
        f"<td>{entry.severity}</td><td>{escape(entry.because)}{confirm}</td></tr>"
    )


def _packs(report: Report) -> Iterator[str]:
    yield f'<section aria-labelledby="packs">\n<h2 id="packs">{words.PACKS}</h2>'
    rows = (
        f'<tr><th scope="row">{escape(pack.title)}{_small(pack.id)}</th><td>{escape(pack.version)}</td>'
        f"<td><code>{escape(pack.digest)}</code></td><td>{escape(' '.join(pack.review))}</td></tr>"
        for pack in report.packs
    )
    yield from table(("Pack", "Version", "SHA-256", "Review"), rows, "packs")
    yield "</section>"


def _method(report: Report) -> Iterator[str]:
    yield f'<section aria-labelledby="method">\n<h2 id="method">{words.METHOD}</h2>\n<ul>'
    for each in report.method:
        yield f"<li>{escape(each)}</li>"
    yield "</ul>\n</section>"
