"""Statuses of a domain in one spelling: EPP's where it is EPP's, else the registry's own words."""

from __future__ import annotations

from functools import lru_cache

from probes.kit.registry.standing import Standing, standings

# RFC 5731 and RFC 3915.
_EPP = (
    "addPeriod", "autoRenewPeriod", "clientDeleteProhibited", "clientHold", "clientRenewProhibited",
    "clientTransferProhibited", "clientUpdateProhibited", "inactive", "ok", "pendingCreate",
    "pendingDelete", "pendingRenew", "pendingRestore", "pendingTransfer", "pendingUpdate",
    "redemptionPeriod", "renewPeriod", "serverDeleteProhibited", "serverHold",
    "serverRenewProhibited", "serverTransferProhibited", "serverUpdateProhibited", "transferPeriod",
)  # fmt: skip
_BY_LETTERS = {name.lower(): name for name in _EPP}
_BY_LETTERS |= {
    name.lower().replace(side, short, 1): name
    for name in _EPP
    for side, short in (("client", "stcl"), ("server", "stsv"))
    if name.startswith(side)
}
_LONGEST = 100


@lru_cache(maxsize=4096)
def epp_status(text: str) -> str:
    """Return the EPP status a text spells in any way (`CLIENT_HOLD`, `client hold`), or nothing."""
    return _BY_LETTERS.get("".join(sign for sign in text.lower() if sign.isalpha()), "")


def statuses_in(value: str) -> list[str]:
    """Return the statuses in the value of one status line."""
    value = value[: value.find("http")] if "http" in value else value
    bare = value.partition(" - ")[0].partition("(")[0]
    known = epp_status(bare)
    if known:
        return [known]
    if "," in value or ";" in value:
        return [one for part in value.replace(";", ",").split(",") for one in _one(part)]
    words = [epp_status(word) for word in value.split()]
    if len(words) > 1 and all(words):
        return words
    return _one(value)


def _one(text: str) -> list[str]:
    words = " ".join(text[:_LONGEST].split()).strip(" -.:")
    return [epp_status(words) or words] if words and words[0] != "(" else []


def says_delegated(statuses: tuple[str, ...]) -> bool | None:
    """Return what the statuses say about delegation, None when they are silent."""
    if Standing.UNDELEGATED in standings(statuses):
        return False
    if {status.lower() for status in statuses} & {"delegated", "paid and in zone"}:
        return True
    return None
