"""Where the registry of a suffix can be asked: RDAP bootstrap, WHOIS servers, IANA's referral."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import msgspec

from probes.kit.registry.hosts import host_name
from probes.kit.registry.whois_reader import values_of

IANA = "whois.iana.org"
BOOTSTRAP = "https://data.iana.org/rdap/dns.json"

Bootstrap = Mapping[str, tuple[str, ...]]


class _Tables(NamedTuple):
    servers: dict[str, str]
    queries: dict[str, str]
    rdap: dict[str, tuple[str, ...]]
    no_service: frozenset[str]
    no_expiry: frozenset[str]
    zones: dict[str, ZoneInfo]


@cache
def _tables() -> _Tables:
    data = files("probes.kit.data")
    own: dict[str, Any] = tomllib.loads((data / "whois_servers.toml").read_text("utf-8"))
    suffixes: dict[str, Any] = tomllib.loads((data / "whois_suffixes.toml").read_text("utf-8"))
    listed = [*own["servers"].items(), *suffixes["registry_run"].items()]
    return _Tables(
        {suffix: server for server, names in listed for suffix in names},
        own["queries"],
        {suffix: (base,) for base, names in own["rdap"].items() for suffix in names},
        frozenset(own["no_service"]["suffixes"]),
        frozenset(suffixes["no_expiry"]["names"]),
        {name: ZoneInfo(zone) for zone, names in suffixes["civil_zone"].items() for name in names},
    )


def _tails(suffix: str) -> Iterator[str]:
    """Yield a suffix and what it lies in: `msk.ru`, `ru`."""
    labels = suffix.split(".")
    return (".".join(labels[start:]) for start in range(len(labels)))


def whois_server(suffix: str) -> str:
    """Return the WHOIS server we know for a suffix, or nothing."""
    servers = _tables().servers
    return next((servers[tail] for tail in _tails(suffix) if tail in servers), "")


def is_registry_run(suffix: str) -> bool:
    """Say whether a third level has a registry of its own: the parent's RDAP knows nothing of it."""
    return "." in suffix and suffix in _tables().servers


def has_no_service(suffix: str) -> bool:
    """Say whether a registry is known to answer on its web pages only."""
    return suffix.rpartition(".")[2] in _tables().no_service


def query_line(server: str, name: str) -> str:
    """Return the line a server wants to be sent."""
    return _tables().queries.get(server, "{name}").replace("{name}", name)


def publishes_expiry(suffix: str) -> bool:
    """Say whether a registry publishes when registrations end."""
    return _tables().no_expiry.isdisjoint(_tails(suffix))


def civil_zone(suffix: str) -> ZoneInfo | None:
    """Return the zone in which a registry counts days, where it is not UTC."""
    zones = _tables().zones
    return next((zones[tail] for tail in _tails(suffix) if tail in zones), None)


@cache
def shipped_bootstrap() -> Bootstrap:
    """Return IANA's bootstrap as it was when this version was made."""
    found = read_bootstrap((files("probes.kit.data") / "rdap_bootstrap.json").read_bytes())
    if found is None:
        raise RuntimeError("the shipped RDAP bootstrap is broken")
    return found


@lru_cache(maxsize=4)
def read_bootstrap(body: bytes) -> Bootstrap | None:
    """Read a bootstrap file (RFC 9224): suffix → bases, https first; None for anything else."""
    try:
        listed = msgspec.json.decode(body, type=_Bootstrap).services
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    bases: dict[str, tuple[str, ...]] = {}
    for service in listed:
        if len(service) != 2:
            continue
        usable = sorted((url for url in service[1] if _is_base(url)), key=_plainness)
        for suffix in service[0]:
            if usable:
                bases[suffix.strip(".").lower()] = tuple(url.rstrip("/") + "/" for url in usable)
    return bases or None


class _Bootstrap(msgspec.Struct):
    services: list[list[list[str]]]


def _plainness(url: str) -> bool:
    return not url.startswith("https://")


def _is_base(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("https", "http") and bool(host_name(parts.hostname or ""))


def rdap_bases(suffix: str, bootstrap: Bootstrap) -> tuple[str, ...]:
    """Return the RDAP bases for names below a suffix, the longest match first."""
    if is_registry_run(suffix):
        return bootstrap.get(suffix, ())
    for listed in (bootstrap, _tables().rdap):
        for tail in _tails(suffix):
            if tail in listed:
                return listed[tail]
    return ()


def iana_referral(text: str) -> str:
    """Return the WHOIS server that IANA names for a top level name, or nothing."""
    return next((host for host in map(host_name, values_of(text, ("whois", "refer"))) if host), "")
