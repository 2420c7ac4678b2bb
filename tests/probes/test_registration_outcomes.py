"""How questions to registries end: twelve ways, each of them reached, each with its own meaning."""

from __future__ import annotations

import json
from typing import Any

import pytest

from probes.kit.net import ApiAnswer, NetTrouble, WhoisAnswer
from probes.kit.observation import Absent, Reason, Seen, Unknown
from probes.kit.registry.reading import Ending
from tests.probes.registry_paper import LIMIT, NOBODY, RDAP_COM, RU, RegistryPaper, look, rdap

ASKED = {"ru": ("whois.tcinet.ru", "romashka.ru"), "com": RDAP_COM}
FLOOD = WhoisAnswer(b"% and so on\r\n" * 20_165, False, "192.0.2.43")

WHOIS: dict[Ending, Any] = {
    Ending.REGISTERED: RU,
    Ending.NOT_REGISTERED: NOBODY,
    Ending.RESERVED: "This name is reserved by the registry.\n",
    Ending.RATE_LIMITED: LIMIT,
    Ending.ACCESS_DENIED: "Requests of this client are not permitted.\n",
    Ending.SERVICE_CLOSED: "TLD is not supported.\n",
    Ending.NO_SERVICE: NetTrouble(Reason.NO_SERVICE, "no such service"),
    Ending.INVALID_QUERY: "Invalid query\n",
    Ending.TIMEOUT: NetTrouble(Reason.TIMEOUT, "silence"),
    Ending.NETWORK_ERROR: NetTrouble(Reason.CONNECTION_LOST, "reset"),
    Ending.OVERSIZED: FLOOD,
    Ending.UNPARSED: "Good evening.\n",
}
RDAP: dict[Ending, Any] = {
    Ending.REGISTERED: rdap(),
    Ending.NOT_REGISTERED: {"errorCode": 404, "title": "Not Found"},
    Ending.RESERVED: rdap(status=["reserved"], entities=[]),
    Ending.RATE_LIMITED: ApiAnswer(429, (), b"", False),
    Ending.ACCESS_DENIED: ApiAnswer(403, (), b"", False),
    Ending.SERVICE_CLOSED: ApiAnswer(410, (), b"", False),
    Ending.NO_SERVICE: ApiAnswer(501, (), b"", False),
    Ending.INVALID_QUERY: ApiAnswer(400, (), b"", False),
    Ending.TIMEOUT: NetTrouble(Reason.TIMEOUT, "silence"),
    Ending.NETWORK_ERROR: ApiAnswer(500, (), b"", False),
    Ending.OVERSIZED: ApiAnswer(200, (), json.dumps(rdap()).encode()[:80], True),
    Ending.UNPARSED: ApiAnswer(200, (), b"<html>", False),
}
MEANING: dict[Ending, Reason | type] = {
    Ending.REGISTERED: Seen,
    Ending.NOT_REGISTERED: Absent,
    Ending.RESERVED: Reason.RESERVED,
    Ending.RATE_LIMITED: Reason.RATE_LIMITED,
    Ending.ACCESS_DENIED: Reason.ACCESS_DENIED,
    Ending.SERVICE_CLOSED: Reason.SERVICE_CLOSED,
    Ending.NO_SERVICE: Reason.NO_SERVICE,
    Ending.INVALID_QUERY: Reason.INVALID_QUERY,
    Ending.TIMEOUT: Reason.TIMEOUT,
    Ending.NETWORK_ERROR: Reason.CONNECTION_LOST,
    Ending.OVERSIZED: Reason.OVERSIZED,
    Ending.UNPARSED: Reason.UNPARSED,
}


def test_the_list_is_closed() -> None:
    """Twelve words, no more: a new one must find its place in every table."""
    assert set(WHOIS) == set(RDAP) == set(MEANING) == set(Ending)
    assert {ending.value for ending in Ending} == {
        "registered", "not_registered", "reserved", "rate_limited", "access_denied", "service_closed",
        "no_service", "invalid_query", "timeout", "network_error", "oversized", "unparsed",
    }  # fmt: skip


def ended(outcome: Any) -> Ending:
    """Read the ending of the first source from a fact, or from the story an Unknown tells."""
    match outcome:
        case Seen(fact):
            return Ending(fact.sources[0].outcome)
        case Absent():
            return Ending.NOT_REGISTERED
        case Unknown(detail=detail):
            return Ending(detail.split("; ")[0].split(": ")[1].split(" ")[0])
    raise AssertionError(outcome)


@pytest.mark.parametrize("ending", Ending)
def test_every_ending_of_a_whois_question_is_reached(ending: Ending) -> None:
    """And only a record is a fact, only a denial an absence; all else is Unknown, with its reason."""
    outcome = look("romashka.ru", RegistryPaper({ASKED["ru"]: WHOIS[ending]}))
    meaning = MEANING[ending]

    assert ended(outcome) is ending
    if isinstance(meaning, Reason):
        assert isinstance(outcome, Unknown)
        # Where IANA was asked for another server in vain, that may say more.
        assert outcome.reason in (meaning, Reason.NO_ADDRESS)
    else:
        assert isinstance(outcome, meaning)


@pytest.mark.parametrize("ending", Ending)
def test_every_ending_of_an_rdap_question_is_reached(ending: Ending) -> None:
    """WHOIS, asked in its place, does not answer here."""
    net = RegistryPaper({RDAP_COM: RDAP[ending]})
    outcome = look("romashka.com", net)

    assert ended(outcome) is ending
    assert isinstance(outcome, MEANING[ending] if isinstance(MEANING[ending], type) else Unknown)


@pytest.mark.parametrize("first", Ending)
@pytest.mark.parametrize("second", Ending)
def test_two_endings_together_never_make_an_absence_that_nobody_stated(
    first: Ending, second: Ending
) -> None:
    """RDAP and WHOIS in every combination: no failure turns into absence, none into a fact."""
    pages = {
        RDAP_COM: RDAP[first],
        ("whois.verisign-grs.com", "domain romashka.com"): WHOIS[second]
        if second is not Ending.REGISTERED
        else RU.replace("ROMASHKA.RU", "ROMASHKA.COM"),
    }
    outcome = look("romashka.com", RegistryPaper(pages))

    # A name that RDAP knows needs no WHOIS; one that it reserves is not asked for again.
    told = {first} if first in (Ending.REGISTERED, Ending.RESERVED) else {first, second}
    if Ending.REGISTERED in told:
        assert isinstance(outcome, Seen)
    elif Ending.NOT_REGISTERED in told and Ending.RESERVED not in told:
        assert isinstance(outcome, Absent)
    else:
        assert isinstance(outcome, Unknown)
