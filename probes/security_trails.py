"""Names below a domain, and domains registered with the same contact, that SecurityTrails knows; needs a key.

`GET https://api.securitytrails.com/v1/domain/D/subdomains?children_only=false&include_inactive=true` answers
`{"subdomains": ["www", …], "meta": {"limit_reached": false}}`, labels without the domain.
`GET https://api.securitytrails.com/v1/domain/D/associated?page=1` answers `{"records": [{"hostname": "b.ru"}],
"meta": {"max_page": 1}}`: domains with the same contact in WHOIS, now or in the past.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from msgspec import Struct

from probes.kit.declare import Reach, probe
from probes.kit.keyed import ask_keyed, names, rows, texts
from probes.kit.net import Net, NetTrouble
from probes.kit.observation import Absent, Mention, Reason, Seen, Unknown
from probes.kit.source import BUDGET, ROW_CAP
from probes.kit.target import Domain, Host

_API: Final = "https://api.securitytrails.com/v1/domain"
_MOST_PAGES: Final = 3
"""A contact with more than three hundred domains is an agency's or a registrar's."""


class Trailed(Struct, frozen=True):
    """What SecurityTrails knows; Absent("securitytrails") when it knows nothing of the domain."""

    hosts: tuple[str, ...]
    """Hosts below the domain, at most 2,000; they may be long gone."""
    registered_alike: tuple[str, ...]
    """Domains with the same contact in WHOIS. Many of them make an agency's contact likely."""
    complete: bool
    reasons: tuple[str, ...] = ()
    """Codes that say why it is not complete."""

    def mentions(self) -> Iterator[Mention]:
        """Every host below, then every domain registered alike."""
        for name in self.hosts:
            yield Mention(Host(name), "in_dns_history_of")
        for name in self.registered_alike:
            yield Mention(Host(name), "same_registrant_as")


@probe(reach=Reach.SEARCH, patience=timedelta(seconds=150))
async def security_trails(domain: Domain, net: Net) -> Seen[Trailed] | Absent | Unknown:
    """Ask SecurityTrails for names below a domain and for domains with the same contact."""
    hosts, missing = await _below(domain.name, net)
    alike: tuple[str, ...] = ()
    try:
        alike, more = await _registered_alike(domain.name, net)
    except NetTrouble as trouble:
        more = trouble.reason
    reasons = tuple(dict.fromkeys(reason for reason in (missing, more) if reason))
    if not hosts and not alike:
        if not reasons:
            return Absent("securitytrails")
        return Unknown(Reason(more) if more in frozenset(Reason) else Reason.SOURCE_FAILED, more)
    return Seen(Trailed(hosts, alike, not reasons, reasons))


async def _below(name: str, net: Net) -> tuple[tuple[str, ...], str]:
    """Return the hosts, and why they are not all."""
    url = f"{_API}/{name}/subdomains?children_only=false&include_inactive=true"
    said = await ask_keyed(url, net)
    if said is None:
        return (), ""
    labels = [label for label in rows(said, "subdomains") if isinstance(label, str)]
    hosts, whole = names((f"{label}.{name}" for label in labels if label), name)
    limited = bool(_meta(said).get("limit_reached"))
    return hosts, ROW_CAP if limited or not whole else ""


async def _registered_alike(name: str, net: Net) -> tuple[tuple[str, ...], str]:
    """Return the other domains, and why they are not all."""
    found: list[str] = []
    page, last = 0, 1
    while page < min(last, _MOST_PAGES):
        page += 1
        said = await ask_keyed(f"{_API}/{name}/associated?page={page}", net) or {"records": []}
        found += texts(rows(said, "records"), "hostname")
        told = _meta(said).get("max_page")
        last = told if isinstance(told, int) else page
    others, whole = names(found)
    missing = BUDGET if last > page else "" if whole else ROW_CAP
    return tuple(other for other in others if other != name), missing


def _meta(said: dict[str, Any]) -> dict[str, Any]:
    meta = said.get("meta")
    return meta if isinstance(meta, dict) else {}
