"""Small content in a temporary folder: a vocabulary, terms, a pack and a clause that are sound, to be spoilt."""

from pathlib import Path

import pytest

from govern.errors import ContentError
from govern.library.places import Places

FACTS = """
data.personal:
  type: boolean
  meta: {kind: boolean, group: Data, question: Is it personal data?}
vendor.role:
  type: string
  allowed: [processor, controller]
  meta: {kind: enum, group: Vendor, question: What is the vendor?}
contract.terms:
  type: list
  schema: {type: string}
  meta: {kind: set, group: Contract, question: Which terms are in force?}
contract.end_date:
  type: date
  meta: {kind: date, group: Contract, question: When does it end?}
contract.days:
  type: integer
  min: 0
  meta: {kind: integer, group: Contract, question: How many days?}
vendor.subs:
  type: list
  schema: {type: dict, schema: {name: {type: string, required: true}, country: {type: string}}}
  meta: {kind: records, group: Vendor, question: Who are the others?}
"""
TERMS = """
- id: dpa.audit
  document: [dpa]
  cite: {instrument: law, pinpoint: Art. 1}
  requirement: There is an audit.
  mandatory: true
  required_when: 'true'
  obligation: L-1
"""
PACK = """
id: law
title: The Law
short: LAW
instrument: law
instruments:
  law: {title: The Law, jurisdiction: EEA}
version: 1.0.0
in_force: {from: 2018-05-25}
review: {statement: A lawyer must review this.}
changelog:
  - {version: 1.0.0, date: 2026-11-24, note: First version.}
"""
DEFINITIONS = """
- id: law.processor
  title: the vendor is a processor
  cite: {pinpoint: Art. 4}
  when: 'data.personal && vendor.role == "processor"'
"""
PARAMETERS = """
- id: law.days
  title: days to answer
  kind: integer
  cite: {pinpoint: Art. 5}
  values:
    - {from: 2020-01-01, value: 30}
"""
OBLIGATIONS = """
- id: L-1
  title: Have an audit
  cite: {pinpoint: Art. 28}
  topic: audit
  text: The controller must have an audit.
  actor: controller
  applies: law.processor
  met: '"dpa.audit" in contract.terms'
  requires_terms: [dpa.audit]
  severity: high
  remedy: Put the audit clause in.
"""
RETENTION = """
- id: law.contracts
  record_class: contracts
  title: Keep the contract
  cite: {pinpoint: Art. 9}
  applies: law.processor
  rule: minimum
  period: {years: 6}
  trigger: the end of the contract
  trigger_fact: contract.end_date
  action: destroy
  jurisdiction: EEA
"""
CASES = """
profiles:
  processor: {data.personal: true, vendor.role: processor}
cases:
  - {name: with an audit, obligation: L-1, with: processor, facts: {contract.terms: [dpa.audit]}, expect: met}
  - {name: without one, obligation: L-1, with: [processor], facts: {contract.terms: []}, expect: gap}
  - {name: not known, definition: law.processor, with: processor, without: [vendor.role], expect: unknown}
  - {name: a processor, definition: law.processor, with: processor, expect: true, because: [vendor.role]}
  - {name: none, definition: law.processor, with: processor, facts: {vendor.role: controller}, expect: false}
"""
CLAUSE = """---
id: dpa.audit
version: 1.0.0
title: Audit
documents: [dpa]
when: law.processor
carries:
  - {term: dpa.audit, paragraph: audit}
parameters:
  days: {kind: integer, label: days of notice, fact: contract.days, default: 14}
  subs: {kind: records, label: the others, fact: vendor.subs}
defines: [Audit]
positions:
  - {id: preferred, title: ours}
  - {id: fallback, title: theirs, when: data.personal}
changelog:
  - {version: 1.0.0, date: 2026-11-24, note: First version.}
---
{#audit} **"Audit"** within [[days]] days, see {ref:dpa.audit}.

| Name |
| --- |
| [[subs.name]] |

::: when data.personal
{#more} More.
:::

::: position fallback
{#audit} Less.
:::
"""
DOCUMENT = """
id: dpa
version: 1.0.0
title: Data Processing Agreement
when: law.processor
parties:
  - {role: Controller, party: client, name: The client}
  - {role: Processor, party: vendor, name: "[[vendor.role]]"}
clauses: [dpa.audit]
changelog:
  - {version: 1.0.0, date: 2026-11-24, note: First version.}
"""
FILES = {
    "schemas/facts/facts.yaml": FACTS,
    "schemas/terms.yaml": TERMS,
    "rules/law/pack.yaml": PACK,
    "rules/law/definitions.yaml": DEFINITIONS,
    "rules/law/parameters.yaml": PARAMETERS,
    "rules/law/obligations/one.yaml": OBLIGATIONS,
    "rules/law/retention.yaml": RETENTION,
    "rules/law/cases/one.yaml": CASES,
    "clause_library/clauses/dpa/dpa.audit.md": CLAUSE,
    "clause_library/documents/dpa.yaml": DOCUMENT,
}


def grow(folder: Path, **changed: "str | None") -> Places:
    """The sound content in a folder; `changed` files are written instead, added, or (None) left out."""
    for name, text in {**FILES, **changed}.items():
        if text is not None:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text.lstrip("\n") if name.endswith(".yaml") else text)
    return Places((folder,))


def spoil(name, *swaps):
    """A file's sound text with words swapped; each must be there."""
    text = FILES[name]
    for old, new in swaps:
        assert old in text, old
        text = text.replace(old, new, 1)
    return {name: text}


def refusal(act, *args):
    """All problems that something is refused for, in order."""
    with pytest.raises(ContentError) as caught:
        act(*args)
    assert caught.value.exit_status == 3
    return list(caught.value.problems or (caught.value,))


def show(problems):
    """Problems as a person reads them."""
    return [str(problem) for problem in problems]


__all__ = ["FILES", "grow", "refusal", "show", "spoil"]
