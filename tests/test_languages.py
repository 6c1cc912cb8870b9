import re
import tomllib
from pathlib import Path
from string import Formatter

import pytest

import okr_sheets
from okr_sheets.findings import FINDINGS
from okr_sheets.kinds import CODES
from okr_sheets.language import choice_keys, fold, headers, language, languages, percents
from okr_sheets.reports.phrases import coverage, scope, updated
from okr_sheets.schema import OKRS, OTHER_SHEETS, SETTINGS, SHEETS
from okr_sheets.writing.close import FIXES

REFERENCE = language("en")
CHOICES = (
    "type",
    "commitment",
    "state",
    "level",
    "cadence",
    "action_status",
    "close_decision",
    "status",
    "grade",
)


def fields(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("code", languages())
def test_every_language_has_the_same_keys_and_fields(code):
    words = language(code)
    assert set(words.paths()) == set(REFERENCE.paths())
    for key in REFERENCE.paths():
        theirs = [fields(text) for text in words.spellings(key)]
        ours = [fields(text) for text in REFERENCE.spellings(key)]
        if key == "formats.text_date":  # the month by its name or by its number
            assert theirs[0] in ({"d", "mon", "y"}, {"d", "m", "y"})
        else:
            assert theirs[0] == ours[0], key


def leaves(table, prefix=""):
    for key, value in table.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", (value,) if isinstance(value, str) else tuple(value)


@pytest.mark.parametrize("code", languages())
def test_tables_parsed_one_by_one_say_what_the_whole_file_says(code):
    file = Path(okr_sheets.__file__).parent / "languages" / f"{code}.toml"
    whole = tomllib.loads(file.read_text("utf-8"))
    words = language(code)
    assert {path: words.spellings(path) for path in words.paths()} == dict(leaves(whole))
    assert words.keys("choices.type") == list(whole["choices"]["type"])
    assert words.keys("choices.neither") == []


@pytest.mark.parametrize("code", languages())
def test_words_fit_where_excel_puts_them(code):
    words = language(code)
    names = [words(f"sheets.{key}") for key in (*OTHER_SHEETS, *(s.key for s in SHEETS))]
    assert len({name.casefold() for name in names}) == len(names)
    for name in names:
        assert len(name) <= 31
        assert not re.search(r"[\[\]:*?/\\']", name)
    for column in CHOICES:
        assert len(",".join(words.choices(column).values())) <= 255
    for key in words.paths():
        if key.startswith("inputs."):
            *titles, text = words.spellings(key)
            assert all(len(title) <= 32 for title in titles), key
            assert len(text) <= (32 if key.endswith("_title") else 255), key
    for sheet in SHEETS:
        written = [words(f"{sheet.key}.{column.key}") for column in sheet.columns]
        assert len({fold(header) for header in written}) == len(written)
        assert not any(re.search(r"[\[\]#'\n]", header) for header in written)


@pytest.mark.parametrize("sheet", ["settings", *(sheet.key for sheet in SHEETS)])
def test_no_header_means_two_columns_in_any_two_languages(sheet):
    assert headers(sheet)  # raises ValueError on a clash


@pytest.mark.parametrize("column", [*CHOICES, "yes_no"])
def test_no_word_means_two_choices_in_any_two_languages(column):
    for code in languages():
        words = language(code)
        for path in words.paths():
            if path.startswith(f"choices.{column}."):
                key = path.removeprefix(f"choices.{column}.")
                for spelling in words.spellings(path):
                    assert choice_keys(column)[fold(spelling)] == key, (code, spelling)


def test_the_schema_and_the_code_have_their_words():
    keys = set(REFERENCE.paths())
    assert {f"settings.{column.key}" for column in SETTINGS} <= keys
    assert {f"{sheet.key}.{key}" for sheet in SHEETS for key in sheet.keys} <= keys
    assert {f"problems.{code}" for code in CODES} == {k for k in keys if k.startswith("problems.")}
    fixes = {f"to_fix.{code.partition(':')[0]}" for code in (*FINDINGS, "unknown-id", *FIXES)}
    assert fixes == {key for key in keys if key.startswith("to_fix.")}
    assert set(OKRS["status"].choices) == set(REFERENCE.choices("status"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("İLERLEME", "ilerleme"),
        ("BAŞLANGIÇ", "başlangıç"),
        ("목표", "\u1106\u1169\u11a8\u1111\u116d"),  # Hangul taken apart
        ("Kiindulási érték", "kiindula\u0301si e\u0301rte\u0301k"),
        ("น้ำหนัก", "น\u0e49\u0e4d\u0e32หนัก"),  # sara am taken apart
        ("น้ำหนัก", "น\u0e4d\u0e49\u0e32หนัก"),  # the tone mark between its parts
        ("น้ำหนัก", "น\u0e33\u0e49หนัก"),  # behind them
        ("Target", "\ufeffTar\u00adg\u2060et\u200f"),  # letters that nobody sees
        ("Key  Result ", "key result"),
        ("Ｔａｒｇｅｔ", "target"),
    ],
)
def test_spellings_fold_to_one(one, other):
    assert fold(one) == fold(other)


def test_thai_words_that_differ_by_a_mark_stay_apart():
    assert fold("ค่า") != fold("คา")


@pytest.mark.parametrize(
    ("share", "whole"),
    [
        *[(0.285, 29), (0.145, 15), (0.005, 1), (0.995, 100), (0.575, 58), (1.005, 101)],
        *[(0, 0), (0.0049, 0), (0.2849, 28), (0.1 + 0.185, 29), (1.145, 115), (12.345, 1235)],
        *[(-0.285, -29), (-0.145, -15), (-0.0049, 0), (-1.005, -101), (1e300, round(1e302, -300))],
    ],
)
def test_percents_are_halves_up_of_the_decimal_number(share, whole):
    assert percents(share) == pytest.approx(whole, abs=0, rel=1e-9)


def test_every_four_decimals_make_the_percents_that_whole_numbers_make():
    for ten_thousandths in range(-20_000, 20_001):
        sign = -1 if ten_thousandths < 0 else 1
        whole = (abs(ten_thousandths) + 50) // 100
        assert percents(ten_thousandths / 10_000) == sign * whole


def test_a_percent_is_written_in_the_languages_way_and_never_full_before_it_is():
    assert [
        language("en").percent(share) for share in (0.285, 0.145, 0.005, 0.995, -0.285, 1.005)
    ] == [
        "29%",
        "15%",
        "1%",
        "99%",
        "-29%",
        "101%",
    ]
    assert language("fi").percent(0.285) == "29\N{NO-BREAK SPACE}%"
    assert [language("tr").percent(share) for share in (0.285, -0.285)] == ["%29", "-%29"]


@pytest.mark.parametrize(
    ("code", "four", "five"),
    [
        ("en", "1,025", "12,396"),
        ("tr", "1.025", "12.396"),
        ("th", "1,025", "12,396"),
        ("ko", "1,025", "12,396"),
        ("hu", "1025", "12\N{NO-BREAK SPACE}396"),
        ("fi", "1\N{NO-BREAK SPACE}025", "12\N{NO-BREAK SPACE}396"),
    ],
)
def test_counts_in_sentences_are_grouped_as_the_language_does(code, four, five):
    words = language(code)
    row = {"with_number": 1025, "updated": 1025, "key_results": 12396, "below": None}
    for said in (coverage(row, words), updated(row, words), f"{four}{scope(row, words)}"):
        assert four in said
        assert five in said


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "0 trackers, 0 objectives, 0 key results"),
        (1, "1 tracker, 1 objective, 1 key result"),
        (21, "21 trackers, 21 objectives, 21 key results"),
        (1001, "1,001 trackers, 1,001 objectives, 1,001 key results"),
    ],
)
def test_a_count_of_one_has_its_own_words(count, said):
    counts = dict.fromkeys(("trackers", "objectives", "key_results"), count)
    assert REFERENCE.counted("report.read", **counts) == said
