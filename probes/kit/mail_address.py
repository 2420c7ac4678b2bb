"""The domains of mail addresses and web addresses that zone files hold: who is written to, and where."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import unquote

from probes.kit.net import NetTrouble
from probes.kit.net.web_address import WebAddress
from probes.kit.target import canonical_name

_LONGEST = 512
"""Characters of an address that is read."""
_MOST = 20
"""Addresses of one record that are read."""


class Destination(NamedTuple):
    """Where somebody wants to be told: by mail to a domain, or by a visit to a host."""

    scheme: str
    """mailto, https or http."""
    host: str
    """The mail domain or the host, in canonical spelling."""


def mail_domain(address: str) -> str:
    """Return the domain of a mail address in canonical spelling; empty for what is no address.

    The local part may hold anything, an `@` too when it is quoted; a name without a dot is no domain.
    """
    local, at, domain = address.strip().rpartition("@")
    if not (local and at) or len(address) > _LONGEST:
        return ""
    return _dotted(domain)


def mailbox_domain(mailbox: str) -> str:
    """Return the mail domain of an SOA record's mailbox, read as `dns_reading` writes it.

    Its first label is the local part (RFC 1035 3.3.13), a dot within it escaped. Where somebody wrote
    an `@` into the zone file, it became part of a label: `admin@a.ru.` reads `admin@a@ru` there.
    """
    local, _, domain = mailbox.partition("@")
    return _dotted(domain.replace("@", ".")) if local else ""


def destination(uri: str) -> Destination | None:
    """Read a `mailto:` or web address; None for any other, or one that leads nowhere.

    A `mailto:` may be percent-encoded, have header fields after `?` (RFC 6068) and, in DMARC records, a
    size limit after `!` (RFC 9990).
    """
    text = uri.strip()
    if len(text) > _LONGEST:
        return None
    scheme = text.partition(":")[0].lower()
    if scheme == "mailto":
        address = text.partition(":")[2].partition("?")[0].partition("!")[0]
        domain = mail_domain(unquote(address))
        return Destination("mailto", domain) if domain else None
    if scheme in ("http", "https"):
        try:
            host = WebAddress.of(text).host
        except NetTrouble:
            return None
        return Destination(scheme, host) if _dotted(host) else None
    return None


def destinations(uris: Iterable[str]) -> tuple[Destination, ...]:
    """Return the destinations of a list of addresses, each once, in their order, 20 at most."""
    found = dict.fromkeys(destination(uri) for _, uri in zip(range(_MOST), uris, strict=False))
    return tuple(one for one in found if one)


def _dotted(name: str) -> str:
    try:
        canonical = canonical_name(name)
    except ValueError:
        return ""
    last = canonical.rpartition(".")[2]
    return canonical if "." in canonical and not last.isdigit() else ""
