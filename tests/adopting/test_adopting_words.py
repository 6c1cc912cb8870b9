"""The words of adopting: the same in all languages, none missing, none that nobody says."""

import re
from string import Formatter

import pytest
from conftest import ROOT

from okr_sheets.adopting.columns import SERIES, named_roles
from okr_sheets.adopting.mapping import FAMILIES, ROLES
from okr_sheets.adopting.words import keys_by_word, plain, roles_by_word, vocabulary
from okr_sheets.language import languages

REFERENCE = vocabulary("en")
SAID = ("said.", "why.", "ask.", "map.")
CODE = "\n".join(
    path.read_text("utf-8")
    for path in [*(ROOT / "okr_sheets" / "adopting").glob("*.py"), ROOT / "okr_sheets" / "adopt.py"]
)


def fields(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("code", languages())
def test_every_language_has_the_same_keys_and_fields(code):
    words = vocabulary(code)
    assert list(words.paths()) == list(REFERENCE.paths())
    for path in REFERENCE.paths():
        if path.startswith(SAID):
            assert fields(words(path)) == fields(REFERENCE(path)), path


def test_every_role_and_family_has_its_word():
    keys = {path for path in REFERENCE.paths() if path.startswith(("roles.", "families."))}
    assert keys == {f"roles.{role}" for role in ROLES} | {f"families.{each}" for each in FAMILIES}
    columns = {path.removeprefix("columns.") for path in REFERENCE.paths() if "columns." in path}
    assert columns == {*ROLES} - {"left"}


def test_every_sentence_is_said_and_every_code_has_one():
    reasons = {path.removeprefix("why.") for path in REFERENCE.paths() if path.startswith("why.")}
    said = set(re.findall(r'"(?:assumed|missing|left)",\s*"([a-z-]+)"', CODE))
    said |= set(re.findall(r'Left\("([a-z-]+)"', CODE))
    said |= set(re.findall(r'"(quarter|quarter-of-days|column|computed|useless)"', CODE))
    assert said - {"assumed", "missing", "left"} == reasons
    for path in REFERENCE.paths():
        if path.startswith(("said.", "ask.", "map.")):
            kind = path in {"said.assumed", "said.missing", "said.left"}
            assert kind or path in re.findall(r"""["']([a-z]+\.[a-z_]+)["']""", CODE), path


def test_a_word_of_several_roles_is_decided_by_what_the_column_holds():
    assert set(roles_by_word()[plain("Hedef")]) >= {"objective", "target"}
    assert set(roles_by_word()[plain("Start")]) >= {"baseline", "start"}
    assert set(keys_by_word("kinds").values()) >= {*SERIES, "objective", "key-result", "action"}


@pytest.mark.parametrize(
    ("header", "role"),
    [
        ("keyResultTargetValue", "target"),
        ("key_result", "key-result"),
        ("KEY RESULTS", "key-result"),
        ("Key\u00adRe\u200bsult\ufeff", "key-result"),
        ("Custom field (Target Value)", "target"),
        ("Taget", "target"),
        ("Key Reslut", "key-result"),
        ("น\u0e4d\u0e49\u0e32หนัก", "weight"),
        ("น\u0e33\u0e49หนัก", "weight"),
        ("Objective progress", "computed"),
        ("Key result 2 title", "key-result"),
        ("Kulcseredmények", "key-result"),
        ("현재값", "current"),
        ("Vastuuhenkilö", "owner"),
        ("GERÇEKLEŞEN", "current"),
    ],
)
def test_headers_are_known_however_they_are_spelled(header, role):
    assert named_roles(header)[0].role == role


def test_a_misspelt_header_tells_what_it_was_taken_for():
    assert named_roles("Taget")[0].like == "target"
    assert not named_roles("Target")[0].like
    assert not named_roles("Cost centre")
