#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The commands nrc, encode and decode, as a user or a shell script meets them."""

import json
import os
import pty
import random
import re
import resource
import shutil
import signal
import struct
import subprocess
import tempfile
import time
import unittest
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

NRC = os.environ.get("NRC", "build/nrc")
ENCODE = os.environ.get("ENCODE", "build/encode")
DECODE = os.environ.get("DECODE", "build/decode")
GENERATE = os.environ.get("NRC_GENERATE", "build/nrc-generate")


def grid(code: int) -> int:
    """Sample of a 10-bit code, as docs/bitstream.md has it for mapping shift6."""
    return int(((code + 512) * 65535 - 32768 * 1023) / 1023)


def samples(values: Sequence[int]) -> bytes:
    return struct.pack(f"<{len(values)}h", *values)


def wav(data: bytes, channels: int = 1, rate: int = 19531, bits: int = 16) -> bytes:
    block = channels * bits // 8
    return (
        struct.pack("<4sI4s4sIHHIIHH", b"RIFF", 36 + len(data), b"WAVE", b"fmt ", 16, 1,
                    channels, rate, rate * block, block, bits)
        + struct.pack("<4sI", b"data", len(data)) + data
    )


def recording(count: int, seed: int = 1) -> bytes:
    noise = random.Random(seed)
    return samples([grid(max(-512, min(511, round(noise.gauss(10, 8))))) for _ in range(count)])


def neighbours(frames: int, seed: int = 1) -> bytes:
    """Two electrodes in turn, which share most of their noise."""
    noise = random.Random(seed)
    values = []
    for _ in range(frames):
        shared = noise.gauss(10, 8)
        values += [grid(max(-512, min(511, round(shared + noise.gauss(0, 3)))))
                   for _ in range(2)]
    return samples(values)


class CommandLineTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        # A job in the background of a shell script ignores SIGINT, under nohup SIGHUP too, and so would the
        # commands that it starts.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGHUP, signal.SIG_DFL)

    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.dir = Path(directory.name)
        self.wav = self.write("in.wav", wav(recording(20000)))

    def write(self, name: str, data: bytes) -> Path:
        path = self.dir / name
        path.write_bytes(data)
        return path

    def run_command(self, *command: object, data: bytes | None = None,
                    **options: Any) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run([str(part) for part in command], input=data, capture_output=True,
                              timeout=120, check=False, **options)

    def succeed(self, *command: object, **options: Any) -> subprocess.CompletedProcess[bytes]:
        done = self.run_command(*command, **options)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done

    def fail_with(self, status: int, *command: object, program: str = "nrc", **options: Any) -> str:
        """Runs a command that must fail with one line on standard error, leaving no file behind."""
        before = sorted(os.listdir(self.dir))
        done = self.run_command(*command, **options)
        # What the instrumentation of a coverage build has to say is not the command's.
        message = "".join(line for line in done.stderr.decode(errors="replace").splitlines(True)
                          if ".gcda:" not in line)
        self.assertEqual(done.returncode, status, message)
        self.assertTrue(message.startswith(f"{program}: "), message)
        self.assertEqual(message.count("\n"), 1, message)
        self.assertTrue(message.endswith("\n"), message)
        self.assertEqual(sorted(os.listdir(self.dir)), before, message)
        return message

    def stream(self, *options: object, source: Path | None = None, name: str = "stream.nrc") -> Path:
        path = self.dir / name
        self.succeed(NRC, "encode", source or self.wav, path, *options)
        return path


class RoundTrip(CommandLineTest):
    def assert_round_trip(self, source: Path, *options: object) -> Path:
        stream = self.stream("--force", *options, source=source)
        out = self.dir / "out"
        self.succeed(NRC, "decode", stream, out, "--force")
        self.assertEqual(out.read_bytes(), source.read_bytes())
        return stream

    def test_wav(self) -> None:
        stream = self.assert_round_trip(self.wav)
        self.assertLess(stream.stat().st_size, 0.5 * self.wav.stat().st_size)

    def test_success_is_silent(self) -> None:
        done = self.succeed(NRC, "encode", self.wav, self.dir / "s")
        self.assertEqual((done.stdout, done.stderr), (b"", b""))
        done = self.succeed(NRC, "decode", self.dir / "s", self.dir / "o")
        self.assertEqual((done.stdout, done.stderr), (b"", b""))

    def test_odd_wavs(self) -> None:
        for name, data in {
            "stereo": wav(recording(1000), channels=2),
            "8 bit": wav(bytes(range(200)), bits=8),
            "24 bit": wav(bytes(range(240)), bits=24),
            "no samples": wav(b""),
            "cut header": wav(b"")[:30],
            "odd length": wav(recording(100) + b"x"),
            "cut samples": wav(recording(100))[:-5],
            "size of zero": wav(b"") + recording(100),
            "trailer": wav(recording(100)) + b"LIST\4\0\0\0abcd",
            "stale size": wav(b"")[:-4] + struct.pack("<I", 100) + recording(3000),
            "10 bits in 16": wav(recording(500))[:34] + b"\n" + wav(recording(500))[35:],
            "BW64": b"BW64" + wav(recording(500))[4:],
            "not on the grid": wav(samples(list(range(-3000, 3000)))),
        }.items():
            with self.subTest(name):
                self.assert_round_trip(self.write("odd.wav", data))

    def test_stored_whole_says_so(self) -> None:
        source = self.write("wide.wav", wav(bytes(104), bits=64))
        done = self.succeed(NRC, "encode", source, self.dir / "s")
        self.assertIn(b"64 bits", done.stderr)

    def test_options(self) -> None:
        for options in (
            ["--packet-frames", "1"],
            ["--packet-frames", "65535"],
            ["--packet-frames", "100", "--key-interval", "7"],
            ["--mapping", "code"],
            ["--mapping", "shift6"],
            ["--tables", "generic"],
            ["--profile", "huffman"],
            ["--profile", "range"],
            ["--profile", "range", "--tables", "generic"],
            ["--profile", "range", "--mapping", "code"],
            ["--profile", "range", "--neighbour"],
            ["--profile", "range", "--taps"],
            ["--profile", "range", "--taps", "--neighbour"],
            ["--preset", "implant"],
            ["--preset", "fast"],
            ["--preset", "balanced"],
            ["--channel-order", "0"],
            ["--sync"],
        ):
            with self.subTest(options):
                self.assert_round_trip(self.wav, *options)

    def test_table_file(self) -> None:
        source = Path(os.environ.get("NRC_SOURCE_DIR", ".")) / "model/tables/default.json"
        tables = json.loads(source.read_text())
        tables["initial_scale"] += 1
        path = self.write("own.json", json.dumps(tables).encode())
        stream = self.stream("--tables", path)
        self.succeed(NRC, "decode", stream, self.dir / "out", "--tables", path)
        self.assertEqual((self.dir / "out").read_bytes(), self.wav.read_bytes())
        self.fail_with(1, NRC, "decode", stream, self.dir / "other")
        self.fail_with(1, NRC, "decode", stream, self.dir / "other", "--tables", "generic")

    def test_raw_cut_inside_a_frame(self) -> None:
        for channels, size in ((64, 64 * 2 * 500 - 10), (64, 100), (1, 2001), (3, 5)):
            source = self.write("cut.i16", recording(size)[:size])
            self.succeed(NRC, "encode", "-f", "--raw", "--channels", channels, source, self.dir / "s")
            done = self.succeed(NRC, "encode", "-f", "--raw", "--channels", channels, source, self.dir / "s")
            self.assertIn(f"the last {size % (2 * channels)} bytes are not a whole frame".encode(), done.stderr)
            for options in ((), ("--recover",)):
                self.succeed(NRC, "decode", "-f", *options, self.dir / "s", self.dir / "o")
                self.assertEqual((self.dir / "o").read_bytes(), source.read_bytes())

    def test_notes(self) -> None:
        plain = recording(5000)
        values = [v[0] for v in struct.iter_unpack("<h", plain)]
        codes = [v >> 6 for v in values]
        twice = [x for a, b in zip(codes, codes[1:], strict=False) for x in (a, (a + b) // 2)]
        stale = bytearray(wav(plain))
        struct.pack_into("<I", stale, 40, 1000)
        for words, data, options in (
                ("stored", wav(bytes(104), bits=64), ()),
                ("states 1000 bytes", bytes(stale), ()),
                ("mapping code does not use", wav(plain), ("--mapping", "code")),
                ("shift6 was forced", wav(samples(codes)), ("--mapping", "shift6")),
                ("half the rate", wav(samples(twice)), ()),
        ):
            with self.subTest(words):
                source = self.write("a.wav", data)
                done = self.succeed(NRC, "encode", "-f", *options, source, self.dir / "s")
                self.assertIn(words, done.stderr.decode())
                # What another preset saves is a note of its own.
                lines = [line for line in done.stderr.splitlines() if b"--preset" not in line]
                self.assertEqual(len(lines), 1)
                self.succeed(NRC, "decode", "-f", self.dir / "s", self.dir / "o")
                self.assertEqual((self.dir / "o").read_bytes(), data)
                notes = json.loads(self.succeed(NRC, "info", "--json", self.dir / "s").stdout)["notes"]
                text = self.succeed(NRC, "info", self.dir / "s").stdout.decode()
                for note in notes:
                    self.assertIn(note, text)
                # What the stream itself shows; a stale size is past once the samples are coded.
                self.assertEqual(len(notes), 0 if "states" in words else 1)

    def test_a_wav_file_taken_for_raw_samples(self) -> None:
        for options in (("--channels", "1"), ("--raw",), ("--type", "uint8")):
            done = self.succeed(NRC, "encode", "-f", *options, self.wav, self.dir / "s")
            self.assertIn(b"is a WAV file, whose header was taken for samples", done.stderr)
            self.succeed(NRC, "decode", "-f", self.dir / "s", self.dir / "o")
            self.assertEqual((self.dir / "o").read_bytes(), self.wav.read_bytes())

    def test_a_stream_taken_for_raw_samples(self) -> None:
        source = self.stream("-f", source=self.wav)
        done = self.succeed(NRC, "encode", "-f", "--channels", "1", source, self.dir / "twice")
        self.assertIn(b"is an nrc stream already, whose bytes were taken for samples", done.stderr)
        self.succeed(NRC, "decode", "-f", self.dir / "twice", self.dir / "o")
        self.assertEqual((self.dir / "o").read_bytes(), source.read_bytes())

    def test_raw_samples_in_a_file_named_as_a_wav(self) -> None:
        raw = self.write("r.i16", recording(3000))
        self.succeed(NRC, "encode", "-f", "--channels", "1", raw, self.dir / "s")
        self.succeed(NRC, "encode", "-f", self.wav, self.dir / "w")
        for stream, name, said in (("s", "o.WAV", True), ("s", "o.w64", True), ("s", "o.i16", False),
                                   ("w", "o.wav", False)):
            for options in ([], ["--from", "5f"]):
                done = self.succeed(NRC, "decode", "-f", *options, self.dir / stream, self.dir / name)
                self.assertEqual(b"holds raw samples without a WAV header" in done.stderr, said, done.stderr)

    def test_what_another_preset_saves(self) -> None:
        noise = random.Random(4)
        slow, values = 0.0, []
        for _ in range(20000):
            slow = 0.98 * slow + noise.gauss(0, 40)
            values.append(round(slow))
        smooth = [sum(values[i:i + 8]) // 8 for i in range(len(values) - 8)]
        source = self.write("smooth.wav", wav(samples(smooth)))
        sizes = {preset: self.stream("-f", "--preset", preset, source=source).stat().st_size
                 for preset in ("fast", "balanced", "best")}
        self.assertLess(sizes["balanced"], 0.9 * sizes["fast"])
        for options, said in (((), True), (("--preset", "balanced"), False), (("--profile", "huffman"), False)):
            done = self.succeed(NRC, "encode", "-f", *options, source, self.dir / "s")
            self.assertEqual(b"--preset balanced makes it about" in done.stderr, said, done.stderr)
        done = self.succeed(NRC, "encode", "--raw", "-", "-", data=source.read_bytes()[44:])
        self.assertIn(b"--preset balanced makes it about", done.stderr)

    def test_numbers_that_are_none(self) -> None:
        for command in (["encode", "--channels", "1", "--rate"], ["stream", "encode", "--channels", "1", "--rate"],
                        ["self-test", "--rate"], ["synth", "--rate"], ["synth", "--seconds"],
                        ["stream", "encode", "--channels", "1", "--events", "beside", "--event-threshold"]):
            message = self.fail_with(2, NRC, *command, "nan", self.wav, self.dir / "n")
            self.assertIn("nan", message)

    def test_raw_channels(self) -> None:
        for channels in (1, 4, 1024):
            source = self.write("in.i16", recording(channels * 40))
            stream = self.assert_round_trip(source, "--channels", channels, "--rate", "19531.25")
            info = json.loads(self.succeed(NRC, "info", "--json", stream).stdout)
            self.assertEqual(info["channels"], channels)
            self.assertEqual(info["rate_hz"], 19531.25)
            self.assertEqual(info["frames"], 40)

    def test_neighbour(self) -> None:
        electrodes = neighbours(3000)
        off_grid = electrodes[:4000] + samples([1, 2]) + electrodes[4000:-4]
        for name, data, options in (
            ("stereo WAV", wav(electrodes, channels=2), []),
            ("raw", electrodes, ["--channels", "2"]),
            ("key packets", electrodes,
             ["--channels", "2", "--packet-frames", "500", "--key-interval", "3"]),
            ("a packet sent raw", off_grid, ["--channels", "2", "--packet-frames", "100"]),
        ):
            with self.subTest(name):
                source = self.write("source", data)
                options += ["--profile", "range"]
                size = self.stream("--force", *options, source=source).stat().st_size
                stream = self.assert_round_trip(source, "--neighbour", *options)
                self.assertLess(stream.stat().st_size, 0.98 * size)
        packets = self.succeed(NRC, "encode", "--profile", "range", "--neighbour", "--channels", "2",
                               "-", "-", data=electrodes).stdout
        self.assertEqual(self.succeed(NRC, "decode", "-", "-", data=packets).stdout, electrodes)

    def test_cascade_profile(self) -> None:
        self.assert_round_trip(self.wav, "--preset", "best")
        self.assert_round_trip(self.wav, "--profile", "cascade", "--packet-frames", "500")
        stream = self.stream("--force", "--preset", "best")
        self.assertIn("cascade", self.succeed(NRC, "info", stream).stdout.decode())
        self.fail_with(1, NRC, "encode", "--profile", "cascade", "--neighbour", self.wav, self.dir / "n")
        self.fail_with(2, NRC, "encode", "--preset", "best", "--profile", "range", self.wav, self.dir / "n")

    def test_presets(self) -> None:
        electrodes = self.write("source", neighbours(3000))
        options = {"implant": ("huffman", False), "fast": ("huffman", False),
                   "balanced": ("range", True)}
        for name, (profile, neighbour) in options.items():
            stream = self.assert_round_trip(electrodes, "--channels", "2", "--preset", name)
            info = json.loads(self.succeed(NRC, "info", "--json", stream).stdout)
            self.assertEqual((info["profile"], info["neighbour"]), (profile, neighbour))
        message = self.fail_with(1, NRC, "encode", self.wav, self.dir / "s", "--preset", "slow")
        for name in options:  # as the document has them
            self.assertIn(name, message)
        for other in (["--profile", "range"], ["--taps"], ["--neighbour"], ["--tables", "default"]):
            self.fail_with(2, NRC, "encode", self.wav, self.dir / "s", "--preset", "fast", *other)
        help_text = self.succeed(NRC, "encode", "--help").stdout.decode()
        document = (Path(os.environ.get("NRC_SOURCE_DIR", ".")) / "docs/cli.md").read_text()
        for name in options:
            self.assertIn(name, help_text)
            self.assertIn(f"\n| `{name}` | ", document)

    def test_channel_order(self) -> None:
        frames = [grid(i * c % 300 - 100) for i in range(500) for c in range(3)]
        source = self.write("source", samples(frames))
        listed = self.write("order", b"2\n0, 1\n")
        for order in ("2,0,1", "2 0 1", listed):
            stream = self.assert_round_trip(source, "--channels", "3", "--channel-order", order)
            info = json.loads(self.succeed(NRC, "info", "--json", stream).stdout)
            self.assertEqual(info["channel_order"], [2, 0, 1])
            self.assertIn("channel order   2,0,1", self.succeed(NRC, "info", stream).stdout.decode())
        empty = self.write("empty", b"")
        for order, part in (("0,1", "2 channels"), ("0,1,1", "twice"), ("0,1,3", "channel 3"),
                            ("0,1,70000", "70000"), ("none", "no such file"),
                            (empty, "no channels")):
            message = self.fail_with(1, NRC, "encode", "--channels", "3", "--channel-order", order,
                                     source, self.dir / "s")
            self.assertIn(part, message)

    def test_neural_profile(self) -> None:
        self.assert_round_trip(self.wav, "--profile", "neural")
        wide = self.write("wide.wav", wav(samples([17 * (i * i % 1000) - 9000 for i in range(900)])))
        self.assert_round_trip(wide, "--profile", "neural")
        self.fail_with(1, NRC, "encode", "--profile", "neural", "--neighbour", self.wav, self.dir / "n")

    def test_lossy(self) -> None:
        for step, profile in ((2, "huffman"), (12, "range"), (64, "neural"), (6, "cascade")):
            stream = self.stream("--force", "--lossy", f"step={step}", "--profile", profile)
            text = self.succeed(NRC, "info", stream).stdout.decode()
            self.assertIn(f"lossy, codes in steps of {step}", text)
            info = json.loads(self.succeed(NRC, "info", "--json", stream).stdout)
            self.assertEqual(info["lossy_step"], step)
            done = self.run_command(NRC, "decode", "--force", stream, self.dir / "lossy.wav")
            self.assertEqual(done.returncode, 0)
            self.assertIn(b"is lossy", done.stderr)
            original, decoded = self.wav.read_bytes(), (self.dir / "lossy.wav").read_bytes()
            self.assertEqual(decoded[:44], original[:44])
            self.assertEqual(len(decoded), len(original))
            self.assertNotEqual(decoded, original)
            pairs = zip(struct.iter_unpack("<h", original[44:]),
                        struct.iter_unpack("<h", decoded[44:]), strict=True)
            self.assertLessEqual(max(abs((a >> 6) - (b >> 6)) for (a,), (b,) in pairs), step // 2)
        for wrong in ("step=5", "step=1", "step=", "step=2x", "step=-2", "2", "step=8192"):
            self.fail_with(1, NRC, "encode", "--lossy", wrong, self.wav, self.dir / "n")

    def test_lanes(self) -> None:
        data = recording(200000)
        source = self.write("lanes.i16", data)
        for channels, given, expected in ((40, [], 8), (5, [], 4), (1, [], 1), (40, ["--lanes", "2"], 2)):
            stream = self.dir / "lanes.nrc"
            self.succeed(NRC, "encode", "--force", "--channels", channels, *given, source, stream)
            info = json.loads(self.succeed(NRC, "info", "--json", stream).stdout)
            self.assertEqual(info["lanes"], expected)
            text = self.succeed(NRC, "info", stream).stdout.decode()
            self.assertRegex(text, rf"(?m)^lanes +{expected}$")
            self.succeed(NRC, "decode", "--force", stream, self.dir / "back.i16")
            self.assertEqual((self.dir / "back.i16").read_bytes(), data)
        self.fail_with(2, NRC, "encode", "--lanes", "3", self.wav, self.dir / "n")
        self.fail_with(1, NRC, "encode", "--lanes", "2", self.wav, self.dir / "n")

    def test_pipes(self) -> None:
        data = recording(300000)
        stream = self.succeed(NRC, "encode", "-", "-", "--channels", "3", data=data).stdout
        self.assertEqual(self.succeed(NRC, "decode", "-", "-", data=stream).stdout, data)
        image = self.wav.read_bytes()
        stream = self.succeed(NRC, "encode", "-", "-", data=image).stdout
        self.assertEqual(self.succeed(NRC, "decode", "-", "-", data=stream).stdout, image)
        self.assertEqual(self.stream().read_bytes(), stream)

    def test_empty_raw_pipe(self) -> None:
        stream = self.succeed(NRC, "encode", "--raw", "-", "-", data=b"").stdout
        self.assertEqual(self.succeed(NRC, "decode", "-", "-", data=stream).stdout, b"")

    def test_redirected_files(self) -> None:
        with open(self.wav, "rb") as source, open(self.dir / "s", "wb") as target:
            subprocess.run([NRC, "encode", "-", "-"], stdin=source, stdout=target, check=True)
        self.assertEqual((self.dir / "s").read_bytes(), self.stream().read_bytes())

    def test_a_pipe_is_encoded_as_it_comes(self) -> None:
        process = subprocess.Popen(
            [NRC, "encode", "--raw", "--packet-frames", "100", "-", "-"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        process.stdin.write(recording(101))
        process.stdin.flush()
        self.assertEqual(os.read(process.stdout.fileno(), 2), b"NR")
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0)

    def test_closed_pipe_ends_the_command(self) -> None:
        source = self.write("long.i16", recording(500000))
        process = subprocess.Popen([NRC, "encode", "--raw", str(source), "-"],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        process.stdout.close()
        process.stderr.read()
        process.stderr.close()
        self.assertNotEqual(process.wait(timeout=60), 0)

    def test_special_files(self) -> None:
        self.succeed(NRC, "encode", self.wav, "/dev/null")
        self.assertFalse(os.path.isfile("/dev/null"))
        done = self.run_command(NRC, "encode", "--raw", "/dev/null", self.dir / "empty")
        self.assertEqual(done.returncode, 0, done.stderr)
        fifo = self.dir / "fifo"
        os.mkfifo(fifo)
        with subprocess.Popen([NRC, "encode", str(self.wav), str(fifo)]) as writer:
            data = fifo.read_bytes()
        self.assertEqual(writer.returncode, 0)
        self.assertEqual(data, self.stream().read_bytes())

    def test_challenge_executables(self) -> None:
        for name, data in {
            "recording": self.wav.read_bytes(),
            "any file": b"not a recording",
            "empty file": b"",
        }.items():
            with self.subTest(name):
                source = self.write("source", data)
                for _ in range(2):  # the second time over an existing output
                    self.succeed(ENCODE, source, self.dir / "s")
                    self.succeed(DECODE, self.dir / "s", self.dir / "o")
                self.assertEqual((self.dir / "o").read_bytes(), data)


class Errors(CommandLineTest):
    def test_usage(self) -> None:
        for arguments in (
            [], ["no-such-command"], ["encode"], ["encode", "a"], ["encode", "a", "b", "c"],
            ["encode", "a", "b", "--no-such-option"],
            ["encode", "a", "b", "--channels", "0"],
            ["encode", "a", "b", "--channels", "65537"],
            ["encode", "a", "b", "--channels", "x"],
            ["encode", "a", "b", "--raw", "--rate", "-1"],
            ["encode", "a", "b", "--rate", "20000"],
            ["encode", "a", "b", "--packet-frames", "0"],
            ["encode", "a", "b", "--packet-frames", "16777216"],
            ["encode", "a", "b", "--key-interval", "65536"],
            ["encode", "a", "b", "--mapping", "other"],
            ["encode", "a", "b", "--profile", "other"],
            ["bench", "a", "--pairs", "b", "--profile", "huffman"],
            ["decode", "a"], ["info"], ["bench"], ["synth"],
            ["synth", "a", "--seconds", "1", "--frames", "1"],
            ["synth", "a", "--rate", "1"],
            ["tables", "default", "a"], ["tables", "default", "a", "--words", "other"],
        ):
            with self.subTest(arguments):
                self.fail_with(2, NRC, *arguments)
        for arguments, words in ((["bogus"], "there is no command bogus;"), (["--bogus"], "no option --bogus;"),
                                 (["stream", "bogus"], "there is no command bogus;"),
                                 (["encode", "--bogus"], "no option --bogus;"),
                                 (["encode", "--bogus", "a", "b"], "no option --bogus;"),
                                 (["encode", "a", "b", "c"], "c is one name too many;")):
            with self.subTest(arguments):
                self.assertIn(words, self.fail_with(2, NRC, *arguments))
        self.fail_with(2, ENCODE, "a", program="encode")
        self.fail_with(2, DECODE, "a", "b", "c", program="decode")

    def test_help(self) -> None:
        self.assertIn(b"encode", self.succeed(NRC, "--help").stdout)
        self.assertRegex(self.succeed(NRC, "--version").stdout, rb"^nrc \d+\.\d+")
        for command in ("encode", "decode", "info", "bench", "synth", "tables", "self-test"):
            self.succeed(NRC, command, "--help")

    def test_corrections_are_of_the_range_profile(self) -> None:
        for flag in ("--taps", "--neighbour"):
            for options in ([], ["--profile", "huffman"]):
                message = self.fail_with(1, NRC, "encode", self.wav, self.dir / "s", flag, *options)
                self.assertIn(flag, message)
                self.assertIn("--profile range", message)

    def test_the_narrow_state_is_of_two_profiles(self) -> None:
        message = self.fail_with(1, NRC, "encode", self.wav, self.dir / "s", "--narrow", "--profile", "neural")
        self.assertIn("--narrow", message)
        self.assertIn("--profile huffman or range", message)
        for flag in ("--taps", "--neighbour"):
            message = self.fail_with(1, NRC, "encode", self.wav, self.dir / "s", "--narrow", "--profile", "range", flag)
            self.assertIn("the narrow state does not go with neighbours or taps", message)
        self.fail_with(2, NRC, "encode", self.wav, self.dir / "s", "--narrow", "--preset", "best")
        self.fail_with(1, NRC, "stream", "encode", "--narrow", "--profile", "neural", data=b"")
        self.fail_with(1, NRC, "bench", self.dir, "--narrow", "--profile", "neural")

    def test_inputs_that_are_no_wav(self) -> None:
        for data in (b"", b"x", b"RIFF", b"RIFF\0\0\0\0AVI ", recording(100)):
            source = self.write("bad.wav", data)
            message = self.fail_with(1, NRC, "encode", source, self.dir / "s")
            self.assertIn("not a WAV file", message)

    def test_inputs_that_cannot_be_read(self) -> None:
        missing = self.dir / "missing"
        for command in ("encode", "decode"):
            self.fail_with(1, NRC, command, missing, self.dir / "s")
            self.assertIn("directory", self.fail_with(1, NRC, command, self.dir, self.dir / "s"))
        self.fail_with(1, NRC, "info", missing)
        self.fail_with(1, NRC, "info", self.dir)
        self.fail_with(1, ENCODE, missing, self.dir / "s", program="encode")
        self.fail_with(1, DECODE, missing, self.dir / "s", program="decode")

    def test_permissions(self) -> None:
        # Root may read everything, so it becomes nobody.
        options: dict[str, Any] = {"preexec_fn": lambda: os.setuid(65534)} if os.geteuid() == 0 else {}
        try:
            self.run_command(NRC, "--version", **options)
        except (subprocess.SubprocessError, PermissionError) as error:
            self.skipTest(f"the command itself cannot be run: {error}")
        self.dir.chmod(0o755)
        self.wav.chmod(0)
        self.assertIn("Permission",
                      self.fail_with(1, NRC, "encode", self.wav, "/dev/null", **options))
        self.wav.chmod(0o644)
        locked = self.dir / "locked"
        locked.mkdir(mode=0o555)
        self.assertIn("Permission",
                      self.fail_with(1, NRC, "encode", self.wav, locked / "s", **options))

    def test_line_breaks_in_names(self) -> None:
        self.fail_with(1, NRC, "encode", self.dir / "a\nb", self.dir / "s")

    def test_outputs_that_cannot_be_written(self) -> None:
        self.fail_with(1, NRC, "encode", self.wav, self.dir / "missing" / "s")
        self.fail_with(1, NRC, "encode", self.wav, self.dir)
        self.fail_with(1, NRC, "encode", self.wav, self.dir / ("x" * 300))
        self.fail_with(1, NRC, "encode", self.wav, "")
        if os.path.exists("/dev/full"):
            self.assertIn("No space", self.fail_with(1, NRC, "encode", self.wav, "/dev/full"))
            with open("/dev/full", "wb") as full:
                done = subprocess.run([NRC, "encode", str(self.wav), "-"], stdout=full,
                                      stderr=subprocess.PIPE, check=False)
                self.assertEqual(done.returncode, 1)
                self.assertIn(b"No space", done.stderr)
                done = subprocess.run([NRC, "info", str(self.stream())], stdout=full,
                                      stderr=subprocess.PIPE, check=False)
                self.assertEqual(done.returncode, 1)
                self.assertEqual(done.stderr.count(b"\n"), 1)

    def test_file_size_limit(self) -> None:
        def limit() -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

        self.fail_with(1, NRC, "encode", self.wav, self.dir / "s", preexec_fn=limit)

    def test_same_file(self) -> None:
        data = self.wav.read_bytes()
        os.link(self.wav, self.dir / "hard")
        os.symlink(self.wav, self.dir / "soft")
        for name in ("in.wav", "hard", "soft", "./in.wav"):
            self.fail_with(1, NRC, "encode", self.wav, self.dir / name, "--force")
            self.fail_with(1, ENCODE, self.wav, self.dir / name, program="encode")
        with open(self.wav, "rb") as source:
            self.fail_with(1, NRC, "encode", "-", self.wav, "--force", stdin=source)
        self.assertEqual(self.wav.read_bytes(), data)

    def test_existing_output(self) -> None:
        stream = self.stream()
        data = stream.read_bytes()
        old = self.write("old", b"old")
        old.chmod(0o640)
        for command, source in (("encode", self.wav), ("decode", stream)):
            self.assertIn("--force", self.fail_with(1, NRC, command, source, old))
            self.assertEqual(old.read_bytes(), b"old")
        self.assertIn("--force", self.fail_with(1, NRC, "synth", old))
        os.symlink(old, self.dir / "link")
        self.succeed(NRC, "encode", self.wav, self.dir / "link", "--force")
        self.assertTrue((self.dir / "link").is_symlink())
        self.assertEqual(old.read_bytes(), data)
        self.assertEqual(old.stat().st_mode & 0o777, 0o640)

    def test_failure_keeps_an_existing_output(self) -> None:
        old = self.write("old", b"old")
        broken = self.write("broken.nrc", self.stream().read_bytes()[:-1])
        self.fail_with(1, NRC, "decode", broken, old, "--force")
        self.assertEqual(old.read_bytes(), b"old")

    def test_new_files_follow_the_umask(self) -> None:
        stream = self.dir / "s"
        self.succeed(NRC, "encode", self.wav, stream, preexec_fn=lambda: os.umask(0o027))
        self.assertEqual(stream.stat().st_mode & 0o777, 0o640)

    def test_broken_streams(self) -> None:
        data = self.stream("--packet-frames", "1000").read_bytes()
        middle = len(data) // 2
        for name, broken in {
            "empty": b"",
            "no stream": self.wav.read_bytes(),
            "cut": data[:middle],
            "bit flip": data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1:],
            "damaged header": data[:20] + b"\xff" + data[21:],
            "something behind": data + b"\0",
        }.items():
            with self.subTest(name):
                source = self.write("broken.nrc", broken)
                message = self.fail_with(1, NRC, "decode", source, self.dir / "o")
                self.assertIn("broken.nrc", message)
                self.fail_with(1, DECODE, source, self.dir / "o", program="decode")
                done = self.run_command(NRC, "decode", "-", "-", data=broken)
                self.assertEqual(done.returncode, 1)

    def test_tables_that_do_not_work(self) -> None:
        for content in (b"", b"{}", b"[1, 2", b"\xff\xfe"):
            tables = self.write("tables.json", content)
            for command in (["encode", self.wav], ["decode", self.stream("--force")]):
                self.fail_with(1, NRC, *command, self.dir / "o", "--tables", tables)
        self.fail_with(1, NRC, "encode", self.wav, self.dir / "o", "--tables", "no-such-set")

    def test_raw_input_of_another_channel_count(self) -> None:
        source = self.write("in.i16", recording(100))
        # A pipe's end is not known when its first packet goes out.
        message = self.fail_with(1, NRC, "encode", "-", self.dir / "s", "--channels", "7",
                                 data=recording(100))
        self.assertIn("give the input as a file", message)
        self.fail_with(1, NRC, "encode", source, self.dir / "s", "--channels", "65536",
                       "--packet-frames", "1000")

    def test_signals_leave_nothing(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.subTest(number):
                before = sorted(os.listdir(self.dir))
                process = subprocess.Popen(
                    [NRC, "encode", "--raw", "-", str(self.dir / "s")], stdin=subprocess.PIPE)
                process.stdin.write(recording(70000))
                process.stdin.flush()
                deadline = time.monotonic() + 30
                while sorted(os.listdir(self.dir)) == before:
                    self.assertLess(time.monotonic(), deadline, "no temporary file appeared")
                    time.sleep(0.01)
                time.sleep(0.05)
                process.send_signal(number)
                self.assertEqual(process.wait(timeout=60), -number)
                process.stdin.close()
                self.assertEqual(sorted(os.listdir(self.dir)), before)


class ProgressLine(CommandLineTest):
    def encode_slowly(self, seconds: float) -> bytes:
        """What a terminal shows while raw samples arrive for that long."""
        try:
            leader, follower = pty.openpty()
        except OSError as error:
            self.skipTest(f"no terminals here: {error}")
        process = subprocess.Popen(
            [NRC, "encode", "--raw", "-", str(self.dir / "s"), "--force"],
            stdin=subprocess.PIPE, stderr=follower)
        os.close(follower)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            process.stdin.write(recording(1000))
            process.stdin.flush()
            time.sleep(0.05)
        process.stdin.close()
        self.assertEqual(process.wait(timeout=60), 0)
        shown = b""
        try:
            while part := os.read(leader, 4096):
                shown += part
        except OSError:
            pass  # the end of a terminal
        os.close(leader)
        return shown

    def test_long_work_on_a_terminal(self) -> None:
        shown = self.encode_slowly(1.0)
        self.assertIn(b"encoding standard input", shown)
        self.assertTrue(shown.endswith(b"\r\x1b[K"), shown)

    def test_nothing_before_half_a_second(self) -> None:
        self.assertEqual(self.encode_slowly(0.0), b"")


class Laboratory(CommandLineTest):
    """Some channels, joining, metadata, and verification."""

    def test_channels(self) -> None:
        for bits, kind in ((16, "<i2"), (8, "u1"), (32, "<i4")):
            data = bytes(range(240)) * 8
            size = bits // 8
            source = self.write(f"c{bits}.wav", wav(data, channels=5, bits=bits))
            stream = self.stream("--force", source=source)
            out = self.dir / "some.wav"
            self.succeed(NRC, "decode", "--force", "--channels", "3,0-1", stream, out)
            frames = [data[i:i + 5 * size] for i in range(0, len(data), 5 * size)]
            expected = b"".join(f[c * size:(c + 1) * size] for f in frames for c in (3, 0, 1))
            self.assertEqual(out.read_bytes()[44:], expected, kind)
            self.assertEqual(int.from_bytes(out.read_bytes()[22:24], "little"), 3)

    def test_channels_that_are_wrong(self) -> None:
        stream = self.stream()
        for text, words in (("1", "the stream has 1 channels"), ("2-1", "comes after"), ("x", "not a list"),
                            ("0,", "not a list"), ("0-", "not a list")):
            self.assertIn(words, self.fail_with(1, NRC, "decode", "--channels", text, stream, self.dir / "out"))

    def test_cat(self) -> None:
        raw = [self.write(f"{i}.i16", recording(3000)[:2 * 1000 * (i + 1)]) for i in range(3)]
        streams = [self.stream("--raw", "--channels", "2", *(["--profile", "range"] if i == 1 else []), source=path,
                               name=f"{i}.nrc") for i, path in enumerate(raw)]
        done = self.succeed(NRC, "cat", *streams, self.dir / "all.nrc")
        self.assertIn(b"1 of 3 streams are coded otherwise", done.stderr)
        self.succeed(NRC, "decode", self.dir / "all.nrc", self.dir / "all.i16")
        self.assertEqual((self.dir / "all.i16").read_bytes(), b"".join(path.read_bytes() for path in raw))
        self.succeed(NRC, "decode", "--from", "900f", "--seconds", "200f", self.dir / "all.nrc", self.dir / "part.i16")
        self.assertEqual((self.dir / "part.i16").read_bytes(),
                         b"".join(path.read_bytes() for path in raw)[3600:4400])
        self.assertIn("exists", self.fail_with(1, NRC, "cat", streams[0], self.dir / "all.nrc"))
        self.assertIn("one rig", self.fail_with(1, NRC, "cat", streams[0], self.stream(), self.dir / "new.nrc"))

    def test_metadata(self) -> None:
        text = self.write("m.json", b'{"gain": 2.34}')
        stream = self.stream("--metadata", text)
        self.assertIn(b'{"gain": 2.34}', self.succeed(NRC, "info", stream).stdout)
        self.assertEqual(json.loads(self.succeed(NRC, "info", "--json", stream).stdout)["metadata"], {"gain": 2.34})
        self.assertIsNone(json.loads(self.succeed(NRC, "info", "--json", self.stream("-f")).stdout)["metadata"])

    def test_verify(self) -> None:
        self.succeed(NRC, "encode", "--verify", self.wav, self.dir / "v.nrc")
        self.assertIn("give files", self.fail_with(1, NRC, "encode", "--verify", "--raw", "-", self.dir / "p.nrc",
                                                   data=bytes(100)))
        self.fail_with(2, NRC, "encode", "--verify", "--lossy", "step=2", self.wav, self.dir / "l.nrc")


class Info(CommandLineTest):
    def test_text(self) -> None:
        text = self.succeed(NRC, "info", self.stream()).stdout.decode()
        for word in ("closed", "shift6", "default", "20000", "ratio", "19531 Hz"):
            self.assertIn(word, text)

    def test_json(self) -> None:
        stream = self.stream("--packet-frames", "1000", "--key-interval", "5")
        info = json.loads(self.succeed(NRC, "info", "--json", stream).stdout)
        self.assertTrue(info["closed"])
        self.assertIsNone(info["damage"])
        self.assertEqual(info["frames"], 20000)
        self.assertEqual(info["total_frames"], 20000)
        self.assertEqual(info["packets"]["header"], 4)
        self.assertEqual(info["packets"]["huffman"], 20)
        self.assertEqual(info["key_packets"], 4)
        self.assertEqual(info["original_bytes"], self.wav.stat().st_size)
        self.assertEqual(info["stream_bytes"], stream.stat().st_size)
        self.assertAlmostEqual(info["ratio"], info["original_bytes"] / info["stream_bytes"])

    def test_corrections(self) -> None:
        for options, shown in (([], ""), (["--neighbour"], ", with neighbour"),
                               (["--taps"], ", with taps"),
                               (["--taps", "--neighbour"], ", with taps and neighbour")):
            stream = self.stream("--force", "--profile", "range", *options)
            text = self.succeed(NRC, "info", stream).stdout.decode()
            self.assertRegex(text, rf"profile +range{shown}\n")
            info = json.loads(self.succeed(NRC, "info", "--json", stream).stdout)
            self.assertIs(info["taps"], "--taps" in options)
            self.assertIs(info["neighbour"], "--neighbour" in options)
        info = json.loads(self.succeed(NRC, "info", "--json", self.stream("--force")).stdout)
        self.assertIs(info["neighbour"], False)

    def test_narrow_state(self) -> None:
        for profile in ("huffman", "range"):
            stream = self.stream("--force", "--narrow", "--profile", profile)
            self.assertRegex(self.succeed(NRC, "info", stream).stdout.decode(),
                             rf"profile +{profile}, with narrow state\n")
            self.assertIs(json.loads(self.succeed(NRC, "info", "--json", stream).stdout)["narrow"], True)
            self.succeed(NRC, "decode", "--force", stream, self.dir / "back.wav")
            self.assertEqual((self.dir / "back.wav").read_bytes(), self.wav.read_bytes())
        info = json.loads(self.succeed(NRC, "info", "--json", self.stream("--force")).stdout)
        self.assertIs(info["narrow"], False)

    def test_containers(self) -> None:
        for data in (wav(recording(100)) + b"tail", wav(bytes(99), bits=8), wav(b"")):
            source = self.write("odd.wav", data)
            stream = self.stream("--force", source=source)
            info = json.loads(self.succeed(NRC, "info", "--json", stream).stdout)
            self.assertEqual(info["original_bytes"], len(data))

    def test_cut_stream(self) -> None:
        data = self.stream("--packet-frames", "1000").read_bytes()
        cut = self.write("cut.nrc", data[:-100])  # the index, and more
        self.assertIn(b"cut", self.succeed(NRC, "info", cut).stdout)
        info = json.loads(self.succeed(NRC, "info", "--json", cut).stdout)
        self.assertFalse(info["closed"])
        self.assertEqual(info["frames"], 19000)

    def test_damaged_stream(self) -> None:
        data = bytearray(self.stream("--packet-frames", "1000").read_bytes())
        data[len(data) // 2] ^= 1
        damaged = self.write("damaged.nrc", bytes(data))
        done = self.run_command(NRC, "info", damaged)
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"damaged at byte", done.stdout)
        self.assertEqual(done.stderr.count(b"\n"), 1)

    def test_not_a_stream(self) -> None:
        self.assertIn("encode it first", self.fail_with(1, NRC, "info", self.wav))
        self.fail_with(1, NRC, "info", "-", data=b"")
        self.fail_with(1, NRC, "info", "-", data=b"NR")


class Synth(CommandLineTest):
    def test_wav(self) -> None:
        out = self.dir / "synth.wav"
        self.succeed(NRC, "synth", out, "--channels", "3", "--frames", "1000")
        data = out.read_bytes()
        self.assertEqual(data[:44], wav(data[44:], channels=3)[:44])
        self.assertEqual(len(data), 44 + 6000)
        values = struct.unpack("<3000h", data[44:])
        self.assertTrue(all(grid(value >> 6) == value for value in values))

    def test_raw_and_seeds(self) -> None:
        arguments = ["--channels", "2", "--seconds", "0.1"]
        first = self.succeed(NRC, "synth", "-", *arguments).stdout
        self.assertEqual(len(first), 1953 * 4)
        self.assertEqual(self.succeed(NRC, "synth", "-", *arguments).stdout, first)
        other = self.succeed(NRC, "synth", "-", *arguments, "--seed", "2").stdout
        self.assertNotEqual(other, first)
        as_wav = self.succeed(NRC, "synth", "-", *arguments, "--format", "wav").stdout
        self.assertEqual(as_wav[44:], first)

    def test_too_long_for_wav(self) -> None:
        self.fail_with(1, NRC, "synth", self.dir / "x.wav", "--channels", "1000", "--seconds",
                       "1000")
        self.fail_with(1, NRC, "synth", self.dir / "x.wav", "--channels", "40000", "--frames", "1")

    def test_nothing(self) -> None:
        self.succeed(NRC, "synth", self.dir / "x.wav", "--seconds", "0")
        self.assertEqual((self.dir / "x.wav").read_bytes(), wav(b""))


class TableWords(CommandLineTest):
    def test_hex_and_c_say_the_same(self) -> None:
        text = self.succeed(NRC, "tables", "default", "-", "--words", "hex").stdout.decode()
        first, *lines = text.splitlines()
        words = [int(line, 16) for line in lines]
        self.assertEqual(len(words), 256 * 64)
        self.assertTrue(all(1 < word < 1 << 16 for word in words))
        header = self.succeed(NRC, "tables", "default", "-", "--words", "c").stdout.decode()
        body = header[header.index("= {"):]
        self.assertEqual([int(word, 16) for word in re.findall(r"0x([0-9A-F]+)", body)], words)
        (table_id,) = re.findall(r"NRC_TABLE_ID (0x[0-9A-F]{8})u", header)
        (table_crc,) = re.findall(r"NRC_TABLE_CRC (0x[0-9A-F]{8})u", header)
        self.assertIn(f"table_id_i {table_id}, table_crc {table_crc}", first)
        written = b"".join(struct.pack("<HH", word, address) for address, word in enumerate(words))
        self.assertEqual(int(table_crc, 16), zlib.crc32(written))

    def test_only_codes_can_be_loaded(self) -> None:
        message = self.fail_with(1, NRC, "tables", "generic", "-", "--words", "hex")
        self.assertIn("other classes than the built-in set default", message)
        self.succeed(NRC, "tables", "generic", self.dir / "w", "--words", "c", "--rtl", "generic")
        self.fail_with(1, NRC, "tables", "generic", self.dir / "w", "--words", "c", "--rtl", "generic")
        self.assertIn("range profile", self.fail_with(
            1, NRC, "tables", "model/tables/range_default.json", "-", "--words", "hex"))

    def test_range_tables(self) -> None:
        for name in ("default", "generic"):
            tables = json.loads(Path(f"model/tables/range_{name}.json").read_text(encoding="utf-8"))
            text = self.succeed(NRC, "tables", name, "-", "--words", "hex", "--profile", "range", "--rtl",
                                name).stdout.decode()
            words = [int(line, 16) for line in text.splitlines()[1:]]
            self.assertEqual(words[:1024], tables["cumulative"])
            edges = tables["edges"]
            if edges:
                lows, widths = words[1024:2048], words[2048:]
                self.assertEqual(lows[1:512], [edge & 0xFFFF for edge in edges[512:]])  # codes 1 to 511
                self.assertEqual(lows[513:], [edge & 0xFFFF for edge in edges[:511]])  # from the second lowest on
                self.assertEqual(lows[0], edges[511] & 0xFFFF)
                self.assertEqual([(lows[code] + widths[code]) & 0xFFFF for code in range(511)], lows[1:512])
            else:
                self.assertEqual(len(words), 1024)
        message = self.fail_with(1, NRC, "tables", "generic", "-", "--words", "hex", "--profile", "range")
        self.assertIn("the tables generic have no edges and initial_scale 4096, but the built-in set default", message)


class SelfTest(CommandLineTest):
    def test_crc_is_that_of_a_stream(self) -> None:
        """Of the bytes that the golden model of the RTL makes of the pattern's samples."""
        for channels, options in ((3, ["--mapping", "code", "--code-width", "12", "--packet-frames", "7"]),
                                  (8, ["--profile", "range", "--neighbour"]), (16, ["--narrow"])):
            encoder = ["--channels", str(channels), "--rate", "1000", *options]
            with self.subTest(options):
                text = self.succeed(NRC, "self-test", *encoder, "--packets", "5", "-o", self.dir / "packets",
                                    "-f").stdout
                packets = (self.dir / "packets").read_bytes()
                self.assertEqual(re.findall(rb" (0x\w+|\d+)u", text), [b"5", b"0x%08X" % zlib.crc32(packets)])
                self.succeed(NRC, "decode", self.dir / "packets", self.dir / "samples", "-f")
                samples = (self.dir / "samples").read_bytes()
                if "code" not in encoder:
                    encoder += ["--mapping", "shift6"]
                again = subprocess.run([NRC, "stream", "encode", "--rtl", "--stream-number", "0", *encoder],
                                       input=samples, check=True, capture_output=True).stdout
                self.assertEqual(again, packets)

    def test_what_is_no_encoder(self) -> None:
        for options, reason in ((["--mapping", "code"], "--code-width"),
                                (["--profile", "range", "--narrow", "--taps"], "narrow"),
                                (["--packets", "1", "--packet-frames", "1"], "more --packets")):
            self.assertIn(reason, self.fail_with(1, NRC, "self-test", *options))


class Bench(CommandLineTest):
    def test_directory(self) -> None:
        for seed in range(3):
            self.write(f"r{seed}.WAV", wav(recording(6000, seed)))
        self.write("eight.wav", wav(bytes(1000), bits=8))
        self.write("ignored.txt", b"text")
        text = self.succeed(NRC, "bench", self.dir, "--files", "--speed-seconds", "0.05").stdout.decode()
        self.assertRegex(text, r"5 files, \d+ bytes, every byte verified")
        self.assertIn("r2.WAV", text)
        self.assertNotIn("key packet", text, "these are too short for any")
        results = json.loads(
            self.succeed(NRC, "bench", self.dir, "--json", "--threads", "2",
                         "--speed-seconds", "0.05").stdout)
        self.assertEqual([result["profile"] for result in results], ["huffman", "range"])
        for result in results:
            self.assertEqual(result["files"], 5)
            self.assertEqual(sum(f["original_bytes"] for f in result["results"]),
                             result["original_bytes"])
            self.assertAlmostEqual(result["ratio"],
                                   result["original_bytes"] / result["stream_bytes"])
            self.assertGreater(result["files_encode"]["real_time"], 0)
            self.assertGreater(result["interleaved_decode"]["megabytes_per_second"], 0)

    def test_key_packets(self) -> None:
        directory = self.dir / "long"
        directory.mkdir()
        frames = 4 * 384 * 20
        # A level far from zero, so that a key packet's first code is sure to be dear.
        codes = [grid(round(200 + random.Random(seed).gauss(0, 4))) for seed in range(frames)]
        (directory / "long.wav").write_bytes(wav(samples(codes)))
        (directory / "too short.wav").write_bytes(wav(recording(frames - 1)))
        results = json.loads(self.succeed(NRC, "bench", directory, "--json", "--speed-seconds", "0.05").stdout)
        for result in results:
            keys = result["key_packets"]
            self.assertEqual((keys["channels"], keys["interval"]), (1, 384))
            # The same from streams that `encode` writes.
            sizes = [self.stream("--force", "--profile", result["profile"], "--raw",
                                 "--packet-frames", "20", "--key-interval", interval,
                                 source=self.write("long.i16", samples(codes))).stat().st_size
                     for interval in ("0", "384")]
            self.assertGreater(sizes[1], sizes[0])
            key = 8 * (sizes[1] - sizes[0]) / 3
            self.assertAlmostEqual(keys["bits_per_channel"], key)
            self.assertAlmostEqual(keys["percent"], 100 * key / (8 * sizes[0] / 4))
        text = self.succeed(NRC, "bench", directory, "--profile", "range", "--speed-seconds", "0.05").stdout.decode()
        self.assertRegex(text, rf"bits per channel +{keys['bits_per_channel']:.1f}\n")
        self.assertRegex(text, rf"every 384, 1 ms each, % +{keys['percent']:.3f}\n")

    def pairs(self, *lines: str) -> Path:
        return self.write("pairs.txt", "".join(line + "\n" for line in lines).encode())

    def test_pairs(self) -> None:
        for name, frames, seed in (("a", 70000, 1), ("c", 3000, 2)):
            data = neighbours(frames, seed)
            first = b"".join(data[i:i + 2] for i in range(0, len(data), 4))
            second = b"".join(data[i:i + 2] for i in range(2, len(data), 4))
            self.write(f"{name}.wav", wav(first + recording(99)))
            self.write(f"{name}2.wav", wav(second))
        arguments = [self.dir, "--pairs", self.pairs("a.wav a2.wav", "", " c.wav\tc2.wav ")]
        result = json.loads(self.succeed(NRC, "bench", *arguments, "--json").stdout)
        self.assertEqual(result["pairs"], 2)
        self.assertTrue(result["verified"])
        self.assertEqual(result["samples"], 2 * 73000)
        sizes = {"stream_bytes": 0, "stream_bytes_neighbour": 0, "first_channel_bytes": 0}
        for pair, name, frames, seed in zip(result["results"], "ac", (70000, 3000), (1, 2), strict=True):
            self.assertEqual((pair["first"], pair["second"]), (f"{name}.wav", f"{name}2.wav"))
            self.assertEqual(pair["samples"], 2 * frames)
            # The same from streams that `encode` writes.
            both = self.write("both.i16", neighbours(frames, seed))
            one = self.write("one.i16", b"".join(
                both.read_bytes()[i:i + 2] for i in range(0, 4 * frames, 4)))
            for key, source, options in (
                ("stream_bytes", both, ["--channels", "2"]),
                ("stream_bytes_neighbour", both, ["--channels", "2", "--neighbour"]),
                ("first_channel_bytes", one, ["--channels", "1"]),
            ):
                stream = self.stream("--force", "--profile", "range", "--packet-frames", "65536",
                                     "--key-interval", "0", *options, source=source)
                self.assertEqual(pair[key], stream.stat().st_size, key)
                sizes[key] += stream.stat().st_size
        plain, shared, alone = sizes.values()
        self.assertAlmostEqual(result["bits_per_sample"], 8 * plain / 146000)
        self.assertAlmostEqual(result["bits_per_sample_neighbour"], 8 * shared / 146000)
        self.assertAlmostEqual(result["gain"], 8 * (plain - shared) / 146000)
        self.assertAlmostEqual(result["second_bits_per_sample"], 8 * (plain - alone) / 73000)
        self.assertAlmostEqual(result["second_gain"], 2 * result["gain"])
        self.assertGreater(result["second_gain"], 0.5)
        text = self.succeed(NRC, "bench", *arguments, "--threads", "2").stdout.decode()
        self.assertRegex(text, rf"both channels +{result['bits_per_sample']:.4f} ")
        self.assertRegex(text, rf"second channels .* {result['second_gain']:.4f}\n")
        self.assertIn("2 pairs, 146000 samples, every byte verified", text)
        self.assertNotIn("a2.wav", text)
        self.assertIn("a.wav a2.wav", self.succeed(NRC, "bench", *arguments, "--files")
                      .stdout.decode())
        generic = json.loads(self.succeed(NRC, "bench", *arguments, "--tables", "generic", "--json")
                             .stdout)
        self.assertLess(generic["bits_per_sample"], result["bits_per_sample"],
                        "these codes are evenly wide")

    def test_pairs_off_the_grid_of_the_implant(self) -> None:
        values = random.Random(5)
        self.write("a.wav", wav(samples([values.randrange(-400, 400) for _ in range(500)])))
        self.write("b.wav", wav(samples([values.randrange(-9000, 9000) for _ in range(600)])))
        result = json.loads(self.succeed(NRC, "bench", self.dir, "--json", "--pairs",
                                         self.pairs("a.wav b.wav")).stdout)
        self.assertEqual(result["samples"], 1000)
        self.assertGreater(result["second_bits_per_sample"], 12)

    def test_mistakes_in_pairs(self) -> None:
        self.write("eight.wav", wav(bytes(1000), bits=8))
        self.write("two.wav", wav(recording(100), channels=2))
        self.write("other.wav", wav(recording(100)))
        for lines, said in (
            (["in.wav other.wav", "in.wav"], "line 2: only one name"),
            (["", "in.wav missing.wav"], "line 2: cannot open"),
            (["in.wav other.wav in.wav"], "line 1: more than two names"),
            (["in.wav in.wav"], "line 1: one name twice"),
            (["in.wav eight.wav"], "line 1: "),
            (["in.wav two.wav"], "2 channels"),
            (["in.wav pairs.txt"], "line 1: "),
            ([], "no pair in"),
        ):
            with self.subTest(lines):
                message = self.fail_with(1, NRC, "bench", self.dir, "--pairs", self.pairs(*lines))
                self.assertIn("pairs.txt", message)
                self.assertIn(said, message)
        self.fail_with(1, NRC, "bench", self.dir, "--pairs", self.dir / "missing")
        self.fail_with(1, NRC, "bench", self.dir, "--pairs", "")
        tables = self.pairs("in.wav other.wav")
        self.fail_with(1, NRC, "bench", self.dir, "--pairs", tables, "--tables", "nothing")

    def test_directories_without_recordings(self) -> None:
        empty = self.dir / "empty"
        empty.mkdir()
        self.fail_with(1, NRC, "bench", empty)
        self.fail_with(1, NRC, "bench", self.dir / "missing")
        self.fail_with(1, NRC, "bench", self.wav)


class TrainAndGenerate(CommandLineTest):
    def train(self, profile: str, *options: object) -> tuple[Path, str]:
        directory = self.dir / "recordings"
        directory.mkdir()
        for seed in (1, 2):
            self.succeed(NRC, "synth", directory / f"{seed}.wav", "--frames", "40000",
                         "--seed", str(seed))
        tables = self.dir / f"{profile}.json"
        report = self.succeed(NRC, "train", directory, "--profile", profile, "-o", tables,
                              "--name", "mine", *options).stdout.decode()
        return tables, report

    def round_trip(self, profile: str, tables: Path) -> None:
        stream, back = self.dir / "trained.nrc", self.dir / "back.wav"
        self.succeed(NRC, "encode", self.wav, stream, "--profile", profile, "--tables", tables)
        self.succeed(NRC, "decode", stream, back, "--tables", tables)
        self.assertEqual(back.read_bytes(), self.wav.read_bytes())
        back.unlink()
        self.fail_with(1, NRC, "decode", stream, self.dir / "without.wav")

    def rtl(self, tables: Path, names: list[str]) -> None:
        rtl = self.dir / "rtl"
        self.succeed(GENERATE, "--tables", tables, "--rtl", rtl)
        self.assertEqual(sorted(os.listdir(rtl)), names)

    def test_huffman(self) -> None:
        tables, report = self.train("huffman", "--test-every", "2")
        self.assertIn("trained on", report)
        self.assertIn("others", report)
        self.round_trip("huffman", tables)
        self.rtl(tables, ["nrc_code_limit_rom.sv", "nrc_code_rank_rom.sv",
                          "nrc_huffman_rom.sv", "nrc_symbol_rom.sv", "nrc_tables_pkg.sv"])

    def test_range(self) -> None:
        tables, _ = self.train("range")
        self.round_trip("range", tables)
        self.fail_with(1, NRC, "encode", self.wav, self.dir / "other", "--tables", tables)
        self.rtl(tables, ["nrc_cumulative_rom.sv", "nrc_edge_rom.sv", "nrc_range_tables_pkg.sv",
                          "nrc_window_rom.sv"])

    def wide_recordings(self, frames: int, *, bits: int = 16) -> Path:
        """A directory with a recording of 8 channels that wander, in samples of `bits` bits."""
        directory = self.dir / f"wide{frames}"
        directory.mkdir()
        rng = random.Random(frames)
        level = [0.0] * 8
        data = bytearray()
        for _ in range(frames):
            for channel, value in enumerate(level):
                level[channel] = 0.9 * value + rng.gauss(0, 2 ** (bits - 9))
                data += struct.pack("<h", int(level[channel]))
        (directory / "a.wav").write_bytes(wav(bytes(data), channels=8, rate=1000))
        return directory

    def test_codes_of_any_width(self) -> None:
        for bits in (12, 14, 16):
            directory = self.wide_recordings(6000 + bits, bits=bits)
            for profile in ("huffman", "range"):
                with self.subTest(bits=bits, profile=profile):
                    tables = self.dir / f"{profile}{bits}.json"
                    width = ["--mapping", "code", "--code-width", str(bits)]
                    done = self.succeed(NRC, "train", directory, "--profile", profile, "-o", tables,
                                        *width)
                    self.assertIn(f"for {bits}-bit codes", done.stdout.decode())
                    self.assertEqual(done.stderr, b"")
                    sizes = []
                    for chosen in ([], ["--tables", tables]):
                        stream = self.dir / "wide.nrc"
                        self.succeed(NRC, "encode", directory / "a.wav", stream, "--force",
                                     "--profile", profile, *width, *chosen)
                        sizes.append(stream.stat().st_size)
                    self.assertLess(sizes[1], sizes[0])

    def test_tables_of_too_few_samples_are_announced(self) -> None:
        directory = self.wide_recordings(60)
        out = self.dir / "few.json"
        done = self.succeed(NRC, "train", directory, "--shape", "default", "--mapping", "code",
                            "--code-width", "16", "--prior-weight", "0.001", "-o", out)
        self.assertRegex(done.stderr.decode(),
                         r"\Anrc: warning: on samples they were not trained on, the new tables take "
                         r"[\d.]+ bits a sample and the built-in `\w+` [\d.]+: [^\n]*480 samples[^\n]*\n\Z")
        self.assertTrue(out.exists())

    def test_mistakes(self) -> None:
        out = self.dir / "t.json"
        self.fail_with(1, NRC, "train", self.dir / "nowhere", "-o", out)
        self.fail_with(1, NRC, "train", self.dir, "-o", out, "--shape", "magic")
        for options in (("--mapping", "shift6", "--code-width", "12"),
                        ("--profile", "range", "--mapping", "code", "--code-width", "3"),
                        ("--mapping", "code", "--code-width", "8")):
            self.fail_with(1, NRC, "train", self.dir, "-o", out, *options)
        self.fail_with(1, GENERATE, self.dir, program="nrc-generate")
        self.fail_with(1, GENERATE, "--tables", self.wav, "--rtl", self.dir / "rtl",
                       program="nrc-generate")

    def test_the_projects_generated_files_are_fresh(self) -> None:
        root = os.environ.get("NRC_SOURCE_DIR", ".")
        self.succeed(GENERATE, root, "--check")


class Study(CommandLineTest):
    """nrc study runs nrc-study from beside nrc; tb/study tests that one."""

    def setUp(self) -> None:
        super().setUp()
        self.nrc = self.dir / "nrc"
        shutil.copy(NRC, self.nrc)

    def test_arguments_and_status_are_the_studys(self) -> None:
        study = self.write("nrc-study", b'#!/bin/sh\necho "$@"\nexit 7\n')
        study.chmod(0o755)
        done = self.run_command(self.nrc, "study", "data", "-o", "a b", "--only", "x", "--help")
        self.assertEqual((done.returncode, done.stdout), (7, b"data -o a b --only x --help\n"))
        study.chmod(0o644)
        self.assertIn("cannot run", self.fail_with(1, self.nrc, "study", "data"))

    def test_not_built(self) -> None:
        self.assertIn("make study", self.fail_with(1, self.nrc, "study", "data", "-o", "out"))


if __name__ == "__main__":
    unittest.main()
