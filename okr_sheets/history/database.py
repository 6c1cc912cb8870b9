"""Opening a history: told from other files before SQLite sees it, and locked while it changes."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from okr_sheets.history.tables import APPLICATION, SCHEMA, SCHEMA_VERSION, TABLES
from okr_sheets.misuse import MisuseError
from okr_sheets.regular import opened

WAIT = 30.0  # seconds for others to finish; 1,000 trackers take some two
_MAGIC = b"SQLite format 3\0"
_PAGES = b"\x40\x20\x20"  # bytes 21 to 23 of the header, in every file of SQLite
_HEADER, _APPLICATION_AT = 100, 68
_LONGEST = 10_000_000  # bytes of a text; a cell holds far less
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_TOOBIG)
_REASONS = {  # and what to do
    sqlite3.SQLITE_FULL: "the disk is full. Make room, or choose another one",
    sqlite3.SQLITE_READONLY: "it is write-protected, or its folder is. Choose another name",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened. Choose another name",
    sqlite3.SQLITE_IOERR: "the disk reports an error. Choose another one",
}


def check(path: str | Path) -> bool:
    """Whether there is a history at a path; False for nothing, or an empty file.

    MisuseError, in a sentence, for a file that is none, is a later version's, or is damaged.
    """
    if not _is_begun(Path(path)):
        return False
    with reading(path) as connection:
        return connection is not None


@contextmanager
def reading(path: str | Path) -> Iterator[sqlite3.Connection | None]:
    """A history to be read, in one piece; None if nothing was ever kept in it."""
    path = Path(path)
    if not _is_begun(path):
        yield None
        return
    with _connected(path, "rw") as connection:
        _do(connection, "BEGIN", time.monotonic() + WAIT)
        yield connection if _checked(path, connection) else None


@contextmanager
def writing(path: str | Path) -> Iterator[sqlite3.Connection]:
    """A history to be changed, all at once or not at all; begun where there is none.

    What others change at the same time waits. OSError, in a sentence, if they take too long.
    """
    path = Path(path)
    _is_begun(path)
    with _connected(path, "rwc") as connection:
        until = time.monotonic() + WAIT
        _do(connection, "BEGIN IMMEDIATE", until)
        if not _checked(path, connection):
            _create(connection)
            # On its own, so that a history is told by its header before much is written.
            _do(connection, "COMMIT", until)
            _do(connection, "BEGIN IMMEDIATE", until)
            _checked(path, connection)
        yield connection
        _do(connection, "COMMIT", until)


def _is_begun(path: Path) -> bool:
    """Whether there is more than an empty file; MisuseError if it is no history."""
    try:
        with opened(path) as file:
            header = file.read(_HEADER)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise OSError(f"{path} cannot be read: {error.strerror}. Name another file.") from error
    application = int.from_bytes(header[_APPLICATION_AT : _APPLICATION_AT + 4], "big")
    is_database = header.startswith(_MAGIC) and header[21:24] == _PAGES
    if header and not (is_database and application == APPLICATION):
        raise MisuseError(f"{path} is there already and is no history. Choose another name.")
    return bool(header)


@contextmanager
def _connected(path: Path, mode: str) -> Iterator[sqlite3.Connection]:
    """A connection whose errors are sentences; what was not committed is undone."""
    try:
        address = f"{path.absolute().as_uri()}?mode={mode}"
        connection = sqlite3.connect(address, uri=True, isolation_level=None, timeout=1)
        try:
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST)
            connection.execute("PRAGMA trusted_schema = OFF")  # the file may be anybody's
            connection.execute("PRAGMA temp_store = MEMORY")
            yield connection
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise _in_words(path, error) from error


def _do(connection: sqlite3.Connection, command: str, until: float) -> None:
    """Begin or commit, however often others come first, until a moment of the monotonic clock.

    A commit waits until nobody reads any more; those who come meanwhile wait for it.
    """
    is_commit = command == "COMMIT"
    while True:
        try:
            connection.execute(command)
            if not is_commit:
                connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.OperationalError as error:
            if _code(error) not in _BUSY or time.monotonic() > until:
                raise
            if connection.in_transaction and not is_commit:
                connection.execute("ROLLBACK")
        else:
            return


def _checked(path: Path, connection: sqlite3.Connection) -> bool:
    """Whether the tables are there; MisuseError if they are not those that we make."""
    found = connection.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
    if not found:
        return False
    made = {name: sql for kind, name, sql in found if kind == "table"}
    if made.get("about") == TABLES["about"]:
        versions = connection.execute("SELECT schema_version FROM about LIMIT 2").fetchall()
        if len(versions) == 1 and isinstance(versions[0][0], int):
            if versions[0][0] > SCHEMA_VERSION:
                raise MisuseError(
                    f"{path} was written by a later version of okr-sheets. "
                    "Install that one, or choose another name."
                )
            is_whole = all(made.get(name) == sql for name, sql in TABLES.items())
            if is_whole and not any(kind == "trigger" for kind, *_ in found):
                return True
    raise MisuseError(
        f"The tables of {path} were changed by another program. "
        "Take an earlier copy of it, or choose another name."
    )


def _create(connection: sqlite3.Connection) -> None:
    connection.execute(f"PRAGMA application_id = {APPLICATION}")
    for sentence in SCHEMA:
        connection.execute(sentence)
    connection.execute("INSERT INTO about VALUES (?)", (SCHEMA_VERSION,))


def _code(error: sqlite3.Error) -> int:
    """SQLite's code of an error, without the part that tells where it came up."""
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF


def damaged(path: str | Path) -> MisuseError:
    """That a history holds what nothing can be told from."""
    return MisuseError(
        f"{path} is damaged, and was left as it is. Take a copy of it that is whole, "
        "or choose another name."
    )


def _in_words(path: Path, error: sqlite3.Error) -> Exception:
    code = _code(error)
    if code in _BUSY:
        return OSError(
            f"{path} is in use by another program. Close it there and run again; "
            "nothing was changed."
        )
    # Of a text that is none Python says it without a code.
    if code in _DAMAGED or (
        isinstance(error, sqlite3.OperationalError) and not hasattr(error, "sqlite_errorcode")
    ):
        return damaged(path)
    if code in _REASONS:
        return OSError(f"{path} was not changed: {_REASONS[code]}.")
    return error
