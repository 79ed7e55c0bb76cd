"""`schemas/facts/*.yaml` → the vocabulary."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from govern.errors import ContentError
from govern.kernel import Derivation, FactSpec, Kind, Vocabulary, suggest
from govern.library.places import Places
from govern.library.schemas import check_source
from govern.library.yaml_files import Source, load_yaml

_ID = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
_CERBERUS_TYPES = {
    Kind.BOOLEAN: "boolean",
    Kind.ENUM: "string",
    Kind.SET: "list",
    Kind.INTEGER: "integer",
    Kind.DECIMAL: "number",
    Kind.DATE: "date",
    Kind.COUNTRY: "string",
    Kind.COUNTRIES: "list",
    Kind.TEXT: "string",
    Kind.MAP: "dict",
    Kind.RECORDS: "list",
}


def load_vocabulary(places: Places, *, check: bool = True) -> Vocabulary:
    """Read every fact file. Raises ContentError with all problems at once. About 10 ms without `check`."""
    specs: dict[str, FactSpec] = {}
    where: dict[str, str] = {}
    problems: list[ContentError] = []
    for name, path in places.files("schemas/facts", "*.yaml"):
        source = load_yaml(path, name=name)
        if not isinstance(source.value, dict) or not source.value:
            hint = "" if source.value else "declare a fact in it, or remove the file"
            problems.append(ContentError("expected a mapping of facts", where=source.where(), hint=hint))
            continue
        for id_, rules in source.value.items():
            found = _check_fact(source, id_, rules, places) if check else []
            if id_ in specs:
                found.append(ContentError(f"the fact `{id_}` is declared twice", where=source.where((id_,))))
            problems.extend(found)
            if not found:
                specs[id_], where[id_] = _make_spec(id_, rules), source.where((id_,))
    problems += _check_links(specs, where) if check else []
    raise_problems(problems)
    return Vocabulary(specs.values())


_BASES = {Kind.MAP, Kind.RECORDS, Kind.COUNTRIES}


def _check_links(specs: Mapping[str, FactSpec], where: Mapping[str, str]) -> list[ContentError]:
    """Facts that `derive` and `after` name and that are not there, or cannot be what they are named for."""
    problems = []
    for spec in specs.values():
        for name in (*spec.after, *(spec.derive.sources if spec.derive else ())):
            if name not in specs:
                hint = suggest(name, specs)
                problems.append(ContentError(f"there is no fact `{name}`", where=where[spec.id], hint=hint))
        rule = spec.derive
        if rule is None or any(name not in specs for name in rule.sources):
            continue
        base, out = specs[rule.base], specs.get(rule.without)
        if base.derive or (base.kind is Kind.COUNTRIES and (rule.values or rule.field)) or base.kind not in _BASES:
            hint = "a map of countries, records with their field, or a set of countries that is answered"
            problems.append(ContentError(f"`{base.id}` is no fact to work out from", where=where[spec.id], hint=hint))
        if (base.kind is Kind.RECORDS) != bool(rule.field) or (rule.field and rule.field not in base.fields):
            hint = f"one of {', '.join(base.fields)}" if base.fields else "leave `field` out"
            no_field = f"`{base.id}` has no field `{rule.field}`"
            lack = no_field if rule.field else f"the field of `{base.id}` is not named"
            problems.append(ContentError(lack, where=where[spec.id], hint=hint))
        if out is not None and (out.derive or out.kind not in (Kind.MAP, Kind.COUNTRIES)):
            hint = "a map of countries or a set of countries that is answered"
            problems.append(ContentError(f"`{out.id}` has no countries to leave out", where=where[spec.id], hint=hint))
    return problems


def raise_problems(problems: list[ContentError]) -> None:
    """Raise one ContentError that carries them all, if there are any."""
    if len(problems) == 1:
        raise problems[0]
    if problems:
        raise ContentError(f"{len(problems)} problems in authored files", problems=tuple(problems))


def _check_fact(source: Source, id_: str, rules: Any, places: Places) -> list[ContentError]:
    from cerberus import Validator
    from cerberus.schema import SchemaError

    where = source.where((id_,))
    if not _ID.fullmatch(id_):
        return [ContentError(f"`{id_}` is not an id of a fact", where=where, hint="like data.is_personal")]
    if not isinstance(rules, dict) or "meta" not in rules:
        return [ContentError(f"`{id_}` has no `meta`", where=where, hint="kind, group and question stand there")]
    try:
        Validator({id_: rules})
    except SchemaError as problem:
        return [ContentError(f"`{id_}` is not a Cerberus schema: {problem}", where=where)]
    problems = check_source(source, places.schema("fact"), trail=(id_, "meta"))
    if not problems and rules.get("type") != _CERBERUS_TYPES[Kind(rules["meta"]["kind"])]:
        wanted = _CERBERUS_TYPES[Kind(rules["meta"]["kind"])]
        problems.append(ContentError(f"a fact of this kind has `type: {wanted}`", where=source.where((id_, "type"))))
    return problems


def _make_spec(id_: str, rules: dict[str, Any]) -> FactSpec:
    meta = rules["meta"]
    kind = Kind(meta["kind"])
    inner = rules.get("schema", {}) if kind in (Kind.SET, Kind.COUNTRIES) else rules.get("valuesrules", rules)
    record = rules.get("schema", {}).get("schema", {}) if kind is Kind.RECORDS else {}
    return FactSpec(
        id=id_,
        kind=kind,
        group=meta["group"],
        question=meta["question"],
        help=meta.get("help", ""),
        short=meta.get("short", ""),
        values=tuple(inner.get("allowed", ())),
        labels=meta.get("labels", {}),
        minimum=_number(rules.get("min")),
        maximum=_number(rules.get("max")),
        unit=meta.get("unit", ""),
        document=meta.get("document", ""),
        values_from=meta.get("values_from", ""),
        derive=Derivation(**meta["derive"]) if "derive" in meta else None,
        after=tuple(meta.get("after", ())),
        fields=tuple(record),
        required_fields=tuple(name for name, rule in record.items() if rule.get("required")),
        implies={key: tuple(value) for key, value in meta.get("implies", {}).items()},
        coarse={key: tuple(value) for key, value in meta.get("coarse", {}).items()},
    )


def _number(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))
