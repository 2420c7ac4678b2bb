"""What each piece of evidence on a name's owner weighs, and what all of it comes to.

Pieces of one group depend on each other, so only the strongest of a group counts. And an imitator
takes a name like the client's, copies his page with its counters and taxpayer number, and redirects
visitors to him: all of that alone makes nothing likely. (He could also enter the client's servers into
his own records, but gains nothing: then his mail and his reports are the client's to read.)
(Groups after facts on attribution; the points are priors: 3 strong, 2 middling, 1 weak.)
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from scanner.assets import Ownership, OwnershipReason

STRONG, MIDDLING, WEAK = 3, 2, 1
ENOUGH = 4
"""Points, from two groups at least, that make a name likely the client's."""
FEW, MANY = 5, 25
"""Strangers who share a value: up to so many it keeps its weight, beyond so many it has none."""


class Weight(Struct, frozen=True):
    """What a code weighs."""

    group: str
    points: int
    imitable: bool = False
    """True where it is an imitator's trade."""
    shared: bool = False
    """True for values that strangers share, too: the more of them do, the less it weighs."""


_PAGE = "page"
_TAGS = "tags"
"""Counters, widgets, proofs and icons, which lie in a page's code. Whose the page is its text says, and neither
follows from the other: dealers carry the client's counter, and print a number of their own."""
_RECORDS = "records"
_CLIENT_SITE = "client_site"
_CLIENT_RECORDS = "client_records"
RELIED_ON = "relied_on"
"""What the client's pages and records say of his suppliers, too: his agency is linked in the footer, answers
for his zone and reads his reports, all of it for one reason."""
LINKED = "linked_by_client"
"""The agency that the client's footer names shows its own counter on his pages, and dealers and newspapers to which
he links show his: where nothing else leads to a name, what lies in its code is worth no more than its text."""
_FAINT = frozenset({LINKED, "loaded_by_client_site", "allowed_by_client_site"})
AGAINST = "against"
"""The group of reasons that speak against the client; its points are taken off."""
CONFIRMING = frozenset({"person", "account"})
"""Groups of which one is enough: a person's word, and what lists the client's own account."""

WEIGHTS = {
    "typed_by_consultant": Weight("person", STRONG),
    "listed_in_file": Weight("person", STRONG),
    "confirmed_by_person": Weight("person", STRONG),
    "exported_from_account": Weight("account", STRONG),
    "declared_in_paper": Weight("papers", STRONG),
    "name_holds_brand": Weight("name", WEAK, imitable=True),
    "rare_name": Weight("name", MIDDLING, imitable=True),
    "host_below_it_was_named": Weight("name", 0),
    # The registry's word on the holder.
    "holder_inn_is_the_clients": Weight("legal_id", STRONG),
    "holder_is_the_client": Weight("registry", STRONG),
    "holder_known_to_client": Weight("registry", STRONG),
    "same_registrant": Weight("registry", MIDDLING),
    # Firms of one name are many: found by the name alone, it is as good as a name.
    "once_registered_to_clients_name": Weight("registry", MIDDLING, imitable=True),
    "certified_for_clients_name": Weight("cert", MIDDLING, imitable=True),
    "registered_together": Weight("registry", MIDDLING, shared=True),
    # Who has a certificate for both names controls both.
    "certificate_of_the_client": Weight("legal_id", STRONG),
    "alone_in_certificate_with": Weight("cert", STRONG),
    "shares_certificate": Weight("cert", MIDDLING),
    "same_mail_tenant": Weight("tenant", STRONG),
    "same_mail_account": Weight("tenant", MIDDLING, shared=True),
    "tenant_bears_client_name": Weight("tenant", MIDDLING, imitable=True),
    # What the client's own sites and records say.
    "client_site_redirects_here": Weight(_CLIENT_SITE, STRONG),
    "version_of_client_site": Weight(_CLIENT_SITE, STRONG),
    "in_client_sitemap": Weight(_CLIENT_SITE, MIDDLING),
    "accepts_reports_for_it": Weight(_CLIENT_RECORDS, STRONG),
    # A supplier of his is named so, too.
    "in_client_security_txt": Weight(RELIED_ON, MIDDLING),
    "mail_domain_on_client_site": Weight(RELIED_ON, MIDDLING),
    LINKED: Weight(RELIED_ON, WEAK),
    "allowed_by_client_site": Weight(RELIED_ON, WEAK),
    "loaded_by_client_site": Weight(RELIED_ON, WEAK),
    "client_zone_mailbox": Weight(RELIED_ON, MIDDLING),
    "client_reports_go_there": Weight(RELIED_ON, MIDDLING),
    "takes_client_reports": Weight(RELIED_ON, MIDDLING),
    "client_contact_is_there": Weight(RELIED_ON, MIDDLING),
    "client_mail_goes_there": Weight(RELIED_ON, WEAK),
    "client_served_from_there": Weight(RELIED_ON, WEAK),
    "client_sends_through_it": Weight(RELIED_ON, MIDDLING),
    "client_address_named_so": Weight(RELIED_ON, WEAK),
    "beside_client_address": Weight(RELIED_ON, WEAK),
    # The zone lies on the client's own name servers, which its owner cannot make them answer for.
    "served_by_client_name_server": Weight("dns", STRONG),
    "same_name_servers": Weight("dns", MIDDLING, shared=True),
    # One who looks after names may do so for several firms, and in an account of his own.
    "same_contact_mailbox": Weight("dns", MIDDLING, shared=True),
    # Whoever points his name at the client's machine shows the client's pages.
    "in_client_network": Weight("network", WEAK, imitable=True),
    "on_client_machine": Weight("network", STRONG),
    # What its own records and pages say of the client.
    "mail_goes_to_client_host": Weight(_RECORDS, STRONG),
    "zone_mailbox_at_client": Weight(_RECORDS, STRONG),
    "reports_go_to_client": Weight(_RECORDS, STRONG),
    "contact_at_client": Weight(_RECORDS, STRONG),
    "served_from_client_host": Weight(_RECORDS, STRONG),
    "sends_through_client": Weight(_RECORDS, STRONG, shared=True),
    "same_report_mailbox": Weight(_RECORDS, STRONG, shared=True),
    "same_proof_token": Weight(_RECORDS, STRONG, shared=True),
    # A hoster, or an agency, may do for all its customers with one of these.
    "same_signing_key": Weight(_RECORDS, MIDDLING, shared=True),
    "same_certificate_account": Weight(_RECORDS, MIDDLING, shared=True),
    "taxpayer_number_on_page": Weight(_PAGE, STRONG, imitable=True),
    "same_site_proof": Weight(_TAGS, STRONG, imitable=True, shared=True),
    "same_account": Weight(_TAGS, STRONG, imitable=True, shared=True),
    "same_app": Weight(_TAGS, STRONG, imitable=True, shared=True),
    "same_counter": Weight(_TAGS, MIDDLING, imitable=True, shared=True),
    "legal_name_on_page": Weight(_PAGE, MIDDLING, imitable=True),
    "same_mailbox": Weight(_PAGE, MIDDLING, imitable=True, shared=True),
    "same_phone": Weight(_PAGE, MIDDLING, imitable=True, shared=True),
    "same_profile": Weight(_PAGE, MIDDLING, imitable=True, shared=True),
    "shows_client_picture": Weight(_PAGE, MIDDLING, imitable=True),
    "client_mail_on_page": Weight(_PAGE, MIDDLING, imitable=True),
    # Builders and hosters have pictures of their own.
    "same_icon": Weight(_TAGS, WEAK, imitable=True, shared=True),
    "redirects_to_client_site": Weight(_PAGE, MIDDLING, imitable=True),
    "calls_itself_client_site": Weight(_PAGE, MIDDLING, imitable=True),
    "links_to_client_site": Weight(_PAGE, WEAK, imitable=True),
    # Against.
    "holder_is_another_organisation": Weight(AGAINST, WEAK),
    "another_firm_on_page": Weight(AGAINST, WEAK),
    "made_client_site": Weight(AGAINST, MIDDLING),
    "another_taxpayer_number_on_page": Weight(AGAINST, STRONG),
}


class Piece(Struct, frozen=True, gc=False):
    """A reason, and what is left of its weight."""

    reason: OwnershipReason
    points: int
    settled: bool = False
    """It stands on a name that was kept up longer than an imitator keeps one."""
    pointed: bool = False
    """It comes about when somebody points his name at the client's machine, which shows its own page to any name."""

    @property
    def imitable(self) -> bool:
        """Say whether an imitator alone can bring it about."""
        return (WEIGHTS[self.reason.code].imitable or self.pointed) and not self.settled


def piece(
    code: str,
    params: dict[str, str | int | float | bool | list[str]],
    evidence: tuple[str, ...] = (),
    *,
    strangers: int = 0,
    less: int = 0,
    crowded: bool = False,
    settled: bool = False,
    pointed: bool = False,
) -> Piece:
    """Weigh one reason.

    `strangers` is how many others show the same value: one that is shared counts for less the more
    there are. `less` is what is taken off because those who vouch for it are themselves only likely the
    client's; something is always left, and what tells more than usual has something added. What is `crowded` is proved to be other firms' as well, and
    says nothing.
    """
    weight = WEIGHTS[code]
    points = max(min(weight.points, WEAK), weight.points - less)
    if weight.shared and strangers > FEW:
        points = 0 if strangers > MANY else min(points, WEAK)
    points = 0 if crowded else points
    return Piece(OwnershipReason(code, weight.group, params, evidence), points, settled, pointed)


def weigh(pieces: Iterable[Piece]) -> Ownership:
    """Say how sure the client's owning a name is; `foreign` only a person says.

    A person's word confirms, and so does an export of the client's own account. A paper makes likely, and
    is confirmed by any other group. Two groups of four points together, not all of it an imitator's, make
    likely; many faint ones do not add up to that, and a page with its code was copied at once. A legal
    identity among them confirms. Where another firm's number stands, or is registered, what its page shows
    beside it counts for nothing: partners, dealers and an agency's customers have all of that.
    """
    pieces = tuple(pieces)
    best = _best(pieces)
    sound = _best(one for one in pieces if not one.imitable)
    against = sum(one.points for one in pieces if one.reason.group == AGAINST)
    if not best.keys().isdisjoint(CONFIRMING):
        return Ownership.CONFIRMED
    total = sum((sound if against >= STRONG else best).values()) - against
    if "papers" in best:
        return Ownership.CONFIRMED if len(sound) > 1 and total >= ENOUGH else Ownership.LIKELY
    two = sum(sorted(best.values())[-2:])
    if len(best) < 2 or best.keys() == {_PAGE, _TAGS} or min(two, total) < ENOUGH or not sound:
        return Ownership.POSSIBLE
    if "legal_id" in sound and len(sound) > 1 and total > ENOUGH and not against:
        return Ownership.CONFIRMED
    return Ownership.LIKELY


def worth(pieces: Iterable[Piece]) -> int:
    """Return the points of all groups together, those against it taken off."""
    pieces = tuple(pieces)
    against = sum(one.points for one in pieces if one.reason.group == AGAINST)
    return sum(_best(pieces).values()) - against


def standing(pieces: Iterable[Piece]) -> int:
    """Return the points by which a likely name may stand for others: a page copied with its code is one."""
    pieces = tuple(pieces)
    copied = _best(one for one in pieces if one.imitable)
    return worth(pieces) - min(copied.get(_PAGE, 0), copied.get(_TAGS, 0))


def _best(pieces: Iterable[Piece]) -> dict[str, int]:
    """Return the strongest piece of every group that speaks for the client.

    A name like his counts only beside something that partners and namesakes have not.
    """
    best: dict[str, int] = {}
    sound: dict[str, int] = {}
    linked = False
    for one in pieces:
        group = one.reason.group
        if one.points and group != AGAINST:
            best[group] = max(one.points, best.get(group, 0))
            linked |= one.reason.code in _FAINT
            if not one.imitable:
                sound[group] = max(one.points, sound.get(group, 0))
    if max(sound.values(), default=0) < MIDDLING:
        best.pop("name", None)
    if linked and sound.keys() == {RELIED_ON} and _TAGS in best:
        best[_TAGS] = min(best[_TAGS], best.get(_PAGE, WEAK), MIDDLING)
    return best
