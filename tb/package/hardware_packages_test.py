#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""nrc.core in FuseSoC: an integrator's core that depends on it lints, with either table set. Bender.yml: what it has is
documented of its format, and its files are those of each table set, in order.

FuseSoC comes from PyPI in the version of requirements_fusesoc.txt, as the packages of python_test.py do. With --all,
as `make packages` has it, also the lint of every configuration, the simulation, the files of every board's target, and
Bender if it is installed.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NoReturn

from python_test import BUILD, ROOT, environment

sys.path.insert(0, str(ROOT / "scripts"))

import hardware


def fail(what: str) -> NoReturn:
    """Ends the test."""
    sys.exit(f"error: hardware_packages_test: {what}")


class Project:
    """A directory of an integrator, with the repository as a library."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        python = environment(ROOT / "tb/package/requirements_fusesoc.txt")
        self.fusesoc = python.parent / "fusesoc"
        (directory / "fusesoc.conf").write_text(
            f"[library.nrc]\nlocation = {ROOT}\nsync-uri = {ROOT}\nsync-type = local\n")
        # pip compiles nothing: what is imported is compiled once.
        self.variables = {**os.environ, "PYTHONPYCACHEPREFIX": str(BUILD / "pycache")}
        self.variables.pop("PYTHONDONTWRITEBYTECODE", None)
        self.failed = False

    def run(self, target: str, core: str, *options: str, first: tuple[str, ...] = ()) -> str:
        """What FuseSoC and the tool say. `options` come last on the command line, `first` before the core."""
        command = [str(self.fusesoc), "--cores-root", "mine", "run", f"--target={target}", *first, core, *options]
        done = subprocess.run(command, cwd=self.directory, env=self.variables, text=True, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.failed = done.returncode != 0
        return done.stdout

    def passes(self, target: str, core: str, *options: str, first: tuple[str, ...] = ()) -> str:
        """The same, which must not fail."""
        said = self.run(target, core, *options, first=first)
        if self.failed:
            fail(f"target {target} of {core}:\n{said[-3000:]}")
        return said

    def sources(self, target: str, core: str) -> list[str]:
        """Files that Verilator was given, as the repository names them."""
        lists = [*self.directory.glob(f"build/{core}_*/{target}/*.vc")]
        if len(lists) != 1:
            fail(f"target {target} of {core}: {len(lists)} lists of files")
        return re.findall(r"^src/nrc_[^/]*/(\S+)$", lists[0].read_text(), re.MULTILINE)


def check_integrator(project: Project, description: hardware.Hardware) -> None:
    """An example's core, under another name, lints, and gets the table set that it asks for."""
    mine = project.directory / "mine"
    mine.mkdir()
    shutil.copy(ROOT / "docs/examples/encoder_instance.sv", mine)
    text = (ROOT / "docs/examples/encoder_instance.core").read_text()
    (mine / "implant.core").write_text(text.replace("::encoder_instance:", "::implant:"))
    project.passes("lint", "implant")
    check_sources(project, description, "default")
    (mine / "implant.core").write_text(text.replace("::encoder_instance:", "::implant:").replace(
        "nrc_tables_generic: false", "nrc_tables_generic: true"))
    project.passes("lint", "implant", first=("--setup",))
    check_sources(project, description, "generic")


def wanted_sources(description: hardware.Hardware, tables: str) -> list[str]:
    """What a design gets of a table set, in the order to read it in."""
    return [*description.packages(tables), *description.table_set(tables).memories,
            *hardware.design_modules(description)]


def check_sources(project: Project, description: hardware.Hardware, tables: str) -> None:
    """The integrator's core gets all files of a table set."""
    if project.sources("lint", "implant") != wanted_sources(description, tables):
        fail(f"the core that depends on nrc.core has other files than those of table set {tables}")


def check_all(project: Project, description: hardware.Hardware) -> None:
    """Every target of nrc.core but the synthesis itself."""
    for configuration in description.configurations():
        project.passes(f"lint_{configuration.name}", "nrc")
    if "CodeWidth is 99" not in project.run("lint", "nrc", "--CodeWidth", "99") or not project.failed:
        fail("target lint does not pass CodeWidth on")
    if "is the golden one" not in project.passes("sim", "nrc"):
        fail("target sim compares nothing")
    if "differs from the golden one" not in project.run("sim", "nrc", "--KeyInterval", "3") or not project.failed:
        fail("target sim does not find a wrong stream")
    for board in hardware.CoreFile(description).boards():
        for variant in board.variants:
            project.passes(f"{board.name}_{variant}", "nrc", first=("--setup",))


def chosen(target: str, active: str) -> bool:
    """The value of a target expression of Bender, of not() and names, with one target active."""
    if negated := re.fullmatch(r"not\((.*)\)", target):
        return not chosen(negated[1], active)
    if not re.fullmatch(r"\w[\w.-]*", target):
        fail(f"Bender.yml: this test cannot read the target {target}")
    return target == active


def check_manifest(project: Project, description: hardware.Hardware) -> None:
    """Bender.yml, read without Bender."""
    done = subprocess.run([project.fusesoc.parent / "python", "-c", "import json, sys, yaml\n"
                           "json.dump(yaml.safe_load(sys.stdin), sys.stdout)"], env=project.variables, text=True,
                          input=(ROOT / "Bender.yml").read_text(), stdout=subprocess.PIPE, check=True)
    manifest = json.loads(done.stdout)
    if set(manifest) != {"package", "sources"} or manifest["package"] != {"name": description.name}:
        fail("Bender.yml has more than a package's name and sources")
    for group in manifest["sources"]:
        if not {"files", "include_dirs"} <= set(group) <= {"files", "include_dirs", "target"}:
            fail(f"Bender.yml: a group has the keys {', '.join(group)}")
        if group["include_dirs"] != description.include_directories:
            fail(f"Bender.yml: a group has the include directories {', '.join(group['include_dirs'])}")
    for tables in description.table_set_names:
        files = [path for group in manifest["sources"]
                 if "target" not in group or chosen(group["target"], f"nrc_tables_{tables}") for path in group["files"]]
        if files != wanted_sources(description, tables):
            fail(f"Bender.yml has other files than those of table set {tables}")


def check_bender(project: Project, description: hardware.Hardware) -> None:
    """What Bender makes of Bender.yml, if there is a Bender."""
    if shutil.which("bender") is None:
        print("hardware packages: no bender here: Bender.yml was read without it")
        return
    for tables in description.table_set_names:
        done = subprocess.run(["bender", "-d", ROOT, "script", "flist", "-t", f"nrc_tables_{tables}"],
                              cwd=project.directory, text=True, stdout=subprocess.PIPE, check=True)
        if [os.path.relpath(path, ROOT) for path in done.stdout.split()] != wanted_sources(description, tables):
            fail(f"Bender has other files than those of table set {tables}")


def main() -> None:
    description = hardware.Hardware()
    with tempfile.TemporaryDirectory() as directory:
        project = Project(Path(directory))
        check_manifest(project, description)
        check_integrator(project, description)
        if "--all" in sys.argv[1:]:
            check_all(project, description)
            check_bender(project, description)
    print("hardware packages: ok")


if __name__ == "__main__":
    main()
