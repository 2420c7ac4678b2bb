"""What can be owned, paid, renewed and lost: the words and values all floors above share. Pure."""

from scanner.assets.asset import Asset, Kind
from scanner.assets.declaration import Declaration, Dispute, Statement, put_together
from scanner.assets.estate import Estate, Holding, OwnershipReason, Relation, Step
from scanner.assets.money import Money, Price
from scanner.assets.ownership import Ownership
from scanner.assets.use import STATES, Advice, Confidence, Need, Use, use_of

__all__ = [
    "STATES",
    "Advice",
    "Asset",
    "Confidence",
    "Declaration",
    "Dispute",
    "Estate",
    "Holding",
    "Kind",
    "Money",
    "Need",
    "Ownership",
    "OwnershipReason",
    "Price",
    "Relation",
    "Statement",
    "Step",
    "Use",
    "put_together",
    "use_of",
]
