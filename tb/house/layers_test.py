#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The floors of the house: includes and imports point downwards only, public headers need no private
ones, the library links no JSON, and no folder holds more than its share of the code.

A room is a folder with rules of its own. ROOMS says which others its files may include; what is not
there is an arrow that points up. Run with a directory as an argument, it judges the tree there.
"""

import ast
import os
import re
import subprocess
import sys
import tempfile
import unittest
from collections.abc import Iterator, Set
from pathlib import Path

ROOT = Path(os.environ.get("NRC_SOURCE_DIR", Path(__file__).resolve().parents[2]))

# Floors of the library from the lowest on: a file may include its own and those before.
FLOORS = ("format", "tables", "stages", "vector", "cascade", "stream", "file", "c")
# The floor of each public header; one that is not here is refused.
PUBLIC = {
    "error.hpp": "format", "event.hpp": "format", "format.hpp": "format", "packet.hpp": "format",
    "sample.hpp": "format", "value_map.hpp": "format",
    "table_set.hpp": "tables", "range_tables.hpp": "tables", "neural_network.hpp": "tables",
    "neural_tables.hpp": "tables", "cascade_tables.hpp": "tables", "tables.hpp": "tables",
    "payload.hpp": "stages",
    "encoder.hpp": "stream", "decoder.hpp": "stream", "packet_decoder.hpp": "stream",
    "rate_control.hpp": "stream", "receiver.hpp": "stream",
    "byte_sink.hpp": "file", "preset.hpp": "file", "file_encoder.hpp": "file",
    "file_decoder.hpp": "file", "file_reader.hpp": "file",
    "file_recovery.hpp": "file", "stream_joiner.hpp": "file",
    "nrc.h": "c",
    "table_files.hpp": "table_files", "table_files.h": "table_files",
}
MODEL = {*FLOORS, "table_files"}
ROOMS = {floor: set(FLOORS[:i + 1]) for i, floor in enumerate(FLOORS)}
ROOMS |= {
    # JSON, and its part of the C interface: nothing of the library may need it.
    "table_files": {"format", "tables", "c", "table_files"},
    "host": MODEL | {"host"},
    "train": MODEL | {"host", "train"},
    "cli": MODEL | {"host", "train", "cli"},
    # It writes the built-in tables, and so must not need what has them.
    "generate": {"format", "tables", "stages", "table_files", "host", "generate"},
    # Small programs, of the stages alone; their tables are packed by one that has the library.
    "challenge": {"format", "tables", "stages", "table_files", "challenge"},
    "study": MODEL | {"host", "study"},
    "benchmark": MODEL | {"host", "study", "benchmark"},
    # For firmware: nothing but itself.
    "drivers": {"drivers"},
    "sim": MODEL | {"host", "sim", "bench"},
    "bench": MODEL | {"host", "train", "generate", "study", "drivers", "examples", "bench"},
}
# Where a quoted include is searched, after the includer's own folder.
INCLUDE_ROOTS = ("model/include", "model/src", "tools", "study", "tb/common", "drivers/c", "docs/examples")
# Verilator, tools/challenge/pack_tables.cpp, `nrc tables` and `nrc self-test` make these.
MADE = re.compile(r"^((V\w+|verilated\w*)\.h|challenge_tables\.hpp|nrc_table_words\.h|nrc_self_test\.h)$")
# What Python files outside tb/ may import besides the standard library and their own folder.
PACKAGES = {"scripts": {"systemrdl"}, "study/networks": {"numpy", "scipy", "torch"}, "study": {"numpy", "pcodec"},
            "docs/examples": {"h5py", "nrc_codec", "numpy", "spikeinterface", "zarr"}}

MAX_SHARE = 0.30
CODE = {".c", ".cpp", ".h", ".hpp", ".py", ".sh", ".sv", ".svh", ".v", ".cmake", ".txt"}
NO_CODE = {"generated", "golden", "corpus"}


def room_of(path: Path) -> str | None:
    """The room of a file by its path from the root, or None for one without rules."""
    parts = path.parts
    if parts[:2] == ("model", "include"):
        return PUBLIC.get(parts[-1])
    if parts[:2] == ("model", "src"):
        return parts[2]
    if parts[:2] == ("model", "generated"):
        return "tables"
    if parts[0] == "tools":
        return parts[1]
    if parts[0] == "study":
        return "benchmark" if parts[1] == "benchmark" else "study"
    if parts[:2] == ("docs", "examples"):
        return "examples"
    return {"sim": "sim", "tb": "bench", "drivers": "drivers"}.get(parts[0])


def sources(root: Path, suffixes: Set[str]) -> Iterator[Path]:
    """Files below the project's folders by their paths from the root, builds left out."""
    for top in ("model", "tools", "study", "sim", "tb", "rtl", "scripts", "cmake", "constraints",
                "docs", "drivers"):
        for folder, below, names in os.walk(root / top):
            below[:] = sorted(b for b in below if not b.startswith((".", "build", "__")))
            for name in sorted(names):
                path = (Path(folder) / name).relative_to(root)
                if path.suffix in suffixes:
                    yield path


def resolve(root: Path, includer: Path, name: str) -> Path | None:
    """The file that a quoted include means, by its path from the root, or None."""
    for folder in (includer.parent, *map(Path, INCLUDE_ROOTS)):
        path = Path(os.path.normpath(folder / name))
        if (root / path).is_file():
            return path
    return None


def check_includes(root: Path) -> Iterator[str]:
    """Complaints about #include lines of C and C++ files."""
    for path in sources(root, {".c", ".cpp", ".h", ".hpp"}):
        if path.parts[0] in ("docs", "scripts"):
            continue
        room = room_of(path)
        if room not in ROOMS:
            yield f"{path}: in no known room; name its floor in tb/house/layers_test.py"
            continue
        text = (root / path).read_text(encoding="utf-8")
        for number, line in enumerate(text.splitlines(), 1):
            system = re.match(r"\s*#\s*include\s*<nlohmann/", line)
            if system and path.parts[0] == "model" and room != "table_files":
                yield f"{path}:{number}: JSON in the library; it belongs to table_files"
            match = re.match(r'\s*#\s*include\s*"([^"]+)"', line)
            if not match or (MADE.match(match[1]) and room in ("sim", "bench", "challenge")):
                continue
            target = resolve(root, path, match[1])
            if target is None:
                yield f"{path}:{number}: {match[1]} is nowhere"
            elif room_of(target) not in ROOMS[room]:
                yield f"{path}:{number}: {room} includes {room_of(target)} ({target}), an arrow up"
            elif path.parts[:2] == ("model", "include") and target.parts[:2] != path.parts[:2]:
                yield f"{path}:{number}: a public header includes the private {target}"


def check_imports(root: Path) -> Iterator[str]:
    """Complaints about the imports of Python files outside the benches."""
    for path in sources(root, {".py"}):
        if path.parts[0] == "tb":
            continue
        beside = {p.stem for p in (root / path.parent).glob("*.py")}
        if path.parts[0] == "scripts":  # a folder of scripts may use those above it
            beside |= {p.stem for p in (root / "scripts").glob("*.py")}
        allowed = beside | set(sys.stdlib_module_names) | PACKAGES.get(str(path.parent), set())
        for node in ast.walk(ast.parse((root / path).read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            else:
                continue
            for name in names:
                if name.split(".")[0] not in allowed:
                    yield f"{path}:{node.lineno}: imports {name} from outside its folder"


def code_lines(text: str, suffix: str) -> int:
    """Lines that are neither empty nor comment."""
    if suffix in {".py", ".sh", ".cmake", ".txt"}:
        return sum(1 for line in text.splitlines() if line.strip() and line.strip()[0] != "#")
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    return sum(1 for line in text.splitlines()
               if line.strip() and not line.strip().startswith("//"))


def shares(root: Path) -> tuple[int, dict[Path, int]]:
    """Hand-written lines of code: the total, and those of each folder that has files below it."""
    lines: dict[Path, int] = {}
    total = 0
    for path in sources(root, CODE):
        if NO_CODE & set(path.parts) or path.suffix == ".txt" and path.name != "CMakeLists.txt":
            continue
        count = code_lines((root / path).read_text(encoding="utf-8"), path.suffix)
        total += count
        for folder in list(path.parents)[:-1]:
            lines[folder] = lines.get(folder, 0) + count
    return total, lines


def check_shares(root: Path) -> Iterator[str]:
    """Complaints about folders that hold too much of the code."""
    total, lines = shares(root)
    for folder, count in sorted(lines.items()):
        # The benches are many rooms: each of them counts, not all together.
        if str(folder) != "tb" and count > MAX_SHARE * total:
            yield f"{folder}: {100 * count / total:.0f} % of the code, more than {MAX_SHARE:.0%}"


def check(root: Path) -> list[str]:
    """All complaints about the tree at `root`."""
    return [*check_includes(root), *check_imports(root), *check_shares(root)]


class Layers(unittest.TestCase):
    """This repository, and trees that are wrong in one place each."""

    def test_repository(self) -> None:
        self.assertEqual(check(ROOT), [])

    def test_every_public_header_exists(self) -> None:
        found = {p.name for p in (ROOT / "model/include/nrc").iterdir()}
        self.assertEqual(found, set(PUBLIC))

    def test_library_links_no_json(self) -> None:
        library = Path(os.environ.get("NRC_BINARY_DIR", ROOT / "build")) / "model/libnrc.a"
        if library.exists():
            symbols = subprocess.run(["nm", "-C", library], capture_output=True, text=True,
                                     check=True).stdout
            self.assertIn("nrc::Encoder::encode", symbols)
            self.assertNotIn("nlohmann", symbols)

    def complaints(self, files: dict[str, str]) -> list[str]:
        """About a tree of these files, beside enough code that no folder is too large."""
        with tempfile.TemporaryDirectory() as name:
            root = Path(name)
            filler = {f"{top}/filler.py": "x = 1\n" * 500
                      for top in ("sim", "scripts", "tb", "study", "rtl")}
            for path, text in (filler | files).items():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text, encoding="utf-8")
            return check(root)

    def test_arrows_down_are_fine(self) -> None:
        self.assertEqual([], self.complaints({
            "model/include/nrc/error.hpp": "#include <string>\n",
            "model/src/format/a.hpp": '#include "nrc/error.hpp"\n',
            "model/src/c/b.cpp": '#include "format/a.hpp"\n',
            "tools/host/c.hpp": '#include "format/a.hpp"\n',
            "tools/cli/d.cpp": '#include "host/c.hpp"\n',
            "study/e.cpp": '#include "host/c.hpp"\n'}))

    def test_arrows_up_are_found(self) -> None:
        for path, line, said in (
                ("model/src/format/x.cpp", '#include "stages/a.hpp"', "format includes stages"),
                ("model/src/stages/x.cpp", '#include "vector/a.hpp"', "stages includes vector"),
                ("model/src/tables/x.cpp", '#include "nrc/encoder.hpp"', "tables includes stream"),
                ("model/src/file/x.cpp", '#include "table_files/a.hpp"', "includes table_files"),
                ("model/src/c/x.cpp", '#  include "host/a.hpp"', "c includes host"),
                ("tools/host/x.cpp", '#include "cli/a.hpp"', "host includes cli"),
                ("tools/host/x.cpp", '#include "../cli/a.hpp"', "host includes cli"),
                ("tools/cli/x.cpp", '#include "a_study.hpp"', "cli includes study"),
                ("tools/generate/x.cpp", '#include "nrc/encoder.hpp"', "generate includes stream"),
                ("study/x.cpp", '#include "cli/a.hpp"', "study includes cli"),
                ("study/x.cpp", '#include "nothing.hpp"', "nothing.hpp is nowhere"),
                ("model/include/nrc/decoder.hpp", '#include "stages/a.hpp"', "public header"),
                ("model/include/nrc/new.hpp", "", "in no known room"),
                ("model/src/new/x.cpp", "", "in no known room"),
                ("model/src/tables/x.cpp", "#include <nlohmann/json.hpp>", "JSON in the library"),
                ("study/networks/x.py", "import nrc_decode", "imports nrc_decode"),
                ("scripts/x.py", "from torch import nn", "imports torch"),
                ("model/src/c/x.cpp", "int x;\n" * 4000, "of the code")):
            with self.subTest(path=path, line=line[:40]):
                found = self.complaints({
                    "model/src/stages/a.hpp": "", "model/src/vector/a.hpp": "",
                    "model/src/table_files/a.hpp": "", "model/include/nrc/encoder.hpp": "",
                    "tools/host/a.hpp": "", "tools/cli/a.hpp": "", "study/a_study.hpp": "",
                    path: line + "\n"})
                self.assertTrue(found)
                for complaint in found:
                    self.assertIn(said, complaint)


if __name__ == "__main__":
    if len(sys.argv) == 2 and Path(sys.argv[1]).is_dir():
        complaints = check(Path(sys.argv[1]))
        print("\n".join(complaints))
        sys.exit(1 if complaints else 0)
    unittest.main()
