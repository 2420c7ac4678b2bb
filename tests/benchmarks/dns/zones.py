"""Zones of many names, one like the other, behind a knot and an unbound; and the truth about them."""

from __future__ import annotations

from pathlib import Path

from tests.benchmarks.dns import resolver

AUTHORITY = "198.18.0.2"
RESOLVER = resolver.PLACE
COLD = tuple(f"cold{number}.ru" for number in range(40))
"""Zones alike; who asks in a new one asks what no resolver remembers."""
CUT = tuple(f"cut{number}.ru" for number in range(5))
"""The same names, but one in fifty has more addresses than a datagram holds."""
ELSEWHERE = "elsewhere.ru"
"""Registered, and served by nobody here."""
OPEN, SIGNED, HASHED, WILD = "open.ru", "signed.ru", "hashed.ru", "wild.ru"
"""A zone given to everybody, one with a plain chain, one with a hashed one, and one with a wildcard."""
HIDDEN = ("shop", "lk", "dev", "zq7-hidden", "www.dev")
"""Hosts of these four; all but the fourth are in the shipped word list."""
LABELS = 50_000
_MANY_ADDRESSES = 120


HEAD = f"""$TTL 3600
@ SOA ns hostmaster 1 7200 900 1209600 3600
@ NS ns
ns A {AUTHORITY}
"""


def labels() -> list[str]:
    """The labels that are tried; about one in five exists."""
    return [f"n{number:05d}" for number in range(LABELS)]


def has_records(number: int) -> bool:
    """Say whether a label has an address or an alias."""
    return number % 5 == 0


def is_empty(number: int) -> bool:
    """Say whether a label exists without an address."""
    return number % 100 == 1


def is_long(number: int) -> bool:
    """In the CUT zones: does its answer need TCP?"""
    return number % 50 == 0


def write(folder: Path) -> None:
    """Write the zones and the configurations of both daemons."""
    folder.mkdir()
    (folder / "plain.zone").write_text(_zone(long=False))
    (folder / "long.zone").write_text(_zone(long=True))
    small = HEAD + "".join(f"{label} A 198.19.1.1\n" for label in HIDDEN)
    (folder / "small.zone").write_text(small)
    (folder / "wild.zone").write_text(small + "* A 198.19.9.9\n")
    served = (*COLD, *CUT, OPEN, SIGNED, HASHED, WILD)
    delegated = (*served, ELSEWHERE)
    (folder / "ru.zone").write_text(HEAD + "".join(f"{zone}. NS ns.ru.\n" for zone in delegated))
    _knot(folder)
    resolver.write(folder, AUTHORITY, ("ru", *served))


def _zone(*, long: bool) -> str:
    lines = [
        "$TTL 3600",
        "@ SOA ns hostmaster 1 7200 900 1209600 3600",
        f"@ NS ns\nns A {AUTHORITY}",
    ]
    for number, label in enumerate(labels()):
        if has_records(number):
            if long and is_long(number):
                lines += [
                    f"{label} A 198.19.{number % 250}.{last + 1}" for last in range(_MANY_ADDRESSES)
                ]
            elif number % 15 == 0:
                lines.append(f"{label} CNAME ns")
            else:
                lines.append(f"{label} A 198.19.{number % 250}.{number // 250 % 250 + 1}")
        elif is_empty(number):
            lines.append(f'{label} TXT "no address"')
    return "\n".join(lines) + "\n"


def _knot(folder: Path) -> None:
    state = folder / "knot"
    state.mkdir()
    text = f"server:\n    rundir: {state}\n    listen: {AUTHORITY}@53\n"
    text += "    udp-workers: 1\n    tcp-workers: 1\n    background-workers: 1\n"
    text += f"database:\n    storage: {state}\nlog:\n  - target: stderr\n    any: error\n"
    text += "acl:\n  - id: anybody\n    address: 0.0.0.0/0\n    action: transfer\n"
    text += "policy:\n  - id: hashed\n    nsec3: on\n"
    text += f"template:\n  - id: default\n    storage: {folder}\n"
    text += "    zonefile-sync: -1\n    journal-content: none\nzone:\n"
    text += "".join(f"  - domain: {zone}\n    file: plain.zone\n" for zone in COLD)
    text += "".join(f"  - domain: {zone}\n    file: long.zone\n" for zone in CUT)
    text += "  - domain: ru\n    file: ru.zone\n"
    text += f"  - domain: {OPEN}\n    file: small.zone\n    acl: anybody\n"
    text += f"  - domain: {SIGNED}\n    file: small.zone\n    dnssec-signing: on\n"
    text += f"  - domain: {HASHED}\n    file: small.zone\n    dnssec-signing: on\n    dnssec-policy: hashed\n"
    text += f"  - domain: {WILD}\n    file: wild.zone\n"
    (folder / "knot.conf").write_text(text)
