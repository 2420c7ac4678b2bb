"""Signing in a real browser: by keyboard alone, remembered, saved, and taken in by `revizor decisions import`."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from reports.audit_file import AuditFile
from reports.decisions import list_sha256, proposals_of
from reports.document import Document
from reports.editions import EDITIONS
from reports.render import render
from reports.wording import LANGUAGES
from scanner.assets import Advice, Asset, Ownership, Use
from scanner.cli import main
from scanner.database import Database
from scanner.registry import Client, Incoming, Registry
from scanner.registry.decisions import DecisionBook
from tests.reports import estates
from tests.reports.browser import INSTALLED, Browser, browser
from tests.reports.hostile import PAYLOADS, spoiled

pytestmark = pytest.mark.skipif(not INSTALLED, reason="Chromium and ChromeDriver are not installed")

VARIED = estates.varied()
ANSWERS = ("approved", "rejected", "ask")
AXE = Path(__file__).with_name("axe.min.js")
"""axe-core 4.14.1, from npm, MPL-2.0."""
FOCUS = """
const at = document.activeElement;
return [at.closest("#sign") !== null, at.type ?? at.tagName, at.id,
        at.closest("tr")?.cells[0]?.textContent ?? ""];
"""
MARKED = """
return [...document.querySelectorAll("#sign tbody tr:not(.kin)")].map((row) => [
  row.cells[0].textContent, row.querySelector(":checked")?.value ?? "",
  row.querySelector("textarea").value]);
"""
NO_STORAGE = """
Object.defineProperty(window, "localStorage", {get() { throw new DOMException("", "SecurityError"); }});
"""


@pytest.fixture
def window() -> Iterator[Browser]:
    """A window with a profile, and so a storage, of its own."""
    with browser() as opened:
        yield opened


def show(
    window: Browser, folder: Path, language: str, edition: str, document: Document = VARIED
) -> Path:
    file = folder / f"{edition}.{language}.html"
    file.write_text(render(document, language, edition=edition), encoding="utf-8")
    window.devtools("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(folder))
    window.open(file)
    return file


def click(window: Browser, *marks: tuple[int, str]) -> None:
    for number, answer in marks:
        window.run(f"document.querySelector('[name=s{number}][value={answer}]').click()")


def saved(window: Browser, folder: Path) -> dict[str, Any]:
    """Return the file that came down, waiting in the browser, at most ten seconds."""
    for _ in range(200):
        if found := [one for one in folder.glob("decisions-*.json") if one.stat().st_size]:
            content: dict[str, Any] = json.loads(found[0].read_text(encoding="utf-8"))
            return content
        window.run("return new Promise(done => setTimeout(done, 50))")
    raise AssertionError(window.run("return document.getElementById('s-told').textContent"))


def walk(window: Browser, plan: dict[str, tuple[str, str]], name: str) -> None:
    """Go through the page by Tab alone, answering as planned, to the button that saves."""
    for _ in range(400):
        window.press("Tab")
        inside, type_, id_, number = window.run(FOCUS)
        if not inside:
            continue
        answer, comment = plan.get(number.strip(), ("", ""))
        if type_ == "radio" and answer:
            window.press("Space")
            for _ in range(ANSWERS.index(answer)):
                window.press("ArrowRight")
        elif type_ == "textarea" and comment:
            window.write(comment)
        elif id_ == "s-name":
            window.write(name)
        elif id_ == "s-save":
            window.press("Enter")
            return
    raise AssertionError("the button that saves was not reached")


def known_to_the_registry(document: Document) -> None:
    """Let a registry here know the client, his things and the list that he is asked to sign."""
    proposals = proposals_of(AuditFile.of(document))
    at = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
    with Database.open("sqlite:///revizor.db") as opened:
        registry, slug = Registry(opened), document.client.slug
        asyncio.run(registry.ensure_client(Client(slug, document.client.name), at))
        things = [
            Incoming(
                asset=Asset.parse(one.id), ownership=Ownership.CONFIRMED, use=Use.UNKNOWN,
                advice=Advice(one.verdict),
            )
            for one in proposals
        ]  # fmt: skip
        asyncio.run(registry.receive(slug, document.run.id, things, at))
        asyncio.run(DecisionBook(opened).keep_list(slug, document.run.id, proposals, at))


@pytest.mark.parametrize(
    ("language", "edition"), [("ru", "client"), ("en", "internal"), ("en", "client"), ("ru", "internal")]
)  # fmt: skip
def test_what_was_signed_by_keyboard_is_what_is_taken_in(
    window: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str, edition: str
) -> None:
    """Tab, space and arrows reach every answer; the saved file is imported word for word."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    known_to_the_registry(VARIED)
    show(window, tmp_path, language, edition)
    rows = [row[0] for row in window.run(MARKED)]
    plan = {
        number: (ANSWERS[place % 3], 'нужен "до" июня\t<b>' if place == 1 else "")
        for place, number in enumerate(rows[:-1])
    }

    walk(window, plan, "Ольга Ильина")
    file = saved(window, tmp_path)

    proposals = proposals_of(AuditFile.of(VARIED))
    assert (file["client"], file["audit_id"]) == (VARIED.client.slug, VARIED.run.id)
    assert file["list_sha256"] == list_sha256(proposals)
    assert [one["decision"] for one in file["decisions"]] == [plan[number][0] for number in rows[:-1]]  # fmt: skip
    assert [one["comment"] for one in file["decisions"]][:3] == ["", 'нужен "до" июня\t<b>', ""]
    (name,) = tmp_path.glob("decisions-*.json")
    result = CliRunner().invoke(main, ["decisions", "import", str(name), "--json"])
    assert result.exit_code == 0, result.output
    taken = json.loads(result.output)
    assert taken["signed_by"] == "Ольга Ильина"
    assert len(taken["open"]) == 1
    told = json.loads(
        CliRunner().invoke(main, ["decisions", "list", VARIED.client.slug, "--json"]).output
    )
    said = {f"{one['asset']['kind']}:{one['asset']['key']}": one for one in told["decisions"]}
    assert {id_: (one["decision"], one["comment"]) for id_, one in said.items()} == {
        one["id"]: (one["decision"], one["comment"]) for one in file["decisions"]
    }
    assert window.console() == []


def test_marks_survive_a_reload_and_the_other_language(window: Browser, tmp_path: Path) -> None:
    """They belong to the audit; a report of another audit starts empty."""
    show(window, tmp_path, "ru", "client")
    click(window, (1, "rejected"), (3, "ask"))
    window.run(
        "const one = document.querySelector('.sheet textarea'); one.focus(); one.value = 'ещё нужен';"
        "one.dispatchEvent(new Event('input', {bubbles: true}))"
    )
    before = window.run(MARKED)

    show(window, tmp_path, "en", "internal")
    assert window.run(MARKED) == before
    assert before[0] == ["1", "rejected", "ещё нужен"]
    assert window.run("return document.getElementById('s-open').textContent") == (
        "Without an answer: 9 of 11"
    )

    show(window, tmp_path, "en", "client", estates.large(40))
    assert not any(answer or comment for _, answer, comment in window.run(MARKED))


def test_the_count_of_open_proposals_is_told_and_leads_to_the_next(
    window: Browser, tmp_path: Path
) -> None:
    """In a live region, down to none."""
    show(window, tmp_path, "en", "client")
    count = "return document.getElementById('s-open').textContent"
    live = "return document.getElementById('s-open').getAttribute('aria-live')"
    assert (window.run(count), window.run(live)) == ("Without an answer: 11 of 11", "polite")

    click(window, *((number, "approved") for number in (1, 2, 3, 5)))
    window.run("document.getElementById('s-next').click()")

    assert window.run(count) == "Without an answer: 7 of 11"
    assert window.run("return document.activeElement.name") == "s4"
    click(window, *((number, "ask") for number in range(1, 12)))
    assert window.run(count) == "Every proposal has an answer"
    assert window.run("return document.getElementById('s-next').hidden") is True


@pytest.mark.parametrize(
    ("prepare", "says", "focus"),
    [
        ("", "Mark at least one decision.", "s1"),
        ("document.querySelectorAll('.sheet textarea')[1].value = 'why?'", "Proposal No. 2 has", "s2"),
        ("document.querySelector('[name=s1]').click()", "Write your name", "s-name"),
        (
            "document.querySelector('[name=s1]').click();"
            "document.getElementById('s-name').value = 'Olga';"
            "document.getElementById('s-on').value = '2999-01-01'",
            "still to come", "s-on",
        ),
    ],
)  # fmt: skip
def test_what_would_not_count_is_not_saved(
    window: Browser, tmp_path: Path, prepare: str, says: str, focus: str
) -> None:
    """It is said what is missing, and the focus goes there."""
    show(window, tmp_path, "en", "client")
    window.run(prepare)

    window.run("document.getElementById('s-save').click()")

    assert says in window.run("return document.getElementById('s-told').textContent")
    place = "return document.activeElement.id || document.activeElement.name"
    assert window.run(place) == focus
    assert list(tmp_path.glob("decisions-*")) == []


def test_without_storage_it_can_still_be_signed(window: Browser, tmp_path: Path) -> None:
    """The page says that nothing is remembered, and saves."""
    window.devtools("Page.addScriptToEvaluateOnNewDocument", source=NO_STORAGE)
    show(window, tmp_path, "en", "client")

    told = window.run("return document.getElementById('s-kept').textContent")
    click(window, (1, "rejected"))
    window.run("document.getElementById('s-name').value = 'Olga'")
    window.run("document.getElementById('s-save').click()")

    assert "does not remember" in told
    assert [one["decision"] for one in saved(window, tmp_path)["decisions"]] == ["rejected"]
    assert window.console() == []


@pytest.mark.parametrize("kept", ["[]", "null", "{", '"x"', '{"marked": 7, "signed": null}', '{"marked": {"domain:romashka-sale.ru": ["burn", {"a": 1}]}, "signed": {"name": 5}}'])  # fmt: skip
def test_what_another_page_left_in_the_storage_is_not_trusted(
    window: Browser, tmp_path: Path, kept: str
) -> None:
    """Pages from files share it: what is no mark is no mark, and the sheet still works."""
    show(window, tmp_path, "en", "client")
    key = "'revizor.sign/' + document.getElementById('sign').dataset.key"
    window.run(f"localStorage.setItem({key}, arguments[0])", kept)

    show(window, tmp_path, "en", "client")

    assert window.console() == []
    assert not any(answer or comment for _, answer, comment in window.run(MARKED))
    assert window.run("return document.getElementById('s-act').hidden") is False


def test_what_was_decided_before_is_not_counted_as_open(window: Browser, tmp_path: Path) -> None:
    """And may be answered anew; the file holds what is marked now, and nothing else."""
    show(window, tmp_path, "en", "client", estates.registered())
    count = "return document.getElementById('s-open').textContent"
    decided = "return [...document.querySelectorAll('#sign tr[data-was]')].map(row => row.cells[0].textContent)"
    numbers = [int(number) for number in window.run(decided)]
    assert len(numbers) == 4
    assert window.run(count) == "Without an answer: 7 of 11"

    click(window, (numbers[0], "rejected"))
    window.run("document.getElementById('s-name').value = 'Olga'")
    window.run("document.getElementById('s-save').click()")

    assert window.run(count) == "Without an answer: 7 of 11"
    assert [one["decision"] for one in saved(window, tmp_path)["decisions"]] == ["rejected"]


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_signing_asks_nobody_and_complains_of_nothing(
    window: Browser, tmp_path: Path, language: str, edition: str
) -> None:
    """A listener that every hostile string names hears nothing while the sheet is filled in and saved."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        payloads = [one.replace("127.0.0.1:9/", f"127.0.0.1:{port}/") for one in PAYLOADS]
        document = spoiled(VARIED, lambda place: payloads[(place * 7) % len(payloads)])
        show(window, tmp_path, language, edition, document)
        click(window, *((number, ANSWERS[number % 3]) for number in range(1, 12)))
        window.run("document.getElementById('s-name').value = 'Olga'")
        window.run("document.getElementById('s-save').click()")
        file = saved(window, tmp_path)

        listener.setblocking(False)
        with pytest.raises(BlockingIOError):
            listener.accept()

    assert [one["id"] for one in sorted(file["decisions"], key=lambda one: one["id"])] == [
        one.id for one in proposals_of(AuditFile.of(document))
    ]
    assert window.console() == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_rule_of_accessibility_is_broken(
    window: Browser, tmp_path: Path, language: str, edition: str, scheme: str
) -> None:
    """WCAG 2.2 AA and axe's best practices: every section full and unfolded, marked, with a complaint shown."""
    show(window, tmp_path, language, edition, estates.registered())
    window.run("document.querySelectorAll('details').forEach(one => one.open = true)")
    window.devtools(
        "Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}]
    )
    click(window, (1, "approved"), (2, "rejected"), (3, "ask"))
    window.run("document.getElementById('s-save').click()")
    window.run(AXE.read_text(encoding="utf-8"))

    for width in (1280, 320):
        window.resize(width, 900)
        broken = window.run(
            "return axe.run(document, {resultTypes: ['violations'], runOnly: ["
            "'wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"
            ".then(found => found.violations.map(one => [one.id, one.nodes[0].html]))"
        )
        assert broken == []


def test_the_sheet_can_be_printed_by_itself(window: Browser, tmp_path: Path) -> None:
    """Nothing but the sheet is laid out for that print; afterwards all is back."""
    show(window, tmp_path, "ru", "client")
    window.run("window.print = () => {}; document.getElementById('s-print').click()")
    window.devtools("Emulation.setEmulatedMedia", media="print")
    shown = (
        "return [...document.querySelectorAll('main > section')]"
        ".filter(one => one.offsetHeight).map(one => one.id)"
    )

    alone = window.run(shown)
    window.run("dispatchEvent(new Event('afterprint'))")

    assert alone == ["sign"]
    assert len(window.run(shown)) > 8


def test_without_scripts_the_sheet_is_for_paper(window: Browser, tmp_path: Path) -> None:
    """A box under each answer, and no button that does nothing."""
    window.devtools("Emulation.setScriptExecutionDisabled", value=True)
    show(window, tmp_path, "ru", "client")
    found = window.devtools("DOM.getDocument", depth=0)["root"]["nodeId"]

    def size(selector: str) -> list[int]:
        nodes = window.devtools("DOM.querySelectorAll", nodeId=found, selector=selector)["nodeIds"]
        return nodes if isinstance(nodes, list) else []

    assert size("#sign input[type=radio]") == []
    assert len(size(".sheet tbody tr:not(.kin) td:nth-child(n+4):empty")) == 11 * 3
    assert len(size("#s-act[hidden]")) == 1
