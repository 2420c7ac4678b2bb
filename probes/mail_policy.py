"""What a domain says about its mail: SPF, DMARC, MTA-STS, TLS-RPT, DKIM keys."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from probes.kit.observation import Mention, Outcome, Seen
from probes.kit.target import Host


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

    @property
    def denies_all(self) -> bool:
        """True when nobody may send: `-all` and no mechanism before it."""
        return self.all == "-" and not (self.networks or self.includes or self.hosts)


class MailPolicy(Struct, frozen=True):
    """Mail policy records, each Seen, Absent or Unknown on its own."""

    spf: Outcome[SenderPolicy]
    dmarc: Outcome[str]
    """The DMARC record of the domain (RFC 9989)."""
    mta_sts: Outcome[str]
    tls_rpt: Outcome[str]
    dkim: Outcome[tuple[str, ...]]
    """Common selectors that hold a key; Absent means none of those asked, not none at all."""

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
        """Names that SPF refers to."""
        match self.spf:
            case Seen(policy):
                for name in policy.includes:
                    yield Mention(Host(name), "spf_include_of")
