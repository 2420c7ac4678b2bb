"""The web of the lab: an nginx that shows each firm its own page under its own certificate."""

from __future__ import annotations

import gzip
from pathlib import Path

from tests.benchmarks.audit.firms import Firm
from tests.benchmarks.audit.zones import SERVICES
from tests.internet.authority import Authority

# The certificate is chosen as the name comes in: ten thousand blocks of it would say the same.
_CONFIG = """daemon off;
user root;
worker_processes 1;
worker_rlimit_nofile 16384;
pid {folder}/nginx.pid;
error_log {folder}/error.log error;
events {{ worker_connections 4096; }}
http {{
  log_format visit '$msec $server_port $host $request_uri';
  access_log {log};
  server_tokens off;
  keepalive_timeout 5;
  default_type text/html;
  charset utf-8;
  ssl_protocols TLSv1.2 TLSv1.3;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  map $ssl_server_name $label {{
    default services;
    ~^(?:www\\.)?(?<bare>firm[0-9]+\\.[a-z]+)$ $bare;
  }}
  server {{
    listen 80 default_server backlog=4096;
    root {folder}/default;
  }}
  server {{
    listen 80;
    server_name ~^(?:www\\.)?firm[0-9]+\\.[a-z]+$;
    return 301 https://$host$request_uri;
  }}
  server {{
    listen 443 ssl default_server backlog=4096;
    ssl_reject_handshake on;
  }}
  server {{
    listen 443 ssl;
    server_name ~^(?:www\\.)?(?<firm>firm[0-9]+\\.[a-z]+)$;
    ssl_certificate {tls}/$label.crt;
    ssl_certificate_key {tls}/$label.key;
    root {folder}/pages;
    gzip_static always;
    location = / {{ rewrite ^ /$firm.html break; }}
  }}
  server {{
    listen 443 ssl;
    server_name crt.sh api.certspotter.com data.iana.org rdap.db.ripe.net;
    ssl_certificate {tls}/services.crt;
    ssl_certificate_key {tls}/services.key;
    default_type application/json;
    location /rdap/ {{ return 200 '{{"version": "1.0", "services": []}}'; }}
    location /ip/ {{ return 404 '{{"errorCode": 404}}'; }}
    location / {{ return 200 '[]'; }}
  }}
}}
"""


def write(
    folder: Path, tls: Path, firms: list[Firm], authority: Authority, visits: Path | None = None
) -> None:
    """Write the pages and nginx.conf; issue every certificate into the authority's folder `tls`.

    Every request is noted in the file `visits`, if there is to be one.
    """
    pages = folder / "pages"
    pages.mkdir(parents=True)
    for firm in firms:
        packed = gzip.compress(firm.page().encode(), 5, mtime=0)
        (pages / f"{firm.name}.html.gz").write_bytes(packed)
        wrong = firm.fault == "wrong_name"
        names = ["panel.old-server-lab.ru"] if wrong else [firm.name, f"www.{firm.name}"]
        authority.issue(firm.name, names, tls=firm.fault)
    authority.issue("services", [name for name in SERVICES if not name.startswith("ns")])
    default = folder / "default"
    default.mkdir()
    (default / "index.html").write_text("<title>Сайт не настроен</title><p>Хостинг.</p>", "utf-8")
    log = f"{visits} visit buffer=64k flush=1s" if visits else "off"
    (folder / "nginx.conf").write_text(_CONFIG.format(folder=folder, tls=tls, log=log))
