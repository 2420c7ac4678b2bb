"""Every code has a sentence in both languages, and the two say the same."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from enum import StrEnum
from itertools import pairwise
from pathlib import Path

import pytest

import probes
import scanner
from probes.kit.observation import Reason
from probes.registration import HolderKind
from probes.tls_certificate import Trust
from reports import order, outline
from reports.wording import LANGUAGES, PLURALS, NoText, Wording, texts
from scanner.assets import STATES, Advice, Confidence, Kind, Need, Ownership, Use
from scanner.document import everywhere
from scanner.verdicts.judging import all_codes
from scanner.verdicts.order_of_work import Step

RU, EN = texts("ru"), texts("en")
SENTENCES = [
    (language, key, "…".join(piece.text for piece in form))
    for language in LANGUAGES
    for key, sentences in texts(language).items()
    for sentence in sentences
    for form in sentence.forms.values()
]


def test_both_languages_hold_the_same_codes() -> None:
    """A code is written in both languages or in none."""
    assert set(RU) == set(EN)


def test_both_languages_fill_in_the_same_values() -> None:
    """The same parameters choose the same form and are told in both languages."""
    ru = {key: [one.placeholders for one in sentences] for key, sentences in RU.items()}
    en = {key: [one.placeholders for one in sentences] for key, sentences in EN.items()}

    assert ru == en


def test_the_last_form_of_a_list_asks_least() -> None:
    """A list of forms goes from the telling to the plain, so that each can be reached."""
    unreachable = [
        key
        for key, sentences in RU.items()
        for earlier, later in pairwise(sentences)
        if earlier.placeholders <= later.placeholders
    ]

    assert unreachable == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_plural_table_has_the_categories_of_its_language(language: str) -> None:
    """Whatever the number, there is a form for it (CLDR)."""
    tables = [one for sentences in texts(language).values() for one in sentences if one.by]

    assert tables
    assert {tuple(one.forms) for one in tables} == {PLURALS[language]}


@pytest.mark.parametrize(
    ("theme", "words"),
    [
        ("kind", Kind),
        ("kinds", Kind),
        ("question", Kind),
        ("use", Use),
        ("verdict", Advice),
        ("confidence", Confidence),
        ("needs", Need),
        ("ownership", Ownership),
        ("unknown", Reason),
        ("trust", Trust),
        ("holder_kind", HolderKind),
    ],
)
def test_every_word_of_the_vocabulary_is_written(theme: str, words: type[StrEnum]) -> None:
    """No word that the scanner may use is missing from the texts."""
    assert {f"{theme}.{word}" for word in words} <= set(RU)


def test_every_state_of_every_kind_is_written() -> None:
    """The design's table of states, as a word for the column and as a reason."""
    states = {f"{kind}.{state}" for kind, of_kind in STATES.items() for state in of_kind}

    assert {f"state.{state}" for state in states} <= set(RU)
    assert {f"reason.{state}" for state in states} <= set(RU)


def test_every_finding_has_a_sentence_that_needs_nothing() -> None:
    """Whatever parameters a rule leaves out, its sentence is still said."""
    assert {f"reason.{code}" for code in all_codes()} <= set(RU)
    greedy = {
        key: sentences[-1].placeholders
        for key, sentences in RU.items()
        if key.startswith(("reason.", "found.", "owner.")) and sentences[-1].placeholders
    }

    assert greedy == {
        "reason.hosting.serves": {"count"},
        "reason.facet.unknown": {"facet"},
    }


CODES = {
    "Step": (("found", 0),),
    "Mention": (("found", 1),),
    "OwnershipReason": (("owner", 0),),
    "cannot_tell": (("facet", 0), ("unknown", 1)),
}
"""Calls that make a code: the theme of its text, and its place among the arguments."""


def codes_in_source() -> Iterator[tuple[str, str]]:
    """Yield (theme, code) for every code written out where the scanner and the probes make one."""
    for package in (probes, scanner):
        for file in Path(package.__path__[0]).rglob("*.py"):
            for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(call, ast.Call):
                    yield from _codes_of(call)


def _codes_of(call: ast.Call) -> Iterator[tuple[str, str]]:
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    for theme, place in CODES.get(name, ()):
        if len(call.args) > place and isinstance(call.args[place], ast.Constant):
            yield theme, call.args[place].value
    if name == "NotSeen":
        for one in call.keywords:
            if one.arg == "code" and isinstance(one.value, ast.Constant):
                yield "unseen", one.value.value


def test_every_code_the_scanner_writes_out_has_a_text() -> None:
    """How a thing was found, whose it is, what was not seen, what could not be told."""
    written = set(codes_in_source())

    assert len(written) > 30
    assert {f"{theme}.{code}" for theme, code in written} - set(RU) == set()


def test_the_report_knows_the_vocabulary_of_the_scanner() -> None:
    """What the report groups and counts by is the same vocabulary."""
    assert set(outline.KINDS) == set(Kind)
    assert set(outline.USES) == set(Use)
    assert set(outline.VERDICTS) == set(Advice)
    assert tuple(Step) == order.STEPS
    assert outline.EVERYWHERE == everywhere.REASONS


AVOIDED = re.compile(
    r"[a-z]_[a-z]|мёртв|мусор|zombie|владел[а-я]+ домена|\bSSL\b(?!-сертификат)|  |\.\.",
    re.IGNORECASE,
)


def test_no_text_shows_a_code_or_a_word_we_avoid() -> None:
    """Sentences are for people: no snake_case, none of the words the glossary bans."""
    assert [one for one in SENTENCES if AVOIDED.search(one[2])] == []
    assert [one for one in SENTENCES if one[0] == "en" and re.search("[а-яё]", one[2])] == []


@pytest.mark.parametrize(
    ("language", "count", "said"),
    [
        ("ru", 0, "0 дней"),
        ("ru", 1, "1 день"),
        ("ru", 2, "2 дня"),
        ("ru", 5, "5 дней"),
        ("ru", 11, "11 дней"),
        ("ru", 21, "21 день"),
        ("ru", 112, "112 дней"),
        ("ru", 1002, "1\u00a0002 дня"),
        ("en", 0, "0 days"),
        ("en", 1, "1 day"),
        ("en", 21, "21 days"),
    ],
)
def test_numbers_and_nouns_agree(language: str, count: int, said: str) -> None:
    """«21 день», never «21 дней»."""
    assert Wording(language).say("renewals.in_days", count=count) == said


def test_a_code_without_a_text_fails_loudly_in_tests_and_softly_for_readers() -> None:
    """Strict wording raises; a reader gets the code's own words in a sentence."""
    with pytest.raises(NoText):
        Wording("ru", strict=True).say("reason.site.on_fire")

    assert "site on fire" in Wording("en").say("reason.site.on_fire", {"where": "kitchen"})
    assert "_" not in Wording("ru").say("reason.site.on_fire")
