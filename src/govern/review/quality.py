"""Whether the text that came out of a file can be judged at all.

A scan has no text, and a font without a map to Unicode gives letters without words. In such a text every term would be
"not found". It is refused instead.
"""

import re

from govern.errors import RefusedError
from govern.review.model import Paper

_WORD = re.compile(r"[A-Za-z]{2,}")
_GARBAGE = re.compile(r"\(cid:\d+\)|[\ufffd\ue000-\uf8ff\x00-\x08\x0e-\x1f]")
_SCAN = "make the text readable first (OCR), or ask for the Word file"

# The commonest words of English contracts: in running text they are some four of ten words.
_COMMON = frozenset((
    "the", "of", "and", "to", "in", "or", "a", "shall", "any", "by", "for", "is", "be", "with", "this", "as", "such",
    "that", "not", "on", "agreement", "data", "party", "under", "which", "all", "an", "will", "its", "from", "are",
    "it", "may", "other", "processor", "controller", "personal", "information", "at", "must", "if", "each", "has",
    "services",
))  # fmt: skip


def check_quality(paper: Paper) -> None:
    """Raise RefusedError if the text is too little, garbled, or not English."""
    text = paper.text
    letters = sum(map(str.isalpha, text))
    if letters < 40:
        what = "has no text: it is a scan or a picture" if paper.format == "pdf" else "has no text"
        raise RefusedError(f"`{paper.name}` {what}", where=paper.name, hint=_SCAN if paper.format == "pdf" else "")
    garbage = sum(len(found[0]) for found in _GARBAGE.finditer(text))
    if garbage > len(text) / 50:
        raise RefusedError(f"the text of `{paper.name}` came out garbled", where=paper.name, hint=_SCAN)
    words = _WORD.findall(text.lower())
    if len(words) < 5:
        raise RefusedError(f"`{paper.name}` has letters but hardly a word", where=paper.name, hint=_SCAN)
    if len(words) < 60:
        return  # too few to be measured
    if sum(map(len, words)) < letters * 0.5 or sum(map(len, words)) / len(words) > 11:
        raise RefusedError(f"the words of `{paper.name}` came out run together", where=paper.name, hint=_SCAN)
    if sum(word in _COMMON for word in words) < len(words) * 0.15:
        raise RefusedError(
            f"`{paper.name}` does not read as English",
            where=paper.name,
            hint="a review reads English; text that came out garbled needs OCR or the Word file",
        )
