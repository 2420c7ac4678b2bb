"""The picture of a site in the browser's tab, where it lies by custom or where its home page says."""

from __future__ import annotations

import hashlib
from functools import partial
from typing import Final

from msgspec import Struct

from probes.kit.favicon import favicon_hash, picture_kind
from probes.kit.near_files import NearFiles
from probes.kit.net import HttpAnswer, NetTrouble
from probes.kit.net.web_address import WebAddress
from probes.kit.observation import Absent, Outcome, Reason, Seen, Unknown
from probes.kit.public_files import Unreadable
from probes.kit.trail import body_of

_USUAL: Final = "/favicon.ico"
_LARGEST_ICON: Final = 131_072


class Favicon(Struct, frozen=True):
    """The picture at /favicon.ico, or else the one that the home page names."""

    url: str
    kind: str
    """ico, png, gif, jpeg, bmp, webp or svg, by its first bytes."""
    length: int
    sha256: str
    mmh3: int
    """The number by which Shodan and its like know it."""


async def open_icon(files: NearFiles) -> Outcome[Favicon]:
    """Read the picture of a host of which nothing is known yet, not even which scheme answers."""
    found = await files.open(_USUAL, lambda answer: _favicon(f"{files.base}{_USUAL}", answer))
    return files.silent or await _or_named(files, found)


async def read_icon(files: NearFiles) -> Outcome[Favicon]:
    """Read /favicon.ico as browsers do; where there is none, the picture that the home page names."""
    usual = f"{files.base}{_USUAL}"
    return await _or_named(files, await files.read(usual, partial(_favicon, usual)))


async def _or_named(files: NearFiles, found: Outcome[Favicon]) -> Outcome[Favicon]:
    if isinstance(found, Seen):
        return found
    home = await files.read("/", lambda answer: Seen(_named_icon(answer)))
    match home:
        case Seen("") | Absent():
            return found
        case Seen(named):
            try:
                url = str(WebAddress.of(f"{files.base}/").join(named))
            except NetTrouble:
                return found
            return await files.read(url, partial(_favicon, url))
        case Unknown():
            return home


def _named_icon(answer: HttpAnswer) -> str:
    return body_of(answer).reading.relations.icon


def _favicon(url: str, answer: HttpAnswer) -> Outcome[Favicon]:
    body = answer.body
    if answer.truncated or len(body) > _LARGEST_ICON:
        return Unknown(Reason.OVERSIZED, f"{len(body)} bytes")
    kind = picture_kind(body)
    if not kind:
        raise Unreadable("no picture")
    digest = hashlib.sha256(body).hexdigest()
    return Seen(Favicon(url, kind, len(body), digest, favicon_hash(body)))
