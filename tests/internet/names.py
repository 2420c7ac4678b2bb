"""Writes the DNS of the world: one knot plays root and registries, one the hosters; unbound resolves."""

from __future__ import annotations

import ipaddress
from datetime import datetime
from pathlib import Path

import dns.reversename

from tests.internet.domains import Domain
from tests.internet.namespace import INSIDE
from tests.internet.population import Population
from tests.internet.signing import Signed, sign

ROOT = {"a.root-servers.net": "198.18.0.1", "b.root-servers.net": "198.18.0.2"}
RESOLVERS = ["198.18.0.53", "198.18.0.54"]


class Names:
    """Zone files and daemon configurations for a population, written into a folder."""

    def __init__(self, world: Population, folder: Path, now: datetime) -> None:
        """Write nothing yet."""
        self.world = world
        self.folder = folder
        self.now = now
        self.signed: dict[str, Signed] = {}
        self.serial = now.strftime("%Y%m%d01")

    def write(self) -> None:
        """Write every zone, and registry.conf, hosters.conf and unbound.conf."""
        self.folder.mkdir()
        self._sign()
        registry = {".": self._root(), "arpa.": self._reverse()}
        registry |= {f"{tld.name}.": self._registry(tld.name) for tld in self.world.tlds}
        hosted = {
            f"{domain.name}.": self._zone_of(domain)
            for domain in self.world.domains.values()
            if domain.zone is not None and domain.nameservers
        }
        for origin, text in (registry | hosted).items():
            (self.folder / f"{origin}zone").write_text(text)
        self._knot("registry", list(registry), self.registry_addresses())
        self._knot("hosters", list(hosted), self.hoster_addresses())
        self._unbound()

    def registry_addresses(self) -> list[str]:
        """Where the root and the registries answer."""
        servers = ROOT.values(), *(tld.nameservers.values() for tld in self.world.tlds)
        return sorted({address for group in servers for address in group})

    def hoster_addresses(self) -> list[str]:
        """Where the name servers of hosters and clients answer, odd ones left out."""
        odd = {a for server in self.world.servers() if server.behaves for a in server.addresses}
        found = {
            address
            for domain in self.world.domains.values()
            for host in self.world.nameservers(domain)
            for address in self.world.addresses(host)
        }
        return sorted(found - odd)

    def _head(self, origin: str, servers: list[str], mailbox: str = "") -> str:
        master = servers[0]
        mailbox = mailbox or "hostmaster." + ".".join(master.split(".")[-2:])
        lines = [
            f"$ORIGIN {origin}",
            "$TTL 300",
            f"@ SOA {master}. {mailbox}. {self.serial} 7200 900 1209600 60",
        ]
        return "\n".join([*lines, *(f"@ NS {server}." for server in servers)]) + "\n"

    def _root(self) -> str:
        text = self._head(".", list(ROOT))
        text += "".join(f"arpa. NS {server}.\n" for server in ROOT)
        glue = dict(ROOT)
        for tld in self.world.tlds:
            text += "".join(f"{tld.name}. NS {server}.\n" for server in tld.nameservers)
            glue |= tld.nameservers
        return text + "".join(f"{host}. A {address}\n" for host, address in glue.items())

    def _registry(self, tld: str) -> str:
        """The zone of a top-level domain: a delegation for each name whose registry says so."""
        own = next(item for item in self.world.tlds if item.name == tld)
        text = self._head(f"{tld}.", list(own.nameservers))
        glue: set[str] = set()
        for domain in self.world.domains.values():
            if domain.tld != tld or not domain.registration.delegated:
                continue
            for server in self.world.nameservers(domain):
                text += f"{domain.name}. NS {server}.\n"
                if server.endswith(f".{tld}"):
                    glue.update(f"{server}. A {a}\n" for a in self.world.addresses(server))
            if (signed := self.signed.get(domain.name)) and signed.ds:
                text += f"{domain.name}. DS {signed.ds}\n"
        return text + "".join(sorted(glue))

    def _sign(self) -> None:
        """Sign what is to be signed, before the registries are written: they hold the DS records."""
        self.signed = {
            domain.name: sign(f"{domain.name}.", self._hosted(domain), domain.dnssec, self.now)
            for domain in self.world.domains.values()
            if domain.dnssec
        }

    def _zone_of(self, domain: Domain) -> str:
        signed = self.signed.get(domain.name)
        return signed.zone if signed else self._hosted(domain)

    def _reverse(self) -> str:
        text = self._head("arpa.", list(ROOT))
        for server in self.world.servers():
            for address in server.addresses if server.ptr else []:
                text += f"{dns.reversename.from_address(address)} PTR {server.ptr}.\n"
        return text

    def _hosted(self, domain: Domain) -> str:
        servers = self.world.nameservers(domain)
        text = self._head(f"{domain.name}.", servers, domain.mailbox)
        text += f"{domain.zone or ''}\n"
        return text + self._cymru() if domain.name == "cymru.com" else text

    def _cymru(self) -> str:
        """Team Cymru's IP-to-ASN mapping: one wildcard for each network, one record for each AS."""
        text = ""
        for provider in self.world.providers:
            for network, zone in ((provider.net, "origin"), (provider.net6, "origin6")):
                if not network or provider.unlisted:
                    continue
                row = f"{provider.asn} | {network} | {provider.country} | ripencc | 2012-05-17"
                text += f'*.{_reversed_prefix(network)}.{zone}.asn TXT "{row}"\n'
        ases = {one.asn: one for one in self.world.providers if not one.unlisted}
        for asn, provider in ases.items():
            row = f"{asn} | {provider.country} | ripencc | 2011-03-02 | {provider.as_name}"
            text += f'AS{asn}.asn TXT "{row}"\n'
        return text

    def _knot(self, role: str, origins: list[str], addresses: list[str]) -> None:
        """A knot that serves these zones here, and refuses every question about others."""
        state = self.folder / role
        state.mkdir()
        listen = ", ".join(f"{address}@53" for address in addresses)
        text = f"server:\n    rundir: {state}\n    listen: [{listen}]\n"
        text += "    udp-workers: 1\n    tcp-workers: 1\n    background-workers: 1\n"
        text += f"database:\n    storage: {state}\n"
        text += "log:\n  - target: stderr\n    any: warning\n"
        text += f"template:\n  - id: default\n    storage: {self.folder}\n"
        text += "    zonefile-sync: -1\n    journal-content: none\n    semantic-checks: soft\n"
        text += "acl:\n  - id: anybody\n    action: transfer\n"
        text += "policy:\n  - id: chain\n    algorithm: ecdsap256sha256\n    nsec3: off\n"
        text += "zone:\n" + "".join(map(self._zone, origins))
        (self.folder / f"{role}.conf").write_text(text)

    def _zone(self, origin: str) -> str:
        text = f"  - domain: {origin}\n    file: {origin}zone\n"
        domain = self.world.domains.get(origin.rstrip("."))
        if domain and domain.transfer:
            text += "    acl: anybody\n"
        if domain and domain.signed:
            text += "    dnssec-signing: on\n    dnssec-policy: chain\n"
        return text

    def _unbound(self) -> None:
        hints = "".join(f". NS {host}.\n{host}. A {address}\n" for host, address in ROOT.items())
        (self.folder / "root.hints").write_text(hints)
        text = 'server:\n  username: ""\n  chroot: ""\n  use-syslog: no\n  verbosity: 0\n'
        text += f'  directory: "{self.folder}"\n  pidfile: ""\n  root-hints: root.hints\n'
        text += "  logfile: unbound.log\n  module-config: iterator\n  num-threads: 1\n"
        text += "".join(f"  interface: {address}\n" for address in RESOLVERS)
        text += "  access-control: 0.0.0.0/0 allow\n  access-control: ::/0 allow\n"
        # So that every question sent inside is the doing of somebody else.
        text += "".join(f"  do-not-query-address: {address}\n" for address in INSIDE)
        text += "remote-control:\n  control-enable: no\n"
        (self.folder / "unbound.conf").write_text(text)


def _reversed_prefix(network: str) -> str:
    """The labels of a network in a reverse tree: 198.18.16.0/24 is `16.18.198`."""
    prefix = ipaddress.ip_network(network)
    name = dns.reversename.from_address(str(prefix.network_address)).to_text()
    step = 8 if prefix.version == 4 else 4
    labels = name.split(".")[: (32 if prefix.version == 4 else 128) // step]
    return ".".join(labels[len(labels) - prefix.prefixlen // step :])
