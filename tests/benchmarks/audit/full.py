"""The full audit, by the command a consultant types: `python -m tests.benchmarks.audit.full COUNT FOLDER`.

Runs `revizor audit` on so many firms as it is installed, and prints a Measured. With `split` as a third
word the same command runs inside this process, so that its processor time can be sampled.
"""

from __future__ import annotations

import resource
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

import msgspec

from tests.benchmarks.audit.firms import firms
from tests.benchmarks.audit.measure import Measured, Meter

_SETTINGS = '[pace]\n"*" = "60000/min"\n"dns" = "100000/s"\n"dns-parent" = "2000/s"\n'


def arguments(count: int, folder: Path) -> list[str]:
    """What comes after `revizor`."""
    names = folder / "names.txt"
    names.write_text("".join(f"{firm.name}\n" for firm in firms(count)))
    settings = folder / "revizor.toml"
    settings.write_text(_SETTINGS)
    words = ["audit", "laboratory", "--from", str(names), "--config", str(settings)]
    words += ["--allow-net", "198.18.0.0/15", "--db", f"sqlite:///{folder}/revizor.db"]
    return [*words, "--out", str(folder / "out"), "--yes"]


def command() -> list[str]:
    """The installed `revizor`, or the package where it is not installed."""
    script = Path(sys.executable).parent / "revizor"
    return [str(script)] if script.exists() else [sys.executable, "-m", "scanner"]


def outside(words: list[str], meter: Meter) -> Measured:
    """Run it as a program of its own."""
    done = subprocess.run([*command(), *words], capture_output=True, text=True, check=False)
    measured = meter.stop()
    measured.peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    _note(measured, done.returncode, done.stdout, done.stderr)
    return measured


def inside(words: list[str], meter: Meter) -> Measured:
    """Run it in this process, sampled."""
    from scanner.cli import main
    from tests.benchmarks.audit.sampler import Sampler

    sampler = Sampler()
    sampler.start()
    code: object = 0
    sys.argv = ["revizor", *words]
    out, sys.stdout = sys.stdout, sys.stderr
    try:
        main()
    except SystemExit as end:
        code = end.code
    finally:
        sys.stdout = out
    measured = meter.stop()
    sampler.stop(measured)
    measured.notes["exit code"] = str(code or 0)
    return measured


def _note(measured: Measured, code: int, said: str, complained: str) -> None:
    measured.notes["exit code"] = str(code)
    verdicts = [line.split() for line in said.splitlines() if line.startswith("   ")]
    measured.notes["verdicts"] = ", ".join(f"{row[1]} {row[0]}" for row in verdicts)
    if code not in (0, 3):
        measured.notes["complaint"] = complained[-1000:]


def _looks(folder: Path, measured: Measured) -> None:
    """Count the looks that were kept, by probe, and those that could not find out."""
    looks: Counter[str] = Counter()
    with closing(sqlite3.connect(folder / "revizor.db")) as database:
        rows = "SELECT probe, outcome, count(*) FROM observation GROUP BY probe, outcome"
        for probe, outcome, count in database.execute(rows):
            looks[probe] += count
            if outcome == "unknown":
                measured.unknown[probe] = count
    measured.looks = dict(looks)


def main(count: int, folder: Path, extra: str) -> None:
    """Run, and print what it took."""
    words = arguments(count, folder)
    meter = Meter(count)
    measured = inside(words, meter) if extra == "split" else outside(words, meter)
    _looks(folder, measured)
    files = [*folder.glob("revizor.db*"), *(folder / "out").rglob("*.*")]
    sizes = {path.name: path.stat().st_size / 2**20 for path in files if path.is_file()}
    measured.notes["files, MiB"] = ", ".join(f"{n} {s:.1f}" for n, s in sizes.items())
    print(msgspec.json.encode(measured).decode())


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), "".join(sys.argv[3:]))
