"""Domains that the same organisation registered, by WHOIS records of the past; asked at Whoxy, with a key only.

Registries publish no holders any more, but records from before that are kept. `GET https://api.whoxy.com/
?history=D` answers `{"status": 1, "whois_records": [{"registrant_contact": {"company_name": …}}]}`, newest
first; `?reverse=whois&company=NAME&mode=micro` answers `{"status": 1, "total_results": 12, "search_result":
[{"domain_name": "b.ru"}]}`. `{"status": 0, "status_reason": …}` with HTTP 200 is a refusal.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final
from urllib.parse import quote

from msgspec import Struct

from probes.kit.declare import Reach, probe
from probes.kit.keyed import ask_keyed, names, rows, texts
from probes.kit.net import Net, NetTrouble
from probes.kit.observation import Absent, Mention, Reason, Seen, Unknown
from probes.kit.registry.holder import veil
from probes.kit.target import Domain, Host

_API: Final = "https://api.whoxy.com/"
_MOST_HOLDERS: Final = 2
_MOST_RECORDS: Final = 50
_MOST_DOMAINS: Final = 300
"""Who registered more is an agency, a registrar or a hoster: his domains are told by number only."""
_TEXT_LENGTH: Final = 200
_REFUSALS: Final = (
    ("balance", Reason.RATE_LIMITED),
    ("limit", Reason.RATE_LIMITED),
    ("key", Reason.ACCESS_DENIED),
)
"""Words of a refusal and what they mean, in this order."""


class PastHolder(Struct, frozen=True):
    """An organisation that was the domain's registrant, and what else it registered."""

    name: str
    domains: tuple[str, ...]
    """At most 300; none of a holder who has more."""
    count: int
    """How many the service counts."""


class PastHolders(Struct, frozen=True):
    """Absent("whoxy") when no record of the past names an organisation."""

    holders: tuple[PastHolder, ...]
    """The latest first, at most two."""
    complete: bool
    """False when a holder has more domains than are told."""

    def mentions(self) -> Iterator[Mention]:
        """Every domain of every holder."""
        for holder in self.holders:
            for name in holder.domains:
                yield Mention(Host(name), "same_registrant_as")


@probe(reach=Reach.SEARCH, patience=timedelta(seconds=120))
async def reverse_whois(domain: Domain, net: Net) -> Seen[PastHolders] | Absent | Unknown:
    """Ask which organisations a domain was registered to, and what else they registered."""
    said = await _ask(f"history={domain.name}", net)
    records = rows(said, "whois_records") if said and "whois_records" in said else []
    organisations = dict.fromkeys(_organisations(records[:_MOST_RECORDS]))
    holders = [
        await _holder(name, domain.name, net) for name in list(organisations)[:_MOST_HOLDERS]
    ]
    if not holders:
        return Absent("whoxy")
    return Seen(
        PastHolders(tuple(holders), all(len(one.domains) >= one.count - 1 for one in holders))
    )


def _organisations(records: list[Any]) -> Iterator[str]:
    for record in records:
        contact = record.get("registrant_contact") if isinstance(record, dict) else None
        for name in texts([contact], "company_name"):
            plain = " ".join(name.split())[:_TEXT_LENGTH]
            if plain and veil(plain) is None:
                yield plain


async def _holder(organisation: str, domain: str, net: Net) -> PastHolder:
    query = f"reverse=whois&company={quote(organisation, safe='')}&mode=micro"
    said = await _ask(query, net) or {}
    told = list(
        texts(rows(said, "search_result") if "search_result" in said else [], "domain_name")
    )
    counted = said.get("total_results")
    count = counted if isinstance(counted, int) and counted >= len(told) else len(told)
    found, _ = names(told)
    others = tuple(name for name in found if name != domain)
    return PastHolder(organisation, others if count <= _MOST_DOMAINS else (), count)


async def _ask(query: str, net: Net) -> dict[str, Any] | None:
    """Ask one question; raise NetTrouble for a refusal, which this service gives with HTTP 200."""
    said = await ask_keyed(f"{_API}?{query}", net)
    if said is None or str(said.get("status")) == "1":
        return said
    words = str(said.get("status_reason", ""))[:_TEXT_LENGTH]
    low = words.lower()
    reason = next((code for word, code in _REFUSALS if word in low), Reason.SOURCE_FAILED)
    raise NetTrouble(reason, words)
