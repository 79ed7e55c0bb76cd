"""Random drafts, and random edits of them, all from one number: fast, and the same draft for the same number."""

import random
from dataclasses import replace
from datetime import date

from govern.contracts import (
    Blank,
    Definition,
    Draft,
    Filled,
    Note,
    OpenChoice,
    Paragraph,
    PartyBlock,
    Reference,
    Section,
    SignatureParty,
    Table,
    Text,
    Use,
)

WORDS = ["the", "data", "must", "delete", "within", "30", "days", "not", "vendor's", "a", "of", "images", "7.2", "—"]
MARKS = [" ", " ", " ", ", ", ". ", "; ", "\n", "  "]
ANCHORS = ["c.one", "c.two", "c.three", "c.four", "c.five"]


class Grower:
    """Makes what a draft is made of."""

    def __init__(self, number, *, twice=True):
        self.chance = random.Random(number)
        self.twice = twice  # whether a clause may stand in a draft twice

    def up_to(self, most, make):
        return tuple(make() for _ in range(self.chance.randint(0, most)))

    def some(self, items):
        return self.chance.sample(items, self.chance.randint(0, len(items)))

    def text(self, most=12):
        return "".join(self.up_to(most, lambda: self.chance.choice(WORDS) + self.chance.choice(MARKS)))

    def run(self):
        pick = self.chance.choice
        makers = (
            lambda: Text(self.text()),
            lambda: Text(self.text()),
            lambda: pick(
                [Definition("Personal Data"), Use("Processor"), Use("Personal Data"), OpenChoice("only if x")]
            ),
            lambda: Filled(pick(["days", "name"]), self.text(3), pick([None, "some.fact"])),
            lambda: Blank("days", pick(["days", "name"]), None),
            lambda: Reference(pick(["c.one", "c.two", "c.two#p1"]), pick(["Clause 1", "Clause 2.1"])),
        )
        return pick(makers)()

    def runs(self):
        return self.up_to(5, self.run)

    def block(self, section):
        if self.chance.random() < 0.2:
            width = self.chance.randint(1, 3)
            row = lambda: tuple(self.runs() for _ in range(width))  # noqa: E731
            return Table(row(), self.up_to(4, row))
        level = self.chance.choice([-1, 0, 0, 1, 2])
        key = self.chance.choice([None, None, "p1", "p2", "p3", "p4"])
        number = "" if level < 0 else self.chance.choice(["1.1", "(a)"])
        return Paragraph(f"{section}#{key}" if key else None, level, number, self.runs())

    def section(self, anchor, kind="clause"):
        blocks = self.up_to(6, lambda: self.block(anchor))
        return Section(anchor, kind, "1", self.text(3), blocks, anchor, "1.0.0", Note(""))

    def draft(self):
        roles = self.some(["Controller", "Processor", "Agent"])
        anchors = self.some(ANCHORS)
        if self.twice and self.chance.random() < 0.1:
            anchors += anchors[:1]
        detail = lambda: (self.chance.choice(["Address", "Contact"]), self.runs())  # noqa: E731
        return Draft(
            document="doc",
            version="1.0.0",
            title=self.text(4),
            subtitle=self.text(4),
            status="draft",
            day=date(2026, 11, 24),
            project="project",
            parties=tuple(PartyBlock(role, self.runs(), self.up_to(2, detail)) for role in roles),
            background=self.up_to(3, self.runs),
            sections=tuple(self.section(anchor) for anchor in anchors),
            annexes=tuple(self.section(anchor, "annex") for anchor in self.some(["annex.one", "annex.two"])),
            signature=self.runs(),
            signatures=tuple(SignatureParty(role, self.runs(), self.runs(), self.runs()) for role in roles),
        )

    # --- edits of the kind that people make -----------------------------------------------------------------

    def mix(self, items, more, change):
        """Some taken out, some put in, one moved, the rest changed."""
        kept = [change(each) for each in items if self.chance.random() > 0.15]
        for each in more:
            if self.chance.random() < 0.2:
                kept.insert(self.chance.randint(0, len(kept)), each)
        if kept and self.chance.random() < 0.3:
            kept.insert(self.chance.randrange(len(kept)), kept.pop(self.chance.randrange(len(kept))))
        return tuple(kept)

    def reword(self, content):
        return tuple(
            Text(self.replaced(run.text)) if isinstance(run, Text) and self.chance.random() < 0.4 else run
            for run in content
        )

    def replaced(self, text):
        words = text.split(" ")
        words[self.chance.randrange(len(words))] = self.chance.choice(WORDS)
        return " ".join(words)

    def reblock(self, block):
        if isinstance(block, Paragraph):
            return replace(block, content=self.reword(block.content))
        return Table(block.header, self.mix(block.rows, (), lambda row: tuple(map(self.reword, row))))

    def resection(self, section):
        more = self.up_to(3, lambda: self.block(section.anchor))
        title = section.title if self.chance.random() < 0.8 else self.text(3)
        return replace(section, title=title, blocks=self.mix(section.blocks, more, self.reblock))

    def edit(self, draft):
        other = self.draft()
        even = lambda: self.chance.random() < 0.5  # noqa: E731
        fresh = [each for each in other.sections if each.anchor not in {known.anchor for known in draft.sections}]
        return replace(
            draft,
            title=draft.title if even() else other.title,
            background=self.mix(draft.background, other.background, self.reword),
            sections=self.mix(draft.sections, fresh, self.resection),
            annexes=self.mix(draft.annexes, (), self.resection),
            signature=self.reword(draft.signature),
            parties=draft.parties if even() else other.parties,
            signatures=draft.signatures if even() else other.signatures,
        )


def grow_draft(number):
    """A draft."""
    return Grower(number).draft()


def grow_edited(number, **options):
    """A draft, and the same draft after some edits."""
    grower = Grower(number, **options)
    old = grower.draft()
    return old, grower.edit(old)
