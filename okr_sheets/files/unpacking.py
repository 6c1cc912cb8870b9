"""A workbook's zip archive unpacked at once, if nothing about it is out of the ordinary."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO

from okr_sheets.files.guard import archive_in, kind_of_members, most_unpacked
from okr_sheets.files.plain_xml import OddError

MOST_PACKED = 4_000_000  # bytes of a file that is read without a child
MOST_UNPACKED = 24_000_000  # and of all its parts

_LOCAL_HEADER = struct.Struct("<4s22x2H")
_PLAIN_FLAGS = 0x0002 | 0x0004 | 0x0008 | 0x0800  # how it was packed; sizes behind; UTF-8


@dataclass(frozen=True, slots=True)
class Unpacked:
    """The parts of an archive, for a `Package` to take in place of the archive itself."""

    members: Sequence[zipfile.ZipInfo]
    parts: Mapping[str, bytes]

    def infolist(self) -> Sequence[zipfile.ZipInfo]:
        return self.members

    def open(self, member: zipfile.ZipInfo) -> IO[bytes]:
        return io.BytesIO(self.parts[member.filename])


def unpacked(content: bytes) -> Unpacked:
    """The parts of the xlsx file of these bytes, each as long and with the checksum that it says.

    OddError, UnreadableError or one of `guard.ZIP_ERRORS` for what may be anything else.
    """
    with archive_in(io.BytesIO(content)) as archive:  # type: ignore[arg-type]  it reads as one
        members = archive.infolist()
        if kind_of_members(archive) != "xlsx":
            raise OddError
    most = min(MOST_UNPACKED, most_unpacked(len(content)))
    if sum(member.file_size for member in members) > most:
        raise OddError
    return Unpacked(members, dict(_parts(content, members)))


def _parts(content: bytes, members: Sequence[zipfile.ZipInfo]) -> Iterator[tuple[str, bytes]]:
    for member in members:
        name = member.filename
        sign, letters, extra = _LOCAL_HEADER.unpack_from(content, member.header_offset)
        start = member.header_offset + _LOCAL_HEADER.size
        is_plain = (
            sign == b"PK\3\4"
            and name.isascii()
            and content[start : start + letters] == member.orig_filename.encode()
            and not member.flag_bits & ~_PLAIN_FLAGS
        )
        if not is_plain:
            raise OddError
        start += letters + extra
        part = content[start : start + member.compress_size]
        if member.compress_type == zipfile.ZIP_DEFLATED:
            inflater = zlib.decompressobj(-zlib.MAX_WBITS)
            # One byte more than it says is enough to see that there are more.
            part = inflater.decompress(part, member.file_size + 1)
            if not inflater.eof or inflater.unused_data:
                raise OddError
        if len(part) != member.file_size or zlib.crc32(part) != member.CRC:
            raise OddError
        yield name, part
