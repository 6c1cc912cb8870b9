"""Lock files: what Excel and LibreOffice leave beside a file that is open."""

from __future__ import annotations

import os
from pathlib import Path, PurePath

FORMS = ("~${}", ".~lock.{}#")
_STARTS = tuple(form.partition("{")[0] for form in FORMS)


def is_lock(path: PurePath) -> bool:
    """Whether a file is a lock, by its name."""
    return path.name.startswith(_STARTS)


def lock_of(path: Path) -> str:
    """The name of the lock beside a file that is open elsewhere; "" for none."""
    names = (form.format(path.name) for form in FORMS)
    # With the form around it a name may be longer than a system takes; exists() of os knows that.
    return next((name for name in names if os.path.exists(path.with_name(name))), "")  # noqa: PTH110
