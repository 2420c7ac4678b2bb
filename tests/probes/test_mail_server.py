"""What a mail host says at its door."""

from __future__ import annotations

import asyncio

import pytest

from probes.kit.net import NetTrouble, SmtpAnswer, SmtpQuestion
from probes.kit.observation import Absent, Reason
from probes.kit.target import Host
from probes.mail_server import MailServer, mail_server
from tests.probes.paper import PaperNet


def look(answer):
    """Look at a mail host that answers so."""
    return asyncio.run(
        mail_server.look(
            Host("mx.client.example"), PaperNet({SmtpQuestion("mx.client.example"): answer})
        )
    )


def test_a_greeting_is_heard():
    """Banner, extensions and STARTTLS are kept as said."""
    said = SmtpAnswer(
        address="192.0.2.25",
        banner="220-mx.client.example  ESMTP\n220 ready",
        ehlo=("mx.client.example at your service", "SIZE 52428800", "8bitmime", "STARTTLS", ""),
        starttls=True,
        trouble="",
    )

    assert look(said).fact == MailServer(
        address="192.0.2.25",
        banner="220-mx.client.example ESMTP 220 ready",
        accepts=True,
        extensions=("8BITMIME", "SIZE", "STARTTLS"),
        starttls=True,
        tls_trouble="",
    )


@pytest.mark.parametrize(
    ("banner", "accepts"),
    [
        ("220 mx", True),
        ("421 busy", False),
        ("554 5.7.1 blocked", False),
        ("", False),
    ],
)
def test_only_a_220_accepts(banner, accepts):
    """A server that is busy or refuses us is there, and takes nothing."""
    fact = look(SmtpAnswer("192.0.2.25", banner, ehlo=(), starttls=False)).fact

    assert fact.accepts is accepts


def test_long_greetings_are_cut():
    """A banner is at most 200 characters, extensions at most 50."""
    ehlo = ("mx", *(f"X{n}" for n in range(90)))
    fact = look(SmtpAnswer("192.0.2.25", "220 " + "x" * 900, ehlo=ehlo, starttls=False)).fact

    assert (len(fact.banner), len(fact.extensions)) == (200, 50)


@pytest.mark.parametrize(
    ("trouble", "expected"),
    [
        (NetTrouble(Reason.NO_LISTENER, "resets"), Absent("no listener")),
        (NetTrouble(Reason.NO_ADDRESS, "NXDOMAIN"), Absent("NXDOMAIN")),
        (NetTrouble(Reason.NO_ADDRESS, "NODATA"), Absent("NODATA")),
    ],
)
def test_a_closed_door_is_a_fact(trouble, expected):
    """Resets and the DNS's own word are statements."""
    assert look(trouble) == expected


@pytest.mark.parametrize(
    "reason", [Reason.TIMEOUT, Reason.UNREACHABLE, Reason.MALFORMED, Reason.SERVFAIL]
)
def test_a_blocked_port_is_never_absence(reason):
    """Networks block port 25: silence stays unknown."""
    with pytest.raises(NetTrouble):
        look(NetTrouble(reason, "x"))
