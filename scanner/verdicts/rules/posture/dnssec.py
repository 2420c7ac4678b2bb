"""Whether a domain's signatures hold."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from probes.dnssec import Dnssec
from probes.kit.observation import Absent, Seen, Unknown
from probes.kit.target import Domain
from scanner.assets import Kind
from scanner.discovery import Sighting
from scanner.discovery.looks import DNSSEC
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.posture import fault, posture_rule, unchecked
from scanner.verdicts.verdict import Finding

_NEAR = timedelta(hours=12)
_LONG = timedelta(days=180)
_SHORT_RSA = 1_280


@posture_rule(
    id="dnssec",
    sentence="Where the parent says that a domain is signed, validating resolvers refuse it unless its "
    "signatures hold.",
    authority="RFC 4035 section 5; RFC 6781; RFC 8624; RFC 9276; DNS-08 to DNS-11",
    kinds=(Kind.DOMAIN,),
    says=(
        "dnssec_unsigned_below_ds",
        "dnssec_ds_mismatch",
        "dnssec_signature_expired",
        "dnssec_signature_bad",
        "dnssec_signature_ends",
        "dnssec_signature_long",
        "dnssec_weak_algorithm",
        "dnssec_weak_key",
        "dnssec_nsec3_iterations",
        "dnssec_no_ds",
        "dnssec_absent",
    ),
)
def dnssec(dossier: Dossier) -> Iterator[Finding]:
    """Compare the parent's word with the zone's; times are those of the look."""
    sighting = dossier.see(DNSSEC, Domain(dossier.asset.key))
    match sighting.outcome:
        case Absent():
            yield fault("dnssec_absent", sighting)
        case Unknown(reason):
            yield from unchecked("dnssec", reason, sighting)
        case Seen(zone) if sighting.at is not None:
            if not zone.signers:
                yield fault("dnssec_no_ds", sighting)
            elif not zone.keys:
                yield fault("dnssec_unsigned_below_ds", sighting)
                return
            else:
                yield from _broken(zone, sighting.at, sighting)
            yield from _habits(zone, sighting.at, sighting)


def _broken(zone: Dnssec, at: datetime, seen: Sighting[Dnssec]) -> Iterator[Finding]:
    """What makes validating resolvers fail today, or tomorrow."""
    if not any(one.matches for one in zone.signers):
        yield fault("dnssec_ds_mismatch", seen, tags=[str(one.tag) for one in zone.signers])
        return
    for type in ("DNSKEY", "SOA"):
        own = [one for one in zone.over(type) if one.by_ds or type == "SOA"]
        good = [one for one in own if one.verifies is not False and one.starts <= at]
        alive = [one for one in good if at <= one.ends]
        if alive:
            ends = max(one.ends for one in alive)
            if ends - at < _NEAR:
                yield fault("dnssec_signature_ends", seen, at=ends.isoformat(timespec="minutes"))
                return
        elif good:
            ended = max(one.ends for one in good)
            yield fault("dnssec_signature_expired", seen, date=ended.date().isoformat())
            return
        else:
            yield fault("dnssec_signature_bad", seen, type=type)
            return


def _habits(zone: Dnssec, at: datetime, seen: Sighting[Dnssec]) -> Iterator[Finding]:
    if any(one.ends - at > _LONG for one in zone.signatures):
        yield fault("dnssec_signature_long", seen)
    if any(key.weak for key in zone.keys) or (
        zone.signers and all(one.weak for one in zone.signers if one.matches)
        and any(one.matches for one in zone.signers)
    ):  # fmt: skip
        yield fault("dnssec_weak_algorithm", seen)
    if short := [key.bits for key in zone.keys if 0 < key.bits < _SHORT_RSA]:
        yield fault("dnssec_weak_key", seen, bits=min(short))
    if zone.iterations:
        yield fault("dnssec_nsec3_iterations", seen, count=zone.iterations)
