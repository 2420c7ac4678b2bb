"""Whose a thing is, as far as evidence goes."""

from __future__ import annotations

from enum import StrEnum


class Ownership(StrEnum):
    """Best first. A person's word makes it confirmed or foreign and outranks the machine's."""

    CONFIRMED = "confirmed"
    LIKELY = "likely"
    POSSIBLE = "possible"
    FOREIGN = "foreign"
