"""The firms of the lab: one domain each, with what its servers show, computed from its number."""

from __future__ import annotations

import hashlib
import ipaddress
from collections import Counter
from collections.abc import Sequence

from msgspec import Struct

MOST = 10_000
FIRST_WEB_ADDRESS = ipaddress.IPv4Address("198.18.16.0")
DOMAINS_AN_ADDRESS = 4
PAGES = (15, 60, 200)
"""KiB of an unpacked home page."""

_FAULTS = ("expired", "self_signed", "wrong_name")
_NEWS = """<article class="news-item" id="bx_{number}_{item}"><a href="/news/{item}/" class="news-link">
<img src="/upload/iblock/{digest:.3}/{digest}.jpg" alt="Новость {item}" loading="lazy"></a>
<h3><a href="/news/{item}/?section=main">Поступление № {item} на склад фирмы {number}</a></h3>
<p class="lead">Сообщаем партнёрам и покупателям: отгрузка по договору {number}-{item} идёт по графику.</p>
</article>
"""


class Firm(Struct, frozen=True):
    """A domain of the lab."""

    number: int
    name: str
    address: str
    page_kib: int
    fault: str
    """What is wrong with its certificate: `expired`, `self_signed`, `wrong_name`, or `good`."""

    @property
    def zone(self) -> str:
        """The zone that it is registered in."""
        return self.name.rpartition(".")[2]

    def page(self) -> str:
        """Its home page as a shop's CMS would write it, about `page_kib` KiB of UTF-8."""
        head = f"""<!DOCTYPE html>
<html lang="ru"><head><meta charset="utf-8"><title>Фирма {self.number}: склад и доставка</title>
<meta name="generator" content="1C-Bitrix"><link rel="canonical" href="https://{self.name}/">
<link rel="stylesheet" href="/bitrix/templates/main/styles.css?{self.number}">
{"".join(f'<script src="/bitrix/js/main/core/part{n}.js"></script>' for n in range(30))}
<script>ym({10_000_000 + self.number}, "init", {{clickmap: true}});</script></head>
<body><header><a href="/">Фирма {self.number}</a> <a href="tel:+74950000000">+7 495 000-00-00</a>
<a href="https://vk.com/firm{self.number}">ВК</a></header><main>
"""
        parts = [head]
        left = self.page_kib * 1024 - len(head.encode())
        item = 0
        while left > 0:
            item += 1
            digest = hashlib.sha256(f"{self.number} {item}".encode()).hexdigest()
            parts.append(_NEWS.format(number=self.number, item=item, digest=digest))
            left -= len(parts[-1].encode())
        return "".join(parts) + f"</main><footer>© Фирма {self.number}</footer></body></html>\n"


def firms(count: int, zones: Sequence[str] = ("ru",)) -> list[Firm]:
    """The first so many firms, in these zones by turns; 8 % of them have a broken certificate."""
    return [_firm(number, zones[number % len(zones)]) for number in range(count)]


def faults(count: int) -> Counter[str]:
    """How many certificates of each sort the hosts (apex and www) of so many firms show."""
    return Counter(firm.fault for firm in firms(count) for _ in ("apex", "www"))


def _firm(number: int, zone: str) -> Firm:
    broken = number % 25 in (7, 18)
    return Firm(
        number=number,
        name=f"firm{number:05}.{zone}",
        address=str(FIRST_WEB_ADDRESS + number // DOMAINS_AN_ADDRESS),
        page_kib=PAGES[number % len(PAGES)],
        fault=_FAULTS[number // 25 % len(_FAULTS)] if broken else "good",
    )
