"""YAML, read as the hostile input that it is.

A strict part of YAML 1.2: mappings, sequences, strings, integers, decimals, booleans (`true`, `false`), null
and dates. No tags, anchors, aliases, merge keys or duplicate keys; bounded in bytes, depth and number of
nodes. The reader works on parser events without recursion, so that no document can exhaust memory or the
stack, and it remembers where each value stands. `no` and `NO` are text here, as people mean them.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from govern.errors import ContentError
from govern.named_files import open_named

MAX_BYTES = 8 * 1024 * 1024
MAX_DEPTH = 32
MAX_NODES = 400_000

Trail: TypeAlias = "tuple[str | int, ...]"
"""The keys and indexes that lead to a value."""

_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_DECIMAL = re.compile(r"[-+]?[0-9]{1,18}\.[0-9]{1,18}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}


@dataclass(frozen=True, slots=True)
class Source:
    """A file's value, and where its parts stand: line and column from 1, by trail."""

    name: str
    value: Any
    marks: dict[Trail, tuple[int, int]] = field(default_factory=dict, repr=False)
    offset: int = 0

    def where(self, trail: Trail = ()) -> str:
        """`file:line:column` of the value at `trail`, or of the nearest value around it."""
        while trail and trail not in self.marks:
            trail = trail[:-1]
        line, column = self.marks.get(trail, (1, 1))
        return f"{self.name}:{line + self.offset}:{column}"


@dataclass(slots=True)
class _Open:
    """A mapping or sequence that is still being read."""

    value: Any
    trail: Trail
    key: Any = None
    expects_key: bool = False


def read_bytes(path: Path, *, name: str, limit: int = MAX_BYTES) -> bytes:
    """A file's bytes, refused if it is larger than `limit`. Raises ContentError where it cannot be read."""
    try:
        with open_named(path) as file:
            data = file.read(limit + 1)
    except FileNotFoundError:
        raise ContentError(f"there is no file `{name}`", hint="check the path", where=name) from None
    except OSError as problem:
        raise ContentError(f"`{name}` cannot be read: {problem.strerror}", where=name) from None
    if len(data) > limit:
        raise ContentError(f"`{name}` is larger than {limit // 1024} KiB", hint="split it", where=name)
    return data


def decode_text(data: bytes, *, name: str) -> str:
    """UTF-8 text without a byte order mark. Raises ContentError with the line of the first bad byte."""
    try:
        return data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        raise ContentError("this is not UTF-8 text", hint="save the file as UTF-8", where=f"{name}:{line}:1") from None


def load_yaml(path: Path, *, name: str | None = None) -> Source:
    """Read one YAML file. `name` is how errors call it; the path itself otherwise."""
    label = name or str(path)
    return parse_yaml(decode_text(read_bytes(path, name=label), name=label), name=label)


def parse_yaml(text: str, *, name: str, offset: int = 0) -> Source:
    """Parse YAML text. `offset` lines are added to every place, for front matter inside another file.

    Raises ContentError at the first thing that cannot be read. Linear in the text.
    """
    reader = _Reader(name, offset)
    try:
        for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            reader.take(event)
    except yaml.MarkedYAMLError as problem:
        where = _place(problem.problem_mark, name, offset)
        raise ContentError(f"this is not YAML: {problem.problem}", where=where, hint=_hint(problem)) from None
    except (yaml.YAMLError, UnicodeEncodeError):
        raise ContentError("this is not YAML: it has a character that is not allowed", where=name) from None
    return Source(name, reader.root, reader.marks, offset)


def _place(mark: Any, name: str, offset: int) -> str:
    """Both of PyYAML's parsers mark every event and every error, whatever their stubs say."""
    return f"{name}:{mark.line + 1 + offset}:{mark.column + 1}"


def _hint(problem: yaml.MarkedYAMLError) -> str:
    if "mapping values are not allowed" in str(problem.problem):
        return "put text that contains `: ` in quotes"
    return "look at the indentation and the quotes of this line and the one before"


class _Reader:
    def __init__(self, name: str, offset: int) -> None:
        self.name = name
        self.offset = offset
        self.root: Any = None
        self.marks: dict[Trail, tuple[int, int]] = {}
        self.stack: list[_Open] = []
        self.documents = 0

    def error(self, event: yaml.Event, message: str, hint: str = "") -> ContentError:
        return ContentError(message, hint=hint, where=_place(event.start_mark, self.name, self.offset))

    def take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self.scalar(event)
        elif isinstance(event, yaml.MappingStartEvent):
            self.begin(event, {}, expects_key=True)
        elif isinstance(event, yaml.SequenceStartEvent):
            self.begin(event, [], expects_key=False)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self.stack.pop()
        elif isinstance(event, yaml.AliasEvent):
            raise self.error(event, "aliases (`*name`) are not read", "write the value out")
        elif isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise self.error(event, "a file holds one document", "remove the second `---`")

    def begin(self, event: yaml.CollectionStartEvent, value: Any, *, expects_key: bool) -> None:
        self.refuse_extras(event)
        if len(self.stack) >= MAX_DEPTH:
            raise self.error(event, f"nested more than {MAX_DEPTH} deep")
        if self.stack and self.stack[-1].expects_key:
            raise self.error(event, "a key is a single word or text")
        trail = self.place(event, value)
        self.stack.append(_Open(value, trail, expects_key=expects_key))

    def refuse_extras(self, event: yaml.NodeEvent) -> None:
        if event.anchor is not None:
            raise self.error(event, "anchors (`&name`) are not read", "write the value out where it is needed")
        tag = getattr(event, "tag", None)
        if tag is not None and tag != "!":
            raise self.error(event, f"tags (`{tag}`) are not read", "remove it")

    def scalar(self, event: yaml.ScalarEvent) -> None:
        self.refuse_extras(event)
        top = self.stack[-1] if self.stack else None
        if top is not None and top.expects_key:
            key = event.value
            if key in top.value:
                raise self.error(event, f"the key `{key}` is there twice", "remove one of them")
            if key == "<<":
                raise self.error(event, "merge keys (`<<`) are not read", "write the values out")
            top.key, top.expects_key = key, False
            self.mark(event, (*top.trail, key))
            return
        plain = not event.style and event.tag is None  # a tag of `!` says: text
        self.place(event, self.resolve(event) if plain else event.value)

    def resolve(self, event: yaml.ScalarEvent) -> Any:
        text = event.value
        if text in _WORDS:
            return _WORDS[text]
        if _INTEGER.fullmatch(text):
            return int(text)
        if _DECIMAL.fullmatch(text):
            return float(text)
        if _DATE.fullmatch(text):
            try:
                return date.fromisoformat(text)
            except ValueError:
                raise self.error(event, f"`{text}` is not a date") from None
        return text

    def place(self, event: yaml.NodeEvent, value: Any) -> Trail:
        """Put a value where it belongs and return the trail that leads to it."""
        if not self.stack:
            self.root = value
            self.mark(event, ())
            return ()
        top = self.stack[-1]
        if isinstance(top.value, list):
            trail: Trail = (*top.trail, len(top.value))
            top.value.append(value)
            self.mark(event, trail)
        else:
            trail = (*top.trail, top.key)
            top.value[top.key] = value
            top.expects_key = True
        return trail

    def mark(self, event: yaml.NodeEvent, trail: Trail) -> None:
        if len(self.marks) >= MAX_NODES:
            raise self.error(event, f"more than {MAX_NODES} values in one file", "split it")
        mark: Any = event.start_mark
        self.marks[trail] = (mark.line + 1, mark.column + 1)
