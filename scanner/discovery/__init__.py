"""Pure discovery: what was mentioned → what to look at next → whose each thing is.

`Frontier` plans the looks of a run, `attribute` turns looks already made into an `Estate`.
"""

from scanner.discovery.agenda import Look
from scanner.discovery.attribute import attribute, survey
from scanner.discovery.frontier import Frontier
from scanner.discovery.lead import Lead, mentions_in
from scanner.discovery.looks import Ask, GatheredLooks, Looks, Sighting
from scanner.discovery.scope import Scope, Seeds, Standing

__all__ = [
    "Ask",
    "Frontier",
    "GatheredLooks",
    "Lead",
    "Look",
    "Looks",
    "Scope",
    "Seeds",
    "Sighting",
    "Standing",
    "attribute",
    "mentions_in",
    "survey",
]
