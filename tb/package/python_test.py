#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The tests of the Python package (python/tests), with the library of this build tree.

Their packages come from PyPI in the versions of python/tests/requirements*.txt, into virtual environments in
the build tree that stay as long as the versions do; NO_INSTALL=1 makes none. `make python-test` adds what only
requirements_more.txt has, which is too much for every run: --all. `make wheel` tests the package as pip builds and
installs it.
"""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(os.environ.get("NRC_SOURCE_DIR", Path(__file__).resolve().parents[2]))
BUILD = Path(os.environ.get("NRC_BINARY_DIR", ROOT / "build")) / "python"
TESTS = ROOT / "python/tests"


def fail(what: str) -> None:
    sys.exit(f"error: python_test: {what}")


def run(command: list[str], what: str) -> None:
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        fail(f"{what} failed:\n{done.stdout[-3000:]}")


def environment(requirements: Path) -> Path:
    """The interpreter of a virtual environment with these packages."""
    venv = BUILD / f"venv-{requirements.stem}"
    python, stamp = venv / "bin/python", venv / "requirements.txt"
    wanted = f"{sys.version}\n{requirements.read_text()}"
    if not stamp.exists() or stamp.read_text() != wanted:
        if os.environ.get("NO_INSTALL") == "1":
            fail(f"{venv} lacks the packages of {requirements}; run this test once without NO_INSTALL=1")
        shutil.rmtree(venv, ignore_errors=True)
        run([sys.executable, "-m", "venv", str(venv)], "python3 -m venv")
        # Most of the modules are never imported: Python compiles those that are.
        run([str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-compile", "-r",
             str(requirements)], "pip")
        stamp.write_text(wanted)
    return python


def package() -> Path:
    """A folder with the package as pip would install it."""
    site = BUILD / "site"
    shutil.rmtree(site, ignore_errors=True)
    shutil.copytree(ROOT / "python/nrc_codec", site / "nrc_codec",
                    ignore=shutil.ignore_patterns("native", "__pycache__"))
    (site / "nrc_codec/native").mkdir()
    shutil.copy(BUILD / "libnrc_codec.so", site / "nrc_codec/native")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    info = site / "nrc_codec-0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: nrc-codec\nVersion: 0\n")
    (info / "entry_points.txt").write_text("".join(
        f"[{group}]\n" + "".join(f"{name} = {target}\n" for name, target in entries.items())
        for group, entries in project["entry-points"].items()))
    return site


def main() -> None:
    site = package()
    examples = TESTS / "test_examples.py"
    runs = [(TESTS / "requirements.txt", [TESTS]),
            (TESTS / "requirements_zarr3.txt", [TESTS / "test_zarr3.py", examples])]
    if "--all" in sys.argv[1:]:
        runs.append((TESTS / "requirements_more.txt", [TESTS / "test_interplay.py", examples]))
    variables = {**os.environ, "PYTHONPATH": str(site), "PYTHONPYCACHEPREFIX": str(BUILD / "pycache"),
                 "NRC": str(BUILD.parent / "nrc")}
    variables.pop("PYTHONDONTWRITEBYTECODE", None)
    for requirements, tests in runs:
        done = subprocess.run([environment(requirements), "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests],
                              env=variables, cwd=TESTS, check=False)
        if done.returncode != 0:
            sys.exit(done.returncode)


if __name__ == "__main__":
    main()
