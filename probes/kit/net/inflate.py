"""Unpacking a compressed body under a cap: a bomb costs its cap, not its promise."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable, Iterable

_STEP = 65_536
_GZIP = 16 + zlib.MAX_WBITS
_LAYERS = 2
_SLACK = 65_536
"""A packed body may be a little longer than its content; never much."""
_MOST_MEMBERS = 1_000
"""Gzip members of one layer: each costs us more than its twenty bytes cost the sender."""


class Unpackable(Exception):
    """An encoding we did not ask for, or bytes that are not what their header says."""


class Inflater:
    """Takes the bytes of a body as they come and keeps at most `cap` decoded ones.

    Understands gzip and deflate (with or without the zlib wrapper), at most two layers.
    """

    def __init__(
        self,
        encodings: Iterable[str],
        cap: int,
        wants_more: Callable[[bytes], bool] = lambda _: True,
    ) -> None:
        """Take the values of Content-Encoding in the order in which they were applied.

        `wants_more` is shown every decoded piece, at most 64 KiB of a packed body, and may end it all.
        """
        names = [name.strip().lower() for value in encodings for name in value.split(",")]
        packed = [name for name in names if name not in ("", "identity")]
        strange = [name for name in packed if name not in ("gzip", "x-gzip", "deflate")]
        if strange or len(packed) > _LAYERS:
            raise Unpackable(f"content-encoding {', '.join(names)[:60]}")
        self._layers = [_Layer(name, cap + _SLACK) for name in reversed(packed)]
        self._cap = cap
        self._wants_more = wants_more
        self._raw = 0
        self._kept = 0
        self._body = io.BytesIO()
        self.cut = False
        """True when the body was longer than the cap, its packing broken half-way, or no more wanted."""

    def feed(self, data: bytes) -> bool:
        """Take more of the body; return False when no more of it will be kept."""
        self._raw += len(data)
        if self._raw > self._cap + _SLACK:
            self.cut = True
        try:
            self._pass_on(data, 0)
        except zlib.error as error:
            if not self._kept:
                raise Unpackable(str(error)) from error
            self.cut = True
        return not self.cut

    @property
    def complete(self) -> bool:
        """True when every layer has come to its own end."""
        return not self.cut and all(layer.ended for layer in self._layers)

    @property
    def body(self) -> bytes:
        """What has been decoded so far; no copy, unless more is fed afterwards."""
        return self._body.getvalue()

    def _pass_on(self, data: bytes, depth: int) -> None:
        if depth == len(self._layers):
            room = self._cap - self._kept
            piece = data[:room]
            self._kept += self._body.write(piece)
            self.cut = self.cut or len(data) > room or not self._wants_more(piece)
            return
        layer = self._layers[depth]
        more = bool(data)
        while more and not self.cut:
            out, data = layer.step(data)
            self.cut = self.cut or layer.spent
            if out:
                self._pass_on(out, depth + 1)
            more = bool(data) or len(out) == _STEP


class _Layer:
    """One gzip or deflate stream, unpacked a step at a time."""

    def __init__(self, name: str, cap: int) -> None:
        self._name = name
        self._left = cap
        self._members_left = _MOST_MEMBERS
        self._stream = zlib.decompressobj(zlib.MAX_WBITS if name == "deflate" else _GZIP)
        self._begun = False
        self.ended = True
        """An empty body is a complete one, whatever its header says."""

    @property
    def spent(self) -> bool:
        """True when this layer alone has put out, or taken, more than any honest body needs."""
        return self._left < 0 or self._members_left < 0

    def step(self, data: bytes) -> tuple[bytes, bytes]:
        """Return at most 64 KiB of output, and the input that is left over."""
        if self._begun and self.ended:
            # Another gzip member may follow (RFC 1952 2.2); anything else is padding.
            if self._name == "deflate" or not data.startswith(b"\x1f"):
                return b"", b""
            self._stream = zlib.decompressobj(_GZIP)
            self._members_left -= 1
        out, rest = self._first_step(data) if not self._begun else self._unpack(data)
        self._begun = True
        self.ended = self._stream.eof
        self._left -= len(out)
        return out, rest

    def _first_step(self, data: bytes) -> tuple[bytes, bytes]:
        try:
            return self._unpack(data)
        except zlib.error:
            if self._name != "deflate":
                raise
            # "deflate" is the zlib format by RFC 9110, but bare deflate by an old server's custom.
            self._stream = zlib.decompressobj(-zlib.MAX_WBITS)
            return self._unpack(data)

    def _unpack(self, data: bytes) -> tuple[bytes, bytes]:
        out = self._stream.decompress(data, _STEP)
        return out, self._stream.unconsumed_tail or self._stream.unused_data
