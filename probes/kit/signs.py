"""What records, names, addresses and pages give away: whose service it is, and what that speaks for.

Names are compared label by label, and the longest known suffix speaks alone: `ns1.dns-parking.com`
is Hostinger's, and `evilbeget.com` is nobody's. Nothing here judges; a sign alone condemns nothing.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from probes.kit.fingerprints import Fingerprint, all_fingerprints
from probes.kit.knowledge import own, shipped
from probes.kit.providers import Provider, all_providers
from probes.kit.sign import Effect, Kind, Sign, Signal, SignGroup
from probes.kit.text_tokens import all_token_services, tokens_in

__all__ = [
    "Sign",
    "Signal",
    "all_signs",
    "collisions",
    "forget",
    "is_borne_out",
    "of_marker",
    "read",
]

_NAMES: Final = frozenset({"mx", "ns", "soa", "cname", "ptr", "spf"})
_COLLIDING: Final[tuple[Signal, ...]] = ("ns", "soa", "ptr", "cname")
_LONGEST_NAME: Final = 253
_LONGEST_TEXT: Final = 65_536
_TERMS: Final = 200
"""Terms of one SPF record that are opened; a longer one is nobody's."""
_MOST_WORDS: Final = 40
_WORD: Final = re.compile(r"\w+")
_OPENED: Final = ("include:", "redirect=", "a:", "mx:", "exists:")


def read(signal: Signal, value: str) -> tuple[Sign, ...]:
    """Return the signs a value bears, sorted by id; none where nothing is known of it.

    `value` is what was met: the text of a TXT record; the name a TXT record stands at; an SPF record
    or a name out of one; the name of a mail host, name server, alias or address; a DKIM selector; an
    AS number; an address; a registrar's or issuer's name. Signs of pages come by `of_marker`.
    """
    reader = _READERS.get(signal)
    if reader is None:
        raise ValueError(f"signs of pages come by of_marker, not by {signal}")
    return tuple(sorted(set(reader(signal, value[:_LONGEST_TEXT])), key=lambda one: one.id))


def of_marker(marker_id: str) -> Sign | None:
    """Return the sign that a marker of a page is, by the marker's id; None for one we no longer have."""
    return _of_pages().get(marker_id)


def is_borne_out(sign: Sign, others: Iterable[Sign]) -> bool:
    """Say whether a page's sign is bound to its host: a name or address of it is the same product's.

    A text that many may quote, or many may say, counts only so.
    """
    return bool(sign.product) and any(
        other.product == sign.product and other.signal in _BINDING for other in others
    )


@cache
def all_signs() -> tuple[Sign, ...]:
    """Return every known sign, of records first; a mistake in the data raises."""
    return (*_of_records().values(), *_of_pages().values())


@cache
def collisions() -> Mapping[str, Sign]:
    """Return the names that look like parking and are somebody's ordinary ones."""
    groups = [
        msgspec.convert(row, _Collisions)
        for content in shipped("collisions.toml")
        for row in content["groups"]
    ]
    return {
        name: Sign(
            id=f"collision:{name}", signal="ns", match="suffix", pattern=name, product=product,
            kind="parking", effect="none", strength="weak", caveat="collision",
            source=group.source, source_date=group.source_date,
        )
        for group in groups
        for name, product in group.names.items()
    }  # fmt: skip


def forget() -> None:
    """Let the next question read the data again: the user's files have changed."""
    for kept in (all_signs, _of_records, _of_pages, _index):
        kept.cache_clear()


_BINDING: Final = frozenset({"cname", "ptr", "a_net", "asn", "ns"})


class _Collisions(Struct, forbid_unknown_fields=True):
    source: str
    source_date: date
    names: dict[str, str]


@cache
def _of_records() -> Mapping[str, Sign]:
    """By id; the user's in place of ours."""
    ours = [row for content in shipped("signs") for row in content["groups"]]
    signs = [
        one for row in [*ours, *own("signs")] for one in msgspec.convert(row, SignGroup).each()
    ]
    return {
        one.id: one for one in (*_of_tokens(), *_of_providers(), *collisions().values(), *signs)
    }


def _of_tokens() -> Iterator[Sign]:
    for service in all_token_services().values():
        for pattern in (*service.keys, *service.starts):
            yield Sign(
                id=f"txt:{pattern}", signal="txt", match="prefix", pattern=pattern,
                product=service.product or service.key, kind=service.kind, effect="licence",
                strength="weak", caveat="past_verification",
                source=f"TXT records of services: {service.source}", source_date=service.source_date,
            )  # fmt: skip


def _of_providers() -> Iterator[Sign]:
    for one in all_providers():
        for number in one.asns:
            yield replace(_owned(one, "asn", str(number)), match="number", strength="strong")
        for name in one.reverse:
            yield _owned(one, "ptr", name)
        for network in one.networks:
            yield replace(_owned(one, "a_net", network), match="network")


def _owned(one: Provider, signal: Signal, pattern: str) -> Sign:
    """The provider's name servers, addresses and networks tell whose they are; parking tells more."""
    parking = "parking" in one.kinds and signal == "a_net"
    kind: Kind = "cdn" if one.front else "saas" if one.kinds == ("saas",) else "hosting"
    return Sign(
        id=f"{signal}:{pattern}", signal=signal, match="suffix", pattern=pattern, product=one.key,
        kind="parking" if parking else kind, effect="unused" if parking else "owner",
        strength="medium",
        caveat="old_address_data" if parking else "front_hides_origin" if one.front
        else "reseller_bills" if signal == "asn" else "",
        source=one.source, source_date=one.source_date,
    )  # fmt: skip


_MEANS: Final[dict[str, tuple[Kind, Effect]]] = {
    "placeholder": ("placeholder", "unused"),
    "server_default": ("placeholder", "unused"),
    "parked": ("parking", "unused"),
    "for_sale": ("parking", "unused"),
    "suspended": ("suspended", "fix"),
    "unpaid_saas": ("expired", "expired"),
    "unclaimed_saas": ("unclaimed", "fix"),
    "maintenance": ("maintenance", "none"),
    "challenge": ("challenge", "blocker"),
    "origin_down": ("origin_error", "fix"),
    "login": ("app", "used"),
    "app": ("app", "used"),
    "cms": ("cms", "used"),
    "saas": ("saas", "used"),
    "counter": ("saas", "licence"),
    "panel": ("hosting", "owner"),
    "front": ("hosting", "owner"),
}
_MET_IN: Final[dict[str, Signal]] = {
    "text": "body", "markup": "body", "asset": "body", "generator": "meta",
    "title": "title", "meta": "meta", "js": "js", "header": "header", "cookie": "cookie",
    "status": "status", "redirect": "redirect",
}  # fmt: skip


@cache
def _of_pages() -> Mapping[str, Sign]:
    return {one.id: _of_page(one) for one in all_fingerprints()}


def _of_page(one: Fingerprint) -> Sign:
    kind, effect = _MEANS[one.says]
    return Sign(
        id=one.id, signal=_MET_IN[one.signal], match=one.match, pattern=one.text,
        product=one.provider, kind=one.kind or kind, effect=one.effect or effect,
        strength=one.strength, caveat=one.caveat, source=one.source, source_date=one.source_date,
    )  # fmt: skip


class _Index:
    """The signs of records, each where a look-up finds it."""

    def __init__(self, signs: Iterable[Sign]) -> None:
        self.suffixes: dict[str, dict[str, list[Sign]]] = {name: {} for name in _NAMES}
        self.labels: dict[str, list[Sign]] = {name: [] for name in _NAMES}
        self.exact: dict[tuple[str, str], list[Sign]] = {}
        self.prefixes: dict[str, list[tuple[str, Sign]]] = {}
        self.words: dict[str, list[tuple[list[str], Sign]]] = {}
        self.networks: list[tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, Sign]] = []
        for one in signs:
            self.add(one)

    def add(self, one: Sign) -> None:
        pattern = one.pattern.lower()
        match one.match:
            case "suffix":
                for signal in _COLLIDING if one.caveat == "collision" else (one.signal,):
                    self.suffixes[signal].setdefault(pattern, []).append(one)
            case "label":
                self.labels[one.signal].append(replace(one, pattern=pattern.rstrip("#")))
            case "prefix":
                self.prefixes.setdefault(one.signal, []).append((pattern, one))
            case "word":
                self.words.setdefault(one.signal, []).append((_words(pattern), one))
            case "network":
                self.networks.append((ipaddress.ip_network(pattern), one))
            case _:
                self.exact.setdefault((one.signal, pattern), []).append(one)


@cache
def _index() -> _Index:
    read_elsewhere = {one.id for one in _of_tokens()}
    return _Index(one for key, one in _of_records().items() if key not in read_elsewhere)


def _by_name(signal: Signal, value: str) -> Iterator[Sign]:
    said = value.strip().lower()
    index = _index()
    yield from index.exact.get((signal, said), ())
    name = said.rstrip(".")
    if not name or len(name) > _LONGEST_NAME:
        return
    yield from index.exact.get((signal, name), ())
    for one in index.labels[signal]:
        if any(_is_numbered(label, one.pattern) for label in name.split(".")):
            yield _of_records()[one.id]
    known = index.suffixes[signal]
    while name and name not in known:
        name = name.partition(".")[2]
    yield from known.get(name, ())


def _is_numbered(label: str, start: str) -> bool:
    number = label.removeprefix(start)
    return number != label and number.isascii() and number.isdigit()


def _by_sender(signal: Signal, value: str) -> Iterator[Sign]:
    """Of a whole record the names that it lets send, of a name the name."""
    terms = value.lower().split(None, _TERMS)[:_TERMS]
    if not terms or terms[0] != "v=spf1":
        yield from _by_name(signal, value)
        return
    yield from _index().exact.get((signal, " ".join(terms)), ())
    for term in terms[1:]:
        bare = term.lstrip("+-~?")
        for opening in _OPENED:
            if bare.startswith(opening):
                yield from _by_name(signal, bare.removeprefix(opening).partition("/")[0])


def _by_text(signal: Signal, value: str) -> Iterator[Sign]:
    records = _of_records()
    for token in tokens_in([value]):
        yield records[f"txt:{token.key}"]
    yield from _by_prefix(signal, value.strip().strip('"'))


def _by_prefix(signal: Signal, value: str) -> Iterator[Sign]:
    said = value.strip().lower()
    for prefix, one in _index().prefixes.get(signal, ()):
        if said.startswith(prefix):
            yield one


def _by_selector(signal: Signal, value: str) -> Iterator[Sign]:
    selector = value.strip().lower().partition("._domainkey")[0]
    yield from _index().exact.get((signal, selector), ())


def _by_number(signal: Signal, value: str) -> Iterator[Sign]:
    yield from _index().exact.get((signal, value.strip().lower().removeprefix("as")), ())


def _by_address(signal: Signal, value: str) -> Iterator[Sign]:
    try:
        address = ipaddress.ip_address(value.strip())
    except ValueError:
        return
    held = [(net, one) for net, one in _index().networks if address in net]
    longest = max((net.prefixlen for net, _ in held), default=0)
    yield from (one for net, one in held if net.prefixlen == longest)


def _by_words(signal: Signal, value: str) -> Iterator[Sign]:
    said = _words(value)
    for wanted, one in _index().words.get(signal, ()):
        if any(said[at : at + len(wanted)] == wanted for at in range(len(said))):
            yield one


def _words(text: str) -> list[str]:
    return _WORD.findall(text[:1_000].lower())[:_MOST_WORDS]


_READERS: Final[dict[str, Callable[[Signal, str], Iterator[Sign]]]] = {
    "txt": _by_text,
    "txt_name": _by_prefix,
    "spf": _by_sender,
    "mx": _by_name,
    "ns": _by_name,
    "soa": _by_name,
    "cname": _by_name,
    "ptr": _by_name,
    "dkim": _by_selector,
    "asn": _by_number,
    "a_net": _by_address,
    "registrar": _by_words,
    "issuer": _by_words,
}
