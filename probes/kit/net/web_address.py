"""Reading a URL that somebody else wrote, strictly: one meaning or none."""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache
from urllib.parse import quote, urljoin, urlsplit

from msgspec import Struct

from probes.kit.net.question import NetTrouble
from probes.kit.observation import Reason
from probes.kit.target import canonical_name

_LONGEST = 8_192
_SHORT = 512
"""Characters of a URL that is remembered; a long one is somebody's trick, and read anew."""
_PORTS = {"http": 80, "https": 443}
_ODD = re.compile(r"[\x00-\x20\x7f\\]")
_COMMON = re.compile(r"(https?)://([a-z0-9._-]++)(/[a-zA-Z0-9/._~-]*+)?+")
"""As most URLs are: nothing in them that could have a second meaning, nothing to be quoted."""
# Everything RFC 3986 lets stand in a path or query as it is, and "%" so as not to quote twice.
_PLAIN = "!#$%&'()*+,/:;=?@[]~"


class WebAddress(Struct, frozen=True):
    """An http or https URL taken apart."""

    scheme: str
    host: str
    """A canonical name, or an address without brackets."""
    port: int
    target: str
    """Path and query, ASCII, as sent in the request line."""

    @staticmethod
    def of(url: str) -> WebAddress:
        """Read a URL; raise NetTrouble(malformed) for nonsense, (not_allowed) for what is not ours.

        Not ours: other schemes, and a user name in the URL. Addresses in odd spellings (`127.1`,
        `0x7f000001`, `2130706433`) are nonsense here, whatever an operating system makes of them.
        """
        return _read(url) if len(url) <= _SHORT else _read.__wrapped__(url)

    def join(self, location: str) -> WebAddress:
        """Return where a Location header leads to; raise NetTrouble like `of`."""
        location = location.strip()
        if location.startswith(("http://", "https://")):
            return WebAddress.of(location)
        try:
            url = urljoin(str(self), location)
        except ValueError as error:
            raise NetTrouble(Reason.MALFORMED, f"not a URL: {location[:80]!r} ({error})") from error
        return WebAddress.of(url)

    @property
    def authority(self) -> str:
        """The Host header: brackets round an IPv6 address, the port only where it is not usual."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.target}"


@lru_cache(maxsize=4_096)
def _read(url: str) -> WebAddress:
    """See `WebAddress.of`: the walker and the door read the same ones."""
    if len(url) > _LONGEST or _ODD.search(url):
        raise NetTrouble(Reason.MALFORMED, f"not a URL: {url[:80]!r}")
    try:
        if common := _COMMON.fullmatch(url):
            scheme, host, path = common.groups()
            return WebAddress(scheme, canonical_host(host), _PORTS[scheme], path or "/")
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname or ""
        if parts.scheme not in _PORTS:
            raise NetTrouble(Reason.NOT_ALLOWED, f"scheme {parts.scheme[:20]!r}")
        if "@" in parts.netloc:
            raise NetTrouble(Reason.NOT_ALLOWED, "a user name in the URL")
        target = quote(parts.path or "/", safe=_PLAIN)
        if parts.query:
            target += "?" + quote(parts.query, safe=_PLAIN)
        return WebAddress(
            scheme=parts.scheme,
            host=canonical_host(host),
            port=_PORTS[parts.scheme] if port is None else port,
            target=target if target.startswith("/") else "/" + target,
        )
    except ValueError as error:
        raise NetTrouble(Reason.MALFORMED, f"not a URL: {url[:80]!r} ({error})") from error


def canonical_host(text: str) -> str:
    """Return a canonical name or address; raise ValueError for anything else.

    A name whose last label is a number is an IPv4 address to a browser (WHATWG URL 3.5), so it must
    be one in the four-part decimal form, or nothing.
    """
    if ":" in text:
        return str(ipaddress.IPv6Address(text))
    name = canonical_name(text)
    last = name.rpartition(".")[2]
    if last.isdigit() or last.startswith("0x"):
        return str(ipaddress.IPv4Address(name))
    return name
