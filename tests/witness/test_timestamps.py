"""Time stamps (RFC 3161) of an authority that openssl is."""

import sys
from datetime import UTC, datetime, timedelta

import pytest

from govern.errors import RefusedError, StoreError, VerificationError
from govern.witness import check_stamp, make_stamp_request, read_imprint, request_stamp
from govern.witness.timestamps import sort_certificates

NOTE = b"the bytes of a checkpoint"


def test_a_stamp_says_when_and_by_whom(authority):
    query, nonce = make_stamp_request(NOTE)
    response = authority.answer(query)
    stamp = check_stamp(NOTE, response, authority.roots, nonce=nonce)
    assert stamp.trusted
    assert stamp.authority == "CN=Test authority"
    assert stamp.policy == "1.2.3.4.1"
    assert abs(stamp.time - datetime.now(UTC)) < timedelta(minutes=5)
    assert not check_stamp(NOTE, response).trusted


def test_a_stamp_over_something_else_is_refused(authority):
    response = authority.answer(make_stamp_request(NOTE)[0])
    with pytest.raises(VerificationError, match="about something else") as caught:
        check_stamp(NOTE + b"!", response, authority.roots)
    assert caught.value.found == read_imprint(response).hex()
    with pytest.raises(VerificationError, match="answers another request"):
        check_stamp(NOTE, response, authority.roots, nonce=1)


def test_a_root_that_is_not_the_authority_s_is_refused(authority, new_root):
    response = authority.answer(make_stamp_request(NOTE)[0])
    with pytest.raises(VerificationError, match="the time stamp does not verify") as caught:
        check_stamp(NOTE, response, new_root())
    assert "errorstack" not in caught.value.message  # what the library says to programmers
    assert check_stamp(NOTE, response, new_root() + authority.roots).trusted


def test_every_changed_byte_of_the_signed_part_is_found(authority):
    response = authority.answer(make_stamp_request(NOTE)[0])
    accepted = 0
    for place in range(0, len(response), 17):
        changed = bytearray(response)
        changed[place] ^= 1
        try:
            stamp = check_stamp(NOTE, bytes(changed), authority.roots)
        except (VerificationError, RefusedError):
            continue
        accepted += 1  # a byte that no signature covers, as in a certificate that is not needed
        assert stamp.time == check_stamp(NOTE, response, authority.roots).time
    assert accepted < len(response) / 17 / 2


def test_certificates_in_another_order_are_read(authority):
    """openssl puts the signer's first, and so do most authorities."""
    response = authority.answer(make_stamp_request(NOTE)[0])
    ordered = sort_certificates(response)
    assert ordered != response
    assert sort_certificates(ordered) == ordered
    assert sorted(ordered) == sorted(response)
    for short in (b"", response[:1], response[:40], response[:-700], b"0\x85", b"0\x00" * 9):
        assert sort_certificates(short) == short


@pytest.mark.parametrize("data", [b"", b"nonsense", b"0\x03\x02\x01\x00", b"\x30" * 1000, b"\0" * 300_000])
def test_what_is_no_response_is_refused(authority, data):
    with pytest.raises((VerificationError, RefusedError)):
        check_stamp(NOTE, data, authority.roots)


def test_a_file_without_roots_is_named(authority):
    response = authority.answer(make_stamp_request(NOTE)[0])
    with pytest.raises(StoreError, match="has no certificates in PEM"):
        check_stamp(NOTE, response, b"nonsense")


def test_an_authority_is_asked_over_http(authority, serve, handler_of):
    url = serve(handler_of(lambda query: (200, "application/timestamp-reply", authority.answer(query))))
    response, stamp = request_stamp(url, NOTE, authority.roots)
    assert stamp.trusted
    assert check_stamp(NOTE, response, authority.roots) == stamp


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        ((200, "text/html", b"<html>"), StoreError, "answers with 200, text/html"),
        ((404, "application/timestamp-reply", b""), StoreError, "answers with 404"),
        ((200, "application/timestamp-reply", b"x"), VerificationError, "not a response"),
    ],
)
def test_an_authority_that_misbehaves_is_named(authority, serve, handler_of, answer, error, words):
    with pytest.raises(error, match=words):
        request_stamp(serve(handler_of(lambda _: answer)), NOTE)


def test_an_old_answer_played_again_is_refused(authority, serve, handler_of):
    old = authority.answer(make_stamp_request(NOTE)[0])
    with pytest.raises(VerificationError, match="answers another request"):
        request_stamp(serve(handler_of(lambda _: (200, "application/timestamp-reply", old))), NOTE, authority.roots)


def test_without_the_extra_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "rfc3161_client", None)
    with pytest.raises(StoreError, match="not installed") as caught:
        make_stamp_request(NOTE)
    assert "govern[timestamps]" in caught.value.hint
