"""Values in answers that two names may share: counters, tokens, taxpayer numbers, tenants, a day of registration."""

from __future__ import annotations

from collections.abc import Iterator

from probes.dns_records import DnsRecords
from probes.kit.near_icon import Favicon
from probes.kit.observation import AnyObservation, Seen
from probes.legal_pages import LegalPages
from probes.mail_policy import MailPolicy
from probes.microsoft_tenant import MicrosoftTenant
from probes.registration import Registration
from probes.site_files import SiteFiles
from probes.website import Website
from scanner.discovery.lead import name_in
from scanner.discovery.mark import Mark
from scanner.discovery.page_marks import in_files, of_icon, on_legal_pages, on_pages
from scanner.discovery.record_marks import in_mail_policy, in_records, in_registration
from scanner.discovery.scope import registered


def marks_in(observation: AnyObservation) -> Iterator[Mark]:
    """Yield the marks that an answer bears, some more than once."""
    match observation.outcome:
        case Seen(Website() as site):
            yield from on_pages(registered(name_in(observation.target)), site)
        case Seen(LegalPages() as said):
            yield from on_legal_pages(said)
        case Seen(DnsRecords() as records):
            yield from in_records(records)
        case Seen(SiteFiles() as files):
            yield from in_files(files)
        case Seen(Favicon() as icon):
            yield from of_icon(icon, registered(name_in(observation.target)))
        case Seen(MailPolicy() as policy):
            yield from in_mail_policy(policy, registered(name_in(observation.target)))
        case Seen(MicrosoftTenant() as tenant):
            yield Mark("same_mail_tenant", "microsoft", tenant.tenant_id)
        case Seen(Registration() as registration):
            yield from in_registration(registration)
