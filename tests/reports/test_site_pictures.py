"""Pictures of sites in the report: shown where they belong, told in both languages, and never too large."""

from __future__ import annotations

import re
import shutil
import subprocess
from base64 import b64encode
from datetime import timedelta
from pathlib import Path

import pytest
from markupsafe import escape
from msgspec import structs

from probes.kit.net.camera import WhyNot
from reports import pdf, site_pictures
from reports.audit_file import AuditFile
from reports.document import Document, NotAnAudit, write
from reports.editions import EDITIONS, edition_of
from reports.outline import outline
from reports.render import pieces
from reports.site_pictures import NONE, ROOM, SitePicture, SitePictures
from reports.wording import LANGUAGES, Wording, texts
from tests.reports import estates

WEBP = b64encode(
    b"RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0/\0\0\0\x10\x07\x10\x11\x11\x88\x88\xfe\x07\0"
).decode()
"""One pixel."""
LATER = estates.AT + timedelta(days=1)


def shown(asset: str, **more: object) -> SitePicture:
    told = {"url": "https://x.example/", "webp": WEBP, "width": 480, "height": 300, **more}
    return SitePicture(asset=asset, at=LATER, **told)  # type: ignore[arg-type]


def page(document: Document, language: str, shots: SitePictures, edition: str = "internal") -> str:
    audit = edition_of(AuditFile.of(document), edition)
    return "".join(pieces(audit, outline(audit), language, shots=shots, strict=True))


def of(document: Document, *sites: SitePicture, left_out: int = 0) -> SitePictures:
    sha256 = AuditFile.of(document).sha256
    return SitePictures(audit=sha256, sites=sites, left_out=left_out)


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize(
    ("language", "alt"),
    [
        (
            "ru",
            "Как выглядел romashka.ru 5\u00a0мая\u00a02026\u00a0г.: маленький снимок главной страницы.",
        ),
        ("en", "How romashka.ru looked on 5\u00a0May\u00a02026: a small picture of its home page."),
    ],
)
def test_a_picture_stands_in_its_site_s_row(language: str, alt: str, edition: str) -> None:
    """Once, with words for who does not see it; the policy of the page lets it be shown."""
    estate = estates.varied()

    printed = page(estate, language, of(estate, shown("site:romashka.ru")), edition)

    row = printed[printed.index("<th scope=row>romashka.ru", printed.index('id="kind-2"')) :]
    row = row[: row.index("<tr")]
    assert row.count(f'<img src="data:image/webp;base64,{WEBP}"') == 1
    assert f'alt="{alt}"' in row
    assert printed.count("<img") == 1
    assert "img-src data:" in printed


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_its_sentence(language: str) -> None:
    """Where there is no picture its place says why, whatever the camera says."""
    assert {f"no_site_picture.{why}" for why in WhyNot} == {
        key for key in texts(language) if key.startswith("no_site_picture.")
    }
    estate, wording = estates.varied(), Wording(language)
    for why in WhyNot:
        without = SitePicture(asset="site:romashka.ru", at=LATER, why_not=why)
        assert escape(wording.say(f"no_site_picture.{why}")) in page(
            estate, language, of(estate, without)
        )


def test_the_report_says_how_many_were_taken_and_when() -> None:
    """Also how many could not be, how many were left out, and that none were."""
    estate = estates.varied()
    some = of(
        estate,
        shown("site:romashka.ru"),
        SitePicture(asset="site:shop.romashka.ru", at=LATER, why_not="certificate"),
        left_out=7,
    )

    assert (
        "1 site was opened in a browser and pictured on 5\u00a0May\u00a02026; the picture is among its details. "
        "No picture could be taken of 1 site: its details say why. "
        "7 more sites were not pictured, so that the report stays small.</p>"
    ) in page(estate, "en", some)
    assert "Снимки сайтов не делали.</p>" in page(estate, "ru", NONE)
    assert "No pictures of sites" not in page(estates.empty(), "en", NONE)


def test_equal_pictures_give_equal_pages() -> None:
    """The bytes of a report depend on what it is printed from alone."""
    estate = estates.varied()
    some = of(estate, shown("site:romashka.ru"))

    assert page(estate, "ru", some) == page(estate, "ru", some)


def test_an_address_cannot_break_out_of_its_place() -> None:
    """What a site calls itself is text here as everywhere."""
    estate = estates.varied()
    hostile = shown(
        "site:romashka.ru", url='https://x/"><script>alert(1)</script>\u202e', whole=False
    )

    printed = page(estate, "en", of(estate, hostile))

    assert (
        "https://x/&#34;&gt;&lt;script&gt;alert(1)&lt;/script&gt;\\u202e The page had not"
        in printed
    )


def test_a_report_of_two_thousand_things_with_all_its_pictures_can_be_mailed() -> None:
    """At most 3 MB, the pictures included."""
    estate = estates.large()
    ids = [one.id for one in estate.assets if one.kind == "site" and one.ownership == "confirmed"]
    each = ROOM // site_pictures.MOST
    picture = b64encode(b"RIFF\0\0\0\0WEBP" + b"x" * (each - 12)).decode()
    full = of(estate, *(shown(id_, webp=picture) for id_ in ids[: site_pictures.MOST]))

    for language in LANGUAGES:
        assert len(page(estate, language, full).encode()) <= 3_000_000


def test_pictures_are_heeded_beside_their_own_audit_alone(tmp_path: Path) -> None:
    """None where there is no file, or where it belongs to an audit that lay there before."""
    estate, file = estates.varied(), tmp_path / "audit.json"
    file.write_bytes(write(estate))
    audit = AuditFile.of(estate)
    assert site_pictures.beside(file, audit) == NONE

    some = of(estate, shown("site:romashka.ru"), left_out=2)
    (tmp_path / site_pictures.FILE).write_bytes(site_pictures.encoded(some))

    assert site_pictures.beside(file, audit) == some
    newer = structs.replace(estate, generated_at=LATER)
    assert site_pictures.beside(file, AuditFile.of(newer)) == NONE


@pytest.mark.parametrize(
    "held",
    [
        b"",
        b"{",
        b"[" * 100_000,
        b'{"audit": "x", "sites": [], "schema": "revizor.site-pictures/2"}',
        *(
            site_pictures.encoded(SitePictures(audit="x", sites=(one,)))
            for one in (
                shown("site:a", webp='"><script>'),
                shown("site:a", webp=WEBP + "\n"),
                shown("site:a", webp=b64encode(b"<svg onload=alert(1)>").decode()),
                shown("site:a", webp=""),
                shown("site:a", why_not="moved"),
                shown("site:a", why_not='"><b>', webp=""),
                shown("site:a", width=1_000_000),
            )
        ),
    ],
)
def test_a_damaged_file_is_told_and_never_shown(tmp_path: Path, held: bytes) -> None:
    """What is no picture does not get into the page, wherever it came from."""
    (tmp_path / site_pictures.FILE).write_bytes(held)

    with pytest.raises(NotAnAudit, match="does not hold pictures"):
        site_pictures.beside(tmp_path / "audit.json", AuditFile.of(estates.empty()))


@pytest.mark.skipif(
    not (shutil.which("chromium") and shutil.which("pdfimages")),
    reason="Chromium and poppler-utils are not installed",
)
def test_a_picture_is_printed_on_paper(tmp_path: Path) -> None:
    """The PDF shows it without anybody unfolding anything."""
    small = estates.varied()
    site = next(one for one in small.assets if one.id == "site:romashka.ru")
    estate = structs.replace(small, assets=(site,), evidence={}, relations=())
    audit = AuditFile.of(estate)
    shots = of(estate, shown("site:romashka.ru"))
    sheets = pieces(audit, outline(audit), "en", paper="a4", shots=shots)

    pdf.write_pdf(pdf.browser(), sheets, tmp_path / "x.pdf", titles={}, tagged=False)

    listed = subprocess.run(
        ["pdfimages", "-list", str(tmp_path / "x.pdf")], capture_output=True, text=True, check=True
    )
    assert len(re.findall(r"^ +\d+ +\d+ image ", listed.stdout, re.MULTILINE)) == 1
