"""Work that is shared by several processes of this machine."""

import signal
from collections.abc import Callable, Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from govern.errors import GovernError, StoreError

Order = TypeVar("Order")
Result = TypeVar("Result")


def read_in_processes(
    read: Callable[[Order], Result], here: Callable[[Order], Result], orders: Sequence[Order]
) -> list[Result]:
    """`read` of each order in a process of its own, and `here` of the last one in this process.

    `read` and what it is given are sent to the processes, which start anew: a connection to a database is none of what
    can be sent. The first error is raised here, and the other processes are ended then. StoreError where a process
    ended before it had answered.
    """
    # Not forked: a process that is forked shares the open database with this one.
    context = get_context("spawn")
    started = []
    try:
        for order in orders[:-1]:
            ours, theirs = context.Pipe(duplex=False)
            process = context.Process(target=_answer, args=(theirs, read, order), daemon=True)
            process.start()
            theirs.close()  # else the end of the process would not be the end of the pipe
            started.append((process, ours))
        last = here(orders[-1])
        return [*(_receive(pipe) for _, pipe in started), last]
    finally:
        for process, pipe in started:
            pipe.close()
            process.terminate()
            process.join()


def _answer(pipe: Connection, read: Callable[[Order], Result], order: Order) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the process that started this one, and it ends this one
    try:
        answer: object = read(order)
    except GovernError as problem:
        answer = problem
    pipe.send(answer)


def _receive(pipe: Connection) -> Any:
    try:
        answer = pipe.recv()
    except EOFError:
        hint = "is the memory full? --jobs 1 needs the least"
        raise StoreError("a process ended before it had verified its part of the log", hint=hint) from None
    if isinstance(answer, GovernError):
        raise answer
    return answer
