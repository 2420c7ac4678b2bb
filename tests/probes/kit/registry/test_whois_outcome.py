"""Answers without a record: every wording has its ending, and none of them is taken for absence."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import dedent

import pytest

from probes.kit.registry.reading import Ending
from probes.kit.registry.whois_outcome import Phrases, phrasebook, spoken
from probes.kit.registry.whois_reader import read_whois
from tests.probes.kit.registry import wordings
from tests.probes.kit.registry.records import GENERIC, RECORDS, TCI

SAID = {
    Ending.RATE_LIMITED: wordings.LIMITS,
    Ending.ACCESS_DENIED: wordings.DENIALS,
    Ending.NOT_REGISTERED: wordings.ABSENCES,
    Ending.SERVICE_CLOSED: wordings.CLOSURES,
    Ending.INVALID_QUERY: wordings.FAULTS,
    Ending.RESERVED: wordings.RESERVATIONS,
}
NO_PHRASES = {name: Phrases(frozenset(), ("\0",), ()) for name in phrasebook()}
# Terms of use, as registries print them: full of limits, blocks, and names that are not found.
SMALL_PRINT = """
% Terms of use. By submitting a query you agree to abide by them: if you exceed the limit of
% 100 queries per day, your IP address may be blocked. Users who make excessive queries will be
% denied access. You are not authorized to access or query our Whois database through the use of
% electronic processes that are high-volume and automated.
% NOTE: FAILURE TO LOCATE A RECORD IN THE WHOIS DATABASE IS NOT INDICATIVE OF THE AVAILABILITY
% OF A DOMAIN NAME. Access to the service is rate limited. All rights reserved.
"""


def said() -> Iterator[tuple[str, Ending]]:
    return ((text, ending) for ending, texts in SAID.items() for text in texts)


@pytest.mark.parametrize(("text", "ending"), list(said()))
def test_a_wording_that_no_table_foresaw_has_its_ending(text: str, ending: Ending) -> None:
    """The words alone decide, in any language; with the tables it comes to the same."""
    assert spoken(f"{text}\n", NO_PHRASES)[0] is ending
    assert read_whois(f"% whois.registry.example\n\n{text}\n", "zz").ending is ending


@pytest.mark.parametrize(
    ("text", "ending"), [pair for pair in said() if pair[1] is not Ending.INVALID_QUERY]
)
def test_small_print_hides_nothing_and_adds_nothing(text: str, ending: Ending) -> None:
    """Above the words or below them, terms of use are no answer."""
    assert read_whois(f"{SMALL_PRINT}\n\n{text}\n", "zz").ending is ending
    assert read_whois(f"{text}\n\n{SMALL_PRINT}\n", "zz").ending is ending


def test_small_print_alone_says_nothing() -> None:
    """Neither a limit nor an absence."""
    assert read_whois(SMALL_PRINT, "zz").ending is Ending.UNPARSED


@pytest.mark.parametrize("text", wordings.NO_ABSENCES)
def test_what_is_no_absence_is_never_one(text: str) -> None:
    """Failures of machines, parts of records, advertisements."""
    for whole in (text, f"% Welcome\n\n{text}\n", f"{SMALL_PRINT}\n{text}\n"):
        assert read_whois(whole, "zz").ending is not Ending.NOT_REGISTERED


@pytest.mark.parametrize("absence", wordings.ABSENCES[::7])
@pytest.mark.parametrize("limit", wordings.LIMITS)
def test_a_limit_is_never_called_not_registered(limit: str, absence: str) -> None:
    """Whatever else the answer says, before or after."""
    for text in (f"{limit}\n", f"{limit}\n\n{absence}\n", f"{absence}\n\n{limit}\n"):
        assert read_whois(text, "zz").ending is not Ending.NOT_REGISTERED


@pytest.mark.parametrize("record", RECORDS)
@pytest.mark.parametrize("words", [*wordings.LIMITS[::6], *wordings.DENIALS[::4], SMALL_PRINT])
def test_a_record_outweighs_all_words_around_it(record: str, words: str) -> None:
    """A registered name stays registered, whatever its terms of use threaten."""
    text = dedent(record)

    assert read_whois(f"% {words}\n\n{text}", "zz").ending is Ending.REGISTERED
    assert read_whois(f"{text}\n% {words}\n", "zz").ending is Ending.REGISTERED


def test_less_information_is_a_limit_for_a_record_and_none_for_a_denial() -> None:
    """A shortened record lacks its dates; nothing lacks in a shortened denial."""
    shortened = "% Query rate limit exceeded. Reduced information.\n\n"

    assert read_whois(shortened + dedent(TCI), "br").ending is Ending.RATE_LIMITED
    denied = read_whois(f'{shortened}% No match for domain "romashka.br"\n', "br")
    assert denied.ending is Ending.NOT_REGISTERED


@pytest.mark.parametrize(
    "text",
    [
        "Domain: romashka.zz\nRegistrar: Example Ltd\nStatus: nothing known\n",
        "Domain: romashka.zz\nRegistrant: Romashka LLC\nRemark: no data found about contacts\n",
        "Domain: romashka.zz\nState: REGISTERED, NOT DELEGATED\n",
    ],
)
def test_a_thin_record_is_a_record(text: str) -> None:
    """A name and who keeps it: its remarks deny nothing."""
    assert read_whois(text, "zz").ending is Ending.REGISTERED


def test_a_whois_programs_chain_tells_of_the_name_not_of_its_top_level() -> None:
    """What IANA says about .com stands above the registry's record, and is not part of it."""
    iana = (
        "% IANA WHOIS server\n\nrefer: whois.registry.example\n\ndomain:       COM\n"
        "nserver:      A.GTLD-SERVERS.EXAMPLE\ncreated:      1985-01-01\nsource:       IANA\n\n"
    )
    reading = read_whois(f"{iana}# whois.registry.example\n\n{dedent(GENERIC)}", "com")

    assert reading.created is not None
    assert reading.created.day.year == 2011
    assert reading.name_servers == ("ns1.hoster.example", "ns2.hoster.example")
