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

    __slots__ = ("error", "group", "item", "lock", "result", "told")

    def __init__(self, item: Item) -> None:
        self.item = item
        self.lock = threading.Lock()
        self.lock.acquire()
        self.told = False
        self.group: _Group[Item, Result] | None = None
        self.result: Result
        self.error: BaseException | None = None


class _Group(Generic[Item, Result]):
    """Tickets that are done together, first that of the thread that works."""

    __slots__ = ("asleep", "is_last", "is_taken", "tickets")

    def __init__(self, tickets: list[_Ticket[Item, Result]]) -> None:
        self.tickets = tickets
        self.asleep = tickets[:0:-1]  # the others, who wakes next at the end
        self.is_last = True  # nobody was told yet to work on another group
        self.is_taken = False  # out of the queue


class GroupQueue(Generic[Item, Result]):
    """A queue without a thread of its own: who comes first works for all that have come, then hands the work on.

    `work` gets the items of one group in the order in which they came, at most `limit`, and returns as many results. It
    is never called by two threads at once. Where it raises, all of the group get the error.

    Those who were answered wake each other, one after the other, and the last one tells who is to work next. Woken all
    at once they would stand in each other's way: Python runs one thread at a time.
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
            if ticket.told:
                self._work_for_all(ticket)
            with self._mutex:
                self._wake_next(ticket.group)
        except BaseException:  # interrupted, wherever: nobody must wait for a thread that went away
            self._leave(ticket)
            raise
        if ticket.error is not None:
            raise ticket.error
        return ticket.result

    def _leave(self, ticket: _Ticket[Item, Result]) -> None:
        with self._mutex:
            if ticket in self._waiting:
                self._waiting.remove(ticket)
                if ticket.told:
                    self._wake_next(_Group([ticket]))
            elif ticket.group and ticket in ticket.group.asleep:
                ticket.group.asleep.remove(ticket)
            else:
                self._wake_next(ticket.group)

    def _work_for_all(self, own: _Ticket[Item, Result]) -> None:
        try:
            self._let_others_come()
            group = self._take()
            for ticket, result in zip(group, self._work([each.item for each in group]), strict=True):
                ticket.result = result
        except BaseException as problem:
            if own.group is None or not own.group.is_taken:  # interrupted before there was a group
                raise
            for ticket in own.group.tickets:  # it is raised in every thread of the group
                ticket.error = problem if ticket is own else copy_for_another(problem)

    def _take(self) -> list[_Ticket[Item, Result]]:
        """The tickets in front, that of the thread that works first."""
        with self._mutex:
            group = _Group(self._waiting[: self._limit])
            self._last = last = len(group.tickets)
            for ticket in group.tickets:
                ticket.group = group
            self._waiting = self._waiting[last:]
            group.is_taken = True
        return group.tickets

    def _let_others_come(self) -> None:
        """Those who were just answered come back at once: a group of half of them would cost as much as one of all."""
        seen = 0 if self._last > 1 else len(self._waiting)
        while seen != len(self._waiting) < self._limit:
            seen = len(self._waiting)
            time.sleep(0)

    def _wake_next(self, group: _Group[Item, Result] | None) -> None:
        """Wake another one of the group, or after the last of them whoever works next. To be called with the mutex.

        Between what is noted and what is done by it there is no call: a Ctrl-C falls after a call.
        """
        if group and group.asleep:
            ticket = group.asleep[-1]
            del group.asleep[-1]
            ticket.lock.release()
        elif group and group.is_last:
            group.is_last = False
            if self._waiting:
                ticket = self._waiting[0]
                ticket.told = True
                ticket.lock.release()
            else:
                self._busy = False


def copy_for_another(problem: BaseException) -> BaseException:
    """An error to raise in another thread: an exception that two threads raise would mix up their tracebacks."""
    if isinstance(problem, Exception):
        return copy(problem).with_traceback(None)
    return StoreError("it was interrupted in another thread", hint="nothing is known of it: look, then try again")
