"""What an audit would contact, before a single packet is sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from urllib.parse import urlsplit

from msgspec import Struct

from probes.kit.catalog import all_probes
from probes.kit.net.rates import Rate, Rates
from probes.kit.net.turns import DAY
from probes.kit.registry.plan import shipped_bootstrap, whois_server
from probes.kit.target import Domain
from scanner.discovery import Look

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
        lines = [f"{self.names} names to start from; leads found on the way add to this."]
        lines += [f"  {count:>6}  {probe} ({reach})" for probe, reach, count in self.looks]
        if self.paced:
            lines.append("Servers that set the pace:")
            lines += [
                f"  {server}: {count} questions at {count * 60 / seconds:.3g} a minute, {_duration(seconds)}"
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
        if wanted.probe == "registration" and isinstance(wanted.target, Domain):
            suffix = wanted.target.name.partition(".")[2]
            servers[_registry_group(suffix)] += 1
        elif wanted.probe == "certificate_log":
            servers.update(("api:crt.sh", "api:api.certspotter.com"))
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


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"about {max(1, round(seconds))} s"
    if seconds < 3 * 3600:
        return f"about {round(seconds / 60)} min"
    return f"about {seconds / 3600:.1f} h"
