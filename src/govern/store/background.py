"""Work that is done in a thread beside, a short while after it became due."""

import threading
import time
from collections.abc import Callable

REST = 0.005
"""Seconds between two runs: how long what became due may wait."""

IDLE = 200
"""Rests without work after which the thread ends. The next work starts another one."""


class Background:
    """Does `work` soon after `ask`, in a thread of its own, once for all that asked in the meantime."""

    def __init__(self, work: Callable[[], None]) -> None:
        self._work = work
        self._mutex = threading.Lock()
        self._due = False
        self._running = False
        self._error: Exception | None = None

    def ask(self) -> None:
        """Have the work done within some milliseconds. Raises what it raised the last time."""
        self._due = True
        if not self._running:
            self._start()
        if self._error is not None:
            error, self._error = self._error, None
            raise error

    def _start(self) -> None:
        with self._mutex:
            if not self._running:
                self._running = True
                threading.Thread(target=self._run, name="govern-flush", daemon=True).start()

    def _run(self) -> None:
        idle = 0
        while True:
            time.sleep(REST)
            if self._due:
                idle, self._due = 0, False
                try:
                    self._work()
                except Exception as problem:  # noqa: BLE001 - it is raised where somebody asks again
                    self._error = problem
            else:
                idle += 1
            if idle > IDLE:
                with self._mutex:
                    self._running = False
                    if not self._due:
                        return
                    self._running = True
