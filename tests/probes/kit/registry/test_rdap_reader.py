"""RDAP answers as registries really write them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.kit.registry.holder import HolderKind
from probes.kit.registry.rdap_reader import read_rdap
from probes.kit.registry.reading import Ending

REGISTRAR = {
    "roles": ["registrar"],
    "handle": "77",
    "publicIds": [{"type": "IANA Registrar ID", "identifier": "77"}],
    "vcardArray": [
        "vcard",
        [["version", {}, "text", "4.0"], ["fn", {}, "text", "Example Registrar"]],
    ],
}
DOMAIN: dict[str, Any] = {
    "objectClassName": "domain",
    "ldhName": "ROMASHKA.COM.",
    "status": ["client transfer prohibited", "clientDeleteProhibited", "active"],
    "events": [
        {"eventAction": "registration", "eventDate": "2011-03-04T05:06:07Z"},
        {"eventAction": "expiration", "eventDate": "2028-09-13T07:00:00.000+0000"},
        {"eventAction": "registrar expiration", "eventDate": "2027-09-13T07:00:00"},
        {"eventAction": "last changed", "eventDate": "2025-01-01T00:00:29.0Z"},
        {"eventAction": "last changed", "eventDate": "2026-01-01T00:00:00Z"},
    ],
    "nameservers": [
        {"ldhName": "NS1.EXAMPLE.NET."},
        {"ldhName": "ns2.example.net"},
        {"ldhName": 5},
    ],
    "secureDNS": {"delegationSigned": False},
    "entities": [REGISTRAR],
    "links": [
        {"rel": "related", "href": "https://rdap.registrar.example/domain/ROMASHKA.COM"},
        {"rel": "related", "href": "http://192.0.2.1/domain/ROMASHKA.COM"},
    ],
}


def read(**changes: Any) -> Any:
    found = {key: value for key, value in (DOMAIN | changes).items() if value is not None}
    return read_rdap(200, json.dumps(found).encode(), listed=True)


def test_a_registered_domain_with_all_its_irregularities() -> None:
    """Upper case, final dots, three date spellings and two status spellings are one record."""
    reading = read()

    assert reading.ending is Ending.REGISTERED
    assert reading.domain == "romashka.com"
    assert (reading.registrar, reading.registrar_id) == ("Example Registrar", "77")
    assert reading.statuses == ("clientTransferProhibited", "clientDeleteProhibited", "ok")
    assert reading.name_servers == ("ns1.example.net", "ns2.example.net")
    assert (reading.created.at.year, reading.created.precise) == (2011, True)
    assert (reading.expires.at.year, reading.registrar_expires.at.year) == (2028, 2027)
    assert not reading.registrar_expires.precise
    assert reading.updated.at.year == 2026
    assert reading.dnssec is False
    assert reading.referral == "https://rdap.registrar.example/domain/ROMASHKA.COM"


@pytest.mark.parametrize(
    "changes",
    [
        {"ldhName": None, "handle": "X-1"},
        {"entities": None},
        {"entities": [{**REGISTRAR, "roles": "registrar"}]},
        {"notices": {"title": "Terms", "description": "of use"}},
        {"events": "none", "nameservers": {}, "status": "ok"},
        {"events": [None, 5, {"eventAction": [], "eventDate": {}}]},
        {"entities": [{"entities": [{"entities": [{"entities": [{"entities": []}]}]}]}]},
    ],
)
def test_irregular_objects_are_still_registered_domains(changes: dict[str, Any]) -> None:
    """A missing or misshapen member takes nothing else with it."""
    assert read(**changes).ending is Ending.REGISTERED


@pytest.mark.parametrize(
    ("status", "body", "listed", "ending"),
    [
        (404, b'{"errorCode": 404, "title": "Not Found"}', False, Ending.NOT_REGISTERED),
        (404, b'{"rdapConformance": ["rdap_level_0"]}', False, Ending.NOT_REGISTERED),
        (200, b'{"errorCode": 404, "title": "Not Found"}', True, Ending.NOT_REGISTERED),
        (404, b"{}", True, Ending.NOT_REGISTERED),
        (404, b'{"errorCode": 404, "title": "Quota exceeded"}', True, Ending.RATE_LIMITED),
        (404, b"{}", False, Ending.NETWORK_ERROR),
        (404, b"<html>Not Found</html>", True, Ending.NETWORK_ERROR),
        (404, b"", True, Ending.NETWORK_ERROR),
        (429, b"", True, Ending.RATE_LIMITED),
        (503, b"", True, Ending.RATE_LIMITED),
        (403, b'{"errorCode": 403}', True, Ending.ACCESS_DENIED),
        (400, b'{"errorCode": 400}', True, Ending.INVALID_QUERY),
        (500, b'{"errorCode": 500}', True, Ending.NETWORK_ERROR),
        (302, b"", True, Ending.NETWORK_ERROR),
        (200, b"<html>", True, Ending.UNPARSED),
        (200, b"[]", True, Ending.UNPARSED),
        (200, b"{}", True, Ending.UNPARSED),
        (200, b'{"objectClassName": "entity", "handle": "X"}', True, Ending.UNPARSED),
        (200, b'{"objectClassName": "domain", "ldhName": "a.com", "status": ["reserved"]}', True, Ending.RESERVED),
        (200, b'{"notices": {"title": "Quota exceeded (31/30)", "description": []}}', True, Ending.RATE_LIMITED),
        (200, b"[" * 100_000, True, Ending.UNPARSED),
        (200, b'{"a":' * 50_000, True, Ending.UNPARSED),
        (200, b"\xff\xfe", True, Ending.UNPARSED),
    ],
)  # fmt: skip
def test_only_a_registrys_own_404_says_not_registered(
    status: int, body: bytes, listed: bool, ending: Ending
) -> None:
    """Quota, refusal, failure and web pages say nothing about the domain."""
    assert read_rdap(status, body, listed=listed).ending is ending


def card(*lines: list[Any]) -> dict[str, Any]:
    return {"roles": ["registrant"], "vcardArray": ["vcard", list(lines)]}


@pytest.mark.parametrize(
    ("changes", "kind", "name"),
    [
        ({"entities": [card(["org", {}, "text", "Romashka LLC"])]}, HolderKind.ORGANISATION, "Romashka LLC"),
        ({"entities": [card(["fn", {}, "text", "Romashka"], ["kind", {}, "text", "org"])]}, HolderKind.ORGANISATION, "Romashka"),
        ({"entities": [card(["fn", {}, "text", "Ivan P"], ["kind", {}, "text", "individual"])]}, HolderKind.PRIVATE_PERSON, ""),
        ({"entities": [card(["org", {}, "text", "Privacy Protect, LLC"])]}, HolderKind.PRIVACY_SERVICE, ""),
        ({"entities": [card(["fn", {}, "text", ""])], "redacted": [{"name": {"description": "Registrant Name"}}]}, HolderKind.WITHHELD, ""),
        ({"entities": [{**card(), "remarks": [{"title": "REDACTED FOR PRIVACY"}]}]}, HolderKind.WITHHELD, ""),
        ({"entities": [{"roles": ["registrant"], "vcardArray": "vcard"}]}, HolderKind.UNPUBLISHED, ""),
        ({"entities": []}, HolderKind.UNPUBLISHED, ""),
    ],
)  # fmt: skip
def test_the_holder_in_an_rdap_answer(changes: dict[str, Any], kind: HolderKind, name: str) -> None:
    """Redaction by policy, a service somebody chose, and a person are three different things."""
    holder = read(**changes).holder

    assert (holder.kind, holder.name) == (kind, name)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from([*DOMAIN, "roles", "name", "title", "errorCode"]), inner, max_size=6
        )
    ),
    max_leaves=25,
)


@given(st.sampled_from([200, 404, 429, 500]), JSON)
def test_no_json_breaks_the_reader(status: int, value: Any) -> None:
    """Any shape gives an ending."""
    assert read_rdap(status, json.dumps(value).encode(), listed=True).ending in Ending


@given(st.fixed_dictionaries({key: st.just(value) | JSON for key, value in DOMAIN.items()}))
def test_no_misshapen_member_breaks_the_reader(value: Any) -> None:
    """A domain object with any member replaced by anything."""
    assert read_rdap(200, json.dumps(value).encode(), listed=True).ending in Ending
