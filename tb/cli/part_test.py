#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A part of a stream: nrc decode --from and --seconds, with and without the index."""

import os
import random
import unittest

from cli_test import NRC, CommandLineTest, recording, wav
from recover_test import INDEX, kind, split

RATE = 1000
FRAMES = 100_000  # 100 seconds


class Part(CommandLineTest):
    def setUp(self) -> None:
        super().setUp()
        self.samples = recording(2 * FRAMES)
        self.source = self.write("long.wav", wav(self.samples, channels=2, rate=RATE))
        self.long = self.stream("--packet-frames", "500", source=self.source, name="long.nrc")
        self.out = self.dir / "out"

    def part(self, first: int, count: int) -> bytes:
        return wav(self.samples[4 * first:4 * (first + count)], channels=2, rate=RATE)

    def decode(self, *options: object) -> bytes:
        self.succeed(NRC, "decode", "--force", self.long, self.out, *options)
        return self.out.read_bytes()

    def test_places_in_time(self) -> None:
        for text, first in (("0", 0), ("12", 12000), ("1:12", 72000), ("0:01:12.5", 72500),
                            ("12.3456", 12346), ("77123f", 77123), ("99999f", 99999)):
            with self.subTest(text):
                self.assertEqual(self.decode("--from", text, "--seconds", "0.25"),
                                 self.part(first, min(250, FRAMES - first)))
        self.assertEqual(self.decode("--seconds", "1:00"), self.part(0, 60000))
        self.assertEqual(self.decode("--from", "95"), self.part(95000, 5000))
        self.assertEqual(self.decode("--from", "10", "--seconds", "7f"), self.part(10000, 7))
        self.assertEqual(self.decode("--from", "0f"), self.source.read_bytes())

    def test_any_part(self) -> None:
        places = random.Random(1)
        for _ in range(20):
            first = places.randrange(FRAMES)
            count = places.randrange(1, min(3000, FRAMES - first) + 1)
            self.assertEqual(self.decode("--from", f"{first}f", "--seconds", f"{count}f"),
                             self.part(first, count))

    def test_a_longer_part_than_there_is(self) -> None:
        done = self.succeed(NRC, "decode", self.long, self.out, "--from", "99.5", "--seconds", "2")
        self.assertEqual(self.out.read_bytes(), self.part(99500, 500))
        self.assertIn(b"ends at frame 100000 (100.000 s), so that 500 frames were written",
                      done.stderr)

    def test_without_the_index_and_without_the_end(self) -> None:
        packets = split(self.long.read_bytes())
        self.assertEqual(kind(packets[-1]), INDEX)
        whole = self.part(80000, 100)
        for kept in (packets, packets[:-1], packets[:-20]):
            self.long.write_bytes(b"".join(kept)[:-1])
            self.assertEqual(self.decode("--from", "80", "--seconds", "0.1"), whole)
        message = self.fail_with(1, NRC, "decode", "--force", self.long, self.dir / "new", "--from",
                                 "99")
        self.assertIn("frame 99000 (99.000 s) is wanted, but the stream has", message)

    def test_two_files_joined(self) -> None:
        first = self.long.read_bytes()
        other = self.stream(name="other.nrc").read_bytes()
        self.long.write_bytes(first + other)
        self.assertEqual(self.decode("--from", "80", "--seconds", "1"), self.part(80000, 1000))
        # Of the second one the first is in front, and the rest is as before.
        message = self.fail_with(1, NRC, "decode", self.long, self.dir / "new")
        self.assertIn("bytes follow the end", message)
        done = self.run_command(NRC, "decode", "--recover", self.long, self.dir / "new")
        self.assertEqual((self.dir / "new").read_bytes(), self.source.read_bytes())
        self.assertIn(f"another stream begins at byte {len(first)}".encode(), done.stderr)

    def test_raw_samples_and_pipes(self) -> None:
        source = self.write("raw", self.samples + b"x")
        stream = self.stream("--raw", "--channels", "2", source=source, name="raw.nrc")
        self.succeed(NRC, "decode", stream, self.out, "--from", "500f", "--seconds", "10f")
        self.assertEqual(self.out.read_bytes(), self.samples[2000:2040])
        done = self.succeed(NRC, "decode", "-", "-", "--from", "500f", "--seconds", "10f",
                            data=stream.read_bytes())
        self.assertEqual(done.stdout, self.samples[2000:2040])
        message = self.fail_with(1, NRC, "decode", stream, self.dir / "new", "--from", "1:00")
        self.assertIn("does not state its sampling rate", message)

    def test_reads_a_small_part_of_the_file(self) -> None:
        data = os.urandom(2 * 200_000)
        source = self.write("noise", data * 40)
        stream = self.stream("--raw", "--mapping", "code", source=source, name="noise.nrc")
        size = stream.stat().st_size
        self.assertGreater(size, 10 << 20)
        # What a process has read is known of one's own and of those that have ended.
        code = (f"import subprocess; subprocess.run(['{NRC}', 'decode', '--force', '{stream}', "
                f"'{self.out}', '--from', '7000000f', '--seconds', '100f'], check=True); "
                "print(open('/proc/self/io').read().split()[1])")
        read = int(self.succeed("python3", "-c", code).stdout)
        self.assertLess(read, size // 4)
        self.assertEqual(self.out.read_bytes(), (data * 40)[14_000_000:14_000_200])

    def test_mistakes(self) -> None:
        for text in ("", "x", "-1", "1e3", "1:60", "1:2:3:4", ":", "1:", "f", "1.5f", "+1", "1:60:00",
                     "99999999999999999999f", "."):
            for option in ("--from", "--seconds"):
                with self.subTest(text=text, option=option):
                    message = self.fail_with(2, NRC, "decode", self.long, self.dir / "new",
                                             f"{option}={text}")
                    self.assertIn(option, message)
        message = self.fail_with(1, NRC, "decode", self.long, self.dir / "new", "--from", "100")
        self.assertIn("frame 100000 (100.000 s) is wanted, but the stream has 100000 frames", message)
        self.fail_with(2, NRC, "decode", self.long, self.dir / "new", "--from", "1", "--recover")
        message = self.fail_with(1, NRC, "decode", self.source, self.dir / "new", "--from", "1")
        self.assertIn("not an nrc stream", message)
        damaged = bytearray(self.long.read_bytes())
        damaged[len(damaged) // 2] ^= 1
        self.long.write_bytes(damaged)
        self.assertEqual(self.decode("--from", "1", "--seconds", "1"), self.part(1000, 1000))
        message = self.fail_with(1, NRC, "decode", self.long, self.dir / "new", "--from", "1")
        self.assertIn("damaged packet at byte", message)


if __name__ == "__main__":
    unittest.main()
