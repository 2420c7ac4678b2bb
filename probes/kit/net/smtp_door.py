"""What a mail server says to a visitor who never mentions a mailbox."""

from __future__ import annotations

from datetime import timedelta

from probes.kit.net.dial import Dialer
from probes.kit.net.handshakes import Handshakes
from probes.kit.net.question import Handshake, NetTrouble, SmtpAnswer, SmtpQuestion, TlsQuestion
from probes.kit.net.smtp_talk import SmtpTalk, offers_starttls
from probes.kit.net.wire import Wire
from probes.kit.observation import Reason

PORT = 25


class SmtpDoor:
    """Answers SmtpQuestions on port 25."""

    def __init__(
        self,
        dialer: Dialer,
        handshakes: Handshakes,
        ehlo_name: str = "",
        patience: timedelta = timedelta(seconds=15),
    ) -> None:
        self._dialer = dialer
        self._handshakes = handshakes
        self._ehlo_name = ehlo_name
        self._patience = patience.total_seconds()

    async def ask(self, question: SmtpQuestion) -> SmtpAnswer:
        """Return the conversation; raise NetTrouble when it broke off before EHLO was answered."""
        addresses = await self._dialer.addresses(question.name, question.address)
        async with self._dialer.connect(addresses, PORT) as wire:
            wire.allow(self._patience)
            answer = await self._converse(wire, question.name)
        if answer.handshake:
            asked = TlsQuestion(question.name, PORT, "smtp", question.address)
            self._handshakes.remember(asked, answer.handshake)
        return answer

    async def _converse(self, wire: Wire, name: str) -> SmtpAnswer:
        talk, address = SmtpTalk(wire, name), wire.address
        try:
            greeting = await talk.greeting()
            banner = "\n".join(greeting.lines)
            if greeting.code != 220:
                talk.quit()
                return SmtpAnswer(address, banner, ehlo=(), starttls=False)
            ehlo = await talk.ehlo(self._ehlo_name)
        except TimeoutError as error:
            raise NetTrouble(Reason.TIMEOUT, f"{address} port {PORT} is too slow") from error
        starttls = offers_starttls(ehlo)
        handshake, trouble = await _secured(talk) if starttls else (None, "")
        talk.quit()
        return SmtpAnswer(
            address,
            banner,
            ehlo=ehlo.texts if ehlo.code == 250 else (),
            starttls=starttls,
            handshake=handshake,
            trouble=trouble,
        )


async def _secured(talk: SmtpTalk) -> tuple[Handshake | None, str]:
    try:
        return await talk.starttls(), ""
    except TimeoutError:
        return None, "the TLS handshake took too long"
    except NetTrouble as trouble:
        return None, trouble.detail
