"""What the vendor himself shows at the client's names."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.assets import Kind
from scanner.verdicts.card import rule
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.finding import say
from scanner.verdicts.tenancy import answers, says_unpaid, told
from scanner.verdicts.verdict import Finding


@rule(
    id="saas.vendor_answers",
    sentence="A service is live where its vendor answers for a name as for this tenant, and unpaid where his own page says so.",
    authority="usage.md 1.6 (L2, L3); row 13",
    kinds=(Kind.SAAS,),
    says=("saas.live", "saas.unpaid"),
    may_doubt=False,
)
def vendor_answers(dossier: Dossier) -> Iterator[Finding]:
    """Tell of the first name that proves it; what is paid and what is not may stand side by side."""
    if unpaid := says_unpaid(dossier):
        yield say("saas.unpaid", unpaid.sighting, params=told((unpaid,), dossier))
    if live := answers(dossier):
        yield say("saas.live", live.sighting, params=told((live,), dossier))
