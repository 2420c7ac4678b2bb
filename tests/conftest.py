"""What holds for every test: no clock judges it, and traffic goes to loopback only.

Unless the test is inside a namespace that it made.
"""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

import hypothesis
import pytest

hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


class TrafficForbidden(AssertionError):
    """A test tried to reach something that is not loopback."""


def _is_local(family: int, address: Any) -> bool:
    if family == socket.AF_UNIX:
        return True
    try:
        return ipaddress.ip_address(address[0]).is_loopback
    except ValueError:
        return address[0] in ("localhost", "")


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse connections out of this process to anything but loopback and unix sockets."""
    for method in ("connect", "connect_ex"):
        real = getattr(socket.socket, method)

        def checked(self: socket.socket, address: Any, real: Any = real) -> Any:
            if not _is_local(self.family, address):
                raise TrafficForbidden(f"a test tried to reach {address!r}")
            return real(self, address)

        monkeypatch.setattr(socket.socket, method, checked)
