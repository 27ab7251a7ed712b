#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A long run of `nrc stream` over this computer's sockets, with a bad link in between.

    soak.py [--packets N] [--seed N] [--nrc PROGRAM] [--transport udp|tcp]

Packets are lost one by one and in outages of up to an eighth of all, repeated, put out of order by up to
eight places and damaged; the encoder is killed and started again. Each sample says of which encoder
and frame it is: every frame that the decoder writes is the right one at the right time, or filled.
The decoder's memory does not grow. Exit status 0 if all that holds.
"""

from __future__ import annotations

import argparse
import random
import re
import select
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

FRAMES = 2  # of a packet
CHANNELS = 4
FRAME_BYTES = 2 * CHANNELS
FILL = -32768
CHUNK = 40  # packets that are under way at a time
KEY_INTERVAL = 16
MOST_MEMORY = 64 << 20
REACH = 8  # places by which packets overtake each other


def frame(encoder: int, number: int) -> bytes:
    """Says of which encoder it is, and which; the last channel is noise."""
    noise = (number * 40503 ^ encoder * 9973) & 0x3F
    return struct.pack("<4h", number & 0x3FFF, number >> 14, encoder, noise)


def packet_size(data: bytes | bytearray) -> int:
    """Of the packet that the data begin with; its header may have the short form."""
    if data[2] & 0x80:
        return 20 + 4 * (int.from_bytes(data[12:14], "little") >> 7)
    return 24 + 4 * int.from_bytes(data[15:18], "little")


def split(data: bytearray) -> Iterator[bytes]:
    """Takes the whole packets from the beginning."""
    while len(data) >= 20:
        size = packet_size(data)
        if len(data) < size:
            return
        yield bytes(data[:size])
        del data[:size]


class Link:
    """What becomes of packets; TCP keeps order and sends no packet twice, but whole ones are lost."""

    def __init__(self, rng: random.Random, packets: int, ordered: bool) -> None:
        self.rng, self.ordered = rng, ordered
        self.longest, self.outages = packets // 8, 10 / packets
        self.outage = 0
        self.held: list[tuple[int, bytes]] = []  # packets to come before each
        self.past: list[bytes] = []
        self.lost = self.damaged = 0

    def send(self, packet: bytes) -> list[bytes]:
        rng = self.rng
        out = [held for left, held in self.held if left <= 1]
        self.held = [(left - 1, held) for left, held in self.held if left > 1]
        if self.outage == 0 and rng.random() < self.outages:
            self.outage = int(self.longest ** rng.random())
        if self.outage > 0 or rng.random() < 0.01:
            self.outage -= self.outage > 0
            self.lost += 1
        elif rng.random() < 0.005:
            at = rng.randrange(len(packet))
            out.append(packet[:at] + bytes([packet[at] ^ 1 << rng.randrange(8)]) + packet[at + 1:])
            self.damaged += 1
        elif not self.ordered and rng.random() < 0.02:
            self.held.append((rng.randint(1, REACH), packet))
        else:
            out.append(packet)
        self.past = self.past[-30:] + [packet]
        if not self.ordered and rng.random() < 0.01:
            out.append(rng.choice(self.past))
        return out


class Run:
    def __init__(self, arguments: argparse.Namespace, transport: str) -> None:
        self.arguments, self.udp = arguments, transport == "udp"
        self.rng = random.Random(arguments.seed)
        self.link = Link(self.rng, arguments.packets, not self.udp)
        self.output = bytearray()
        self.memory: list[int] = []

    def listen(self) -> tuple[socket.socket, int]:
        kind = socket.SOCK_DGRAM if self.udp else socket.SOCK_STREAM
        server = socket.socket(socket.AF_INET, kind)
        server.bind(("127.0.0.1", 0))
        if not self.udp:
            server.listen()
        return server, server.getsockname()[1]

    def options(self) -> list[str]:
        return ["--udp"] if self.udp else []

    def start_decoder(self) -> None:
        self.decoder = subprocess.Popen(
            [self.arguments.nrc, "stream", "decode", "--listen", "0", "--fill", str(FILL),
             *self.options()], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)
        assert self.decoder.stdout and self.decoder.stderr
        line = self.decoder.stderr.readline().decode()
        found = re.search(r"127\.0\.0\.1:(\d+)", line)
        assert found, line
        self.to_decoder = socket.socket(
            socket.AF_INET, socket.SOCK_DGRAM if self.udp else socket.SOCK_STREAM)
        self.to_decoder.connect(("127.0.0.1", int(found[1])))
        self.messages = b""
        self.readers = [threading.Thread(target=self.read_output),
                        threading.Thread(target=self.read_messages)]
        for reader in self.readers:
            reader.start()

    def read_output(self) -> None:
        assert self.decoder.stdout
        while data := self.decoder.stdout.read1(1 << 16):  # type: ignore[attr-defined]
            self.output += data

    def read_messages(self) -> None:
        assert self.decoder.stderr
        while data := self.decoder.stderr.read1(1 << 16):  # type: ignore[attr-defined]
            self.messages = (self.messages + data)[-4096:]

    def note_memory(self) -> None:
        with open(f"/proc/{self.decoder.pid}/status", encoding="ascii") as status:
            found = re.search(r"VmHWM:\s+(\d+) kB", status.read())
        if found:
            self.memory.append(int(found[1]) << 10)

    def forward(self, packet: bytes) -> None:
        for out in self.link.send(packet):
            self.to_decoder.send(out) if self.udp else self.to_decoder.sendall(out)

    def encode(self, encoder: int, packets: int, close: bool) -> None:
        """One encoder from its start to its end, or until it is killed."""
        server, port = self.listen()
        process = subprocess.Popen(
            [self.arguments.nrc, "stream", "encode", "--connect", f"127.0.0.1:{port}", "--channels",
             str(CHANNELS), "--packet-frames", str(FRAMES), "--key-interval", str(KEY_INTERVAL),
             "--mapping", "code", "--code-width", "16", *self.options()],
            stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
        assert process.stdin
        source = server if self.udp else server.accept()[0]
        pending = bytearray()
        for begin in range(0, packets, CHUNK):
            count = min(CHUNK, packets - begin)
            first = begin * FRAMES
            process.stdin.write(b"".join(frame(encoder, first + i) for i in range(count * FRAMES)))
            process.stdin.flush()
            came = 0
            while came < count and select.select([source], [], [], 2)[0]:
                pending += source.recv(1 << 16)
                for packet in split(pending):
                    came += packet[2] & 15 != 0
                    self.forward(packet)
            if begin % (100 * CHUNK) == 0:
                self.note_memory()
            if self.udp:
                time.sleep(0.001)  # the decoder's socket holds so much
        if close:
            process.stdin.close()
            while select.select([source], [], [], 0.5)[0] and (data := source.recv(1 << 16)):
                pending += data
                for packet in split(pending):
                    # What closes the stream arrives.
                    self.to_decoder.send(packet)
            process.wait(60)
        else:
            process.kill()
            process.stdin.close()
            process.wait(60)
        source.close()
        server.close()

    def run(self) -> None:
        self.start_decoder()
        left, encoder = self.arguments.packets, 0
        while left > 0:
            count = min(left, 1 + int(self.arguments.packets * 0.6 * self.rng.random() ** 2))
            left -= count
            self.encode(encoder, count, left == 0)
            encoder += 1
        self.encoders = encoder
        self.to_decoder.close()
        try:
            self.decoder.wait(60)
        finally:
            self.decoder.kill()
            for reader in self.readers:
                reader.join()
        self.check()

    def check(self) -> None:
        starts: dict[int, int] = {}  # frame of the output at which each encoder's begins
        given, last = 0, -1
        for at, (low, high, encoder, noise) in enumerate(struct.iter_unpack("<4h", self.output)):
            if (low, high, encoder, noise) == (FILL,) * 4:
                continue
            number = high << 14 | low
            begin = starts.setdefault(encoder, at - number)
            assert (low, high, encoder, noise) == struct.unpack("<4h", frame(encoder, number)), at
            assert at - number == begin, f"output frame {at}: frame {number}, due {at - begin}"
            assert encoder >= last, f"output frame {at}: encoder {encoder} after {last}"
            given, last = given + 1, encoder
        sent = self.arguments.packets * FRAMES
        print(f"{'udp' if self.udp else 'tcp'}: {self.arguments.packets} packets of {self.encoders} "
              f"encoders, {self.link.lost} lost, {self.link.damaged} damaged; {given} of {sent} frames "
              f"given, all right and at the right time; decoder's memory at most "
              f"{max(self.memory) >> 10} KiB; status {self.decoder.returncode}")
        possible = sent - (self.link.lost + self.link.damaged) * FRAMES
        assert given > possible * 0.4, "too few frames were given"
        assert max(self.memory) < MOST_MEMORY, f"{max(self.memory)} bytes of memory"
        late = self.memory[len(self.memory) // 2:]
        assert max(late) - late[0] < 4 << 20, "the decoder's memory grows"
        assert self.decoder.returncode in (0, 3), self.messages


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--packets", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--nrc", default="build/nrc")
    parser.add_argument("--transport", choices=("udp", "tcp"))
    arguments = parser.parse_args()
    for transport in (arguments.transport,) if arguments.transport else ("udp", "tcp"):
        try:
            Run(arguments, transport).run()
        except AssertionError as wrong:
            print(f"soak: {transport}, seed {arguments.seed}: {wrong}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
