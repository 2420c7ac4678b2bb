"""Pictures of pages as a browser shows them, each with a guarded way out of its own, and nothing left afterwards."""

from __future__ import annotations

import asyncio
from base64 import b64decode
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from enum import StrEnum
from types import TracebackType
from typing import Any, Self

from msgspec import Struct

from probes.kit.net.chromium import BrowserLost, DevTools, NoBrowser, chromium, major_version
from probes.kit.net.dial import Dialer
from probes.kit.net.dns_door import DnsDoor
from probes.kit.net.guard import Guard
from probes.kit.net.lanes import Lanes
from probes.kit.net.live import NetSettings, resolver_places
from probes.kit.net.page_door import PageDoor
from probes.kit.net.question import NetTrouble
from probes.kit.net.web_address import WebAddress
from probes.kit.observation import Reason

WINDOW = (1024, 640)
"""Pixels of the window a page is shown in."""
_SHAPES = (
    *((480, 70), (480, 50), (480, 35), (320, 50), (320, 30), (240, 30), (240, 10), (160, 5)),
)
"""Width of the picture and quality of its WebP, the best first."""
_WINDOWS = 2
_CLOSES = 3.0
"""Seconds."""
_EACH, _AT_ONCE = 8, 48
"""Connections at once to one address, and in all: as many as a visitor's browser opens."""
_SEEN = "[location.href, performance.getEntriesByType('navigation')[0]?.responseStatus ?? 0]"


class WhyNot(StrEnum):
    """Why there is no picture of a page."""

    NO_ANSWER = "no_answer"
    NOT_ALLOWED = "not_allowed"  # it leads where we may not dial
    CERTIFICATE = "certificate"  # the browser makes no secure connection
    REFUSED = "refused"  # a status of 400 and more, and nothing to look at
    MOVED = "moved"  # it sends a browser to another host
    NOT_A_PAGE = "not_a_page"  # a file to keep, or nothing at all
    NOT_DRAWN = "not_drawn"  # its scripts let nothing be drawn in time


class PagePicture(Struct, frozen=True, kw_only=True):
    """What a page looks like in a window of 1024 × 640."""

    url: str
    """Where it was in the end."""
    status: int
    """Of the answer that it came in."""
    webp: bytes
    width: int
    height: int
    whole: bool
    """False where time or room ran out before the page had come whole."""


class NoPicture(Struct, frozen=True):
    """There is none, and why."""

    why: WhyNot
    detail: str = ""


class Exposure(Struct, frozen=True, kw_only=True):
    """Seconds that each step may take."""

    answer: float = 15.0
    load: float = 10.0
    settle: float = 1.0
    """After everything has come: what scripts add, and pictures that fade in."""
    draw: float = 6.0


ORDINARY = Exposure()


class Camera:
    """Takes pictures, two at once; see `camera`."""

    def __init__(self, program: str, door: Callable[[], PageDoor], signature: str) -> None:
        """`door` gives each page its way out; `signature` tells its server who we are."""
        self._program = program
        self._door = door
        self._signature = signature
        self._free: asyncio.Queue[_Window] = asyncio.Queue()

    async def __aenter__(self) -> Self:
        """Start a Chromium; raise NoBrowser where that cannot be done."""
        agent = (
            f"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
            f"Chrome/{await major_version(self._program)}.0.0.0 Safari/537.36 {self._signature}"
        )
        self._windows = [_Window(self._program, agent) for _ in range(_WINDOWS)]
        await self._windows[0].tools()
        for window in self._windows:
            self._free.put_nowait(window)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        for window in self._windows:
            await window.close()

    async def take(
        self, url: str, room: int, exposure: Exposure = ORDINARY
    ) -> PagePicture | NoPicture:
        """Open a page and return its picture in at most `room` bytes, or why there is none."""
        window = await self._free.get()
        try:
            async with self._door() as door:
                try:
                    shot = _Shot(await window.tools(), door, exposure)
                    taken = await shot.taken(WebAddress.of(url), room)
                except BaseException:
                    await window.close()  # whatever hangs in it ends with it
                    raise
                if not await shot.forgotten():
                    await window.close()
            return taken
        except NetTrouble as trouble:
            return _unanswered(trouble.reason)
        except (BrowserLost, NoBrowser, TimeoutError) as error:
            return NoPicture(WhyNot.NOT_DRAWN, f"{error}")
        finally:
            self._free.put_nowait(window)


class _Window:
    """A Chromium that shows one page after another, and is started when it is first needed."""

    def __init__(self, program: str, agent: str) -> None:
        self._program = program
        self._flags = (f"--user-agent={agent}", "--accept-lang=ru,en")
        self._running: AsyncExitStack | None = None

    async def tools(self) -> DevTools:
        """Return the conversation with it; raise NoBrowser."""
        if self._running is None:
            async with AsyncExitStack() as stack:
                self._tools = await stack.enter_async_context(chromium(self._program, self._flags))
                self._running = stack.pop_all()
        return self._tools

    async def close(self) -> None:
        """End it; the next page gets another."""
        running, self._running = self._running, None
        if running:
            await running.aclose()


@asynccontextmanager
async def camera(program: str, settings: NetSettings) -> AsyncIterator[Camera]:
    """Lend a camera whose pages go out as the settings allow. Raises NoBrowser before anything is asked."""
    guard = Guard(settings.allow_nets)
    dns = DnsDoor(resolver_places(settings.resolvers), guard)
    try:
        dialer = Dialer(dns.addresses, guard, Lanes(total=_AT_ONCE, each=_EACH))
        async with Camera(program, lambda: PageDoor(dialer), settings.signature) as ready:
            yield ready
    finally:
        await dns.aclose()


class _Shot:
    """One page in one Chromium."""

    def __init__(self, tools: DevTools, door: PageDoor, exposure: Exposure) -> None:
        self._tools, self._door, self._exposure = tools, door, exposure
        self._loaded = asyncio.Event()

    async def taken(self, url: WebAddress, room: int) -> PagePicture | NoPicture:
        exposure = self._exposure
        async with asyncio.timeout(exposure.draw):
            await self._open()
        try:
            async with asyncio.timeout(exposure.answer):
                went = await self._ask("Page.navigate", url=str(url))
        except TimeoutError:
            return NoPicture(WhyNot.NO_ANSWER)
        if why := self._why_not(url, went):
            return why
        whole = await self._settled()
        async with asyncio.timeout(exposure.draw):
            picture, width = await self._drawn(room)
            href, status = await self._seen(went["frameId"])
        if why := self._elsewhere(url, href):
            return why
        if not picture:
            return NoPicture(WhyNot.NOT_DRAWN, "no picture of it is small enough")
        return PagePicture(
            url=href,
            status=status,
            webp=picture,
            width=width,
            height=width * WINDOW[1] // WINDOW[0],
            whole=whole and not self._door.is_spent,
        )

    async def _open(self) -> None:
        """Open an empty page that keeps nothing on disk and has the door as its only way out."""
        ask = self._tools.ask
        context = await ask(
            "Target.createBrowserContext",
            proxyServer=f"http://127.0.0.1:{self._door.port}",
            proxyBypassList="<-loopback>",
            disposeOnDetach=True,
        )
        self._inside = {"browserContextId": context["browserContextId"]}
        await ask("Browser.setDownloadBehavior", behavior="deny", **self._inside)
        page = await ask("Target.createTarget", url="about:blank", **self._inside)
        held = await ask("Target.attachToTarget", targetId=page["targetId"], flatten=True)
        self._session: str = held["sessionId"]
        self._tools.on("Page.javascriptDialogOpening", self._session, self._dismiss)
        self._tools.on("Page.loadEventFired", self._session, self._loaded.set)
        await self._ask("Page.enable")
        await self._ask(
            "Emulation.setDeviceMetricsOverride",
            width=WINDOW[0],
            height=WINDOW[1],
            deviceScaleFactor=1,
            mobile=False,
        )
        self._loaded.clear()

    async def forgotten(self) -> bool:
        """Close the page and all it kept; False where it will not be closed."""
        try:
            async with asyncio.timeout(_CLOSES):
                await self._tools.ask("Target.disposeBrowserContext", **self._inside)
        except (BrowserLost, TimeoutError):
            return False
        return True

    async def _ask(self, method: str, **params: Any) -> dict[str, Any]:
        return await self._tools.ask(method, self._session, **params)

    def _dismiss(self) -> None:
        self._tools.tell("Page.handleJavaScriptDialog", self._session, accept=False)

    def _why_not(self, url: WebAddress, went: dict[str, Any]) -> NoPicture | None:
        """Return why a page did not come; None where one did."""
        error: str = went.get("errorText", "")
        if not error:
            return None
        if "_SSL_" in error or "_CERT_" in error:
            return NoPicture(WhyNot.CERTIFICATE, error)
        if went.get("isDownload") or error == "net::ERR_ABORTED":
            return NoPicture(WhyNot.NOT_A_PAGE, error)
        if error in ("net::ERR_UNSAFE_REDIRECT", "net::ERR_UNKNOWN_URL_SCHEME"):
            return NoPicture(WhyNot.NOT_ALLOWED, error)
        if error == "net::ERR_HTTP_RESPONSE_CODE_FAILURE" and not self._door.troubles:
            return NoPicture(WhyNot.REFUSED, error)
        return self._lost(error)

    async def _settled(self) -> bool:
        """Wait until a page has come and its scripts have run; False where it never ends."""
        try:
            async with asyncio.timeout(self._exposure.load):
                await self._loaded.wait()
        except TimeoutError:
            return False
        await asyncio.sleep(self._exposure.settle)
        return True

    async def _drawn(self, room: int) -> tuple[bytes, int]:
        """Return the best picture that there is room for, and its width; empty where none is small enough."""
        for width, quality in _SHAPES:
            clip = {"x": 0, "y": 0, "width": WINDOW[0], "height": WINDOW[1]}
            drawn = await self._ask(
                "Page.captureScreenshot",
                format="webp",
                quality=quality,
                clip={**clip, "scale": width / WINDOW[0]},
            )
            picture = b64decode(drawn["data"])
            if len(picture) <= room:
                return picture, width
        return b"", 0

    async def _seen(self, frame: str) -> tuple[str, int]:
        """Return where the page is and the status it came with, from where its scripts cannot reach."""
        world = await self._ask("Page.createIsolatedWorld", frameId=frame)
        told = await self._ask(
            "Runtime.evaluate",
            expression=_SEEN,
            contextId=world["executionContextId"],
            returnByValue=True,
        )
        match told["result"].get("value"):
            case [str(href), int(status)]:
                return href, status
        raise BrowserLost("the page does not say where it is")

    def _elsewhere(self, url: WebAddress, href: str) -> NoPicture | None:
        """Return why what was drawn is not the site; None where it is."""
        if not href.startswith(("http://", "https://")):
            return self._lost(href[:80])
        host = WebAddress.of(href).host
        if host.removeprefix("www.") != url.host.removeprefix("www."):
            return NoPicture(WhyNot.MOVED, host)
        return None

    def _lost(self, detail: str) -> NoPicture:
        """Return that no page came: forbidden, if the door let nothing through, else not answered."""
        if Reason.NOT_ALLOWED in self._door.troubles.values():
            return NoPicture(WhyNot.NOT_ALLOWED, detail)
        return NoPicture(WhyNot.NO_ANSWER, detail)


def _unanswered(reason: Reason) -> NoPicture:
    allowed = reason is not Reason.NOT_ALLOWED
    return NoPicture(WhyNot.NO_ANSWER if allowed else WhyNot.NOT_ALLOWED, reason)
