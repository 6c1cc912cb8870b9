import re
from string import Formatter

import pytest

from okr_sheets.language import choice_keys, fold, headers, language, languages
from okr_sheets.problems import CODES
from okr_sheets.schema import OKRS, OTHER_SHEETS, SETTINGS, SHEETS
from okr_sheets.scoring import FAULTS, HINTS

REFERENCE = language("en")
CHOICES = ("type", "commitment", "state", "level", "cadence", "action_status", "status", "grade")


def fields(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("code", languages())
def test_every_language_has_the_same_keys_and_fields(code):
    words = language(code)
    assert set(words.paths()) == set(REFERENCE.paths())
    for key in REFERENCE.paths():
        theirs = [fields(text) for text in words.spellings(key)]
        ours = [fields(text) for text in REFERENCE.spellings(key)]
        assert theirs[0] == ours[0], key


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
    changes = [f"plan-{way}:target:1:2" for way in ("lowered", "raised")]
    codes = [*(code for code, _ in (*FAULTS, *HINTS)), *changes, "unknown-id"]
    fixes = {REFERENCE.fix(code) for code in codes}
    assert len({k for k in keys if k.startswith("to_fix.")}) == len(fixes) - 2  # required-1 to 3
    assert set(OKRS["status"].choices) == set(REFERENCE.choices("status"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("İLERLEME", "ilerleme"),
        ("BAŞLANGIÇ", "başlangıç"),
        ("목표", "\u1106\u1169\u11a8\u1111\u116d"),  # Hangul taken apart
        ("Kiindulási érték", "kiindula\u0301si e\u0301rte\u0301k"),
        ("น้ำหนัก", "น\u0e49\u0e4d\u0e32หนัก"),  # sara am taken apart
        ("Key  Result ", "key result"),
        ("Ｔａｒｇｅｔ", "target"),
    ],
)
def test_spellings_fold_to_one(one, other):
    assert fold(one) == fold(other)


def test_thai_words_that_differ_by_a_mark_stay_apart():
    assert fold("ค่า") != fold("คา")
