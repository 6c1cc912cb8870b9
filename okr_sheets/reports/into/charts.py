"""Charts that say what Excel 2007 took for granted.

XlsxWriter leaves out what that version did by default, and its workbooks are marked as of that
version. In the workbook of a later one the same chart would have labels full of names, smooth
lines, round corners and no axes.
"""

from __future__ import annotations

import re

_LABELS = "".join(
    f'<c:show{what} val="{int(what == "Val")}"/>'
    for what in ("LegendKey", "Val", "CatName", "SerName", "Percent", "BubbleSize")
)
# What is said, each at the place that the schema gives it.
_SAID = (
    (r'(<c:lang val="[^"]*"/>)', r'\1<c:roundedCorners val="0"/>'),
    (r'(<c:grouping val="[^"]*"/>)', r'\1<c:varyColors val="0"/>'),
    (r'<c:showVal val="1"/>', _LABELS),
    (r"(</c:scaling>)(?!<c:delete)", r'\1<c:delete val="0"/>'),
    (r'(?<!<c:majorTickMark val="none"/>)(<c:tickLblPos)', r'<c:majorTickMark val="out"/>\1'),
    (r"(<c:tickLblPos)", r'<c:minorTickMark val="none"/>\1'),
    (r'(?<!<c:auto val="1"/>)(<c:lblAlgn)', r'<c:auto val="0"/>\1'),
    (r"(<c:layout/>)(?=<c:txPr>)", r'\1<c:overlay val="0"/>'),
    (r"(</c:chart>)", r'<c:plotVisOnly val="0"/><c:dispBlanksAs val="gap"/>\1'),
)
_LINES = re.compile(r"<c:lineChart>.*?</c:lineChart>", re.DOTALL)


def explicit(chart: str) -> str:
    """The markup of a chart that looks alike in the workbook of any program."""
    for pattern, said in _SAID:
        chart = re.sub(pattern, said, chart)
    return _LINES.sub(
        lambda lines: lines[0].replace("</c:ser>", '<c:smooth val="0"/></c:ser>'), chart
    )
