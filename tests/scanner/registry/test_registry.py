"""The registry: a person's word stands, nothing is lost, nothing is counted twice."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from scanner.assets import Advice, Asset, Confidence, Kind, Money, Ownership, Use
from scanner.database import Database
from scanner.registry import (
    Client,
    Decision,
    Incoming,
    Lifecycle,
    ObjectType,
    Origin,
    Price,
    Received,
    Registry,
    RegistryObject,
)

AT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
DOMAIN = Asset(Kind.DOMAIN, "romashka.ru")
PRICE = Price(Money(Decimal("1200.50"), "RUB"), 12)


@pytest.fixture
def registry(database_url: str) -> Iterator[Registry]:
    """A registry with one client."""
    with Database.open(database_url) as database:
        opened = Registry(database)
        asyncio.run(opened.ensure_client(Client("romashka", "Ромашка"), AT))
        yield opened


def _receive(registry: Registry, *incoming: Incoming, day: int = 1) -> Received:
    at = AT + day * DAY
    return asyncio.run(registry.receive("romashka", f"run{day}", incoming, at))


def _say(registry: Registry, thing: RegistryObject, field: str, value: Any, day: int = 5) -> None:
    asyncio.run(registry.set(thing.id, field, value, "Ольга", "по счёту", AT + day * DAY))


def _only(registry: Registry) -> RegistryObject:
    (thing,) = registry.objects("romashka")
    return thing


def _fields(registry: Registry) -> list[tuple[str, str, str | None, str | None]]:
    changes = registry.history(_only(registry).id)
    return [(change.who, change.field, change.before, change.after) for change in changes]


FOUND = Incoming(
    asset=DOMAIN,
    ownership=Ownership.LIKELY,
    use=Use.USED,
    state="active_web",
    advice=Advice.KEEP,
    confidence=Confidence.LIKELY,
    display_name="ромашка.рф",
    registrar="REGTIME-RU",
    paid_until=date(2027, 5, 4),
    auto_renew=True,
    cost=PRICE,
    facts={"expiry_published": True, "dnssec": None},
    declared=frozenset({"cost", "auto_renew"}),
)


def test_what_a_run_found_becomes_an_object(registry: Registry) -> None:
    """With a default type, its values, and how each of them is known."""
    received = _receive(registry, FOUND)

    thing = _only(registry)
    assert received.added == (DOMAIN,)
    assert (thing.type, thing.lifecycle, thing.decision) == (
        ObjectType.DOMAIN,
        Lifecycle.DISCOVERED,
        None,
    )
    assert (thing.ownership, thing.use, thing.state) == (Ownership.LIKELY, Use.USED, "active_web")
    assert (thing.verdict, thing.confidence) == (Advice.KEEP, Confidence.LIKELY)
    assert (thing.paid_until, thing.auto_renew, thing.cost) == (date(2027, 5, 4), True, PRICE)
    assert thing.facts == {"expiry_published": True}
    assert thing.origins == {
        "display_name": Origin.OBSERVED,
        "registrar": Origin.OBSERVED,
        "paid_until": Origin.OBSERVED,
        "auto_renew": Origin.DECLARED,
        "cost": Origin.DECLARED,
        "ownership": Origin.INFERRED,
        "use": Origin.INFERRED,
        "state": Origin.INFERRED,
        "verdict": Origin.INFERRED,
    }
    assert registry.object(thing.id) == thing
    assert _fields(registry) == [("revizor", "lifecycle", None, "discovered")]


def test_the_same_run_again_changes_nothing(registry: Registry) -> None:
    """Once or twice, the registry is the same."""
    _receive(registry, FOUND)
    before = _only(registry)

    again = _receive(registry, FOUND)

    assert (again.added, again.changed, again.contradictions) == ((), (), ())
    assert _only(registry) == before
    assert len(_fields(registry)) == 1


def test_a_later_run_updates_and_writes_history(registry: Registry) -> None:
    """Each new value is a change with what was before and the run that brought it."""
    _receive(registry, FOUND)
    renewed = Incoming(asset=DOMAIN, paid_until=date(2028, 5, 4), registrar="BEGET-RU")

    received = _receive(registry, renewed, day=2)

    assert [(one.field, one.before, one.after, one.run) for one in received.changed] == [
        ("registrar", "REGTIME-RU", "BEGET-RU", "run2"),
        ("paid_until", "2027-05-04", "2028-05-04", "run2"),
    ]
    assert registry.history(_only(registry).id)[1:] == received.changed
    assert _only(registry).last_run == "run2"


def test_what_a_run_could_not_find_out_clears_nothing(registry: Registry) -> None:
    """None, empty text and an unknown use leave every value as it was."""
    _receive(registry, FOUND)
    before = _only(registry)

    blind = Incoming(asset=DOMAIN, use=Use.UNKNOWN, state="undetermined", registrar="")
    received = _receive(registry, blind, day=2)

    after = _only(registry)
    assert received.changed == ()
    assert (after.use, after.state, after.registrar) == (Use.USED, "active_web", "REGTIME-RU")
    assert (after.paid_until, after.cost, after.facts) == (PAID, PRICE, before.facts)
    assert after.last_run == "run2"


PAID = date(2027, 5, 4)


def test_a_proposal_to_switch_off_does_not_outlive_a_blind_look(registry: Registry) -> None:
    """The use stays as last known; the verdict is the newest look's."""
    idle = Incoming(
        asset=DOMAIN,
        use=Use.UNUSED,
        state="dark",
        advice=Advice.LET_EXPIRE,
        confidence=Confidence.LIKELY,
    )
    blind = Incoming(
        asset=DOMAIN,
        use=Use.UNKNOWN,
        state="undetermined",
        advice=Advice.ASK,
        confidence=Confidence.WEAK,
    )
    _receive(registry, idle)

    _receive(registry, blind, day=2)

    thing = _only(registry)
    assert (thing.use, thing.state) == (Use.UNUSED, "dark")
    assert (thing.verdict, thing.confidence) == (Advice.ASK, Confidence.WEAK)


def test_a_proposal_to_switch_off_does_not_outlive_what_a_person_denies(registry: Registry) -> None:
    """He confirmed that it is unused; a run sees it in use. His word stands, our proposal does not."""
    idle = Incoming(
        asset=DOMAIN,
        use=Use.UNUSED,
        advice=Advice.LET_EXPIRE,
        confidence=Confidence.LIKELY,
    )
    _receive(registry, idle)
    _say(registry, _only(registry), "use", "unused")

    alive = Incoming(asset=DOMAIN, use=Use.USED, state="active_web", advice=Advice.KEEP)
    received = _receive(registry, alive, day=6)

    thing = _only(registry)
    assert (thing.use, thing.verdict) == (Use.UNUSED, Advice.ASK)
    assert [one.field for one in received.contradictions] == ["use"]


def test_a_proposal_to_switch_off_does_not_outlive_a_run_that_found_nothing(
    registry: Registry,
) -> None:
    """The hosting's names were looked at, and led nowhere that we could see; a person's word stays."""
    hosting = Asset(Kind.HOSTING, "beget/romashka.ru")
    hosts = ("romashka.ru", "www.romashka.ru")
    idle = Incoming(
        asset=hosting,
        use=Use.IDLE,
        state="placeholders_only",
        advice=Advice.SWITCH_OFF,
        confidence=Confidence.LIKELY,
        hosts=hosts,
    )
    _receive(registry, idle)

    def verdict_after(domain: str, day: int) -> Advice | None:
        seen = Incoming(asset=Asset(Kind.DOMAIN, domain), hosts=(domain,), advice=Advice.ASK)
        _receive(registry, seen, day=day)
        (thing,) = registry.objects("romashka", kind=Kind.HOSTING)
        return thing.verdict

    assert verdict_after("vasilek.ru", 2) is Advice.SWITCH_OFF
    assert verdict_after("romashka.ru", 3) is Advice.ASK

    _receive(registry, idle, day=4)
    (thing,) = registry.objects("romashka", kind=Kind.HOSTING)
    _say(registry, thing, "verdict", "switch_off")
    assert verdict_after("romashka.ru", 6) is Advice.SWITCH_OFF


def test_what_a_run_did_not_meet_stays(registry: Registry) -> None:
    """Not met is not gone."""
    other = Incoming(asset=Asset(Kind.DOMAIN, "vasilek.ru"))
    _receive(registry, FOUND)

    _receive(registry, other, day=2)

    assert [str(thing.asset) for thing in registry.objects("romashka")] == [
        "domain:romashka.ru",
        "domain:vasilek.ru",
    ]


def test_an_older_run_that_comes_late_changes_nothing(registry: Registry) -> None:
    """Results brought home late do not undo newer ones."""
    _receive(registry, FOUND, day=5)

    received = _receive(registry, Incoming(asset=DOMAIN, registrar="OLD-RU"), day=2)

    assert received.changed == ()
    assert _only(registry).registrar == "REGTIME-RU"
    assert _only(registry).last_run == "run5"


@pytest.mark.parametrize(
    ("field", "said", "seen", "kept", "offered"),
    [
        ("paid_until", "2027-06-30", {"paid_until": PAID}, "2027-06-30", "2027-05-04"),
        ("registrar", "Мой регистратор", {"registrar": "X-RU"}, "Мой регистратор", "X-RU"),
        ("auto_renew", "no", {"auto_renew": True}, "no", "yes"),
        ("cost", Price(Money(Decimal(1), "EUR"), 1), {"cost": PRICE}, "1 EUR/1", "1200.50 RUB/12"),
        ("ownership", "foreign", {"ownership": Ownership.LIKELY}, "foreign", "likely"),
        ("ownership", "confirmed", {"ownership": Ownership.FOREIGN}, "confirmed", "foreign"),
        ("use", "used", {"use": Use.UNUSED, "state": "dark"}, "used", "unused"),
        ("verdict", "keep", {"advice": Advice.LET_EXPIRE}, "keep", "let_expire"),
    ],
)
def test_a_persons_value_is_never_overwritten(
    registry: Registry, field: str, said: Any, seen: dict[str, Any], kept: str, offered: str
) -> None:
    """A different observation is filed as a contradiction, once."""
    _receive(registry, FOUND)
    _say(registry, _only(registry), field, said)
    before = getattr(_only(registry), field)

    first = _receive(registry, Incoming(asset=DOMAIN, **seen), day=6)
    again = _receive(registry, Incoming(asset=DOMAIN, **seen), day=7)

    assert getattr(_only(registry), field) == before
    assert _only(registry).origins[field] is Origin.CONFIRMED
    assert [(one.field, one.kept, one.offered) for one in first.contradictions] == [
        (field, kept, offered)
    ]
    assert again.contradictions == ()
    (standing,) = registry.contradictions("romashka")
    assert (standing.first_at, standing.last_at, standing.run) == (
        AT + 6 * DAY,
        AT + 7 * DAY,
        "run7",
    )


@pytest.mark.parametrize(
    ("field", "said", "seen"),
    [
        ("paid_until", "2027-06-30", {"paid_until": date(2027, 6, 30)}),
        ("ownership", "confirmed", {"ownership": Ownership.POSSIBLE}),
        ("ownership", "foreign", {"ownership": Ownership.POSSIBLE}),
        ("use", "used", {"use": Use.UNKNOWN, "state": "undetermined"}),
        ("registrar", "X", {"registrar": None}),
    ],
)
def test_less_certainty_contradicts_nobody(
    registry: Registry, field: str, said: str, seen: dict[str, Any]
) -> None:
    """To agree, to know less and not to know are no contradictions."""
    _receive(registry, FOUND)
    _say(registry, _only(registry), field, said)

    received = _receive(registry, Incoming(asset=DOMAIN, **seen), day=6)

    assert received.contradictions == ()
    assert registry.contradictions("romashka") == ()


def test_no_switch_off_against_a_person_who_says_it_is_used(registry: Registry) -> None:
    """A verdict that rests on a use the person denies does not enter the registry."""
    _receive(registry, FOUND)
    _say(registry, _only(registry), "use", "used")
    dark = Incoming(asset=DOMAIN, use=Use.UNUSED, state="dark", advice=Advice.LET_EXPIRE)

    _receive(registry, dark, day=6)

    assert _only(registry).verdict is Advice.KEEP


def test_a_person_who_denies_the_use_withdraws_our_verdict(registry: Registry) -> None:
    """A proposal to switch off does not stand one moment beside the word that it is used."""
    dark = Incoming(asset=DOMAIN, use=Use.UNUSED, state="dark", advice=Advice.LET_EXPIRE)
    _receive(registry, dark)

    _say(registry, _only(registry), "use", "used")
    assert (_only(registry).verdict, _only(registry).confidence) == (None, None)
    _receive(registry, dark, day=6)

    assert (_only(registry).use, _only(registry).verdict) == (Use.USED, None)
    assert _fields(registry)[1:] == [
        ("Ольга", "use", "unused", "used"),
        ("Ольга", "verdict", "let_expire", None),
    ]
    _receive(registry, FOUND, day=7)
    assert _only(registry).verdict is Advice.KEEP


def test_contradictions_are_settled(registry: Registry) -> None:
    """By the runs that come to agree, by another value offered, by the person who speaks again."""
    _receive(registry, FOUND)
    _say(registry, _only(registry), "registrar", "A")

    def offered(registrar: str, day: int) -> list[str]:
        _receive(registry, Incoming(asset=DOMAIN, registrar=registrar), day=day)
        return [one.offered for one in registry.contradictions("romashka")]

    assert offered("B", 6) == ["B"]
    assert offered("C", 7) == ["C"]
    assert offered("A", 8) == []
    assert offered("B", 9) == ["B"]
    _say(registry, _only(registry), "registrar", "B", day=10)
    assert registry.contradictions("romashka") == ()
    assert offered("B", 11) == []


def test_a_person_changes_and_withdraws(registry: Registry) -> None:
    """His words are history; what he withdraws is the machine's to fill again."""
    _receive(registry, FOUND)
    thing = _only(registry)

    _say(registry, thing, "paid_until", "2027-06-30")
    _say(registry, thing, "type", "subdomain")
    _say(registry, thing, "decision", Decision.APPROVED)
    _say(registry, thing, "paid_until", None)
    _receive(registry, FOUND, day=6)

    after = _only(registry)
    assert (after.type, after.decision) == (ObjectType.SUBDOMAIN, Decision.APPROVED)
    assert (after.paid_until, after.origins["paid_until"]) == (PAID, Origin.OBSERVED)
    assert _fields(registry)[1:] == [
        ("Ольга", "paid_until", "2027-05-04", "2027-06-30"),
        ("Ольга", "type", "domain", "subdomain"),
        ("Ольга", "decision", None, "approved"),
        ("Ольга", "paid_until", "2027-06-30", None),
        ("revizor", "paid_until", None, "2027-05-04"),
    ]
    assert registry.history(thing.id)[1].why == "по счёту"


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("colour", "red", "no field"),
        ("paid_until", "04.05.2027", "paid_until cannot be"),
        ("verdict", "burn", "verdict cannot be"),
        ("state", "tenant_alive", "never"),
        ("lifecycle", None, "cannot be empty"),
    ],
)
def test_a_value_that_cannot_be_is_refused(
    registry: Registry, field: str, value: Any, says: str
) -> None:
    """With the reason, and nothing changes."""
    _receive(registry, FOUND)
    before = _only(registry)

    with pytest.raises(ValueError, match=says):
        _say(registry, before, field, value)

    assert _only(registry) == before


def test_hostile_text_is_stored_and_compares_equal(registry: Registry) -> None:
    """NUL and broken surrogates, which a server's text may hold, stop no run and change once."""
    hostile = Incoming(asset=DOMAIN, registrar="A\0B\ud800", facts={"title": "x\0y"})
    _receive(registry, hostile)

    again = _receive(registry, hostile, day=2)

    assert again.changed == ()
    assert _only(registry).registrar == "A\ufffdB?"
    assert _only(registry).facts == {"title": "x\ufffdy"}


def test_a_hosting_that_moved_is_the_same_object(registry: Registry) -> None:
    """Its key changed, its provider and names did not: its history and price go on."""
    old, new = Asset(Kind.HOSTING, "hoster/192.0.2.1"), Asset(Kind.HOSTING, "hoster/192.0.2.9")
    hosts = ("romashka.ru", "www.romashka.ru")
    _receive(registry, Incoming(asset=old, provider="hoster", hosts=hosts, cost=PRICE))

    received = _receive(registry, Incoming(asset=new, provider="hoster", hosts=hosts[:1]), day=2)

    thing = _only(registry)
    assert received.added == ()
    assert received.known_as == {new: old}
    assert (thing.asset, thing.cost, thing.hosts) == (old, PRICE, hosts[:1])


def test_a_persons_word_on_ownership_counts_before_and_after(registry: Registry) -> None:
    """For things met already, and for things met later."""
    vasilek = Asset(Kind.DOMAIN, "vasilek.ru")
    _receive(registry, FOUND)
    for asset, word in ((DOMAIN, Ownership.FOREIGN), (vasilek, Ownership.CONFIRMED)):
        asyncio.run(registry.say_ownership("romashka", asset, word, "Ольга", "спросили", AT))
    asyncio.run(
        registry.say_ownership("romashka", DOMAIN, Ownership.CONFIRMED, "Ольга", "ошиблась", AT)
    )

    _receive(registry, Incoming(asset=vasilek, ownership=Ownership.POSSIBLE), day=2)

    words = registry.owner_words("romashka")
    assert [(str(word.asset), word.ownership, word.why) for word in words] == [
        ("domain:romashka.ru", Ownership.CONFIRMED, "ошиблась"),
        ("domain:vasilek.ru", Ownership.CONFIRMED, "спросили"),
    ]
    for thing in registry.objects("romashka"):
        assert thing.ownership is Ownership.CONFIRMED
        assert thing.origins["ownership"] is Origin.CONFIRMED
    assert registry.contradictions("romashka") == ()


def test_a_guess_is_not_a_persons_word(registry: Registry) -> None:
    """A person says it is the client's or it is not."""
    with pytest.raises(ValueError, match="confirmed or foreign"):
        asyncio.run(registry.say_ownership("romashka", DOMAIN, Ownership.LIKELY, "Ольга", "", AT))


def test_objects_are_filtered(registry: Registry) -> None:
    """Every filter narrows; together they narrow more."""
    late = Asset(Kind.DOMAIN, "late.ru")
    mail = Asset(Kind.MAIL, "romashka.ru")
    _receive(
        registry,
        FOUND,
        Incoming(asset=late, paid_until=date(2030, 1, 1), advice=Advice.ASK),
        Incoming(asset=mail, advice=Advice.ASK, ownership=Ownership.CONFIRMED),
    )

    def found(**filters: Any) -> list[str]:
        return [str(thing.asset) for thing in registry.objects("romashka", **filters)]

    assert found() == ["domain:late.ru", "domain:romashka.ru", "mail:romashka.ru"]
    assert found(kind=Kind.MAIL) == found(type=ObjectType.MAIL) == ["mail:romashka.ru"]
    assert found(verdict=Advice.ASK) == ["domain:late.ru", "mail:romashka.ru"]
    assert found(verdict=Advice.ASK, kind=Kind.DOMAIN) == ["domain:late.ru"]
    assert found(paid_before=date(2028, 1, 1)) == ["domain:romashka.ru"]
    assert found(ownership=Ownership.CONFIRMED) == ["mail:romashka.ru"]
    assert found(lifecycle=Lifecycle.OFF) == []
    assert registry.objects("nobody") == ()


def test_a_client_gathers_names(registry: Registry) -> None:
    """Naming a client again adds to what is known and forgets nothing."""
    asyncio.run(registry.ensure_client(Client("romashka", org=("ООО «Ромашка»",), inns=("1",)), AT))
    known = asyncio.run(
        registry.ensure_client(Client("romashka", brands=("Daisy",), inns=("1", "2")), AT)
    )

    assert known == Client("romashka", "Ромашка", ("ООО «Ромашка»",), ("Daisy",), ("1", "2"))
    assert registry.client("romashka") == known
    assert registry.clients() == (known,)
    assert registry.client("vasilek") is None


def test_how_a_client_is_called_outranks_what_a_command_was_given(registry: Registry) -> None:
    """A short name alone gives way to a real one, and a real one to nothing that an audit is given."""
    asyncio.run(registry.ensure_client(Client("vasilek", "vasilek"), AT))

    named = asyncio.run(registry.ensure_client(Client("vasilek", "ООО «Василёк»"), AT))
    again = asyncio.run(registry.ensure_client(Client("vasilek", "vasilek"), AT))

    assert named.name == again.name == "ООО «Василёк»"


def test_nothing_is_filed_under_a_client_nobody_named(registry: Registry) -> None:
    """A slip of the pen opens no second registry."""
    with pytest.raises(LookupError, match="vasilek"):
        asyncio.run(registry.receive("vasilek", "run1", [FOUND], AT))
    with pytest.raises(LookupError, match="vasilek"):
        asyncio.run(registry.say_ownership("vasilek", DOMAIN, Ownership.CONFIRMED, "О", "", AT))
    with pytest.raises(LookupError, match="77"):
        asyncio.run(registry.set(77, "name", "x", "О", "", AT))


def test_runs_at_once_add_each_thing_once(registry: Registry, database_url: str) -> None:
    """Two programs that bring the same findings do not double them."""
    incoming = [Incoming(asset=Asset(Kind.DOMAIN, f"d{number}.ru")) for number in range(50)]

    async def both() -> list[Received]:
        with Database.open(database_url) as second:
            other = Registry(second)
            return await asyncio.gather(
                registry.receive("romashka", "a", incoming, AT),
                other.receive("romashka", "b", incoming, AT),
            )

    received = asyncio.run(both())

    assert sorted(len(one.added) for one in received) == [0, 50]
    assert len(registry.objects("romashka")) == 50
