"""Statuses: EPP's in EPP's spelling, the others as the registry says them."""

from __future__ import annotations

import pytest

from probes.kit.registry.status import says_delegated, statuses_in


@pytest.mark.parametrize(
    ("value", "statuses"),
    [
        ("clientHold https://icann.org/epp#clientHold", ["clientHold"]),
        ("CLIENT_TRANSFER_PROHIBITED", ["clientTransferProhibited"]),
        ("client delete prohibited", ["clientDeleteProhibited"]),
        (
            "ST_CL_UPDATEPROHIBITED ST_CL_DELETEPROHIBITED",
            ["clientUpdateProhibited", "clientDeleteProhibited"],
        ),
        ("serverHold (Expired)", ["serverHold"]),
        ("ok - Normal state", ["ok"]),
        ("REGISTERED, NOT DELEGATED, UNVERIFIED", ["REGISTERED", "NOT DELEGATED", "UNVERIFIED"]),
        ("Registered until expiry date.", ["Registered until expiry date"]),
        ("paid and in zone", ["paid and in zone"]),
        ("", []),
        ("-", []),
    ],
)
def test_one_spelling_for_each_status(value: str, statuses: list[str]) -> None:
    """However a server writes a status."""
    assert statuses_in(value) == statuses


@pytest.mark.parametrize(
    ("statuses", "delegated"),
    [
        (("REGISTERED", "DELEGATED"), True),
        (("REGISTERED", "NOT DELEGATED"), False),
        (("inactive",), False),
        (("ok",), None),
    ],
)
def test_silence_about_delegation_is_not_a_no(
    statuses: tuple[str, ...], delegated: bool | None
) -> None:
    """Only words about delegation say anything about it."""
    assert says_delegated(statuses) is delegated
