"""Handing a message to the operator's own mail relay (RFC 6409)."""

from __future__ import annotations

import asyncio
import base64
import ssl
from functools import cached_property
from typing import Literal

from msgspec import Struct

from probes.kit.net.own_service import OwnServices, ServiceTrouble, dialer_of
from probes.kit.net.question import NetTrouble
from probes.kit.net.service_door import trusting
from probes.kit.net.smtp_talk import Reply, SmtpTalk, offers_starttls
from probes.kit.observation import Reason

Security = Literal["starttls", "tls", "none"]


class Relay(Struct, frozen=True, kw_only=True):
    """A relay and how we are known to it."""

    host: str
    port: int = 587
    security: Security = "starttls"
    """What must protect the talk; a relay that does not offer it is not talked to."""
    user: str = ""
    password: str = ""
    patience: float = 60.0
    """Seconds, wall clock, for one message."""

    def __repr__(self) -> str:
        return f"Relay({self.host}, {self.port}, {self.security})"


class Turned(Exception):
    """The relay said no: `code` of 500 and more for good, below for now (RFC 5321 4.2.1)."""

    def __init__(self, step: str, reply: Reply) -> None:
        super().__init__(f"{step}: {' '.join(reply.lines)[:300]}")
        self.step = step
        self.code = reply.code


class SubmissionDoor:
    """Talks to one relay, one connection a message."""

    def __init__(self, services: OwnServices, relay: Relay) -> None:
        self._services = services
        self._relay = relay
        self._dialer = dialer_of(services)

    async def greet(self) -> tuple[str, ...]:
        """Return what the relay offers once we are known to it; hand nothing over.

        Raises Turned, and ServiceTrouble where it could not be talked to.
        """
        return await self._bounded(None)

    async def submit(self, sender: str, recipient: str, message: bytes) -> None:
        """Hand a message over for one recipient; both addresses are plain ASCII without brackets.

        Raises Turned, and ServiceTrouble whose `sent` is true when nobody knows what became of it.
        """
        await self._bounded((sender, recipient, message))

    async def _bounded(self, letter: tuple[str, str, bytes] | None) -> tuple[str, ...]:
        step = _Step()
        try:
            async with asyncio.timeout(self._relay.patience):
                return await self._talk(letter, step)
        except TimeoutError as error:
            raise ServiceTrouble(
                Reason.TIMEOUT, f"{self._relay.host}: too slow", sent=step.sent
            ) from error
        except NetTrouble as trouble:
            raise ServiceTrouble(trouble.reason, trouble.detail, sent=step.sent) from trouble

    async def _talk(self, letter: tuple[str, str, bytes] | None, step: _Step) -> tuple[str, ...]:
        relay = self._relay
        addresses = await self._dialer.addresses(relay.host)
        if relay.security == "none" and not self._services.are_ours(addresses):
            raise NetTrouble(Reason.NOT_ALLOWED, f"{relay.host}: no TLS outside our own networks")
        async with self._dialer.connect(addresses, relay.port) as wire:
            wire.allow(relay.patience)
            talk = SmtpTalk(wire, relay.host)
            offers = await self._known(talk)
            if letter is not None:
                sender, recipient, message = letter
                _expect("MAIL FROM", await talk.say(f"MAIL FROM:<{sender}>"), 250)
                _expect("RCPT TO", await talk.say(f"RCPT TO:<{recipient}>"), 250, 251)
                _expect("DATA", await talk.say("DATA"), 354)
                step.sent = True
                _expect("message", await talk.hand_over(message), 250)
                step.sent = False
            talk.quit()
            return offers

    async def _known(self, talk: SmtpTalk) -> tuple[str, ...]:
        """Greet, secure the line, show who we are; return what is offered."""
        relay = self._relay
        if relay.security == "tls":
            await talk.secure(self._context)
        _expect("greeting", await talk.greeting(), 220)
        ehlo = _expect("EHLO", await talk.ehlo(self._services.ehlo_name), 250)
        if relay.security == "starttls":
            if not offers_starttls(ehlo):
                raise NetTrouble(Reason.TLS_FAILED, f"{relay.host} offers no STARTTLS")
            await talk.starttls(self._context)
            ehlo = _expect("EHLO", await talk.ehlo(self._services.ehlo_name), 250)
        if relay.user:
            await self._authenticate(talk, ehlo)
        return ehlo.texts[1:]

    async def _authenticate(self, talk: SmtpTalk, ehlo: Reply) -> None:
        words = {
            word.upper()
            for line in ehlo.texts[1:]
            if line.upper().startswith("AUTH")
            for word in line[4:].replace("=", " ").split()
        }
        user, password = self._relay.user, self._relay.password
        if "PLAIN" in words or "LOGIN" not in words:
            reply = await talk.say("AUTH PLAIN " + _base64(f"\0{user}\0{password}"))
        else:
            _expect("AUTH", await talk.say("AUTH LOGIN"), 334)
            _expect("AUTH", await talk.say(_base64(user)), 334)
            reply = await talk.say(_base64(password))
        _expect("AUTH", reply, 235)

    @cached_property
    def _context(self) -> ssl.SSLContext:
        return trusting(self._services)


class _Step:
    """Whether a message is on its way and not yet accepted."""

    def __init__(self) -> None:
        self.sent = False


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii")


def _expect(step: str, reply: Reply, *codes: int) -> Reply:
    if reply.code not in codes:
        raise Turned(step, reply)
    return reply
