"""Postfix on loopback: takes letters for one domain, over STARTTLS, and lays them into folders."""

from __future__ import annotations

import email
import email.policy
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.peers.web import Authority
from tests.probes.kit.net.loopback import own_address

DOMAIN = "agency.example"
_MASTER = Path("/usr/lib/postfix/sbin/master")
_PORT = 2525
_QUEUES = ("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "saved")

_MAIN = """compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
myhostname = relay.{domain}
mydestination =
local_recipient_maps =
alias_maps =
mynetworks =
inet_interfaces = loopback-only
smtpd_relay_restrictions = reject_unauth_destination
smtpd_peername_lookup = no
smtpd_tls_security_level = may
smtpd_tls_received_header = yes
smtpd_tls_chain_files = {folder}/tls.pem
virtual_mailbox_domains = {domain}
virtual_mailbox_base = {folder}/boxes
virtual_mailbox_maps = inline:{{ petrov@{domain}=petrov/ ivanova@{domain}=ivanova/ }}
virtual_minimum_uid = 1
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
default_transport = discard
local_transport = discard
"""

_SERVICES = """{address}:{port} inet n - n - - smtpd
rewrite unix - - n - - trivial-rewrite
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
tlsmgr unix - - n 1000? 1 tlsmgr
anvil unix - - n - 1 anvil
proxymap unix - - n - - proxymap
virtual unix - n n - - virtual
discard unix - - n - - discard
postlog unix-dgram n - n - 1 postlogd
"""


class Postfix(NamedTuple):
    """A running relay."""

    address: str
    port: int
    folder: Path

    def letters(self, box: str, count: int) -> list[EmailMessage]:
        """Return what lies in a box, once there are so many; whatever comes within a minute counts."""
        deadline = time.monotonic() + 60
        while True:
            found = sorted((self.folder / "boxes" / box / "new").glob("*"))
            if len(found) >= count or time.monotonic() > deadline:
                policy = email.policy.default
                return [email.message_from_bytes(one.read_bytes(), policy=policy) for one in found]
            time.sleep(0.05)


@contextmanager
def running(authority: Authority) -> Iterator[Postfix]:
    """Run one whose certificate is for its address; its folder goes with it."""
    folder = Path(tempfile.mkdtemp(prefix="revizor-postfix-"))
    address = own_address()
    folder.chmod(0o755)
    try:
        _write(folder, address, authority)
        with (folder / "out").open("wb") as output:
            master = subprocess.Popen(
                [_MASTER, "-d", "-c", folder],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            _wait(address, master, folder)
            yield Postfix(address, _PORT, folder)
        finally:
            master.terminate()
            master.wait(20)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postfix(authority: Authority) -> Iterator[Postfix]:
    """One for the whole session."""
    reasons = [] if _MASTER.exists() else ["postfix is not installed"]
    if os.geteuid() != 0:
        reasons.append("postfix wants to be started by root")
    if reasons:
        if os.environ.get("CI") == "true":
            pytest.fail("; ".join(reasons))
        pytest.skip("; ".join(reasons))
    with running(authority) as here:
        yield here


def _write(folder: Path, address: str, authority: Authority) -> None:
    chain, key = authority.files(address)
    (folder / "tls.pem").write_bytes(key + chain)
    (folder / "tls.pem").chmod(0o600)
    user = pwd.getpwnam("postfix")
    nobody = pwd.getpwnam("nobody")
    main = _MAIN.format(folder=folder, domain=DOMAIN, uid=nobody.pw_uid, gid=nobody.pw_gid)
    (folder / "main.cf").write_text(main)
    (folder / "master.cf").write_text(_SERVICES.format(address=address, port=_PORT))
    boxes = folder / "boxes"
    boxes.mkdir()
    os.chown(boxes, nobody.pw_uid, nobody.pw_gid)
    queue = folder / "queue"
    for name in ("", "pid", *_QUEUES, "private", "maildrop", "public", "trace"):
        (queue / name).mkdir()
        if name and name != "pid":
            os.chown(queue / name, user.pw_uid, user.pw_gid)
    (queue / "private").chmod(0o700)
    (queue / "public").chmod(0o710)
    shutil.chown(queue / "public", "postfix", "postdrop")
    (folder / "data").mkdir()
    os.chown(folder / "data", user.pw_uid, user.pw_gid)


def _wait(address: str, master: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if master.poll() is not None:
            break
        with socket.socket() as knock:
            knock.settimeout(1)
            if knock.connect_ex((address, _PORT)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("postfix did not start: " + (folder / "out").read_text(errors="replace"))
