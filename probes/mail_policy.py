"""What a domain says about its mail: SPF, DMARC, MTA-STS, TLS-RPT, DKIM keys."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from msgspec import Struct, convert

from probes.kit import dns
from probes.kit.declare import Reach, probe
from probes.kit.dkim import DkimKey, digest_of, is_key, read_key
from probes.kit.dmarc import tree_walk
from probes.kit.mail_reports import dmarc_destinations, dmarc_mailboxes, tls_destinations
from probes.kit.names import registrable
from probes.kit.net import Net
from probes.kit.observation import Absent, Mention, Outcome, Reason, Seen, Unknown
from probes.kit.sender_tree import walk_sender_tree
from probes.kit.spf import names_in, read_spf
from probes.kit.tag_list import read_tags
from probes.kit.target import Domain
from probes.kit.web_host import host_of

# Selectors that the mail services and panels of our clients hand out (Yandex uses `mail`).
_SELECTORS = (
    "default",
    "mail",
    "dkim",
    "selector1",
    "selector2",
    "google",
    "s1",
    "s2",
    "k1",
    "us",
    "sign",
    "beget",
    "mailru",
    "getcourse",
)
_SEVERAL = "records with v="
_MOST_ACCEPTANCES = 5
"""Strangers' domains that are asked whether they take a domain's reports."""


class SenderPolicy(Struct, frozen=True):
    """An SPF record with everything it includes (RFC 7208)."""

    record: str
    all: str
    """The qualifier of the final `all`: `-`, `~`, `?`, `+`, or empty when there is none."""
    networks: tuple[str, ...]
    """ip4 and ip6 values of the whole tree."""
    includes: tuple[str, ...]
    """Names of include and redirect, in the order they were met."""
    hosts: tuple[str, ...]
    """Names used by a, mx and exists mechanisms."""
    lookups: int
    """DNS look-ups a receiver would need; more than 10 is a permanent error."""
    void_lookups: int
    problems: tuple[str, ...]
    """Codes: several_records, syntax, too_many_lookups, too_many_void_lookups, loop, include_without_record …"""
    complete: bool
    """False when a part of the tree could not be looked up; the lists are then lower bounds."""
    addresses: tuple[str, ...] = ()
    """Addresses that the names of a and mx mechanisms lead to."""
    failures: tuple[Reason, ...] = ()
    """Why parts could not be looked up; macros, which depend on the sender, are no failure."""
    gone: tuple[str, ...] = ()
    """Names of the tree that do not exist, as their authority says: whoever gets one may send."""
    ptr: bool = False
    """True where the tree leans on reverse names, which receivers are told to pass over (section 5.5)."""

    @property
    def own_networks(self) -> tuple[str, ...]:
        """ip4 and ip6 values of the domain's own record: those of included records are others'."""
        return tuple(dict.fromkeys(t.network for t in read_spf(self.record).terms if t.network))

    @property
    def denies_all(self) -> bool:
        """True when nobody may send: `-all`, no mechanism before it, and nothing left in doubt."""
        names = self.networks or self.includes or self.hosts
        return self.all == "-" and not names and not self.problems and self.complete


class SignerKey(Struct, frozen=True):
    """A key record under a common selector, good or bad (RFC 6376 section 3.6.1)."""

    selector: str
    key: DkimKey
    digest: str = ""
    """By which it is known again: the first 32 hex digits of the SHA-256 of the key as published."""
    alias: str = ""
    """Where the record really lies, of one that is an alias into a mail service's own zone."""


class ReportsAccepted(Struct, frozen=True):
    """Whether another domain says that it takes DMARC reports on this one (RFC 9990; RFC 7489 7.1)."""

    by: str
    """The domain that reports are to be sent to."""
    outcome: Outcome[str]
    """Its record for this domain."""
    anybodys: Outcome[str]
    """Its record for a name that nobody would have: Seen means that it takes reports on any domain."""

    @property
    def by_name(self) -> bool:
        """True when the other domain names this very one: whoever runs it knows this domain as a charge.

        The record that any name at all gets says nothing; and where that could not be found out,
        neither does this.
        """
        known = not isinstance(self.anybodys, Unknown)
        return known and isinstance(self.outcome, Seen) and self.outcome != self.anybodys


class MailPolicy(Struct, frozen=True):
    """Mail policy records, each Seen, Absent or Unknown on its own."""

    spf: Outcome[SenderPolicy]
    dmarc: Outcome[str]
    """The DMARC record of the domain (RFC 9989)."""
    mta_sts: Outcome[str]
    tls_rpt: Outcome[str]
    dkim: Outcome[tuple[str, ...]]
    """Common selectors that hold a key; Absent means none of those asked, not none at all."""
    reports_accepted: tuple[ReportsAccepted, ...] = ()
    """One for each other domain, 5 at most, that DMARC reports are to be sent to."""
    dkim_keys: tuple[SignerKey, ...] = ()
    """Every key record met under the common selectors, revoked and broken ones too."""
    bimi: Outcome[str] = Unknown(Reason.NOT_ASKED)
    """The record of the picture that mail programs show beside its letters (BIMI, selector default)."""
    dmarc_above: Outcome[str] = Unknown(Reason.NOT_ASKED)
    """Where the domain has no DMARC record: the first one met on the tree walk above it."""
    several: tuple[str, ...] = ()
    """Of dmarc, mta_sts, tls_rpt: those published more than once, so that none of them counts."""

    @property
    def dmarc_reports_to(self) -> tuple[str, ...]:
        """Mail domains that DMARC reports are to be sent to."""
        if not isinstance(self.dmarc, Seen):
            return ()
        return tuple(dict.fromkeys(one.host for one in dmarc_destinations(self.dmarc.fact)))

    @property
    def dmarc_mailboxes(self) -> tuple[str, ...]:
        """Addresses that DMARC reports are to be sent to."""
        return dmarc_mailboxes(self.dmarc.fact) if isinstance(self.dmarc, Seen) else ()

    @property
    def tls_reports_to(self) -> tuple[str, ...]:
        """Mail domains and hosts that reports on encryption of mail are to be sent to."""
        if not isinstance(self.tls_rpt, Seen):
            return ()
        return tuple(dict.fromkeys(one.host for one in tls_destinations(self.tls_rpt.fact)))

    @property
    def pictured_at(self) -> tuple[str, ...]:
        """Hosts of the picture beside its letters, and of the certificate that says whose it is."""
        if not isinstance(self.bimi, Seen):
            return ()
        tags = read_tags(self.bimi.fact)
        return tuple(dict.fromkeys(filter(None, (host_of(tags.get(tag) or "") for tag in "la"))))

    @property
    def dmarc_policy(self) -> str:
        """The `p=` of the DMARC record, lower case; empty when not seen."""
        match self.dmarc:
            case Seen(record):
                for part in record.split(";"):
                    key, _, value = part.partition("=")
                    if key.strip().lower() == "p":
                        return value.strip().lower()
        return ""

    def mentions(self) -> Iterator[Mention]:
        """Names that the domain's own SPF record gives, and those that reports are to be sent to."""
        match self.spf:
            case Seen(policy):
                for host in dns.hosts(names_in(policy.record)):
                    yield Mention(host, "spf_include_of")
        for host in dns.hosts(self.dmarc_reports_to):
            yield Mention(host, "dmarc_report_of")
        for host in dns.hosts(self.tls_reports_to):
            yield Mention(host, "tls_report_of")
        for host in dns.hosts(self.pictured_at):
            yield Mention(host, "mail_picture_of")


@probe(reach=Reach.PUBLIC, patience=timedelta(seconds=120))
async def mail_policy(domain: Domain, net: Net) -> Seen[MailPolicy] | Absent | Unknown:
    """Ask for a domain's SPF tree, DMARC, MTA-STS, TLS-RPT and BIMI records, and common DKIM selectors."""
    name = domain.name
    spf, dmarc, mta_sts, tls_rpt, bimi, (dkim, keys) = await asyncio.gather(
        _spf(net, name),
        _tagged(net, f"_dmarc.{name}", "DMARC1"),
        _tagged(net, f"_mta-sts.{name}", "STSv1"),
        _tagged(net, f"_smtp._tls.{name}", "TLSRPTv1"),
        _tagged(net, f"default._bimi.{name}", "BIMI1"),
        _dkim(net, name),
    )
    parts: tuple[Outcome[Any], ...] = (spf, dmarc, mta_sts, tls_rpt, dkim)
    if all(part == Absent("NXDOMAIN") for part in parts):
        return Absent("NXDOMAIN")
    if isinstance(spf, Unknown) and all(isinstance(part, Unknown) for part in parts):
        return spf
    accepted, above = await asyncio.gather(
        _acceptances(net, name, dmarc), _dmarc_above(net, name, dmarc)
    )
    tagged = (("dmarc", dmarc), ("mta_sts", mta_sts), ("tls_rpt", tls_rpt))
    several = tuple(kind for kind, said in tagged if _is_several(said))
    policy = MailPolicy(spf, dmarc, mta_sts, tls_rpt, dkim, accepted, keys, bimi, above, several)
    return Seen(policy)


async def _dmarc_above(net: Net, name: str, dmarc: Outcome[str]) -> Outcome[str]:
    """Walk up for a record that covers a domain without one (RFC 9989 section 4.10)."""
    if not isinstance(dmarc, Absent):
        return Unknown(Reason.NOT_ASKED)
    for above in tree_walk(name)[1:]:
        said = await _tagged(net, f"_dmarc.{above}", "DMARC1")
        if not isinstance(said, Absent):
            return said
    return Absent("no v=DMARC1")


async def _acceptances(net: Net, name: str, dmarc: Outcome[str]) -> tuple[ReportsAccepted, ...]:
    """Ask the domains of others that reports go to whether they take them: before that nobody sends any."""
    if not isinstance(dmarc, Seen):
        return ()
    own = registrable(name)
    others = dict.fromkeys(one.host for one in dmarc_destinations(dmarc.fact))
    foreign = [host for host in others if registrable(host) != own][:_MOST_ACCEPTANCES]
    return tuple(await asyncio.gather(*(_acceptance(net, name, host) for host in foreign)))


async def _acceptance(net: Net, name: str, other: str) -> ReportsAccepted:
    above = f"_report._dmarc.{other}"
    outcome, anybodys = await asyncio.gather(
        _tagged(net, f"{name}.{above}", "DMARC1"),
        _tagged(net, f"{dns.control_label(above)}.{above}", "DMARC1"),
    )
    return ReportsAccepted(other, outcome, anybodys)


async def _spf(net: Net, name: str) -> Outcome[SenderPolicy]:
    tree = await walk_sender_tree(net, name)
    return (
        Seen(convert(tree.fact, SenderPolicy, from_attributes=True))
        if isinstance(tree, Seen)
        else tree
    )


async def _tagged(net: Net, name: str, version: str) -> Outcome[str]:
    """The one TXT record that begins with `v=<version>`; two contradict each other."""
    texts = await dns.records(net, name, "TXT")
    if not isinstance(texts, Seen):
        return texts
    tagged = [text for text in texts.fact if _version(text) == version]
    if len(tagged) > 1:
        return Unknown(Reason.MALFORMED, f"{len(tagged)} {_SEVERAL}{version} at {name}")
    return Seen(tagged[0]) if tagged else Absent(f"no v={version}")


def _is_several(outcome: Outcome[str]) -> bool:
    return isinstance(outcome, Unknown) and _SEVERAL in outcome.detail


def _version(text: str) -> str:
    key, _, value = text.partition(";")[0].partition("=")
    return value.strip() if key.strip() == "v" else ""


async def _dkim(net: Net, domain: str) -> tuple[Outcome[tuple[str, ...]], tuple[SignerKey, ...]]:
    above = f"_domainkey.{domain}"
    control, *looks = await asyncio.gather(
        *(
            dns.look(net, f"{label}.{above}", "TXT")
            for label in (dns.control_label(above), *_SELECTORS)
        )
    )
    keys = tuple(
        SignerKey(selector, read_key(text), digest_of(text), look.chain[-1] if look.chain else "")
        for selector, look in zip(_SELECTORS, looks, strict=True)
        if isinstance(look.outcome, Seen) and look.outcome != control.outcome
        for text in look.outcome.fact
        if is_key(text)
    )
    found = [one.selector for one in keys if not one.key.revoked]
    return _selectors(control.outcome, [look.outcome for look in looks], found), keys


def _selectors(
    control: Outcome[tuple[str, ...]], looks: list[Outcome[tuple[str, ...]]], found: list[str]
) -> Outcome[tuple[str, ...]]:
    unknown = next((look for look in looks if isinstance(look, Unknown)), None)
    # A wildcard would have answered for every selector: one "no" among them rules it out.
    if isinstance(control, Unknown) and not any(isinstance(look, Absent) for look in looks):
        return control
    if found:
        return Seen(tuple(dict.fromkeys(found)))
    if unknown:
        return unknown
    if isinstance(control, Seen):
        return Absent("wildcard")
    nothing = all(look == Absent("NXDOMAIN") for look in looks)
    return Absent("NXDOMAIN" if nothing else "no key under common selectors")
