"""What a coach says of a plan: how many rows there are, what they say twice, who owns them."""

from dataclasses import replace

import pytest

import okr_sheets as okr
from okr_sheets.coaching.blanks import is_blank
from okr_sheets.coaching.likeness import likeness
from okr_sheets.coaching.owners import names_in
from okr_sheets.coaching.plans import ALIKE
from okr_sheets.kinds import COACHING
from okr_sheets.language import languages
from okr_sheets.reading.examples import names

HEADER = (
    "| ID | Title | Owner | Type | Baseline | Target | Unit | Weight | State | Note | 2027-01-08 |"
)


def key_result(id_, title="", kind="Increase", **cells):
    """A row of the drawn sheet; a title of its own for each ID."""
    numbers = {"baseline": "", "target": ""} if kind == "Achieve" else {}
    row = {"baseline": 1, "target": 10, "unit": "leads", **numbers, **cells}
    keys = ("baseline", "target", "unit", "weight", "state", "note")
    values = (str(row.get(key, "")) for key in keys)
    owner = row.get("owner", "Ann")
    return f"| {id_} | {title or f'Result {id_}'} | {owner} | {kind} | {' | '.join(values)} | |"


def objective(number, title="", key_results=3, **cells):
    """An objective with so many sound key results."""
    own = f"O{number}"
    blank = {"baseline": "", "target": "", "unit": ""}
    top = key_result(own, title or f"Goal {number}", "Objective", **blank, **cells)
    return [top, *(key_result(f"{own}.KR{at}") for at in range(1, key_results + 1))]


def said(book, rows, *codes):
    """The cells and what the sentences are filled with, of each problem of these codes."""
    path = book("\n".join([HEADER, *rows]))
    return [
        (problem.cell, problem.code, dict(problem.words))
        for problem in okr.check(path)
        if problem.code in codes
    ]


@pytest.mark.parametrize(
    ("count", "found"),
    [
        (1, [("", "obj-few", {"count": "1"})]),
        (2, [("", "obj-few", {"count": "2"})]),
        *[(count, []) for count in (3, 4, 5)],
        (6, [("", "obj-many", {"count": "6"})]),
    ],
)
def test_a_quarter_has_three_to_five_objectives(book, count, found):
    rows = [row for number in range(1, count + 1) for row in objective(number)]
    assert said(book, rows, "obj-few", "obj-many") == found


def test_a_stopped_objective_is_not_counted(book):
    rows = [row for number in range(1, 6) for row in objective(number)]
    rows += objective(6, state="Cancelled", note="No money")
    assert said(book, rows, "obj-many") == []


@pytest.mark.parametrize(
    ("count", "found"),
    [
        *[(count, [("B2", "kr-count", {"count": str(count)})]) for count in (1, 2, 6)],
        *[(count, []) for count in (0, 3, 5)],
    ],
)
def test_an_objective_has_three_to_five_key_results(book, count, found):
    assert said(book, objective(1, key_results=count), "kr-count") == found


def test_a_postponed_key_result_is_not_counted(book):
    rows = [*objective(1), key_result("O1.KR4", state="Postponed", note="Later this year")]
    assert said(book, rows, "kr-count") == []
    rows = [*objective(1, key_results=2), rows[-1].replace("KR4", "KR3")]
    assert said(book, rows, "kr-count") == [("B2", "kr-count", {"count": "2"})]


# Pairs from the Kalungi article, in the languages it is translated into.
ALIKE_OR_NOT = [
    ("Increase website traffic", "Increase website traffic from 20,000 to 30,000", True),
    ("Web sitesi trafiğini artırın", "Web sitesi trafiğini 20'den 30'a artırın", True),
    ("Növeljük a webhely forgalmát", "Növeljük a webhely forgalmát 20-ról 30-ra", True),
    ("Kasvata sivuston kävijöitä", "Kasvata sivuston kävijöitä 20:stä 30:een", True),
    ("เพิ่มการเข้าชมเว็บไซต์", "เพิ่มการเข้าชมเว็บไซต์ 50%", True),
    ("웹사이트 트래픽 증가", "웹사이트 트래픽 20에서 30으로 증가", True),
    ("INCREASE  Website traffic!", "increase website traffic", True),
    ("Özür dile", "ozur dıle", True),
    ("Increase website traffic", "Raise qualified leads from 20 to 30", False),
    ("Improve the sales pipeline", "Improve the sales cycle from 50 days to 45", False),
    ("สร้างช่องทางการสร้างความต้องการใหม่", "เพิ่ม MQL จาก 20 เป็น 30", False),
    ("새로운 수요 창출 채널 구축", "이메일 뉴스레터 3개 보내기", False),
    ("2027", "2028", False),
    ("", "", False),
]


@pytest.mark.parametrize(("one", "other", "is_alike"), ALIKE_OR_NOT)
def test_texts_that_say_the_same(one, other, is_alike):
    assert (likeness(one, other) >= ALIKE) is is_alike
    assert likeness(one, other) == likeness(other, one)


def test_an_objective_that_says_what_its_key_result_says(book):
    rows = objective(1, "Grow the newsletter list")
    rows[2] = key_result("O1.KR2", "Grow the newsletter list from 200 to 900")
    assert said(book, rows, "obj-is-kr") == [("B2", "obj-is-kr", {"value": "O1.KR2"})]
    rows[2] = key_result("O1.KR2", "Grow the newsletter list", state="Cancelled", note="No")
    assert said(book, rows, "obj-is-kr") == []


def test_a_key_result_said_twice_names_the_earlier_one(book):
    rows = [*objective(1), *objective(2)]
    rows[6] = key_result("O2.KR2", "result  o1.kr1!")
    assert said(book, rows, "kr-duplicate") == [("B8", "kr-duplicate", {"value": "O1.KR1"})]
    rows[6] = key_result("O2.KR2", "Result O1.KR1", state="Postponed", note="Later")
    assert said(book, rows, "kr-duplicate") == []


@pytest.mark.parametrize(
    ("kinds", "value"),
    [
        (["Achieve", "Achieve", "Increase"], "O1.KR1, O1.KR2"),
        (["Achieve", "Achieve", "Increase", "Increase"], None),
        (["Achieve", "Increase", "Increase"], None),
        (["Achieve"], None),
    ],
)
def test_most_key_results_of_an_objective_measure_something(book, kinds, value):
    rows = objective(1, key_results=0)
    rows += [key_result(f"O1.KR{at}", "", kind) for at, kind in enumerate(kinds, 1)]
    found = [("B2", "obj-mostly-yes-no", {"value": value})] if value else []
    assert said(book, rows, "obj-mostly-yes-no") == found


def test_steps_are_numbers(book):
    rows = objective(1, key_results=0)
    rows += [key_result(f"O1.KR{at}", "", "Achieve", target=5) for at in (1, 2, 3)]
    assert said(book, rows, "obj-mostly-yes-no") == []


@pytest.mark.parametrize(
    ("units", "value"),
    [
        (["posts", "calls", "events"], "O1.KR1, O1.KR2, O1.KR3"),
        (["posts", "calls", "leads"], None),
        (["posts", "calls"], None),
    ],
)
def test_an_objective_of_work_alone(book, units, value):
    rows = objective(1, key_results=0)
    rows += [key_result(f"O1.KR{at}", unit=unit) for at, unit in enumerate(units, 1)]
    found = [("B2", "obj-all-outputs", {"value": value})] if value else []
    assert said(book, rows, "obj-all-outputs") == found


@pytest.mark.parametrize(
    ("weights", "total"),
    [
        ((20, 20, 50), "90"),
        ((40, 40, 40), "120"),
        ((50, 40, 0), "90"),
        ((20, 20, 60), None),
        ((1, 2, 3), None),
        ((33.3, 33.3, 33.3), None),
        ((50, "", 40), None),
        (("", "", 50), None),
    ],
)
def test_weights_that_look_like_percentages_add_up(book, weights, total):
    rows = objective(1, key_results=0)
    rows += [key_result(f"O1.KR{at}", weight=weight) for at, weight in enumerate(weights, 1)]
    found = said(book, rows, "weight-sum")
    assert found == ([("H3", "weight-sum", {"value": total})] if total else [])


def test_weights_of_objectives_add_up_too(book):
    rows = [row for number in (1, 2, 3) for row in objective(number, weight=30)]
    assert said(book, rows, "weight-sum") == [("H2", "weight-sum", {"value": "90"})]


def test_a_unit_is_asked_for_where_there_is_a_column_for_it(book):
    rows = [*objective(1), key_result("O1.KR4", unit=""), key_result("O1.KR5", "", "Achieve")]
    assert [cell for cell, *_ in said(book, rows, "kr-no-unit")] == ["G6"]
    path = book("""
        | ID     | Title | Owner | Type      | Baseline | Target | 2027-01-08 |
        | O1     | Goal  | Ann   | Objective |          |        |            |
        | O1.KR1 | Leads | Ann   | Increase  | 1        | 10     | 5          |
    """)
    assert "kr-no-unit" not in {problem.code for problem in okr.check(path)}


@pytest.mark.parametrize(
    ("owner", "found"),
    [
        ("Ann, Bob", ["Ann", "Bob"]),
        ("Ann; Bob", ["Ann", "Bob"]),
        ("Ann/Bob", ["Ann", "Bob"]),
        ("Ann / Bob", ["Ann", "Bob"]),
        ("Ann & Bob", ["Ann", "Bob"]),
        ("Ann + Bob", ["Ann", "Bob"]),
        ("Ann and Bob", ["Ann", "Bob"]),
        ("Ayşe ve Can", ["Ayşe", "Can"]),
        ("Anna és Béla", ["Anna", "Béla"]),
        ("Aino ja Eero", ["Aino", "Eero"]),
        ("สมชาย และ สมหญิง", ["สมชาย", "สมหญิง"]),
        ("สมชายและสมหญิง", ["สมชาย", "สมหญิง"]),
        ("김민수 및 이영희", ["김민수", "이영희"]),
        ("Ann Smith and Bob Jones", ["Ann Smith", "Bob Jones"]),
        ("Ann, Bob & Cem", ["Ann", "Bob", "Cem"]),
        ("VP Sales & Marketing", ["VP Sales & Marketing"]),
        ("Head of Product and Design", ["Head of Product and Design"]),
        ("Head of R&D", ["Head of R&D"]),
        ("Sandy", ["Sandy"]),
        ("n/a", ["n/a"]),
        ("UX/UI", ["UX/UI"]),
        ("Ann,", ["Ann"]),
        ("VP, Sales", ["VP Sales"]),
        ("CEO, CFO", ["CEO", "CFO"]),
        ("Kiss Anna, HR", ["Kiss Anna HR"]),
        ("Acme Co., Ltd.", ["Acme Co. Ltd."]),
        ("", []),
    ],
)
def test_the_names_in_a_cell(owner, found):
    assert names_in(owner) == found


def test_several_owners_are_named_but_for_a_unit_of_that_name(book):
    rows = [*objective(1, owner="Sales and Marketing"), key_result("O1.KR4", owner="Ann, Bob")]
    rows += [key_result("O1.KR5", owner="Ann, Bob", state="Cancelled", note="No")]
    unit = book("\n".join(["| Department | Sales and Marketing |" + " |" * 9, HEADER, *rows]))
    found = [(p.cell, p.words["value"]) for p in okr.check(unit) if p.code == "owner-many"]
    assert found == [("C7", "Ann, Bob")]


@pytest.mark.parametrize(
    ("owner", "other", "is_said"),
    [
        ("Smith, John", "Ann", False),
        ("Procter & Gamble", "Ann", False),
        ("Smith, John", "John Smith", True),
        ("Ann & Bob", "Bob", True),
    ],
)
def test_two_words_are_one_owner_unless_one_of_them_stands_elsewhere(book, owner, other, is_said):
    rows = [*objective(1), key_result("O1.KR4", owner=owner), key_result("O1.KR5", owner=other)]
    assert bool(said(book, rows, "owner-many")) is is_said


def test_work_done_is_told_in_the_language_of_the_text(book):
    rows = objective(1, key_results=0)
    titles = ("Lähetetään 12 uutiskirjettä", "Julkaistaan 4 podcastia", "Pidetään 3 webinaaria")
    rows += [
        key_result(f"O1.KR{at}", title, unit=unit)
        for at, (title, unit) in enumerate(
            zip(titles, ("uutiskirjettä", "podcastia", "webinaaria"), strict=True), 1
        )
    ]
    assert [code for _, code, _ in said(book, rows, "obj-all-outputs")] == ["obj-all-outputs"]


BLANKS = [
    *("XX/XX/XX", "Draft OKR proposal by XX/XX/XX", "Get approval for XXXX campaign plan"),
    *("xx.xx.xxxx", "Grow by X%", "Grow by XX %", "%XX artış", "TBD", "tbd.", "Owner TBD"),
    *("TODO", "todo", "TBC", "???", "From ??? to 30", "?", "-", "–", "…", "...", "n. ____"),
    *("[name]", "Ask [insert date]", "[İsim]", "[담당자]", "[ชื่อ]", "[név]", "[nimi]", "[…]"),
    *("<name>", "Call <customer name> back", "Lorem ipsum dolor", "belirlenecek", "미정"),
    *("TBD: target", "Revenue (TBC)", "TODO: write"),
    *("ยังไม่ระบุ", "kitöltendő", "täydennetään", "To be decided"),
]
FINE = [
    *("XXL", "X", "C-suite", "XXL shirts sold", "Xerox", "%", "$", "€", "°C", "#", "50 %", "‰"),
    *("Why do customers leave?", "Respond in <5 min, >3 times", "< 200 ms and > 99 %", "Max X"),
    *("[Q1] Launch", "[JIRA-123] agreed", "[see notes](https://example.com)", "[마케팅] 채널"),
    *("Ann <ann@example.com>", "Grow… fast", "Ship the to-do list app", "SpaceX", "Roadmap 2.0"),
    *("TBC Bank partnership", "Fix TODO comments", "[Name] tag adoption"),
    *("n/a", "Generation X", "+", "✓", "ย", "값"),
]


@pytest.mark.parametrize(
    ("text", "blank"), [*((text, True) for text in BLANKS), *((text, False) for text in FINE)]
)
def test_what_was_left_to_be_filled_in(text, blank):
    assert is_blank(text) is blank


def test_a_dash_for_an_owner_or_a_unit_is_none(book):
    rows = [*objective(1), key_result("O1.KR4", owner="-", unit="–"), key_result("O1.KR5", "-")]
    assert [cell for cell, *_ in said(book, rows, "placeholder")] == ["B7"]


def test_a_blank_is_named_once_at_its_cell_and_in_actions_too(book, tmp_path):
    rows = [*objective(1), key_result("O1.KR4", "XXXX by XX/XX/XX, ask [name]", owner="TBD")]
    rows += [key_result("O1.KR5", "XXXX", state="Cancelled", note="…")]
    assert [cell for cell, *_ in said(book, rows, "placeholder")] == ["B6", "C6"]
    plan = okr.new("sales", quarter="2027-Q1")
    actions = plan.actions.copy()
    actions.loc[actions.index[:2], "action"] = ["Draft it by XX/XX/XX", "Draft it"]
    actions.loc[actions.index[1], "owner"] = "TBD"
    path = okr.write(replace(plan, actions=actions), tmp_path / "t.xlsx")
    found = {(p.sheet, p.cell) for p in okr.check(path) if p.code == "placeholder"}
    letters = okr.read(path).letters["actions"]
    first = okr.read(path).actions.index[0]
    assert found == {
        ("Actions", f"{letters['action']}{first}"),
        ("Actions", f"{letters['owner']}{first + 1}"),
    }


@pytest.mark.parametrize("code", languages())
@pytest.mark.parametrize("name", names())
def test_the_example_sets_are_as_a_coach_would_have_them(name, code, tmp_path):
    tracker = okr.new(name, quarter="2027-Q1", language=code)
    path = okr.write(tracker, tmp_path / f"{code}.xlsx")
    found = [p.line() for p in okr.check(path, as_of="2027-01-01") if p.code in COACHING]
    assert found == []
    assert set(okr.read(path).stored["to_fix"]) == {""}


def test_what_a_note_excuses_is_not_said(book):
    rows = objective(1, key_results=2, note="two are enough: kr-count")
    assert said(book, rows, "kr-count") == []
