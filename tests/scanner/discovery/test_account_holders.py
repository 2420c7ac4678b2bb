"""An account in the name of the client's own firm is the client's."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.assets import Declaration
from scanner.discovery.account_holders import with_account_holders
from scanner.discovery.scope import Seeds
from scanner.verdicts.judging import judge
from scanner.verdicts.verdict import Verdict
from tests.scanner.discovery.test_declared import estate, said, world
from tests.scanner.discovery.world import NOW

OWN = "ООО «Ромашка»"
ACCOUNT = "account:beget/romashka1"


def judged(*rows: Declaration, **named: Any) -> Verdict:
    """The verdict on the account of these rows."""
    made = world()
    seeds = Seeds(domains=("romashka.ru",), **{"orgs": (OWN,), **named})
    held = with_account_holders(estate(made, *rows), seeds)
    return next(one for one in judge(held, made.looks(), NOW) if str(one.asset) == ACCOUNT)


@pytest.mark.parametrize(
    ("row", "named", "state", "advice"),
    [
        ({"holder": "Общество с ограниченной ответственностью «Ромашка»"}, {}, "client", "keep"),
        ({"holder": OWN}, {"orgs": ()}, "unknown", "ask"),
        ({"holder": "ООО «Студия»"}, {}, "unknown", "ask"),
        ({}, {}, "unknown", "ask"),
        ({"holder": OWN, "leaver": "уволен"}, {}, "ex_employee", "transfer"),
        ({"inn": "7811000029"}, {"inns": ("7811000029",)}, "client", "keep"),
        ({"holder": OWN, "inn": "7811000028"}, {"inns": ("7811000029",)}, "unknown", "ask"),
    ],
)
def test_the_holder_on_paper_says_whose_an_account_is(
    row: dict[str, Any], named: dict[str, Any], state: str, advice: str
):
    """A number outranks a name, and who left outranks the firm that he signed for."""
    verdict = judged(said(ACCOUNT, **row), **named)

    assert (verdict.state, verdict.advice) == (state, advice)


def test_of_two_holders_neither_is_believed():
    """One paper names the firm, another somebody else."""
    rows = (said(ACCOUNT, holder=OWN), said(ACCOUNT, holder="ООО «Студия»", row=3))

    assert judged(*rows).state == "unknown"


def test_only_accounts_are_marked():
    """Whose a hosting is, other evidence says."""
    made = world()
    papers = estate(made, said("hosting:beget/romashka1", holder=OWN))

    assert with_account_holders(papers, Seeds(orgs=(OWN,))) == papers
