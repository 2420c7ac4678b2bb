"""Our own connection: what comes is handed on, and nothing outlasts its deadline."""

from __future__ import annotations

import asyncio
import os

import pytest

from probes.kit.net.wire import Wire
from tests.probes.kit.net.loopback import (
    Behaviour,
    floods,
    own_address,
    resets,
    run,
    says,
    server,
    stalls,
)

PORT = 80
SOON = 0.1
HELLO = b"hello\r\n\r\n"


async def drips(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while not writer.transport.is_closing():
        writer.write(b".")
        await asyncio.sleep(SOON / 20)


async def all_that_comes(behave: Behaviour, seconds: float = 5.0) -> bytes:
    heard = bytearray()
    async with server(behave, PORT) as address:
        with await Wire.open(address, PORT, 5.0) as wire:
            wire.allow(seconds)
            wire.send(HELLO)
            while data := await wire.receive():
                heard += data
    return bytes(heard)


@pytest.mark.parametrize("size", [0, 1, 65_536, 1_000_000])
def test_everything_comes_in_order_and_then_the_end(size: int) -> None:
    text = os.urandom(size)

    assert run(all_that_comes(says(text))) == text


@pytest.mark.parametrize("behave", [stalls(), stalls(b"a beginning"), drips])
def test_neither_silence_nor_a_drip_outlasts_the_deadline(behave: Behaviour) -> None:
    with pytest.raises(TimeoutError):
        run(all_that_comes(behave, SOON), within=5)


def test_a_flood_that_is_always_ready_is_cut_at_the_deadline_too() -> None:
    with pytest.raises(TimeoutError):
        run(all_that_comes(floods(b"", b"x" * 65_536), SOON), within=5)


def test_a_reset_is_an_error_and_no_end() -> None:
    with pytest.raises(ConnectionResetError):
        run(all_that_comes(resets(b"half")))


def test_a_later_deadline_takes_the_place_of_the_first() -> None:
    async def story() -> bytes:
        async with server(says(b"late"), PORT) as address:
            with await Wire.open(address, PORT, 5.0) as wire:
                wire.send(HELLO)
                wire.allow(0.0)
                wire.allow(5.0)
                for _ in range(3):
                    await asyncio.sleep(0)  # the first deadline strikes in one of these turns
                return await wire.receive()

    assert run(story()) == b"late"


def test_time_that_ran_out_between_two_steps_is_over() -> None:
    async def story() -> None:
        async with server(stalls(b"x"), PORT) as address:
            with await Wire.open(address, PORT, 5.0) as wire:
                wire.allow(0.0)
                await wire.receive()

    with pytest.raises(TimeoutError):
        run(story())


def test_what_a_slow_reader_has_no_room_for_follows_later() -> None:
    text = os.urandom(4_000_000)

    async def story() -> bytes:
        heard = bytearray()
        done = asyncio.Event()

        async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while len(heard) < len(text):
                heard.extend(await reader.read(65_536))
                await asyncio.sleep(0)
            done.set()

        async with server(slow, PORT) as address:
            with await Wire.open(address, PORT, 5.0) as wire:
                wire.send(text)
                await done.wait()
        return bytes(heard)

    assert run(story()) == text


def test_nobody_there_is_said_by_the_system() -> None:
    with pytest.raises(ConnectionRefusedError):
        run(Wire.open(own_address(), PORT, 5.0))


def test_an_answer_that_came_before_the_break_is_heard() -> None:
    async def hasty(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"go away")

    async def story() -> bytes:
        async with server(hasty, PORT) as address:
            with await Wire.open(address, PORT, 5.0) as wire:
                said = await wire.receive()
                await asyncio.sleep(0)
                wire.send(b"x")
                wire.send(b"x")
                return said

    assert run(story()) == b"go away"


def test_no_socket_is_left_open_whatever_happens() -> None:
    async def story() -> tuple[int, int]:
        async with server(stalls(), PORT) as address:
            before = len(os.listdir("/proc/self/fd"))
            for _ in range(10):
                task = asyncio.create_task(_visit(address))
                await asyncio.sleep(0)
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
                with pytest.raises(ConnectionRefusedError):
                    await Wire.open(own_address(), PORT, 5.0)
                wire = await Wire.open(address, PORT, 5.0)
                wire.close()
                wire.close()
            await asyncio.sleep(SOON)
            return before, len(os.listdir("/proc/self/fd"))

    before, after = run(story())

    assert after <= before + 2  # what the listener has not noticed yet


async def _visit(address: str) -> None:
    with await Wire.open(address, PORT, 5.0) as wire:
        await wire.receive()
