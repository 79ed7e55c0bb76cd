"""Work in several processes: its results in order, its errors here, and no process that is left behind."""

import multiprocessing
import os

import pytest

from govern.errors import StoreError, VerificationError
from govern.mirror import read_in_processes


def double(order):
    return os.getpid(), 2 * order


def fail(order):
    if order == 1:
        raise VerificationError("not so", where="entry 1", expected="a", found="b")
    return order


def end(order):
    os._exit(3)


def test_each_order_has_a_process_but_the_last():
    found = read_in_processes(double, double, [1, 2, 3])
    assert [value for _, value in found] == [2, 4, 6]
    processes = [process for process, _ in found]
    assert len(set(processes)) == 3
    assert processes[-1] == os.getpid()
    assert read_in_processes(end, double, [5]) == [(os.getpid(), 10)]
    assert not multiprocessing.active_children()


def test_an_error_there_is_raised_here():
    with pytest.raises(VerificationError, match="not so") as caught:
        read_in_processes(fail, fail, [1, 2])
    assert (caught.value.where, caught.value.expected, caught.value.found) == ("entry 1", "a", "b")
    with pytest.raises(VerificationError, match="not so"):
        read_in_processes(fail, fail, [2, 1])
    assert not multiprocessing.active_children()


def test_a_process_that_dies_is_said():
    with pytest.raises(StoreError, match="a process ended before") as caught:
        read_in_processes(end, double, [1, 2])
    assert "--jobs 1" in caught.value.hint
    assert not multiprocessing.active_children()
