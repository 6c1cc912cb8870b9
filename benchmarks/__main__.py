"""What commands and stages cost, as ratios to what they stand beside.

    python -m benchmarks                      the whole table, in half an hour or so
    python -m benchmarks --quick help score   two rows of it, on less and in fewer runs
    python -m benchmarks --folder FOLDER      keeps the trackers for the next time

Both sides of a row run in turn, each in processes of its own, so that a machine that slows down
slows both. A ratio is of the seconds that the processors spent on them and on their children; the
table has the median over the pairs of runs, and the quartiles. Needs what the tests need, and an
operating system that tells what a process cost, as Linux does. The forecast's and LibreOffice's
figures are programs of their own: `forecasting.py`, `real_series.py`, `opening.py`.
"""

import argparse
import statistics
import sys
import tempfile
from compileall import compile_dir
from pathlib import Path

from benchmarks.races import PACKAGE, RACES, Ground

HEAD = ("what", "beside", "ratio", "quartiles", "target", "", "here", "beside it")
UNITS = {"seconds": "s", "stages": "s", "outputs": "s", "wall": "s", "megabytes": "MB"}


def main():
    arguments = parsed()
    print_cells(HEAD)
    print_cells("---" for _ in HEAD)
    with tempfile.TemporaryDirectory() as temporary:
        folder = (arguments.folder or Path(temporary)).absolute()
        folder.mkdir(parents=True, exist_ok=True)
        ground = Ground.quick(folder) if arguments.quick else Ground(folder)
        compile_dir(PACKAGE, quiet=1)
        for race in RACES:
            if not arguments.names or race.name in arguments.names:
                for cells in run(race, ground):
                    print_cells(cells)


def parsed():
    parser = argparse.ArgumentParser("python -m benchmarks", description=__doc__.splitlines()[0])
    names = [race.name for race in RACES]
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"rows: {', '.join(names)}")
    parser.add_argument("--quick", action="store_true", help="fewer runs, on less")
    parser.add_argument("--folder", type=Path, help="where what is made once is kept")
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - set(names):
        parser.error(f"no row {', '.join(sorted(unknown))}; choose from {', '.join(names)}")
    return arguments


def run(race, ground):
    """The cells of a race's rows."""
    ours, theirs = race.programs(ground)
    pairs = [in_turn(ours, theirs, number) for number in range(runs_of(race, ground))]
    race.check(ground)
    for row in race.rows(ground):
        here, beside = (
            [each[row.figure] for each in column] for column in zip(*pairs, strict=True)
        )
        ratios = [a / b for a, b in zip(here, beside, strict=True)]
        yield cells(row, ratios, statistics.median(here), statistics.median(beside))


def runs_of(race, ground):
    return race.quick_runs if ground.is_quick else race.runs


def in_turn(ours, theirs, number):
    """The figures of both, who begins by turns."""
    if number % 2:
        beside = theirs.run()
        return ours.run(), beside
    return ours.run(), theirs.run()


def cells(row, ratios, here, beside):
    ratio = statistics.median(ratios)
    low, _, high = statistics.quantiles(ratios, method="inclusive") if ratios[1:] else ratios * 3
    unit = UNITS[row.figure]
    return (
        row.what,
        row.beside,
        f"{ratio:.2f}",
        f"{low:.2f}–{high:.2f}",
        f"≤ {row.target:.3g}",
        "met" if ratio <= row.target else "not met",
        f"{here:.3g} {unit}",
        f"{beside:.3g} {unit}",
    )


def print_cells(row):
    print(f"| {' | '.join(row)} |", flush=True)


if __name__ == "__main__":
    sys.exit(main())
