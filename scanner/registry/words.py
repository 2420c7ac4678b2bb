"""The registry's own vocabulary (the README's glossary explains the words)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from scanner.assets import Kind


class ObjectType(StrEnum):
    """What an object is for the people who renew it."""

    DOMAIN = "domain"
    SUBDOMAIN = "subdomain"
    DNS_ZONE = "dns_zone"
    HOSTING = "hosting"
    SERVER = "server"
    SITE = "site"
    MAIL = "mail"
    CERTIFICATE = "certificate"
    CMS_LICENCE = "cms_licence"
    LICENCE_KEY = "licence_key"
    MARKETPLACE_SUB = "marketplace_sub"
    SAAS_SUB = "saas_sub"
    BACKUP_HOSTING = "backup_hosting"
    CLOUD_STORAGE = "cloud_storage"
    CDN = "cdn"
    PHONE_NUMBER = "phone_number"
    REPOSITORY = "repository"
    ACCOUNT = "account"
    OTHER = "other"


DEFAULT_TYPES: Mapping[Kind, ObjectType] = {
    Kind.DOMAIN: ObjectType.DOMAIN,
    Kind.SITE: ObjectType.SITE,
    Kind.HOSTING: ObjectType.HOSTING,
    Kind.MAIL: ObjectType.MAIL,
    Kind.CERTIFICATE: ObjectType.CERTIFICATE,
    Kind.SAAS: ObjectType.SAAS_SUB,
    Kind.LICENCE: ObjectType.CMS_LICENCE,
    Kind.ACCOUNT: ObjectType.ACCOUNT,
    Kind.OTHER: ObjectType.OTHER,
}
"""The type a newly met asset gets; a person can change it."""


class Lifecycle(StrEnum):
    """Where a thing stands in its life; never our opinion of it and never the client's decision."""

    DISCOVERED = "discovered"
    IN_REVIEW = "in_review"
    IN_USE = "in_use"
    UNUSED_CONFIRMED = "unused_confirmed"
    OFF_SCHEDULED = "off_scheduled"
    OFF = "off"
    DELETED = "deleted"
    NOT_OURS = "not_ours"
    TRANSFERRED = "transferred"
    LOST = "lost"
    ARCHIVED = "archived"


GONE = frozenset(
    {
        Lifecycle.DELETED,
        Lifecycle.NOT_OURS,
        Lifecycle.TRANSFERRED,
        Lifecycle.LOST,
        Lifecycle.ARCHIVED,
    }
)
"""What nobody renews any more."""


class Decision(StrEnum):
    """What the client decided on our proposal."""

    APPROVED = "approved"
    REJECTED = "rejected"
    DEFERRED = "deferred"
    ASK = "ask"


class Origin(StrEnum):
    """How a value is known."""

    DECLARED = "declared"  # the client's papers say so
    OBSERVED = "observed"  # an authority or a server said so
    INFERRED = "inferred"  # we concluded it
    CONFIRMED = "confirmed"  # a person said so; no machine overwrites it


class Holder(StrEnum):
    """Whose an account is; the words of the design's table."""

    AGENCY = "agency"
    CLIENT = "client"
    EX_EMPLOYEE = "ex_employee"
    UNKNOWN = "unknown"


class Access(StrEnum):
    """Who can get into an account."""

    OURS = "ours"
    CLIENT = "client"
    LOST = "lost"
    UNKNOWN = "unknown"


class Sending(StrEnum):
    """How far one message or one outside change has got."""

    PLANNED = "planned"
    CLAIMED = "claimed"
    SENT = "sent"
    FAILED = "failed"  # refused for good: a person must look
    UNKNOWN = "unknown"  # nobody knows whether it arrived: look before trying again
    SUPERSEDED = "superseded"
