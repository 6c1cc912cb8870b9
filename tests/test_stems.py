"""What files are called after people, teams and sheets, whatever their script and their system."""

import unicodedata

import pytest

from okr_sheets.adopting.paths import plain_name
from okr_sheets.files.stems import MOST_BYTES, MOST_LETTERS, distinct_stems, file_stem, spelled
from okr_sheets.reports.drafts import write_messages
from okr_sheets.reports.reminders import Message

STEMS = [
    ("Head of People", "Head-of-People"),
    ("R&D / Ops (EMEA)", "R-D-Ops-EMEA"),
    # scripts whose vowels are marks of their own, and letters with accents
    ("ผู้จัดการฝ่ายขาย", "ผู้จัดการฝ่ายขาย"),
    ("น้ำผึ้ง ศรีสุข", "น้ำผึ้ง-ศรีสุข"),
    ("김민수 팀장", "김민수-팀장"),
    (unicodedata.normalize("NFD", "김민수"), "김민수"),
    ("Győző Kőszegi-Ürge", "Győző-Kőszegi-Ürge"),
    (unicodedata.normalize("NFD", "Győző"), "Győző"),
    ("Şükrü Iğdır, İzmir", "Şükrü-Iğdır-İzmir"),
    ("Äiti Öljymäki", "Äiti-Öljymäki"),
    ("हिन्दी नाम", "हिन्दी-नाम"),
    ("שָׁלוֹם", "שָׁלוֹם"),
    # what no file should have
    ("../../evil", "evil"),
    ("a\\b:c*d?e", "a-b-c-d-e"),
    ("Ann. ", "Ann"),
    ("...", "owner"),
    ("", "owner"),
    ("🚀 Launch ❤️", "Launch"),
    ("\u0e31\u0e49", "owner"),  # marks without a letter
    ("An\u200dn\u202e", "Ann"),
    ("con", "con-1"),
    ("LPT³", "LPT³-1"),
    ("Console", "Console"),
]


@pytest.mark.parametrize(("name", "stem"), STEMS)
def test_letters_and_their_marks_stay_and_nothing_else(name, stem):
    assert file_stem(name, "owner") == unicodedata.normalize("NFC", stem)


@pytest.mark.parametrize(("name", "stem"), STEMS)
def test_teams_and_sheets_are_called_by_the_same_rule(name, stem):
    stem = "okrs" if stem == "owner" else stem.replace("İ", "i").casefold()
    assert plain_name(name) == unicodedata.normalize("NFC", stem)


@pytest.mark.parametrize("name", ["İstanbul", "I\u0307stanbul", "istanbul"])
def test_a_turkish_capital_leaves_no_dot_of_its_own(name):
    assert plain_name(name) == "istanbul"


@pytest.mark.parametrize("letter", ["a", "ő", "한", "ที่", "กำ", "𠮷", "e\u0301\u0323\u0330"])
def test_a_long_name_ends_before_a_letter_and_has_room_for_more(letter):
    stem = file_stem(letter * 200, "owner")
    whole = unicodedata.normalize("NFC", letter)
    assert stem
    assert stem == whole * (len(stem) // len(whole))
    assert len(stem) <= MOST_LETTERS
    assert len(stem.encode()) <= MOST_BYTES


ALIKE = [
    ("Ann Lee", "ANN LEE"),
    ("Ann Lee", "Ann-Lee"),
    ("Ann", "Ann."),
    ("Ann", "Ann "),
    ("Győző", unicodedata.normalize("NFD", "GYŐZŐ!")),
    ("CON", "CON-1"),
    ("x" * 70, "x" * 71),
    ("ก" * 80, "ก" * 81),
    ("...", "!!!"),
    ("İpek", "i\u0307pek"),
    ("Straße", "STRASSE"),
]


@pytest.mark.parametrize("names", ALIKE)
def test_names_that_would_be_one_file_are_two(names):
    stems = distinct_stems([*names, "Bob"], "owner")
    assert stems["Bob"] == "Bob"
    assert spelled(file_stem(names[0], "owner")) == spelled(file_stem(names[1], "owner"))
    marked = [stems[name] for name in names]
    if names[0].casefold().strip() != names[1].casefold().strip():  # else it is one person
        assert len(set(map(spelled, marked))) == 2
    assert stems == distinct_stems(["Bob", *reversed(names)], "owner")


@pytest.mark.parametrize("names", ALIKE)
@pytest.mark.parametrize("kind", ["eml", "md"])
def test_each_of_them_has_a_draft(names, kind, tmp_path):
    found = [Message(name, "", "OKRs", f"Hello {name},\n") for name in names]
    drafts = write_messages(found, tmp_path, kind)
    assert len({spelled(path.name) for path in drafts.written}) == 2
    assert {path.name for path in drafts.written} == {path.name for path in tmp_path.iterdir()}
