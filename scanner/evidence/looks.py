"""What one run has seen, read from its evidence as it is asked for: memory does not grow with the run."""

from __future__ import annotations

from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self, TypeVar, cast

from probes.kit.net.lately import Lately
from probes.kit.target import Target
from scanner.discovery.looks import NEVER_ASKED, Ask, Sighting
from scanner.evidence.evidence import Evidence

T = TypeVar("T", bound=Target)
F = TypeVar("F")

ROOM = 1024 * 1024
"""Bytes of encoded observations that are remembered decoded, in which form they weigh twice to thrice that."""
_MOST = 10_000


class StoredLooks:
    """The Looks of one run (see scanner.discovery.looks): `with StoredLooks(evidence, run_id) as looks:`.

    It sees the moment at which it was opened, as one reading connection does. One thread at a time.
    A run holds one observation of each thing at most, so the latest is the only one.
    """

    def __init__(self, evidence: Evidence, run_id: str, room: int = ROOM) -> None:
        """Read `run_id`; keep about `room` bytes of what was read last."""
        self._open = ExitStack()
        self._read = self._open.enter_context(evidence.reader(run_id))
        self._known: Lately[tuple[str, Target], Sighting[Any]] = Lately(room, _MOST)

    def latest(self, ask: Ask[T, F], target: T) -> Sighting[F]:
        """Return the newest outcome; `Unknown(not_asked)` when the probe was never sent there."""
        key = (ask.probe, cast(Target, target))
        return self._known.get(key) or self._learn(key)

    def _learn(self, key: tuple[str, Target]) -> Sighting[Any]:
        observation, size = self._read(*key)
        sighting = NEVER_ASKED
        if observation is not None:
            sighting = Sighting(
                observation.outcome, observation.at, observation.vantage, observation.evidence
            )
        self._known.keep(key, sighting, size)
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
