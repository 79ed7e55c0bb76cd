"""The chart of law by status: how long each piece of each bar is, and its colours. Each format draws it natively."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from govern.render.report.model import STATUS_WORDS, STATUSES, Report

COLOURS = {"gap": "#a4262c", "open": "#e3a008", "met": "#2f7d6b", "not_applicable": "#d4d8e0"}
INK_ON = {"gap": "#ffffff", "open": "#1c1a12", "met": "#ffffff", "not_applicable": "#3d4350"}
SEVERITY_COLOURS = {"critical": "#7d1128", "high": "#c2410c", "medium": "#b7791f", "low": "#5b6b82"}

BARS_A_CHART = 24  # more laws than fit on a page under each other make a second chart
_LABEL = 18  # letters of a law's short name


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a bar: where it begins and how long it is, the longest bar being 1."""

    status: str
    count: int
    start: float
    length: float


@dataclass(frozen=True, slots=True)
class Bar:
    """A law's bar."""

    label: str
    total: int
    pieces: tuple[Piece, ...]


def make_bars(report: Report) -> tuple[Bar, ...]:
    """A bar a law, on one scale; laws of which nothing was in force have an empty one."""
    longest = max((pack.total for pack in report.packs), default=0) or 1
    return tuple(
        Bar(_short(pack.short), pack.total, tuple(_pieces(dict(pack.counts), longest))) for pack in report.packs
    )


def _short(label: str) -> str:
    label = " ".join(label.split())
    return label if len(label) <= _LABEL else label[: _LABEL - 1] + "…"


def _pieces(counts: dict[str, int], longest: int) -> Iterator[Piece]:
    start = 0.0
    for status in STATUSES:
        if counts[status]:
            length = counts[status] / longest
            yield Piece(status, counts[status], start, length)
            start += length


def describe_chart(report: Report) -> str:
    """The chart in words, for those who cannot see it."""
    said = (
        f"{pack.short}: " + ", ".join(f"{pack.counts[status]} {STATUS_WORDS[status].lower()}" for status in STATUSES)
        for pack in report.packs
    )
    return f"Findings by law. {'; '.join(said)}."


# --- drawn by ReportLab -----------------------------------------------------------------------------------------------


def draw_for_pdf(bars: tuple[Bar, ...], width: float, regular: str, bold: str) -> Any:
    """The bars as a ReportLab drawing with a legend above."""
    from reportlab.graphics.shapes import Drawing, Rect, String
    from reportlab.lib.colors import HexColor
    from reportlab.pdfbase.pdfmetrics import stringWidth

    row, thick, left, right = 17.5, 11.5, 92.0, 34.0
    height = row * len(bars) + 24
    drawing = Drawing(width, height)
    x = left
    for status in STATUSES:
        drawing.add(Rect(x, height - 11, 8, 8, fillColor=HexColor(COLOURS[status]), strokeColor=None))
        words = STATUS_WORDS[status]
        drawing.add(String(x + 12, height - 10, words, fontName=regular, fontSize=8.5))
        x += stringWidth(words, regular, 8.5) + 30
    scale = width - left - right
    for place, bar in enumerate(bars):
        y = height - 24 - row * (place + 1) + (row - thick) / 2
        drawing.add(String(0, y + 2.6, bar.label, fontName=bold, fontSize=9))
        for piece in bar.pieces:
            start, length = left + piece.start * scale, piece.length * scale
            colour = HexColor(COLOURS[piece.status])
            drawing.add(Rect(start, y, length, thick, fillColor=colour, strokeColor=HexColor("#ffffff")))
            words = str(piece.count)
            if stringWidth(words, bold, 8) + 4 <= length:
                ink = HexColor(INK_ON[piece.status])
                middle = start + length / 2
                drawing.add(String(middle, y + 3, words, fontName=bold, fontSize=8, fillColor=ink, textAnchor="middle"))
        end = left + sum(piece.length for piece in bar.pieces) * scale
        drawing.add(String(end + 5, y + 2.8, str(bar.total), fontName=regular, fontSize=8.5))
    return drawing


# --- drawn as SVG -----------------------------------------------------------------------------------------------------


def draw_svg(bars: tuple[Bar, ...], title: str) -> Iterator[str]:
    """The bars as inline SVG; colours are classes, so that the page's style decides light and dark. `title` is safe."""
    from govern.render.html import escape

    row, thick, left, scale = 30, 20, 150, 620
    height = row * len(bars) + 8
    yield f'<svg class="chart" viewBox="0 0 820 {height}" role="img" aria-labelledby="chart-title">'
    yield f'<title id="chart-title">{title}</title>'
    for place, bar in enumerate(bars):
        y = place * row + 6
        yield f'<text class="law" x="0" y="{y + 15}">{escape(bar.label)}</text>'
        for piece in bar.pieces:
            start, length = left + piece.start * scale, piece.length * scale
            box = f'x="{start:.1f}" y="{y}" width="{length:.1f}" height="{thick}"'
            yield f'<rect class="s-{piece.status}" {box}/>'
            if length >= 9 * len(str(piece.count)) + 4:
                middle = f'x="{start + length / 2:.1f}" y="{y + 14.5}"'
                yield f'<text class="on-{piece.status}" {middle} text-anchor="middle">{piece.count}</text>'
        end = left + sum(piece.length for piece in bar.pieces) * scale
        yield f'<text class="total" x="{end + 8:.1f}" y="{y + 15}">{bar.total}</text>'
    yield "</svg>"


# --- drawn as a picture -----------------------------------------------------------------------------------------------

_FONTS = {False: "SourceSerifPro-Regular.ttf", True: "SourceSerifPro-Bold.ttf"}


@lru_cache(maxsize=8)
def _font(size: int, bold: bool) -> Any:
    from PIL import ImageFont

    path = files("font_source_serif_pro").joinpath("files", _FONTS[bold])
    return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)


def draw_png(bars: tuple[Bar, ...]) -> tuple[bytes, int, int]:
    """The bars as a PNG with its width and height in pixels, three to a point. Pillow comes with ReportLab."""
    from PIL import Image, ImageDraw

    row, thick, left, right, width = 54, 36, 276, 110, 1360
    height = row * len(bars) + 70
    image = Image.new("RGB", (width, height), "#ffffff")
    pen = ImageDraw.Draw(image)
    x = left
    for status in STATUSES:
        pen.rectangle((x, 12, x + 24, 36), fill=COLOURS[status])
        words = STATUS_WORDS[status]
        pen.text((x + 36, 35), words, fill="#16181d", font=_font(26, False), anchor="ls")
        x += int(pen.textlength(words, _font(26, False))) + 90
    for place, bar in enumerate(bars):
        _draw_bar(pen, bar, 66 + place * row, thick, left, width - left - right)
    out = io.BytesIO()
    image.save(out, "PNG", optimize=False)
    return out.getvalue(), width, height


def _draw_bar(pen: Any, bar: Bar, y: int, thick: int, left: int, scale: int) -> None:
    middle = y + thick // 2
    pen.text((0, middle), bar.label, fill="#1f2a44", font=_font(27, True), anchor="lm")
    for piece in bar.pieces:
        start, length = left + piece.start * scale, piece.length * scale
        pen.rectangle((round(start), y, max(round(start), round(start + length) - 3), y + thick), COLOURS[piece.status])
        if pen.textlength(str(piece.count), _font(24, True)) + 12 <= length:
            where, ink = (start + length / 2, middle), INK_ON[piece.status]
            pen.text(where, str(piece.count), fill=ink, font=_font(24, True), anchor="mm")
    end = left + sum(piece.length for piece in bar.pieces) * scale
    pen.text((end + 14, middle), str(bar.total), fill="#16181d", font=_font(26, False), anchor="lm")
