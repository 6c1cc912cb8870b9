"""The rows of the table: what runs, beside what, and how much less it is to cost."""

import shutil
import subprocess
from collections.abc import Callable
from compileall import compile_dir
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from benchmarks.processes import Limit, Program, code, side

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "okr_sheets"
EARLIER = "f183f40"  # the commit of this repository that builds are compared with
COMMAND = "from okr_sheets.__main__ import run; run()"  # as the installed `okr-sheets` does
EARLIER_COMMAND = "from okr_sheets.cli import main; main()"
MADE_ANEW = 1000  # trackers; more than that are copies by other names
SAME = 1e-9  # scores that differ by less are the same


class Row(NamedTuple):
    """One comparison: `figure` of what is run, by that of what it stands beside."""

    what: str
    beside: str
    target: float
    figure: str = "seconds"


class Race(NamedTuple):
    """Two programs that run in turn, `runs` times each, or `quick_runs`."""

    name: str
    rows: Callable[["Ground"], tuple[Row, ...]]
    programs: Callable[["Ground"], tuple[Program, Program]]
    runs: int
    quick_runs: int = 3
    check: Callable[["Ground"], None] = lambda _: None


@dataclass(frozen=True)
class Ground:
    """What races are run on, made when it is first asked for.

    In a `folder` that is kept, trackers and what v. f183f40 read of them are made once.
    """

    folder: Path
    is_quick: bool = False
    trackers: int = 1000
    many: int = 10_000
    key_results: int = 1_000_000

    @classmethod
    def quick(cls, folder):
        """A smaller one, for fewer runs."""
        return cls(folder, is_quick=True, trackers=100, many=1000, key_results=50_000)

    @cached_property
    def earlier(self):
        """The checkout of v. f183f40. It runs with the packages that are installed here."""
        place = self.folder / EARLIER
        if not place.exists():
            archive = subprocess.run(
                ["git", "archive", EARLIER, "okr_sheets", "templates"],
                cwd=ROOT,
                capture_output=True,
                check=False,
            )
            if archive.returncode:
                raise SystemExit(
                    f"v. {EARLIER} is not in this checkout. Fetch the repository's whole history: "
                    "git fetch --unshallow"
                )
            place.mkdir()
            subprocess.run(["tar", "-x", "-C", place], input=archive.stdout, check=True)
            compile_dir(place, quiet=1)
        return place

    @cached_property
    def tracker(self):
        """One filled-in tracker."""
        return self.folder_of(2) / "0001.xlsx"

    @cached_property
    def saved_by_libreoffice(self):
        """The same, opened in LibreOffice and saved."""
        place = self.folder / "libreoffice" / self.tracker.name
        if not place.exists():
            command = ["soffice", "--headless", "--convert-to", "xlsx", "--outdir", place.parent]
            subprocess.run([*command, self.tracker], capture_output=True, check=True)
        return place

    @cached_property
    def saved_as_excel_does(self):
        """The same with shared formulas and an error."""
        place = self.folder / "shared.xlsx"
        side("shared_formulas", ROOT, self.tracker, place).run()
        return place

    @cached_property
    def cells(self):
        """The cells of what `new` writes."""
        made, cells = self.folder / "new.xlsx", self.folder / "cells.marshal"
        code(COMMAND, ROOT, "new", made, "--force").run()
        side("cells", ROOT, made, cells).run()
        return cells

    def read_by(self, checkout):
        """All trackers as a build of okr_sheets has read them; those of this one are read anew."""
        is_earlier = checkout != ROOT
        name = EARLIER if is_earlier else "here"
        place = self.folder / f"trackers-{self.trackers}-{name}.pickle"
        if not (place.exists() and is_earlier):
            folder = self.folder_of(self.trackers)
            side("rolling_up", checkout, "read", folder, place).run()
        return place

    @cached_property
    def columns(self):
        """Key results and check-ins as columns."""
        return self._made(f"key-results-{self.key_results}", "key_results", self.key_results)

    def folder_of(self, count):
        """A folder of so many filled-in trackers; from the thousand-and-first on, renamed ones."""
        if count <= MADE_ANEW:
            return self._made(f"trackers-{count}", "trackers", count)
        return self._made(f"trackers-{count}", "more_trackers", count, self.folder_of(MADE_ANEW))

    def _made(self, name, maker, *arguments):
        place = self.folder / name
        if not place.exists():
            unfinished = self.folder / f"{name}.unfinished"
            shutil.rmtree(unfinished, ignore_errors=True)
            side(maker, ROOT, unfinished, *arguments).run()
            unfinished.rename(place)
        return place


def read(name, what, target, path_of):
    """A race of reading one file, `path_of` the ground, and the bare rows of its sheets."""

    def programs(ground):
        return tuple(
            side("reading", ROOT, who, path_of(ground), measures=True)
            for who in ("here", "calamine")
        )

    rows = (Row(what, "calamine's rows of the same sheets", target),)
    return Race(name, lambda _: rows, programs, runs=11)


def to_csv(name, beside, target, program):
    """A race of rolling trackers up to a CSV beside what `program` gives of the ground."""

    def programs(ground):
        folder = ground.folder_of(ground.trackers)
        ours = code(COMMAND, ROOT, "score", folder, "-o", "rollup.csv", "--engine", "serial")
        return ours, program(ground, folder)

    def rows(ground):
        return (Row(f"{ground.trackers:,} trackers to .csv, serial", beside, target),)

    return Race(name, rows, programs, runs=3, quick_runs=1)


def loop(engine):
    """The program that reads all sheets by pandas."""
    return lambda _, folder: side("rows_to_csv", ROOT, engine, folder, "rows.csv")


def flat(ground):
    """A tracker's part of the cost of rolling up many, and of few."""
    few = ground.trackers // 10
    counts = ground.many, few
    return tuple(
        side("per_tracker", ROOT, COMMAND, ground.folder_of(count), count, measures=True)
        for count in counts
    )


def of_many(ground, engine):
    folder = ground.folder_of(ground.many)
    return code(COMMAND, ROOT, "score", folder, "-o", "rollup.csv", "--engine", engine)


def on_cluster(ground):
    """Many trackers, read by a cluster of two workers that stands ready."""
    return side("on_cluster", ROOT, COMMAND, ground.folder_of(ground.many), measures=True)


def reading(command):
    def programs(ground):
        ours = code(COMMAND, ROOT, command, ground.tracker)
        return ours, side("bare_reading", ROOT, ground.tracker)

    def rows(_):
        return (Row(f"`{command} one.xlsx`", "importing pandas and calamine, and its rows", 0.9),)

    return Race(command, rows, programs, runs=11)


def rolling_up(ground):
    return tuple(
        side("rolling_up", checkout, "measure", ground.read_by(checkout), measures=True)
        for checkout in (ROOT, ground.earlier)
    )


def scoring(ground):
    return tuple(
        side(f"scored_{who}", ROOT, ground.columns, ground.folder / f"{who}.npz", measures=True)
        for who in ("here", "by_polars")
    )


def same_scores(ground):
    """Raises SystemExit unless both sides of `scoring` gave the same."""
    import numpy as np  # noqa: PLC0415  a child's memory is counted from this process's on

    ours, theirs = (np.load(ground.folder / f"{who}.npz") for who in ("here", "by_polars"))
    for key in theirs:
        same = np.isclose(ours[key], theirs[key], rtol=0, atol=SAME, equal_nan=True)
        if not same.all():
            row = np.argmin(same)
            raise SystemExit(
                f"{(~same).sum()} of {len(same)} differ in {key}, row {row} first: "
                f"{ours[key][row]} here, {theirs[key][row]} by polars."
            )


def of_scoring(ground):
    beside = f"polars {version('polars')} doing the same"
    what = f"{ground.key_results:,} key results, {ground.key_results * 10:,} check-ins"
    return (
        Row(f"{what}, as of a day", beside, 0.5),
        Row("their memory", beside, 1.0, "megabytes"),
    )


RACES = (
    Race(
        "help",
        lambda _: (Row("`okr-sheets --help`", '`python -c "import click"`', 1.25),),
        lambda _: (code(COMMAND, ROOT, "--help"), code("import click", ROOT)),
        runs=21,
        quick_runs=5,
    ),
    reading("score"),
    reading("check"),
    Race(
        "coach",
        lambda _: (Row("`check one.xlsx`", "the same without what a coach says", 1.1),),
        lambda ground: (
            code(COMMAND, ROOT, "check", ground.tracker),
            side("unadvised_check", ROOT, ground.tracker),
        ),
        runs=11,
    ),
    read("read", "`read()` of a tracker, no frame", 1.8, lambda ground: ground.tracker),
    read(
        "read-libreoffice",
        "the same, saved by LibreOffice",
        2.5,
        lambda ground: ground.saved_by_libreoffice,
    ),
    read(
        "read-shared",
        "the same with shared formulas and an error",
        2.5,
        lambda ground: ground.saved_as_excel_does,
    ),
    Race(
        "new",
        lambda _: (Row("`new`", "importing click and XlsxWriter, and its cells bare", 1.15),),
        lambda ground: (
            code(COMMAND, ROOT, "new", "new.xlsx"),
            side("bare_writing", ROOT, ground.cells, "bare.xlsx"),
        ),
        runs=11,
    ),
    Race(
        "demo",
        lambda _: (Row("`demo`", f"v. {EARLIER}", 0.45),),
        lambda ground: (
            code(COMMAND, ROOT, "demo"),
            code(EARLIER_COMMAND, ground.earlier, "demo"),
        ),
        runs=5,
    ),
    Race(
        "rollup",
        lambda ground: (
            Row(f"rollup of {ground.trackers:,}, without reading", f"v. {EARLIER}", 0.12, "stages"),
            Row("its .xlsx and .html, without the rollup", f"v. {EARLIER}", 0.5, "outputs"),
        ),
        rolling_up,
        runs=3,
        quick_runs=1,
    ),
    to_csv("csv-openpyxl", "a loop of pandas and openpyxl", 1 / 8, loop("openpyxl")),
    to_csv("csv-calamine", "a loop of pandas and calamine", 1 / 1.4, loop("calamine")),
    to_csv(
        "csv-earlier",
        f"v. {EARLIER}",
        1 / 12,
        lambda ground, folder: code(
            EARLIER_COMMAND,
            ground.earlier,
            "score",
            folder,
            "-o",
            "rollup.csv",
            fine=(0, 1),
        ),
    ),
    Race(
        "flat",
        lambda ground: (
            Row(
                f"a tracker's part of rolling up {ground.many:,}",
                f"of {ground.trackers // 10:,}",
                1.05,
            ),
        ),
        flat,
        runs=1,  # of minutes
        quick_runs=1,
    ),
    Race(
        "memory",
        lambda ground: (
            Row(
                f"memory of all processes, {ground.many:,} trackers to .csv",
                "what it may be",
                1.0,
                "megabytes",
            ),
        ),
        lambda ground: (of_many(ground, "processes"), Limit(megabytes=800)),
        runs=1,  # of minutes
        quick_runs=1,
    ),
    Race(
        "processes",
        lambda ground: (
            Row(f"{ground.many:,} trackers by processes, wall", "serial", 1 / 1.7, "wall"),
        ),
        lambda ground: (of_many(ground, "processes"), of_many(ground, "serial")),
        runs=1,  # of minutes
        quick_runs=1,
    ),
    Race(
        "cluster",
        lambda ground: (
            Row(f"{ground.many:,} trackers by a dask cluster, wall", "processes", 1.25, "wall"),
        ),
        lambda ground: (on_cluster(ground), of_many(ground, "processes")),
        runs=1,  # of minutes
        quick_runs=1,
    ),
    Race("scoring", of_scoring, scoring, runs=5, check=same_scores),
)
