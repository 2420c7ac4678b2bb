"""A PostgreSQL server of our own: a temporary cluster behind a unix socket, without TCP.

Tests import its fixtures into their conftest: `database_url` gives each test an empty database,
once in SQLite and once in PostgreSQL; `postgres` is the server alone.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import URL, make_url

_OPTIONS = (
    "-c listen_addresses='' -c fsync=off -c synchronous_commit=off -c full_page_writes=off "
    "-c max_connections=60 -c shared_buffers=32MB -c deadlock_timeout=50ms"
)


class Postgres:
    """A running server that lends empty databases (each is a schema of its own)."""

    def __init__(self, url: URL) -> None:
        self._url = url
        self._numbers = count(1)

    @contextmanager
    def empty(self) -> Iterator[str]:
        """Lend the URL of a database with nothing in it; drop it afterwards."""
        schema = f"test_{os.getpid()}_{next(self._numbers)}"
        self._run(f'CREATE SCHEMA "{schema}"')
        try:
            url = self._url.update_query_dict({"options": f"-csearch_path={schema}"})
            yield url.render_as_string(hide_password=False)
        finally:
            self._run(f'DROP SCHEMA "{schema}" CASCADE')

    def _run(self, statement: str) -> None:
        plain = self._url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute(statement)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A server for the whole session: the one of REVIZOR_DB, or a temporary one of our own."""
    given = os.environ.get("REVIZOR_DB", "")
    if given.startswith("postgres"):
        yield Postgres(make_url(given))
        return
    programs = _programs()
    if programs is None:
        if os.environ.get("CI") == "true":
            pytest.fail("PostgreSQL is not installed, and CI tests with it")
        pytest.skip("PostgreSQL is not installed")
    folder = Path(tempfile.mkdtemp(prefix="revizor-pg-"))
    try:
        with _running(programs, folder) as server:
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database, of either kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/revizor.db"
        return
    server: Postgres = request.getfixturevalue("postgres")
    with server.empty() as url:
        yield url


@contextmanager
def temporary_server() -> Iterator[tuple[Postgres, int]]:
    """A server for who measures: with the number of its first process."""
    programs = _programs()
    if programs is None:
        raise FileNotFoundError("PostgreSQL is not installed")
    folder = Path(tempfile.mkdtemp(prefix="revizor-pg-"))
    try:
        with _running(programs, folder) as server:
            yield server, int((folder / "data" / "postmaster.pid").read_text().split()[0])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _running(programs: Path, folder: Path) -> Iterator[Postgres]:
    as_user = _unprivileged(folder)
    data = folder / "data"

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [*as_user, programs / program, *arguments],
            check=True,
            cwd=folder,
            timeout=120,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )

    run("initdb", "-D", str(data), "-U", "revizor", "-A", "trust", "-E", "UTF8", "-N", "--locale=C")
    log = str(folder / "log")
    run("pg_ctl", "-D", str(data), "-w", "-l", log, "-o", f"-k {folder} {_OPTIONS}", "start")
    try:
        yield Postgres(make_url(f"postgresql://revizor@/postgres?host={folder}"))
    finally:
        run("pg_ctl", "-D", str(data), "-w", "-m", "immediate", "stop")


def _programs() -> Path | None:
    """The folder of the newest server's programs; Debian keeps them out of the path."""
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    folders = [
        path for path in Path("/usr/lib/postgresql").glob("*/bin") if (path / "initdb").exists()
    ]
    return max(folders, key=lambda path: int(path.parent.name), default=None)


def _unprivileged(folder: Path) -> list[str]:
    """PostgreSQL refuses to run as root: give the folder to somebody else and run as him."""
    if os.geteuid() != 0:
        return []
    name = next(name for name in ("postgres", "nobody") if _exists(name))
    user = pwd.getpwnam(name)
    os.chown(folder, user.pw_uid, user.pw_gid)
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", "--"]


def _exists(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True
