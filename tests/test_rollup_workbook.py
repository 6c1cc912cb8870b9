"""The rollup as a workbook: its sheets tell what the rollup says, natively and ready to print."""

import json
import re
import shutil
import warnings
import zipfile
from dataclasses import replace
from urllib.parse import unquote

import pandas as pd
import pytest
import xlsx_lint
from lxml import etree
from openpyxl import load_workbook
from openpyxl.utils import range_boundaries

import okr_sheets as okr
from okr_sheets.language import language, languages

SHEETS = [
    "Summary",
    "Teams",
    "Objectives",
    "Key results",
    "Owners",
    "Alignment",
    "Forecast",
    "Attention",
    "Changes",
    "Remarks",
    "Quality",
    "Findings",
    "Problems",
]
HEADER = 4  # the row of a table's headers


@pytest.fixture(scope="module")
def rollup(company_rollup):
    return company_rollup


@pytest.fixture(scope="module")
def path(rollup, tmp_path_factory):
    return okr.report(rollup, tmp_path_factory.mktemp("book") / "r.xlsx", "en")


@pytest.fixture(scope="module")
def book(path):
    return opened(path)


def opened(path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # sparklines are nothing to openpyxl
        return load_workbook(path)


def table(sheet):
    """The rows of a sheet's table, by header."""
    headers = [cell.value for cell in sheet[HEADER]]
    rows = sheet.iter_rows(min_row=HEADER + 1, values_only=True)
    return pd.DataFrame([row for row in rows if any(row)], columns=headers)


def cells(book, reference):
    """The values of a range such as 'Calc'!$A$1:$D$1."""
    name, _, place = reference.rpartition("!")
    left, top, right, bottom = range_boundaries(place)
    sheet = book[name.strip("'")]
    found = sheet.iter_rows(top, bottom, left, right, values_only=True)
    return [value for row in found for value in row]


def target(link):
    return unquote(link.target).replace("\\", "/")


def charts(path):
    """Of each chart its kinds, and its series: name to the reference of its values."""
    with zipfile.ZipFile(path) as archive:
        parts = sorted(name for name in archive.namelist() if name.startswith("xl/charts/chart"))
        trees = [etree.fromstring(archive.read(name)) for name in parts]
    return [
        (
            {
                kind
                for kind in ("pieChart", "doughnutChart", "barChart", "lineChart", "areaChart")
                if tree.find(f".//{{*}}{kind}") is not None
            },
            {
                series.findtext("{*}tx//{*}v"): series.findtext("{*}val//{*}f")
                for series in tree.iter("{*}ser")
            },
        )
        for tree in trees
    ]


def sparklines(path, number):
    """Cell to the reference of what its sparkline shows, of one sheet."""
    with zipfile.ZipFile(path) as archive:
        text = archive.read(f"xl/worksheets/sheet{number}.xml").decode()
    return dict(re.findall(r"<xm:f>([^<]+)</xm:f><xm:sqref>([A-Z]+\d+)</xm:sqref>", text))


# --- what is there -------------------------------------------------------------------------------


def test_the_sheets_stand_in_the_order_a_reader_asks(book):
    assert [sheet.title for sheet in book if sheet.sheet_state == "visible"] == SHEETS
    assert [sheet.title for sheet in book if sheet.sheet_state == "hidden"] == ["Calc"]
    assert book.active.title == "Summary"


@pytest.mark.parametrize("code", languages())
def test_excel_opens_it_silently_in_every_language(code, rollup, tmp_path):
    path = okr.report(rollup, tmp_path / "r.xlsx", code)
    words = language(code)
    assert xlsx_lint.problems(path) == []
    assert words("report.alignment") in opened(path).sheetnames


def test_every_table_is_native_and_filters_and_stays_in_sight(book):
    for name in SHEETS[1:]:
        sheet = book[name]
        (made,) = sheet.tables.values()
        assert made.autoFilter is not None, name
        assert sheet.freeze_panes.endswith(str(HEADER + 1)), name


def test_every_sheet_is_set_up_to_be_printed(book):
    for name in SHEETS:
        sheet = book[name]
        assert sheet.page_setup.orientation == "landscape", name
        assert sheet.sheet_properties.pageSetUpPr.fitToPage, name
        assert sheet.page_setup.fitToWidth in {None, 1}, name  # 1 if nothing is said
        assert (sheet.page_setup.fitToHeight == 0) == (name != "Summary"), name
        assert "&P" in sheet.oddFooter.center.text, name
        assert sheet.print_area, name
        if name != "Summary":
            assert sheet.print_title_rows == f"${HEADER}:${HEADER}", name


# --- charts and sparklines -----------------------------------------------------------------------


def test_the_summary_draws_status_pace_and_trend(path, book, rollup):
    doughnut, bars, weeks = charts(path)
    assert doughnut[0] == {"doughnutChart"}
    (counts,) = doughnut[1].values()
    assert sum(cells(book, counts)) == len(rollup.key_results)
    assert bars[0] == {"barChart"}
    assert cells(book, bars[1]["Score"]) == rollup.teams.score.tolist()
    assert cells(book, bars[1]["Expected"]) == rollup.teams.expected.tolist()
    assert weeks[0] == {"areaChart", "lineChart"}


def test_the_trend_runs_into_the_forecast_and_its_range(path, book, rollup):
    series = charts(path)[2][1]
    about, trend = rollup.about, rollup.trend
    mine = trend[(trend.level == "unit") & (trend.file == "company.xlsx")]
    scores = cells(book, series["Score"])
    assert scores == mine.score.tolist()
    ahead = cells(book, series["Forecast"])
    assert [value is None for value in ahead[: len(scores)]] == [True] * 8 + [False]
    assert ahead[len(scores) - 1] == scores[-1]
    assert ahead[-1] == pytest.approx(about["forecast"])
    width = cells(book, series["80% range"])
    assert width[: len(scores)] == [0] * len(scores)
    assert width[-1] == pytest.approx(about["forecast_high"] - about["forecast_low"])


def test_each_key_result_has_a_sparkline_of_its_own_weeks(path, book, rollup):
    trend = rollup.trend[rollup.trend.level == "key-result"]
    places = {cell: reference for reference, cell in sparklines(path, 4).items()}
    rows = table(book["Key results"])
    drawn = 0
    for number, row in rows.iterrows():
        mine = trend[(trend.file == row["File"]) & (trend.id == row["ID"])].sort_values("day")
        reference = places.get(f"G{HEADER + 1 + number}")
        assert (reference is None) == (mine.score.notna().sum() < 2), row["ID"]
        if reference:
            drawn += 1
            assert cells(book, reference) == mine.score.astype(object).tolist()
    assert drawn > 50


def test_units_that_nobody_speaks_for_are_drawn_side_by_side(company, tmp_path):
    trackers = [okr.read(company / f"{name}.xlsx") for name in ("sales", "go-to-market")]
    path = okr.report(okr.rollup(trackers), tmp_path / "r.xlsx")
    _, _, weeks = charts(path)
    assert weeks[0] == {"lineChart"}
    assert list(weeks[1]) == ["Go-to-market", "Sales"]  # of Marketing, then of Sales


# --- rows ----------------------------------------------------------------------------------------


def test_alignment_is_an_outline(book, rollup):
    sheet = book["Alignment"]
    first = HEADER + 1
    rows = range(first, first + len(rollup.alignment))
    levels = [sheet.row_dimensions[row].outlineLevel for row in rows]
    indents = [sheet.cell(row, 1).alignment.indent for row in rows]
    assert levels == rollup.alignment.depth.tolist()
    assert indents == [1 + 2 * depth for depth in levels]
    assert not sheet.sheet_properties.outlinePr.summaryBelow
    assert table(sheet)["ID"].tolist() == rollup.alignment.id.tolist()
    parents = table(sheet)["Serves"].fillna("").tolist()
    assert parents == rollup.alignment.parent.tolist()


def test_attention_gives_every_reason_in_words(book, rollup):
    rows = table(book["Attention"])
    assert rows["ID"].tolist() == rollup.attention.id.tolist()
    for why, reasons in zip(rows["Why"], rollup.attention.reasons.map(json.loads), strict=True):
        actions = [fields["action"] for code, fields in reasons if code == "blocked"]
        assert all(action in why for action in actions)
        assert why.count(", ") >= len(reasons) - 1
    assert "no number yet" in set(rows["Why"])


def test_the_forecast_begins_with_the_lowest_and_says_its_finding(book, rollup):
    rows = table(book["Forecast"])
    assert rows["Forecast"].is_monotonic_increasing
    found = rollup.forecast.set_index("id")
    for _, row in rows.iterrows():
        told = found.loc[row["ID"]]
        assert row["Forecast"] == told.forecast
        assert pd.isna(row["Finding"]) == (told.finding == "")
        assert row["Value, low end"] <= row["Value at the end"] <= row["Value, high end"]
        # As exact as the range vouches for, and no further off than that.
        width = told.value_high - told.value_low
        assert row["Value at the end"] == pytest.approx(told.value, abs=0.051 * width + 1e-9)


def test_changes_show_both_scores_and_what_lies_between(book, rollup):
    rows = table(book["Changes"])
    assert rows["ID"].tolist() == rollup.changes.id.tolist()
    difference = rows["Score now"].astype(float) - rows["Score then"].astype(float)
    assert rows["Difference"].astype(float).tolist() == pytest.approx(difference.tolist(), abs=1e-4)


def test_rows_of_every_list_lead_to_their_row_in_the_tracker(book):
    for name in ("Objectives", "Key results", "Alignment", "Forecast", "Attention", "Changes"):
        rows = table(book[name])
        at = rows.columns.get_loc("ID") + 1
        for number, row in rows.iterrows():
            link = book[name].cell(HEADER + 1 + number, at).hyperlink
            assert target(link).endswith(f"/{row['File']}"), (name, row["ID"])
            assert link.location == f"'{row['Sheet']}'!A{row['Row']}"


def test_two_files_of_one_name_are_told_apart_on_every_sheet(company, tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        shutil.copy(company / "sales.xlsx", tmp_path / folder)
    one, other = (okr.read(tmp_path / folder / "sales.xlsx") for folder in ("a", "b"))
    other = replace(other, about=replace(other.about, quarter="2027-Q2"))
    book = opened(okr.report(okr.rollup([one, other]), tmp_path / "r.xlsx"))
    for name in ("Objectives", "Key results", "Alignment", "Forecast", "Attention", "Changes"):
        links = [target(cell.hyperlink) for cell in book[name]["B"] if cell.hyperlink]
        assert links == table(book[name])["File"].tolist(), name
        assert set(links) == {"a/sales.xlsx", "b/sales.xlsx"}, name


def test_last_quarter_is_shown_where_it_was_given(company, last_quarter, book, tmp_path):
    assert "Last quarter" not in table(book["Teams"])
    rolled = okr.rollup(company, previous=last_quarter)
    path = okr.report(rolled, tmp_path / "r.xlsx", "en")
    assert xlsx_lint.problems(path) == []
    now = opened(path)
    shown = table(now["Teams"])["Last quarter"].tolist()
    before = okr.rollup(last_quarter).teams.set_index("file")["score"]
    assert shown[:-1] == [before[file] for file in rolled.teams["file"][:-1]]
    assert shown[-1] is None or shown[-1] != shown[-1]  # Enablement was not there
    carried = table(now["Carried over"])
    assert carried["ID"].tolist() == rolled.carried.id.tolist()
    moved = carried["Score"] - carried["Last quarter"]
    assert carried["Difference"].tolist() == pytest.approx(moved.tolist())
