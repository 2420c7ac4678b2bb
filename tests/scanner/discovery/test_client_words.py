"""One list of the client's words serves the search in lists, the guesses, and what counts as like him."""

from __future__ import annotations

import pytest

from scanner.discovery.brand_names import candidates
from scanner.discovery.client_words import MOST_BRANDS, brand_domains
from scanner.discovery.likeness import Likeness
from scanner.discovery.scope import Scope, Seeds
from scanner.discovery.zone_names import words_of


def like(name: str, **said: tuple[str, ...]) -> str:
    """The brand that a name holds."""
    seeds = Seeds(**said)
    return Likeness(seeds, Scope(seeds)).of(name)


@pytest.mark.parametrize(
    "label", ["romashka-24", "romaschka", "xn--80aa3agjl3d", "my-romashka"], ids=str
)
def test_what_the_lists_are_searched_for_counts_as_like_him(label: str):
    """And every guess does."""
    words = words_of(["Ромашка"])
    found = any(word in label.replace("xn--80aa3agjl3d", "ромашка") for word in words)

    assert bool(like(f"{label}.xn--p1ai", brands=("Ромашка",))) is found
    assert all(like(one.name, brands=("Ромашка",)) for one in candidates(["Ромашка"])[:300])


@pytest.mark.parametrize(
    ("name", "domains", "brand"),
    [
        ("romashka-opt.ru", ("romashka-shop.ru",), "romashka-shop.ru"),
        ("agrohoz.ru", ("agropro.ru",), ""),
        ("agropro-tula.ru", ("agropro.ru",), "agropro.ru"),
        ("ab-tula.ru", ("ab.ru",), ""),
        ("flowers.romashka", ("romashka.ru",), ""),
    ],
)
def test_a_domains_label_is_a_word_also_without_its_affix(
    name: str, domains: tuple[str, ...], brand: str
):
    """Unless too little is left of it; and what stands behind the first dot does not count."""
    assert like(name, domains=domains) == brand


def test_a_whole_stock_of_names_makes_no_brands():
    """Of very many typed names each would be a word."""
    few, many = (
        Seeds(domains=tuple(f"name-{number}.ru" for number in range(count)))
        for count in (MOST_BRANDS, MOST_BRANDS + 1)
    )

    assert len(brand_domains(Scope(few))) == MOST_BRANDS
    assert brand_domains(Scope(many)) == ()
