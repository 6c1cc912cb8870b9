"""Every computed column of the OKRs sheet with its rule."""

from __future__ import annotations

from collections.abc import Mapping

from okr_sheets.findings import advice, changed, filled, suspected, to_fix, waiting
from okr_sheets.scoring import (
    Rule,
    anchor,
    attained,
    checked,
    counted,
    current,
    due_by_now,
    expected,
    gap,
    grade,
    group,
    kind,
    last_check_in,
    pace,
    points,
    progress,
    score,
    share,
    share_pace,
    share_points,
    standing,
    status,
    updated,
    urgency,
)

# In the order in which each needs only those before it.
RULES: Mapping[str, Rule] = {
    "anchor": anchor,
    "group": group,
    "kind": kind,
    "standing": standing,
    "checked": checked,
    "updated": updated,
    "current": current,
    "progress": progress,
    "attained": attained,
    "due_by_now": due_by_now,
    "counted": counted,
    "points": points,
    "pace": pace,
    "last_check_in": last_check_in,
    "score": score,
    "expected": expected,
    "gap": gap,
    "status": status,
    "grade": grade,
    "share": share,
    "share_points": share_points,
    "share_pace": share_pace,
    "urgency": urgency,
    "filled": filled,
    "suspected": suspected,
    "waiting": waiting,
    "changed": changed,
    "advice": advice,
    "to_fix": to_fix,
}
