"""What a probe can be pointed at, each in one canonical spelling."""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from typing import Self

import idna
from msgspec import Struct

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_.")
_LONGEST = 253


def canonical_name(text: str) -> str:
    """Return a DNS name as A-labels, lower case, without the final dot.

    Raises ValueError, with the reason, for anything that cannot be a host name (RFC 1035 lengths,
    IDNA 2008 with UTS 46 mapping). Underscores are allowed: service names are names too.
    """
    return _met_lately(text) if len(text) <= _LONGEST else _canonical(text)


def _canonical(text: str) -> str:
    name = text.strip().rstrip(".").lower()
    if not _PLAIN.issuperset(name) or "xn--" in name:
        try:
            name = idna.encode(name, uts46=True).decode("ascii")
        except (idna.IDNAError, UnicodeError) as error:
            raise ValueError(f"not a domain name: {text.strip()[:80]!r} ({error})") from error
    if not name or len(name) > _LONGEST:
        raise ValueError(f"not a domain name: {text.strip()[:80]!r}")
    for label in name.split("."):
        if not 0 < len(label) <= 63 or label[0] == "-" or label[-1] == "-":
            raise ValueError(f"not a domain name: {text.strip()[:80]!r}")
    return name


# A look at one host meets its few names again and again.
_met_lately = lru_cache(maxsize=4096)(_canonical)


def display_name(ascii_name: str) -> str:
    """Return the Unicode spelling of a canonical name; the name itself where there is none."""
    if "xn--" not in ascii_name:
        return ascii_name
    try:
        return idna.decode(ascii_name)
    except (idna.IDNAError, UnicodeError):
        return ascii_name


class Domain(Struct, frozen=True, order=True, tag="domain"):
    """A registrable name: `Domain.of("Пример.РФ.")` is `xn--e1afmkfd.xn--p1ai`."""

    name: str

    @classmethod
    def of(cls, text: str) -> Self:
        """Read a name as people write it; raise ValueError if it cannot be one."""
        return cls(canonical_name(text))

    @property
    def host(self) -> Host:
        """The apex host of the domain."""
        return Host(self.name)

    def __str__(self) -> str:
        return f"domain {self.name}"


class Host(Struct, frozen=True, order=True, tag="host"):
    """Any name that can be asked for addresses: an apex, `www.`, a mail host."""

    name: str

    @classmethod
    def of(cls, text: str) -> Self:
        """Read a name as people write it; raise ValueError if it cannot be one."""
        return cls(canonical_name(text))

    def __str__(self) -> str:
        return f"host {self.name}"


class Address(Struct, frozen=True, order=True, tag="address"):
    """An IPv4 or IPv6 address in its shortest spelling (RFC 5952)."""

    ip: str

    @classmethod
    def of(cls, text: str) -> Self:
        """Read an address; raise ValueError if it is none."""
        return cls(str(ipaddress.ip_address(text.strip())))

    def __str__(self) -> str:
        return f"address {self.ip}"


class Endpoint(Struct, frozen=True, order=True, tag="endpoint"):
    """A TCP port of a named host where TLS is spoken, at once or after STARTTLS."""

    name: str
    port: int
    starttls: str = ""
    """The protocol whose STARTTLS opens the TLS layer (`smtp`), or empty for TLS from the start."""

    def __str__(self) -> str:
        return f"endpoint {self.name}:{self.port}"


class Organisation(Struct, frozen=True, order=True, tag="organisation"):
    """A firm by its name, as people write it."""

    name: str

    @classmethod
    def of(cls, text: str) -> Self:
        """Read a name, white space folded; raise ValueError for an empty one."""
        name = " ".join(text[:_LONGEST].split())
        if not name:
            raise ValueError("not the name of a firm: it is empty")
        return cls(name)

    def __str__(self) -> str:
        return f"organisation {self.name}"


Target = Domain | Host | Address | Endpoint | Organisation


def parse_target(text: str) -> Target:
    """Read the spelling that `str(target)` prints; raise ValueError otherwise."""
    kind, _, rest = text.partition(" ")
    match kind:
        case "domain":
            return Domain.of(rest)
        case "host":
            return Host.of(rest)
        case "address":
            return Address.of(rest)
        case "endpoint":
            name, _, port = rest.rpartition(":")
            number = int(port)
            return Endpoint(canonical_name(name), number, "smtp" if number in (25, 587) else "")
        case "organisation":
            return Organisation.of(rest)
    raise ValueError(f"not a target: {text[:80]!r}")
