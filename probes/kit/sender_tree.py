"""Walks an SPF record and all it includes, and counts what a receiver would have to look up (RFC 7208)."""

from __future__ import annotations

import asyncio
from typing import Any

from msgspec import Struct

from probes.kit import dns
from probes.kit.net import Net
from probes.kit.observation import Absent, Outcome, Reason, Seen, Unknown
from probes.kit.spf import Term, expand, is_spf, read_spf

_MOST_LOOKUPS = 10
_MOST_VOID_LOOKUPS = 2
_MOST_EXCHANGES = 10
# How far we look beyond what a receiver would: the rest of a broken record is still worth knowing.
_MOST_RECORDS_READ = 50
_MOST_DEPTH = 12
_LONGEST_TEXT = 4096
"""A TXT record of this length was cut (see `dns.records`)."""


class SenderTree(Struct, frozen=True):
    """Everything an SPF record says, included records and all; see `SenderPolicy` for each field."""

    record: str
    all: str
    networks: tuple[str, ...]
    includes: tuple[str, ...]
    hosts: tuple[str, ...]
    lookups: int
    void_lookups: int
    problems: tuple[str, ...]
    complete: bool
    addresses: tuple[str, ...]
    failures: tuple[Reason, ...]
    gone: tuple[str, ...] = ()
    ptr: bool = False


async def walk_sender_tree(net: Net, domain: str) -> Outcome[SenderTree]:
    """Return what a domain's SPF record says in the end; Absent when it publishes none."""
    texts = await dns.records(net, domain, "TXT")
    if not isinstance(texts, Seen):
        return texts
    records = [text for text in texts.fact if is_spf(text)]
    if not records:
        return Absent("no v=spf1")
    walk = _Walk(net, domain)
    final = await walk.all_of(records, domain, (domain,))
    await walk.count_voids()
    return Seen(walk.result(records[0], final))


class _Walk:
    """One evaluation in progress."""

    def __init__(self, net: Net, root: str) -> None:
        self.net, self.root = net, root
        # Insertion order is the order of meeting; dictionaries serve as ordered sets.
        self.networks: dict[str, None] = {}
        self.includes: dict[str, None] = {}
        self.hosts: dict[str, None] = {}
        self.problems: dict[str, None] = {}
        self.addresses: dict[str, None] = {}
        self.failures: dict[Reason, None] = {}
        self.gone: dict[str, None] = {}
        self.ptr = False
        self.to_count: list[tuple[str, str]] = []
        self.lookups = self.void_lookups = self.records_read = 0
        self.complete = True

    async def all_of(self, records: list[str], domain: str, path: tuple[str, ...]) -> str:
        """Walk the records of one name; return the qualifier of the `all` that ends them."""
        if len(records) > 1:
            self.problems["several_records"] = None
        final = ""
        for text in records:
            record = read_spf(text)
            if not record.whole or len(text) >= _LONGEST_TEXT:
                self.fails(Reason.OVERSIZED)
            if record.syntax_errors:
                self.problems["syntax"] = None
            final = final or record.all
            for term in record.terms:
                ended = await self._follow(term, domain, path)
                final = final or ended
        return final

    async def _follow(self, term: Term, domain: str, path: tuple[str, ...]) -> str:
        match term.kind:
            case "ip4" | "ip6":
                self.networks[term.network] = None
            case "include":
                await self._descend(term, domain, path)
            case "redirect":
                return await self._descend(term, domain, path)
            case "a" | "mx" | "ptr" | "exists":
                self.lookups += 1
                self.ptr = self.ptr or term.kind == "ptr"
                name = expand(term.name, domain, self.root)
                self.hosts[name or term.name] = None
                if name and term.kind != "ptr":
                    self.to_count.append((name, "MX" if term.kind == "mx" else "A"))
        return ""

    async def _descend(self, term: Term, domain: str, path: tuple[str, ...]) -> str:
        self.lookups += 1
        name = expand(term.name, domain, self.root)
        self.includes[name or term.name] = None
        if name is None:
            self.complete = False
            return ""
        if name in path:
            self.problems["loop"] = None
            return ""
        self.records_read += 1
        if self.records_read > _MOST_RECORDS_READ or len(path) > _MOST_DEPTH:
            self.fails(Reason.OVERSIZED)
            return ""
        texts = await dns.records(self.net, name, "TXT")
        if isinstance(texts, Unknown):
            self.fails(texts.reason)
            return ""
        if isinstance(texts, Absent):
            self.void_lookups += 1
        if texts == Absent("NXDOMAIN"):
            self.gone[name] = None
        records = [text for text in texts.fact if is_spf(text)] if isinstance(texts, Seen) else []
        if not records:
            self.problems[f"{term.kind}_without_record"] = None
            return ""
        return await self.all_of(records, name, (*path, name))

    def fails(self, reason: Reason) -> None:
        """Note that a part could not be looked up."""
        self.complete = False
        self.failures[reason] = None

    async def count_voids(self) -> None:
        """Ask for the names of a, mx and exists mechanisms: where they lead, and which lead nowhere."""
        asked = self.to_count[:_MOST_RECORDS_READ]
        if len(self.to_count) > len(asked):
            self.fails(Reason.OVERSIZED)
        answers = await asyncio.gather(*(self._ask(name, type) for name, type in asked))
        for (name, _), answer in zip(asked, answers, strict=True):
            match answer:
                case Absent(authority):
                    self.void_lookups += 1
                    if authority == "NXDOMAIN":
                        self.gone[name] = None
                case Unknown(reason):
                    self.fails(reason)

    async def _ask(self, name: str, type: str) -> Outcome[tuple[Any, ...]]:
        if type != "MX":
            return await self._addresses_of(name)
        exchanges = await dns.records(self.net, name, "MX")
        if isinstance(exchanges, Seen):
            if len(exchanges.fact) > _MOST_EXCHANGES:
                self.problems["too_many_mx"] = None
            hosts = [one.host for one in exchanges.fact[:_MOST_EXCHANGES] if one.host]
            for answer in await asyncio.gather(*map(self._addresses_of, hosts)):
                if isinstance(answer, Unknown):
                    self.fails(answer.reason)
        return exchanges

    async def _addresses_of(self, name: str) -> Outcome[tuple[Any, ...]]:
        look = await dns.addresses(self.net, name)
        self.addresses.update(dict.fromkeys(look.found))
        if isinstance(look.v4, Unknown) and not look.nonexistent:
            return look.v4
        if look.found:
            return Seen(look.found)
        return look.trouble or Absent("NXDOMAIN" if look.nonexistent else "NODATA")

    def result(self, record: str, final: str) -> SenderTree:
        """Sum the walk up."""
        if self.lookups > _MOST_LOOKUPS:
            self.problems["too_many_lookups"] = None
        if self.void_lookups > _MOST_VOID_LOOKUPS:
            self.problems["too_many_void_lookups"] = None
        return SenderTree(
            record=record,
            all=final,
            networks=tuple(self.networks),
            includes=tuple(self.includes),
            hosts=tuple(self.hosts),
            lookups=self.lookups,
            void_lookups=self.void_lookups,
            problems=tuple(self.problems),
            complete=self.complete,
            addresses=tuple(self.addresses),
            failures=tuple(self.failures),
            gone=tuple(self.gone),
            ptr=self.ptr,
        )
