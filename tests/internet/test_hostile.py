"""A whole audit of an estate that attacks whoever looks at it.

Every case of `tests/hostile/cases.csv` that a host plays is met by one audit of the client `hostile`.
That the ordinary domains in its midst are judged as ever, and that nothing hostile gets a deadly verdict,
is tested with all other scenes in `test_scenes.py`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser

from probes.kit.observation import AnyObservation, Reason, Unknown
from scanner.database import Database
from scanner.evidence import Evidence
from tests.hostile.bombs import far_corner, not_a_table
from tests.hostile.cases import CASES, Case
from tests.internet import population
from tests.internet.lab import ROOT, Lab
from tests.internet.peers.hostile_pages import IMAGE, SCRIPT
from tests.internet.scenes import REVIZOR, Audit, Audits

WORLD = population.load()
LIVE = [case for case in CASES if not case.direct]
GROWTH = 32 * 1024
"""KiB of memory that an estate may cost more for being hostile."""

WRITERS = [
    *(ROOT / "reports/templates").rglob("*.html"),
    *(ROOT / "reports" / name for name in ("rows.py", "map_rows.py")),
]
TAGS = {
    tag for path in WRITERS for tag in re.findall(r"<([a-z][a-z0-9]*)", path.read_text("utf-8"))
}
"""Everything a report is made of."""
LIVELY = {"src", "srcset", "srcdoc", "action", "formaction", "background", "ping", "poster", "data"}
UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
"""What no terminal may be sent from a stranger."""


@pytest.fixture(scope="session")
def looks(audits: Audits) -> list[AnyObservation]:
    """Everything the hostile audit has seen."""
    database = Database.open(f"sqlite:///{audits('hostile').folder / 'revizor.db'}")
    try:
        evidence = Evidence(database)
        return list(evidence.observations(evidence.runs("hostile")[0].id))
    finally:
        database.close()


def _tricks() -> Iterator[str]:
    for _, hostile in WORLD.hostile():
        yield from (f"web.{trick}" for trick in hostile.web.values())
        yield from (f"location.{label}" for label in hostile.location)
        yield from (f"zone.{label}" for label in hostile.address)
        for service in ("tls", "mail", "names", "whois", "rdap", "crtsh", "certspotter"):
            if trick := getattr(hostile, service):
                yield f"{service}.{trick}"


def test_the_table_and_the_estate_agree() -> None:
    """No trick is without a number, and no number without a trick."""
    in_zones = {"zone.mail-inside", "zone.servers-inside", "zone.texts", "zone.senders-loop"}

    assert set(_tricks()) | in_zones == {case.name for case in LIVE}


@pytest.mark.parametrize("case", LIVE, ids=str)
def test_a_case_is_met_and_survived(
    case: Case, audits: Audits, internet: Lab, looks: list[AnyObservation]
) -> None:
    """The trick was played to the audit, no probe broke on it, and its domain is answered for."""
    domain = WORLD.enclosing(case.played)
    done = audits("hostile")
    about = [look for look in looks if case.played in str(look.target)]

    assert case.name in internet.played or (case.name.startswith("zone.") and about)
    assert [look for look in about if _broke(look)] == []
    assert domain is not None
    assert f"domain:{domain.name}" in {asset["id"] for asset in done.assets}


def test_no_probe_breaks(looks: list[AnyObservation]) -> None:
    """Whatever came: no look ended in a mistake of our own."""
    assert [look for look in looks if _broke(look)] == []


def test_the_audit_ends_in_order(audits: Audits) -> None:
    """It is done, or incomplete, and says nothing that a stranger or a library wrote."""
    done = audits("hostile")

    assert done.ended.returncode in {0, 3}, done.ended.stderr[-3000:]
    assert "Traceback" not in done.ended.stderr
    assert "Warning" not in done.ended.stderr
    assert UNFIT.findall(done.ended.stderr + done.ended.stdout) == []


def test_hostility_costs_little_memory(audits: Audits) -> None:
    """An audit of as many peaceful domains takes at most 32 MiB less."""
    hostile, meadow = audits("hostile"), audits("meadow")

    assert len(WORLD.owned("hostile")) == len(WORLD.owned("meadow"))
    assert hostile.peak <= meadow.peak + GROWTH


def test_nobody_is_lured_inside(audits: Audits, internet: Lab) -> None:
    """Not one packet went to an address that only foreign data named."""
    audits("hostile")

    assert internet.lured_inside == []


@pytest.mark.parametrize("language", ["ru", "en"])
def test_no_foreign_text_comes_alive(language: str, audits: Audits) -> None:
    """The report of the hostile estate is made of the same elements as that of a peaceful one."""
    page, calm = (_report(audits(client), language) for client in ("hostile", "meadow"))

    assert _alive(page, calm) == []
    text = page.body.text() if page.body else ""
    assert SCRIPT in text, "no payload has reached the report, so this proves nothing"
    assert IMAGE in text


def test_a_clients_own_name_is_text_too(internet: Lab, audits: Audits, tmp_path: Path) -> None:
    """What a consultant types, or was sent to type, stays in its folder and stays text."""
    name = f"../../{SCRIPT}\u202e"
    command = ["audit", name, "klever-dacha.ru", "--org", IMAGE, "--brand", SCRIPT, "--quiet"]
    nets = [part for net in internet.allow_nets for part in ("--allow-net", net)]
    inside = tmp_path / "a" / "b" / "c"
    inside.mkdir(parents=True)

    done = internet.run(
        ["env", "-C", inside, REVIZOR, *command, *nets, "--config", internet.settings]
    )

    assert done.returncode in {0, 3}, done.stderr
    written = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*.html"))
    assert [path.parts[:4] for path in written] == [("a", "b", "c", "audits")] * 2
    page = LexborHTMLParser((tmp_path / written[0]).read_text("utf-8"))
    assert _alive(page, _report(audits("meadow"), "en")) == []
    assert page.body
    assert SCRIPT in page.body.text()


@pytest.mark.parametrize("paper", [far_corner, not_a_table])
def test_a_hostile_paper_is_refused_in_a_sentence(
    paper: Any, tmp_path: Path, internet: Lab
) -> None:
    """The command ends with the code of bad input, or reads what can be read; never with an error."""
    file = tmp_path / "list.xlsx"
    file.write_bytes(paper())

    done = internet.run([REVIZOR, "audit", "paper", "--from", file, "--dry-run"])

    assert done.returncode == (0 if paper is far_corner else 2), done.stderr
    # A paper that is read says on stderr how; one that is refused says why, in a sentence.
    assert len(done.stderr.splitlines()) <= (10 if paper is far_corner else 1)


def test_whoever_is_lured_is_noticed() -> None:
    """The watch itself works: a connection and a datagram inside are both told."""
    lab = Lab.start()
    script = (
        "import socket; socket.create_connection(('10.66.0.1', 80), 3).close();"
        "socket.create_connection(('::1', 443), 3).close();"
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'z', ('169.254.169.254', 53))"
    )
    try:
        assert lab.lured_inside == []
        done = lab.run([sys.executable, "-c", script])
        told = set(lab.lured_inside)
    finally:
        lab.stop()

    assert done.returncode == 0, done.stderr
    assert told >= {"10.66.0.1 . 6 . 80", "::1 . 6 . 443", "169.254.169.254 . 17 . 53"}


def _broke(look: AnyObservation) -> bool:
    return isinstance(look.outcome, Unknown) and look.outcome.reason is Reason.BUG


def _report(done: Audit, language: str) -> LexborHTMLParser:
    path = next(done.folder.rglob(f"cleanup.{language}.html"))
    return LexborHTMLParser(path.read_text("utf-8"))


def _alive(page: LexborHTMLParser, calm: LexborHTMLParser) -> list[str]:
    """What stands in a page and is none of ours: elements, handlers, addresses, scripts, styles."""
    found = []
    for node in page.css("*"):
        if node.tag not in TAGS:
            found.append(f"<{node.tag}>")
        for attribute, value in node.attributes.items():
            if attribute.startswith("on") or attribute in LIVELY or attribute == "xlink:href":
                found.append(f"{node.tag} {attribute}={value}")
            if attribute == "href" and not (value or "").startswith("#"):
                found.append(f"{node.tag} href={value}")
    for tag in ("script", "style", "meta", "form", "input", "button", "svg"):
        ours = {node.html for node in calm.css(tag)}
        theirs = [node.html for node in page.css(tag)]
        if tag in {"script", "style"} and set(theirs) != ours:
            found.append(f"another {tag}")
        if tag not in {"svg", "button", "input"} and len(theirs) != len(calm.css(tag)):
            found.append(f"{len(theirs)} of {tag}")
    return found
