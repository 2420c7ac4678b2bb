"""Where the processor time goes: a sampler of CPU time, cheap enough to leave the run as it is."""

from __future__ import annotations

import signal
import threading
import time
from collections import defaultdict
from contextvars import ContextVar
from pathlib import Path
from types import FrameType
from typing import Any

from msgspec.structs import replace

from probes.kit.catalog import all_probes
from probes.kit.declare import Probe
from tests.benchmarks.audit.measure import Measured

INTERVAL = 0.002
LARGEST = 60

Spent = defaultdict[str, float]

_THREADS = {"writer": "the database's writer", "asyncio_": "names tried by the thousand"}
"""What the threads beside the main one do, by how their names begin."""
_look: ContextVar[str] = ContextVar("look", default="(no look)")
_ROOT = str(Path(__file__).parents[3]) + "/"

_PARTS = (
    ("probes/kit/net/dns_", "DNS"),
    ("probes/kit/dns.py", "DNS"),
    ("probes/dns_records.py", "DNS"),
    ("probes/addresses.py", "DNS"),
    ("probes/delegation.py", "DNS"),
    ("probes/mail_policy.py", "DNS"),
    ("probes/service_records.py", "DNS"),
    ("probes/dnssec.py", "DNS"),
    ("probes/kit/dnssec.py", "DNS"),
    ("probes/name_servers.py", "DNS"),
    ("probes/relied_domain.py", "DNS"),
    ("probes/kit/net/server_door.py", "DNS"),
    ("probes/old_tls.py", "HTTP and TLS"),
    ("probes/mta_sts_policy.py", "HTTP and TLS"),
    ("probes/microsoft_tenant.py", "APIs"),
    ("probes/kit/spf.py", "DNS"),
    ("probes/kit/sender_tree.py", "DNS"),
    ("probes/kit/net/tls", "HTTP and TLS"),
    ("probes/kit/net/handshakes.py", "HTTP and TLS"),
    ("probes/kit/net/http", "HTTP and TLS"),
    ("probes/kit/net/inflate.py", "HTTP and TLS"),
    ("probes/kit/net/wire.py", "HTTP and TLS"),
    ("probes/kit/net/web_address.py", "HTTP and TLS"),
    ("asyncio/sslproto.py", "HTTP and TLS"),
    ("/ssl.py", "HTTP and TLS"),
    ("probes/kit/net/whois", "WHOIS"),
    ("probes/kit/registry/", "WHOIS"),
    ("probes/registration.py", "WHOIS"),
    ("probes/kit/net/smtp", "SMTP"),
    ("probes/mail_server.py", "SMTP"),
    ("probes/kit/net/api", "APIs"),
    ("probes/kit/net/guarded_", "APIs"),
    ("probes/certificate_log.py", "APIs"),
    ("probes/kit/certificate_search.py", "APIs"),
    ("probes/address_owner.py", "APIs"),
    ("probes/address_neighbours.py", "DNS"),
    ("probes/kit/announcement.py", "APIs"),
    ("probes/kit/rdap_network.py", "APIs"),
    ("probes/kit/net/trust.py", "certificates"),
    ("probes/kit/certificate.py", "certificates"),
    ("probes/tls_certificate.py", "certificates"),
    ("probes/website.py", "pages"),
    ("probes/kit/page", "pages"),
    ("probes/kit/legal_", "pages"),
    ("probes/kit/upkeep.py", "pages"),
    ("probes/kit/signs.py", "pages"),
    ("probes/kit/web_host.py", "pages"),
    ("probes/kit/counters.py", "pages"),
    ("probes/kit/fingerprints.py", "pages"),
    ("probes/kit/trail.py", "pages"),
    ("probes/kit/net/tape.py", "recording"),
    ("probes/", "queues, guard, dialling"),
    ("scanner/evidence/", "evidence"),
    ("scanner/database/", "evidence"),
    ("scanner/runs/", "engine, progress"),
    ("scanner/cli/", "engine, progress"),
    ("scanner/discovery/", "discovery"),
    ("scanner/verdicts/", "judging"),
    ("scanner/registry/", "registry"),
    ("scanner/document", "document"),
    ("scanner/", "engine, progress"),
    ("reports/", "report"),
)


class Sampler:
    """Charges CPU time to the function of ours it was spent in or below.

    Signals reach the main thread only: what another thread used in the meantime is one sum.
    """

    def __init__(self) -> None:
        """Name the looks, so that what a callback does is charged to the look that set it up."""
        catalog = all_probes()
        catalog.update({name: _named(probe) for name, probe in catalog.items()})
        self._parts: Spent = defaultdict(float)
        self._probes: Spent = defaultdict(float)
        self._lines: Spent = defaultdict(float)

    def start(self) -> None:
        """Begin; in the main thread."""
        self._last = time.thread_time()
        self._others = _others()
        signal.signal(signal.SIGPROF, self._tick)
        signal.setitimer(signal.ITIMER_PROF, INTERVAL, INTERVAL)

    def stop(self, measured: Measured) -> None:
        """End, and note the sums."""
        signal.setitimer(signal.ITIMER_PROF, 0)
        measured.parts = _largest(self._parts)
        measured.probes = _largest(self._probes)
        measured.lines = _largest(self._lines)

    def _tick(self, _: int, frame: FrameType | None) -> None:
        now, others = time.thread_time(), _others()
        spent, self._last = now - self._last, now
        for thread, used in others.items():
            self._parts[thread] += used - self._others.get(thread, 0.0)
            self._probes[thread] += used - self._others.get(thread, 0.0)
        self._others = others
        self._probes[_look.get()] += spent
        part, line = _place(frame)
        self._parts[part] += spent
        self._lines[line] += spent


def _others() -> Spent:
    """CPU seconds that each kind of thread beside the main one has used so far."""
    used: Spent = defaultdict(float)
    for thread in threading.enumerate():
        if thread.ident is not None and thread is not threading.main_thread():
            clock = time.pthread_getcpuclockid(thread.ident)
            known = (does for name, does in _THREADS.items() if thread.name.startswith(name))
            used[f"thread: {next(known, thread.name)}"] += time.clock_gettime(clock)
    return used


def _place(frame: FrameType | None) -> tuple[str, str]:
    """The part, and the innermost function of ours with what it had called."""
    called = ""
    while frame is not None and frame.f_code.co_name != "run_forever":
        name = frame.f_code.co_filename
        ours = name.removeprefix(_ROOT)
        if ours != name or "asyncio/sslproto" in name:
            for beginning, part in _PARTS:
                if ours.startswith(beginning) or (beginning in ours and beginning[:1] in "a/"):
                    where = f"{ours.rpartition('lib/')[2]}:{frame.f_code.co_qualname}"
                    return part, f"{where}{f' > {called}' if called else ''}"
        elif not called or "/asyncio/" not in name:
            called = f"{Path(name).parent.name}/{Path(name).name}:{frame.f_code.co_name}"
        frame = frame.f_back
    return "event loop", "(event loop)"


def _largest(spent: Spent) -> dict[str, float]:
    return dict(sorted(spent.items(), key=lambda pair: -pair[1])[:LARGEST])


def _named(probe: Probe[Any, Any]) -> Probe[Any, Any]:
    async def look(target: Any, net: Any) -> Any:
        _look.set(probe.name)
        return await probe.look(target, net)

    return replace(probe, look=look)
