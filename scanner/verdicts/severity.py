"""How bad a fault is, and the standard that says so. It orders a report, and decides nothing about use."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct


class Severity(StrEnum):
    """Worst first."""

    CRITICAL = "critical"  # can be abused by a stranger today, or something has stopped
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"  # worth knowing; nothing has to be done


class Risk(Struct, frozen=True):
    """What a finding means for the client's safety."""

    severity: Severity
    standard: str
    """The RFC, requirement or practice that says so."""


def risk_of(code: str, params: Mapping[str, object]) -> Risk | None:
    """Return how bad what a finding says is; None for what is no fault."""
    row = _TABLE.get(code)
    if row is None:
        return None
    severity, standard = row
    if code in _BY_DAYS:
        days = params.get("days")
        severity = _of_days(code, days) if isinstance(days, int) else severity
    return Risk(severity, standard)


_C, _H, _M, _L, _I = Severity
_BY_DAYS: Mapping[str, tuple[tuple[int, Severity], ...]] = {
    "certificate.expires_soon": ((7, _C), (14, _H), (30, _M)),
    "domain.expires_soon": ((7, _C), (14, _H), (30, _M)),
}
"""At most so many days left (usage.md TLS-02, WHO-01)."""


def _of_days(code: str, days: int) -> Severity:
    return next((severity for most, severity in _BY_DAYS[code] if days <= most), Severity.INFO)


_NS = "RFC 1034, 4.1"
_DNSSEC = "RFC 4035, 5"
_SPF = "RFC 7208, 4.6"
_DMARC = "RFC 9989"
_STS = "RFC 8461"
_BR = "CA/Browser Forum, Baseline Requirements"
_TAKE_OVER = "OWASP WSTG-CONF-10"
_OTHERS: Mapping[str, tuple[Severity, str]] = {
    "domain.lame": (_C, "RFC 1034, 4.2.2"),
    "domain.some_name_servers_lame": (_H, "RFC 1034, 4.2.2"),
    "domain.zone_given_away": (_H, "RFC 5936, 5"),
    "domain.expires_soon": (_I, "ICANN ERRP"),
    "domain.holder_is_another_organisation": (_H, "ICANN RAA, 3.3"),
    "domain.holder_is_private_person": (_M, "ICANN RAA, 3.3"),
    "domain.held": (_H, "RFC 5731, 2.3"),
    "site.dangling_cname": (_H, _TAKE_OVER),
    "certificate.expired": (_C, "RFC 5280, 4.1.2.5"),
    "certificate.expires_soon": (_I, "RFC 5280, 4.1.2.5"),
    "certificate.wrong_name": (_H, "RFC 9525"),
    "certificate.self_signed": (_H, "RFC 5280, 6"),
    "certificate.incomplete": (_H, "RFC 5246, 7.4.2"),
    "certificate.untrusted": (_H, "RFC 5280, 6"),
}
"""Faults that other rules tell, for they say something of use as well."""
_POSTURE: Mapping[str, tuple[Severity, str]] = {
    "takeover_cname": (_C, _TAKE_OVER),
    "takeover_name_server": (_C, _TAKE_OVER),
    "takeover_zone_host": (_C, _TAKE_OVER),
    "zone_host_unproved": (_M, _TAKE_OVER),
    "takeover_mx": (_C, _TAKE_OVER),
    "takeover_spf": (_C, "RFC 7208, 11.4"),
    "takeover_dmarc": (_C, "RFC 9990"),
    "takeover_mta_sts": (_C, "RFC 8461, 10"),
    "takeover_saas": (_C, _TAKE_OVER),
    "takeover_wildcard": (_H, _TAKE_OVER),
    "takeover_page": (_H, "W3C Subresource Integrity"),
    "takeover_cloud_address": (_M, _TAKE_OVER),
    "one_name_server": (_H, _NS),
    "name_servers_one_address": (_H, _NS),
    "name_servers_one_network": (_L, "RFC 2182, 3.1"),
    "name_servers_differ": (_M, "RFC 1034, 4.2.2"),
    "glue_differs": (_M, "RFC 1034, 4.2.2"),
    "name_server_is_alias": (_M, "RFC 2181, 10.3"),
    "name_server_no_tcp": (_M, "RFC 7766, 5"),
    "name_server_open_recursion": (_H, "RFC 5358"),
    "zone_serials_differ": (_L, "RFC 1982"),
    "soa_timers": (_L, "RFC 1912, 2.2"),
    "dnssec_unsigned_below_ds": (_C, _DNSSEC),
    "dnssec_ds_mismatch": (_C, _DNSSEC),
    "dnssec_signature_expired": (_C, _DNSSEC),
    "dnssec_signature_bad": (_C, _DNSSEC),
    "dnssec_signature_ends": (_H, "RFC 6781, 4.4.2"),
    "dnssec_signature_long": (_L, "RFC 6781, 4.4.2"),
    "dnssec_weak_algorithm": (_M, "RFC 8624, 3.1"),
    "dnssec_weak_key": (_M, "RFC 6781, 3.4.2"),
    "dnssec_nsec3_iterations": (_M, "RFC 9276, 3.1"),
    "dnssec_no_ds": (_L, "RFC 4035, 2.4"),
    "dnssec_absent": (_I, "RFC 9364"),
    "mx_missing_but_sends": (_M, "RFC 7505, 4"),
    "mx_is_alias": (_H, "RFC 2181, 10.3"),
    "mx_gone": (_H, "RFC 5321, 5.1"),
    "mx_is_address": (_H, "RFC 1035, 3.3.9"),
    "mx_is_local": (_H, "RFC 5321, 5.1"),
    "null_mx_beside_others": (_H, "RFC 7505, 3"),
    "parked_mail_open": (_L, "M3AAWG, parked domains"),
    "parked_mail_open_no_address": (_I, "M3AAWG, parked domains"),
    "smtp_no_starttls": (_M, "RFC 3207"),
    "smtp_certificate": (_I, "RFC 7672"),
    "spf_missing": (_M, "RFC 7208"),
    "spf_several": (_H, "RFC 7208, 4.5"),
    "spf_syntax": (_H, _SPF),
    "spf_too_many_lookups": (_H, "RFC 7208, 4.6.4"),
    "spf_too_many_voids": (_H, "RFC 7208, 4.6.4"),
    "spf_too_many_mx": (_H, "RFC 7208, 4.6.4"),
    "spf_loop": (_H, "RFC 7208, 5.2"),
    "spf_include_without_record": (_H, "RFC 7208, 5.2"),
    "spf_allows_all": (_H, "RFC 7208, 5.1"),
    "spf_neutral": (_M, "RFC 7208, 8.2"),
    "spf_without_all": (_M, "RFC 7208, 4.7"),
    "spf_ptr": (_L, "RFC 7208, 5.5"),
    "spf_leading_space": (_M, "RFC 7208, 4.5"),
    "dkim_short_key": (_H, "RFC 8301, 3.2"),
    "dkim_weak_key": (_M, "RFC 8301, 3.2"),
    "dkim_bad_key": (_M, "RFC 6376, 3.6.1"),
    "dkim_revoked": (_I, "RFC 6376, 3.6.1"),
    "dkim_testing": (_I, "RFC 6376, 3.6.1"),
    "dmarc_missing": (_M, _DMARC),
    "dmarc_several": (_H, "RFC 9989, 4.10"),
    "dmarc_misplaced": (_M, "RFC 9989, 4.10"),
    "dmarc_malformed": (_M, "RFC 9989, 4.7"),
    "dmarc_none": (_M, "RFC 9989, 4.7"),
    "dmarc_subdomains_none": (_M, "RFC 9989, 4.7"),
    "dmarc_no_reports": (_L, "RFC 9990"),
    "dmarc_reports_refused": (_L, "RFC 9990"),
    "dmarc_testing": (_I, "RFC 9989, 4.7"),
    "dmarc_removed_tags": (_I, "RFC 9989, 4.7"),
    "mta_sts_no_policy": (_H, "RFC 8461, 3.3"),
    "mta_sts_bad_policy": (_H, "RFC 8461, 3.2"),
    "mta_sts_mx_not_listed": (_H, "RFC 8461, 4.1"),
    "mta_sts_short": (_L, "RFC 8461, 3.2"),
    "mta_sts_testing": (_I, "RFC 8461, 5"),
    "mta_sts_absent": (_I, _STS),
    "tls_rpt_absent": (_I, "RFC 8460"),
    "tls_rpt_malformed": (_L, "RFC 8460, 3"),
    "tls_old_versions": (_M, "RFC 8996"),
    "tls_no_modern": (_H, "RFC 8996"),
    "certificate_weak_key": (_H, f"{_BR} 6.1.5"),
    "certificate_weak_signature": (_H, f"{_BR} 7.1.3"),
    "certificate_long_lived": (_M, f"{_BR} 6.3.2"),
    "caa_absent": (_I, "RFC 8659"),
    "caa_forbids_issuer": (_M, "RFC 8659, 4.2"),
    "caa_critical_unknown": (_L, "RFC 8659, 4.5"),
    "web_http_only": (_H, "RFC 9110, 4.2.2"),
    "web_no_redirect": (_M, "RFC 9110, 4.2.2"),
    "web_redirects_to_http": (_H, "RFC 9110, 4.2.2"),
    "web_redirect_loop": (_H, "RFC 9110, 15.4"),
    "web_names_differ": (_M, "RFC 9110, 4.3"),
    "web_one_name_dead": (_M, "RFC 9110, 4.3"),
    "web_hsts_missing": (_M, "RFC 6797"),
    "web_hsts_short": (_L, "RFC 6797, 6.1.1"),
    "web_mixed_content": (_M, "W3C Mixed Content"),
    "web_directory_listing": (_M, "OWASP WSTG-CONF-04"),
    "web_default_page": (_L, "OWASP WSTG-CONF-02"),
    "web_stack_version": (_L, "OWASP WSTG-INFO-02"),
    "web_headers_missing": (_I, "OWASP Secure Headers"),
    "security_txt_missing": (_I, "RFC 9116"),
    "security_txt_expired": (_L, "RFC 9116, 2.5.5"),
    "ipv6_missing": (_I, "RFC 8200"),
    "no_transfer_lock": (_L, "RFC 5731, 2.3"),
}
_TABLE = {**_OTHERS, **{f"posture.{code}": row for code, row in _POSTURE.items()}}

FIX_WORTHY = frozenset(
    code
    for code, (severity, _) in _TABLE.items()
    if severity is Severity.CRITICAL and code.startswith("posture.")
)
"""What a stranger can abuse today, or what stops a domain for many: a thing that works is to be fixed."""
