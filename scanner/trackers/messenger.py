"""Messages through apprise, an extra (`revizor[notify]`): one address at a time, and only what surely came."""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import quote

from scanner.trackers.contract import Check, Later, Letter, Refused, Uncertain
from scanner.trackers.desk import plain
from scanner.trackers.markup import one_line
from scanner.trackers.secret import Secret

_TO = "{to}"
_PATIENCE = 30.0


class AppriseChannel:
    """One service that apprise knows. It opens its own connections, so nothing here guards or paces them."""

    def __init__(self, name: str, address: Secret) -> None:
        """`{to}` in the address is where a person's own part goes."""
        self._name = name
        self._address = address

    @property
    def name(self) -> str:
        """The name it has in the settings."""
        return self._name

    async def preflight(self) -> tuple[Check, ...]:
        """Say whether apprise is there and knows such an address; send nothing."""
        try:
            made = _made(self._target("1"))
        except ImportError:
            return (Check("fail", "apprise_missing"),)
        if made is None:
            return (Check("fail", "apprise_unknown"),)
        if len(made[0]) > 1:
            return (Check("fail", "apprise_several"),)
        shared = _TO not in self._address.text
        return (Check("ok", "apprise_shared" if shared else "apprise"),)

    async def send(self, letter: Letter) -> None:
        """Send it; raise Refused, or Later when it did not surely come."""
        try:
            made = _made(self._target(letter.to))
        except ImportError:
            raise Refused(
                f"{self._name}: install revizor[notify] to send through apprise"
            ) from None
        if made is None:
            raise Refused(f"{self._name}: apprise knows no service of that address")
        result = await made.async_notify(
            body=letter.text,
            title=one_line(letter.subject),
            body_format="text",
            timeout=_PATIENCE,
        )
        match result.status.name:
            case "SUCCESS":
                return
            case "TIMEOUT":
                raise Uncertain(f"{self._name}: no answer in time")
            case "PARTIAL":
                # Again would be twice for those whom it reached.
                raise Refused(f"{self._name}: it came to some of several recipients; name one")
            case "NOMATCH":
                raise Refused(f"{self._name}: apprise found nobody to tell")
        raise Later(f"{self._name}: {self._said(result)}")

    def _said(self, result: Any) -> str:
        """Return the last thing apprise said of a failure, without the address."""
        words = [str(entry.message) for entry in result.logs()] or ["it failed"]
        return self._address.hidden_in(plain(words[-1]))[:300]

    def _target(self, to: str) -> str:
        """Return the address for one person; a redirect would turn a message into a look that 'succeeds'."""
        address = self._address.text.strip().replace(_TO, quote(to, safe=""))
        mark = "&" if "?" in address else "?"
        return f"{address}{mark}redirect=no&overflow=split&cto=10&rto=20"


def _made(address: str) -> Any:
    """Return one Apprise object for one address; None when no service of it is known."""
    import apprise

    # What it says of a failure comes with the result; the terminal need not hear it.
    logging.getLogger("apprise").propagate = False
    made = apprise.Apprise()
    return made if made.add(address) else None
