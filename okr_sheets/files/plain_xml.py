"""Plain XML: what people's programs write, in which patterns can tell all that there is.

That is UTF-8 with no document type, comment or CDATA. Anything else raises OddError or ValueError,
and the careful reading looks at it with expat.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.parsers import expat

from okr_sheets.files.markup import Local

_DECLARATION = re.compile(
    r'\ufeff?(?:<\?xml version="1\.0"(?: encoding="utf-8")?(?: standalone="(?:yes|no)")? ?\?>)?\s*',
    re.ASCII | re.IGNORECASE,
)
_CONTROLS = tuple(bytes([code]) for code in range(32) if code not in b"\t\n\r")
_ENTITIES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}
_ENTITY = re.compile("&(#x?)?([0-9A-Za-z]+);")
_RARE_ENTITY = re.compile("&(?!(?:[lg]t|amp|quot|apos);)(?:#(?:[0-9]{1,7}|x[0-9A-Fa-f]{1,6});)?+")
_TAG_END = re.compile(r'(?: [A-Za-z_][\w.:-]*+="[^"<\t\n]*+")*+ ?/?>', re.ASCII)
_ATTRIBUTE = re.compile(r' ([^=]++)="([^"]*+)"')
# Between elements; what is blank inside a text stays.
_SPACE = re.compile(r">[ \t\n]++(?=<(?!/(?:v|t|f)>))")
_NOT_IN_TEXT = frozenset(("c", "row", "col", "v", "f", "si", "is"))
_TEXT = re.compile(r'<t(?: xml:space="preserve")?+>([^<]*+)</t>')


class OddError(Exception):
    """Something that the careful reading must look at."""


class Tags(dict[str, Mapping[str, str]]):
    """The attributes of tags, each way to write them taken apart once."""

    def __missing__(self, written: str) -> Mapping[str, str]:
        self[written] = attributes = attributes_of(written)
        return attributes


def attributes_of(written: str) -> Mapping[str, str]:
    """The attributes in a tag, of which `written` is all behind its name, without their prefixes."""
    if not _TAG_END.fullmatch(written):
        raise OddError
    pairs = _ATTRIBUTE.findall(written)
    if len(dict(pairs)) < len(pairs):
        raise OddError
    return {name.rpartition(":")[2]: unescaped(value) for name, value in pairs}


def inside(part: bytes, element: str) -> tuple[str, str]:
    """A part without what is inside of its one such element, and that: tags without their prefix.

    The first is well-formed XML. Of the second this is known: it has no tag of another prefix, its
    entities are XML's own, and no character is none of XML's. Tags may still be anything.
    """
    text = _decoded(part)
    start, end, prefix = _within(text, element)
    rest, body = text[:start] + text[end:], text[start:end]
    _check(rest)
    _check_characters(body)
    return rest, _without_prefix(body, prefix)


def sections(part: bytes, *elements: str) -> list[str]:
    """What is inside of elements of which a part, all of it well-formed, has one or none each."""
    text = _decoded(part)
    _check(text)
    found = []
    for element in elements:
        try:
            start, end, prefix = _within(text, element)
        except OddError:
            found.append("")
        else:
            found.append(_without_prefix(text[start:end], prefix))
    return found


def _decoded(part: bytes) -> str:
    """The text of a part behind its declaration."""
    if any(control in part for control in _CONTROLS):
        raise OddError
    text = part.decode()
    if not text.isascii() and ("\ufffe" in text or "\uffff" in text):
        raise OddError
    if "\r" in text:  # all ends of lines are one to XML
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    declaration = _DECLARATION.match(text)
    return text[declaration.end() :] if declaration else text


def _within(text: str, element: str) -> tuple[int, int, str]:
    """Where what is inside of an element begins and ends, and the prefix of its name."""
    opening = re.compile(rf"<([^<>\s/]*:)?{element}(?=[\s/>])[^<>]*>").search(text)
    if not opening:
        raise OddError
    start, prefix = opening.end(), opening[1] or ""
    if opening[0].endswith("/>"):
        return start, start, prefix
    end = text.rfind(f"</{prefix}{element}>")
    if end < start:
        raise OddError
    return start, end, prefix


def _check(text: str) -> None:
    """Raise OddError or ExpatError unless a text is plain and well-formed."""
    if "<!" in text or "<?" in text:
        raise OddError
    expat.ParserCreate().Parse(text, True)  # noqa: FBT003  it takes no name


def _check_characters(body: str) -> None:
    for match in _RARE_ENTITY.finditer(body):
        if match[0] == "&":
            raise OddError
        unescaped(match[0])
    if "]" in body and "]]>" in body:
        raise OddError


def _without_prefix(body: str, prefix: str) -> str:
    if not prefix:
        return body
    if re.search(f"<(?!/?{prefix})", body):
        raise OddError
    return body.replace(f"<{prefix}", "<").replace(f"</{prefix}", "</")


def tiles(pattern: re.Pattern[str], body: str, end: str = "") -> list[tuple[str, ...]]:
    """The groups of all matches of a pattern, which must have no letter of the body between them.

    Its last group matches all that is left where nothing else does; only `end` may be.
    """
    found: list[tuple[str, ...]] = pattern.findall(body)
    if _odd(found) not in {"", end}:
        found = pattern.findall(_SPACE.sub(">", body).strip(" \t\n"))
        if _odd(found) not in {"", end}:
            raise OddError
    return found


def _odd(found: list[tuple[str, ...]]) -> str:
    # A match of nothing may come last.
    return next((groups[-1] for groups in found[:-3:-1] if groups[-1]), "")


def unescaped(text: str) -> str:
    """A text with its entities resolved."""
    return _ENTITY.sub(_character, text) if "&" in text else text


def _character(match: re.Match[str]) -> str:
    number, name = match.groups()
    if number is None:
        return _ENTITIES[name]
    code = int(name, 16 if number == "#x" else 10)
    is_one = 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code < 0x110000
    if not (is_one or code in {9, 10, 13}):
        raise OddError
    return chr(code)


def text_within(content: str) -> str | None:
    """The text of a shared or inline string of one or more runs; None if it has no text at all."""
    if match := _TEXT.fullmatch(content):
        return unescaped(match[1])
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

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = pieces.append
    parser.Parse(f"<text>{content}</text>", True)  # noqa: FBT003
    return "".join(runs) if runs else None
