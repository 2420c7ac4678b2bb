"""A canary in every secret that the registry's work needs: what goes out, and what a backup holds, show none."""

from __future__ import annotations

import asyncio
import os
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from msgspec import structs
from sqlalchemy import make_url

from scanner.service import tasks
from scanner.service.digests import digest
from scanner.service.licence_keys import set_key, show_key
from scanner.service.registering import Said
from scanner.service.trackers import channels_of, sinks_of
from scanner.settings import SharedKey
from tests.peers.receiver import KEY as HOOK_KEY
from tests.peers.receiver import Receiver
from tests.peers.web import web
from tests.probes.kit.net.loopback import run
from tests.scanner.renewals.office import START, Office
from tests.scanner.trackers.settled import LOOPBACK, settings

CANARY = "NFR-CANARY-0123456789-7K3Q"
OLDER = "SEC-CANARY-9876543210-ZZ9P"


def held(url: str, folder: Path) -> bytes:
    """Everything that a backup of the database would hold, as its own tools write it."""
    at = make_url(url)
    if at.get_backend_name() == "sqlite":
        assert at.database
        return b"".join(
            path.read_bytes()
            for path in Path(at.database).parent.glob(f"{Path(at.database).name}*")
        )
    schema = str(at.query["options"]).removeprefix("-csearch_path=")
    plain = at.set(
        drivername="postgresql", query={k: v for k, v in at.query.items() if k != "options"}
    )
    asked = [
        "pg_dump",
        f"--schema={schema}",
        "--dbname",
        plain.render_as_string(hide_password=False),
    ]
    return subprocess.run(
        asked, check=True, capture_output=True, env={**os.environ, "LC_ALL": "C"}
    ).stdout


def test_no_secret_is_told_outside_or_lies_in_a_dump(
    database_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    """Licence keys, the one before among them, the registry's key and the receiver's: in no body, log or dump."""
    caplog.set_level("DEBUG")
    office, registry_key = Office(database_url), Fernet.generate_key().decode()
    receiver = Receiver(office.clock)
    office.person("Дежурная", trackers={"desk": "duty"})
    number = office.thing(
        "licence:bitrix/x", START + timedelta(days=5), price="1200", notes="в сейфе"
    )
    sealed = structs.replace(office.settings, registry_key=SharedKey(registry_key))
    said = Said(who="Ольга", why="письмо")
    for key in (OLDER, CANARY):
        assert CANARY not in asyncio.run(set_key(number, key, said, sealed, office.clock))

    async def story() -> None:
        async with web(receiver.answer) as url:
            desk = {"kind": "webhook", "url": url, "allow_net": LOOPBACK, "messages": True}
            chosen = settings(tmp_path, {"desk": desk}, {"desk": HOOK_KEY})
            sinks, channels = sinks_of(chosen, office.clock), channels_of(chosen, office.clock)
            await tasks.sync(sealed, office.clock, sinks, channels)
            await digest(sealed, office.clock, channels, send=True)

    run(story())
    office.close()
    told = b"".join(request.body for request in receiver.heard)
    dump = held(database_url, tmp_path)

    assert len(receiver.tasks) == 1
    assert receiver.messages
    assert "в сейфе".encode() in dump  # what is no secret does lie there
    for secret in (CANARY, OLDER, registry_key, HOOK_KEY):
        for form in (secret.encode(), secret.encode().hex().encode()):
            assert form not in told
            assert form not in dump
        assert secret not in caplog.text
    assert asyncio.run(show_key(number, said, sealed, office.clock)) == CANARY
