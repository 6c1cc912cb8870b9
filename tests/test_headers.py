"""Where a table stands and what its columns mean, whatever people did to its header."""

from datetime import date

import pytest
from openpyxl import Workbook, load_workbook

import okr_sheets as okr
from okr_sheets import demo
from okr_sheets.language import language
from okr_sheets.quarters import Quarter, Span
from okr_sheets.reading import headings
from okr_sheets.reading.days import usual_order

FEBRUARY = date(2027, 2, 12)


@pytest.fixture
def sheet(tmp_path):
    """A workbook of one sheet with these rows, typed as they are."""

    def fill(*rows):
        book = Workbook()
        for row in rows:
            book.active.append(row)
        book.save(tmp_path / "rows.xlsx")
        return tmp_path / "rows.xlsx"

    return fill


def weeks(*headers, numbers):
    """One key result from 0 to 100 with numbers under these headers."""
    return (
        ["Quarter", "2027-Q1"],
        ["ID", "Title", "Type", "Baseline", "Target", *headers],
        ["O1", "Goal", "Objective"],
        ["O1.KR1", "Leads", "Increase", 0, 100, *numbers],
    )


def days(path):
    return [str(day) for day in okr.read(path).check_in_dates]


def codes(path):
    return [(problem.cell, problem.code) for problem in okr.read(path).problems]


@pytest.fixture
def plain(tmp_path):
    """The tracker of the demo with values for formulas: its workbook, its OKRs and its path."""
    path = okr.write(demo.marketing("en"), tmp_path / "marketing.xlsx")
    book = load_workbook(path, data_only=True)
    return book, book["OKRs"], path


KEYS = 4  # the hidden row of keys; the header stands below it


@pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")
@pytest.mark.parametrize("column", [8, 5])
@pytest.mark.parametrize("change", ["delete", "insert"])
def test_columns_moved_in_the_table_alone_are_read_by_their_headers(plain, column, change):
    book, sheet, path = plain
    before = okr.read(path)
    above = [[cell.value for cell in row] for row in sheet.iter_rows(max_row=KEYS)]
    name = sheet.cell(KEYS + 1, column).value
    sheet.unmerge_cells("A2:B2")  # of the caption, whose second cell takes no value
    if change == "delete":
        sheet.delete_cols(column)
    else:
        sheet.insert_cols(column)
        sheet.cell(KEYS + 1, column).value = "Region"
    for row, values in enumerate(above, 1):
        for place, value in enumerate([*values, None], 1):
            sheet.cell(row, place).value = value
    book.save(path)
    after = okr.read(path)
    assert ("5", "keys-moved") in codes(path)
    assert after.check_ins.value.tolist() == before.check_ins.value.tolist()
    assert after.check_ins.date.tolist() == before.check_ins.date.tolist()
    assert after.key_results.target.equals(before.key_results.target)
    lost = change == "delete" and name == "Baseline"
    assert after.key_results.baseline.equals(before.key_results.baseline) != lost


@pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")
def test_headers_that_were_renamed_are_read_by_the_keys_above_them(plain):
    book, sheet, path = plain
    before = okr.read(path)
    sheet["E5"], sheet["F5"], sheet["B5"] = "Start", "Goal", "What"
    book.save(path)
    after = okr.read(path)
    assert "keys-moved" not in {code for _, code in codes(path)}
    assert after.key_results.baseline.equals(before.key_results.baseline)
    assert after.key_results.target.equals(before.key_results.target)


@pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")
def test_a_deleted_header_row_costs_no_objective(plain):
    book, sheet, path = plain
    before = okr.read(path)
    sheet.delete_rows(KEYS + 1)
    book.save(path)
    after = okr.read(path)
    assert ("4", "header-gone") in codes(path)
    assert after.objectives.id.tolist() == before.objectives.id.tolist()
    assert after.check_ins.value.tolist() == before.check_ins.value.tolist()


@pytest.mark.parametrize(
    "headers",
    [
        ["8 Jan", "15 Jan"],
        ["Jan 8", "Jan 15"],
        ["Jan 8, 2027", "Jan 15, 2027"],
        ["1/8", "1/15"],
        [46395, 46402],
        [date(2027, 1, 8), date(2027, 1, 15)],
    ],
    ids=str,
)
def test_dates_in_headers_are_read_however_they_are_written(sheet, headers):
    path = sheet(*weeks(*headers, numbers=[10, 40]))
    assert days(path) == ["2027-01-08", "2027-01-15"]
    assert okr.score(path, as_of=FEBRUARY).score.tolist() == [0.4]
    assert codes(path) == []


@pytest.mark.parametrize("headers", [["Jan", "Feb"], ["1월 1주차", "1월 2주차"]], ids=str)
def test_numbers_under_headers_that_are_no_dates_are_each_named(sheet, headers):
    path = sheet(*weeks(*headers, numbers=[10, 40]))
    assert codes(path) == [("F2", "undated-column"), ("G2", "undated-column")]


def test_rounds_behind_the_last_dated_one_are_named(sheet):
    path = sheet(*weeks("2027-01-08", "Round 2", "Round 3", "Effort", numbers=[10, 40, 50, 3]))
    undated = [("G2", "undated-column"), ("H2", "undated-column")]
    assert codes(path) == [*undated, ("I2", "unknown-column")]


@pytest.mark.parametrize("first", ["08/01/2027", "05/02/2027"])
def test_the_dates_of_one_header_row_are_in_one_order(sheet, first):
    # Three of them could be months first, which puts them into August, May and December.
    headers = ["08/01/2027", "15/01/2027", "05/02/2027", "12/02/2027"]
    headers = headers[headers.index(first) :]
    path = sheet(*weeks(*headers, numbers=[10, 20, 30, 40]))
    whole = ["2027-01-08", "2027-01-15", "2027-02-05", "2027-02-12"]
    assert days(path) == whole[-len(headers) :]


@pytest.mark.parametrize(
    ("texts", "around", "order"),
    [
        (["05/02/2027", "13/02/2027"], None, "dmy"),
        (["02/05/2027", "02/13/2027"], None, "mdy"),
        (["05/02/2027"], Quarter(2027, 1).span, "dmy"),
        (["05/02/2027"], Quarter(2027, 2).span, "mdy"),
        (["05/02/2027"], None, "mdy"),
        (["01/02/2027", "08/02/2027"], None, "dmy"),
        (["2027-02-05", "5 Feb 2027", "lunch"], Quarter(2027, 1).span, ""),
    ],
)
def test_the_order_of_dates_is_that_of_the_column_the_quarter_or_the_language(texts, around, order):
    assert usual_order(texts, language("en"), around) == order


def test_the_first_and_the_last_day_are_in_one_order_near_their_quarter(book):
    path = book("""
        | Quarter   | 2027-Q2    |          |          |        |            |
        | First day | 05/04/2027 |          |          |        |            |
        | Last day  | 02/07/2027 |          |          |        |            |
        | ID        | Title      | Type     | Baseline | Target | 16 Apr     |
        | O1        | Goal       | Objective |         |        |            |
        | O1.KR1    | Leads      | Increase | 10       | 30     | 20         |
    """)
    about = okr.read(path).about
    assert (about.start, about.end) == (date(2027, 4, 5), date(2027, 7, 2))
    assert days(path) == ["2027-04-16"]


def test_another_table_of_okrs_at_the_right_is_named_and_does_not_leak(book):
    path = book("""
        | Quarter | 2027-Q1 |          |          |        |            |   |        |       |          |        |            |
        | ID      | Title   | Type     | Baseline | Target | 2027-01-08 |   | ID     | Title | Baseline | Target | 2027-01-15 |
        | O1      | Goal    | Objective |         |        |            |   | P1     | Other |          |        |            |
        | O1.KR1  | Leads   | Increase | 10       | 30     | 20         |   | P1.KR1 | Foo   | 0        | 100    | 90         |
    """)
    assert codes(path) == [("H2", "second-header")]
    assert okr.read(path).check_ins.value.tolist() == [20]


def test_a_table_of_actions_beside_or_below_is_not_taken_for_okrs(book):
    beside = book("""
        | Quarter | 2027-Q1 |          |          |        |            |   |            |           |       |            |
        | ID      | Title   | Type     | Baseline | Target | 2027-01-08 |   | Key result | Action    | Owner | Due        |
        | O1      | Goal    | Objective |         |        |            |   | O1.KR1     | Call them | Zed   | 2027-03-01 |
        | O1.KR1  | Leads   | Increase | 10       | 30     | 20         |   |            |           |       |            |
    """)
    below = book(
        """
        | Quarter | 2027-Q1 |          |          |        |            |
        | ID      | Title   | Type     | Baseline | Target | 2027-01-08 |
        | O1      | Goal    | Objective |         |        |            |
        | O1.KR1  | Leads   | Increase | 10       | 30     | 20         |
        |         |         |          |          |        |            |
        | Key result | Action    | Owner | Due        | Status | Note |
        | O1.KR1     | Call them | Zed   | 2027-03-01 | Done   |      |
    """,
        "below.csv",
    )
    for path in (beside, below):
        tracker = okr.read(path)
        assert tracker.rows.id.tolist() == ["O1", "O1.KR1"]
        assert "Zed" not in tracker.rows.owner.tolist()
        assert tracker.actions.action.tolist() == ["Call them"]
        assert "second-header" not in {code for _, code in codes(path)}


def test_columns_go_on_behind_a_blank_one(book):
    path = book("""
        | Quarter | 2027-Q1 |           |          |        |            |   |       |            |
        | ID      | Title   | Type      | Baseline | Target | 2027-01-08 |   | Owner | 2027-01-15 |
        | O1      | Goal    | Objective |          |        |            |   | Ann   |            |
        | O1.KR1  | Leads   | Increase  | 10       | 30     | 20         |   | Ann   | 25         |
    """)
    assert codes(path) == []
    assert okr.read(path).check_ins.value.tolist() == [20, 25]
    assert okr.read(path).key_results.owner.tolist() == ["Ann"]


@pytest.mark.parametrize(
    ("title", "target", "label", "given"),
    [
        ("Title", "Goal", "Target", "Goal"),
        ("OKR", "Target", "Objective / key result", "OKR"),
        ("Description", "Target", "Objective / key result", "Description"),
    ],
)
def test_one_header_renamed_is_named_with_what_stands_there_instead(
    book, title, target, label, given
):
    (problem,) = okr.check(
        book(f"""
        | ID     | {title} | Type     | Baseline | {target} | 2027-01-08 |
        | O1.KR1 | Leads   | Increase | 10       | 30       | 20         |
    """)
    )
    assert (problem.cell, problem.code) == ("1", "renamed-column")
    assert (problem.words["label"], problem.given) == (label, given)


QUARTERS = (Span(date(2026, 10, 1), date(2026, 12, 31)), Span(date(2027, 1, 1), date(2027, 3, 31)))
ROW = ("Title", "Target", "Owner", "W1", "W2", "Note")


def test_one_header_means_other_days_in_another_quarter():
    read = [*map(headings.by_words, [ROW] * 4, QUARTERS * 2)]
    assert [min(each.check_ins) for (each,) in read] == [date(2026, 10, 9), date(2027, 1, 8)] * 2
    assert read[:2] == read[2:]


def test_words_with_gaps_between_them_are_looked_at_once(monkeypatch):
    seen = []
    words_of = headings.words_of
    monkeypatch.setattr(headings, "words_of", lambda texts: seen.extend(texts) or words_of(texts))
    first = ["ID", "Title", "Type", "Baseline", "Target"]
    words = [f"word {number}" for number in range(50)]
    row = [*first, *(cell for word in words for cell in (None, word)), None, *first]
    left, right = headings.by_words(row, None)
    assert (left.span, right.span) == (range(1, 106), range(107, 112))
    assert sorted(seen) == sorted(2 * first + words)


def test_equal_cells_of_other_types_are_other_headers():
    quarter = QUARTERS[1]
    for cell, text in ((1.0, "1"), (True, "TRUE"), (1.0, "1")):
        (heading,) = headings.by_words([*ROW[:4], cell, *ROW[4:]], quarter)
        assert heading.undated == {5: text}


def test_long_rows_are_read_each_time_and_not_kept():
    row = [*ROW, "x" * 30_000]
    first, second = headings.by_words(row, None), headings.by_words(row, None)
    assert first[0].columns == second[0].columns == {"title": 1, "target": 2, "owner": 3, "note": 6}
    assert first[0] is not second[0]
