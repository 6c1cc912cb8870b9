import json
import subprocess
import sys
from pathlib import Path
from unicodedata import east_asian_width

import pytest
from click.testing import CliRunner

import okr_sheets as okr
from okr_sheets.cli import main
from okr_sheets.engine import ENGINES


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LANG", "C.UTF-8")

    def invoke(*arguments):
        result = CliRunner().invoke(main, [str(argument) for argument in arguments])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return invoke


def test_new_writes_what_its_options_say(run, tmp_path):
    result = run(
        *("new", "t.xlsx", "--template", "sales", "--quarter", "2027-Q2", "--fiscal-start", 4),
        *("--company", "Acme", "--department", "Sales", "--team", "Inside", "--level", "team"),
        *("--cadence", "monthly", "--language", "hu"),
    )
    assert result.exit_code == 0
    assert result.stdout == "t.xlsx elkészült: 3 cél, 10 kulcseredmény, 2027-Q2.\n"
    tracker = okr.read(tmp_path / "t.xlsx")
    about = tracker.about
    assert (about.company, about.department, about.team, about.level) == (
        "Acme",
        "Sales",
        "Inside",
        "team",
    )
    assert (str(about.start), str(about.end), about.cadence, about.language) == (
        "2026-07-01",
        "2026-09-30",
        "monthly",
        "hu",
    )
    assert [str(day) for day in tracker.check_in_dates] == [
        "2026-07-31",
        "2026-08-31",
        "2026-09-30",
    ]


def test_new_never_overwrites_unasked(run, tmp_path):
    (tmp_path / "t.xlsx").write_text("mine")
    result = run("new", "t.xlsx")
    assert result.exit_code == 2
    assert "t.xlsx is there already. Choose another name, or add --force." in result.output
    assert (tmp_path / "t.xlsx").read_text() == "mine"
    assert run("new", "t.xlsx", "--force").exit_code == 0
    assert okr.read(tmp_path / "t.xlsx").problems == ()


def test_the_parents_objectives_become_the_choices(run, tmp_path):
    run("new", "company.xlsx", "--template", "company", "--quarter", "2027-Q1")
    result = run("new", "sales.xlsx", "--template", "sales", "--parent", "company.xlsx")
    assert result.exit_code == 0
    tracker = okr.read(tmp_path / "sales.xlsx")
    assert tracker.about.parent == "company.xlsx"
    assert set(tracker.objectives.aligns_to) == {"C-O1"}
    from python_calamine import CalamineWorkbook

    lists = CalamineWorkbook.from_path(tmp_path / "sales.xlsx").get_sheet_by_name("Lists")
    offered = [row[2] for row in lists.to_python() if row[2].startswith("C-O")]
    assert offered[0] == "C-O1 · Make revenue growth dependable again"
    assert len(offered) == 3


def test_a_plan_of_ones_own_comes_from_toml_csv_or_tsv(run, tmp_path):
    (tmp_path / "plan.toml").write_text(
        '[[objectives]]\ntitle = "Grow"\n[[objectives.key_results]]\ntitle = "Leads"\n'
        'type = "increase"\nbaseline = 1\ntarget = 5\n'
    )
    rows = "ID;Title;Type;Baseline;Target\nO1;Grow;Objective;;\nO1.KR1;Leads;Increase;1;5\n"
    (tmp_path / "plan.csv").write_text(rows)
    (tmp_path / "plan.tsv").write_text(rows.replace(";", "\t"))
    for source in ("plan.toml", "plan.csv", "plan.tsv"):
        result = run("new", f"{source}.xlsx", "--from", source, "--quarter", "2027-Q1")
        assert result.output.endswith("1 objective with 1 key result for 2027-Q1.\n")
    assert okr.read("plan.toml.xlsx") == okr.read("plan.csv.xlsx") == okr.read("plan.tsv.xlsx")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[objectives]\n", "plan.toml is not valid TOML"),
        (
            '[[objectives]]\ntilte = "x"\n',
            "plan.toml: [[objectives]] no key “tilte”. Did you mean title?",
        ),
        (
            "[[objectives]]\ntitle = 3\n",
            'plan.toml: [[objectives]] title must be a text, such as "Grow", not 3.',
        ),
        ('[about]\nlevel = "world"\n', "plan.toml: [about] level must be one of company"),
    ],
)
def test_a_plan_that_cannot_be_read_says_where(run, tmp_path, text, said):
    (tmp_path / "plan.toml").write_text(text)
    result = run("new", "t.xlsx", "--from", "plan.toml")
    assert result.exit_code == 2
    assert said in result.output
    assert not (tmp_path / "t.xlsx").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("new", "t.xls"), "a tracker is an .xlsx workbook"),
        (("new", "t.xlsx", "--template", "x"), "No template “x”. Choose one of: company"),
        (("new", "t.xlsx", "--quarter", "Q9"), "“Q9” is not a quarter. Type it as 2027-Q1."),
        (("new", "t.xlsx", "--blank", "--template", "sales"), "Choose one of"),
        (("new", "no/t.xlsx"), "There is no folder no"),
        (("score", "."), "No tracker in “.”."),
        (("score", "x.xlsx", "-o", "x.pdf"), "Choose a name that ends in one of"),
        (("score", "x.xlsx", "--as-of", "today"), "“today” is not a date"),
        (("score", "x.xlsx", "--preset", "x"), "No preset “x”"),
        (("templates", "x"), "No template “x”"),
        (("score", "x.xlsx"), "x.xlsx: error: not-found: There is no such file or folder."),
    ],
)
def test_misuse_gets_one_sentence_and_exit_code_2(run, arguments, said):
    result = run(*arguments)
    assert result.exit_code == 2
    assert said in result.output
    assert "Traceback" not in result.output


def test_an_unreadable_file_never_stops_the_others(run, tmp_path, company):
    import shutil

    shutil.copy(company / "sales.xlsx", tmp_path / "sales.xlsx")
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04 cut off")
    result = run("score", tmp_path, "-o", "r.json", "-o", "r.html", "-o", "r.xlsx", "-o", "r.md")
    assert result.exit_code == 1
    assert "broken.xlsx: error: damaged" in result.stderr
    document = json.loads((tmp_path / "r.json").read_text("utf-8"))
    assert document["about"]["unreadable"] == [str(tmp_path / "broken.xlsx")]
    assert len(document["key_results"]) == 10
    assert "broken.xlsx" in (tmp_path / "r.html").read_text("utf-8")


def test_warnings_alone_are_clean_unless_strict(run, tmp_path):
    (tmp_path / "t.csv").write_text(
        "ID;Title;Owner;Type;Baseline;Target;2027-01-08\n"
        "O1;Grow;Ann;Objective;;;\nO1.KR1;Leads;;Increase;1;5;2\n"
    )
    assert run("check", "t.csv").exit_code == 0
    result = run("check", "t.csv", "--strict")
    assert result.exit_code == 1
    line = "t.csv:t!C3: warning: missing-owner: O1.KR1 has no owner. Name one person or role."
    assert line in result.stdout.splitlines()


def test_a_report_replaces_reports_only(run, tmp_path):
    run("new", "t.xlsx", "--quarter", "2027-Q1")
    names = ("notes.md", "other.csv", "page.html", "plan.json", "team.xlsx")
    for name in names:
        (tmp_path / name).write_text("# My own notes\n\nfile,sheet\n")
        refused = run("score", "t.xlsx", "-o", name)
        assert refused.exit_code == 2
        assert f"{name} is there already and is no report" in refused.output
        assert (tmp_path / name).read_text() == "# My own notes\n\nfile,sheet\n"
        (tmp_path / name).unlink()
    outputs = [each for name in names for each in ("-o", name)]
    assert [run("score", "t.xlsx", *outputs).exit_code for _ in range(2)] == [0, 0]


def test_an_input_is_never_the_output(run, tmp_path):
    run("new", "t.xlsx")
    before = (tmp_path / "t.xlsx").read_bytes()
    result = run("score", "t.xlsx", "-o", "t.xlsx")
    assert result.exit_code == 2
    assert "t.xlsx is one of the trackers read" in result.output
    assert (tmp_path / "t.xlsx").read_bytes() == before


def test_the_demo_takes_a_free_name_and_no_folder_in_use(run, tmp_path):
    (tmp_path / "okr-demo").mkdir()
    assert run("demo").exit_code == 0
    assert (tmp_path / "okr-demo-2" / "2027-Q1.html").exists()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").touch()
    result = run("demo", "full")
    assert result.exit_code == 2
    assert "full is not empty. Name a new folder." in result.output


@pytest.mark.parametrize("code", ["ko", "tr"])
def test_the_demos_figures_stand_below_each_other(run, code):
    said = run("demo", "d", "--language", code).output.split("\n\n")[1].splitlines()[1:]
    assert len(said) == 6
    # Hangul is two cells wide.
    cells = ["".join(f"{c} " if east_asian_width(c) == "W" else c for c in line) for line in said]
    assert len({line.index("%") for line in cells}) == 1
    assert len({line.rindex("%") for line in cells}) == 1


def test_every_engine_gives_the_same(run, company):
    for engine in ENGINES:
        assert run("score", company, "--engine", engine, "-o", f"{engine}.csv").exit_code == 1
    assert len({Path(f"{engine}.csv").read_bytes() for engine in ENGINES}) == 1


def test_every_engine_checks_and_reminds_alike(run, company):
    checked = [run("check", company, "--engine", engine) for engine in ENGINES]
    assert checked[0].exit_code == 1
    assert len({(done.output, done.exit_code) for done in checked}) == 1
    drafts = []
    for engine in ENGINES:
        run("remind", company, "--engine", engine, "--format", "md", "-o", engine)
        drafts.append({path.name: path.read_bytes() for path in Path(engine).iterdir()})
    assert drafts[0]
    assert all(each == drafts[0] for each in drafts)
    for command in ("score", "check", "remind"):
        refused = run(command, company, "--scheduler", "tcp://127.0.0.1:1", "--engine", "serial")
        assert refused.exit_code == 2
        assert "A scheduler is the address of a dask cluster" in refused.output


def test_it_runs_as_a_module():
    done = subprocess.run(
        [sys.executable, "-m", "okr_sheets", "--version"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"okr-sheets, version {okr.__version__}\n"


def test_the_list_of_commands_cuts_no_description_off():
    listed = CliRunner(env={"COLUMNS": "80"}).invoke(main, ["--help"]).output
    told = listed.partition("Commands:\n")[2].partition("\n\n")[0].splitlines()
    assert [line.split()[0] for line in told] == sorted(main.commands)
    assert all(line.endswith(".") and not line.endswith("...") for line in told), listed
