"""Redmine itself: Debian's package on loopback, with a database, people and a project of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.probes.kit.net.loopback import own_address

_PACKAGE = Path("/usr/share/redmine")
_PORT = 3000
_START = 150.0
"""Seconds; it takes about ten."""

_DATABASE = """production:
  adapter: sqlite3
  database: {folder}/redmine.db
  timeout: 10000
"""

_RUNNER = r"""
ActiveRecord::Migration.verbose = false
ActiveRecord::MigrationContext.new(Rails.root.join('db', 'migrate').to_s, ActiveRecord::SchemaMigration).migrate
ActiveRecord::Base.descendants.each(&:reset_column_information)
Redmine::DefaultData::Loader.load('en')
Setting.rest_api_enabled = '1'
Setting.text_formatting = ENV.fetch('MARKUP', 'textile')
Setting.notified_events = []
def person(login, admin)
  user = User.new(firstname: login.capitalize, lastname: 'Petrov', mail: "#{login}@agency.example",
                  language: 'en', admin: admin)
  user.login = login
  user.password = user.password_confirmation = 'correct horse battery'
  user.save!
  user
end
robot, manager, watcher, stranger = person('robot', false), person('manager', false), person('watcher', false), person('stranger', false)
project = Project.create!(name: 'Renewals', identifier: 'renewals', is_public: false,
                          enabled_module_names: ['issue_tracking'], tracker_ids: Tracker.all.map(&:id))
role = Role.find_by(name: 'Manager')
[robot, manager, watcher].each { |user| Member.create!(project: project, user_id: user.id, roles: [role]) }
field = IssueCustomField.create!(name: 'Revizor', field_format: 'string', is_filter: true, is_for_all: true,
                                 tracker_ids: Tracker.all.map(&:id))
told = {robot: robot.api_key, stranger: stranger.api_key, manager: manager.id, watcher: watcher.id,
        field: field.id, tracker: Tracker.first.id, version: Redmine::VERSION.to_s}
require 'rack/handler/webrick'
quiet = WEBrick::Log.new(File::NULL)
Rack::Handler::WEBrick.run(Rails.application, Host: ENV['HOST'], Port: Integer(ENV['PORT']), Logger: quiet,
                           AccessLog: [], StartCallback: -> { puts told.to_json; $stdout.flush })
"""


class Redmine(NamedTuple):
    """A running Redmine."""

    url: str
    known: dict[str, Any]
    """`robot`, `stranger`: API keys. `manager`, `watcher`: ids of people. `field`, `tracker`, `version`."""


@contextmanager
def running(markup: str = "textile") -> Iterator[Redmine]:
    """Run one; its folder goes with it."""
    folder = Path(tempfile.mkdtemp(prefix="revizor-redmine-"))
    address = own_address()
    try:
        place = _copied(folder)
        (folder / "setup.rb").write_text(_RUNNER)
        process = subprocess.Popen(
            ["bundle", "exec", "rails", "runner", str(folder / "setup.rb")],
            cwd=place,
            env=_environment(place, address, markup),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=(folder / "log").open("wb"),
        )
        try:
            known = _heard(process, folder)
            yield Redmine(f"http://{address}:{_PORT}", known)
        finally:
            process.kill()
            process.wait(20)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def redmine() -> Iterator[Redmine]:
    """One for the whole session."""
    if not (_PACKAGE / "config.ru").exists() or shutil.which("bundle") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("Redmine is not installed, and CI tests with it")
        pytest.skip("Redmine is not installed")
    with running() as here:
        yield here


def _copied(folder: Path) -> Path:
    """Copy the application, 15 MB: Debian's keeps its data where only it may write."""
    place = folder / "redmine"
    left_out = shutil.ignore_patterns("instances", "Gemfile.lock", "help", "locales.bak")
    shutil.copytree(_PACKAGE, place, symlinks=False, ignore=left_out, ignore_dangling_symlinks=True)
    own = place / "instances" / "default"
    for name in ("config", "log", "tmp", "files"):
        (own / name).mkdir(parents=True)
    (own / "config" / "database.yml").write_text(_DATABASE.format(folder=folder))
    (own / "config" / "secret_key.txt").write_text("0" * 64)
    # It looks for the database's kind where the package has its own instances.
    gemfile = (place / "Gemfile").read_text().replace("/usr/share/redmine", str(place))
    (place / "Gemfile").write_text(gemfile)
    (place / "Gemfile.local").write_text("gem 'webrick'\n")
    return place


def _environment(place: Path, address: str, markup: str) -> dict[str, str]:
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": str(place.parent),
        "LANG": "C.UTF-8",
        "RAILS_ENV": "production",
        "BUNDLE_GEMFILE": str(place / "Gemfile"),
        "BUNDLER_VERSION": bundler_version(),
        "HOST": address,
        "PORT": str(_PORT),
        "MARKUP": markup,
    }


def bundler_version() -> str:
    """Return Debian's own bundler, which knows Debian's gems; one that Ruby brings does not."""
    asked = ["dpkg-query", "-W", "-f=${Version}", "ruby-bundler"]
    told = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    return told.partition("-")[0]


def _heard(process: subprocess.Popen[bytes], folder: Path) -> dict[str, Any]:
    import selectors

    assert process.stdout
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        line = process.stdout.readline() if selector.select(_START) else b""
    if not line.startswith(b"{"):
        log = (folder / "log").read_text(errors="replace")[-3000:]
        raise RuntimeError(f"Redmine did not start: {line!r}\n{log}")
    known: dict[str, Any] = json.loads(line)
    return known


if __name__ == "__main__":
    with running(*sys.argv[1:]) as here:
        print(here)
        input()
