"""Rules on how well a thing is kept: what may break, be forged or be taken over. None speaks of its use."""

from __future__ import annotations

from scanner.verdicts.card import Card
from scanner.verdicts.rules.posture.certificates import certificates
from scanner.verdicts.rules.posture.dmarc import dmarc
from scanner.verdicts.rules.posture.dnssec import dnssec
from scanner.verdicts.rules.posture.encryption import encryption
from scanner.verdicts.rules.posture.issuers import issuers
from scanner.verdicts.rules.posture.mail_encryption import mail_encryption
from scanner.verdicts.rules.posture.mail_exchangers import mail_exchangers
from scanner.verdicts.rules.posture.name_servers import name_servers
from scanner.verdicts.rules.posture.pages import pages
from scanner.verdicts.rules.posture.reach import reach
from scanner.verdicts.rules.posture.sender_policy import sender_policy
from scanner.verdicts.rules.posture.signing_keys import signing_keys
from scanner.verdicts.rules.posture.takeover_mail import takeover_mail
from scanner.verdicts.rules.posture.takeover_site import takeover_site
from scanner.verdicts.rules.posture.takeover_zone import takeover_zone
from scanner.verdicts.rules.posture.web import web

POSTURE: tuple[Card, ...] = (
    takeover_zone,
    takeover_mail,
    takeover_site,
    name_servers,
    dnssec,
    issuers,
    reach,
    mail_exchangers,
    sender_policy,
    signing_keys,
    dmarc,
    mail_encryption,
    web,
    pages,
    encryption,
    certificates,
)
"""In the order in which their findings are told: what may be taken over first."""
