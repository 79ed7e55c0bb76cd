"""Project files: one YAML file that is kept in git and reviewed, to a project and back."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from govern.errors import ContentError, FactError
from govern.kernel import FactValue, Vocabulary, check_value
from govern.library.places import builtin_root
from govern.library.schemas import check_source
from govern.library.vocabulary import raise_problems
from govern.library.yaml_files import Source, load_yaml
from govern.usecases.records import Project

MAX_FACTS = 5_000


def load_project(path: Path, vocabulary: Vocabulary) -> Project:
    """Read a project file.

    Raises ContentError with every problem of form at once, or FactError with the first fact that is unknown or of the
    wrong type, each with file, line and column.
    """
    source = load_yaml(path)
    schemas = builtin_root() / "schemas" / "files"
    problems = check_source(source, schemas / "project.yaml")
    raise_problems(problems)
    value: Any = source.value
    if len(value["facts"]) > MAX_FACTS:
        raise ContentError(f"more than {MAX_FACTS} facts", where=source.where(("facts",)))
    answers = {}
    for fact, raw in value["facts"].items():
        full = isinstance(raw, dict) and "value" in raw
        if full:
            problems.extend(check_source(source, schemas / "answer.yaml", trail=("facts", fact)))
        if not problems:
            answers[fact] = FactValue(**raw) if full else FactValue(value=raw)
    raise_problems(problems)
    agreed = value.get("agreed", {})
    _check_facts(source, vocabulary, answers)
    _check_facts(source, vocabulary, {fact: FactValue(value=each) for fact, each in agreed.items()}, under="agreed")
    return Project(value["project"], value["title"], value.get("summary", ""), answers, agreed=agreed)


def _check_facts(
    source: Source, vocabulary: Vocabulary, answers: Mapping[str, FactValue], *, under: str = "facts"
) -> None:
    problems: list[FactError] = []
    for fact, answer in answers.items():
        where = source.where((under, fact))
        try:
            check_value(vocabulary.get(fact, where=where), answer.value, where=where)
        except FactError as problem:
            problems.append(problem)
    if len(problems) > 1:
        more = "; ".join(f"{each.where}: {each.message}" for each in problems[1:4])
        first = problems[0]
        hint = f"{first.hint}; {len(problems) - 1} more like it: {more}".removeprefix("; ")
        raise FactError(first.message, hint=hint, where=first.where)
    if problems:
        raise problems[0]


def dump_project(project: Project) -> str:
    """A project as the text of a project file that reads as the same project."""
    import yaml

    facts = {fact: _plain(project.answers[fact]) for fact in sorted(project.answers)}
    document = {"project": project.id, "title": project.title, "summary": project.summary, "facts": facts}
    if not project.summary:
        del document["summary"]
    if project.agreed:
        document["agreed"] = {fact: _listed(project.agreed[fact]) for fact in sorted(project.agreed)}
    return yaml.dump(
        document,
        Dumper=_make_dumper(),
        sort_keys=False,
        allow_unicode=True,
        width=110,
        default_flow_style=None,
    )


def _plain(answer: FactValue) -> Any:
    full = answer.model_dump(exclude_defaults=True)
    full["value"] = _listed(answer.value)
    if "evidence" in full:
        full["evidence"] = [dict(item) for item in full["evidence"]]
    return full if len(full) > 1 else full["value"]


def _listed(value: Any) -> Any:
    if isinstance(value, set | frozenset):
        return sorted(value)
    return [_listed(each) for each in value] if isinstance(value, list | tuple) else value


def _decimal(value: float | Decimal) -> str:
    """In plain digits, since the reader knows no exponents."""
    text = format(Decimal(str(value)), "f")
    return text if "." in text else f"{text}.0"


def _make_dumper() -> Any:
    import yaml

    class Dumper(yaml.SafeDumper):
        """Quotes every text that the reader would not take for text."""

    def text(dumper: Any, value: str) -> Any:
        from govern.library.yaml_files import parse_yaml

        try:
            plain = parse_yaml(value, name="text").value == value
        except ContentError:
            plain = False
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=None if plain else '"')

    def number(dumper: Any, value: Any) -> Any:
        return dumper.represent_scalar("tag:yaml.org,2002:float", _decimal(value))

    Dumper.add_representer(str, text)
    Dumper.add_representer(float, number)
    Dumper.add_representer(Decimal, number)
    Dumper.add_representer(
        date, lambda dumper, value: dumper.represent_scalar("tag:yaml.org,2002:timestamp", value.isoformat())
    )
    Dumper.ignore_aliases = lambda *_: True  # type: ignore[method-assign]
    return Dumper
