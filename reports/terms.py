"""What falls due in the year to come: each day until which something is paid, and each month's payments.

A thing that is paid by the month comes up in every month. What nobody has a price for is counted, and is not zero;
sums in different currencies, or on different grounds, stay apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from msgspec import Struct, field

from reports.audit_file import Entry
from reports.pictures.months import GROUPS, following
from reports.registry import Cost, RegistryObject
from reports.saving import payments

SOON = 90
"""Days."""
HORIZON = 366
"""Days ahead that the calendar shows."""
Sums = dict[tuple[str, str], Decimal]
"""(currency, ground) → amount."""


class Renewal(Struct, frozen=True):
    """A day until which something is paid."""

    id: str
    """An asset's, or a registry line's."""
    on: date
    days_left: int
    name: str
    display_name: str
    kind: str
    """An asset's kind; empty for a line of the registry."""
    type: str
    """A registry line's type; empty for an asset."""
    asset: Entry | None
    auto_renew: bool | None
    cost: Cost | None
    payer: str = ""
    """`client` or `agency`: who paid last; empty where the registry does not know."""
    manager: str = ""
    type_names: Mapping[str, str] = {}


class Month(Struct):
    """The payments of one month."""

    first: date | None
    """The first day of the month; None for what is overdue."""
    count: int = 0
    sums: dict[str, Sums] = field(default_factory=dict)
    """Group (see `reports.pictures.months`) → what would have to be paid."""
    unpriced: int = 0
    by_itself: int = 0
    """How many are renewed, and paid for, without anybody's doing."""

    def of(self, group: str) -> Sums:
        """Return the sums of a group."""
        return self.sums.get(group, {})


class Calendar(Struct, frozen=True):
    """Renewals within a year of the report, and how many are not in it and why."""

    lines: tuple[Renewal, ...]
    nearest: tuple[Renewal, ...]
    months: tuple[Month, ...]
    """Those of the year to come, before them what is overdue if anything is; none where no price is known."""
    groups: tuple[str, ...]
    """Groups of the months' sums that occur."""
    soon: int
    later: int
    undated: int
    by_themselves: int


def calendar_of(
    ours: tuple[Entry, ...],
    names: Mapping[str, str],
    lines: Mapping[str, RegistryObject],
    unmatched: Iterable[RegistryObject],
    day: date,
) -> Calendar:
    """Return the terms of the client's things, and of the registry's `unmatched` lines.

    `lines` are the registry's lines of things, by the thing's id.
    """
    by_themselves = sum(_renews_itself(asset) for asset in ours)
    dated = [
        *(_of_asset(a, names, lines.get(a.id), day) for a in ours if not _renews_itself(a)),
        *(_of_object(o, day) for o in unmatched),
    ]
    known = sorted(filter(None, dated), key=lambda line: (line.on, line.kind, line.name))
    near = tuple(line for line in known if line.days_left <= HORIZON)
    ahead = [line for line in near if line.days_left >= 0]
    months = _months(near, day) if any(line.cost for line in near) else ()
    met = {group for month in months for group in month.sums}
    return Calendar(
        lines=near,
        nearest=tuple(ahead[:3]),
        months=months,
        groups=tuple(group for group in ("pay", "ask", "end") if group in met),
        soon=sum(line.days_left <= SOON for line in ahead),
        later=len(known) - len(near),
        undated=sum(asset.paid_until is None and asset.kind == "domain" for asset in ours),
        by_themselves=by_themselves,
    )


def _renews_itself(asset: Entry) -> bool:
    return asset.kind == "certificate" and asset.auto_renew is True


def _of_asset(
    asset: Entry, names: Mapping[str, str], line: RegistryObject | None, day: date
) -> Renewal | None:
    if asset.paid_until is None:
        return None
    return Renewal(
        id=asset.id,
        on=asset.paid_until,
        days_left=(asset.paid_until - day).days,
        name=asset.name,
        display_name=names[asset.id],
        kind=asset.kind,
        type="",
        asset=asset,
        auto_renew=asset.auto_renew,
        cost=asset.cost,
        payer=line.payer if line else "",
        manager=line.manager if line else "",
    )


def _of_object(line: RegistryObject, day: date) -> Renewal | None:
    if line.paid_until is None:
        return None
    return Renewal(
        id=line.id,
        on=line.paid_until,
        days_left=(line.paid_until - day).days,
        name=line.name,
        display_name=line.name,
        kind="",
        type=line.type,
        asset=None,
        auto_renew=line.auto_renew,
        cost=line.cost,
        payer=line.payer,
        manager=line.manager,
        type_names=line.type_names,
    )


def _months(lines: Iterable[Renewal], day: date) -> tuple[Month, ...]:
    late = Month(None)
    due: dict[tuple[date, int], list[date]] = {}
    """Last paid day and period → months in which it is to be paid for."""
    ahead = {first: Month(first) for first in following(day.replace(day=1), 13)}
    for line in lines:
        group = GROUPS.get(line.asset.verdict if line.asset else "", "pay")
        if line.days_left < 0:
            _add(late, line, group)
        period = line.cost.period_months if line.cost else 0
        firsts = due.get((line.on, period))
        if firsts is None:
            days = payments(line.on, line.cost, day) if line.cost else [line.on]
            firsts = due[line.on, period] = [on.replace(day=1) for on in days]
        for first in firsts:
            if month := ahead.get(first):
                _add(month, line, group)
    told = [*ahead.values()]
    if not told[-1].count:  # the year's last days lie in a thirteenth month
        told.pop()
    return (late, *told) if late.count else tuple(told)


def _add(month: Month, line: Renewal, group: str) -> None:
    month.count += 1
    month.by_itself += line.auto_renew is True
    if line.cost is None or not line.cost.amount.is_finite():
        month.unpriced += 1
        return
    sums = month.sums.setdefault(group, {})
    key = line.cost.currency, line.cost.source
    sums[key] = sums.get(key, Decimal(0)) + line.cost.amount
