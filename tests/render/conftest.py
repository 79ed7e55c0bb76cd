"""The sample draft, in each status, and how to look into a Word file."""

import importlib.util
import io
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest
from lxml import etree

from govern.contracts import Draft


def _load_sample() -> ModuleType:
    spec = importlib.util.spec_from_file_location("render_sample", Path(__file__).with_name("sample.py"))
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["render_sample"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def sample() -> Draft:
    return _load_sample().make_draft()


@pytest.fixture(scope="session")
def final(sample: Draft) -> Draft:
    return replace(sample, status="final", open_points=())


@pytest.fixture(scope="session")
def part() -> Callable[[bytes, str], etree._Element]:
    def read(file: bytes, name: str) -> etree._Element:
        with zipfile.ZipFile(io.BytesIO(file)) as package:
            return etree.fromstring(package.read(name))

    return read
