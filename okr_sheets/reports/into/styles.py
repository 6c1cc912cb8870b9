"""Formats added to those of a workbook: appended to its lists, of which nothing is renumbered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from okr_sheets.misuse import MisuseError
from okr_sheets.reports.into.markup import Element, Part, below, number, tag

MOST_FORMATS = 65_000  # of cells, of which Excel takes 65,490
FIRST_OWN_FORMAT = 164  # ids of number formats below are the program's own
# The lists of a styles part that sheets need, and all that may stand in it, in its order.
_LISTS = ("fonts", "fills", "borders", "cellXfs", "dxfs")
_ORDER = (
    *("numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs"),
    *("tableStyles", "colors", "extLst"),
)
_REFERENCES = {"fontId": "fonts", "fillId": "fills", "borderId": "borders"}

Shape = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Looks:
    """Where the formats of one styles part stand in another: of cells, and of conditions."""

    cells: Mapping[int, int]
    conditions: Mapping[int, int]


def merge(theirs: Part, ours: Part) -> Looks:
    """Append to a styles part what it lacks of another one, and tell where all of that stands.

    MisuseError if the workbook has as many formats as a workbook can have.
    """
    return _Merging(theirs, ours).done()


class _Merging:
    def __init__(self, theirs: Part, ours: Part) -> None:
        self._theirs, self._ours = theirs, ours
        self._prefix = theirs.root.prefix
        self._has_named_styles = theirs.root.child("cellStyleXfs") is not None
        self._numbers: dict[str, str] = {}  # of number formats, by the numbers they have in ours
        self._places: dict[str, dict[int, int]] = {}

    def done(self) -> Looks:
        self._merge_number_formats()
        for name in _LISTS:
            self._merge_list(name)
        return Looks(self._places["cellXfs"], self._places["dxfs"])

    def _merge_number_formats(self) -> None:
        listed = _entries(self._theirs, "numFmts")
        by_code = {entry.get("formatCode"): entry.get("numFmtId") for entry in listed}
        used = (*listed, *below(self._theirs.root.child("dxfs"), "numFmt"))
        last = max((number(entry.get("numFmtId")) for entry in used), default=0)
        free = count(max(FIRST_OWN_FORMAT, last + 1))
        added = []
        dxfs = self._ours.root.child("dxfs")
        for entry in (*_entries(self._ours, "numFmts"), *below(dxfs, "numFmt")):
            code = entry.get("formatCode")
            if code not in by_code:
                by_code[code] = str(next(free))
                named = {"numFmtId": by_code[code], "formatCode": code}
                added.append(tag(self._prefix, "numFmt", named))
            self._numbers[entry.get("numFmtId")] = by_code[code]
        self._add("numFmts", added, len(listed))

    def _merge_list(self, name: str) -> None:
        """Find each entry of a list of ours in theirs, or append it."""
        listed = _entries(self._theirs, name)
        known: dict[Shape, int] = {}
        for at, entry in enumerate(listed):
            known.setdefault(_shape(entry), at)
        places: dict[int, int] = {}
        added: list[str] = []
        for at, entry in enumerate(_entries(self._ours, name)):
            shape = self._moved(_shape(entry))
            if shape not in known:
                known[shape] = len(listed) + len(added)
                added.append(_markup(shape, self._prefix))
            places[at] = known[shape]
        if name == "cellXfs" and len(listed) + len(added) > MOST_FORMATS:
            raise MisuseError(
                f"The workbook has {len(listed)} formats of cells, too many to add one. "
                "Choose another workbook."
            )
        self._add(name, added, len(listed))
        self._places[name] = places

    def _moved(self, shape: Shape) -> Shape:
        """An entry of ours with the numbers that what it refers to has in theirs."""
        name, attributes, children = shape
        moved = dict(attributes)
        if "numFmtId" in moved:
            moved["numFmtId"] = self._numbers.get(moved["numFmtId"], moved["numFmtId"])
        for key in _REFERENCES.keys() & moved.keys():
            moved[key] = str(self._places[_REFERENCES[key]][int(moved[key])])
        if name == "xf" and not self._has_named_styles:
            moved.pop("xfId", None)
        return name, tuple(sorted(moved.items())), tuple(map(self._moved, children))

    def _add(self, name: str, added: list[str], before: int) -> None:
        """Append entries to a list of theirs, which is made if it is not there."""
        if not added:
            return
        root = self._theirs.root
        whole = root.child(name)
        if whole is not None:
            if "count" in whole.attributes:
                self._theirs.set(whole, "count", before + len(added))
            self._theirs.append(whole, "".join(added))
            return
        markup = tag(self._prefix, name, {"count": len(added)}, "".join(added))
        later = _ORDER[_ORDER.index(name) + 1 :]
        following = next((each for each in root.children if each.name in later), None)
        if following:
            self._theirs.insert_before(following, markup)
        else:
            self._theirs.append(root, markup)


def _entries(part: Part, name: str) -> list[Element]:
    whole = part.root.child(name)
    return whole.children if whole else []


def _shape(element: Element) -> Shape:
    """All that an element says, however it is spelled: name, attributes, what is in it."""
    children = tuple(map(_shape, element.children))
    return element.name, tuple(sorted(element.attributes.items())), children


def _markup(shape: Shape, prefix: str) -> str:
    name, attributes, children = shape
    return tag(prefix, name, dict(attributes), "".join(_markup(each, prefix) for each in children))
