"""How often each public service may be asked: polite built-in rates, and the operator's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from msgspec import Struct

_UNITS = {"s": 1.0, "min": 60.0, "h": 3600.0}

# About a third of what the services publish or were seen to bear, so that a neighbour behind the
# same address still gets his answers.
_DEFAULTS = {
    "whois:whois.tcinet.ru": "10/min",
    "whois:whois.denic.de": "10/min",
    "whois:whois.nic.uk": "10/min",
    "whois:whois.eu": "5/min",
    "whois:whois.nic.it": "10/min",
    "whois:whois.nic.fr": "10/min",
    "whois:whois.nic.kz": "6/min",
    "whois:whois.cctld.by": "6/min",
    "whois:whois.ua": "6/min",
    "whois:whois.cctld.uz": "6/min",
    "whois:whois.kg": "6/min",
    "whois:*": "6/min",
    "api:crt.sh": "12/min",
    "api:api.certspotter.com": "10/min",
    "api:*": "1/s",
}


class Rates(Struct, frozen=True):
    """Seconds between two questions to one group, such as `whois:whois.tcinet.ru`."""

    defaults: Mapping[str, float]
    named: Mapping[str, float]
    """The operator's own, by plain server name; `*` stands for every server not named."""

    @classmethod
    def of(cls, settings: Mapping[str, str]) -> Self:
        """Read `{"whois.tcinet.ru": "10/min", "*": "6000/min"}`; raise ValueError for a bad rate."""
        return cls(
            defaults={group: interval(rate) for group, rate in _DEFAULTS.items()},
            named={server.strip().lower(): interval(rate) for server, rate in settings.items()},
        )

    def interval(self, group: str) -> float:
        """Seconds from one question to the next. What the operator said outranks what we think."""
        kind, _, server = group.partition(":")
        for rates, key in (
            (self.named, server),
            (self.named, "*"),
            (self.defaults, group),
            (self.defaults, f"{kind}:*"),
        ):
            if key in rates:
                return rates[key]
        return self.defaults["whois:*"]


def interval(rate: str) -> float:
    """Read `10/min` as 6.0 seconds; the units are s, min and h. Raise ValueError otherwise."""
    count, slash, unit = rate.partition("/")
    try:
        number = float(count)
    except ValueError:
        number = 0.0
    if not slash or unit.strip() not in _UNITS or not 0 < number < 1e9:
        raise ValueError(f"not a rate: {rate!r} (write 10/min, 1/s or 600/h)")
    return _UNITS[unit.strip()] / number
