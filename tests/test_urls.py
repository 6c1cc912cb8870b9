"""Trackers at URLs: found, fetched and named as files of a folder are, and no password is shown."""

import io
import logging
import re
import sys
import zipfile
from pathlib import Path

import fsspec
import pytest
from click.testing import CliRunner
from fsspec.registry import _registry

import okr_sheets as okr
from okr_sheets import urls
from okr_sheets.cli import main
from okr_sheets.files import guard
from okr_sheets.misuse import MisuseError
from okr_sheets.reading import remote
from okr_sheets.reading.folders import read_all, read_file, search

TRACKER = (
    "ID;Title;Type;Target;2027-01-08\n{0};Goal {0};Objective\n{0}.KR1;Lead {0};Increase;10;5\n"
)
HIDDEN = "s3cr3t"


@pytest.fixture
def memory():
    """A bucket in memory: two trackers, a report, a lock and a note, in folders."""
    system = fsspec.filesystem("memory")
    for name, text in {
        "q1/a.csv": TRACKER.format("A1"),
        "q1/sub/b.csv": TRACKER.format("B1"),
        "q1/~$a.csv": "lock",
        "q1/notes.txt": "notes",
        "q1/.hidden.csv": TRACKER.format("C1"),
        "q1/report.csv": "file,sheet,row,objective_id,last_check_in\n",
        "empty/notes.txt": "notes",
    }.items():
        system.pipe(f"/bucket/{name}", text.encode())
    yield "memory://bucket"
    system.rm("/bucket", recursive=True)


@pytest.fixture
def fetched_to(monkeypatch, tmp_path):
    """Where files are fetched to; none stays."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    yield tmp_path
    assert list(tmp_path.glob(f"{remote.PREFIX}*")) == []


@pytest.mark.parametrize("engine", [None, "serial", "dask"])
def test_a_folder_at_a_url_is_listed_and_read_as_a_folder_is(memory, fetched_to, engine):
    scored = okr.score(f"{memory}/q1", engine=engine)
    assert scored["id"].tolist() == ["A1.KR1", "B1.KR1"]
    assert scored["file"].tolist() == ["a.csv", "b.csv"]
    paths = [tracker.path for tracker in okr.rollup(f"{memory}/q1").trackers]
    assert paths == ["memory:///bucket/q1/a.csv", "memory:///bucket/q1/sub/b.csv"]


def test_a_file_and_a_pattern_at_a_url_are_read(memory, fetched_to):
    assert okr.score(f"{memory}/q1/a.csv")["id"].tolist() == ["A1.KR1"]
    assert okr.score(f"{memory}/q1/*/*.csv")["id"].tolist() == ["B1.KR1"]
    assert len(search([f"{memory}/q1", f"{memory}/q1"]).files) == 3


def test_what_is_not_at_a_url_is_named_by_it(memory, fetched_to):
    (gone,) = okr.check(f"{memory}/none.csv")
    assert (gone.code, gone.path) == ("not-found", f"{memory}/none.csv")
    problems = okr.check([f"{memory}/q1", f"{memory}/empty"])
    assert [p.path for p in problems if p.code == "nothing-found"] == [f"{memory}/empty"]


def test_what_is_in_memory_is_read_by_no_other_process(memory):
    with pytest.raises(MisuseError, match=r"^No other process sees what is at memory://"):
        okr.score(f"{memory}/q1", engine="processes")


def test_other_processes_fetch_what_is_at_a_url(tmp_path, fetched_to):
    folder = fetched_to / "there"
    folder.mkdir()
    for name in ("a", "b"):
        (folder / f"{name}.csv").write_text(TRACKER.format(name.upper()))
    trackers = {
        engine: okr.rollup(folder.as_uri(), engine=engine).trackers
        for engine in ("serial", "processes", "dask")
    }
    assert trackers["serial"] == trackers["processes"] == trackers["dask"]
    assert [tracker.path for tracker in trackers["serial"]] == [
        (folder / "a.csv").as_uri(),
        (folder / "b.csv").as_uri(),
    ]


def test_what_is_larger_than_a_tracker_can_be_is_not_fetched(memory, fetched_to, monkeypatch):
    monkeypatch.setattr(guard, "MOST_BYTES", 60)
    monkeypatch.setattr(remote, "_PIECE", 8)
    (problem,) = okr.check(f"{memory}/q1/a.csv")
    assert problem.code == "too-large"


def test_a_pattern_of_urls_in_okr_toml_is_read(memory, fetched_to, tmp_path_factory, monkeypatch):
    folder = tmp_path_factory.mktemp("company")
    monkeypatch.chdir(folder)
    Path("okr.toml").write_text(f'paths = ["{memory}/q1"]\nprevious = "{memory}/q0"\n')
    assert okr.score()["id"].tolist() == ["A1.KR1", "B1.KR1"]
    assert okr.read_config("okr.toml").previous == f"{memory}/q0"
    done = CliRunner().invoke(main, ["score", "-o", "r.csv", "--previous", f"{memory}/q1"])
    assert f"okr.toml names paths outside its folder: {memory}/q1" in done.output


# --- what a person reads -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("s3://key:s3cr3t@bucket/q1/a.xlsx", "s3://bucket/q1/a.xlsx"),
        ("ftp://ann:s3cr3t@example.com/q1", "ftp://example.com/q1"),
        ("ftp://ann:s3:cr@3t@example.com/q1", "ftp://example.com/q1"),
        ("https://example.com/a.xlsx?sig=s3cr3t", "https://example.com/a.xlsx"),
        ("https://example.com/a.xlsx#s3cr3t", "https://example.com/a.xlsx"),
        ("abfs://box@account.example.com/q1?/a", "abfs://box@account.example.com/q1?/a"),
        ("gs://bucket/why?/10:30@noon.csv", "gs://bucket/why?/10:30@noon.csv"),
        ("C:/q1/a:b@c.xlsx", "C:/q1/a:b@c.xlsx"),
        ("https://s3cr3t@example.com/a.xlsx", "https://example.com/a.xlsx"),
        ("HTTPS://example.com/a.xlsx?sig=s3cr3t", "HTTPS://example.com/a.xlsx"),
        ("ftp://ann:s3/cr3t@example.com/q1", "ftp://example.com/q1"),
        ("ftp://ann:1/s3cr3t@example.com/q1", "ftp://example.com/q1"),
        ("ftp://ann:s3::cr3t@example.com/q1", "ftp://example.com/q1"),
        ("s3://key:s3/cr3t/@bucket/a.xlsx", "s3://bucket/a.xlsx"),
        (
            "zip://a.xlsx::https://example.com/q.zip?s=s3cr3t",
            "zip://a.xlsx::https://example.com/q.zip",
        ),
        ("simplecache::s3://key:s3cr3t@bucket/a.xlsx", "simplecache::s3://bucket/a.xlsx"),
        ("simplecache::zip::https://s3cr3t@b/q.zip", "simplecache::zip::https://b/q.zip"),
        ("zip://10:30@noon.csv::file:///q1.zip", "zip://10:30@noon.csv::file:///q1.zip"),
        (
            "abfs://box@account.example.com/a.xlsx?sv=1&sig=s3cr3t",
            "abfs://box@account.example.com/a.xlsx",
        ),
        ("abfs://name:s3cr3t@account.example.com/q1", "abfs://account.example.com/q1"),
        ("webdav://example.com:8080/q1/a.xlsx?s3cr3t", "webdav://example.com:8080/q1/a.xlsx"),
        ("file:///C:/ann@work/a?.xlsx", "file:///C:/ann@work/a?.xlsx"),
    ],
)
def test_a_url_is_shown_without_what_is_secret(url, shown):
    assert urls.without_secrets(url) == shown


class Forgetful(fsspec.AbstractFileSystem):
    """A file system that nobody may use, and that says so with all it knows."""

    protocol = "forgetful"

    def _fail(self, *arguments, **options):
        raise RuntimeError(f"{HIDDEN} is no password")

    isdir = find = glob = open = _fail

    @staticmethod
    def _get_kwargs_from_urls(path):
        return {"password": HIDDEN}


@pytest.mark.parametrize("place", ["q1", "a.csv", "*.csv"])
@pytest.mark.parametrize("command", [["score", "-o", "out.csv"], ["check"], ["--debug", "check"]])
def test_no_password_is_printed(tmp_path, monkeypatch, caplog, place, command):
    fsspec.register_implementation("forgetful", Forgetful, clobber=True)
    monkeypatch.chdir(tmp_path)
    caplog.set_level(logging.DEBUG)
    url = f"forgetful://ann:{HIDDEN}@example.com/{place}"
    done = CliRunner().invoke(main, [*command, url])
    assert done.exit_code == 2
    assert "open-failed" in done.output
    assert HIDDEN not in done.output + caplog.text
    assert all(HIDDEN not in path.read_text() for path in tmp_path.iterdir())
    (tracker,) = read_all(url)
    assert HIDDEN not in repr(tracker) + tracker.path
    assert HIDDEN not in repr(search(url))


@pytest.fixture
def register(monkeypatch):
    """Have fsspec read the URLs of a protocol by a class, as long as a test runs."""

    def register(name, system):
        monkeypatch.setitem(_registry, name, system)

    return register


@pytest.mark.parametrize("error", [ConnectionRefusedError(111, HIDDEN), ValueError(HIDDEN)])
@pytest.mark.parametrize("place", ["q1", "a.csv", "*.csv"])
def test_a_server_that_refuses_costs_its_own_files(register, tmp_path, place, error):
    class Refusing(fsspec.AbstractFileSystem):
        def __init__(self, **_):
            raise error

    register("refusing", Refusing)
    (tmp_path / "a.csv").write_text(TRACKER.format("A"))
    problems = okr.check([f"refusing://example.com/{place}", tmp_path])
    (refused,) = (problem for problem in problems if problem.path.startswith("refusing"))
    assert (refused.code, refused.given) == ("open-failed", type(error).__name__)
    assert okr.score([f"refusing://example.com/{place}", tmp_path])["id"].tolist() == ["A.KR1"]


def test_a_file_that_finds_no_room_to_be_fetched_into_costs_itself(memory, monkeypatch):
    def fill(*_, **__):
        raise OSError(28, "No space left on device")

    (file,) = search(f"{memory}/q1/a.csv").files
    monkeypatch.setattr(remote, "TemporaryDirectory", fill)
    (tracker,) = read_file((file.name, file), 1, "")
    assert [problem.code for problem in tracker.problems] == ["open-failed"]


class Web(fsspec.AbstractFileSystem):
    """A server whose files are fetched whole by whoever asks whether they are folders."""

    protocol = "https"
    asked = ()

    @classmethod
    def _strip_protocol(cls, path):
        return path

    def unstrip_protocol(self, name):
        return name

    def ls(self, path, detail=True, **_):
        Web.asked += (path,)
        ends = ("a.csv", "b.csv", "more/") if path.rstrip("/").endswith("q1") else ("c.csv",)
        names = [f"{path.rstrip('/')}/{end}" for end in ends]
        kinds = {True: "directory", False: "file"}
        return [{"name": n, "size": None, "type": kinds[n.endswith("/")]} for n in names]

    def isdir(self, path):
        return bool(self.ls(path))

    def glob(self, path, detail=False, **_):
        entries = {each["name"]: each for each in self.ls(path.rpartition("/")[0] + "/")}
        return entries if detail else list(entries)

    def find(self, path, **_):
        return [each["name"] for each in self.ls(path) if each["type"] == "file"]

    def open(self, path, mode="rb", **_):
        name = re.sub(r"\W", "", path.rpartition("/")[2])
        return io.BytesIO(TRACKER.format(name).encode())


WEB = "https://example.com/q1"


@pytest.mark.parametrize(
    ("url", "looked_at", "ids"),
    [
        (f"{WEB}/a.csv?sig={HIDDEN}", (), [f"acsvsig{HIDDEN}.KR1"]),
        (f"{WEB}/a.csv?all=*", (), ["acsvall.KR1"]),
        (f"{WEB}/get?id=7#[x]", (), ["getid7x.KR1"]),
        (f"{WEB}/a[1].csv", (), ["a1csv.KR1"]),
        (f"{WEB}/", (f"{WEB}/", f"{WEB}/"), ["acsv.KR1", "bcsv.KR1"]),
        (f"{WEB}/*", (f"{WEB}/",), ["acsv.KR1", "bcsv.KR1"]),
    ],
)
def test_of_the_web_only_folders_and_patterns_are_looked_at(
    register, monkeypatch, url, looked_at, ids
):
    monkeypatch.setattr(Web, "asked", ())
    register("https", Web)
    assert okr.score(url, engine="serial")["id"].tolist() == ids
    assert Web.asked == looked_at


def test_two_links_that_look_alike_are_two_files(register):
    register("https", Web)
    scored = okr.score([f"{WEB}/get?id=1", f"{WEB}/get?id=2", f"{WEB}/get?id=1"])
    assert scored["id"].tolist() == ["getid1.KR1", "getid2.KR1"]


def test_what_lies_in_an_archive_is_read(tmp_path):
    with zipfile.ZipFile(tmp_path / "q1.zip", "w") as archive:
        archive.writestr("a.csv", TRACKER.format("A"))
        archive.writestr("b.csv", TRACKER.format("B"))
    there = (tmp_path / "q1.zip").as_uri()
    assert okr.score(f"zip://b.csv::{there}")["id"].tolist() == ["B.KR1"]
    assert okr.score(f"zip://*.csv::{there}")["id"].tolist() == ["A.KR1", "B.KR1"]
    assert okr.score(f"simplecache::zip://a.csv::{there}")["id"].tolist() == ["A.KR1"]
    (gone,) = okr.check("zip://c.csv::memory://gone.zip")
    assert gone.code == "not-found"
    with pytest.raises(
        MisuseError, match=r"^No file system is known for nope://\. Type one such as s3://\.$"
    ):
        okr.score("zip://a.csv::nope://q1.zip")
    with pytest.raises(MisuseError, match=r"^No other process sees what is at memory://"):
        okr.score("simplecache::memory://q1/a.csv", engine="processes")


def test_what_urls_need_is_said(monkeypatch):
    with pytest.raises(
        MisuseError, match=r"^No file system is known for nope://\. Type one such as s3://\.$"
    ):
        okr.score("nope://bucket/a.csv")
    with pytest.raises(MisuseError, match=r"^s3://bucket/a\.csv needs one package more\. .*s3fs"):
        okr.score("s3://key:s3cr3t@bucket/a.csv")
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    said = r"^s3://bucket/a\.csv is a URL, which needs an extra: pip install 'okr-sheets\[dask\]'$"
    with pytest.raises(MisuseError, match=said):
        okr.score("s3://key:s3cr3t@bucket/a.csv")


@pytest.mark.parametrize("url", ["s3://ann:pw@x/out.csv", "file:///tmp/out.xlsx", "gs://x/out"])
def test_nothing_is_written_to_a_url(url, company_rollup, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shown = url.replace("ann:pw@", "")
    said = "{}: a {} is written to a local file, not to a URL. Name a file here."
    report = said.format(shown, "report")
    tracker = said.format(shown, "tracker")
    for write in (okr.report, okr.report_into):
        with pytest.raises(ValueError, match=f"^{re.escape(report)}$"):
            write(company_rollup, url)
    with pytest.raises(ValueError, match=f"^{re.escape(tracker)}$"):
        okr.write(okr.new(quarter="2027-Q1"), url)
    commands = {
        ("score", ".", "-o", url): report,
        ("score", ".", "--into", url): report,
        ("remind", ".", "-o", url): said.format(shown, "message"),
        ("adopt", "t.csv", "-o", url): tracker,
        ("new", url): tracker,
        ("demo", url): tracker,
    }
    for command, sentence in commands.items():
        done = CliRunner().invoke(main, command)
        assert done.exit_code == 2
        assert sentence in done.stderr
        assert "pw" not in done.stderr
    assert not any(tmp_path.iterdir())
