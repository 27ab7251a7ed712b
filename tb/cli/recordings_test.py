#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The recordings of a directory: every program takes the same ones, and tests on the same ones; and
nrc train does not replace a table file unasked."""

import ast
import json
import os
import pathlib
import random
import re
import struct
import subprocess
import tempfile
import unittest
from pathlib import Path
from typing import Any

NRC = os.environ.get("NRC", "build/nrc")
ROOT = Path(os.environ.get("NRC_SOURCE_DIR", Path(__file__).resolve().parents[2]))
# In the order of the names' bytes; of different lengths, so that a sum of samples tells which.
NAMES = ("A.WAV", "C.Wav", "b.wav", "d.wav", "e.wAv")
FRAMES = {name: 100 << i for i, name in enumerate(NAMES)}


def wav(frames: int, seed: int) -> bytes:
    """A mono recording of a 10-bit ADC."""
    source = random.Random(seed)
    codes = (round(source.gauss(0, 6)) for _ in range(frames))
    data = struct.pack(f"<{frames}h", *(int(((c + 512) * 65535 - 32768 * 1023) / 1023)
                                        for c in codes))
    return struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(data), b"WAVE", b"fmt ", 16, 1, 1,
                       19531, 39062, 2, 16, b"data", len(data)) + data


class Recordings(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.dir = Path(directory.name)
        self.data = self.dir / "data"
        self.data.mkdir()
        for name, frames in FRAMES.items():
            (self.data / name).write_bytes(wav(frames, frames))
        # No recordings.
        (self.data / "folder.wav").mkdir()
        (self.data / "notes.txt").write_text("wav")
        (self.data / "wav").write_text("wav")
        (self.data / "b.wav.bak").write_text("wav")
        (self.data / "nowhere.wav").symlink_to("missing")

    def run_nrc(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run([NRC, *map(str, arguments)], capture_output=True, text=True,
                              timeout=120, check=False)

    def benched(self, *options: object) -> list[str]:
        """The names of the files that nrc bench measures."""
        done = self.run_nrc("bench", self.data, "--profile", "huffman", "--json", *options)
        self.assertEqual(done.returncode, 0, done.stderr)
        (report,) = json.loads(done.stdout)
        return [result["file"] for result in report["results"]]

    def trained(self, *options: object) -> list[list[str]]:
        """The names of the files that nrc train trains on, and of the others."""
        done = self.run_nrc("train", self.data, "-o", self.dir / "t.json", "--force", *options)
        self.assertEqual(done.returncode, 0, done.stderr)
        names = []
        for row in ("trained on", "others"):
            match = re.search(rf"^{row} +(\d+) +(\d+) ", done.stdout, re.M)
            samples = int(match[2]) if match else 0
            # Lengths are powers of two, times 100.
            names.append([n for i, n in enumerate(NAMES) if samples // 100 >> i & 1])
            self.assertEqual(int(match[1]) if match else 0, len(names[-1]))
        return names

    def python_split(self, test_every: int) -> list[list[str]]:
        """The same from the training of the networks, without what that imports."""
        path = ROOT / "study/networks/stages.py"
        tree = ast.parse(path.read_text(encoding="utf-8"))
        tree.body = [n for n in tree.body
                     if isinstance(n, ast.FunctionDef) and n.name == "recordings"]
        scope: dict[str, Any] = {"pathlib": pathlib, "os": os}
        exec(compile(tree, str(path), "exec"), scope)  # pylint: disable=exec-used
        return [[p.name for p in part] for part in scope["recordings"](self.data, test_every)]

    def test_one_list(self) -> None:
        self.assertEqual(self.benched(), list(NAMES))
        self.assertEqual(self.trained(), [list(NAMES), []])
        done = subprocess.run(["bash", ROOT / "study/compare.sh", self.data, NRC],
                              capture_output=True, text=True, timeout=120, check=False)
        total = sum((self.data / name).stat().st_size for name in NAMES)
        self.assertEqual(done.stdout.splitlines()[:1], [f"{len(NAMES)} files, {total} bytes"],
                         done.stderr)

    def test_one_split(self) -> None:
        for test_every in (2, 3, 5):
            with self.subTest(test_every):
                split = self.trained("--test-every", test_every)
                self.assertEqual(split[1], list(NAMES[test_every - 1::test_every]))
                self.assertEqual(self.benched("--test-every", test_every), split[1])
                self.assertEqual(self.python_split(test_every), split)

    def test_splits_that_leave_nothing(self) -> None:
        done = self.run_nrc("train", self.data, "-o", self.dir / "t.json", "--test-every", 1)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"\Anrc: --test-every 1 leaves none of the 5 [^\n]*\n\Z")
        self.assertFalse((self.dir / "t.json").exists())
        done = self.run_nrc("bench", self.data, "--test-every", 6)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"\Anrc: [^\n]* only 5 WAV files[^\n]*\n\Z")

    def test_train_keeps_an_existing_output(self) -> None:
        output = self.dir / "t.json"
        output.write_text("mine")
        done = self.run_nrc("train", self.data, "-o", output)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"\Anrc: [^\n]*t\.json exists already; use --force[^\n]*\n\Z")
        self.assertEqual(output.read_text(), "mine")
        self.assertEqual(self.run_nrc("train", self.data, "-o", output, "-f").returncode, 0)
        self.assertEqual(json.loads(output.read_text())["format"], "nrc-tables")


if __name__ == "__main__":
    unittest.main()
