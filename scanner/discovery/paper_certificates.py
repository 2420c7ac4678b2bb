"""Which certificate that was seen a paper pays for. Pure.

A free certificate that renews itself is on no invoice: beside one, a paid certificate is a thing of its
own, and most likely one that nobody shows any more.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from msgspec import Struct

from probes.kit import signs
from probes.kit.observation import Seen
from probes.kit.target import Domain
from scanner.assets import Asset, Holding, Kind, Statement
from scanner.discovery.bought_certificates import endpoints
from scanner.discovery.certificates import covers
from scanner.discovery.looks import CERTIFICATE_LOG, TLS_CERTIFICATE, Looks
from scanner.discovery.scope import registered

_DRIFT: Final = timedelta(days=2)
"""By which a paper's last day may differ: orders are counted in days, certificates in seconds."""


class _Known(Struct, frozen=True, gc=False):
    """What is known of one certificate beside where it was met."""

    asset: Asset
    issuer: str
    names: tuple[str, ...]
    until: date
    automated: bool


def certificate_meant(said: Statement, holdings: Iterable[Holding], looks: Looks) -> Asset | None:
    """Return the one certificate that a paper is about; None where none or several may be.

    A bought one for a name of the paper, unless another authority is named there; of several the one whose
    term the paper tells. One that renews itself only where names, authority and term all agree.
    """
    named = set(said.hosts)
    near = (
        one for one in holdings if one.asset.kind is Kind.CERTIFICATE and named & set(one.hosts)
    )
    known = [found for one in near if (found := _known(one, looks))]
    text = " ".join((said.name, said.provider_name, *(note for _, note in said.notes)))
    sellers = _authorities(text)
    fits = [one for one in known if _fits(one, said, sellers)]
    if len(fits) > 1:
        fits = [one for one in fits if _same_term(one, said)]
    return fits[0].asset if len(fits) == 1 else None


def _fits(one: _Known, said: Statement, sellers: frozenset[str]) -> bool:
    issuers = _authorities(one.issuer)
    if sellers and issuers and not sellers & issuers:
        return False
    if not one.automated:
        return True
    every = all(covers(one.names, host) for host in said.hosts)
    return every and bool(sellers & issuers) and _same_term(one, said)


def _same_term(one: _Known, said: Statement) -> bool:
    return said.paid_until is not None and abs(one.until - said.paid_until) <= _DRIFT


def _authorities(text: str) -> frozenset[str]:
    return frozenset(sign.product for sign in signs.read("issuer", text))


def _known(holding: Holding, looks: Looks) -> _Known | None:
    """Read a certificate where it was shown, or else in the log of one of its domains."""
    sha256 = holding.asset.key
    for host in holding.hosts:
        for endpoint in endpoints(host):
            match looks.latest(TLS_CERTIFICATE, endpoint).outcome:
                case Seen(served) if served.sha256 == sha256:
                    until = served.not_after.date()
                    return _Known(
                        holding.asset, served.issuer, served.names, until, served.automated
                    )
    for domain in sorted({registered(host) for host in holding.hosts} - {""}):
        match looks.latest(CERTIFICATE_LOG, Domain(domain)).outcome:
            case Seen(log):
                for one in log.certificates:
                    if one.sha256 == sha256:
                        until = one.not_after.date()
                        return _Known(holding.asset, one.issuer, one.names, until, one.automated)
    return None
