"""The same conditions in two CEL libraries by others: unknown with us is an error over a missing attribute there.

CEL has no values for dates alone, so `months_since` and `days_until` are left out and dates become timestamps. A set
is a list; has_any and has_all are macros or registered functions. A fact that is unknown is left out of the activation:
`null` would be a value, and `null == "x"` false.
"""

from datetime import UTC, date, datetime
from decimal import Decimal

import cel
import celpy
import pytest
from celpy import celtypes
from hypothesis import given
from hypothesis import strategies as st

from govern.conditions import evaluate, format_condition
from govern.conditions.model import And, Call, Compare, In, ListLiteral, Name, Not, Or

from .worlds import DAY, SPECS, atoms, conditions, definitions, examples, facts

ENVIRONMENT = celpy.Environment()
# celpy 0.5.0 writes an error's whole tree and activation into messages that nobody reads here; that is slow, and raises
# IndexError over a conjunction of three.
celpy.CELEvalError.__repr__ = lambda problem: "CELEvalError"


def inline(node, made, *, macros):
    """The condition as CEL reads it: definitions written out, functions of sets as macros where they can be."""

    def again(part):
        return inline(part, made, macros=macros)

    match node:
        case Name(id_) if id_ in made:
            return f"({again(made[id_])})"
        case Not(operand):
            return f"!({again(operand)})"
        case And(parts):
            return " && ".join(f"({again(part)})" for part in parts)
        case Or(parts):
            return " || ".join(f"({again(part)})" for part in parts)
        case Compare(op, left, right):
            return f"({again(left)}) {op} ({again(right)})"
        case In(item, container):
            return f"({again(item)}) in {again(container)}"
        case Call("has_any", (one, ListLiteral() | Name() as other)) if macros and not both_facts(node):
            return f"{again(one)}.exists(e, e in {again(other)})"
        case Call("has_all", (one, ListLiteral() | Name() as other)) if macros and not both_facts(node):
            return f"{again(other)}.all(e, e in {again(one)})"
        case Call(function, args):
            return f"{function}({', '.join(again(arg) for arg in args)})"
    return format_condition(node)


def both_facts(node):
    """Of two facts the macro is not strict: over an empty list it never looks at the other."""
    return all(isinstance(arg, Name) for arg in node.args)


def plain(value):
    """A fact as JSON has it, or a timestamp."""
    match value:
        case frozenset():
            return sorted(value)
        case tuple():
            return [dict(row) for row in value]
        case Decimal():
            return float(value)
        case date():
            return datetime(value.year, value.month, value.day, tzinfo=UTC)
    return value


def activation(values):
    nested = {id_.split(".")[0]: {} for id_ in SPECS}
    for id_, value in values.items():
        group, name = id_.split(".")
        nested[group][name] = plain(value)
    return nested


def in_rust(text, world):
    functions = {
        "has_any": lambda one, other: any(each in one for each in other),
        "has_all": lambda one, other: all(each in one for each in other),
    }
    try:
        return cel.compile(text).execute(cel.Context(variables=world, functions=functions))
    except KeyError:
        return None


def to_cel(value):
    if isinstance(value, datetime):
        return celtypes.TimestampType(value)
    if isinstance(value, dict):
        return celtypes.MapType({celtypes.StringType(key): to_cel(each) for key, each in value.items()})
    return celpy.json_to_cel(value)


def in_python(text, world):
    functions = {
        "has_any": lambda one, other: celtypes.BoolType(any(each in one for each in other)),
        "has_all": lambda one, other: celtypes.BoolType(all(each in one for each in other)),
    }
    program = ENVIRONMENT.program(ENVIRONMENT.compile(text), functions=functions)
    try:
        return bool(program.evaluate({name: to_cel(each) for name, each in world.items()}))
    except celpy.CELEvalError:
        return None


sound = atoms(least=1, times=False)
LIBRARIES = {"rust": in_rust, "python": in_python}


def agree(run, node, made, values, macros):
    want = evaluate(node, values, DAY, made).verdict
    text = inline(node, made, macros=macros)
    found = run(text, activation(values))

    assert found is want, f"{text}\n{values}"


@given(conditions(sound), definitions(sound), facts(partial=False), st.booleans())
@examples(1000)
def test_common_expression_language_agrees(node, made, values, macros):
    agree(in_rust, node, made, values, macros)


@given(conditions(sound), definitions(sound), facts(partial=False), st.booleans())
@examples(400)
def test_cel_python_agrees(node, made, values, macros):
    agree(in_python, node, made, values, macros)


@pytest.mark.parametrize("library", LIBRARIES)
@given(node=sound, made=definitions(sound), values=facts(partial=False), macros=st.booleans())
@examples(300)
def test_single_atoms_agree(library, node, made, values, macros):
    """Deep conditions are often settled early; here each atom must give its own verdict."""
    agree(LIBRARIES[library], node, made, values, macros)


@pytest.mark.parametrize("library", LIBRARIES)
def test_null_is_not_unknown_there(library):
    """Why a missing fact is a missing attribute, never null."""
    run, world = LIBRARIES[library], {"t": {"name": None}}

    assert run('t.name == "x"', world) is False
    assert run('!(t.name == "x")', world) is True
    assert run('t.name == "x"', {"t": {}}) is None
