"""Which days people work on, in the agency's country."""

from __future__ import annotations

import sys
from datetime import date, timedelta
from importlib.util import find_spec, module_from_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from holidays import HolidayBase

SATURDAY = 5
_DAY = timedelta(days=1)
_LONGEST_REST = 30
_EVERY_COUNTRY = "holidays.countries"
"""The calendars of 250 countries, which take a tenth of a second to import; one is needed."""


class UnknownCountry(ValueError):
    """A country whose holidays nobody has written down."""


class WorkingDays:
    """The working days of one country; its calendar is read when it is first asked for."""

    def __init__(self, country: str) -> None:
        """Take the country's ISO 3166 code."""
        self._country = country
        self._holidays: HolidayBase | None = None
        self._known: dict[date, date] = {}

    def is_working(self, day: date) -> bool:
        """Say whether people work on a day."""
        if self._holidays is None:
            self._holidays = _calendar(self._country)
        return bool(self._holidays.is_working_day(day))

    def on_or_before(self, day: date) -> date:
        """Return the day itself, or the last working day before it: what is due then is done earlier."""
        if day not in self._known:
            # A calendar that knew a month without work would be wrong: then the day itself stands.
            near = (day - _DAY * back for back in range(_LONGEST_REST))
            self._known[day] = next(filter(self.is_working, near), day)
        return self._known[day]

    def after(self, day: date, count: int) -> date:
        """Return the working day so many working days later."""
        left, found = count, day
        for _ in range(count * 7 + _LONGEST_REST):
            if left <= 0 and self.is_working(found):
                break
            found += _DAY
            left -= self.is_working(found)
        return found


def _calendar(country: str) -> HolidayBase:
    import holidays  # only who plans needs it

    _spare(_EVERY_COUNTRY)
    try:
        return holidays.country_holidays(country)
    except NotImplementedError as error:
        raise UnknownCountry(
            f"no holidays are known of {country!r}; write an ISO code like RU into [agency] country."
        ) from error


def _spare(package: str) -> None:
    """Let modules of a package be imported without all the others that its `__init__` would import."""
    spec = find_spec(package)
    if spec is not None and package not in sys.modules:
        sys.modules[package] = module_from_spec(spec)
