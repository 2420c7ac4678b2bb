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

from msgspec import Struct

from probes.kit.declare import Reach, probe
from probes.kit.keyed import rows, texts
from probes.kit.net import Net
from probes.kit.observation import Absent, Mention, Seen, Unknown
from probes.kit.registry.holder import veil
from probes.kit.target import Domain, Host
from probes.kit.whoxy import TEXT_LENGTH, PastHolder, ask_whoxy, registered_by

_MOST_HOLDERS: Final = 2
_MOST_RECORDS: Final = 50


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
    said = await ask_whoxy(f"history={domain.name}", net)
    records = rows(said, "whois_records") if said and "whois_records" in said else []
    organisations = dict.fromkeys(_organisations(records[:_MOST_RECORDS]))
    holders = [
        await registered_by(name, net, domain.name) for name in list(organisations)[:_MOST_HOLDERS]
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
            plain = " ".join(name.split())[:TEXT_LENGTH]
            if plain and veil(plain) is None:
                yield plain
