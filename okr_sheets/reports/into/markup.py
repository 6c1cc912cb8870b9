"""XML parts that are changed at a few places, and stay byte for byte the same at all others.

A parser that writes a part anew would change its quotes, prefixes and spaces; here it only tells
where each element stands in the bytes.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from okr_sheets.problems import UnreadableError

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MOST_ELEMENTS = 500_000
DEEPEST = 100  # of elements in one another

_ATTRIBUTE = re.compile(rb"""\s+([^\s=>/]+)\s*=\s*("[^"]*"|'[^']*')""")
_START_TAG = re.compile(rb"<[^\s>/]+(?:" + _ATTRIBUTE.pattern + rb")*\s*/?>")
_DECLARED = re.compile(rb"""<\?xml[^>]*?\sencoding\s*=\s*["']([\w.-]{1,40})["']""")
_WIDE = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
# All that programs save workbooks in. Python would decode by many more, some of them no XML's.
_PLAIN = {
    "utf-8": "utf-8",
    "us-ascii": "ascii",
    "ascii": "ascii",
    "iso-8859-1": "latin-1",
    "latin-1": "latin-1",
}


@dataclass(slots=True)
class Element:
    """An element, and where it stands: its start tag from `start` to `inner`, its end from `close`.

    `namespace` and the attributes' own stand before a space; an attribute mostly has none.
    """

    namespace: str
    name: str
    prefix: str
    attributes: Mapping[str, str]
    start: int
    inner: int = 0
    close: int = 0
    end: int = 0
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def get(self, key: str, default: str = "") -> str:
        return self.attributes.get(key, default)

    def child(self, name: str) -> Element | None:
        """The first child of the element's own namespace that has a name."""
        return next(self.named(name), None)

    def named(self, name: str) -> Iterator[Element]:
        """The children of the element's own namespace that have a name."""
        for child in self.children:
            if child.name == name and child.namespace == self.namespace:
                yield child


class Part:
    """An XML part with the changes to be made to it."""

    def __init__(self, content: bytes, name: str) -> None:
        """Read a part; UnreadableError if it is no XML, or XML made to hurt."""
        self.name = name
        self._changes: list[tuple[int, int, bytes]] = []
        try:
            self._encoding = _encoding(content)
            self._content = content.decode(self._encoding).encode()
        except (LookupError, ValueError) as error:
            raise UnreadableError("damaged", name) from error
        self.prefixes: dict[str, str] = {}  # that the root declares, by their namespaces
        self.root = self._read()

    def _read(self) -> Element:
        parser = expat.ParserCreate("utf-8", " ")
        parser.namespace_prefixes = True
        parser.buffer_text = True
        document = Element("", "", "", {}, 0)
        inside = [document]
        count = 0

        def start(name: str, attributes: dict[str, str]) -> None:
            nonlocal count
            count += 1
            if count > MOST_ELEMENTS or len(inside) > DEEPEST:
                raise UnreadableError("too-large", self.name)
            namespace, local, prefix = _split(name)
            at = parser.CurrentByteIndex
            keyed = {" ".join(key.split(" ")[:2]): value for key, value in attributes.items()}
            tag = _START_TAG.match(self._content, at)
            if not tag:
                raise UnreadableError("damaged", self.name)
            element = Element(namespace, local, prefix, keyed, at, tag.end())
            inside[-1].children.append(element)
            inside.append(element)

        def end(_: str) -> None:
            element = inside.pop()
            at = parser.CurrentByteIndex
            is_empty = self._content[element.inner - 2 : element.inner] == b"/>"
            element.close = element.inner if is_empty else at
            element.end = element.inner if is_empty else self._content.index(b">", at) + 1

        def text(more: str) -> None:
            inside[-1].text += more

        def declare(prefix: str | None, namespace: str) -> None:
            if len(inside) == 1:
                self.prefixes.setdefault(namespace, prefix or "")

        def refuse(*_: object) -> None:
            raise UnreadableError("damaged", f"{self.name}: DOCTYPE")

        parser.StartElementHandler, parser.EndElementHandler = start, end
        parser.CharacterDataHandler = text
        parser.StartNamespaceDeclHandler = declare
        parser.StartDoctypeDeclHandler = refuse
        try:
            parser.Parse(self._content, True)
        except expat.ExpatError as error:
            raise UnreadableError("damaged", self.name) from error
        return document.children[0]

    def append(self, parent: Element, markup: str) -> None:
        """Add markup as the last of an element's children."""
        if parent.close != parent.inner or self._content[parent.inner - 2] != ord("/"):
            self._change(parent.close, parent.close, markup)
            return
        name = f"{parent.prefix}:{parent.name}" if parent.prefix else parent.name
        self._change(parent.inner - 2, parent.inner, f">{markup}</{name}>")

    def insert_after(self, element: Element, markup: str) -> None:
        """Add markup behind an element."""
        self._change(element.end, element.end, markup)

    def insert_before(self, element: Element, markup: str) -> None:
        """Add markup in front of an element."""
        self._change(element.start, element.start, markup)

    def replace(self, element: Element, markup: str) -> None:
        """Put markup, or nothing, in the place of an element."""
        self._change(element.start, element.end, markup)

    def set(self, element: Element, key: str, value: object) -> None:
        """Give an attribute without a namespace a value."""
        quoted = quoteattr(str(value))
        tag = self._content[element.start : element.inner]
        for match in _ATTRIBUTE.finditer(tag):
            if match[1] == key.encode():
                first = element.start
                self._change(first + match.start(2), first + match.end(2), quoted)
                return
        end = element.inner - (2 if tag.endswith(b"/>") else 1)
        self._change(end, end, f" {key}={quoted}")

    def _change(self, start: int, end: int, markup: str) -> None:
        self._changes.append((start, end, markup.encode()))

    def content(self) -> bytes:
        """The part with its changes, in the encoding that it had."""
        pieces, at = [], 0
        # Of those at one place the first asked for stands first.
        for start, end, markup in sorted(self._changes, key=lambda change: change[:2]):
            pieces += [self._content[at:start], markup]
            at = end
        whole = b"".join((*pieces, self._content[at:]))
        return whole.decode().encode(self._encoding, "xmlcharrefreplace")


def _encoding(content: bytes) -> str:
    """The encoding of a part; LookupError for one that no workbook has."""
    wide = _WIDE.get(content[:2])
    if wide:
        return wide
    declared = _DECLARED.match(content.removeprefix(codecs.BOM_UTF8))
    return _PLAIN[declared[1].decode().lower()] if declared else "utf-8"


def _split(name: str) -> tuple[str, str, str]:
    """Namespace, local name and prefix of a name as the parser gives it."""
    parts = name.split(" ")
    if len(parts) == 1:
        return "", name, ""
    return parts[0], parts[1], parts[2] if len(parts) > 2 else ""


def below(element: Element | None, name: str) -> list[Element]:
    """All elements of a name below one; none below None."""
    if element is None:
        return []
    found = [child for child in element.children if child.name == name]
    return found + [each for child in element.children for each in below(child, name)]


def tag(prefix: str, name: str, attributes: Mapping[str, object], inner: str = "") -> str:
    """An element as markup."""
    qualified = f"{prefix}:{name}" if prefix else name
    listed = "".join(f" {key}={quoteattr(str(value))}" for key, value in attributes.items())
    return f"<{qualified}{listed}>{inner}</{qualified}>" if inner else f"<{qualified}{listed}/>"


def number(text: str) -> int:
    """A number as attributes have them; 0 for anything else."""
    return int(text) if text.isdecimal() and len(text) < 10 else 0
