"""What this machine and its settings allow."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from reports import pdf
from scanner.database import Database, StorageTrouble
from scanner.evidence import Evidence
from scanner.evidence.due import DueBook
from scanner.evidence.looked import OVERDUE
from scanner.registry import Registry
from scanner.runs.doctor import Check, Health, examine
from scanner.runs.look import Clock
from scanner.runs.regularity import checks as checks_of
from scanner.runs.regularity import watched
from scanner.service.network import live_net
from scanner.settings import Settings


async def doctor(settings: Settings, clock: Clock) -> tuple[Check, ...]:
    """Check settings, database and trust store here, and every way out."""
    checks = [Check("settings", Health.OK, f"vantage {settings.vantage}", "")]
    checks.append(browser_check(settings.chromium))
    try:
        database = Database.open(settings.db)
        try:
            checks.append(database_check(database.check()))
            checks += client_checks(database, clock())
        finally:
            database.close()
    except StorageTrouble as trouble:
        checks.append(Check("database", Health.FAIL, str(trouble), "No audit can be kept."))
    async with live_net(settings, None) as net:
        checks += await examine(net, clock)
    return tuple(checks)


def client_checks(database: Database, at: datetime) -> tuple[Check, ...]:
    """Return, of each client, when he was looked at last with success, and what is overdue."""
    evidence, due = Evidence(database), DueBook(database)
    overdue = {one.client: one for one in due.clients(at - OVERDUE)}
    return checks_of(
        watched(one.slug, evidence.runs(one.slug), overdue.get(one.slug))
        for one in Registry(database).clients()
    )


def browser_check(setting: str) -> Check:
    """Return the line on the browser that prints PDF and takes pictures of sites."""
    program = pdf.found(setting)
    if program:
        return Check("browser", Health.OK, program, "")
    found = f"{setting} cannot be run" if setting else "no Chromium or Chrome on PATH"
    means = "No PDF is printed and no pictures of sites are taken; all else is done without it."
    return Check("browser", Health.WARN, found, means)


def database_check(damage: Sequence[str]) -> Check:
    """Return the line on a database that is whole, or damaged as told."""
    if damage:
        found = f"damaged: {damage[0]}" + (f" and {len(damage) - 1} more" if damage[1:] else "")
        return Check("database", Health.FAIL, found, "Restore it from a backup copy.")
    return Check("database", Health.OK, "opens, is whole, schema is current", "")
