"""What bands of status and grade mean, in words, and how a workbook keeps them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from okr_sheets.language import Language


@dataclass(frozen=True, slots=True)
class Bands:
    """Where statuses and grades change: a gap at most, a score at least.

    `on_track` and `at_risk` are gaps (expected minus score); `aspirational` and `committed` are
    the scores from which a grade is green and yellow.
    """

    on_track: float = 0.10
    at_risk: float = 0.25
    aspirational: tuple[float, float] = (0.7, 0.4)
    committed: tuple[float, float] = (1.0, 0.7)

    @property
    def cuts(self) -> dict[str, float]:
        """All of them by name."""
        green, yellow = zip(self.aspirational, self.committed, strict=True)
        return {
            "on_track": self.on_track,
            "at_risk": self.at_risk,
            "aspirational_green": green[0],
            "aspirational_yellow": yellow[0],
            "committed_green": green[1],
            "committed_yellow": yellow[1],
        }

    @classmethod
    def of(cls, cuts: Mapping[str, Any]) -> Bands:
        """The bands of the six `cuts`, by name."""
        return cls(
            cuts["on_track"],
            cuts["at_risk"],
            (cuts["aspirational_green"], cuts["aspirational_yellow"]),
            (cuts["committed_green"], cuts["committed_yellow"]),
        )


# Viva Goals: on track only at or ahead of the pace. Google: the playbook's grades, its own
# default here. GitLab: 85 and 70 % for every goal. Perdoo has no published bands.
PRESETS: Mapping[str, Bands] = {
    "default": Bands(),
    "google": Bands(),
    "viva": Bands(on_track=0.0, at_risk=0.25),
    "gitlab": Bands(aspirational=(0.85, 0.7), committed=(0.85, 0.7)),
    "engagedly": Bands(on_track=0.165, at_risk=0.33),
}


def status_meaning(status: str, bands: Bands, words: Language) -> str:
    """What a status means."""
    return words(f"start.status_meaning_{status}", **_points(bands, words))


def grade_rule(bands: Bands, words: Language) -> str:
    """From which score a grade is green and yellow."""
    return words("start.grade_rule", **_points(bands, words))


def differences(bands: Bands, others: Bands, words: Language) -> Iterator[tuple[str, str]]:
    """What differs between two bands, as both have it: of statuses, then of grades."""
    if bands == others:
        return
    for sentences in (_statuses, _grades):
        ours, theirs = sentences(bands, words), sentences(others, words)
        lines = [pair for pair in zip(ours, theirs, strict=True) if pair[0] != pair[1]]
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
