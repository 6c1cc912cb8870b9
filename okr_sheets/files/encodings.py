"""A text file's bytes as text: Unicode by its marks and shape, else the code page that fits."""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from itertools import islice

from okr_sheets.language import fold, language, languages
from okr_sheets.problems import UnreadableError

MARKS = (
    (codecs.BOM_UTF8, "UTF-8"),
    (codecs.BOM_UTF16_LE, "UTF-16-LE"),
    (codecs.BOM_UTF16_BE, "UTF-16-BE"),
)
HEAD = 4_096  # bytes that tell UTF-16 without a mark
SAMPLE = 100_000  # characters in which known words are looked for
WORDS = frozenset({"settings", "okrs", "actions", "log", "choices"})
RUNS = 5_000  # runs of letters beyond ASCII that are judged


@dataclass(frozen=True, slots=True)
class CodePage:
    """An encoding of one byte (Korean: two) a letter, which nothing in the file names.

    `run` is the fewest letters beyond ASCII that stand together in that language's words.
    """

    codec: str
    name: str
    language: str
    run: int = 1


# The first is what a file is in when its letters speak for none. Korean stands before Thai, as
# which short Korean may be read to the last letter; Thai can hardly be read as Korean.
WESTERN = CodePage("cp1252", "Windows-1252 (Western European)", "en")
PAGES = (
    WESTERN,
    CodePage("cp949", "Windows-949 (Korean)", "ko", run=2),
    CodePage("cp874", "Windows-874 (Thai)", "th", run=3),
    CodePage("cp1254", "Windows-1254 (Turkish)", "tr"),
    CodePage("cp1250", "Windows-1250 (Central European)", "hu"),
)

_RUN = re.compile(r"[^\x00-\x7f]{1,64}")
_BETWEEN_CELLS = re.compile(r'[,;\t|"\r\n]+')


def decode(content: bytes) -> tuple[str, str]:
    """The text, and the name of the code page that it was decoded with: "" for Unicode.

    Raises UnreadableError: `damaged` with the line where Unicode is broken, `unknown-encoding` if
    no encoding fits.
    """
    for mark, codec in MARKS:
        if content.startswith(mark):
            return _unicode(content[len(mark) :], codec), ""
    codec = _utf16_without_mark(content[:HEAD]) or "UTF-8"
    if codec == "UTF-8" and not _is_utf8(content):
        return _by_code_page(content)
    return _unicode(content, codec), ""


def _unicode(content: bytes, codec: str) -> str:
    try:
        return content.decode(codec)
    except UnicodeDecodeError as error:
        line = content[: error.start].decode(codec, "replace").count("\n") + 1
        raise UnreadableError("damaged", f"line {line}: not {codec}") from None


def _utf16_without_mark(head: bytes) -> str:
    """ASCII in UTF-16 has a zero for every other byte, and a table has ASCII in any script."""
    first, second = head[::2].count(0), head[1::2].count(0)
    if 10 * max(first, second) <= len(head):
        return ""
    if second > 4 * first:
        return "UTF-16-LE"
    return "UTF-16-BE" if first > 4 * second else ""


def _is_utf8(content: bytes) -> bool:
    """Whether this is UTF-8. A few broken letters are allowed: other encodings break nearly all."""
    try:
        content.decode()
    except UnicodeDecodeError:
        text = content.decode(errors="replace")
        broken = text.count("\N{REPLACEMENT CHARACTER}")
        return len(text) - len(text.encode("ascii", "ignore")) >= 3 * broken
    return True


def _by_code_page(content: bytes) -> tuple[str, str]:
    read = {}
    for page in PAGES:
        try:
            text = content.decode(page.codec)
        except UnicodeDecodeError:
            continue
        read[page] = text, _evidence(text, page)
    best = max(read, key=lambda page: read[page][1], default=None)
    if best is None or read[best][1] < (0, 0):
        raise UnreadableError("unknown-encoding")
    return read[best][0], best.name


def _evidence(text: str, page: CodePage) -> tuple[int, float]:
    """How many of our words stand in a text, and how well its letters fit the page's language.

    The fit is 1 if all letters are of the language, -1 if none is. Letters that Western European
    encodes as the same byte do not count.
    """
    words = {fold(cell) for cell in _BETWEEN_CELLS.split(text[:SAMPLE])} & _words()
    fitting = foreign = 0
    for run in islice(_RUN.finditer(text), RUNS):
        together = len(run[0]) >= page.run
        for letter in run[0]:
            if letter.encode(page.codec, "ignore") == letter.encode(WESTERN.codec, "ignore"):
                continue
            if together and _sign(letter) in _alphabet(page.language):
                fitting += 1
            else:
                foreign += 1
    return len(words), (fitting - foreign) / max(fitting + foreign, 1)


@cache
def _words() -> frozenset[str]:
    """Our labels, headers and choices beyond ASCII: no two code pages spell one alike by chance."""
    return frozenset(
        fold(spelling)
        for words in map(language, languages())
        for path in words.paths()
        if path.partition(".")[0] in WORDS
        for spelling in words.spellings(path)
        if not spelling.isascii()
    )


@cache
def _alphabet(code: str) -> frozenset[str]:
    """The letters beyond ASCII that a language's own words are written in."""
    words = language(code)
    letters = {
        letter for path in words.paths() for each in words.spellings(path) for letter in each
    }
    return frozenset(
        _sign(letter)
        for letter in letters
        if not letter.isascii() and unicodedata.category(letter)[0] in "LM"
    )


@cache
def _sign(letter: str) -> str:
    """A Latin letter in small; another script's name, since our words do not use all of it."""
    name = unicodedata.name(letter, "?")
    return letter.casefold() if name.startswith("LATIN ") else name.split()[0]
