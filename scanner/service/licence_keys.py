"""Licence keys: kept encrypted, shown to who asks by name, and that noted."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from sqlalchemy import Connection

from scanner.registry.keys import Vault, new_key, plain_key, tail_of
from scanner.registry.objects import Change
from scanner.registry.party_changes import By
from scanner.registry.refused import Refused
from scanner.registry.saying import closed_key, note_shown_key, object_for_change, say_key
from scanner.runs.look import Clock
from scanner.service.answers import Answers
from scanner.service.registering import Said, changing
from scanner.settings import Settings

_RING = ("revizor", "registry_key")
"""Service and name under which a keyring may hold the registry's key."""


def vault_of(settings: Settings) -> Vault:
    """Return what opens licence keys: by the key of the environment or file, else of the keyring, else nothing."""
    said = settings.registry_key.secret.decode() or _from_keyring()
    return Vault(said.replace(",", " ").split())


def _from_keyring() -> str:
    try:
        import keyring  # type: ignore[import-not-found]
        from keyring.errors import KeyringError  # type: ignore[import-not-found]
    except ModuleNotFoundError:
        return ""
    with suppress(KeyringError):
        return keyring.get_password(*_RING) or ""
    return ""


def make_key_file(path: Path, settings: Settings) -> str:
    """Write a new registry key into a file that only its owner reads; never over another one."""
    try:
        number = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        raise Refused("key_file_there", file=str(path)) from None
    with os.fdopen(number, "w") as file:
        file.write(new_key() + "\n")
    setting = f'registry_key_file = "{path}"'
    return Answers(settings).say("key_written", file=str(path), setting=setting)


async def set_key(number: int, key: str, said: Said, settings: Settings, clock: Clock) -> str:
    """Keep an object's licence key, encrypted; empty takes it away. Return a confirmation without it."""
    vault = vault_of(settings)

    def work(connection: Connection, by: By) -> Change:
        thing = object_for_change(connection, number)
        if not key:
            return say_key(connection, thing, None, None, by)
        word = plain_key(key)
        return say_key(connection, thing, vault.close(word), tail_of(word), by)

    change, by = await changing(settings, said, clock, work)
    return Answers(settings).noted([change], by)


async def show_key(number: int, said: Said, settings: Settings, clock: Clock) -> str:
    """Return an object's licence key in the clear; history says who was shown it."""
    vault = vault_of(settings)

    def work(connection: Connection, by: By) -> str:
        thing = object_for_change(connection, number)
        closed = closed_key(connection, number)
        if closed is None:
            raise Refused("no_key_here", number=number)
        key = vault.open(closed)
        note_shown_key(connection, thing, by)
        return key

    key, _ = await changing(settings, said, clock, work)
    return key
