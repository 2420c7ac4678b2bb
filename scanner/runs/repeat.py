"""Looks that were made before, made again by themselves: names first, then visits, then what a visit prepares.

Part of a rescan that is shared out. What the new answers lead to is for the run that puts the parts together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from probes.addresses import HostAddresses
from probes.kit.observation import AnyObservation, Seen
from probes.kit.target import Domain, Endpoint, Host, Target
from scanner.discovery import Look


class Repeat:
    """The plan of a part: each look after that which prepares it, where that is in the part too."""

    def __init__(self, looks: Iterable[Look]) -> None:
        """Make `looks`, each once."""
        chosen = dict.fromkeys(looks)
        self._first: list[Look] = []
        self._after: defaultdict[Look, list[Look]] = defaultdict(list)
        for look in chosen:
            before = next((one for one in _prepared_by(look) if one in chosen), None)
            if before is None:
                self._first.append(look)
            else:
                self._after[before].append(look)

    def start(self) -> tuple[Look, ...]:
        """Return what nothing else prepares."""
        return tuple(self._first)

    def learn(self, observation: AnyObservation) -> tuple[Look, ...]:
        """Return what the answer prepares; nothing is visited that leads nowhere now."""
        due = self._after.pop(Look(observation.probe, observation.target), ())
        if observation.probe == "addresses" and not _leads_somewhere(observation):
            return ()
        return tuple(due)


def _prepared_by(look: Look) -> Iterable[Look]:
    """Yield looks after which this one costs less, or is made at all; the latest first."""
    target: Target = look.target
    match look.probe, target:
        case "tls_certificate", Endpoint(name=name, port=port):
            if port == 443:  # the visit shook hands already
                yield Look("website", Host(name))
            yield Look("addresses", Host(name))
        case (("website" | "mail_server"), Host()):
            yield Look("addresses", target)
        case "registration", Domain():
            yield Look("delegation", target)


def _leads_somewhere(observation: AnyObservation) -> bool:
    match observation.outcome:
        case Seen(HostAddresses() as fact):
            return bool(fact.all)
    return False
