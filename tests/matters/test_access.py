"""What is taken out is an entry, before it is taken out."""

from hashlib import sha256

import pytest

from govern.audit import parse_entry
from govern.errors import RefusedError, StoreError
from govern.kernel import Actor, Evidence, FactValue, Role
from govern.usecases.access import export_project, note_log_export, read_document
from govern.usecases.evidence import attach_evidence

PAPER = b"%PDF-1.7 our procedure"
DIGEST = sha256(PAPER).hexdigest()


@pytest.fixture
def filed(log, actor):
    """The workspace with a document, a link, and two documents of one name."""
    answers = {"vendor.country": FactValue(value="IN")}
    for href, content in (
        ("procedure.pdf", PAPER),
        ("scan.pdf", b"page 1"),
    ):
        attach_evidence(log, actor, "one", answers, Evidence(href=href, description="A paper"), content)
    attach_evidence(log, actor, "one", answers, Evidence(href="https://trust.example/soc2"))
    other = {"vendor.name": FactValue(value="Varuna")}
    attach_evidence(log, actor, "one", other, Evidence(href="scan.pdf"), b"page 2")
    return log


def last_entry(ports):
    return parse_entry(list(ports.log.entries())[-1])


@pytest.mark.parametrize("name", ["procedure.pdf", DIGEST, DIGEST[:8]])
def test_a_document_is_read_by_name_or_digest_and_the_reading_is_an_entry(filed, auditor, name):
    evidence, data = read_document(filed, auditor, "one", name)
    assert (data, evidence.sha256) == (PAPER, DIGEST)
    entry = last_entry(filed)
    assert (entry.kind, entry.actor, entry.matter) == ("document.read", "auditor-1", "project:one")
    assert (entry.object, entry.body) == (f"file:{DIGEST}", f"sha256:{DIGEST}")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("procedure.pfd", "rests on a document `procedure.pfd`"),
        (DIGEST[:5], "rests on a document"),
        ("https://trust.example/soc2", "is not kept in this workspace"),
        ("scan.pdf", "names 2 documents"),
    ],
)
def test_what_is_not_there_once_is_not_read_and_not_logged(filed, auditor, name, said):
    before = filed.log.head().size
    with pytest.raises(StoreError, match=said):
        read_document(filed, auditor, "one", name)
    assert filed.log.head().size == before


def test_a_document_that_is_lost_says_so(filed, auditor):
    del filed.files.files[DIGEST]
    with pytest.raises(StoreError, match="not kept") as problem:
        read_document(filed, auditor, "one", "procedure.pdf")
    assert "restore" in problem.value.hint


def test_what_cannot_be_logged_is_not_given_out(filed, auditor, monkeypatch):
    def refuse(events, *, wait=True):
        raise StoreError("the database is read-only")

    monkeypatch.setattr(filed.log, "append", refuse)
    with pytest.raises(StoreError, match="read-only"):
        read_document(filed, auditor, "one", "procedure.pdf")


def test_an_export_of_a_project_is_an_entry_that_names_its_version(log, auditor):
    known = export_project(log, auditor, "one")
    entry = last_entry(log)
    assert (entry.kind, entry.object, entry.matter) == ("project.exported", "project:one@3", "project:one")
    assert known.version == 3
    with pytest.raises(RefusedError):
        export_project(log, Actor("nobody", frozenset()), "one")


def test_an_export_of_the_log_with_its_records_is_an_entry_that_names_the_head(log, auditor):
    head = log.log.head()
    note_log_export(log, auditor, head)
    entry = last_entry(log)
    assert (entry.kind, entry.object, entry.matter) == ("log.exported", f"checkpoint:{head.size}", "workspace")


def test_everybody_who_may_read_may_take_a_document(filed):
    read_document(filed, Actor("v", frozenset({Role.VENDOR_MANAGER})), "one", "procedure.pdf")
    with pytest.raises(RefusedError):
        read_document(filed, Actor("v", frozenset()), "one", "procedure.pdf")
