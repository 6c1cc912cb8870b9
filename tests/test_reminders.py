"""Reminders: who is told what, in which language, and what is never replaced."""

import errno
import os
import re
from dataclasses import replace
from datetime import date
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

import okr_sheets as okr
from okr_sheets import demo
from okr_sheets.cli import main
from okr_sheets.language import languages
from okr_sheets.reports.drafts import _others, write_messages
from okr_sheets.reports.reminders import Message, messages, owners_in
from okr_sheets.writing import saving


def remind(folder, *options):
    done = CliRunner().invoke(main, ["remind", str(folder), *map(str, options)])
    assert done.exit_code in {0, 1}, done.output
    return done.output


def without_address(_):
    return ""


def test_each_owner_who_owes_a_number_gets_the_cell_to_type_it_in(company, tmp_path):
    remind(company, "-o", tmp_path / "out", "--format", "md")
    text = (tmp_path / "out" / "Head-of-Enablement.md").read_text("utf-8")
    tracker = okr.read(company / "sales-enablement.xlsx")
    row = tracker.key_results.index[tracker.key_results["id"] == demo.SILENT][0]
    letter = tracker.letters["okrs"][f"checkin.{demo.AS_OF}"]
    assert f"Cell {letter}{row}, sheet OKRs, in sales-enablement.xlsx." in text
    assert "5 Mar 2027" in text


def test_who_owes_nothing_gets_no_message(company_rollup):
    rollup = company_rollup
    told = {message.owner for message in messages(rollup, without_address)}
    owing = set(rollup.owners.loc[rollup.owners["due"] > 0, "owner"])
    assert owing <= told
    acting = {owner for t in rollup.trackers for owner in t.actions["owner"]}
    assert told <= owing | acting


def test_a_draft_is_mail_in_the_trackers_language_with_the_address_of_okr_toml(tmp_path):
    tracker = demo.marketing("th")
    owner = tracker.key_results["owner"].iloc[0]
    silent = replace(tracker, check_ins=tracker.check_ins[tracker.check_ins["date"] < "2027-02-01"])
    okr.write(silent, tmp_path / "การตลาด.xlsx")
    (tmp_path / "okr.toml").write_text(f'[owners]\n"{owner}" = "someone@example.com"\n', "utf-8")
    remind(tmp_path / "การตลาด.xlsx", "-o", tmp_path / "out", "--config", tmp_path / "okr.toml")
    mails = [
        message_from_bytes(path.read_bytes(), policy=default)
        for path in (tmp_path / "out").glob("*.eml")
    ]
    addressed = [mail for mail in mails if mail["To"] == "someone@example.com"]
    assert len(addressed) == 1
    assert f"เรียน {owner}" in addressed[0].get_content()
    assert all(mail["X-Unsent"] == "1" for mail in mails)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture(params=["eml", "md"])
def kind(request):
    return request.param


@pytest.fixture
def out(tmp_path):
    return tmp_path / "o"


@pytest.fixture
def drafted(out, kind):
    """Write drafts to these owners, and give what became of the folder's, by name."""

    def write(*owners, body="Type a number.", form=kind, named=("Ann", "Bob", "Cid")):
        found = [Message(owner, "", "OKRs", f"Hello {owner},\n\n- {body}\n") for owner in owners]
        drafts = write_messages(found, out, form, named)
        return {
            "removed": [path.name for path in drafts.removed],
            "kept": [path.name for path in drafts.kept],
            "changed": [path.name for path in drafts.changed],
            "errors": [str(error) for error in drafts.errors],
        }

    return write


CLEAN = {"removed": [], "kept": [], "changed": [], "errors": []}


def test_a_tracker_that_cannot_be_read_costs_no_draft(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = (
        "ID;Title;Owner;Type;Target;2027-01-08\nO1;Grow;{0};Objective\nO1.KR1;Win;{0};Increase;9;\n"
    )
    for owner in ("Ann", "Bob"):
        text = f"Team;{owner}\nQuarter;2027-Q1\n{rows.format(owner)}"
        (tmp_path / f"{owner}.csv").write_text(text, "utf-8")
    command = ["remind", "Ann.csv", "Bob.csv", "--as-of", "2027-01-15", "-o", "out"]
    assert not CliRunner().invoke(main, command).exception
    before = contents(tmp_path / "out")
    assert len(before) == 2
    whole = (tmp_path / "Bob.csv").read_bytes()
    (tmp_path / "Bob.csv").write_bytes(b"\x00" * 99)
    told = CliRunner().invoke(main, command)
    [old] = [name for name in before if name.startswith("Bob")]
    assert re.search(
        rf"^Drafts of an earlier run, kept because .*: {old}$", told.stderr, re.MULTILINE
    )
    assert contents(tmp_path / "out") == before
    (tmp_path / "Bob.csv").write_bytes(whole.replace(b"9;\n", b"9;1\n"))
    told = CliRunner().invoke(main, command)
    assert f"Removed drafts of an earlier run: {old}" in told.stderr


def test_a_second_run_writes_the_same(drafted, out, kind):
    assert drafted("Ann", "Bob") == CLEAN
    before = contents(out)
    assert drafted("Ann", "Bob") == CLEAN
    assert contents(out) == before
    assert names(out) == [f"Ann.{kind}", f"Bob.{kind}"]


def test_an_unchanged_draft_goes_once_its_owner_owes_nothing(drafted, out, kind):
    drafted("Ann", "Bob")
    assert drafted("Ann") == CLEAN | {"removed": [f"Bob.{kind}"]}
    assert names(out) == [f"Ann.{kind}"]
    assert drafted() == CLEAN | {"removed": [f"Ann.{kind}"]}
    assert names(out) == []


def test_a_draft_to_somebody_whom_no_tracker_names_stays_and_is_named(drafted, out, kind):
    drafted("Ann", "Ann 2", "Zed*")
    others = [f"Ann-2.{kind}", f"Zed.{kind}"]
    assert set(names(out)) == {f"Ann.{kind}", *others}
    assert drafted("Bob", named=["ANN", "Bob"]) == CLEAN | {
        "kept": others,
        "removed": [f"Ann.{kind}"],
    }
    assert drafted("Bob", named=["Bob", "Ann 2", "Zed*"]) == CLEAN | {"removed": others}
    assert drafted(named=()) == CLEAN | {"kept": [f"Bob.{kind}"]}


@pytest.mark.parametrize("code", languages())
def test_a_draft_is_known_by_its_owner_in_every_language(code, kind, out):
    tracker = demo.marketing(code)
    results = tracker.key_results.assign(owner="Işıl *Ç* 2")
    rollup = okr.rollup(replace(tracker, key_results=results, check_ins=tracker.check_ins[:0]))
    found = messages(rollup, without_address)
    written = write_messages(found, out, kind).written
    assert written
    assert [*write_messages([], out, kind).kept] == sorted(written)
    assert [*write_messages([], out, kind, owners_in(rollup)).removed] == sorted(written)


def test_a_blank_trackers_unit_is_an_owner_too():
    rollup = okr.rollup(okr.new(quarter="2027-Q1", team="Team", blank=True))
    assert owners_in(rollup) >= {"Team"}


def test_what_was_just_written_stays_whatever_the_disk_says_of_it(drafted, out, kind, monkeypatch):
    class Entry:
        def __init__(self, entry):
            self.name, self.is_file, self.path = entry.name, entry.is_file, entry.path
            self.stat = entry.stat

        def __fspath__(self):
            return self.path

        def inode(self):
            return 0

    class Entries(list):
        __enter__ = list.copy

        def __exit__(self, *_):
            pass

    scan = os.scandir
    monkeypatch.setattr(os, "scandir", lambda folder: Entries(map(Entry, scan(folder))))
    assert drafted("Ann", "Bob") == CLEAN
    assert drafted("Ann", "Bob", body="Type two.") == CLEAN
    assert len(names(out)) == 2
    # As where a disk spells a name in its own way.
    (out / f"ANN.{kind}").hardlink_to(out / f"Ann.{kind}")
    assert _others(out, [out / f"Ann.{kind}"]) == [out / f"Bob.{kind}"]


def test_converted_line_ends_are_no_change(drafted, out, kind):
    other = {"eml": "md", "md": "eml"}[kind]
    drafted("Ann", "Bob")
    for path in out.iterdir():
        path.write_bytes(path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    assert drafted("Ann", "Bob", form=other) == CLEAN
    assert drafted("Ann", form=other) == CLEAN | {"removed": ["Bob.eml", "Bob.md"]}


@pytest.mark.parametrize("form", ["\nPS: call me.", "replace", "\n"])
def test_a_draft_that_somebody_changed_stays(drafted, out, kind, form):
    drafted("Ann", "Bob")
    changed = [f"Ann.{kind}", f"Bob.{kind}"]
    for name in changed:
        text = (out / name).read_text("utf-8")
        text = text.replace("Hello", "Dear") if form == "replace" else text + form
        (out / name).write_text(text, "utf-8")
    before = contents(out)
    assert drafted("Ann", "Bob") == CLEAN | {"changed": changed}
    assert names(out) == sorted([*changed, f"Ann-2.{kind}", f"Bob-2.{kind}"])
    for removed in [f"Bob-2.{kind}"], []:
        assert drafted("Ann") == CLEAN | {"changed": changed, "removed": removed}
        assert names(out) == sorted([*changed, f"Ann-2.{kind}"])
        assert contents(out).items() >= before.items()
    (out / f"Ann.{kind}").unlink()
    assert drafted("Ann") == CLEAN | {"changed": changed[1:], "removed": [f"Ann-2.{kind}"]}
    assert names(out) == changed


def test_a_draft_as_of_old_counts_as_changed(drafted, out, kind):
    drafted("Ann", "Bob")
    path = out / f"Bob.{kind}"
    path.write_bytes(re.sub(rb"(okr-sheets reminder) [0-9a-f]{32}", rb"\1", path.read_bytes()))
    assert drafted("Ann") == CLEAN | {"changed": [path.name]}
    assert path.exists()


def folder_of_that_name(path):
    path.unlink()
    path.mkdir()


def link_to_a_draft(path):
    path.rename(path.parent.parent / "moved")
    path.symlink_to(path.parent.parent / "moved")


def link_to_nothing(path):
    path.unlink()
    path.symlink_to("nowhere")


def notes(path):
    path.write_text("my own notes", "utf-8")


def quotation(path):
    text = path.read_text("utf-8")
    path.write_text("> " + text.replace("\n", "\n> "), "utf-8")


@pytest.mark.parametrize(
    "put", [folder_of_that_name, link_to_a_draft, link_to_nothing, notes, quotation]
)
def test_what_is_no_draft_keeps_its_name(drafted, out, kind, put):
    drafted("Ann")
    put(out / f"Ann.{kind}")
    before = (out / f"Ann.{kind}").lstat()
    for _ in range(2):
        assert drafted("Ann", "Bob") == CLEAN
        assert (out / f"Ann.{kind}").lstat() == before
        assert names(out) == [f"Ann-2.{kind}", f"Ann.{kind}", f"Bob.{kind}"]


def test_both_forms_lie_in_one_folder_as_long_as_they_say_the_same(drafted, out, kind):
    other = {"eml": "md", "md": "eml"}[kind]
    drafted("Ann", "Bob")
    assert drafted("Ann", "Bob", form=other) == CLEAN
    assert len(names(out)) == 4
    assert drafted("Ann", form=other) == CLEAN | {"removed": ["Bob.eml", "Bob.md"]}
    # What the first run says is old now.
    assert drafted("Ann", body="Type two.", form=other) == CLEAN | {"removed": [f"Ann.{kind}"]}
    assert names(out) == [f"Ann.{other}"]


def test_owners_who_are_called_alike_have_a_draft_each_the_same_in_every_run(drafted, out, kind):
    everybody = ("Ann Lee", "Ann-Lee", "ANN LEE!", "CON")

    def owner_of(name):
        return re.search(r"Hello (.*),", (out / name).read_text("utf-8"))[1]

    assert drafted(*everybody, named=everybody) == CLEAN
    owners = {name: owner_of(name) for name in names(out)}
    assert sorted(owners.values()) == sorted(everybody)
    assert len({name.casefold() for name in owners}) == len(everybody)
    # On the next day somebody owes nothing, and another was added to the list.
    for some in (everybody[1:], everybody[:2], (*everybody, "Bob")):
        assert drafted(*some, named=everybody)["errors"] == []
        assert {name: owner_of(name) for name in names(out) if owner_of(name) != "Bob"} == {
            name: owner for name, owner in owners.items() if owner in some
        }


def test_a_draft_that_cannot_be_written_costs_itself(drafted, out, kind, monkeypatch):
    drafted("Ann", "Bob", "Cid")
    before = contents(out)
    real = saving._begun

    def full(target):
        if target.stem == "Ann":
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(target)

    monkeypatch.setattr(saving, "_begun", full)
    said = f"{out / f'Ann.{kind}'} was not written: the disk is full. Make room, or choose another disk."
    assert drafted("Ann", "Bob", body="Type two.") == CLEAN | {"errors": [said]}
    now = contents(out)
    assert {name for name in now if now[name] == before[name]} == {f"Ann.{kind}", f"Cid.{kind}"}


def test_a_draft_that_cannot_be_removed_is_named(drafted, out, kind, monkeypatch):
    drafted("Ann", "Bob", "Cid")
    unlink = Path.unlink

    def held(path, **how):
        if path.stem == "Bob":
            raise PermissionError(errno.EACCES, "Permission denied")
        unlink(path, **how)

    monkeypatch.setattr(Path, "unlink", held)
    said = f"{out / f'Bob.{kind}'} was not removed: Permission denied. Delete it."
    assert drafted("Ann") == CLEAN | {"errors": [said], "removed": [f"Cid.{kind}"]}


def test_a_folder_that_is_a_link_in_a_circle_gets_a_sentence(drafted, out):
    out.symlink_to("o")
    said = rf"^{out} was not written: the link leads in a circle, or over too many others\. Choose another name\.$"
    with pytest.raises(OSError, match=said):
        drafted("Ann")


def test_a_folder_that_is_a_link_is_made_where_it_leads(drafted, out):
    out.symlink_to("there")
    assert drafted("Ann") == CLEAN
    assert len(names(out.parent / "there")) == 1


def test_the_reminders_of_two_teams_lie_in_one_folder(tmp_path, out):
    about = "Quarter;2027-Q1\nAs of;2027-01-15\nID;Title;Owner;Type;Target;2027-01-08\n"
    for name, owner in (("t", "Ann"), ("u", "Bob")):
        rows = f"O1;Goal;{owner};Objective;;\nO1.KR1;Launch;{owner};Achieve;;\n"
        (tmp_path / f"{name}.csv").write_text(about + rows, "utf-8")
    remind(tmp_path / "t.csv", "-o", out)
    said = remind(tmp_path / "u.csv", "-o", out)
    assert names(out) == ["Ann.eml", "Bob.eml"]
    assert re.search(r"^Drafts of an earlier run, kept because .*: Ann\.eml$", said, re.MULTILINE)


def test_what_became_of_drafts_is_said(tmp_path, out, monkeypatch):
    about = "Quarter;2027-Q1\nAs of;2027-01-15\nID;Title;Owner;Type;Target;2027-01-08\n"
    ann = "O1;Goal;Ann;Objective;;\nO1.KR1;Launch;Ann;Achieve;;{}\n"
    bob, cid = (f"O1.KR{n};Sell;{name};Increase;9;\n" for n, name in ((2, "Bob"), (3, "Cid")))

    def run(*lines):
        (tmp_path / "t.csv").write_text(about + "".join(lines), "utf-8")
        done = CliRunner().invoke(main, ["remind", str(tmp_path / "t.csv"), "-o", str(out)])
        return done.output.splitlines(), done.exit_code

    said, code = run(ann.format(""), bob, cid)
    assert (said[0], code) == (f"Wrote 3 messages to {out}.", 0)
    with (out / "Bob.eml").open("a") as file:
        file.write("PS: call me.\n")
    said, code = run(ann.format("1"), *(line.replace("9;", "9;3") for line in (bob, cid)))
    assert code == 0
    assert said == [
        "Nobody owes anything.",
        "Removed drafts of an earlier run: Ann.eml, Cid.eml",
        "Old drafts that somebody changed, left as they are: Bob.eml",
    ]

    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(saving, "_begun", full)
    said, code = run(ann.format(""))
    assert code == 2  # nothing was written
    assert (
        said[-1]
        == f"okr-sheets: {out / 'Ann.eml'} was not written: the disk is full. Make room, or choose another disk."
    )


@pytest.mark.parametrize("owner", ["../../evil", "CON", "a/b", "Ann\r\nBcc: x@y", "ไทย", "..."])
def test_an_owners_name_is_no_path_and_no_header(owner, tmp_path):
    tracker = demo.marketing("en")
    results = tracker.key_results.assign(owner=owner)
    day = date(2027, 3, 5)
    silent = replace(tracker, key_results=results, check_ins=tracker.check_ins[:0])
    okr.write(replace(silent, about=replace(silent.about, as_of=day)), tmp_path / "t.xlsx")
    out = tmp_path / "in" / "out"
    remind(tmp_path / "t.xlsx", "-o", out)
    files = [path for path in (tmp_path).rglob("*") if path.suffix == ".eml"]
    assert files
    assert all(path.parent == out for path in files)
    for path in files:
        assert message_from_bytes(path.read_bytes(), policy=default)["Bcc"] is None


def test_text_of_a_tracker_is_no_markup_in_a_message(tmp_path):
    tracker = demo.marketing("en")
    results = tracker.key_results.assign(title="<img src=x onerror=alert(1)> [a](http://b)")
    silent = replace(tracker, key_results=results, check_ins=tracker.check_ins[:0])
    okr.write(silent, tmp_path / "t.xlsx")
    remind(tmp_path / "t.xlsx", "-o", tmp_path / "out", "--format", "md")
    for path in (tmp_path / "out").iterdir():
        assert "<img" not in path.read_text("utf-8").replace("\\<img", "")
        assert "[a]" not in path.read_text("utf-8").replace("\\[a]", "")


def test_an_action_of_a_cancelled_key_result_is_nobodys_duty(tmp_path):
    tracker = demo.marketing("en")
    late = tracker.actions.assign(due=pd.Timestamp(2027, 1, 4), status="doing", owner="Ann")
    okr.write(replace(tracker, actions=late), tmp_path / "t.xlsx")
    told = set(okr.rollup(tmp_path / "t.xlsx").overdue["id"])
    assert demo.CANCELLED in set(late["key_result"])
    assert told == set(late["key_result"]) - {demo.CANCELLED}


def test_a_milestone_is_asked_for_in_words(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(
        "Quarter;2027-Q1;;;;\nAs of;2027-01-15;;;;\nID;Title;Owner;Type;Target;2027-01-08\n"
        "O1;Goal;Ann;Objective;;\nO1.KR1;Launch;Ann;Achieve;;\n",
        "utf-8",
    )
    [message] = messages(okr.rollup(path), without_address)
    assert "O1.KR1 Launch: no number yet, target Yes." in message.body


def test_those_without_an_address_are_counted(company, tmp_path):
    assert "8 owners have no address" in remind(company, "-o", tmp_path / "out")
    assert "address" not in remind(company, "-o", tmp_path / "again", "--quiet")
