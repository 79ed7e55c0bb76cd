"""The coroutines of an event loop share commits, and each has the answer to what it asked."""

import asyncio
from dataclasses import replace

import pytest

from govern.audit import check_proof, format_proof, parse_entry
from govern.errors import FactError, StoreError
from govern.store import coroutines
from govern.store.coroutines import AsyncLog


def test_each_has_its_own_proof_and_all_share_a_few_commits(sql_store, new_event):
    async def write(log, writer):
        return [
            (number, proof)
            for number in range(3)
            for proof in await log.append([new_event(f"{writer}-{number}-{each}", f"m{writer % 3}") for each in "ab"])
        ]

    async def write_all():
        log = AsyncLog(sql_store.log)
        return await asyncio.gather(*(write(log, writer) for writer in range(40)))

    written = asyncio.run(write_all())
    entries = list(sql_store.log.entries())
    assert len(entries) == 240
    for writer, proofs in enumerate(written):
        ids = [parse_entry(entries[proof.index]).id for _, proof in proofs]
        assert ids == [f"event-{writer}-{number}-{each}" for number in range(3) for each in "ab"]
        for _, proof in proofs:
            check_proof(format_proof(proof), entries[proof.index], [sql_store.signer.key])
    assert len({proof.checkpoint for proofs in written for _, proof in proofs}) == 3  # a commit for each round


def test_an_event_that_can_never_be_an_entry_hurts_nobody_else(sql_store, new_event):
    async def write():
        log = AsyncLog(sql_store.log)
        return await asyncio.gather(
            log.append([new_event(1)]),
            log.append([replace(new_event(2), actor="")]),
            log.append([]),
            log.append([new_event(3)]),
            return_exceptions=True,
        )

    one, wrong, nothing, three = asyncio.run(write())
    assert isinstance(wrong, FactError) and nothing == ()
    assert [proof.index for proof in (*one, *three)] == [0, 1]


def test_without_threads_each_is_told_and_nobody_waits(sql_store, new_event):
    async def write():
        log = AsyncLog(sql_store.log)
        await log.append([new_event(0)])
        await asyncio.get_running_loop().shutdown_default_executor()
        asked = [log.append([new_event(number)]) for number in (1, 2)]
        return await asyncio.wait_for(asyncio.gather(*asked, return_exceptions=True), 10)

    answers = asyncio.run(write())
    assert [type(each) for each in answers] == [RuntimeError, RuntimeError]
    assert len(list(sql_store.log.entries())) == 1


def test_who_is_cancelled_before_the_turn_leaves_nothing(sql_store, new_event):
    async def write():
        log = AsyncLog(sql_store.log)
        tasks = [asyncio.create_task(log.append([new_event(number)])) for number in range(4)]
        await asyncio.sleep(0)  # they have asked
        tasks[1].cancel()
        answers = await asyncio.gather(*tasks, return_exceptions=True)
        tasks = [asyncio.create_task(log.append([new_event(9)]))]
        await asyncio.sleep(0)
        tasks[0].cancel()  # then there is nothing to do
        await asyncio.sleep(0)
        return answers, await log.append([new_event(4)])

    answers, (last,) = asyncio.run(write())
    assert isinstance(answers[1], asyncio.CancelledError) and last.index == 3
    assert [parse_entry(data).id for data in sql_store.log.entries()] == [f"event-{each}" for each in (0, 2, 3, 4)]


def test_who_is_cancelled_later_has_logged_it(sql_store, new_event):
    async def write():
        log = AsyncLog(sql_store.log)
        task = asyncio.create_task(log.append([new_event(0)]))
        await asyncio.sleep(0)
        await asyncio.sleep(0)  # it is under way
        task.cancel()
        return await log.append([new_event(1)])

    (proof,) = asyncio.run(write())
    assert proof.index == 1
    assert [parse_entry(data).id for data in sql_store.log.entries()] == ["event-0", "event-1"]


def test_what_goes_wrong_is_raised_in_all_and_then_it_goes_on(open_store, tmp_path, new_event):
    broken = []

    def fault(step):
        if step == "before commit" and broken:
            raise StoreError(broken.pop())

    store = open_store("sqlite", f"sqlite:///{tmp_path / 'govern.db'}", tmp_path, fault, create=True)

    async def write():
        log = AsyncLog(store.log)
        broken.append("the disk is full")
        answers = await asyncio.gather(*(log.append([new_event(each)]) for each in range(3)), return_exceptions=True)
        return answers, await log.append([new_event(3)])

    answers, (proof,) = asyncio.run(write())
    assert [answer.message for answer in answers] == ["the disk is full"] * 3
    assert len({id(answer) for answer in answers}) == 3
    assert proof.index == 0


def test_more_than_a_group_takes(sql_store, new_event, monkeypatch):
    monkeypatch.setattr(coroutines, "GROUP", 5)

    async def write():
        log = AsyncLog(sql_store.log)
        return await asyncio.gather(*(log.append([new_event((each, n)) for n in range(2)]) for each in range(7)))

    proofs = asyncio.run(write())
    assert [proof.index for answer in proofs for proof in answer] == list(range(14))
    assert len({proof.checkpoint for answer in proofs for proof in answer}) == 3  # six, six and two


def test_threads_and_several_loops_beside_each_other(sql_store, new_event):
    def in_a_loop(name):
        async def write():
            log = AsyncLog(sql_store.log)
            for number in range(5):
                await asyncio.gather(*(log.append([new_event(f"{name}-{number}-{each}")]) for each in range(4)))

        asyncio.run(write())

    async def write_all():
        loops = (asyncio.to_thread(in_a_loop, name) for name in "ab")
        threads = (asyncio.to_thread(sql_store.log.append, [new_event(f"c-{each}")]) for each in range(10))
        await asyncio.gather(*loops, *threads)

    asyncio.run(write_all())
    assert len({parse_entry(data).id for data in sql_store.log.entries()}) == 50


def test_outside_of_a_loop(sql_store):
    with pytest.raises(RuntimeError):
        AsyncLog(sql_store.log)
