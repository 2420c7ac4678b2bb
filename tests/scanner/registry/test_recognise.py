"""A hosting keeps its identity when its key changes."""

from __future__ import annotations

import pytest

from scanner.assets import Asset, Kind
from scanner.registry.recognise import Shape, recognise


def _shapes(text: str) -> list[Shape]:
    """Read `key:a,b key2:c@9`; a key is `provider/rest`, and an address follows the @."""
    found = []
    for part in text.split():
        key, _, rest = part.partition(":")
        hosts, _, address = rest.partition("@")
        names, addresses = (frozenset(filter(None, some.split(","))) for some in (hosts, address))
        found.append(Shape(Asset(Kind.HOSTING, key), key.split("/")[0], names, addresses))
    return found


@pytest.mark.parametrize(
    ("known", "seen", "names"),
    [
        ("", "p/1:a", {"p/1": "p/1"}),
        ("p/1:a", "p/1:a", {"p/1": "p/1"}),
        ("p/1:a,b", "p/2:a,b", {"p/2": "p/1"}),  # the provider moved it
        ("p/1:a,b", "q/2:a,b", {"q/2": "q/2"}),  # another provider is another contract
        ("p/1:a,b", "p/2:c", {"p/2": "p/2"}),
        ("p/1:a,b p/2:c", "p/1:c p/2:a,b", {"p/1": "p/2", "p/2": "p/1"}),  # addresses swapped
        ("p/1:a,b,c p/2:d", "p/1:a,b p/2:c,d", {"p/1": "p/1", "p/2": "p/2"}),  # a site moved over
        ("p/1:a,b,c p/2:d", "p/1: p/2:a,b,c,d", {"p/1": "p/1", "p/2": "p/2"}),  # all of them did
        ("p/1:a,b,c", "p/2:a,b p/3:c", {"p/2": "p/1", "p/3": "p/3"}),  # split: the larger part
        ("p/1:a", "p/1:z", {"p/1": "p/1"}),  # other names, but the same key
        ("p/1:a", "p/1:z p/2:a", {"p/1": "p/1~2", "p/2": "p/1"}),  # its old address taken over
        ("p/1:a p/1~2:z", "p/1:z p/2:a", {"p/1": "p/1~2", "p/2": "p/1"}),  # and again
        ("p/1:", "p/1:a", {"p/1": "p/1"}),
        ("p/4:9@7", "p/5:5,11@7", {"p/5": "p/4"}),  # the last that lived there left as others came
        ("p/4:9@7", "q/5:5,11@7", {"q/5": "q/5"}),  # the address was sold
        ("p/4:9@7", "p/5:5@7 p/6:9@8", {"p/5": "p/5", "p/6": "p/4"}),  # a name tells more
        ("p/1:a@7 p/2:b@8", "p/1:c@8", {"p/1": "p/2"}),  # and an address more than the key
        ("p/acc:a", "p/5:5@7", {"p/5": "p/5"}),  # of an account no address is known
    ],
)
def test_a_hosting_is_recognised_by_what_it_serves(
    known: str, seen: str, names: dict[str, str]
) -> None:
    """Each hosting seen is one object, known or new; the order they come in does not matter."""
    there, here = _shapes(known), _shapes(seen)

    found = recognise(here, there)

    assert {asset.key: name.key for asset, name in found.items()} == names
    assert recognise(reversed(here), reversed(there)) == found
    assert len(set(found.values())) == len(found)


def test_a_service_is_recognised_by_its_names_and_is_no_hosting() -> None:
    """Named after a plainer name from now on, it is the same contract; a hosting of that provider is not."""
    hosts = frozenset({"long-name.ru", "a.ru"})
    was = Shape(
        Asset(Kind.SAAS, "unisender/long-name.ru"), "Unisender", frozenset({"long-name.ru"})
    )
    here = Shape(Asset(Kind.SAAS, "unisender/a.ru"), "Unisender", hosts)
    hosting = Shape(Asset(Kind.HOSTING, "unisender/a.ru"), "Unisender", hosts)

    found = recognise([hosting, here], [was])

    assert found == {here.asset: was.asset, hosting.asset: hosting.asset}
