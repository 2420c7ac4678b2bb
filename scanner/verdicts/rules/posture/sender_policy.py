"""Whether a domain's SPF record can be followed to its end, and says no to strangers."""

from __future__ import annotations

from collections.abc import Iterator

from probes.kit.observation import Absent, Seen, Unknown
from probes.kit.spf import is_spf
from probes.kit.target import Domain
from probes.mail_policy import MailPolicy, SenderPolicy
from scanner.assets import Kind
from scanner.assets.estate import Params
from scanner.discovery import Sighting
from scanner.discovery.looks import DNS_RECORDS, MAIL_POLICY
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.posture import fault, posture_rule, unchecked
from scanner.verdicts.verdict import Finding

_PERMANENT_ERRORS = {
    "several_records": "spf_several",
    "syntax": "spf_syntax",
    "too_many_lookups": "spf_too_many_lookups",
    "too_many_void_lookups": "spf_too_many_voids",
    "loop": "spf_loop",
    "include_without_record": "spf_include_without_record",
    "redirect_without_record": "spf_include_without_record",
    "too_many_mx": "spf_too_many_mx",
}
_ENDINGS = {"+": "spf_allows_all", "?": "spf_neutral", "": "spf_without_all"}


@posture_rule(
    id="sender_policy",
    sentence="One SPF record, followed within ten look-ups and two void ones, ends in a refusal.",
    authority="RFC 7208 sections 3.2, 4.5, 4.6.4, 5; SPF-01 to SPF-04",
    kinds=(Kind.MAIL,),
    says=(
        *dict.fromkeys(_PERMANENT_ERRORS.values()),
        *_ENDINGS.values(),
        "spf_missing",
        "spf_ptr",
        "spf_leading_space",
    ),
)
def sender_policy(dossier: Dossier) -> Iterator[Finding]:
    """Name every permanent error, how the record ends, and a record that receivers cannot see."""
    domain = Domain(dossier.asset.key)
    records, policy = dossier.see(DNS_RECORDS, domain), dossier.see(MAIL_POLICY, domain)
    hidden = ""
    takes_mail = False
    match records.outcome:
        case Seen(fact):
            takes_mail = isinstance(fact.mx, Seen) and not fact.null_mx
            match fact.txt:
                case Seen(texts):
                    hidden = next((text for text in texts if _is_hidden(text)), "")
    if hidden:
        yield fault("spf_leading_space", records, record=hidden[:200])
    match policy.outcome:
        case Unknown(reason):
            yield from unchecked("sender_policy", reason, policy)
        case Seen(said):
            match said.spf:
                case Unknown(reason):
                    yield from unchecked("sender_policy", reason, policy)
                case Absent():
                    if takes_mail and not hidden:
                        yield fault("spf_missing", policy)
                case Seen(spf):
                    yield from _faults(spf, policy)


def _is_hidden(text: str) -> bool:
    """A record that receivers pass over for what stands before its version (section 4.5)."""
    bare = text.lstrip(" \t\"'\ufeff\u00a0")
    return bare != text and is_spf(bare)


def _faults(spf: SenderPolicy, policy: Sighting[MailPolicy]) -> Iterator[Finding]:
    told: dict[str, Params] = {
        "spf_too_many_lookups": {"count": spf.lookups},
        "spf_too_many_voids": {"count": spf.void_lookups},
        "spf_include_without_record": {"names": list(spf.gone)} if spf.gone else {},
    }
    codes = dict.fromkeys(
        _PERMANENT_ERRORS[one] for one in spf.problems if one in _PERMANENT_ERRORS
    )
    for code in codes:
        yield fault(code, policy, **told.get(code, {}))
    # What could not be looked up may have been the redirect that brings an `all`.
    if spf.all in _ENDINGS and (spf.all or spf.complete):
        yield fault(_ENDINGS[spf.all], policy)
    if spf.ptr:
        yield fault("spf_ptr", policy)
    for reason in spf.failures:
        yield from unchecked("sender_policy", reason, policy)
