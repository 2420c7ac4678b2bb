"""Messages through apprise: only what surely came counts, and one that failed is nobody else's matter."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scanner.service import tasks
from scanner.service.trackers import channels_of, trackers_doctor
from scanner.trackers.contract import Channel, Later, Letter, Refused
from tests.peers.receiver import KEY, Receiver
from tests.peers.relay import Relay
from tests.peers.web import Authority, Reply, Request, web
from tests.probes.kit.net.loopback import run
from tests.scanner.renewals.office import START, Office
from tests.scanner.trackers.settled import LOOPBACK, clock, settings

# Apprise imports a module that Python 3.13 does without.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr':DeprecationWarning")

LETTER = Letter(key="digest:1", to="petrov", subject="Сводка\nпродлений", text="Три дела")
TOKEN = "s3cr3tt0k3n"


def channel_of(folder: Path, address: str) -> Channel:
    """The product's own way to apprise."""
    chosen = settings(folder, {"chat": {"kind": "apprise"}}, {"chat": address})
    (channel,) = channels_of(chosen, clock)
    return channel


class Chat:
    """Takes apprise's JSON."""

    def __init__(self, answer: Reply | None = None) -> None:
        self.next = answer or Reply(200, b"{}")
        self.heard: list[Request] = []

    async def answer(self, request: Request) -> Reply:
        """Answer one request."""
        self.heard.append(request)
        return Reply(200, b"{}") if request.target.startswith("/elsewhere") else self.next


def test_each_person_gets_his_own_message(tmp_path: Path):
    """What stands for `{to}` is his part of the address, and cannot leave it."""

    async def story() -> list[Request]:
        chat = Chat()
        async with web(chat.answer) as url:
            address = url.replace("http://", "json://") + f"/{TOKEN}/{{to}}"
            channel = channel_of(tmp_path, address)
            await channel.send(LETTER)
            await channel.send(Letter(key="2", to="../x?redirect=yes", subject="a", text="b"))
        return chat.heard

    first, second = run(story())
    assert first.target.startswith(f"/{TOKEN}/petrov")
    told = json.loads(first.body)
    assert (told["title"], told["message"]) == ("Сводка продлений", "Три дела")
    assert "../" not in second.target


@pytest.mark.parametrize(
    "answer",
    [
        Reply(302, b"", (("Location", "/elsewhere"),)),
        Reply(500, b"no"),
        Reply(404, b"no"),
    ],
)
def test_check_9_what_did_not_surely_come_is_told_again(tmp_path: Path, answer: Reply):
    """A redirect too: followed, it would be a look at some page, and called a success."""

    async def story() -> list[Request]:
        chat = Chat(answer)
        async with web(chat.answer) as url:
            channel = channel_of(tmp_path, url.replace("http://", "json://") + f"/{TOKEN}")
            with pytest.raises(Later) as caught:
                await channel.send(LETTER)
            assert TOKEN not in str(caught.value)
        return chat.heard

    assert len(run(story())) == 1


def test_an_unknown_service_is_an_error(tmp_path: Path):
    """Apprise itself would say that nobody was to be told."""
    channel = channel_of(tmp_path, "carrierpigeon://loft/7")

    with pytest.raises(Refused, match="no service"):
        run(channel.send(LETTER))


@pytest.mark.parametrize(
    ("address", "line"),
    [
        ("json://hooks.example/{to}", "ok apprise"),
        ("json://hooks.example/all", "ok apprise_shared"),
        ("tgram://123456789:abcdefghij-klmnopqrstuvwxyzabcdef/1/2", "fail apprise_several"),
        ("carrierpigeon://loft/7", "fail apprise_unknown"),
    ],
)
def test_the_doctor_looks_at_the_address_alone(tmp_path: Path, address: str, line: str):
    """And says when it names several: what reached a part of them could not be repeated."""
    chosen = settings(tmp_path, {"chat": {"kind": "apprise"}}, {"chat": address})

    (check,) = run(trackers_doctor(chosen, clock, "ru"))

    assert f"{check.level} {check.code}" == line
    assert address not in check.said


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """An agency without a task manager, and one thing due soon."""
    opened = Office(f"sqlite:///{tmp_path}/revizor.db")
    person = opened.person("Пётр", trackers={"desk": "petrov"})
    opened.thing("domain:romashka.ru", START.replace(day=20), responsible=person)
    yield opened
    opened.close()


@pytest.mark.parametrize("trouble", [Reply(302, b"", (("Location", "/x"),)), Reply(500, b"")])
def test_check_9_two_channels_one_failing_the_retry_touches_only_the_failed_one(
    trusted: Path, authority: Authority, tmp_path: Path, office: Office, trouble: Any
):
    """The letter went out, the message did not: the next run repeats the message alone."""

    async def story() -> tuple[int, list[dict[str, Any]], int]:
        receiver, relay = Receiver(office.clock), Relay()
        receiver.next.append(trouble)
        async with web(receiver.answer) as url, relay.running(authority) as (host, port):
            chosen = settings(
                tmp_path,
                {
                    "desk": {
                        "kind": "webhook", "url": url, "tasks": False, "messages": True,
                        "allow_net": LOOPBACK,
                    }
                },
                {"desk": KEY},
                mail={"host": host, "port": port, "sender": "r@a.example", "allow_net": LOOPBACK},
            )  # fmt: skip
            channels = channels_of(chosen, office.clock)
            assert [one.name for one in channels] == ["mail", "desk"]
            for _ in range(3):
                await tasks.sync(office.settings, office.clock, (), channels, again=True)
                office.go()
        return len(relay.taken), receiver.messages, len(receiver.heard)

    letters, messages, asked = run(story(), within=60)
    assert letters == 1
    assert len(messages) == 1
    assert asked == 2
    assert messages[0]["to"] == "petrov"
