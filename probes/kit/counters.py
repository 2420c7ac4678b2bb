"""Finds visitor counters, advertising tags and chat widgets with their account numbers.

Scripts are scanned for fixed texts with a bounded run of characters after them; no expression ever
looks further than that, so a page of any size costs one pass for each known text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

_DIGITS: Final = frozenset(b"0123456789")
_WORD: Final = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
_CAPITALS: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
_HEX: Final = frozenset(b"0123456789abcdef")
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


_TRACES: Final = (
    _Trace("metrika", b"/watch/", _DIGITS, 4, 10, after=b"mc.yandex.ru|mc.yandex.com"),
    _Trace("metrika", b"ym(", _DIGITS, 4, 10),
    _Trace("metrika", b"Ya.Metrika", _DIGITS, 4, 10, skip=b"2({ \r\n\tid:\"'"),
    _Trace("gtm", b"GTM-", _CAPITALS, 4, 10, "GTM-"),
    _Trace("ga4", b"G-", _CAPITALS, 6, 12, "G-", after=b"'|\"|js?id="),
    _Trace("ads", b"AW-", _DIGITS, 6, 12, "AW-", after=b"'|\"|js?id="),
    _Trace("ua", b"UA-", _DIGITS | frozenset(b"-"), 6, 16, "UA-"),
    _Trace("vk", b"VK-RTRG-", _WORD | frozenset(b"-"), 6, 24, "VK-RTRG-"),
    _Trace("top_mail_ru", b"mail.ru/counter?id=", _DIGITS, 4, 10),
    _Trace("top_mail_ru", b"_tmr.push({", _DIGITS, 4, 10, skip=b" \r\n\tid:\"'"),
    _Trace("roistat", b"cloud.roistat.com", _HEX, 16, 64, skip=b"/dist/module.js \"',\r\n\t"),
    _Trace("jivo", b"/widget/", _WORD, 6, 16, after=b"code.jivo.ru|code.jivosite.com|/script"),
    _Trace("calltouch", b"mod.calltouch.ru/init.js?id=", _WORD, 4, 16),
    _Trace("comagic", b"app.comagic.ru/static/cs.min.js?k=", _WORD, 8, 40),
)

_DASHED: Final = re.compile(rb"-(?<=[AGMW]-)")
"""The end of every text that ends in a dash: where there is none, they need not be looked for."""
_B24_LOADERS: Final = (b"/crm/site_button/loader_", b"/crm/form/loader_")
_LIVEINTERNET: Final = b"counter.yadro.ru/"


def find_counters(body: bytes) -> tuple[tuple[str, str], ...]:
    """Return (kind, account) pairs, sorted, each once.

    A LiveInternet counter outside a group is keyed by the site's own name: its account is empty.
    """
    found: set[tuple[str, str]] = set()
    dashed = _DASHED.search(body)
    for trace in _TRACES:
        if trace.text.endswith(b"-") and not dashed:
            continue
        for at in _places(body, trace.text):
            before = body[max(0, at - len(trace.text) - 20) : at - len(trace.text)]
            if trace.after and not before.endswith(tuple(trace.after.split(b"|"))):
                continue
            if trace.text == b"ym(" and before and before[-1] in _WORD:
                continue  # a longer function name that ends in ym
            if account := _account(body, at, trace):
                found.add((trace.kind, trace.prefix + account))
    found.update(("bitrix24", portal) for portal in _bitrix24(body))
    found.update(_liveinternet(body))
    return tuple(sorted(found))


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
    """The portal is the path segment before the loader: `…bitrix24.ru/b123/crm/form/loader_1.js`."""
    for text in _B24_LOADERS:
        for at in _places(body, text):
            before = body[max(0, at - len(text) - 40) : at - len(text)]
            portal = before.rpartition(b"/")[2]
            if 2 <= len(portal) <= 16 and _WORD.issuperset(portal):
                yield portal.decode("ascii")


def _liveinternet(body: bytes) -> Iterator[tuple[str, str]]:
    for at in _places(body, _LIVEINTERNET):
        group = body[at : at + 60]
        if not group.startswith((b"hit", b"logo")):
            continue
        _, mark, rest = group.partition(b"hit;")
        name = bytes(rest.partition(b"?")[0]) if mark else b""
        yield "liveinternet", name.decode("ascii") if name and _WORD.issuperset(name) else ""
