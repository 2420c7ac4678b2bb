"""Letters: one Message-ID for one key, no header of anybody else's, encrypted, retried only where that is right."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from scanner.service.trackers import channels_of, trackers_doctor
from scanner.settings import BadSettings
from scanner.trackers.contract import Channel, Later, Letter, Refused, Uncertain
from tests.peers.postfix import DOMAIN, Postfix, postfix
from tests.peers.relay import PASSWORD, SILENT, USER, Relay
from tests.peers.web import Authority
from tests.probes.kit.net.loopback import run
from tests.scanner.trackers.settled import LOOPBACK, clock, settings

__all__ = ["postfix"]

TO = f"petrov@{DOMAIN}"


def letter(**more: Any) -> Letter:
    """A letter such as the product writes."""
    usual = {"key": "digest:2026-04-20:7", "to": TO, "subject": "Сводка продлений: 3 дела"}
    text = "Продлить до 04.05.2026: пример.рф\n.\n..точки\n" + "длинная строка " * 90
    return Letter(**{**usual, "text": text, **more})


def mail(host: str, port: int, **more: Any) -> dict[str, Any]:
    """What an operator writes."""
    usual = {"host": host, "port": port, "sender": f"revizor@{DOMAIN}", "allow_net": LOOPBACK}
    return {**usual, **more}


def channel_of(
    folder: Path, options: Mapping[str, Any], secrets: Mapping[str, str] | None = None
) -> Channel:
    """The product's own way to a relay."""
    (channel,) = channels_of(settings(folder, {}, secrets or {}, mail=dict(options)), clock)
    return channel


def test_a_letter_arrives_as_it_was_written(postfix: Postfix, trusted: Path, tmp_path: Path):
    """Through postfix, over STARTTLS: letters beyond ASCII, dots at the beginning, lines of any length."""
    channel = channel_of(tmp_path, mail(postfix.address, postfix.port))

    async def story() -> None:
        assert [one.level for one in await channel.preflight()] == ["ok"]
        await channel.send(letter())
        await channel.send(letter())

    run(story(), within=60)
    first, second = postfix.letters("petrov", 2)

    assert first["Subject"] == "Сводка продлений: 3 дела"
    assert first.get_content().replace("\r\n", "\n") == letter().text.rstrip("\n") + "\n"
    assert first.get_content_type() == "text/plain"
    assert (first["From"], first["To"]) == (f"Revizor <revizor@{DOMAIN}>", TO)
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["Date"] == "Mon, 20 Apr 2026 09:30:00 +0000"
    assert first["Message-ID"] == second["Message-ID"]
    assert "TLSv1" in first["Received"]


def test_a_header_of_somebody_elses_stays_text(postfix: Postfix, trusted: Path, tmp_path: Path):
    """A line end in a subject is a blank; in an address it is no address."""
    channel = channel_of(tmp_path, mail(postfix.address, postfix.port))
    subject = "Срок\r\nBcc: evil@evil.example\nX-Evil: 1\x00\u202e"

    async def story() -> None:
        await channel.send(letter(subject=subject, key="a\r\nX-Evil: 2", to=f"ivanova@{DOMAIN}"))
        for bad in (
            f"ivanova@{DOMAIN}>\r\nRCPT TO:<evil@evil.example",
            "ivanova",
            "@agency.example",
            "a b@agency.example",
            "a@agency.example, b@agency.example",
            "<a@agency.example>",
            "имя@agency.example",
        ):
            with pytest.raises(Refused, match="not a mail address"):
                await channel.send(letter(to=bad))

    run(story(), within=60)
    (came,) = postfix.letters("ivanova", 1)

    assert came["Subject"] == "Срок Bcc: evil@evil.example X-Evil: 1"
    assert came["X-Evil"] is None
    assert came["Bcc"] is None


def test_a_recipient_whom_the_relay_does_not_know_is_refused(
    postfix: Postfix, trusted: Path, tmp_path: Path
):
    """For good: trying again would change nothing."""
    channel = channel_of(tmp_path, mail(postfix.address, postfix.port))

    with pytest.raises(Refused, match="RCPT TO"):
        run(channel.send(letter(to=f"nobody@{DOMAIN}")), within=60)


@pytest.mark.parametrize(
    ("says", "error"),
    [
        ({"greeting": "421 too busy"}, Later),
        ({"greeting": "554 no service here"}, Later),
        ({"MAIL": "452 no space"}, Later),
        ({"RCPT": "450 greylisted, come back"}, Later),
        ({"RCPT": "550 no such user"}, Refused),
        ({"DATA": "451 later"}, Later),
        ({".": "552 too big"}, Refused),
        ({".": "451 scanner is out"}, Later),
        ({".": "not smtp at all"}, Uncertain),
        ({"greeting": "hello"}, Later),
    ],
)
def test_every_reply_means_what_its_first_digit_says(
    trusted: Path,
    authority: Authority,
    tmp_path: Path,
    says: dict[str, str],
    error: type[Exception],
):
    """4 is for now, 5 for good (RFC 5321 4.2.1); what follows the message and is no reply, nobody knows."""
    assert isinstance(_failure(Relay(says), authority, tmp_path), error)


def test_silence_after_the_message_is_uncertain(
    trusted: Path, authority: Authority, tmp_path: Path
):
    """It may have been taken: the same Message-ID goes out again, and shows once in any decent mailbox."""
    relay = Relay({".": SILENT})

    assert isinstance(_failure(relay, authority, tmp_path, patience=1), Uncertain)
    assert len(relay.taken) == 1


def test_a_relay_that_hides_starttls_gets_nothing(
    trusted: Path, authority: Authority, tmp_path: Path
):
    """Somebody between us and it may have struck the offer out: no password, no letter."""
    relay = Relay(offers=("AUTH PLAIN",))

    error = _failure(relay, authority, tmp_path, user=USER)

    assert isinstance(error, Later)
    assert "STARTTLS" in str(error)
    assert not [one for one in relay.heard if one.startswith(("AUTH", "MAIL"))]


def test_a_certificate_that_nobody_vouches_for_gets_nothing(authority: Authority, tmp_path: Path):
    """Without trust in who answers, no password and no letter."""
    relay = Relay()

    assert isinstance(_failure(relay, authority, tmp_path, user=USER), Later)
    assert relay.known is False
    assert relay.taken == []


@pytest.mark.parametrize("offers", ["AUTH PLAIN LOGIN", "AUTH LOGIN", "AUTH=PLAIN"])
@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_the_relay_gets_to_know_us(
    trusted: Path, authority: Authority, tmp_path: Path, offers: str, security: str
):
    """By the password that came from the environment; a wrong one is refused and not repeated."""
    relay = Relay(offers=("STARTTLS", offers), tls_first=security == "tls")

    assert _failure(relay, authority, tmp_path, user=USER, security=security) is None
    assert relay.known
    assert len(relay.taken) == 1
    wrong = _failure(
        relay, authority, tmp_path, user=USER, security=security, password="wr0ng-password"
    )
    assert isinstance(
        wrong, Later
    )  # the letter itself is not at fault: it goes out once that is mended
    assert "wr0ng-password" not in str(wrong)


def test_the_doctor_says_what_protects_the_line(
    authority: Authority, trusted: Path, tmp_path: Path
):
    """A line without TLS is told, and a password never goes over it."""

    async def story() -> tuple[str, ...]:
        async with Relay().running(authority) as (host, port):
            chosen = settings(tmp_path, {}, {}, mail=mail(host, port, security="none"))
            checks = await trackers_doctor(chosen, clock, "ru")
        return tuple(f"{one.tracker} {one.level} {one.code}" for one in checks)

    assert run(story()) == ("mail warn mail_open",)
    with pytest.raises(BadSettings, match="without TLS"):
        settings(tmp_path, {}, {}, mail=mail("x.example", 25, security="none", user=USER))
    with pytest.raises(BadSettings, match="REVIZOR_MAIL_SECRET"):
        channel_of(tmp_path, mail("x.example", 25, user=USER))


def _failure(
    relay: Relay, authority: Authority, folder: Path, password: str = PASSWORD, **options: Any
) -> Exception | None:
    """Send a letter through a relay; return what was raised."""

    async def story() -> Exception | None:
        async with relay.running(authority) as (host, port):
            channel = channel_of(folder, mail(host, port, **options), {"mail": password})
            try:
                await channel.send(letter())
            except (Refused, Later, Uncertain) as error:
                return error
        return None

    return run(story())
