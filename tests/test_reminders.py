"""Reminders: who is told what, in which language, and what is never replaced."""

from dataclasses import replace
from datetime import date
from email import message_from_bytes
from email.policy import default

import pandas as pd
import pytest
from click.testing import CliRunner

import okr_sheets as okr
from okr_sheets import demo
from okr_sheets.cli import main
from okr_sheets.reports.reminders import messages


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


def test_who_owes_nothing_gets_no_message(company):
    rollup = okr.rollup(company)
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
    assert "สวัสดี" in addressed[0].get_content()
    assert all(mail["X-Unsent"] == "1" for mail in mails)


def test_a_file_of_somebody_elses_is_never_replaced(company, tmp_path):
    remind(company, "-o", tmp_path, "--format", "md")
    remind(company, "-o", tmp_path, "--format", "md")  # ours are
    (tmp_path / "CRO.md").write_text("my own notes", "utf-8")
    done = CliRunner().invoke(main, ["remind", str(company), "-o", str(tmp_path), "--format", "md"])
    assert done.exit_code == 1  # the others are written
    assert "is no reminder" in done.output
    assert (tmp_path / "CRO.md").read_text("utf-8") == "my own notes"


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
    assert "8 have no address" in remind(company, "-o", tmp_path / "out")
