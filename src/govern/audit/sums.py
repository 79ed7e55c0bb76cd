"""The files of a bundle as they are read, and the list of their digests."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from govern.errors import VerificationError

SUMS = "SHA256SUMS"


@dataclass
class ReadFiles:
    """The files as they are read, and the digest of each."""

    source: Callable[[str], bytes | None]
    sums: dict[str, str] = field(default_factory=dict)

    def read(self, path: str) -> bytes:
        """The bytes of a file. Raises VerificationError where it is missing."""
        data = self.source(path)
        if data is None:
            raise VerificationError("a file of the bundle is missing", where=path)
        self.sums[path] = sha256(data).hexdigest()
        return data


def format_sums(sums: Mapping[str, str]) -> bytes:
    """Lines as `sha256sum` writes them, sorted by path."""
    return "".join(f"{sums[path]}  {path}\n" for path in sorted(sums)).encode()
