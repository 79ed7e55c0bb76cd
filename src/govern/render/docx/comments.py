"""Counsel's notes as Word comments: one on the title with the open points, one on each heading."""

from collections.abc import Iterable

from lxml.etree import _Element as Element

from govern.contracts import Draft
from govern.render.docx.xml import el, paragraph, run, w
from govern.render.words import OPEN_POINTS, open_rows, show_open_points

AUTHOR = "govern"
INITIALS = "g"
_STYLE = f"{w('pPr')}/{w('pStyle')}"
_TEXT = w("t")


def comment_on(content: Iterable[Element], draft: Draft) -> list[Element]:
    """Mark in the blocks of a document what is commented on; the comments, for a part of their own."""
    notes = {
        "Title": [_open_note(draft)],
        "ClauseHeading": [section.note.text for section in draft.sections],
        "AnnexHeading": [section.note.text for section in draft.annexes],
    }
    made: list[Element] = []
    for block in content:
        style = block.find(_STYLE)
        waiting = None if style is None else notes.get(style.get(w("val"), ""))
        if waiting:
            text = waiting.pop(0)
            marked = [each for each in block.iterchildren(w("r")) if each.find(_TEXT) is not None]
            if text and marked:
                _mark(marked, len(made))
                made.append(_comment(text, len(made), f"{draft.day.isoformat()}T00:00:00Z"))
    return made


def _open_note(draft: Draft) -> str:
    if not show_open_points(draft):
        return ""
    return "\n".join([f"{OPEN_POINTS}:", *(f"{kind}: {what} ({where})" for kind, what, where in open_rows(draft))])


def _mark(runs: list[Element], id_: int) -> None:
    runs[0].addprevious(el("commentRangeStart", id=id_))
    runs[-1].addnext(run("", "CommentReference"))
    runs[-1].getnext().append(el("commentReference", id=id_))
    runs[-1].addnext(el("commentRangeEnd", id=id_))


def _comment(text: str, id_: int, date: str) -> Element:
    lines = [paragraph("CommentText", [run(line)]) for line in text.split("\n")]
    sign = run("", "CommentReference")
    sign.append(el("annotationRef"))
    lines[0].insert(1, sign)
    return el("comment", *lines, id=id_, author=AUTHOR, date=date, initials=INITIALS)
