"""Fills the page templates of `pages/` with what a site says."""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path
from string import Template

from tests.internet import tags
from tests.internet.domains import Site

FOLDER = Path(__file__).with_name("pages")


def render(site: Site) -> str:
    """The page of a site."""
    sentences = [part.strip() for part in site.text.split(". ")]
    links = "".join(f'<a href="{link}">{link}</a>\n' for link in site.links)
    return Template(text(site.page)).safe_substitute(
        title=site.title,
        text=site.text,
        paragraphs="\n".join(f"<p>{part.rstrip('.')}.</p>" for part in sentences),
        links=links,
        footer=site.footer or site.title,
        counter=head(site),
    )


def head(site: Site) -> str:
    """What a page's head says beside its title: its counters and tokens, and what the site adds."""
    counter = {"metrika": str(site.counter)} if site.counter else {}
    parts = [tags.snippet(kind, number) for kind, number in (counter | site.tags).items()]
    icon = '<link rel="icon" href="/favicon.ico">' if site.icon else ""
    return "\n".join(part for part in (*parts, icon, site.head) if part)


def icon(word: str) -> bytes:
    """A favicon of sixteen by sixteen dots, made of a word: the same word, the same bytes."""
    dots = b"".join(hashlib.sha256(f"{word}{row}".encode()).digest()[:64] for row in range(32))
    picture = (
        (40).to_bytes(4, "little")
        + (16).to_bytes(4, "little")
        + (32).to_bytes(4, "little")
        + (1).to_bytes(2, "little")
        + (32).to_bytes(2, "little")
        + bytes(24)
        + dots
        + bytes(64)
    )
    entry = bytes([16, 16, 0, 0, 1, 0, 32, 0])
    place = len(picture).to_bytes(4, "little") + (22).to_bytes(4, "little")
    return b"\0\0\1\0\1\0" + entry + place + picture


@functools.cache
def text(name: str) -> str:
    """A template as it is."""
    return next(FOLDER.glob(f"{name}.*")).read_text("utf-8")
