"""The readout: a deck that python-pptx, LibreOffice and a font's own measures are asked about."""

import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from datetime import date
from functools import cache
from html import unescape
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pytest
from conftest import IN_CI, needs
from openpyxl import load_workbook
from PIL import ImageFont
from pptx import Presentation

import okr_sheets as okr
from okr_sheets import demo, frames, reports
from okr_sheets.language import language, languages
from okr_sheets.misuse import MisuseError

AS_OF = date(2027, 3, 5)
CARLITO = Path("/usr/share/fonts/truetype/crosextra")  # has the widths of Calibri
LATIN = [code for code in languages() if code not in {"th", "ko"}]


@pytest.fixture(scope="module")
def rollup(company):
    return okr.rollup(company, as_of=AS_OF)


@pytest.fixture(scope="module")
def deck_in(rollup, tmp_path_factory):
    """The sample company's deck in a language."""
    folder = tmp_path_factory.mktemp("decks")
    return cache(lambda code: okr.report(rollup, folder / f"{code}.pptx", code))


@pytest.fixture(scope="module")
def slides(deck_in):
    return slides_of(deck_in("en"))


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """Of twenty teams with long names, of which no one speaks for all."""
    made = [each for name, each in demo.company().items() if name != "company.xlsx"]
    trackers = []
    for number in range(20):
        tracker = made[number % len(made)]
        team = f"Team {number} {'of a very long name ' * (number % 4)}".strip()
        about = replace(tracker.about, department="Sales", team=team, level="team")
        trackers.append(replace(tracker, path=f"{number}.xlsx", about=about))
    return okr.rollup(trackers, as_of=AS_OF)


def slides_of(path):
    return list(Presentation(path).slides)


def titles(slides):
    return [slide.shapes.title.text_frame.text for slide in slides]


def charts(slide):
    return [shape.chart for shape in slide.shapes if shape.has_chart]


def tables(slide):
    return [
        [[cell.text_frame.paragraphs[0].text for cell in row.cells] for row in shape.table.rows]
        for shape in slide.shapes
        if shape.has_table
    ]


def values(chart):
    return {series.name: list(series.values) for series in chart.plots[0].series}


def texts(slide):
    return [
        shape.text_frame.text
        for shape in slide.shapes
        if shape.has_text_frame and shape.text_frame.text
    ]


def percents(share):
    return language("en").percent(share)


# --- the numbers ---------------------------------------------------------------------------------


def test_the_slides_come_in_their_order_the_worst_unit_first(slides, rollup):
    units = rollup.teams.sort_values("gap", ascending=False).unit_name.tolist()
    first, *others = titles(slides)
    assert first == "Acme Cloud · 2027-Q1 OKRs"
    assert others == [
        "Where we stand",
        "Week by week",
        "Changes since 26 Feb 2027: 8 of 46",
        "Attention: 8 of 21",
        *units,
        "Alignment",
        "Fine now, but heading off",
        "What to decide",
        "Where the numbers come from",
    ]


def test_the_bars_are_the_units_scores_and_the_key_results_by_status(slides, rollup):
    scores, statuses = charts(slides[1])
    assert list(scores.plots[0].categories) == rollup.teams.unit_name.tolist()
    shown = values(scores)
    assert shown["Score"] == pytest.approx(rollup.teams.score.tolist())
    assert shown["Expected"] == pytest.approx(rollup.teams.expected.tolist())
    counts = rollup.key_results.status.value_counts()
    words = language("en").choices("status")
    shown = dict(zip(statuses.plots[0].categories, values(statuses)["Key results"], strict=True))
    assert shown == {words[key]: count for key, count in counts.items()}


def test_the_lines_are_the_weeks_and_end_with_the_forecast(slides, rollup):
    [chart] = charts(slides[2])
    shown = values(chart)
    trend = rollup.trend
    mine = trend[(trend.level == "unit") & (trend.unit_name == "Acme Cloud")].sort_values("day")
    assert [x for x in shown["Score"] if x is not None] == pytest.approx(mine.score.tolist())
    assert shown["Expected"][: len(mine)] == pytest.approx(mine.expected.tolist())
    assert shown["Expected"][-1] == 1
    [unit] = rollup.teams[rollup.teams.unit_name == "Acme Cloud"].to_dict("records")
    for name, key in (("Forecast", ""), ("Low end", "_low"), ("High end", "_high")):
        assert shown[name][-1] == pytest.approx(unit[f"forecast{key}"])
        assert shown[name][len(mine) - 1] == pytest.approx(unit["score"])


def test_a_charts_own_workbook_holds_its_numbers(slides):
    for slide in slides:
        for chart in charts(slide):
            blob = chart.part.chart_workbook.xlsx_part.blob
            rows = list(load_workbook(BytesIO(blob)).active.iter_rows(values_only=True))
            shown = values(chart)
            assert list(rows[0][1:]) == list(shown)
            assert [list(column) for column in zip(*rows[1:], strict=True)][1:] == [*shown.values()]


def test_what_changed_and_what_needs_attention_are_the_first_rows_of_their_frames(slides, rollup):
    for slide, frame, column, count in (
        (slides[3], rollup.changes, 1, 8),
        (slides[4], rollup.attention, 1, 8),
    ):
        [[_, *rows]] = tables(slide)
        expected = [f"{row.id} {row.title}" for row in frame.head(count).itertuples()]
        assert [row[column] for row in rows] == expected
    [[_, *rows]] = tables(slides[3])
    moved = [
        f"{percents(a)} → {percents(b)}" for a, b in rollup.changes[["before", "after"]].values
    ]
    assert [row[3] for row in rows] == moved[:8]


def test_a_units_slide_has_its_objectives_and_key_results_worst_first(slides, rollup):
    ends = rollup.forecast.set_index("id")
    for slide in slides[5:11]:
        unit = titles([slide])[0]
        objectives, key_results = tables(slide)
        mine = rollup.objectives[rollup.objectives.unit_name == unit]
        assert {row[0].split()[0] for row in objectives[1:]} == set(mine.id)
        of_unit = rollup.key_results[rollup.key_results.unit_name == unit].set_index("id")
        shown = [row[0].split()[0] for row in key_results[1:]]
        gaps = of_unit.loc[shown].gap.fillna(9).tolist()
        assert gaps == sorted(gaps, reverse=True)
        assert len(shown) == len(of_unit) or max(of_unit.drop(shown).gap.fillna(-9)) <= min(gaps)
        for row, id_ in zip(key_results[1:], shown, strict=True):
            assert row[2] == percents(of_unit.loc[id_].score)
            if id_ in ends.index and row[3] != "–":
                low, high = ends.loc[id_, ["forecast_low", "forecast_high"]]
                assert row[3] == language("en").percent_range(low, high)


def test_the_latest_remark_stands_below_its_key_result(slides):
    [table] = [shape.table for shape in slides[4].shapes if shape.has_table]
    below = {
        cell.text_frame.paragraphs[0].text.split()[0]: cell.text_frame.paragraphs[1].text
        for cell in (row.cells[1] for row in table.rows)
        if len(cell.text_frame.paragraphs) > 1
    }
    assert below == {"MKT-O3.KR1": "The partner webinar slipped to March. (CMO, 19 Feb 2027)"}


def test_what_is_to_decide_is_what_nobody_acts_on_and_what_is_overdue(slides, rollup):
    [slide] = [slide for slide in slides if titles([slide]) == ["What to decide"]]
    [[_, *rows]] = tables(slide)
    kinds = [row[0] for row in rows]
    assert kinds == ["Behind, and no action is open", "", "Actions past their day: 3 of 7", "", ""]
    actions = okr.rollup(rollup.trackers, as_of=AS_OF).actions
    acting = set(actions[actions.status.isin(["to-do", "doing", "blocked"])].id)
    behind = rollup.attention[rollup.attention.status.isin(["off-track", "at-risk"])]
    asked = [row[1].split()[0] for row in rows[:2]]
    assert asked == [id_ for id_ in behind.id if id_ not in acting]
    oldest = rollup.overdue.sort_values("due", kind="stable").action.head(3)
    assert [row[1].rsplit(" (", 1)[0] for row in rows[2:]] == oldest.tolist()


def test_a_commitment_that_is_off_track_is_asked_about_first(book):
    rollup = okr.rollup(
        book("""
        | ID     | Title | Type      | Commitment | Baseline | Target | 2027-03-05 |
        | O1     | Grow  | Objective | Committed  |          |        |            |
        | O1.KR1 | Sales | Increase  |            | 0        | 10     | 1          |
        """),
        as_of=AS_OF,
    )
    [slide] = [
        slide
        for slide in slides_of(
            okr.report(rollup, Path(rollup.trackers[0].path).with_name("r.pptx"))
        )
        if titles([slide]) == ["What to decide"]
    ]
    [[_, first, *_]] = tables(slide)
    assert first[:2] == ["Committed, and off track", "O1.KR1 Sales"]


# --- how it looks --------------------------------------------------------------------------------


@pytest.fixture(params=[*languages(), "many"])
def deck(request, deck_in, many, tmp_path):
    if request.param == "many":
        return okr.report(many, tmp_path / "many.pptx", "hu")
    return deck_in(request.param)


def test_every_shape_lies_within_its_slide_and_above_the_foot(deck):
    show = Presentation(deck)
    assert show.slide_width * 9 == show.slide_height * 16
    foot = show.slide_height * 508 / 540
    for slide in show.slides:
        for shape in slide.shapes:
            assert shape.left >= 0
            assert shape.top >= 0
            assert shape.left + shape.width <= show.slide_width
            assert shape.top + shape.height <= show.slide_height
            if shape.has_chart or shape.has_table:
                assert shape.top + shape.height <= foot


def rooms(slide):
    """Each text of a slide, with the points across and down that it has."""
    for shape in slide.shapes:
        if shape.has_text_frame:
            frame = shape.text_frame
            width = shape.width - frame.margin_left - frame.margin_right
            yield frame, width / 12700, shape.height.pt
        if shape.has_table:
            for row in shape.table.rows:
                for cell, column in zip(row.cells, shape.table.columns, strict=True):
                    width = column.width - cell.margin_left - cell.margin_right
                    yield cell.text_frame, width / 12700, row.height.pt - 6


def lines_of(text, font, width):
    """How many lines a text takes by the widths of a font."""
    lines, line = 1, ""
    for word in text.split(" "):
        longer = f"{line} {word}".strip()
        if line and font.getlength(longer) > width:
            lines, longer = lines + 1, word
        line = longer
    return lines


@pytest.mark.skipif(not CARLITO.exists(), reason="Carlito is not installed")
@pytest.mark.parametrize("code", [*LATIN, "many"])
def test_every_text_fits_by_the_widths_of_its_font(code, deck_in, many, tmp_path):
    deck = okr.report(many, tmp_path / "m.pptx", "hu") if code == "many" else deck_in(code)
    for slide in slides_of(deck):
        for frame, width, height in rooms(slide):
            needed = 0.0
            for run in (run for paragraph in frame.paragraphs for run in paragraph.runs):
                name = "Carlito-Bold.ttf" if run.font.bold else "Carlito-Regular.ttf"
                font = ImageFont.truetype(CARLITO / name, 100)
                size = run.font.size.pt
                assert size >= 9
                needed += lines_of(run.text, font, width * 100 / size) * size * 1.22
            assert needed <= height + 1, (frame.text, needed, height)


@pytest.mark.parametrize("code", ["th", "ko", "many"])
def test_libreoffice_shows_a_page_a_slide_and_no_word_in_the_foot(
    code, deck_in, many, soffice, tmp_path
):
    deck = okr.report(many, tmp_path / "m.pptx", "tr") if code == "many" else deck_in(code)
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = [soffice, profile, "--headless", "--convert-to", "pdf", "--outdir", tmp_path, deck]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    pdf = tmp_path / f"{deck.stem}.pdf"
    if not pdf.exists() and not IN_CI:
        pytest.skip("LibreOffice has no Impress")
    pages = subprocess.run(
        [needs("pdftotext"), "-bbox", pdf, "-"], check=True, capture_output=True, text=True
    ).stdout.split("<page ")[1:]
    slides = slides_of(deck)
    assert len(pages) == len(slides)
    place = re.compile(r'xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)<')
    for page, slide in zip(pages[1:], slides[1:], strict=True):
        footer = min((s for s in slide.shapes if s.has_text_frame), key=lambda s: (-s.top, s.left))
        allowed = [*footer.text_frame.text.split(), str(slides.index(slide) + 1)]
        for left, top, right, bottom, word in place.findall(page):
            assert float(left) >= 0
            assert float(right) <= 960
            assert float(bottom) <= 540
            if (float(top) + float(bottom)) / 2 > 508:
                assert any(unescape(word) in part for part in allowed), word


@pytest.mark.parametrize("code", languages())
def test_a_deck_speaks_the_rollups_language_in_fonts_that_have_its_letters(code, deck_in):
    slides, words = slides_of(deck_in(code)), language(code)
    assert words("deck.standing") in titles(slides)
    assert words("deck.asks") in titles(slides)
    [scores, _] = charts(slides[1])
    assert list(values(scores)) == [words("okrs.score"), words("okrs.expected")]
    with zipfile.ZipFile(deck_in(code)) as archive:
        theme = archive.read("ppt/theme/theme1.xml").decode("utf-8")
    for tag, font in (("latin", "Calibri"), ("ea", "Malgun Gothic"), ("cs", "Tahoma")):
        assert set(re.findall(rf'<a:{tag} typeface="(.*?)"', theme)) == {font}


def test_a_status_is_a_word_wherever_it_is_a_colour(slides):
    words = set(language("en").choices("status").values())
    for slide in slides:
        for shape in slide.shapes:
            if shape.has_table:
                for row in list(shape.table.rows)[1:]:
                    for cell in row.cells:
                        if str(cell.fill.fore_color.rgb) != "FFFFFF":
                            assert cell.text_frame.text in words


def test_notes_hold_in_full_what_slides_shorten(slides, rollup):
    notes = slides[1].notes_slide.notes_text_frame.text.splitlines()
    assert notes[0].startswith("Acme Cloud: Score 73%, expected 72%")
    unit = slides[5].notes_slide.notes_text_frame.text
    mine = rollup.key_results[rollup.key_results.unit_name == titles([slides[5]])[0]]
    assert all(f"{row.id} {row.title}" in unit for row in mine.itertuples())


# --- other companies -----------------------------------------------------------------------------


def test_of_many_units_twelve_have_a_slide_and_the_rest_a_row(many, tmp_path):
    slides = slides_of(okr.report(many, tmp_path / "r.pptx", "en"))
    teams = many.teams[many.teams.objectives > 0].sort_values("gap", ascending=False, kind="stable")
    named = titles(slides)
    at = named.index("The other teams")
    assert named[at - 12 : at] == teams.unit_name.head(12).tolist()
    rest = [row for table in tables(slides[at]) for row in table[1:]]
    assert [row[1] for row in rest] == [percents(score) for score in teams.score.tail(8)]
    assert "Score" not in " ".join(texts(slides[1])).replace("Score against", "")


def test_one_unit_is_compared_by_its_objectives(company, tmp_path):
    rollup = okr.rollup(company / "sales.xlsx", as_of=AS_OF)
    slides = slides_of(okr.report(rollup, tmp_path / "r.pptx"))
    scores, _ = charts(slides[1])
    assert values(scores)["Score"] == pytest.approx(rollup.objectives.score.tolist())
    assert titles(slides).count("Sales") == 1


def test_a_blank_tracker_gives_a_deck_that_says_so(tmp_path):
    rollup = okr.rollup(okr.new(blank=True, quarter="2027-Q1", team="Sales"))
    slides = slides_of(okr.report(rollup, tmp_path / "r.pptx"))
    assert "No OKRs yet" in texts(slides[1])
    assert "Nothing needs attention." in " ".join(text for s in slides for text in texts(s))


def test_words_are_words_in_charts_too(book, tmp_path):
    title = '=HYPERLINK("http://x")<b>&'
    path = book(f"""
        | ID     | Title      | Owner  | Type      | Baseline | Target | 2027-01-08 |
        | O1     | {title}    | \x07Al | Objective |          |        |            |
        | O1.KR1 | {{=1+1}}   | =1+1   | Increase  | 0        | 10     | 1          |
    """)
    text = path.read_text("utf-8").replace("O1;", "=1+1;", 1)
    path.write_text(text, "utf-8")
    slides = slides_of(okr.report(okr.rollup(path, as_of=AS_OF), tmp_path / "r.pptx"))
    for chart in (chart for slide in slides for chart in charts(slide)):
        book = load_workbook(BytesIO(chart.part.chart_workbook.xlsx_part.blob))
        kinds = {cell.data_type for row in book.active.iter_rows() for cell in row}
        assert "f" not in kinds
    said = [cell for slide in slides for table in tables(slide) for row in table for cell in row]
    assert any(title in cell for cell in said)


# --- the file ------------------------------------------------------------------------------------


def test_the_same_deck_has_the_same_bytes_and_no_day_of_today(deck_in, rollup, tmp_path):
    again = okr.report(rollup, tmp_path / "again.pptx", "en")
    assert again.read_bytes() == deck_in("en").read_bytes()
    with zipfile.ZipFile(again) as archive:
        assert {part.date_time[0] for part in archive.infolist()} == {1980}
        core = archive.read("docProps/core.xml").decode("utf-8")
    assert set(re.findall(r">(\d{4}-\d\d-\d\d)T", core)) == {AS_OF.isoformat()}


def test_without_the_extra_one_sentence_says_what_to_install(rollup, tmp_path, monkeypatch):
    monkeypatch.setattr(reports, "find_spec", lambda _: None)
    path = tmp_path / "r.pptx"
    with pytest.raises(MisuseError) as caught:
        okr.report(rollup, path)
    assert str(caught.value) == f"{path}: slides need an extra: pip install 'okr-sheets[deck]'"
    with pytest.raises(MisuseError):
        reports.check_report(path, [])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("code", ["en", "many"])
def test_the_sdk_finds_nothing_to_complain_about(code, deck_in, many, schema_errors, tmp_path):
    deck = okr.report(many, tmp_path / "m.pptx") if code == "many" else deck_in(code)
    assert schema_errors(deck) == []


def test_a_folder_of_trackers_may_hold_a_deck(deck_in, company, tmp_path):
    shutil.copy(company / "sales.xlsx", tmp_path)
    shutil.copy(deck_in("en"), tmp_path / "readout.pptx")
    assert len(okr.rollup(tmp_path).trackers) == 1


def test_the_parts_of_a_deck_have_one_name_each(deck_in):
    with zipfile.ZipFile(deck_in("en")) as archive:
        names = sorted(archive.namelist())
    assert all(one != other for one, other in pairwise(names))


def test_trackers_of_one_unit_keep_their_remarks_apart(tmp_path):
    one = okr.new(template="sales", quarter="2027-Q1", company="Acme", team="Sales")
    line = {"id": "SAL-O1.KR1", "date": date(2027, 2, 1), "note": "The fair was moved."}
    parts = {name: getattr(one, name) for name in ("objectives", "key_results")}
    another = {name: part.assign(title="Also: " + part.title) for name, part in parts.items()}
    trackers = [
        replace(one, path="a.xlsx", log=frames.frame("log", [line], [5])),
        replace(one, path="b.xlsx", **another),
    ]
    rolled = okr.rollup(trackers, as_of="2027-02-12")
    assert set(rolled.key_results.file) == {"a.xlsx", "b.xlsx"}
    deck = Presentation(okr.report(rolled, tmp_path / "r.pptx", "en"))
    notes = [slide.notes_slide.notes_text_frame.text for slide in deck.slides]
    said = [line for text in notes for line in text.splitlines() if "SAL-O1.KR1 " in line]
    assert {("Also:" in line, "The fair was moved." in line) for line in said} == {
        (True, False),
        (False, True),
    }
