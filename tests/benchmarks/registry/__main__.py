"""Measure the registry: `python -m tests.benchmarks.registry [--objects N] [--changes N] [--db URL] [--keep DIR]`.

Each command runs in a process of its own, as a person would run it; its output goes to a file. Prints a
Markdown table: seconds, seconds of CPU, peak memory, bytes of output.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

COMMANDS: tuple[tuple[str, ...], ...] = (
    ("--help",),
    ("registry", "list"),
    ("registry", "list", "client-007"),
    ("registry", "list", "--manager", "Менеджер 7", "--alive"),
    ("registry", "list", "--text", "объект 77"),
    ("accounts", "list", "--client", "client-007"),
    ("registry", "export", "{folder}/book.csv"),
    ("registry", "export", "{folder}/book.xlsx"),
    ("renewals", "--within", "60d"),
    ("tasks", "plan"),
    ("registry", "import", "{folder}/part.csv"),
)

_PART = 5_000
"""Rows of the export that are imported again."""


def main() -> None:
    """Fill a registry once, run every command on it, print the table."""
    asked = _arguments()
    folder = Path(asked.keep or tempfile.mkdtemp(prefix="revizor-book-"))
    folder.mkdir(exist_ok=True)
    url = asked.db or f"sqlite:///{folder}/revizor.db"
    try:
        if asked.db or not (folder / "revizor.db").exists():
            started = time.perf_counter()
            _fill(url, asked.objects, asked.changes)
            print(f"filled in {time.perf_counter() - started:.0f} s", file=sys.stderr)
        print(f"{asked.objects} objects, {asked.changes} changes, {url.partition(':')[0]}\n")
        print("| command | s | CPU s | peak MB | output MB | exit |\n|---|---|---|---|---|---|")
        for command in COMMANDS:
            print(_measured(command, folder, url), flush=True)
            if command[-1].endswith(".csv") and command[1] == "export":
                with (folder / "book.csv").open("rb") as book:
                    part = b"".join(book.readline() for _ in range(_PART + 1))
                (folder / "part.csv").write_bytes(part)
    finally:
        if not asked.keep:
            shutil.rmtree(folder, ignore_errors=True)


def _fill(url: str, objects: int, changes: int) -> None:
    # In a process of its own: the peak of a child's memory counts from its parent's.
    subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.registry.book", url, str(objects), str(changes)],
        check=True,
    )


def _measured(command: Sequence[str], folder: Path, url: str) -> str:
    output = folder / "output"
    command = [word.format(folder=folder) for word in command]
    with output.open("wb") as stream, (folder / "errors").open("wb") as errors:
        started = time.perf_counter()
        child = os.posix_spawn(
            sys.executable,
            [sys.executable, "-m", "scanner", *command],
            {**os.environ, "REVIZOR_DB": url, "PYTHONPATH": os.getcwd(), "HOME": str(folder)},
            file_actions=[
                (os.POSIX_SPAWN_DUP2, stream.fileno(), 1),
                (os.POSIX_SPAWN_DUP2, errors.fileno(), 2),
            ],
        )
        _, status, used = os.wait4(child, 0)
        took = time.perf_counter() - started
    written = Path(command[-1]) if command[1:2] == ["export"] else output
    size = written.stat().st_size / 1e6 if written.exists() else 0.0
    told = " ".join(command).replace(f"{folder}/", "")
    return (
        f"| `{told}` | {took:.2f} | {used.ru_utime + used.ru_stime:.2f} | "
        f"{used.ru_maxrss / 1024:.0f} | {size:.1f} | {os.waitstatus_to_exitcode(status)} |"
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.registry")
    parser.add_argument("--objects", type=int, default=100_000)
    parser.add_argument("--changes", type=int, default=500_000)
    parser.add_argument(
        "--db", help="SQLAlchemy URL of an empty database; SQLite in a folder by default"
    )
    parser.add_argument("--keep", help="folder that keeps the database for the next time")
    return parser.parse_args()


if __name__ == "__main__":
    main()
