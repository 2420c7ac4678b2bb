"""Finds visitor counters, advertising tags and widgets on a page, each with its account.

Scripts are scanned for fixed texts with a bounded run of characters after them; no expression ever
looks further than that, so a page of any size costs one pass for each known text. Numbers that stand
in instructions and templates (`UA-000000-1`, `GTM-XXXX`, `12345678`) are nobody's and left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

_DIGITS: Final = frozenset(b"0123456789")
_WORD: Final = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
_CAPITALS: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
_SMALL: Final = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789")
_HEX: Final = frozenset(b"0123456789abcdef")
_DASH: Final = frozenset(b"-")
_EACH: Final = 20
"""Occurrences of one text that are read; a page that has more repeats itself."""


class _Trace(NamedTuple):
    """A text, and the account that follows it."""

    kind: str
    text: bytes
    letters: frozenset[int]
    shortest: int
    longest: int
    prefix: str = ""
    skip: bytes = b""
    """Characters that may stand between the text and the account."""
    after: bytes = b""
    """What must stand right before the text, one of several divided by `|`."""


_QUOTED: Final = b" \r\n\t\"'"
_IN_OBJECT: Final = b" \r\n\tid:\"'"
_TRACES: Final = (
    _Trace("metrika", b"/watch/", _DIGITS, 4, 10, after=b"mc.yandex.ru|mc.yandex.com"),
    _Trace("metrika", b"/metrika/tag.js?id=", _DIGITS, 4, 10),
    _Trace("metrika", b"ym(", _DIGITS, 4, 10),
    _Trace("metrika", b"Ya.Metrika", _DIGITS, 4, 10, skip=b"2({ \r\n\tid:\"'"),
    _Trace("gtm", b"GTM-", _CAPITALS, 4, 10, "GTM-"),
    _Trace("ga4", b"G-", _CAPITALS, 6, 12, "G-", after=b"'|\"|js?id="),
    _Trace("ads", b"AW-", _DIGITS, 6, 12, "AW-", after=b"'|\"|js?id="),
    _Trace("ua", b"UA-", _DIGITS | _DASH, 6, 16, "UA-"),
    _Trace("adsense", b"ca-pub-", _DIGITS, 10, 20, "ca-pub-"),
    _Trace("vk", b"VK-RTRG-", _WORD | _DASH, 6, 24, "VK-RTRG-"),
    _Trace("top_mail_ru", b"mail.ru/counter?id=", _DIGITS, 4, 10),
    _Trace("top_mail_ru", b"_tmr.push({", _DIGITS, 4, 10, skip=_IN_OBJECT),
    _Trace("rambler", b"rambler.ru/top100.", _DIGITS, 4, 10, skip=b"jcnt?"),
    _Trace("roistat", b"cloud.roistat.com", _HEX, 16, 64, skip=b" \"',\r\n\t"),
    _Trace("roistat", b"/api/site/1.0/", _HEX, 16, 64, after=b"cloud.roistat.com"),
    _Trace("jivo", b"/widget/", _WORD, 6, 16, after=b"code.jivo.ru|code.jivosite.com|/script"),
    _Trace("calltouch", b"mod.calltouch.ru/init.js?id=", _WORD, 4, 16),
    _Trace("calltouch", b'document,"ct","', _SMALL, 4, 16),
    _Trace("comagic", b"/static/cs.min.js?k=", _WORD | _DASH, 8, 40),
    _Trace("carrotquest", b"carrotquest.connect(", _HEX | _DASH, 16, 64, skip=_QUOTED),
    _Trace("tilda", b"/ws/project", _DIGITS, 4, 12, after=b"tildacdn.com|tildacdn.biz|tildacdn.pro"),
    _Trace("facebook", b"fbq(", _DIGITS, 12, 18, skip=b" \r\n\t\"'init,"),
    _Trace("facebook", b"facebook.com/tr?id=", _DIGITS, 12, 18),
    _Trace("hotjar", b"_hjSettings={hjid:", _DIGITS, 4, 10),
    _Trace("clarity", b'"clarity", "script", "', _SMALL, 8, 12),
    _Trace("clarity", b'"clarity","script","', _SMALL, 8, 12),
    _Trace("recaptcha", b"api.js?render=", _WORD | _DASH, 40, 40),
)  # fmt: skip

_DASHED: Final = re.compile(rb"-(?<=[AGMWb]-)")
"""The end of every text that ends in a dash: where there is none, they need not be looked for."""
_B24_LOADERS: Final = (b"/crm/site_button/loader_", b"/crm/form/loader_")
_LIVEINTERNET: Final = b"counter.yadro.ru/"
_AMOCRM: Final = b'",hash:"'
_COUNTED_UP: Final = "01234567890123456789"
_SAMPLE_WORDS: Final = ("xxxx", "abcdef", "your", "test", "example", "deadbeef")


def find_counters(body: bytes) -> tuple[tuple[str, str], ...]:
    """Return (kind, account) pairs, sorted, each once.

    A LiveInternet counter outside a group is keyed by the site's own name: its account is empty.
    """
    found: set[tuple[str, str]] = set()
    dashed = _DASHED.search(body)
    for trace in _TRACES:
        if (dashed or trace.text[-1:] != b"-") and trace.text in body:
            found.update(_traced(body, trace))
    for kind, find in _FINDERS.items():
        found.update((kind, account) for account in find(body))
    return tuple(sorted(one for one in found if not _is_sample(*one)))


def _traced(body: bytes, trace: _Trace) -> Iterator[tuple[str, str]]:
    for at in _places(body, trace.text):
        before = body[max(0, at - len(trace.text) - 20) : at - len(trace.text)]
        if trace.after and not before.endswith(tuple(trace.after.split(b"|"))):
            continue
        if trace.text == b"ym(" and before and before[-1] in _WORD:
            continue  # a longer function name that ends in ym
        if account := _account(body, at, trace):
            yield trace.kind, trace.prefix + account


def _places(body: bytes, text: bytes) -> Iterator[int]:
    """Yield where the text ends, for its first occurrences."""
    at = body.find(text)
    for _ in range(_EACH):
        if at < 0:
            return
        at += len(text)
        yield at
        at = body.find(text, at)


def _account(body: bytes, at: int, trace: _Trace) -> str:
    stop = at + 40
    while trace.skip and at < min(stop, len(body)) and body[at] in trace.skip:
        at += 1
    end = at
    while end < len(body) and end - at <= trace.longest and body[end] in trace.letters:
        end += 1
    if not trace.shortest <= end - at <= trace.longest:
        return ""
    account = body[at:end].decode("ascii").strip("-")
    if trace.kind == "ua" and account.count("-") != 1:
        return ""
    return account


def _bitrix24(body: bytes) -> Iterator[str]:
    """The portal stands before the loader: `…bitrix24.ru/b123/crm/form/loader_1.js`.

    One that the firm runs itself is known by its host: `https://crm.firm.ru/upload/crm/…`.
    """
    for text in _B24_LOADERS:
        for at in _places(body, text):
            before = body[max(0, at - len(text) - 120) : at - len(text)]
            rest, _, portal = before.rpartition(b"/")
            if portal == b"upload":
                portal = rest.rpartition(b"//")[2].lower()
                if b"." in portal and (_SMALL | frozenset(b".-")).issuperset(portal):
                    yield portal.decode("ascii")
            elif 2 <= len(portal) <= 16 and _WORD.issuperset(portal):
                yield portal.decode("ascii")


def _liveinternet(body: bytes) -> Iterator[str]:
    for at in _places(body, _LIVEINTERNET):
        group = body[at : at + 60]
        if not group.startswith((b"hit", b"logo")):
            continue
        _, mark, rest = group.partition(b"hit;")
        name = bytes(rest.partition(b"?")[0]) if mark else b""
        yield name.decode("ascii") if name and _WORD.issuperset(name) else ""


def _amocrm(body: bytes) -> Iterator[str]:
    """The number of a form or chat button: `({id:"123",hash:"0af…",locale:"ru"`."""
    for at in _places(body, _AMOCRM):
        told = body[at : at + 90]
        number = bytes(body[max(0, at - 40) : at - len(_AMOCRM)].rpartition(b'id:"')[2])
        if not 3 <= len(number) <= 10 or not _DIGITS.issuperset(number):
            continue
        if _HEX.issuperset(told[:32]) and b"locale" in told:
            yield number.decode("ascii")


_FINDERS: Final[dict[str, Callable[[bytes], Iterator[str]]]] = {
    "bitrix24": _bitrix24,
    "liveinternet": _liveinternet,
    "amocrm": _amocrm,
}


def _is_sample(kind: str, account: str) -> bool:
    """Say whether an account is one of those that stand in instructions, and are copied from there."""
    low = account.lower()
    if any(word in low for word in _SAMPLE_WORDS):
        return kind not in ("bitrix24", "liveinternet")
    number = account.partition("-")[2] if kind in ("gtm", "ga4", "ads", "ua", "vk") else account
    number = number.removeprefix("ca-pub-").removeprefix("RTRG-").partition("-")[0]
    if not number or kind == "liveinternet":
        return False
    if len(number) >= 4 and number.isdigit():
        counted_up = _COUNTED_UP.startswith((number, "0" + number))
        return counted_up or len(set(number)) == 1
    return len(number) >= 4 and len(set(number.upper())) == 1
