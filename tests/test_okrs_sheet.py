"""The OKRs sheet as it opens on a laptop: what is in sight, what is folded away, what is printed."""

import re
import subprocess
import warnings
from datetime import date, timedelta
from itertools import groupby, pairwise, product
from pathlib import Path

import pytest
from calculators import edited, libreoffice
from conftest import needs
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from PIL import ImageFont
from python_calamine import CalamineWorkbook

import okr_sheets as okr
from okr_sheets import demo
from okr_sheets.columns import serial
from okr_sheets.language import language, languages
from okr_sheets.reading import examples

SCREEN = 1390  # pixels that a laptop's 1440 leave for columns
FROZEN = ("id", "title", "target", "current", "score", "status")
START, END = date(2027, 1, 1), date(2027, 3, 31)
DAYS = {"early": date(2027, 1, 6), "middle": date(2027, 2, 16), "late": date(2027, 3, 30)}
SETS = sorted(path.name.split(".")[0] for path in examples.folder().iterdir())
CASES = [("b2b-saas-marketing", code, "2027-Q1", None, day) for code in languages() for day in DAYS]
CASES += [(name, "en", "2027-Q1", None, day) for name in dict.fromkeys(SETS) for day in DAYS]
CASES += [("sales", "en", "2027", cadence, "late") for cadence in ("monthly", "quarterly")]
CASES += [("sales", "th", "2027", "weekly", day) for day in DAYS]


class Opened:
    """The OKRs sheet of a workbook, by the machine keys of its columns."""

    def __init__(self, path):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            self.book = load_workbook(path)
        self.sheet = self.book.worksheets[1]
        row = next(row for row in self.sheet.iter_rows(max_row=6) if row[0].value == "okr.id")
        self.numbers = {cell.value: cell.column for cell in row if cell.value}
        self.columns = {}
        for about in self.sheet.column_dimensions.values():
            for number in range(about.min, about.max + 1):
                self.columns[number] = about

    @property
    def weeks(self):
        found = {key: n for key, n in self.numbers.items() if key.startswith("checkin.")}
        return {date.fromisoformat(key.partition(".")[2]): n for key, n in found.items()}

    def letter(self, key):
        return get_column_letter(self.numbers[key])

    def is_seen(self, number):
        return not self.columns[number].hidden

    def pixels(self, last):
        """How wide all visible columns are, up to the `last` one."""
        shown = (self.columns[n].width for n in range(1, last + 1) if self.is_seen(n))
        return sum(round(width * 7) for width in shown)

    def folds(self):
        """The runs of columns of one level of outline: first, last, level, whether hidden."""
        numbers = range(1, max(self.numbers.values()) + 1)
        about = {n: (self.columns[n].outlineLevel, self.columns[n].hidden) for n in numbers}
        runs = [(key, list(run)) for key, run in groupby(numbers, about.get)]
        return [(run[0], run[-1], *key) for key, run in runs]


def week_of(day, weeks):
    """The date under which numbers are typed on a day: the next check-in date, or the last."""
    return min((week for week in weeks if week >= day), default=max(weeks))


@pytest.mark.parametrize(("name", "code", "quarter", "cadence", "day"), CASES)
def test_this_week_stands_beside_title_target_and_status(
    name, code, quarter, cadence, day, tmp_path
):
    tracker = okr.new(name, quarter=quarter, cadence=cadence, language=code)
    path = okr.write(tracker, tmp_path / "t.xlsx", today=DAYS[day])
    opened = Opened(path)
    this_week = opened.weeks[week_of(DAYS[day], opened.weeks)]
    assert all(opened.is_seen(opened.numbers[f"okr.{key}"]) for key in (*FROZEN, "owner", "trend"))
    assert opened.is_seen(this_week)
    assert opened.pixels(this_week) <= SCREEN
    last = opened.numbers["okr.status"]
    assert opened.sheet.freeze_panes == f"{get_column_letter(last + 1)}6"
    assert opened.sheet[f"{opened.letter('okr.score')}1"].value == language(code)("okrs_page.as_of")
    seen = [key for key, number in opened.numbers.items() if opened.is_seen(number)]
    assert seen[: len(FROZEN)] == [f"okr.{key}" for key in FROZEN]
    assert opened.sheet.row_dimensions[4].hidden
    first = opened.sheet.sheet_view.selection[-1].activeCell
    assert first == f"{get_column_letter(this_week)}7"


@pytest.mark.parametrize("code", languages())
def test_a_quarter_of_weeks_stands_beside_what_stays(code, tmp_path):
    path = okr.write(okr.new("sales", quarter="2027-Q1", language=code), tmp_path / "t.xlsx")
    opened = Opened(path)
    weeks = sum(round(opened.columns[number].width * 7) for number in opened.weeks.values())
    # Of the thirteen at least ten, where there are millions and long words.
    assert opened.pixels(opened.numbers["okr.status"]) + weeks * 10 / 13 <= SCREEN


@pytest.mark.parametrize("day", DAYS.values(), ids=DAYS)
def test_weeks_before_the_last_one_are_folded_away(day, tmp_path):
    path = okr.write(okr.new(quarter="2027-Q1"), tmp_path / "t.xlsx", today=day)
    opened = Opened(path)
    weeks = [*opened.weeks]
    now = weeks.index(week_of(day, weeks))
    assert [week for week in weeks if not opened.is_seen(opened.weeks[week])] == weeks[
        : max(now - 1, 0)
    ]


def test_the_day_a_tracker_counts_to_comes_before_today(tmp_path):
    tracker = demo.marketing("en")
    path = okr.write(tracker, tmp_path / "t.xlsx", today=date(2027, 1, 4))
    assert path.read_bytes() == okr.write(tracker, tmp_path / "u.xlsx").read_bytes()
    assert not Opened(path).is_seen(Opened(path).weeks[date(2027, 1, 8)])


def test_no_two_folds_touch_and_each_has_its_sign(tmp_path):
    for day in DAYS.values():
        opened = Opened(okr.write(okr.new(quarter="2027-Q1"), tmp_path / f"{day}.xlsx", today=day))
        folds = opened.folds()
        assert opened.sheet.sheet_properties.outlinePr.summaryRight is not False
        for (_, last, level, hidden), (first, _, after, _) in pairwise(folds):
            if level and hidden:
                assert after < level
                assert opened.columns[first].collapsed
                assert first == last + 1
        folded = [(first, last) for first, last, level, hidden in folds if level and hidden]
        words = [opened.sheet.cell(5, last).value for _, last in folded]
        assert words[:2] == ["Grade", "Unit"]


def test_weeks_fold_away_as_they_pass(tmp_path):
    """A tracker made before its quarter has signs that put the first weeks out of sight."""
    opened = Opened(okr.write(okr.new(quarter="2027-Q1"), tmp_path / "t.xlsx", today=START))
    levels = [opened.columns[number].outlineLevel for number in opened.weeks.values()]
    assert levels == [2] * 5 + [1] * 5 + [0] * 3
    assert all(map(opened.is_seen, opened.weeks.values()))


@pytest.mark.parametrize("kind", ["blank", "offered", "protected", "planned"])
def test_the_plan_is_in_sight_where_people_type_it(kind, tmp_path):
    tracker = okr.new(blank=kind == "blank", quarter="2027-Q1")
    options = {
        "blank": {"objectives": 2, "key_results": 3},
        "offered": {
            "offers": {int(row): {"unit": "calls"} for row in tracker.key_results.index[:1]}
        },
        "protected": {"protect": True},
        "planned": {},
    }
    opened = Opened(okr.write(tracker, tmp_path / "t.xlsx", **options[kind]))
    for key in ("type", "baseline", "unit"):
        assert opened.is_seen(opened.numbers[f"okr.{key}"]) == (kind != "planned"), key
    assert not opened.is_seen(opened.numbers["okr.weight"])
    selected = opened.sheet.sheet_view.selection[-1].activeCell
    assert selected == (
        "B6" if kind == "blank" else f"{get_column_letter(min(opened.weeks.values()))}7"
    )


@pytest.mark.parametrize("code", languages())
def test_no_word_of_a_header_is_wider_than_its_column(code, tmp_path):
    opened = Opened(okr.write(okr.new(quarter="2027-Q1", language=code), tmp_path / "t.xlsx"))
    font = font_of(code)
    last = opened.numbers["okr.to_fix"]
    for number in range(1, last + 1):
        header = opened.sheet.cell(5, number)
        size = header.font.sz * 96 / 72
        room = round(opened.columns[number].width * 7) - 4 - 9 * header.alignment.indent
        for word in header.value.split():
            assert font(size).getlength(word) <= room, header.value


def font_of(code):
    """The bold font that stands in for Excel's in a language, by its size in pixels."""
    language_of = {"th": ":lang=th", "ko": ":lang=ko"}.get(code, "")
    name = "Carlito" if not language_of else "Noto Sans"
    found = subprocess.run(
        [needs("fc-match"), "-f", "%{file}", f"{name}:bold{language_of}"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    if "Carlito" not in found and not language_of:
        pytest.skip("needs the font Carlito")
    return lambda size: ImageFont.truetype(found, size)


def test_no_number_is_too_wide_for_its_cell(tmp_path, soffice):
    rows = (
        "id;title;type;owner;baseline;target\nO1;Grow;Objective;Ann;;\n"
        "O1.KR1;Revenue of all markets;Increase;Ann;4200000;123456789\n"
        "O1.KR2;Large;Increase;Ann;1;9e15\n"
    )
    (tmp_path / "plan.csv").write_text(rows, "utf-8")
    tracker = okr.new(source=tmp_path / "plan.csv", quarter="2027-Q1")
    path = okr.write(tracker, tmp_path / "t.xlsx")
    opened = Opened(path)
    week = get_column_letter(opened.weeks[date(2027, 1, 8)])
    # More than the target; and what is larger than any grouping.
    edits = [["OKRs", "put", f"{week}7", 370_000_000], ["OKRs", "put", f"{week}8", 8e15]]
    (pdf,) = edited(path, tmp_path, edits, ".pdf")
    text = text_of(pdf)
    assert "370,000,000" in text
    assert "###" not in text


def text_of(pdf):
    done = subprocess.run(
        [needs("pdftotext"), "-layout", pdf, "-"], check=True, capture_output=True, text=True
    )
    return done.stdout


# The link of the start page


AS_OF = [START - timedelta(days=9), START, date(2027, 1, 8), date(2027, 1, 9), date(2027, 2, 17)]
AS_OF += [date(2027, 3, 26), date(2027, 3, 28), END, END + timedelta(days=30)]


@pytest.mark.parametrize(("code", "days"), [("en", AS_OF), ("hu", AS_OF[4:5])])
def test_the_weekly_link_leads_to_the_weeks_first_cell(code, days, tmp_path, soffice):
    words = language(code)
    path = okr.write(okr.new("sales", quarter="2027-Q1", language=code), tmp_path / "t.xlsx")
    opened = Opened(path)
    name = words("sheets.okrs")
    for day in days:
        target = by_libreoffice(path, day, tmp_path)
        week = week_of(day, opened.weeks)
        assert target == f"#'{name}'!{get_column_letter(opened.weeks[week])}7", day


def test_the_weekly_link_follows_rows_and_columns_put_in(tmp_path, soffice):
    path = okr.write(okr.new("sales", quarter="2027-Q1"), tmp_path / "t.xlsx")
    opened = Opened(path)
    edits = [["OKRs", "insert_columns", 3, 1], ["OKRs", "insert_rows", 6, 2]]
    (path,) = edited(path, tmp_path, edits, ".xlsx")
    number = opened.weeks[date(2027, 2, 19)] + 1
    assert (
        by_libreoffice(path, date(2027, 2, 17), tmp_path) == f"#'OKRs'!{get_column_letter(number)}9"
    )


def by_libreoffice(path, day, folder):
    """Where the link leads as of a day, as LibreOffice works its formula out."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        book = load_workbook(path)
    start = book.worksheets[0]
    links = [cell for row in start.iter_rows() for cell in row if is_link(cell.value)]
    (link,) = links
    assert start.cell(link.row, 3).value == 4
    place = re.fullmatch(r'=HYPERLINK\((.*),"→ [^"]*"\)', link.value).group(1)
    (as_of,) = [row[0].row for row in start.iter_rows(max_col=1) if row[0].value == "tracker.as_of"]
    start[f"E{as_of}"] = day
    start["Z1"] = f"={place}"
    copy = folder / f"{day}.xlsx"
    book.save(copy)
    calculated = CalamineWorkbook.from_path(libreoffice(copy, folder))
    return calculated.get_sheet_by_index(0).to_python(skip_empty_area=False)[0][25]


def is_link(value):
    return isinstance(value, str) and value.startswith("=HYPERLINK(")


# What is printed


@pytest.mark.parametrize(
    ("code", "day"), [*product(["en"], DAYS.values()), *product(languages()[1:], [DAYS["middle"]])]
)
def test_the_plan_is_printed_on_one_page_and_the_weeks_on_another(code, day, tmp_path, soffice):
    words = language(code)
    path = okr.write(
        okr.new("sales", quarter="2027-Q1", language=code), tmp_path / "t.xlsx", today=day
    )
    opened = Opened(path)
    first, second = pages_of(path, words("sheets.okrs"), tmp_path)
    ids = [row[0].value for row in opened.sheet.iter_rows(min_row=6) if row[1].value]
    assert len(ids) > 10
    assert all(each in page for each in ids for page in (first, second))
    not_started = words.choice("status", "not-started")
    assert squeezed(first).count(squeezed(not_started)) >= len(ids) - 1
    assert squeezed(not_started) not in squeezed(second)
    for week, number in opened.weeks.items():
        assert str(week) not in first
        assert (str(week) in second) == opened.is_seen(number)
    for key in ("confidence", "note"):
        header = squeezed(words(f"okrs.{key}").split()[0])
        assert header in squeezed(second)
        assert header not in squeezed(first)


def pages_of(path, sheet, folder):
    """The text of each page of a sheet, which is named at its foot."""
    pages = text_of(libreoffice(path, folder, ".pdf")).split("\f")[:-1]
    return [page for page in pages if page.rstrip().endswith(f" {sheet}")]


def squeezed(text):
    """Text without spaces, which PDFs of Thai put between signs."""
    return re.sub(r"\s", "", text)


def test_many_weeks_go_on_rather_than_be_too_small_to_read(tmp_path, soffice):
    tracker = okr.new("sales", quarter="2027", cadence="weekly")
    path = okr.write(tracker, tmp_path / "t.xlsx", today=date(2027, 1, 1))
    first, *others = pages_of(path, "OKRs", tmp_path)
    dates = [each for page in others for each in re.findall(r"2027-\d\d-\d\d", page)]
    assert len(others) == 3
    assert [*map(date.fromisoformat, dates)] == [*Opened(path).weeks]
    assert all("SAL-O1.KR1" in page for page in (first, *others))
    assert "Note" in others[-1]


# What was there before


def test_a_day_typed_anew_is_calculated_through_in_libreoffice(tmp_path, soffice):
    """It leaves a cell as it was where columns stand in another order."""
    path = okr.write(demo.marketing("en"), tmp_path / "t.xlsx")
    days = (date(2027, 1, 20), date(2027, 3, 31))
    for number, day in enumerate(days):
        edits = [["Start here", "put", "E21", serial(day)]]
        (copy,) = edited(path, tmp_path / str(number), edits, ".xlsx")
        assert okr.read(copy).about.as_of == day
        assert [p.cell for p in okr.check(copy) if p.code == "stale-value"] == []


def test_a_tracker_of_the_older_order_reads_as_one_of_todays(tmp_path):
    """The owner third, the weeks last: so the trackers were that other programs saved for us."""
    path = Path(__file__).parent / "files" / "exceljs-untouched.xlsx"
    assert Opened(path).letter("okr.owner") == "C"
    old = okr.read(path)
    new = okr.read(okr.write(old, tmp_path / "new.xlsx"))
    codes = [problem.code for problem in old.problems]
    assert codes == ["old-template", *(problem.code for problem in new.problems)]
    assert new.key_results.equals(old.key_results)
    assert new.check_ins.drop(columns="column").equals(old.check_ins.drop(columns="column"))
