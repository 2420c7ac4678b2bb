"""A small world that changes by the day, as an almanac has it: a net that answers from it, and fails now and then."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from hashlib import sha256
from random import Random
from typing import Any

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rrset
from msgspec import Struct
from msgspec.structs import replace

from probes.kit.net import (
    ApiAnswer,
    ApiQuestion,
    DnsAnswer,
    DnsQuestion,
    HttpAnswer,
    HttpQuestion,
    NetTrouble,
    SmtpAnswer,
    SmtpQuestion,
    WhoisAnswer,
    WhoisQuestion,
)
from probes.kit.observation import Reason
from scanner.discovery.scope import registered

BEGUN = datetime(2026, 1, 5, 3, tzinfo=UTC)
TEXT = "Собираем и чиним теплицы: звоните, приезжайте, смотрите работы, заказывайте доставку. " * 60
PAGES = {
    "content": (200, f"<html><head><title>Теплицы</title></head><body><p>{TEXT}</p></body></html>"),
    "stub": (200, "<html><head><title>Welcome to nginx!</title></head><body><h1>Welcome to nginx!"
             "</h1><p>If you see this page, the nginx web server is successfully installed and "
             "working. Further configuration is required.</p></body></html>"),
    "error": (500, "<html><head><title>500 Internal Server Error</title></head><body>"
              "<h1>Internal Server Error</h1></body></html>"),
}  # fmt: skip
_WHOIS = """% TCI Whois Service.

domain:        {name}
{servers}state:         REGISTERED, {delegated}, VERIFIED
org:           {org}
registrar:     {registrar}
created:       2010-05-04T20:00:00Z
paid-till:     {paid}T21:00:00Z
free-date:     {free}
source:        TCI
"""
_PARENT = "198.18.0.4"


def _network(octet: int, number: int, holder: str) -> dict[tuple[str, str], list[str]]:
    """Whose the addresses are, as the table of networks has it."""
    address, network = f"10.{octet}.18.198.origin.asn.cymru.com", f"as{number}.asn.cymru.com"
    block = f'"{number} | 198.18.{octet}.0/24 | RU | ripencc | 2014-01-01"'
    named = f'"{number} | RU | ripencc | 2014-01-01 | {holder}, RU"'
    return {
        (address, "TXT"): [f"{address} TXT {block}"],
        (network, "TXT"): [f"{network} TXT {named}"],
    }


_NETWORKS = {**_network(16, 198610, "BEGET-AS"), **_network(17, 9123, "TIMEWEB-AS")}


class Plot(Struct, frozen=True):
    """A domain as it is on some day."""

    name: str
    paid_until: date
    registered: bool = True
    delegated: bool = True
    registrar: str = "REGRU-RU"
    org: str = 'OOO "Romashka"'
    servers: tuple[str, ...] = ("ns1.nameserver.ru", "ns2.nameserver.ru")
    address: str | None = "198.18.16.10"
    mail: str = "mx1.mailhost.ru"
    page: str = "content"


class Event(Struct, frozen=True):
    """Something that happens to a domain, and what is to be told of it."""

    day: int
    name: str
    change: dict[str, Any]
    code: str
    thing: str
    within: int
    """Days in which it is to be told at the latest."""


class Almanac:
    """The plots and what happens to them; a net that answers as things are at the moment of its clock."""

    def __init__(
        self, plots: Iterable[Plot], events: Iterable[Event], clock: Callable[[], datetime],
        failing: float = 0.0,
    ) -> None:  # fmt: skip
        self._plots = {plot.name: plot for plot in plots}
        self._events = sorted(events, key=lambda event: event.day)
        self._clock, self._failing = clock, failing
        self.asked = 0

    async def ask(self, question: Any) -> Any:
        """Answer from the world, or fail."""
        self.asked += 1
        if self._fails(question):
            raise NetTrouble(Reason.TIMEOUT, "no answer")
        match question:
            case DnsQuestion():
                return self._dns(question)
            case WhoisQuestion(line=line):
                return WhoisAnswer(self._whois(line).encode(), True, "198.18.0.5")
            case HttpQuestion(url=url):
                return self._page(url)
            case ApiQuestion(url=url) if "microsoft" not in url and "iana" not in url:
                return ApiAnswer(200, (), b"[]", False)  # no log and no archive knows anything
            case ApiQuestion(url=url) if "microsoft" in url:
                return ApiAnswer(
                    400, (), b'{"error": "invalid_tenant", "error_codes": [90002]}', False
                )
            case SmtpQuestion(name=name):
                return SmtpAnswer("198.18.20.25", f"220 {name} ESMTP", (name, "STARTTLS"), False)
        raise NetTrouble(Reason.NO_LISTENER, "nobody is here")

    def _fails(self, question: Any) -> bool:
        """Let some looks fail, always the same at one moment: all questions of one at a domain, or none."""
        asked = getattr(question, "line", "") or getattr(question, "url", "") or question.name
        name = registered(asked.split("/")[2] if "://" in asked else asked) or asked
        kind = type(question).__name__
        mark = sha256(f"{name} {kind} {self._clock():%Y-%m-%d %H}".encode()).digest()
        return int.from_bytes(mark[:4]) / 2**32 < self._failing

    def _now(self, name: str) -> Plot | None:
        domain = registered(name) or name
        plot = self._plots.get(domain)
        if plot is None:
            return None
        day = (self._clock() - BEGUN) / timedelta(days=1)
        for event in self._events:
            if event.name == domain and event.day <= day:
                plot = replace(plot, **event.change)
        return plot

    def _whois(self, line: str) -> str:
        plot = self._now(line.strip())
        if plot is None or not plot.registered:
            return "% TCI Whois Service.\n\nNo entries found for the selected source(s).\n"
        servers = "".join(f"nserver:       {one}.\n" for one in plot.servers)
        return _WHOIS.format(
            name=plot.name.upper(), servers=servers, org=plot.org, registrar=plot.registrar,
            delegated="DELEGATED" if plot.delegated else "NOT DELEGATED",
            paid=plot.paid_until, free=plot.paid_until + timedelta(days=31),
        )  # fmt: skip

    def _page(self, url: str) -> HttpAnswer:
        scheme, _, rest = url.partition("://")
        host, _, path = rest.partition("/")
        if scheme == "https":
            raise NetTrouble(Reason.NO_LISTENER, url)
        plot = self._now(host)
        if path:
            status, body = 404, "<html><title>404 Not Found</title></html>"
        else:
            status, body = PAGES[plot.page if plot else "stub"]
        address = (plot.address if plot else None) or "198.18.16.10"
        headers = (("content-type", "text/html; charset=utf-8"),)
        return HttpAnswer(status, headers, body.encode(), False, address)

    def _dns(self, question: DnsQuestion) -> DnsAnswer:
        records, exists = self._records(question)
        return _answer(question.name, question.type, question.server, tuple(records), exists)

    def _records(self, question: DnsQuestion) -> tuple[list[str], bool]:
        name, type_ = question.name.rstrip("."), question.type
        fixed = {
            ("ru", "NS"): ["ru NS d.dns.ripn.net."],
            ("d.dns.ripn.net", "A"): [f"d.dns.ripn.net A {_PARENT}"],
            **_NETWORKS,
        }
        if (name, type_) in fixed:
            return fixed[name, type_], True
        if name.endswith((".nameserver.ru", ".mailhost.ru", ".otherhost.ru", ".ripn.net")):
            return ([f"{name} A 198.18.20.25"] if type_ == "A" else []), True
        plot = self._now(name)
        if plot is None or not (plot.registered and plot.delegated):
            return [], False
        if name not in (plot.name, f"www.{plot.name}"):
            return [], False
        return list(_of_plot(plot, name, type_)), True


@cache
def _answer(
    name: str, type_: str, server: str | None, records: tuple[str, ...], exists: bool
) -> DnsAnswer:
    """Return an answer as it goes over the wire; a year asks the same a quarter of a million times."""
    response = dns.message.make_response(dns.message.make_query(dns.name.from_text(name), type_))
    referral = server == _PARENT and bool(records)
    if server is None:
        response.flags |= dns.flags.RA
    elif not referral:
        response.flags |= dns.flags.AA
    if not exists:
        response.set_rcode(dns.rcode.NXDOMAIN)
    section = response.authority if referral else response.answer
    for line in records if exists else ():
        owner, kind, data = line.split(" ", 2)
        section.append(dns.rrset.from_text(dns.name.from_text(owner), 300, "IN", kind, data))
    if not records or not exists:
        soa = dns.rrset.from_text(dns.name.from_text("ru"), 300, "IN", "SOA", "a. b. 1 2 3 4 5")
        response.authority.append(soa)
    return DnsAnswer(response.to_wire(), server or "127.0.0.53")


def _of_plot(plot: Plot, name: str, type_: str) -> Iterator[str]:
    match type_:
        case "A" if plot.address:
            yield f"{name} A {plot.address}"
        case "NS" if name == plot.name:
            yield from (f"{name} NS {one}." for one in plot.servers)
        case "SOA" if name == plot.name:
            yield f"{name} SOA ns1.nameserver.ru. a. 1 2 3 4 5"
        case "MX" if name == plot.name and plot.mail:
            yield f"{name} MX 10 {plot.mail}."


def year(days: int, domains: int, apart: int, seed: int) -> tuple[list[Plot], list[Event]]:
    """Return plots, and events for so many days: each domain's `apart` days or more from one another."""
    chance = Random(seed)
    plots, events = [], []
    for number in range(domains):
        paid = BEGUN.date() + timedelta(days=200 + 30 * number)
        plot = Plot(f"teplitsa{number}.ru", paid, page="stub" if number % 4 == 3 else "content")
        plots.append(plot)
        day = 3 + number * apart // domains
        while day < days - 12 and day < _last_day(plot):
            event = _event(day, plot, chance)
            plot = replace(plot, **event.change)
            events.append(event)
            day += apart + chance.randrange(apart // 2)
        if _last_day(plot) < days - 12:
            events.append(lapse(plot))
    return plots, events


def lapse(plot: Plot) -> Event:
    """Return what happens to a domain that nobody renews: the day after its last it leads nowhere."""
    thing = f"domain:{plot.name}"
    return Event(_last_day(plot), plot.name, {"delegated": False}, "use_changed", thing, 4)


def _last_day(plot: Plot) -> int:
    return (plot.paid_until - BEGUN.date()).days + 1


def _event(day: int, plot: Plot, chance: Random) -> Event:
    name = plot.name
    site, domain, mail = f"site:{name}", f"domain:{name}", f"mail:{name}"
    page = {"content": ("error", "stub"), "error": ("content",), "stub": ("content",)}[plot.page]
    pages = [({"page": one}, "use_changed", site, 12 if plot.page == "stub" else 5) for one in page]
    other = "198.18.16.10" if plot.address != "198.18.16.10" else "198.18.17.10"
    registrar = "BEGET-RU" if plot.registrar != "BEGET-RU" else "REGRU-RU"
    servers = tuple(
        f"{one}.{'otherhost' if 'nameserver' in plot.servers[0] else 'nameserver'}.ru"
        for one in ("ns1", "ns2")
    )
    mailer = "mx2.otherhost.ru" if plot.mail != "mx2.otherhost.ru" else "mx1.mailhost.ru"
    change, code, thing, within = chance.choice(
        [
            *pages,
            *pages,
            ({"address": other}, "addresses_changed", site, 12 if plot.page == "stub" else 5),
            ({"mail": mailer}, "mail_changed", mail, 5),
            ({"registrar": registrar}, "registrar_changed", domain, 10),
            ({"servers": servers}, "name_servers_changed", domain, 9),
            (
                {"paid_until": plot.paid_until + timedelta(days=365)},
                "paid_until_changed",
                domain,
                9,
            ),
        ]
    )
    return Event(day, name, change, code, thing, within)
