"""The stores that a workspace declares, each opened when something of it is first asked for."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from urllib.parse import quote_from_bytes, unquote, unquote_to_bytes, urlsplit

from govern.disposal.folder import FolderStore, is_link, list_contents, mark_folders, resolve_path
from govern.errors import StoreError
from govern.retention import Marks, StorePlace, find_near_steps, find_place, find_steps, plain_address
from govern.usecases.ports import DisposalStore


class DeclaredStores:
    """Finds the store of a location. `fault` is handed to the adapters; tests make it raise.

    `secret` gives the value of an environment variable, or None. `guard` makes what refuses the workspace's own places.
    """

    def __init__(
        self,
        places: Iterable[StorePlace],
        secret: Callable[[str], str | None] = lambda _: None,
        fault: Callable[[str], None] = lambda _: None,
        guard: Callable[[], Callable[[str], None]] = lambda: lambda _: None,
    ) -> None:
        self._places = tuple(places)
        self._secret = secret
        self._fault = fault
        self._guard = guard
        self._open: dict[str, DisposalStore] = {}

    def find(self, location: str) -> tuple[StorePlace, DisposalStore] | None:
        """The store of a location; None if none is declared. Raises RefusedError where the workspace itself lies."""
        place = find_place(self._places, location)
        if place is None:
            return None
        self._guard()(location)
        return place, self.open(place)

    def marker(self) -> Callable[[str], Marks | None]:
        """Tells what an address leads to, whatever way it is: in folders, on servers by their key, in databases."""
        mark_path = mark_folders()
        silent: set[str] = set()  # stores that did not answer: each is asked once
        for store in self._open.values():
            store.forget()

        def mark(address: str) -> Marks | None:
            plain = plain_address(address)
            if plain.startswith("file:///"):
                found = mark_path(_read_path(plain))
                return (found,) if found else ()
            place, location = self._find_way(plain)
            if place is None:
                return ()
            try:
                return None if place.name in silent else self.open(place).mark(location)
            except StoreError:
                if place.name not in self._open:
                    silent.add(place.name)
                return None

        return mark

    def resolve(self, address: str) -> Sequence[str]:
        """The address without links, in folders of this machine and of servers that are declared.

        Nothing where there is none, or the server does not answer.
        """
        plain = plain_address(address)
        if plain.startswith("file:///"):
            return [f"file://{quote_from_bytes(path)}" for path in resolve_path(_read_path(plain))]
        place, location = self._find_way(plain)
        if place is None or place.kind != "sftp" or not location:
            return ()
        try:
            return [find_steps(plain)[-1] + quote_from_bytes(path) for path in self.open(place).resolve(location)]
        except StoreError:
            return ()

    def list_contents(self, location: str) -> Iterator[tuple[int, Callable[[], str]]]:
        """The files at an address, each with its size and a function for the SHA-256 of its content.

        Of this machine and of servers that are declared, whichever folder of them it is. Raises StoreError where that
        cannot be seen.
        """
        plain = plain_address(location)
        if plain.startswith("file:///"):
            return list_contents(_read_path(plain))
        place, inside = self._find_way(plain)
        return iter(()) if place is None else self.open(place).list_contents(inside)

    def is_link(self, location: str) -> bool:
        """Whether what lies there on this machine is itself a link: what that leads to would stay."""
        plain = plain_address(location)
        return plain.startswith("file:///") and is_link(_read_path(plain))

    def _find_way(self, plain: str) -> tuple[StorePlace | None, str]:
        """The store through which an address can be asked for, and its location there: for a server any of its own."""
        place = find_place(self._places, plain)
        if place is not None or not plain.startswith("sftp://"):
            return place, place.inside(plain) if place is not None else ""
        steps = find_near_steps(plain)
        for each in self._places:
            if each.kind == "sftp" and find_near_steps(each.at)[-1] == steps[-1]:
                return replace(each, name=f"{each.name}/", at=find_steps(each.at)[-1]), steps[0][len(steps[-1]) + 1 :]
        return None, ""

    @property
    def places(self) -> tuple[StorePlace, ...]:
        """The stores that are declared."""
        return self._places

    def open(self, place: StorePlace) -> DisposalStore:
        """One of them."""
        if place.name not in self._open:
            self._open[place.name] = self._make(place)
        return self._open[place.name]

    def close(self) -> None:
        """Give back what is open."""
        for store in self._open.values():
            close = getattr(store, "close", None)
            if close is not None:
                close()
        self._open.clear()

    def _make(self, place: StorePlace) -> DisposalStore:
        options = place.options or {}
        url = urlsplit(place.at.replace("?", "%3F").replace("#", "%23"))  # both may stand in the name of a folder
        if place.kind == "file":
            return FolderStore(unquote(url.path), self._fault)
        if place.kind == "s3":
            from govern.disposal.s3 import open_s3

            return open_s3(url.netloc, unquote(url.path).strip("/"), options.get("endpoint"), options.get("region"))
        if place.kind == "sftp":
            from govern.disposal.sftp import open_sftp

            return open_sftp(url, str(options["known_hosts"]), options.get("key_file"))
        from govern.disposal.rows import open_rows

        name = str(options["url_from"])
        address = self._secret(name)
        if not address:
            raise StoreError(f"the environment has no `{name}`", where=place.name, hint="set it to the database's URL")
        allowed = options.get("triggers") == "allowed"
        return open_rows(address, str(options["table"]), str(options["key"]), self._fault, triggers=allowed)


def _read_path(plain: str) -> bytes:
    return unquote_to_bytes(plain.removeprefix("file://"))
