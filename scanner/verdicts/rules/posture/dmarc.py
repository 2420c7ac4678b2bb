"""Whether receivers are told what to do with mail forged in a domain's name, and whom to tell of it."""

from __future__ import annotations

from collections.abc import Iterator

from probes.kit.dmarc import DmarcRecord, Handling, is_dmarc, read_dmarc
from probes.kit.observation import Absent, Seen, Unknown
from probes.kit.target import Domain
from probes.mail_policy import MailPolicy
from scanner.assets import Kind
from scanner.discovery import Sighting
from scanner.discovery.looks import DNS_RECORDS, MAIL_POLICY
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.posture import fault, posture_rule, unchecked
from scanner.verdicts.verdict import Finding

_POLICY_TAGS = {"p", "sp", "np"}


@posture_rule(
    id="dmarc",
    sentence="One DMARC record, where receivers look for it, asks for more than watching and says whom to tell.",
    authority="RFC 9989 sections 4.7 to 4.10; RFC 9990; DMARC-01, DMARC-02",
    kinds=(Kind.MAIL,),
    says=(
        "dmarc_missing",
        "dmarc_several",
        "dmarc_misplaced",
        "dmarc_malformed",
        "dmarc_none",
        "dmarc_subdomains_none",
        "dmarc_no_reports",
        "dmarc_reports_refused",
        "dmarc_testing",
        "dmarc_removed_tags",
    ),
)
def dmarc(dossier: Dossier) -> Iterator[Finding]:
    """Read the record with a receiver's eyes; only domains with mail are asked for one."""
    policy = dossier.see(MAIL_POLICY, Domain(dossier.asset.key))
    match policy.outcome:
        case Unknown(reason):
            yield from unchecked("dmarc", reason, policy)
        case Seen(said):
            match said.dmarc:
                case Unknown(reason):
                    if "dmarc" in said.several:
                        yield fault("dmarc_several", policy)
                    else:
                        yield from unchecked("dmarc", reason, policy)
                case Absent():
                    yield from _missing(dossier, said, policy)
                case Seen(text):
                    yield from _faults(read_dmarc(text), policy)
                    yield from _refusals(said, policy)


def _missing(dossier: Dossier, said: MailPolicy, policy: Sighting[MailPolicy]) -> Iterator[Finding]:
    records = dossier.see(DNS_RECORDS, Domain(dossier.asset.key))
    takes_mail = False
    match records.outcome:
        case Seen(fact):
            takes_mail = isinstance(fact.mx, Seen) and not fact.null_mx
            match fact.txt:
                case Seen(texts) if any(map(is_dmarc, texts)):
                    yield fault("dmarc_misplaced", records)
                    return
    sends = isinstance(said.spf, Seen) and not said.spf.fact.denies_all
    if (takes_mail or sends) and not isinstance(said.dmarc_above, Seen):
        yield fault("dmarc_missing", policy)


def _faults(record: DmarcRecord, policy: Sighting[MailPolicy]) -> Iterator[Finding]:
    wrong = sorted(_POLICY_TAGS.intersection(record.errors))
    if wrong or "broken" in record.errors or not record.applies:
        yield fault("dmarc_malformed", policy, tags=wrong)
    if record.policy is Handling.NONE:
        yield fault("dmarc_none", policy)
    elif Handling.NONE in (record.subdomains, record.nonexistent):
        yield fault("dmarc_subdomains_none", policy)
    if not record.reports:
        yield fault("dmarc_no_reports", policy)
    if record.testing:
        yield fault("dmarc_testing", policy)
    if record.removed:
        yield fault("dmarc_removed_tags", policy, tags=list(record.removed))


def _refusals(said: MailPolicy, policy: Sighting[MailPolicy]) -> Iterator[Finding]:
    silent = [one.by for one in said.reports_accepted if isinstance(one.outcome, Absent)]
    if silent:
        yield fault("dmarc_reports_refused", policy, domains=silent)
