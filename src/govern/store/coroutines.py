"""The log for the coroutines of one event loop, say of a web service: those that wait at a time share a commit.

Threads share commits too (`groups`), but each has to be woken for its answer, and that takes longer than all the work
on its entry. Here one thread works for all, and the loop hears once of a whole group.
"""

import asyncio
from collections.abc import Sequence

from govern.audit import Event, PreparedEvent, Proof
from govern.store.groups import copy_for_another
from govern.store.log import GROUP, SqlLog

_Answer = asyncio.Future[tuple[Proof, ...]]


class AsyncLog:
    """Appends to a log from the event loop in which it is made, and from no other.

    There may be several for one log, and threads and other processes beside them.
    """

    def __init__(self, log: SqlLog) -> None:
        """Raises RuntimeError outside of an event loop."""
        self._log = log
        self._loop = asyncio.get_running_loop()
        self._waiting: list[tuple[Sequence[PreparedEvent], _Answer]] = []
        self._busy = False

    async def append(self, events: Sequence[Event]) -> tuple[Proof, ...]:
        """As `Log.append`. Who is cancelled before its turn leaves nothing; afterwards the events are logged.

        Raises FactError for an event that can never be an entry, at once and for this call alone. What else goes wrong
        is raised in all that shared the commit, none of which is acknowledged.
        """
        prepared = self._log.prepare(events)
        if not prepared:
            return ()
        answer: _Answer = self._loop.create_future()
        self._waiting.append((prepared, answer))
        if not self._busy:
            self._busy = True
            self._loop.call_soon(self._begin)  # after all that were woken at once have come
        return await answer

    def _begin(self) -> None:
        group = []
        size = 0
        waiting = iter(self._waiting)
        for prepared, answer in waiting:
            if not answer.done():  # cancelled
                group.append((prepared, answer))
                size += len(prepared)
            if size >= GROUP:
                break
        self._waiting = list(waiting)
        self._busy = bool(group)
        if group:
            events = [event for prepared, _ in group for event in prepared]
            try:
                work = self._loop.run_in_executor(None, self._log.append_prepared, events)
            except RuntimeError as problem:  # there are no threads any more: the program ends
                self._end(group, (), problem)
            else:
                work.add_done_callback(lambda done: self._end(group, *_result_of(done)))

    def _end(
        self,
        group: list[tuple[Sequence[PreparedEvent], _Answer]],
        proofs: Sequence[Proof],
        problem: BaseException | None,
    ) -> None:
        first = 0
        for prepared, answer in group:
            last = first + len(prepared)
            if answer.done():
                pass
            elif problem:
                answer.set_exception(copy_for_another(problem))
            else:
                answer.set_result(tuple(proofs[first:last]))
            first = last
        self._loop.call_soon(self._begin)  # those who were answered come back before


def _result_of(work: _Answer) -> tuple[tuple[Proof, ...], BaseException | None]:
    problem = work.exception()
    return (() if problem else work.result()), problem
