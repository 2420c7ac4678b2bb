"""Payments, invoices, debts and savings as tables for a person, in his language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from reports.table import Table
from scanner.registry.payments import Invoice, Payment
from scanner.renewals.owed import Debt, Purpose
from scanner.renewals.savings import Savings, Sum
from scanner.service.speech import wording_of
from scanner.service.table import table
from scanner.settings import Settings


class Ledger:
    """Says money in one language."""

    def __init__(self, settings: Settings) -> None:
        """Take the language; UnknownThing for one there is not."""
        self._wording = wording_of(settings, None)

    def payments(self, found: Iterable[Payment]) -> str:
        """Return payments, a line each."""
        names = ("number", "day", "amount", "payer", "object", "document")
        rows = (
            (
                str(one.id), one.paid_on.isoformat(), self._money(one.money.amount, one.money.currency),
                self._payer(one.payer), self._what(one), one.document,
            )
            for one in found
        )  # fmt: skip
        return self._table(names, rows, "no_payment")

    def invoices(self, found: Iterable[Invoice]) -> str:
        """Return invoices, and what is left to pay of each."""
        names = ("number", "object", "amount", "left", "payer", "pay_by", "invoice")
        rows = (
            (
                str(one.id), str(one.asset), self._money(one.money.amount, one.money.currency),
                self._money(one.left, one.money.currency), self._payer(one.payer),
                one.pay_by.isoformat() if one.pay_by else self._say("with_period"), one.number,
            )
            for one in found
        )  # fmt: skip
        return self._table(names, rows, "no_invoice")

    def owed(self, found: Iterable[Debt]) -> str:
        """Return client by client and month by month what the agency laid out, and what he owes."""
        names = ("client", "month", "laid_out", "paid_back", "balance")
        rows = (
            (
                one.client, f"{one.month:%Y-%m}", self._money(one.laid_out, one.currency),
                self._money(one.paid_back, one.currency), self._money(one.balance, one.currency),
            )
            for one in found
        )  # fmt: skip
        return self._table(names, rows, "no_debt")

    def owed_sheet(self, found: Iterable[Debt]) -> Table:
        """Return the same for a spreadsheet: amounts are numbers, their currency stands beside them."""
        names = ("client", "month", "currency", "laid_out", "paid_back", "balance")
        rows = (
            (
                one.client, f"{one.month:%Y-%m}", one.currency, one.laid_out, one.paid_back,
                one.balance,
            )
            for one in found
        )  # fmt: skip
        return Table(self._say("debts"), tuple(map(self._say, names)), rows)

    def savings(self, found: Savings) -> str:
        """Return what is saved, kind by kind and currency by currency, and how much of it is known."""
        names = ("saving", "a_year", "to_date", "things", "ground")
        rows = [
            *(self._saved(one, "") for one in found.sums),
            *(self._saved(one, self._say("together")) for one in found.together),
        ]
        lines = [self._table(names, rows, "no_saving")]
        lines.append(self._say("coverage", known=found.priced, things=found.things))
        if found.not_exchanged:
            lines.append(self._say("no_rate", currencies=list(found.not_exchanged)))
        lines += [
            self._say("old_rate", base=rate.base, quote=rate.quote, day=rate.day.isoformat())
            for rate in found.old_rates
        ]
        if found.one_off:
            sums = [self._money(one.amount, one.currency) for one in found.one_off]
            lines.append(self._say("one_off", sums=sums))
        return "\n".join(lines)

    def _saved(self, one: Sum, more: str) -> tuple[str, ...]:
        ground = self._say("sure" if one.sure else "estimated")
        return (
            self._wording.say(f"saving_kind.{one.saving}"), self._money(one.a_year, one.currency),
            self._money(one.to_date, one.currency), str(one.things),
            f"{ground}; {more}" if more else ground,
        )  # fmt: skip

    def _what(self, one: Payment) -> str:
        if one.asset is not None:
            once = one.purpose is Purpose.ONE_OFF
            return self._say("once", asset=str(one.asset)) if once else str(one.asset)
        back = one.purpose is Purpose.REIMBURSEMENT
        return self._say("back" if back else "unknown_thing")

    def _payer(self, payer: str) -> str:
        return self._wording.say(f"payer.{payer}")

    def _money(self, amount: Decimal, currency: str) -> str:
        return self._wording.money(amount, currency)

    def _table(self, names: Iterable[str], rows: Iterable[Sequence[str]], nothing: str) -> str:
        return table([self._say(name) for name in names], rows, self._say(nothing))

    def _say(self, code: str, **params: int | str | list[str]) -> str:
        return self._wording.say(f"ledger.{code}", params)
