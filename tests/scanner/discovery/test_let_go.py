"""A territory is let go when nobody needs it any more: it does not wait for the collector of circles."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from weakref import ref

import pytest

from scanner.discovery import Frontier, Seeds


@pytest.fixture
def no_collector() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


def test_what_was_heard_goes_with_the_frontier_that_heard_it(no_collector: None) -> None:
    frontier = Frontier(Seeds(domains=("romashka.ru",)))
    left = ref(frontier), ref(frontier.claims), ref(frontier.scope)
    del frontier
    assert [one() for one in left] == [None, None, None]
