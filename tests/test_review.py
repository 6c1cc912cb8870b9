"""The numbers of quality by hand-made cases, and the review that `check -o` writes."""

import csv
import io
import json
import re
from datetime import date

import numpy as np
import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

import okr_sheets as okr
from okr_sheets.cli import main
from okr_sheets.coaching.quality import QUALITY, quality
from okr_sheets.kinds import COACHING, CODES, KINDS
from okr_sheets.language import language, languages
from okr_sheets.reports import report_review
from okr_sheets.reports.reviews import QUESTIONS, Review

SHEET = """
| Company | Acme | | | | | | | | |
| Team | {team} | | | | | | | | |
| Quarter | {quarter} | | | | | | | | |
| ID     | Title   | Owner | Type      | Unit  | Baseline | Target | State     | Note | 2027-01-08 |
| O1     | Goal    | Ann   | Objective |       |          |        |           |      |            |
| O1.KR1 | a       | Ann   | Increase  | users | 0        | 5      |           |      |            |
| O1.KR2 | b       | Ann   | Increase  | users | 0        | 5      |           |      |            |
| O1.KR3 | c       | Ann   | Increase  | users | 0        | 5      | Cancelled | why  |            |
| O2     | Other   | Ann   | Objective |       |          |        | Postponed | why  |            |
| O2.KR1 | d       | Ann   | Increase  | users | 0        | 5      |           |      |            |
"""


def sheet(book, name="a.csv", team="Marketing", quarter="2027-Q1"):
    return okr.read(book(SHEET.format(team=team, quarter=quarter), name))


def finding(tracker, row, code="kr-no-number", key="title", part="okrs"):
    return tracker.problem(code, part, row, key)


def counted(columns):
    keys = ("level", "id", "key_results", "clean", "findings")
    return [tuple(row[key] for key in keys) for row in columns.records()]


def test_a_key_result_is_clean_without_a_finding_in_its_row(book):
    tracker = sheet(book)
    found = [
        finding(tracker, 6),
        finding(tracker, 6, "kr-no-unit", "unit"),
        finding(tracker, 7, "kr-vague"),  # worth knowing, no finding
        finding(tracker, 7, "missing-owner", "owner"),  # wrong, but not a coach's
        finding(tracker, 5, "obj-number"),
        finding(tracker, 0, "obj-many"),
    ]
    columns = quality([tracker], found)
    assert counted(columns) == [
        ("unit", "", 2, 1, 4),
        ("objective", "O1", 2, 1, 3),
        ("objective", "O2", 0, 0, 0),
    ]
    np.testing.assert_equal(columns.share, [0.5, 0.5, np.nan])
    assert columns.row.tolist() == [0, 5, 9]
    assert list(columns) == [column.key for column in QUALITY]
    assert columns.team.tolist() == ["Marketing"] * 3


def test_quarters_of_a_unit_stand_together_the_oldest_first(book):
    later = sheet(book, "later.csv", quarter="2027-Q2")
    sales = sheet(book, "sales.csv", team="Sales")
    first = sheet(book, "first.csv", team="marketing")
    columns = quality([later, sales, first], [finding(first, 6), finding(first, 7)])
    units = columns.take(columns.level == "unit")
    assert units.tracker.tolist() == [2, 0, 1]
    assert units.quarter.tolist() == ["2027-Q1", "2027-Q2", "2027-Q1"]
    assert units.share.tolist() == [0, 1, 1]


def test_several_trackers_of_a_unit_and_quarter_count_together(book):
    one, other = sheet(book), sheet(book, "b.csv")
    columns = quality([one, other], [finding(other, 6)])
    assert counted(columns)[0] == ("unit", "", 4, 3, 1)
    assert columns.tracker.tolist() == [0, 0, 0, 1, 1]


def test_files_that_could_not_be_read_count_nothing(book):
    assert len(quality([okr.read(book("| nothing | here |"))], [])) == 0
    assert len(quality([], [])) == 0


def test_in_a_flat_table_an_objective_and_its_first_key_result_are_told_apart(book):
    tracker = okr.read(
        book("""
        | Quarter   | 2027-Q1    |       |          |          |        |
        | Objective | Key result | Owner | Type     | Baseline | Target |
        | Goal      | a          | Ann   | Increase | 0        | 5      |
        | Goal      | b          | Ann   | Increase | 0        | 5      |
        """)
    )
    assert tracker.is_flat
    of_objective = finding(tracker, 3, "obj-number", part="objectives")
    columns = quality([tracker], [of_objective])
    assert [each[2:] for each in counted(columns)] == [(2, 2, 1)] * 2
    columns = quality([tracker], [of_objective, finding(tracker, 3)])
    assert [each[2:] for each in counted(columns)] == [(2, 1, 2)] * 2


# --- the workbook -----------------------------------------------------------------------------------


pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")
DAY = date(2027, 3, 5)
HEAD = 3  # rows above a table's header


def with_findings(trackers, every=3):
    """Each so-and-so-many-th key result of all with a finding, and a problem that is none."""
    rows = [(t, row) for t in trackers for row in t.columns["key_results"].row.tolist()]
    found = [finding(tracker, row) for tracker, row in rows[::every]]
    found += [finding(tracker, row, "kr-vague") for tracker, row in rows[:2]]
    return [*found, finding(*rows[1], "not-a-number")]


@pytest.fixture(scope="module")
def quarters(company, last_quarter):
    """The sample company's trackers of two quarters, the newer ones first."""
    paths = [*sorted(company.glob("*.xlsx")), *sorted(last_quarter.glob("*.xlsx"))]
    return [okr.read(path) for path in paths]


@pytest.fixture(scope="module", params=languages())
def written(request, quarters, tmp_path_factory):
    """A review as a workbook that openpyxl read, and what it was made of."""
    review = Review(quarters, with_findings(quarters), DAY)
    path = tmp_path_factory.mktemp("review") / "review.xlsx"
    report_review(review, path, request.param, print)
    return load_workbook(path), review, language(request.param)


def table(sheet):
    header, *rows = sheet.iter_rows(min_row=HEAD + 1, values_only=True)
    return header, rows


def clean_of(tracker, problems):
    """An independent count: rows of key results that go on, and those that no warning names."""
    objectives = tracker.objectives
    going = objectives[~objectives.state.isin(["cancelled", "postponed"])].index
    rows = tracker.key_results
    rows = rows[rows.objective.isin(going) & ~rows.state.isin(["cancelled", "postponed"])]
    kept = KINDS["How it is kept"]
    named = {
        p.row
        for p in problems
        if p.path == tracker.path
        and (CODES[p.code] == "error" or (p.code not in kept and CODES[p.code] == "warning"))
    }  # all of them in rows of key results
    return len(rows), sum(row not in named for row in rows.index)


def test_the_review_counts_what_an_independent_count_gives(written):
    book, review, words = written
    sheet = book.worksheets[0]
    shown = [[c for c in row if c is not None] for row in sheet.iter_rows(values_only=True)]
    counts = [clean_of(tracker, review.problems) for tracker in review.trackers]
    whole, clean = map(sum, zip(*counts, strict=True))
    assert [clean / whole, whole, clean, sum(review.by_rule.values())] in shown
    at = shown.index(["2026-Q4", "2027-Q1"])  # side by side, the older one first
    below = shown[at + 2 :]
    for tracker, counted in zip(review.trackers, counts, strict=True):
        about = tracker.about
        if about.quarter == "2026-Q4" and not about.team:
            before = [counted[0], counted[1], counted[1] / counted[0]]
            (now,) = [
                [all_, good, good / all_]
                for other, (all_, good) in zip(review.trackers, counts, strict=True)
                if other.about.quarter == "2027-Q1" and other.about.unit == about.unit
            ]
            assert [about.unit, *before, *now] in below
    assert sheet.conditional_formatting
    assert words("review.review") == book.sheetnames[0]
    assert book.worksheets[-1].sheet_state == "hidden"


def cells_with(sheet, text):
    return [cell for row in sheet.iter_rows() for cell in row if cell.value == text]


def answer_to(cell):
    """The first cell to type in, in the row of a question."""
    return next(c for c in cell.parent[cell.row] if c.fill.fgColor.rgb == "FFFFFDF3")


def test_each_objective_is_asked_two_questions_with_a_cell_for_an_answer(written):
    book, review, words = written
    sheet = book.worksheets[0]
    objectives = {
        (t.about.unit, o.id.casefold(), o.title.casefold())
        for t in review.trackers
        for row, o in t.objectives.iterrows()
        if (t.key_results.objective == row).any()
    }
    for key in QUESTIONS:
        cells = cells_with(sheet, words(f"review.{key}"))
        assert len(cells) == len(objectives)
        for cell in cells:
            assert [c for c in cell.parent[cell.row] if c.value is not None] == [cell]
            assert not answer_to(cell).protection.locked


def test_findings_stand_errors_first_and_lead_to_their_cells(written):
    book, review, words = written
    sheet = book[words("review.findings")]
    header, rows = table(sheet)
    assert len(rows) == len(review.problems)
    severities = [row[0] for row in rows]
    assert severities == sorted(
        severities, key=[words(f"report.{key}") for key in ("error", "warning", "info")].index
    )
    code, cell = header.index(words("report.code")), header.index(words("report.cell"))
    by_place = {(p.code, p.path, p.cell): p for p in review.problems}
    texts = {
        (t.path, row): (each.id, each.title)
        for t in review.trackers
        for row, each in t.key_results.iterrows()
    }
    for number, row in enumerate(rows):
        link = sheet.cell(HEAD + 2 + number, cell + 1).hyperlink
        (problem,) = [
            p
            for (kind, path, place), p in by_place.items()
            if (kind, place) == (row[code], row[cell])
            and path.endswith(row[-1])
            and re.sub(r".*[/\\]", "", link.target or "") in path
        ][:1]
        assert link.location == f"'{problem.sheet}'!{problem.cell}"
        assert problem.sentence(words.code) in row
        assert texts[problem.path, problem.row][1].strip() in row
        assert (problem.better(words.code) or None) in row
    assert sheet.freeze_panes == f"A{HEAD + 2}"
    (drawn,) = sheet.tables.values()
    assert drawn.ref == f"A{HEAD + 1}:K{HEAD + 1 + len(rows)}"
    assert drawn.autoFilter.ref == drawn.ref
    assert sheet.print_title_rows == f"${HEAD + 1}:${HEAD + 1}"


def test_every_rule_says_how_it_is_switched_off(written):
    book, review, words = written
    _, rows = table(book[words("review.rules")])
    assert [row[0] for row in rows] == [code for code in CODES if code in COACHING]
    counts = {row[0]: row[2] for row in rows}
    assert counts["kr-no-number"] == review.by_rule["kr-no-number"]
    for row in rows:
        assert row[0] in row[-1]
        assert not re.search("[{}]", row[3])


def test_the_same_review_gives_the_same_bytes(quarters, tmp_path):
    review = Review(quarters, with_findings(quarters), DAY)
    for name in ("a.xlsx", "a.md", "a.json"):
        path = tmp_path / name
        report_review(review, path, "en", print)
        before = path.read_bytes()
        report_review(review, path, "en", print)
        assert path.read_bytes() == before
    assert len([*tmp_path.iterdir()]) == 3


def test_a_review_of_nothing_is_written_too(book, tmp_path):
    tracker = okr.read(book("| Quarter | 2027-Q1 |\n| ID | Title | Type | Baseline | Target |"))
    for name in ("a.xlsx", "a.md", "a.json"):
        report_review(Review([tracker], []), tmp_path / name, "en", print)
    sheet = load_workbook(tmp_path / "a.xlsx").worksheets[0]
    said = [cell.value for row in sheet.iter_rows() for cell in row]
    assert "–" in said  # the share
    assert language("en")("review.nothing") in said


def test_more_quarters_than_a_page_holds_leave_the_newest(book, tmp_path):
    trackers = [
        sheet(book, f"{year}.csv", quarter=f"{year}-Q1") for year in (2021, 2022, 2023, 2024, 2025)
    ]
    report_review(Review(trackers, []), tmp_path / "a.xlsx", "en", print)
    rows = load_workbook(tmp_path / "a.xlsx").worksheets[0].iter_rows(values_only=True)
    shown = [[cell for cell in row if cell is not None] for row in rows]
    assert ["2022-Q1", "2023-Q1", "2024-Q1", "2025-Q1"] in shown
    assert ["The newest 4 quarters are shown."] in shown
    # The same objective in all quarters is one line.
    assert [row[:2] for row in shown].count(["O1", "Goal"]) == 1


def test_namesakes_are_told_apart(book, tmp_path):
    draw = "| Company | Acme |\n| {} | Sales |\n| Quarter | 2027-Q1 |\n| ID | Title | Type | Baseline | Target |"
    trackers = [okr.read(book(draw.format(key), f"{key}.csv")) for key in ("Team", "Department")]
    report_review(Review(trackers, []), tmp_path / "a.md", "en", print)
    text = (tmp_path / "a.md").read_text("utf-8")
    names = re.findall(r"^\| (Sales, Acme, \w+\.csv) \|", text, re.MULTILINE)
    assert names == ["Sales, Acme, Team.csv", "Sales, Acme, Department.csv"]


# --- the command ------------------------------------------------------------------------------------


def run(*arguments):
    done = CliRunner().invoke(main, ["check", *map(str, arguments)])
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done


def test_a_review_stands_in_place_of_the_lines(company, tmp_path):
    outs = [tmp_path / f"review{kind}" for kind in (".xlsx", ".md", ".json")]
    done = run(company, *(f"-o{out}" for out in outs))
    assert done.exit_code == 1
    assert done.stdout.splitlines() == [f"Wrote {out}" for out in outs]
    problems = okr.check(company)
    document = json.loads(outs[2].read_text("utf-8"))
    assert [(p["cell"], p["code"]) for p in document["problems"]] == [
        (p.cell, p.code) for p in problems
    ]
    units = [row for row in document["quality"] if row["level"] == "unit"]
    assert len(units) == 6
    assert all(row["share"] == row["clean"] / row["key_results"] for row in units)
    text = outs[1].read_text("utf-8")
    for key in QUESTIONS:
        assert text.count(language("en")(f"review.{key}")) == 1
    assert text.count("\n- ") == len(problems) + len(QUESTIONS)


def test_a_review_among_its_trackers_is_none_of_them(marketing_in):
    tracker = marketing_in("en")
    out = tracker.with_name("review.xlsx")
    first = run(tracker.parent, "-o", out)
    assert run(tracker.parent, "-o", out).output == first.output


def test_answers_that_somebody_typed_are_kept(marketing_in):
    tracker = marketing_in("en")
    out = tracker.with_name("review.xlsx")
    run(tracker, "-o", out)
    filled = load_workbook(out)
    (asked, *_) = cells_with(filled.worksheets[0], language("en")("review.reached"))
    answer_to(asked).value = "No, retention is missing"
    filled.save(out)
    assert "review-2.xlsx" in run(tracker, "-o", out).stderr
    assert out.with_name("review-2.xlsx").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-o", "review.csv"], ".xlsx, .md, .json"),
        (["-o", "review.md", "--format", "json"], "one of --format and -o"),
        (["-o", "notes.md"], "is no report"),
    ],
)
def test_what_cannot_be_written_is_said_first(marketing_in, monkeypatch, arguments, said):
    tracker = marketing_in("en")
    monkeypatch.chdir(tracker.parent)
    (tracker.parent / "notes.md").write_text("mine", "utf-8")
    done = run(tracker, *arguments)
    assert done.exit_code == 2
    assert said in done.stderr
    assert (tracker.parent / "notes.md").read_text("utf-8") == "mine"
    assert len([*tracker.parent.iterdir()]) == 2


def test_of_what_cannot_be_read_there_is_no_review(tmp_path):
    (tmp_path / "t.xlsx").write_bytes(b"nothing")
    done = run(tmp_path / "t.xlsx", "-o", tmp_path / "review.xlsx")
    assert done.exit_code == 2
    assert "t.xlsx: error: " in done.stdout
    assert not (tmp_path / "review.xlsx").exists()


def test_two_questions_end_the_lines_once(marketing_in, book):
    tracker = marketing_in("fi")
    asked = [language("fi")(f"review.{key}") for key in ("questions", *QUESTIONS)]
    assert run(tracker).stderr.splitlines()[-3:] == asked
    assert not set(asked) & set(run(tracker, "--quiet").output.splitlines())
    for form in ("csv", "json"):
        assert not set(asked) & set(run(tracker, "--format", form).output.splitlines())
    empty = book("| Quarter | 2027-Q1 |\n| ID | Title | Type | Baseline | Target |")
    english = language("en")("review.questions")
    assert english not in run(empty).output


def test_documents_have_the_example_beside_the_sentence(company):
    problems = okr.check(company)
    of_json = json.loads(run(company, "--format", "json").stdout)
    text = run(company, "--format", "csv").stdout
    of_csv = [*csv.DictReader(io.StringIO(text, newline=""))]
    for rows in (of_json, of_csv):
        assert [*rows[0]] == ["file", "sheet", "cell", "severity", "code", "message", "better"]
        assert [row["better"] for row in rows] == [p.better() for p in problems]
        assert [row["message"] for row in rows] == [p.sentence() for p in problems]
