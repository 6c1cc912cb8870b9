"""The program: `okr-sheets`, or `python -m okr_sheets`."""

import gc
import sys

OBJECTS = 100_000  # that a command makes before it looks for circles of them, which are few


def run() -> None:
    """Run a command. Ctrl-C ends it in a word, while it still loads too."""
    gc.set_threshold(OBJECTS)
    try:
        from okr_sheets.cli import main  # noqa: PLC0415  inside what is interrupted
    except KeyboardInterrupt:
        from okr_sheets.streams import say  # noqa: PLC0415  only then

        say("Stopped.", err=True)
        sys.exit(130)
    main()


if __name__ == "__main__":
    run()
