"""Writes the registries' lists of all names, as the public lists of .ru, .su and .рф are: one row a name.

Columns, parted by tabs: name, registrar, created, paid till, free date, delegated (1 or 0); days as `02.01.2006`.
"""

from __future__ import annotations

import gzip
from datetime import date, datetime
from pathlib import Path

from tests.internet.domains import Domain
from tests.internet.peers.registry import Register
from tests.internet.population import Population

LISTS = {"ru": "ru_domains.gz", "su": "su_domains.gz", "xn--p1ai": "rf_domains.gz"}


def write(world: Population, folder: Path, now: datetime) -> None:
    """Write a compressed list for each registry that publishes one, in the order of the names."""
    folder.mkdir()
    register = Register(world, now)
    for tld, file in LISTS.items():
        names = sorted(
            name
            for name, one in world.domains.items()
            if one.tld == tld and one.registration.registered
        )
        rows = "".join(_row(register, world.domains[name]) for name in names)
        (folder / file).write_bytes(gzip.compress(rows.encode(), mtime=0))


def _row(register: Register, domain: Domain) -> str:
    days = (register.created(domain), register.expires(domain), register.free(domain))
    delegated = "1" if domain.registration.delegated else "0"
    cells = [domain.name.upper(), domain.registration.registrar, *map(_day, days), delegated]
    return "\t".join(cells) + "\n"


def _day(day: date) -> str:
    return f"{day:%d.%m.%Y}"
