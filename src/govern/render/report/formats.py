"""Reports of a gap check by the name of their format.

Each writer is imported when its format is asked for: who wants one pays for no other.
"""

from collections.abc import Callable

from govern.errors import RefusedError
from govern.usecases.gaps import GapCheck


def render_report(checked: GapCheck, format_: str) -> bytes:
    """The bytes of a report: markdown, json, html, pdf, docx, xlsx, junit, sarif, oscal-ar or oscal-poam.

    The same check gives the same bytes. What is done once for several laws is in it if the check has the plans of
    `plan_once`. Raises RefusedError for another format.
    """
    if format_ in ("json", "markdown"):
        from govern.render.report import findings

        made = findings.render_json(checked) if format_ == "json" else findings.render_markdown(checked)
        return made.encode()
    from govern.render.report.model import make_report

    made_of = _writer(format_)(make_report(checked))
    return made_of if isinstance(made_of, bytes) else made_of.encode()


def _writer(format_: str) -> Callable[..., "str | bytes"]:
    match format_:
        case "html":
            from govern.render.report.html import write_html

            return write_html
        case "pdf":
            from govern.render.report.pdf import write_pdf

            return write_pdf
        case "docx":
            from govern.render.report.docx import write_docx

            return write_docx
        case "xlsx":
            from govern.render.report.xlsx import write_xlsx

            return write_xlsx
        case "junit":
            from govern.render.report.junit import write_junit

            return write_junit
        case "sarif":
            from govern.render.report.sarif import write_sarif

            return write_sarif
        case "oscal-ar":
            from govern.render.report.oscal import write_assessment_results

            return write_assessment_results
        case "oscal-poam":
            from govern.render.report.oscal import write_poam

            return write_poam
    raise RefusedError(f"`{format_}` is no format of a report", hint="such as markdown, pdf or oscal-ar")
