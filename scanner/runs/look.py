"""One look of one probe at one target; whatever goes wrong becomes Unknown, never Absent."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, TypeVar

from probes.kit.declare import Probe
from probes.kit.net import Net, NetTrouble
from probes.kit.net.patience import Patience
from probes.kit.net.tape import Exchange, Recorder, SharedExchanges
from probes.kit.observation import Absent, Observation, Reason, Seen, Unknown
from probes.kit.target import Target

log = logging.getLogger(__name__)
Clock = Callable[[], datetime]
T = TypeVar("T")

_FAREWELL = 0.5
"""Seconds for a look that is over to close its connections."""


async def look(
    probe: Probe[Any, Any],
    target: Target,
    net: Net,
    clock: Clock,
    vantage: str,
    shared: SharedExchanges | None = None,
) -> tuple[Observation[Any], tuple[Exchange, ...]]:
    """Return what the probe brought within its patience, and every exchange it made.

    One wall clock runs for the whole look and stands still only while it queues for a turn of ours
    (see Patience). When it strikes, the look is over, whether the probe heeds that or not. An answer
    that several looks of a run share is recorded once, when they are given the same `shared`.
    """
    recorder = Recorder(net, clock, vantage, shared)
    outcome: Seen[Any] | Absent | Unknown
    try:
        async with Patience(probe.patience):
            outcome = await _detached(probe.look(target, recorder))
    except TimeoutError:
        outcome = Unknown(Reason.TIMEOUT, f"no end within {probe.patience.total_seconds():g} s")
    except NetTrouble as trouble:
        outcome = Unknown(trouble.reason, trouble.detail)
    except Exception as bug:
        log.exception("probe %s failed on %s", probe.name, target)
        outcome = Unknown(Reason.BUG, repr(bug)[:200])
    exchanges = tuple(recorder.exchanges)
    evidence = tuple(dict.fromkeys(exchange.id for exchange in exchanges))
    return Observation(probe.name, target, clock(), vantage, outcome, evidence), exchanges


async def _detached(work: Awaitable[T]) -> T:
    """Await work in a task of its own, so that calling it off never waits for its consent.

    What swallows its cancellation, or dies of one that nobody ordered, must not hold up or end the run.
    """
    task = asyncio.ensure_future(work)
    ended: asyncio.Future[None] = task.get_loop().create_future()
    task.add_done_callback(lambda _: None if ended.done() else ended.set_result(None))
    try:
        await ended
    except asyncio.CancelledError:
        task.cancel()
        _, left = await asyncio.wait((task,), timeout=_FAREWELL)
        if left:
            log.warning("a look that is over would not end: it is left to itself")
        task.add_done_callback(_hear_out)
        raise
    if task.cancelled():
        raise RuntimeError("the look called itself off")
    try:
        return task.result()
    finally:
        del task  # a trouble holds its frames: were it held by one, all that was read would linger


def _hear_out(task: asyncio.Future[Any]) -> None:
    """Take note of how it ended: else Python complains that nobody did."""
    if not task.cancelled():
        task.exception()
