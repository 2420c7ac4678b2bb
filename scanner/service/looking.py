"""One look at one thing, and the evidence behind what was seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from probes.kit.catalog import all_probes
from probes.kit.net.tape import Exchange
from probes.kit.observation import Absent, AnyObservation, Seen, Unknown
from probes.kit.target import (
    Address,
    Domain,
    Endpoint,
    Host,
    Organisation,
    Target,
    canonical_name,
)
from scanner.database import Database
from scanner.evidence import Evidence
from scanner.evidence.excerpt import excerpt_of, transcript_of
from scanner.runs.look import Clock
from scanner.runs.look import look as look_once
from scanner.service.arguments import UnknownThing
from scanner.service.network import live_net
from scanner.settings import Settings


class LookResult(Struct, frozen=True):
    """One observation with the exchanges it rests on."""

    observation: AnyObservation
    exchanges: tuple[Exchange, ...]

    def json(self) -> str:
        """Return the observation as JSON."""
        return msgspec.json.format(msgspec.json.encode(self.observation), indent=2).decode()

    def text(self, *, raw: bool) -> str:
        """Return the observation for a person; with `raw`, every exchange too."""
        seen = self.observation
        match seen.outcome:
            case Seen(fact):
                body = msgspec.json.format(msgspec.json.encode(fact), indent=2).decode()
                head = f"seen\n{body}"
            case Absent(authority):
                head = f"absent: {authority}"
            case Unknown(reason, detail):
                head = f"unknown: {reason}" + (f" ({detail})" if detail else "")
        lines = [
            f"{seen.probe} of {seen.target} at {seen.at:%Y-%m-%d %H:%M:%S} UTC",
            head,
            "evidence:",
        ]
        for exchange in self.exchanges:
            reading = excerpt_of(exchange)
            lines.append(f"  {exchange.id}  {reading.question}")
            if raw:
                lines += [f"      {line}" for line in reading.excerpt.splitlines()]
        return "\n".join(lines)


async def look(probe: str, target: str, settings: Settings, clock: Clock) -> LookResult:
    """Make one look and return it; nothing is stored."""
    chosen = all_probes().get(probe)
    if chosen is None:
        raise UnknownThing(f"there is no probe {probe!r}; choose from {', '.join(all_probes())}.")
    pointed = _target(chosen.looks_at, target)
    async with live_net(settings, None) as net:
        observation, exchanges = await look_once(chosen, pointed, net, clock, settings.vantage)
    return LookResult(observation, exchanges)


_POINTED: Mapping[type[Any], str] = {
    Domain: "a domain",
    Host: "a host name",
    Address: "an IP address",
    Endpoint: "a host name with a port, such as mx.romashka.ru:25",
    Organisation: "a firm",
}


def _target(kind: type[Any], text: str) -> Target:
    try:
        if kind is Endpoint:
            return _endpoint(text)
        if kind is Address:
            return Address.of(text)
        if kind is Organisation:
            return Organisation.of(text)
        return Domain.of(text) if kind is Domain else Host.of(text)
    except ValueError as error:
        raise UnknownThing(f"this probe looks at {_POINTED[kind]}: {error}.") from error


def _endpoint(text: str) -> Endpoint:
    name, colon, port = text.rpartition(":")
    if not colon:
        return Endpoint(canonical_name(text), 443)
    number = int(port) if port.isascii() and port.isdigit() and len(port) <= 5 else 0
    if not 0 < number < 65_536:
        raise ValueError(f"not a port: {port[:80]!r}")
    return Endpoint(canonical_name(name), number, "smtp" if number in (25, 587) else "")


def evidence(evidence_id: str, settings: Settings) -> str:
    """Return a recorded exchange as text: question, when, from where, the whole answer."""
    database = Database.open(settings.db)
    try:
        found = Evidence(database).exchange(evidence_id)
    finally:
        database.close()
    if found is None:
        raise UnknownThing(
            f"no exchange {evidence_id!r} in this database; it was never kept here, or has aged out."
        )
    return transcript_of(found)
