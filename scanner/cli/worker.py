"""`revizor worker`: does what is due, for years, on one machine or many."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scanner.cli import options
from scanner.cli.logs import logging_as
from scanner.cli.rescan import Duration

if TYPE_CHECKING:
    from scanner.jobs.worker import Stop
    from scanner.settings import Settings


time_limit = click.option(
    "--for",
    "limit",
    type=Duration(),
    metavar="TIME",
    help="End after this time (90s, 30m, 2h); what is under way is given back.",
)


class Listen(click.ParamType[str]):
    """A place to listen at: `9100`, `127.0.0.1:9100`, `[::1]:9100`."""

    name = "place"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """Read it; a port alone is on loopback."""
        host, _, port = str(value).rpartition(":")
        if not (port.isascii() and port.isdigit() and int(port) < 65_536):
            self.fail(f"{str(value)[:40]!r} is no place; write it like 127.0.0.1:9100.", param, ctx)
        return f"{host or '127.0.0.1'}:{port}"


@click.command(short_help="Do what is due, unattended, until stopped.")
@time_limit
@click.option(
    "--listen",
    type=Listen(),
    metavar="[HOST:]PORT",
    help="Answer GET /health and GET /metrics (Prometheus) here; a port alone is on loopback.",
)
@options.reach
@options.place
@click.option("--out", metavar="DIR", help="Folder for the reports.")
@click.option("--lang", metavar="ru,en", help="Languages of the report.")
@click.option(
    "--log",
    "log_as",
    type=click.Choice(["text", "json"]),
    default="text",
    envvar="REVIZOR_LOG",
    show_default=True,
    help="How the log on stderr is written; or REVIZOR_LOG.",
)
@options.common
@options.border
def worker(
    limit: timedelta | None,
    listen: str | None,
    allow_net: tuple[str, ...],
    resolver: tuple[str, ...],
    second_resolver: tuple[str, ...],
    vantage: str | None,
    out: str | None,
    lang: str | None,
    log_as: str,
    db: str | None,
    config: Path | None,
) -> None:
    """Do what is due, minute after minute: rescans, second looks, tasks, digests. On an SQLite database one
    worker; on PostgreSQL as many as you like, on as many machines, each taking the next job. A worker that
    dies loses nothing: another takes its job within a minute. One that looks from another place says so
    with --vantage.

    SIGTERM ends it in order within a quarter of a minute: what is under way is given back. A second one ends it at
    once, which loses nothing either.

    \b
    revizor worker                                 on a laptop, for as long as it is on
    revizor worker --listen 9100 --log json        on a server, watched by Prometheus
    revizor worker --vantage kazan --for 1h        from a second place, from cron
    """
    settings = options.settings_of(
        db=db,
        config=config,
        allow_net=allow_net,
        resolver=resolver,
        second_resolver=second_resolver,
        vantage=vantage,
        out=out,
        lang=lang.replace(",", " ").split() if lang else None,
    )
    with logging_as(log_as):
        asyncio.run(run(settings, limit, listen or ""))


async def run(
    settings: Settings, limit: timedelta | None, listen: str = "", *, drain: bool = False
) -> Mapping[str, int]:
    """Work until the time is up, or somebody stops it; of a drain, until nothing waits."""
    from scanner.jobs.worker import Stop
    from scanner.service import clock
    from scanner.service.working import work

    stop = Stop()
    if limit:
        asyncio.get_running_loop().call_later(limit.total_seconds(), stop.ask)
    with heeding_signals(stop):
        return await work(settings, clock.now, stop, listen=listen, drain=drain)


@contextmanager
def heeding_signals(stop: Stop) -> Iterator[None]:
    """End in order at the first signal, at once at the second."""
    loop, kinds = asyncio.get_running_loop(), (signal.SIGTERM, signal.SIGINT)

    def heed() -> None:
        if stop.is_asked:
            os._exit(options.EXIT_INTERRUPTED)
        stop.ask()

    for kind in kinds:
        loop.add_signal_handler(kind, heed)
    try:
        yield
    finally:
        for kind in kinds:
            loop.remove_signal_handler(kind)
