"""Records the internet of `revizor demo`: an audit in the miniature one, its exchanges as one file.

`python -m tests.internet.record_demo` writes scanner/runs/data/demo.tape. Run it again whenever a
probe asks something new; the demo's test says when.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from scanner.database import Database
from scanner.evidence import Evidence
from scanner.runs.tape import DemoTape, pack_tape
from tests.internet.lab import Lab

PLACE = Path(__file__).parents[2] / "scanner" / "runs" / "data" / "demo.tape"
CLIENT = "romashka"
VANTAGE = "miniature internet"
GUESSES = 150
"""Few, for every one of them is replayed when a newcomer looks at the demo."""


def record(lab: Lab, folder: Path) -> DemoTape:
    """Audit the main estate inside the lab and return everything that was asked and answered."""
    names = lab.estates[CLIENT]
    database_url = f"sqlite:///{folder}/demo.db"
    command = [
        Path(sys.executable).with_name("revizor"), "audit", CLIENT, *names,
        "--config", lab.settings, "--db", database_url, "--out", folder / "report", "--yes", "--quiet",
        "--guesses", GUESSES, "--org", lab.world.estates[CLIENT].org,
    ]  # fmt: skip
    for net in lab.allow_nets:
        command += ["--allow-net", net]
    done = lab.run([str(part) for part in command], env={"REVIZOR_VANTAGE": VANTAGE})
    if done.returncode not in (0, 3):
        raise RuntimeError(done.stderr)
    return tape_of(database_url, names, lab.world.estates[CLIENT].org)


def tape_of(database_url: str, names: list[str], org: str) -> DemoTape:
    """Return the newest run of the client as a tape."""
    database = Database.open(database_url)
    try:
        evidence = Evidence(database)
        run = evidence.runs(CLIENT)[0]
        ids = dict.fromkeys(id_ for seen in evidence.observations(run.id) for id_ in seen.evidence)
        found = [exchange for id_ in ids if (exchange := evidence.exchange(id_)) is not None]
    finally:
        database.close()
    return DemoTape(
        client=CLIENT,
        names=tuple(names),
        orgs=(org,),
        vantage=VANTAGE,
        max_hosts=2_000,
        at=run.started_at,
        guesses=GUESSES,
        exchanges=tuple(sorted(found, key=lambda exchange: (exchange.at, exchange.id))),
    )


def main() -> None:
    """Record and write the file."""
    lab = Lab.start()
    try:
        with tempfile.TemporaryDirectory() as folder:
            tape = record(lab, Path(folder))
    finally:
        lab.stop()
    packed = pack_tape(tape)
    PLACE.parent.mkdir(exist_ok=True)
    PLACE.write_bytes(packed)
    print(f"{len(tape.exchanges)} exchanges, {len(packed) / 1024:.0f} KiB: {PLACE.name}")


if __name__ == "__main__":
    main()
