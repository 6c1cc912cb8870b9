"""What is built is whole: a wheel, installed where nothing else of ours is."""

import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest
from conftest import ROOT

from okr_sheets.language import languages
from okr_sheets.reading.examples import names


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    out = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--outdir", out, ROOT], check=True, capture_output=True
    )
    (built,) = out.glob("*.whl")
    return built


def test_the_wheel_holds_what_the_package_reads(wheel):
    inside = set(zipfile.ZipFile(wheel).namelist())
    sets = {path.name for path in (ROOT / "templates").iterdir()}
    assert {f"okr_sheets/_templates/{name}" for name in sets} <= inside
    for folder in ("languages", "languages/adopting"):
        assert {f"okr_sheets/{folder}/{code}.toml" for code in languages()} <= inside
    assert {"okr_sheets/py.typed", "okr_sheets/rollups/forecast.py"} <= inside
    page = ("html.j2", "css.j2", "js")
    assert {f"okr_sheets/reports/page.{suffix}" for suffix in page} <= inside
    assert not [name for name in inside if name.startswith(("tests", "samples", "docs"))]


def test_it_lists_its_templates_from_another_folder(wheel, tmp_path):
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "env"], check=True)
    python = tmp_path / "env" / "bin" / "python"
    if not python.exists():
        python = tmp_path / "env" / "Scripts" / "python.exe"
    install = [python, "-m", "pip", "install", "--quiet", "--no-deps", wheel]
    subprocess.run(install, check=True, capture_output=True)
    # Its dependencies come from this environment; of ours, only the wheel is there.
    own = Path(
        subprocess.run(
            [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()
    )
    (own / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    program = python.parent / "okr-sheets"
    listed = subprocess.run(
        [program, "templates"], check=True, capture_output=True, text=True, cwd=elsewhere
    )
    assert all(name in listed.stdout for name in names())
    subprocess.run([program, "new", "t.xlsx"], check=True, capture_output=True, cwd=elsewhere)
    where = "import okr_sheets; print(okr_sheets.__file__)"
    found = subprocess.run(
        [python, "-c", where], check=True, capture_output=True, text=True, cwd=elsewhere
    )
    assert Path(found.stdout.strip()).is_relative_to(own)
