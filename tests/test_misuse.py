"""Whatever somebody types wrong, one sentence ends with what to type instead."""

import ast
import re
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

import okr_sheets as okr
from okr_sheets import choices
from okr_sheets.adopting import mapfile
from okr_sheets.cli import main
from okr_sheets.config import KEYS
from okr_sheets.kinds import CODES
from okr_sheets.language import language, languages
from okr_sheets.planning import sets
from okr_sheets.reading import examples
from okr_sheets.reports import KINDS, REVIEWS
from okr_sheets.reports.workbook import SHEETS
from okr_sheets.schema import ACTIONS, OKRS, SETTINGS
from okr_sheets.suggesting import advice, suggestion

PACKAGE = Path(okr.__file__).parent
# Verbs that begin what to do; every one stands in a sentence that is said.
VERBS = (
    "Add|Align|Begin|Change|Choose|Clear|Close|Copy|Correct|Delete|Did you mean|Download|Fetch|Format|Give|Go"
    "|Install|Keep|Leave|Make|Mend|Move|Name|Nest|Open|Put|Remove|Rename|Retype|Run|Save|Saving|See|Set"
    "|Split|Start|Stop|Take|Type|Unprotect|Use|Write"
)
ADVICE = re.compile(
    rf"(?:^|[.!?:;,] |, or |, then |… |; )(?:{VERBS})\b|pip install"
    r"|such as |one of[: ]|typed as |\{(?:instead|known|advice\(.*\)|suffix_advice\(.*\))\}$",
    re.IGNORECASE,
)
# What only Python code can be told, and what ends in a sentence that is made elsewhere.
OF_PYTHON = {"__init__.py", "about.py", "columns.py", "frames.py", "language.py", "tracker.py"}
FROM_ELSEWHERE = re.compile(
    r"named_kind|\{kind\}|\{error\}|\{beyond\}|\{wanted\}|\{unit\}|_REASONS|\.wants|\.kind_of"
    r"|problem\.say\(\)"  # test_every_error_of_a_file_says_what_to_type
)


def last_sentence(text):
    """The last sentence: full stops within names, such as plan.toml, end none."""
    return re.split(r"(?<=[.?!”)]) (?=[A-Z“])", text.strip())[-1]


def assert_says_what_to_type(sentence):
    assert ADVICE.search(last_sentence(sentence)), sentence


# --- did you mean ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "names", "meant"),
    [
        ("Sales", ["sales", "company"], "sales"),
        ("salse", ["sales", "company"], "sales"),
        ("on trakc", ["on_track", "at_risk"], "on_track"),
        ("ARALIK", ["aralık", "ocak"], "aralık"),
        ("İlerleme", ["ilerleme", "hedef"], "ilerleme"),
        ("olculer", ["ölçüler", "hedefler"], "ölçüler"),
        ("kulcseredmeny", ["Kulcseredmény", "Cél"], "Kulcseredmény"),
        ("못표", ["목표", "상태"], "목표"),
        ("เปาหมาย", ["เป้าหมาย", "สถานะ"], "เป้าหมาย"),
        ("ＳＡＬＥＳ", ["sales"], "sales"),
        ("zzz", ["sales", "company"], ""),
        ("", ["sales"], ""),
        ("!?", ["sales"], ""),
        ("x" * 100_000, ["x" * 300], "x" * 300),  # as far as is compared
        ("y" * 100_000, ["x" * 60], ""),
    ],
)
def test_a_name_is_known_by_its_letters(typed, names, meant):
    assert suggestion(typed, names) == meant


def test_of_two_names_that_are_alike_the_first_is_meant():
    assert suggestion("on track", ["on-track", "on_track"]) == "on-track"


def test_a_word_of_any_language_stands_for_its_name():
    assert suggestion("takim", ["team"], {"takım": "team", "osasto": "department"}) == "team"
    assert advice("osasto", ["team", "department"], {"osasto": "department"}) == (
        "Did you mean department?"
    )


def test_what_one_name_alone_begins_with_or_holds_stands_for_it():
    names = ["b2b-saas-marketing", "sales", "sales-enablement"]
    assert advice("marketing", names) == "Did you mean b2b-saas-marketing?"
    assert advice("b2b", names) == "Did you mean b2b-saas-marketing?"
    assert advice("enable", names) == f"Choose one of: {', '.join(names)}."
    assert advice("sale", names) == "Did you mean sales?"
    assert advice("x", names, otherwise="See the list.") == "See the list."


# --- every mistake ---------------------------------------------------------------------------------

PLAN = '[[objectives]]\ntitle = "Grow"\n[[objectives.key_results]]\ntitle = "Leads"\ntarget = 5\n'
MAP = (
    'quarter = "2027-Q1"\n[[tables]]\nfile = "k.csv"\nsheet = "k"\nfamily = "rows"\n'
    'headers = [1]\nrows = [1, 3]\n[tables.columns]\nA = "key-result"\nB = "target"\n'
)
FILES = {
    "t.csv": "Quarter,2027-Q1,,,,\nID,Title,Type,Baseline,Target,2027-01-08\n"
    "O1,Grow,Objective,,,\nO1.KR1,Leads,Increase,1,5,2\n",
    "u.csv": "Quarter,2027-Q1,,,,\nID,Title,Type,Baseline,Target,2027-01-08\n"
    "O2,Win,Objective,,,\nO2.KR1,Calls,Increase,1,5,2\n",
    "k.csv": "KPI,Goal\nLeads,20\nCalls,30\n",
    "plan.toml": PLAN,
    "key.toml": PLAN.replace("target", "tarfet"),
    "word.toml": PLAN.replace("target", '"başlangıç"'),
    "kind.toml": PLAN.replace("5", '"5"'),
    "choice.toml": PLAN + 'type = "Artır"\n',
    "level.toml": f'[about]\nlevel = "takım"\n{PLAN}',
    "broken.toml": "title = Grow\n",
    "bytes.toml": b"\xff\xfe",
    "map.toml": MAP,
    "no-sheet.toml": MAP.replace('sheet = "k"', 'sheet = "K1"'),
    "no-file.toml": MAP.replace("k.csv", "kk.csv"),
    "no-role.toml": MAP.replace('"target"', '"tavoite"'),
    "no-family.toml": MAP.replace('"rows"', '"row"'),
    "no-column.toml": MAP.replace("B = ", "6 = "),
    "no-quarter.toml": MAP.replace('quarter = "2027-Q1"', ""),
    "c-key.toml": 'compny = "Acme"\n',
    "c-place.toml": "on_track = 0.1\n",
    "c-value.toml": 'language = "suomi"\n',
    "c-preset.toml": 'preset = "gogle"\n',
    "c-number.toml": "fiscal_start = 13\n",
    "c-code.toml": '[check]\noff = ["kr-precent"]\n',
    "c-no-code.toml": '[check]\noff = ["zzz"]\n',
    "c-error.toml": '[check]\noff = ["not-found"]\n',
    "c-bands.toml": "[bands]\non_track = 0.5\nat_risk = 0.2\n",
    "c-mail.toml": '[owners]\n"Ann" = "ann"\n',
    "c-table.toml": "teams = 2\n",
    "c-twice.toml": '[teams."A"]\n[teams."a"]\n',
    "mine.md": "# Notes",
    "mine.sqlite": "no database at all",
    "empty.xlsx": b"",
    "old.xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    "full/x.txt": "",
    "locked/x.csv": "",
}
SUFFIXES = ".xlsx, .pptx, .html, .md, .csv, .json, .sqlite, .db"
COMMANDS = "adopt, check, close, demo, new, next, remind, score, templates"
MISTAKES = {
    # The command line.
    "scor": "There is no command “scor”. Did you mean score?",
    "zzz": f"There is no command “zzz”. Choose one of: {COMMANDS}.",
    "--verion": "okr-sheets has no option --verion. Did you mean --version?",
    "--debug": "Missing command. Type okr-sheets --help to see what there is.",
    "new": "OUT is missing. Type it: okr-sheets new marketing.xlsx",
    "adopt": "SHEET is missing. Type it: okr-sheets adopt okrs.xlsx",
    "new n.xlsx --tempalte sales": "okr-sheets new has no option --tempalte. Did you mean --template?",
    "new n.xlsx --zzz": "okr-sheets new has no option --zzz. Type okr-sheets new --help to see what there is.",
    "new n.xlsx --template": "--template needs a value. Type one: --template sales",
    "score t.csv -o": "-o needs a value. Type one: -o rollup.xlsx",
    "new n.xlsx --blank=yes": "--blank takes no value. Type it alone: --blank",
    "--help=1": "--help takes no value. Type it alone: --help",
    "score --help=1": "--help takes no value. Type it alone: --help",
    "new my n.xlsx": "Got unexpected extra argument (n.xlsx). Type okr-sheets new --help to see what there is.",
    "demo a b c": "Got unexpected extra arguments (b c). Type okr-sheets demo --help to see what there is.",
    # Names.
    "new n.xlsx --template sale": "No template “sale”. Did you mean sales?",
    "new n.xlsx --template zzz": f"No template “zzz”. Choose one of: {', '.join(examples.names())}.",
    "templates marketing": "No template “marketing”. Did you mean b2b-saas-marketing?",
    "new n.xlsx --preset gogle": "No preset “gogle”. Did you mean google?",
    "score t.csv --preset zzz": "No preset “zzz”. Choose one of: default, google, viva, gitlab, engagedly.",
    "new n.xlsx --language turkce": "--language: No language “turkce”. Did you mean tr?",
    "check t.csv --language zz": "--language: No language “zz”. Choose one of: en, fi, hu, ko, th, tr.",
    "new n.xlsx --level takım": "--level: No level “takım”. Did you mean team?",
    "new n.xlsx --cadence HAFTALIK": "--cadence: No cadence “HAFTALIK”. Did you mean weekly?",
    "score t.csv --engine process": "--engine: No engine “process”. Did you mean processes?",
    "check t.csv --format jsno": "--format: No format “jsno”. Did you mean json?",
    "score t.csv --into b.xlsx --sheets sumary": "--sheets: No sheet “sumary”. Did you mean summary?",
    "score t.csv --into b.xlsx --sheets Özet": "--sheets: No sheet “Özet”. Did you mean summary?",
    # Values.
    "new n.xlsx --quarter Q9": "“Q9” is not a quarter. Type it as 2027-Q1. A whole year is typed as 2027.",
    "new n.xlsx --quarter 3027-Q1": "“3027-Q1” is not of a year from 1990 to 2100. Type it as 2027-Q1. A whole year is typed as 2027.",
    "new n.xlsx --quarter 2027-Q1 --cadence quarterly": "2027-Q1 has no quarters to check in on. Choose weekly, two-weekly or monthly, or name the year, 2027.",
    "new n.xlsx --fiscal-start 13": "--fiscal-start: “13” is not a whole number from 1 to 12. Type one, such as 4.",
    "new n.xlsx --objectives few": "--objectives: “few” is not a whole number from 1 to 40. Type one, such as 3.",
    "score t.csv --as-of 12.2.2027": "--as-of: “12.2.2027” is not a date. Type it as 2027-02-12.",
    "score t.csv --as-of 3027-01-01": "--as-of: “3027-01-01” is not of a year from 1990 to 2100. Type it as 2027-02-12.",
    "adopt t.csv --quarter Q9": "“Q9” is not a quarter. Type it as 2027-Q1.",
    # Options that do not go together.
    "new n.xlsx --blank --template sales": "Choose one of --template, --from and --blank.",
    "new n.xlsx --objectives 3 --template sales": "--objectives and --key-results prepare a blank tracker's rows. Type --blank in place of --template or --from.",
    "score t.csv --sheets teams": "--sheets says what comes into a workbook of yours. Name it too: --into board.xlsx",
    "check t.csv --format json -o r.md": "Choose one of --format and -o.",
    "check t.csv -o r.xlsx --offer r.xlsx": "r.xlsx is to be the review. Choose another name for --offer.",
    "score t.csv --scheduler tcp://x:1": "A scheduler is the address of a dask cluster. Choose the engine dask.",
    # Files that are read.
    "score": "Name a file or a folder of trackers, or set paths in okr.toml.",
    "score full": "No tracker in “full”. Name a file or a folder of them.",
    "score gone*": "No tracker in “gone*”. Name a file or a folder of them.",
    "check t.csv --config c-ky.toml": "--config: There is no file c-ky.toml. Did you mean c-key.toml?",
    "check t.csv --config full": "--config: full is a folder. Name a file in it, such as okr.toml.",
    "new n.xlsx --from zzz": "--from: There is no file zzz. Name another, such as plan.toml.",
    "new n.xlsx --from mine.md": "mine.md ends in no known suffix. Choose a name that ends in one of: .toml, .csv, .tsv, .ods, .xls, .xlsb, .xlsm, .xlsx.",
    "new n.xlsx --from empty.xlsx --preset google": "empty.xlsx is a tracker, which says this itself. Leave out --preset.",
    "new n.xlsx --from old.xls --language fi --cadence weekly --fiscal-start 4": "old.xls is a tracker, which says this itself. Leave out --language, --cadence, --fiscal-start.",
    "score t.csv --history none.sqlite": "none.sqlite is not there yet. Begin it with: -o none.sqlite",
    "score t.csv --history mine.sqlite": "mine.sqlite is there already and is no history. Choose another name.",
    "check foo://x/t.csv": "No file system is known for foo://. Type one such as s3://.",
    # Files that are written.
    "new n.xls": "n.xls: a tracker is an .xlsx workbook. Type n.xlsx instead.",
    "new gone/n.xlsx": "There is no folder gone. Make it first.",
    "new t.csv/n.xlsx": "t.csv is a file and no folder. Name another one.",
    "new empty.xlsx": "empty.xlsx is there already. Choose another name, or add --force.",
    "new full": "OUT: full is a folder. Name a file in it, such as marketing.xlsx.",
    "score t.csv -o r.xls": "r.xls ends in no known suffix. Did you mean r.xlsx?",
    "score t.csv -o r.htm": "r.htm ends in no known suffix. Did you mean r.html?",
    "score t.csv -o r.pdf": f"r.pdf ends in no known suffix. Choose a name that ends in one of: {SUFFIXES}.",
    "score t.csv -o r": f"r ends in no known suffix. Choose a name that ends in one of: {SUFFIXES}.",
    "check t.csv -o r.html": "r.html ends in no known suffix. Choose a name that ends in one of: .xlsx, .md, .json.",
    "score t.csv -o http://x/r.csv": "--out: http://x/r.csv: a report is written to a local file, not to a URL. Name a file here.",
    "score t.csv -o full": f"full ends in no known suffix. Choose a name that ends in one of: {SUFFIXES}.",
    "score t.csv -o gone/r.csv": "There is no folder gone. Make it first.",
    "score t.csv -o mine.md": "mine.md is there already and is no report. Choose another name.",
    "score t.csv -o t.csv": "t.csv is one of the trackers read. Choose another name.",
    "score t.csv -o mine.sqlite": "mine.sqlite is there already and is no history. Choose another name.",
    "score t.csv --into gone.xlsx": "There is no workbook gone.xlsx. Name one of yours that is there.",
    "score t.csv --into t.csv": "t.csv is a file of the kind text. Save it as an Excel workbook (.xlsx) first.",
    "score t.csv --into old.xls": "old.xls is an old Excel workbook (.xls) or has a password. Save it as an Excel workbook (.xlsx) without a password first.",
    "remind t.csv -o mine.md": "--out: mine.md is a file. Name a folder, such as reminders.",
    "demo full": "full is not empty. Name a new folder.",
    "check t.csv u.csv --offer f.xlsx": "--offer fills in one tracker, and 2 were read. Name the file of one.",
    "check t.csv --offer f.csv": "f.csv: a tracker is an .xlsx workbook. Type f.xlsx instead.",
    "next emty.xlsx": "emty.xlsx: There is no such file or folder. Correct the path."
    " Did you mean empty.xlsx?",
    "next t.csv -o n.xls": "n.xls: a tracker is an .xlsx workbook. Type n.xlsx instead.",
    "next t.csv -o empty.xlsx": "empty.xlsx is there already. Choose another name with -o.",
    "next t.csv --quarter 2026-Q4": "2026-Q4 does not come after 2027-Q1. Name a later one.",
    "next t.csv u.csv": "Name the new folder of these 2 trackers with -o: -o 2027-Q2",
    "next t.csv u.csv -o n.xlsx": "n.xlsx is to hold 2 trackers. Name a folder, without a suffix.",
    "adopt k.csv -o n.xls": "n.xls: a tracker is an .xlsx workbook. Type n.xlsx instead.",
    "adopt k.csv -o empty.xlsx": "empty.xlsx is there already. Choose another name with -o.",
    # Plans, maps and settings.
    "new n.xlsx --from key.toml": "key.toml: [[objectives.key_results]] no key “tarfet”. Did you mean target?",
    "new n.xlsx --from word.toml": "word.toml: [[objectives.key_results]] no key “başlangıç”. Did you mean baseline?",
    "new n.xlsx --from kind.toml": "kind.toml: [[objectives.key_results]] target must be a number, such as 30, not “5”.",
    "new n.xlsx --from choice.toml": f"choice.toml: [[objectives.key_results]] type must be one of objective, {', '.join(choices.TYPES)}, not “Artır”. Did you mean increase?",
    "new n.xlsx --from level.toml": "level.toml: [about] level must be one of company, department, team, individual, not “takım”. Did you mean team?",
    "new n.xlsx --from broken.toml": 'broken.toml is not valid TOML: Invalid value (at line 1, column 9). Correct it there; a text stands in quotes: name = "Acme".',
    "new n.xlsx --from bytes.toml": "bytes.toml is not UTF-8. Save it with that encoding.",
    "adopt k.csv --map no-sheet.toml": "no-sheet.toml: there is no sheet “K1” in k.csv. Did you mean k?",
    "adopt k.csv --map no-file.toml": "no-file.toml: no file kk.csv was read. Did you mean k.csv?",
    "adopt k.csv --map no-role.toml": "no-role.toml: [[tables]] B “tavoite” is no role. Did you mean objective?",
    "adopt k.csv --map no-family.toml": "no-family.toml: [[tables]] “row” is no family. Did you mean rows?",
    "adopt k.csv --map no-column.toml": "no-column.toml: [[tables]] “6” is no column. Write its letter, such as C.",
    "adopt k.csv --map no-quarter.toml": 'no-quarter.toml: quarter is missing. Write quarter = "2027-Q1".',
    "adopt k.csv --map map.toml --quarter 2027-Q2": "map.toml says the quarter and the language. Change it there.",
    "score t.csv --config c-key.toml": "c-key.toml: no key “compny”. Did you mean company?",
    "score t.csv --config c-place.toml": "c-place.toml: no key “on_track”. Write it below [bands].",
    "score t.csv --config c-value.toml": "c-value.toml: language must be one of en, fi, hu, ko, th, tr, not “suomi”. Did you mean fi?",
    "score t.csv --config c-preset.toml": "c-preset.toml: preset must be one of default, google, viva, gitlab, engagedly, not “gogle”. Did you mean google?",
    "score t.csv --config c-number.toml": "c-number.toml: fiscal_start must be a whole number from 1 to 12, such as 4, not 13.",
    "score t.csv --config c-code.toml": "c-code.toml: [check] off: “kr-precent” is no code of a problem. Did you mean kr-percent?",
    "score t.csv --config c-no-code.toml": "c-no-code.toml: [check] off: “zzz” is no code of a problem. docs/problems.md lists them, such as kr-percent.",
    "score t.csv --config c-error.toml": "c-error.toml: [check] off: not-found is an error, which cannot be scored. Mend it.",
    "score t.csv --config c-bands.toml": "c-bands.toml: [bands] on_track is 0.5, above at_risk, which is 0.2. Set both.",
    "score t.csv --config c-mail.toml": 'c-mail.toml: [owners] Ann must be an e-mail address, such as "ann@example.com", not “ann”.',
    "score t.csv --config c-table.toml": "c-table.toml: teams must be a table, not 2. Write [teams] above its lines.",
    "score t.csv --config c-twice.toml": "c-twice.toml: [teams] “A” and “a” are one name. Keep one of them.",
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mistakes")
    for name, content in FILES.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def said(command, folder, monkeypatch):
    """What is said of a command line on standard error, and the exit code."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("LANG", "C.UTF-8")
    before = sorted(folder.rglob("*"))
    told = CliRunner().invoke(main, command.split())
    assert sorted(folder.rglob("*")) == before
    return told.stderr.splitlines(), told.exit_code


@pytest.mark.parametrize("command", MISTAKES)
def test_a_mistake_is_one_sentence_that_ends_with_what_to_type(command, folder, monkeypatch):
    lines, code = said(command, folder, monkeypatch)
    assert lines[-1] == f"okr-sheets: {MISTAKES[command]}"
    assert len(lines) == 1 or "--offer" in command  # which comes after what was found
    assert code == 2
    assert_says_what_to_type(MISTAKES[command])


def test_a_file_to_replace_that_may_not_be_read_is_no_folder(folder, monkeypatch):
    monkeypatch.setattr("click.types.os.access", lambda *_: False)
    lines, code = said("new empty.xlsx", folder, monkeypatch)
    told = "okr-sheets: empty.xlsx is there already. Choose another name, or add --force."
    assert (lines, code) == ([told], 2)


def test_what_cannot_be_read_is_told_with_what_to_type(folder, monkeypatch):
    for command in ("check gone.xlsx", "check empty.xlsx", "check full/x.txt", "score gone.csv"):
        lines, code = said(command, folder, monkeypatch)
        assert code == 2
        told = [line for line in lines if ": error: " in line]
        assert len(told) <= 1
        for line in told:
            assert_says_what_to_type(line)


@pytest.mark.parametrize(
    "command", ["check {}", "score {}", "adopt {}", "score t.csv --previous {}"]
)
@pytest.mark.parametrize(
    ("typed", "meant"),
    [("emty.xlsx", "empty.xlsx"), ("./lokced", "locked"), ("altogether other.csv", "")],
)
def test_a_file_or_folder_that_is_not_there_is_told_with_the_one_that_may_be_meant(
    command, typed, meant, folder, monkeypatch
):
    monkeypatch.chdir(folder)
    monkeypatch.setenv("LANG", "C.UTF-8")
    arguments = [part.format(typed) for part in command.split()]
    lines = CliRunner().invoke(main, arguments).output.splitlines()
    (told,) = [line for line in lines if ": error: not-found: " in line]
    assert told.endswith(f" Did you mean {meant}?" if meant else "Correct the path.")


def test_every_error_of_a_file_says_what_to_type():
    words = tomllib.loads((PACKAGE / "languages" / "en.toml").read_text("utf-8"))["problems"]
    for code, severity in CODES.items():
        if severity == "error":
            assert_says_what_to_type(words[code])


def test_every_sentence_that_is_raised_ends_with_what_to_type():
    found = 0
    for path in sorted(PACKAGE.rglob("*.py")):
        place = path.relative_to(PACKAGE).as_posix()
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            is_error = isinstance(node, ast.Call) and node.args
            if not is_error or not re.search(r"(Error|\berror)$", ast.unparse(node.func)):
                continue
            sentence = as_text(node.args[0])
            if " " not in sentence or FROM_ELSEWHERE.search(sentence) or place in OF_PYTHON:
                continue
            found += 1
            assert ADVICE.search(last_sentence(sentence)), f"{place}:{node.lineno}: {sentence}"
    assert found > 80


def test_every_key_of_a_file_says_what_it_takes_with_an_example():
    keys = [*KEYS, *mapfile._TOP.values(), *mapfile._TABLE.values()]
    keys += [sets._Key(column) for column in (*SETTINGS, *OKRS.typed, *ACTIONS.typed)]
    for key in keys:
        assert ADVICE.search(key.wants), key


def as_text(node):
    """A text as it stands in the code, with what is filled in between braces."""
    if isinstance(node, ast.JoinedStr):
        return "".join(map(as_text, node.values))
    if isinstance(node, ast.FormattedValue):
        return f"{{{ast.unparse(node.value)}}}"
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


# --- lists that are said twice, for what must not be loaded --------------------------------------------


def test_the_suffixes_and_sheets_that_are_offered_are_those_that_are_written():
    assert (*KINDS,) == choices.REPORTS
    assert (*REVIEWS,) == choices.REVIEWS
    assert SHEETS == choices.RESULT_SHEETS


@pytest.mark.parametrize("code", languages())
def test_each_language_is_known_by_what_it_calls_itself(code):
    name = language(code)("name")
    told = CliRunner().invoke(main, ["templates", "--language", name.upper()])
    assert told.stderr.endswith(f"Did you mean {code}?\n")
