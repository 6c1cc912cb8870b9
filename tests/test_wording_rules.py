"""What the rules of wording hit, and what they leave alone, kind by kind and in six languages."""

from datetime import date

import pytest

import okr_sheets as okr
from okr_sheets.coaching.texts import Text
from okr_sheets.coaching.tongues import tongues
from okr_sheets.coaching.wording import hits, under_way, wording
from okr_sheets.coaching.written import Written
from okr_sheets.language import language, languages


def said_of(path):
    tracker = okr.read(path)
    return wording(tracker, under_way(tracker))


def said(text, code, *, objective=False, **cells):
    """The codes of what is said of a text and the cells beside it, in the first quarter of 2027."""
    written = Written(Text(text, code, objective), last_day=date(2027, 3, 31), **cells)
    return {rule for rule, _ in hits(written)}


def cases(*tables):
    """Rows of `text | language`, and of what stands behind a further bar."""
    return [
        tuple(cell.strip() for cell in line.split("|"))
        for table in tables
        for line in table.strip().splitlines()
    ]


MAGNITUDES = [
    (code, *line.rsplit(maxsplit=1))
    for code in languages()
    for key in ("numbers.magnitudes", "numbers.own_magnitudes")
    for line in language(code).lines(key)
]


@pytest.mark.parametrize(("code", "word", "power"), MAGNITUDES)
def test_each_word_that_multiplies_a_number_is_read(code, word, power):
    (figure,) = Text(f"12 {word}", code).figures
    assert figure.values[0] == 12 * 10.0 ** int(power)
    assert figure.bare[0] == 12


@pytest.mark.parametrize(
    ("text", "code", "values"),
    [
        ("1,2 millió Ft", "hu", [1.2e6]),
        ("1,2 MILLIÁRD Ft", "hu", [1.2e9]),
        ("1조 5천억 원", "ko", [1.5e12]),
        ("3억 5천만 원에서 4억 원으로", "ko", [3.5e8, 4e8]),
        ("2만 3천 명", "ko", [23000]),
        ("5백만 원", "ko", [5e6]),
        ("3 yüz bin TL", "tr", [300_000]),
        ("2 พันล้านบาท", "th", [2e9]),
        ("12 tuhatta ja 3 miljoonaa", "fi", [12_000, 3e6]),
        ("8,4 miljoonasta 9,2 miljoonaan dollariin", "fi", [8.4e6, 9.2e6]),
        ("12 tuhannesta 14 tuhanteen", "fi", [12_000, 14_000]),
        ("8,4 millióról 9,2 millióra", "hu", [8.4e6, 9.2e6]),
        ("12 ezerről 1 milliárdra", "hu", [12_000, 1e9]),
        ("2,1 milyondan 3 milyona", "tr", [2.1e6, 3e6]),
        ("12 binden 1 milyara", "tr", [12_000, 1e9]),
        ("Reach 2025 followers", "en", [2025]),
        ("Raise subscribers from 2300 to 2580", "en", [2300, 2580]),
        ("Grow users from 2025 to 2040", "en", [2025, 2040]),
        ("Grow users from 2025 to 2040 in 2027", "en", [2025, 2040]),
        ("From 20 in 2026 to 30 in 2027", "en", [20, 30]),
        ("Aboneleri 2100'den 2560'a çıkarmak", "tr", [2100, 2560]),
        ("2040 yeni müşteri", "tr", [2040]),
        ("2040 új ügyfél", "hu", [2040]),
        ("2040 uutta asiakasta", "fi", [2040]),
        ("구독자 2040명", "ko", [2040]),
        ("ผู้ติดตาม 2560 คน", "th", [2560]),
        ("Followers up to 2560", "en", [2560]),
        ("Win 40 customers in 2027", "en", [40]),
        ("Win 40 customers by the end of 2027", "en", [40]),
        ("40 customers (2027)", "en", [40]),
        ("40 customers in March 2027", "en", [40]),
        ("40 customers, 2027 Q1", "en", [40]),
        ("Roadmap 2027", "en", []),
        ("2027: no open audit findings", "en", []),
        ("2027 sonuna kadar 40 bayi", "tr", [40]),
        ("2027'de 40 bayi", "tr", [40]),
        ("2027 végéig 40 ügyfél", "hu", [40]),
        ("2027. március 31-ig 40 ügyfél", "hu", [40]),
        ("Vuonna 2027 40 asiakasta", "fi", [40]),
        ("40 asiakasta vuoden 2027 loppuun mennessä", "fi", [40]),
        ("40 asiakasta maaliskuussa 2027", "fi", [40]),
        ("2027년까지 고객 40곳", "ko", [40]),
        ("3월 31일까지 고객 40곳", "ko", [40]),
        ("ลูกค้า 40 รายในปี 2570", "th", [40]),
        ("ลูกค้า 40 รายภายใน 31 มีนาคม 2570", "th", [40]),
    ],
)
def test_years_are_no_figures_and_figures_no_years(text, code, values):
    assert [figure.values[0] for figure in Text(text, code).figures] == values


@pytest.mark.parametrize(
    ("texts", "prior", "found"),
    [
        (
            ["Marktanteil ausbauen", "Neukunden im Mittelstand gewinnen", "Umsatz steigern"],
            "en",
            "",
        ),
        (["Devenir leader", "Augmenter les ventes en ligne", "Simplifier la vie"], "tr", ""),
        (["Zwiększyć sprzedaż online", "Skrócić czas dostawy z 9 do 4 dni"], "fi", ""),
        (["Увеличить продажи"], "en", ""),
        (["市場を拡大する"], "ko", ""),
        (["Αύξηση πωλήσεων"], "hu", ""),
        (["Market research"], "en", "en"),
        (["Piackutatás"], "hu", "hu"),
    ],
)
def test_a_text_in_no_language_of_ours_is_none(texts, prior, found):
    assert set(tongues(texts, prior)) == {found}


def test_of_a_text_in_another_language_its_numbers_alone_are_judged():
    assert said("Marktanteil", "", objective=True) == set()
    assert said("Marktanteil auf 30 % ausbauen", "", objective=True) == {"obj-number"}
    assert said("Neue Website launch", "") == {"kr-no-number"}
    assert said("Antwort in 24 Stunden", "", target=90.0, unit="Kunden") == set()


@pytest.mark.parametrize(
    ("text", "code", "target", "unit"),
    cases(
        """
        1.2M users | en | 1200000 | users
        1.2M ARR | en | 1.2 | M$
        1.2M ARR | en | 1200 | k€
        ARR of 1,200,000 | en | 1.2 | M$
        월 매출 3억 원 | ko | 3 | 억원
        월 매출 3억 5천만 원 | ko | 3.5 | 억원
        Ciroyu 40 milyon TL'ye çıkarmak | tr | 40 | milyon TL
        Ciroyu 40.000.000 TL'ye çıkarmak | tr | 40 | milyon TL
        ยอดขาย 12 ล้านบาท | th | 12 | ล้านบาท
        Árbevétel 1,2 milliárd Ft | hu | 1200 | M Ft
        Liikevaihto 1,4 miljoonaa | fi | 1.4 | M€
        Customers with 3+ seats | en | 40 | customers
        Accounts with 2 or more products | en | 40 | accounts
        Sites at 4.5 stars or more | en | 40 | sites
        Cost per 1,000 impressions | en | 4 | €
        Renewals in the top 10 accounts | en | 9 | accounts
        95th percentile load time | en | 1.8 | s
        Orders above 100 € | en | 300 | orders
        Reduce time to hire by 20 days | en | 30 | days
        Lyhennä läpimenoaikaa 20 päivällä | fi | 30 | päivää
        Az átfutás csökkentése 20 nappal | hu | 30 | nap
        Süreyi 20 gün kısaltmak | tr | 30 | gün
        리드타임 20일 단축 | ko | 30 | 일
        ลดเวลาลง 20 วัน | th | 30 | วัน
        Revenue from orders above 100 € | en | 300 | €
        Teams with 5 to 20 seats | en | 120 | teams
        Shops live in all 3 regions | en | 45 | shops
        Yli 100 euron tilaukset | fi | 300 | kpl
        Asiakkaat, joilla on 2 tai useampi tuote | fi | 40 | kpl
        5–20 hengen tiimit | fi | 120 | tiimiä
        Toimivat myymälät 3 alueella | fi | 45 | myymälää
        Hinta 1 000 näyttöä kohden | fi | 4 | €
        100 euró feletti rendelések | hu | 300 | db
        2 vagy több terméket használó ügyfelek | hu | 40 | db
        Nyitott boltok 3 régióban | hu | 45 | bolt
        Megújítás a top 10 ügyfélnél | hu | 9 | db
        100 € üzeri siparişler | tr | 300 | adet
        2 veya daha fazla ürün kullanan müşteriler | tr | 40 | adet
        3 bölgede açık mağazalar | tr | 45 | mağaza
        1.000 gösterim başına maliyet | tr | 4 | TL
        100유로 이상 주문 | ko | 300 | 건
        3개 지역 영업 매장 | ko | 45 | 곳
        상위 10개 고객 갱신 | ko | 9 | 곳
        1,000회당 비용 | ko | 4 | 원
        ร้านที่เปิดใน 3 ภูมิภาค | th | 45 | ร้าน
        คำสั่งซื้อที่มากกว่า 100 บาท | th | 300 | รายการ
        ต้นทุนต่อ 1,000 ครั้ง | th | 4 | บาท
        """
    ),
)
def test_a_figure_of_another_scale_or_purpose_differs_from_no_target(text, code, target, unit):
    assert "kr-text-mismatch" not in said(text, code, target=float(target), unit=unit)


@pytest.mark.parametrize(
    ("text", "code", "target", "unit"),
    cases(
        """
        Win 30 customers | en | 40 |
        Win 30 new customers | en | 40 | customers
        At least 40 customers | en | 50 | customers
        $1.2M ARR | en | 2 | M$
        Win rate of 20 % | en | 25 | %
        MQLs from 20 to 30 | en | 40 | leads
        40 uutta sopimusta | fi | 50 | sopimusta
        40 új szerződés | hu | 50 | szerződés
        Árbevétel 1,2 milliárd Ft | hu | 1400 | M Ft
        40 yeni sözleşme | tr | 50 | sözleşme
        Ciroyu 40 milyon TL'ye çıkarmak | tr | 50 | milyon TL
        신규 계약 40건 체결 | ko | 50 | 건
        40건 이상 계약 체결 | ko | 50 | 건
        월 매출 3억 원 | ko | 4 | 억원
        เซ็นสัญญา 40 ราย | th | 50 | ราย
        """
    ),
)
def test_a_text_that_names_another_target_is_told(text, code, target, unit):
    assert "kr-text-mismatch" in said(text, code, target=float(target), unit=unit)


TOO_LONG = """
    Reach 500 customers within 12 months | en
    Win 40 customers within two years | en
    Win 40 customers by 2029 | en
    Win 40 customers by the end of 2028 | en
    40 asiakasta vuoteen 2029 mennessä | fi
    40 ügyfél 2029 végéig | hu
    2029 sonuna kadar 40 bayi | tr
    18 ay içinde 40 bayiye ulaşmak | tr
    2029년까지 고객 40곳 | ko
    ลูกค้า 40 รายภายในปี 2572 | th
"""
NOT_LONG = """
    Repeat purchases within 12 months: 30 | en
    Customers retained for 12 months from 40 to 60 | en
    Sign 5 contracts for 24 months | en
    Bookings for 2028: 40 | en
    Multi-year contracts signed: 5 | en
    12 kuukauden kuluessa uusivat asiakkaat: 30 | fi
    Monivuotisia sopimuksia: 5 | fi
    Vuoden 2028 tilaukset: 40 | fi
    12 hónapon belüli ismételt vásárlások: 30 | hu
    2028-as foglalások: 40 | hu
    5 szerződés 24 hónapra | hu
    12 ay içinde tekrar alışveriş: 30 | tr
    2028 rezervasyonları: 40 | tr
    24 aylık 5 sözleşme | tr
    12개월 이내 재구매 30건 | ko
    2028년 예약 40건 | ko
    24개월 계약 5건 | ko
    ซื้อซ้ำภายใน 12 เดือน: 30 ราย | th
    ยอดจองปี 2571: 40 ราย | th
    สัญญา 24 เดือน 5 ฉบับ | th
"""
WORK = """
    Launch the new app | en
    Launch a website | en
    Launch our portal | en
    Launch onboarding 2.0 | en
    Complete the migration | en
    Train all managers | en
    Write the handbook | en
    Monitor our servers | en
    Julkaistaan uusi sovellus | fi
    Elindítjuk az új portált | hu
    Yeni fiyat sayfasını yayınlamak | tr
    새 요금 페이지 출시 | ko
    เปิดตัวหน้าราคาใหม่ | th
"""
NO_WORK = """
    Launch readiness score | en
    Launch delay | en
    Launch-day traffic | en
    Write latency | en
    Train punctuality | en
    Complete profiles | en
    Track record reviews | en
    Support ticket age | en
    Müşteri desteği | tr
    Yazılım geliştirme | tr
    고객 관리 | ko
    배포 | ko
    ติดตามหนี้ได้ต่อเดือน | th
    ส่งมอบตรงเวลา | th
    Toteutus aikataulussa | fi
"""
HALVED = """
    Cut complaints by a third | en
    Cut cost by a quarter | en
    Maliyeti üçte bir azaltmak | tr
    Kulut alas kolmanneksella | fi
    Harmadával kevesebb panasz | hu
    ลดต้นทุนลงหนึ่งในสาม | th
    비용을 절반으로 줄이기 | ko
"""


@pytest.mark.parametrize(
    ("table", "codes", "are_said"),
    [
        (TOO_LONG, {"kr-too-long"}, True),
        (NOT_LONG, {"kr-too-long"}, False),
        (WORK, {"kr-deliverable", "kr-activity"}, True),
        (NO_WORK, {"kr-deliverable", "kr-activity"}, False),
        (HALVED, {"kr-no-number"}, False),
    ],
)
def test_what_is_said_of_key_results(table, codes, are_said):
    wrong = [text for text, code in cases(table) if bool(codes & said(text, code)) != are_said]
    assert wrong == []


GOES_ON = """
    Continue the weekly demos | en
    Business as usual in support | en
    We will continue our newsletter | en
    Jatketaan uutiskirjettä | fi
    Folytassuk a hírlevelet | hu
    Bültene devam etmek | tr
    주간 시연을 계속 진행한다 | ko
    ดำเนินการสาธิตสินค้ารายสัปดาห์ต่อไป | th
"""
ENDS = """
    Stop business as usual | en
    End day-to-day firefighting | en
    Break with business as usual | en
    Keep on top of fraud | en
    Jatka kasvua Norjassa | fi
    Luovutaan entiseen malliin toimimisesta | fi
    Szakítsunk a status quóval | hu
    Mevcut işleri sürdürmekten vazgeçmek | tr
    status quo에서 벗어나기 | ko
    เลิกทำงานแบบเดิมเหมือนที่ผ่านมา | th
"""
TWO_GOALS = """
    Open the Warsaw office and rebuild billing | en
    Improve onboarding and launch a partner programme | en
    Avataan toimisto ja uudistetaan laskutus | fi
    Nyissuk meg az irodát és újítsuk meg a számlázást | hu
    Ofisi açmak ve faturalamayı yenilemek | tr
    사무소를 열고 정산 시스템을 개편한다 | ko
    เปิดสำนักงานและปรับปรุงระบบบิล | th
"""
ONE_GOAL = """
    Build and launch the new API | en
    Set up and roll out the new CRM | en
    Win and keep the best engineers | en
    Simpler onboarding and faster support | en
    Become faster and more reliable | en
    Bring sales and marketing closer together | en
    Rakennetaan ja julkaistaan uusi rajapinta | fi
    Nopeampi tuki ja parempi laatu | fi
    Építsük meg és indítsuk el az új appot | hu
    Gyorsabb és olcsóbb kiszállítás | hu
    Yeni API'yi geliştirmek ve yayınlamak | tr
    Daha hızlı ve daha ucuz teslimat | tr
    새 API를 설계하고 출시한다 | ko
    더 빠르고 안정적인 서비스 | ko
    สร้างและเปิดตัว API ใหม่ | th
"""
NAMES = """
    Open a 5-star hotel | en
    Become the 7-Eleven of pharmacies | en
    Reach the Rule of 40 | en
    Parempi kuin 5 tähden hotelli | fi
    5 csillagos szálloda lenni | hu
    5 yıldızlı otel olmak | tr
    5성급 호텔 되기 | ko
    เป็นโรงแรม 5 ดาว | th
"""


@pytest.mark.parametrize(
    ("table", "rule", "is_said"),
    [
        (GOES_ON, "obj-bau", True),
        (ENDS, "obj-bau", False),
        (TWO_GOALS, "obj-compound", True),
        (ONE_GOAL, "obj-compound", False),
        (NAMES, "obj-number", False),
        ("ติดท็อป 3 | th", "obj-no-direction", False),
    ],
)
def test_what_is_said_of_objectives(table, rule, is_said):
    rows = cases(table)
    wrong = [text for text, code in rows if (rule in said(text, code, objective=True)) != is_said]
    assert wrong == []


def test_a_misread_cell_silences_what_goes_by_it_and_no_more(book):
    path = book(
        "| Quarter | 2027-Q1 | | | | | | |\n"
        "| ID | Title | Owner | Type | Baseline | Target | Unit | Definition |\n"
        "| O1 | Win 30 customers | Ann | Objective | | | | |\n"
        "| O1.KR1 | Launch the new app by the end of 2039 | Ann | Increase | 1 | 9x | apps | |\n"
        "| O1.KR2 | Launch the new app | Ann | Increase | | | apps | |\n"
    )
    found = {(p.cell, p.code) for p in said_of(path)}
    assert found == {
        ("B3", "obj-number"),
        ("B4", "kr-too-long"),
        ("B5", "kr-no-number"),
        ("B5", "kr-deliverable"),
    }


def test_a_misread_key_result_does_not_silence_the_objective_beside_it(book):
    path = book(
        "| Objective | Key result | Owner | Type | Baseline | Target |\n"
        "| Win 30 customers | Launch the new app | Ann | Increase | 1 | 9x |\n"
    )
    assert [p.code for p in said_of(path)] == ["obj-number"]
