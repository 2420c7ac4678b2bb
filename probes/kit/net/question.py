"""Every question that can be put to the network, and the raw answer each one brings.

Questions and answers are plain values: the recorder writes them down, the player answers from what
was written, and both work the same way for every protocol. Answers are raw on purpose; reading them
is the probes' work, so that a better reader can read old answers again.
"""

from __future__ import annotations

from functools import cached_property
from hashlib import sha256
from typing import Any, Generic, Protocol, TypeVar

from msgspec import Struct

from probes.kit.observation import Reason

A = TypeVar("A")


class NetTrouble(Exception):
    """A question that got no usable answer; says why. Becomes Unknown, never Absent."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else str(reason))
        self.reason = reason
        self.detail = detail


class Question(Struct, Generic[A], frozen=True, tag=True, tag_field="ask"):
    """Something to ask; `A` is the answer it brings."""


class Net(Protocol):
    """Everything a probe may do to the outside world."""

    async def ask(self, question: Question[A]) -> A:
        """Return the raw answer; raise NetTrouble when there is none."""


class DnsAnswer(Struct, frozen=True, tag=True, tag_field="answer"):
    """One DNS response, any rcode, as it came over the wire (RFC 1035)."""

    wire: bytes
    server: str
    """The address that answered."""


SECOND_RESOLVER = "second"
"""The `server` of a DnsQuestion for whoever is configured to be asked beside the resolvers."""


class DnsQuestion(Question[DnsAnswer], frozen=True, tag=True, tag_field="ask"):
    """One DNS question. Retries and the change to TCP on truncation are the door's work.

    Without `server` the configured recursive resolvers are asked (recursion desired), with
    SECOND_RESOLVER the second one, if there is any; with an address, that one is asked directly,
    without recursion, and the guard is asked first.
    """

    name: str
    type: str
    """`A`, `AAAA`, `MX`, `TXT`, `NS`, `SOA`, `CAA`, `CNAME`, `PTR`, `DS` …"""
    server: str | None = None


class ServerQuestion(Question[DnsAnswer], frozen=True, tag=True, tag_field="ask"):
    """A DNS question put to one name server over TCP, for what a datagram is too short for or cannot tell."""

    name: str
    type: str
    server: str
    """An address; the guard is asked first."""
    signatures: bool = False
    """Ask for signatures beside the records (DO, RFC 3225)."""
    recursion: bool = False
    """Desire recursion (RD): an authority that follows it is an open resolver."""


class WhoisAnswer(Struct, frozen=True, tag=True, tag_field="answer"):
    """What a WHOIS server sent (RFC 3912), at most 256 KiB."""

    raw: bytes
    complete: bool
    """False when the connection broke or the cap was reached after some text had come."""
    address: str


class WhoisQuestion(Question[WhoisAnswer], frozen=True, tag=True, tag_field="ask"):
    """One line sent to port 43 of a WHOIS server."""

    server: str
    line: str


class Handshake(Struct, frozen=True, tag=True, tag_field="answer"):
    """A completed TLS handshake: the chain as sent (DER, leaf first), valid or not."""

    chain: tuple[bytes, ...]
    version: str
    address: str
    trust: str = ""
    """How the chain stood against the Net's trust store at that moment, for the name asked:
    trusted, expired, not_yet_valid, wrong_name, self_signed, incomplete, untrusted, unreadable."""


class TlsQuestion(Question[Handshake], frozen=True, tag=True, tag_field="ask"):
    """The certificate chain a host shows for its own name.

    A handshake already made in this run with the same name, port and address is remembered.
    """

    name: str
    port: int
    starttls: str = ""
    address: str | None = None
    """Dial this address; None takes the name's first reachable one."""


class HttpAnswer(Struct, frozen=True, dict=True, tag=True, tag_field="answer"):
    """One HTTP response (never followed on): decoded body under its cap, header names lower case."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    truncated: bool
    """True when the body was longer than the cap, or broke off."""
    address: str
    handshake: Handshake | None = None

    @cached_property
    def body_sha256(self) -> str:
        """The SHA-256 of the body in hex, reckoned once: readers and recorders know bodies by it."""
        return sha256(self.body).hexdigest()

    def header(self, name: str) -> str:
        """Return the first header of that (lower-case) name, or an empty string."""
        return next((value for key, value in self.headers if key == name), "")


class HttpQuestion(Question[HttpAnswer], frozen=True, tag=True, tag_field="ask"):
    """One GET of an http or https URL on port 80 or 443. Redirects are answers, not followed."""

    url: str
    address: str | None = None
    """Dial this address (guarded) instead of the URL host's own; used for the unknown-host control."""
    max_bytes: int = 262_144
    """What is kept of an answer as evidence, too: so a replay reads exactly what was read then."""


class ApiAnswer(Struct, frozen=True, tag=True, tag_field="answer"):
    """What a JSON API said; redirects already followed inside the guard (at most 2)."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    truncated: bool

    def header(self, name: str) -> str:
        """Return the first header of that (lower-case) name, or an empty string."""
        return next((value for key, value in self.headers if key == name), "")


class ApiQuestion(Question[ApiAnswer], frozen=True, tag=True, tag_field="ask"):
    """One GET of a public API (RDAP, certificate logs), paced per server across processes."""

    url: str
    accept: str = "application/json"
    max_bytes: int = 8_388_608
    patience: float = 30.0
    """Seconds, wall clock, after the pace has let it go."""


class OldTlsQuestion(Question[Handshake], frozen=True, tag=True, tag_field="ask"):
    """One handshake at port 443 that offers TLS 1.1 and older only; most servers rightly refuse."""

    name: str
    port: int = 443


class SmtpAnswer(Struct, frozen=True, tag=True, tag_field="answer"):
    """What a mail server said up to and including STARTTLS; nothing about mailboxes is ever asked."""

    address: str
    banner: str
    ehlo: tuple[str, ...]
    starttls: bool
    handshake: Handshake | None = None
    trouble: str = ""
    """Why TLS failed after STARTTLS was offered; empty when it worked or was not offered."""


class SmtpQuestion(Question[SmtpAnswer], frozen=True, tag=True, tag_field="ask"):
    """Greeting, EHLO, STARTTLS, QUIT on port 25 of a mail host."""

    name: str
    address: str | None = None


class ReferralQuestion(Question[DnsAnswer], frozen=True, tag=True, tag_field="ask"):
    """The NS records of a name, asked directly of a server of the zone above it.

    One of thousands to the same few servers: each is asked at its own pace (`dns-parent`).
    """

    name: str
    server: str
    """An address; the guard is asked first."""


class NamesAnswer(Struct, frozen=True, tag=True, tag_field="answer"):
    """What became of a list of host labels that were tried below a zone."""

    asked: int
    """Labels of the list."""
    words: str
    """The first 16 hex digits of the SHA-256 of the list, one label a line."""
    found: tuple[str, ...]
    """Labels that have an IPv4 address or an alias of their own, sorted; at most 20,000."""
    empty: tuple[str, ...]
    """Labels that exist without either, sorted; at most 500."""
    same: int
    """Labels that lead nowhere but where every label leads (see `but`)."""
    unanswered: int
    """Labels for which every try ended in silence or in a failure of the resolver."""
    complete: bool
    """False when it was given up, or when more was found than is listed."""


class NamesQuestion(Question[NamesAnswer], frozen=True, tag=True, tag_field="ask"):
    """The Net's list of host labels, each asked for an A record below a zone, through the resolvers.

    Only the sum is recorded: what is found has to be asked again, one DnsQuestion each.
    """

    zone: str
    but: tuple[str, ...] = ()
    """Addresses and alias targets that every label has (a wildcard): who has only these is not found."""


class ZoneAnswer(Struct, frozen=True, tag=True, tag_field="answer"):
    """What a name server sent when asked for a whole zone (RFC 5936): its messages one after another,
    each behind two octets of length, at most 1 MiB.
    """

    wire: bytes
    complete: bool
    """True when the transfer came to its end, or was refused; False when it broke off or was cut."""
    address: str


class ZoneQuestion(Question[ZoneAnswer], frozen=True, tag=True, tag_field="ask"):
    """A zone transfer (AXFR), asked of one address over TCP."""

    zone: str
    server: str


class ListAnswer(Struct, frozen=True, tag=True, tag_field="answer"):
    """One row of a registry's published list, as it stands there."""

    row: str


class ListQuestion(Question[ListAnswer], frozen=True, tag=True, tag_field="ask"):
    """A name looked up in a registry's list that lies in a file. It is written down, never asked of a net."""

    source: str
    """The file's name."""
    name: str


Answer = (
    DnsAnswer
    | WhoisAnswer
    | Handshake
    | HttpAnswer
    | ApiAnswer
    | SmtpAnswer
    | ListAnswer
    | NamesAnswer
    | ZoneAnswer
)
AnyQuestion = (
    DnsQuestion
    | WhoisQuestion
    | TlsQuestion
    | OldTlsQuestion
    | HttpQuestion
    | ApiQuestion
    | SmtpQuestion
    | ListQuestion
    | ReferralQuestion
    | ServerQuestion
    | NamesQuestion
    | ZoneQuestion
)
SomeQuestion = Question[Any]
