"""Until when a domain is paid, from everything its registry and registrar said."""

from __future__ import annotations

from datetime import date, timedelta

from probes.registration import Registration, Standing, standings

RENEW_WITHIN = timedelta(days=45)
"""The first threshold of a domain: renewals are started this long before the end."""
_REDEMPTION = {Standing.REDEMPTION, Standing.RESTORING, Standing.DELETING}
_HOLDS = {Standing.HELD_BY_REGISTRAR, Standing.HELD_BY_REGISTRY}


def ends_on(registration: Registration) -> date | None:
    """Return the day the paid term ends; None where the registry publishes none."""
    if registration.paid_until:
        return registration.paid_until
    return registration.expires[0].at.date() if registration.expires else None


def lapse(registration: Registration, today: date) -> str:
    """Return the lapsed state a registration is in on a day, or an empty string."""
    met = set(registration.standings)
    if met & _REDEMPTION:
        return "lapsed_redemption"
    if Standing.RENEWED_BY_REGISTRY in met and _registrar_is_unpaid(registration, today):
        return "lapsed_unpaid"
    end = ends_on(registration)
    return "lapsed_unpaid" if end and end < today else ""


def hold(registration: Registration) -> str:
    """Return the status by which registry or registrar took the name out of the DNS, if any."""
    held = (status for status in registration.statuses if _HOLDS & set(standings((status,))))
    return next(held, "")


def _registrar_is_unpaid(registration: Registration, today: date) -> bool:
    """In the auto-renew period the registry shows the next year; only the registrar knows the truth."""
    own = [moment for moment in registration.expires if moment.source.startswith("registrar")]
    return not own or own[0].at.date() < today
