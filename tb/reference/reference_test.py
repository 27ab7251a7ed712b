#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The reference decoder against the golden streams, the streams of `nrc encode`, and damage."""

import contextlib
import filecmp
import io
import json
import os
import random
import struct
import subprocess
import sys
import tempfile
import unittest
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nrc_decode

HERE = Path(__file__).resolve().parent
NRC = os.environ.get("NRC", "build/nrc")
ENCODE = os.environ.get("ENCODE", "build/encode")
GOLDEN = HERE / "../golden"
ERRORS = GOLDEN / "errors"


def spiky_samples(channels: int, frames: int, width: int) -> list[int]:
    """Noise with spikes, some of them near each other, and some beyond the range of the codes."""
    chance = random.Random(channels)
    limit = 2**(width - 1)
    spikes = [0.0] * channels
    samples = []
    for _ in range(frames):
        for c in range(channels):
            if chance.random() < 0.01:
                spikes[c] = chance.choice((-1, 1)) * chance.uniform(20, 1.2 * limit)
            spikes[c] *= 0.6
            code = round(chance.gauss(0, 3) + spikes[c])
            samples.append(max(-limit, min(limit - 1, code)))
    return samples


def find_spikes(samples: list[int], channels: int, width: int, threshold: int = 26) -> list[tuple[int, ...]]:
    """Section 17, of a lossless stream of 19531.25 Hz with 20 frames in a packet and 100 packets from
    one key packet to the next, coded with the tables `generic`."""
    tables = nrc_decode.load_tables(HERE / "../../model/tables")
    (initial,) = [t.initial_scale for t in tables.values()
                  if isinstance(t, nrc_decode.HuffmanTables) and t.name == "generic"]
    states = [nrc_decode.HuffmanChannel(initial) for _ in range(channels)]
    windows: list[list[tuple[int, int]]] = [[] for _ in range(channels)]  # (amplitude, frame)
    free = [0] * channels  # frame from which a code may cross
    lost = max(width - (24 - (channels - 1).bit_length()), 0)  # bits of an amplitude that are not sent
    limit = 2**(width - 1)
    found: list[tuple[int, ...]] = []
    for i, code in enumerate(samples):
        frame, c = divmod(i, channels)
        age = frame % 2000
        channel = states[c]
        if age == 0:
            states[c] = channel = nrc_decode.HuffmanChannel(initial)
            windows[c], free[c] = [], frame + 1
            channel.start(code << 6)
            continue
        boost = max(9 - ((age + 3).bit_length() - 1), 0)
        deviation = (code << 6) - channel.level
        crosses = 64 * abs(deviation) > threshold * max(channel.scale, 256)
        if windows[c] or frame >= free[c] and boost <= 4 and crosses:
            amplitude = max(-limit, min(limit - 1, deviation + 32 >> 6))
            windows[c].append((amplitude, frame))
            if len(windows[c]) == 11:
                peak, at = max(windows[c], key=lambda w: (abs(w[0]), -w[1]))
                found.append((at, c, peak >> lost << lost))
                windows[c], free[c] = [], at + 21
        p = channel.predict(width)
        scale = channel.scale
        channel.update(code << 6, p, boost)
        channel.scale = scale + ((min(abs((code << 6) - p), 2**(width + 2) - 1) * 16 - scale) >> (8 - boost))
    return found


class ReferenceTest(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.dir = Path(directory.name)

    def decode(self, stream: Path, *options: object) -> tuple[int, bytes | None, str, str]:
        """Runs the command in this process: (exit status, bytes, standard output, error)."""
        output = self.dir / "decoded"
        output.unlink(missing_ok=True)
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = nrc_decode.main([*map(str, options), str(stream), str(output)])
        data = output.read_bytes() if output.exists() else None
        return status, data, out.getvalue(), err.getvalue()

    def nrc(self, *command: object, status: int = 0) -> str:
        done = subprocess.run([NRC, *map(str, command)], capture_output=True, text=True, timeout=60,
                              check=False)
        self.assertEqual(done.returncode, status, done.stderr)
        return done.stderr

    def comes_back(self, data: bytes, name: str, *options: object) -> dict[str, Any]:
        """Encodes and decodes; returns what `nrc info` says of the stream."""
        source, stream = self.dir / name, self.dir / "stream.nrc"
        source.write_bytes(data)
        self.nrc("encode", "--force", *options, source, stream)
        status, decoded, _, err = self.decode(stream)
        self.assertEqual((status, err), (0, ""), options)
        self.assertEqual(decoded, data, options)
        info = subprocess.run([NRC, "info", "--json", str(stream)], capture_output=True, check=True)
        return json.loads(info.stdout)

    def synth(self, *options: object, name: str = "synth.i16") -> bytes:
        self.nrc("synth", "--force", *options, self.dir / name)
        return (self.dir / name).read_bytes()


class GoldenTest(ReferenceTest):
    def test_every_golden_stream_comes_out(self) -> None:
        streams = sorted(GOLDEN.glob("*.nrc"))
        self.assertGreater(len(streams), 6)
        for stream in streams:
            with self.subTest(stream.name):
                expected = stream.with_suffix(".i16").read_bytes()
                self.assertEqual(self.decode(stream)[:2], (0, expected))
                if stream.name.startswith(("neural_", "cascade_")):
                    continue  # a millisecond a code, and recovering knows no profiles
                status, samples, out, _ = self.decode(stream, "--recover")
                self.assertEqual((status, samples), (0, expected))
                self.assertIs(json.loads(out)["closed"], True)


class EncodeTest(ReferenceTest):
    def test_channels_profiles_and_packets(self) -> None:
        for channels, frames in ((1, 1000), (2, 400), (7, 100), (32, 24), (300, 4)):
            data = self.synth("--channels", channels, "--frames", frames, "--seed", channels)
            for profile in (["huffman"], ["huffman", "--narrow"], ["range"],
                            ["range", "--narrow"], ["range", "--neighbour"], ["cascade"]):
                if profile == ["cascade"] and channels * frames > 1600:
                    continue  # it takes a millisecond a code
                for packets in (["--lanes", min(channels, 8)] if channels in (1, 2, 32, 300) and
                                profile != ["cascade"] else [],
                                ["--packet-frames", max(frames // 9, 1)],
                                ["--packet-frames", max(frames // 12, 1), "--key-interval", "5"]):
                    with self.subTest(channels=channels, profile=profile, packets=packets):
                        info = self.comes_back(data, "in.i16", "--channels", channels, "--profile",
                                               *profile, *packets)
                        self.assertEqual((info["profile"], info["channels"], info["narrow"], info["neighbour"]),
                                         (profile[0], channels, "--narrow" in profile,
                                          "--neighbour" in profile))

    def test_code_widths(self) -> None:
        noise = random.Random(1)
        for width in (10, 12, 14, 16):
            half, value, spread = 2**(width - 1), 0, 0
            codes: list[int] = []
            for i in range(1200):
                if i % 64 == 0:
                    spread = 2**noise.randrange(width)
                jump = noise.choice((-half, half - 1)) if noise.randrange(97) == 0 else value
                value = max(-half, min(half - 1, jump + noise.randint(-spread, spread)))
                codes.append(value)
            codes[600:604] = [-half, half - 1, half - 1, -half]
            data = struct.pack(f"<{len(codes)}h", *codes)
            for options in (["--tables", "generic"], ["--tables", "default"],
                            ["--tables", "generic", "--narrow"],
                            ["--profile", "range", "--tables", "generic"],
                            ["--profile", "range", "--tables", "generic", "--narrow"],
                            ["--profile", "range", "--tables", "generic", "--neighbour"]):
                with self.subTest(width=width, options=options):
                    info = self.comes_back(data, "in.i16", "--channels", 3, "--mapping", "code",
                                           "--packet-frames", 90, *options)
                    self.assertEqual((info["mapping"], info["code_width"]), ("code", width))

    def test_raw_packets_among_coded_ones(self) -> None:
        samples = list(struct.unpack("<2000h", self.synth("--channels", 2, "--frames", 1000)))
        noise = random.Random(3)
        for at in (*range(450, 600), *range(1950, 2000)):
            samples[at] = noise.randrange(-2**15, 2**15)
        samples[700] ^= 1  # off the map
        samples[710:760:2] = [5] * 25
        data = struct.pack("<2000h", *samples)
        for profile in ("huffman", "range"):
            for keys in (0, 4):
                info = self.comes_back(data, "in.i16", "--channels", 2, "--packet-frames", 75,
                                       "--mapping", "shift6", "--profile", profile,
                                       "--key-interval", keys)
                self.assertEqual(info["packets"]["raw"], 2)
                self.assertEqual((info["exceptions"], info["exception_packets"]), (26, 2))

    def test_maps(self) -> None:
        noise = random.Random(5)
        codes = [round(noise.gauss(0, 9)) for _ in range(3 * 800)]
        rules: dict[str, Callable[[int, int], int]] = {
            "step 16": lambda code, channel: code * 16 + 5,
            "step 3/2": lambda code, channel: round(code * 1.5),
            "towards zero": lambda code, channel: int(code * 625 / 26) + 11 * channel,
            "unsigned": lambda code, channel: code + 32768,
            "of each channel": lambda code, channel: code * (12, 1, 40)[channel] - 101 * channel}
        for name, rule in rules.items():
            samples = [rule(code, i % 3) & 0xFFFF for i, code in enumerate(codes)]
            # Off the map, one by one and a raw packet of noise.
            samples[77:90] = [1] * 13
            samples[1000] = 77
            samples[1500:1800] = [noise.randrange(2**16) for _ in range(300)]
            data = struct.pack(f"<{len(samples)}H", *samples)
            for options in ([], ["--profile", "range", "--neighbour"], ["--key-interval", "3"],
                            ["--profile", "neural"]):
                part = data
                if options[1:] == ["neural"]:  # it takes a millisecond a code
                    if name not in ("step 3/2", "of each channel"):
                        continue
                    part = data[:2 * 3 * 200]
                with self.subTest(name=name, options=options):
                    self.comes_back(part, "in.i16", "--channels", 3, "--packet-frames", 40, *options)
        for mapping in ("step=3", "step=65535/1023,offset=31", "step=1,offset=-20000"):
            self.comes_back(data, "in.i16", "--channels", 3, "--packet-frames", 40,
                            "--mapping", mapping, "--code-width", 12)

    def test_wav_files_with_anything_around(self) -> None:
        wav = self.synth("--channels", 2, "--frames", 500, name="synth.wav")
        at = wav.index(b"data")
        odd = b"LIST" + struct.pack("<I", 3) + b"odd\0"
        files = {
            "canonical": (wav, 1, 500),
            "chunk before": (wav[:at] + odd + wav[at:], 2, 500),
            "chunk after": (wav + odd, 2, 500),
            "wrong size": (wav[:4] + b"\xff\xff\xff\xff" + wav[8:], 2, 500),
            # A size older than the samples; zeros are no samples.
            "more samples": (wav + bytes(range(256)) * 40, 2, 3060),
            "zeros after": (wav + bytes(256 * 40), 2, 500),
            "no samples": (wav[:44], 2, 0),
            "24 bits": (wav[:34] + b"\x18" + wav[35:], 2, 0),
        }
        for name, (data, container, frames) in files.items():
            for profile in ("huffman", "range"):
                with self.subTest(name, profile=profile):
                    info = self.comes_back(data, "in.wav", "--profile", profile)
                    self.assertEqual((info["container"], info["frames"]), (container, frames))

    def test_files_that_the_codec_does_not_apply_to(self) -> None:
        for data in (b"", b"text", bytes(range(256)) * 300):
            source, stream = self.dir / "in", self.dir / "stream.nrc"
            source.write_bytes(data)
            subprocess.run([ENCODE, str(source), str(stream)], check=True, timeout=60)
            self.assertEqual(self.decode(stream)[:2], (0, data))

    def test_a_pipe_tells_no_total_frames(self) -> None:
        data = self.synth("--channels", 2, "--frames", 300)
        for count in (0, 100 * 4, 300 * 4):
            stream = self.dir / "stream.nrc"
            piped = subprocess.run([NRC, "encode", "--channels", "2", "--packet-frames", "100", "-",
                                    "-"], input=data[:count], capture_output=True, check=True)
            stream.write_bytes(piped.stdout)
            self.assertEqual(self.decode(stream)[:2], (0, data[:count]))

    def test_events(self) -> None:
        for channels, width, options in ((3, 10, ()), (300, 16, ()), (3, 10, ("--link-rate", "0.6"))):
            rate = 19531.25
            samples = spiky_samples(channels, 300 if channels > 3 else 2600, width)
            raw = struct.pack(f"<{len(samples)}h", *samples)
            expected = None if options else find_spikes(samples, channels, width)
            for mode in "beside", "only":
                stream = self.dir / "events.nrc"
                command = ["stream", "encode", "--channels", channels, "--rate", rate, "--mapping", "code",
                           "--code-width", width, "--tables", "generic", f"--events={mode}",
                           "--key-interval", 100, *options]
                done = subprocess.run([NRC, *map(str, command)], input=raw, capture_output=True, check=True)
                stream.write_bytes(done.stdout)
                status, decoded, _, err = self.decode(stream)
                self.assertEqual((status, err), (0, ""))
                if not options:
                    self.assertEqual(decoded, raw if mode == "beside" else b"")
                self.assertEqual(self.decode(stream, "--events")[0], 0)
                text = (self.dir / "decoded").read_text().splitlines()[1:]
                found = [tuple(map(int, line.split(","))) for line in text]
                self.assertGreater(len(found), 20)
                if expected is not None:
                    self.assertEqual(found, expected)
                table = subprocess.run([NRC, "events", str(stream)], capture_output=True, text=True,
                                       check=True).stdout.splitlines()[1:]
                rows = [line.split(",") for line in table]
                self.assertEqual([(int(r[0]), int(r[2]), int(r[3])) for r in rows], found)
                info = json.loads(subprocess.run([NRC, "info", "--json", str(stream)], capture_output=True,
                                                 check=True).stdout)
                self.assertEqual(info["events"], len(found))

    def test_channel_classes(self) -> None:
        channels = 5
        samples = spiky_samples(channels, 400, 10)
        raw = struct.pack(f"<{len(samples)}h", *samples)
        classes = self.dir / "classes"
        classes.write_text("0 off\n1 lossless\n3 events\nat 0.01\n0-4 rounded\n4 off\n")
        for options in ((), ("--link-rate", 0.2)):
            command = [NRC, "stream", "encode", "--channels", channels, "--rate", 20000, "--mapping", "code",
                       "--code-width", 10, "--channel-classes", classes, "--events", *options]
            stream = self.dir / "classes.nrc"
            stream.write_bytes(subprocess.run(list(map(str, command)), input=raw, capture_output=True,
                                              check=True).stdout)
            ours = self.decode(stream)
            self.assertEqual((ours[0], ours[3]), (0, ""))
            self.nrc("decode", "--force", stream, self.dir / "theirs")
            self.assertEqual(ours[1], (self.dir / "theirs").read_bytes())
            self.assertEqual(self.decode(stream, "--recover")[1], ours[1])
            if not options:
                off = [0, 3], [4]
                self.assertEqual(list(struct.unpack(f"<{len(samples)}h", ours[1] or b"")),
                                 [0 if i % channels in off[i // channels >= 200] else s
                                  for i, s in enumerate(samples)])
            self.assertEqual(self.decode(stream, "--events")[0], 0)
            text = (self.dir / "decoded").read_text().splitlines()[1:]
            found = {(int(frame) >= 200, int(c)) for frame, c, _ in (line.split(",") for line in text)}
            self.assertFalse(found & {(False, 0), (True, 4)})
            self.assertTrue(found >= {(False, 3), (True, 0)})

    def test_tables_of_ones_own(self) -> None:
        data = self.synth("--channels", 2, "--frames", 400)
        for name, profile in (("default", "huffman"), ("range_default", "range")):
            tables = json.loads((HERE / f"../../model/tables/{name}.json").read_text())
            tables.update(name="own", initial_scale=2000)
            own = self.dir / "own.json"
            own.write_text(json.dumps(tables))
            source, stream = self.dir / "in.i16", self.dir / "stream.nrc"
            source.write_bytes(data)
            self.nrc("encode", "--force", "--channels", 2, "--profile", profile, "--tables", own,
                     source, stream)
            self.assertEqual(self.decode(stream, "--tables", self.dir)[:2], (0, data))
            status, output, _, err = self.decode(stream)
            self.assertEqual((status, output), (1, None))
            self.assertIn("no tables with id", err)


class ErrorsTest(ReferenceTest):
    """The damaged streams of tb/golden/errors. tb/model/golden_errors_test.cpp has C++'s part."""

    def test_they_are_what_the_script_makes(self) -> None:
        subprocess.run([sys.executable, "-B", str(GOLDEN / "make_errors.py"), str(self.dir)],
                       check=True, timeout=60)
        made = sorted(path.name for path in self.dir.iterdir())
        kept = sorted(path.name for path in ERRORS.iterdir())
        self.assertEqual(kept, made)
        _, different, unreadable = filecmp.cmpfiles(ERRORS, self.dir, made, shallow=False)
        self.assertEqual(different + unreadable, [], "run tb/golden/make_errors.py")

    def test_the_first_fault_ends_strict_decoding(self) -> None:
        for entry in json.loads((ERRORS / "manifest.json").read_text()):
            with self.subTest(entry["file"]):
                stream = ERRORS / entry["file"]
                status, output, out, err = self.decode(stream)
                self.assertEqual(out, "")
                if entry["strict"] is None:
                    self.assertEqual((status, err), (0, ""))
                    self.assertEqual(zlib.crc32(output), entry["crc"])
                    self.nrc("decode", "--force", stream, self.dir / "nrc")
                    self.assertEqual((self.dir / "nrc").read_bytes(), output)
                    continue
                self.assertEqual((status, output, err.count("\n")), (1, None, 1))
                self.assertIn(entry["strict"]["reference"], err)
                err = self.nrc("decode", "--force", stream, self.dir / "nrc", status=1)
                self.assertIn(entry["strict"]["nrc"], err)

    def test_recovering_gives_what_is_right_and_says_what_is_missing(self) -> None:
        for entry in json.loads((ERRORS / "manifest.json").read_text()):
            with self.subTest(entry["file"]):
                self.recover(ERRORS / entry["file"], entry["recover"])

    def recover(self, stream: Path, expected: dict[str, Any]) -> None:
        status, samples, out, err = self.decode(stream, "--recover")
        if "error" in expected or not expected["streams"]:
            self.assertEqual(status, 1)
            self.assertIn(expected["error"]["reference"] if "error" in expected
                          else "no stream header", err)
            return
        *gaps, end = map(json.loads, out.splitlines())
        streams = expected["streams"]
        wanted = [[i, *gap] for i, stream in enumerate(streams) for gap in stream["gaps"]]
        self.assertEqual([list(gap.values()) for gap in gaps], wanted)
        self.assertEqual(status, 3 if wanted else 0)
        self.assertEqual(end["streams"], len(streams))
        self.assertEqual(end["closed"], streams[-1]["closed"])
        self.assertEqual(end["missing_frames"], sum(gap[2] for gap in wanted))
        self.assertEqual(samples, b"".join(map(self.given, streams)))

    @staticmethod
    def given(stream: dict[str, Any]) -> bytes:
        """The samples of a stream but for its gaps."""
        source = (GOLDEN / stream["samples"]).read_bytes()
        size, start, at, pieces = 2 * stream["channels"], stream["start"], 0, []
        for first, frames, *_ in stream["gaps"] + [[stream["frames"], 0]]:
            if first > at:
                pieces.append(source[(start + at) * size:(start + first) * size])
            at = first + frames
        return b"".join(pieces)


class CommandTest(ReferenceTest):
    def test_as_a_command(self) -> None:
        command = [sys.executable, "-B", str(HERE / "nrc_decode.py")]
        output = self.dir / "out"
        for status, options, stream in ((0, [], "range_8ch.nrc"), (1, [], "errors/order_lost.nrc"),
                                        (3, ["--recover"], "errors/order_lost.nrc"),
                                        (1, [], "no such file")):
            done = subprocess.run([*command, *options, str(GOLDEN / stream), str(output)],
                                  capture_output=True, text=True, timeout=60, check=False)
            self.assertEqual(done.returncode, status, done.stderr)
            self.assertEqual(done.stderr.count("\n"), status == 1)
            self.assertEqual(done.stdout.count("\n"), 2 * (status == 3))


if __name__ == "__main__":
    unittest.main()
