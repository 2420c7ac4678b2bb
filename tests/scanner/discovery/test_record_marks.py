"""What records and a registration bear that another's may bear: an account's own, never a service's."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from probes.dns_records import CertificateAuthorityRule, StartOfAuthority
from probes.kit.dkim import DkimKey
from probes.kit.observation import Seen
from probes.kit.target import Domain
from probes.mail_policy import SignerKey
from scanner.discovery.record_marks import in_mail_policy, in_records
from tests.scanner.discovery.world import World

RSA = DkimKey("rsa", 2048)
OURS = "https://acme.example.org/acct/71"


def fact(probe: str, **changes: Any) -> Any:
    """What a plain domain says, changed."""
    seen = World().domain("d.ru").looks()._newest[probe, Domain("d.ru")].outcome
    assert isinstance(seen, Seen)
    return replace(seen.fact, **changes)


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"soa": Seen(StartOfAuthority("ns1.h.ru", "ivan@mail.ru", 1))}, ("same_contact_mailbox", "ivan@mail.ru")),
        ({"soa": Seen(StartOfAuthority("ns1.h.ru", "hostmaster@h.ru", 1))}, None),
        ({"caa": Seen((CertificateAuthorityRule("issue", f"letsencrypt.org; accounturi={OURS}"),))},
         ("same_certificate_account", OURS)),
        ({"caa": Seen((CertificateAuthorityRule("issue", "letsencrypt.org"),))}, None),
        ({"caa": Seen((CertificateAuthorityRule("iodef", "mailto:ivan@mail.ru"),))},
         ("same_contact_mailbox", "ivan@mail.ru")),
        ({"caa": Seen((CertificateAuthorityRule("iodef", "mailto:abuse@h.ru"),))}, None),
    ],
)  # fmt: skip
def test_what_an_apex_bears(changes: dict[str, Any], found: tuple[str, str] | None):
    """A person's mailbox and an account; a hoster's address is everybody's there."""
    marks = [(one.code, one.value) for one in in_records(fact("dns_records", **changes))]

    assert marks == ([found] if found else [])


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"dmarc": Seen("v=DMARC1; rua=mailto:c4471@in.reports.example.org")}, "same_report_mailbox"),
        ({"dmarc": Seen("v=DMARC1; rua=mailto:d@c4471.reports.example.org")}, "same_report_mailbox"),
        ({"tls_rpt": Seen("v=TLSRPTv1; rua=mailto:t4471@reports.example.org")}, "same_report_mailbox"),
        ({"dmarc": Seen("v=DMARC1; rua=mailto:ivan@mail.ru")}, "same_contact_mailbox"),
        ({"dmarc": Seen("v=DMARC1; rua=mailto:dmarc@reports.example.org")}, None),
        ({"dmarc": Seen("v=DMARC1; rua=mailto:dmarc1@d.ru")}, None),
        ({"dkim_keys": (SignerKey("mail", RSA, "5f3c"),)}, "same_signing_key"),
        ({"dkim_keys": (SignerKey("us", RSA, "5f3c"),)}, None),
        ({"dkim_keys": (SignerKey("mail", DkimKey("rsa", 0), "5f3c"),)}, None),
        ({"dkim_keys": (SignerKey("s1", RSA, "5f3c", "s1.domainkey.u1234567.wl1.example.net"),)}, "same_mail_account"),
        ({"dkim_keys": (SignerKey("k1", RSA, "5f3c", "dkim.mailer.example.net"),)}, None),
        ({"dkim_keys": (SignerKey("selector1", RSA, "5f3c", "a-ru._domainkey.rmsh.onmicrosoft.com"),)},
         "same_mail_tenant"),
    ],
)  # fmt: skip
def test_what_mail_bears(changes: dict[str, Any], found: str | None):
    """One customer's mailbox, key or account; never what a service gives to all of its customers."""
    policy = fact("mail_policy", **changes)

    assert [one.code for one in in_mail_policy(policy, "d.ru")] == ([found] if found else [])
