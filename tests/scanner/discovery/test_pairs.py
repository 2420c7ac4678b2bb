"""Every two kinds of evidence, and what they come to: reviewed cell by cell, by the reasons that stand above.

Two make a name likely unless (1) they are one thing said twice; or (2) an imitator, a namesake or a dealer has
both; or (3) one of them is as faint as a link, and the other no proof by itself: so suppliers and partners are met.
What two cannot carry three may, and what two of these carry may be worth less by who else has it: a front
gives out pairs and certificates alike, an agency its counter. Both stand in the tables of strangers and forgotten.
"""

from __future__ import annotations

import pytest

from scanner.assets import Ownership
from scanner.discovery.weights import Piece, piece, weigh

KEPT_UP = -1
KINDS: dict[str, tuple[str, int]] = {
    "like": ("name_holds_brand", 0),  # called like the client
    "rare": ("rare_name", 0),  # holds a word of his that few names hold
    "links": ("links_to_client_site", 0),  # its page links to him
    "phone": ("same_phone", 0),  # his telephone on its page
    "number": ("taxpayer_number_on_page", 0),  # his number on its page
    "kept": ("taxpayer_number_on_page", KEPT_UP),  # his number, on a name paid for again and again
    "counter": ("same_counter", 0),  # his counter in its page
    "widget": ("same_account", 0),  # an account of his in its page
    "namesake": ("certified_for_clients_name", 0),  # certified for a firm that is called like his
    "day": ("registered_together", 0),  # bought on one day, at one registrar
    "holder": ("holder_is_the_client", 0),  # the registry calls the holder as he is called
    "many": ("shares_certificate", 0),  # in a certificate of several
    "past": ("alone_in_certificate_with", 1),  # alone in one with him, long ago
    "alone": ("alone_in_certificate_with", 0),  # alone in one with him
    "tenant": ("same_mail_tenant", 0),  # one tenant of Microsoft 365
    "sitemap": ("in_client_sitemap", 0),  # his site map names it
    "moved": ("client_site_redirects_here", 0),  # his site moved there, or calls it another version
    "accepts": ("accepts_reports_for_it", 0),  # his records accept reports on it by name
    "linked": ("linked_by_client", 0),  # his page links to it, or his records lead there
    "contact": ("client_contact_is_there", 0),  # his reports, contacts or mailboxes are there
    "network": ("in_client_network", 0),  # its address is among the few that he sends from
    "pair": ("same_name_servers", 0),  # the same pair of name servers out of many
    "servers": ("served_by_client_name_server", 0),  # his own name servers answer for it
    "sends": ("sends_through_client", 1),  # it sends from an address of his
    "mail": ("mail_goes_to_client_host", 0),  # its mail, reports or contacts are his to read
    "papers": ("certificate_of_the_client", 0),  # certified for him
    "profile": ("same_profile", 0),  # leads to his page at a social network
    "picture": ("same_icon", 0),  # his picture in the browser's tab
    "app": ("same_app", 0),  # calls his mobile app its own
    "logo": ("shows_client_picture", 0),  # his logo beside its letters
    "loaded": ("loaded_by_client_site", 0),  # his page takes pictures or scripts from it
    "person": ("same_contact_mailbox", 0),  # one person's mailbox in the records of both
    "group": ("holder_known_to_client", 0),  # the registry names the firm of one of his sites
    "machine": (
        "on_client_machine",
        0,
    ),  # does work for him on a machine that is called by his name
    "guest": ("on_client_machine", 1),  # served as itself by such a machine
    "key": ("same_signing_key", 0),  # one key signs the letters of both
    "sender": ("same_mail_account", 0),  # one account of a mail service signs them
    "issuer": ("same_certificate_account", 0),  # one account alone may have both certified
}
"""What each stands for: a code, and what is taken off its points."""
COMES_TO = {".": Ownership.POSSIBLE, "L": Ownership.LIKELY, "C": Ownership.CONFIRMED}
TABLE = """
like      .
rare      . .
links     . . .
phone     . . . .
number    . . . . .
kept      L L . . . .
counter   . . . . . . .
widget    . . . . . . . .
namesake  . . . . . L . . .
day       . L . L L L L L L .
holder    L L L L L L L L L . .
many      . L . L L L L L . L L .
past      . L . L L L L L . L L . .
alone     L L L L L L L L . L L . . .
tenant    L L L L L L L L L L L L L L .
sitemap   . L . L L L L L L L L L L L L .
moved     L L L L L L L L L L L L L L L . .
accepts   L L L L L L L L L L L L L L L L L .
linked    . . . . L L . . . . L . . L L . L L .
contact   . L . L L L L L L L L L L L L L L L . .
network   . . . . . L . . . . L . . L L . L L . . .
pair      . L . L L L L L L L L L L L L L L L . L . .
servers   L L L L L L L L L L L L L L L L L L L L L . .
sends     . L . L L L L L L L L L L L L L L L . L . L L .
mail      L L L L L L L L L L L L L L L L L L L L L L L . .
papers    L L L L L C L L L C C C C C C C C C L C L C C C C .
profile   . . . . . . . . . L L L L L L L L L . L . L L L L L .
picture   . . . . . . . . . . L . . L L . L L . . . . L . L L . .
app       . . . . . . . . . L L L L L L L L L . L . L L L L L . . .
logo      . . . . . . . . . L L L L L L L L L . L . L L L L L . . . .
loaded    . . . . L L . . . . L . . L L . L L . . . . L . L L . . . . .
person    . L . L L L L L L L L L L L L L L L . L . . . L L C L . L L . .
group     L L L L L L L L L . . L L L L L L L L L L L L L L C L L L L L L .
machine   L L L L L L L L L L L L L L L L L L L L . L L L L C L L L L L L L .
guest     . L . L L L L L L L L L L L L L L L . L . L L L L C L . L L . L L . .
key       . L . L L L L L L L L L L L L L L L . L . L L . . C L . L L . L L L L .
sender    . L . L L L L L L L L L L L . L L L . L . L L L L C L . L L . L L L L L .
issuer    . L . L L L L L L L L L L L L L L L . L . L L . . C L . L L . L L L L . L .
"""
"""Each row against itself and every kind above it, in the order of the kinds."""


def told(kind: str) -> Piece:
    """A piece of evidence of that kind."""
    code, less = KINDS[kind]
    return piece(code, {}, settled=less == KEPT_UP, less=max(0, less))


ROWS = [line.split() for line in TABLE.strip().splitlines()]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_what_two_kinds_of_evidence_come_to(row: list[str]):
    """Of one group never more than possible; of two as the table says."""
    kind, *cells = row

    found = [weigh([told(kind), told(other)]) for other in list(KINDS)[: len(cells)]]

    assert found == [COMES_TO[cell] for cell in cells]


def test_the_table_leaves_no_pair_out():
    """A kind that is added is reviewed against all others."""
    assert [row[0] for row in ROWS] == list(KINDS)
    assert [len(row) - 1 for row in ROWS] == list(range(1, len(KINDS) + 1))
