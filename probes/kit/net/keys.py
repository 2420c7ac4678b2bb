"""Keys of services that answer only who is known to them. The door alone sees them.

A probe asks its question without the key, the key is added as the door dials, and is struck out of
whatever comes back: so that no question, no evidence, no message and no log ever holds one.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from msgspec import Struct
from msgspec.structs import replace

from probes.kit.net.question import ApiAnswer, NetTrouble
from probes.kit.net.web_address import WebAddress
from probes.kit.observation import Reason

_STRUCK_OUT = "[key]"
_SHORTEST = 4


class Lock(Struct, frozen=True):
    """Where a service wants its key: in a header, or as a parameter of the query."""

    host: str
    header: str = ""
    parameter: str = ""
    prefix: str = ""
    required: bool = True
    """False when the service answers strangers too, only less often."""


LOCKS: Mapping[str, Lock] = {
    "certspotter": Lock(
        "api.certspotter.com", header="Authorization", prefix="Bearer ", required=False
    ),
    "securitytrails": Lock("api.securitytrails.com", header="APIKEY"),
    "shodan": Lock("api.shodan.io", parameter="key"),
    "whoxy": Lock("api.whoxy.com", parameter="key"),
}
"""Services by the name under which their key is given (`REVIZOR_KEY_SHODAN`)."""
_BY_HOST = {lock.host: (service, lock) for service, lock in LOCKS.items()}


class Shown(Struct, frozen=True):
    """A question with its key, as it goes out; never written down."""

    url: str
    headers: tuple[tuple[str, str], ...] = ()
    secrets: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return "Shown(…)"

    def hidden(self, text: str) -> str:
        """Return a text with the key struck out."""
        for secret in self.secrets:
            text = text.replace(secret, _STRUCK_OUT)
        return text

    def hidden_in(self, answer: ApiAnswer) -> ApiAnswer:
        """Return the answer with the key struck out, wherever the service repeats it."""
        if not self.secrets:
            return answer
        body = answer.body
        for secret in self.secrets:
            body = body.replace(secret.encode(), _STRUCK_OUT.encode())
        headers = tuple((name, self.hidden(value)) for name, value in answer.headers)
        return replace(answer, headers=headers, body=body)


class Keys:
    """The keys we were given, by service."""

    __slots__ = ("_held",)

    def __init__(self, held: Mapping[str, str] | None = None) -> None:
        """Hold keys; raise ValueError, without the key, for one that cannot be used."""
        for service, key in (held or {}).items():
            if service not in LOCKS:
                raise ValueError(f"no service {service!r}; there are {', '.join(sorted(LOCKS))}")
            if not (key.isascii() and key.isprintable() and len(key) >= _SHORTEST) or " " in key:
                raise ValueError(f"the key of {service} is not plain text without blanks")
        self._held = dict(held or {})

    @property
    def services(self) -> frozenset[str]:
        """The services whose key we hold."""
        return frozenset(self._held)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Keys) and self._held == other._held

    def __hash__(self) -> int:
        return hash(frozenset(self._held))

    def __repr__(self) -> str:
        return f"Keys({', '.join(sorted(self._held))})"

    def check(self, host: str) -> None:
        """Raise NetTrouble (no_key) for a host that is asked in vain without one."""
        service, lock = _BY_HOST.get(host, ("", None))
        if lock is not None and lock.required and service not in self._held:
            raise NetTrouble(Reason.NO_KEY, f"{host}: set REVIZOR_KEY_{service.upper()}")

    def shown_to(self, url: WebAddress) -> Shown:
        """Return what to send: the address as it is, or with the key its service wants. Only by https."""
        service, lock = _BY_HOST.get(url.host, ("", None))
        key = self._held.get(service)
        if key is None or lock is None or url.scheme != "https":
            return Shown(str(url))
        quoted = quote(key, safe="")
        secrets = tuple(dict.fromkeys((key, quoted)))
        if lock.header:
            return Shown(str(url), ((lock.header, lock.prefix + key),), secrets)
        mark = "&" if "?" in url.target else "?"
        return Shown(f"{url}{mark}{lock.parameter}={quoted}", (), secrets)
