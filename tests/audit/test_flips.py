"""Every bit of a bundle of a hundred entries: whichever is flipped, it is found, and its file is named.

In CI every 131st bit, spread over all files; all of them with `GOVERN_TEST_ALL_BITS=1` (some minutes on one core).
"""

import os
from hashlib import sha256

import pytest

from govern.audit import plan_bundle, verify_bundle
from govern.errors import VerificationError

STEP = 1 if os.environ.get("GOVERN_TEST_ALL_BITS") == "1" else 131
COUNT = 100
KINDS = ["checkpoint", "verifier-keys.txt", "README.txt", "SHA256SUMS", "tile/entries", "tile/0", "bodies"]


@pytest.fixture
def files(new_log):
    log = new_log(COUNT)
    records = [b"record %d" % index for index in range(COUNT)]
    bodies = {sha256(record).hexdigest(): record for record in records}
    return log, dict(plan_bundle(log.entries, log.note(cosign=True), log.keys, bodies.get))


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_no_bit_can_be_flipped(files, kind):
    log, whole = files
    assert verify_bundle(whole.get, whole, log.keys).size == COUNT
    bits = [(path, bit) for path in whole if path.startswith(kind) for bit in range(8 * len(whole[path]))]
    chosen = bits[:: min(STEP, max(len(bits) // 100, 1))]
    assert len(chosen) >= 100
    for path, bit in chosen:
        data = bytearray(whole[path])
        data[bit // 8] ^= 1 << bit % 8
        with pytest.raises(VerificationError) as raised:
            verify_bundle({**whole, path: bytes(data)}.get, whole, log.keys)
        assert path in raised.value.where + raised.value.hint, (path, bit, str(raised.value))


@pytest.mark.slow
def test_every_bit_of_an_entry_names_the_entry(files):
    log, whole = files
    path = f"tile/entries/000.p/{COUNT}"
    place = 0
    for index in range(0, COUNT, 9):
        place = sum(2 + len(entry) for entry in log.entries[:index]) + 2
        for byte in range(place, place + len(log.entries[index]), 37):
            data = bytearray(whole[path])
            data[byte] ^= 0x10
            with pytest.raises(VerificationError) as raised:
                verify_bundle({**whole, path: bytes(data)}.get, whole, log.keys)
            assert raised.value.where == f"{path}, entry {index}"


@pytest.mark.slow
def test_no_byte_can_be_lost_or_doubled(files):
    log, whole = files
    for path in (
        "checkpoint",
        "verifier-keys.txt",
        "README.txt",
        "SHA256SUMS",
        "tile/entries/000.p/100",
        "tile/0/000.p/100",
    ):
        data = whole[path]
        for place in range(0, len(data), max(len(data) // 40, 1)):
            for changed in (
                data[:place] + data[place + 1 :],
                data[:place] + data[place : place + 1] + data[place:],
                data[:place],
            ):
                if changed == data:
                    continue
                with pytest.raises(VerificationError):
                    verify_bundle({**whole, path: changed}.get, whole, log.keys)
