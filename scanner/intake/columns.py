"""Recognises a table's columns: by what the cells hold first, by the heading second.

A heading chooses among the meanings its cells allow. What neither tells stays a note of its row; two
columns that could mean the same thing do not share it: the first counts, the other stays a note.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec import Struct

from probes.kit.providers import provider_of_name
from scanner.intake.cells import (
    Order,
    currency_in,
    currency_of,
    day_parts,
    names_in,
    read_amount,
    read_day,
    read_inn,
    read_period,
    read_yes,
)
from scanner.intake.headings import Meaning, meanings_of
from scanner.intake.table import Table

SAMPLE = 600
"""Rows from which the kind of a column is told; how many cells fit is counted over all."""
_DATES = (Meaning.PAID_UNTIL, Meaning.CREATED, Meaning.PAID_ON)
_AMOUNTS = (Meaning.PRICE, Meaning.INCOME)
_TEXTS = (
    Meaning.WHAT, Meaning.PROVIDER, Meaning.REGISTRAR, Meaning.ACCOUNT, Meaning.HOLDER, Meaning.STATUS,
)  # fmt: skip
_SEVERAL = (Meaning.DOMAIN, Meaning.WHAT, Meaning.NAME_SERVERS, Meaning.SECRET, Meaning.NOTE)
"""Meanings that more than one column may have."""
_EXAMPLES = 3


class Column(Struct, frozen=True):
    """How one column is read, and why."""

    place: int
    heading: str
    meaning: Meaning
    reason: str
    """In words, for the person who confirms it."""
    fits: int = 0
    filled: int = 0
    """How many of its cells hold what it means, out of how many that hold anything."""
    order: Order | None = None
    """Of days."""
    currency: str = ""
    """Of amounts whose cells name none."""
    period_months: int | None = None
    """That the heading names, `Цена в год`."""
    examples: tuple[str, ...] = ()


class _Cells(Struct):
    """The cells of one column."""

    place: int
    heading: str
    texts: list[str]
    sample: list[str]

    def share(self, test: Callable[[str], object]) -> float:
        """Return how many of the sampled cells pass a test."""
        return sum(bool(test(text)) for text in self.sample) / len(self.sample)


def columns_of(table: Table) -> tuple[Column, ...]:
    """Return every column of a table that holds anything, read as far as it can be."""
    cells = _cells_of(table)
    order = _orders(cells)
    read = [_column(one, table, order.get(one.place)) for one in cells]
    read = _without_headings(read, cells) if not table.headings else read
    return tuple(_finished(one, cells) for one in _each_once(read))


def _cells_of(table: Table) -> list[_Cells]:
    texts: dict[int, list[str]] = {}
    for row in table.rows:
        for place, text in zip(row.columns, row.texts, strict=True):
            if text.strip():
                texts.setdefault(place, []).append(text.strip())
    return [
        _Cells(place, table.headings.get(place, ""), found, found[:: max(1, len(found) // SAMPLE)])
        for place, found in sorted(texts.items())
    ]


def _orders(cells: Iterable[_Cells]) -> dict[int, Order | None]:
    """Decide for each column of days how they stand; what one leaves open, the table's others may tell."""
    found: dict[int, Order | None] = {}
    open_still: list[int] = []
    for one in cells:
        if one.share(day_parts) < 0.3:
            continue
        said = {parts.orders for text in one.texts if (parts := day_parts(text))}
        sure = {orders[0] for orders in said if len(orders) == 1} - {Order.YEAR_FIRST}
        if len(sure) == 1:
            found[one.place] = sure.pop()
        elif any(len(orders) > 1 for orders in said) or sure:
            found[one.place] = None
            open_still += [] if sure else [one.place]
        else:
            found[one.place] = Order.YEAR_FIRST
    told = {order for order in found.values() if order} - {Order.YEAR_FIRST}
    if len(told) == 1:
        found.update(dict.fromkeys(open_still, *told))
    return found


def _column(cells: _Cells, table: Table, order: Order | None) -> Column:
    heading = meanings_of(cells.heading)
    place, named = cells.place, cells.heading
    if heading[:1] == (Meaning.SECRET,):
        return Column(place, named, Meaning.SECRET, "its heading names a secret: it is not kept")
    if cells.share(names_in) >= 0.5 or (Meaning.DOMAIN in heading[:1] and cells.share(names_in)):
        return _names(cells, heading)
    if cells.share(day_parts) >= 0.5 or (_first(heading, _DATES) and cells.share(day_parts) > 0.3):
        return _days(cells, heading, order)
    if cells.share(read_inn) >= 0.6:
        return Column(
            place, named, Meaning.INN, "its cells are taxpayer numbers with good check digits"
        )
    if cells.share(currency_of) >= 0.8:
        return Column(place, named, Meaning.CURRENCY, "its cells name currencies")
    if (
        cells.share(lambda text: read_yes(text) is not None) >= 0.8
        and Meaning.AUTO_RENEW in heading
    ):
        return Column(
            place, named, Meaning.AUTO_RENEW, "its cells say yes and no, its heading to what"
        )
    if cells.share(read_period) >= 0.6 and (
        not heading or _first(heading, (Meaning.PERIOD, *_DATES))
    ):
        return Column(place, named, Meaning.PERIOD, "its cells are terms")
    if cells.share(read_amount) >= 0.6 and (found := _money(cells, heading, table)):
        return found
    if text := _first(heading, _TEXTS):
        return Column(place, named, text, "its heading says so")
    if heading[:1] == (Meaning.NAME_SERVERS,):
        return Column(place, named, Meaning.NAME_SERVERS, "its heading says so")
    if not table.headings and _is_prose(cells):
        return Column(place, named, Meaning.WHAT, "its cells are sentences")
    why = "its cells are not what its heading says" if heading else "nothing tells what it means"
    if cells.share(names_in):
        why = "too few of its cells are names to take them for the client's"
    return Column(place, named, Meaning.NOTE, why)


def _names(cells: _Cells, heading: tuple[Meaning, ...]) -> Column:
    place, named = cells.place, cells.heading
    others = _first(
        heading[:1], (Meaning.PROVIDER, Meaning.REGISTRAR, Meaning.ACCOUNT, Meaning.HOLDER)
    )
    if others:
        return Column(place, named, others, "its heading says so")
    if heading[:1] == (Meaning.NAME_SERVERS,):
        return Column(place, named, Meaning.NAME_SERVERS, "its heading says so")
    hosters = cells.share(
        lambda text: all(provider_of_name(one) for one in names_in(text) or ("",))
    )
    if hosters > 0.5 and Meaning.DOMAIN not in heading:
        return Column(place, named, Meaning.NAME_SERVERS, "its cells are names of hosters")
    return Column(place, named, Meaning.DOMAIN, "its cells are names")


def _days(cells: _Cells, heading: tuple[Meaning, ...], order: Order | None) -> Column:
    place, named = cells.place, cells.heading
    if order is None:
        why = "its cells are days, and nothing tells the day from the month"
        return Column(place, named, Meaning.NOTE, why)
    meaning = _first(heading, _DATES)
    if meaning is None:
        why = "its cells are days, and nothing tells of what"
        return Column(place, named, Meaning.NOTE, why, order=order)
    return Column(place, named, meaning, f"its cells are days, {order}", order=order)


def _money(cells: _Cells, heading: tuple[Meaning, ...], table: Table) -> Column | None:
    meaning = _first(heading, _AMOUNTS)
    if meaning is None and not table.headings:
        marked = cells.share(lambda text: (found := read_amount(text)) and not found.plain)
        meaning = Meaning.PRICE if marked >= 0.6 else None
    if meaning is None:
        return None
    currency, why = currency_in(cells.heading), "its cells are amounts"
    named = cells.share(lambda text: (found := read_amount(text)) and found.currency)
    others = any(
        currency_in(one) or one.lower().startswith("валют") for one in table.headings.values()
    )
    if not currency and not named:
        currency = currency_in(table.title)
    if currency:
        why += f", in {currency}"
    elif not named and not others and any("а" <= one <= "я" for one in cells.heading.lower()):
        currency, why = "RUB", f"{why}; no currency is named: roubles, as the heading is Russian"
    period = next((found for word in _pieces(cells.heading) if (found := read_period(word))), None)
    why += f", for {period} months" if period else ""
    return Column(cells.place, cells.heading, meaning, why, currency=currency, period_months=period)


def _pieces(heading: str) -> Iterable[str]:
    low = heading.lower().replace("(", "/").replace(")", "/").replace(",", "/")
    for piece in low.split("/"):
        yield piece
        for mark in (" в ", " за ", " per "):
            yield piece.rpartition(mark)[2] if mark in piece else ""


def _is_prose(cells: _Cells) -> bool:
    return cells.share(lambda text: text.count(" ") >= 2) >= 0.5


def _without_headings(columns: list[Column], cells: list[_Cells]) -> list[Column]:
    """Read two columns of days in a table without headings as from and until: the rows must agree."""
    days = [one for one in columns if one.order and one.meaning is Meaning.NOTE]
    if len(days) != 2 or not any(one.meaning is Meaning.DOMAIN for one in columns):
        return columns
    texts = {one.place: one.texts for one in cells}
    first, second = ([read_day(text, one.order) for text in texts[one.place]] for one in days)
    if len(first) != len(second) or None in first or None in second:
        return columns
    pairs = list(zip(first, second, strict=True))
    forward = all(a < b for a, b in pairs if a and b)
    if not forward and not all(b < a for a, b in pairs if a and b):
        return columns
    meanings = (Meaning.CREATED, Meaning.PAID_UNTIL)[:: 1 if forward else -1]
    why = "of two columns of days, in every row this is the {}"
    words = {Meaning.CREATED: "earlier", Meaning.PAID_UNTIL: "later"}
    read = {
        one.place: Column(one.place, "", meaning, why.format(words[meaning]), order=one.order)
        for one, meaning in zip(days, meanings, strict=True)
    }
    return [read.get(one.place, one) for one in columns]


def _each_once(columns: list[Column]) -> list[Column]:
    taken: dict[Meaning, Column] = {}
    for one in sorted(columns, key=_weight):
        taken.setdefault(one.meaning, one)
    return [
        one
        if one.meaning in _SEVERAL or taken[one.meaning] is one
        else Column(
            one.place,
            one.heading,
            Meaning.NOTE,
            f"another column is taken for {one.meaning.replace('_', ' ')} already",
        )
        for one in columns
    ]


def _weight(column: Column) -> tuple[int, int]:
    """Sort columns of one meaning: those whose heading has it for its first meaning go before."""
    meanings = meanings_of(column.heading)
    return (meanings.index(column.meaning) if column.meaning in meanings else 9), column.place


def _finished(column: Column, cells: list[_Cells]) -> Column:
    """Count over all cells, and take examples."""
    texts = next(one.texts for one in cells if one.place == column.place)
    test = _tests(column)
    fits = sum(bool(test(text)) for text in texts) if test else len(texts)
    shown = () if column.meaning is Meaning.SECRET else tuple(dict.fromkeys(texts[:50]))[:_EXAMPLES]
    return Column(
        column.place, column.heading, column.meaning, column.reason, fits, len(texts), column.order,
        column.currency, column.period_months, tuple(text[:60] for text in shown),
    )  # fmt: skip


def _tests(column: Column) -> Callable[[str], object] | None:
    tests: dict[Meaning, Callable[[str], object]] = {
        Meaning.DOMAIN: names_in,
        Meaning.PRICE: read_amount,
        Meaning.INCOME: read_amount,
        Meaning.INN: read_inn,
        Meaning.PERIOD: read_period,
        Meaning.CURRENCY: currency_of,
        Meaning.AUTO_RENEW: lambda text: read_yes(text) is not None,
        **dict.fromkeys(_DATES, lambda text: read_day(text, column.order)),
    }
    return tests.get(column.meaning)


def _first(meanings: Iterable[Meaning], wanted: tuple[Meaning, ...]) -> Meaning | None:
    return next((one for one in meanings if one in wanted), None)
