"""The PDF's fonts: Source Serif (SIL Open Font License 1.1) from PyPI, then Bitstream Vera from ReportLab, then a box.

They come from locked packages and not from the machine, so that a draft is the same file everywhere. A
character that no font has is shown as a box: it is never left out, and never stops the file from being
written.
"""

from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import reportlab
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from govern.render.boxes import BOX, box_for

REGULAR, BOLD, ITALIC = "GovernSerif", "GovernSerif-Bold", "GovernSerif-Italic"
_VERA = "GovernVera"
_FILES = {REGULAR: "SourceSerifPro-Regular.ttf", BOLD: "SourceSerifPro-Bold.ttf", ITALIC: "SourceSerifPro-It.ttf"}
_ALIKE = {"●": "•"}


@lru_cache(maxsize=1)
def register() -> dict[str, frozenset[int]]:
    """Make the fonts known to ReportLab once; the characters that each of them has."""
    found: dict[str, frozenset[int]] = {}
    folder = files("font_source_serif_pro").joinpath("files")
    paths = {name: str(folder.joinpath(file)) for name, file in _FILES.items()}
    paths[_VERA] = str(Path(reportlab.__file__).parent / "fonts" / "Vera.ttf")
    for name, path in paths.items():
        font = TTFont(name, path)
        pdfmetrics.registerFont(font)
        found[name] = frozenset(font.face.charToGlyph)
    return found


def split(text: str, font: str) -> Iterator[tuple[str, str]]:
    """The text as pieces (font, text) that the fonts can show, `font` where it can."""
    known = register()
    piece, current = "", font
    for letter in text:
        use, shown = _choose(letter, font, known)
        if use != current and piece:
            yield current, piece
            piece = ""
        current, piece = use, piece + shown
    if piece:
        yield current, piece


def _choose(letter: str, font: str, known: dict[str, frozenset[int]]) -> tuple[str, str]:
    if letter == "\n" or ord(letter) in known[font]:
        return font, letter
    shown = _ALIKE.get(letter, letter)
    for other in (font, REGULAR, _VERA):
        if ord(shown) in known[other]:
            return other, shown
    return REGULAR, box_for(letter)


def find_unshown(value: object) -> str:
    """The letters that no font has, each once, in a text or in all texts of a plain value."""
    known = register().values()
    letters = dict.fromkeys(letter for each in _texts(value) if not each.isascii() for letter in each)
    return "".join(each for each in letters if not any(ord(_ALIKE.get(each, each)) in font for font in known))


def spell(value: Any) -> Any:
    """A text, or a plain value with all its texts, in which each letter that no font has is written by its number.

    For papers that must not lose a word: `\\u` and four hex digits, as JSON writes it, or `\\U` and eight.
    """
    numbers = {
        ord(each): f"\\u{ord(each):04x}" if ord(each) < 1 << 16 else f"\\U{ord(each):08x}"
        for each in find_unshown(value)
    }
    return _translate(value, numbers) if numbers else value


def _texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for each in value.values():
                yield from _texts(each)
        case list() | tuple():
            for each in value:
                yield from _texts(each)


def _translate(value: Any, numbers: dict[int, str]) -> Any:
    match value:
        case str():
            return value.translate(numbers)
        case dict():
            return {name: _translate(each, numbers) for name, each in value.items()}
        case list() | tuple():
            return [_translate(each, numbers) for each in value]
        case _:
            return value


def plain(text: str, font: str) -> str:
    """The text for places that take one font only: what the font lacks becomes an asterisk-free box or a mark."""
    known = register()[font]

    def show(letter: str) -> str:
        if ord(letter) in known:
            return letter
        return _ALIKE.get(letter) or (box_for(letter) if ord(BOX) in known else "¤")

    return "".join(map(show, text.replace("\n", " ").replace("\t", " ")))
