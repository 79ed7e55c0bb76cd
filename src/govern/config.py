"""A workspace's settings: the file `govern.yaml`, overridden by the environment."""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from govern.errors import ContentError, StoreError
from govern.kernel import Actor, Role
from govern.library.yaml_files import Source, load_yaml

CONFIG = "govern.yaml"
ENV_WORKSPACE, ENV_DATABASE, ENV_ACTOR = "GOVERN_WORKSPACE", "GOVERN_DATABASE_URL", "GOVERN_ACTOR"
ENV_TIMEOUT = "GOVERN_DATABASE_TIMEOUT"
ENV_VAULT = "GOVERN_VAULT_URL"

_ORIGIN = re.compile(r"[a-z0-9.-]+(/[A-Za-z0-9._-]+)+")
_ACTOR = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_SECONDS = re.compile(r"[0-9]{1,4}(\.[0-9]{1,3})?")


@dataclass(frozen=True, slots=True)
class Settings:
    """Where a workspace is, who acts, and which database holds its records."""

    folder: Path
    origin: str
    actor: Actor
    database_url: str
    database_timeout: float = 10.0
    packages: tuple[str, ...] = ()
    """Content packages in use, by the names of their entry points."""
    planner_may_approve: bool = False
    """Whether who plans a destruction may be one of the two who approve it."""

    @property
    def vault_url(self) -> str:
        """The URL of the database of persons' keys: `GOVERN_VAULT_URL`, or a file here. Raises ContentError.

        It is never that of the records: a backup of both together would bring back what was erased.
        """
        url = os.environ.get(ENV_VAULT) or f"sqlite:///{self.folder / 'vault.db'}"
        if url == self.database_url:
            raise ContentError("the vault needs a database of its own", where=ENV_VAULT, hint="not that of the records")
        return url

    @property
    def own_paths(self) -> tuple[Path, ...]:
        """All that the workspace is kept in on this machine: none of it is ever destroyed as a record."""
        names = (CONFIG, "stores.yaml", "log.policy", "attestations", "content", "files", "keys")
        urls = (self.database_url, self.vault_url)
        databases = [url.partition(":///")[2] for url in urls if url.startswith("sqlite")]
        beside = [Path(each + end) for each in databases if each for end in ("", "-wal", "-shm", "-journal")]
        return (*(self.folder / name for name in names), *beside)

    @property
    def keys(self) -> Path:
        """The folder of the log's keys."""
        return self.folder / "keys"

    @property
    def files(self) -> Path:
        """The folder of content-addressed files."""
        return self.folder / "files"

    @property
    def content(self) -> Path:
        """The organisation's own packs, clauses and schemas."""
        return self.folder / "content"


def sqlite_url(folder: Path) -> str:
    """The URL of a workspace's own database."""
    return f"sqlite:///{folder / 'govern.db'}"


def read_timeout() -> float:
    """How many seconds to wait for the database: GOVERN_DATABASE_TIMEOUT, or 10. Raises ContentError."""
    text = os.environ.get(ENV_TIMEOUT) or "10"
    if not _SECONDS.fullmatch(text):
        raise ContentError(f"`{text}` is not a number of seconds", where=ENV_TIMEOUT, hint="like 10 or 0.5")
    return float(text)


def check_origin(origin: str) -> str:
    """The name of a log: a URL without scheme. Raises ContentError."""
    if not _ORIGIN.fullmatch(origin):
        raise ContentError(f"`{origin}` is not a name for a log", hint="like example.org/compliance-log")
    return origin


def check_actor(actor: str) -> str:
    """The id of somebody who acts: a pseudonym, since it stands in the log for ever. Raises ContentError."""
    if not _ACTOR.fullmatch(actor):
        hint = "lower-case letters, digits, `.`, `_` and `-`; a role or number, not a person's name or address"
        raise ContentError(f"`{actor}` is not an id of an actor", hint=hint)
    return actor


def find_workspace(start: Path | None = None) -> Path:
    """The workspace to work in: GOVERN_WORKSPACE, or the nearest folder upwards that has a `govern.yaml`."""
    named = os.environ.get(ENV_WORKSPACE)
    if named:
        try:
            folder = Path(named).expanduser().resolve()
            known = (folder / CONFIG).is_file()
        except (RuntimeError, OSError):  # `~nobody`, or a folder that one may not look into
            known = False
        if not known:
            raise StoreError(f"`{named}` is not a workspace", hint="make one: govern init FOLDER", where=ENV_WORKSPACE)
        return folder
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / CONFIG).is_file():
            return folder
    raise StoreError("there is no workspace here", hint="make one: govern init")


def load_settings(folder: Path) -> Settings:
    """Read a workspace's settings. Raises ContentError where the file is wrong."""
    source = load_yaml(folder / CONFIG, name=CONFIG)
    value: Any = source.value
    if not isinstance(value, dict) or not isinstance(value.get("origin"), str):
        raise ContentError("`origin` is missing", where=source.where(), hint="like example.org/compliance-log")
    unknown = sorted(set(value) - {"origin", "actor", "roles", "packages", "planner_may_approve"})
    if unknown:
        raise ContentError(f"`{unknown[0]}` is not a setting", where=source.where((unknown[0],)))
    roles = value.get("roles", [role.value for role in Role])
    if not isinstance(roles, list) or any(role not in [each.value for each in Role] for role in roles):
        hint = "roles: " + ", ".join(role.value for role in Role)
        raise ContentError("`roles` is a list of roles", where=source.where(("roles",)), hint=hint)
    alone = value.get("planner_may_approve", False)
    if not isinstance(alone, bool):
        where = source.where(("planner_may_approve",))
        raise ContentError("`planner_may_approve` is true or false", where=where, hint="false where it is left out")
    actor = os.environ.get(ENV_ACTOR) or str(value.get("actor", "owner"))
    return Settings(
        folder=folder,
        origin=check_origin(value["origin"]),
        actor=Actor(check_actor(actor), frozenset(Role(role) for role in roles)),
        database_url=os.environ.get(ENV_DATABASE) or sqlite_url(folder),
        database_timeout=read_timeout(),
        packages=_read_packages(value.get("packages", []), source),
        planner_may_approve=alone,
    )


def _read_packages(value: Any, source: Source) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        hint = "names of installed content packages; govern packs list shows them"
        raise ContentError("`packages` is a list of names", where=source.where(("packages",)), hint=hint)
    return tuple(value)


def format_settings(origin: str, actor: str) -> bytes:
    """The settings file of a new workspace."""
    return (
        "# A govern workspace. The keys/ folder signs the log: back it up, and keep it to yourself.\n"
        f"origin: {origin}\n"
        f"actor: {actor}\n"
        "roles: [administrator, compliance_officer, counsel, project_owner]\n"
    ).encode()
