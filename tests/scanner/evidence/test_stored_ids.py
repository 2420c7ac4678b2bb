"""What is known to be on disk: the latest, so many and no more."""

from __future__ import annotations

from scanner.evidence.stored_ids import StoredIds


def test_the_latest_are_known_and_the_oldest_forgotten() -> None:
    stored = StoredIds(most=10)
    stored.add(map(str, range(23)))
    known = {number for number in range(23) if str(number) in stored}
    assert known >= set(range(18, 23))
    assert len(known) <= 10
    assert "0" not in stored


def test_none_is_known_any_more_when_some_were_dropped() -> None:
    stored = StoredIds(most=10)
    stored.add(("one", "two"))
    stored.clear()
    assert "one" not in stored
