"""What a page takes from other hosts, or names there: which host, what for, and one address.

What a browser fetches by itself to show the page, what a form is sent to and what is offered for download is
told from what the page merely links to or names in its code. A link to a home page is none of these.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Final

from msgspec import Struct

from probes.kit.web_host import host_of

TAKEN: Final = ("script", "style", "font", "picture", "film", "frame", "form", "part", "file")
"""What a visitor would miss at once; `part` is what its address does not tell."""
LOOSE: Final = ("link", "named")
"""A link to something inside the host; a name in the page's code, which may or may not be called."""

_HOME: Final = frozenset({b"", b"index.html", b"index.php"})
_RANK: Final = {what: place for place, what in enumerate((*TAKEN, *LOOSE))}
_MOST: Final = 60
_PLACES: Final = 4_000
_TIMES: Final = 25
"""Places in the markup at which one host is looked at: whoever is named so often is linked to, at the least."""
_URL_LENGTH: Final = 200
_ABSOLUTE: Final = re.compile(rb"//([^\"'/\s<>\\?#()]{1,300})([^\"'\s<>)\\]{0,300})")
_ESCAPED: Final = re.compile(rb"\\/\\/([^\"'/\s<>\\?#()]{1,300})")
"""As it stands in JSON: `https:\\/\\/api.firm.ru\\/v1`."""
_ATTRIBUTE: Final = re.compile(rb"[a-z:-]{1,20}\Z")
_BEFORE: Final = 30
_LOADING: Final = frozenset({b"src", b"srcset", b"poster", b"data", b"background", b"imagesrcset"})
_SENDING: Final = frozenset({b"action", b"formaction"})
_NAMING: Final = frozenset({b"content", b"href"})
_WORDS_OF_EXTENSIONS: Final = {
    "script": "js mjs",
    "style": "css",
    "font": "woff woff2 ttf otf eot",
    "picture": "png jpg jpeg gif svg webp avif ico bmp",
    "film": "mp4 webm ogv mov m3u8 mp3 ogg wav m4a",
    "file": "pdf doc docx xls xlsx ppt pptx odt ods rtf zip rar 7z gz tgz exe msi dmg apk ipa csv yml djvu",
}
_BY_EXTENSION: Final = {
    extension.encode(): what
    for what, extensions in _WORDS_OF_EXTENSIONS.items()
    for extension in extensions.split()
}


class Part(Struct, frozen=True, order=True, gc=False):
    """What a page takes from one host, or says of it: the weightiest of all."""

    host: str
    what: str
    """One of TAKEN or LOOSE."""
    url: str = ""
    """Where, at most 200 characters; empty where no browser need go there."""


class Written(Struct, frozen=True):
    """Where on a page addresses stand, as its reader met them."""

    markup: bytes
    """What is no comment, script or style, in its own spelling."""
    scripts: list[bytes]
    """Addresses of scripts …"""
    assets: list[bytes]
    """… of styles, icons and what is to be loaded early, scripts among them …"""
    frames: list[bytes]
    """… and of pages shown within."""
    styles: list[bytes]
    code: list[bytes]
    """Scripts within the page, data for machines among them."""


def parts_of(page: Written, value: Callable[[bytes], str]) -> tuple[Part, ...]:
    """Return one part for each other host, at most sixty, the weightiest first; `value` decodes an attribute."""
    found: dict[bytes, tuple[int, bytes]] = {}
    for host, rank, url in _places(page):
        known = found.get(host)
        if known is None or rank < known[0]:
            found[host] = rank, url
    order = (*TAKEN, *LOOSE)
    parts: dict[str, Part] = {}
    for raw, (rank, url) in sorted(found.items(), key=lambda one: one[1][0]):
        name = host_of(value(b"//" + raw))
        if "." in name and name not in parts:
            told = value(url)[:_URL_LENGTH] if rank < _RANK["link"] else ""
            parts[name] = Part(name, order[rank], told)
            if len(parts) == _MOST:
                break
    return tuple(parts.values())


def _places(page: Written) -> Iterator[tuple[bytes, int, bytes]]:
    for addresses, usual in ((page.scripts, "script"), (page.frames, "frame")):
        for host, _, url in _absolute(addresses):
            yield host, _RANK[usual], url
    for host, path, url in _absolute(page.assets):
        yield host, _RANK[_by_extension(path) or "style"], url
    looked: dict[bytes, int] = {}
    for found in islice(_ABSOLUTE.finditer(page.markup), _PLACES):
        times = looked.get(found[1], 0)
        if times < _TIMES:
            what = _in_markup(page.markup, found.start(), found[2])
            looked[found[1]] = _TIMES if what == "picture" else times + 1
            if what:
                yield found[1], _RANK[what], _url(found)
    for style in page.styles:
        for found in islice(_ABSOLUTE.finditer(style), _PLACES):
            if style[max(0, found.start() - _BEFORE) : found.start()].rfind(b"url(") >= 0:
                yield found[1], _RANK[_by_extension(found[2]) or "picture"], _url(found)
    for code in page.code:
        yield from _in_code(code)


def _in_code(code: bytes) -> Iterator[tuple[bytes, int, bytes]]:
    """What a script names it may call; what is told to search machines of a home page is no more than a link."""
    told = b"schema.org" in code
    for found in islice(_ABSOLUTE.finditer(code), _PLACES):
        if not told or _is_inside(found[2]):
            yield found[1], _RANK["named"], b""
    if not told and b"\\/\\/" in code:
        for found in islice(_ESCAPED.finditer(code), _PLACES):
            yield found[1], _RANK["named"], b""


def _absolute(addresses: Iterable[bytes]) -> Iterator[tuple[bytes, bytes, bytes]]:
    for address in addresses:
        if found := _ABSOLUTE.match(address.strip().removeprefix(b"https:").removeprefix(b"http:")):
            yield found[1], found[2], _url(found)


def _url(found: re.Match[bytes]) -> bytes:
    return b"//" + found[1] + found[2]


def _in_markup(markup: bytes, at: int, path: bytes) -> str:
    """Say what an address in a page's markup is for; empty for a link to a home page, and for a mere word."""
    before = markup[max(0, at - _BEFORE) : at].lower()
    before = before.removesuffix(b"https:").removesuffix(b"http:").rstrip(b" \"'")
    if before.endswith(b"url("):
        return _by_extension(path) or "picture"
    if not before.endswith(b"="):
        # The second picture of a srcset follows a comma; all else is text.
        kind = _by_extension(path)
        return "picture" if before.endswith(b",") and kind == "picture" else _link(path)
    named = _ATTRIBUTE.search(before[:-1].rstrip())
    attribute = named[0] if named else b""
    if attribute in _LOADING or attribute.startswith((b"data-src", b"data-bg", b"data-original")):
        return _by_extension(path) or "part"
    if attribute in _SENDING:
        return "form"
    if b"<base" in before:
        return "part"  # whatever the page names without a host lies there
    if attribute in _NAMING:
        kind = _by_extension(path)
        # What lies behind a link is shown to whoever follows it; a style or a picture, at once.
        return kind if kind and kind != "script" else _link(path)
    return "named" if attribute.startswith(b"data-") else ""


def _link(path: bytes) -> str:
    return "link" if _is_inside(path) else ""


def _is_inside(path: bytes) -> bool:
    """Say whether an address leads past a home page."""
    return path.partition(b"#")[0].partition(b"?")[0].strip(b"/") not in _HOME


def _by_extension(path: bytes) -> str:
    last = path.partition(b"?")[0].partition(b"#")[0].rpartition(b"/")[2]
    name, dot, extension = last.rpartition(b".")
    return _BY_EXTENSION.get(extension.lower(), "") if dot and name else ""
