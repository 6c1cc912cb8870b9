"""Every code of a problem: the smallest input that gives it, its place, and its page."""

import json
import re
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from html import unescape
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Timer
from time import perf_counter

import pytest
from click.testing import CliRunner
from conftest import ROOT, faults_in
from hostile import lowered, ole, packed
from lxml import html
from openpyxl import Workbook
from python_calamine import CalamineWorkbook

import okr_sheets as okr
from okr_sheets.cli import main
from okr_sheets.files import books, child, guard
from okr_sheets.frames import frame
from okr_sheets.grouping import grouped
from okr_sheets.kinds import CODES, KINDS
from okr_sheets.language import language, languages
from okr_sheets.letters import column_number
from okr_sheets.problems import Problem, in_order
from okr_sheets.reading import folders, tracker
from okr_sheets.writing import start

TODAY = date(2027, 1, 8)
# A sheet with nothing wrong in it; a recipe changes as few of its cells as it can.
SOUND = (
    ("ID", "Title", "Owner", "Type", "Baseline", "Target", "2027-01-08"),
    ("O1", "Goal", "Ann", "Objective", "", "", ""),
    ("O1.KR1", "Leads", "Ann", "Increase", 1, 10, 5),
    ("O1.KR2", "Trials", "Bob", "Increase", 1, 10, 5),
)


@dataclass(frozen=True)
class Recipe:
    """What a person did, the place that the problem names, and a file made so, checked."""

    when: str
    place: str
    check: Callable[[Path], tuple[Problem, ...]]


def drawn(cells):
    """The sound sheet with some cells changed: rows of values."""
    places = {re.fullmatch("([A-Z]+)([0-9]+)", cell).groups(): cells[cell] for cell in cells}
    changed = {(int(row), column_number(letters)): new for (letters, row), new in places.items()}
    height = max(len(SOUND), *(row for row, _ in changed), 0)
    width = max(len(SOUND[0]), *(column for _, column in changed), 0)
    rows = [[*row, *[""] * (width - len(row))] for row in SOUND]
    rows += [[""] * width for _ in range(height - len(rows))]
    for (row, column), new in changed.items():
        rows[row - 1][column - 1] = new
    return rows


def as_text(cells, path):
    lines = (";".join(str(value) for value in row) for row in drawn(cells))
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def as_workbook(cells, path, change):
    book = Workbook()
    fill(book.active, "okrs", drawn(cells))
    change(book)
    book.save(path)
    return path


def fill(sheet, name, rows):
    sheet.title = name
    for row in rows:
        sheet.append([None if value == "" else value for value in row])


def in_text(when, cell, **cells):
    return in_files(when, f"okrs.csv:okrs!{cell}", okrs=cells)


def in_files(when, place, **sheets):
    """Text files of one folder, checked together."""

    def check(folder):
        for name, cells in sheets.items():
            as_text(cells, folder / f"{name}.csv")
        return okr.check(folder)

    return Recipe(when, place.rstrip("!"), check)


def in_levels(when, place, **aims):
    """The trackers of a company, a department and a team: one objective each, and its aim."""

    def check(folder):
        for level, aim in {"c": "", **aims}.items():
            word, own = {"c": "Company", "d": "Department", "t": "Team"}[level], level.upper()
            (folder / f"{level}.csv").write_text(
                f"Level;{word};;;;;;\nDepartment;{'' if level == 'c' else 'Sales'};;;;;;\n"
                "ID;Title;Owner;Type;Baseline;Target;Aligns to;2027-01-08\n"
                f"{own}1;Goal {own};Ann;Objective;;;{aim};\n"
                f"{own}1.KR1;Leads {own};Ann;Increase;1;10;;5\n",
                "utf-8",
            )
        return okr.check(folder)

    return Recipe(when, place, check)


def in_workbook(when, place, change=lambda book: None, as_of=None, **cells):
    """The sound sheet as a workbook, then changed."""

    def check(folder):
        return okr.check(as_workbook(cells, folder / "okrs.xlsx", change), as_of=as_of)

    return Recipe(when, f"okrs.xlsx:{place}".rstrip(":"), check)


def in_file(when, place, content):
    """A file of these bytes or this text, named as the place says."""
    content = content if isinstance(content, bytes) else content.encode()

    def check(folder):
        path = folder / place.split(":")[0]
        path.write_bytes(content)
        return okr.check(path)

    return Recipe(when, place, check)


def in_tracker(when, cell, changes):
    """A tracker of ours in which the XML of cells was changed: a pattern and what it becomes."""

    def check(folder):
        path = filled_in_at(folder)
        rewritten(path, "xl/worksheets/sheet2.xml", changes)
        return okr.check(path)

    return Recipe(when, f"sales.xlsx:OKRs!{cell}".rstrip("!"), check)


@cache
def filled_in():
    plan = okr.new("sales", quarter="2027-Q1", team="Sales")
    first = plan.key_results.index[0]
    typed = {"id": plan.key_results.id[first], "date": TODAY, "value": 2_400_000}
    numbers = frame("check_ins", [typed], [first])
    about = replace(plan.about, as_of=TODAY)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "sales.xlsx"
        return okr.write(replace(plan, about=about, check_ins=numbers), path).read_bytes()


def filled_in_at(folder):
    path = folder / "sales.xlsx"
    path.write_bytes(filled_in())
    return path


def rewritten(path, part, changes):
    """One part of an archive changed: each pattern is there."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    text = members[part].decode()
    for pattern, new in changes.items():
        text, count = re.subn(pattern, new, text, flags=re.DOTALL)
        assert count, pattern
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (members | {part: text.encode()}).items():
            archive.writestr(name, content)


def by_template(when, version):
    """A tracker of ours that was made by another version of the template."""

    def check(folder):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(start, "TEMPLATE_VERSION", version)
            patch.chdir(folder)  # a command that is told names the file as it was named
            return okr.check(okr.write(okr.new("sales"), "sales.xlsx"))

    return Recipe(when, "sales.xlsx", check)


def in_reader(when, work, *arguments, haste=1):
    """A file whose parser does other work than parsing, watched by a clock that may run fast."""

    def check(folder):
        path = as_text({}, folder / "okrs.csv")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(tracker, "in_child", lambda *_: child.in_child(work, *arguments))
            patch.setattr(child.threading, "Timer", lambda seconds, do: Timer(seconds / haste, do))
            return okr.check(path)

    return Recipe(when, "okrs.csv", check)


# --- changes to a workbook -----------------------------------------------------------------------


def hide_sheet(book):
    book["okrs"].sheet_state = "hidden"
    book.create_sheet("Notes")


def hide_row(book):
    book["okrs"].row_dimensions[3].hidden = True


def hide_column(book):
    book["okrs"].column_dimensions["G"].hidden = True


def copy_sheet(book):
    fill(book.create_sheet(), "copy", drawn({"A2": "P1", "A3": "P1.KR1", "A4": "P1.KR2"}))


def add_far_cell(book):
    book.create_sheet("Notes")["AZ1000"] = 1


def stray_cell(book):
    book["okrs"]["AZ1000"] = 1


def only_far_cell(book):
    add_far_cell(book)
    del book["okrs"]


def add_full_sheet(book):
    book.create_sheet("Notes").append(range(100))


def add_long_notes(book):
    book.create_sheet("Notes").append([f"{number:05}" * 6_000 for number in range(40)])


def show_as_percent(book):
    book["okrs"]["G3"].number_format = "0%"


def closed_with(**line):
    """Add a close whose one line says this."""

    def change(book):
        header = {"id": "ID", "final": "Final score", "decision": "Decision"}
        line_of_objective = {"id": "O1", "decision": "Keep", **line}
        rows = [[*header.values()], [line_of_objective.get(key, "") for key in header]]
        fill(book.create_sheet(), "Close", rows)

    return change


def add_log(book):
    fill(book.create_sheet(), "Log", [("Date", "ID", "Note"), (TODAY, "O9.KR1", "Slipped")])


def log_a_fall(book):
    lines = [(TODAY, "O1.KR1", 8), (TODAY + timedelta(days=7), "O1.KR1", 5)]
    fill(book.create_sheet(), "Log", [("Date", "ID", "Confidence"), *lines])


def add_macros(folder):
    path = as_workbook({}, folder / "okrs.xlsm", lambda book: None)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"")
    return okr.check(path)


def lose_sheet(folder):
    path = as_workbook({}, folder / "okrs.xlsx", lambda book: book.create_sheet("Notes"))
    with zipfile.ZipFile(path) as archive:
        kept = {name: archive.read(name) for name in archive.namelist() if "sheet2" not in name}
    path.write_bytes(packed(kept))
    return okr.check(path)


def leave_open(folder):
    (folder / "~$okrs.xlsx").write_bytes(bytes(165))
    return okr.check(as_workbook({}, folder / "okrs.xlsx", lambda book: None))


def in_closed_folder(folder):
    (folder / "sales").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        # A root user may read everything.
        patch.setattr(folders.os, "listdir", closed)
        return okr.check(folder / "sales")


def from_broken_disk(folder):
    path = as_text({}, folder / "okrs.csv")

    def refuse(*_):
        raise OSError(5, "Input/output error", str(path))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(child, "_serving", True)  # all is done here
        patch.setattr(guard, "opened", refuse)
        return okr.check(path)


def without_process(folder):
    path = as_text({}, folder / "okrs.csv")

    def refuse(*_, **__):
        raise BlockingIOError(11, "Resource temporarily unavailable")

    with child.no_children():
        pass
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(child.subprocess, "Popen", refuse)
        return okr.check(path)


def in_workbook_by(limits, when, place, change):
    """The sound sheet as a workbook, then changed; read by limits lower than our own."""

    def check(folder):
        path = as_workbook({}, folder / "okrs.xlsx", change)
        with pytest.MonkeyPatch.context() as patch, lowered(**limits):
            patch.setattr(child, "_serving", True)  # all is done here
            return okr.check(path)

    return Recipe(when, place, check)


def closed(folder):
    raise PermissionError(13, "Permission denied", str(folder))


def while_written(folder):
    path = as_text({}, folder / "okrs.csv")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(child, "_serving", True)  # all is done here
        patch.setattr(books, "_parsed", lambda path: path.write_text(path.read_text() + ";\n"))
        return okr.check(path)


def by_dead_link(folder):
    (folder / "okrs.csv").symlink_to("gone.csv")
    return okr.check(folder)


def by_linked_folder(folder):
    for name in ("company", "elsewhere"):
        (folder / name).mkdir()
    (folder / "company" / "sales").symlink_to(folder / "elsewhere")
    return okr.check(folder / "company")


def in_empty_folder(folder):
    (folder / "sales").mkdir()
    return okr.check([as_text({}, folder / "okrs.csv"), folder / "sales"])


def beside_another_format(folder):
    (folder / "sales").mkdir()
    (folder / "sales" / "goals.numbers").write_bytes(b"")
    return okr.check([as_text({}, folder / "sales" / "okrs.csv").parent])


def by_lock_file(folder):
    (folder / "~$okrs.xlsx").write_bytes(bytes(165))
    return okr.check(folder / "~$okrs.xlsx")


def cut_in_half(folder):
    path = as_workbook({}, folder / "okrs.xlsx", lambda book: None)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return okr.check(path)


def without_extra(folder):
    path = folder / "okrs.xlsx"
    path.write_bytes(ole(["EncryptedPackage"]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(child, "_serving", True)  # all is done here
        patch.setitem(sys.modules, "msoffcrypto", None)
        return okr.check(path)


def formula(cell):
    """A pattern of the XML of a cell with a formula: its start, the formula, its value."""
    return rf'(<c r="{cell}"[^>]*>)(<f>[^<]*</f>)<v>[^<]*</v>'


def without_formulas(row):
    return re.sub("<f>[^<]*</f><v>[^<]*</v>", "", row[0])


FEW_CELLS = {"MOST_CELLS": 50_000}
GOAL_2 = {"A5": "O2", "B5": "Other", "C5": "Ann", "D5": "Objective"}
SECOND = {"A2": "P1", "A3": "P1.KR1", "A4": "P1.KR2"}  # another tracker's ids
EXAMPLE = {
    "B4": "Raise first meetings held from 24 to 36 per week",
    "E4": 24,
    "F4": 36,
    "G4": "",
}
KEYED = (
    "okr.id;okr.title;okr.owner;okr.type;okr.baseline;checkin.2027-01-08\n"
    "ID;Title;Owner;Type;Baseline;2027-01-08\n"
    "O1;Goal;Ann;Objective;;\nO1.KR1;Leads;Ann;Increase;1;5\n"
)
ROWS = "ID;Title;Owner;Type;Baseline;Target;2027-01-08\nO1;Goal;Ann;Objective;;;\n"
KR = "O1.KR1;Leads;Ann;Increase;1;10;5\n"

ON_A_DAY = "As of;{};;;;;\nID;Title;Owner;Type;Baseline;Target;2027-01-08;{}\n"
BOTH_DONE = "O1;Goal;Ann;Objective\nO1.KR1;Leads;Ann;Increase;1;10;{0}\nO1.KR2;Trials;Ann;Increase;1;10;{0}\n"
SIX = "".join(
    f"O{n};Goal {n};Ann;Objective\nO{n}.KR1;Leads {n};Ann;Increase;1;10\n" for n in range(1, 7)
)

RECIPES = {
    # the file
    "not-found": Recipe("No such file.", "okrs.xlsx", lambda path: okr.check(path / "okrs.xlsx")),
    "not-a-workbook": in_file("A picture named .xlsx.", "okrs.xlsx", b"\x89PNG\r\n\x1a\n\0\0"),
    "damaged": Recipe("Half a workbook.", "okrs.xlsx", cut_in_half),
    "password": in_file("A workbook with a password.", "okrs.xlsx", ole(["EncryptedPackage"])),
    "encrypted": Recipe(
        "An encrypted workbook, where the extra is not installed.", "okrs.xlsx", without_extra
    ),
    "too-large": in_workbook_by(
        {"MOST_BYTES": 1_000_000}, "A workbook with far too much text.", "okrs.xlsx", add_long_notes
    ),
    "too-much": in_file(
        "A text of 101 check-in dates.",
        "okrs.csv",
        ";".join((*SOUND[0][:6], *(str(TODAY + timedelta(days)) for days in range(101))))
        + "\nO1;Goal;Ann;Objective\n",
    ),
    "stray-cell": in_workbook_by(FEW_CELLS, "A value far out.", "okrs.xlsx:Notes", only_far_cell),
    "unknown-encoding": in_file(
        "Bytes that no encoding has.", "okrs.csv", b"ID;Title\n\x81\x8d;\xff"
    ),
    "reader-slow": in_reader("A file that takes the parser too long.", "time:sleep", 60, haste=40),
    "reader-memory": in_reader("A file that takes too much memory.", "builtins:bytearray", 10**10),
    "reader-failed": in_reader("A file that ends the parser.", "os:_exit", 3),
    "no-process": Recipe("No room in the system for another process.", "okrs.csv", without_process),
    "cannot-open": Recipe("A folder that you may not read.", "sales", in_closed_folder),
    "open-failed": Recipe("A file on a disk that gives an error.", "okrs.csv", from_broken_disk),
    "being-written": Recipe("A file that changes whenever it is read.", "okrs.csv", while_written),
    "dead-link": Recipe("A link to a file that is gone.", "okrs.csv", by_dead_link),
    "folder-linked": Recipe("A link to a folder elsewhere.", "sales", by_linked_folder),
    "nothing-found": Recipe("A folder without trackers, beside others.", "sales", in_empty_folder),
    "other-format": Recipe(
        "A file of Apple Numbers beside others.", "sales", beside_another_format
    ),
    "lock-file": Recipe("A lock file, by its own name.", "~$okrs.xlsx", by_lock_file),
    "open-elsewhere": Recipe("The lock file of Excel beside it.", "okrs.xlsx", leave_open),
    "text-encoding": in_file(
        "Turkish letters, saved the old way.",
        "okrs.csv",
        (ROWS + KR).replace("Leads", "Başlangıç değeri ığdır").encode("cp1254"),
    ),
    "macros": Recipe("A workbook with macros.", "okrs.xlsm", add_macros),
    "old-template": by_template("A tracker of an earlier version of the program.", 1),
    "newer-template": by_template("A tracker of a later version of the program.", 99),
    # sheets, rows and columns
    "no-okr-table": in_file("A table of other things.", "okrs.csv", "Name;Phone\nAnn;123\n"),
    "missing-column": in_file("The column of targets deleted.", "okrs.csv:okrs", KEYED),
    "renamed-column": in_text("The column of targets under another word.", "1", F1="Goal"),
    "header-gone": in_file(
        "The header row deleted; the hidden one above it stayed.",
        "okrs.csv:okrs!1",
        "okr.id;okr.title;okr.type;okr.baseline;okr.target\nO1.KR1;Leads;Increase;1;10\n",
    ),
    "keys-moved": in_file(
        "A column of the table deleted; the hidden keys above it stayed.",
        "okrs.csv:okrs!2",
        "okr.id;okr.title;okr.owner;okr.baseline;okr.target\nID;Title;Baseline;Target\nO1;Goal\n",
    ),
    "second-header": in_text(
        "Another table below the first.", "6", A6="Title", B6="Baseline", C6="Target"
    ),
    "undated-column": in_workbook("Numbers under no date.", "okrs!H1", H1="Round 2", H3=7),
    "week-without-date": in_tracker(
        "A column of numbers that someone put in between the weeks.",
        "X3",
        {r'(<c r="X3"[^>]*)><v>46395</v></c>': r"\1/>"},
    ),
    "week-out-of-reach": in_tracker(
        "A column of numbers behind the last week.",
        "X3",
        {r"\$X\$3:\$AJ\$3": "$Y$3:$AJ$3"},
    ),
    "week-dated-twice": in_tracker(
        "A date changed above its header, and not in it.",
        "X5",
        {r'(<c r="X3"[^>]*)><v>46395</v></c>': r"\1><v>46394</v></c>"},
    ),
    "week-date-taken": in_tracker(
        "A date changed above its header to that of the week before.",
        "Y3",
        {r'(<c r="Y3"[^>]*)><v>46402</v></c>': r"\1><v>46395</v></c>"},
    ),
    "duplicate-column": in_text("Two columns of targets.", "H1", H1="Target", H3=12),
    "unknown-column": in_text("A column of one's own.", "H1", H1="Region", H3="North"),
    "calculated-column": in_text("A status typed by hand.", "H1", H1="Status", H3="Fine"),
    "similar-column": in_text(
        "A header that may be two columns misspelt.", "H1", H1="Stat", H3="2027-01-08"
    ),
    "misspelt-column": in_text("“Taget” for “Target”.", "F1", F1="Taget"),
    "sheet-skipped": in_workbook_by(
        FEW_CELLS, "A second sheet with a value far out.", "okrs.xlsx:Notes", add_far_cell
    ),
    "sheet-too-much": in_workbook_by(
        {"MOST_FILLED": 50},
        "A second sheet of more values than are read.",
        "okrs.xlsx:Notes",
        add_full_sheet,
    ),
    "sheet-missing": Recipe("A second sheet that a program lost.", "okrs.xlsx:Notes", lose_sheet),
    "far-cell": in_workbook_by(
        FEW_CELLS, "A stray value far below the table.", "okrs.xlsx:okrs!AZ1000", stray_cell
    ),
    "long-row": in_file(
        "A decimal comma in a file of commas.",
        "okrs.csv:okrs!3",
        (ROWS + "O1.KR1;Leads;Ann;Increase;1;10;5;5\n" + KR.replace("KR1", "KR2")),
    ),
    "short-row": in_file(
        "A row cut short.",
        "okrs.csv:okrs!3",
        ROWS + "O1.KR1;Leads;Ann;Increase;1;10\n" + KR.replace("KR1", "KR2"),
    ),
    "note-row": in_text("A row of totals below the others.", "B5", B5="Total", G5=10),
    "cut-off": in_file(
        "A download cut off.", "okrs.csv:okrs!4", ROWS + KR + "O1.KR2;Trials;Ann;Incr"
    ),
    "several-tables": in_workbook("Two sheets with a table each.", "", copy_sheet),
    "hidden-sheet": in_workbook("The sheet hidden.", "okrs", hide_sheet),
    "hidden-rows": in_workbook("A row hidden.", "okrs", hide_row),
    "hidden-columns": in_workbook("A column of numbers hidden.", "okrs", hide_column),
    # one cell
    "error-cell": in_workbook("An error where a number belongs.", "okrs!G3", G3="#DIV/0!"),
    "not-calculated": in_workbook(
        "A formula that a program left without its value.", "okrs!G3", G3="=2+3"
    ),
    "not-a-number": in_text("A word where a number belongs.", "G3", G3="nil"),
    "extreme-number": in_text("A number of three hundred digits.", "G3", G3="1e300"),
    "not-a-date": in_text("A word where a date belongs.", "H3", H1="Due", H3="soon"),
    "not-a-choice": in_text("A type that there is not.", "D3", D3="Grow"),
    "odd-year": in_workbook(
        "A due date of a year that is none.", "okrs!H3", H1="Due", H3=date(9999, 12, 31)
    ),
    "not-a-quarter": in_file(
        "A fifth quarter.", "okrs.csv:okrs!B1", "Quarter;2027-Q5;;;;;\n" + ROWS + KR
    ),
    "boolean-number": in_workbook("TRUE where a number belongs.", "okrs!G3", G3=True),
    "date-number": in_workbook("A number that became a date.", "okrs!G3", G3=TODAY),
    "date-id": in_workbook("An ID such as 1-8 that became a date.", "okrs!A2", A2=TODAY),
    "number-id": in_workbook("An ID that is a number.", "okrs!A2", A2=1, A3="1.1", A4="1.2"),
    "number-as-text": in_workbook("A number typed as text.", "okrs!G3", G3="$5"),
    "ambiguous-number": in_workbook(
        "A number that two languages read as two.", "okrs!G3", G3="1,234"
    ),
    "percent-scale": in_workbook(
        "24% typed beside 10 and 60.", "okrs!G3", show_as_percent, E3=10, F3=60, G3=0.24
    ),
    "percent-number": in_workbook(
        "70% typed in a row of minutes.",
        "okrs!G3",
        show_as_percent,
        H1="Unit",
        H3="minutes",
        E3=10,
        F3=60,
        G3=0.7,
    ),
    "share-scale": in_workbook(
        "A final score of 70% typed as 70.", "Close!B2", closed_with(final=70)
    ),
    "bad-share": in_workbook("A final score of 120%.", "Close!B2", closed_with(final=1.2)),
    "date-as-text": in_workbook(
        "A date as people write it.", "okrs!H3", H1="Due", H3="12 Feb 2027"
    ),
    "ambiguous-date": in_text("A date that may be two days.", "H3", H1="Due", H3="2/3/2027"),
    "buddhist-year": in_workbook(
        "A due date of the Buddhist calendar.", "okrs!H3", H1="Due", H3=date(2570, 2, 12)
    ),
    "other-word": in_workbook("Another word for a choice.", "okrs!D3", D3="Up"),
    "unknown-language": in_file(
        "A language that there is not.",
        "okrs.csv:okrs!C1",
        "tracker.language;Language;Klingon;;;;\n" + ROWS + KR,
    ),
    # what belongs to what
    "missing-id": in_text("No ID.", "A3", A3=""),
    "missing-title": in_text("No title.", "B3", B3=""),
    "duplicate-id": in_text("One ID twice.", "A4", A4="O1.KR1"),
    "no-objective": in_text(
        "A key result above all objectives.",
        "A2",
        A2="KR0",
        D2="Increase",
        E2=1,
        F2=10,
        G2=5,
        **GOAL_2,
    ),
    "objective-by-place": in_text("The ID of an objective that is not there.", "A3", A3="O9.KR1"),
    "no-key-results": in_text("An objective alone.", "B5", **GOAL_2),
    "unknown-id": in_workbook("A remark on a key result that is not there.", "Log!B2", add_log),
    "not-an-objective": in_workbook(
        "A decision on a key result.", "Close!A2", closed_with(id="O1.KR1")
    ),
    "unknown-alignment": in_files(
        "An objective above that no tracker has.",
        "a.csv:a!H2",
        a={"H1": "Aligns to", "H2": "O9"},
        b=SECOND,
    ),
    "ambiguous-alignment": in_files(
        "An objective above that two trackers have.",
        "c.csv:c!H2",
        a={},
        b={"B2": "Other", "B3": "Calls", "B4": "Mails"},
        c={**SECOND, "H1": "Aligns to", "H2": "O1"},
    ),
    "aligns-to-itself": in_text("Its own ID under “aligns to”.", "H3", H1="Aligns to", H3="O1.KR1"),
    "alignment-cycle": in_files(
        "Two objectives that each serve the other.",
        "a.csv:a!H2",
        a={"H1": "Aligns to", "H2": "P1"},
        b={**SECOND, "H1": "Aligns to", "H2": "O1"},
    ),
    "double-counting": in_files(
        "A key result that serves what its objective serves already.",
        "b.csv:b!H3",
        a={},
        b={**SECOND, "H1": "Aligns to", "H2": "O1", "H3": "O1"},
    ),
    "level-skip": in_levels(
        "A team's objective aligned past its department's.", "t.csv:t!G4", d="C1", t="C1"
    ),
    "nobody-serves": in_levels(
        "A company's objective that no team's serves.", "c.csv:c!B4", d="C9", t="D1"
    ),
    "serves-nothing": in_levels("A team's objective that serves none.", "t.csv:t!G4", d="C1", t=""),
    "missing-owner": in_text("No owner.", "C3", C3=""),
    "missing-reason": in_text("Cancelled, and no note.", "3", H1="State", H3="Cancelled"),
    "example-left": in_text("A row of the example set left in.", "B4", **EXAMPLE),
    "same-tracker": in_files(
        "A tracker saved twice.", "a.csv", a={}, b={"H1": "2027-01-15", "H3": 6}
    ),
    "identical-copy": in_files("A file copied.", "copy.csv", okr={}, copy={}),
    "untouched": in_file(
        "Not one number since the quarter began.",
        "okrs.csv:okrs",
        "As of;2027-02-12;;;;;\n" + ROWS + KR.replace(";5", ";"),
    ),
    "id-reused": in_files(
        "Two trackers with the same IDs.",
        "a.csv:a!A2",
        a={},
        b={"B2": "Other", "B3": "Calls", "B4": "Mails"},
    ),
    # numbers and dates
    "no-quarter": in_text("Neither quarter nor dates.", "", G1="", G3="", G4=""),
    "odd-days": in_file(
        "A last day before the first one.",
        "okrs.csv:okrs!B2",
        "First day;2027-03-31;;;;;\nLast day;2027-01-01;;;;;\n" + ROWS + KR,
    ),
    "quarter-disagrees": in_file(
        "A copied file of which only the quarter was changed.",
        "okrs.csv:okrs!B1",
        "Quarter;2027-Q2;;;;;\n" + ROWS + KR,
    ),
    "mixed-scale": in_text(
        "Percents such as 24 and such as 0.24.", "E3", E3=0.1, F3=60, G3=24, H1="Unit", H3="%"
    ),
    "mixed-weights": in_text("A weight of 0.5 beside one of 50.", "H3", H1="Weight", H3=0.5, H4=50),
    "no-target": in_text("No target.", "F3", F3=""),
    "total-of-nothing": in_text("A total of 0.", "F3", D3="Total to reach", F3=0),
    "no-baseline": in_text("A decrease from nowhere.", "E3", D3="Decrease", E3=""),
    "baseline-assumed": in_text("An increase from nowhere.", "E3", E3=""),
    "baseline-equals-target": in_text("Nowhere to go.", "F3", E3=10),
    "objective-number": in_text("A number in an objective's row.", "F2", F2=10),
    "wrong-direction": in_text("An increase from 20 to 10.", "D3", E3=20),
    "count-suspected": in_text("A count that began at 0 this quarter.", "D3", E3=22, F3=30),
    "total-that-fell": in_file(
        "A total that is less than a week before.",
        "okrs.csv:okrs!H4",
        "As of;2027-01-15\nID;Title;Owner;Type;Baseline;Target;2027-01-08;2027-01-15\n"
        "O1;Goal;Ann;Objective\nO1.KR1;Deals;Ann;Total to reach;;10;5;3\n",
    ),
    "plan-lowered": in_tracker(
        "A baseline that was higher when the tracker was made.",
        "U7",
        {r'(<c r="U7"[^>]*>)<v>2100000</v>': r"\1<v>1900000</v>"},
    ),
    "plan-raised": in_tracker(
        "A target that was lower when the tracker was made.",
        "C7",
        {r'(<c r="C7"[^>]*>)<v>3000000</v>': r"\1<v>3600000</v>"},
    ),
    "type-inferred": in_text("No type.", "D3", D3=""),
    "bad-weight": in_text("A weight below 0.", "H3", H1="Weight", H3=-1),
    "no-weight": in_text("Weights of 0 only.", "B2", H1="Weight", H3=0, H4=0),
    "bad-confidence": in_text("A confidence of 11.", "H3", H1="Confidence", H3=11),
    "date-outside": in_text("Due in another quarter.", "H3", H1="Due", H3="2027-06-30"),
    "start-after-due": in_text(
        "Due before it starts.", "H3", H1="Start", H3="2027-03-05", I1="Due", I3="2027-02-05"
    ),
    "check-in-outside": in_text(
        "A check-in date of another quarter.", "I", H1="2027-01-15", I1="2027-04-09"
    ),
    "future-number": in_tracker(
        "A number under a date that is still to come.",
        "Y7",
        {r'(<c r="Y7"[^>]*)/>': r"\1><v>2500000</v></c>"},
    ),
    # formulas
    "damaged-formulas": in_tracker(
        "A column pushed in by a program that leaves formulas as they were.",
        "G7",
        {'<row r="7".*?</row>': lambda row: row[0].replace("$C7", "$D7")},
    ),
    "typed-over": in_tracker(
        "A score typed over its formula.", "E7", {formula("E7"): r"\1<v>0.99</v>"}
    ),
    "current-typed": in_tracker(
        "The number typed over “current”.", "D7", {formula("D7"): r"\1<v>2500000</v>"}
    ),
    "other-formula": in_tracker(
        "A formula of one's own.", "E7", {formula("E7"): r"\1<f>1/2</f><v>0.5</v>"}
    ),
    "stale-value": in_tracker(
        "A number changed by a program that does not calculate.",
        "E7",
        {formula("E7"): r"\1\2<v>0.5</v>"},
    ),
    "other-score": in_tracker(
        "A number typed as text, which changes the score.",
        "",
        {r' s="(\d+)"><v>2400000</v>': r' s="\1" t="inlineStr"><is><t>2900000</t></is>'},
    ),
    "no-formula": in_tracker(
        "A row added by a program that fills in no formulas.",
        "E8",
        {'<row r="8".*?</row>': without_formulas},
    ),
    "no-formulas": in_tracker(
        "A program that keeps values only saved the workbook.",
        "",
        {"(?s)<sheetData>.*</sheetData>": lambda data: re.sub("<f>[^<]*</f>", "", data[0])},
    ),
    "other-bands": Recipe(
        "A tracker made with other bands than it is scored by.",
        "sales.xlsx",
        lambda folder: okr.rollup(filled_in_at(folder), preset="viva").problems,
    ),
    # how it is worded
    "obj-number": in_text("A number in an objective.", "B2", B2="Generate 53 MQLs"),
    "obj-no-direction": in_text("An objective of two nouns.", "B2", B2="Market research"),
    "obj-compound": in_text(
        "Two goals in one objective.", "B2", B2="Improve onboarding and launch a partner programme"
    ),
    "obj-bau": in_text("Business as usual.", "B2", B2="Continue supporting our resellers"),
    "obj-long": in_text(
        "An objective nobody remembers.", "B2", B2="Win customers who " + "stay " * 25
    ),
    "obj-is-kr": in_text("A key result said once more.", "B2", B2="Leads won", B3="Leads won: 10"),
    "kr-no-number": in_text("No number anywhere.", "B3", B3="Happy customers", E3="", F3="", D3=""),
    "kr-activity": in_text(
        "An effort without an end.", "B3", B3="Help the sales team", E3="", F3="", D3=""
    ),
    "kr-deliverable": in_text(
        "A piece of work.", "B3", B3="Launch a new website", E3="", F3="", D3=""
    ),
    "kr-vague": in_text(
        "A word that says nothing.", "B3", B3="Increase brand awareness", E3="", F3="", D3=""
    ),
    "kr-percent-relative": in_text(
        "A percentage of change.", "B3", B3="Improve SEO traffic by 50%", E3=""
    ),
    "kr-percent": in_text("A percentage.", "B3", B3="Answer 90% of inquiries", E3=""),
    "kr-percent-points": in_text(
        "Percentage points.", "B3", B3="Conversion up 3 percentage points"
    ),
    "kr-bau": in_text("Business as usual.", "B3", B3="Continue to send 10 newsletters"),
    "kr-compound": in_text(
        "Two measures in one key result.", "B3", B3="Win 10 customers and raise NPS to 40"
    ),
    "kr-text-mismatch": in_text("A text that was forgotten.", "B3", B3="Win 12 customers"),
    "kr-duplicate": in_text("One key result twice.", "B4", B4="leads"),
    "kr-too-long": in_file(
        "More than a quarter.",
        "okrs.csv:okrs!B4",
        "Quarter;2027-Q1\nID;Title;Owner;Type;Baseline;Target\n"
        "O1;Goal;Ann;Objective;;\nO1.KR1;Win 10 customers by the end of 2029;Ann;Increase;1;10\n",
    ),
    "kr-no-unit": in_text("A key result without a unit.", "H3", H1="Unit", H4="trials"),
    "kr-no-definition": in_text("A term that two may count in two ways.", "B3", B3="Leads won"),
    "owner-many": in_text("Two owners.", "C3", C3="Ann, Bob"),
    "placeholder": in_text("A blank that was never filled in.", "B3", B3="Leads by XX/XX/XX"),
    "offered": in_text("Numbers in the text alone.", "E3", B3="Win from 1 to 10", E3=""),
    # how it is planned and kept
    "obj-few": in_text("One objective alone.", ""),
    "obj-many": in_file(
        "Six objectives.",
        "okrs.csv:okrs",
        "Quarter;2027-Q1\nID;Title;Owner;Type;Baseline;Target\n" + SIX,
    ),
    "kr-count": in_text("Two key results.", "B2"),
    "obj-mostly-yes-no": in_text(
        "Two key results that are done or not.",
        "B2",
        D3="Achieve",
        E3="",
        F3="",
        G3="",
        D4="Achieve",
        E4="",
        F4="",
        G4="",
    ),
    "obj-all-outputs": in_file(
        "Three key results that count work.",
        "okrs.csv:okrs!B2",
        "ID;Title;Owner;Type;Target;Unit;2027-01-08\nO1;Goal;Ann;Objective\n"
        + "".join(
            f"O1.KR{n};Result {n};Ann;Total to reach;{n}0;{unit};1\n"
            for n, unit in enumerate(("posts", "webinars", "calls"), 1)
        ),
    ),
    "weight-sum": in_text("Weights of 50 and 40.", "H3", H1="Weight", H3=50, H4=40),
    "kr-count-type": in_text(
        "A total that goes on from last quarter's number.",
        "D3",
        D3="Total to reach",
        E3=20,
        F3=30,
        G3=21,
    ),
    "kr-met-at-start": in_text("A target that is reached in the first week.", "F3", G3=10),
    "kr-line-not-kept": in_text("A line of 10, kept from 8.", "D3", D3="Keep at or above", E3=8),
    "lowered-without-note": in_tracker(
        "A target that was higher when the tracker was made, and no word about it.",
        "C7",
        {r'(<c r="C7"[^>]*>)<v>3000000</v>': r"\1<v>2600000</v>"},
    ),
    "confidence-against-pace": in_file(
        "Nearly sure of what has not moved.",
        "okrs.csv:okrs!H4",
        ON_A_DAY.format("2027-02-12", "Confidence") + "O1;Goal;Ann;Objective\n" + KR[:-2] + "1;9\n",
    ),
    "confidence-fell": in_workbook(
        "A confidence that fell by 3.", "Log!C3", log_a_fall, as_of="2027-02-12"
    ),
    "check-in-stale": in_file(
        "A number five weeks old.",
        "okrs.csv:okrs!H4",
        ON_A_DAY.format("2027-02-12", "2027-02-12") + BOTH_DONE.format("5"),
    ),
    "committed-miss": in_file(
        "A promise that was not kept, and no word about it.",
        "okrs.csv:okrs!H4",
        ON_A_DAY.format("2027-03-31", "Note;Commitment")
        + "O1;Goal;Ann;Objective\n"
        + KR[:-1]
        + ";;Committed\n",
    ),
    "too-easy": in_file(
        "All that was reached for is reached.",
        "okrs.csv:okrs!B3",
        ON_A_DAY.format("2027-03-31", "2027-03-26") + BOTH_DONE.format("5;10"),
    ),
    "obj-sandbagging": in_file(
        "All that was reached for is reached in the first week.",
        "okrs.csv:okrs!B3",
        ON_A_DAY.format("2027-01-15", "2027-01-15") + BOTH_DONE.format("10"),
    ),
}


@cache
def problems_of(code):
    with TemporaryDirectory() as folder:
        return RECIPES[code].check(Path(folder))


def test_every_code_has_its_recipe():
    assert list(RECIPES) == list(CODES)


def test_the_sound_sheet_has_no_problem(tmp_path):
    book = as_workbook({}, tmp_path / "okrs.xlsx", lambda book: None)
    assert faults_in(as_text({}, tmp_path / "okrs.csv")) == faults_in(book) == ()


@pytest.mark.parametrize("code", CODES)
def test_the_smallest_input_with_a_problem_gives_it_at_its_place(code):
    found = [(problem.code, problem.place) for problem in problems_of(code)]
    assert (code, RECIPES[code].place) in found


@pytest.mark.parametrize("code", CODES)
def test_every_sentence_is_whole_in_every_language(code):
    problem = next(problem for problem in problems_of(code) if problem.code == code)
    for name in languages():
        sentence = problem.say(name)
        assert "\n" not in sentence
        assert not re.search(r"[{}]|  |\(\)|“”|„”|””", sentence), sentence


def test_the_page_of_problems_is_printed_from_what_is_said(golden):
    golden(ROOT / "docs" / "problems.md", page())


def page():
    lines = [
        "# Problems",
        "",
        "Printed from the code by `pytest --update`: every code, what brings it about, and what is",
        "said then. An error cannot be read, placed or scored; a warning was repaired or is",
        "doubtful; info is worth knowing. Codes never change; the sentences may, and are said in",
        "the language of the tracker or of `--language`. Errors come first. Of more than three of a",
        "code the first speaks for the others and names a few places: of each file in `check`, of all",
        "files in reports. CSV, JSON and `okr.check` give every single one. What follows from an",
        "`--as-of` in the past alone, such as a number typed since or a gap closed since, is none.",
    ]
    for kind, codes in KINDS.items():
        lines += ["", f"## {kind}"]
        for code, severity in codes.items():
            said = next(problem for problem in problems_of(code) if problem.code == code)
            lines += [
                "",
                f"**{code}** ({severity}). {RECIPES[code].when}",
                "",
                f"    {said.line()}",
            ]
    return "\n".join(lines) + "\n"


# --- groups --------------------------------------------------------------------------------------


def bad(rows, column="F", key="target", **others):
    return [
        Problem("not-a-number", "t.csv", "t", row, column, key, given="x", **others) for row in rows
    ]


def test_a_few_problems_alike_stay_as_they_are():
    assert grouped(bad(range(5, 8))) == tuple(bad(range(5, 8)))


def test_of_many_alike_the_first_speaks_and_names_the_cells_of_the_others():
    (problem,) = grouped(bad([5, 6, 7, 9, 10, 12]))
    assert problem.line().startswith("t.csv:t!F5: error: not-a-number: “x” is not a number.")
    assert problem.line().endswith(" … and 5 more like it: F6:F7, F9:F10, F12")
    assert [other.row for other in problem.others] == [6, 7, 9, 10, 12]


def test_cells_that_say_different_things_are_each_told_with_what_was_read():
    typed = {2: ("7 bin", "7000"), 3: ("7 bin", "7000"), 4: ("120 bin", "120000"), 5: ("?", "")}
    problems = [
        Problem("number-as-text", "t.csv", "t", row, "F", "target", given, {"value": value})
        for row, (given, value) in typed.items()
    ]
    (problem,) = grouped(problems)
    assert problem.say().endswith("like it: F3 7 bin → 7000, F4 120 bin → 120000, F5 ?")
    many = [replace(problems[0], row=row, given=f"{row} bin") for row in range(2, 99)]
    (problem,) = grouped(many)
    assert problem.say().endswith("F7 7 bin → 7000, F8 8 bin → 7000 … (+90)")


def test_different_problems_of_one_place_are_all_said():
    labels = ("Type", "Baseline", "Type")
    problems = [Problem("missing-column", "t.csv", words={"label": label}) for label in labels]
    assert [p.words["label"] for p in in_order(problems)] == ["Type", "Baseline"]


def test_files_of_one_name_are_told_apart_by_their_folders(tmp_path):
    for name in ("x/okr.csv", "y/okr.csv", "other.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        as_text({"B2": name, "B3": name, "B4": name, "F3": "ten"}, tmp_path / name)
    lines = [p.line() for p in okr.check(tmp_path) if p.code == "not-a-number"]
    assert [line.split("!")[0] for line in lines] == ["other.csv:other"] + [
        f"{folder}/okr.csv:okr" for folder in ("x", "y")
    ]


def test_of_each_kind_one_speaks_whatever_its_files_sheets_and_columns():
    problems = [
        *bad(range(1, 9)),
        *bad(range(1, 9), "E", "baseline"),
        *(replace(problem, path="u.csv") for problem in bad(range(1, 9))),
        *(replace(problem, sheet="u") for problem in bad(range(1, 9))),
        *(replace(problem, code="not-a-date") for problem in bad(range(1, 9))),
    ]
    first, second = grouped(problems)
    assert [len(first.others), len(second.others)] == [31, 7]
    assert first.say().endswith("like it: E1:E8, F2:F8, u!F1:F8, u.csv:t!F1:F8")
    by_file = grouped(problems, by_file=True)
    assert [(line.code, line.path, len(line.others)) for line in by_file] == [
        ("not-a-number", "t.csv", 23),
        ("not-a-number", "u.csv", 7),
        ("not-a-date", "t.csv", 7),
    ]


def test_what_is_said_of_files_as_wholes_is_one_line_for_many_of_them(tmp_path):
    for number in range(12):
        as_text({f"B{row}": f"{number}.{row}" for row in (2, 3, 4)}, tmp_path / f"t{number}.csv")
    reused = [p for p in okr.check(tmp_path) if p.code == "id-reused"]
    assert [p.file for p in reused] == sorted(f"t{number}.csv" for number in range(12))
    # Each names a few of the others.
    assert {p.words["files"].count(".csv") for p in reused} == {6}
    assert all(p.words["files"].endswith(" … (+5)") for p in reused)
    (line,) = grouped(reused, by_file=True)
    assert len(line.others) == 11
    assert len(grouped(reused[:3], by_file=True)) == 3


def test_the_check_ins_of_a_sheet_are_one_column():
    weeks = (("Z", "2027-01-08"), ("AA", "2027-01-15"))
    problems = [p for column, day in weeks for p in bad((3, 4), column, f"checkin.{day}")]
    (problem,) = grouped(problems)
    assert problem.say().endswith("… and 3 more like it: Z4, AA3:AA4")


def test_what_is_said_of_whole_columns_and_sheets_stays_apart():
    labels = ("Title", "Type", "Baseline", "Target")
    problems = [Problem("missing-column", "t.csv", words={"label": label}) for label in labels]
    assert grouped(problems) == tuple(problems)


def test_rows_without_a_column_are_named_by_their_numbers():
    (problem,) = grouped(bad(range(3, 90), column="", key=""))
    assert problem.say().endswith("… and 86 more like it: 4:89")


def test_scattered_cells_are_named_up_to_a_point():
    (problem,) = grouped(bad(range(1, 100, 2)))
    assert problem.say().endswith("… and 49 more like it: F3, F5, F7, F9, F11, F13 … (+43)")


@pytest.mark.parametrize("code", languages())
def test_groups_are_told_in_every_language(code):
    (problem,) = grouped(bad(range(1, 10_001)))
    count = language(code).number(9_999)
    assert re.search(rf"… .*\b{count}.*: F2:F10000$", problem.say(code))


@pytest.fixture(scope="module")
def flood(tmp_path_factory):
    """A thousand key results with ten weeks each, and nowhere a number that can be read."""
    weeks = [TODAY + timedelta(days=7 * week) for week in range(10)]
    header = f"ID;Title;Owner;Type;Baseline;Target;{';'.join(map(str, weeks))}\n"
    header += f"O1;Goal;Ann;Objective{';' * (2 + len(weeks))}\n"
    rows = (f"O1.KR{n};Leads;Ann;Increase;1;10{';ten' * len(weeks)}\n" for n in range(1000))
    path = tmp_path_factory.mktemp("flood") / "okrs.csv"
    path.write_text(header + "".join(rows), "utf-8")
    return path


def test_ten_thousand_bad_cells_are_a_line_wherever_people_read(flood, tmp_path):
    cells = "G4:G1002, H3:H1002, I3:I1002, J3:J1002, K3:K1002, L3:L1002 … (+4,000)"
    checked = CliRunner().invoke(main, ["check", str(flood)])
    (line,) = [line for line in checked.stdout.splitlines() if "not-a-number" in line]
    assert line.endswith(f"… and 9,999 more like it: {cells}")
    assert "Errors: 10000" in checked.stderr
    reports = [str(tmp_path / f"r{suffix}") for suffix in (".md", ".html", ".json", ".xlsx")]
    outs = [part for report in reports for part in ("-o", report)]
    scored = CliRunner().invoke(main, ["score", str(flood), *outs])
    assert scored.stderr.count("not-a-number") == 1
    for report in reports[:2]:
        assert Path(report).read_text("utf-8").count(cells) == 1
    assert Path(reports[2]).read_text("utf-8").count('"not-a-number"') == 10_000
    sheet = CalamineWorkbook.from_path(reports[3]).get_sheet_by_name("Problems")
    assert sum(str(cell).endswith(cells) for row in sheet.to_python() for cell in row) == 1


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """Nine trackers with five kinds of problems each, and five files that are none."""
    folder = tmp_path_factory.mktemp("many")
    head = "ID;Title;Owner;Type;Baseline;Target;2027-01-08;2027-01-15\n"
    for number in range(9):
        rows = f"A{number};Goal;;Objective;;;;\nA{number}.K1;Leads;Ann;Increase;1;;2;x\n"
        rows += f"A{number}.K2;Calls;Ann;Increase;1;10;2;3\n"
        (folder / f"team-{number}.csv").write_text(f"{head}{rows}", "utf-8")
    for number in range(5):
        (folder / f"torn-{number}.xlsx").write_bytes(b"torn")
    return folder


@pytest.fixture(scope="module")
def many_reports(many, tmp_path_factory):
    """The path of each kind of report of them, and what score says."""
    folder = tmp_path_factory.mktemp("reports")
    reports = {kind: folder / f"r.{kind}" for kind in ("md", "html", "xlsx", "json", "csv")}
    outs = [part for report in reports.values() for part in ("-o", str(report))]
    return reports, CliRunner().invoke(main, ["score", str(many), *outs]).stderr


def lines_in(reports, stderr):
    """The lines on problems, by channel: severity and message, as far as each shows them."""
    page = html.fromstring(reports["html"].read_bytes())
    sheet = CalamineWorkbook.from_path(reports["xlsx"]).get_sheet_by_name("Problems").to_python()
    return {
        "terminal": re.findall(r"^\S+: (error|warning|info): [\w-]+: (.*)$", stderr, re.MULTILINE),
        "md": re.findall(
            r"^- (error|warning|info): `.*?` (.*)$", reports["md"].read_text("utf-8"), re.MULTILINE
        ),
        "html": [
            (
                row.find_class("chip")[0].get("class").split("t-")[1],
                row.findall("td")[-1].text_content(),
            )
            for row in page.find_class("fault")
        ],
        "xlsx": [
            (str(row[1]), str(row[0])) for row in sheet if row[1] in ("error", "warning", "info")
        ],
    }


def test_the_many_of_a_kind_are_one_line_in_every_report_errors_first(many_reports):
    shown = lines_in(*many_reports)
    severities = [severity for severity, _ in shown["terminal"]]
    assert severities == sorted(severities, key=["error", "warning", "info"].index)
    assert set(severities) == {"error", "warning"}
    messages = [re.sub(r"\W+", " ", message) for _, message in shown["terminal"]]
    assert len(messages) == len(set(messages)) < 10
    assert any("and 8 more like it" in message for message in messages)
    for channel in ("md", "html", "xlsx"):
        assert [severity for severity, _ in shown[channel]] == severities
        told = [re.sub(r"\W+", " ", unescape(message)) for _, message in shown[channel]]
        assert told == messages


def test_every_report_says_where_all_problems_are(many_reports):
    reports, stderr = many_reports
    sentence = language("en")("report.all_problems")
    sheet = CalamineWorkbook.from_path(reports["xlsx"]).get_sheet_by_name("Problems").to_python()
    assert sentence in stderr
    assert sentence in reports["html"].read_text("utf-8")
    assert sentence in reports["md"].read_text("utf-8").replace("\\", "")
    assert str(sheet[1][0]).startswith(sentence)


def test_files_that_were_not_read_are_one_line_at_the_top(many_reports):
    reports, _ = many_reports
    before, after = reports["md"].read_text("utf-8").split("not counted in the figures below:", 1)
    first, *_ = after.strip().splitlines()
    assert "torn" not in before
    assert first.startswith("- `torn-0.xlsx`")
    assert "and 4 more like it: torn-1.xlsx, torn-2.xlsx, torn-3.xlsx, torn-4.xlsx" in first
    assert after.count("torn-0.xlsx") == 2  # there, and among the problems


def test_programs_get_all_of_them(many, many_reports):
    reports, _ = many_reports
    whole = json.loads(reports["json"].read_text("utf-8"))["problems"]
    assert len(whole) == len(okr.rollup(many, config=okr.Config()).problems) > 30
    assert all("more like it" not in row["message"] for row in whole)


def test_check_has_a_line_of_each_kind_for_each_file(many):
    shown = CliRunner().invoke(main, ["check", str(many)]).stdout
    assert len(re.findall(r"^team-\d.csv\S* error: no-target:", shown, re.MULTILINE)) == 9
    severities = re.findall(r"^\S+: (error|warning|info): ", shown, re.MULTILINE)
    assert severities == sorted(severities, key=["error", "warning", "info"].index)


def test_programs_get_every_single_problem(flood):
    listed = CliRunner().invoke(main, ["check", str(flood), "--format", "csv"]).stdout
    assert sum("not-a-number" in line for line in listed.splitlines()) == 10_000
    assert len(faults_in(flood)) == 10_000


def test_grouping_ten_thousand_takes_no_time():
    problems = bad(range(1, 10_001))
    start = perf_counter()
    assert len(grouped(problems)) == 1
    assert perf_counter() - start < 1
