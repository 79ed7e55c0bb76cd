"""What the fields of a firm's own header or footer show: Word computes them when it prints, other readers never."""

from collections.abc import Iterator, Mapping

from lxml.etree import _Element as Element

from govern.contracts import Draft
from govern.render.docx.parts import property_values
from govern.render.docx.xml import run, w


def show_properties(root: Element, draft: Draft) -> None:
    """Fill in the results of the fields TITLE, SUBJECT and DOCPROPERTY that a draft has a value for."""
    values = {f"DOCPROPERTY {name}".upper(): value for name, value in property_values(draft).items()}
    values |= {"TITLE": draft.title, "SUBJECT": draft.subtitle}
    for code, shown in [*_simple(root), *_complex(root)]:
        value = _find(code, values)
        if value is not None and shown:
            _show(shown, value)


def _simple(root: Element) -> Iterator[tuple[str, list[Element]]]:
    for field in root.iter(w("fldSimple")):
        yield field.get(w("instr"), ""), list(field.iterchildren(w("r")))


def _complex(root: Element) -> Iterator[tuple[str, list[Element]]]:
    """The fields that are spelt out run by run within a paragraph; of one in another only the inner."""
    for paragraph in root.iter(w("p")):
        code, phase = "", ""
        shown: list[Element] = []
        for each in paragraph.iter(w("r")):
            mark = each.find(w("fldChar"))
            if mark is not None:
                if mark.get(w("fldCharType")) == "begin":
                    code, shown = "", []
                elif phase == "separate":
                    yield code, shown
                phase = mark.get(w("fldCharType"), "")
            elif phase == "begin":
                code += "".join(part.text or "" for part in each.iter(w("instrText")))
            elif phase == "separate":
                shown.append(each)


def _find(code: str, values: Mapping[str, str]) -> str | None:
    words = [word.strip('"').upper() for word in code.split()]
    count = 2 if words[:1] == ["DOCPROPERTY"] else 1
    return values.get(" ".join(words[:count]))


def _show(shown: list[Element], value: str) -> None:
    """Let the first of the runs say the value, in its own look, and the others go."""
    first, *others = shown
    for each in others:
        each.getparent().remove(each)
    for part in [part for part in first if part.tag != w("rPr")]:
        first.remove(part)
    first.extend([part for part in run(value) if part.tag != w("rPr")])
