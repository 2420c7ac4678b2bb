"""The registry by command: what is typed is done, told, taken back; a licence key is shown to nobody unasked."""

from __future__ import annotations

import csv
import io
import json
import os
import sqlite3
import stat
import sys
import traceback
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType

import pytest
from click.testing import CliRunner, Result

from scanner.cli import main

KEY = "NFR-CANARY-0123456789-7K3Q"
OTHER = "SEC-CANARY-9876543210-ZZ9P"


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command runs in an empty folder, with nobody's settings."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("REVIZOR_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setenv("REVIZOR_SPEAK", "en")


def revizor(*arguments: str, stdin: str | None = None) -> Result:
    """Run revizor in this process."""
    return CliRunner().invoke(main, list(arguments), input=stdin)


def done(*arguments: str, stdin: str | None = None) -> str:
    """Run it, demand success, return what it printed."""
    result = revizor(*arguments, stdin=stdin)
    assert result.exit_code == 0, (arguments, result.output, result.exception)
    return result.output


def deed_of(text: str) -> str:
    """The deed that a confirmation names."""
    return text.rpartition("registry undo ")[2].split("`")[0]


def office() -> None:
    """A client, two people, a project, an account and two objects."""
    done("clients", "add", "romashka", "--name", "Ромашка", "--org", "ООО «Ромашка»")
    done("people", "add", "Ольга Иванова", "--email", "o@agency.example")
    done("people", "add", "Пётр")
    done("projects", "add", "romashka", "Сайт", "--manager", "Ольга Иванова")
    done("projects", "add", "romashka", "Магазин")
    done(
        "accounts",
        "add",
        "romashka",
        "REG.RU",
        "Ivan",
        "--holder",
        "ex_employee",
        "--secret-ref",
        "vault/1",
    )
    done(
        "registry", "add", "romashka", "domain", "romashka.ru", "--provider", "REG.RU", "--account", "reg_ru/ivan",
        "--project", "Сайт", "--paid-until", "2027-05-04", "--price", "1200 RUB/12", "--set", "auto_renew=yes",
    )  # fmt: skip
    done("registry", "add", "romashka", "cms_licence", "Бизнес", "--responsible", "Пётр")


def with_key() -> None:
    """The same with a registry key."""
    office()
    done("registry", "new-key", "key.txt")
    Path("revizor.toml").write_text('registry_key_file = "key.txt"\n')


def test_objects_are_entered_listed_and_shown():
    """By name and project, a line each, as JSON, with history."""
    office()

    head, *lines = done("registry", "list", "romashka").splitlines()
    assert head.split()[:2] == ["Number", "Asset"]
    assert [line.split()[1] for line in lines] == [
        "account:reg_ru/ivan",
        "domain:romashka.ru",
        "licence:unknown/biznes",
    ]
    assert "2027-05-04" in lines[1]
    assert "Ольга Иванова" in lines[1]
    told = json.loads(done("registry", "list", "--json", "--manager", "Пётр"))
    assert [one["name"] for one in told] == ["Бизнес"]
    assert (
        done("registry", "list", "--manager", "nobody").splitlines()[1].split()[1]
        == "account:reg_ru/ivan"
    )
    shown = json.loads(done("registry", "show", "2", "--json"))
    assert (shown["projects"], shown["object"]["cost"]["money"]["amount"]) == ("Сайт", "1200")
    assert "  Projects      Сайт" in done("registry", "show", "2")


def test_many_objects_are_set_at_once_and_taken_back_together():
    """One command is one deed; the deed is named by what it prints."""
    office()

    text = done(
        "registry",
        "set",
        "2,3",
        "responsible",
        "Ольга Иванова",
        "--why",
        "передали",
        "--who",
        "Анна",
    )
    assert text.count("Noted:") == 2
    assert "says Анна" in text
    history = json.loads(done("registry", "history", "--deed", deed_of(text), "--json"))
    assert [
        (one["object_id"], one["before"], one["after"], one["why"]) for one in history["changes"]
    ] == [
        (2, None, "Ольга Иванова", "передали"),
        (3, "Пётр", "Ольга Иванова", "передали"),
    ]
    done("registry", "undo", deed_of(text))
    assert "Пётр" in done("registry", "show", "3")
    assert revizor("registry", "undo", deed_of(text)).exit_code == 2
    last = json.loads(done("registry", "history", "--json", "--last", "2"))
    assert last[0]["why"] == f"undo of {deed_of(text)}"
    assert done("registry", "history").splitlines()


def test_projects_are_linked_led_and_unlinked():
    """The first leads until another is made to."""
    office()

    assert "Сайт → Сайт; Магазин" in done("registry", "link", "2", "Магазин")
    assert "Магазин; Сайт" in done("registry", "link", "2", "Магазин", "--lead")
    assert "nothing has changed" in done("registry", "link", "2", "Магазин", "--lead")
    assert "Магазин; Сайт → Сайт" in done("registry", "unlink", "2", "Магазин")
    refused = revizor("registry", "unlink", "2", "Магазин")
    assert (refused.exit_code, "does not belong" in refused.output) == (2, True)


def test_what_is_retired_is_renewed_no_more_and_stays():
    """In the way that is said."""
    office()

    done("registry", "retire", "2,3", "--as", "transferred", "--why", "продан")

    assert done("registry", "list", "--alive").splitlines()[1].split()[1] == "account:reg_ru/ivan"
    assert len(done("registry", "list", "--status", "transferred").splitlines()) == 3


def test_who_leaves_leaves_a_list():
    """What was his and has nobody now, with the commands that hand it over."""
    office()

    text = done("people", "set", "Ольга Иванова", "active", "no", "--why", "уволилась")

    assert "answered for objects: 0, projects: 1. Nobody does now." in text
    assert "leads 1 object without a person of its own" in text
    assert 'revizor projects set romashka "Сайт" manager "NAME"' in text
    assert "has left" in done("people", "list")
    assert "revizor registry set 3 responsible" in done("people", "set", "Пётр", "active", "no")
    assert len(done("registry", "list", "--manager", "nobody").splitlines()) == 4


def test_parties_are_listed_shown_and_corrected():
    """Each group of commands, as text and as JSON."""
    office()
    done("clients", "set", "romashka", "brands", "Ромашка; Daisy")
    done("projects", "set", "romashka", "Сайт", "trackers.bitrix24", "17")
    done("people", "set", "Пётр", "email", "p@agency.example")
    done("accounts", "set", "reg_ru/ivan", "access", "lost", "--why", "пароль неизвестен")

    for arguments in (
        ("clients", "list"), ("clients", "show", "romashka"), ("projects", "list"),
        ("projects", "show", "romashka", "Сайт"), ("people", "list"), ("people", "show", "Пётр"),
        ("accounts", "list"), ("accounts", "show", "reg_ru/ivan"), ("registry", "types", "list"),
    ):  # fmt: skip
        assert done(*arguments)
        assert json.loads(done(*arguments, "--json"))
    assert "Daisy" in done("clients", "show", "romashka")
    assert "trackers.bitrix24  17" in done("projects", "show", "romashka", "Сайт")
    assert "domain:romashka.ru" in done("accounts", "list")
    assert "holder: Former employee, access: Lost, password in vault/1" in done(
        "accounts", "list", "--client", "romashka"
    )
    done("registry", "types", "add", "vpn", "--ru", "VPN-канал", "--en", "VPN tunnel")
    assert "VPN-канал  (свой)" in done("registry", "types", "list", "--lang", "ru")
    done("registry", "add", "romashka", "vpn", "Канал")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("registry", "add", "romashka", "planet", "x"), "no type 'planet'"),
        (("registry", "add", "romashka", "domain", "не имя"), "name on the internet"),
        (("registry", "add", "romashka", "domain", "romashka.ru"), "already, as object 2"),
        (("registry", "add", "nobody", "domain", "a.ru"), "no client"),
        (("registry", "add", "romashka", "domain", "a.ru", "--project", "Нет"), "no project"),
        (("registry", "add", "romashka", "domain", "a.ru", "--set", "x"), "write it like"),
        (("registry", "add", "romashka", "domain", "a.ru", "--set", f"licence_key={KEY}"), "not taken from the command line"),
        (("registry", "set", "2", "licence_key", KEY, "--why", "x"), "not taken from the command line"),
        (("registry", "set", "2;3", "name", "x", "--why", "x"), "write it like 3,7,9"),
        (("registry", "set", "2", "name", "x", "--why", "x", "--since", "0"), "look again"),
        (("registry", "undo", "nothing"), "no deed"),
        (("registry", "history", "77"), "no object"),
        (("registry", "list", "--manager", "Никто"), "no person"),
        (("registry", "list", "--project", "Никакой"), "no project"),
        (("registry", "list", "--status", "dead"), "is no status"),
        (("registry", "import", "missing.csv"), "cannot be read"),
        (("registry", "new-key", "taken.txt"), "already"),
        (("registry", "show", "3", "--key"), "no licence key"),
        (("people", "add", "Пётр"), "already"),
        (("people", "add", "Ян", "--email", "ян"), "no e-mail address"),
        (("people", "set", "Пётр", "colour", "red"), "no field"),
        (("projects", "add", "romashka", "сайт"), "already"),
        (("clients", "add", "romashka"), "already"),
        (("accounts", "show", "nobody/x"), "no account"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_said_in_a_sentence(arguments: tuple[str, ...], says: str):
    """With exit code 2, and without a key that was typed."""
    office()
    Path("taken.txt").write_text("x")

    result = revizor(*arguments)

    assert result.exit_code == 2, result.output
    assert says in " ".join(result.output.split())
    assert KEY not in result.output


def test_a_table_is_previewed_then_taken_whole_or_without_its_bad_rows():
    """Nothing is changed by a preview, nor by a file with an error."""
    office()
    table = (
        "Клиент;Тип;Название;Оплачен до;Ответственный;Пароль\n"
        "romashka;Домен;romashka.ru;2028-05-04;;1\n"
        "Лютик;Домен;a.ru;05/06/2027;Новый;2\n"
        "romashka;Хостинг;Основной;2027-06-05;;3\n"
    )
    Path("book.csv").write_text(table)

    preview = revizor("registry", "import", "book.csv", "--create-missing")
    assert preview.exit_code == 2
    assert "row 3, Оплачен до: '05/06/2027' write the day like" in preview.output
    assert "To add: 1, to change: 1, as they are: 0, rows with errors: 1." in preview.output
    assert "Пароль: a secret, not kept" in preview.output
    refused = revizor("registry", "import", "book.csv", "--create-missing", "--yes")
    assert (refused.exit_code, "Nothing was changed" in refused.output) == (2, True)
    assert "2027-05-04" in done("registry", "show", "2")

    taken = done("registry", "import", "book.csv", "--create-missing", "--yes", "--skip-bad")
    assert "Added: 1, changed: 1," in taken
    assert "Новый" not in done("people", "list")
    assert "lyutik" not in done("clients", "list")
    assert "2028-05-04" in done("registry", "show", "2")
    again = revizor(
        "registry", "import", "book.csv", "--create-missing", "--yes", "--skip-bad", "--json"
    )
    told = json.loads(again.stdout)
    assert (told["unchanged"], told["added"], told["changed"], told["made"]) == (2, [], [], [])
    done("registry", "undo", deed_of(taken))
    assert "2027-05-04" in done("registry", "show", "2")


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_file_that_was_exported_changes_nothing(form: str, language: str):
    """Through the commands, in both languages."""
    with_key()
    done("registry", "set", "3", "licence_key", "-", "--why", "x", stdin=f"{KEY}\n")
    before = done("registry", "history")

    done("registry", "export", f"book.{form}", "--lang", language)
    text = done("registry", "import", f"book.{form}", "--yes")

    assert "Nothing differs" in text
    assert done("registry", "history") == before
    assert done("registry", "export", "-", "--lang", "en", "--text", "romashka.ru").count("\n") == 3


def everything(folder: Path) -> bytes:
    """Every byte of every file there is, archives unpacked."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name not in ("asked.csv", "asked.xlsx", "in.csv"):
            found.append(path.read_bytes())
            if path.suffix == ".xlsx":
                with zipfile.ZipFile(path) as archive:
                    found += [archive.read(name) for name in archive.namelist()]
    return b"\n".join(found)


def test_a_canary_licence_key_appears_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """In no output, log, traceback, database file, write-ahead log, copy or export unless asked for by name."""
    with_key()
    secret = Path("key.txt").read_text().strip()
    assert stat.S_IMODE(Path("key.txt").stat().st_mode) == 0o600
    shown: list[str] = []

    def tell(*arguments: str, stdin: str | None = None) -> str:
        result = revizor(*arguments, stdin=stdin)
        shown.append(result.output + repr(result.exception))
        return result.output

    keep = sqlite3.connect("revizor.db")  # holds the write-ahead log open
    keep.execute("PRAGMA journal_mode = WAL")
    keep.execute("SELECT count(*) FROM registry_object").fetchall()
    tell("registry", "set", "3", "licence_key", "-", "--why", "письмо", stdin=f"{KEY}\n")
    changed = tell("registry", "set", "3", "licence_key", "-", "--why", "новый", stdin=f"{OTHER}\n")
    assert Path("revizor.db-wal").stat().st_size > 0
    tell("registry", "undo", deed_of(changed))
    bad = f"Клиент;Тип;Название;Лицензионный ключ;Цена\nromashka;Домен;b.ru;{OTHER};дорого\n;;;{OTHER};\n"
    Path("in.csv").write_text(bad)
    tell("registry", "import", "in.csv")
    Path("in.csv").write_text(
        f"Клиент;Тип;Название;Лицензионный ключ\nromashka;Домен;c.ru;{OTHER}\n"
    )
    tell("registry", "import", "in.csv", "--yes", "--json")
    for arguments in (
        ("registry", "list"), ("registry", "list", "--json"), ("registry", "show", "3"),
        ("registry", "show", "3", "--json"), ("registry", "history"), ("registry", "history", "3", "--json"),
        ("registry", "export", "book.csv"), ("registry", "export", "book.xlsx"), ("registry", "export", "-"),
        ("registry", "show", "3", "--debug"), ("why", "licence:unknown/biznes"),
    ):  # fmt: skip
        tell(*arguments)
    assert done("registry", "show", "3", "--key", "--why", "звонок").strip() == KEY
    tell("registry", "history", "3")
    assert "Licence key shown: ••••-7K3Q → ••••-7K3Q (звонок)" in shown[-1]
    done("registry", "export", "asked.csv", "--with-keys")
    assert KEY in Path("asked.csv").read_text("utf-8-sig")
    Path("key.txt").rename("old.txt")
    done("registry", "new-key", "key.txt")
    for arguments in (
        ("registry", "show", "3", "--key", "--debug"), ("registry", "export", "asked.csv", "--with-keys"),
        ("registry", "import", "asked.csv", "--debug"), ("registry", "set", "3", "licence_key", "-", "--why", "x"),
    ):  # fmt: skip
        tell(*arguments, stdin=f"{KEY}\n{KEY}\n" if arguments[2] == "3" else None)
    monkeypatch.setenv("REVIZOR_REGISTRY_KEY", "no key at all, but long enough")
    tell("registry", "show", "3", "--key")
    assert "no Fernet key" in shown[-1]
    with sqlite3.connect("backup.db") as copy:
        keep.backup(copy)

    lying = everything(tmp_path)
    assert len(lying) > 100_000
    for canary in (KEY, OTHER):
        assert canary.encode() not in lying
        assert canary not in "".join(shown)
    assert secret not in "".join(shown)
    assert b"-7K3Q" in lying
    keep.close()


_SECRETS = {
    "REVIZOR_TRACKER_HOOK_SECRET": "HOOK-CANARY-1111111111-AAAA",
    "REVIZOR_TRACKER_PORTAL_SECRET": "https://127.0.0.1:9/rest/1/PORTALCANARY2222222222/",
    "REVIZOR_TRACKER_TICKETS_SECRET": "TICKETS-CANARY-3333333333-BBBB",
    "REVIZOR_MAIL_SECRET": "MAIL-CANARY-4444444444-CCCC",
    "REVIZOR_OBSERVATIONS_KEY": "OBSERVATIONS-CANARY-5555555555-DDDD",
    "REVIZOR_KEY_SHODAN": "SHODAN-CANARY-6666666666-EEEE",
}
_TRACKERS = """registry_key_file = "key.txt"
[agency]
duty = "Ольга Иванова"
[trackers.hook]
kind = "webhook"
url = "https://127.0.0.1:9/hook"
allow_net = ["127.0.0.0/8"]
[trackers.portal]
kind = "bitrix24"
allow_net = ["127.0.0.0/8"]
[trackers.tickets]
kind = "redmine"
url = "https://127.0.0.1:9/"
project = "1"
allow_net = ["127.0.0.0/8"]
[mail]
host = "127.0.0.1"
port = 9
user = "robot"
sender = "robot@agency.example"
allow_net = ["127.0.0.0/8"]
"""


def test_a_canary_in_every_secret_reaches_no_task_calendar_copy_or_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Licence key, secrets of trackers, mail, vantages and services: told to nobody, kept nowhere in clear."""
    with_key()
    done("registry", "set", "3", "licence_key", "-", "--why", "письмо", stdin=f"{KEY}\n")
    soon = (datetime.now(UTC) + timedelta(days=5)).date().isoformat()
    done("registry", "set", "3", "paid_until", soon, "--why", "счёт")
    for name, secret in _SECRETS.items():
        monkeypatch.setenv(name, secret)
    Path("revizor.toml").write_text(_TRACKERS)
    shown: list[str] = []
    for arguments in (
        ("tasks", "plan"), ("tasks", "plan", "--json"), ("tasks", "sync"), ("tasks", "sync", "--again"),
        ("tasks", "list", "--all"), ("tasks", "list", "--json"), ("tasks", "doctor"),
        ("tasks", "doctor", "--json", "--debug"), ("tasks", "feed"), ("digest",), ("digest", "--send"),
        ("renewals",), ("renewals", "--json"), ("savings", "romashka"), ("switch-off", "list", "romashka"),
        ("decisions", "list", "romashka"), ("payments", "list", "romashka"), ("db", "check"),
        ("db", "backup", "backup.db"), ("db", "copy", "sqlite:///revizor.db", "sqlite:///copied.db"),
        ("registry", "export", "book.xlsx"), ("registry", "export", "book.csv"), ("registry", "list", "--json"),
    ):  # fmt: skip
        result = revizor(*arguments)
        trace = "".join(traceback.format_exception(result.exception)) if result.exception else ""
        shown.append(f"{arguments} {result.exit_code} {result.output} {trace}")

    told = "\n".join(shown)
    assert "Битрикс" in told or "licence" in told
    assert "('tasks', 'sync') 3" in told  # nobody could be reached, and that was said
    assert "('db', 'copy', 'sqlite:///revizor.db', 'sqlite:///copied.db') 0" in told
    lying = everything(tmp_path)
    assert b"BEGIN:VCALENDAR" in lying
    for canary in (KEY, "PORTALCANARY2222222222", *_SECRETS.values()):
        assert canary not in told, canary
        assert canary.encode() not in lying, canary


def test_a_key_closed_with_an_older_one_still_opens(monkeypatch: pytest.MonkeyPatch):
    """The first key closes, the others open what they closed."""
    with_key()
    done("registry", "set", "3", "licence_key", "-", "--why", "x", stdin=f"{KEY}\n")
    old = Path("key.txt").read_text().strip()
    done("registry", "new-key", "next.txt")
    Path("revizor.toml").write_text("")

    assert revizor("registry", "show", "3", "--key").exit_code == 2
    monkeypatch.setenv("REVIZOR_REGISTRY_KEY", f"{Path('next.txt').read_text().strip()},{old}")

    assert done("registry", "show", "3", "--key").strip() == KEY


def test_the_registrys_key_may_lie_in_a_keyring(monkeypatch: pytest.MonkeyPatch):
    """Where neither the environment nor a file holds it; a keyring that is locked holds none."""
    with_key()
    held = {("revizor", "registry_key"): Path("key.txt").read_text().strip()}
    Path("revizor.toml").unlink()
    ring, errors = ModuleType("keyring"), ModuleType("keyring.errors")

    class KeyringError(Exception):
        """The library's own."""

    def locked(*_: str) -> str:
        raise KeyringError

    vars(errors)["KeyringError"] = KeyringError
    vars(ring).update(errors=errors, get_password=lambda *place: held.get(place))
    monkeypatch.setitem(sys.modules, "keyring", ring)
    monkeypatch.setitem(sys.modules, "keyring.errors", errors)

    done("registry", "set", "3", "licence_key", "-", "--why", "письмо", stdin=f"{KEY}\n")
    assert done("registry", "show", "3", "--key").strip() == KEY
    vars(ring)["get_password"] = locked
    shut = revizor("registry", "show", "3", "--key")

    assert (shut.exit_code, "there is no registry key" in shut.output) == (2, True)


def test_exported_cells_run_nothing():
    """What people and registries write is text in a spreadsheet program."""
    office()
    done("registry", "set", "2", "notes", "=HYPERLINK(1)", "--why", "x")

    text = revizor("registry", "export", "-", "--lang", "en").stdout

    rows = list(csv.DictReader(io.StringIO(text.lstrip("\ufeff"), newline="")))
    assert [row["Notes"] for row in rows] == ["", "'=HYPERLINK(1)", ""]
