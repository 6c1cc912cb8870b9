"""A text file's bytes as text: Unicode by its marks and shape, else the code page that fits."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from itertools import chain, islice

from okr_sheets.files.plausible import Letters, alphabet, alphabets, sign
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

# Of Excel for Mac and of DOS; of each the Western one first, from which the others differ little.
OLD_PAGES = (
    (
        CodePage("mac_roman", "Mac OS Roman", "en"),
        CodePage("mac_turkish", "Mac OS Turkish", "tr"),
        CodePage("mac_latin2", "Mac OS Central European", "hu"),
    ),
    (
        CodePage("cp850", "DOS 850 (Western European)", "en"),
        CodePage("cp857", "DOS 857 (Turkish)", "tr"),
        CodePage("cp852", "DOS 852 (Central European)", "hu"),
    ),
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
    read = _read(content, PAGES)
    known = {page: _known(text) for page, text in read.items()}
    # On Windows people may mix languages.
    fits = {
        page: Letters(text).fit(chain(*alphabets(page.language))) for page, text in read.items()
    }
    own = {page: _own(text, page) for page, text in read.items()}
    best = max(read, key=lambda page: (known[page], fits[page] >= 0, own[page]), default=WESTERN)
    # Any byte is a letter in old code pages, so one must fit better than what Windows makes of it,
    # and that in one language.
    if best in read and (known[best], own[best]) >= (0, 0):
        most = known[best], fits[best]
    else:
        most = 0, 0.0
        read.clear()
    for pages in OLD_PAGES:
        page, text, fit = _best_old(content, pages)
        if fit > most:
            best, most, read[page] = page, fit, text
    if best not in read:
        raise UnreadableError("unknown-encoding")
    return read[best], best.name


def _best_old(content: bytes, pages: Sequence[CodePage]) -> tuple[CodePage, str, tuple[int, float]]:
    """The code page that fits best, the text by it, how many of our words it has, and the fit."""
    western = content.decode(pages[0].codec)
    found = (pages[0], western, (0, -1.0))
    for page, text in _read(content, pages).items():
        fit = max(map(Letters(text).fit, alphabets(page.language)))
        fits = _known(text), fit
        # Where two fit alike, the letters that they differ in are those of one language.
        if fits > found[2] or (fits == found[2] and _differ_in_letters(text, western)):
            found = page, text, fits
    return found


def _differ_in_letters(text: str, other: str) -> bool:
    return any(one != two and one.isalpha() for one, two in zip(text, other, strict=True))


def _read(content: bytes, pages: Iterable[CodePage]) -> dict[CodePage, str]:
    """The text by each code page that has all of its bytes."""
    texts = {}
    for page in pages:
        with suppress(UnicodeDecodeError):
            texts[page] = content.decode(page.codec)
    return texts


def _own(text: str, page: CodePage) -> float:
    """How well the letters of a text fit the page's language: 1 if all are its, -1 if none is.

    Letters that Western European encodes as the same byte do not count.
    """
    fitting = foreign = 0
    for run in islice(_RUN.finditer(text), RUNS):
        together = len(run[0]) >= page.run
        for letter in run[0]:
            if letter.encode(page.codec, "ignore") == letter.encode(WESTERN.codec, "ignore"):
                continue
            if together and sign(letter) in alphabet(page.language):
                fitting += 1
            else:
                foreign += 1
    return (fitting - foreign) / max(fitting + foreign, 1)


def _known(text: str) -> int:
    """How many of our words beyond ASCII are cells of a text."""
    return len({fold(cell) for cell in _BETWEEN_CELLS.split(text[:SAMPLE])} & _words())


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
