"""The layouts are well formed, and nothing expected of them is made up."""

import csv
import io
import re
import unicodedata
from collections import Counter
from datetime import date, datetime

import openpyxl
import pytest
from adopting.layouts import layouts
from openpyxl.utils import range_boundaries
from openpyxl.utils.cell import coordinate_from_string, get_column_letter

from okr_sheets.quarters import Quarter

LAYOUTS = layouts()
each = pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)

SHEET = {"name", "rows", "merged", "fills", "comments", "formats"}
EXPECTED = {"quarter", "trackers", "left", "assumed", "asked"}
TRACKER = {"company", "department", "team", "person", "objectives", "actions"}
OBJECTIVE = {"id", "title", "owner", "weight", "start", "due", "note", "key_results"}
KEY_RESULT = {
    "id",
    "title",
    "owner",
    "type",
    "baseline",
    "target",
    "current",
    "check_ins",
    "unit",
} | {
    "weight",
    "start",
    "due",
    "confidence",
    "note",
}
ACTION = {"key_result", "action", "owner", "due", "status"}
COLOURS = {"C00000": "Red", "FFC000": "Yellow", "00B050": "Green"}


def tables(layout):
    """The cells of each sheet or file by its name, as lists of rows."""
    found = {sheet["name"]: sheet["rows"] for sheet in layout.sheets}
    for file in layout.files:
        separator = "\t" if file["name"].endswith(".tsv") else ","
        found[file["name"]] = list(csv.reader(io.StringIO(file["text"]), delimiter=separator))
    return found


def cells_of(layout):
    return [cell for rows in tables(layout).values() for row in rows for cell in row]


def plain(text):
    """A text without the letters that nobody sees."""
    shown = "".join(letter for letter in text if unicodedata.category(letter) != "Cf")
    return " ".join(shown.split())


def words_of(layout):
    """All that can be read in a layout: its cells, its names, comments and units of formats."""
    texts = [plain(str(cell)) for cell in cells_of(layout)] + list(tables(layout))
    for sheet in layout.sheets:
        texts += sheet.get("comments", {}).values()
        texts += sheet.get("formats", {}).values()
        texts += [COLOURS.get(fill, "") for fill in sheet.get("fills", {}).values()]
    return texts


def objectives(layout):
    return [row for tracker in layout.expected["trackers"] for row in tracker["objectives"]]


def key_results(layout):
    return [row for objective in objectives(layout) for row in objective["key_results"]]


def numbers_of(layout):
    """The numbers in cells and inside texts, and what they are as percents and in thousands."""
    found = set()
    for cell in cells_of(layout):
        if isinstance(cell, (int, float)):
            found.add(float(cell))
        elif isinstance(cell, str):
            found |= {float(n.replace(",", ".")) for n in re.findall(r"\d+(?:[.,]\d+)?", cell)}
    return {round(number * scale, 6) for number in found for scale in (0.01, 1, 100, 1000)}


def test_there_are_forty_numbered_layouts_about_half_of_them_english():
    assert [layout.name[:3] for layout in LAYOUTS] == [f"{n:02}-" for n in range(1, 41)]
    counts = Counter(layout.language for layout in LAYOUTS)
    assert counts.keys() == {"en", "tr", "th", "ko", "hu", "fi"}
    assert 18 <= counts["en"] <= 24
    assert min(counts.values()) >= 3


@each
def test_a_layout_knows_its_keys(layout):
    assert bool(layout.sheets) != bool(layout.files)
    assert layout.what.endswith(".")
    for sheet in layout.sheets:
        assert sheet.keys() <= SHEET
        assert len({len(row) for row in sheet["rows"]}) == 1
    assert all(file.keys() == {"name", "text"} for file in layout.files)
    for table in tables(layout).values():
        assert len({len(row) for row in table}) == 1
    assert layout.expected.keys() <= EXPECTED
    for tracker in layout.expected["trackers"]:
        assert tracker.keys() <= TRACKER
        assert all(action.keys() <= ACTION for action in tracker.get("actions", ()))
    assert all(row.keys() <= OBJECTIVE and row["key_results"] for row in objectives(layout))
    assert all(row.keys() <= KEY_RESULT for row in key_results(layout))


@each
def test_what_is_written_holds_the_cells_of_the_layout(layout, tmp_path):
    paths = layout.write(tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted(paths)
    if layout.files:
        assert [path.read_text(encoding="utf-8") for path in paths] == [
            file["text"] for file in layout.files
        ]
        return
    workbook = openpyxl.load_workbook(paths[0])
    assert workbook.sheetnames == [sheet["name"] for sheet in layout.sheets]
    for worksheet, sheet in zip(workbook, layout.sheets, strict=True):
        for row, cells in enumerate(sheet["rows"], 1):
            for column, cell in enumerate(cells, 1):
                value = worksheet.cell(row, column).value
                if isinstance(value, datetime):
                    value = value.date()
                assert (value if value is not None else "") == cell
        assert {str(cells) for cells in worksheet.merged_cells.ranges} == set(
            sheet.get("merged", ())
        )
        for cell, colour in sheet.get("fills", {}).items():
            assert worksheet[cell].fill.fgColor.rgb == f"00{colour}"
        for cell, text in sheet.get("comments", {}).items():
            assert worksheet[cell].comment.text == text
        for cell, number_format in sheet.get("formats", {}).items():
            assert worksheet[cell].number_format == number_format


@each
def test_merged_ranges_hold_one_cell(layout):
    for sheet in layout.sheets:
        for cells in sheet.get("merged", ()):
            left, top, right, bottom = range_boundaries(cells)
            inside = [
                cell for row in sheet["rows"][top - 1 : bottom] for cell in row[left - 1 : right]
            ]
            assert inside[0] != ""
            assert not any(inside[1:])


@each
def test_named_cells_hold_something(layout):
    named = [row for key in ("left", "assumed", "asked") for row in layout.expected.get(key, ())]
    for row in named:
        assert row.keys() <= {"cell", "why", "what"}
        place = row["cell"]
        name, cell = place.split("!") if "!" in place else (*tables(layout), place)
        letters, number = coordinate_from_string(cell)
        cells = tables(layout)[name][number - 1]
        assert dict(zip(map(get_column_letter, range(1, 99)), cells, strict=False))[letters] != ""


@each
def test_every_expected_word_stands_in_the_sheet(layout):
    read = words_of(layout)
    expected = []
    for tracker in layout.expected["trackers"]:
        expected += [tracker.get(key, "") for key in ("company", "department", "team", "person")]
        for action in tracker.get("actions", ()):
            expected += [action[key] for key in ("key_result", "action", "owner")]
    for row in objectives(layout) + key_results(layout):
        notes = row.get("note", [])
        expected += [row.get(key, "") for key in ("id", "title", "owner", "unit")]
        expected += [notes] if isinstance(notes, str) else notes
    # An objective that no cell names is called as the sheet is.
    assert [text for text in expected if not any(text in cell for cell in read)] == []


@each
def test_every_expected_number_stands_in_the_sheet(layout):
    read = numbers_of(layout)
    is_log = any("added up" in row["why"] for row in layout.expected.get("assumed", ()))
    for row in key_results(layout):
        is_achieve = row.get("type") == "achieve"
        expected = {
            row[key] for key in ("baseline", "target", "weight", "confidence") if key in row
        }
        reached = {row["current"]} if "current" in row else set()
        reached |= set(row.get("check_ins", {}).values())
        # Words such as yes and no are 1 and 0.
        expected |= reached - {0, 1} if is_achieve else set() if is_log else reached
        assert {number for number in expected if round(float(number), 6) not in read} == set()


@each
def test_types_and_days_fit_the_numbers(layout):
    quarter = Quarter.parse(layout.expected["quarter"])
    assert layout.quarter in {"", layout.expected["quarter"]}
    for row in key_results(layout):
        baseline, target = row.get("baseline"), row.get("target")
        match row.get("type"):
            case "increase":
                assert baseline < target
            case "decrease":
                assert baseline > target
            case "achieve":
                assert baseline is None
                assert target is None
                assert 0 <= row.get("current", 0) <= 1
            case other:
                assert other in {None, "total", "keep-at-least", "keep-at-most"}
                assert baseline is None
        days = [date.fromisoformat(day) for day in row.get("check_ins", {})]
        days += [row[key] for key in ("start", "due") if key in row]
        assert all(quarter.start <= day <= quarter.end for day in days)
