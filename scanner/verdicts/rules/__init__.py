"""Every rule, one file each. A new rule is a new file and a line here; a test compares the two."""

from __future__ import annotations

from scanner.assets import Kind
from scanner.verdicts.card import Card
from scanner.verdicts.rules.certificate.expires_soon import expires_soon
from scanner.verdicts.rules.certificate.is_trusted import is_trusted
from scanner.verdicts.rules.certificate.still_served import still_served
from scanner.verdicts.rules.domain.archive import archive
from scanner.verdicts.rules.domain.delegation import delegation
from scanner.verdicts.rules.domain.emptiness import emptiness
from scanner.verdicts.rules.domain.holder import holder
from scanner.verdicts.rules.domain.names_known import names_known
from scanner.verdicts.rules.domain.registration_term import registration_term
from scanner.verdicts.rules.domain.renewal import renewal
from scanner.verdicts.rules.domain.role import role
from scanner.verdicts.rules.domain.service_records import service_records
from scanner.verdicts.rules.domain.signs_of_life import signs_of_life
from scanner.verdicts.rules.domain.takes_mail import takes_mail
from scanner.verdicts.rules.domain.web import web
from scanner.verdicts.rules.domain.zone_open import zone_open
from scanner.verdicts.rules.hosting.behind_front import behind_front
from scanner.verdicts.rules.hosting.may_be_origin import may_be_origin
from scanner.verdicts.rules.hosting.names_missed import names_missed
from scanner.verdicts.rules.hosting.other_ports import other_ports
from scanner.verdicts.rules.hosting.serves_mail import serves_mail
from scanner.verdicts.rules.hosting.serves_names import serves_names
from scanner.verdicts.rules.hosting.serves_parts import serves_parts
from scanner.verdicts.rules.hosting.serves_sites import serves_sites
from scanner.verdicts.rules.hosting.shares_sites import shares_sites
from scanner.verdicts.rules.hosting.whose_it_is import whose_it_is
from scanner.verdicts.rules.licence.engine_in_use import engine_in_use
from scanner.verdicts.rules.mail.declares_no_mail import declares_no_mail
from scanner.verdicts.rules.mail.has_servers import has_servers
from scanner.verdicts.rules.mail.sender_signs import sender_signs
from scanner.verdicts.rules.papers.declared import declared
from scanner.verdicts.rules.papers.disagreement import disagreement
from scanner.verdicts.rules.papers.holder_left import holder_left
from scanner.verdicts.rules.papers.only_in_papers import only_in_papers
from scanner.verdicts.rules.papers.term import term
from scanner.verdicts.rules.papers.term_unsaid import term_unsaid
from scanner.verdicts.rules.posture import POSTURE
from scanner.verdicts.rules.saas.only_traces import only_traces
from scanner.verdicts.rules.saas.vendor_answers import vendor_answers
from scanner.verdicts.rules.site.beyond_home import beyond_home
from scanner.verdicts.rules.site.certificate_trouble import certificate_trouble
from scanner.verdicts.rules.site.dangling_cname import dangling_cname
from scanner.verdicts.rules.site.does_not_answer import does_not_answer
from scanner.verdicts.rules.site.for_work import for_work
from scanner.verdicts.rules.site.internal_address import internal_address
from scanner.verdicts.rules.site.long_unedited import long_unedited
from scanner.verdicts.rules.site.redirects_elsewhere import redirects_elsewhere
from scanner.verdicts.rules.site.role import role as role_of_site
from scanner.verdicts.rules.site.shows_page import shows_page
from scanner.verdicts.rules.site.unknown_host import unknown_host

RULES: tuple[Card, ...] = (
    shows_page,
    redirects_elsewhere,
    does_not_answer,
    beyond_home,
    role_of_site,
    unknown_host,
    long_unedited,
    for_work,
    internal_address,
    dangling_cname,
    certificate_trouble,
    declares_no_mail,
    has_servers,
    sender_signs,
    still_served,
    expires_soon,
    is_trusted,
    behind_front,
    may_be_origin,
    serves_sites,
    shares_sites,
    serves_mail,
    serves_names,
    names_missed,
    serves_parts,
    other_ports,
    whose_it_is,
    registration_term,
    delegation,
    web,
    takes_mail,
    role,
    emptiness,
    service_records,
    signs_of_life,
    names_known,
    renewal,
    holder,
    zone_open,
    archive,
    vendor_answers,
    only_traces,
    engine_in_use,
    only_in_papers,
    declared,
    holder_left,
    term,
    term_unsaid,
    disagreement,
    *POSTURE,
)
"""In the order in which their findings are told."""


def rules_for(kind: Kind) -> tuple[Card, ...]:
    """Return the rules that judge a kind."""
    return tuple(card for card in RULES if kind in card.kinds)
