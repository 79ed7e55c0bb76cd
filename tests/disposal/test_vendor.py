"""What a vendor was handed, and what it certifies, through the use cases."""

from datetime import date, timedelta

import pytest

from govern.errors import ContentError, FactError, RefusedError, StoreError, VerificationError
from govern.kernel import canonical_bytes, parse_canonical
from govern.retention import Fate
from govern.usecases.dispositions import execute_plan
from govern.usecases.vendor_returns import TransferNote, import_certificate, list_outstanding, record_transfer

from .conftest import DAY, EXECUTOR, OWNER, PROJECT

A, B, C = ("a" * 64, "b" * 64, "c" * 64)


def hand(archive, *digests, on=date(2026, 3, 1)):
    data = "".join(f"{each}  {each[:3]}\n" for each in digests).encode()
    return record_transfer(archive.ports, OWNER, PROJECT, "labelworks", data, "list", on)


def certify(archive, data, **more):
    return import_certificate(archive.ports, OWNER, PROJECT, "labelworks", data, "c.csv", **more)


def test_several_lists_and_several_certificates_add_up(archive):
    assert hand(archive, A) == TransferNote(1, 0, 1)
    assert hand(archive, B, on=date(2026, 4, 1)) == TransferNote(1, 0, 2)

    first = certify(archive, f"sha256\n{A}\n".encode(), on=date(2026, 11, 1), paper=b"%PDF-1.7")
    assert [each.digest for each in first.matching.outstanding] == [B]
    second = certify(archive, f"sha256\n{B}\n".encode(), fate=Fate.RETURNED)
    assert second.matching.complete

    status = list_outstanding(archive.ports, OWNER, PROJECT, "labelworks")
    assert (status.transferred, status.certificates, status.matching.complete) == (2, 2, True)
    assert [claim.fate for _, claim in status.matching.accounted] == [Fate.DESTROYED, Fate.RETURNED]


def test_a_day_before_the_transfer_is_no_account(archive):
    hand(archive, A)
    status = certify(archive, f"sha256,date\n{A},2026-01-01\n".encode())
    assert (len(status.matching.early), len(status.matching.outstanding)) == (1, 1)
    assert certify(archive, f"sha256,date\n{A},2026-11-25\n".encode()).matching.accounted == ()  # it is yet to come


def test_an_old_certificate_does_not_account_for_a_batch_that_is_handed_over_later(archive):
    hand(archive, A)
    assert certify(archive, f"sha256,date\n{A},2026-03-15\n".encode()).matching.complete
    hand(archive, A, on=date(2026, 11, 24))
    status = list_outstanding(archive.ports, OWNER, PROJECT, "labelworks")
    assert [(each.digest, each.on) for each in status.matching.outstanding] == [(A, date(2026, 11, 24))]
    assert (len(status.matching.accounted), status.matching.early) == (1, ())
    assert certify(archive, f"sha256,date\n{A},2026-11-24\n".encode()).matching.complete


def test_a_certificate_without_a_day_is_of_the_day_of_its_import(archive, clock):
    hand(archive, A)
    data = f"sha256\n{A}\n".encode()
    assert certify(archive, data).matching.complete
    clock.time += timedelta(days=2)
    hand(archive, A, on=date(2026, 11, 25))
    assert len(list_outstanding(archive.ports, OWNER, PROJECT, "labelworks").matching.outstanding) == 1
    with pytest.raises(RefusedError, match="imported already") as caught:
        certify(archive, data)
    assert "--on" in caught.value.hint
    assert certify(archive, data, on=date(2026, 11, 26)).matching.complete


def test_the_same_thing_counts_once_a_day(archive):
    hand(archive, A, B)
    head = archive.ports.log.head()
    assert hand(archive, A, B) == TransferNote(0, 2, 2)
    assert archive.ports.log.head() == head
    assert hand(archive, A, A, C) == TransferNote(1, 2, 3)
    assert hand(archive, A, on=date(2026, 4, 1)) == TransferNote(1, 0, 4)
    assert list_outstanding(archive.ports, OWNER, PROJECT, "labelworks").transferred == 4


def test_what_is_refused(archive):
    with pytest.raises(FactError, match="in the future"):
        hand(archive, A, on=date(2027, 1, 1))
    with pytest.raises(StoreError, match="nothing is recorded"):
        list_outstanding(archive.ports, OWNER, PROJECT, "labelworks")
    with pytest.raises(RefusedError, match="nothing is recorded"):
        certify(archive, f"sha256\n{A}\n".encode())
    hand(archive, A, on=DAY)
    for data, words in ((b"\xff", "not UTF-8"), (b"sha256\nx\n", "cannot be read")):
        with pytest.raises(ContentError, match=words):
            certify(archive, data)
    with pytest.raises(ContentError, match="not a PDF"):
        certify(archive, f"sha256\n{A}\n".encode(), paper=b"MZ")
    certify(archive, f"sha256\n{A}\n".encode())
    with pytest.raises(RefusedError, match="imported already"):
        certify(archive, f"sha256\n{A}\n".encode())
    with pytest.raises(FactError, match="not an id of a vendor"):
        record_transfer(archive.ports, OWNER, PROJECT, "Label Works", b"", "list", DAY)


def test_bounds_and_lost_files(archive, monkeypatch):
    hand(archive, A)
    archive.ports.files.files.clear()
    with pytest.raises(StoreError, match="is not there"):
        list_outstanding(archive.ports, OWNER, PROJECT, "labelworks")
    monkeypatch.setattr("govern.usecases.vendor_returns.LONGEST", 3)
    with pytest.raises(ContentError, match="too long"):
        hand(archive, B)


@pytest.fixture
def issued(archive):
    """A certificate of destruction as a vendor's own log proves it, and the digest that it speaks of."""
    archive.add("batch-1", b"labels")
    plan = archive.approved()
    _, found = execute_plan(archive.ports, EXECUTOR, archive.stores(), plan.id, plan.digest)
    digest = found.content["destroyed"][0]["digest"]
    hand(archive, digest, on=DAY)
    return found.to_file()


def test_a_certificate_with_its_proof_is_checked_by_the_vendors_key(archive, issued):
    status = certify(archive, issued, keys=archive.ports.signer.keys)
    assert (status.matching.complete, status.unproved) == (True, 0)
    assert list_outstanding(archive.ports, OWNER, PROJECT, "labelworks").unproved == 0


def test_without_a_key_it_is_taken_at_its_word_and_said_so(archive, issued):
    assert certify(archive, issued).unproved == 1
    assert certify(archive, f"sha256\n{A}\n".encode()).unproved == 1  # a plain list claims no proof
    assert list_outstanding(archive.ports, OWNER, PROJECT, "labelworks").unproved == 1


def test_a_forged_certificate_is_not_taken_in(archive, issued):
    value = parse_canonical(issued, limit=None)
    value["statement"]["destroyed"][0]["digest"] = A
    with pytest.raises(VerificationError, match="about another certificate"):
        certify(archive, canonical_bytes(value), keys=archive.ports.signer.keys)
    for text in (f"sha256\n{A}\n".encode(), b"{", b"{}"):
        with pytest.raises(RefusedError, match="carries no proof"):
            certify(archive, text, keys=archive.ports.signer.keys)
    assert list_outstanding(archive.ports, OWNER, PROJECT, "labelworks").certificates == 0
