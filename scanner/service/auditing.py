"""The whole job: look, judge, register, and write audit.json and the reports."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from probes.kit.net import Net
from probes.kit.net.tape import Player
from scanner.database import Database
from scanner.evidence import Evidence, Purpose
from scanner.evidence.asked import keep_asked
from scanner.registry import Registry
from scanner.runs.listed import read_lists
from scanner.runs.look import Clock
from scanner.runs.reach import Reach, reach_of
from scanner.runs.tape import load_tape
from scanner.service.concluding import Job, conclude
from scanner.service.network import rates, usable
from scanner.service.printing import dated_folder
from scanner.service.requesting import AuditRequest, encoded, frontier_of, request, seeds_of
from scanner.service.result import AuditResult
from scanner.service.scanning import Display, Looker, live, over
from scanner.service.site_pictures import ready_camera, with_pictures
from scanner.settings import Settings

RESUMABLE = timedelta(hours=24)


def reach(request: AuditRequest, settings: Settings) -> Reach:
    """Say what an audit would contact; sends nothing, opens nothing."""
    usable(settings)
    seeds = seeds_of(request, settings)
    looks = frontier_of(request, seeds, settings).start()
    return reach_of(len(request.names) + len(seeds.listed), looks, rates(settings))


async def audit(
    request: AuditRequest,
    settings: Settings,
    clock: Clock,
    display: Display,
    *,
    folder: Path | None = None,
    pictures: bool = False,
) -> AuditResult:
    """Do the whole job: look, judge, register, and write audit.json and the reports.

    Goes on with an unfinished run of this client younger than 24 h. Raises Busy when another process
    audits the same client. With `pictures` the client's sites are pictured as well; UnknownThing, before
    anything is asked, where no browser can do that.
    """
    look = live(settings, clock, display, words=request.labels, fresh=request.fresh)
    if not pictures:
        return await _audit(request, settings, clock, display, look, folder)
    async with ready_camera(settings):
        pass  # it can be started: said now, and not after an hour of work
    result = await _audit(request, settings, clock, display, look, folder)
    return await with_pictures(result, settings, clock, display)


async def replay(
    request: AuditRequest,
    settings: Settings,
    clock: Clock,
    display: Display,
    net: Net,
    *,
    folder: Path | None = None,
) -> AuditResult:
    """Do the whole job over a net of recorded exchanges: real probes, rules and reports."""

    look = over(net, settings, clock, display, fresh=request.fresh)
    return await _audit(request, settings, clock, display, look, folder)


async def _audit(
    request: AuditRequest,
    settings: Settings,
    clock: Clock,
    display: Display,
    look: Looker,
    folder: Path | None,
) -> AuditResult:
    usable(settings)
    database = Database.open(settings.db)
    try:
        with database.lock(f"audit {request.client.slug}"):
            return await _audit_into(database, request, settings, clock, display, look, folder)
    finally:
        database.close()


async def _audit_into(
    database: Database,
    request: AuditRequest,
    settings: Settings,
    clock: Clock,
    display: Display,
    look: Looker,
    folder: Path | None,
) -> AuditResult:
    evidence, registry = Evidence(database), Registry(database)
    await registry.ensure_client(request.client, clock())
    words = registry.owner_words(request.client.slug)
    seeds = seeds_of(request, settings, {word.asset: word.ownership for word in words})
    run = evidence.unfinished(request.client.slug, clock() - RESUMABLE)
    if run is not None and run.options.get("names") == options_of(request, settings)["names"]:
        display.say(f"Going on with the audit of {run.started_at:%Y-%m-%d %H:%M} UTC.")
    else:
        run = await evidence.begin(
            request.client.slug, options_of(request, settings), settings.vantage, clock()
        )
    await keep_asked(database, run.id, encoded(request))
    tally = await look(frontier_of(request, seeds, settings), evidence, database, run)
    if request.zone_lists:
        await read_lists(run.id, request.zone_lists, evidence, clock, settings.vantage, display.say)
    display.say("Judging.")
    place = folder or dated_folder(Path(settings.out) / request.client.slug, clock())
    job = Job(request, settings, run, run, seeds, tally)
    result = await conclude(job, database, place, clock)
    # Only now: where the files could not be written, the same command goes on and asks nobody again.
    await evidence.finish(run.id, clock(), result.complete)
    await evidence.prune_raw(clock() - timedelta(days=settings.keep_raw_days))
    return result


def options_of(request: AuditRequest, settings: Settings) -> dict[str, Any]:
    """Return what is kept with the run of an audit: how it was made."""
    return {
        "names": sorted(name.name for name in request.names),
        "labels": len(request.labels),
        "depth": settings.depth,
        "allow_net": list(settings.allow_net),
        "keys": sorted(settings.keys.services),  # whose they are, never the keys
        "purpose": Purpose.AUDIT,
    }


async def demo(folder: Path, display: Display) -> AuditResult:
    """Audit the recorded internet that comes with the package; nothing is left but the files."""
    tape = load_tape()
    asked = request(client=tape.client, typed=tape.names, orgs=tape.orgs)
    with tempfile.TemporaryDirectory(prefix="revizor-demo-") as scratch:
        settings = Settings(
            db=f"sqlite:///{scratch}/demo.db",
            vantage=tape.vantage,
            max_hosts=tape.max_hosts,
            guesses=tape.guesses,
        )
        net = Player(tape.exchanges)
        return await replay(asked, settings, lambda: tape.at, display, net, folder=folder)
