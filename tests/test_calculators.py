"""Every formula of a tracker, recalculated by programs that know nothing of this one."""

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest
from calculators import (
    by_formualizer,
    by_ironcalc,
    differences,
    edited,
    formula_cells,
    libreoffice,
    poisoned,
    values,
)
from conftest import IN_CI
from python_calamine import CalamineWorkbook

import okr_sheets as okr
from okr_sheets.choices import STATES, TYPES
from okr_sheets.frames import frame
from okr_sheets.writing import placing


@pytest.fixture(
    scope="module", params=["b2b-saas-marketing", "go-to-market", "product-engineering"]
)
def filled(company, request, tmp_path_factory):
    """A filled-in tracker's poisoned copy, and what Python stored in each formula cell."""
    folder = tmp_path_factory.mktemp("poisoned")
    # Written anew, since a slip of the finger was typed into one of them after it was written.
    source = okr.write(okr.read(company / f"{request.param}.xlsx"), folder / "written.xlsx")
    cells = formula_cells(source)
    ours = values(source, cells)
    assert len(ours) > 2000
    bad = poisoned(source, folder / f"{request.param}.xlsx")
    assert set(values(bad, cells).values()) == {777.0}
    return bad, ours


def test_libreoffice_agrees_on_every_formula(filled, tmp_path, soffice):
    bad, ours = filled
    assert differences(ours, values(libreoffice(bad, tmp_path), list(ours))) == {}


def test_formualizer_agrees_on_every_formula(filled, tmp_path):
    bad, ours = filled
    assert differences(ours, by_formualizer(bad, list(ours), tmp_path)) == {}


def test_ironcalc_agrees_on_every_formula(filled):
    bad, ours = filled
    assert differences(ours, by_ironcalc(bad, list(ours))) == {}


# --- random trackers --------------------------------------------------------------------------------

# The first trackers of so many batches, each tested apart.
BATCHES, OF_EACH = (2, 15) if IN_CI else (1, 15)
NUMBERS = (0, 1, -1, 0.24, 0.17, 0.27, 0.1 + 0.2, 24, 20, 30, 1e6, -12.5, 1 / 3, 99.95)


def random_tracker(seed):
    """A tracker of one to four objectives: every type, state, blank, overshoot and sign."""
    rng = random.Random(seed)
    cadence = rng.choice(("weekly", "two-weekly", "monthly"))
    empty = okr.new(blank=True, quarter="2027-Q1", cadence=cadence)
    days = empty.check_in_dates
    objectives, key_results, check_ins = [], [], []

    def some(chance, **entries):
        return {key: value for key, value in entries.items() if rng.random() < chance}

    def day(first, last):
        return date(2027, 1, 1) + timedelta(days=rng.randint(first, last))

    row = 0
    for number in range(1, rng.randint(2, 5)):
        row += 1
        top = {"row": row, "id": f"O{number}", "title": "Goal"}
        top |= {"state": rng.choice(("", "", "", *STATES))}
        top |= {"commitment": rng.choice(("", "committed", "aspirational"))}
        top |= some(0.4, weight=rng.choice((0, 1, 2, 0.5, -1)), due=day(60, 89))
        objectives.append(top)
        for child in range(1, rng.randint(1, 6)):
            row += 1
            baseline = rng.choice(NUMBERS)
            result = {"row": row, "objective": top["row"], "objective_id": top["id"]}
            result |= {"id": f"{top['id']}.KR{child}", "unit": rng.choice(("%", "leads", ""))}
            result |= {"type": rng.choice((*TYPES, "increase", "decrease", ""))}
            result |= {"state": rng.choice(("", "", "", "", *STATES))}
            result |= {"commitment": rng.choice(("", "", "committed", "aspirational"))}
            result |= some(0.9, title="Result", owner="Ann", baseline=baseline)
            result |= some(0.9, target=rng.choice((*NUMBERS, baseline)))
            result |= some(0.4, weight=rng.choice((0, 1, 2, 0.2, 0.6, -1)))
            result |= some(0.2, start=day(0, 60), due=day(30, 89))
            result |= some(0.5, confidence=rng.choice((1, 5, 10, 11, 2.5)))
            if "title" in result or "target" in result:
                key_results.append(result)
            for when in days:
                if rng.random() < 0.5:
                    shares = (0, 1, 0.6, 60) if result["type"] == "achieve" else NUMBERS
                    value = rng.choice(shares)
                    check_ins.append({"row": row, "id": result["id"], "date": when, "value": value})
    rows = {result["row"] for result in key_results}
    check_ins = [each for each in check_ins if each["row"] in rows]

    def framed(name, entries):
        return frame(name, entries, [each["row"] for each in entries])

    return replace(
        empty,
        about=replace(empty.about, as_of=rng.choice((*days, date(2027, 1, 1), date(2027, 3, 31)))),
        objectives=framed("objectives", objectives),
        key_results=framed("key_results", key_results),
        check_ins=framed("check_ins", check_ins),
    )


def written(folder, seed):
    """The poisoned copy of a random tracker, what Python stored, and two programs' objections.

    With two spare rows instead of twenty: they say nothing, and a hundred times twenty take long.
    """
    path = okr.write(random_tracker(seed), folder / f"t{seed:03}.xlsx")
    cells = formula_cells(path)
    ours = values(path, cells)
    bad = poisoned(path, folder / f"p{seed:03}.xlsx")
    objections = {
        "formualizer": differences(ours, by_formualizer(bad, cells, folder)),
        "ironcalc": differences(ours, by_ironcalc(bad, cells)),
    }
    return bad, ours, objections


@pytest.mark.parametrize("batch", range(BATCHES))
def test_three_programs_agree_on_random_trackers(batch, tmp_path, soffice, monkeypatch):
    monkeypatch.setattr(placing, "SPARE_ROWS", 2)
    seeds = range(batch * OF_EACH, (batch + 1) * OF_EACH)
    made = [written(tmp_path, seed) for seed in seeds]
    assert [(bad.name, found) for bad, _, found in made if any(found.values())] == []
    office = [libreoffice(bad, tmp_path) for bad, _, _ in made]
    objections = {
        path.name: differences(ours, values(path, list(ours)))
        for path, (_, ours, _) in zip(office, made, strict=True)
    }
    assert {name: found for name, found in objections.items() if found} == {}


def test_random_trackers_hold_every_case():
    trackers = [random_tracker(seed) for seed in range(20)]
    scored = okr.score(trackers)
    assert set(scored.type) >= set(TYPES)
    assert set(scored.state) >= set(STATES)
    assert (scored.progress > 1).any()
    assert (scored.progress < 0).any()
    assert scored.score.isna().any()
    assert {"not-started", "no-update", "achieved", "off-track"} <= set(scored.status)


def test_text_where_a_number_belongs_counts_in_no_program(tmp_path, soffice):
    """The formulas pass over text; Python reads it, and says that the workbook does not."""
    tracker = okr.new("sales", quarter="2027-Q1")
    path = okr.write(tracker, tmp_path / "t.xlsx")
    letters = okr.read(path).letters["okrs"]
    week, row = letters["checkin.2027-01-08"], tracker.key_results.index[0] + 5
    later = letters["checkin.2027-01-15"]
    edits = [
        ["Start here", "put", "E21", 46402],
        ["OKRs", "put", f"{week}{row}", 20],
        ["OKRs", "put", f"{later}{row}", "about 30"],
    ]
    (path,) = edited(path, tmp_path, edits, ".xlsx")
    rows = CalamineWorkbook.from_path(path).get_sheet_by_name("OKRs").to_python()
    keys = {key: column for column, key in enumerate(rows[3])}
    assert rows[row - 1][keys["okr.current"]] == 20
    assert rows[row - 1][keys["okr.to_fix"]] == "Text where a number belongs"
    assert [p.code for p in okr.read(path).problems] == ["not-a-number"]
