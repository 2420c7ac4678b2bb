"""Records and scripts that somebody set up once."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.assets import Kind
from scanner.verdicts.card import rule
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.finding import say
from scanner.verdicts.tenancy import answers, met, says_unpaid, told
from scanner.verdicts.verdict import Finding


@rule(
    id="saas.only_traces",
    sentence="A record, a key, a token or a script of a service proves a past click, not a bill: somebody must say.",
    authority="usage.md 1.6 (L0, L1); rows 22, 26",
    kinds=(Kind.SAAS,),
    says=("saas.ghost",),
    may_doubt=False,
)
def only_traces(dossier: Dossier) -> Iterator[Finding]:
    """Tell which traces there are and where, unless the vendor answers for the tenant himself."""
    if answers(dossier) or says_unpaid(dossier):
        return
    if traces := met(dossier):
        yield say("saas.ghost", *(one.sighting for one in traces), params=told(traces, dossier))
