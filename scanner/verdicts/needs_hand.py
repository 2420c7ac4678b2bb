"""Which troubles of a thing somebody must put right, and whether a later verdict proves them gone. Pure.

Contract: `hands(verdict)` names each trouble once. `(verdict.asset, hand.code)` is its identity until it
heals: the same pair in a later audit is the same trouble, whatever its parameters and severity have become.
A trouble that is missing from a later verdict is not thereby over: it is, when `healed(code, verdict)` says
so; a look that could not find out keeps it open. A certificate's successor is another asset: the trouble of a
certificate that an audit no longer knows at all is over.

What falls due (a term, a licence) is the renewal registry's business, what may be given up the client's: here
are things that fail, or that strangers may take. A bad certificate is told of the site that shows it, once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from scanner.assets import Advice, Kind, Use
from scanner.assets.estate import Params
from scanner.verdicts.finding import POSTURE_CRASHED
from scanner.verdicts.hand_codes import (
    CERTIFICATE_EXPIRES,
    CERTIFICATE_WRONG,
    DNSSEC_BROKEN,
    DOMAIN_HELD,
    MAIL_BROKEN,
    NAME_SERVERS_DEAD,
    NAME_SERVERS_FAILING,
    SITE_DOWN,
    TAKEOVER_ALIAS,
)
from scanner.verdicts.posture import NOT_CHECKED
from scanner.verdicts.severity import FIX_WORTHY, Severity, risk_of
from scanner.verdicts.verdict import Finding, Verdict
from scanner.verdicts.weigh import TOO_MANY, VOID

_TAKEOVERS = (
    *("name_server", "zone_host", "mx", "spf", "dmarc", "mta_sts", "saas", "wildcard", "page"),
    "cloud_address",
)
_BY_FINDING: Mapping[str, str] = {
    "mail.mail_broken": MAIL_BROKEN,
    "domain.held": DOMAIN_HELD,
    "domain.lame": NAME_SERVERS_DEAD,
    "domain.some_name_servers_lame": NAME_SERVERS_FAILING,
    "site.certificate_trouble": CERTIFICATE_WRONG,
    "certificate.expires_soon": CERTIFICATE_EXPIRES,
    "site.dangling_cname": TAKEOVER_ALIAS,
    "posture.takeover_cname": TAKEOVER_ALIAS,
    **{f"posture.takeover_{what}": f"takeover_{what}" for what in _TAKEOVERS},
    **{code: DNSSEC_BROKEN for code in FIX_WORTHY if code.startswith("posture.dnssec_")},
}
"""A finding that is a trouble wherever it is said of the client's things."""
CODES = frozenset({SITE_DOWN, *_BY_FINDING.values()})
"""Every trouble; each has its sentence in both languages under `hand`."""
_IN_USE_ONLY = frozenset({CERTIFICATE_WRONG, CERTIFICATE_EXPIRES})
_OF_STATE: Mapping[str, Kind] = {SITE_DOWN: Kind.SITE, MAIL_BROKEN: Kind.MAIL}
"""Troubles that are the state of the thing itself."""
_LEFT_OPEN_BY: Mapping[str, frozenset[str]] = {
    "takeover_name_server": frozenset({"domain.lame", "domain.some_name_servers_lame"}),
    "takeover_zone_host": frozenset({"domain.lame"}),
    "takeover_mx": frozenset({"posture.mx_gone"}),
    "takeover_spf": frozenset({"posture.spf_include_without_record"}),
    "takeover_dmarc": frozenset({"posture.dmarc_reports_refused"}),
    "takeover_mta_sts": frozenset({"posture.mta_sts_no_policy"}),
    "takeover_cloud_address": frozenset({"site.no_listener", "site.no_answer"}),
    "takeover_saas": frozenset({"site.unclaimed_saas"}),
}
"""The record still leads nowhere, though the registry did not say this time whether that is for sale."""
_SILENT = frozenset({NOT_CHECKED, POSTURE_CRASHED, VOID, TOO_MANY})
"""Something was not looked at: what is not said proves nothing."""
_UNCLEAR = "ownership.unclear"
_MOST = 10


class Hand(Struct, frozen=True, gc=False):
    """One trouble that somebody must put right."""

    code: str
    severity: Severity
    """Of a site that nothing says is wanted: medium, for the client may want it gone."""
    params: Params
    """What its sentence tells; where several names have the trouble, lists of them."""


def hands(verdict: Verdict) -> tuple[Hand, ...]:
    """Return the troubles of a thing that is the client's, worst first; none of anybody else's."""
    found: dict[str, Hand] = {}
    down = _down(verdict)
    for finding in verdict.findings:
        if finding.code == _UNCLEAR:
            return ()
        code = SITE_DOWN if finding.code == down else _BY_FINDING.get(finding.code)
        if code is None or (code in _IN_USE_ONLY and verdict.use is not Use.USED):
            continue
        hand = Hand(code, _severity(code, finding, verdict), _params(code, finding))
        found[code] = _joined(found[code], hand) if code in found else hand
    if len(found) < 2:
        return tuple(found.values())
    return tuple(sorted(found.values(), key=lambda hand: _RANK[hand.severity]))


def healed(code: str, verdict: Verdict) -> bool:
    """Say whether a verdict on the same thing proves a trouble gone; False where it could not tell."""
    if any(hand.code == code for hand in hands(verdict)):
        return False
    said = {finding.code for finding in verdict.findings}
    if said & _SILENT or said & _LEFT_OPEN_BY.get(code, frozenset()):
        return False
    if code in _OF_STATE:
        return verdict.use not in (Use.UNKNOWN, Use.BROKEN)
    if code == CERTIFICATE_WRONG and verdict.use is Use.USED:
        return _opens_securely(verdict.findings)
    if code in _IN_USE_ONLY:
        return verdict.use is not Use.UNKNOWN
    return all(finding.leans is not Use.UNKNOWN for finding in verdict.findings)


def _down(verdict: Verdict) -> str:
    """Return the finding by which a site does not show what it is meant to; empty for all else."""
    broken = verdict.use is Use.BROKEN and verdict.asset.kind is Kind.SITE
    return f"site.{verdict.state}" if broken else ""


def _params(code: str, finding: Finding) -> Params:
    return {"state": finding.code, **finding.params} if code == SITE_DOWN else finding.params


def _severity(code: str, finding: Finding, verdict: Verdict) -> Severity:
    if code in _OF_STATE:
        return Severity.HIGH if verdict.advice is Advice.FIX else Severity.MEDIUM
    if code == CERTIFICATE_WRONG:
        expired = finding.params.get("trouble") == "expired"
        return Severity.CRITICAL if expired else Severity.HIGH
    risk = risk_of(finding.code, finding.params)
    return risk.severity if risk else Severity.MEDIUM


def _joined(first: Hand, other: Hand) -> Hand:
    """Make one of two findings of the same trouble: the worse severity, every name."""
    worse, better = sorted((first, other), key=lambda hand: _RANK[hand.severity])
    params: Params = {**better.params, **worse.params}
    for name in ("host", "domain", "server", "target", "name", "address"):
        if name in first.params and name in other.params:
            values = dict.fromkeys((*_listed(first.params[name]), *_listed(other.params[name])))
            params[name] = list(values)[:_MOST] if len(values) > 1 else next(iter(values))
    return Hand(worse.code, worse.severity, params)


def _listed(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


def _opens_securely(findings: Iterable[Finding]) -> bool:
    """Say whether a page was read over https: only then was the certificate seen, and found good."""
    return any(
        url.startswith("https:")
        for finding in findings
        if finding.leans is Use.USED
        for url in _listed(finding.params.get("urls", []))
    )


_RANK = {severity: place for place, severity in enumerate(Severity)}
