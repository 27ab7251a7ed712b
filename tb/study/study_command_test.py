#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""nrc study as a user meets it: reports, choices and errors."""

import csv
import os
import random
import re
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any

NRC = os.environ.get("NRC", "build/nrc")
FIXED_BYTES = 24 << 20  # of the programs, whatever the recording


def grid(code: int) -> int:
    """Sample of a 10-bit code, as docs/bitstream.md has it for mapping shift6."""
    return int(((code + 512) * 65535 - 32768 * 1023) / 1023)


def noise(count: int, seed: int, channels: int = 1) -> bytes:
    """Channels that share a part of their noise."""
    source = random.Random(seed)
    values = []
    for _ in range(count):
        shared = source.gauss(0, 6)
        values += [grid(max(-512, min(511, round(shared + source.gauss(5, 4)))))
                   for _ in range(channels)]
    return struct.pack(f"<{len(values)}h", *values)


def wav(data: bytes, channels: int = 1, rate: int = 19531) -> bytes:
    return (struct.pack("<4sI4s4sIHHIIHH", b"RIFF", 36 + len(data), b"WAVE", b"fmt ", 16, 1,
                        channels, rate, rate * channels * 2, channels * 2, 16)
            + struct.pack("<4sI", b"data", len(data)) + data)


class Study(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.dir = Path(directory.name)
        self.data = self.dir / "data"
        self.data.mkdir()
        self.out = self.dir / "out"
        for i in range(4):
            (self.data / f"r{i}.wav").write_bytes(wav(noise(6000, i)))

    def study(self, *options: object, data: Path | None = None) -> subprocess.CompletedProcess[bytes]:
        command = [str(part) for part in
                   (NRC, "study", data or self.data, "-o", self.out, *options)]
        return subprocess.run(command, capture_output=True, timeout=300, check=False)

    def succeed(self, *options: object, **more: Any) -> None:
        done = self.study(*options, **more)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, b"", b""))

    def fail_with(self, *options: object, status: int = 1, **more: Any) -> str:
        """Must fail with one line, and leave everything as it was."""
        before = sorted(str(p) for p in self.dir.rglob("*"))
        done = self.study(*options, **more)
        message = "".join(line for line in done.stderr.decode().splitlines(True)
                          if ".gcda:" not in line)
        self.assertEqual(done.returncode, status, message)
        self.assertRegex(message, r"\Anrc study: [^\n]+\n\Z")
        self.assertEqual(sorted(str(p) for p in self.dir.rglob("*")), before)
        return message

    def rows(self, name: str = "study.csv") -> list[dict[str, str]]:
        with open(self.out / name, newline="") as file:
            return list(csv.DictReader(file))

    def contents(self) -> dict[str, bytes]:
        return {p.name: p.read_bytes() for p in self.out.iterdir()}

    def test_whole_report(self) -> None:
        (self.data / "probe_3ch_25000Hz.i16").write_bytes(noise(3000, 9, channels=3))
        pairs = self.dir / "pairs.txt"
        pairs.write_text("r0.wav r1.wav\n")
        self.succeed("--no-speed", "--pairs", pairs)
        rows = self.rows()
        self.assertGreaterEqual(len(rows), 20)
        for row in rows:
            self.assertEqual(row["lossless"], "no" if row["method"] == "mp3" else "yes")
            self.assertGreater(float(row["ratio"]), 0.8)
            self.assertAlmostEqual(
                int(row["original_bytes"]) / int(row["compressed_bytes"]), float(row["ratio"]), 3)
        self.assertEqual(sum((self.data / f"r{i}.wav").stat().st_size for i in range(4)) + 18000,
                         int(rows[0]["original_bytes"]))
        html = (self.out / "index.html").read_text()
        pictures = re.findall(r'<img src="([^"]+)"', html)
        self.assertIn("sharing-1.svg", pictures)
        self.assertEqual(sorted(pictures), sorted(p.name for p in self.out.glob("*.svg")))
        for picture in pictures:
            self.assertIn("</svg>", (self.out / picture).read_text(errors="replace"))
        text = (self.out / "study.md").read_text()
        for heading in ("Methods", "Beside the published figures", "The grid of values",
                        "Why a ratio of 200 is impossible without loss", "What loss costs",
                        "What channels share"):
            self.assertIn(f"## {heading}", text)
        self.assertIn("65535/1023 of a 10-bit ADC", text)
        self.assertEqual({row["recording"]: row["channels"] for row in self.rows("recordings.csv")},
                         {"probe_3ch_25000Hz.i16": "3", **{f"r{i}.wav": "1" for i in range(4)}})
        first = self.contents()
        self.succeed("--no-speed", "--pairs", pairs, "--force", "--threads", 1)
        self.assertEqual(self.contents(), first)

    def test_choices(self) -> None:
        self.succeed("--methods", "zip,rice", "--only", "methods", "--every", 3, "--no-pictures")
        self.assertEqual([row["method"] for row in self.rows()], ["rice", "zip"])
        self.assertGreater(float(self.rows()[0]["encode_msamples_per_second"]), 0)
        self.assertEqual(sorted(p.name for p in self.out.iterdir()),
                         ["index.html", "study.csv", "study.md"])
        self.assertIn("2 of 4 recordings", (self.out / "study.md").read_text())
        self.assertNotIn("The grid", (self.out / "study.md").read_text())
        self.succeed("--only", "statistics", "--force", "--no-pictures")
        self.assertEqual(sorted(p.name for p in self.out.iterdir()),
                         ["index.html", "recordings.csv", "study.md"])
        self.assertNotIn("svg", (self.out / "index.html").read_text())

    def test_one_raw_file(self) -> None:
        raw = self.dir / "x.bin"
        raw.write_bytes(noise(2000, 3, channels=4))
        self.succeed("--channels", 4, "--rate", 20000, "--only", "statistics", "--no-pictures",
                     data=raw)
        self.assertEqual(self.rows("recordings.csv")[0]["frames"], "2000")
        self.out.rename(self.dir / "other")
        self.assertIn("--channels", self.fail_with(data=raw))
        self.assertIn("less than a frame", self.fail_with("--channels", 65536, data=raw))

    def test_raw_file_cut_inside_a_frame(self) -> None:
        raw = self.dir / "x.bin"
        raw.write_bytes(noise(2000, 3, channels=4)[:-3])
        done = self.study("--channels", 4, "--only", "statistics", "--no-pictures", data=raw)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(b"the last 5 bytes are not a whole frame", done.stderr)
        self.assertEqual(self.rows("recordings.csv")[0]["frames"], "1999")

    def test_memory(self) -> None:
        # The memory of a child is that of the largest so far, so each part has a child of its own.
        raw = self.dir / "x_2ch_20000Hz.i16"
        subprocess.run([NRC, "synth", raw, "--seconds", "50", "--channels", "2"], check=True)
        program = ("import resource, subprocess, sys\n"
                   "status = subprocess.run(sys.argv[1:]).returncode\n"
                   "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)\n"
                   "sys.exit(status)")
        size = raw.stat().st_size
        for part, *more in (["statistics"], ["bounds"], ["sharing"], ["lossy"],
                            ["methods", "--methods", "bigram,rice,zip,bzip2,xz,zstd,flac,nrc-range"]):
            with self.subTest(part):
                command = [NRC, "study", raw, "-o", self.out, "--only", part, *more, "--no-pictures", "--no-speed",
                           "-f"]
                done = subprocess.run([sys.executable, "-c", program, *map(str, command)], capture_output=True,
                                      text=True, timeout=300, check=False)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertLess(1024 * int(done.stdout), 3 * size + FIXED_BYTES)

    def test_bad_input(self) -> None:
        self.assertIn("nowhere", self.fail_with(data=self.dir / "nowhere"))
        (self.dir / "empty").mkdir()
        self.assertIn("no recording", self.fail_with(data=self.dir / "empty"))
        self.assertIn("there are huffman", self.fail_with("--methods", "zip,best"))
        self.fail_with("--only", "all", status=2)
        self.fail_with("--all", "--every", 2, status=2)
        (self.data / "r9.wav").write_bytes(b"RIFF")
        self.assertIn("r9.wav", self.fail_with("--no-pictures"))
        (self.data / "r9.wav").unlink()
        (self.data / "r9.edf").write_bytes(b"0" + b" " * 400)
        self.assertIn("r9.edf", self.fail_with("--no-pictures"))
        (self.data / "r9.edf").unlink()
        pairs = self.dir / "pairs.txt"
        pairs.write_text("r0.wav\n")
        self.assertIn("line 1", self.fail_with("--only", "sharing", "--pairs", pairs))
        pairs.write_text("r0.wav gone.wav\n")
        self.assertIn("gone.wav", self.fail_with("--only", "sharing", "--pairs", pairs))

    def test_output(self) -> None:
        options = ("--methods", "zip", "--only", "methods", "--no-pictures")
        self.out.mkdir()
        (self.out / "thesis.tex").write_text("mine")
        self.assertIn("something else", self.fail_with(*options, "--force"))
        (self.out / "thesis.tex").unlink()
        self.succeed(*options)
        before = self.contents()
        self.assertIn("--force", self.fail_with(*options))
        self.assertEqual(self.contents(), before)
        self.out = self.dir / "a" / "b"
        self.assertIn("cannot create", self.fail_with(*options))
        self.out = self.data / "r0.wav"
        self.assertIn("not a directory", self.fail_with(*options, "--force"))

    def test_without_gnuplot(self) -> None:
        environment = dict(os.environ, PATH=str(self.dir))
        command = [os.path.abspath(NRC), "study", str(self.data), "-o", str(self.out)]
        done = subprocess.run(command, capture_output=True, env=environment, timeout=60,
                              check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"gnuplot", done.stderr)
        self.assertFalse(self.out.exists())


if __name__ == "__main__":
    unittest.main()
