"""The command line keeps its promises: help, start-up, documented commands, sentences for bad input."""

from __future__ import annotations

import gzip
import json
import logging
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from msgspec import structs

from reports.document import NotAnAudit
from scanner.cli import ABOUT, COMMANDS, main, options
from scanner.cli.progress import Lines, Live, summary, watcher
from scanner.database import Busy, Database, StorageTrouble
from scanner.evidence import Evidence
from scanner.intake.names import UnreadableInput
from scanner.runs.progress import ScanState, Waiting
from scanner.service.arguments import UnknownThing
from scanner.settings import BadSettings
from tests.peers.village import Village, village

ROOT = Path(__file__).parent.parent
HEAVY = {"sqlmodel", "sqlalchemy", "babel", "httpx", "cryptography", "jinja2", "dns", "rich"}
NASTY = "REG\x1b[2J\x1b]0;owned\x07\x9b31m\u202eUR\u2066\u200b\x7f"
"""What a hostile registry may send: escape sequences, C1 controls, direction marks."""


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command runs in an empty folder, with nobody's settings."""
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    for name in [name for name in os.environ if name.startswith("REVIZOR_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setenv("REVIZOR_SPEAK", "en")


@pytest.fixture(scope="module")
def _running_village() -> Iterator[Village]:
    with village() as running:
        yield running


@pytest.fixture
def here(_running_village: Village) -> Village:
    """A village on loopback that this folder's settings lead to."""
    _running_village.org, _running_village.registrar = 'OOO "Romashka"', "REGRU-RU"
    _running_village.whois_open = True
    Path("revizor.toml").write_text(_running_village.settings)
    return _running_village


def revizor(*arguments: str, **how: object) -> Result:
    """Run revizor in this process."""
    return CliRunner().invoke(main, list(arguments), **how)  # type: ignore[arg-type]


def run(*arguments: str) -> tuple[int, str]:
    """Run revizor in this process; return exit code and everything it printed."""
    result = revizor(*arguments)
    return result.exit_code, result.output + (str(result.exception or ""))


def test_help_imports_nothing_heavy():
    """`--help` and completion answer at once because no database, network or template is imported."""
    code = "import sys; from scanner.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass\nprint(*sorted(sys.modules), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert not HEAVY & {module.partition(".")[0] for module in done.stderr.split()}


def test_help_answers_at_once():
    """How long it takes is printed for who looks (pytest -s); a slow machine fails nothing."""
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "scanner", "--help"], cwd=ROOT, capture_output=True, check=True
    )

    print(f"revizor --help: {time.perf_counter() - started:.2f} s")
    assert b"Exit codes" in done.stdout


def test_every_command_is_listed_with_what_it_does():
    """The list of commands is complete, and each opens its help without an error."""
    assert set(COMMANDS) == set(ABOUT)
    for name in COMMANDS:
        code, text = run(name, "--help")
        assert code == 0, text
        assert "Usage:" in text


def documented() -> list[str]:
    """Every `revizor …` command line in README's code blocks."""
    blocks = re.findall(
        r"```(?:sh|console)?\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL
    )
    lines = (line.split("#")[0].strip() for block in blocks for line in block.splitlines())
    return [line for line in lines if re.search(r"(^|/)revizor ", line)]


@pytest.mark.parametrize("line", documented())
def test_documented_commands_exist_with_their_options(line):
    """A command that README shows is one that the program knows, options included."""
    words = line[re.search(r"(^|/)revizor ", line).end() :].split()
    named, command = [words[0]], main.get_command(click.Context(main), words[0])
    assert command is not None
    while isinstance(command, click.Group):
        named.append(words[len(named)])
        command = command.get_command(click.Context(command), named[-1])
        assert command is not None, f"there is no {' '.join(named)}"
    _, text = run(*named, "--help")

    for word in words:
        if word.startswith("--"):
            assert word.partition("=")[0] in text


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["audit", "romashka", "not a domain"], "not a domain name"),
        (["audit", "romashka", "--from", "/nonexistent/list.txt"], "cannot be read"),
        (["audit", "romashka", "romashka.ru", "--allow-net", "10.0.0.0/99"], "not a network"),
        (["audit", "romashka", "romashka.ru", "--config", "/nonexistent.toml"], "no settings file"),
        (["audit", "romashka", "romashka.ru", "--fail-on", "perhaps"], "verdict"),
        (["audit", "..", "romashka.ru"], "client"),
        (["audit", "romashka"], "name"),
        (["look", "nothing", "romashka.ru"], "probe"),
        (["look", "dns_records", "no such.name"], "not"),
        (["look", "tls_certificate", "romashka.ru:https"], "port"),
        (["report", "/nonexistent/audit.json"], "audit.json"),
        (["report", "/nonexistent/audit.json", "--lang", "de"], "'de'"),
        (["audit", "romashka", "romashka.ru", "--lang", "de"], "'de'"),
        (["audit", "romashka", "romashka.ru", "--lang", ","], "lang"),
        (["audit", "romashka", "romashka.ru", "--words", "/nonexistent"], "--words"),
        (["audit", "romashka", "romashka.ru", "--from", "."], "cannot be read"),
        (["audit", "romashka", "romashka.ru", "--inn", "12"], "taxpayer"),
        (["audit", "romashka", "romashka.ru", "--resolver", "dns"], "not a resolver"),
        (["look", "addresses", "romashka.ru", "--second-resolver", "dns"], "not a resolver"),
        (["audit", "romashka", "romashka.ru", "--depth", "9"], "depth"),
        (["audit", "romashka", "romashka.ru", "--dry-run", "--allow-net", "x"], "not a network"),
        (["evidence", "none"], "no exchange"),
        (["why", "romashka.ru"], "write it like"),
        (["why", "domain:romashka.ru", "--lang", "de"], "'de'"),
        (["own", "nobody", "domain:romashka.ru", "--why", "x"], "no client"),
        (["own", "nobody", "domain:romashka.ru"], "--why"),
        (["registry", "show", "1"], "no object"),
        (["registry", "list", "nobody"], "no client"),
        (["nothing"], "nothing"),
    ],
)
def test_bad_input_gets_one_sentence_and_exit_2(arguments, says):
    """What a person got wrong is said in one sentence, with exit code 2 and no traceback."""
    code, text = run(*arguments)

    assert code == 2, text
    assert says in text
    assert "Traceback" not in text
    assert not Path("audits").exists()


def command_that(ends: BaseException) -> click.Command:
    """A command that logs a foreign text and ends like this."""

    @click.command()
    @click.option("--debug", is_flag=True)
    @options.border
    def broken() -> None:
        logging.getLogger("scanner.runs").warning("met %s", NASTY)
        raise ends

    return broken


@pytest.mark.parametrize(
    ("ends", "code"),
    [
        (BadSettings(NASTY), 2),
        (UnreadableInput(NASTY), 2),
        (UnknownThing(NASTY), 2),
        (NotAnAudit(NASTY), 2),
        (Busy(NASTY), 75),
        (StorageTrouble(NASTY), 74),
        (OSError(28, NASTY), 74),
        (KeyboardInterrupt(), 130),
        (RuntimeError(NASTY), 1),
    ],
)
def test_every_trouble_has_its_sentence_and_code(ends: BaseException, code: int):
    """One line on stderr, nothing on stdout, nothing raw from outside; warnings are lines too."""
    result = CliRunner().invoke(command_that(ends))

    assert result.exit_code == code
    assert result.stdout == ""
    warning, said = result.stderr.splitlines()
    assert warning.startswith("revizor: met REG")
    assert said.startswith("revizor: ")
    assert harmless(result.stderr)


def test_an_internal_error_shows_its_traceback_on_request():
    """--debug lets it through; without it nobody has to read one."""
    result = CliRunner().invoke(command_that(RuntimeError("boom")), ["--debug"])

    assert isinstance(result.exception, RuntimeError)


def harmless(text: str) -> bool:
    """Whether a terminal shows it as it is: no control, no direction mark, nothing invisible."""
    return all(character in "\n\t" or character.isprintable() for character in text)


def test_an_audit_prints_results_on_stdout_and_progress_on_stderr(here: Village):
    """Streams do not mix; the reports are where it says; exit code 0."""
    result = revizor("audit", "ООО Ромашка", "romashka.ru")

    assert result.exit_code == 0, result.output
    assert "looks" in result.stderr
    assert "looks" not in result.stdout
    assert "assets of the client" in result.stdout
    files = [Path(line) for line in result.stdout.splitlines() if line.startswith("audits/")]
    assert [path.name for path in files] == ["audit.json", "cleanup.ru.html", "cleanup.en.html"]
    assert all(path.is_file() for path in files)
    assert files[0].parent.parent == Path("audits/ooo-romashka")


def test_quiet_and_json_are_for_programs(here: Village):
    """--quiet leaves stderr empty; --json prints one JSON value and nothing else."""
    result = revizor("audit", "romashka", "romashka.ru", "--quiet", "--json", "--out", "here")

    assert result.stderr == ""
    summary = json.loads(result.stdout)
    assert summary["complete"] is True
    assert sum(summary["verdicts"].values()) == summary["assets"] > 0
    assert Path("here/audit.json").is_file()

    for command in (
        ["registry", "list", "romashka", "--json"],
        ["look", "registration", "romashka.ru", "--json"],
    ):
        result = revizor(*command)
        assert result.exit_code == 0, result.output
        assert result.stderr == ""
        assert json.loads(result.stdout)


def test_fail_on_ends_with_ten(here: Village):
    """When a verdict is at or above the given one; below it, all is well."""
    arguments = ["audit", "romashka", "romashka.ru", "--quiet", "--fail-on"]

    assert revizor(*arguments, "ask").exit_code == 10
    assert revizor(*arguments, "fix").exit_code == 0


def test_a_silent_registry_ends_with_three(here: Village):
    """The audit is written, and says that it is incomplete; that outranks --fail-on."""
    here.whois_open = False

    result = revizor("audit", "romashka", "romashka.ru", "--fail-on", "keep")

    assert result.exit_code == 3, result.output
    assert "incomplete" in result.stdout
    assert len(list(Path("audits/romashka").rglob("cleanup.*.html"))) == 2


def test_a_zone_list_tells_what_a_silent_registry_does_not(here: Village):
    """It is recognised among the lists, named in the report, and the registry's silence stays said."""
    here.whois_open = False
    row = "ROMASHKA.RU\tBEGET-RU\t01.02.2010\t01.02.2031\t04.03.2031\t1\n"
    Path("ru_domains.gz").write_bytes(gzip.compress(row.encode()))

    result = revizor("audit", "romashka", "romashka.ru", "--from", "ru_domains.gz")

    assert result.exit_code == 3, result.output
    assert "1 registrations taken from ru_domains.gz; 0 still unknown." in result.stderr
    (audit,) = Path("audits/romashka").rglob("audit.json")
    written = json.loads(audit.read_bytes())
    (domain,) = (one for one in written["assets"] if one["id"] == "domain:romashka.ru")
    assert (domain["paid_until"], domain["registrar"]) == ("2031-02-01", "BEGET-RU")
    assert written["run"]["scope"]["files"] == ["ru_domains.gz"]


def test_a_paid_name_that_leads_nowhere_is_found_in_a_zone_list(here: Village):
    """Its row holds the client's word; a dry run counts it, and the audit says what the list says of it."""
    here.whois_open = False
    rows = [
        "ROMASHKA.RU\tBEGET-RU\t01.02.2010\t01.02.2031\t04.03.2031\t1",
        "SHKAFY-ROMASHKA-ARENDA.RU\tBEGET-RU\t01.03.2012\t01.03.2031\t04.04.2031\t0",
        "DUB.RU\tBEGET-RU\t01.03.2012\t01.03.2031\t04.04.2031\t0",
    ]
    Path("ru_domains.gz").write_bytes(gzip.compress("\n".join([*rows, ""]).encode()))
    arguments = ["audit", "romashka", "romashka.ru", "--from", "ru_domains.gz", "--guesses", "0"]

    planned = revizor(*arguments, "--dry-run")
    result = revizor(*arguments)

    assert planned.stdout.startswith("2 names to start from")
    assert "3 names of ru_domains.gz read" in planned.stderr
    assert result.exit_code == 3, result.output
    (audit,) = Path("audits/romashka").rglob("audit.json")
    written = json.loads(audit.read_bytes())
    found = {one["id"]: one for one in written["assets"]}
    domain = found["domain:shkafy-romashka-arenda.ru"]
    assert (domain["ownership"], domain["paid_until"]) == ("possible", "2031-03-01")
    assert [step["code"] for step in domain["found_by"]] == ["listed_in_zone_list"]
    assert "domain:dub.ru" not in found
    sources = {one["name"]: one for one in written["run"]["sources"]}
    assert sources["zone_lists"]["status"] == "completed"


def test_a_registry_is_asked_again_only_when_asked_to(here: Village):
    """Its answer stands for a week here; --fresh asks all the same."""
    asked = []
    for more in ((), (), ("--fresh",)):
        result = revizor("audit", "romashka", "romashka.ru", "--quiet", *more)
        assert result.exit_code in (0, 3), result.output
        asked.append(len(here.whois_asked_at))

    first, second, third = asked
    assert first == second < third


def test_stored_answers_are_read_again(here: Village):
    """One line a client; the same reader reads the same."""
    assert revizor("audit", "romashka", "romashka.ru", "--quiet").exit_code in (0, 3)

    result = revizor("registry", "reparse")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("romashka: ")
    assert "read otherwise: 0," in result.stdout
    (told,) = json.loads(revizor("registry", "reparse", "romashka", "--json").stdout)
    assert (told["client"], told["changed"]) == ("romashka", [])


def test_what_cannot_be_stored_ends_with_74(here: Village):
    """A database or a report folder that cannot be made."""
    Path("taken").write_text("a file in the way")
    audit = ["audit", "romashka", "romashka.ru", "--quiet"]

    for wrong in (["--db", "sqlite:///missing/x.db"], ["--db", "rubbish"], ["--out", "taken/x"]):
        result = revizor(*audit, *wrong)
        assert result.exit_code == 74, result.output
        assert result.stdout == ""
        assert result.stderr.count("\n") == 1


def test_a_second_audit_of_the_client_ends_with_75(here: Village):
    """Try again later."""
    with Database.open("sqlite:///revizor.db") as database, database.lock("audit romashka"):
        result = revizor("audit", "romashka", "romashka.ru", "--quiet")

    assert result.exit_code == 75
    assert result.stdout == ""


def test_an_interrupted_audit_keeps_its_state_and_ends_with_130(here: Village):
    """Ctrl-C says so in one sentence; the run stays open for the same command."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.3.53", 53))  # takes every question and answers none
        command = [sys.executable, "-m", "scanner", "audit", "romashka", "romashka.ru"]
        started = subprocess.Popen(
            [*command, "--resolver", "127.0.3.53"],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        silent.recv(512)  # the first question is out, so the audit is under way
        started.send_signal(signal.SIGINT)
        stdout, stderr = started.communicate(timeout=60)

    assert started.returncode == 130, stderr
    assert stdout == ""
    assert "Run the same command to go on" in stderr
    assert "Traceback" not in stderr
    with Database.open("sqlite:///revizor.db") as database:
        (run_left,) = Evidence(database).runs("romashka")
    assert run_left.finished_at is None


PICTURE = ScanState(
    done=10,
    planned=110,
    now=(f"website {NASTY}",),
    by_probe=(("website", 10, 110),),
    waiting=(Waiting("a.example", "its pace", 2.0), Waiting(NASTY, "its pace", 90.0)),
    started_at=datetime(2026, 3, 1, 9, tzinfo=UTC),
    at=datetime(2026, 3, 1, 9, 0, 10, tzinfo=UTC),
    resumed=0,
)


def test_progress_is_said_in_a_line():
    """Looks made and planned, the time left, the longest wait; what an earlier run did is said."""
    said = summary(PICTURE)

    assert said.startswith("10/110 looks, about 1 min 40 s left; waiting for REG")
    assert harmless(said)
    resumed = structs.replace(PICTURE, resumed=8, waiting=())
    assert summary(resumed) == "10/110 looks (8 from the interrupted run)"


def test_progress_is_printed_now_and_then(capsys: pytest.CaptureFixture[str]):
    """In a pipe: the first picture and the last, not every one; nothing at all when quiet."""
    lines = watcher(quiet=False)
    assert isinstance(lines, Lines)
    with lines:
        for done in (0, 1, 2, 110):
            lines.saw(structs.replace(PICTURE, done=done, waiting=()))
        lines.say(f"Judging {NASTY}.")
    with watcher(quiet=True) as silent:
        silent.saw(PICTURE)
        silent.say("nothing")

    out, err = capsys.readouterr()
    assert out == ""
    assert [line.split(" looks")[0] for line in err.splitlines()[:2]] == ["0/110", "110/110"]
    assert len(err.splitlines()) == 3
    assert harmless(err)


def test_the_live_picture_is_harmless(capsys: pytest.CaptureFixture[str]):
    """On a terminal the names of foreign servers are cleaned before they are drawn."""
    with Live() as live:
        live.saw(PICTURE)
        live.say(f"Judging {NASTY}.")

    err = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", capsys.readouterr().err)
    assert "REG" in err
    assert harmless(err.replace("\r", ""))


def test_a_dry_run_sends_nothing(monkeypatch: pytest.MonkeyPatch):
    """No socket is opened and no file is made; what would be asked is printed."""

    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("a dry run opened a socket")

    Path("list.txt").write_text("romashka.ru\nshop.romashka.com\n")
    monkeypatch.setattr(socket, "socket", forbidden)

    result = revizor("audit", "romashka", "--from", "list.txt", "--dry-run")

    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("2 names to start from")
    assert "whois.tcinet.ru: 1 question" in result.stdout
    assert result.stdout.endswith("Nothing was sent.\n")
    assert os.listdir() == ["list.txt"]


def test_names_come_from_stdin_too(monkeypatch: pytest.MonkeyPatch):
    """`--from -`; its lines are named like any file's."""
    result = revizor(
        "audit", "romashka", "--from", "-", "--dry-run", input="romashka.ru\nshop.ru\n"
    )
    broken = revizor("audit", "romashka", "--from", "-", "--dry-run", input="romashka.ru\n?\n")

    assert result.stdout.startswith("2 names")
    assert (broken.exit_code, broken.stdout) == (2, "")
    assert "stdin, line 2" in broken.stderr


def test_flags_outrank_variables_and_files(here: Village, monkeypatch: pytest.MonkeyPatch):
    """--db over REVIZOR_DB over revizor.toml."""
    toml = Path("revizor.toml")
    toml.write_text('db = "sqlite:///file.db"\n' + toml.read_text())
    audit = ["audit", "romashka", "romashka.ru", "--quiet"]

    revizor(*audit)
    assert Path("file.db").exists()
    monkeypatch.setenv("REVIZOR_DB", "sqlite:///variable.db")
    revizor(*audit)
    assert Path("variable.db").exists()
    revizor(*audit, "--db", "sqlite:///flag.db")
    assert Path("flag.db").exists()


def test_nothing_hostile_reaches_the_terminal_raw(here: Village):
    """Whatever a registry sends is shown as visible escapes, by every command that shows it."""
    here.org = here.registrar = NASTY
    audited = revizor("audit", "romashka", "zlo.ru", "--org", "ООО \x1b[31mРомашка")
    assert audited.exit_code == 0, audited.output
    written = json.loads(next(Path("audits").rglob("audit.json")).read_text())
    ids = list(written["evidence"])
    assert ids
    look = ["look", "registration", "zlo.ru"]
    commands = [
        [*look], [*look, "--raw"], [*look, "--json"], [*look, "--raw", "--json"],
        ["why", "domain:zlo.ru"], ["why", "domain:zlo.ru", "--lang", "en"],
        ["registry", "list", "romashka"], ["registry", "list", "romashka", "--json"],
        ["registry", "show", "1"], ["registry", "set", "1", "registrar", NASTY, "--why", NASTY],
        ["registry", "show", "1", "--lang", "en"],
        ["own", "romashka", "domain:zlo.ru", "--why", NASTY, "--who", NASTY],
        ["why", "domain:zlo.ru"], *(["evidence", id_] for id_ in ids),
        ["evidence", NASTY], ["look", NASTY, "zlo.ru"], ["look", "addresses", NASTY],
        ["why", NASTY], ["audit", NASTY, "zlo.ru", "--dry-run"], ["report", NASTY],
        ["audit", "romashka", NASTY], ["audit", "romashka", "--from", NASTY],
        ["audit", "romashka", "zlo.ru", "--fail-on", NASTY], ["why", "domain:zlo.ru", "--lang", NASTY],
        ["audit", "romashka", "zlo.ru", "--quiet", "--out", "out\x1b[31m"],
    ]  # fmt: skip
    shown = 0
    for command in commands:
        result = revizor(*command, color=True)  # as on a terminal: click strips nothing
        assert harmless(result.output), (command, result.output)
        assert result.exit_code in (0, 2), (command, result.output)
        shown += "REG" in result.stdout
        if "--json" in command:
            assert "zlo.ru" in json.dumps(json.loads(result.stdout))
    assert shown >= 10
    told = json.loads(revizor(*look, "--json").stdout)
    assert told["outcome"]["fact"]["registrar"] == NASTY.strip()


def test_no_color_is_obeyed(here: Village):
    """The doctor colours its words on a terminal, unless NO_COLOR says otherwise."""
    here.whois_open = False
    plain = revizor("doctor", color=True, env={"NO_COLOR": "1"})
    coloured = revizor("doctor", color=True, env={"NO_COLOR": ""})

    assert "\x1b[" in coloured.stdout
    assert "\x1b[" not in plain.stdout
    assert "database" in plain.stdout
