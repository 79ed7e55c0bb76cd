"""Several seal and one erases, at once, on databases of either kind: what was acknowledged is what the key covered."""

import threading

import pytest

from govern.errors import RefusedError, StoreError
from govern.usecases.binding import check_records
from govern.usecases.erasure import erase_person, read_personal, seal_personal
from govern.usecases.logs import verify_store

SEALERS, ROUNDS = 3, 6


def test_nothing_is_sealed_under_a_key_after_its_end(open_world, officer):
    ports = open_world()
    seal_personal(ports, officer, "annotator-1", {"name": "Ada Example"})
    acknowledged, refused, certificates = [], [], []

    def seal(number):
        mine = open_world()
        for each in range(ROUNDS):
            try:
                acknowledged.append(seal_personal(mine, officer, "annotator-1", {"note": f"{number}-{each}"}).version)
            except RefusedError:
                refused.append(number)
                return
            except StoreError:  # somebody else saved in between: try again with the next
                continue

    def erase():
        mine = open_world()
        while not certificates:
            try:
                certificates.append(erase_person(mine, officer, "annotator-1", ""))
            except StoreError:  # somebody sealed in between
                continue

    threads = [threading.Thread(target=seal, args=(number,)) for number in range(SEALERS)]
    for thread in threads:
        thread.start()
    while not acknowledged and any(thread.is_alive() for thread in threads):
        threads[0].join(0.01)
    eraser = threading.Thread(target=erase)
    eraser.start()
    for thread in (*threads, eraser):
        thread.join(120)

    (certificate,) = certificates
    assert certificate.said["covered"] == len(acknowledged) + 1
    assert len(set(acknowledged)) == len(acknowledged)
    verify_store(ports, officer)
    check_records(ports, officer).check()
    with pytest.raises(RefusedError):
        read_personal(ports, officer, "annotator-1")
