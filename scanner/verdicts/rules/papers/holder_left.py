"""In whose hands an account is, as papers say."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.assets import Kind
from scanner.discovery.account_holders import IN_CLIENTS_NAME
from scanner.verdicts.card import rule
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.finding import say
from scanner.verdicts.verdict import Finding


@rule(
    id="papers.holder_left",
    sentence="What stands in the name of somebody who left must be transferred before it is needed.",
    authority="usage.md row 2; registry.md, section 4 (accounts)",
    kinds=tuple(Kind),
    says=("paper.holder_left", "account.ex_employee", "account.client", "account.unknown"),
    may_doubt=False,
)
def holder_left(dossier: Dossier) -> Iterator[Finding]:
    """Say who left; of an account also whether it is the client's own, or that nobody knows whose."""
    said = dossier.holding.said
    if said is None:
        return
    if said.leaver:
        told = {"source": said.sources[0]}  # no name: the report travels farther than the registry
        if said.account:
            told["account"] = said.account
        yield say("paper.holder_left", params=told)
    if dossier.asset.kind is Kind.ACCOUNT:
        own = any(reason.code == IN_CLIENTS_NAME for reason in dossier.holding.reasons)
        yield say(f"account.{'ex_employee' if said.leaver else 'client' if own else 'unknown'}")
