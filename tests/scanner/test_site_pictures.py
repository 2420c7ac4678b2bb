"""Which sites are pictured, in what room, and what is kept: asked for by name, said before any work where it cannot be."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from msgspec import structs

from probes.kit.net.camera import NoPicture, PagePicture, WhyNot
from reports.audit_file import AuditFile, opened
from reports.document import Asset, Document, write
from reports.site_pictures import FILE, MOST, ROOM, beside
from scanner.cli import main
from scanner.service import printing, site_pictures
from scanner.settings import Settings, load
from tests.peers.dns_server import DnsServer
from tests.probes.kit.net.loopback import run, says, server
from tests.reports import estates

AT = datetime(2026, 5, 5, 9, tzinfo=UTC)
PAGE = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: 45\r\n\r\n"
    b"<body style='background: #a0f'><h1>Romashka</"
)


class Said:
    """A display that keeps what it is told."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def saw(self, state: object) -> None:
        raise AssertionError("no scan is shown")

    def say(self, text: str) -> None:
        self.lines.append(text)


class Darkroom:
    """A camera without a lens: it notes what it is asked for."""

    def __init__(self, **answers: PagePicture | NoPicture) -> None:
        self.asked: list[tuple[str, int]] = []
        self._answers = answers

    async def take(self, url: str, room: int) -> PagePicture | NoPicture:
        self.asked.append((url, room))
        drawn = PagePicture(
            url=url, status=200, webp=b"RIFF\0\0\0\0WEBP", width=480, height=300, whole=True
        )
        return next((a for key, a in self._answers.items() if key in url), drawn)


def site(name: str, verdict: str = "keep", state: str = "content", **more: object) -> Asset:
    use = {"content": "used", "placeholder": "idle", "redirects": "redirect"}.get(state, "unknown")
    return estates.asset(f"site:{name}", name, verdict, use, state, **more)


def estate(*sites: Asset) -> Document:
    return structs.replace(estates.varied(), assets=sites, evidence={}, relations=())


def taken(
    monkeypatch: pytest.MonkeyPatch, folder: Path, dark: Darkroom, document: Document, **set_: int
) -> tuple[dict[str, object], list[str]]:
    """Let the service work with that camera; return the file, and what was said."""

    @site_pictures.asynccontextmanager
    async def ready(_settings: Settings):
        yield dark

    monkeypatch.setattr(site_pictures, "ready_camera", ready)
    audit, said = folder / "audit.json", Said()
    audit.write_bytes(write(document))
    settings = structs.replace(load({}, environ={}, folder=folder), **set_)
    file = asyncio.run(site_pictures.picture_sites(audit, settings, lambda: AT, said))
    assert file == folder / FILE
    with opened(audit) as found:
        beside(audit, found)  # it is one of ours, and belongs to this audit
    return json.loads(file.read_bytes()), said.lines


def test_only_confirmed_sites_that_showed_a_page_are_visited() -> None:
    """What is to be decided on comes first; strangers' sites, redirects and silence are left alone."""
    document = estate(
        site("romashka.ru"),
        site("www.shop.romashka.ru"),
        site("likely.ru", ownership="likely"),
        site("possible.ru", ownership="possible"),
        site("foreign.ru", ownership="foreign"),
        site("moved.ru", state="redirects"),
        site("silent.ru", "ask", state="no_answer"),
        site("shut.ru", "ask", state="forbidden"),
        site("unread.ru", "ask", state="undetermined"),
        site(
            "doubtful.ru", "ask", state="undetermined", facts={"final_url": "http://doubtful.ru/"}
        ),
        site("promo.romashka.ru", "switch_off", state="placeholder"),
        site("parked.ru", "ask", state="parked"),
        estates.asset("domain:romashka.ru", "romashka.ru", "keep", "used", "active_web"),
    )

    sites = site_pictures.sites_of(AuditFile.of(document))

    assert [one.name for one in sites] == [
        *("promo.romashka.ru", "doubtful.ru", "parked.ru", "romashka.ru", "www.shop.romashka.ru"),
    ]


@pytest.mark.parametrize(
    ("seen", "url"),
    [
        ("http://romashka.ru/start?a=b", "http://romashka.ru/start?a=b"),
        ("https://www.romashka.ru/", "https://www.romashka.ru/"),
        ("https://other.ru/", "https://romashka.ru/"),
        ("file:///etc/passwd", "https://romashka.ru/"),
        ("http://romashka.ru@127.0.0.1/", "https://romashka.ru/"),
        (None, "https://romashka.ru/"),
        (7, "https://romashka.ru/"),
    ],
)
def test_the_page_that_the_audit_saw_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seen: object, url: str
) -> None:
    """Where that was the site's own; else its home page. One visit."""
    dark = Darkroom()

    taken(monkeypatch, tmp_path, dark, estate(site("romashka.ru", facts={"final_url": seen})))

    assert [asked for asked, _ in dark.asked] == [url]


@pytest.mark.parametrize(("there", "most"), [(1, 40), (45, 40), (200, MOST), (0, 40)])
def test_pictures_never_take_more_than_their_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: int, most: int
) -> None:
    """However many sites there are: so many are pictured, the rest is counted."""
    dark = Darkroom()
    sites = (site(f"n{number:03}.ru") for number in range(there))

    kept, said = taken(monkeypatch, tmp_path, dark, estate(*sites), site_pictures=most)

    assert len(dark.asked) == min(there, most)
    assert sum(room for _, room in dark.asked) <= ROOM
    assert kept["left_out"] == max(0, there - most)
    assert f"{max(0, there - most)} left out" in said[-1]


def test_every_site_gets_its_picture_or_a_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refusal shown to the browser is not how a site in use looks; a stub may say 404 and be one."""
    refusal = PagePicture(
        url="https://x/", status=403, webp=b"RIFF\0\0\0\0WEBP", width=480, height=300, whole=True
    )
    dark = Darkroom(shut=refusal, stub=refusal, bad=NoPicture(WhyNot.CERTIFICATE, "ERR\x1b[2J"))
    document = estate(
        site("good.ru"),
        site("shut.ru"),
        site("bad.ru"),
        site("stub.ru", "ask", state="placeholder"),
    )

    kept, said = taken(monkeypatch, tmp_path, dark, document)

    assert {one["asset"]: one.get("why_not", "") for one in kept["sites"]} == {
        "site:good.ru": "",
        "site:shut.ru": "refused",
        "site:bad.ru": "certificate",
        "site:stub.ru": "",
    }
    assert said[0] == "Taking pictures of sites: 4."
    assert said[-1] == "Pictures of sites: 2 taken, 2 could not be, 0 left out."


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, and no browser on PATH."""
    for name in [name for name in os.environ if name.startswith("REVIZOR_")]:
        monkeypatch.delenv(name)
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path / "work"


def test_without_a_browser_nothing_is_begun(nowhere: Path) -> None:
    """One sentence, exit 2, and neither a question asked nor a file written."""
    Path("revizor.toml").write_text('resolver = ["127.0.0.1:9"]\n')
    (nowhere / "audit.json").write_bytes(write(estates.varied()))
    before = sorted(one.name for one in nowhere.iterdir())

    for arguments in (
        ("audit", "romashka", "romashka.ru", "--site-pictures", "--yes"),
        ("report", "audit.json", "--site-pictures"),
    ):
        result = CliRunner().invoke(main, arguments)
        assert result.exit_code == 2
        assert result.stderr.startswith(
            "revizor: pictures of sites are taken by Chromium or Chrome,"
        )
        assert result.stderr.count("\n") == 1
        assert sorted(one.name for one in nowhere.iterdir()) == before


def test_what_cannot_be_printed_is_told_before_pictures_are_taken(nowhere: Path) -> None:
    """A wrong word among the options is not found out after minutes of visits."""
    (nowhere / "audit.json").write_bytes(write(estates.varied()))

    result = CliRunner().invoke(
        main, ["report", "audit.json", "--site-pictures", "--format", "gif"]
    )

    assert result.exit_code == 2
    assert "there is no format 'gif'" in result.stderr


@pytest.mark.skipif(not shutil.which("chromium"), reason="Chromium is not installed")
def test_a_saved_audit_is_printed_with_pictures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From names to the page: resolver, guard, browser, file and report, as the settings allow."""
    document = estate(
        site("romashka.ru", facts={"final_url": "http://romashka.ru/"}), site("shut.ru")
    )
    audit = tmp_path / "audit.json"
    audit.write_bytes(write(document))
    said = Said()

    async def story() -> tuple[Path, ...]:
        dns = DnsServer()
        async with dns, server(says(PAGE), 80) as address:
            dns.add(f"romashka.ru A {address}")
            dns.add("shut.ru A 127.0.0.1")
            flags = {"resolver": (dns.ip,), "allow_net": (f"{address}/32",)}
            settings = load(flags, environ={}, folder=tmp_path)
            await site_pictures.picture_sites(audit, settings, lambda: AT, said)
            return printing.report(audit, ("ru", "en"), tmp_path)

    files = run(story(), within=100)

    assert said.lines[1:] == [
        "No picture of shut.ru: not_allowed net::ERR_TUNNEL_CONNECTION_FAILED",
        "Pictures of sites: 1 taken, 1 could not be, 0 left out.",
    ]
    for file in files:
        assert file.read_text().count('<img src="data:image/webp;base64,') == 1
