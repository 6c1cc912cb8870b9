"""The palette of workbooks and the page, told apart without colour too."""

from __future__ import annotations

INK = "#1B2440"
MUTED = "#66708A"
ACCENT = "#2F5AA8"
PALE = "#E7ECF7"
INPUT = "#FFFDF3"
NOW = "#FFF3CC"  # to type in this week
OFFERED = "#EADCF7"  # typed for people, to be looked at
COMPUTED = "#F5F6FA"
LINE = "#D9DDE8"
SLATE = "#46527A"
PAGE = "#F3F5FB"
WHITE = "#FFFFFF"

# Fill and text of each status. Teal, amber and vermilion stay apart for colour-blind eyes.
STATUS_COLOURS = {
    "achieved": ("#DCE6F7", "#1F4690"),
    "on-track": ("#D3EDE9", "#075E58"),
    "at-risk": ("#FFEFC2", "#6B4A00"),
    "off-track": ("#F9DAD1", "#8F2A12"),
    "no-update": ("#ECEEF3", "#4F5870"),
    "not-started": ("#ECEEF3", "#4F5870"),
    "postponed": ("#ECEEF3", "#7C8499"),
    "cancelled": ("#ECEEF3", "#7C8499"),
}
STRONG_COLOURS = {
    "achieved": ACCENT,
    "on-track": "#0B7A75",
    "at-risk": "#E0A100",
    "off-track": "#C8442B",
    "no-update": "#A6AEC2",
    "not-started": "#C9CFDD",
}
GRADE_STATUS = {"green": "on-track", "yellow": "at-risk", "red": "off-track"}
# Of charts: the expected pace as a line and as a bar, lines of the grid, the range of a forecast.
QUIET, PALE_BAR, GRID, BAND = "#7C86A3", "#C9CFDD", "#E8EBF2", "#C9D8F2"
# Of units side by side in one chart.
SERIES = (ACCENT, "#0B7A75", "#E0A100", "#C8442B", "#7A5BA6", QUIET)
# Of a tile's figure, by the colour of its edge: amber and grey are too light to read.
FIGURE_INKS = {
    STRONG_COLOURS["at-risk"]: "#8A6100",
    **{STRONG_COLOURS[key]: STRONG_COLOURS[key] for key in ("achieved", "on-track", "off-track")},
}
