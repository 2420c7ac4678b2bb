"""Sending that ends when the visitor has gone, and that leaves the other peers their turn.

All peers live in one process. Over TLS a writer whose visitor has just left takes everything, waits for
nothing and complains only a turn of the loop later: whoever sends in a loop without such a turn sends
for ever, and nobody else is ever answered again.
"""

from __future__ import annotations

import asyncio
import itertools

FLOOD = 64 * 1024 * 1024
"""Bytes of a flood: many times what anybody may read of it."""


async def send(writer: asyncio.StreamWriter, data: bytes) -> None:
    """Send at the pace at which the visitor reads; raise ConnectionError when he is gone."""
    writer.write(data)
    await writer.drain()
    await asyncio.sleep(0)
    if writer.transport.is_closing():
        raise ConnectionResetError("the visitor has left")


async def flood(writer: asyncio.StreamWriter, piece: bytes) -> None:
    """Send the piece again and again, as fast as it is read."""
    for _ in range(0, FLOOD, len(piece)):
        await send(writer, piece)


async def drip(writer: asyncio.StreamWriter, text: bytes, every: float = 0.5) -> None:
    """Send a byte now and then, until the visitor has had enough."""
    for byte in itertools.cycle(text):
        await send(writer, bytes([byte]))
        await asyncio.sleep(every)
