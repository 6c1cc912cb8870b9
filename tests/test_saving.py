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
from okr_sheets.files.marks import standing
from okr_sheets.reports.drafts import write_messages
from okr_sheets.reports.reminders import Message
from okr_sheets.writing import saving
from okr_sheets.writing.saving import saved

KINDS = (".xlsx", ".pptx", ".html", ".md", ".csv", ".json")


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

folder, links, changed = Path(sys.argv[1]), *map(eval, sys.argv[2:4])
trackers = [okr.new(quarter=f"2027-Q{n}", team="T", cadence="monthly") for n in (1, 2)]
if not links:
    def hardlink_to(name, source):
        raise OSError(1, "Operation not permitted")
    Path.hardlink_to = hardlink_to

def write(version):
    if path.stem == "t":
        okr.write(trackers[version], path, force=True)
    else:
        okr.report(rollups[version], path)

def others():
    return [file for file in path.parent.iterdir() if file != path]

def assert_whole():
    assert path.read_bytes() in whole
    assert all(file.name[0] == "." for file in others())

def assert_nothing_is_lost():
    kept = [file.read_bytes() for file in others() if file.name[0] != "."]
    assert typed in kept or path.read_bytes() == typed
    assert set(kept) <= {typed, b""}
    assert path.read_bytes() in (typed, *whole) if path.exists() else not links

rng = random.Random(7)
for name, kills in zip(sys.argv[4::2], map(int, sys.argv[5::2])):
    path = folder / name[2:] / name
    path.parent.mkdir()
    rollups = path.stem == "r" and [okr.rollup(tracker) for tracker in trackers]
    write(0)  # loads what it needs
    whole, longest = [], 0
    for version in (0, 1):
        start = time.perf_counter()
        write(version)
        longest = max(longest, time.perf_counter() - start)
        whole.append(path.read_bytes())
    assert whole[0] != whole[1]
    typed = whole[0] + b"typed by somebody"
    for _ in range(kills):
        if changed:
            path.write_bytes(typed)
            for file in others():
                file.unlink()
        child = os.fork()
        if not child:
            while True:
                write(1)
                write(0)
        time.sleep(rng.uniform(0.1, 1.5) * longest)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        assert_nothing_is_lost() if changed else assert_whole()
    left = [file for file in others() if file.name[0] == "."]
    print(name, len(left))
    for file in left:
        os.utime(file, (0, 0))
    write(0)
    assert path.read_bytes() == whole[0]
    assert not any(file.name[0] == "." for file in others())
"""


def killed(folder, kills, *, links=True, changed=False):
    """How many temporaries were left by runs that were killed while they wrote, by file."""
    names = [part for pair in kills.items() for part in pair]
    command = [sys.executable, "-c", KILLER, folder, links, changed, *names]
    done = subprocess.run(map(str, command), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return {name: int(left) for name, left in map(str.split, done.stdout.splitlines())}


forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")


@forks
@pytest.mark.parametrize(
    "kills",
    [{"t.xlsx": 8}, {"r.xlsx": 8}, {"r.html": 8}, {"r.md": 30, "r.csv": 30}, {"r.json": 30}],
    ids=" ".join,
)
def test_a_killed_run_leaves_the_old_file_or_the_new_one(kills, tmp_path):
    left = killed(tmp_path, kills)
    assert set(left) == set(kills)
    # Some were killed on the way, else this shows nothing; of a few it may be none.
    assert any(left.values()) or sum(kills.values()) < 20


@forks
@pytest.mark.parametrize("links", [True, False], ids=["links", "no links"])
def test_a_killed_run_loses_nothing_that_somebody_typed(links, tmp_path):
    assert killed(tmp_path, {"r.md": 15, "r.csv": 10}, links=links, changed=True)


def test_reading_passes_over_what_a_killed_run_left(tmp_path):
    from okr_sheets.reading.folders import search

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
from okr_sheets.reports.drafts import write_messages
from okr_sheets.reports.reminders import Message

tracker = okr.new(quarter="2027-Q1")
rollup = okr.rollup(tracker)
resource.setrlimit(resource.RLIMIT_FSIZE, (500, resource.RLIM_INFINITY))
for path in map(Path, sys.argv[1:]):
    try:
        if path.stem == "t":
            okr.write(tracker, path, force=True)
        elif path.stem == "Ann":
            found = [Message("Ann", "", "OKRs", "a long word " * 99)]
            print(*write_messages(found, path.parent, path.suffix[1:]).errors)
        else:
            okr.report(rollup, path)
    except OSError as error:
        print(error)
"""


def test_a_disk_that_takes_no_more_gets_one_sentence(tmp_path, rollup):
    okr.write(okr.new(quarter="2027-Q1"), tmp_path / "t.xlsx")
    for kind in KINDS:
        okr.report(rollup, tmp_path / f"r{kind}")
    for kind in ("eml", "md"):
        write_messages([Message("Ann", "", "OKRs", "a short word")], tmp_path, kind)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    assert len(before) == 1 + len(KINDS) + 2
    command = [sys.executable, "-c", FULL, *before]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    said = [
        f"{path} was not written: the disk takes no file as large. Choose another disk."
        for path in before
    ]
    assert done.stdout.splitlines() == said
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 64 kB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    if not shutil.which("mount") or subprocess.run(command, check=False).returncode:
        pytest.skip("no disk can be mounted")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


def test_a_disk_that_is_full_keeps_what_it_holds(small_disk):
    path = small_disk / "r.html"
    put(path, "old" * 10_000)
    said = rf"^{path} was not written: the disk is full\. Make room, or choose another disk\.$"
    with pytest.raises(OSError, match=said):
        put(path, "new" * 20_000)
    assert (path.read_text(), names(small_disk)) == ("old" * 10_000, ["r.html"])


# --- nothing can be written ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "reason"),
    [(errno.ENOSPC, "the disk is full"), (errno.EDQUOT, "your share of the disk is full")],
)
def test_a_full_disk_is_told_in_words(number, reason, old, monkeypatch):
    def full(_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(
        OSError, match=rf"^{old} was not written: {reason}\. Make room, or choose another disk\.$"
    ):
        put(old)
    assert (old.read_text(), names(old.parent)) == ("old", ["r.html"])


def test_a_name_that_is_too_long_is_told_in_words(tmp_path, rollup):
    path = tmp_path / f"{'x' * 300}.xlsx"
    sentence = rf"^{path} was not written: the name is too long\. Choose a shorter one\.$"
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
    if not hasattr(os, "geteuid"):
        pytest.skip("the system has no users")
    if os.geteuid() == 0 and not hasattr(os, "setresuid"):
        pytest.skip("root cannot drop its rights for a while")
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


def as_root(work):
    """What only root may prepare, by the one who was root; skips for others."""
    if not hasattr(os, "getresuid") or os.getresuid()[2]:
        pytest.skip("only root may")
    user = os.geteuid()
    os.setresuid(0, 0, 0)
    work()
    os.setresuid(user, user, 0)


def test_a_folder_that_takes_no_files_gets_one_sentence(nobody):
    path = nobody / "new.html"
    sentence = rf"^{path} was not written: nothing can be written in that folder\. Choose another folder\.$"
    with pytest.raises(PermissionError, match=sentence):
        put(path)
    assert names(nobody) == ["r.html"]


def test_a_protected_file_is_not_replaced(nobody):
    with pytest.raises(PermissionError, match=r"r\.html is write-protected\. Choose another name"):
        put(nobody / "r.html")


def test_what_belongs_to_others_is_not_replaced_where_the_folder_says_so(nobody):
    # As in /tmp: everybody may write there, and replace what is their own.
    as_root(lambda: (nobody.chmod(0o1777), (nobody / "r.html").chmod(0o666)))
    sentence = rf"^{nobody / 'r.html'} was not written: that folder does not allow it\. Choose another folder\.$"
    with pytest.raises(PermissionError, match=sentence):
        put(nobody / "r.html")
    assert ((nobody / "r.html").read_text(), names(nobody)) == ("old", ["r.html"])


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


@pytest.fixture(params=["ours", "changed"])
def report(request, rollup, tmp_path):
    path = okr.report(rollup, tmp_path / "r.md")
    if request.param == "changed":
        path.write_bytes(path.read_bytes() + b"typed by somebody")
    return path


@pytest.mark.usefixtures("links")
@pytest.mark.parametrize("number", [errno.EACCES, errno.EPERM, errno.EIO])
def test_a_report_that_is_not_let_go_has_no_second_name(number, report, rollup, monkeypatch):
    before, rename = report.read_bytes(), Path.replace

    def held(self, target):
        if Path(target) == report and self.name.startswith("."):
            raise OSError(number, "refused")
        return rename(self, target)

    monkeypatch.setattr(Path, "replace", held)
    with pytest.raises(OSError, match=r"open in another program|was not written"):
        okr.report(rollup, report)
    kept = ["r-2.md"] if number == errno.EACCES else []
    assert (report.read_bytes(), names(report.parent)) == (before, [*kept, "r.md"])
    assert not kept or standing(report.with_name("r-2.md")) == "ours"


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


def test_what_is_written_is_no_more_open_on_the_way(old):
    old.chmod(0o640)
    with saved(old) as temporary:
        assert stat.S_IMODE(Path(temporary).stat().st_mode) == 0o600
        Path(temporary).write_text("new")
    assert stat.S_IMODE(old.stat().st_mode) == 0o640


def test_a_disk_that_knows_no_modes_takes_files_all_the_same(old, monkeypatch):
    def chmod(path, mode):
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(Path, "chmod", chmod)
    put(old)
    assert (old.read_text(), names(old.parent)) == ("new", ["r.html"])


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may")
def test_a_file_stays_its_owners_and_their_groups(old):
    os.chown(old, 12345, 23456)
    old.chmod(0o460)
    put(old)
    state = old.stat()
    assert (state.st_uid, state.st_gid, stat.S_IMODE(state.st_mode)) == (12345, 23456, 0o460)


def test_another_group_may_not_read_what_the_old_one_might(nobody):
    path = nobody / "r.html"

    def prepare():
        nobody.chmod(0o777)
        os.chown(path, 65534, 23456)
        path.chmod(0o664)

    as_root(prepare)
    put(path)
    state = path.stat()
    assert (path.read_text(), state.st_uid) == ("new", 65534)
    assert (state.st_gid != 23456, stat.S_IMODE(state.st_mode)) == (True, 0o644)


def test_a_link_stays_a_link(old, tmp_path):
    link = tmp_path / "latest.html"
    link.symlink_to(old)
    put(link)
    assert link.is_symlink()
    assert old.read_text() == "new"


@pytest.mark.parametrize("force", [True, False])
def test_a_link_to_no_file_yet_is_followed(tmp_path, force):
    (tmp_path / "a").mkdir()
    (tmp_path / "r.html").symlink_to("middle.html")
    (tmp_path / "middle.html").symlink_to("a/there.html")
    put(tmp_path / "r.html", force=force)
    assert (tmp_path / "a" / "there.html").read_text() == "new"
    (tmp_path / "q.html").symlink_to("b/there.html")
    with pytest.raises(FileNotFoundError, match=rf"^There is no folder {tmp_path / 'b'}\."):
        put(tmp_path / "q.html", force=force)


def circle(folder):
    (folder / "r.xlsx").symlink_to("s.xlsx")
    (folder / "s.xlsx").symlink_to("r.xlsx")
    return folder / "r.xlsx"


def itself(folder):
    (folder / "r.xlsx").symlink_to("r.xlsx")
    return folder / "r.xlsx"


def long_chain(folder):
    for number in range(60):
        (folder / f"{number}.xlsx").symlink_to(f"{number + 1}.xlsx")
    return folder / "0.xlsx"


def folder_in_a_circle(folder):
    (folder / "f").symlink_to("f")
    return folder / "f" / "r.xlsx"


@pytest.mark.parametrize("make", [circle, itself, long_chain, folder_in_a_circle])
def test_a_link_that_leads_nowhere_gets_one_sentence(make, tmp_path, rollup):
    path = make(tmp_path)
    before = names(tmp_path)
    said = rf"^{path} was not written: the link leads in a circle, or over too many others\. Choose another name\.$"
    for attempt in (
        lambda: put(path),
        lambda: okr.report(rollup, path),
        lambda: okr.write(okr.new(quarter="2027-Q1"), path),
        lambda: okr.write(okr.new(quarter="2027-Q1"), path, force=True),
    ):
        with pytest.raises(OSError, match=said):
            attempt()
    assert names(tmp_path) == before


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes")
@pytest.mark.parametrize("force", [True, False])
def test_what_is_no_file_is_left_as_it_is(tmp_path, force, rollup):
    path, null = tmp_path / "r.csv", tmp_path / "null.csv"
    os.mkfifo(path)
    null.symlink_to("/dev/null")
    try:
        for attempt in (lambda: put(path, force=force), lambda: okr.report(rollup, path)):
            with pytest.raises(FileExistsError, match=rf"^{path} is a device or a pipe\."):
                attempt()
        assert path.is_fifo()
        with pytest.raises(FileExistsError, match=r"null\.csv is a device or a pipe\."):
            put(null, force=force)
        assert Path("/dev/null").is_char_device()
    finally:
        path.unlink()
        null.unlink()


def test_a_link_to_a_file_of_another_kind_is_refused(tmp_path, rollup):
    (tmp_path / "r.json").symlink_to("r.csv")
    with pytest.raises(ValueError, match=r"leads to .*r\.csv, which is no \.json file"):
        okr.report(rollup, tmp_path / "r.json")
    assert names(tmp_path) == ["r.json"]


# --- others write there too ----------------------------------------------------------------------


def test_what_comes_up_meanwhile_is_not_replaced(tmp_path):
    path = tmp_path / "r.html"

    def attempt():
        with saved(path, force=False) as temporary:
            Path(temporary).write_text("new")
            path.write_text("theirs")

    with pytest.raises(FileExistsError, match=rf"^{path} is there already\. Choose another name"):
        attempt()
    assert (path.read_text(), names(tmp_path)) == ("theirs", ["r.html"])


@pytest.fixture(params=[True, False], ids=["links", "no links"])
def links(request, monkeypatch):
    """Whether the disk knows links, or says that it does not."""

    def hardlink_to(name, source):
        raise OSError(errno.EPERM, "Operation not permitted")

    if not request.param:
        monkeypatch.setattr(Path, "hardlink_to", hardlink_to)
    return request.param


@pytest.mark.usefixtures("links")
@pytest.mark.parametrize("force", [True, False])
def test_what_comes_up_at_the_last_moment_is_not_replaced(tmp_path, force, monkeypatch):
    path = tmp_path / "r.html"
    name = saving._name

    def name_late(source, target):
        monkeypatch.setattr(saving, "_name", name)
        path.write_text("theirs")
        name(source, target)

    monkeypatch.setattr(saving, "_name", name_late)
    if force:
        put(path)
    else:
        with pytest.raises(FileExistsError, match=r"is there already\. Choose another name"):
            put(path, force=False)
    assert (path.read_text(), names(tmp_path)) == ("new" if force else "theirs", ["r.html"])


def in_place(path):
    with path.open("ab") as file:
        file.write(b"typed by somebody")


def in_another_file(path):
    other = path.with_name(".editor")
    other.write_bytes(path.read_bytes() + b"typed by somebody")
    os.rename(other, path)  # noqa: PTH104  a Path's own is watched


@pytest.mark.parametrize("moment", ["_liken", "_second_name", "same_file"])
@pytest.mark.parametrize("type_late", [in_place, in_another_file])
def test_what_is_typed_at_the_last_moment_is_kept(moment, type_late, rollup, tmp_path, monkeypatch):
    path = okr.report(rollup, tmp_path / "r.md")
    before, said, real = path.read_bytes(), [], getattr(saving, moment)

    def late(*given):
        if moment == "same_file" and type_late is in_another_file:
            monkeypatch.setattr(saving, moment, real)
            type_late(path)
            return real(*given)
        result = real(*given)
        monkeypatch.setattr(saving, moment, real)
        type_late(path)
        return result

    monkeypatch.setattr(saving, moment, late)
    okr.report(rollup, path, tell=said.append)
    assert (path.read_bytes(), names(tmp_path)) == (before, ["r-2.md", "r.md"])
    assert (tmp_path / "r-2.md").read_bytes() == before + b"typed by somebody"
    assert said == [f"{path} was changed since it was written. The changed file is kept as r-2.md."]


def test_a_second_name_that_a_killed_run_left_goes_unless_it_was_changed(rollup, tmp_path):
    path = okr.report(rollup, tmp_path / "r.md")
    ours, changed = (tmp_path / f"{saving.ASIDE}{n}.md" for n in "12")
    shutil.copy(path, ours)
    shutil.copy(path, changed)
    in_place(changed)
    for left in (ours, changed):
        os.utime(left, (0, 0))
    put(tmp_path / "other.html")
    assert ours.exists()
    okr.report(rollup, path)
    assert names(tmp_path) == [changed.name, "other.html", "r.md"]


@pytest.mark.usefixtures("links")
def test_a_new_file_has_one_name(tmp_path):
    put(tmp_path / "r.html", force=False)
    assert ((tmp_path / "r.html").stat().st_nlink, names(tmp_path)) == (1, ["r.html"])


# A process whose children all write at once; what each came to is its exit code.
RACE = """
import os, sys
from pathlib import Path
from okr_sheets.writing.saving import saved

folder, links = Path(sys.argv[1]), eval(sys.argv[2])
if not links:
    def hardlink_to(name, source):
        raise OSError(1, "Operation not permitted")
    Path.hardlink_to = hardlink_to

def run(path, number, force, gate):
    os.read(gate, 1)
    try:
        with saved(path, force=force) as temporary:
            Path(temporary).write_text(str(number) * 100_000)
    except FileExistsError as error:
        assert "is there already. Choose another name" in str(error)
        os._exit(1)
    os._exit(0)

for round in range(25):
    for force in (True, False):
        path = folder / f"{round}-{force}.txt"
        gate, opened = os.pipe()
        children = []
        for number in range(4):
            child = os.fork()
            if not child:
                run(path, number, force, gate)
            children.append(child)
        os.write(opened, b"0000")
        codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
        winners = [number for number, code in enumerate(codes) if not code]
        assert set(codes) <= {0, 1}
        assert len(winners) == (4 if force else 1), codes
        assert path.read_text() in [str(number) * 100_000 for number in winners]
assert not any(path.name[0] == "." for path in folder.iterdir())
"""


@forks
@pytest.mark.parametrize("links", [True, False], ids=["links", "no links"])
def test_of_four_runs_at_once_each_writes_a_whole_file_or_says_it_is_there(links, tmp_path):
    command = [sys.executable, "-c", RACE, str(tmp_path), str(links)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


AT_ONCE = """
import os, sys
from okr_sheets import planning
from okr_sheets.cli import main
from okr_sheets.writing import tracker

children = []
for _ in range(4):
    children.append(os.fork())
    if not children[-1]:
        main(["new", "t.xlsx", "--blank", "--objectives", "1", "--key-results", "1"])
print(sorted(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children))
"""


@forks
def test_four_commands_at_once_make_one_tracker(tmp_path):
    run = [sys.executable, "-c", AT_ONCE]
    done = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[-1] == "[0, 2, 2, 2]", done.stderr
    assert done.stderr.count("t.xlsx is there already. Choose another name, or add --force.") == 3
    assert [path.name for path in tmp_path.iterdir()] == ["t.xlsx"]
    assert okr.read(tmp_path / "t.xlsx").readable


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
