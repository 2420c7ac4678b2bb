"""Which tables are a panel's own list of what an account holds: not a person's list, not an invoice."""

from __future__ import annotations

from collections.abc import Set

from scanner.intake.columns import Column
from scanner.intake.headings import Meaning
from scanner.intake.table import Table

_TELLS = {Meaning.AUTO_RENEW, Meaning.STATUS, Meaning.CREATED}
"""What a panel knows of each name beside its term, and who keeps a list by hand seldom writes down."""
_HANDMADE = {Meaning.PAID_ON, Meaning.INN}
"""What stands in registers of contracts and in books of account."""


def is_account_export(table: Table, columns: tuple[Column, ...], sellers: Set[str]) -> bool:
    """Say whether a table is the export of one or more accounts at one registrar or hoster.

    It is known by what panels give: a column of names, beside each the account it lies in, the day to
    which it is paid and one more thing that only the panel knows. `sellers` are those whom its rows, its
    title or its file's name tell of: a panel tells of its own alone.
    """
    has = {column.meaning: column for column in reversed(columns)}
    if not {Meaning.DOMAIN, Meaning.ACCOUNT, Meaning.PAID_UNTIL} <= has.keys():
        return False
    if has.keys() & _HANDMADE or not has.keys() & _TELLS or len(sellers) != 1:
        return False
    account, domain = has[Meaning.ACCOUNT].place, has[Meaning.DOMAIN].place
    return all(account in row.columns for row in table.rows if domain in row.columns)
