"""Columns and rows as people type them: days without a year, types of trackers, numbers in titles."""

from datetime import date

import pytest
from click.testing import CliRunner

import okr_sheets as okr
from okr_sheets.cli import main


@pytest.fixture
def adopted(tmp_path, monkeypatch):
    """The tracker that `adopt` makes of the lines of a CSV file."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("okr_sheets.about.today", lambda: date(2026, 12, 1))

    def adopt(text):
        (tmp_path / "sheet.csv").write_text(text, "utf-8")
        done = CliRunner().invoke(main, ["adopt", "sheet.csv", "-o", "new.xlsx"])
        assert done.exit_code == 0, done.output
        return okr.read(tmp_path / "new.xlsx")

    return adopt


def numbers(tracker):
    return [
        (row.id, row.date.date(), row.value)
        for row in tracker.check_ins.sort_values(["id", "date"]).itertuples()
    ]


DAYS = [date(2026, 10, 9), date(2026, 10, 23), date(2026, 11, 6), date(2026, 11, 20)]


@pytest.mark.parametrize(
    "top", ["Quarter,2026-Q4\n\n", "Quarter,2026-Q4\n", "Quarter:,2026-Q4\n", ""]
)
@pytest.mark.parametrize(
    "heads",
    [
        "Oct 9,Oct 23,Nov 6,Nov 20",
        "9 Oct,23 Oct,6 Nov,20 Nov",
        "October 9,October 23,November 6,November 20",
        "okt. 9.,okt. 23.,nov. 6.,nov. 20.",
        "9 Eki,23 Eki,6 Kas,20 Kas",
        "10월 9일,10월 23일,11월 6일,11월 20일",
        "9 ต.ค.,23 ต.ค.,6 พ.ย.,20 พ.ย.",
        "2026-10-09,2026-10-23,2026-11-06,2026-11-20",
    ],
)
def test_days_without_a_year_are_no_months_of_other_years(heads, top, adopted):
    tracker = adopted(
        f"{top}Objective,Key Result,Baseline,Target,{heads}\nGrow,CSAT score,82,90,83,84,86,87\n"
    )
    assert tracker.about.quarter == "2026-Q4"
    assert [(day, value) for _, day, value in numbers(tracker)] == list(
        zip(DAYS, [83, 84, 86, 87], strict=True)
    )


def test_months_with_a_year_of_two_digits_stay_months(adopted):
    tracker = adopted(
        "Objective,Key Result,Baseline,Target,Oct 26,Nov 26,Dec 26\nGrow,CSAT,82,90,83,84,86\n"
    )
    days = [date(2026, 10, 31), date(2026, 11, 30), date(2026, 12, 31)]
    assert [day for _, day, _ in numbers(tracker)] == days


@pytest.mark.parametrize(
    "line",
    [
        "Period,2027",
        "Quarter,2027-Q1",
        "Quarter: 2027-Q1",
        "Team,Sales",
        "Team,Sales,Quarter,2027-Q1",
        "Sales OKRs",
    ],
)
def test_a_title_or_settings_right_above_the_header_are_no_part_of_it(line, adopted):
    days = "2027-01-08,2027-01-15"
    tracker = adopted(f"{line}\nObjective,Key Result,Start,Target,{days}\nGrow,CSAT,82,90,83,84\n")
    assert tracker.about.quarter == "2027-Q1"
    assert [value for *_, value in numbers(tracker)] == [83, 84]
    assert tracker.about.team == ("Sales" if "Sales" in line else "")


@pytest.mark.parametrize("typed", [True, False])
def test_rows_of_the_types_of_a_tracker_are_what_these_and_their_ids_say(typed, adopted):
    rows = [
        ["ID", "Type", "Title", "Baseline", "Target", "2026-10-30", "2026-11-27"],
        ["O1", "Objective", "Reliable platform", "", "", "", ""],
        ["O1.KR1", "Increase", "Uptime of the API", "99.1", "99.9", "99.3", "99.6"],
        ["O1.KR2", "Decrease", "Incidents", "8", "2", "7", "5"],
    ]
    rows = rows if typed else [[row[0], *row[2:]] for row in rows]
    tracker = adopted("\n".join(map(",".join, rows)))
    assert tracker.objectives["id"].tolist() == ["O1"]
    assert tracker.key_results["id"].tolist() == ["O1.KR1", "O1.KR2"]
    assert tracker.key_results["target"].tolist() == [99.9, 2]
    assert [value for *_, value in numbers(tracker)] == [99.3, 99.6, 7, 5]


def test_a_number_that_a_title_begins_with_is_no_id(adopted):
    tracker = adopted(
        "Objective,Key Result,Target,Current\n"
        "Customers tell others,120 referrals,120,88\n"
        ",30 demos,30,12\n"
        ",3 partners,3,1\n"
    )
    assert tracker.key_results["id"].tolist() == ["O1.KR1", "O1.KR2", "O1.KR3"]
    assert tracker.key_results["title"].tolist() == ["120 referrals", "30 demos", "3 partners"]


@pytest.mark.parametrize("behind", ["", ".", ")"])
def test_the_numbers_of_a_list_are_ids(behind, adopted):
    lines = (
        f",{number}{behind} {title},100"
        for number, title in enumerate(("Leads", "Deals", "Demos"), 1)
    )
    tracker = adopted("Objective,Key Result,Target\nGrow,,\n" + "\n".join(lines))
    assert tracker.key_results["title"].tolist() == ["Leads", "Deals", "Demos"]
