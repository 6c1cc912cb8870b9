"""`okr-sheets adopt`: what it writes, says, asks, and refuses."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import okr_sheets as okr
from okr_sheets import adopting
from okr_sheets.adopting.asking import answered, questions
from okr_sheets.adopting.looks import READ_LOOKS, looks_of
from okr_sheets.adopting.mapfile import MapError, fitted, read_map
from okr_sheets.adopting.plans import Objective, Plan
from okr_sheets.adopting.sheets import Sheet, read_sheets
from okr_sheets.cli import main
from okr_sheets.misuse import MisuseError
from okr_sheets.problems import UnreadableError
from okr_sheets.quarters import Quarter

PACKAGE = Path(okr.__file__).parent
FLAT = """\
Objective,Key Result,Owner,Start,Target,Current,Quarter
Grow,Leads,Ann,20,30,25,2027-Q1
,Deals,Bob,2,8,5,2027-Q1
"""
TEAMS = """\
Team,Objective,Key Result,Start,Target,Quarter
Sales,Grow,Leads,20,30,2027-Q1
Care,Answer,First reply,9,4,2027-Q1
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments, code=0):
    done = CliRunner().invoke(main, ["adopt", *map(str, arguments)])
    assert done.exit_code == code, done.output
    return done


def test_it_writes_a_tracker_and_says_where_each_row_came_from(folder):
    (folder / "board.csv").write_text(FLAT)
    done = run("board.csv", "-o", "mine.xlsx")
    assert "O1.KR1  A2:G2  Leads: 20 → 30, 25" in done.stdout
    tracker = okr.read("mine.xlsx", config=okr.Config())
    assert tracker.about.quarter == "2027-Q1"
    assert list(tracker.columns["key_results"].title) == ["Leads", "Deals"]
    assert list(tracker.columns["check_ins"].value) == [25, 5]
    assert (folder / "board.csv").read_text() == FLAT


def test_one_tracker_for_each_team_in_a_folder(folder):
    (folder / "board.csv").write_text(TEAMS)
    run("board.csv")
    names = sorted(path.name for path in (folder / "board-2027-Q1").iterdir())
    assert names == ["care-2027-Q1.xlsx", "sales-2027-Q1.xlsx"]
    assert "Name a folder" in run("board.csv", "-o", "one.xlsx", code=2).output


def test_it_replaces_nothing_and_writes_all_or_none(folder):
    (folder / "board.csv").write_text(TEAMS)
    out = folder / "out"
    out.mkdir()
    (out / "care-2027-Q1.xlsx").write_text("mine")
    assert "is there already" in run("board.csv", "-o", out, code=2).output
    assert [path.name for path in out.iterdir()] == ["care-2027-Q1.xlsx"]
    assert (out / "care-2027-Q1.xlsx").read_text() == "mine"


def test_a_map_is_written_first_and_gone_by_then(folder):
    (folder / "board.csv").write_text(FLAT.replace("Target", "Aim"))
    run("board.csv", "--map", "map.toml")
    assert not list(folder.glob("*.xlsx"))
    text = (folder / "map.toml").read_text("utf-8")
    assert 'E = "left" # Aim' in text
    (folder / "map.toml").write_text(text.replace('E = "left"', 'E = "target"'), "utf-8")
    said = run("board.csv", "--map", "map.toml", "--quarter", "2027-Q2", code=2).stderr
    assert "Change it there" in said
    run("board.csv", "--map", "map.toml", "-o", "mine.xlsx")
    tracker = okr.read("mine.xlsx", config=okr.Config())
    assert list(tracker.columns["key_results"].target) == [30, 8]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('E = "target"', 'E = "goal"', "is no role"),
        ('E = "target"', 'E = "target 2027-Q9"', "is no period"),
        ('E = "target"', "E = 5", "must be a text"),
        ('E = "target"', 'e5 = "target"', "is no column"),
        ('family = "rows"', 'family = "row"', "Did you mean rows"),
        ("headers = [1]", 'headers = ["A"]', "numbers of rows"),
        ("headers = [1]", "headers = [true]", "numbers of rows"),
        ('quarter = "2027-Q1"', 'quarter = "spring"', "is not a quarter"),
        ('quarter = "2027-Q1"', "", "quarter is missing"),
        ('language = "en"', 'language = "xx"', "Choose one of"),
        ('sheet = "board"', 'sheet = "other"', "there is no sheet"),
        ("[[tables]]", "[[table]]", "no key"),
        ('quarter = "2027-Q1"', "quarter =", "is not valid TOML"),
    ],
)
def test_a_map_that_cannot_be_used_is_refused_in_a_sentence(folder, old, new, sentence):
    (folder / "board.csv").write_text(FLAT)
    run("board.csv", "--map", "map.toml")
    text = (folder / "map.toml").read_text("utf-8")
    assert old in text
    (folder / "map.toml").write_text(text.replace(old, new, 1), "utf-8")
    assert sentence in run("board.csv", "--map", "map.toml", code=2).stderr
    assert not list(folder.glob("*.xlsx"))


def test_the_rows_of_a_sheet_are_gone_through_once_for_its_width():
    class Rows(list):
        passes = 0

        def __iter__(self):
            Rows.passes += 1
            return super().__iter__()

    sheet = Sheet("board.csv", "board", Rows([["Objective", "Target"], ["Grow"], [None, 3]]))
    assert [sheet.filled(row) for row in (1, 2, 3)] == [
        {1: "Objective", 2: "Target"}, {1: "Grow"}, {2: 3},
    ]  # fmt: skip
    assert Rows.passes == 1


def test_objectives_are_found_by_title_without_asking_the_others():
    class Counted(dict):
        asked = 0

        def __getitem__(self, key):
            Counted.asked += 1
            return super().__getitem__(key)

    plan = Plan({})
    for number in range(100):
        plan.add(Objective(Counted(title=f"Goal {number}"), 0, [], own_id=f"O{number}"))
    Counted.asked = 0
    assert plan.same("goal 70", "") is plan.objectives[70]
    assert plan.same("Goal 70", "o70") is plan.objectives[70]
    assert plan.same("Goal 70", "O7") is None
    assert Counted.asked == 0


def test_a_map_names_no_more_rows_than_there_are(folder):
    (folder / "board.csv").write_text(FLAT)
    run("board.csv", "--map", "map.toml")
    text = (folder / "map.toml").read_text("utf-8")
    sheets = adopting.read_source([folder / "board.csv"]).sheets

    def read(headers, rows):
        changed = text.replace("headers = [1]", f"headers = {headers}")
        assert "rows = [1, 3]" in changed
        (folder / "map.toml").write_text(changed.replace("rows = [1, 3]", f"rows = {rows}"))
        return fitted(read_map(folder / "map.toml"), sheets, "map.toml").tables[0]

    assert read([1], [1, 30]).rows == range(1, 4)
    assert read([1, 30], [1, 3]).headers == (1,)
    assert not read([1], [30, 40]).rows
    assert read([], [30, 40]).rows.start == 4


def test_a_map_that_is_not_there_is_an_error_for_who_reads_it(folder):
    with pytest.raises(MapError, match="cannot be read"):
        read_map(folder / "none.toml")


def test_a_tracker_is_sent_to_check(folder):
    okr.write(okr.new("sales", quarter="2027-Q1", config=okr.Config()), "sales.xlsx")
    assert "is a tracker already" in run("sales.xlsx", code=2).stderr


def test_what_holds_nothing_of_the_kind_is_said(folder):
    (folder / "shopping.csv").write_text("Item,Shop\nBread,Baker\n")
    assert "no objectives or key results were found" in run("shopping.csv", code=2).stderr
    assert "not-found" in run("nowhere.csv", code=2).stderr


def test_rows_of_another_quarter_are_named_where_nothing_is_left(folder):
    (folder / "board.csv").write_text(FLAT)
    said = run("board.csv", "--quarter", "2028-Q1", code=2).stderr
    assert "of another quarter: 2027-Q1" in said


def test_quarter_and_language_are_those_that_are_asked_for(folder):
    (folder / "board.csv").write_text(FLAT.replace(",Quarter", "").replace(",2027-Q1", ""))
    run("board.csv", "--quarter", "2027-Q3", "--language", "fi", "-o", "mine.xlsx")
    tracker = okr.read("mine.xlsx", config=okr.Config())
    assert (tracker.about.quarter, tracker.about.language) == ("2027-Q3", "fi")
    assert "is not a quarter" in run("board.csv", "--quarter", "soon", code=2).stderr


def test_it_asks_what_is_open_and_takes_the_answers(folder):
    (folder / "board.csv").write_text("KPI,Jan,Feb,Q1\nLeads,10,20,30\n")
    source = adopting.read_source([folder / "board.csv"])
    mapping = adopting.recognise(source.sheets, None, "", 1)

    def with_quarter(quarter):
        return adopting.recognise(source.sheets, quarter, "", 1)

    quarter, whole, periods = questions(mapping)
    mapping = answered(mapping, quarter, "2027-Q1", with_quarter)
    assert str(mapping.quarter) == "2027-Q1"
    assert not [each for each in questions(mapping) if each.table < 0]
    assert set(periods.choices) == {"current", "target"}
    (table,) = answered(mapping, periods, "target", with_quarter).tables
    assert {column.role for column in table.columns.values() if column.period} == {"target"}
    (table,) = answered(mapping, whole, "target", with_quarter).tables
    assert [column.role for column in table.columns.values()][-1] == "target"
    with pytest.raises(MisuseError, match=r"no answer\. Choose one of: current, target\.$"):
        answered(mapping, periods, "owner", with_quarter)
    with pytest.raises(MisuseError, match=r"Did you mean target\?$"):
        answered(mapping, periods, "Hedef", with_quarter)
    with pytest.raises(MisuseError, match="not a quarter"):
        answered(mapping, quarter, "soon", with_quarter)


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="the system has no such terminals")
def test_on_a_terminal_it_asks(folder):
    (folder / "board.csv").write_text("KPI,Jan,Feb,Q1\nLeads,10,20,30\n")
    ours, theirs = os.openpty()
    running = subprocess.Popen(
        [sys.executable, "-m", "okr_sheets", "adopt", "board.csv", "-o", "mine.xlsx"],
        stdin=theirs, stdout=theirs, stderr=subprocess.PIPE, cwd=folder,
        env=os.environ | {"PYTHONPATH": str(PACKAGE.parent)},
    )  # fmt: skip
    os.write(ours, b"2027-Q1\ntarget\ncurrent\n")
    assert running.wait(60) == 0, running.stderr.read()
    running.stderr.close()
    os.close(theirs)
    os.close(ours)
    tracker = okr.read("mine.xlsx", config=okr.Config())
    assert tracker.about.quarter == "2027-Q1"
    assert list(tracker.columns["key_results"].target) == [30]
    assert list(tracker.columns["check_ins"].value) == [10, 20]


def test_piped_it_never_asks(folder):
    (folder / "board.csv").write_text("KPI,Jan,Feb,Q1\nLeads,10,20,30\n")
    done = run("board.csv")
    assert "?" not in done.stdout


def test_a_sheet_is_adopted_without_openpyxl(tmp_path, monkeypatch):
    from adopting.layouts import layouts

    (path,) = layouts()[1].write(tmp_path)
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    found = read_sheets(path, path.name)
    assert looks_of(path) is None
    source = adopting.Source(found.sheets, has_looks=False)
    adoption = adopting.adopt(source, adopting.recognise(source.sheets, None, "", 1))
    (adopted,) = adoption.adopted
    assert len(adopted.tracker.columns["key_results"]) == 5


def test_looks_that_cannot_be_read_cost_the_looks_alone(tmp_path, monkeypatch):
    from adopting.layouts import layouts

    (path,) = layouts()[1].write(tmp_path)
    whole = adopting.read_source([path])
    in_child = adopting.in_child

    def failing(work, *arguments):
        if work == READ_LOOKS:
            raise UnreadableError("reader-memory")
        return in_child(work, *arguments)

    monkeypatch.setattr(adopting, "in_child", failing)
    source = adopting.read_source([path])
    assert whole.has_looks
    assert not source.has_looks
    assert not source.problems
    assert [sheet.rows for sheet in source.sheets] == [sheet.rows for sheet in whole.sheets]


def test_looks_are_those_of_the_cells_that_are_there(tmp_path, monkeypatch):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active["B2"].fill = openpyxl.styles.PatternFill("solid", fgColor="FF0000")
    book.active["T300"] = "stray"
    book.save(tmp_path / "stray.xlsx")
    opened = openpyxl.load_workbook(tmp_path / "stray.xlsx")
    monkeypatch.setattr(openpyxl, "load_workbook", lambda *_, **__: opened)
    assert looks_of(tmp_path / "stray.xlsx")["Sheet"].statuses == {(2, 2): "off-track"}
    assert len(opened.active._cells) == 2  # no blank one was made


def test_more_rows_than_a_tracker_holds_are_refused(folder):
    rows = "".join(f"Goal,Result {number},1,2\n" for number in range(1_000))
    (folder / "board.csv").write_text("Objective,Key Result,Start,Target\n" + rows)
    assert "Split it by team" in run("board.csv", "--quarter", "2027-Q1", code=2).stderr
    assert not list(folder.glob("*.xlsx"))


def test_a_quarter_of_a_fiscal_year_is_that_of_the_settings(folder):
    (folder / "okr.toml").write_text('fiscal_start = 4\ncompany = "Acme"\n')
    (folder / "board.csv").write_text(FLAT)
    run("board.csv", "-o", "mine.xlsx")
    about = okr.read("mine.xlsx", config=okr.read_config("okr.toml")).about
    assert (about.company, about.start) == ("Acme", Quarter(2027, 1, 4).start)
