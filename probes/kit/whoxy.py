"""Asks Whoxy, with a key only, what a firm registered, by WHOIS records of the past.

Registries publish no holders any more, but records from before that are kept: `GET https://api.whoxy.com/
?reverse=whois&company=NAME&mode=micro` answers `{"status": 1, "total_results": 12, "search_result":
[{"domain_name": "b.ru"}]}`. `{"status": 0, "status_reason": …}` with HTTP 200 is a refusal.
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote

from msgspec import Struct

from probes.kit.keyed import ask_keyed, names, rows, texts
from probes.kit.net import Net, NetTrouble
from probes.kit.observation import Reason

_API: Final = "https://api.whoxy.com/"
_MOST_DOMAINS: Final = 300
"""Who registered more is an agency, a registrar or a hoster: his domains are told by number only."""
TEXT_LENGTH: Final = 200
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


async def registered_by(organisation: str, net: Net, besides: str = "") -> PastHolder:
    """Return what an organisation of this name registered, `besides` left out."""
    query = f"reverse=whois&company={quote(organisation, safe='')}&mode=micro"
    said = await ask_whoxy(query, net) or {}
    told = list(
        texts(rows(said, "search_result") if "search_result" in said else [], "domain_name")
    )
    counted = said.get("total_results")
    count = counted if isinstance(counted, int) and counted >= len(told) else len(told)
    found, _ = names(told)
    others = tuple(name for name in found if name != besides)
    return PastHolder(organisation, others if count <= _MOST_DOMAINS else (), count)


async def ask_whoxy(query: str, net: Net) -> dict[str, Any] | None:
    """Ask one question; raise NetTrouble for a refusal, which this service gives with HTTP 200."""
    said = await ask_keyed(f"{_API}?{query}", net)
    if said is None or str(said.get("status")) == "1":
        return said
    words = str(said.get("status_reason", ""))[:TEXT_LENGTH]
    low = words.lower()
    reason = next((code for word, code in _REFUSALS if word in low), Reason.SOURCE_FAILED)
    raise NetTrouble(reason, words)
