"""What a mail server says to a visitor who never mentions a mailbox."""

from __future__ import annotations

import asyncio
import socket
from datetime import timedelta

from probes.kit.net.dial import Dialer
from probes.kit.net.handshakes import Handshakes
from probes.kit.net.question import Handshake, NetTrouble, SmtpAnswer, SmtpQuestion, TlsQuestion
from probes.kit.net.smtp_talk import SmtpTalk, offers_starttls, smtp_talk
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
        self._patience = patience

    async def ask(self, question: SmtpQuestion) -> SmtpAnswer:
        """Return the conversation; raise NetTrouble when it broke off before EHLO was answered."""
        async with self._dialer.connect(question.name, PORT, question.address) as dialled:
            connection, address = dialled
            answer = await self._converse(connection, question.name, address)
        if answer.handshake:
            asked = TlsQuestion(question.name, PORT, "smtp", question.address)
            self._handshakes.remember(asked, answer.handshake)
        return answer

    async def _converse(self, connection: socket.socket, name: str, address: str) -> SmtpAnswer:
        async with smtp_talk(connection, name, address) as talk:
            deadline = asyncio.get_running_loop().time() + self._patience.total_seconds()
            try:
                async with asyncio.timeout_at(deadline):
                    greeting = await talk.greeting()
                    banner = "\n".join(greeting.lines)
                    if greeting.code != 220:
                        talk.quit()
                        return SmtpAnswer(address, banner, ehlo=(), starttls=False)
                    ehlo = await talk.ehlo(self._ehlo_name)
            except TimeoutError as error:
                raise NetTrouble(Reason.TIMEOUT, f"{address} port {PORT} is too slow") from error
            starttls = offers_starttls(ehlo)
            handshake, trouble = None, ""
            if starttls:
                handshake, trouble = await self._secured(talk, deadline)
            talk.quit()
            return SmtpAnswer(
                address,
                banner,
                ehlo=ehlo.texts if ehlo.code == 250 else (),
                starttls=starttls,
                handshake=handshake,
                trouble=trouble,
            )

    async def _secured(self, talk: SmtpTalk, deadline: float) -> tuple[Handshake | None, str]:
        try:
            async with asyncio.timeout_at(deadline):
                return await talk.starttls(), ""
        except TimeoutError:
            return None, "the TLS handshake took too long"
        except NetTrouble as trouble:
            return None, trouble.detail
