"""Cerberus speaks to authors and pydantic holds what they wrote: field by field they say the same.

Whatever one side has and the other has not is in a table here with its reason, or a test fails.
"""

from collections.abc import Mapping
from enum import EnumType
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

import pytest
from pydantic import BaseModel

from govern.contracts import ClauseHead, Playbook, PositionKind, Recipe, RecipeKind, Spelling
from govern.kernel import FactSpec, FactValue, Kind
from govern.library.places import builtin_root
from govern.library.yaml_files import load_yaml
from govern.retention import (
    Action,
    DeadlineEvent,
    HolidayCalendar,
    LegalDeadline,
    Observed,
    RetentionRule,
    RuleKind,
    TriggerEvent,
    Weekday,
)
from govern.rules import Case, Definition, Obligation, Parameter, RulePack, Severity

MODELS = {
    "pack": RulePack,
    "definition": Definition,
    "parameter": Parameter,
    "obligation": Obligation,
    "case": Case,
    "retention": RetentionRule,
    "deadline": LegalDeadline,
    "calendar": HolidayCalendar,
    "clause": ClauseHead,
    "document": Recipe,
    "playbook": Playbook,
    "spelling": Spelling,
    "answer": FactValue,
}

# A model's field that no author writes, and where it comes from
ONLY_IN_MODEL = {
    "pack.definitions": "definitions.yaml",
    "pack.parameters": "parameters.yaml",
    "pack.obligations": "obligations/*.yaml",
    "pack.digest": "the bytes of the files",
    "retention.pack": "the folder's name",
    "deadline.pack": "the folder's name",
    "calendar.id": "its key in the file",
    "deadline.period.business_days": "the deadline's own `business_days`",
    "deadline.extension.business_days": "no law extends by business days",
}
# What a file must have although the model has a default: an author may not leave it out, a test's model may
REQUIRED_IN_FILE_ONLY = {
    "pack.review": "every pack says which text was read",
    "pack.changelog": "every version has a line",
    "clause.changelog": "every version has a line",
    "document.changelog": "every version has a line",
    "playbook.changelog": "every version has a line",
    "spelling.changelog": "every version has a line",
    "case.obligation": "one of the two",
    "case.definition": "one of the two",
}
# What the model must have and the file may leave out, since the reader fills it in
REQUIRED_IN_MODEL_ONLY = {
    f"{kind}.cite.instrument": "the pack's instrument"
    for kind in ("definition", "parameter", "obligation", "retention", "deadline")
}
# A closed list of words in the file, and the enumeration that the model has for it (None: the model takes any text)
ALLOWED = {
    "pack.instruments.*.kind": None,
    "parameter.kind": {Kind.BOOLEAN, Kind.INTEGER, Kind.DECIMAL, Kind.ENUM, Kind.SET, Kind.COUNTRIES},
    "obligation.trigger": None,
    "obligation.severity": set(Severity),
    "obligation.spec": None,
    "case.expect": None,
    "retention.rule": set(RuleKind),
    "retention.action": set(Action),
    "retention.event": set(TriggerEvent),
    "deadline.event": set(DeadlineEvent),
    "calendar.holidays[].weekday": set(Weekday),
    "calendar.holidays[].observed": set(Observed),
    "calendar.holidays[].nth": None,
    "clause.kind": None,
    "clause.parameters.*.kind": set(Kind) - {Kind.BOOLEAN},
    "clause.positions[].kind": set(PositionKind),
    "clause.positions[].approver": None,
    "document.kind": set(RecipeKind),
    "document.parties[].party": None,
    "playbook.rules[].approver": None,
}  # fmt: skip
# The types of a file's values that a model's annotation stands for
TYPES = {
    "str": "string", "int": "integer", "bool": "boolean", "date": "date", "Decimal": "number", "Any": None,
    "tuple": "list", "Mapping": "dict",
}  # fmt: skip
# A field where a file may be written in more ways than the model holds
TYPE_DIFFERENCES = {
    "case.with": ("one profile or several", ["string", "list"]),
    "case.expect": ("true and false need no quotes", ["string", "boolean"]),
    "case.facts": ("any value of a fact", "dict"),
}


def schema(kind):
    return load_yaml(builtin_root() / "schemas" / "files" / f"{kind}.yaml").value


def optional(annotation):
    """The annotation without `| None`, and whether it had it."""
    if get_origin(annotation) in (Union, UnionType):
        inner = [each for each in get_args(annotation) if each is not NoneType]
        assert len(inner) == 1
        return inner[0], True
    return annotation, False


def fields_of(model):
    """A model's fields by the name that a file has: the alias where there is one."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def walk(path, rules, model):
    """Every place where schema and model meet: (path, rule or None, field or None)."""
    fields = fields_of(model)
    for name in {**rules, **fields}:
        here = f"{path}.{name}"
        rule, field = rules.get(name), fields.get(name)
        yield here, rule, field
        if rule is not None and field is not None:
            yield from descend(here, rule, optional(field.annotation)[0])


def descend(path, rule, annotation):
    origin, args = get_origin(annotation), get_args(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield from walk(path, rule["schema"], annotation)
    elif origin is tuple:
        yield from descend(f"{path}[]", rule.get("schema", {}), args[0])
    elif origin is Mapping:
        yield from descend(f"{path}.*", rule.get("valuesrules", {}), args[1])


PLACES = [place for kind, model in MODELS.items() for place in walk(kind, schema(kind), model)]
BOTH = [place for place in PLACES if place[1] is not None and place[2] is not None]


def test_the_files_and_the_models_have_the_same_fields():
    only_in_file = [path for path, _, field in PLACES if field is None]
    only_in_model = {path for path, rule, _ in PLACES if rule is None}

    assert only_in_file == []
    assert only_in_model == set(ONLY_IN_MODEL)
    assert len(BOTH) > 120


def test_what_is_required_is_required_on_both_sides():
    in_file = {path for path, rule, _ in BOTH if rule.get("required")}
    in_model = {path for path, _, field in BOTH if field.is_required()}

    assert in_file - in_model == set(REQUIRED_IN_FILE_ONLY)
    assert in_model - in_file == set(REQUIRED_IN_MODEL_ONLY)


def test_lists_of_words_are_the_members_of_enumerations():
    listed = {path: rule["allowed"] for path, rule, _ in BOTH if "allowed" in rule}
    enumerated = {path for path, _, field in BOTH if isinstance(optional(field.annotation)[0], EnumType)}

    assert set(listed) == set(ALLOWED)
    assert enumerated == {path for path, members in ALLOWED.items() if members}
    for path, members in ALLOWED.items():
        if members:
            assert set(listed[path]) == {each.value for each in members}, path


def test_defaults_of_the_models_are_among_the_words_of_the_files():
    for path, rule, field in BOTH:
        if "allowed" in rule and not field.is_required():
            assert field.default in rule["allowed"] or (rule.get("nullable") and field.default is None), path


@pytest.mark.parametrize(("path", "rule", "field"), BOTH, ids=[place[0] for place in BOTH])
def test_the_types_are_alike(path, rule, field):
    if path in TYPE_DIFFERENCES:
        assert rule["type"] == TYPE_DIFFERENCES[path][1]
        return
    annotation, nullable = optional(field.annotation)
    if isinstance(annotation, EnumType):
        wanted = "string"
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        wanted = "dict"
    else:
        wanted = TYPES[(get_origin(annotation) or annotation).__name__]

    assert rule.get("type") == wanted
    if rule.get("nullable"):
        assert nullable or annotation is Any


# The vocabulary: a fact's own rules are Cerberus', and `meta` has the rest ---------------------------------------

META = {
    "kind": "kind", "group": "group", "question": "question", "help": "help", "labels": "labels", "short": "short",
    "unit": "unit", "document": "document", "implies": "implies", "coarse": "coarse",
    "values_from": "values_from", "derive": "derive", "after": "after",
}  # fmt: skip
SPEC_ONLY = {
    "id": "the key", "values": "allowed", "minimum": "min", "maximum": "max", "fields": "schema",
    "required_fields": "schema",
}  # fmt: skip


def test_the_meta_of_a_fact_is_its_declaration():
    meta, fields = schema("fact"), FactSpec.model_fields

    assert set(meta) == set(META)
    assert set(fields) == {*META.values(), *SPEC_ONLY}
    assert set(meta["kind"]["allowed"]) == {kind.value for kind in Kind}
    for name, field in META.items():
        assert bool(meta[name].get("required")) is fields[field].is_required(), name
