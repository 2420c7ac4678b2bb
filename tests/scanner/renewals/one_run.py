"""One run of the daily job in a process of its own, which may kill itself at any of its calls outside.

Arguments: database, tracker file, moment, seed, share of lost answers, call at which it dies (0: never).
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parents[3]))

from scanner.service import tasks
from scanner.settings import Agency, Settings
from tests.scanner.renewals.tracker import Tracker


class Dying(Tracker):
    """A tracker whose caller is killed at one of his calls: before it does anything, or after it did."""

    calls_left = 0
    after = False

    def _begin(self, what: str, task: int) -> None:
        self.calls_left -= 1
        if self.calls_left == 0 and not self.after:
            os.kill(os.getpid(), signal.SIGKILL)
        super()._begin(what, task)

    def _answer(self) -> None:
        if self.calls_left == 0 and self.after:
            os.kill(os.getpid(), signal.SIGKILL)
        super()._answer()


def main(url: str, file: str, moment: str, seed: str, lost: str, dies_at: str) -> None:
    """Run once."""
    luck = Random(seed)
    at = datetime.fromisoformat(moment)
    tracker = Dying(
        file, clock=lambda: at, lag=timedelta(minutes=5), timeouts=float(lost), luck=luck
    )
    tracker.calls_left, tracker.after = int(dies_at), luck.random() < 0.5
    settings = Settings(db=url, agency=Agency(duty="Дежурная"))
    asyncio.run(tasks.sync(settings, lambda: at, [tracker], []))


if __name__ == "__main__":
    main(*sys.argv[1:])
