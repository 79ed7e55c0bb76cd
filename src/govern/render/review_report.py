"""A review of the other side's paper as Markdown and as one page of HTML that fetches nothing."""

from collections.abc import Iterator

from govern.contracts import write_date
from govern.render.html import escape
from govern.review import Presence, Quote, TermReview
from govern.usecases.reviews import PaperReview, ReviewedTerm

_WORDS = {Presence.PRESENT: "present", Presence.WEAK: "weak", Presence.NOT_FOUND: "not found"}
_LOOK = "present, look twice"
_GROUPS = ("not found", "weak", _LOOK, "present")
NOT_NEEDED = "not required by the facts"
RECOMMENDED = "recommended, not required"
STANDING = "Terms that were facts and are not in this paper"
CAUTION = "Found by phrases, not by understanding: read the passage before you rely on it. This is not legal advice."

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_STYLE = """
:root{color-scheme:light dark;--ink:#1a1a1a;--paper:#fff;--soft:#5c6470;--line:#d5d9df;--red:#a8201a;--amber:#8a5a00;
--green:#1d6b3a}
@media(prefers-color-scheme:dark){:root{--ink:#e8e8e8;--paper:#17191c;--soft:#a4adb8;--line:#3a4048;--red:#ff8a80;
--amber:#f0b95a;--green:#7fd19b}}
body{margin:0 auto;max-width:50rem;padding:2rem 1rem;font:16px/1.5 system-ui,sans-serif;color:var(--ink);
background:var(--paper)}
h1{font-size:1.6rem;line-height:1.25}h2{margin-top:2.5rem;border-bottom:1px solid var(--line)}
h3{font-size:1rem;margin-bottom:.25rem}blockquote{margin:.5rem 0;padding:.1rem 1rem;border-left:3px solid var(--line)}
.soft{color:var(--soft)}.not_found{color:var(--red)}.weak{color:var(--amber)}.present{color:var(--green)}
.ours{padding:.25rem 1rem;border:1px solid var(--line);border-radius:4px}
table{border-collapse:collapse}td,th{padding:.25rem .75rem;border-bottom:1px solid var(--line);text-align:left}
mark{background:none;color:inherit;text-decoration:underline wavy var(--amber)}
"""


def presence_tone(found: TermReview) -> str:
    """Which of the tones of present, weak and not found a term is shown in."""
    return Presence.WEAK.value if found.to_look_at else found.presence.value


def presence_word(found: TermReview) -> str:
    """What the paper says of a term, in a word or two."""
    return _LOOK if found.to_look_at else _WORDS[found.presence]


def write_review_markdown(review: PaperReview) -> str:
    """The review as Markdown."""
    return "\n".join(_markdown(review)) + "\n"


def _markdown(review: PaperReview) -> Iterator[str]:
    yield f"# Review of {_plain(review.paper.name)} as {review.document}"
    yield f"\n{summary_line(review)}\n\n{CAUTION}\n"
    for note in note_lines(review):
        yield f"{_plain(note)}\n"
    for word in _GROUPS:
        chosen = [each for each in review.terms if presence_word(each.review) == word]
        if chosen:
            yield f"## {word.capitalize()}: {_count_group(chosen)}\n"
        for each in chosen:
            yield from _markdown_term(each)
    if review.standings:
        yield f"## {STANDING}\n"
        yield from (f"- {_plain(line)}" for line in standing_lines(review))
        yield ""
    if review.what_if is not None:
        yield "## What would change\n"
        yield from (f"- {_plain(line)}" for line in change_lines(review))
        yield ""
    for title, lines in side_lines(review):
        yield f"## {title}\n"
        yield from (f"- {_plain(line)}" for line in lines)
        yield ""


def _markdown_term(each: ReviewedTerm) -> Iterator[str]:
    required = f" ({remark_on(each)})" if remark_on(each) else ""
    yield f"### {each.term.id}{required}\n\n{_plain(each.term.requirement)} ({_plain(each.term.cite.pinpoint)})\n"
    yield f"{presence_word(each.review).capitalize()}: {_plain(each.review.why)}.\n"
    if each.review.quote is not None:
        yield f"> {_plain(each.review.quote.text)}\n>\n> {where(each.review.quote)}\n"
    if each.review.taken_back is not None:
        there = each.review.taken_back.quote
        yield f"{against(each.review)}:\n\n> {_plain(there.text)}\n>\n> {where(there)}\n"
    if each.proposal is not None:
        yield f"Our text ({each.proposal.clause}):\n"
        yield "\n\n".join(_plain(line) for line in each.proposal.paragraphs) + "\n"


def _plain(text: str) -> str:
    """Text of theirs that must not become markup: one line, the signs of Markdown escaped."""
    line = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    return "".join(f"\\{each}" if each in "\\`*_{}[]<>#|&~" else each for each in line)


def write_review_html(review: PaperReview) -> str:
    """The review as one page: nothing is fetched, nothing runs."""
    return "\n".join(_page(review)) + "\n"


def _page(review: PaperReview) -> Iterator[str]:
    title = f"Review of {escape(review.paper.name)} as {escape(review.document)}"
    yield '<!DOCTYPE html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>"
    yield f"<header><h1>{title}</h1>\n<p>{escape(summary_line(review))}</p>"
    yield f'<p class="soft">{CAUTION}</p></header>\n<main>'
    for note in note_lines(review):
        yield f'<p class="soft">{escape(note)}</p>'
    for word in _GROUPS:
        chosen = [each for each in review.terms if presence_word(each.review) == word]
        if chosen:
            yield f"<h2>{word.capitalize()}: {_count_group(chosen)}</h2>"
        for each in chosen:
            yield from _html_term(each)
    if review.standings:
        yield f"<h2>{STANDING}</h2>\n<ul>"
        yield from (f"<li>{escape(line)}</li>" for line in standing_lines(review))
        yield "</ul>"
    if review.what_if is not None:
        yield "<h2>What would change</h2>\n<ul>"
        yield from (f"<li>{escape(line)}</li>" for line in change_lines(review))
        yield "</ul>"
    for heading, lines in side_lines(review):
        yield f"<h2>{heading}</h2>\n<ul>"
        yield from (f"<li>{escape(line)}</li>" for line in lines)
        yield "</ul>"
    yield f'</main>\n<footer class="soft"><p>File SHA-256 {review.digest}</p></footer>\n</body>\n</html>'


def _html_term(each: ReviewedTerm) -> Iterator[str]:
    found = each.review
    required = f' <span class="soft">{remark_on(each)}</span>' if remark_on(each) else ""
    yield f'<section id="{escape(each.term.id)}"><h3>{escape(each.term.id)}{required}</h3>'
    yield f'<p class="soft">{escape(each.term.requirement)} ({escape(each.term.cite.pinpoint)})</p>'
    word = presence_word(found).capitalize()
    yield f'<p><strong class="{presence_tone(found)}">{word}</strong>: {escape(found.why)}.</p>'
    if found.quote is not None:
        yield f"<blockquote><p>{_marked(found.quote, found.phrase)}</p>"
        yield f'<p class="soft">{escape(where(found.quote))}</p></blockquote>'
    if found.taken_back is not None:
        there = found.taken_back.quote
        yield f"<p>{against(found)}:</p><blockquote><p>{_marked(there, found.taken_back.phrase)}</p>"
        yield f'<p class="soft">{escape(where(there))}</p></blockquote>'
    if each.proposal is not None:
        source = f"{escape(each.proposal.title)} ({escape(each.proposal.clause)})"
        yield f'<div class="ours"><p class="soft">Our text: {source}</p>'
        yield from (f"<p>{escape(line)}</p>" for line in each.proposal.paragraphs)
        yield "</div>"
    yield "</section>"


def _marked(quote: Quote, phrase: Quote | None) -> str:
    """The passage, with the words that make it weak marked where they stand in it."""
    if (
        phrase is None
        or phrase.paragraph != quote.paragraph
        or not quote.start <= phrase.start < phrase.end <= quote.end
    ):
        return escape(quote.text)
    first, last = phrase.start - quote.start, phrase.end - quote.start
    return f"{escape(quote.text[:first])}<mark>{escape(quote.text[first:last])}</mark>{escape(quote.text[last:])}"


def against(found: TermReview) -> str:
    """What stands over the passage that takes a term back."""
    return "Taken back by" if found.presence is Presence.WEAK else "May be taken back by"


def _count_group(chosen: list[ReviewedTerm]) -> str:
    """How many terms are shown together, and of them how many the law requires: only these are in the summary."""
    required = sum(each.needed for each in chosen)
    others = len(chosen) - required
    return f"{required} required" + (f", {others} not required" if others else "")


def note_lines(review: PaperReview) -> list[str]:
    """What a reader has to know before the findings: of the reading of the file, and of its kind."""
    doubts = [each if each.endswith("?") else f"{each}." for each in review.doubts]
    return [f"Note: {each}" for each in (*(f"{remark}." for remark in review.paper.remarks), *doubts)]


def where(quote: Quote) -> str:
    """How one cites a passage: clause 7.2, page 4."""
    label = quote.label
    place = label if label.startswith(("table", "footnote", "endnote", "Annex")) else f"clause {label}" if label else ""
    page = f"page {quote.page}" if quote.page else ""
    return ", ".join(filter(None, (place, page))) or f"paragraph {quote.paragraph + 1}"


def remark_on(each: ReviewedTerm) -> str:
    """Whether a term is less than required: recommended, or not needed by the facts."""
    if each.required is False:
        return NOT_NEEDED
    return "" if each.term.mandatory else RECOMMENDED


def summary_line(review: PaperReview) -> str:
    """One sentence: how many of the terms are there."""
    needed = [each for each in review.terms if each.needed]
    present, weak, missing = (review.count(each) for each in (Presence.PRESENT, Presence.WEAK, Presence.NOT_FOUND))
    project = f" for project {review.project}" if review.project else ""
    verb = "is" if present == 1 else "are"
    twice = sum(each.review.to_look_at for each in needed)
    look = f" ({twice} to look at twice)" if twice else ""
    return (
        f"Law of {write_date(review.as_of)}{project}: of {len(needed)} required terms {present} {verb} present{look}, "
        f"{weak} weak, {missing} not found."
    )


def standing_lines(review: PaperReview) -> list[str]:
    """What becomes of the terms that were facts and that the paper does not say."""
    alike: dict[tuple[bool, str], list[str]] = {}
    for each in sorted(review.standings, key=lambda each: each.kept):
        alike.setdefault((each.kept, each.why), []).append(each.term)
    return [f"{'kept' if kept else 'withdrawn'}: {', '.join(terms)}, {why}" for (kept, why), terms in alike.items()]


def change_lines(review: PaperReview) -> list[str]:
    """Which findings the terms that are present would change."""
    assert review.what_if is not None
    lines = [
        f"{after.obligation.id} {after.obligation.title}: {before.status.value} → {after.status.value}"
        for before, after in review.what_if.changed
    ]
    return lines or ["no finding would change"]


def side_lines(review: PaperReview) -> list[tuple[str, list[str]]]:
    """What counsel should look at beside the terms: figures, clauses to watch, slips."""
    figures = dict.fromkeys(
        f"{figure.label}: {figure.value} {figure.unit} ({where(figure.quote)})"
        for each in review.terms
        for figure in each.review.figures
    )
    watched = [f"{each.title} ({where(each.quote)}): {each.quote.text} — {each.why}" for each in review.remarks]
    slips = [f"{each.kind} ({where(each.quote)}): {each.message}" for each in review.slips]
    named = (("Figures", list(figures)), ("Look at", watched), ("Slips", slips))
    return [(title, lines) for title, lines in named if lines]
