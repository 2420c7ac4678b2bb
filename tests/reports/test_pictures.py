"""The pictures: plain data first, then what stands on the page."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from msgspec.structs import replace
from selectolax.lexbor import LexborHTMLParser, LexborNode

from reports.audit_file import AuditFile
from reports.document import Asset, Document, FoundBy, Relation, Savings, YearlySum
from reports.outline import USES, outline
from reports.pictures.belongings import ACCOUNTS, ROWS, ROWS_OF_ACCOUNT, Account, belongings
from reports.pictures.months import months
from reports.pictures.spending import grounds, undrawn
from reports.pictures.uses import bars
from reports.render import render
from reports.wording import LANGUAGES
from tests.reports import estates
from tests.reports.test_render import contrast

VARIED = estates.varied()
DAY = date(2026, 5, 4)


def yearly(*sums: str) -> tuple[YearlySum, ...]:
    """Read `100 RUB invoice`."""
    told = (one.split() for one in sums)
    return tuple(YearlySum(amount=Decimal(a), currency=c, source=s) for a, c, s in told)


@pytest.mark.parametrize(
    ("spending", "proposed", "drawn", "left"),
    [
        (["100 RUB invoice"], ["30 RUB invoice"], [("100", "30", "70", 100.0, 70.0)], 0),
        (["100 RUB invoice"], [], [("100", "0", "100", 100.0, 100.0)], 0),
        (["100 RUB invoice"], ["30 RUB estimate"], [("100", "0", "100", 100.0, 100.0)], 1),
        (["100 RUB invoice"], ["30 EUR invoice"], [("100", "0", "100", 100.0, 100.0)], 1),
        (
            ["100 RUB invoice", "50 RUB estimate", "9 EUR invoice"],
            ["50 RUB estimate"],
            [
                ("100", "0", "100", 100.0, 100.0),
                ("50", "50", "0", 50.0, 0.0),
                ("9", "0", "9", 100.0, 100.0),
            ],
            0,
        ),
        (["NaN RUB invoice", "0 RUB estimate", "-5 EUR invoice"], [], [], 0),
        (["9e999999 RUB invoice"], ["1 RUB invoice"], None, 0),
    ],
)
def test_spending_is_drawn_by_currency_and_ground_and_never_added(
    spending: list[str],
    proposed: list[str],
    drawn: list[tuple[str, str, str, float, float]] | None,
    left: int,
) -> None:
    """One scale for a currency; a saving on a ground without spending is told, not drawn."""
    savings = Savings(spending=yearly(*spending), proposed=yearly(*proposed))

    told = [
        (f"{one.now}", f"{one.saved}", f"{one.after}", one.now_wide, one.after_wide)
        for one in grounds(savings)
    ]

    assert drawn is None or told == drawn
    assert len(undrawn(savings)) == left


def test_stretches_of_a_bar_lie_end_to_end_on_one_scale() -> None:
    """The longest bar is the whole width; a stretch begins where the one before it ends."""
    plan = outline(AuditFile.of(VARIED))

    drawn = bars(plan.kinds, USES)

    assert [one.kind for one in drawn] == [kind for kind, _ in plan.kinds]
    assert sum(one.count for one in drawn) == len(plan.ours)
    longest = max(drawn, key=lambda one: one.count)
    assert sum(one.wide for one in longest.stretches) == pytest.approx(100, abs=0.1)
    for bar in drawn:
        assert sum(one.count for one in bar.stretches) == bar.count
        for one, following in pairwise(bar.stretches):
            assert following.at == pytest.approx(one.at + one.wide, abs=0.02)


def test_a_number_stands_only_in_a_stretch_that_has_room_for_it() -> None:
    """Beside two hundred used sites one broken one is a sliver."""
    one = estates.asset("site:a", "a", "keep", "used", "content")
    sites = [replace(one, id=f"site:{number}") for number in range(200)]
    sites.append(replace(one, id="site:broken", use="broken"))
    plan = outline(AuditFile.of(replace(VARIED, assets=tuple(sites))))

    ((used, broken),) = [bar.stretches for bar in plan.pictures.uses if bar.count]

    assert used.labelled
    assert not broken.labelled


@pytest.mark.parametrize(
    ("terms", "told"),
    [
        ([], []),
        ([("2026-05-03", "renew")], [("late", "pay 1")]),
        ([("2026-05-04", "renew")], [("2026-05", "pay 1")]),
        ([("2026-05-31", "ask"), ("2026-05-09", "")], [("2026-05", "pay 1 ask 1")]),
        ([("2027-04-30", "let_expire")], [("2027-04", "end 1")]),
        ([("2027-05-04", "switch_off")], [("2027-05", "end 1")]),
    ],
)
def test_a_term_stands_in_its_month(
    terms: list[tuple[str, str]], told: list[tuple[str, str]]
) -> None:
    """Overdue is one column however late, and the first days of the thirteenth month are not lost."""
    drawn = months(((date.fromisoformat(on), verdict) for on, verdict in terms), DAY)

    assert [
        (
            f"{one.first:%Y-%m}" if one.first else "late",
            " ".join(f"{block.group} {block.count}" for block in one.blocks),
        )
        for one in drawn.columns
        if one.count
    ] == told
    assert sum(one.count for one in drawn.columns) == len(terms)


def test_months_follow_one_another_and_fill_the_width() -> None:
    """Twelve columns without a gap, empty months as well; the tallest fits."""
    terms = [(DAY + timedelta(days=number), "renew") for number in range(-5, 360, 3)]

    columns = months(terms, DAY).columns

    firsts = [one.first for one in columns if one.first]
    assert firsts == sorted(firsts)
    assert len(firsts) == 12
    assert columns[0].first is None
    assert sum(one.wide for one in columns) == pytest.approx(100, abs=0.1)
    assert max(one.tall for one in columns) <= 100


def test_the_calendar_may_end_with_the_calendar() -> None:
    """The last year that there is has fewer months ahead."""
    columns = months([(date.max, "renew")], date(9999, 11, 2)).columns

    assert [one.count for one in columns] == [0, 1]


def thing(id_: str, **more: object) -> Asset:
    name = id_.partition(":")[2]
    settled = {"verdict": "keep", "use": "used", "state": "undetermined", **more}
    return estates.asset(id_, name, **settled)  # type: ignore[arg-type]


def estate(assets: Iterable[Asset], *relations: str) -> Document:
    """Read relations from `site:a on_hosting hosting:b/c`."""
    told = (one.split() for one in relations)
    return replace(
        VARIED,
        assets=tuple(assets),
        relations=tuple(Relation(source=a, kind=kind, target=b) for a, kind, b in told),
    )


def drawn(document: Document) -> tuple[Account, ...]:
    audit = AuditFile.of(document)
    return belongings(audit, audit.entries).accounts


def lines(accounts: Iterable[Account]) -> list[str]:
    """Spell the map: `provider/login > home > name domain/sites/mail`."""
    return [
        f"{account.provider}/{account.login} > "
        f"{home.entry.id if home.entry else home.unhosted} > "
        f"{name.entry.name} {name.domain or '-'}/{name.sites}/{name.mail or '-'}"
        for account in accounts
        for home in account.homes
        for name in home.names or ()
    ]


def test_names_hang_on_hostings_and_these_on_accounts() -> None:
    """A domain is drawn once, where its own site is; sites elsewhere and mail hang where they live."""
    document = estate(
        [
            *map(thing, ("domain:a.ru", "site:a.ru", "site:shop.a.ru", "domain:b.ru")),
            thing("mail:a.ru", use="unknown"),
            thing("hosting:beget/one", facts={"account": "rom1"}),
            thing("hosting:timeweb/two"),
            thing("saas:tilda/three"),
        ],
        "site:a.ru of_domain domain:a.ru",
        "site:shop.a.ru of_domain domain:a.ru",
        "mail:a.ru of_domain domain:a.ru",
        "site:shop.a.ru on_service saas:tilda/three",
        "site:a.ru on_hosting hosting:beget/one",
        "mail:a.ru on_hosting hosting:timeweb/two",
    )

    assert lines(drawn(document)) == [
        "beget/rom1 > hosting:beget/one > a.ru used/1/-",
        "tilda/ > saas:tilda/three > a.ru -/1/-",
        "timeweb/ > hosting:timeweb/two > a.ru -/0/unknown",
        "/ > no_site > b.ru used/0/-",
    ]


def test_mail_that_lives_nowhere_hangs_with_its_domain() -> None:
    """Mail of a domain is told beside its site, where no hosting of its own is known."""
    document = estate(
        [*map(thing, ("domain:a.ru", "site:a.ru", "mail:a.ru", "hosting:beget/one"))],
        "site:a.ru on_hosting hosting:beget/one",
    )

    assert lines(drawn(document)) == ["beget/ > hosting:beget/one > a.ru used/1/used"]


def test_an_account_says_who_holds_it_and_is_drawn_without_hostings_too() -> None:
    """A leaver's login is seen on the map, whether or not anything of it was found."""
    document = estate(
        [
            thing("account:beget/rom1", state="ex_employee"),
            thing("account:reg/vasya", state="agency"),
            thing("hosting:beget/one", facts={"account": "rom1"}),
        ]
    )

    accounts = drawn(document)

    assert [(one.provider, one.login, one.holder, len(one.homes)) for one in accounts] == [
        ("beget", "rom1", "ex_employee", 1),
        ("reg", "vasya", "agency", 0),
    ]


def crowd(hostings: int, names: int, providers: int = 1) -> Document:
    """Hostings with so many domains each, at so many providers."""
    assets, relations = [], []
    for number in range(hostings):
        hosting = f"hosting:p{number % providers}/h{number}"
        assets.append(thing(hosting))
        for place in range(names):
            name = f"n{number}x{place}.ru"
            assets += [thing(f"domain:{name}"), thing(f"site:{name}")]
            relations.append(f"site:{name} on_hosting {hosting}")
    return estate(assets, *relations)


@pytest.mark.parametrize(
    ("hostings", "names", "providers"),
    [(1, 1, 1), (1, 300, 1), (50, 3, 1), (150, 1, 1), (150, 1, 150), (40, 7, 5), (700, 2, 60)],
)
def test_what_has_no_room_on_the_map_is_counted_there(
    hostings: int, names: int, providers: int
) -> None:
    """The map is bounded, and shown and folded names together are all of them."""
    audit = AuditFile.of(crowd(hostings, names, providers))

    found = belongings(audit, audit.entries)

    shown = len(lines(found.accounts))
    folded = sum(home.left for one in found.accounts for home in one.homes)
    folded += sum(one.names_left for one in found.accounts) + found.names_left
    assert shown + folded == hostings * names
    assert len(found.accounts) <= ACCOUNTS
    assert all(one.rows <= ROWS_OF_ACCOUNT + 1 for one in found.accounts)
    assert sum(one.rows for one in found.accounts) <= ROWS
    assert len(found.accounts) + found.accounts_left == min(hostings, providers)
    for one in found.accounts:
        rows = [name.row for home in one.homes for name in home.names]
        assert len(rows) == len(set(rows))
        assert max(rows, default=0) < one.rows


def page(document: Document, language: str, edition: str = "internal") -> LexborHTMLParser:
    return LexborHTMLParser(render(document, language, edition=edition, strict=True))


def words(tree: LexborHTMLParser | LexborNode, selector: str) -> str:
    found = tree.css_first(selector)
    assert found is not None, selector
    return found.text().strip()


@pytest.mark.parametrize("edition", ["client", "internal"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_picture_has_a_title_a_description_and_a_table(language: str, edition: str) -> None:
    """What is drawn is also said: nothing on the page is for eyes alone."""
    tree = page(VARIED, language, edition)
    figures = tree.css("figure.pic")

    assert [(one.attributes["class"] or "").split()[1] for one in figures] == [
        "spending", "kinds", "map", "months",
    ]  # fmt: skip
    for figure in figures:
        assert words(figure, "figcaption")
        assert figure.css("details table caption")
        for picture in figure.css("svg[role=img]"):
            assert words(picture, "title")
    for figure in tree.css("figure:not(.map)"):
        assert all(words(one, "desc") for one in figure.css("svg[role=img]"))


def test_the_table_of_a_picture_holds_its_numbers() -> None:
    """The twin is no summary: each bar's number stands in it."""
    tree = page(VARIED, "en")
    cells = {
        words(row, "th"): [int("".join(filter(str.isdigit, cell.text()))) for cell in row.css("td")]
        for row in tree.css(".kinds tbody tr")
    }

    assert all(sum(numbers[:-1]) == numbers[-1] for numbers in cells.values())
    assert sum(numbers[-1] for numbers in cells.values()) == 20
    assert cells["Domain names"] == [2, 1, 1, 2, 1, 0, 7]


def test_nothing_found_draws_nothing_and_says_so() -> None:
    """An empty picture would say that there is nothing."""
    tree = page(estates.empty(), "ru")

    assert tree.css("figure.pic") == []
    assert "Рисовать нечего" in words(tree, "#map")


def test_the_chain_of_discovery_is_a_list_where_it_has_several_steps() -> None:
    """How a thing was found is drawn as a chain; one step is no chain."""
    steps = tuple(FoundBy(code="linked_from", source=f"s{number}.ru") for number in range(3))
    asset = thing("site:a.ru", found_by=steps)
    tree = page(replace(VARIED, assets=(asset, thing("site:b.ru"))), "en")

    (chain,) = tree.css("#inventory dd > ol")
    assert [f"s{number}.ru" in one.text() for number, one in enumerate(chain.css("li"))] == [
        True
    ] * 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_pictures_of_three_hundred_things_stay_small(language: str) -> None:
    """Aggregates and folds: every picture together is less than what ten things cost in the tables."""
    tree = page(crowd(60, 2, 12), language)

    assert sum(len(one.html or "") for one in tree.css("figure.pic")) < 60_000


BLACK, WHITE = "#000000", "#ffffff"
NUMBERS = (
    dict.fromkeys(("used", "unused", "lapsed"), WHITE),
    {"unknown": WHITE},
)
"""Uses whose numbers are white in the light and in the dark scheme; the others' are black."""


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_a_number_can_be_read_on_its_stretch(scheme: int) -> None:
    """WCAG AA: 4.5 to 1 for each number on the colour of its use, in both schemes."""
    style = words(page(estates.empty(), "en"), "style")
    roots = [
        dict(re.findall(r"--f-(\w+): (#[0-9a-f]{6});", root))
        for root in re.findall(r":root \{(.*?)\n *\}", style, flags=re.DOTALL)
    ]
    colours = roots[0] | roots[scheme]

    assert set(colours) == set(USES)
    assert [
        use
        for use, colour in colours.items()
        if contrast(NUMBERS[scheme].get(use, BLACK), colour) < 4.5
    ] == []
