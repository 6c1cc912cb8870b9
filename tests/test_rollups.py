"""Rollups beside independent computations: SQL over the CSV, the same company in five languages."""

import csv
import json
import sqlite3
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from openpyxl import load_workbook

import okr_sheets as okr
from okr_sheets import demo
from okr_sheets.config import read_config
from okr_sheets.language import language
from okr_sheets.rollups.previous import CARRIED
from okr_sheets.rollups.units import OWNERS, TEAMS
from okr_sheets.tracker import frame


@pytest.fixture(scope="module")
def rolled(company):
    return okr.rollup(company)


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


def test_owners_are_the_plain_mean_of_their_key_results(rolled, database):
    query = """
        SELECT COALESCE(owner, ''), COUNT(*), AVG(CAST(score AS REAL)) FROM results
        WHERE status NOT IN ('cancelled', 'postponed') GROUP BY 1
    """
    told = {owner: (count, mean) for owner, count, mean in database.execute(query)}
    assert set(rolled.owners.columns) == set(OWNERS)
    for row in rolled.owners.to_dict("records"):
        assert (row["key_results"], row["score"]) == pytest.approx(told[row["owner"]], abs=5.1e-5)


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
def test_a_confidence_that_only_the_log_has_is_taken_from_there(tmp_path):
    plan = okr.new("sales", quarter="2027-Q1", team="Sales")
    [first, second, *_] = plan.key_results["id"]
    log = frame(
        "log",
        [
            {"id": first.lower(), "date": date(2027, 1, 8), "confidence": 7.0},
            {"id": first, "date": date(2027, 2, 5), "confidence": 4.0},
            {"id": second, "date": date(2027, 1, 8), "confidence": 6.0},
        ],
        [4, 5, 6],
    )
    own = plan.key_results["confidence"].mask(plan.key_results["id"].isin([first, second]))
    own = own.mask(plan.key_results["id"] == second, 9.0)
    path = okr.write(
        replace(plan, log=log, key_results=plan.key_results.assign(confidence=own)),
        tmp_path / "sales.xlsx",
    )
    for day, told in ((date(2027, 1, 15), 7), (date(2027, 2, 12), 4)):
        rolled = okr.rollup(path, as_of=day)
        found = rolled.key_results.set_index("id")["confidence"]
        assert found[[first, second]].tolist() == [told, 9]
        of_log = rolled.sources[rolled.sources["source"] == "log"]
        [(sheet, cell, value)] = of_log[["sheet", "cell", "value"]].to_numpy()
        there, at = cell.split("!")
        assert (sheet, value) == ("OKRs", str(told))
        assert load_workbook(path)[there][at].value == told


def test_sixty_trackers_in_five_languages_add_up_as_in_one(tmp_path):
    codes = ("en", "tr", "th", "ko", "hu")
    for number, (name, tracker) in enumerate(
        (
            f"{number}-{name}",
            replace(each, about=replace(each.about, team=f"{each.about.unit} {number}")),
        )
        for number in range(10)
        for name, each in demo.company().items()
    ):
        for folder, code in (("one", "en"), ("five", codes[number % 5])):
            (tmp_path / folder).mkdir(exist_ok=True)
            told = replace(tracker, about=replace(tracker.about, language=code))
            okr.write(told, tmp_path / folder / name)
    one, five = (okr.rollup(tmp_path / folder) for folder in ("one", "five"))
    assert len(one.teams) == 60
    for name in ("key_results", "teams", "objectives", "forecast", "trend", "owners"):
        # Only the sheet has another name.
        ours, theirs = (getattr(rolled, name) for rolled in (one, five))
        pd.testing.assert_frame_equal(
            ours.drop(columns="sheet", errors="ignore"),
            theirs.drop(columns="sheet", errors="ignore"),
        )


def test_last_quarter_stands_beside_this_one(company, tmp_path):
    past = {name: replace(t, about=_earlier(t.about)) for name, t in demo.company().items()}
    for name, tracker in past.items():
        okr.write(tracker, tmp_path / name)
    rolled = okr.rollup(company, previous=tmp_path)
    before = okr.rollup(tmp_path)
    assert rolled.about["previous_quarter"] == "2026-Q4"
    told = rolled.teams.set_index("file")["previous"]
    assert told.to_dict() == before.teams.set_index("file")["score"].to_dict()
    assert rolled.objectives["carried"].all()
    assert list(rolled.carried.columns) == list(CARRIED)
    assert len(rolled.carried) == len(rolled.objectives)


def _earlier(about):
    return replace(
        about,
        quarter="2026-Q4",
        start=date(2026, 10, 1),
        end=date(2026, 12, 31),
        as_of=date(2026, 12, 31),
    )


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
    weights = {"Marketing": 1, "Product & Engineering": 1, "Sales": 2}
    scores = rolled.teams.set_index("department")["score"]
    assert set(rolled.teams.columns) >= set(TEAMS)
    below = rolled.teams.loc[rolled.teams["level"] == "company", "below"].iloc[0]
    of_teams = rolled.teams[(rolled.teams["team"] != "") & (rolled.teams["parent"] == "Acme Cloud")]
    total = sum(weights[name] * scores[name] for name in weights)
    total += (of_teams["score"] * of_teams["weight"]).sum()
    assert below == pytest.approx(
        total / (sum(weights.values()) + of_teams["weight"].sum()), abs=1e-4
    )


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
    with pytest.raises(ValueError, match="2027-Q1, not of a quarter before 2027-Q1"):
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
    assert rolled.previous is None
    assert not rolled.unreadable


def test_no_tracker_at_all_is_said():
    for function in (okr.rollup, okr.score):
        with pytest.raises(ValueError, match="No tracker to read"):
            function([])
