"""What is read of the bodies met on the way, and how long it is remembered."""

from __future__ import annotations

import hashlib
import sys

import pytest

from probes.kit.page import read
from probes.kit.trail import Reader
from tests.probes.paper import page

SITE = "<title>Цветы</title><p>Розы</p><a href='https://partner.example/'>п</a>"


def test_equal_bodies_are_read_once():
    """The same bytes of the same type, from whatever host, give the very same reading."""
    reader = Reader()

    apex = reader.body_of(page(SITE))
    www = reader.body_of(page(SITE, status=404, address="192.0.2.11", server="nginx"))

    assert www is apex


@pytest.mark.parametrize(
    "other", [page(SITE + " "), page(SITE, content_type="text/html"), page(SITE, content_type="")]
)
def test_another_body_or_type_is_read_for_itself(other):
    """What differs in a byte or in its declared charset says something else."""
    reader = Reader()
    reader.body_of(page(SITE))

    assert reader.body_of(other).reading == read(other.body, other.header("content-type"))


def test_a_remembered_body_is_the_body_as_read():
    """Remembering changes no fact: hash, words and signs are those of a fresh reading."""
    stub = page('<title>Хостинг</title><div class="dummy-alert__info">Домен припаркован</div>')
    reader = Reader()
    reader.body_of(stub)

    remembered = reader.body_of(stub)
    assert remembered == Reader().body_of(stub)
    assert remembered.sha256 == hashlib.sha256(stub.body).hexdigest()
    assert remembered.reading.title == "Хостинг"
    assert {one.provider for one in remembered.signs} == {"timeweb"}


def test_only_so_many_bodies_are_remembered():
    """The oldest is forgotten for the newest."""
    reader = Reader(most=2)
    first = reader.body_of(page("1"))
    second = reader.body_of(page("2"))
    reader.body_of(page("3"))

    assert reader.body_of(page("2")) is second
    assert reader.body_of(page("1")) is not first


@pytest.mark.parametrize(
    "body",
    ["слово " * 3_000, "<script src=/" + "long/" * 800 + "></script>"],
    ids=["text", "assets"],
)
def test_what_is_remembered_is_bounded_in_bytes(body):
    """Pages with much to say push each other out; one that is larger than the room is not kept."""
    reader = Reader(most_bytes=30_000)
    pages = [page(f"{number} {body}") for number in range(20)]
    bodies = [reader.body_of(one) for one in pages]

    assert reader.body_of(pages[-1]) is bodies[-1]
    assert reader.body_of(pages[0]) is not bodies[0]

    small = Reader(most_bytes=1)
    assert small.body_of(pages[0]) is not small.body_of(pages[0])


def test_a_body_is_not_kept_for_what_it_says():
    """A foreign body is let go with its answer: only its reading is remembered."""
    answer = page(SITE.encode() * 100)
    body = answer.body
    before = sys.getrefcount(body)

    Reader().body_of(answer)
    reader = Reader()
    reader.body_of(answer)

    assert sys.getrefcount(body) == before
