"""Which looks were planned, and which of them still wait for an answer: one number a name."""

from __future__ import annotations

from msgspec import Struct

from probes.kit.target import Address, Endpoint, Target

_KINDS = (
    "registration",
    "delegation",
    "dns_records",
    "mail_policy",
    "service_records",
    "microsoft_tenant",
    "certificate_log",
    "web_archive",
    "reverse_whois",
    "organisation_certificates",
    "organisation_registrations",
    "security_trails",
    "shodan",
    "names_below",
    "zone_transfer",
    "zone_chain",
    "parent_delegation",
    "addresses",
    "website",
    "site_files",
    "mail_server",
    "address_owner",
    "address_neighbours",
    "tls_certificate",
    "tls_certificate of a mail host",
    "dnssec",
    "mta_sts_policy",
    "name_servers",
    "relied_domain",
    "old_tls",
    "tls_certificate at 8443",
    "tls_certificate at 465",
    "tls_certificate at 993",
    "tls_certificate at 995",
    "tls_certificate at 587",
    "sub_zone",
    "feed",
    "site_icon",
    "legal_pages",
)
_PLANNED = {kind: 1 << 2 * position for position, kind in enumerate(_KINDS)}
"""The bit that means planned; the next one means that the answer is awaited."""


class Look(Struct, frozen=True, gc=False):
    """One probe to be sent to one target."""

    probe: str
    target: Target


class Agenda:
    """The looks of a run, each once. What was answered takes no more room than what was not."""

    def __init__(self) -> None:
        self._looks: dict[str, int] = {}
        self.planned = 0
        """Looks planned so far."""
        self.waiting = 0
        """Those of them that were not answered yet."""

    def plan(self, look: Look) -> bool:
        """Take up a look; False when it was planned before."""
        name, planned = _place(look)
        looks = self._looks.get(name, 0)
        if looks & planned:
            return False
        self._looks[name] = looks | planned * 3
        self.planned += 1
        self.waiting += 1
        return True

    def knows(self, look: Look) -> bool:
        """Say whether a look was planned, answered or not."""
        name, planned = _place(look)
        return bool(self._looks.get(name, 0) & planned)

    def close(self, look: Look) -> bool:
        """Strike off a look that was answered; False when no answer to it is awaited."""
        name, planned = _place(look)
        looks = self._looks.get(name, 0)
        if not looks & planned << 1:
            return False
        self._looks[name] = looks & ~(planned << 1)
        self.waiting -= 1
        return True


def _place(look: Look) -> tuple[str, int]:
    """Return the name a look is about, and the bit that means it was planned; 0 for looks never planned."""
    target, kind = look.target, look.probe
    if isinstance(target, Address):
        return target.ip, _PLANNED.get(kind, 0)
    if isinstance(target, Endpoint) and (target.port, target.starttls) != (443, ""):
        mail = (target.port, target.starttls) == (25, "smtp")
        usual = target.starttls == ("smtp" if target.port == 587 else "")
        elsewhere = f"{kind} at {target.port}" if usual else ""
        kind = f"{kind} of a mail host" if mail else elsewhere
    return target.name, _PLANNED.get(kind, 0)
