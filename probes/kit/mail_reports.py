"""Where a domain wants reports on its mail sent: DMARC (RFC 9989 to 9991) and TLS-RPT (RFC 8460) records."""

from __future__ import annotations

from collections.abc import Iterator

from probes.kit.mail_address import Destination, destination, destinations

_MOST_PARTS = 50


def dmarc_destinations(record: str) -> tuple[Destination, ...]:
    """Return where `rua` and `ruf` of a DMARC record lead, each once; only mail is defined."""
    uris = [*_uris(record, "rua"), *_uris(record, "ruf")]
    return tuple(one for one in destinations(uris) if one.scheme == "mailto")


def dmarc_mailboxes(record: str) -> tuple[str, ...]:
    """Return the addresses, lower case, that `rua` and `ruf` of a DMARC record name, each once."""
    uris = (uri.strip().lower() for tag in ("rua", "ruf") for uri in _uris(record, tag))
    found = (
        uri.partition(":")[2].partition("?")[0].partition("!")[0] for uri in uris if _mailed(uri)
    )
    return tuple(dict.fromkeys(found))


def tls_destinations(record: str) -> tuple[Destination, ...]:
    """Return where the `rua` of a TLS-RPT record leads, each once: mail, or a host that takes reports."""
    return tuple(one for one in destinations(_uris(record, "rua")) if one.scheme != "http")


def _uris(record: str, tag: str) -> Iterator[str]:
    for part in record.split(";", _MOST_PARTS)[:_MOST_PARTS]:
        key, equals, value = part.partition("=")
        if equals and key.strip().lower() == tag:
            yield from value.split(",")
            return


def _mailed(uri: str) -> bool:
    one = destination(uri)
    return one is not None and one.scheme == "mailto"
