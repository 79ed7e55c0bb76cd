"""Reports of a gap check: which format is meant, and who writes it.

Each writer is imported when its format is asked for: a check in table form pays for none of them.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from govern.usecases.gaps import GapCheck

TABLE = "table"
FORMATS = (
    TABLE,
    "markdown",
    "json",
    "html",
    "pdf",
    "docx",
    "xlsx",
    "junit",
    "sarif",
    "oscal-ar",
    "oscal-poam",
)
BINARY = ("pdf", "docx", "xlsx")
WITHOUT_CONTROLS = (TABLE, "junit")
"""Formats that do not show what is done once: for them the controls are not read."""

_SUFFIXES = {
    ".md": "markdown",
    ".json": "json",
    ".html": "html",
    ".pdf": "pdf",
    ".docx": "docx",
    ".xlsx": "xlsx",
    ".xml": "junit",
    ".sarif": "sarif",
    ".txt": TABLE,
    "": TABLE,
}


def choose_format(format_: str | None, out: Path | None) -> str:
    """The format that is meant: what `--format` says, else what the ending of `--out` says, else the table.

    Raises BadParameter for an unknown one, and for a binary one without a file.
    """
    if format_ is not None and format_ not in FORMATS:
        raise typer.BadParameter(f"`{format_}` is no format; one of {', '.join(FORMATS)}", param_hint="--format")
    if format_ is None and out is not None:
        format_ = _SUFFIXES.get(out.suffix.lower())
        if format_ is None:
            known = " ".join(suffix for suffix in _SUFFIXES if suffix)
            raise typer.BadParameter(
                f"`{out.suffix}` says no format; endings are {known}, or give --format", param_hint="--out"
            )
    if format_ in BINARY and out is None:
        raise typer.BadParameter(f"{format_} is not text: name the file with --out", param_hint="--format")
    return format_ or TABLE


def render_report(checked: "GapCheck", format_: str) -> bytes:
    """The bytes of a report in any format but the table. The same check gives the same bytes."""
    if format_ in ("json", "markdown"):
        from govern.render import findings

        made = findings.render_json(checked) if format_ == "json" else findings.render_markdown(checked)
        return made.encode()
    from govern.render.report import make_report

    made_of = _writer(format_)(make_report(checked))
    return made_of if isinstance(made_of, bytes) else made_of.encode()


def _writer(format_: str) -> Callable[..., "str | bytes"]:
    match format_:
        case "html":
            from govern.render.report_html import write_html

            return write_html
        case "pdf":
            from govern.render.report_pdf import write_pdf

            return write_pdf
        case "docx":
            from govern.render.report_docx import write_docx

            return write_docx
        case "xlsx":
            from govern.render.report_xlsx import write_xlsx

            return write_xlsx
        case "junit":
            from govern.render.report_junit import write_junit

            return write_junit
        case "sarif":
            from govern.render.report_sarif import write_sarif

            return write_sarif
        case "oscal-ar":
            from govern.render.report_oscal import write_assessment_results

            return write_assessment_results
        case _:
            from govern.render.report_oscal import write_poam

            return write_poam
