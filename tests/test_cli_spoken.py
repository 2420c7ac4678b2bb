"""What commands tell a Russian consultant: results, progress, how papers were read, refusals and empty states."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from probes.kit.net import WhoisAnswer, WhoisQuestion
from probes.kit.net.tape import Exchange
from probes.kit.observation import Observation, Reason, Unknown
from probes.kit.target import Host
from scanner.assets import Advice, Asset
from scanner.cli import main
from scanner.cli.language import speaking
from scanner.cli.look import _told
from scanner.cli.papers import described
from scanner.cli.phrasebook import told
from scanner.cli.progress import summary
from scanner.evidence import Run
from scanner.evidence.due import ClientDue
from scanner.intake.paper import read_paper
from scanner.jobs import JobState
from scanner.jobs.job import Count, Failure, Picture, WorkerSeen
from scanner.runs.listed import ListRead, Sifted
from scanner.runs.progress import ScanState, Waiting
from scanner.runs.reach import Reach
from scanner.runs.regularity import checks, watched
from scanner.service.due_rescans import Rescan
from scanner.service.jobs import QueueTold
from scanner.service.looking import LookResult
from scanner.service.pending import Pending
from scanner.service.rescanning import SecondLook
from scanner.service.result import AuditResult
from tests.console import english

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
RESULT = AuditResult(
    folder="a", files=("a/audit.json",), complete=False, verdicts=dict.fromkeys(Advice, 21), assets=22,
    not_seen=0, changes=2, refused=7,
)  # fmt: skip


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command runs in an empty folder, with nobody's settings, and is to speak Russian."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("REVIZOR_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setenv("REVIZOR_SPEAK", "ru")


def revizor(*arguments: str) -> Result:
    """Run revizor in this process."""
    return CliRunner().invoke(main, list(arguments), prog_name="revizor")


def in_russian(text: str) -> str:
    """What a person is told of a text; no English word is left in it."""
    with speaking(("--lang", "ru")):
        said = told(text)
    assert said != text
    assert english(said) == set(), said
    return said


def test_an_audit_tells_its_result_in_russian():
    """Verdicts are the report's words, numbers have their plurals."""
    said = in_russian(RESULT.text())

    assert said.startswith("У клиента 22 объекта:\n     21  Оставить (keep)\n")
    assert in_russian("1 assets of the client:") == "У клиента 1 объект:"
    assert in_russian("5 assets of the client:") == "У клиента 5 объектов:"
    assert "Закончено не полностью: не ответил обязательный источник." in said


def test_every_thread_speaks_the_same_language():
    """A worker's log is written from several threads, and read by one person."""
    with speaking(("--lang", "ru")), ThreadPoolExecutor(1) as threads:
        assert threads.submit(told, "Judging.").result() == "Оцениваем."
    assert told("Judging.") == "Judging."


def test_what_the_world_answered_is_left_as_it_is():
    """Of a look the heads are told in Russian; a fact or an answer that says `ok` says it still."""
    answer = WhoisAnswer(b"ok\nseen\n", True, "192.0.2.1")
    exchange = Exchange(WhoisQuestion("whois.example", "a.example"), AT, "local", answer)
    look = Observation(
        "website", Host("a.example"), AT, "local", Unknown(Reason.TIMEOUT, "ok"), (exchange.id,)
    )
    with speaking(("--lang", "ru")):
        said = [_told(line) for line in LookResult(look, (exchange,)).text(raw=True).split("\n")]

    assert said[1:3] == ["не удалось узнать: ответа не дождались (ok)", "доказательства:"]
    assert {"      ok", "      seen"} <= set(said)


def test_a_rescan_tells_its_result_in_russian():
    """What was looked at, what is due next, what waits for whom."""
    thing = Pending(Asset.parse("domain:a.example"), "", 1, AT, (), ())
    for one in (
        Rescan("romashka", next_at=AT),
        Rescan("romashka", stopped=True),
        Rescan("romashka", things=1, audit=RESULT),
        Rescan("romashka", whole=True, audit=RESULT),
        SecondLook("romashka", ("domain:a.example",), (thing, *[thing] * 6), 1, RESULT),
        SecondLook("romashka", ("a", "b"), (), 3, None),
        SecondLook("romashka", (), (), 0, RESULT),
        SecondLook("romashka", (), (), 0, None),
    ):
        in_russian(one.text())


def test_a_plan_and_lists_are_told_in_russian():
    """What would be contacted, how long it takes, and what lists of registries held."""
    said = in_russian(
        Reach(
            1_203, (("dns_records", "public", 7), ("website", "visit", 1)),
            (("crt.sh", 1, 3.0), ("whois.tcinet.ru", 1_203, 7_000.0), ("api.shodan.io", 9, 20_000.0)),
        ).text()
    )  # fmt: skip
    lists = Sifted(
        (ListRead("ru.tsv", 10, 2, "malformed", "a line is longer than 9 bytes"),),
        {},
        3,
        {"shop": 9},
    )  # type: ignore[arg-type]

    assert "  whois.tcinet.ru: вопросов 1\u00a0203, в минуту 10.3, примерно 117 мин\n" in said
    for one in lists.told():
        in_russian(one)


def test_progress_is_told_in_russian():
    """Looks made, the time left, and whom we wait for."""
    state = ScanState(
        done=10, planned=110, now=(), by_probe=(), resumed=3, started_at=AT, at=AT + timedelta(seconds=10),
        waiting=(Waiting("a.example", "its pace", 2.0), Waiting("b.example", "it asked us to stay away", 90.0)),
    )  # fmt: skip
    with speaking(("--lang", "ru")):
        said = summary(state)

    assert said == (
        "осмотров 10 из 110 (из прерванной проверки 3), осталось примерно 2 мин 22 с; "
        "ждём b.example: он попросил подождать"
    )


def test_how_papers_were_read_is_told_in_russian():
    """Each column with what it was taken for and why; no word of it is English."""
    sheet = (
        "Домен;Оплачен до;Сумма;Логин;Пароль;Прочее\n"
        "a.ru;01.02.2027;1 200;x;s;мало ли что\nb.ru;03.04.2027;900;y;t;ещё\nИтого;;2 100;;;\n"
    )
    bare = "a.ru;01.02.2026;01.02.2027;продление на один год\nb.ru;03.02.2026;03.02.2027;продление на ещё год\n"
    for text in (sheet, bare):
        for reading in read_paper(text.encode(), "papers.csv").readings:
            with speaking(("--lang", "ru")):
                said = described(reading)
            assert english(said.replace("a.ru", "").replace("| y", "")) <= {"RUB"}, said


def test_the_doctor_tells_of_clients_in_russian():
    """How regularly each client was looked at, and what it means when he was not."""
    run = Run("r", "romashka", "local", AT, AT, True, {})
    broken = Run("b", "romashka", "local", AT, None, False, {})
    due = ClientDue("romashka", 4, AT)
    many = [watched(f"client{number}", (), None) for number in range(30)]
    looks = [
        watched("romashka", (), None),
        watched("romashka", (run,), None),
        watched("romashka", (broken, run), due),
    ]
    for check in (*checks(looks), *checks(many), *checks([watched("romashka", (run,), due)])):
        for text in filter(None, (check.name, check.found, check.means)):
            in_russian(text)


def test_the_queue_is_told_in_russian():
    """What waits, who is at what, and what failed."""
    counts = tuple(Count(name="plan", state=state, jobs=3) for state in JobState)
    worker = WorkerSeen(id="1", job="", silent_seconds=3.0)
    busy = WorkerSeen(id="2", job="rescan romashka", silent_seconds=3.0)
    failed = Failure(key="rescan romashka", attempts=3)
    in_russian(
        QueueTold(Picture(counts=counts, oldest_seconds=7.0, workers=(), failures=())).text()
    )
    in_russian(
        QueueTold(
            Picture(counts=counts, oldest_seconds=0.0, workers=(worker, busy), failures=(failed,))
        ).text()
    )


def test_commands_answer_a_russian_consultant_in_russian():
    """Whatever he may run without the internet: results, refusals and empty states hold no English word."""
    Path("audit.json").write_text("{}")
    Path("list.txt").write_text("a b\n")
    Path("seen.jsonl").write_text('{"schema": "x"}\n')
    commands = (
        "db upgrade", "db upgrade", "db check", "db backup copy.db", "db backup copy.db", "db check --db x",
        "db check --db oracle://x", "db check --db sqlite:////nowhere/x.db", "db copy sqlite:///revizor.db sqlite:///revizor.db",
        "jobs status", "jobs retry", "rescan --due", "rescan --all", "rescan --second-look", "rescan --due nobody",
        "audit romashka romashka.ru --dry-run", "audit romashka", "audit romashka --from list.txt", "audit romashka --from no.txt",
        "audit romashka a.ru --inn 7", "audit romashka a.ru --fail-on x", "audit romashka a.ru --allow-net x",
        "audit romashka a.ru --resolver x", "audit romashka a.ru --config no.toml", "audit romashka a.ru --lang de",
        "look nothing romashka.ru", "look tls_certificate romashka.ru:x", "look address_owner x", "look dns_records -",
        "evidence 7", "report nobody", "report no.json", "report audit.json", "report audit.json --format x",
        "report audit.json --edition x", "report audit.json --paper x", "own romashka x --why y", "why x",
        "observations export romashka --out f", "observations import seen.jsonl", "registry import no.csv",
        "registry import list.txt", "rates import list.txt", "decisions import audit.json", "digest", "tasks plan",
    )  # fmt: skip
    for command in commands:
        said = revizor(*command.split())
        left = english(said.output.replace("a b", ""))
        assert said.output, command
        assert left <= {"oracle", "nowhere"}, (command, said.output)


def test_a_signed_file_that_cannot_be_taken_is_told_in_russian(monkeypatch: pytest.MonkeyPatch):
    """Its key, its name and its contents each have their sentence."""
    Path("seen.jsonl").write_text('{"schema": "x"}\n')
    for key, said in (
        ("", "подписывать нечем: "),
        ("short", "ключ в REVIZOR_OBSERVATIONS_KEY не подходит: он короче 16 знаков."),
        (
            "0123456789abcdef",
            "seen.jsonl называет себя 'x'; прочитать можно только revizor.observations/1.",
        ),
    ):
        monkeypatch.setenv("REVIZOR_OBSERVATIONS_KEY", key)
        assert revizor("observations", "import", "seen.jsonl").stderr.startswith(f"revizor: {said}")


def test_what_cannot_be_undone_names_its_field_in_words():
    """With the code beside it, by which a person sets it."""
    revizor("clients", "add", "romashka")
    added = revizor(
        "registry", "add", "romashka", "domain", "a.example", "--paid-until", "2027-05-04"
    )
    deed = added.output.rpartition("registry undo ")[2].split("`")[0]
    revizor("registry", "set", "1", "paid_until", "2027-06-04", "--why", "x")

    assert " Оплачен до (paid_until) → 2027-06-04 (" in revizor("registry", "undo", deed).stderr
    assert " paid_until → 2027-06-04 (" in revizor("registry", "undo", deed, "--lang", "en").stderr


def test_machines_are_told_the_same_in_every_language():
    """JSON on stdout has English codes whoever asks."""
    for command in ("jobs status", "jobs retry", "rescan --due"):
        russian = revizor(*command.split(), "--json").stdout
        assert russian == revizor(*command.split(), "--json", "--lang", "en").stdout
        assert json.loads(russian) is not None
