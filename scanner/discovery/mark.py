"""A value that two names may share, by which they may be known as one owner's."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from scanner.assets.estate import Params

TAXPAYER = "taxpayer_number_on_page"
INN = "inn"
PHONES = "same_phone"
AMONG_OTHERS = " among others"
"""What the kind of a number says where several stand on a page: partners', a bank's, a whole group's, the
telephone of the agency that made it."""
BATCH = "registered_together"
SENDS = "sends_through_client"
NAME_SERVERS = "same_name_servers"


class Mark(Struct, frozen=True, order=True, gc=False):
    """A value by which two names may be known as one owner's."""

    code: str
    """What sharing it comes to; see `weights`."""
    kind: str
    value: str

    @property
    def told(self) -> Params:
        """What fills in the code's sentence."""
        match self.code:
            case "same_counter" | "same_account":
                return {"counter": f"{self.kind} {self.value}"}
            case "registered_together":
                return {"registrar": self.kind, "on": self.value.partition(" ")[0]}
            case "sends_through_client":
                return {"to": self.value}
        return {"value": self.value}


def printed_so(mark: Mark) -> Iterator[Mark]:
    """Yield the ways in which a value may stand on pages: alone, and among others."""
    yield mark
    if mark.code in (TAXPAYER, PHONES):
        alone = mark.kind.removesuffix(AMONG_OTHERS)
        other = alone if alone != mark.kind else f"{alone}{AMONG_OTHERS}"
        yield Mark(mark.code, other, mark.value)
