"""What a report needs of memory: an audit goes when nobody reads it, and a fault of thousands is told of a few."""

from __future__ import annotations

import gc
import tracemalloc
import weakref

from msgspec.structs import replace

from reports.audit_file import AuditFile
from reports.document import Finding, write
from reports.editions import edition_of
from reports.risks import levels
from tests.reports import estates

THINGS = 2_000


def test_an_audit_goes_with_whoever_read_it() -> None:
    """Nothing an audit remembers holds the audit: the collector, which comes seldom, is not waited for."""
    gc.disable()
    try:
        audit = AuditFile.of(estates.varied())
        shown = edition_of(audit, "client")
        for one in (audit, shown):
            assert [*one.assets(one.entries)]
        assert audit.evidence(next(iter(audit.evidence_ids)))
        gone = weakref.ref(audit), weakref.ref(shown)

        del audit, shown, one

        assert [ref() for ref in gone] == [None, None]
    finally:
        gc.enable()


def test_one_fault_of_thousands_of_things_is_kept_of_a_few() -> None:
    """The sentences of a fault are written beside the first that have it; of the rest a number is kept."""
    fault = Finding(code="posture.spf_several", severity="high", params={"domain": "n.ru" * 20})
    first = replace(estates.varied().assets[0], reasons=(fault,))
    assets = tuple(replace(first, id=f"domain:n{n:04}.ru") for n in range(THINGS))
    audit = AuditFile.of(replace(estates.empty(), assets=assets))
    asset_bytes = len(write(replace(estates.empty(), assets=assets))) / THINGS

    tracemalloc.start()
    found = levels(audit, audit.entries)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert [level.count for level in found] == [THINGS]
    assert peak < 200 * asset_bytes
