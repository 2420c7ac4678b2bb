"""What commands answer: in the language of whoever asks, every code of it in both, refusals too."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import scanner
from reports.wording import texts
from scanner.cli import main

_CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
_ENGLISH = re.compile(
    r"\b(?:[Nn]oted|[Aa]dded|says|takes|[Nn]othing|[Nn]o|already|there is|changed|written|row|known|yet)\b"
)


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command runs in an empty folder, with nobody's settings."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("REVIZOR_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)


def revizor(*arguments: str, stdin: str | None = None) -> Result:
    """Run revizor in this process."""
    return CliRunner().invoke(main, list(arguments), input=stdin)


def deed_of(text: str) -> str:
    """The deed that an answer names, in any language."""
    return text.rpartition("registry undo ")[2].split("`")[0]


def a_day(language: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Whatever a manager does, from an empty registry on; the commands with what each answered."""
    Path("sheet.csv").write_text(
        "Client;Type;Name;Paid until\nromashka;Domain name;b.example;31.02.2027\npion;Domain name;c.example;\n"
    )
    Path("rates.csv").write_text("date,base,quote,rate\n2026-03-01,USD,RUB,92.50\n")
    commands: list[tuple[str, ...]] = [
        ("clients", "list"), ("projects", "list"), ("people", "list"), ("accounts", "list"),
        ("registry", "list"), ("registry", "history"), ("digest",),
        ("clients", "add", "romashka"), ("people", "add", "Olga"), ("people", "add", "Olga"),
        ("projects", "add", "romashka", "Shop", "--manager", "Olga"),
        ("registry", "types", "add", "vpn", "--ru", "ВПН", "--en", "VPN"),
        ("registry", "add", "romashka", "domain", "a.example", "--paid-until", "2027-05-04", "--project", "Shop"),
        ("registry", "add", "romashka", "domain", "a.example"), ("registry", "add", "romashka", "planet", "x"),
        ("registry", "set", "1", "paid_until", "2027-06-04", "--why", "x"),
        ("registry", "set", "1", "paid_until", "tomorrow", "--why", "x"),
        ("registry", "set", "7", "notes", "x", "--why", "x"), ("registry", "set", "1", "mood", "x", "--why", "x"),
        ("registry", "link", "1", "Shop"), ("registry", "link", "1", "Nowhere"),
        ("registry", "show", "1"), ("registry", "history", "1"), ("registry", "import", "sheet.csv"),
        ("registry", "import", "sheet.csv", "--yes", "--skip-bad", "--create-missing"),
        ("registry", "new-key", "key.txt"), ("registry", "new-key", "key.txt"), ("registry", "show", "1", "--key"),
        ("registry", "export", "out.csv"), ("people", "set", "Olga", "active", "no"), ("people", "show", "Olga"),
        ("people", "show", "Ivan"), ("clients", "show", "romashka"), ("projects", "show", "romashka", "Shop"),
        ("tasks", "done", "1", "--why", "x", "--until", "2028-06-04"), ("tasks", "feed"), ("tasks", "feed"),
        ("payments", "add", "romashka", "1200", "--on", "2026-03-01", "--payer", "agency", "--object", "1"),
        ("payments", "add", "romashka", "dear", "--on", "2026-03-01", "--payer", "agency"),
        ("payments", "invoice", "1", "90", "--payer", "client"), ("payments", "owed"),
        ("payments", "owed", "--to", "owed.xlsx"), ("payments", "settle", "1", "--why", "x"),
        ("payments", "assign", "9", "1"), ("payments", "withdraw", "1"), ("rates", "import", "rates.csv"),
        ("decisions", "list", "romashka"), ("decisions", "set", "1", "approved", "--signed", "I", "--why", "x"),
        ("switch-off", "note", "1", "signed", "--note", "x"), ("own", "romashka", "domain:a.example", "--why", "x"),
        ("why", "domain:a.example"), ("registry", "retire", "1", "--why", "x"), ("registry", "undo", "deed"),
    ]  # fmt: skip
    for command in commands:
        yield command, revizor(*command, "--lang", language).output
    undone = revizor(
        "registry", "retire", "1", "--as", "lost", "--why", "x", "--lang", language
    ).output
    yield (
        ("registry", "undo"),
        revizor("registry", "undo", deed_of(undone), "--lang", language).output,
    )


def test_a_russian_agency_is_answered_in_russian():
    """Tables, confirmations, refusals, previews: nothing that a person reads is in English."""
    for command, said in a_day("ru"):
        assert _CYRILLIC.search(said), (command, said)
        assert not _ENGLISH.search(re.sub("`[^`]*`", "", said)), (command, said)


def test_english_is_one_option_away():
    """The same day's beginning with --lang en: the registry's own words alone are Russian."""
    for command, said in islice(a_day("en"), 25):
        assert said.strip(), command
        left = said.replace("ВПН", "")
        assert not _CYRILLIC.search(left) or command[:2] == ("registry", "import"), (command, said)


def test_what_is_refused_is_one_sentence_in_the_settings_language():
    """Without --lang the agency's language counts, or the one that commands are set to speak."""
    Path("revizor.toml").write_text('[agency]\nlanguage = "en"\n')
    english = revizor("registry", "show", "7")
    Path("revizor.toml").write_text('speak = "ru"\n[agency]\nlanguage = "en"\n')
    russian = revizor("registry", "show", "7")

    assert (english.exit_code, english.stderr) == (
        2, "revizor: there is no object 7; see `revizor registry list`.\n",
    )  # fmt: skip
    assert (russian.exit_code, russian.stderr) == (
        2, "revizor: объекта 7 нет; все объекты покажет `revizor registry list`.\n",
    )  # fmt: skip
    assert revizor("registry", "show", "7", "--lang", "de").exit_code == 2
    Path("revizor.toml").write_text('speak = "de"\n')
    strange = revizor("clients", "show", "nobody")
    assert (strange.exit_code, strange.stderr) == (
        2, "revizor: there is no client 'nobody' here; known: —.\n",
    )  # fmt: skip


def test_every_refusal_and_answer_has_its_words():
    """Each code that is raised or answered stands in the texts, and none stands there in vain."""
    told = {"cannot": set[str](), "answer": set[str]()}
    for file in Path(scanner.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                for theme, codes in told.items():
                    if f"{theme}.{node.value}" in texts("ru"):
                        codes.add(node.value)
                    codes |= (
                        {node.value.removeprefix(f"{theme}.")}
                        if node.value.startswith(f"{theme}.")
                        else set()
                    )
            match node:
                case ast.Call(
                    func=ast.Name(
                        "Refused"
                        | "CellTrouble"
                        | "ChangedSince"
                        | "CannotUndo"
                        | "NoKey"
                        | "_missing"
                    ),
                    args=[ast.Constant(value=str(code)), *_],
                ):
                    assert f"cannot.{code}" in texts("ru"), (file, code)

    for theme, codes in told.items():
        worded = {
            key.removeprefix(f"{theme}.") for key in texts("ru") if key.startswith(f"{theme}.")
        }
        assert worded - codes == set(), theme
