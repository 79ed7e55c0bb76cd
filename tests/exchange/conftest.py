"""The builder of small Word files, and our own sample draft."""

import importlib.util
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def _load(name, path):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


build = _load("exchange_builder", HERE / "builder.py")


@pytest.fixture(scope="session")
def b():
    return build


@pytest.fixture(scope="session")
def draft():
    return _load("render_sample_for_exchange", HERE.parent / "render" / "sample.py").make_draft()
