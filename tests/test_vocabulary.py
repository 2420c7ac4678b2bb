"""Every code the scanner can say has a sentence in every language, and every state has its word."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from probes.kit.observation import Reason
from reports.wording import LANGUAGES, Wording
from scanner.assets import STATES, Advice, Confidence, Kind, Need, Ownership, Use
from scanner.discovery.lead import LISTED
from scanner.discovery.weights import WEIGHTS
from scanner.document.everywhere import REASONS as EVERYWHERE
from scanner.verdicts.changes import Code
from scanner.verdicts.if_wrong import CONSEQUENCES, UNDOES
from scanner.verdicts.judging import all_codes
from scanner.verdicts.needs_hand import CODES as HANDS
from scanner.verdicts.order_of_work import Step

ROOT = Path(__file__).parent.parent


def written(pattern: str, *places: str) -> set[str]:
    """Codes that stand in the source after a constructor, as literals."""
    text = "\n".join(
        path.read_text() for place in places for path in sorted((ROOT / place).rglob("*.py"))
    )
    return set(re.findall(pattern, text))


STEPS = written(r"Step\(\s*\"([a-z_]+)\"", "scanner") | written(
    r"Mention\([^\"\n]*\"([a-z_]+)\"", "probes"
) | written(r"Lead\([^\"\n]*\"([a-z_]+)\"", "scanner") | {LISTED}  # fmt: skip
OWNER = written(r"OwnershipReason\(\s*\"([a-z_]+)\"", "scanner") | set(WEIGHTS)
UNSEEN = written(r"NotSeen\(\s*code=\"([a-z_]+)\"", "scanner") | {
    "hosting_accounts", "saas_and_licences", "wayback_not_asked", "vantage_single",
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("theme", "codes"),
    [
        ("reason", sorted(all_codes())),
        ("found", sorted(STEPS)),
        ("owner", sorted(OWNER)),
        ("unseen", sorted(UNSEEN)),
        ("unknown", sorted(Reason)),
        ("change", sorted(Code)),
        ("use", sorted(Use)),
        ("verdict", sorted(Advice)),
        ("confidence", sorted(Confidence)),
        ("needs", sorted(Need)),
        ("condition.do", sorted(Need)),
        ("step", sorted(Step)),
        ("step_why", sorted(Step)),
        ("step_empty", sorted(Step)),
        ("hand", sorted(HANDS)),
        ("consequence", sorted(CONSEQUENCES)),
        ("undo", sorted(UNDOES)),
        ("unseen", sorted(EVERYWHERE)),
        ("ownership", sorted(Ownership)),
        ("kind", sorted(Kind)),
        ("state", sorted(f"{kind}.{state}" for kind, states in STATES.items() for state in states)),
    ],
)
def test_every_code_has_its_words(language: str, theme: str, codes: list[str]):
    """No code of the scanner reaches a reader raw."""
    wording = Wording(language)

    assert codes
    assert [code for code in codes if not wording.has(f"{theme}.{code}")] == []
