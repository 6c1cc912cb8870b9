import csv
import io
import random
import time

import pandas as pd
import pytest

import okr_sheets as okr
from okr_sheets.files import csv as module
from okr_sheets.files import guard
from okr_sheets.files.csv import read_book
from okr_sheets.files.guard import kind_of
from okr_sheets.language import language, languages
from okr_sheets.problems import UnreadableError
from okr_sheets.reading.drafts import read_drafts

DELIMITERS = (",", ";", "\t", "|")
UNICODE = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be")
# The code page of each language's Windows, and a sentence in which a wrong page shows.
LOCAL = {
    "en": ("cp1252", "Raise “résumé” replies – by 5 €"),
    "fi": ("cp1252", "Nopeutetaan käyttöönottoa, Åbossa myös"),
    "hu": ("cp1250", "Gyorsabb ügyintézés, több előfizető, hűség"),
    "ko": ("cp949", "고객이 다시 찾는 서비스, 꼭"),
    "th": ("cp874", "ลูกค้ากลับมาใช้บริการซ้ำ, ทุกเดือน"),
    "tr": ("cp1254", "İlk yanıt süresi kısalsın, müşteri değişmesin"),
}


@pytest.fixture
def text_file(tmp_path):
    """Bytes or text as a file's path."""

    def write(content, name="drawn.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.fixture
def table(text_file):
    """Bytes or text as the rows read and what was said of them: row, code and words."""

    def read(content):
        book = read_book(text_file(content))
        (grid,) = book.grids
        assert grid.untyped
        said = [(p.row, p.code, p.given, *p.words.values()) for p in book.problems]
        return [["" if cell is None else cell for cell in row] for row in grid.rows], said

    return read


@pytest.fixture
def refused(text_file):
    """Bytes or text as the code and the detail of the refusal."""

    def read(content):
        with pytest.raises(UnreadableError) as error:
            read_book(text_file(content))
        return error.value.code, error.value.words.get("what") or error.value.given

    return read


def tracker_rows(code):
    """A tracker's table in a language: titles above it, a note with a line break beside it."""
    words = language(code)
    keys = ("id", "title", "owner", "type", "baseline", "target", "note")
    sentence = LOCAL[code][1]
    return [
        [f"{words('sheets.okrs')}, 2027-Q1; {words('sheets.start')}", "", "", "", "", "", ""],
        ["", "", "", "", "", "", ""],
        [words(f"okrs.{key}") for key in keys],
        ["O1", sentence, "", words.choice("type", "objective"), "", "", ""],
        ["O1.KR1", 'A "big" | one', "Ann", words.choice("type", "increase"), "0,5", "1 250,75", ""],
        ["O1.KR2", "a,b;c\td|e", "Bo", words.choice("type", "keep-at-most"), "3", "4", ""],
        [
            "O1.KR3",
            "x",
            "Bo",
            words.choice("type", "achieve"),
            "",
            "1",
            f"{sentence}\n\n{sentence}",
        ],
    ]


def written(rows, delimiter=",", ends="\r\n", quoting=csv.QUOTE_MINIMAL):
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter, lineterminator=ends, quoting=quoting).writerows(rows)
    return stream.getvalue()


# --- the matrix -----------------------------------------------------------------------------


@pytest.mark.parametrize("code", languages())
@pytest.mark.parametrize("delimiter", DELIMITERS)
@pytest.mark.parametrize("encoding", [*UNICODE, "local"])
def test_a_tracker_is_read_back_as_it_was_written(table, code, delimiter, encoding):
    rows = tracker_rows(code)
    encoding = LOCAL[code][0] if encoding == "local" else encoding
    content = written(rows, delimiter).encode(encoding)
    read, said = table(content)
    assert read == rows
    assert [line[1] for line in said] == (["text-encoding"] if encoding not in UNICODE else [])
    # A second witness, told everything that was found out here.
    frame = pd.read_csv(
        io.BytesIO(content.removeprefix(b"\xef\xbb\xbf")),
        sep=delimiter,
        encoding=encoding.removesuffix("-sig"),
        header=None,
        dtype=str,
        keep_default_na=False,
        skip_blank_lines=False,
    )
    assert frame.to_numpy().tolist() == read


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC])
@pytest.mark.parametrize("delimiter", DELIMITERS)
def test_any_line_end_and_any_quoting_will_do(table, ends, quoting, delimiter):
    rows = tracker_rows("tr")
    assert table(written(rows, delimiter, ends, quoting)) == (rows, [])


@pytest.mark.parametrize("encoding", UNICODE)
def test_the_guard_lets_text_in_unicode_pass(text_file, encoding):
    assert kind_of(text_file(written(tracker_rows("ko")).encode(encoding))) == "text"


# --- encodings ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sentence", "codec", "name"),
    [
        ("Größe, Übung, straße", "cp1252", "Windows-1252 (Western European)"),
        ("Élève très naïf, ça va", "cp1252", "Windows-1252 (Western European)"),
        ("El año próximo, señor", "cp1252", "Windows-1252 (Western European)"),
        ("“Quoted” – 5 € • ½", "cp1252", "Windows-1252 (Western European)"),
        ("Yöpää, Åland", "cp1252", "Windows-1252 (Western European)"),
        ("Şişli", "cp1254", "Windows-1254 (Turkish)"),
        ("yanıt", "cp1254", "Windows-1254 (Turkish)"),
        ("Tűzoltó és jövő", "cp1250", "Windows-1250 (Central European)"),
        ("ลูกค้า", "cp874", "Windows-874 (Thai)"),
        ("OKR ของ Ann", "cp874", "Windows-874 (Thai)"),
        ("고객", "cp949", "Windows-949 (Korean)"),
        ("KR을 확인", "cp949", "Windows-949 (Korean)"),
    ],
)
def test_one_cell_under_english_headers_tells_its_code_page(table, sentence, codec, name):
    rows = [["ID", "Title", "Target"], ["O1", sentence, "5"]]
    assert table(written(rows).encode(codec)) == (rows, [(0, "text-encoding", name)])


# What Excel for Mac and DOS write in each language, and whether their letters are all there.
OLD = {
    "mac_roman": ("Mac OS Roman", "en fi"),
    "mac_turkish": ("Mac OS Turkish", "en fi tr"),
    "mac_latin2": ("Mac OS Central European", "en hu"),
    "cp850": ("DOS 850 (Western European)", "en fi"),
    "cp857": ("DOS 857 (Turkish)", "en fi tr"),
    "cp852": ("DOS 852 (Central European)", "en hu"),
}


def without_what_dos_lacks(rows):
    signs = str.maketrans({"“": '"', "”": '"', "–": "-", "€": "$"})
    return [[cell.translate(signs) for cell in row] for row in rows]


@pytest.mark.parametrize(
    ("code", "codec"),
    [(code, codec) for codec, (_, codes) in OLD.items() for code in codes.split()],
)
def test_a_tracker_of_a_mac_or_of_dos_is_read_as_it_was_written(table, code, codec):
    rows = without_what_dos_lacks(tracker_rows(code))
    read, said = table(written(rows).encode(codec))
    assert read == rows
    ((_, told, name, *_),) = said
    assert told == "text-encoding"
    # Where a page of another language has the same letters, the Western one of its kind is named.
    if codec in {"mac_roman", "cp850"} or code in {"tr", "hu"}:
        assert name == OLD[codec][0]


@pytest.mark.parametrize(
    ("sentence", "codec"),
    [
        ("The “résumé” – naïve, isn’t it…", "mac_roman"),
        ("Größe, Übung, straße", "mac_roman"),
        ("Élève très naïf, ça va à peu près", "mac_roman"),
        ("Määrä ja yöpöytä, Åland", "mac_roman"),
        ("İlk yanıt süresi kısalsın", "mac_turkish"),
        ("Gyorsabb ügyintézés, több előfizető, hűség", "mac_latin2"),
        ("Größe, Übung, straße", "cp850"),
        ("Élève très naïf, ça va", "cp850"),
        ("El año próximo, señor", "cp850"),
        ("Määrä ja yöpöytä, Åland", "cp850"),
        ("İlk yanıt süresi kısalsın", "cp857"),
        ("Büyüme", "cp857"),
        ("Gyorsabb ügyintézés, több előfizető, hűség", "cp852"),
    ],
)
def test_the_letters_of_one_cell_tell_a_mac_and_dos_from_windows(table, sentence, codec):
    rows = [["ID", "Title", "Target"], ["O1", sentence, "5"]]
    read, said = table(written(rows).encode(codec))
    assert read == rows
    assert [line[1] for line in said] == ["text-encoding"]


@pytest.mark.parametrize(
    "sentence",
    [
        "north–south, word—word, don’t",
        "25 °C ± 2, 5 m², ½ µm, ©",
        "„Größe“ und «café», ‘quoted’, ¿qué?",
        "GRÖSSE, ÜBUNG, ÉLÈVE",
        "Šibenik, Žižkov, Ærø",
        "café, Größe, año, Åland",
        "à la carte: voilà",
        "wait… then • a list ™",
    ],
)
def test_what_is_well_written_on_windows_stays_so(table, sentence):
    rows = [["ID", "Title", "Target"], ["O1", sentence, "5"]]
    name = "Windows-1252 (Western European)"
    assert table(written(rows).encode("cp1252")) == (rows, [(0, "text-encoding", name)])


@pytest.mark.parametrize("code", ["hu", "ko", "th", "tr"])
def test_the_headers_alone_tell_the_code_page(table, code):
    rows = tracker_rows(code)[2:3]
    assert table(written(rows).encode(LOCAL[code][0]))[0] == rows


def test_plain_ascii_needs_no_word_about_its_encoding(table):
    assert table("ID,Title,Target\nO1,Grow,5\n")[1] == []


def test_letters_late_in_a_long_file_count(table):
    rows = [["ID", "Title", "Target"], *(["KR", "plain words", "5"] for _ in range(20_000))]
    rows.append(["KR", "yanıt süresi kısalsın", "5"])
    read, said = table(written(rows).encode("cp1254"))
    assert read == rows
    assert said == [(0, "text-encoding", "Windows-1254 (Turkish)")]


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        ("ID,Title,Target\nO1,Büyüme,5\nO2,Çeyrek,6\n".encode().replace(b"\x87", b"("), "line 3"),
        ("ID,Title,Target\nO1,Büyüme, ğüş".encode()[:-1], "line 2"),
        ("ID,Title\nO1,Büyüme".encode("utf-16")[:-1], "line 2"),
        ("ID,Title\n".encode("utf-16-le") + b"O\0\x00\xdcA\0", "line 2"),
        (b"\xef\xbb\xbfID,Title\nO1,caf\xe9\n", "line 2"),
    ],
)
def test_broken_unicode_is_named_by_its_line(refused, content, detail):
    code, given = refused(content)
    assert code == "damaged"
    assert given.startswith(detail)


@pytest.mark.parametrize("content", [b"\x81\x8d\x8f\x90\x9d\xff", b"ID,Title\nO1,\x81\x00\xff\n"])
def test_bytes_that_no_encoding_fits_are_said_to_be_so(refused, content):
    assert refused(content) == ("unknown-encoding", "")


# --- the delimiter --------------------------------------------------------------------------


def test_decimal_commas_do_not_split_a_semicolon_file(table):
    content = "ID;Title;Baseline;Target\nO1.KR1;a;1,5;2,5\nO1.KR2;b;0,1;0,2\n"
    assert table(content)[0][1] == ["O1.KR1", "a", "1,5", "2,5"]


def test_headers_of_ours_outweigh_prose_full_of_commas(table):
    prose = "Plan, for all, of us, and more, and more\n" * 9
    assert table(f"{prose}ID;Title;Target\nO1;a, b, c, d, e;5\n")[0][-1] == [
        "O1",
        "a, b, c, d, e",
        "5",
    ]


def test_machine_keys_tell_the_delimiter_too(table):
    content = "okr.id;okr.title;okr.target\nX,1;Y,2;Z,3\nO1;a, b;5\n"
    assert table(content)[0][2] == ["O1", "a, b", "5"]


def test_without_a_header_of_ours_the_steadier_width_wins(table):
    assert table("a;b;c\nx;1,5;2\ny;2,5;3\n")[0][1] == ["x", "1,5", "2"]


def test_a_column_of_notes_stays_one_column(table):
    assert table("Notes\nfirst\nsecond\n") == ([["Notes"], ["first"], ["second"]], [])


def test_an_empty_file_is_an_empty_table(table):
    assert table("") == ([], [])


@pytest.mark.parametrize("line", ["sep=^", '"sep=^"', "SEP=^", "sep=^,,"])
def test_a_named_delimiter_is_obeyed_and_its_line_is_no_row(table, line):
    assert table(f"{line}\nID^Title^Target\nO1^a,b;c^5\n")[0] == [
        ["ID", "Title", "Target"],
        ["O1", "a,b;c", "5"],
    ]


def test_below_a_named_delimiter_rows_count_as_excel_does_and_lines_as_an_editor_does(table):
    said = table("sep=;\nID;Title;Target\nO1;a;b;5\n")[1]
    assert said == [(2, "long-row", "", "3", "4", "3")]


def test_a_space_after_the_delimiter_does_not_hide_a_quote(table):
    assert table('ID, Title, Target\nO1, "a, b", 5\n')[0][1] == ["O1", "a, b", "5"]


# --- cells ----------------------------------------------------------------------------------


def test_blank_lines_and_broken_lines_keep_the_row_numbers(table):
    rows = table('ID,Title,Target\n\nO1,"two\r\nlines",5\n')[0]
    assert rows == [["ID", "Title", "Target"], [], ["O1", "two\nlines", "5"]]


def test_control_characters_are_left_out_of_cells(table):
    assert table("ID,Title,Target\nO1,a\x00b\x07\x1b[31mc\ufeff,5\n")[0][1] == [
        "O1",
        "ab[31mc",
        "5",
    ]


def test_a_quote_inside_a_word_is_a_sign_like_any_other(table):
    assert table('ID,Title,Target\nO1,5" pipes,5\nO2,the "big" one,6\n')[0][1:] == [
        ["O1", '5" pipes', "5"],
        ["O2", 'the "big" one', "6"],
    ]


def test_a_long_note_is_one_cell(table):
    assert table(f'ID,Title,Target\nO1,"{"word, " * 20_000}",5\n')[0][1][1].count(",") == 20_000


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ('ID,Title,Target\nO1,"a\nb",5\nO2,"c,6\nO3,d,7\n', 4),
        ('ID,Title,Target\nO1,"a,5\nO2,"b",6\nO3,c,7\n', 2),
        ('ID,Title,Target\nO1,"a,5\n"O2","b","6"\n', 2),
        ('ID,Title,Target\nO1,a,"5', 2),
        ('sep=,\nID,Title,Target\nO1,a,"5\n', 3),
        ('ID,Title,Target\nO1,"a,5\n' + "O2,b,6\n" * 30_000, 2),
    ],
)
def test_a_quote_that_is_never_closed_is_named_by_its_line(refused, content, line):
    assert refused(content) == ("damaged", f"line {line}: a quote is never closed")


def test_a_cell_longer_than_any_text_is_named_by_its_line(refused):
    code, given = refused("ID,Title,Target\nO1," + "a" * 200_000 + ",5\n")
    assert (code, given) == ("damaged", "line 2: a cell of more than 131,072 characters")


def test_more_cells_than_a_tracker_can_have_are_refused(monkeypatch, refused):
    monkeypatch.setattr(module, "MOST_CELLS", 50)
    assert refused("," * 51) == ("too-much", "cells")


# --- rows that do not fit -------------------------------------------------------------------


def test_a_row_of_too_many_values_is_named_and_not_counted(table):
    rows, said = table('ID,Title,Target\nO1,"a\nb",5\nO2,Grow, fast,5\nO3,c,7\n')
    assert rows == [["ID", "Title", "Target"], ["O1", "a\nb", "5"], [], ["O3", "c", "7"]]
    assert said == [(3, "long-row", "", "4", "4", "3")]


def test_blank_values_beyond_the_header_are_no_values(table):
    assert table("ID,Title,Target\nO1,a,5,, ,\n")[1] == []


def test_notes_beside_the_table_stay_where_a_program_padded_the_header(table):
    rows, said = table("ID,Title,Target,,\nO1,a,5,,a note\n")
    assert (rows[1], said) == (["O1", "a", "5", "", "a note"], [])


def test_titles_above_the_header_may_be_of_any_width(table):
    assert table("a,b,c,d,e\nID,Title,Target\nO1,a,5\n")[1] == []


def test_a_wider_table_below_has_a_width_of_its_own(table):
    content = "ID,Title,Target\nO1,a,5\n\nKey result,Action,Owner,Due,Status\nKR1,b,Ann,,Done\n"
    assert table(content)[1] == []


def test_a_table_that_is_not_ours_is_not_judged(table):
    assert table("a,b\n1,2,3\n1\n1,2")[1] == []


def test_a_row_cut_short_among_full_ones_is_named(table):
    rows, said = table("ID,Title,Target\nO1,a,5\nO2,b\nO3,c,7\n")
    assert rows[2] == ["O2", "b"]
    assert said == [(3, "short-row", "", "3", "2", "3")]


def test_a_download_that_breaks_off_is_named_by_its_last_line(table):
    assert table("ID,Title,Owner,Target\nO1,a,Ann,5\nO2,b,Bo")[1] == [
        (3, "cut-off", "", "3", "3", "4")
    ]
    objective = "ID,Title,Type,Target\nO1,a,Objective\nKR1,b,Increase,5\nKR2,c,Increase"
    rows, said = table(objective)
    assert [code for _, code, *_ in said] == ["cut-off"]
    assert rows[3] == []
    assert table("ID,Title,Owner,Target\nO1,a,Ann,5\nO2,b,Bo\n")[1] == []


def test_programs_that_leave_blank_cells_out_hear_nothing_of_it(table):
    rows = ["ID,Title,Target,Note", *("O1,a,5" for _ in range(9)), "O2,b,6,note", "O3,c"]
    assert table("\n".join(rows))[1] == []


def test_an_objective_typed_without_its_blank_cells_is_no_damage(table):
    assert table("ID,Title,Type,Target\nO1,a,Objective\nKR1,b,Increase,5\n")[1] == []


def test_blocks_of_sixteen_that_excel_leaves_short_are_no_damage(table):
    block = ["O1,a,5,note"] * 15, ["O1,a,5"] * 16, ["O1,a,5,"] * 16, ["O1,a,5"] * 3
    lines = ["ID,Title,Target,Note", *(line for lines in block for line in lines)]
    assert table("\r\n".join(lines) + "\r\n")[1] == []


def test_names_without_values_are_no_short_rows(table):
    assert table("ID,Title,Target\nO1,a,5\nSales\nO2,b,6\n")[1] == []


# --- whole lines in quotes ------------------------------------------------------------------


def test_lines_quoted_as_a_whole_are_unwrapped(table):
    rows = tracker_rows("en")[2:]
    lines = [[written([row]).removesuffix("\r\n")] for row in rows]
    assert table(written(lines, quoting=csv.QUOTE_ALL)) == (rows, [])


def test_of_lines_quoted_as_a_whole_one_with_too_many_values_is_named(table):
    rows, said = table('"ID,Title,Target"\n"O1,a,5"\n"O2,Grow, fast,5"\n')
    assert rows == [["ID", "Title", "Target"], ["O1", "a", "5"], []]
    assert said == [(3, "long-row", "", "3", "4", "3")]


def test_a_row_quoted_as_a_whole_below_a_plain_header_is_unwrapped(table):
    rows = table('ID,Title,Target\n"O1,""a, b"",5"\nO2,c,6\n"A note, of ours"\n')[0]
    assert rows[1:] == [["O1", "a, b", "5"], ["O2", "c", "6"], ["A note, of ours"]]


# --- anything -------------------------------------------------------------------------------


def test_whatever_bytes_there_are_they_give_a_table_or_a_refusal(text_file):
    draw = random.Random(1)
    seed = written(tracker_rows("tr")).encode("cp1254")
    ends = set()
    for _ in range(300):
        content = bytearray(seed)
        for _ in range(draw.randrange(1, 30)):
            start = draw.randrange(len(content))
            noise = draw.choice(
                (b'"', b"\n", b"\0", b"\xff\xfe", b",", draw.randbytes(3), seed[:99])
            )
            content[start : start + draw.randrange(4)] = noise
        try:
            book = read_book(text_file(bytes(content)))
            ends |= {problem.code for problem in book.problems if problem.line()}
        except UnreadableError as error:
            ends.add(error.code)
    assert ends == {"damaged", "unknown-encoding", "text-encoding", "long-row", "short-row"}


def test_day_numbers_are_dates_wherever_a_date_is_due(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(
        "Quarter;2027-Q1;;;;;;;\nFirst day;46388;;;;;;;\nLast day;46477;;;;;;;\nAs of;46430;;;;;;;\n"
        "ID;Title;Owner;Type;Baseline;Target;Start;Due;46395\nO1;Goal;Ann;Objective;;;;;\n"
        "O1.KR1;Leads;Ann;Increase;0;46395;46395;46441.5;46400\n",
        "utf-8",
    )
    tracker = okr.read(path)
    assert tracker.problems == ()
    about = tracker.about
    assert [str(day) for day in (about.start, about.end, about.as_of)] == [
        "2027-01-01",
        "2027-03-31",
        "2027-02-12",
    ]
    (key_result,) = tracker.key_results.to_dict("records")
    assert str(key_result["start"].date()) == "2027-01-08"
    assert str(key_result["due"].date()) == "2027-02-23"
    # Where a number is due, such a one is a number.
    assert key_result["target"] == 46395
    assert [str(day) for day in tracker.check_in_dates] == ["2027-01-08"]
    assert tracker.check_ins.value.tolist() == [46400]


# --- bounds ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "width", "said"),
    [
        (11, 10, ("too-much", "filled")),
        (10, 10, None),
        (2, 60, ("too-much", "filled")),
    ],
)
def test_a_text_file_has_as_many_filled_cells_as_a_sheet(
    monkeypatch, refused, table, rows, width, said
):
    monkeypatch.setattr(guard, "MOST_FILLED", 100)
    content = "\n".join([",".join(["x"] * width)] * rows) + "\n"
    if said:
        assert refused(content) == said
    else:
        assert len(table(content)[0]) == rows


def test_a_text_file_has_as_many_letters_as_a_sheet(monkeypatch, refused, table):
    monkeypatch.setattr(guard, "MOST_LETTERS", 50)
    assert table(f"{'x' * 25},{'y' * 25}\n")[0] == [["x" * 25, "y" * 25]]
    assert refused(f"{'x' * 25},{'y' * 26}\n") == ("too-much", "letters")


def test_a_text_file_reaches_as_far_as_a_sheet(monkeypatch, table, refused):
    monkeypatch.setattr(guard, "MOST_CELLS", 100)
    rows, said = table("a\n" * 20 + ",,,,,b\n")
    assert rows == [["a"]] * 20 + [[""] * 6]
    assert said == [(21, "far-cell", "")]
    assert refused("a,b\n" * 30 + ",,,,,b\n") == ("stray-cell", "F31")


def test_the_bound_is_met_before_the_rest_is_read(monkeypatch, refused):
    # The quote that is never closed comes later.
    monkeypatch.setattr(guard, "MOST_FILLED", 100)
    assert refused("a,b\n" * 60 + '"') == ("too-much", "filled")


def test_150_000_rows_are_named_before_a_person_wonders(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("ID,Title,Owner,Type\n" + "O1.KR1,Leads,Ann,Increase\n" * 150_000)
    began = time.process_time()
    with pytest.raises(UnreadableError) as refused:
        read_drafts(path, str(path), 1)
    assert time.process_time() - began < 1
    assert "more than 200,000 filled cells" in refused.value.problem(str(path)).say()
