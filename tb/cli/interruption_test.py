#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A command that is killed, or finds the disk full, at any moment leaves the output that was there
before or the new one, whole, and never a part of it."""

import os
import random
import resource
import signal
import subprocess
import time
import unittest
from pathlib import Path

from cli_test import DECODE, ENCODE, NRC, CommandLineTest

FRAMES = 400_000
KILLS = 12
OLD = b"what was there before"


class Interruption(CommandLineTest):
    def setUp(self) -> None:
        super().setUp()
        self.random = random.Random(1)
        self.big = self.dir / "big.wav"
        self.succeed(NRC, "synth", self.big, "--frames", FRAMES, "--seed", 3)
        self.big_stream = self.dir / "big.nrc"
        self.succeed(NRC, "encode", self.big, self.big_stream)
        recordings = self.dir / "recordings"
        recordings.mkdir()
        self.succeed(NRC, "synth", recordings / "a.wav", "--frames", 60_000)
        out = self.dir / "out"
        self.commands: dict[str, list[object]] = {
            "encode": [NRC, "encode", self.big, out, "--force"],
            "decode": [NRC, "decode", self.big_stream, out, "--force"],
            "recover": [NRC, "decode", "--recover", self.big_stream, out, "--force"],
            "train": [NRC, "train", recordings, "-o", out, "--force"],
            "synth": [NRC, "synth", out, "--frames", FRAMES, "--format", "wav", "--force"],
            "challenge encode": [ENCODE, self.big, out],
            "challenge decode": [DECODE, self.big_stream, out],
        }
        self.out = out

    def run_for(self, name: str, seconds: float | None, limit: int | None) -> int:
        """Runs a command; kills it after `seconds`, or limits the size of its files."""

        def prepare() -> None:
            if limit is not None:
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

        self.out.write_bytes(OLD)
        # Where coverage is measured, its files have the same limit, and must not be cut short.
        environment = os.environ | {"GCOV_PREFIX": str(self.dir / "gcov"), "GCOV_ERROR_FILE": os.devnull}
        with subprocess.Popen([str(word) for word in self.commands[name]],
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, preexec_fn=prepare, env=environment) as process:
            try:
                _, self.message = process.communicate(timeout=seconds)
            except subprocess.TimeoutExpired:
                process.kill()
                _, self.message = process.communicate()
        return process.returncode

    def whole(self, name: str) -> tuple[bytes, float]:
        """The new output, and the time it takes."""
        start = time.monotonic()
        self.assertEqual(self.run_for(name, None, None), 0, self.message)
        return self.out.read_bytes(), time.monotonic() - start

    def leftovers(self) -> list[Path]:
        return [p for p in self.dir.iterdir() if p.name.startswith(("out.", ".out"))]

    def test_killed(self) -> None:
        for name in self.commands:
            with self.subTest(name):
                new, seconds = self.whole(name)
                killed = 0
                for _ in range(KILLS):
                    status = self.run_for(name, self.random.uniform(0, seconds), None)
                    killed += status == -signal.SIGKILL
                    self.assertIn(status, (0, -signal.SIGKILL), self.message)
                    self.assertIn(self.out.read_bytes(), (OLD, new))
                    if status == 0:
                        self.assertEqual(self.out.read_bytes(), new)
                self.assertGreater(killed, 0)
                # What a killed command left does not keep the next one from working.
                self.assertEqual(self.whole(name)[0], new)

    def test_disk_full(self) -> None:
        for name in self.commands:
            with self.subTest(name):
                new, _ = self.whole(name)
                before = self.leftovers()
                for limit in {0, 1, 4096, len(new) // 2, len(new) - 1}:
                    self.assertEqual(self.run_for(name, None, limit), 1, self.message)
                    self.assertEqual(self.out.read_bytes(), OLD)
                    self.assertEqual(self.message.count(b"\n"), 1, self.message)
                    self.assertIn(b"File too large", self.message)
                    self.assertEqual(self.leftovers(), before)
                self.assertEqual(self.run_for(name, None, len(new)), 0, self.message)
                self.assertEqual(self.out.read_bytes(), new)


if __name__ == "__main__":
    unittest.main()
