"""What people enter and correct: every value has an origin, every change a history, every deed a way back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from scanner.assets import Kind
from scanner.database import Database
from scanner.registry import Lifecycle, ObjectType, Origin
from scanner.registry.accounts import accounts
from scanner.registry.fields import FIELDS
from scanner.registry.filters import Filter, lines, widths
from scanner.registry.history import history_of
from scanner.registry.identity import account_key, kind_of
from scanner.registry.own_types import OwnType, add_type, own_types
from scanner.registry.party_changes import party_history
from scanner.registry.people import held_by, people, person_called, set_person
from scanner.registry.projects import project_called, set_project
from scanner.registry.saying import ChangedSince, object_for_change, say, say_projects
from scanner.registry.undo import CannotUndo, deeds
from scanner.registry.words import Holder
from tests.scanner.registry.by_hand import CLIENT, Book


@pytest.fixture
def book(database_url: str) -> Iterator[Book]:
    """A registry with one client."""
    with Database.open(database_url) as database:
        yield Book(database)


KEYS = {
    ObjectType.DOMAIN: ("Ромашка.РФ", "domain:xn--80aa3agjl3d.xn--p1ai"),
    ObjectType.SUBDOMAIN: ("shop.romashka.ru", "other:shop-romashka-ru"),
    ObjectType.DNS_ZONE: ("Зона", "other:zona"),
    ObjectType.HOSTING: ("Основной", "hosting:beget/osnovnoy"),
    ObjectType.SERVER: ("web-1", "hosting:beget/web-1"),
    ObjectType.SITE: ("romashka.ru", "site:romashka.ru"),
    ObjectType.MAIL: ("romashka.ru", "mail:romashka.ru"),
    ObjectType.CERTIFICATE: ("*.romashka.ru 2026", "other:romashka-ru-2026"),
    ObjectType.CMS_LICENCE: ("1С-Битрикс Бизнес", "licence:beget/1s-bitriks-biznes"),
    ObjectType.LICENCE_KEY: ("Антивирус", "licence:beget/antivirus"),
    ObjectType.MARKETPLACE_SUB: ("Модуль оплаты", "saas:beget/modul-oplaty"),
    ObjectType.SAAS_SUB: ("МойСклад", "saas:beget/moysklad"),
    ObjectType.BACKUP_HOSTING: ("Копии", "hosting:beget/kopii"),
    ObjectType.CLOUD_STORAGE: ("S3", "hosting:beget/s3"),
    ObjectType.CDN: ("CDN", "saas:beget/cdn"),
    ObjectType.PHONE_NUMBER: ("+7 495 000-00-00", "other:7-495-000-00-00"),
    ObjectType.REPOSITORY: ("git", "other:git"),
    ObjectType.ACCOUNT: ("Ivan / 1", "account:beget/ivan-1"),
    ObjectType.OTHER: ("Прочее", "other:prochee"),
}


def test_every_type_of_the_glossary_can_be_entered(book: Book) -> None:
    """Each is known by a kind and a key of its own, and its birth is history."""
    found = {type_: book.add(type_, name, provider="Бегет") for type_, (name, _) in KEYS.items()}

    assert set(found) == set(ObjectType)
    for type_, thing in found.items():
        assert str(thing.asset) == KEYS[type_][1]
        assert (thing.type, thing.lifecycle) == (type_, Lifecycle.IN_USE)
        assert thing.origins["name"] is Origin.CONFIRMED
        told = book.read(lambda c, number=thing.id: history_of(c, number))
        assert [(one.field, one.before, one.after) for one in told][:2] == [
            ("lifecycle", None, "in_use"),
            ("type", None, type_),
        ]
        assert {one.deed for one in told} != {None}


def test_a_type_of_ones_own_is_a_type_like_any_other(book: Book) -> None:
    """It is added once, can be set, is refused where it is unknown, and goes where nothing has it."""
    with pytest.raises(ValueError, match=r"no type 'vpn'.*registry types add"):
        book.set(book.add("other", "Канал"), "type", "vpn")
    book.write(lambda c, by: add_type(c, OwnType("vpn", "VPN-канал", "VPN tunnel"), by))
    added = book.deed

    thing = book.add("other", "Туннель")
    book.set(thing, "type", "vpn")

    assert book.thing(thing.id).type == "vpn"
    assert kind_of("vpn") is Kind.OTHER
    assert [one.id for one in book.read(lambda c: list(lines(c, Filter(type="vpn"))))] == [thing.id]
    with pytest.raises(ValueError, match="objects of the type vpn"):
        book.undo(added)
    book.set(thing, "type", "other")
    book.undo(added)
    assert book.read(own_types) == ()


@pytest.mark.parametrize(
    ("own", "says"),
    [
        (OwnType("domain", "а", "b"), "domain already"),
        (OwnType("VPN", "а", "b"), "no code"),
        (OwnType("vpn", "", "b"), "word in Russian"),
    ],
)
def test_a_type_needs_a_code_and_two_words(book: Book, own: OwnType, says: str) -> None:
    """Of its own."""
    with pytest.raises(ValueError, match=says):
        book.write(lambda c, by: add_type(c, own, by))


VALUES: dict[str, tuple[str, str]] = {
    "type": ("server", "domain"),
    "lifecycle": ("off", "in_use"),
    "decision": ("approved", "-"),
    "name": ("Имя", "romashka.ru"),
    "display_name": ("ромашка", "-"),
    "provider": ("REG.RU", "-"),
    "registrar": ("RU-CENTER", "-"),
    "account": ("reg_ru/ivan", "-"),
    "responsible": ("Ольга", "-"),
    "paid_until": ("2027-05-04", "-"),
    "period_months": ("24", "-"),
    "auto_renew": ("no", "-"),
    "cost": ("1200.50 RUB/12", "-"),
    "one_off": ("1500.00 RUB", "-"),
    "renew_from": ("2027-03-04", "-"),
    "cheap_until": ("2027-04-04", "-"),
    "decide_by": ("2027-04-01", "-"),
    "service_stops": ("2027-05-05", "-"),
    "grace_until": ("2027-06-04", "-"),
    "lost_at": ("2027-06-05", "-"),
    "anchor": ("from_payment", "-"),
    "holder": ("ex_employee", "-"),
    "access": ("lost", "-"),
    "secret_ref": ("vault/1", "-"),
    "notes": ("две\nстроки", "-"),
    "replaced_by": ("2", "-"),
    "ownership": ("confirmed", "-"),
    "use": ("used", "-"),
    "state": ("active_web", "-"),
    "verdict": ("keep", "-"),
    "custom.Тариф": ("VIP", "-"),
}


def test_every_field_has_an_origin_a_history_and_a_way_back(book: Book) -> None:
    """Whatever a person sets is confirmed, told with who and why, and taken back to what it was."""
    assert set(VALUES) == {*FIELDS, "custom.Тариф"}
    book.person("Ольга")
    thing = book.add("domain", "romashka.ru")
    assert book.add("domain", "new.ru").id == 2
    was = book.thing(thing.id)

    for field, (value, before) in VALUES.items():
        (change,) = [one for one in book.set(thing, field, value) if one.field == field]
        said = book.thing(thing.id)
        assert said.origins[field] is Origin.CONFIRMED, field
        assert (change.before or "-", change.after) == (before, value), field
        assert (change.who, change.why) == ("Анна", "по письму")
        book.undo(book.deed)
        after = book.thing(thing.id)
        assert after.version == said.version + 1
        assert _without_version(after) == _without_version(was), field


def _without_version(thing: Any) -> Any:
    return [getattr(thing, name) for name in thing.__struct_fields__ if name != "version"]


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("cost", "дорого", "write it like"),
        ("cost", "1200", "no currency"),
        ("cost", "1200 RUB", "how many months"),
        ("cost", "-5 RUB/12", "less than nothing|write it like"),
        ("period_months", "0", "period_months cannot be"),
        ("responsible", "Никто", r"no person 'Никто'.*people add"),
        ("responsible", "Ушёл", "has left"),
        ("custom. ", "x", "no name for a field"),
        ("notes", "x" * 32_001, "longer than"),
        ("licence_key", "ABCD", "no field"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(
    book: Book, field: str, value: str, says: str
) -> None:
    """And nothing changes."""
    gone = book.person("Ушёл")
    book.write(lambda c, by: set_person(c, gone, "active", "no", by))
    thing = book.add("domain", "romashka.ru")

    with pytest.raises((ValueError, LookupError), match=says):
        book.set(thing, field, value)

    assert book.thing(thing.id) == thing


@pytest.mark.parametrize(
    ("text", "price"),
    [
        ("1200.50 RUB/12", "1200.50 RUB/12"),
        ("1 990,00 ₽ в год", "1990.00 RUB/12"),
        ("150 руб./мес.", "150.00 RUB/1"),
        ("0.0625 USD/1", "0.0625 USD/1"),
    ],
)
def test_a_price_is_read_as_people_write_it(book: Book, text: str, price: str) -> None:
    """To the last digit."""
    thing = book.add("domain", "romashka.ru", cost=text)

    assert str(thing.cost) == price


def test_the_same_thing_is_not_entered_twice(book: Book) -> None:
    """A second one of the same kind and key is refused by the number of the first."""
    first = book.add("domain", "romashka.ru")

    with pytest.raises(ValueError, match=f"already, as object {first.id}"):
        book.add("domain", "РОМАШКА.ru".replace("РОМАШКА", "ROMASHKA"))


def test_a_value_that_changed_since_is_not_overwritten(book: Book) -> None:
    """Only the field matters: another one that changed hinders nobody."""
    thing = book.add("domain", "romashka.ru", provider="A")
    seen = thing.version
    book.set(thing, "provider", "B", who="Пётр")

    with pytest.raises(ChangedSince, match=r"provider of object \d+ became B.*Пётр"):
        book.set(thing, "provider", "C", since=seen)
    book.set(thing, "notes", "x", since=seen)

    assert book.thing(thing.id).provider == "B"


def test_an_object_belongs_to_several_projects_and_one_leads(book: Book) -> None:
    """Which is history, and is taken back."""
    site, shop = book.project("Сайт"), book.project("Магазин")
    thing = book.add("domain", "romashka.ru", site)

    def link(*projects: Any) -> None:
        wanted = [(one.id, one.name) for one in projects]
        book.write(lambda c, by: say_projects(c, object_for_change(c, thing.id), wanted, by))

    link(site, shop)
    assert book.projects_of(thing) == ["Сайт", "Магазин"]
    link(shop, site)
    led = book.deed
    assert book.projects_of(thing) == ["Магазин", "Сайт"]
    link(shop)
    with pytest.raises(CannotUndo, match="projects →"):
        book.undo(led)
    told = [one for one in book.read(lambda c: history_of(c, thing.id)) if one.field == "projects"]
    assert [(one.before, one.after) for one in told] == [
        (None, "Сайт"),
        ("Сайт", "Сайт; Магазин"),
        ("Сайт; Магазин", "Магазин; Сайт"),
        ("Магазин; Сайт", "Магазин"),
    ]


def test_what_was_added_is_archived_when_that_is_undone(book: Book) -> None:
    """Nothing is ever deleted; and an undo can be undone."""
    thing = book.add("domain", "romashka.ru", notes="x")

    book.undo(book.deed)
    assert book.thing(thing.id).lifecycle is Lifecycle.ARCHIVED
    book.undo(book.deed)
    assert book.thing(thing.id).lifecycle is Lifecycle.IN_USE
    assert book.thing(thing.id).notes == "x"


def test_a_deed_is_undone_whole_or_not_at_all(book: Book) -> None:
    """One field changed since holds all of it back, and the refusal names it."""
    one, two = book.add("domain", "one.ru"), book.add("domain", "two.ru")

    def both(c: Any, by: Any) -> None:
        for number in (one.id, two.id):
            say(c, object_for_change(c, number), {"provider": "B"}, by)

    book.write(both)
    deed = book.deed
    book.set(two, "provider", "C")

    with pytest.raises(CannotUndo, match=f"{two.id} provider → C"):
        book.undo(deed)
    assert book.thing(one.id).provider == "B"

    assert book.thing(two.id).provider == "C"


def test_a_deed_nobody_did_is_said(book: Book) -> None:
    """With where to find one."""
    with pytest.raises(LookupError, match="no deed 'nothing'"):
        book.undo("nothing")


def test_what_a_leaver_had_is_told(book: Book) -> None:
    """His objects, and his projects with what they lead; not what is gone already."""
    olga = book.person("Ольга Иванова", "o@agency.example")
    site = book.project("Сайт", olga)
    own = book.add("domain", "one.ru", responsible="Ольга Иванова")
    two = book.add("domain", "two.ru", site)
    gone = book.add("domain", "three.ru", responsible="Ольга Иванова")
    book.set(gone, "lifecycle", "archived")

    book.write(lambda c, by: set_person(c, olga, "active", "no", by))
    held = book.read(lambda c: held_by(c, olga.id))

    assert [row[0] for row in held.objects] == [own.id]
    assert [(name, count) for _, _, name, count in held.projects] == [("Сайт", 1)]
    nobody = book.read(lambda c: [one.id for one in lines(c, Filter(nobody=True, alive=True))])
    assert nobody == [own.id, two.id]
    with pytest.raises(ValueError, match="has left"):
        book.write(
            lambda c, by: set_project(
                c, project_called(c, CLIENT, "Сайт"), "manager", "Ольга Иванова", by
            )
        )
    book.undo(book.read(lambda c: deeds(c, 1))[0].deed)
    assert [one.active for one in book.read(people)] == [True]


def test_parties_have_a_history_and_a_way_back(book: Book) -> None:
    """Names, managers, ids in task managers."""
    olga = book.person("Ольга")
    site = book.project("Сайт")
    for field, value in (
        ("name", "Портал"),
        ("manager", "Ольга"),
        ("trackers.bitrix24", "17"),
        ("active", "no"),
    ):
        book.write(
            lambda c, by, f=field, v=value: set_project(
                c, project_called(c, CLIENT, "Сайт" if f == "name" else "Портал"), f, v, by
            )
        )
    set_at = book.deed

    told = book.read(lambda c: party_history(c, f"project:{site.id}"))
    assert [(one.field, one.before, one.after) for one in told] == [
        ("active", None, "yes"),
        ("name", None, "Сайт"),
        ("name", "Сайт", "Портал"),
        ("manager", None, "Ольга"),
        ("trackers.bitrix24", None, "17"),
        ("active", "yes", "no"),
    ]
    book.undo(set_at)
    found = book.read(lambda c: project_called(c, CLIENT, "портал"))
    assert (found.active, found.trackers, found.manager) == (True, {"bitrix24": "17"}, olga.id)
    with pytest.raises(LookupError, match=r"no project 'Нет'; known: Портал"):
        book.read(lambda c: project_called(c, CLIENT, "Нет"))
    assert book.read(lambda c: person_called(c, str(olga.id))) == olga


def test_accounts_of_leavers_come_first_with_what_hangs_on_them(book: Book) -> None:
    """Whose they are by a person's word; what hangs on one names it as its account."""
    mine = book.add("account", "agency", provider="Бегет", holder="agency")
    left = book.add("account", "Ivan", provider="REG.RU", holder="ex_employee", access="lost")
    key = account_key("REG.RU", "Ivan")
    domain = book.add("domain", "romashka.ru", account=key)
    book.add("domain", "gone.ru", account=key, lifecycle="archived")

    found = book.read(accounts)

    assert [(one.id, one.holder) for one in found] == [
        (left.id, Holder.EX_EMPLOYEE),
        (mine.id, Holder.AGENCY),
    ]
    assert found[0].hanging == ((domain.id, "domain", "romashka.ru"),)


def test_filters_narrow_as_they_say(book: Book) -> None:
    """Each alone; the manager is who answers: the responsible person, else the lead project's manager."""
    olga, peter = book.person("Ольга"), book.person("Пётр")
    site = book.project("Сайт", olga)
    added = [
        book.add(
            "domain",
            "one.ru",
            site,
            provider="REG.RU",
            notes="Важный КЛИЕНТ",
            paid_until="2026-05-01",
        ),
        book.add(
            "hosting", "Основной", site, responsible="Пётр", account="beget/a", provider="Бегет"
        ),
        book.add("domain", "три.рф", lifecycle="deleted"),
    ]
    named = {thing.id: thing.name for thing in added}

    def found(**wanted: Any) -> list[str]:
        return book.read(lambda c: [named[one.id] for one in lines(c, Filter(**wanted))])

    assert found() == ["one.ru", "три.рф", "Основной"]
    assert found(manager=olga.id) == ["one.ru"]
    assert found(manager=peter.id) == ["Основной"]
    assert found(project=site.id) == ["one.ru", "Основной"]
    assert found(clients=("vasilek",)) == []
    assert found(alive=True) == ["one.ru", "Основной"]
    assert found(provider="reg.ru") == ["one.ru"]
    assert found(provider="beget") == ["Основной"]
    assert found(text="важный клиент") == ["one.ru"]
    assert found(text="ОСНОВН") == ["Основной"]
    assert found(type="hosting", lifecycle=Lifecycle.IN_USE) == ["Основной"]
    assert found(paid_before=date(2026, 6, 1)) == ["one.ru"]
    longest = book.read(lambda c: max(len(one.asset) for one in lines(c, Filter())))
    assert book.read(lambda c: widths(c, Filter())) == (longest, len(CLIENT))
    assert book.read(lambda c: widths(c, Filter(text="x", clients=("nobody",)))) == (0, 0)
