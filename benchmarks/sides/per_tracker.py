"""Roll the trackers of a folder up to a CSV; told are the seconds for each.

per_tracker.py CODE FOLDER COUNT    the code is what the command runs
"""

import subprocess
import sys

from measuring import seconds, tell


def main(command, folder, count):
    arguments = ["score", folder, "-o", "rollup.csv", "--engine", "serial"]
    subprocess.run(
        [sys.executable, "-c", command, *arguments], stdout=subprocess.DEVNULL, check=True
    )
    tell(seconds=seconds() / int(count))


if __name__ == "__main__":
    main(*sys.argv[1:])
