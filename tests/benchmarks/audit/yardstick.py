"""How fast this machine is just now: `python -m tests.benchmarks.audit.yardstick COUNT FOLDER`.

The CPU time of one blocking TLS handshake, most of it OpenSSL's own, with so many firms. The lab's
targets were set on a machine where it takes 1.0 to 1.25 ms; elsewhere they scale with it.
"""

from __future__ import annotations

import socket
import ssl
import sys

import msgspec

from tests.benchmarks.audit.firms import firms
from tests.benchmarks.audit.measure import Meter


def main(count: int) -> None:
    """Shake hands with each firm once."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    known = firms(count)
    meter = Meter(count)
    for firm in known:
        with (
            socket.create_connection((firm.address, 443), 10) as connection,
            context.wrap_socket(connection, server_hostname=firm.name),
        ):
            pass
    print(msgspec.json.encode(meter.stop()).decode())


if __name__ == "__main__":
    main(int(sys.argv[1]))
