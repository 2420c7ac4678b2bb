"""Services of the operator's: guarded, verified, bounded; and it is always known whether a request was sent."""

from __future__ import annotations

import gzip
import ipaddress
from pathlib import Path

import pytest

from probes.kit.net.own_service import OwnServices, ServiceTrouble
from probes.kit.net.question import ApiAnswer
from probes.kit.net.service_door import ServiceDoor, ServiceRequest
from probes.kit.net.submission_door import Relay, SubmissionDoor
from probes.kit.observation import Reason
from tests.peers.relay import Relay as RelayPeer
from tests.peers.web import Answer, Authority, HangUp, Reply, Request, Silence, web
from tests.probes.kit.net.loopback import (
    Behaviour,
    floods,
    own_address,
    resets,
    run,
    server,
    stalls,
)

LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)
SECRET = "s3cr3t"


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def services(authority: Authority, tmp_path: Path) -> OwnServices:
    """Loopback allowed, our authority trusted."""
    path = tmp_path / "ca.pem"
    path.write_bytes(authority.pem)
    return OwnServices(allow_nets=LOOPBACK, trust_file=str(path), user_agent="Revizor/test")


async def ask(services: OwnServices, url: str, patience: float = 10.0, **more: object) -> ApiAnswer:
    request = ServiceRequest(url=f"{url}/rest/{SECRET}/add", patience=patience, **more)  # type: ignore[arg-type]
    return await ServiceDoor(services).ask(request)


def test_a_request_arrives_as_it_was_meant(services: OwnServices, authority: Authority):
    """Method, target, headers, body; over TLS that was verified."""
    heard: list[Request] = []

    async def handle(request: Request) -> Answer:
        heard.append(request)
        return Reply(201, gzip.compress(b'{"a": 1}'), (("Content-Encoding", "gzip"),))

    async def story() -> ApiAnswer:
        async with web(handle, authority) as url:
            return await ask(services, url, headers=(("X-Key", SECRET),), body=b"x" * 200_000)

    answer = run(story())

    assert (answer.status, answer.body, answer.truncated) == (201, b'{"a": 1}', False)
    assert (heard[0].method, heard[0].target) == ("POST", f"/rest/{SECRET}/add")
    assert (heard[0].headers["x-key"], len(heard[0].body)) == (SECRET, 200_000)
    assert heard[0].headers["user-agent"] == "Revizor/test"


def test_a_redirect_is_an_answer_and_nothing_more(services: OwnServices):
    """Nobody is led elsewhere with a secret in his hand."""
    heard: list[str] = []

    async def handle(request: Request) -> Answer:
        heard.append(request.target)
        return Reply(307, b"", (("Location", "/elsewhere"),))

    async def story() -> ApiAnswer:
        async with web(handle) as url:
            return await ask(services, url)

    assert run(story()).status == 307
    assert len(heard) == 1


def _trouble(services: OwnServices, behave: Behaviour, patience: float = 10.0) -> ServiceTrouble:
    async def story() -> ServiceTrouble:
        async with server(behave, 8088) as address:
            with pytest.raises(ServiceTrouble) as caught:
                await ask(services, f"http://{address}:8088", patience)
            return caught.value

    return run(story())


@pytest.mark.parametrize(
    ("behave", "reason"),
    [
        (resets(), Reason.CONNECTION_LOST),
        (stalls(), Reason.TIMEOUT),
        (stalls(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n1"), Reason.TIMEOUT),
        (floods(b"HTTP/1.1 200 OK\r\n", b"A: b\r\n"), Reason.MALFORMED),
        (floods(b"nonsense", b"nonsense"), Reason.MALFORMED),
    ],
)
def test_what_goes_wrong_after_sending_says_so(
    services: OwnServices, behave: Behaviour, reason: Reason
):
    """Whoever sent it must look before he sends again; the deadline is for all of it."""
    trouble = _trouble(services, behave, 0.5 if reason is Reason.TIMEOUT else 10)

    assert (trouble.reason, trouble.sent) == (reason, True)
    assert SECRET not in str(trouble)


def test_what_goes_wrong_before_sending_says_so(services: OwnServices, authority: Authority):
    """Nobody there, nobody we may dial, nobody whom we trust, no address, no plain header."""
    stranger = Authority()

    async def handle(request: Request) -> Answer:
        return HangUp()

    async def trouble(of: OwnServices, url: str, **more: object) -> ServiceTrouble:
        with pytest.raises(ServiceTrouble) as caught:
            await ask(of, url, **more)
        assert not caught.value.sent
        assert SECRET not in str(caught.value)
        return caught.value

    async def story() -> list[Reason]:
        bare = OwnServices(trust_file=services.trust_file)
        found = [await trouble(services, f"http://{own_address()}:9")]
        async with web(handle, stranger) as url:
            found.append(await trouble(services, url))
            found.append(await trouble(bare, url))
        found.append(await trouble(services, "http://bad host"))
        found.append(await trouble(services, "ftp://127.0.0.1"))
        header = (("X-Key", f"{SECRET}\r\nX-Evil: 1"),)
        found.append(await trouble(services, f"http://{own_address()}:9", headers=header))
        return [one.reason for one in found]

    assert run(story()) == [
        Reason.NO_LISTENER,
        Reason.TLS_FAILED,
        Reason.NOT_ALLOWED,
        Reason.MALFORMED,
        Reason.NOT_ALLOWED,
        Reason.INVALID_QUERY,
    ]


def test_plain_http_leaves_our_own_networks_never():
    """A secret would be anybody's on its way; a global address is refused before it is dialled."""
    services = OwnServices(allow_nets=LOOPBACK)

    async def story() -> ServiceTrouble:
        with pytest.raises(ServiceTrouble) as caught:
            await ask(services, "http://93.184.216.34")
        return caught.value

    trouble = run(story())
    assert (trouble.reason, trouble.sent) == (Reason.NOT_ALLOWED, False)


def test_a_long_answer_is_cut(services: OwnServices):
    """A bomb costs its cap."""

    async def handle(request: Request) -> Answer:
        return Reply(200, gzip.compress(b"0" * 50_000_000), (("Content-Encoding", "gzip"),))

    async def story() -> ApiAnswer:
        async with web(handle) as url:
            return await ask(services, url)

    answer = run(story())
    assert answer.truncated
    assert len(answer.body) == 1_048_576


def test_the_local_host_is_itself_and_asks_no_resolver(services: OwnServices):
    """RFC 6761 6.3; the guard still wants to be asked."""

    async def story() -> list[bool]:
        found = []
        for of in (services, OwnServices()):
            with pytest.raises(ServiceTrouble) as caught:
                await ask(of, "http://localhost:9")
            found.append(caught.value.reason is Reason.NOT_ALLOWED)
        return found

    assert run(story()) == [False, True]


def test_a_slow_service_ends_with_its_time(services: OwnServices):
    """Silence is cut off by the clock on the wall."""

    async def handle(request: Request) -> Answer:
        return Silence()

    async def story() -> ServiceTrouble:
        async with web(handle) as url:
            with pytest.raises(ServiceTrouble) as caught:
                await ask(services, url, 0.3)
            return caught.value

    assert run(story()).reason is Reason.TIMEOUT


def test_a_message_keeps_its_dots_and_ends_where_it_ends(
    services: OwnServices, authority: Authority
):
    """Dots at the beginning of a line are doubled (RFC 5321 4.5.2); no line of it ends the message."""
    peer = RelayPeer()

    async def story() -> None:
        async with peer.running(authority) as (host, port):
            door = SubmissionDoor(services, Relay(host=host, port=port))
            await door.submit("a@x.example", "b@x.example", b"S: 1\n\n.\n..b\r\n.\r\nQUIT\r\n")

    run(story())

    assert peer.taken == [b"S: 1\r\n\r\n..\r\n...b\r\n..\r\nQUIT\r\n.\r\n"]


def test_no_secret_shows_in_a_representation():
    """Logs and tracebacks print these."""
    request = ServiceRequest(url=f"https://x.example/{SECRET}", headers=(("K", SECRET),))
    relay = Relay(host="x.example", password=SECRET)

    assert SECRET not in repr(request) + repr(relay)
