"""How often the rules of wording hit what is bad, and how often they blame what is good.

    python benchmarks/wording.py [FILE.tsv ...]

By the sentences of `tests/data/wording/`, each with the rules that a coach would apply to it. They
were written by people who had not seen the words that the rules go by; the `held` ones were never
looked at while those were improved. The `third` ones have numbers and units as trackers have them.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from datetime import date
from math import nan
from pathlib import Path

from okr_sheets.coaching.blanks import is_blank
from okr_sheets.coaching.texts import Text
from okr_sheets.coaching.tongues import tongues
from okr_sheets.coaching.wording import hits
from okr_sheets.coaching.written import Written
from okr_sheets.language import language
from okr_sheets.reading.numbers import readings

FOLDER = Path(__file__).parents[1] / "tests" / "data" / "wording"
LAST_DAY = date(2027, 3, 31)
# The authors of the sentences without units were not asked for definitions.
UNASKED = "kr-no-definition"


def sentences(path: Path) -> list[dict[str, str]]:
    """The rows of a file: kind, verdict, text, type, numbers, unit and the rules expected."""
    with path.open(encoding="utf-8", newline="") as file:
        return [*csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]


def rules_of(row: dict[str, str], code: str, tongue: str | None = None) -> set[str]:
    """The rules that apply to a row of a workbook in a language, whose text is in a `tongue`."""

    def number(key: str) -> float:
        return next(iter(readings(row.get(key) or "", language(code))), nan)

    if is_blank(row["text"]):
        return {"placeholder"}
    if row["kind"] == "action":
        return set()
    text = Text(row["text"], code if tongue is None else tongue, row["kind"] == "objective")
    unit = row.get("unit") or ("%" if text.percents else "u")
    written = Written(
        text, row.get("type") or "", number("baseline"), number("target"), unit, "", LAST_DAY
    )
    silent = set() if "unit" in row else {UNASKED}
    return {rule for rule, _ in hits(written)} - silent


def measure(path: Path) -> Counter[str]:
    """Counts of one file: hits and misses among the bad, wrong hints among good and bad."""
    counts: Counter[str] = Counter()
    code = path.stem[:2]
    rows = sentences(path)
    spoken = tongues([row["text"] for row in rows], code)
    for row, tongue in zip(rows, spoken, strict=True):
        expected = set(filter(None, row["expect"].split(",")))
        given = rules_of(row, code, tongue)
        bad = row["verdict"] == "bad"
        counts["bad" if bad else "good"] += 1
        counts["exact"] += given == expected
        counts["hit"] += bad and expected <= given
        counts["wrong on bad"] += bad and bool(given - expected)
        counts["wrong on good"] += not bad and bool(given - expected)
        if given != expected and "-v" in sys.argv:
            print(f"  {code} {row['text']!r}: {sorted(given)}, expected {sorted(expected)}")
    return counts


if __name__ == "__main__":
    paths = [Path(name) for name in sys.argv[1:] if name != "-v"] or sorted(
        FOLDER.glob("??*-*.tsv")
    ) + sorted(FOLDER.glob("??.tsv"))
    for each in paths:
        c = measure(each)
        total = c["bad"] + c["good"]
        print(
            f"{each.stem:12} {total:4} sentences: {c['hit']} of {c['bad']} bad ones hit, "
            f"{c['wrong on good']} of {c['good']} good ones blamed, {c['wrong on bad']} bad ones "
            f"blamed for more, {c['exact']} exact"
        )
