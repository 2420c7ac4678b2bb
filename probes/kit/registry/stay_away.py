"""Which servers asked us to stay away, and for how long: for whoever keeps our pace."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from urllib.parse import urlsplit

from msgspec import Struct

from probes.kit.net import ApiAnswer, ApiQuestion, WhoisAnswer, WhoisQuestion
from probes.kit.net.tape import Exchange
from probes.kit.registry.rdap_reader import read_rdap
from probes.kit.registry.reading import Ending
from probes.kit.registry.waits import retry_after, said_wait
from probes.kit.registry.whois_reader import decode, read_whois

UNSAID_LIMIT = timedelta(minutes=15)
"""How long we stay away from a server that limits us and does not say for how long."""
UNSAID_DENIAL = timedelta(hours=1)
"""The same for a server that refuses us altogether: such blocks were seen to last an hour or more."""
LONGEST = timedelta(hours=24)
_REFUSALS = (Ending.RATE_LIMITED, Ending.ACCESS_DENIED)
_UNAVAILABLE = 503


class StayAway(Struct, frozen=True):
    """A server asked us not to ask it for a while."""

    group: str
    """The pace group it belongs to: `whois:whois.tcinet.ru`, `api:rdap.nic.example`."""
    seconds: float
    """How long, counted from the answer; at least 1, at most a day."""
    why: Ending
    """RATE_LIMITED or ACCESS_DENIED."""
    said: bool
    """True when the server itself named the time, False when it is our own estimate."""
    words: str = ""
    """The server's own words, at most 120 characters."""


def stay_away(exchange: Exchange) -> StayAway | None:
    """Return what a recorded answer asks of us, or None where it asks nothing of the kind."""
    match exchange.question, exchange.answer:
        case WhoisQuestion(server=server), WhoisAnswer(raw=raw):
            text = decode(raw, server)
            reading = read_whois(text, "")
            said = said_wait(text) if reading.ending in _REFUSALS else None
            return _asked(f"whois:{server}", reading.ending, reading.words, said)
        case ApiQuestion(url=url), ApiAnswer() as answer:
            reading = read_rdap(answer.status, answer.body, listed=False)
            said = retry_after(answer.header("retry-after"), exchange.at)
            if answer.status == _UNAVAILABLE and said is None:
                return None  # a hiccup of the service, not a word to us
            group = f"api:{urlsplit(url).hostname or ''}"
            return _asked(group, reading.ending, reading.words, said)
    return None


def all_stay_away(exchanges: Iterable[Exchange]) -> Iterator[StayAway]:
    """Yield what the answers of a look ask of us, in the order they came."""
    return (asked for asked in map(stay_away, exchanges) if asked is not None)


def _asked(group: str, ending: Ending, words: str, said: timedelta | None) -> StayAway | None:
    if ending not in _REFUSALS:
        return None
    unsaid = UNSAID_LIMIT if ending is Ending.RATE_LIMITED else UNSAID_DENIAL
    wait = min(max(said if said is not None else unsaid, timedelta(seconds=1)), LONGEST)
    return StayAway(group, wait.total_seconds(), ending, said is not None, words)
