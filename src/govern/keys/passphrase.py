"""Where a passphrase comes from: the environment, an open file, or a person at a terminal. Never an argument."""

import os
import sys

from govern.errors import RefusedError
from govern.keys.pkcs8 import LONGEST, check_passphrase

ENV_PASSPHRASE, ENV_DESCRIPTOR = "GOVERN_KEY_PASSPHRASE", "GOVERN_KEY_PASSPHRASE_FD"
ENV_NEW = "GOVERN_NEW_KEY_PASSPHRASE"

_WAYS = f"set {ENV_PASSPHRASE}, or {ENV_DESCRIPTOR} to the number of an open file, or work at a terminal"


def find_passphrase(what: str) -> str:
    """The passphrase of a key that is there. Raises RefusedError where there is none and nobody to ask."""
    given = _read_environment()
    if given is not None:
        return given
    if not has_terminal():
        raise RefusedError(f"{what} is locked", hint=_WAYS)
    return _prompt(f"Passphrase of {what}: ")


def choose_passphrase(what: str) -> str:
    """The passphrase for a new key, typed twice at a terminal. Raises RefusedError for one that is too short."""
    given = _read_environment()
    return check_passphrase(given) if given is not None else _prompt_twice(what, _WAYS)


def choose_new_passphrase(what: str) -> str:
    """The passphrase of a key that takes the place of another one: not by the environment of that one, unless so said.

    GOVERN_NEW_KEY_PASSPHRASE, or typed; without a terminal GOVERN_KEY_PASSPHRASE stays in force.
    """
    given = os.environ.get(ENV_NEW) or (None if has_terminal() else os.environ.get(ENV_PASSPHRASE))
    return check_passphrase(given) if given else _prompt_twice(what, f"set {ENV_NEW}, or work at a terminal")


def find_new_pin(what: str) -> str:
    """The PIN of a token that takes the key over: never tried by mistake is the passphrase of the old key.

    GOVERN_NEW_KEY_PASSPHRASE, or typed; without a terminal GOVERN_KEY_PASSPHRASE.
    """
    given = os.environ.get(ENV_NEW)
    if given:
        return given
    return _prompt(f"PIN of {what}: ") if has_terminal() else find_passphrase(what)


def _prompt_twice(what: str, ways: str) -> str:
    if not has_terminal():
        raise RefusedError(f"{what} needs a passphrase", hint=f"{ways}; --no-passphrase leaves the key unprotected")
    first = check_passphrase(_prompt(f"New passphrase for {what}: "))
    if _prompt("The same again: ") != first:
        raise RefusedError("the two passphrases differ", hint="nothing was made: try again")
    return first


def has_terminal() -> bool:
    """Whether somebody can be asked."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr is not None and sys.stderr.isatty()


def _read_environment() -> str | None:
    given = os.environ.get(ENV_PASSPHRASE)
    if given:
        return given
    number = os.environ.get(ENV_DESCRIPTOR)
    return _read_descriptor(number) if number else None


def _read_descriptor(number: str) -> str:
    """The first line of an open file, which is read no further."""
    line = b""
    try:
        while not line.endswith(b"\n") and len(line) <= 4 * LONGEST:
            read = os.read(int(number), 1)
            if not read:
                break
            line += read
    except (ValueError, OverflowError, OSError):
        hint = "like 3, with 3< FILE at the end of the command"
        raise RefusedError("no passphrase can be read from that file", where=ENV_DESCRIPTOR, hint=hint) from None
    if not line.strip():
        raise RefusedError(
            "there is no passphrase in that file", where=ENV_DESCRIPTOR, hint="one line; it is read once"
        )
    return line.decode("utf-8", "surrogateescape").removesuffix("\n").removesuffix("\r")


def _prompt(text: str) -> str:
    import getpass

    try:
        return getpass.getpass(text, stream=sys.stderr)
    except EOFError:
        raise RefusedError("no passphrase was typed", hint=_WAYS) from None
