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
    veil,
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
    ("value", "kind"),
    [
        ("REDACTED FOR PRIVACY", HolderKind.WITHHELD),
        ("REDACTED_FOR_PRIVACY", HolderKind.WITHHELD),
        ("REDACTED", HolderKind.WITHHELD),
        ("Redacted | Registry Policy", HolderKind.WITHHELD),
        ("not published", HolderKind.WITHHELD),
        ("n/a", HolderKind.WITHHELD),
        ("hidden", HolderKind.WITHHELD),
        ("NOT DISCLOSED!", HolderKind.WITHHELD),
        ("HIDDEN! Details are available at http://www.cctld.by", HolderKind.WITHHELD),
        ("Data Protected", HolderKind.WITHHELD),
        ("Ano Nymous", HolderKind.WITHHELD),
        (
            "Please query the RDDS service of the Registrar of Record identified",
            HolderKind.WITHHELD,
        ),
        ("GDPR Masked", HolderKind.WITHHELD),
        ("Identity Protect Limited", HolderKind.PRIVACY_SERVICE),
        ("See PrivacyGuardian.org", HolderKind.PRIVACY_SERVICE),
        ("Privacy service provided by Withheld for Privacy ehf", HolderKind.PRIVACY_SERVICE),
        ("Domains By Proxy, LLC", HolderKind.PRIVACY_SERVICE),
        ("WhoisGuard, Inc.", HolderKind.PRIVACY_SERVICE),
        ("Private Person", HolderKind.PRIVATE_PERSON),
        ("Частное лицо", HolderKind.PRIVATE_PERSON),
        ("Physical person", HolderKind.PRIVATE_PERSON),
        ("Hidden Valley Ltd", None),
        ("ООО «Конфиденциал»", None),
        ("Masked Ball Studio LLC", None),
        ("Confidential Consulting GmbH", None),
        ("Romashka LLC", None),
    ],
)
def test_what_stands_where_a_name_should(value: str, kind: HolderKind | None) -> None:
    """Policy says nothing, a service was chosen, a person may be an employee; a firm is a firm."""
    assert veil(value) is kind


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("ООО «Ромашка»", "ooo"),
        ("Romashka OOO", "ooo"),
        ("Romashka, LLC", "ooo"),
        ("Romashka Limited Liability Company", "ooo"),
        ("АО Ромашка", "ao"),
        ("JSC Romashka", "ao"),
        ("ПАО «Ромашка»", "pao"),
        ("ИП Иванов И.И.", "ip"),
        ("IP Ivanov I.I.", "ip"),
        ("ФОП Іванов", "ip"),
        ("ЧУП Ромашка", "chup"),
        ("ФГБУ Ромашка", "gbu"),
        ("Romashka GmbH", "gmbh"),
        ("Ромашка", ""),
        ("Ольга", ""),
    ],
)
def test_a_legal_form_has_one_spelling(name: str, form: str) -> None:
    """In Russian, transliterated or in English, in front or behind."""
    assert legal_form(name) == form


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
