"""The doctor looks at the second resolver only where there is one, and as strictly as at the first."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from probes.kit.net.live import LiveNet, NetSettings
from scanner.runs.doctor import Check, Health, examine
from tests.peers.dns_server import DnsServer
from tests.probes.kit.net.loopback import LOOPBACK

GOOD = "iana.org NS ns.iana.org."


def examined(*second: DnsServer) -> dict[str, Check]:
    """What the doctor says of a machine with these resolvers and nothing else."""

    async def story() -> dict[str, Check]:
        async with DnsServer(GOOD) as first:
            settings = NetSettings(
                resolvers=(first.ip,),
                second_resolvers=tuple(one.ip for one in second),
                allow_nets=LOOPBACK,
            )
            async with LiveNet(settings) as net:
                checks = await examine(net, lambda: datetime(2026, 3, 1, tzinfo=UTC))
        return {check.name: check for check in checks}

    async def with_second() -> dict[str, Check]:
        if not second:
            return await story()
        async with second[0]:
            return await story()

    return asyncio.run(with_second())


def test_a_second_resolver_is_examined_where_there_is_one() -> None:
    assert "second resolver" not in examined()
    assert examined(DnsServer(GOOD))["second resolver"].health is Health.OK


def test_a_second_resolver_that_filters_is_found_out() -> None:
    found = examined(DnsServer("other.example A 192.0.2.1"))

    assert found["DNS"].health is Health.OK
    assert found["second resolver"].health is Health.FAIL
    assert "filters or invents" in found["second resolver"].found
