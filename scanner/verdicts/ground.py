"""Whether a domain is in the DNS at all."""

from __future__ import annotations

from typing import assert_never

from probes.kit.observation import Absent, Seen, Unknown
from probes.kit.target import Domain
from scanner.discovery.looks import DELEGATION
from scanner.verdicts.dossier import Dossier


def is_out_of_dns(dossier: Dossier) -> bool:
    """Say whether the domain is proved to answer nobody: not delegated, or lame everywhere.

    Then a failed look below it has a known cause and is no blind spot.
    """
    match dossier.see(DELEGATION, Domain(dossier.asset.key)).outcome:
        case Seen(delegation):
            return delegation.lame
        case Absent():
            return True
        case Unknown():
            return False
        case never:
            assert_never(never)
