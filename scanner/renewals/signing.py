"""What has become of a list since the client signed it."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct


class Difference(Struct, frozen=True):
    """Rows that are not as they were signed, by id."""

    added: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    changed: tuple[tuple[str, str, str], ...] = ()
    """Id, the verdict that was signed, the verdict now."""

    def __bool__(self) -> bool:
        return bool(self.added or self.gone or self.changed)


def difference(signed: Mapping[str, str], now: Mapping[str, str]) -> Difference:
    """Compare two lists of proposals, given as id → verdict."""
    both = sorted(signed.keys() & now.keys())
    return Difference(
        added=tuple(sorted(now.keys() - signed.keys())),
        gone=tuple(sorted(signed.keys() - now.keys())),
        changed=tuple((id_, signed[id_], now[id_]) for id_ in both if signed[id_] != now[id_]),
    )
