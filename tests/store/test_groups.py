"""Many threads, one of whom works for all: every item once, in order, and nobody waits for ever."""

import gc
import itertools
import signal
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from govern.audit import parse_entry
from govern.errors import StoreError, VerificationError
from govern.store.background import IDLE, REST, Background
from govern.store.groups import GroupQueue


class Held:
    """Work that stands still until it is let go, so that others gather behind it."""

    def __init__(self, problem=None):
        self.groups, self.problem = [], problem
        self.entered, self.go_on = threading.Event(), threading.Event()

    def __call__(self, items):
        self.groups.append(list(items))
        self.entered.set()
        assert self.go_on.wait(30)
        if self.problem and len(self.groups) == 2:
            raise self.problem
        return [item * 2 for item in items]

    def gather(self, queue, pool, items):
        """The first works and stands still; the others wait, in order."""
        futures = [pool.submit(queue.do, items[0])]
        assert self.entered.wait(30)
        for count, item in enumerate(items[1:], 1):
            futures.append(pool.submit(queue.do, item))
            while queue.waiting < count:
                time.sleep(0)
        return futures


def test_who_comes_alone_works_at_once():
    queue = GroupQueue(lambda items: [item + 1 for item in items], 10)
    assert [queue.do(number) for number in range(5)] == [1, 2, 3, 4, 5]
    assert queue.waiting == 0


@pytest.mark.parametrize(("limit", "groups"), [
    (100, [[0], [1, 2, 3, 4, 5, 6, 7]]), (3, [[0], [1, 2, 3], [4, 5, 6], [7]]), (1, [[number] for number in range(8)]),
])  # fmt: skip
def test_those_who_wait_are_one_group(limit, groups):
    work = Held()
    queue = GroupQueue(work, limit)
    with ThreadPoolExecutor(8) as pool:
        futures = work.gather(queue, pool, list(range(8)))
        work.go_on.set()
        assert [each.result(30) for each in futures] == [number * 2 for number in range(8)]
    assert work.groups == groups
    assert queue.waiting == 0


def test_work_is_never_done_by_two_at_once_and_each_item_once():
    inside, seen = threading.Lock(), []

    def work(items):
        assert inside.acquire(blocking=False)
        seen.extend(items)
        time.sleep(0.0002)
        inside.release()
        return items

    queue = GroupQueue(work, 7)

    def bring(thread):
        for number in range(50):
            assert queue.do((thread, number)) == (thread, number)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(bring, range(16)))
    assert sorted(seen) == [(thread, number) for thread in range(16) for number in range(50)]


def test_an_error_reaches_all_of_its_group_and_nobody_else():
    problem = VerificationError("not so", where="entry 3", hint="look", expected="a", found="b")
    work = Held(problem)
    queue = GroupQueue(work, 4)
    with ThreadPoolExecutor(8) as pool:
        futures = work.gather(queue, pool, list(range(7)))
        work.go_on.set()
        problems = [each.exception(30) for each in futures]
    assert problems[0] is None and problems[5:] == [None, None]
    for each in problems[1:5]:
        assert (each.message, each.where, each.hint) == ("not so", "entry 3", "look")
        assert (each.expected, each.found) == ("a", "b")
    assert len({id(each) for each in problems[1:5]}) == 4  # each thread has its own, with its own traceback
    assert queue.do(9) == 18


def test_who_is_interrupted_at_work_leaves_no_one_behind():
    work = Held(KeyboardInterrupt())
    queue = GroupQueue(work, 100)
    with ThreadPoolExecutor(8) as pool:
        futures = work.gather(queue, pool, list(range(4)))
        work.go_on.set()
        problems = [each.exception(30) for each in futures]
    assert [type(each) for each in problems] == [type(None), KeyboardInterrupt, StoreError, StoreError]
    assert "interrupted in another thread" in str(problems[2])
    assert queue.do(9) == 18


@pytest.fixture
def interruptible():
    """A program that a shell starts in the background ignores Ctrl-C."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_who_is_interrupted_while_it_waits_is_left_out(interruptible):
    """Only the main thread can be."""
    work = Held()
    queue = GroupQueue(work, 100)
    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(queue.do, 0)
        assert work.entered.wait(30)

        def interrupt():
            while queue.waiting < 1:
                time.sleep(0)
            while queue.waiting:  # Python may miss one that comes just before the lock is waited for
                signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
                time.sleep(0.5)

        pool.submit(interrupt)
        with pytest.raises(KeyboardInterrupt):
            queue.do(1)
        assert queue.waiting == 0
        last = pool.submit(queue.do, 2)
        while queue.waiting < 1:
            time.sleep(0)
        work.go_on.set()
        assert (first.result(30), last.result(30)) == (0, 4)
    assert work.groups == [[0], [2]]
    assert queue.do(3) == 6


class Interrupting:
    """A lock with a Ctrl-C that falls as soon as it is let go for the so-manieth time."""

    def __init__(self, lock, after):
        self.lock, self.left = lock, after

    def __enter__(self):
        self.lock.acquire()

    def __exit__(self, *_):
        self.lock.release()
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt


def test_an_interrupt_between_coming_and_waiting_strands_nobody():
    work = Held()
    queue = GroupQueue(work, 100)
    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(queue.do, 0)
        assert work.entered.wait(30)
        queue._mutex = Interrupting(queue._mutex, after=1)
        with pytest.raises(KeyboardInterrupt):
            queue.do(1)
        assert queue.waiting == 0
        last = pool.submit(queue.do, 2)
        while queue.waiting < 1:
            time.sleep(0)
        work.go_on.set()
        assert (first.result(30), last.result(30)) == (0, 4)
    assert work.groups == [[0], [2]]


def test_who_was_told_to_work_and_is_interrupted_hands_the_work_on():
    queue = GroupQueue(lambda items: [item * 2 for item in items], 100)
    queue._mutex = Interrupting(queue._mutex, after=1)
    with pytest.raises(KeyboardInterrupt):
        queue.do(1)
    assert queue.waiting == 0
    assert queue.do(2) == 4


@pytest.mark.parametrize("after", [2, 3], ids=["with its group", "when all is done"])
def test_who_works_and_is_interrupted_leaves_the_queue_in_order(after):
    queue = GroupQueue(lambda items: [item * 2 for item in items], 100)
    queue._mutex = Interrupting(queue._mutex, after)
    with pytest.raises(KeyboardInterrupt):
        queue.do(1)
    assert queue.waiting == 0
    assert [queue.do(2), queue.do(3)] == [4, 6]


def test_who_works_and_is_interrupted_before_it_has_a_group_hands_the_work_on():
    queue = GroupQueue(lambda items: [item * 2 for item in items], 100)
    queue._let_others_come = iter([]).__next__  # raises at once
    with pytest.raises(StopIteration):
        queue.do(1)
    del queue._let_others_come
    assert (queue.waiting, queue.do(2)) == (0, 4)


def test_who_is_interrupted_while_others_work_for_it_is_not_waited_for(interruptible):
    """It lies between two others, each of whom is woken by the one before."""
    begun, go_on, out = threading.Semaphore(0), threading.Semaphore(0), threading.Event()

    def work(items):
        begun.release()
        assert go_on.acquire(timeout=30)
        return [item * 2 for item in items]

    queue = GroupQueue(work, 100)
    with ThreadPoolExecutor(8) as pool:
        futures = [pool.submit(queue.do, 0)]
        assert begun.acquire(timeout=30)
        for count, item in enumerate((1, 2), 1):
            futures.append(pool.submit(queue.do, item))
            while queue.waiting < count:
                time.sleep(0)

        def interrupt():
            while queue.waiting < 3:
                time.sleep(0)
            futures.append(pool.submit(queue.do, 4))
            while queue.waiting < 4:
                time.sleep(0)
            go_on.release()
            assert begun.acquire(timeout=30)  # the second group is at work, and the main thread waits for it
            while not out.wait(0.5):
                signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

        pool.submit(interrupt)
        with pytest.raises(KeyboardInterrupt):
            queue.do(3)
        out.set()
        go_on.release()
        assert [each.result(30) for each in futures] == [0, 2, 4, 8]
        go_on.release()
        assert queue.do(5) == 10


def test_who_is_interrupted_when_it_was_woken_wakes_the_next():
    """The Ctrl-C falls between being woken and taking the mutex."""
    work = Held()
    queue = GroupQueue(work, 100)
    wake_next, calls = queue._wake_next, []

    def interrupted(group):
        calls.append(group)
        if len(calls) == 3:  # the first of all, then the first of the second group, then this one
            raise KeyboardInterrupt
        wake_next(group)

    queue._wake_next = interrupted
    with ThreadPoolExecutor(8) as pool:
        futures = work.gather(queue, pool, list(range(5)))
        work.go_on.set()
        problems = [each.exception(30) for each in futures]
    assert [type(each) for each in problems].count(KeyboardInterrupt) == 1
    assert work.groups == [[0], [1, 2, 3, 4]]
    assert queue.do(9) == 18


def interrupt_at(number, folder, act):
    """Do it, with a Ctrl-C at the so-manieth place where Python would let one fall; whether there was that place.

    It falls where a function is entered, and behind a call.
    """
    seen = itertools.count()

    def look(frame, event, _):
        if event in ("call", "c_return") and folder in frame.f_code.co_filename and next(seen) == number:
            sys.setprofile(None)
            raise KeyboardInterrupt

    sys.setprofile(look)
    try:
        act()
    except KeyboardInterrupt:
        return True
    finally:
        sys.setprofile(None)
    return next(seen) > number


def test_an_interrupt_anywhere_leaves_the_queue_in_order():
    queue = GroupQueue(lambda items: [item * 2 for item in items], 100)
    number = 0
    with ThreadPoolExecutor(1) as pool:
        while interrupt_at(number, "groups.py", lambda: queue.do(1)):
            assert pool.submit(queue.do, 2).result(10) == 4, f"it waits for ever after place {number}"
            number += 1
    assert number > 10


@pytest.mark.filterwarnings("ignore:.*deleted while still open:ResourceWarning")
def test_an_interrupt_anywhere_leaves_the_log_sound(sql_store, new_event, check_sound):
    """What was not acknowledged may be there or not, and the next one comes after it."""
    events, number = [], 0

    def append():
        sql_store.log.append([new_event(f"{number}-interrupted", matter="m0")])

    sql_store.log.append([new_event("first", matter="m0")])
    events.append("event-first")
    while interrupt_at(number, "govern/store", append):
        sql_store.log.append([new_event(number, matter=f"m{number % 2}")])
        number += 1
    assert number > 100
    found = [parse_entry(data).id for data in sql_store.log.entries()]
    events += [f"event-{each}" for each in range(number)]
    check_sound(sql_store, [*events, *(each for each in found if each.endswith("-interrupted"))])
    gc.collect()  # a connection that was cut off is closed here, and not in another test


# --- work in the background


def wait_until(condition):
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.001)


def test_what_is_asked_is_done_soon_and_once_for_all():
    done = []
    background = Background(lambda: done.append(time.monotonic()))
    for _ in range(100):
        background.ask()
    wait_until(lambda: done)
    time.sleep(REST * 4)
    assert len(done) <= 2
    background.ask()
    wait_until(lambda: len(done) >= 2)


def test_its_error_is_raised_where_somebody_asks_again():
    def fail():
        raise StoreError("the disk is full")

    background = Background(fail)
    background.ask()
    wait_until(lambda: background._error)
    with pytest.raises(StoreError, match="the disk is full"):
        background.ask()


def test_a_thread_without_work_ends_and_another_takes_its_place(monkeypatch):
    monkeypatch.setattr("govern.store.background.REST", 0.0001)
    done = []
    background = Background(lambda: done.append(1))
    for count in range(1, 4):
        background.ask()
        wait_until(lambda: len(done) >= count)  # noqa: B023 - it is called at once
        wait_until(lambda: not background._running)
    assert IDLE < 1_000
