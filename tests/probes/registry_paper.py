"""A Net of registries made of paper, and what stands on it: RDAP objects, WHOIS records, refusals."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from probes.kit.net import ApiAnswer, ApiQuestion, Net, NetTrouble, WhoisAnswer, WhoisQuestion
from probes.kit.observation import Reason, Seen
from probes.kit.target import Domain
from probes.registration import Registration, registration

BOOTSTRAP = "https://data.iana.org/rdap/dns.json"
LISTED = json.dumps(
    {
        "services": [
            [["com"], ["https://rdap.registry.example/v1/"]],
            [["nl"], ["https://rdap.nl.example/"]],
        ]
    }
)
RDAP_COM = "https://rdap.registry.example/v1/domain/romashka.com"

RU = """\
domain:        ROMASHKA.RU
nserver:       ns1.hoster.example.
state:         REGISTERED, DELEGATED, VERIFIED
org:           OOO "Romashka"
taxpayer-id:   7736207543
registrar:     RU-CENTER-RU
created:       2004-02-18T21:00:00Z
paid-till:     2026-02-18T21:00:00Z
free-date:     2026-03-22
source:        TCI
"""
COM = """\
Domain Name: ROMASHKA.COM
Registrar WHOIS Server: whois.registrar.example
Creation Date: 2011-03-04T05:06:07Z
Registry Expiry Date: 2027-03-04T05:06:07Z
Registrar: Example Registrar, Inc.
Domain Status: clientHold https://icann.org/epp#clientHold
Name Server: NS1.HOSTER.EXAMPLE
"""
NOBODY = "No entries found for the selected source(s).\n"
LIMIT = "You have exceeded allowed connection rate.\n"


def rdap(**changes: Any) -> dict[str, Any]:
    return {
        "objectClassName": "domain",
        "ldhName": "ROMASHKA.COM",
        "status": ["client hold"],
        "events": [
            {"eventAction": "registration", "eventDate": "2011-03-04T05:06:07Z"},
            {"eventAction": "expiration", "eventDate": "2027-03-04T05:06:07Z"},
        ],
        "nameservers": [{"ldhName": "ns1.hoster.example"}],
        "entities": [
            {
                "roles": ["registrar"],
                "vcardArray": ["vcard", [["fn", {}, "text", "Example Registrar"]]],
            },
            {
                "roles": ["registrant"],
                "vcardArray": ["vcard", [["org", {}, "text", "Romashka LLC"]]],
            },
        ],
    } | changes


class RegistryPaper:
    """A Net of registries: `{url or (server, line): answer}`; what is not written has no address."""

    def __init__(self, pages: Mapping[Any, Any]) -> None:
        self.pages = {BOOTSTRAP: LISTED, **pages}
        self.asked: list[Any] = []

    async def ask(self, question: Any) -> Any:
        """Return what is written for the question."""
        key: Any = (
            question.url if isinstance(question, ApiQuestion) else (question.server, question.line)
        )
        self.asked.append(key)
        page = self.pages.get(key, NetTrouble(Reason.NO_ADDRESS, str(key)))
        if isinstance(page, NetTrouble):
            raise page
        if isinstance(page, WhoisAnswer | ApiAnswer):
            return page
        if isinstance(question, WhoisQuestion):
            return WhoisAnswer(page.encode(), True, "192.0.2.43")
        if isinstance(page, dict):
            return ApiAnswer(page.get("errorCode", 200), (), json.dumps(page).encode(), False)
        return ApiAnswer(200, (), page.encode(), False)


def look(name: str, net: Net) -> Any:
    return asyncio.run(registration.look(Domain.of(name), net))


def fact(name: str, pages: Mapping[Any, Any]) -> Registration:
    outcome = look(name, RegistryPaper(pages))
    assert isinstance(outcome, Seen), outcome
    found = outcome.fact
    assert isinstance(found, Registration)
    return found
