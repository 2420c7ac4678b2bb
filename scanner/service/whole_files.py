"""Files that are written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Lend a stream that becomes the file when all went well; else the old one stays."""
    new = path.with_name(path.name + ".new")
    with new.open("wb") as stream:
        yield stream
        stream.flush()
        os.fsync(stream.fileno())
    new.replace(path)
