"""What a run asked, by the names that readers know, and whether the answers make a whole audit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from reports import document as doc
from scanner.runs.progress import Tally

SOURCES: Mapping[str, tuple[str, ...]] = {
    "dns": ("addresses", "delegation", "dns_records", "mail_policy"),
    "registration": ("registration",),
    "websites": ("website",),
    "certificates": ("tls_certificate",),
    "certificate_logs": ("certificate_log",),
    "mail_servers": ("mail_server",),
    "address_owners": ("address_owner",),
}
"""What a reader calls a source, and the probes that ask it."""

REQUIRED = ("dns", "registration")
"""Without these an audit is not finished, whatever else answered."""


def sources_of(tally: Tally, in_part: Mapping[str, int] | None = None) -> Iterator[doc.Source]:
    """Yield each source with how often it was asked and answered; half an answer is none.

    `in_part` tells how many answers of a source were not whole.
    """
    for name, probes in SOURCES.items():
        asked = sum(tally.done[probe] for probe in probes)
        halves = (in_part or {}).get(name, 0)
        answered = sum(tally.answered[probe] for probe in probes) - halves
        reasons: dict[str, int] = {}
        for probe in probes:
            for reason, count in tally.reasons.get(probe, {}).items():
                reasons[reason] = reasons.get(reason, 0) + count
        if halves:
            reasons["partial"] = halves
        if asked == 0:
            status, reason = "skipped", "nothing_to_ask"
        elif answered == asked:
            status, reason = "completed", ""
        else:
            limited = reasons.get("rate_limited", 0) * 2 > asked - answered
            silent = not answered and not halves
            status = "failed" if silent else "limited" if limited else "partial"
            reason = max(sorted(reasons), key=lambda code: reasons[code])
        yield doc.Source(name=name, status=status, asked=asked, answered=answered, reason=reason)


def complete(sources: Iterable[doc.Source]) -> bool:
    """Say whether every source that an audit cannot do without answered at all."""
    return all(source.status != "failed" for source in sources if source.name in REQUIRED)
