"""Content that others ship as Python packages, found by the entry point group `govern.content`.

An entry point `name = "package:folder"` names a folder inside an installed package, laid out like a workspace's
`content` folder. No code of the package is run: the folder is found by the import system's specification alone. A
package may add files and may not overlay what comes with `govern`; only a workspace that lists it uses it.
"""

from collections.abc import Iterable
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from govern.errors import ContentError
from govern.kernel import suggest
from govern.library.places import builtin_root

GROUP = "govern.content"
LINT_GROUP = "govern.lint"


def list_packages() -> dict[str, Path]:
    """The folders of all installed content packages, by name. About 10 ms with a hundred packages installed."""
    return {each.name: _folder(each) for each in sorted(entry_points(group=GROUP), key=lambda point: point.name)}


def find_packages(names: Iterable[str]) -> tuple[Path, ...]:
    """The folders of these packages, in order. Raises ContentError for one that is not there or that overlays ours."""
    wanted = list(names)
    if not wanted:
        return ()
    known = list_packages()
    rules = {point.name.partition(".")[0] for point in entry_points(group=LINT_GROUP)}
    wanted = [name for name in wanted if name in known or name not in rules]  # a package may ship rules alone
    for name in wanted:
        if name not in known:
            hint = suggest(name, known) or f"installed are: {', '.join(known) or 'none'}"
            raise ContentError(f"the content package `{name}` is not installed", where="packages", hint=hint)
        _check_adds(name, known[name])
    return tuple(known[name] for name in wanted)


def find_lint_rules(names: Iterable[str]) -> dict[str, Any]:
    """The lint rules that the packages of these names ship under `govern.lint`: code that runs, so only if listed.

    An entry point `name = "package.module:rule"` names a function from an `Analysis` to findings. It belongs to the
    content package of the same name or with its name as beginning, `name.rule`. Raises ContentError where it does not
    load.
    """
    wanted = tuple(names)
    rules = {}
    for point in sorted(entry_points(group=LINT_GROUP), key=lambda each: each.name) if wanted else ():
        if point.name.partition(".")[0] in wanted:
            try:
                rules[point.name] = point.load()
            except Exception as problem:
                hint = "the entry point is written package.module:function"
                raise ContentError(f"the lint rule `{point.name}` does not load: {problem}", hint=hint) from problem
    return rules


def _folder(point: EntryPoint) -> Path:
    package, _, folder = point.value.partition(":")
    spec = find_spec(package.strip().partition(".")[0])
    for location in (spec.submodule_search_locations or ()) if spec else ():
        root = Path(location).joinpath(*package.strip().split(".")[1:])
        found = root / folder.strip()
        if found.is_dir() and found.resolve().is_relative_to(root.resolve()):
            return found
    hint = "the entry point is written package:folder"
    raise ContentError(f"`{point.value}` of the content package `{point.name}` is not a folder", hint=hint)


def _check_adds(name: str, folder: Path) -> None:
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if path.is_file() and (builtin_root() / relative).exists():
            hint = "a package adds files of its own; an organisation's content folder may overlay"
            raise ContentError(
                f"the content package `{name}` replaces a file that comes with govern", where=str(relative), hint=hint
            )
