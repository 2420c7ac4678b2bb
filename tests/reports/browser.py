"""Headless Chromium driven through ChromeDriver's plain HTTP protocol."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-sync",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
]
KEYS = {"Tab": (9, ""), "Space": (32, " "), "Enter": (13, "\r"), "ArrowRight": (39, "")}
"""Name → virtual key code and the character it makes."""
INSTALLED = bool(shutil.which("chromium") and shutil.which("chromedriver"))


class Browser:
    """One Chromium window."""

    def __init__(self, port: int, profile: str) -> None:
        # A proxy from the environment has no business between us and loopback.
        self._http = build_opener(ProxyHandler({}))
        self._at = f"http://127.0.0.1:{port}/session"
        capabilities = {
            "browserName": "chrome",
            "goog:chromeOptions": {
                "binary": shutil.which("chromium"),
                "args": [*FLAGS, f"--user-data-dir={profile}"],
            },
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
        }
        session = self._ask("POST", "", {"capabilities": {"alwaysMatch": capabilities}})
        self._at += f"/{session['sessionId']}"

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = Request(
            self._at + path, data=data, method=method, headers={"content-type": "application/json"}
        )
        with self._http.open(request, timeout=120) as answer:
            return json.loads(answer.read())["value"]

    def open(self, page: Path, fragment: str = "") -> None:
        """Show a file."""
        self._ask("POST", "/url", {"url": page.as_uri() + fragment})

    def run(self, script: str, *arguments: Any) -> Any:
        """Run a script in the page and return what it returns."""
        return self._ask("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def devtools(self, command: str, **params: Any) -> Any:
        """Send a DevTools command."""
        return self._ask("POST", "/goog/cdp/execute", {"cmd": command, "params": params})

    def resize(self, width: int, height: int) -> None:
        """Make the viewport exactly this wide, narrower than a real window may be."""
        self.devtools(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=1, mobile=False,
        )  # fmt: skip

    def press(self, key: str) -> None:
        """Press and release a key that is named in KEYS, wherever the focus is."""
        code, text = KEYS[key]
        pressed = {"key": text or key, "code": key, "windowsVirtualKeyCode": code}
        self.devtools("Input.dispatchKeyEvent", type="keyDown", text=text, **pressed)
        self.devtools("Input.dispatchKeyEvent", type="keyUp", **pressed)

    def write(self, text: str) -> None:
        """Type a text, wherever the focus is."""
        self.devtools("Input.insertText", text=text)

    def console(self) -> list[str]:
        """Return what the console said since last asked."""
        return [entry["message"] for entry in self._ask("POST", "/se/log", {"type": "browser"})]

    def requests(self) -> list[str]:
        """Return every address outside the page itself that was asked for since last asked."""
        asked = []
        for entry in self._ask("POST", "/se/log", {"type": "performance"}):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                asked.append(message["params"]["request"]["url"])
        return [url for url in asked if not url.startswith("data:")]

    def close(self) -> None:
        """Shut the window."""
        self._ask("DELETE", "")


@contextmanager
def browser() -> Iterator[Browser]:
    """Start ChromeDriver on a free port and give a window of it."""
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile,
        subprocess.Popen(
            ["chromedriver", "--port=0"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as driver,
    ):
        try:
            assert driver.stdout is not None
            for line in driver.stdout:
                if found := re.search(r"started successfully on port (\d+)", line):
                    window = Browser(int(found[1]), profile)
                    break
            else:
                raise RuntimeError("ChromeDriver did not start")
            try:
                yield window
            finally:
                window.close()
        finally:
            driver.terminate()
