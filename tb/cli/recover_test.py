#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Damaged streams through the command: nrc decode --recover, and what nrc decode and info say."""

import json
import os
import pty
import resource
import signal
import struct
import subprocess
import time
import unittest
import zlib
from typing import Any

from cli_test import NRC, CommandLineTest, recording, samples, wav

FRAMES = 20000
PACKET = 1000
KEY = 4  # packets from one key packet to the next
RATE = 19531
OPTIONS = ("--packet-frames", str(PACKET), "--key-interval", str(KEY))
HEADER, HUFFMAN, CONTAINER, INDEX = 0, 1, 4, 5


def packet_size(data: bytes) -> int:
    """Of the packet that the data begin with; its header may have the short form."""
    if data[2] & 0x80:
        return 20 + 4 * (int.from_bytes(data[12:14], "little") >> 7)
    return 24 + 4 * int.from_bytes(data[15:18], "little")


def split(stream: bytes) -> list[bytes]:
    packets = []
    while stream:
        size = packet_size(stream)
        packets.append(stream[:size])
        stream = stream[size:]
    return packets


def kind(packet: bytes) -> int:
    return packet[2] & 0xF


def first_frame(packet: bytes) -> int:
    return struct.unpack_from("<I", packet, 8)[0]


def with_first_frame(packet: bytes, frame: int) -> bytes:
    """The packet as an encoder sends it that has dropped the frames before."""
    packet = packet[:8] + struct.pack("<I", frame) + packet[12:-4]
    return packet + struct.pack("<I", zlib.crc32(packet))


def flip(packet: bytes, byte: int) -> bytes:
    return packet[:byte] + bytes([packet[byte] ^ 1]) + packet[byte + 1:]


def fill(frames: int, value: int = 0, channels: int = 1) -> bytes:
    return samples([value] * (frames * channels))


class RecoverTest(CommandLineTest):
    def setUp(self) -> None:
        super().setUp()
        self.samples = self.wav.read_bytes()[44:]
        self.packets = split(self.stream(*OPTIONS).read_bytes())
        # Where the data packet of each thousand frames is.
        self.data = [i for i, packet in enumerate(self.packets) if kind(packet) not in
                     (HEADER, CONTAINER, INDEX)]

    def recover(self, status: int, stream: bytes, *options: object) -> tuple[bytes, dict[str, Any], list[str]]:
        """Recovers from a file to a file. Returns output, report and lines for the user."""
        source = self.write("damaged.nrc", stream)
        out, report = self.dir / "out", self.dir / "gaps.json"
        done = self.run_command(NRC, "decode", "--recover", source, out, "--force", "--gaps",
                                report, *options)
        self.assertEqual(done.returncode, status, done.stderr)
        self.assertEqual(done.stdout, b"")
        lines = [line for line in done.stderr.decode().splitlines() if ".gcda:" not in line]
        for line in lines:
            self.assertTrue(line.startswith(f"nrc: {source}: "), line)
        found = json.loads(report.read_text())
        self.assertEqual(found["complete"], status == 0)
        self.assertEqual(found["counters"]["bytes"], len(stream))
        return out.read_bytes(), found, lines

    def without(self, *lost: int) -> bytes:
        return b"".join(p for i, p in enumerate(self.packets) if i not in lost)

    def blank(self, begin: int, end: int, value: int = 0) -> bytes:
        return self.samples[:2 * begin] + fill(end - begin, value) + self.samples[2 * end:]


class WhatSurvives(RecoverTest):
    def test_intact_stream(self) -> None:
        out, report, lines = self.recover(0, b"".join(self.packets))
        self.assertEqual(out, self.wav.read_bytes())
        self.assertEqual(lines, [])
        self.assertEqual(report["gaps"], [])
        self.assertTrue(report["closed"])
        self.assertEqual(report["counters"]["frames"], FRAMES)

    def test_lost_packet(self) -> None:
        # The one after the key packet of frame 4000: all up to frame 8000 are lost with it.
        out, report, lines = self.recover(3, self.without(self.data[5]))
        self.assertEqual(out, wav(self.blank(5000, 8000)))
        self.assertEqual(len(lines), 2)
        self.assertIn("frames 5000 to 7999 are missing", lines[0])
        self.assertIn(f"({5000 / RATE:.4f} s to {8000 / RATE:.4f} s)", lines[0])
        self.assertIn("1 packet lost on the link", lines[0])
        self.assertIn("2 packets that could not be decoded", lines[0])
        self.assertIn("3000 of 20000 frames missing in 1 gap, filled with 0", lines[1])
        [gap] = report["gaps"]
        self.assertAlmostEqual(gap.pop("start_seconds"), 5000 / RATE)
        self.assertAlmostEqual(gap.pop("seconds"), 3000 / RATE)
        self.assertEqual(gap, {"first_frame": 5000, "frames": 3000, "lost_packets": 1,
                               "dropped_frames": 0, "undecodable_packets": 2, "cut": False})
        self.assertEqual(report["header"]["channels"], 1)
        self.assertEqual(report["header"]["rate_hz"], RATE)
        self.assertEqual(report["header"]["total_frames"], FRAMES)
        self.assertEqual(report["fill"], 0)
        counters = report["counters"]
        self.assertEqual(counters["lost_packets"], 1)
        self.assertEqual(counters["undecodable_packets"], 2)
        self.assertEqual(counters["frames"], 17000)
        self.assertEqual(counters["missing_frames"], 3000)

    def test_fill(self) -> None:
        stream = self.without(self.data[5])
        for options in (["--fill", "-5"], ["--fill=-5"], ["--fill", "32767"]):
            value = int(options[-1].split("=")[-1])
            out, report, lines = self.recover(3, stream, *options)
            self.assertEqual(out, wav(self.blank(5000, 8000, value)))
            self.assertEqual(report["fill"], value)
            self.assertIn(f"filled with {value}", lines[-1])
        out, report, lines = self.recover(3, stream, "--fill", "none")
        self.assertEqual(out, wav(self.samples[:10000] + self.samples[16000:]))
        self.assertIsNone(report["fill"])
        self.assertEqual(report["gaps"][0]["first_frame"], 5000)
        self.assertIn("left out", lines[-1])
        for bad in ("1.5", "x", "", "none "):
            self.fail_with(2, NRC, "decode", "--recover", self.wav, "/dev/null", "--fill", bad)
        # The stream says which samples there are.
        damaged = self.write("damaged.nrc", stream)
        for bad in ("32768", "-32769"):
            message = self.fail_with(1, NRC, "decode", "--recover", damaged, self.dir / "not", "--fill", bad)
            self.assertIn("give -32768 to 32767", message)

    def test_bit_flips(self) -> None:
        for byte, what in ((0, "sync"), (2, "type"), (5, "sequence"), (9, "first frame"),
                           (13, "frames"), (16, "length"),
                           (18, "stream"), (40, "payload"), (-2, "CRC")):
            with self.subTest(what):
                packets = list(self.packets)
                at = self.data[9]
                packets[at] = flip(packets[at], byte % len(packets[at]))
                out, report, lines = self.recover(3, b"".join(packets))
                self.assertEqual(out, wav(self.blank(9000, 12000)))
                self.assertEqual(report["counters"]["damages"], 1)
                self.assertEqual(report["counters"]["skipped_bytes"], len(packets[at]))
                self.assertIn("bytes skipped", lines[-1])

    def test_damaged_stream_header(self) -> None:
        packets = [flip(self.packets[0], 24)] + self.packets[1:]
        out, report, _ = self.recover(3, b"".join(packets))
        self.assertEqual(out, wav(self.blank(0, 4000)))
        self.assertEqual(report["gaps"][0]["lost_packets"], KEY + 1)

    def test_cut(self) -> None:
        stream = b"".join(self.packets[:-1])  # without the index
        out, report, lines = self.recover(3, stream[:-3])
        self.assertEqual(out, wav(self.blank(19000, 20000)))
        self.assertTrue(report["gaps"][0]["cut"])
        self.assertFalse(report["closed"])
        self.assertTrue(report["end_known"])
        self.assertIn("the end of the stream is missing", lines[0])
        out, _, _ = self.recover(3, stream[:60])  # the stream header alone
        self.assertEqual(out, wav(fill(FRAMES)))

    def test_end_of_unknown_length(self) -> None:
        stream = self.succeed(NRC, "encode", "-", "-", "--channels", "2", *OPTIONS,
                              data=self.samples).stdout
        packets = split(stream)
        out, report, lines = self.recover(3, b"".join(packets[:-2]))
        self.assertEqual(out, self.samples[:-4000])
        self.assertFalse(report["end_known"])
        self.assertEqual(report["gaps"], [])
        self.assertIsNone(report["header"]["total_frames"])
        self.assertIsNone(report["header"]["rate_hz"])
        self.assertIn("missing after frame 9000", lines[0])

    def test_time_is_told_only_if_the_rate_is(self) -> None:
        source = self.write("raw", self.samples)
        packets = split(self.stream("--raw", *OPTIONS, source=source, name="raw.nrc").read_bytes())
        out, report, lines = self.recover(3, b"".join(packets[:3] + packets[4:]))
        self.assertEqual(out, self.blank(2000, 4000))
        self.assertIsNone(report["gaps"][0]["seconds"])
        self.assertIn("frames 2000 to 3999 are missing: 1 packet lost", lines[0])

    def test_garbage_doubled_and_swapped(self) -> None:
        swapped = list(self.packets)
        swapped[2], swapped[3] = swapped[3], swapped[2]
        for stream, word in ((b"garbage".join(self.packets), "bytes skipped"),
                             (b"".join(p + p for p in self.packets),
                              f"{len(self.packets) - 1} repeated or late"),
                             (b"".join(swapped), "reordered"),
                             (b"".join(self.packets) + b"\0", "1 byte skipped"),
                             (b"RIFF" + b"".join(self.packets), "4 bytes skipped")):
            out, report, lines = self.recover(0, stream)
            self.assertEqual(out, self.wav.read_bytes())
            self.assertEqual(report["gaps"], [])
            self.assertEqual(len(lines), 1)
            self.assertIn("all 20000 frames are present", lines[0])
            self.assertIn(word, lines[0])

    def test_dropped_by_the_encoder(self) -> None:
        stream = self.succeed(NRC, "encode", "--raw", "-", "-", "--packet-frames", "1000",
                              "--key-interval", "1", data=self.samples).stdout
        packets = split(stream)
        last = packets[-2]
        packets[-2] = with_first_frame(last, first_frame(last) + 1)
        out, report, lines = self.recover(3, b"".join(packets))
        self.assertEqual(out, self.samples[:38000] + fill(1) + self.samples[38000:])
        self.assertEqual(report["gaps"][0]["dropped_frames"], 1)
        self.assertEqual(report["counters"]["dropped_frames"], 1)
        self.assertIn("frame 19000 is missing: 1 frame dropped by the encoder", lines[0])

    def test_profiles_and_containers(self) -> None:
        tail = b"LIST\x04\0\0\0abcd"
        stereo = recording(2 * 8000)
        for profile in ("huffman", "range"):
            for name, before, after, options in (
                    ("canonical", wav(stereo, channels=2)[:44], b"", []),
                    ("chunks", wav(stereo, channels=2)[:44], tail, []),
                    ("raw", b"", b"", ["--channels", "2"])):
                with self.subTest((profile, name)):
                    source = self.write("source", before + stereo + after)
                    stream = self.stream("--force", "--profile", profile, *OPTIONS, *options,
                                         source=source, name="s.nrc").read_bytes()
                    packets = split(stream)
                    self.assertEqual(self.recover(0, stream)[0], before + stereo + after)
                    self.assertEqual(self.recover(0, stream, "--fill", "none")[0],
                                     before + stereo + after)
                    data = [i for i, p in enumerate(packets) if kind(p) in (1, 2)]
                    del packets[data[2]]
                    out, report, _ = self.recover(3, b"".join(packets), "--fill", "1")
                    self.assertEqual(out, before + stereo[:8000] + fill(2000, 1, 2) +
                                     stereo[16000:] + after)
                    self.assertEqual(report["header"]["profile"], profile)
                    self.assertIsNone(report["substitute"])
                    out, report, lines = self.recover(3, b"".join(packets), "--fill", "none")
                    rest = stereo[:8000] + stereo[16000:]
                    self.assertEqual(out, rest if name == "raw" else wav(rest, channels=2))
                    if name == "chunks":
                        self.assertIn("plain WAV header", report["substitute"])
                        self.assertIn("plain WAV header", lines[-2])

    def test_lost_container_packet(self) -> None:
        source = self.write("tail.wav", wav(self.samples) + b"LIST\x04\0\0\0abcd")
        packets = split(self.stream(*OPTIONS, source=source, name="s.nrc").read_bytes())
        self.assertEqual(kind(packets[2]), CONTAINER)
        out, report, lines = self.recover(3, b"".join(packets[:2] + packets[3:]))
        self.assertEqual(out, wav(self.samples))
        self.assertEqual(report["gaps"], [])
        self.assertIn("plain WAV header", report["substitute"])
        self.assertIn("plain WAV header", lines[0])

    def test_stored_file(self) -> None:
        source = self.write("wide.wav", wav(bytes(range(200)), bits=64))
        packets = split(self.stream(source=source, name="s.nrc").read_bytes())
        self.assertEqual(self.recover(0, b"".join(packets))[0], source.read_bytes())
        out, _, lines = self.recover(3, b"".join(packets[:-2] + packets[-1:]))
        self.assertEqual(out, b"")
        self.assertIn("stored", lines[0])

    def test_table_file(self) -> None:
        root = os.environ.get("NRC_SOURCE_DIR", ".")
        with open(f"{root}/model/tables/default.json", encoding="utf-8") as file:
            tables = json.load(file)
        tables["initial_scale"] += 1
        own = self.write("own.json", json.dumps(tables).encode())
        packets = split(self.stream("--force", "--tables", own, *OPTIONS).read_bytes())
        stream = b"".join(packets[:-2])
        self.assertEqual(self.recover(3, stream, "--tables", own)[0],
                         wav(self.blank(19000, 20000)))
        source = self.write("lost.nrc", stream)
        self.assertIn("table", self.fail_with(1, NRC, "decode", "--recover", source,
                                              self.dir / "other"))


class Limits(RecoverTest):
    def test_many_gaps(self) -> None:
        stream = self.succeed(NRC, "encode", "--raw", "-", "-", "--packet-frames", "100",
                              "--key-interval", "1", data=self.samples).stdout
        packets = split(stream)
        data = [p for p in packets if kind(p) == HUFFMAN]
        kept = [packets[0]] + [p for i, p in enumerate(data) if i % 4 != 1] + packets[-1:]
        out, report, lines = self.recover(3, b"".join(kept))
        self.assertEqual(len(out), len(self.samples))
        self.assertEqual(len(report["gaps"]), 50)
        self.assertEqual([gap["first_frame"] for gap in report["gaps"]],
                         list(range(100, 20000, 400)))
        self.assertEqual(len(lines), 22)
        self.assertIn("30 gaps more", lines[20])
        self.assertIn("5000 of 20000 frames missing in 50 gaps", lines[21])

    def far_frame(self, frame: int, channels: int) -> tuple[bytes, bytes]:
        """A stream whose last packet comes after a gap up to this frame."""
        data = self.samples[:2 * channels]
        stream = self.succeed(NRC, "encode", "-", "-", "--channels", channels, "--packet-frames",
                              "1", "--key-interval", "1", data=data + data).stdout
        packets = split(stream)
        packets[-2] = with_first_frame(packets[-2], frame)
        packets[-1] = with_first_frame(packets[-1], frame + 1)
        return b"".join(packets), data

    def test_gap_too_long_to_fill(self) -> None:
        stream, data = self.far_frame(1 << 28, 10)
        source = self.write("far.nrc", stream)
        message = self.fail_with(1, NRC, "decode", "--recover", source, self.dir / "o",
                                 "--gaps", self.dir / "g")
        self.assertIn("from frame 1 on", message)
        self.assertIn("--fill none", message)
        self.assertEqual(self.recover(3, stream, "--fill", "none")[0], data + data)

    def test_long_fills_and_pipes_take_little_memory(self) -> None:
        stream, _ = self.far_frame(1 << 28, 1)
        process = subprocess.Popen([NRC, "decode", "--recover", "-", "/dev/null"],
                                   stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        process.stdin.write(stream)
        process.stdin.close()
        process.stderr.read()
        process.stderr.close()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(process.returncode, 3)
        self.assertLess(usage.ru_maxrss, 200000)  # KiB; the output has half a GiB


class InputsAndOutputs(RecoverTest):
    def test_standard_input_and_output(self) -> None:
        stream = self.without(self.data[5])
        done = self.run_command(NRC, "decode", "--recover", "-", "-", data=stream)
        self.assertEqual(done.returncode, 3)
        self.assertEqual(done.stdout, wav(self.blank(5000, 8000)))
        self.assertIn(b"nrc: standard input: frames 5000", done.stderr)
        done = self.run_command(NRC, "decode", "--recover", "-", "-", "--fill", "none", data=stream)
        self.assertEqual(done.returncode, 3)
        self.assertEqual(done.stdout, wav(self.samples[:10000] + self.samples[16000:]))
        done = self.run_command(NRC, "decode", "--recover", "-", "/dev/null", "--gaps", "-",
                                data=stream)
        self.assertEqual(done.returncode, 3)
        self.assertEqual(json.loads(done.stdout)["stream"], "standard input")
        done = self.run_command(NRC, "decode", "--recover", "-", "-", data=b"".join(self.packets))
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assertEqual(done.stdout, self.wav.read_bytes())

    def test_samples_leave_as_they_come(self) -> None:
        process = subprocess.Popen([NRC, "decode", "--recover", "-", "-"], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        process.stdin.write(self.packets[0] + self.packets[1])
        process.stdin.flush()
        self.assertEqual(os.read(process.stdout.fileno(), 4), b"RIFF")
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 3)

    def test_another_stream(self) -> None:
        stream = b"".join(self.packets)
        other = self.stream("--channels", "2", source=self.write("raw", recording(400, seed=9)),
                            name="other.nrc").read_bytes()
        out, report, lines = self.recover(3, stream + other)
        self.assertEqual(out, self.wav.read_bytes())
        self.assertEqual(report["next_stream_byte"], len(stream))
        self.assertIn(f"another stream begins at byte {len(stream)}", lines[0])
        cut = self.without(self.data[-1], len(self.packets) - 1)
        out, report, lines = self.recover(3, cut + b"rubbish" + other)
        self.assertEqual(out, wav(self.blank(19000, 20000)))
        self.assertEqual(report["next_stream_byte"], len(cut) + 7)
        rest = (cut + b"rubbish" + other)[report["next_stream_byte"]:]
        self.assertEqual(self.recover(0, rest)[0], recording(400, seed=9))

    def test_no_stream_header(self) -> None:
        for data in (b"", b"NR", self.wav.read_bytes(), self.packets[1]):
            source = self.write("none", data)
            message = self.fail_with(1, NRC, "decode", "--recover", source, self.dir / "o",
                                     "--gaps", self.dir / "g")
            self.assertIn(f"none: no stream header found in {len(data)} bytes: not an nrc stream, "
                          "or its first key packet is missing too", message)

    def test_outputs_are_not_replaced(self) -> None:
        source = self.write("s.nrc", self.without(self.data[5]))
        old = self.write("old", b"old")
        command = [NRC, "decode", "--recover", source]
        self.assertIn("--force", self.fail_with(1, *command, old))
        self.assertIn("--force", self.fail_with(1, *command, self.dir / "o", "--gaps", old))
        for gaps in (self.dir / "o", f"{self.dir}/./o", source):
            self.fail_with(1, *command, self.dir / "o", "--gaps", gaps, "--force")
        self.fail_with(1, *command, source, "--force")
        self.fail_with(1, *command, "-", "--gaps", "-")
        self.assertEqual(old.read_bytes(), b"old")
        if os.path.exists("/dev/full"):
            self.fail_with(1, *command, "/dev/full")
            self.fail_with(1, *command, self.dir / "o", "--gaps", "/dev/full")
        self.assertEqual(self.run_command(*command, old, "--force").returncode, 3)
        self.assertEqual(old.read_bytes(), wav(self.blank(5000, 8000)))

    def test_no_room_for_the_temporary_file(self) -> None:
        source = self.write("s.nrc", b"".join(self.packets))
        def limit() -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

        command = [NRC, "decode", "--recover", source, "/dev/null"]
        self.assertIn("TMPDIR", self.fail_with(1, *command, "--fill", "none", preexec_fn=limit))
        self.succeed(*command, preexec_fn=limit)

    def test_options_that_need_recover(self) -> None:
        for options in (["--fill", "1"], ["--gaps", self.dir / "g"]):
            message = self.fail_with(2, NRC, "decode", self.wav, self.dir / "o", *options)
            self.assertIn("--recover", message)

    def test_help_has_the_exit_status(self) -> None:
        self.assertIn(b"3 with --recover", self.succeed(NRC, "decode", "--help").stdout)

    def test_signals_leave_nothing(self) -> None:
        before = sorted(os.listdir(self.dir))
        process = subprocess.Popen(
            [NRC, "decode", "--recover", "-", str(self.dir / "o"), "--gaps", str(self.dir / "g")],
            stdin=subprocess.PIPE)
        process.stdin.write(self.packets[0] + self.packets[1])
        process.stdin.flush()
        deadline = time.monotonic() + 30
        while len(os.listdir(self.dir)) < len(before) + 2:
            self.assertLess(time.monotonic(), deadline, "no temporary files appeared")
            time.sleep(0.01)
        time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(timeout=60), -signal.SIGTERM)
        process.stdin.close()
        self.assertEqual(sorted(os.listdir(self.dir)), before)

    def test_progress(self) -> None:
        try:
            leader, follower = pty.openpty()
        except OSError as error:
            self.skipTest(f"no terminals here: {error}")
        process = subprocess.Popen(
            [NRC, "decode", "--recover", "-", str(self.dir / "o")], stdin=subprocess.PIPE,
            stderr=follower)
        os.close(follower)
        for packet in self.packets[:-2]:
            process.stdin.write(packet)
            process.stdin.flush()
            time.sleep(0.05)
        process.stdin.close()
        self.assertEqual(process.wait(timeout=60), 3)
        shown = b""
        try:
            while part := os.read(leader, 4096):
                shown += part
        except OSError:
            pass  # the end of a terminal
        os.close(leader)
        self.assertIn(b"recovering standard input", shown)
        self.assertIn(b"\r\x1b[Knrc: standard input: frames 19000 to 19999", shown)


class MessagesOfDecode(RecoverTest):
    HINT = "`nrc decode --recover`"

    def test_damage_points_to_recovery(self) -> None:
        at = self.data[3]
        packets = self.packets
        for stream in (self.without(at), b"".join(packets)[:-1], b"".join(packets) + b"x",
                       b"".join(packets[:at] + [flip(packets[at], 40)] + packets[at + 1:]),
                       b"".join([flip(packets[0], 30)] + packets[1:]),
                       b"".join(packets[1:])):
            source = self.write("bad.nrc", stream)
            self.assertIn(self.HINT, self.fail_with(1, NRC, "decode", source, self.dir / "o"))

    def test_other_errors_do_not(self) -> None:
        self.assertNotIn(self.HINT, self.fail_with(1, NRC, "decode", self.wav, self.dir / "o"))
        stream = self.write("s.nrc", b"".join(self.packets))
        self.assertNotIn(self.HINT, self.fail_with(1, NRC, "decode", stream, self.wav))
        self.assertNotIn(self.HINT, self.fail_with(1, NRC, "decode", stream, "/dev/full"))


class InfoOnDamage(RecoverTest):
    def info(self, status: int, stream: bytes) -> dict[str, Any]:
        source = self.write("s.nrc", stream)
        text = self.run_command(NRC, "info", source)
        done = self.run_command(NRC, "info", "--json", source)
        self.assertEqual((text.returncode, done.returncode), (status, status), done.stderr)
        info = json.loads(done.stdout)
        state = [line for line in text.stdout.decode().splitlines() if line.startswith("state")]
        if info["damage"]:
            self.assertEqual(state, ["state           " + info["damage"]])
            self.assertIn(f"{info['damage']}; `nrc decode --recover`", done.stderr.decode())
        return info

    def test_numbers_are_of_all_that_is_there(self) -> None:
        at = self.data[5]
        offset = sum(map(len, self.packets[:at]))
        for broken in (flip(self.packets[at], 40), flip(self.packets[at], 1),
                       self.packets[at][:-1], self.packets[at][:7] + b"garbage"):
            packets = self.packets[:at] + [broken] + self.packets[at + 1:]
            info = self.info(1, b"".join(packets))
            self.assertEqual(info["damage"], f"damaged at byte {offset}")
            self.assertEqual(info["frames"], 19000)
            self.assertEqual(info["missing_packets"], 1)
            self.assertTrue(info["closed"])
            self.assertEqual(info["stream_bytes"],
                             sum(map(len, self.packets)) - len(self.packets[at]))

    def test_missing_late_and_dropped(self) -> None:
        info = self.info(1, self.without(self.data[5], self.data[6]))
        self.assertEqual(info["damage"], "packets are missing")
        self.assertEqual(info["missing_packets"], 2)
        self.assertEqual(info["dropped_frames"], 0)
        info = self.info(1, b"".join(p + p for p in self.packets))
        self.assertEqual(info["damage"], "packets are repeated or out of order")
        self.assertEqual(info["late_packets"], len(self.packets))
        self.assertEqual(info["frames"], FRAMES)
        self.assertEqual(info["missing_packets"], 0)
        packets = list(self.packets)
        packets[-2] = with_first_frame(packets[-2], FRAMES)
        packets[-1] = with_first_frame(packets[-1], FRAMES + 1000)
        info = self.info(1, b"".join(packets))
        self.assertEqual(info["damage"], "the encoder dropped frames")
        self.assertEqual(info["dropped_frames"], 1000)

    def test_begin_and_end(self) -> None:
        self.assertIsNone(self.info(0, b"".join(self.packets[:-1]))["damage"])
        self.assertIsNone(self.info(0, b"".join(self.packets)[:-1])["damage"])
        info = self.info(1, b"".join(self.packets[1:]))
        self.assertEqual(info["damage"], "damaged at byte 0")
        self.assertEqual(info["frames"], FRAMES - KEY * PACKET)
        stream = b"".join(self.packets)
        self.assertEqual(self.info(1, stream + b"x")["damage"],
                         f"bytes follow the end at byte {len(stream)}")
        for other in (stream, self.stream("--force", "--profile", "range").read_bytes()):
            info = self.info(1, stream + other)
            self.assertEqual(info["damage"], f"another stream begins at byte {len(stream)}")
            self.assertEqual(info["frames"], FRAMES)
        begun = b"".join(self.packets[:3])
        self.assertEqual(self.info(1, begun + other)["damage"],
                         f"another stream begins at byte {len(begun)}")


if __name__ == "__main__":
    unittest.main()
