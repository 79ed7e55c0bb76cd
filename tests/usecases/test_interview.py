"""The interview of a whole project: how long it is, and that it leaves nothing out."""

from collections import Counter
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from govern.kernel import FactValue, Kind, resolve_facts
from govern.library.projects import load_project
from govern.rules import Stage, assess, build_book, next_questions

from .conftest import DAY

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
CORE = ("gdpr", "hipaa", "ccpa", "soc2")
PROJECTS = ["bank-calls", "hospital-ct", "retail-images", "road-video"]
MOST = 60
"""Questions of the first stage: more nobody answers in one sitting."""

US_STATUS = {
    "client.coppa_operator", "client.cmia_role", "client.ferpa_school", "client.glba_financial_institution",
    "client.glba_regulator", "client.hipaa_role", "client.medicare_medicaid_offshore_limits", "client.nydfs_covered",
    "client.us_person", "data.ferpa_records", "data.npi_glba", "data.part2_sud",
}  # fmt: skip


@pytest.fixture(scope="module", params=[None, CORE], ids=["all packs", "four packs"])
def law(content, request):
    return build_book(content.packs(), content.vocabulary(), DAY, request.param)


def interview(law, known, stage):
    """Ask from nothing until the stage is over; what `known` has no answer to is skipped."""
    answers, skipped, asked = {}, set(), []
    while True:
        facts = resolve_facts(law.vocabulary, answers, DAY)
        questions = next_questions(law, facts, assess(law, facts), skipped)
        if not questions or questions[0].stage is not stage:
            return answers, skipped, asked
        id_ = questions[0].spec.id
        asked.append(id_)
        if id_ in known and id_ not in answers:
            answers[id_] = known[id_]
        else:
            skipped.add(id_)


def any_answer(spec, random):
    """Some answer that the fact may have."""
    words = spec.values or ("one", "two")
    match spec.kind:
        case Kind.BOOLEAN:
            return random.random() < 0.5
        case Kind.ENUM:
            return random.choice(words)
        case Kind.SET:
            return [each for each in words if random.random() < 0.5]
        case Kind.INTEGER | Kind.DECIMAL:
            low = int(spec.minimum or 0)
            return random.randint(low, int(spec.maximum or low + 10 ** random.randint(0, 7)))
        case Kind.DATE:
            return DAY + timedelta(days=random.randint(-1500, 1500))
        case Kind.COUNTRY:
            return random.choice(("DE", "IN", "US"))
        case Kind.COUNTRIES:
            return [each for each in ("DE", "IN", "US") if random.random() < 0.5]
        case Kind.MAP:
            return {each: random.choice(words) for each in ("IN", "US") if random.random() < 0.5}
        case Kind.RECORDS:
            row = {name: "DE" if name == "country" else "x" for name in spec.fields}
            return [row] * random.randint(0, 2)
    return random.choice(words)


@pytest.mark.slow
@pytest.mark.parametrize("project", PROJECTS)
def test_the_first_stage_is_short_and_settles_what_applies(law, project):
    known = load_project(EXAMPLES / project / "project.yaml", law.vocabulary).answers
    answers, skipped, asked = interview(law, known, Stage.SCOPE)

    assert len(asked) <= MOST
    assert max(Counter(asked).values()) <= 2
    assert {each for each, times in Counter(asked).items() if times == 2} <= skipped & answers.keys()

    before = assess(law, resolve_facts(law.vocabulary, answers, DAY)).findings
    random = Random(project)
    unasked = [spec for spec in law.vocabulary if spec.id not in asked and spec.derive is None]
    completions = [{spec.id: known[spec.id] for spec in unasked if spec.id in known}]
    completions += [{spec.id: FactValue(value=any_answer(spec, random)) for spec in unasked} for _ in range(25)]
    for rest in completions:
        after = assess(law, resolve_facts(law.vocabulary, answers | rest, DAY)).findings
        assert [each.applies.verdict for each in after] == [each.applies.verdict for each in before]


@pytest.mark.slow
def test_an_insurer_in_london_is_not_asked_for_its_status_under_american_law(law):
    insurer = {
        "client.country": "GB", "client.uk_establishment": True, "client.eu_establishment": False,
        "client.offers_to_eu": False, "client.monitors_eu": False, "client.gdpr_role": "controller",
        "client.for_profit": True, "data.is_personal": True, "data.state": "identified", "data.phi": False,
        "data.subject_regions": ["UK"], "data.categories": ["name", "voice", "health"],
        "data.source": ["client_operations"], "data.subject_types": ["customers"], "vendor.gdpr_role": "processor",
        "project.vendor_can_see_content": True, "project.end_use": "insurance",
    }  # fmt: skip
    _, _, asked = interview(law, {id_: FactValue(value=value) for id_, value in insurer.items()}, Stage.SCOPE)

    assert US_STATUS.isdisjoint(asked)
