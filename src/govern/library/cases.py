"""Every file of the content checked, and every case run."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from govern.errors import ContentError, FactError
from govern.kernel import Vocabulary, suggest
from govern.library.clauses import ClauseLibrary, check_clauses, load_clauses
from govern.library.packs import PackFiles, check_packs, make_cases, make_pack, read_pack_files
from govern.library.places import Places
from govern.library.terms import load_terms
from govern.library.vocabulary import load_vocabulary, raise_problems
from govern.rules import (
    DEFAULT_DAY,
    AtomCoverage,
    Case,
    CaseResult,
    Coverage,
    RuleBook,
    RulePack,
    build_book,
    check_text,
    list_conditions,
    names_in_use,
    run_case,
)


@dataclass(frozen=True, slots=True)
class CheckedContent:
    """Packs whose files are sound, with their cases unread."""

    files: list[PackFiles]
    packs: list[RulePack]
    vocabulary: Vocabulary


def check_content(places: Places, only: Iterable[str] | None = None, *, cases: bool = True) -> CheckedContent:
    """Read and check the vocabulary, terms and packs. Raises ContentError with all problems at once.

    With `only`, the problems of other packs are left to another day; without `cases`, those of the case files, which
    are large.
    """
    vocabulary = load_vocabulary(places)
    only = tuple(only or ())
    files = read_pack_files(places, cases=only if only and cases else cases)
    problems = check_packs(files, places, vocabulary, [term.id for term in load_terms(places)])
    known = [pack.id for pack in files]
    for pack in only:
        if pack not in known:
            hint = suggest(pack, known) or "packs: " + ", ".join(known)
            raise ContentError(f"there is no pack `{pack}`", hint=hint)
    folders = tuple(f"rules/{pack}/" for pack in only)
    raise_problems([each for each in problems if not folders or each.where.startswith(folders)])
    return CheckedContent(files, [make_pack(pack) for pack in files], vocabulary)


def _cases_on_books(
    content: CheckedContent, only: Iterable[str] | None, books: dict[date, RuleBook]
) -> Iterator[tuple[str, Case, str]]:
    """The cases of the packs in `only`, or of all: pack, case and place. The book of each case's day is in `books`."""
    wanted = set(only or [pack.id for pack in content.packs])
    for files in content.files:
        for case, where in make_cases(files) if files.id in wanted else ():
            day = case.as_of or DEFAULT_DAY
            if day not in books:
                books[day] = build_book(content.packs, content.vocabulary, day)
            yield files.id, case, where


def run_cases(content: CheckedContent, only: Iterable[str] | None = None) -> Iterator[tuple[str, CaseResult]]:
    """Run the cases of the packs in `only`, or of all: the place of each and its result."""
    books: dict[date, RuleBook] = {}
    for _, case, where in _cases_on_books(content, only, books):
        try:
            yield where, run_case(case, books[case.as_of or DEFAULT_DAY], content.vocabulary)
        except (ContentError, FactError) as problem:
            raise ContentError(problem.message, where=where, hint=problem.hint) from None


def measure_coverage(
    content: CheckedContent, only: Iterable[str] | None = None
) -> dict[str, tuple[int, tuple[AtomCoverage, ...]]]:
    """Of each pack in `only`, or of all: how many verdicts its atoms can take, and the atoms without some."""
    found = {pack: Coverage() for pack in (only or [pack.id for pack in content.packs])}
    books = {DEFAULT_DAY: build_book(content.packs, content.vocabulary, DEFAULT_DAY)}
    for pack, case, _ in _cases_on_books(content, only, books):
        book = books[case.as_of or DEFAULT_DAY]
        if case.subject in book:
            found[pack].add(case, book, content.vocabulary)
    return {pack: each.report(list_conditions(books.values(), [pack])) for pack, each in found.items()}


def check_library(places: Places, content: CheckedContent) -> ClauseLibrary:
    """Read and check the clause library against checked content. Raises ContentError with all problems at once."""
    library = load_clauses(places, check=True)
    names = names_in_use(content.packs, content.vocabulary)
    problems = check_clauses(
        library,
        content.vocabulary,
        [term.id for term in load_terms(places)],
        lambda text: check_text(text, names),
    )
    raise_problems(problems)
    return library
