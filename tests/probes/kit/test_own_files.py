"""The user's own signs stand beside ours, and in place of ours where he says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from probes.kit import own_files, products, signs
from probes.kit.fingerprints import Sight, all_fingerprints, recognise, signs_within
from probes.kit.page import read

OWN = """
fingerprints = [
  { id = "our_stub", signal = "title", match = "exact", text = "Полка пуста", says = "placeholder", strength = "strong", provider = "polka", source = "our notes", source_date = 2026-11-01 },
  { id = "default_nginx", signal = "title", match = "exact", text = "Welcome to nginx!", says = "server_default", strength = "weak", source = "our notes", source_date = 2026-11-01 },
]

[[signs]]
signal = "ns"
kind = "dns"
effect = "owner"
strength = "strong"
source = "our notes"
source_date = 2026-11-01
[signs.signs]
"polka-dns.example" = "polka"
"one.com" = "polka"

[[products]]
sells = ["hosting"]
object_type = "hosting"
source = "our notes"
source_date = 2026-11-01
[products.products]
polka = { name = "Полка", name_en = "Shelf" }
beget = "Beget (by contract 7)"
"""


@pytest.fixture
def write(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Write a file of signs; whatever was installed is gone afterwards."""

    def written(text: str) -> Path:
        path = tmp_path / f"own{len(list(tmp_path.iterdir()))}.toml"
        path.write_text(text, "utf-8")
        return path

    yield written
    own_files.install([])


def told(title: str) -> dict[str, str]:
    """The signs of a small page with this title, with their strength."""
    body = f"<title>{title}</title><p>x</p>".encode()
    reading = read(body, "text/html")
    sight = Sight("client.example", 200, (), (), reading, signs_within(reading, body))
    return {one.id: strength for one, strength in recognise(sight)}


def test_the_users_signs_are_met_and_his_word_outranks_ours(write):
    """New ids are added, known ids replaced, products likewise; without the file all is as before."""
    before = (len(all_fingerprints()), len(signs.all_signs()), len(products.all_products()))

    own_files.install([write(OWN)])

    assert told("Полка пуста") == {"our_stub": "strong"}
    assert told("Welcome to nginx!") == {"default_nginx": "weak"}
    assert {one.product for one in signs.read("ns", "ns1.polka-dns.example")} == {"polka"}
    assert {one.product for one in signs.read("ns", "ns1.one.com") if one.effect == "owner"} == {
        "polka"
    }
    polka, beget = products.product("polka"), products.product("beget")
    assert polka is not None
    assert beget is not None
    assert (polka.named("en"), beget.name) == ("Shelf", "Beget (by contract 7)")

    own_files.install([])

    assert told("Полка пуста") == {}
    assert told("Welcome to nginx!") == {"default_nginx": "strong"}
    assert before == (len(all_fingerprints()), len(signs.all_signs()), len(products.all_products()))


def test_a_later_file_outranks_an_earlier_one(write):
    """The order in which files are given is their rank."""
    later = OWN.replace("Полка пуста", "Полка занята").replace('name = "Полка"', 'name = "Полочка"')

    own_files.install([write(OWN), write(later)])

    assert told("Полка занята") == {"our_stub": "strong"}
    assert told("Полка пуста") == {}
    assert products.all_products()["polka"].name == "Полочка"


@pytest.mark.parametrize(
    ("was", "is_now", "reason"),
    [
        ("fingerprints = [", "fingerprints = {", "cannot be read as TOML"),
        ("fingerprints = [", "pages = [", "`pages` is no table of"),
        ('says = "placeholder", ', "", "fingerprints number 1: Object missing required field `says`"),
        ('says = "placeholder"', 'says = "empty"', "fingerprints number 1: Invalid enum value 'empty'"),
        ('source = "our notes", source_date = 2026-11-01 },\n]', "source_date = 2026-11-01 },\n]", "fingerprints number 2: Object missing required field `source`"),
        ('signal = "title", match = "exact", text = "Полка пуста"', 'signal = "status", match = "exact", text = "many"', "number 1: invalid literal for int"),
        ('effect = "owner"', 'effect = "guilty"', "signs number 1: Invalid enum value 'guilty'"),
        ('effect = "owner"', 'effect = "unused"', "one.com is ordinary"),
        ('"one.com" = "polka"', '"com" = "polka"', ""),
        ('"one.com" = "polka"', '"" = "polka"', "an empty pattern fits everything"),
        ('"one.com" = "polka"', '"one.com" = "nobody"', "names the product 'nobody', which no file describes"),
        ('signal = "ns"\nkind', 'signal = "a_net"\nkind', "does not appear to be an IPv4 or IPv6 network"),
        ('sells = ["hosting"]', 'sells = ["bread"]', "products number 1: Invalid enum value 'bread'"),
        ('name_en = "Shelf"', 'english = "Shelf"', "unknown field `english`"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_told_in_a_sentence_and_changes_nothing(
    write, was, is_now, reason
):
    """The message says which file, where in it and why; what was installed stays."""
    own_files.install([write(OWN)])
    assert was in OWN
    path = write(OWN.replace(was, is_now))

    if not reason:
        own_files.install([path])
        return
    with pytest.raises(own_files.BadFile) as caught:
        own_files.install([path])

    assert str(path) in str(caught.value)
    assert reason in str(caught.value)
    assert str(caught.value).endswith(".")
    assert told("Полка пуста") == {"our_stub": "strong"}


def test_a_condemning_sign_above_a_collision_is_refused(write):
    """`com` is above every ordinary name that only looks like parking."""
    bad = OWN.replace('effect = "owner"', 'effect = "unused"').replace(
        '"one.com" = "polka"', '"com" = "polka"'
    )

    with pytest.raises(own_files.BadFile, match="is ordinary"):
        own_files.install([write(bad)])


def test_a_missing_file_and_a_huge_one_are_told(write, tmp_path: Path):
    """Neither is a reason to go on without."""
    with pytest.raises(own_files.BadFile, match="cannot be read: No such file"):
        own_files.install([tmp_path / "absent.toml"])
    with pytest.raises(own_files.BadFile, match="larger than 4 MB"):
        own_files.install([write("#" + "x" * 5_000_000)])
    binary = write("")
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(own_files.BadFile, match="cannot be read as TOML"):
        own_files.install([binary])
