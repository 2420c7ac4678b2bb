"""What stops if a proposal is wrong, and how it is undone: by proposal, kind and state. Pure.

A mistake with a domain is undone in days, not at leisure: how many depends on its registry, and after the
release there is no way back. What a registry grants is a fact with a source; where we know none, we say so.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from msgspec import Struct

from scanner.assets import Advice, Kind
from scanner.assets.estate import Params
from scanner.verdicts.verdict import Verdict


class Told(Struct, frozen=True, gc=False):
    """A code and what fills in its sentence."""

    code: str
    params: Params


class _After(Struct, frozen=True, gc=False):
    """How a registry lets a name be had back after its term."""

    code: str
    days: int | None = None


_HOLDER_RENEWS, _RESTORED = "domain_holder_renews", "domain_restored"
_ALL_GENERIC = _After("domain_generic", 30)
"""Registrars may add up to 45 days of their own; the redemption of 30 is a duty (ICANN Expired
Registration Recovery Policy, read 2026-11-23)."""
_UNKNOWN = _After("domain_ask_registrar")
_BY_SUFFIX: Mapping[str, _After] = {
    **dict.fromkeys(("ru", "xn--p1ai", "su"), _After(_HOLDER_RENEWS, 30)),  # nic.ru/help 13615
    "uk": _After(_HOLDER_RENEWS, 90),  # nominet.uk, expiry; so for names below co.uk and its like
    **dict.fromkeys(("co.uk", "org.uk", "me.uk"), _After(_HOLDER_RENEWS, 90)),
    "de": _After(_RESTORED, 30),  # denic.de, Redemption Grace Period
    "eu": _After(_RESTORED, 40),  # eurid.eu, quarantine
}
"""Read 2026-11-23. Names below registries of their own (`msk.ru`, `com.ru`) follow other rules."""
_SPONSORED = frozenset({"arpa", "edu", "gov", "int", "mil", "post"})
"""Three letters and more, and not bound by that policy."""
_GENERIC_IDN = frozenset({"xn--80asehdb", "xn--80aswg", "xn--d1acj3b", "xn--c1avg", "xn--80adxhks"})
"""онлайн, сайт, дети, орг, москва: generic; other IDN suffixes are mostly countries'."""

_BY_STATE: Mapping[tuple[Advice, Kind, str], str] = {
    (Advice.LET_EXPIRE, Kind.DOMAIN, "abandoned"): "domain_expires_with_pages",
    (Advice.LET_EXPIRE, Kind.DOMAIN, "dark"): "domain_expires_unseen",
    (Advice.LET_EXPIRE, Kind.DOMAIN, "undelegated"): "domain_expires_unseen",
    (Advice.SWITCH_OFF, Kind.SITE, "abandoned"): "site_off_with_pages",
    (Advice.SWITCH_OFF, Kind.SITE, "no_address"): "site_off_no_address",
    (Advice.FIX, Kind.SITE, "suspended"): "paid_again",
    (Advice.FIX, Kind.SITE, "unpaid_saas"): "paid_again",
    (Advice.FIX, Kind.HOSTING, "suspended"): "paid_again",
}
_BY_KIND: Mapping[tuple[Advice, Kind], str] = {
    (Advice.LET_EXPIRE, Kind.DOMAIN): "domain_expires",
    (Advice.LET_EXPIRE, Kind.CERTIFICATE): "certificate_expires",
    (Advice.SWITCH_OFF, Kind.HOSTING): "hosting_off",
    (Advice.SWITCH_OFF, Kind.SITE): "site_off",
    (Advice.TRANSFER, Kind.DOMAIN): "domain_transferred",
    (Advice.TRANSFER, Kind.ACCOUNT): "account_transferred",
    (Advice.FIX, Kind.DOMAIN): "domain_mended",
    (Advice.FIX, Kind.MAIL): "mail_mended",
    (Advice.FIX, Kind.SITE): "site_mended",
    (Advice.FIX, Kind.CERTIFICATE): "certificate_mended",
}
_BY_ADVICE: Mapping[Advice, str] = {
    Advice.LET_EXPIRE: "thing_off",
    Advice.SWITCH_OFF: "thing_off",
    Advice.CONSOLIDATE: "copy_closed",
    Advice.TRANSFER: "thing_transferred",
    Advice.FIX: "thing_mended",
}
_UNDO: Mapping[str, str] = {
    "site_off_with_pages": "site_off",
    "site_off_no_address": "record_removed",
    "domain_mended": "records_mended",
    "mail_mended": "records_mended",
    "site_mended": "thing_mended",
}
"""Where what undoes is called otherwise than what stops."""
_DOMAIN_EXPIRES = "domain_expires"
_ENDS = frozenset({*_BY_STATE.values(), *_BY_KIND.values(), *_BY_ADVICE.values()})

CONSEQUENCES = _ENDS
"""Every code of what stops; its sentence stands under `consequence`."""
UNDOES = frozenset(
    {
        *(_UNDO.get(code, code) for code in _ENDS if not code.startswith(_DOMAIN_EXPIRES)),
        *(after.code for after in (*_BY_SUFFIX.values(), _ALL_GENERIC, _UNKNOWN)),
    }
)
"""Every code of what undoes; its sentence stands under `undo`."""


def consequence(verdict: Verdict) -> Told | None:
    """Return what stops if a proposal is wrong; None where nothing is to be done."""
    code = _code(verdict)
    return Told(code, {}) if code else None


def undo(verdict: Verdict, paid_until: date | None) -> Told | None:
    """Return how a proposal is undone; of a domain with the `days` after its term, and with its dates.

    `until` is the last day on which it is renewed as ever, `last_day` the last on which it is had back at
    all, where the registry tells either.
    """
    code = _code(verdict)
    if not code:
        return None
    if not code.startswith(_DOMAIN_EXPIRES):
        return Told(_UNDO.get(code, code), {})
    after = _after(verdict.asset.key)
    params: Params = {} if after.days is None else {"days": after.days}
    if paid_until:
        params["until"] = paid_until.isoformat()
        if after.days is not None and after is not _ALL_GENERIC:
            params["last_day"] = (paid_until + timedelta(days=after.days)).isoformat()
    return Told(after.code, params)


def _code(verdict: Verdict) -> str:
    advice, kind = verdict.advice, verdict.asset.kind
    if advice not in _BY_ADVICE:
        return ""
    of_state = _BY_STATE.get((advice, kind, verdict.state))
    return of_state or _BY_KIND.get((advice, kind)) or _BY_ADVICE[advice]


def _after(domain: str) -> _After:
    suffix = domain.partition(".")[2]
    if known := _BY_SUFFIX.get(suffix):
        return known
    ascii_generic = len(suffix) > 2 and suffix.isalpha() and suffix not in _SPONSORED
    return _ALL_GENERIC if ascii_generic or suffix in _GENERIC_IDN else _UNKNOWN
