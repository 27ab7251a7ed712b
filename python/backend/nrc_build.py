# SPDX-License-Identifier: Apache-2.0
"""Build backend of the Python package: scikit-build-core, and what the system lacks from PyPI.

The library needs a C++ compiler, fmt, zlib and Highway. What is installed is used; the rest becomes a
build requirement: Zig's compiler, and the packages of fmt and zlib that cmeel makes. No package on PyPI
has Highway as such, but the source of NumPy does, so pip fetches that, pinned by its hash, and a
stand-in for NumPy's own backend keeps pip from building it.

NRC_BUNDLE=1 in the environment takes all of them from PyPI in any case: `make wheel` does, as a wheel must not
need what the system had. Zig's compiler builds for an older C library than the system's.
"""

from __future__ import annotations

import contextlib
import os
import platform
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scikit_build_core import build as scikit_build

CMEEL_FMT = "cmeel-fmt==12.2.0"
CMEEL_ZLIB = "cmeel-zlib==1.3.2"
ZIG = "ziglang==0.17.0"
NUMPY = "2.4.6"
NUMPY_HASH = "sha256:f3a3570c4a2a16746ac2c31a7c7c7b0c186b95ce902e33db6f28094ed7387dda"
HIGHWAY = "numpy/_core/src/highway"

STAND_IN = f'''
import pathlib

def get_requires_for_build_wheel(config_settings=None):
    return []

def prepare_metadata_for_build_wheel(directory, config_settings=None):
    folder = pathlib.Path(directory, "numpy-{NUMPY}.dist-info")
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\\nName: numpy\\nVersion: {NUMPY}\\n")
    return folder.name
'''

#: The C library that a wheel needs at least, that of Debian 10 and RHEL 8.
GLIBC = "2.28"

Settings = dict[str, Any] | None


def bundled() -> bool:
    return os.environ.get("NRC_BUNDLE") == "1"


def compiler() -> list[str] | None:
    """The system's C++ compiler."""
    if bundled():
        return None
    named = os.environ.get("CXX")
    if named:
        return shlex.split(named)
    found = next((path for name in ("c++", "g++", "clang++") if (path := shutil.which(name))), None)
    return [found] if found else None


def has_header(header: str) -> bool:
    command = compiler()
    if command is None:
        return False
    done = subprocess.run([*command, "-x", "c++", "-std=c++17", "-E", "-"], input=f"#include <{header}>\n",
                          text=True, capture_output=True, check=False)
    return done.returncode == 0


def has_highway() -> bool:
    return has_header("hwy/highway.h")


def extra_requirements() -> list[str]:
    needs = []
    if compiler() is None:
        needs.append(ZIG)
    if not has_header("fmt/format.h"):
        needs.append(CMEEL_FMT)
    if not has_header("zlib.h"):
        needs.append(CMEEL_ZLIB)
    if not has_highway():
        needs.append("pip")
    return needs


def get_requires_for_build_wheel(config_settings: Settings = None) -> list[str]:
    return [*scikit_build.get_requires_for_build_wheel(config_settings), *extra_requirements()]


def get_requires_for_build_editable(config_settings: Settings = None) -> list[str]:
    return [*scikit_build.get_requires_for_build_editable(config_settings), *extra_requirements()]


get_requires_for_build_sdist = scikit_build.get_requires_for_build_sdist
build_sdist = scikit_build.build_sdist
prepare_metadata_for_build_wheel = scikit_build.prepare_metadata_for_build_wheel
prepare_metadata_for_build_editable = scikit_build.prepare_metadata_for_build_editable


def fetch_highway(folder: Path) -> Path:
    """Highway's sources below `folder`, out of NumPy's."""
    (folder / "stand_in").mkdir()
    (folder / "stand_in/mesonpy.py").write_text(STAND_IN)
    (folder / "requirements.txt").write_text(f"numpy=={NUMPY} --hash={NUMPY_HASH}\n")
    path = os.pathsep.join([str(folder / "stand_in"), os.environ.get("PYTHONPATH", "")])
    # Without isolation pip takes the backend that this environment has: the stand-in.
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
               "--no-build-isolation", "--no-binary", ":all:", "--dest", str(folder), "--require-hashes",
               "--requirement", str(folder / "requirements.txt")]
    # A hook's environment says where this backend is, and the pip below would look for NumPy's there.
    environment = {key: value for key, value in os.environ.items() if not key.startswith("_PYPROJECT_HOOKS_")}
    done = subprocess.run(command, env={**environment, "PYTHONPATH": path}, text=True, capture_output=True,
                          check=False)
    if done.returncode != 0:
        raise SystemExit("error: nrc-codec needs Highway, and pip could not fetch the source of NumPy that has it: "
                         f"{done.stderr.strip()[-1500:]}; install libhwy-dev, or see that pip has a network")
    (archive,) = folder.glob("numpy-*.tar.gz")
    with tarfile.open(archive) as tar:
        inside = f"numpy-{NUMPY}/{HIGHWAY}/"
        members = [m for m in tar if m.name.startswith(inside) and m.isfile() and ".." not in m.name]
        tar.extractall(folder, members)
    return folder / f"numpy-{NUMPY}" / HIGHWAY


def cmeel_prefix() -> Path | None:
    """Where fmt and zlib of PyPI are."""
    for entry in [*sys.path, sysconfig.get_paths()["purelib"]]:
        if (prefix := Path(entry, "cmeel.prefix")).is_dir():
            return prefix
    return None


def zig_tool(folder: Path, name: str) -> str:
    """A command that CMake takes for a compiler, or for what a system without one lacks as well."""
    command = folder / f"zig-{name}"
    target = f" -target {platform.machine()}-linux-gnu.{GLIBC}" if name == "c++" and bundled() else ""
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m ziglang {name}{target} "$@"\n')
    command.chmod(0o755)
    return str(command)


@contextlib.contextmanager
def settings_for_cmake(config_settings: Settings) -> Iterator[dict[str, Any]]:
    settings = dict(config_settings or {})
    with tempfile.TemporaryDirectory(prefix="nrc-build-") as name:
        folder = Path(name)
        if not has_highway():
            settings["cmake.define.NRC_HIGHWAY_SOURCE"] = str(fetch_highway(folder))
        prefix = cmeel_prefix()
        if prefix is not None:
            settings["cmake.define.NRC_PREFIX"] = str(prefix)
        if compiler() is None:
            for variable, tool in (("CXX_COMPILER", "c++"), ("AR", "ar"), ("RANLIB", "ranlib")):
                settings[f"cmake.define.CMAKE_{variable}"] = zig_tool(folder, tool)
        yield settings


def build_wheel(wheel_directory: str, config_settings: Settings = None, metadata_directory: str | None = None) -> str:
    with settings_for_cmake(config_settings) as settings:
        return scikit_build.build_wheel(wheel_directory, settings, metadata_directory)


def build_editable(wheel_directory: str, config_settings: Settings = None,
                   metadata_directory: str | None = None) -> str:
    with settings_for_cmake(config_settings) as settings:
        return scikit_build.build_editable(wheel_directory, settings, metadata_directory)
