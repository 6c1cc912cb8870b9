"""More kinds of sheets, each small: what key results come of them."""

from datetime import date, timedelta

import pytest

from okr_sheets import adopting
from okr_sheets.columns import to_day
from okr_sheets.quarters import Quarter

TODAY = date(2027, 2, 12)


@pytest.fixture
def adopted(tmp_path):
    """Draw sheets as Markdown tables, each a CSV file; they come back adopted."""

    def adopt(*tables, quarter="2027-Q1"):
        paths = []
        for number, table in enumerate(tables):
            lines = [line.strip()[1:-1] for line in table.strip().splitlines()]
            rows = [[cell.strip() for cell in line.split("|")] for line in lines]
            path = tmp_path / f"drawn{number}.csv"
            path.write_text("".join(";".join(row) + "\n" for row in rows), "utf-8")
            paths.append(path)
        source = adopting.read_source(paths)
        assert not source.problems
        named = Quarter.parse(quarter) if quarter else None
        return adopting.adopt(
            source, adopting.recognise(source.sheets, named, "", 1, TODAY), today=TODAY
        )

    return adopt


def rows(adoption):
    """Each key result: objective, title, baseline, target, and its numbers by day."""
    found = []
    for each in adoption.adopted:
        objectives = {r["row"]: r["title"] for r in each.tracker.columns["objectives"].records()}
        numbers = list(each.tracker.columns["check_ins"].records())
        for row in each.tracker.columns["key_results"].records():
            days = {
                f"{to_day(n['date']):%m-%d}": n["value"] for n in numbers if n["id"] == row["id"]
            }
            ends = [None if row[k] != row[k] else row[k] for k in ("baseline", "target")]
            found.append((objectives[row["objective"]], row["title"], *ends, days))
    return found


def notes(adoption, kind):
    return [(note.cell, note.code) for note in adoption.notes if note.kind == kind]


def test_camel_case_of_an_export_with_words_of_both_parts(adopted):
    assert rows(
        adopted("""
        | objectiveId | title | status   | progress | keyResultId | keyResultTitle | keyResultStatus | keyResultTargetValue | keyResultCurrentValue |
        | o1          | Grow  | ON_TRACK | 40       | k1          | Sign-ups       | AT_RISK         | 200                  | 100                   |
        | o1          | Grow  | ON_TRACK | 40       | k2          | Revenue        | ON_TRACK        | 1000                 | 300                   |
        """)
    ) == [
        ("Grow", "Sign-ups", None, 200, {"02-12": 100}),
        ("Grow", "Revenue", None, 1000, {"02-12": 300}),
    ]


def test_several_key_results_side_by_side(adopted):
    assert rows(
        adopted("""
        | name     | key_result_1_title | key_result_1_completion | key_result_2_title | key_result_2_completion |
        | Learn Go | Finish the course  | 0.5                     | Ship a service     | 0.1                     |
        | Mentor   | Find a mentee      | 1.0                     |                    |                         |
        """)
    ) == [
        ("Learn Go", "Finish the course", None, None, {"02-12": 0.5}),
        ("Learn Go", "Ship a service", None, None, {"02-12": 0.1}),
        ("Mentor", "Find a mentee", None, None, {"02-12": 1}),
    ]


def test_a_row_of_targets_above_a_row_of_actuals(adopted):
    assert rows(
        adopted("""
        | KPI   |        | Jan 2027 | Feb 2027 | Mar 2027 |
        | MRR   | Target | 100      | 110      | 120      |
        |       | Actual | 98       | 105      |          |
        | Churn | Target | 3        | 3        | 2.5      |
        |       | Actual | 3.4      | 3.1      |          |
        """)
    ) == [
        ("drawn0", "MRR", None, 120, {"01-31": 98, "02-28": 105}),
        ("drawn0", "Churn", None, 2.5, {"01-31": 3.4, "02-28": 3.1}),
    ]


def test_months_above_target_and_actual(adopted):
    assert rows(
        adopted("""
        |     |       | Jan    |        | Feb    |        |
        | KPI | Owner | Target | Actual | Target | Actual |
        | MRR | Ann   | 100    | 98     | 110    | 105    |
        """)
    ) == [("drawn0", "MRR", None, 110, {"01-31": 98, "02-28": 105})]


def test_numbers_of_other_periods_are_left_behind(adopted):
    adoption = adopted("""
        | KPI     | 2026 Actual | 2027 Target | Q1 Actual | Q2 Actual |
        | Revenue | 100         | 140         | 30        | 60        |
        """)
    assert rows(adoption) == [("drawn0", "Revenue", None, 140, {"02-12": 30})]
    assert notes(adoption, "left") == [("B2", "outside"), ("E2", "outside")]


def test_weeks_across(adopted):
    assert rows(
        adopted("""
        | Objective | Key Result | Baseline | Target | W1 | W2 | W3 |
        | Grow      | Leads      | 0        | 100    | 5  | 12 | 20 |
        """)
    ) == [("Grow", "Leads", 0, 100, {"01-08": 5, "01-15": 12, "01-22": 20})]


def test_lines_that_say_what_they_are_below_a_header(adopted):
    assert rows(
        adopted("""
        | OKR                          | Progress | Confidence | Comments   |
        | Objective 1: Grow revenue    |          |            |            |
        | KR 1: Reach a million        | 45%      | 7/10       | on the way |
        | KR 2: Sign 20 deals          | 10%      | 4/10       |            |
        | Objective 2: Delight         |          |            |            |
        | KR 1: A score of 50          | 80%      | 9/10       |            |
        """)
    ) == [
        ("Grow revenue", "Reach a million", None, None, {"02-12": 0.45}),
        ("Grow revenue", "Sign 20 deals", None, None, {"02-12": 0.1}),
        ("Delight", "A score of 50", None, None, {"02-12": 0.8}),
    ]


def test_objectives_that_end_in_a_colon_are_rows_of_a_flat_table(adopted):
    adoption = adopted("""
        | Objective    | Key Result | Owner | Baseline | Target | Current |
        | Objective 1: | Sell       | Ann   | 0        | 10     | 5       |
        | Objective 2: | Keep       |       |          |        |         |
        | Owner:       | Ann        |       | 3        | 4      | 5       |
    """)
    assert rows(adoption) == [
        ("Objective 1:", "Sell", 0, 10, {"02-12": 5}),
        ("Objective 2:", "Keep", None, None, {}),
        ("Owner:", "Ann", 3, 4, {"02-12": 5}),
    ]


def test_what_stands_beside_labels_is_named(adopted):
    adoption = adopted("""
        | Objective 1: | Grow     |         |         |                     |
        | Key Result   | Baseline | Target  | Current | Note                |
        | Sell         | 0        | 10      | 5       |                     |
        | Objective 2: | Retain   | Weight: | 40%     | on the board's wish |
        | Keep         | 0        | 20      | 2       |                     |
    """)
    assert rows(adoption) == [
        ("Grow", "Sell", 0, 10, {"02-12": 5}),
        ("Retain", "Keep", 0, 20, {"02-12": 2}),
    ]
    assert ("E4", "text") in notes(adoption, "left")


def test_numbers_of_many_days_are_kept_by_the_week_and_that_is_said(adopted):
    days = [date(2027, 1, 1) + timedelta(number) for number in range(90)]
    log = "".join(f"| K1 | {day} | {number} |\n" for number, day in enumerate(days))
    adoption = adopted(
        """
        | Objective | ID | Key Result | Baseline | Target |
        | Grow      | K1 | Sell       | 0        | 100    |
        """,
        f"| Key Result ID | Date | Value |\n{log}",
    )
    ((*_, kept),) = rows(adoption)
    by_day = {f"{day:%m-%d}": number for number, day in enumerate(days)}
    assert {day: by_day[day] for day in kept} == kept  # each under its own day
    assert set(kept) >= {"01-29", "03-26", "03-31"}
    (note,) = (note for note in adoption.notes if note.code == "by-week")
    assert (note.words["given"], note.words["value"]) == ("90", str(len(kept)))


@pytest.mark.parametrize(
    ("typed", "share"), [("8/20", 0.4), ("3 of 10", 0.3), ("45 %", 0.45), ("done", 1), ("no", 0)]
)
def test_progress_as_people_type_it(adopted, typed, share):
    ((*_, days),) = rows(
        adopted(f"""
        | Objective | Key Result | Progress |
        | Grow      | Leads      | {typed}  |
        """)
    )
    assert days == {"02-12": share}


@pytest.mark.parametrize(
    ("target", "current", "expected"),
    [
        ("20 → 30", "25", (20, 30, {"02-12": 25})),
        ("", "12 / 40", (None, 40, {"02-12": 12})),
        ("$1.2m", "$300k", (None, 1_200_000, {"02-12": 300_000})),
        ("45 days", "60 days", (None, 45, {"02-12": 60})),
        ("TBD", "7", (None, None, {"02-12": 7})),
        ("#N/A", "7", (None, None, {"02-12": 7})),
        ("40%", "0.3", (None, 40, {"02-12": 30})),
    ],
)
def test_numbers_as_people_type_them(adopted, target, current, expected):
    ((*_, baseline, goal, days),) = rows(
        adopted(f"""
        | Objective | Key Result | Target   | Current   |
        | Grow      | Leads      | {target} | {current} |
        | Grow      | Deals      | 10       | 5         |
        """)
    )[:1]
    assert (baseline, goal, days) == expected


def test_what_cannot_be_read_is_named_and_never_a_number(adopted):
    adoption = adopted("""
        | Objective | Key Result | Target | Current | Due    | Weight |
        | Grow      | Leads      | TBD    | #N/A    | soon   | heavy  |
        """)
    assert notes(adoption, "left") == [
        ("F1", "column"),
        ("C2", "not-a-number"),
        ("D2", "error"),
        ("E2", "not-a-date"),
    ]
    assert notes(adoption, "missing") == []
    assert rows(adoption) == [("Grow", "Leads", None, None, {})]


def test_words_of_status_without_a_number(adopted):
    adoption = adopted("""
        | Objective | Key Result | Status    |
        | Grow      | Ship it    | Done      |
        | Grow      | Plan it    | To do     |
        | Grow      | Watch it   | On track  |
        | Grow      | Drop it    | Cancelled |
        """)
    assert [days for *_, days in rows(adoption)] == [{"02-12": 1}, {"02-12": 0}, {}, {}]
    (each,) = adoption.adopted
    assert list(each.tracker.columns["key_results"].state) == ["", "", "", "cancelled"]
    assert list(each.tracker.columns["key_results"].note) == [
        "Done", "To do", "On track", "Cancelled",
    ]  # fmt: skip


def test_lists_joined_by_ids_where_one_names_nothing(adopted):
    adoption = adopted(
        """
        | id | title | owner |
        | 1  | Grow  | Ann   |
        """,
        """
        | id | objective_id | title | baseline | target |
        | 10 | 1            | Leads | 20       | 30     |
        | 11 | 9            | Lost  | 1        | 2      |
        """,
        """
        | key_result_id | date       | value | comment   |
        | 10            | 2027-01-15 | 22    |           |
        | 10            | 2027-01-29 | 26    | Went well |
        | 10            | 2026-12-01 | 19    |           |
        | 77            | 2027-01-15 | 1     |           |
        """,
    )
    assert rows(adoption)[0] == ("Grow", "Leads", 20, 30, {"01-15": 22, "01-29": 26})
    assert ("A5", "unknown-id") in notes(adoption, "left")
    assert ("B4", "outside") in notes(adoption, "left")
    assert ("B3", "unknown-id") in notes(adoption, "left")


_LISTED = """
    | ID | Objective ID | Key Result | Baseline | Target |
    | K1 | O1           | Share      | 20       | 60     |
    | K2 | O2           | Calls      | 0        | 100    |
"""
_OBJECTIVES = (
    """
    | ID | Objective |
    | O1 | Grow      |
    | O2 | Keep      |
    """,
    """
    | ID | Objective | Owner |
    | O1 | Grow      | Ann   |
    | O2 | Keep      | Bob   |
    """,
    """
    | Objective ID | Objective | Owner |
    | O1           | Grow      | Ann   |
    | O2           | Keep      | Bob   |
    """,
)


@pytest.mark.parametrize("objectives", _OBJECTIVES)
@pytest.mark.parametrize("is_first", [True, False])
def test_lists_joined_by_the_plainest_headers(adopted, objectives, is_first):
    lists = (objectives, _LISTED) if is_first else (_LISTED, objectives)
    adoption = adopted(*lists)
    expected = [("Grow", "Share", 20, 60, {}), ("Keep", "Calls", 0, 100, {})]
    assert rows(adoption) == expected
    assert not notes(adoption, "left")
    assert not notes(adoption, "missing")


def test_an_id_without_its_title_is_that_of_an_objective_further_up(adopted):
    adoption = adopted("""
        | Team  | Objective ID | Objective | Key Result | Baseline | Target |
        | Sales | O1           | Grow      | Sell       | 0        | 10     |
        | Sales | O2           | Retain    | Keep       | 0        | 20     |
        | Sales | O1           |           | Market     | 0        | 30     |
        | Ops   | O1           | Run       | Serve      | 0        | 40     |
        | Ops   | O2           | Learn     | Teach      | 0        | 50     |
        | Ops   | O1           |           | Mend       | 0        | 60     |
        | Ops   | O9           |           | Lost       | 0        | 70     |
    """)
    assert {title: objective for objective, title, *_ in rows(adoption)} == {
        "Sell": "Grow", "Keep": "Retain", "Market": "Grow",
        "Serve": "Run", "Teach": "Learn", "Mend": "Run", "Lost": "drawn0",
    }  # fmt: skip
    assert notes(adoption, "left") == [("B8", "unknown-id")]


@pytest.mark.parametrize(
    "table",
    [
        """
        | Hedef   | Anahtar Sonuç | Sorumlu | Oca | Şub | Hedef |
        | Büyümek | Yeni müşteri  | Ayşe    | 10  | 20  | 60    |
        """,
        """
        | Tavoite | Avaintulos       | Vastuu | tammikuu | helmikuu | Tavoitearvo |
        | Büyümek | Yeni müşteri     | Aino   | 10    | 20    | 60          |
        """,
        """
        | 목표    | 핵심 결과    | 담당자 | 1월 | 2월 | 목표값 |
        | Büyümek | Yeni müşteri | 김     | 10  | 20  | 60     |
        """,
        """
        | Célok   | Kulcseredmények | Felelős | január | február | Cél |
        | Büyümek | Yeni müşteri    | Anna    | 10     | 20      | 60  |
        """,
        """
        | วัตถุประสงค์ | ผลลัพธ์หลัก  | ผู้รับผิดชอบ | ม.ค. | ก.พ. | เป้าหมาย |
        | Büyümek     | Yeni müşteri | สมชาย      | 10   | 20   | 60      |
        """,
        """
        | Objectives | Key results  | Owner | Jan | Feb | Target |
        | Büyümek    | Yeni müşteri | Ann   | 10  | 20  | 60     |
        """,
    ],
)
def test_months_across_in_six_languages(adopted, table):
    assert rows(adopted(table)) == [
        ("Büyümek", "Yeni müşteri", None, 60, {"01-31": 10, "02-28": 20})
    ]


def test_without_a_quarter_it_is_that_of_the_dates_or_of_today(adopted):
    dated = adopted("| Project | Progress | Due |\n| Site | 40 | 2027-06-15 |", quarter="")
    assert (str(dated.mapping.quarter), dated.mapping.quarter_said) == ("2027-Q2", "of-days")
    months = adopted("| KPI | Apr | May | Target |\n| Site | 1 | 2 | 3 |", quarter="")
    assert (str(months.mapping.quarter), months.mapping.quarter_said) == ("2027-Q2", "of-periods")
    bare = adopted("| KPI | Target | Actual |\n| Leads | 10 | 5 |", quarter="")
    assert (str(bare.mapping.quarter), bare.mapping.quarter_said) == ("2027-Q1", "guessed")
    assert ("", "quarter") in notes(bare, "assumed")


def test_an_objective_below_another_serves_it(adopted):
    adoption = adopted("""
        | ID | Type       | Title  | Team  | Parent | Baseline | Target |
        | C1 | Objective  | Profit |       |        |          |        |
        | S1 | Objective  | Grow   | Sales | C1     |          |        |
        | S2 | Key result | Leads  | Sales | S1     | 20       | 30     |
        | S3 | Objective  | Last   | Sales | X9     |          |        |
        """)
    aligned = {
        row["id"]: row["aligns_to"]
        for each in adoption.adopted
        for row in each.tracker.columns["objectives"].records()
    }
    assert aligned == {"C1": "", "S1": "C1", "S3": ""}
    assert ("C5", "unknown-id") in notes(adoption, "left")
    assert rows(adoption) == [("Grow", "Leads", 20, 30, {})]


@pytest.mark.parametrize(
    ("title", "target", "baseline"),
    [
        ("Cut churn from 6 % to 4 %", 4, 6),
        ("In 2027 grow from 120 to 500 customers", 500, 120),
        ("Answer within hours: 12 → 4", 4, 12),
        ("NPS %20'den %30'a", 30, 20),
        ("Süreyi 20 günden 10 güne indir", 10, 20),
        ("NPS 20:stä 30:een", 30, 20),
        ("Aika 20 päivästä 10 päivään", 10, 20),
        ("Az NPS 20-ról 30-ra nő", 30, 20),
        ("NPS 20%에서 30%로", 30, 20),
        ("เพิ่ม NPS จาก 20 เป็น 30", 30, 20),
        ("In 2027 reach 500 customers", 500, None),
        ("Open 2 offices with 40 desks", 40, None),
        ("2027 → 500 customers", 500, None),
        ("Move from 2026 to 2027", 2027, None),
        ("Sell from 2 offices into 40 countries", 40, None),
        ("2 ofis, 40 masa", 40, None),
        ("Avaa 2 toimistoa ja 40 pistettä", 40, None),
        ("사무실 2개, 책상 40개", 40, None),
        ("เปิด 2 สาขา 40 โต๊ะ", 40, None),
        ("Nyiss 2 irodát 40 asztallal", 40, None),
    ],
)
def test_only_a_title_that_goes_from_a_number_to_the_target_tells_a_baseline(
    adopted, title, target, baseline
):
    adoption = adopted(f"""
        | Objective | Key Result | Target   | Current |
        | Grow      | {title}    | {target} | 25      |
        """)
    ((*_, found, _, _),) = rows(adoption)
    assert found == baseline
    assert (("B2", "title-baseline") in notes(adoption, "assumed")) == (baseline is not None)


@pytest.mark.parametrize(
    ("typed", "shares"), [(("0.5", "1.05"), [0.5, 1.05]), (("50", "105"), [0.5, 1.05])]
)
def test_progress_above_all_of_it_leaves_shares_as_they_are(adopted, typed, shares):
    adoption = adopted(f"""
        | Objective | Key Result | Progress   |
        | Grow      | Leads      | {typed[0]} |
        | Grow      | Deals      | {typed[1]} |
        """)
    assert [days["02-12"] for *_, days in rows(adoption)] == shares


@pytest.mark.parametrize(
    ("baseline", "target", "current", "expected", "said"),
    [
        ("0", "1", "40%", (0, 100, 40), ["D2"]),
        ("0.2", "1", "40%", (20, 100, 40), ["C2", "D2"]),
        ("20%", "40%", "1.1", (20, 40, 1.1), []),
        ("25%", "40", "30%", (25, 40, 30), []),
        ("1", "5", "3%", (1, 5, 3), []),
    ],
)
def test_plain_ends_of_at_most_1_beside_percents_are_shares(
    adopted, baseline, target, current, expected, said
):
    adoption = adopted(f"""
        | Objective | Key Result | Baseline   | Target   | Current   |
        | Grow      | Leads      | {baseline} | {target} | {current} |
        """)
    ((_, _, start, goal, days),) = rows(adoption)
    assert (start, goal, days["02-12"]) == expected
    assert [cell for cell, code in notes(adoption, "assumed") if code == "percents"] == said


def test_progress_in_a_log_is_turned_into_numbers_aloud(adopted):
    adoption = adopted(
        """
        | KR ID | Objective | Key Result | Baseline | Target |
        | K1    | Grow      | Leads      | 0        | 100    |
        | K2    | Grow      | Deals      |          | 40     |
        """,
        """
        | KR ID | Date       | Progress |
        | K1    | 2027-01-15 | 7%       |
        | K2    | 2027-01-15 | 50%      |
        """,
    )
    assert [days for *_, days in rows(adoption)] == [{"01-15": 7}, {"01-15": 20}]
    said = {note.cell: note.say("en") for note in adoption.notes if note.code == "from-progress"}
    assert said == {
        "C2": "assumed: 7% of the way from 0 to 100 is 7",
        "C3": "assumed: 50% of the way from 0 to 40 is 20",
    }
    assert "day" not in {note.code for note in adoption.notes}
