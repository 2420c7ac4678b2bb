"""Asks services that answer only who holds a key of theirs. Optional, all of them: without a key nothing is asked.

The key is none of a probe's business: the door adds it (see `probes.kit.net.keys`). What is here is how
such services say that a key is refused, a quota used up, or a name not known to them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

import msgspec

from probes.kit.net import ApiAnswer, ApiQuestion, Net, NetTrouble
from probes.kit.observation import Reason
from probes.kit.target import canonical_name

SERVICES: Final[Mapping[str, str]] = {
    "reverse_whois": "whoxy",
    "organisation_registrations": "whoxy",
    "security_trails": "securitytrails",
    "shodan": "shodan",
}
"""Probes that need a key, and the service whose key it is (`REVIZOR_KEY_WHOXY`)."""
MOST_NAMES: Final = 2_000
_MOST_BYTES: Final = 2_097_152
_REFUSALS: Final = {
    401: Reason.ACCESS_DENIED,
    402: Reason.RATE_LIMITED,  # the paid quota is used up
    403: Reason.ACCESS_DENIED,
    429: Reason.RATE_LIMITED,
}
_UNKNOWN_HERE: Final = 404
_BROKEN: Final = (msgspec.DecodeError, RecursionError, UnicodeDecodeError)


def probes_with(services: Collection[str]) -> tuple[str, ...]:
    """Return the probes whose key we hold: the others would ask nobody."""
    return tuple(probe for probe, service in SERVICES.items() if service in services)


async def ask_keyed(url: str, net: Net) -> dict[str, Any] | None:
    """Return the object a service answers with; None when it says that it does not know the name.

    Raises NetTrouble: no_key, access_denied for a key that is refused, rate_limited for a used up
    quota, source_failed, oversized and malformed.
    """
    answer = await net.ask(ApiQuestion(url, max_bytes=_MOST_BYTES))
    said = _object(answer)
    if answer.status == 200 and said is not None:
        return said
    if answer.status == _UNKNOWN_HERE and said is not None:
        return None
    if answer.status in _REFUSALS:
        raise NetTrouble(_REFUSALS[answer.status], f"HTTP {answer.status}")
    if answer.status != 200:
        raise NetTrouble(Reason.SOURCE_FAILED, f"HTTP {answer.status}")
    if answer.truncated:
        raise NetTrouble(Reason.OVERSIZED, f"longer than {_MOST_BYTES} bytes, or broken off")
    raise NetTrouble(Reason.MALFORMED, "no JSON object")


def _object(answer: ApiAnswer) -> dict[str, Any] | None:
    try:
        return msgspec.json.decode(answer.body, type=dict[str, Any])
    except _BROKEN:
        return None


def rows(said: Mapping[str, Any], field: str) -> list[Any]:
    """Return the list in a field; raise NetTrouble (malformed) when there is none."""
    found = said.get(field)
    if not isinstance(found, list):
        raise NetTrouble(Reason.MALFORMED, f"no list of {field}")
    return found


def texts(found: Iterable[Any], field: str) -> Iterable[str]:
    """Yield a text field of each row that has it."""
    for row in found:
        if isinstance(row, dict) and isinstance(row.get(field), str):
            yield row[field]


def names(said: Iterable[str], below: str = "") -> tuple[tuple[str, ...], bool]:
    """Return host names in canonical spelling, each once, at most 2,000, and whether that is all.

    With `below` only names under that domain are taken, without their star.
    """
    found: dict[str, None] = {}
    for text in said:
        try:
            name = canonical_name(text.removeprefix("*."))
        except ValueError:
            continue
        if "." not in name or (below and not name.endswith(f".{below}")):
            continue
        if len(found) == MOST_NAMES and name not in found:
            return tuple(found), False
        found[name] = None
    return tuple(found), True
