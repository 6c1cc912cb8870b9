import pickle
from dataclasses import replace
from datetime import date
from time import process_time

import pytest
from calculators import libreoffice
from conftest import faults_in
from xlsxwriter import Workbook

import okr_sheets as okr
from okr_sheets.files.grid import Grid
from okr_sheets.frames import frame
from okr_sheets.language import language, languages
from okr_sheets.reading.cells import Read
from okr_sheets.reading.examples import names
from okr_sheets.reading.folders import search
from okr_sheets.reading.scan import Scan
from okr_sheets.reading.settings import Labels
from okr_sheets.reading.tracker import _with_own_units
from okr_sheets.schema import SETTING_PREFIX


@pytest.mark.parametrize("name", names())
def test_what_is_written_is_read_back(name, tmp_path):
    tracker = okr.new(name, quarter="2027-Q2", company="Acme", team="A team")
    assert okr.read(okr.write(tracker, tmp_path / "t.xlsx")) == tracker


def test_a_filled_in_tracker_is_read_back(company, tmp_path):
    for path in company.iterdir():
        tracker = okr.read(path)
        copy = okr.read(okr.write(tracker, tmp_path / path.name))
        assert copy == tracker
        assert not copy.check_ins.empty


@pytest.mark.parametrize("code", languages())
@pytest.mark.parametrize("cadence", ["weekly", "two-weekly", "monthly"])
def test_a_tracker_says_the_same_in_every_language(code, cadence, tmp_path):
    english = okr.new("product-engineering", quarter="2027-Q1", team="T", cadence=cadence)
    tracker = replace(english, about=replace(english.about, language=code))
    back = okr.read(okr.write(tracker, tmp_path / "t.xlsx"))
    assert back.problems == ()
    assert back.about.language == code
    assert back == english


def test_one_folder_may_mix_languages(tmp_path):
    from dataclasses import replace

    from okr_sheets import demo

    numbers = ["id", "current", "progress", "score", "expected", "gap", "status", "grade"]
    tracker = demo.marketing("en")
    for code in languages():
        told = replace(tracker, about=replace(tracker.about, language=code, team=code))
        okr.write(told, tmp_path / f"{code}.xlsx")
    scored = okr.score(tmp_path)
    assert {p.code for p in faults_in(tmp_path)} == {"id-reused"}
    parts = [part[numbers].reset_index(drop=True) for _, part in scored.groupby("team")]
    assert len(parts) == len(languages())
    assert all(part.equals(parts[0]) for part in parts)


def test_the_same_tracker_gives_the_same_bytes(tmp_path):
    tracker = okr.new("sales", quarter="2027-Q1")
    one, other = okr.write(tracker, tmp_path / "1.xlsx"), okr.write(tracker, tmp_path / "2.xlsx")
    assert one.read_bytes() == other.read_bytes()


def test_rows_that_were_only_prepared_say_nothing(tmp_path):
    blank = okr.new(blank=True, quarter="2027-Q1")
    back = okr.read(okr.write(blank, tmp_path / "t.xlsx", objectives=3, key_results=4))
    assert back == blank
    assert back.problems == ()


def test_the_index_is_the_row_of_the_sheet(book):
    tracker = okr.read(
        book("""
        | Our quarter |       |           |          |        |
        |             |       |           |          |        |
        | ID          | Title | Type      | Baseline | Target |
        | O1          | Goal  | Objective |          |        |
        |             |       |           |          |        |
        | O1.KR1      | Leads | Increase  | 1        | 2      |
    """)
    )
    assert tracker.objectives.index.tolist() == [4]
    assert tracker.key_results.index.tolist() == [6]
    assert tracker.key_results.objective.tolist() == [4]


def test_columns_may_stand_in_any_order_and_any_language(book):
    mixed = okr.read(
        book("""
        | Sorumlu | 목표값 | วัตถุประสงค์ / ผลลัพธ์หลัก | Kiindulási érték | Tyyppi   | ID     | 2027-01-08 |
        | Ann     |        | Goal                       |                  | Tavoite  | O1     |            |
        | Bob     | 30     | Leads                      | 20               | Kasvata  | O1.KR1 | 25         |
    """)
    )
    assert mixed.key_results[["title", "baseline", "target", "type", "owner"]].values.tolist() == [
        ["Leads", 20.0, 30.0, "increase", "Bob"]
    ]
    assert okr.score(mixed, as_of=date(2027, 1, 8)).score.tolist() == [0.5]


def test_a_key_result_belongs_by_its_id_else_to_the_objective_above(book):
    tracker = okr.read(
        book("""
        | ID     | Title | Type      | Baseline | Target | 2027-01-08 |
        | O1     | One   | Objective |          |        |            |
        | O2     | Two   | Objective |          |        |            |
        | o1.KR1 | a     | Increase  | 0        | 1      |            |
        |        | b     | Increase  | 0        | 1      |            |
        | O9.KR1 | c     | Increase  | 0        | 1      |            |
    """)
    )
    assert tracker.key_results.objective_id.tolist() == ["O1", "O2", "O2"]
    assert [(p.cell, p.code) for p in tracker.problems] == [
        ("A5", "missing-id"),
        ("A6", "objective-by-place"),
    ]


def test_an_id_that_is_made_up_is_not_one_of_a_row_that_is_left_out(book):
    tracker = okr.read(
        book("""
        | ID     | Title | Type      | Baseline | Target | 2027-01-08 |
        | O1     | One   | Objective |          |        |            |
        | O1.KR1 |       | Increase  |          |        |            |
        | o1.kr2 |       |           |          |        |            |
        |        | b     | Increase  | 0        | 1      |            |
    """)
    )
    assert tracker.key_results.id.tolist() == ["O1.KR3"]
    assert [(p.cell, p.code) for p in tracker.problems] == [("A5", "missing-id")]


MEANT = (
    ("ID", "Title", "Type", "Baseline", "Target", "Due", "2027-01-08", "2027-01-15"),
    ("O1", "Goal", "Objective"),
    ("O1.KR1", "Leads", "Reduce", "1,250", "12k", "12/02/2027", "$1.2M", "nil"),
    ("O1.KR2", "Site", "Achieve", "", "", "soon", "done", "Yes"),
    ("O1.KR3", "Sales", "Quite a lot", 5, 9, date(2027, 3, 1), "(5)", 7),
)


def test_what_was_meant_is_read_and_said(tmp_path):
    tracker = okr.read(workbook(tmp_path / "t.xlsx", MEANT))
    assert [(problem.cell, problem.code) for problem in tracker.problems] == [
        ("C3", "other-word"),
        ("D3", "ambiguous-number"),
        ("E3", "number-as-text"),
        ("F3", "date-as-text"),
        ("G3", "number-as-text"),
        ("H3", "not-a-number"),
        ("F4", "not-a-date"),
        ("G4", "other-word"),
        ("C5", "not-a-choice"),
        ("G5", "number-as-text"),
    ]


def test_in_a_text_file_only_what_is_in_doubt_or_means_nothing_is_said(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("".join(f"{';'.join(map(str, row))}\n" for row in MEANT), "utf-8")
    tracker = okr.read(path)
    assert [(problem.cell, problem.code) for problem in tracker.problems] == [
        ("D3", "ambiguous-number"),
        ("E3", "ambiguous-number"),  # 12k and $1.2M: the letters may be a unit
        ("G3", "ambiguous-number"),
        ("H3", "not-a-number"),
        ("F4", "not-a-date"),
        ("C5", "not-a-choice"),
    ]
    assert tracker == okr.read(workbook(tmp_path / "t.xlsx", MEANT))


def test_a_plain_csv_needs_no_word_about_its_numbers(seen):
    assert (
        seen("""
        | ID     | Title | Type      | Baseline | Target | Due        | 2027-01-08 |
        | O1     | Goal  | Objective |          |        |            |            |
        | O1.KR1 | Leads | Increase  | 12.5     | -3     | 2027-02-12 | 1250       |
    """)
        == []
    )


def workbook(path, rows):
    """A plain workbook: each cell a value, or a formula with the value it is stored with."""
    book = Workbook(path)
    sheet = book.add_worksheet("Plan")
    for r, row in enumerate(rows):
        for c, cell in enumerate(row):
            if isinstance(cell, tuple):
                sheet.write_formula(r, c, *cell)
            elif isinstance(cell, date):
                sheet.write_datetime(r, c, cell, book.add_format({"num_format": "yyyy-mm-dd"}))
            else:
                sheet.write(r, c, cell)
    book.close()
    return path


HEADER = ["ID", "Title", "Type", "Baseline", "Target", "2027-01-08", "2027-01-15"]


def test_the_four_states_of_a_cell_stay_apart(tmp_path):
    path = workbook(
        tmp_path / "t.xlsx",
        [
            HEADER,
            ["O1", "Goal", "Objective"],
            ["O1.KR1", "a", "Increase", 0, 10, ("=1/0", None, "#DIV/0!"), 5],
            ["O1.KR2", "b", "Increase", 0, ("=5+5", None, 10), 5, True],
            ["O1.KR3", "c", "Increase", 0, 10, 5, date(2027, 4, 5)],
        ],
    )
    tracker = okr.read(path)
    assert [(p.cell, p.code, p.given) for p in tracker.problems] == [
        ("F3", "error-cell", "#DIV/0!"),
        ("G4", "boolean-number", "TRUE"),
        ("G5", "date-number", "2027-04-05"),
    ]
    assert tracker.key_results.target.tolist() == [10, 10, 10]
    assert tracker.check_ins[["id", "value"]].values.tolist() == [
        ["O1.KR1", 5],
        ["O1.KR2", 5],
        ["O1.KR3", 5],
    ]


def test_an_error_in_an_ods_file_is_named_too(tmp_path, soffice):
    rows = [
        HEADER,
        ["O1", "Goal", "Objective"],
        ["O1.KR1", "a", "Increase", 0, 10, 2, ("=1/0", None, "#DIV/0!")],
    ]
    path = workbook(tmp_path / "t.xlsx", rows)
    path = libreoffice(path, tmp_path, ".ods")
    tracker = okr.read(path)
    assert [(p.cell, p.code) for p in tracker.problems] == [("G3", "error-cell")]
    assert tracker.check_ins.value.tolist() == [2]


def test_a_formula_without_a_stored_value_is_named(tmp_path):
    from openpyxl import load_workbook

    rows = [
        HEADER,
        ["O1", "Goal", "Objective"],
        ["O1.KR1", "a", "Increase", 0, 10, ("=2+3", None, 5)],
    ]
    path = workbook(tmp_path / "t.xlsx", rows)
    load_workbook(path).save(path)  # openpyxl keeps formulas and drops their values
    assert [(p.cell, p.code) for p in okr.read(path).problems] == [("F3", "not-calculated")]


def test_a_missing_column_is_named_not_taken_for_zero(tmp_path, book):
    path = book("""
        | ID     | Title | Type      | Owner | Weight |
        | O1     | Goal  | Objective | Ann   |        |
        | O1.KR1 | Leads | Increase  | Ann   | 1      |
    """)
    assert [p.code for p in okr.read(path).problems] == ["no-okr-table"]
    assert "Title, Type, Owner" in okr.read(path).problems[0].say()
    assert okr.score(path).empty


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "empty.xlsx", "not-a-workbook"),
        (b"\x89PNG\r\n\x1a\n\0\0", "picture.xlsx", "not-a-workbook"),
        (b"PK\x03\x04 and then nothing", "cut.xlsx", "damaged"),
        (b"<html><table>", "page.xls", "not-a-workbook"),
        (b"just,some\nwords,here\n", "words.csv", "no-okr-table"),
    ],
)
def test_a_file_that_cannot_be_read_gives_one_sentence(tmp_path, content, name, code):
    path = tmp_path / name
    path.write_bytes(content)
    (problem,) = okr.read(path).problems
    assert problem.code == code
    assert problem.line().startswith(f"{name}: error: {code}: ")
    assert okr.score([path]).empty


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n\0\0"])
def test_what_has_the_name_of_a_workbook_is_not_told_to_take_it(tmp_path, content):
    path = tmp_path / "plan.xlsx"
    path.write_bytes(content)
    (problem,) = okr.read(path).problems
    sentence = "Open the tracker in a spreadsheet program and save it as a workbook (.xlsx)."
    assert problem.line().endswith(sentence)
    lines = {code: problem.line(code) for code in languages()}
    assert len(set(lines.values())) == len(lines)
    assert all("(.xlsx)" in line for line in lines.values())


def test_a_stray_cell_far_out_is_refused_by_its_name(tmp_path):
    book = Workbook(tmp_path / "far.xlsx")
    book.add_worksheet("Plan").write("ZZ500000", 1)
    book.close()
    (problem,) = okr.read(tmp_path / "far.xlsx").problems
    assert (problem.code, problem.given, problem.sheet) == ("stray-cell", "ZZ500000", "Plan")


def test_a_folder_stands_for_its_trackers_and_leaves_locks_out(tmp_path):
    for name in (
        "b.xlsx",
        "a.csv",
        "sub/c.ods",
        "~$b.xlsx",
        ".~lock.b.ods#",
        ".hidden.csv",
        "x.txt",
    ):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    found = [path.relative_to(tmp_path).as_posix() for path in search([tmp_path]).files]
    assert found == ["a.csv", "b.xlsx", "sub/c.ods"]
    assert [path.name for path in search([str(tmp_path / "*.xlsx")]).files] == ["b.xlsx"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_text_files_of_any_delimiter(tmp_path, delimiter, encoding):
    rows = [
        ["ID", "Title", "Type", "Baseline", "Target", "2027-01-08"],
        ["O1", "Más, más", "Objective", "", "", ""],
        ["O1.KR1", 'A "big" one', "Increase", "0", "10", "5"],
    ]
    text = (
        "\n".join(delimiter.join('"' + c.replace('"', '""') + '"' for c in r) for r in rows) + "\n"
    )
    path = tmp_path / "t.csv"
    path.write_bytes(text.encode(encoding))
    tracker = okr.read(path)
    assert tracker.objectives.title.tolist() == ["Más, más"]
    assert tracker.key_results.title.tolist() == ['A "big" one']
    assert tracker.check_ins.value.tolist() == [5]


def test_settings_are_found_by_their_labels_too(book):
    tracker = okr.read(
        book("""
        | Team:         | Growth  |           |          |        |
        | Quarter       | 2027-Q2 |           |          |        |
        | ID            | Title   | Type      | Baseline | Target |
        | O1            | Goal    | Objective |          |        |
        | O1.KR1        | Leads   | Increase  | 1        | 2      |
    """)
    )
    about = tracker.about
    assert (about.team, about.quarter, about.start) == ("Growth", "2027-Q2", date(2027, 4, 1))


def test_keys_of_settings_on_one_row_are_each_looked_for_once():
    compared = []

    class Key(str):
        __slots__ = ()
        __hash__ = str.__hash__

        def __eq__(self, other):
            compared.append(other)
            return str.__eq__(self, other)

    keys = [Key(f"{SETTING_PREFIX}{number}") for number in range(200)]
    grid = Grid("Settings", [[cell for key in keys for cell in (key, "Label", 7.0)]])
    by_key = Labels(Scan(grid)).by_key
    assert [place.column for place in by_key.values()] == [*range(3, 601, 3)]
    assert len(compared) < 2 * len(keys)


def test_what_a_setting_says_passes_between_processes(book):
    path = book("""
        | Quarter | #REF! |
        | ID     | Title | Type      | Baseline | Target |
        | O1     | Grow  | Objective |          |        |
        | O1.KR1 | Win   | Increase  | 0        | 10     |
    """)
    problems = okr.read(path).problems
    assert "error-cell" in {problem.code for problem in problems}
    assert pickle.loads(pickle.dumps(problems)) == problems
    with pytest.raises(TypeError):
        Read().words["value"] = "1"


def test_every_word_of_the_message_is_in_the_readers_language(book):
    path = book("""
        | ID     | Title | Type      | Baseline | Target |
        | O1     | Goal  | Objective |          |        |
        | O1.KR1 | Leads | Increase  | nil      | 10     |
    """)
    (problem,) = [p for p in okr.read(path).problems if p.code == "not-a-number"]
    said = {code: problem.say(code) for code in languages()}
    assert len(set(said.values())) == len(languages())
    assert all("nil" in sentence for sentence in said.values())
    assert said["en"] == language("en").problem("not-a-number", given="nil")


def test_a_hundred_tables_share_their_actions_in_no_time(tmp_path):
    path = tmp_path / "t.csv"
    rows = "".join(f"O1.KR{number};Leads;Increase;0;10\n" for number in range(1, 40))
    path.write_text(f"ID;Title;Type;Baseline;Target\nO1;Goal;Objective;;\n{rows}", "utf-8")
    one = okr.read(path)
    actions = frame(
        "actions", [{"key_result": "o1.kr7", "action": "Call"}, {"key_result": "?"}], [5, 6]
    )
    one = replace(one, actions=actions, sheets={**one.sheets, "actions": "Actions"})
    began = process_time()
    first, *others = _with_own_units([one] * 100)
    assert process_time() - began < 3
    assert first.actions["key_result"].tolist() == ["o1.kr7", "?"]
    assert [tracker.actions["key_result"].tolist() for tracker in others] == [["o1.kr7"]] * 99
