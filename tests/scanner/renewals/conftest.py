"""Everything stored is tested on SQLite and on PostgreSQL."""

from tests.peers.postgres import database_url, postgres

__all__ = ["database_url", "postgres"]
