"""Radicale on loopback: a calendar server that reads what it is given with a library of its own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.probes.kit.net.loopback import own_address

_PORT = 5232
_CONFIG = """[server]
hosts = {address}:{port}
[auth]
type = none
[storage]
filesystem_folder = {folder}/collections
[rights]
type = authenticated
"""
_QUERY = b"""<?xml version="1.0"?>
<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">
<D:prop><C:calendar-data/></D:prop>
<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">
<C:time-range start="%s" end="%s"/>
</C:comp-filter></C:comp-filter></C:filter>
</C:calendar-query>"""


class Radicale(NamedTuple):
    """A running calendar server."""

    url: str

    def put(self, calendar: bytes) -> int:
        """Take a whole calendar in, in the place of the last one; return the status."""
        return self._ask("PUT", calendar, {"Content-Type": "text/calendar"})[0]

    def get(self) -> str:
        """Return the calendar as the server writes it."""
        return self._ask("GET", b"", {})[1]

    def between(self, first: str, last: str) -> str:
        """Return what happens in a stretch of time, as the server reckons it (`20260504T000000Z`)."""
        body = _QUERY % (first.encode(), last.encode())
        return self._ask("REPORT", body, {"Depth": "1", "Content-Type": "application/xml"})[1]

    def _ask(self, method: str, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
        request = urllib.request.Request(
            f"{self.url}/revizor/renewals/", body or None, headers, method=method
        )
        request.add_header("Authorization", "Basic cmV2aXpvcjp4")
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(errors="replace")


@contextmanager
def running() -> Iterator[Radicale]:
    """Run one; its folder goes with it."""
    folder = Path(tempfile.mkdtemp(prefix="revizor-radicale-"))
    address = own_address()
    (folder / "config").write_text(_CONFIG.format(address=address, port=_PORT, folder=folder))
    try:
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                ["/usr/bin/radicale", "--config", str(folder / "config")],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        try:
            _wait(address, process, folder)
            yield Radicale(f"http://{address}:{_PORT}")
        finally:
            process.terminate()
            process.wait(20)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def radicale() -> Iterator[Radicale]:
    """One for the whole session."""
    if not Path("/usr/bin/radicale").exists():
        if os.environ.get("CI") == "true":
            pytest.fail("radicale is not installed, and CI tests with it")
        pytest.skip("radicale is not installed")
    with running() as here:
        yield here


def _wait(address: str, process: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as knock:
            knock.settimeout(1)
            if knock.connect_ex((address, _PORT)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("radicale did not start: " + (folder / "log").read_text(errors="replace"))
