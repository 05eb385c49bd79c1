"""Long work leaves the event loop, short work does not."""

import asyncio
import threading
import time

from smartbear.kit.aside import aside, note_size


async def where(size):
    note_size(size)
    return await aside(threading.get_ident)


async def test_work_on_a_small_body_stays_and_work_on_a_large_one_goes_into_a_thread():
    here = threading.get_ident()
    assert await asyncio.create_task(where(1000)) == here
    assert await asyncio.create_task(where(1 << 20)) != here


async def test_a_large_body_stays_large_when_something_small_is_read_as_well():
    async def both():
        note_size(1 << 20)
        return await where(1000)

    assert await asyncio.create_task(both()) != threading.get_ident()


async def test_others_get_their_turn_while_a_large_body_is_worked_on():
    def work():
        until = time.monotonic() + 0.5
        return sum(1 for _ in iter(lambda: time.monotonic() < until, False))

    async def large():
        note_size(1 << 20)
        await aside(work)

    busy, turns = asyncio.create_task(large()), 0
    while not busy.done():
        await asyncio.sleep(0.001)
        turns += 1
    assert turns > 5
