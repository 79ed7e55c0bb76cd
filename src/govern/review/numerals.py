"""Numbers as paragraphs bear them and as sentences say them."""

import re

_TYPED = re.compile(
    r"""\s*(?:
        (?:(?:Clause|Section|Article|Paragraph|Sec\.|Art\.|§)\s*)?
        (?P<decimal>[0-9]{1,2}(?:\.[0-9]{1,3}){0,4})(?P<end>[.):]|(?=[\s\u2013\u2014-]))
      | \((?P<bracket>[0-9]{1,3}|[A-Za-z]{1,2}|[ivxlcIVXLC]{1,6})\)
      | (?P<letter>[A-Za-z]|[ivxIVX]{1,5})[.)]
      | (?:Article|ARTICLE|Section|SECTION|Clause|CLAUSE)\s+(?P<roman>[IVXLC]{1,6}|[0-9]{1,3})\b
    )(?=[\s.:)\u2013\u2014-]|$)""",
    re.VERBOSE,
)
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"))
_ROMAN_LOW = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))

_SMALL = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip


def typed_number(text: str) -> str:
    """The number that is typed at the beginning of a paragraph, "7.2" or "(a)"; empty if there is none.

    A year or an amount that begins a sentence is none: a bare number needs a full stop or a second level.
    """
    found = _TYPED.match(text[:80])
    if found is None:
        return ""
    if found["bracket"]:
        return f"({found['bracket']})"
    if found["decimal"]:
        bare = not found["end"] and ("." not in found["decimal"] or not text.lstrip()[0].isdigit())
        starts = text[found.end() :].lstrip(" \t\u2013\u2014-.:")[:1]
        return "" if bare and not starts.isupper() else found["decimal"]
    return (found["letter"] and f"{found['letter']}.") or found["roman"]


def skip_typed(text: str) -> int:
    """Where the words of a paragraph begin, behind the number that is typed before them."""
    found = _TYPED.match(text[:80]) if typed_number(text) else None
    return len(text) - len(text[found.end() :].lstrip(" \t.:)\u2013\u2014-")) if found else 0


def write_number(count: int, form: str) -> str:
    """A count in one of Word's number formats (ECMA-376 17.18.59); one that we do not know is written in digits."""
    match form:
        case "lowerLetter" | "upperLetter":
            # Word counts z, aa, bb, cc
            letters = chr(ord("a") + (count - 1) % 26) * min((count - 1) // 26 + 1, 30) if count > 0 else ""
            return letters.upper() if form == "upperLetter" else letters
        case "lowerRoman" | "upperRoman":
            return lower_roman(count).upper() if form == "upperRoman" else lower_roman(count)
        case "decimalZero":
            return f"{count:02d}"
        case "ordinal":
            ending = "th" if count % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(count % 10, "th")
            return f"{count}{ending}"
        case "cardinalText":
            return say_count(count).capitalize()
        case "none" | "bullet":
            return ""
    return str(count)


def lower_roman(count: int) -> str:
    """14 is xiv; Word writes nothing for zero."""
    out = ""
    for value, letters in (*_ROMAN, *_ROMAN_LOW):
        out += letters * min(count // value, 40)
        count %= value
    return out


def say_count(count: int) -> str:
    """A count below one hundred in words, digits above."""
    if count in _SMALL.values():
        return next(word for word, value in _SMALL.items() if value == count)
    if not 20 <= count < 100:
        return str(count)
    tens = next(word for word, value in _TENS.items() if value == count - count % 10)
    return tens if count % 10 == 0 else f"{tens}-{say_count(count % 10)}"


def read_count(word: str) -> int | None:
    """The number that one word says: `72`, `1,000`, `thirty`; None if it says none."""
    digits = word.replace(",", "")
    if digits.isascii() and digits.isdecimal() and len(digits) <= 12:
        return int(digits)
    return 100 if word == "hundred" else _SMALL.get(word, _TENS.get(word))


def read_counts(counts: list[int]) -> int:
    """The number that several words say together: two, hundred, forty is 240."""
    total = 0
    for count in counts:
        total = max(total, 1) * count if count == 100 else total + count
    return total
