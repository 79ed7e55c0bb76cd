"""Agreements of our own making with labels: every term present, made weak in several ways, or taken out, one at a time.

A style is a file under `agreements/`: clauses in one drafter's voice, each with the terms that it carries and with ways
to weaken it. Styles with `set: tuning` were looked at when detectors were written (some whose name begins with
`held_out` too, since a later round). From those with `set: learned` the second opinion was learned, and detectors were
mended on most of them. Those with `set: held_out` are the examination: nothing is changed for them.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any

from govern.contracts.numbers import roman
from govern.exchange.plain import read_text
from govern.library.content import Content
from govern.library.places import content_places
from govern.library.yaml_files import load_yaml
from govern.review import DetectorBook, Paper, TermReview, review_terms
from govern.review.words import read_words

FOLDER = Path(__file__).with_name("agreements")


@dataclass(frozen=True)
class Case:
    """One text and what is asked of it: the terms that changed, and what each is now."""

    style: str
    set: str
    """tuning, learned or held_out"""
    document: str
    kind: str
    """whole, weak or removed"""
    text: str
    labels: dict[str, str] = field(hash=False)
    """What the text says of each term: present, weak or not_found; a term that is unclear is left out."""
    changed: tuple[str, ...] = ()

    def paper(self) -> Paper:
        return read_text(self.text, name=f"{self.style}.txt")


@lru_cache(maxsize=1)
def load_styles() -> tuple[tuple[str, dict[str, Any]], ...]:
    found = sorted(FOLDER.rglob("*.yaml"))
    return tuple((path.relative_to(FOLDER).with_suffix("").as_posix(), load_yaml(path).value) for path in found)


def make_cases(terms_of: dict[str, list[str]], only: Callable[[str], bool] = lambda _: True) -> Iterator[Case]:
    """All cases. `terms_of` are the terms of each document type; `only` says which styles are asked for."""
    for name, style in filter(lambda each: only(each[0]), load_styles()):
        for document in style["documents"]:
            yield from _cases(name, style, document, terms_of[document])


def _cases(name: str, style: dict[str, Any], document: str, terms: list[str]) -> Iterator[Case]:
    clauses = _clauses(style, terms)

    def case(kind: str, chosen: list[dict[str, Any]], changed: tuple[str, ...] = (), status: str = "present") -> Case:
        labels = _labels(style, chosen, terms)
        if status == "weak":
            labels |= dict.fromkeys(changed, "weak")
            for term, parts in style.get("together", {}).items():
                if term in labels and set(parts) & set(changed):
                    del labels[term]
        return Case(name, style["set"], document, kind, write_agreement(style, chosen), labels, changed)

    yield case("whole", clauses)
    for index, clause in enumerate(clauses):
        carried = tuple(term for term in clause.get("carries", []) if term in terms)
        if not carried:
            continue
        yield case("removed", [*clauses[:index], *clauses[index + 1 :]], carried)
        elsewhere = {term for other in clauses if other is not clause for term in other.get("carries", [])}
        for weak in clause.get("weak", []):
            changed = tuple(term for term in carried if term not in elsewhere)
            if changed:
                chosen = [*clauses[:index], {**clause, "text": weak}, *clauses[index + 1 :]]
                yield case("weak", chosen, changed, "weak")


def _clauses(style: dict[str, Any], terms: list[str]) -> list[dict[str, Any]]:
    """The clauses that carry a term of the document, and those that carry none.

    A clause that replaces others stands only where its own term, the first that it carries, is one of the document.
    """
    chosen = [
        each
        for each in style["clauses"]
        if set(each["carries"]) & set(terms) and ("replaces" not in each or each["carries"][0] in terms)
    ]
    replaced = {term for each in chosen for term in each.get("replaces", ())}
    kept = [each for each in chosen if not replaced & set(each["carries"]) or "replaces" in each]
    return [*kept, *style.get("filler", [])]


def _labels(style: dict[str, Any], clauses: list[dict[str, Any]], terms: list[str]) -> dict[str, str]:
    carried = {term for each in clauses for term in each.get("carries", [])}
    for term, parts in style.get("together", {}).items():
        if set(parts) <= carried:
            carried.add(term)
    everywhere = {term for each in style["clauses"] for term in each["carries"]} | set(style.get("together", {}))
    offered = {term for each in _clauses(style, terms) for term in each.get("carries", [])} | set(
        style.get("together", {})
    )
    return {
        term: "present" if term in carried else "not_found" for term in terms if term in everywhere and term in offered
    }


def write_agreement(style: dict[str, Any], clauses: list[dict[str, Any]]) -> str:
    """The agreement as plain text, numbered in the style's way."""
    lines = [style["title"].upper(), "", *(f"{each}\n" for each in style.get("opening", []))]
    for count, clause in enumerate(clauses, start=1):
        heading, body = clause.get("heading", ""), clause["text"].strip()
        number = {
            "decimal": f"{count}.",
            "article": f"Article {roman(count)}",
            "section": f"§ {count}",
            "letters": f"{chr(64 + (count - 1) % 26 + 1)}.",
            "none": "",
        }[style["numbering"]]
        if heading:
            lines += [f"{number} {heading}".strip(), ""]
            if style["numbering"] == "decimal":
                body = f"{count}.1 {body}"
        elif number:
            body = f"{number} {body}"
        lines += [body, ""]
    return "\n".join(lines)


def find_terms() -> dict[str, list[str]]:
    """The ids of the terms that each document has to carry."""
    found: dict[str, list[str]] = defaultdict(list)
    for term in Content(content_places()).terms():
        for document in term.document:
            found[document].append(term.id)
    return found


def judge_cases(
    book: DetectorBook, terms_of: dict[str, list[str]], only: Callable[[str], bool] = lambda _: True
) -> Iterator[tuple[Case, dict[str, TermReview]]]:
    """Each agreement with the reviews of the terms that changed in it, or of all if it is whole.

    A variant differs from the whole text in one clause, so that words are read once; what did not change is judged in
    the whole agreement. `only` says of the name of a style whether it is asked for.
    """
    read = lru_cache(maxsize=5_000)(read_words)
    for _, cases in groupby(make_cases(terms_of, only), key=lambda case: case.style):
        by_text: dict[str, list[Case]] = defaultdict(list)  # the same for several documents
        for case in cases:
            by_text[case.text].append(case)
        for same in by_text.values():
            asked = [case.changed or tuple(case.labels) for case in same]
            judged = {each.term: each for each in review_terms(same[0].paper(), book, set().union(*asked), read)}
            for case, terms in zip(same, asked, strict=True):
                yield case, {term: judged[term] for term in terms if term in judged and case.labels.get(term)}
