"""How the client's sites looked: a file of its own beside audit.json, and the small pictures in the report.

The audit is complete without it. It belongs to one audit only, and is not heeded beside another.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from reports.audit_file import AuditFile
from reports.document import NotAnAudit

FILE = "site-pictures.json"
ROOM = 300_000
"""Bytes of all pictures of a report together; in the page they take a third more."""
MOST = 60
"""Pictures of a report."""

_LARGEST = 4_000_000
_SIDE = Annotated[int, Meta(ge=0, le=2_000)]


class SitePicture(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One site: what it looked like, or why there is no picture of it."""

    asset: str
    """Its id in the audit."""
    at: datetime
    url: str = ""
    """Where the picture was taken."""
    webp: str = ""
    """The picture as base64; empty where there is none."""
    width: _SIDE = 0
    height: _SIDE = 0
    whole: bool = True
    """False where the page had not come whole."""
    why_not: Annotated[str, Meta(pattern=r"^[a-z_]{0,40}$")] = ""
    """A code that says why there is no picture; empty where there is one."""


class SitePictures(Struct, frozen=True, kw_only=True):
    """Pictures of the sites of one audit."""

    audit: str
    """SHA-256 of the audit they belong to; see `AuditFile.sha256`."""
    sites: tuple[SitePicture, ...]
    """Those that were visited, the most important first."""
    left_out: int = 0
    """How many more there were no room for."""
    schema: Literal["revizor.site-pictures/1"] = "revizor.site-pictures/1"

    @property
    def taken(self) -> int:
        """How many pictures there are."""
        return sum(bool(one.webp) for one in self.sites)

    @property
    def untaken(self) -> int:
        """How many sites were visited in vain."""
        return len(self.sites) - self.taken

    @property
    def on(self) -> str:
        """The day, in UTC, as ISO; empty where nothing was visited."""
        return str(max(one.at for one in self.sites).astimezone(UTC).date()) if self.sites else ""


NONE = SitePictures(audit="", sites=())


def as_text(picture: bytes) -> str:
    """Return a picture as it stands in the file."""
    return b64encode(picture).decode()


def encoded(pictures: SitePictures) -> bytes:
    """Return the file."""
    return msgspec.json.format(msgspec.json.encode(pictures), indent=1) + b"\n"


def beside(path: Path, audit: AuditFile) -> SitePictures:
    """Return the pictures that lie beside an audit.json and belong to it; NONE where there are none.

    Raises NotAnAudit for a file that is damaged.
    """
    file = path.with_name(FILE)
    try:
        with file.open("rb") as stream:
            held = stream.read(_LARGEST + 1)
    except FileNotFoundError:
        return NONE
    except OSError as error:
        raise NotAnAudit(f"{file} cannot be read ({error.strerror}).") from error
    try:
        found = msgspec.json.decode(held, type=SitePictures)
        for one in found.sites:
            _examine(one)
    except (ValueError, RecursionError) as error:
        raise NotAnAudit(
            f"{file} does not hold pictures of sites; remove it, or take them again with --site-pictures."
        ) from error
    return found if found.audit == audit.sha256 else NONE


def _examine(one: SitePicture) -> None:
    """Raise ValueError for what is no picture, and for a site that says neither the one nor the other."""
    if bool(one.webp) is bool(one.why_not) or one.at.tzinfo is None:
        raise ValueError(one.asset)
    picture = b64decode(one.webp, validate=True)
    if picture and (picture[:4] != b"RIFF" or picture[8:12] != b"WEBP"):
        raise ValueError(one.asset)
