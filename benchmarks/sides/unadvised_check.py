"""`check` of a tracker without what a coach says, for the cost of that."""

import sys

from okr_sheets import checks
from okr_sheets.cli import main

if __name__ == "__main__":
    checks.coached = checks.reached_in = lambda *_: ()
    sys.argv = ["okr-sheets", "check", sys.argv[1]]
    main()
