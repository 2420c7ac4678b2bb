"""Whether the keys that a domain's mail is signed with are worth anything."""

from __future__ import annotations

from collections.abc import Iterator

from probes.kit.dkim import GOOD_BITS, LEAST_BITS
from probes.kit.observation import Seen
from probes.kit.target import Domain
from probes.mail_policy import SignerKey
from scanner.assets import Kind
from scanner.discovery.looks import MAIL_POLICY
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.posture import fault, posture_rule
from scanner.verdicts.verdict import Finding


@posture_rule(
    id="signing_keys",
    sentence="A signing key under 1024 bits is not believed; one of 1024 should be renewed.",
    authority="RFC 6376 section 3.6.1; RFC 8301 section 3.2; RFC 8463; DKIM-01",
    kinds=(Kind.MAIL,),
    says=("dkim_short_key", "dkim_weak_key", "dkim_revoked", "dkim_bad_key", "dkim_testing"),
)
def signing_keys(dossier: Dossier) -> Iterator[Finding]:
    """Judge every key record under a common selector; others may exist, and are not known."""
    policy = dossier.see(MAIL_POLICY, Domain(dossier.asset.key))
    match policy.outcome:
        case Seen(said):
            for one in said.dkim_keys:
                if code := _code(one):
                    yield fault(code, policy, selector=one.selector, bits=one.key.bits)


def _code(one: SignerKey) -> str:
    key = one.key
    if key.revoked:
        return "dkim_revoked"
    if key.errors:
        return "dkim_bad_key"
    if key.kind == "rsa" and key.bits < LEAST_BITS:
        return "dkim_short_key"
    if key.kind == "rsa" and key.bits < GOOD_BITS:
        return "dkim_weak_key"
    return "dkim_testing" if key.testing else ""
