"""Whether senders are told to insist on encryption, by a policy that can be had and fits the MX."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from probes.kit.mta_sts import Mode, StsPolicy, read_sts_record
from probes.kit.observation import Absent, Outcome, Seen, Unknown
from probes.kit.target import Domain
from probes.kit.tls_rpt import read_tls_rpt
from probes.mail_policy import MailPolicy
from scanner.assets import Kind
from scanner.discovery import Sighting
from scanner.discovery.looks import DNS_RECORDS, MAIL_POLICY, MTA_STS_POLICY
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.posture import fault, posture_rule, unchecked
from scanner.verdicts.verdict import Finding

_WEEK = 604_800


@posture_rule(
    id="mail_encryption",
    sentence="An announced MTA-STS policy can be fetched, is valid and names every MX host.",
    authority="RFC 8461; RFC 8460; STS-01, STS-02",
    kinds=(Kind.MAIL,),
    says=(
        "mta_sts_absent",
        "mta_sts_no_policy",
        "mta_sts_bad_policy",
        "mta_sts_mx_not_listed",
        "mta_sts_short",
        "mta_sts_testing",
        "tls_rpt_absent",
        "tls_rpt_malformed",
    ),
)
def mail_encryption(dossier: Dossier) -> Iterator[Finding]:
    """Read the record, the file and the MX together; only domains that take mail are asked."""
    domain = Domain(dossier.asset.key)
    policy, hosts = dossier.see(MAIL_POLICY, domain), _mail_hosts(dossier)
    match policy.outcome:
        case Seen(said) if hosts:
            yield from _announced(dossier, said, policy, hosts)
            yield from _reports(said, policy)


def _mail_hosts(dossier: Dossier) -> list[str]:
    match dossier.see(DNS_RECORDS, Domain(dossier.asset.key)).outcome:
        case Seen(records):
            match records.mx:
                case Seen(exchanges):
                    return [one.host for one in exchanges if one.host]
    return []


def _announced(
    dossier: Dossier, said: MailPolicy, policy: Sighting[MailPolicy], hosts: list[str]
) -> Iterator[Finding]:
    match said.mta_sts:
        case Absent():
            yield fault("mta_sts_absent", policy)
        case Unknown(reason):
            if "mta_sts" in said.several:
                yield fault("mta_sts_bad_policy", policy, errors=["several"])
            else:
                yield from unchecked("mail_encryption", reason, policy)
        case Seen(text):
            if errors := read_sts_record(text).errors:
                yield fault("mta_sts_bad_policy", policy, errors=list(errors))
            yield from _file(dossier, policy, hosts)


def _file(dossier: Dossier, policy: Sighting[MailPolicy], hosts: list[str]) -> Iterator[Finding]:
    sighting = dossier.see(MTA_STS_POLICY, Domain(dossier.asset.key))
    match sighting.outcome:
        case Absent(authority):
            yield fault("mta_sts_no_policy", policy, sighting, why=authority)
        case Unknown(reason):
            yield from unchecked("mail_encryption", reason, sighting)
        case Seen(file):
            errors = list(file.policy.errors)
            errors += [] if file.trust == "trusted" else ["certificate"]
            errors += [] if file.content_type == "text/plain" else ["content_type"]
            if errors:
                yield fault("mta_sts_bad_policy", sighting, errors=errors)
            else:
                yield from _fit(file.policy, hosts, sighting)


def _fit(policy: StsPolicy, hosts: list[str], seen: Sighting[Any]) -> Iterator[Finding]:
    missing = [host for host in hosts if not policy.covers(host)]
    if policy.mode == Mode.ENFORCE and missing:
        yield fault("mta_sts_mx_not_listed", seen, hosts=missing)
    if policy.mode != Mode.ENFORCE:
        yield fault("mta_sts_testing", seen, mode=policy.mode)
    elif policy.max_age < _WEEK:
        yield fault("mta_sts_short", seen, seconds=policy.max_age)


def _reports(said: MailPolicy, policy: Sighting[MailPolicy]) -> Iterator[Finding]:
    outcome: Outcome[str] = said.tls_rpt
    match outcome:
        case Absent():
            yield fault("tls_rpt_absent", policy)
        case Unknown(reason):
            if "tls_rpt" in said.several:
                yield fault("tls_rpt_malformed", policy)
            else:
                yield from unchecked("mail_encryption", reason, policy)
        case Seen(text):
            if read_tls_rpt(text).errors:
                yield fault("tls_rpt_malformed", policy)
