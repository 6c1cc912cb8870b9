"""Tables with each objective in a column beside its key results, as people keep them."""

import csv
from datetime import date

import pytest
import test_ods
from openpyxl import Workbook, load_workbook

import okr_sheets as okr

FEBRUARY = date(2027, 2, 12)
FORMATS = (".xlsx", ".ods", ".csv")


def write(path, rows):
    """A file of these rows, of the format that its suffix names."""
    if path.suffix == ".xlsx":
        book = Workbook()
        for row in rows:
            book.active.append([None if cell == "" else cell for cell in row])
        book.save(path)
    elif path.suffix == ".ods":
        drawn = [
            test_ods.row(
                *(
                    test_ods.words(cell) if isinstance(cell, str) else test_ods.number(cell)
                    for cell in row
                )
            )
            for row in rows
        ]
        test_ods.ods(path, test_ods.table("".join(drawn)))
    else:
        with path.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows(rows)
    return path


def plan(tracker):
    """Each key result with its objective: ids, titles, and the row of both on the sheet."""
    objectives = tracker.objectives
    return [
        (
            int(row),
            key_result.id,
            key_result.title,
            int(key_result.objective),
            objectives.id[key_result.objective],
            objectives.title[key_result.objective],
        )
        for row, key_result in tracker.key_results.iterrows()
    ]


def codes(tracker, *unsaid):
    """Cells and codes of problems, but for those of columns that a table need not have."""
    left_out = {"missing-id", "type-inferred", "missing-owner", *unsaid}
    return [(p.cell, p.code) for p in tracker.problems if p.code not in left_out]


GOALS = [
    (3, "O1.KR1", "Leads", 3, "O1", "Grow"),
    (4, "O1.KR2", "Trials", 3, "O1", "Grow"),
    (5, "O2.KR1", "Churn", 5, "O2", "Keep"),
]
QUARTER = ["Quarter", "2027-Q1"]
NUMBERS = ([0, 100, 25], [0, 10, 5], [8, 4, 6])
SCORES = [0.25, 0.5, 0.5]

# The header's words in each language: objective, key results, baseline, target, current, progress.
HEADERS = {
    "en": ("Objective", "Key Results", "Start", "Target", "Current", "Progress %"),
    "tr": ("Hedef", "Anahtar Sonuçlar", "Başlangıç", "Hedef değer", "Güncel", "İlerleme %"),
    "th": ("วัตถุประสงค์", "ผลลัพธ์หลัก", "ค่าเริ่มต้น", "เป้าหมาย", "ค่าปัจจุบัน", "ความคืบหน้า (%)"),
    "ko": ("목표", "핵심 결과", "시작", "목표값", "현재값", "달성률(%)"),
    "hu": ("Célok", "Kulcseredmények", "Kezdőérték", "Célérték", "Aktuális", "Készültség"),
    "fi": ("Tavoite", "Avaintulokset", "Lähtötaso", "Tavoitearvo", "Nykyarvo", "Edistyminen (%)"),
}


def told(header, repeated):
    """The same three key results, their objectives repeated or left blank below the first row."""
    objectives = ("Grow", "Grow" if repeated else "", "Keep")
    titles = ("Leads", "Trials", "Churn")
    rows = zip(objectives, titles, NUMBERS, strict=True)
    return [QUARTER, header, *([of, title, *numbers] for of, title, numbers in rows)]


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("repeated", [True, False], ids=["repeated", "blank below"])
@pytest.mark.parametrize("code", HEADERS)
def test_an_objective_beside_its_key_results_is_read_in_every_language(
    code, repeated, suffix, tmp_path
):
    path = write(tmp_path / f"t{suffix}", told(list(HEADERS[code][:5]), repeated))
    tracker = okr.read(path)
    assert plan(tracker) == GOALS
    assert codes(tracker) == []
    assert tracker.about.language == code
    assert okr.score(path, as_of=FEBRUARY).score.tolist() == pytest.approx(SCORES)


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize(
    "typed", [(0.25, 0.5, 1), (25, 50, 100), ("25 %", "50%", "100 %")], ids=str
)
@pytest.mark.parametrize("code", HEADERS)
def test_progress_is_what_was_reached_where_nothing_else_says_it(code, typed, suffix, tmp_path):
    objective, key_result, *_, progress = HEADERS[code]
    rows = [[of, title, share] for (*_, title, _, _, of), share in zip(GOALS, typed, strict=True)]
    path = write(tmp_path / f"t{suffix}", [QUARTER, [objective, key_result, progress], *rows])
    tracker = okr.read(path)
    assert tracker.key_results.typed_current.tolist() == [0.25, 0.5, 1]
    assert codes(tracker) == []
    assert okr.score(path, as_of=FEBRUARY).score.tolist() == [0.25, 0.5, 1]


def test_progress_beside_a_target_is_no_number_of_its_scale(book):
    tracker = okr.read(
        book("""
        | Quarter   | 2027-Q1    |        |            |
        | Objective | Key result | Target | Progress % |
        | Grow      | Leads      | 100    | 25         |
        |           | Launch     |        | 50         |
    """)
    )
    typed = tracker.key_results.typed_current
    assert typed.isna().tolist() == [True, False]
    assert typed[4] == 0.5
    assert codes(tracker) == [("D2", "calculated-column")]


def test_merged_cells_hold_for_all_their_rows(tmp_path):
    path = write(tmp_path / "t.xlsx", told(list(HEADERS["en"][:5]), repeated=False))
    book = load_workbook(path)
    book.active.merge_cells("A3:A4")
    book.save(path)
    assert plan(okr.read(path)) == GOALS


@pytest.mark.parametrize("suffix", FORMATS)
def test_snake_case_headers_are_words_too(suffix, tmp_path):
    header = ["objective", "key_result", "start_value", "target_value", "current_value"]
    tracker = okr.read(write(tmp_path / f"t{suffix}", told(header, repeated=True)))
    assert plan(tracker) == GOALS
    assert tracker.key_results.baseline.tolist() == [0, 0, 8]


def test_a_title_or_a_column_names_the_quarter(book):
    titled = book("""
        | Marketing OKRs, Q1 2027 |            |        |         |
        | Objective               | Key result | Target | Current |
        | Grow                    | Leads      | 100    | 25      |
    """)
    in_column = book(
        """
        | Quarter | Objective | Key result | Target | Current |
        | Q1 2027 | Grow      | Leads      | 100    | 25      |
        | 2027 Q1 |           | Trials     | 100    | 25      |
    """,
        "column.csv",
    )
    for path in (titled, in_column):
        tracker = okr.read(path)
        assert tracker.about.quarter == "2027-Q1"
        assert codes(tracker) == []


def test_weeks_lie_in_the_quarter_of_the_title(book):
    tracker = okr.read(
        book("""
        | OKRs 2027-Q1 |            |          |        |    |    |
        | Objective    | Key result | Baseline | Target | W1 | W2 |
        | Grow         | Leads      | 0        | 100    | 5  | 9  |
    """)
    )
    assert [str(day) for day in tracker.check_in_dates] == ["2027-01-08", "2027-01-15"]
    assert tracker.check_ins.value.tolist() == [5, 9]


def test_a_column_of_several_quarters_names_none_and_is_named(book):
    tracker = okr.read(
        book("""
        | Quarter | Objective | Key result | Target | Current |
        | Q1 2027 | Grow      | Leads      | 100    | 25      |
        | Q2 2027 |           | Trials     | 100    | 25      |
    """)
    )
    assert codes(tracker) == [("", "no-quarter"), ("A1", "unknown-column")]


@pytest.mark.parametrize(
    ("header", "objectives", "key_results"),
    [
        ("Objective ID | Objective | KR ID | Key result", "AB", ["A.KR1", "A.KR2", "B.KR1"]),
        ("ID | Objective | ID | Key result", "AB", ["A.KR1", "A.KR2", "B.KR1"]),
    ],
)
def test_ids_of_both_stand_in_columns_of_their_own(book, header, objectives, key_results):
    tracker = okr.read(
        book(f"""
        | Quarter | 2027-Q1 |      |        |        |         |
        | {header} | Target | Current |
        | A       | Grow    | KR1  | Leads  | 100    | 25      |
        | A       | Grow    | KR2  | Trials | 100    | 25      |
        | B       | Keep    | KR1  | Churn  | 100    | 25      |
    """)
    )
    assert tracker.objectives.id.tolist() == [*objectives]
    assert tracker.key_results.id.tolist() == key_results
    assert codes(tracker) == []


@pytest.mark.parametrize(
    ("ids", "objectives", "key_results"),
    [
        (["1.1", "1.2", "2.1"], ["1", "2"], ["1.1", "1.2", "2.1"]),
        (["G", "G", "K"], ["G", "K"], ["G.KR1", "G.KR2", "K.KR1"]),
        (["G", "", "K"], ["G", "K"], ["G.KR1", "G.KR2", "K.KR1"]),
        (["KR1", "KR2", "KR3"], ["O1", "O2"], ["KR1", "KR2", "KR3"]),
        (["KR1", "KR2", "KR1"], ["O1", "O2"], ["O1.KR1", "O1.KR2", "O2.KR1"]),
    ],
)
def test_one_column_of_ids_is_of_what_it_names(book, ids, objectives, key_results):
    tracker = okr.read(
        book(f"""
        | Quarter  | 2027-Q1 |        |        |         |
        | ID       | Objective | Key result | Target | Current |
        | {ids[0]} | Grow    | Leads  | 100    | 25      |
        | {ids[1]} |         | Trials | 100    | 25      |
        | {ids[2]} | Keep    | Churn  | 100    | 25      |
    """)
    )
    assert tracker.objectives.id.tolist() == objectives
    assert tracker.key_results.id.tolist() == key_results
    assert codes(tracker) == []


def test_an_objective_in_a_row_of_its_own_has_the_id_of_that_row(book):
    tracker = okr.read(
        book("""
        | Quarter | 2027-Q1   |               |        |         |
        | ID      | Objective | Key result(s) | Target | Current |
        | A       | Grow      |               |        |         |
        | A.1     |           | Leads         | 100    | 25      |
        | A.2     |           | Trials        | 100    | 25      |
    """)
    )
    assert tracker.objectives.id.tolist() == ["A"]
    assert tracker.key_results.id.tolist() == ["A.1", "A.2"]
    assert codes(tracker) == []


def test_one_text_in_two_places_is_one_objective_unless_its_ids_differ(book):
    rows = """
        | Quarter      | 2027-Q1   |            |        |         |
        | Objective ID | Objective | Key result | Target | Current |
        | A            | Grow      | Leads      | 100    | 25      |
        | B            | Keep      | Churn      | 100    | 25      |
        | {}           | Grow      | Trials     | 100    | 25      |
    """
    one, two = okr.read(book(rows.format(""))), okr.read(book(rows.format("C"), "two.csv"))
    assert one.key_results.objective_id.tolist() == ["A", "B", "A"]
    assert two.key_results.objective_id.tolist() == ["A", "B", "C"]
    assert two.objectives.title.tolist() == ["Grow", "Keep", "Grow"]


def test_an_objective_in_a_row_of_its_own_keeps_the_cells_of_that_row(book):
    tracker = okr.read(
        book("""
        | Quarter   | 2027-Q1    |       |        |         |          |
        | Objective | Key result | Owner | Target | Current | Progress |
        | Grow      |            | Ann   |        |         | 25 %     |
        |           | Leads      | Bob   | 100    | 25      |          |
        | Keep      |            | Ann   |        |         |          |
    """)
    )
    assert tracker.objectives.owner.tolist() == ["Ann", "Ann"]
    assert tracker.objectives.index.tolist() == [3, 5]
    assert tracker.key_results.owner.tolist() == ["Bob"]
    assert [(p.cell, p.code) for p in okr.check(tracker) if p.code == "no-key-results"] == [
        ("A5", "no-key-results")
    ]


def test_totals_and_notes_are_left_out_and_named_where_they_stand(book):
    tracker = okr.read(
        book("""
        | Quarter   | 2027-Q1    |        |         |
        | Objective | Key result | Target | Current |
        | Grow      | Leads      | 100    | 25      |
        | Total     |            | 100    | 25      |
        |           |            |        |         |
        | Updated by Anna |      |        |         |
    """)
    )
    assert tracker.objectives.title.tolist() == ["Grow"]
    assert codes(tracker) == [("A4", "note-row"), ("A6", "note-row")]


def test_cells_are_named_as_they_stand(book):
    path = book("""
        | Quarter   | 2027-Q1    |          |        |         |
        | Objective | Key result | Baseline | Target | Current |
        | Grow      | Leads      | 0        | ten    | 25      |
        |           |            | 0        | 100    | 25      |
    """)
    said = {(p.cell, p.code) for p in okr.check(path)}
    assert {("D3", "not-a-number"), ("B4", "missing-title"), ("B3", "missing-id")} <= said


def test_a_start_of_days_stays_a_date_and_one_of_numbers_is_the_baseline(book):
    header = "| Quarter | 2027-Q1 | | | |\n| Objective | Key result | Start | Target | Current |\n"
    days = okr.read(book(f"{header}| Grow | Leads | 2027-01-15 | 100 | 25 |"))
    numbers = okr.read(book(f"{header}| Grow | Leads | 10 | 100 | 25 |", "numbers.csv"))
    assert days.key_results.start.dt.day.tolist() == [15]
    assert numbers.key_results.baseline.tolist() == [10]
    assert numbers.key_results.start.isna().all()


@pytest.mark.parametrize("suffix", FORMATS)
def test_what_is_read_can_be_written_scored_and_rolled_up(suffix, tmp_path):
    path = write(tmp_path / f"t{suffix}", told(list(HEADERS["en"][:5]), repeated=False))
    tracker = okr.read(path)
    again = okr.read(okr.write(tracker, tmp_path / "again.xlsx"))
    assert again.rows.title.tolist() == ["Grow", "Leads", "Trials", "Keep", "Churn"]
    assert again.key_results.objective_id.tolist() == ["O1", "O1", "O2"]
    rollup = okr.rollup(path, as_of=FEBRUARY)
    assert rollup.objectives.score.tolist() == pytest.approx([0.375, 0.5])
    assert rollup.objectives.row.tolist() == [3, 5]
    assert rollup.key_results.current.tolist() == [25, 5, 6]
    assert rollup.alignment.id.tolist() == ["O1", "O2"]
    cells = rollup.sources.set_index(["id", "figure"]).cell
    assert cells["O1.KR1", "target"] == "D3"


def test_what_a_flat_table_says_is_what_rows_of_their_own_say(book):
    """The same key results in both layouts come to the same numbers."""
    flat = okr.rollup(
        book("""
        | Quarter   | 2027-Q1    |          |        |        |            |            |
        | Objective | Key result | Baseline | Target | Weight | 2027-01-08 | 2027-01-15 |
        | Grow      | Leads      | 0        | 100    | 2      | 10         | 30         |
        |           | Trials     | 0        | 10     | 1      | 1          |            |
        | Keep      | Churn      | 8        | 4      | 1      |            | 5          |
    """),
        as_of=FEBRUARY,
    )
    plain = okr.rollup(
        book(
            """
        | Quarter | 2027-Q1 |           |          |        |        |            |            |
        | ID      | Title   | Type      | Baseline | Target | Weight | 2027-01-08 | 2027-01-15 |
        | O1      | Grow    | Objective |          |        |        |            |            |
        | O1.KR1  | Leads   |           | 0        | 100    | 2      | 10         | 30         |
        | O1.KR2  | Trials  |           | 0        | 10     | 1      | 1          |            |
        | O2      | Keep    | Objective |          |        |        |            |            |
        | O2.KR1  | Churn   |           | 8        | 4      | 1      |            | 5          |
    """,
            "plain.csv",
        ),
        as_of=FEBRUARY,
    )
    for name in ("objectives", "key_results", "teams", "trend", "forecast", "attention"):
        ours, theirs = (
            getattr(rollup, name).drop(columns=["file", "sheet", "row"], errors="ignore")
            for rollup in (flat, plain)
        )
        units = [column for column in ours if "unit" in column or column in {"team", "path"}]
        assert ours.drop(columns=units).equals(theirs.drop(columns=units)), name


def test_a_list_of_actions_with_objectives_stays_a_list_of_actions(book):
    path = book("""
        | Quarter    | 2027-Q1    |           |          |            |        |
        | ID         | Title      | Type      | Baseline | Target     | Note   |
        | O1         | Grow       | Objective |          |            |        |
        | O1.KR1     | Leads      | Increase  | 0        | 10         |        |
        |            |            |           |          |            |        |
        | Objective  | Key result | Action    | Owner    | Due        | Status |
        | Grow       | O1.KR1     | Call them | Ann      | 2027-03-01 | Done   |
    """)
    tracker = okr.read(path)
    assert tracker.actions.action.tolist() == ["Call them"]
    assert tracker.rows.id.tolist() == ["O1", "O1.KR1"]


# --- columns that are not read -------------------------------------------------------------------


def test_each_column_that_is_not_read_is_named_once(book):
    tracker = okr.read(
        book("""
        | Quarter   | 2027-Q1    |        |         |        |          |        |       |
        | Objective | Key result | Target | Current | Region | Progress | Status |       |
        | Grow      | Leads      | 100    | 25      | North  | 25 %     | Fine   | later |
        |           | Trials     | 100    | 25      | South  | 25 %     | Fine   |       |
    """)
    )
    assert codes(tracker) == [
        ("E2", "unknown-column"),
        ("F2", "calculated-column"),
        ("G2", "calculated-column"),
        ("H2", "unknown-column"),
    ]


def test_of_many_columns_one_speaks_for_all(tmp_path):
    more = [f"Own {letter}{number}" for letter in "abcdefgh" for number in "wxyz"]
    rows = [QUARTER, [*HEADERS["en"][:5], *more], ["Grow", "Leads", 0, 100, 25, *more]]
    tracker = okr.read(write(tmp_path / "t.csv", rows))
    assert codes(tracker) == [("F2", "unknown-column")]
    assert len(tracker.problems[0].others) == len(more) - 1


def test_nothing_is_said_of_columns_that_hold_nothing(book):
    tracker = okr.read(
        book("""
        | Quarter   | 2027-Q1    |        |         |        |        |
        | Objective | Key result | Target | Current | Region | Status |
        | Grow      | Leads      | 100    | 25      |        |        |
    """)
    )
    assert codes(tracker) == []


@pytest.mark.parametrize(
    ("typed", "code", "label"),
    [
        ("Taget", "misspelt-column", "Target"),
        ("Traget", "misspelt-column", "Target"),
        ("Targget", "misspelt-column", "Target"),
        ("Tarket", "misspelt-column", "Target"),
        ("Tgt", "unknown-column", ""),
        ("Budget", "unknown-column", ""),
    ],
)
def test_a_misspelt_header_is_used_and_said(book, typed, code, label):
    tracker = okr.read(
        book(f"""
        | Quarter   | 2027-Q1    |          |         |         |
        | Objective | Key result | Baseline | {typed} | Current |
        | Grow      | Leads      | 0        | 100     | 25      |
    """)
    )
    assert codes(tracker) == [("D2", code)]
    (problem,) = [p for p in tracker.problems if p.code == code]
    assert (problem.given, problem.words.get("label", "")) == (typed, label)
    used = code == "misspelt-column"
    assert tracker.key_results.target.notna().tolist() == [used]


@pytest.mark.parametrize(
    ("header", "typed"),
    [("Stage", "Review"), ("Scope", "EU"), ("Height", "5"), ("Time", "noon"), ("Votes", "7")],
)
def test_other_words_are_no_misspelt_ones(book, header, typed):
    tracker = okr.read(
        book(f"""
        | Quarter   | 2027-Q1    |        |         |          |
        | Objective | Key result | Target | Current | {header} |
        | Grow      | Leads      | 100    | 25      | {typed}  |
    """)
    )
    assert codes(tracker) == [("E2", "unknown-column")]


@pytest.mark.parametrize(
    ("headers", "label"), [("Target | Taget", "Target"), ("Target | Stat", "State, Start")]
)
def test_a_header_that_may_be_two_columns_or_one_that_is_there_is_only_asked_about(
    book, headers, label
):
    tracker = okr.read(
        book(f"""
        | Quarter | 2027-Q1 |           |     |     |         |
        | ID      | Title   | Type      | {headers} | Current |
        | O1      | Grow    | Objective |     |     |         |
        | O1.KR1  | Leads   | Increase  | 100 | 90  | 25      |
    """)
    )
    (problem,) = [p for p in tracker.problems if p.code == "similar-column"]
    assert (problem.cell, problem.words["label"]) == ("E2", label)
    assert tracker.key_results.target.tolist() == [100]


@pytest.mark.parametrize(
    ("code", "misspelt"),
    [("tr", "Hedef deger"), ("th", "ค่าเป้าหมา"), ("hu", "Célértk"), ("fi", "Tavotearvo")],
)
def test_words_of_every_language_may_be_misspelt(code, misspelt, tmp_path):
    header = list(HEADERS[code][:5])
    header[3] = misspelt
    tracker = okr.read(write(tmp_path / "t.csv", told(header, repeated=True)))
    assert codes(tracker) == [("D2", "misspelt-column")]
    assert tracker.key_results.target.tolist() == [100, 10, 4]


# --- letters that nobody sees --------------------------------------------------------------------


@pytest.mark.parametrize("unseen", "\ufeff\u00ad\u2060\u200b\u200c\u200d\u200e\u200f\u202a\u2066")
@pytest.mark.parametrize("suffix", FORMATS)
def test_letters_that_nobody_sees_are_no_part_of_a_header(unseen, suffix, tmp_path):
    header = [f"{unseen}{word[:3]}{unseen}{word[3:]}{unseen}" for word in HEADERS["en"][:5]]
    tracker = okr.read(write(tmp_path / f"t{suffix}", told(header, repeated=True)))
    assert plan(tracker) == GOALS
    assert codes(tracker) == []


SARA_AM = ("น้ำหนัก", "น\u0e4d\u0e49\u0e32หนัก", "น\u0e33\u0e49หนัก", "น\u0e49\u0e4d\u0e32หนัก")


@pytest.mark.parametrize("weight", SARA_AM, ids=ascii)
def test_a_sara_am_with_a_tone_mark_is_one_however_it_is_typed(weight, tmp_path):
    rows = told([*HEADERS["th"][:5], weight], repeated=True)
    rows[2:] = [[*row, 2] for row in rows[2:]]
    tracker = okr.read(write(tmp_path / "t.csv", rows))
    assert tracker.key_results.weight.tolist() == [2, 2, 2]


@pytest.mark.parametrize(
    "typed", ["ไม่ต่ำกว่า", "ไม่ต\u0e4d\u0e48\u0e32กว่า", "ไม่ต\u0e33\u0e48กว่า"], ids=ascii
)
def test_a_choice_is_one_however_its_sara_am_is_typed(typed, tmp_path):
    rows = told([*HEADERS["th"][:5], "ประเภท"], repeated=True)
    rows[2:] = [[*row, typed] for row in rows[2:]]
    tracker = okr.read(write(tmp_path / "t.csv", rows))
    assert set(tracker.key_results.type) == {"keep-at-least"}


@pytest.mark.parametrize("title", [*SARA_AM, "\u200eGr\u00adow"], ids=ascii)
def test_titles_stay_as_they_are_typed(title, book):
    tracker = okr.read(
        book(f"""
        | Quarter   | 2027-Q1    |        |         |
        | Objective | Key result | Target | Current |
        | {title}   | {title}    | 100    | 25      |
    """)
    )
    assert tracker.objectives.title.tolist() == tracker.key_results.title.tolist() == [title]
