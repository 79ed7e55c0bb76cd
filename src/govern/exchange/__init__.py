"""Files from outside become plain text: Word, PDF, Markdown and plain text. All that comes in is hostile.

    >>> from govern.exchange import read_paper
    >>> paper = read_paper(b"1. Audit\\n\\nThe Customer may audit the Vendor.", name="terms.txt")
    >>> [(each.number, each.text) for each in paper.paragraphs]
    [('1', '1. Audit'), ('', 'The Customer may audit the Vendor.')]
"""

from govern.exchange.package import Package, open_package
from govern.exchange.papers import MAX_PAPER, read_paper
from govern.exchange.word import read_word

__all__ = ["MAX_PAPER", "Package", "open_package", "read_paper", "read_word"]
