"""Where the calendar lies: a file under a name that nobody guesses, changed as a whole or not at all."""

from __future__ import annotations

import os
import re
import secrets
import tempfile
from pathlib import Path

_NAME = re.compile(r"[A-Za-z0-9_-]{32}", re.ASCII)
_RANDOM_BYTES = 24
_MOST = 33_554_432


def feed_path(folder: Path, scope: str = "") -> Path:
    """Return the file of a calendar: the one that is there, so that subscribers keep it, or a new name.

    `scope` tells several calendars of a folder apart (`petrov`); it stands in front of the secret part.
    """
    prefix = f"{scope}-" if scope else ""
    if folder.is_dir():
        for path in sorted(folder.glob("*.ics")):
            if path.stem.startswith(prefix) and _NAME.fullmatch(path.stem[len(prefix) :]):
                return path
    return folder / f"{prefix}{secrets.token_urlsafe(_RANDOM_BYTES)}.ics"


def read_feed(path: Path) -> bytes:
    """Return what was written last; nothing where nothing was. Raises OSError."""
    try:
        with path.open("rb") as file:
            return file.read(_MOST)
    except FileNotFoundError:
        return b""


def write_feed(path: Path, calendar: bytes) -> None:
    """Put the calendar in the place of the last one in one step. Raises OSError.

    A web server must be able to read it: whoever knows the name may read the calendar.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(calendar)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
