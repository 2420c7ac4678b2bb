"""What we conclude about one asset, and why."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from scanner.assets import Advice, Asset, Confidence, Need, Use
from scanner.assets.estate import Params


class Finding(Struct, frozen=True, gc=False):
    """One reasoned step: a rule, which way it leans, and the evidence it rests on."""

    rule: str
    leans: Use | None
    """The use it speaks for; None when it says nothing about use (a date, a fix, a gap)."""
    code: str
    params: Params
    rests_on: tuple[str, ...]
    """Ids of recorded exchanges."""
    at: datetime | None
    facet: str = ""
    """What side of the thing it is about: web, mail, role, registration, delegation, names …"""


class Verdict(Struct, frozen=True, gc=False):
    """The judgement on one asset: its state, the use it means, and what we propose."""

    asset: Asset
    use: Use
    state: str
    advice: Advice
    confidence: Confidence
    needs: tuple[Need, ...]
    findings: tuple[Finding, ...]
    blocked_by: tuple[str, ...]
    """Facets that are unknown and keep the verdict from being more than `ask`."""
