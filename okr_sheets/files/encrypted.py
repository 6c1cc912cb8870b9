"""Workbooks that Excel encrypts with a password of its own, and so opens for everybody."""

from __future__ import annotations

import io
from pathlib import Path

from okr_sheets.problems import UnreadableError
from okr_sheets.regular import opened

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # what an encrypted workbook, and an xls, begins with
PASSWORD = "VelvetSweatshop"  # noqa: S105  what Excel tries before it asks


def decrypted(content: bytes) -> bytes:
    """An encrypted workbook as it was before, never larger than it is.

    Raises UnreadableError: `encrypted` where the extra that decrypts is not installed, `password`
    if the file has a password that people chose.
    """
    try:
        import msoffcrypto  # noqa: PLC0415  an extra
    except ImportError:
        raise UnreadableError("encrypted") from None
    plain = io.BytesIO()
    try:
        file = msoffcrypto.OfficeFile(io.BytesIO(content))
        if file.format == "ooxml":
            file.load_key(password=PASSWORD, verify_password=True)
        else:  # which always verifies
            file.load_key(password=PASSWORD)
        file.decrypt(plain)
    except MemoryError:
        raise
    except Exception as error:
        # Not its password, or damaged: whoever knows the password can tell.
        raise UnreadableError("password") from error
    return plain.getvalue()


def archive_of(path: Path) -> Path | io.BytesIO:
    """Where the archive of a workbook is: in its file, or encrypted in it, then in memory."""
    with opened(path) as file:
        if file.read(len(OLE)) != OLE:
            return path
        file.seek(0)
        return io.BytesIO(decrypted(file.read()))
