"""Two processes at once, with the rates we ship, stay within one server's limit: the server counts."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise

from scanner.database import Database
from tests.peers.village import village

_ASKER = """
import asyncio, sys
from ipaddress import ip_network
from probes.kit.net import WhoisQuestion
from probes.kit.net.live import LiveNet, NetSettings
from scanner.database import Database
from scanner.database.pace import SqlPace

async def main(url, ip, names):
    settings = NetSettings(resolvers=(ip,), allow_nets=(ip_network(ip + "/32"),))
    with Database.open(url) as database:
        async with LiveNet(settings, SqlPace(database)) as net:
            for name in names:
                answer = await net.ask(WhoisQuestion("whois.tcinet.ru", name))
                assert name.upper().encode() in answer.raw

asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
"""
RATE = 10
"""Questions a minute that whois.tcinet.ru is asked by default: a third of what it bears."""


def test_two_processes_with_default_rates_stay_within_the_limit(database_url: str):
    """Five names between them are asked six seconds apart, whoever asks."""
    Database.open(database_url).close()
    with village() as place:
        askers = [
            subprocess.Popen([sys.executable, "-c", _ASKER, database_url, place.ip, *names])
            for names in (("a.ru", "b.ru", "c.ru"), ("d.ru", "e.ru"))
        ]
        assert [asker.wait(timeout=120) for asker in askers] == [0, 0]
        asked_at = sorted(place.whois_asked_at)

    assert len(asked_at) == 5
    gaps = [later - earlier for earlier, later in pairwise(asked_at)]
    # A question may be a little late on its way; the whole span has no room for one too many.
    assert min(gaps) > 60 / RATE - 1
    assert asked_at[-1] - asked_at[0] > 4 * 60 / RATE - 1
