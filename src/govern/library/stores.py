"""`stores.yaml` → the stores in which a workspace's records lie."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from govern.errors import ContentError, RefusedError
from govern.library.places import builtin_root
from govern.library.schemas import check_source
from govern.library.vocabulary import raise_problems
from govern.library.yaml_files import Source, load_yaml
from govern.retention import Copy, StorePlace, is_doubtful, plain_address

STORES = "stores.yaml"

_OPTIONS: dict[str, dict[str, bool]] = {
    "file": {},
    "s3": {"endpoint": False, "region": False},
    "sftp": {"known_hosts": True, "key_file": False},
    "rows": {"url_from": True, "table": True, "key": True, "triggers": False},
}
"""By the kind of a store: which of its options there are, and whether it must have them."""

_OWN_TABLES = re.compile(r"(?:.*\.)?(?:govern_.*|vault_key)")


def load_stores(path: Path, check: Callable[[str], None] = lambda _: None) -> tuple[StorePlace, ...]:
    """Read and check the declared stores; none where there is no such file. Raises ContentError with all problems.

    `check` raises RefusedError for an address that can be no store.
    """
    if not path.is_file():
        return ()
    source = load_yaml(path, name=path.name)
    raise_problems(check_source(source, builtin_root() / "schemas" / "files" / "stores.yaml"))
    value: Any = source.value
    problems: list[ContentError] = []
    places: list[StorePlace] = []
    for index, entry in enumerate(value["stores"]):
        problems.extend(_check_options(entry, source, index))
        if is_doubtful(entry["at"]):
            hint = "write the whole path as it is"
            words = f"`{entry['at']}` has an empty part, `.` or `..` in it"
            problems.append(ContentError(words, where=source.where((*_at(index), "at")), hint=hint))
        problems.extend(_check_own(entry, source, index, check))
        at = plain_address(entry["at"])
        if any(entry["name"] == each.name or at == plain_address(each.at) for each in places):
            problems.append(ContentError(f"the store `{entry['name']}` is there twice", where=source.where(_at(index))))
        copies = tuple(Copy(each["what"], str(each.get("expires") or "")) for each in entry.get("copies") or ())
        options = {key: entry[key] for key in entry if key not in ("name", "at", "medium", "copies")}
        places.append(StorePlace(entry["name"], entry["at"], entry.get("medium") or "", copies, options))
    raise_problems(problems)
    return tuple(places)


def _at(index: int) -> tuple[str | int, ...]:
    return ("stores", index)


def _check_own(
    entry: dict[str, Any], source: Source, index: int, check: Callable[[str], None]
) -> Iterator[ContentError]:
    """What is wrong with a store in which this workspace, or another one, is kept."""
    try:
        check(entry["at"])
    except RefusedError as problem:
        yield ContentError(problem.message, where=source.where((*_at(index), "at")), hint=problem.hint)
    table = str(entry.get("table") or "")
    if _OWN_TABLES.fullmatch(table):
        where = source.where((*_at(index), "table"))
        yield ContentError(f"`{table}` is a table of govern itself", where=where, hint="a table of your own records")


def _check_options(entry: dict[str, Any], source: Source, index: int) -> list[ContentError]:
    kind = entry["at"].partition("://")[0]
    known = _OPTIONS[kind]
    given = set(entry) - {"name", "at", "medium", "copies"}
    problems = [
        ContentError(f"`{key}` says nothing about a store of {kind}://", where=source.where((*_at(index), key)))
        for key in sorted(given - set(known))
    ]
    problems.extend(
        ContentError(f"`{key}` is missing", where=source.where(_at(index)), hint=f"a store of {kind}:// needs it")
        for key, needed in known.items()
        if needed and key not in given
    )
    return problems
