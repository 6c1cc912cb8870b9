"""No sentence for people holds Python's own words, whatever went wrong."""

import ast
import logging
import random
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from hostile import HOSTILE

import okr_sheets as okr
from okr_sheets import cli, rollups
from okr_sheets.files import books, csv
from okr_sheets.language import languages
from okr_sheets.planning.sets import read_set
from okr_sheets.problems import Problem, UnreadableError
from okr_sheets.reading import drafts
from okr_sheets.reading.examples import SetError

FILES = Path(__file__).parent / "files"
PYTHON = re.compile(
    r"\b\w+(Error|Exception|Warning)\b|\bBad(Zip|Gzip)|Traceback|NoneType|<class|\berrno\b|\[Errno"
    r"|index out of range|argument \d|has no attribute|not enough values|too many values|codec"
    r"|recursion|unpack|buffer|CRC|decompress|Error -\d|\w\(\)|invalid literal|not iterable|\bb'"
    r"|not supported between|unhashable|token|BOF|OLE2|XLRD|\bNone\b",
)
# What Python says when something goes wrong inside.
ERRORS = (
    AssertionError(),
    IndexError("list index out of range"),
    ValueError("zip() argument 2 is longer than argument 1"),
    TypeError("'<' not supported between instances of 'str' and 'float'"),
    KeyError("okr.target"),
    ZeroDivisionError("division by zero"),
    RecursionError("maximum recursion depth exceeded"),
    UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"),
)


def assert_for_people(sentence):
    assert not PYTHON.search(sentence), sentence


def assert_said_for_people(path):
    for problem in okr.check(path):
        for code in languages():
            said = problem.say(code)
            assert_for_people(said)
            assert "()" not in said
            assert not said.startswith(" ")


@pytest.mark.parametrize(
    "name", sorted(name for name, hostile in HOSTILE.items() if "damaged" in hostile.codes)
)
def test_what_is_said_of_hostile_files_is_for_people(name, tmp_path):
    path = tmp_path / HOSTILE[name].name
    HOSTILE[name].make(path)
    assert_said_for_people(path)


def damaged(content, seed):
    """The bytes cut short, or some of them others, or a stretch gone; the same for a seed."""
    rng = random.Random(seed)
    at = rng.randrange(8, len(content))
    if seed % 3 == 0:
        return content[:at]
    if seed % 3 == 1:
        return content[:at] + content[at + rng.randrange(1, 200) :]
    changed = bytearray(content)
    for _ in range(20):
        changed[rng.randrange(8, len(changed))] = rng.randrange(256)
    return bytes(changed)


@pytest.mark.parametrize(
    "name",
    [
        "libreoffice-untouched.xlsx",
        "libreoffice-untouched.ods",
        "libreoffice-untouched.xls",
        "libreoffice-untouched.csv",
        "sheetjs.xlsb",
        "sheetjs-biff5.xls",
    ],
)
def test_what_is_said_of_damaged_files_is_for_people(name, tmp_path):
    content = (FILES / name).read_bytes()
    path = tmp_path / name
    for seed in range(9):
        path.write_bytes(damaged(content, seed))
        assert_said_for_people(path)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_a_parser_that_fails_leaves_its_words_to_the_log(error, tmp_path, monkeypatch):
    def fail(_):
        raise error

    monkeypatch.setattr(csv, "read_book", fail)
    (tmp_path / "x.csv").write_text("a,b\n", "utf-8")
    with pytest.raises(UnreadableError) as refused:
        books.read_book(tmp_path / "x.csv")
    assert refused.value.__cause__ is error
    problem = Problem(refused.value.code, given=refused.value.given)
    for code in languages():
        assert_for_people(problem.say(code))
        assert "(" not in problem.say(code)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_what_fails_after_the_parser_costs_the_file_alone_too(error, tmp_path, monkeypatch):
    def fail(*_):
        raise error

    monkeypatch.setattr(drafts.settings, "bands", fail)
    (tmp_path / "x.csv").write_text("ID,Title,Type,Target\nO1.KR1,Leads,Increase,5\n", "utf-8")
    with pytest.raises(UnreadableError) as refused:
        drafts.read_drafts(tmp_path / "x.csv", "x.csv", 1)
    assert refused.value.code == "reader-failed"
    assert refused.value.__cause__ is error


def test_debug_shows_what_a_parser_said(tmp_path):
    (tmp_path / "x.xlsx").write_bytes((FILES / "sheetjs.xlsm").read_bytes()[:3000])
    plain, debug = (
        CliRunner().invoke(cli.main, [*more, "check", str(tmp_path / "x.xlsx")])
        for more in ((), ("--debug",))
    )
    assert plain.exit_code == debug.exit_code == 2
    assert_for_people(plain.output)
    assert "BadZipFile" in debug.output
    assert not logging.getLogger("okr_sheets").handlers


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_a_fault_of_ours_is_said_to_be_one(error, book, monkeypatch):
    def fail(*_, **__):
        raise error.with_traceback(None)

    monkeypatch.setattr(rollups, "rollup_of_trackers", fail)
    path = str(book("| ID | Title |"))
    told = CliRunner().invoke(cli.main, ["score", path])
    assert told.exit_code == 3
    assert re.fullmatch(
        rf"okr-sheets: This is a fault of okr-sheets {okr.__version__} \(cli\.py line \d+\), .*\n",
        told.output,
    )
    assert_for_people(told.output)
    shown = CliRunner().invoke(cli.main, ["--debug", "score", path])
    assert shown.exit_code == 3
    assert f"{type(error).__name__}" in shown.output
    assert shown.output.endswith(told.output)


def test_what_the_system_says_against_a_file_is_told_with_its_name(book, monkeypatch):
    def fail(*_, **__):
        raise PermissionError(13, "Permission denied", "plan.csv")

    monkeypatch.setattr(rollups, "rollup_of_trackers", fail)
    told = CliRunner().invoke(cli.main, ["score", str(book("| ID | Title |"))])
    assert (
        told.output
        == "okr-sheets: plan.csv cannot be used: Permission denied. See to that, or name another file.\n"
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a = ", "x.toml is not valid TOML: Invalid value"),
        (
            b"a = " + b"[" * 50,
            "x.toml is not valid TOML: Lists or tables nested more than 32 levels deep.",
        ),
        (b"a = " + b"9" * 5_000, "x.toml is not valid TOML: A number with too many digits."),
        (b"\xff\xfe", "x.toml is not UTF-8. Save it with that encoding."),
    ],
)
def test_toml_that_is_none_is_refused_in_a_sentence(content, said, tmp_path, monkeypatch):
    (tmp_path / "x.toml").write_bytes(content)
    monkeypatch.chdir(tmp_path)
    for command in (["new", "x.xlsx", "--from", "x.toml"], ["score", ".", "--config", "x.toml"]):
        told = CliRunner().invoke(cli.main, command)
        assert told.exit_code == 2
        assert said in told.output
        assert_for_people(told.output)


@pytest.mark.parametrize("value", ["2027-01-01", "true", "1979-05-27T07:32:00Z", "[1]", "{a = 1}"])
def test_a_value_of_the_wrong_kind_is_named_as_it_was_typed(value):
    with pytest.raises(SetError) as refused:
        read_set(f"[[objectives]]\ntitle = {value}\n", "plan.toml")
    assert_for_people(str(refused.value))
    assert "datetime" not in str(refused.value)
    assert "True" not in str(refused.value)


def test_a_sentence_is_never_raised_as_an_error_that_python_raises_too():
    """Those of ValueError are said to be a fault of ours: what people did wrong is a MisuseError."""
    for path in sorted(Path(okr.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Raise) or not isinstance(node.exc, ast.Call):
                continue
            says = any(isinstance(arg, ast.JoinedStr | ast.Constant) for arg in node.exc.args)
            name = ast.unparse(node.exc.func)
            assert not says or name not in {"ValueError", "TypeError", "RuntimeError"}, (
                f"{path.name}:{node.lineno}"
            )
