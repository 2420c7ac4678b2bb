"""What an audit could not see, as codes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from probes.kit.target import Host
from reports import document as doc
from scanner.assets import Estate, Kind, Ownership
from scanner.discovery.looks import ADDRESSES, Looks
from scanner.runs.listed import Sifted
from scanner.runs.progress import Tally


def not_seen(
    sources: Sequence[doc.Source],
    tally: Tally,
    estate: Estate,
    looks: Looks,
    incomplete: Sequence[str],
    doubtful: int,
    vantage: str,
) -> Iterator[doc.NotSeen]:
    """Yield every gap: sources, names left out, `doubtful` things with a side unseen, what no audit can see."""
    for source in sources:
        params: doc.Params = {
            "source": source.name,
            "asked": source.asked,
            "answered": source.answered,
            "reason": source.reason,
            "shows": source.name,
        }
        if source.status == "failed":
            yield doc.NotSeen(code="source_failed", params=params)
        elif source.status in ("partial", "limited"):
            yield doc.NotSeen(code="source_partial", params=params)
    if incomplete:
        yield doc.NotSeen(
            code="certificate_log_partial",
            params={"domains": list(incomplete[:20]), "count": len(incomplete)},
        )
    left_out = sorted(_never_asked(estate, looks))
    if left_out:
        yield doc.NotSeen(
            code="names_left_out", params={"hosts": left_out[:20], "count": len(left_out)}
        )
    if doubtful:
        yield doc.NotSeen(code="facet_unknown_count", params={"count": doubtful})
    bugs = sum(reasons.get("bug", 0) for reasons in tally.reasons.values())
    if bugs:
        yield doc.NotSeen(code="look_failed", params={"count": bugs})
    leads = sum(1 for h in estate.holdings if h.ownership is Ownership.POSSIBLE)
    if leads:
        yield doc.NotSeen(code="unverified_leads", params={"count": leads})
    if not any(source.name == "web_archive" and source.asked for source in sources):
        yield doc.NotSeen(code="wayback_not_asked")
    for code in ("hosting_accounts", "saas_and_licences"):
        yield doc.NotSeen(code=code)
    yield doc.NotSeen(code="vantage_single", params={"vantage": vantage})


def not_followed(lists: Sifted) -> Iterator[doc.NotSeen]:
    """Yield what registries' lists hold that was not looked at."""
    for word, count in lists.too_common.items():
        yield doc.NotSeen(code="word_too_common", params={"word": word, "count": count})
    if lists.left_out:
        yield doc.NotSeen(code="listed_names_left_out", params={"count": lists.left_out})


def _never_asked(estate: Estate, looks: Looks) -> set[str]:
    """Names that were found, and not looked at: more than an audit may look at, or too far out."""
    return {
        host
        for holding in estate.holdings
        if holding.asset.kind is Kind.DOMAIN and holding.ownership is not Ownership.FOREIGN
        for host in holding.hosts
        if not looks.latest(ADDRESSES, Host(host)).asked
    }
