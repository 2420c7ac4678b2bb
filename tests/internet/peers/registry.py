"""What a registry knows of a name: the dates, statuses and people that WHOIS and RDAP both tell."""

from __future__ import annotations

import zlib
from datetime import UTC, date, datetime, timedelta, timezone

from tests.internet.domains import Domain
from tests.internet.population import Population, Tld

MOSCOW = timezone(timedelta(hours=3))


class Register:
    """The registries of all top-level domains, on the day on which the lab started."""

    def __init__(self, world: Population, now: datetime) -> None:
        """Keep the world and the moment."""
        self.world = world
        self.now = now
        self.today = now.astimezone(MOSCOW).date()

    def find(self, query: str) -> Domain | None:
        """The registered domain of that name."""
        domain = self.world.domains.get(query.strip().rstrip(".").lower())
        return domain if domain and domain.registration.registered else None

    def tld(self, name: str) -> Tld | None:
        """The top-level domain that a name ends in."""
        last = name.strip().rstrip(".").lower().rpartition(".")[2]
        return next((tld for tld in self.world.tlds if tld.name == last), None)

    def created(self, domain: Domain) -> date:
        """The day of registration."""
        # Nobody buys all his names on one day, and strangers buy theirs on others.
        by_name = 700 + zlib.crc32(domain.name.encode()) % 2900
        return self.today - timedelta(days=domain.registration.created or by_name)

    def expires(self, domain: Domain) -> date:
        """The day, in Moscow, on which the paid time ends."""
        return self.today + timedelta(days=domain.registration.expires)

    def free(self, domain: Domain) -> date:
        """The day on which a lapsed .ru, .рф (31 days) or .su (33 days) name is released."""
        return self.expires(domain) + timedelta(days=33 if domain.tld == "su" else 31)

    def statuses(self, domain: Domain) -> list[str]:
        """EPP statuses in RDAP's spelling."""
        return domain.registration.status or ["client transfer prohibited"]

    def nameservers(self, domain: Domain) -> list[str]:
        """The name servers on record."""
        return self.world.nameservers(domain)


def midnight(day: date) -> str:
    """The start of a Moscow day as TCI writes it: `2026-04-05T21:00:00Z` is the 6th of April."""
    moment = datetime.combine(day, datetime.min.time(), MOSCOW)
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def epp(status: str) -> str:
    """RDAP's `client hold` as WHOIS spells it: `clientHold`."""
    first, *rest = status.split(" ")
    return first + "".join(word.capitalize() for word in rest)
