"""Chromium without a window, in a profile that is thrown away, spoken to over a pipe: it listens nowhere."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import stat
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

_MOST = 8 << 20
"""Bytes of one message; a longer one is somebody's trick."""
_START = 30.0
"""Seconds."""
_TOLD = 300
_HEAD_OF_SAID = 65_536
_VERSION = re.compile(r"\b(\d{1,4})\.\d", re.ASCII)
_OF_A_PIPE = 'exec "$@" 3<&0 4>&1 </dev/null >/dev/null'
"""Chromium reads commands from the third and answers on the fourth of its files."""
_NOT_WANTED = (
    *("MediaRouter", "DialMediaRouteProvider", "OptimizationHints", "Translate"),
    *("AutofillServerCommunication", "CertificateTransparencyComponentUpdater"),
    *("HttpsUpgrades", "HttpsFirstBalancedMode", "HttpsFirstBalancedModeAutoEnable"),
    *("HttpsFirstModeIncognito", "WebRtcHideLocalIpsWithMdns", "AsyncDns", "WebTransport"),
)
_FLAGS = (
    *("--headless", "--remote-debugging-pipe", "--no-startup-window", "--no-first-run"),
    *("--no-default-browser-check", "--disable-gpu", "--disable-3d-apis", "--hide-scrollbars"),
    *("--disable-dev-shm-usage", "--mute-audio", "--password-store=basic", "--disable-breakpad"),
    *("--disable-background-networking", "--disable-component-update", "--disable-default-apps"),
    *("--disable-extensions", "--disable-sync", "--disable-domain-reliability", "--no-pings"),
    *("--disable-client-side-phishing-detection", "--disable-field-trial-config"),
    *("--disable-notifications", "--disable-speech-api"),
    *("--block-new-web-contents", "--deny-permission-prompts", "--disable-quic"),
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    # What the browser itself would fetch finds no way out; a page has a way of its own.
    "--proxy-server=http://127.0.0.1:9",
    "--proxy-bypass-list=<-loopback>",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    f"--disable-features={','.join(_NOT_WANTED)}",
    "--js-flags=--max-old-space-size=256",
)


class NoBrowser(RuntimeError):
    """Chromium cannot be started; the message is one sentence for a person."""


class BrowserLost(RuntimeError):
    """Chromium ended, or said what nobody can read; or it refused a command."""


class _Said(Struct):
    """What it says: an answer to the command of that number, or an event."""

    id: int = 0
    method: str = ""
    result: msgspec.Raw = msgspec.Raw(b"{}")
    error: msgspec.Raw = msgspec.Raw()
    session_id: str = msgspec.field(name="sessionId", default="")


_SAID = msgspec.json.Decoder(_Said)


class DevTools:
    """A conversation with one Chromium (its DevTools protocol)."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("Chromium is spoken to over pipes")
        self._commands, self._answers = process.stdin, process.stdout
        self._awaited: dict[int, asyncio.Future[bytes]] = {}
        self._number = 0
        self._heard: dict[tuple[str, str], Callable[[], object]] = {}
        self._ended = ""
        self._listening = asyncio.create_task(self._listen())

    def on(self, event: str, session: str, hear: Callable[[], object]) -> None:
        """Have an event of a page told, such as `Page.loadEventFired`; one listener each."""
        self._heard[session, event] = hear

    def tell(self, method: str, session: str = "", **params: Any) -> asyncio.Future[bytes]:
        """Send a command and return what its answer will come in; BrowserLost where it is refused."""
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        answer.add_done_callback(_looked_at)
        if self._ended:
            answer.set_exception(BrowserLost(self._ended))
            return answer
        self._number += 1
        command = {"id": self._number, "method": method, "params": params}
        if session:
            command["sessionId"] = session
        self._awaited[self._number] = answer
        self._commands.write(msgspec.json.encode(command) + b"\0")
        return answer

    async def ask(self, method: str, session: str = "", **params: Any) -> dict[str, Any]:
        """Send a command and return its answer; raise BrowserLost."""
        answer: dict[str, Any] = msgspec.json.decode(await self.tell(method, session, **params))
        return answer

    async def aclose(self) -> None:
        """Listen no more."""
        self._listening.cancel()
        with suppress(asyncio.CancelledError):
            await self._listening
        self._commands.close()

    async def _listen(self) -> None:
        try:
            while True:
                self._hear(_SAID.decode((await self._answers.readuntil(b"\0"))[:-1]))
        except (OSError, EOFError, asyncio.LimitOverrunError, msgspec.DecodeError) as error:
            self._ended = f"Chromium ended: {error!r}"[:_TOLD]
            for answer in self._awaited.values():
                if not answer.done():
                    answer.set_exception(BrowserLost(self._ended))

    def _hear(self, said: _Said) -> None:
        if said.id:
            answer = self._awaited.pop(said.id, None)
            if answer is None or answer.done():
                return
            if bytes(said.error):
                told = bytes(said.error).decode(errors="replace")[:_TOLD]
                answer.set_exception(BrowserLost(told))
            else:
                answer.set_result(bytes(said.result))
        elif hear := self._heard.get((said.session_id, said.method)):
            hear()


async def major_version(program: str) -> int:
    """Return the first number of a browser's version. Raises NoBrowser."""
    if os.name != "posix":
        raise NoBrowser("Chromium is spoken to over pipes that only Linux and macOS have.")
    path = shutil.which(program)
    if path is None:
        raise NoBrowser(f"{program} cannot be run.")
    asked: asyncio.subprocess.Process | None = None
    try:
        asked = await asyncio.create_subprocess_exec(
            *(path, "--version"),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
        async with asyncio.timeout(_START):
            said, _ = await asked.communicate()
    except (OSError, ValueError, TimeoutError) as error:
        raise NoBrowser(f"{program} does not tell its version.") from error
    finally:
        if asked and asked.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(asked.pid, signal.SIGKILL)
            await asked.wait()
    told = _VERSION.search(said[:_TOLD].decode(errors="replace"))
    if told is None:
        raise NoBrowser(f"{program} does not tell its version.")
    return int(told[1])


@asynccontextmanager
async def chromium(program: str, more: Iterable[str] = ()) -> AsyncIterator[DevTools]:
    """Start a Chromium and lend the conversation; no process and no folder of it is left afterwards.

    It keeps its sandbox. Who is root has it run as `nobody`: the sandbox is not for root. Raises NoBrowser.
    """
    folder = Path(tempfile.mkdtemp(prefix="revizor-browser-"))
    try:
        process = await _started(program, folder, more)
        tools = DevTools(process)
        try:
            try:
                async with asyncio.timeout(_START):
                    await tools.ask("Browser.getVersion")
            except (BrowserLost, TimeoutError) as error:
                raise NoBrowser(_why(program, folder)) from error
            yield tools
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await tools.aclose()
            await process.wait()
    finally:
        await _removed(folder)


async def _started(program: str, folder: Path, more: Iterable[str]) -> asyncio.subprocess.Process:
    path = shutil.which(program)
    if path is None:
        raise NoBrowser(f"{program} cannot be run.")
    command = (path, *_FLAGS, *more, f"--user-data-dir={folder / 'profile'}")
    around = {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8"}
    around |= dict.fromkeys(("HOME", "TMPDIR", "XDG_RUNTIME_DIR"), str(folder))
    try:
        who = _not_root(folder)
        with (folder / "said").open("wb") as said:
            return await asyncio.create_subprocess_exec(
                *("/bin/sh", "-c", _OF_A_PIPE, "sh", *command),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=said,
                cwd=folder,
                env=around,
                start_new_session=True,
                limit=_MOST,
                **who,
            )
    except OSError as error:
        raise NoBrowser(f"{program} cannot be run: {error.strerror or error}.") from error


def _not_root(folder: Path) -> dict[str, Any]:
    """Return who is to run it where we are root, and give him the folder."""
    if os.geteuid() != 0:
        return {}
    import pwd

    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise NoBrowser(
            "as root Chromium has no sandbox, and there is no user `nobody` to run it; run the command as "
            "an ordinary user."
        ) from None
    if not all(place.stat().st_mode & stat.S_IXOTH for place in folder.parents):
        raise NoBrowser(
            f"as root Chromium is run by the user `nobody`, who cannot reach {folder.parent}; set TMPDIR to a "
            "folder that everybody may enter, such as /tmp."
        )
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": ()}


def _why(program: str, folder: Path) -> str:
    """Return why it did not start, from what it said."""
    with suppress(OSError), (folder / "said").open("rb") as said:
        text = said.read(_HEAD_OF_SAID).decode(errors="replace")
        if "sandbox" in text.lower():
            return (
                f"{program} finds no sandbox here, and foreign pages are not opened without one; allow user "
                "namespaces, or install its setuid sandbox (Debian: chromium-sandbox)."
            )
        lines = [line.strip() for line in text.splitlines() if line.strip() and "dbus" not in line]
        if lines:
            return f"{program} did not start: {lines[-1][:_TOLD]}"
    return f"{program} did not start in {_START:.0f} seconds."


async def _removed(folder: Path) -> None:
    """Remove a profile whose last processes may still be ending."""
    for _ in range(40):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        await asyncio.sleep(0.05)


def _looked_at(answer: asyncio.Future[bytes]) -> None:
    """An answer that nobody waits for any more is no mistake of ours."""
    if not answer.cancelled():
        answer.exception()
