"""The page in a real browser: silent, offline, useful, and no wider than the window."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reports.document import Document
from reports.render import render
from reports.wording import LANGUAGES
from tests.reports import estates
from tests.reports.browser import INSTALLED, Browser, browser
from tests.reports.hostile import PAYLOADS, spoiled

pytestmark = pytest.mark.skipif(not INSTALLED, reason="Chromium and ChromeDriver are not installed")

VISIBLE_ROWS = (
    "return document.querySelectorAll('.assets:not([hidden]) tbody tr:not([hidden])').length"
)
SAID = "return [...document.querySelectorAll('h2, caption')].map((one) => one.textContent)"
UNFOLDS = """
const folded = [...document.querySelectorAll("details:not([open])")];
folded.forEach((one) => one.querySelector("summary").click());
return folded.length > 0 && folded.every((one) => one.open);
"""
PARTS = """
const parts = {};
for (const one of document.querySelectorAll("*")) {
  const names = one.getAttributeNames().filter((name) => name.startsWith("on"));
  const part = [one.localName, ...names].join(" ");
  parts[part] = (parts[part] ?? 0) + 1;
}
return parts;
"""
SET = """
const field = document.getElementById(arguments[0]);
field.value = arguments[1];
field.dispatchEvent(new Event("input"));
"""


@pytest.fixture(scope="module")
def window() -> Iterator[Browser]:
    with browser() as opened:
        yield opened


def show(window: Browser, folder: Path, document: Document, language: str, place: str = "") -> Path:
    file = folder / f"report.{language}.html"
    file.write_text(render(document, language), encoding="utf-8")
    window.open(Path("/dev/null"))
    window.console()
    window.requests()
    window.open(file, place)
    return file


@pytest.mark.parametrize("language", LANGUAGES)
def test_check_12_the_page_is_silent_and_asks_for_nothing(
    window: Browser, tmp_path: Path, language: str
) -> None:
    """No console message and no request but the file itself: the policy fits the page."""
    file = show(window, tmp_path, estates.varied(), language)

    assert window.console() == []
    assert window.requests() == [file.as_uri()]
    assert window.run("return document.querySelector('.filter').hidden") is False


@pytest.mark.parametrize("turn", range(3))
def test_check_12_hostile_strings_stay_text(window: Browser, tmp_path: Path, turn: int) -> None:
    """Payloads everywhere: one script, no handler, no request, no complaint of the policy."""
    document = spoiled(
        estates.registered(), lambda place: PAYLOADS[(place * 7 + turn) % len(PAYLOADS)]
    )
    file = show(window, tmp_path, document, "en")

    assert window.console() == []
    assert window.requests() == [file.as_uri()]
    assert window.run("return document.scripts.length") == 1
    assert window.run(
        "return [...document.querySelectorAll('*')].filter("
        "e => [...e.attributes].some(a => a.name.startsWith('on'))).length"
    ) == 0  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_check_12_the_page_is_whole_without_its_script(
    window: Browser, tmp_path: Path, language: str
) -> None:
    """Where no script runs every row is there and evidence unfolds; only what needs the script stays hidden."""
    show(window, tmp_path, estates.varied(), language)
    rows, said = window.run(VISIBLE_ROWS), window.run(SAID)
    window.devtools("Emulation.setScriptExecutionDisabled", value=True)
    try:
        show(window, tmp_path, estates.varied(), language)

        assert window.run("return document.querySelector('.filter').hidden") is True
        assert window.run(VISIBLE_ROWS) == rows > 0
        assert window.run(SAID) == said
        assert window.run(UNFOLDS) is True
    finally:
        window.devtools("Emulation.setScriptExecutionDisabled", value=False)


@pytest.mark.soak
@pytest.mark.parametrize("number", range(len(PAYLOADS)))
def test_every_hostile_string_stays_text_in_every_field(
    window: Browser, tmp_path: Path, number: int
) -> None:
    """One and the same in all fields and ids of audit and registry: no dialog, nothing alive, nothing broken."""
    clean, payload = estates.registered(), PAYLOADS[number]
    document = spoiled(clean, lambda _: payload, ids=True)
    for language in LANGUAGES:
        show(window, tmp_path, spoiled(clean, lambda _: "z", ids=True), language)
        harmless = window.run(PARTS)
        file = show(window, tmp_path, document, language)

        assert window.console() == []
        assert window.requests() == [file.as_uri()]
        assert window.run(PARTS) == harmless
        window.run("document.querySelectorAll('details').forEach(one => one.open = true)")
        for width in (320, 768, 1280):
            window.resize(width, 900)
            assert window.run("return document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("turn", range(4))
def test_no_string_breaks_the_layout(window: Browser, tmp_path: Path, turn: int) -> None:
    """Words without an end, heaps of accents and closing tags stay within the window, unfolded too."""
    longest = ("W" * 300, PAYLOADS[-1], "\u202e" * 40, None)[turn]
    document = spoiled(
        estates.registered(), lambda place: longest or PAYLOADS[(place * 7) % len(PAYLOADS)]
    )
    show(window, tmp_path, document, "ru")
    window.run("document.querySelectorAll('details').forEach(one => one.open = true)")

    for width in (320, 768, 1280):
        window.resize(width, 900)
        assert window.run("return document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [320, 360, 640, 768, 1024, 1280, 1600, 1920, 2560])
def test_the_page_fits_the_window(
    window: Browser, tmp_path: Path, language: str, width: int
) -> None:
    """No width from a phone to a wide screen scrolls sideways, even with everything unfolded."""
    show(window, tmp_path, estates.varied(), language)
    window.run("document.querySelectorAll('details').forEach(one => one.open = true)")
    window.resize(width, 900)

    assert window.run("return document.documentElement.scrollWidth") == width


@pytest.mark.parametrize(
    ("field", "value", "rows"),
    [
        ("f-text", "", 20),
        ("f-text", "РОМАШКА.рф", 1),
        ("f-text", "xn--80aa3agjl3d", 1),
        ("f-text", "парковочн", 1),
        ("f-text", "beget placeholder", 0),
        ("f-verdict", "ask", 6),
        ("f-kind", "domain", 7),
        ("f-use", "lapsed", 2),
    ],
)
def test_the_filter_shows_what_fits(
    window: Browser, tmp_path: Path, field: str, value: str, rows: int
) -> None:
    """Words, proposal, kind and state choose rows; an empty table goes with its heading."""
    show(window, tmp_path, estates.varied(), "ru")

    window.run(SET, field, value)

    assert window.run(VISIBLE_ROWS) == rows
    assert window.run("return document.getElementById('f-none').hidden") is (rows > 0)
    assert window.run("return document.getElementById('f-count').textContent") == (
        f"Показано {rows} из 20"
    )


def test_a_link_to_a_hidden_row_brings_it_back(window: Browser, tmp_path: Path) -> None:
    """Following a link from above the filter undoes the filter; evidence unfolds."""
    show(window, tmp_path, estates.varied(), "en")
    window.run(SET, "f-text", "nothing like this")
    assert window.run(VISIBLE_ROWS) == 0

    window.run("location.hash = document.querySelector('dd.e').id")
    window.run(
        "arguments; return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )

    assert window.run(VISIBLE_ROWS) == 20
    assert window.run("return document.querySelector('dd.e').closest('details').open") is True


def test_a_click_on_a_head_sorts_and_another_turns_round(window: Browser, tmp_path: Path) -> None:
    """Dates sort as dates; the state of the sort is told to screen readers."""
    show(window, tmp_path, estates.varied(), "ru")
    dates = (
        "return [...document.querySelectorAll('.assets tbody')][0].querySelectorAll('tr').values()"
        ".map(row => row.cells[4].querySelector('time')?.dateTime ?? '9999').toArray()"
    )
    click = "document.querySelectorAll('.assets thead th:nth-child(5) button')[0].click()"

    window.run(click)
    up = window.run(dates)
    window.run(click)
    down = window.run(dates)

    assert up == sorted(up)
    assert down == sorted(down, reverse=True)
    assert up != down
    assert window.run("return document.querySelector('[aria-sort]').getAttribute('aria-sort')") == (
        "descending"
    )


def test_print_unfolds_everything_and_folds_it_again(window: Browser, tmp_path: Path) -> None:
    """Paper cannot be clicked."""
    show(window, tmp_path, estates.varied(), "ru")
    shut = "return document.querySelectorAll('details:not([open])').length"
    before = window.run(shut)

    window.run("dispatchEvent(new Event('beforeprint'))")
    during = window.run(shut)
    window.run("dispatchEvent(new Event('afterprint'))")

    assert before > 10
    assert during == 0
    assert window.run(shut) == before


def test_a_large_report_filters_right(window: Browser, tmp_path: Path) -> None:
    """2,000 things: the count is the truth, and clearing brings all of them back."""
    show(window, tmp_path, estates.large(2000), "en")

    window.run(SET, "f-text", "romashka2014.ru n7-")
    assert window.run(VISIBLE_ROWS) == 1
    window.run("document.getElementById('f-reset').click()")
    assert window.run(VISIBLE_ROWS) == 1820
    assert window.console() == []
