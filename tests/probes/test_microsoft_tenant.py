"""The tenant of a domain: a GUID, Microsoft's own "no such", or nothing known."""

from __future__ import annotations

import asyncio

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as some

from probes.kit.net import ApiAnswer, ApiQuestion, NetTrouble
from probes.kit.observation import Absent, Reason, Seen, Unknown
from probes.kit.target import Domain
from probes.microsoft_tenant import MicrosoftTenant, microsoft_tenant
from tests.probes.paper import PaperNet

OPENID = "https://login.microsoftonline.com/romashka.ru/.well-known/openid-configuration"
FEDERATION = "https://odc.officeapps.live.com/odc/v2.1/federationprovider?domain=romashka.ru"
GUID = "72f988bf-86f1-41af-91ab-2d7cd011db47"
FOUND = {"issuer": f"https://sts.windows.net/{GUID}/", "tenant_region_scope": "EU"}
NONE = {
    "error": "invalid_tenant",
    "error_description": "AADSTS90002: Tenant 'romashka.ru' not found.",
    "error_codes": [90002],
}
NO_BRAND = Absent("no brand")


def said(value, status=200, truncated=False):
    body = value if isinstance(value, bytes) else msgspec.json.encode(value)
    return ApiAnswer(status=status, headers=(), body=body, truncated=truncated)


def look(openid, federation=None):
    paper = {ApiQuestion(OPENID, max_bytes=65_536): openid}
    if federation is not None:
        paper[ApiQuestion(FEDERATION, max_bytes=65_536)] = federation
    net = PaperNet(paper)
    return asyncio.run(microsoft_tenant.look(Domain("romashka.ru"), net)), net


@pytest.mark.parametrize(
    ("issuer", "federation", "brand"),
    [
        (f"https://sts.windows.net/{GUID}/", {"tenantId": GUID, "federationBrandName": " ООО\nРомашка "}, Seen("ООО Ромашка")),
        (f"https://login.microsoftonline.com/{GUID.upper()}/v2.0", {"TenantId": GUID.upper(), "FederationBrandName": "x" * 500}, Seen("x" * 200)),
        (f"https://sts.windows.net/{GUID}/", {"tenantId": GUID, "environment": "Global"}, NO_BRAND),
        (f"https://sts.windows.net/{GUID}/", {"tenantId": GUID, "federationBrandName": None}, NO_BRAND),
        (f"https://sts.windows.net/{GUID}/", {"tenantId": GUID, "federationBrandName": ["x"]}, NO_BRAND),
        (f"https://sts.windows.net/{GUID}/", {"tenantId": GUID[::-1], "federationBrandName": "x"}, Unknown(Reason.UNPARSED, "about another tenant, or none")),
        (f"https://sts.windows.net/{GUID}/", {}, Unknown(Reason.UNPARSED, "about another tenant, or none")),
        (f"https://sts.windows.net/{GUID}/", b"<html>", Unknown(Reason.MALFORMED, "no JSON object")),
    ],
)  # fmt: skip
def test_a_tenant_is_known_by_its_guid(issuer, federation, brand):
    """In one spelling; a brand that cannot be read takes nothing from it."""
    outcome, _ = look(said({**FOUND, "issuer": issuer}), said(federation))

    assert outcome == Seen(MicrosoftTenant(GUID, brand))


def test_the_brand_may_fail_alone():
    """Silence, a quota, an error: the tenant stands."""
    for federation, reason in (
        (None, Reason.TIMEOUT),
        (said(b"", 429), Reason.RATE_LIMITED),
        (said(b"", 503), Reason.SOURCE_FAILED),
        (NetTrouble(Reason.TLS_FAILED), Reason.TLS_FAILED),
        (said({}, truncated=True), Reason.OVERSIZED),
    ):
        outcome, _ = look(said(FOUND), federation)
        assert isinstance(outcome, Seen)
        assert outcome.fact.tenant_id == GUID
        assert isinstance(outcome.fact.brand, Unknown)
        assert outcome.fact.brand.reason is reason


@pytest.mark.parametrize("status", [400, 404])
@pytest.mark.parametrize(
    "answer", [NONE, {"error_codes": [90002]}, {"error_description": "AADSTS90002: no"}]
)
def test_microsofts_own_no_is_an_absence_and_nothing_more_is_asked(status, answer):  # fmt: skip
    outcome, net = look(said(answer, status))

    assert outcome == Absent("AADSTS90002")
    assert len(net.asked) == 1


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (said({"error_description": "AADSTS900021: other"}, 400), Reason.SOURCE_FAILED),
        (said({"error_description": "AADSTS900023: no valid DNS name"}, 400), Reason.SOURCE_FAILED),
        (said({"error_codes": [90002, 1]}, 400), Reason.SOURCE_FAILED),
        (said(NONE, 200), Reason.UNPARSED),
        (said(NONE, 500), Reason.SOURCE_FAILED),
        (said(NONE, 403), Reason.ACCESS_DENIED),
        (said(NONE, 429), Reason.RATE_LIMITED),
        (said(b"<html>not found</html>", 404), Reason.SOURCE_FAILED),
        (said(b"<html>captcha</html>"), Reason.MALFORMED),
        (said([FOUND]), Reason.MALFORMED),
        (said(b""), Reason.MALFORMED),
        (said(b"[" * 60_000), Reason.MALFORMED),
        (said(FOUND, truncated=True), Reason.OVERSIZED),
        (said({}), Reason.UNPARSED),
        (said({"issuer": 7}), Reason.UNPARSED),
        (said({"issuer": "https://sts.windows.net/{tenantid}/"}), Reason.UNPARSED),
        (said({"issuer": f"https://sts.windows.net/x/{GUID}"}), Reason.UNPARSED),
        (said({"issuer": "https://[x"}), Reason.UNPARSED),
        (said({"issuer": "https://sts.windows.net/" + "a" * 36}), Reason.UNPARSED),
        (NetTrouble(Reason.TIMEOUT), Reason.TIMEOUT),
        (NetTrouble(Reason.NOT_ALLOWED), Reason.NOT_ALLOWED),
    ],
)
def test_anything_else_is_not_known(answer, reason):
    """Least of all an absence."""
    outcome, _ = look(answer)

    assert isinstance(outcome, Unknown)
    assert outcome.reason is reason


@given(some.binary(max_size=300), some.sampled_from([200, 400, 404, 500]))
def test_no_answer_is_too_odd_to_be_read(body, status):
    outcome, _ = look(said(body, status), said(body, status))

    assert isinstance(outcome, Unknown)
