"""The pictures in a real browser: words keep their size and their place at every width, on screen and paper."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reports.render import render
from reports.wording import LANGUAGES
from tests.reports import estates
from tests.reports.browser import INSTALLED, Browser, browser

pytestmark = pytest.mark.skipif(not INSTALLED, reason="Chromium and ChromeDriver are not installed")

OVERLAPS = """
const found = [];
for (const picture of document.querySelectorAll(".pic svg[role=img]")) {
  const frame = picture.getBoundingClientRect();
  if (!frame.width) continue;
  const texts = [...picture.querySelectorAll("text")].filter(one => one.textContent.trim()
    && getComputedStyle(one).display !== "none");
  const boxes = texts.map(one => {
    const box = one.getBoundingClientRect(), clip = one.parentNode.getBoundingClientRect();
    const clips = getComputedStyle(one.parentNode).overflow === "hidden" && one.parentNode !== picture;
    return {text: one.textContent, left: box.left, right: clips ? Math.min(box.right, clip.right) : box.right,
      top: box.top + 3, bottom: box.bottom - 3};
  });
  boxes.forEach((one, place) => {
    if (one.left < frame.left - 1 || one.right > frame.right + 1) found.push("out: " + one.text);
    for (const other of boxes.slice(place + 1))
      if (one.left < other.right - 1 && other.left < one.right - 1
          && one.top < other.bottom && other.top < one.bottom)
        found.push(one.text + " over " + other.text);
  });
}
return found;
"""
SIZES = """
return [...new Set([...document.querySelectorAll(".pic svg[role=img] text")]
  .filter(one => one.getBoundingClientRect().width)
  .map(one => parseFloat(getComputedStyle(one).fontSize) * Math.min(one.getScreenCTM().a, one.getScreenCTM().d)))];
"""
TWIN = """
const map = document.querySelector(".map");
return [map.querySelector(".cards").getClientRects().length > 0,
  map.querySelector("details").open, map.querySelector("td a").checkVisibility({contentVisibilityAuto: true})];
"""


@pytest.fixture(scope="module")
def window() -> Iterator[Browser]:
    with browser() as opened:
        yield opened


def show(window: Browser, folder: Path, language: str) -> None:
    file = folder / f"report.{language}.html"
    file.write_text(render(estates.varied(), language), encoding="utf-8")
    window.open(file)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [320, 640, 768, 1280, 1600, 2560])
def test_no_word_of_a_picture_leaves_it_or_covers_another(
    window: Browser, tmp_path: Path, language: str, width: int
) -> None:
    """Bars stretch with the window; words neither shrink nor collide."""
    show(window, tmp_path, language)
    window.resize(width, 900)

    assert window.run(OVERLAPS) == []
    assert min(window.run(SIZES)) >= 12


@pytest.mark.parametrize(
    ("width", "shown"), [(320, False), (640, False), (641, True), (1280, True)]
)
def test_a_phone_gets_the_map_as_its_table(
    window: Browser, tmp_path: Path, width: int, shown: bool
) -> None:
    """Three layers side by side need room; without it the table stands there, no click needed."""
    show(window, tmp_path, "ru")
    window.resize(width, 900)

    assert window.run(TWIN) == [shown, False, not shown]


def test_pictures_are_printed_and_their_tables_are_not(window: Browser, tmp_path: Path) -> None:
    """On paper each number is in the picture already; bars keep their colours."""
    show(window, tmp_path, "en")
    window.resize(700, 900)
    window.devtools("Emulation.setEmulatedMedia", media="print")

    tables = window.run(
        "return [...document.querySelectorAll('.pic table')].filter(t => t.getClientRects().length).length"
    )
    pictures = window.run(
        "return [...document.querySelectorAll('.pic svg[role=img]')].every(s => s.getClientRects().length)"
    )
    exact = window.run(
        "return getComputedStyle(document.querySelector('.kinds .f-used')).printColorAdjust"
    )
    overlaps = window.run(OVERLAPS)
    window.devtools("Emulation.setEmulatedMedia", media="screen")

    assert (tables, pictures, exact, overlaps) == (0, True, "exact", [])
