"""What the records and registration of a name bear that another's may bear, too: servers, keys, accounts, a day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from sys import intern

from probes.dns_records import DnsRecords
from probes.kit import signs
from probes.kit.mail_address import mailbox_domain
from probes.kit.mail_reports import dmarc_mailboxes
from probes.kit.observation import Seen
from probes.kit.page_relations import PUBLIC_MAIL
from probes.kit.products import all_products
from probes.kit.registry.plan import civil_zone
from probes.mail_policy import MailPolicy, SignerKey
from probes.registration import HolderKind, Moment, Registration
from scanner.discovery.mark import BATCH, NAME_SERVERS, SENDS, Mark
from scanner.discovery.networks import few_addresses
from scanner.discovery.scope import registered

PAID_AGAIN = timedelta(days=410)
"""A name this old was paid for at least twice, grace and all: imitators let theirs run out."""
_NAMED_ALIKE = ("ns", "dns", "name", "alfa", "alpha", "beta", "first", "second", "primary", "slave")
_OF_MAILINGS = frozenset({"us", "k1", "s1", "s2", "getcourse", "sign"})
"""Selectors under which services for mailings give all their customers one key."""
_ACCOUNT_AT = "_domainkey."
_TENANTS = (".onmicrosoft.com", ".dkim.mail.microsoft")
_OF_PERSONS = frozenset({HolderKind.PRIVATE_PERSON, HolderKind.WITHHELD})
_NUMBER = 4
"""Digits in a row that number one customer of a service; fewer number its servers."""


def in_records(records: DnsRecords) -> Iterator[Mark]:
    """Yield the marks at a domain's apex."""
    for token in records.tokens:
        yield Mark("same_proof_token", intern(token.key), token.value)
    match records.ns:
        case Seen(hosts):
            yield from _account_servers(hosts)
    match records.soa:
        case Seen(start):
            yield from _persons(start.mailbox, mailbox_domain(start.mailbox))
    match records.caa:
        case Seen(rules):
            for rule in rules:
                if rule.tag.lower() in ("issue", "issuewild"):
                    yield from _certificate_account(rule.value)
                elif rule.tag.lower() in ("iodef", "contactemail"):
                    address = rule.value.strip().lower().removeprefix("mailto:").partition("?")[0]
                    yield from _persons(address, address.rpartition("@")[2])


def in_mail_policy(policy: MailPolicy, own: str) -> Iterator[Mark]:
    """Yield the marks in what a domain says about its mail."""
    match policy.spf:
        case Seen(spf):
            # Single addresses that mail may come from, and small networks of them; a large one is a service's.
            for network in spf.own_networks:
                if "/" not in network or network.endswith(("/32", "/128")):
                    yield Mark(SENDS, "address", network.partition("/")[0])
            for few in few_addresses(policy):
                yield Mark(SENDS, "network", str(few))
    tls = dmarc_mailboxes(policy.tls_rpt.fact) if isinstance(policy.tls_rpt, Seen) else ()
    for address in dict.fromkeys((*policy.dmarc_mailboxes, *tls)):
        yield from _report_mailbox(address, own)
    for one in policy.dkim_keys:
        yield from _signer(one)


def in_registration(registration: Registration) -> Iterator[Mark]:
    """Names bought together: the same day, at the same registrar, for a firm or for a person, or for either where
    the registry keeps that to itself.

    Until when they are paid tells no more: a stranger who bought on that day pays by the year, too, and he may
    well have gone to the same hoster.
    """
    created = registration.created
    if created and registration.registrar:
        day, registrar = _day(created).isoformat(), _one_name(registration.registrar)
        if registration.holder.kind is not HolderKind.PRIVATE_PERSON:
            yield Mark(BATCH, registrar, day)
        if registration.holder.kind in _OF_PERSONS:
            yield Mark(BATCH, registrar, f"{day} person")


def _persons(address: str, domain: str) -> Iterator[Mark]:
    """A mailbox at a public mail provider is a person's, who may look after names of several firms."""
    if domain in PUBLIC_MAIL:
        yield Mark("same_contact_mailbox", "mailbox", address.lower())


def _certificate_account(issue: str) -> Iterator[Mark]:
    """The account at an authority that alone may have certificates issued (RFC 8657)."""
    for part in issue.split(";")[1:]:
        key, _, uri = part.strip().partition("=")
        if key.strip().lower() == "accounturi" and len(uri.strip()) > len("https://"):
            yield Mark("same_certificate_account", "account", uri.strip())


def _report_mailbox(address: str, own: str) -> Iterator[Mark]:
    """Mailboxes at a service that reads reports; one with a number in it is an account of its own there."""
    local, _, domain = address.rpartition("@")
    above = registered(domain)
    if above in ("", own):
        return
    if domain in PUBLIC_MAIL:
        yield from _persons(address, domain)
    elif any(char.isdigit() for char in local) or _has_number(domain.removesuffix(above)):
        yield Mark("same_report_mailbox", "mailbox", address)


def _signer(one: SignerKey) -> Iterator[Mark]:
    """A key that two domains publish was copied by one hand; one that lies at a service is of an account there."""
    if one.alias:
        account = one.alias.partition(_ACCOUNT_AT)[2] or one.alias.partition("domainkey.")[2]
        if account.endswith(_TENANTS):
            yield Mark("same_mail_tenant", "tenant", account)
        elif _has_number(account):
            yield Mark("same_mail_account", "account", account)
    elif one.key.bits and one.digest and one.selector not in _OF_MAILINGS:
        yield Mark("same_signing_key", "key", one.digest)


def _has_number(text: str) -> bool:
    run = 0
    for char in text:
        run = run + 1 if char.isdigit() else 0
        if run == _NUMBER:
            return True
    return False


def _account_servers(hosts: tuple[str, ...]) -> Iterator[Mark]:
    """Two name servers with names like people's, `ada` and `bob`: drawn for an account out of many.

    Servers that a service numbers, or has but two of, are everybody's there.
    """
    labels = [host.partition(".")[0] for host in hosts]
    above = {host.partition(".")[2] for host in hosts}
    drawn = all(one.isalpha() and not one.startswith(_NAMED_ALIKE) for one in labels)
    if len(hosts) == 2 and len(above) == 1 and drawn:
        yield Mark(NAME_SERVERS, above.pop(), " ".join(sorted(hosts)))


def _day(moment: Moment) -> date:
    """Return the day in Moscow, where a day of .ru begins three hours before the one that .com is dated by."""
    if moment.day and not moment.precise:
        return moment.day
    return moment.at.astimezone(civil_zone("ru")).date()


def _one_name(registrar: str) -> str:
    """Return one name for a registrar that has one for every suffix: REGRU-RU, REGRU-SU, REG.RU LLC."""
    name, dash, suffix = registrar.rpartition("-")
    of_russia = bool(dash) and suffix in ("RU", "SU", "RF")
    found = signs.read("registrar", f"{name}-RU" if of_russia else registrar)
    known = {one.product for one in found}
    if len(known) == 1 and (product := all_products().get(known.pop())):
        return product.name
    return name if of_russia else registrar
