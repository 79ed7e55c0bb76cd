"""The beginning of a pack: one obligation with its cases, ready to be tested."""

from datetime import date

from govern.errors import ContentError

_MARKS = frozenset("{}[]:#'\"&*!|>%@`,")
"""What means something in YAML."""

_PACK = """\
id: {id}
title: {title}
short: {short}
instrument: {id}                         # the default instrument of every citation in the pack
instruments:
  {id}: {{title: {title}, jurisdiction: {jurisdiction}, kind: law}}
version: 0.1.0
in_force: {{from: 2018-01-01}}              # the day from which it binds
order: 100
review:
  verified_against: nothing yet
  statement: A qualified lawyer must review this pack before anyone relies on it.
  by: null
  next: {review}
changelog:
  - {{version: 0.1.0, date: {day}, note: First draft.}}
"""

_DEFINITIONS = """\
- id: {id}.applies
  title: the law binds the client
  cite: {{pinpoint: s. 1}}
  when: data.is_personal
"""

_OBLIGATIONS = """\
- id: {prefix}-1
  title: Have a written policy
  cite: {{pinpoint: s. 2}}
  topic: governance
  text: One or two plain sentences. Who must do what.
  actor: controller
  trigger: standing
  applies: {id}.applies
  met: {id}.policy
  severity: medium
  remedy: Write the policy and have it approved.
  evidence: [policy]
  review: {{verified: false}}
"""

_FACTS = """\
{id}.policy:
  type: boolean
  meta:
    kind: boolean
    group: Evidence
    question: Is there a written policy?
    help: Say what must be in it.
    short: a written policy
    document: policy
"""

_CASES = """\
cases:
  - name: personal data bind
    definition: {id}.applies
    facts: {{data.is_personal: true}}
    expect: 'true'
  - name: no personal data
    definition: {id}.applies
    facts: {{data.is_personal: false}}
    expect: 'false'
  - name: nobody knows yet what is in the data
    definition: {id}.applies
    expect: unknown
  - name: there is a policy
    obligation: {prefix}-1
    facts: {{data.is_personal: true, {id}.policy: true}}
    expect: met
    because: [data.is_personal, {id}.policy]
  - name: there is none
    obligation: {prefix}-1
    facts: {{data.is_personal: true, {id}.policy: false}}
    expect: gap
    because: [{id}.policy]
  - name: nobody knows whether there is one
    obligation: {prefix}-1
    facts: {{data.is_personal: true}}
    expect: open
    because: [{id}.policy]
  - name: no personal data, no duty
    obligation: {prefix}-1
    facts: {{data.is_personal: false}}
    expect: not_applicable
    because: [data.is_personal]
  - name: nobody knows whether it applies
    obligation: {prefix}-1
    expect: open
    because: [data.is_personal]
"""


def new_pack(id_: str, title: str, jurisdiction: str, today: date) -> dict[str, str]:
    """The files of a new pack by name, as they belong into a `content` folder. They lint, pass and are covered."""
    if not (id_.isascii() and id_.replace("_", "a").isalnum() and id_[:1].islower() and id_ == id_.lower()):
        raise ContentError(f"`{id_}` is not an id of a pack", hint="lower-case letters, digits and _, like my_law")
    plain = not set(title + jurisdiction) & _MARKS
    if not (plain and title.isprintable() and 3 <= len(title) <= 100):
        raise ContentError(f"`{title}` is not a title", hint="3 to 100 letters, digits and spaces; edit it later")
    words = {
        "id": id_,
        "title": title,
        "short": title if len(title) <= 20 else id_.upper()[:20],
        "jurisdiction": jurisdiction,
        "prefix": id_.upper(),
        "day": today.isoformat(),
        "review": today.replace(year=today.year + 1, day=min(today.day, 28)).isoformat(),
    }
    files = {
        f"rules/{id_}/pack.yaml": _PACK,
        f"rules/{id_}/definitions.yaml": _DEFINITIONS,
        f"rules/{id_}/obligations/governance.yaml": _OBLIGATIONS,
        f"rules/{id_}/cases/governance.yaml": _CASES,
        f"schemas/facts/evidence_{id_}.yaml": _FACTS,
    }
    return {name: text.format(**words) for name, text in files.items()}
