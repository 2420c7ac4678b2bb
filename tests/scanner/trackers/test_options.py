"""Settings of trackers: one clear sentence for what cannot be, and secrets from nowhere but outside."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reports.wording import LANGUAGES, Wording
from scanner.service.trackers import channels_of, sinks_of, trackers_doctor
from scanner.settings import BadSettings, Settings, load
from tests.probes.kit.net.loopback import run
from tests.scanner.trackers.settled import clock

ROOT = Path(__file__).parents[3]
CANARY = "CANARY-5ecret-7K3Q"


def loaded(folder: Path, text: str, **environ: str) -> Settings:
    """Load a revizor.toml as if it were the only one."""
    (folder / "revizor.toml").write_text(text, "utf-8")
    return load({}, environ={"HOME": str(folder), **environ}, folder=folder)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[trackers.a]\nkind = "jira"', "[trackers.a]: kind must be one of bitrix24, redmine"),
        ('[trackers.a]\nkind = "bitrix24"\ngrup = "1"', "[trackers.a]: no option 'grup'"),
        (
            '[trackers.a]\nkind = "redmine"\nurl = "https://x.example"',
            "[trackers.a]: Object missing",
        ),
        (
            '[trackers.a]\nkind = "webhook"\nurl = "http://x.example"',
            "plain http is for a service inside",
        ),
        ('[trackers.a]\nkind = "webhook"\nurl = "ftp://x.example"', "must begin with https://"),
        (
            '[trackers.a]\nkind = "webhook"\nurl = "https://x.example"\nallow_net = ["x"]',
            "[trackers.a]: allow_net",
        ),
        ('[trackers.mail]\nkind = "apprise"', "[trackers.mail]: a tracker's name"),
        ('[trackers.A-b]\nkind = "apprise"', "[trackers.A-b]: a tracker's name"),
        (
            f'[trackers.a]\nkind = "apprise"\nsecret = "{CANARY}"',
            "a secret comes from the environment",
        ),
        ("trackers = 1", "[trackers] is no table"),
        ('[mail]\nhost = "x"', "[mail]: Object missing required field `sender`"),
        ('[mail]\nhost = "x"\nsender = "a@b"\npasword = "x"', "[mail]: no option 'pasword'"),
        (f'[mail]\nhost = "x"\nsender = "a@b"\npassword = "{CANARY}"', "a secret comes from"),
        (f'tracker_secrets = "{CANARY}"', "secrets of trackers come from"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(tmp_path: Path, text: str, says: str):
    """With the place and what is right; never with what was meant to be secret."""
    with pytest.raises(BadSettings) as caught:
        loaded(tmp_path, text)

    assert says in str(caught.value)
    assert str(caught.value).endswith(".")
    assert CANARY not in str(caught.value)


def test_secrets_come_from_variables_and_files_and_show_nowhere(tmp_path: Path):
    """The variable before the file; a representation names who has one, and no more."""
    (tmp_path / "key").write_text(CANARY + "-file\n")
    text = (
        f'[trackers.desk]\nkind = "webhook"\nurl = "https://x.example"\nsecret_file = "{tmp_path}/key"\n'
        f'[trackers.other]\nkind = "apprise"\nsecret_file = "{tmp_path}/key"\n'
        '[mail]\nhost = "x.example"\nsender = "a@b.example"\nuser = "u"\n'
    )
    found = loaded(
        tmp_path, text, REVIZOR_TRACKER_DESK_SECRET=CANARY, REVIZOR_MAIL_SECRET=CANARY + "-mail"
    )

    held = found.tracker_secrets
    assert held.of("desk").text == CANARY
    assert held.of("other").text == CANARY + "-file"
    assert held.of("mail").text == CANARY + "-mail"
    posts = (*sinks_of(found, clock), *channels_of(found, clock))
    assert [one.name for one in posts] == ["desk", "mail", "other"]
    assert "CANARY" not in repr(found) + repr([vars(one) for one in posts])


@pytest.mark.parametrize("content", [b"one\ntwo", b"\xff\xfe"])
def test_a_secret_that_is_none_is_said_without_it(tmp_path: Path, content: bytes):
    """Several lines would be several headers."""
    (tmp_path / "key").write_bytes(content)
    text = f'[trackers.a]\nkind = "apprise"\nsecret_file = "{tmp_path}/key"'

    with pytest.raises(BadSettings, match="cannot be used"):
        loaded(tmp_path, text)
    with pytest.raises(BadSettings, match="cannot be read"):
        loaded(tmp_path, text.replace("key", "nokey"))


@pytest.mark.filterwarnings("ignore:'imghdr':DeprecationWarning")
def test_one_bad_tracker_does_not_hide_the_others_from_the_doctor(tmp_path: Path):
    """Each has its own line; without any the doctor says so."""
    text = '[trackers.a]\nkind = "bitrix24"\n[trackers.b]\nkind = "apprise"\n'
    chosen = loaded(tmp_path, text, REVIZOR_TRACKER_B_SECRET="json://x.example/{to}")

    checks = run(trackers_doctor(chosen, clock, "ru"))

    assert (checks[0].tracker, checks[0].code) == ("a", "settings")
    assert {one.tracker for one in checks} == {"a", "b"}
    assert [one.code for one in run(trackers_doctor(Settings(), clock))] == ["none"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_line_of_the_doctor_has_its_words(language: str):
    """No code is printed raw."""
    text = "\n".join(path.read_text() for path in (ROOT / "scanner" / "trackers").glob("*.py"))
    codes = set(re.findall(r'Check\(\s*"(?:ok|warn|fail)",\s*"([a-z0-9_]+)"', text))
    codes |= set(re.findall(r'code = "([a-z0-9_]+)"', text))
    codes |= set(re.findall(r'else "((?:apprise|mail|marker)[a-z_]*)"', text)) | {
        "settings",
        "none",
    }
    codes |= {"apprise_shared", "mail_open", "redmine_no_field"}
    wording = Wording(language)

    assert len(codes) > 20
    assert [code for code in sorted(codes) if not wording.has(f"tracker_check.{code}")] == []
