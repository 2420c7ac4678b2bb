"""Invented audits to print: a varied small estate, an empty one, a large one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from msgspec import structs

from reports.document import (
    Answer,
    Asset,
    Change,
    Client,
    Cost,
    Document,
    Evidence,
    Finding,
    FoundBy,
    Hand,
    NotSeen,
    OneOff,
    OwnershipReason,
    Registry,
    RegistryObject,
    Relation,
    Run,
    Savings,
    Scope,
    Source,
    StepDone,
    Told,
    Work,
    YearlySum,
)

AT = datetime(2026, 5, 4, 9, 5, tzinfo=UTC)
DAY = AT.date()
TYPED = FoundBy(code="typed_by_consultant", source="romashka.ru")


def cost(amount: str, source: str = "invoice", months: int = 12) -> Cost:
    return Cost(amount=Decimal(amount), currency="RUB", period_months=months, source=source)


def says(code: str, leans: str = "", *evidence: str, **params: Any) -> Finding:
    return Finding(code=code, leans=leans, params=params, at=AT, evidence=evidence)


def work(*steps: str, if_wrong: str, undo: str, done: tuple[str, ...] = (), **params: Any) -> Work:
    return Work(
        steps=steps, done=done, consequence=Told(code=if_wrong), undo=Told(code=undo, params=params)
    )


EXPIRES = ("remove_dns", "let_expire")
OFF = work("switch_off", if_wrong="hosting_off", undo="hosting_off", done=("second_look",))


def asset(id_: str, name: str, verdict: str, use: str, state: str, **more: Any) -> Asset:
    settled = {
        "display_name": name,
        "ownership": "confirmed",
        "ownership_reasons": (
            OwnershipReason(
                code="typed_by_consultant", group="person", params={"source": "romashka.ru"}
            ),
        ),
        "found_by": (TYPED,),
        "confidence": "likely",
        **more,
    }
    return Asset(
        id=id_, kind=id_.split(":")[0], name=name, verdict=verdict, use=use, state=state, **settled
    )


def _domains() -> list[Asset]:
    reg_ru = {"registrar": "ООО «Регистратор имён»", "auto_renew": True, "cost": cost("1290")}
    facts = {
        "name_servers": ["ns1.hosting.example", "ns2.hosting.example"],
        "statuses": ["REGISTERED", "DELEGATED", "VERIFIED"],
        "created": "2011-03-02",
        "free_date": "2027-04-14",
        "holder": "ООО «Ромашка»",
        "holder_kind": "organisation",
    }
    ending = ("second_look", "owner_word", "other_vantage")
    return [
        asset("domain:romashka.ru", "romashka.ru", "keep", "used", "active_web",
              paid_until=date(2027, 3, 14), facts=facts, projects=("Основной сайт",),
              reasons=(says("domain.active_web", "used", "ev1", sites=["romashka.ru", "shop.romashka.ru"]),
                       says("domain.active_mail", "used", "ev2")), **reg_ru),
        asset("domain:xn--80aa3agjl3d.xn--p1ai", "xn--80aa3agjl3d.xn--p1ai", "renew", "redirect", "redirect_only",
              display_name="ромашка.рф", paid_until=date(2026, 5, 19),
              reasons=(says("domain.redirect_only", "redirect", "ev3", sites=["xn--80aa3agjl3d.xn--p1ai"]),
                       says("domain.expires_soon", "", "ev4", date="2026-05-19", days=15)), **reg_ru),
        asset("domain:romashka-sale.ru", "romashka-sale.ru", "let_expire", "idle", "parked",
              paid_until=date(2026, 6, 2), needs=ending,
              work=work(*EXPIRES, if_wrong="domain_expires", undo="domain_holder_renews",
                        days=30, until="2026-06-02", last_day="2026-07-02"),
              reasons=(says("domain.parked", "idle", "ev5", sites=["romashka-sale.ru"]),
                       says("mail.no_mx", "unused", "ev6")), **reg_ru),
        asset("domain:romashka2014.ru", "romashka2014.ru", "let_expire", "unused", "dark",
              paid_until=date(2026, 11, 30), needs=ending, ownership="likely",
              work=work(*EXPIRES, if_wrong="domain_expires_unseen", undo="domain_holder_renews",
                        days=30, until="2026-11-30", last_day="2026-12-30"),
              ownership_reasons=(OwnershipReason(code="holder_inn_is_the_clients", group="legal_id", params={"inn": "7700000000"}),
                                 OwnershipReason(code="shares_certificate", group="cert", params={"with": "romashka.ru"})),
              found_by=(TYPED, FoundBy(code="named_in_certificate_of", source="romashka.ru")),
              reasons=(says("domain.dark", "unused", "ev7"), says("mail.no_mx", "unused", "ev7")), **reg_ru),
        asset("domain:romashka-mail.com", "romashka-mail.com", "transfer", "used", "active_mail",
              paid_until=date(2026, 9, 1), registrar="Registrar Ltd", auto_renew=None,
              facts={"holder_kind": "private_person", "holder": "must not be shown",
                     "unclear": ["expires: 03/08/2026"],
                     "differing": [{"field": "holder", "source": "registrar whois"},
                                   {"field": "created", "source": "registrar rdap", "value": "2014-02-03"}]},
              work=work("transfer", if_wrong="domain_transferred", undo="domain_transferred"),
              reasons=(says("domain.active_mail", "used"), says("domain.holder_is_private_person", "", "ev8"))),
        asset("domain:romashka.shop", "romashka.shop", "ask", "lapsed", "lapsed_unpaid",
              paid_until=date(2026, 4, 29), needs=("owner_word",),
              reasons=(says("domain.lapsed_unpaid", "lapsed", "ev9", paid_until="2026-04-29", free_on="2026-05-29"),)),
        asset("domain:romawka.ru", "romawka.ru", "ask", "unused", "defensive", needs=("owner_word",),
              reasons=(says("domain.defensive", "unused"), says("mail.null_mx", "unused"),
                       says("mail.spf_denies_all", "unused"), says("mail.dmarc_reject", "unused"))),
    ]  # fmt: skip


def _sites_and_hosting() -> list[Asset]:
    found = (TYPED, FoundBy(code="linked_from", source="romashka.ru"))
    stop = ("second_look", "owner_word", "account_list", "backup")
    return [
        asset("site:romashka.ru", "romashka.ru", "keep", "used", "content", facts={
            "urls": ["https://romashka.ru/"], "title": "Ромашка — доставка цветов", "status": 200},
            reasons=(says("site.content", "used", "ev1", urls=["https://romashka.ru/"], status=200),)),
        asset("site:shop.romashka.ru", "shop.romashka.ru", "fix", "used", "content", found_by=found,
              work=work("fix_takeovers", if_wrong="site_mended", undo="thing_mended"),
              hands=(Hand(code="certificate_wrong", severity="critical", params={"host": "shop.romashka.ru", "trouble": "expired"}),
                     Hand(code="takeover_saas", severity="critical")),
              reasons=(says("site.content", "used", "ev10", status=200),
                       says("site.certificate_trouble", "", "ev11", host="shop.romashka.ru", trouble="expired"))),
        asset("site:old.romashka.ru", "old.romashka.ru", "ask", "unknown", "forbidden", found_by=found,
              needs=("other_vantage",),
              reasons=(says("site.forbidden", "unknown", "ev12", status=403),
                       says("facet.unknown", "unknown", facet="web", reason="access_denied"))),
        asset("site:promo.romashka.ru", "promo.romashka.ru", "switch_off", "idle", "placeholder", needs=stop,
              work=work("remove_dns", "switch_off", if_wrong="site_off", undo="site_off"),
              reasons=(says("site.placeholder", "idle", "ev13", provider="beget"),
                       says("site.same_as_unknown_host", "idle", "ev13"))),
        asset("hosting:beget/rom1", "beget/rom1", "keep", "used", "serves_sites", display_name="Beget, аккаунт rom1",
              provider="Beget", cost=cost("480", "price_list", 1), paid_until=date(2026, 7, 1), auto_renew=False,
              facts={"addresses": ["198.51.100.7"], "serves": ["site:romashka.ru", "site:shop.romashka.ru"]},
              reasons=(says("hosting.serves", "used", count=2, sites=["romashka.ru", "shop.romashka.ru"]), says("hosting.mail_points_here", "used", domain="romashka.ru"))),
        asset("hosting:timeweb/1", "timeweb/1", "switch_off", "idle", "placeholders_only", display_name="Timeweb, 203.0.113.10",
              provider="Timeweb", cost=cost("349", "estimate", 1), needs=stop[1:], ownership="likely", work=OFF,
              ownership_reasons=(OwnershipReason(code="serves_client_names", group="dns", params={"names": ["promo.romashka.ru"]}),),
              found_by=(*found, FoundBy(code="address_of", source="promo.romashka.ru")),
              facts={"addresses": ["203.0.113.10", "2001:db8::10"], "serves": ["site:promo.romashka.ru"]},
              reasons=(says("hosting.placeholders_only", "idle", "ev13"),)),
        asset("hosting:unknown/2", "unknown/2", "no_data", "unknown", "no_answer", display_name="198.51.100.200",
              needs=("other_vantage",), reasons=(says("hosting.no_answer", "unknown", reason="timeout"),)),
    ]  # fmt: skip


def _the_rest() -> list[Asset]:
    possible = (FoundBy(code="linked_from", source="romashka.ru"),)
    return [
        asset("mail:romashka.ru", "romashka.ru", "keep", "used", "tenant_alive", provider="Яндекс 360",
              facts={"hosts": ["mx.yandex.net"], "provider": "Яндекс 360"},
              reasons=(says("mail.tenant_alive", "used", "ev2", provider="Яндекс 360"), says("mail.spf_allows", "used"))),
        asset("mail:romashka-sale.ru", "romashka-sale.ru", "ask", "unknown", "default_mx_only",
              reasons=(says("mail.default_mx_only", "unknown", provider="Beget"),)),
        asset("certificate:aa11", "aa11", "renew", "used", "served", display_name="*.romashka.ru",
              paid_until=date(2026, 5, 25), cost=cost("4900"), facts={
                  "names": ["*.romashka.ru", "romashka.ru"], "issuer": "Sectigo", "not_after": "2026-05-25", "trust": "trusted"},
              reasons=(says("certificate.served", "used", "ev14", host="romashka.ru", issuer="Sectigo"),
                       says("certificate.expires_soon", "", date="2026-05-25", days=21))),
        asset("certificate:bb22", "bb22", "keep", "used", "served", display_name="shop.romashka.ru",
              paid_until=date(2026, 7, 9), auto_renew=True, reasons=(says("certificate.served", "used"),)),
        asset("saas:tilda/romashka", "tilda/romashka", "ask", "lapsed", "unpaid", display_name="Tilda, lending.romashka.ru",
              reasons=(says("saas.unpaid", "lapsed", provider="Tilda"),), needs=("owner_word",)),
        asset("licence:bitrix/romashka.ru", "bitrix/romashka.ru", "ask", "unknown", "trace",
              provider="1С-Битрикс", provider_names={"en": "1C-Bitrix"},
              reasons=(says("licence.trace", "unknown"),)),
        asset("domain:partner-flowers.ru", "partner-flowers.ru", "no_data", "unknown", "undetermined", ownership="possible",
              ownership_reasons=(OwnershipReason(code="linked_by_client", group="web", params={"from": "romashka.ru"}, evidence=("ev1",)),), found_by=possible),
        asset("site:cdn.provider.example", "cdn.provider.example", "no_data", "unknown", "undetermined", ownership="foreign",
              ownership_reasons=(OwnershipReason(code="foreign_registrable", params={"domain": "provider.example"}, evidence=("ev15",)),), found_by=possible),
    ]  # fmt: skip


def _evidence() -> dict[str, Evidence]:
    asked = {
        "ev1": ("GET https://romashka.ru/", "HTTP/1.1 200 OK\ncontent-type: text/html\n<title>Ромашка — доставка цветов</title>"),
        "ev2": ("MX romashka.ru", "10 mx.yandex.net."),
        "ev3": ("GET https://xn--80aa3agjl3d.xn--p1ai/", "HTTP/1.1 301\nlocation: https://romashka.ru/"),
        "ev4": ("WHOIS xn--80aa3agjl3d.xn--p1ai @ whois.registry.example", "paid-till: 2026-05-19T21:00:00Z"),
        "ev5": ("GET http://romashka-sale.ru/", "Домен припаркован"),
        "ev6": ("MX romashka-sale.ru", "NOERROR, 0 answers"),
        "ev7": ("A romashka2014.ru", "NOERROR, 0 answers"),
        "ev8": ("WHOIS romashka-mail.com", "registrant: private person"),
        "ev9": ("WHOIS romashka.shop", "Registry Expiry Date: 2026-04-29T00:00:00Z"),
        "ev10": ("GET https://shop.romashka.ru/", "HTTP/1.1 200 OK"),
        "ev11": ("TLS shop.romashka.ru:443", "not after 2026-04-30T12:00:00Z"),
        "ev12": ("GET https://old.romashka.ru/", "HTTP/1.1 403 Forbidden"),
        "ev13": ("GET http://promo.romashka.ru/", "Сайт создан и находится в процессе наполнения"),
        "ev14": ("TLS romashka.ru:443", "CN=*.romashka.ru, issuer Sectigo"),
        "ev15": ("WHOIS provider.example", "org: Provider Ltd"),
    }  # fmt: skip
    return {
        id_: Evidence(
            at=AT,
            vantage="Москва" if id_ != "ev12" else "Франкфурт",
            question=question,
            excerpt=excerpt,
        )
        for id_, (question, excerpt) in asked.items()
    }


def varied() -> Document:
    """A small firm with one thing of nearly every sort."""
    return Document(
        client=Client(slug="romashka", name="Ромашка", org=("ООО «Ромашка»",), inn=("7700000000",)),
        generated_at=AT,
        prepared_by="Агентство «Вектор»",
        run=Run(
            id="2026-05-04-romashka-1",
            started_at=AT - timedelta(minutes=7),
            finished_at=AT,
            complete=True,
            vantage="Москва",
            sources=(
                Source(name="dns", status="completed", asked=412, answered=412),
                Source(name="registration", status="limited", asked=31, answered=24, reason="rate_limited"),
                Source(name="certificate_logs", status="partial", asked=9, answered=7, reason="timeout"),
                Source(name="websites", status="completed", asked=96, answered=91),
                Source(name="mail_servers", status="failed", asked=6, answered=0, reason="port_blocked"),
                Source(name="whois.registry.example", status="skipped", reason="nothing_to_ask"),
            ),
            scope=Scope(names=("romashka.ru", "xn--80aa3agjl3d.xn--p1ai"), files=("домены.xlsx",), depth=3),
        ),
        assets=(*_domains(), *_sites_and_hosting(), *_the_rest()),
        relations=(Relation(source="site:romashka.ru", target="hosting:beget/rom1", kind="on_hosting"),),
        evidence=_evidence(),
        registry=Registry(
            objects=(
                RegistryObject(id="r1", type="cms_licence", name="Лицензия 1С-Битрикс «Бизнес»", status="in_use",
                               paid_until=date(2026, 6, 20), cost=cost("38900"), manager="Мария С."),
                RegistryObject(id="r2", type="cloud_storage", name="Хранилище резервных копий", status="in_review"),
            )
        ),
        not_seen=(
            NotSeen(code="port_blocked", params={"port": 25}),
            NotSeen(code="source_partial", params={"source": "certificate_logs", "asked": 9, "answered": 7, "reason": "timeout"}),
            NotSeen(code="facet_unknown_count", params={"facet": "mail", "count": 3}),
            NotSeen(code="no_ipv6"),
            NotSeen(code="hosting_accounts"),
            NotSeen(code="saas_and_licences"),
            NotSeen(code="vantage_single", params={"vantage": "Москва"}),
            NotSeen(code="unverified_leads", params={"count": 41}),
        ),
        savings=Savings(
            priced=9,
            total=20,
            spending=(YearlySum(amount=Decimal("58640"), currency="RUB", source="invoice"),
                      YearlySum(amount=Decimal("5760"), currency="RUB", source="price_list")),
            proposed=(YearlySum(amount=Decimal("2580"), currency="RUB", source="invoice"),
                      YearlySum(amount=Decimal("4188"), currency="RUB", source="estimate")),
        ),
        changes=(
            Change(code="appeared", asset="site:promo.romashka.ru"),
            Change(code="use_changed", params={"was": "used", "now": "lapsed"}, asset="domain:romashka.shop"),
        ),
    )  # fmt: skip


def _answered(decision: str, verdict: str, **more: Any) -> Answer:
    return Answer(decision=decision, verdict=verdict, on=date(2026, 4, 10), by="Ольга Р.", **more)


def _done(step: str, day: int, **more: Any) -> StepDone:
    return StepDone(step=step, on=date(2026, 4, day), who="Мария С.", **more)


def registered() -> Document:
    """The same firm some months later: a registry that is kept, decisions, and things on their way out."""
    small = varied()
    steps = ("backup", "auto_renew_off", "switched_off", "observed", "deleted", "verified_gone")
    kept: dict[str, Any] = {
        "manager": "Мария С.",
        "projects": ("Основной сайт",),
        "payer": "agency",
    }
    objects = (
        RegistryObject(id="r3", type="domain", name="romashka.ru", asset="domain:romashka.ru", status="in_use",
                       paid_until=date(2027, 3, 14), cost=cost("1490", "declared"), **kept),
        RegistryObject(id="r4", type="domain", name="romashka-sale.ru", asset="domain:romashka-sale.ru", payer="client",
                       asked_on=date(2026, 3, 1), answer=_answered("approved", "let_expire"), gain="agreed",
                       cost=cost("1290"), steps=(_done("signed", 10), _done("auto_renew_off", 11)), left=("verified_gone",)),
        RegistryObject(id="r5", type="hosting", name="Timeweb", asset="hosting:timeweb/1", account="timeweb/rom2",
                       asked_on=date(2026, 3, 1), answer=_answered("approved", "switch_off"), gain="agreed",
                       steps=(_done("signed", 10), _done("backup", 12, note="диск В, папка 4"),
                              _done("switched_off", 20, until=date(2026, 5, 20))), left=steps[3:]),
        RegistryObject(id="r6", type="site", name="promo.romashka.ru", asset="site:promo.romashka.ru",
                       asked_on=date(2026, 3, 1), answer=_answered("approved", "switch_off"),
                       steps=(_done("signed", 10), _done("held", 22, note="run-7")), left=steps),
        RegistryObject(id="r7", type="domain", name="romawka.ru", asset="domain:romawka.ru", asked_on=date(2026, 3, 1),
                       decide_by=date(2026, 4, 15), cost=cost("1290")),
        RegistryObject(id="r8", type="domain", name="romashka.shop", asset="domain:romashka.shop", asked_on=date(2026, 3, 1),
                       answer=_answered("deferred", "ask", until=date(2026, 5, 1), comment="вернёмся после отпуска")),
        RegistryObject(id="r9", type="saas_sub", name="Tilda", asset="saas:tilda/romashka", gain="refused",
                       cost=cost("750", "declared", 1), asked_on=date(2026, 3, 1), answer=_answered("rejected", "ask")),
        RegistryObject(id="r10", type="hosting", name="Старый хостинг", status="deleted", cost=cost("349", "invoice", 1),
                       gain="realised", saved=Decimal("1390.50"), answer=_answered("approved", "switch_off"),
                       replacement=cost("99", "declared", 1),
                       one_off=(OneOff(amount=Decimal(500), currency="RUB", source="invoice"),
                                OneOff(amount=Decimal(20), currency="EUR")),
                       steps=(_done("signed", 1), _done("deleted", 2), _done("verified_gone", 3))),
        RegistryObject(id="r11", type="account", name="beget, вход rom1", account="beget/rom1", holder="ex_employee"),
        RegistryObject(id="r12", type="cms_licence", name="Лицензия 1С-Битрикс «Бизнес»", status="in_use",
                       account="beget/rom1", paid_until=date(2026, 6, 20), cost=cost("38900"), **kept),
        RegistryObject(id="r13", type="domain", name="romashka2014.ru", asset="domain:romashka2014.ru",
                       asked_on=date(2026, 3, 1), decide_by=date(2026, 6, 1), auto_renew=False),
    )  # fmt: skip
    changes = (
        *small.changes,
        Change(code="came_back", asset="site:promo.romashka.ru", params={"now_state": "site.content"}),
        Change(code="gone", params={"name": "n.romashka.ru"}, asset="site:n.romashka.ru"),
        Change(code="renewed", params={"until": "2027-03-14"}, asset="domain:romashka.ru"),
        Change(code="source_failing", params={"source": "websites", "reason": "timeout", "since": "2026-05-01"}),
    )  # fmt: skip
    return structs.replace(small, registry=Registry(objects=objects, at=AT), changes=changes)


def empty() -> Document:
    """An audit that found nothing, knows no price and recorded no gap."""
    return Document(
        client=Client(slug="nobody", name="Nobody Ltd"),
        generated_at=AT,
        run=Run(id="2026-05-04-nobody-1", started_at=AT),
    )


def large(count: int = 2000) -> Document:
    """The varied estate repeated until it has `count` assets, each with its own names and evidence."""
    small = varied()
    assets: list[Asset] = []
    evidence: dict[str, Evidence] = {}
    number = 0
    while len(assets) < count:
        number += 1
        for id_, piece in small.evidence.items():
            long = f"{piece.excerpt}\n" + "x-header: value of some length\n" * 20
            evidence[f"{number}-{id_}"] = Evidence(
                at=piece.at,
                vantage=piece.vantage,
                question=f"{piece.question} {number}",
                excerpt=long,
            )
        assets.extend(_renumbered(one, number) for one in small.assets[: count - len(assets)])
    return Document(
        client=small.client,
        generated_at=AT,
        run=small.run,
        assets=tuple(assets),
        evidence=evidence,
        not_seen=small.not_seen,
        savings=small.savings,
    )


def _renumbered(one: Asset, number: int) -> Asset:
    kind, key = one.id.split(":", 1)
    return Asset(
        id=f"{kind}:n{number}-{key}",
        kind=kind,
        name=f"n{number}-{one.name}",
        display_name=f"n{number}-{one.display_name}",
        ownership=one.ownership,
        ownership_reasons=one.ownership_reasons,
        found_by=one.found_by,
        use=one.use,
        state=one.state,
        verdict=one.verdict,
        confidence=one.confidence,
        needs=one.needs,
        reasons=tuple(
            Finding(
                code=reason.code,
                params=reason.params,
                leans=reason.leans,
                at=reason.at,
                evidence=tuple(f"{number}-{id_}" for id_ in reason.evidence),
            )
            for reason in one.reasons
        ),
        paid_until=one.paid_until,
        registrar=one.registrar,
        provider=one.provider,
        provider_names=one.provider_names,
        work=one.work,
        hands=one.hands,
        auto_renew=one.auto_renew,
        cost=one.cost,
        facts=one.facts,
    )
