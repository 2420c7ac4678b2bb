"""Pictures of the client's own sites, for his report: an extra that is asked for by name."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from msgspec.structs import replace

from probes.kit.net.camera import Camera, NoPicture, PagePicture, WhyNot, camera
from probes.kit.net.chromium import NoBrowser
from probes.kit.net.question import NetTrouble
from probes.kit.net.web_address import WebAddress
from reports import pdf
from reports.audit_file import AuditFile, Entry, opened
from reports.outline import VERDICTS
from reports.site_pictures import FILE, ROOM, SitePicture, SitePictures, as_text, encoded
from scanner.assets import Ownership, Use
from scanner.runs.look import Clock
from scanner.service import printing
from scanner.service.arguments import UnknownThing
from scanner.service.network import net_settings
from scanner.service.result import AuditResult
from scanner.service.scanning import Display
from scanner.settings import BadSettings, Settings

LOOKED_LIKE_SOMETHING = frozenset({
    "content", "login", "app", "mirror", "placeholder", "parked", "for_sale", "unclaimed_saas",
    "abandoned", "suspended", "unpaid_saas", "maintenance",
})  # fmt: skip
"""States of a site that showed the audit a page of its own."""
_LARGEST = 25_000
"""Bytes of one picture, however few there are."""


@asynccontextmanager
async def ready_camera(settings: Settings) -> AsyncIterator[Camera]:
    """Lend a camera that was tried; raise UnknownThing, before anything is asked, where there is none."""
    program = pdf.found(settings.chromium)
    if program is None:
        raise UnknownThing(
            "pictures of sites are taken by Chromium or Chrome, and there is none; install chromium, or set "
            "`chromium` to its path."
        )
    async with AsyncExitStack() as stack:
        try:
            ready = await stack.enter_async_context(camera(program, net_settings(settings)))
        except NoBrowser as error:
            raise UnknownThing(f"pictures of sites cannot be taken: {error}") from error
        except ValueError as error:
            raise BadSettings(f"{error}. Look at --resolver and revizor.toml.") from error
        yield ready


async def picture_sites(audit: Path, settings: Settings, clock: Clock, display: Display) -> Path:
    """Take pictures of the client's confirmed sites as they look now; return the file beside the audit."""
    async with ready_camera(settings) as ready:
        return await _pictured(audit, ready, settings, clock, display)


async def with_pictures(
    result: AuditResult, settings: Settings, clock: Clock, display: Display
) -> AuditResult:
    """Take pictures for an audit that was just written, and print its reports with them."""
    audit = Path(result.folder) / "audit.json"
    file = await picture_sites(audit, settings, clock, display)
    printing.report(audit, settings.lang, Path(result.folder))
    return replace(result, files=(*result.files, str(file)))


async def _pictured(
    audit: Path, ready: Camera, settings: Settings, clock: Clock, display: Display
) -> Path:
    with opened(audit) as found:
        sites = sites_of(found)
        chosen = sites[: settings.site_pictures]
        starts = [_start(found, entry) for entry in chosen]
        sha256 = found.sha256
    display.say(f"Taking pictures of sites: {len(chosen)}.")
    room = min(_LARGEST, ROOM // max(1, len(chosen)))

    async def one(entry: Entry, url: str) -> SitePicture:
        shot = _heeded(entry, await ready.take(url, room))
        if isinstance(shot, NoPicture):
            display.say(f"No picture of {entry.name}: {shot.why} {shot.detail}".rstrip())
        return _kept(entry, shot, clock)

    async with asyncio.TaskGroup() as group:
        shots = [
            group.create_task(one(entry, url)) for entry, url in zip(chosen, starts, strict=True)
        ]
    pictures = SitePictures(
        audit=sha256,
        sites=tuple(shot.result() for shot in shots),
        left_out=len(sites) - len(chosen),
    )
    file = audit.with_name(FILE)
    printing.replace(file, [encoded(pictures)])
    display.say(
        f"Pictures of sites: {pictures.taken} taken, {pictures.untaken} could not be, "
        f"{pictures.left_out} left out."
    )
    return file


def sites_of(audit: AuditFile) -> list[Entry]:
    """Return the client's confirmed sites that showed a page; those to be decided on first, then the shortest names."""
    return sorted(
        (
            one
            for one in audit.entries
            if one.kind == "site"
            and one.ownership == Ownership.CONFIRMED
            and (one.state in LOOKED_LIKE_SOMETHING or _is_doubtful(audit, one))
        ),
        key=lambda one: (VERDICTS.index(one.verdict), one.name.count("."), one.name),
    )


def _is_doubtful(audit: AuditFile, entry: Entry) -> bool:
    """Say whether a page was seen of which nobody could say what it is: he who decides may look himself."""
    return entry.state == "undetermined" and "final_url" in audit.asset(entry).facts


def _start(audit: AuditFile, entry: Entry) -> str:
    """Return the page that the audit saw in the end, where that is the site's own."""
    seen = audit.asset(entry).facts.get("final_url")
    try:
        url = WebAddress.of(seen) if isinstance(seen, str) else None
    except NetTrouble:
        url = None
    own = url is not None and _bare(url.host) == _bare(entry.name)
    return str(url) if own else f"https://{entry.name}/"


def _bare(host: str) -> str:
    return host.removeprefix("www.")


def _heeded(entry: Entry, shot: PagePicture | NoPicture) -> PagePicture | NoPicture:
    """Take no refusal that a browser was shown for how a site looks that may be in use."""
    may_be_used = entry.use in (Use.USED, Use.UNKNOWN)
    if isinstance(shot, PagePicture) and shot.status >= 400 and may_be_used:
        return NoPicture(WhyNot.REFUSED, str(shot.status))
    return shot


def _kept(entry: Entry, shot: PagePicture | NoPicture, clock: Clock) -> SitePicture:
    if isinstance(shot, NoPicture):
        return SitePicture(asset=entry.id, at=clock(), why_not=shot.why)
    return SitePicture(
        asset=entry.id,
        at=clock(),
        url=shot.url[:200],
        webp=as_text(shot.webp),
        width=shot.width,
        height=shot.height,
        whole=shot.whole,
    )
