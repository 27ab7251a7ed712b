#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""study/short_packets.py: its figures, and its messages."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "study/short_packets.py"
NRC = os.environ.get("NRC", "build/nrc")


class ShortPacketsTest(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.dir = Path(directory.name)

    def measure(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, SCRIPT, "--nrc", NRC, *map(str, arguments)], capture_output=True,
                              text=True, check=False, timeout=120)

    def test_fewer_channels_cost_more(self) -> None:
        for channels in (8, 40):
            path = self.dir / f"made_{channels}_{channels}ch_1000Hz.i16"
            subprocess.run([NRC, "synth", path, "--channels", str(channels), "--frames", "1500"], check=True)
        done = self.measure(self.dir, "--json", self.dir / "figures.json")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        rows = json.loads((self.dir / "figures.json").read_text())
        few, many = rows["made_8"], rows["made_40"]
        self.assertEqual((few["channels"], many["channels"]), (8, 40))
        for profile in ("huffman", "range"):
            self.assertGreater(few[profile], 8)
            self.assertLess(many[profile], 5)
        # A second is 50 packets, each with a header of 16 bytes and a CRC, and a stream header.
        self.assertAlmostEqual(few["around"], 100 * (50 * 20 + 24) / (few["bytes"] * 50), delta=1)
        self.assertEqual(many["frames"], 20)
        self.assertGreater(few["frames"], 20)

    def test_messages(self) -> None:
        (self.dir / "a.i16").write_bytes(bytes(8))
        for directory, part in ((self.dir, "no channels and rate in the name"), (self.dir / "none", "no files *.i16")):
            done = self.measure(directory)
            self.assertEqual(done.returncode, 1)
            self.assertEqual(len(done.stderr.splitlines()), 1)
            self.assertIn(part, done.stderr)


if __name__ == "__main__":
    unittest.main()
