"""The words of each language, and how a word someone typed finds its key.

A language is one TOML file in `languages/`. Where a file gives a list, the first spelling is
written and every spelling is read; all languages are read at once, so one folder may mix them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from okr_sheets.misuse import MisuseError, check_choice

REFERENCE = "en"
_FOLDER = Path(__file__).parent / "languages"


@cache
def languages() -> tuple[str, ...]:
    """The codes of all languages there are, the reference first: one file each."""
    names = (entry.name for entry in _FOLDER.iterdir())
    codes = sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml"))
    return (REFERENCE, *(code for code in codes if code != REFERENCE))


def fold(text: str) -> str:
    """One spelling for all spellings of a word.

    Width, case, spaces, Turkish i's and letters that nobody sees are set aside. Combining marks
    stay, since Thai words differ by them alone; only the dot that lower-casing leaves behind a
    Turkish İ goes, and a tone mark stands in one place beside a SARA AM.
    """
    if text.isascii():
        return " ".join(text.lower().split())
    text = unicodedata.normalize("NFKC", text).casefold()
    text = text.translate(_UNSEEN).replace("ı", "i")
    if _NIKHAHIT in text:
        text = _SARA_AM.sub(rf"\1\2{_NIKHAHIT}{_SARA_AA}", text)
    return " ".join(text.split())


# The dot of i̇, soft hyphens, zero-width spaces and joiners, byte order and direction marks.
_UNSEEN = dict.fromkeys(
    map(ord, "\u0307\u00ad\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u2060\ufeff")
) | dict.fromkeys((*range(0x202A, 0x202F), *range(0x2061, 0x2065), *range(0x2066, 0x206A)))
_NIKHAHIT = "\N{THAI CHARACTER NIKHAHIT}"
_SARA_AA = "\N{THAI CHARACTER SARA AA}"
# A SARA AM as NFKC takes it apart, with a tone mark inside or behind it.
_SARA_AM = re.compile(f"{_NIKHAHIT}([\u0e48-\u0e4b]?){_SARA_AA}([\u0e48-\u0e4b]?)")


EXACT = 1e15  # from here on a number has more digits than a cell tells


def percents(share: float) -> int:
    """A share of 1 in whole percents; halves go away from zero, as in a cell shown as 0%.

    The decimal number counts: in binary 0.285 is a little less, and would come as 28.
    """
    from decimal import ROUND_HALF_UP, Decimal  # noqa: PLC0415  nor a number

    return int((Decimal(repr(round(float(share), 12))) * 100).to_integral_value(ROUND_HALF_UP))


def _with_decimals(share: float, decimals: int) -> str:
    """A share of 1 in percents with so many decimals, rounded as by `percents`: `-5.00`."""
    from decimal import ROUND_HALF_UP, Decimal, localcontext  # noqa: PLC0415  as above

    with localcontext(rounding=ROUND_HALF_UP):
        return f"{Decimal(repr(float(share))) * 100:.{decimals}f}"


_TABLES = re.compile(r"^(?=\[)", re.MULTILINE)


class _Words(Mapping[str, Any]):
    """A parsed TOML file, each table of which is parsed when it is first asked for.

    To read a tracker takes a few of them, of every language.
    """

    def __init__(self, text: str) -> None:
        first, *tables = _TABLES.split(text)
        self._texts: dict[str, str] = {}
        for table in tables:
            name = re.split(r"[].]", table[1:], maxsplit=1)[0]
            self._texts[name] = self._texts.get(name, "") + table
        self._parsed = _parsed(first)

    def __getitem__(self, name: str) -> Any:
        if name not in self._parsed:
            self._parsed |= _parsed(self._texts[name])
        return self._parsed[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**self._parsed, **self._texts})

    def __len__(self) -> int:
        return len({**self._parsed, **self._texts})


def _parsed(text: str) -> dict[str, Any]:
    import tomllib  # noqa: PLC0415  no word is asked for help

    return tomllib.loads(text)


class Language:
    """The words of one language."""

    def __init__(self, code: str, text: str) -> None:
        """`text` is the TOML file's."""
        self.code = code
        self._words = _Words(text)
        self._looked_up: dict[str, tuple[str, ...]] = {}

    @cached_property
    def of_year(self) -> Language:
        """The same language as it speaks of a year, where it otherwise speaks of a quarter."""
        return _OfYear(self.code, self._words)

    def spellings(self, path: str) -> tuple[str, ...]:
        """All spellings of one key, such as `okrs.title`; the first is the one written."""
        if path not in self._looked_up:
            entry: Any = self._words
            for part in path.split(".", 2):
                entry = entry[part]
            self._looked_up[path] = (entry,) if isinstance(entry, str) else tuple(entry)
        return self._looked_up[path]

    def __call__(self, path: str, /, **fields: object) -> str:
        """The word or sentence of one key, its `{fields}` filled in."""
        text = self.spellings(path)[0]
        if "|" in text:  # {n:row|rows}
            fields = {key: _Counted(value) for key, value in fields.items()}
        return text.format(**fields) if fields else text

    def counted(self, path: str, /, **fields: object) -> str:
        """The same, counts among the fields in the language's groups of digits."""
        said = {key: self.number(it) if type(it) is int else it for key, it in fields.items()}
        return self(path, **said)

    def lines(self, path: str) -> tuple[str, ...]:
        """A list of sentences that are all written, one below the other."""
        return self.spellings(path)

    def choice(self, column: str, key: str) -> str:
        """The word for a choice: `choice("type", "increase")` is “Increase”."""
        return self(f"choices.{column}.{key}")

    def choices(self, column: str) -> dict[str, str]:
        """Key to written word, of all choices of a column, in order."""
        return {key: self.choice(column, key) for key in self.keys(f"choices.{column}")}

    def fix(self, code: str, **numbers: float) -> str:
        """What a tracker says of a row; numbers that are not given stay fields.

        `plan-lowered:target` tells the column, too.
        """
        code, _, key = code.partition(":")
        fields = {name: f"{{{name}}}" for name in ("n", "before", "after")}
        fields |= {name: f"{x:.15g}".replace(".", self.decimal) for name, x in numbers.items()}
        return self(f"to_fix.{code}", label=self(f"okrs.{key}") if key else "", **fields)

    def offer(self, offer: str) -> str:
        """“Type: Increase, Target: 30” for `type=increase;target=30`, by the keys of columns."""
        said = []
        for each in offer.split(";"):
            key, _, value = each.partition("=")
            if key == "type":
                value = self.choice(key, value)
            elif key != "unit":
                value = self.number(float(value)).replace(self.minus, "-")  # as people type it
            said.append(f"{self(f'okrs.{key}')}: {value}")
        return ", ".join(said)

    def problem(self, code: str, **fields: str) -> str:
        """The sentence for a problem; fields the problem does not carry stay blank."""
        sentence = self(f"problems.{code}")
        if not fields.get("given"):
            sentence = _BRACKETED.sub("", sentence)
        return sentence.format_map(_Blanks(fields))

    def keys(self, table: str) -> list[str]:
        """The keys of a table, such as `okrs` or `choices.type`; none if there is no such table."""
        entry: Any = self._words
        for part in table.split("."):
            entry = entry.get(part, {})
        return list(entry)

    def paths(self) -> Iterator[str]:
        """Every key of the file, dotted."""
        return _leaves(self._words, "")

    def percent(self, share: float | None, decimals: int = 0) -> str:
        """A share of 1 as percents, in the language's way; a dash for none.

        Short of the whole it never says 100, unless with decimals.
        """
        if share is None or share != share:  # noqa: PLR0124  NaN
            return "–"
        whole = short_of_the_whole(share)
        if abs(whole) >= EXACT:
            number = f"{100 * share:.6g}"
        elif decimals:
            number = _with_decimals(share, decimals)
        else:
            number = str(whole)
        sign = self.minus if float(number) < 0 else ""
        size = number.removeprefix("-").replace(".", self.decimal)
        return sign + self("formats.percent", n=size)

    def percent_range(self, low: float, high: float) -> str:
        """Two shares of 1 as “60–90%”, in the language's way; as one where they read the same."""
        first, last = short_of_the_whole(low), short_of_the_whole(high)
        if first == last:
            return self.percent(low)
        return self("formats.percent", n=self("formats.range", low=first, high=last))

    def number(self, value: float | None) -> str:
        """A number with the language's signs, at most six digits of it; nothing for none."""
        if value is None or value != value:  # noqa: PLR0124
            return ""
        # Above six digits a fraction says nothing, and would come as an exponent.
        whole = value == round(value) or abs(value) >= 100_000
        text = f"{value:,.0f}" if whole and abs(value) < EXACT else f"{value:,.6g}"
        group = self("numbers.group").replace(" ", "\N{NO-BREAK SPACE}")
        if abs(value) < self.grouped_from:
            group = ""
        signs = {",": group, ".": self.decimal, "-": self.minus}
        return "".join(signs.get(sign, sign) for sign in text)

    @cached_property
    def decimal(self) -> str:
        """The decimal sign people type."""
        return self("numbers.decimal")

    @cached_property
    def minus(self) -> str:
        """The sign before a number below zero that is shown; people type a hyphen."""
        return self("numbers.minus")

    @cached_property
    def percent_format(self) -> str:
        """The number format of a cell that shows a share of 1: `0%`, `%0`; a space in quotes."""
        space = "\N{NO-BREAK SPACE}"
        return self("formats.percent", n="0").replace(space, f'"{space}"')

    @cached_property
    def count_format(self) -> str:
        """The number format of a count, which is never below zero.

        A program groups by its own signs, but any number from 1000; what the language does not
        group is told apart here.
        """
        return f"[<{self.grouped_from}]0;#,##0" if self.grouped_from > 1000 else "#,##0"

    @cached_property
    def grouped_from(self) -> int:
        """The least number whose digits are written in groups."""
        return int(self("numbers.grouped_from"))


class _Counted(str):
    """What fills a field, and chooses between two words as well: `{n:row|rows}`, for 1 or not."""

    __slots__ = ()

    def __format__(self, words: str) -> str:
        return words.split("|")[self != "1"] if "|" in words else format(str(self), words)


class _OfYear(Language):
    """A language whose words under `year` stand for those of the same path."""

    def __init__(self, code: str, words: _Words) -> None:
        self.code, self._words, self._looked_up = code, words, {}

    def spellings(self, path: str) -> tuple[str, ...]:
        table, _, key = path.partition(".")
        is_own = key in self._words["year"].get(table, ())
        return super().spellings(f"year.{path}" if is_own else path)


def short_of_the_whole(share: float) -> int:
    """Whole percents; short of the whole never 100."""
    whole = percents(share)
    return 99 if whole == 100 and share < 1 else whole


_BRACKETED = re.compile(r" ?\(\{given\}\)")  # what is known of a file that cannot be read


class _Blanks(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""


def _leaves(words: Mapping[str, Any], prefix: str) -> Iterator[str]:
    for key, value in words.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}"


@cache
def language(code: str) -> Language:
    """The language of a code such as `tr`; MisuseError as from `check_language`."""
    check_language(code)
    return Language(code, (_FOLDER / f"{code}.toml").read_text("utf-8"))


def check_language(code: object) -> None:
    """Raise MisuseError, which says what to type instead, unless this is a language's code."""
    check_choice("language", code, languages(), codes_by_name)


def codes_by_name() -> dict[str, str]:
    """What each language calls itself, with its code."""
    return {language(code)("name"): code for code in languages()}


@cache
def headers(sheet: str) -> Mapping[str, tuple[str, tuple[str, ...]]]:
    """Folded header to (column key, codes of the languages that spell it so), of one sheet."""
    by_word: dict[str, tuple[str, tuple[str, ...]]] = {}
    for code in languages():
        words = language(code)
        for key in words.keys(sheet):
            for spelling in words.spellings(f"{sheet}.{key}"):
                earlier, codes = by_word.get(fold(spelling), (key, ()))
                if earlier != key:
                    raise MisuseError(
                        f"languages/{code}.toml: [{sheet}] “{spelling}” means both "
                        f"{earlier} and {key}"
                    )
                by_word[fold(spelling)] = (key, tuple(dict.fromkeys((*codes, code))))
    return by_word


@cache
def choice_keys(column: str) -> Mapping[str, str]:
    """Folded word of any language to choice key, of one column (`type`, `state`, `yes_no` …)."""
    by_word: dict[str, str] = {}
    for code in languages():
        words = language(code)
        for key in words.keys(f"choices.{column}"):
            by_word[fold(key)] = key
            for spelling in words.spellings(f"choices.{column}.{key}"):
                by_word.setdefault(fold(spelling), key)
    return by_word


def from_locale(environment: Mapping[str, str]) -> str:
    """The code of the language the environment asks for, as POSIX orders the variables."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        code = re.split(r"[_.@-]", environment.get(name, ""))[0].lower()
        if code in languages():
            return code
    return REFERENCE
