"""A report of ours is told from others' files, and from one that somebody changed."""

import csv
import json
import random
import re
import shutil
import time
import tracemalloc
import warnings
import zipfile
from pathlib import Path

import pytest
from calculators import libreoffice
from click.testing import CliRunner
from openpyxl import Workbook, load_workbook
from pptx import Presentation

import okr_sheets as okr
from okr_sheets.cli import main
from okr_sheets.files import guard, marks
from okr_sheets.files.marks import is_marked, standing
from okr_sheets.language import languages
from okr_sheets.reading.folders import search

TEXTS = (".html", ".md", ".csv", ".json")
KINDS = (".xlsx", ".pptx", *TEXTS)
FILES = Path(__file__).parent / "files"
SEAL = re.compile(rb"okr-sheets rollup [0-9a-f]{32}")


@pytest.fixture(scope="module")
def rollup():
    return okr.rollup(okr.new(quarter="2027-Q1", team="Team"))


@pytest.fixture(scope="module")
def written(rollup, tmp_path_factory):
    folder = tmp_path_factory.mktemp("written")
    return {kind: okr.report(rollup, folder / f"r{kind}") for kind in KINDS}


@pytest.fixture(params=KINDS)
def report(request, written, tmp_path):
    """A report of each kind, to be changed."""
    return Path(shutil.copy(written[request.param], tmp_path))


# --- ours ----------------------------------------------------------------------------------------


def test_what_was_written_is_ours_wherever_it_lies(report, tmp_path):
    moved = report.rename(tmp_path / f"other name{report.suffix.upper()}")
    assert standing(moved) == "ours"


def test_no_file_and_an_empty_one_are_nothing(report, tmp_path):
    report.write_bytes(b"")
    assert standing(report) == standing(tmp_path / "r.txt") == "nothing"
    assert standing(report / "below") == "nothing"


@pytest.mark.parametrize("report", TEXTS, indirect=True)
def test_a_change_of_any_letter_shows(report):
    content = report.read_bytes()
    rng = random.Random(7)
    places = [*range(120), *range(len(content) - 80, len(content))]
    for place in (*places, *(rng.randrange(len(content)) for _ in range(80))):
        for instead in (bytes([content[place] ^ 1]), b"", b"ab"):
            changed = content[:place] + instead + content[place + 1 :]
            report.write_bytes(changed)
            is_end = changed.replace(b"\r", b"") == content.replace(b"\r", b"")
            assert (standing(report) == "ours") == is_end


@pytest.mark.parametrize("kind", [".xlsx", ".pptx"])
def test_a_change_in_any_part_of_a_package_shows(written, tmp_path, kind):
    path = tmp_path / f"r{kind}"
    with zipfile.ZipFile(written[kind]) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}

    def packed(parts):
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in parts.items():
                archive.writestr(name, content)
        return standing(path)

    assert packed(parts) == "ours"
    for name, content in parts.items():
        middle = len(content) // 2
        for changed in (content + b" ", content[:middle] + b"\0" + content[middle:]):
            assert packed(parts | {name: changed}) != "ours"
        assert packed({key: parts[key] for key in parts if key != name}) != "ours"
    assert packed(parts | {"xl/more.xml": b"<x/>"}) == "changed"


@pytest.mark.parametrize("report", TEXTS, indirect=True)
def test_lines_may_end_as_any_program_ends_them(report):
    lines = report.read_bytes().replace(b"\r\n", b"\n").split(b"\n")
    for end in (b"\n", b"\r\n"):
        report.write_bytes(end.join(lines))
        assert standing(report) == "ours"
        report.write_bytes(end.join([*lines, b"a note"]))
        assert standing(report) == "changed"


# --- changed -------------------------------------------------------------------------------------


def type_a_note(path):
    """What a person does in an editor, or by hand in the parts of a workbook."""
    if path.suffix in {".xlsx", ".pptx"}:
        with zipfile.ZipFile(path) as archive:
            parts = [(part, archive.read(part)) for part in archive.infolist()]
        with zipfile.ZipFile(path, "w") as archive:
            for part, content in parts:
                archive.writestr(part, content.replace(b"Team", b"Tean"))
    else:
        path.write_bytes(path.read_bytes().replace(b"Team", b"Tean", 1))


def append(path):
    with path.open("ab") as file:
        file.write(b"\nmy note,1,2,3\n")


def save_again(path):
    """What programs do that read a file and write it as they write."""
    if path.suffix == ".xlsx":
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            book = load_workbook(path)
        book.create_sheet("Mine")["A1"] = "my note"
        book.save(path)
    elif path.suffix == ".pptx":
        deck = Presentation(path)
        deck.slides[1].shapes.title.text = "my note"
        deck.save(path)
    elif path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file))
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file, delimiter=";").writerows(rows)
    elif path.suffix == ".json":
        path.write_text(json.dumps(json.loads(path.read_text("utf-8"))), "utf-8")
    else:
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))


def save_as_we_write(path):
    """The same with a note, and byte for byte as our own writers write it."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    rows[1][-1] = "my note"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)


# Nothing reads what is appended to a zip archive.
CHANGES = [(save_again, kind) for kind in KINDS] + [(type_a_note, kind) for kind in KINDS]
CHANGES += [(append, kind) for kind in TEXTS]


@pytest.mark.parametrize(("change", "report"), CHANGES, indirect=["report"])
def test_what_was_changed_is_kept_aside_and_that_is_said(change, report, rollup, tmp_path):
    before = report.read_bytes()
    change(report)
    typed = report.read_bytes()
    assert standing(report) == "changed"
    said = []
    okr.report(rollup, report, tell=said.append)
    kept = tmp_path / f"r-2{report.suffix}"
    assert said == [
        f"{report} was changed since it was written. The changed file is kept as {kept.name}."
    ]
    assert (report.read_bytes(), kept.read_bytes()) == (before, typed)
    # The next run finds its own, and what is kept is no tracker.
    okr.report(rollup, report, tell=said.append)
    assert len(said) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == [kept.name, report.name]
    assert search(tmp_path).files == ()


def of_old(path):
    """A report as it was before its mark had a digest."""
    if path.suffix in {".xlsx", ".pptx"}:
        with zipfile.ZipFile(path) as archive:
            parts = [(part, archive.read(part)) for part in archive.infolist()]
        with zipfile.ZipFile(path, "w") as archive:
            for part, content in parts:
                archive.writestr(part, SEAL.sub(b"okr-sheets rollup", content))
        return
    content = path.read_bytes()
    if path.suffix == ".json":
        document = json.loads(content)
        del document["generator"]
        content = json.dumps(document, ensure_ascii=False, indent=1).encode()
    elif path.suffix == ".csv":
        content = content.replace(b'"', b"")
    else:
        mark = b"okr-sheets" if path.suffix == ".html" else b"okr-sheets rollup"
        content = SEAL.sub(mark, content)
    path.write_bytes(content)


def test_a_report_of_old_is_kept_aside_and_no_tracker(report, rollup, tmp_path):
    of_old(report)
    before = report.read_bytes()
    assert not SEAL.search(before)
    assert standing(report) == "changed"
    assert search(tmp_path).files == ()
    okr.report(rollup, report)
    assert (tmp_path / f"r-2{report.suffix}").read_bytes() == before


def test_a_csv_that_was_changed_with_our_own_hand_shows_it(written, tmp_path):
    path = Path(shutil.copy(written[".csv"], tmp_path))
    save_as_we_write(path)
    assert standing(path) == "changed"


def test_what_a_change_came_to_is_said_in_the_reports_language(written, rollup, tmp_path):
    sentences = set()
    for code in languages():
        path = Path(shutil.copy(written[".md"], tmp_path / f"{code}.md"))
        append(path)
        okr.report(rollup, path, code, sentences.add)
    assert len(sentences) == len(languages())
    assert all(re.search(r"\w\w\.md.*\w\w-2\.md", sentence) for sentence in sentences)


def test_the_command_says_it_on_standard_error(written, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    okr.write(okr.new(quarter="2027-Q1"), "t.xlsx")
    path = Path(shutil.copy(written[".md"], tmp_path))
    append(path)
    done = CliRunner().invoke(main, ["score", "t.xlsx", "-o", "r.md", "-o", "./r.md"])
    assert (done.exit_code, done.stdout) == (0, "Wrote r.md\n")
    assert (
        "r.md was changed since it was written. The changed file is kept as r-2.md.\n"
        in done.stderr
    )


def test_what_programs_save_reports_as_is_changed_and_no_tracker(soffice, written, tmp_path):
    for suffix in (".xlsx", ".ods", ".xls"):
        libreoffice(written[".xlsx"], tmp_path, suffix)
    out = tmp_path / "out"
    assert {path.name: standing(path) for path in out.iterdir()} == {
        "r.xlsx": "changed",
        "r.ods": "changed",
        "r.xls": "changed",
    }
    assert search(out).files == ()


# --- others' -------------------------------------------------------------------------------------


def quoted_in_a_note(report, path):
    mark = SEAL.search(report.read_bytes())
    path.write_bytes(b"I found this in a file: " + (mark[0] if mark else report.read_bytes()[:99]))


def quoted_in_lines(report, path):
    lines = report.read_bytes().splitlines()
    path.write_bytes(b"".join(b"> %b\n" % line for line in lines))


@pytest.mark.parametrize("quote", [quoted_in_a_note, quoted_in_lines])
@pytest.mark.parametrize("report", [".md", ".csv", ".json"], indirect=True)
def test_a_quotation_is_no_report(quote, report, rollup, tmp_path):
    path = tmp_path / f"mine{report.suffix}"
    quote(report, path)
    before = path.read_bytes()
    assert standing(path) == "foreign"
    with pytest.raises(FileExistsError, match=r"is there already and is no report\. Choose"):
        okr.report(rollup, path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("place", ["cell", "title", "description"])
def test_a_workbook_that_speaks_of_reports_is_no_report(place, tmp_path):
    book = Workbook()
    words = "okr-sheets rollup"
    if place == "cell":
        book.active["A1"] = f"<dc:description>{words} {'0' * 32}</dc:description>"
    else:
        setattr(book.properties, place, f"{words} of mine")
    book.save(tmp_path / "t.xlsx")
    assert standing(tmp_path / "t.xlsx") == "foreign"
    assert search(tmp_path).files == (tmp_path / "t.xlsx",)


def test_a_tracker_whose_texts_are_marks_is_read(tmp_path):
    words = f"okr-sheets rollup {'0' * 32}"
    tracker = okr.new(quarter="2027-Q1", company=words, department=words, team=words)
    okr.write(tracker, tmp_path / "t.xlsx")
    (tmp_path / "t.csv").write_text(
        'ID;Title;Owner\nO1;"file;objective_id;last_check_in";Ann\n', "utf-8"
    )
    assert search(tmp_path).files == (tmp_path / "t.csv", tmp_path / "t.xlsx")


@pytest.mark.parametrize("kind", KINDS)
def test_a_report_on_marks_is_as_any_other(kind, tmp_path):
    words = f"okr-sheets rollup {'0' * 32}\n<!-- okr-sheets rollup {'0' * 32} -->\n"
    rolled = okr.rollup(okr.new(quarter="2027-Q1", company=words, team=words))
    path = okr.report(rolled, tmp_path / f"r{kind}")
    assert standing(path) == "ours"
    before = path.read_bytes()
    okr.report(rolled, path)
    assert (path.read_bytes(), len(list(tmp_path.iterdir()))) == (before, 1)


def test_no_tracker_is_taken_for_a_report():
    trackers = [path for path in FILES.iterdir() if path.name != "README.md"]
    assert not [path.name for path in trackers if is_marked(path)]
    assert {*search(FILES).files} == {*trackers}


def test_what_cannot_be_told_is_foreign(tmp_path):
    for kind in (*KINDS, ".ods", ".xls"):
        path = tmp_path / f"r{kind}"
        path.write_bytes(b"PK\x03\x04 \x00\xff\xfe" * 9)
        assert standing(path) == "foreign"
    assert standing(tmp_path) == "foreign"


@pytest.mark.parametrize("report", [".html", ".md"], indirect=True)
def test_what_is_too_large_to_be_read_is_foreign_and_not_read(report, monkeypatch):
    size = report.stat().st_size
    monkeypatch.setattr(guard, "MOST_FLAT_BYTES", size)
    assert standing(report) == "ours"
    monkeypatch.setattr(guard, "MOST_FLAT_BYTES", size - 1)
    assert (standing(report), is_marked(report)) == ("foreign", False)


@pytest.mark.parametrize("report", [".csv", ".json"], indirect=True)
def test_a_table_of_ours_may_be_larger_than_any_tracker(report, monkeypatch):
    size = report.stat().st_size
    monkeypatch.setattr(guard, "MOST_FLAT_BYTES", size - 1)
    assert standing(report) == "ours"
    monkeypatch.setattr(marks, "_LARGEST_TABLE", size - 1)
    assert (standing(report), is_marked(report)) == ("foreign", False)


@pytest.mark.parametrize("kind", [".xls", ".csv", ".md"])
def test_a_search_holds_no_large_file_in_memory(kind, tmp_path, monkeypatch):
    monkeypatch.setattr(guard, "MOST_FLAT_BYTES", 2_000_000)
    with (tmp_path / f"t{kind}").open("wb") as file:
        file.truncate(guard.MOST_FLAT_BYTES + 1)
    tracemalloc.start()
    assert not is_marked(tmp_path / f"t{kind}")
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 1_000_000


def test_a_part_that_only_begins_a_property_costs_no_time(tmp_path):
    path = tmp_path / "t.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("docProps/core.xml", b"<dc:description " * 6_000)
    start = time.perf_counter()
    assert not is_marked(path)
    assert time.perf_counter() - start < 0.5
