"""In whose hands an account is, as papers say."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.assets import Kind
from scanner.verdicts.card import rule
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.finding import say
from scanner.verdicts.verdict import Finding


@rule(
    id="papers.holder_left",
    sentence="What stands in the name of somebody who left must be transferred before it is needed.",
    authority="usage.md row 2; registry.md, section 4 (accounts)",
    kinds=tuple(Kind),
    says=("paper.holder_left", "account.ex_employee", "account.unknown"),
    may_doubt=False,
)
def holder_left(dossier: Dossier) -> Iterator[Finding]:
    """Say who left; of an account of which papers say no such thing, that nobody knows who holds it."""
    said = dossier.holding.said
    if said is None:
        return
    if said.leaver:
        told = {"source": said.sources[0]}  # no name: the report travels farther than the registry
        if said.account:
            told["account"] = said.account
        yield say("paper.holder_left", params=told)
    if dossier.asset.kind is Kind.ACCOUNT:
        yield say("account.ex_employee" if said.leaver else "account.unknown")
