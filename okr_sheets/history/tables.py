"""The tables of a history: what is kept of each run, and the views that people look through."""

from __future__ import annotations

from collections.abc import Mapping

APPLICATION = 0x4F4B5253  # “OKRS”, in the file's header: what tells it from other databases
SCHEMA_VERSION = 1

_WHOSE = {"company": "TEXT", "department": "TEXT", "team": "TEXT", "level": "TEXT"}
_FORECAST = {"forecast": "REAL", "forecast_low": "REAL", "forecast_high": "REAL"}
# The columns that hold what the frames of a rollup hold, with their types, by table.
KEPT: Mapping[str, Mapping[str, str]] = {
    "objectives": {
        **dict.fromkeys(("id", "title", "owner"), "TEXT"),
        "weight": "REAL",
        "state": "TEXT",
        **dict.fromkeys(("score", "expected"), "REAL"),
        **dict.fromkeys(("status", "grade"), "TEXT"),
        **_FORECAST,
    },
    "key_results": {
        **dict.fromkeys(("objective_id", "objective", "id", "title", "owner", "type"), "TEXT"),
        **dict.fromkeys(("baseline", "target"), "REAL"),
        "unit": "TEXT",
        "weight": "REAL",
        **dict.fromkeys(("state", "start", "due"), "TEXT"),
        "current": "REAL",
        "last_check_in": "TEXT",
        **dict.fromkeys(("confidence", "score", "expected"), "REAL"),
        **dict.fromkeys(("status", "grade"), "TEXT"),
    },
    "teams": {
        "quarter": "TEXT",
        **_WHOSE,
        "unit_name": "TEXT",
        **dict.fromkeys(("objectives", "key_results", "updated", "with_number"), "INTEGER"),
        **dict.fromkeys(("weight", "score", "expected"), "REAL"),
        "status": "TEXT",
        "below": "REAL",
        **_FORECAST,
    },
}
RUNS: Mapping[str, str] = {
    **dict.fromkeys(("day", "file", "sheet", "quarter"), "TEXT"),
    **_WHOSE,
    "unit_name": "TEXT",
}


def _table(name: str, columns: Mapping[str, str], key: str) -> str:
    lines = ",\n  ".join(f"{column} {kind}" for column, kind in columns.items())
    return f"CREATE TABLE {name} (\n  {lines},\n  PRIMARY KEY ({key})\n) WITHOUT ROWID"


_ROW = {"run": "INTEGER NOT NULL", "row": "INTEGER NOT NULL"}
_OF_TEAM = {"day": "TEXT NOT NULL", "files": "TEXT NOT NULL"}
# Every table by its name, each as SQLite keeps the sentence that made it.
TABLES: Mapping[str, str] = {
    "about": "CREATE TABLE about (schema_version INTEGER NOT NULL)",
    "runs": "CREATE TABLE runs (\n  run INTEGER PRIMARY KEY,\n  "
    + ",\n  ".join(f"{column} {kind} NOT NULL" for column, kind in RUNS.items())
    + "\n)",
    "objectives": _table("objectives", {**_ROW, **KEPT["objectives"]}, "run, row"),
    "key_results": _table("key_results", {**_ROW, **KEPT["key_results"]}, "run, row"),
    "check_ins": _table(
        "check_ins", {**_ROW, "day": "TEXT NOT NULL", "value": "REAL"}, "run, row, day"
    ),
    "teams": _table(
        "teams",
        {**_OF_TEAM, **KEPT["teams"]},
        "day, quarter, company, department, team, files",
    ),
}
_OTHERS: tuple[str, ...] = (
    "CREATE INDEX runs_of_file ON runs (file, quarter, day)",
    "CREATE INDEX runs_of_quarter ON runs (quarter, day)",
    # The key results of the last run of each file.
    """CREATE VIEW latest AS
SELECT runs.day, runs.quarter, runs.unit_name, runs.file, key_results.*
FROM runs JOIN key_results USING (run)
WHERE runs.day = (
  SELECT max(day) FROM runs AS other
  WHERE other.file = runs.file AND other.quarter = runs.quarter
)""",
    # The key results of the last run of each file in each week, by the Monday it began on.
    """CREATE VIEW by_week AS
SELECT date(runs.day, 'weekday 0', '-6 days') AS week, runs.day, runs.quarter, runs.unit_name,
  key_results.id, key_results.title, key_results.owner, key_results.current, key_results.target,
  key_results.score, key_results.expected, key_results.status, runs.file, key_results.row
FROM runs JOIN key_results USING (run)
WHERE runs.day = (
  SELECT max(day) FROM runs AS other
  WHERE other.file = runs.file AND other.quarter = runs.quarter
    AND other.day <= date(runs.day, 'weekday 0')
)""",
    # Each number as it stood in each run.
    """CREATE VIEW numbers AS
SELECT runs.day AS run_day, runs.quarter, runs.unit_name, key_results.id, key_results.title,
  check_ins.day, check_ins.value
FROM runs JOIN key_results USING (run) JOIN check_ins USING (run, row)""",
)
SCHEMA = (*TABLES.values(), *_OTHERS)
