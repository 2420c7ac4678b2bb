"""What this machine can reach, and what each gap would mean for an audit."""

from __future__ import annotations

import asyncio
import email.utils
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from probes.kit import dns
from probes.kit.net import (
    ApiQuestion,
    HttpQuestion,
    Net,
    NetTrouble,
    SmtpQuestion,
    WhoisQuestion,
)
from probes.kit.observation import Absent, Seen, Unknown

BOOTSTRAP = "https://data.iana.org/rdap/dns.json"


class Health(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class Check(Struct, frozen=True):
    """One thing looked at on this machine."""

    name: str
    health: Health
    found: str
    means: str
    """What it means for an audit; empty when all is well."""


async def examine(net: Net, now: Callable[[], datetime]) -> tuple[Check, ...]:
    """Try every way out that an audit needs, all at once; none may take longer than 20 s."""
    checks: list[tuple[str, Awaitable[Check]]] = [
        ("DNS", _dns(net, "DNS")),
        ("WHOIS, port 43", _whois(net)),
        ("RDAP, port 443", _rdap(net)),
        ("clock", _clock(net, now)),
        ("mail, port 25", _smtp(net)),
        ("IPv6", _ipv6(net)),
    ]
    if dns.has_second_resolver(net):
        second = "second resolver"
        checks.insert(1, (second, _dns(net, second, dns.SECOND_RESOLVER)))
    return tuple(await asyncio.gather(*(_bounded(name, check) for name, check in checks)))


async def _bounded(name: str, check: Awaitable[Check]) -> Check:
    try:
        async with asyncio.timeout(20):
            return await check
    except TimeoutError:
        return Check(name, Health.FAIL, "no answer within 20 s", _MEANING[name])
    except NetTrouble as trouble:
        return Check(name, _SEVERITY.get(name, Health.FAIL), str(trouble), _MEANING[name])


_MEANING = {
    "DNS": "Nothing can be audited: give a working resolver with --resolver.",
    "second resolver": "No name is asked for twice: give a working one with --second-resolver, or none.",
    "WHOIS, port 43": "Registrars, dates and holders of .ru, .su and .рф stay unknown.",
    "RDAP, port 443": "Registrars and dates of .com, .org and other generic domains stay unknown.",
    "clock": "Expiry is judged by this clock; certificates could not be compared with the world's.",
    "mail, port 25": "Mail servers cannot be greeted from here: mail stays unknown, never unused.",
    "IPv6": "Sites that live on IPv6 only stay unknown from here.",
}
_SEVERITY = {"clock": Health.WARN, "mail, port 25": Health.WARN, "IPv6": Health.WARN}


async def _dns(net: Net, name: str, server: str | None = None) -> Check:
    match await dns.records(net, "iana.org", "NS", server):
        case Seen(names):
            return Check(name, Health.OK, f"iana.org has {len(names)} name servers", "")
        case Absent(authority):
            found = f"iana.org: {authority}; this resolver filters or invents answers"
            return Check(name, Health.FAIL, found, _MEANING[name])
        case Unknown(reason, detail):
            raise NetTrouble(reason, detail)


async def _whois(net: Net) -> Check:
    answer = await net.ask(WhoisQuestion("whois.iana.org", "ru"))
    return Check("WHOIS, port 43", Health.OK, f"whois.iana.org sent {len(answer.raw)} bytes", "")


async def _rdap(net: Net) -> Check:
    answer = await net.ask(ApiQuestion(BOOTSTRAP))
    if answer.status != 200:
        found = f"{BOOTSTRAP} answered {answer.status}"
        return Check("RDAP, port 443", Health.FAIL, found, _MEANING["RDAP, port 443"])
    return Check("RDAP, port 443", Health.OK, f"bootstrap of {len(answer.body) // 1024} KiB", "")


async def _clock(net: Net, now: Callable[[], datetime]) -> Check:
    answer = await net.ask(ApiQuestion(BOOTSTRAP))
    try:
        theirs = email.utils.parsedate_to_datetime(answer.header("date"))
        skew = abs(now() - theirs)
    except (TypeError, ValueError):
        return Check("clock", Health.WARN, "the server gave no date", _MEANING["clock"])
    if skew > timedelta(minutes=5):
        found = f"{skew.total_seconds():.0f} s away from the world's"
        return Check("clock", Health.FAIL, found, "Set the clock: dates decide about renewals.")
    return Check("clock", Health.OK, f"within {max(1, round(skew.total_seconds()))} s", "")


async def _smtp(net: Net) -> Check:
    hosts = await dns.records(net, "iana.org", "MX")
    match hosts:
        case Seen(records) if records:
            answer = await net.ask(SmtpQuestion(records[0].host))
            return Check("mail, port 25", Health.OK, answer.banner[:60], "")
        case _:
            found = "no mail host to greet could be found"
            return Check("mail, port 25", Health.WARN, found, _MEANING["mail, port 25"])


async def _ipv6(net: Net) -> Check:
    match await dns.records(net, "www.iana.org", "AAAA"):
        case Seen(addresses):
            ip = str(addresses[0])
            await net.ask(HttpQuestion("http://www.iana.org/", address=ip, max_bytes=1024))
            return Check("IPv6", Health.OK, f"reached {ip}", "")
        case _:
            found = "no IPv6 address to try could be found"
            return Check("IPv6", Health.WARN, found, _MEANING["IPv6"])
