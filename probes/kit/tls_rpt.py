"""TLS-RPT: where reports on failed encryption of mail are to be sent (RFC 8460 section 3). Pure."""

from __future__ import annotations

from msgspec import Struct

from probes.kit.mail_address import Destination, destinations
from probes.kit.tag_list import read_tags


class TlsReporting(Struct, frozen=True):
    """The TXT record at `_smtp._tls`."""

    reports: tuple[Destination, ...]
    """Mail domains and https hosts, at least one in a valid record."""
    errors: tuple[str, ...] = ()
    """`rua` where it is missing or leads nowhere, `broken` for parts that are no field."""


def is_tls_rpt(text: str) -> bool:
    """Say whether a TXT record asks for such reports: it begins with `v=TLSRPTv1;`."""
    name, equals, value = text.partition(";")[0].partition("=")
    return bool(equals) and name == "v" and value.rstrip(" \t") == "TLSRPTv1"


def read_tls_rpt(text: str) -> TlsReporting:
    """Take a record apart; only mailto and https are defined."""
    tags = read_tags(text, fold=False)
    found = destinations(filter(None, (tags.get("rua") or "").split(",")))
    reports = tuple(one for one in found if one.scheme in ("mailto", "https"))
    errors = (*(() if reports else ("rua",)), *(("broken",) if tags.broken else ()))
    return TlsReporting(reports, errors)
