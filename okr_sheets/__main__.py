"""The program: `okr-sheets`, or `python -m okr_sheets`."""

import sys


def run() -> None:
    """Run a command. Ctrl-C ends it in a word, while it still loads too."""
    try:
        from okr_sheets.cli import main  # noqa: PLC0415  inside what is interrupted
    except KeyboardInterrupt:
        from okr_sheets.streams import say  # noqa: PLC0415  only then

        say("Stopped.", err=True)
        sys.exit(130)
    main()


if __name__ == "__main__":
    run()
