"""What a mail host says when a mail server comes to its door."""

from __future__ import annotations

from msgspec import Struct


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
