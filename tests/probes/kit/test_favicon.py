"""The number by which a site's picture is known elsewhere."""

from __future__ import annotations

import base64

import pytest

from probes.kit.favicon import favicon_hash, murmur3, picture_kind


@pytest.mark.parametrize(
    ("data", "seed", "value"),
    [
        ("", 0, 0x00000000),
        ("", 1, 0x514E28B7),
        ("", 0xFFFFFFFF, 0x81F16F39),
        ("ffffffff", 0, 0x76293B50),
        ("21436587", 0, 0xF55B516B),
        ("21436587", 0x5082EDEE, 0x2362F9DE),
        ("214365", 0, 0x7E4A8634),
        ("2143", 0, 0xA0F7B07A),
        ("21", 0, 0x72661CF4),
        ("00000000", 0, 0x2362F9DE),
        ("000000", 0, 0x85F0B427),
        ("0000", 0, 0x30F4C306),
        ("00", 0, 0x514E28B7),
        (b"Hello, world!".hex(), 0, 0xC0363E43),
        (b"The quick brown fox jumps over the lazy dog".hex(), 0, 0x2E4FF723),
    ],
)
def test_murmur3_gives_the_published_values(data, seed, value):
    """The vectors of the reference implementation."""
    assert murmur3(bytes.fromhex(data), seed) == value


def test_a_picture_is_hashed_in_lines_of_base64():
    """A break after every 76 characters and one at the end; the number has a sign."""
    picture = bytes(range(256))
    text = base64.b64encode(picture)
    lines = b"".join(text[at : at + 76] + b"\n" for at in range(0, len(text), 76))

    assert favicon_hash(picture) % (1 << 32) == murmur3(lines)
    assert {favicon_hash(bytes([n])) < 0 for n in range(50)} == {True, False}
    assert all(-(1 << 31) <= favicon_hash(bytes([n])) < 1 << 31 for n in range(50))


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"\x00\x00\x01\x00\x01\x00", "ico"),
        (b"\x89PNG\r\n", "png"),
        (b"GIF89a", "gif"),
        (b"\xff\xd8\xff\xe0", "jpeg"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "webp"),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg">', "svg"),
        (b"<!doctype html><html><body><svg>", ""),
        (b"Not found", ""),
        (b"", ""),
    ],
)
def test_a_picture_is_known_by_its_first_bytes(body, kind):
    """Whatever the server calls it."""
    assert picture_kind(body) == kind
