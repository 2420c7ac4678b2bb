"""The page: whole, honest, the same every time, and deaf to what foreign strings would like it to do."""

from __future__ import annotations

import re
from base64 import b64encode
from collections import Counter
from hashlib import sha256
from typing import Any

import msgspec
import pytest
from selectolax.lexbor import LexborHTMLParser

from reports import phrases
from reports.document import SCHEMA, Document, Finding, read, write
from reports.outline import merged, telling_reasons, title
from reports.render import render
from reports.wording import LANGUAGES, Wording
from tests.reports import estates
from tests.reports.hostile import PAYLOADS, spoiled

VARIED, EMPTY = estates.varied(), estates.empty()


def page(document: Document, language: str) -> LexborHTMLParser:
    return LexborHTMLParser(render(document, language, strict=True))


def words(tree: LexborHTMLParser, selector: str) -> str:
    found = tree.css_first(selector)
    assert found is not None, selector
    return re.sub(r"\s+", " ", found.text().replace("\u00a0", " ")).strip()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("document", [VARIED, EMPTY], ids=["varied", "empty"])
def test_the_same_document_gives_the_same_bytes(document: Document, language: str) -> None:
    """Printing twice, or printing what was written and read again, gives equal text."""
    printed = render(document, language)

    assert printed == render(document, language)
    assert printed == render(read(write(document)), language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("document", [VARIED, EMPTY], ids=["varied", "empty"])
def test_no_code_reaches_the_reader(document: Document, language: str) -> None:
    """Outside quoted evidence and names nothing on the page is spelt in snake_case."""
    tree = page(document, language)
    for raw in tree.css("code, style, script, .ascii"):
        raw.decompose()

    assert tree.body is not None
    assert re.findall(r"\b[a-z]+_[a-z_]+\b", tree.body.text(separator=" ")) == []


def test_readers_get_a_sentence_even_for_a_code_nobody_wrote_a_text_for() -> None:
    """An unknown code becomes words, never a crash and never snake_case."""
    asset = msgspec.structs.replace(
        VARIED.assets[0], kind="space_ship", state="in_orbit",
        reasons=(Finding(code="space_ship.has_left", params={"at": 3}),),
    )  # fmt: skip
    document = msgspec.structs.replace(VARIED, assets=(asset,))

    printed = render(document, "ru")

    assert "has left" in printed
    assert "in orbit" in printed
    assert "has_left" not in printed


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_loaded_and_nothing_foreign_is_linked(language: str) -> None:
    """Every link goes to a place in the page; no element can fetch anything."""
    tree = page(VARIED, language)

    assert {link.attributes["href"][:1] for link in tree.css("[href]")} == {"#"}
    assert (
        tree.css("[src], [action], [style], [srcset], link, base, iframe, object, embed, img") == []
    )
    assert re.findall(r"url\((?!\"data:image/svg)", render(VARIED, language)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_link_arrives(language: str) -> None:
    """Each link has its target, and no id stands twice."""
    for document in (VARIED, EMPTY, estates.large(300)):
        tree = page(document, language)
        ids = [one.attributes["id"] for one in tree.css("[id]")]

        assert len(ids) == len(set(ids))
        assert {link.attributes["href"][1:] for link in tree.css("a[href]")} <= set(ids)


def test_check_12_both_languages_have_the_same_ids_and_counts() -> None:
    """Whoever reads the Russian page can point to a row of the English one; no row is in one alone."""
    for document in (VARIED, estates.registered(), estates.large(300)):
        ru, en = (page(document, language) for language in LANGUAGES)
        for mark in ("id", "data-id"):
            told = [[one.attributes[mark] for one in tree.css(f"[{mark}]")] for tree in (ru, en)]
            assert sorted(map(str, told[0])) == sorted(map(str, told[1]))
        assert len(ru.css("tbody tr")) == len(en.css("tbody tr")) > 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_policy_allows_our_style_and_script_and_nothing_else(language: str) -> None:
    """The hashes in the policy are those of the one style and the one script on the page."""
    tree = page(VARIED, language)
    policy = tree.css_first("meta[http-equiv]").attributes["content"]

    def allowed(selector: str) -> str:
        (only,) = tree.css(selector)
        text = re.sub(r"^<[^>]+>|</\w+>$", "", only.html)
        return "sha256-" + b64encode(sha256(text.encode()).digest()).decode()

    assert policy == (
        f"default-src 'none'; style-src '{allowed('style')}'; script-src '{allowed('script')}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_its_language_and_every_table_its_heads(language: str) -> None:
    """What screen readers need: a language, captions, scopes, a way past the header."""
    tree = page(VARIED, language)

    assert tree.css_first("html").attributes["lang"] == language
    assert tree.css_first("a.skip").attributes["href"] == "#main"
    assert len(tree.css("table")) == len(tree.css("table > caption")) > 8
    assert [
        head for head in tree.css("th") if head.attributes.get("scope") not in ("row", "col")
    ] == []
    assert len(tree.css("h1")) == 1


def test_the_bottom_line_counts_what_is_the_clients() -> None:
    """Possible and foreign things are told apart and never counted."""
    tiles = [re.sub(r"\s+", " ", tile.text()).strip() for tile in page(VARIED, "en").css(".tile")]

    assert tiles == [
        "20 found",
        "9 in use",
        "4 to switch off or let expire",
        "7 need your answer",
        "1 to fix",
        "1 to transfer",
        "5 renewals in 90 days",
    ]
    assert "2 more stand apart" in words(page(VARIED, "en"), "#summary .lead")


def test_the_calendar_leaves_out_what_renews_itself_and_says_so() -> None:
    """Dates in order, late ones first; certificates that renew themselves are only counted."""
    tree = page(VARIED, "en")
    dates = [one.attributes["datetime"] for one in tree.css("#renewals time")]

    assert dates == sorted(dates)
    assert dates[0] == "2026-04-29"
    assert "2026-07-09" not in dates
    assert "overdue by 5 days" in words(tree, "#renewals")
    assert "1 certificate renews itself" in words(tree, "#renewals")


@pytest.mark.parametrize(
    ("section", "says"),
    [
        ("summary", "We found nothing that can safely be called yours"),
        ("summary", "No price is known"),
        ("decide", "There is nothing to decide"),
        ("unseen", "No gap was noted"),
        ("inventory", "This is empty"),
        ("possible", "None:"),
        ("foreign", "No names of others"),
        ("renewals", "For nothing found is the day known"),
        ("money", "a zero would be untrue"),
        ("registry", "there is no registry yet"),
        ("changes", "this is the first one"),
        ("sources", "names no sources"),
    ],
)
def test_an_empty_section_says_why_it_is_empty(section: str, says: str) -> None:
    """Nothing found is not the same as nothing there, and the page never leaves it open."""
    assert says in words(page(EMPTY, "en"), f"#{section}")


def test_an_unfinished_scan_is_called_so_on_the_cover() -> None:
    """A reader must not take half an audit for a whole one."""
    assert "not finished" in words(page(EMPTY, "en"), ".alarm")
    assert page(VARIED, "en").css_first(".alarm") is None


def test_a_private_holder_is_named_by_the_role_only() -> None:
    """Registration data of people do not travel in a report."""
    printed = render(VARIED, "en")

    assert "must not be shown" not in printed
    assert "a private person" in printed
    assert "ООО «Ромашка»" in printed


def finding(code: str, leans: str = "") -> Finding:
    return Finding(code=code, leans=leans)


@pytest.mark.parametrize(
    ("verdict", "use", "reasons", "told"),
    [
        ("keep", "used", ["a.idle idle", "a.works used"], ["a.works"]),
        ("renew", "used", ["a.works used", "a.expires_soon"], ["a.expires_soon"]),
        ("fix", "used", ["a.works used", "a.wrong_name"], ["a.wrong_name"]),
        ("fix", "broken", ["a.wanted", "a.no_listener broken"], ["a.no_listener"]),
        ("switch_off", "idle", ["a.remark", "a.parked idle"], ["a.parked"]),
        ("ask", "idle", ["a.parked idle", "facet.unknown unknown"], ["a.parked", "facet.unknown"]),
        ("ask", "unknown", ["a.remark", "facet.unknown unknown"], ["facet.unknown"]),
        ("ask", "unknown", ["a.remark"], ["a.remark"]),
        ("ask", "unknown", [], []),
    ],
)
def test_the_reason_beside_a_proposal_is_the_telling_one(
    verdict: str, use: str, reasons: list[str], told: list[str]
) -> None:
    """What ends is explained by its use, what stays by its trouble, a question by its doubt."""
    asset = msgspec.structs.replace(
        VARIED.assets[0], verdict=verdict, use=use,
        reasons=tuple(finding(*one.split()) for one in reasons),
    )  # fmt: skip

    assert [one.code for one in telling_reasons(asset)] == told


def test_the_same_said_of_several_names_is_said_once() -> None:
    """One sentence for apex and www, with both names and all the evidence."""
    apex, www, other = (
        Finding(code=code, params={"host": host, "trouble": "expired"}, evidence=evidence)
        for code, host, evidence in (
            ("site.certificate_trouble", "a.ru", ("1", "2")),
            ("site.certificate_trouble", "www.a.ru", ("2", "3")),
            ("site.same_as_unknown_host", "a.ru", ("4",)),
        )
    )

    first, second = merged((apex, other, www))

    assert first.params == {"host": ["a.ru", "www.a.ru"], "trouble": "expired"}
    assert first.evidence == ("1", "2", "3")
    assert second == other


@pytest.mark.parametrize(
    ("kind", "name", "provider", "called"),
    [
        ("hosting", "beget/romashka.ru", "Beget", "Beget, romashka.ru"),
        ("hosting", "as64500/romashka.ru", None, "as64500, romashka.ru"),
        ("hosting", "unknown/romashka.ru", None, "romashka.ru"),
        ("hosting", "Beget, account rom1", "Beget", "Beget, account rom1"),
        ("saas", "tilda/romashka", None, "tilda/romashka"),
        ("saas", "yandex_360/romashka.ru", "Яндекс 360", "Яндекс 360, romashka.ru"),
        ("licence", "1c_bitrix/a.ru", "1С-Битрикс", "1С-Битрикс, a.ru"),
        ("domain", "a.ru/b", "Beget", "a.ru/b"),
    ],
)
def test_a_hosting_is_called_by_its_provider(
    kind: str, name: str, provider: str | None, called: str
) -> None:
    """A key made for machines is not shown to people."""
    asset = msgspec.structs.replace(
        VARIED.assets[0], kind=kind, display_name=name, provider=provider
    )

    assert title(asset) == called


def test_an_excerpt_shows_the_answer_and_not_the_terms_of_use() -> None:
    """Registries' boilerplate goes, the reason for no answer is said in words."""
    wording = Wording("en", strict=True)

    def shown(text: str, limit: int = 80) -> str:
        piece = msgspec.structs.replace(VARIED.evidence["ev4"], excerpt=text)
        return phrases.excerpt(piece, limit, wording)

    assert shown("% Terms of use\n\ndomain: A.RU\n>>> Last update") == "domain: A.RU"
    assert shown("% No entries found") == "% No entries found"
    assert shown("tls_failed: alert") == "no secure connection could be made: alert"
    assert shown("x" * 90, 10) == "x" * 9 + "…"


def test_evidence_is_quoted_once_and_cited_by_number() -> None:
    """One piece, one place: later reasons point to it."""
    tree = page(VARIED, "en")
    quoted = [one.attributes["id"] for one in tree.css("dd.e")]
    cited = Counter(link.attributes["href"][1:] for link in tree.css("a[href^='#e']"))

    assert len(quoted) == len(set(quoted)) == 15
    assert set(cited) == set(quoted)
    assert max(cited.values()) > 1


def test_a_large_report_can_still_be_mailed() -> None:
    """2,000 things with long evidence stay under 3 MB a language, and say what was left out."""
    document = estates.large(2000)
    for language in LANGUAGES:
        printed = render(document, language, strict=True)

        assert len(printed.encode()) < 3_000_000
        assert len(LexborHTMLParser(printed).css("#inventory tbody tr")) == 1820
        assert ("kept in the database" in printed) == (language == "en")


def test_a_long_report_says_once_what_is_true_of_nearly_all() -> None:
    """Confirmed and likely go without saying in 700 rows, and the page says so; whatever is otherwise is told."""
    short, long = page(estates.large(100), "en"), page(estates.large(700), "en")

    assert len(short.css("#inventory th .own")) == len(short.css("#inventory .assets tbody tr"))
    assert short.css_first("#inventory .unsaid") is None
    assert {one.attributes["class"] for one in long.css("#inventory th .own")} == {"own likely"}
    assert "confirmed to be yours, and the conclusion about it is likely" in words(
        long, "#inventory .unsaid"
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_heads_of_columns_are_labels_on_a_phone(language: str) -> None:
    """The style says them, so that no row has to: the same words as over the table."""
    tree = page(VARIED, language)
    style = tree.css_first("style").text()

    for name in ("paid", "auto", "cost", "who"):
        (said,) = re.findall(rf'--{name}: "([^"]*)"', style)
        text = re.sub(r"\\([0-9a-f]+) ", lambda met: chr(int(met[1], 16)), said)
        assert text == Wording(language).say(f"renewals.{'date' if name == 'paid' else name}")
        assert f"var(--{name})" in style


def shape(printed: str) -> Counter[tuple[str, tuple[str, ...]]]:
    """Count the page's elements by tag and attribute names."""
    root = LexborHTMLParser(printed).root
    assert root is not None
    return Counter((one.tag, tuple(sorted(one.attributes))) for one in root.traverse())


@pytest.mark.parametrize("turn", range(len(PAYLOADS)))
def test_no_string_changes_what_the_page_is_made_of(turn: int) -> None:
    """Every payload in every text field leaves the page with the elements that harmless text gives."""
    harmless = shape(render(spoiled(VARIED, lambda _place: " zz"), "en"))

    printed = render(spoiled(VARIED, lambda place: PAYLOADS[(place + turn) % len(PAYLOADS)]), "en")

    assert shape(printed) == harmless
    assert not re.search(
        r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]", printed
    )
    assert SCHEMA not in printed


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast of two `#rrggbb` colours."""

    def light(colour: str) -> float:
        full = colour if len(colour) == 7 else "#" + "".join(2 * digit for digit in colour[1:])
        parts = [int(full[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        red, green, blue = (
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    dark, bright = sorted((light(one), light(other)))
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_every_word_can_be_read_against_its_ground(scheme: int) -> None:
    """WCAG AA: 4.5 to 1 for each colour of text on each ground it stands on."""
    style = page(EMPTY, "en").css_first("style").text()
    roots: list[dict[str, Any]] = [
        dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", root))
        for root in re.findall(r":root \{(.*?)\n *\}", style, flags=re.DOTALL)
    ]
    colours = roots[0] | roots[scheme]
    tones = ("good", "act", "end", "asks", "none", "accent")
    pairs = [(tone, f"{tone}-wash") for tone in tones]
    pairs += [(tone, ground) for tone in (*tones, "ink", "soft") for ground in ("paper", "sheet")]
    pairs += [("ink", "wash"), ("soft", "wash"), ("ink", "act-wash"), ("ink", "end-wash")]
    pairs += [
        ("ink", "accent-wash"),
        ("soft", "accent-wash"),
        ("accent", "wash"),
        ("soft", "act-wash"),
    ]

    poor = [pair for pair in pairs if contrast(colours[pair[0]], colours[pair[1]]) < 4.5]
    assert poor == []
