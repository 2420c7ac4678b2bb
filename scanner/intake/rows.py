"""From the rows of a table to declarations: what the client owns or pays for, one thing each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from msgspec import Struct

from scanner.assets import Asset, Declaration, Kind, Money
from scanner.intake.cells import (
    Amount,
    currency_of,
    name_of,
    names_in,
    period_in,
    read_amount,
    read_day,
    read_inn,
    read_period,
    read_yes,
)
from scanner.intake.columns import Column, columns_of
from scanner.intake.exports import is_account_export
from scanner.intake.headings import Meaning
from scanner.intake.phrases import Phrases, words_of
from scanner.intake.services import (
    Payee,
    Service,
    is_providers,
    payee_in,
    service_in,
    service_of_type,
)
from scanner.intake.table import Table
from scanner.intake.things import Facts, things_of
from scanner.intake.workbook import Row

_NOTES = 50_000
"""Notes kept of one table."""
_LONGEST_NOTE = 200
_ACCOUNT = re.compile(
    r"(?:логин\w{0,3}|аккаунт\w{0,3}|account|login|л/с|лиц\w{0,6}\.? сч[её]т\w{0,2}|договор\w{0,3}|contract)"
    r"[ :]{0,3}(?:№|#|n|no)?[ .:]{0,3}([\w@./-]{2,40})",
    re.IGNORECASE,
)
_LEAVERS = Phrases(
    (phrase, phrase)
    for phrase in (
        "уволен*", "уволил*", "уволив*", "бывш* сотрудни*", "бывш* работни*", "больше не работает",
        "former employee*", "ex employee*", "left the company", "left company",
    )
)  # fmt: skip


class Reading(Struct, frozen=True):
    """How a table was read, for the person who confirms it."""

    source: str
    sheet: str
    columns: tuple[Column, ...]
    rows: int
    totals: int
    beyond: int
    others: int
    """Rows of a statement that pay for nothing of ours: they are not kept."""
    things: int
    about: str = ""
    """Whom the file's or the sheet's own name tells of."""
    export: bool = False
    """It is a panel's own list of what an account holds."""


def read_table(table: Table) -> tuple[list[Declaration], Reading]:
    """Return what a table declares, and how it was read."""
    reader = _Reader(table, columns_of(table))
    found = [thing for row in table.rows for thing in reader.things(row)]
    return found, Reading(
        table.source, table.sheet, reader.columns, len(table.rows), table.totals, table.beyond,
        reader.others, len({one.asset for one in found}), reader.about.name if reader.about else "",
        reader.is_export,
    )  # fmt: skip


class _Reader:
    """Reads rows by their table's columns."""

    def __init__(self, table: Table, columns: tuple[Column, ...]) -> None:
        self.columns, self.others = columns, 0
        self._table = table
        self._by_place = {column.place: column for column in columns}
        self._by_meaning: dict[Meaning, Column] = {}
        for column in columns:
            self._by_meaning.setdefault(column.meaning, column)
        has = self._by_meaning.keys()
        payment = {Meaning.PRICE, Meaning.PAID_ON} <= has and has & {Meaning.WHAT, Meaning.PROVIDER}
        self._is_statement = bool(payment) and not has & {Meaning.DOMAIN, Meaning.PAID_UNTIL}
        named = f"{table.source.rpartition('.')[0]} {table.sheet} {table.title}"
        spelt = named.replace("_", " ").replace("-", " ")
        self.about: Payee | None = None if self._is_statement else payee_in(spelt)
        self._service = None if self._is_statement else service_in(f"{table.sheet} {table.title}")
        self._spends_negative = self._has_both_signs()
        self._notes_left = _NOTES
        self._accounts: set[tuple[Asset, str, str]] = set()
        self.is_export = is_account_export(table, columns, self._sellers())
        self._of_leavers = {
            place for place, name in table.headings.items() if _LEAVERS.found_in(words_of(name))
        }

    def things(self, row: Row) -> Iterator[Declaration]:
        """Yield what one row declares."""
        cells: dict[Meaning, list[str]] = {}
        for place, text in zip(row.columns, row.texts, strict=True):
            if place in self._by_place and (word := text.strip()):
                cells.setdefault(self._by_place[place].meaning, []).append(word)
        facts = self._facts(
            row, {meaning: " ".join(texts) for meaning, texts in cells.items()}, cells
        )
        if facts is None:
            self.others += 1
            return
        for thing in things_of(facts):
            if thing.asset.kind is Kind.ACCOUNT:  # the same on every row of a panel's list
                told = thing.asset, thing.holder, thing.leaver
                if told in self._accounts:
                    continue
                self._accounts.add(told)
            yield thing

    def _facts(
        self, row: Row, cells: dict[Meaning, str], every: dict[Meaning, list[str]]
    ) -> Facts | None:
        """Gather what a row says; None for a payment that is none of ours."""
        what = cells.get(Meaning.WHAT, "")
        service = service_in(what) or self._service
        payee = self._payee(cells, what)
        amount = self._amount(cells)
        if self._is_statement:
            service = service or (service_of_type(payee.only) if payee and payee.only else None)
            ours = service or (payee and payee.source)
            if not ours or amount is None:
                return None
        listed = [one for text in every.get(Meaning.DOMAIN, ()) for one in names_in(text)]
        names = tuple(dict.fromkeys([*listed, *self._named(every.get(Meaning.WHAT, ()), service)]))
        return Facts(
            source=self._table.source,
            sheet=self._table.sheet,
            row=row.number,
            what=what[:_LONGEST_NOTE],
            service=service,
            payee=payee,
            names=names,
            seller=cells.get(Meaning.PROVIDER, "")[:120],
            is_listed=Meaning.DOMAIN in self._by_meaning,
            is_payment=self._is_statement,
            hosts_it=self._hosts_it(),
            registrar=_spelt(cells.get(Meaning.REGISTRAR, "")),
            account=self._account(cells, what),
            is_login=bool(cells.get(Meaning.ACCOUNT)),
            is_export=self.is_export and bool(cells.get(Meaning.ACCOUNT)),
            holder=cells.get(Meaning.HOLDER, "")[:120],
            inn=read_inn(cells.get(Meaning.INN, "")),
            amount=amount,
            money=self._money(amount, cells),
            period_months=self._period(amount, cells, what),
            paid_on=self._day(Meaning.PAID_ON, cells),
            paid_until=self._day(Meaning.PAID_UNTIL, cells),
            auto_renew=read_yes(cells.get(Meaning.AUTO_RENEW, "")),
            status=cells.get(Meaning.STATUS, "")[:80],
            leaver=self._leaver(row),
            secret=cells.get(Meaning.SECRET, ""),
            notes=self._notes(row),
        )

    def _sellers(self) -> set[str]:
        """Return the keys of those whom the table tells of: in a column, by its name, by how accounts are spelt.

        One whom nobody knows is there as he is spelt.
        """
        column = self._by_meaning.get(Meaning.PROVIDER)
        if column is None and self.about:
            return {self.about.key}
        column = column or self._by_meaning.get(Meaning.ACCOUNT)
        if column is None:
            return set()
        rows = (row for row in self._table.rows if column.place in row.columns)
        spelt = {row.texts[row.columns.index(column.place)].strip() for row in rows}
        known = {one: payee_in(one) for one in spelt}
        if column.meaning is Meaning.ACCOUNT and None in known.values():
            return set()
        return {payee.key if payee else one for one, payee in known.items()}

    def _payee(self, cells: dict[Meaning, str], what: str) -> Payee | None:
        if seller := cells.get(Meaning.PROVIDER, ""):
            return payee_in(seller) or payee_in(what)
        said = payee_in(what) or self.about
        return said or payee_in(cells.get(Meaning.REGISTRAR, "") or cells.get(Meaning.ACCOUNT, ""))

    def _named(self, texts: list[str] | tuple[str, ...], service: Service | None) -> Iterator[str]:
        """Yield the client's names in descriptions; a sentence must say what is paid for them."""
        for text in texts:
            if whole := names_in(text):
                yield from whole
            elif service is not None and "." in text:
                for word in text.split():
                    name = name_of(word.strip("().,;:«»\"'"))
                    if name and not is_providers(name):
                        yield name

    def _account(self, cells: dict[Meaning, str], what: str) -> str:
        if said := cells.get(Meaning.ACCOUNT, ""):
            return said[:120]
        for found in _ACCOUNT.finditer(what[:1_000]):
            word = found[1].strip("./-")
            if any(one.isdigit() or "a" <= one.lower() <= "z" for one in word):
                return word
        return ""

    def _amount(self, cells: dict[Meaning, str]) -> Amount | None:
        """Return what is paid; a statement's incoming money is no payment."""
        found = read_amount(cells.get(Meaning.PRICE, ""))
        if found is None or not found.value:
            return None
        if found.value < 0 or not self._spends_negative:
            return found
        return None

    def _money(self, amount: Amount | None, cells: dict[Meaning, str]) -> Money | None:
        if amount is None:
            return None
        column = self._by_meaning[Meaning.PRICE]
        currency = (
            amount.currency or currency_of(cells.get(Meaning.CURRENCY, "")) or column.currency
        )
        return Money(abs(amount.value), currency) if currency else None

    def _period(self, amount: Amount | None, cells: dict[Meaning, str], what: str) -> int | None:
        column = self._by_meaning.get(Meaning.PRICE)
        return (
            read_period(cells.get(Meaning.PERIOD, ""))
            or (amount.period_months if amount else None)
            or (column.period_months if column else None)
            or period_in(what)
        )

    def _day(self, meaning: Meaning, cells: dict[Meaning, str]) -> date | None:
        column = self._by_meaning.get(meaning)
        return read_day(cells.get(meaning, ""), column.order) if column else None

    def _hosts_it(self) -> bool:
        """Say whether the column of providers is one of hostings."""
        column = self._by_meaning.get(Meaning.PROVIDER)
        words = words_of(column.heading) if column else []
        hosting = any(word.startswith(("хост", "host")) for word in words)
        return hosting or Meaning.REGISTRAR in self._by_meaning

    def _leaver(self, row: Row) -> str:
        for place, text in zip(row.columns, row.texts, strict=True):
            if place in self._of_leavers and read_yes(text):
                return self._table.headings[place]
        low = " ".join(row.texts).lower()
        if any(stem in low for stem in _LEFT):
            for text in row.texts:
                if _LEAVERS.found_in(words_of(text)):
                    return text[:_LONGEST_NOTE]
        return ""

    def _notes(self, row: Row) -> tuple[tuple[str, str], ...]:
        if self._notes_left <= 0:
            return ()
        notes = tuple(
            (self._by_place[place].heading or f"column {place + 1}", text.strip()[:_LONGEST_NOTE])
            for place, text in zip(row.columns, row.texts, strict=True)
            if place in self._by_place and self._by_place[place].meaning in _NOTED and text.strip()
        )
        self._notes_left -= len(notes)
        return notes

    def _has_both_signs(self) -> bool:
        column = self._by_meaning.get(Meaning.PRICE)
        if column is None:
            return False
        signs = {
            found.value > 0
            for row in self._table.rows
            if column.place in row.columns
            and (found := read_amount(row.texts[row.columns.index(column.place)]))
            and found.value
        }
        return len(signs) == 2


def _spelt(registrar: str) -> str:
    """Return a registrar under one spelling, `REGRU-RU` as `REG.RU`; two papers must not seem to disagree."""
    known = payee_in(registrar) if registrar else None
    return known.name if known else registrar[:120]


_NOTED = (Meaning.NOTE, Meaning.CREATED, Meaning.NAME_SERVERS)
_LEFT = ("увол", "бывш", "больше не", "former", "ex-", "ex ", "left")
