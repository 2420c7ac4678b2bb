"""What a run asked, by the names that readers know, and whether the answers make a whole audit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from probes.kit.keyed import SERVICES
from reports import document as doc
from scanner.document.answers import Answers, Count
from scanner.runs.listed import ListRead
from scanner.runs.progress import Tally

SOURCES: Mapping[str, tuple[str, ...]] = {
    "dns": (
        *("addresses", "delegation", "dns_records", "mail_policy", "service_records"),
        *("dnssec", "name_servers", "relied_domain", "sub_zone"),
    ),
    "registration": ("registration",),
    "websites": (*("website", "site_files", "site_icon", "legal_pages", "feed", "mta_sts_policy"),),
    "certificates": ("tls_certificate", "old_tls"),
    "certificate_logs": ("certificate_log",),
    "firm_certificates": ("organisation_certificates",),
    "web_archive": ("web_archive",),
    "names_below": ("names_below",),
    "zones": ("zone_transfer", "zone_chain"),
    "like_names": ("parent_delegation",),
    "mail_servers": ("mail_server",),
    "address_owners": ("address_owner",),
    "address_neighbours": ("address_neighbours",),
    "microsoft_tenants": ("microsoft_tenant",),
    "reverse_whois": ("reverse_whois", "organisation_registrations"),
    "security_trails": ("security_trails",),
    "shodan": ("shodan",),
}
"""What a reader calls a source, and the probes that ask it."""

ZONE_LISTS = "zone_lists"
"""Registries' own lists, which no probe asks."""

REQUIRED = ("dns", "registration")
"""Without these an audit is not finished, whatever else answered."""


def sources_of(
    tally: Tally,
    answers: Answers | None = None,
    keys: Collection[str] = (),
    lists: Sequence[ListRead] = (),
) -> Iterator[doc.Source]:
    """Yield each source with how often it was asked and answered; half an answer is none.

    `answers` tells which were not whole, and how each certificate log did; `keys` names the services
    whose key we hold, and `lists` the registries' lists that were gone through.
    """
    told = answers or Answers()
    for name, probes in SOURCES.items():
        if name == "certificate_logs" and answers:
            for log, count in told.logs.items():
                yield _source(log, count)
            continue
        count = Count(
            asked=sum(tally.done[probe] for probe in probes),
            answered=sum(tally.answered[probe] for probe in probes),
            halves=sum(told.halves[probe] for probe in probes),
        )
        count.answered -= count.halves
        for probe in probes:
            count.reasons.update(tally.reasons.get(probe, {}))
        if count.halves:
            count.reasons["partial"] = count.halves
        wants_key = all(SERVICES.get(probe, "") not in {"", *keys} for probe in probes)
        yield _source(name, count, "no_key" if wants_key else "nothing_to_ask")
    yield _of_lists(lists)


def _of_lists(lists: Sequence[ListRead]) -> doc.Source:
    """A list is asked once; half of one is none."""
    troubles = [one.trouble for one in lists if one.trouble]
    count = Count(
        asked=len(lists),
        answered=len(lists) - len(troubles),
        halves=sum(1 for one in lists if one.trouble and one.rows),
        reasons=Counter(map(str, troubles)),
    )
    return _source(ZONE_LISTS, count, "no_list")


def _source(name: str, count: Count, unasked: str = "nothing_to_ask") -> doc.Source:
    """Say how a source did in one word; the commonest reason is named."""
    asked, answered = count.asked, count.answered
    reason = max(sorted(count.reasons), key=lambda code: count.reasons[code], default="")
    if asked == 0 or set(count.reasons) == {"no_key"}:
        # Questions that were never put are no questions.
        return doc.Source(name=name, status="skipped", reason=reason or unasked)
    if answered == asked:
        status, reason = "completed", ""
    elif not answered and not count.halves:
        status = "failed"
    else:
        limited = count.reasons["rate_limited"] * 2 > asked - answered
        status = "limited" if limited else "partial"
    return doc.Source(name=name, status=status, asked=asked, answered=answered, reason=reason)


def complete(sources: Iterable[doc.Source]) -> bool:
    """Say whether every source that an audit cannot do without answered at all."""
    return all(source.status != "failed" for source in sources if source.name in REQUIRED)
