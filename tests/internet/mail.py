"""Writes postfix's configuration: one smtpd for each mail host, each under its own name."""

from __future__ import annotations

import os
import pwd
import shutil
from pathlib import Path

from tests.internet.authority import Authority
from tests.internet.population import Population

MAIN = """compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
mydestination = {domains}
local_recipient_maps =
alias_maps =
mynetworks =
inet_interfaces = loopback-only
smtpd_relay_restrictions = reject_unauth_destination
smtpd_peername_lookup = no
smtpd_tls_security_level = may
smtpd_tls_loglevel = 0
default_transport = discard
local_transport = discard
"""

SERVICES = """rewrite unix - - n - - trivial-rewrite
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
anvil unix - - n - 1 anvil
proxymap unix - - n - - proxymap
discard unix - - n - - discard
postlog unix-dgram n - n - 1 postlogd
"""

QUEUES = ("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "saved")


class Mail:
    """The ordinary mail servers of a population, written into a folder."""

    def __init__(self, world: Population, folder: Path, authority: Authority) -> None:
        """Write nothing yet."""
        self.world = world
        self.folder = folder
        self.authority = authority
        self.hosts = {
            server.address: server.smtp
            for server in world.servers()
            if server.smtp and not server.behaves
        }

    def write(self) -> None:
        """Write main.cf, master.cf and the queue; issue the mail hosts' certificates."""
        self.folder.mkdir()
        clients = [name for name in self.world.owners if self.world.domains[name].zone]
        main = MAIN.format(folder=self.folder, domains=", ".join(clients))
        (self.folder / "main.cf").write_text(main)
        services = SERVICES
        for address, host in self.hosts.items():
            self.authority.issue(host, [host])
            files = self.authority.folder / host
            services += f"{address}:25 inet n - n - - smtpd\n  -o myhostname={host}\n"
            services += f"  -o smtpd_tls_cert_file={files}.crt -o smtpd_tls_key_file={files}.key\n"
        (self.folder / "master.cf").write_text(services)
        self._queue()

    def _queue(self) -> None:
        """Make the folders that postfix wants to find, with the owners it wants."""
        postfix = pwd.getpwnam("postfix")
        queue = self.folder / "queue"
        for name in ("", "pid", *QUEUES, "private", "maildrop", "public"):
            (queue / name).mkdir()
            if name and name != "pid":
                os.chown(queue / name, postfix.pw_uid, postfix.pw_gid)
        (queue / "private").chmod(0o700)
        (queue / "public").chmod(0o710)
        shutil.chown(queue / "public", "postfix", "postdrop")
        data = self.folder / "data"
        data.mkdir()
        os.chown(data, postfix.pw_uid, postfix.pw_gid)
