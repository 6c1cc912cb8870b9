"""Who serves whom: the tree across trackers, and what is odd in it."""

from collections import Counter
from dataclasses import replace
from datetime import date
from time import process_time

import numpy as np
import pytest

import okr_sheets as okr
from okr_sheets.about import About
from okr_sheets.bands import PRESETS
from okr_sheets.checks.alignment import MOST_STEPS, misalignments
from okr_sheets.choices import LEVELS
from okr_sheets.frames import frame, framed
from okr_sheets.grouping import grouped
from okr_sheets.reading.folders import read_all
from okr_sheets.rollups import FRAMES
from okr_sheets.rollups.alignment import DEEPEST, alignment
from okr_sheets.rollups.scored import scored
from okr_sheets.tracker import Tracker

QUARTER = {"quarter": "2027-Q1", "start": date(2027, 1, 1), "end": date(2027, 3, 31)}
DAY = date(2027, 1, 8)
CODES = {
    "unknown-alignment",
    "ambiguous-alignment",
    "aligns-to-itself",
    "alignment-cycle",
    "double-counting",
    "level-skip",
    "nobody-serves",
    "serves-nothing",
}


def drawn(sheet, name="", **about):
    """A tracker of lines `id > what it aligns to | score | weight | state`, all but the id optional.

    A line that is indented is a key result of the objective above it. Its score is its check-in on
    the way from 0 to 1; an objective without a key result gets one, of the objective's score.
    """
    objectives, results, checks, at, own = [], [], [], [], []
    row = 1
    for line in sheet.strip("\n").splitlines():
        said, score, weight, state = (*(part.strip() for part in line.split("|")), "", "", "")[:4]
        identity, above = (*(part.strip() for part in said.split(">")), "")[:2]
        row += 1
        typed = {"id": identity, "title": identity, "aligns_to": above, "state": state}
        typed["weight"] = float(weight or 1)
        if line.startswith("  "):
            typed |= {"objective": at[-1], "objective_id": objectives[-1]["id"]}
            results.append((row, typed))
            checks.append((row, identity, score))
        else:
            objectives.append(typed)
            at.append(row)
            if score:
                row += 1
                results.append((row, {"id": f"{identity}.x", "objective": at[-1], "title": "x"}))
                checks.append((row, f"{identity}.x", score))
    for _, typed in results:
        typed |= {"type": "increase", "baseline": 0.0, "target": 1.0}
    own = [(number, {"id": i, "date": DAY, "value": float(s)}) for number, i, s in checks if s]
    return Tracker(
        about=About(**{**QUARTER, "company": "Acme", "as_of": DAY, **about}),
        objectives=frame("objectives", objectives, at),
        key_results=frame("key_results", [r for _, r in results], [n for n, _ in results]),
        check_ins=frame("check_ins", [c for _, c in own], [n for n, _ in own]),
        actions=frame("actions", [], []),
        log=frame("log", [], []),
        path=f"{name}.csv" if name else "",
        sheets={"okrs": name},
        letters={"okrs": {"id": "A", "title": "B", "aligns_to": "C"}},
    )


def firm(sheet, name="company", **about):
    return drawn(sheet, name, level="company", **about)


def department(sheet, name, **about):
    return drawn(sheet, name, **{"level": "department", "department": name, **about})


def team(sheet, name, of, **about):
    return drawn(sheet, name, level="team", department=of, team=name, **about)


def tree(*trackers):
    rows = scored(trackers, [[None] * len(trackers)], PRESETS["default"])
    return framed(alignment(trackers, rows.objectives, rows.key_results), FRAMES["alignment"].kinds)


def outline(frame):
    return ["  " * depth + name for depth, name in zip(frame["depth"], frame["id"], strict=True)]


def found(*trackers):
    """What is odd, in order of tracker and row: file and cell, code, and what is quoted."""
    problems = sorted(misalignments(trackers), key=lambda p: (p.path, p.row, p.code))
    return [(f"{p.path.removesuffix('.csv')} {p.cell}", p.code, p.given) for p in problems]


def column(frame, key):
    return dict(zip(frame["id"], frame[key], strict=True))


# --- the tree ------------------------------------------------------------------------------------


def test_the_outline_goes_down_from_the_company_and_keeps_the_order_of_the_sheets():
    result = tree(
        firm("C1\nC2"),
        department("D1 > C2\nD2 > C1\nD3 > C1", "Sales"),
        team("T1 > D3\nT2 > D2\nT3\nT4 > T3", "Inside", "Sales"),
    )
    assert outline(result) == [
        "C1",
        "  D2",
        "    T2",
        "  D3",
        "    T1",
        "C2",
        "  D1",
        "T3",
        "  T4",
    ]
    assert tuple(result.columns) == FRAMES["alignment"].keys
    assert result["path"].iloc[2] == "C1 > D2 > T2"
    assert result["parent"].tolist() == ["", "C1", "D2", "C1", "D3", "", "C2", "", "T3"]
    assert result["serving"].tolist() == [2, 1, 0, 1, 0, 1, 0, 1, 0]
    assert result["file"].iloc[2] == "Inside.csv"
    assert result["row"].iloc[2] == 3


def test_each_score_stands_beside_the_weighted_mean_of_those_that_serve_it():
    result = tree(
        firm("C1 | 0.5\nC2 | 0.25\nC3"),
        department("D1 > C1 | 0.9 | 3\nD2 > C1 | 0.1 | 1\nD3 > C2 | 0.25\nD4 > C3", "Sales"),
    ).set_index("id")
    assert result["score"].round(4).to_dict() == pytest.approx(
        {"C1": 0.5, "D1": 0.9, "D2": 0.1, "C2": 0.25, "D3": 0.25, "C3": np.nan, "D4": np.nan},
        nan_ok=True,
    )
    assert result.loc[["C1", "C2"], "below"].tolist() == [0.7, 0.25]  # (3 × 0.9 + 0.1) / 4
    assert result.loc[["C1", "C2"], "difference"].tolist() == [-0.2, 0.0]
    assert result.loc[["C3", "D1", "D4"], "below"].isna().all()  # D4 has no score


def test_what_serves_a_key_result_serves_its_objective():
    result = tree(firm("C1 | 0.4\n  C1.KR1"), department("D1 > c1.kr1 | 0.6", "Sales"))
    assert outline(result) == ["C1", "  D1"]
    assert column(result, "below")["C1"] == 0.6
    assert column(result, "finding") == {"C1": "", "D1": ""}


def test_key_results_that_serve_count_with_their_own_scores():
    sales = """
D1 | | 2
  D1.KR1 > C1 | 0.2 | 1
  D1.KR2 > C1 | 0.8 | 3
  D1.KR3 | 1.0 | 5
D2 > C1 | 0.05
"""
    result = tree(firm("C1"), department(sales, "Sales"))
    assert outline(result) == ["C1", "  D1", "  D2"]
    of_d1 = (0.2 + 3 * 0.8) / 4
    assert column(result, "below")["C1"] == pytest.approx((2 * of_d1 + 0.05) / 3, abs=5e-5)
    assert column(result, "serving")["C1"] == 2


def test_an_objective_that_serves_two_is_shown_under_the_first_and_marked():
    trackers = firm("C1\nC2"), department("D1 > C2; C1, C2 | 0.5\nD2 > C2 | 0.7", "Sales")
    result = tree(*trackers)
    assert outline(result) == ["C1", "  D1", "C2", "  D2"]
    assert column(result, "finding")["D1"] == "double"
    assert column(result, "serving") == {"C1": 1, "D1": 0, "C2": 2, "D2": 0}
    assert column(result, "below")["C2"] == 0.6
    assert found(*trackers) == []  # two goals of one rank are no mistake


def test_an_objective_stands_where_it_aligns_and_not_where_a_key_result_helps_out():
    north = "N1 > C1\n  N1.KR1 > S1 | 0.5"
    result = tree(firm("C1\nC2"), team(north, "N", "Sales"), team("S1 > C2", "S", "Sales"))
    assert outline(result) == ["C1", "  N1", "C2", "  S1"]
    assert column(result, "serving")["S1"] == 1
    assert column(result, "finding")["N1"] == "double"


def test_an_objective_may_serve_one_beside_it():
    north, south = team("N1 > C1", "N", "Sales"), team("S1 > N1", "S", "Sales")
    result = tree(firm("C1"), north, south)
    assert outline(result) == ["C1", "  N1", "    S1"]
    assert column(result, "finding") == {"C1": "", "N1": "", "S1": "sideways"}
    assert found(firm("C1"), north, south) == []


def test_what_was_stopped_stays_in_the_tree_and_serves_nothing():
    sales = "D1 > C1 | 0.9 | 1 | cancelled\nD2 > C1 | 0.3\nD3 > C2 | 0.3 | 1 | postponed"
    trackers = firm("C1\nC2"), department(sales, "Sales")
    result = tree(*trackers)
    assert outline(result) == ["C1", "  D1", "  D2", "C2", "  D3"]
    assert column(result, "serving") == {"C1": 1, "D1": 0, "D2": 0, "C2": 0, "D3": 0}
    assert column(result, "below")["C1"] == 0.3
    assert found(*trackers) == [("company B3", "nobody-serves", "C2")]


def test_the_other_quarter_is_another_tree():
    old = {"quarter": "2026-Q4", "start": date(2026, 10, 1), "end": date(2026, 12, 31)}
    old["as_of"] = date(2026, 12, 31)
    result = tree(
        firm("C1 | 0.1"),
        firm("C1", "before", **old),
        department("D1 > C1", "Sales"),
        department("D1 > C1", "sales before", **{**old, "department": "Sales"}),
    )
    assert outline(result) == ["C1", "  D1", "C1", "  D1"]
    files = ["company.csv", "Sales.csv", "before.csv", "sales before.csv"]
    assert result["file"].tolist() == files


def test_paths_sort_as_the_outline():
    result = tree(firm("C1\nC10\nC2"), department("D1 > C1\nD2 > C10\nD3 > C2", "Sales"))
    assert sorted(result["path"]) == result["path"].tolist()


def test_a_run_without_rows_gives_a_tree_without_rows():
    result = tree(firm(""))
    assert result.empty
    assert tuple(result.columns) == FRAMES["alignment"].keys
    assert tree(firm("C1"))["below"].isna().all()


# --- which row an id means -----------------------------------------------------------------------


def doubled(sheet, **about):
    """One id in three trackers, and a fourth that aligns to it."""
    return (
        firm("C1 | 0.1\nX1 | 0.2"),
        department("X1 > C1 | 0.3", "Sales"),
        team("X1 > C1 | 0.4", "Inside", "Support"),
        team(sheet, "Field", "Sales", **about),
    )


def parent_of(trackers, name):
    rows = tree(*trackers)
    at = rows.index[rows["id"] == name][0]
    above = rows[(rows.index < at) & (rows["depth"] == rows["depth"][at] - 1)]
    return above["file"].iloc[-1] if len(above) else None


def test_of_shared_ids_the_trackers_own_is_meant_first():
    assert parent_of(doubled("X1 > C1\nF1 > x1"), "F1") == "Field.csv"


def test_of_shared_ids_that_of_the_named_parent_is_meant_next():
    assert parent_of(doubled("F1 > X1", parent="folder/sales.CSV"), "F1") == "Sales.csv"


def test_of_shared_ids_the_only_one_higher_up_is_meant_last():
    _, *rest = doubled("F1 > X1")
    assert parent_of((firm("C1"), *rest), "F1") == "Sales.csv"


def test_an_id_that_is_still_in_doubt_is_named_and_left_out():
    trackers = doubled("F1 > C1; X1")
    assert ("Field C2", "ambiguous-alignment", "X1") in found(*trackers)
    assert column(tree(*trackers), "finding")["F1"] == "unknown"
    assert parent_of(trackers, "F1") == "company.csv"


def test_every_id_in_a_cell_is_looked_up():
    trackers = firm("C1"), department("D1 > C7, c1 ;C8,", "Sales")
    assert found(*trackers) == [
        ("Sales C2", "unknown-alignment", "C7"),
        ("Sales C2", "unknown-alignment", "C8"),
    ]
    assert outline(tree(*trackers)) == ["C1", "  D1"]


def test_a_run_without_the_parents_file_cannot_tell():
    lonely = department("D1 > C1", "Sales", parent="company.csv")
    assert found(lonely) == []
    assert found(lonely, team("T1 > D1", "Inside", "Sales")) == []
    assert tree(lonely)["finding"].tolist() == [""]


def test_an_objective_does_not_serve_itself_or_its_own_key_result():
    trackers = firm("C1 > c1\nC2 > C2.KR1\n  C2.KR1 > C2 | 0.5")
    assert found(trackers) == [
        ("company C2", "aligns-to-itself", "C1"),
        ("company C3", "aligns-to-itself", "C2"),
    ]
    assert outline(tree(trackers)) == ["C1", "C2"]


# --- circles -------------------------------------------------------------------------------------


def test_a_circle_is_named_once_at_its_highest_row_and_the_tree_ends():
    trackers = (
        department("D1 > T1", "Sales"),
        team("T1 > C1\nT2 > T1", "Inside", "Sales"),
        firm("C1 > D1\nC2"),
    )
    assert [f for f in found(*trackers) if f[1] == "alignment-cycle"] == [
        ("company C2", "alignment-cycle", "C1 → D1 → T1 → C1")
    ]
    result = tree(trackers[2], *trackers[:2])
    assert outline(result) == ["C2", "C1", "  T1", "    D1", "    T2"]
    assert column(result, "finding") == {
        "C1": "cycle",
        "D1": "cycle",
        "T1": "cycle",
        "T2": "sideways",
        "C2": "nobody-serves",
    }


def test_a_circle_by_way_of_key_results_is_one():
    trackers = firm("C1 > D1.KR1"), department("D1 > C1\n  D1.KR1 | 0.5", "Sales")
    assert [f for f in found(*trackers) if f[1] == "alignment-cycle"] == [
        ("company C2", "alignment-cycle", "C1 → D1.KR1 → D1 → C1")
    ]


def test_two_that_help_each_other_by_key_results_go_in_no_circle():
    north = "N1 > C1\n  N1.KR1 > S1 | 0.5\n  N1.KR2 | 0.5"
    south = "S1 > C1\n  S1.KR1 > N1 | 0.5\n  S1.KR2 | 0.5"
    trackers = firm("C1"), team(north, "N", "Sales"), team(south, "S", "Sales")
    assert "alignment-cycle" not in {code for _, code, _ in found(*trackers)}
    assert outline(tree(*trackers)) == ["C1", "  N1", "  S1"]


def test_each_of_two_circles_is_named():
    trackers = firm("C1 > C2\nC2 > C1, C3\nC3 > C4\nC4 > C3")
    assert found(trackers) == [
        ("company C2", "alignment-cycle", "C1 → C2 → C1"),
        ("company C4", "alignment-cycle", "C3 → C4 → C3"),
    ]


def test_a_long_circle_is_told_in_a_few_steps():
    lines = [f"C{n} > C{n + 1}" for n in range(1, 3_000)]
    ((_, code, given),) = found(firm("\n".join([*lines, "C3000 > C1"])))
    assert code == "alignment-cycle"
    assert given.endswith("… → C1")
    assert given.count("→") == MOST_STEPS


# --- what is counted twice, skipped, or left alone -----------------------------------------------


def test_what_is_counted_twice_is_named_at_the_row_that_says_it_again():
    sales = """
D1 > C1
  D1.KR1 > C1 | 0.5
  D1.KR2 > C1.KR1 | 0.5
D2 > C1.KR1; C1
"""
    inside = "T1 > D1; C1\nT2 > D1\n  T2.KR1 > C1 | 0.5"
    trackers = (
        firm("C1\n  C1.KR1 | 0.5"),
        department(sales, "Sales"),
        team(inside, "Inside", "Sales"),
    )
    assert [f for f in found(*trackers) if f[1] == "double-counting"] == [
        ("Inside C2", "double-counting", "C1"),
        ("Inside C4", "double-counting", "C1"),
        ("Sales C3", "double-counting", "C1"),
        ("Sales C5", "double-counting", "C1"),
    ]
    through = {p.cell: p.words["value"] for p in misalignments(trackers) if "value" in p.words}
    assert through == {"C2": "D1", "C4": "T2", "C3": "D1", "C5": "C1.KR1"}
    assert column(tree(*trackers), "finding")["T1"] == "double"


def test_a_team_that_skips_its_department_is_told_so_only_if_that_has_objectives():
    parts = firm("C1"), department("D1 > C1", "Sales")
    skipping = team("T1 > C1\nT2 > D1", "Inside", "sales ")
    assert found(*parts, skipping) == [("Inside C2", "level-skip", "C1")]
    assert found(firm("C1"), skipping) == [("Inside C3", "unknown-alignment", "D1")]
    elsewhere = team("T1 > C1", "Desk", "Support")
    assert found(*parts, elsewhere) == []


def test_what_nobody_serves_is_told_where_trackers_below_were_read():
    above = firm("C1\nC2\nC3 | 0.5 | 1 | cancelled"), department("D1 > C1", "Sales")
    assert found(*above) == [("company B3", "nobody-serves", "C2")]
    inside = team("T1 > C2", "Inside", "Support")
    assert found(*above, inside) == []
    assert found(*above, team("T1 > C2", "Inside", "Sales")) == [
        ("Inside C2", "level-skip", "C2"),
        ("Sales B2", "nobody-serves", "D1"),
    ]
    assert found(above[0]) == []
    assert found(above[0], department("X1", "Rival", company="Other")) == []


def test_what_serves_nothing_is_told_where_a_tracker_above_was_read():
    sales = "D1\n  D1.KR1 > D1 | 0.5\nD2\n  D2.KR1 > C1 | 0.5\nD3 | 0.5 | 1 | postponed"
    trackers = firm("C1"), department(sales, "Sales")
    assert found(*trackers) == [("Sales C2", "serves-nothing", "D1")]
    assert found(trackers[1]) == []
    assert found(department("D1", "Sales"), team("T1", "Desk", "Support")) == []
    assert column(tree(*trackers), "finding") == {
        "C1": "",
        "D2": "",
        "D1": "serves-nothing",
        "D3": "",
    }


def test_trackers_that_name_no_level_are_placed_by_the_units_they_name():
    boss = drawn("C1", "boss")
    sales = drawn("D1", "sales", department="Sales")
    assert [code for _, code, _ in found(boss, sales)] == ["nobody-serves", "serves-nothing"]
    bare = {"company": ""}
    assert found(drawn("C1", "one", **bare), drawn("D1", "two", **bare)) == []


# --- all together --------------------------------------------------------------------------------


def test_the_sample_company_gets_few_findings_and_true_ones(company):
    trackers = read_all(company)
    told = list(misalignments(trackers))
    assert [(p.place, p.code) for p in told] == [
        ("company.xlsx:OKRs!B15", "nobody-serves"),
        ("sales.xlsx:OKRs!B6", "nobody-serves"),
        ("sales.xlsx:OKRs!B15", "nobody-serves"),
    ]
    served = {above for t in trackers for above in t.rows["aligns_to"]}
    assert not served & {p.given for p in told}
    trackers.sort(key=lambda tracker: LEVELS.index(tracker.about.level))
    result = tree(*trackers)
    assert result["depth"].max() == 2
    assert result.loc[result["depth"] == 0, "id"].tolist() == ["C-O1", "C-O2", "C-O3"]
    scores = column(result, "score")
    mean = np.mean([scores[f"ENB-O{n}"] for n in (1, 2, 3)])
    assert column(result, "below")["SAL-O2"] == pytest.approx(mean, abs=5e-5)


def test_the_problems_of_alignment_are_among_those_of_check_and_few_lines_when_many():
    lines = "\n".join(f"T{n}" for n in range(1, 50))
    trackers = firm("C1"), team(lines, "Inside", "Sales")
    told = [problem for problem in okr.check(trackers) if problem.code in CODES]
    assert len(told) == 50
    assert len(grouped(told)) == 2


def random_company(rng):
    """Trackers of three levels whose rows align to anything at all."""
    names = [f"{letter}{n}" for letter in "CDT" for n in range(1, 7)]

    def sheet(letter):
        lines = []
        for n in range(1, 7):
            lines.append(f"{letter}{n} > {', '.join(rng.choice(names, rng.integers(0, 3)))}")
            lines.append(f"  {letter}{n}.KR1 > {rng.choice(['', *names])} | {rng.random():.3f}")
        return "\n".join(lines)

    return (
        firm(sheet("C")),
        department(sheet("D"), "Sales"),
        team(sheet("T"), "Inside", "Sales"),
    )


def is_circular(edges, rows):
    """By Warshall: whether anything reaches itself."""
    reach = set(edges)
    for middle in rows:
        reach |= {(a, c) for a, b in reach if b == middle for d, c in reach if d == middle}
    return any(a == b for a, b in reach)


@pytest.mark.parametrize("seed", range(40))
def test_any_alignment_at_all_gives_every_objective_once(seed):
    trackers = random_company(np.random.default_rng(seed))
    result = tree(*trackers)
    ids = [name for tracker in trackers for name in tracker.objectives["id"]]
    assert sorted(result["id"]) == sorted(ids)
    steps = np.diff([0, *result["depth"]])
    assert result["depth"].iloc[0] == 0
    assert steps.max() <= 1
    rows = set()
    edges = set()
    for tracker in trackers:
        owners = dict(
            zip(tracker.key_results["id"], tracker.key_results["objective_id"], strict=True)
        )
        edges |= set(owners.items())
        rows |= set(tracker.rows["id"])
        for own, given in tracker.rows[["id", "aligns_to"]].to_numpy():
            aims = {above for above in given.split(", ") if above} - {own, owners.get(own)}
            edges |= {(own, above) for above in aims}
    named = "alignment-cycle" in {code for _, code, _ in found(*trackers)}
    assert named == is_circular(edges, rows)


def many():
    """Ten thousand objectives of three key results each: a company, 30 departments, their teams."""

    def sheet(number, of):
        results = "".join(f"\n  U{number}-{{n}}.KR{k} | 0.5" for k in (1, 2, 3))
        lines = f"U{number}-{{n}} > {of + '{n}' if of else ''}{results}"
        return "\n".join(lines.format(n=n) for n in range(100))

    departments = [department(sheet(n, "U0-"), f"unit {n}") for n in range(1, 31)]
    teams = [
        team(sheet(n, f"U{n % 30 + 1}-"), f"unit {n}", f"unit {n % 30 + 1}") for n in range(31, 100)
    ]
    return [firm(sheet(0, "")), *departments, *teams]


def test_ten_thousand_objectives_take_about_a_second():
    trackers = many()
    rows = scored(trackers, [[None] * len(trackers)], PRESETS["default"])
    start = process_time()
    result = alignment(trackers, rows.objectives, rows.key_results)
    taken = process_time() - start
    assert Counter(result.depth.tolist()) == {0: 100, 1: 3_000, 2: 6_900}
    assert set(result.finding) == {""}
    assert taken < 3  # one where nothing else runs


def test_a_chain_of_thousands_is_walked_to_its_end():
    lines = ["C1", *(f"C{n} > C{n - 1}" for n in range(2, 5_001))]
    result = tree(firm("\n".join(lines)))
    assert result["depth"].tolist() == list(range(5_000))
    assert result["path"].str.count(">").max() == DEEPEST - 1


def test_trackers_numbered_alike_serve_the_tracker_they_name_as_their_parent(tmp_path):
    company = okr.new(blank=True, quarter="2027-Q1", company="Acme", level="company")
    rows = [{"id": "O1", "title": "Grow"}, {"id": "O2", "title": "Care"}]
    company = replace(company, objectives=frame("objectives", rows, [1, 2]))
    served = [{"id": "O1", "title": "Sell", "aligns_to": "O1"}]
    served += [{"id": "O2", "title": "Keep", "aligns_to": "O1"}]
    team = okr.new(
        blank=True, quarter="2027-Q1", company="Acme", team="Sales", parent="company.xlsx"
    )
    team = replace(team, objectives=frame("objectives", served, [1, 2]))
    okr.write(company, tmp_path / "company.xlsx")
    okr.write(team, tmp_path / "team.xlsx")
    rolled = okr.rollup(tmp_path)
    parents = rolled.alignment.set_index(["file", "id"])["path"]
    assert parents["team.xlsx", "O1"] == "O1 > O1"
    assert parents["team.xlsx", "O2"] == "O1 > O2"
    told = {problem.code for problem in rolled.problems}
    assert not told & {"aligns-to-itself", "alignment-cycle", "ambiguous-alignment"}
