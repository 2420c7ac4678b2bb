"""What a registration means: the paid day, who said what, and what stays unsaid."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from probes.kit.net import NetTrouble
from probes.kit.observation import Reason
from probes.registration import Claim, HolderKind, Registration, Standing
from tests.probes.registry_paper import COM, RDAP_COM, RU, fact, rdap

WHOIS_COM = ("whois.verisign-grs.com", "domain romashka.com")
REGISTRAR = ("whois.registrar.example", "romashka.com")
NO_RDAP = {RDAP_COM: NetTrouble(Reason.TIMEOUT)}


def ru(**lines: str) -> Registration:
    """Return a .ru registration with some lines of its record changed."""
    text = RU
    for label, value in lines.items():
        name = label.replace("_", "-")
        kept = [line for line in text.splitlines() if not line.startswith(f"{name}:")]
        text = "\n".join([*kept, f"{name}: {value}", ""])
    return fact("romashka.ru", {("whois.tcinet.ru", "romashka.ru"): text})


def com(registry: str, registrar: str = "") -> Registration:
    """Return a .com registration from WHOIS texts."""
    return fact("romashka.com", {**NO_RDAP, WHOIS_COM: registry, REGISTRAR: registrar})


@pytest.mark.parametrize(
    ("paid_till", "day"),
    [
        ("2025-12-26T21:00:00Z", date(2025, 12, 27)),
        ("2025-12-26T20:59:59Z", date(2025, 12, 26)),
        ("2025-12-26T08:15:46Z", date(2025, 12, 26)),
        ("2025.12.26", date(2025, 12, 26)),
    ],
)
def test_the_paid_day_is_the_registrys_day(paid_till: str, day: date) -> None:
    """21:00 UTC is midnight in Moscow; a day that was given alone is that day."""
    assert ru(paid_till=paid_till).paid_until == day


@pytest.mark.parametrize(
    ("suffix", "expires", "day"),
    [
        ("com.ua", "2026-07-21 00:30:00+03", date(2026, 7, 21)),
        ("it", "2027-01-02 23:30:00", date(2027, 1, 2)),
        ("com", "2027-01-02T23:30:00Z", date(2027, 1, 2)),
        ("fr", "2026-12-30T23:30:00Z", date(2026, 12, 31)),
        ("ca", "2026-07-08T03:30:00Z", date(2026, 7, 7)),
    ],
)
def test_days_are_counted_where_the_registry_is(suffix: str, expires: str, day: date) -> None:
    """A moment with a zone is carried there; a time without one stays the day it was written on."""
    from probes.kit.registry import plan
    from probes.kit.registry.merging import paid_until
    from probes.kit.registry.replies import Reply
    from probes.kit.registry.whois_reader import read_whois

    text = f"domain: romashka.{suffix}\nnserver: ns1.hoster.example\nexpires: {expires}\n"
    told = [Reply("whois.example", "registry whois", read_whois(text, suffix))]

    assert paid_until(told, plan.civil_zone(suffix)) == day


def test_a_value_keeps_its_day_precision_zone_and_source() -> None:
    """Four things that no later step can find again."""
    moment = ru(paid_till="2026-07-21 00:30:00+03:00").expires[0]

    assert (moment.day, moment.precision, moment.zone) == (date(2026, 7, 21), "second", "+03:00")
    assert (moment.precise, moment.source) == (True, "registry whois")
    day = ru(paid_till="2026.07.21").expires[0]
    assert (day.precision, day.zone, day.precise) == ("day", "", False)


AUTO = "\nDomain Status: autoRenewPeriod https://icann.org/epp#autoRenewPeriod\n"
FROM_REGISTRAR = COM.replace("Registry Expiry Date", "Registrar Registration Expiration Date")


@pytest.mark.parametrize(
    ("registrar", "day"),
    [
        ("", date(2026, 3, 4)),
        (FROM_REGISTRAR, date(2027, 3, 4)),
        (FROM_REGISTRAR.replace("2027", "2026"), date(2026, 3, 4)),
    ],
    ids=["registrar silent", "registrar renewed", "registrar did not"],
)
def test_a_term_that_the_registry_extended_by_itself_is_no_proof_of_payment(
    registrar: str, day: date
) -> None:
    """Only the registrar knows whether somebody paid; without his word the old term counts."""
    found = com(COM + AUTO, registrar)

    assert found.expires[0].at.date() == date(2027, 3, 4)
    assert found.paid_until == day
    assert Standing.RENEWED_BY_REGISTRY in found.standings


def test_the_29th_of_february_has_a_year_before() -> None:
    """The day before it."""
    text = (COM + AUTO).replace("2027-03-04", "2028-02-29")

    assert com(text).paid_until == date(2027, 2, 28)


@pytest.mark.parametrize(
    ("state", "standings", "delegated"),
    [
        ("REGISTERED, DELEGATED, VERIFIED", (), True),
        ("REGISTERED, NOT DELEGATED, VERIFIED", (Standing.UNDELEGATED,), False),
        ("REGISTERED, DELEGATED, UNVERIFIED", (Standing.UNVERIFIED,), True),
    ],
)
def test_a_russian_state_says_three_things(
    state: str, standings: tuple[Standing, ...], delegated: bool
) -> None:
    """Registered, delegated, verified: each for itself."""
    found = ru(state=state)

    assert (found.standings, found.delegated) == (standings, delegated)


def test_paid_term_and_release_are_two_days() -> None:
    """In between nobody has paid, and the name can still be saved."""
    found = ru(paid_till="2026-02-18T21:00:00Z", free_date="2026-03-22")

    assert found.paid_until is not None
    assert found.free_on is not None
    assert (found.free_on - found.paid_until).days == 31


@pytest.mark.parametrize(
    ("suffix", "published"), [("de", False), ("eu", False), ("kz", False), ("nl", False), ("ru", True), ("com.au", False)]
)  # fmt: skip
def test_a_registry_that_never_publishes_expiries_leaves_none_missing(
    suffix: str, published: bool
) -> None:
    """Unknown by policy is another thing than unknown."""
    from probes.kit.registry import plan

    assert plan.publishes_expiry(suffix) is published


@pytest.mark.parametrize(
    ("lines", "kind", "name", "inn"),
    [
        ({"org": 'OOO "Romashka"', "taxpayer_id": "7736207543"}, HolderKind.ORGANISATION, 'OOO "Romashka"', "7736207543"),
        ({"org": 'OOO "Romashka"', "taxpayer_id": "7736207544"}, HolderKind.ORGANISATION, 'OOO "Romashka"', ""),
        ({"org": "Domains By Proxy, LLC"}, HolderKind.PRIVACY_SERVICE, "", ""),
        ({"org": "REDACTED FOR PRIVACY"}, HolderKind.WITHHELD, "", ""),
    ],
)  # fmt: skip
def test_a_holder_is_told_from_what_stands_in_front(
    lines: dict[str, str], kind: HolderKind, name: str, inn: str
) -> None:
    """An organisation with a number that counts, a service somebody chose, or the registry's policy."""
    holder = ru(**lines).holder

    assert (holder.kind, holder.name, holder.inn) == (kind, name, inn)


def test_a_private_person_is_a_kind_not_a_name() -> None:
    """Possibly the employee in whose name everything was bought."""
    text = RU.replace('org:           OOO "Romashka"', "person:        Private Person")
    text = text.replace("taxpayer-id:   7736207543\n", "")
    holder = fact("romashka.ru", {("whois.tcinet.ru", "romashka.ru"): text}).holder

    assert (holder.kind, holder.name) == (HolderKind.PRIVATE_PERSON, "")


DIFFERENT = rdap(
    events=[
        {"eventAction": "registration", "eventDate": "2012-01-01T00:00:00Z"},
        {"eventAction": "expiration", "eventDate": "2026-03-04T05:06:07Z"},
    ],
    nameservers=[{"ldhName": "ns9.elsewhere.example"}],
)
LINK = "https://rdap.registrar.example/domain/romashka.com"
THIN: dict[str, Any] = rdap(
    entities=[
        {"roles": ["registrar"], "vcardArray": ["vcard", [["fn", {}, "text", "Another Registrar"]]]}
    ],
    links=[{"rel": "related", "href": LINK}],
)


def test_contradictions_are_kept_with_their_source() -> None:
    """The registry's word stands in the fields; what the registrar says otherwise stands beside it."""
    found = fact("romashka.com", {RDAP_COM: THIN, LINK: DIFFERENT})

    assert found.registrar == "Another Registrar"
    assert found.differing == (
        Claim("registrar", "Example Registrar", "registrar rdap"),
        Claim("created", "2012-01-01", "registrar rdap"),
        Claim("name_servers", "ns9.elsewhere.example", "registrar rdap"),
    )
    assert [one.source for one in found.expires] == ["registry rdap", "registrar rdap"]


def test_the_same_said_twice_is_no_contradiction() -> None:
    """Another spelling of one registrar, a day's difference of one date."""
    same = rdap(events=[{"eventAction": "registration", "eventDate": "2011-03-03"}])
    thin = THIN | {
        "entities": [
            {
                "roles": ["registrar"],
                "vcardArray": ["vcard", [["fn", {}, "text", "EXAMPLE REGISTRAR"]]],
            }
        ]
    }

    assert fact("romashka.com", {RDAP_COM: thin, LINK: same}).differing == ()


def test_a_day_that_could_be_two_is_kept_as_written_and_never_guessed() -> None:
    """03/08 of an unknown country: a person must look."""
    text = COM.replace("2027-03-04T05:06:07Z", "03/08/2027").replace(
        "2011-03-04T05:06:07Z", "2011-03-04"
    )
    found = com(text)

    assert found.paid_until is None
    assert found.expires == ()
    assert found.unclear == ("expires: 03/08/2027",)
    assert found.expiry_published
