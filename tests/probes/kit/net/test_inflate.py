"""Unpacking: what was packed comes out, and a bomb costs its cap."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.kit.net.inflate import Inflater, Unpackable


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


PACK = {"gzip": gzip.compress, "x-gzip": gzip.compress, "deflate": zlib.compress}


@given(
    st.binary(max_size=5000) | st.integers(0, 200_000).map(bytes),
    st.lists(st.sampled_from(sorted(PACK)), max_size=2),
    st.integers(1, 3000),
)
def test_what_was_packed_comes_out_however_it_is_cut(
    body: bytes, encodings: list[str], step: int
) -> None:
    packed = body
    for name in encodings:
        packed = PACK[name](packed)
    inflater = Inflater([", ".join(encodings)], 300_000)

    for start in range(0, len(packed), step):
        assert inflater.feed(packed[start : start + step])

    assert inflater.body == body
    assert inflater.complete


@pytest.mark.parametrize(
    ("encodings", "packed", "body"),
    [
        (["deflate"], raw_deflate(b"bare"), b"bare"),
        (["gzip"], gzip.compress(b"one") + gzip.compress(b"two"), b"onetwo"),
        (["gzip"], gzip.compress(b"padded") + b"\0" * 512, b"padded"),
        (["identity", "gzip"], gzip.compress(b"x"), b"x"),
        (["GZIP"], gzip.compress(b"x"), b"x"),
        (["gzip"], b"", b""),
        ([], b"plain", b"plain"),
    ],
)
def test_the_customs_of_old_servers_are_understood(
    encodings: list[str], packed: bytes, body: bytes
) -> None:
    inflater = Inflater(encodings, 1000)

    inflater.feed(packed)

    assert (inflater.body, inflater.complete) == (body, True)


@pytest.mark.parametrize("encodings", [["br"], ["zstd"], ["gzip, br"], ["gzip", "gzip", "gzip"]])
def test_what_we_did_not_ask_for_is_not_guessed_at(encodings: list[str]) -> None:
    with pytest.raises(Unpackable):
        Inflater(encodings, 1000)


def test_a_body_that_is_not_what_its_header_says_is_unreadable() -> None:
    with pytest.raises(Unpackable):
        Inflater(["gzip"], 1000).feed(b"<html>plain</html>")


def test_a_packing_that_breaks_half_way_keeps_what_came() -> None:
    packed = gzip.compress(" ".join(map(str, range(50_000))).encode())
    half = len(packed) // 2
    inflater = Inflater(["gzip"], 1_000_000)

    assert inflater.feed(packed[:half])
    assert not inflater.feed(b"\xff" * 500)

    assert inflater.body.startswith(b"0 1 2 3 ")
    assert not inflater.complete


def test_a_packing_that_simply_stops_is_not_complete() -> None:
    inflater = Inflater(["gzip"], 1_000_000)

    inflater.feed(gzip.compress(b"all of it")[:-4])

    assert (inflater.body, inflater.complete) == (b"all of it", False)


def bomb(size: int, layers: int) -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    packed = b"".join(packer.compress(bytes(1 << 20)) for _ in range(size >> 20)) + packer.flush()
    for _ in range(layers - 1):
        packed = gzip.compress(packed, 9)
    return packed


@pytest.mark.parametrize("layers", [1, 2])
def test_a_bomb_costs_its_cap(layers: int) -> None:
    packed = bomb(256 << 20, layers)
    cap = 524_288
    inflater = Inflater(["gzip"] * layers, cap)

    tracemalloc.start()
    for start in range(0, len(packed), 65_536):
        if not inflater.feed(packed[start : start + 65_536]):
            break
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert len(inflater.body) == cap
    assert inflater.cut
    assert peak < 8 << 20


def test_nobody_reads_on_when_no_more_is_wanted() -> None:
    """What is shown is the decoded body, piece by piece; what came until then is kept."""
    shown: list[bytes] = []

    def wants_more(piece: bytes) -> bool:
        shown.append(piece)
        return b"enough" not in piece

    inflater = Inflater(["gzip"], 1_000_000, wants_more)

    assert inflater.feed(gzip.compress(b"a little "))
    assert not inflater.feed(gzip.compress(b"is enough"))
    assert b"".join(shown) == inflater.body == b"a little is enough"
    assert (inflater.cut, inflater.complete) == (True, False)


def test_a_large_body_is_handed_out_without_a_copy() -> None:
    tracemalloc.start()
    inflater = Inflater([], 8 << 20)
    for _ in range(64):
        inflater.feed(bytes(65_536))
    body = inflater.body
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert len(body) == 4 << 20
    assert peak < 6 << 20


def test_layers_that_never_yield_a_byte_are_given_up() -> None:
    """A packed stream of empty packed streams would otherwise unpack for ever."""
    packed = gzip.compress(gzip.compress(b"") * 500_000, 9)
    inflater = Inflater(["gzip", "gzip"], 1000)

    assert not inflater.feed(packed)
    assert inflater.body == b""


def test_a_body_in_thousands_of_members_is_cut() -> None:
    """Each member costs us a new decompressor, and its sender twenty bytes."""
    few, many = Inflater(["gzip"], 100_000), Inflater(["gzip"], 100_000)

    assert few.feed(gzip.compress(b"a") * 500)
    assert not many.feed(gzip.compress(b"a") * 2_000)

    assert (len(few.body), few.complete) == (500, True)
    assert len(many.body) < 1_100
    assert many.cut
