"""A zone as name servers keep it (RFC 1035, section 5): its names are hosts of the client."""

from __future__ import annotations

import re

import dns.exception
import dns.name
import dns.rdatatype
import dns.zone

from probes.kit.names import registrable
from scanner.intake.cells import name_of
from scanner.intake.names import Declared, UnreadableInput

MAX_BYTES = 4 * 1024 * 1024
"""The zone of a firm has kilobytes; a registry's list of its zone is another file."""
MAX_NAMES = 20_000
_ORIGIN = re.compile(r"^\$ORIGIN[ \t]+(\S{1,255})", re.IGNORECASE | re.MULTILINE)
_SOA = re.compile(
    r"^(\S{1,255})[ \t]+(?:\d{1,10}[ \t]+)?(?:IN[ \t]+)?(?:\d{1,10}[ \t]+)?SOA[ \t]",
    re.IGNORECASE | re.MULTILINE,
)
_COMMENT = re.compile(r"^;[; \t]*Domain:[ \t]*(\S{1,255})", re.IGNORECASE | re.MULTILINE)
_SHOWN = (dns.rdatatype.A, dns.rdatatype.AAAA, dns.rdatatype.CNAME, dns.rdatatype.MX)
"""Records of which a host has one."""


def is_zone_file(text: str) -> bool:
    """Say whether a text is a zone: it has a start of authority, or sets its origin."""
    head = text[:65_536]
    return bool(_SOA.search(head) or (_ORIGIN.search(head) and " IN " in head.replace("\t", " ")))


def names_of_zone(text: str, source: str) -> tuple[Declared, ...]:
    """Return the zone's own name and its hosts; raise UnreadableInput for what cannot be read."""
    if len(text) > MAX_BYTES:
        raise UnreadableInput(
            f"{source} is a zone of more than {MAX_BYTES // 2**20} MB; give a list of its names instead."
        )
    origin = _origin(text, source)
    try:
        zone = dns.zone.from_text(
            text, origin=origin, relativize=False, check_origin=False,
            allow_include=False, allow_directives=("$ORIGIN", "$TTL"),
        )  # fmt: skip
    except (dns.exception.DNSException, ValueError, OverflowError) as error:
        reason = " ".join(str(error).split())[:160] or type(error).__name__
        raise UnreadableInput(
            f"{source} is not readable as a zone file ({reason}); mend that line and run again."
        ) from error
    names = {origin: None}
    for name, node in zone.nodes.items():
        if any(rdataset.rdtype in _SHOWN for rdataset in node.rdatasets):
            # Wildcards and service labels are no hosts.
            host = name_of(name.to_text(omit_final_dot=True))
            if host and not name.is_wild() and not host.startswith("_") and "._" not in host:
                names.setdefault(host, None)
    if len(names) > MAX_NAMES:
        raise UnreadableInput(f"{source} has more than {MAX_NAMES} names; give a shorter list.")
    return tuple(Declared(name, source, place, True) for place, name in enumerate(names, 1))


def _origin(text: str, source: str) -> str:
    """Return the registered name the zone is of: as it says, or as its file is called."""
    head = text[:65_536]
    said = [found[1] for pattern in (_ORIGIN, _SOA, _COMMENT) if (found := pattern.search(head))]
    stem = re.sub(r"^(?:db|zone|named)[._-]|[._-](?:zone|txt|db|bind|hosts|conf)$", "", source)
    for candidate in (*said, stem, source.rpartition(".")[0]):
        name = name_of(candidate.rstrip("."))
        if name and registrable(name):
            return name
    raise UnreadableInput(
        f"{source} is a zone file that names no zone; add a line `$ORIGIN romashka.ru.` at its top."
    )
