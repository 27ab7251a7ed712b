#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""scripts/report.py gathers what was built; scripts/synth.py refuses what it cannot build."""
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any

SCRIPTS = Path(__file__).resolve().parent.parent.parent / "scripts"


def run(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, SCRIPTS / script, *map(str, arguments)], text=True,
                          capture_output=True, timeout=60, check=False)


class Report(unittest.TestCase):
    def setUp(self) -> None:
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)
        self.build = Path(self.directory.name)

    def write(self, name: str, report: dict[str, Any] | str) -> None:
        path = self.build / name / "report.json"
        path.parent.mkdir(parents=True)
        path.write_text(report if isinstance(report, str) else json.dumps(report), encoding="utf-8")

    def test_tables(self) -> None:
        self.write("synth/b", {"target": "b", "kind": "fpga", "profile": "huffman", "channels": 8,
                               "timing_met": False, "columns": {"Fmax_MHz": 30.25, "DSP": "1 of 8"}})
        self.write("synth/c", {"target": "c", "kind": "fpga", "profile": "range", "channels": 16,
                               "timing_met": True, "columns": {"Fmax_MHz": 25.0, "LUT4": 7}})
        self.write("asic/x/y", {"target": "x", "kind": "asic", "profile": "huffman", "channels": 4,
                                "columns": {"area_um2": 1234.5}})
        done = run("report.py", self.build)
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = done.stdout.splitlines()
        self.assertIn("| target | profile | channels | timing | Fmax_MHz | DSP | LUT4 |", lines)
        self.assertIn("| b | huffman | 8 | MISSED | 30.25 | 1 of 8 |  |", lines)
        self.assertIn("| c | range | 16 | met | 25 |  | 7 |", lines)
        self.assertIn("| x | huffman | 4 |  | 1234.5 |", lines)
        self.assertEqual((self.build / "report.md").read_text(encoding="utf-8"), done.stdout)

    def test_errors(self) -> None:
        for text, words in (("{", "build it again"), ("[]", "no target"),
                            ('{"target": "b", "kind": "fpga", "profile": "range"}', "no channels")):
            with self.subTest(text), tempfile.TemporaryDirectory() as build:
                self.build = Path(build)
                self.write("synth/b", text)
                done = run("report.py", build)
                self.assertEqual((done.returncode, done.stdout), (1, ""))
                self.assertIn(words, done.stderr)
                self.assertEqual(done.stderr.count("\n"), 1)

    def test_nothing(self) -> None:
        done = run("report.py", self.build)
        self.assertEqual(done.returncode, 1)
        self.assertIn("run make synth", done.stderr)


class Synth(unittest.TestCase):
    def test_refusals(self) -> None:
        for words, arguments in (
                ("no board mine", ["mine"]),
                ("no profile best", ["ulx3s", "--profile", "best"]),
                ("9 channels; give 10", ["ulx3s", "--channels", "9"]),
                ("seeds are numbers", ["ulx3s", "--seeds", "1 x"]),
                ("no table set mine", ["ulx3s", "--tables", "mine"])):
            with self.subTest(words), tempfile.TemporaryDirectory() as out:
                done = run("synth.py", *arguments, "--out", out)
                self.assertEqual(done.returncode, 1)
                self.assertIn(words, done.stderr)
                self.assertEqual(done.stderr.count("\n"), 1)
                self.assertEqual(list(Path(out).iterdir()), [])


if __name__ == "__main__":
    unittest.main()
