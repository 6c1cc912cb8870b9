"""Rollups beside independent computations: SQL over the CSV, the same company in five languages."""

import csv
import json
import pickle
import re
import sqlite3
import zipfile
from dataclasses import replace
from datetime import date
from importlib import import_module

import pandas as pd
import pytest
from conftest import QUICK
from openpyxl import load_workbook
from rich.cells import cell_len
from test_rollup_workbook import opened

import okr_sheets as okr
from okr_sheets import demo, terminal
from okr_sheets.config import read_config
from okr_sheets.frames import frame
from okr_sheets.language import language, languages
from okr_sheets.rollups import FRAMES
from okr_sheets.terminal import print_rollup


@pytest.fixture(scope="module")
def rolled(company_rollup):
    return company_rollup


@pytest.fixture(scope="module")
def database(rolled, tmp_path_factory):
    """The key results of the CSV report, and the objectives' weights of the JSON one, as tables."""
    folder = tmp_path_factory.mktemp("sql")
    okr.report(rolled, folder / "r.csv")
    okr.report(rolled, folder / "r.json")
    database = sqlite3.connect(":memory:")
    with (folder / "r.csv").open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    database.execute(f"CREATE TABLE results ({', '.join(header)})")
    blank = [[cell or None for cell in row] for row in rows]
    database.executemany(f"INSERT INTO results VALUES ({', '.join('?' * len(header))})", blank)
    weights = [
        (row["file"], row["id"], row["weight"] or 1)
        for row in json.loads((folder / "r.json").read_text("utf-8"))["objectives"]
    ]
    database.execute("CREATE TABLE objectives (file, id, weight REAL)")
    database.executemany("INSERT INTO objectives VALUES (?, ?, ?)", weights)
    yield database
    database.close()


OF_OBJECTIVES = """
    SELECT file, objective_id,
           SUM(CAST(weight AS REAL) * CAST(score AS REAL)) / SUM(CAST(weight AS REAL)) AS score,
           SUM(CAST(weight AS REAL) * CAST(expected AS REAL)) / SUM(CAST(weight AS REAL)) AS pace
    FROM results
    WHERE score IS NOT NULL AND status NOT IN ('cancelled', 'postponed')
    GROUP BY file, objective_id
"""


def test_objectives_add_up_as_sql_says(rolled, database):
    told = {
        (file, name): (score, pace) for file, name, score, pace in database.execute(OF_OBJECTIVES)
    }
    ours = {
        (row["file"], row["id"]): (row["score"], row["expected"])
        for row in rolled.objectives.to_dict("records")
    }
    assert ours.keys() == told.keys()
    for place, figures in ours.items():
        assert figures == pytest.approx(told[place], abs=5.1e-5)


def test_units_add_up_as_sql_says(rolled, database):
    query = f"""
        SELECT file, SUM(weight * score) / SUM(weight), SUM(weight * pace) / SUM(weight)
        FROM ({OF_OBJECTIVES}) AS scored JOIN objectives USING (file)
        WHERE objectives.id = scored.objective_id GROUP BY file
    """
    told = {file: (score, pace) for file, score, pace in database.execute(query)}
    for row in rolled.teams.to_dict("records"):
        assert (row["score"], row["expected"]) == pytest.approx(told[row["file"]], abs=1.1e-4)


def test_counts_are_those_of_sql(rolled, database):
    live = "status NOT IN ('cancelled', 'postponed')"
    query = f"""
        SELECT file, SUM({live}), SUM(updated = 'True' AND {live}), SUM(status = 'at-risk'),
               SUM(status = 'off-track') FROM results GROUP BY file
    """
    told = {file: tuple(rest) for file, *rest in database.execute(query)}
    for row in rolled.teams.to_dict("records"):
        ours = tuple(row[key] for key in ("key_results", "updated", "at-risk", "off-track"))
        assert ours == told[row["file"]]


def test_owners_are_the_mean_of_their_key_results_by_weight(rolled, database):
    query = """
        SELECT COALESCE(owner, ''), COUNT(*), SUM(weight * score) / SUM(weight),
               SUM(weight * expected) / SUM(weight), SUM(COALESCE(grade, '') = 'green'), SUM(status = 'at-risk')
        FROM results WHERE status NOT IN ('cancelled', 'postponed') GROUP BY 1
    """
    told = {owner: rest for owner, *rest in database.execute(query)}
    assert tuple(rolled.owners.columns) == FRAMES["owners"].keys
    keys = ("key_results", "score", "expected", "green", "at-risk")
    for row in rolled.owners[rolled.owners["key_results"] > 0].to_dict("records"):
        assert [row[key] for key in keys] == pytest.approx(told[row["owner"]], abs=5.1e-5)
    stopped = rolled.owners.set_index("owner")["cancelled"]
    assert stopped[stopped > 0].to_dict() == {"Creative Lead": 1}


def test_a_weight_counts_for_the_owner_too(tmp_path):
    table = (
        "Quarter | 2027-Q1",
        "As of | 2027-01-15",
        "ID | Title | Owner | Type | Baseline | Target | Weight | State | 2027-01-08",
        "O1 | Goal | Bob | Objective | | | | |",
        "O1.KR1 | a | Ann | Increase | 0 | 10 | 3 | | 8",
        "O1.KR2 | b | Ann | Increase | 0 | 10 | | | 4",
        "O1.KR3 | c | Ann | Increase | 0 | 10 | 0 | | 1",
        "O1.KR4 | d | Ann | Increase | 0 | 10 | 4 | Cancelled | 2",
    )
    rolled = okr.rollup(drawn(tmp_path, "t.csv", table))
    [owner] = rolled.owners.to_dict("records")
    assert (owner["key_results"], owner["score"]) == (3, 0.7)
    assert owner["with_left_out"] == 0.45
    last = rolled.trend[rolled.trend["level"] == "owner"].iloc[-1]
    assert (last["score"], last["expected"]) == (0.7, owner["expected"])


def test_the_trend_ends_where_the_rollup_stands_and_passes_through_its_past(company, rolled):
    last = rolled.trend[rolled.trend["level"] == "unit"].drop_duplicates("file", keep="last")
    assert dict(zip(last["file"], last["score"], strict=True)) == dict(
        zip(rolled.teams["file"], rolled.teams["score"], strict=True)
    )
    day = date(2027, 2, 12)
    past = okr.rollup(company, as_of=day)
    then = rolled.trend[rolled.trend["day"] == pd.Timestamp(day)]
    units = then[then["level"] == "unit"].set_index("file")["score"]
    assert units.to_dict() == past.teams.set_index("file")["score"].to_dict()
    results = then[then["level"] == "key-result"].set_index(["file", "id"])["score"]
    scored = past.key_results[past.key_results["state"] == "active"]
    assert results.to_dict() == scored.set_index(["file", "id"])["score"].to_dict()


def test_changes_are_the_difference_of_two_rollups(company, rolled):
    before = okr.rollup(company, as_of=date(2027, 2, 26)).key_results.set_index(["file", "id"])
    now = rolled.key_results.set_index(["file", "id"])
    for row in rolled.changes.to_dict("records"):
        place = row["file"], row["id"]
        assert row["before_status"] == before.at[place, "status"]
        assert row["after_status"] == now.at[place, "status"]
        assert row["after"] == now.at[place, "score"]
    moved = now["score"].sub(before["score"], fill_value=0).abs() > 0.005
    told = set(zip(rolled.changes["file"], rolled.changes["id"], strict=True))
    assert set(moved.index[moved]) <= told


@pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")
def test_every_figure_names_the_cell_it_stands_in(company, rolled):
    book = load_workbook(company / "sales.xlsx", data_only=True)
    words = language("en")
    told = rolled.sources[(rolled.sources["file"] == "sales.xlsx") & (rolled.sources["cell"] != "")]
    typed = told[told["source"] == "typed"]
    assert set(typed["figure"]) >= {"baseline", "target", "current", "confidence"}
    computed = told[told["source"] == "computed"]
    assert set(computed["figure"]) == {"progress", "score", "expected", "gap", "status"}
    for row in (*typed.to_dict("records"), *computed.to_dict("records")):
        value = book[row["sheet"]][row["cell"]].value
        if row["figure"] == "status":
            assert value == words.choice("status", row["value"])
        elif hasattr(value, "date"):
            assert value.date().isoformat() == row["value"]
        else:
            assert float(value) == pytest.approx(float(row["value"]), abs=1e-9)


@pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")
def test_a_confidence_of_the_log_counts_before_that_of_the_sheet(tmp_path):
    plan = okr.new("sales", quarter="2027-Q1", team="Sales")
    [first, second, third, *_] = plan.key_results["id"]
    log = frame(
        "log",
        [
            {"id": first.lower(), "date": date(2027, 1, 8), "confidence": 7.0},
            {"id": first, "date": date(2027, 2, 5), "confidence": 4.0},
            {"id": second, "date": date(2027, 1, 8), "confidence": 6.0},
            {"id": third, "date": date(2027, 3, 26), "confidence": 6.0},
        ],
        [4, 5, 6, 7],
    )
    own = plan.key_results["confidence"].mask(plan.key_results["id"].isin([first, second]))
    own = own.mask(plan.key_results["id"].isin([second, third]), 9.0)
    path = okr.write(
        replace(plan, log=log, key_results=plan.key_results.assign(confidence=own)),
        tmp_path / "sales.xlsx",
    )
    for day, told in ((date(2027, 1, 15), 7), (date(2027, 2, 12), 4)):
        rolled = okr.rollup(path, as_of=day)
        found = rolled.key_results.set_index("id")["confidence"]
        assert found[[first, second, third]].tolist() == [told, 6, 9]
        of_log = rolled.sources[rolled.sources["source"] == "log"].set_index("id")
        assert of_log["value"].to_dict() == {first: str(told), second: "6"}
        for sheet, cell, value in of_log[["sheet", "cell", "value"]].to_numpy():
            there, at = cell.split("!")
            assert sheet == "OKRs"
            assert load_workbook(path)[there][at].value == int(value)


@pytest.mark.skipif(QUICK, reason="the quick part is quick")
def test_eighteen_trackers_in_five_languages_add_up_as_in_one(tmp_path):
    codes = ("en", "tr", "th", "ko", "hu")
    for number, (name, tracker) in enumerate(
        (
            f"{number}-{name}",
            replace(each, about=replace(each.about, team=f"{each.about.unit} {number}")),
        )
        for number in range(3)
        for name, each in demo.company().items()
    ):
        for folder, code in (("one", "en"), ("five", codes[number % 5])):
            (tmp_path / folder).mkdir(exist_ok=True)
            told = replace(tracker, about=replace(tracker.about, language=code))
            okr.write(told, tmp_path / folder / name)
    one, five = (okr.rollup(tmp_path / folder) for folder in ("one", "five"))
    assert (one.teams["objectives"] > 0).sum() == 18
    assert (one.teams["objectives"] == 0).sum() == 5  # the company and its four departments
    for name in ("key_results", "teams", "objectives", "forecast", "trend", "owners"):
        # Only the sheet has another name.
        ours, theirs = (getattr(rolled, name) for rolled in (one, five))
        pd.testing.assert_frame_equal(
            ours.drop(columns="sheet", errors="ignore"),
            theirs.drop(columns="sheet", errors="ignore"),
        )


def test_last_quarter_stands_beside_this_one(company, last_quarter):
    rolled = okr.rollup(company, previous=last_quarter)
    assert rolled.about["previous_quarter"] == "2026-Q4"
    results = okr.score(last_quarter, as_of=date(2026, 12, 31))
    objectives = results.groupby(["file", "objective_id"])[["score", "weight"]].apply(
        lambda rows: (rows["score"] * rows["weight"]).sum() / rows["weight"].sum()
    )
    told = rolled.objectives.set_index(["file", "id"])
    assert set(told.index[told["carried"]]) == set(objectives.index)
    for place, score in objectives.items():
        assert told.at[place, "previous"] == pytest.approx(score, abs=1e-4)
    assert told.loc[~told["carried"], "previous"].isna().all()
    units = rolled.teams.set_index("file")["previous"]
    for file, score in objectives.groupby("file").mean().items():
        assert units[file] == pytest.approx(score, abs=1e-4)
    assert pd.isna(units["sales-enablement.xlsx"])
    assert tuple(rolled.carried.columns) == FRAMES["carried"].keys
    carried = rolled.carried.set_index(["file", "id"])["previous_score"]
    assert carried.to_dict() == told.loc[told["carried"], "previous"].to_dict()


def test_last_quarter_is_scored_by_its_last_day_whatever_day_its_sheets_name(
    company, last_quarter, tmp_path
):
    tracker = okr.read(last_quarter / "sales.xlsx")
    early = replace(tracker, about=replace(tracker.about, as_of=date(2026, 11, 6)))
    okr.write(early, tmp_path / "sales.xlsx")
    sales = okr.rollup(company / "sales.xlsx", previous=tmp_path).teams
    whole = okr.rollup(company / "sales.xlsx", previous=last_quarter).teams
    assert sales["previous"].tolist() == whole["previous"].tolist()


def test_units_without_a_name_are_followed_by_their_file(tmp_path):
    table = """
        | Quarter | 2026-Q4 |
        | ID      | Title   | Type      | Baseline | Target | 2026-12-25 |
        | O1      | Goal    | Objective |          |        |            |
        | O1.KR1  | a       | Increase  | 0        | 10     | {end}      |
    """
    for quarter, ends in (("2026-Q4", (9, 2)), ("2027-Q1", (1, 3))):
        (tmp_path / quarter).mkdir()
        for name, end in zip("ab", ends, strict=True):
            rows = table.replace("2026-Q4", quarter).format(end=end).strip().splitlines()
            if quarter == "2027-Q1":
                rows = [row.replace("2026-12-25", "2027-01-08") for row in rows]
            text = "\n".join(
                row.strip().strip("|").replace(" ", "").replace("|", ";") for row in rows
            )
            (tmp_path / quarter / f"{name}.csv").write_text(text, "utf-8")
    rolled = okr.rollup(tmp_path / "2027-Q1", previous=tmp_path / "2026-Q4")
    assert rolled.teams.set_index("file")["previous"].to_dict() == {"a.csv": 0.9, "b.csv": 0.2}


def test_okr_toml_names_units_and_weighs_them(company, tmp_path):
    path = tmp_path / "okr.toml"
    path.write_text(
        '[teams."Enablement"]\ndepartment = "Revenue"\nweight = 3\n'
        '[departments."Sales"]\nweight = 2\n',
        "utf-8",
    )
    rolled = okr.rollup(company, config=read_config(path))
    teams = rolled.teams.set_index("team")
    assert teams.at["Enablement", "department"] == "Revenue"
    assert teams.at["Enablement", "weight"] == 3
    assert tuple(rolled.teams.columns) == FRAMES["teams"].keys
    # Two teams are in Revenue now, which has no tracker: it counts with their mean.
    gtm, enablement = teams.at["Go-to-market", "score"], teams.at["Enablement", "score"]
    revenue = rolled.teams[(rolled.teams["department"] == "Revenue") & (rolled.teams["team"] == "")]
    assert revenue["score"].isna().all()
    assert revenue["below"].tolist() == pytest.approx([(gtm + 3 * enablement) / 4], abs=1e-4)
    own = rolled.teams[rolled.teams["team"] == ""].set_index("department")["score"]
    weights = {"Marketing": 1, "Product & Engineering": 1, "Sales": 2}
    total = sum(weight * own[name] for name, weight in weights.items()) + revenue["below"].iloc[0]
    below = rolled.teams.loc[rolled.teams["level"] == "company", "below"].iloc[0]
    assert below == pytest.approx(total / 5, abs=1e-4)
    assert set(teams.loc[["Enablement", "Go-to-market"], "parent"]) == {"Revenue"}


def test_the_json_report_gives_the_frames_back(rolled, tmp_path):
    document = json.loads(okr.report(rolled, tmp_path / "r.json").read_text("utf-8"))
    for name in ("teams", "objectives", "key_results", "forecast", "alignment", "trend", "sources"):
        frame = getattr(rolled, name)
        back = pd.DataFrame(document[name], columns=frame.columns)
        for key in frame.columns:
            if frame[key].dtype.kind == "M":
                back[key] = pd.to_datetime(back[key])
        back = back.astype(frame.dtypes.to_dict())
        pd.testing.assert_frame_equal(back, frame)


def test_only_an_earlier_quarter_is_the_previous_one(company, tmp_path):
    with pytest.raises(ValueError, match="are of 2027-Q1; no quarter"):
        okr.rollup(company, previous=company)
    older = {"2026-Q3": 0.25, "2026-Q4": 0.75}
    for quarter, share in older.items():
        plan = okr.new("sales", quarter=quarter, team="Sales", company="Acme Cloud")
        rows = plan.key_results
        way = rows["baseline"] + share * (rows["target"] - rows["baseline"])
        day = plan.check_in_dates[-1]
        typed = [
            {"id": row["id"], "date": day, "value": value}
            for (_, row), value in zip(rows.iterrows(), way, strict=True)
            if row["type"] in {"increase", "decrease"}
        ]
        moving = rows["type"].isin(["increase", "decrease"])
        filled = replace(
            plan,
            key_results=rows[moving],
            check_ins=frame("check_ins", typed, rows.index[moving]),
            about=replace(plan.about, as_of=plan.about.end),
        )
        okr.write(filled, tmp_path / f"{quarter}.xlsx")
    now = okr.new("sales", quarter="2027-Q1", team="Sales", company="Acme Cloud")
    (tmp_path / "now").mkdir()
    rolled = okr.rollup(okr.write(now, tmp_path / "now" / "t.xlsx"), previous=tmp_path)
    assert rolled.about["previous_quarter"] == "2026-Q4"
    assert rolled.teams["previous"].tolist() == pytest.approx([0.75], abs=0.01)


def test_a_previous_file_that_cannot_be_read_is_named(company, tmp_path):
    (tmp_path / "sales.xlsx").write_bytes((company / "sales.xlsx").read_bytes()[:3000])
    rolled = okr.rollup(company, previous=tmp_path)
    assert [p.path for p in rolled.problems if p.code == "damaged"] == [
        str(tmp_path / "sales.xlsx")
    ]
    assert not rolled.previous_quarter
    assert not rolled.unreadable


def test_no_tracker_at_all_is_said():
    for function in (okr.rollup, okr.score):
        with pytest.raises(ValueError, match="No tracker to read"):
            function([])


def drawn(folder, name, table):
    path = folder / name
    rows = [[cell.strip() for cell in line.split("|")] for line in table]
    width = max(map(len, rows))
    lines = (";".join(row + [""] * (width - len(row))) for row in rows)
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def sheet(quarter, dates, *rows, **settings):
    """A drawn tracker: settings above, then one objective and the key results of `rows`."""
    yield f"Quarter | {quarter}"
    for key, value in settings.items():
        yield f"{key.replace('_', ' ').capitalize()} | {value}"
    yield f"ID | Title | Owner | Type | Baseline | Target | State | Start | Due | {' | '.join(dates)}"
    yield "O1 | Goal | Ann | Objective | | | | | |" + " |" * len(dates)
    yield from rows


WEEKS = ("2027-01-08", "2027-01-15", "2027-01-22", "2027-01-29", "2027-02-05")


def test_no_tracker_has_weeks_before_its_quarter_begins(tmp_path):
    old = sheet("2026-Q4", ("2026-10-09",), "O1.KR1 | a | Ann | Increase | 0 | 10 | | | | 5")
    row = "O1.KR1 | a | Ann | Increase | 0 | 10 | | | | 1 | 2"
    new = sheet("2027-Q1", ("2017-01-08", "2027-01-08"), row, as_of="2027-01-15")
    drawn(tmp_path, "old.csv", old)
    drawn(tmp_path, "new.csv", new)
    trend = okr.rollup(tmp_path).trend
    days = trend[trend["level"] == "unit"].groupby("file")["day"]
    assert days.min()["new.csv"] == pd.Timestamp(2027, 1, 8)
    assert days.min()["old.csv"] == pd.Timestamp(2026, 10, 9)


def test_nothing_is_owed_before_a_key_result_begins_nor_after_it_is_due(tmp_path):
    rows = (
        "O1.KR1 | begins later | Ann | Increase | 0 | 10 | | 2027-02-03 | | | | | |",
        "O1.KR2 | done since | Bob | Increase | 0 | 10 | | | 2027-01-15 | 4 | 9 | | |",
        "O1.KR3 | still open | Cid | Increase | 0 | 10 | | | | 4 | 9 | 9 | |",
    )
    path = drawn(tmp_path, "t.csv", sheet("2027-Q1", WEEKS, *rows, as_of="2027-02-04"))
    rolled = okr.rollup(path)
    assert rolled.owed["id"].tolist() == ["O1.KR3"]
    assert not rolled.attention.reasons.str.contains("stale").any()


def test_namesakes_each_have_their_weeks_and_their_own_luck(tmp_path):
    def unit(*names):
        weeks = "0 | 1 | 3 | 4 | 5"
        rows = (
            f"{name} | {n} | Ann | Increase | 0 | 10 | | | | {weeks}"
            for n, name in enumerate(names)
        )
        path = drawn(tmp_path, "t.csv", sheet("2027-Q1", WEEKS, *rows, as_of="2027-02-05"))
        return okr.rollup(path)

    alike, apart = unit("K", "K", "K", "K"), unit("K1", "K2", "K3", "K4")
    last = alike.trend[alike.trend["day"] == "2027-02-05"]
    assert (last["level"] == "key-result").sum() == 4
    widths = [
        (rolled.teams.forecast_high - rolled.teams.forecast_low).iloc[0]
        for rolled in (alike, apart)
    ]
    assert widths[0] == pytest.approx(widths[1], rel=0.15)


def test_names_that_differ_in_case_alone_are_one_unit_and_one_owner(tmp_path):
    for name, team, owner in (("a", "Sales", "Ann Lee"), ("b", "SALES ", "ann  lee")):
        row = f"O1.KR1 | {name} | {owner} | Increase | 0 | 10 | | | | 1 | | | |"
        table = sheet("2027-Q1", WEEKS, row, company="Acme", team=team, as_of="2027-01-15")
        drawn(tmp_path, f"{name}.csv", table)
    rolled = okr.rollup(tmp_path)
    assert rolled.teams["team"].tolist() == ["Sales"]
    assert rolled.owners["owner"].tolist() == ["Ann Lee"]


def test_a_file_that_names_no_unit_is_nobodys_company(tmp_path):
    for name, settings in (("x", {}), ("a", {"team": "A"}), ("b", {"team": "B"})):
        row = f"O1.KR1 | {name} | Ann | Increase | 0 | 10 | | | | 1 | | | |"
        drawn(tmp_path, f"{name}.csv", sheet("2027-Q1", WEEKS, row, as_of="2027-01-15", **settings))
    teams = okr.rollup(tmp_path).teams
    assert len(teams) == 3
    assert teams["below"].isna().all()


def test_what_stands_under_no_objective_is_not_among_what_the_score_is_made_of(tmp_path):
    table = (
        "Quarter | 2027-Q1",
        "As of | 2027-01-15",
        "ID | Title | Owner | Type | Baseline | Target | 2027-01-08",
        "X.KR1 | alone | Ann | Increase | 0 | 10 | 9",
        "O1 | Goal | Ann | Objective | | |",
        "O1.KR1 | own | Ann | Increase | 0 | 10 | 8",
    )
    rolled = okr.rollup(drawn(tmp_path, "t.csv", table))
    team = rolled.teams.iloc[0]
    assert (team["score"], team["key_results"], team["updated"]) == (0.8, 1, 1)
    assert rolled.about["live"] == 2


@pytest.mark.parametrize("suffix", [".xlsx", ".pptx", ".html", ".md", ".json", ".csv"])
def test_a_unit_without_a_score_has_every_report(tmp_path, suffix):
    row = "O1.KR1 | a | Ann | Increase | 0 | 10 | Cancelled | | | 1 | 2 | 3 | | 4"
    path = drawn(tmp_path, "t.csv", sheet("2027-Q1", WEEKS, row, as_of="2027-02-05"))
    rolled = okr.rollup(path)
    assert rolled.teams["score"].isna().all()
    assert okr.report(rolled, tmp_path / f"r{suffix}").stat().st_size > 100


def test_a_line_to_keep_is_not_crossed_before_there_is_a_number(tmp_path):
    row = "O1.KR1 | a | Ann | Keep at or below | | 10 | | | | | | | |"
    path = drawn(tmp_path, "t.csv", sheet("2027-Q1", WEEKS, row, as_of="2027-01-01"))
    assert okr.rollup(path).attention.empty
    late = okr.rollup(path, as_of=date(2027, 2, 12)).attention
    assert late["reason"].tolist() == ["no-update"]


def test_a_steady_week_is_said_to_be_one(tmp_path):
    row = "O1.KR1 | a | Ann | Increase | 0 | 10 | | | | 1 | 1 | | |"
    path = drawn(tmp_path, "t.csv", sheet("2027-Q1", WEEKS, row, as_of="2027-01-15"))
    rolled = okr.rollup(path)
    assert rolled.changes.empty
    assert rolled.about["since"] == date(2027, 1, 8)
    assert "nothing has moved" in okr.report(rolled, tmp_path / "r.md").read_text("utf-8")
    assert "Nothing changed." in okr.report(rolled, tmp_path / "r.html").read_text("utf-8")


def test_what_is_only_yes_or_no_has_no_forecast(tmp_path):
    rows = (
        "O1.KR1 | launch | Ann | Achieve | | | | | | no | no | no | no | no",
        "O1.KR2 | write | Ann | Achieve | | | | | | 0% | 20% | 30% | 50% | 60%",
    )
    path = drawn(tmp_path, "t.csv", sheet("2027-Q1", WEEKS, *rows, as_of="2027-02-05"))
    assert okr.rollup(path).forecast["id"].tolist() == ["O1.KR2"]


@pytest.mark.parametrize(
    ("preset", "reasons"),
    [("default", {"typed": "On track", "value": "At risk"}), ("engagedly", None)],
)
def test_a_typed_status_stands_against_the_numbers(company, tmp_path, preset, reasons):
    path = tmp_path / "company.xlsx"
    tracker = okr.read(company / "company.xlsx")
    row = tracker.key_results.index[tracker.key_results["id"] == "C-O3.KR3"][0]
    cell = f"{tracker.letters['okrs']['status']}{row}"
    formula = re.compile(rf'<c r="{cell}"( s="\d+")? t="str"><f>[^<]*</f><v>[^<]*</v></c>')
    typed = f'<c r="{cell}"\\1 t="inlineStr"><is><t>On track</t></is></c>'
    with zipfile.ZipFile(company / "company.xlsx") as book, zipfile.ZipFile(path, "w") as out:
        for name in book.namelist():
            text = book.read(name)
            if name == "xl/worksheets/sheet2.xml":
                changed = formula.sub(typed, text.decode("utf-8"))
                assert changed.encode("utf-8") != text
                text = changed.encode("utf-8")
            out.writestr(name, text)
    rolled = okr.rollup(path, preset=preset)
    # By the bands of engagedly it is on track, as somebody typed.
    found = rolled.attention[rolled.attention["id"] == "C-O3.KR3"]["reasons"]
    told = dict(json.loads(found.iloc[0])) if len(found) else {}
    assert told.get("typed-status") == reasons


def test_a_unit_is_followed_to_last_quarter_however_its_name_is_cased(tmp_path):
    for quarter, team in (("2026-Q4", "SALES"), ("2027-Q1", "Sales")):
        dates = ("2026-12-25",) if quarter == "2026-Q4" else ("2027-01-08",)
        row = "O1.KR1 | a | Ann | Increase | 0 | 10 | | | | 4"
        (tmp_path / quarter).mkdir()
        drawn(tmp_path / quarter, "t.csv", sheet(quarter, dates, row, company="Acme", team=team))
    rolled = okr.rollup(tmp_path / "2027-Q1", previous=tmp_path / "2026-Q4")
    assert rolled.teams[["team", "previous"]].to_numpy().tolist() == [["Sales", 0.4]]


def test_rounds_scored_in_pieces_are_as_those_scored_at_once(company, rolled, monkeypatch):
    trend = import_module("okr_sheets.rollups.trend")
    monkeypatch.setattr(trend, "MOST_AT_ONCE", 4 * len(rolled.key_results))
    pieces = []
    at_once = trend.scored

    def counted(trackers, rounds, bands):
        pieces.append(len(rounds))
        return at_once(trackers, rounds, bands)

    monkeypatch.setattr(trend, "scored", counted)
    in_pieces = okr.rollup(company)
    pd.testing.assert_frame_equal(in_pieces.trend, rolled.trend)
    assert len(pieces) > 2


def test_trackers_some_at_a_time_give_what_all_at_once_give(company, rolled, monkeypatch):
    sizes = {"checks": "MOST_AT_ONCE", "reading.together": "AT_ONCE"}
    for module, size in {**sizes, "rollups.projections": "AT_ONCE"}.items():
        monkeypatch.setattr(import_module(f"okr_sheets.{module}"), size, 2)
    by_twos = okr.rollup(company)
    assert by_twos.problems == rolled.problems
    for name in FRAMES:
        pd.testing.assert_frame_equal(getattr(by_twos, name), getattr(rolled, name))


def test_sources_are_made_once_they_are_asked_for_and_pickled_with_the_rest(company):
    made = []
    rollups = import_module("okr_sheets.rollups")
    sources = rollups.sources
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rollups, "sources", lambda *given: made.append(1) or sources(*given))
        rolled = okr.rollup(company)
        assert made == []
        assert len(rolled.columns["sources"]) == len(rolled.rows("sources")) == len(rolled.sources)
    assert made == [1]
    again = pickle.loads(pickle.dumps(okr.rollup(company)))
    pd.testing.assert_frame_equal(again.sources, rolled.sources)


def test_units_stand_below_their_department_in_the_order_people_count(book, tmp_path):
    drawn = """
        | Company:    | North |      |           |          |        |            |
        | Department: | D {d} |      |           |          |        |            |
        | Team:       | T {t} |      |           |          |        |            |
        | ID          | Title | Type | Baseline  | Target   | Owner  | 2027-01-08 |
        | O1          | Grow  | Objective |      |          | Ann    |            |
        | O1.KR1      | Win   | Increase  | 0    | 10       | Ann    | 4          |
    """
    places = [(10, 3), (2, 10), (2, 9), (10, 1), (2, 100)]
    paths = [book(drawn.format(d=d, t=t), f"{d}-{t}.csv") for d, t in places]
    rolled = okr.rollup(paths, as_of=date(2027, 1, 8))
    counted = ["North", "D 2", "T 9", "T 10", "T 100", "D 10", "T 1", "T 3"]
    assert rolled.teams.unit_name.tolist() == counted
    sheet = opened(okr.report(rolled, tmp_path / "r.xlsx"))["Teams"]
    cells = [row[0] for row in sheet.iter_rows(min_row=5) if row[0].value]
    assert [cell.value for cell in cells] == counted
    indents = [cell.alignment.indent for cell in cells]
    assert indents[0] < indents[1] < indents[2]
    assert indents[1] == indents[5]
    assert len({*indents[2:5], *indents[6:]}) == 1


@pytest.mark.parametrize("width", [80, 119, 120])
def test_a_terminal_shows_every_score_and_status_whole(width, company_rollup, capsys, monkeypatch):
    monkeypatch.setattr(terminal, "PLAIN_WIDTH", width)
    for code in languages():
        words = language(code)
        print_rollup(company_rollup, words)
        lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
        assert max(map(cell_len, lines)) <= width
        for row in company_rollup.rows("key_results"):
            (line,) = (each for each in lines if each.startswith(f"{row['id']} "))
            score, status = words.percent(row["score"]), words.choice("status", row["status"])
            assert re.search(rf" {score} .*{status}$", line), line


def test_whose_the_headline_is_and_the_mean_below_are_said_everywhere(rolled, tmp_path, capsys):
    head = rolled.headline
    own = (
        f"from its own {head['key_results']} key results, average of its teams: {head['below']:.0%}"
    )
    assert own in repr(rolled)
    print_rollup(rolled, language("en"))
    assert own in " ".join(capsys.readouterr().out.split())
    for name in ("r.md", "r.html"):
        assert own in okr.report(rolled, tmp_path / name).read_text("utf-8")
    book = opened(okr.report(rolled, tmp_path / "r.xlsx"))
    assert any(own in str(cell.value) for row in book["Summary"] for cell in row)
