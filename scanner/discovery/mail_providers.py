"""Who runs a mail host, by its name: a tenant's service, or the default of a web hoster.

The tenant services' names are those their set-up pages give, cross-read with projectdiscovery/
nuclei-templates and marsilid/suveren (2026-11). Names match whole labels from the right.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache

from msgspec import Struct

from probes.kit.providers import provider_of_name


class MailService(StrEnum):
    """What an MX pointing there says."""

    TENANT = "tenant"  # somebody set up an account for this domain
    HOSTER_DEFAULT = "hoster_default"  # hosters write it into every new zone: says nothing


class MailProvider(Struct, frozen=True):
    """A mail service by the names it asks its customers to publish."""

    key: str
    """As in the probes' provider data where they know the provider."""
    name: str
    service: MailService
    mx: tuple[str, ...]
    spf: tuple[str, ...] = ()
    dkim: tuple[str, ...] = ()


_TENANT = MailService.TENANT
TENANT_SERVICES = (
    MailProvider("yandex", "Яндекс 360", _TENANT, ("mx.yandex.net", "mx.yandex.ru"),
                 ("_spf.yandex.net", "_spf.yandex.ru"), ("mail",)),
    MailProvider("vk", "VK WorkSpace", _TENANT, ("emx.mail.ru", "mx.mail.ru"),
                 ("_spf.mail.ru", "_spf.vkteam.ru"), ("mailru",)),
    MailProvider("google", "Google Workspace", _TENANT,
                 ("aspmx.l.google.com", "smtp.google.com", "googlemail.com"),
                 ("_spf.google.com",), ("google",)),
    MailProvider("microsoft", "Microsoft 365", _TENANT,
                 ("mail.protection.outlook.com", "mx.microsoft"),
                 ("spf.protection.outlook.com",), ("selector1", "selector2")),
    MailProvider("zoho", "Zoho Mail", _TENANT, ("zoho.com", "zoho.eu", "zohomail.com"),
                 ("zoho.com", "zoho.eu", "zohomail.com"), ("zoho",)),
    MailProvider("proton", "Proton Mail", _TENANT, ("protonmail.ch",), ("_spf.protonmail.ch",),
                 ("protonmail", "protonmail2", "protonmail3")),
    MailProvider("fastmail", "Fastmail", _TENANT, ("messagingengine.com",),
                 ("spf.messagingengine.com",), ("fm1", "fm2", "fm3")),
)  # fmt: skip


@lru_cache(maxsize=1_024)
def mail_provider_of(mx_host: str) -> MailProvider | None:
    """Return who runs a mail host; None for hosts we do not know.

    A host under a web hoster's own name is that hoster's default.
    """
    for service in TENANT_SERVICES:
        if lies_under_any(mx_host, service.mx):
            return service
    hoster = provider_of_name(mx_host)
    if hoster and "hosting" in hoster.kinds:
        return MailProvider(hoster.key, hoster.name, MailService.HOSTER_DEFAULT, hoster.names)
    return None


def lies_under_any(name: str, suffixes: Iterable[str]) -> bool:
    """Say whether a name is one of the suffixes or lies below one, label by label."""
    return any(name == suffix or name.endswith(f".{suffix}") for suffix in suffixes)
