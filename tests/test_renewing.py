"""A tracker of an earlier template: named once, and written anew with all that was typed."""

import re
import shlex
from datetime import date

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

import okr_sheets as okr
from okr_sheets import renew
from okr_sheets.cli import main
from okr_sheets.language import languages
from okr_sheets.reading.own import OwnColumn, own_columns
from okr_sheets.schema import TEMPLATE_VERSION
from okr_sheets.writing import start
from okr_sheets.writing.layout import KEY_ROW

OURS = {"old-template", "newer-template"}

# What openpyxl says of sparklines, which it loses.
pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported")


def codes(path):
    return [problem.code for problem in okr.read(path).problems if problem.code in OURS]


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(main, [*map(str, arguments)])


@pytest.fixture
def old(tmp_path, company, monkeypatch):
    """A filled-in tracker of before, with a column of somebody's own."""
    tracker = okr.read(company / "sales.xlsx")
    monkeypatch.setattr(start, "TEMPLATE_VERSION", 1)
    path = okr.write(tracker, tmp_path / "old one.xlsx", own=own_of(tracker))
    monkeypatch.undo()
    return path


def own_of(tracker):
    row = tracker.columns["key_results"].row.tolist()[0]
    return [OwnColumn("Region", {row: "south"})]


@pytest.mark.parametrize("code", languages())
def test_a_tracker_of_today_is_not_named_in_any_language(code, tmp_path):
    assert codes(okr.write(okr.new("sales", language=code), tmp_path / "t.xlsx")) == []


@pytest.mark.parametrize("cadence", ["monthly", "quarterly"])
def test_nor_is_one_of_a_year(cadence, tmp_path):
    path = okr.write(okr.new("company", quarter="2027", cadence=cadence), tmp_path / "t.xlsx")
    assert codes(path) == []


def test_one_without_a_version_is_of_the_first_template(tmp_path):
    path = okr.write(okr.new("sales"), tmp_path / "t.xlsx")
    book = load_workbook(path)
    (cell,) = [c for row in book["Start here"] for c in row if c.value == "tracker.template"]
    assert book["Start here"].cell(cell.row, cell.column + 3).value == str(TEMPLATE_VERSION)
    book["Start here"].delete_rows(cell.row)
    book.save(path)
    (problem,) = [p for p in okr.read(path).problems if p.code in OURS]
    assert (problem.code, problem.given, problem.severity) == ("old-template", "1", "info")


def test_a_sheet_of_somebody_elses_has_no_version(tmp_path):
    path = tmp_path / "okrs.csv"
    path.write_text("ID;Title;Type;Baseline;Target\nO1;Grow;Objective;;\nO1.KR1;Leads;Increase;1;5")
    assert codes(path) == []


def test_it_is_written_anew_with_all_that_was_typed(old, run, tmp_path):
    before = old.read_bytes()
    assert codes(old) == ["old-template"]
    done = run("new", "new.xlsx", "--from", str(old))
    assert done.exit_code == 0, done.output
    assert old.read_bytes() == before
    was, now = okr.read(old), okr.read(tmp_path / "new.xlsx")
    assert codes(tmp_path / "new.xlsx") == []
    assert now.about == was.about
    assert now.check_in_dates == was.check_in_dates
    assert now.bands == was.bands
    for name in ("key_results", "objectives", "check_ins", "actions", "log", "close"):
        assert getattr(now, name).equals(getattr(was, name)), name
    assert own_columns(now) == own_columns(was) != ()


@pytest.mark.parametrize("name", ["old one.xlsx", "old.xlsx", "Ann's $(old) `one`.xlsx", "o" * 180])
@pytest.mark.parametrize("code", languages())
def test_the_command_that_is_named_works_from_where_one_is(name, code, old, run, tmp_path):
    folder = tmp_path / "old ones"
    folder.mkdir()
    old.rename((folder / name).with_suffix(".xlsx"))
    said = run("check", "old ones", "--language", code).output
    (command,) = re.findall(r"`(okr-sheets new .+\.xlsx'?)`", said)
    program, *arguments = shlex.split(command)
    assert program == "okr-sheets"
    done = run(*arguments)
    assert done.exit_code == 0, done.output


def test_weeks_that_are_past_are_folded_as_in_a_new_tracker(run, tmp_path, monkeypatch):
    day, tracker = date(2027, 2, 3), okr.new("sales", quarter="2027-Q1")
    monkeypatch.setattr(renew, "today", lambda: day)
    old = okr.write(tracker, tmp_path / "old.xlsx")
    new = okr.write(tracker, tmp_path / "new.xlsx", today=day)
    assert run("new", "renewed.xlsx", "--from", str(old)).exit_code == 0
    folded, today, before = (
        [key for key, column in columns.items() if column.hidden]
        for columns in (
            load_workbook(path)["OKRs"].column_dimensions
            for path in (tmp_path / "renewed.xlsx", new, old)
        )
    )
    assert folded == today != before


def test_what_could_not_be_read_is_not_left_behind_in_silence(old, run, tmp_path):
    book = load_workbook(old)
    keys = [cell.value for cell in book["OKRs"][4]]
    book["OKRs"].cell(7, keys.index("okr.target") + 1, "many")
    book.save(old)
    done = run("new", "new.xlsx", "--from", str(old))
    assert done.exit_code == 2
    assert "it would lose what stands in old one.xlsx:OKRs!" in done.output
    assert not (tmp_path / "new.xlsx").exists()


@pytest.mark.parametrize(
    "option", [("--quarter", "2027-Q2"), ("--team", "x"), ("--language", "fi")]
)
def test_whose_it_is_and_of_when_is_not_asked_again(old, run, option):
    done = run("new", "new.xlsx", "--from", str(old), *option)
    assert done.exit_code == 2
    assert (
        f"old one.xlsx is a tracker, which says this itself. Leave out {option[0]}.\n"
        in done.output
    )


def test_the_version_is_a_cell_that_every_program_keeps(old):
    rows = CalamineWorkbook.from_path(old).get_sheet_by_name("Start here").to_python()
    assert ["tracker.template", "", "template", "1"] in [row[:4] for row in rows]


def test_what_both_ways_of_writing_anew_would_lose_is_refused_by_both(tmp_path):
    path = okr.write(okr.new(template="sales", quarter="2027-Q1"), tmp_path / "sales.xlsx")
    book = load_workbook(path)
    sheet = book["OKRs"]
    keys = {cell.value: cell.column_letter for cell in sheet[KEY_ROW]}
    sheet[f"{keys['okr.current']}7"] = 5
    sheet[f"{keys['okr.target']}8"] = None
    book.save(path)
    for command in (
        ["new", f"{tmp_path / 'anew.xlsx'}", "--from", f"{path}"],
        ["check", f"{path}", "--offer", f"{tmp_path / 'offered.xlsx'}"],
    ):
        done = CliRunner().invoke(main, command)
        assert done.exit_code in (1, 2), done.output
        assert f"{keys['okr.current']}7" in done.stderr
    assert [each.name for each in tmp_path.iterdir()] == ["sales.xlsx"]


def test_a_report_is_no_tracker_to_be_written_anew(tmp_path):
    report = okr.report(
        okr.rollup(okr.new(template="sales", quarter="2027-Q1")), tmp_path / "r.xlsx", "en"
    )
    done = CliRunner().invoke(main, ["new", f"{tmp_path / 'x.xlsx'}", "--from", f"{report}"])
    assert done.exit_code == 2
    assert "is a report, not a tracker" in done.stderr
