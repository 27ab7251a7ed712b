#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""study/rigs.py: its table, and its messages."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "study/rigs.py"
NRC = os.environ.get("NRC", "build/nrc")


class RigsTest(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.dir = Path(directory.name)

    def rigs(self, *arguments: object, path: str | None = None) -> subprocess.CompletedProcess[str]:
        environment = os.environ if path is None else {**os.environ, "PATH": path}
        return subprocess.run([sys.executable, SCRIPT, "--nrc", NRC, *map(str, arguments)], capture_output=True,
                              text=True, check=False, env=environment, timeout=120)

    def test_a_row_for_each_recording(self) -> None:
        if not shutil.which("flac") or not shutil.which("wavpack"):
            self.skipTest("flac or wavpack is not installed")
        for name in ("a_3ch_20000Hz.i16", "b.wav"):
            channels = ["--channels", "3"] if name.startswith("a") else ["--channels", "1"]
            subprocess.run([NRC, "synth", self.dir / name, *channels, "--frames", "2000"], check=True)
        done = self.rigs(self.dir, "--json", self.dir / "rigs.json")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        rows = json.loads((self.dir / "rigs.json").read_text())
        self.assertEqual(list(rows), ["a_3ch_20000Hz", "b"])
        for name, row in rows.items():
            self.assertIn(f"| {name} |", done.stdout)
            self.assertLess(row["best"], row[row["peer"]])

    def test_messages(self) -> None:
        for path, part in ((None, "no .wav or .i16 file"), ("", "is not installed")):
            if path is None and not (shutil.which("flac") and shutil.which("wavpack")):
                continue
            done = self.rigs(self.dir, path=path)
            self.assertEqual(done.returncode, 1)
            self.assertEqual(len(done.stderr.splitlines()), 1)
            self.assertIn(part, done.stderr)


if __name__ == "__main__":
    unittest.main()
