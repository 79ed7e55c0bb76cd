"""The stores that a workspace declares, each opened when something of it is first asked for."""

from collections.abc import Callable, Iterable, Sequence
from urllib.parse import unquote, unquote_to_bytes, urlsplit

from govern.disposal.folder import FolderStore, mark_folders
from govern.errors import GovernError, StoreError
from govern.retention import StorePlace, find_place, plain_address
from govern.usecases.ports import DisposalStore


class DeclaredStores:
    """Finds the store of a location. `fault` is handed to the adapters; tests make it raise.

    `secret` gives the value of an environment variable, or None.
    """

    def __init__(
        self,
        places: Iterable[StorePlace],
        secret: Callable[[str], str | None] = lambda _: None,
        fault: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._places = tuple(places)
        self._secret = secret
        self._fault = fault
        self._open: dict[str, DisposalStore] = {}

    def find(self, location: str) -> tuple[StorePlace, DisposalStore] | None:
        """The store of a location; None if none is declared."""
        place = find_place(self._places, location)
        return None if place is None else (place, self.open(place))

    def marker(self) -> Callable[[str], Sequence[str]]:
        """Tells what an address leads to: by device and inode in folders, by the key as the database reads it."""
        mark_path = mark_folders()
        silent: set[str] = set()  # stores that did not answer: each is asked once

        def mark(address: str) -> Sequence[str]:
            plain = plain_address(address)
            if plain.startswith("file:///"):
                return mark_path(unquote_to_bytes(plain.removeprefix("file://")))
            place = find_place(self._places, plain) if plain.startswith("rows://") else None
            if place is None or place.name in silent:
                return ()
            try:
                store = self.open(place)
            except GovernError:
                silent.add(place.name)
                return ()
            return store.mark(place.inside(plain))

        return mark

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
        return open_rows(address, str(options["table"]), str(options["key"]), self._fault)
