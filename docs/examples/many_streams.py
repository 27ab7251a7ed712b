#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Separates the streams of several encoders on one link (many_encoders.sv) by the low byte of their stream numbers.

    receive_link | many_streams.py streams     writes streams/0.nrc, streams/1.nrc, ...

Each file is a stream for `nrc decode`, or nrc_receiver in C. Bytes that are not a whole packet with the right CRC are
skipped, so that a link may damage packets.
"""
import sys
import zlib
from pathlib import Path
from typing import BinaryIO

SYNC = b"NR"
HEADER, CRC = 20, 4


def packets(link: bytes) -> tuple[list[bytes], int]:
    """The whole packets, and the offset of the first incomplete one. Hardware sends only headers of 20 bytes
    (docs/bitstream.md, section 7)."""
    found = []
    at = link.find(SYNC)
    while 0 <= at <= len(link) - HEADER:
        length = HEADER + 4 * int.from_bytes(link[at + 15:at + 18], "little") + CRC
        packet = link[at:at + length]
        if len(packet) == length and zlib.crc32(packet[:-CRC]) == int.from_bytes(packet[-CRC:], "little"):
            found.append(packet)
            at += length
        elif len(packet) < length < 1 << 20:
            return found, at
        else:
            at += 1
        at = link.find(SYNC, at)
    return found, len(link) if at < 0 else at


def encoder_of(packet: bytes) -> int:
    """Number of the encoder: the lowest 8 bits of the packet's stream number."""
    return packet[18]


def part(link: BinaryIO, directory: Path) -> dict[int, int]:
    """Writes the packets of each encoder to its own file. Returns the number of packets per encoder."""
    counts: dict[int, int] = {}
    rest = b""
    directory.mkdir(parents=True, exist_ok=True)
    while block := link.read(1 << 16):
        rest += block
        found, at = packets(rest)
        rest = rest[at:]
        for packet in found:
            encoder = encoder_of(packet)
            with open(directory / f"{encoder}.nrc", "ab" if encoder in counts else "wb") as file:
                file.write(packet)
            counts[encoder] = counts.get(encoder, 0) + 1
    return counts


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: many_streams.py DIRECTORY <link")
    for number, count in sorted(part(sys.stdin.buffer, Path(sys.argv[1])).items()):
        print(f"encoder {number}: {count} packets")
