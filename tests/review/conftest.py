"""Small papers and detectors, and the detectors that come with govern."""

import importlib.util
import sys
from pathlib import Path

import pytest

from govern.library.detectors import load_detectors
from govern.library.places import content_places
from govern.review import Detector, DetectorBook, Paper, PaperParagraph, compile_pattern

_spec = importlib.util.spec_from_file_location("labelled", Path(__file__).with_name("labelled.py"))
labelled = importlib.util.module_from_spec(_spec)
sys.modules["labelled"] = labelled
_spec.loader.exec_module(labelled)


@pytest.fixture(scope="session")
def book():
    return load_detectors(content_places())


@pytest.fixture(scope="session")
def terms_of():
    return labelled.find_terms()


@pytest.fixture(scope="session")
def paper():
    """A function that makes a paper of paragraphs, each a text or a PaperParagraph."""

    def make(*each):
        found = [one if isinstance(one, PaperParagraph) else PaperParagraph(one) for one in each]
        return Paper("x.txt", "txt", tuple(found))

    return make


@pytest.fixture(scope="session")
def patterns():
    return lambda *texts: tuple(compile_pattern(text, {"client": ("customer", "data controller")}) for text in texts)


@pytest.fixture(scope="session")
def detector(patterns):
    """A function that makes a book with one detector of one way."""

    def make(*groups, book=None, **more):
        ways = (tuple(patterns(*group) for group in groups),)
        made = Detector("t.one", ways, **more)
        return DetectorBook({"t.one": made}, **(book or {}))

    return make
