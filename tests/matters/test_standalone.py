"""The single file that an auditor reads gives the same verdict on a matter's bundle as `govern` does."""

import importlib.util
import random
from pathlib import Path

import pytest

import govern.audit
from govern.audit import add_sums, format_verifier_key, verify_matter_bundle
from govern.errors import VerificationError
from govern.exchange import Archive, pack_archive
from govern.usecases.witnessing import Attested


@pytest.fixture(scope="module")
def standalone():
    """The single file as a module."""
    path = Path(govern.audit.__file__).with_name("standalone") / "verify.py"
    spec = importlib.util.spec_from_file_location("standalone_verify", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def judge(standalone, tmp_path, log, capsys):
    """A function that says whether both find a bundle good."""
    key = format_verifier_key(log.signer.key)

    def run(files):
        path = tmp_path / "bundle.zip"
        path.write_bytes(pack_archive(files))
        try:
            with Archive(path) as archive:
                verify_matter_bundle(archive.read, archive.paths, [log.signer.key])
            ours = True
        except VerificationError:
            ours = False
        theirs = standalone.main([str(path), "--key", key]) == 0
        said = capsys.readouterr().out
        return ours, theirs, said

    return run


def make_full(log, make):
    earlier = log.log.head().checkpoint
    return make(disclose=["title", "answers/*"], bodies=True, attested=Attested(((earlier, None),)))


def test_both_find_a_whole_bundle_good(log, make, judge):
    ours, theirs, said = judge(make_full(log, make))
    assert (ours, theirs) == (True, True)
    assert "that none follows" in said
    assert "answers/vendor.country" in said


def test_both_find_a_changed_bit_in_any_file(log, make, judge):
    files = make_full(log, make)
    chance = random.Random(5)
    for path in sorted(files):
        changed = bytearray(files[path])
        place = chance.randrange(len(changed) * 8)
        changed[place // 8] ^= 1 << place % 8
        ours, theirs, said = judge({**files, path: bytes(changed)})
        assert (ours, theirs) == (False, False), (path, place, said)


def test_both_miss_an_entry_that_is_left_out(log, make, judge):
    for gone in (2, 4):
        files = {path: data for path, data in make_full(log, make).items() if not path.startswith(f"matter/{gone}.")}
        files = {path: data for path, data in files.items() if path != f"disclosed/{gone}.json"}
        assert judge(add_sums(files))[:2] == (False, False)
