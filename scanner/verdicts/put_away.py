"""Findings that wait for the turn of what they are about: those of a whole estate, so packed small."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from msgspec import Raw, Struct, field
from msgspec.msgpack import Decoder, encode
from msgspec.structs import astuple
from zstandard import ZstdCompressor, ZstdDecompressor

from scanner.assets import Asset, Kind, Use
from scanner.assets.estate import Params
from scanner.verdicts.verdict import Finding

TOGETHER = 16
"""Things of a kind that are packed as one: what is said of neighbours is nearly the same."""
_Row = tuple[str, Use | None, str, Params, tuple[str, ...], datetime | None, str]
_ROWS = Decoder(list[_Row])
_THINGS = Decoder(list[Raw])


class _Shelf(Struct):
    """What waits of one kind."""

    packed: list[bytes] = field(default_factory=list)
    loose: list[Raw] = field(default_factory=list)
    """What was kept last, until there is enough to pack."""
    at_hand: int = -1
    """The pack that was opened last: things are asked for nearly in the order in which they came."""
    opened: list[Raw] = field(default_factory=list)


class PutAway:
    """Keeps findings by what they are about, each until it is taken."""

    def __init__(self) -> None:
        self._places: dict[Asset, int] = {}
        self._shelves: dict[Kind, _Shelf] = {kind: _Shelf() for kind in Kind}
        self._press, self._back = ZstdCompressor(level=1), ZstdDecompressor()

    def keep(self, asset: Asset, findings: Iterable[Finding]) -> None:
        """Put away what was found of a thing."""
        shelf = self._shelves[asset.kind]
        self._places[asset] = len(shelf.packed) * TOGETHER + len(shelf.loose)
        shelf.loose.append(Raw(encode([astuple(finding) for finding in findings])))
        if len(shelf.loose) == TOGETHER:
            # Copied: what the compressor gives takes the room that the rows might have needed at worst.
            shelf.packed.append(bytes(memoryview(self._press.compress(encode(shelf.loose)))))
            shelf.loose = []

    def take(self, asset: Asset) -> list[Finding]:
        """Give out what was put away of a thing, once; KeyError for what was not, or was taken."""
        shelf = self._shelves[asset.kind]
        pack, place = divmod(self._places.pop(asset), TOGETHER)
        if pack == len(shelf.packed):
            rows = shelf.loose[place]
        else:
            if pack != shelf.at_hand:
                shelf.opened = _THINGS.decode(self._back.decompress(shelf.packed[pack]))
                shelf.at_hand = pack
            rows = shelf.opened[place]
        return [Finding(*row) for row in _ROWS.decode(rows)]
