"""The example sets teach what good OKRs are: in every set and in every language."""

import re
import tomllib

import pandas as pd
import pytest
from click.testing import CliRunner

import okr_sheets as okr
from okr_sheets import demo
from okr_sheets.choices import TYPES
from okr_sheets.cli import main
from okr_sheets.language import languages
from okr_sheets.planning.sets import read_set
from okr_sheets.reading import examples, leftovers

FILES = sorted(path.name for path in examples.folder().iterdir() if path.name.endswith(".toml"))
TRANSLATED = [name for name in FILES if name.count(".") == 2]
TOTALS = ("total", "total-at-most")
MOVES = ("increase", "decrease")
# Where the last word (in Thai the first) names several people or none: a plural, a team, a desk.
GROUPS = {
    "en": r"\b(team|desk|ops|group|department|\w+(ers|ors|leads|reps|executives|partners|analysts))$",
    "tr": r"(ekibi|ekip|birimi|departmanı|masası|l[ae]r|l[ae]r[ıi])$",
    "th": r"^(ทีม|ฝ่าย|แผนก|กลุ่ม)",
    "ko": r"(팀|부|부서|본부|그룹|들)$",
    "hu": r"(csapat|osztály|részleg|csoport|[aeoöő]k)$",
    "fi": r"(tiimi|ryhmä|osasto|t)$",
}
# A unit in percent needs a reason why no real number measures it.
PERCENTS: dict[str, str] = {}


@pytest.fixture(params=FILES)
def example(request):
    return read_set((examples.folder() / request.param).read_text("utf-8"), request.param)


def test_every_number_fits_its_type(example):
    rows = example.key_results
    kept = rows["baseline"].notna()
    over, under = rows["baseline"] > rows["target"], rows["baseline"] < rows["target"]
    broken = {
        "increase": ~(kept & under),
        "decrease": ~(kept & over),
        "keep-at-least": ~(kept & ~under),
        "keep-at-most": ~(kept & ~over),
        "total": (rows["baseline"] <= 0) | ~(rows["target"] > 0),
        "total-at-most": ~(over & (rows["target"] >= 0)),
        "achieve": kept | (rows["target"] <= 1),
    }
    assert {
        kind: rows["id"][wrong & (rows["type"] == kind)].tolist() for kind, wrong in broken.items()
    } == {kind: [] for kind in TYPES}


def test_three_to_five_objectives_have_three_to_five_key_results_each(example):
    assert len(example.objectives) in range(3, 6)
    assert set(example.key_results.groupby("objective_id").size()) <= set(range(3, 6))


def test_every_key_result_says_what_is_counted(example):
    rows = example.key_results
    assert rows["id"][(rows["definition"] == "") | (rows["unit"] == "")].tolist() == []


def test_a_title_says_its_numbers(example):
    spaced = {",": "", ".": "", "\N{NO-BREAK SPACE}": ""}
    for _, row in example.key_results.iterrows():
        said = {float(n) for n in re.findall(r"\d+(?:\.\d+)?", row["title"])}
        grouped = "".join(spaced.get(letter, letter) for letter in row["title"])
        said |= {float(n) for n in re.findall(r"\d+", grouped)}
        said |= {float(n) * 1e6 for n in re.findall(r"(\d+\.\d+)M", row["title"])}
        shown = ("target",) if row["type"].startswith("keep") else ("target", "baseline")
        assert {row[key] for key in shown if pd.notna(row[key])} <= said, row["title"]


def test_no_total_is_said_to_go_from_one_number_to_another():
    for name in examples.names():
        rows = okr.new(name, quarter="2027-Q1").key_results
        totals = rows[rows["type"].isin(TOTALS)]
        assert totals["title"][totals["title"].str.contains(r"\bfrom .*\d.* to ")].tolist() == []
        compared = totals["title"].str.contains("last quarter")
        assert compared.equals(totals["baseline"].notna())


def test_no_unit_is_a_percentage(example):
    rows = example.key_results
    said = rows["unit"].str.contains("%") | rows["title"].str.contains(r"%|per ?cent")
    assert set(rows["id"][said]) == set(PERCENTS) & set(rows["id"])


def test_every_owner_is_one_person(example):
    owners = {
        owner
        for rows in (example.objectives, example.key_results, example.actions)
        for owner in rows["owner"]
    }
    group = re.compile(GROUPS[example.about.language], re.IGNORECASE)
    assert "" not in owners
    assert [owner for owner in sorted(owners) if group.search(owner)] == []


@pytest.mark.parametrize(
    ("code", "owner"),
    [
        ("en", "Sales Managers"),
        ("en", "SDR Team"),
        ("en", "Deal Desk"),
        ("en", "Customer Success Ops"),
        ("tr", "Satış Yöneticileri"),
        ("th", "ทีมขาย"),
        ("ko", "영업팀"),
        ("hu", "Értékesítési vezetők"),
        ("fi", "Myyntipäälliköt"),
    ],
)
def test_a_group_is_known_by_its_name(code, owner):
    assert re.search(GROUPS[code], owner, re.IGNORECASE)


def test_every_type_is_taught_and_one_achieve_has_steps():
    rows = pd.concat([okr.new(name, quarter="2027-Q1").key_results for name in examples.names()])
    assert set(rows["type"]) == set(TYPES)
    assert (rows.loc[rows["type"] == "achieve", "target"] > 1).any()


@pytest.mark.parametrize("name", TRANSLATED)
def test_a_translation_says_the_same(name):
    set_, code, _ = name.split(".")
    texts = [examples.text_of(set_, each) for each in ("en", code)]
    assert texts[0] != texts[1]
    english, translated = (_numbers(tomllib.loads(text)["objectives"]) for text in texts)
    assert translated == english


def _numbers(entries):
    """Everything of a set that is no word."""
    words = {"title", "owner", "unit", "definition", "note", "action"}
    return [
        {
            key: _numbers(value) if isinstance(value, list) else value
            for key, value in entry.items()
            if key not in words
        }
        | {"said": sorted(words & set(entry))}
        for entry in entries
    ]


@pytest.mark.parametrize("code", languages())
def test_fresh_trackers_of_all_sets_have_no_problem(code, tmp_path):
    for name in examples.names():
        unit = {"company": "Acme"} | ({"parent": "company.xlsx"} if name != "company" else {})
        tracker = okr.new(name, quarter="2027-Q1", language=code, **unit)
        okr.write(tracker, tmp_path / f"{name}.xlsx")
        assert tracker.problems == ()
    # One set need not serve another's every objective.
    assert {problem.code for problem in okr.check(tmp_path)} == {"nobody-serves"}


# --- the story told with them --------------------------------------------------------------------


@pytest.fixture(scope="module")
def told():
    """The check-ins of the sample company, with the key results they belong to."""
    found = []
    for trackers in (demo.company(), demo.last_quarter()):
        for tracker in trackers.values():
            rows = tracker.check_ins.sort_values(["id", "date"]).merge(tracker.key_results, on="id")
            found.append(rows.assign(quarter=tracker.about.quarter))
    return pd.concat(found)


def test_counts_are_whole_begin_near_0_and_never_fall(told):
    counts = told[told["type"].isin((*TOTALS, "achieve"))]
    assert len(counts) > 100
    assert (counts["value"] == counts["value"].round()).all()
    for _, rows in counts.groupby(["quarter", "id"]):
        assert rows["value"].iloc[0] <= max(rows["target"].iloc[0] / 4, 2)
        assert rows["value"].is_monotonic_increasing


def test_last_quarters_totals_are_those_shown_as_baselines(told):
    before = told[(told["quarter"] == demo.LAST_QUARTER) & told["type"].isin(TOTALS)]
    ends = before.groupby("id").last()
    ends = ends[ends["baseline"].notna()]
    assert len(ends) > 5
    assert (ends["value"] == ends["baseline"]).all()


def test_levels_begin_near_their_baselines(told):
    levels = told[told["type"].isin(MOVES) & (told["start"].isna())]
    first = levels.groupby(["quarter", "id"]).first()
    moved = (first["value"] - first["baseline"]) / (first["target"] - first["baseline"])
    assert moved.abs().max() < 0.25


def test_no_key_result_of_the_story_looks_like_a_count_of_another_type(company, last_quarter):
    codes = {problem.code for folder in (company, last_quarter) for problem in okr.check(folder)}
    assert "count-suspected" not in codes


def test_a_set_that_is_not_written_in_the_language_says_so(tmp_path):
    def said(*arguments):
        done = CliRunner().invoke(main, [str(each) for each in arguments])
        assert done.exit_code == 0
        return done.stderr

    english = "The set “sales” is not written in fi yet: its OKRs are in English.\n"
    sales = ("--template", "sales", "--language", "fi", "--quarter", "2027-Q1")
    assert said("new", tmp_path / "a.xlsx", *sales) == english
    assert said("templates", "sales", "--language", "fi") == english
    assert said("new", tmp_path / "b.xlsx", "--language", "fi", "--quarter", "2027-Q1") == ""
    assert said("new", tmp_path / "c.xlsx", "--blank", "--language", "fi") == ""
    assert said("templates", "sales") == ""


def test_every_row_of_every_set_is_known_as_an_example():
    whole = [tomllib.loads((examples.folder() / name).read_text("utf-8")) for name in FILES]
    objectives = [objective for each in whole for objective in each["objectives"]]
    key_results = [each for objective in objectives for each in objective["key_results"]]
    for number, row in enumerate(key_results):
        rows = [
            {"row": 1, "check_ins": {}, **row},
            {"row": 2, "check_ins": {}, "title": f"Ours {number}"},
        ]
        assert leftovers.left_by_examples(rows) == {0}
        rows[0]["target"] = -1
        assert leftovers.left_by_examples(rows) == set()
    for row in objectives:
        rows = [
            {"row": 1, "check_ins": {}, "type": "objective", **row},
            {"row": 2, "check_ins": {}, **row["key_results"][0]},
            {"row": 3, "check_ins": {}, "type": "objective", "title": "Ours"},
            {"row": 4, "check_ins": {}, "title": "Ours too"},
        ]
        assert leftovers.left_by_examples(rows) == {0, 1}
