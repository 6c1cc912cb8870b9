"""Roll trackers up, by any build from v. f183f40 on.

rolling_up.py read FOLDER PICKLE    the trackers of a folder, by this build's own reading
rolling_up.py measure PICKLE        seconds of the stages and of the outputs, as JSON
"""

import pickle
import sys
from datetime import date
from pathlib import Path

from measuring import seconds, tell

import okr_sheets as okr

AS_OF = date(2027, 3, 5)
OUTPUTS = (".xlsx", ".html")


def read(folder, out):
    trackers = [okr.read(path) for path in sorted(Path(folder).glob("*.xlsx"))]
    unread = [tracker.path for tracker in trackers if not tracker.readable]
    if unread or not trackers:
        raise SystemExit(f"{folder}: not read: {', '.join(unread) or 'nothing'}")
    Path(out).write_bytes(pickle.dumps(trackers))


def measure(path):
    trackers = pickle.loads(Path(path).read_bytes())
    roll_up, report = okr.rollup, okr.report  # imports pandas, which is no stage
    began = seconds()
    rollup = roll_up(trackers, as_of=AS_OF)
    # The trend is made when a report shows it, frames for whoever asks.
    rolled_up = seconds()
    for suffix in OUTPUTS:
        report(rollup, f"rollup{suffix}")
    tell(stages=rolled_up - began, outputs=seconds() - rolled_up)


if __name__ == "__main__":
    {"read": read, "measure": measure}[sys.argv[1]](*sys.argv[2:])
