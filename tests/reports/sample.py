"""A check of a made-up project against two made-up packs: every status, severity and mark is in it once at least.

It is not made of the packs that come with govern, so that the golden files change only when a writer does.
"""

from dataclasses import replace
from datetime import date

from govern.conditions import Phrasebook
from govern.kernel import Evidence, FactSpec, FactValue, Vocabulary, resolve_facts
from govern.rules import Control, RulePack, Waiver, assess, build_book, plan_controls
from govern.usecases.gaps import GapCheck
from govern.usecases.records import Project

DAY = date(2026, 11, 24)


def _spec(id_, question, short, kind="boolean", group="The work"):
    return FactSpec(id=id_, kind=kind, group=group, question=question, short=short)


VOCABULARY = Vocabulary(
    [
        _spec("work.sends_data", "Are data sent to the vendor?", "data sent to the vendor"),
        _spec("work.abroad", "Are data seen abroad?", "view of the data from abroad"),
        _spec("work.children", "Are there data of children?", "data of children"),
        _spec("vendor.policy", "Has the vendor a security policy?", "security policy of the vendor"),
        _spec("vendor.audit", "Was the vendor audited?", "audit of the vendor"),
        _spec("vendor.trained", "Are the workers trained?", "training of the workers"),
        _spec("vendor.insured", "Is the vendor insured?", "insurance of the vendor"),
        _spec("contract.signed", "Is the contract signed?", "signed contract"),
        _spec("client.processor", "Is the client a processor?", "client as a processor"),
    ]
)


def _duty(id_, title, applies, met, severity, **more):
    return {
        "id": id_,
        "title": title,
        "cite": {"instrument": "labels", "pinpoint": f"s. {id_.partition('-')[2]}"},
        "topic": "contract",
        "text": f"Whoever has data labelled must see to this: {title.lower()}.",
        "actor": "client",
        "applies": applies,
        "met": met,
        "severity": severity,
        "penalty": "s. 99: up to 1 million",
        "remedy": f"{title}, before the first item is sent.",
        "evidence": ["the signed contract", "minutes of the review"],
        "review": {"verified": True},
    } | more


LABELS = RulePack(
    id="labels",
    title="Labelling of Data Act",
    short="LDA",
    instrument="labels",
    instruments={"labels": {"title": "Labelling of Data Act 2024", "jurisdiction": "XX"}},
    version="1.2.0",
    order=1,
    digest="ab" * 32,
    review={
        "verified_against": "the consolidated text, read on 2026-11-01",
        "statement": "A qualified lawyer must review this pack before anyone relies on it.",
        "next": date(2026, 11, 1),
    },
    definitions=[
        {
            "id": "labels.covered",
            "title": "data are sent to a vendor",
            "cite": {"instrument": "labels", "pinpoint": "s. 1"},
            "when": "work.sends_data",
        }
    ],
    obligations=[
        _duty("LDA-2", "Sign a contract", "labels.covered", "contract.signed", "critical"),
        _duty("LDA-3(a)(ii)", "Have a security policy", "labels.covered", "vendor.policy", "high"),
        _duty("LDA-4", "Train the workers", "labels.covered", "vendor.trained", "medium"),
        _duty("LDA-5", "Protect data of children", "work.children", "vendor.trained", "high"),
        _duty("LDA-6", "Insure the vendor", "labels.covered", "vendor.insured", "low", penalty=""),
        _duty("LDA-7", "Tell the regulator of views from abroad", "work.abroad", "vendor.policy", "medium"),
        _duty(
            "LDA-8", "Keep the client's instructions", "client.processor", "contract.signed", "high",
            actor="processor",
        ),
        _duty(
            "LDA-9", "Audit the vendor", "labels.covered", "vendor.audit", "medium",
            review={"verified": False, "note": "The date is own knowledge."},
        ),
    ],
    stand_ins=[
        {
            "actor": "processor",
            "when": "work.sends_data",
            "assume": {"client.processor": True},
            "confirm_with": "the vendor",
        }
    ],
)  # fmt: skip
CARE = RulePack(
    id="care",
    title="Standard of Care",
    short="Care",
    instrument="care",
    instruments={"care": {"title": "Standard of Care, third edition", "jurisdiction": "XX", "kind": "standard"}},
    version="3.0.0",
    order=2,
    digest="cd" * 32,
    review={"by": "A. Lawyer"},
    obligations=[
        _duty(
            "CARE-1", "Have a signed contract", "work.sends_data", "contract.signed", "critical",
            cite={"instrument": "care", "pinpoint": "C1"}, review={},
        ),
    ],
)  # fmt: skip

ANSWERS = {
    "work.sends_data": FactValue(value=True, source="the project's plan"),
    "work.abroad": FactValue(value=False),
    "client.processor": FactValue(value=False),
    "contract.signed": FactValue(value=False, source="counsel", recorded_on=date(2026, 11, 2)),
    "vendor.policy": FactValue(
        value=True,
        evidence=[
            Evidence(
                href="evidence/policy.pdf",
                description="Security policy, version 4",
                sha256="12" * 32,
                collected_on=date(2026, 10, 1),
                valid_until=date(2027, 1, 10),
            )
        ],
    ),
    "vendor.trained": FactValue(value=True, source="a list of the vendor", valid_until=date(2026, 11, 1)),
    "vendor.insured": FactValue(value=False),
    "vendor.audit": FactValue(
        value=True, evidence=[Evidence(href="https://vendor.example/audit", description="Audit letter")]
    ),
}


def _control(id_, title, document, **serves):
    return Control(
        id=id_,
        title=title,
        do=f"{title}, and keep it with the project.",
        document=document,
        serves=[
            {"obligation": obligation, "relation": relation, "why": f"It has what {obligation} asks."}
            for obligation, relation in serves.items()
        ],
    )


CONTROLS = (
    _control("training", "Training for all", "list of the trained", **{"LDA-4": "equal", "LDA-5": "intersects_with"}),
    _control("policy", "Policy of the vendor", "policy", **{"LDA-3(a)(ii)": "equal", "LDA-7": "equal"}),
    _control(
        "contract", "One contract", "signed contract",
        **{"LDA-2": "equal", "CARE-1": "superset_of", "LDA-6": "subset_of", "LDA-9": "equal", "LDA-4": "subset_of"},
    ),
)  # fmt: skip
WAIVER = Waiver(
    "w-1", "LDA-6", "Jo Chief, COO", "The insurer answers in January", date(2026, 11, 20), date(2027, 1, 31)
)


def make_check(answers=None, packs=(LABELS, CARE), waivers=(WAIVER,), controls=CONTROLS, **project):
    """The check. `project` changes the project's fields."""
    given = ANSWERS if answers is None else answers
    known = Project("labels-1", "Labels for street signs", "Photographs of signs are labelled abroad.", given)
    facts = resolve_facts(VOCABULARY, given, DAY)
    book = build_book(packs, VOCABULARY, DAY)
    assessment = assess(book, facts)
    return GapCheck(
        replace(known, **project),
        assessment,
        book,
        facts,
        Phrasebook(VOCABULARY.find, book.titles),
        "00ff" * 8,
        {each.obligation: each for each in waivers},
        plan_controls(controls, assessment),
    )


def make_twin_check(**more):
    """A check in which LDA-6 says the same as LDA-2, and LDA-9 the same as LDA-3(a)(ii)."""
    same = {"LDA-2": ["LDA-6"], "LDA-6": ["LDA-2"], "LDA-9": ["LDA-3(a)(ii)"]}
    changed = {"LDA-6": {"met": "contract.signed"}}
    obligations = [
        each.model_dump(exclude_defaults=True, mode="json")
        | ({"same_as": same[each.id]} if each.id in same else {})
        | changed.get(each.id, {})
        for each in LABELS.obligations
    ]
    pack = RulePack.model_validate(
        LABELS.model_dump(by_alias=True, exclude={"obligations"}) | {"obligations": obligations}
    )
    return make_check(packs=(pack, CARE), **({"waivers": ()} | more))


def make_clean_check():
    """A check in which all is met."""
    answers = ANSWERS | {
        name: FactValue(value=True) for name in ("contract.signed", "vendor.trained", "vendor.insured", "vendor.audit")
    }
    answers["work.children"] = FactValue(value=False)
    return make_check(answers, waivers=())
