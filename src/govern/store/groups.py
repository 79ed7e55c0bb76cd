"""Group commit: what many threads bring is done by one of them, for all that wait at the time."""

import threading
import time
from collections.abc import Callable, Sequence
from copy import copy
from typing import Generic, TypeVar

from govern.errors import StoreError

Item = TypeVar("Item")
Result = TypeVar("Result")


class _Ticket(Generic[Item, Result]):
    """What one thread brought. Its lock is held until it is done, or until it is told to work for all."""

    __slots__ = ("done", "error", "item", "lock", "result", "told")

    def __init__(self, item: Item) -> None:
        self.item = item
        self.lock = threading.Lock()
        self.lock.acquire()
        self.done = self.told = False
        self.result: Result
        self.error: BaseException | None = None


class GroupQueue(Generic[Item, Result]):
    """A queue without a thread of its own: who comes first works for all that have come, then hands the work on.

    `work` gets the items of one group in the order in which they came, at most `limit`, and returns as many results. It
    is never called by two threads at once. Where it raises, all of the group get the error.
    """

    def __init__(self, work: Callable[[Sequence[Item]], Sequence[Result]], limit: int) -> None:
        self._work = work
        self._limit = limit
        self._mutex = threading.Lock()
        self._waiting: list[_Ticket[Item, Result]] = []
        self._last = 1  # the size of the newest group
        self._busy = False  # somebody works, or was just told to

    @property
    def waiting(self) -> int:
        """How many wait for the next group."""
        return len(self._waiting)

    def do(self, item: Item) -> Result:
        """Return when `item` was done, by this thread or by another one."""
        ticket: _Ticket[Item, Result] = _Ticket(item)
        try:
            with self._mutex:
                self._waiting.append(ticket)
                ticket.told, self._busy = not self._busy, True
            if not ticket.told:
                ticket.lock.acquire()
            if not ticket.done:
                self._work_for_all(ticket)
        except BaseException:  # interrupted, wherever: nobody must wait for a thread that went away
            self._leave(ticket)
            raise
        if ticket.error is not None:
            raise ticket.error
        return ticket.result

    def _leave(self, ticket: _Ticket[Item, Result]) -> None:
        with self._mutex:
            undone = ticket in self._waiting
            if undone:
                self._waiting.remove(ticket)
        if undone and ticket.told:
            self._hand_on()

    def _work_for_all(self, own: _Ticket[Item, Result]) -> None:
        group: list[_Ticket[Item, Result]] = []
        try:
            self._let_others_come()
            group = self._take()
            for ticket, result in zip(group, self._work([each.item for each in group]), strict=True):
                ticket.result = result
        except BaseException as problem:  # noqa: BLE001 - it is raised in every thread of the group
            for ticket in group or self._take(1):
                ticket.error = problem if ticket is own else _copy_for_another(problem)
                group = group or [ticket]
        for ticket in group:
            ticket.done = True
            if ticket is not own:
                ticket.lock.release()
        self._hand_on()

    def _take(self, limit: int | None = None) -> list[_Ticket[Item, Result]]:
        """The tickets in front, that of the thread that works first."""
        with self._mutex:
            group = self._waiting[: limit or self._limit]
            del self._waiting[: len(group)]
            self._last = len(group)
        return group

    def _let_others_come(self) -> None:
        """Those who were just answered come back at once: a group of half of them would cost as much as one of all."""
        seen = 0 if self._last > 1 else len(self._waiting)
        while seen != len(self._waiting) < self._limit:
            seen = len(self._waiting)
            time.sleep(0)

    def _hand_on(self) -> None:
        with self._mutex:
            if self._waiting:
                self._waiting[0].told = True
                self._waiting[0].lock.release()
            else:
                self._busy = False


def _copy_for_another(problem: BaseException) -> BaseException:
    """An error to raise in another thread: an exception that two threads raise would mix up their tracebacks."""
    if isinstance(problem, Exception):
        return copy(problem).with_traceback(None)
    return StoreError("it was interrupted in another thread", hint="nothing is known of it: look, then try again")
