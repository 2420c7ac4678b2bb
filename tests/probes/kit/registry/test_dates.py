"""Dates: one value, its precision, and never a guess."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.kit.registry.dates import Order, date_order, is_unclear, read_stamp


@pytest.mark.parametrize(
    ("text", "at", "precise"),
    [
        ("2026-12-26T21:00:00Z", "2026-12-26T21:00:00", True),
        ("2028-09-13T07:00:00.000+0000", "2028-09-13T07:00:00", True),
        ("2026-05-01T12:00:29.29.0Z", "2026-05-01T12:00:29", True),
        ("2029-08-18T13:19:55", "2029-08-18T13:19:55", False),
        ("2026-01-02T04:55:30+13:00", "2026-01-01T15:55:30", True),
        ("2026-07-21 18:03:50+03", "2026-07-21T15:03:50", True),
        ("2026-01-01 00:00:00 (GMT+0:00)", "2026-01-01T00:00:00", True),
        ("2026-06-01 00:00:00 (UTC+8)", "2026-05-31T16:00:00", True),
        ("2026/02/19 10:10:10 (JST)", "2026-02-19T01:10:10", True),
        ("31 Oct 2026 00:00 UTC", "2026-10-31T00:00:00", True),
        ("01 Jan 2026 00:00 EAT", "2025-12-31T21:00:00", True),
        ("Mon, 20 Jul 2026 12:24:55 BST", "2026-07-20T11:24:55", True),
        ("Sat Oct 10 04:36:36 GMT+00:00 2026", "2026-10-10T04:36:36", True),
        ("20261111111111Z", "2026-11-11T11:11:11", True),
        ("Wed Jan 01 00:00:00 2025", "2025-01-01T00:00:00", False),
        ("2026-03-18 09:24:18 PM", "2026-03-18T21:24:18", False),
        ("26-Nov-2026", "2026-11-26", False),
        ("before Aug-1996", "1996-08-01", False),
        ("02nd August 2026", "2026-08-02", False),
        ("16-abr-1997", "1997-04-16", False),
        ("3 июля 2026", "2026-07-03", False),
        ("2026-May-25.", "2026-05-25", False),
        ("2026. 03. 02.", "2026-03-02", False),
        ("19961206 #24302", "1996-12-06", False),
        ("03/08/2026", "2026-08-03", False),
        ("3.8.2026", "2026-08-03", False),
        ("12/18/2026", "2026-12-18", False),
        ("hostmaster@example.cz 20260520", "2026-05-20", False),
    ],
)
def test_every_way_a_registry_writes_a_date(text: str, at: str, precise: bool) -> None:
    """Years first or months in words need no order; bare numbers put the day first."""
    stamp = read_stamp(text)

    assert stamp is not None
    assert stamp.at == datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert stamp.precise is precise


def test_the_day_as_written_is_kept_beside_the_moment() -> None:
    """A change of zone moves the moment, not the civil day that was printed."""
    stamp = read_stamp("2026-01-01 00:30:00+03")

    assert stamp is not None
    assert (stamp.at.date(), stamp.day) == (date(2025, 12, 31), date(2026, 1, 1))


PROOF_OF_DAYS = "25/12/2026"
PROOF_OF_MONTHS = "12/25/2026"


@pytest.mark.parametrize(
    ("suffix", "others", "day"),
    [
        ("us", [], date(2026, 3, 8)),
        ("ph", [PROOF_OF_DAYS], date(2026, 3, 8)),
        ("ru", [], date(2026, 8, 3)),
        ("co.uk", [PROOF_OF_MONTHS], date(2026, 8, 3)),
        ("com", [], None),
        ("", [], None),
        ("com", [PROOF_OF_DAYS], date(2026, 8, 3)),
        ("com", ["2026-01-02", PROOF_OF_MONTHS], date(2026, 3, 8)),
        ("com", [PROOF_OF_DAYS, PROOF_OF_MONTHS], None),
        ("com", ["25.12.2026"], None),
        ("tk", [], None),
        ("ml", [PROOF_OF_MONTHS], None),
    ],
)
def test_bare_numbers_are_a_day_only_where_somebody_says_their_order(
    suffix: str, others: list[str], day: date | None
) -> None:
    """Countries write as they do; elsewhere the same answer must show it; else nothing is guessed."""
    written = "03/08/2026"
    stamp = read_stamp(written, date_order(suffix, [written, *others]))

    assert (stamp.day if stamp else None) == day


@pytest.mark.parametrize(
    ("text", "unclear"),
    [
        ("03/08/2026", True),
        ("expires 3-8-2026 12:00", True),
        ("13/08/2026", False),
        ("08/13/2026", False),
        ("08/08/2026", False),
        ("03.08.2026", False),
        ("2026/03/08", False),
        ("00/13/2026", False),
        ("3/8/26", False),
        ("", False),
    ],
)
def test_a_date_that_could_be_two_days_is_known_for_one(text: str, unclear: bool) -> None:
    """Dots, years in front and numbers over twelve leave no doubt."""
    assert is_unclear(text) is unclear
    assert (read_stamp(text, Order.UNTOLD) is None) or not unclear


@pytest.mark.parametrize(
    ("text", "precision", "offset"),
    [
        ("2026-12-26T21:00:00Z", "second", 0),
        ("2026-01-02 04:55:30+13:00", "second", 780),
        ("2026-01-02 04:55:30 -0330", "second", -210),
        ("2026-01-02 04:55:30", "second", None),
        ("26-Nov-2026", "day", None),
        ("before Aug-1996", "month", None),
    ],
)
def test_precision_and_zone_stay_with_the_value(
    text: str, precision: str, offset: int | None
) -> None:
    """A day is not a midnight, and a time without a zone is not UTC."""
    stamp = read_stamp(text)

    assert stamp is not None
    assert (stamp.precision, stamp.offset) == (precision, offset)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "N/A",
        "null",
        "not defined",
        "0000-00-00",
        "unknown",
        "12345678",
        "2026-13-40",
        "32.01.2026",
        "5",
        "1/2",
        "2026-02-30",
        "9999999999999",
        "Jan",
        "EP-2026",
        "٣" * 70,
    ],
)
def test_what_is_no_date_gives_none(text: str) -> None:
    """A bad date is no date; it never spoils the rest of an answer."""
    assert read_stamp(text) is None


@given(st.text(max_size=300))
def test_no_text_breaks_the_reader(text: str) -> None:
    """Whatever comes, a stamp in UTC or nothing."""
    stamp = read_stamp(text)

    assert stamp is None or stamp.at.tzinfo is UTC
