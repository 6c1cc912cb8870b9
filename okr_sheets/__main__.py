"""`python -m okr_sheets`."""

from okr_sheets.cli import main

if __name__ == "__main__":
    main()
