#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The documents show the figures of docs/figures.json; scripts/figures.py fills, checks and takes them."""
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
SCRIPT = ROOT / "scripts/figures.py"

FIGURES: dict[str, Any] = {
    "sets": {
        "a": {"command": "make a", "date": "2026-01-01", "on": "a bench", "file": "build/a/report.json",
              "values": {"area (um2)": 1500000, "ratio": 2.0}},
        "rows": {"command": "make b", "date": "2026-01-01", "on": "a bench",
                 "values": {"x": {"speed": 1.25, "state": "none"}}},
    },
    "blocks": {
        "text": {"lines": ["{a[area (um2)]:1e-6*.2f} mm2, ratio {a[ratio]:.1f}"]},
        "matrix": {"columns": {"A": "a"}, "rows": [["**ratio**", "ratio", ".1f"]]},
        "list": {"set": "rows", "head": ["row", "speed", "state"], "columns": [["speed", ".2f"], ["state", ""]]},
    },
}


def run(root: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, str(SCRIPT), "--root", str(root), *arguments], text=True,
                          capture_output=True, timeout=60, check=False)


class Documents(unittest.TestCase):
    def test_in_sync(self) -> None:
        done = run(ROOT, "--check")
        self.assertEqual(done.returncode, 0, done.stderr)


class Figures(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = Path(directory.name)
        (self.root / "docs").mkdir()
        self.write(FIGURES)
        self.document = self.root / "README.md"
        self.document.write_text("".join(f"<!-- figures: {name} -->\n<!-- /figures -->\n\n"
                                         for name in FIGURES["blocks"]), encoding="utf-8")

    def write(self, figures: dict[str, Any]) -> None:
        (self.root / "docs/figures.json").write_text(json.dumps(figures), encoding="utf-8")

    def refused(self, words: str, *arguments: str) -> None:
        done = run(self.root, *arguments)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn(words, done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1)

    def test_fill(self) -> None:
        self.refused("README.md: out of date", "--check")
        self.assertEqual(run(self.root).returncode, 0)
        self.assertEqual(run(self.root, "--check").returncode, 0)
        text = self.document.read_text(encoding="utf-8")
        for line in ("1.50 mm2, ratio 2.0", "|  | A |", "|---|---:|", "| **ratio** | **2.0** |",
                     "| row | speed | state |", "|---|---:|---|", "| x | 1.25 | none |"):
            self.assertIn(line, text.splitlines())

    def test_quote(self) -> None:
        (self.root / "docs/a.sv").write_text("// SPDX-License-Identifier: Apache-2.0\n//\n// Use:\na b();\n",
                                             encoding="utf-8")
        with open(self.document, "a", encoding="utf-8") as document:
            document.write("<!-- quote: docs/a.sv -->\nold\n<!-- /quote -->\n")
        self.refused("out of date", "--check")
        self.assertEqual(run(self.root).returncode, 0)
        self.assertIn("<!-- quote: docs/a.sv -->\n```systemverilog\n// Use:\na b();\n```\n<!-- /quote -->\n",
                      self.document.read_text(encoding="utf-8"))
        (self.root / "docs/a.sv").unlink()
        self.refused("cannot quote docs/a.sv")

    def test_take(self) -> None:
        report = self.root / "build/a/report.json"
        report.parent.mkdir(parents=True)
        report.write_text(json.dumps({"ratio": 3.0, "columns": {"area (um2)": 2000000, "cells": 5}}), encoding="utf-8")
        done = run(self.root, "--take")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("took a", done.stdout)
        self.assertIn("2.00 mm2, ratio 3.0", self.document.read_text(encoding="utf-8"))
        taken = json.loads((self.root / "docs/figures.json").read_text(encoding="utf-8"))["sets"]["a"]
        self.assertEqual(taken["values"], {"area (um2)": 2000000, "ratio": 3.0})
        self.assertNotEqual(taken["date"], "2026-01-01")
        report.write_text('{"ratio": 3.0}', encoding="utf-8")
        self.refused("no area (um2)", "--take")

    def test_refusals(self) -> None:
        text = self.document.read_text(encoding="utf-8")
        for words, document in (("README.md: no block other", text + "<!-- figures: other -->\n<!-- /figures -->\n"),
                                ("not closed", text + "<!-- figures: text -->\n"),
                                ("no document shows block text", text.replace("figures: text", "figures: matrix"))):
            with self.subTest(words):
                self.document.write_text(document, encoding="utf-8")
                self.refused(words)
        self.document.write_text(text, encoding="utf-8")
        for words, block in (("which no set has", {"lines": ["{b[ratio]}"]}),
                             ("which no set has", {"columns": {"A": "a"}, "rows": [["x", "missing", ".1f"]]}),
                             ("neither lines", {}), ("block text", {"lines": ["{a[ratio]:q}"]})):
            with self.subTest(words):
                self.write({"sets": FIGURES["sets"], "blocks": {**FIGURES["blocks"], "text": block}})
                self.refused(words)
        self.write({"sets": {"a": {"values": {}}}, "blocks": {}})
        self.refused("set a has no command, date, on")


if __name__ == "__main__":
    unittest.main()
