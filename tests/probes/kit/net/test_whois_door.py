"""Port 43: what came is kept, what did not come is Unknown, and nobody is hurried."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from probes.kit.net.pace import Pace
from probes.kit.net.question import NetTrouble, WhoisAnswer, WhoisQuestion
from probes.kit.net.rates import Rates
from probes.kit.net.whois_door import CAP, WhoisDoor, group_of
from probes.kit.observation import Reason
from tests.probes.kit.net.loopback import (
    Behaviour,
    Names,
    dialer,
    floods,
    own_address,
    resets,
    run,
    says,
    server,
    stalls,
)

SERVER = "whois.registry.example"
TEXT = b"domain: ROMASHKA.RU\r\npaid-till: 2026-12-26T21:00:00Z\r\n"
SOON = timedelta(milliseconds=150)


async def look_up(
    behave: Behaviour, patience: timedelta = timedelta(seconds=10), line: str = "romashka.ru"
) -> WhoisAnswer:
    async with server(behave, 43) as address:
        names = Names({SERVER: (address,)})
        door = WhoisDoor(dialer(names), Pace(Rates.of({"*": "100/s"})), patience)
        return await door.ask(WhoisQuestion(SERVER, line))


async def drips(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readline()
    while not writer.transport.is_closing():
        writer.write(b"% ")
        await writer.drain()
        await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    ("behave", "raw", "complete"),
    [
        (says(TEXT, wait_for=b"\r\n"), TEXT, True),
        (resets(TEXT, wait_for=b"\r\n"), TEXT, False),
        (stalls(TEXT, wait_for=b"\r\n"), TEXT, False),
        (says(bytes(range(256)), wait_for=b"\r\n"), bytes(range(256)), True),
        (floods(TEXT, b"x" * 8192, wait_for=b"\r\n"), None, False),
        (floods(b"", b"no line ever ends " * 500, wait_for=b"\r\n"), None, False),
    ],
    ids=["honest", "reset", "does not close", "binary", "flood", "endless line"],
)
def test_whatever_came_is_kept_and_says_if_it_is_whole(
    behave: Behaviour, raw: bytes | None, complete: bool
) -> None:
    answer = run(look_up(behave, SOON))

    assert answer.complete is complete
    assert answer.raw == raw if raw is not None else len(answer.raw) == CAP


def test_a_drip_is_cut_at_the_total_deadline() -> None:
    answer = run(look_up(drips, SOON), within=5)

    assert not answer.complete
    assert answer.raw.startswith(b"% ")


@pytest.mark.parametrize(
    ("behave", "reason"),
    [
        (says(b"", wait_for=b"\r\n"), Reason.CONNECTION_LOST),
        (resets(wait_for=b"\r\n"), Reason.CONNECTION_LOST),
        (stalls(wait_for=b"\r\n"), Reason.TIMEOUT),
    ],
    ids=["closes with nothing", "resets with nothing", "silence"],
)
def test_nothing_is_never_an_answer(behave: Behaviour, reason: Reason) -> None:
    with pytest.raises(NetTrouble) as met:
        run(look_up(behave, SOON))

    assert met.value.reason is reason


@pytest.mark.parametrize(
    ("whois", "line", "reason"),
    [
        ("127.0.0.1.", "x.ru", Reason.NO_LISTENER),
        ("169.254.169.254", "x.ru", Reason.NOT_ALLOWED),
        ("rebound.example", "x.ru", Reason.NOT_ALLOWED),
        ("10.1", "x.ru", Reason.MALFORMED),
        ("not a host", "x.ru", Reason.MALFORMED),
        ("", "x.ru", Reason.MALFORMED),
        (SERVER, "x.ru\r\nhelp", Reason.INVALID_QUERY),
        (SERVER, "x" * 600, Reason.INVALID_QUERY),
        ("refused.example", "x.ru", Reason.NO_LISTENER),
        ("nobody.example", "x.ru", Reason.NO_ADDRESS),
    ],
)
def test_a_bad_referral_or_question_goes_nowhere(whois: str, line: str, reason: Reason) -> None:
    async def story() -> None:
        names = Names(
            {
                SERVER: (own_address(),),
                "refused.example": (own_address(),),
                "rebound.example": ("127.0.0.1", "169.254.169.254"),
            }
        )
        await WhoisDoor(dialer(names), Pace(Rates.of({}))).ask(WhoisQuestion(whois, line))

    with pytest.raises(NetTrouble) as met:
        run(story())
    assert met.value.reason is reason


def test_waiting_for_the_pace_costs_none_of_the_deadline() -> None:
    async def story() -> list[WhoisAnswer]:
        async with server(says(TEXT, wait_for=b"\r\n"), 43) as address:
            pace = Pace(Rates.of({SERVER: "5/s"}))
            door = WhoisDoor(dialer(Names({SERVER: (address,)})), pace, SOON)
            return await asyncio.gather(
                *(door.ask(WhoisQuestion(SERVER, f"{n}.ru")) for n in range(4))
            )

    assert all(answer.complete for answer in run(story()))


@pytest.mark.parametrize(
    ("addresses", "group"),
    [
        (("192.0.2.43",), "whois:192.0.2.0/24"),
        (("192.0.2.200", "198.51.100.1"), "whois:192.0.2.0/24"),
        (("198.51.100.1", "192.0.2.7"), "whois:192.0.2.0/24"),
        (("2001:db8:1:2::43",), "whois:2001:db8:1::/48"),
        (("2001:db8:1:2::43", "203.0.113.9"), "whois:203.0.113.0/24"),
    ],
)
def test_servers_of_one_network_are_one_group(addresses: tuple[str, ...], group: str) -> None:
    """Whatever the order in which the addresses come."""
    assert group_of(addresses) == group


def test_servers_of_one_network_share_their_turns_and_their_rest() -> None:
    """Two names of one registry are asked one after the other, and rest together when one refuses."""

    async def story() -> tuple[list[float], str, NetTrouble | None]:
        slept: list[float] = []

        async def sleep(seconds: float) -> None:
            slept.append(seconds)

        async with server(says(TEXT, wait_for=b"\r\n"), 43) as address:
            names = Names(dict.fromkeys(("whois.nic.one", "whois.nic.two"), (address,)))
            pace = Pace(Rates.of({"*": "6/min"}), clock=lambda: 1_000.0, sleep=sleep)
            door = WhoisDoor(dialer(names), pace)
            for name in names:
                await door.ask(WhoisQuestion(name, "romashka"))
            group = door.group_of_server("whois.nic.one")
            assert group is not None
            await pace.back_off(group, 7_200)
            try:
                await door.ask(WhoisQuestion("whois.nic.two", "lepestok"))
            except NetTrouble as trouble:
                return slept, group, trouble
        return slept, group, None

    slept, group, trouble = run(story())

    assert slept == [10.0]
    assert group.endswith("/24")
    assert trouble is not None
    assert trouble.reason is Reason.RATE_LIMITED
    assert "whois.nic.two must not be asked" in trouble.detail
