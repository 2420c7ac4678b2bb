"""A plain visitor of the lab: reads questions as JSON on stdin, asks them, prints the answers.

It shares no code with the product, so that a mistake of the product cannot hide a mistake of the lab.
A question is a list: `["dns", name, type]` (of the resolver) or `["dns", name, type, server]`,
`["transfer", name, server]`, `["whois", server, query]`, `["get", url]`, `["smtp", host, recipient]`, `["connect", address, port]`, and
`["taste", host, seconds]`: what comes over plain HTTP in so many seconds.
"""

from __future__ import annotations

import json
import smtplib
import socket
import ssl
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import dns.exception
import dns.message
import dns.query
import dns.rcode
import dns.xfr
import dns.zone

PATIENCE = 3.0
RESOLVER = "198.18.0.53"


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follows no redirection."""

    def redirect_request(self, *_: object, **__: object) -> None:
        return None


def ask(question: list[Any]) -> Any:
    """The answer to one question; a failure is a string that names it."""
    kind, *rest = question
    asked: dict[str, Callable[..., Any]] = {
        "dns": _dns,
        "transfer": _transfer,
        "whois": _whois,
        "get": _get,
        "smtp": _smtp,
        "connect": _connect,
        "taste": _taste,
    }
    try:
        return asked[kind](*rest)
    except (dns.exception.Timeout, TimeoutError):
        return "timeout"
    except ssl.SSLCertVerificationError as error:
        return f"certificate: {error.verify_message}"
    except urllib.error.URLError as error:
        reason = error.reason
        if isinstance(reason, ssl.SSLCertVerificationError):
            return f"certificate: {reason.verify_message}"
        said = reason.strerror if isinstance(reason, OSError) else reason
        return "timeout" if isinstance(reason, TimeoutError) else f"failed: {said}"
    except OSError as error:
        return f"failed: {error.strerror or error}"


def _dns(name: str, kind: str, server: str = RESOLVER) -> dict[str, Any]:
    message = dns.message.make_query(name, kind)
    message.flags |= 0x0100 if server == RESOLVER else 0
    answer, _ = dns.query.udp_with_fallback(message, server, timeout=PATIENCE)
    sections = (answer.answer, answer.authority)
    records = [
        [f"{s.name} {dns.rdatatype.to_text(s.rdtype)} {r}" for s in part for r in s]
        for part in sections
    ]
    return {
        "rcode": dns.rcode.to_text(answer.rcode()),
        "answers": sorted(records[0]),
        "authority": sorted(records[1]),
    }


def _transfer(name: str, server: str) -> list[str] | str:
    zone = dns.zone.Zone(name)
    try:
        dns.query.inbound_xfr(server, zone, timeout=PATIENCE)
    except dns.xfr.TransferError as error:
        return dns.rcode.to_text(error.rcode)
    return sorted(str(label) for label in zone.nodes)


def _whois(server: str, query: str) -> str:
    with socket.create_connection((server, 43), PATIENCE) as stream:
        stream.sendall(f"{query}\r\n".encode())
        return b"".join(iter(lambda: stream.recv(4096), b"")).decode()


def _get(url: str, cookie: str = "") -> dict[str, Any]:
    secure = urllib.request.HTTPSHandler(context=ssl.create_default_context())
    opener = urllib.request.build_opener(_Stay, secure)
    request = urllib.request.Request(url, headers={"Cookie": cookie} if cookie else {})
    try:
        answer = opener.open(request, timeout=PATIENCE)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        body = answer.read(8_000_000).decode("utf-8", "replace")
        return {"status": answer.status, "headers": dict(answer.headers), "body": body}


def _smtp(host: str, recipient: str) -> dict[str, Any]:
    with smtplib.SMTP(host, timeout=PATIENCE) as server:
        server.ehlo("visitor.lab")
        offers = server.has_extn("starttls")
        if offers:
            server.starttls(context=ssl.create_default_context())
            server.ehlo("visitor.lab")
        server.mail("")
        code, _ = server.rcpt(recipient)
        return {"starttls": offers, "recipient": code}


def _connect(address: str, port: int) -> str:
    with socket.create_connection((address, port), PATIENCE):
        return "open"


def _taste(host: str, seconds: float) -> str:
    deadline = time.monotonic() + seconds
    received = b""
    with socket.create_connection((host, 80), PATIENCE) as stream:
        stream.sendall(f"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        while (left := deadline - time.monotonic()) > 0 and len(received) < 50_000:
            stream.settimeout(left)
            try:
                piece = stream.recv(4096)
            except TimeoutError:
                break
            if not piece:
                return received.decode("latin-1") + "(end)"
            received += piece
    return received.decode("latin-1")


if __name__ == "__main__":
    questions = json.load(sys.stdin)
    with ThreadPoolExecutor(32) as pool:
        json.dump(list(pool.map(ask, questions)), sys.stdout, ensure_ascii=False)
