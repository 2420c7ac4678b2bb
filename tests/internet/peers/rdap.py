"""RDAP: the bootstrap at data.iana.org, the gTLD registries, and the RIR for addresses."""

from __future__ import annotations

import ipaddress

from tests.internet.domains import Domain
from tests.internet.peers.hostile_json import RDAP_TRICKS
from tests.internet.peers.registry import Register
from tests.internet.peers.stage import Stage
from tests.internet.peers.web import Request, Response, as_json
from tests.internet.population import Provider

MEDIA = "application/rdap+json"
RIR = "https://rdap.db.ripe.net/"
CONFORMANCE = ["rdap_level_0", "icann_rdap_technical_implementation_guide_1"]


class Rdap:
    """Answers for every RDAP host of the world."""

    def __init__(self, register: Register, stage: Stage) -> None:
        """Speak from the register."""
        self.register = register
        self.stage = stage
        self.stamp = register.now.strftime("%Y-%m-%dT%H:%M:%SZ")

    async def bootstrap(self, request: Request) -> Response:
        """IANA's tables: which server knows a top-level domain or an address."""
        services: dict[str, list[list[list[str]]]] = {
            "dns": [[[tld.name], [tld.rdap]] for tld in self.register.world.tlds if tld.rdap],
            "ipv4": [[["198.18.0.0/15", "185.0.0.0/8", "194.0.0.0/8", "91.0.0.0/8"], [RIR]]],
            "ipv6": [[["2001:2::/48"], [RIR]]],
            "asn": [[["1-65535", "196608-213403"], [RIR]]],
        }
        kind = request.path.removeprefix("/rdap/").removesuffix(".json")
        if kind not in services:
            return Response(b"<html><body>404 Not Found</body></html>", 404)
        head = {"version": "1.0", "publication": self.stamp, "description": "RDAP bootstrap"}
        return as_json(head | {"services": services[kind]})

    async def registry(self, request: Request) -> Response:
        """A gTLD registry's answer about one of its names."""
        before, found, name = request.path.rpartition("/domain/")
        if not found:
            return self._error(400, "Bad Request")
        domain = self.register.find(name)
        if domain and domain.registration.rdap == "limited":
            refusal = self._error(429, "Rate limit exceeded")
            return Response(refusal.body, 429, MEDIA, {"Retry-After": "3600"})
        if domain is None:
            return self._error(404, "Object not found")
        honest = as_json(self._domain(domain, f"https://{request.host}{before}"), media=MEDIA)
        if domain.hostile and domain.hostile.rdap:
            self.stage.played("rdap", domain.hostile.rdap)
            return RDAP_TRICKS[domain.hostile.rdap](honest)
        return honest

    async def addresses(self, request: Request) -> Response:
        """The RIR's answer about an address or an AS."""
        kind, _, key = request.path.strip("/").partition("/")
        for provider in self.register.world.providers:
            if provider.unlisted:
                continue
            if kind == "ip" and _covers(provider, key):
                return as_json(self._network(provider, key), media=MEDIA)
            if kind == "autnum" and key.upper().removeprefix("AS") == str(provider.asn):
                return as_json(self._as(provider), media=MEDIA)
        return self._error(404, "Object not found")

    def _domain(self, domain: Domain, base: str) -> dict[str, object]:
        created, expires = self.register.created(domain), self.register.expires(domain)
        return {
            "objectClassName": "domain",
            "rdapConformance": CONFORMANCE,
            "handle": f"{domain.name.upper()}-LAB",
            "ldhName": domain.name.upper(),
            "status": self.register.statuses(domain),
            "events": [
                {"eventAction": "registration", "eventDate": f"{created}T09:12:44Z"},
                {"eventAction": "expiration", "eventDate": f"{expires}T09:12:44Z"},
                {"eventAction": "last update of RDAP database", "eventDate": self.stamp},
            ],
            "nameservers": [
                {"objectClassName": "nameserver", "ldhName": host.upper()}
                for host in self.register.nameservers(domain)
            ],
            "entities": [
                _entity("registrar", domain.registration.registrar, "1606"),
                _entity("registrant", domain.registration.org or "REDACTED FOR PRIVACY", ""),
            ],
            "secureDNS": {"delegationSigned": False},
            "links": [
                {"rel": "self", "href": f"{base}/domain/{domain.name}", "type": MEDIA},
            ],
        }

    def _network(self, provider: Provider, key: str) -> dict[str, object]:
        network = ipaddress.ip_network(provider.net6 if ":" in key else provider.net)
        return {
            "objectClassName": "ip network",
            "rdapConformance": CONFORMANCE,
            "handle": f"{network[0]} - {network[-1]}",
            "startAddress": str(network[0]),
            "endAddress": str(network[-1]),
            "ipVersion": f"v{network.version}",
            "name": f"{provider.key.upper().replace('_', '-')}-NET",
            "type": "ASSIGNED PA",
            "country": provider.country,
            "status": ["active"],
            "cidr0_cidrs": [
                {f"v{network.version}prefix": str(network[0]), "length": network.prefixlen}
            ],
            "entities": [_entity("registrant", provider.name, f"ORG-{provider.asn}")],
            "events": [{"eventAction": "registration", "eventDate": "2012-05-17T08:00:00Z"}],
        }

    def _as(self, provider: Provider) -> dict[str, object]:
        return {
            "objectClassName": "autnum",
            "rdapConformance": CONFORMANCE,
            "handle": f"AS{provider.asn}",
            "startAutnum": provider.asn,
            "endAutnum": provider.asn,
            "name": provider.as_name.partition(",")[0],
            "country": provider.country,
            "entities": [_entity("registrant", provider.name, f"ORG-{provider.asn}")],
        }

    def _error(self, code: int, title: str) -> Response:
        body = {"rdapConformance": CONFORMANCE, "errorCode": code, "title": title}
        return as_json(body, code, MEDIA)


def _entity(role: str, name: str, number: str) -> dict[str, object]:
    return {
        "objectClassName": "entity",
        "handle": number or role.upper(),
        "roles": [role],
        "publicIds": [{"type": "IANA Registrar ID", "identifier": number}] if number else [],
        "vcardArray": [
            "vcard",
            [["version", {}, "text", "4.0"], ["fn", {}, "text", name], ["org", {}, "text", name]],
        ],
    }


def _covers(provider: Provider, key: str) -> bool:
    try:
        asked = ipaddress.ip_network(key, strict=False)
    except ValueError:
        return False
    nets = [ipaddress.ip_network(net) for net in (provider.net, provider.net6) if net]
    return any(asked[0] in net for net in nets)
