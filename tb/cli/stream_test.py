#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""nrc stream: samples to packets and back while they come, through pipes and sockets."""

import os
import re
import select
import signal
import socket
import struct
import subprocess
import threading
import time
import unittest
import zlib
from collections.abc import Iterable, Sequence
from typing import Any

from cli_test import NRC, CommandLineTest, recording, samples
from recover_test import kind, split

CHANNELS = 4
FRAMES = 20  # of a packet
PACKET_BYTES = 2 * CHANNELS * FRAMES
SECONDS = 60  # no step takes as long
ENCODE = ("stream", "encode", "--channels", CHANNELS, "--packet-frames", FRAMES)


class StreamTest(CommandLineTest):
    def setUp(self) -> None:
        super().setUp()
        self.samples = recording(CHANNELS * 1005)

    def start(self, *command: object, **options: Any) -> subprocess.Popen[bytes]:
        options.setdefault("stdin", subprocess.PIPE)
        process = subprocess.Popen([NRC, *map(str, command)], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, **options)
        self.addCleanup(self.end, process)
        return process

    @staticmethod
    def end(process: subprocess.Popen[bytes]) -> None:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe:
                pipe.close()

    def listening(self, process: subprocess.Popen[bytes]) -> str:
        """Waits for the line that says where it listens."""
        line = process.stderr.readline().decode()
        found = re.fullmatch(r"nrc: listening on 127\.0\.0\.1:(\d+)( \(UDP\))?\n", line)
        self.assertTrue(found, line)
        return found[1]

    def read_some(self, process: subprocess.Popen[bytes]) -> bytes:
        """What comes next, without waiting for more input to be given."""
        ready, _, _ = select.select([process.stdout], [], [], SECONDS)
        self.assertTrue(ready, "nothing comes out")
        return os.read(process.stdout.fileno(), 1 << 20)

    def encode(self, data: bytes, *options: object) -> bytes:
        return self.succeed(NRC, *ENCODE, *options, data=data).stdout

    def last_line(self, stderr: bytes) -> str:
        return [line for line in stderr.decode().splitlines() if ".gcda:" not in line][-1]


class Pipes(StreamTest):
    def test_round_trip(self) -> None:
        for options in ((), ("--profile", "range"), ("--profile", "range", "--neighbour"),
                        ("--profile", "range", "--taps", "--neighbour"),
                        ("--mapping", "code"), ("--key-interval", 3), ("--rate", "19531.25")):
            with self.subTest(options=options):
                stream = self.encode(self.samples, *options)
                if "code" not in options:  # a wide code that uses one sample in 64 is not dense
                    self.assertLess(len(stream), 0.7 * len(self.samples))
                done = self.succeed(NRC, "stream", "decode", data=stream)
                self.assertEqual(done.stdout, self.samples)
                # The packets are those of a stream as any other.
                (self.dir / "s.nrc").write_bytes(stream)
                done = self.succeed(NRC, "decode", self.dir / "s.nrc", "-")
                self.assertEqual(done.stdout, self.samples)

    def test_any_samples(self) -> None:
        """Off the grid, after a first packet on it: these packets are sent raw."""
        data = self.samples[:2 * PACKET_BYTES] + os.urandom(3 * PACKET_BYTES) + self.samples
        done = self.succeed(NRC, "stream", "decode", data=self.encode(data))
        self.assertEqual(done.stdout, data)

    def test_types_of_samples(self) -> None:
        for name, size in (("int8", 1), ("uint8", 1), ("int16", 2), ("uint16", 2), ("int24", 3),
                           ("uint24", 3), ("int32", 4), ("uint32", 4)):
            for order in ("<", ">"):
                with self.subTest(type=name, order=order):
                    half = 0 if name[0] == "i" else 2**(8 * size - 1)
                    unit = 1 if size == 1 else 50
                    values = [(i // CHANNELS * 7 % 23 - 11) * unit + half for i in range(400 * CHANNELS)]
                    values[1234] = half + 2**(8 * size - 1) - 1
                    turn = 1 if order == "<" else -1
                    data = b"".join(v.to_bytes(size, "little", signed=half == 0)[::turn] for v in values)
                    options = ("--type", name, *(("--big-endian",) if order == ">" else ()))
                    stream = self.encode(data, *options)
                    self.assertLess(len(stream), len(data))
                    self.assertEqual(self.succeed(NRC, "stream", "decode", data=stream).stdout, data)
                    # As `nrc encode` has it, the type is in the stream.
                    (self.dir / "s.nrc").write_bytes(stream)
                    self.assertEqual(self.succeed(NRC, "decode", self.dir / "s.nrc", "-").stdout, data)

    def test_gaps_of_wide_samples(self) -> None:
        data = bytes(range(240)) * 20 * CHANNELS
        stream = self.encode(data, "--type", "uint24", "--big-endian")
        packets = split(stream)
        lost = b"".join(packets[:1] + packets[2:])
        # Of the whole time up to the next key packet there is none.
        done = self.run_command(NRC, "stream", "decode", "--fill", 0x123456, data=lost)
        self.assertEqual(done.returncode, 3)
        self.assertEqual(done.stdout, b"\x12\x34\x56" * (len(data) // 3))
        done = self.run_command(NRC, "stream", "decode", "--fill", 2**24, data=lost)
        self.assertEqual(done.returncode, 1)
        self.assertIn("16777216 cannot fill gaps of uint24 samples; give 0 to 16777215",
                      self.last_line(done.stderr))

    def test_nothing_and_less_than_a_packet(self) -> None:
        for data in (b"", self.samples[:2 * CHANNELS]):
            done = self.succeed(NRC, "stream", "decode", data=self.encode(data))
            self.assertEqual(done.stdout, data)

    def test_link_rate(self) -> None:
        # 4 channels of 20 kHz take about 0.45 Mbit/s without loss.
        data = self.samples * 8
        decoded = {}
        for rate in (1, 0.3, 0.2):
            done = self.succeed(NRC, "stream", "encode", "--channels", CHANNELS, "--packet-frames", 100,
                                "--long-headers", "--rate", 20000, "--link-rate", rate, "--link-buffer", 256, data=data)
            packets = [p for p in split(done.stdout) if kind(p) != 0]
            steps = [p[3] & 31 for p in packets if p[12:15] != bytes(3)]
            text = self.last_line(done.stderr)
            self.assertIn(f"{sum(not s for s in steps)} packets lossless", text)
            largest = [1, 2, 3, 4, 6, 8, 12, 16][max(steps)]
            self.assertIn(f"largest step {largest}", text)
            # Never far behind the link.
            self.assertLess(len(done.stdout), rate * 1e6 / 8 * len(data) / 8 / 20000 + 2 * 4 * 256)
            received = self.succeed(NRC, "stream", "decode", data=done.stdout)
            back = received.stdout
            rounded = sum(s > 0 for s in steps)
            said = f"{rounded} packet{'s' * (rounded > 1)} rounded, no code more than {largest // 2} off"
            self.assertEqual(said in self.last_line(received.stderr), rounded > 0)
            self.assertEqual(len(back), len(data))
            error = max(abs(a - b) for a, b in zip(struct.unpack(f"<{len(back) // 2}h", back),
                                                   struct.unpack(f"<{len(data) // 2}h", data), strict=True))
            self.assertLessEqual(error, 64 * (largest // 2) + 64)
            decoded[rate] = back
            info = self.dir / "s.nrc"
            info.write_bytes(done.stdout)
            said = self.succeed(NRC, "info", info).stdout.decode()
            self.assertIn("none so far, in a stream that may round" if largest == 1
                          else f"lossy, codes in steps of up to {largest}, none more than {largest // 2} off", said)
        self.assertEqual(decoded[1], data)
        floor = self.succeed(NRC, "stream", "encode", "--channels", CHANNELS, "--rate", 20000, "--link-rate", 1,
                             "--min-step", 3, data=data)
        self.assertIn("0 packets lossless, largest step 3", self.last_line(floor.stderr))
        self.assertNotEqual(decoded[0.2], data)
        for wrong, message in ((("--link-rate", 1), "--rate"),
                               (("--link-rate", 1, "--rate", 20000, "--max-step", 5), "--max-step 5"),
                               (("--link-rate", 1, "--rate", 20000, "--min-step", 5), "--min-step 5"),
                               (("--link-rate", 1, "--rate", 20000, "--min-step", 16), "a smallest step of 7"),
                               (("--link-rate", 1, "--rate", 20000, "--link-buffer", 1000), "1000 words")):
            self.assertIn(message, self.fail_with(1, NRC, *ENCODE, *wrong, data=b""))

    def test_events(self) -> None:
        # Spikes of 60 codes, one for each channel in turn.
        codes = [[0] * CHANNELS for _ in range(2000)]
        for i, at in enumerate(range(100, 1900, 100)):
            codes[at][i % CHANNELS] = -60
        data = b"".join(struct.pack(f"<{CHANNELS}h", *frame) for frame in codes)
        command = (NRC, "stream", "encode", "--channels", CHANNELS, "--rate", 20000, "--mapping", "code",
                   "--code-width", 10)
        beside = self.succeed(*command, "--events", data=data).stdout
        only = self.succeed(*command, "--events=only", "--event-threshold", 10, data=data).stdout
        done = self.succeed(NRC, "stream", "decode", data=beside)
        self.assertEqual(done.stdout, data)
        self.assertRegex(self.last_line(done.stderr), "; [0-9]+ events$")
        self.assertEqual(self.succeed(NRC, "stream", "decode", data=only).stdout, b"")
        self.assertLess(len(only), len(beside) / 4)
        for stream in (beside, only):
            file = self.dir / "events.nrc"
            file.write_bytes(stream)
            rows = self.succeed(NRC, "events", file).stdout.decode().splitlines()
            self.assertEqual(rows[0], "frame,seconds,channel,amplitude")
            self.assertEqual(rows[1:], [f"{at},{at / 20000:.6f},{i % CHANNELS},-60"
                                        for i, at in enumerate(range(100, 1900, 100))])
            self.assertIn("18\n", self.succeed(NRC, "info", file).stdout.decode().split("events  ")[1])
            damaged = bytearray(stream)
            damaged[-40] ^= 1
            file.write_bytes(damaged)
            self.assertIn("damaged at byte", self.fail_with(1, NRC, "events", file))
        file.write_bytes(self.encode(data))
        self.assertIn("no events", self.fail_with(1, NRC, "events", file))
        file.write_bytes(b"RIFF")
        self.assertIn("not an nrc stream", self.fail_with(1, NRC, "events", file))
        self.assertIn("huffman", self.fail_with(1, *command, "--events", "--profile", "range", data=data))
        self.assertIn("--events", self.fail_with(2, *command, "--event-threshold", 5, data=data))

    def test_channel_classes(self) -> None:
        frames = len(self.samples) // 2 // CHANNELS
        file = self.dir / "classes"
        file.write_text("# what is not worth its bits\n0 off\n1-2 lossless\nat 0.005\n0 rounded # again\n1 events\n")
        command = (NRC, "stream", "encode", "--channels", CHANNELS, "--rate", 20000, "--mapping", "shift6",
                   "--key-interval", 0, "--channel-classes", file)
        stream = self.succeed(*command, data=self.samples).stdout
        sent = struct.unpack(f"<{CHANNELS * frames}h", self.samples)
        back = struct.unpack(f"<{CHANNELS * frames}h",
                             self.succeed(NRC, "stream", "decode", data=stream).stdout)
        zero = 31
        for i, (a, b) in enumerate(zip(sent, back, strict=True)):
            off = 0 if i // CHANNELS < 100 else 1
            self.assertEqual(b, zero if i % CHANNELS == off else a, i)
        name = self.dir / "s.nrc"
        name.write_bytes(stream)
        self.assertIn("at first 1 rounded, 2 lossless, 1 off", self.succeed(NRC, "info", name).stdout.decode())
        for text, message in (("0", "line 1"), ("0 on", "class on"), ("4 off", "channels 4"),
                              ("2-1 off", "channels 2-1"), ("x off", "channels x"), ("at 0", "at 0"),
                              ("at x", "at x"), ("0 off off", "line 1"), ("-1 off", "channels -1")):
            file.write_text(text + "\n")
            self.assertIn(message, self.fail_with(1, *command, data=self.samples))
        self.assertIn("cannot be read", self.fail_with(1, *command[:-1], self.dir / "none", data=self.samples))
        file.write_text("0 off\n")
        self.assertIn("huffman", self.fail_with(1, *command, "--profile", "range", data=self.samples))

    def test_final_line(self) -> None:
        done = self.succeed(NRC, *ENCODE, data=self.samples)
        stream = done.stdout
        self.assertEqual(
            self.last_line(done.stderr),
            f"nrc: encoded 1005 frames in 51 packets: {len(self.samples)} bytes to {len(stream)}, "
            f"ratio {len(self.samples) / len(stream):.3f}")
        done = self.succeed(NRC, "stream", "decode", data=stream)
        self.assertEqual(
            self.last_line(done.stderr),
            f"nrc: decoded 1005 frames in {len(split(stream))} packets: {len(stream)} bytes to "
            f"{len(self.samples)}, ratio {len(self.samples) / len(stream):.3f}; 0 lost, 0 damaged")

    def test_delay_of_one_packet(self) -> None:
        """A packet's samples are out of the decoder before the first byte of the next goes in."""
        encoder = self.start(*ENCODE)
        decoder = self.start("stream", "decode")
        for i in range(10):
            given = self.samples[i * PACKET_BYTES:(i + 1) * PACKET_BYTES]
            encoder.stdin.write(given[:-1])
            encoder.stdin.flush()
            ready, _, _ = select.select([encoder.stdout], [], [], 0.05)
            self.assertFalse(ready, "a packet leaves before its last sample is complete")
            encoder.stdin.write(given[-1:])
            encoder.stdin.flush()
            packets = self.read_some(encoder)
            self.assertEqual(sum(kind(p) != 0 for p in split(packets)), 1)
            decoder.stdin.write(packets)
            decoder.stdin.flush()
            self.assertEqual(self.read_some(decoder), given)

    def test_signal_flushes_and_closes(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            encoder = self.start(*ENCODE)
            given = self.samples[:PACKET_BYTES + 3 * 2 * CHANNELS]
            encoder.stdin.write(given + b"\1")  # three frames of a packet, and half a sample
            encoder.stdin.flush()
            stream = self.read_some(encoder)
            encoder.send_signal(number)
            stream += encoder.stdout.read()
            self.assertEqual(encoder.wait(SECONDS), 0)
            done = self.succeed(NRC, "stream", "decode", data=stream)
            self.assertEqual(done.stdout, given)

    def test_memory_is_bounded(self) -> None:
        """80 MB more pass through than at first, and memory stays as it is."""
        encoder = self.start(*ENCODE)
        decoder = self.start("stream", "decode", stdin=encoder.stdout)

        def passes(data: bytes) -> int:
            writer = threading.Thread(target=lambda: (encoder.stdin.write(data),
                                                      encoder.stdin.flush()))
            writer.start()
            size = 0
            while size < len(data):
                size += len(self.read_some(decoder))
            writer.join()
            return sum(self.max_memory(process) for process in (encoder, decoder))

        before = passes(self.samples * 200)
        self.assertLess(passes(self.samples * 10000) - before, 4 << 20)
        encoder.stdin.close()
        self.assertEqual(encoder.wait(SECONDS), 0)
        self.assertEqual(decoder.wait(SECONDS), 0)

    @staticmethod
    def max_memory(process: subprocess.Popen[bytes]) -> int:
        with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
            return int(re.search(r"VmHWM:\s+(\d+) kB", status.read())[1]) << 10


class Loss(StreamTest):
    def setUp(self) -> None:
        super().setUp()
        self.packets = split(self.encode(self.samples, "--key-interval", 5))
        self.data = [i for i, packet in enumerate(self.packets) if kind(packet) != 0]

    def decode(self, status: int, packets: Iterable[bytes], *options: object) -> tuple[bytes, str]:
        done = self.run_command(NRC, "stream", "decode", *options, data=b"".join(packets))
        self.assertEqual(done.returncode, status, done.stderr)
        return done.stdout, self.last_line(done.stderr)

    def with_gap(self, begin: int, end: int, value: int = 0) -> bytes:
        return (self.samples[:begin * PACKET_BYTES]
                + samples([value] * ((end - begin) * PACKET_BYTES // 2))
                + self.samples[end * PACKET_BYTES:])

    def test_lost_packet(self) -> None:
        # Packet 7; the next key packet is 10.
        left = [p for i, p in enumerate(self.packets) if i != self.data[7]]
        out, line = self.decode(3, left)
        self.assertEqual(out, self.with_gap(7, 10))
        self.assertIn("; 1 lost, 0 damaged, 2 undecodable; 60 frames missing, filled with 0", line)
        out, _ = self.decode(3, left, "--fill", "-5")
        self.assertEqual(out, self.with_gap(7, 10, -5))
        out, line = self.decode(3, left, "--fill", "none")
        self.assertEqual(out, self.samples[:7 * PACKET_BYTES] + self.samples[10 * PACKET_BYTES:])
        self.assertIn("60 frames missing, left out", line)

    def test_damaged_and_reordered(self) -> None:
        damaged = list(self.packets)
        at = self.data[7]
        damaged[at] = damaged[at][:20] + bytes([damaged[at][20] ^ 1]) + damaged[at][21:]
        i, j = self.data[21], self.data[22]
        damaged[i], damaged[j] = damaged[j], damaged[i]
        out, line = self.decode(3, damaged)
        self.assertEqual(out, self.with_gap(7, 10))
        self.assertIn("1 lost, 1 damaged", line)

    def test_join(self) -> None:
        late = self.packets[self.data[10] - 1:]
        self.assertEqual(kind(late[0]), 0)
        out, _ = self.decode(3, late)
        self.assertEqual(out, self.with_gap(0, 10))
        out, _ = self.decode(0, late, "--join")
        self.assertEqual(out, self.samples[10 * PACKET_BYTES:])

    def test_cut(self) -> None:
        out, line = self.decode(3, self.packets[:self.data[8]])
        self.assertEqual(out, self.samples[:8 * PACKET_BYTES])
        self.assertIn("without its last packet", line)

    def test_encoder_begins_anew(self) -> None:
        other = recording(CHANNELS * 1005, seed=2)
        again = self.packets[:self.data[8]] + split(self.encode(other))
        out, line = self.decode(3, again)
        self.assertEqual(out, self.samples[:8 * PACKET_BYTES] + other)
        self.assertIn("the encoder restarted 1 time", line)

    def test_encoder_begins_anew_in_other_order(self) -> None:
        """The last packets before come after the first ones of the new stream."""
        other = recording(CHANNELS * 1005, seed=2)
        old, new = self.packets[:self.data[8]], split(self.encode(other))
        again = old[:-3] + new[:3] + old[-3:] + new[3:]
        out, _ = self.decode(3, again)
        self.assertEqual(out, self.samples[:8 * PACKET_BYTES] + other)

    def test_a_stream_number_of_ones_own(self) -> None:
        streams = [self.encode(self.samples, "--stream-number", n) for n in (7, 7, 8)]
        self.assertEqual(streams[0], streams[1])
        self.assertNotEqual(streams[0], streams[2])
        self.assertNotEqual(self.encode(self.samples), self.encode(self.samples))
        self.fail_with(2, NRC, "stream", "encode", "--stream-number", 2**32, data=b"")

    def test_outages_of_any_length(self) -> None:
        """The stream goes on with its numbers, hours later or after a single packet."""
        at = self.data[10] - 1
        for lost in (1, 9, 32759, 32768, 40000, 65535, 65536, 70000, 3_515_625):
            for frames in (20 * lost, lost):
                with self.subTest(lost=lost, frames=frames):
                    later = [advanced(packet, lost, frames) for packet in self.packets[at:]]
                    out, line = self.decode(3, self.packets[:at] + later, "--fill", "none")
                    self.assertEqual(out, self.samples)
                    self.assertIn(f"; {lost} lost, 0 damaged; {frames} frame", line)


def advanced(packet: bytes, packets: int, frames: int) -> bytes:
    """The packet of a stream that has lost so much before it."""
    sequence, first = struct.unpack_from("<II", packet, 4)
    if kind(packet) != 0:
        first += frames
    packet = packet[:4] + struct.pack("<II", sequence + packets, first) + packet[12:-4]
    return packet + struct.pack("<I", zlib.crc32(packet))


class Sockets(StreamTest):
    def round_trip(self, first: Sequence[object], second: Sequence[object]) -> None:
        """`first` listens, `second` connects; one of them encodes."""
        waiting = self.start(*first, "--listen", "0")
        port = self.listening(waiting)
        other = self.start(*second, "--connect", f"127.0.0.1:{port}")
        encoder, decoder = (other, waiting) if first[1] == "decode" else (waiting, other)
        decoder.stdin.close()
        encoder.stdin.write(self.samples)
        encoder.stdin.close()
        self.assertEqual(decoder.stdout.read(), self.samples)
        self.assertEqual(decoder.wait(SECONDS), 0)
        self.assertEqual(encoder.wait(SECONDS), 0)

    def test_decoder_listens(self) -> None:
        self.round_trip(("stream", "decode"), ENCODE)

    def test_encoder_listens(self) -> None:
        self.round_trip(ENCODE, ("stream", "decode"))

    def test_udp(self) -> None:
        decoder = self.start("stream", "decode", "--udp", "--listen", "0")
        port = self.listening(decoder)
        encoder = self.start(*ENCODE, "--udp", "--connect", f"127.0.0.1:{port}")
        for i in range(10):
            given = self.samples[i * PACKET_BYTES:(i + 1) * PACKET_BYTES]
            encoder.stdin.write(given)
            encoder.stdin.flush()
            self.assertEqual(self.read_some(decoder), given)
        encoder.stdin.close()
        self.assertEqual(encoder.wait(SECONDS), 0)
        self.assertEqual(decoder.wait(SECONDS), 0)

    def test_udp_outage_and_restart(self) -> None:
        """Before the outage, after it, and a second encoder after the first was switched off."""
        first = split(self.encode(self.samples, "--key-interval", 5))
        second = split(self.encode(self.samples))
        at = len(first) // 2
        while kind(first[at]) != 0:
            at += 1
        decoder = self.start("stream", "decode", "--udp", "--listen", "0", "--fill", "none")
        port = int(self.listening(decoder))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for packet in (*first[:at], *(advanced(p, 50000, 10**6) for p in first[at:-1]), *second):
                sender.sendto(packet, ("127.0.0.1", port))
                time.sleep(0.001)
        out = decoder.stdout.read()
        self.assertEqual(decoder.wait(SECONDS), 3)
        self.assertEqual(out, self.samples[:-2 * CHANNELS * (1005 % 20)] + self.samples)

    def test_udp_sends_a_packet_in_each_datagram(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
            receiver.bind(("127.0.0.1", 0))
            receiver.settimeout(SECONDS)
            port = receiver.getsockname()[1]
            self.succeed(NRC, *ENCODE, "--udp", "--connect", f"127.0.0.1:{port}",
                         data=self.samples[:3 * PACKET_BYTES])
            kinds = [[kind(p) for p in split(receiver.recv(65536))] for _ in range(4)]
        self.assertEqual(kinds, [[0, 1], [1], [1], [1]])

    def test_decoder_goes_away(self) -> None:
        encoder = self.start(*ENCODE, "--listen", "0")
        port = self.listening(encoder)
        socket.create_connection(("127.0.0.1", int(port))).close()
        try:
            for _ in range(1000):
                encoder.stdin.write(self.samples)
                encoder.stdin.flush()
        except BrokenPipeError:
            pass
        self.assertEqual(encoder.wait(SECONDS), 1)
        self.assertIn("was closed by its reader", self.last_line(encoder.stderr.read()))

    def test_errors(self) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            self.assertIn(f"cannot listen on {port}: Address already in use",
                          self.fail_with(1, NRC, "stream", "decode", "--listen", port))
        self.assertIn(f"cannot connect to 127.0.0.1:{port}: Connection refused",
                      self.fail_with(1, NRC, *ENCODE, "--connect", f"127.0.0.1:{port}", data=b""))
        for address in ("127.0.0.1:65536", "127.0.0.1:", ":1", "host:port"):
            self.assertIn("is not an address",
                          self.fail_with(1, NRC, *ENCODE, "--connect", address, data=b""))


class WrongUse(StreamTest):
    def test_usage(self) -> None:
        for options in (("stream",), ("stream", "encode", "--channels", 0),
                        ("stream", "encode", "--udp"), ("stream", "decode", "--udp"),
                        ("stream", "encode", "--code-width", 12),
                        ("stream", "encode", "--packet-frames", 65536),
                        ("stream", "decode", "--fill", "x"),
                        ("stream", "decode", "--listen", 1, "--connect", "h:1")):
            self.fail_with(2, NRC, *options, data=b"")

    def test_settings(self) -> None:
        self.assertIn("--profile range", self.fail_with(1, NRC, *ENCODE, "--neighbour", data=b""))
        self.assertIn("--type int12: give int8,", self.fail_with(1, NRC, *ENCODE, "--type", "int12", data=b""))
        self.assertIn("nrc codes integers only", self.fail_with(1, NRC, *ENCODE, "--type", "float32", data=b""))
        self.assertIn("too large", self.fail_with(1, NRC, "stream", "encode", "--channels", 65536,
                                                  "--packet-frames", 257, data=b""))
        self.assertIn("datagram", self.fail_with(1, NRC, "stream", "encode", "--channels", 4096,
                                                 "--udp", "--connect", "127.0.0.1:1", data=b""))

    def test_input_ends_inside_a_frame(self) -> None:
        done = self.run_command(NRC, *ENCODE, data=self.samples[:-1])
        self.assertEqual(done.returncode, 1)
        self.assertIn("ends inside a frame: 7 of 8 bytes", self.last_line(done.stderr))
        done = self.succeed(NRC, "stream", "decode", data=done.stdout)
        self.assertEqual(done.stdout, self.samples[:-8])

    def test_not_a_stream(self) -> None:
        for data in (b"", b"no stream at all" * 10):
            done = self.run_command(NRC, "stream", "decode", data=data)
            self.assertEqual(done.returncode, 1)
            self.assertEqual(done.stdout, b"")
            self.assertIn("no stream header", self.last_line(done.stderr))

    def test_broken_pipe(self) -> None:
        encoder = self.start(*ENCODE)
        encoder.stdout.close()
        try:
            for _ in range(1000):
                encoder.stdin.write(self.samples)
                encoder.stdin.flush()
        except BrokenPipeError:
            pass
        self.assertEqual(encoder.wait(SECONDS), 1)
        self.assertIn("standard output was closed", self.last_line(encoder.stderr.read()))


if __name__ == "__main__":
    unittest.main()
