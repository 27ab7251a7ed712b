#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Bad links with several streams: the reference decoder and `nrc stream decode` give the same samples."""

import os
import random
import struct
import subprocess
import unittest

import nrc_decode

NRC = os.environ.get("NRC", "build/nrc")
TRIALS = 120
# The second number has the low bits of the first; one comes twice.
NUMBERS = (1, 1 + 0x10000, 7, 8, 9, 1)


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


def encode(index: int) -> list[bytes]:
    noise = random.Random(index)
    count = 2 * 20 * (10 + 7 * index)
    samples = struct.pack(f"<{count}h", *(round(noise.gauss(0, 5)) for _ in range(count)))
    command = [NRC, "stream", "encode", "--channels", "2", "--key-interval", "4", "--mapping", "code",
               "--stream-number", str(NUMBERS[index]), "--profile", ("huffman", "range")[index == 3]]
    return split(subprocess.run(command, input=samples, capture_output=True, check=True).stdout)


def deliver(streams: list[list[bytes]], rng: random.Random) -> list[bytes]:
    """One to three streams in turn, of which only the last may be closed, over a bad link."""
    order = rng.sample(range(len(streams)), rng.randint(1, 3))
    out: list[bytes] = []
    for index in order:
        packets = streams[index]
        if index != order[-1]:
            packets = packets[:rng.randint(1, len(packets) - 1)]
        out += packets[:-1] if rng.random() < 0.5 else packets
    for _ in range(rng.randint(0, 8)):
        at = rng.randrange(len(out))
        to = at + rng.randint(1, 12)
        kind = rng.randrange(5)
        if kind == 0 and at > 0:
            del out[at:to]
        elif kind == 1:
            out.insert(to, out[at])
        elif kind == 2:
            out.insert(to, out.pop(at))
        elif kind == 3:
            out.insert(at, rng.choice(rng.choice(streams)[:-1]))
        else:
            packet = bytearray(out[at])
            packet[rng.randrange(len(packet))] ^= 1 << rng.randrange(8)
            out[at] = bytes(packet)
    return out


def sink(to: bytearray) -> nrc_decode.Report:
    """Takes samples, and leaves out gaps."""
    def take(event: bytes | dict[str, int]) -> None:
        if not isinstance(event, dict):
            to.extend(event)
    return take


class LinkTest(unittest.TestCase):
    def test_several_streams(self) -> None:
        library = nrc_decode.load_tables(os.path.join(os.path.dirname(__file__), "../../model/tables"))
        streams = [encode(index) for index in range(len(NUMBERS))]
        begun = 0
        for trial in range(TRIALS):
            packets = deliver(streams, random.Random(trial))
            expected = bytearray()
            receiver = nrc_decode.Receiver(library, sink(expected))
            receiver.receive(b"".join(packets))
            begun += receiver.counts["streams"]
            if not receiver.counts["streams"]:
                continue
            done = subprocess.run([NRC, "stream", "decode", "--fill", "none"],
                                  input=b"".join(packets), capture_output=True, check=False, timeout=60)
            with self.subTest(trial=trial):
                self.assertIn(done.returncode, (0, 3), done.stderr)
                # The command ends with the first stream that is closed.
                closed = any(packet[2] & 0x20 for packet in packets)
                self.assertTrue(expected.startswith(done.stdout))
                self.assertTrue(closed or len(done.stdout) == len(expected))
        self.assertGreater(begun, TRIALS)


if __name__ == "__main__":
    unittest.main()
