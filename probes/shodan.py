"""Names below a domain that Shodan has met in the DNS; asked only with a key.

`GET https://api.shodan.io/dns/domain/D` answers `{"domain", "data": [{"subdomain", "type", "value",
"last_seen"}], "subdomains": ["www", …], "more": false}`; labels stand without the domain.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from msgspec import Struct

from probes.kit.declare import Reach, probe
from probes.kit.keyed import ask_keyed, names, rows, texts
from probes.kit.net import Net
from probes.kit.observation import Absent, Mention, Seen, Unknown
from probes.kit.target import Domain, Host


class MetInDns(Struct, frozen=True):
    """Hosts that a DNS history knows below a domain; Absent("shodan") when it knows none."""

    hosts: tuple[str, ...]
    """At most 2,000; they may be long gone."""
    complete: bool
    """False when there are more than were told."""

    def mentions(self) -> Iterator[Mention]:
        """Every host."""
        for name in self.hosts:
            yield Mention(Host(name), "in_dns_history_of")


@probe(reach=Reach.SEARCH, patience=timedelta(seconds=45))
async def shodan(domain: Domain, net: Net) -> Seen[MetInDns] | Absent | Unknown:
    """Ask Shodan for the names it has met below a domain."""
    said = await ask_keyed(f"https://api.shodan.io/dns/domain/{domain.name}", net)
    if said is None:
        return Absent("shodan")
    labels = [label for label in rows(said, "subdomains") if isinstance(label, str)]
    labels += texts(said["data"] if isinstance(said.get("data"), list) else (), "subdomain")
    hosts, whole = names((f"{label}.{domain.name}" for label in labels if label), domain.name)
    if not hosts and not said.get("more"):
        return Absent("shodan")
    return Seen(MetInDns(hosts, whole and not said.get("more")))
