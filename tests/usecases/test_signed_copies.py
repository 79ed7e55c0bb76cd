"""The file that was signed is compared with the draft: what differs does not become a fact."""

from dataclasses import replace
from datetime import timedelta

import pytest

from govern.contracts import FileLine
from govern.errors import FactError, RefusedError
from govern.kernel import parse_canonical
from govern.usecases.drafts import draft_contract
from govern.usecases.projects import answer_facts, read_project, save_project
from govern.usecases.returned import ReadFile
from govern.usecases.signing import SIGNED, Compared, SignedCopy, sign_contract

from .test_returned import DESK, FILES, lines_of

RECIPE = "clause_library/documents/dpa.yaml"
PROVIDES = {RECIPE: FILES[RECIPE].replace("parties:", "provides: {vendor.role: processor}\nparties:", 1)}
SIGNATURES = [FileLine("Signatures", "Signatures", part="Signatures"), FileLine("Date:", "Date:", cell=True)]


@pytest.fixture
def ports(small, actor, arrangement):
    made = small(**{**FILES, **PROVIDES})
    save_project(made, actor, arrangement)
    answer_facts(made, actor, "one", {"contract.days": 10, "vendor.subs": []})
    return made


@pytest.fixture
def final(ports, actor, day):
    return draft_contract(ports, actor, "one", "dpa", day, final=True, renderers={"docx": lambda _: b"our own file"})


def desk(extra=()):
    """Our own file as the reader gives it, with a signature block behind it."""
    return replace(DESK, read_ours=lambda draft: ReadFile((*lines_of(draft), *extra), {}, tracked=False))


def copy(lines, *, extra=(), content=b"a Word file", **properties):
    return SignedCopy(content, "signed.docx", ReadFile(tuple(lines), properties, tracked=False), desk(extra))


def sign(ports, actor, day, **more):
    return sign_contract(ports, actor, "one", "dpa", day, **more)


def edited(lines, old, new):
    """The lines with words of one of them changed; the line goes with `new` None."""
    made = []
    for line in lines:
        if old in line.now:
            text = line.now.replace(old, new) if new is not None else ""
            made += [replace(line, now=text, was=text)] if text else []
        else:
            made.append(line)
    assert made != list(lines)
    return made


def test_an_empty_file_is_no_contract(ports, actor, day, final, logged):
    before = len(logged())
    for content in (b"", b" \n"):
        with pytest.raises(RefusedError, match=r"`scan\.pdf` is empty"):
            sign(ports, actor, day, copy=SignedCopy(content, "scan.pdf"))
    assert len(logged()) == before


def test_a_file_that_nobody_can_compare_is_recorded_as_that(ports, actor, day, final, logged):
    signed = sign(ports, actor, day, copy=SignedCopy(b"a scan", "scan.pdf"))

    assert (signed.compared, signed.changed, signed.left_out) == (Compared.NOT_COMPARED, (), ())
    assert signed.terms == ("dpa.audit", "dpa.other")
    (evidence,) = read_project(ports, actor, "one").answers["contract.terms"].evidence
    assert evidence.description.endswith("; the file was not compared with the draft")
    with ports.register.begin(write=False) as unit:
        (record,) = unit.list(SIGNED)
    assert parse_canonical(record.body)["compared"] == "not compared"
    assert logged()[-2].kind == "contract.signed"


def test_the_very_file_of_the_draft_needs_no_comparison(ports, actor, day, final):
    signed = sign(ports, actor, day, copy=SignedCopy(b"our own file", "dpa.docx"))
    assert signed.compared is Compared.SAME_FILE


def test_a_word_file_with_our_text_and_a_pen_in_its_blanks_is_ours(ports, actor, day, final):
    lines = [*lines_of(final.draft), *edited(SIGNATURES, "Date:", "Date: 24 November 2026")]
    signed = sign(ports, actor, day, copy=copy(lines, extra=SIGNATURES))
    assert (signed.compared, signed.terms) == (Compared.SAME_TEXT, final.draft.terms)


@pytest.mark.parametrize("added", ["Date: never", "Clause 1 does not apply."])
def test_what_stands_at_the_signatures_and_was_no_blank_is_a_change(ports, actor, day, final, added):
    fill = [*SIGNATURES, FileLine("Signed here", "Signed here", cell=True)]
    lines = [*lines_of(final.draft), *edited(fill, "Signed here", added)]
    with pytest.raises(RefusedError, match="not the text of the draft: Signatures"):
        sign(ports, actor, day, copy=copy(lines, extra=fill))


@pytest.mark.parametrize(("old", "new"), [("may audit the vendor", "may not audit the vendor"), ("may audit", None)])
def test_a_file_that_differs_is_refused_and_with_a_word_taken_without_what_differs(ports, actor, day, final, old, new):
    lines = edited(lines_of(final.draft), old, new)
    with pytest.raises(RefusedError, match="not the text of the draft: Clause 1 Audit") as refused:
        sign(ports, actor, day, copy=copy(lines))
    assert "--changed" in refused.value.hint

    signed = sign(ports, actor, day, copy=copy(lines), changed=True)
    assert (signed.compared, signed.changed) == (Compared.CHANGED, ("Clause 1 Audit",))
    assert (signed.terms, signed.left_out) == ((), ("dpa.audit", "dpa.other", "vendor.role"))
    project = read_project(ports, actor, "one")
    assert project.answers["contract.terms"].value == []
    assert "its text differs from the draft" in project.answers["contract.terms"].evidence[-1].description


def test_the_word_for_changed_changes_nothing_of_a_text_that_is_ours(ports, actor, day, final):
    signed = sign(ports, actor, day, copy=copy(lines_of(final.draft)), changed=True)
    assert (signed.compared, signed.left_out) == (Compared.SAME_TEXT, ())
    assert "vendor.role" in signed.facts


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ({"Document": "msa"}, "the document `msa`, not `dpa`"),
        ({"Project": "two"}, "of the project `two`, not of `one`"),
    ],
)
def test_a_file_of_something_else_is_refused(ports, actor, day, final, properties, message):
    with pytest.raises(RefusedError, match=message):
        sign(ports, actor, day, copy=copy(lines_of(final.draft), **properties), changed=True)


def test_many_places_that_differ_are_counted(small, actor, arrangement, day):
    names = [f"dpa.more{at}" for at in range(7)]
    plain = FILES["clause_library/clauses/dpa/dpa.plain.md"].replace("defines: [Work]\n", "")
    plain = plain[: plain.index("{#work}")].strip() + "\n"
    more = {
        f"clause_library/clauses/dpa/{name}.md": plain.replace("dpa.plain", name).replace(
            "title: Plain", f"title: {name}"
        )
        for name in names
    }
    ports = small(**{**FILES, **more, RECIPE: FILES[RECIPE].replace("dpa.plain]", f"dpa.plain, {', '.join(names)}]")})
    save_project(ports, actor, arrangement)
    answer_facts(ports, actor, "one", {"contract.days": 10, "vendor.subs": []})
    final = draft_contract(ports, actor, "one", "dpa", day, final=True)
    lines = edited(lines_of(final.draft), "in writing", "by hand")
    with pytest.raises(RefusedError, match=r"; Clause 6 dpa\.more3 and 3 more"):
        sign(ports, actor, day, copy=copy(lines))


def test_nobody_signs_what_is_not_written_yet(ports, actor, day, final):
    with pytest.raises(FactError, match=f"is before the draft {final.draft_id[:12]} of 2026-11-24") as refused:
        sign(ports, actor, day - timedelta(days=1))
    assert "may take effect earlier" in refused.value.hint

    early = draft_contract(ports, actor, "one", "dpa", day - timedelta(days=3), final=True)
    assert sign(ports, actor, day - timedelta(days=3), draft=early.draft_id).draft_id == early.draft_id
    late = draft_contract(ports, actor, "one", "dpa", day + timedelta(days=90), final=True)
    assert sign(ports, actor, day, draft=late.draft_id).draft_id == late.draft_id
