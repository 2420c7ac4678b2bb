"""Whoever asks a worker how it is gets a short answer, whatever he sends; and nobody else's business."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from scanner.database import Database, StorageTrouble
from scanner.database.pace import SqlPace
from scanner.jobs import Job, queue_of
from scanner.jobs.listening import AT_ONCE, listening
from scanner.jobs.worker import Rhythm, Stop, Turn, Worker
from scanner.runs.progress import Tally
from scanner.service.measuring import Looks, Measures


async def ask(place: str, sent: bytes) -> bytes:
    """Send something; all that comes back."""
    host, _, port = place.rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(sent)
    try:
        return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


def broken() -> str:
    """Metrics of a database that is gone."""
    raise StorageTrouble("gone")


@pytest.mark.parametrize(
    ("sent", "first", "body"),
    [
        (b"GET /health HTTP/1.1\r\n\r\n", b"HTTP/1.1 200 OK", b"idle\n"),
        (b"HEAD /health HTTP/1.1\r\n\r\n", b"HTTP/1.1 200 OK", b""),
        (b"GET /metrics?x=1 HTTP/1.1\r\nHost: x\r\n\r\n", b"HTTP/1.1 200 OK", b"up 1\n"),
        (b"GET /secrets HTTP/1.1\r\n\r\n", b"HTTP/1.1 404 Not Found", b"/health or /metrics\n"),
        (b"POST /health HTTP/1.1\r\n\r\n", b"HTTP/1.1 405 Method Not Allowed", b"GET only\n"),
        (b"\x16\x03\x01\r\n\r\n", b"HTTP/1.1 405 Method Not Allowed", b"GET only\n"),
        (b"GET /health HTTP/1.1\r\n" + b"x" * 20_000, b"", b""),
    ],
)
def test_it_answers_two_questions(sent: bytes, first: bytes, body: bytes):
    """And hangs up on what is no request."""

    async def story() -> bytes:
        async with listening("127.0.0.1:0", lambda: (True, "idle"), lambda: "up 1\n") as place:
            return await ask(place, sent)

    answer = asyncio.run(story())

    assert answer.split(b"\r\n")[0] == first
    assert answer.partition(b"\r\n\r\n")[2] == body


def test_what_is_not_well_is_said_with_503():
    """A supervisor starts it anew, a proxy goes elsewhere."""

    async def story() -> list[bytes]:
        async with listening("127.0.0.1:0", lambda: (False, "unheard"), broken) as place:
            return [
                await ask(place, f"GET /{page} HTTP/1.1\r\n\r\n".encode())
                for page in ("health", "metrics")
            ]

    for answer in asyncio.run(story()):
        assert answer.startswith(b"HTTP/1.1 503 ")


def test_who_says_nothing_keeps_nobody_out_for_long():
    """So many are heard at once; one more is hung up on."""

    async def story() -> bytes:
        async with listening("127.0.0.1:0", lambda: (True, "idle"), lambda: "") as place:
            host, _, port = place.rpartition(":")
            silent = [await asyncio.open_connection(host, int(port)) for _ in range(AT_ONCE)]
            answer = await ask(place, b"")
            for _, writer in silent:
                writer.close()
            return answer

    assert asyncio.run(story()) == b""


def test_metrics_tell_of_queue_looks_and_sources(tmp_path: Path):
    """In Prometheus' format, names of foreign things escaped."""
    url = f"sqlite:///{tmp_path}/revizor.db"
    tally = Tally()
    tally.done, tally.answered = Counter(website=5, addresses=2), Counter(website=3, addresses=2)
    looks = Looks()
    looks.add(tally, {"website": {"seen": 1, "unknown": 1}})

    async def nothing(_turn: Turn) -> list[Job]:
        return []

    async def story() -> str:
        worker = Worker(url, {"one": nothing}, lambda _: (), place="home", rhythm=Rhythm(poll=0.01))
        with Database.open(url) as database:
            queue = queue_of(database)
            await database.write(queue.install)
            jobs = [Job(name="one", key="1", place="home"), Job(name="two", key="2", place="kazan")]
            await database.write(lambda c: queue.put(c, jobs))
            await SqlPace(database).back_off('whois:"evil"\n', 3_600)
            await worker.run(Stop(), drain=True)
            return Measures(database, worker, looks).text()

    told = asyncio.run(story())

    for line in (
        "revizor_worker_up 0",
        'revizor_jobs_ended_total{how="done"} 1',
        'revizor_looks_total{probe="website",outcome="answered"} 2',
        'revizor_looks_total{probe="website",outcome="unknown"} 1',
        'revizor_looks_total{probe="addresses",outcome="answered"} 2',
        'revizor_jobs{name="one",state="done"} 1',
        'revizor_jobs{name="two",state="waiting"} 1',
        "revizor_workers 0",
    ):
        assert f"{line}\n" in told
    assert 'revizor_source_closed_seconds{servers="whois:\\"evil\\"\\n"} 3' in told
    assert "# TYPE revizor_queue_age_seconds gauge" in told
    names = {line.split(" ")[2] for line in told.splitlines() if line.startswith("# HELP")}
    assert {
        f"revizor_{name}"
        for name in ("next_due_timestamp_seconds", "last_success_timestamp_seconds")
    } <= names
