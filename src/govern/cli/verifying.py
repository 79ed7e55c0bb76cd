"""What the commands share that verify a certificate which somebody was given."""

from typing import TYPE_CHECKING, Annotated

import typer

from govern.cli.terminal import workspace
from govern.errors import FactError, StoreError, VerificationError

if TYPE_CHECKING:
    from govern.audit import VerifierKey
    from govern.usecases.certificates import CertificateKind

KeysOption = Annotated[
    list[str] | None, typer.Option(help="A verifier key of the log (NAME+ID+KEY); may be given again.")
]

LONGEST_CERTIFICATE = 256 << 20


def parse_keys(texts: list[str]) -> "list[VerifierKey]":
    """Keys as typed. Raises FactError."""
    from govern.audit import parse_verifier_key

    try:
        return [parse_verifier_key(text.strip()) for text in texts]
    except VerificationError as problem:
        raise FactError(problem.message, hint="like example.org/log+1f2e3d4c+AbCd…", where="--key") from None


def keys_or_own(texts: list[str]) -> "list[VerifierKey]":
    """The keys that were typed, or those of the workspace here. Raises StoreError where there is none."""
    if texts:
        return parse_keys(texts)
    try:
        return list(workspace().ports.signer.keys)
    except StoreError as problem:
        hint = 'give the log\'s public key: --key "$(cat published.pub)"'
        raise StoreError(problem.message, hint=hint, where=problem.where) from None


def check_kind(data: bytes, wanted: "CertificateKind", file: object) -> None:
    """Return unless the file is a certificate of the other kind. Raises FactError with the command that takes it."""
    from govern.usecases.certificates import find_kind

    found = find_kind(data)
    if found not in (None, wanted):
        raise FactError(
            f"this is a certificate of {found.noun}, and not of {wanted.noun}",
            where=str(file),
            hint=f"{found.value} {file}",
        )
