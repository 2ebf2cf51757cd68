from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from itertools import chain
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "qinglian"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def requirements(texts: list) -> set[tuple[str, SpecifierSet]]:
    parsed = [Requirement(text) for text in texts if isinstance(text, str)]
    return {(canonicalize_name(one.name), one.specifier) for one in parsed}


def locked(entries: list[dict]) -> set[tuple[str, SpecifierSet]]:
    return {(entry["name"], SpecifierSet(entry.get("specifier", ""))) for entry in entries}


def test_the_lock_was_made_from_these_dependencies():
    lock = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    metadata = next(package for package in lock["package"] if package["name"] == "qinglian")["metadata"]
    extras = PROJECT["project"]["optional-dependencies"].values()
    wanted = [*PROJECT["project"]["dependencies"], *chain.from_iterable(extras)]
    assert locked(metadata["requires-dist"]) == requirements(wanted)
    for name, group in PROJECT["dependency-groups"].items():
        assert requirements(group) <= locked(metadata["requires-dev"].get(name, []))


def test_the_lock_names_the_public_index_only():
    text = (ROOT / "uv.lock").read_text(encoding="utf-8")
    hosts = set(re.findall(r'https?://([^/"]+)', text))
    assert hosts == {"pypi.org", "files.pythonhosted.org"}


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


@pytest.mark.parametrize("path", sorted((SOURCE / "core").rglob("*.py")), ids=lambda path: path.stem)
def test_core_imports_only_the_standard_library(path):
    outside = {name for name in imported(path) if name.split(".")[0] not in sys.stdlib_module_names}
    assert {name for name in outside if not f"{name}.".startswith("qinglian.core.")} == set()


def test_ci_runs_the_readmes_test_command():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert re.search(r"^\$ make test\b", readme, re.MULTILINE)
    assert script.rstrip().splitlines()[-1] == "make test"
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_the_licence_is_apache_2_in_full():
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Version 2.0, January 2004" in text
    assert "9. Accepting Warranty or Additional Liability." in text
    assert "APPENDIX" in text


HOUSE = {
    "core/unit.py": "",
    "present/table.py": "import qinglian.core.unit",
    "ledger/book.py": "import qinglian.present.table",
    "logistics/__init__.py": "",
    "logistics/decide.py": "import qinglian.ledger.book",
    "logistics/verify.py": "",
    "production/__init__.py": "",
    "cli.py": "import qinglian.ledger.book",
}
PLANTED = {
    "Imports go down the house only": {"production/lines.py": "import qinglian.logistics.decide"},
    "core imports only the standard library": {"core/unit.py": "import click"},
    "Only the hall imports Django": {"ledger/book.py": "import django"},
    "verify never imports decide": {"logistics/verify.py": "import qinglian.logistics.decide"},
}


def lint_house(folder: Path, files: dict[str, str]) -> str:
    for name, text in files.items():
        path = folder / "qinglian" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        for package in (folder / "qinglian", path.parent):
            (package / "__init__.py").touch()
        path.write_text(text, encoding="utf-8")
    shutil.copy(ROOT / ".importlinter", folder)
    command = [Path(sys.executable).parent / "lint-imports", "--no-cache"]
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    ).stdout


def test_the_import_contract_accepts_a_house_in_order(tmp_path):
    assert f"Contracts: {len(PLANTED)} kept, 0 broken." in lint_house(tmp_path, HOUSE)


def test_the_import_contract_catches_every_planted_import(tmp_path):
    files = dict(HOUSE)
    for planted in PLANTED.values():
        files.update(planted)
    report = lint_house(tmp_path, files)
    assert {line.removesuffix(" BROKEN") for line in report.splitlines() if line.endswith(" BROKEN")} == set(
        PLANTED
    )


def test_a_room_that_is_not_in_the_contract_is_refused(tmp_path):
    report = lint_house(tmp_path, HOUSE | {"attic/box.py": ""})
    assert "Imports go down the house only BROKEN" in report


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    uv = shutil.which("uv") or str(ROOT / ".uv" / "bin" / "uv")
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run([uv, "build", "--quiet", "--wheel", "--out-dir", folder, ROOT], check=True)
    return next(folder.glob("*.whl"))


@pytest.mark.heavy
def test_the_wheel_carries_every_file_of_the_source(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    files = {path for path in SOURCE.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert {path.relative_to(SOURCE.parent).as_posix() for path in files} <= names
    assert {Path(name).name for name in names if ".dist-info/licenses/" in name} == {"LICENSE", "NOTICE"}


@pytest.mark.heavy
def test_the_wheel_works_in_a_fresh_environment(wheel, tmp_path):
    uv = shutil.which("uv") or str(ROOT / ".uv" / "bin" / "uv")
    home = tmp_path / "venv"
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, home], check=True)
    subprocess.run([uv, "pip", "install", "--quiet", "--python", home / "bin" / "python", wheel], check=True)
    program = home / "bin" / "qinglian"
    for words in (
        ["--help"],
        ["--lang", "zh", "--help"],
        ["init", "示例公司"],
        ["factors", "list"],
        ["audit"],
    ):
        done = subprocess.run([program, *words], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert done.stdout.strip()
