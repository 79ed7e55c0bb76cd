"""The letters of which a PDF shows a box, since no font has them: what was lost, and from which facts."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import fields, is_dataclass

from govern.contracts import Draft, Filled
from govern.errors import RefusedError
from govern.render.words import clean

Tell = Callable[[str], None]

BOX = "☐"
"""It is in the regular font."""

_BOXED: ContextVar["dict[str, None] | None"] = ContextVar("boxed", default=None)


@contextmanager
def note_boxes() -> Iterator[dict[str, None]]:
    """Gives the letters, each once, of which a box is shown in what is written meanwhile."""
    boxed: dict[str, None] = {}
    token = _BOXED.set(boxed)
    try:
        yield boxed
    finally:
        _BOXED.reset(token)


def box_for(letter: str) -> str:
    """The box that stands for a letter, and is noted."""
    boxed = _BOXED.get()
    if boxed is not None:
        boxed[letter] = None
    return BOX


def refuse_boxes(write: Callable[[Draft], bytes], tell: Tell, *, again: bool) -> Callable[[Draft], bytes]:
    """The same writer, which tells of the letters that it lost; a final document of any is refused.

    `again`: a final document that is there already is written as it is.
    """

    def watched(draft: Draft) -> bytes:
        with note_boxes() as boxed:
            data = write(draft)
        if boxed:
            said = _say(draft, boxed)
            if draft.status == "final" and not again:
                hint = "choose another format, which keeps each letter: .docx or .html"
                raise RefusedError(f"a final PDF would show a box for each of these letters: {said}", hint=hint)
            tell(f"the PDF of {draft.title} shows a box for each of these letters: {said}")
        return data

    return watched


def _say(draft: Draft, boxed: Iterable[str]) -> str:
    letters = "".join(boxed)
    facts = ", ".join(dict.fromkeys(find_facts(draft, letters)))
    return f"{letters[:20]}{'…' if len(letters) > 20 else ''}" + (f" (in {facts})" if facts else "")


def find_facts(tree: object, letters: str) -> Iterator[str]:
    """The facts, or parameters that none fills, whose values in a tree have one of these letters."""
    match tree:
        case Filled():
            if not set(letters).isdisjoint(clean(tree.text)):
                yield tree.fact or tree.parameter
        case tuple():
            for each in tree:
                yield from find_facts(each, letters)
        case _ if is_dataclass(tree):
            for field in fields(tree):
                yield from find_facts(getattr(tree, field.name), letters)
