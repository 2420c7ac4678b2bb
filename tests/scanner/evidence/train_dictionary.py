"""Makes the dictionary that small rows of evidence are packed with, from an audit of the demo's internet.

`python -m tests.scanner.evidence.train_dictionary FILE`. A dictionary that was ever released is never
changed, for rows packed with it cannot be read without it: a better one is shipped beside it, under
the next number.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import zstandard

from probes.kit.net.tape import Exchange
from scanner.database import Database
from scanner.evidence import Evidence
from scanner.evidence.packing import DICTIONARY, encode_observation, pack
from tests.scanner.replayed import Office, tape

_BYTES = 8192
"""Twice as many save a twentieth more."""
_SMALL = 4096


def samples(folder: Path) -> list[bytes]:
    """Return every small row an audit of the demo's client leaves."""
    office = Office.at(folder)
    office.audit(tape().names)
    with Database.open(office.settings.db) as database:
        evidence = Evidence(database)
        run = evidence.runs(tape().client)[0]
        observations = list(evidence.observations(run.id))
        ids = sorted({id_ for seen in observations for id_ in seen.evidence})
        exchanges: list[Exchange] = [e for id_ in ids if (e := evidence.exchange(id_)) is not None]
    rows = [pack(exchange).row for exchange in exchanges]
    # Observations differ more from each other than answers do: they count twice.
    rows += 2 * [encode_observation(seen) for seen in observations]
    return [row for row in rows if len(row) <= _SMALL]


def main() -> None:
    """Train and write the file."""
    with tempfile.TemporaryDirectory() as folder:
        rows = samples(Path(folder))
    made = zstandard.train_dictionary(_BYTES, [*rows], level=1, dict_id=DICTIONARY)
    Path(sys.argv[1]).write_bytes(made.as_bytes())
    print(f"{len(rows)} rows, {len(made)} bytes, number {made.dict_id()}")


if __name__ == "__main__":
    main()
