"""One term for one thing in every language, and no ending that hangs on what is filled in."""

import csv
import re
import tomllib
from functools import cache
from pathlib import Path

import pytest

import okr_sheets
from okr_sheets.language import fold, language, languages

LANGUAGES = Path(okr_sheets.__file__).parent / "languages"
TEMPLATES = Path(__file__).parents[1] / "templates"
DATA = Path(__file__).parent / "data"
SPACED = ("en", "tr", "hu", "fi")  # what begins and ends a word can be told in these alone
# Tables whose lists hold spellings that are read; of them the first alone is written.
SPELLINGS = re.compile(r"(settings|okrs|flat|actions|log|close|choices)\.")
READ = re.compile(r"(numbers|formats)\.|coaching\.(joining|blanks|names)")
SAID_WHEN_ADOPTING = re.compile(r"(roles|families|said|why|ask|map)\.")
# What an ending would hang on: a field, or a field in quotes.
FIELD = r"\}[”’»\"']?"
OPEN_ENDINGS = {
    "en": rf"{FIELD}[’']s\b",
    # kitap → kitabı, mı/mi/mu/mü and de/da follow the vowel before them.
    "tr": rf"\}}[”\"]?['’]|\}}[^\W\d_]|{FIELD} (?:m[ıiuü]|de|da|te|ta|ki)\b",
    # Thai has no endings.
    "th": r"$^",
    # Which of a pair depends on whether the sound before it is open; a noun in between decides it.
    "ko": rf"\([은는이가을를와과으]+\)|{FIELD}(?:은|는|이|가|을|를|와|과|로|으로|이라|라|이랑|랑|이며)"
    r"(?=[\s.,:;?!)]|$)",
    "hu": rf"\b[Aa]z?\(z\)|\b[Aa]\(z\)|\b[Aa]z? [„]?\{{|{FIELD}-?[^\W\d_]",
    "fi": rf"{FIELD}:[^\W\d_]|{FIELD}[^\W\d_]",
}
QUOTES = {"en": "“”", "tr": "“”", "th": "“”", "ko": "“”", "hu": "„”", "fi": "””"}
# What in English names a status, and where the same word is none.
IN_ENGLISH = {
    "at-risk": "at risk",
    "off-track": "off track",
    "on-track": "on track",
    "achieved": "achieved",
    "not-started": "not started",
    "postponed": "postponed",
    "cancelled": "cancelled",
}


def rows(name):
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def leaves(table, prefix=""):
    for key, value in table.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", [value] if isinstance(value, str) else value


@cache
def written(code):
    """All that a language's files write, as (file, key, text)."""
    found = []
    for place in (f"{code}.toml", f"adopting/{code}.toml"):
        for key, texts in leaves(tomllib.loads((LANGUAGES / place).read_text("utf-8"))):
            is_said = SAID_WHEN_ADOPTING.match(key) if "/" in place else not READ.match(key)
            # Headers of hidden columns are for nobody.
            if is_said and not texts[0].startswith("calc "):
                found += [
                    (place, key, text) for text in (texts[:1] if SPELLINGS.match(key) else texts)
                ]
    return found


def said(code, key):
    """All lines of one key of a language."""
    return [text for place, at, text in written(code) if at == key and place == f"{code}.toml"]


def told(code, word):
    """What finds a word that may not be used: whole, with `*` its beginning, in Thai anywhere."""
    pattern = re.escape(fold(word.removesuffix("*")))
    if code not in SPACED:
        is_latin = word.isascii()
        return re.compile(rf"(?<![{{a-z]){pattern}(?![a-z}}])" if is_latin else pattern)
    end = "" if word.endswith("*") or not word[-1].isalnum() else r"(?!\w)"
    return re.compile(rf"(?<![\w{{]){pattern}{end}")


@pytest.mark.parametrize(
    "row", rows("glossary.tsv"), ids=lambda row: f"{row['language']}-{row['concept']}"
)
def test_a_thing_has_one_term(row):
    code = row["language"]
    source = [fold(text) for text in said(code, row["source"])]
    assert any(fold(row["term"]) in text for text in source), "its header says otherwise"
    for word in filter(None, row["never"].split("|")):
        pattern = told(code, word)
        used = [(at, text) for at in written(code) if pattern.search(fold(text := at[2]))]
        assert not used, word


def test_the_glossary_speaks_of_each_concept_in_each_language():
    spoken = {}
    for row in rows("glossary.tsv"):
        spoken.setdefault(row["concept"], []).append(row["language"])
    others = sorted(set(languages()) - {"en"})
    assert all(sorted(codes) == others for codes in spoken.values()), spoken


@pytest.mark.parametrize(
    "row", rows("status_words.tsv"), ids=lambda row: f"{row['language']}-{row['status']}"
)
def test_a_status_is_called_what_the_drop_down_calls_it(row):
    code, status = row["language"], row["status"]
    forms = [fold(form) for form in row["forms"].split("|")]
    assert fold(language(code).choice("status", status)) == forms[0]
    for word in filter(None, row["never"].split("|")):
        assert not [at for at in written(code) if fold(word) in fold(at[2])], word
    if status not in IN_ENGLISH:
        return
    named = re.compile(rf"\b{IN_ENGLISH[status]}\b", re.IGNORECASE)
    keys = {(place, key) for place, key, text in written("en") if named.search(text)}
    assert keys
    for place, key in keys:
        theirs = place.replace("en.toml", f"{code}.toml")
        text = " ".join(text for at, other, text in written(code) if (at, other) == (theirs, key))
        assert any(form in fold(text) for form in forms), (key, text)


@pytest.mark.parametrize("code", languages())
def test_no_ending_hangs_on_what_is_filled_in(code):
    pattern = re.compile(OPEN_ENDINGS[code])
    assert not [at for at in written(code) if pattern.search(at[2])]


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("tr", "{n}'e kadar"),
        ("tr", "{quarter}'de"),
        ("tr", "{unit}nin"),
        ("tr", "“{label}” mı demek istediniz?"),
        ("ko", "“{given}”은(는) 날짜가 아님"),
        ("ko", "{value}로 집계"),
        ("ko", "{value}을 입력"),
        ("hu", "A(z) „{given}” oszlop"),
        ("hu", "a {line}. sor"),
        ("hu", "az {sheet} lapra"),
        ("hu", "{given}-a"),
        ("hu", "{quarter}ban"),
        ("fi", "{n}:lla"),
        ("fi", "{unit}n"),
    ],
)
def test_an_open_ending_is_found(code, text):
    assert re.search(OPEN_ENDINGS[code], text)


@pytest.mark.parametrize("code", languages())
def test_quotation_marks_are_the_languages_own(code):
    opening, closing = QUOTES[code]
    foreign = set('“”„‘’»«‚‹›"') - {opening, closing}
    for at in written(code):
        text = re.sub(r"`[^`]*`", "", at[2])  # a command, typed as it stands
        if '["{code}"]' in text or "pip install" in text:
            continue  # so are TOML and this one
        assert not foreign & set(text), at
        marks = [sign for sign in text if sign in (opening, closing)]
        assert marks == [opening, closing] * (len(marks) // 2), at


@pytest.mark.parametrize(
    "row", rows("word_faults.tsv"), ids=lambda row: f"{row['language']}-{row['key']}"
)
def test_a_word_that_was_wrong_does_not_come_back(row):
    """`$` at the end of a word stands for the end of the text."""
    place, _, key = row["key"].rpartition(" ")
    if place:
        [texts] = [
            [each["title"]]
            for goal in tomllib.loads((TEMPLATES.parent / place).read_text("utf-8"))["objectives"]
            for each in goal["key_results"]
            if each["id"] == key
        ]
        texts = [text.replace("\N{NO-BREAK SPACE}", " ") for text in texts]
    else:
        texts = said(row["language"], key)
    assert texts
    for word in row["gone"].split("|"):
        at_end = word.endswith("$")
        for text in texts:
            is_back = text.endswith(word[:-1]) if at_end else fold(word) in fold(text)
            assert not is_back, (word, text)


def test_thai_says_please_where_a_sentence_on_a_problem_asks_for_something():
    """Each sentence of a problem that asks for something in English, but for questions."""
    asks = re.compile(
        r"(?:^|[.:;?] )(?:Type|Write|Choose|Correct|Delete|Move|Rename|Copy|Give|Name|Set|Format|Open"
        r"|Save|Remove|Clear|Add|Put|Fetch|Check|Insert|Say|Keep|Make|Align)\b"
    )
    asked = {key for _, key, text in written("en") if "problems." in key and asks.search(text)}
    assert len(asked) > 60
    assert not [key for key in asked if "โปรด" not in " ".join(said("th", key))]


def test_thai_counts_have_a_classifier():
    """A count is followed by what it counts: only ratios, scores and scales stand bare."""
    bare = re.compile(r"\{(?:n|count|objectives|key_results|trackers|errors|warnings)\}(?! ?[ก-๙])")
    assert not [
        at
        for at in written("th")
        if bare.search(at[2]) and "percent" not in at[1] and "_cut" not in at[1]
    ]
