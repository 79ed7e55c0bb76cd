"""Files from outside become plain text: Word, PDF, Markdown and plain text. All that comes in is hostile.

>>> from govern.exchange import read_paper
>>> paper = read_paper(b"1. Audit\\n\\nThe Customer may audit the Vendor at any time.", name="terms.txt")
>>> [(each.number, each.text) for each in paper.paragraphs]
[('1', '1. Audit'), ('', 'The Customer may audit the Vendor at any time.')]
"""

from govern.exchange.archive import MAX_ARCHIVED, Archive, pack_archive
from govern.exchange.package import Package, open_package
from govern.exchange.papers import MAX_PAPER, read_paper
from govern.exchange.word import read_word
from govern.exchange.word_changes import Edit, Line, Proposed, propose_changes

__all__ = [
    "MAX_ARCHIVED",
    "MAX_PAPER",
    "Archive",
    "Edit",
    "Line",
    "Package",
    "Proposed",
    "open_package",
    "pack_archive",
    "propose_changes",
    "read_paper",
    "read_word",
]
