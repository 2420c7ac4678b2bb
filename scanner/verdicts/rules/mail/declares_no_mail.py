"""A domain that takes no mail, and says so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from probes.kit.observation import Absent, Seen, Unknown
from probes.kit.target import Domain, Host
from scanner.assets import Kind
from scanner.assets.estate import Params
from scanner.discovery.implicit_mail import may_take_letters
from scanner.discovery.looks import DNS_RECORDS, MAIL_POLICY, MAIL_SERVER
from scanner.verdicts.card import rule
from scanner.verdicts.denial import is_denied
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.finding import cannot_tell, say
from scanner.verdicts.verdict import Finding


@rule(
    id="mail.declares_no_mail",
    sentence="No MX or a null MX, and no permission to send, is no mail; a null MX is a decision. Without "
    "an MX a server at the domain's address that is no hoster's may take its letters.",
    authority="RFC 7505; RFC 5321 section 5.1; DESIGN section 4; usage.md 1.4",
    kinds=(Kind.MAIL,),
    says=(
        "mail.declared_off",
        "mail.none",
        "mail.undetermined",
        "mail.null_mx",
        "mail.no_mx",
        "mail.server_answers",
    ),
)
def declares_no_mail(dossier: Dossier) -> Iterator[Finding]:
    """Say what the absence of mail servers means; silence where there are some."""
    records = dossier.see(DNS_RECORDS, Domain(dossier.asset.key))
    match records.outcome:
        case Seen() | Absent() if is_denied(dossier.asset.key, dossier.looks):
            yield cannot_tell("mail", "contradiction", records)
        case Absent():
            yield say("mail.no_mx", records)
            yield say("mail.none", records, facet="mail")
        case Unknown(reason):
            yield cannot_tell("mail", reason, records)
        case Seen(fact):
            match fact.mx:
                case Unknown(reason):
                    yield cannot_tell("mail", reason, records)
                case Absent():
                    yield say("mail.no_mx", records)
                    yield from _own_server(dossier) or _unless_it_sends(dossier, "mail.none")
                case Seen():
                    if fact.null_mx:
                        yield say("mail.null_mx", records)
                        yield from _unless_it_sends(dossier, "mail.declared_off")
                case never:
                    assert_never(never)
        case never_either:
            assert_never(never_either)


def _own_server(dossier: Dossier) -> list[Finding]:
    """Without an MX letters go to the domain's own address: a server that is no hoster's may read them."""
    domain = dossier.asset.key
    sighting = dossier.see(MAIL_SERVER, Host(domain))
    if not may_take_letters(sighting):
        return []
    told: Params = {"host": domain}
    return [
        say("mail.server_answers", sighting, params=told),
        say("mail.undetermined", sighting, facet="mail", params=told),
    ]


def _unless_it_sends(dossier: Dossier, code: str) -> Iterator[Finding]:
    """Read the sender policy: a domain that takes no mail may still send it, newsletters above all."""
    records = dossier.see(DNS_RECORDS, Domain(dossier.asset.key))
    policy = dossier.see(MAIL_POLICY, Domain(dossier.asset.key))
    match policy.outcome:
        case Unknown(reason):
            yield cannot_tell("mail", reason, policy)
            return
        case Absent():
            yield say(code, records, policy, facet="mail")
            return
        case Seen(fact):
            spf, dkim = fact.spf, fact.dkim
        case never:
            assert_never(never)
    match spf:
        case Unknown(reason):
            yield cannot_tell("mail", reason, policy)
            return
        case Seen(record) if not record.denies_all:
            yield say("mail.undetermined", policy, facet="mail", params={"sends_by": "spf"})
            return
        case Seen() | Absent():
            pass
        case never_two:
            assert_never(never_two)
    match dkim:
        case Unknown(reason):
            yield cannot_tell("mail", reason, policy)
        case Seen(selectors):
            told: Params = {"sends_by": "dkim", "selectors": list(selectors)}
            yield say("mail.undetermined", policy, facet="mail", params=told)
        case Absent():
            yield say(code, records, policy, facet="mail")
        case never_three:
            assert_never(never_three)
