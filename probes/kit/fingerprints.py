"""Recognises known pages: stubs, parking, unpaid and unclaimed services, challenges, engines.

The knowledge is data (`data/fingerprints`, one fact a line, each with its source and the day it was
read); this file only compares. A text in the body alone proves little, because articles quote
such texts: it counts only on a page with little else on it, and is strong only when the page is
nothing but that text, or when the answer is bound to its provider by status and server.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import cache, cached_property
from itertools import chain
from typing import Final, Literal

import msgspec
from msgspec import Struct

from probes.kit.knowledge import own, shipped
from probes.kit.page import Reading
from probes.kit.sign import Caveat, Effect, Kind

Signal = Literal[
    "title", "text", "markup", "asset", "generator", "meta", "js", "header", "cookie", "status",
    "redirect",
]  # fmt: skip
Match = Literal["exact", "prefix", "suffix", "contains", "label"]
"""Of assets and redirects `suffix` is a host's, label by label; `label` is the name a host is
registered under, whatever its ending."""
Says = Literal[
    "placeholder", "parked", "for_sale", "suspended", "unpaid_saas", "unclaimed_saas",
    "maintenance", "challenge", "login", "origin_down", "server_default",
    "app", "cms", "saas", "counter", "panel", "front",
]  # fmt: skip

_TEXT_PAGE: Final = 700
"""Visible characters of a page where a text, or a part of the title, may be the whole message."""
_STUB_PAGE: Final = 300
"""Visible characters of a page that says nothing else."""
_TITLED_PAGE: Final = 4_000
"""Visible characters of the wordiest default page; a longer one has content, whatever its title."""
_MARKUP_BYTES: Final = 65_536
_TAIL_BYTES: Final = 16_384
_HEAD_BYTES: Final = 8_192
_BUILT: Final = frozenset({"cms", "saas", "counter", "panel", "front"})
"""Said of what a page was made with; no stub, so the page may be as long as it likes."""
_SCHEME: Final = 8
"""Characters before the end of `//` in the address of a script on another host."""
_MOST_LABELS: Final = 8
_SHARED_ENDINGS: Final = frozenset({"com", "co", "net", "org"})
"""Second labels under which countries register names."""
_DOORS: Final = frozenset({"login", "app", "server_default"})
_EDGES: Final = " .,!|:;-–—«»\"'()[]·•"
_FITS: Final[dict[Match, Callable[[str, str], bool]]] = {
    "exact": str.__eq__,
    "prefix": str.startswith,
    "suffix": str.endswith,
    "contains": str.__contains__,
    "label": str.__eq__,
}
"""Each says whether the first text, a page's, is what the second, a sign's, asks for."""


class Fingerprint(Struct, frozen=True, forbid_unknown_fields=True):
    """One known sign, and what a page that carries it says."""

    id: str
    signal: Signal
    match: Match
    text: str
    """`name: value` for headers, the number for statuses, host and path for redirects."""
    says: Says
    strength: Literal["strong", "weak"]
    source: str
    source_date: date
    """The day the source was read."""
    provider: str = ""
    status: int = 0
    """The sign counts only with this status, when given."""
    server: str = ""
    """The sign counts only when the Server header begins so, when given."""
    kind: Kind | None = None
    effect: Effect | None = None
    """What it is a sign of and speaks for, where `says` does not tell (see `probes.kit.signs`)."""
    caveat: Caveat = ""


class Sight(Struct, frozen=True):
    """Everything about one answer that a fingerprint may look at."""

    host: str
    """The host that was asked; stubs put it in their titles."""
    status: int
    headers: tuple[tuple[str, str], ...]
    cookies: tuple[str, ...]
    reading: Reading
    within: tuple[Fingerprint, ...]
    """What `signs_within` found."""
    redirects: tuple[str, ...] = ()
    """Where redirects led on the way: host and path, lower case."""


def signs_within(reading: Reading, body: bytes) -> tuple[Fingerprint, ...]:
    """Return the signs whose text the page itself holds: the same for the same bytes, whoever sent them."""
    return tuple(_book().within(reading, body))


def recognise(sight: Sight) -> list[tuple[Fingerprint, str]]:
    """Return the fingerprints that fit, sorted by id, each with its strength on this page."""
    headers = {name: value.lower() for name, value in reversed(sight.headers)}
    server = headers.get("server", "")
    found = {}
    for one in chain(sight.within, _book().around(sight, headers)):
        if (not one.status or one.status == sight.status) and server.startswith(one.server):
            found[one.id] = (one, _strength(one, sight.reading))
    return [found[key] for key in sorted(found)]


def plain_title(title: str, host: str = "") -> str:
    """Reduce a title to its message: lower case, host name, ё and edge punctuation taken away."""
    said = title.lower().replace("ё", "е")
    if host:
        bare = host.removeprefix("www.")
        said = said.replace(f"www.{bare}", "").replace(bare, "")
    return " ".join(said.split()).strip(_EDGES)


@cache
def all_fingerprints() -> tuple[Fingerprint, ...]:
    """Return every known sign, the user's in place of ours; a mistake in the data raises."""
    ours = (row for content in shipped("fingerprints") for row in content["fingerprints"])
    rows = [*ours, *own("fingerprints")]
    return tuple({one.id: one for one in msgspec.convert(rows, list[Fingerprint])}.values())


def forget() -> None:
    """Let the next look read the data again: the user's files have changed."""
    all_fingerprints.cache_clear()
    _book.cache_clear()


def _strength(one: Fingerprint, reading: Reading) -> str:
    """A text is only as strong as the page is empty of everything else."""
    if one.server or one.status:
        return one.strength
    if one.signal == "text" and reading.text_length > _STUB_PAGE:
        return "weak"
    if one.signal == "title" and reading.text_length > _TITLED_PAGE:
        return "weak"
    return one.strength


class _Book:
    """The signs arranged for looking up: each is compared with what it can fit, nothing else.

    Only texts are compared here; whoever asks checks status and server.
    """

    def __init__(self, signs: Iterable[Fingerprint]) -> None:
        self.exact_titles: dict[str, list[Fingerprint]] = {}
        self.cookies: dict[str, list[Fingerprint]] = {}
        self.statuses: dict[int, list[Fingerprint]] = {}
        self.headers: dict[str, list[tuple[str, Fingerprint]]] = {}
        self.listed: dict[Signal, list[tuple[str, Fingerprint]]] = {}
        self.asset_hosts: dict[tuple[Match, str], list[Fingerprint]] = {}
        self.markup: list[tuple[bytes, Fingerprint]] = []
        """Of pages with little on them."""
        self.declared: list[tuple[bytes, Fingerprint]] = []
        """Of any page's head."""
        self.built: dict[bytes, Fingerprint] = {}
        """Of any page's scripts, as they are spelled there."""
        self.called: dict[bytes, Fingerprint] = {}
        """Addresses that scripts call; looked for together."""
        for one in signs:
            self.add(one)

    def add(self, one: Fingerprint) -> None:
        text = one.text.lower().replace("ё", "е")
        match one.signal, one.match:
            case "title", "exact":
                self.exact_titles.setdefault(plain_title(one.text), []).append(one)
            case "title", _:
                self.listed.setdefault("title", []).append((plain_title(one.text), one))
            case "cookie", "exact":
                self.cookies.setdefault(text, []).append(one)
            case "status", _:
                self.statuses.setdefault(int(one.text), []).append(one)
            case "header", _:
                name, _, value = text.partition(":")
                self.headers.setdefault(name, []).append((value.strip(), one))
            case "asset", "suffix" | "label":
                self.asset_hosts.setdefault((one.match, text), []).append(one)
            case "meta", _ if one.says in _BUILT:
                self.declared.append((one.text.lower().encode(), one))
            case "js", _ if one.says in _BUILT:
                kept = self.called if "/" in one.text else self.built
                kept[one.text.encode()] = one
            case "markup" | "meta" | "js", _:
                self.markup.append((one.text.lower().encode(), one))
            case _:
                self.listed.setdefault(one.signal, []).append((text, one))

    def within(self, reading: Reading, body: bytes) -> Iterator[Fingerprint]:
        """Yield every sign that fits the page's own words, markup and engine."""
        yield from self.fitting("generator", reading.generator.lower())
        yield from self.fitting("asset", reading.assets)
        for host in {line.partition("//")[2].partition("/")[0] for line in _lines(reading.assets)}:
            yield from self.hosted(host.partition(":")[0])
        if 0 < reading.text_length <= _TEXT_PAGE:
            yield from self.fitting("text", reading.text.lower().replace("ё", "е"))
        if reading.text_length <= _TITLED_PAGE:
            raw = body[:_MARKUP_BYTES].lower()
            yield from (one for needle, one in self.markup if needle in raw)
        head = body[:_HEAD_BYTES].lower()
        yield from (one for needle, one in self.declared if needle in head)
        raw = _ends(body)
        yield from (one for needle, one in self.built.items() if needle in raw)
        yield from (self.called[found] for found in set(self.calls.findall(raw)))

    @cached_property
    def calls(self) -> re.Pattern[bytes]:
        """The addresses in `called`, after the slashes that begin one: literals, so one pass."""
        return re.compile(b"//(" + b"|".join(map(re.escape, sorted(self.called))) + b")")

    def around(self, sight: Sight, headers: Mapping[str, str]) -> Iterator[Fingerprint]:
        """Yield every sign that fits how the page was asked for, led to and sent."""
        title = plain_title(sight.reading.title, sight.host)
        if title:
            yield from self.exact_titles.get(title, ())
            few_words = sight.reading.text_length <= _TEXT_PAGE
            yield from self.fitting("title", title, few_words)
        for cookie in sight.cookies:
            yield from self.cookies.get(cookie.lower(), ())
            yield from self.fitting("cookie", cookie.lower())
        for name in self.headers.keys() & headers.keys():
            for value, one in self.headers[name]:
                if _FITS[one.match](headers[name], value):
                    yield one
        yield from self.statuses.get(sight.status, ())
        for where in sight.redirects:
            yield from self.redirected(where)

    def fitting(self, signal: Signal, said: str, parts: bool = True) -> Iterator[Fingerprint]:
        if said:
            for text, one in self.listed.get(signal, ()):
                if _FITS[one.match](said, text) and (parts or _may_begin(one)):
                    yield one

    def hosted(self, host: str) -> Iterator[Fingerprint]:
        """Yield the signs of a script's or style's host: by its parents, and by what it is called."""
        labels = host.split(".")[-_MOST_LABELS:]
        if len(labels) < 2:
            return
        called = labels[-3] if len(labels) > 2 and labels[-2] in _SHARED_ENDINGS else labels[-2]
        yield from self.asset_hosts.get(("label", called), ())
        for start in range(len(labels) - 1):
            yield from self.asset_hosts.get(("suffix", ".".join(labels[start:])), ())

    def redirected(self, where: str) -> Iterator[Fingerprint]:
        """`suffix` is a host, aligned to labels; `prefix` begins the host; `contains` is a path."""
        host = where.partition("/")[0]
        for text, one in self.listed.get("redirect", ()):
            if one.match == "suffix":
                if host == text or host.endswith(f".{text}"):
                    yield one
            elif _FITS[one.match](where, text):
                yield one


def _may_begin(one: Fingerprint) -> bool:
    """Say whether it counts as the beginning of the title of a page with words of its own.

    An article is called so too; a door or a server's own page is not, nor what one provider says.
    """
    return one.match == "prefix" and (one.says in _DOORS or bool(one.server or one.status))


def _ends(body: bytes) -> bytes:
    """Where pages say what they are, and where they call in their widgets."""
    if len(body) <= _MARKUP_BYTES:
        return body
    return body[:-_TAIL_BYTES][:_MARKUP_BYTES] + b"\n" + body[-_TAIL_BYTES:]


def _lines(assets: str) -> list[str]:
    return [line for line in assets.split("\n") if "//" in line[:_SCHEME]]


@cache
def _book() -> _Book:
    return _Book(all_fingerprints())
