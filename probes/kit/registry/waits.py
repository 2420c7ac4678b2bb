"""How long a server asks us to wait, in its own words: `Try again after: 24h0m0s`."""

from __future__ import annotations

import email.utils
import re
from datetime import datetime, timedelta

from probes.kit.registry.sentences import sentences

# Words that a time to wait follows, or that say what ends after it.
_ASKS = (
    "wait", "again", "retry", "replenish", "grace period", "blocked for", "banned for", "block for",
    "suspended for", "denied for", "in the next", "reset in", "resets in", "unblock", "reintent",
    "через", "повтор", "подожд", "warten", "erneut", "attend", "réessay", "esper", "espere", "attend",
)  # fmt: skip
_UNITS = {
    "s": 1, "sec": 1, "secs": 1, "second": 1, "seconds": 1, "сек": 1, "секунд": 1, "секунды": 1,
    "sekunden": 1, "secondes": 1, "segundos": 1, "m": 60, "min": 60, "mins": 60, "minute": 60,
    "minutes": 60, "минут": 60, "минуты": 60, "мин": 60, "minuten": 60, "minutos": 60, "h": 3600,
    "hr": 3600, "hrs": 3600, "hour": 3600, "hours": 3600, "час": 3600, "часа": 3600, "часов": 3600,
    "stunde": 3600, "stunden": 3600, "heure": 3600, "heures": 3600, "hora": 3600, "horas": 3600,
    "day": 86_400, "days": 86_400, "сутки": 86_400, "дней": 86_400, "tag": 86_400, "tage": 86_400,
}  # fmt: skip
# A number and the word behind it; one class each, so it is linear.
_AMOUNT = re.compile(r"(?<![\d.])(\d{1,7}(?:\.\d{1,6})?)\s?([^\W\d_]{1,12})")
_MOST = timedelta(days=30)


def said_wait(text: str) -> timedelta | None:
    """Return the longest time that a sentence of a refusal asks us to wait; None when none does."""
    found = [
        wait
        for one in sentences(text)[:60]
        if any(word in one.written.lower() for word in _ASKS)
        for wait in [_duration(one.written.lower())]
        if wait is not None
    ]
    return max(found, default=None)


def _duration(sentence: str) -> timedelta | None:
    """Add up the amounts in a sentence: `24h0m0s`, `50 seconds`, `1 hour 30 minutes`."""
    seconds = [
        float(number) * _UNITS[unit] for number, unit in _AMOUNT.findall(sentence) if unit in _UNITS
    ]
    return min(timedelta(seconds=min(sum(seconds), 1e8)), _MOST) if seconds else None


def retry_after(header: str, at: datetime) -> timedelta | None:
    """Read a Retry-After header, seconds or a date (RFC 9110 10.2.3), counted from `at`."""
    if header.isascii() and header.isdigit():
        return min(timedelta(seconds=int(header[:9])), _MOST)
    try:
        return min(email.utils.parsedate_to_datetime(header) - at, _MOST)
    except (ValueError, TypeError, OverflowError):
        return None
