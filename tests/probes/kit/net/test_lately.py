"""What is remembered is bounded in bytes, and what is used stays longest."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from probes.kit.net.handshakes import Handshakes
from probes.kit.net.lately import Lately
from probes.kit.net.question import Handshake, TlsQuestion


def test_what_was_longest_unused_makes_room() -> None:
    lately: Lately[str, str] = Lately(room=30, most=100)
    for key in ("a", "b", "c"):
        lately.keep(key, key.upper(), 10)

    assert lately.get("a") == "A"
    lately.keep("d", "D", 10)

    assert [lately.get(key) for key in "abcd"] == ["A", None, "C", "D"]


def test_what_is_larger_than_the_room_is_not_kept() -> None:
    lately: Lately[str, str] = Lately(room=30, most=100)
    lately.keep("a", "A", 31)

    assert lately.get("a") is None
    lately.keep("b", "B", 30)
    assert lately.get("b") == "B"


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 50)), max_size=60))
def test_the_sum_of_what_is_kept_never_exceeds_the_room(kept: list[tuple[int, int]]) -> None:
    lately: Lately[int, int] = Lately(room=100, most=5)
    sizes: dict[int, int] = {}
    for key, size in kept:
        lately.keep(key, size, size)
        sizes[key] = size
        alive = {key: sizes[key] for key in sizes if lately._kept.get(key) is not None}

        assert sum(alive.values()) <= 100
        assert len(lately) == len(alive) <= 5


def test_hostile_chains_do_not_fill_the_memory() -> None:
    handshakes = Handshakes(room=1_000_000)
    questions = [TlsQuestion(f"h{n}.example", 443) for n in range(100)]
    for question in questions:
        handshakes.remember(question, Handshake((bytes(100_000),), "TLSv1.3", "127.0.0.1"))

    known = [question for question in questions if handshakes.recall(question)]

    assert 1 <= len(known) <= 10
    assert known[-1] == questions[-1]
