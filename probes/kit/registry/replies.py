"""What came of one question to a registry or registrar: its answer read, or the failure named."""

from __future__ import annotations

from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import replace

from probes.kit.net import ApiAnswer, WhoisAnswer
from probes.kit.observation import Reason
from probes.kit.registry import plan
from probes.kit.registry.rdap_reader import read_rdap
from probes.kit.registry.reading import Ending, Reading
from probes.kit.registry.second_opinion import second_opinion
from probes.kit.registry.whois_reader import decode, read_whois

_MOST_WHOIS_BYTES = 262_144

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


def failed(server: str, kind: str, reason: Reason, detail: str = "") -> Reply:
    """Return the reply of a server that did not answer."""
    ending = _BY_TROUBLE.get(reason, Ending.NETWORK_ERROR)
    return Reply(server, kind, Reading(ending, detail[:120]), reason)


def rdap_reply(url: str, kind: str, name: str, answer: ApiAnswer) -> Reply:
    """Read an answer about the domain `name`; only registries' own services may deny by status."""
    host = urlsplit(url).hostname or ""
    if answer.truncated:
        return Reply(host, kind, Reading(Ending.OVERSIZED, "answer cut off"))
    reading = read_rdap(answer.status, answer.body, listed=kind.startswith("registry"))
    return Reply(host, kind, _about(name, reading))


async def whois_reply(server: str, kind: str, name: str, suffix: str, answer: WhoisAnswer) -> Reply:
    """Read an answer about the domain `name`; what we cannot read, a process beside us tries to."""
    text = decode(answer.raw, server)
    if not text.strip():
        return Reply(server, kind, Reading(Ending.NETWORK_ERROR, "empty answer"))
    reading = read_whois(text, suffix)
    if reading.ending is Ending.UNPARSED:
        if len(answer.raw) >= _MOST_WHOIS_BYTES:
            return Reply(server, kind, Reading(Ending.OVERSIZED))
        if answer.complete:
            reading = await second_opinion(text, name) or reading
        elif b"\n" not in answer.raw:
            reading = Reading(Ending.TIMEOUT, "not one whole line came in time")
    if not answer.complete and reading.ending in (Ending.NOT_REGISTERED, Ending.UNPARSED):
        # Half an answer may have lost the record that followed.
        reading = Reading(Ending.NETWORK_ERROR, "the answer broke off")
    return Reply(server, kind, _about(name, reading))


def iana_reply(tld: str, answer: WhoisAnswer) -> str | Reply:
    """Return the WHOIS server IANA names for a top level name, or why there is none."""
    server = plan.iana_referral(decode(answer.raw, plan.IANA))
    if server:
        return server
    # An answer cut short may have lost the referral.
    ending = Ending.NO_SERVICE if answer.complete else Ending.NETWORK_ERROR
    return Reply(plan.IANA, "registry whois", Reading(ending, f"no WHOIS server for .{tld}"))


def _about(name: str, reading: Reading) -> Reading:
    """Refuse a reading about another name than the one asked for."""
    if not reading.domain or reading.domain == name:
        return reading
    if reading.ending not in (Ending.REGISTERED, Ending.NOT_REGISTERED, Ending.RESERVED):
        return reading
    return replace(Reading(Ending.UNPARSED), words=f"an answer about {reading.domain}"[:120])
