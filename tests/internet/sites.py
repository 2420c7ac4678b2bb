"""Writes nginx's configuration: shared addresses, virtual hosts, default pages, certificates."""

from __future__ import annotations

import itertools
import os
from datetime import timedelta
from pathlib import Path

from tests.internet import pages, papers
from tests.internet.authority import Authority
from tests.internet.domains import Domain, Site
from tests.internet.population import Population, Server

HEAD = """daemon off;
user root;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  server_tokens off;
  server_names_hash_bucket_size 128;
  default_type text/html;
  charset utf-8;
  types {{
    application/javascript js; text/html html; text/plain txt; text/xml xml; image/x-icon ico;
  }}
  ssl_protocols TLSv1.2 TLSv1.3;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
"""


class Sites:
    """The ordinary web of a population, written into a folder."""

    def __init__(self, world: Population, folder: Path, authority: Authority) -> None:
        """Write nothing yet."""
        self.world = world
        self.folder = folder
        self.authority = authority
        self.web = {
            address: server
            for server in world.servers()
            if server.page and not server.behaves
            for address in server.addresses
        }
        self.with_tls: set[str] = set()

    def write(self) -> None:
        """Write the pages and nginx.conf; issue the certificates that the sites serve."""
        self.folder.mkdir()
        blocks = [
            self._site(domain, site)
            for domain in self.world.domains.values()
            for site in domain.site
        ]
        blocks += [self._default(address, server) for address, server in self.web.items()]
        text = HEAD.format(folder=self.folder) + "".join(blocks) + "}\n"
        (self.folder / "nginx.conf").write_text(text)

    def addresses(self, domain: Domain, site: Site) -> list[str]:
        """Where nginx answers for a site: the addresses its zone gives, if nginx has them."""
        found = [a for host in domain.hosts(site) for a in self.world.addresses(host)]
        return [address for address in dict.fromkeys(found) if address in self.web]

    def _site(self, domain: Domain, site: Site) -> str:
        hosts = domain.hosts(site)
        root = self.folder / hosts[0].replace("*", "_")
        if site.port != 443:
            self._pages(root, site)
            return self._elsewhere(hosts, site, root)
        addresses = self.addresses(domain, site)
        if not addresses:
            return ""
        self._pages(root, site)
        lines = [f"root {root};", *(f"listen {_socket(address)}:80;" for address in addresses)]
        names = f"server_name {' '.join(hosts)};"
        if site.tls == "none":
            return _block([*lines, names, *_behaviour(site)])
        secure = [f"listen {_socket(address)}:443 ssl;" for address in addresses]
        self.with_tls.update(addresses)
        certificate = self._certificate(hosts, site)
        upgrade = [*lines, names, "return 301 https://$host$request_uri;"]
        return _block(upgrade) + _block([lines[0], *secure, names, *certificate, *_behaviour(site)])

    def _elsewhere(self, hosts: list[str], site: Site, root: Path) -> str:
        """A site on a port of its own, at an address where nobody listens on the usual ones."""
        addresses = dict.fromkeys(a for host in hosts for a in self.world.addresses(host))
        listen = [f"listen {_socket(address)}:{site.port} ssl;" for address in addresses]
        names = f"server_name {' '.join(hosts)};"
        certificate = self._certificate(hosts, site)
        return _block([f"root {root};", *listen, names, *certificate, *_behaviour(site)])

    def _certificate(self, hosts: list[str], site: Site) -> list[str]:
        names = site.names or hosts
        if site.tls == "wrong_name":
            names = ["panel.old-server-lab.ru"]
        self.authority.issue(
            hosts[0],
            names,
            ago=site.ago,
            days=site.days,
            issuer=site.issuer,
            tls=site.tls,
            organisation=site.organisation,
        )
        return self._files(hosts[0])

    def _files(self, label: str) -> list[str]:
        path = self.authority.folder / label.replace("*", "_")
        return [f"ssl_certificate {path}.crt;", f"ssl_certificate_key {path}.key;"]

    def _pages(self, root: Path, site: Site) -> None:
        root.mkdir()
        source = self.world.domain(site.same_as).site[0] if site.same_as else site
        page = papers.dated(pages.render(source), self.authority.now)
        (root / "index.html").write_text(page, "utf-8")
        (root / "challenge.html").write_text(pages.text("cookie-challenge"), "utf-8")
        for name, text in source.files.items():
            (root / name).parent.mkdir(exist_ok=True)
            (root / name).write_text(papers.dated(text, self.authority.now), "utf-8")
        if source.icon:
            (root / "favicon.ico").write_bytes(pages.icon(source.icon))
        if site.page == "js-shell":
            (root / "assets").mkdir()
            script = 'document.getElementById("root").textContent = "…";\n'
            (root / "assets" / "index-4f9a1c.js").write_text(script, "utf-8")
        if site.edited:
            changed = (self.authority.now - timedelta(days=site.edited)).timestamp()
            for file in root.iterdir():
                os.utime(file, (changed, changed))

    def _default(self, address: str, server: Server) -> str:
        """What a Host that nobody set up gets at an address."""
        root = self.folder / f"default-{address.replace(':', '-')}"
        root.mkdir()
        listen = [f"listen {_socket(address)}:80 default_server;"]
        secure = [f"listen {_socket(address)}:443 ssl default_server;"]
        if server.page == "close":
            behaviour = ["return 444;"]
        else:
            (root / "index.html").write_text(pages.text(server.page), "utf-8")
            behaviour = ["location / { try_files /index.html =404; }"]
        block = _block([f"root {root};", *listen, *behaviour])
        if server.certificate:
            label = f"default/{server.certificate[0]}"
            self.authority.issue(label, server.certificate)
            files = self._files(label.replace("/", "_"))
            return block + _block([f"root {root};", *secure, *files, *behaviour])
        if address in self.with_tls:
            return block + _block([*secure, "ssl_reject_handshake on;"])
        return block


def _behaviour(site: Site) -> list[str]:
    """The directives that make a site answer as the population says."""
    lines = [
        f'add_header {name} "{_quoted(value)}" always;' for name, value in site.headers.items()
    ]
    media, _, charset = site.type.partition(";")
    lines.append(f"default_type {media};")
    if not charset:
        lines += ["types { }", "charset off;"]
    if site.refuses_head:
        lines.append("if ($request_method = HEAD) { return 405; }")
    if site.redirect:
        status = site.status if site.status in range(300, 400) else 301
        return [*lines, f"return {status} {site.redirect};"]
    if site.status != 200:
        page = "location = /index.html { internal; }"
        return [
            *lines,
            f"error_page {site.status} /index.html;",
            page,
            f"location / {{ return {site.status}; }}",
            *(f"location = /{name} {{ }}" for name in site.files),
        ]
    home = "try_files /index.html =404;"
    if site.cookie_gate:
        name, _, value = site.cookie_gate.partition("=")
        gate = f"if ($cookie_{name} != {value}) {{ rewrite ^ /challenge.html last; }}"
        return [*lines, "location = /challenge.html { }", f"location = / {{ {gate} {home} }}"]
    if site.hops:
        steps = ["/", *(f"/step-{number}" for number in range(1, site.hops + 1))]
        pairs = itertools.pairwise(steps)
        lines += [f"location = {here} {{ return 302 {there}; }}" for here, there in pairs]
        return [*lines, f"location = {steps[-1]} {{ {home} }}"]
    return [*lines, f"location = / {{ {home} }}"]


def _block(lines: list[str]) -> str:
    return "  server {\n" + "".join(f"    {line}\n" for line in lines) + "  }\n"


def _socket(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
