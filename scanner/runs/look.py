"""One look of one probe at one target; whatever goes wrong becomes Unknown, never Absent."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from probes.kit.declare import Probe
from probes.kit.net import Net, NetTrouble
from probes.kit.net.patience import Patience
from probes.kit.net.tape import Exchange, Recorder
from probes.kit.observation import Absent, Observation, Reason, Seen, Unknown
from probes.kit.target import Target

log = logging.getLogger(__name__)
Clock = Callable[[], datetime]


async def look(
    probe: Probe[Any, Any], target: Target, net: Net, clock: Clock, vantage: str
) -> tuple[Observation[Any], tuple[Exchange, ...]]:
    """Return what the probe brought within its patience, and every exchange it made."""
    recorder = Recorder(net, clock, vantage)
    outcome: Seen[Any] | Absent | Unknown
    try:
        async with Patience(probe.patience):
            outcome = await probe.look(target, recorder)
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
