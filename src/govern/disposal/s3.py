"""Objects of an S3-compatible store: every version, every delete marker, and uploads that were never completed.

A lock of the store (object lock, legal hold) is respected: it is reported with its day, and never bypassed, though the
credentials may allow it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from govern.disposal.names import Naming, decode_name, encode_key, encode_name, split_location
from govern.errors import RefusedError, StoreError
from govern.retention import FOLDER_MARKER, Method, StoredObject

MOST_OBJECTS = 100_000
PIECE = 1 << 20
LEGAL_HOLD = "a legal hold is released"

_UPLOAD = "upload:"
_MARKER = "delete marker"
_GONE = ("NoSuchKey", "NoSuchVersion", "NoSuchUpload", "404")


def open_s3(bucket: str, prefix: str, endpoint: str | None, region: str | None) -> "S3Store":
    """A bucket, or what is under a prefix of it. Credentials come from where the client of AWS takes them."""
    try:
        import boto3
        from botocore.config import Config
    except ImportError:
        raise StoreError("the S3 client is not installed", hint='pip install "govern[s3]"') from None
    config = Config(
        connect_timeout=10,
        read_timeout=60,
        retries={"max_attempts": 3, "mode": "standard"},
        s3={"addressing_style": "path"} if endpoint else {},
    )
    with _words("the bucket"):
        client = boto3.client("s3", endpoint_url=endpoint, region_name=region, config=config)
    return S3Store(client, bucket, prefix)


class S3Store(Naming):
    """The objects of a bucket under a prefix."""

    def __init__(self, client: Any, bucket: str, prefix: str) -> None:
        self._client = client
        self._bucket = bucket
        self._prefix = prefix
        self._locks: bool | None = None

    @property
    def method(self) -> Method:
        """How it destroys, and what that does not reach."""
        return Method(
            "none",
            "every version, delete marker and unfinished upload removed by its id",
            "all versions, markers and uploads listed again: none is left",
            (
                "the provider's media, which it alone sanitises",
                "replicas of the bucket, inventories and backups that the provider or others keep",
            ),
        )

    def list(self, location: str) -> Iterator[StoredObject]:
        """Every version and marker of the object of that key, and of those under it as a folder."""
        key = self._key(location)
        counted = 0
        for name, each, marker in self._versions(key):
            counted += 1
            if counted > MOST_OBJECTS:
                raise RefusedError(f"more than {MOST_OBJECTS} versions", hint="register it as several records")
            version = each.get("VersionId") or "null"
            if marker:
                yield StoredObject(name, 0, _MARKER, version, current=False)
                continue
            locked = self._locked_until(each["Key"], version)
            folder = each["Key"].endswith("/") and not each["Size"]  # as consoles make them: no file of the record
            current = bool(each["IsLatest"]) and not folder
            yield StoredObject(name, each["Size"], each["ETag"], version, locked, current)
        for name, upload in self._uploads(key):
            yield StoredObject(name, 0, _UPLOAD, _UPLOAD + upload, current=False)

    def walk(self) -> Iterator[tuple[str, int]]:
        """Every object, with all its versions, and every unfinished upload. What has delete markers alone is gone."""
        root = f"{self._prefix}/" if self._prefix else ""
        with _words(self._bucket):
            for key, size in self._sizes(root):
                yield encode_key(key[len(root) :]), size
            pages = self._client.get_paginator("list_multipart_uploads").paginate(Bucket=self._bucket, Prefix=root)
            for page in pages:
                for each in page.get("Uploads") or ():
                    yield encode_key(each["Key"][len(root) :]), 0

    def _sizes(self, root: str) -> Iterator[tuple[str, int]]:
        """Each key with the bytes of its versions, which the server lists side by side."""
        last, size = None, 0
        pages = self._client.get_paginator("list_object_versions").paginate(Bucket=self._bucket, Prefix=root)
        for page in pages:
            for each in page.get("Versions") or ():
                if last is not None and each["Key"] != last:
                    yield last, size
                    size = 0
                last = each["Key"]
                size += each["Size"]
        if last is not None:
            yield last, size

    def _versions(self, key: str) -> Iterator[tuple[str, dict[str, Any], bool]]:
        pages = self._client.get_paginator("list_object_versions").paginate(Bucket=self._bucket, Prefix=key)
        with _words(key):
            for page in pages:
                for kind, marker in (("Versions", False), ("DeleteMarkers", True)):
                    for each in page.get(kind) or ():
                        name = _name(each["Key"], key)
                        if name is not None:
                            yield name, each, marker

    def _uploads(self, key: str) -> Iterator[tuple[str, str]]:
        pages = self._client.get_paginator("list_multipart_uploads").paginate(Bucket=self._bucket, Prefix=key)
        with _words(key):
            for page in pages:
                for each in page.get("Uploads") or ():
                    name = _name(each["Key"], key)
                    if name is not None:
                        yield name, each["UploadId"]

    def _locked_until(self, key: str, version: str) -> str:
        if not self._has_locks():
            return ""
        with _words(key):
            head = self._client.head_object(Bucket=self._bucket, Key=key, VersionId=version)
        if head.get("ObjectLockLegalHoldStatus") == "ON":
            return LEGAL_HOLD
        until = head.get("ObjectLockRetainUntilDate")
        return until.date().isoformat() if until is not None and head.get("ObjectLockMode") else ""

    def _has_locks(self) -> bool:
        if self._locks is None:
            from botocore.exceptions import ClientError

            try:
                with _words(self._bucket, but=("ObjectLockConfigurationNotFoundError", "NotImplemented")):
                    self._client.get_object_lock_configuration(Bucket=self._bucket)
                self._locks = True
            except ClientError:
                self._locks = False
        return self._locks

    def read(self, location: str, found: StoredObject) -> Iterator[bytes]:
        """The content of one version; a marker and an unfinished upload have none."""
        if found.stamp in (_MARKER, _UPLOAD):
            return
        key = self._full(location, found)
        with _words(key):
            answer = self._client.get_object(Bucket=self._bucket, Key=key, VersionId=found.version)
            yield from answer["Body"].iter_chunks(PIECE)

    def delete(self, location: str, found: StoredObject) -> None:
        """Remove one version, marker or upload by its id."""
        from botocore.exceptions import ClientError

        key = self._full(location, found)
        try:
            with _words(key, but=_GONE):
                if found.stamp == _UPLOAD:
                    upload = found.version.removeprefix(_UPLOAD)
                    self._client.abort_multipart_upload(Bucket=self._bucket, Key=key, UploadId=upload)
                    return
                if found.stamp != _MARKER:
                    now = self._client.head_object(Bucket=self._bucket, Key=key, VersionId=found.version)
                    if now["ETag"] != found.stamp:
                        raise RefusedError(f"`{found.name or key}` was changed since it was looked at")
                self._client.delete_object(Bucket=self._bucket, Key=key, VersionId=found.version)
        except ClientError:  # it is gone already
            return

    def finish(self, location: str) -> None:
        """Nothing is left to tidy up."""

    def close(self) -> None:
        """Give back the connections."""
        self._client.close()

    def _key(self, location: str) -> str:
        try:
            inside = b"/".join(split_location(location)).decode()
        except UnicodeDecodeError:
            raise RefusedError(f"`{location[:80]}` is not a key of an object") from None
        return f"{self._prefix}/{inside}" if self._prefix else inside

    def _full(self, location: str, found: StoredObject) -> str:
        key = self._key(location)
        if found.name == FOLDER_MARKER:
            return f"{key}/"
        return f"{key}/{decode_name(found.name).decode()}" if found.name else key


def _name(key: str, record: str) -> str | None:
    """The name of an object within a record; None for one that only begins with the same letters."""
    if key == record:
        return ""
    if key == f"{record}/":
        return FOLDER_MARKER
    return encode_name(key[len(record) + 1 :].encode()) if key.startswith(record + "/") else None


@contextmanager
def _words(what: str, but: tuple[str, ...] = ()) -> Iterator[None]:
    """What the store says, in the reader's words; errors of the codes `but` are left to the caller."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as problem:
        error = problem.response.get("Error", {})
        code, said = str(error.get("Code", "")), str(error.get("Message", ""))[:200]
        if code in but:
            raise
        kind = RefusedError if code in ("AccessDenied", "InvalidRequest") else StoreError
        raise kind(f"`{what[:200]}`: the store says {code}: {said}") from None
    except (BotoCoreError, ValueError) as problem:
        raise StoreError(f"`{what[:200]}`: {str(problem)[:200]}") from None
