"""Measure the registry: `python -m tests.benchmarks.registry [--objects N …] [--on sqlite postgresql] [--runs N]`.

Each command runs in a process of its own, as a person would run it: from compiled modules, as an installed
package has them; its output goes to a file. Prints a Markdown table for each size and database: seconds and
seconds of CPU, the least of several runs; what a PostgreSQL server of our own spent besides; peak memory of
the command; lines and bytes of output.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.peers.postgres import temporary_server

COMMANDS: tuple[tuple[str, ...], ...] = (
    ("--help",),
    ("registry", "list"),
    ("registry", "list", "client-007"),
    ("registry", "list", "--manager", "Менеджер 7", "--alive"),
    ("registry", "list", "--text", "объект 77"),
    ("accounts", "list", "--client", "client-007"),
    ("registry", "export", "{folder}/book.csv"),
    ("registry", "export", "{folder}/book.xlsx"),
    ("renewals",),
    ("tasks", "plan"),
    ("tasks", "sync"),
    ("renewals",),
    ("tasks", "plan"),
    ("registry", "import", "{folder}/part.csv"),
)
"""Before `tasks sync` no period is kept yet, as in a registry that was just filled."""

_OF_A_WORKSHOP = ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED")
"""Settings of a machine that programs are written on, which make every start and every line slower."""
_FEW = 100
"""Objects to compile with."""
_PART = 5_000
"""Rows of the export that are imported again."""
_CHANGES = 5
"""Of each object."""


def main() -> None:
    """Fill a registry of each size in each database, run every command on it, print the tables."""
    asked = _arguments()
    with tempfile.TemporaryDirectory(prefix="revizor-compiled-") as compiled:
        for name in _OF_A_WORKSHOP:
            os.environ.pop(name, None)
        os.environ["PYTHONPYCACHEPREFIX"] = compiled
        for kind in asked.on:
            _compile(kind)
        for objects in asked.objects:
            for kind in asked.on:
                _measure(kind, objects, asked.runs)


def _compile(kind: str) -> None:
    """Run every command once on a small book, so that none pays for compiling its modules."""
    with _empty(kind) as (folder, url, server):
        _fill(url, _FEW)
        for command in COMMANDS:
            _measured(command, folder, url, server, 1)


def _measure(kind: str, objects: int, runs: int) -> None:
    with _empty(kind) as (folder, url, server):
        _fill(url, objects)
        title = f"{objects} objects, {objects * _CHANGES} changes, {kind}"
        _table(title, url, server, folder, runs)


@contextmanager
def _empty(kind: str) -> Iterator[tuple[Path, str, int | None]]:
    """Lend a folder, and an empty database: its URL, and the process of its server if it has one."""
    with (
        tempfile.TemporaryDirectory(prefix="revizor-book-") as made,
        _place(kind, Path(made)) as (url, server),
    ):
        yield Path(made), url, server


@contextmanager
def _place(kind: str, folder: Path) -> Iterator[tuple[str, int | None]]:
    """Lend an empty database: its URL, and the process of its server if it has one."""
    if kind == "sqlite":
        yield f"sqlite:///{folder}/revizor.db", None
        return
    with temporary_server() as (server, process), server.empty() as url:
        yield url, process


def _table(title: str, url: str, server: int | None, folder: Path, runs: int) -> None:
    print(f"\n{title}\n")
    print("| command | s | CPU s | server's CPU s | peak MB | lines | output MB | exit |")
    print("|---|---|---|---|---|---|---|---|")
    for command in COMMANDS:
        once = command[1:] == ("sync",)
        print(_measured(command, folder, url, server, 1 if once else runs), flush=True)
        if command[-1].endswith(".csv") and command[1] == "export":
            with (folder / "book.csv").open("rb") as book:
                part = b"".join(book.readline() for _ in range(_PART + 1))
            (folder / "part.csv").write_bytes(part)


def _fill(url: str, objects: int) -> None:
    # In a process of its own: the peak of a child's memory counts from its parent's.
    subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.registry.book", url, str(objects),
         str(objects * _CHANGES)],
        check=True,
    )  # fmt: skip


def _measured(command: Sequence[str], folder: Path, url: str, server: int | None, runs: int) -> str:
    output = folder / "output"
    command = [word.format(folder=folder) for word in command]
    found = [_run(command, output, folder, url, server) for _ in range(runs)]
    took, cpu, served = (min(run[place] for run in found) for place in range(3))
    peak, code = max(run[3] for run in found), max(run[4] for run in found)
    written = Path(command[-1]) if command[1:2] == ["export"] else output
    size = written.stat().st_size / 1e6 if written.exists() else 0.0
    lines = output.read_bytes().count(b"\n")
    told = " ".join(command).replace(f"{folder}/", "")
    besides = f"{served:.2f}" if server else "–"
    spent = f"{took:.2f} | {cpu:.2f} | {besides} | {peak:.0f}"
    return f"| `{told}` | {spent} | {lines} | {size:.1f} | {code} |"


def _run(
    command: Sequence[str], output: Path, folder: Path, url: str, server: int | None
) -> tuple[float, float, float, float, int]:
    """Run a command; return seconds, its CPU, the server's CPU, MB at its peak, and the exit code."""
    with output.open("wb") as stream, (folder / "errors").open("wb") as errors:
        before, started = _spent(server), time.perf_counter()
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
    cpu, code = used.ru_utime + used.ru_stime, os.waitstatus_to_exitcode(status)
    if server:
        time.sleep(0.2)  # until the server has seen its client go
    return took, cpu, _spent(server) - before, used.ru_maxrss / 1024, code


def _spent(server: int | None) -> float:
    """Return the CPU seconds of the server's processes that have ended: one for each client."""
    if server is None:
        return 0.0
    fields = Path(f"/proc/{server}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.registry")
    parser.add_argument("--objects", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--on", nargs="+", default=["sqlite", "postgresql"])
    parser.add_argument("--runs", type=int, default=3)
    return parser.parse_args()


if __name__ == "__main__":
    main()
