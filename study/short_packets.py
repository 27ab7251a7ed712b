#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What short packets cost: a second of each recording in packets of 20 frames, next to a single packet.

    study/short_packets.py DIRECTORY [--nrc build/nrc] [--json build/short_packets.json]

Files of DIRECTORY are int16, with channels and rate in the name, as `probe_384ch_30000Hz.i16`. Every 384th packet
is a key packet with a stream header before it. `around` is what headers and CRCs take of all that. `frames` is the
shortest of some packets that cost less than 5 % with both profiles; 0: none of these does.
"""
import argparse
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

FRAMES = 20
LONGER = (FRAMES, 40, 60, 80, 100, 120, 160, 200, 240, 320)
MOST_PERCENT = 5.0
MOST_FRAMES = 65535
PROFILES = ("huffman", "range")


class StudyError(Exception):
    """What is wrong, where, and what to do, in one line."""


def packet_size(data: bytes, at: int) -> tuple[int, int]:
    """Bytes of a packet, and of its header and CRC (docs/bitstream.md, section 7)."""
    if data[at + 2] & 0x80:
        return 20 + 4 * (int.from_bytes(data[at + 12:at + 14], "little") >> 7), 20
    return 24 + 4 * int.from_bytes(data[at + 15:at + 18], "little"), 24


def around(stream: bytes) -> int:
    """Bytes of all headers and CRCs."""
    at, total = 0, 0
    while at < len(stream):
        size, own = packet_size(stream, at)
        at, total = at + size, total + own
    return total


class Recording:
    def __init__(self, path: Path, nrc: Path, directory: Path) -> None:
        name = re.fullmatch(r"(.*)_(\d+)ch_(\d+)Hz", path.stem)
        if name is None:
            raise StudyError(f"{path}: no channels and rate in the name; name it as in probe_384ch_30000Hz.i16")
        self.name, self.channels, self.rate = name[1], int(name[2]), int(name[3])
        self.nrc, self.directory = nrc, directory
        second = path.read_bytes()[:2 * self.channels * self.rate]
        self.frames = min(len(second) // 2 // self.channels, MOST_FRAMES)
        (directory / "samples").write_bytes(second[:2 * self.channels * self.frames])

    def encode(self, profile: str, *options: object) -> bytes:
        command = [self.nrc, "encode", self.directory / "samples", self.directory / "stream", "--force",
                   "--channels", self.channels, "--rate", self.rate, "--profile", profile, *options]
        done = subprocess.run([str(c) for c in command], capture_output=True, check=False)
        if done.returncode:
            raise StudyError(done.stderr.decode(errors="replace").strip())
        return (self.directory / "stream").read_bytes()

    def short(self, profile: str, frames: int) -> bytes:
        return self.encode(profile, "--packet-frames", frames, "--key-interval", 384)

    def figures(self) -> dict[str, float | int]:
        row: dict[str, float | int] = {"channels": self.channels}
        whole = {p: len(self.encode(p, "--packet-frames", self.frames)) for p in PROFILES}

        def cost(profile: str, stream: bytes) -> float:
            return 100 * (len(stream) / whole[profile] - 1)

        for profile in PROFILES:
            stream = self.short(profile, FRAMES)
            row[profile] = cost(profile, stream)
            row["around"] = 100 * around(stream) / whole[profile]
            row["bytes"] = whole[profile] * FRAMES / self.frames
        row["frames"] = next((f for f in LONGER
                              if max(cost(p, self.short(p, f)) for p in PROFILES) < MOST_PERCENT), 0)
        row["ms"] = 1000 * row["frames"] / self.rate
        return row


def main() -> int:
    parser = argparse.ArgumentParser(description="What short packets cost on recordings.")
    parser.add_argument("directory", type=Path)
    parser.add_argument("--nrc", type=Path, default=Path("build/nrc"))
    parser.add_argument("--json", type=Path, help="file for the figures")
    arguments = parser.parse_args()
    try:
        files = sorted(arguments.directory.glob("*.i16"))
        if not files:
            raise StudyError(f"{arguments.directory}: no files *.i16; give a directory of them")
        rows: dict[str, dict[str, float | int]] = {}
        with tempfile.TemporaryDirectory() as scratch:
            for path in files:
                recording = Recording(path, arguments.nrc, Path(scratch))
                row = rows[recording.name] = recording.figures()
                print(f"{recording.name:24} {row['channels']:4} channels: huffman {row['huffman']:6.2f} %, "
                      f"range {row['range']:6.2f} %, around packets {row['around']:6.2f} %; less than "
                      f"{MOST_PERCENT:.0f} % from {row['frames']} frames on, {row['ms']:.1f} ms", flush=True)
        if arguments.json:
            arguments.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    except (StudyError, OSError) as e:
        print(f"short_packets.py: {e}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
