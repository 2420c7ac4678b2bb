"""What a sign is: a name, a text or a number somewhere, and what meeting it speaks for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Literal

from msgspec import Struct

Signal = Literal[
    "txt", "txt_name", "spf", "mx", "dkim", "cname", "ns", "soa", "ptr", "asn", "a_net",
    "registrar", "issuer",
    "cookie", "header", "meta", "js", "title", "body", "redirect", "status",
]  # fmt: skip
"""Where it is met; the second line is of records, the third of pages."""
Match = Literal["suffix", "label", "exact", "prefix", "contains", "word", "network", "number"]
Kind = Literal[
    "saas", "parking", "dns", "mail", "hosting", "placeholder", "unclaimed", "cms", "expired",
    "suspended", "ca", "cdn", "registrar", "challenge", "mail_off", "origin_error",
    "app", "maintenance",
]  # fmt: skip
Effect = Literal["used", "owner", "licence", "unused", "expired", "fix", "blocker", "none"]
"""used: evidence of use · owner: tells who bills · licence: something paid may exist · unused: of
non-use, for that thing alone · expired: unpaid already · fix: wanted, and broken or dangerous ·
blocker: forbids calling anything unused · none: no more than whose it is."""
Strength = Literal["strong", "medium", "weak"]
Caveat = Literal[
    "",
    "past_verification",  # a token shows that somebody once proved control, no living account
    "spf_authorises_only",  # a record that lets somebody send proves no letter
    "default_mx",  # hosters write it into every new zone
    "intended_receiver",  # somewhere mail is meant to go; no mailbox is proved
    "key_outlives_service",
    "generic_selector",  # a selector that many services use
    "reseller_bills",  # whose network it is, is not whose invoice
    "front_hides_origin",
    "shared_front",
    "old_address_data",  # addresses are given to others in time
    "operator_mixed",  # ordinary zones live there too
    "collision",  # looks like parking, or is listed so, and is not
    "contact_hold",  # stopped until somebody confirms a contact, wanted as it may be
    "leftover_script",
    "cms_not_licence",  # an engine does not show whether its licence is paid
    "declared_off",
    "state_ca",  # not in ordinary trust stores by design
    "free_or_paid",
    "usually_paid",
    "stale_challenge",
    "no_specimen",  # nobody had a whole page or record of it at hand
    "needs_binding",  # counts only where the host is the same product's by name or address
]


class Sign(Struct, frozen=True):
    """One known fact of this sort, with where it is from."""

    id: str
    """`mx:mx.yandex.net`, `collision:one.com`; of pages, the fingerprint's id."""
    signal: Signal
    match: Match
    pattern: str
    product: str
    """Id of a product (`probes.kit.products`); empty where it is nobody's in particular."""
    kind: Kind
    effect: Effect
    strength: Strength
    """As a single piece of evidence."""
    caveat: Caveat
    """What it does not prove."""
    source: str
    source_date: date
    """The day the source was read."""


class SignGroup(Struct, forbid_unknown_fields=True):
    """Signs that share all but pattern and product, as a file holds them."""

    signal: Literal[
        "txt", "txt_name", "spf", "mx", "dkim", "cname", "ns", "soa", "ptr", "asn", "a_net",
        "registrar", "issuer",
    ]  # fmt: skip
    kind: Kind
    effect: Effect
    strength: Strength
    source: str
    source_date: date
    signs: dict[str, str]
    match: Match | None = None
    caveat: Caveat = ""

    def each(self) -> Iterator[Sign]:
        """Yield the signs."""
        usual = _USUAL_MATCH.get(self.signal, "suffix")
        for pattern, product in self.signs.items():
            yield Sign(
                id=f"{self.signal}:{pattern}",
                signal=self.signal,
                match=self.match or usual,
                pattern=pattern,
                product=product,
                kind=self.kind,
                effect=self.effect,
                strength=self.strength,
                caveat=self.caveat,
                source=self.source,
                source_date=self.source_date,
            )


_USUAL_MATCH: dict[str, Match] = {
    "txt": "prefix",
    "txt_name": "prefix",
    "dkim": "exact",
    "asn": "number",
    "a_net": "network",
    "registrar": "word",
    "issuer": "word",
}
