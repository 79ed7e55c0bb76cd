"""Canonical JSON: one value, one sequence of bytes.

Source: RFC 8785 (JSON Canonicalization Scheme), restricted to what a record may hold: objects, arrays,
strings, true, false, null and integers of a magnitude below 2**53. Floats are refused, so number formatting
never matters. Strings and keys are in Unicode Normalization Form C. `parse_canonical` accepts only what
`canonical_bytes` writes.

>>> canonical_bytes({"b": [1, None], "a": "é"})
b'{"a":"\\xc3\\xa9","b":[1,null]}'
>>> parse_canonical(b'{"a":1}')
{'a': 1}
"""

import json
import unicodedata

from govern.errors import FactError, VerificationError

SAFE_INTEGER = 2**53  # RFC 8785 3.2.2.3: beyond it a double cannot tell two integers apart
DEPTH_LIMIT = 64
SIZE_LIMIT = 65_535


def canonical_bytes(value: object) -> bytes:
    """The RFC 8785 bytes of `value`, in UTF-8. `FactError` names the path of what has no canonical form."""
    ordered = _ordered(value, "$", DEPTH_LIMIT)
    return json.dumps(ordered, ensure_ascii=False, separators=(",", ":")).encode()


def parse_canonical(data: bytes, *, limit: int | None = SIZE_LIMIT) -> object:
    """The value whose canonical bytes are `data`; at most `limit` bytes (None: any number).

    `VerificationError` for anything else: no JSON, a duplicate key, a float, white space, another order of
    keys.
    """
    if limit is not None and len(data) > limit:
        raise VerificationError(f"{len(data)} bytes are too many for canonical JSON", hint=f"at most {limit} bytes")
    try:
        value = json.loads(
            data.decode(),
            object_pairs_hook=_object,
            parse_float=_refuse_number,
            parse_constant=_refuse_number,
        )
        again = canonical_bytes(value)
    except (ValueError, RecursionError) as error:
        raise VerificationError(f"not JSON: {_reason(error)}") from error
    except FactError as error:
        raise VerificationError(f"not canonical JSON: {error.message}", where=error.where) from error
    if again != data:
        place = next((i for i, (a, b) in enumerate(zip(again, data, strict=False)) if a != b), len(again))
        raise VerificationError(
            f"not canonical JSON: byte {place} differs from the canonical form",
            hint="RFC 8785: keys sorted, no white space, shortest escapes",
            expected=_excerpt(again, place),
            found=_excerpt(data, place),
        )
    return value


def _ordered(value: object, path: str, depth: int) -> object:
    """`value` with every object's keys in order, after each part has been checked."""
    if depth == 0:
        raise FactError(f"nested more than {DEPTH_LIMIT} levels deep", where=path)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        _check_text(value, path)
        return value
    if isinstance(value, int):
        if abs(value) >= SAFE_INTEGER:
            raise FactError("an integer is too large", where=path, hint="write it as a string")
        return value
    if isinstance(value, list):
        return [_ordered(item, f"{path}[{i}]", depth - 1) for i, item in enumerate(value)]
    if isinstance(value, dict):
        for key in value:
            if not isinstance(key, str):
                raise FactError(f"the key `{key!r}` is not a string", where=path)
            _check_text(key, path)
        # RFC 8785 3.2.3: keys are sorted by their UTF-16 code units
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        return {key: _ordered(value[key], f"{path}.{key}", depth - 1) for key in keys}
    raise FactError(
        f"`{type(value).__name__}` has no canonical form",
        where=path,
        hint="use objects, lists, strings, integers, true, false and null",
    )


def _check_text(text: str, path: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise FactError("a string holds half a surrogate pair", where=path) from error
    if not unicodedata.is_normalized("NFC", text):
        raise FactError(f"`{text}` is not in Unicode Normalization Form C", where=path)


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    result = dict(pairs)
    if len(result) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise FactError(f"the key `{twice}` occurs twice")
    return result


def _refuse_number(text: str) -> object:
    raise FactError(f"`{text}` is not an integer")


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg.lower()} at character {error.pos}"
    if isinstance(error, UnicodeDecodeError):
        return f"byte {error.start} is not UTF-8"
    return "nested too deep" if isinstance(error, RecursionError) else "a number is too long"


def _excerpt(data: bytes, place: int) -> str:
    return data[max(place - 10, 0) : place + 10].decode(errors="replace")
