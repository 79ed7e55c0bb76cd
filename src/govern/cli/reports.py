"""Reports of a gap check: which format is meant."""

from pathlib import Path

import typer

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
