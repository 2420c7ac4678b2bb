"""Letters to people, handed to the operator's own mail relay: plain text, each told apart by its key."""

from __future__ import annotations

import re
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from hashlib import sha256

import idna

from probes.kit.net.own_service import OwnServices, ServiceTrouble
from probes.kit.net.submission_door import Relay, SubmissionDoor, Turned
from probes.kit.observation import Reason
from scanner.trackers.contract import Check, Later, Letter, Refused, Uncertain
from scanner.trackers.desk import Clock
from scanner.trackers.markup import one_line
from scanner.trackers.options import MAIL, MailOptions
from scanner.trackers.secret import Secret

NAME = MAIL
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}", re.ASCII)
_LONGEST_SUBJECT = 200
_LONGEST_TEXT = 200_000
_POLICY = SMTP.clone(cte_type="7bit", max_line_length=76)


class MailChannel:
    """Sends letters through one relay."""

    def __init__(
        self, options: MailOptions, password: Secret, services: OwnServices, now: Clock
    ) -> None:
        self._options = options
        self._password = password
        self._now = now
        relay = Relay(
            host=options.host,
            port=options.port,
            security=options.security,
            user=options.user,
            password=password.text,
            patience=options.patience,
        )
        self._door = SubmissionDoor(services, relay)

    @property
    def name(self) -> str:
        """The name it has in the settings."""
        return NAME

    async def preflight(self) -> tuple[Check, ...]:
        """Greet the relay, prove the certificate and the password; send nothing."""
        try:
            await self._door.greet()
        except Turned as turned:
            return (Check("fail", "refused", {"said": self._shown(turned)}),)
        except ServiceTrouble as trouble:
            return (Check("fail", "no_answer", {"said": self._shown(trouble)}),)
        params = {"relay": f"{self._options.host}:{self._options.port}"}
        open_line = self._options.security == "none"
        return (Check("warn" if open_line else "ok", "mail_open" if open_line else "mail", params),)

    async def send(self, letter: Letter) -> None:
        """Send it; raise Refused, Later or Uncertain. A letter has one Message-ID however often it is sent."""
        recipient = ascii_address(letter.to)
        sender = ascii_address(self._options.sender)
        try:
            await self._door.submit(sender, recipient, self._written(letter, sender, recipient))
        except Turned as turned:
            said = f"{NAME}: {self._shown(turned)}"
            # Before the letter was named, nothing was wrong with it.
            for_good = turned.code >= 500 and turned.step in (
                "MAIL FROM",
                "RCPT TO",
                "DATA",
                "message",
            )
            raise (Refused(said) if for_good else Later(said)) from None
        except ServiceTrouble as trouble:
            raise self._silence(trouble) from None

    def _silence(self, trouble: ServiceTrouble) -> Refused | Later | Uncertain:
        said = f"{NAME}: {self._shown(trouble)}"
        if trouble.sent:
            return Uncertain(said)
        if trouble.reason is Reason.NOT_ALLOWED:
            return Refused(f"{said}. If the relay is yours, name its network in [mail] allow_net.")
        return Later(said)

    def _written(self, letter: Letter, sender: str, recipient: str) -> bytes:
        message = EmailMessage(policy=_POLICY)
        message["From"] = formataddr((one_line(self._options.name), sender))
        message["To"] = recipient
        message["Subject"] = one_line(letter.subject)[:_LONGEST_SUBJECT]
        message["Date"] = format_datetime(self._now())
        message["Message-ID"] = message_id(letter.key, sender)
        # Nobody's holiday notice answers a machine (RFC 3834 5).
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(_text(letter.text), charset="utf-8", cte="base64")
        return message.as_bytes()

    def _shown(self, error: Exception) -> str:
        return self._password.hidden_in(one_line(str(error)))[:300]


def message_id(key: str, sender: str) -> str:
    """Return the Message-ID of a letter: the same for the same key."""
    digest = sha256(key.encode()).hexdigest()[:40]
    return f"<{digest}@{sender.rpartition('@')[2]}>"


def ascii_address(text: str) -> str:
    """Return a mail address as it goes over the wire; raise Refused for what is none.

    Whatever could end a line or a bracket is no address. A local part beyond ASCII needs servers that
    few have (RFC 6531), and is refused.
    """
    local, at, domain = text.strip().rpartition("@")
    refused = Refused(f"{NAME}: not a mail address: {one_line(text)[:80]!r}")
    if (
        not at
        or not _LOCAL.fullmatch(local)
        or ".." in local
        or local[0] == "."
        or local[-1] == "."
    ):
        raise refused
    try:
        name = idna.encode(domain, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        raise refused from None
    return f"{local}@{name}"


def _text(text: str) -> str:
    """Return a letter's text without controls but line ends and tabs."""
    kept = "".join(c if c.isprintable() or c in "\n\t" else " " for c in text.replace("\r\n", "\n"))
    return kept[:_LONGEST_TEXT].rstrip("\n") + "\n"
