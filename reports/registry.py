"""What an audit document carries of the renewal registry: its lines, the client's decisions, and what was done."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from msgspec import Meta, Struct

Moment = Annotated[datetime, Meta(tz=True)]
Verdict = Annotated[
    str, Meta(pattern="^(keep|renew|fix|transfer|consolidate|switch_off|let_expire|ask|no_data)$")
]
Holder = Annotated[str, Meta(pattern="^(agency|client|ex_employee|unknown|)$")]
Payer = Annotated[str, Meta(pattern="^(client|agency|)$")]
Decision = Annotated[str, Meta(pattern="^(approved|rejected|deferred|ask)$")]
Gain = Annotated[str, Meta(pattern="^(agreed|realised|refused|)$")]
OffStep = Annotated[
    str,
    Meta(
        pattern="^(signed|backup|auto_renew_off|switched_off|observed|deleted|verified_gone|met|held|restored)$"
    ),
]
StepToCome = Annotated[
    str,
    Meta(pattern="^(signed|backup|auto_renew_off|switched_off|observed|deleted|verified_gone)$"),
]
Months = Annotated[int, Meta(ge=1)]


class Cost(Struct, frozen=True, kw_only=True):
    """What one period costs, and who says so: `invoice`, `declared`, `price_list`, `estimate`."""

    amount: Decimal
    currency: str
    period_months: Months = 12
    source: str = ""


class OneOff(Struct, frozen=True, kw_only=True):
    """What is paid once: a transfer, room for a backup; who says so, as in a cost."""

    amount: Decimal
    currency: str
    source: str = ""


class Answer(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the client decided on one proposal."""

    decision: Decision
    verdict: Verdict
    """The proposal that he answered."""
    on: date
    until: date | None = None
    by: str = ""
    """Who signed."""
    comment: str = ""


class StepDone(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One step of switching a thing off, as a person noted it."""

    step: OffStep
    on: date
    who: str = ""
    note: str = ""
    """Where the backup lies, what the provider said: for ourselves."""
    need: str = ""
    """What is had now, where the step is that something is."""
    until: date | None = None
    """The last day of watching."""


class RegistryObject(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of the renewal registry, tied to an asset of this document where there is one.

    Of a tied one, what a person says outranks what was seen: dates, price, auto-renewal and projects.
    """

    id: str
    type: str
    name: str
    asset: str | None = None
    status: str = ""
    paid_until: date | None = None
    decide_by: date | None = None
    auto_renew: bool | None = None
    cost: Cost | None = None
    projects: tuple[str, ...] = ()
    manager: str = ""
    provider: str = ""
    account: str = ""
    """The login it hangs on, `provider/login`."""
    holder: Holder = ""
    """Whose that login is."""
    payer: Payer = ""
    """Who paid for it last."""
    asked_on: date | None = None
    """Since when the client is asked, where an earlier list asked him already."""
    answer: Answer | None = None
    """His last word."""
    steps: tuple[StepDone, ...] = ()
    """What was done to switch it off, since that was last begun."""
    left: tuple[StepToCome, ...] = ()
    """What is still to be done, in this order."""
    gain: Gain = ""
    """How far the saving has got that it brings."""
    saved: Decimal | None = None
    """What was not spent on it until the day of the extract."""
    type_names: dict[str, str] = {}
    """The type's name by language, where the agency added the type itself."""
    replacement: Cost | None = None
    """What is paid in its place from now on."""
    one_off: tuple[OneOff, ...] = ()
    """What ending it or handing it over costs once."""


class Registry(Struct, frozen=True, kw_only=True):
    """What the report needs of the renewal registry; empty before the first import."""

    objects: tuple[RegistryObject, ...] = ()
    at: Moment | None = None
    """When it was read."""
