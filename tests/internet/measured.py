"""Runs a command and notes its greatest memory: `python measured.py FILE COMMAND…`.

A process of its own, because the kernel counts what a child inherited of its parent's memory too.
"""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path


def main(note: str, *command: str) -> int:
    """Write the peak resident set in KiB into the file; return the command's exit code."""
    ended = subprocess.run(command, check=False)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    Path(note).write_text(f"{peak}\n")
    return ended.returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
