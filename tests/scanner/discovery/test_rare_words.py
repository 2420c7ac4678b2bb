"""What a name tells that holds a word of the client's: by how many strangers hold it, and by when it was bought."""

from __future__ import annotations

from datetime import timedelta

import pytest

from scanner.assets import Ownership
from scanner.discovery.scope import Listed
from tests.scanner.discovery.told import BRANDED, DAY, bought, client
from tests.scanner.discovery.world import NOW, World, page


@pytest.mark.parametrize(
    ("bought_as", "comes_to"),
    [("romashka.ru", Ownership.LIKELY), ("kolokol.ru", Ownership.POSSIBLE)],
)
def test_one_word_bought_on_one_day_is_one_purchase(bought_as: str, comes_to: Ownership):
    """However many names hold the word; on the day of another word a namesake may have bought as well."""
    world = World()
    for name in ("romashka.ru", "kolokol.ru"):
        world.domain(
            name, registered=bought(name, DAY if name == bought_as else NOW - timedelta(days=700))
        )
    parked = bought(BRANDED, delegated=False)
    world.domain(BRANDED, registered=parked)
    listed = {BRANDED: Listed("ru.gz", "ромашка", 60)}

    estate = world.estate("romashka.ru", "kolokol.ru", listed=listed)

    found = {one.asset.key: one.ownership for one in estate.holdings}
    assert found[BRANDED] is comes_to


def test_the_clients_own_names_make_his_word_no_less_rare():
    """Twelve names hold it, and eight of them prove to be his."""
    world, own = World(), [f"romashka-{number}.ru" for number in range(8)]
    client(world, page(), name_servers=("anna.ns.front.com", "igor.ns.front.com"))
    world.domain("astra.ru", name_servers=("olga.ns.front.com", "petr.ns.front.com"))
    world.both("romashka.ru", shows=page(link_hosts=("astra.ru",)))
    for name in own:
        world.domain(name, name_servers=("ns1.romashka.ru",))
    world.domain(BRANDED, name_servers=("anna.ns.front.com", "igor.ns.front.com"))
    listed = {name: Listed("ru.gz", "ромашка", 12) for name in (*own, BRANDED)}

    estate = world.estate("romashka.ru", listed=listed)

    found = {one.asset.key: one.ownership for one in estate.holdings}
    assert found[BRANDED] is Ownership.LIKELY
