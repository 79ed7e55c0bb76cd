"""Sixteen processes append while one is killed again and again: no fork, nothing acknowledged lost, no standstill."""

import pytest

from govern.audit import parse_entry

pytestmark = pytest.mark.slow

PROCESSES = 16
SECONDS = 4

# A process that has imported all forks the sixteen, which open the store each for itself, and kills one of them after
# the other. What is acknowledged goes to a file: its lines outlive the process that wrote them.
CROWD = """
import random, signal, time
from pathlib import Path
from govern.audit import Event
place = Path({place!r})
database.close()
def child(name):
    database = open_database({url!r}, timeout=60)
    log = SqlLog(database, FolderSigner(folder / "keys"), "log.example/govern")
    with open(place / f"acknowledged-{{name}}", "a", buffering=1) as file:
        number = 0
        while not (place / "stop").exists():
            one = event(f"{{name}}-{{number}}", matter=f"m{{number % 5}}")
            (proof,) = log.append([one])
            file.write(f"{{time.monotonic()}} {{proof.index}} {{one.id}}\\n")
            number += 1
    database.close()
def start(name):
    process = os.fork()
    if not process:
        try:
            child(name)
        except BaseException as problem:
            (place / f"failed-{{name}}").write_text(repr(problem))
            os._exit(1)
        os._exit(0)
    return process
running = [start(number) for number in range({processes})]
chance, names = random.Random(7), {processes}
while len(list(place.glob("acknowledged-*"))) < {processes}:
    time.sleep(0.05)
end = time.monotonic() + {seconds}
with open(place / "kills", "w", buffering=1) as kills:
    while time.monotonic() < end:
        time.sleep(0.12)
        victim = chance.randrange(len(running))
        os.kill(running[victim], signal.SIGKILL)
        kills.write(f"{{time.monotonic()}}\\n")
        assert os.waitstatus_to_exitcode(os.waitpid(running[victim], 0)[1]) == -signal.SIGKILL
        running[victim] = start(names)
        names += 1
time.sleep(1.2)
(place / "stop").touch()
assert [os.waitpid(each, 0)[1] for each in running] == [0] * {processes}
"""


def test_processes_are_killed_while_sixteen_append(sql_store, run_python, verify, tmp_path):
    place = tmp_path / "crowd"
    place.mkdir()
    sql_store.log.sequence()
    program = CROWD.format(place=str(place), url=sql_store.url, processes=PROCESSES, seconds=SECONDS)
    crowd = run_python(sql_store, program)
    _, said = crowd.communicate(timeout=120)
    failed = {file.name: file.read_text() for file in place.glob("failed-*")}
    assert (crowd.returncode, failed) == (0, {}), said

    entries = [parse_entry(data).id for data in sql_store.log.entries()]
    acknowledged = []
    for file in place.glob("acknowledged-*"):
        whole = file.read_text().rpartition("\n")[0]  # the last line of a process that was killed may be half a line
        for line in whole.split("\n") if whole else ():
            time, index, id_ = line.split()
            acknowledged.append(float(time))
            assert entries[int(index)] == id_  # nothing acknowledged is lost, or elsewhere than it was said to be
    assert len(entries) == len(set(entries)) >= len(acknowledged) > PROCESSES  # nothing twice
    report = verify(sql_store)
    assert report.size == len(entries)

    kills = [float(line) for line in (place / "kills").read_text().split()]
    assert len(kills) >= 10
    acknowledged.sort()
    for kill in kills:  # somebody gets an answer within a second of each kill
        assert min(time for time in acknowledged if time > kill) - kill < 1

    sql_store.log.sequence()
    assert verify(sql_store).size == len(entries)  # nothing was left in between
    assert sql_store.signer.last_signed() == sql_store.log.head().checkpoint
