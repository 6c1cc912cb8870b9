"""XML as a stream of events, with no entities, so that no small part grows large."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import IO
from xml.parsers import expat

from okr_sheets.problems import UnreadableError

CHUNK = 1 << 16


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


def _refuse(part: str) -> None:
    raise UnreadableError("damaged", f"{part}: DOCTYPE")
