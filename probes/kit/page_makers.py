"""Whom a page names as its maker: `Разработка сайта — studio.ru`, `made by studio.com`.

Whoever made a site, or looks after it, is linked from it and is not its owner.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Final

from probes.kit.web_host import host_of

MOST: Final = 5
_PLACES: Final = 200
_BEFORE, _BEHIND = 240, 320
"""Bytes round a link that are read."""
_NEAR: Final = 48
"""Characters of text before a link that may speak of it."""
_WORK: Final = r"(?:разраб\w+|созда\w+|сдела\w+|дизайн\w*|продви\w+|раскрут\w+|сопровожд\w+|поддержк\w+|в[её]рстк\w+|изготов\w+)"
_CREDIT: Final = re.compile(
    rf"\b{_WORK}(?: и \w{{3,20}})? (?:\w{{2,20}} )?(?:сайт|лендинг|интернет-магазин|портал)"
    r"|\b(?:сайт|лендинг|интернет-магазин|портал)\w{0,3} (?:разработан|создан|сделан|св[её]рстан|сделал|создал|разработал)"
    r"|\b(?:сделано|разработано|создано|сделали|разработали) (?:в|во|студией|агентством|компанией|командой)(?! росси| рф\b| ссср| белар| москв| крым)\b"
    r"|\bсайт\w{0,3} ?(?:[:—–-]|от) ?(?:\w{2,12}[- ])?(?:студи|агентств|бюро|мастерск|команд|веб|web|digital|studio)"
    r"|\b(?:веб|web|интернет|digital)[- ](?:студия|агентство|studio|agency)\b"
    r"|\b(?:developed|designed|made|created|built|powered|website|site|design|development) by\b"
)
_LABEL: Final = re.compile(
    r"\b(?:разработка|создание|дизайн|в[её]рстка|продвижение|сопровождение|design|development)"
    r"(?: (?:и|&|and) \w{3,20})? ?[:—–-]\Z"
)
"""What ends right before a link to whoever did it."""
_HINTS: Final = (
    *("разраб", "созда", "сдела", "дизайн", "продви", "раскрут", "сопровожд", "поддержк", "верстк"),
    *("вёрстк", "изготов", "студи", "агентств", " by ", "studio", "agency"),
)
"""Each credit has one of these, and most pages have none."""
_HINTS_IN_MARKUP: Final = (*(hint.strip() for hint in _HINTS), "design", "develop")
"""The markup round each link that is credited has one of these."""
_LINK: Final = re.compile(rb"href\s{0,3}=\s{0,3}[\"']?(?:https?:)?(//[^\"'/\s<>]{1,300})")
_END: Final = b"</a"
_HERE: Final = b"\x00"
"""Stands between what comes before a link and the link."""
_TAG: Final = re.compile(r"<[^<>]{0,400}>?")
_SAID: Final = re.compile(r"(?:alt|title|aria-label)\s?=\s?(?:\"([^\"<>]{1,120})|'([^'<>]{1,120}))")


def maker_hosts(text: str, markup: bytes, value: Callable[[bytes], str]) -> tuple[str, ...]:
    """Return hosts that are linked with words that call them the site's makers, at most five.

    `text` is the visible text, `markup` the markup with its ASCII letters in lower case.
    """
    return tuple(islice(dict.fromkeys(_credited(text, markup, value)), MOST))


def _credited(text: str, markup: bytes, value: Callable[[bytes], str]) -> Iterator[str]:
    """Yield them; where the text has no such words, pictures and links alone are asked what they are said to be."""
    in_text: bool | None = None  # a whole text is searched only when a link could be one
    for link in islice(_LINK.finditer(markup), _PLACES):
        around = _round(markup, link)
        said = value(around).casefold()
        if not any(hint in said for hint in _HINTS_IN_MARKUP):
            continue
        if b"alt=" not in around and b"title=" not in around:
            if in_text is None:
                whole = text.casefold()
                in_text = any(hint in whole for hint in _HINTS)
            if not in_text:
                continue
        if _is_credited(around, value) and "." in (host := host_of(value(link[1]))):
            yield host


def _round(markup: bytes, link: re.Match[bytes]) -> bytes:
    """Return the markup of a link, and of what stands before it, up to the link before."""
    opens = markup.rfind(b"<a", max(0, link.start() - _BEFORE), link.start())
    if opens < 0:
        return b""
    before = markup[max(0, opens - _BEFORE) : opens].rpartition(_END)[2]
    ends = markup.find(_END, link.end(), link.end() + _BEHIND)
    return before + _HERE + markup[opens : ends if ends >= 0 else link.end() + _BEHIND]


def _is_credited(around: bytes, value: Callable[[bytes], str]) -> bool:
    """Say whether the words right before a link, or its own, tell of work on a site."""
    before, _, inside = around.partition(_HERE)
    told = _plain(value(before))[-_NEAR:]
    return bool(_LABEL.search(told) or _CREDIT.search(f"{told} {_plain(value(inside))}"))


def _plain(markup: str) -> str:
    """The text of a piece of markup, with what pictures and links are said to be."""
    said = " ".join(one or other for one, other in _SAID.findall(markup))
    return " ".join(f"{_TAG.sub(' ', markup)} {said}".casefold().split())
