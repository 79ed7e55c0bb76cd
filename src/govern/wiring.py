"""The one place that composes the parts, and that reads the clock."""

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from govern.audit import PartOrder, VerifierKey
from govern.config import (
    CONFIG,
    ENV_DATABASE,
    ENV_WORKSPACE,
    Settings,
    check_actor,
    check_origin,
    find_workspace,
    format_settings,
    load_settings,
    read_timeout,
    sqlite_url,
)
from govern.errors import StoreError
from govern.kernel import Actor, FactSpec, Role
from govern.keys import Ask, FolderSigner, choose_passphrase, find_passphrase, has_keys, make_keys
from govern.library.content import read_content
from govern.library.packages import find_lint_rules, find_packages
from govern.library.places import Places, content_places
from govern.solver import Solver as Z3Solver
from govern.solver import has_solver
from govern.store import Database, FolderFiles, SqlLog, SqlRegister, find_head, open_database
from govern.store.files import write_durably
from govern.store.vault import SqlVault, open_vault_database
from govern.usecases.ports import Ports
from govern.usecases.workspaces import create_workspace

if TYPE_CHECKING:
    from govern.disposal import DeclaredStores
    from govern.retention import StorePlace
    from govern.usecases.logs import StorePart
    from govern.witness import FolderAttestations


@dataclass(frozen=True)
class Workspace:
    """An open workspace: the ports, who acts, and where it is."""

    ports: Ports
    actor: Actor
    settings: Settings
    database: Database
    signer: FolderSigner

    @property
    def attestations(self) -> "FolderAttestations":
        """What witnesses and time stamp authorities attested about this log."""
        from govern.witness import FolderAttestations

        return FolderAttestations(self.settings.folder / "attestations")

    @property
    def places(self) -> "tuple[StorePlace, ...]":
        """The stores in which records lie, as `stores.yaml` declares them."""
        from govern.library.stores import STORES, load_stores

        return load_stores(self.settings.folder / STORES, self.ports.guard())

    @property
    def stores(self) -> "DeclaredStores":
        """What looks and destroys in them."""
        from govern.disposal import DeclaredStores

        return DeclaredStores(self.places, os.environ.get, guard=self.ports.guard)

    @property
    def policy_file(self) -> Path:
        """The policy that says which witnesses must have cosigned the log."""
        return self.settings.folder / "log.policy"

    def unguarded(self) -> Ports:
        """The ports with a register that writes to a database which was set back: for the admission alone."""
        return replace(self.ports, register=SqlRegister(self.database))


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The day, in UTC."""
    return now().date()


def new_id() -> str:
    """32 random hex digits."""
    return secrets.token_hex(16)


def engine() -> str:
    """The version of govern."""
    from importlib.metadata import version

    return version("govern")


def open_workspace(folder: Path | None = None, ask: Ask = find_passphrase) -> Workspace:
    """Open the workspace in `folder`, or the one that the environment or the current folder points to.

    `ask` gives the passphrase of the log's key, and is called when something is signed for the first time.
    """
    settings = load_settings(folder or find_workspace())
    database = open_database(_existing(settings), timeout=settings.database_timeout)
    with database.closed_on_error():
        return _compose(settings, database, ask)


def read_log_part(folder: Path, records: bool, order: PartOrder) -> "StorePart":
    """A part of the log of the workspace in `folder`, for a process of its own (see `verify_store`)."""
    from govern.usecases.logs import read_store_part

    space = open_workspace(folder)
    with space.database.closed_on_error():
        part = read_store_part(space.ports, space.actor, order, records=records)
    space.database.close()
    return part


def read_verifiers() -> dict[str, bytes]:
    """The programs that verify a log without govern, by name: `verify.py`, `verify.html`, `verify.sh`."""
    from govern import audit

    folder = Path(audit.__file__).with_name("standalone")
    return {name: (folder / name).read_bytes() for name in ("verify.py", "verify.html", "verify.sh")}


def find_places() -> Places:
    """The content in force here: that of the workspace, or outside one what comes with govern.

    Raises StoreError where the environment names a workspace that is not one.
    """
    try:
        return _places(load_settings(find_workspace()))
    except StoreError:
        if os.environ.get(ENV_WORKSPACE):
            raise
        return content_places()


def content_folder() -> Path:
    """The folder of the organisation's own content in the workspace here. Raises StoreError where there is none."""
    return load_settings(find_workspace()).content


def _places(settings: Settings) -> Places:
    return content_places(settings.content, find_packages(settings.packages))


def lint_rules(workspace: Workspace) -> dict[str, Any]:
    """The lint rules of the packages that the workspace lists."""
    return find_lint_rules(workspace.settings.packages)


def find_solver(find_fact: Callable[[str], FactSpec | None], day: date) -> Z3Solver | None:
    """The solver, or None where its extra is not installed."""
    return Z3Solver(find_fact, day) if has_solver() else None


def _existing(settings: Settings) -> str:
    """SQLite would make an empty file for a database that is gone."""
    own = settings.folder / "govern.db"
    if settings.database_url == sqlite_url(settings.folder) and not own.is_file():
        hint = f"set {ENV_DATABASE} if it is on a server, or restore it from a backup"
        raise StoreError("the workspace's database is gone", where=str(own), hint=hint)
    return settings.database_url


def _compose(settings: Settings, database: Database, ask: Ask) -> Workspace:
    signer = FolderSigner(settings.keys, ask)
    log = SqlLog(database, signer, settings.origin)
    ports = Ports(
        library=read_content(_places(settings)),
        register=SqlRegister(database, before_write=log.check_ready),
        log=log,
        signer=signer,
        files=FolderFiles(settings.files),
        now=now,
        new_id=new_id,
        engine=engine,
        vault=SqlVault(lambda: open_vault_database(settings.vault_url, settings.database_timeout), settings.keys, now),
        guard=lambda: _guard(settings),
    )
    return Workspace(ports, settings.actor, settings, database, signer)


def _guard(settings: Settings) -> Callable[[str], None]:
    from govern.disposal import guard_paths

    return guard_paths(settings.own_paths)()


def init_workspace(
    folder: Path, origin: str, actor: str, choose: Ask | None = choose_passphrase
) -> tuple[Workspace, VerifierKey]:
    """Make a workspace: settings, keys, database, and the first log entry.

    `choose` gives the passphrase under which the log's key is kept; with None the key file is not encrypted.
    Raises StoreError if there is one already. What was begun and not finished by an earlier try is completed.
    """
    check_origin(origin)
    check_actor(actor)
    folder = folder.resolve()
    if (folder / CONFIG).exists():
        raise StoreError(
            "there is a workspace here already",
            where=str(folder),
            hint="work in it, or choose another folder",
        )
    begun = has_keys(folder / "keys")
    passphrase = choose("the log's key") if choose and not begun else None
    url = os.environ.get(ENV_DATABASE) or sqlite_url(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise StoreError(f"`{folder}` cannot be made: {(problem.strerror or '').lower()}") from None
    database = open_database(url, create=True, timeout=read_timeout())
    with database.closed_on_error():
        if not begun and find_head(database).checkpoint:
            raise StoreError(
                "this database holds the log of another workspace",
                hint=f"give each workspace a database of its own: {ENV_DATABASE}",
            )
        key = FolderSigner(folder / "keys").key if begun else make_keys(folder / "keys", origin, passphrase)
        ask: Ask = find_passphrase if passphrase is None else lambda _: passphrase
        settings = Settings(folder, origin, Actor(actor, frozenset({Role.ADMINISTRATOR})), url)
        workspace = _compose(settings, database, ask)
        create_workspace(workspace.ports, workspace.actor, origin)
        write_durably(folder / CONFIG, format_settings(origin, actor))
        return _compose(load_settings(folder), database, ask), key
