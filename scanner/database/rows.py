"""How tables are declared: one class a table, all in one schema."""

from __future__ import annotations

from sqlalchemy import MetaData, Table, inspect
from sqlmodel import SQLModel


class Row(SQLModel):
    """A table's row. Rows stay inside the package that declares them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def table_of(row: type[Row]) -> Table:
    """Return the table of a row class, for statements that move many rows."""
    table = inspect(row).local_table
    assert isinstance(table, Table)
    return table
