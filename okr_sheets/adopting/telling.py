"""What adopting did, line by line: what each column was taken for, and where each row came from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePath

from okr_sheets.adopting.making import Origin
from okr_sheets.adopting.mapping import Mapping, Table
from okr_sheets.adopting.notes import Note
from okr_sheets.adopting.sheets import Sheet
from okr_sheets.adopting.words import vocabulary
from okr_sheets.files.grid import TOP
from okr_sheets.language import Language, language
from okr_sheets.letters import column_letters
from okr_sheets.reading.cells import amount
from okr_sheets.text import quotation
from okr_sheets.tracker import Tracker

MOST_CELLS = 6  # that one line names
LONGEST = 60  # characters of a title
KINDS = ("missing", "assumed", "left")


def table_lines(mapping: Mapping) -> Iterator[str]:
    """A line for each table, and one with its columns."""
    words = vocabulary(mapping.language)
    for table in mapping.tables:
        place, family = place_of(table.file, table.sheet), words(f"families.{table.family}")
        if table.headers:
            is_turned = table.family == "transposed"
            headers = [column_letters(n) if is_turned else str(n) for n in table.headers]
            header = ", ".join(headers)
            yield words("said.table", place=place, family=family, header=header)
        else:
            yield words("said.table_bare", place=place, family=family)
        yield "  " + " · ".join(_columns(table, words))


def _columns(table: Table, words: Language) -> Iterator[str]:
    for number, column in sorted(table.columns.items()):
        letter = str(number) if table.family == "transposed" else column_letters(number)
        role = words(f"roles.{column.role}")
        role = f"{role} {column.period.key}" if column.period else role
        header = quotation(column.header, LONGEST)
        code = "said.column_like" if column.like else "said.column"
        yield words(code, cell=letter, header=header, role=role, like=column.like)


def place_of(file: str, sheet: str) -> str:
    """A file and its sheet as a line names them; a text file is its only sheet."""
    path = PurePath(file)
    return path.name if not sheet or path.stem == sheet else f"{path.name}, {sheet}"


def tracker_lines(
    path: str, tracker: Tracker, unit: str, origins: Sequence[Origin]
) -> Iterator[str]:
    """A line for a tracker, and one for each of its rows with the cells it came from."""
    code = tracker.about.language
    words = vocabulary(code)
    yield words(
        "said.tracker",
        path=path,
        objectives=len(tracker.columns["objectives"]),
        key_results=len(tracker.columns["key_results"]),
        unit=unit or words("said.no_unit"),
        quarter=tracker.about.quarter,
    )
    cells = [cells_of(origin.cells) for origin in origins]
    wide = max(len(origin.id) for origin in origins)
    deep = max(map(len, cells))
    for origin, cell in zip(origins, cells, strict=True):
        title = quotation(origin.title, LONGEST)
        numbers = _numbers(origin, language(code))
        yield f"  {origin.id:<{wide}}  {cell:<{deep}}  {title}{f': {numbers}' if numbers else ''}"


def cells_of(cells: Sequence[str]) -> str:
    """The cells of a row: the first and the last one."""
    names = list(dict.fromkeys(cell for cell in cells if cell))
    return f"{names[0]}:{names[-1]}" if len(names) > 1 else "".join(names) or "–"


def _numbers(origin: Origin, words: Language) -> str:
    said = vocabulary(words.code)
    row, parts = origin.row, []
    if "target" in row:
        baseline = amount(row["baseline"], words) if "baseline" in row else "–"
        ends = said("said.from_to", baseline=baseline, target=amount(row["target"], words))
        parts.append(f"{ends} {row.get('unit', '')}".strip())
    if origin.check_ins:
        day, value = max(origin.check_ins.items())
        is_share = row.get("type") == "achieve" and abs(value) <= 1
        shown = words.percent(value) if is_share else amount(value, words)
        parts.append(said("said.on_day", value=shown, day=day.isoformat()))
    return ", ".join(parts)


def note_lines(notes: Iterable[Note], code: str) -> Iterator[str]:
    """What was missing, assumed and left behind; what is alike is said in one line."""
    words = vocabulary(code)
    alike: dict[tuple[str, str, str, str], list[str]] = {}
    for note in sorted(notes, key=lambda note: KINDS.index(note.kind)):
        place = place_of(note.file, note.sheet) if note.file else ""
        alike.setdefault((note.kind, place, note.code, note.say(code)), []).append(note.cell)
    for (_, place, _, sentence), cells in alike.items():
        first, *rest = [cell for cell in cells if cell] or [""]
        where = "!".join(filter(None, (place, first)))
        line = f"{where}: {sentence}" if where else sentence
        if rest:
            shown = ", ".join(rest[:MOST_CELLS]) + (", …" if len(rest) > MOST_CELLS else "")
            line += " " + words("said.more", n=len(rest), cells=shown)
        yield line


def words_seen(sheet: Sheet) -> str:
    """Up to eight texts of the fullest of a sheet's first rows."""
    rows = [[cell for cell in row if isinstance(cell, str)] for row in sheet.rows[:TOP]]
    texts = ", ".join(max(rows, key=len, default=[])[:8])
    return quotation(f"{sheet.name}: {texts or '–'}")
