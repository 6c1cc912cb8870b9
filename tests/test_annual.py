"""The year beside the quarter: annual trackers written, read back, aligned to and rolled up."""

import json
import re
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from calculators import differences, formula_cells, libreoffice, poisoned, values
from openpyxl import Workbook, load_workbook

import okr_sheets as okr
from okr_sheets.columns import Columns, serial
from okr_sheets.language import language, languages
from okr_sheets.quarters import Quarter, Span, Year, check_in_dates, period, period_within

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")
NONE = okr.Config()
PLAN = """
[[objectives]]
id = "{id}"
title = "{title}"
owner = "Ann"
aligns_to = "{serves}"
[[objectives.key_results]]
title = "Paying customers from 100 to 200"
type = "increase"
baseline = 100
target = 200
unit = "customers"
owner = "Ann"
"""


def tracker(folder, name, quarter, number, *, objective="O1", serves="", parent="", **about):
    """A tracker of one key result, half of whose first check-ins are typed as one number."""
    plan = folder / f"{name}.toml"
    plan.write_text(PLAN.format(id=objective, title="Customers stay", serves=serves), "utf-8")
    about = {"company": "Northwind", "level": "team" if "team" in about else "company", **about}
    made = okr.new(source=plan, quarter=quarter, parent=parent, config=NONE, **about)
    plan.unlink()
    row = made.columns["key_results"].row[:1]
    typed = {"row": row, "date": np.array([float(serial(made.check_in_dates[0]))])}
    checked = Columns({**typed, "value": np.array([float(number)])}, 1)
    path = folder / f"{name}.xlsx"
    okr.write(made.changed(check_ins=checked), path, parent=folder / parent if parent else None)
    return path


@pytest.fixture
def northwind(tmp_path):
    """A company with a year and two quarters, and a team with a year and the second of them.

    All number their objectives alike; which one is served tells the file of the parent.
    """
    of_team = {"team": "Sales"}
    tracker(tmp_path, "year", "2027", 120)
    tracker(tmp_path, "sales-year", "2027", 110, serves="O1", parent="year.xlsx", **of_team)
    for number, reached in (("Q1", 180), ("Q2", 150)):
        folder = tmp_path / number
        folder.mkdir()
        year = tmp_path / "year.xlsx"
        (folder / "year.xlsx").write_bytes(year.read_bytes())
        tracker(folder, "company", f"2027-{number}", reached, serves="O1", parent="year.xlsx")
        tracker(
            folder, "sales", f"2027-{number}", 130, serves="O1", parent="company.xlsx", **of_team
        )
        (folder / "sales-year.xlsx").write_bytes((tmp_path / "sales-year.xlsx").read_bytes())
    return tmp_path


# --- what is a year ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "fiscal_start", "start", "end"),
    [
        ("2027", 1, "2027-01-01", "2027-12-31"),
        (" FY2027 ", 1, "2027-01-01", "2027-12-31"),
        ("fy 2027", 4, "2026-04-01", "2027-03-31"),
        ("2570", 1, "2027-01-01", "2027-12-31"),
        ("2028", 3, "2027-03-01", "2028-02-29"),
        ("2027", 12, "2026-12-01", "2027-11-30"),
    ],
)
def test_a_year_has_the_days_of_its_four_quarters(text, fiscal_start, start, end):
    year = period(text, fiscal_start)
    assert (str(year.start), str(year.end)) == (start, end)
    quarters = [Quarter(year.number, number, fiscal_start) for number in range(1, 5)]
    assert (quarters[0].start, quarters[-1].end) == (year.start, year.end)
    assert all(Year.holding(each.end, fiscal_start) == year for each in quarters)
    assert check_in_dates(year.start, year.end, "quarterly") == tuple(q.end for q in quarters)
    assert len(check_in_dates(year.start, year.end, "monthly")) == 12


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("2027", "2027"),
        ("Sales OKRs 2027", "2027"),
        ("2027 OKR'leri", "2027"),
        ("Northwind FY2027", "2027"),
        ("OKR 2570", "2027"),
        ("2027-Q1 OKRs", "2027-Q1"),
        ("OKRs Q1 2027", "2027-Q1"),
        ("OKRs, Q1 – 2027", "None"),
        ("March 2027 OKRs", "None"),
        ("OKRs 2027 H1", "None"),
        ("Northwind 2027", "None"),
        ("OKRs 1027", "None"),
        ("20270", "None"),
    ],
)
def test_a_title_names_a_year_where_it_can_mean_nothing_else(text, named):
    assert str(period_within(text)) == named


@pytest.mark.parametrize(
    ("days", "fits"),
    [
        (("2027-01-01", "2027-12-31"), True),
        (("2027-01-04", "2028-01-02"), True),
        (("2027-01-01", "2027-03-31"), False),
        (("2028-01-01", "2028-12-31"), False),
    ],
)
def test_days_fit_a_year_that_they_fill(days, fits):
    assert Year(2027).fits(Span(*map(date.fromisoformat, days))) is fits


# --- a tracker of a year -------------------------------------------------------------------------


@pytest.mark.parametrize("code", languages())
@pytest.mark.parametrize(("cadence", "dates"), [(None, 12), ("quarterly", 4), ("weekly", 52)])
def test_a_years_tracker_comes_back_as_it_was_made(tmp_path, code, cadence, dates):
    made = okr.new(quarter="2027", fiscal_start=4, cadence=cadence, language=code, config=NONE)
    assert len(made.check_in_dates) == dates
    back = okr.read(okr.write(made, tmp_path / "year.xlsx"), config=NONE)
    assert back.problems == ()
    assert back.about == made.about
    assert back.check_in_dates == made.check_in_dates
    assert back.okrs.title.tolist() == made.okrs.title.tolist()


def test_a_years_tracker_speaks_of_the_year(tmp_path):
    path = okr.write(okr.new(quarter="2027", config=NONE), tmp_path / "year.xlsx")
    book = load_workbook(path)
    texts = [str(cell.value) for row in book["Start here"].rows for cell in row if cell.value]
    assert not [text for text in texts if "quarter" in text.lower() and text != "tracker.quarter"]
    rules = book["Start here"].data_validations.dataValidation
    offered = [rule.formula1 for rule in rules if "Monthly" in str(rule.formula1)]
    assert offered == ['"Weekly,Every two weeks,Monthly,Quarterly"']


def test_a_quarters_tracker_offers_no_check_ins_by_the_quarter(tmp_path):
    path = okr.write(okr.new(quarter="2027-Q1", config=NONE), tmp_path / "quarter.xlsx")
    rules = load_workbook(path)["Start here"].data_validations.dataValidation
    assert not [rule for rule in rules if "Quarterly" in str(rule.formula1)]
    with pytest.raises(ValueError, match=r"has no quarters to check in on\. .* 2027"):
        okr.new(quarter="2027-Q1", cadence="quarterly", config=NONE)


def test_the_days_of_a_plan_spread_over_the_year_and_stay_within():
    of_quarter = okr.new("sales", quarter="2027-Q1", config=NONE)
    of_year = okr.new("sales", quarter="2027", config=NONE)
    short, long = (t.columns["actions"].due for t in (of_quarter, of_year))
    first = serial(date(2027, 1, 1))
    assert np.nanmax(long) <= serial(date(2027, 12, 31))
    assert long - first == pytest.approx((short - first) * 364 / 89, abs=5, nan_ok=True)


@pytest.mark.parametrize("code", languages())
def test_what_a_year_says_otherwise_is_said_of_a_quarter_too(code):
    words = language(code)
    for path in [path for path in words.paths() if path.startswith("year.")]:
        usual, of_year = (words.lines(each) for each in (path.removeprefix("year."), path))
        assert words.of_year.lines(path.removeprefix("year.")) == of_year
        fields = [set(re.findall(r"{\w+}", " ".join(lines))) for lines in (usual, of_year)]
        assert fields[0] == fields[1], path
        if path != "year.settings.quarter":
            assert len(usual) == len(of_year), path
    assert words.of_year("okrs.title") == words("okrs.title")


def test_a_problem_of_a_years_tracker_speaks_of_the_year(tmp_path):
    path = tracker(tmp_path, "year", "2027", 120)
    book = load_workbook(path)
    sheet = book["OKRs"]
    headers = {sheet.cell(5, column).value: column for column in range(1, 40)}
    due = next(column for header, column in headers.items() if header == "Due")
    sheet.cell(7, due).value = date(2028, 2, 1)
    book.save(path)
    said = [p.say() for p in okr.check(path, config=NONE) if p.code == "date-outside"]
    assert said == [
        "2028-02-01 lies outside the year (2027-01-01 to 2027-12-31). Correct the date."
    ]


# --- other people's files ------------------------------------------------------------------------

TABLE = [
    ("ID", "Objective / key result", "Type", "Baseline", "Target", "31 Jan", "30 Nov"),
    ("O1", "Customers stay", "Objective", None, None, None, None),
    ("O1.KR1", "Customers", "Increase", 100, 200, 120, 180),
]


@pytest.mark.parametrize("named", [2027, "2027", "FY2027", 2570.0])
def test_a_year_is_read_wherever_it_stands(tmp_path, named):
    path = tmp_path / "own.xlsx"
    book = Workbook()
    for row in [("Quarter", named), (), *TABLE]:
        book.active.append(row)
    book.save(path)
    back = okr.read(path, config=NONE)
    assert (back.about.quarter, back.about.cadence) == ("2027", "monthly")
    # Days without a year lie in it, however far from its first.
    assert back.check_in_dates == (date(2027, 1, 31), date(2027, 11, 30))


def test_a_title_or_a_flat_column_tells_the_year(tmp_path):
    title, flat = tmp_path / "title.csv", tmp_path / "flat.csv"
    title.write_text(
        "Sales OKRs 2027\nObjective,Key result,Start value,Target,Current\nA,B,1,5,2\n"
    )
    flat.write_text("Quarter,Objective,Key result,Start value,Target,Current\n2027,A,B,1,5,2\n")
    for path in (title, flat):
        assert okr.read(path, config=NONE).about.span == Year(2027).span


def test_check_in_dates_through_the_year_tell_it(tmp_path):
    path = tmp_path / "dates.xlsx"
    book = Workbook()
    months = check_in_dates(date(2027, 1, 1), date(2027, 12, 31), "monthly")
    for row in [(*TABLE[0][:5], *months), *(line[:5] for line in TABLE[1:])]:
        book.active.append(row)
    book.save(path)
    assert okr.read(path, config=NONE).about.quarter == "2027"


@pytest.mark.parametrize(
    ("label", "start", "end", "counted"),
    [
        ("2027", "2027-01-01", "2027-03-31", "2027-Q1"),
        ("2027", "2028-01-01", "2028-12-31", "2028"),
        ("2027-Q1", "2028-01-01", "2028-12-31", "2028"),
    ],
)
def test_a_year_that_disagrees_with_the_days_is_named(tmp_path, label, start, end, counted):
    path = tmp_path / "own.csv"
    head = f"Quarter,{label}\nFirst day,{start}\nLast day,{end}\n\n"
    path.write_text(f"{head}Title,Type,Baseline,Target,Current\nA,Increase,1,5,2\n")
    back = okr.read(path, config=NONE)
    assert back.about.quarter == counted
    found = [problem for problem in back.problems if problem.code == "quarter-disagrees"]
    assert [problem.words["value"] for problem in found] == [counted]


# --- a run of years and quarters -----------------------------------------------------------------


def files(folder, *names):
    return [folder / f"{name}.xlsx" for name in names]


def test_a_quarter_aligns_to_the_year_by_the_file_of_its_parent(northwind):
    trackers = files(northwind / "Q1", "year", "sales-year", "company", "sales")
    rolled = okr.rollup(trackers, as_of="2027-01-31", config=NONE)
    codes = {problem.code for problem in rolled.problems}
    assert codes.isdisjoint({"same-tracker", "ambiguous-alignment", "level-skip", "serves-nothing"})
    assert [(row["unit_name"], row["depth"]) for row in rolled.rows("alignment")] == [
        ("Northwind (2027)", 0),
        ("Northwind", 1),
        ("Sales", 2),
        ("Sales (2027)", 1),
    ]
    assert {row["finding"] for row in rolled.rows("alignment")} == {""}
    # The year's own team counts in it, its quarter's does not.
    assert next(row["below"] for row in rolled.rows("alignment")) == pytest.approx(0.1)


def test_a_quarter_without_a_parent_serves_its_units_own_year(tmp_path):
    tracker(tmp_path, "year", "2027", 120)
    tracker(tmp_path, "sales-year", "2027", 110, serves="O1", parent="year.xlsx", team="Sales")
    tracker(tmp_path, "sales", "2027-Q1", 130, serves="O1", team="Sales")
    rolled = okr.rollup(tmp_path, as_of="2027-01-31", config=NONE)
    rows = [(row["file"], row["depth"]) for row in rolled.rows("alignment")]
    assert rows == [("year.xlsx", 0), ("sales-year.xlsx", 1), ("sales.xlsx", 2)]


def test_the_rollup_shows_the_years_line_beside_the_quarters(northwind):
    trackers = files(northwind / "Q1", "year", "sales-year", "company", "sales")
    rolled = okr.rollup(trackers, as_of="2027-01-31", config=NONE)
    lines = [
        (row["unit_name"], row["quarter"], row["score"], row["year_score"], row["year_status"])
        for row in rolled.rows("teams")
    ]
    assert lines == [
        ("Northwind", "2027-Q1", 0.8, 0.2, "on-track"),
        ("Sales", "2027-Q1", 0.3, 0.1, "on-track"),
        ("Northwind (2027)", "2027", 0.2, None, ""),
        ("Sales (2027)", "2027", 0.1, None, ""),
    ]
    expected = [row["year_expected"] for row in rolled.rows("teams")][:2]
    assert expected == pytest.approx([31 / 365] * 2, abs=0.005)
    assert rolled.about["quarter"] == "2027-Q1"
    assert rolled.headline["unit_name"] == "Northwind"
    assert rolled.headline["below"] == 0.3


def test_each_unit_has_the_dates_of_its_own_kind_of_period(northwind):
    trackers = files(northwind / "Q1", "year", "company")
    rolled = okr.rollup(trackers, as_of="2027-03-10", config=NONE)
    days = {"2027": [], "2027-Q1": []}
    for row in rolled.rows("trend"):
        if row["level"] == "unit":
            days[row["quarter"]].append(str(row["day"]))
    assert days["2027"] == ["2027-01-31", "2027-02-28", "2027-03-10"]
    fridays = check_in_dates(date(2027, 1, 1), date(2027, 3, 31), "weekly")
    assert days["2027-Q1"] == [*map(str, fridays[:9]), "2027-03-10"]


def test_without_a_years_tracker_the_columns_are_blank(northwind):
    rolled = okr.rollup(files(northwind / "Q1", "company", "sales"), config=NONE)
    assert {(r["year_score"], r["year_status"]) for r in rolled.rows("teams")} == {(None, "")}
    assert not rolled.has_years


def test_years_alone_are_a_rollup_of_the_year(northwind):
    rolled = okr.rollup(files(northwind, "year", "sales-year"), config=NONE, as_of="2027-03-31")
    assert (rolled.about["quarter"], rolled.headline["unit_name"]) == ("2027", "Northwind")
    assert str(rolled.as_of) == "2027-03-31"


def test_scores_of_a_quarter_do_not_change_by_the_year_beside_it(northwind):
    folder = northwind / "Q1"
    alone = okr.rollup(files(folder, "company", "sales"), as_of="2027-01-31", config=NONE)
    beside = okr.rollup(folder, as_of="2027-01-31", config=NONE)
    mine = [row for row in beside.rows("teams") if row["quarter"] == "2027-Q1"]
    for row, other in zip(mine, alone.rows("teams"), strict=True):
        assert {k: v for k, v in row.items() if not k.startswith("year_")} == {
            k: v for k, v in other.items() if not k.startswith("year_")
        }


def test_last_quarter_stands_beside_the_quarter_and_last_year_beside_the_year(northwind):
    rolled = okr.rollup(
        northwind / "Q2", previous=northwind / "Q1", as_of="2027-04-30", config=NONE
    )
    before = {row["unit_name"]: row["previous"] for row in rolled.rows("teams")}
    assert before == {
        "Northwind": 0.8,
        "Sales": 0.3,
        "Northwind (2027)": None,
        "Sales (2027)": None,
    }
    assert rolled.previous_quarter == "2027-Q1"


def test_every_report_has_the_year(northwind):
    rolled = okr.rollup(northwind / "Q1", as_of="2027-01-31", config=NONE)
    written = {
        s: okr.report(rolled, northwind / f"out.{s}") for s in ("xlsx", "md", "html", "json")
    }
    sheet = load_workbook(written["xlsx"])["Teams"]
    table = [[cell.value for cell in row] for row in sheet.rows]
    header = next(row for row in table if "Score of the year" in row)
    first = table[table.index(header) + 1]
    shown = dict(zip(header, first, strict=True))
    assert (shown["Score of the year"], shown["Status of the year"]) == (0.2, "On track")
    assert "| 20% | 8% | On track |" in written["md"].read_text("utf-8")
    assert "2027: Score 20%, expected 8%" in written["html"].read_text("utf-8")
    teams = json.loads(written["json"].read_text("utf-8"))["teams"]
    assert [team["year_score"] for team in teams] == [0.2, 0.1, None, None]


# --- the sheet's own formulas --------------------------------------------------------------------


@pytest.mark.parametrize("cadence", ["monthly", "quarterly"])
def test_libreoffice_agrees_on_every_formula_of_a_year(tmp_path, soffice, cadence):
    made = okr.new(quarter="2027", fiscal_start=7, cadence=cadence, config=NONE)
    rows = made.columns["key_results"]
    dates = [day for day in made.check_in_dates if day <= date(2027, 3, 31)]
    typed = [
        (row, float(serial(day)), baseline + (target - baseline) * (at + 1) / 15)
        for row, baseline, target in zip(
            rows.row.tolist(), np.nan_to_num(rows.baseline), np.nan_to_num(rows.target), strict=True
        )
        for at, day in enumerate(dates)
    ]
    row, day, value = map(np.array, zip(*typed, strict=True))
    checked = Columns({"row": row, "date": day, "value": value}, len(typed))
    about = replace(made.about, as_of=date(2027, 3, 31))
    path = okr.write(made.changed(check_ins=checked, about=about), tmp_path / "year.xlsx")
    ours = values(path, formula_cells(path))
    bad = poisoned(path, tmp_path / "poisoned.xlsx")
    assert differences(ours, values(libreoffice(bad, tmp_path), list(ours))) == {}


def test_a_years_forecast_ends_with_the_year(northwind):
    path = northwind / "year.xlsx"
    book = load_workbook(path)
    sheet = book["OKRs"]
    header = [cell.value for cell in sheet[5]]
    first = next(at for at, value in enumerate(header, 1) if sheet.cell(7, at).value == 120)
    for month, number in enumerate((120, 128, 140, 151)):
        sheet.cell(7, first + month).value = number
    book.save(path)
    rolled = okr.rollup(path, as_of="2027-04-30", config=NONE)
    (row,) = rolled.rows("forecast")
    assert row["forecast_low"] < row["forecast"] <= 1
    assert row["value_high"] > 200 > row["current"]
    assert len({r["day"] for r in rolled.rows("trend") if r["level"] == "unit"}) == 4


def test_a_year_beside_the_quarter_says_nothing_of_whether_it_is_over_or_has_begun():
    year, quarter = (
        okr.new(blank=True, quarter=each, company="Acme") for each in ("2027", "2027-Q2")
    )
    for day, is_over, is_asked in (
        ("2027-04-01", False, False),
        ("2027-04-09", False, True),
        ("2027-06-30", True, True),
    ):
        for trackers in ([quarter], [year, quarter]):
            rollup = okr.rollup(trackers, as_of=day)
            assert (rollup.is_over, rollup.is_asked) == (is_over, is_asked), (day, len(trackers))
