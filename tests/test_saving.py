"""A file is replaced by a whole one or not at all, whatever stops the run."""

import errno
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

import okr_sheets as okr
from okr_sheets.writing import saving
from okr_sheets.writing.saving import saved

KINDS = (".xlsx", ".html", ".md", ".csv", ".json")


def put(path, text="new", **how):
    with saved(path, **how) as temporary:
        Path(temporary).write_text(text)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def old(tmp_path):
    path = tmp_path / "r.html"
    path.write_text("old")
    return path


@pytest.fixture(scope="module")
def rollup():
    return okr.rollup(okr.new(quarter="2027-Q1", team="Team"))


# --- the run is stopped --------------------------------------------------------------------------

# A process that only forks: its children write two versions in turn until they are killed.
KILLER = """
import os, random, signal, sys, time
from pathlib import Path
import okr_sheets as okr

folder = Path(sys.argv[1])
tracker = okr.new(quarter="2027-Q1", team="Team", cadence="monthly")
other = okr.new("sales", quarter="2027-Q2", team="Other", cadence="monthly")
rollups = (okr.rollup(tracker), okr.rollup(other))
rng = random.Random(7)

def tracker_of(version, path):
    okr.write((tracker, other)[version], path, force=True)

def report_of(version, path):
    okr.report(rollups[version], path)

def writes(write, path):
    while True:
        for version in (0, 1):
            write(version, path)

for name, write, kills in (
    ("t.xlsx", tracker_of, 8), ("r.xlsx", report_of, 8), ("r.html", report_of, 6),
    ("r.md", report_of, 3), ("r.csv", report_of, 3), ("r.json", report_of, 3),
):
    path = folder / name
    whole, longest = [], 0
    for version in (0, 1):
        start = time.perf_counter()
        write(version, path)
        longest = max(longest, time.perf_counter() - start)
        whole.append(path.read_bytes())
    assert whole[0] != whole[1]
    for _ in range(kills):
        child = os.fork()
        if not child:
            writes(write, path)
        time.sleep(rng.uniform(0.1, 1.5) * longest)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        assert path.read_bytes() in whole, name
    left = [file for file in folder.iterdir() if file.name.startswith(".")]
    print(name, len(left))
    for file in left:
        os.utime(file, (0, 0))
    write(0, path)
    assert path.read_bytes() == whole[0]
    assert [file.name for file in folder.iterdir() if file.name.startswith(".")] == []
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_a_killed_run_leaves_the_old_file_or_the_new_one(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", KILLER, tmp_path], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    left = dict(line.split() for line in done.stdout.splitlines())
    assert len(left) == 6
    # Many were killed on the way, else this shows nothing.
    assert sum(map(int, left.values())) >= 8


def test_reading_passes_over_what_a_killed_run_left(tmp_path):
    from okr_sheets.reading.files import search

    okr.write(okr.new(quarter="2027-Q1"), tmp_path / "t.xlsx")
    shutil.copy(tmp_path / "t.xlsx", tmp_path / f"{saving.PREFIX}1a2b.xlsx")
    assert search([tmp_path]).files == (tmp_path / "t.xlsx",)


def test_the_next_run_clears_what_a_killed_one_left_and_nothing_else(old):
    folder = old.parent
    for name, hours in ((".okr-sheets-a.html", 2), (".okr-sheets-b.html", 0.5), (".r.html", 9)):
        (folder / name).touch()
        before = (folder / name).stat().st_mtime - hours * 3600
        os.utime(folder / name, (before, before))
    put(old)
    assert names(folder) == [".okr-sheets-b.html", ".r.html", "r.html"]


def test_an_error_on_the_way_leaves_the_old_file_and_nothing_else(old):
    def stopped():
        with saved(old) as temporary:
            Path(temporary).write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    assert (old.read_text(), names(old.parent)) == ("old", ["r.html"])


FULL = """
import resource, sys
from pathlib import Path
import okr_sheets as okr

rollup = okr.rollup(okr.new(quarter="2027-Q1", team="Team"))
tracker = okr.new(quarter="2027-Q1")
resource.setrlimit(resource.RLIMIT_FSIZE, (500, resource.RLIM_INFINITY))
for path in map(Path, sys.argv[1:]):
    try:
        okr.report(rollup, path) if path.stem == "r" else okr.write(tracker, path, force=True)
    except OSError as error:
        print(error)
"""


@pytest.mark.parametrize("kind", ["t.xlsx", *(f"r{kind}" for kind in KINDS)])
def test_a_disk_that_takes_no_more_gets_one_sentence(kind, tmp_path, rollup):
    path = tmp_path / kind
    if kind == "t.xlsx":
        okr.write(okr.new(quarter="2027-Q1"), path)
    else:
        okr.report(rollup, path)
    before = path.read_bytes()
    command = [sys.executable, "-c", FULL, path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout == f"{path} was not written: the disk takes no file as large.\n"
    assert (path.read_bytes(), names(tmp_path)) == (before, [kind])


# --- nothing can be written ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "reason"),
    [(errno.ENOSPC, "the disk is full"), (errno.EDQUOT, "your share of the disk is full")],
)
def test_a_full_disk_is_told_in_words(number, reason, old, monkeypatch):
    def full(_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match=rf"^{old} was not written: {reason}\.$"):
        put(old)
    assert (old.read_text(), names(old.parent)) == ("old", ["r.html"])


def test_a_name_that_is_too_long_is_told_in_words(tmp_path, rollup):
    path = tmp_path / f"{'x' * 300}.xlsx"
    sentence = rf"^{path} was not written: the name is too long\.$"
    with pytest.raises(OSError, match=sentence):
        okr.report(rollup, path)
    with pytest.raises(OSError, match=sentence):
        okr.write(okr.new(quarter="2027-Q1"), path)
    longest = tmp_path / f"{'x' * 250}.xlsx"
    assert okr.report(rollup, longest).stat().st_size > 1000


def test_a_folder_is_no_file(tmp_path, rollup):
    path = tmp_path / "r.html"
    path.mkdir()
    with pytest.raises(IsADirectoryError, match=rf"^{path} is a folder\. Name a file in it\.$"):
        put(path)


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=rf"^There is no folder {tmp_path / 'a'}\."):
        put(tmp_path / "a" / "r.html")


@pytest.fixture
def nobody():
    """A folder that this process may read and not write, as someone without special rights."""
    folder = Path(tempfile.mkdtemp())
    (folder / "r.html").write_text("old")
    root = os.geteuid() == 0
    (folder / "r.html").chmod(0o444)
    folder.chmod(0o555)
    if root:
        os.setresuid(65534, 65534, 0)
    yield folder
    if root:
        os.setresuid(0, 0, 0)
    folder.chmod(0o755)
    shutil.rmtree(folder)


def test_a_folder_that_takes_no_files_gets_one_sentence(nobody):
    path = nobody / "new.html"
    sentence = rf"^{path} was not written: nothing can be written in that folder\.$"
    with pytest.raises(PermissionError, match=sentence):
        put(path)
    assert names(nobody) == ["r.html"]


def test_a_protected_file_is_not_replaced(nobody):
    with pytest.raises(PermissionError, match=r"r\.html is write-protected\. Choose another name"):
        put(nobody / "r.html")


# --- the target is open --------------------------------------------------------------------------


@pytest.mark.parametrize("lock", ["~$r.html", ".~lock.r.html#"])
def test_what_a_program_has_open_is_left_and_the_result_kept(lock, old):
    (old.parent / lock).touch()
    (old.parent / "r-2.html").write_text("another")
    with pytest.raises(PermissionError) as caught:
        put(old)
    assert str(caught.value) == (
        f"{old} is open in another program. Close it, or delete {lock} if nothing has it open; "
        "the result was kept as r-3.html."
    )
    assert (old.read_text(), (old.parent / "r-3.html").read_text()) == ("old", "new")
    assert names(old.parent) == sorted([lock, "r-2.html", "r-3.html", "r.html"])


def test_what_windows_does_not_let_go_is_left_and_the_result_kept(old, monkeypatch):
    rename = Path.replace

    def held(self, target):
        if Path(target) == old:
            raise PermissionError(13, "The process cannot access the file")
        return rename(self, target)

    monkeypatch.setattr(Path, "replace", held)
    with pytest.raises(PermissionError, match=r"Close it; the result was kept as r-2\.html\.$"):
        put(old)
    assert (old.read_text(), names(old.parent)) == ("old", ["r-2.html", "r.html"])


def test_a_lock_without_its_file_stops_nothing(tmp_path):
    (tmp_path / "~$r.html").touch()
    put(tmp_path / "r.html")
    assert names(tmp_path) == ["r.html", "~$r.html"]


# --- what the file is like afterwards ------------------------------------------------------------


def test_who_may_read_a_file_stays_as_it_was(old):
    old.chmod(0o600)
    put(old)
    assert stat.S_IMODE(old.stat().st_mode) == 0o600


def test_a_new_file_is_for_whom_new_files_are(tmp_path):
    put(tmp_path / "a.html")
    (tmp_path / "b.html").touch()
    modes = {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("a.html", "b.html")}
    assert len(modes) == 1


def test_a_link_stays_a_link(old, tmp_path):
    link = tmp_path / "latest.html"
    link.symlink_to(old)
    put(link)
    assert link.is_symlink()
    assert old.read_text() == "new"


# --- an input is never the output ----------------------------------------------------------------


@pytest.fixture
def tracked(tmp_path):
    path = okr.write(okr.new(quarter="2027-Q1", team="Team"), tmp_path / "t.xlsx")
    return replace(okr.new(quarter="2027-Q1", team="Team"), path=str(path))


def spelled(way, path):
    """Another name of the same file."""
    other = path.with_name("other.xlsx")
    if way == "hard link":
        other.hardlink_to(path)
    elif way == "link":
        other.symlink_to(path)
    else:
        other = path.parent / ".." / path.parent.name / path.name
    return other


@pytest.mark.parametrize("way", ["hard link", "link", "detour"])
def test_an_input_is_never_the_output_whatever_its_name(way, tracked):
    path = Path(tracked.path)
    before = path.read_bytes()
    other = spelled(way, path)
    fresh = okr.new(quarter="2027-Q1")
    for attempt in (
        lambda: okr.report(okr.rollup(tracked), other),
        lambda: okr.write(tracked, other, force=True),
        lambda: okr.write(fresh, other, parent=tracked, force=True),
    ):
        with pytest.raises(ValueError, match="is one of the trackers read"):
            attempt()
    assert path.read_bytes() == before


def test_a_tracker_is_never_written_over_a_plan(tmp_path):
    plan = tmp_path / "plan.csv"
    plan.write_text("ID;Title\nO1;Grow\n")
    (tmp_path / "out.xlsx").symlink_to(plan)
    for name in ("plan.csv", "out.xlsx"):
        with pytest.raises(ValueError, match=r"a tracker is an \.xlsx workbook"):
            okr.write(okr.new(quarter="2027-Q1"), tmp_path / name, force=True)
    assert plan.read_text() == "ID;Title\nO1;Grow\n"
