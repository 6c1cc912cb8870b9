"""What bands of status and grade mean, in words, and how a workbook keeps them."""

from __future__ import annotations

from collections.abc import Iterator

from okr_sheets.language import Language
from okr_sheets.scoring import Bands


def status_meaning(status: str, bands: Bands, words: Language) -> str:
    """What a status means."""
    return words(f"start.status_meaning_{status}", **_points(bands, words))


def grade_rule(bands: Bands, words: Language) -> str:
    """From which score a grade is green and yellow."""
    return words("start.grade_rule", **_points(bands, words))


def differences(bands: Bands, others: Bands, words: Language) -> Iterator[tuple[str, str]]:
    """What differs between two bands, as both have it: of statuses, then of grades."""
    for said in (_statuses, _grades):
        own, theirs = said(bands, words), said(others, words)
        lines = [pair for pair in zip(own, theirs, strict=True) if pair[0] != pair[1]]
        if lines:
            mine, other = map("; ".join, zip(*lines, strict=True))
            yield mine, other


def _statuses(bands: Bands, words: Language) -> list[str]:
    """The gaps of statuses, each in a few words."""
    points = _points(bands, words)
    gaps = {"on-track": points["on_track"], "at-risk": points["at_risk"]}
    return [
        words("start.status_cut", status=words.choice("status", status), n=gap)
        for status, gap in gaps.items()
    ]


def _grades(bands: Bands, words: Language) -> list[str]:
    """The scores of grades, each commitment's in a few words."""
    points = _points(bands, words)
    return [
        words(
            "start.grade_cut",
            commitment=words.choice("commitment", commitment),
            green=points[f"{commitment}_green"],
            yellow=points[f"{commitment}_yellow"],
        )
        for commitment in ("aspirational", "committed")
    ]


def written(bands: Bands) -> str:
    """The cuts as one text, which `reading.settings.bands` takes apart."""
    return " ".join(f"{cut!r}" for cut in bands.cuts.values())


def _points(bands: Bands, words: Language) -> dict[str, str]:
    """The cuts by name, in percent."""
    return {key: words.number(round(100 * cut, 6)) for key, cut in bands.cuts.items()}
