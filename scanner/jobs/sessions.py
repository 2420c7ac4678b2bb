"""A dead worker's sessions with PostgreSQL: ended, so that a frozen one holds no lock against the others."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, make_url, text

_END = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE application_name = ANY(:names) AND datname = current_database() "
    "AND usename = current_user AND pid <> pg_backend_pid()"
)


def session_name(worker: int) -> str:
    """Return how a worker's sessions are called."""
    return f"revizor worker {worker}"


def named(url: str, worker: int) -> str:
    """Return a database's address under which a worker's sessions are known; SQLite has none."""
    read = make_url(url)
    if read.get_backend_name() == "sqlite":
        return url
    name = {"application_name": session_name(worker)}
    return read.update_query_dict(name).render_as_string(hide_password=False)


def end_sessions_of(connection: Connection, workers: Iterable[int]) -> None:
    """End all sessions of these workers, undoing what they have not committed. In SQLite there are none."""
    if connection.dialect.name == "postgresql":
        connection.execute(_END, {"names": [session_name(one) for one in workers]})
