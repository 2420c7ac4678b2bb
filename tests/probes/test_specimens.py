"""Every strong sign of a page is met in a whole answer, as its source documents it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import Struct

from probes.kit.fingerprints import Fingerprint, Sight, all_fingerprints, recognise, signs_within
from probes.kit.page import read

HOST = "client.example"
FOLDER = Path(__file__).parent / "specimens"
STRONG = [one for one in all_fingerprints() if one.strength == "strong"]


class Specimen(Struct, forbid_unknown_fields=True, frozen=True):
    """One answer, as the files describe it."""

    title: str = ""
    text: str = ""
    markup: str = ""
    head: str = ""
    generator: str = ""
    scripts: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    bare: bool = False
    status: int = 200
    headers: dict[str, str] = {}
    cookies: tuple[str, ...] = ()
    to: tuple[str, ...] = ()

    def body(self) -> str:
        """The page as it comes over the wire."""
        if self.bare:
            return self.markup or self.text
        head = [f"<title>{self.title}</title>", self.head]
        if self.generator:
            head.append(f'<meta name="generator" content="{self.generator}">')
        head += [f'<link rel="stylesheet" href="{one}">' for one in self.styles]
        head += [f'<script src="{one}"></script>' for one in self.scripts]
        said = f"<p>{self.text}</p>" if self.text else ""
        return f"<!doctype html><html><head>{''.join(head)}</head><body>{said}{self.markup}</body></html>"

    def sight(self) -> Sight:
        """The answer as the signs look at it."""
        raw = self.body().encode()
        reading = read(raw, self.headers.get("content-type", "text/html; charset=utf-8"))
        headers = tuple(self.headers.items())
        within = signs_within(reading, raw)
        return Sight(HOST, self.status, headers, self.cookies, reading, within, self.to)


def specimens() -> dict[str, Any]:
    """What all files hold, by the id of the sign."""
    found: dict[str, Any] = {}
    for path in sorted(FOLDER.glob("*.toml")):
        held = tomllib.loads(path.read_text("utf-8"))["specimens"]
        assert not held.keys() & found.keys()
        found.update(held)
    return found


ALL = specimens()


def test_each_strong_sign_has_one_specimen_and_no_specimen_is_idle():
    """A sign without a whole answer at hand is weak at most, and says so."""
    assert set(ALL) == {one.id for one in STRONG}
    for one in all_fingerprints():
        if one.caveat == "no_specimen":
            assert one.strength == "weak"
        if one.source.startswith("known to us"):
            assert one.caveat == "no_specimen"


@pytest.mark.parametrize("one", STRONG, ids=lambda one: one.id)
def test_a_strong_sign_is_met_in_its_specimen_with_its_whole_strength(one: Fingerprint):
    """The whole answer fires the sign, as strong as the data call it."""
    found = recognise(msgspec.convert(ALL[one.id], Specimen).sight())

    assert (one, "strong") in found
