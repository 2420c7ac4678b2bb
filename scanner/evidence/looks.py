"""What one run has seen, read from its evidence as it is asked for: memory does not grow with the run."""

from __future__ import annotations

from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self, TypeVar, cast

from msgspec import Struct

from probes.kit.net.lately import Lately
from probes.kit.target import Target
from scanner.discovery.looks import NEVER_ASKED, Ask, Sighting
from scanner.evidence.evidence import BodiesOf, Evidence
from scanner.evidence.packing import decompress, unpacked_size

T = TypeVar("T", bound=Target)
F = TypeVar("F")

ROOM = 1024 * 1024
"""Bytes of encoded observations that are remembered decoded, in which form they weigh twice to thrice that.

Enough for some hundred names: a run is read name by name, several times over, and of one that is larger
nothing is left when it is read again.
"""
_MOST = 20_000
_NOTHING = 200
"""Bytes that remembering even a target that was never looked at takes."""


class _Seen(Struct):
    """What a run saw of one target."""

    looks: dict[str, Sighting[Any] | bytes]
    """By probe; packed until it is asked for."""


class StoredLooks:
    """The Looks of one run (see scanner.discovery.looks): `with StoredLooks(evidence, run_id) as looks:`.

    It sees the moment at which it was opened, as one reading connection does. One thread at a time.
    A run holds one observation of each thing at most, so the latest is the only one.
    """

    def __init__(
        self, evidence: Evidence, run_id: str, room: int = ROOM, bodies: BodiesOf | None = None
    ) -> None:
        """Read `run_id`; keep about `room` bytes of what was read last.

        `bodies` reads the run on a connection that others use too.
        """
        self._open = ExitStack()
        self._evidence = evidence
        self._bodies = bodies or self._open.enter_context(evidence.reader(run_id))
        self._known: Lately[Target, _Seen] = Lately(room, _MOST)

    def latest(self, ask: Ask[T, F], target: T) -> Sighting[F]:
        """Return the newest outcome; `Unknown(not_asked)` when the probe was never sent there."""
        about = cast(Target, target)
        seen = self._known.get(about) or self._meet(about)
        found = seen.looks.get(ask.probe, NEVER_ASKED)
        return self._learn(seen, ask.probe, found) if isinstance(found, bytes) else found

    def _meet(self, target: Target) -> _Seen:
        packed = self._bodies(target)
        seen = _Seen({**packed})
        self._known.keep(target, seen, _NOTHING + sum(map(unpacked_size, packed.values())))
        return seen

    def _learn(self, seen: _Seen, probe: str, packed: bytes) -> Sighting[Any]:
        observation = self._evidence.read(probe, decompress(packed))
        sighting = NEVER_ASKED
        if observation is not None:
            sighting = Sighting(
                observation.outcome, observation.at, observation.vantage, observation.evidence
            )
        seen.looks[probe] = sighting
        return sighting

    def close(self) -> None:
        """Let go of the connection."""
        self._open.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
