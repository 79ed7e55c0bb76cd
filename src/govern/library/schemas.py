"""Cerberus speaks to people who write files: every problem at once, with file, line and what was expected."""

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from govern.errors import ContentError
from govern.kernel import suggest
from govern.library.yaml_files import Source, Trail, load_yaml


@lru_cache(maxsize=32)
def _load_schema(path: Path) -> dict[str, Any]:
    value = load_yaml(path, name=f"schemas/files/{path.name}").value
    assert isinstance(value, dict)
    return value


def check_source(source: Source, schema: Path, *, trail: Trail = ()) -> list[ContentError]:
    """All problems of the mapping at `trail` against a schema file; empty if it fits."""
    value: Any = source.value
    for step in trail:
        value = value[step]
    if not isinstance(value, dict):
        return [ContentError(f"expected a mapping, found {_kind(value)}", where=source.where(trail))]
    rules = _load_schema(schema)
    validator = _make_validator(schema)
    validator.validate(value, normalize=False)
    return [_explain(error, source, trail, rules) for error in _flatten(validator._errors)]


@lru_cache(maxsize=32)
def _make_validator(schema: Path) -> Any:
    """One for all values of a schema: to read the schema anew takes longer than to check a value."""
    return _strict_validator()(_load_schema(schema))


@lru_cache(maxsize=1)
def _strict_validator() -> Any:
    """Cerberus reads a pattern as the beginning of a text up to a last line feed; here it is the whole text."""
    from cerberus import Validator, errors

    class Strict(Validator):  # type: ignore[misc]
        def _validate_regex(self, pattern: str, field: str, value: Any) -> None:
            """{'type': 'string'}"""
            if isinstance(value, str) and not re.fullmatch(pattern, value):
                self._error(field, errors.REGEX_MISMATCH)

    return Strict


def _flatten(errors: Any) -> list[Any]:
    flat: list[Any] = []
    for error in errors:
        children = error.child_errors
        flat.extend(_flatten(children) if children else [error])
    return flat


def _example(error: Any, rules: dict[str, Any]) -> str:
    """What the schema says it is like, or the pattern itself where it says nothing."""
    node: Any = rules
    for step in error.schema_path[:-1]:
        node = node if isinstance(step, int) else node.get(step, {})  # each entry of a list has the schema of all
    return str(node.get("meta", {}).get("like", error.constraint))


def _explain(error: Any, source: Source, trail: Trail, rules: dict[str, Any]) -> ContentError:
    path: Trail = (*trail, *error.document_path)
    key = str(path[-1]) if path else ""
    where = source.where(path)
    match error.rule:
        case "required":
            return ContentError(f"`{key}` is missing", where=source.where(path[:-1]), hint="every entry has it")
        case None if error.code == 3:
            return ContentError(
                f"`{key}` is not known here", where=where, hint=suggest(key, _keys(rules, error.document_path))
            )
        case "type":
            wanted = error.constraint if isinstance(error.constraint, str) else " or ".join(error.constraint)
            message = f"`{key}` must be {_TYPES.get(wanted, wanted)}, found {_kind(error.value)}"
            return ContentError(message, where=where)
        case "allowed":
            bad = error.info[0] if error.info else error.value
            shown = (
                bad if isinstance(bad, str) else ", ".join(map(str, bad if isinstance(bad, list | tuple) else [bad]))
            )
            words = [str(each) for each in error.constraint]
            return ContentError(f"`{shown}` is not a value of `{key}`", where=where, hint=_one_of(shown, words))
        case "regex":
            return ContentError(
                f"`{error.value}` is not a form of `{key}`", where=where, hint=f"like {_example(error, rules)}"
            )
        case "minlength" | "maxlength":
            word = "short" if error.rule == "minlength" else "long"
            limit = f"{'at least' if word == 'short' else 'at most'} {error.constraint}"
            return ContentError(f"`{key}` is too {word}", where=where, hint=limit)
        case "min" | "max":
            return ContentError(
                f"`{key}` cannot be {error.value}", where=where, hint=f"{error.rule} {error.constraint}"
            )
        case "nullable":
            return ContentError(f"`{key}` has no value", where=where, hint="leave the whole line out if it is unknown")
        case "excludes":
            return ContentError(f"`{key}` cannot stand beside `{error.constraint}`", where=where)
    return ContentError(f"`{key}` does not fit ({error.rule})", where=where)


def _keys(rules: dict[str, Any], path: Trail) -> list[str]:
    """The keys that a schema knows beside the one that `path` leads to."""
    rule: dict[str, Any] = {"schema": rules}
    for step in path[:-1]:
        inner = rule.get("valuesrules") or rule.get("schema", {})
        rule = inner if isinstance(step, int) or "valuesrules" in rule else inner.get(step, {})
    return list(rule.get("schema", {}))


def _one_of(shown: str, words: list[str]) -> str:
    return suggest(shown, words) or "one of " + ", ".join(words)


_TYPES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "list": "a list",
    "dict": "a mapping",
    "date": "a date such as 2026-11-24",
}


def _kind(value: Any) -> str:
    names = {str: "text", bool: "true or false", int: "a whole number", float: "a number", list: "a list"}
    return names.get(type(value), "nothing" if value is None else "a mapping" if isinstance(value, dict) else "a date")
