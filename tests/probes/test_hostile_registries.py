"""Hostile WHOIS servers before the real Net: each look ends in time, in the right word, in little memory.

Every mode has a server, a resolver that names it, and a process of its own that looks; all run side by
side, so that the whole takes as long as the longest patience.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest

from tests.probes.kit.net.loopback import (
    Behaviour,
    floods,
    own_address,
    resets,
    run,
    says,
    server,
    stalls,
)
from tests.probes.kit.net.test_live import resolver
from tests.probes.registry_paper import NOBODY, RU

ASKED = b"\r\n"
REGISTRY = "whois.tcinet.ru"
MOST_MORE_KIB = 16_384
WITHIN = 60.0
# A record that lacks the holder and its registrar's dates: the registrar must be asked.
REFERRING = (
    "domain: ROMASHKA.RU\nnserver: ns1.hoster.example\npaid-till: 2026-02-18T21:00:00Z\n"
    "Registrar WHOIS Server: {}\n"
)


def drips(again: bytes) -> Behaviour:
    """Send the piece again and again, slowly, for as long as the other side listens."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(ASKED)
        while not writer.transport.is_closing():
            writer.write(again)
            await writer.drain()
            await asyncio.sleep(0.05)

    return behave


def refers(to: str) -> Behaviour:
    return says(REFERRING.format(to).encode(), wait_for=ASKED)


REGISTRAR = "whois.registrar.example"
# Mode → who listens where, what the look must come to, and who was asked with what success.
MODES: Mapping[str, tuple[Mapping[str, Behaviour], str, list[list[str]]]] = {
    # The slow ones first: the others look while these wait.
    "silence": ({REGISTRY: stalls(wait_for=ASKED)}, "timeout", []),
    "drip": ({REGISTRY: drips(b"% ")}, "timeout", []),
    "drip of lines": ({REGISTRY: drips(b"% a\r\n")}, "source_failed", []),
    "peace": ({REGISTRY: says(RU.encode(), wait_for=ASKED)}, "seen", [[REGISTRY, "registered"]]),
    "denial": ({REGISTRY: says(NOBODY.encode(), wait_for=ASKED)}, "absent", []),
    "reset": ({REGISTRY: resets(wait_for=ASKED)}, "connection_lost", []),
    "reset in a denial": ({REGISTRY: resets(NOBODY.encode(), wait_for=ASKED)}, "source_failed", []),
    "flood": ({REGISTRY: floods(b"", b"% nothing to see\r\n" * 999, wait_for=ASKED)}, "oversized", []),
    "endless line": ({REGISTRY: floods(b"", b"no end " * 9_999, wait_for=ASKED)}, "oversized", []),
    "endless record": (
        {REGISTRY: floods(RU.encode(), b"nserver: ns1.hoster.example\r\n" * 999, wait_for=ASKED)},
        "seen",
        [[REGISTRY, "registered"]],
    ),
    "binary": ({REGISTRY: says(bytes(range(256)) * 64, wait_for=ASKED)}, "unparsed", []),
    "referral loop": (
        {REGISTRY: refers(REGISTRAR), REGISTRAR: refers(REGISTRY)},
        "seen",
        [[REGISTRY, "registered"], [REGISTRAR, "registered"]],
    ),
    "referral to itself": ({REGISTRY: refers(REGISTRY)}, "seen", [[REGISTRY, "registered"]]),
    "referral to 127.0.0.1": ({REGISTRY: refers("127.0.0.1")}, "seen", [[REGISTRY, "registered"]]),
    "referral to 169.254.169.254": (
        {REGISTRY: refers("169.254.169.254")},
        "seen",
        [[REGISTRY, "registered"]],
    ),
    "referral to a name of 169.254.169.254": (
        {REGISTRY: refers("metadata.example")},
        "seen",
        [[REGISTRY, "registered"], ["metadata.example", "network_error"]],
    ),
}  # fmt: skip


@asynccontextmanager
async def counted(behave: Behaviour, heard: list[bytes]) -> AsyncIterator[str]:
    """Run a WHOIS server; `heard` grows by one with each connection."""

    async def visited(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(b"")
        await behave(reader, writer)

    async with server(visited, 43, at=own_address()) as address:
        yield address


async def look(servers: Mapping[str, Behaviour]) -> dict[str, Any]:
    """Look in a process of its own; return what it printed and how often each server was called."""
    heard: dict[str, list[bytes]] = {name: [] for name in servers}
    async with AsyncExitStack() as stack:
        zone = {"metadata.example": "169.254.169.254"}
        for name, behave in servers.items():
            zone[name] = await stack.enter_async_context(counted(behave, heard[name]))
        _, place = await stack.enter_async_context(resolver(zone))
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.probes.hostile_look", place, stdout=asyncio.subprocess.PIPE
        )
        try:
            printed, _ = await child.communicate()
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
    found: dict[str, Any] = json.loads(printed)
    return found | {"calls": {name: len(calls) for name, calls in heard.items()}}


@pytest.fixture(scope="module")
def looks() -> dict[str, dict[str, Any]]:
    """Every mode's look, a few at a time."""

    async def all_of_them() -> dict[str, dict[str, Any]]:
        room = asyncio.Semaphore(6)

        async def one(mode: str) -> tuple[str, dict[str, Any]]:
            async with room:
                return mode, await look(MODES[mode][0])

        return dict(await asyncio.gather(*map(one, MODES)))

    return run(all_of_them(), within=WITHIN)


@pytest.mark.parametrize("mode", MODES)
def test_each_mode_ends_in_the_right_word(mode: str, looks: dict[str, dict[str, Any]]) -> None:
    """A fact, an absence or a reason; and a source that failed is named beside a fact."""
    _, outcome, sources = MODES[mode]

    assert (looks[mode]["outcome"], looks[mode]["sources"]) == (outcome, sources)


@pytest.mark.parametrize("mode", MODES)
def test_no_mode_takes_more_memory_than_peace(mode: str, looks: dict[str, dict[str, Any]]) -> None:
    """Sixteen MiB at most above a look at an honest server, by the process's high water mark."""
    assert looks[mode]["kib"] <= looks["peace"]["kib"] + MOST_MORE_KIB


@pytest.mark.parametrize("mode", MODES)
def test_nobody_is_called_twice(mode: str, looks: dict[str, dict[str, Any]]) -> None:
    """No loop, no retry into a refusal, nothing at an address that a referral names."""
    assert set(looks[mode]["calls"].values()) == {1}


def test_a_registrars_whois_may_be_as_bad_as_a_registrys() -> None:
    """What the registry said stands, whatever the second server does."""
    bad = {
        "network_error": resets(wait_for=ASKED),
        "oversized": floods(b"", b"% no\r\n" * 999, wait_for=ASKED),
        "unparsed": says(bytes(range(256)), wait_for=ASKED),
        "not_registered": says(NOBODY.encode(), wait_for=ASKED),
    }

    async def all_of_them() -> list[dict[str, Any]]:
        pairs = ({REGISTRY: refers(REGISTRAR), REGISTRAR: behave} for behave in bad.values())
        return await asyncio.gather(*map(look, pairs))

    for ending, seen in zip(bad, run(all_of_them(), within=WITHIN), strict=True):
        assert seen["sources"] == [[REGISTRY, "registered"], [REGISTRAR, ending]]
