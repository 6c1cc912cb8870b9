"""Text for each channel: what is left of it, and that nothing of it is more than text."""

import csv
import io
import re
from itertools import product

import pytest
from hypothesis import given, strategies
from lxml import html
from markdown_it import MarkdownIt

from okr_sheets.text import as_code, escaped, marked, one_line, printable, quotation, unmarked

ORDERS = "".join(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))


def test_what_turns_the_order_of_letters_round_is_not_printable():
    assert printable(f"a{ORDERS}b\x1b[31m\x9bc\x07") == "ab[31mc"
    # Joiners and marks belong to words of Persian, Thai and Hindi, and to families of emoji.
    kept = "\u0646\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 👩\u200d👧 \u200f"
    assert printable(kept) == kept


@given(strategies.text())
def test_a_line_is_one_line_however_lines_are_told(text):
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert not line.endswith(("\n", "\r", "\u2028"))
    assert "\t" not in line


def test_a_line_keeps_its_spaces():
    assert one_line("  a\r\nb\tc\u2028d") == "  a b c d"


def test_a_quotation_ends_where_it_would_be_a_novel():
    assert quotation("x\n" * 100) == "x " * 60 + "…"


@pytest.mark.parametrize(
    "start", ["- ", "+ ", "* ", "> ", "# ", "1. ", "12) ", "---", "===", "    "]
)
@pytest.mark.parametrize("before", ["", "- ", "words\n"])
def test_text_begins_no_block_of_markdown(start, before):
    read = MarkdownIt("commonmark").render(f"{before}{escaped(start + 'x')}\n")
    tags = {element.tag for element in html.fromstring(f"<div>{read}</div>").iter()}
    assert tags <= {"div", "p"} | ({"ul", "li"} if before == "- " else set())
    assert (start + "x").strip() in html.fromstring(f"<div>{read}</div>").text_content()


@given(strategies.text("\\`*_~[](){}<>#+-.!|&;:='\"a1 \n\t", max_size=12))
def test_text_is_text_in_markdown(text):
    reader = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    page = html.fromstring(f"<div>{reader.render(f'- {escaped(text)}')}</div>")
    assert {element.tag for element in page.iter()} <= {"div", "ul", "li"}
    assert " ".join(page.text_content().split()) == " ".join(text.split())
    coded = html.fromstring(f"<div>{reader.render(f'x {as_code(text)}')}</div>")
    if text.strip():
        assert [" ".join(code.text_content().split()) for code in coded.iter("code")] == [
            " ".join(text.split())
        ]


def test_what_is_marked_is_unmarked_whatever_it_is():
    signs = "'\"= \t\r-＝a"
    for length in range(5):
        for text in map("".join, product(signs, repeat=length)):
            assert unmarked(marked(text, ",")) == unmarked(marked(text, ";")) == text
            # Excel looks at the first sign, others past spaces and quotes.
            assert not re.match(r"[=\-＝\t\r]", marked(text, ","))
            is_formula = re.match(r"[=\-＝]", text.strip("'\" \t\r"))
            assert marked(text, ",").startswith("'") or not is_formula


@given(strategies.text("'\"=;, \t\n-@a", max_size=12), strategies.sampled_from(",;"))
def test_what_is_marked_within_is_unmarked_by_whichever_separator(text, separator):
    assert unmarked(marked(text, separator)) == text


@given(strategies.lists(strategies.text("'\"=;,  \n-@a", max_size=8), min_size=1, max_size=3))
def test_a_program_that_splits_at_semicolons_finds_no_formula(texts):
    """Neither one that keeps to the quotes of a cell that begins with one, nor one without any."""
    file = io.StringIO(newline="")
    csv.writer(file).writerow(marked(text, ";") for text in texts)
    quoting = csv.reader(io.StringIO(file.getvalue(), newline=""), delimiter=";")
    plain = (line.split(";") for line in file.getvalue().splitlines())
    for cell in (cell for row in (*quoting, *plain) for cell in row):
        assert not re.match(r"""[\s"']*[=\-@]""", cell) or re.match(r"\s*\"*'", cell)
