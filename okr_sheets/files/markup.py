"""XML as a stream of events, with no entities, so that no small part grows large."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import IO
from xml.parsers import expat

from okr_sheets.problems import UnreadableError

CHUNK = 1 << 16

_ENTITIES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}
_ENTITY = re.compile("&(#x?)?([0-9A-Za-z]+);")


class Local(dict[str, str]):
    """Names without their namespace prefix, each worked out once."""

    def __missing__(self, name: str) -> str:
        self[name] = local = name.rpartition(":")[2]
        return local


def walk(
    stream: IO[bytes],
    part: str,
    start: Callable[[str, Mapping[str, str]], object],
    end: Callable[[str], object] | None = None,
    text: Callable[[str], object] | None = None,
) -> None:
    """Call `start`, `end` and `text` for the elements and text of an archive's part, in order.

    Names of elements and attributes come without their namespace prefix. Raises UnreadableError
    for a document type, which no spreadsheet has, and for broken XML.
    """
    local = Local()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.buffer_size = CHUNK
    parser.StartDoctypeDeclHandler = lambda *_: _refuse(part)
    # Most attributes have no prefix, and looking is cheaper than copying.
    parser.StartElementHandler = lambda name, attributes: start(
        local[name],
        {local[key]: value for key, value in attributes.items()}
        if ":" in "".join(attributes)
        else attributes,
    )
    if end:
        parser.EndElementHandler = lambda name: end(local[name])
    if text:
        parser.CharacterDataHandler = text
    try:
        while chunk := stream.read(CHUNK):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise UnreadableError("damaged", part) from error


def unescaped(text: str) -> str:
    """A text with XML's own entities resolved; KeyError or ValueError if it has another."""
    return _ENTITY.sub(_character, text) if "&" in text else text


def _character(match: re.Match[str]) -> str:
    number, name = match.groups()
    if number is None:
        return _ENTITIES[name]
    code = int(name, 16 if number == "#x" else 10)
    is_one = 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code < 0x110000
    if not (is_one or code in {9, 10, 13}):
        raise ValueError(match[0])
    return chr(code)


def _refuse(part: str) -> None:
    raise UnreadableError("damaged", f"{part}: DOCTYPE")
