"""What rescans find different goes to the receiver of the settings: at least once, under a key that it takes once."""

from __future__ import annotations

from scanner.database import Database
from scanner.runs.look import Clock
from scanner.service.delivering import Courier
from scanner.service.tasks import office_of
from scanner.service.trackers import changes_sink
from scanner.settings import Settings


async def tell_changes(settings: Settings, clock: Clock) -> dict[str, int]:
    """Tell the receiver what waits for it, over all clients; return outcomes and how often.

    What fails is tried again by the next rescan and by `revizor tasks sync`.
    """
    sink = changes_sink(settings, clock)
    if sink is None:
        return {}
    with Database.open(settings.db) as database:
        courier = Courier(office_of(database, settings, clock, (), ()))
        await courier.tell_changes(sink)
    return dict(courier.counts)
