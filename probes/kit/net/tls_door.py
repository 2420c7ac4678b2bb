"""The certificate chain that a host shows, taken in one handshake and remembered for the run."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from probes.kit.net.dial import Dialer
from probes.kit.net.handshakes import Handshakes
from probes.kit.net.question import Handshake, NetTrouble, OldTlsQuestion, TlsQuestion
from probes.kit.net.smtp_talk import SmtpTalk, offers_starttls
from probes.kit.net.tls import SecureWire, old_context
from probes.kit.net.wire import Wire
from probes.kit.observation import Reason

PORTS = frozenset({25, 443, 465, 587, 993, 995, 8443})


class TlsDoor:
    """Answers TlsQuestions: TLS from the start, or after STARTTLS of SMTP."""

    def __init__(
        self,
        dialer: Dialer,
        handshakes: Handshakes,
        ehlo_name: str = "",
        ports: frozenset[int] = PORTS,
        patience: timedelta = timedelta(seconds=10),
    ) -> None:
        self._dialer = dialer
        self._handshakes = handshakes
        self._ehlo_name = ehlo_name
        self._ports = ports
        self._patience = patience.total_seconds()

    async def ask(self, question: TlsQuestion) -> Handshake:
        """Return the handshake; raise NetTrouble when there was none."""
        known = self._handshakes.recall(question)
        if known:
            return known
        if question.port not in self._ports or question.starttls not in ("", "smtp"):
            raise NetTrouble(
                Reason.NOT_ALLOWED, f"port {question.port} {question.starttls}".strip()
            )
        addresses = await self._dialer.addresses(question.name, question.address)
        async with self._dialer.connect(addresses, question.port) as wire:
            wire.allow(self._patience)
            try:
                shake = self._after_starttls if question.starttls else _at_once
                handshake = await shake(wire, question.name)
            except TimeoutError as error:
                detail = f"no TLS handshake with {wire.address} port {question.port}"
                raise NetTrouble(Reason.TIMEOUT, detail) from error
        self._handshakes.remember(question, handshake)
        return handshake

    async def ask_old(self, question: OldTlsQuestion) -> Handshake:
        """Return a handshake by TLS 1.1 or older, its certificates left out; raise NetTrouble when refused."""
        addresses = await self._dialer.addresses(question.name)
        async with self._dialer.connect(addresses, question.port) as wire:
            wire.allow(self._patience)
            try:
                secure = await SecureWire.shake_hands(wire, question.name, old_context())
            except TimeoutError as error:
                detail = f"no TLS handshake with {wire.address} port {question.port}"
                raise NetTrouble(Reason.TIMEOUT, detail) from error
            secure.take_leave()
        return replace(secure.handshake, chain=())

    async def _after_starttls(self, wire: Wire, name: str) -> Handshake:
        talk = SmtpTalk(wire, name)
        await talk.greeting()
        if not offers_starttls(await talk.ehlo(self._ehlo_name)):
            raise NetTrouble(Reason.TLS_FAILED, f"{wire.address} does not offer STARTTLS")
        handshake = await talk.starttls()
        talk.quit()
        return handshake


async def _at_once(wire: Wire, name: str) -> Handshake:
    secure = await SecureWire.shake_hands(wire, name)
    secure.take_leave()
    return secure.handshake
