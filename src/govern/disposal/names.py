"""Names of things in a store, as text that a manifest can hold."""

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from urllib.parse import quote_from_bytes, unquote_to_bytes

from govern.errors import RefusedError, StoreError
from govern.retention import LINK, Marks, StoredObject


def encode_name(raw: bytes) -> str:
    """A name as text. Where it is no plain text it is written as `%` and two digits for each odd byte."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return quote_from_bytes(raw)
    plain = text.isprintable() and "%" not in text and unicodedata.is_normalized("NFC", text)
    return text if plain else quote_from_bytes(raw)


def encode_key(key: str) -> str:
    """A path of several parts."""
    return "/".join(encode_name(part.encode()) for part in key.split("/"))


def decode_name(name: str) -> bytes:
    """The inverse of `encode_name`."""
    return unquote_to_bytes(name) if "%" in name else name.encode()


def decode_part(part: str) -> bytes:
    """One part of a path. Raises RefusedError for one that leads out of its folder."""
    raw = decode_name(part)
    if raw in (b"", b".", b"..") or b"/" in raw or b"\0" in raw:
        raise RefusedError(f"`{part[:80]}` is not a name")
    return raw


def check_seen(missed: Sequence[str]) -> None:
    """Return if everything was looked at. Raises StoreError with what was not, each with why."""
    if missed:
        more = f"; and {len(missed) - 1} more" if len(missed) > 1 else ""
        raise StoreError(f"{missed[0]}{more}", hint="the rest was looked at")


def describe_link(name: str, stamp: str, leads: bytes) -> StoredObject:
    """A link within a record: no content of it, and where it leads."""
    return StoredObject(name, 0, stamp, LINK + encode_name(leads), current=False)


def refuse_link(leads: bytes) -> RefusedError:
    """What is raised for a record whose address is itself a link."""
    hint = "correct its address to where the content lies"
    return RefusedError(f"it is a link to `{encode_name(leads)[:200]}`: only the link would be destroyed", hint=hint)


class Naming:
    """How a store of paths or keys writes the names of things, and the locations of records."""

    def name_of(self, location: str) -> str:
        """The name that `walk` gives to what lies there; empty for the store as a whole."""
        return "/".join(encode_name(part) for part in split_location(location)) if location else ""

    def location_of(self, name: str) -> str:
        """The location of a thing of that name, as an address can hold it."""
        return quote_from_bytes(decode_name(name))

    def mark(self, location: str) -> Marks:  # noqa: ARG002 - where it matters, the store has its own
        """Nothing: a path or a key, once it is decoded, is one place."""
        return ()

    def resolve(self, location: str) -> Sequence[bytes]:  # noqa: ARG002 - as above
        """Nothing: there are no links."""
        return ()

    def forget(self) -> None:
        """Nothing is remembered."""

    def list_contents(self, location: str) -> Iterator[tuple[int, Callable[[], str]]]:  # noqa: ARG002 - as above
        """Nothing: what lies there is no file."""
        return iter(())


def split_location(location: str) -> list[bytes]:
    """The parts of a location inside a store. Raises RefusedError for one that leads out of it, or is all of it."""
    try:
        return [decode_part(part) for part in location.split("/")]
    except RefusedError:
        raise RefusedError(
            f"`{location[:80]}` is not a place inside the store", hint="a path without `..`, below the store's root"
        ) from None
