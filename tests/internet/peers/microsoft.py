"""What Microsoft tells anybody about the tenant of a domain: OpenID configuration and federation provider.

`login.microsoftonline.com/DOMAIN/.well-known/openid-configuration` (and `/v2.0/…`): the tenant's GUID stands in
`issuer` and in every endpoint; a domain without a tenant is a 400 with AADSTS90002.
`odc.officeapps.live.com/odc/v2.1/federationprovider?domain=DOMAIN`: the GUID as `tenantId`; for a domain without
a tenant it knows no provider.
"""

from __future__ import annotations

from tests.internet.peers.web import Request, Response, as_json
from tests.internet.population import Population

WELL_KNOWN = "/.well-known/openid-configuration"


class Microsoft:
    """Answers for both hosts."""

    LOGIN = "login.microsoftonline.com"
    OFFICE = "odc.officeapps.live.com"

    def __init__(self, world: Population) -> None:
        """Keep the world."""
        self.world = world

    async def login(self, request: Request) -> Response:
        """The OpenID configuration of a domain's tenant."""
        if not request.path.endswith(WELL_KNOWN):
            return Response(b"<html><body>Not Found</body></html>", 404)
        name = request.path.removesuffix(WELL_KNOWN).removesuffix("/v2.0").strip("/")
        tenant = self._tenant(name)
        if not tenant:
            return as_json(_no_tenant(name), 400)
        base = f"https://{self.LOGIN}/{tenant}"
        return as_json(
            {
                "token_endpoint": f"{base}/oauth2/token",
                "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
                "jwks_uri": f"https://{self.LOGIN}/common/discovery/keys",
                "response_modes_supported": ["query", "fragment", "form_post"],
                "subject_types_supported": ["pairwise"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "issuer": f"https://sts.windows.net/{tenant}/",
                "authorization_endpoint": f"{base}/oauth2/authorize",
                "device_authorization_endpoint": f"{base}/oauth2/devicecode",
                "end_session_endpoint": f"{base}/oauth2/logout",
                "userinfo_endpoint": f"https://{self.LOGIN}/{tenant}/openid/userinfo",
                "tenant_region_scope": "EU",
                "cloud_instance_name": "microsoftonline.com",
                "cloud_graph_host_name": "graph.windows.net",
                "msgraph_host": "graph.microsoft.com",
                "rbac_url": "https://pas.windows.net",
            }
        )

    async def office(self, request: Request) -> Response:
        """The federation provider of a domain."""
        if not request.path.startswith("/odc/v2.1/federationprovider"):
            return Response(b"", 404)
        tenant = self._tenant(request.query.get("domain", ""))
        if not tenant:
            return as_json({"environment": "", "configProviderName": "", "tenantId": None})
        return as_json(
            {
                "environment": "Global",
                "configProviderName": "microsoftonline.com",
                "tenantId": tenant,
                "authority_host": self.LOGIN,
                "graph": "https://graph.windows.net",
            }
        )

    def _tenant(self, name: str) -> str:
        domain = self.world.domains.get(name.lower().rstrip("."))
        return domain.tenant if domain else ""


def _no_tenant(name: str) -> dict[str, object]:
    said = (
        f"AADSTS90002: Tenant '{name}' not found. Check to make sure you have the correct tenant ID "
        "and are signing into the correct cloud. Check with your subscription administrator, this may "
        "happen if there are no active subscriptions for the tenant."
    )
    return {
        "error": "invalid_tenant",
        "error_description": said,
        "error_codes": [90002],
        "timestamp": "2026-11-20 08:00:00Z",
        "trace_id": "5b1f9a6e-3c0d-4c52-9f0e-7f5a2c8e0100",
        "correlation_id": "1d0c3e52-95b1-4f6b-8a5e-0d3f5a7c9e11",
        "error_uri": "https://login.microsoftonline.com/error?code=90002",
    }
