"""A small law for the tests: facts, a pack, and the few words to change them."""

from datetime import date

from govern.kernel import Evidence, FactSpec, FactValue, Vocabulary, resolve_facts
from govern.rules import RulePack, build_book

DAY = date(2026, 11, 24)


def spec(id_, kind, **more):
    return FactSpec(id=id_, kind=kind, group="group", question="question?", **more)


VOCABULARY = Vocabulary(
    [
        spec("data.personal", "boolean"),
        spec("data.health", "boolean"),
        spec("vendor.role", "enum", values=("processor", "controller", "none")),
        spec("vendor.regions", "set", values=("US", "US-CA", "US-IL", "IN"), coarse={"US": ("US-CA", "US-IL")}),
        spec("vendor.staff", "integer"),
        spec("contract.terms", "set"),
        spec("contract.end_date", "date"),
        spec("proof.policy", "boolean"),
    ]
)
CITE = {"instrument": "law", "pinpoint": "Art. 1"}


def obligation(id_, applies, met, **more):
    fields = {"title": "Do it", "cite": CITE, "topic": "topic", "text": "Somebody must do it.", "actor": "controller"}
    return {"id": id_, "severity": "high", "remedy": "Do it now.", "applies": applies, "met": met, **fields, **more}


def definition(id_, when, **more):
    return {"id": id_, "title": f"the words of {id_}", "cite": CITE, "when": when, **more}


def parameter(id_, kind, *values, **more):
    return {"id": id_, "title": f"the figure of {id_}", "kind": kind, "cite": CITE, "values": values, **more}


def pack(*obligations, id_="law", definitions=(), parameters=(), **more):
    head = {"id": id_, "title": "The Law", "short": id_.upper(), "instrument": "law", "version": "1.2.3"}
    return RulePack(
        instruments={"law": {"title": "The Law", "jurisdiction": "EEA"}},
        obligations=obligations,
        definitions=definitions,
        parameters=parameters,
        **head,
        **more,
    )


def book(*packs, day=DAY, only=None):
    return build_book(packs, VOCABULARY, day, only)


def resolve(answers, day=DAY):
    return resolve_facts(VOCABULARY, {id_: FactValue(value=value) for id_, value in answers.items()}, day)


def answer(value, until=None, evidence_until=None):
    evidence = (Evidence(href="file.pdf", valid_until=evidence_until),) if evidence_until else ()
    return FactValue(value=value, valid_until=until, evidence=evidence)
