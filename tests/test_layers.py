"""The house's rule: a module imports only from below, or from its left."""

import ast
import subprocess
import sys
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "okr_sheets"
# Bottom to top; a folder stands for all its modules.
LAYERS = (
    (
        "text",
        "suggesting",
        "urls",
        "misuse",
        "summaries",
        "debugging",
        "streams",
        "choices",
        "schema",
        "kinds",
        "places",
        "problems",
        "grouping",
        "quarters",
        "letters",
        "regular",
        "toml",
        "usage",
    ),
    ("bands", "scoring", "findings", "formulas", "rules"),
    ("language", "endings", "columns"),
    ("files", "engine", "config"),
    ("about", "frames", "tracker", "closing", "codes", "gathering", "computing"),
    ("reading",),
    ("coaching", "checks", "planning", "history", "rollups"),
    ("drawing",),
    ("writing",),
    ("adopting",),
    ("reports", "terminal", "turning"),
    ("demo_close", "demo"),
    ("arguments", "options", "runs", "targets"),
    ("adopt", "checking", "close", "renew", "turn"),
    ("cli",),
)
RANK = {
    name: (level, left) for level, names in enumerate(LAYERS) for left, name in enumerate(names)
}
# A sentence is rendered as late as can be, by words that a problem does not carry.
EXCEPTIONS = {("problems", "language")}


def imports(path):
    tree = ast.parse(path.read_text("utf-8"))
    typing_only = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and "TYPE_CHECKING" in ast.unparse(block.test)
        for node in ast.walk(block)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and id(node) not in typing_only and node.module:
            parts = node.module.split(".")
            if parts[0] == "okr_sheets" and len(parts) > 1:
                yield parts[1]


def test_modules_import_downwards_only():
    upwards = set()
    for path in PACKAGE.rglob("*.py"):
        room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        if room.startswith("__"):
            continue
        upwards |= {(room, other) for other in imports(path) if RANK[other] > RANK[room]}
    assert upwards - EXCEPTIONS == set()


def test_no_room_is_missing_from_the_plan():
    rooms = {path.name.removesuffix(".py") for path in PACKAGE.iterdir()}
    assert rooms - {"__pycache__", "__init__", "__main__", "languages", "py.typed"} == set(RANK)


def test_importing_the_package_loads_none_of_it():
    code = "import sys, okr_sheets; print(*sorted(m for m in sys.modules if 'okr_sheets' in m or m == 'pandas'))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["okr_sheets"]


def test_help_waits_for_no_pandas():
    code = (
        "import sys; from okr_sheets.cli import main; main(['--help'], standalone_mode=False);"
        "assert 'pandas' not in sys.modules and 'xlsxwriter' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)


def test_the_process_that_reads_loads_no_pandas():
    # It would start six times as slowly.
    code = (
        "import sys; from okr_sheets.reading import READING, drafts; from okr_sheets.files import xlsx, xlsb, xls, ods, csv;"
        "assert READING == f'{drafts.__name__}:{drafts.read_drafts.__name__}';"
        "assert not {'pandas', 'numpy'} & sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)


def test_public_names_are_those_of_the_types_too():
    import okr_sheets

    source = (PACKAGE / "__init__.py").read_text("utf-8")
    typed = {
        alias.asname
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.asname
    }
    assert typed == set(okr_sheets.__all__)
    assert all(callable(getattr(okr_sheets, name)) for name in okr_sheets.__all__)
