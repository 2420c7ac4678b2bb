"""Asks the regional registries over RDAP whose network an address lies in (RFC 9082, 9083, 9224)."""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from typing import Any, Final

import msgspec
from msgspec import Struct

from probes.kit.net import ApiAnswer, ApiQuestion, Net, NetTrouble
from probes.kit.observation import Absent, Reason, Seen, Unknown

_BOOTSTRAP: Final = "https://data.iana.org/rdap/ipv{version}.json"
_ACCEPT: Final = "application/rdap+json, application/json"
_MOST_BYTES: Final = 524_288
"""One network, or the list of all registries, takes some tens of kilobytes."""
_TEXT_LENGTH: Final = 200
_MOST_ENTITIES: Final = 50
_REFUSALS: Final = {429: Reason.RATE_LIMITED, 401: Reason.ACCESS_DENIED, 403: Reason.ACCESS_DENIED}
_BROKEN: Final = (msgspec.DecodeError, RecursionError, UnicodeDecodeError)


class RegisteredNetwork(Struct, frozen=True):
    """A network as its registry describes it; texts are empty where the registry says nothing."""

    handle: str
    name: str
    holder: str
    country: str


class _Object(Struct):
    """What is read of an RDAP object, of whatever type it is; all else is passed over."""

    objectClassName: Any = None
    handle: Any = None
    name: Any = None
    country: Any = None
    entities: Any = None


class _Bootstrap(Struct):
    services: list[tuple[list[str], list[str]]]


async def registered_network(ip: str, net: Net) -> Seen[RegisteredNetwork] | Absent | Unknown:
    """Return the network round an address; Absent("RDAP 404") when the registry knows none."""
    address = ipaddress.ip_address(ip)
    try:
        listed = _BOOTSTRAP.format(version=address.version)
        bootstrap = await net.ask(ApiQuestion(listed, max_bytes=_MOST_BYTES))
        if bootstrap.status != 200 or bootstrap.truncated:
            return Unknown(Reason.SOURCE_FAILED, f"RDAP bootstrap: HTTP {bootstrap.status}")
        base = _base_of(bootstrap.body, address)
        if not base:
            return Unknown(Reason.NO_SERVICE, f"no RDAP service for {ip}")
        return _read(await net.ask(ApiQuestion(f"{base}ip/{ip}", _ACCEPT, _MOST_BYTES)))
    except NetTrouble as trouble:
        return Unknown(trouble.reason, trouble.detail)
    except _BROKEN as error:
        return Unknown(Reason.MALFORMED, f"RDAP: {error}"[:_TEXT_LENGTH])


def _read(answer: ApiAnswer) -> Seen[RegisteredNetwork] | Absent | Unknown:
    if answer.status == 404:
        return Absent("RDAP 404")
    if answer.status != 200:
        reason = _REFUSALS.get(answer.status, Reason.SOURCE_FAILED)
        return Unknown(reason, f"RDAP: HTTP {answer.status}")
    if answer.truncated:
        return Unknown(Reason.OVERSIZED, "RDAP answer")
    found = msgspec.json.decode(answer.body, type=_Object)
    if found.objectClassName != "ip network":
        return Unknown(Reason.MALFORMED, "RDAP: not an ip network object")
    return Seen(
        RegisteredNetwork(
            handle=_text(found.handle),
            name=_text(found.name),
            holder=_holder(found.entities),
            country=_text(found.country).upper()[:2],
        )
    )


@lru_cache(maxsize=4)
def _networks(bootstrap: bytes) -> tuple[tuple[Any, str], ...]:
    """Read the bootstrap once for each version of it that we meet; smallest networks first."""
    found = []
    for prefixes, bases in msgspec.json.decode(bootstrap, type=_Bootstrap).services:
        base = next((one for one in bases if one.startswith("https:")), bases[0] if bases else "")
        for prefix in prefixes if base else ():
            try:
                found.append((ipaddress.ip_network(prefix), base.rstrip("/") + "/"))
            except ValueError:
                continue
    return tuple(sorted(found, key=lambda pair: -pair[0].prefixlen))


def _base_of(bootstrap: bytes, address: Any) -> str:
    return next((base for network, base in _networks(bootstrap) if address in network), "")


def _holder(entities: object) -> str:
    """The registrant's organisation or name, from its vCard (RFC 7095)."""
    if not isinstance(entities, list):
        return ""
    for entity in entities[:_MOST_ENTITIES]:
        roles = entity.get("roles") if isinstance(entity, dict) else None
        if not isinstance(roles, list) or "registrant" not in roles:
            continue
        card = entity.get("vcardArray")
        rows = card[1] if isinstance(card, list) and len(card) > 1 else ()
        said = {
            row[0]: _text(row[3])
            for row in (rows if isinstance(rows, list) else ())[:_MOST_ENTITIES]
            if isinstance(row, list) and len(row) > 3 and row[0] in ("fn", "org")
        }
        if holder := said.get("org") or said.get("fn"):
            return holder
    return ""


def _text(value: object) -> str:
    return " ".join(value.split())[:_TEXT_LENGTH] if isinstance(value, str) else ""
