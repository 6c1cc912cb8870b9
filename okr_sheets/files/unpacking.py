"""A workbook's zip archive in memory, if nothing about it is out of the ordinary."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from typing import IO

from okr_sheets.files.guard import archive_in, kind_of_members, most_unpacked
from okr_sheets.files.plain_xml import OddError

MOST_PACKED = 4_000_000  # bytes of a file that is read without a child
MOST_UNPACKED = 24_000_000  # and of all its parts
MOST_LISTING = 500_000  # of what says which parts and sheets there are
FEW_OPENED = 4_000_000  # bytes of parts with few tags, whatever they are
MOST_TAGS = 1_000_000  # in all parts that are opened after them

_LOCAL_HEADER = struct.Struct("<4s22x2H")
_PLAIN_FLAGS = 0x0002 | 0x0004 | 0x0008 | 0x0800  # how it was packed; sizes behind; UTF-8


class PlainArchive:
    """The parts of an xlsx file, for a `Package` to take in place of a ZipFile."""

    def __init__(self, content: bytes) -> None:
        """OddError, UnreadableError or one of `ZIP_ERRORS` if it may be anything but plain."""
        with archive_in(io.BytesIO(content)) as archive:
            self._members = archive.infolist()
            if kind_of_members(archive) != "xlsx":
                raise OddError
        most = min(MOST_UNPACKED, most_unpacked(len(content)))
        relations = (each for each in self._members if each.filename.endswith(".rels"))
        if (
            sum(each.file_size for each in self._members) > most
            or sum(each.file_size for each in relations) > MOST_LISTING
        ):
            raise OddError
        self._content, self._opened, self._tags = content, 0, 0
        self._left = {member.filename: member for member in self._members}

    def infolist(self) -> list[zipfile.ZipInfo]:
        """The members, as a ZipFile has them."""
        return self._members

    def open(self, member: zipfile.ZipInfo) -> IO[bytes]:
        """A part, which is as long and has the checksum that the archive says, or raises."""
        self._left.pop(member.filename, None)
        self._opened += member.file_size
        if self._opened > MOST_UNPACKED:  # many sheets may be one part
            raise OddError
        part = self._unpacked(member)
        if self._opened > FEW_OPENED:
            self._tags += part.count(b"<")
            if self._tags > MOST_TAGS:
                raise OddError
        return io.BytesIO(part)

    def check_others(self) -> None:
        """Raise unless the same holds for the parts that nobody has opened."""
        for member in self._left.values():
            self._unpacked(member)

    def _unpacked(self, member: zipfile.ZipInfo) -> bytes:
        start = member.header_offset + _LOCAL_HEADER.size
        sign, letters, extra = _LOCAL_HEADER.unpack_from(self._content, member.header_offset)
        name = member.orig_filename
        is_plain = name.isascii() and not member.flag_bits & ~_PLAIN_FLAGS
        if (
            not is_plain
            or sign + self._content[start : start + letters] != b"PK\3\4" + name.encode()
        ):
            raise OddError
        start += letters + extra
        part = self._content[start : start + member.compress_size]
        if member.compress_type == zipfile.ZIP_DEFLATED:
            part = _inflated(part, member.file_size)
        if len(part) != member.file_size or zlib.crc32(part) != member.CRC:
            raise OddError
        return part


def _inflated(packed: bytes, size: int) -> bytes:
    """What was packed, which is looked at no further than its size; OddError if it has another."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    part = inflater.decompress(packed, size + 1)
    if len(part) != size or not inflater.eof:
        raise OddError
    return part
