"""The entries of an okr.toml, checked by its keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from okr_sheets.config.keys import KEYS, ConfigError, is_text
from okr_sheets.language import fold
from okr_sheets.suggesting import advice
from okr_sheets.text import quoted
from okr_sheets.toml import check_entry, shown

_TABLES = tuple(dict.fromkeys(key.table.split(".")[0] for key in KEYS if key.table))


def checked_entries(document: Mapping[str, Any], file: str) -> dict[str, dict[str, Any]]:
    """The entries of every table by its name, those at the top by "".

    ConfigError names the `file` and the first entry that cannot be used.
    """
    return _Checks(file).entries(document)


class _Checks:
    """The checks of one file, whose name begins each sentence."""

    def __init__(self, file: str) -> None:
        self.file = file

    def entries(self, document: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        top = {name: value for name, value in document.items() if name not in _TABLES}
        entries = {"": self._checked(top, "", "")}
        for table in _TABLES:
            rows = self._table(document.get(table, {}), table, f"[{table}]")
            if any(key.table == f"{table}.*" for key in KEYS):
                entries[table] = {
                    name: self._unit(table, name, row)
                    for name, row in self._with_distinct_names(rows, table).items()
                }
            else:
                entries[table] = self._checked(rows, table, f"[{table}] ")
        self._with_distinct_names(entries["owners"], "owners")
        return entries

    def _unit(self, table: str, name: str, row: Any) -> dict[str, Any]:
        """The entries of a department or team, such as those below [teams."Growth"]."""
        label = f'[{table}."{quoted(name)}"]'
        entry = self._table(row, f"[{table}] {quoted(name)}", label)
        return self._checked(entry, f"{table}.*", f"{label} ")

    def _table(self, value: Any, place: str, example: str) -> dict[str, Any]:
        if isinstance(value, dict):
            return value
        raise ConfigError(
            f"{self.file}: {place} must be a table, not {shown(value)}. "
            f"Write {example} above its lines."
        )

    def _with_distinct_names(self, rows: dict[str, Any], table: str) -> dict[str, Any]:
        """The rows; ConfigError if a name is blank or two differ in case or spaces alone."""
        spellings: dict[str, str] = {}
        for name in rows:
            if not is_text(name) or not name.strip():
                raise ConfigError(
                    f"{self.file}: [{table}] has a name that is blank or no text. Type one."
                )
            if fold(name) in spellings:
                both = f"“{quoted(spellings[fold(name)])}” and “{quoted(name)}”"
                raise ConfigError(f"{self.file}: [{table}] {both} are one name. Keep one of them.")
            spellings[fold(name)] = name
        return rows

    def _checked(self, entry: Mapping[str, Any], table: str, label: str) -> dict[str, Any]:
        """The values of a table, texts without the space around them, if its keys take them."""
        keys = {key.name: key for key in KEYS if key.table == table}
        names = tuple(keys) if table else (*keys, *_TABLES)
        place = f"{self.file}: {label}".strip()
        check_entry(entry, keys, place, ConfigError, lambda name: _advice(name, names))
        return {
            name: value.strip() if isinstance(value, str) else value
            for name, value in entry.items()
        }


def _advice(name: str, names: tuple[str, ...]) -> str:
    """What to write instead of a key that is none of `names`."""
    homes = [key.table for key in KEYS if key.name == name]
    if homes == [""]:
        # All that follows a [table] belongs to it, which is easily forgotten.
        return "Write it at the top, above the first [table]."
    if homes:
        return f"Write it below {' or '.join(_header(table) for table in homes)}."
    return advice(name, names)


def _header(table: str) -> str:
    """The line that begins a table: `[teams."…"]` for `teams.*`."""
    header = table.replace("*", '"…"')
    return f"[{header}]"
