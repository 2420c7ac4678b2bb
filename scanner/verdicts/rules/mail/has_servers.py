"""A domain whose mail goes somewhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from probes.kit.observation import Seen
from probes.kit.target import Domain
from scanner.assets import Kind
from scanner.assets.estate import Params
from scanner.discovery import Sighting
from scanner.discovery.looks import DNS_RECORDS, MAIL_POLICY
from scanner.discovery.mail_providers import MailProvider, MailService, lies_under_any
from scanner.discovery.scope import registered
from scanner.verdicts.card import rule
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.finding import say
from scanner.verdicts.mail_hosts import Door, MailHost, mail_hosts
from scanner.verdicts.verdict import Finding


@rule(
    id="mail.has_servers",
    sentence="A tenant's server that answers is mail alive; a hoster's default MX says nothing.",
    authority="usage.md 1.4; RFC 5321; DESIGN section 4",
    kinds=(Kind.MAIL,),
    says=(
        "mail.tenant_alive",
        "mail.tenant_configured",
        "mail.default_mx_only",
        "mail.mail_broken",
        "mail.undetermined",
        "mail.server_answers",
        "mail.unknown_server",
    ),
    may_doubt=False,
)
def has_servers(dossier: Dossier) -> Iterator[Finding]:
    """Judge each MX host; broken only when every one of them is."""
    hosts = tuple(mail_hosts(dossier, dossier.asset.key))
    for host in hosts:
        if host.door is Door.OPEN and host.server:
            params = {"host": host.name, "banner": host.server.banner}
            yield say("mail.server_answers", host.sighting, params=params)
    if hosts and all(host.door is Door.CLOSED for host in hosts):
        told: Params = {"hosts": [host.name for host in hosts], "reason": hosts[0].reason}
        yield say("mail.mail_broken", *(h.sighting for h in hosts), facet="mail", params=told)
        return
    for host in hosts:
        if host.door is not Door.CLOSED:
            yield from _judge(dossier, host)


def _judge(dossier: Dossier, host: MailHost) -> Iterator[Finding]:
    records = dossier.see(DNS_RECORDS, Domain(dossier.asset.key))
    told = {"host": host.name, "provider": host.provider.name if host.provider else ""}
    if host.reason:
        told["reason"] = str(host.reason)
    evidence: list[Sighting[Any]] = [records, host.sighting]
    if dossier.scene.is_clients(registered(host.name)):
        state = "tenant_alive" if host.door is Door.OPEN else "undetermined"
    elif host.provider is None:
        state = "undetermined"
        yield say("mail.unknown_server", host.sighting, params=told)
    elif host.provider.service is MailService.HOSTER_DEFAULT:
        state = "default_mx_only"
    else:
        agreed = _provider_is_named(dossier, host.provider)
        evidence.append(dossier.see(MAIL_POLICY, Domain(dossier.asset.key)))
        state = "tenant_alive" if agreed and host.door is Door.OPEN else "tenant_configured"
    yield say(f"mail.{state}", *evidence, facet="mail", params=told)


def _provider_is_named(dossier: Dossier, provider: MailProvider) -> bool:
    """Say whether SPF or a DKIM key names the service too: an MX alone may be a left-over."""
    match dossier.see(MAIL_POLICY, Domain(dossier.asset.key)).outcome:
        case Seen(policy):
            match policy.spf:
                case Seen(spf):
                    if any(lies_under_any(name, provider.spf) for name in spf.includes):
                        return True
            match policy.dkim:
                case Seen(selectors):
                    return not set(selectors).isdisjoint(provider.dkim)
    return False
