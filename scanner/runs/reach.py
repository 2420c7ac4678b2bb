"""What an audit would contact, before a single packet is sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from urllib.parse import urlsplit

from msgspec import Struct

from probes.kit.catalog import all_probes
from probes.kit.labels import shipped
from probes.kit.net.rates import Rate, Rates
from probes.kit.net.turns import DAY
from probes.kit.registry.plan import shipped_bootstrap, whois_server
from probes.kit.target import Domain
from probes.kit.whole_certificates import MOST as WHOLE_CERTIFICATES
from scanner.discovery import Look

_ASKED = {
    "certificate_log": {"api:crt.sh": 4 + WHOLE_CERTIFICATES, "api:api.certspotter.com": 1},
    "organisation_certificates": {"api:crt.sh": 1},
    "web_archive": {"api:web.archive.org": 2},
    "microsoft_tenant": {"api:login.microsoftonline.com": 1},
    "names_below": {"dns:dns": len(shipped())},
    "parent_delegation": {"dns:dns-parent": 1},
}
"""Questions that a look puts to paced servers; to crt.sh at most so many.

Host names are tried at the resolver (`dns`), names like the client's at each server of the zones above
(`dns-parent`), here as if there were one.
"""
LARGE = 300
"""Names from which on a person is asked before the audit starts."""


class Reach(Struct, frozen=True):
    """Looks by probe, and the paced servers with the time they take."""

    names: int
    looks: tuple[tuple[str, str, int], ...]
    """Probe, how loudly it looks, how many."""
    paced: tuple[tuple[str, int, float], ...]
    """Server, questions, seconds at its pace."""

    @property
    def large(self) -> bool:
        """True when somebody should nod first."""
        return self.names >= LARGE

    def text(self) -> str:
        """Return the plan for a person."""
        named = "1 name" if self.names == 1 else f"{self.names:,} names"
        lines = [f"{named} to start from; leads found on the way add to this."]
        lines += [f"  {count:>6}  {probe} ({reach})" for probe, reach, count in self.looks]
        if self.paced:
            lines.append("Servers that set the pace:")
            lines += [
                f"  {server}: {_questions(count)} at {_rate(count, seconds)} a minute, {_duration(seconds)}"
                for server, count, seconds in self.paced
            ]
            lines.append(
                "Interrupted, it goes on where it stopped; answers that still stand are not asked for."
            )
        lines.append("Nothing was sent.")
        return "\n".join(lines)


def reach_of(names: int, looks: Iterable[Look], rates: Rates) -> Reach:
    """Count the looks an audit starts with, and how long the paced servers will take."""
    counted: Counter[str] = Counter()
    servers: Counter[str] = Counter()
    for wanted in looks:
        counted[wanted.probe] += 1
        if wanted.probe == "delegation" and isinstance(wanted.target, Domain):
            counted["registration"] += 1  # follows as soon as the parent's servers have answered
            suffix = wanted.target.name.partition(".")[2]
            servers[_registry_group(suffix)] += 1
        servers.update(_ASKED.get(wanted.probe, {}))
    probes = all_probes()
    return Reach(
        names=names,
        looks=tuple((name, probes[name].reach, counted[name]) for name in sorted(counted)),
        paced=tuple(
            (group.partition(":")[2], count, _seconds(count, rates.rate(group)))
            for group, count in sorted(servers.items())
        ),
    )


def _registry_group(suffix: str) -> str:
    """Return the pace group of the first server a registration is asked at (RDAP where it is offered)."""
    top = suffix.rpartition(".")[2]
    base = shipped_bootstrap().get(top, ("",))[0]
    if base:
        return f"api:{urlsplit(base).hostname}"
    return f"whois:{whois_server(suffix) or 'whois.iana.org'}"


def _seconds(count: int, rate: Rate) -> float:
    """Return how long so many questions take at a rate, the days it takes part of included."""
    days = (count - 1) // rate.daily if rate.daily else 0
    return days * DAY + (count - days * rate.daily) * rate.interval


def _questions(count: int) -> str:
    return "1 question" if count == 1 else f"{count:,} questions"


def _rate(count: int, seconds: float) -> str:
    rate = count * 60 / seconds
    return f"{rate:,.0f}" if rate >= 100 else f"{rate:.3g}"


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"about {max(1, round(seconds))} s"
    if seconds < 3 * 3600:
        return f"about {round(seconds / 60)} min"
    return f"about {seconds / 3600:.1f} h"
