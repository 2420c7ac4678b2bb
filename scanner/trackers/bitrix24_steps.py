"""The steps of a task as a checklist of Bitrix24: `task.checklistitem.*`, scope `task`.

The description has them too, so what a portal does not take here is no loss. Items that people add are theirs.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from scanner.trackers.bitrix24_call import Bitrix24Calls
from scanner.trackers.contract import Later, Refused, Uncertain

_LOG = logging.getLogger(__name__)
_ROOT = ("0", "None", "")
"""Parents of what is a checklist and no item of one."""


async def give_steps(
    calls: Bitrix24Calls, task: int | str, marker: str, steps: Sequence[str], *, is_new: bool
) -> None:
    """Let a task have exactly these steps in the checklist that bears its marker.

    What is ticked off stays. A portal that does not let us is said in the log; the task stands all the same.
    """
    try:
        items = [] if is_new else await _items(calls, task)
        mine = next((one for one in items if _is_list(one) and one.get("TITLE") == marker), None)
        if mine is None:
            root = await _add(calls, task, {"TITLE": marker, "PARENT_ID": 0})
            known: dict[str, dict[str, Any]] = {}
        else:
            root = mine.get("ID")
            children = [one for one in items if str(one.get("PARENT_ID")) == str(root)]
            known = {str(one.get("TITLE")): one for one in children}
        for place, step in enumerate(steps):
            if step not in known:
                await _add(calls, task, {"TITLE": step, "PARENT_ID": root, "SORT_INDEX": place})
        for title, one in known.items():
            if title not in steps and one.get("IS_COMPLETE") != "Y":
                gone = {"TASKID": task, "ITEMID": one.get("ID")}
                await calls.call("task.checklistitem.delete", gone, writes=True)
    except (Refused, Later, Uncertain) as error:
        _LOG.warning("the checklist of a task could not be written: %s", error)


async def _items(calls: Bitrix24Calls, task: int | str) -> list[dict[str, Any]]:
    found = await calls.call("task.checklistitem.getlist", {"TASKID": task}, writes=False)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


async def _add(calls: Bitrix24Calls, task: int | str, fields: dict[str, Any]) -> Any:
    given = {"TASKID": task, "FIELDS": {**fields, "IS_COMPLETE": "N"}}
    return await calls.call("task.checklistitem.add", given, writes=True)


def _is_list(item: dict[str, Any]) -> bool:
    return str(item.get("PARENT_ID")) in _ROOT
