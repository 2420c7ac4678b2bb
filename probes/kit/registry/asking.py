"""Asks one registry or registrar one question and reads the answer, whatever came of it."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from msgspec import Struct
from msgspec.structs import replace

from probes.kit.net import ApiQuestion, Net, NetTrouble, WhoisQuestion
from probes.kit.observation import Reason
from probes.kit.registry import plan
from probes.kit.registry.rdap_reader import read_rdap
from probes.kit.registry.reading import Ending, Reading
from probes.kit.registry.second_opinion import second_opinion
from probes.kit.registry.whois_reader import decode, read_whois

_MOST_RDAP_BYTES = 1_048_576
_MOST_BOOTSTRAP_BYTES = 2_097_152
_MOST_WHOIS_BYTES = 262_144
_RDAP = "application/rdap+json, application/json;q=0.8"
_SECONDS = 15.0

_BY_TROUBLE = {
    Reason.TIMEOUT: Ending.TIMEOUT,
    Reason.OVERSIZED: Ending.OVERSIZED,
    Reason.RATE_LIMITED: Ending.RATE_LIMITED,
    Reason.ACCESS_DENIED: Ending.ACCESS_DENIED,
    Reason.SERVICE_CLOSED: Ending.SERVICE_CLOSED,
    Reason.NO_SERVICE: Ending.NO_SERVICE,
    Reason.INVALID_QUERY: Ending.INVALID_QUERY,
    Reason.UNPARSED: Ending.UNPARSED,
    Reason.MALFORMED: Ending.UNPARSED,
}
_BY_ENDING = {
    Ending.RESERVED: Reason.RESERVED,
    Ending.RATE_LIMITED: Reason.RATE_LIMITED,
    Ending.ACCESS_DENIED: Reason.ACCESS_DENIED,
    Ending.SERVICE_CLOSED: Reason.SERVICE_CLOSED,
    Ending.NO_SERVICE: Reason.NO_SERVICE,
    Ending.INVALID_QUERY: Reason.INVALID_QUERY,
    Ending.TIMEOUT: Reason.TIMEOUT,
    Ending.NETWORK_ERROR: Reason.SOURCE_FAILED,
    Ending.OVERSIZED: Reason.OVERSIZED,
    Ending.UNPARSED: Reason.UNPARSED,
}


class Reply(Struct, frozen=True):
    """One question asked: whom, as what, and what came of it."""

    name: str
    """Host that was asked."""
    kind: str
    """`registry rdap`, `registry whois`, `registrar rdap`, `registrar whois`."""
    reading: Reading
    trouble: Reason | None = None
    """The Net's own word when there was no answer at all."""

    @property
    def ending(self) -> Ending:
        """How it ended."""
        return self.reading.ending

    @property
    def reason(self) -> Reason:
        """Why this reply says nothing about the domain."""
        return self.trouble or _BY_ENDING.get(self.ending, Reason.UNPARSED)

    @property
    def story(self) -> str:
        """One clause for a person: who was asked and what they said."""
        words = f" ({self.reading.words})" if self.reading.words else ""
        return f"{self.kind} {self.name}: {self.ending}{words}"


def _failed(name: str, kind: str, trouble: NetTrouble) -> Reply:
    ending = _BY_TROUBLE.get(trouble.reason, Ending.NETWORK_ERROR)
    return Reply(name, kind, Reading(ending, trouble.detail[:120]), trouble.reason)


async def ask_rdap(url: str, kind: str, name: str, net: Net, *, listed: bool) -> Reply:
    """Ask for one RDAP object; `name` is the domain it must be about."""
    host = urlsplit(url).hostname or ""
    try:
        answer = await net.ask(
            ApiQuestion(url, accept=_RDAP, max_bytes=_MOST_RDAP_BYTES, patience=_SECONDS)
        )
    except NetTrouble as trouble:
        return _failed(host, kind, trouble)
    if answer.truncated:
        return Reply(host, kind, Reading(Ending.OVERSIZED, "answer cut off"))
    reading = read_rdap(answer.status, answer.body, listed=listed)
    return Reply(host, kind, _about(name, reading))


async def ask_whois(server: str, kind: str, name: str, suffix: str, net: Net) -> Reply:
    """Ask one WHOIS server about one name."""
    try:
        answer = await net.ask(WhoisQuestion(server, plan.query_line(server, name)))
    except NetTrouble as trouble:
        return _failed(server, kind, trouble)
    text = decode(answer.raw, server)
    if not text.strip():
        return Reply(server, kind, Reading(Ending.NETWORK_ERROR, "empty answer"))
    reading = read_whois(text, suffix)
    if reading.ending is Ending.UNPARSED:
        if len(answer.raw) >= _MOST_WHOIS_BYTES:
            return Reply(server, kind, Reading(Ending.OVERSIZED))
        reading = await second_opinion(text, name) or reading
    if reading.ending is Ending.NOT_REGISTERED and not answer.complete:
        # Half an answer may have lost the record that followed.
        reading = Reading(Ending.NETWORK_ERROR, "the answer broke off")
    return Reply(server, kind, _about(name, reading))


def _about(name: str, reading: Reading) -> Reading:
    """Refuse a reading about another name than the one asked for."""
    if not reading.domain or reading.domain == name:
        return reading
    if reading.ending not in (Ending.REGISTERED, Ending.NOT_REGISTERED, Ending.RESERVED):
        return reading
    return replace(Reading(Ending.UNPARSED), words=f"an answer about {reading.domain}"[:120])


async def ask_iana(tld: str, net: Net) -> str | Reply:
    """Return the WHOIS server IANA names for a top level name, or why there is none."""
    try:
        answer = await net.ask(WhoisQuestion(plan.IANA, tld))
    except NetTrouble as trouble:
        return _failed(plan.IANA, "registry whois", trouble)
    server = plan.iana_referral(decode(answer.raw, plan.IANA))
    if server:
        return server
    # An answer cut short may have lost the referral.
    ending = Ending.NO_SERVICE if answer.complete else Ending.NETWORK_ERROR
    return Reply(plan.IANA, "registry whois", Reading(ending, f"no WHOIS server for .{tld}"))


# The Net remembers good answers, not failures: without this every name of a run would wait in vain
# for a bootstrap service that is down. One event loop is one run; a worker tries again later.
_GIVEN_UP: WeakKeyDictionary[asyncio.AbstractEventLoop, float] = WeakKeyDictionary()
_TRY_AGAIN = 900.0


async def bootstrap(net: Net) -> plan.Bootstrap:
    """Return IANA's list of RDAP services: today's if it can be had, else the shipped one."""
    loop = asyncio.get_running_loop()
    if loop.time() < _GIVEN_UP.get(loop, 0.0):
        return plan.shipped_bootstrap()
    try:
        answer = await net.ask(
            ApiQuestion(plan.BOOTSTRAP, max_bytes=_MOST_BOOTSTRAP_BYTES, patience=_SECONDS)
        )
    except NetTrouble:
        found = None
    else:
        whole = answer.status == 200 and not answer.truncated
        found = plan.read_bootstrap(answer.body) if whole else None
    if found is None:
        _GIVEN_UP[loop] = loop.time() + _TRY_AGAIN
        return plan.shipped_bootstrap()
    return found
