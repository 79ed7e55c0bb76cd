"""The files of a log that somebody serves, by URL. The only code that goes to the network to read a log.

Everything is bounded: seconds and bytes of each file, bytes of all. Redirections are not followed, so that a log cannot
send its verifier elsewhere.
"""

import time
import urllib.error
import urllib.request
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

from govern.errors import StoreError

FILE_LIMIT = 64 << 20
TOTAL_LIMIT = 64 << 30
PATIENCE = 30.0
"""Seconds of silence after which a server is given up."""

FILE_PATIENCE = 120.0
"""Seconds for one file, however slowly it comes."""

_GONE = (404, 410)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


class UrlReader:
    """Gives the bytes of a log's file by path; None for one that is not there."""

    def __init__(self, url: str, *, total_limit: int = TOTAL_LIMIT) -> None:
        """Raises StoreError for what is no http or https URL, or carries a password or a query."""
        try:
            parts = urlsplit(url)
            usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
        except ValueError:
            usable = None
        if not usable or parts.username is not None or parts.query or parts.fragment:
            raise StoreError(f"`{url[:200]}` is not the URL of a log", hint="like https://log.example.org/2026/")
        self._base = url.rstrip("/") + "/"
        self._left = total_limit
        self._opener = urllib.request.build_opener(_NoRedirects())

    def __call__(self, path: str) -> bytes | None:
        request = urllib.request.Request(self._base + path, headers={"User-Agent": "govern"})  # noqa: S310 - checked above
        until = time.monotonic() + FILE_PATIENCE
        try:
            with self._opener.open(request, timeout=PATIENCE) as answer:
                return self._take(answer, path, until)
        except urllib.error.HTTPError as problem:
            with problem:
                if problem.code in _GONE:
                    return None
            raise self._failed(path, f"status {problem.code}") from None
        except urllib.error.URLError as problem:
            raise self._failed(path, str(problem.reason)) from None
        except (OSError, HTTPException) as problem:
            raise self._failed(path, str(problem) or type(problem).__name__) from None

    def _take(self, answer: Any, path: str, until: float) -> bytes:
        limit = min(FILE_LIMIT, self._left)
        parts, size = [], 0
        while part := answer.read1(1 << 16):
            size += len(part)
            if size > limit:
                raise StoreError(f"`{path}` is larger than is read", hint=f"at most {limit} bytes", where=self._base)
            if time.monotonic() > until:
                raise self._failed(path, f"it takes longer than {FILE_PATIENCE:.0f} seconds")
            parts.append(part)
        if answer.length:  # the server said that more would come
            raise self._failed(path, "the answer ends too early")
        self._left -= size
        return b"".join(parts)

    def _failed(self, path: str, reason: str) -> StoreError:
        return StoreError(f"`{path}` cannot be fetched: {reason[:200].lower()}", where=self._base)
