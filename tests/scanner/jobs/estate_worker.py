"""A worker's process over the paper estate: python -m tests.scanner.jobs.estate_worker SETUP [--drain]."""

from __future__ import annotations

import asyncio
import sys
from contextlib import ExitStack

import msgspec

from scanner.cli.logs import logging_as
from scanner.cli.worker import heeding_signals
from scanner.database import Database
from scanner.jobs.worker import Rhythm, Stop
from scanner.service.working import work_over
from tests.scanner.almanac import Almanac
from tests.scanner.jobs.estate import RESCANNED, Estate, Setup, Stops, plots_of, settings_of


async def main(setup: Setup, drain: bool) -> None:
    """Work until stopped."""
    almanac = Almanac(plots_of(setup.domains), (), lambda: RESCANNED)
    stops = Stops(setup.stops)

    def net(database: Database) -> Estate:
        return Estate(setup, almanac, stops, database)

    stop = Stop()
    with ExitStack() as held:
        held.enter_context(heeding_signals(stop))
        ended = await work_over(
            net,
            settings_of(setup.url, setup.out, setup.desk),
            lambda: RESCANNED,
            stop,
            listen=setup.listen,
            drain=drain,
            rhythm=Rhythm(silent=setup.silent, poll=0.2),
        )
    print(msgspec.json.encode(dict(ended)).decode(), flush=True)


if __name__ == "__main__":
    with logging_as("text"):
        asyncio.run(main(msgspec.json.decode(sys.argv[1], type=Setup), "--drain" in sys.argv))
