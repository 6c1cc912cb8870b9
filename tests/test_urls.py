"""Trackers at URLs: found, fetched and named as files of a folder are, and no password is shown."""

import logging
import re
import sys
from pathlib import Path

import fsspec
import pytest
from click.testing import CliRunner

import okr_sheets as okr
from okr_sheets import urls
from okr_sheets.cli import main
from okr_sheets.files import guard
from okr_sheets.misuse import MisuseError
from okr_sheets.reading import remote
from okr_sheets.reading.folders import read_all, search

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
    with pytest.raises(MisuseError, match="What is at memory:// no other process sees"):
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


def test_what_urls_need_is_said(monkeypatch):
    with pytest.raises(MisuseError, match=r"^No file system is known for nope://\.$"):
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
    said = "{}: a {} is written to a local file, not to a URL."
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
