"""Columns: rows that are looked up elsewhere say what they said on their own."""

import pickle
from datetime import date, datetime

import numpy as np
import pytest

from okr_sheets.columns import Columns, filled, packed

# Many are equal to another of them, and none is the same.
VALUES = (0.0, -0.0, 0, False, None, "", "''", "0.0", 1.0, 1, True, "a", "a", 2.5, 2.5)
DAYS = (date(2027, 1, 1), datetime(2027, 1, 1))


def table(values, **others):
    arrays = {"any": filled(values, "any"), "number": filled(range(len(values)), "number")}
    return Columns({**arrays, **others}, len(values))


def said(rows):
    return [[(type(value), repr(value)) for value in row.values()] for row in rows.records()]


@pytest.fixture
def tables():
    return [
        table(VALUES),
        table(()),
        table(DAYS, note=filled(("x", "x"), "text")),
        table((*DAYS, *reversed(VALUES))),
    ]


def test_tables_that_are_packed_say_what_each_said(tables):
    parts = packed(tables)
    assert [list(part) for part in parts] == [list(table) for table in tables]
    assert [len(part) for part in parts] == [len(table) for table in tables]
    assert list(map(said, parts)) == list(map(said, tables))
    assert [part["any"].dtype for part in parts] == [object] * len(tables)


def test_what_is_made_of_packed_rows_is_as_of_others(tables):
    def made(rows):
        which = np.arange(len(rows))[::-2]
        yield rows.take(which)
        yield rows.having(number=rows.number + 1)
        yield rows.only(["number"]).take(which)
        yield rows.part(len(rows) // 2, len(rows))
        yield pickle.loads(pickle.dumps(rows))

    for part, table in zip(packed(tables), tables, strict=True):
        assert list(map(said, made(part))) == list(map(said, made(table)))


def test_packed_rows_have_no_other_columns(tables):
    part, *_ = packed(tables)
    assert "note" not in part
    with pytest.raises(KeyError):
        part["note"]
    with pytest.raises(AttributeError, match="no 'note'"):
        _ = part.note
