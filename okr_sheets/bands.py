"""What bands of status and grade mean, in words, and how a workbook keeps them."""

from __future__ import annotations

from okr_sheets.language import Language
from okr_sheets.scoring import Bands


def status_meaning(status: str, bands: Bands, words: Language) -> str:
    """What a status means."""
    return words(f"start.status_meaning_{status}", **_points(bands, words))


def grade_rule(bands: Bands, words: Language) -> str:
    """From which score a grade is green and yellow."""
    return words("start.grade_rule", **_points(bands, words))


def written(bands: Bands) -> str:
    """The cuts as one text, which `reading.settings.bands` takes apart."""
    return " ".join(f"{cut!r}" for cut in bands.cuts.values())


def _points(bands: Bands, words: Language) -> dict[str, str]:
    """The cuts by name, in percent."""
    return {key: words.number(round(100 * cut, 6)) for key, cut in bands.cuts.items()}
