"""What texts say and cells beside them do not: what is offered, and the tracker that holds it."""

from math import nan
from pathlib import Path

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook
from pandas.testing import assert_frame_equal

import okr_sheets as okr
from okr_sheets.cli import main
from okr_sheets.coaching.offers import offered, offers
from okr_sheets.coaching.texts import Text
from okr_sheets.coaching.told import told
from okr_sheets.coaching.wording import under_way
from okr_sheets.coaching.written import Written
from okr_sheets.language import language, languages
from okr_sheets.schema import PARTS

SAMPLES = Path(__file__).parents[1] / "samples" / "trackers"
HEADER = "Quarter,2027-Q1\nID,Title,Owner,Type,Baseline,Target,Unit,State,Due,Note,2027-01-08\n"
OBJECTIVE = "O1,Win customers who stay,Ann,Objective,,,,,,,\n"
OFFERED = "O1.KR1,Increase MQLs from 20 to 30,Ann,,,,leads,,,,\n"


def typed(folder, *rows, header=HEADER):
    """A tracker of comma-separated values with an objective and these rows."""
    path = folder / "typed.csv"
    path.write_text(header + OBJECTIVE + "".join(f"{row}\n" for row in rows), "utf-8")
    return path


def run(*arguments):
    return CliRunner().invoke(main, ["check", *map(str, arguments)])


@pytest.mark.parametrize(
    ("text", "code", "cells", "offer"),
    [
        (
            "MQL'leri 20'den 30'a çıkarın",
            "tr",
            {},
            {"type": "increase", "baseline": 20, "target": 30},
        ),
        ("MQL을 20에서 30으로 증가", "ko", {}, {"type": "increase", "baseline": 20, "target": 30}),
        ("เพิ่ม MQL จาก 20 เป็น 30", "th", {}, {"type": "increase", "baseline": 20, "target": 30}),
        (
            "Lyhennä perehdytysaikaa 120 päivästä 90 päivään",
            "fi",
            {},
            {"type": "decrease", "baseline": 120, "target": 90},
        ),
        (
            "Csökkentsük a lemorzsolódást 8,1%-ról 6,0%-ra",
            "hu",
            {},
            {"type": "decrease", "baseline": 8.1, "target": 6, "unit": "%"},
        ),
        (
            "Conversion 20% → 23%",
            "en",
            {},
            {"type": "increase", "baseline": 20, "target": 23, "unit": "%"},
        ),
        (
            "Cut the sales cycle by 10%",
            "en",
            {"baseline": 30.0},
            {"type": "decrease", "target": 27},
        ),
        (
            "Growth of 10 % a month",
            "en",
            {"baseline": 30.0, "type": "increase"},
            {"type": "increase", "target": 33},
        ),
        ("Cut the bounce rate by 10%", "en", {"baseline": 50.0, "unit": "%"}, {}),
        ("Improve response time by 10%", "en", {"baseline": 30.0}, {}),
        ("Send 3 newsletters", "en", {}, {"target": 3}),
        ("Win rate of 20%", "en", {}, {}),
        ("Increase MQLs to 30 by 31 March", "en", {}, {"target": 30}),
    ],
)
def test_what_a_text_says_is_offered(text, code, cells, offer):
    assert told(Written(Text(text, code), **cells)) == offer


@pytest.mark.filterwarnings("ignore:.* extension is not supported")  # openpyxl's
def test_offers_fill_blank_cells_alone_and_are_marked(tmp_path):
    source = tmp_path / "typed.csv"
    source.write_text(
        "Quarter,2027-Q1\nID,Title,Owner,Type,Baseline,Target,Unit\n"
        "O1,Win customers who stay,Ann,Objective,,,\n"
        "O1.KR1,Increase MQLs from 20 to 30,Ann,,,,leads\n"
        "O1.KR2,Increase trials from 5 to 9,Ann,Increase,5,,trials\n",
        "utf-8",
    )
    tracker = okr.read(source)
    okr.write(tracker, tmp_path / "offered.xlsx", offers=offers(tracker))
    again = okr.read(tmp_path / "offered.xlsx").key_results
    assert again[["type", "baseline", "target"]].values.tolist() == [
        ["increase", 20.0, 30.0],
        ["increase", 5.0, 9.0],
    ]
    sheet = load_workbook(tmp_path / "offered.xlsx")["OKRs"]
    marked = {cell.coordinate for row in sheet.iter_rows() for cell in row if cell.comment}
    assert marked == {"T7", "U7", "C7", "C8"}


def test_check_writes_the_offers_into_a_new_tracker(tmp_path):
    source, out = tmp_path / "typed.csv", tmp_path / "offered.xlsx"
    source.write_text(
        "Quarter,2027-Q1\nID,Title,Owner,Type,Baseline,Target,Unit\n"
        "O1,Win customers who stay,Ann,Objective,,,\n"
        "O1.KR1,Cut the sales cycle by 10 %,Ann,Decrease,30,,days\n",
        "utf-8",
    )
    before = source.read_bytes()
    ran = CliRunner().invoke(main, ["check", str(source), "--offer", str(out)])
    assert "filled from the texts, and marked: 1." in ran.stderr
    assert okr.read(out).key_results.target.tolist() == [27]
    assert source.read_bytes() == before
    again = CliRunner().invoke(main, ["check", str(source), "--offer", str(out)])
    assert again.exit_code == 2
    assert "is there already. Choose another name." in again.stderr
    ran = CliRunner().invoke(main, ["check", str(out), "--offer", str(tmp_path / "more.xlsx")])
    assert "was not written" in ran.stderr
    assert not (tmp_path / "more.xlsx").exists()


CHANGES = [
    ("Reduce time to hire by 20 days", "en", "decrease", 30),
    ("Raise the price by $5", "en", "increase", 55),
    ("Improve NPS by 10 points", "en", "increase", 60),
    ("Win 5 more customers", "en", "increase", 55),
    ("Süreyi 20 gün kısaltmak", "tr", "decrease", 30),
    ("Fiyatı 5 TL artır", "tr", "increase", 55),
    ("Lyhennä läpimenoaikaa 20 päivällä", "fi", "decrease", 30),
    ("Nosta hintaa 5 eurolla", "fi", "increase", 55),
    ("Az átfutási idő csökkentése 20 nappal", "hu", "decrease", 30),
    ("Növeljük az ügyfelek számát 5-tel", "hu", "increase", 55),
    ("리드타임 20일 단축", "ko", "decrease", 30),
    ("MQL 5건 증가", "ko", "increase", 55),
    ("ลดเวลาลง 20 วัน", "th", "decrease", 30),
    ("เพิ่มลูกค้าขึ้น 5 ราย", "th", "increase", 55),
]


@pytest.mark.parametrize(("text", "code", "way", "target"), CHANGES, ids=str)
def test_a_change_leads_from_a_typed_baseline_and_is_no_target(text, code, way, target):
    assert told(Written(Text(text, code))) == {}
    assert told(Written(Text(text, code), type=way)) == {}
    offer = told(Written(Text(text, code), type=way, baseline=50.0))
    assert offer == {"type": way, "target": target}


@pytest.mark.parametrize(
    ("text", "code", "target"),
    [
        ("Reach 500 paying customers", "en", 500),
        ("Reach an NPS of 50", "en", 50),
        ("Grow the list to 1,500", "en", 1500),
        ("Reduce time to hire to 20 days", "en", 20),
        ("Keep the response time below 4 hours", "en", 4),
        ("Hire 4 new engineers", "en", 4),
        ("MQL'leri 30'a çıkar", "tr", 30),
        ("500 müşteriye ulaş", "tr", 500),
        ("3 bülten gönder", "tr", 3),
        ("3 e-posta bülteni gönder", "tr", 3),
        ("Yıllık ciroyu 40 milyon TL'ye çıkarmak", "tr", 40e6),
        ("Kasvata MQL:t 30:een", "fi", 30),
        ("Laske perehdytysaika 90 päivään", "fi", 90),
        ("Lähetä 3 uutiskirjettä", "fi", 3),
        ("Növeljük az MQL-ek számát 30-ra", "hu", 30),
        ("A betanulási idő csökkentése 90 napra", "hu", 90),
        ("Küldjünk ki 3 hírlevelet", "hu", 3),
        ("3 hírlevél kiküldése", "hu", 3),
        ("MQL 30건으로 증가", "ko", 30),
        ("신규 고객 30명 확보", "ko", 30),
        ("뉴스레터 3회 발송", "ko", 3),
        ("이메일 뉴스레터 3개 보내기", "ko", 3),
        ("เพิ่มลูกค้าเป็น 30 ราย", "th", 30),
        ("ลดเวลาลงเหลือ 20 วัน", "th", 20),
        ("ส่งจดหมายข่าว 3 ฉบับ", "th", 3),
        ("ได้ MQL 350 รายภายใน 31 มีนาคม", "th", 350),
    ],
)
def test_one_figure_that_words_mark_as_the_goal_is_offered(text, code, target):
    assert told(Written(Text(text, code))) == {"target": target}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Incidents per 1,000 deliveries", "en"),
        ("Headcount in our 3 hubs", "en"),
        ("Get 5-star reviews", "en"),
        ("Get 5 star reviews", "en"),
        ("Reach customers in 3 hubs", "en"),
        ("Deals above $100,000", "en"),
        ("Offer seats for up to 5 users", "en"),
        ("Increase the share of teams with 3 or more seats", "en"),
        ("1.000 teslimat başına hata", "tr"),
        ("3 merkezde eğitim düzenle", "tr"),
        ("12.000 aboneye bülten göndermeye devam etmek", "tr"),
        ("5 yıldızlı yorum kazan", "tr"),
        ("Henkilöstö 3 toimipaikassa", "fi"),
        ("Hanki 5 tähden arvosteluja", "fi"),
        ("Létszám a 3 telephelyen", "hu"),
        ("Szerezzünk 5 csillagos értékeléseket", "hu"),
        ("1인당 교육 일수", "ko"),
        ("5성급 리뷰 확보", "ko"),
        ("จัดอบรมที่ 3 สาขา", "th"),
        ("จำนวนพนักงานใน 3 สาขา", "th"),
    ],
)
def test_a_figure_that_counts_something_else_is_not_offered(text, code):
    for way in ("", "increase"):
        assert told(Written(Text(text, code), type=way, baseline=50.0)) == {}


@pytest.mark.parametrize(
    ("text", "cells", "offer"),
    [
        ("Cut churn from 5% to 3%", {"target": 0.03}, {"baseline": 0.05, "target": 0.03}),
        ("Cut churn from 5% to 3%", {"baseline": 0.05}, {"baseline": 0.05, "target": 0.03}),
        (
            "Cut churn from 5% to 3%",
            {"target": 3.0},
            {"baseline": 5, "target": 3, "unit": "%"},
        ),
        ("Cut churn from 5% to 3%", {"target": 4.0}, {}),
        ("Cut churn from 5% to 3%", {"baseline": 3.0}, {}),
        ("Cut churn from 5% to 3%", {"type": "increase"}, {}),
        ("Cut churn from 5% to 3%", {"type": "achieve"}, {}),
        ("Cut leads from 1.500 to 1.200", {"baseline": 1500.0}, {"baseline": 1500, "target": 1200}),
        ("Cut cost from $1.5M to $1.2M", {"baseline": 1.5e6}, {"baseline": 1.5e6, "target": 1.2e6}),
        ("Cut cost from $1.5M to $1.2M", {"baseline": 1.5}, {}),
        ("Cut cost from $1.5M to $1.2M", {"unit": "M$"}, {}),
        ("Cut cost to $1.2M", {"baseline": 1.5}, {}),
        ("Cut cost to $1.2M", {"unit": "k€"}, {}),
        ("Cut cost by $1M", {"baseline": 1.5}, {}),
    ],
)
def test_a_typed_cell_gives_the_scale_or_contradicts(text, cells, offer):
    found = dict(told(Written(Text(text, "en"), **cells)))
    assert found.pop("type", "decrease") == "decrease"
    assert found == offer


@pytest.mark.parametrize(
    ("row", "cell"),
    [
        ("O1.KR2,Trials,Ann,Increase,5,9x,trials,,,,", "F5"),
        ("O1.KR2,Trials,Ann,Increase,about 5,9,trials,,,,", "E5"),
        ("O1.KR2,Trials,Ann,Incraese,5,9,trials,,,,", "D5"),
        ("O1.KR2,Trials,Ann,Increase,5,9,trials,Canceld,,,", "H5"),
        ("O1.KR2,Trials,Ann,Increase,5,9,trials,,soon,,", "I5"),
        ("O1.KR2,Trials,Ann,Increase,5,9,trials,,2/3/2027,,", "I5"),
        ("O1.KR2,Trials,Ann,Increase,5,9,trials,,,,twelve", "K5"),
        ('O1.KR2,Trials,Ann,Increase,1,"1,234",trials,,,,', "F5"),
    ],
)
def test_nothing_is_offered_beside_what_a_new_tracker_would_lose(row, cell, tmp_path):
    source, out = typed(tmp_path, OFFERED.strip(), row), tmp_path / "new.xlsx"
    ran = run(source, "--offer", out)
    assert ran.exit_code in {1, 2}
    assert f"{out} was not written: it would lose what stands in typed.csv:typed!{cell}." in (
        ran.stderr
    )
    assert "typed.csv:typed!D4: info: offered:" in ran.stdout
    assert not out.exists()


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (HEADER.partition("\n")[2].replace(",2027-01-08", ","), "A tracker needs a quarter"),
        (None, "--offer fills in one tracker, and 2 were read."),
    ],
)
def test_what_was_found_is_said_also_where_no_tracker_can_be_written(tmp_path, header, reason):
    source, out = typed(tmp_path, OFFERED.strip(), header=header or HEADER), tmp_path / "new.xlsx"
    (tmp_path / "other").mkdir()
    others = [typed(tmp_path / "other", OFFERED.replace("20", "21"))] if header is None else []
    ran = run(source, *others, "--offer", out)
    assert "info: offered:" in ran.stdout
    assert reason in ran.stderr.splitlines()[-1]
    assert ran.exit_code == 2
    assert not out.exists()


def test_review_and_tracker_do_not_share_a_name_and_one_does_not_cost_the_other(tmp_path):
    source, out = typed(tmp_path, OFFERED.strip()), tmp_path / "new.xlsx"
    ran = run(source, "-o", out, "--offer", tmp_path / "." / "new.xlsx")
    assert ran.exit_code == 2
    assert "Choose another name for --offer." in ran.stderr
    assert not out.exists()
    ran = run(source, "-o", out, "--offer", tmp_path / "missing" / "new.xlsx")
    assert ran.exit_code == 1
    assert out.exists()


@pytest.mark.parametrize("wish", ["off", "note"])
def test_rows_whose_offer_is_not_wanted_are_left_blank(tmp_path, wish):
    note = "agreed: offered" if wish == "note" else "agreed"
    kept = "O1.KR2,Increase trials from 5 to 9,Ann,,,,trials,,,,"
    source = typed(tmp_path, OFFERED.strip(), kept.replace(",,,,trials,,,", f",,,,trials,,,{note}"))
    out, config = tmp_path / "new.xlsx", tmp_path / "okr.toml"
    config.write_text('[check]\noff = ["offered"]\n' if wish == "off" else "", "utf-8")
    ran = run(source, "--offer", out, "--config", config)
    if wish == "off":
        assert "was not written" in ran.stderr
        assert not out.exists()
    else:
        assert okr.read(out).key_results.target.fillna(0).tolist() == [30, 0]


@pytest.mark.parametrize("code", languages())
def test_an_offer_is_said_in_the_words_of_who_asks_alone(tmp_path, code):
    tracker = okr.read(typed(tmp_path, OFFERED.strip()))
    (problem,) = offered(tracker, under_way(tracker))
    assert problem.given == "Increase MQLs from 20 to 30"
    assert problem.words == {"offer": "type=increase;baseline=20;target=30"}
    words = language(code)
    said = [
        f"{words('okrs.type')}: {words.choice('type', 'increase')}",
        f"{words('okrs.baseline')}: 20",
        f"{words('okrs.target')}: 30",
    ]
    assert ", ".join(said) in problem.say(code)


@pytest.mark.parametrize("name", ["company", "sales"])
def test_all_else_that_was_typed_is_in_the_new_tracker(tmp_path, name):
    read = okr.read(SAMPLES / f"{name}.xlsx")
    rows = read.columns["key_results"]
    blank = {key: rows[key].copy() for key in ("title", "type", "baseline", "target")}
    for key, value in {"title": "Cut it from 9 to 7", "type": "", "baseline": nan}.items():
        blank[key][0] = value
    blank["target"][0] = nan
    tracker = read.changed(key_results=rows.having(**blank))
    offer = {rows.row.tolist()[0]: {"type": "decrease", "baseline": 9.0, "target": 7.0}}
    assert offers(tracker) == offer
    again = okr.read(okr.write(tracker, tmp_path / "new.xlsx", offers=offer))
    for part in PARTS:
        old, new = (getattr(it, part).reset_index(drop=True) for it in (tracker, again))
        for key, value in offer[rows.row.tolist()[0]].items() if part == "key_results" else ():
            old.loc[0, key] = value
        assert len(old), part
        places = ["row", "objective", "key_result", "parent"]
        drop = [key for key in places if key in old and old[key].dtype.kind == "i"]
        assert_frame_equal(old.drop(columns=drop), new.drop(columns=drop), obj=part)
    assert (again.about, again.bands) == (tracker.about, tracker.bands)
    assert again.check_in_dates == tracker.check_in_dates


def test_a_file_that_came_up_meanwhile_is_kept(tmp_path, monkeypatch):
    monkeypatch.setattr("okr_sheets.checking.check_new_tracker", lambda _: None)
    source, out = typed(tmp_path, OFFERED.strip()), tmp_path / "new.xlsx"
    out.write_text("somebody's", "utf-8")
    ran = run(source, "--offer", out)
    assert ran.stderr.endswith("new.xlsx is there already. Choose another name.\n")
    assert ran.exit_code == 2
    assert out.read_text("utf-8") == "somebody's"


def test_key_results_beside_their_objectives_are_filled_too(tmp_path):
    source, out = tmp_path / "flat.csv", tmp_path / "new.xlsx"
    source.write_text(
        "Quarter,2027-Q1\n"
        "Objective,Key result,Owner,Type,Baseline,Target,Unit,Note\n"
        "Win customers who stay,Increase MQLs from 20 to 30,Ann,,,,leads,\n"
        ",Increase trials from 5 to 9,Ann,,,,trials,kr-percent offered\n"
        "Ship sooner,Reduce lead time by 20 days,Ann,Decrease,50,,days,\n",
        "utf-8",
    )
    assert okr.read(source).is_flat
    ran = run(source, "--offer", out)
    assert "filled from the texts, and marked: 4." in ran.stderr
    assert okr.read(out).key_results.target.fillna(0).tolist() == [30, 0, 30]
