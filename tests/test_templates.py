"""The example sets teach what good OKRs are: in every set and in every language."""

import re
import tomllib
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

import okr_sheets as okr
from okr_sheets import demo
from okr_sheets.choices import TYPES
from okr_sheets.cli import main
from okr_sheets.language import language, languages
from okr_sheets.planning.sets import read_set
from okr_sheets.reading import examples, leftovers

NBSP = "\N{NO-BREAK SPACE}"
FILES = sorted(path.name for path in examples.folder().iterdir() if path.name.endswith(".toml"))
TRANSLATED = [name for name in FILES if name.count(".") == 2]
# What stands in a set as words; all else is the same in all languages.
TEXTS = (
    "title",
    "description",
    "department",
    "team",
    "owner",
    "unit",
    "definition",
    "note",
    "action",
)
# What a trade calls so in other languages too, and names.
TERMS = set(
    """
    abm account acme api arr auditor b2b brief buddy ceo cfo churn cloud cmo coach coaching commit
    compliance contract controller cpo crm cro customer dashboard data deal demand desk discovery
    enablement executive failover feature flag forecast funnel generation go-to-market inbound
    landing lead lifecycle link live marketing mid-market mql nps onboarding ops organic outbound
    partner persona pipeline platform presales product qa runbook runway saas sales scoring sdr seo
    sponsor sprint sql sre staging success support usd ux vp web webinar
    """.split()
)
# Words of a language that English spells alike.
ALIKE = {"fi": {"on"}, "tr": {"on", "ideal", "net", "plan"}}
# How many times larger a word behind a number makes it, and what parts decimals.
MAGNITUDES = {
    "en": {"M": 1e6},
    "tr": {" milyon": 1e6, "M": 1e6},
    "th": {" ล้าน": 1e6, "M": 1e6},
    "ko": {"만": 1e4, "백만": 1e6, "억": 1e8, "M": 1e6},
    "hu": {" millió": 1e6},
    "fi": {" milj": 1e6},
}
DECIMAL = {"en": ".", "tr": ",", "th": ".", "ko": ".", "hu": ",", "fi": ","}
GROUP = {"en": ",", "tr": ".", "th": ",", "ko": ",", "hu": NBSP, "fi": NBSP}
TOTALS = ("total", "total-at-most")
MOVES = ("increase", "decrease")
# Where the last word (in Thai the first) names several people or none: a plural, a team, a desk.
GROUPS = {
    "en": r"\b(team|desk|ops|group|department|\w+(ers|ors|leads|reps|executives|partners|analysts))$",
    "tr": r"(ekibi|ekip|birimi|departmanı|masası|l[ae]r|l[ae]r[ıi])$",
    "th": r"^(ทีม|ฝ่าย|แผนก|กลุ่ม)",
    "ko": r"(팀|부|부서|본부|그룹|들)$",
    "hu": r"(csapat|osztály|részleg|csoport|(?<!mérn)[aeoöő]k)$",
    "fi": r"(tiimi|ryhmä|osasto|t)$",
}
# A unit in percent needs a reason why no real number measures it.
PERCENTS: dict[str, str] = {}


@pytest.fixture(params=FILES)
def example(request):
    return read_set((examples.folder() / request.param).read_text("utf-8"), request.param)


def test_every_number_fits_its_type(example):
    rows = example.key_results
    kept = rows["baseline"].notna()
    over, under = rows["baseline"] > rows["target"], rows["baseline"] < rows["target"]
    broken = {
        "increase": ~(kept & under),
        "decrease": ~(kept & over),
        "keep-at-least": ~(kept & ~under),
        "keep-at-most": ~(kept & ~over),
        "total": (rows["baseline"] <= 0) | ~(rows["target"] > 0),
        "total-at-most": ~(over & (rows["target"] >= 0)),
        "achieve": kept | (rows["target"] <= 1),
    }
    assert {
        kind: rows["id"][wrong & (rows["type"] == kind)].tolist() for kind, wrong in broken.items()
    } == {kind: [] for kind in TYPES}


def test_three_to_five_objectives_have_three_to_five_key_results_each(example):
    assert len(example.objectives) in range(3, 6)
    assert set(example.key_results.groupby("objective_id").size()) <= set(range(3, 6))


def test_every_key_result_says_what_is_counted(example):
    rows = example.key_results
    assert rows["id"][(rows["definition"] == "") | (rows["unit"] == "")].tolist() == []


def test_a_title_says_its_numbers(example):
    for _, row in example.key_results.iterrows():
        shown = ("target",) if row["type"].startswith("keep") else ("target", "baseline")
        assert {row[key] for key in shown if pd.notna(row[key])} <= numbers_in(
            row["title"], example.about.language
        ), row["title"]


def numbers_in(text, code):
    """The numbers of a text, as someone reads them who knows how its language writes them."""
    found = set()
    many = "|".join(sorted(MAGNITUDES[code], key=len, reverse=True))
    group, decimal = re.escape(GROUP[code]), re.escape(DECIMAL[code])
    pattern = rf"(?<![\d.,])(\d{{1,3}}(?:{group}\d{{3}})+|\d+)({decimal}\d+)?({many})?"
    for whole, rest, word in re.findall(pattern, text):
        digits = whole.replace(GROUP[code], "") + rest.replace(DECIMAL[code], ".")
        found.add(round(float(digits) * (MAGNITUDES[code][word] if word else 1), 6))
    return found


@pytest.mark.parametrize(
    ("text", "code", "numbers"),
    [
        ("from $2.1M to $3.0M, 6,200 and 13,000", "en", {2.1e6, 3e6, 6200, 13000}),
        ("2,1 milyon dolardan 9.500", "tr", {2.1e6, 9500}),
        ("2.1 ล้านดอลลาร์ 9,500", "th", {2.1e6, 9500}),
        ("210만 달러에서 5.5일", "ko", {2.1e6, 5.5}),
        (f"2,1 millió dollárról 6200-ról 13{NBSP}000-re", "hu", {2.1e6, 6200, 13000}),
        (f"2,1 miljoonasta 6{NBSP}200:sta", "fi", {2.1e6, 6200}),
    ],
)
def test_numbers_are_read_as_each_language_writes_them(text, code, numbers):
    assert numbers_in(text, code) == numbers


@pytest.mark.parametrize(
    "name", [name for name in FILES if name.endswith((".hu.toml", ".fi.toml"))]
)
def test_numbers_are_grouped_as_the_language_does(name):
    """In Hungarian from five digits on, in Finnish from four, with a space that does not break."""
    shortest = {"hu": 5, "fi": 4}[name.split(".")[1]]
    texts = texts_of(tomllib.loads((examples.folder() / name).read_text("utf-8")))
    for text in texts.values():
        assert not re.search(r"\d \d{3}(?!\d)", text), text
        grouped = re.findall(rf"\d{{1,3}}(?:{NBSP}\d{{3}})+", text)
        assert all(len(each.replace(NBSP, "")) >= shortest for each in grouped), text
        assert not re.search(rf"\d{{{shortest}}}", text), text
        percents = re.findall(r"\d(\s?)%", text)
        assert set(percents) <= {{"hu": "", "fi": NBSP}[name.split(".")[1]]}, text


def test_what_a_total_came_to_last_quarter_stands_in_brackets(example):
    rows = example.key_results
    for _, row in rows[rows["type"].isin(TOTALS)].iterrows():
        outside, *inside = re.split(r"[(（]", row["title"])
        numbers = [numbers_in(part, example.about.language) for part in (outside, "".join(inside))]
        assert row["target"] in numbers[0]
        assert numbers[1] == ({row["baseline"]} if pd.notna(row["baseline"]) else set())


def test_no_unit_is_a_percentage(example):
    rows = example.key_results
    said = rows["unit"].str.contains("%") | rows["title"].str.contains(r"%|per ?cent")
    assert set(rows["id"][said]) == set(PERCENTS) & set(rows["id"])


def test_every_owner_is_one_person(example):
    owners = {
        owner
        for rows in (example.objectives, example.key_results, example.actions)
        for owner in rows["owner"]
    }
    group = re.compile(GROUPS[example.about.language], re.IGNORECASE)
    assert "" not in owners
    assert [owner for owner in sorted(owners) if group.search(owner)] == []


@pytest.mark.parametrize(
    ("code", "owner"),
    [
        ("en", "Sales Managers"),
        ("en", "SDR Team"),
        ("en", "Deal Desk"),
        ("en", "Customer Success Ops"),
        ("tr", "Satış Yöneticileri"),
        ("th", "ทีมขาย"),
        ("ko", "영업팀"),
        ("hu", "Értékesítési vezetők"),
        ("hu", "Mérnökök"),
        ("fi", "Myyntipäälliköt"),
    ],
)
def test_a_group_is_known_by_its_name(code, owner):
    assert re.search(GROUPS[code], owner, re.IGNORECASE)


def test_every_type_is_taught_and_one_achieve_has_steps():
    rows = pd.concat([okr.new(name, quarter="2027-Q1").key_results for name in examples.names()])
    assert set(rows["type"]) == set(TYPES)
    assert (rows.loc[rows["type"] == "achieve", "target"] > 1).any()


def test_every_set_is_written_in_every_language():
    english = {name.removesuffix(".toml") for name in FILES} - {
        name.removesuffix(".toml") for name in TRANSLATED
    }
    assert len(english) == 6
    others = [code for code in languages() if code != "en"]
    assert set(TRANSLATED) == {f"{name}.{code}.toml" for name in english for code in others}


@pytest.mark.parametrize("name", TRANSLATED)
def test_a_translation_has_the_rows_and_numbers_of_the_english_set(name):
    english, translated = both(name)
    assert translated["about"].pop("language") == name.split(".")[1]
    assert english["about"].pop("language") == "en"
    assert without_texts(translated) == without_texts(english)


@pytest.mark.parametrize("name", TRANSLATED)
def test_nothing_of_a_translation_is_left_in_english(name):
    english, translated = (texts_of(each) for each in both(name))
    assert translated.keys() == english.keys()
    left, known = {}, TERMS | ALIKE.get(name.split(".")[1], set())
    for place, text in translated.items():
        shared = words_of(text) & words_of(english[place]) - known
        left |= {text: shared} if shared else {}
    assert left == {}


@pytest.mark.parametrize("name", TRANSLATED)
def test_an_owner_or_unit_has_one_name(name):
    """One name for each of the English set, and no name for two owners."""
    english, translated = (texts_of(each) for each in both(name))
    for key in ("owner", "unit"):
        pairs = {(english[at], text) for at, text in translated.items() if at[-1] == key}
        assert len(pairs) == len({own for own, _ in pairs})
        assert key == "unit" or len(pairs) == len({text for _, text in pairs})


def both(name):
    """A set in English and in another language, parsed."""
    files = (f"{name.split('.')[0]}.toml", name)
    return [tomllib.loads((examples.folder() / each).read_text("utf-8")) for each in files]


def without_texts(value):
    """All of a set that is no text, and where its texts stand."""
    if isinstance(value, list):
        return [without_texts(each) for each in value]
    if isinstance(value, dict):
        return {
            key: "a text" if key in TEXTS else without_texts(each) for key, each in value.items()
        }
    return value


def texts_of(value, place=()):
    """The texts of a set by their places."""
    if isinstance(value, str):
        return {place: value} if place[-1] in TEXTS else {}
    pairs = enumerate(value) if isinstance(value, list) else value.items()
    nested = [
        texts_of(each, (*place, at)) for at, each in pairs if isinstance(each, (dict, list, str))
    ]
    return {at: text for each in nested for at, text in each.items()}


def words_of(text):
    """The words of Latin letters, two or more."""
    return {word.casefold() for word in re.findall(r"[A-Za-z][\w-]*[^\W_]", text)}


@pytest.mark.parametrize("code", languages())
def test_fresh_trackers_of_all_sets_have_no_problem(code, tmp_path):
    for name in examples.names():
        unit = {"company": "Acme"} | ({"parent": "company.xlsx"} if name != "company" else {})
        tracker = okr.new(name, quarter="2027-Q1", language=code, **unit)
        okr.write(tracker, tmp_path / f"{name}.xlsx")
        assert tracker.problems == ()
    # One set need not serve another's every objective.
    assert {problem.code for problem in okr.check(tmp_path)} == {"nobody-serves"}


# --- the story told with them --------------------------------------------------------------------


@pytest.fixture(scope="module")
def told():
    """The check-ins of the sample company, with the key results they belong to."""
    found = []
    for trackers in (demo.company(), demo.last_quarter()):
        for tracker in trackers.values():
            rows = tracker.check_ins.sort_values(["id", "date"]).merge(tracker.key_results, on="id")
            found.append(rows.assign(quarter=tracker.about.quarter))
    return pd.concat(found)


@pytest.mark.parametrize("code", [code for code in languages() if code != "en"])
def test_the_story_is_told_in_each_language(code, company, tmp_path):
    made = demo.company(code)
    english, trackers = list(demo.company().values()), list(made.values())
    assert {tracker.about.language for tracker in trackers} == {code}
    assert len(written(trackers)) == len(written(english))
    assert not written(trackers) & written(english)
    owners = {owner for tracker in trackers for owner in tracker.okrs.owner}
    assert {by for tracker in trackers for by in tracker.log["by"]} <= owners
    demo.build(tmp_path, made)
    assert found_in(tmp_path) == found_in(company)


def written(trackers):
    """The notes and remarks of trackers."""
    parts = ("objectives", "key_results", "log")
    return {text for each in trackers for part in parts for text in each.columns[part].note if text}


def found_in(folder):
    """Which problems there are in which rows.

    Without those of a target that was lowered below what its title says: whether the title tells
    its baseline too depends on the language.
    """
    problems = [p for p in okr.check(folder) if p.code != "kr-text-mismatch"]
    return sorted((p.code, Path(p.path).name, p.row or 0) for p in problems)


def test_the_demo_command_speaks_the_language_asked_for(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, ["demo", "d", "--language", "fi"])
    assert (done.exit_code, done.stderr) == (0, "")
    words = language("fi")
    assert words("demo.runs", company=demo.COMPANY, quarter=demo.QUARTER) in done.stdout
    owners = {owner for path in Path("d/trackers").iterdir() for owner in okr.read(path).okrs.owner}
    settings = tomllib.loads(Path("d/okr.toml").read_text("utf-8"))
    assert set(settings["owners"]) <= owners
    assert set(settings["departments"]) == {"Myynti"}


def test_counts_are_whole_begin_near_0_and_never_fall(told):
    counts = told[told["type"].isin((*TOTALS, "achieve"))]
    assert len(counts) > 100
    assert (counts["value"] == counts["value"].round()).all()
    for _, rows in counts.groupby(["quarter", "id"]):
        assert rows["value"].iloc[0] <= max(rows["target"].iloc[0] / 4, 2)
        assert rows["value"].is_monotonic_increasing


def test_last_quarters_totals_are_those_shown_as_baselines(told):
    before = told[(told["quarter"] == demo.LAST_QUARTER) & told["type"].isin(TOTALS)]
    ends = before.groupby("id").last()
    ends = ends[ends["baseline"].notna()]
    assert len(ends) > 5
    assert (ends["value"] == ends["baseline"]).all()


def test_levels_begin_near_their_baselines(told):
    levels = told[told["type"].isin(MOVES) & (told["start"].isna())]
    first = levels.groupby(["quarter", "id"]).first()
    moved = (first["value"] - first["baseline"]) / (first["target"] - first["baseline"])
    assert moved.abs().max() < 0.25


def test_no_key_result_of_the_story_looks_like_a_count_of_another_type(company, last_quarter):
    codes = {problem.code for folder in (company, last_quarter) for problem in okr.check(folder)}
    assert "count-suspected" not in codes


@pytest.mark.parametrize("code", languages())
def test_commands_give_a_set_in_the_language_asked_for_or_settled(code, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def said(*arguments):
        done = CliRunner().invoke(main, arguments)
        assert (done.exit_code, done.stderr) == (0, "")
        return done.stdout

    set_ = examples.text_of("sales", code)
    document = tomllib.loads(set_)
    titles = {objective["title"] for objective in document["objectives"]}
    options = ("--template", "sales", "--quarter", "2027-Q1")
    assert said("templates", "sales", "--language", code) == set_
    assert document["title"] in said("templates", "--language", code)
    said("new", "asked.xlsx", "--language", code, *options)
    Path("okr.toml").write_text(f'language = "{code}"\n')
    said("new", "settled.xlsx", *options)
    assert said("templates", "sales") == set_
    assert document["title"] in said("templates")
    assert said("templates", "sales", "--language", "en") == examples.text_of("sales")
    for name in ("asked.xlsx", "settled.xlsx"):
        tracker = okr.read(name)
        assert (tracker.about.language, set(tracker.objectives.title)) == (code, titles)


def test_every_row_of_every_set_is_known_as_an_example():
    whole = [tomllib.loads((examples.folder() / name).read_text("utf-8")) for name in FILES]
    objectives = [objective for each in whole for objective in each["objectives"]]
    key_results = [each for objective in objectives for each in objective["key_results"]]
    for number, row in enumerate(key_results):
        rows = [
            {"row": 1, "check_ins": {}, **row},
            {"row": 2, "check_ins": {}, "title": f"Ours {number}"},
        ]
        assert leftovers.left_by_examples(rows) == {0}
        rows[0]["target"] = -1
        assert leftovers.left_by_examples(rows) == set()
    for row in objectives:
        rows = [
            {"row": 1, "check_ins": {}, "type": "objective", **row},
            {"row": 2, "check_ins": {}, **row["key_results"][0]},
            {"row": 3, "check_ins": {}, "type": "objective", "title": "Ours"},
            {"row": 4, "check_ins": {}, "title": "Ours too"},
        ]
        assert leftovers.left_by_examples(rows) == {0, 1}


def test_what_is_compared_of_the_example_sets_is_what_stands_in_them():
    whole = [
        row
        for text in examples.texts()
        for objective in tomllib.loads(text)["objectives"]
        for row in (objective, *objective["key_results"])
    ]
    assert leftovers._examples() == {leftovers._words_and_numbers(row) for row in whole}
