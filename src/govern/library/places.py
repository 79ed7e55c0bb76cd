"""Where authored content lies: what comes with `govern`, overlaid by the organisation's own."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from govern.errors import ContentError


@lru_cache(maxsize=1)
def builtin_root() -> Path:
    """The folder that holds the `rules`, `clause_library` and `schemas` that come with `govern`."""
    package = Path(__file__).resolve().parent.parent
    for root in (package / "_content", package.parent.parent):
        if (root / "schemas" / "files").is_dir():
            return root
    raise ContentError("the content that comes with govern is not installed", hint="install the package again")


@dataclass(frozen=True, slots=True)
class Places:
    """Roots in order: a later one adds to and overlays an earlier one, file by file."""

    roots: tuple[Path, ...]

    def files(self, folder: str, pattern: str) -> Iterator[tuple[str, Path]]:
        """`(name, path)` of the files under `folder` in all roots, by name; of two alike the later root's."""
        found: dict[str, Path] = {}
        for root in self.roots:
            base = root / folder
            if base.is_dir():
                for path in base.rglob(pattern):
                    if path.is_file():
                        name = f"{folder}/{path.relative_to(base).as_posix()}"
                        found[name] = _check_inside(root, path, name)
        yield from sorted(found.items())

    def file(self, name: str) -> Path | None:
        """The file of that name in the last root that has it."""
        for root in reversed(self.roots):
            if (root / name).is_file():
                return _check_inside(root, root / name, name)
        return None

    def layers(self, name: str) -> list[Path]:
        """The files of that name in all roots that have it, the last of which has the last word."""
        return [_check_inside(root, root / name, name) for root in self.roots if (root / name).is_file()]

    def schema(self, kind: str) -> Path:
        """The Cerberus schema of a kind of authored file; never overlaid."""
        return builtin_root() / "schemas" / "files" / f"{kind}.yaml"

    def digest(self, folders: tuple[str, ...]) -> str:
        """SHA-256 over names and bytes of all files under the folders, in hex."""
        total = hashlib.sha256()
        for folder in folders:
            for name, path in self.files(folder, "*"):
                data = path.read_bytes()
                total.update(f"{name}\0{len(data)}\0".encode())
                total.update(data)
        return total.hexdigest()


def _check_inside(root: Path, path: Path, name: str) -> Path:
    """An organisation's file lies in its folder: a link that leads out of it is not followed."""
    if root != builtin_root() and not path.resolve().is_relative_to(root.resolve()):
        hint = "put the file itself there"
        raise ContentError(f"`{name}` is a link that leaves the workspace", where=str(path), hint=hint)
    return path


def content_places(organisation: Path | None = None, packages: tuple[Path, ...] = ()) -> Places:
    """The built-in content, over it that of packages, and over all the organisation's folder, if it is there."""
    roots = [builtin_root(), *packages]
    if organisation is not None and organisation.is_dir():
        roots.append(organisation)
    return Places(tuple(roots))
