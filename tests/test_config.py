import json
import os
import re
import time
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import ROOT

import okr_sheets as okr
from okr_sheets import toml
from okr_sheets.bands import PRESETS, Bands
from okr_sheets.cli import main
from okr_sheets.config import KEYS, Config, ConfigError, finding, read_config
from okr_sheets.config.finding import find, is_ours
from okr_sheets.planning.sets import SetError, read_set
from okr_sheets.reading.folders import read_all
from okr_sheets.rollups.names import names_not_found
from okr_sheets.text import quoted
from okr_sheets.toml import parse_toml


@pytest.fixture
def settings(tmp_path):
    """Write an okr.toml and read it."""

    def read(text):
        path = tmp_path / "okr.toml"
        path.write_text(text, "utf-8")
        return read_config(path)

    return read


@pytest.fixture
def said(settings):
    """The sentence with which an okr.toml is refused."""

    def sentence(text):
        with pytest.raises(ConfigError) as caught:
            settings(text)
        return str(caught.value)

    return sentence


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LANG", "C.UTF-8")
    return lambda *arguments: CliRunner().invoke(main, [str(each) for each in arguments])


def test_an_empty_file_is_the_defaults(settings):
    config = settings("")
    assert config == Config()
    assert config.bands() == PRESETS["default"]
    assert (config.fiscal_start, config.paths, config.previous) == (1, (), None)


def test_the_nearest_file_upwards_counts(tmp_path):
    below = tmp_path / "company" / "marketing" / "growth"
    below.mkdir(parents=True)
    (tmp_path / "okr.toml").touch()
    assert next(find(below)) == tmp_path / "okr.toml"
    (below.parent / "okr.toml").touch()
    (below / "okr.toml").mkdir()  # a folder of that name is no file
    assert list(find(below))[:2] == [below.parent / "okr.toml", tmp_path / "okr.toml"]
    assert next(find(tmp_path)) == tmp_path / "okr.toml"


def test_nothing_is_found_where_there_is_none(tmp_path):
    assert list(find(tmp_path / "nowhere")) == []


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("fiscal_strat = 4", "okr.toml: no key “fiscal_strat”. Did you mean fiscal_start?"),
        ('Company = "Acme"', "okr.toml: no key “Company”. Did you mean company?"),
        ("[team.Growth]", "okr.toml: no key “team”. Did you mean teams?"),
        ("[bands]\non_trak = 0.1", "okr.toml: [bands] no key “on_trak”. Did you mean on_track?"),
        (
            '[teams."Growth"]\nwieght = 2',
            'okr.toml: [teams."Growth"] no key “wieght”. Did you mean weight?',
        ),
        (
            '[teams."Growth"]\nzzz = 2',
            'okr.toml: [teams."Growth"] no key “zzz”. Choose one of: department, weight.',
        ),
        ("on_track = 0.1", "okr.toml: no key “on_track”. Write it below [bands]."),
        (
            "weight = 2",
            'okr.toml: no key “weight”. Write it below [departments."…"] or [teams."…"].',
        ),
        (
            '[bands]\non_track = 0.1\ncompany = "Acme"',
            "okr.toml: [bands] no key “company”. Write it at the top, above the first [table].",
        ),
    ],
)
def test_a_wrong_key_is_answered_with_the_right_one(said, text, sentence):
    assert said(text) == sentence


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            'fiscal_start = "April"',
            "okr.toml: fiscal_start must be a whole number from 1 to 12, such as 4, not “April”.",
        ),
        ("fiscal_start = 13", "a whole number from 1 to 12, such as 4, not 13."),
        ("fiscal_start = true", "a whole number from 1 to 12, such as 4, not true."),
        ("fiscal_start = 4.0", "a whole number from 1 to 12, such as 4, not 4.0."),
        ("company = 3", 'okr.toml: company must be one line of text, such as "Acme", not 3.'),
        ('company = "A\\nB"', 'company must be one line of text, such as "Acme", not “A B”.'),
        ("[company]", 'company must be one line of text, such as "Acme", not a table.'),
        ('language = "xx"', "language must be one of en, fi, hu, ko, th, tr, not “xx”."),
        ('preset = "vivo"', "preset must be one of default, google, viva, "),
        ('paths = "trackers"', 'such as ["trackers", "sales/*.xlsx"], not “trackers”.'),
        ("paths = [1]", "paths must be a list of texts"),
        ('paths = [" "]', "paths must be a list of texts"),
        ('paths = ["Q1\\trackers"]', "paths must be a list of texts"),
        ("[bands]\non_track = nan", "[bands] on_track must be a number from 0 to 1, such as "),
        ("[bands]\nat_risk = 25", "[bands] at_risk must be a number from 0 to 1, such as "),
        ('[teams."A"]\nweight = -1', '[teams."A"] weight must be a number from 0 to 100000'),
        ('[teams."A"]\nweight = inf', "such as 2, not inf."),
        (
            "[teams]\nA = 2",
            'okr.toml: [teams] A must be a table, not 2. Write [teams."A"] above its lines.',
        ),
        ("teams = 2", "okr.toml: teams must be a table, not 2. Write [teams] above its lines."),
        (
            "[[teams]]",
            "okr.toml: teams must be a table, not a list. Write [teams] above its lines.",
        ),
        ('[teams." "]', "okr.toml: [teams] has a name that is blank or no text. Type one."),
        (
            '[teams."Growth"]\n[teams."growth "]',
            "okr.toml: [teams] “Growth” and “growth ” are one name. Keep one of them.",
        ),
        ('[owners]\n"Ann" = "ann"', "[owners] Ann must be an e-mail address, such as "),
        ('[owners]\n"Ann" = "a@b.c\\r\\nBcc: x@y.z"', "[owners] Ann must be an e-mail address"),
        ('[owners]\n"Ann" = "a@b.c"\n"ANN" = "d@e.f"', "“Ann” and “ANN” are one name."),
        (
            "[bands]\non_track = 0.3",
            "okr.toml: [bands] on_track is 0.3, above at_risk, which is 0.25. Set both.",
        ),
        ("[bands]\ncommitted_green = 0.5", "committed_yellow is 0.7, above committed_green"),
    ],
)
def test_a_wrong_value_is_named_with_its_table(said, text, sentence):
    answer = said(text)
    assert answer.startswith("okr.toml: ")
    assert sentence in answer


@pytest.mark.parametrize(
    ("text", "place"),
    [("company = \n", "line 1"), ('company = "A"\n[bands\n', "line 2"), ("[bands", "document")],
)
def test_what_is_not_toml_is_named_with_its_line(said, text, place):
    answer = said(text)
    assert answer.startswith("okr.toml is not valid TOML: ")
    assert place in answer


def test_no_file_raises_anything_else(said, tmp_path):
    assert said("paths = " + "[" * 50).startswith("okr.toml is not valid TOML: ")
    assert said("fiscal_start = " + "9" * 5000).startswith("okr.toml is not valid TOML: ")
    (tmp_path / "utf-16.toml").write_text('company = "Acme"', "utf-16")
    with pytest.raises(ConfigError, match=r"^utf-16.toml is not UTF-8\."):
        read_config(tmp_path / "utf-16.toml")
    with pytest.raises(ConfigError, match=r"^no\.toml cannot be read: No such file"):
        read_config(tmp_path / "no.toml")


def test_a_file_from_windows_own_editor_is_read(tmp_path):
    (tmp_path / "okr.toml").write_bytes(b'\xef\xbb\xbfcompany = "Acme"\r\n')
    assert read_config(tmp_path / "okr.toml").company == "Acme"


def test_bands_take_the_place_of_the_presets(settings):
    config = settings(
        'preset = "gitlab"\n[bands]\non_track = 0.05\naspirational_yellow = 0.5\ncommitted_green = 1'
    )
    assert config.bands() == Bands(
        on_track=0.05, at_risk=0.25, aspirational=(0.85, 0.5), committed=(1, 0.7)
    )


COMPANY = """
company = "Acme"
[departments."Marketing"]
weight = 3
[teams."Growth"]
department = "marketing"
weight = 2
[teams."Field"]
department = "Sales"
[teams."Operations"]
weight = 0.5
"""


@pytest.mark.parametrize(
    ("given", "unit", "weight"),
    [
        (("", "", ""), ("Acme", "", ""), 1),
        (("", "MARKETING", ""), ("Acme", "Marketing", ""), 3),
        (("", "sales", ""), ("Acme", "Sales", ""), 1),
        (("", "Finance", ""), ("Acme", "Finance", ""), 1),
        (("", "", "growth"), ("Acme", "Marketing", "Growth"), 2),
        (("Acme Ltd", "Sales", "Growth"), ("Acme", "Marketing", "Growth"), 2),
        (("", "", "Field"), ("Acme", "Sales", "Field"), 1),
        (("", "Finance", "operations"), ("Acme", "Finance", "Operations"), 0.5),
        (("", "", "Operations"), ("Acme", "", "Operations"), 0.5),
        (("", "Finance", "Audit"), ("Acme", "Finance", "Audit"), 1),
    ],
)
def test_units_stand_where_the_file_puts_them(settings, given, unit, weight):
    config = settings(COMPANY)
    assert config.unit(*given) == unit
    assert config.weight(*given) == weight


def test_without_a_file_units_are_what_their_trackers_say():
    config = Config()
    assert config.unit("Acme", "Sales", "Field") == ("Acme", "Sales", "Field")
    assert config.weight("Acme", "Sales", "Field") == 1


def test_owners_are_found_however_their_names_are_cased(settings):
    config = settings('[owners]\n"Işıl  Yılmaz" = "isil@example.com"')
    assert config.email("ışıl yılmaz") == "isil@example.com"
    assert config.email("Ann") == ""


def test_paths_are_seen_from_the_file_even_in_a_folder_with_brackets(tmp_path):
    folder = tmp_path / "OKRs [2027]"
    (folder / "trackers").mkdir(parents=True)
    (folder / "okr.toml").write_text(
        'paths = ["trackers", "sales/*.xlsx", "a[1].xlsx"]\nprevious = "../2026-Q4"'
    )
    (folder / "a[1].xlsx").touch()
    config = read_config(folder / "okr.toml")
    escaped = tmp_path / "OKRs [[]2027]"
    wanted = (folder / "trackers", escaped / "sales" / "*.xlsx", folder / "a[1].xlsx")
    assert config.paths == tuple(map(str, wanted))
    assert config.previous == folder / ".." / "2026-Q4"


# --- the commands --------------------------------------------------------------------------------


def test_new_takes_what_is_settled_and_options_take_its_place(run, tmp_path):
    Path("okr.toml").write_text('company = "Acme"\nfiscal_start = 4\nlanguage = "fi"\n')
    assert run("new", "a.xlsx", "--quarter", "2027-Q1").exit_code == 0
    about = okr.read(tmp_path / "a.xlsx").about
    found = (about.company, str(about.start), about.language)
    assert found == ("Acme", "2026-04-01", "fi")
    options = ("--company", "Bolt", "--fiscal-start", 1, "--language", "hu")
    assert run("new", "b.xlsx", "--quarter", "2027-Q1", *options).exit_code == 0
    about = okr.read(tmp_path / "b.xlsx").about
    assert (about.company, str(about.start), about.language) == ("Bolt", "2027-01-01", "hu")


TRACKER = (
    "ID;Title;Owner;Type;Baseline;Target;2027-01-08\n"
    "O1;Grow;Ann;Objective;;;\nO1.KR1;Leads;Ann;Increase;0;10;7\n"
)


def status(result, path):
    assert result.exit_code == 0, result.output
    return json.loads(Path(path).read_text("utf-8"))["key_results"][0]["status"]


def test_bands_count_in_scores_and_a_preset_asked_for_comes_first(run, tmp_path):
    Path("trackers").mkdir()
    Path("trackers", "t.csv").write_text(TRACKER)
    settled = 'paths = ["trackers"]\nlanguage = "fi"\n[bands]\non_track = 0.4\nat_risk = 0.5\n'
    Path("okr.toml").write_text(settled)
    Path("below").mkdir()
    os.chdir("below")
    # On the last day 0.7 is expected to be 1: a gap of 0.3.
    day = ("--as-of", "2027-03-31")
    assert status(run("score", *day, "-o", "a.json"), "a.json") == "on-track"
    assert (
        status(run("score", *day, "-o", "b.json", "--preset", "default"), "b.json") == "off-track"
    )
    Path("other.toml").write_text('paths = ["../trackers"]\n[bands]\nat_risk = 0.35\n')
    other = ("--config", "other.toml")
    assert status(run("score", *day, *other, "-o", "c.json"), "c.json") == "at-risk"


def test_check_reads_the_settled_paths_in_the_settled_language(run, tmp_path):
    Path("t.csv").write_text(TRACKER.replace(";7", ";7x9"))
    Path("okr.toml").write_text('paths = ["t.csv"]\nlanguage = "fi"\n')
    in_finnish = run("check", "t.csv", "--language", "fi").stdout
    assert run("check").stdout == in_finnish != ""
    assert run("check", "--language", "en").stdout not in {in_finnish, ""}


def test_no_path_anywhere_is_said(run):
    for command in ("score", "check"):
        result = run(command)
        assert result.exit_code == 2
        assert "Name a file or a folder of trackers, or set paths in okr.toml." in result.output


def test_a_wrong_key_stops_every_command_but_not_its_help(run):
    Path("okr.toml").write_text("fiscal_strat = 4")
    for arguments in (("new", "t.xlsx"), ("score", "."), ("check", ".")):
        result = run(*arguments)
        assert result.exit_code == 2
        assert result.stderr == (
            "okr-sheets: okr.toml: no key “fiscal_strat”. Did you mean fiscal_start?\n"
        )
        assert run(arguments[0], "--help").exit_code == 0


# --- whose file it is, and what it may ask for ---------------------------------------------------


@pytest.fixture
def below(run, tmp_path, monkeypatch):
    """Run a command in a folder two below that of an okr.toml."""
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    (tmp_path / "okr.toml").write_text('company = "Above"\n')
    monkeypatch.chdir(folder)
    return run


def company_of(path):
    return okr.read(path).about.company


def test_a_file_above_the_working_folder_is_said(below):
    done = below("new", "t.xlsx", "--blank")
    assert done.stderr == f"Settings: {Path('../../okr.toml')}\n"
    assert company_of("t.xlsx") == "Above"


def test_a_file_here_or_named_needs_no_word(below):
    Path("okr.toml").write_text('company = "Here"\n')
    for options, company in (((), "Here"), (("--config", "../../okr.toml"), "Above")):
        done = below("new", "t.xlsx", "--blank", "--force", *options)
        assert (done.exit_code, done.stderr) == (0, "")
        assert company_of("t.xlsx") == company


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="the system tells no owners")
def test_a_file_above_that_belongs_to_somebody_else_is_not_used(below, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    monkeypatch.setattr(finding, "ROOT", 12346)
    done = below("new", "t.xlsx", "--blank")
    name = Path("../../okr.toml")
    assert done.stderr == (
        f"{name} is not used, since it belongs to somebody else. "
        "If you trust it, name it with --config.\n"
    )
    assert company_of("t.xlsx") == ""
    done = below("new", "t.xlsx", "--blank", "--force", "--config", name)
    assert (done.stderr, company_of("t.xlsx")) == ("", "Above")
    # The one in the working folder is as trusted as what else lies there.
    Path("okr.toml").write_text('company = "Here"\n')
    assert below("new", "t.xlsx", "--blank", "--force").stderr == ""


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="root alone can give")
def test_links_count_by_their_own_owner_too(tmp_path):
    (tmp_path / "mine").touch()
    for name in ("link", "theirs"):
        (tmp_path / name).symlink_to("mine")
    os.chown(tmp_path / "theirs", 65534, 65534, follow_symlinks=False)
    assert is_ours(tmp_path / "mine")
    assert is_ours(tmp_path / "link")
    assert not is_ours(tmp_path / "theirs")
    os.chown(tmp_path / "mine", 65534, 65534)
    assert not is_ours(tmp_path / "link")
    assert not is_ours(tmp_path / "gone")


COMPANIES = {"a": "A", "b": "B", "a/deep": "Deep", "": "Top"}
READING = ("score", "check", "remind", "close", "next")

# files of settings, arguments, whose counts, and what is said
WHERE = [
    (["a"], ["a"], "A", "Settings: a/okr.toml"),
    (["a"], ["a/t.csv"], "A", "Settings: a/okr.toml"),
    (["a"], ["a/*.csv"], "A", "Settings: a/okr.toml"),
    (["a"], ["?/*.csv"], "", "a/okr.toml: not used, since none lies above all trackers."),
    (["a"], ["[a]/*.csv"], "A", "Settings: a/okr.toml"),
    (["a"], ["a/deep"], "A", f"Settings: {Path('a/okr.toml')}"),
    (["a"], ["a/t.csv", "a/deep"], "A", "Settings: a/okr.toml"),
    (["a/deep"], ["a/deep/u.csv"], "Deep", "Settings: a/deep/okr.toml"),
    (["a/deep"], ["a"], "", "a/deep/okr.toml: not used, since none lies above all trackers."),
    (["a"], ["a", "b"], "", "a/okr.toml: not used, since none lies above all trackers."),
    (["a", "b"], ["a", "b"], "", "a/okr.toml, b/okr.toml: not used, since none lies above all"),
    (
        ["a", "b"],
        ["."],
        "",
        "a/okr.toml, b/okr.toml: not used, since none lies above all trackers.",
    ),
    (["a", "a/deep"], ["a/t.csv", "a/deep/u.csv"], "A", "a/deep/okr.toml: not used, since a/okr"),
    (["", "a"], ["a"], "Top", "a/okr.toml: not used, since okr.toml counts."),
    (["", "a"], ["."], "Top", ""),
    ([""], ["a", "b"], "Top", ""),
    ([], ["a"], "", ""),
]


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """Write trackers in two folders and one below, and an okr.toml in each of those named."""

    def write(*named):
        for place in ("a/t.csv", "a/deep/u.csv", "b/v.csv"):
            (tmp_path / place).parent.mkdir(exist_ok=True)
            (tmp_path / place).write_text(TRACKER.replace("O1", f"{place[-5].upper()}1"), "utf-8")
        for place in named:
            text = f'company = "{COMPANIES[place]}"\n'
            (tmp_path / place / "okr.toml").write_text(text, "utf-8")
        return tmp_path

    monkeypatch.chdir(tmp_path)
    return write


@pytest.mark.parametrize(("named", "paths", "company", "sentence"), WHERE)
def test_the_settings_beside_the_trackers_count_for_a_rollup(
    folders, run, named, paths, company, sentence
):
    folders(*named)
    done = run("score", *paths, "-o", "r.json")
    rollup = json.loads(Path("r.json").read_text("utf-8"))
    assert {row["company"] for row in rollup["key_results"]} == {company}
    said = done.stderr.splitlines()
    assert any(line.startswith(sentence) for line in [*said, ""])
    assert any("okr.toml" in line for line in said) is bool(sentence)


@pytest.mark.parametrize("command", READING)
@pytest.mark.parametrize(("named", "paths", "company", "sentence"), WHERE)
def test_every_command_goes_by_the_same_settings(
    folders, run, command, named, paths, company, sentence
):
    folders(*named)
    said = run(command, *paths).stderr.splitlines()
    assert not sentence or any(line.startswith(sentence) for line in said)


@pytest.mark.parametrize(("named", "paths", "company", "sentence"), WHERE)
def test_the_library_goes_by_the_same_settings(folders, caplog, named, paths, company, sentence):
    folders(*named)
    with caplog.at_level("INFO", "okr_sheets"):
        units = okr.rollup(paths).teams
    assert set(units.company) == {company}
    assert any(message.startswith(sentence) for message in [*caplog.messages, ""])
    assert all("--config" not in message for message in caplog.messages)


def test_a_file_that_is_named_leaves_nothing_to_say(folders, run):
    folders("a", "b")
    done = run("check", "a", "b", "--config", "b/okr.toml")
    assert "okr.toml" not in done.stderr


def test_new_and_adopt_go_by_the_settings_beside_their_files(folders, run):
    folders("a")
    assert run("new", "a/n.xlsx", "--blank").stderr == "Settings: a/okr.toml\n"
    assert company_of("a/n.xlsx") == "A"
    Path("a/goals.csv").write_text("Objective,Key result,Target\nGrow,Leads,10\nGrow,Calls,5\n")
    done = run("adopt", "a/goals.csv", "--quarter", "2027-Q1", "-o", "adopted.xlsx")
    assert done.stderr.startswith("Settings: a/okr.toml\n")
    assert company_of("adopted.xlsx") == "A"


def test_settings_below_are_looked_for_beside_trackers_that_are_read_alone(folders, run):
    folders("b")
    Path("sales").mkdir()
    Path("sales/okr.toml").write_text('language = "fi"\n')  # no tracker lies there
    Path("goals.csv").write_text("Objective,Key result,Target\nGrow,Leads,10\nGrow,Calls,5\n")
    Path("v.csv").write_text(TRACKER.replace("O1", "Z1"), "utf-8")
    for command in (
        ("new", "n.xlsx", "--blank"),
        ("score", "v.csv"),
        ("score", "-q", "."),
        ("adopt", "goals.csv", "--quarter", "2027-Q1", "-o", "adopted.xlsx"),
    ):
        assert "okr.toml" not in run(*command).stderr, command
    said = run("score", ".").stderr
    assert said.startswith("b/okr.toml: not used, since none lies above all trackers.")
    # The name of a set is no path.
    done = run("templates", "sales")
    assert (done.stderr, 'language = "en"' in done.stdout) == ("", True)


def test_a_reminder_goes_to_the_address_beside_the_trackers(folders, run):
    folder = folders("a")
    (folder / "a" / "t.csv").write_text(TRACKER.replace("10;7", "10;"), "utf-8")
    (folder / "a" / "okr.toml").write_text('[owners]\n"Ann" = "ann@example.com"\n', "utf-8")
    run("remind", "a", "--as-of", "2027-03-05", "-o", "out")
    [draft] = Path("out").iterdir()
    assert "To: ann@example.com" in draft.read_text("utf-8")


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        (
            '[teams."Enablement"]\ndepartment = "Salse"\n',
            ['[teams."Enablement"] department “Salse” is in no tracker. Did you mean Sales?'],
        ),
        ('[teams."Enablement"]\ndepartment = "Field"\n', []),  # the settings alone may know it
        (
            '[teams."Enablment"]\nweight = 2\n',
            ["[teams] “Enablment” is in no tracker. Did you mean Enablement?"],
        ),
        (
            "".join(f'[departments."Zoo {at}"]\nweight = 2\n' for at in range(9)),
            [
                (
                    "[departments] “Zoo 0”, “Zoo 1”, “Zoo 2” and 6 more are in no tracker. Correct the"
                    " names, or remove them."
                )
            ],
        ),
    ],
)
def test_departments_and_teams_that_nobody_has_are_said_where_they_stand(
    company, settings, text, sentences
):
    found = list(names_not_found(settings(text), read_all(company), is_all=True))
    assert found == [f"okr.toml: {sentence}" for sentence in sentences]


def test_settings_of_another_name_are_called_by_it(company, settings):
    own = replace(settings('[owners]\n"VP Sale" = "a@example.com"\n'), file=Path("x") / "acme.toml")
    (found,) = names_not_found(own, read_all(company), is_all=False)
    assert found.startswith("acme.toml: [owners] “VP Sale” is in none of these trackers.")


@pytest.mark.parametrize(
    ("owners", "single", "sentences"),
    [
        (["VP Sales"], False, []),
        (["vp  SALES"], False, []),
        (["VP Sale"], False, ["“VP Sale” is in no tracker. Did you mean VP Sales?"]),
        (["Zoe"], False, ["“Zoe” is in no tracker. Correct the name, or remove it."]),
        (["Zoe"], True, []),
        (["VP Sale"], True, ["“VP Sale” is in none of these trackers. Did you mean VP Sales?"]),
        (
            ["Zoe", "VP Sale", "Quinn"],
            False,
            [
                "“VP Sale” is in no tracker. Did you mean VP Sales?",
                "“Zoe”, “Quinn” are in no tracker. Correct the names, or remove them.",
            ],
        ),
        (
            [f"Zoe {at}" for at in range(300)],
            False,
            [
                (
                    "“Zoe 0”, “Zoe 1”, “Zoe 2” and 297 more are in no tracker. Correct the names, "
                    "or remove them."
                )
            ],
        ),
    ],
)
def test_owners_whom_nobody_has_are_said_in_few_lines(company, settings, owners, single, sentences):
    config = settings("[owners]\n" + "".join(f'"{name}" = "a@example.com"\n' for name in owners))
    trackers = read_all(company / "sales.xlsx" if single else company)
    found = list(names_not_found(config, trackers, is_all=not single))
    assert found == [f"okr.toml: [owners] {sentence}" for sentence in sentences]


@pytest.mark.skipif(os.name != "posix", reason="links")
def test_paths_that_leave_the_folder_of_the_file_are_said(run, tmp_path):
    for name in ("work/t", "other", "work/..dots"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "other" / "t.csv").write_text(TRACKER)
    (tmp_path / "work" / "way").symlink_to("../other")
    (tmp_path / "work" / "near").symlink_to("t")
    os.chdir(tmp_path / "work")
    inside = ["t", "near/*.csv", "t/../t", f"{tmp_path}/work/t", "..dots", "*/x.csv"]
    outside = ["../other", "way/*.csv", f"{tmp_path}/other", "t/*/../../../other"]
    Path("okr.toml").write_text(f"paths = {json.dumps(inside + outside)}\nprevious = '..'\n")
    assert read_config(Path("okr.toml")).outside == (*outside, "..")
    named = ", ".join(quoted(each) for each in (*outside, ".."))
    line = f"okr.toml names paths outside its folder: {named}\n"
    assert run("check").stderr.startswith(line)
    assert "outside" not in run("new", "t.xlsx", "--blank").stderr


def test_where_the_working_folder_is_gone_the_defaults_count(monkeypatch, tmp_path):
    folder = tmp_path / "gone"
    folder.mkdir()
    monkeypatch.chdir(folder)
    folder.rmdir()
    assert list(find(Path())) == []
    done = CliRunner().invoke(main, ["check", "t.csv"])
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("okr-sheets: The folder that you are in is gone.")
    monkeypatch.chdir(tmp_path)


def test_without_a_home_all_is_as_ever(run, monkeypatch):
    monkeypatch.delenv("HOME", raising=False)
    assert run("new", "t.xlsx", "--blank").exit_code == 0


ODD = "K\u202e\x1b[31m\n" + "x" * 5000


@pytest.mark.parametrize(
    "text",
    [
        "{key} = 1",
        "[bands]\n{key} = 1",
        "[teams.{key}]\nweight = -1",
        "[teams.{key}]\nwieght = 1",
        "[teams]\n{key} = 1",
        "[teams.{key}]\n[teams.{upper}]",
        "[owners]\n{key} = 1",
        "company = 1\ncompany = {key}",
        "language = {key}",
        "fiscal_start = [{key}]",
        "{key} = 1\n{key} = 2",
        "[{key}]\n[{key}]",
        "a = {{ {key} = 1, {key} = 2 }}",
        "a.{key}.{key} = 1\na.{key} = 1",
        "about.quarter = {key}",
    ],
)
def test_what_is_quoted_is_short_and_plain(said, text):
    key, upper = json.dumps(ODD), json.dumps(ODD.upper())
    with pytest.raises(SetError) as caught:
        read_set(text.format(key=key, upper=upper), "plan.toml")
    for sentence in (said(text.format(key=key, upper=upper)), str(caught.value)):
        assert sentence.isprintable()
        assert "xx" * 40 not in sentence
        assert len(sentence) < 800  # where all keys are listed


@pytest.mark.parametrize(
    "value", ["0x" + "f" * 5000, "9" * 30, "-" + "9" * 25, "[1, {a = 0b" + "1" * 70 + "}]"]
)
def test_a_number_that_no_program_holds_is_refused(said, value):
    sentence = said(f"fiscal_start = {value}")
    assert (
        sentence == "okr.toml is not valid TOML: A number with too many digits. Type a shorter one."
    )


NESTED = (
    lambda levels: "a = " + "[" * (levels - 1) + "]" * (levels - 1),
    lambda levels: ".".join("a" * levels) + " = 1",
    lambda levels: "[" + " . ".join(['"a.b"'] * levels) + "]",
    lambda levels: "a = " + "{a = " * (levels - 1) + "1" + "}" * (levels - 1),
    lambda levels: (
        f"[{'.'.join('a' * (levels // 2))}]\n{'.'.join('b' * (levels - levels // 2))} = 1"
    ),
)


@pytest.mark.parametrize("nested", NESTED)
def test_tables_nest_32_levels_deep_and_no_more(said, nested, monkeypatch):
    deep = "okr.toml is not valid TOML: Lists or tables nested more than 32 levels deep. Nest them less."
    assert "no key" in said(nested(32))
    assert said(nested(34)) == deep
    with monkeypatch.context() as patch:  # it is seen before the parser, which may take long
        patch.setattr(toml.tomllib, "loads", lambda _: pytest.fail("It is parsed."))
        assert said(nested(66)) == deep


def test_dots_and_brackets_in_texts_and_comments_are_no_levels(settings):
    dots = "a." * 50 + "[" * 50
    for text in (
        f'"{dots}"',
        f"'{dots}'",
        f'"{dots}\\" {dots}" # {dots}',
        f"'{dots}' # \" ' {dots}",
    ):
        assert dots in settings(f"company = {text}").company
    document = parse_toml(f'a = """\n{dots}""{dots}\n"""', "t.toml", ConfigError)
    assert document["a"].count(dots) == 2


@pytest.mark.parametrize(
    "text", ['"' * 99_999, '"""' * 33_333, '"\\' * 50_000, "'" * 3 + '"\\' * 40_000, "." * 99_999]
)
def test_texts_that_never_end_take_no_time(said, text):
    began = time.monotonic()
    assert said(f"a = {text}").startswith("okr.toml is not valid TOML: ")
    assert time.monotonic() - began < 2


def test_a_file_of_more_than_a_megabyte_is_refused(tmp_path):
    path = tmp_path / "okr.toml"
    path.write_bytes(b"#" * 1_000_000)
    assert read_config(path) == Config()
    path.write_bytes(b"#" * 1_000_001)
    with pytest.raises(ConfigError, match=r"^okr\.toml has more than 1,000 kB\."):
        read_config(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes")
def test_a_pipe_or_a_device_is_no_file_of_settings(run):
    pipes, link = (Path("okr.toml"), Path("pipe.toml")), Path("link.toml")
    for pipe in pipes:
        os.mkfifo(pipe)
    try:
        done = run("new", "t.xlsx", "--blank")
        assert done.exit_code == 2
        assert done.stderr.endswith(
            "okr.toml cannot be read: it is a pipe and no file. Name another file.\n"
        )
        pipes[0].unlink()
        for name, kind in ((pipes[1], "a pipe"), ("/dev/zero", "a device")):
            link.unlink(missing_ok=True)
            link.symlink_to(name)
            for option in ("--config", "--from"):
                done = run("new", "u.xlsx", option, link)
                assert done.exit_code == 2
                assert done.stderr.endswith(
                    f"link.toml cannot be read: it is {kind} and no file. Name another file.\n"
                )
    finally:
        for path in (*pipes, link):
            path.unlink(missing_ok=True)


@pytest.mark.skipif(os.name != "posix", reason="links")
def test_a_link_to_no_settings_is_said_and_not_passed_over(run):
    Path("okr.toml").symlink_to("nowhere.toml")
    done = run("new", "t.xlsx", "--blank")
    assert done.exit_code == 2
    assert "okr.toml" in done.stderr
    assert "Errno" not in done.stderr
    assert not Path("t.xlsx").exists()


def test_a_file_is_named_by_text_too(tmp_path):
    path = tmp_path / "okr.toml"
    path.write_text('company = "Acme"\n', "utf-8")
    assert read_config(str(path)) == read_config(path)
    assert read_config(str(path)).company == "Acme"


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"preset": "zz"}, "preset must be one of default, google, viva, "),
        ({"preset": ["zz"]}, "preset must be one of default, google, viva, "),
        (
            {"fiscal_start": 99},
            "fiscal_start must be a whole number from 1 to 12, not 99.",
        ),
        ({"fiscal_start": "4"}, "fiscal_start must be a whole number from 1 to 12"),
        ({"language": "xx"}, "language must be one of en, fi, hu, ko, th, tr, not “xx”."),
        ({"company": "A\nB"}, "company must be one line of text"),
    ],
)
def test_settings_made_in_python_are_held_to_the_same(given, sentence):
    with pytest.raises(ConfigError, match=f"^{re.escape(sentence)}"):
        Config(**given)


# --- the documents -------------------------------------------------------------------------------


def test_the_table_of_keys_is_printed_from_the_code(golden):
    golden(ROOT / "docs" / "config.md", key_table())


def test_the_example_file_is_printed_from_the_code(golden):
    golden(ROOT / "docs" / "okr.toml", example())


def test_the_example_file_is_read_and_sets_every_key():
    config = read_config(ROOT / "docs" / "okr.toml")
    assert all(
        getattr(config, name) != getattr(Config(), name)
        for name in set(Config.__dataclass_fields__) - {"outside"}
    )
    assert all(getattr(config.bands(), name) != getattr(Bands(), name) for name in Bands.__slots__)


NAMES = {"departments": "Marketing", "teams": "Growth", "owners": "Ann Example"}


def table_of(key):
    """The table as the example writes it."""
    table, star, _ = key.table.partition(".*")
    return f'{table}."{NAMES[table]}"' if star else table


def name_of(key):
    return f'"{NAMES[key.table]}"' if key.name == "*" else key.name


def example():
    lines = []
    table = ""
    for key in KEYS:
        if table_of(key) != table:
            table = table_of(key)
            lines += ["", f"[{table}]"]
        lines.append(f"{name_of(key)} = {key.example}")
    return "\n".join(lines) + "\n"


def key_table():
    lines = [
        "# okr.toml",
        "",
        "Optional: what a company settles once for all its trackers. Every command takes the file of",
        "the working folder, else of the nearest folder above, or the one that `--config` names. Where",
        "there is none, that of the folder that holds all the trackers named counts, else the nearest",
        "above it; one beside some of them is not used, and is said. One outside the working folder",
        "is said too, and taken only if it is your own or root's. `paths` and `previous` that lead",
        "out of the file's folder are said too. Options of the command line come first, then this file,",
        "then what a tracker says. A `--preset` asked for is taken as it is published, without [bands].",
        "The functions of the Python library find the file in the same way ([library.md](library.md)).",
        "",
        "Names of departments, teams and owners are found however they are cased and spaced.",
        "Departments and teams are written as they stand here, owners as the first tracker has them. A",
        "name that no tracker has is said where all that `paths` names is read, or all by this file if",
        "it names none; of fewer trackers, a name only that is nearly one of theirs, with that one.",
        "[okr.toml](okr.toml) shows every key.",
        "",
        "Printed from the code by `pytest --update`.",
        "",
        "| table | key | type | meaning | default | example |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for key in KEYS:
        table = f"`[{table_of(key)}]`" if key.table else ""
        cells = (table, f"`{name_of(key)}`", key.kind_of_value, key.meaning, key.default)
        lines.append("| " + " | ".join((*cells, f"`{key.example}`")) + " |")
    return "\n".join(lines) + "\n"


def test_a_new_tracker_takes_its_teams_department_from_the_settings(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = 'company = "Acme"\n[teams."Growth"]\ndepartment = "Marketing"\n'
    (tmp_path / "okr.toml").write_text(text, "utf-8")
    done = CliRunner().invoke(main, ["new", "t.xlsx", "--blank", "--team", "growth"])
    assert done.exit_code == 0, done.output
    about = okr.read(tmp_path / "t.xlsx").about
    assert (about.company, about.department, about.team) == ("Acme", "Marketing", "Growth")


@pytest.mark.parametrize("address", ["ann@[x", "änn@example.com", "ann@exa mple.com", "a@b@c"])
def test_an_address_that_no_mail_can_have_is_refused(settings, address):
    with pytest.raises(ConfigError, match="e-mail address"):
        settings(f'[owners]\n"Ann" = "{address}"')


UNKNOWN = (
    '[departments."Zoo"]\nweight = 2\n[teams."Ape"]\nweight = 2\n[owners]\n"Zoe" = "z@x.org"\n'
)
# paths of okr.toml, arguments, and whether these are all trackers there are
ALL_READ = [
    ("", ["."], True),
    ("", ["a"], False),
    ("", ["a/t.csv"], False),
    ("", ["a/t.csv", "a/deep/u.csv", "b"], False),
    ('paths = ["a"]\n', [], True),
    ('paths = ["a"]\n', ["a"], True),
    ('paths = ["a"]\n', ["./a/../a", "b"], True),
    ('paths = ["a"]\n', ["."], True),
    ('paths = ["a"]\n', ["a/t.csv"], False),
    ('paths = ["a"]\n', ["b"], False),
    ('paths = ["a", "b/*.csv"]\n', ["a"], False),
    ('paths = ["a", "b/*.csv"]\n', ["a", "b/v.csv"], True),
    ('paths = ["a/**/*.csv"]\n', ["a"], True),
    ('paths = ["a/**/*.csv"]\n', ["a/**/*.csv"], True),
    ('paths = ["a/**/*.csv"]\n', ["a/deep"], False),
]


@pytest.mark.parametrize(("settled", "paths", "is_all"), ALL_READ)
def test_a_name_is_in_no_tracker_only_where_all_are_read(folders, run, settled, paths, is_all):
    (folders() / "okr.toml").write_text(settled + UNKNOWN, "utf-8")
    said = [line for line in run("check", *paths).stderr.splitlines() if "in no tracker" in line]
    assert len(said) == (3 if is_all else 0)


def test_where_a_tracker_cannot_be_read_no_name_is_said_to_be_nowhere(folders, run):
    folder = folders()
    (folder / "okr.toml").write_text(UNKNOWN, "utf-8")
    (folder / "b" / "w.xlsx").write_bytes(b"")
    assert "in no tracker" not in run("check", ".").stderr


def test_names_that_no_tracker_has_are_said(company, settings):
    config = settings(
        '[departments."Salse"]\nweight = 2\n[teams."Enablement"]\ndepartment = "Sales"\n'
        '[teams."Zebra"]\nweight = 2\n'
        '[owners]\n"VP Sale" = "a@example.com"\n"Somebody Else" = "b@example.com"'
    )
    assert list(names_not_found(config, read_all(company), is_all=True)) == [
        "okr.toml: [teams] “Zebra” is in no tracker. Correct the name, or remove it.",
        "okr.toml: [departments] “Salse” is in no tracker. Did you mean Sales?",
        "okr.toml: [owners] “VP Sale” is in no tracker. Did you mean VP Sales?",
        "okr.toml: [owners] “Somebody Else” is in no tracker. Correct the name, or remove it.",
    ]
