"""What a mail host says when a mail server comes to its door."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from msgspec import Struct

from probes.kit.absence import absence
from probes.kit.declare import Reach, probe
from probes.kit.net import Net, NetTrouble, SmtpQuestion
from probes.kit.observation import Absent, Seen, Unknown
from probes.kit.target import Host

_BANNER_LENGTH: Final = 200
_EXTENSIONS: Final = 50


class MailServer(Struct, frozen=True):
    """A mail host's greeting on port 25. Absent("no listener") when every connection was reset.

    No mailbox is ever asked about.
    """

    address: str
    banner: str
    """At most 200 characters."""
    accepts: bool
    """True for a 220 greeting; False for 4xx or 5xx ones (busy, blocked, refusing us)."""
    extensions: tuple[str, ...]
    starttls: bool
    tls_trouble: str
    """Why TLS failed although offered; empty otherwise."""


@probe(reach=Reach.VISIT, patience=timedelta(seconds=25))
async def mail_server(host: Host, net: Net) -> Seen[MailServer] | Absent | Unknown:
    """Greet a mail host on port 25 and hear what it offers; nothing about mailboxes is asked."""
    try:
        answer = await net.ask(SmtpQuestion(host.name))
    except NetTrouble as trouble:
        stated = absence(trouble)
        if stated is None:
            raise
        return stated
    return Seen(
        MailServer(
            address=answer.address,
            banner=" ".join(answer.banner.split())[:_BANNER_LENGTH],
            accepts=answer.banner.startswith("220"),
            extensions=_extensions(answer.ehlo),
            starttls=answer.starttls,
            tls_trouble=answer.trouble[:_BANNER_LENGTH],
        )
    )


def _extensions(ehlo: tuple[str, ...]) -> tuple[str, ...]:
    """The keywords after the greeting line, upper case, sorted (RFC 5321 4.1.1.1)."""
    words = {line.split()[0].upper()[:64] for line in ehlo[1:] if line.split()}
    return tuple(sorted(words)[:_EXTENSIONS])
