"""Words that every domain shares: citations, dates in force, canonical bytes, facts."""

from govern.kernel.actors import MAY, Actor, Role, check_may
from govern.kernel.canonical import canonical_bytes, parse_canonical
from govern.kernel.citations import ALWAYS, Citation, InForce, cite
from govern.kernel.facts import (
    Derivation,
    Evidence,
    Facts,
    FactSpec,
    FactValue,
    Kind,
    MapValue,
    PartialSet,
    Stretch,
    Value,
    Vocabulary,
    check_value,
    resolve_facts,
    suggest,
)

__all__ = [
    "ALWAYS",
    "MAY",
    "Actor",
    "Citation",
    "Derivation",
    "Evidence",
    "FactSpec",
    "FactValue",
    "Facts",
    "InForce",
    "Kind",
    "MapValue",
    "PartialSet",
    "Role",
    "Stretch",
    "Value",
    "Vocabulary",
    "canonical_bytes",
    "check_may",
    "check_value",
    "cite",
    "parse_canonical",
    "resolve_facts",
    "suggest",
]
