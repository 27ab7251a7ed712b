#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The small programs of the compression challenge and their score."""
import json
import os
import random
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

BUILD = Path(os.environ.get("NRC_BINARY_DIR", "build"))
ROOT = Path(os.environ.get("NRC_SOURCE_DIR", Path(__file__).resolve().parents[2]))
NRC = os.environ.get("NRC", str(BUILD / "nrc"))
ENCODE = BUILD / "challenge/encode"
DECODE = BUILD / "challenge/decode"
SCORE = ROOT / "tools/challenge/score.py"
MAX_PROGRAM_BYTES = 32768


def grid(code: int) -> int:
    """Sample of a 10-bit code, as docs/bitstream.md has it for mapping shift6."""
    return int(((code + 512) * 65535 - 32768 * 1023) / 1023)


def noise(frames: int, seed: int, channels: int = 1, width: float = 6.0) -> list[int]:
    """Samples of a 10-bit ADC."""
    source = random.Random(seed)
    return [grid(max(-512, min(511, round(source.gauss(0, width))))) for _ in range(frames * channels)]


def wav(samples: list[int], channels: int = 1, rate: int = 19531) -> bytes:
    """A WAV file with the header that the codec restores by itself."""
    data = struct.pack(f"<{len(samples)}h", *samples)
    return struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(data), b"WAVE", b"fmt ", 16, 1, channels, rate,
                       rate * channels * 2, channels * 2, 16, b"data", len(data)) + data


def images() -> dict[str, bytes]:
    """Files of every kind that the programs tell apart."""
    plain = wav(noise(20000, 1))
    return {
        "plain": plain,
        "channels": wav(noise(3000, 2, 3), 3),
        "jumps": wav(noise(5000, 3, width=2) + [-32768, 32767] * 20 + noise(5000, 4, width=90)),
        "packets": wav(noise(140000, 5)),
        "raw_between": wav([*noise(131072, 6), *([7] * 131072), *noise(1000, 7)]),
        "one_sample": wav([grid(3)]),
        "no_samples": wav([]),
        "chunk_after": plain + b"LIST\x04\0\0\0abcd",
        "cut": plain[:-1],
        "text": b"no WAV file at all",
        "empty": b"",
        "large": bytes(range(256)) * 20000,
    }


class Programs(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.dir = Path(directory.name)

    def run_program(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*map(str, arguments)], capture_output=True, text=True, timeout=120, check=False)

    def test_every_byte_comes_back(self) -> None:
        source, packed, back = (self.dir / name for name in ("in", "packed", "back"))
        for name, image in images().items():
            with self.subTest(name):
                source.write_bytes(image)
                for command in ((ENCODE, source, packed), (DECODE, packed, back),
                                (NRC, "decode", "-f", packed, self.dir / "other")):
                    done = self.run_program(*command)
                    self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)
                self.assertEqual(back.read_bytes(), image)
                # The stream is one of the codec's, and not larger than its own.
                self.assertEqual((self.dir / "other").read_bytes(), image)
        source.write_bytes(images()["plain"])
        self.run_program(ENCODE, source, packed)
        self.run_program(NRC, "encode", "-f", "--profile", "range", source, self.dir / "own")
        self.assertLessEqual(packed.stat().st_size, (self.dir / "own").stat().st_size + 64)

    def test_small_and_alone(self) -> None:
        for program in (ENCODE, DECODE):
            self.assertLess(program.stat().st_size, MAX_PROGRAM_BYTES)
            needed = self.run_program("readelf", "-d", program).stdout
            for line in needed.splitlines():
                if "(NEEDED)" in line:
                    self.assertRegex(line, r"\[(libstdc\+\+|libgcc_s|libc|libm)\.so")

    def test_errors(self) -> None:
        packed, out = self.dir / "packed", self.dir / "out"
        source = self.dir / "in"
        source.write_bytes(wav(noise(500, 8)))
        self.run_program(ENCODE, source, packed)
        whole = packed.read_bytes()
        for size in range(0, len(whole), 7):
            packed.write_bytes(whole[:size])
            done = self.run_program(DECODE, packed, out)
            self.assertEqual(done.returncode, 1)
            self.assertEqual(done.stderr.count("\n"), 1)
        for at in range(0, len(whole), 5):
            packed.write_bytes(whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1:])
            self.assertEqual(self.run_program(DECODE, packed, out).returncode, 1)
        self.assertEqual(self.run_program(ENCODE, self.dir / "none", out).returncode, 1)
        self.assertEqual(self.run_program(ENCODE, source).returncode, 2)
        self.assertEqual(self.run_program(ENCODE, source, self.dir / "none/out").returncode, 1)


class Score(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.dir = Path(directory.name)
        self.data = self.dir / "data"
        self.data.mkdir()

    def score(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, str(SCORE), *map(str, arguments)], capture_output=True, text=True,
                              timeout=120, check=False)

    def programs(self) -> list[object]:
        return ["--encode", ENCODE, "--decode", DECODE, "--jobs", 2]

    def test_counts_files_and_programs(self) -> None:
        total = 0
        for i, name in enumerate(("a.wav", "b.WAV", "c d.wav")):
            image = wav(noise(4000 << i, i))
            (self.data / name).write_bytes(image)
            total += len(image)
        (self.data / "notes.txt").write_text("no recording")
        done = self.score(self.data, *self.programs(), "--json", self.dir / "score.json")
        self.assertEqual(done.returncode, 0, done.stderr)
        figures = json.loads((self.dir / "score.json").read_text(encoding="utf-8"))
        compressed = 0
        for file in sorted(self.data.glob("*.[wW]*")):
            subprocess.run([ENCODE, file, self.dir / "packed"], check=True)
            compressed += (self.dir / "packed").stat().st_size
        programs = ENCODE.stat().st_size + DECODE.stat().st_size
        self.assertEqual((figures["files"], figures["original_bytes"], figures["compressed_bytes"]),
                         (3, total, compressed))
        self.assertAlmostEqual(figures["score"], total / (compressed + programs))
        self.assertIn(f"{figures['score']:.4f}", done.stdout)

    def refused(self, words: str, *arguments: object) -> None:
        done = self.score(*arguments)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn(words, done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1)

    def test_refusals(self) -> None:
        self.refused("has no WAV file", self.data, *self.programs())
        self.refused("does not exist", self.dir / "none", *self.programs())
        (self.data / "a.wav").write_bytes(wav(noise(100, 1)))
        self.refused("is not a directory", self.data / "a.wav", *self.programs())
        self.refused("is missing", self.data, "--encode", self.dir / "none", "--decode", DECODE)
        lossy = self.dir / "lossy"
        lossy.write_text('#!/bin/sh\nprintf lost >"$2"\n')
        lossy.chmod(0o755)
        self.refused("does not come back", self.data, "--encode", ENCODE, "--decode", lossy)
        self.refused("fails on", self.data, "--encode", DECODE, "--decode", DECODE)


if __name__ == "__main__":
    unittest.main()
