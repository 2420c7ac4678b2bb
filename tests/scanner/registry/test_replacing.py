"""What took another's place: said by a person, never in a circle, kept through a table."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from scanner.database import Database
from scanner.registry import Client, Registry
from tests.scanner.registry.by_hand import AT, CLIENT, Book
from tests.scanner.registry.test_sheets import imported, troubles


@pytest.fixture
def book(database_url: str) -> Iterator[Book]:
    """A registry with an old hosting and a new one."""
    with Database.open(database_url) as database:
        opened = Book(database)
        opened.add("hosting", "old", provider="Timeweb")
        opened.add("hosting", "new", provider="Beget")
        yield opened


@pytest.mark.parametrize("said", ["2", "hosting:beget/new", " 2 "])
def test_a_successor_is_named_by_its_number_or_as_it_is_known(book: Book, said: str) -> None:
    """Either way the object keeps the other's number."""
    book.set(book.thing(1), "replaced_by", said)

    assert book.thing(1).replaced_by == 2


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ("1", "own place"),
        ("99", "no object 99"),
        ("hosting:beget/none", "no object hosting:beget/none"),
        ("3", "no object 3"),
        ("new", "no object|not an asset id"),
    ],
)
def test_only_another_object_of_the_same_client_takes_a_place(
    book: Book, said: str, says: str
) -> None:
    """Not itself, nobody unknown, nothing of another client's."""
    asyncio.run(Registry(book.database).ensure_client(Client("other", "Другой"), AT))
    book.write(lambda c, by: _strange(c))

    with pytest.raises(ValueError, match=says):
        book.set(book.thing(1), "replaced_by", said)


def _strange(connection: object) -> None:
    from sqlalchemy import Connection, insert, select

    from scanner.registry.rows import OBJECT

    assert isinstance(connection, Connection)
    row = dict(connection.execute(select(OBJECT).where(OBJECT.c.id == 2)).one()._mapping)
    connection.execute(insert(OBJECT).values({**row, "id": 3, "client": "other"}))


def test_nothing_takes_its_own_place_by_way_of_others(book: Book) -> None:
    """A for B and B for C: C is not replaced by A."""
    book.add("hosting", "third", provider="Beget")
    book.set(book.thing(1), "replaced_by", "2")
    book.set(book.thing(2), "replaced_by", "3")

    with pytest.raises(ValueError, match="own place"):
        book.set(book.thing(3), "replaced_by", "1")


def test_a_table_names_successors_that_stand_below(book: Book) -> None:
    """Rows of new objects in any order; a successor that is nowhere is an error of its row alone."""
    done = imported(
        book,
        "Клиент;Тип;Название;Поставщик;Обозначение;Чем заменён\n"
        "romashka;Хостинг;a;Beget;hosting:beget/a;hosting:beget/b\n"
        "romashka;Хостинг;b;Beget;hosting:beget/b;hosting:beget/c\n"
        "romashka;Хостинг;c;Beget;hosting:beget/c;\n"
        "romashka;Хостинг;d;Beget;hosting:beget/d;hosting:beget/nowhere\n",
    )

    assert [(row, column) for row, column, _ in troubles(done)] == [(5, "Чем заменён")]
    found = {one.asset.key: one for one in Registry(book.database).objects(CLIENT)}
    assert found["beget/a"].replaced_by == found["beget/b"].id
    assert found["beget/b"].replaced_by == found["beget/c"].id
    assert "beget/d" not in found
