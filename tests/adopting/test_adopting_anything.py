"""Whatever stands in a sheet, adopting ends, says why, and goes by its map alone."""

import random
from datetime import date, datetime, time, timedelta

import pytest

from okr_sheets import adopting
from okr_sheets.adopting.looks import Looks
from okr_sheets.adopting.mapfile import fitted, map_text, read_map
from okr_sheets.adopting.sheets import Sheet
from okr_sheets.adopting.telling import note_lines, table_lines, tracker_lines
from okr_sheets.adopting.words import keys_by_word, roles_by_word
from okr_sheets.files.grid import Broken, Uncalculated

TODAY = date(2027, 2, 12)
TABLES = ("kinds", "statuses", "directions")
WORDS = [*roles_by_word(), *(word for table in TABLES for word in keys_by_word(table))]
TYPED = (
    "Q1 2027", "Jan", "2027-Q2", "W3", "1.2", "KR1.1: x", "O1", "O2: y", "Total", "12/40",
    "20 → 30", "50%", "< 5", "≥ 95%", "max 3", "$1.2m", "TBD", "#N/A", "=1+1", "a:b", "Owner:",
    "Team: X", "Objective 3:", "", "  ", "\x00x", "\u202eabc", "1e400", "-", "Weight 40%", "2570",
    "9999-99-99",
)  # fmt: skip
VALUES = (
    0.0, 1.0, 0.5, 40.0, -3.0, 1e300, 1e-300, float("nan"), float("inf"), 46_000.0, 2027.0, True,
    False, date(2027, 1, 31), datetime(2027, 2, 1, 3, 4), timedelta(hours=3), time(3, 4),
    date(1, 1, 1), date(2570, 1, 1), Broken("#REF!"), Uncalculated(),
)  # fmt: skip
LETTERS = "abc xyzÅŞกข목표\n\t,;:"


def any_cell(chance):
    some = "".join(chance.choices(LETTERS, k=chance.randint(1, 20)))
    words, values = chance.choices(WORDS, k=2), chance.choices(VALUES, k=2)
    return chance.choice((None, None, *words, chance.choice(TYPED), *values, some))


def any_sheet(chance, number):
    height, width = chance.randint(1, 14), chance.randint(1, 9)
    rows = [[any_cell(chance) for _ in range(width)] for _ in range(height)]
    if chance.random() < 0.7:
        rows[chance.randint(0, min(3, height - 1))] = chance.choices(WORDS, k=width)
    merged = {(1, 1): (1, 1), (2, 1): (1, 1)} if height > 2 and chance.random() < 0.3 else {}
    looks = Looks(merged, {(2, 2): "at-risk"}, {(2, 1): "remark"})
    name = chance.choice(("Sheet1", "OKRs", "Q1", "Sales", f"s{number}"))
    formats = {(1, 1): "0%", (2, 2): '"$"0'}
    return Sheet(f"f{number}.csv", name, rows, formats, looks, untyped=chance.random() < 0.5)


@pytest.mark.parametrize("seed", range(150))
def test_any_sheet_is_adopted_or_left_and_its_map_says_all(seed, tmp_path):
    chance = random.Random(seed)
    sheets = [any_sheet(chance, number) for number in range(chance.randint(1, 3))]
    source = adopting.Source(tuple(sheets))
    guessed = adopting.recognise(source.sheets, None, "", 1, TODAY)
    adoption = adopting.adopt(source, guessed, today=TODAY)
    assert all(table_lines(guessed))
    assert all(note_lines(adoption.notes, "hu"))
    for each in adoption.adopted:
        assert all(tracker_lines("t.xlsx", each.tracker, each.unit, each.origins))
    path = tmp_path / "map.toml"
    path.write_text(map_text(guessed), "utf-8")
    again = adopting.adopt(source, fitted(read_map(path), sheets, path.name), today=TODAY)
    assert [each.tracker for each in again.adopted] == [e.tracker for e in adoption.adopted]
