"""The child process of second_opinion: python-whois reads a text from stdin, JSON goes to stdout.

It stands alone on purpose (`python -I second_parser.py`): nothing of ours is imported, and the limits
below hold even if the parent dies before it can kill this process.
"""

import json
import resource
import sys

_SECONDS = 3
_BYTES = 536_870_912


def _listed(value: object) -> list[str]:
    values = value if isinstance(value, list | tuple | set) else [value]
    return [str(one)[:300] for one in values if one][:50]


def main() -> int:
    """Read `[name, text]`, print the fields that python-whois finds; 1 when it finds no record."""
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_BYTES, _BYTES))
    name, text = json.load(sys.stdin)

    from whois.exceptions import PywhoisError
    from whois.parser import WhoisEntry

    try:
        entry = WhoisEntry.load(name, text)
    # It raises whatever its dialects stumble over; any of it means: no second opinion.
    except (PywhoisError, ValueError, TypeError, IndexError, KeyError, AttributeError):
        return 1
    names = {
        "domain": "domain_name",
        "registrar": "registrar",
        "created": "creation_date",
        "updated": "updated_date",
        "expires": "expiration_date",
        "statuses": "status",
        "name_servers": "name_servers",
    }
    json.dump({ours: _listed(entry.get(theirs)) for ours, theirs in names.items()}, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
