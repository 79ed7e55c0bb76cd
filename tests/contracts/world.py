"""Clauses and recipes written by hand, facts, and the inputs of an assembly."""

from datetime import date

from govern.conditions import Scope, compile_condition, parse_condition
from govern.contracts import Blank, Clause, ClauseHead, Filled, Inputs, Recipe, assemble, parse_clause_text
from govern.kernel import FactSpec, FactValue, Vocabulary, resolve_facts

DAY = date(2026, 11, 24)
COUNTRIES = {"IN": "India", "US": "United States", "DE": "Germany"}


def spec(id_, kind, **more):
    return FactSpec(id=id_, kind=kind, group="group", question="question?", **more)


VOCABULARY = Vocabulary(
    [
        spec("client.name", "text", short="name of the client"),
        spec("vendor.name", "text"),
        spec("flag.on", "boolean"),
        spec("days.notice", "integer"),
        spec("share.fee", "decimal"),
        spec("day.start", "date"),
        spec("kind.one", "enum", values=("short_term", "long_term"), labels={"long_term": "long-term"}),
        spec("kind.many", "set", values=("b_two", "a_one"), labels={"a_one": "the first"}),
        spec("home.land", "country"),
        spec("lands.all", "countries"),
        spec("lands.tools", "map", values=("scc", "dpf"), labels={"scc": "the clauses"}),
        spec("lands.left", "countries", derive={"from": "lands.tools", "values": ["dpf"]}),
        spec("subs.list", "records", fields=("name", "country", "task")),
    ]
)


def clause(id_, text, **head):
    fields = {"id": id_, "version": "1.0.0", "title": id_.title(), "documents": ("doc",), **head}
    return Clause(ClauseHead(**fields), parse_clause_text(text, name=id_))


def recipe(*clauses, annexes=(), **more):
    fields = {
        "id": "doc",
        "version": "1.0.0",
        "title": "A Document",
        "parties": (
            {"role": "Controller", "party": "client", "name": "[[client.name]]"},
            {"role": "Processor", "party": "vendor", "name": "[[vendor.name]]", "address": "Pune"},
        ),
        "clauses": [each.head.id for each in clauses],
        "annexes": [each.head.id for each in annexes],
        **more,
    }
    return Recipe(**fields)


def inputs(answers=None, **more):
    facts = resolve_facts(VOCABULARY, {id_: FactValue(value=each) for id_, each in (answers or {}).items()}, DAY)
    scope = Scope(facts.values, DAY)
    fields = {
        "values": facts.values,
        "find_fact": VOCABULARY.find,
        "decide": lambda text: compile_condition(parse_condition(text))(scope).verdict,
        "say": lambda text: f"<{text}>",
        "obligations": {},
        "required_terms": (),
        "countries": COUNTRIES,
        "day": DAY,
        "project": "project",
        **more,
    }
    return Inputs(**fields)


NAMES = {"client.name": "Larkfield", "vendor.name": "Varuna"}


def draft(*clauses, annexes=(), answers=None, recipe_=None, **more):
    made = recipe_ or recipe(*clauses, annexes=annexes)
    library = {each.head.id: each for each in (*clauses, *annexes)}
    return assemble(made, library, inputs({**NAMES, **(answers or {})}, **more))


def say(runs):
    """The runs as text: blanks as `[label]`, open choices as `<…>`."""
    words = []
    for run in runs:
        match run:
            case Blank(_, label, _):
                words.append(f"[{label}]")
            case Filled(_, text, _):
                words.append(text)
            case _:
                words.append(run.term if hasattr(run, "term") else run.text)
    return "".join(words)


def lines(section):
    """The paragraphs of a section as printed; a table as its rows."""
    out = []
    for block in section.blocks:
        if hasattr(block, "rows"):
            out.extend(" | ".join(say(cell) for cell in row) for row in block.rows)
        else:
            out.append(f"{block.number} {say(block.content)}".strip())
    return out


def points(made, kind):
    return [each.what for each in made.open_points if each.kind == kind]
