"""How often each public service may be asked: polite built-in rates, and the operator's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from msgspec import Struct

_UNITS = {"s": 1.0, "min": 60.0, "h": 3600.0}
_REFUSED = "not a rate: {!r} (write 10/min, 1/s, 600/h, or 10/min, 300/day)"

# About a third of what the services publish or were seen to bear, so that a neighbour behind the
# same address still gets his answers.
_DEFAULTS = {
    "whois:whois.tcinet.ru": "10/min",
    "whois:whois.denic.de": "10/min",
    "whois:whois.nic.uk": "10/min, 300/day",
    "whois:whois.eu": "5/min",
    "whois:whois.domain-registry.nl": "30/min, 200/day",
    "whois:whois.nic.it": "10/min",
    "whois:whois.nic.fr": "10/min",
    "whois:whois.nic.kz": "6/min",
    "whois:whois.cctld.by": "6/min",
    "whois:whois.ua": "6/min",
    "whois:whois.cctld.uz": "6/min",
    "whois:whois.kg": "6/min",
    "whois:*": "6/min",
    "api:crt.sh": "20/min",
    "api:api.certspotter.com": "10/min",
    "api:web.archive.org": "15/min",
    "api:rdap.verisign.com": "1/s",
    "api:rdap.identitydigital.services": "1/s",
    "api:rdap.centralnic.com": "1/s",
    # Answered by the million; the documents are public and made for programs.
    "api:login.microsoftonline.com": "2/s",
    "api:odc.officeapps.live.com": "2/s",
    "api:*": "0.5/s",
    # All names tried in bulk: a tenth of what an office's resolver takes without effort, and a third
    # of what the public ones allow one address.
    "dns:dns": "500/s",
    # Each server of a top-level domain asked about candidates; it answers a hundred thousand a second.
    "dns:dns-parent": "20/s",
}


class Rate(Struct, frozen=True):
    """How often one server may be asked."""

    interval: float
    """Seconds from one question to the next."""
    daily: int = 0
    """The most questions in 24 hours; 0 for any number."""

    @classmethod
    def of(cls, text: str) -> Self:
        """Read `10/min` or `10/min, 300/day`; the units are s, min and h. Raise ValueError otherwise."""
        pace, comma, quota = text.partition(",")
        daily = _count(quota, "day") if comma else 0
        if comma and (daily is None or daily != int(daily)):
            raise ValueError(_REFUSED.format(text))
        for unit, seconds in _UNITS.items():
            if count := _count(pace, unit):
                return cls(seconds / count, int(daily or 0))
        raise ValueError(_REFUSED.format(text))


class Rates(Struct, frozen=True):
    """The rate of each group, such as `whois:whois.tcinet.ru`."""

    defaults: Mapping[str, Rate]
    named: Mapping[str, Rate]
    """The operator's own, by plain server name; `*` stands for every server not named."""

    @classmethod
    def of(cls, settings: Mapping[str, str]) -> Self:
        """Read `{"whois.tcinet.ru": "10/min", "*": "6000/min"}`; raise ValueError for a bad rate."""
        return cls(
            defaults={group: Rate.of(rate) for group, rate in _DEFAULTS.items()},
            named={server.strip().lower(): Rate.of(rate) for server, rate in settings.items()},
        )

    def rate(self, group: str) -> Rate:
        """Return how often a group may be asked. What the operator said outranks what we think."""
        kind, _, server = group.partition(":")
        for rates, key in (
            (self.named, server),
            # What is meant for WHOIS servers would make a word list of the DNS endless.
            (self.named, "*" if kind != "dns" else ""),
            (self.defaults, group),
            (self.defaults, f"{kind}:*"),
        ):
            if key in rates:
                return rates[key]
        return self.defaults["whois:*"]


def _count(text: str, unit: str) -> float | None:
    """Return the number in `10/min`; None for another unit, or no number above zero."""
    number, slash, name = text.partition("/")
    try:
        count = float(number)
    except ValueError:
        return None
    return count if slash and name.strip() == unit and 0 < count < 1e9 else None
