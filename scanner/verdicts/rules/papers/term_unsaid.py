"""What only the client can tell of a service or a licence."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.assets import Kind
from scanner.assets.estate import Params
from scanner.verdicts.card import rule
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.finding import say
from scanner.verdicts.tenancy import named, product_of, says_unpaid
from scanner.verdicts.verdict import Finding


@rule(
    id="papers.term_unsaid",
    sentence="Until when a service is paid, and by which key, no look tells: where no paper says it, the client must.",
    authority="usage.md 1.6 (L4); registry.md R3",
    kinds=(Kind.SAAS, Kind.LICENCE),
    says=("paper.date_needed", "paper.key_and_date_needed"),
    may_doubt=False,
)
def term_unsaid(dossier: Dossier) -> Iterator[Finding]:
    """Say what is needed for the registry, and where the account's owner finds it."""
    sold, said = product_of(dossier.asset), dossier.holding.said
    if sold is None or not sold.asks or (said and said.paid_until):
        return
    if dossier.asset.kind is Kind.SAAS and says_unpaid(dossier):
        return  # that day has passed
    params: Params = {"provider": named(sold)}
    if sold.account:
        params["account"] = sold.account
    code = "paper.key_and_date_needed" if sold.needs_key_and_date else "paper.date_needed"
    yield say(code, params=params)
