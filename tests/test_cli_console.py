"""What the console says in the language of whoever asks: help, usage errors, refusals, results, progress."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice, product
from pathlib import Path
from string import Formatter

import click
import pytest
from click.testing import CliRunner, Result

import reports
import scanner
from scanner.cli import main
from scanner.cli.help_pages import option_help, option_key, pages
from scanner.cli.language import language_of
from scanner.cli.phrasebook import Phrasebook, phrasebook, phrases_of
from tests.console import english, every_command

_CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)


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


def options_of(command: click.Command) -> list[click.Option]:
    """The options of a command."""
    return [one for one in command.params if isinstance(one, click.Option)]


def test_every_command_and_option_has_both_texts():
    """In English beside the command, in Russian in the table; and the table has no more than there is."""
    known = {"words", "names", "every"}
    for path, command in every_command():
        page, options = pages("ru")[path], options_of(command)
        known.add(path)
        assert command.help, path
        assert page["help"], path
        assert page["about"], path
        for option in options:
            assert option.help, (path, option.opts)
            assert option_help(option, path, "ru"), (path, option.opts)
        assert set(page) - {"help", "about", "epilog"} <= set(map(option_key, options)), path

    assert set(pages("ru")) == known


def test_what_is_written_once_means_the_same_everywhere():
    """An option whose Russian text stands once for all commands has one English text too."""
    english_of: dict[str, set[str | None]] = {}
    for path, command in every_command():
        for option in options_of(command):
            if option_key(option) not in pages("ru")[path]:
                english_of.setdefault(option_key(option), set()).add(option.help)

    assert {key: texts for key, texts in english_of.items() if len(texts) > 1} == {}
    assert set(english_of) == set(pages("ru")["every"])


def test_every_page_of_help_is_in_russian():
    """No English word but names and codes, and neither heading nor default is left."""
    for path, _ in every_command():
        page = revizor(*path.split(), "--help").output
        assert page.startswith("Использование: "), path
        assert english(page) == set(), path


@pytest.mark.parametrize(
    ("arguments", "environ", "file", "language"),
    [
        ((), {}, "", "en"),
        (("--lang", "ru"), {}, "", "ru"),
        (("--lang=ru",), {}, "", "ru"),
        (("audit", "x", "--lang", "ru,en"), {}, "", "en"),
        (("audit", "x", "--lang", "ru,en"), {"REVIZOR_SPEAK": "ru"}, "", "ru"),
        (("--lang", "en"), {"REVIZOR_SPEAK": "ru"}, "", "en"),
        (("x", "--", "--lang", "ru"), {}, "", "en"),
        ((), {"REVIZOR_SPEAK": "ru"}, "", "ru"),
        ((), {"REVIZOR_SPEAK": "de"}, "", "en"),
        ((), {}, 'speak = "ru"', "ru"),
        (("--lang", "de"), {}, 'speak = "ru"', "ru"),
        ((), {"REVIZOR_SPEAK": "en"}, 'speak = "ru"', "en"),
        ((), {}, 'speak = "', "en"),
        ((), {}, "speak = 7", "en"),
        ((), {}, '[agency]\nlanguage = "ru"', "en"),
    ],
)
def test_the_language_is_what_is_asked_for(arguments, environ, file, language):
    """The command line, then the environment, then the settings; English where nobody says anything."""
    Path("revizor.toml").write_text(file)

    assert (language_of(arguments, environ) or "en") == language


def test_settings_of_another_place_say_the_language_too():
    """The file of --config, and the user's own where the project has none."""
    Path("other.toml").write_text('speak = "ru"\n')
    Path("home/revizor").mkdir(parents=True)
    Path("home/revizor/revizor.toml").write_text('speak = "ru"\n')

    assert language_of(("--config", "other.toml"), {}) == "ru"
    assert language_of((), {"XDG_CONFIG_HOME": "home"}) == "ru"


def test_help_in_russian_imports_nothing_heavy():
    """Its table and the settings file are all that is read more than for English help."""
    Path("revizor.toml").write_text('speak = "ru"\n')
    code = "import sys; from scanner.cli import main\ntry: main(['audit', '--help'])\nexcept SystemExit: pass\nprint(*sorted(sys.modules), file=sys.stderr)"
    environ = {name: value for name, value in os.environ.items() if name != "REVIZOR_SPEAK"}
    root = str(Path(scanner.__file__).parent.parent)
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True, text=True, check=True, env=environ | {"PYTHONPATH": root},
    )  # fmt: skip

    assert done.stdout.startswith("Использование: ")
    heavy = {"sqlalchemy", "httpx", "rich", "jinja2", "babel", "msgspec", "dns"}
    assert not heavy & {module.partition(".")[0] for module in done.stderr.split()}


def test_an_english_page_reads_no_table(monkeypatch: pytest.MonkeyPatch):
    """The Russian table is for Russian alone."""
    monkeypatch.delenv("REVIZOR_SPEAK")
    monkeypatch.setattr("scanner.cli.help_pages.tomllib.loads", None)
    pages.cache_clear()

    assert revizor("audit", "--help").output.startswith("Usage: ")


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("audit", "Не хватает: 'КЛИЕНТ'."),
        ("own romashka domain:a.ru", "Не указан параметр '--why'."),
        ("payments add x 3 --on 2026-01-01", "Не указан параметр '--payer'. Выберите из:"),
        ("registry shw", "Команды 'shw' нет. Может быть, 'show'?"),
        ("frobnicate", "Команды 'frobnicate' нет."),
        ("registry frobnicate", "Команды 'frobnicate' нет."),
        ("registry list --langg ru", "Параметра '--langg' нет. (Может быть, одно из: '--lang', '--manager'?)"),
        ("registry list --frobnicate", "Параметра '--frobnicate' нет."),
        ("registry list --client", "После параметра '--client' нужно значение."),
        ("registry list --alive=x", "Параметру '--alive' значение не нужно."),
        ("registry show one", "Не подходит 'НОМЕР': 'one' – не целое число."),
        ("registry history --last x", "Не подходит '--last': 'x' – не целое число."),
        ("registry history --last 0", "Не подходит '--last': 0 вне пределов 1<=x<=1000."),
        ("registry retire 1 --as x --why y", "Не подходит '--as': 'x' не из списка; выберите из 'archived', 'deleted', 'transferred', 'lost', 'not_ours'."),
        ("registry link 1,x Shop", "Не подходит 'НОМЕРА': '1,x' – не номера; пишите так: 3,7,9."),
        ("payments add x 3 --payer client --on q", "Не подходит '--on': 'q' – не дата; пишите так: 2027-05-04."),
        ("tasks done 1 --until q --why x", "Не подходит '--until': 'q' – не дата; пишите так: 2027-05-04."),
        ("renewals --within q", "Не подходит '--within': 'q' – не число дней; пишите так: 60d."),
        ("rescan --for q", "Не подходит '--for': 'q' – не время; пишите так: 90s, 30m, 2h или 1d."),
        ("rescan", "скажите, что проверить: --due, --all или --second-look."),
        ("rescan --due --out x", "--out – только для одного клиента."),
        ("worker --listen q", "Не подходит '--listen': 'q' – не адрес; пишите так: 127.0.0.1:9100."),
        ("doctor --lang de", "Не подходит '--lang': 'de' не из списка; выберите из 'en', 'ru'."),
        ("report x --since nofile", "Не подходит '--since': Файл 'nofile' не существует."),
        ("people list x", "Лишнее: x"),
        ("people list x y", "Лишнее: x y"),
        ("registry add x domain y --set q", "Не подходит --set: 'q'; пишите так: notes=текст."),
        ("registry set 1 licence_key abc --why x", "лицензионный ключ – секрет, из командной строки он не берётся"),
    ],
)  # fmt: skip
def test_a_command_that_cannot_be_read_is_told_in_russian(command, said):
    """Each class of click's usage errors, and our own; with the usage line, the way to help and code 2."""
    result = revizor(*command.split())

    assert result.exit_code == 2
    assert f"Ошибка: {said}" in result.stderr
    assert english(result.stderr.replace("one", "")) == set()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ('search = "x"', "настройка не подходит: в search нужно true или false, а не текст. "),
        ("mood = 1", "настройка не подходит: такого нет: `mood`. "),
        ("depth = 9", "настройка не подходит: в depth не то значение: здесь бывает целое число не больше 6. "),
        ('[agency]\ncurrency = "R"', "настройка не подходит: в agency.currency не то значение: здесь бывает текст вида "),
        ('[agency]\nlanguage = "de"', "настройка не подходит: agency.language: значение 'de' не подходит. "),
        ("a = ", "{folder}/revizor.toml не читается как TOML: строка 1, столбец 5: значение не читается."),
        ("[x", "{folder}/revizor.toml не читается как TOML: строка 1, столбец 3: название раздела не закрыто скобкой ]."),
        ('keys = "x"', "ключи берутся только из переменных окружения: "),
        ('registry_key = "x"', "ключ реестра берётся из REVIZOR_REGISTRY_KEY или из файла: "),
        ('registry_key_file = "no"', "no нельзя прочитать: такого файла или папки нет."),
        ('tracker_secrets = "x"', "секреты программ задач берутся из REVIZOR_TRACKER_<NAME>_SECRET или из файла: "),
        ('trackers = "x"', "[trackers] – не раздел: "),
        ('[trackers.o]\nkind = "x"', "[trackers.o]: kind – одно из "),
        ('[trackers.o]\nkind = "redmine"\nsecret = "x"', "[trackers.o]: секрет берётся из переменной окружения"),
        ('[mail]\nhost = "x"\nmood = 1', "[mail]: параметра 'mood' нет; есть "),
        ('[changes]\nwebhook = "x"', "[changes] webhook = 'x': раздела [trackers.x] вида webhook нет."),
        ('[changes.tell]\nx = "task"', "[changes.tell] x: такого изменения нет; есть "),
    ],
)  # fmt: skip
def test_settings_that_cannot_be_used_are_told_in_russian(settings, said):
    """One sentence with the place, the trouble and what to do, and exit code 2."""
    Path("revizor.toml").write_text(settings + "\n")
    result = revizor("db", "check")

    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert result.stderr.startswith(f"revizor: {said.replace('{folder}', str(Path.cwd()))}")


_RAISED = (
    "BadSettings", "UnreadableInput", "UnreadableRates", "UnknownThing", "NotAnAudit", "BadParcel", "NoBrowser",
    "StorageTrouble", "Busy", "WrongClock", "BadFile", "DamagedList", "UsageError", "BadParameter", "Check", "Handed",
)  # fmt: skip
"""What carries a sentence of ours to the console."""
_TOLD = ("say", "told", "confirmed", "fail")
"""What says one."""
_ELSEWHERE = ("trackers", "registry", "renewals", "verdicts")
"""Packages whose sentences are codes of the report's texts, or reach a task manager."""


def sentences_of_code() -> Iterator[tuple[str, str]]:
    """Each sentence that the code carries to the console, with `{}` for what is put in, and where it stands."""
    places = [Path(scanner.__file__).parent, Path(reports.__file__).parent]
    for file in (one for place in places for one in sorted(place.rglob("*.py"))):
        if file.parent.name in _ELSEWHERE:
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            if not (isinstance(node, ast.Call) and node.args):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in _RAISED or name in _TOLD:
                at = 2 if name in ("Check", "Handed") and len(node.args) > 2 else 0
                for text in _texts(node.args[at]):
                    yield text, f"{file.name}:{node.lineno}"


def _texts(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=values):
            yield "".join(
                str(one.value) if isinstance(one, ast.Constant) else "{}" for one in values
            )
        case ast.IfExp(body=body, orelse=orelse):
            yield from _texts(body)
            yield from _texts(orelse)


def said_of(book: Phrasebook, sentence: str) -> bool:
    """Whether a phrasebook knows a sentence, whatever is put in: a number, a word or several."""
    gaps = sentence.count("{}")
    fillings = product(("7", "x", "a b", "timeout", "says it is x", ": x"), repeat=min(gaps, 4))
    fixed = sentence.replace("{}", "{{}}") if not gaps else sentence
    return any(
        _CYRILLIC.search(book.told(_filled(fixed, filling))) for filling in islice(fillings, 1_296)
    )


def _filled(sentence: str, filling: tuple[str, ...]) -> str:
    pieces = sentence.split("{}")
    values = iter((*filling, *("x" for _ in pieces)))
    return "".join(
        piece + (next(values) if place < len(pieces) - 1 else "")
        for place, piece in enumerate(pieces)
    )


def test_every_sentence_of_the_code_has_its_russian():
    """What is raised, checked or said in English as it stands is in the phrasebook."""
    book = phrasebook("ru")
    mute = {
        (text, place)
        for text, place in sentences_of_code()
        if " " in text.strip()
        and english(text)
        and not _CYRILLIC.search(text)
        and not said_of(book, text)
    }

    assert mute == set()


def test_the_phrasebook_is_well_formed():
    """No gap without words beside it, none said that was not found, and every plural of the language."""
    for english_, said in phrases_of("ru").items():
        pieces = list(Formatter().parse(english_))
        gaps = {name for _, name, _, _ in pieces if name}
        assert sum(len(literal) for literal, *_ in pieces) > 1, english_
        assert all(literal for literal, name, *_ in pieces[1:] if name), english_
        forms = [said] if isinstance(said, str) else [said[one] for one in ("one", "few", "many")]
        for form in forms:
            assert {name for _, name, _, _ in Formatter().parse(form) if name} <= gaps, english_
            assert _CYRILLIC.search(form) or ":" in form, english_
            assert " - " not in form, english_
