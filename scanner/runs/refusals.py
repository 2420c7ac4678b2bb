"""Which registries refused us in a look: told to whoever keeps our pace."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from probes.kit.net.tape import Exchange
from probes.kit.observation import AnyObservation, Reason, Seen, Unknown
from probes.kit.registry.stay_away import StayAway, all_stay_away
from probes.registration import Registration

_REFUSED = frozenset({Reason.RATE_LIMITED, Reason.ACCESS_DENIED})


def refusals_in(observation: AnyObservation, exchanges: Iterable[Exchange]) -> Iterator[StayAway]:
    """Yield the servers that asked for rest; the answers are read again only where one of them did."""
    if _was_refused(observation):
        yield from all_stay_away(exchanges)


def _was_refused(observation: AnyObservation) -> bool:
    match observation.outcome:
        case Unknown(reason=reason):
            return observation.probe == "registration" and reason in _REFUSED
        case Seen(Registration(sources=sources)):
            return any(source.outcome in _REFUSED for source in sources)
    return False
