"""Which Microsoft 365 tenant a domain belongs to: two domains of one tenant have one administrator.

Two public documents are read, and nobody's mailbox or account is ever named. What they are:

- `https://login.microsoftonline.com/<domain>/.well-known/openid-configuration`: 200 with a JSON object
  whose `issuer` is `https://sts.windows.net/<tenant id>/`; or 400 (formerly 404) with `{"error":
  "invalid_tenant", "error_description": "AADSTS90002: Tenant '…' not found. …", "error_codes": [90002]}`.
- `https://odc.officeapps.live.com/odc/v2.1/federationprovider?domain=<domain>`: 200 with a JSON object
  that repeats the `tenantId` and may hold a `federationBrandName`. It is asked only about tenants.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
from msgspec import Struct

from probes.kit.declare import Reach, probe
from probes.kit.net import ApiAnswer, ApiQuestion, Net, NetTrouble
from probes.kit.observation import Absent, Outcome, Reason, Seen, Unknown
from probes.kit.target import Domain

_OPENID = "https://login.microsoftonline.com/{}/.well-known/openid-configuration"
_FEDERATION = "https://odc.officeapps.live.com/odc/v2.1/federationprovider?domain={}"
_MOST_BYTES = 65_536
_PATIENCE = 20.0
_LONGEST_BRAND = 200
_NO_TENANT = 90002
_STATUSES = {429: Reason.RATE_LIMITED, 401: Reason.ACCESS_DENIED, 403: Reason.ACCESS_DENIED}


class MicrosoftTenant(Struct, frozen=True):
    """The tenant of a domain; the look is Absent("AADSTS90002") when Microsoft knows none."""

    tenant_id: str
    """A GUID, lower case: the same for all domains of one administrator."""
    brand: Outcome[str]
    """The name of the organisation, where the tenant tells it to its visitors."""


@probe(reach=Reach.PUBLIC, patience=timedelta(seconds=90))
async def microsoft_tenant(domain: Domain, net: Net) -> Seen[MicrosoftTenant] | Absent | Unknown:
    """Ask Microsoft which tenant a domain was proved to belong to, and what that tenant calls itself."""
    tenant = _tenant(await _asked(net, _OPENID.format(domain.name)))
    if not isinstance(tenant, Seen):
        return tenant
    said = await _asked(net, _FEDERATION.format(domain.name))
    return Seen(MicrosoftTenant(tenant.fact, _brand(said, tenant.fact)))


async def _asked(net: Net, url: str) -> ApiAnswer | Unknown:
    try:
        return await net.ask(ApiQuestion(url, max_bytes=_MOST_BYTES, patience=_PATIENCE))
    except NetTrouble as trouble:
        return Unknown(trouble.reason, trouble.detail)


def _tenant(answer: ApiAnswer | Unknown) -> Outcome[str]:
    if isinstance(answer, Unknown):
        return answer
    said = _object(answer)
    if answer.status in (400, 404) and isinstance(said, Seen):
        codes, text = said.fact.get("error_codes"), str(said.fact.get("error_description", ""))
        if text.startswith(f"AADSTS{_NO_TENANT}:") or codes == [_NO_TENANT]:
            return Absent(f"AADSTS{_NO_TENANT}")
        return Unknown(Reason.SOURCE_FAILED, text.partition(":")[0][:40] or str(answer.status))
    if failure := _failure(answer, said):
        return failure
    issuer = said.fact.get("issuer") if isinstance(said, Seen) else None
    found = _guid_in(issuer) if isinstance(issuer, str) else ""
    return Seen(found) if found else Unknown(Reason.UNPARSED, "no tenant in the issuer")


def _brand(answer: ApiAnswer | Unknown, tenant_id: str) -> Outcome[str]:
    if isinstance(answer, Unknown):
        return answer
    said = _object(answer)
    if failure := _failure(answer, said):
        return failure
    told = said.fact if isinstance(said, Seen) else {}
    if _guid(str(told.get("tenantid", ""))) != tenant_id:
        return Unknown(Reason.UNPARSED, "about another tenant, or none")
    brand = told.get("federationbrandname")
    name = " ".join(brand[: 2 * _LONGEST_BRAND].split()) if isinstance(brand, str) else ""
    return Seen(name[:_LONGEST_BRAND]) if name else Absent("no brand")


def _failure(answer: ApiAnswer, said: Outcome[dict[str, Any]]) -> Unknown | None:
    if answer.status != 200:
        reason = _STATUSES.get(answer.status, Reason.SOURCE_FAILED)
        return Unknown(reason, f"status {answer.status}")
    return said if isinstance(said, Unknown) else None


def _object(answer: ApiAnswer) -> Outcome[dict[str, Any]]:
    """The members of a JSON object, their names in lower case: the services do not agree on letters."""
    if answer.truncated:
        return Unknown(Reason.OVERSIZED)
    try:
        said = msgspec.json.decode(answer.body, type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return Unknown(Reason.MALFORMED, "no JSON object")
    return Seen({name.lower(): value for name, value in said.items()})


def _guid_in(url: str) -> str:
    try:
        first = urlsplit(url[:200]).path.strip("/").partition("/")[0]
    except ValueError:
        return ""
    return _guid(first)


def _guid(text: str) -> str:
    """A GUID in its usual spelling, lower case; empty for anything else."""
    try:
        plain = str(UUID(text)) if len(text) == 36 else ""
    except ValueError:
        return ""
    return plain if plain == text.lower() else ""
