"""Whether we know the names under a domain."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from probes.kit.observation import Absent, Seen, Unknown
from probes.kit.target import Domain
from scanner.assets import Kind
from scanner.discovery.looks import CERTIFICATE_LOG
from scanner.verdicts.card import rule
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.finding import cannot_tell
from scanner.verdicts.ground import is_out_of_dns
from scanner.verdicts.names import (
    names_behind_wildcard,
    names_in_sub_zones,
    unseen_certificates,
)
from scanner.verdicts.verdict import Finding


@rule(
    id="domain.names_known",
    sentence="Unless some certificate log answered, names under the domain may live unseen; so may "
    "any name, where a wildcard leads to a server that knows more than we do.",
    authority="DESIGN section 4 (a partial log adds a need, not a veto); discovery.md 0.6",
    kinds=(Kind.DOMAIN,),
    says=(),
)
def names_known(dossier: Dossier) -> Iterator[Finding]:
    """Say where the names could not be read from."""
    if is_out_of_dns(dossier):
        return
    sighting = dossier.see(CERTIFICATE_LOG, Domain(dossier.asset.key))
    match sighting.outcome:
        case Unknown(reason):
            yield cannot_tell("names", reason, sighting)
        case Seen() | Absent():
            pass
        case never:
            assert_never(never)
    yield from names_behind_wildcard(dossier, dossier.asset.key)
    yield from names_in_sub_zones(dossier, dossier.asset.key)
    yield from unseen_certificates(dossier)
