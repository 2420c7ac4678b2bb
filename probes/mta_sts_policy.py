"""The policy file that a domain's MTA-STS record announces."""

from __future__ import annotations

from datetime import timedelta

from msgspec import Struct

from probes.kit.absence import absence
from probes.kit.declare import Reach, probe
from probes.kit.mta_sts import StsPolicy, read_sts_policy
from probes.kit.net import HttpQuestion, Net, NetTrouble, TlsQuestion
from probes.kit.observation import Absent, Reason, Seen, Unknown
from probes.kit.target import Domain

_MOST_BYTES = 65_536
_GONE = frozenset({404, 410})


class PolicyFile(Struct, frozen=True):
    """A domain's MTA-STS policy as fetched (RFC 8461 section 3.3).

    Absent when the host has no address or listens to nobody, or says that there is no such file.
    """

    policy: StsPolicy
    trust: str
    """How the certificate of `mta-sts.DOMAIN` stands; senders take the file only from a trusted one."""
    content_type: str


@probe(reach=Reach.VISIT, patience=timedelta(seconds=30))
async def mta_sts_policy(domain: Domain, net: Net) -> Seen[PolicyFile] | Absent | Unknown:
    """Fetch the policy over https as a sender would: no redirect is followed."""
    host = f"mta-sts.{domain.name}"
    url = f"https://{host}/.well-known/mta-sts.txt"
    try:
        answer = await net.ask(HttpQuestion(url, max_bytes=_MOST_BYTES))
        shaken = await net.ask(TlsQuestion(host, 443))
    except NetTrouble as trouble:
        stated = absence(trouble)
        if stated is None:
            raise
        return stated
    if answer.status in _GONE:
        return Absent(f"status {answer.status}")
    if answer.status != 200:
        return Unknown(Reason.ACCESS_DENIED, f"status {answer.status}")
    if answer.truncated:
        return Unknown(Reason.OVERSIZED, url)
    kind = answer.header("content-type").partition(";")[0].strip().lower()[:80]
    policy = read_sts_policy(answer.body.decode("utf-8", "replace"))
    return Seen(PolicyFile(policy, shaken.trust, kind))
