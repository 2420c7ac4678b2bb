"""Which accounts elsewhere a page leads to: pages in social networks, channels, apps, rows in directories.

An account is known by what stands in its address: `vk.com/romashka`, `t.me/romashka_bot`. Buttons that share
the page, single posts and films are nobody's account and left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final
from urllib.parse import unquote

from probes.kit.legal_ids import phone

MOST: Final = 20
_PLACES: Final = 200
_NAMES: Final = {
    "vk.com": "", "vk.ru": "", "t.me": "", "telegram.me": "", "ok.ru": "group profile",
    "instagram.com": "", "facebook.com": "groups pages", "dzen.ru": "id", "max.ru": "", "tenchat.ru": "",
    "youtube.com": "channel c user", "rutube.ru": "channel u", "tiktok.com": "", "linkedin.com": "company",
    "hh.ru": "employer", "avito.ru": "user brands", "ozon.ru": "seller", "wildberries.ru": "seller brands",
    "yandex.ru": "maps/org", "2gis.ru": "firm", "apps.apple.com": "", "play.google.com": "",
}  # fmt: skip
"""Services, and the words before an account's name there. Of some the account follows at once."""
_ONLY_BEHIND: Final = frozenset({
    "rutube.ru", "linkedin.com", "hh.ru", "avito.ru", "ozon.ru", "wildberries.ru", "yandex.ru", "2gis.ru",
})  # fmt: skip
_AT_SIGN: Final = frozenset({"youtube.com", "tiktok.com"})
_NOBODYS: Final = re.compile(
    r"share|widget|away|rtrg|login|auth|dialog|plugins|embed|watch|playlist|video|clip|photo|wall|topic|feed|im\Z"
    r"|app\d|js\Z|p\Z|reel|stories|explore|accounts|hashtag|tr\Z|iv\Z|proxy|socks|offer|dk\Z|news\Z|a\Z|search|away"
    r"|id0|club0|public0"
)
_ADDRESS: Final = re.compile(
    rb"//(?:www\.|m\.|itunes\.)?("
    + b"|".join(re.escape(host.encode()) for host in sorted(_NAMES))
    + rb")/([^\"'\s<>\\]{1,200})"
)
_ID: Final = re.compile(r"[a-z0-9@._+-]{3,64}")
_APPLE: Final = re.compile(r"id\d{6,12}")
_PLAY: Final = re.compile(r"[?&;]id=([a-z0-9._]{5,100})")
_FIRM: Final = re.compile(r"firm/(\d{6,20})")
_DIALLED: Final = (
    b"//wa.me/",
    b"whatsapp.com/send?phone=",
    b"whatsapp.com/send/?phone=",
    b"viber://chat?number=",
)


def profiles(markup: bytes) -> tuple[str, ...]:
    """Return `host/account` of each account that the markup, in lower case, leads to; at most twenty."""
    met = islice(_ADDRESS.finditer(markup), _PLACES)
    found = (_profile(one[1].decode(), unquote(one[2].decode("ascii", "replace"))) for one in met)
    return tuple(islice(dict.fromkeys(filter(None, found)), MOST))


def chat_phones(markup: bytes) -> Iterator[str]:
    """Yield the numbers, in E.164, that links to messengers dial."""
    for text in _DIALLED:
        at = markup.find(text)
        for _ in range(MOST):
            if at < 0:
                break
            at += len(text)
            digits = _digits(unquote(markup[at : at + 24].decode("ascii", "replace")).lstrip("+ "))
            if number := phone(f"+{digits}") if digits else "":
                yield number
            at = markup.find(text, at)


def _profile(host: str, path: str) -> str:
    if host == "apps.apple.com":
        found = _APPLE.search(path)
        return f"{host}/{found[0]}" if found else ""
    if host == "play.google.com":
        package = _PLAY.search(path)
        return f"{host}/{package[1]}" if package else ""
    if host == "2gis.ru":
        firm = _FIRM.search(path)
        return f"{host}/{firm[1]}" if firm else ""
    words = path.partition("?")[0].partition("#")[0].strip("/").split("/")
    account = _account(host, words)
    if not account or not _ID.fullmatch(account) or _NOBODYS.match(account):
        return ""
    return f"{_one(host)}/{account}"


def _account(host: str, words: list[str]) -> str:
    for before in _NAMES[host].split():
        opening = before.split("/")
        if words[: len(opening)] == opening:
            # Maps put the firm's number behind its name.
            rest = [one for one in words[len(opening) : len(opening) + 2] if one]
            numbers = [one for one in rest if one.isdigit()]
            return (numbers or rest or [""])[0]
    if host in _ONLY_BEHIND or (host in _AT_SIGN and not words[0].startswith("@")):
        return ""
    if host in ("t.me", "telegram.me") and words[0] == "s":
        return words[1] if len(words) > 1 else ""
    return words[0]


def _one(host: str) -> str:
    """One name of a service that has several."""
    return {"vk.ru": "vk.com", "telegram.me": "t.me"}.get(host, host)


def _digits(text: str) -> str:
    taken: Iterable[str] = text
    found: list[str] = []
    for sign in taken:
        if not "0" <= sign <= "9":
            break
        found.append(sign)
    return "".join(found)
