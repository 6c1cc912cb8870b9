"""What a sheet is taken for: which tables it has, and what each of their columns means.

A Mapping is all that recognising decides, and all that reading goes by; MAP.toml is one, written.
"""

from __future__ import annotations

from collections.abc import Mapping as Map
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from okr_sheets.adopting.periods import Period
from okr_sheets.quarters import Quarter

Family = Literal["rows", "blocks", "outline", "transposed"]
QuarterSaid = Literal["named", "of-days", "of-periods", "guessed"]
FAMILIES = ("rows", "blocks", "outline", "transposed")

TEXTS = ("objective", "key-result", "title")  # one of them names what a row is about
NUMBERS = ("baseline", "target", "current", "progress", "added")  # which may be of a period
DATES = ("start", "due", "updated", "finished", "date")
UNITS = ("company", "department", "team", "person")
ROLES = (
    *TEXTS, "objective-id", "key-result-id", "id", "parent", "kind", "section", "objective-owner",
    "owner",
    *UNITS, "quarter", *NUMBERS, "unit", "weight", "confidence", "status", "direction",
    "commitment", *DATES, "note", "objective-note", "definition",
    "action", "series", "created", "computed", "useless", "left",
)  # fmt: skip
SEVERAL = frozenset({"note", "definition", "action", "computed", "useless", "left"})
UNREAD = frozenset({"computed", "created", "useless", "left"})


@dataclass(frozen=True, slots=True)
class Column:
    """What one column holds: its role, and the period its numbers are of, None for none.

    `header` is what stands above it, `like` the known word that a misspelt header was taken for,
    and `others` the other roles that it may have.
    """

    role: str
    period: Period | None = None
    header: str = ""
    like: str = ""
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a sheet: where its headers stand, and what its columns hold, by number.

    `rows` are those of the table and of what stands above it. In a transposed one, rows are the
    sheet's columns. `names` tells whose OKRs they are (`UNITS`), `quarter` which one they are of;
    `objective` is what to call one that nobody named.
    """

    file: str
    sheet: str
    family: Family
    headers: tuple[int, ...]
    rows: range
    columns: Map[int, Column]
    names: Map[str, str] = field(default_factory=dict)
    quarter: str = ""
    objective: str = ""

    @property
    def roles(self) -> frozenset[str]:
        """The roles of its columns."""
        return frozenset(column.role for column in self.columns.values())

    @property
    def is_log(self) -> bool:
        """Whether it holds check-ins: numbers of days, by the key results' IDs."""
        said = {"current", "progress", "added", "confidence", "note", "status"}
        return "date" in self.roles and bool(said & self.roles) and "target" not in self.roles

    def with_role(self, at: int, role: str) -> Table:
        """The same with another role for one column."""
        changed = replace(self.columns[at], role=role, others=())
        return replace(self, columns={**self.columns, at: changed})


@dataclass(frozen=True, slots=True)
class Mapping:
    """The tables of all sheets, and what holds for all of them.

    `language` is that of the trackers, `sheet_language` that of numbers and dates typed as text.
    `as_of` is the day of numbers that name none. `quarter_said` tells how the quarter is known: it
    is `named`, that `of-days`, that `of-periods` without a year, or `guessed`.
    """

    tables: tuple[Table, ...]
    quarter: Quarter
    language: str
    sheet_language: str
    as_of: date | None = None
    quarter_said: QuarterSaid = "named"

    def are_objectives(self, table: Table) -> bool:
        """Whether the rows of a table are objectives that those of another one name by ID."""
        others = (other for other in self.tables if other is not table)
        is_named = any("objective-id" in other.roles for other in others)
        has_own_title = "objective" in table.roles and "title" not in table.roles
        is_list = "objective-id" not in table.roles or has_own_title
        return is_named and is_list and not table.is_log and "key-result" not in table.roles
