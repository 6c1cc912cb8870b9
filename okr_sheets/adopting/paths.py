"""What the trackers are called that adopting writes."""

from __future__ import annotations

from pathlib import Path

from okr_sheets.adopting import Adoption
from okr_sheets.files.stems import file_stem
from okr_sheets.misuse import MisuseError, check_tracker_name


def paths_for(adoption: Adoption, stem: str, out: Path | None) -> list[Path]:
    """A path for each tracker: `out` for one, in the folder `out` for several.

    Without `out` they are called by unit, else by `stem`, and the quarter; several come in a folder
    of that name. MisuseError for a name that no tracker can have.
    """
    quarter = str(adoption.mapping.quarter)
    units = [each.unit for each in adoption.adopted]
    if len(units) == 1:
        path = out or Path(f"{plain_name(units[0] or stem)}-{quarter}.xlsx")
        if path.suffix.lower() == ".xlsx":
            return [path]
        if path.suffix:
            check_tracker_name(path)
        return [path / f"{plain_name(units[0] or stem)}-{quarter}.xlsx"]
    folder = out or Path(f"{plain_name(stem)}-{quarter}")
    if folder.suffix:
        count = len(units)
        raise MisuseError(f"{folder} is to hold {count} trackers. Name a folder, without a suffix.")
    names: list[str] = []
    for unit in units:
        name = wanted = plain_name(unit or stem)
        number = 1
        while name in names:
            number += 1
            name = f"{wanted}-{number}"
        names.append(name)
    return [folder / f"{name}-{quarter}.xlsx" for name in names]


def plain_name(name: str) -> str:
    """A unit's or a sheet's name as that of a file, in small letters."""
    small = name.casefold().replace("i\u0307", "i")  # what becomes of a Turkish İ
    return file_stem(small, "okrs")
