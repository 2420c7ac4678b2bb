"""Reads an HTML page: what it says, where it sends you, what it is built with.

A tree-building parser is quadratic on hostile markup (100,000 nested `<div>` cost it half a minute),
so the page is read over its bytes instead: what no reader sees is cut out, the few tags that carry
facts are opened on the way, and of the rest one pass takes the text and one the links. Every byte is
looked at a constant number of times.
"""

from __future__ import annotations

import codecs
import html
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final, Self

from msgspec import Struct

from probes.kit.counters import find_counters
from probes.kit.page_parts import Part, Written, parts_of
from probes.kit.page_relations import Attributes, Relations, relations_of
from probes.kit.upkeep import Upkeep, upkeep_of
from probes.kit.web_host import host_of

_TAG_LIMIT: Final = 6_000
"""Tags opened and links read on one page; the rest of a longer page counts as text only."""
_TAG_BYTES: Final = 4_096
"""A tag longer than this is cut: only embedded pictures are, and they carry no fact."""
_TITLE_LENGTH: Final = 200
_TEXT_KEPT: Final = 4_096
_LINK_HOSTS: Final = 100
_SCRIPT_HOSTS: Final = 50
_SHELL_TEXT: Final = 250
"""A page with less visible text than this may be a shell that scripts fill in the browser."""
_AUTHORITY_LENGTH: Final = 320
"""Characters of the longest host name, with a port and a user before it."""
_REFRESH_SECONDS: Final = 5

_CHARSETS: Final = re.compile(
    r"utf-?8|utf-?16(le|be)?|windows-?125\d|cp125\d|koi8-[ru]|iso-?8859-?\d{1,2}|(ibm|cp)866|x-mac-cyrillic"
    r"|us-ascii|latin-?1|gb(k|2312|18030)|big5|shift_?jis|euc-(jp|kr)"
)
# What follows is matched against the page in lower case, unless it says otherwise.
_META_CHARSET: Final = re.compile(rb"<meta[^<>]{0,200}?charset\s*=\s*[\"']?([a-z0-9_-]{2,20})")
_OPEN: Final = re.compile(
    rb"<(?=[!hilmnst])(!--|(?:html|iframe|input|link|meta|noscript|script|style|template|textarea|title)"
    rb"(?=[\s/>]))"
)
_TAG_END: Final = re.compile(rb"[^\"'>]*+(?:\"[^\"]*+\"[^\"'>]*+|'[^']*+'[^\"'>]*+)*+>")
_ATTRIBUTE: Final = re.compile(
    rb"([a-z][a-z0-9:_-]*+)\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'>]++))", re.I
)
_TEXT: Final = re.compile(rb">\s*+(?!<[/!?a-zA-Z])([\s\S][^<]*+(?:<(?![/!?a-zA-Z])[^<]*+)*+)")
"""What stands between two tags; a `<` that opens none belongs to it. Any case."""
_LINK: Final = re.compile(
    rb"<a[\s/](?:[^\"'<>h]++|\"[^\"]*+\"|'[^']*+'|(?<![\s\"'/])h|h(?!ref[\s=]))*+href\s*+=\s*+"
    rb"(?:\"\s*+(?:https?:)?(//[^\"/\s]++)|'\s*+(?:https?:)?(//[^'/\s]++)"
    rb"|(?:https?:)?(//[^\"'/\s>]++))(?!\Z)"
)
"""A link to another host: `//` and the host, unless the end of the page cuts it off.

Outside quotes it stops at the next `<`, and two tags that run on inside quotes are never in the same
state, so at most three tries read any byte.
"""
_SRC: Final = re.compile(rb"[\s\"'/]src\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'>]++))")
_MOUNT: Final = re.compile(
    rb"\bid=[\"']?(?:root|app|__next|__nuxt|main-app|q-app|app-root|react-root|svelte|___gatsby)"
    rb"[\"'\s>]|<app-root[\s>]"
)
_NEEDS_SCRIPT: Final = (
    "enable javascript",
    "javascript is required",
    "javascript is disabled",
    "без javascript",
    "включите javascript",
    "включить javascript",
    "javascript отключен",
)
_JUMP: Final = re.compile(
    r"(?:(?:window|document|top|self|parent)\.)?location(?:\.href)?(?:\s*=\s*|\.(?:replace|assign)\()"
    r"(?:\"([^\"<>\\]{1,2000}+)\"|'([^'<>\\]{1,2000}+)')\)?\s*;?"
)
_FEEDS: Final = {b"application/rss+xml", b"application/atom+xml"}
_SWALLOW: Final = {b"script", b"style", b"noscript", b"template", b"textarea", b"title", b"iframe"}
"""Elements whose content is no visible text of the page."""


class Reading(Struct, frozen=True):
    """What one HTML page says. Texts have their white space folded."""

    title: str = ""
    text: str = ""
    """The first 4,096 characters of visible text."""
    text_length: int = 0
    generator: str = ""
    language: str = ""
    refresh: str = ""
    """Where the page sends its reader by itself (meta refresh within 5 s, or a script that does
    nothing else), as written; empty when it does not."""
    canonical: str = ""
    assets: str = ""
    """Addresses of scripts and styles, lower case, one a line."""
    script_hosts: tuple[str, ...] = ()
    link_hosts: tuple[str, ...] = ()
    """Hosts the page links to, canonical, in order of appearance, at most 100."""
    counters: tuple[tuple[str, str], ...] = ()
    relations: Relations = Relations()
    parts: tuple[Part, ...] = ()
    """What it takes from other hosts, one part for each."""
    upkeep: Upkeep = Upkeep()
    password_field: bool = False
    script_shell: bool = False


def is_html(content_type: str, body: bytes) -> bool:
    """True when the answer is a web page by its declared type or, undeclared, by its first character."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind in ("text/html", "application/xhtml+xml"):
        return True
    return kind in ("", "text/plain", "application/octet-stream") and _looks_like_html(body)


def _looks_like_html(body: bytes) -> bool:
    start = body[:256].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return start.startswith(
        (b"<!doctype html", b"<html", b"<head", b"<body", b"<title", b"<script")
    )


def charset_of(content_type: str, body: bytes) -> str:
    """Say how a body is to be decoded: declared, else UTF-8 if it is that, else Windows-1251."""
    if body.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    declared = content_type.lower().partition("charset=")[2].partition(";")[0].strip(" \"'")
    if not _CHARSETS.fullmatch(declared):
        meta = _META_CHARSET.search(body[:4_096].lower())
        declared = meta[1].decode("ascii") if meta else ""
    if _CHARSETS.fullmatch(declared) and not declared.startswith(("utf-8", "utf8")):
        # A meta tag that could be read as ASCII is no proof of UTF-16 (WHATWG HTML, 13.2.3.3).
        return "utf-8" if declared.startswith("utf") and b"<" in body[:64] else declared
    if declared:
        return "utf-8"
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        decoder.decode(body)  # not final: a body cut inside a letter is still UTF-8
    except UnicodeDecodeError:
        return "windows-1251"
    return "utf-8"


def decode(body: bytes, charset: str) -> str:
    """Decode what can be decoded; broken bytes become replacement characters."""
    try:
        return body.decode(charset, "replace")
    except LookupError:
        return body.decode("utf-8", "replace")


def read(body: bytes, content_type: str) -> Reading:
    """Read whatever a server sent: a page as a page, other text as text, the rest as nothing said."""
    if is_html(content_type, body):
        return read_page(body, content_type)
    kind = content_type.partition(";")[0].strip().lower()
    if (
        kind.startswith("text/")
        or kind.endswith(("json", "xml"))
        or (not kind and b"\0" not in body)
    ):
        text = _fold(decode(_text([body]), charset_of(content_type, body)))
        return Reading(text=text[:_TEXT_KEPT], text_length=len(text))
    return Reading()


def read_page(body: bytes, content_type: str) -> Reading:
    """Read a page of any size in linear time; nonsense gives an empty Reading, never an error."""
    return _Scan.of(body, content_type).reading()


def read_words(body: bytes, content_type: str, most: int) -> tuple[str, str]:
    """Return the title and at most so many characters of the text that `read_page` gives, and no more."""
    scan = _Words.of(body, content_type)
    text = scan.beginning(most)
    return scan.title[:_TITLE_LENGTH], text


class _Scan:
    """One pass over what a page is built of; attributes collect what it finds."""

    def __init__(self, body: bytes, charset: str) -> None:
        self.body = body
        self.lower = body.lower()
        self.charset = charset
        self.title = self.generator = self.language = self.refresh = self.canonical = ""
        self.feed = ""
        self.head: list[Attributes] = []
        self.assets: list[bytes] = []
        self.scripts: list[bytes] = []
        self.frames: list[bytes] = []
        self.script_count = 0
        self.inline_scripts: list[tuple[int, int]] = []
        self.noscript: list[tuple[int, int]] = []
        self.styles: list[tuple[int, int]] = []
        self.password_field = self.form = False
        self.unclosed: set[bytes] = set()

    @classmethod
    def of(cls, body: bytes, content_type: str) -> Self:
        """Begin with a page as it was sent."""
        charset = charset_of(content_type, body)
        if charset.startswith(("utf-16", "utf16")) or charset == "utf-8-sig":
            body, charset = decode(body, charset).encode(), "utf-8"
        return cls(body, charset)

    def reading(self) -> Reading:
        seen = list(self.visible())
        markup = b" ".join(self.lower[start:end] for start, end in seen)
        links = _links(markup)
        text = self.text(seen)
        shell = len(text) < _SHELL_TEXT and self.is_shell()
        if not self.refresh and len(text) < _SHELL_TEXT and self.script_count == 1:
            self.refresh = self.jump()
        return Reading(
            title=self.title[:_TITLE_LENGTH],
            text=text[:_TEXT_KEPT],
            text_length=len(text),
            generator=self.generator[:_TITLE_LENGTH],
            language=self.language[:35],
            refresh=self.refresh,
            canonical=self.canonical,
            assets="\n".join(self.lines(self.assets)).lower(),
            script_hosts=_hosts(self.lines(self.scripts), _SCRIPT_HOSTS),
            link_hosts=_hosts(self.lines(links), _LINK_HOSTS),
            counters=find_counters(b"\n".join(self.code())),
            relations=relations_of(self.head, text, markup, self.value, self.inline(), self.frames),
            parts=parts_of(self.written(seen), self.value),
            upkeep=upkeep_of(text, self.body, self.form, self.feed),
            password_field=self.password_field,
            script_shell=shell,
        )

    def text(self, seen: list[tuple[int, int]]) -> str:
        """What a reader sees there, tags and white space taken away."""
        said = _text(self.body[start:end] for start, end in seen)
        return _fold(html.unescape(self.said(said)))

    def said(self, raw: bytes) -> str:
        return decode(raw, self.charset)

    def lines(self, raws: list[bytes]) -> list[str]:
        """Decode many short values at once; a script inside its own address is none."""
        return self.said(b"\n".join(one for one in raws if one[:5] != b"data:")).split()

    def code(self) -> Iterator[bytes]:
        """Everywhere a counter can stand: scripts, their addresses and their fallbacks."""
        yield from self.assets
        for start, end in (*self.inline_scripts, *self.noscript):
            yield self.body[start:end]

    def inline(self) -> Iterator[bytes]:
        """The scripts within the page, data for machines among them."""
        return (self.body[start:end] for start, end in self.inline_scripts)

    def written(self, seen: list[tuple[int, int]]) -> Written:
        """Where addresses stand; what is for readers without scripts is loaded by some."""
        return Written(
            markup=b" ".join(self.body[start:end] for start, end in (*seen, *self.noscript)),
            scripts=self.scripts,
            assets=self.assets,
            frames=self.frames,
            styles=[self.body[start:end] for start, end in self.styles],
            code=list(self.inline()),
        )

    def visible(self) -> Iterator[tuple[int, int]]:
        """Yield where a reader sees the page, tags included, noting facts on the way."""
        at = start = opened = 0
        while opened < _TAG_LIMIT and (tag := _OPEN.search(self.lower, at)):
            opened += 1
            name, at = tag[1], tag.end()
            if name == b"!--":
                end = self.lower.find(b"-->", at)
                yield start, tag.start()
                if end < 0:
                    return
                at = start = end + 3
                continue
            end_of_tag = _TAG_END.match(self.lower, at, at + _TAG_BYTES)
            inner = end_of_tag.end() if end_of_tag else at
            self.note(name, at, inner)
            at = inner
            if name in _SWALLOW and (close := self.close_of(name, inner)) is not None:
                yield start, tag.start()
                self.keep(name, inner, close)
                at = start = close
        yield start, len(self.body)

    def close_of(self, name: bytes, at: int) -> int | None:
        """Where the element ends; the end of the page for a script that never does (as in browsers)."""
        if name in self.unclosed:
            return None
        found = self.lower.find(b"</" + name, at)
        if found >= 0:
            return found
        self.unclosed.add(name)
        return len(self.body) if name in (b"script", b"style", b"textarea", b"title") else None

    def keep(self, name: bytes, start: int, end: int) -> None:
        """Remember the inside of an element that is not visible text."""
        if name == b"title" and not self.title:
            self.title = _fold(html.unescape(self.said(self.body[start : min(end, start + 2_000)])))
        elif name == b"script" and end > start:
            self.inline_scripts.append((start, end))
        elif name == b"noscript":
            self.noscript.append((start, end))
        elif name == b"style":
            self.styles.append((start, end))
        elif name == b"textarea":
            self.form = True

    def note(self, name: bytes, start: int, end: int) -> None:
        """Take the facts from one tag; a script's is not taken apart whole."""
        if name == b"script":
            self.script_count += 1
            if found := _SRC.search(self.lower, start, end):
                first, last = found.span(found.lastindex or 0)
                self.scripts.append(self.body[first:last])
                self.assets.append(self.scripts[-1])
            return
        if name in _SWALLOW:
            if name == b"iframe" and (found := _SRC.search(self.lower, start, end)):
                self.frames.append(found[found.lastindex or 0])
            return
        attributes = _attributes(self.body[start:end])
        match name:
            case b"link":
                self.head.append(attributes)
                self.note_link(attributes)
            case b"meta":
                self.head.append(attributes)
                self.note_meta(attributes)
            case b"input":
                self.form = True
                self.password_field |= attributes.get(b"type", b"").lower() == b"password"
            case b"html":
                self.language = self.language or self.value(attributes.get(b"lang", b""))

    def note_link(self, attributes: dict[bytes, bytes]) -> None:
        rel = attributes.get(b"rel", b"").lower().split()
        if b"canonical" in rel and not self.canonical:
            self.canonical = self.value(attributes.get(b"href", b""))[:2_000]
        elif b"stylesheet" in rel or b"icon" in rel or b"preload" in rel:
            self.assets.append(attributes.get(b"href", b""))
        elif b"alternate" in rel and attributes.get(b"type", b"").lower() in _FEEDS:
            self.feed = self.feed or self.value(attributes.get(b"href", b""))[:500]

    def note_meta(self, attributes: dict[bytes, bytes]) -> None:
        content = self.value(attributes.get(b"content", b""))
        if attributes.get(b"name", b"").lower() == b"generator" and not self.generator:
            self.generator = _fold(content)
        if attributes.get(b"http-equiv", b"").lower() == b"refresh" and not self.refresh:
            self.refresh = _refresh_target(content)

    def value(self, raw: bytes) -> str:
        return html.unescape(self.said(raw)).strip()

    def is_shell(self) -> bool:
        """True when scripts build the page: a mount node beside scripts, or a plea for JavaScript."""
        if self.script_count and _MOUNT.search(self.lower):
            return True
        said = " ".join(self.said(self.body[a : min(b, a + 2_000)]) for a, b in self.noscript[:5])
        return any(plea in said.lower() for plea in _NEEDS_SCRIPT)

    def jump(self) -> str:
        """The address that the page's only script sends its reader to, if it does nothing else."""
        for start, end in self.inline_scripts:
            if end - start <= 2_200:
                code = self.said(self.body[start:end]).strip()
                if found := _JUMP.fullmatch(code):
                    return found[1] or found[2]
        return ""


class _Words(_Scan):
    """A pass for nothing but the title and the first words."""

    def note(self, name: bytes, start: int, end: int) -> None:
        """Pass over the facts of a tag."""

    def beginning(self, most: int) -> str:
        """At most so many characters of the text; no markup behind them is read."""
        markup = b" ".join((b">", *(self.body[start:end] for start, end in self.visible())))
        said: list[bytes] = []
        left = 2 * most  # bytes; a letter takes two, or an entity
        for found in _TEXT.finditer(markup):
            said.append(found[1])
            left -= len(found[1])
            if left < 0:
                if len(text := self.plain(said)) >= most:
                    return text[:most]
                left = most
        return self.plain(said)[:most]

    def plain(self, said: list[bytes]) -> str:
        return _fold(html.unescape(self.said(b" ".join(said))))


def _attributes(inside: bytes) -> dict[bytes, bytes]:
    found: dict[bytes, bytes] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(inside):
        found.setdefault(name.lower(), double or single or bare)
    return found


def _text(parts: Iterable[bytes]) -> bytes:
    return b" ".join(_TEXT.findall(b" ".join((b">", *parts))))


def _links(page: bytes) -> list[bytes]:
    return [found[found.lastindex or 0] for found in islice(_LINK.finditer(page), _TAG_LIMIT)]


def _fold(text: str) -> str:
    return " ".join(text.split())


def _refresh_target(content: str) -> str:
    """`0; url=/next` gives `/next` when it happens within 5 seconds."""
    seconds, _, rest = content.replace(",", ";", 1).partition(";")
    try:
        if not 0 <= float(seconds.strip() or "x") <= _REFRESH_SECONDS:
            return ""
    except ValueError:
        return ""
    rest = rest.strip()
    if rest[:3].lower() == "url":
        rest = rest[3:].lstrip().removeprefix("=").lstrip()
    return rest.strip("\"'")[:2_000]


def _hosts(urls: list[str], limit: int) -> tuple[str, ...]:
    """Canonical hosts of the URLs, each once; each distinct authority is read only once."""
    found: dict[str, None] = {}
    met: set[str] = set()
    for url in urls:
        before, slashes, after = url.partition("//")
        authority = after.partition("/")[0]
        if not slashes or authority in met or before.lower() not in ("http:", "https:", ""):
            continue
        if len(authority) > _AUTHORITY_LENGTH:
            continue
        met.add(authority)
        if host := host_of(f"//{authority}"):
            found[host] = None
            if len(found) == limit:
                break
    return tuple(found)
