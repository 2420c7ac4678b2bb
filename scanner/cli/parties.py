"""`revizor clients`, `projects`, `people` and `accounts`: who answers for what, and who can get in."""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import Callable
from typing import Any, TypeVar

import click

from scanner.cli import options

F = TypeVar("F", bound=Callable[..., Any])


def _changes(command: F) -> F:
    """Add what every command that changes something has."""
    for option in (
        options.border,
        options.common,
        options.language,
        click.option("--who", metavar="NAME", help="Whose word it is; your login by default."),
        click.option("--why", default="", help="The reason, in a few words."),
    ):
        command = option(command)
    return command


def _reads(command: F) -> F:
    """Add what every command that only shows has."""
    for option in (
        options.border,
        options.common,
        options.language,
        click.option("--json", "as_json", is_flag=True, help="Print as JSON."),
    ):
        command = option(command)
    return command


def _show(text: str, *, as_json: bool = False) -> None:
    options.echo_lines(text.split("\n"), as_json=as_json)


def _do(work: Callable[..., Any], *words: Any, why: str, who: str | None, **more: Any) -> None:
    from scanner.service import clock
    from scanner.service.registering import Said

    settings = _settings(more)
    said = Said(who=who or getpass.getuser(), why=why)
    _show(asyncio.run(work(*words, said, settings, clock.now, **more)))


def _settings(said: dict[str, Any]) -> Any:
    """Take out of a command's options what settings are made of."""
    return options.settings_of(db=said.pop("db"), config=said.pop("config"), speak=said.pop("lang"))


@click.group(short_help="Clients, and how their firms and brands are called.")
def clients() -> None:
    """Whose estates are looked after."""


@clients.command("list", short_help="Every client.")
@_reads
def clients_list(as_json: bool, **said: Any) -> None:
    """Print every client: slug, name, firms."""
    from scanner.service.parties import clients_list

    settings = _settings(said)
    _show(clients_list(settings, as_json=as_json), as_json=as_json)


@clients.command("add", short_help="Add a client.")
@click.argument("client")
@click.option("--name", metavar="NAME", help="What people call him; CLIENT by default.")
@click.option("--org", multiple=True, metavar="NAME", help="A firm's name as papers spell it.")
@click.option("--brand", multiple=True, metavar="NAME", help="A brand of his.")
@click.option("--inn", multiple=True, metavar="N", help="A taxpayer number of his.")
@_changes
def clients_add(
    client: str,
    name: str | None,
    org: tuple[str, ...],
    brand: tuple[str, ...],
    inn: tuple[str, ...],
    **said: Any,
) -> None:
    """Add CLIENT, by a short name that can be a folder's."""
    from scanner.service.parties import clients_add

    _do(clients_add, client, org, brand, inn, called=name, **said)


@clients.command("set", short_help="Correct a client.")
@click.argument("client")
@click.argument("field", metavar="name|org|brands|inns")
@click.argument("value", metavar="VALUE")
@_changes
def clients_set(client: str, field: str, value: str, **said: Any) -> None:
    """Set a field of CLIENT; lists have `;` between, `-` empties them."""
    from scanner.service.parties import clients_set

    _do(clients_set, client, field, value, **said)


@clients.command("show", short_help="One client with his projects and history.")
@click.argument("client")
@_reads
def clients_show(client: str, as_json: bool, **said: Any) -> None:
    """Print CLIENT: names, projects, history."""
    from scanner.service.parties import clients_show

    settings = _settings(said)
    _show(clients_show(client, settings, as_json=as_json), as_json=as_json)


@click.group(short_help="Projects of clients, and who manages them.")
def projects() -> None:
    """Projects of clients. An object belongs to one or several; the manager of its lead gets its tasks."""


@projects.command("list", short_help="Projects, a line each.")
@click.option("--client", metavar="CLIENT", help="Only this client's.")
@_reads
def projects_list(client: str | None, as_json: bool, **said: Any) -> None:
    """Print projects: client, name, manager."""
    from scanner.service.parties import projects_list

    settings = _settings(said)
    _show(projects_list(client, settings, as_json=as_json), as_json=as_json)


@projects.command("add", short_help="Add a project.")
@click.argument("client")
@click.argument("name", metavar="NAME")
@click.option("--manager", metavar="NAME", help="Who manages it.")
@_changes
def projects_add(client: str, name: str, manager: str | None, **said: Any) -> None:
    """Add project NAME of CLIENT."""
    from scanner.service.parties import projects_add

    _do(projects_add, client, name, manager, **said)


@projects.command("set", short_help="Correct a project.")
@click.argument("client")
@click.argument("name", metavar="NAME")
@click.argument("field", metavar="name|manager|active|trackers.NAME")
@click.argument("value", metavar="VALUE")
@_changes
def projects_set(client: str, name: str, field: str, value: str, **said: Any) -> None:
    """Set a field of project NAME; `-` empties it. `trackers.bitrix24` is its group there."""
    from scanner.service.parties import projects_set

    _do(projects_set, client, name, field, value, **said)


@projects.command("show", short_help="One project with its history.")
@click.argument("client")
@click.argument("name", metavar="NAME")
@_reads
def projects_show(client: str, name: str, as_json: bool, **said: Any) -> None:
    """Print project NAME of CLIENT: manager, its group in each task manager, history."""
    from scanner.service.parties import projects_show

    settings = _settings(said)
    _show(projects_show(client, name, settings, as_json=as_json), as_json=as_json)


@click.group(short_help="People who answer for renewals.")
def people() -> None:
    """People who answer for renewals. Who leaves is set inactive, and what was his is told."""


@people.command("list", short_help="Everybody, a line each.")
@_reads
def people_list(as_json: bool, **said: Any) -> None:
    """Print everybody: number, name, e-mail, whether he has left."""
    from scanner.service.parties import people_list

    settings = _settings(said)
    _show(people_list(settings, as_json=as_json), as_json=as_json)


@people.command("add", short_help="Add a person.")
@click.argument("name", metavar="NAME")
@click.option("--email", metavar="ADDRESS", help="Where his digest goes.")
@_changes
def people_add(name: str, email: str | None, **said: Any) -> None:
    """Add NAME."""
    from scanner.service.parties import people_add

    _do(people_add, name, email, **said)


@people.command("set", short_help="Correct a person; `active no` when he leaves.")
@click.argument("name", metavar="NAME")
@click.argument("field", metavar="name|email|active|trackers.NAME")
@click.argument("value", metavar="VALUE")
@_changes
def people_set(name: str, field: str, value: str, **said: Any) -> None:
    """Set a field of NAME; `-` empties it. `trackers.bitrix24` is his id there. Of one who leaves
    (`active no`) it prints what was his and has nobody now."""
    from scanner.service.parties import people_set

    _do(people_set, name, field, value, **said)


@people.command("show", short_help="One person with what he answers for.")
@click.argument("name", metavar="NAME")
@_reads
def people_show(name: str, as_json: bool, **said: Any) -> None:
    """Print NAME: e-mail, ids in task managers, projects, objects, history."""
    from scanner.service.parties import people_show

    settings = _settings(said)
    _show(people_show(name, settings, as_json=as_json), as_json=as_json)


@click.group(short_help="Accounts at providers: whose, who can get in, what hangs on them.")
def accounts() -> None:
    """Accounts at providers. Passwords are never kept here, only where to find them."""


@accounts.command("list", short_help="Accounts with what hangs on each; leavers' first.")
@click.option("--client", metavar="CLIENT", help="Only this client's.")
@_reads
def accounts_list(client: str | None, as_json: bool, **said: Any) -> None:
    """Print accounts: holder, access, where the password is, what hangs on each. Those of people who have
    left the firm come first."""
    from scanner.service.parties import accounts_list

    settings = _settings(said)
    _show(accounts_list(client, settings, as_json=as_json), as_json=as_json)


@accounts.command("add", short_help="Add an account.")
@click.argument("client")
@click.argument("provider", metavar="PROVIDER")
@click.argument("login", metavar="LOGIN")
@click.option(
    "--holder",
    type=click.Choice(["agency", "client", "ex_employee", "unknown"]),
    help="Whose it is.",
)
@click.option(
    "--access", type=click.Choice(["ours", "client", "lost", "unknown"]), help="Who can get in."
)
@click.option("--secret-ref", metavar="PLACE", help="Where its password is kept.")
@_changes
def accounts_add(
    client: str,
    provider: str,
    login: str,
    holder: str | None,
    access: str | None,
    secret_ref: str | None,
    **said: Any,
) -> None:
    """Add LOGIN at PROVIDER."""
    from scanner.service.parties import accounts_add

    given = {"holder": holder, "access": access, "secret_ref": secret_ref}
    values = {field: value for field, value in given.items() if value}
    _do(accounts_add, client, provider, login, values, **said)


@accounts.command("set", short_help="Correct an account.")
@click.argument("account", metavar="ACCOUNT")
@click.argument("field", metavar="holder|access|secret_ref|…")
@click.argument("value", metavar="VALUE")
@click.option("--client", metavar="CLIENT", help="Whose it is, where several have one of that key.")
@_changes
def accounts_set(account: str, field: str, value: str, client: str | None, **said: Any) -> None:
    """Set a field of ACCOUNT, given by number or as PROVIDER/LOGIN; `-` empties it."""
    from scanner.service import clock, registering
    from scanner.service.parties import account_number

    settings = _settings(said)
    number = account_number(account, client, settings)
    who, why = said["who"] or getpass.getuser(), said["why"]
    change = registering.registry_set(number, field, value, who, why, settings, clock.now)
    _show(asyncio.run(change))


@accounts.command("show", short_help="One account with every value.")
@click.argument("account", metavar="ACCOUNT")
@click.option("--client", metavar="CLIENT", help="Whose it is, where several have one of that key.")
@_reads
def accounts_show(account: str, client: str | None, as_json: bool, **said: Any) -> None:
    """Print ACCOUNT, given by number or as PROVIDER/LOGIN."""
    from scanner.service import bookkeeping
    from scanner.service.parties import account_number

    settings = _settings(said)
    number = account_number(account, client, settings)
    _show(bookkeeping.registry_show(number, settings, as_json=as_json), as_json=as_json)
