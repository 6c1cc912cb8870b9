"""What owners write in the log: the latest words and confidence, in every table and report."""

import json
import warnings
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from lxml import html
from openpyxl import load_workbook

import okr_sheets as okr
from okr_sheets import demo
from okr_sheets.frames import frame
from okr_sheets.language import language, languages
from okr_sheets.reports.reminders import messages
from okr_sheets.text import LONGEST

DAY = date(2027, 2, 12)
WORDS = ["remark", "remark_by", "remark_on", "confidence", "confidence_before"]
MOST_GROWTH = 250  # pixels of a desk's page
FIRST = "SAL-O1.KR1"


def line(day, note="", confidence=None, by="", name=FIRST):
    """A line of the log."""
    day = None if day is None else date.fromisoformat(f"2027-{day}")
    return {"date": day, "id": name, "confidence": confidence, "note": note, "by": by}


@pytest.fixture
def logged(tmp_path):
    """The rollup of the sales set with these lines in its log, its first key result changed."""

    def roll(lines, as_of=DAY, **first):
        plan = okr.new("sales", quarter="2027-Q1", team="Sales")
        log = frame("log", lines, range(5, 5 + len(lines)))
        rows = plan.key_results.copy()
        for key, value in first.items():
            rows.loc[rows.index[0], key] = value
        plan = replace(plan, log=log, key_results=rows)
        return okr.rollup(okr.write(plan, tmp_path / "sales.xlsx", force=True), as_of=as_of)

    return roll


def cells(path, name):
    """The texts and values of a sheet, as openpyxl reads them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl drops sparklines, and says so
        return [list(row) for row in load_workbook(path)[name].iter_rows(values_only=True)]


# --- which words are the latest -------------------------------------------------------------------

# Lines of the log, what the row has itself, and the words that count on 12 February.
LATEST = [
    ([line("02-05", "So far", 6, "Ann")], {}, ("So far", "Ann", "2027-02-05", 6, None)),
    (  # the log wins, whatever the row says
        [line("01-08", "So far", 6, "Ann")],
        {"note": "Own", "confidence": 9},
        ("So far", "Ann", "2027-01-08", 6, None),
    ),
    ([line("01-08", confidence=6)], {"note": "Own"}, ("Own", "", None, 6, None)),
    ([line("01-08", "Word", by="Ann")], {"confidence": 9}, ("Word", "Ann", "2027-01-08", 9, None)),
    (  # not in the order of the lines, but of the days
        [line("02-05", "New", 4), line("01-08", "Old", 7)],
        {},
        ("New", "", "2027-02-05", 4, 7),
    ),
    (  # of one day the lower line
        [line("02-05", "First", 5), line("02-05", "Second", 6)],
        {},
        ("Second", "", "2027-02-05", 6, 5),
    ),
    (  # a word and a confidence may be of two days
        [line("02-05", "Word", by="Ann"), line("02-08", confidence=3), line("01-08", confidence=8)],
        {},
        ("Word", "Ann", "2027-02-05", 3, 8),
    ),
    (  # on the day itself it counts, the day after not
        [line("02-12", "Today", 5), line("02-13", "Tomorrow", 1)],
        {},
        ("Today", "", "2027-02-12", 5, None),
    ),
    ([line(None, "Undated", 2)], {"note": "Own", "confidence": 9}, ("Own", "", None, 9, None)),
    ([line("02-05", "Other", 2, name="SAL-O1.KR2")], {"note": ""}, ("", "", None, "own", None)),
    (
        [line("02-05", "In any case", 2, name="sal-o1.kr1")],
        {},
        ("In any case", "", "2027-02-05", 2, None),
    ),
    ([line("02-05", "Of nothing", 2, name="")], {"note": ""}, ("", "", None, "own", None)),
]


@pytest.mark.parametrize(("lines", "own", "words"), LATEST)
def test_the_latest_words_on_a_key_result(logged, lines, own, words):
    rolled = logged(lines, **own)
    row = next(row for row in rolled.rows("key_results") if row["id"] == FIRST)
    own_confidence = okr.new("sales", quarter="2027-Q1").key_results["confidence"].iloc[0]
    remark, by, on, confidence, before = words
    confidence = own_confidence if confidence == "own" else confidence
    assert (row["remark"], row["remark_by"], row["confidence"]) == (remark, by, confidence)
    assert row["remark_on"] == (on and date.fromisoformat(on))
    assert row["confidence_before"] == before


def test_a_line_may_be_on_an_objective(logged):
    rolled = logged([line("02-05", "It is clearer now", 7, "Ann", name="SAL-O1")])
    row = next(row for row in rolled.rows("objectives") if row["id"] == "SAL-O1")
    assert [row[key] for key in WORDS] == ["It is clearer now", "Ann", date(2027, 2, 5), 7, None]
    [said] = rolled.rows("remarks")
    assert (said["objective_id"], said["objective"], said["id"], said["title"]) == (
        "SAL-O1",
        row["title"],
        "",
        "",
    )


def test_a_line_on_no_row_is_a_remark_all_the_same(logged):
    rolled = logged([line("02-05", "A word on all", name=""), line("02-04", "?", name="SAL-O9")])
    told = rolled.remarks[["note", "id", "title", "unit_name"]].to_numpy().tolist()
    assert told == [["A word on all", "", "", "Sales"], ["?", "SAL-O9", "", "Sales"]]


# --- all of them ----------------------------------------------------------------------------------


def test_the_remarks_are_the_lines_that_the_logs_have_by_the_day(company, company_rollup):
    found = company_rollup.remarks
    written = []
    for path in sorted(company.glob("*.xlsx")):
        # Title, caption, keys and headers stand above.
        for number, row in enumerate(cells(path, "Log")[4:], 5):
            day, name, confidence, note, by = row[:5]
            if note:
                written.append((path.name, number, day.date(), name, confidence, note, by))
    keys = ("file", "row", "date", "id", "confidence", "note", "by")
    told = [tuple(row[key] for key in keys) for row in company_rollup.rows("remarks")]
    assert sorted(told, key=str) == sorted(written, key=str)
    assert len(told) == len(demo.REMARKS)
    assert found["date"].is_monotonic_decreasing


def test_on_an_earlier_day_what_was_written_later_is_not_known(company):
    early = okr.rollup(company, as_of="2027-02-12")
    assert (early.remarks["date"] <= pd.Timestamp("2027-02-12")).all()
    words = early.key_results.set_index("id").loc["C-O1.KR2"]
    assert words["remark"] == "Pipeline covers the target three times."
    assert words["confidence"] == 7
    assert np.isnan(words["confidence_before"])


def test_the_latest_of_all_remarks_are_those_beside_the_rows(company_rollup):
    remarks = company_rollup.remarks.sort_values(["date", "row"], kind="stable")
    last = remarks[remarks["note"] != ""].groupby("id")["note"].last()
    sure = remarks.dropna(subset="confidence").groupby("id")["confidence"].last()
    rows = company_rollup.key_results.set_index("id")
    assert rows.loc[last.index, "remark"].tolist() == last.tolist()
    assert rows.loc[sure.index, "confidence"].tolist() == sure.tolist()


def test_each_remark_names_its_cell(company, company_rollup):
    for row in company_rollup.rows("remarks"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = load_workbook(company / row["file"])
        assert book[row["sheet"]][row["cell"]].value == row["note"]


def test_a_finding_in_the_log_is_on_the_key_result_of_its_line(logged):
    found = logged([line("01-29", confidence=9), line("02-05", confidence=4)]).findings
    [row] = found[found["code"] == "confidence-fell"].to_dict("records")
    assert (row["sheet"], row["id"], row["objective_id"]) == ("Log", FIRST, "SAL-O1")


# --- confidence against the forecast ---------------------------------------------------------------

SHEET = """
    | Quarter: | 2027-Q1 | | | | | | | | | | |
    | ID | Title | Type | Baseline | Target | Confidence | Due | 2027-01-08 | 2027-01-15 | 2027-01-22 | 2027-01-29 | 2027-02-05 |
    | O1 | Grow | Objective | | | | | | | | | |
    | O1.KR1 | Win | {} | 0 | 20 | {} | {} | {} |
"""
SLOW, OVER, NEAR = "1 | 1 | 2 | 2 | 3", "8 | 14 | 20 | 24 | 28", "9 | 12 | 15 | 17 | 19"
AGAINST = [
    ("Increase", 9, SLOW, True),
    ("Increase", 8, SLOW, True),
    ("Increase", 7, SLOW, False),
    ("Increase", 3, SLOW, False),
    ("Total", 2, OVER, True),
    ("Total", 3, OVER, True),
    ("Total", 4, OVER, False),
    ("Total", 9, OVER, False),
    ("Increase", 90, SLOW, False),  # on another scale
    ("Total", 0.3, OVER, False),
    ("Increase", "", SLOW, False),
    ("Achieve", 9, "0 | 1 | 1 | 2 | 2", True),
]


def reasons(rolled):
    return [tuple(each) for row in rolled.attention["reasons"] for each in json.loads(row)]


@pytest.mark.parametrize(("kind", "confidence", "typed", "is_said"), AGAINST)
def test_a_confidence_that_the_forecast_contradicts_is_a_reason(
    book, kind, confidence, typed, is_said
):
    path = book(SHEET.format(kind, confidence, "", typed))
    rolled = okr.rollup(path, as_of="2027-02-05")
    told = [fields for code, fields in reasons(rolled) if code == "confidence-against-forecast"]
    if not is_said:
        assert told == []
        return
    [end] = rolled.rows("forecast")
    low, high = end["forecast_low"], end["forecast_high"]
    assert told == [{"value": confidence, "range": [low, high]}]
    assert high < 1 if confidence > 5 else low == 1


def test_once_a_key_result_is_due_its_forecast_contradicts_nobody(book):
    path = book(SHEET.format("Increase", 9, "2027-02-05", SLOW))
    assert "confidence-against-forecast" not in dict(reasons(okr.rollup(path, as_of="2027-02-05")))


def test_stale_numbers_are_no_ground_to_trust_them_more_than_an_owner(book):
    path = book(SHEET.format("Total", 2, "", NEAR))
    assert "confidence-against-forecast" in dict(reasons(okr.rollup(path, as_of="2027-02-05")))
    assert "confidence-against-forecast" not in dict(reasons(okr.rollup(path, as_of="2027-03-05")))


def test_where_it_is_heading_is_said_once(company_rollup):
    for told in company_rollup.attention["reasons"].map(json.loads):
        codes = [code for code, _ in told]
        assert not {"forecast", "confidence-against-forecast"} <= {*codes}


# --- in the reports --------------------------------------------------------------------------------


@pytest.fixture
def out(company_rollup, tmp_path):
    """A function that writes the company's rollup under a name, and gives its path."""
    return lambda name, **options: okr.report(company_rollup, tmp_path / name, **options)


def latest(rollup, name="key_results"):
    rows = rollup.rows(name)
    return [row["remark"] for row in rows if row["remark"]]


def test_every_latest_remark_reaches_the_page(company_rollup, out):
    tree = html.fromstring(out("r.html").read_text("utf-8"))
    text = " ".join(tree.xpath("//section[@id='objectives']//text()"))
    assert len(latest(company_rollup)) >= 5
    assert all(remark in text for remark in latest(company_rollup))
    urgent = tree.xpath("//section[@id='attention']//*[contains(@class, 'remark')]/text()")
    remarks = latest(company_rollup, "attention")
    assert len(urgent) == len(remarks)
    assert all(remark in said for remark, said in zip(remarks, urgent, strict=True))


def test_a_confidence_stands_beside_its_key_result_with_the_one_before(out):
    tree = html.fromstring(out("r.html").read_text("utf-8"))
    [row] = tree.xpath("//table[@class='krs']//tr[.//span[@class='id' and text()='C-O1.KR2']]")
    assert "Confidence: 7 → 4" in " ".join(row.itertext()).replace("\N{NO-BREAK SPACE}", " ")


def test_three_confidences_are_drawn_with_their_days_in_words(logged, tmp_path):
    values = ((8, "01-08"), (6, "01-22"), (3, "02-05"))
    rolled = logged([line(day, confidence=value) for value, day in values])
    tree = html.fromstring(okr.report(rolled, tmp_path / "r.html").read_text("utf-8"))
    [drawn] = tree.xpath("//table[@class='krs']//*[local-name()='svg' and @class='spark']")
    assert drawn.get("role") == "img"
    [told] = drawn.xpath("*[local-name()='title']/text()")
    assert told == "Confidence: 8 Jan 2027: 8, 22 Jan 2027: 6, 5 Feb 2027: 3"
    [path] = drawn.xpath("*[local-name()='polyline']/@points")
    assert path == "0,200 500,400 1000,700"


@pytest.mark.parametrize("code", languages())
def test_remarks_stand_in_the_workbook_in_every_language(company_rollup, out, code):
    path = out("r.xlsx", language=code)
    words = language(code)
    rows = cells(path, words("report.remarks"))
    notes = {row["note"] for row in company_rollup.rows("remarks")}
    assert {row[1] for row in rows[4:]} == notes
    [header] = [
        row for row in cells(path, words("report.attention")) if words("rollup.remark") in row
    ]
    at = header.index(words("rollup.remark"))
    urgent = [row[at] for row in cells(path, words("report.attention"))[4:] if row[at]]
    assert urgent == latest(company_rollup, "attention")


def test_the_summary_has_the_words_of_what_comes_first(company_rollup, out):
    texts = [str(cell) for row in cells(out("r.xlsx"), "Summary") for cell in row if cell]
    first = [row["remark"] for row in company_rollup.rows("attention")[:8] if row["remark"]]
    assert first
    assert all(any(remark in text for text in texts) for remark in first)


def test_markdown_has_the_words_of_each_row_of_the_attention_list(company_rollup, out):
    text = out("r.md").read_text("utf-8")
    assert " · Confidence: 5 · “The partner webinar slipped to March.” (CMO, 19 Feb 2027)" in text
    assert all(remark in text for remark in latest(company_rollup, "attention"))


def test_json_has_them_all(company_rollup, out):
    document = json.loads(out("r.json").read_text("utf-8"))
    assert len(document["remarks"]) == len(company_rollup.remarks)
    told = {row["id"]: row for row in document["attention"]}["C-O1.KR2"]
    assert [told[key] for key in WORDS] == [
        "Two large deals moved into April.",
        "CRO",
        "2027-02-26",
        4,
        7,
    ]


def test_a_reminder_tells_an_owner_what_was_said_last(logged):
    rolled = logged([line("02-05", "Waiting for legal", 6, "Ann"), line("01-08", confidence=8)])
    bodies = [message.body for message in messages(rolled, lambda _: "")]
    [body] = [body for body in bodies if "Waiting" in body]
    line_of_it = body.split(FIRST)[1].splitlines()[0].replace("\N{NO-BREAK SPACE}", " ")
    told = " Latest remark: “Waiting for legal” (Ann, 5 Feb 2027) · Confidence: 8 → 6"
    assert line_of_it.endswith(f", in sales.xlsx.{told}")


def test_a_long_remark_is_short_in_a_list_and_whole_where_there_is_room(logged, tmp_path):
    note = " ".join(["It will take longer than we thought."] * 40)
    rolled = logged([line("02-05", note)])
    text = okr.report(rolled, tmp_path / "r.md").read_text("utf-8")
    assert note not in text
    assert f"“{note[:LONGEST]}…”" in text
    page = html.fromstring(okr.report(rolled, tmp_path / "r.html").read_text("utf-8"))
    assert all(note in title for title in page.xpath("//*[contains(@class,'short')]/@title"))
    assert note in " ".join(page.xpath("//table[@class='krs']//text()"))
    assert note in {row[1] for row in cells(okr.report(rolled, tmp_path / "r.xlsx"), "Remarks")[4:]}


@pytest.mark.parametrize("note", ["<img src=x>", "**now** [a](b)", "=1+1", "“one” | two", "a\n- b"])
def test_a_remark_is_text_and_nothing_more(logged, tmp_path, note):
    rolled = logged([line("02-05", note, by=note)])
    page = html.fromstring(okr.report(rolled, tmp_path / "r.html").read_text("utf-8"))
    assert not page.xpath("//img")
    assert "**now**" not in okr.report(rolled, tmp_path / "r.md").read_text("utf-8")
    shown = cells(okr.report(rolled, tmp_path / "r.xlsx"), "Remarks")[4]
    assert shown[1:3] == [note, note]


def test_the_page_grows_by_little(company, company_rollup, out, view, tmp_path):
    page = view(out("r.html"))
    tall = page.evaluate("document.documentElement.scrollHeight")
    silent = [
        replace(okr.read(path), log=okr.read(path).log.iloc[:0]) for path in company.iterdir()
    ]
    rolled = okr.rollup(silent, as_of=company_rollup.as_of)
    shown = view(okr.report(rolled, tmp_path / "silent.html"))
    assert tall - shown.evaluate("document.documentElement.scrollHeight") <= MOST_GROWTH


# --- the sheet that they are written on ------------------------------------------------------------


@pytest.mark.parametrize("code", languages())
def test_a_line_is_picked_from_lists_and_its_numbers_are_held_to_what_they_can_be(tmp_path, code):
    plan = okr.new("b2b-saas-marketing", quarter="2027-Q1", language=code)
    path = okr.write(plan, tmp_path / "t.xlsx")
    letters = okr.read(path).letters["log"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        sheet = load_workbook(path)[language(code)("sheets.log")]
    for row in (5, 60, 900):
        rules = {
            key: rule
            for key, letter in letters.items()
            for rule in sheet.data_validations.dataValidation
            if f"{letter}{row}" in rule.sqref
        }
        assert (rules["id"].type, rules["by"].type) == ("list", "list")
        assert rules["date"].type == "date"
        assert "Ctrl+;" in rules["date"].prompt
        confidence = rules["confidence"]
        assert (confidence.type, confidence.formula1, confidence.formula2) == ("whole", "1", "10")
        assert "note" not in rules
