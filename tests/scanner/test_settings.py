"""Settings come from five places in a fixed order, and a bad one is said in one sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scanner.settings import BadSettings, Settings, load


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty home and an empty project folder beside it."""
    (tmp_path / "project").mkdir()
    (tmp_path / "home" / ".config" / "revizor").mkdir(parents=True)
    return tmp_path


def loaded(home: Path, flags: dict[str, Any] | None = None, **environ: str) -> Settings:
    """Load settings as if this home, project folder and environment were the only ones."""
    return load(
        flags or {}, environ={"HOME": str(home / "home"), **environ}, folder=home / "project"
    )


def project(home: Path, text: str) -> Path:
    """Write revizor.toml of the project."""
    path = home / "project" / "revizor.toml"
    path.write_text(text, "utf-8")
    return path


def users(home: Path, text: str) -> Path:
    """Write the user's own revizor.toml."""
    path = home / "home" / ".config" / "revizor" / "revizor.toml"
    path.write_text(text, "utf-8")
    return path


def test_without_anything_the_defaults_hold(home: Path):
    """Nothing has to be set."""
    assert loaded(home) == Settings()


def test_each_place_outranks_the_next(home: Path):
    """Flags > REVIZOR_* > the project's file > the user's > defaults, setting by setting."""
    users(home, 'vantage = "user"\ncontact = "user"\nehlo = "user"\nout = "user"')
    project(home, 'contact = "project"\nehlo = "project"\nout = "project"')

    found = loaded(home, {"out": "flag", "db": None}, REVIZOR_EHLO="env", REVIZOR_OUT="env")

    assert (found.db, found.vantage) == (Settings().db, "user")
    assert (found.contact, found.ehlo, found.out) == ("project", "env", "flag")


def test_a_flag_that_was_not_given_overrules_nothing(home: Path):
    """None and the empty tuple mean that nobody said anything; zero is a word."""
    project(home, 'depth = 1\nresolver = ["192.0.2.53"]')

    found = loaded(home, {"depth": 0, "resolver": (), "allow_net": None})

    assert (found.depth, found.resolver) == (0, ("192.0.2.53",))


def test_the_environment_spells_lists_with_commas_or_spaces(home: Path):
    """Lists are read from one variable; a variable set to nothing is not set."""
    found = loaded(
        home,
        REVIZOR_LANG="en, ru",
        REVIZOR_DEPTH="3",
        REVIZOR_DB="",
        REVIZOR_SECOND_RESOLVER="192.0.2.53 192.0.2.54",
    )

    assert (found.lang, found.depth, found.db) == (("en", "ru"), 3, Settings().db)
    assert found.second_resolver == ("192.0.2.53", "192.0.2.54")


def test_the_users_file_is_found_where_xdg_puts_it(home: Path):
    """XDG_CONFIG_HOME moves the user's file."""
    (home / "xdg" / "revizor").mkdir(parents=True)
    (home / "xdg" / "revizor" / "revizor.toml").write_text('vantage = "xdg"')

    assert loaded(home, XDG_CONFIG_HOME=str(home / "xdg")).vantage == "xdg"


def test_a_named_file_replaces_the_projects(home: Path):
    """--config is read instead of ./revizor.toml, and has to exist."""
    project(home, 'vantage = "project"')
    named = home / "other.toml"
    named.write_text('vantage = "named"')
    environ = {"HOME": str(home / "home")}

    found = load({}, file=named, environ=environ, folder=home / "project")

    assert found.vantage == "named"
    with pytest.raises(BadSettings, match="check --config"):
        load({}, file=home / "missing.toml", environ=environ, folder=home / "project")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("depht = 3", "depht"),
        ('depth = "deep"', "depth"),
        ("depth = 7", "depth"),
        ("depth = -1", "depth"),
        ("max_hosts = 0", "max_hosts"),
        ("keep_raw_days = 0", "keep_raw_days"),
        ("keep_raw_days = 1000000000000", "keep_raw_days"),
        ("lang = []", "lang"),
        ('lang = "ru"', "lang"),
        ('db = ""', "db"),
        ("out = 5", "out"),
        ('vantage = ""', "vantage"),
        ("resolver = [1]", "resolver"),
        ('second_resolver = "192.0.2.53"', "second_resolver"),
        ('pace = "fast"', "pace"),
        ("pace = {a = 1}", "pace"),
        ("depth = ", "TOML"),
        ('vantage = "\ud800"', "TOML"),
    ],
)
@pytest.mark.parametrize("write", [project, users])
def test_a_bad_setting_is_said_in_one_sentence(home: Path, text: str, says: str, write: Any):
    """A value that cannot be used, and a key nobody knows, are named; nothing is guessed."""
    write(home, "").write_bytes(text.encode("utf-8", "surrogatepass"))

    with pytest.raises(BadSettings) as caught:
        loaded(home)

    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "environ", [{"REVIZOR_DEPTH": "many"}, {"REVIZOR_MAX_HOSTS": "1.5"}, {"REVIZOR_LANG": ","}]
)
def test_a_bad_variable_is_said_too(home: Path, environ: dict[str, str]):
    """REVIZOR_* is checked like a file."""
    with pytest.raises(BadSettings, match=r"cannot be used.*REVIZOR_\*"):
        loaded(home, **environ)


def test_a_folder_in_place_of_a_file_is_said(home: Path):
    """What cannot be read is said, not passed over."""
    (home / "project" / "revizor.toml").mkdir()

    with pytest.raises(BadSettings, match=r"revizor\.toml cannot be read"):
        loaded(home)


def test_networks_are_read_or_refused(home: Path):
    """--allow-net takes what can be read as a network; host bits do not matter."""
    good = Settings(allow_net=("198.18.0.1/15", "2001:db8::/32"))

    assert [str(net) for net in good.networks()] == ["198.18.0.0/15", "2001:db8::/32"]
    with pytest.raises(BadSettings, match=r"10\.0\.0\.0/99"):
        Settings(allow_net=("10.0.0.0/99",)).networks()


def test_keys_come_from_the_environment_and_are_told_by_nobody(home: Path):
    """One a service; set to nothing is not set."""
    found = loaded(home, REVIZOR_KEY_SHODAN="s3cr3t", REVIZOR_KEY_WHOXY="", REVIZOR_DEPTH="1")

    assert found.keys.services == {"shodan"}
    assert found.depth == 1
    assert "s3cr3t" not in repr(found)


def test_keys_come_from_nowhere_else(home: Path):
    """A file is shown around, and a command line is listed."""
    project(home, '[keys]\nshodan = "s3cr3t"')

    with pytest.raises(BadSettings, match="environment alone") as caught:
        loaded(home)

    assert "s3cr3t" not in str(caught.value)


@pytest.mark.parametrize(("name", "key"), [("NOBODY", "s3cr3t"), ("SHODAN", "s3cr3t with blanks")])
def test_a_key_that_cannot_be_used_is_said_without_it(home: Path, name: str, key: str):
    """Neither an unknown service nor a mangled key is passed over in silence."""
    with pytest.raises(BadSettings, match=r"service|key of") as caught:
        loaded(home, **{f"REVIZOR_KEY_{name}": key})

    assert "s3cr3t" not in str(caught.value)


def test_the_agency_has_a_zone_a_calendar_and_a_currency(home: Path):
    """`[agency]` of the settings file; what is not said has a default."""
    project(home, '[agency]\nname = "Студия"\nduty = "Анна"\ncurrency = "EUR"')

    agency = loaded(home).agency

    assert (agency.name, agency.duty, agency.currency) == ("Студия", "Анна", "EUR")
    assert (agency.zone, agency.country, agency.language) == ("Europe/Moscow", "RU", "ru")
    project(home, '[agency]\ncurrency = "рубли"')
    with pytest.raises(BadSettings, match="currency"):
        loaded(home)


def test_the_registrys_key_comes_from_the_environment_or_a_file_and_is_never_shown(home: Path):
    """Not from a settings file; its text shows no letter of it."""
    key = "uvkCB4vA1D2P7oTn6cWQmHk1vJ5mTn0v3S2yB8ZrQ1E="
    (home / "key.txt").write_text(key + "\n")
    project(home, f'registry_key_file = "{home}/key.txt"')

    assert loaded(home).registry_key.secret.decode() == key
    said = loaded(home, REVIZOR_REGISTRY_KEY="another key, long enough")
    assert said.registry_key.secret == b"another key, long enough"
    assert key not in repr(loaded(home))
    project(home, f'registry_key = "{key}"')
    with pytest.raises(BadSettings, match="registry_key_file") as refused:
        loaded(home)
    assert key not in str(refused.value)
