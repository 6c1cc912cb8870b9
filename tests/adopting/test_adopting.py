"""Forty sheets as people keep them, adopted: what comes of each is what a colleague would make."""

import pytest
from adopting.layouts import layouts
from adopting.verdict import TODAY, adoption_of, verdict

import okr_sheets as okr
from okr_sheets import adopting
from okr_sheets.adopting.mapfile import fitted, map_text, read_map
from okr_sheets.quarters import Quarter

LAYOUTS = layouts()
UNTOLD = {"14-kpi-actual-target": "its title does not tell a company from a team"}
each = pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)


@pytest.mark.parametrize(
    "layout",
    [
        pytest.param(
            each,
            id=each.name,
            marks=[pytest.mark.xfail(reason=UNTOLD[each.name])] if each.name in UNTOLD else [],
        )
        for each in LAYOUTS
    ],
)
def test_a_sheet_becomes_what_a_colleague_would_make_of_it(layout, tmp_path):
    assert verdict(layout, adoption_of(layout, tmp_path)) == []


@each
def test_its_map_says_all_that_was_decided(layout, tmp_path):
    paths = layout.write(tmp_path)
    source = adopting.read_source(paths)
    quarter = Quarter.parse(layout.quarter) if layout.quarter else None
    guessed = adopting.recognise(source.sheets, quarter, "", 1, TODAY)
    path = tmp_path / "map.toml"
    path.write_text(map_text(guessed), "utf-8")
    written = fitted(read_map(path), source.sheets, path.name)
    of_guess, of_map = (adopting.adopt(source, each, today=TODAY) for each in (guessed, written))
    assert [each.tracker for each in of_map.adopted] == [each.tracker for each in of_guess.adopted]
    assert [each.origins for each in of_map.adopted] == [each.origins for each in of_guess.adopted]


@each
def test_check_finds_nothing_worse_than_was_said(layout, tmp_path):
    adoption = adoption_of(layout, tmp_path)
    said = {note.code for note in adoption.notes}
    known = {
        "no-target": "no-target",
        "no-baseline": "no-baseline",
        "baseline-assumed": "baseline",
        "no-key-results": "no-key-results",
        "objective-by-place": "own-id",
    }
    for number, adopted in enumerate(adoption.adopted):
        path = okr.write(adopted.tracker, tmp_path / f"adopted-{number}.xlsx")
        problems = okr.check(path, as_of=TODAY, config=okr.Config())
        grave = [each for each in problems if each.severity == "error" or each.code in known]
        assert {known.get(each.code, each.code) for each in grave} <= said, grave


def test_the_source_stays_as_it_is(tmp_path):
    (path,) = LAYOUTS[0].write(tmp_path)
    before = path.read_bytes(), path.stat().st_mtime_ns
    source = adopting.read_source([path])
    adopting.adopt(source, adopting.recognise(source.sheets, None, "", 1, TODAY), today=TODAY)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
