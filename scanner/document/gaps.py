"""What an audit could not see, as codes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reports import document as doc
from scanner.assets import Estate, Kind, Ownership
from scanner.runs.listed import Sifted
from scanner.runs.progress import Tally


def not_seen(
    sources: Sequence[doc.Source],
    tally: Tally,
    estate: Estate,
    incomplete: Sequence[str],
    doubtful: int,
    vantages: Sequence[str],
) -> Iterator[doc.NotSeen]:
    """Yield every gap: sources, names left out, `doubtful` things with a side unseen, what no audit can see.

    `vantages` are the places that looked, our own first.
    """
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
    if left := estate.left_out:
        params = {"hosts": list(left[:20]), "count": len(left)}
        yield doc.NotSeen(code="names_left_out", params=params)
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
    yield doc.NotSeen(code="hosting_accounts")
    undeclared = list(_undeclared(estate))
    told: doc.Params = {"products": undeclared} if undeclared else {}
    yield doc.NotSeen(code="saas_and_licences", params=told)
    ours, *others = vantages
    if others:
        yield doc.NotSeen(code="vantage_partly", params={"vantage": ours, "others": others})
    else:
        yield doc.NotSeen(code="vantage_single", params={"vantage": ours})


def not_followed(lists: Sifted, estate: Estate) -> Iterator[doc.NotSeen]:
    """Yield what registries' lists hold that was not looked at, or that nothing but a word speaks for."""
    for word, count in lists.too_common.items():
        yield doc.NotSeen(code="word_too_common", params={"word": word, "count": count})
    if lists.left_out:
        yield doc.NotSeen(code="listed_names_left_out", params={"count": lists.left_out})
    shown = {one.asset.key for one in estate.holdings if one.asset.kind is Kind.DOMAIN}
    if untold := len(lists.names.keys() - shown):
        yield doc.NotSeen(code="listed_names_untold", params={"count": untold})


_NEVER_SEEN = (
    "moysklad",
    "bitrix_marketplace",
    "1c",
    "backup_hosting",
    "cloud_storage",
    "phone_number",
)
"""Products and types of things that leave no trace at any name: papers alone tell of them."""


def _undeclared(estate: Estate) -> Iterator[str]:
    """Yield what is never seen and no paper names: for the client to go through."""
    declared = {one.asset.key.partition("/")[0] for one in estate.holdings if one.said}
    declared |= {one.said.type for one in estate.holdings if one.said}
    return (one for one in _NEVER_SEEN if one not in declared)
