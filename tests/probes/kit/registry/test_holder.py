"""The holder: organisation, person, service in front, or nothing said."""

from __future__ import annotations

import pytest

from probes.kit.registry.holder import (
    Holder,
    HolderKind,
    describe_holder,
    legal_form,
    same_organisation,
    valid_inn,
)


@pytest.mark.parametrize(
    ("told", "holder"),
    [
        ({"organisation": "OOO Romashka", "inn": "7736207543"}, Holder(HolderKind.ORGANISATION, "OOO Romashka", "7736207543")),
        ({"organisation": "OOO Romashka", "inn": "7736207544"}, Holder(HolderKind.ORGANISATION, "OOO Romashka")),
        ({"name": "Private Person"}, Holder(HolderKind.PRIVATE_PERSON)),
        ({"name": "Ivan Petrov", "kind": "individual", "country": "ru"}, Holder(HolderKind.PRIVATE_PERSON, country="RU")),
        ({"organisation": "Domains By Proxy, LLC"}, Holder(HolderKind.PRIVACY_SERVICE)),
        ({"organisation": "Withheld for Privacy ehf", "country": "IS"}, Holder(HolderKind.PRIVACY_SERVICE, country="IS")),
        ({"organisation": "REDACTED FOR PRIVACY", "name": "REDACTED FOR PRIVACY"}, Holder(HolderKind.WITHHELD)),
        ({"name": "Redacted | Registry Policy"}, Holder(HolderKind.WITHHELD)),
        ({"name": "Ромашка ООО"}, Holder(HolderKind.ORGANISATION, "Ромашка ООО")),
        ({"name": "Администрация города"}, Holder(HolderKind.ORGANISATION, "Администрация города")),
        ({"name": "mmr-171440"}, Holder(HolderKind.UNPUBLISHED)),
        ({"name": "Ivan Petrov"}, Holder(HolderKind.UNPUBLISHED)),
        ({}, Holder(HolderKind.UNPUBLISHED)),
    ],
)  # fmt: skip
def test_what_the_registrants_lines_say(told: dict[str, str], holder: Holder) -> None:
    """A person's name is never kept; a name that may be anybody's proves nothing."""
    assert describe_holder(**told) == holder


@pytest.mark.parametrize(
    ("number", "valid"),
    [
        ("7736207543", True),
        ("7736207544", False),
        ("500100732259", True),
        ("500100732250", False),
        ("", False),
        ("123", False),
        ("７７３６２０７５４３", False),
        ("77362075 3", False),
    ],
)
def test_an_inn_counts_only_with_its_control_digits(number: str, valid: bool) -> None:
    """Ten digits of a firm, twelve of a person."""
    assert valid_inn(number) is valid


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("ООО «Ромашка»", "Ромашка, ООО", True),
        ("Общество с ограниченной ответственностью «Ромашка»", "Romashka LLC", True),
        ("Romashka Ltd.", "ООО Ромашка", True),
        ("Щит и Хлеб", "OOO Shchit i Khleb", True),
        ("ПАО «Юпитер»", "JSC Yupiter", True),
        ("ООО «Ромашка»", "ЗАО «Ромашка»", False),
        ("ООО «Ромашка»", "ООО «Ромашка-Сервис»", False),
        ("ООО", "ООО", False),
        ("", "", False),
    ],
)
def test_one_organisation_in_two_spellings(first: str, second: str, same: bool) -> None:
    """Equal but for legal form, quotes, case and alphabet; two different forms are two firms."""
    assert same_organisation(first, second) is same
    assert same_organisation(second, first) is same


def test_legal_forms_have_one_spelling() -> None:
    """ООО and LLC are one form, and a bare name has none."""
    assert legal_form("ООО Ромашка") == legal_form("Romashka L.L.C.") == "ooo"
    assert legal_form("Ромашка") == ""
