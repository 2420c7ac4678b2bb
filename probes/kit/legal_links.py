"""Where a page links to those of its own site that say whose it is: requisites, offers, policies, contacts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Final

MOST: Final = 4
_PLACES: Final = 300
_SAID: Final = 160
"""Bytes behind the address in which the words of the link are looked for."""
_LINK: Final = re.compile(rb"<a\s[^<>]{0,200}?href\s{0,3}=\s{0,3}[\"']?([^\"'\s<>#]{1,300})")
_END: Final = b"</a"
_TAG: Final = re.compile(r"<[^<>]{0,200}>?")
_WORDS: Final = (
    ("rekvizit", "requisit", "реквизит", "impressum", "imprint", "выходные данные"),
    ("oferta", "offer", "оферт", "legal", "юридическ", "правовая информация"),
    ("privacy", "politik", "policy", "policies", "konfiden", "personal-data", "personaldata", "152-fz",
     "soglas", "pdn", "политик", "конфиденциальн", "персональны", "соглашени", "terms"),
    ("kontakt", "contact", "контакт"),
    ("o-kompanii", "about", "o-nas", "о компании", "о нас"),
)  # fmt: skip
"""Words of such an address, or of such a link, the most telling first."""
_NO_PAGES: Final = (".pdf", ".doc", ".docx", ".rtf", ".jpg", ".png", ".zip")
_OTHER_SCHEMES: Final = ("mailto:", "tel:", "javascript:", "data:", "viber:", "whatsapp:", "tg:")


def legal_links(markup: bytes, value: Callable[[bytes], str]) -> tuple[str, ...]:
    """Return the addresses of at most four such pages as they are written, the most telling first.

    `markup` is what a reader sees, its ASCII letters in lower case: so a path that minds them may be missed.
    Whether one lies at the site's own host is for the reader to see.
    """
    found: dict[str, int] = {}
    links = list(islice(_LINK.finditer(markup), _PLACES))
    addresses = _values([link[1] for link in links], value)
    around = [_inside(markup, link.end()) for link in links]
    # Most pages have few of the words, or none, and hundreds of links.
    in_paths = _met("\n".join(addresses))
    in_words = _met(_said(b">".join(around), value))
    if not any(in_paths) and not any(in_words):
        return ()
    for address, inside in zip(addresses, around, strict=True):
        path = address.partition("//")[2].partition("/")[2] if "//" in address else address
        ranks = [*_ranks_of(path, in_paths)]
        if any(in_words) and not ranks:
            ranks += _ranks_of(_said(inside, value), in_words)
        other = address.startswith(_OTHER_SCHEMES) or path.partition("?")[0].endswith(_NO_PAGES)
        if ranks and not other and path.strip("/"):
            found[address] = min(*ranks, found.get(address, len(_WORDS)))
    return tuple(sorted(found, key=lambda address: found[address]))[:MOST]


def _values(raws: list[bytes], value: Callable[[bytes], str]) -> list[str]:
    """Decode many at once; each by itself only where one of them holds a line break."""
    whole = value(b"\n".join(raws)).split("\n")
    return [one.strip() for one in whole] if len(whole) == len(raws) else [*map(value, raws)]


def _inside(markup: bytes, at: int) -> bytes:
    """What stands within a link whose address ends there: its words, and tags among them."""
    return markup[at : at + _SAID].partition(_END)[0].partition(b">")[2]


def _said(inside: bytes, value: Callable[[bytes], str]) -> str:
    return _TAG.sub(" ", value(inside)).casefold()


def _met(text: str) -> tuple[tuple[str, ...], ...]:
    """Which of the words there are in a text, by rank."""
    return tuple(tuple(word for word in words if word in text) for words in _WORDS)


def _ranks_of(text: str, among: tuple[tuple[str, ...], ...]) -> Iterator[int]:
    return (rank for rank, words in enumerate(among) if any(word in text for word in words))
