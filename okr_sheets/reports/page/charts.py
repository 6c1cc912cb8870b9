"""Charts as inline SVG: lines stretch with the page, letters and dots do not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from markupsafe import Markup

from okr_sheets.language import Language
from okr_sheets.reports.page.parts import share
from okr_sheets.reports.phrases import day_text

TOP, BOTTOM = 0.12, 0.88  # where 100 % and 0 % lie, as shares of the chart's height
SCALE = 1000  # units across and down of what stretches
COURSE_WIDTH, COURSE_HEIGHT = 72, 18  # pixels of the small line of a key result, as in the style
CLOSE = 0.05  # a label so near the chart's edge hangs inwards


class Point(NamedTuple):
    """The scores of one day; None where there was nothing to score."""

    day: date
    score: float | None
    expected: float | None


class End(NamedTuple):
    """Where it is heading, with its range."""

    forecast: float
    low: float
    high: float


class Chart:
    """Score and pace over the days from `start` to `end`, and where it is heading."""

    def __init__(self, start: date, end: date, words: Language) -> None:
        self.start, self.end, self.words = start, end, words
        self.days = max((end - start).days, 1)

    def draw(self, points: Sequence[Point], end: End | None, label: str) -> Markup:
        """The whole chart; `label` says in one sentence what it shows."""
        last = points[-1]
        parts = [
            *self._grid(),
            *self._stretched(points, end if last.day < self.end else None),
            *(self._dot(point) for point in points if point.score is not None),
            *self._days(last.day),
        ]
        if last.score is not None:
            parts.append(self._now(last, last.score))
        if end and last.day < self.end:
            parts.append(self._ending(end, _is_above(last)))
        svg = Markup('<svg class="trend" role="img" aria-label="{}">{}</svg>')
        return svg.format(label, Markup("").join(parts))

    def _x(self, day: date) -> float:
        return min(max((day - self.start).days / self.days, 0), 1)

    def _grid(self) -> Iterable[Markup]:
        line = Markup(
            '<line class="grid" x1="0" x2="100%" y1="{y}" y2="{y}"/>'
            '<text x="0" y="{y}" dy="-5">{word}</text>'
        )
        return (
            line.format(y=share(_y(value)), word=self.words.percent(value)) for value in (0, 0.5, 1)
        )

    def _stretched(self, points: Sequence[Point], end: End | None) -> Iterable[Markup]:
        """The lines and the fan of the forecast, which stretch with the page."""
        yield Markup(
            '<svg viewBox="0 0 {0} {0}" width="100%" height="100%" preserveAspectRatio="none">'
        ).format(SCALE)
        last = points[-1]
        paces = [(self._x(p.day), p.expected) for p in points if p.expected is not None]
        if paces and last.day < self.end:
            paces.append((1.0, 1.0))
        if end and last.score is not None:
            now = self._x(last.day), last.score
            fan = _path([now, (1.0, end.high), (1.0, end.low)])
            yield Markup('<polygon class="fan" points="{}"/>').format(fan)
            ahead = _path([now, (1.0, end.forecast)])
            yield Markup('<polyline class="ahead" points="{}"/>').format(ahead)
        yield Markup('<polyline class="pace" points="{}"/>').format(_path(paces))
        scores = [(self._x(p.day), p.score) for p in points if p.score is not None]
        yield Markup('<polyline class="line" points="{}"/></svg>').format(_path(scores))

    def _dot(self, point: Point) -> Markup:
        figures = self.words(
            "report.headline",
            score=self.words.percent(point.score),
            expected=self.words.percent(point.expected),
        )
        dot = Markup('<circle class="dot" cx="{}" cy="{}" r="3.5"><title>{}: {}</title></circle>')
        place = share(self._x(point.day)), share(_y(point.score or 0.0))
        return dot.format(*place, day_text(point.day, self.words), figures)

    def _days(self, now: date) -> Iterable[Markup]:
        """The first and the last day below the chart, and the as-of day where there is room."""
        text = Markup('<text class="at-{0}" x="{1}" y="100%" dy="-4" text-anchor="{0}">{2}</text>')
        at = self._x(now)
        labels = [(0.0, self.start, "start"), (1.0, self.end, "end")]
        if 3 * CLOSE < at < 1 - 3 * CLOSE:
            labels.insert(1, (at, now, "middle"))
        return (text.format(side, share(x), day_text(day, self.words)) for x, day, side in labels)

    def _now(self, last: Point, score: float) -> Markup:
        """The score beside its last dot: on the side where the pace is not."""
        above = _is_above(last)
        at = self._x(last.day)
        side = "end" if above or at > 1 - CLOSE else "start"
        text = Markup(
            '<circle class="last" cx="{x}" cy="{y}" r="6"/>'
            '<text class="now" x="{x}" y="{y}" dy="{dy}" text-anchor="{side}">{word}</text>'
        )
        place = {"x": share(at), "y": share(_y(score)), "dy": -12 if above else 26}
        return text.format(**place, side=side, word=self.words.percent(score))

    def _ending(self, end: End, below: bool) -> Markup:
        """The range beside the fan's edge, on the side where the last score is not written."""
        text = Markup(
            '<circle class="end" cx="100%" cy="{at}" r="5"/>'
            '<text class="now" x="100%" y="{y}" dx="-4" dy="{dy}" text-anchor="end">{word}</text>'
        )
        place = {"y": share(_y(end.low if below else end.high)), "dy": 23 if below else -8}
        word = self.words.percent_range(end.low, end.high)
        return text.format(at=share(_y(end.forecast)), word=word, **place)


def sparkline(points: Sequence[Point], label: str) -> Markup:
    """The scores so far as a small line; blank below two points."""
    scores = [point.score for point in points if point.score is not None]
    if len(scores) < 2:
        return Markup("")
    steps = ((at / (len(scores) - 1), 1 - score) for at, score in enumerate(scores))
    path = " ".join(f"{x * SCALE:.0f},{y * SCALE:.0f}" for x, y in steps)
    return Markup(
        '<svg class="spark" role="img" viewBox="0 0 {1} {1}" '
        'preserveAspectRatio="none"><title>{0}</title><polyline class="line" points="{2}"/></svg>'
    ).format(label, SCALE, path)


def course(scores: Sequence[float], label: str) -> Markup:
    """The scores so far as a line of a fixed size, written in few letters; blank below two."""
    if len(scores) < 2:
        return Markup("")
    step = COURSE_WIDTH / (len(scores) - 1)
    points = [(round(at * step), round((1 - x) * COURSE_HEIGHT)) for at, x in enumerate(scores)]
    path = "".join(f"l{x - left} {y - above}" for (left, above), (x, y) in pairwise(points))
    svg = Markup('<svg class="course" role="img"><title>{}</title><path d="M0 {}{}"/></svg>')
    return svg.format(label, points[0][1], path)


def _is_above(last: Point) -> bool:
    """Whether a score is written above its dot: where it is not below the pace."""
    return last.score is None or last.expected is None or last.score >= last.expected


def _y(score: float) -> float:
    return BOTTOM - score * (BOTTOM - TOP)


def _path(points: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{x * SCALE:.0f},{_y(y) * SCALE:.0f}" for x, y in points)
