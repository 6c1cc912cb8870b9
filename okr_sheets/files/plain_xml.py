"""Plain XML: what people's programs write, in which patterns can tell all that there is.

That is UTF-8 with no document type, comment or CDATA. Anything else raises OddError or ValueError,
and the careful reading looks at it with expat.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.parsers import expat

from okr_sheets.files.markup import Local, unescaped

MOST_WAYS = 50_000  # to write a tag, and entities that hardly anybody writes

Body = tuple[bytes, int, int]  # a part, and from where to where in it
Groups = tuple[bytes, ...]

_DECLARATION = re.compile(
    rb'(?:\xef\xbb\xbf)?(?:<\?xml version="1\.0"(?: encoding="utf-8")?'
    rb'(?: standalone="(?:yes|no)")? ?\?>)?\s*',
    re.IGNORECASE,
)
_CONTROLS = tuple(bytes([code]) for code in range(32) if code not in b"\t\n\r")
_NO_LETTERS = ("\ufffe".encode(), "\uffff".encode())
_RARE_ENTITY = re.compile(rb"&(?!(?:[lg]t|amp|quot|apos);)(?:#(?:[0-9]{1,7}|x[0-9A-Fa-f]{1,6});)?+")
_TAG_END = re.compile(r'(?: [A-Za-z_][\w.:-]*+="[^"<\t\n]*+")*+ ?/?>', re.ASCII)
_ATTRIBUTE = re.compile(r' ([^=]++)="([^"]*+)"')
# Between elements; what is blank inside a text stays.
_SPACE = re.compile(rb">[ \t\n]++(?=<(?!/(?:v|t|f)>))")
_NOT_IN_TEXT = frozenset(("c", "row", "col", "v", "f", "si", "is"))
_TEXT = re.compile(rb'<t(?: xml:space="preserve")?+>([^<]*+)</t>')


class OddError(Exception):
    """Something that the careful reading must look at."""


class Tags(dict[bytes, Mapping[str, str]]):
    """The attributes of tags, each way to write them taken apart once."""

    def __missing__(self, written: bytes) -> Mapping[str, str]:
        if len(self) > MOST_WAYS:
            raise OddError
        self[written] = attributes = attributes_of(written)
        return attributes


def attributes_of(written: bytes) -> Mapping[str, str]:
    """The attributes in a tag, written as all that is behind its name; without prefixes."""
    text = written.decode()
    if not _TAG_END.fullmatch(text):
        raise OddError
    pairs = _ATTRIBUTE.findall(text)
    if len(dict(pairs)) < len(pairs):
        raise OddError
    return {name.rpartition(":")[2]: unescaped(value) for name, value in pairs}


def inside(part: bytes, element: str) -> tuple[bytes, Body]:
    """A part without what is inside of its one such element, and that: tags without their prefix.

    The first is well-formed XML. Of the second this is known: it has no tag of another prefix, its
    entities are XML's own, and no character is none of XML's. Tags may still be anything.
    """
    part, begin = _decoded(part)
    place = _within(part, begin, element)
    if not place:
        raise OddError
    start, end, prefix = place
    rest = part[begin:start] + part[end:]
    _check(rest)
    _check_characters(part, start, end)
    return rest, _without_prefix(part, start, end, prefix)


def sections(part: bytes, *elements: str) -> list[Body]:
    """What is inside of elements of which a part, all of it well-formed, has one or none each."""
    part, begin = _decoded(part)
    _check(part[begin:])
    found = []
    for element in elements:
        place = _within(part, begin, element)
        found.append(_without_prefix(part, *place) if place else (b"", 0, 0))
    return found


def _decoded(part: bytes) -> tuple[bytes, int]:
    """A part with one sort of ends of lines, and where its root begins."""
    if any(control in part for control in _CONTROLS):
        raise OddError
    if not part.isascii():
        part.decode()
        if any(sign in part for sign in _NO_LETTERS):
            raise OddError
    if b"\r" in part:  # as XML has it
        part = part.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    declaration = _DECLARATION.match(part)
    return part, declaration.end() if declaration else 0


def _within(part: bytes, begin: int, element: str) -> tuple[int, int, bytes] | None:
    """Where what is inside of an element begins and ends, and the prefix of its name.

    None if a part has no such element; OddError if it has another behind it, or if its tags are
    written oddly. That there is none inside of it, whoever takes its tags must see to.
    """
    name = element.encode()
    pattern = re.compile(rb"<([^<>\s/]*:)?%b(?=[\s/>])([^<>]*>)" % name)
    opening = pattern.search(part, begin)
    if not opening:
        return None
    attributes_of(opening[2])  # a value with a > would end the tag too early
    start, prefix = opening.end(), opening[1] or b""
    is_empty = opening[2].endswith(b"/>")
    end = start if is_empty else part.rfind(b"</%b%b>" % (prefix, name))
    if end < start or pattern.search(part, end):
        raise OddError
    return start, end, prefix


def _check(text: bytes) -> None:
    """Raise OddError or ExpatError unless a text is plain and well-formed."""
    if b"<!" in text or b"<?" in text:
        raise OddError
    expat.ParserCreate("utf-8").Parse(text, True)


def _check_characters(part: bytes, start: int, end: int) -> None:
    for count, match in enumerate(_RARE_ENTITY.finditer(part, start, end)):
        if match[0] == b"&" or count > MOST_WAYS:
            raise OddError
        unescaped(match[0].decode())
    if b"]" in part and part.find(b"]]>", start, end) >= 0:
        raise OddError


def _without_prefix(part: bytes, start: int, end: int, prefix: bytes) -> Body:
    if not prefix:
        return part, start, end
    body = part[start:end]
    if re.search(b"<(?!/?%b)" % re.escape(prefix), body):
        raise OddError
    body = body.replace(b"<" + prefix, b"<").replace(b"</" + prefix, b"</")
    return body, 0, len(body)


def tiles(pattern: re.Pattern[bytes], body: Body, end: bytes = b"") -> list[Groups]:
    """The groups of all matches of a pattern, which must have no letter of the body between them.

    Its last group matches all that is left where nothing else does; only `end` may be.
    """
    found: list[Groups] = pattern.findall(*body)
    if _odd(found) not in {b"", end}:
        part, first, last = body
        found = pattern.findall(_SPACE.sub(b">", part[first:last]).strip(b" \t\n"))
        if _odd(found) not in {b"", end}:
            raise OddError
    return found


def _odd(found: list[Groups]) -> bytes:
    # A match of nothing may come last.
    return next((groups[-1] for groups in found[:-3:-1] if groups[-1]), b"")


def plain_text(written: bytes) -> str:
    """The text that is written inside of an element."""
    return unescaped(written.decode())


def text_within(content: bytes) -> str | None:
    """The text of a shared or inline string of one or more runs; None if it has no text at all."""
    if match := _TEXT.fullmatch(content):
        return plain_text(match[1])
    runs: list[str] = []
    pieces: list[str] = []
    open_names: list[str] = []
    local = Local()

    def start(name: str, _: Mapping[str, str]) -> None:
        open_names.append(local[name])
        if open_names[-1] == "t":
            pieces.clear()
        elif open_names[-1] in _NOT_IN_TEXT:
            raise OddError

    def end(_: str) -> None:
        if open_names.pop() == "t" and "rPh" not in open_names:
            runs.append("".join(pieces))

    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = pieces.append
    parser.Parse(b"<text>%b</text>" % content, True)
    return "".join(runs) if runs else None
