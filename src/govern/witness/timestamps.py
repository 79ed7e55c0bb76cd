"""Time stamps over checkpoints: an authority attests that a checkpoint was there at a time. Source: RFC 3161.

What is stamped is the SHA-256 of the checkpoint's bytes as they were released, with the log's signature and without
those of witnesses, which may come later.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from govern.errors import RefusedError, StoreError, VerificationError
from govern.witness.post import post

QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"
RESPONSE_LIMIT = 256 * 1024
SHA256_OID = "2.16.840.1.101.3.4.2.1"


@dataclass(frozen=True)
class Stamp:
    """What an authority says: when, under which policy; `trusted` where it was verified up to a given root."""

    time: datetime
    serial: int
    policy: str
    authority: str
    trusted: bool


def make_stamp_request(note: bytes) -> tuple[bytes, int]:
    """The request for a checkpoint's time stamp, and its nonce."""
    library = _load_library()
    built = library.TimestampRequestBuilder().data(note).hash_algorithm(library.HashAlgorithm.SHA256).build()
    return built.as_bytes(), built.nonce


def request_stamp(url: str, note: bytes, roots: bytes = b"") -> tuple[bytes, Stamp]:
    """Ask an authority over HTTP for a time stamp: its response, checked, and what it says."""
    query, nonce = make_stamp_request(note)
    reply = post(url, query, QUERY)
    if reply.status != 200 or reply.content_type != REPLY:
        raise StoreError(f"the authority answers with {reply.status}, {reply.content_type}", where=url)
    return reply.body, check_stamp(note, reply.body, roots, nonce=nonce)


def read_imprint(response: bytes) -> bytes:
    """The SHA-256 that a response is about."""
    imprint = _decode(response).tst_info.message_imprint
    if imprint.hash_algorithm.dotted_string != SHA256_OID:
        raise VerificationError("the time stamp is over another hash than SHA-256")
    return bytes(imprint.message)


def check_stamp(note: bytes, response: bytes, roots: bytes = b"", *, nonce: int | None = None) -> Stamp:
    """What a response says about a checkpoint. `roots` are certificates in PEM that are trusted to sign for time.

    Without roots it is checked that the stamp is about this checkpoint, and not who made it. Raises VerificationError.
    """
    answer = _decode(response)
    found = read_imprint(response)
    wanted = sha256(note).digest()
    if found != wanted:
        raise VerificationError("the time stamp is about something else", expected=wanted.hex(), found=found.hex())
    if nonce is not None and answer.tst_info.nonce != nonce:
        raise VerificationError("the time stamp answers another request", hint="ask again")
    if roots:
        _verify(answer, wanted, roots, nonce)
    info = answer.tst_info
    return Stamp(
        time=info.gen_time.astimezone(UTC),
        serial=info.serial_number,
        policy=info.policy.dotted_string,
        authority=_find_authority(answer),
        trusted=bool(roots),
    )


def _verify(answer: Any, digest: bytes, roots: bytes, nonce: int | None) -> None:
    from cryptography.x509 import load_pem_x509_certificates

    library = _load_library()
    try:
        certificates = load_pem_x509_certificates(roots)
    except ValueError:
        raise StoreError("the file of roots has no certificates in PEM", hint="-----BEGIN CERTIFICATE-----") from None
    try:
        library.VerifierBuilder(roots=certificates, nonce=nonce).build().verify(answer, digest)
    except (library.VerificationError, ValueError) as problem:
        # The library prints its stack of errors after the words that are for people.
        said = str(problem).split("\n")[0].lower().partition(": errorstack")[0][:200]
        hint = "is the root that of this authority?"
        raise VerificationError(f"the time stamp does not verify: {said}", hint=hint) from None


def _decode(response: bytes) -> Any:
    """A response that says something. Its parts are read when they are asked for."""
    library = _load_library()
    if len(response) > RESPONSE_LIMIT:
        raise VerificationError(f"the time stamp has {len(response)} bytes", hint=f"at most {RESPONSE_LIMIT} are read")
    try:
        answer = library.decode_timestamp_response(sort_certificates(response))
        status = answer.status
    except ValueError:
        raise VerificationError("this is not a response of a time stamp authority", hint="RFC 3161, in DER") from None
    if status != library.PKIStatus.GRANTED:
        said = ", ".join(answer.status_string)[:200] or f"status {status}"
        raise RefusedError(f"the authority gave no time stamp: {said}")
    try:
        answer.tst_info.message_imprint.hash_algorithm  # noqa: B018 - it is parsed here
    except ValueError:
        raise VerificationError("the time stamp's content does not parse") from None
    return answer


def sort_certificates(response: bytes) -> bytes:
    """The response with its certificates in the order that DER asks for (X.690 11.6), which few authorities keep.

    The library refuses another order. No signature covers them, and what is kept is the response as it came. What does
    not parse comes back as it is.
    """
    try:
        start, end = _find_certificates(response)
        certificates, at = [], start
        while at < end:
            _, _, after = _read_value(response, at)
            certificates.append(response[at:after])
            at = after
    except (IndexError, ValueError):
        return response
    return response[:start] + b"".join(sorted(certificates)) + response[end:] if at == end else response


def _find_certificates(response: bytes) -> tuple[int, int]:
    """Where the certificates are: in the response, its token, the token's content, the field [0]."""
    _, at, _ = _read_value(response, 0)
    _, _, at = _read_value(response, at)  # after the status
    _, at, _ = _read_value(response, at)  # into the token
    _, _, at = _read_value(response, at)  # after its type
    for _ in range(2):  # into the field [0], and the signed data in it
        _, at, _ = _read_value(response, at)
    for _ in range(3):  # after version, digest algorithms and content
        _, _, at = _read_value(response, at)
    tag, start, end = _read_value(response, at)
    if tag != 0xA0:
        raise ValueError
    return start, end


def _read_value(data: bytes, at: int) -> tuple[int, int, int]:
    """The tag of a DER value, where its content begins, and where it ends. Raises ValueError beyond the data's end."""
    tag, size, start = data[at], data[at + 1], at + 2
    if size >= 0x80:
        count = size & 0x7F
        if not 1 <= count <= 4:
            raise ValueError
        size, start = int.from_bytes(data[start : start + count], "big"), start + count
    if start + size > len(data):
        raise ValueError
    return tag, start, start + size


def _find_authority(answer: Any) -> str:
    """The name in the certificate of who signed; what the response says of itself, unless it was verified."""
    from cryptography.x509 import load_der_x509_certificate

    try:
        signers = {(each.issuer, each.serial_number) for each in answer.signed_data.signer_infos}
        certificates = [load_der_x509_certificate(data) for data in answer.signed_data.certificates]
    except ValueError:
        return ""
    names = [each.subject.rfc4514_string() for each in certificates if (each.issuer, each.serial_number) in signers]
    return names[0] if names else ""


def _load_library() -> Any:
    try:
        import rfc3161_client
    except ImportError:
        hint = "install it: pip install 'govern[timestamps]'"
        raise StoreError("time stamps need a part that is not installed", hint=hint) from None
    return rfc3161_client
