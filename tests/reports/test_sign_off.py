"""The sign-off sheet, the two editions and the cover: what is asked, what is shown to whom, and of which audit."""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from urllib.parse import unquote

import pytest
from msgspec.structs import replace
from selectolax.lexbor import LexborHTMLParser

from reports.audit_file import AuditFile
from reports.decisions import PROPOSED, list_sha256, proposals_of
from reports.document import Document, RegistryObject, write
from reports.editions import EDITIONS, edition_of
from reports.outline import Outline, outline
from reports.render import render
from reports.wording import LANGUAGES, texts
from tests.reports import estates
from tests.reports.hostile import PAYLOADS, spoiled

VARIED, EMPTY = estates.varied(), estates.empty()
HOSTILE = spoiled(VARIED, lambda place: PAYLOADS[place % len(PAYLOADS)])


def plan(document: Document) -> Outline:
    return outline(AuditFile.of(document))


def page(document: Document, language: str = "ru", edition: str = "client") -> LexborHTMLParser:
    return LexborHTMLParser(render(document, language, edition=edition, strict=True))


def listed(tree: LexborHTMLParser) -> list[tuple[str, str]]:
    """Read the list off the page as its script does: number and id."""
    rows = []
    for row in tree.css("#sign .sheet tbody tr:not(.kin)"):
        body, link, number = row.parent, row.css_first("a"), row.css_first("td")
        assert body is not None
        assert link is not None
        assert number is not None
        told = row.attributes.get("data-id")
        id_ = unquote(told) if told else f"{body.attributes['data-kind']}:{link.text()}"
        rows.append((number.text().strip(), id_))
    return rows


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("document", [VARIED, HOSTILE, estates.large(300)], ids=["varied", "hostile", "large"])  # fmt: skip
def test_the_sheet_holds_every_proposal_once(
    document: Document, language: str, edition: str
) -> None:
    """The rows on the page are the list whose hash it carries, numbered from one."""
    tree = LexborHTMLParser(render(document, language, edition=edition))
    proposals = proposals_of(AuditFile.of(document))

    rows = listed(tree)

    assert sorted(id_ for _, id_ in rows) == [one.id for one in proposals]
    assert [number for number, _ in rows] == [str(n) for n in range(1, len(proposals) + 1)]
    sign = tree.css_first("#sign")
    assert sign is not None
    assert sign.attributes["data-list"] == list_sha256(proposals)
    assert sign.attributes["data-audit"] == document.run.id


def test_the_nearest_day_comes_first_and_the_registry_overrules_the_term() -> None:
    """Within a kind; a day that is over is told as such, and is not the nearest."""
    asked = RegistryObject(
        id="r9", type="domain", name="x", asset="domain:romashka2014.ru", decide_by=date(2026, 5, 9)
    )
    document = replace(VARIED, registry=replace(VARIED.registry, objects=(asked,)))
    sheet = plan(document).sheet
    days = {
        entry.id: sheet.by(entry)
        for part in sheet.parts
        for group in part.groups
        for entry in group.entries
    }

    for part in plan(estates.large(100)).sheet.parts:
        for group in part.groups:
            dated = [one.paid_until or date.max for one in group.entries]
            assert dated == sorted(dated)
    assert days["domain:romashka2014.ru"] == date(2026, 5, 9)
    assert sheet.first == date(2026, 5, 9)
    assert days["domain:romashka-sale.ru"] == plan(VARIED).sheet.first == date(2026, 6, 2)
    (shop,) = [row for row in page(VARIED, "en").css(".sheet tr") if "romashka.shop" in row.text()]
    assert "passed on 29\u00a0April\u00a02026" in shop.text()


def test_an_audit_without_proposals_asks_for_no_signature() -> None:
    """And says so; nothing of the sheet is left over."""
    tree = page(EMPTY, "en")

    assert "nothing to sign" in tree.css_first("#sign").text()
    assert tree.css("#sign input, #sign table, #sign [data-list], .to-sign") == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_proposal_has_its_answers_and_what_silence_means(language: str) -> None:
    """In words that fit it: a transfer is not switched off."""
    said = texts(language)

    for theme in ("approved", "rejected", "unanswered"):
        assert {f"sign.{theme}.{verdict}" for verdict in PROPOSED} <= set(said)
    tree = page(VARIED, language)
    heads = [tuple(one.text() for one in table.css("thead .box")) for table in tree.css(".sheet")]
    assert len(set(heads)) == len(heads) == 4
    assert len(tree.css(".silence li")) == 4


def test_a_mistake_is_explained_once_for_the_things_it_would_hit_alike() -> None:
    """Above them: what stops, and how it is undone; a question stands where nothing is proposed."""
    tree = page(VARIED, "en")
    told = [row.text() for row in tree.css(".sheet .kin")]

    assert sum("If we are wrong" in one for one in told) == 5
    assert all("If we are wrong" in one or "?" in one for one in told)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_clients_edition_shows_neither_evidence_nor_machines_nor_others(language: str) -> None:
    """The internal one shows all three, and says on its cover for whom it is not."""
    client, internal = (render(VARIED, language, edition=one) for one in EDITIONS)

    for hidden in (
        *("NOERROR, 0 answers", "mx.yandex.net", "ns1.hosting.example", "198.51.100.7"),
        *("cdn.provider.example", "Provider Ltd"),
    ):
        assert hidden in internal
        assert hidden not in client
    assert LexborHTMLParser(client).css(".e, a[href^='#e'], .inner") == []
    assert len(LexborHTMLParser(internal).css(".inner")) == 1
    assert "must not be shown" not in client


@pytest.mark.parametrize("edition", EDITIONS)
def test_what_is_left_out_is_counted(edition: str) -> None:
    """A name that is not shown is not a name that was not met."""
    tree = page(VARIED, "en", edition)
    foreign = tree.css_first("#foreign").text()

    assert ("1 name of others was met beside yours" in foreign) == (edition == "client")
    assert "2 more stand apart" in tree.css_first("#summary .lead").text().replace("\n", " ")


def test_the_clients_facts_name_nobody_else() -> None:
    """Neighbours of a certificate or a hosting go; a private holder's name goes even from the data."""
    neighbours = {
        "certificate:aa11": {"names": ["*.romashka.ru", "lilia.example", "shop.romashka.ru"]},
        "hosting:beget/rom1": {"serves": ["site:romashka.ru", "site:cdn.provider.example"]},
        "domain:romashka-mail.com": {"holder_kind": "private_person", "holder": "must not be"},
    }
    assets = tuple(
        replace(one, facts=neighbours[one.id]) if one.id in neighbours else one
        for one in VARIED.assets
    )
    shown = edition_of(AuditFile.of(replace(VARIED, assets=assets)), "client")
    facts = {one.id: one.facts for one in shown.assets(shown.entries)}

    assert facts["certificate:aa11"] == {"names": ["*.romashka.ru", "shop.romashka.ru"]}
    assert facts["hosting:beget/rom1"] == {"serves": ["site:romashka.ru"]}
    assert facts["domain:romashka-mail.com"] == {"holder_kind": "private_person"}
    assert {one.ownership for one in shown.entries} == {"confirmed", "likely", "possible"}
    assert list(shown.evidence_ids) == []
    assert not any(r.evidence for one in shown.assets(shown.entries) for r in one.reasons)


def test_an_edition_nobody_knows_is_refused() -> None:
    """Rather than printed as the one that shows more."""
    with pytest.raises(ValueError, match="no edition 'clint'"):
        render(VARIED, "en", edition="clint")


@pytest.mark.parametrize("edition", EDITIONS)
def test_the_cover_names_the_audit_it_was_printed_from(edition: str) -> None:
    """By number, day and the hash of audit.json, the same in both editions, with what printed it."""
    cover = page(VARIED, "en", edition).css_first(".cover").text()

    assert sha256(write(VARIED)).hexdigest() in cover
    for told in (VARIED.run.id, "4\u00a0May\u00a02026", "Агентство «Вектор»", "Revizor"):
        assert told in cover
