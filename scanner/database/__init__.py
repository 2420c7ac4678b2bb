"""The one database: SQLite in a file or PostgreSQL, one writer, many readers, one schema."""

from scanner.database.database import Database
from scanner.database.trouble import Busy, StorageTrouble

__all__ = ["Busy", "Database", "StorageTrouble"]
