"""Text for each channel it leaves by, where what people wrote is text and nothing more.

A terminal and a mail take `one_line`, Markdown `escaped` or `as_code`, a cell `in_cell`, CSV
`marked`; JSON and the page, which jinja escapes, take what is `printable`.
"""

from __future__ import annotations

import re

MOST_IN_CELL = 32_767  # UTF-16 units
LONGEST = 120  # characters of a cell that a sentence quotes
LONGEST_NAME = 79  # of a key, a value or a name that one on settings quotes

# Controls but tab and line ends, halves of pairs, and what is no character: XML has none of them.
# Then what makes letters stand in another order than they are read in.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069]"
)
_DIGITS = re.compile(r"([0-9]+)")
_BREAKS = re.compile("\r\n|[\t\n\r\u2028\u2029]")
# What Markdown takes for markup; & only where it begins an entity.
_MARKUP = re.compile(r"[\\|*_`~<\[\]#]|&(?=#?\w+;)|^[-+=>]")
_SPACES = re.compile(r"[^\S\u00a0\u202f]+")  # but those that hold a number and its sign together
_LISTED = re.compile(r"^(\d+)(?=[.)])")
# Programs trim spaces and quotes, so what counts is the first sign after those.
_SIGNS = r"[=+\-@＝＋－＠]"
_FORMULA = re.compile(rf"""[\s"']*(?:{_SIGNS}|[\t\r])""")
_ON_ITS_LINE = rf"""(?:[^\S\r\n]|["'])*{_SIGNS}"""
_FORMULA_WITHIN = re.compile(rf"(?<=[;\r\n])(?={_ON_ITS_LINE})")
_QUOTED_WITHIN = re.compile(rf"(?<=[;\r\n])(?='{_ON_ITS_LINE})")
_MARK_WITHIN = re.compile(rf"(?<=[;\r\n])'(?={_ON_ITS_LINE})")


def natural(text: str) -> tuple[object, ...]:
    """What a name is sorted by where 2 comes before 10: its words, and its numbers as numbers."""
    words = _DIGITS.split(text)  # every second one is of digits
    numbers = (word.lstrip("0") for word in words[1::2])
    words[1::2] = [f"{len(number):09}{number}" for number in numbers]
    return *words, text


def printable(text: str) -> str:
    """`text` without control characters, what turns its order round, and what is no character."""
    return _UNPRINTABLE.sub("", text)


def one_line(text: str) -> str:
    """`text` as one line of a terminal or a mail."""
    return printable(_BREAKS.sub(" ", text))


def quotation(text: str, longest: int = LONGEST) -> str:
    """What a cell holds, as a sentence can quote it: on one line, and no novel."""
    line = one_line(text)
    return line if len(line) <= longest else f"{line[:longest]}…"


def quoted(text: str) -> str:
    """A key, a value or a name as a sentence on settings or options can quote it."""
    return quotation(text, LONGEST_NAME)


def escaped(text: str) -> str:
    """`text` on one line, as Markdown shows it and never takes it for markup."""
    return _LISTED.sub(r"\g<1>\\", _MARKUP.sub(r"\\\g<0>", _squeezed(text)))


def as_code(text: str) -> str:
    """`text` as code in Markdown, between more backticks than it has in a row."""
    line = _squeezed(text)
    fence = "`" * (max(map(len, re.findall("`+", line)), default=0) + 1)
    edge = " " if "`" in line else ""
    return f"{fence}{edge}{line}{edge}{fence}"


def _squeezed(text: str) -> str:
    return _SPACES.sub(" ", one_line(text)).strip()


def in_cell(text: str) -> str:
    """`text` as a cell of a workbook can hold it; what is too long ends in an ellipsis."""
    text = printable(text).replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > MOST_IN_CELL // 2 and units(text) > MOST_IN_CELL:
        kept = text.encode("utf-16-le")[: 2 * (MOST_IN_CELL - 1)]
        text = kept.decode("utf-16-le", "ignore") + "…"
    # XlsxWriter takes such a text for markup of its own; with a space, which nobody sees, not.
    return f"{text} " if text.startswith("<r>") and text.endswith("</r>") else text


def units(text: str) -> int:
    """How long Excel takes a text to be: letters beyond the first 65,536 count twice."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def marked(text: str, separator: str) -> str:
    """`text` for CSV: a program that opens the file shows it rather than runs it.

    An apostrophe stands before what would be a formula. `separator` is the one of the programs of
    the reader's language: those that know the semicolon split a line of this file there, and end
    it at a line break, since for them no quote opens in the middle of a cell.
    """
    # Where a mark stands already, one more, so that either can be told from the text.
    inside = _FORMULA_WITHIN if separator == ";" else _QUOTED_WITHIN
    text = inside.sub("'", printable(text))
    return f"'{text}" if _FORMULA.match(text) else text


def unmarked(text: str) -> str:
    """The text that was marked, by whichever separator."""
    text = text[1:] if text.startswith("'") and _FORMULA.match(text, 1) else text
    return _MARK_WITHIN.sub("", text)
