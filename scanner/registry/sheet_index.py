"""Whom and what the rows of an imported table mean, among what the registry has; made where it may be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import Connection, select

from scanner.assets import Asset, Kind
from scanner.assets.slug import slug
from scanner.registry.clients import add_client, all_clients
from scanner.registry.fields import with_values
from scanner.registry.identity import account_key
from scanner.registry.objects import Client
from scanner.registry.party_changes import By
from scanner.registry.people import Person, add_person, people
from scanner.registry.projects import Project, add_project, projects
from scanner.registry.rows import OBJECT
from scanner.registry.saying import add_object, blank_object
from scanner.registry.sheet_cells import CellTrouble
from scanner.registry.sheet_words import normal
from scanner.registry.words import ObjectType, Origin


class Index:
    """Clients, people, projects and objects by what a table calls them."""

    def __init__(self, connection: Connection, by: By, *, create: bool) -> None:
        """Look up in `connection`; with `create` add clients, people, projects and accounts that are missing."""
        self.made: list[str] = []
        """What was added on the way, for the person who asked for it."""
        self._connection, self._by, self._create = connection, by, create
        known = all_clients(connection)
        called = Counter(one.name.casefold() for one in known)
        self._clients = {one.slug: one.slug for one in known}
        self._clients |= {
            one.name.casefold(): one.slug for one in known if called[one.name.casefold()] == 1
        }
        self._people = {one.name.casefold(): one for one in people(connection)}
        self._projects: dict[str, dict[str, Project]] = {}
        self._assets: dict[str, dict[Asset, int]] = {}
        self._named: dict[str, dict[tuple[str, str], list[int]]] = {}

    def client(self, text: str) -> str:
        """Return a client's slug by his slug or name."""
        name = " ".join(text.split())
        found = self._clients.get(name.casefold()) or self._clients.get(slug(name))
        if found is not None:
            return found
        code = slug(name)
        if not self._create or not code:
            raise _missing("no_such_client", name, f"revizor clients add {code or 'NAME'}")
        add_client(self._connection, Client(code, name), self._by)
        self._clients |= {code: code, name.casefold(): code}
        self.made.append(f"client {code} ({name})")
        return code

    def person(self, text: str, before: int | None = None) -> Person:
        """Return a person by his name; one who has left only where he stood there `before`."""
        name = " ".join(text.split())
        found = self._people.get(name.casefold())
        if found is None and not self._create:
            raise _missing("no_such_person", name, f'revizor people add "{name}"')
        if found is None:
            found = self._people[name.casefold()] = add_person(
                self._connection, name, None, self._by
            )
            self.made.append(f"person {name}")
        if not found.active and found.id != before:
            raise CellTrouble("has_left", name=found.name)
        return found

    def projects(self, client: str, names: Sequence[str]) -> list[tuple[int, str]]:
        """Return number and name of a client's projects, in the order given.

        A comma parts names too, where no project is called so with it.
        """
        if client not in self._projects:
            known = projects(self._connection, client)
            self._projects[client] = {one.name.casefold(): one for one in known}
        mine = self._projects[client]
        names = list(
            dict.fromkeys(
                one
                for name in names
                for piece in ([name] if name.casefold() in mine else name.split(","))
                if (one := " ".join(piece.split()))
            )
        )
        missing = [name for name in names if name.casefold() not in mine]
        if missing and not self._create:
            advice = f'revizor projects add {client} "{missing[0]}"'
            raise _missing("no_such_project", missing[0], advice)
        for name in missing:
            mine[name.casefold()] = add_project(self._connection, client, name, None, self._by)
            self.made.append(f"project {client} {name}")
        return [(one.id, one.name) for one in (mine[name.casefold()] for name in names)]

    def account(self, client: str, text: str, provider: str) -> str:
        """Return the key of an account, given whole (`beget/login`) or as a login and its provider."""
        seller, slash, login = text.strip().partition("/")
        if slash and Asset(Kind.ACCOUNT, text.strip()) in self.assets(client):
            return text.strip()
        if not slash:
            seller, login = provider, text
        if not seller.strip() or not login.strip():
            raise CellTrouble("cell_login")
        asset = Asset(Kind.ACCOUNT, account_key(seller, login))
        if asset not in self.assets(client):
            if not self._create:
                advice = f"revizor accounts add {client} {seller} {login}"
                raise _missing("no_such_account", text, advice)
            self._add_account(client, asset, seller.strip(), login.strip())
        return asset.key

    def assets(self, client: str) -> dict[Asset, int]:
        """Return the number of every object of a client by what it is known by."""
        if client not in self._assets:
            thing = OBJECT.c
            query = select(thing.id, thing.kind, thing.key).where(thing.client == client)
            self._assets[client] = {
                Asset(kind, key): number for number, kind, key in self._connection.execute(query)
            }
        return self._assets[client]

    def called(self, client: str, type: str, name: str) -> list[int]:
        """Return the numbers of the objects of a type that are called so."""
        if client not in self._named:
            self._named[client] = self._names_of(client)
        return self._named[client].get((type, normal(name)), [])

    def add(self, client: str, asset: Asset, type: str, name: str, number: int) -> None:
        """Remember an object that was added."""
        self.assets(client)[asset] = number
        if client in self._named:
            self._named[client].setdefault((type, normal(name)), []).append(number)

    def _names_of(self, client: str) -> dict[tuple[str, str], list[int]]:
        thing = OBJECT.c
        query = select(thing.id, thing.key, thing.type, thing.name, thing.display_name)
        found: dict[tuple[str, str], list[int]] = {}
        for number, key, type_, *names in self._connection.execute(
            query.where(thing.client == client)
        ):
            for called in {normal(text) for text in (key, *names) if text}:
                found.setdefault((type_, called), []).append(number)
        return found

    def _add_account(self, client: str, asset: Asset, provider: str, login: str) -> None:
        blank = blank_object(client, asset, ObjectType.ACCOUNT, self._by)
        said = {"name": login, "provider": provider}
        born = with_values(blank, said, dict.fromkeys(said, Origin.CONFIRMED))
        number = add_object(self._connection, born, self._by).id
        self.add(client, asset, ObjectType.ACCOUNT, login, number)
        self.made.append(f"account {client} {asset.key}")


def _missing(code: str, name: str, command: str) -> CellTrouble:
    return CellTrouble(code, name=repr(name[:60]), command=command)
