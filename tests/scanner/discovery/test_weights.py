"""What evidence comes to: groups, points, and what an imitator can bring about alone."""

from __future__ import annotations

import pytest

from scanner.assets import Ownership
from scanner.discovery.weights import WEIGHTS, piece, weigh, worth

CONFIRMED, LIKELY, POSSIBLE = Ownership.CONFIRMED, Ownership.LIKELY, Ownership.POSSIBLE


@pytest.mark.parametrize(
    ("codes", "comes_to"),
    [
        ((), POSSIBLE),
        (("typed_by_consultant",), CONFIRMED),
        (("typed_by_consultant", "another_taxpayer_number_on_page"), CONFIRMED),
        (("declared_in_paper",), LIKELY),
        (("declared_in_paper", "holder_is_the_client"), CONFIRMED),
        (("declared_in_paper", "another_taxpayer_number_on_page"), LIKELY),
        (("holder_inn_is_the_clients",), POSSIBLE),
        (("holder_inn_is_the_clients", "alone_in_certificate_with"), CONFIRMED),
        (("alone_in_certificate_with", "client_site_redirects_here"), LIKELY),
        (("shares_certificate", "registered_together"), LIKELY),
        (("shares_certificate", "linked_by_client"), POSSIBLE),
        (("linked_by_client", "taxpayer_number_on_page"), LIKELY),
        (("linked_by_client", "same_counter"), POSSIBLE),
        (("name_holds_brand", "alone_in_certificate_with"), LIKELY),
        (("name_holds_brand", "shares_certificate"), POSSIBLE),
        (("name_holds_brand", "linked_by_client", "same_counter"), POSSIBLE),
        (("name_holds_brand", "same_mail_tenant"), LIKELY),
        (("mail_goes_to_client_host", "redirects_to_client_site"), LIKELY),
        (("exported_from_account",), CONFIRMED),
        (("exported_from_account", "another_taxpayer_number_on_page"), CONFIRMED),
        (("linked_by_client", "client_zone_mailbox", "mail_domain_on_client_site"), POSSIBLE),
        (("client_reports_go_there", "takes_client_reports"), POSSIBLE),
        (("shares_certificate", "linked_by_client", "links_to_client_site"), POSSIBLE),
        (("shares_certificate", "same_name_servers"), LIKELY),
        (("registered_together", "same_report_mailbox"), LIKELY),
        (("name_holds_brand", "tenant_bears_client_name"), POSSIBLE),
        (("shares_certificate", "registered_together", "another_firm_on_page"), POSSIBLE),
    ],
)
def test_two_groups_make_likely_and_a_legal_identity_confirms(
    codes: tuple[str, ...], comes_to: Ownership
):
    """A person confirms, a paper needs one more group; a like name counts for little."""
    assert weigh([piece(code, {}) for code in codes]) is comes_to


def test_what_was_kept_up_for_years_is_no_imitators():
    """His trade is done before a name is paid for again."""
    number = piece("taxpayer_number_on_page", {}, settled=True)

    assert weigh([number, piece("name_holds_brand", {})]) is LIKELY
    assert weigh([number]) is POSSIBLE


def test_the_same_said_twice_counts_once():
    """Certificates and the registry's word are two groups, three signs in certificates are one."""
    certificates = [piece("alone_in_certificate_with", {}), piece("shares_certificate", {})]

    assert weigh(certificates) is POSSIBLE
    assert worth(certificates) == 3


def test_what_is_proved_other_firms_as_well_says_nothing():
    """An agency's customers share its counter, its certificate and, by chance, a day of registration."""
    crowd = [piece(code, {}, crowded=True) for code in ("same_counter", "shares_certificate")]

    assert worth(crowd) == 0
    assert weigh([*crowd, piece("registered_together", {})]) is POSSIBLE


def test_whatever_an_imitator_can_bring_about_alone_makes_nothing_likely():
    """A name like his, pointed at his machine or to a mirror of his page; a firm, certified, that is called so."""
    alone = [piece(code, {}) for code, weight in WEIGHTS.items() if weight.imitable]

    assert worth(alone) == 3 + 3 + 2 + 2 + 2 + 1
    assert weigh(alone) is POSSIBLE
    assert weigh([*alone, piece("linked_by_client", {})]) is LIKELY
    assert weigh([piece("same_counter", {}), piece("linked_by_client", {})]) is POSSIBLE


@pytest.mark.parametrize(
    ("strangers", "points"), [(0, 2), (5, 2), (6, 1), (25, 1), (26, 0), (1000, 0)]
)
def test_what_many_strangers_share_weighs_less(strangers: int, points: int):
    """An agency's counter, a builder's telephone number."""
    assert piece("same_counter", {}, strangers=strangers).points == points


def test_another_firms_number_speaks_against():
    """What two groups would make likely is a question again."""
    for_it = [piece("shares_certificate", {}), piece("client_site_redirects_here", {})]

    assert weigh(for_it) is LIKELY
    assert weigh([*for_it, piece("another_taxpayer_number_on_page", {})]) is POSSIBLE


def test_what_a_likely_name_says_weighs_a_point_less():
    """Certificates of two names that are themselves only likely do not carry a third."""
    chain = [piece(code, {}, less=1) for code in ("shares_certificate", "registered_together")]

    assert weigh(chain) is POSSIBLE
