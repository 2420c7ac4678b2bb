"""Which spellings mean one firm, and how a firm is spelled elsewhere."""

from __future__ import annotations

import pytest

from scanner.discovery.organisation import firm_spellings, same_organisation


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("ООО «Ромашка»", "Romashka LLC", True),
        ("ООО «Ромашка»", "Ромашка", True),
        ("ООО «Ромашка»", "Общество с ограниченной ответственностью «Ромашка»", True),
        ("АО «Ромашка»", "ОАО «Ромашка»", True),
        ("ООО «Ромашка»", "АО «Ромашка»", False),
        ("ООО «Ромашка»", "ИП Ромашка", False),
        ("ООО «Ромашка»", "Акционерное общество «Ромашка»", False),
        ("ООО «Ромашка»", "JSC Romashka", False),
        ("ООО «Ромашка»", "ООО «Ромашка Плюс»", False),
        ("ООО", "ООО", False),
    ],
)
def test_a_legal_form_tells_firms_apart_where_both_have_one(one: str, other: str, same: bool):
    """Firms called alike are many; only one of them is a limited company here."""
    assert same_organisation(one, other) is same
    assert same_organisation(other, one) is same


@pytest.mark.parametrize(
    ("given", "spelled"),
    [
        ("ООО «Ромашка»", ("ООО «Ромашка»", "OOO Romashka", "LLC Romashka", "Romashka LLC")),
        ("АО  «Барвинок Мед»", ("АО «Барвинок Мед»", "AO Barvinok Med", "JSC Barvinok Med", "Barvinok Med JSC")),
        ("Romashka LLC", ("Romashka LLC",)),
        ("«»", ("«»",)),
        ("", ()),
    ],
)  # fmt: skip
def test_a_firm_is_looked_for_as_given_and_in_latin_letters(given: str, spelled: tuple[str, ...]):
    """As authorities write Russian firms into certificates."""
    assert firm_spellings(given) == spelled
