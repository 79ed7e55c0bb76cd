"""Many writers at once: no fork, no event lost or doubled."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from govern.errors import WriteConflictError

pytestmark = pytest.mark.slow


def test_threads(sql_store, new_event, check_sound):
    def work(thread):
        for number in range(12):
            sql_store.emit(new_event(f"{thread}-{number}", matter=f"m{number % 3}"))
            sql_store.log.sequence()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    check_sound(sql_store, [f"event-{thread}-{number}" for thread in range(8) for number in range(12)])


def test_processes(sql_store, check_sound, run_python):
    started = [
        run_python(
            sql_store,
            "for number in range(10):\n"
            f"    emit(event(f'{process}-{{number}}', matter=f'm{{number % 3}}'))\n"
            "    log().sequence()",
        )
        for process in range(4)
    ]
    for process in started:
        _, said = process.communicate(timeout=120)
        assert process.returncode == 0, said
    check_sound(sql_store, [f"event-{process}-{number}" for process in range(4) for number in range(10)])


def test_verification_beside_writers_gives_no_false_alarm(sql_store, new_event, verify, run_python):
    sql_store.emit(new_event("first"))
    sql_store.log.sequence()
    writer = run_python(sql_store, "for number in range(60):\n    emit(event(number))\n    log().sequence()")
    sizes = set()
    while writer.poll() is None:
        sizes.add(verify(sql_store).size)
    _, said = writer.communicate()
    assert writer.returncode == 0, said
    assert verify(sql_store).size == 61
    assert len(sizes) > 1


def test_of_two_changes_to_one_record_one_is_refused(sql_store):
    with sql_store.register.begin(write=True) as unit:
        unit.save("project", "one", b"0", read_version=0)

    def change(number):
        refused = 0
        for _ in range(10):
            with sql_store.register.begin(write=False) as unit:
                version = unit.find("project", "one").version
            try:
                with sql_store.register.begin(write=True) as unit:
                    unit.save("project", "one", b"%d" % number, read_version=version)
            except WriteConflictError:
                refused += 1
        return refused

    with ThreadPoolExecutor(4) as pool:
        refused = sum(pool.map(change, range(4)))
    with sql_store.register.begin(write=False) as unit:
        assert unit.find("project", "one").version == 1 + 40 - refused
