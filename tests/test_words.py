"""One meaning for each word: what is updated, what a unit and an owner are called, who owes OKRs."""

import csv
import json
import random
import re
import warnings
from dataclasses import replace
from datetime import date

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

import okr_sheets as okr
from okr_sheets.about import About
from okr_sheets.cli import main
from okr_sheets.config import read_config
from okr_sheets.frames import frame
from okr_sheets.language import language
from okr_sheets.reports.reminders import messages
from okr_sheets.rollups.names import names_not_found
from okr_sheets.rollups.namesakes import unit_names
from okr_sheets.terminal import print_rollup
from okr_sheets.tracker import Tracker

WEEKS = ("2027-01-08", "2027-01-15", "2027-01-22", "2027-01-29", "2027-02-05")


def drawn(folder, name, *rows, **settings):
    """A CSV tracker of 2027-Q1: settings above, then the rows, as of 5 February."""
    about = {"quarter": "2027-Q1", "as of": "2027-02-05", **settings}
    table = [
        *([key.capitalize(), value] for key, value in about.items()),
        ["ID", "Title", "Owner", "Type", "Baseline", "Target", "State", "Start", "Due", *WEEKS],
        *([cell.strip() for cell in row.split("|")] for row in rows),
    ]
    path = folder / name
    path.write_text("\n".join(";".join(row + [""] * (14 - len(row))) for row in table), "utf-8")
    return path


def goal(name, owner, *numbers):
    """An objective with one key result, as rows."""
    yield f"{name} | Goal of {name} | {owner} | Objective"
    weeks = " | ".join(numbers)
    yield f"{name}.KR1 | Result of {name} | {owner} | Increase | 0 | 10 | | | | {weeks}"


# Id, what it is, state, start, due, its numbers by week; whether it is updated, has a number, owes.
ROWS = (
    ("this week", "", "", "", "1 | 2 | 3 | 4 | 5", True, True, False),
    ("missed the last week", "", "", "", "1 | 2 | 3 | 4 |", False, True, True),
    ("old", "", "", "", "1 | | | |", False, True, True),
    ("never", "", "", "", " | | | |", False, False, True),
    ("was due in January", "", "", "2027-01-24", "1 | 2 | 3 | |", True, True, False),
    ("was due and is not told", "", "", "2027-01-24", "1 | 2 | | |", False, True, True),
    ("begins later", "", "2027-03-01", "", " | | | |", True, False, False),
    ("began this week", "", "2027-02-03", "", " | | | |", False, False, True),
    ("achieved long ago", "", "", "", "10 | | | |", False, True, False),
    ("stopped", "Cancelled", "", "", "1 | 2 | 3 | 4 | 5", False, True, False),
)


def rhythm(folder):
    """A tracker with a key result of each of `ROWS`."""
    rows = [
        f"O1.KR{n} | {title} | Ann | Increase | 0 | 10 | {state} | {start} | {due} | {numbers}"
        for n, (title, state, start, due, numbers, *_) in enumerate(ROWS, 1)
    ]
    return drawn(folder, "t.csv", "O1 | Goal | Ann | Objective", *rows, team="Sales")


def test_updated_is_a_number_since_the_last_check_in_date_that_asked_for_one(tmp_path):
    rolled = okr.rollup(rhythm(tmp_path))
    results = rolled.key_results.set_index("title")
    expected = {title: (updated, has) for title, *_, updated, has, _ in ROWS}
    found = results[["updated", "with_number"]].apply(tuple, axis=1).to_dict()
    assert found == expected
    assert set(rolled.owed["title"]) == {title for title, *_, owes in ROWS if owes}
    live = [row for row in ROWS if not row[1]]
    counts = len(live), sum(row[5] for row in live), sum(row[6] for row in live)
    keys = ["key_results", "updated", "with_number"]
    for name in ("teams", "objectives", "owners"):
        assert tuple(getattr(rolled, name)[keys].iloc[0]) == counts, name
    now = rolled.trend[rolled.trend["day"] == "2027-02-05"]
    for level in ("unit", "owner", "objective"):
        [row] = now[now["level"] == level].to_dict("records")
        assert (row["live"], row["updated"], row["with_number"]) == counts, level
    about = rolled.about
    assert (about["live"], about["updated"], about["with_number"]) == counts


def test_a_week_ago_the_same_numbers_were_up_to_date(tmp_path):
    results = okr.score(rhythm(tmp_path), as_of=date(2027, 1, 29)).set_index("title")
    assert results.at["missed the last week", "updated"]
    assert not results.at["old", "updated"]


@pytest.mark.parametrize("cadence", ["two-weekly", "monthly"])
def test_who_has_each_number_of_a_slower_rhythm_is_updated_between_its_dates(cadence, tmp_path):
    plan = okr.new("sales", quarter="2027-Q1", team="Sales", cadence=cadence)
    first, second, *_ = plan.check_in_dates
    numbers = [{"id": n, "date": first, "value": 1.0} for n in plan.key_results["id"]]
    typed = frame("check_ins", numbers, plan.key_results.index)
    path = okr.write(replace(plan, check_ins=typed), tmp_path / "t.xlsx")
    for day, updated in ((first, True), (date.fromordinal(second.toordinal() - 1), True)):
        assert okr.score(path, as_of=day)["updated"].eq(updated).all()
    assert not okr.score(path, as_of=second)["updated"].any()


def cells(path, sheet):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        book = load_workbook(path, data_only=True)
    values = (cell.value for row in book[sheet].iter_rows() for cell in row)
    return [str(value) for value in values if value is not None]


@pytest.mark.parametrize("code", ["en", "ko", "fi"])
def test_every_report_and_the_dashboard_give_one_figure(code, tmp_path, capsys):
    words = language(code)
    drawn_there = okr.read(rhythm(tmp_path))
    told = replace(drawn_there, about=replace(drawn_there.about, language=code))
    tracker = okr.write(told, tmp_path / "t.xlsx")
    rolled = okr.rollup(tracker)
    assert rolled.about["updated"] == 3
    tile = f"3 {words('dashboard.updated_of')} 9"
    sentence = words("report.updated", updated=3, live=9)
    coverage = words("report.coverage", with_number=6, live=9)
    assert tile in cells(tracker, words("sheets.dashboard"))
    summary = cells(okr.report(rolled, tmp_path / "r.xlsx", code), words("report.summary"))
    assert summary[summary.index(words("report.updated_header")) :].count(tile) == 1
    markdown = okr.report(rolled, tmp_path / "r.md", code).read_text("utf-8")
    page = okr.report(rolled, tmp_path / "r.html", code).read_text("utf-8")
    print_rollup(rolled, words)
    for text in (markdown, capsys.readouterr().out):
        assert sentence in text
        assert coverage in text
    sound = page.split(words("page.sound"))[1]
    assert words("page.count_of", part=3, whole=9) in sound.split("</p>")[0]
    assert sentence in page
    assert coverage in page
    document = json.loads(okr.report(rolled, tmp_path / "r.json", code).read_text("utf-8"))
    assert document["about"]["updated"] == document["teams"][0]["updated"] == 3
    with okr.report(rolled, tmp_path / "r.csv", code).open(encoding="utf-8-sig") as file:
        assert sum(row["updated"] == "True" for row in csv.DictReader(file)) == 3


@pytest.mark.parametrize("seed", range(100, 105))
def test_the_dashboard_of_any_tracker_counts_as_the_rollup_does(seed, tmp_path):
    from test_calculators import random_tracker

    path = okr.write(random_tracker(seed), tmp_path / "t.xlsx")
    rolled = okr.rollup(path)
    told = f"{rolled.about['updated']} of {rolled.about['live']}" if rolled.is_asked else "–"
    assert told in cells(path, "Dashboard")


# --- what units and owners are called ------------------------------------------------------------

# Company, department and team of each tracker; what its unit is called.
NAMESAKES = {
    "west.csv": (("Acme", "West", "Sales"), "Sales (West)"),
    "east.csv": (("Acme", "East", "Sales"), "Sales (East)"),
    "department.csv": (("Acme", "Sales", ""), "Sales (Acme)"),
    "nested.csv": (("Acme", "Sales", "Sales"), "Sales (Sales)"),
    "beta.csv": (("Beta", "", "Sales"), "Sales (Beta)"),
    "free.csv": (("", "", "Sales"), "Sales"),
    "nameless.csv": (("", "", ""), "nameless.csv"),
    "alone.csv": (("Beta", "", "Legal"), "Legal"),
}


@pytest.fixture
def namesakes(tmp_path):
    """Trackers of units that are called alike, a role of one name in each."""
    folder = tmp_path / "trackers"
    folder.mkdir()
    for number, (name, (unit, _)) in enumerate(NAMESAKES.items(), 1):
        settings = dict(zip(("company", "department", "team"), unit, strict=True))
        rows = goal(f"O{number}", "Head of Marketing", "0.1", "0.2", "0.3")
        drawn(folder, name, *rows, **settings)
    return folder


def test_a_unit_has_one_name_in_every_report(namesakes, tmp_path, capsys):
    rolled = okr.rollup(namesakes)
    expected = {name: called for name, (_, called) in NAMESAKES.items()}
    for frame_name in ("teams", "objectives", "key_results", "alignment", "attention", "owed"):
        found = getattr(rolled, frame_name)
        found = found[found["file"] != ""]
        assert dict(zip(found["file"], found["unit_name"], strict=True)) == expected, frame_name
    teams = rolled.teams.set_index("file")
    assert teams.at["nested.csv", "parent"] == "Sales (Acme)"
    page = okr.report(rolled, tmp_path / "r.html").read_text("utf-8")
    markdown = okr.report(rolled, tmp_path / "r.md").read_text("utf-8")
    workbook = okr.report(rolled, tmp_path / "r.xlsx")
    print_rollup(rolled, language("en"))
    printed = capsys.readouterr().out
    sheets = {name: cells(workbook, name) for name in ("Summary", "Teams", "Key results")}
    for called in expected.values():
        assert re.search(rf'<a class="name" href="#unit-\d+">{re.escape(called)}</a>', page)
        assert re.search(rf"<option [^>]*>{re.escape(called)}</option>", page)
        assert f"| {called} |" in markdown
        assert f", {called}): " in markdown
        assert re.search(rf"^{re.escape(called)} · ", printed, re.MULTILINE)
        for name, values in sheets.items():
            assert called in values, name


def test_each_unit_has_the_weeks_of_its_own(namesakes):
    from okr_sheets.reports.weeks import Weeks

    rolled = okr.rollup(namesakes)
    teams = rolled.rows("teams")
    scores = Weeks(rolled).scores("unit", teams)
    weeks = {team["file"]: own for team, own in zip(teams, scores, strict=True)}
    assert all(weeks[name] == [0.01, 0.02, 0.03, 0.03, 0.03] for name in NAMESAKES)


def test_one_unit_in_two_quarters_is_told_apart_by_them(tmp_path):
    for quarter in ("2026-Q4", "2027-Q1"):
        plan = okr.new("sales", quarter=quarter, team="Sales", company="Acme")
        okr.write(plan, tmp_path / f"{quarter}.xlsx")
    names = okr.rollup(tmp_path).teams["unit_name"].tolist()
    assert names == ["Sales (2026-Q4)", "Sales (2027-Q1)"]


def test_no_two_units_are_called_the_same():
    rng = random.Random(7)
    names_of = ("", "A", "B", "Sales", "Sales (A)")
    for _ in range(200):
        trackers = [
            Tracker.empty(
                About(
                    company=rng.choice(names_of),
                    department=rng.choice(names_of),
                    team=rng.choice(names_of),
                    quarter=rng.choice(("2027-Q1", "2027-Q2")),
                    start=date(2027, 1, 1),
                    end=date(2027, 3, 31),
                ),
                path=f"folder/{number}.csv",
            )
            for number in range(rng.randint(1, 12))
        ]
        names = unit_names(trackers)
        assert len(set(names.values())) == len(names)


def test_a_role_in_two_companies_is_two_people(namesakes, tmp_path, capsys):
    rolled = okr.rollup(namesakes)
    people = {
        "Acme": "Head of Marketing (Acme)",
        "Beta": "Head of Marketing (Beta)",
        "": "Head of Marketing",
    }
    owners = rolled.owners.set_index("company")
    assert owners["owner_name"].to_dict() == people
    assert owners["key_results"].to_dict() == {"Acme": 4, "Beta": 2, "": 2}
    assert owners["due"].to_dict() == {"Acme": 4, "Beta": 2, "": 2}
    weeks = rolled.trend[(rolled.trend["level"] == "owner") & (rolled.trend["day"] == "2027-02-05")]
    assert dict(zip(weeks["owner_name"], weeks["live"], strict=True)) == {
        people["Acme"]: 4,
        people["Beta"]: 2,
        people[""]: 2,
    }
    for name in ("attention", "owed", "changes", "objectives", "key_results"):
        assert set(getattr(rolled, name)["owner_name"]) <= set(people.values()), name
    told = {message.owner: message.body for message in messages(rolled, lambda _: "")}
    assert set(told) == set(people.values())
    assert all("Hello Head of Marketing," in body for body in told.values())
    assert "beta.csv" in told[people["Beta"]]
    assert "west.csv" not in told[people["Beta"]]
    page = okr.report(rolled, tmp_path / "r.html").read_text("utf-8")
    markdown = okr.report(rolled, tmp_path / "r.md").read_text("utf-8")
    owners_sheet = cells(okr.report(rolled, tmp_path / "r.xlsx"), "Owners")
    print_rollup(rolled, language("en"))
    printed = capsys.readouterr().out
    for called in people.values():
        assert f'<option value="{called}">{called}</option>' in page
        assert page.count(f'<tr class="person" data-owner="{called}">') == 1
        assert f"| {called} |" in markdown
        assert called in owners_sheet
        assert called in printed


def test_an_owner_in_one_company_is_one_person_whoever_forgot_to_name_it(tmp_path):
    for number, company in enumerate(("Acme", "", "ACME"), 1):
        rows = goal(f"O{number}", "Ann Lee", "1")
        drawn(tmp_path, f"{number}.csv", *rows, company=company, team=f"T{number}")
    [owner] = okr.rollup(tmp_path).owners.to_dict("records")
    assert (owner["owner_name"], owner["company"], owner["key_results"]) == ("Ann Lee", "Acme", 3)


def test_the_address_of_a_shared_role_is_that_of_one_company(namesakes, tmp_path):
    settings = tmp_path / "okr.toml"
    settings.write_text(
        '[owners]\n"Head of Marketing (Acme)" = "a@example.com"\n'
        '"Head of Marketing (Gamma)" = "c@example.com"\n',
        "utf-8",
    )
    config = read_config(settings)
    rolled = okr.rollup(namesakes, config=config)
    addresses = {message.owner: message.address for message in messages(rolled, config.email)}
    assert addresses["Head of Marketing (Acme)"] == "a@example.com"
    assert addresses["Head of Marketing (Beta)"] == ""
    [stranger] = names_not_found(config, rolled.trackers, is_all=True)
    assert "(Gamma)” is in no tracker. Did you mean Head of Marketing (" in stranger


# --- trackers without OKRs -----------------------------------------------------------------------


@pytest.fixture
def unwritten(tmp_path):
    """One team with OKRs, and blank trackers: in two languages, of a company's own, of nobody."""
    folder = tmp_path / "trackers"
    folder.mkdir()
    drawn(folder, "sales.csv", *goal("O1", "Ann", *"12345"), company="Acme", team="Sales")
    drawn(folder, "finance.csv", company="Acme", team="Finance")
    drawn(folder, "nobody.csv")
    drawn(folder, "legal.csv", company="Beta", team="Legal")
    plans = {
        "ops.xlsx": okr.new(blank=True, quarter="2027-Q1", company="Acme", team="Ops"),
        "tuki.xlsx": okr.new(
            blank=True, quarter="2027-Q1", company="Acme", team="Tuki", language="fi"
        ),
    }
    for name, plan in plans.items():
        dated = replace(plan.about, as_of=date(2027, 2, 5))
        okr.write(replace(plan, about=dated), folder / name)
    return folder


UNWRITTEN = ("Finance", "Legal", "Ops", "Tuki", "nobody.csv")


def test_a_team_without_okrs_is_among_the_teams_and_those_who_owe(unwritten, tmp_path, capsys):
    rolled = okr.rollup(unwritten)
    teams = rolled.teams[rolled.teams["blank"] > 0]
    assert sorted(teams["unit_name"]) == sorted(UNWRITTEN)
    assert teams["score"].isna().all()
    assert (teams["status"] == "").all()
    assert set(teams["as_of"].dt.date) == {date(2027, 2, 5)}
    assert rolled.headline["unit_name"] == "Sales"
    assert sorted(rolled.blank["unit_name"]) == sorted(UNWRITTEN)
    owing = rolled.owners[rolled.owners["blank"] > 0]
    assert sorted(owing["owner_name"]) == sorted(["", *UNWRITTEN[:4]])
    page = okr.report(rolled, tmp_path / "r.html").read_text("utf-8")
    markdown = okr.report(rolled, tmp_path / "r.md").read_text("utf-8")
    workbook = okr.report(rolled, tmp_path / "r.xlsx")
    document = json.loads(okr.report(rolled, tmp_path / "r.json").read_text("utf-8"))
    print_rollup(rolled, language("en"))
    printed = capsys.readouterr().out
    [line] = [line for line in printed.splitlines() if line.startswith("  No OKRs yet: ")]
    [owed] = [line for line in markdown.splitlines() if line.startswith("- No OKRs yet: ")]
    sound = page.split("How sound the numbers are")[1].split("</dl>")[0]
    assert sorted(row["unit_name"] for row in document["blank"]) == sorted(UNWRITTEN)
    assert any("No OKRs yet: " in value for value in cells(workbook, "Summary"))
    table = cells(workbook, "Teams")
    assert table.count("No OKRs yet") == 5
    for name in UNWRITTEN:
        assert name in line
        assert name in owed
        assert f"| {name} | – | – | – | – | No OKRs yet |" in markdown
        assert table[table.index(name) + 1] == "No OKRs yet"
        assert re.search(rf"^{re.escape(name)} ·.* No OKRs yet", printed, re.MULTILINE)
    for name in UNWRITTEN[:4]:
        assert name in cells(workbook, "Owners")
        assert f'data-owner="{name}"' in page
    assert "Finance" in sound


def test_who_owes_the_okrs_is_reminded_in_the_trackers_language(unwritten, tmp_path):
    rolled = okr.rollup(unwritten)
    told = {message.owner: message.body for message in messages(rolled, lambda _: "")}
    assert set(told) == set(UNWRITTEN[:4])  # nobody can be named for a file without a name
    assert "There are no OKRs here yet." in told["Ops"]
    assert "Sheet OKRs, in ops.xlsx." in told["Ops"]
    assert "Täällä ei ole vielä OKR:iä." in told["Tuki"]
    done = CliRunner().invoke(main, ["remind", str(unwritten), "-o", str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    assert {path.stem for path in (tmp_path / "out").iterdir()} == set(told)


def test_the_terminal_says_what_is_blank_where_nothing_else_is_read(tmp_path):
    drawn(tmp_path, "legal.csv", company="Beta", team="Legal")
    done = CliRunner().invoke(main, ["score", str(tmp_path)])
    assert re.search(r"^Legal .* No OKRs yet", done.stdout, re.MULTILINE), done.output


@pytest.mark.parametrize("suffix", [".xlsx", ".pptx", ".html", ".md", ".json", ".csv"])
def test_a_run_of_blank_trackers_alone_has_every_report(tmp_path, suffix):
    plan = okr.new(blank=True, quarter="2027-Q1", team="Ops")
    rolled = okr.rollup(okr.write(plan, tmp_path / "ops.xlsx"))
    path = okr.report(rolled, tmp_path / f"r{suffix}")
    if suffix in {".html", ".md", ".json"}:
        assert "Ops" in path.read_text("utf-8")


def test_a_unit_with_okrs_in_one_of_its_trackers_owes_none(tmp_path):
    drawn(tmp_path, "a.csv", *goal("O1", "Ann", *"12345"), company="Acme", team="Sales")
    drawn(tmp_path, "b.csv", company="Acme", team="Sales")
    rolled = okr.rollup(tmp_path)
    assert rolled.teams["unit_name"].tolist() == ["Sales"]
    assert rolled.blank.empty


def test_a_department_that_wrote_none_shows_the_mean_of_its_teams(tmp_path):
    drawn(tmp_path, "d.csv", company="Acme", department="Growth")
    for number in (1, 2):
        rows = goal(f"O{number}", "Ann", "1", "2", "3", "4", str(4 * number))
        drawn(
            tmp_path, f"{number}.csv", *rows, company="Acme", department="Growth", team=f"T{number}"
        )
    teams = okr.rollup(tmp_path).teams.set_index("unit_name")
    assert (teams.at["Growth", "blank"], teams.at["Growth", "below"]) == (1, 0.6)
