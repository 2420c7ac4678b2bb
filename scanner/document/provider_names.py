"""What a provider is called in another language, by the catalogue of products."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from probes.kit.products import all_products


def in_other_languages(provider: str | None) -> dict[str, str]:
    """Return a provider's name by language, where it is written otherwise; empty for most."""
    name = _english().get(provider) if provider else None
    return {"en": name} if name else {}


@cache
def _english() -> Mapping[str, str]:
    return {one.name: one.name_en for one in all_products().values() if one.name != one.name_en}
