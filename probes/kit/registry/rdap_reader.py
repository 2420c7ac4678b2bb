"""Reads one RDAP answer (RFC 9083, RFC 9537) as registries really write it, or says why not."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

import msgspec

from probes.kit.registry.dates import Stamp, read_stamp
from probes.kit.registry.holder import Holder, HolderKind, describe_holder
from probes.kit.registry.reading import Ending, Reading
from probes.kit.registry.status import epp_status
from probes.kit.target import canonical_name

MOST_ITEMS = 100
MOST_ENTITIES = 200
_QUOTA = ("quota exceeded", "rate limit", "limit exceeded", "too many requests", "too many queries")

_ENDINGS = {
    400: Ending.INVALID_QUERY,
    401: Ending.ACCESS_DENIED,
    403: Ending.ACCESS_DENIED,
    410: Ending.SERVICE_CLOSED,
    422: Ending.INVALID_QUERY,
    429: Ending.RATE_LIMITED,
    501: Ending.NO_SERVICE,
    503: Ending.RATE_LIMITED,
}


def read_rdap(status: int, body: bytes, *, listed: bool) -> Reading:
    """Read an answer to `domain/<name>`; never raises on any bytes.

    `listed` says that the server stands in the bootstrap: only then may a 404 whose JSON is no error
    object speak for the registry. A 404 page in HTML speaks for a web server.
    """
    found = _decode(body)
    if status == 404:
        return _missing(found, listed=listed)
    if status in _ENDINGS:
        return Reading(_ENDINGS[status], _words(found) or f"HTTP {status}")
    if status != 200:
        return Reading(Ending.NETWORK_ERROR, f"HTTP {status}")
    if found is None:
        return Reading(Ending.UNPARSED, "no JSON object")
    if "errorCode" in found:
        code = found["errorCode"]
        if code == 404:
            return _missing(found, listed=listed)
        ending = _ENDINGS.get(code) if isinstance(code, int) else None
        return Reading(ending or Ending.UNPARSED, _words(found))
    quota = _quota_words(found)
    if quota:
        return Reading(Ending.RATE_LIMITED, quota)
    return _domain(found)


def _decode(body: bytes) -> dict[str, Any] | None:
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _missing(found: dict[str, Any] | None, *, listed: bool) -> Reading:
    if found is None:
        return Reading(Ending.NETWORK_ERROR, "HTTP 404 without an RDAP answer")
    words = _words(found)
    if any(phrase in words.lower() for phrase in _QUOTA):
        return Reading(Ending.RATE_LIMITED, words)
    if "errorCode" in found or "rdapConformance" in found or listed:
        return Reading(Ending.NOT_REGISTERED, words)
    return Reading(Ending.NETWORK_ERROR, "HTTP 404 without an RDAP error")


def _words(found: dict[str, Any] | None) -> str:
    """Return an error's title and description."""
    if found is None:
        return ""
    words = [_text(found.get("title")), *(_text(line) for line in _items(found.get("description")))]
    return "; ".join(word for word in words if word)[:120]


def _quota_words(found: dict[str, Any]) -> str:
    """Return the notice that says the quota is used up: some servers send it with status 200."""
    for notice in _objects(found.get("notices")):
        words = " ".join(
            [
                _text(notice.get("title")),
                *(_text(line) for line in _items(notice.get("description"))),
            ]
        )
        if any(phrase in words.lower() for phrase in _QUOTA) and "events" not in found:
            return words.strip()[:120]
    return ""


def _domain(found: dict[str, Any]) -> Reading:
    if found.get("objectClassName", "domain") != "domain":
        return Reading(Ending.UNPARSED, "another kind of object")
    if not any(
        key in found for key in ("ldhName", "handle", "events", "unicodeName", "nameservers")
    ):
        return Reading(Ending.UNPARSED, "an object without a name")
    statuses = tuple(dict.fromkeys(_status(_text(one)) for one in _items(found.get("status"))))
    entities = list(islice(_entities(found, 0), MOST_ENTITIES))
    registrar = next((one for one in entities if "registrar" in _roles(one)), {})
    if "reserved" in statuses and not registrar:
        return Reading(Ending.RESERVED, "status reserved")
    dates = _dates(found)
    dns = found.get("secureDNS")
    signed = dns.get("delegationSigned") if isinstance(dns, dict) else None
    return Reading(
        Ending.REGISTERED,
        domain=_host(_text(found.get("ldhName")) or _text(found.get("unicodeName"))),
        registrar=_organisation(registrar)
        or _card(registrar, "fn")
        or _text(registrar.get("handle")),
        registrar_id=_registrar_id(registrar),
        created=dates.get("registration"),
        updated=dates.get("last changed"),
        expires=dates.get("expiration"),
        registrar_expires=dates.get("registrar expiration"),
        statuses=tuple(one for one in statuses if one),
        name_servers=_name_servers(found),
        delegated=False if "inactive" in statuses else None,
        holder=_holder(found, entities),
        dnssec=signed if isinstance(signed, bool) else None,
        referral=_related(found),
    )


def _dates(found: dict[str, Any]) -> dict[str, Stamp]:
    """Return each kind of event with its date; of several changes the last."""
    dates: dict[str, Stamp] = {}
    for event in _objects(found.get("events")):
        action = _text(event.get("eventAction")).lower()
        stamp = read_stamp(_text(event.get("eventDate")))
        if stamp is None:
            continue
        known = dates.get(action)
        if known is None or (action == "last changed" and stamp.at > known.at):
            dates[action] = stamp
    return dates


def _status(text: str) -> str:
    """Return the EPP spelling (RFC 8056: `active` is EPP's ok)."""
    words = " ".join(text.split())[:100]
    return "ok" if words.lower() == "active" else epp_status(words) or words


def _name_servers(found: dict[str, Any]) -> tuple[str, ...]:
    hosts = (
        _host(_text(one.get("ldhName")) or _text(one.get("unicodeName")))
        for one in _objects(found.get("nameservers"))
    )
    return tuple(dict.fromkeys(host for host in hosts if host))


def _entities(found: dict[str, Any], depth: int) -> Iterator[dict[str, Any]]:
    """Yield entities, the outer ones first; some registries hang the registrar's below another."""
    inner = _objects(found.get("entities"))
    yield from inner
    if depth < 3:
        for entity in inner:
            yield from _entities(entity, depth + 1)


def _roles(entity: dict[str, Any]) -> tuple[str, ...]:
    return tuple(_text(role).lower() for role in _items(entity.get("roles")))


def _registrar_id(registrar: dict[str, Any]) -> str:
    for public in _objects(registrar.get("publicIds")):
        if "iana" in _text(public.get("type")).lower():
            return _text(public.get("identifier"))[:100]
    return _text(registrar.get("handle"))[:100]


def _holder(found: dict[str, Any], entities: list[dict[str, Any]]) -> Holder:
    withheld = any(
        "registrant" in _text(_named(one)).lower() for one in _objects(found.get("redacted"))
    )
    registrant = next((one for one in entities if "registrant" in _roles(one)), None)
    if registrant is None:
        return Holder(HolderKind.WITHHELD if withheld else HolderKind.UNPUBLISHED)
    holder = describe_holder(
        organisation=_organisation(registrant),
        name=_card(registrant, "fn"),
        kind=_card(registrant, "kind"),
        country=_country(registrant),
    )
    remarked = any(
        "redacted" in _text(remark.get("title")).lower()
        for remark in _objects(registrant.get("remarks"))
    )
    if holder.kind is HolderKind.UNPUBLISHED and (withheld or remarked):
        return Holder(HolderKind.WITHHELD, country=holder.country)
    return holder


def _named(redaction: dict[str, Any]) -> str:
    name = redaction.get("name")
    if isinstance(name, dict):
        return _text(name.get("description")) or _text(name.get("type"))
    return _text(name)


def _properties(entity: dict[str, Any]) -> Iterator[list[Any]]:
    """Yield the jCard properties (RFC 7095): name, parameters, type, value."""
    card = entity.get("vcardArray")
    if isinstance(card, list) and len(card) > 1 and isinstance(card[1], list):
        for line in card[1][:MOST_ITEMS]:
            if isinstance(line, list) and len(line) > 3:
                yield line


def _card(entity: dict[str, Any], name: str) -> str:
    for line in _properties(entity):
        if line[0] == name:
            value = line[3][0] if isinstance(line[3], list) and line[3] else line[3]
            if _text(value):
                return _text(value)[:200]
    return ""


def _organisation(entity: dict[str, Any]) -> str:
    """Return the organisation, unless the registrar only repeats itself there in other words."""
    if "registrar" in _roles(entity):
        return _card(entity, "fn") or _card(entity, "org")
    return _card(entity, "org") or (
        _card(entity, "fn") if _card(entity, "kind").lower() == "org" else ""
    )


def _country(entity: dict[str, Any]) -> str:
    for line in _properties(entity):
        if line[0] == "adr":
            if isinstance(line[1], dict) and _text(line[1].get("cc")):
                return _text(line[1]["cc"])
            if isinstance(line[3], list) and len(line[3]) > 6:
                return _text(line[3][6])
    return ""


def _related(found: dict[str, Any]) -> str:
    """Return the URL of the registrar's own object, if one is linked."""
    for link in _objects(found.get("links")):
        address = _text(link.get("href"))
        if _text(link.get("rel")) == "related" and "/domain/" in address:
            parts = urlsplit(address) if len(address) < 500 else None
            if parts is not None and parts.scheme == "https" and _host(parts.netloc):
                return address
    return ""


def _host(text: str) -> str:
    try:
        return canonical_name(text) if text and text.isprintable() else ""
    except ValueError:
        return ""


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _items(value: object) -> list[Any]:
    """Return a list's items; a lone value counts as a list of one."""
    if isinstance(value, list):
        return value[:MOST_ITEMS]
    return [] if value is None else [value]


def _objects(value: object) -> list[dict[str, Any]]:
    return [one for one in _items(value) if isinstance(one, dict)]
